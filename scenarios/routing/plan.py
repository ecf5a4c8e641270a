"""A plan of routes: solved, expanded to the edges that are driven along, and laid out as tables.

`legs` has one row an edge or stop and is what the check reads; `steps` has one row for each street
that is swept, each drive between two and each stop, and is what people read and edit. Routes are
numbered through all days of a plan; `day` is empty in a plan of one day.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.routing.answer import NO_ROOM, NoRoutes, Plan
from scenarios.routing.jobs import named, terms_of
from scenarios.routing.tables import (
    LEG_COLUMNS,
    STEP_COLUMNS,
    RouteRows,
    clock_text,
    day_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcGoals, ArcProblem
    from optimize.routing.arcs.solution import ArcSolution
    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.arcs.week import WeekProblem
    from scenarios.routing.build import RouteQuestion

__all__ = [
    "LEG_COLUMNS",
    "NO_ROOM",
    "STEP_COLUMNS",
    "NoRoutes",
    "RoutePlan",
    "bound_of",
    "clock_text",
    "goals_of",
    "make_plan",
    "solve_routes",
    "week_of",
]

_BOUND_SHARE, _BOUND_S = 0.2, 30.0
_SCAN_SHARE, _SCAN_S = 0.15, 10.0
_MOST_TOURS = 100_000


@dataclass(frozen=True, eq=False)
class RoutePlan(Plan):
    """Routes along streets and what they come to."""

    question: RouteQuestion
    solution: ArcSolution

    @property
    def seconds(self) -> int:
        """Seconds of all routes; the solution's value counts what a route costs apart, too."""
        fleet = self.question.streets.problem.fleet
        extra = sum(fleet[route.kind].route_cost for route in self.solution.routes)
        return self.solution.value - extra

    @property
    def cost_s(self) -> int:
        """Seconds, and what routes cost apart."""
        return self.solution.value

    @property
    def bound_s(self) -> int:
        """Least that they can come to."""
        return int(self.solution.bound)

    @property
    def gap(self) -> float:
        """Share of the cost that lies above the bound."""
        return self.solution.gap

    def figures(self) -> dict[str, Any]:
        """Give the manifest's figures of the job."""
        table, job = self.summary, self.question.job
        return {
            named("km_swept", job): round(float(table["km_swept"].sum()), 3),
            "km_deadhead": round(float(table["km_deadhead"].sum()), 3),
            named("dirt_kg", job): round(float(table["dirt_kg"].sum()), 1),
            named("dumps", job): int(table["dumps"].sum()),
            "tasks": self.question.n_tasks,
            "left_out_km": round(float(self.question.left_out["km"].sum()), 3),
        }


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
    began = time.perf_counter()
    problem = question.streets.problem
    bound = bound_of(question, min(_BOUND_SHARE * time_limit_s, _BOUND_S))
    _stop_if_impossible(question, bound)
    search = _Search(question, bound, began, time_limit_s, threads, seed, progress)
    if question.spec.is_week:
        found = search.week()
    elif problem.kinds or goals_of(question) is not None:
        found = search.kinds()
    else:
        found = search.plain()
    if found.status == "none" or not found.routes:
        raise NoRoutes(proven=False, reasons=_not_found(question, bound, time_limit_s))
    return replace(found, seconds=time.perf_counter() - began)


def goals_of(question: RouteQuestion) -> ArcGoals | None:
    """Goals beside the hours; None where there are none."""
    from optimize.routing.arcs.problem import ArcGoals

    spec = question.spec
    if spec.balance == 0 and spec.compactness == 0:
        return None
    x, y = _middles(question)
    return ArcGoals(spec.balance, spec.compactness, x, y)


def _middles(question: RouteQuestion) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each task lies, m."""
    network, edges = question.network, question.streets.task_edge[:, 0]
    ends = network.tail[edges], network.head[edges]
    return (
        0.5 * (network.x[ends[0]] + network.x[ends[1]]),
        0.5 * (network.y[ends[0]] + network.y[ends[1]]),
    )


def week_of(question: RouteQuestion) -> WeekProblem:
    """Put the problem of several days."""
    from optimize.routing.arcs.week import WeekProblem

    x, y = _middles(question)
    return WeekProblem(
        question.streets.problem, question.times, question.days, x, y, question.spec.spacing
    )


def bound_of(question: RouteQuestion, seconds: float) -> int:
    """Bound from below what routes come to, in seconds, what each route costs apart included.

    Parameters
    ----------
    question
        What is asked.
    seconds
        That the search for it takes at most.
    """
    from optimize.routing.arcs.lower_bound import arc_lower_bound
    from optimize.routing.arcs.relaxed import relaxed
    from optimize.routing.arcs.week import week_lower_bound

    if question.spec.is_week:
        return week_lower_bound(week_of(question), time_limit_s=seconds)
    return arc_lower_bound(relaxed(question.streets.problem), time_limit_s=seconds)


@dataclass(frozen=True)
class _Search:
    """One of the searches, by the clock."""

    question: RouteQuestion
    bound: int
    began: float
    time_limit_s: float
    threads: int
    seed: int
    progress: Callable[[ArcProgress, int], None] | None

    def left_s(self) -> float:
        """Seconds that are left; a tenth of all at least, for what follows the bound."""
        left = self.time_limit_s - (time.perf_counter() - self.began)
        return max(left, 0.1 * self.time_limit_s)

    def tell(self, step: ArcProgress) -> None:
        """Tell of a better solution."""
        if self.progress is not None:
            self.progress(replace(step, seconds=time.perf_counter() - self.began), self.bound)

    def week(self) -> ArcSolution:
        """Plan several days."""
        from optimize.routing.arcs.week_search import solve_week

        return solve_week(
            week_of(self.question),
            time_limit_s=self.left_s(),
            bound=self.bound,
            threads=self.threads,
            seed=self.seed,
            goals=goals_of(self.question),
            progress=self.tell,
        )

    def kinds(self) -> ArcSolution:
        """Find routes of one day for several kinds, in hours of the clock, or with goals."""
        from optimize.routing.arcs.first_routes import first_routes
        from optimize.routing.arcs.solve import solve_arcs

        problem = self.question.streets.problem
        seconds = min(_SCAN_SHARE * self.time_limit_s, _SCAN_S)
        start = first_routes(problem, time_limit_s=seconds, seed=self.seed)
        return solve_arcs(
            problem,
            time_limit_s=self.left_s(),
            start=start,
            threads=self.threads,
            seed=self.seed,
            bound=self.bound,
            progress=self.tell,
            goals=goals_of(self.question),
        )

    def plain(self) -> ArcSolution:
        """Find routes of one day for vehicles that are alike: giant tours first."""
        from optimize.routing.arcs.giant_tour import tour_arcs
        from optimize.routing.arcs.solve import ArcProgress, solve_arcs

        problem = self.question.streets.problem
        scan_s = min(_SCAN_SHARE * self.time_limit_s, _SCAN_S)
        best = _first(problem, scan_s, self.bound, self.seed)
        if best.status != "none":
            self.tell(ArcProgress(best.value, len(best.routes), 0, 0.0))
        if best.interrupted or best.status == "optimal":
            return best
        try:
            searched = solve_arcs(
                problem,
                time_limit_s=self.left_s(),
                threads=self.threads,
                seed=self.seed,
                bound=self.bound,
                progress=self.tell,
            )
            best = _better(best, searched)
            left = self.time_limit_s - (time.perf_counter() - self.began)
            if best.status in {"none", "partial"} and not searched.interrupted and left > 0.0:
                more = tour_arcs(
                    problem,
                    time_limit_s=left,
                    tours=_MOST_TOURS,
                    bound=self.bound,
                    seed=self.seed + 1,
                )
                best = _better(best, more)
        except KeyboardInterrupt:
            if best.status == "none":
                raise
            best = replace(best, interrupted=True)
        return best


def _first(problem: ArcProblem, seconds: float, bound: int, seed: int) -> ArcSolution:
    """Routes to begin with: cut out of giant tours, or scanned where those make too many."""
    from optimize.routing.arcs.giant_tour import tour_arcs
    from optimize.routing.arcs.scanning import scan_arcs

    best = tour_arcs(problem, time_limit_s=seconds, bound=bound, seed=seed)
    if best.status == "none":
        best = scan_arcs(problem, time_limit_s=seconds, bound=bound, seed=seed)
    return best


def _better(one: ArcSolution, other: ArcSolution) -> ArcSolution:
    """Take the one that leaves out less, then the cheaper; interrupted if the later one was."""

    def rank(solution: ArcSolution) -> tuple[bool, int, int]:
        return solution.status == "none", len(solution.left), solution.value

    return other if rank(other) < rank(one) else replace(one, interrupted=other.interrupted)


def _stop_if_impossible(question: RouteQuestion, bound: int) -> None:
    """Say so where arithmetic alone shows that there are no routes."""
    problem, kinds = question.streets.problem, question.kinds
    days = len(question.days) if question.spec.is_week else 1
    reasons = _too_far(question)
    counts = [kind.count or problem.n_tasks for kind in kinds]
    each = list(zip(counts, kinds, strict=True))
    hours = days * sum(n * kind.shift_h for n, kind in each)
    costs_s = days * sum(n * kind.cost_s for n, kind in each)  # the bound has them in it
    if bound > days * sum(n * kind.shift_s for n, kind in each) + costs_s:
        paid = f", whose routes cost {costs_s / 3600:g} h more" if costs_s else ""
        reasons.append(
            f"{_work(question, bound)}, and {_fleet(question)} have {hours:g} h{paid}; "
            "give more vehicles or a longer shift_h"
        )
    terms = terms_of(question.spec)
    unit, verb = ("m3", "spread") if question.spec.is_water else ("t", "swept up")
    tonnes = float((problem.demand * question.times).sum()) / 1e6
    can = days * sum(n * kind.capacity_t for n, kind in each)
    if not len(problem.facilities) and tonnes > can:
        reasons.append(
            f"{tonnes:.2f} {unit} are to be {verb}, and {_fleet(question, hours=False)} without a "
            f"{terms.place} carry {can:g} {unit}; give more vehicles, {question.spec.holds_key} or "
            f"a [[routes.{question.name}.{question.spec.sites_key}]]"
        )
    if reasons:
        raise NoRoutes(proven=True, reasons=tuple(reasons))


def _work(question: RouteQuestion, bound: int) -> str:
    """Say what is needed at least, the costs of routes counted as hours where there are any."""
    if any(kind.cost_s for kind in question.kinds):
        return f"the work and the costs of routes come to at least {bound / 3600:.1f} h"
    return f"the work takes at least {bound / 3600:.1f} h"


def _too_far(question: RouteQuestion) -> list[str]:
    """Say where a single street, with the way there and home, is too much for every shift."""
    from optimize.routing.arcs.layout import layout_of

    problem, network = question.streets.problem, question.network
    layout = layout_of(problem)
    alone = (layout.start.astype(np.int64) + layout.serve + layout.ending).min(axis=2)
    shifts = np.array([kind.shift_s for kind in question.kinds])
    over = (alone - shifts[:, None]).min(axis=0)
    task = int(np.argmax(over))
    if over[task] <= 0:
        return []
    many = int((over > 0).sum())
    kind = int(np.argmin(alone[:, task] - shifts))
    edge = int(question.streets.task_edge[task, 0])
    street = network.names[network.name[edge]] or "a street without a name"
    visit = "filling" if question.spec.is_water else "emptying"
    more = f" ({many} street sides are too far)" if many > 1 else ""
    said = (
        f"{street} alone, with the way there, the {visit} and the way home, takes "
        f"{alone[kind, task] / 3600:.2f} h, and a shift has {question.kinds[kind].shift_h:g} h"
        f"{more}; give a longer shift_h"
    )
    return [said]


def _fleet(question: RouteQuestion, *, hours: bool = True) -> str:
    """Say how many vehicles there are, of how many hours, on how many days."""
    counts = [kind.count for kind in question.kinds]
    if any(count is None for count in counts):
        words = "any number of vehicles"
    else:
        number = sum(count for count in counts if count is not None)
        words = "one vehicle" if number == 1 else f"{number} vehicles"
    shifts = sorted({kind.shift_h for kind in question.kinds})
    if hours:
        words += " of " + " and ".join(f"{shift:g}" for shift in shifts) + " h"
    if question.spec.is_week:
        words += f" on {len(question.days)} days"
    return words


def _not_found(question: RouteQuestion, bound: int, time_limit_s: float) -> tuple[str, ...]:
    said = (
        f"no routes for {_fleet(question)} were found in {time_limit_s:g} s; "
        f"{_work(question, bound)}"
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
        maker.add(route, found)
        legs += maker.legs
        steps += maker.steps
        summary.append(maker.summary(route))
    return RoutePlan(
        question,
        solution,
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
