"""One face for arc routing: a problem and a time limit in, the best routes found out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.genetic import HybridSearch
from optimize.routing.arcs.islands import annealed, evolved
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.ruin import RuinSearch
from optimize.routing.arcs.solution import ArcSolution, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["ArcProgress", "prepare", "solve_arcs"]

MANY_TASKS = 300
"""Above so many tasks ruin and recreate finds the better routes in a minute."""


@dataclass(frozen=True)
class ArcProgress:
    """How far a search is: best cost so far, routes, generations, seconds."""

    value: int
    routes: int
    iterations: int
    seconds: float


def solve_arcs(
    problem: ArcProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    target: int | None = None,
    bound: int = 0,
    threads: int = 1,
    seed: int = 0,
    method: Literal["auto", "genetic", "ruin"] = "auto",
    progress: Callable[[ArcProgress], None] | None = None,
) -> ArcSolution:
    """Search for cheap routes until the time is over.

    Parameters
    ----------
    problem
        What to serve.
    time_limit_s
        Wall-clock seconds. The best solution so far is handed back then, and on Ctrl-C.
    iterations
        Generations (or thousands of ruins) after which the search ends, whatever the time: with it
        and no binding time limit the same seed gives the same routes.
    target
        Cost at which the search ends.
    bound
        What no solution can cost less than, as `arc_lower_bound` finds it: the search ends there,
        and the solution carries it.
    threads
        Populations that are searched at once; they exchange their best every `EXCHANGE`
        generations. With the same number of them the same seed gives the same routes.
    seed
        Of all that is drawn.
    method
        Hybrid genetic search, or ruin and recreate; "auto" takes the latter for more than
        `MANY_TASKS` tasks.
    progress
        Called when a better solution is found.

    Raises
    ------
    InputError
        If a task cannot be reached, or a setting is out of range.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    if problem.n_tasks == 0:
        return ArcSolution((), 0, 0.0, "optimal", 0.0, 0)
    prepare()
    goal = max(bound, -1 if target is None else target)
    seeds = [seed * 1000 + k for k in range(max(1, threads))]
    return _searched(problem, time_limit_s, iterations, goal, bound, seeds, method, progress)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    from optimize.routing.arcs.problem import ArcProblem

    # a ring of six streets, both ways
    nodes = np.arange(6)
    after = (nodes + 1) % 6
    problem = ArcProblem(
        "ring", 6, np.append(nodes, after), np.append(after, nodes), np.full(12, 3), 0,
        np.column_stack([nodes, nodes + 6]), np.full((6, 2), 4), np.ones(6, np.int64), 2,
    )  # fmt: skip
    for method in ("genetic", "ruin"):
        _searched(problem, 3600.0, 1, -1, 0, [1], method, None)


def _searched(
    problem: ArcProblem,
    time_limit_s: float,
    iterations: int | None,
    goal: int,
    bound: int,
    seeds: list[int],
    method: str,
    progress: Callable[[ArcProgress], None] | None,
) -> ArcSolution:
    """Search with kernels that are ready."""
    began = time.perf_counter()
    layout = layout_of(problem)
    most = _routes(problem)
    searches: list[HybridSearch] | list[RuinSearch]
    found: Iterator[Found]
    until = began + time_limit_s
    if method == "ruin" or (method == "auto" and problem.n_tasks > MANY_TASKS):
        ruins = [RuinSearch(layout, most, one) for one in seeds]
        given = _given(problem, time_limit_s, bound, seeds[0] // 1000)
        searches, found = ruins, annealed(ruins, until, iterations, goal, given)
    else:
        populations = [HybridSearch(layout, most, one) for one in seeds]
        searches, found = populations, evolved(populations, until, iterations)
    best: Found | None = None
    interrupted = False
    try:
        for better in found:
            best = better
            _tell(progress, better, searches[0].iterations, began)
            if better.cost <= goal:
                break
    except KeyboardInterrupt:
        best = min(
            (search.best for search in searches if search.best is not None),
            key=lambda one: one.cost,
            default=None,
        )
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    count = sum(search.iterations for search in searches)
    if best is None:
        return ArcSolution((), 0, float(bound), "none", seconds, count, interrupted)
    routes = decoded(problem, layout, best.routes)
    status: Literal["optimal", "feasible"] = "optimal" if best.cost <= bound else "feasible"
    return ArcSolution(routes, best.cost, float(bound), status, seconds, count, interrupted)


def _given(problem: ArcProblem, time_limit_s: float, bound: int, seed: int) -> Found | None:
    """Cut a giant tour into routes to begin from; None where it cannot be done."""
    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.giant_tour import tour_arcs

    limit = min(5.0, 0.1 * time_limit_s)
    made = tour_arcs(problem, time_limit_s=limit, tours=20, bound=bound, seed=seed)
    if made.status == "none":
        return None
    visit = problem.n_tasks
    routes = tuple(
        np.where(route.task < 0, visit, route.task).astype(np.int32) for route in made.routes
    )
    return Found(routes, made.value, 0, 0)


def _routes(problem: ArcProblem) -> int:
    """Say how many routes to search with: those there may be, or some more than needed."""
    if problem.vehicles is not None:
        return problem.vehicles
    need = int(np.ceil(problem.demand.sum() / problem.capacity))
    if len(problem.facilities):
        need = max(1, need // 2)
    if problem.most_cost is not None:
        work = int(problem.serve_cost.min(axis=1).sum())
        need = max(need, int(np.ceil(work / problem.most_cost)))
    return min(problem.n_tasks, int(np.ceil(1.5 * need)) + 4)


def _tell(
    progress: Callable[[ArcProgress], None] | None, best: Found, iterations: int, began: float
) -> None:
    if progress is not None:
        seconds = time.perf_counter() - began
        progress(ArcProgress(best.cost, len(best.routes), iterations, seconds))
