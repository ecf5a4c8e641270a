"""Path scanning: complete routes within milliseconds, however few and long they must be.

A route goes on to the nearest task that still fits, is emptied where none fits the hopper, and ends
where none fits the time. Of equally near tasks one of five rules takes one: the farthest from the
depot, the nearest to it, the largest or the smallest demand, or any (Golden, DeArmon and Baker
1983, Computers and Operations Research 10(1)). Scans differ by rule and by chance; the best stays.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimize.routing.arcs.layout import FAR, layout_of
from optimize.routing.arcs.solution import ArcSolution, decoded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.solution import ArcRoute

__all__ = ["cost_of_routes", "scan_arcs"]

_RULES = 5


def scan_arcs(
    problem: ArcProblem,
    *,
    time_limit_s: float = 5.0,
    scans: int = 50,
    bound: int = 0,
    seed: int = 0,
) -> ArcSolution:
    """Make routes by path scanning.

    Parameters
    ----------
    problem
        What to serve.
    time_limit_s
        Wall-clock seconds after which no other scan begins; Ctrl-C does the same.
    scans
        Most scans.
    bound
        What no solution can cost less than.
    seed
        Of all that is drawn.

    Returns
    -------
    ArcSolution
        Of status "none" where no scan kept the number of vehicles or the time.

    Raises
    ------
    InputError
        If a task cannot be reached.
    """
    began = time.perf_counter()
    layout = layout_of(problem)
    scanner = _Scanner(problem, layout, seed)
    best: tuple[int, tuple[ArcRoute, ...]] | None = None
    done, interrupted = 0, False
    try:
        for number in range(scans):
            if number and time.perf_counter() - began > time_limit_s:
                break
            found = scanner.scan(number)
            done += 1
            if found is None:
                continue
            routes = decoded(problem, layout, found)
            cost = cost_of_routes(problem, layout, routes)
            if best is None or cost < best[0]:
                best = (cost, routes)
    except KeyboardInterrupt:
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    if best is None:
        return ArcSolution((), 0, float(bound), "none", seconds, done)
    status: Literal["optimal", "feasible"] = "optimal" if best[0] <= bound else "feasible"
    return ArcSolution(best[1], best[0], float(bound), status, seconds, done, interrupted)


class _Scanner:
    """Tasks by mode as one list of 2 n places; place t + n is task t served the other way."""

    def __init__(self, problem: ArcProblem, layout: Layout, seed: int) -> None:
        self.problem = problem
        self.layout = layout
        self.rng = np.random.default_rng(seed)
        n = problem.n_tasks
        self.n = n
        self.serve = layout.serve[0].T.ravel().astype(np.int64)
        self.start = layout.start[0].T.ravel().astype(np.int64)
        self.ending = layout.ending[0].T.ravel().astype(np.int64)
        self.demand = np.concatenate([problem.demand, problem.demand])
        self.most = (1 << 50) if problem.most_cost is None else problem.most_cost

    def scan(self, number: int) -> list[NDArray[np.int32]] | None:
        """Make routes, n in them for a visit; None where they are too many, or one too long."""
        rule = number % _RULES
        free = np.ones(2 * self.n, dtype=np.bool_)
        routes: list[NDArray[np.int32]] = []
        while free.any():
            if self.problem.vehicles is not None and len(routes) == self.problem.vehicles:
                return None
            route = self._route(free, rule)
            if not route:
                return None
            routes.append(np.array(route, dtype=np.int32))
        return routes

    def _route(self, free: NDArray[np.bool_], rule: int) -> list[int]:
        n = self.n
        route: list[int] = []
        spent, load, at = 0, 0, -1
        while True:
            ways = self.start if at < 0 else self._from(self.layout.step, at)
            fits = free & (spent + ways + self.serve + self.ending <= self.most)
            fits &= (ways < FAR) & (self.ending < FAR)
            near = fits & (load + self.demand <= self.problem.capacity)
            if not near.any():
                if not len(self.problem.facilities) or at < 0 or load == 0:
                    return route
                ways = self._from(self.layout.over, at)
                near = free & (spent + ways + self.serve + self.ending <= self.most)
                near &= (ways < FAR) & (self.ending < FAR)
                if not near.any():
                    return route
                route.append(n)
                load = 0
            place = self._nearest(near, ways, rule)
            task = place % n
            spent += int(ways[place] + self.serve[place])
            load += int(self.demand[place])
            route.append(task)
            free[task] = free[task + n] = False
            at = place

    def _from(self, table: NDArray[np.int32], at: int) -> NDArray[np.int64]:
        """Ways from a place to all places."""
        task, mode = at % self.n, at // self.n
        rows = table[task, :, 2 * mode : 2 * mode + 2]
        return rows.T.ravel().astype(np.int64)

    def _nearest(self, near: NDArray[np.bool_], ways: NDArray[np.int64], rule: int) -> int:
        places = np.flatnonzero(near)
        close = places[ways[places] == ways[places].min()]
        if rule == 4 or len(close) == 1:
            return int(close[self.rng.integers(len(close))])
        key = self.ending[close] if rule < 2 else self.demand[close]
        worth = key if rule in (0, 2) else -key
        top = close[worth == worth.max()]
        return int(top[self.rng.integers(len(top))])


def cost_of_routes(problem: ArcProblem, layout: Layout, routes: Iterable[ArcRoute]) -> int:
    """Add up what routes cost, visits and routes included."""
    total = 0
    for route in routes:
        at = home = int(layout.point[problem.depot])
        total += problem.route_cost
        for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
            target = int(layout.point[arc] if task < 0 else layout.enter[arc])
            total += int(layout.dist[at, target])
            if task < 0:
                total += problem.visit_cost
                at = target
            else:
                way = int(problem.task_arc[task, 0] != arc)
                total += int(problem.serve_cost[task, way])
                at = int(layout.leave[arc])
        total += int(layout.dist[at, home])
    return total
