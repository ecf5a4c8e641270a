"""Routes sought anew from an edited plan: what is locked stays, the rest is bettered.

Rows that are locked stay in their route, in the order that they have among themselves and in their
direction; others may come between. Routes that are kept whole stay as they are. Streets that no
row sweeps are put where they fit best. Of a plan of several days each day is sought anew for
itself: what was put on a day stays on it, and what is on too few days is given to the days on which
it may be that have the least to do.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from networks.errors import InputError
from scenarios.faults import ScenarioError
from scenarios.routing.answer import NoRoutes, Plan
from scenarios.routing.edited import read_edited
from scenarios.routing.edited_check import check_edited, route_faults, service_faults
from scenarios.routing.exchange import plan_table
from scenarios.routing.plan import bound_of, goals_of, week_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from optimize.routing.arcs.solution import ArcRoute, ArcSolution
    from optimize.routing.arcs.solve import ArcProgress
    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.edited import EditedPlan, EditedRoute
    from scenarios.routing.question import Question

__all__ = [
    "Base",
    "EditedBase",
    "base_of",
    "facts_of",
    "fill_days",
    "read_base",
    "solve_again",
    "with_locks",
]

AnyPlan = TypeVar("AnyPlan", bound=Plan)

_BOUND_SHARE, _BOUND_S = 0.1, 15.0
_HASTE_S = 2.0  # for the days after Ctrl-C, which must have their routes, too


@dataclass(frozen=True, eq=False)
class EditedBase:
    """An edited plan as a search takes it, whatever its vehicles do.

    Parameters
    ----------
    shown
        Its file, as messages name it.
    tasks
        Of each route that there are vehicles for, by day.
    day
        Of each route, a place in the question's days.
    served : bool[d, t]
        Tasks of each day.
    locked : bool[d, t]
        Tasks that stay in their route.
    frozen
        Routes that stay as they are.
    seconds
        Of the edited plan as it is, where it keeps every rule; None where it breaks one.
    """

    shown: str
    tasks: tuple[tuple[int, ...], ...]
    day: tuple[int, ...]
    served: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    frozen: tuple[int, ...]
    seconds: int | None


@dataclass(frozen=True, eq=False)
class Base(EditedBase):
    """An edited plan along streets.

    Parameters
    ----------
    routes
        To begin from, by day.
    """

    routes: tuple[ArcRoute, ...] = ()


def base_of(question: RouteQuestion, path: Path, shown: str) -> Base:
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
        With every row that cannot be understood, or is swept twice, and with what routes that are
        to stay whole break.
    """
    kept, base = read_base(question, path, shown)
    work = question.streets.problem.serve_cost[:, 0].astype(np.float64)
    fill_days(week_of(question).patterns, question.times, work, base.served)
    return Base(**vars(base), routes=tuple(_begun(question, route) for route in kept))


def read_base(question: Question, path: Path, shown: str) -> tuple[list[EditedRoute], EditedBase]:
    """Read an edited plan, whatever its vehicles do.

    Parameters
    ----------
    question, path, shown
        As `base_of` takes them.

    Returns
    -------
    list of EditedRoute and EditedBase
        The routes that there are vehicles for, and what is locked in them.

    Raises
    ------
    InputError
        If it cannot be read.
    ScenarioError
        With every row that cannot be understood, or is served twice, and with what routes that are
        to stay whole break.
    """
    plan = read_edited(question, path, shown)
    plan.stop()
    faults = service_faults(question, plan, missing=False)
    for route in plan.routes:
        if route.frozen:
            faults += route_faults(question, route)[0]
    if faults:
        raise ScenarioError(faults)
    found = check_edited(question, plan)
    kept = _manned(question, plan)
    days = {day: place for place, day in enumerate(question.days)}
    served, locked = (np.zeros((len(days), question.n_tasks), dtype=np.bool_) for _ in range(2))
    for route in plan.routes:
        for row in route.rows:
            tasks = [task for task in row.task if task >= 0]
            served[days[route.day], tasks] = True
            if row.lock == "row":
                locked[days[route.day], tasks] = True
    return kept, EditedBase(
        shown,
        tuple(
            tuple(task for row in route.rows for task in row.task if task >= 0) for route in kept
        ),
        tuple(days[route.day] for route in kept),
        served,
        locked,
        tuple(k for k, route in enumerate(kept) if route.frozen),
        None if found.faults else found.seconds,
    )


def fill_days(
    patterns: Mapping[int, NDArray[np.bool_]],
    times: NDArray[np.int64],
    work: NDArray[np.float64],
    served: NDArray[np.bool_],
) -> None:
    """Give what is on too few days to days that suit it, those with the least to do.

    Parameters
    ----------
    patterns
        By frequency, whether each holds each day; bool[p, d].
    times : int64[t]
        How often each task is done.
    work : float64[t]
        Of each task.
    served : bool[d, t]
        Tasks of each day; what is given is added.
    """
    load = served @ work
    for task in np.flatnonzero(served.sum(axis=0) < times).tolist():
        table = patterns[int(times[task])]
        may = table[(table >= served[:, task]).all(axis=1)]
        if not len(may):  # what is left of it lies too unevenly already
            may = table
        best = may[int(np.argmin(may @ load))] | served[:, task]
        load += work[task] * (best & ~served[:, task])
        served[:, task] = best


def _manned(question: Question, plan: EditedPlan) -> list[EditedRoute]:
    """Routes for which there are vehicles; of those that are over, the streets are given away.

    Raises
    ------
    InputError
        If rows are locked in a route that is over.
    """
    used: Counter[tuple[int, int]] = Counter()
    kept = []
    first = [r for r in plan.routes if r.frozen or any(row.lock for row in r.rows)]
    for route in [*first, *(r for r in plan.routes if r not in first)]:
        if not any(not row.is_dump for row in route.rows):
            continue
        count = question.kinds[route.kind].count
        used[route.day, route.kind] += 1
        if count is None or used[route.day, route.kind] <= count:
            kept.append(route)
        elif route in first:
            raise InputError(
                f"route {route.number} has locked rows, and there are {count} vehicles for "
                "locked routes before it", file=route.where, mend="unlock it",
            )  # fmt: skip
    return sorted(kept, key=lambda route: (route.day, route.number))


def _begun(question: RouteQuestion, route: EditedRoute) -> ArcRoute:
    """Give a route as it is; where its hopper would be overfull, it is emptied before.

    Which dump site it is emptied at is the search's to say, so any stands for it.
    """
    from optimize.routing.arcs.solution import ArcRoute

    problem = question.streets.problem
    capacity, any_dump = problem.fleet[route.kind].capacity, problem.facilities[:1].tolist()
    task: list[int] = []
    arc: list[int] = []
    load = 0
    for row in route.rows:
        for one, along in zip(row.task, row.arc, strict=True):
            grams = 0 if one < 0 else int(problem.demand[one])
            if load + grams > capacity and any_dump and not route.frozen:
                task.append(-1)
                arc.append(any_dump[0])
                load = 0
            task.append(one)
            arc.append(along)
            load = 0 if one < 0 else load + grams
    if any_dump and load > 0:
        task.append(-1)
        arc.append(any_dump[0])
    return ArcRoute(np.array(task, dtype=np.int64), np.array(arc, dtype=np.int64), route.kind)


def solve_again(
    question: RouteQuestion,
    base: Base,
    *,
    time_limit_s: float,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[ArcProgress, int], None] | None = None,
) -> ArcSolution:
    """Search from an edited plan.

    Parameters
    ----------
    question, base
        What is asked, and the plan.
    time_limit_s
        Of bound and search together.
    threads, seed
        As `optimize.routing.arcs.solve.solve_arcs` takes them.
    progress
        Called with each better solution and the bound.

    Raises
    ------
    InputError
        If what is locked breaks a limit by itself.
    NoRoutes
        If no routes were found in time.
    """
    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.arcs.week import WeekSolution

    began = time.perf_counter()
    bound = bound_of(question, min(_BOUND_SHARE * time_limit_s, _BOUND_S))
    parts: list[ArcSolution] = []
    value = 0

    def tell(step: ArcProgress) -> None:
        if progress is not None:
            seconds, routes = time.perf_counter() - began, sum(len(one.routes) for one in parts)
            whole = ArcProgress(value + step.value, routes + step.routes, step.iterations, seconds)
            progress(whole, bound)

    for day in range(len(question.days)):
        left = max(time_limit_s - (time.perf_counter() - began), 0.1 * time_limit_s)
        if any(part.interrupted for part in parts):
            left = _HASTE_S
        limit = left / (len(question.days) - day)
        parts.append(_day(question, base, day, bound, limit, threads, seed, tell))
        value += parts[-1].value
    if not question.spec.is_week:
        return replace(parts[0], seconds=time.perf_counter() - began)
    missed = tuple((task, day) for day, part in enumerate(parts) for task in part.left)
    return WeekSolution(
        tuple(route for part in parts for route in part.routes),
        value,
        float(bound),
        "partial" if missed else "optimal" if value <= bound else "feasible",
        time.perf_counter() - began,
        sum(part.iterations for part in parts),
        any(part.interrupted for part in parts),
        day=tuple(day for day, part in enumerate(parts) for _ in part.routes),
        missed=missed,
    )


def _day(
    question: RouteQuestion,
    base: Base,
    day: int,
    bound: int,
    time_limit_s: float,
    threads: int,
    seed: int,
    tell: Callable[[ArcProgress], None],
) -> ArcSolution:
    """Search the routes of one day; its tasks have the numbers of the whole question."""
    from optimize.routing.arcs.solution import ArcSolution
    from optimize.routing.arcs.solve import solve_arcs
    from optimize.routing.arcs.week import part_of

    tasks = np.flatnonzero(base.served[day])
    if not len(tasks):
        return ArcSolution((), 0, 0.0, "optimal", 0.0, 0)
    place = np.full(base.served.shape[1], -1, dtype=np.int64)
    place[tasks] = np.arange(len(tasks))
    own = [k for k, its in enumerate(base.day) if its == day]
    start = [
        replace(one, task=np.where(one.task < 0, -1, place[one.task]))
        for one in (base.routes[k] for k in own)
    ]
    goals = goals_of(question)
    if goals is not None:
        goals = replace(goals, x=goals.x[tasks], y=goals.y[tasks])
    try:
        found = solve_arcs(
            part_of(question.streets.problem, tasks),
            time_limit_s=time_limit_s,
            threads=threads,
            seed=seed,
            bound=0 if question.spec.is_week else bound,
            progress=tell,
            start=start,
            locked=base.locked[day, tasks],
            frozen=[number for number, k in enumerate(own) if k in base.frozen],
            goals=goals,
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
    routes = [
        replace(one, task=np.where(one.task < 0, -1, tasks[one.task])) for one in found.routes
    ]
    return replace(found, routes=tuple(routes), left=tuple(int(tasks[t]) for t in found.left))


def with_locks(plan: AnyPlan, base: EditedBase) -> AnyPlan:
    """Carry the locks of an edited plan over to the one that was found from it.

    A row that has a locked piece is locked.

    Parameters
    ----------
    plan
        Found from the edited one.
    base
        The edited plan.
    """
    question = plan.question
    words: dict[tuple[int, str], str] = {}
    for day, task in np.argwhere(base.locked).tolist():
        words |= {(day, piece): "x" for piece in question.pieces(task)}
    for k in base.frozen:
        for task in base.tasks[k]:
            words |= {(base.day[k], piece): "route" for piece in question.pieces(task)}
    days: tuple[int, ...] = getattr(plan.solution, "day", ()) or (0,) * len(plan.summary)
    steps = plan.steps.copy()
    rows = zip(steps["route"].tolist(), plan_table(plan)["pieces"].tolist(), strict=True)
    steps["lock"] = [
        next((words[key] for key in ((days[route - 1], one) for one in pieces.split())
              if key in words), "")
        for route, pieces in rows
    ]  # fmt: skip
    return replace(plan, steps=steps)


def facts_of(base: EditedBase) -> dict[str, Any]:
    """Say for the manifest what was begun from.

    Parameters
    ----------
    base
        The edited plan.
    """
    return {
        "plan": base.shown,
        "sides_locked": int(base.locked.sum()),
        "routes_kept": len(base.frozen),
        "seconds": base.seconds,
    }
