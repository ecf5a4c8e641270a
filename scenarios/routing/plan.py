"""A plan of routes: solved, expanded to the edges that are driven along, and laid out as tables.

`legs` has one row an edge or stop and is what the check reads; `steps` has one row for each street
that is swept, each drive between two and each stop, and is what people read and edit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

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
    "STEP_COLUMNS",
    "NoRoutes",
    "RoutePlan",
    "clock_text",
    "make_plan",
    "solve_routes",
]

LEG_COLUMNS = (
    "route", "order", "step", "kind", "edge", "node", "seconds", "start_s", "load_kg",
)  # fmt: skip
STEP_COLUMNS = (
    "route", "order", "kind", "street", "side", "from_lon", "from_lat", "to_lon", "to_lat",
    "km", "minutes", "clock", "load_kg", "lock",
)  # fmt: skip
_BOUND_SHARE, _BOUND_S = 0.2, 30.0
_SCAN_SHARE, _SCAN_S = 0.15, 10.0
_MOST_TOURS = 100_000
_SIDES = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")


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
        Its routes.
    """
    import pandas as pd

    from optimize.routing.arcs.streets import street_routes

    routes = street_routes(question.streets, solution)
    legs, steps, summary = [], [], []
    for number, route in enumerate(routes, 1):
        maker = _RouteTables(question, number)
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


def clock_text(week_s: float) -> str:
    """Time of day of a second of the week.

    Examples
    --------
    >>> clock_text(86400 + 5 * 3600 + 90)
    '05:01'
    """
    minutes = int(week_s // 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class _RouteTables:
    """Rows of one route, built from leg to leg."""

    def __init__(self, question: RouteQuestion, number: int) -> None:
        self.question = question
        self.network = question.network
        self.number = number
        self.at_s = 0
        self.load = 0
        self.legs: list[tuple[Any, ...]] = []
        self.steps: list[tuple[Any, ...]] = []

    def add(self, route: tuple[Leg, ...]) -> None:
        """Add a whole route."""
        depot = self.question.depot
        self._stop("depot", depot.name, depot.node, 0)
        group: list[Leg] = []
        for leg in route:
            if group and not self._goes_on(group[-1], leg):
                self._moving(group)
                group = []
            if leg.kind == "dump":
                name = next(d.name for d in self.question.dumps if d.node == leg.node)
                self.load = 0
                self._stop("dump", name, leg.node, leg.seconds)
            else:
                group.append(leg)
        if group:
            self._moving(group)
        if not self.question.dumps:
            self.load = 0
        self._stop("depot", depot.name, depot.node, 0)

    def _goes_on(self, last: Leg, leg: Leg) -> bool:
        """Whether a leg belongs to the step of the one before: the same street and side."""
        if last.kind != leg.kind or leg.kind == "dump":
            return False
        one, other = int(last.edges[-1]), int(leg.edges[0])
        if leg.kind == "drive":
            return True
        same_street = self.network.name[one] == self.network.name[other]
        return bool(same_street) and other != int(self.network.reverse[one])

    def _stop(self, kind: str, name: str, node: int, seconds: int) -> None:
        step = len(self.steps)
        start_s = self.at_s
        self.legs.append(
            (self.number, len(self.legs), step, kind, -1, node, seconds, start_s, self.load / 1000)
        )
        self.at_s += seconds
        lon, lat = self._lonlat(node)
        self.steps.append(
            (
                self.number, step, kind, name, "", lon, lat, lon, lat, 0.0,
                round(seconds / 60, 2), self._clock(start_s), self.load / 1000, "",
            )
        )  # fmt: skip

    def _moving(self, group: list[Leg]) -> None:
        """One step of one or several legs."""
        kind, step, start_s, metres = group[0].kind, len(self.steps), self.at_s, 0.0
        for leg in group:
            for edge in leg.edges.tolist():
                is_swept = leg.kind == "sweep"
                seconds = leg.seconds if is_swept else int(self.question.streets.drive_s[edge])
                self.load += leg.grams if is_swept else 0
                self.legs.append(
                    (
                        self.number, len(self.legs), step, kind, edge,
                        int(self.network.head[edge]), seconds, self.at_s, self.load / 1000,
                    )
                )  # fmt: skip
                self.at_s += seconds
                metres += float(self.network.length_m[edge])
        edges = [edge for leg in group for edge in leg.edges.tolist()]
        first, last = int(self.network.tail[edges[0]]), int(self.network.head[edges[-1]])
        street = self._street(edges) if kind == "sweep" else ""
        side = self._side(edges) if kind == "sweep" else ""
        self.steps.append(
            (
                self.number, step, kind, street, side, *self._lonlat(first), *self._lonlat(last),
                round(metres / 1000, 4), round((self.at_s - start_s) / 60, 2),
                self._clock(start_s), self.load / 1000, "",
            )
        )  # fmt: skip

    def _street(self, edges: list[int]) -> str:
        from networks.direction_texts import plain_name

        return plain_name(self.network.names[self.network.name[edges[0]]])

    def _side(self, edges: list[int]) -> str:
        """Side of the street that is swept, by the course of the whole stretch."""
        network, spec = self.network, self.question.spec
        twin = network.reverse[edges]
        one_way = (twin < 0) | (self.question.streets.drive_s[twin] < 0)
        if spec.sides == "both" or one_way.all():
            return "both"
        first, last = network.tail[edges[0]], network.head[edges[-1]]
        dx, dy = network.x[last] - network.x[first], network.y[last] - network.y[first]
        if dx == 0 and dy == 0:
            return spec.traffic
        turn = -90.0 if spec.traffic == "right" else 90.0
        course = float(np.degrees(np.arctan2(dy, dx))) + turn
        return _SIDES[round(course / 45.0) % 8]

    def _lonlat(self, node: int) -> tuple[float, float]:
        return round(float(self.network.lon[node]), 6), round(float(self.network.lat[node]), 6)

    def _clock(self, seconds: int) -> str:
        return clock_text(self.question.start_s + seconds)

    def summary(self, route: tuple[Leg, ...]) -> dict[str, Any]:
        """Lay out what the route comes to."""
        length = self.network.length_m
        km = {
            kind: sum(float(length[leg.edges].sum()) for leg in route if leg.kind == kind) / 1000
            for kind in ("sweep", "drive")
        }
        return {
            "route": self.number,
            "start": self._clock(0),
            "end": self._clock(self.at_s),
            "hours": self.at_s / 3600,
            "km_swept": km["sweep"],
            "km_deadhead": km["drive"],
            "dumps": sum(leg.kind == "dump" for leg in route),
            "dirt_kg": sum(leg.grams for leg in route) / 1000,
            "streets": sum(step[2] == "sweep" for step in self.steps),
        }
