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


_ROWS = 512


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
    top = np.full(n, np.inf) if limit is None else np.asarray(limit, dtype=np.float64)
    reach = np.full(n, np.inf)
    counts, sites, values = [], [], []
    for begin in range(0, n, _ROWS):
        rows = slice(begin, begin + _ROWS)
        site_of, cost_of, reach[rows] = _nearest_of(cost[rows], most, top[rows])
        listed = (cost_of < reach[rows, None]) & (cost_of <= top[rows, None])
        counts.append(listed.sum(axis=1))
        sites.append(site_of[listed].astype(np.int32))
        values.append(cost_of[listed])
    count = np.concatenate([np.zeros(1, dtype=np.int64), *counts])
    start = np.cumsum(count, dtype=np.int64)
    site = np.concatenate([np.zeros(0, dtype=np.int32), *sites])
    value = np.concatenate([np.zeros(0), *values])
    site_start = np.zeros(m + 1, dtype=np.int64)
    point = np.empty(len(site), dtype=np.int32)
    point_cost = np.empty(len(site), dtype=np.float64)
    _turn(start, site, value, site_start, point, point_cost)
    return Near(start, site, value, reach, site_start, point, point_cost)


def _nearest_of(
    cost: NDArray[np.float64], most: int, top: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Sort the nearest sites of some points; also the cost from which on some are missing.

    Ties stand in the order of the sites; of sites that cost as much as the first that is left
    out, none is listed.
    """
    m = cost.shape[1]
    beyond = np.where(cost > top[:, None], cost, np.inf).min(axis=1)
    if 4 * most < m:
        kept = np.sort(np.argpartition(cost, most, axis=1)[:, : most + 1], axis=1)
        cost = np.take_along_axis(cost, kept, axis=1)
        order = np.argsort(cost, axis=1, kind="stable")
        site = np.take_along_axis(kept, order, axis=1)
    else:
        order = np.argsort(cost, axis=1, kind="stable")[:, : most + 1]
        site = order
    cost = np.take_along_axis(cost, order, axis=1)
    if most < m:
        beyond = np.minimum(beyond, cost[:, most])
    return site, cost, beyond


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
