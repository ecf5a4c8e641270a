"""The routes of a run: made on the spot, or read from plans, edited or not.

A plan of one day is driven on each of the service days; a plan over a week on its own days. In both
a truck is the n-th route of its kind on a day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from networks.errors import InputError
from scenarios.hours import day_index
from scenarios.waste.made import driven_routes
from scenarios.waste.schema import SELECTIONS, of_routes

if TYPE_CHECKING:
    from scenarios.collection.build import CollectQuestion
    from scenarios.waste.build import BuiltWaste
    from scenarios.waste.made import Driven
    from sim.waste import Routes, Trucks

__all__ = ["WastePlan", "make_routes"]

COLLECT, UNLOAD, BREAK = 0, 1, 2
_UNBOUNDED_L = 1e6  # inside of a truck whose volume is not said


@dataclass(frozen=True, eq=False)
class WastePlan:
    """Routes as the simulation drives them.

    Parameters
    ----------
    routes, trucks
        For the simulation: a route a truck and day.
    number : int64[r]
        Number of the plan's route that each of them drives, through all tables of routes.
    of : list of str
        Table of routes of each of the plan's routes, by number.
    origin
        Where the plans come from, for the manifest: by table of routes ``source`` ("made" or
        "read"), ``routes``, and more.
    warnings
        What looks odd.
    """

    routes: Routes
    trucks: Trucks
    number: np.ndarray[Any, np.dtype[np.int64]]
    of: list[str]
    origin: dict[str, Any]
    warnings: tuple[str, ...]


class _Route(NamedTuple):
    """A route of a plan: whose it is, when it leaves, and its steps."""

    of: str
    kind: int
    weekday: int | None
    leave_s: int
    shift_s: float
    steps: list[tuple[Any, ...]]


def make_routes(built: BuiltWaste) -> WastePlan:
    """Find the plans of a scenario, and lay them out over the days of the run.

    Parameters
    ----------
    built
        The scenario made ready.

    Raises
    ------
    InputError
        If a plan cannot be read, or no routes keep the rules.
    """
    planned: list[_Route] = []
    origin: dict[str, Any] = {}
    questions: dict[str, CollectQuestion] = {}
    warnings: list[str] = []
    for name in built.spec.routes:
        question, driven, told = driven_routes(built, name)
        questions[name] = question
        origin[name] = {**told, "routes": len(driven)}
        steps = _Steps(built, question)
        planned += [steps.route(name, one) for one in driven]
        warnings += [
            f"[routes.{name}]: {said}" for said in question.warnings if said not in built.warnings
        ]
        served = {visit for one in driven for visit, _, _ in one.visits if visit >= 0}
        left = [row for stop, row in enumerate(question.rows.tolist()) if stop not in served]
        if left:
            warnings.append(
                f"[routes.{name}]: no route serves {len(left)} of {len(question.rows)} points, "
                f"whose bins are never emptied; the first is {question.points.name[left[0]]}"
            )
        if steps.unknown:
            warnings.append(
                f"[routes.{name}]: {steps.unknown} stops are of stands that were left out"
            )
    trucks, place = _trucks(built, planned, questions)
    columns = _Columns(built)
    for day in range(built.days):
        weekday = (built.first_weekday + day) % 7
        for number, route in enumerate(planned):
            if weekday in service_days(built, route.of, route.weekday):
                columns.add(route, place[number], day, number)
    if not columns.number:
        raise InputError(
            f"no route leaves within the {built.days} days of the run",
            file=built.scenario.shown,
            place="[waste] days",
            mend="name days that the run has, or make horizon_h longer",
        )
    return WastePlan(
        columns.routes(),
        trucks,
        np.array(columns.number, dtype=np.int64),
        [route.of for route in planned],
        origin,
        tuple(warnings),
    )


def service_days(built: BuiltWaste, name: str, weekday: int | None) -> set[int]:
    """Weekdays on which a route is driven: its own, or those of its table of routes."""
    if weekday is not None:
        return {weekday}
    days = of_routes(built.spec.days, name, [])
    return {day_index(day) for day in days} or set(range(7))


class _Steps:
    """Turns what a truck visits into steps of the simulation."""

    def __init__(self, built: BuiltWaste, question: CollectQuestion) -> None:
        self.question = question
        self.stand = {row: number for number, row in enumerate(built.rows.row.tolist())}
        names = built.names
        self.facility = [names.index(place.name) for place in question.dumps]
        self.unknown = 0

    def route(self, name: str, driven: Driven) -> _Route:
        """Lay one route out; times count from when it leaves."""
        truck = self.question.kinds[driven.kind]
        found: list[tuple[Any, ...]] = []
        for place, (visit, begin, ended) in enumerate(driven.visits):
            self._rest(driven, place, found)
            if visit < 0:
                found.append((UNLOAD, self.facility[-1 - visit], 0.0, np.inf, 0.0, begin, ended))
                continue
            row = int(self.question.rows[visit])
            if row not in self.stand:
                self.unknown += 1
                continue
            opens, closes = self._window(visit, driven.leave_s)
            found.append((COLLECT, self.stand[row], opens, closes, 0.0, begin, ended))
        self._rest(driven, len(driven.visits), found)
        return _Route(
            name, driven.kind, driven.weekday, driven.leave_s, float(truck.shift_s), found
        )

    def _window(self, stop: int, leave_s: int) -> tuple[float, float]:
        """When a stop may begin, after leaving; one that never closes until inf."""
        from optimize.routing.nodes.problem import NEVER

        opens, closes = self.question.problem.window[stop].tolist()
        closes = np.inf if closes >= NEVER else float(max(0, closes - leave_s))
        return float(max(0, opens - leave_s)), closes

    def _rest(self, driven: Driven, place: int, found: list[tuple[Any, ...]]) -> None:
        pause = self.question.kinds[driven.kind].pause
        if driven.lunch is None or driven.lunch[0] != place or pause is None:
            return
        early, late, length = pause
        begin = driven.lunch[1]
        earliest, latest = max(0, early - driven.leave_s), max(0, late - driven.leave_s)
        found.append((BREAK, -1, earliest, latest, length, begin, begin + length))


def _trucks(
    built: BuiltWaste, planned: list[_Route], questions: dict[str, CollectQuestion]
) -> tuple[Trucks, list[int]]:
    """Trucks, and which one drives each route of the plan."""
    from sim.waste import Trucks

    seen: Counter[tuple[str, int, int | None]] = Counter()
    slots: dict[tuple[str, int, int], int] = {}
    place = []
    for route in planned:
        nth = seen[route.of, route.kind, route.weekday]
        seen[route.of, route.kind, route.weekday] += 1
        place.append(slots.setdefault((route.of, route.kind, nth), len(slots)))
    names, columns = built.names, []
    for name, kind, nth in slots:
        question = questions[name]
        truck = question.kinds[kind]
        depot = names.index(question.depots[truck.depot].name)
        litres = _UNBOUNDED_L if truck.volume_m3 is None else 1000.0 * truck.volume_m3
        code = built.streams.index(_stream(built, question, kind))
        label = " ".join(word for word in (name, truck.name, str(nth + 1)) if word)
        columns.append((code, depot, 1000.0 * truck.capacity_t, litres, truck.compaction, label))
    stream, depots, kg, space, pressed, labels = zip(*columns, strict=True)
    n = len(columns)
    trucks = Trucks(
        stream=np.array(stream, dtype=np.int64),
        depot=np.array(depots, dtype=np.int64),
        kg=np.array(kg),
        litres=np.array(space),
        compaction=np.array(pressed),
        crew=np.full(n, built.spec.crew),
        up_h=np.full(n, np.inf if built.spec.breakdown_h is None else built.spec.breakdown_h),
        repair_s=built.repair_s,
        names=list(labels),
    )
    return trucks, place


def _stream(built: BuiltWaste, question: CollectQuestion, kind: int) -> str:
    """Stream that a kind of trucks collects: a truck keeps none apart, so there must be one."""
    truck = question.kinds[kind]
    found = [name for name in built.streams if truck.may_collect(name)]
    asked = {question.points.stream[row] for row in question.rows.tolist()}
    found = [name for name in found if name in asked]
    if len(found) != 1:
        whose = f'trucks "{truck.name}"' if truck.name else "its trucks"
        raise InputError(
            f"{whose} collect {' and '.join(found) if found else 'nothing'}: in the simulation a "
            "truck collects one stream",
            file=built.scenario.shown,
            place=f"[routes.{question.name}] stream",
            mend='give one, as stream = "kitchen", and a table of routes for each',
        )
    return found[0]


class _Columns:
    """Columns of `Routes`, filled route by route."""

    def __init__(self, built: BuiltWaste) -> None:
        self.spec = built.spec
        self.number: list[int] = []
        self.route: list[tuple[float, ...]] = []
        self.first = [0]
        self.step: list[tuple[Any, ...]] = []

    def add(self, route: _Route, truck: int, day: int, number: int) -> None:
        """Add a route on a day."""
        spec, name = self.spec, route.of
        select = SELECTIONS.index(of_routes(spec.select, name, "fixed"))
        share, ahead = of_routes(spec.select_share, name, 0.7), of_routes(spec.ahead_h, name, 24)
        self.number.append(number)
        self.route.append((truck, day, route.leave_s, route.shift_s, select, share, round(ahead)))
        self.step += route.steps
        self.first.append(len(self.step))

    def routes(self) -> Routes:
        """Hand them over."""
        from sim.waste import Routes

        route = np.array(self.route, dtype=np.float64).T
        step = np.array(self.step, dtype=np.float64).T
        return Routes(
            vehicle=route[0].astype(np.int64),
            day=route[1].astype(np.int64),
            leave_s=route[2],
            shift_s=route[3],
            first=np.array(self.first, dtype=np.int64),
            kind=step[0].astype(np.int64),
            target=step[1].astype(np.int64),
            earliest_s=step[2],
            latest_s=step[3],
            length_s=step[4],
            select=route[4].astype(np.int64),
            share=route[5],
            ahead_h=route[6].astype(np.int64),
            planned_begin_s=step[5],
            planned_end_s=step[6],
        )
