"""The common floor of every service: draws, events, arrivals, replications, statistics.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.arrivals import expected_arrivals as expected_arrivals
    from sim.arrivals import poisson_arrivals as poisson_arrivals
    from sim.distributions import Distribution as Distribution
    from sim.distributions import Empirical as Empirical
    from sim.distributions import Erlang as Erlang
    from sim.distributions import Exponential as Exponential
    from sim.distributions import Fixed as Fixed
    from sim.distributions import Gamma as Gamma
    from sim.distributions import Lognormal as Lognormal
    from sim.distributions import Triangular as Triangular
    from sim.distributions import Uniform as Uniform
    from sim.distributions import Weibull as Weibull
    from sim.distributions import parse_distribution as parse_distribution
    from sim.draws import bits as bits
    from sim.draws import stream_id as stream_id
    from sim.draws import uniform as uniform
    from sim.draws import uniforms as uniforms
    from sim.erlang import SteadyState as SteadyState
    from sim.erlang import erlang_b as erlang_b
    from sim.erlang import erlang_c as erlang_c
    from sim.erlang import mmc as mmc
    from sim.erlang import mmck as mmck
    from sim.events import EventList as EventList
    from sim.events import event_list as event_list
    from sim.events import next_time as next_time
    from sim.events import pop as pop
    from sim.events import push as push
    from sim.events import size as size
    from sim.events import with_room as with_room
    from sim.executors import executor_for as executor_for
    from sim.queue import QueueLog as QueueLog
    from sim.queue import simulate_queue as simulate_queue
    from sim.replicate import Replications as Replications
    from sim.replicate import replicate as replicate
    from sim.statistics import Interval as Interval
    from sim.statistics import WarmUp as WarmUp
    from sim.statistics import batch_means as batch_means
    from sim.statistics import bonferroni_level as bonferroni_level
    from sim.statistics import delete_warmup as delete_warmup
    from sim.statistics import half_width as half_width
    from sim.statistics import mser5 as mser5
    from sim.statistics import paired_difference as paired_difference
    from sim.statistics import quantile_interval as quantile_interval
    from sim.statistics import t_interval as t_interval
    from sim.statistics import welch_difference as welch_difference

_MODULE_OF: dict[str, str] = {
    "bits": "sim.draws",
    "stream_id": "sim.draws",
    "uniform": "sim.draws",
    "uniforms": "sim.draws",
    "Distribution": "sim.distributions",
    "Empirical": "sim.distributions",
    "Erlang": "sim.distributions",
    "Exponential": "sim.distributions",
    "Fixed": "sim.distributions",
    "Gamma": "sim.distributions",
    "Lognormal": "sim.distributions",
    "Triangular": "sim.distributions",
    "Uniform": "sim.distributions",
    "Weibull": "sim.distributions",
    "parse_distribution": "sim.distributions",
    "expected_arrivals": "sim.arrivals",
    "poisson_arrivals": "sim.arrivals",
    "EventList": "sim.events",
    "event_list": "sim.events",
    "next_time": "sim.events",
    "pop": "sim.events",
    "push": "sim.events",
    "size": "sim.events",
    "with_room": "sim.events",
    "Replications": "sim.replicate",
    "replicate": "sim.replicate",
    "executor_for": "sim.executors",
    "Interval": "sim.statistics",
    "WarmUp": "sim.statistics",
    "batch_means": "sim.statistics",
    "bonferroni_level": "sim.statistics",
    "delete_warmup": "sim.statistics",
    "half_width": "sim.statistics",
    "mser5": "sim.statistics",
    "paired_difference": "sim.statistics",
    "quantile_interval": "sim.statistics",
    "t_interval": "sim.statistics",
    "welch_difference": "sim.statistics",
    "QueueLog": "sim.queue",
    "simulate_queue": "sim.queue",
    "SteadyState": "sim.erlang",
    "erlang_b": "sim.erlang",
    "erlang_c": "sim.erlang",
    "mmc": "sim.erlang",
    "mmck": "sim.erlang",
}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - the table is the one list of names


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
