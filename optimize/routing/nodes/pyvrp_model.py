"""Collection problems in PyVRP's words, and back.

PyVRP (Wouda, Lan and Kool 2024) knows trucks of several kinds, windows, shifts, releases, optional
stops and reloads at depots. The rest is written so that it needs no more:

* A truck that must be empty at home: its end is a place of its own, and the way there from a stop
  leads over the facility where that is cheapest, its visit included.
* Lunch: its length is cut out of the clock, in the middle of the time in which it may begin.
* What a kind may not serve: its own matrices, in which there is no way to those stops.
* Most load a day, or most stops: the way is measured in load, or in stops, and limited as the way
  can be. Metres are then priced by what they cost a second on the average.

What is still broken by this, `optimize.routing.nodes.improve` mends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.routing.nodes.problem import FAR, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyvrp
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem, TruckKind

__all__ = ["NodeModel"]

_NO_WAY = 20_000_000
"""Seconds and metres of a way that is none: more than any day, far less than what overflows."""
_END = 10_000_000
"""A time after all windows and shifts."""


@dataclass(frozen=True, eq=False)
class _Ends:
    """Where routes of a kind end: home, over the facility of each stop where it must be emptied."""

    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]
    facility: NDArray[np.int64]


class NodeModel:
    """A problem as PyVRP takes it.

    Parameters
    ----------
    problem
        What to serve.
    wanted : bool[c]
        Stops to be served; the others are not there.
    counts
        Trucks there are of each kind; None for any number.
    """

    def __init__(
        self,
        problem: NodeProblem,
        wanted: NDArray[np.bool_] | None = None,
        counts: Sequence[int | None] | None = None,
    ) -> None:
        self.problem = problem
        self.stops = np.arange(problem.n_stops) if wanted is None else np.flatnonzero(wanted)
        given = [kind.count for kind in problem.kinds] if counts is None else list(counts)
        many = [max(1, len(self.stops)) if count is None else count for count in given]
        self.kinds = [k for k, count in enumerate(many) if count > 0]
        self.ends = [_ends(problem, kind) for kind in problem.kinds]
        self.data = self._data(many)

    def _data(self, many: list[int]) -> pyvrp.ProblemData:
        from pyvrp import Depot, Location, ProblemData

        problem, m = self.problem, len(self.stops)
        starts = len(self.kinds)
        # locations: stops, then starts by kind, facilities, ends by kind
        locations = [Location(0.0, 0.0)] * (m + 2 * starts + problem.n_facilities)
        cut = self._cut()
        depots = [Depot(m + k) for k in range(starts)]
        depots += [
            Depot(
                m + starts + f,
                *_window(problem.facility_window[f], cut),
                service_duration=int(problem.facility_s[f]),
            )
            for f in range(problem.n_facilities)
        ]
        depots += [Depot(m + starts + problem.n_facilities + k) for k in range(starts)]
        tables: list[Any] = [self._tables(kind) for kind in self.kinds]
        return ProblemData(
            locations,
            self._clients(cut),
            depots,
            [self._vehicles(at, kind, many[kind], cut) for at, kind in enumerate(self.kinds)],
            [metres for _, metres in tables],
            [seconds for seconds, _ in tables],
        )

    def _cut(self) -> tuple[int, int]:
        """When the clock stands still, and for how long.

        Lunches of kinds that differ are cut out where that of the first is.
        """
        for kind in self.problem.kinds:
            if kind.lunch is not None:
                begin, until, length = kind.lunch
                return (begin + until) // 2, length
        return _END, 0

    def _clients(self, cut: tuple[int, int]) -> list[pyvrp.Client]:
        from pyvrp import Client

        problem = self.problem
        made = []
        for at, stop in enumerate(self.stops.tolist()):
            early, late = _window(problem.window[stop], cut)
            made.append(
                Client(
                    at,
                    pickup=problem.amount[stop].tolist(),
                    service_duration=int(problem.service_s[stop]),
                    tw_early=early,
                    tw_late=late,
                    release_time=_compressed(int(problem.release_s[stop]), cut),
                    prize=max(0, int(problem.prize[stop])),
                    required=bool(problem.prize[stop] < 0),
                )
            )
        return made

    def _limit(self) -> str | None:
        """Say what the way is measured in, where it is not metres."""
        kinds = [self.problem.kinds[k] for k in self.kinds]
        stops = len(self.stops)
        whole = self.problem.amount[self.stops].sum(axis=0)
        if any(kind.max_load is not None and (kind.max_load < whole).any() for kind in kinds):
            return "load"
        if any(kind.max_stops is not None and kind.max_stops < stops for kind in kinds):
            return "stops"
        return None

    def _most(self, kind: TruckKind) -> int | None:
        """Most of a way of a kind, where it is no metres."""
        if self._limit() == "stops":
            return kind.max_stops
        if self._limit() == "load" and kind.max_load is not None:
            return int(kind.max_load[self._scarce(kind)])
        return None

    def _scarce(self, kind: TruckKind) -> int:
        """Measure of which a kind could take the smallest share in a day."""
        if kind.max_load is None:
            return 0
        whole = self.problem.amount[self.stops].sum(axis=0)
        return int(np.argmax(whole / np.maximum(1, kind.max_load)))

    def _vehicles(
        self, at: int, number: int, count: int, cut: tuple[int, int]
    ) -> pyvrp.VehicleType:
        from pyvrp import VehicleType

        kind = self.problem.kinds[number]
        starts = len(self.kinds)
        visits = np.flatnonzero(self.problem.facilities_of(kind)).tolist()
        lunches = kind.lunch is not None and kind.leave[0] <= kind.lunch[1]
        shift = kind.shift_s
        if shift is not None and kind.lunch is not None and lunches:
            shift = max(0, shift - kind.lunch[2])
        per_m, per_s = kind.cost_m, kind.cost_s
        most: dict[str, Any] = {}
        if self._limit() is not None:
            per_m, per_s = 0, per_s + int(np.rint(per_m * self._speed(kind)))
            limit = self._most(kind)
            most = {} if limit is None else {"max_distance": limit}
        if shift is not None:
            most["shift_duration"] = shift
        if kind.max_trips is not None:
            most["max_reloads"] = kind.max_trips - 1
        late = _END if kind.home_by is None else min(_END, kind.home_by)
        return VehicleType(
            num_available=count,
            capacity=kind.capacity.tolist(),
            start_depot=at,
            end_depot=starts + self.problem.n_facilities + at,
            fixed_cost=kind.fixed_cost,
            tw_early=_compressed(kind.leave[0], cut),
            tw_late=_compressed(late, cut),
            start_late=_compressed(min(late, kind.leave[1]), cut),
            unit_distance_cost=per_m,
            unit_duration_cost=per_s,
            profile=at,
            reload_depots=[starts + f for f in visits],
            **most,
        )

    def _speed(self, kind: TruckKind) -> float:
        """Metres a second between stops on the average."""
        places = self.problem.stop_place[self.stops]
        metres = self.problem.metres[kind.profile][np.ix_(places, places)]
        seconds = self.problem.seconds[kind.profile][np.ix_(places, places)]
        there = (seconds < FAR) & (metres < FAR)
        return float(metres[there].sum() / max(1, int(seconds[there].sum())))

    def _tables(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds and ways between all locations, for a kind."""
        problem, kind, ends = self.problem, self.problem.kinds[number], self.ends[number]
        m, starts, facilities = len(self.stops), len(self.kinds), problem.n_facilities
        own = np.array([problem.kinds[k].start for k in self.kinds], dtype=np.int64)
        home = np.array([problem.kinds[k].end for k in self.kinds], dtype=np.int64)
        place = np.concatenate([problem.stop_place[self.stops], own, problem.facility_place, home])
        tables = []
        for table, to_end in ((problem.seconds, ends.seconds), (problem.metres, ends.metres)):
            full = np.minimum(table[kind.profile][np.ix_(place, place)], _NO_WAY)
            full[:, m + starts + facilities :] = np.minimum(to_end[place], _NO_WAY)[:, None]
            emptied = slice(m + starts, m + starts + facilities)
            straight = table[kind.profile][place[emptied], kind.end]
            full[emptied, m + starts + facilities :] = np.minimum(straight, _NO_WAY)[:, None]
            full[m : m + starts, m + starts + facilities :] = 0
            full[:, :m][:, ~problem.stops_of(kind)[self.stops]] = _NO_WAY
            np.fill_diagonal(full, 0)
            tables.append(full)
        seconds, metres = tables
        limit = self._limit()
        if limit is not None:
            metres = np.zeros_like(seconds)
            amount = problem.amount[self.stops]
            metres[:, :m] = 1 if limit == "stops" else amount[:, self._scarce(kind)]
            np.fill_diagonal(metres, 0)
        return seconds, metres

    def routes_of(self, solution: pyvrp.Solution) -> list[tuple[int, list[int]]]:
        """Say which kind each route is of, and what it visits; the last facility included."""
        made = []
        starts = len(self.kinds)
        for route in solution.routes():
            number = self.kinds[route.vehicle_type()]
            visits: list[int] = []
            for activity in list(route.schedule())[1:-1]:
                if activity.is_client():
                    visits.append(int(self.stops[activity.idx]))
                elif visits and visits[-1] >= 0:
                    visits.append(-1 - (activity.idx - starts))
            if visits and visits[-1] >= 0 and self.problem.kinds[number].empty_home:
                place = self.problem.stop_place[visits[-1]]
                visits.append(-1 - int(self.ends[number].facility[place]))
            if visits:
                made.append((number, visits))
        return made


def _ends(problem: NodeProblem, kind: TruckKind) -> _Ends:
    """Ways home from every place: over the cheapest facility where the truck is emptied there."""
    seconds = problem.seconds[kind.profile]
    metres = problem.metres[kind.profile]
    if not kind.empty_home:
        none = np.full(problem.n_places, -1, dtype=np.int64)
        return _Ends(seconds[:, kind.end], metres[:, kind.end], none)
    allowed = np.flatnonzero(problem.facilities_of(kind))
    place = problem.facility_place[allowed]
    over_s = seconds[:, place] + problem.facility_s[allowed] + seconds[place, kind.end]
    over_m = metres[:, place] + metres[place, kind.end]
    price = kind.cost_s * over_s + kind.cost_m * over_m
    price = price + 1e-6 * over_s  # by time where nothing costs
    best = np.argmin(price, axis=1)
    rows = np.arange(problem.n_places)
    return _Ends(over_s[rows, best], over_m[rows, best], allowed[best])


def _compressed(at: int, cut: tuple[int, int]) -> int:
    """Read a time off a clock that stands still from cut[0] on for cut[1]."""
    at = min(at, _END)
    return at - min(cut[1], max(0, at - cut[0]))


def _window(window: NDArray[np.int64], cut: tuple[int, int]) -> tuple[int, int]:
    return _compressed(int(window[0]), cut), _compressed(min(int(window[1]), NEVER), cut)
