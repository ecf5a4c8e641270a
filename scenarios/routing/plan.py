"""A plan of routes: solved, expanded to the edges that are driven along, and laid out as tables.

`legs` has one row an edge or stop and is what the check reads; `steps` has one row for each street
that is swept, each drive between two and each stop, and is what people read and edit. Routes are
numbered through all days of a plan; `day` is empty in a plan of one day.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scenarios.routing.tables import (
    LEG_COLUMNS,
    STEP_COLUMNS,
    RouteRows,
    clock_text,
    day_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.solution import ArcSolution
    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.arcs.streets import Leg
    from scenarios.routing.build import RouteQuestion

__all__ = [
    "LEG_COLUMNS",
    "NO_ROOM",
    "STEP_COLUMNS",
    "NoRoutes",
    "RoutePlan",
    "clock_text",
    "make_plan",
    "solve_routes",
]

_BOUND_SHARE, _BOUND_S = 0.2, 30.0
_SCAN_SHARE, _SCAN_S = 0.15, 10.0
_MOST_TOURS = 100_000
NO_ROOM = "no room in the shifts"


class NoRoutes(Exception):  # noqa: N818 - it is an answer, no error
    """No routes keep the rules, or none were found in time; the input is sound.

    Parameters
    ----------
    proven
        Whether there are none at all.
    reasons
        Why, in words.
    """

    def __init__(self, proven: bool, reasons: tuple[str, ...]) -> None:  # noqa: FBT001
        super().__init__("; ".join(reasons))
        self.proven = proven
        self.reasons = reasons


@dataclass(frozen=True, eq=False)
class RoutePlan:
    """Routes and what they come to.

    Parameters
    ----------
    question
        What was asked.
    solution
        Of the search, with its bound.
    routes
        Legs of each route.
    legs, steps, summary
        Tables: an edge or stop a row; a step a row; a route a row.
    """

    question: RouteQuestion
    solution: ArcSolution
    routes: tuple[tuple[Leg, ...], ...]
    legs: pd.DataFrame
    steps: pd.DataFrame
    summary: pd.DataFrame

    @property
    def seconds(self) -> int:
        """Seconds of all routes; the solution's value counts what a route costs apart, too."""
        fleet = self.question.streets.problem.fleet
        extra = sum(fleet[route.kind].route_cost for route in self.solution.routes)
        return self.solution.value - extra


def solve_routes(
    question: RouteQuestion,
    *,
    time_limit_s: float,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[ArcProgress, int], None] | None = None,
) -> ArcSolution:
    """Bound, cut giant tours (or scan, where they do not do), then search.

    Parameters
    ----------
    question
        What is asked.
    time_limit_s
        Of all together; a fifth of it, at most 30 s, for the bound.
    threads, seed
        As `optimize.routing.arcs.solve.solve_arcs` takes them.
    progress
        Called with each better solution and the bound.

    Raises
    ------
    NoRoutes
        If no routes keep the rules, or none were found in time.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    from optimize.routing.arcs.giant_tour import tour_arcs
    from optimize.routing.arcs.lower_bound import arc_lower_bound
    from optimize.routing.arcs.solve import ArcProgress, solve_arcs

    problem = question.streets.problem
    began = time.perf_counter()

    def left_s() -> float:
        return max(time_limit_s - (time.perf_counter() - began), 0.0)

    def tell(value: int, routes: int) -> None:
        if progress is not None:
            progress(ArcProgress(value, routes, 0, time.perf_counter() - began), bound)

    bound = arc_lower_bound(problem, time_limit_s=min(_BOUND_SHARE * time_limit_s, _BOUND_S))
    _stop_if_impossible(question, bound)
    scan_s = min(_SCAN_SHARE * time_limit_s, _SCAN_S)
    best = _first(problem, scan_s, bound, seed)
    if best.status != "none":
        tell(best.value, len(best.routes))
    if best.interrupted or best.status == "optimal":
        return best
    try:
        searched = solve_arcs(
            problem,
            time_limit_s=max(left_s(), 0.1 * time_limit_s),
            threads=threads,
            seed=seed,
            bound=bound,
            progress=lambda step: tell(step.value, step.routes),
        )
        best = _better(best, searched)
        if searched.status == "none" and not searched.interrupted and left_s() > 0.0:
            more = tour_arcs(
                problem, time_limit_s=left_s(), tours=_MOST_TOURS, bound=bound, seed=seed + 1
            )
            best = _better(best, more)
    except KeyboardInterrupt:
        if best.status == "none":
            raise
        best = replace(best, interrupted=True)
    if best.status == "none":
        raise NoRoutes(proven=False, reasons=_not_found(question, bound, time_limit_s))
    return replace(best, seconds=time.perf_counter() - began)


def _first(problem: ArcProblem, seconds: float, bound: int, seed: int) -> ArcSolution:
    """Routes to begin with: cut out of giant tours, or scanned where those make too many."""
    from optimize.routing.arcs.giant_tour import tour_arcs
    from optimize.routing.arcs.scanning import scan_arcs

    best = tour_arcs(problem, time_limit_s=seconds, bound=bound, seed=seed)
    if best.status == "none":
        best = scan_arcs(problem, time_limit_s=seconds, bound=bound, seed=seed)
    return best


def _better(one: ArcSolution, other: ArcSolution) -> ArcSolution:
    """Take the cheaper of two; interrupted if the later one was."""
    if other.status != "none" and (one.status == "none" or other.value < one.value):
        return other
    return replace(one, interrupted=other.interrupted)


def _stop_if_impossible(question: RouteQuestion, bound: int) -> None:
    """Say so where arithmetic alone shows that there are no routes."""
    spec, problem = question.spec, question.streets.problem
    reasons = _too_far(question)
    if spec.vehicles is None:
        spec = spec.model_copy(update={"vehicles": problem.n_tasks})
    assert spec.vehicles is not None  # noqa: S101 - given just above
    if bound > 3600 * spec.shift_h * spec.vehicles:
        reasons.append(
            f"the work takes at least {bound / 3600:.1f} h, and {_vehicles(spec.vehicles)} of "
            f"{spec.shift_h:g} h have {spec.shift_h * spec.vehicles:g} h; give more vehicles or a "
            "longer shift_h"
        )
    tonnes, can = problem.demand.sum() / 1e6, spec.capacity_t * spec.vehicles
    if not len(problem.facilities) and tonnes > can:
        reasons.append(
            f"{tonnes:.2f} t are to be swept up, and {_vehicles(spec.vehicles)} without a dump "
            f"site carry {can:g} t; give more vehicles, capacity_t or a [[routes."
            f"{question.name}.dump]]"
        )
    if reasons:
        raise NoRoutes(proven=True, reasons=tuple(reasons))


def _too_far(question: RouteQuestion) -> list[str]:
    """Say where a single street, with the way there and home, is too much for a shift."""
    from optimize.routing.arcs.layout import layout_of

    problem, network = question.streets.problem, question.network
    layout = layout_of(problem)
    alone = (layout.start.astype(np.int64) + layout.serve + layout.ending).min(axis=(0, 2))
    task = int(np.argmax(alone))
    if problem.most_cost is None or alone[task] <= problem.most_cost:
        return []
    many = int((alone > problem.most_cost).sum())
    edge = int(question.streets.task_edge[task, 0])
    street = network.names[network.name[edge]] or "a street without a name"
    more = f" ({many} street sides are too far)" if many > 1 else ""
    said = (
        f"{street} alone, with the way there, the emptying and the way home, takes "
        f"{alone[task] / 3600:.2f} h, and a shift has {question.spec.shift_h:g} h{more}; give a "
        "longer shift_h"
    )
    return [said]


def _vehicles(number: int) -> str:
    return "one vehicle" if number == 1 else f"{number} vehicles"


def _not_found(question: RouteQuestion, bound: int, time_limit_s: float) -> tuple[str, ...]:
    spec = question.spec
    who = "any number of vehicles" if spec.vehicles is None else _vehicles(spec.vehicles)
    said = (
        f"no routes of at most {spec.shift_h:g} h for {who} were found in {time_limit_s:g} s; the "
        f"work takes at least {bound / 3600:.1f} h"
    )
    return (
        said,
        "give more vehicles, a longer shift_h, or a longer --time-limit",
    )


# ---- tables


def make_plan(question: RouteQuestion, solution: ArcSolution) -> RoutePlan:
    """Expand a solution and lay it out.

    Parameters
    ----------
    question
        What was asked.
    solution
        Its routes. Streets that it leaves out are added to the question's `left_out`.
    """
    import pandas as pd

    from optimize.routing.arcs.streets import street_routes

    question = _with_left(question, solution)
    routes = street_routes(question.streets, solution)
    days = _days_of(question, solution)
    legs, steps, summary = [], [], []
    for number, (route, found, day) in enumerate(
        zip(routes, solution.routes, days, strict=True), 1
    ):
        maker = RouteRows(question, number, found.kind, day)
        maker.add(route)
        legs += maker.legs
        steps += maker.steps
        summary.append(maker.summary(route))
    return RoutePlan(
        question,
        solution,
        routes,
        pd.DataFrame(legs, columns=list(LEG_COLUMNS)),
        pd.DataFrame(steps, columns=list(STEP_COLUMNS)),
        pd.DataFrame(summary),
    )


def _days_of(question: RouteQuestion, solution: ArcSolution) -> list[int]:
    """Day of the week of each route, Monday 0."""
    days: tuple[int, ...] = getattr(solution, "day", ())
    return [question.days[k] for k in days or [0] * len(solution.routes)]


def _with_left(question: RouteQuestion, solution: ArcSolution) -> RouteQuestion:
    """Add what fits no route to what is left out."""
    import pandas as pd

    missed: tuple[tuple[int, int], ...] = getattr(solution, "missed", ())
    lost = [(task, day_name(question.days[day])) for task, day in missed]
    lost = lost or [(task, "") for task in solution.left]
    if not lost:
        return question
    network = question.network
    rows = []
    for task, day in lost:
        edge = int(question.streets.task_edge[task, 0])
        rows.append(
            (
                network.names[network.name[edge]],
                network.class_names[network.road_class[edge]],
                float(network.length_m[edge]) / 1000.0,
                NO_ROOM,
                edge,
                float(network.lon[network.tail[edge]]),
                float(network.lat[network.tail[edge]]),
                day,
            )
        )
    more = pd.DataFrame(rows, columns=question.left_out.columns)
    table = more if question.left_out.empty else pd.concat([question.left_out, more])
    words = (
        f"{len(rows)} street sides of {more['km'].sum():.2f} km fit no route: too few vehicles or "
        "hours; tables/left_out.parquet lists them"
    )
    return replace(
        question,
        left_out=table.reset_index(drop=True),
        warnings=(*question.warnings, words),
    )
