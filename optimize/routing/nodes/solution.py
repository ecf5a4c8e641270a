"""A solution of a collection problem: what each truck visits, and when.

What a stretch of a route does to the clock is three numbers: who comes to it by ``late`` is done
with it at ``max(early, t + lasts)`` (waits and deadlines composed; Savelsbergh 1992, Vidal,
Crainic, Gendreau and Prins 2013). So all times of leaving and all places of the lunch are compared
in one pass forwards and one backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from optimize.routing.nodes.problem import FAR, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem, TruckKind

__all__ = ["NodeRoute", "NodeSolution", "Status", "driven_m", "route_cost", "timetable", "value_of"]

Status = Literal["optimal", "feasible", "partial", "none"]
_LONG_AGO = -NEVER


@dataclass(frozen=True, eq=False)
class NodeRoute:
    """What one truck does between leaving and coming home.

    Parameters
    ----------
    kind
        Of the truck, in ``problem.kinds``.
    visit : int64[k]
        Stops in order; ``-1 - f`` is a visit at facility f.
    begin : int64[k]
        When each service or visit begins.
    leave, home
        When the truck leaves and is home.
    lunch
        How many visits are done before it, and when it begins; None where there is none. It is
        taken before the truck drives on, or on arrival.
    """

    kind: int
    visit: NDArray[np.int64]
    begin: NDArray[np.int64]
    leave: int
    home: int
    lunch: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class NodeSolution:
    """Routes and what is known about them.

    Parameters
    ----------
    routes
        One for each truck that drives.
    value
        Cost of all routes and the prizes of optional stops that are skipped; goals are not in it.
    status
        "feasible", "partial" where stops are left that must be served, or "none" where none is
        served; "optimal" where there is nothing to serve.
    seconds, iterations
        Of the search.
    interrupted
        Whether Ctrl-C ended it.
    left
        Stops that must be served and fit into no route.
    skipped
        Optional stops that are not served.
    origin
        For each route, which one of those given to begin from it came from; -1 for a new one.
        Empty where none were given.
    """

    routes: tuple[NodeRoute, ...]
    value: int
    status: Status
    seconds: float
    iterations: int
    interrupted: bool = False
    left: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    origin: tuple[int, ...] = ()


class _Stretch(NamedTuple):
    """Who comes by ``late`` is done at ``max(early, t + lasts)``."""

    early: int
    lasts: int
    late: int


_NOTHING = _Stretch(_LONG_AGO, 0, NEVER)


def timetable(
    problem: NodeProblem,
    kind: int,
    visits: Sequence[int] | NDArray[np.int64],
    leave: int | None = None,
    not_before: Sequence[int] | NDArray[np.int64] | None = None,
) -> NodeRoute | None:
    """Say when a truck does what, its visits as they are.

    The route lasts no longer than it must: the truck leaves as late as the shortest route allows,
    and the lunch is where the route is shortest, then home earliest.

    Parameters
    ----------
    problem
        Stops and facilities.
    kind
        Of the truck.
    visits
        Stops in order; ``-1 - f`` for facility f.
    leave
        When the truck leaves; when it is best where not given.
    not_before : int[k]
        Each visit does not begin before, whatever its window.

    Returns
    -------
    NodeRoute or None
        None where it comes too late somewhere or for its lunch, lasts longer than its shift, or
        where there is no way. Loads and numbers of stops are not looked at.
    """
    truck = problem.kinds[kind]
    parts = _Parts(problem, truck, [int(v) for v in visits], not_before)
    if parts.broken:
        return None
    best: tuple[tuple[int, int], _Way] | None = None
    shift = NEVER if truck.shift_s is None else truck.shift_s
    for way in _ways(parts, truck, leave):
        found = _shortest(way)
        if found is None or found[0] > shift:
            continue
        if best is None or found < best[0]:
            best = (found, way)
    if best is None:
        return None
    (lasts, home), way = best
    return _driven(parts, truck, kind, home - lasts, way)


class _Parts:
    """Ways and services of a route, and what its beginnings and ends do to the clock."""

    def __init__(
        self,
        problem: NodeProblem,
        truck: TruckKind,
        visits: list[int],
        not_before: Sequence[int] | NDArray[np.int64] | None,
    ) -> None:
        self.visits = visits
        places = [truck.start, *(_place(problem, visit) for visit in visits), truck.end]
        table = problem.seconds[truck.profile]
        self.drive = [int(table[a, b]) for a, b in pairwise(places)]
        if len(visits) == 0:
            self.drive = [0]
        self.service: list[_Stretch] = []
        self.ready = _releases(problem, visits)
        for at, visit in enumerate(visits):
            if visit >= 0:
                (open_, close), lasts = problem.window[visit].tolist(), problem.service_s[visit]
            else:
                f = -1 - visit
                (open_, close), lasts = problem.facility_window[f].tolist(), problem.facility_s[f]
            if not_before is not None:
                open_ = max(open_, int(not_before[at]))
            self.service.append(_Stretch(open_ + int(lasts), int(lasts), min(close, NEVER)))
        self.broken = any(way >= FAR for way in self.drive) or any(
            one.early - one.lasts > one.late for one in self.service
        )

    def before_driving(self, at: int) -> _Stretch:
        """Wait after so many visits until the trip that begins there is released."""
        return _Stretch(self.ready[at], 0, NEVER)

    def way(self, at: int) -> _Stretch:
        """Drive on after so many visits."""
        return _Stretch(_LONG_AGO, self.drive[at], NEVER)


class _Way(NamedTuple):
    """A way to take the lunch, or none: where, what the route then does, when it may leave."""

    lunch: int | None
    on_arrival: bool
    stretch: _Stretch | None
    first: int
    last: int


def _ways(parts: _Parts, truck: TruckKind, leave: int | None) -> Iterator[_Way]:
    """Give the ways to take the lunch, or none."""
    first, last = truck.leave if leave is None else (leave, leave)
    first = max(first, parts.ready[0])
    by = NEVER if truck.home_by is None else truck.home_by
    many = len(parts.visits)
    steps = [_then(parts.before_driving(at), parts.way(at)) for at in range(many + 1)]
    ahead: list[_Stretch | None] = [_NOTHING]  # before the wait and the way after so many visits
    for at in range(many):
        ahead.append(_then(_then(ahead[at], steps[at]), parts.service[at]))
    whole = _then(ahead[many], steps[many])
    if truck.lunch is None:
        yield _Way(None, False, _by(whole, by), first, last)
        return
    until = truck.lunch[1]
    yield _Way(None, False, _by(whole, min(by, until)), first, last)
    yield _Way(None, False, _by(whole, by), max(first, until + 1), last)
    rest = _by(steps[many], by)
    yield from _lunches(parts, truck.lunch, ahead, steps, rest, first, min(last, until))


def _lunches(
    parts: _Parts,
    lunch: tuple[int, int, int],
    ahead: list[_Stretch | None],
    steps: list[_Stretch | None],
    rest: _Stretch | None,
    first: int,
    last: int,
) -> Iterator[_Way]:
    """Give the ways to take the lunch, from the last one to the first.

    Parameters
    ----------
    parts
        Of the route.
    lunch
        Earliest begin, latest begin, length.
    ahead, steps
        What is done in so many visits, and the wait and the way after them.
    rest
        What comes after the last visit.
    first, last
        When the route may leave.
    """
    begin, until, length = lunch
    pause = _Stretch(begin + length, length, until)
    many = len(parts.visits)
    for at in range(many, -1, -1):
        if at < many:
            after = _then(parts.service[at], rest)
            yield _Way(
                at, True, _then(_then(_then(ahead[at], steps[at]), pause), after), first, last
            )
            rest = _then(steps[at], after)
        if at > 0:
            yield _Way(at, False, _then(_then(ahead[at], pause), rest), first, last)


def _then(one: _Stretch | None, two: _Stretch | None) -> _Stretch | None:
    """Do one stretch after the other; None where the second is always too late."""
    if one is None or two is None or one.early > two.late:
        return None
    return _Stretch(
        max(two.early, one.early + two.lasts),
        one.lasts + two.lasts,
        min(one.late, two.late - one.lasts),
    )


def _by(stretch: _Stretch | None, by: int) -> _Stretch | None:
    """Be done with a stretch by a time."""
    return _then(stretch, _Stretch(_LONG_AGO, 0, by))


def _shortest(way: _Way) -> tuple[int, int] | None:
    """Leave as late as the shortest route allows; say how long it lasts and when it is home."""
    if way.stretch is None:
        return None
    early, lasts, late = way.stretch
    last = min(way.last, late)
    if last < way.first:
        return None
    leave = min(max(early - lasts, way.first), last)
    home = max(early, leave + lasts)
    return home - leave, home


def _driven(parts: _Parts, truck: TruckKind, kind: int, leave: int, way: _Way) -> NodeRoute:
    """Drive a route whose leaving and lunch are known."""
    now, begin, taken = leave, [], None
    earliest, length = (0, 0) if truck.lunch is None else (truck.lunch[0], truck.lunch[2])
    for at in range(len(parts.visits) + 1):
        if at == way.lunch and not way.on_arrival:
            taken = (at, max(now, earliest))
            now = taken[1] + length
        now = max(now, parts.ready[at]) + parts.drive[at]
        if at == way.lunch and way.on_arrival:
            taken = (at, max(now, earliest))
            now = taken[1] + length
        if at < len(parts.visits):
            early, lasts, _ = parts.service[at]
            begin.append(max(now, early - lasts))
            now = begin[-1] + lasts
    visit = np.array(parts.visits, dtype=np.int64)
    return NodeRoute(kind, visit, np.array(begin, dtype=np.int64), leave, now, taken)


def _place(problem: NodeProblem, visit: int) -> int:
    if visit >= 0:
        return int(problem.stop_place[visit])
    return int(problem.facility_place[-1 - visit])


def _releases(problem: NodeProblem, visits: list[int]) -> list[int]:
    """Say from when the truck may drive on after so many visits: a trip waits for its stops."""
    ready = [_LONG_AGO] * (len(visits) + 1)
    begun = 0
    for at, visit in enumerate(visits):
        if visit < 0:
            begun = at + 1
        else:
            ready[begun] = max(ready[begun], int(problem.release_s[visit]))
    return ready


def driven_m(problem: NodeProblem, route: NodeRoute) -> int:
    """Metres from leaving to home."""
    if len(route.visit) == 0:
        return 0
    truck = problem.kinds[route.kind]
    places = [truck.start, *(_place(problem, int(v)) for v in route.visit), truck.end]
    return int(problem.metres[truck.profile][places[:-1], places[1:]].sum())


def route_cost(problem: NodeProblem, route: NodeRoute) -> int:
    """Cost of a route: the truck, its seconds from leaving to home, its metres."""
    truck = problem.kinds[route.kind]
    lasts = route.home - route.leave
    return truck.fixed_cost + truck.cost_s * lasts + truck.cost_m * driven_m(problem, route)


def value_of(problem: NodeProblem, routes: Iterable[NodeRoute]) -> int:
    """Cost of all routes and the prizes of optional stops that none of them serves."""
    skipped = problem.prize > 0
    total = 0
    for route in routes:
        total += route_cost(problem, route)
        skipped[route.visit[route.visit >= 0]] = False
    return total + int(problem.prize[skipped].sum())
