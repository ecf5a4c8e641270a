"""A solution of an arc-routing problem: which street each vehicle serves, when, and which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["ArcRoute", "ArcSolution", "decoded"]


@dataclass(frozen=True, eq=False)
class ArcRoute:
    """What one vehicle does between leaving the depot and coming home.

    Parameters
    ----------
    task : int64[k]
        Tasks in order; -1 is a visit at a facility. With facilities the last one is a visit.
    arc : int64[k]
        Arc along which the task is served; for a visit, the node of the facility.
    kind
        Of the vehicle, in ``problem.fleet``.
    """

    task: NDArray[np.int64]
    arc: NDArray[np.int64]
    kind: int = 0


@dataclass(frozen=True, eq=False)
class ArcSolution:
    """Routes and what is known about them.

    Parameters
    ----------
    routes
        One for each vehicle that drives.
    value
        Cost of all routes, costs of routes and visits included.
    bound
        What no solution can cost less than; 0 where nothing is known.
    status
        "optimal" where value and bound meet, "feasible", or "none".
    seconds, iterations
        Of the search.
    interrupted
        Whether Ctrl-C ended it.
    """

    routes: tuple[ArcRoute, ...]
    value: int
    bound: float
    status: Literal["optimal", "feasible", "none"]
    seconds: float
    iterations: int
    interrupted: bool = False

    @property
    def gap(self) -> float:
        """Relative distance of value and bound."""
        return (self.value - self.bound) / max(1, self.value)


def decoded(
    problem: ArcProblem,
    layout: Layout,
    routes: Sequence[NDArray[np.int32]],
    kinds: Sequence[int] | None = None,
) -> tuple[ArcRoute, ...]:
    """Choose the directions, and the facilities, that make each route cheapest.

    Parameters
    ----------
    problem, layout
        What was solved.
    routes
        Tasks in order; ``problem.n_tasks`` is a visit.
    kinds
        Of their vehicles; the first where not given.
    """
    given = [0] * len(routes) if kinds is None else kinds
    return tuple(
        _route(problem, layout, [int(e) for e in route], int(kind))
        for route, kind in zip(routes, given, strict=True)
    )


def _route(problem: ArcProblem, layout: Layout, elements: list[int], kind: int) -> ArcRoute:
    start, ending, serve = layout.start[kind], layout.ending[kind], layout.serve[kind]
    n = problem.n_tasks
    tasks: list[int] = []
    visited: list[bool] = []  # whether the vehicle is emptied before each task
    for element in elements:
        if element == n:
            pending = bool(tasks)
            continue
        visited.append(bool(tasks) and pending)
        tasks.append(element)
        pending = False
    best = [int(start[tasks[0], k]) + int(serve[tasks[0], k]) for k in range(2)]
    came: list[list[int]] = [[0, 0]]
    for at in range(1, len(tasks)):
        last, task = tasks[at - 1], tasks[at]
        table = layout.over if visited[at] else layout.step
        costs = [
            [int(best[a]) + int(table[last, task, 2 * a + b]) for a in range(2)] for b in range(2)
        ]
        came.append([int(np.argmin(costs[b])) for b in range(2)])
        best = [min(costs[b]) + int(serve[task, b]) for b in range(2)]
    home = [int(best[k]) + int(ending[tasks[-1], k]) for k in range(2)]
    modes = [int(np.argmin(home))]
    for at in range(len(tasks) - 1, 0, -1):
        modes.append(came[at][modes[-1]])
    modes.reverse()
    return _with_visits(problem, layout, tasks, visited, modes, kind)


def _with_visits(
    problem: ArcProblem,
    layout: Layout,
    tasks: list[int],
    visited: list[bool],
    modes: list[int],
    kind: int,
) -> ArcRoute:
    steps: list[tuple[int, int]] = []
    arcs = [_arc(problem, task, mode) for task, mode in zip(tasks, modes, strict=True)]
    for at, (task, arc) in enumerate(zip(tasks, arcs, strict=True)):
        if visited[at]:
            leave, enter = int(layout.leave[arcs[at - 1]]), int(layout.enter[arc])
            steps.append((-1, layout.facility_between(leave, enter)))
        steps.append((task, arc))
    if len(problem.facilities):
        home = int(layout.point[problem.fleet[kind].depot])
        steps.append((-1, layout.facility_between(int(layout.leave[arcs[-1]]), home)))
    table = np.array(steps, dtype=np.int64).reshape(-1, 2)
    return ArcRoute(table[:, 0].copy(), table[:, 1].copy(), kind)


def _arc(problem: ArcProblem, task: int, mode: int) -> int:
    other = int(problem.task_arc[task, 1])
    return other if mode == 1 and other >= 0 else int(problem.task_arc[task, 0])
