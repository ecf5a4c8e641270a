"""Capacities and flows: who brings how much where, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.judged.rules import AGREES, assigned, number_open, say, sizes_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import FacilityLocation, TwoEchelon
    from optimize.location.solution import Solution

__all__ = ["capacitated", "two_echelon"]


def capacitated(
    problem: FacilityLocation, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon opening, sizes and service; a point's share of service costs that share."""
    number_open(problem.sites, is_open, problem.p, faults, exact=False)
    capacity, value = _built(problem, solution, is_open, faults)
    point, site, share = _shares(problem.cost, solution, is_open, faults, problem.single_source)
    _loads(point, site, share, problem.demand, capacity, faults)
    served = _service(problem.cost, point, site, share)
    return value + float(served.sum()), served


def two_echelon(
    problem: TwoEchelon, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon opening, sizes, both legs, and the plants that are used.

    A plant that a source reaches directly stands as site ``m + plant`` in assignment and flow.
    """
    m, plants = problem.onward.shape
    number_open(problem.sites, is_open, problem.p, faults, exact=False)
    capacity, value = _built(problem, solution, is_open, faults)
    cost, ready, room = problem.cost, is_open, capacity
    if problem.direct is not None:
        cost = np.hstack([cost, problem.direct])
        ready = np.concatenate([is_open, np.ones(plants, dtype=np.bool_)])
        room = np.concatenate([capacity, np.full(plants, np.inf)])
    point, site, share = _shares(cost, solution, ready, faults, problem.single_source)
    _loads(point, site, share, problem.amount, room, faults)
    served = _service(cost, point, site, share)
    amounts = share * problem.amount[point]
    brought = np.bincount(site, weights=amounts, minlength=cost.shape[1]).astype(np.float64)
    taken = _onward(problem, solution, is_open, brought[:m], faults)
    reached = taken.sum(axis=0)
    if problem.direct is not None:
        reached = reached + brought[m:]
    slack = AGREES * np.maximum(1.0, problem.plant_capacity)
    say(faults, reached > problem.plant_capacity + slack, "plant {i} gets more than its capacity")
    used = taken > 0
    value += float((problem.onward[used] * taken[used]).sum())
    value += float(problem.plant_opening[reached > AGREES].sum())
    return value + float(served.sum()), served


def _built(
    problem: FacilityLocation | TwoEchelon,
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
) -> tuple[NDArray[np.float64], float]:
    """Capacity of each site as it is built, 0 where closed, and what building costs."""
    value = float(problem.opening[is_open].sum())
    if problem.capacity is not None:
        return np.where(is_open, problem.capacity, 0.0), value
    capacity = np.zeros(problem.sites.n)
    sizes = sizes_given(solution, is_open, faults)
    if sizes is None:
        return capacity, float("nan")
    largest = np.full(problem.sites.n, len(problem.size_classes) - 1)
    if problem.largest_size is not None:
        largest = problem.largest_size
    for site, size in zip(np.flatnonzero(is_open), sizes, strict=True):
        if not 0 <= size < len(problem.size_classes):
            faults.append(f"site {site} has size {size}, which there is not")
            continue
        if size > largest[site]:
            faults.append(f"site {site} has size {size}, larger than fits there")
        capacity[site] = problem.size_classes[size].capacity
        value += problem.size_classes[size].cost
    return capacity, value


def _shares(
    cost: NDArray[np.float64],
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
    single_source: bool,  # noqa: FBT001 - one flag of the problem
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Who is served from where by what share, from the flow or else from the assignment."""
    n, m = cost.shape
    assignment = assigned(n, m, solution, faults)
    if solution.flow is not None:
        point, site, share = _split(solution.flow, n, m, faults)
    elif assignment is not None:
        point = np.flatnonzero(assignment >= 0)
        site, share = assignment[point], np.ones(len(point))
    else:
        point, site, share = _nothing()
    total = np.bincount(point, weights=share, minlength=n)
    say(faults, total < 1.0 - AGREES, "point {i} is not wholly served")
    say(faults, total > 1.0 + AGREES, "point {i} is served more than wholly")
    wrong = np.zeros(n, dtype=np.bool_)
    wrong[point[~is_open[site]]] = True
    say(faults, wrong, "point {i} is assigned to a closed site")
    wrong[:] = False
    wrong[point[np.isinf(cost[point, site])]] = True
    say(faults, wrong, "point {i} cannot be served from its site")
    if single_source:
        split = np.bincount(point[share > AGREES], minlength=n) > 1
        say(faults, split, "point {i} is served by several sites, and one alone may")
    if solution.flow is not None and assignment is not None:
        _largest(point, site, share, assignment, faults)
    return point, site, share


def _split(
    flow: NDArray[np.float64], n: int, m: int, faults: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    rows = np.asarray(flow, dtype=np.float64).reshape(-1, 3)
    point, site, share = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2]
    known = (point >= 0) & (point < n) & (site >= 0) & (site < m)
    if not known.all():
        faults.append(f"row {int(np.argmin(known))} of the flow names what there is not")
    bad = known & ~((share >= 0) & (share <= 1.0 + AGREES))
    say(faults, bad, "row {i} of the flow has a share that is not from 0 to 1")
    kept = known & (share > 0)
    return point[kept], site[kept], share[kept]


def _nothing() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    none = np.zeros(0, dtype=np.int64)
    return none, none, np.zeros(0)


def _largest(
    point: NDArray[np.int64],
    site: NDArray[np.int64],
    share: NDArray[np.float64],
    assignment: NDArray[np.int64],
    faults: list[str],
) -> None:
    """Check that the assignment names the site of the largest share."""
    best = np.zeros(len(assignment))
    np.maximum.at(best, point, share)
    its = np.zeros(len(assignment))
    same = site == assignment[point]
    np.add.at(its, point[same], share[same])
    say(faults, its < best - AGREES, "point {i} is not assigned to the site of its largest share")


def _loads(
    point: NDArray[np.int64],
    site: NDArray[np.int64],
    share: NDArray[np.float64],
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    faults: list[str],
) -> None:
    load = np.bincount(site, weights=share * demand[point], minlength=len(capacity))
    over = load > capacity + AGREES * np.maximum(1.0, capacity)
    # what goes to a closed site is said as such
    faults += [
        f"site {j} serves {load[j]:.9g}, more than its capacity of {capacity[j]:.9g}"
        for j in np.flatnonzero(over & (capacity > 0))
    ]


def _service(
    cost: NDArray[np.float64],
    point: NDArray[np.int64],
    site: NDArray[np.int64],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Cost of each point; inf for one that nobody serves."""
    n = len(cost)
    costs = share * cost[point, site]
    served = np.bincount(point, weights=costs, minlength=n).astype(np.float64)
    served[np.bincount(point, minlength=n) == 0] = np.inf
    return served


def _onward(
    problem: TwoEchelon,
    solution: Solution,
    is_open: NDArray[np.bool_],
    brought: NDArray[np.float64],
    faults: list[str],
) -> NDArray[np.float64]:
    """Amount from each station to each plant."""
    m, plants = problem.onward.shape
    taken = np.zeros((m, plants))
    if solution.onward is None:
        if brought.sum() > AGREES:
            faults.append("the amounts from stations to plants are not given")
        return taken
    rows = np.asarray(solution.onward, dtype=np.float64).reshape(-1, 3)
    site, plant, amount = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2]
    known = (site >= 0) & (site < m) & (plant >= 0) & (plant < plants) & (amount >= 0)
    if not known.all():
        faults.append(f"row {int(np.argmin(known))} of onward names what there is not")
    np.add.at(taken, (site[known], plant[known]), amount[known])
    away = taken.sum(axis=1)
    slack = AGREES * np.maximum(1.0, brought)
    differs = np.asarray(np.abs(away - brought) > slack)
    say(faults, differs, "station {i} passes on another amount than it gets")
    say(faults, ~is_open & (away > slack), "station {i} is closed and passes something on")
    impossible = (taken > 0) & np.isinf(problem.onward)
    lost = np.asarray(impossible.any(axis=1))
    say(faults, lost, "station {i} passes something to a plant it cannot reach")
    return taken
