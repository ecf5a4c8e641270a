"""Travel times on a hierarchy's arcs.

Customisation carries the streets' times upward through all triangles (Dibbelt, Strasser, Wagner
2016, section 7): an arc's time is that of the best way over lower nodes. The arcs that shortest
ways need at all are then told apart by :mod:`networks.cch.perfect`.

A node's arcs are lowered over its lower neighbours. Those of one separator follow each other and
have the same upper ends, so that four of them are taken at once (:mod:`networks.cch.minplus`);
where the node's own row has further ends between theirs, the least times are gathered first and
then put into it.

Times are exact; as a shortcut is added up before the trip that uses it, the last bits may differ
from those of a search edge by edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.cch.minplus import lower_by_four, lower_by_one
from networks.cch.perfect import needed, shortest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.topology import Topology


class Half(NamedTuple):
    """Arcs of one direction of travel, by the rank of their lower end."""

    indptr: NDArray[np.int32]
    above: NDArray[np.int32]
    time_s: NDArray[np.float64]


class Rungs(NamedTuple):
    """The same arcs with their upper ends by depth: an ancestor is known by it."""

    indptr: NDArray[np.int32]
    depth: NDArray[np.uint16]
    time_s: NDArray[np.float64]


class Metric(NamedTuple):
    """A hierarchy with the travel times of one period, ready for queries."""

    up: Half
    """Arcs from a node to higher ones, those that shortest ways need."""
    down: Half
    """Arcs to a node from higher ones, likewise."""
    up_rungs: Rungs
    """``up`` for one trip at a time; arrays are shared."""
    down_rungs: Rungs
    up_s: NDArray[np.float64]
    """Seconds up every arc of the topology by ways over lower nodes, inf where there is none."""
    down_s: NDArray[np.float64]
    """Seconds down every arc."""


@njit(cache=True, nogil=True)
def _respect(
    edge_arc: NDArray[np.int32],
    time_s: NDArray[np.float64],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    """Give arcs the times of their streets."""
    for e in range(len(time_s)):
        if edge_arc[e] < 0:
            continue
        k = edge_arc[e] >> 1
        times = down_s if edge_arc[e] & 1 else up_s
        times[k] = min(times[k], time_s[e])


@njit(cache=True, nogil=True)
def _lower_over(
    first: int,
    size: int,
    low_arc: NDArray[np.int32],
    times: NDArray[np.float64],
    legs_s: NDArray[np.float64],
    into: NDArray[np.float64],
) -> None:
    """Lower a row over ``size`` lower neighbours with the same upper ends, from place ``first``."""
    wide = len(into)
    place = first
    while place + 4 <= first + size:
        a, b = np.int64(low_arc[place]), np.int64(low_arc[place + 1])
        c, d = np.int64(low_arc[place + 2]), np.int64(low_arc[place + 3])
        lower_by_four(
            into,
            times[a + 1 : a + 1 + wide], times[b + 1 : b + 1 + wide],
            times[c + 1 : c + 1 + wide], times[d + 1 : d + 1 + wide],
            legs_s[a], legs_s[b], legs_s[c], legs_s[d],
        )  # fmt: skip
        place += 4
    while place < first + size:
        a = np.int64(low_arc[place])
        lower_by_one(into, times[a + 1 : a + 1 + wide], legs_s[a])
        place += 1


@njit(cache=True, nogil=True)
def _customise(  # noqa: C901 - a kernel in named steps
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    low_indptr: NDArray[np.int64],
    low_arc: NDArray[np.int32],
    below: NDArray[np.int32],
    joined: NDArray[np.bool_],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    n = len(indptr) - 1
    arc_to = np.zeros(n, dtype=np.int32)
    widest = np.int64(0)
    for w in range(n):
        widest = max(widest, indptr[w + 1] - indptr[w])
    gathered_up, gathered_down = np.empty(widest), np.empty(widest)
    for w in range(n):
        begin, end = indptr[w], indptr[w + 1]
        if begin == end:
            continue
        for k in range(begin, end):
            arc_to[above[k]] = k
        place, stop = low_indptr[w], low_indptr[w + 1]
        while place < stop:
            v = below[place]
            size = 1
            while place + size < stop and joined[below[place + size] - 1] and (
                below[place + size] == v + size
            ):  # fmt: skip
                size += 1
            first = np.int64(low_arc[place]) + 1
            wide = indptr[v + 1] - first
            if wide == end - begin:
                _lower_over(place, size, low_arc, up_s, down_s, up_s[begin:end])
                _lower_over(place, size, low_arc, down_s, up_s, down_s[begin:end])
            elif size == 1:
                there_s, back_s = down_s[first - 1], up_s[first - 1]
                for j in range(first, first + wide):
                    k = arc_to[above[j]]
                    by_up = there_s + up_s[j]
                    up_s[k] = min(up_s[k], by_up)
                    by_down = down_s[j] + back_s
                    down_s[k] = min(down_s[k], by_down)
            else:
                lowest_up, lowest_down = gathered_up[:wide], gathered_down[:wide]
                lowest_up[:] = np.inf
                lowest_down[:] = np.inf
                _lower_over(place, size, low_arc, up_s, down_s, lowest_up)
                _lower_over(place, size, low_arc, down_s, up_s, lowest_down)
                for j in range(wide):
                    k = arc_to[above[first + j]]
                    up_s[k] = min(up_s[k], lowest_up[j])
                    down_s[k] = min(down_s[k], lowest_down[j])
            place += size


def customise(topology: Topology, time_s: NDArray[np.float64]) -> Metric:
    """Put travel times on a hierarchy.

    Parameters
    ----------
    topology
        Of the same edges.
    time_s
        Seconds along each edge, not negative, inf where it is closed; float64[m].
    """
    n_arcs = len(topology.above)
    up_s, down_s = np.full(n_arcs, np.inf), np.full(n_arcs, np.inf)
    _respect(topology.edge_arc, time_s, up_s, down_s)
    indptr, above, joined, depth = (
        topology.indptr, topology.above, topology.joined, topology.depth,
    )  # fmt: skip
    _customise(
        indptr, above, topology.low_indptr, topology.low_arc, topology.below, joined, up_s, down_s
    )
    least_up, least_down = up_s.copy(), down_s.copy()
    shortest(indptr, above, joined, least_up, least_down)
    up = needed(indptr, above, depth, up_s, least_up)
    del least_up
    down = needed(indptr, above, depth, down_s, least_down)
    metric = Metric(
        Half(*up[:3]),
        Half(*down[:3]),
        Rungs(up[0], up[3], up[2]),
        Rungs(down[0], down[3], down[2]),
        up_s,
        down_s,
    )
    for array in (*up, *down, up_s, down_s):
        array.setflags(write=False)
    return metric
