"""Ruin and recreate for collection routes: it mends what PyVRP's words cannot say, and goes on.

Lunches, loads and stops a day, room of facilities by the hour, balance, compactness, and stops that
stay in their route are kept exactly in every step (see `optimize.routing.nodes.improve_kernels`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.routing.nodes.improve_kernels import Room, improve, total_of
from optimize.routing.nodes.problem import FAR, NEVER
from optimize.routing.nodes.rows_kernels import (
    BEGUN,
    CLOSED,
    KIND,
    LENGTH,
    LOADS,
    MANY,
    STOPS,
    VALUE,
    WAY,
    Rows,
    Work,
    copy_row,
    put,
)
from optimize.routing.nodes.solution import NodeRoute, timetable
from optimize.routing.nodes.timing_kernels import (
    BALANCE,
    COST_M,
    COST_S,
    END,
    FIXED,
    HOME_AT,
    LEFT_AT,
    LUNCH_AT,
    LUNCH_BEGIN,
    PROFILE,
    START,
    TARGET,
    Clock,
    Town,
    aimed,
    emptied_best,
    tip,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import ArcGoals, NodeProblem

__all__ = ["Improved", "Improver", "town_of"]

NEAR = 40
"""Stops near each stop beside which it is tried."""
ALL_PLACES = 120
"""Up to so many stops every place is tried."""
HOT, COLD = 0.8, 0.1
"""Temperature at begin and end, in parts of the mean cost of a way between two stops."""
CHUNK = 50
"""Stops that are inserted at once at the begin."""
SLICE = 25_000
"""Stops times ruins between two looks at the clock."""
LEFT = 1e12
"""Cost of leaving out a stop that must be served."""
_MOST = 1 << 40


@dataclass(frozen=True, eq=False)
class Improved:
    """Routes of an improver.

    Parameters
    ----------
    routes
        With their times.
    rows
        Row that each is in.
    left
        Stops in no route, those that must be served and others.
    """

    routes: tuple[NodeRoute, ...]
    rows: tuple[int, ...]
    left: tuple[int, ...]


def town_of(problem: NodeProblem, goals: ArcGoals | None, held: NDArray[np.bool_]) -> Town:
    """Write a problem as arrays."""
    n, f, k = problem.n_stops, problem.n_facilities, len(problem.kinds)
    d = max(1, problem.n_measures)
    place = np.concatenate(
        [
            problem.stop_place,
            problem.facility_place,
            [kind.start for kind in problem.kinds],
            [kind.end for kind in problem.kinds],
        ]
    ).astype(np.int64)
    grid = np.ix_(place, place)
    drive = np.stack([np.minimum(t[grid], FAR).astype(np.int32) for t in problem.seconds])
    metres = np.stack([np.minimum(t[grid], FAR).astype(np.int32) for t in problem.metres])
    kinds = np.array(
        [
            [
                kind.profile, n + f + at, n + f + k + at, kind.leave[0], kind.leave[1],
                _or(kind.home_by, NEVER), _or(kind.shift_s, NEVER),
                *((0, NEVER, 0) if kind.lunch is None else kind.lunch),
                _or(kind.max_stops, _MOST), _or(kind.max_trips, _MOST), kind.empty_home,
                kind.fixed_cost, kind.cost_s, kind.cost_m,
            ]
            for at, kind in enumerate(problem.kinds)
        ],
        dtype=np.int64,
    )  # fmt: skip
    loads = np.full((k, 2 * d), _MOST)
    for at, kind in enumerate(problem.kinds):
        loads[at, : problem.n_measures] = kind.capacity
        if kind.max_load is not None:
            loads[at, d : d + problem.n_measures] = kind.max_load
    element = np.zeros((len(place), 4 + d), np.int64)
    element[:n, :2], element[n : n + f, :2] = problem.window, problem.facility_window
    element[n + f :, 1] = NEVER
    element[:, 1] = np.minimum(element[:, 1], NEVER)
    element[:n, 2], element[n : n + f, 2] = problem.service_s, problem.facility_s
    element[:n, 3] = problem.release_s
    element[:n, 4 : 4 + problem.n_measures] = problem.amount
    first = min(kind.leave[0] for kind in problem.kinds)
    goal = np.zeros(4)
    if goals is not None:
        goal[:2] = goals.balance, goals.compactness
    goal[2:] = 1.0, float((problem.release_s > first).any())
    point = np.zeros((n, 2))
    if goals is not None and goals.compactness > 0:
        point = np.column_stack([goals.x, goals.y]).astype(float)
    return Town(
        drive=drive,
        metres=metres,
        over=_over(problem, drive, metres, element),
        element=element,
        kind=np.concatenate([kinds, loads], axis=1),
        able=np.stack([*(problem.stops_of(kind) for kind in problem.kinds), held]),
        intake=np.zeros((0, 0), np.int64) if problem.intake is None else problem.intake.copy(),
        point=point,
        goal=goal,
    )


def _or(number: int | None, other: int) -> int:
    return other if number is None else int(number)


def _over(
    problem: NodeProblem,
    drive: NDArray[np.int32],
    metres: NDArray[np.int32],
    element: NDArray[np.int64],
) -> NDArray[np.int16]:
    """Facility over which it is cheapest from element to element, by kind.

    One that is shut by the time one can be there, or lets one go too late, is none.
    """
    n, size = problem.n_stops, drive.shape[1]
    opens, closes, service = element[:, :3].T
    over = np.full((len(problem.kinds), size, size), -1, np.int16)
    for at, kind in enumerate(problem.kinds):
        least = np.full((size, size), np.inf)
        way_s, way_m = drive[kind.profile].astype(float), metres[kind.profile].astype(float)
        start = n + problem.n_facilities + at
        gone = np.maximum(opens, kind.leave[0] + way_s[start]) + service
        for f in np.flatnonzero(problem.facilities_of(kind)):
            e = n + int(f)
            lasts = way_s[:, e, None] + float(problem.facility_s[f]) + way_s[None, e, :]
            price = kind.cost_m * (way_m[:, e, None] + way_m[None, e, :])
            price += (kind.cost_s + 1e-6) * lasts
            price[lasts >= FAR] = np.inf
            there = np.maximum(gone + way_s[:, e], opens[e])
            late = there[:, None] + service[e] + way_s[None, e, :] > closes[None, :]
            price[late | (there > closes[e])[:, None]] = np.inf
            better = price < least
            least[better] = price[better]
            over[at][better] = f
    return over


class Improver:
    """A search from given routes, or from none, cooled over a given time.

    Parameters
    ----------
    problem
        What to serve.
    kinds : int64[r]
        Kind of truck of each row.
    more : bool[k]
        Kinds of which there are more rows when none is empty.
    wanted : bool[c]
        Stops to be served; the others are not there.
    held : bool[c]
        Stops that stay in their row, in their order.
    closed : bool[r]
        Rows that stay empty.
    goals
        What is minimised beside the cost.
    outside
        Routes outside the search, which count in what the balance aims at, and tip.
    extra_cost
        Of each route, beside what it costs.
    seed
        Of all that is drawn.
    """

    def __init__(
        self,
        problem: NodeProblem,
        kinds: NDArray[np.int64],
        *,
        more: NDArray[np.bool_],
        wanted: NDArray[np.bool_],
        held: NDArray[np.bool_],
        closed: NDArray[np.bool_] | None = None,
        goals: ArcGoals | None = None,
        outside: Sequence[NodeRoute] = (),
        extra_cost: int = 0,
        seed: int = 0,
    ) -> None:
        self.problem = problem
        self.town = town_of(problem, goals, held)
        self.town.kind[:, FIXED] += extra_cost
        self.balance = float(self.town.goal[BALANCE])
        self.others = [route.home - route.leave for route in outside]
        self.more = more
        self.wanted = wanted
        n, d = problem.n_stops, max(1, problem.n_measures)
        self.n = n
        self.tips = problem.intake is not None
        wide = n + (n if problem.n_facilities else 0) + 4
        self.rows, self.saved, self.best = (_rows(kinds, wide, d, n) for _ in range(3))
        if closed is not None:
            self.rows.fact[:, CLOSED] = closed
        self.clock = Clock(
            times=np.zeros((5, wide + 1), np.int64), under_way=np.zeros(6, np.int64),
            tipped=np.zeros(self.town.intake.shape, np.int64), load=np.zeros((2, d), np.int64),
        )  # fmt: skip
        self.work = Work(np.zeros((3, wide + 1), np.int32), np.zeros(wide + 1))
        near = _near(problem, wanted)
        places = 2 * near.shape[1] + 2 * n + 4 * len(kinds) + 8
        prize = np.where(problem.prize < 0, LEFT, problem.prize).astype(float)
        self.room = Room(
            near=near, places=np.zeros((2, places), np.int32),
            state=np.array([(seed * 0x9E3779B97F4A7C15 + 0x7654321) % 2**64 | 1], np.uint64),
            touched=np.zeros(len(kinds), np.bool_), left=np.zeros(n + 1, np.int64),
            miss=np.stack([prize, np.zeros(n)]), found=np.zeros(4, np.int64),
        )  # fmt: skip
        self.totals = np.zeros(2)
        self.iterations = 0
        self.begun = False
        self.slice_size = max(20, SLICE // max(50, n))
        for route in outside:
            elements = self._elements(route.visit.tolist())
            tip(elements, len(elements), route.begin, 1, self.town, self.clock.tipped)
        self.heat = self._heat()

    def _heat(self) -> float:
        """Cost of a way from a stop to one near it, as a measure of temperatures."""
        kind = self.town.kind[0]
        stops = np.flatnonzero(self.wanted)
        if len(stops) < 2:
            return 1.0
        drive = self.town.drive[kind[PROFILE]][np.ix_(stops, stops)].astype(float)
        metres = self.town.metres[kind[PROFILE]][np.ix_(stops, stops)].astype(float)
        ways = np.sort(drive * kind[COST_S] + metres * kind[COST_M], axis=1)
        return max(1.0, float(np.median(ways[:, : min(30, len(stops))])))

    def set_row(self, r: int, visits: Sequence[int]) -> bool:
        """Put visits into a row, if they keep every limit there."""
        elements = self._elements(visits)
        return bool(put(r, len(elements), elements, self.rows, self.town, self.clock))

    def set_emptied(self, r: int, visits: Sequence[int]) -> bool:
        """Put stops into a row, facilities where they cost least, if that keeps every limit."""
        elements = self._elements(visits)
        out = np.zeros_like(self.work.line[0])
        many = emptied_best(
            elements, len(elements), int(self.rows.fact[r, KIND]), out, self.work.price,
            self.work.line[2], self.town, self.clock,
        )  # fmt: skip
        return many >= 0 and bool(put(r, many, out, self.rows, self.town, self.clock))

    def _elements(self, visits: Sequence[int]) -> NDArray[np.int32]:
        return np.array([v if v >= 0 else self.n - 1 - v for v in visits], dtype=np.int32)

    def begin(self) -> None:
        """Insert all stops that are in no row, the farthest first."""
        self.town.goal[BALANCE] = 0.0  # there is no mean yet
        away = self.town.drive[:, self.town.kind[0, START], : self.n].min(axis=0)
        absent = np.flatnonzero(self.wanted & (self.rows.where[:, 0] < 0))
        absent = absent[np.argsort(-away[absent], kind="stable")]
        left: list[int] = []
        for at in range(0, len(absent), CHUNK):
            left += self._inserted(absent[at : at + CHUNK])
        self.room.left[: len(left)] = left
        self.room.left[-1] = len(left)
        self.town.goal[BALANCE] = self.balance
        self.take()

    def _inserted(self, stops: NDArray[np.int64]) -> list[int]:
        """Insert stops, in rows that are added where that helps; give those that fit nowhere."""
        before = len(stops) + 1
        while 0 < len(stops) < before:
            before = len(stops)
            self._grow()
            self.room.left[:before] = stops
            self.room.left[-1] = before
            self._improve(0, 1.0, 1.0)
            stops = self.room.left[: self.room.left[-1]].copy()
        return [int(stop) for stop in stops]

    def take(self) -> None:
        """Make the routes at hand the best ones."""
        self._aim_at(self.rows)
        self._price_anew()
        self.totals[:] = total_of(self.rows, self.town, self.room)
        for r in range(len(self.rows.fact)):
            copy_row(r, self.rows, self.best)
        self.begun = True

    def missing(self) -> bool:
        """Whether the best routes leave a stop that must be served."""
        return bool((self._absent() & (self.problem.prize < 0)).any())

    def routes(self) -> int:
        """Count the best routes."""
        return int((self.best.fact[:, LENGTH] > 0).sum())

    def rank(self) -> tuple[bool, float]:
        """Say how good the best routes are, for comparing searches; less is better."""
        return self.missing(), float(self.totals[1])

    def dissolvable(self, tried: Collection[int]) -> list[int]:
        """List the best routes that hold nothing, the shortest first."""
        rows = []
        for r in np.flatnonzero(self.best.fact[:, LENGTH]).tolist():
            elements = self.best.seq[r, : self.best.fact[r, LENGTH]]
            holds = self.town.able[-1, elements[elements < self.n]].any()
            if r not in tried and not holds and not self.rows.fact[r, CLOSED]:
                rows.append(r)
        return sorted(rows, key=lambda r: (int(self.best.fact[r, STOPS]), r))

    def snapshot(self) -> tuple[NDArray[Any], ...]:
        """Copy all that a step changes."""
        return tuple(values.copy() for values in self._state())

    def restore(self, kept: tuple[NDArray[Any], ...]) -> None:
        """Go back to a snapshot; rows that came since are empty again."""
        for values, old in zip(self._state(), kept, strict=True):
            if len(values) > len(old):
                values[len(old) :, LENGTH] = 0
            values[: len(old)] = old

    def _state(self) -> tuple[NDArray[Any], ...]:
        return (
            self.rows.seq, self.rows.place, self.rows.fact, self.rows.value, self.rows.where,
            self.best.seq, self.best.place, self.best.fact, self.best.value, self.room.left,
            self.clock.tipped, self.totals,
        )  # fmt: skip

    def dissolve(self, r: int) -> None:
        """Take the best routes, and close one of them: its stops are in no row."""
        for row in range(len(self.rows.fact)):
            self.set_row(row, [])
        for row in np.flatnonzero(self.best.fact[:, LENGTH]).tolist():
            if row != r:
                copy_row(row, self.best, self.rows)
                self._enter(row)
        self.rows.fact[r, CLOSED] = 1
        absent = np.flatnonzero(self.wanted & (self.rows.where[:, 0] < 0))
        self.room.left[: len(absent)] = absent
        self.room.left[-1] = len(absent)
        self.take()

    def _enter(self, row: int) -> None:
        """Say where the stops of a row are that has been copied, and what it tips."""
        k = self.rows.fact[row, LENGTH]
        elements = self.rows.seq[row, :k]
        stops = elements < self.n
        self.rows.where[elements[stops], 0] = row
        self.rows.where[elements[stops], 1] = np.flatnonzero(stops)
        if self.tips:
            begin = self.rows.place[row, :, BEGUN]
            tip(self.rows.seq[row], k, begin, 1, self.town, self.clock.tipped)

    def step(self, many: int, hot: float, cold: float) -> None:
        """Do some iterations, from one temperature to another."""
        self._grow()
        if self.balance > 0:
            self._aim_anew()
        self._improve(many, hot, cold)
        self.iterations += many

    def _improve(self, many: int, hot: float, cold: float) -> None:
        improve(
            many, hot, cold, self.rows, self.saved, self.best, self.town, self.room, self.work,
            self.clock, self.totals,
        )  # fmt: skip

    def temperature(self, share: float, hot: float = HOT) -> float:
        """Temperature after a share of the time."""
        return self.heat * hot * float((COLD / hot) ** min(1.0, share))

    def _aim_at(self, rows: Rows) -> None:
        driven = rows.fact[:, LENGTH] > 0
        way = rows.fact[driven, WAY:]
        every = [*(way[:, HOME_AT] - way[:, LEFT_AT]).tolist(), *self.others]
        self.town.goal[TARGET] = max(1.0, sum(every) / max(1, len(every)))

    def _price_anew(self) -> None:
        """Price all rows by the target that there is now."""
        for r in np.flatnonzero(self.rows.fact[:, LENGTH]).tolist():
            self.rows.value[r, VALUE] = self._value(r, self.rows)

    def _value(self, r: int, rows: Rows) -> float:
        kind = self.town.kind[rows.fact[r, KIND]]
        lasts = int(rows.fact[r, WAY + HOME_AT] - rows.fact[r, WAY + LEFT_AT])
        ways = [kind[START], *rows.seq[r, : rows.fact[r, LENGTH]].tolist(), kind[END]]
        metres = int(self.town.metres[kind[PROFILE]][ways[:-1], ways[1:]].sum())
        cost = float(kind[FIXED] + kind[COST_S] * lasts + kind[COST_M] * metres)
        return float(aimed(cost, float(lasts), rows.value[r, MANY:], self.town))

    def _aim_anew(self) -> None:
        """Aim at the mean of the best routes, and price the routes at hand and the best by it."""
        self._aim_at(self.best)
        self._price_anew()
        self.totals[0] = total_of(self.rows, self.town, self.room)
        driven = np.flatnonzero(self.best.fact[:, LENGTH]).tolist()
        missed = float(self.room.miss[0, self._absent()].sum())
        self.totals[1] = sum(self._value(r, self.best) for r in driven) + missed

    def _absent(self) -> NDArray[np.bool_]:
        """Say which stops are in none of the best routes."""
        absent = self.wanted.copy()
        for r in np.flatnonzero(self.best.fact[:, LENGTH]).tolist():
            elements = self.best.seq[r, : self.best.fact[r, LENGTH]]
            absent[elements[elements < self.n]] = False
        return absent

    def _grow(self) -> None:
        """See to it that a kind of which there are any number has an empty row."""
        for c in np.flatnonzero(self.more).tolist():
            fact = self.rows.fact
            empty = (fact[:, KIND] == c) & (fact[:, LENGTH] == 0) & (fact[:, CLOSED] == 0)
            if not empty.any():
                self._add_rows(c, 2)

    def _add_rows(self, c: int, many: int) -> None:
        def longer(values: NDArray[Any]) -> NDArray[Any]:
            room = np.zeros((many, *values.shape[1:]), dtype=values.dtype)
            return np.concatenate([values, room])

        for name in ("rows", "saved", "best"):
            rows = getattr(self, name)
            fields = ("seq", "place", "fact", "value")
            rows = rows._replace(**{field: longer(getattr(rows, field)) for field in fields})
            rows.fact[-many:, KIND] = c
            setattr(self, name, rows)
        places = np.zeros((2, self.room.places.shape[1] + 4 * many), np.int32)
        self.room = self.room._replace(touched=longer(self.room.touched), places=places)

    def found(self) -> Improved:
        """Give the best routes so far."""
        driven = np.flatnonzero(self.best.fact[:, LENGTH]).tolist()
        routes = tuple(self._route(r) for r in driven)
        left = tuple(np.flatnonzero(self._absent()).tolist())
        return Improved(routes, tuple(driven), left)

    def _route(self, r: int) -> NodeRoute:
        fact = self.best.fact[r]
        kind, k, way = int(fact[KIND]), int(fact[LENGTH]), fact[WAY:].tolist()
        elements = self.best.seq[r, :k].astype(np.int64)
        visits = np.where(elements < self.n, elements, self.n - 1 - elements)
        if self.tips:
            lunch = None if way[LUNCH_AT] < 0 else (way[LUNCH_AT], way[LUNCH_BEGIN])
            begin = self.best.place[r, :k, BEGUN].copy()
            return NodeRoute(kind, visits, begin, way[LEFT_AT], way[HOME_AT], lunch)
        timed = timetable(self.problem, kind, visits)
        if timed is None:
            raise RuntimeError(f"{self.problem.name}: a route that was found cannot be driven")
        return timed


def _rows(kinds: NDArray[np.int64], wide: int, d: int, n: int) -> Rows:
    many = len(kinds)
    rows = Rows(
        seq=np.zeros((many, wide), np.int32), place=np.zeros((many, wide, LOADS + 2 * d), np.int64),
        fact=np.zeros((many, WAY + 6 + d), np.int64), value=np.zeros((many, 5)),
        where=np.full((n, 2), -1, np.int32),
    )  # fmt: skip
    rows.fact[:, KIND] = kinds
    return rows


def _near(problem: NodeProblem, wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """List the stops near each stop, the nearest first; all of them where they are few."""
    kind = problem.kinds[0]
    place = problem.stop_place
    ways = problem.seconds[kind.profile][np.ix_(place, place)].astype(float)
    both = np.minimum(ways, ways.T)
    both[:, ~wanted] = np.inf
    np.fill_diagonal(both, np.inf)
    many = len(place) - 1 if len(place) <= ALL_PLACES else NEAR
    return np.ascontiguousarray(np.argsort(both, axis=1, kind="stable")[:, :many], dtype=np.int32)
