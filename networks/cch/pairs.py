"""One pair: the shortest time, and its way over the streets.

Both sides climb the elimination tree (Dibbelt, Strasser and Wagner 2016, section 8): the lowest
of the nodes that wait comes next, without a queue, until both have met at the best node. A way
over the hierarchy is unpacked from the top: an arc is a street, or two arcs over a lower node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.customise import Half, Metric
    from networks.cch.topology import Topology


@njit(cache=True, nogil=True)
def meet(  # noqa: C901, PLR0912 - both sides in one loop
    parent: NDArray[np.int32],
    up: Half,
    down: Half,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    goals: NDArray[np.int64],
    last_s: NDArray[np.float64],
    label: NDArray[np.float64],
    via: NDArray[np.int32],
) -> tuple[float, int]:
    """Find the shortest time between two places, and the highest node of the way.

    Parameters
    ----------
    parent, up, down
        The elimination tree, and the arcs up and down it.
    seeds, costs, goals, last_s
        Ranks next to the origin and to the destination (-1: none), and the seconds there, [2].
    label
        Working memory, float64[2, n], all inf, and so again afterwards.
    via
        Filled with the rank below on the way up and on the way down, int32[2, n]; with no
        columns, ways are not noted.

    Returns
    -------
    tuple
        Seconds, inf where there is no way; rank, -1 where there is none.
    """
    n = len(parent)
    noted = via.shape[1] > 0
    waiting = np.full(4, n, dtype=np.int64)
    for side in range(2):
        if seeds[side] >= 0:
            waiting[side] = seeds[side]
            if costs[side] < label[0, seeds[side]]:
                label[0, seeds[side]] = costs[side]
                if noted:
                    via[0, seeds[side]] = -1
        if goals[side] >= 0:
            waiting[2 + side] = goals[side]
            if last_s[side] < label[1, goals[side]]:
                label[1, goals[side]] = last_s[side]
                if noted:
                    via[1, goals[side]] = -1
    best = np.inf
    top = -1
    a, b, c, d = waiting
    while True:
        r = min(a, b, c, d)
        if r == n:
            return best, top
        there_s, back_s = label[0, r], label[1, r]
        label[0, r] = np.inf
        label[1, r] = np.inf
        if there_s + back_s < best:
            best = there_s + back_s
            top = int(r)
        if there_s < best:
            for k in range(up.indptr[r], up.indptr[r + 1]):
                u = up.above[k]
                through = there_s + up.time_s[k]
                if through < label[0, u]:
                    label[0, u] = through
                    if noted:
                        via[0, u] = r
        if back_s < best:
            for k in range(down.indptr[r], down.indptr[r + 1]):
                u = down.above[k]
                through = back_s + down.time_s[k]
                if through < label[1, u]:
                    label[1, u] = through
                    if noted:
                        via[1, u] = r
        after = np.int64(parent[r])
        a = after if a == r else a
        b = after if b == r else b
        c = after if c == r else c
        d = after if d == r else d


@njit(cache=True, nogil=True)
def meet_nodes(
    parent: NDArray[np.int32],
    up: Half,
    down: Half,
    origin: int,
    destination: int,
    label: NDArray[np.float64],
) -> float:
    """As :func:`meet` for two ranks, without noting the way."""
    n = len(parent)
    there, back = label[0], label[1]
    there[origin] = 0.0
    back[destination] = 0.0
    best = np.inf
    a, b = np.int64(origin), np.int64(destination)
    while True:
        r = min(a, b)
        if r == n:
            return best
        there_s, back_s = there[r], back[r]
        there[r] = np.inf
        back[r] = np.inf
        best = min(best, there_s + back_s)
        if there_s < best:
            for k in range(up.indptr[r], up.indptr[r + 1]):
                u = up.above[k]
                there[u] = min(there[u], there_s + up.time_s[k])
        if back_s < best:
            for k in range(down.indptr[r], down.indptr[r + 1]):
                u = down.above[k]
                back[u] = min(back[u], back_s + down.time_s[k])
        after = np.int64(parent[r])
        a = after if a == r else a
        b = after if b == r else b


@njit(cache=True, nogil=True)
def meet_all(
    parent: NDArray[np.int32],
    up: Half,
    down: Half,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    goals: NDArray[np.int64],
    last_s: NDArray[np.float64],
    label: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """As :func:`meet` for pairs of places, [pairs, 2]; ``out`` is filled with seconds."""
    nothing = np.empty((2, 0), dtype=np.int32)
    for k in range(len(out)):
        out[k], _ = meet(parent, up, down, seeds[k], costs[k], goals[k], last_s[k], label, nothing)


# ---- the way over the streets


@njit(cache=True, nogil=True)
def streets_of(
    edge_arc: NDArray[np.int32], time_s: NDArray[np.float64], n_arcs: int
) -> NDArray[np.int32]:
    """Fastest street of each arc, up and down, -1 where there is none; int32[2 * arcs]."""
    street = np.full(2 * n_arcs, -1, dtype=np.int32)
    for e in range(len(edge_arc)):
        k = edge_arc[e]
        if k >= 0 and time_s[e] < np.inf and (street[k] < 0 or time_s[e] < time_s[street[k]]):
            street[k] = e
    return street


@njit(cache=True, nogil=True)
def _arc_of(topology: Topology, low: int, high: int) -> int:
    k, end = topology.indptr[low], topology.indptr[low + 1]
    while end - k > 1:
        middle = (k + end) // 2
        if topology.above[middle] <= high:
            k = middle
        else:
            end = middle
    return int(k)


@njit(cache=True, nogil=True)
def _halves(topology: Topology, metric: Metric, low: int, high: int, item: int) -> tuple[int, int]:
    """Take an arc apart into two over a lower node, in the order of travel.

    Arcs are numbered times two, plus one on the way down.
    """
    down = item & 1
    want = metric.down_s[item >> 1] if down else metric.up_s[item >> 1]
    a, b = topology.low_indptr[low], topology.low_indptr[high]
    a_end, b_end = topology.low_indptr[low + 1], topology.low_indptr[high + 1]
    while a < a_end and b < b_end:
        if topology.below[a] < topology.below[b]:
            a += 1
        elif topology.below[a] > topology.below[b]:
            b += 1
        else:
            to_low, to_high = np.int64(topology.low_arc[a]), np.int64(topology.low_arc[b])
            if down and metric.down_s[to_high] + metric.up_s[to_low] == want:
                return int(2 * to_high + 1), int(2 * to_low)
            if not down and metric.down_s[to_low] + metric.up_s[to_high] == want:
                return int(2 * to_low + 1), int(2 * to_high)
            a += 1
            b += 1
    return -1, -1


@njit(cache=True, nogil=True)
def _unpack(
    topology: Topology,
    metric: Metric,
    street: NDArray[np.int32],
    time_s: NDArray[np.float64],
    low: int,
    high: int,
    down: int,
    edges: list[int],
) -> None:
    """Append the streets of the arc between two ranks."""
    stack = [2 * _arc_of(topology, low, high) + down]
    while len(stack) > 0:
        item = stack.pop()
        arc = item >> 1
        whole_s = metric.down_s[arc] if item & 1 else metric.up_s[arc]
        edge = street[item]
        if edge >= 0 and time_s[edge] == whole_s:
            edges.append(int(edge))
            continue
        low = int(np.searchsorted(topology.indptr, arc, side="right")) - 1
        first, second = _halves(topology, metric, low, topology.above[arc], item)
        stack.append(second)
        stack.append(first)


@njit(cache=True, nogil=True)
def way(
    topology: Topology,
    metric: Metric,
    street: NDArray[np.int32],
    time_s: NDArray[np.float64],
    top: int,
    via: NDArray[np.int32],
) -> tuple[int, NDArray[np.int64], int]:
    """Streets of the way that :func:`meet` noted, in the order of travel, and its end ranks.

    Parameters
    ----------
    topology, metric
        The hierarchy.
    street
        From :func:`streets_of`.
    time_s
        Seconds along each edge.
    top, via
        What :func:`meet` gave.
    """
    edges = [0 for _ in range(0)]
    climbed = [int(top)]
    while via[0, climbed[-1]] >= 0:
        climbed.append(int(via[0, climbed[-1]]))
    for step in range(len(climbed) - 1, 0, -1):
        _unpack(topology, metric, street, time_s, climbed[step], climbed[step - 1], 0, edges)
    r = int(top)
    while via[1, r] >= 0:
        low = int(via[1, r])
        _unpack(topology, metric, street, time_s, low, r, 1, edges)
        r = low
    out = np.empty(len(edges), dtype=np.int64)
    for k in range(len(edges)):
        out[k] = edges[k]
    return climbed[-1], out, r
