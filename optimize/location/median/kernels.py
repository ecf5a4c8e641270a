"""Lagrangian bounds of a p-median, compiled.

The rule that each point is served once is relaxed with a multiplier a point (Cornuejols, Fisher
and Nemhauser, Management Science 23, 1977). A site then costs ``rho_j = s_j + sum_i min(0, c_ij -
lambda_i)``, and the cheapest p sites (or all that cost less than nothing) give the bound
``sum lambda + sum rho``. The multipliers ascend by the volume algorithm (Barahona and Anbil,
Mathematical Programming 87, 2000), which moves along an average of the subgradients and so tells
which sites the linear relaxation opens.

A multiplier never passes the point's reach in its list, so that a shortened list gives the same
bound as a whole one; nor the cost at a site that is open in any case, where the bound falls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BEST",
    "FACTOR",
    "FREE",
    "LEAF",
    "MIX",
    "N_NUMBERS",
    "OPEN",
    "PRUNED",
    "ROUNDING",
    "SHUT",
    "SIZE",
    "ascend",
    "expand",
    "lower_ceilings",
    "settle",
]

FREE, OPEN, SHUT = 0, 1, -1
"""State of a site."""

PRUNED, LEAF, BRANCH = 0, 1, 2
"""What becomes of a node."""

ROUNDING = 2.0**-52
"""Twice the unit of rounding: see `Core.rounded`."""

BEST, SIZE, FACTOR, MIX, SINCE, STALLED, MARK, N_NUMBERS = 0, 1, 2, 3, 4, 5, 6, 8
"""Numbers of an ascent: best bound and the size of its terms, step factor, largest weight of the
newest subgradient, iterations since the last gain, iterations since the mix was looked at, bound
then."""


@njit(cache=True, nogil=True)
def price(
    start: NDArray[np.int64],
    near_site: NDArray[np.int32],
    near_cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    multiplier: NDArray[np.float64],
    rho: NDArray[np.float64],
) -> None:
    """Cost of opening each site at the multipliers."""
    rho[:] = site_cost
    for i in range(len(multiplier)):
        value = multiplier[i]
        for q in range(start[i], start[i + 1]):
            c = near_cost[q]
            if c >= value:
                break
            rho[near_site[q]] += c - value


@njit(cache=True, nogil=True)
def smallest(values: NDArray[np.float64], length: int, rank: int) -> float:
    """Find the number of a rank (0 is the least) among the first ones, which are reordered.

    Quickselect (Hoare, Communications of the ACM 4, 1961); quicker to compile than numpy's.
    """
    low, high = 0, length - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return float(values[rank])


@njit(cache=True, nogil=True)
def choose(
    rho: NDArray[np.float64],
    state: NDArray[np.int8],
    p: int,
    free: NDArray[np.float64],
    chosen: NDArray[np.bool_],
) -> tuple[float, float]:
    """Open the cheapest sites; return their cost and the size of its terms.

    With p below 0 all that cost less than nothing are opened. ``free`` is room for m numbers. The
    cost is inf where p sites cannot be opened.
    """
    m = len(rho)
    total = 0.0
    size = 0.0
    n_open = 0
    k = 0
    for j in range(m):
        chosen[j] = state[j] == OPEN
        if state[j] == OPEN:
            total += rho[j]
            size += abs(rho[j])
            n_open += 1
        elif state[j] == FREE:
            if p < 0:
                if rho[j] < 0.0:
                    chosen[j] = True
                    total += rho[j]
                    size += abs(rho[j])
            else:
                free[k] = rho[j]
                k += 1
    if p < 0:
        return total, size
    wanted = p - n_open
    if wanted < 0 or wanted > k:
        return np.inf, 0.0
    if wanted == 0:
        return total, size
    threshold = smallest(free, k, wanted - 1)
    below = 0
    for j in range(m):
        if state[j] == FREE and rho[j] < threshold:
            below += 1
    ties = wanted - below
    for j in range(m):
        if state[j] == FREE:
            take = rho[j] < threshold
            if not take and rho[j] == threshold and ties > 0:
                take = True
                ties -= 1
            if take:
                chosen[j] = True
                total += rho[j]
                size += abs(rho[j])
    return total, size


@njit(cache=True, nogil=True)
def bound_at(
    start: NDArray[np.int64],
    near_site: NDArray[np.int32],
    near_cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    state: NDArray[np.int8],
    p: int,
    multiplier: NDArray[np.float64],
    rho: NDArray[np.float64],
    free: NDArray[np.float64],
    chosen: NDArray[np.bool_],
) -> tuple[float, float]:
    """Lower bound at the multipliers, and the size of its terms."""
    price(start, near_site, near_cost, site_cost, multiplier, rho)
    total, size = choose(rho, state, p, free, chosen)
    for value in multiplier:
        total += value
        size += abs(value)
    return total, size


@njit(cache=True, nogil=True)
def ascend(
    start: NDArray[np.int64],
    near_site: NDArray[np.int32],
    near_cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    state: NDArray[np.int8],
    p: int,
    ceiling: NDArray[np.float64],
    target: float,
    goal: float,
    iterations: int,
    least_factor: float,
    number: NDArray[np.float64],
    best_multiplier: NDArray[np.float64],
    best_rho: NDArray[np.float64],
    direction: NDArray[np.float64],
    usage: NDArray[np.float64],
) -> int:
    """Raise the multipliers for some iterations.

    Parameters
    ----------
    start, near_site, near_cost : int64[n + 1], int32[q], float64[q]
        Candidate lists by point.
    site_cost : float64[m]
    state : int8[m]
        Free, open or shut.
    p
        Number of open sites, -1 where free.
    ceiling : float64[n]
        Of each multiplier.
    target
        Value that steps aim at.
    goal
        Bound at which to stop.
    iterations
        At most.
    least_factor
        Step factor at which to stop.
    number : float64[N_NUMBERS]
        Carried from call to call; see the names above.
    best_multiplier, best_rho : float64[n], float64[m]
        Best so far; the multipliers are where the ascent begins.
    direction : float64[n]
        Average subgradient.
    usage : float64[m]
        Average of what was opened: the linear relaxation's answer, roughly.

    Returns
    -------
    int
        0 to go on, 1 goal reached, 2 converged, 3 no p sites can be opened.
    """
    n, m = len(start) - 1, len(site_cost)
    rho, free = np.empty(m), np.empty(m)
    multiplier, slope = np.empty(n), np.empty(n)
    chosen = np.empty(m, dtype=np.bool_)
    for _ in range(iterations):
        first = number[BEST] == -np.inf
        norm = 0.0
        if not first:
            for i in range(n):
                g = direction[i]
                if (g > 0 and best_multiplier[i] < ceiling[i]) or (
                    g < 0 and start[i + 1] > start[i] and best_multiplier[i] > near_cost[start[i]]
                ):
                    norm += g * g
            if norm < 1e-12:
                return 2
        step = 0.0
        if not first:
            step = number[FACTOR] * max(target - number[BEST], 1e-9 * abs(target)) / norm
        for i in range(n):
            value = best_multiplier[i]
            if not first:  # before the first, the direction is room and may hold no number
                value += step * direction[i]
            if start[i + 1] > start[i] and value < near_cost[start[i]]:
                value = near_cost[start[i]]
            multiplier[i] = min(value, ceiling[i])
        bound, size = bound_at(
            start, near_site, near_cost, site_cost, state, p, multiplier, rho, free, chosen
        )
        if bound == np.inf:
            return 3
        # slope of the bound: 1 less the number of chosen sites that would serve the point
        for i in range(n):
            count = 0
            value = multiplier[i]
            for q in range(start[i], start[i + 1]):
                if near_cost[q] >= value:
                    break
                if chosen[near_site[q]]:
                    count += 1
            slope[i] = 1.0 - count
        if first:
            direction[:] = slope
            for j in range(m):
                usage[j] = 1.0 if chosen[j] else 0.0
            number[BEST], number[SIZE] = bound, size
            best_multiplier[:] = multiplier
            best_rho[:] = rho
            number[MARK] = bound
            continue
        along = 0.0
        apart = 0.0
        cross = 0.0
        for i in range(n):
            d = direction[i]
            along += d * slope[i]
            apart += (slope[i] - d) * (slope[i] - d)
            cross += d * (d - slope[i])
        alpha = number[MIX]
        if apart > 0:
            best_alpha = cross / apart
            alpha = number[MIX] / 10.0 if best_alpha < 0 else min(best_alpha, number[MIX])
            alpha = max(alpha, number[MIX] / 10.0)
        for i in range(n):
            direction[i] += alpha * (slope[i] - direction[i])
        for j in range(m):
            usage[j] += alpha * ((1.0 if chosen[j] else 0.0) - usage[j])
        if bound > number[BEST]:
            number[SINCE] = 0.0
            number[BEST], number[SIZE] = bound, size
            best_multiplier[:] = multiplier
            best_rho[:] = rho
            if along >= 0:
                number[FACTOR] = min(2.0, number[FACTOR] * 1.1)
            if bound >= goal:
                return 1
        else:
            number[SINCE] += 1
            if number[SINCE] >= 20:
                number[FACTOR] *= 0.66
                number[SINCE] = 0.0
                if number[FACTOR] < least_factor:
                    return 2
        number[STALLED] += 1
        if number[STALLED] >= 100:
            if number[BEST] - number[MARK] < 0.01 * abs(target - number[MARK]):
                number[MIX] = max(number[MIX] * 0.5, 1e-4)
            number[MARK] = number[BEST]
            number[STALLED] = 0.0
    return 0


@njit(cache=True, nogil=True)
def settle(
    rho: NDArray[np.float64],
    bound: float,
    cutoff: float,
    p: int,
    state: NDArray[np.int8],
    free: NDArray[np.float64],
) -> int:
    """Open or shut free sites whose other state would lift the bound to the cutoff.

    Parameters
    ----------
    rho : float64[m]
        Costs of opening at which `bound` holds.
    bound
        Lower bound, rounding taken off.
    cutoff
        No plan of this value or more is wanted.
    p
        Number of open sites, -1 where free.
    state : int8[m]
        Changed in place.
    free : float64[m]
        Room.

    Returns
    -------
    int
        Number of sites settled.
    """
    m = len(rho)
    k = 0
    wanted = p
    for j in range(m):
        if state[j] == FREE:
            free[k] = rho[j]
            k += 1
        elif state[j] == OPEN:
            wanted -= 1
    last_in, first_out = 0.0, 0.0
    if p >= 0:
        if wanted < 0 or wanted > k:
            return 0
        last_in = smallest(free, k, wanted - 1) if wanted > 0 else -np.inf
        first_out = smallest(free, k, wanted) if wanted < k else np.inf
    settled = 0
    for j in range(m):
        if state[j] != FREE:
            continue
        # at least one of the two is nothing: a site is in or out at the bound
        if bound + rho[j] - last_in >= cutoff and rho[j] > last_in:
            state[j] = SHUT
            settled += 1
        elif bound + first_out - rho[j] >= cutoff and rho[j] < first_out:
            state[j] = OPEN
            settled += 1
    return settled


@njit(cache=True, nogil=True)
def lower_ceilings(
    site_start: NDArray[np.int64],
    point: NDArray[np.int32],
    point_cost: NDArray[np.float64],
    reach: NDArray[np.float64],
    state: NDArray[np.int8],
    ceiling: NDArray[np.float64],
) -> None:
    """Ceiling of each multiplier: its list's reach, or its cost at a site that is open anyway."""
    ceiling[:] = reach
    for j in range(len(state)):
        if state[j] == OPEN:
            for q in range(site_start[j], site_start[j + 1]):
                ceiling[point[q]] = min(ceiling[point[q]], point_cost[q])


@njit(cache=True, nogil=True)
def expand(
    start: NDArray[np.int64],
    near_site: NDArray[np.int32],
    near_cost: NDArray[np.float64],
    site_start: NDArray[np.int64],
    point: NDArray[np.int32],
    point_cost: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    state: NDArray[np.int8],
    p: int,
    reach: NDArray[np.float64],
    target: float,
    cutoff: float,
    iterations: int,
    number: NDArray[np.float64],
    multiplier: NDArray[np.float64],
    usage: NDArray[np.float64],
    chosen: NDArray[np.bool_],
) -> tuple[int, int]:
    """Bound a node and settle what can be; say what becomes of it and where to branch.

    States, multipliers and `number` (its bound is rounded down) are changed in place; `chosen` is
    a plan to try.
    """
    n, m = len(multiplier), len(state)
    ceiling = np.empty(n)
    direction = np.empty(n)
    rho, free = np.empty(m), np.empty(m)
    for _ in range(4):
        lower_ceilings(site_start, point, point_cost, reach, state, ceiling)
        number[:] = 0.0
        number[BEST] = -np.inf
        number[FACTOR] = 0.5
        number[MIX] = 0.2
        told = ascend(
            start, near_site, near_cost, site_cost, state, p, ceiling, target, cutoff, iterations,
            1e-3, number, multiplier, rho, direction, usage,
        )  # fmt: skip
        if told == 3:
            return PRUNED, -1
        number[BEST] -= ROUNDING * (n + m + 4) * number[SIZE]
        if number[BEST] >= cutoff:
            return PRUNED, -1
        if settle(rho, number[BEST], cutoff, p, state, free) * 20 < m:
            break
    n_open, n_free = 0, 0
    for j in range(m):
        if state[j] == OPEN:
            n_open += 1
        elif state[j] == FREE:
            n_free += 1
    if p >= 0 and (n_open > p or n_open + n_free < p):
        return PRUNED, -1
    if n_free == 0 or n_open == p or n_open + n_free == p:
        fills = p < 0 or n_open < p
        for j in range(m):
            chosen[j] = state[j] == OPEN or (state[j] == FREE and fills)
        return LEAF, -1
    # branch where the relaxation is least sure
    best = -1
    score = -1.0
    for j in range(m):
        if state[j] == FREE:
            u = min(max(usage[j], 0.0), 1.0)
            value = u * (1.0 - u) + 1e-6 * u
            if value > score:
                score = value
                best = j
    # the plan of the relaxation
    choose(rho, state, p, free, chosen)
    return BRANCH, best
