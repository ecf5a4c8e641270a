"""Compiled parts of set cover: what can be left out, and a plan that covers all.

Rows are demand, each to be covered `times`; columns are sites. Reductions after Toregas and
ReVelle (Binary logic solutions to a class of location problem, Geographical Analysis 5, 1973).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["cover_greedily", "drop_columns", "drop_rows", "improve_cover"]

_Ints = NDArray[np.int64]
_Int32s = NDArray[np.int32]
_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def drop_rows(
    indptr: _Ints, site: _Int32s, col_ptr: _Ints, col_row: _Int32s, times: _Ints, keep: _Flags
) -> int:
    """Unmark rows that are covered whenever another is: all its sites are theirs too.

    Returns
    -------
    int
        Number of rows left out.
    """
    m = len(col_ptr) - 1
    stamp = np.full(m, -1, dtype=np.int64)
    dropped = 0
    for q in range(len(indptr) - 1):
        length = indptr[q + 1] - indptr[q]
        for e in range(indptr[q], indptr[q + 1]):
            stamp[site[e]] = q
        # a row within q shares q's sites; look at the rows that start with each of them
        for e in range(indptr[q], indptr[q + 1]):
            j = site[e]
            for k in range(col_ptr[j], col_ptr[j + 1]):
                r = col_row[k]
                its = indptr[r + 1] - indptr[r]
                if r == q or not keep[r] or site[indptr[r]] != j or its > length:
                    continue
                if times[r] < times[q] or (its == length and times[r] == times[q] and r > q):
                    continue
                inside = True
                for f in range(indptr[r] + 1, indptr[r + 1]):
                    if stamp[site[f]] != q:
                        inside = False
                        break
                if inside:
                    keep[q] = False
                    break
            if not keep[q]:
                dropped += 1
                break
    return dropped


@njit(cache=True, nogil=True)
def drop_columns(
    indptr: _Ints,
    site: _Int32s,
    col_ptr: _Ints,
    col_row: _Int32s,
    times: _Ints,
    cost: _Floats,
    keep: _Flags,
) -> int:
    """Unmark sites that another one replaces: it covers as much for no more.

    Only sites whose rows are all to be covered once may go.

    Returns
    -------
    int
        Number of sites left out.
    """
    n = len(indptr) - 1
    stamp = np.full(n, -1, dtype=np.int64)
    dropped = 0
    for j in range(len(col_ptr) - 1):
        begin, end = col_ptr[j], col_ptr[j + 1]
        if begin == end or not keep[j]:
            continue
        rare, single = col_row[begin], True
        for k in range(begin, end):
            i = col_row[k]
            stamp[i] = j
            if times[i] != 1:
                single = False
            if indptr[i + 1] - indptr[i] < indptr[rare + 1] - indptr[rare]:
                rare = i
        if not single:
            continue
        for e in range(indptr[rare], indptr[rare + 1]):
            other = site[e]
            its = col_ptr[other + 1] - col_ptr[other]
            if other == j or not keep[other] or its < end - begin or cost[other] > cost[j]:
                continue
            if its == end - begin and cost[other] == cost[j] and other > j:
                continue
            found = 0
            for k in range(col_ptr[other], col_ptr[other + 1]):
                if stamp[col_row[k]] == j:
                    found += 1
            if found == end - begin:
                keep[j] = False
                dropped += 1
                break
    return dropped


@njit(cache=True, nogil=True)
def cover_greedily(
    indptr: _Ints,
    site: _Int32s,
    col_ptr: _Ints,
    col_row: _Int32s,
    times: _Ints,
    cost: _Floats,
    count: _Ints,
    is_open: _Flags,
) -> float:
    """Open the site that covers most of what is missing for its cost until nothing is; tidy up.

    Parameters
    ----------
    count : int64[n]
        Open sites of each row; brought up to date.
    is_open : bool[m]
        Begun from, and filled in.

    Returns
    -------
    float
        Cost of the open sites; inf where some row cannot be covered.
    """
    m = len(col_ptr) - 1
    missing = np.zeros(m, dtype=np.int64)
    for j in range(m):
        if not is_open[j]:
            for k in range(col_ptr[j], col_ptr[j + 1]):
                if count[col_row[k]] < times[col_row[k]]:
                    missing[j] += 1
    while True:
        best, chosen = 0.0, -1
        for j in range(m):
            if missing[j] > 0 and not is_open[j]:
                worth = missing[j] / max(cost[j], 1e-12)
                if worth > best:
                    best, chosen = worth, j
        if chosen < 0:
            break
        is_open[chosen] = True
        for k in range(col_ptr[chosen], col_ptr[chosen + 1]):
            i = col_row[k]
            count[i] += 1
            if count[i] == times[i]:
                for e in range(indptr[i], indptr[i + 1]):
                    missing[site[e]] -= 1
    total = 0.0
    for i in range(len(times)):
        if count[i] < times[i]:
            return np.inf
    order = np.argsort(-cost)
    for a in range(m):
        j = order[a]
        if is_open[j]:
            needed = False
            for k in range(col_ptr[j], col_ptr[j + 1]):
                if count[col_row[k]] <= times[col_row[k]]:
                    needed = True
                    break
            if needed:
                total += cost[j]
            else:
                is_open[j] = False
                for k in range(col_ptr[j], col_ptr[j + 1]):
                    count[col_row[k]] -= 1
    return total


@njit(cache=True, nogil=True)
def improve_cover(
    indptr: _Ints,
    site: _Int32s,
    col_ptr: _Ints,
    col_row: _Int32s,
    times: _Ints,
    cost: _Floats,
    best: _Flags,
    value: float,
    least: float,
    rounds: int,
    random: NDArray[np.uint64],
) -> float:
    """Close the sites around one row and cover again, with drawn weights, while that pays.

    Parameters
    ----------
    best : bool[m]
        A cover; replaced by any that costs no more.
    least
        Cost at which to stop.
    random : uint64[1]
        State of the random numbers.

    Returns
    -------
    float
        Cost of the cover.
    """
    n, m = len(times), len(cost)
    if n == 0:
        return value
    x = random[0]
    count = np.zeros(n, dtype=np.int64)
    drawn = np.empty(m)
    is_open = np.empty(m, dtype=np.bool_)
    for _ in range(rounds):
        if value <= least:
            break
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        centre = np.int64(x % np.uint64(n))
        is_open[:] = best
        for e in range(indptr[centre], indptr[centre + 1]):
            j = site[e]
            for k in range(col_ptr[j], col_ptr[j + 1]):
                i = col_row[k]
                for f in range(indptr[i], indptr[i + 1]):
                    is_open[site[f]] = False
        count[:] = 0
        for j in range(m):
            x ^= x << np.uint64(13)
            x ^= x >> np.uint64(7)
            x ^= x << np.uint64(17)
            drawn[j] = cost[j] * (0.8 + 0.4 * float(x >> np.uint64(40)) / 16777216.0)
            if is_open[j]:
                for k in range(col_ptr[j], col_ptr[j + 1]):
                    count[col_row[k]] += 1
        if cover_greedily(indptr, site, col_ptr, col_row, times, drawn, count, is_open) == np.inf:
            continue
        total = 0.0
        for j in range(m):
            if is_open[j]:
                total += cost[j]
        if total <= value:
            value = total
            best[:] = is_open
    random[0] = x
    return value
