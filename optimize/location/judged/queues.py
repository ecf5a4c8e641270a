"""Queues at sites: waits by Erlang's formula, reckoned here on its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.judged.rules import AGREES, assigned, closed, number_open, say, sizes_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.queueing import QueueingLocation
    from optimize.location.solution import Solution

__all__ = ["queues"]


def queues(
    problem: QueueingLocation, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon sites, piles and travel; every wait within its target."""
    number_open(problem.sites, is_open, problem.p, faults, exact=False)
    n, m = problem.travel.shape
    assignment = assigned(n, m, solution, faults)
    sizes = sizes_given(solution, is_open, faults)
    if assignment is None or sizes is None:
        return float("nan"), np.full(n, np.nan)
    piles = np.zeros(m, dtype=np.int64)
    piles[is_open] = sizes
    most = np.asarray(problem.most_piles)
    faults += [
        f"site {j} has {piles[j]} piles, not from 1 to {most[j]}"
        for j in np.flatnonzero(is_open & ((piles < 1) | (piles > most)))
    ]
    none, shut = assignment < 0, closed(assignment, is_open)
    say(faults, none, "point {i} is assigned to no site")
    say(faults, shut, "point {i} is assigned to a closed site")
    way = np.where(none, np.inf, problem.travel[np.arange(n), assignment])
    say(faults, ~none & np.isinf(way), "point {i} cannot be served from its site")
    if problem.nearest:
        nearest = problem.travel[:, is_open].min(axis=1, initial=np.inf)
        say(faults, way > nearest + AGREES, "point {i} does not go to its nearest open site")
    rate = np.bincount(assignment[~none], problem.arrivals[~none], m)
    faults += [
        f"site {j}: {piles[j]} piles for {rate[j]:.9g} arrivals an hour keep nobody's target"
        for j in np.flatnonzero(is_open)
        if not _keeps(problem, int(piles[j]), float(rate[j]))
    ]
    served = np.where(problem.arrivals > 0, way * problem.travel_cost * problem.arrivals, 0.0)
    built = float(problem.opening[is_open].sum()) + problem.cost_per_pile * float(piles.sum())
    return built + float(served.sum()), served


def _keeps(problem: QueueingLocation, piles: int, rate: float) -> bool:
    """Whether the wait of an M/M/c queue keeps the target (Erlang 1917)."""
    if rate <= 0:
        return True
    # what is built to the last arrival may be rounded
    load = rate * (1.0 - AGREES) * problem.service_min / 60.0
    if load >= piles:
        return False
    blocked = 1.0
    for k in range(1, piles + 1):
        blocked = load * blocked / (k + load * blocked)
    waits = blocked / (1.0 - load / piles * (1.0 - blocked))
    if problem.quantile is None:
        return waits * problem.service_min / (piles - load) <= problem.wait_target_min
    late = math.exp(-(piles - load) * problem.wait_target_min / problem.service_min)
    return waits * late <= 1.0 - problem.quantile
