"""The routes of a run: made on the spot, or read from a plan, edited or not.

A plan of one day is driven on each of the service days; a plan over a week on its own days. In both
a vehicle is the n-th route of its kind on a day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.hours import day_index
from sim.cleaning.plan import KINDS, Routes

if TYPE_CHECKING:
    import pandas as pd

    from optimize.routing.arcs.solution import ArcSolution
    from scenarios.cleaning.build import BuiltCleaning
    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.edited import EditedPlan
    from sim.cleaning import Vehicles

__all__ = ["CleaningPlan", "make_routes"]

SWEEP, DRIVE, DUMP, BREAK = (KINDS.index(kind) for kind in ("sweep", "drive", "dump", "break"))
_TOURS_AN_ITERATION = 20
_NO_LIMIT_S = 1e6  # a number of tours binds, so that results do not depend on the machine


@dataclass(frozen=True, eq=False)
class CleaningPlan:
    """Routes as the simulation drives them.

    Parameters
    ----------
    routes, vehicles
        For the simulation: a route a vehicle and day.
    number : int64[r]
        Number of the plan's route that each of them drives.
    origin
        Where the plan comes from, for the manifest: ``source`` ("made" or "read"), and more.
    """

    routes: Routes
    vehicles: Vehicles
    number: np.ndarray[Any, np.dtype[np.int64]]
    origin: dict[str, Any]


@dataclass(frozen=True)
class _Route:
    """A route of the plan: its steps, whose it is, and when it leaves."""

    number: int
    kind: int
    weekday: int | None
    leave_s: int
    shift_s: float
    steps: list[tuple[Any, ...]]


def make_routes(built: BuiltCleaning) -> CleaningPlan:
    """Find the plan of a scenario, and lay it out over the days of the run.

    Parameters
    ----------
    built
        The scenario made ready.

    Raises
    ------
    InputError
        If the plan cannot be read, is of other streets, or no routes keep the rules.
    """
    legs, origin = _made(built) if built.given is None else _read(built, built.given)
    planned = _planned(built, legs)
    names, kinds, place = _vehicles(built, planned)
    columns = _Columns()
    for day in range(built.days):
        weekday = (built.first_weekday + day) % 7
        for route in planned:
            if weekday in _service_days(built, route):
                columns.add(route, place[route.number], day)
    if not columns.number:
        raise InputError(
            f"no route leaves within the {built.days} days of the run",
            file=built.scenario.shown,
            place="[cleaning] days",
            mend="name days that the run has, or make horizon_h longer",
        )
    origin["routes"] = len(planned)
    return CleaningPlan(
        columns.routes(),
        built.vehicles(np.array(kinds, dtype=np.int64), names),
        np.array(columns.number, dtype=np.int64),
        origin,
    )


# ---- where it comes from


def _made(built: BuiltCleaning) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Make routes with so much effort, whatever the time: the same ones on every machine."""
    from scenarios.routing.plan import make_plan

    question, spec = built.question, built.spec
    if question.spec.is_week:
        raise InputError(
            "is a plan over a week, which takes longer to make than a run should",
            file=built.scenario.shown,
            place=f"[routes.{question.name}]",
            mend=f"make it with cityops routes {built.scenario.reference} {question.name}, and "
            "name its folder in [cleaning] plan",
        )
    head = built.scenario.spec.scenario
    seed = head.seed if question.spec.seed is None else question.spec.seed
    solution = _quick(question, spec.effort, seed)
    if solution is not None and solution.interrupted:
        raise KeyboardInterrupt  # what it has so far is not what another run would have
    if solution is None or not solution.routes:
        raise InputError(
            "no routes were found that keep its rules",
            file=built.scenario.shown,
            place=f"[routes.{question.name}]",
            mend=f"see why with cityops routes {built.scenario.reference} {question.name}",
        )
    plan = make_plan(question, solution)
    origin = {
        "source": "made",
        "effort": spec.effort,
        "seed": seed,
        "hours": round(plan.seconds / 3600.0, 4),
        "left_km": round(float(plan.question.left_out["km"].sum()), 3),
    }
    return plan.legs, origin


def _quick(question: RouteQuestion, effort: int, seed: int) -> ArcSolution | None:
    """Cut giant tours, or scan; search where there are kinds of vehicles, or windows."""
    from optimize.routing.arcs.giant_tour import tour_arcs
    from optimize.routing.arcs.scanning import scan_arcs
    from optimize.routing.arcs.solve import solve_arcs
    from scenarios.routing.plan import goals_of

    problem, iterations = question.streets.problem, max(1, effort // _TOURS_AN_ITERATION)
    if problem.kinds or goals_of(question) is not None:
        return solve_arcs(
            problem, time_limit_s=_NO_LIMIT_S, iterations=iterations, seed=seed,
            goals=goals_of(question),
        )  # fmt: skip
    made = tour_arcs(problem, time_limit_s=_NO_LIMIT_S, tours=effort, seed=seed)
    if made.status == "none":
        made = scan_arcs(problem, time_limit_s=_NO_LIMIT_S, scans=effort, seed=seed)
    return None if made.status == "none" else made


def _read(built: BuiltCleaning, given: EditedPlan) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Drive the routes of a plan that was read, by the quickest ways between their streets."""
    import pandas as pd

    from optimize.routing.arcs.solution import ArcRoute, ArcSolution
    from scenarios.routing.edited_check import arc_route
    from scenarios.routing.plan import make_plan

    tables: list[pd.DataFrame] = []
    numbered = 0
    for day in sorted({route.day for route in given.routes}):
        routes = tuple(
            ArcRoute(*arc_route(route), kind=route.kind)
            for route in given.routes
            if route.day == day
        )
        question = replace(built.question, days=(day,))
        plan = make_plan(question, ArcSolution(routes, 0, 0.0, "feasible", 0.0, 0))
        tables.append(plan.legs.assign(route=plan.legs["route"] + numbered))
        numbered += len(routes)
    legs = pd.concat(tables, ignore_index=True)
    return _with_stops(built, legs), {"source": "read", "file": given.shown}


def _with_stops(built: BuiltCleaning, legs: pd.DataFrame) -> pd.DataFrame:
    """Take the legs of the plan's folder, with its waits and breaks, where nobody edited it."""
    import pandas as pd

    stored = Path(str(built.spec.plan)) / "tables" / "legs.parquet"
    if not stored.is_file():
        return legs
    whole = pd.read_parquet(stored)
    if not set(legs.columns) <= set(whole.columns):
        return legs
    return whole if _done(legs) == _done(whole) else legs


def _done(legs: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Say what each route does, and who drives it when; how its waits lie is left aside."""
    rows = legs[legs["kind"].isin(("sweep", "dump", "depot"))]
    rows = rows.sort_values(["route", "order"], kind="stable")
    columns = ["day", "vehicle", "kind", "edge", "node"]
    return sorted(
        tuple(part[columns].itertuples(index=False, name=None)) for _, part in rows.groupby("route")
    )


# ---- legs to steps


def _planned(built: BuiltCleaning, legs: pd.DataFrame) -> list[_Route]:
    """Split the legs into routes, each with its steps."""
    question = built.question
    maker = _Steps(built)
    found = []
    names = [kind.name for kind in question.kinds]
    for number, (_, rows) in enumerate(legs.groupby("route", sort=True), 1):
        ordered = rows.sort_values("order", kind="stable").to_dict("records")
        records = [{str(key): value for key, value in row.items()} for row in ordered]
        word = str(records[0]["vehicle"])
        if word not in names:
            raise InputError(
                f'its plan has vehicles "{word}", and [routes.{question.name}] has none',
                file=built.scenario.shown,
                place="[cleaning] plan",
                mend="make the routes again with this scenario",
            )
        kind = names.index(word)
        own, day_word = question.kinds[kind], str(records[0]["day"])
        day = day_index(day_word) if day_word else None
        found.append(
            _Route(number, kind, day, own.leaves_s, float(own.shift_s), maker.steps(records))
        )
    return found


class _Steps:
    """Turns the legs of a route into steps of the simulation."""

    def __init__(self, built: BuiltCleaning) -> None:
        question = built.question
        self.length = question.network.length_m
        self.piece: dict[int, int] = {}
        for piece, edges in enumerate(question.streets.task_edge.tolist()):
            self.piece |= {edge: piece for edge in edges if edge >= 0}
        depots = len(question.depots)
        self.facility = {p.node: k for k, p in enumerate(question.depots)}
        self.dump = {p.node: depots + k for k, p in enumerate(question.dumps)}
        self.ends_full = not question.dumps
        self.shown = built.scenario.shown

    def steps(self, legs: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """List kind, target, edges, speed, earliest, length, planned begin and end of each."""
        found: list[tuple[Any, ...]] = []
        edges: list[int] = []
        began = ended = 0
        earliest = 0
        for leg in legs:
            start, seconds = int(leg["start_s"]), int(leg["seconds"])
            if leg["kind"] == "drive" and int(leg["edge"]) >= 0:
                began = began if edges else start
                edges.append(int(leg["edge"]))
                ended = start + seconds
                continue
            if edges:
                found.append((DRIVE, -1, edges, np.nan, 0, 0, began, ended))
                edges = []
            if leg["kind"] == "wait":
                earliest = start + seconds
                continue
            step = self._stop(leg, start, seconds, found)
            if step is not None:
                found.append((*step[:4], earliest or step[4], *step[5:]))
                earliest = 0
        if edges:
            found.append((DRIVE, -1, edges, np.nan, 0, 0, began, ended))
        if self.ends_full and found:
            depot = self.facility[int(legs[-1]["node"])]
            last = found[-1][7]
            found.append((DUMP, depot, [], np.nan, 0, 0, last, last))
        return found

    def _stop(
        self, leg: dict[str, Any], start: int, seconds: int, found: list[tuple[Any, ...]]
    ) -> tuple[Any, ...] | None:
        end = start + seconds
        if leg["kind"] == "sweep":
            edge = int(leg["edge"])
            if edge not in self.piece:
                raise InputError(
                    f"its plan sweeps edge {edge}, which is not to be swept",
                    file=self.shown,
                    place="[cleaning] plan",
                    mend="make the routes again with this scenario",
                )
            sweeping = max(seconds - int(leg.get("turn_s", 0)), 1)
            kmh = 3.6 * float(self.length[edge]) / sweeping
            return (SWEEP, self.piece[edge], [], kmh, 0, 0, start, end)
        if leg["kind"] == "dump":
            return (DUMP, self.dump[int(leg["node"])], [], np.nan, 0, 0, start, end)
        if leg["kind"] == "break":
            at, after_drive = -1, bool(found) and found[-1][0] == DRIVE
            if after_drive:
                node = int(leg["node"])
                at = self.dump.get(node, self.facility.get(node, -1))
            step: tuple[Any, ...] = (BREAK, at, [], np.nan, start, seconds, start, end)
            if after_drive and at < 0:  # on the way: it is taken before the drive
                found.insert(len(found) - 1, step)
                return None
            return step
        return None  # the depot


def _vehicles(
    built: BuiltCleaning, planned: list[_Route]
) -> tuple[list[str], list[int], dict[int, int]]:
    """Names and kinds of the vehicles, and which one drives each route of the plan."""
    question = built.question
    seen: Counter[tuple[int | None, int]] = Counter()
    slots: dict[tuple[int, int], int] = {}
    place = {}
    for route in planned:
        nth = seen[route.weekday, route.kind]
        seen[route.weekday, route.kind] += 1
        place[route.number] = slots.setdefault((route.kind, nth), len(slots))
    names = []
    for kind, nth in slots:
        label = question.kinds[kind].label()
        names.append(f"{label} {nth + 1}".strip())
    return names, [kind for kind, _ in slots], place


def _service_days(built: BuiltCleaning, route: _Route) -> set[int]:
    """Weekdays on which a route of the plan is driven."""
    if route.weekday is not None:
        return {route.weekday}
    if not built.spec.days:
        return set(range(7))
    return {day_index(day) for day in built.spec.days}


class _Columns:
    """Columns of `Routes`, filled route by route."""

    def __init__(self) -> None:
        self.number: list[int] = []
        self.route: list[tuple[int, int, int, float]] = []
        self.first = [0]
        self.step: list[tuple[Any, ...]] = []
        self.leg_first = [0]
        self.leg_edge: list[int] = []

    def add(self, route: _Route, vehicle: int, day: int) -> None:
        """Add a route on a day."""
        self.number.append(route.number)
        self.route.append((vehicle, day, route.leave_s, route.shift_s))
        for step in route.steps:
            self.step.append((step[0], step[1], *step[3:]))
            self.leg_edge += step[2]
            self.leg_first.append(len(self.leg_edge))
        self.first.append(len(self.step))

    def routes(self) -> Routes:
        """Hand them over."""
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
            leg_first=np.array(self.leg_first, dtype=np.int64),
            leg_edge=np.array(self.leg_edge, dtype=np.int64),
            speed_kmh=step[2],
            earliest_s=step[3],
            length_s=step[4],
            planned_begin_s=step[5],
            planned_end_s=step[6],
        )
