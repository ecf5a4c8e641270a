"""Routes to begin with for vehicles of several kinds: giant tours, one for each kind.

Each street goes to the kind that serves it quickest, and each kind's streets are cut into routes
for themselves, as if it could serve them at any hour. A search that begins from such routes takes
those apart that break an hour of the clock, and moves streets between kinds where that pays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.arcs.giant_tour import tour_arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem, VehicleKind
    from optimize.routing.arcs.solution import ArcRoute

__all__ = ["first_routes", "plain_part", "quickest_kind"]

TOURS = 20


def first_routes(
    problem: ArcProblem, *, time_limit_s: float = 5.0, seed: int = 0
) -> tuple[ArcRoute, ...]:
    """Cut giant tours into routes, where that makes no more of them than there are vehicles.

    Parameters
    ----------
    problem
        Of any kinds of vehicles.
    time_limit_s
        Wall-clock seconds, for all kinds together.
    seed
        Of the tours.

    Returns
    -------
    tuple of ArcRoute
        Not all tasks need be in them.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    fleet = problem.fleet
    quickest = quickest_kind(problem)
    routes: list[ArcRoute] = []
    for c, kind in enumerate(fleet):
        tasks = np.flatnonzero(quickest == c)
        if not len(tasks):
            continue
        made = tour_arcs(
            plain_part(problem, kind, tasks),
            time_limit_s=time_limit_s / len(fleet),
            tours=TOURS,
            seed=seed,
        )
        if made.interrupted:
            raise KeyboardInterrupt
        for route in made.routes:
            whole = np.where(route.task < 0, -1, tasks[route.task])
            routes.append(replace(route, task=whole, kind=c, begin=None, pause=None, lasts=None))
    return tuple(routes)


def quickest_kind(problem: ArcProblem) -> NDArray[np.int64]:
    """Find the kind that serves each task at the least cost, the first one of equals; int64[t]."""
    fleet = problem.fleet
    costs = np.stack([problem.costs_of(kind) for kind in fleet])
    costs = np.where(costs < 0, np.iinfo(np.int64).max, costs).min(axis=2)
    heavy = problem.demand[None, :] > np.array([kind.capacity for kind in fleet])[:, None]
    costs[heavy] = np.iinfo(np.int64).max
    return np.asarray(np.argmin(costs, axis=0), dtype=np.int64)


def plain_part(problem: ArcProblem, kind: VehicleKind, tasks: NDArray[np.int64]) -> ArcProblem:
    """Give some tasks to one kind, at any hour.

    Parameters
    ----------
    problem, kind
        A kind that can serve all of them; a direction in which it cannot is no direction.
    tasks : int64[k]
        Which ones.
    """
    arcs, serve = problem.task_arc[tasks].copy(), problem.costs_of(kind)[tasks].copy()
    second = serve[:, 0] < 0
    arcs[second], serve[second] = arcs[second, ::-1], serve[second, ::-1]
    arcs[serve[:, 1] < 0, 1] = -1
    return replace(
        problem,
        depot=kind.depot,
        task_arc=arcs,
        serve_cost=np.where(serve < 0, serve[:, :1], serve),
        demand=problem.demand[tasks],
        capacity=kind.capacity,
        vehicles=kind.count,
        route_cost=kind.route_cost,
        most_cost=kind.most_cost,
        kinds=(),
    )
