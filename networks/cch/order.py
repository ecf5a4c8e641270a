"""The order in which nodes are eliminated: chains first, then by nested dissection.

Ends of dead ends and nodes of chains (at most two neighbours) go first, in rounds in which no two
neighbours go together, so that a chain of k nodes is only log k deep. What is left is cut in two
again and again (George 1973, "Nested dissection of a regular finite element mesh"), each cut
(:mod:`networks.cch.flow`) coming after the two sides; small parts are ordered by least degree,
the nodes around them counted in. The order needs no travel times, and is the same on every
machine: coordinates are compared, nothing is drawn at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.cch.flow import bisect, new_part, pair_twins

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""Of the method: orders that another version put into the cache are not used."""

LEAF = 64
"""Parts of at most so many nodes are ordered by least degree."""

_CELLS = 2**16
"""Along a side of the square whose Z-curve numbers the nodes."""

_AROUND = 96
"""Of the nodes around a small part so many are counted in."""


def elimination_order(
    n_nodes: int,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Order the nodes of a street network for elimination.

    Parameters
    ----------
    n_nodes
        Number of nodes n.
    tail, head
        Directed edges; direction, parallels and loops do not matter.
    lon, lat
        Degrees, float64[n].

    Returns
    -------
    int32[n]
        Nodes, the one to be eliminated first in front.
    """
    indptr, other = undirected(n_nodes, tail, head)
    first, left_indptr, left_other = _chains(indptr, other)
    core = np.setdiff1d(np.arange(n_nodes, dtype=np.int32), first, assume_unique=True)
    if len(core) == 0:
        return first
    x = np.cos(np.deg2rad(float(np.mean(lat)))) * lon[core]
    y = lat[core].astype(np.float64)
    near = np.argsort(_along_curve(x, y), kind="stable")
    core = core[near]
    core_indptr, core_other = _compact(core, left_indptr, left_other)
    inner = _dissect(core_indptr, core_other, x[near], y[near])
    return np.concatenate([first, core[inner]]).astype(np.int32)


def _along_curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Place of each point along a Z-curve: neighbours in the city are near in memory."""
    place = np.zeros(len(x), dtype=np.uint64)
    side = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    for shift, along in enumerate((x, y)):
        cell = ((along - along.min()) / side * (_CELLS - 1)).astype(np.uint64)
        for bit in range(_CELLS.bit_length() - 1):
            place |= ((cell >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + shift)
    return place


def undirected(
    n_nodes: int, tail: NDArray[np.int32], head: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Compressed adjacency of a graph without directions, parallels and loops, sorted."""
    a, b = tail.astype(np.int64), head.astype(np.int64)
    low, high = np.minimum(a, b), np.maximum(a, b)
    keys = np.unique((low * n_nodes + high)[low != high])
    low, high = keys // max(n_nodes, 1), keys % max(n_nodes, 1)
    indptr = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(low, minlength=n_nodes) + np.bincount(high, minlength=n_nodes),
              out=indptr[1:])  # fmt: skip
    other = np.empty(2 * len(keys), dtype=np.int32)
    _fill(low, high, indptr, other)
    return indptr, other


@njit(cache=True, nogil=True)
def _fill(
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
) -> None:
    """Lower neighbours come first in each row: pairs are sorted by (low, high)."""
    place = indptr[:-1].copy()
    for k in range(len(low)):
        other[place[high[k]]] = low[k]
        place[high[k]] += 1
    for k in range(len(low)):
        other[place[low[k]]] = high[k]
        place[low[k]] += 1


# ---- dead ends and chains


@njit(cache=True, nogil=True)
def _replace(
    start: int, size: NDArray[np.int64], other: NDArray[np.int32], v: int, gone: int, new: int
) -> None:
    """Take ``gone`` from v's neighbours and add ``new`` (-1: nobody) if it is not among them."""
    place = -1
    for k in range(start, start + size[v]):
        if other[k] == gone:
            place = k
        elif other[k] == new:
            new = -1
    if new >= 0:
        other[place] = new
    else:
        size[v] -= 1
        other[place] = other[start + size[v]]


@njit(cache=True, nogil=True)
def _chains(  # noqa: C901, PLR0912 - a kernel in named steps
    indptr: NDArray[np.int64], adjacent: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Eliminate nodes of at most two neighbours; returns them and the graph that is left."""
    n = len(indptr) - 1
    size = indptr[1:] - indptr[:-1]
    other = adjacent.copy()
    gone = np.zeros(n, dtype=np.bool_)
    touched = np.full(n, -1, dtype=np.int32)
    queued = np.full(n, -1, dtype=np.int32)
    order = np.empty(n, dtype=np.int32)
    now = np.empty(n, dtype=np.int32)
    after = np.empty(n, dtype=np.int32)
    n_now = 0
    for v in range(n):
        if size[v] <= 2:
            now[n_now] = v
            n_now += 1
    done = 0
    turn = 0
    while n_now > 0:
        n_after = 0
        for place in range(n_now):
            v = now[place]
            if touched[v] == turn:
                if queued[v] != turn:
                    queued[v] = turn
                    after[n_after] = v
                    n_after += 1
                continue
            gone[v] = True
            order[done] = v
            done += 1
            start = indptr[v]
            for k in range(size[v]):
                u = other[start + k]
                across = other[start + 1 - k] if size[v] == 2 else -1
                _replace(indptr[u], size, other, u, v, across)
                touched[u] = turn
                if size[u] <= 2 and queued[u] != turn:
                    queued[u] = turn
                    after[n_after] = u
                    n_after += 1
        n_now = 0
        for place in range(n_after):
            if not gone[after[place]]:
                now[n_now] = after[place]
                n_now += 1
        turn += 1
    left_indptr = np.zeros(n + 1, dtype=np.int64)
    for v in range(n):
        left_indptr[v + 1] = left_indptr[v] + (0 if gone[v] else size[v])
    left = np.empty(left_indptr[n], dtype=np.int32)
    for v in range(n):
        if not gone[v]:
            row = other[indptr[v] : indptr[v] + size[v]]
            row.sort()
            left[left_indptr[v] : left_indptr[v + 1]] = row
    return order[:done], left_indptr, left


def _compact(
    core: NDArray[np.int32], indptr: NDArray[np.int64], other: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Adjacency of the nodes that are left, numbered in their sequence, sorted."""
    local = np.full(len(indptr) - 1, -1, dtype=np.int32)
    local[core] = np.arange(len(core), dtype=np.int32)
    tail = local[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))].astype(np.int64)
    keys = np.sort(tail * len(core) + local[other])
    counts = np.bincount(tail, minlength=len(core))
    new = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return new, (keys % len(core)).astype(np.int32)


# ---- nested dissection


@njit(cache=True, nogil=True)
def _dissect(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> NDArray[np.int32]:
    n = len(x)
    nodes = np.arange(n).astype(np.int32)
    owner = np.full(n, -1, dtype=np.int32)
    local = np.empty(n, dtype=np.int32)
    parts = [(0, n)]
    number = 0
    while len(parts) > 0:
        low, high = parts.pop()
        size = high - low
        number += 1
        n_arcs = 0
        for k in range(size):
            v = nodes[low + k]
            owner[v] = number
            local[v] = k
            n_arcs += indptr[v + 1] - indptr[v]
        if size <= LEAF:
            if size > 1:
                _least_degree(indptr, other, nodes[low:high], owner, local)
            continue
        part = new_part(size, n_arcs)
        part_x = np.empty(size)
        part_y = np.empty(size)
        filled = 0
        for k in range(size):
            v = nodes[low + k]
            part_x[k] = x[v]
            part_y[k] = y[v]
            for arc in range(indptr[v], indptr[v + 1]):
                u = other[arc]
                if owner[u] == number:
                    part.other[filled] = local[u]
                    filled += 1
            part.indptr[k + 1] = filled
        pair_twins(part)
        side = np.zeros(size, dtype=np.int8)
        bisect(part, part_x, part_y, side)
        counts = np.zeros(4, dtype=np.int64)
        for k in range(size):
            counts[side[k] + 1] += 1
        counts = low + np.cumsum(counts)
        first, second = counts[1], counts[2]
        members = nodes[low:high].copy()
        for k in range(size):
            nodes[counts[side[k]]] = members[k]
            counts[side[k]] += 1
        parts.append((low, first))
        parts.append((first, second))
    return nodes


@njit(cache=True, nogil=True)
def _least_degree(  # noqa: C901, PLR0912 - a kernel in named steps
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    members: NDArray[np.int32],
    owner: NDArray[np.int32],
    local: NDArray[np.int32],
) -> None:
    """Order a small part in place by least degree, in a table of who is joined to whom.

    Nodes around the part come later, whatever their degree.
    """
    size = len(members)
    number = owner[members[0]]
    around = np.empty(_AROUND, dtype=np.int32)
    n_around = 0
    joined = np.zeros((size + _AROUND, size + _AROUND), dtype=np.uint8)
    for k in range(size):
        v = members[k]
        joined[k, k] = 1
        for arc in range(indptr[v], indptr[v + 1]):
            u = other[arc]
            if owner[u] == number:
                joined[k, local[u]] = 1
                continue
            place = 0
            while place < n_around and around[place] != u:
                place += 1
            if place == n_around:
                if n_around == _AROUND:
                    continue
                around[place] = u
                n_around += 1
            joined[k, size + place] = 1
            joined[size + place, k] = 1
    width = size + n_around
    degree = np.zeros(size, dtype=np.int64)
    for k in range(size):
        degree[k] = np.sum(joined[k, :width])
    nodes = members.copy()
    for step in range(size):
        least = -1
        for k in range(size):
            if degree[k] >= 0 and (least < 0 or degree[k] < degree[least]):
                least = k
        members[step] = nodes[least]
        degree[least] = -1
        for u in range(width):
            if joined[least, u] == 0 or u == least:
                continue
            if u < size and degree[u] < 0:
                continue
            count = 0
            for w in range(width):
                joined[u, w] |= joined[least, w]
            joined[u, least] = 0
            if u < size:
                for w in range(width):
                    count += joined[u, w]
                degree[u] = count
