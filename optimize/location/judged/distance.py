"""Medians, centres and dispersions: each point by its cost to the open sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.judged.rules import AGREES, assigned, closed, number_open, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import Dispersion, PCenter, PMedian, ReliableMedian
    from optimize.location.solution import Solution

__all__ = ["center", "dispersion", "median", "nearest", "reliable", "to_nearest"]


def to_nearest(
    cost: NDArray[np.float64],
    least: NDArray[np.float64],
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
) -> None:
    """Check that points are assigned to the open site that costs them least."""
    n, m = cost.shape
    assignment = assigned(n, m, solution, faults)
    if assignment is None:
        return
    none, shut = assignment < 0, closed(assignment, is_open)
    say(faults, shut, "point {i} is assigned to a closed site")
    say(faults, none & np.isfinite(least), "point {i} is assigned to no site")
    here = cost[np.arange(n), assignment]
    limit = least + AGREES * np.maximum(1.0, np.abs(least))
    far = ~none & ~shut & ~(here <= limit)
    say(faults, far, "point {i} is assigned to a site that is not its nearest open one")
    say(faults, ~none & ~shut & np.isinf(here), "point {i} cannot be served from its site")


def nearest(cost: NDArray[np.float64], is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give each point's cost to the open site that costs it least, inf for none."""
    if not is_open.any():
        return np.full(len(cost), np.inf)
    return np.asarray(cost[:, is_open].min(axis=1), dtype=np.float64)


# ---- medians and centres


def median(
    problem: PMedian, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon weighted costs to the nearest open sites, and opening."""
    number_open(problem.sites, is_open, problem.p, faults, exact=True)
    served = nearest(problem.cost, is_open)
    counts = problem.weight > 0
    say(faults, counts & np.isinf(served), "point {i} cannot be served from any open site")
    to_nearest(problem.cost, served, solution, is_open, faults)
    value = float((problem.weight[counts] * served[counts]).sum())
    if problem.opening is not None:
        value += float(problem.opening[is_open].sum())
    return value, served


def reliable(
    problem: ReliableMedian, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon expected costs over the nearest open sites that may be out."""
    number_open(problem.sites, is_open, problem.p, faults, exact=True)
    levels = problem.levels
    if is_open.sum() < levels:
        faults.append(f"{is_open.sum()} sites are open, fewer than {levels} levels")
        return float("inf"), np.full(len(problem.cost), np.inf)
    near = np.sort(problem.cost[:, is_open], axis=1)[:, :levels]
    to_nearest(problem.cost, near[:, 0], solution, is_open, faults)
    if problem.mean_of_nearest:
        served = near.mean(axis=1)
    else:
        out = problem.failure ** np.arange(levels + 1)
        served = near @ ((1.0 - problem.failure) * out[:levels]) + out[levels] * problem.penalty
    return float(problem.weight @ served), served


def center(
    problem: PCenter, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon the largest cost to a nearest open site."""
    number_open(problem.sites, is_open, problem.p, faults, exact=True)
    served = nearest(problem.cost, is_open)
    say(faults, np.isinf(served), "point {i} cannot be served from any open site")
    to_nearest(problem.cost, served, solution, is_open, faults)
    return float(served.max(initial=0.0)), served


def dispersion(
    problem: Dispersion, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon the least distance between two open sites."""
    number_open(problem.sites, is_open, problem.p, faults, exact=True)
    if len(solution.assignment) not in {0, problem.sites.n}:
        faults.append("nobody is assigned in a dispersion")
    between = problem.distance + np.diag(np.full(len(problem.distance), np.inf))
    served = nearest(between, is_open)
    return float(served[is_open].min(initial=np.inf)), served
