"""The common floor of every service: draws, events, arrivals, replications, statistics.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module

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
