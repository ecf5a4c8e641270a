"""For each point its nearest sites in ascending order, and for each site the points near it.

A big problem keeps only so many sites a point; `reach` says up to which cost nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Near", "nearest_sites"]


@dataclass(frozen=True, eq=False)
class Near:
    """Sorted candidate lists.

    Parameters
    ----------
    start : int64[n + 1]
        Point i has the entries ``start[i]:start[i + 1]``, nearest first.
    site : int32[q]
        Site of each entry.
    cost : float64[q]
        Its weighted cost.
    reach : float64[n]
        All sites of a point that cost less than this are listed; inf where all are.
    site_start : int64[m + 1]
        Site j has the entries ``site_start[j]:site_start[j + 1]`` of `point` and `point_cost`.
    point : int32[q]
        Points that list a site, ascending.
    point_cost : float64[q]
        Their costs.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    reach: NDArray[np.float64]
    site_start: NDArray[np.int64]
    point: NDArray[np.int32]
    point_cost: NDArray[np.float64]


def nearest_sites(
    cost: NDArray[np.float64], most: int, limit: NDArray[np.float64] | None = None
) -> Near:
    """List the nearest sites of each point.

    Parameters
    ----------
    cost : float64[n, m]
        Inf where a point cannot be served.
    most
        Sites to keep for a point.
    limit : float64[n], optional
        Sites that cost more are not asked for; `reach` is at most just above it.
    """
    n, m = cost.shape
    most = min(most, m)
    top = np.full(n, np.inf) if limit is None else np.ascontiguousarray(limit, dtype=np.float64)
    count = np.zeros(n, dtype=np.int64)
    reach = np.empty(n, dtype=np.float64)
    _count(cost, most, top, count, reach)
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(count)])
    site = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1], dtype=np.float64)
    _fill(cost, top, reach, start, site, value)
    site_start = np.zeros(m + 1, dtype=np.int64)
    point = np.empty(len(site), dtype=np.int32)
    point_cost = np.empty(len(site), dtype=np.float64)
    _turn(start, site, value, site_start, point, point_cost)
    return Near(start, site, value, reach, site_start, point, point_cost)


@njit(cache=True, nogil=True)
def _count(
    cost: NDArray[np.float64],
    most: int,
    top: NDArray[np.float64],
    count: NDArray[np.int64],
    reach: NDArray[np.float64],
) -> None:
    """Find how many sites each point keeps, and the cost from which on some are missing."""
    n, m = cost.shape
    for i in range(n):
        finite = 0
        within = 0
        above = np.inf
        for j in range(m):
            c = cost[i, j]
            if c < np.inf:
                finite += 1
                if c <= top[i]:
                    within += 1
                elif c < above:
                    above = c
        reach[i] = above
        count[i] = within
        if within > most:
            # the first that is left out, in order of cost; ties with it are left out too
            first_out = np.partition(cost[i], most)[most]
            count[i] = 0
            for j in range(m):
                if cost[i, j] < first_out:
                    count[i] += 1
            reach[i] = first_out


@njit(cache=True, nogil=True)
def _fill(
    cost: NDArray[np.float64],
    top: NDArray[np.float64],
    reach: NDArray[np.float64],
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    value: NDArray[np.float64],
) -> None:
    n, m = cost.shape
    index = np.empty(m, dtype=np.int32)
    found = np.empty(m, dtype=np.float64)
    for i in range(n):
        k = 0
        for j in range(m):
            c = cost[i, j]
            if c < reach[i] and c <= top[i] and c < np.inf:
                index[k] = j
                found[k] = c
                k += 1
        order = np.argsort(found[:k], kind="mergesort")  # ties by index
        at = start[i]
        for q in range(k):
            site[at + q] = index[order[q]]
            value[at + q] = found[order[q]]


@njit(cache=True, nogil=True)
def _turn(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    value: NDArray[np.float64],
    site_start: NDArray[np.int64],
    point: NDArray[np.int32],
    point_cost: NDArray[np.float64],
) -> None:
    """Turn lists by point into lists by site."""
    m = len(site_start) - 1
    for j in site:
        site_start[j + 1] += 1
    for j in range(m):
        site_start[j + 1] += site_start[j]
    place = site_start[:m].copy()
    for i in range(len(start) - 1):
        for q in range(start[i], start[i + 1]):
            j = site[q]
            point[place[j]] = i
            point_cost[place[j]] = value[q]
            place[j] += 1
