"""Checking a solution of an arc-routing problem, with nothing of the solver's.

Every cost is found anew by a plain Dijkstra search over the arcs, every load is added up, every
required street is counted.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimize.routing.arcs.problem import ArcProblem, VehicleKind
    from optimize.routing.arcs.solution import ArcRoute, ArcSolution

__all__ = ["ArcCheck", "check_arc_solution"]


@dataclass(frozen=True)
class ArcCheck:
    """What a check found.

    Parameters
    ----------
    value
        Cost of all routes.
    faults
        What is wrong, in words; empty for a good solution.
    """

    value: int
    faults: tuple[str, ...]


def check_arc_solution(problem: ArcProblem, solution: ArcSolution) -> ArcCheck:
    """Find the cost of a solution and every rule that it breaks."""
    streets = _Streets(problem)
    faults: list[str] = []
    served: dict[int, int] = defaultdict(int)
    total = 0
    fleet = problem.fleet
    driven = [0] * len(fleet)
    for number, route in enumerate(solution.routes, 1):
        if not 0 <= route.kind < len(fleet):
            faults.append(f"route {number}: there is no kind {route.kind} of vehicle")
            continue
        kind = fleet[route.kind]
        driven[route.kind] += 1
        cost, said = _route(problem, kind, streets, route, served)
        total += cost + kind.route_cost
        faults += [f"route {number}: {words}" for words in said]
        if kind.most_cost is not None and cost > kind.most_cost:
            faults.append(f"route {number}: costs {cost}, more than {kind.most_cost}")
    for task in range(problem.n_tasks):
        if served[task] != 1:
            faults.append(f"task {task} is served {served[task]} times")
    for kind, routes in zip(fleet, driven, strict=True):
        if kind.count is not None and routes > kind.count:
            faults.append(f"{routes} routes, and {kind.count} vehicles of {kind.name}")
    if total != solution.value:
        faults.append(f"the routes cost {total}, not {solution.value}")
    if solution.bound > total:
        faults.append(f"the bound of {solution.bound} is above the cost of {total}")
    return ArcCheck(total, tuple(faults))


def _route(
    problem: ArcProblem,
    kind: VehicleKind,
    streets: _Streets,
    route: ArcRoute,
    served: dict[int, int],
) -> tuple[int, list[str]]:
    said: list[str] = []
    serve_cost = problem.serve_cost if kind.serve_cost is None else kind.serve_cost
    at, load, cost = kind.depot, 0, 0
    for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
        if task < 0:
            if arc not in problem.facilities.tolist():
                said.append(f"node {arc} is no facility")
            cost += streets.way(at, arc) + problem.visit_cost
            at, load = arc, 0
            continue
        if not 0 <= task < problem.n_tasks:
            said.append(f"there is no task {task}")
            continue
        ways = problem.task_arc[task].tolist()
        if arc not in ways or arc < 0:
            said.append(f"task {task} cannot be served along arc {arc}")
            continue
        spent = int(serve_cost[task, ways.index(arc)])
        if spent < 0:
            said.append(f"{kind.name} cannot serve task {task} along arc {arc}")
            continue
        cost += streets.way(at, int(problem.tail[arc])) + spent
        at = int(problem.head[arc])
        load += int(problem.demand[task])
        served[task] += 1
        if load > kind.capacity:
            said.append(f"carries {load} after task {task}, more than {kind.capacity}")
    if len(problem.facilities) and load > 0:
        said.append("comes home without having been emptied")
    return cost + streets.way(at, kind.depot), said


class _Streets:
    """Least costs by Dijkstra's algorithm, one search a node, kept."""

    def __init__(self, problem: ArcProblem) -> None:
        self.after: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for u, v, c in zip(
            problem.tail.tolist(), problem.head.tolist(), problem.cost.tolist(), strict=True
        ):
            self.after[u].append((v, c))
        self.known: dict[int, dict[int, int]] = {}

    def way(self, start: int, end: int) -> int:
        """Least cost; a very large number where there is no way."""
        if start not in self.known:
            self.known[start] = dict(self._search(start))
        return self.known[start].get(end, 1 << 60)

    def _search(self, start: int) -> Iterator[tuple[int, int]]:
        done: set[int] = set()
        queue = [(0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node in done:
                continue
            done.add(node)
            yield node, cost
            for following, c in self.after[node]:
                if following not in done:
                    heapq.heappush(queue, (cost + c, following))
