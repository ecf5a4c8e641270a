"""Travel times on a hierarchy's arcs, and the few arcs that shortest ways need.

Customisation carries the streets' times upward through all triangles (Dibbelt, Strasser, Wagner
2016, section 7): an arc's time is that of the best way over lower nodes. Perfect customisation
then goes down the hierarchy and lowers each arc to the shortest time between its ends at all;
arcs that it lowers are not needed by any query, since a way over higher nodes is shorter, and are
left out (section 7.3). Only arcs that a strictly shorter way replaces go, so that streets of no
time do no harm.

Both passes visit a node and its lower neighbours. Where two rows have the same upper ends, which
is the rule within a separator, the inner loop runs along both without looking anything up.

Times are exact; as a shortcut is added up before the trip that uses it, the last bits may differ
from those of a search edge by edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.topology import Topology


class Half(NamedTuple):
    """Arcs of one direction of travel, by the rank of their lower end."""

    indptr: NDArray[np.int32]
    above: NDArray[np.int32]
    time_s: NDArray[np.float64]


class Metric(NamedTuple):
    """A hierarchy with the travel times of one period, ready for queries."""

    up: Half
    """Arcs from a node to higher ones."""
    down: Half
    """Arcs to a node from higher ones."""
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
def _same_rows(
    into_up: NDArray[np.float64],
    into_down: NDArray[np.float64],
    up: NDArray[np.float64],
    down: NDArray[np.float64],
    first_down: float,
    first_up: float,
) -> None:
    for j in range(len(into_up)):
        by_up = first_down + up[j]
        into_up[j] = min(into_up[j], by_up)
        by_down = down[j] + first_up
        into_down[j] = min(into_down[j], by_down)


@njit(cache=True, nogil=True)
def _customise(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    low_indptr: NDArray[np.int64],
    low_arc: NDArray[np.int32],
    below: NDArray[np.int32],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    n = len(indptr) - 1
    arc_to = np.zeros(n, dtype=np.int64)
    for w in range(n):
        begin, end = indptr[w], indptr[w + 1]
        for k in range(begin, end):
            arc_to[above[k]] = k
        for place in range(low_indptr[w], low_indptr[w + 1]):
            first = np.int64(low_arc[place])
            last = indptr[below[place] + 1]
            there_s, back_s = down_s[first], up_s[first]
            if there_s == np.inf and back_s == np.inf:
                continue
            if last - first - 1 == end - begin:
                _same_rows(
                    up_s[begin:end], down_s[begin:end],
                    up_s[first + 1 : last], down_s[first + 1 : last], there_s, back_s,
                )  # fmt: skip
                continue
            for j in range(first + 1, last):
                k = arc_to[above[j]]
                by_up = there_s + up_s[j]
                up_s[k] = min(up_s[k], by_up)
                by_down = down_s[j] + back_s
                down_s[k] = min(down_s[k], by_down)


@njit(cache=True, nogil=True)
def _perfect_rows(
    up: NDArray[np.float64],
    down: NDArray[np.float64],
    top_up: NDArray[np.float64],
    top_down: NDArray[np.float64],
    there_s: float,
    back_s: float,
) -> tuple[float, float]:
    """Lower a row over the middle node w, and the arc to w over the row's other ends."""
    best_there, best_back = there_s, back_s
    for j in range(len(up)):
        over = up[j] + top_down[j]
        best_there = min(best_there, over)
        over = top_up[j] + down[j]
        best_back = min(best_back, over)
        over = there_s + top_up[j]
        up[j] = min(up[j], over)
        over = top_down[j] + back_s
        down[j] = min(down[j], over)
    return best_there, best_back


@njit(cache=True, nogil=True)
def _perfect(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    low_indptr: NDArray[np.int64],
    low_arc: NDArray[np.int32],
    below: NDArray[np.int32],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    n = len(indptr) - 1
    arc_to = np.zeros(n, dtype=np.int64)
    for w in range(n - 1, -1, -1):
        begin, end = indptr[w], indptr[w + 1]
        for k in range(begin, end):
            arc_to[above[k]] = k
        for place in range(low_indptr[w], low_indptr[w + 1]):
            first = np.int64(low_arc[place])
            last = indptr[below[place] + 1]
            there_s, back_s = up_s[first], down_s[first]
            if last - first - 1 == end - begin:
                up_s[first], down_s[first] = _perfect_rows(
                    up_s[first + 1 : last], down_s[first + 1 : last],
                    up_s[begin:end], down_s[begin:end], there_s, back_s,
                )  # fmt: skip
                continue
            best_there, best_back = there_s, back_s
            for j in range(first + 1, last):
                k = arc_to[above[j]]
                best_there = min(best_there, up_s[j] + down_s[k])
                best_back = min(best_back, up_s[k] + down_s[j])
                by_up = there_s + up_s[k]
                up_s[j] = min(up_s[j], by_up)
                by_down = down_s[k] + back_s
                down_s[j] = min(down_s[j], by_down)
            up_s[first], down_s[first] = best_there, best_back


@njit(cache=True, nogil=True)
def _needed(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    time_s: NDArray[np.float64],
    least_s: NDArray[np.float64],
) -> Half:
    """Arcs that nothing shorter replaces."""
    n = len(indptr) - 1
    count = np.zeros(n + 1, dtype=np.int32)
    for r in range(n):
        count[r + 1] = count[r]
        for k in range(indptr[r], indptr[r + 1]):
            if time_s[k] < np.inf and time_s[k] <= least_s[k]:
                count[r + 1] += 1
    half = Half(count, np.empty(count[n], dtype=np.int32), np.empty(count[n], dtype=np.float64))
    filled = 0
    for r in range(n):
        for k in range(indptr[r], indptr[r + 1]):
            if time_s[k] < np.inf and time_s[k] <= least_s[k]:
                half.above[filled] = above[k]
                half.time_s[filled] = time_s[k]
                filled += 1
    return half


@njit(cache=True, nogil=True)
def halves(
    edge_arc: NDArray[np.int32],
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    low_indptr: NDArray[np.int64],
    low_arc: NDArray[np.int32],
    below: NDArray[np.int32],
    time_s: NDArray[np.float64],
) -> tuple[Half, Half, NDArray[np.float64], NDArray[np.float64]]:
    """Put travel times on a hierarchy: what :func:`customise` does, for compiled callers.

    Parameters
    ----------
    edge_arc, indptr, above, low_indptr, low_arc, below
        Of the topology.
    time_s
        Seconds along each edge, not negative, inf where it is closed; float64[m].

    Returns
    -------
    up, down, up_s, down_s
        As in :class:`Metric`.
    """
    up_s, down_s = np.full(len(above), np.inf), np.full(len(above), np.inf)
    _respect(edge_arc, time_s, up_s, down_s)
    _customise(indptr, above, low_indptr, low_arc, below, up_s, down_s)
    least_up, least_down = up_s.copy(), down_s.copy()
    _perfect(indptr, above, low_indptr, low_arc, below, least_up, least_down)
    up = _needed(indptr, above, up_s, least_up)
    down = _needed(indptr, above, down_s, least_down)
    return up, down, up_s, down_s


def customise(topology: Topology, time_s: NDArray[np.float64]) -> Metric:
    """Put travel times on a hierarchy.

    Parameters
    ----------
    topology
        Of the same edges.
    time_s
        Seconds along each edge, not negative, inf where it is closed; float64[m].
    """
    metric = Metric(
        *halves(
            topology.edge_arc, topology.indptr, topology.above,
            topology.low_indptr, topology.low_arc, topology.below, time_s,
        )
    )  # fmt: skip
    for array in (*metric.up, *metric.down, metric.up_s, metric.down_s):
        array.setflags(write=False)
    return metric
