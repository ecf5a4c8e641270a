"""Splitting giant tours, crossing them, and keeping a population, compiled.

Hybrid genetic search (Vidal, Crainic, Gendreau, Lahrichi and Rei 2012, Operations Research 60(3);
for arcs Vidal 2017). An individual is a giant tour of all tasks; splitting cuts it into routes at
least penalised cost (Beasley 1983, Prins 2004), with the modes chosen on the way. All routes are of
class 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.routing.arcs.kernels import CAPACITY, HAS_VISITS, MOST_COST, below
from optimize.routing.arcs.pieces_kernels import (
    DEMAND,
    ENDING,
    SERVE,
    START,
    Routes,
    Tables,
    hop,
    priced,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def split(
    tour: NDArray[np.int32],
    most_routes: int,
    cut: NDArray[np.int64],
    tables: Tables,
) -> int:
    """Cut a giant tour into routes at least cost.

    With facilities a visit is taken for granted before the task that does not fit any more.

    Parameters
    ----------
    tour : int32[n]
        Tasks in order.
    most_routes
        Routes there may be.
    cut : int64[most_routes + 1]
        Filled with the first place of each route; the last one is n.

    Returns
    -------
    int
        Number of routes; -1 where it cannot be done with that many.
    """
    ends, limits = tables.ends, tables.limits
    n = tour.size
    capacity = limits[CAPACITY]
    reach = np.zeros(n, np.int64)
    price = np.full((n, min(n, 2000)), np.inf)  # of the route tour[i:i + b + 1]
    for i in range(n):
        carried = np.int64(0)
        w0 = np.int64(0)
        w1 = np.int64(0)
        for j in range(i, min(n, i + price.shape[1])):
            e = tour[j]
            empties = limits[HAS_VISITS] > 0 and j > i and carried + ends[e, DEMAND] > capacity
            carried = ends[e, DEMAND] if empties else carried + ends[e, DEMAND]
            if j > i and carried > 2 * capacity:
                break
            if j == i:
                w0 = ends[e, START]
                w1 = ends[e, START + 1]
            else:
                w0, w1 = hop(tables, np.int64(empties), tour[j - 1], e, w0, w1)
            w0 += ends[e, SERVE]
            w1 += ends[e, SERVE + 1]
            home = min(w0 + ends[e, ENDING], w1 + ends[e, ENDING + 1])
            if home > 2 * limits[MOST_COST] and j > i:
                break
            price[i, j - i] = priced(tables, home, max(np.int64(0), carried - capacity))
            reach[i] = j - i + 1
    best_to = np.full(n + 1, np.inf)
    came = np.full(n + 1, -1, np.int64)
    best_to[0] = 0.0
    for i in range(n):
        for b in range(reach[i]):
            c = best_to[i] + price[i, b]
            if c < best_to[i + b + 1]:
                best_to[i + b + 1] = c
                came[i + b + 1] = i
    count = 0
    j = n
    while j > 0:
        j = came[j]
        count += 1
    if count <= most_routes:
        j = n
        for k in range(count, -1, -1):
            cut[k] = j
            if k > 0:
                j = came[j]
        return count
    # too many routes: at most `most_routes` of them
    table = np.full((most_routes + 1, n + 1), np.inf)
    from_where = np.full((most_routes + 1, n + 1), -1, np.int64)
    table[0, 0] = 0.0
    for k in range(most_routes):
        for i in range(n):
            if table[k, i] == np.inf:
                continue
            for b in range(reach[i]):
                c = table[k, i] + price[i, b]
                if c < table[k + 1, i + b + 1]:
                    table[k + 1, i + b + 1] = c
                    from_where[k + 1, i + b + 1] = i
    best_k = -1
    for k in range(1, most_routes + 1):
        if best_k < 0 or table[k, n] < table[best_k, n]:
            best_k = k
    if table[best_k, n] == np.inf:
        return -1
    j = n
    for k in range(best_k, -1, -1):
        cut[k] = j
        if k > 0:
            j = from_where[k, j]
    return best_k


@njit(cache=True, nogil=True)
def crossed(
    mother: NDArray[np.int32],
    father: NDArray[np.int32],
    child: NDArray[np.int32],
    taken: NDArray[np.bool_],
    state: NDArray[np.uint64],
) -> None:
    """Order crossover: a piece of one parent, the rest in the order of the other."""
    n = mother.size
    start = below(state, n)
    end = below(state, n)
    while n > 1 and end == start:
        end = below(state, n)
    taken[:] = False
    j = start
    while True:
        child[j] = mother[j]
        taken[child[j]] = True
        if j == end:
            break
        j = (j + 1) % n
    at = (end + 1) % n
    for i in range(n):
        t = father[(end + 1 + i) % n]
        if not taken[t]:
            child[at] = t
            at = (at + 1) % n


@njit(cache=True, nogil=True)
def neighbours(routes: Routes, beside: NDArray[np.int32]) -> None:
    """Fill the two tasks that stand beside each task, -1 for the depot."""
    seq, length = routes.seq, routes.length
    for r in range(length.size):
        for i in range(length[r]):
            beside[seq[r, i], 0] = seq[r, i - 1] if i > 0 else -1
            beside[seq[r, i], 1] = seq[r, i + 1] if i + 1 < length[r] else -1


@njit(cache=True, nogil=True)
def distances(
    one: int, members: NDArray[np.int64], beside: NDArray[np.int32], gaps: NDArray[np.float64]
) -> None:
    """Fill the shares of adjacencies of one individual that each member does not have."""
    n = beside.shape[1]
    for m in members:
        different = 0
        for t in range(n):
            before, after = beside[one, t, 0], beside[one, t, 1]
            b0, b1 = beside[m, t, 0], beside[m, t, 1]
            different += after >= 0 and after not in (b0, b1)
            # at either end of a route, where the other goes on both ways
            different += ((before < 0) + (after < 0)) * (b0 >= 0 and b1 >= 0)
        gaps[one, m] = gaps[m, one] = different / n


@njit(cache=True, nogil=True)
def fitness(
    members: NDArray[np.int64],
    value: NDArray[np.float64],
    gaps: NDArray[np.float64],
    elite: int,
    close: int,
    out: NDArray[np.float64],
) -> None:
    """Biased fitness of the members of a subpopulation: ranks in cost and in diversity."""
    count = members.size
    if count == 1:
        out[members[0]] = 0.0
        return
    k = min(close, count - 1)
    apart = np.zeros(count)
    nearest = np.empty(k)
    for i in range(count):
        nearest[:] = np.inf
        for j in range(count):
            gap = gaps[members[i], members[j]]
            if j == i or gap >= nearest[k - 1]:
                continue
            at = k - 1
            while at > 0 and nearest[at - 1] > gap:
                nearest[at] = nearest[at - 1]
                at -= 1
            nearest[at] = gap
        apart[i] = nearest.sum() / k
    by_value = np.argsort(value[members], kind="mergesort")
    by_apart = np.argsort(-apart, kind="mergesort")
    for i in range(count):
        out[members[by_value[i]]] = i / (count - 1)
    if count > elite:
        for i in range(count):
            out[members[by_apart[i]]] += (1.0 - elite / count) * i / (count - 1)


@njit(cache=True, nogil=True)
def worst(
    members: NDArray[np.int64],
    value: NDArray[np.float64],
    gaps: NDArray[np.float64],
    rank: NDArray[np.float64],
) -> int:
    """Place among the members of the one to drop: a clone first, then the worst in rank.

    The cheapest one stays.
    """
    count = members.size
    best = 0
    for i in range(1, count):
        if value[members[i]] < value[members[best]]:
            best = i
    found = -1
    found_clone = False
    for i in range(count):
        if i == best:
            continue
        clone = False
        for j in range(count):
            clone |= j != i and gaps[members[i], members[j]] < 1e-9
        better = found < 0 or (clone and not found_clone)
        if better or (clone == found_clone and rank[members[i]] > rank[members[found]]):
            found = i
            found_clone = clone
    return found
