"""One face for arc routing: a problem and a time limit in, the best routes found out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

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

EXCHANGE = 200
"""Generations between two exchanges of populations that are searched at once."""

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
    bound: int = 0,
    threads: int = 1,
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
    bound
        What no solution can cost less than, as `arc_lower_bound` finds it: the search ends there,
        and the solution carries it.
    threads
        Populations that are searched at once; they exchange their best every `EXCHANGE`
        generations. With the same number of them the same seed gives the same routes.
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
    most = _routes(problem)
    islands = [HybridSearch(layout, most, seed * 1000 + k) for k in range(max(1, threads))]
    until = began + time_limit_s
    best: Found | None = None
    interrupted = False
    try:
        for found in _improvements(islands, until, iterations):
            best = found
            _tell(progress, found, islands[0].iterations, began)
            if found.cost <= max(bound, -1 if target is None else target):
                break
    except KeyboardInterrupt:
        best = _best(islands)
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    count = sum(island.iterations for island in islands)
    if best is None:
        return ArcSolution((), 0, float(bound), "none", seconds, count, interrupted)
    routes = decoded(problem, layout, best.routes)
    status: Literal["optimal", "feasible"] = "optimal" if best.cost <= bound else "feasible"
    return ArcSolution(routes, best.cost, float(bound), status, seconds, count, interrupted)


def _improvements(
    islands: list[HybridSearch], until: float, iterations: int | None
) -> Iterator[Found]:
    """Search, and give each solution that is better than all before."""
    told: Found | None = None
    with ThreadPoolExecutor(len(islands)) as pool:
        list(pool.map(lambda island: island.start(until), islands))
        while True:
            best = _best(islands)
            if best is not None and (told is None or best.cost < told.cost):
                told = best
                yield best
            done = islands[0].iterations
            if time.perf_counter() >= until or (iterations is not None and done >= iterations):
                return
            many = EXCHANGE if len(islands) > 1 else 1
            if iterations is not None:
                many = min(many, iterations - done)
            if len(islands) == 1:
                _generations(islands[0], many, until)
            else:
                list(pool.map(partial(_generations, many=many, until=until), islands))
                _exchange(islands)


def _generations(island: HybridSearch, many: int, until: float) -> None:
    """Go on for some generations; begin anew when nothing better has come for long."""
    for _ in range(many):
        island.step()
        if island.stale > _STALE:
            island.restart()
            island.start(until)
        if time.perf_counter() >= until:
            return


def _exchange(islands: list[HybridSearch]) -> None:
    """Give each population the best of its neighbour."""
    leaders = [island.leader() for island in islands]
    for k, island in enumerate(islands):
        tour = leaders[k - 1]
        if tour is not None:
            island.add(tour.copy())


def _best(islands: list[HybridSearch]) -> Found | None:
    known = [island.best for island in islands if island.best is not None]
    return min(known, key=lambda found: found.cost, default=None)


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
