"""What the visits of an edited plan bring to facilities in an hour, against what these take.

A visit that finds its facility full waits for a later hour where its route has the time: each full
hour is relieved by making one of its visits wait, the latest first, as long as the routes keep
their hours (a search with backtracking, of so many timetables at most).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from networks.errors import InputError
from scenarios.hours import DAYS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.edited import EditedPlan, EditedRoute, EditedRow

__all__ = ["intake_faults"]

_HOUR = 3600
_TIMETABLES = 300


@dataclass(frozen=True)
class _Timed:
    """A route, and when it does what with the waits that it was given."""

    route: EditedRoute
    rows: tuple[EditedRow, ...]
    visits: tuple[int, ...]
    not_before: tuple[int, ...]
    found: NodeRoute


_Hour = tuple[int, int]
"""A facility and an hour."""
_Tip = tuple[int, int, int, int]
"""When a visit begins, whose route of the day, at which place in it, and the grams that it tips."""


def intake_faults(question: CollectQuestion, plan: EditedPlan) -> tuple[list[InputError], int]:
    """Faults of visits for which their facility has no room, and the seconds of all waits for it.

    Parameters
    ----------
    question, plan
        What was asked, and the plan. Routes that do not keep their hours are left out.
    """
    problem = question.problem
    if problem.intake is None:
        return [], 0
    by_day: dict[int, list[_Timed]] = defaultdict(list)
    for route in plan.routes:
        timed = _timed(problem, route)
        if timed is not None:
            by_day[route.day].append(timed)
    faults: list[InputError] = []
    waits = 0
    for routes in by_day.values():
        before = sum(_lasts(one) for one in routes)
        search = _Search(problem, problem.intake)
        eased = search.ease(routes)
        if eased is None:
            faults += search.faults(question, routes)
        else:
            waits += sum(_lasts(one) for one in eased) - before
    return faults, waits


def _lasts(one: _Timed) -> int:
    return one.found.home - one.found.leave


def _timed(problem: NodeProblem, route: EditedRoute) -> _Timed | None:
    from optimize.routing.nodes.solution import timetable
    from scenarios.collection.edited_check import visits_of

    both = visits_of(route)
    rows, visits = tuple(row for row, _ in both), tuple(visit for _, visit in both)
    if all(visit < 0 for visit in visits):
        return None
    found = timetable(problem, route.kind, visits)
    return None if found is None else _Timed(route, rows, visits, (0,) * len(visits), found)


class _Search:
    """Looks for visits that can wait, so that no facility is brought too much in an hour."""

    def __init__(self, problem: NodeProblem, intake: NDArray[np.int64]) -> None:
        self.problem, self.intake = problem, intake
        self.left = _TIMETABLES

    def ease(self, routes: list[_Timed]) -> list[_Timed] | None:
        """Give the routes with waits under which every hour is kept; None where none were found."""
        full = next(iter(self._full(routes)), None)
        if full is None:
            return routes
        for tip in full[1]:
            more = self._waits(routes, tip, full[0][1] + 1)
            eased = None if more is None else self.ease(more)
            if eased is not None or self.left <= 0:
                return eased
        return None

    def faults(self, question: CollectQuestion, routes: list[_Timed]) -> list[InputError]:
        """Name a visit in every hour that is too full though who could wait does."""
        told: dict[_Hour, InputError] = {}
        self.left = _TIMETABLES
        while True:
            full = next((one for one in self._full(routes) if one[0] not in told), None)
            if full is None:
                return list(told.values())
            (facility, hour), tips = full
            moved = (self._waits(routes, tip, hour + 1) for tip in tips)
            eased = next((one for one in moved if one is not None), None)
            if eased is not None:
                routes = eased
                continue
            _, number, at, _ = tips[0]
            one = routes[number]
            grams, most = sum(tip[3] for tip in tips), int(self.intake[facility, hour])
            on = f" of {DAYS[one.route.day]}" if len(question.days) > 1 else ""
            told[facility, hour] = InputError(
                f"{question.dumps[facility].name} is brought {grams / 1e6:.2f} t in the hour from "
                f"{hour % 24:02d}:00{on}, and takes {most / 1e6:g} t",
                file=one.rows[at].where,
                mend="unload elsewhere, or in another hour",
            )

    def _full(self, routes: list[_Timed]) -> list[tuple[_Hour, list[_Tip]]]:
        """Hours in which a facility is brought too much, the first ones first; latest tip first."""
        tips: dict[_Hour, list[_Tip]] = defaultdict(list)
        for number, one in enumerate(routes):
            load = 0
            for at, visit in enumerate(one.visits):
                if visit >= 0:
                    days = one.route.gathered.get(visit, 1)
                    load += int(self.problem.amount[visit, 0]) * days
                    continue
                begin = int(one.found.begin[at])
                tips[-1 - visit, begin // _HOUR].append((begin, number, at, load))
                load = 0
        hours = self.intake.shape[1]
        full = [
            (key, sorted(own, reverse=True))
            for key, own in tips.items()
            if key[1] < hours and sum(tip[3] for tip in own) > self.intake[key]
        ]
        return sorted(full, key=lambda one: (one[0][1], one[0][0]))

    def _waits(self, routes: list[_Timed], tip: _Tip, hour: int) -> list[_Timed] | None:
        """Let a visit wait until an hour; None where its route has not the time."""
        from optimize.routing.nodes.solution import timetable

        _, number, at, grams = tip
        one = routes[number]
        if not grams or grams > self.intake[-1 - one.visits[at]].max():
            return None  # it waits for nothing
        if self.left <= 0:
            return None
        self.left -= 1
        not_before = (*one.not_before[:at], hour * _HOUR, *one.not_before[at + 1 :])
        found = timetable(self.problem, one.route.kind, one.visits, None, not_before)
        if found is None:
            return None
        changed = replace(one, not_before=not_before, found=found)
        return [*routes[:number], changed, *routes[number + 1 :]]
