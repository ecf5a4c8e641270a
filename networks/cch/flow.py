"""Cutting a part of a street network in two where few streets cross (inertial flow).

Schild and Sommer 2015, "On balanced separators in road networks" (SEA, LNCS 9125:286-297): sort
the nodes along a direction, take the first quarter as source and the last as sink, and the
largest flow over streets of capacity one shows the smallest cut between them; the best of several
directions counts. The flow is Dinic's (1970): levels by breadth-first search from one side, then
blocking flows from the other, which so meet no dead ends that they did not block themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE = 0.25
"""Of the nodes are source, and sink: neither side of a cut is smaller."""

DIRECTIONS = np.array(
    [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]],
)
"""Along which nodes are sorted."""

_SOURCE, _SOURCE_BORDER, _FREE, _SINK = 0, 1, 2, 3


class Part(NamedTuple):
    """An undirected graph in compressed adjacency, and room to push flow through it."""

    indptr: NDArray[np.int32]
    other: NDArray[np.int32]
    twin: NDArray[np.int32]
    """Place of the same street in the other direction."""
    flow: NDArray[np.int8]
    role: NDArray[np.int8]
    level: NDArray[np.int32]
    queue: NDArray[np.int32]
    cursor: NDArray[np.int32]
    trail: NDArray[np.int32]


@one_version
@njit(cache=True, nogil=True)
def new_part(n_nodes: int, n_arcs: int) -> Part:
    """Room for a part of so many nodes and arcs."""
    return Part(
        np.zeros(n_nodes + 1, dtype=np.int32),
        np.empty(n_arcs, dtype=np.int32),
        np.empty(n_arcs, dtype=np.int32),
        np.empty(n_arcs, dtype=np.int8),
        np.empty(n_nodes, dtype=np.int8),
        np.empty(n_nodes, dtype=np.int32),
        np.empty(n_nodes, dtype=np.int32),
        np.empty(n_nodes, dtype=np.int32),
        np.empty(n_nodes, dtype=np.int32),
    )


@njit(cache=True, nogil=True)
def pair_twins(part: Part) -> None:
    """Find each arc's twin; neighbours are sorted."""
    n = len(part.role)
    cursor = part.cursor
    for v in range(n):
        k = part.indptr[v]
        while k < part.indptr[v + 1] and part.other[k] < v:
            low = part.other[k]
            twin = cursor[low]
            cursor[low] = twin + 1
            part.twin[k] = twin
            part.twin[twin] = k
            k += 1
        cursor[v] = k


@njit(cache=True, nogil=True)
def _levels(part: Part) -> tuple[int, int]:
    """Count streets to the source, as far as the nearest of the sink.

    Returns where in the queue the nodes of the sink's level begin and end; nowhere, if the sink
    is cut off.
    """
    level, queue, other, flow, indptr = part.level, part.queue, part.other, part.flow, part.indptr
    end = 0
    for v in range(len(level)):
        if part.role[v] <= _SOURCE_BORDER:
            level[v] = 0
            if part.role[v] == _SOURCE_BORDER:
                queue[end] = v
                end += 1
        else:
            level[v] = -1
    at = 0
    found = False
    last = 0
    while at < end:
        v = queue[at]
        if found and level[v] == last:
            return at, end
        at += 1
        for k in range(indptr[v], indptr[v + 1]):
            u = other[k]
            if level[u] < 0 and flow[k] > -1:
                level[u] = level[v] + 1
                queue[end] = u
                end += 1
                if part.role[u] == _SINK:
                    found = True
                    last = level[u]
    return 0, 0


@one_version
@njit(cache=True, nogil=True)
def _push(part: Part, begin: int, end: int, total: int, limit: int) -> int:
    """Push flow from the sink down the levels until it is blocked; returns the whole flow."""
    level, other, flow, twin = part.level, part.other, part.flow, part.twin
    indptr, cursor, trail = part.indptr, part.cursor, part.trail
    cursor[:] = indptr[:-1]
    for at in range(begin, end):
        sink = part.queue[at]
        if part.role[sink] != _SINK:
            continue
        v = sink
        depth = 0
        while True:
            if level[v] == 0:
                for step in range(depth):
                    flow[trail[step]] += 1
                    flow[twin[trail[step]]] -= 1
                total += 1
                if total >= limit:
                    return total
                v = sink
                depth = 0
                continue
            k = cursor[v]
            while k < indptr[v + 1] and (flow[k] >= 1 or level[other[k]] != level[v] - 1):
                k += 1
            cursor[v] = k
            if k < indptr[v + 1]:
                trail[depth] = k
                depth += 1
                v = other[k]
            elif depth == 0:
                break
            else:
                depth -= 1
                v = other[twin[trail[depth]]]
                cursor[v] += 1
    return total


@njit(cache=True, nogil=True)
def _largest_flow(part: Part, limit: int) -> int:
    """Flow between sink and source, or ``limit`` when it is not smaller."""
    part.flow[:] = 0
    total = 0
    while True:
        begin, end = _levels(part)
        if begin == end:
            return total
        total = _push(part, begin, end, total, limit)
        if total >= limit:
            return total


@njit(cache=True, nogil=True)
def _near_sink(part: Part) -> int:
    """Mark with level -2 what the sink can still send flow to; returns how many nodes."""
    end = 0
    for v in range(len(part.role)):
        if part.role[v] == _SINK:
            part.level[v] = -2
            part.queue[end] = v
            end += 1
    at = 0
    while at < end:
        v = part.queue[at]
        at += 1
        for k in range(part.indptr[v], part.indptr[v + 1]):
            u = part.other[k]
            if part.level[u] != -2 and part.flow[k] < 1:
                part.level[u] = -2
                part.queue[end] = u
                end += 1
    return end


@njit(cache=True, nogil=True)
def bisect(  # noqa: C901 - one pass over the directions
    part: Part, x: NDArray[np.float64], y: NDArray[np.float64], side: NDArray[np.int8]
) -> None:
    """Cut a part in two.

    Parameters
    ----------
    part
        Graph of at least four nodes.
    x, y
        Place of each node, in the same unit.
    side
        Filled: 0 and 1 on the two sides, 2 on the separator, whose nodes are ends of cut streets.
    """
    n = len(side)
    share = max(1, int(SHARE * n))
    best = np.inf
    near = np.empty(n, dtype=np.bool_)
    for direction in range(len(DIRECTIONS)):
        along = DIRECTIONS[direction, 0] * x + DIRECTIONS[direction, 1] * y
        by_place = np.argsort(along, kind="mergesort")
        part.role[:] = _FREE
        for k in range(share):
            part.role[by_place[k]] = _SOURCE
            part.role[by_place[n - 1 - k]] = _SINK
        for k in range(share):
            v = by_place[k]
            for arc in range(part.indptr[v], part.indptr[v + 1]):
                if part.role[part.other[arc]] >= _FREE:
                    part.role[v] = _SOURCE_BORDER
        limit = len(part.flow) + 1 if best == np.inf else int(np.ceil(best * 0.45 * n))
        cut = _largest_flow(part, max(limit, 1))
        if cut >= limit:
            continue
        n_source = 0
        for v in range(n):
            near[v] = part.level[v] >= 0
            n_source += near[v]
        n_sink = _near_sink(part)
        if abs(2 * n_sink - n) < abs(2 * n_source - n):
            n_source = n - n_sink
            for v in range(n):
                near[v] = part.level[v] != -2
        score = cut / min(n_source, n - n_source)
        if score < best:
            best = score
            for v in range(n):
                side[v] = 0 if near[v] else 1
    _separate(part, side)


@njit(cache=True, nogil=True)
def _separate(part: Part, side: NDArray[np.int8]) -> None:
    """Take the fewer ends of the cut streets out of their side."""
    n = len(side)
    border = np.zeros(n, dtype=np.bool_)
    count = np.zeros(2, dtype=np.int64)
    size = np.zeros(2, dtype=np.int64)
    for v in range(n):
        size[side[v]] += 1
        for k in range(part.indptr[v], part.indptr[v + 1]):
            if side[part.other[k]] != side[v]:
                border[v] = True
        count[side[v]] += border[v]
    taken = 0 if (count[0], -size[0]) <= (count[1], -size[1]) else 1
    for v in range(n):
        if border[v] and side[v] == taken:
            side[v] = 2
