"""Ruin and recreate for large or richer arc-routing problems, by the clock or by iterations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.routing.arcs.genetic import Found, near_tasks
from optimize.routing.arcs.kernels import HAS_VISITS, MOST_COST, ROUTE_COST, shuffle
from optimize.routing.arcs.layout import FAR
from optimize.routing.arcs.ruin_kernels import LEFT, Room, insert, ruin_and_recreate
from optimize.routing.arcs.rules import plain_rules
from optimize.routing.arcs.schedule_kernels import (
    BALANCE,
    Costs,
    Rows,
    put,
    valued,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.schedule_kernels import Rules

__all__ = ["Annealed", "RuinSearch"]

NEAR = 60
HOT, COLD = 0.3, 0.003
"""Temperature at begin and end, in parts of the mean way between two tasks."""
_HARD = 1e9


@dataclass(frozen=True, eq=False)
class Annealed(Found):
    """A solution of ruin and recreate.

    Parameters
    ----------
    rows
        Row of the search that each route is in.
    kinds
        Of the vehicles.
    left
        Tasks that are in no route.
    aim
        Cost with the goals, and `LEFT` for each task that is in no route.
    """

    rows: tuple[int, ...]
    kinds: tuple[int, ...]
    left: tuple[int, ...]
    aim: float


class RuinSearch:
    """A search from one solution, cooled over a given time.

    Parameters
    ----------
    layout
        The problem.
    kind
        Kind of vehicle of each row; or how many rows of the first kind there are.
    seed
        Of all that is drawn.
    rules
        Hours, pauses, held tasks and goals; none where not given.
    more : bool[c]
        Kinds that get more rows when none is empty; none where not given.
    closed : bool[r]
        Rows that stay empty; none where not given.
    aside : bool[n]
        Tasks that are not to be served; none where not given.
    lasts
        Lengths of routes outside the search, which count in what the balance aims at.
    """

    def __init__(
        self,
        layout: Layout,
        kind: int | NDArray[np.int64],
        seed: int = 0,
        *,
        rules: Rules | None = None,
        more: NDArray[np.bool_] | None = None,
        closed: NDArray[np.bool_] | None = None,
        aside: NDArray[np.bool_] | None = None,
        lasts: Sequence[int] = (),
    ) -> None:
        self.layout = layout
        n = len(layout.demand)
        self.n = n
        classes = len(layout.limits)
        self.costs = Costs._make((*layout.arrays, np.array([_HARD, _HARD])))
        self.rules = plain_rules(layout) if rules is None else rules
        self.balance = float(self.rules.goal[BALANCE])
        self.others = list(lasts)
        self.more = np.zeros(classes, np.bool_) if more is None else more
        wanted = np.ones(n, np.bool_) if aside is None else ~aside
        self.wanted = np.flatnonzero(wanted)
        kinds = np.zeros(kind, np.int64) if isinstance(kind, int) else kind.astype(np.int64)
        room = 2 * n + 4 if layout.limits[0, HAS_VISITS] else n + 4
        timed = (len(kinds), room) if self.rules.timed.any() else (1, 1)
        rows = len(kinds)
        self.rows = Rows(
            seq=np.full((rows, room), -1, np.int32),
            length=np.zeros(rows, np.int32),
            where=np.full(n, -1, np.int32),
            place=np.zeros(n, np.int32),
            pre=np.zeros((rows, room, 2), np.int64),
            suf=np.zeros((rows, room, 2), np.int64),
            load=np.zeros((rows, room, 4), np.int64),
            worth=np.zeros((rows, 2), np.int64),
            kind=kinds,
            closed=np.zeros(rows, np.bool_) if closed is None else closed.copy(),
            reach=np.zeros((*timed, 4), np.int64),
            rest=np.zeros((*timed, 8), np.int64),
            lasts=np.zeros(rows, np.int64),
            spread=np.zeros((rows, 4)),
            value=np.zeros(rows),
        )
        self.room = Room(
            near=near_tasks(layout, NEAR),
            mid=np.zeros((2, room), np.int32),
            spare=np.zeros((2, room), np.int32),
            state=np.array([(seed * 0x9E3779B97F4A7C15 + 0x7654321) % 2**64 | 1], np.uint64),
            touched=np.zeros(rows, np.bool_),
            saved=np.zeros((rows, room), np.int32),
            saved_length=np.zeros(rows, np.int32),
            labels=np.zeros(4, np.int64),
            empty=np.zeros(classes, np.int64),
            left=np.zeros(n, np.int64),
            many_left=np.zeros(1, np.int64),
        )
        self.best_seq = np.zeros((rows, room), np.int32)
        self.best_length = np.zeros(rows, np.int32)
        self.best_lasts = np.zeros(rows, np.int64)
        self.totals = np.zeros(2)
        self.iterations = 0
        self.complete = False
        self.first = 0

    def begin(self) -> bool:
        """Insert all tasks that are in no row; say whether none is left."""
        order = np.arange(self.n, dtype=np.int64)
        shuffle(order, self.n, self.room.state)
        self.rules.goal[BALANCE] = 0.0  # there is no mean yet
        away = self.layout.start.min(axis=(0, 2))[order]
        order = order[np.argsort(-away, kind="stable")]
        absent = np.zeros(self.n, np.bool_)
        absent[self.wanted] = self.rows.where[self.wanted] < 0
        left = [int(t) for t in order if absent[t] and not self._insert(int(t))]
        self.room.left[: len(left)] = left
        self.room.many_left[0] = len(left)
        self.rules.goal[BALANCE] = self.balance
        self.take()
        return not left

    def _insert(self, t: int) -> bool:
        self._grow()
        return bool(insert(t, 0.0, 1.0, self.rows, self.costs, self.rules, self.room))

    def begin_from(self, routes: Sequence[NDArray[np.int32]]) -> None:
        """Begin from routes that serve every task, one a row.

        Parameters
        ----------
        routes
            Elements of each route; a visit is the number of tasks.
        """
        self.rows.length[:] = 0
        self.rows.where[:] = -1
        self.rows.lasts[:] = 0
        self.rows.value[:] = 0.0
        for r, elements in enumerate(routes):
            self.set_row(r, elements)
        self.room.many_left[0] = 0
        self.take()

    def set_row(self, r: int, elements: Sequence[int] | NDArray[np.int32]) -> bool:
        """Put a sequence into a row; say whether the row keeps every limit."""
        sequence = np.asarray(elements, dtype=np.int32)
        before = self.rows.seq[r, : self.rows.length[r]]
        self.rows.where[before[before < self.n]] = -1
        put(r, len(sequence), sequence, self.room.labels, self.rows, self.costs, self.rules)
        return self.keeps(r)

    def keeps(self, r: int) -> bool:
        """Whether a row keeps every limit."""
        rows, limits = self.rows, self.layout.limits[self.rows.kind[r]]
        return bool(
            rows.length[r] == 0
            or (rows.worth[r, 1] == 0 and rows.lasts[r] <= min(limits[MOST_COST], FAR - 1))
        )

    def take(self) -> None:
        """Make the routes at hand the best ones."""
        rows = self.rows
        self.room.touched[:] = False
        self._aim(rows.length, rows.lasts)
        driven = np.flatnonzero(rows.length).tolist()
        for r in driven:
            rows.value[r] = valued(r, rows, self.costs, self.rules)
        total = float(rows.value[driven].sum())
        self.totals[:] = total + LEFT * self.room.many_left[0]
        self.best_seq[:] = rows.seq
        self.best_length[:] = rows.length
        self.best_lasts[:] = rows.lasts
        self.complete = True
        self.first = self._cost(rows.length, rows.lasts)

    def step(self, many: int, hot: float) -> None:
        """Do some iterations at one temperature."""
        self._grow()
        if self.balance > 0:
            self._aim_anew()
        ruin_and_recreate(
            many, hot, self.rows, self.costs, self.rules, self.room, self.best_seq,
            self.best_length, self.best_lasts, self.totals,
        )  # fmt: skip
        self.iterations += many

    def temperature(self, share: float) -> float:
        """Temperature after a share of the time: it falls by the same factor in equal times."""
        served = int(self.layout.serve.min(axis=(0, 2))[self.wanted].sum())
        way = max(1.0, (int(self.first) - served) / max(1, len(self.wanted)))
        return way * HOT * float((COLD / HOT) ** min(1.0, share))

    def _cost(self, length: NDArray[np.int32], lasts: NDArray[np.int64]) -> int:
        driven = length > 0
        apart = self.layout.limits[self.rows.kind[driven], ROUTE_COST]
        return int(lasts[driven].sum() + apart.sum())

    def _aim(self, length: NDArray[np.int32], lasts: NDArray[np.int64]) -> None:
        """Aim the balance at the mean length of some routes, or a kind's most where that is less.

        The mean falls as routes get shorter, and the routes must not be held up by the old one.
        """
        every = [*lasts[length > 0].tolist(), *self.others]
        mean = sum(every) / max(1, len(every))
        self.rules.target[:] = np.maximum(1.0, np.minimum(mean, self.layout.limits[:, MOST_COST]))

    def _aim_anew(self) -> None:
        """Aim at the mean of the best routes, and price the routes at hand and the best by it."""
        pairs = ((self.rows.length, self.rows.lasts), (self.best_length, self.best_lasts))
        for k, pair in enumerate(pairs):
            self.totals[k] -= self._unbalance(*pair)
        self._aim(self.best_length, self.best_lasts)
        for k, pair in enumerate(pairs):
            self.totals[k] += self._unbalance(*pair)
        for r in np.flatnonzero(self.rows.length).tolist():
            self.rows.value[r] = valued(r, self.rows, self.costs, self.rules)

    def _unbalance(self, length: NDArray[np.int32], lasts: NDArray[np.int64]) -> float:
        driven = length > 0
        target = self.rules.target[self.rows.kind[driven]]
        off = lasts[driven] - target
        return self.balance * float((off * off / target).sum())

    def _grow(self) -> None:
        """See to it that a kind of which there are any number has an empty row."""
        for c in np.flatnonzero(self.more).tolist():
            ours = self.rows.kind == c
            if not (ours & (self.rows.length == 0) & ~self.rows.closed).any():
                self._add_rows(c, max(4, int(ours.sum()) // 2))

    def _add_rows(self, c: int, many: int) -> None:
        def longer(values: NDArray[Any], fill: int = 0) -> NDArray[Any]:
            room = np.full((many, *values.shape[1:]), fill, dtype=values.dtype)
            return np.concatenate([values, room])

        by_row = (
            "seq",
            "length",
            "pre",
            "suf",
            "load",
            "worth",
            "closed",
            "lasts",
            "spread",
            "value",
        )
        changes: dict[str, Any] = {name: longer(getattr(self.rows, name)) for name in by_row}
        changes["kind"] = longer(self.rows.kind, c)
        if len(self.rows.reach) == len(self.rows.length):
            changes |= {name: longer(getattr(self.rows, name)) for name in ("reach", "rest")}
        self.rows = self.rows._replace(**changes)
        names = ("touched", "saved", "saved_length")
        changes = {name: longer(getattr(self.room, name)) for name in names}
        self.room = self.room._replace(**changes)
        self.best_seq = longer(self.best_seq)
        self.best_length = longer(self.best_length)
        self.best_lasts = longer(self.best_lasts)

    @property
    def best(self) -> Annealed | None:
        """The best solution so far; None before there is one."""
        if not self.complete:
            return None
        driven = np.flatnonzero(self.best_length).tolist()
        routes = tuple(self.best_seq[r, : self.best_length[r]].copy() for r in driven)
        served = np.zeros(self.n + 1, np.bool_)
        for route in routes:
            served[route] = True
        left = tuple(self.wanted[~served[self.wanted]].tolist())
        kinds = tuple(self.rows.kind[driven].tolist())
        cost = self._cost(self.best_length, self.best_lasts)
        return Annealed(routes, cost, 0, 0, tuple(driven), kinds, left, float(self.totals[1]))
