"""Interchange and Lagrangian bounds of a median with levels, compiled.

The bound relaxes that each level of each point has one site, with a multiplier each (Snyder and
Daskin 2005, section 3.2). Of one site a point may then use the one level that gains most, so a
site costs ``s_j + sum_i min(0, min_r (a_r c_ij - lambda_ir))``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.location.median.kernels import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ascend_levels", "best_exchange", "nearest_open"]

OPEN = 1


@njit(cache=True, nogil=True)
def nearest_open(
    cost: NDArray[np.float64],
    opened: NDArray[np.int64],
    near_site: NDArray[np.int64],
    near_cost: NDArray[np.float64],
    absent: float,
) -> None:
    """Find the nearest open sites of each point, one more than there are levels.

    Places in `opened` stand in ``near_site``; what does not exist is -1 at the cost `absent`,
    which must be more than any other.
    """
    n, wanted = near_cost.shape
    near_site[:] = -1
    near_cost[:] = absent
    for i in range(n):
        for k in range(len(opened)):
            c = cost[i, opened[k]]
            if c >= near_cost[i, wanted - 1]:
                continue
            q = wanted - 1
            while q > 0 and near_cost[i, q - 1] > c:
                near_cost[i, q] = near_cost[i, q - 1]
                near_site[i, q] = near_site[i, q - 1]
                q -= 1
            near_cost[i, q] = c
            near_site[i, q] = k


@njit(cache=True, nogil=True)
def best_exchange(
    cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    fixed: NDArray[np.int8],
    share: NDArray[np.float64],
    opened: NDArray[np.int64],
    is_open: NDArray[np.bool_],
    near_site: NDArray[np.int64],
    near_cost: NDArray[np.float64],
    begin: int,
    end: int,
) -> tuple[float, int, int]:
    """Find the exchange that saves most, opening one of the sites ``begin`` to ``end - 1``.

    Returns
    -------
    tuple
        What it saves, the site to open, and the place in `opened` of the one to close; -1 for
        none. The saving is exact up to rounding.
    """
    n = len(near_cost)
    levels = len(share)
    p = len(opened)
    # what all points lose where a site closes and none opens
    loss = np.zeros(p)
    for i in range(n):
        for t in range(levels):
            if near_site[i, t] >= 0:
                for r in range(t, levels):
                    loss[near_site[i, t]] += share[r] * (near_cost[i, r + 1] - near_cost[i, r])
    best, opens, closes = 0.0, -1, -1
    saved = np.empty(p)
    for f in range(begin, end):
        if is_open[f]:
            continue
        gain = 0.0
        saved[:] = 0.0
        for i in range(n):
            c = cost[i, f]
            if c >= near_cost[i, levels]:
                continue
            # levels from s on move one place outward when f opens and none closes
            s = levels
            while s > 0 and near_cost[i, s - 1] > c:
                s -= 1
            whole = 0.0
            if s < levels:
                whole = share[s] * (near_cost[i, s] - c)
                for r in range(s + 1, levels):
                    whole += share[r] * (near_cost[i, r] - near_cost[i, r - 1])
            gain += whole
            for t in range(levels):
                k = near_site[i, t]
                if k < 0:
                    break
                # site t closes and f opens: between the two places all move by one
                both = 0.0
                alone = 0.0
                for r in range(t, levels):
                    alone += share[r] * (near_cost[i, r + 1] - near_cost[i, r])
                if s <= t:
                    both = share[s] * (near_cost[i, s] - c)
                    for r in range(s + 1, t + 1):
                        both += share[r] * (near_cost[i, r] - near_cost[i, r - 1])
                else:
                    for r in range(t, s - 1):
                        both -= share[r] * (near_cost[i, r + 1] - near_cost[i, r])
                    both -= share[s - 1] * (c - near_cost[i, s - 1])
                saved[k] += both + alone - whole
        for k in range(p):
            r = opened[k]
            if fixed[r] == OPEN:
                continue
            worth = gain - loss[k] + saved[k] - site_cost[f] + site_cost[r]
            if worth > best:
                best, opens, closes = worth, f, k
    return best, opens, closes


@njit(cache=True, nogil=True)
def ascend_levels(
    cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    state: NDArray[np.int8],
    p: int,
    share: NDArray[np.float64],
    need: NDArray[np.float64],
    target: float,
    goal: float,
    iterations: int,
    number: NDArray[np.float64],
    best_multiplier: NDArray[np.float64],
    best_rho: NDArray[np.float64],
    direction: NDArray[np.float64],
    usage: NDArray[np.float64],
) -> int:
    """Raise the multipliers for some iterations, as `median.kernels.ascend` does.

    Parameters
    ----------
    cost : float64[n, m]
        Weighted.
    site_cost, state : float64[m], int8[m]
    p
        Number of open sites.
    share, need : float64[levels]
        Weight of each level and number of sites that it takes: levels of one weight are one.
    target, goal, iterations
        Value that steps aim at; bound at which to stop; iterations at most.
    number : float64[4]
        Carried: best bound (-inf at first), size of its terms, step factor, iterations since the
        last gain.
    best_multiplier : float64[n, levels]
    best_rho, usage : float64[m]
    direction : float64[n, levels]

    Returns
    -------
    int
        0 to go on, 1 goal reached, 2 converged, 3 no p sites can be opened.
    """
    n, m = cost.shape
    levels = len(share)
    rho, free = np.empty(m), np.empty(m)
    multiplier, slope = np.empty((n, levels)), np.empty((n, levels))
    chosen = np.empty(m, dtype=np.bool_)
    for _ in range(iterations):
        first = number[0] == -np.inf
        norm = 0.0
        step = 0.0
        if not first:
            for i in range(n):
                for r in range(levels):
                    norm += direction[i, r] * direction[i, r]
            if norm < 1e-12:
                return 2
            step = number[2] * max(target - number[0], 1e-9 * abs(target)) / norm
        rho[:] = site_cost
        bound, size = 0.0, 0.0
        for i in range(n):
            top = -np.inf
            for r in range(levels):
                value = best_multiplier[i, r] + step * direction[i, r]
                multiplier[i, r] = value
                bound += need[r] * value
                size += abs(need[r] * value)
                if share[r] > 0:
                    top = max(top, value / share[r])
                elif value > 0:
                    top = np.inf
            for j in range(m):
                if cost[i, j] < top:
                    least = 0.0
                    for r in range(levels):
                        least = min(least, share[r] * cost[i, j] - multiplier[i, r])
                    rho[j] += least
        total, its_size = choose(rho, state, p, free, chosen)
        if total == np.inf:
            return 3
        bound += total
        size += its_size
        for i in range(n):
            for r in range(levels):
                slope[i, r] = need[r]
            for j in range(m):
                if chosen[j]:
                    least, level = 0.0, -1
                    for r in range(levels):
                        left = share[r] * cost[i, j] - multiplier[i, r]
                        if left < least:
                            least, level = left, r
                    if level >= 0:
                        slope[i, level] -= 1.0
        if first:
            direction[:] = slope
            for j in range(m):
                usage[j] = 1.0 if chosen[j] else 0.0
            number[0], number[1] = bound, size
            best_multiplier[:] = multiplier
            best_rho[:] = rho
            continue
        along = 0.0
        for i in range(n):
            for r in range(levels):
                along += direction[i, r] * slope[i, r]
                direction[i, r] += 0.1 * (slope[i, r] - direction[i, r])
        for j in range(m):
            usage[j] += 0.1 * ((1.0 if chosen[j] else 0.0) - usage[j])
        if bound > number[0]:
            number[0], number[1], number[3] = bound, size, 0.0
            best_multiplier[:] = multiplier
            best_rho[:] = rho
            if along >= 0:
                number[2] = min(2.0, number[2] * 1.1)
            if bound >= goal:
                return 1
        else:
            number[3] += 1
            if number[3] >= 20:
                number[2] *= 0.66
                number[3] = 0.0
                if number[2] < 1e-4:
                    return 2
    return 0
