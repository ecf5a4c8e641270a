"""One face for arc routing: a problem and a time limit in, the best routes found out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.genetic import HybridSearch
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.solution import ArcSolution, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["ArcProgress", "solve_arcs"]

_STALE = 20_000
"""Generations without a better solution after which a new population begins."""


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
    seed: int = 0,
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
        Generations after which the search ends, whatever the time: with it and no binding time
        limit the same seed gives the same routes.
    target
        Cost at which the search ends.
    seed
        Of all that is drawn.
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
    began = time.perf_counter()
    if problem.n_tasks == 0:
        return ArcSolution((), 0, 0.0, "optimal", 0.0, 0)
    layout = layout_of(problem)
    search = HybridSearch(layout, _routes(problem), seed)
    until = began + time_limit_s
    interrupted = False
    try:
        for found in _improvements(search, until, iterations):
            _tell(progress, found, search.iterations, began)
            if target is not None and found.cost <= target:
                break
    except KeyboardInterrupt:
        if search.best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    best = search.best
    if best is None:
        return ArcSolution((), 0, 0.0, "none", seconds, search.iterations, interrupted)
    routes = decoded(problem, layout, best.routes)
    return ArcSolution(routes, best.cost, 0.0, "feasible", seconds, search.iterations, interrupted)


def _improvements(search: HybridSearch, until: float, iterations: int | None) -> Iterator[Found]:
    """Search, and give each solution that is better than all before."""
    told: Found | None = None
    search.start(until)
    while True:
        if search.best is not None and search.best is not told:
            told = search.best
            yield told
        if iterations is not None and search.iterations >= iterations:
            return
        if time.perf_counter() >= until:
            return
        search.step()
        if search.stale > _STALE:
            search.restart()
            search.start(until)


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
