"""Routes sought anew from an edited plan: what is locked stays, the rest is bettered.

Rows that are locked stay in their route, in the order that they have among themselves and in their
direction; others may come between. Routes that are kept whole stay as they are. Streets that no
row sweeps are put where they fit best.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import ScenarioError
from scenarios.routing.edited import read_edited
from scenarios.routing.edited_check import check_edited, route_faults, service_faults
from scenarios.routing.plan import NoRoutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimize.routing.arcs.solution import ArcRoute, ArcSolution
    from optimize.routing.arcs.solve import ArcProgress
    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.edited import EditedPlan, EditedRoute
    from scenarios.routing.plan import RoutePlan

__all__ = ["Base", "base_of", "facts_of", "solve_again", "with_locks"]

_BOUND_SHARE, _BOUND_S = 0.1, 15.0


@dataclass(frozen=True, eq=False)
class Base:
    """An edited plan as the search takes it.

    Parameters
    ----------
    shown
        Its file, as messages name it.
    routes
        To begin from.
    locked : bool[t]
        Tasks that stay in their route.
    frozen
        Routes that stay as they are.
    seconds
        Of the edited plan as it is, where it keeps every rule; None where it breaks one.
    """

    shown: str
    routes: tuple[ArcRoute, ...]
    locked: NDArray[np.bool_]
    frozen: tuple[int, ...]
    seconds: int | None


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
    plan = read_edited(question, path, shown)
    plan.stop()
    if len(question.days) > 1:
        raise InputError(
            "plans of several days are not sought anew", file=shown,
            mend="check the edit by cityops check --plan, or name one day",
        )  # fmt: skip
    faults = service_faults(question, plan, missing=False)
    for route in plan.routes:
        if route.frozen:
            faults += route_faults(question, route)[0]
    if faults:
        raise ScenarioError(faults)
    found = check_edited(question, plan)
    kept = _manned(question, plan)
    locked = np.zeros(question.streets.problem.n_tasks, dtype=np.bool_)
    for route in kept:
        for row in route.rows:
            if row.lock == "row":
                locked[list(row.task)] = True
    return Base(
        shown,
        tuple(_begun(question, route) for route in kept),
        locked,
        tuple(k for k, route in enumerate(kept) if route.frozen),
        None if found.faults else found.seconds,
    )


def _manned(question: RouteQuestion, plan: EditedPlan) -> list[EditedRoute]:
    """Routes for which there are vehicles; of those that are over, the streets are given away.

    Raises
    ------
    InputError
        If rows are locked in a route that is over.
    """
    fleet = question.streets.problem.fleet
    used = [0] * len(fleet)
    kept = []
    first = [r for r in plan.routes if r.frozen or any(row.lock for row in r.rows)]
    for route in [*first, *(r for r in plan.routes if r not in first)]:
        if not any(not row.is_dump for row in route.rows):
            continue
        count = fleet[route.kind].count
        used[route.kind] += 1
        if count is None or used[route.kind] <= count:
            kept.append(route)
        elif route in first:
            raise InputError(
                f"route {route.number} has locked rows, and there are {count} vehicles for "
                "locked routes before it", file=route.where, mend="unlock it",
            )  # fmt: skip
    return sorted(kept, key=lambda route: route.number)


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
    from optimize.routing.arcs.lower_bound import arc_lower_bound
    from optimize.routing.arcs.relaxed import relaxed
    from optimize.routing.arcs.solve import solve_arcs
    from scenarios.routing.plan import goals_of

    began, problem = time.perf_counter(), question.streets.problem
    seconds = min(_BOUND_SHARE * time_limit_s, _BOUND_S)
    bound = arc_lower_bound(relaxed(problem), time_limit_s=seconds)

    def tell(step: ArcProgress) -> None:
        if progress is not None:
            progress(replace(step, seconds=time.perf_counter() - began), bound)

    try:
        found = solve_arcs(
            problem,
            time_limit_s=max(time_limit_s - (time.perf_counter() - began), 0.1 * time_limit_s),
            threads=threads,
            seed=seed,
            bound=bound,
            progress=tell,
            start=base.routes,
            locked=base.locked,
            frozen=base.frozen,
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
    return replace(found, seconds=time.perf_counter() - began)


def with_locks(plan: RoutePlan, base: Base) -> RoutePlan:
    """Carry the locks of an edited plan over to the one that was found from it.

    A row that has a locked piece is locked.

    Parameters
    ----------
    plan
        Found from the edited one.
    base
        The edited plan.
    """
    task_edge = plan.question.streets.task_edge
    whole = {t for k in base.frozen for t in base.routes[k].task.tolist() if t >= 0}
    row = set(np.flatnonzero(base.locked).tolist())
    words = {
        int(edge): "route" if task in whole else "x"
        for task in whole | row
        for edge in task_edge[task]
        if edge >= 0
    }
    swept = plan.legs[(plan.legs["kind"] == "sweep") & plan.legs["edge"].isin(words)]
    locks = {
        (route, step): words[edge]
        for route, step, edge in zip(
            swept["route"].tolist(), swept["step"].tolist(), swept["edge"].tolist(), strict=True
        )
    }
    steps = plan.steps.copy()
    keys = zip(steps["route"].tolist(), steps["order"].tolist(), strict=True)
    steps["lock"] = [locks.get(key, "") for key in keys]
    return replace(plan, steps=steps)


def facts_of(base: Base) -> dict[str, Any]:
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
