"""Several searches of one problem at once, on threads.

Populations work between two exchanges for a fixed number of generations, annealings each on its
own, so that with a bound on iterations the same seeds give the same routes.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimize.routing.arcs.genetic import Found, HybridSearch
    from optimize.routing.arcs.ruin import Annealed, RuinSearch

__all__ = ["annealed", "evolved"]

LOOK = 200
"""Generations between two looks at what populations that are searched at once have found."""

EXCHANGE = 1000
"""Generations between two exchanges of their best."""

STALE = 20_000
"""Generations without a better solution after which a new population begins."""

LOOKS = 100
"""Ruins between two looks at the clock and at what annealings have found: with hours of the clock
and a thousand streets a ruin may take some milliseconds."""


def evolved(
    islands: Sequence[HybridSearch],
    until: float,
    iterations: int | None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Found]:
    """Search, and give each solution that is better than all before; ``stop`` is asked to end."""
    told: Found | None = None
    with ThreadPoolExecutor(len(islands)) as pool:
        list(pool.map(lambda island: island.start(until), islands))
        while True:
            best = _best(islands)
            if best is not None and (told is None or best.cost < told.cost):
                told = best
                yield best
            done = islands[0].iterations
            if time.perf_counter() >= until or (iterations is not None and done >= iterations):
                return
            if stop is not None and stop():
                return
            many = LOOK if len(islands) > 1 else 1
            if iterations is not None:
                many = min(many, iterations - done)
            if len(islands) == 1:
                _generations(islands[0], many, until)
            else:
                list(pool.map(partial(_generations, many=many, until=until), islands))
                if islands[0].iterations % EXCHANGE == 0:
                    _exchange(islands)


def _generations(island: HybridSearch, many: int, until: float) -> None:
    """Go on for some generations; begin anew when nothing better has come for long."""
    for _ in range(many):
        island.step()
        if island.stale > STALE:
            island.restart()
            island.start(until)
        if time.perf_counter() >= until:
            return


def _exchange(islands: Sequence[HybridSearch]) -> None:
    """Give each population the best of its neighbour."""
    leaders = [island.leader() for island in islands]
    for k, island in enumerate(islands):
        tour = leaders[k - 1]
        if tour is not None:
            island.add(tour.copy())


def _best(islands: Sequence[HybridSearch]) -> Found | None:
    known = [island.best for island in islands if island.best is not None]
    return min(known, key=lambda found: found.cost, default=None)


def annealed(
    searches: Sequence[RuinSearch],
    until: float,
    iterations: int | None,
    goal: int,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Annealed]:
    """Anneal, and give each solution that is better than all before.

    Parameters
    ----------
    searches
        One a thread; they have begun.
    until
        Time (of `time.perf_counter`) at which all is cold.
    iterations
        Thousands of ruins after which it is cold instead.
    goal
        Cost, goals included, at which to stop.
    stop
        Asked now and then whether to stop.
    """
    told: float | None = None
    began = time.perf_counter()
    with ThreadPoolExecutor(len(searches)) as pool:
        while True:
            best = min(searches, key=lambda search: search.totals[1]).best
            if best is not None and (told is None or best.aim < told):
                told = best.aim
                yield best
            now = time.perf_counter()
            share = (now - began) / max(1e-9, until - began)
            if iterations is not None:
                share = max(searches[0].iterations / (1000 * iterations), float(now >= until))
            if share >= 1.0 or (told is not None and told <= goal) or (stop and stop()):
                return
            list(pool.map(partial(_cooler, share=share), searches))


def _cooler(search: RuinSearch, share: float) -> None:
    search.step(LOOKS, search.temperature(share))
