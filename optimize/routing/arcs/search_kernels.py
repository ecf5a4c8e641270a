"""Splitting a giant tour into routes and searching them until no move pays, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.routing.arcs.genetic_kernels import split
from optimize.routing.arcs.kernels import MOST_COST, ROUTE_COST, ZERO, shuffle
from optimize.routing.arcs.moves_kernels import between, opens, within
from optimize.routing.arcs.pieces_kernels import WHERE, Routes, Tables
from optimize.routing.arcs.placing_kernels import set_route

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def local_search(tables: Tables, routes: Routes, state: NDArray[np.uint64]) -> None:
    """Make moves until none pays.

    Parameters
    ----------
    routes
        The solution, as `set_route` leaves it; changed in place. A route without tasks is there to
        be opened.
    state
        Of the random numbers.
    """
    near = tables.near
    n = len(near)
    changed = np.ones(routes.length.size, np.int64)
    tested = np.zeros(n, np.int64)
    order = np.arange(n)
    spare = np.empty((2, n + 1), np.int32)
    count = np.zeros(2, np.int64)
    clock = np.int64(1)
    searching = True
    # Where visits are placed, penalties of load and of cost may trade with each other: end anyway.
    most = 1000 + 200 * n
    while searching and clock < most:
        searching = False
        shuffle(order, n, state)
        for t in order:
            last_test = tested[t]
            tested[t] = clock
            for g in range(near.shape[1] + 1):
                v = near[t, g] if g < near.shape[1] else -2
                rt = routes.kept[t, WHERE]
                rv = routes.kept[v, WHERE] if v >= 0 else rt
                if v == -1 or (changed[rt] <= last_test and changed[rv] <= last_test):
                    continue
                if v < 0:
                    rv = _empty(routes)
                    found = rv >= 0 and opens(tables, routes, t, spare, count)
                elif rt == rv:
                    found = within(tables, routes, t, v, spare, count)
                else:
                    found = between(tables, routes, t, v, spare, count)
                if not found:
                    continue
                searching = True
                clock += 1
                set_route(tables, routes, rt, spare[0, : count[0]])
                changed[rt] = clock
                if rv != rt:
                    set_route(tables, routes, rv, spare[1, : count[1]])
                    changed[rv] = clock


@njit(cache=True, nogil=True)
def _empty(routes: Routes) -> int:
    """Find a route without tasks; -1 where there is none."""
    for r in range(routes.length.size):
        if routes.length[r] == 0:
            return r
    return -1


@njit(cache=True, nogil=True)
def _angles(tables: Tables, routes: Routes) -> NDArray[np.float64]:
    """Direction in which the tasks of each route lie from the depot."""
    angle = np.zeros(routes.length.size)
    for r in range(routes.length.size):
        x, y = 0.0, 0.0
        for k in range(routes.length[r]):
            x += tables.site[routes.seq[r, k], 0]
            y += tables.site[routes.seq[r, k], 1]
        angle[r] = np.arctan2(y, x)
    return angle


@njit(cache=True, nogil=True)
def educate(
    tour: NDArray[np.int32],
    cut: NDArray[np.int64],
    tables: Tables,
    routes: Routes,
    state: NDArray[np.uint64],
    goes_on: bool,  # noqa: FBT001
    total: NDArray[np.int64],
) -> bool:
    """Split a giant tour (or keep the routes as they are), search, and write the tour anew.

    Parameters
    ----------
    tour : int32[n]
        Tasks in order; rewritten, the routes in the order in which they lie around the depot.
    cut : int64[r + 1]
        Room.
    goes_on
        Whether to go on from the routes as they are.
    total : int64[3]
        Filled with cost of the routes, excess load and excess cost.

    Returns
    -------
    bool
        False where the tour cannot be split.
    """
    rows = routes.length.size
    count = 0
    if not goes_on:
        # the last route stays empty, to be opened
        count = split(tour, rows - 1, cut, tables)
        if count < 0:
            return False
    for r in range(rows):
        if goes_on:
            tasks = routes.seq[r, : routes.length[r]].copy()
        else:
            tasks = tour[cut[r] : cut[r + 1]] if r < count else tour[:0]
        set_route(tables, routes, r, tasks)
    local_search(tables, routes, state)
    total[:] = 0
    at = 0
    for r in np.argsort(_angles(tables, routes)):
        if routes.length[r] == 0:
            continue
        total[0] += routes.worth[r, 0] + tables.limits[ROUTE_COST]
        total[1] += routes.worth[r, 1]
        total[2] += max(ZERO, routes.worth[r, 0] - tables.limits[MOST_COST])
        for k in range(routes.length[r]):
            tour[at] = routes.seq[r, k]
            at += 1
    return True
