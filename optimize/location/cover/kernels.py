"""Compiled parts of the covering models, on arrays.

A table of coverage is given by rows (demand) in compressed form, ``indptr`` and ``site``; shares
are in ``share``, which has length 0 where every entry is 1.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "assign_points",
    "cover_bound",
    "keep_entries",
    "lagrangian",
    "merge_rows",
    "site_values",
    "transpose",
]

_Ints = NDArray[np.int64]
_Int32s = NDArray[np.int32]
_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT_A, _SHIFT_B = np.uint64(29), np.uint64(32)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@njit(cache=True, nogil=True)
def keep_entries(
    indptr: _Ints, site: _Int32s, allowed: _Flags, new_indptr: _Ints, new_entry: _Ints
) -> int:
    """Leave out entries of sites that stay closed; `new_entry` gets the positions that stay."""
    count = 0
    new_indptr[0] = 0
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            if allowed[site[e]]:
                new_entry[count] = e
                count += 1
        new_indptr[i + 1] = count
    return count


@njit(cache=True, nogil=True)
def merge_rows(indptr: _Ints, site: _Int32s, share: _Floats, used: _Flags, group: _Ints) -> int:
    """Give the different rows numbers in the order in which they first come.

    Rows that are not `used`, and empty ones, get group -1. Rows are told apart by a hash and then
    entry by entry, so two rows of one group are the same for certain.

    Returns
    -------
    int
        Number of groups.
    """
    n = len(indptr) - 1
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    slot_row = np.full(size, -1, dtype=np.int64)
    graded = len(share) > 0
    bits = share.view(np.uint64)
    groups = 0
    for i in range(n):
        start, end = indptr[i], indptr[i + 1]
        if start == end or not used[i]:
            group[i] = -1
            continue
        key = np.uint64(end - start) * _PRIME
        for e in range(start, end):
            key = (key ^ np.uint64(site[e])) * _PRIME
            key ^= key >> _SHIFT_B
            if graded:
                key = (key ^ bits[e]) * _MIX
                key ^= key >> _SHIFT_A
        slot = key & mask
        while True:
            other = slot_row[slot]
            if other < 0:
                slot_row[slot] = i
                group[i] = groups
                groups += 1
                break
            same = indptr[other + 1] - indptr[other] == end - start
            if same:
                shift = indptr[other] - start
                for e in range(start, end):
                    if site[e] != site[e + shift] or (graded and share[e] != share[e + shift]):
                        same = False
                        break
            if same:
                group[i] = group[other]
                break
            slot = (slot + np.uint64(1)) & mask
    return groups


@njit(cache=True, nogil=True)
def transpose(
    indptr: _Ints, site: _Int32s, col_ptr: _Ints, col_row: _Int32s, col_entry: _Ints
) -> None:
    """Fill the columns: rows of each site ascending, and which entry of the rows it is.

    `col_entry` may have length 0 where it is not wanted.
    """
    col_ptr[:] = 0
    for e in range(len(site)):
        col_ptr[site[e] + 1] += 1
    for j in range(len(col_ptr) - 1):
        col_ptr[j + 1] += col_ptr[j]
    following = col_ptr[:-1].copy()
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            j = site[e]
            col_row[following[j]] = i
            if len(col_entry):
                col_entry[following[j]] = e
            following[j] += 1


@njit(cache=True, nogil=True)
def assign_points(
    indptr: _Ints,
    site: _Int32s,
    share: _Floats,
    is_open: _Flags,
    chosen: _Ints,
    best: _Floats,
) -> None:
    """Give each row its open site of the largest share, the lowest index among equals; -1 none."""
    graded = len(share) > 0
    for i in range(len(indptr) - 1):
        chosen[i] = -1
        best[i] = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            if is_open[site[e]]:
                value = share[e] if graded else 1.0
                if value > best[i]:
                    best[i] = value
                    chosen[i] = site[e]
                    if not graded:
                        break


@njit(cache=True, nogil=True)
def site_values(
    col_ptr: _Ints,
    col_row: _Int32s,
    col_share: _Floats,
    weight: _Floats,
    price: _Floats,
    value: _Floats,
) -> None:
    """Reckon what each site covers above the prices of its rows."""
    graded = len(col_share) > 0
    for j in range(len(value)):
        total = 0.0
        for e in range(col_ptr[j], col_ptr[j + 1]):
            i = col_row[e]
            surplus = (weight[i] * col_share[e] if graded else weight[i]) - price[i]
            if surplus > 0:
                total += surplus
        value[j] = total


@njit(cache=True, nogil=True)
def cover_bound(
    worth: _Floats, lower: _Floats, upper: _Floats, p: int, cost: _Floats, budget: float, x: _Floats
) -> tuple[float, float]:
    """Choose sites of the largest worth: p at most, or within a budget in parts.

    Parameters
    ----------
    worth
        Of each site.
    lower, upper
        0 or 1 each: sites that must be open have both 1.
    p
        Most that may be open.
    cost, budget
        Binding only where `cost` has a number for each site. Then the better of the two
        relaxations (number alone, budget alone) is taken.
    x
        Filled with what is chosen.

    Returns
    -------
    bound, threshold
        Worth chosen in all, and the worth at which one more site would be chosen by number
        (0 where the number does not bind).
    """
    m = len(worth)
    left = p
    total = 0.0
    for j in range(m):
        x[j] = lower[j]
        if lower[j] > 0:
            total += worth[j]
            left -= 1
    must = total
    order = np.argsort(-worth)
    threshold = 0.0
    for k in range(m):
        j = order[k]
        if lower[j] > 0 or upper[j] == 0:
            continue
        if worth[j] <= 0:
            break
        if left == 0:
            threshold = worth[j]
            break
        x[j] = 1.0
        total += worth[j]
        left -= 1
    if len(cost) == 0:
        return total, threshold
    money = budget
    for j in range(m):
        if lower[j] > 0:
            money -= cost[j]
    ratio = np.empty(m)
    for j in range(m):
        ratio[j] = worth[j] / max(cost[j], 1e-300)
    order = np.argsort(-ratio)
    y = lower.copy()
    second = must
    for k in range(m):
        j = order[k]
        if lower[j] > 0 or upper[j] == 0:
            continue
        if worth[j] <= 0 or (money <= 0 and cost[j] > 0):
            break
        part = 1.0 if cost[j] <= money else money / cost[j]
        y[j] = part
        second += part * worth[j]
        money -= part * cost[j]
    if second < total:
        x[:] = y
        return second, 0.0
    return total, threshold


@njit(cache=True, nogil=True)
def lagrangian(
    col_ptr: _Ints,
    col_row: _Int32s,
    col_share: _Floats,
    weight: _Floats,
    preference: _Floats,
    lower: _Floats,
    upper: _Floats,
    p: int,
    cost: _Floats,
    budget: float,
    value: float,
    price: _Floats,
    best_price: _Floats,
    direction: _Floats,
    scalars: _Floats,
    iterations: int,
) -> bool:
    """Lower the bound of a maximal cover by deflected subgradients.

    What is relaxed is that a row counts once (Galvao and ReVelle 1996): each row has a price, a
    site is worth what its rows bring above their prices, and whatever the prices are, their sum
    and the best sites' worth is a bound.

    Parameters
    ----------
    value
        Of a plan.
    price, best_price, direction
        Of each row; kept from call to call.
    scalars : float64[3]
        Best bound, step factor, iterations since it last fell.

    Returns
    -------
    bool
        Whether the end is reached: no progress, or no slack.
    """
    n, m = len(weight), len(col_ptr) - 1
    graded = len(col_share) > 0
    worth, x = np.empty(m), np.empty(m)
    slope = np.empty(n)
    for _ in range(iterations):
        site_values(col_ptr, col_row, col_share, weight, price, worth)
        for j in range(m):
            worth[j] += preference[j]
        bound, _ = cover_bound(worth, lower, upper, p, cost, budget, x)
        for i in range(n):
            bound += price[i]
        if bound < scalars[0]:
            scalars[2] = 0.0 if bound < scalars[0] - 1e-5 * abs(bound) else scalars[2] + 1
            scalars[0] = bound
            best_price[:] = price
        else:
            scalars[2] += 1
        if scalars[0] <= value:
            return True
        if scalars[2] >= 20:
            scalars[1] *= 0.6
            scalars[2] = 0.0
            price[:] = best_price
            direction[:] = 0.0
            if scalars[1] < 2e-3:
                return True
            continue
        slope[:] = 1.0
        for j in range(m):
            if x[j] > 0:
                for e in range(col_ptr[j], col_ptr[j + 1]):
                    i = col_row[e]
                    if (weight[i] * col_share[e] if graded else weight[i]) > price[i]:
                        slope[i] -= x[j]
        norm = 0.0
        for i in range(n):
            if (price[i] <= 0 and slope[i] > 0) or (price[i] >= weight[i] and slope[i] < 0):
                slope[i] = 0.0
            direction[i] = 0.7 * direction[i] + slope[i]
            norm += direction[i] * direction[i]
        if norm == 0:
            return True
        step = scalars[1] * (bound - value) / norm
        for i in range(n):
            price[i] = min(max(price[i] - step * direction[i], 0.0), weight[i])
    return False
