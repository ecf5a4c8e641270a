"""Many-to-many travel times by elimination: order the nodes once, then sweep.

A customizable contraction hierarchy (Dibbelt, Strasser and Wagner 2016, "Customizable Contraction
Hierarchies", ACM JEA 21:1.5): nodes are eliminated one by one, each joining its neighbours, in
the order of least degree (Tinney and Walker 1967); the order needs no travel times, so closures
and speed changes keep it. Triangles then carry travel times upward. A row of the matrix climbs
from its origin to the root and comes down over the ancestors of the destinations only (PHAST,
Delling et al. 2013, restricted to targets: RPHAST, Delling, Goldberg and Werneck 2011), sixteen
origins at a time.

Times are exact; since a shortcut is added up before the trip that uses it, the last bits may
differ from those of a search edge by edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 16
"""Origins in one sweep: a row of labels fills two or more vector registers."""


class Order(NamedTuple):
    """Elimination order and the neighbours that each node has when it is eliminated."""

    rank: NDArray[np.int64]
    """Position of each node in the order, int64[n]."""
    indptr: NDArray[np.int64]
    """By rank: neighbours above are ``above[indptr[r]:indptr[r+1]]``, ascending."""
    above: NDArray[np.int64]


class Metric(NamedTuple):
    """Travel times on the arcs of an :class:`Order`, both ways; inf where there is none."""

    up_s: NDArray[np.float64]
    down_s: NDArray[np.float64]


class Cone(NamedTuple):
    """The destinations' ancestors, highest first: all that a sweep has to look at."""

    local: NDArray[np.int64]
    """By rank: row in the cone, -1 outside."""
    indptr: NDArray[np.int64]
    above: NDArray[np.int64]
    down_s: NDArray[np.float64]


# ---- the order


class _Quotient(NamedTuple):
    """The graph that is left: neighbour lists in one pool, nodes in buckets by degree."""

    start: NDArray[np.int64]
    size: NDArray[np.int64]
    room: NDArray[np.int64]
    first: NDArray[np.int64]
    after: NDArray[np.int64]
    before: NDArray[np.int64]
    mark: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _bucket(graph: _Quotient, node: int, degree: int) -> None:
    old = graph.first[degree]
    graph.after[node] = old
    graph.before[node] = -1
    if old >= 0:
        graph.before[old] = node
    graph.first[degree] = node


@njit(cache=True, nogil=True)
def _unbucket(graph: _Quotient, node: int, degree: int) -> None:
    before, after = graph.before[node], graph.after[node]
    if before >= 0:
        graph.after[before] = after
    else:
        graph.first[degree] = after
    if after >= 0:
        graph.before[after] = before


@njit(cache=True, nogil=True)
def _grown(pool: NDArray[np.int64], used: int, needed: int) -> NDArray[np.int64]:
    if needed <= len(pool):
        return pool
    larger = np.empty(2 * needed, dtype=np.int64)
    larger[:used] = pool[:used]
    return larger


@njit(cache=True, nogil=True)
def _join(
    graph: _Quotient,
    pool: NDArray[np.int64],
    end: int,
    node: int,
    gone: int,
    clique: NDArray[np.int64],
    stamp: int,
) -> tuple[NDArray[np.int64], int]:
    """Take ``gone`` from a node's neighbours and add the rest of ``clique``."""
    graph.mark[node] = stamp
    start = graph.start[node]
    size = 0
    for k in range(start, start + graph.size[node]):
        other = pool[k]
        if other != gone:
            graph.mark[other] = stamp
            pool[start + size] = other
            size += 1
    new = 0
    for other in clique:
        if graph.mark[other] != stamp:
            new += 1
    if size + new > graph.room[node]:
        room = 2 * (size + new)
        pool = _grown(pool, end, end + room)
        pool[end : end + size] = pool[start : start + size]
        graph.start[node] = start = end
        graph.room[node] = room
        end += room
    for other in clique:
        if graph.mark[other] != stamp:
            pool[start + size] = other
            size += 1
    graph.size[node] = size
    return pool, end


@njit(cache=True, nogil=True)
def _eliminate(
    indptr: NDArray[np.int64], adjacent: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    n = len(indptr) - 1
    size = indptr[1:] - indptr[:-1]
    graph = _Quotient(
        indptr[:-1].copy(),
        size,
        size.copy(),
        np.full(n + 1, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
    )
    pool = adjacent.copy()
    end = len(pool)
    for node in range(n - 1, -1, -1):
        _bucket(graph, node, size[node])
    order = np.empty(n, dtype=np.int64)
    out_indptr = np.zeros(n + 1, dtype=np.int64)
    out = np.empty(2 * len(adjacent) + 1, dtype=np.int64)
    least = 0
    stamp = 0
    for step in range(n):
        while graph.first[least] < 0:
            least += 1
        gone = graph.first[least]
        _unbucket(graph, gone, least)
        order[step] = gone
        begin = out_indptr[step]
        out_indptr[step + 1] = begin + least
        out = _grown(out, begin, begin + least)
        clique = out[begin : begin + least]
        clique[:] = pool[graph.start[gone] : graph.start[gone] + least]
        lowest = n
        for node in clique:
            before = size[node]
            pool, end = _join(graph, pool, end, node, gone, clique, stamp)
            stamp += 1
            if size[node] != before:
                _unbucket(graph, node, before)
                _bucket(graph, node, size[node])
            lowest = min(lowest, size[node])
        least = min(least, lowest)
    return order, out_indptr, out[: out_indptr[n]]


@njit(cache=True, nogil=True)
def _by_rank(rank: NDArray[np.int64], indptr: NDArray[np.int64], above: NDArray[np.int64]) -> None:
    for r in range(len(indptr) - 1):
        for k in range(indptr[r], indptr[r + 1]):
            above[k] = rank[above[k]]
        above[indptr[r] : indptr[r + 1]].sort()


def elimination_order(n_nodes: int, tail: NDArray[np.int32], head: NDArray[np.int32]) -> Order:
    """Eliminate the nodes of a graph in the order of least degree.

    Parameters
    ----------
    n_nodes
        Number of nodes n.
    tail, head
        Directed edges; direction, parallels and loops do not matter.
    """
    a, b = tail.astype(np.int64), head.astype(np.int64)
    keys = np.concatenate([a * n_nodes + b, b * n_nodes + a])
    keys = np.unique(keys[np.concatenate([a != b, a != b])])
    indptr = np.searchsorted(keys, np.arange(n_nodes + 1) * n_nodes).astype(np.int64)
    order, up_indptr, above = _eliminate(indptr, keys % max(n_nodes, 1))
    rank = np.empty(n_nodes, dtype=np.int64)
    rank[order] = np.arange(n_nodes)
    _by_rank(rank, up_indptr, above)
    return Order(rank, up_indptr, above)


# ---- travel times


@njit(cache=True, nogil=True)
def _customize(
    order: Order,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    time_s: NDArray[np.float64],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    rank, indptr, above = order
    for e in range(len(time_s)):
        a, b = rank[tail[e]], rank[head[e]]
        if a == b:
            continue
        low, high = min(a, b), max(a, b)
        k = indptr[low] + np.searchsorted(above[indptr[low] : indptr[low + 1]], high)
        if a < b:
            up_s[k] = min(up_s[k], time_s[e])
        else:
            down_s[k] = min(down_s[k], time_s[e])
    arc_to = np.zeros(len(rank), dtype=np.int64)
    for r in range(len(rank)):
        end = indptr[r + 1]
        for i in range(indptr[r], end - 1):
            middle = above[i]
            for k in range(indptr[middle], indptr[middle + 1]):
                arc_to[above[k]] = k
            for j in range(i + 1, end):
                k = arc_to[above[j]]
                up_s[k] = min(up_s[k], down_s[i] + up_s[j])
                down_s[k] = min(down_s[k], down_s[j] + up_s[i])


def customize(
    order: Order,
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    time_s: NDArray[np.float64],
) -> Metric:
    """Carry travel times upward through all triangles of an order.

    Parameters
    ----------
    order
        From :func:`elimination_order` on the same edges.
    tail, head, time_s
        Edges and their seconds, inf where closed; [m].
    """
    metric = Metric(np.full(len(order.above), np.inf), np.full(len(order.above), np.inf))
    _customize(order, tail, head, time_s, *metric)
    return metric


# ---- a matrix


@njit(cache=True, nogil=True)
def _parent(indptr: NDArray[np.int64], above: NDArray[np.int64], r: int) -> int:
    """Next on the way to the root; beyond the last rank at the root itself."""
    return above[indptr[r]] if indptr[r] < indptr[r + 1] else len(indptr) - 1


@njit(cache=True, nogil=True)
def cone_of(order: Order, metric: Metric, nodes: NDArray[np.int64]) -> Cone:
    """Ancestors of some nodes, with the arcs on which a sweep comes down to them."""
    rank, indptr, above = order
    n = len(rank)
    inside = np.zeros(n, dtype=np.bool_)
    for node in nodes:
        r = rank[node]
        while r < n and not inside[r]:
            inside[r] = True
            r = _parent(indptr, above, r)
    local = np.full(n, -1, dtype=np.int64)
    n_inside, n_arcs = 0, 0
    for r in range(n - 1, -1, -1):
        if inside[r]:
            local[r] = n_inside
            n_inside += 1
            n_arcs += indptr[r + 1] - indptr[r]
    cone = Cone(
        local,
        np.zeros(n_inside + 1, dtype=np.int64),
        np.empty(n_arcs, dtype=np.int64),
        np.empty(n_arcs, dtype=np.float64),
    )
    filled = 0
    for r in range(n - 1, -1, -1):
        if inside[r]:
            for k in range(indptr[r], indptr[r + 1]):
                if metric.down_s[k] < np.inf:
                    cone.above[filled] = local[above[k]]
                    cone.down_s[filled] = metric.down_s[k]
                    filled += 1
            cone.indptr[local[r] + 1] = filled
    return cone


@njit(cache=True, nogil=True)
def _climb(
    order: Order,
    metric: Metric,
    cone: Cone,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    label: NDArray[np.float64],
    lane: int,
    swept: NDArray[np.float64],
) -> None:
    """From two seeds (-1: none) to the root, leaving labels in one lane of the cone.

    ``label`` is inf everywhere, before and after.
    """
    rank, indptr, above = order
    n = len(rank)
    first = second = n
    if seeds[0] >= 0:
        first = rank[seeds[0]]
        label[first] = min(label[first], costs[0])
    if seeds[1] >= 0:
        second = rank[seeds[1]]
        label[second] = min(label[second], costs[1])
    while True:
        r = min(first, second)
        if r == n:
            return
        d = label[r]
        label[r] = np.inf
        if cone.local[r] >= 0:
            swept[cone.local[r], lane] = d
        if d < np.inf:
            for k in range(indptr[r], indptr[r + 1]):
                label[above[k]] = min(label[above[k]], d + metric.up_s[k])
        parent = _parent(indptr, above, r)
        first = parent if first == r else first
        second = parent if second == r else second


@njit(cache=True, nogil=True)
def sweep(
    order: Order,
    metric: Metric,
    cone: Cone,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    targets: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Fill the times from up to sixteen origins to nodes of a cone.

    Parameters
    ----------
    order, metric, cone
        The hierarchy, and the part of it above the targets.
    seeds, costs
        Nodes next to each origin (-1: none) and the seconds to get there, [origins, 2].
    targets
        Nodes of the cone to report, int64[t].
    out
        Filled, float64[origins, t].
    """
    label = np.full(len(order.rank), np.inf)
    n_inside = len(cone.indptr) - 1
    swept = np.full((n_inside, LANES), np.inf)
    for lane in range(len(seeds)):
        _climb(order, metric, cone, seeds[lane], costs[lane], label, lane, swept)
    for i in range(n_inside):
        for k in range(cone.indptr[i], cone.indptr[i + 1]):
            above = cone.above[k]
            down_s = cone.down_s[k]
            for lane in range(LANES):
                swept[i, lane] = min(swept[i, lane], swept[above, lane] + down_s)
    for j in range(len(targets)):
        i = cone.local[order.rank[targets[j]]]
        for lane in range(len(seeds)):
            out[lane, j] = swept[i, lane]
