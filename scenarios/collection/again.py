"""Routes of collection sought anew from an edited plan: what is locked stays.

Of a plan of several days each day is sought anew for itself, as for streets.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.collection.edited_check import visits_of
from scenarios.collection.plan import goals_of, week_of
from scenarios.routing.again import EditedBase, facts_of, fill_days, read_base, with_locks
from scenarios.routing.answer import NoRoutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute, NodeSolution, Status
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.edited import EditedRoute

__all__ = ["Base", "again", "base_of", "facts_of", "with_locks"]

_HASTE_S = 2.0  # for the days after Ctrl-C, which must have their routes, too


@dataclass(frozen=True, eq=False)
class Base(EditedBase):
    """An edited plan of collection.

    Parameters
    ----------
    routes
        To begin from.
    """

    routes: tuple[NodeRoute, ...] = ()


def base_of(question: CollectQuestion, path: Path, shown: str) -> Base:
    """Read an edited plan to begin from.

    Parameters
    ----------
    question
        That the plan answers.
    path, shown
        The plan, and how messages name it.

    Raises
    ------
    InputError
        If it cannot be read.
    ScenarioError
        With every row that cannot be understood, or is collected twice, and with what routes that
        are to stay whole break.
    """
    kept, base = read_base(question, path, shown)
    if question.spec.is_week:
        week, work = week_of(question), question.problem.service_s.astype(np.float64)
        fill_days(week.patterns, question.times, work, base.served)
        since = week.gaps(base.served.T)
        for route, day in zip(kept, base.day, strict=True):
            route.gathered = dict(enumerate(since[:, day].tolist()))
    return Base(**vars(base), routes=tuple(_begun(question, route) for route in kept))


def _begun(question: CollectQuestion, route: EditedRoute) -> NodeRoute:
    """Give a route as it is; where its truck would be overfull, it is emptied before."""
    from optimize.routing.nodes.solution import NodeRoute, timetable

    problem = question.problem
    kind = problem.kinds[route.kind]
    sites = np.flatnonzero(problem.facilities_of(kind)).tolist()
    visits: list[int] = []
    load = np.zeros(problem.n_measures, dtype=np.int64)
    for _, visit in visits_of(route):
        more = problem.amount[visit] * route.gathered.get(visit, 1) if visit >= 0 else -load
        if visit >= 0 and sites and not route.frozen and (load + more > kind.capacity).any():
            visits.append(-1 - sites[0])
            load[:] = 0
        visits.append(visit)
        load = load + more
    if sites and load.any():
        visits.append(-1 - sites[0])
    found = timetable(problem, route.kind, visits)
    if found is not None:
        return found
    begin = np.zeros(len(visits), dtype=np.int64)
    return NodeRoute(route.kind, np.array(visits, dtype=np.int64), begin, kind.leave[0], 0)


def again(
    question: CollectQuestion,
    base: Base,
    *,
    time_limit_s: float,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[NodeProgress], None] | None = None,
) -> NodeSolution:
    """Search from an edited plan.

    Parameters
    ----------
    question, base
        What is asked, and the plan.
    time_limit_s, threads, seed
        As `optimize.routing.nodes.solve.solve_nodes` takes them.
    progress
        Called with each better solution.

    Raises
    ------
    InputError
        If what is locked breaks a limit by itself.
    NoRoutes
        If no routes were found in time.
    """
    if question.spec.is_week:
        return _week(question, base, time_limit_s, threads, seed, progress)
    every = np.arange(question.n_tasks)
    return _day(question, base, question.problem, 0, every, time_limit_s, threads, seed, progress)


def _week(
    question: CollectQuestion,
    base: Base,
    time_limit_s: float,
    threads: int,
    seed: int,
    progress: Callable[[NodeProgress], None] | None,
) -> NodeSolution:
    """Search each day for itself; what was put on a day stays on it."""
    from optimize.routing.nodes.periodic import PeriodSolution, day_problem

    began, period = time.perf_counter(), week_of(question)
    since = period.gaps(base.served.T)
    routes: list[NodeRoute] = []
    days: list[int] = []
    missed: list[tuple[int, int]] = []
    value = iterations = 0
    interrupted = False
    for day in range(len(question.days)):
        tasks = np.flatnonzero(base.served[day])
        if not len(tasks):
            continue
        left_s = max(time_limit_s - (time.perf_counter() - began), 0.1 * time_limit_s)
        limit = _HASTE_S if interrupted else left_s / (len(question.days) - day)
        problem = day_problem(period, tasks, since[tasks, day])
        found = _day(question, base, problem, day, tasks, limit, threads, seed, progress)
        routes += [_renamed(route, tasks) for route in found.routes]
        days += [day] * len(found.routes)
        missed += [(int(tasks[task]), day) for task in found.left]
        value += found.value
        iterations += found.iterations
        interrupted |= found.interrupted
    status: Status = "partial" if missed else "feasible"
    seconds = time.perf_counter() - began
    return PeriodSolution(
        tuple(routes), value, status, seconds, iterations, interrupted,
        day=tuple(days), missed=tuple(missed),
    )  # fmt: skip


def _renamed(route: NodeRoute, names: NDArray[np.int64]) -> NodeRoute:
    """Give the stops of a route other numbers; facilities keep theirs."""
    return replace(route, visit=np.where(route.visit < 0, route.visit, names[route.visit]))


def _day(
    question: CollectQuestion,
    base: Base,
    problem: NodeProblem,
    day: int,
    tasks: NDArray[np.int64],
    time_limit_s: float,
    threads: int,
    seed: int,
    progress: Callable[[NodeProgress], None] | None,
) -> NodeSolution:
    """Search the routes of one day; its stops have the numbers of its problem."""
    from optimize.routing.nodes.solve import solve_nodes

    place = np.full(question.n_tasks, -1, dtype=np.int64)
    place[tasks] = np.arange(len(tasks))
    own = [k for k, its in enumerate(base.day) if its == day]
    try:
        found = solve_nodes(
            problem,
            time_limit_s=time_limit_s,
            threads=threads,
            seed=seed,
            progress=progress,
            start=[_renamed(base.routes[k], place) for k in own],
            locked=base.locked[day, tasks],
            frozen=[number for number, k in enumerate(own) if k in base.frozen],
            goals=goals_of(question),
        )
    except InputError as error:
        raise InputError(error.message, file=base.shown, mend=error.mend) from None
    if found.status == "none" or not found.routes:
        raise NoRoutes(
            proven=False,
            reasons=(
                "none were found with these locks",
                "lock less, or give a longer --time-limit",
            ),
        )
    return replace(found, routes=_in_order(found))


def _in_order(found: NodeSolution) -> tuple[NodeRoute, ...]:
    """Routes of the edited plan first, in its order, so that they keep their numbers."""
    if not found.origin:
        return found.routes
    last = len(found.routes) + max(found.origin)
    place = [(last if one < 0 else one, k) for k, one in enumerate(found.origin)]
    return tuple(found.routes[k] for _, k in sorted(place))
