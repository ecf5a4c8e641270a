"""Many-to-many and one-to-all times: climb from each origin, come down once for many of them.

PHAST (Delling, Goldberg, Nowatzyk and Werneck 2013): the ways up from an origin are few; from the
top down each node then takes the best of its arcs from above, with no queue. Restricted to the
destinations' ancestors it is RPHAST (Delling, Goldberg and Werneck 2011). Ways up follow the
elimination tree: what can be reached upward are ancestors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.cch.minplus import lower_by_four, lower_by_one

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.customise import Half

LANES = 64
"""Most origins in one sweep: the more there are, the less each pays for looking arcs up."""

_FEWEST = 16
_SWEPT = 1_600_000
"""Labels of one sweep at most, if at least the fewest lanes fit: they should stay in a cache."""

_AT_ONCE = 16
"""Lanes that are turned into rows of the answer together: more rows at once hinder each other."""


def lanes_for(n_rows: int, n_origins: int, threads: int) -> int:
    """Origins in one sweep over so many rows of a cone; it changes no bit of any of them."""
    lanes = LANES
    each = -(-n_origins // threads)
    while lanes > _FEWEST and (lanes // 2 >= each or lanes * n_rows > _SWEPT):
        lanes //= 2
    return lanes


class Cone(NamedTuple):
    """The destinations' ancestors, highest first: all that a sweep has to look at."""

    local: NDArray[np.int32]
    """By rank: row in the cone, -1 outside."""
    indptr: NDArray[np.int32]
    above: NDArray[np.int32]
    time_s: NDArray[np.float64]
    wanted: NDArray[np.int32]
    """Row of each destination."""


@njit(cache=True, nogil=True)
def cone_of(parent: NDArray[np.int32], half: Half, goals: NDArray[np.int32]) -> Cone:
    """Ancestors of some ranks, with the arcs on which a sweep comes down to them.

    Parameters
    ----------
    parent
        Of the topology.
    half
        Arcs on which one comes down.
    goals
        Ranks of the destinations.
    """
    n = len(parent)
    inside = np.zeros(n, dtype=np.bool_)
    for goal in goals:
        r = goal
        while r < n and not inside[r]:
            inside[r] = True
            r = parent[r]
    local = np.full(n, -1, dtype=np.int32)
    n_inside, n_arcs = 0, 0
    for r in range(n - 1, -1, -1):
        if inside[r]:
            local[r] = n_inside
            n_inside += 1
            n_arcs += half.indptr[r + 1] - half.indptr[r]
    cone = Cone(
        local,
        np.zeros(n_inside + 1, dtype=np.int32),
        np.empty(n_arcs, dtype=np.int32),
        np.empty(n_arcs, dtype=np.float64),
        np.empty(len(goals), dtype=np.int32),
    )
    filled = 0
    for r in range(n - 1, -1, -1):
        if inside[r]:
            for k in range(half.indptr[r], half.indptr[r + 1]):
                cone.above[filled] = local[half.above[k]]
                cone.time_s[filled] = half.time_s[k]
                filled += 1
            cone.indptr[local[r] + 1] = filled
    for j in range(len(goals)):
        cone.wanted[j] = local[goals[j]]
    return cone


@njit(cache=True, nogil=True)
def _climb(
    parent: NDArray[np.int32],
    half: Half,
    local: NDArray[np.int32],
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    label: NDArray[np.float64],
    lane: int,
    swept: NDArray[np.float64],
) -> None:
    """Put the ways up from an origin into a lane; ``label`` is inf before and after."""
    n = len(parent)
    first = seeds[0] if seeds[0] >= 0 else n
    second = seeds[1] if seeds[1] >= 0 else n
    if first < n:
        label[first] = costs[0]
    if second < n:
        label[second] = min(label[second], costs[1])
    while True:
        r = min(first, second)
        if r == n:
            return
        d = label[r]
        if d < np.inf:
            label[r] = np.inf
            if local[r] >= 0:
                swept[local[r], lane] = d
            for k in range(half.indptr[r], half.indptr[r + 1]):
                u = half.above[k]
                through = d + half.time_s[k]
                label[u] = min(label[u], through)
        up = parent[r]
        first = up if first == r else first
        second = up if second == r else second


@njit(cache=True, nogil=True)
def sweep(
    parent: NDArray[np.int32],
    half: Half,
    cone: Cone,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    label: NDArray[np.float64],
    swept: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Fill the times from some origins, at most one a lane, to the destinations of a cone.

    Parameters
    ----------
    parent, half, cone
        The elimination tree, the arcs on which one climbs, and where one comes down.
    seeds, costs
        Ranks next to each origin (-1: none) and the seconds to get there, [origins, 2].
    label
        Working memory, float64[n], all inf, and so again afterwards.
    swept
        Working memory, float64[rows of the cone, lanes].
    out
        Filled, float64[origins, destinations].
    """
    swept[:, :] = np.inf
    for lane in range(len(seeds)):
        _climb(parent, half, cone.local, seeds[lane], costs[lane], label, lane, swept)
    indptr, above, time_s = cone.indptr, cone.above, cone.time_s
    for i in range(len(swept)):
        row = swept[i]
        k, end = np.int64(indptr[i]), np.int64(indptr[i + 1])
        while k + 4 <= end:
            lower_by_four(
                row, swept[above[k]], swept[above[k + 1]], swept[above[k + 2]], swept[above[k + 3]],
                time_s[k], time_s[k + 1], time_s[k + 2], time_s[k + 3],
            )  # fmt: skip
            k += 4
        while k < end:
            lower_by_one(row, swept[above[k]], time_s[k])
            k += 1
    wanted = cone.wanted
    for first in range(0, len(seeds), _AT_ONCE):
        rows, columns = out[first : first + _AT_ONCE], swept[:, first : first + _AT_ONCE]
        for j in range(len(wanted)):
            i = wanted[j]
            for lane in range(len(rows)):
                rows[lane, j] = columns[i, lane]


@njit(cache=True, nogil=True)
def tree(
    parent: NDArray[np.int32],
    up: Half,
    down: Half,
    node: NDArray[np.int32],
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    label: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Fill the times from one origin to all nodes.

    Parameters
    ----------
    parent, node
        Of the topology.
    up, down
        Arcs on which one climbs and comes down; the other way round for times to one place.
    seeds, costs
        Ranks next to the origin (-1: none) and the seconds to get there, [2].
    label
        Working memory, float64[n].
    out
        Filled, float64[n] by node.
    """
    n = len(parent)
    label[:] = np.inf
    first = np.int64(n)
    for side in range(2):
        if seeds[side] >= 0:
            label[seeds[side]] = min(label[seeds[side]], costs[side])
    for side in range(2):
        first = seeds[side]
        while 0 <= first < n:
            d = label[first]
            if d < np.inf:
                for k in range(up.indptr[first], up.indptr[first + 1]):
                    u = up.above[k]
                    through = d + up.time_s[k]
                    label[u] = min(label[u], through)
            first = parent[first]
    for r in range(n - 1, -1, -1):
        best = label[r]
        for k in range(down.indptr[r], down.indptr[r + 1]):
            through = label[down.above[k]] + down.time_s[k]
            best = min(best, through)
        label[r] = best
        out[node[r]] = best
