"""What a stop costs on a day, about: to leave it out of the routes as they are, or to put it in.

The cheapest leg is taken whose trip has room for it, or a route of its own; windows are not looked
at. It says which changes of days to try first, not what they come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.nodes.problem import FAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem, TruckKind
    from optimize.routing.nodes.solution import NodeRoute

__all__ = ["day_costs"]


def day_costs(problem: NodeProblem, routes: Sequence[NodeRoute]) -> NDArray[np.float64]:
    """Estimate for each stop what visiting it adds to routes that may hold it or not.

    Parameters
    ----------
    problem
        With the amounts that the stops would load on the day.
    routes
        Of the day.

    Returns
    -------
    float64[c]
        In units of the cost; infinite where no kind may serve it.
    """
    added = np.full(problem.n_stops, np.inf)
    for kind in problem.kinds:
        added = np.minimum(added, _alone(problem, kind))
    saved: dict[int, float] = {}
    for route in routes:
        kind = problem.kinds[route.kind]
        price = _price(problem, kind)
        visits = route.visit.tolist()
        places = [kind.start, *(_place(problem, visit) for visit in visits), kind.end]
        room = _room(problem, kind, visits)
        fits = (problem.amount[None] <= room[:, None]).all(axis=2)
        before, after = np.array(places[:-1]), np.array(places[1:])
        at = problem.stop_place
        detour = price[before][:, at] + price[at][:, after].T - price[before, after][:, None]
        detour = np.where(fits & problem.stops_of(kind), detour, np.inf)
        added = np.minimum(added, detour.min(axis=0) + kind.cost_s * problem.service_s)
        whole = float(price[before, after].sum()) + kind.fixed_cost
        stops = sum(visit >= 0 for visit in visits)
        for k, visit in enumerate(visits):
            if visit >= 0:
                a, s, b = places[k : k + 3]
                less = whole if stops == 1 else float(price[a, s] + price[s, b] - price[a, b])
                saved[visit] = less + kind.cost_s * float(problem.service_s[visit])
    for stop, less in saved.items():
        added[stop] = less
    return added


def _price(problem: NodeProblem, kind: TruckKind) -> NDArray[np.float64]:
    """Cost of each way."""
    seconds, metres = problem.seconds[kind.profile], problem.metres[kind.profile]
    price = kind.cost_s * seconds.astype(np.float64) + kind.cost_m * metres
    return np.asarray(np.where((seconds >= FAR) | (metres >= FAR), float(1 << 50), price))


def _alone(problem: NodeProblem, kind: TruckKind) -> NDArray[np.float64]:
    """Cost of a route of its own for each stop."""
    price, at = _price(problem, kind), problem.stop_place
    home = price[at, kind.end]
    if kind.empty_home:
        over = problem.facility_place[problem.facilities_of(kind)]
        home = (price[np.ix_(at, over)] + price[over, kind.end]).min(axis=1)
    cost = kind.fixed_cost + price[kind.start, at] + home + kind.cost_s * problem.service_s
    able = (problem.amount <= kind.capacity).all(axis=1) & problem.stops_of(kind)
    return np.asarray(np.where(able, cost, np.inf), dtype=np.float64)


def _room(problem: NodeProblem, kind: TruckKind, visits: list[int]) -> NDArray[np.int64]:
    """Room that the trip of each leg has left, and the day; int64[legs, d]."""
    trip, loads = [0], [np.zeros(problem.n_measures, dtype=np.int64)]
    for visit in visits:
        if visit < 0:
            loads.append(np.zeros(problem.n_measures, dtype=np.int64))
        else:
            loads[-1] = loads[-1] + problem.amount[visit]
        trip.append(len(loads) - 1)  # of the leg that follows the visit
    room = kind.capacity - np.array(loads)[trip]
    if kind.empty_home and visits and visits[-1] < 0:
        room[-1] = -1  # it goes home empty from there
    if kind.max_load is not None:
        room = np.minimum(room, kind.max_load - np.sum(loads, axis=0))
    return np.asarray(room, dtype=np.int64)


def _place(problem: NodeProblem, visit: int) -> int:
    return int(problem.stop_place[visit] if visit >= 0 else problem.facility_place[-1 - visit])
