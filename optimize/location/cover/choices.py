"""Compiled parts of set cover: what can be left out, and a plan that covers all.

Rows are demand, each to be covered `times`; columns are sites. Reductions after Toregas and
ReVelle (Binary logic solutions to a class of location problem, Geographical Analysis 5, 1973).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "cliques_of",
    "cover_greedily",
    "drop_columns",
    "drop_rows",
    "improve_cover",
    "spread_out",
]

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


@njit(cache=True, nogil=True)
def cliques_of(conflict: _Flags, begin: int, end: int, left: _Flags, member: _Flags) -> int:
    """Cover the conflicts of some sites by groups of which one site at most may be open.

    Parameters
    ----------
    conflict : bool[m, m]
        Symmetric; the diagonal is not looked at.
    begin, end
        Sites whose conflicts with later ones are covered now.
    left : bool[m, m]
        Conflicts in no group yet; brought up to date.
    member : bool[k, m]
        Filled with the groups; the sweep ends early when it is full.

    Returns
    -------
    int
        Number of groups.
    """
    m = len(conflict)
    count = 0
    common = np.empty(m, dtype=np.bool_)
    inside = np.empty(m, dtype=np.int64)
    for a in range(begin, end):
        for b in range(a + 1, m):
            if not left[a, b]:
                continue
            if count == len(member):
                return count
            common[:] = conflict[a] & conflict[b]
            inside[0], inside[1], k = a, b, 2
            # first those whose conflict with a is in no group yet
            for wanted in range(2):
                for c in range(m):
                    if common[c] and c != a and c != b and (wanted == 1 or left[a, c]):
                        inside[k] = c
                        k += 1
                        common[c] = False
                        for d in range(m):
                            common[d] = common[d] and conflict[c, d]
            for x in range(k):
                member[count, inside[x]] = True
                for y in range(k):
                    left[inside[x], inside[y]] = False
            count += 1
    return count


@njit(cache=True, nogil=True)
def spread_out(distance: _Floats, p: int, chosen: _Ints, usable: _Flags, n_fixed: int) -> float:
    """Choose sites far from each other: the farthest next, then swaps of the nearest pair.

    Parameters
    ----------
    distance : float64[m, m]
    p
        Number of sites.
    chosen : int64[p]
        The first `n_fixed` are given; the rest is filled in.
    usable : bool[m]
        Sites that may be chosen.

    Returns
    -------
    float
        Least distance of two chosen sites.
    """
    m = len(usable)
    taken = np.zeros(m, dtype=np.bool_)
    near = np.full(m, np.inf)
    for k in range(p):
        if k >= n_fixed:
            best, site = -1.0, -1
            for j in range(m):
                if usable[j] and not taken[j] and near[j] > best:
                    best, site = near[j], j
            chosen[k] = site
        taken[chosen[k]] = True
        for j in range(m):
            near[j] = min(near[j], distance[chosen[k], j])
    for _ in range(10 * p + 100):
        least, worst = np.inf, -1
        for a in range(p):
            for b in range(a):
                d = distance[chosen[a], chosen[b]]
                if d < least and (a >= n_fixed or b >= n_fixed):
                    least, worst = d, a
        if worst < 0:
            break
        best, slot, site = least, -1, -1
        for a in range(p):
            if a < n_fixed or (a != worst and distance[chosen[a], chosen[worst]] > least):
                continue
            for j in range(m):
                if taken[j] or not usable[j]:
                    continue
                d = np.inf
                for b in range(p):
                    if b != a:
                        d = min(d, distance[chosen[b], j])
                if d > best:
                    best, slot, site = d, a, j
        if slot < 0:
            break
        taken[chosen[slot]] = False
        chosen[slot] = site
        taken[site] = True
    least = np.inf
    for a in range(p):
        for b in range(a):
            least = min(least, distance[chosen[a], chosen[b]])
    return least
