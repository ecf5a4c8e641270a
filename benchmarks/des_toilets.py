"""Case ``toilets`` of the suite ``des``: public toilets, the kernel beside its SimPy twin.

Forty toilets of a busy district with stalls of all four kinds, 60 visitors an hour each, some of
them impatient, open by day, one week. Both engines get the same visitors; an event is somebody who
comes, a fixture that falls free, or somebody who gives up. The Logs must be equal row by row.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.suite import Options
    from sim.toilets import Log, Toilet, Visitors

__all__ = ["cases"]

CASE = "toilets"
TOILETS = 40
RATE_PER_H = 60.0
HOUR_S = 3600.0
RUNS = 5


def cases(options: Options, weeks: float = 1.0) -> Iterator[Row]:
    """Give the rows of the case.

    Parameters
    ----------
    options
        ``seed`` names the visitors.
    weeks
        Length of the run.
    """
    from sim.toilets import simulate

    toilets, visitors = busy_district(weeks * 168 * HOUR_S, options.seed or 0)
    simulate(toilets, visitors)  # compiles
    ours_s, log = min((_timed(toilets, visitors, "kernel") for _ in range(RUNS)), key=_seconds)
    peer_s, peer = _timed(toilets, visitors, "simpy")
    differing = int(
        (
            ~(_same(log.start_s, peer.start_s) & _same(log.end_s, peer.end_s))
            | (log.fixture != peer.fixture)
        ).sum()
    )
    events = len(visitors) + int(np.isfinite(log.end_s).sum())
    source = "SimPy twin"
    yield Row(
        "des", CASE, "events_per_s", events / ours_s, "events/s", events / peer_s, source,
        peer_s / ours_s,
    )  # fmt: skip
    yield Row("des", CASE, "events", events, "count")
    yield Row("des", CASE, "differing_rows", differing, "count", 0, source)


def busy_district(horizon_s: float, seed: int) -> tuple[list[Toilet], Visitors]:
    """Toilets with stalls of every kind, and who comes to them."""
    from sim import Exponential, Lognormal
    from sim.toilets import Toilet, draw_visitors

    by_day = np.tile(np.r_[np.zeros(6, bool), np.ones(16, bool), np.zeros(2, bool)], 7)
    toilets = [
        Toilet(f"T{k}", 2 + k % 3, 1, 1 + k % 2, k % 2, open_hours=by_day if k % 4 else None)
        for k in range(TOILETS)
    ]
    visitors = draw_visitors(
        np.full((TOILETS, 168), RATE_PER_H),
        horizon_s=horizon_s,
        seed=seed,
        women_share=0.5,
        urinal_share=0.7,
        service_s=[Lognormal(180.0, 0.5), Lognormal(240.0, 0.6), Lognormal(60.0, 0.4)],
        patience_s=Exponential(600.0),
        names=[toilet.name for toilet in toilets],
    )
    return toilets, visitors


def _timed(toilets: list[Toilet], visitors: Visitors, engine: str) -> tuple[float, Log]:
    from sim.toilets import simulate

    began = perf_counter()
    log = simulate(toilets, visitors, engine=engine)  # type: ignore[arg-type]
    return perf_counter() - began, log


def _seconds(run: tuple[float, Log]) -> float:
    return run[0]


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    same: np.ndarray = (a == b) | (np.isnan(a) & np.isnan(b))
    return same
