"""Costs of pieces of routes, compiled: what the local search of the plain problem is made of.

A route is a sequence of tasks, each entered in one of two modes, the directions of its street. The
best modes of a sequence are a shortest path through layers of two. For every task is kept what it
costs to come to it from the depot in each mode and to go home from it, with the route driven as it
is and driven backwards, and for every piece of up to `WIDEST` tasks, either way round, what it
costs from each mode of its first task to each of its last: any route that is put together from
pieces of others costs a few additions (Vidal 2017, Node, edge, arc routing and turn penalties:
multiple problems, one neighborhood extension, Operations Research 65(4)).

With facilities `VISIT` says of each task whether the vehicle is emptied right before it. Two
pieces that would be too heavy together are joined over the best facility.

A `Way` is what the fold over pieces carries: last task (-1 at the depot), cost in either mode of
it, load since the last visit, excess load of what was carried to visits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version
from optimize.routing.arcs.kernels import CAPACITY, HAS_VISITS, MOST_COST, ROUTE_COST, ZERO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout

WIDEST = 24
"""Longest piece whose costs are kept; longer ones are put together from such."""
Way = tuple[Any, Any, Any, Any, Any]

START, ENDING, SERVE, DEMAND = 0, 2, 4, 6
"""Columns of `Tables.ends`."""
FORTH, HOME, BACK, HOME_BACK = 0, 2, 4, 6
LOAD, CLOSED, LOAD_ON, CLOSED_ON, VISITS = 8, 9, 10, 11, 12
WHERE, PLACE, VISIT = 13, 14, 15
"""Columns of `Routes.kept`."""

LEAF: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
"""Options of kernels that allocate nothing: numba need not count references to the arrays that they
are handed, which takes two thirds of the time of so short functions."""
INLINE: dict[str, Any] = {**LEAF, "forceinline": True}


class Tables(NamedTuple):
    """Of the problem, all vehicles alike; see `optimize.routing.arcs.kernels`.

    Parameters
    ----------
    step : int32[1 or 2, n, n, 4]
        Between tasks in their modes, straight and over the best facility.
    ends : int64[n, 7]
        Of each task: from the depot in either mode, home in either, service in either, demand.
    limits : int64[4]
        Capacity, most cost of a route, cost of a route, whether there are facilities.
    penalty : float64[2]
        Of a unit of excess load, and of excess cost.
    near : int32[n, g]
        Tasks near each task, the nearest first; -1 where there are fewer.
    site : float64[n, 2]
        About where each task lies, the depot at 0.
    """

    step: NDArray[np.int32]
    ends: NDArray[np.int64]
    limits: NDArray[np.int64]
    penalty: NDArray[np.float64]
    near: NDArray[np.int32]
    site: NDArray[np.float64]


class Routes(NamedTuple):
    """A solution and what is kept of it.

    Parameters
    ----------
    seq : int32[r, n + 1]
        Tasks of each route.
    length : int32[r]
        Tasks in each.
    kept : int64[n, 16]
        Of each task: cost from the depot to each mode of it, from there home, and both again for
        the route driven backwards, the service of the task in all of them; load since the last
        visit and excess before it, load until the next visit and excess after it, visits up to
        the task; its route and its place there; whether the vehicle is emptied right before it.
    inner : int32[n, 2 * WIDEST + 1, 4]
        ``inner[t, WIDEST + d]``: from task t to the one d places on, in modes (0, 0), (0, 1),
        (1, 0), (1, 1), both services included.
    worth : int64[r, 2]
        Cost and excess load of each route.
    price : float64[r]
        Penalised cost of each route.
    left : float64[n, 2]
        Penalised cost of its route without the task, and without it and the next.
    """

    seq: NDArray[np.int32]
    length: NDArray[np.int32]
    kept: NDArray[np.int64]
    inner: NDArray[np.int32]
    worth: NDArray[np.int64]
    price: NDArray[np.float64]
    left: NDArray[np.float64]


def tables_of(layout: Layout, near: NDArray[np.int32]) -> Tables:
    """Put the tables of a problem of one class of vehicles together."""
    step = layout.step[None]
    if layout.limits[0, HAS_VISITS]:
        step = np.stack([layout.step, layout.over])
    ends = np.concatenate(
        [layout.start[0], layout.ending[0], layout.serve[0], layout.demand[:, None]], axis=1
    )
    return Tables(
        step.copy(), ends.astype(np.int64), layout.limits[0].copy(), np.ones(2), near, sites(layout)
    )


def sites(layout: Layout) -> NDArray[np.float64]:
    """Lay tasks out in the plane so that their distances are about what it costs to go.

    Classical scaling (Torgerson 1952) of the least costs between tasks and the depot.

    Returns
    -------
    float64[n, 2]
        The depot at 0.
    """
    n = len(layout.demand)
    apart = np.zeros((n + 1, n + 1))
    there = np.minimum(layout.step.min(axis=2), 1 << 28).astype(np.float64)
    apart[1:, 1:] = np.minimum(there, there.T)
    apart[0, 1:] = apart[1:, 0] = layout.start[0].min(axis=1)
    np.fill_diagonal(apart, 0.0)
    square = apart**2
    inner = -0.5 * (square - square.mean(axis=0) - square.mean(axis=1)[:, None] + square.mean())
    values, vectors = np.linalg.eigh(inner)
    place = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0.0))
    return np.ascontiguousarray(place[1:] - place[0])


def empty_routes(n: int, rows: int) -> Routes:
    """Make room for a solution of n tasks in so many routes."""
    return Routes(
        np.full((rows, n + 1), -1, np.int32),
        np.zeros(rows, np.int32),
        np.zeros((n, 16), np.int64),
        np.zeros((n, 2 * WIDEST + 1, 4), np.int32),
        np.zeros((rows, 2), np.int64),
        np.zeros(rows),
        np.zeros((n, 2)),
    )


@one_version
@njit(**INLINE)
def hop(tables: Tables, emptied: int, a: int, b: int, w0: int, w1: int) -> tuple[int, int]:
    """Go from task a to task b, over a facility or not; costs w0 and w1 of either mode."""
    step = tables.step
    return (
        min(w0 + step[emptied, a, b, 0], w1 + step[emptied, a, b, 2]),
        min(w0 + step[emptied, a, b, 1], w1 + step[emptied, a, b, 3]),
    )


@one_version
@njit(**INLINE)
def at_end(routes: Routes, p: int) -> Way:
    """Give the way from the depot to task p along its route; -1 is the depot."""
    kept = routes.kept
    if p < 0:
        return np.int64(-1), ZERO, ZERO, ZERO, ZERO
    return np.int64(p), kept[p, FORTH], kept[p, FORTH + 1], kept[p, LOAD], kept[p, CLOSED]


@njit(**INLINE)
def at_end_back(routes: Routes, p: int) -> Way:
    """Give the way from the depot to task p along its route driven backwards."""
    kept = routes.kept
    if p < 0:
        return np.int64(-1), ZERO, ZERO, ZERO, ZERO
    return np.int64(p), kept[p, BACK], kept[p, BACK + 1], kept[p, LOAD_ON], kept[p, CLOSED_ON]


@one_version
@njit(**INLINE)
def entered(tables: Tables, way: Way, e: int, ahead: int) -> Way:
    """Go on to the begin of task e, over a facility if `ahead` is too heavy to be added."""
    ends, limits = tables.ends, tables.limits
    last, w0, w1, carried, closed = way
    if last < 0:
        return np.int64(e), ends[e, START], ends[e, START + 1], ZERO, ZERO
    emptied = np.int64(limits[HAS_VISITS] > 0 and carried + ahead > limits[CAPACITY])
    if emptied:
        closed += max(ZERO, carried - limits[CAPACITY])
        carried = ZERO
    w0, w1 = hop(tables, emptied, last, e, w0, w1)
    return np.int64(e), w0, w1, carried, closed


@one_version
@njit(**INLINE)
def and_task(tables: Tables, way: Way, e: int) -> Way:
    """Go on with one task."""
    ends = tables.ends
    demand = ends[e, DEMAND]
    last, w0, w1, carried, closed = entered(tables, way, e, demand)
    return last, w0 + ends[e, SERVE], w1 + ends[e, SERVE + 1], carried + demand, closed


@njit(**INLINE)
def and_piece(tables: Tables, routes: Routes, way: Way, r: int, i: int, j: int) -> Way:
    """Go on with the tasks of route r from place i to place j, backwards where j < i."""
    seq, kept, inner = routes.seq, routes.kept, routes.inner
    capacity = tables.limits[CAPACITY]
    a, b = np.int64(seq[r, i]), np.int64(seq[r, j])
    low, high = (a, b) if i < j else (b, a)
    first = tables.ends[low, DEMAND]
    if kept[low, VISITS] == kept[high, VISITS]:  # no visit within
        head = kept[high, LOAD] - kept[low, LOAD] + first
        _, w0, w1, carried, closed = entered(tables, way, a, head)
        carried += head
    else:
        head = kept[a, LOAD_ON] if i < j else kept[a, LOAD]
        _, w0, w1, carried, closed = entered(tables, way, a, head)
        closed += max(ZERO, carried + head - capacity)
        whole = kept[low, LOAD] + kept[low, LOAD_ON] - first
        closed += kept[high, CLOSED] - kept[low, CLOSED] - max(ZERO, whole - capacity)
        carried = kept[b, LOAD] if i < j else kept[b, LOAD_ON]
    on = 1 if j >= i else -1
    while True:
        d = min(max(j - i, -WIDEST), WIDEST)
        u0 = min(w0 + inner[a, WIDEST + d, 0], w1 + inner[a, WIDEST + d, 2])
        w1 = min(w0 + inner[a, WIDEST + d, 1], w1 + inner[a, WIDEST + d, 3])
        w0 = u0
        i += d
        if i == j:
            return b, w0, w1, carried, closed
        last = np.int64(seq[r, i])
        i += on
        a = np.int64(seq[r, i])
        w0, w1 = hop(tables, kept[a if on > 0 else last, VISIT], last, a, w0, w1)


@njit(**INLINE)
def priced(tables: Tables, cost: int, excess: int) -> float:
    """Price of a route, excesses penalised."""
    limits, penalty = tables.limits, tables.penalty
    price: float = float(cost + limits[ROUTE_COST]) + penalty[0] * excess
    price += penalty[1] * max(ZERO, cost - limits[MOST_COST])
    return price


@one_version
@njit(**INLINE)
def and_rest(tables: Tables, routes: Routes, way: Way, s: int) -> float:
    """Price of a route that goes on as task s does; home where s is -1."""
    kept, ends = routes.kept, tables.ends
    last, w0, w1, carried, closed = way
    if s >= 0:
        _, w0, w1, carried, closed = entered(tables, way, s, kept[s, LOAD_ON])
        cost = min(w0 + kept[s, HOME], w1 + kept[s, HOME + 1])
        carried += kept[s, LOAD_ON]
        closed += kept[s, CLOSED_ON]
    elif last < 0:
        return 0.0
    else:
        cost = min(w0 + ends[last, ENDING], w1 + ends[last, ENDING + 1])
    price: float = priced(tables, cost, closed + max(ZERO, carried - tables.limits[CAPACITY]))
    return price


@njit(**INLINE)
def and_rest_back(tables: Tables, routes: Routes, way: Way, s: int) -> float:
    """Price of a route that goes on from task s as its route does backwards; home at -1."""
    price: float
    if s < 0:
        price = and_rest(tables, routes, way, s)
        return price
    kept = routes.kept
    _, w0, w1, carried, closed = entered(tables, way, s, kept[s, LOAD])
    cost = min(w0 + kept[s, HOME_BACK], w1 + kept[s, HOME_BACK + 1])
    carried += kept[s, LOAD]
    closed += kept[s, CLOSED]
    price = priced(tables, cost, closed + max(ZERO, carried - tables.limits[CAPACITY]))
    return price
