"""Putting tasks into a route and working out all that is kept of them, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from optimize.routing.arcs.kernels import CAPACITY, HAS_VISITS, ZERO
from optimize.routing.arcs.pieces_kernels import (
    BACK,
    CLOSED,
    DEMAND,
    ENDING,
    FORTH,
    HOME,
    HOME_BACK,
    LEAF,
    LOAD,
    LOAD_ON,
    PLACE,
    SERVE,
    START,
    VISIT,
    VISITS,
    WHERE,
    WIDEST,
    Routes,
    Tables,
    and_rest,
    at_end,
    hop,
    priced,
)  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FAR = np.int64(1 << 30)


@one_version
@njit(**LEAF)
def _forth(tables: Tables, routes: Routes, tasks: NDArray[np.int32], on: int) -> int:
    """Fill costs from the depot and loads since a visit; give the cost of the route.

    ``on`` is 1, or -1 for the route driven backwards.
    """
    ends, kept = tables.ends, routes.kept
    capacity = tables.limits[CAPACITY]
    load, there = (LOAD, FORTH) if on > 0 else (LOAD_ON, BACK)
    last = np.int64(-1)
    w0, w1, carried, closed, visits = ZERO, ZERO, ZERO, ZERO, ZERO
    for k in range(tasks.size):
        e = np.int64(tasks[k] if on > 0 else tasks[tasks.size - 1 - k])
        if last < 0:
            w0, w1 = ends[e, START], ends[e, START + 1]
        else:
            emptied = kept[e if on > 0 else last, VISIT]
            w0, w1 = hop(tables, emptied, last, e, w0, w1)
            if emptied:
                closed += max(ZERO, carried - capacity)
                carried = ZERO
                visits += 1
        w0 += ends[e, SERVE]
        w1 += ends[e, SERVE + 1]
        carried += ends[e, DEMAND]
        kept[e, there], kept[e, there + 1] = w0, w1
        kept[e, load], kept[e, load + 1] = carried, closed
        if on > 0:
            kept[e, VISITS] = visits
        last = e
    cost: int = min(w0 + ends[last, ENDING], w1 + ends[last, ENDING + 1])
    return cost


@njit(**LEAF)
def _home(tables: Tables, routes: Routes, tasks: NDArray[np.int32], on: int) -> None:
    """Fill costs from each task home."""
    step, ends, kept = tables.step, tables.ends, routes.kept
    home = HOME if on > 0 else HOME_BACK
    after = np.int64(-1)
    w0, w1 = ZERO, ZERO
    for k in range(tasks.size):
        e = np.int64(tasks[tasks.size - 1 - k] if on > 0 else tasks[k])
        if after < 0:
            w0, w1 = ends[e, ENDING], ends[e, ENDING + 1]
        else:
            emptied = kept[after if on > 0 else e, VISIT]
            u0 = min(w0 + step[emptied, e, after, 0], w1 + step[emptied, e, after, 1])
            w1 = min(w0 + step[emptied, e, after, 2], w1 + step[emptied, e, after, 3])
            w0 = u0
        w0 += ends[e, SERVE]
        w1 += ends[e, SERVE + 1]
        kept[e, home], kept[e, home + 1] = w0, w1
        after = e


@njit(**LEAF)
def _inner(tables: Tables, routes: Routes, tasks: NDArray[np.int32], i: int, on: int) -> None:
    """Fill the costs of the pieces that begin at place i, one way."""
    ends, kept, inner = tables.ends, routes.kept, routes.inner
    a = np.int64(tasks[i])
    a00, a01, a10, a11 = ends[a, SERVE], _FAR, _FAR, ends[a, SERVE + 1]
    last = a
    for d in range(min(WIDEST, tasks.size - 1 - i if on > 0 else i) + 1):
        if d > 0:
            b = np.int64(tasks[i + on * d])
            emptied = kept[b if on > 0 else last, VISIT]
            a00, a01 = hop(tables, emptied, last, b, a00, a01)
            a10, a11 = hop(tables, emptied, last, b, a10, a11)
            s0, s1 = ends[b, SERVE], ends[b, SERVE + 1]
            a00, a01 = min(a00 + s0, _FAR), min(a01 + s1, _FAR)
            a10, a11 = min(a10 + s0, _FAR), min(a11 + s1, _FAR)
            last = b
        at = WIDEST + on * d
        inner[a, at, 0], inner[a, at, 1], inner[a, at, 2], inner[a, at, 3] = a00, a01, a10, a11


@njit(cache=True, nogil=True)
def _place_visits(tables: Tables, routes: Routes, tasks: NDArray[np.int32]) -> None:
    """Empty the vehicle before those of the tasks where it costs least, the directions with it.

    A shortest path over the places at which the vehicle was emptied before (Beasley's split within
    one route), for each mode of the task there; excess load costs its penalty.
    """
    step, ends, kept = tables.step, tables.ends, routes.kept
    capacity, fine = tables.limits[CAPACITY], tables.penalty[0]
    count = tasks.size
    # value[i, k]: least penalised cost to have served tasks 0..i, the last in mode k, and all
    # closed; first[i, k]: where its part begins; from_mode: mode of the task before that
    value = np.full((count, 2), np.inf)
    first = np.zeros((count, 2), np.int64)
    from_mode = np.zeros((count, 2), np.int64)
    for i in range(count):
        for before in range(2 if i > 0 else 1):
            a = np.int64(tasks[i])
            w0, w1 = float(ends[a, START]), float(ends[a, START + 1])
            if i > 0:
                w0 = value[i - 1, before] + step[1, tasks[i - 1], a, 2 * before]
                w1 = value[i - 1, before] + step[1, tasks[i - 1], a, 2 * before + 1]
            carried = ZERO
            for j in range(i, count):
                b = np.int64(tasks[j])
                if j > i:
                    v0 = min(w0 + step[0, a, b, 0], w1 + step[0, a, b, 2])
                    w1 = min(w0 + step[0, a, b, 1], w1 + step[0, a, b, 3])
                    w0 = v0
                w0 += ends[b, SERVE]
                w1 += ends[b, SERVE + 1]
                carried += ends[b, DEMAND]
                if j > i and carried > 2 * capacity:
                    break
                too_much = fine * max(ZERO, carried - capacity)
                for mode in range(2):
                    cost = too_much + (w0 if mode == 0 else w1)
                    if cost < value[j, mode]:
                        value[j, mode], first[j, mode], from_mode[j, mode] = cost, i, before
                a = b
    last = tasks[count - 1]
    turned = value[count - 1, 1] + ends[last, ENDING + 1] < value[count - 1, 0] + ends[last, ENDING]
    mode = 1 if turned else 0
    for e in tasks:
        kept[e, VISIT] = 0
    j = count - 1
    while j >= 0:
        i = first[j, mode]
        kept[tasks[i], VISIT] = i > 0
        mode = from_mode[j, mode]
        j = i - 1


@njit(cache=True, nogil=True)
def set_route(tables: Tables, routes: Routes, r: int, tasks: NDArray[np.int32]) -> None:
    """Give route r its tasks, empty the vehicle where that costs least, and fill what is kept."""
    kept, left, count = routes.kept, routes.left, tasks.size
    capacity = tables.limits[CAPACITY]
    routes.length[r] = count
    routes.worth[r, 0], routes.worth[r, 1], routes.price[r] = 0, 0, 0.0
    if count == 0:
        return
    for i in range(count):
        routes.seq[r, i] = tasks[i]
        kept[tasks[i], WHERE], kept[tasks[i], PLACE] = r, i
    if tables.limits[HAS_VISITS] > 0:
        _place_visits(tables, routes, tasks)
    cost = _forth(tables, routes, tasks, 1)
    _forth(tables, routes, tasks, -1)
    for on in (1, -1):
        _home(tables, routes, tasks, on)
        for i in range(count):
            _inner(tables, routes, tasks, i, on)
    last = tasks[count - 1]
    excess = kept[last, CLOSED] + max(ZERO, kept[last, LOAD] - capacity)
    routes.worth[r, 0], routes.worth[r, 1] = cost, excess
    routes.price[r] = priced(tables, cost, excess)
    for i in range(count):
        way = at_end(routes, tasks[i - 1] if i > 0 else np.int32(-1))
        for many in range(2):
            s = tasks[i + many + 1] if i + many + 1 < count else np.int32(-1)
            left[tasks[i], many] = and_rest(tables, routes, way, s)
