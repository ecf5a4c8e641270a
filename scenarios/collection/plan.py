"""A plan of collection: solved, expanded to the edges that are driven along, and laid out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.collection.tables import POINT_LEG_COLUMNS, POINT_STEP_COLUMNS, PointRows
from scenarios.routing.answer import NO_ROOM, NoRoutes, Plan
from scenarios.routing.tables import day_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcGoals
    from optimize.routing.nodes.periodic import PeriodProblem
    from optimize.routing.nodes.solution import NodeSolution
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.collection.build import CollectQuestion

__all__ = ["SKIPPED", "CollectPlan", "goals_of", "plan_collection", "solve_collection"]

SKIPPED = "not worth its prize"


@dataclass(frozen=True, eq=False)
class CollectPlan(Plan):
    """Routes of collection and what they come to."""

    question: CollectQuestion
    solution: NodeSolution

    @property
    def seconds(self) -> int:
        """Seconds of all routes, as the search has them."""
        return sum(route.home - route.leave for route in self.solution.routes)

    @property
    def cost_s(self) -> float:
        """What the search sought the least of, as seconds; goals are not in it."""
        return self.solution.value / self.question.unit

    def figures(self) -> dict[str, Any]:
        """Give the manifest's figures of the job."""
        table, left_out = self.summary, self.question.left_out
        return {
            "points": int(table["points"].sum()),
            "km": round(float(table["km"].sum()), 3),
            "waste_kg": round(float(table["waste_kg"].sum()), 1),
            "unloads": int(table["unloads"].sum()),
            "tasks": self.question.n_tasks,
            "left_out_points": len(left_out),
            "left_out_kg": round(float(left_out["kg"].sum()), 1),
            "points_assumed": self.question.points.is_assumed,
        }

    @property
    def bound_s(self) -> None:
        """No bound from below is known."""
        return None


def goals_of(question: CollectQuestion) -> ArcGoals | None:
    """Goals beside the cost; None where there are none."""
    from optimize.routing.arcs.problem import ArcGoals

    spec, unit = question.spec, question.unit
    if spec.balance == 0 and spec.compactness == 0:
        return None
    node = question.node[question.rows]
    return ArcGoals(
        unit * spec.balance,
        unit * spec.compactness,
        question.network.x[node],
        question.network.y[node],
    )


def solve_collection(
    question: CollectQuestion,
    *,
    time_limit_s: float,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[NodeProgress], None] | None = None,
) -> NodeSolution:
    """Search routes.

    Parameters
    ----------
    question
        What is asked.
    time_limit_s
        Of the search.
    threads, seed
        As `optimize.routing.nodes.solve.solve_nodes` takes them.
    progress
        Called with each better solution.

    Raises
    ------
    NoRoutes
        If no routes keep the rules, or none were found in time.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    from optimize.routing.nodes.solve import solve_nodes

    began = time.perf_counter()
    _stop_if_impossible(question)
    found: NodeSolution
    if question.spec.is_week:
        from optimize.routing.nodes.periodic_search import solve_period

        found = solve_period(
            week_of(question),
            time_limit_s=time_limit_s,
            threads=threads,
            seed=seed,
            progress=progress,
        )
    else:
        found = solve_nodes(
            question.problem,
            time_limit_s=time_limit_s,
            threads=threads,
            seed=seed,
            goals=goals_of(question),
            progress=progress,
        )
    if not found.routes and found.skipped and not found.left:
        raise NoRoutes(
            proven=False,
            reasons=(
                "no point is worth its prize: every route that was found costs more than it brings",
                "give higher prizes, lower costs, or points without a prize, which must be served",
            ),
        )
    if found.status == "none" or not found.routes:
        raise NoRoutes(
            proven=False,
            reasons=(
                f"no routes for {_fleet(question)} were found in {time_limit_s:g} s",
                "give more trucks, a longer shift_h, or a longer --time-limit",
            ),
        )
    return replace(found, seconds=time.perf_counter() - began)


def _stop_if_impossible(question: CollectQuestion) -> None:
    """Say so where there is work for more hours than there are, or waste for more loads."""
    problem, kinds = question.problem, question.kinds
    if question.spec.is_week or any(kind.count is None for kind in kinds):
        return
    counts = [kind.count or 0 for kind in kinds]
    must = problem.prize < 0
    hours = sum(n * kind.shift_h for n, kind in zip(counts, kinds, strict=True))
    work_h = float(problem.service_s[must].sum()) / 3600
    reasons = []
    if work_h > hours:
        reasons.append(
            f"the stops alone take {work_h:.1f} h, and {_fleet(question)} have {hours:g} h; "
            "give more trucks or a longer shift_h"
        )
    tonnes = float(problem.amount[must, 0].sum()) / 1e6
    holds = sum(n * kind.capacity_t for n, kind in zip(counts, kinds, strict=True))
    if not question.dumps and tonnes > holds:
        reasons.append(
            f"{tonnes:.2f} t are to be collected, and {_fleet(question)} without a facility carry "
            f"{holds:g} t; give more trucks, capacity_t or a [[routes.{question.name}.facility]]"
        )
    if reasons:
        raise NoRoutes(proven=True, reasons=tuple(reasons))


def _fleet(question: CollectQuestion) -> str:
    """Say how many trucks there are, of how many hours."""
    counts = [kind.count for kind in question.kinds]
    if any(count is None for count in counts):
        words = "any number of trucks"
    else:
        number = sum(count for count in counts if count is not None)
        words = "one truck" if number == 1 else f"{number} trucks"
    shifts = sorted({kind.shift_h for kind in question.kinds})
    return f"{words} of " + " and ".join(f"{shift:g}" for shift in shifts) + " h"


def plan_collection(question: CollectQuestion, solution: NodeSolution) -> CollectPlan:
    """Expand a solution and lay it out.

    Parameters
    ----------
    question
        What was asked.
    solution
        Its routes. Points that it leaves out, or does not find worth their prize, are added to the
        question's `left_out`.
    """
    import pandas as pd

    question = _with_left(question, solution)
    legs, steps, summary = [], [], []
    days = getattr(solution, "day", ()) or (0,) * len(solution.routes)
    since = _since(question, solution)
    for number, (found, day) in enumerate(zip(solution.routes, days, strict=True), 1):
        maker = PointRows(question, number, question.days[day], found, since[:, day])
        maker.add()
        legs += maker.legs
        steps += maker.steps
        summary.append(maker.summary())
    return CollectPlan(
        question,
        solution,
        pd.DataFrame(legs, columns=list(POINT_LEG_COLUMNS)),
        pd.DataFrame(steps, columns=list(POINT_STEP_COLUMNS)),
        pd.DataFrame(summary),
    )


def week_of(question: CollectQuestion) -> PeriodProblem:
    """Put the problem of several days."""
    from optimize.routing.nodes.periodic import PeriodProblem

    node, network = question.node[question.rows], question.network
    return PeriodProblem(
        question.problem,
        question.times,
        question.days,
        network.x[node],
        network.y[node],
        question.spec.spacing,
    )


def _since(question: CollectQuestion, solution: NodeSolution) -> NDArray[np.int64]:
    """Days' waste that lies at each stop on each day of the plan, int64[t, d]."""
    if not question.spec.is_week:
        return np.ones((question.n_tasks, 1), dtype=np.int64)
    served = np.zeros((question.n_tasks, len(question.days)), dtype=np.bool_)
    for route, day in zip(solution.routes, getattr(solution, "day", ()), strict=True):
        served[route.visit[route.visit >= 0], day] = True
    for task, day in getattr(solution, "missed", ()):
        served[task, day] = True
    return week_of(question).gaps(served)


def _with_left(question: CollectQuestion, solution: NodeSolution) -> CollectQuestion:
    """Add what fits no route, and what is not worth it, to what is left out."""
    import pandas as pd

    since = _since(question, solution)
    missed: tuple[tuple[int, int], ...] = getattr(solution, "missed", ())
    lost = [(task, NO_ROOM, day_name(question.days[day]), since[task, day]) for task, day in missed]
    lost = lost or [(task, NO_ROOM, "", 1) for task in solution.left]
    no_room = len(lost)
    lost += [(task, SKIPPED, "", 1) for task in solution.skipped]
    if not lost:
        return question
    points = question.points
    rows = []
    for task, reason, day, gathered in lost:
        row = int(question.rows[task])
        kg = float(question.problem.amount[task, 0] * gathered) / 1e3
        rows.append(
            (
                points.name[row], points.stream[row], kg,
                reason, row, float(points.lon[row]), float(points.lat[row]), day,
            )
        )  # fmt: skip
    more = pd.DataFrame(rows, columns=question.left_out.columns)
    table = more if question.left_out.empty else pd.concat([question.left_out, more])
    warnings = question.warnings
    if no_room:
        kg = float(more["kg"][:no_room].sum())
        warnings = (
            *warnings,
            (
                f"{no_room} points of {kg:,.0f} kg fit no route: too few trucks or "
                "hours; tables/left_out.parquet lists them"
            ),
        )
    return replace(question, left_out=table.reset_index(drop=True), warnings=warnings)
