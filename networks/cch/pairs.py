"""One pair: the shortest time, and its way over the streets.

Both sides climb the elimination tree (Dibbelt, Strasser and Wagner 2016, section 8) without a
queue: first each for itself as far as their lowest common ancestor, then together. Every way leads
over a common ancestor, and so whoever stands at one has still to go at least what is the least on
the other side; where that is no better than the best way seen, nothing more is looked at. Labels
stand by depth in the tree: on a line of ancestors there is one node a depth, and a trip's labels
stay in the nearest cache.

A way over the hierarchy is unpacked from the top: an arc is a street, or two arcs over a lower
node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.cch.customise import Rungs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.customise import Metric
    from networks.cch.topology import Topology


def new_labels(topology: Topology) -> NDArray[np.float64]:
    """Working memory for one trip after the other, all inf between them; float64[2, depths]."""
    return np.full((2, int(topology.depth.max(initial=0)) + 1), np.inf)


@njit(cache=True, nogil=True)
def _reach(
    label: NDArray[np.float64],
    depth: NDArray[np.uint16],
    leg_s: NDArray[np.float64],
    time_s: float,
    via: NDArray[np.int32],
    rank: np.int64,
) -> None:
    """Offer times to the upper ends of a node's arcs; ``via`` notes the node where it is best."""
    if len(via) == 0:
        for k in range(len(depth)):
            u = depth[k]
            through = time_s + leg_s[k]
            label[u] = min(label[u], through) + 0.0
        return
    for k in range(len(depth)):
        u = depth[k]
        through = time_s + leg_s[k]
        if through < label[u]:
            label[u] = through
            via[u] = rank


@njit(cache=True, nogil=True)
def _climb(
    parent: NDArray[np.int32],
    rungs: Rungs,
    begin: np.int64,
    end: np.int64,
    depth: np.int64,
    label: NDArray[np.float64],
    via: NDArray[np.int32],
) -> None:
    """Offer times from a line of ancestors, from ``begin``, at that depth, to below ``end``."""
    r, at = begin, depth
    while r != end:
        time_s = label[at]
        label[at] = np.inf
        if time_s < np.inf:
            low, high = rungs.indptr[r], rungs.indptr[r + 1]
            _reach(label, rungs.depth[low:high], rungs.time_s[low:high], time_s, via, r)
        r = np.int64(parent[r])
        at -= 1


@njit(cache=True, nogil=True)
def _meet(
    parent: NDArray[np.int32],
    depth: NDArray[np.uint16],
    up: Rungs,
    down: Rungs,
    origin: int,
    destination: int,
    label: NDArray[np.float64],
    via: NDArray[np.int32],
) -> tuple[float, int]:
    """Let both sides climb from their lowest nodes; labels are there already."""
    n = len(parent)
    a, b = np.int64(origin), np.int64(destination)
    while a != b:
        if a < b:
            a = np.int64(parent[a])
        else:
            b = np.int64(parent[b])
    there, back = label[0], label[1]
    _climb(parent, up, np.int64(origin), a, np.int64(depth[origin]), there, via[0])
    _climb(parent, down, np.int64(destination), a, np.int64(depth[destination]), back, via[1])
    if a == n:
        return np.inf, -1
    at = np.int64(depth[a])
    best, least_there_s, least_back_s = np.inf, np.inf, np.inf
    for k in range(at + 1):
        best = min(best, there[k] + back[k])
        least_there_s = min(least_there_s, there[k])
        least_back_s = min(least_back_s, back[k])
    top = -1
    while a < n:
        there_s, back_s = there[at], back[at]
        there[at] = np.inf
        back[at] = np.inf
        whole_s = there_s + back_s
        if whole_s < best or (whole_s == best and top < 0 and whole_s < np.inf):
            best = whole_s
            top = int(a)
        if there_s + least_back_s < best:
            low, high = up.indptr[a], up.indptr[a + 1]
            _reach(there, up.depth[low:high], up.time_s[low:high], there_s, via[0], a)
        if back_s + least_there_s < best:
            low, high = down.indptr[a], down.indptr[a + 1]
            _reach(back, down.depth[low:high], down.time_s[low:high], back_s, via[1], a)
        a = np.int64(parent[a])
        at -= 1
    return best, top


@njit(cache=True, nogil=True)
def _lines(parent: NDArray[np.int32], ranks: NDArray[np.int64]) -> int:
    """Count the lines of ancestors on which the one or two ranks of a side lie; -1 is none."""
    low, high = min(ranks[0], ranks[1]), max(ranks[0], ranks[1])
    if high < 0:
        return 0
    r = low if low >= 0 else high
    while r < high:
        r = np.int64(parent[r])
    return 1 if r == high else 2


@njit(cache=True, nogil=True)
def _begin(
    depth: NDArray[np.uint16],
    ranks: NDArray[np.int64],
    costs: NDArray[np.float64],
    line: int,
    lines: int,
    label: NDArray[np.float64],
    via: NDArray[np.int32],
) -> int:
    """Label the ranks of a side that lie on a line; returns the lowest."""
    lowest = np.int64(-1)
    for side in range(2):
        r = ranks[side]
        if r < 0 or (lines == 2 and side != line):
            continue
        at = depth[r]
        if costs[side] < label[at]:
            label[at] = costs[side]
            if len(via) > 0:
                via[at] = -1
        if lowest < 0 or r < lowest:
            lowest = r
    return int(lowest)


@njit(cache=True, nogil=True)
def meet(
    parent: NDArray[np.int32],
    depth: NDArray[np.uint16],
    up: Rungs,
    down: Rungs,
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
    parent, depth, up, down
        The elimination tree, and the arcs up and down it.
    seeds, costs, goals, last_s
        Ranks next to the origin and to the destination (-1: none), and the seconds there, [2].
    label
        Working memory from :func:`new_labels`, all inf, and so again afterwards.
    via
        Filled with the rank below on the way up and on the way down, by depth, int32 of the
        shape of ``label``; with no columns, ways are not noted.

    Returns
    -------
    tuple
        Seconds, inf where there is no way; rank, -1 where there is none.
    """
    ways, goal_ways = _lines(parent, seeds), _lines(parent, goals)
    best, top = np.inf, -1
    chosen, last = 0, ways * goal_ways
    # The two ends of a street lie on one line. Where they do not, each is asked by itself, and
    # the best once more at the end, so that its way is the one that is noted.
    number = 0
    while number < last:
        line, goal_line = number // goal_ways, number % goal_ways
        low = _begin(depth, seeds, costs, line, ways, label[0], via[0])
        goal_low = _begin(depth, goals, last_s, goal_line, goal_ways, label[1], via[1])
        time_s, at = _meet(parent, depth, up, down, low, goal_low, label, via)
        if time_s < best:
            best, top, chosen = time_s, at, number
        number += 1
    if chosen != last - 1 and top >= 0 and via.shape[1] > 0:
        line, goal_line = chosen // goal_ways, chosen % goal_ways
        low = _begin(depth, seeds, costs, line, ways, label[0], via[0])
        goal_low = _begin(depth, goals, last_s, goal_line, goal_ways, label[1], via[1])
        best, top = _meet(parent, depth, up, down, low, goal_low, label, via)
    return best, top


@njit(cache=True, nogil=True)
def meet_nodes(
    parent: NDArray[np.int32],
    depth: NDArray[np.uint16],
    up_indptr: NDArray[np.int32],
    up_depth: NDArray[np.uint16],
    up_s: NDArray[np.float64],
    down_indptr: NDArray[np.int32],
    down_depth: NDArray[np.uint16],
    down_s: NDArray[np.float64],
    origin: int,
    destination: int,
    label: NDArray[np.float64],
) -> float:
    """As :func:`meet` for two ranks, without noting the way; flat, for it is called one by one."""
    nothing = np.empty((2, 0), dtype=np.int32)
    up, down = Rungs(up_indptr, up_depth, up_s), Rungs(down_indptr, down_depth, down_s)
    label[0, depth[origin]] = 0.0
    label[1, depth[destination]] = 0.0
    best, _ = _meet(parent, depth, up, down, origin, destination, label, nothing)
    return best


@njit(cache=True, nogil=True)
def meet_all(
    parent: NDArray[np.int32],
    depth: NDArray[np.uint16],
    up: Rungs,
    down: Rungs,
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
        out[k], _ = meet(
            parent, depth, up, down, seeds[k], costs[k], goals[k], last_s[k], label, nothing
        )


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
    depth = topology.depth
    climbed = [int(top)]
    while via[0, depth[climbed[-1]]] >= 0:
        climbed.append(int(via[0, depth[climbed[-1]]]))
    for step in range(len(climbed) - 1, 0, -1):
        _unpack(topology, metric, street, time_s, climbed[step], climbed[step - 1], 0, edges)
    r = int(top)
    while via[1, depth[r]] >= 0:
        low = int(via[1, depth[r]])
        _unpack(topology, metric, street, time_s, low, r, 1, edges)
        r = low
    out = np.empty(len(edges), dtype=np.int64)
    for k in range(len(edges)):
        out[k] = edges[k]
    return climbed[-1], out, r
