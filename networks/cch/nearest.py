"""The nearest few of many places, from any number of origins.

Buckets (Knopp, Sanders, Schultes, Schulz and Wagner 2007, "Computing many-to-many shortest paths
using highway hierarchies") that keep only the best: the k nearest places by ways down are noted
at every ancestor of a place; whoever climbs past merges what is noted there. A place left out at
a node has k others before it for every trip over that node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.cch.customise import Half


class Buckets(NamedTuple):
    """The nearest places by ways down, at each ancestor of a place."""

    row: NDArray[np.int32]
    """By rank: row of the bucket, -1 where there is none."""
    place: NDArray[np.int32]
    """Places from the nearest on, -1 beyond the last; [buckets, k]."""
    time_s: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _insert(
    places: NDArray[np.int32], times: NDArray[np.float64], place: int, time_s: float
) -> None:
    """Put a place into a sorted row, once; of equal times the lower number comes first."""
    k = len(places)
    end = k - 1
    for at in range(k):
        if places[at] == place:
            if times[at] <= time_s:
                return
            end = at
            break
    at = end
    if places[at] >= 0 and places[at] != place and (times[at], places[at]) <= (time_s, place):
        return
    while at > 0 and (
        places[at - 1] < 0 or (times[at - 1], places[at - 1]) > (time_s, np.int32(place))
    ):
        places[at] = places[at - 1]
        times[at] = times[at - 1]
        at -= 1
    places[at] = place
    times[at] = time_s


@njit(cache=True, nogil=True)
def _ranks_up(
    parent: NDArray[np.int32],
    half: Half,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    label: NDArray[np.float64],
    found: NDArray[np.int64],
    times: NDArray[np.float64],
) -> int:
    """Ancestors that are reached upward, with their times; returns how many."""
    n = len(parent)
    for side in range(2):
        if seeds[side] >= 0:
            label[seeds[side]] = min(label[seeds[side]], costs[side])
    first = seeds[0] if seeds[0] >= 0 else n
    second = seeds[1] if seeds[1] >= 0 else n
    count = 0
    while True:
        r = min(first, second)
        if r == n:
            return count
        d = label[r]
        label[r] = np.inf
        if d < np.inf:
            found[count] = r
            times[count] = d
            count += 1
            for k in range(half.indptr[r], half.indptr[r + 1]):
                u = half.above[k]
                through = d + half.time_s[k]
                label[u] = min(label[u], through)
        up = np.int64(parent[r])
        first = up if first == r else first
        second = up if second == r else second


@njit(cache=True, nogil=True)
def fill_buckets(
    parent: NDArray[np.int32],
    down: Half,
    goals: NDArray[np.int64],
    last_s: NDArray[np.float64],
    k: int,
) -> Buckets:
    """Note each place at its ancestors.

    Parameters
    ----------
    parent, down
        The elimination tree, and the arcs down it.
    goals, last_s
        Ranks next to each place (-1: none) and the seconds from there, [places, 2].
    k
        How many are kept at a node.
    """
    n = len(parent)
    row = np.full(n, -1, dtype=np.int32)
    n_rows = 0
    for j in range(len(goals)):
        for side in range(2):
            r = goals[j, side]
            while 0 <= r < n and row[r] < 0:
                row[r] = n_rows
                n_rows += 1
                r = np.int64(parent[r])
    buckets = Buckets(row, np.full((n_rows, k), -1, dtype=np.int32), np.full((n_rows, k), np.inf))
    label = np.full(n, np.inf)
    found = np.empty(n, dtype=np.int64)
    times = np.empty(n, dtype=np.float64)
    for j in range(len(goals)):
        count = _ranks_up(parent, down, goals[j], last_s[j], label, found, times)
        for step in range(count):
            at = row[found[step]]
            _insert(buckets.place[at], buckets.time_s[at], j, times[step])
    return buckets


@njit(cache=True, nogil=True)
def look_around(
    parent: NDArray[np.int32],
    up: Half,
    buckets: Buckets,
    seeds: NDArray[np.int64],
    costs: NDArray[np.float64],
    place: NDArray[np.int32],
    time_s: NDArray[np.float64],
) -> None:
    """Find the nearest places of each origin.

    Parameters
    ----------
    parent, up, buckets
        The elimination tree, the arcs up it, and where places are noted.
    seeds, costs
        Ranks next to each origin (-1: none) and the seconds to get there, [origins, 2].
    place, time_s
        Filled from the nearest on, -1 and inf beyond the last; [origins, k].
    """
    n = len(parent)
    label = np.full(n, np.inf)
    found = np.empty(n, dtype=np.int64)
    times = np.empty(n, dtype=np.float64)
    k = place.shape[1]
    noted = min(k, buckets.place.shape[1])  # there may be fewer places than are asked for
    for i in range(len(place)):
        place[i] = -1
        time_s[i] = np.inf
        count = _ranks_up(parent, up, seeds[i], costs[i], label, found, times)
        for step in range(count):
            at = buckets.row[found[step]]
            if at < 0:
                continue
            for slot in range(noted):
                through = times[step] + buckets.time_s[at, slot]
                if buckets.place[at, slot] < 0 or through > time_s[i, k - 1]:
                    break
                _insert(place[i], time_s[i], buckets.place[at, slot], through)
