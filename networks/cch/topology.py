"""Which arcs a contraction hierarchy has, from an elimination order alone.

Eliminating a node joins its neighbours that are left. The arcs from a node up are its own streets
and the arcs of its children in the elimination tree, whose parent is the lowest node above
(Liu 1990, "The role of elimination trees in sparse factorization"). The order is then changed to
a post-order of that tree, which has the same arcs but keeps what lies together in the city
together in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.cch.order import undirected

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Topology(NamedTuple):
    """A hierarchy without travel times. Nodes are numbered by rank, the top of the tree last."""

    rank: NDArray[np.int32]
    """Rank of each node, int32[n]."""
    node: NDArray[np.int32]
    """Node of each rank, int32[n]."""
    parent: NDArray[np.int32]
    """By rank: the rank of its parent in the elimination tree, n above a root."""
    indptr: NDArray[np.int64]
    """By rank: arcs up are ``indptr[r]:indptr[r+1]``."""
    above: NDArray[np.int32]
    """Upper end of each arc, ascending for each rank."""
    low_indptr: NDArray[np.int64]
    """By rank: arcs that end here from below are ``low_arc[low_indptr[r]:low_indptr[r+1]]``."""
    low_arc: NDArray[np.int32]
    below: NDArray[np.int32]
    """Lower ends of those arcs, ascending for each rank."""
    edge_arc: NDArray[np.int32]
    """Arc of each edge times two, plus one if the edge leads down; -1 for a loop."""
    depth: NDArray[np.uint16]
    """By rank: how many ancestors there are in the elimination tree."""
    joined: NDArray[np.bool_]
    """By rank: whether the next rank is the parent and has the same upper ends beyond itself."""


@njit(cache=True, nogil=True)
def _parents(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    order: NDArray[np.int32],
    rank: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Elimination tree, with path compression (Liu 1986)."""
    n = len(order)
    parent = np.full(n, n, dtype=np.int32)
    top = np.full(n, n, dtype=np.int32)
    for r in range(n):
        v = order[r]
        for k in range(indptr[v], indptr[v + 1]):
            low = rank[other[k]]
            if low >= r:
                continue
            while top[low] != n and top[low] != r:
                after = top[low]
                top[low] = r
                low = after
            if top[low] == n:
                top[low] = r
                parent[low] = r
    return parent


@njit(cache=True, nogil=True)
def _post_order(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """Old ranks in a post-order of the forest; children keep their sequence."""
    n = len(parent)
    first = np.full(n + 1, -1, dtype=np.int32)
    after = np.full(n, -1, dtype=np.int32)
    for r in range(n - 1, -1, -1):
        after[r] = first[parent[r]]
        first[parent[r]] = r
    out = np.empty(n, dtype=np.int32)
    done = 0
    stack = np.empty(n + 1, dtype=np.int32)
    stack[0] = n
    depth = 1
    while depth > 0:
        r = stack[depth - 1]
        child = first[r]
        if child >= 0:
            first[r] = after[child]
            stack[depth] = child
            depth += 1
        else:
            depth -= 1
            if r < n:
                out[done] = r
                done += 1
    return out


@njit(cache=True, nogil=True)
def _arcs(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    node: NDArray[np.int32],
    rank: NDArray[np.int32],
    parent: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Upper ends of the arcs of each rank, in no particular sequence."""
    n = len(node)
    first = np.full(n + 1, -1, dtype=np.int32)
    after = np.full(n, -1, dtype=np.int32)
    seen = np.full(n, -1, dtype=np.int32)
    up_indptr = np.zeros(n + 1, dtype=np.int64)
    pool = np.empty(2 * len(other) + 16, dtype=np.int32)
    filled = 0
    for r in range(n):
        seen[r] = r
        v = node[r]
        bound = indptr[v + 1] - indptr[v]
        child = first[r]
        while child >= 0:
            bound += up_indptr[child + 1] - up_indptr[child]
            child = after[child]
        if filled + bound > len(pool):
            larger = np.empty(len(pool) + len(pool) // 2 + bound, dtype=np.int32)
            larger[:filled] = pool[:filled]
            pool = larger
        for k in range(indptr[v], indptr[v + 1]):
            u = rank[other[k]]
            if u > r and seen[u] != r:
                seen[u] = r
                pool[filled] = u
                filled += 1
        child = first[r]
        while child >= 0:
            for k in range(up_indptr[child], up_indptr[child + 1]):
                u = pool[k]
                if seen[u] != r:
                    seen[u] = r
                    pool[filled] = u
                    filled += 1
            child = after[child]
        up_indptr[r + 1] = filled
        after[r] = first[parent[r]]
        first[parent[r]] = r
    return up_indptr, pool[:filled].copy()


@njit(cache=True, nogil=True)
def _sorted(
    indptr: NDArray[np.int64], above: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Sort each rank's upper ends by two transpositions; returns the arcs seen from above."""
    n = len(indptr) - 1
    low_indptr = np.zeros(n + 1, dtype=np.int64)
    for u in above:
        low_indptr[u + 1] += 1
    for r in range(n):
        low_indptr[r + 1] += low_indptr[r]
    below = np.empty(len(above), dtype=np.int32)
    place = low_indptr[:-1].copy()
    for r in range(n):
        for k in range(indptr[r], indptr[r + 1]):
            u = above[k]
            below[place[u]] = r
            place[u] += 1
    low_arc = np.empty(len(above), dtype=np.int32)
    place = indptr[:-1].copy()
    for u in range(n):
        for k in range(low_indptr[u], low_indptr[u + 1]):
            r = below[k]
            above[place[r]] = u
            low_arc[k] = place[r]
            place[r] += 1
    return low_indptr, low_arc, below


@njit(cache=True, nogil=True)
def _edge_arcs(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    rank: NDArray[np.int32],
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
) -> NDArray[np.int32]:
    out = np.full(len(tail), -1, dtype=np.int32)
    for e in range(len(tail)):
        a, b = rank[tail[e]], rank[head[e]]
        if a == b:
            continue
        low, high = min(a, b), max(a, b)
        k, end = indptr[low], indptr[low + 1]
        while end - k > 1:
            middle = (k + end) // 2
            if above[middle] <= high:
                k = middle
            else:
                end = middle
        out[e] = 2 * k + (a > b)
    return out


@njit(cache=True, nogil=True)
def _depths(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    n = len(parent)
    depth = np.zeros(n, dtype=np.int32)
    for r in range(n - 1, -1, -1):
        if parent[r] < n:
            depth[r] = depth[parent[r]] + 1
    return depth


def build_topology(
    order: NDArray[np.int32], tail: NDArray[np.int32], head: NDArray[np.int32]
) -> Topology:
    """Find the arcs of a hierarchy.

    Parameters
    ----------
    order
        Every node once, the one to be eliminated first in front; int32[n].
    tail, head
        Directed edges, int32[m].

    Raises
    ------
    OverflowError
        If there are more than 2**30 arcs, or nodes with 2**16 ancestors.
    """
    n = len(order)
    indptr, other = undirected(n, tail, head)
    rank = np.empty(n, dtype=np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    parent = _parents(indptr, other, order, rank)
    post = _post_order(parent)
    place = np.empty(n + 1, dtype=np.int32)
    place[post] = np.arange(n, dtype=np.int32)
    place[n] = n
    node = order[post]
    parent = place[parent[post]]
    rank[node] = np.arange(n, dtype=np.int32)
    up_indptr, above = _arcs(indptr, other, node, rank, parent)
    if len(above) >= 2**30:
        raise OverflowError(f"{len(above)} arcs are more than a hierarchy can number")
    low_indptr, low_arc, below = _sorted(up_indptr, above)
    edge_arc = _edge_arcs(tail, head, rank, up_indptr, above)
    depth = _depths(parent)
    if depth.max(initial=0) >= 2**16:
        raise OverflowError(f"{depth.max()} ancestors are more than a hierarchy can number")
    degree = np.diff(up_indptr)
    joined = np.zeros(n, dtype=np.bool_)
    joined[:-1] = (parent[:-1] == np.arange(1, n)) & (degree[:-1] == degree[1:] + 1)
    return Topology(
        rank, node, parent, up_indptr, above, low_indptr, low_arc, below, edge_arc,
        depth.astype(np.uint16), joined,
    )  # fmt: skip
