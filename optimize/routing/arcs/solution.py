"""A solution of an arc-routing problem: which street each vehicle serves, when, and which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimize.routing.arcs.layout import FAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcProblem, VehicleKind

__all__ = ["ArcRoute", "ArcSolution", "Status", "decoded", "timetable"]

Status = Literal["optimal", "feasible", "partial", "none"]
_NEVER = 1 << 50


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
    begin : int64[k], optional
        When each service or visit begins, since the vehicle left; None where nobody asked.
    pause
        After which element (its place in ``task``) the pause is taken, and when it begins; None
        where there is none.
    lasts
        From leaving to coming home, waits and pause included; None where nobody asked.
    """

    task: NDArray[np.int64]
    arc: NDArray[np.int64]
    kind: int = 0
    begin: NDArray[np.int64] | None = None
    pause: tuple[int, int] | None = None
    lasts: int | None = None


@dataclass(frozen=True, eq=False)
class ArcSolution:
    """Routes and what is known about them.

    Parameters
    ----------
    routes
        One for each vehicle that drives.
    value
        Cost of all routes, costs of routes and visits, waits and pauses included; goals are not.
    bound
        What no solution can cost less than; 0 where nothing is known.
    status
        "optimal" where value and bound meet, "feasible", "partial" where tasks are left, or
        "none".
    seconds, iterations
        Of the search.
    interrupted
        Whether Ctrl-C ended it.
    left
        Tasks that fit into no route; all of them where the status is "none".
    origin
        For each route, which one of those given to begin from it came from; -1 for a new one.
        Empty where none were given.
    """

    routes: tuple[ArcRoute, ...]
    value: int
    bound: float
    status: Status
    seconds: float
    iterations: int
    interrupted: bool = False
    left: tuple[int, ...] = ()
    origin: tuple[int, ...] = ()

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
    """Choose the directions, the facilities and the pause that make each route shortest.

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
    fleet = problem.fleet
    return tuple(
        _route(problem, layout, fleet[kind], int(kind), [int(e) for e in route])
        for route, kind in zip(routes, given, strict=True)
    )


def timetable(
    problem: ArcProblem, layout: Layout, route: ArcRoute, pause_after: int | None = None
) -> ArcRoute | None:
    """Say when a route does what, its elements and directions as they are.

    Parameters
    ----------
    problem, layout
        The streets.
    route
        Tasks and arcs in order.
    pause_after
        Element after which the pause is taken; None for no pause.

    Returns
    -------
    ArcRoute or None
        With times; None where it comes too late somewhere, or for the pause, where there is no
        way, or where its kind cannot serve a task.
    """
    kind = problem.fleet[route.kind]
    serve = problem.costs_of(kind)
    place, now = int(layout.point[kind.depot]), 0
    begin: list[int] = []
    pause: tuple[int, int] | None = None
    for at, (task, arc) in enumerate(zip(route.task.tolist(), route.arc.tolist(), strict=True)):
        enter = int(layout.point[arc]) if task < 0 else int(layout.enter[arc])
        if layout.dist[place, enter] >= FAR:
            return None
        now += int(layout.dist[place, enter])
        if task < 0:
            begin.append(now)
            place, now = enter, now + problem.visit_cost
        else:
            now = _opened(kind, task, now)
            if now >= _NEVER:
                return None
            begin.append(now)
            mode = 0 if int(problem.task_arc[task, 0]) == arc else 1
            if serve[task, mode] < 0:
                return None
            place, now = int(layout.leave[arc]), now + int(serve[task, mode])
        if at == pause_after and kind.pause is not None:
            earliest, latest, length = kind.pause
            now = max(now, earliest)
            if now > latest:
                return None
            pause, now = (at, now), now + length
    home = layout.dist[place, layout.point[kind.depot]]
    if home >= FAR:
        return None
    now += int(home)
    return ArcRoute(route.task, route.arc, route.kind, np.array(begin, dtype=np.int64), pause, now)


def _opened(kind: VehicleKind, task: int, at: int) -> int:
    """When the service of a task begins for who comes at a time."""
    if kind.windows is None or at >= _NEVER:
        return min(at, _NEVER)
    one, until, two, last = (int(time) for time in kind.windows[task])
    if at <= until:
        return max(at, one)
    return max(at, two) if at <= last else _NEVER


def _route(
    problem: ArcProblem, layout: Layout, kind: VehicleKind, number: int, elements: list[int]
) -> ArcRoute:
    n = problem.n_tasks
    tasks: list[int] = []
    visited: list[bool] = []  # whether the vehicle is emptied before each task
    pending = False
    for element in elements:
        if element == n:
            pending = bool(tasks)
            continue
        visited.append(pending)
        tasks.append(element)
        pending = False
    modes, rested = _modes(layout, kind, number, tasks, visited)
    steps: list[tuple[int, int]] = []
    arcs = [_arc(problem, task, mode) for task, mode in zip(tasks, modes, strict=True)]
    pause_after = None
    for at, (task, arc) in enumerate(zip(tasks, arcs, strict=True)):
        if visited[at]:
            leave, enter = int(layout.leave[arcs[at - 1]]), int(layout.enter[arc])
            steps.append((-1, layout.facility_between(leave, enter)))
        if at == rested:
            pause_after = len(steps)
        steps.append((task, arc))
    if len(problem.facilities):
        home = int(layout.point[kind.depot])
        steps.append((-1, layout.facility_between(int(layout.leave[arcs[-1]]), home)))
    table = np.array(steps, dtype=np.int64).reshape(-1, 2)
    route = ArcRoute(table[:, 0].copy(), table[:, 1].copy(), number)
    timed = timetable(problem, layout, route, pause_after)
    if timed is None:
        raise RuntimeError(f"{problem.name}: a route that was found cannot be driven: {elements}")
    return timed


def _modes(
    layout: Layout, kind: VehicleKind, number: int, tasks: list[int], visited: list[bool]
) -> tuple[list[int], int | None]:
    """Best mode of each task, and the task after which the pause is taken.

    States 0 and 1 are the modes before the pause, 2 and 3 after it.
    """
    serve, ending = layout.serve[number], layout.ending[number]
    earliest, latest, length = kind.pause or (0, _NEVER, 0)
    ends: list[int] = []
    came: list[list[int]] = []  # state before each state; a state under 2 of 2 or 3: paused here
    for at, task in enumerate(tasks):
        if at == 0:
            ways = [int(layout.start[number, task, m]) for m in range(2)] + [_NEVER] * 2
            before = [-1] * 4
        else:
            table = (layout.over if visited[at] else layout.step)[tasks[at - 1], task]
            ways, before = [], []
            for state in range(4):
                part, b = 2 * (state // 2), state % 2
                costs = [ends[part + a] + int(table[2 * a + b]) for a in range(2)]
                a = 0 if costs[0] <= costs[1] else 1
                ways.append(costs[a])
                before.append(part + a)
        ends = [
            min(_NEVER, _opened(kind, task, ways[s]) + int(serve[task, s % 2])) for s in range(4)
        ]
        for m in range(2):
            rested = max(ends[m], earliest) + length
            if kind.pause is not None and ends[m] <= latest and rested < ends[2 + m]:
                ends[2 + m], before[2 + m] = rested, -2
        came.append(before)
    home = [ends[s] + int(ending[tasks[-1], s % 2]) for s in range(4)]
    part = 0 if min(home[:2]) <= latest else 2
    state = part if home[part] <= home[part + 1] else part + 1
    modes: list[int] = []
    paused: int | None = None
    for at in range(len(tasks) - 1, -1, -1):
        modes.append(state % 2)
        if came[at][state] == -2:
            paused = at
            state -= 2
        state = came[at][state]
    return modes[::-1], paused


def _arc(problem: ArcProblem, task: int, mode: int) -> int:
    other = int(problem.task_arc[task, 1])
    return other if mode == 1 and other >= 0 else int(problem.task_arc[task, 0])
