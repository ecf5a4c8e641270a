"""Ruin and recreate for large arc-routing problems, by the clock or by iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.routing.arcs.genetic import Found, near_tasks
from optimize.routing.arcs.kernels import HAS_VISITS, ROUTE_COST, shuffle
from optimize.routing.arcs.ruin_kernels import insert, ruin_and_recreate
from optimize.routing.arcs.search_kernels import _set_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout

__all__ = ["RuinSearch"]

NEAR = 60
HOT, COLD = 0.3, 0.003
"""Temperature at begin and end, in parts of the mean way between two tasks."""
_HARD = 1e9


class RuinSearch:
    """A search from one solution, cooled over a given time.

    Parameters
    ----------
    layout
        The problem.
    routes
        Most routes.
    seed
        Of all that is drawn.
    """

    def __init__(self, layout: Layout, routes: int, seed: int = 0) -> None:
        self.layout = layout
        n = len(layout.demand)
        self.n = n
        self.state = np.array([(seed * 0x9E3779B97F4A7C15 + 0x7654321) % 2**64 | 1], np.uint64)
        room = 2 * n + 4 if layout.limits[0, HAS_VISITS] else n + 4
        self.seq = np.full((routes, room), -1, np.int32)
        self.length = np.zeros(routes, np.int32)
        self.where = np.full(n, -1, np.int32)
        self.place = np.zeros(n, np.int32)
        self.pre = np.zeros((routes, room, 2), np.int64)
        self.suf = np.zeros((routes, room, 2), np.int64)
        self.load = np.zeros((routes, room, 4), np.int64)
        self.worth = np.zeros((routes, 2), np.int64)
        self.kind = np.zeros(routes, np.int64)
        self.near = near_tasks(layout, NEAR)
        self.mid = np.zeros((2, room), np.int32)
        self.spare = np.zeros((2, room), np.int32)
        self.touched = np.zeros(routes, np.bool_)
        self.saved = np.zeros((routes, room), np.int32)
        self.saved_length = np.zeros(routes, np.int32)
        self.best_seq = np.zeros((routes, room), np.int32)
        self.best_length = np.zeros(routes, np.int32)
        self.costs = np.zeros(2, np.int64)
        self.penalty = np.array([_HARD, _HARD])
        self.iterations = 0
        self.complete = False
        self.first = 0

    def begin(self) -> bool:
        """Insert all tasks; False where they do not fit."""
        order = np.arange(self.n, dtype=np.int64)
        shuffle(order, self.n, self.state)
        away = self.layout.start[0].min(axis=1)[order]
        for t in order[np.argsort(-away, kind="stable")]:
            args: tuple[Any, ...] = (
                int(t), 0.0, *self._solution(), self.near, self.mid, self.spare, self.state,
                self.touched, self.saved, self.saved_length, *self.layout.arrays, self.penalty,
            )  # fmt: skip
            if not insert(*args):
                return False
        self._take()
        return True

    def begin_from(self, routes: Sequence[NDArray[np.int32]]) -> None:
        """Begin from routes that keep every limit.

        Parameters
        ----------
        routes
            Elements of each route; a visit is the number of tasks.
        """
        self.length[:] = 0
        self.worth[:] = 0
        for r, elements in enumerate(routes):
            args: tuple[Any, ...] = (
                r, len(elements), np.ascontiguousarray(elements, dtype=np.int32),
                *self._solution(), *self.layout.arrays, self.penalty,
            )  # fmt: skip
            _set_route(*args)
        self._take()

    def _take(self) -> None:
        """Make the routes at hand the best ones."""
        self.touched[:] = False
        driven = self.length > 0
        apart = self.layout.limits[self.kind[driven], ROUTE_COST]
        self.costs[:] = self.worth[driven, 0].sum() + apart.sum()
        self.best_seq[:] = self.seq
        self.best_length[:] = self.length
        self.complete = True
        self.first = int(self.costs[0])

    def step(self, many: int, hot: float) -> None:
        """Do some iterations at one temperature."""
        args: tuple[Any, ...] = (
            many, hot, *self._solution(), self.near, self.mid, self.spare, self.state,
            self.touched, self.saved, self.saved_length, self.best_seq, self.best_length,
            self.costs, *self.layout.arrays, self.penalty,
        )  # fmt: skip
        ruin_and_recreate(*args)
        self.iterations += many

    def _solution(self) -> tuple[Any, ...]:
        return (
            self.seq, self.length, self.where, self.place, self.pre, self.suf, self.load,
            self.worth, self.kind,
        )  # fmt: skip

    def temperature(self, share: float) -> float:
        """Temperature after a share of the time: it falls by the same factor in equal times."""
        served = int(self.layout.serve[0].min(axis=1).sum())
        way = max(1.0, (int(self.first) - served) / self.n)
        return way * HOT * float((COLD / HOT) ** min(1.0, share))

    @property
    def best(self) -> Found | None:
        """The best solution so far; None before there is one."""
        if not self.complete:
            return None
        routes = tuple(
            self.best_seq[r, :count].copy() for r, count in enumerate(self.best_length) if count > 0
        )
        return Found(routes, int(self.costs[1]), 0, 0)
