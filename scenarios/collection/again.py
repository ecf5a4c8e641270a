"""Routes of collection sought anew from an edited plan: what is locked stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.collection.edited_check import visits_of
from scenarios.collection.plan import goals_of
from scenarios.routing.again import EditedBase, facts_of, read_base, with_locks
from scenarios.routing.answer import NoRoutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimize.routing.nodes.solution import NodeRoute, NodeSolution
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.edited import EditedRoute

__all__ = ["Base", "again", "base_of", "facts_of", "with_locks"]


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
    if question.spec.is_week:
        raise InputError(
            "plans of collection over several days cannot be begun from", file=shown,
            mend="look at what an edit broke with cityops check --plan",
        )  # fmt: skip
    kept, base = read_base(question, path, shown)
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
        more = problem.amount[visit] if visit >= 0 else -load
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
    from optimize.routing.nodes.solve import solve_nodes

    try:
        found = solve_nodes(
            question.problem,
            time_limit_s=time_limit_s,
            threads=threads,
            seed=seed,
            progress=progress,
            start=base.routes,
            locked=base.locked[0],
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
    return replace(found, routes=_in_order(found))


def _in_order(found: NodeSolution) -> tuple[NodeRoute, ...]:
    """Routes of the edited plan first, in its order, so that they keep their numbers."""
    if not found.origin:
        return found.routes
    last = len(found.routes) + max(found.origin)
    place = [(last if one < 0 else one, k) for k, one in enumerate(found.origin)]
    return tuple(found.routes[k] for _, k in sorted(place))
