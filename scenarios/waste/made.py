"""What trucks visit in which order: routes made on the spot, or those of a plan that is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from networks.errors import InputError
from scenarios.merge import shown_path
from scenarios.waste.schema import of_routes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute
    from scenarios.collection.build import CollectQuestion
    from scenarios.waste.build import BuiltWaste

__all__ = ["Driven", "driven_routes"]

_NO_LIMIT_S = 1e6  # a number of iterations binds, so that results do not depend on the machine


class Driven(NamedTuple):
    """A route of a plan.

    Parameters
    ----------
    kind
        Of the truck, in the question's kinds.
    weekday
        Monday 0; None for a plan of one day.
    leave_s
        Seconds after midnight.
    visits
        Stop of the question, or ``-1 - f`` for its facility f; planned begin and end, seconds after
        leaving.
    lunch
        How many visits are done before it, and its planned begin after leaving; None for none.
    """

    kind: int
    weekday: int | None
    leave_s: int
    visits: list[tuple[int, float, float]]
    lunch: tuple[int, float] | None


def driven_routes(
    built: BuiltWaste, name: str
) -> tuple[CollectQuestion, list[Driven], dict[str, Any]]:
    """Find the routes of one table: read its plan, or make routes.

    Parameters
    ----------
    built
        The scenario made ready.
    name
        Of [routes.NAME].

    Returns
    -------
    CollectQuestion, list of Driven, dict
        The question, its routes, and where they come from.

    Raises
    ------
    InputError
        If a plan cannot be read, or no routes keep the rules.
    """
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.build import build_routes

    question = build_routes(built.scenario, name, networks={built.network.mode: built.network})
    assert isinstance(question, CollectQuestion)  # noqa: S101 - refused by the rules
    plan = of_routes(built.spec.plan, name)
    if plan is not None:
        return _read(built, question, str(plan))
    return _made(built, question)


def _made(
    built: BuiltWaste, question: CollectQuestion
) -> tuple[CollectQuestion, list[Driven], dict[str, Any]]:
    """Make routes with so much effort, whatever the time: the same ones on every machine."""
    from optimize.routing.nodes.solve import solve_nodes
    from scenarios.collection.plan import goals_of

    shown, place = built.scenario.shown, f"[routes.{question.name}]"
    if question.spec.is_week:
        raise InputError(
            "is a plan over a week, which takes longer to make than a run should",
            file=shown,
            place=place,
            mend=f"make it with cityops routes {built.scenario.reference} {question.name}, and "
            "name its folder in [waste] plan",
        )
    head = built.scenario.spec.scenario
    seed = head.seed if question.spec.seed is None else question.spec.seed
    problem = beyond_border(built, question)
    solution = solve_nodes(
        problem,
        time_limit_s=_NO_LIMIT_S,
        iterations=built.spec.effort,
        seed=seed,
        goals=goals_of(question),
    )
    if solution.interrupted:
        raise KeyboardInterrupt  # what it has so far is not what another run would have
    if not solution.routes:
        raise InputError(
            "no routes were found that keep its rules",
            file=shown,
            place=place,
            mend=f"see why with cityops routes {built.scenario.reference} {question.name}",
        )
    origin = {
        "source": "made",
        "effort": built.spec.effort,
        "seed": seed,
        "hours": round(sum(r.home - r.leave for r in solution.routes) / 3600.0, 4),
        "left": len(solution.left),
    }
    return question, [_driven(problem, route, None) for route in solution.routes], origin


def _driven(problem: NodeProblem, route: NodeRoute, weekday: int | None) -> Driven:
    lasts = [
        int(problem.service_s[v]) if v >= 0 else int(problem.facility_s[-1 - v])
        for v in route.visit.tolist()
    ]
    visits = [
        (v, float(begin - route.leave), float(begin - route.leave + last))
        for v, begin, last in zip(route.visit.tolist(), route.begin.tolist(), lasts, strict=True)
    ]
    lunch = None if route.lunch is None else (route.lunch[0], float(route.lunch[1] - route.leave))
    return Driven(route.kind, weekday, int(route.leave), visits, lunch)


def beyond_border(built: BuiltWaste, question: CollectQuestion) -> NodeProblem:
    """Give facilities beyond the border of the streets places of their own, farther off.

    Others of the same junction, be they depots, stops or facilities, stay where they are.
    """
    problem, own = question.problem, {f.name: f for f in built.spec.facility}
    place, at = problem.facility_place.copy(), list(range(problem.n_places))
    extra_s, extra_m = [0] * len(at), [0] * len(at)
    for number, site in enumerate(question.dumps):
        facility = own.get(site.name)
        if facility is None or not (facility.beyond_min or facility.beyond_km):
            continue
        at.append(int(place[number]))
        place[number] = len(at) - 1
        extra_s.append(round(60.0 * facility.beyond_min))
        extra_m.append(round(1000.0 * facility.beyond_km))
    return replace(
        problem,
        seconds=tuple(_farther(table, at, extra_s) for table in problem.seconds),
        metres=tuple(_farther(table, at, extra_m) for table in problem.metres),
        facility_place=place,
    )


def _farther(table: NDArray[np.int64], at: list[int], extra: list[int]) -> NDArray[np.int64]:
    """Ways between places at some places of a table, each so much farther off."""
    more = np.array(extra, dtype=np.int64)
    ways = table[np.ix_(at, at)] + more[:, None] + more[None, :]
    np.fill_diagonal(ways, 0)
    return ways


def _read(
    built: BuiltWaste, question: CollectQuestion, plan: str
) -> tuple[CollectQuestion, list[Driven], dict[str, Any]]:
    """Drive the routes of a plan that was read, its stops in their order."""
    from scenarios.routing.edited import read_edited

    path = Path(plan)
    faults = built.scenario.faults()
    keys = ("waste", "plan", *((question.name,) if isinstance(built.spec.plan, dict) else ()))
    try:
        given = read_edited(question, path, shown_path(path))
        given.stop()
    except InputError as error:
        faults.include(error, keys)
        faults.stop()
        raise
    problem = beyond_border(built, question)
    driven = []
    for route in given.routes:
        visits = [
            visit
            for row in route.rows
            for visit in ([-1 - row.arc[0]] if row.is_dump else row.task)
        ]
        if visits:
            weekday = route.day if question.spec.is_week else None
            driven.append(_timed(problem, question, route.kind, weekday, visits))
    if not driven:
        faults.add(keys, "has no route", "name a plan with rows that collect")
        faults.stop()
    origin = {"source": "read", "file": shown_path(path), "week": question.spec.is_week}
    return question, driven, origin


def _timed(
    problem: NodeProblem,
    question: CollectQuestion,
    kind: int,
    weekday: int | None,
    visits: list[int],
) -> Driven:
    """Say when a route does what: as the rules have it, or plainly where an edit broke one."""
    from optimize.routing.nodes.solution import timetable

    found = timetable(problem, kind, visits)
    if found is not None:
        return _driven(problem, found, weekday)
    truck = problem.kinds[kind]
    seconds, at, now = problem.seconds[truck.profile], truck.start, 0.0
    timed = []
    for visit in visits:
        is_stop = visit >= 0
        place = problem.stop_place[visit] if is_stop else problem.facility_place[-1 - visit]
        lasts = problem.service_s[visit] if is_stop else problem.facility_s[-1 - visit]
        begin = now + float(seconds[at, place])
        now, at = begin + float(lasts), int(place)
        timed.append((visit, begin, now))
    return Driven(kind, weekday, question.kinds[kind].leaves_s, timed, None)
