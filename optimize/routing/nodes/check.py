"""Checking collection routes, with nothing of the solver's.

Every route is driven again by its own words: what it visits, when it says each begins, when it
leaves, lunches and is home. Each leg is looked up in the matrices, each load added up measure by
measure, each facility's hours filled anew. A fault names the route, the element, the rule, and by
how much it is broken.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimize.routing.nodes.problem import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem, TruckKind
    from optimize.routing.nodes.solution import NodeRoute, NodeSolution

__all__ = ["RULES", "NodeCheck", "NodeFault", "check_node_solution", "check_routes"]

RULES = (
    "capacity", "count", "element", "empty home", "facility", "frozen", "home", "home by",
    "intake", "kind", "leave", "locked", "lunch", "max load", "max stops", "max trips", "release",
    "served", "shift", "status", "stop", "time", "value", "way", "window",
)  # fmt: skip
"""What may be broken; "element" is a visit that there is none of, "time" being there too early."""

_HOUR = 3600


@dataclass(frozen=True)
class NodeFault:
    """A rule that is broken.

    Parameters
    ----------
    rule
        One of :data:`RULES`.
    words
        What is wrong, in words; names the route and the element.
    route
        Which one, from 0; None where it is of no one route.
    visit
        Place of the element in the route's visits; None where it is of no one visit.
    by
        By how much: seconds, units of a measure, stops or cost; 1 where it is a matter of yes or
        no.
    """

    rule: str
    words: str
    route: int | None = None
    visit: int | None = None
    by: int = 1

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class NodeCheck:
    """What a check found.

    Parameters
    ----------
    value
        Cost of all routes, and prizes of optional stops that are skipped.
    faults
        What is wrong; empty for a good solution.
    """

    value: int
    faults: tuple[NodeFault, ...]


def check_node_solution(
    problem: NodeProblem,
    solution: NodeSolution,
    *,
    start: Sequence[NodeRoute] = (),
    locked: NDArray[np.bool_] | Sequence[bool] | None = None,
    frozen: Sequence[int] = (),
) -> NodeCheck:
    """Find the value of a solution and every rule that it breaks.

    Parameters
    ----------
    problem, solution
        What was asked, and the answer.
    start
        Routes that the search began from.
    locked : bool[c], optional
        Stops that stay in their route of `start`, in the same order among themselves.
    frozen
        Routes of `start` that stay as they are.
    """
    checked = check_routes(problem, solution.routes)
    faults = list(checked.faults)
    faults += _served_faults(problem, solution)
    if checked.value != solution.value:
        by = abs(checked.value - solution.value)
        words = f"the routes are worth {checked.value}, not {solution.value}"
        faults.append(NodeFault("value", words, by=by))
    faults += _kept_faults(solution, start, locked, frozen)
    return NodeCheck(checked.value, tuple(faults))


def check_routes(problem: NodeProblem, routes: Sequence[NodeRoute]) -> NodeCheck:
    """Find the value of routes and the rules that they break, whatever they leave unserved."""
    faults: list[NodeFault] = []
    value = 0
    driven: Counter[int] = Counter()
    served: Counter[int] = Counter()
    tipped: Counter[tuple[int, int]] = Counter()
    for number, route in enumerate(routes):
        if not 0 <= route.kind < len(problem.kinds):
            words = f"route {number}: there is no kind {route.kind} of truck"
            faults.append(NodeFault("kind", words, number))
            continue
        driven[route.kind] += 1
        drive = _Drive(problem, number, route)
        value += drive.cost()
        served += drive.served
        tipped += drive.tipped
        faults += drive.faults
    for stop, prize in enumerate(problem.prize.tolist()):
        if prize > 0 and not served[stop]:
            value += prize
        if served[stop] > 1:
            words = f"stop {stop} is served {served[stop]} times"
            faults.append(NodeFault("served", words, by=served[stop] - 1))
    for index, kind in enumerate(problem.kinds):
        if kind.count is not None and driven[index] > kind.count:
            words = f"{driven[index]} routes, and {kind.count} trucks of {kind.name}"
            faults.append(NodeFault("count", words, by=driven[index] - kind.count))
    faults += _intake_faults(problem, tipped)
    return NodeCheck(value, tuple(faults))


def _intake_faults(problem: NodeProblem, tipped: Counter[tuple[int, int]]) -> Iterator[NodeFault]:
    if problem.intake is None:
        return
    hours = problem.intake.shape[1]
    for (facility, hour), amount in sorted(tipped.items()):
        most = int(problem.intake[facility, hour]) if hour < hours else amount
        if amount > most:
            words = f"facility {facility} takes {amount} from {hour}:00 to {hour + 1}:00, over the"
            yield NodeFault("intake", f"{words} {most} it may", by=amount - most)


def _served_faults(problem: NodeProblem, solution: NodeSolution) -> Iterator[NodeFault]:
    """Say which stops are served or not, against the words of the solution."""
    served = {int(v) for route in solution.routes for v in route.visit if v >= 0}
    left, skipped = set(solution.left), set(solution.skipped)
    for stop, prize in enumerate(problem.prize.tolist()):
        named = left if prize < 0 else skipped
        if stop not in served and stop not in named:
            yield NodeFault("served", f"stop {stop} is in no route, and nothing says so")
        if stop in served and stop in left | skipped:
            yield NodeFault("served", f"stop {stop} is served, and said not to be")
        if stop in (left if prize >= 0 else skipped):
            what = "optional" if prize >= 0 else "to be served"
            yield NodeFault("served", f"stop {stop} is {what}, and listed with the others")
    unknown = [stop for stop in left | skipped if not 0 <= stop < problem.n_stops]
    for stop in sorted(unknown):
        yield NodeFault("served", f"there is no stop {stop} that could be left")
    partial = solution.status in ("partial", "none")
    if bool(left) != partial:
        words = f"the status is {solution.status}, and {len(left)} stops are left"
        yield NodeFault("status", words, by=max(1, len(left)))


def _kept_faults(
    solution: NodeSolution,
    start: Sequence[NodeRoute],
    locked: NDArray[np.bool_] | Sequence[bool] | None,
    frozen: Sequence[int],
) -> Iterator[NodeFault]:
    """Say what of the routes begun from is not as it was to stay."""
    if not start or (locked is None and not frozen):
        return
    if len(solution.origin) != len(solution.routes):
        words = f"{len(solution.routes)} routes, and the origin of {len(solution.origin)}"
        yield NodeFault("locked", words, by=abs(len(solution.routes) - len(solution.origin)))
        return
    came = [origin for origin in solution.origin if origin >= 0]
    if len(set(came)) < len(came):
        yield NodeFault("locked", "two routes come from the same one")
    now = {origin: k for k, origin in enumerate(solution.origin)}
    for number, old in enumerate(start):
        new = solution.routes[now[number]] if number in now else None
        if number in frozen:
            same = new is not None and new.kind == old.kind
            if new is None or not same or new.visit.tolist() != old.visit.tolist():
                words = f"route {number} was to stay as it is, and did not"
                yield NodeFault("frozen", words, now.get(number))
        elif locked is not None:
            held = [int(v) for v in old.visit if v >= 0 and locked[int(v)]]
            for words in _locked_words(number, held, old, new):
                yield NodeFault("locked", words, now.get(number))


def _locked_words(
    number: int, held: list[int], old: NodeRoute, new: NodeRoute | None
) -> Iterator[str]:
    """Say which locked stops of a route are not where they were."""
    visits = [] if new is None else new.visit.tolist()
    gone = [stop for stop in held if stop not in visits]
    for stop in gone:
        yield f"stop {stop} was to stay in route {number}, and is not in it"
    if held and new is not None and new.kind != old.kind:
        yield f"route {number} has locked stops, and another kind of truck"
    order = [int(v) for v in visits if v in held]
    if not gone and order != held:
        yield f"the locked stops of route {number} are in the order {order}, not {held}"


class _Drive:
    """One route, driven by its own words."""

    def __init__(self, problem: NodeProblem, number: int, route: NodeRoute) -> None:
        self.problem = problem
        self.number = number
        self.route = route
        self.kind: TruckKind = problem.kinds[route.kind]
        self.faults: list[NodeFault] = []
        self.served: Counter[int] = Counter()
        self.tipped: Counter[tuple[int, int]] = Counter()
        self.metres = 0
        self.visits: list[int] = route.visit.tolist()
        if self._known():
            self._clock()
            self._loads()
        self._lunch()
        self._day()

    def cost(self) -> int:
        """Cost of the truck, its seconds and its metres."""
        lasts = self.route.home - self.route.leave
        return self.kind.fixed_cost + self.kind.cost_s * lasts + self.kind.cost_m * self.metres

    def _say(self, rule: str, what: str, visit: int | None = None, by: int = 1) -> None:
        words = f"route {self.number}"
        if visit is not None and visit < len(self.visits):
            words += f", {self._named(visit)}"
        self.faults.append(NodeFault(rule, f"{words}: {what}", self.number, visit, max(1, by)))

    def _named(self, at: int) -> str:
        visit = self.visits[at]
        return f"stop {visit}" if visit >= 0 else f"visit at facility {-1 - visit}"

    def _known(self) -> bool:
        """Whether all visits are of stops and facilities that there are, each with a time."""
        begins = len(self.route.begin)
        if begins != len(self.visits):
            self._say("element", f"{len(self.visits)} visits, and {begins} times")
            return False
        good = True
        for at, visit in enumerate(self.visits):
            if not -self.problem.n_facilities <= visit < self.problem.n_stops:
                self._say("element", f"there is no visit {visit}", at)
                good = False
        return good

    # ---- times

    def _clock(self) -> None:
        """Drive from place to place."""
        route, kind, problem = self.route, self.kind, self.problem
        place, now = kind.start, route.leave
        ready = self._released()
        if self.visits and ready[0] > route.leave:
            what = f"leaves at {route.leave}, before its stops are released at {ready[0]}"
            self._say("release", what, 0, ready[0] - route.leave)
        for at, visit in enumerate(self.visits):
            if visit >= 0:
                next_place, lasts = int(problem.stop_place[visit]), int(problem.service_s[visit])
                opens, closes = (int(one) for one in problem.window[visit])
            else:
                facility = -1 - visit
                next_place = int(problem.facility_place[facility])
                lasts = int(problem.facility_s[facility])
                opens, closes = (int(one) for one in problem.facility_window[facility])
            drive = self._leg(place, next_place, at)
            begin = int(route.begin[at])
            self._free_for_lunch(at, now, now + drive)
            self._arrives(at, now, ready[at] if at else now, drive, begin)
            if begin < opens:
                self._say("window", f"begins at {begin}, before {opens}", at, opens - begin)
            if begin > closes:
                self._say("window", f"begins at {begin}, after {closes}", at, begin - closes)
            place, now = next_place, begin + lasts
        self._comes_home(place, now)

    def _arrives(self, at: int, now: int, ready: int, drive: int, begin: int) -> None:
        """Compare the begin of a visit with when the truck can be there."""
        there = self._there(at, now, ready, drive)
        if begin >= there:
            return
        if begin >= self._there(at, now, now, drive):
            what = f"begins at {begin}, and its trip is released for {there}"
            self._say("release", what, at, there - begin)
        else:
            what = f"begins at {begin}, and the truck is there at {there}"
            self._say("time", what, at, there - begin)

    def _there(self, at: int, now: int, ready: int, drive: int) -> int:
        """When the truck can begin a visit, its lunch before the way to it or after it."""
        lunch, rule = self.route.lunch, self.kind.lunch
        arrived = max(now, ready) + drive
        if lunch is None or rule is None or lunch[0] != at:
            return arrived
        if lunch[1] >= arrived or at == 0:
            return max(lunch[1], arrived) + rule[2]
        return max(max(lunch[1], now) + rule[2], ready) + drive

    def _free_for_lunch(self, at: int, done: int, arrived: int) -> None:
        """See that the truck is neither at work nor on its way when it lunches."""
        lunch = self.route.lunch
        if lunch is None or self.kind.lunch is None or lunch[0] != at:
            return
        free = arrived if at == 0 else done
        if lunch[1] < free:
            what = f"lunches at {lunch[1]}, and is not free before {free}"
            self._say("lunch", what, at, free - lunch[1])

    def _comes_home(self, place: int, now: int) -> None:
        many = len(self.visits)
        drive = self._leg(place, self.kind.end, many) if many else 0
        home = now + drive
        lunch = self.route.lunch
        if lunch is not None and lunch[0] == many and self.kind.lunch is not None:
            self._free_for_lunch(many, now, now)
            home = lunch[1] + self.kind.lunch[2] + drive
        if home != self.route.home:
            what = f"is home at {home}, not at {self.route.home}"
            self._say("home", what, None, abs(home - self.route.home))

    def _leg(self, place: int, following: int, at: int) -> int:
        seconds = int(self.problem.seconds[self.kind.profile][place, following])
        metres = int(self.problem.metres[self.kind.profile][place, following])
        if seconds >= FAR or metres >= FAR:
            self._say("way", f"there is no way from place {place} to place {following}", at)
        self.metres += metres
        return seconds

    def _released(self) -> list[int]:
        """From when the truck may drive to each visit: a trip waits for all that is on it."""
        ready, begun = [0] * len(self.visits), 0
        for at, visit in enumerate(self.visits):
            if visit >= 0:
                ready[begun] = max(ready[begun], int(self.problem.release_s[visit]))
            else:
                begun = at + 1
        return ready

    def _lunch(self) -> None:
        """Look at the hours of the lunch, and whether there must be one."""
        lunch, rule = self.route.lunch, self.kind.lunch
        if rule is None:
            if lunch is not None:
                self._say("lunch", f"lunches, and {self.kind.name} has no lunch")
            return
        earliest, latest, _ = rule
        if lunch is None:
            if self.route.leave <= latest < self.route.home:
                what = f"is out from {self.route.leave} to {self.route.home} without lunch"
                self._say("lunch", what, None, self.route.home - latest)
            return
        if not 0 <= lunch[0] <= len(self.visits):
            self._say("lunch", f"lunches after {lunch[0]} visits, and has {len(self.visits)}")
        if lunch[1] < earliest:
            self._say("lunch", f"lunches at {lunch[1]}, before {earliest}", by=earliest - lunch[1])
        if lunch[1] > latest:
            self._say("lunch", f"lunches at {lunch[1]}, after {latest}", by=lunch[1] - latest)

    def _day(self) -> None:
        """Look at leaving, coming home and how long that is."""
        kind, route = self.kind, self.route
        if route.leave < kind.leave[0]:
            what = f"leaves at {route.leave}, before {kind.leave[0]}"
            self._say("leave", what, None, kind.leave[0] - route.leave)
        if route.leave > kind.leave[1]:
            what = f"leaves at {route.leave}, after {kind.leave[1]}"
            self._say("leave", what, None, route.leave - kind.leave[1])
        if kind.home_by is not None and route.home > kind.home_by:
            what = f"is home at {route.home}, after {kind.home_by}"
            self._say("home by", what, None, route.home - kind.home_by)
        lasts = route.home - route.leave
        if kind.shift_s is not None and lasts > kind.shift_s:
            what = f"is out for {lasts} s, more than {kind.shift_s}"
            self._say("shift", what, None, lasts - kind.shift_s)

    # ---- loads

    def _loads(self) -> None:
        """Fill and empty the truck."""
        problem, kind = self.problem, self.kind
        measures = range(problem.n_measures)
        load, total = [0] * len(measures), [0] * len(measures)
        trips, filled = 0, False
        for at, visit in enumerate(self.visits):
            if visit < 0:
                facility = -1 - visit
                if kind.facilities is not None and not kind.facilities[facility]:
                    self._say("facility", f"{kind.name} may not unload there", at)
                if problem.n_measures:
                    hour = int(self.route.begin[at]) // _HOUR
                    self.tipped[facility, hour] += load[0]
                load, filled = [0] * len(measures), False
                continue
            self.served[visit] += 1
            trips += not filled
            filled = True
            if kind.stops is not None and not kind.stops[visit]:
                self._say("stop", f"{kind.name} may not serve it", at)
            for one in measures:
                amount, most = int(problem.amount[visit, one]), int(kind.capacity[one])
                load[one] += amount
                total[one] += amount
                if load[one] > most and load[one] - amount <= most:
                    self._say("capacity", f"carries {load[one]} of measure {one}, over {most}", at,
                              load[one] - most)  # fmt: skip
        self._a_day(total, trips)
        if kind.empty_home and any(load):
            self._say("empty home", f"comes home with {load}", None, max(load))

    def _a_day(self, total: list[int], trips: int) -> None:
        kind, stops = self.kind, sum(self.served.values())
        if kind.max_load is not None:
            for one, (amount, most) in enumerate(zip(total, kind.max_load.tolist(), strict=True)):
                if amount > most:
                    what = f"collects {amount} of measure {one} in a day, over {most}"
                    self._say("max load", what, None, amount - most)
        if kind.max_stops is not None and stops > kind.max_stops:
            what = f"serves {stops} stops, over {kind.max_stops}"
            self._say("max stops", what, None, stops - kind.max_stops)
        if kind.max_trips is not None and trips > kind.max_trips:
            what = f"is filled {trips} times, over {kind.max_trips}"
            self._say("max trips", what, None, trips - kind.max_trips)
