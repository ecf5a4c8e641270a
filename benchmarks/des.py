"""Suite ``des``: how many events a second, beside the tools that one would use otherwise.

``mmc-10`` is the bare M/M/10 queue: 8 arrivals a second, services of 1 second.  Ours is
`sim.queue.simulate_queue`: it draws every time between arrivals and every service time from the
pure draws, passes every arrival and every departure through the event list that the services use,
and keeps one row a customer; all of that is timed, on one thread, after a first call (compiling is
not).  The peers run in the same process right after, each in its fastest form
(`benchmarks.des_peers`).  An event is an arrival or a departure, so every tool has two a customer.
Of several runs the fastest counts, of each tool.

The mean wait of every tool stands beside its Erlang C value: they simulate the same thing.
"""

from __future__ import annotations

import math
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.des_peers import PEERS
from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.des_peers import Peer
    from benchmarks.suite import Options

__all__ = ["cases"]

SUITE = "des"
SERVERS = 10
ARRIVAL_RATE = 8.0
RUNS = 5
EVENTS_PER_CUSTOMER = 2  # an arrival and a departure

# The cases of the services, each in a file of its own with the same function.
PARTS = (
    "benchmarks.des_dispatch",
    "benchmarks.des_toilets",
    "benchmarks.des_cleaning",
    "benchmarks.des_waste",
)


def cases(options: Options) -> Iterator[Row]:
    """Give the rows of the suite, case by case.

    Parameters
    ----------
    options
        ``seed`` names the random numbers; ``time_limit`` bounds the seconds of one case (60 if
        it is not given).
    """
    yield from mmc_rows(options)
    for part in PARTS:
        if find_spec(part) is not None:
            yield from import_module(part).cases(options)


def mmc_rows(
    options: Options,
    customers: int = 1_000_000,
    runs: int = RUNS,
) -> Iterator[Row]:
    """Give the rows of the case ``mmc-10``.

    Parameters
    ----------
    options
        As in :func:`cases`.
    customers
        Customers of our run; the peers have as many as the time limit lets them.
    runs
        Runs of each tool, of which the fastest counts.
    """
    from sim.erlang import mmc

    seed = options.seed or 0
    limit_s = options.time_limit or 60.0
    wait = mmc(ARRIVAL_RATE, 1.0, SERVERS).wait

    _ours(1000, seed)  # compiles
    seconds, our_wait = _fastest(lambda: _ours(customers, seed), runs)
    ours = EVENTS_PER_CUSTOMER * customers / seconds
    yield _row("mean_wait", our_wait, "s", wait, "Erlang C")
    share_s = min(2.0, limit_s / (len(PEERS) * (runs + 1)))
    for peer in PEERS:
        # The figure itself stands beside SimPy; a row of its own says how we stand to each other.
        metric = "events_per_s" if peer.package == "simpy" else f"events_per_s_vs_{peer.package}"
        if peer.version is None:
            yield _row(metric, ours, "1/s", None, f"{peer.package}: absent")
            continue
        source = f"{peer.package} {peer.version}, same run"
        theirs, peer_wait = _timed(peer, seed, share_s, runs)
        yield _row(metric, ours, "1/s", theirs, source, ours / theirs)
        yield _row(f"mean_wait_{peer.package}", peer_wait, "s", wait, "Erlang C")


def _ours(customers: int, seed: int) -> float:
    from sim.distributions import Exponential
    from sim.queue import simulate_queue

    log = simulate_queue(
        Exponential(1 / ARRIVAL_RATE),
        Exponential(1.0),
        servers=SERVERS,
        customers=customers,
        seed=seed,
    )
    return float(log.wait.mean())


def _timed(peer: Peer, seed: int, seconds: float, runs: int) -> tuple[float, float]:
    """Return a peer's events a second in runs of about so many seconds, and its mean wait."""

    def run(customers: int) -> float:
        return peer.mean_wait(customers, ARRIVAL_RATE, SERVERS, seed)

    run(100)  # imports
    pilot_s, _ = _fastest(lambda: run(1000), 1)
    customers = min(max(1000, int(1000 * seconds / pilot_s)), 200_000)
    best_s, wait = _fastest(lambda: run(customers), runs)
    return EVENTS_PER_CUSTOMER * customers / best_s, wait


def _fastest(run: Callable[[], float], runs: int) -> tuple[float, float]:
    """Return the seconds of the fastest of several equal runs, and what they give."""
    best, given = math.inf, math.nan
    for _ in range(runs):
        begin = perf_counter()
        given = run()
        best = min(best, perf_counter() - begin)
    return best, given


def _row(
    metric: str,
    value: float,
    unit: str,
    reference: float | None,
    source: str,
    ratio: float | None = None,
) -> Row:
    return Row(
        suite=SUITE,
        case="mmc-10",
        metric=metric,
        value=value,
        unit=unit,
        reference=reference,
        reference_source=source,
        ratio=ratio,
    )
