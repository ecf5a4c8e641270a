"""Collection over a week: on which days each stop is visited, and what has gathered there by then.

A stop that is visited several times a week gets one of the patterns of days that its frequency
allows; each day is a problem of its own in which a stop loads what has gathered since the visit
before (Beltrami and Bodin 1974, Networks 4(1), who chose days for refuse collection first; Cordeau,
Gendreau and Laporte 1997, Networks 30(2), for the periodic problem as it is known now, in which a
visit loads the same each time). Which days may go together is said by `optimize.routing.patterns`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.check import NodeCheck, NodeFault, check_routes
from optimize.routing.nodes.solution import NodeSolution
from optimize.routing.patterns import WEEK, Spacing, pattern_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute

__all__ = ["PeriodProblem", "PeriodSolution", "check_period", "day_problem"]


@dataclass(frozen=True, eq=False)
class PeriodProblem:
    """Stops that are visited some times a week, every week alike.

    Parameters
    ----------
    problem
        One day on which every stop is visited; its trucks and facilities are there each day. Its
        amounts are what gathers at each stop in a day, of all seven days.
    times : int64[c]
        How often each stop is visited.
    days
        Working days, numbered in the week from 0, in order.
    x, y : float64[c]
        Where each stop lies, in any unit of length.
    spacing
        Rule for the days of a stop; see `optimize.routing.patterns`.

    Raises
    ------
    InputError
        If the arrays do not fit, a day is there twice or none, a stop is optional or to be visited
        on more days than there are, or no truck has room for what gathers between two visits.
    """

    problem: NodeProblem
    times: NDArray[np.int64]
    days: tuple[int, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    spacing: Spacing = "even"

    def __post_init__(self) -> None:
        name, n = self.problem.name, self.problem.n_stops
        given = np.asarray(self.times)
        whole = given.dtype.kind in "iu" or (given == np.rint(given)).all()
        object.__setattr__(self, "times", np.array(given, dtype=np.int64) if whole else given)
        for axis in ("x", "y"):
            object.__setattr__(self, axis, np.asarray(getattr(self, axis), dtype=np.float64))
        if not whole or self.times.shape != (n,) or self.x.shape != (n,) or self.y.shape != (n,):
            raise InputError(f"times and places are needed for {n} stops", place=name)
        if not (np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            raise InputError("a place is no number", place=name)
        days = list(self.days)
        if not days or days != sorted(set(days)) or days[0] < 0 or days[-1] >= WEEK:
            raise InputError(
                f"the days {days} are no working days of a week",
                place=name,
                mend="give each once, from 0 to 6, in order",
            )
        if n and not 1 <= self.times.min() <= self.times.max() <= len(days):
            wrong = int(self.times.max() if self.times.max() > len(days) else self.times.min())
            raise InputError(
                f"a stop is to be visited {wrong} times in {len(days)} days", place=name
            )
        if (self.problem.prize >= 0).any():
            stop = int(np.flatnonzero(self.problem.prize >= 0)[0])
            raise InputError(
                f"stop {stop} is optional, and what it has would gather for ever",
                place=name,
                mend="give it -1 for a prize",
            )
        self._check_room()

    def _check_room(self) -> None:
        for often, table in self.fits.items():
            full = np.flatnonzero((self.times == often) & ~table.any(axis=1))
            if len(full):
                stop = int(full[0])
                raise InputError(
                    f"no truck has room for what gathers at stop {stop}, {often} times a week",
                    place=self.problem.name,
                    mend="visit it more often",
                )

    @cached_property
    def patterns(self) -> dict[int, NDArray[np.bool_]]:
        """Patterns by frequency: whether each holds each day; bool[p, d]."""
        return pattern_tables(self.days, np.unique(self.times).tolist(), self.spacing)

    @cached_property
    def fits(self) -> dict[int, NDArray[np.bool_]]:
        """Say by frequency which stops some truck has room for in each pattern; bool[c, p]."""
        problem = self.problem
        found = {}
        for often, table in self.patterns.items():
            longest = self.gaps(table).max(axis=1)
            most = problem.amount[:, None, :] * longest[None, :, None]
            able = np.zeros(most.shape[:2], dtype=np.bool_)
            for kind in problem.kinds:
                room = kind.capacity
                if kind.max_load is not None:
                    room = np.minimum(room, kind.max_load)
                able |= (most <= room).all(axis=2) & problem.stops_of(kind)[:, None]
            found[often] = able
        return found

    def gaps(self, served: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the days since the visit before.

        Parameters
        ----------
        served : bool[k, d]
            On which days something is visited.

        Returns
        -------
        int64[k, d]
            7 for the only visit of a week, 0 on days without a visit.
        """
        day = np.array(self.days)
        found = np.zeros(served.shape, dtype=np.int64)
        for at in range(len(self.days)):
            since = (day[at] - day) % WEEK
            since[since == 0] = WEEK
            found[:, at] = np.where(served, since, WEEK).min(axis=1)
        return np.where(served, found, 0)


@dataclass(frozen=True, eq=False)
class PeriodSolution(NodeSolution):
    """Routes of all days, those of the first day first.

    Parameters
    ----------
    day
        Of each route, a place in the problem's `days`.
    missed
        Stop and day of what was to be visited on a day and fits no route of it; it counts as
        visited for the amounts of the other visits.
    """

    day: tuple[int, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()


def day_problem(
    period: PeriodProblem, stops: NDArray[np.int64], since: NDArray[np.int64]
) -> NodeProblem:
    """Give one day's problem.

    Parameters
    ----------
    period
        The week.
    stops : int64[k]
        Those that are visited on the day, in that order; one may be there several times.
    since : int64[k]
        Days in which what each loads has gathered.
    """
    problem = period.problem
    return replace(
        problem,
        stop_place=problem.stop_place[stops],
        amount=problem.amount[stops] * since[:, None],
        service_s=problem.service_s[stops],
        window=problem.window[stops],
        release_s=problem.release_s[stops],
        prize=problem.prize[stops],
        kinds=tuple(
            kind if kind.stops is None else replace(kind, stops=kind.stops[stops])
            for kind in problem.kinds
        ),
    )


# ---- check


def check_period(period: PeriodProblem, solution: PeriodSolution) -> NodeCheck:
    """Find the value of a plan and every rule that it breaks, with nothing of the search's.

    Parameters
    ----------
    period
        What was asked.
    solution
        The plan.

    Returns
    -------
    NodeCheck
        Routes in its faults are counted over the whole week.
    """
    many = len(period.days)
    if len(solution.day) != len(solution.routes):
        words = f"{len(solution.routes)} routes, and {len(solution.day)} days"
        return NodeCheck(0, (NodeFault("element", words),))
    wrong = [day for day in solution.day if not 0 <= day < many]
    if wrong:
        return NodeCheck(0, (NodeFault("element", f"there is no day {wrong[0]}", by=len(wrong)),))
    planned: list[set[int]] = [set() for _ in range(period.problem.n_stops)]
    faults = list(_visits_faults(period, solution, planned))
    if faults:
        return NodeCheck(0, tuple(faults))
    value = 0
    for day in range(many):
        numbers = [k for k, on in enumerate(solution.day) if on == day]
        checked = _check_day(period, day, [solution.routes[k] for k in numbers], planned)
        value += checked.value
        for fault in checked.faults:
            number = None if fault.route is None else numbers[fault.route]
            words = f"day {period.days[day]}: {fault.words}"
            faults.append(replace(fault, words=words, route=number))
    if value != solution.value:
        words = f"the routes are worth {value}, not {solution.value}"
        faults.append(NodeFault("value", words, by=abs(value - solution.value)))
    if bool(solution.missed) != (solution.status in ("partial", "none")):
        words = f"the status is {solution.status}, and {len(solution.missed)} visits are missed"
        faults.append(NodeFault("status", words))
    return NodeCheck(value, tuple(faults))


def _visits_faults(
    period: PeriodProblem, solution: PeriodSolution, planned: list[set[int]]
) -> Iterator[NodeFault]:
    """Say which stops are not visited as often, or on such days, as asked; note when they are."""
    n = period.problem.n_stops
    visits = [
        (int(stop), day)
        for route, day in zip(solution.routes, solution.day, strict=True)
        for stop in route.visit[route.visit >= 0]
    ]
    for stop, day in [*visits, *solution.missed]:
        if not (0 <= stop < n and 0 <= day < len(period.days)):
            yield NodeFault("element", f"there is no visit of stop {stop} on day {day}")
            continue
        if day in planned[stop]:
            where = f"on day {period.days[day]}"
            yield NodeFault("served", f"stop {stop} is visited or missed more than once {where}")
        planned[stop].add(day)
    least = {
        often: min(map(_unevenness, combinations(period.days, often)))
        for often in set(period.times.tolist())
    }
    for stop, on in enumerate(planned):
        often = int(period.times[stop])
        if len(on) != often:
            words = f"stop {stop} is visited {len(on)} times a week, not {often}"
            yield NodeFault("served", words, by=abs(len(on) - often))
        elif period.spacing == "even" and _unevenness(period.days[k] for k in on) > least[often]:
            named = [period.days[day] for day in sorted(on)]
            yield NodeFault("served", f"stop {stop} is visited on {named}, which lie too unevenly")


def _unevenness(days: Iterable[int]) -> tuple[int, int]:
    """Longest way from a day of the week to the next around the week, and the shortest, negative.

    An even choice has the least of all choices.
    """
    visited = sorted(days)
    apart = [b - a for a, b in pairwise([*visited, visited[0] + WEEK])]
    return max(apart), -min(apart)


def _check_day(
    period: PeriodProblem, day: int, routes: Sequence[NodeRoute], planned: list[set[int]]
) -> NodeCheck:
    """Check one day's routes as routes of those stops alone, with what has gathered by then."""
    stops = sorted({int(v) for route in routes for v in route.visit if v >= 0})
    if not routes:
        return NodeCheck(0, ())
    local = {stop: k for k, stop in enumerate(stops)}
    since = [_days_since(period, planned[stop], day) for stop in stops]
    problem = day_problem(period, np.array(stops, dtype=np.int64), np.array(since, dtype=np.int64))
    named = tuple(
        replace(route, visit=np.array([local.get(int(v), int(v)) for v in route.visit]))
        for route in routes
    )
    checked = check_routes(problem, named)
    # words name stops as the day has them: say which of the week's each is
    return replace(checked, faults=tuple(_named(fault, stops, named) for fault in checked.faults))


def _named(fault: NodeFault, stops: list[int], routes: Sequence[NodeRoute]) -> NodeFault:
    """Name the stop of a fault as the week does."""
    if fault.route is None or fault.visit is None or fault.visit >= len(routes[fault.route].visit):
        return fault
    stop = int(routes[fault.route].visit[fault.visit])
    if stop < 0:
        return fault
    return replace(fault, words=fault.words.replace(f"stop {stop}:", f"stop {stops[stop]}:"))


def _days_since(period: PeriodProblem, on: set[int], day: int) -> int:
    """Count back to the day of the visit before, in this week or the last."""
    visited = {period.days[k] for k in on}
    since = 1
    while (period.days[day] - since) % WEEK not in visited:
        since += 1
    return since
