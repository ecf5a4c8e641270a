"""Shortest travel times on the compressed adjacency: arrays in, arrays filled in place.

One search (Dijkstra 1959) serves both directions: the caller hands it the adjacency in which to
walk. Its labels are the fixpoint of ``D[v] = min over edges (u, v) of D[u] + w``, added in the
order of travel, so that any exact method that adds in this order agrees bit for bit.

Within the time-dependent search an edge is driven at the speed of each period that the trip
meets (Sung, Bell, Seong and Park 2000, "Shortest paths in a network with time-dependent flow
speeds", EJOR 121:32-39): nobody overtakes whoever entered the edge before, hence label-setting
stays exact. Time is counted from the start of the trip; a trip that meets no boundary gets the
very bits of the static search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR_S = 3600.0
HOURS = 168
WEEK_S = HOUR_S * HOURS

_UNSEEN = -1
_SETTLED = -2


class Scratch(NamedTuple):
    """Working memory of one search, used again by the next one in the same thread."""

    dist: NDArray[np.float64]
    """Seconds from the seeds, inf where not reached; final for wanted nodes."""
    via: NDArray[np.int32]
    """Place in the adjacency of the edge by which a node was reached, -1 for a seed."""
    key: NDArray[np.float64]
    item: NDArray[np.int32]
    place: NDArray[np.int32]


def new_scratch(n_nodes: int) -> Scratch:
    """Working memory for searches on a network of so many nodes."""
    return Scratch(
        dist=np.empty(n_nodes, dtype=np.float64),
        via=np.empty(n_nodes, dtype=np.int32),
        key=np.empty(n_nodes, dtype=np.float64),
        item=np.empty(n_nodes, dtype=np.int32),
        place=np.empty(n_nodes, dtype=np.int32),
    )


class Clock(NamedTuple):
    """The week as one trip meets it."""

    offset_s: float
    """Second of the week at which the trip starts."""
    period: NDArray[np.int64]
    """Period of each hour of the week, int64[168]."""
    ahead: NDArray[np.int64]
    """Hours from the start of each hour until the period changes, 168 if it never does."""


def clock(period_of_hour: NDArray[np.int64], week_s: float, *, backward: bool = False) -> Clock:
    """Clock of a trip that starts at a second of the week, looking ahead or back in time.

    Looking back, the week is mirrored: its hour h is hour 167 - h of the real one.
    """
    period = np.array(period_of_hour[::-1] if backward else period_of_hour, dtype=np.int64)
    ahead = np.full(HOURS, HOURS, dtype=np.int64)
    doubled = np.concatenate([period, period])
    for hour in range(HOURS):
        changes = np.flatnonzero(doubled[hour : hour + HOURS] != period[hour])
        if len(changes):
            ahead[hour] = changes[0]
    return Clock(float((-week_s if backward else week_s) % WEEK_S), period, ahead)


# ---- parts of an edge


@njit(cache=True, nogil=True)
def part_s(share: float, time_s: float) -> float:
    """Seconds for a share of an edge; nothing takes no time, on a closed edge too."""
    return share * time_s if share > 0.0 else 0.0


@njit(cache=True, nogil=True)
def drive(start_s: float, share: float, edge_s: NDArray[np.float64], week: Clock) -> float:
    """Arrival after a share of an edge, driven from ``start_s`` at the speed of each period.

    Parameters
    ----------
    start_s
        Seconds since the trip began.
    share
        What is left of the edge, 0 to 1.
    edge_s
        Seconds for the whole edge in each period, float64[periods]; inf is standstill.
    week
        The trip's clock.

    Returns
    -------
    float
        Seconds since the trip began; inf if the edge never opens.
    """
    if share <= 0.0 or start_s == np.inf:
        return start_s
    at_s = start_s
    left = share
    hour = np.int64((at_s + week.offset_s) // HOUR_S)
    stood = 0
    while True:
        whole_s = edge_s[week.period[hour % HOURS]]
        hours = week.ahead[hour % HOURS]
        if hours >= HOURS:
            return float(at_s + left * whole_s)
        change_s = (hour + hours) * HOUR_S - week.offset_s
        done_s = at_s + left * whole_s
        if done_s <= change_s:
            return float(done_s)
        if whole_s < np.inf:
            left = max(0.0, left - max(0.0, change_s - at_s) / whole_s)
            stood = 0
            if left == 0.0:
                return float(max(at_s, change_s))
        else:
            stood += hours
            if stood > 2 * HOURS:
                return np.inf
        at_s = max(at_s, change_s)
        hour += hours


@njit(cache=True, nogil=True)
def covered(start_s: float, end_s: float, edge_s: NDArray[np.float64], week: Clock) -> float:
    """Share of an edge driven between two moments of a trip, at most 1 (inverse of `drive`)."""
    done = 0.0
    at_s = start_s
    hour = np.int64((at_s + week.offset_s) // HOUR_S)
    while at_s < end_s and done < 1.0:
        whole_s = edge_s[week.period[hour % HOURS]]
        hours = week.ahead[hour % HOURS]
        until_s = end_s if hours >= HOURS else min(end_s, (hour + hours) * HOUR_S - week.offset_s)
        if whole_s == 0.0:
            return 1.0
        done += max(0.0, until_s - at_s) / whole_s
        at_s = max(at_s, until_s)
        hour += hours
    return min(done, 1.0)


# ---- an indexed heap with four children a node: no duplicates, short ways down


@njit(cache=True, nogil=True)
def _sift_up(heap: Scratch, at: int) -> None:
    key = heap.key[at]
    node = heap.item[at]
    while at > 0:
        parent = (at - 1) >> 2
        if heap.key[parent] <= key:
            break
        heap.key[at] = heap.key[parent]
        heap.item[at] = heap.item[parent]
        heap.place[heap.item[at]] = at
        at = parent
    heap.key[at] = key
    heap.item[at] = node
    heap.place[node] = at


@njit(cache=True, nogil=True)
def _pop(heap: Scratch, size: int) -> int:
    """Take the nearest node out; the caller counts the heap down by one."""
    nearest = heap.item[0]
    heap.place[nearest] = _SETTLED
    size -= 1
    if size == 0:
        return int(nearest)
    key = heap.key[size]
    node = heap.item[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = heap.key[child]
        for other in range(child + 1, min(child + 4, size)):
            if heap.key[other] < least:
                least = heap.key[other]
                child = other
        if least >= key:
            break
        heap.key[at] = least
        heap.item[at] = heap.item[child]
        heap.place[heap.item[at]] = at
        at = child
    heap.key[at] = key
    heap.item[at] = node
    heap.place[node] = at
    return int(nearest)


@njit(cache=True, nogil=True)
def _offer(heap: Scratch, size: int, node: int, label: float, via: int) -> int:
    """Label a node if that is nearer; returns the heap's size."""
    if label >= heap.dist[node]:
        return size
    heap.dist[node] = label
    heap.via[node] = via
    at = heap.place[node]
    if at == _UNSEEN:
        at = size
        size += 1
        heap.item[at] = node
    heap.key[at] = label
    _sift_up(heap, at)
    return size


@njit(cache=True, nogil=True)
def _start(heap: Scratch, seeds: NDArray[np.int64], costs: NDArray[np.float64]) -> int:
    heap.dist[:] = np.inf
    heap.via[:] = -1
    heap.place[:] = _UNSEEN
    size = 0
    for k in range(len(seeds)):
        if seeds[k] >= 0:
            size = _offer(heap, size, seeds[k], costs[k], -1)
    return size


# ---- the searches


@njit(cache=True, nogil=True)
def search(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    edge_s: NDArray[np.float64],
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    n_wanted: int,
    scratch: Scratch,
) -> None:
    """Shortest times from up to a few seeds, each with a head start.

    Parameters
    ----------
    indptr, other, edge_s
        Adjacency: from node v to ``other[k]`` in ``edge_s[k]`` seconds, k in
        ``indptr[v]:indptr[v+1]``.
    seeds, costs
        Nodes to begin at (-1: none) and the seconds already spent there.
    wanted, n_wanted
        Stop when so many of the marked nodes are settled; a negative number settles all.
    scratch
        ``dist`` and ``via`` are filled; labels of nodes that are not settled are upper bounds.
    """
    size = _start(scratch, seeds, costs)
    while size > 0:
        v = _pop(scratch, size)
        size -= 1
        if n_wanted >= 0 and wanted[v]:
            n_wanted -= 1
            if n_wanted == 0:
                break
        d = scratch.dist[v]
        for k in range(indptr[v], indptr[v + 1]):
            size = _offer(scratch, size, other[k], d + edge_s[k], k)


@njit(cache=True, nogil=True)
def search_timed(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    edge_s: NDArray[np.float64],
    week: Clock,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    n_wanted: int,
    scratch: Scratch,
) -> None:
    """Earliest arrivals when speeds change by period of the week.

    As :func:`search`, with ``edge_s`` float64[edges, periods] and the trip's clock.
    """
    size = _start(scratch, seeds, costs)
    while size > 0:
        v = _pop(scratch, size)
        size -= 1
        if n_wanted >= 0 and wanted[v]:
            n_wanted -= 1
            if n_wanted == 0:
                break
        d = scratch.dist[v]
        for k in range(indptr[v], indptr[v + 1]):
            size = _offer(scratch, size, other[k], drive(d, 1.0, edge_s[k], week), k)


# ---- from node labels to places on edges


@njit(cache=True, nogil=True)
def arrivals(
    dist: NDArray[np.float64],
    ends: NDArray[np.int64],
    costs: NDArray[np.float64],
    row: NDArray[np.float64],
) -> None:
    """Best of the two ways to reach each place.

    Parameters
    ----------
    dist
        Seconds to each node.
    ends, costs
        Nodes next to each place (-1: none) and the seconds from there, [places, 2].
    row
        Filled, float64[places].
    """
    for j in range(len(row)):
        best = np.inf
        for side in range(2):
            if ends[j, side] >= 0:
                best = min(best, dist[ends[j, side]] + costs[j, side])
        row[j] = best


@njit(cache=True, nogil=True)
def arrivals_timed(
    dist: NDArray[np.float64],
    ends: NDArray[np.int64],
    edges: NDArray[np.int64],
    shares: NDArray[np.float64],
    edge_s: NDArray[np.float64],
    week: Clock,
    row: NDArray[np.float64],
) -> None:
    """As :func:`arrivals`, driving the last ``shares`` of ``edges`` by the clock, [places, 2]."""
    for j in range(len(row)):
        best = np.inf
        for side in range(2):
            if ends[j, side] >= 0:
                label = dist[ends[j, side]]
                best = min(best, drive(label, shares[j, side], edge_s[edges[j, side]], week))
        row[j] = best


# ---- rows of a matrix


@njit(cache=True, nogil=True)
def search_rows(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    edge_s: NDArray[np.float64],
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    n_wanted: int,
    ends: NDArray[np.int64],
    last_s: NDArray[np.float64],
    scratch: Scratch,
    out: NDArray[np.float64],
) -> None:
    """Search from each origin ([origins, 2] seeds) and note when each place is reached."""
    for k in range(len(out)):
        search(indptr, other, edge_s, seeds[k], costs[k], wanted, n_wanted, scratch)
        arrivals(scratch.dist, ends, last_s, out[k])


@njit(cache=True, nogil=True)
def search_rows_timed(
    indptr: NDArray[np.int64],
    other: NDArray[np.int32],
    edge_s: NDArray[np.float64],
    week: Clock,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    n_wanted: int,
    ends: NDArray[np.int64],
    edges: NDArray[np.int64],
    shares: NDArray[np.float64],
    by_period: NDArray[np.float64],
    scratch: Scratch,
    out: NDArray[np.float64],
) -> None:
    """As :func:`search_rows`, by the clock; ``by_period`` has the last edges' times."""
    for k in range(len(out)):
        search_timed(indptr, other, edge_s, week, seeds[k], costs[k], wanted, n_wanted, scratch)
        arrivals_timed(scratch.dist, ends, edges, shares, by_period, week, out[k])


@njit(cache=True, nogil=True)
def first_legs_timed(
    ends: NDArray[np.int64],
    edges: NDArray[np.int64],
    shares: NDArray[np.float64],
    by_period: NDArray[np.float64],
    week: Clock,
    costs: NDArray[np.float64],
) -> None:
    """Drive from each position to the ends of its street; ``costs`` is filled, [k, 2]."""
    for k in range(len(ends)):
        for side in range(2):
            if ends[k, side] >= 0:
                row = by_period[edges[k, side]]
                costs[k, side] = drive(0.0, shares[k, side], row, week)
