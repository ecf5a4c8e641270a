"""Fewer days with more work each, where that saves ways: before any day's routes are searched.

A vehicle that leaves for little work drives and empties for little work. So the streets that a kind
of vehicle would serve on one day go over to another day, all that may, where giant tours of both
days say that it pays; the day with the least such work is tried first, again and again until no day
gives anything away.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.arcs.first_routes import plain_part, quickest_kind
from optimize.routing.arcs.giant_tour import tour_arcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.routing.arcs.week import WeekProblem

__all__ = ["merged_days"]

TOURS = 2
ROOM = 0.9
"""Share of a shift that giant tours may fill: waits and a break need some of it."""


def merged_days(
    week: WeekProblem,
    served: NDArray[np.bool_],
    *,
    until: float,
    seed: int = 0,
    stop: Callable[[], bool] | None = None,
) -> NDArray[np.bool_]:
    """Move streets to other days, all that a kind of vehicle has on a day at once.

    Parameters
    ----------
    week
        The problem.
    served : bool[t, d]
        On which days each task is served.
    until
        Time (of `time.perf_counter`) after which nothing more is tried.
    seed
        Of the tours.
    stop
        Asked now and then whether to stop.

    Returns
    -------
    bool[t, d]
        Days that the patterns allow.
    """
    merger = _Merger(week, served.copy(), seed)
    tired: set[tuple[int, int]] = set()
    while True:
        choice = merger.least(tired)
        if choice is None or time.perf_counter() >= until or (stop is not None and stop()):
            return merger.served
        if merger.give_away(*choice, until):
            tired.clear()
        else:
            tired.add(choice)


class _Merger:
    """Days, the kind that serves each task, and what tours of each kind's tasks cost."""

    def __init__(self, week: WeekProblem, served: NDArray[np.bool_], seed: int) -> None:
        self.week = week
        self.served = served
        self.seed = seed
        self.kind = quickest_kind(week.problem)
        self.work = week.problem.serve_cost.min(axis=1)
        self.known: dict[tuple[int, bytes], float] = {}

    def least(self, tired: set[tuple[int, int]]) -> tuple[int, int] | None:
        """Day and kind with the least work that has not been tried in vain."""
        many, kinds = self.served.shape[1], len(self.week.problem.fleet)
        found = []
        for day in range(many):
            for c in range(kinds):
                own = self.served[:, day] & (self.kind == c)
                movable = own & (self.week.times < many)
                if movable.any() and (day, c) not in tired:
                    found.append((int(self.work[movable].sum()), day, c))
        return min(found)[1:] if found else None

    def give_away(self, day: int, c: int, until: float) -> bool:
        """Move a kind's tasks of a day to the day where that saves most; whether it saves."""
        best, target = 0.0, -1
        own = self.served[:, day] & (self.kind == c)
        for other in range(self.served.shape[1]):
            moved = own & self.week.free(self.served, day, other)
            if other == day or not moved.any():
                continue
            if time.perf_counter() >= until:
                break
            theirs = self.served[:, other] & (self.kind == c)
            old = self._cost(c, own) + self._cost(c, theirs)
            gain = old - self._cost(c, own & ~moved) - self._cost(c, theirs | moved)
            if gain > best:
                best, target = gain, other
        if target < 0:
            return False
        moved = own & self.week.free(self.served, day, target)
        self.served[moved, day] = False
        self.served[moved, target] = True
        return True

    def _cost(self, c: int, own: NDArray[np.bool_]) -> float:
        """Cost of a kind's tasks on a day by giant tours; infinite where they are too many."""
        if not own.any():
            return 0.0
        key = (c, own.tobytes())
        if key not in self.known:
            problem = self.week.problem
            kind = problem.fleet[c]
            if kind.most_cost is not None:
                kind = replace(kind, most_cost=int(ROOM * kind.most_cost))
            part = plain_part(problem, kind, np.flatnonzero(own))
            made = tour_arcs(part, time_limit_s=60.0, tours=TOURS, seed=self.seed)
            if made.interrupted:
                raise KeyboardInterrupt
            self.known[key] = 1e15 if made.status == "none" else float(made.value)
        return self.known[key]
