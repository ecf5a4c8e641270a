"""Compiled driving: times, positions en route and metres on the three travel models.

On streets, times between nodes come from *rows* (`sim.dispatch.rows`), which leave closed streets
out. The first and the last stretch of a trip are driven at the times of the open street: who stands
on a closed street may leave it, and who has a place on it may drive in.

A trip from spot (e, f) to spot (g, h) leaves by one end of its street and enters by one end of the
other, or runs along one street. The choices are coded:

0 forward along e; 1 backward along e; 2 + 2 * exit + entry otherwise, where exit 0 is by the head
of e and 1 by its tail (where the street is two-way), entry 0 by the tail of g and 1 by its head.

Edge times are whole multiples of 2^-20 s, so that sums of them are exact and do not depend on the
order of adding: every exact method gives the same bits.

The first of equal choices is taken, and at a node the first edge on a quickest way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.dispatch.rows import row_to
from sim.dispatch.structs import RoadsStruct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.dispatch.roads import Roads

STREETS, MATRIX, PLANE = 0, 1, 2
WEEK_S = 604_800.0
NO_WAY = -1
HOURS = 168


@njit(cache=True, nogil=True)
def hour_of(week_s: float) -> int:
    """Hour of the week, 0 to 167."""
    return int(week_s // 3600.0) % HOURS


@one_version
@njit(cache=True, nogil=True)
def street_time(
    roads: Roads, layer_period: int, e: int, f: float, g: int, h: float
) -> tuple[float, int]:
    """Seconds from spot (e, f) to spot (g, h) and the code of the way; inf, -1 if there is none."""
    w = roads.times[layer_period]
    best = np.inf
    code = NO_WAY
    r = roads.reverse[e]
    s = roads.reverse[g]
    if e == g or (r >= 0 and r == g):
        # The target as a fraction of e.
        on_e = h if e == g else 1.0 - h
        if on_e >= f:
            t = (on_e - f) * w[e]
            if t < best:
                best = t
                code = 0
        if r >= 0 and on_e <= f:
            t = (f - on_e) * w[r]
            if t < best:
                best = t
                code = 1
    rows = roads.rows
    row0 = row_to(roads, layer_period, roads.tail[g], -1)
    in0 = h * w[g]
    row1 = -1
    in1 = np.inf
    if s >= 0:
        row1 = row_to(roads, layer_period, roads.head[g], row0)
        in1 = (1.0 - h) * w[s]
    out = (1.0 - f) * w[e]
    node = roads.head[e]
    t = (out + rows[row0, node]) + in0
    if t < best:
        best = t
        code = 2
    if row1 >= 0:
        t = (out + rows[row1, node]) + in1
        if t < best:
            best = t
            code = 3
    if r >= 0:
        out = f * w[r]
        node = roads.tail[e]
        t = (out + rows[row0, node]) + in0
        if t < best:
            best = t
            code = 4
        if row1 >= 0:
            t = (out + rows[row1, node]) + in1
            if t < best:
                best = t
                code = 5
    return best, code


@one_version
@njit(cache=True, nogil=True)
def time_between(
    roads: Roads,
    layer: int,
    week_s: float,
    place: int,
    a: float,
    b: float,
    to_place: int,
    to_a: float,
    to_b: float,
) -> tuple[float, int]:
    """Seconds between two spots at the speeds of a moment, and the code of the way."""
    if roads.kind == STREETS:
        period = roads.period_of_hour[hour_of(week_s)]
        return street_time(roads, layer * roads.periods + period, place, a, to_place, to_a)
    if roads.kind == MATRIX:
        return roads.matrix[place, to_place], 0
    d = np.sqrt((to_a - a) * (to_a - a) + (to_b - b) * (to_b - b))
    v = roads.cruising
    if d <= v * v / roads.acceleration:
        return 2.0 * np.sqrt(d / roads.acceleration), 0
    return v / roads.acceleration + d / v, 0


@one_version
@njit(cache=True, nogil=True)
def walk(
    roads: Roads,
    layer: int,
    factor: float,
    week_s: float,
    code: int,
    e: int,
    f: float,
    g: int,
    h: float,
    limit_s: float,
) -> tuple[int, float, float, float]:
    """Drive a way over streets for at most ``limit_s`` seconds.

    Parameters
    ----------
    factor
        Speed as a multiple of the layer's.
    week_s
        Second of the week at departure: its period chose the way. The streets that are closed have
        not changed since then; at every change a way is chosen anew.
    code, e, f, g, h
        The way, see the module's text.

    Returns
    -------
    edge, fraction, metres, seconds
        Where the unit then is, what it drove, how long it took.
    """
    hour = hour_of(week_s)
    period = roads.period_of_hour[hour]
    chosen = layer * roads.periods + period
    change = roads.run_h[hour] * 3600.0 - (week_s - hour * 3600.0)
    times, length_m, head, indptr = roads.times, roads.length_m, roads.head, roads.indptr
    row = roads.rows[0]
    w_chosen = roads.open_s[chosen]
    elapsed = 0.0
    metres = 0.0
    r = roads.reverse[e]
    entry_node = -1
    if code >= 2:
        by_head = (code - 2) % 2 == 1
        entry_node = roads.head[g] if by_head else roads.tail[g]
        row = roads.rows[row_to(roads, chosen, entry_node, -1)]
    # The first stretch.
    edge = e
    start = f
    end = 1.0
    stage = 0
    if code == 0:
        end = h if e == g else 1.0 - h
        stage = 2
    elif code == 1:
        edge = r
        start = 1.0 - f
        end = 1.0 - (h if e == g else 1.0 - h)
        stage = 2
    elif code >= 4:
        edge = r
        start = 1.0 - f
    while True:
        # Drive edge from start to end, over changes of speed.
        at = start
        while True:
            w = times[layer * roads.periods + period, edge] / factor
            need = (end - at) * w
            stop = min(limit_s, change)
            if elapsed + need <= stop:
                elapsed += need
                break
            share = (stop - elapsed) / w
            at = at + share
            at = min(at, end)
            elapsed = stop
            if stop == limit_s:
                metres += (at - start) * length_m[edge]
                return edge, at, metres, elapsed
            hour = hour_of(week_s + change)
            period = roads.period_of_hour[hour]
            change = change + roads.run_h[hour] * 3600.0
        metres += (end - start) * length_m[edge]
        if stage == 2:
            return edge, end, metres, elapsed
        node = head[edge]
        start = 0.0
        if stage == 0 or stage == 1:
            stage = 1
            if node == entry_node:
                stage = 2
                if (code - 2) % 2 == 0:
                    edge = g
                    end = h
                else:
                    edge = roads.reverse[g]
                    end = 1.0 - h
            else:
                for k in range(indptr[node], indptr[node + 1]):
                    if w_chosen[k] + row[head[k]] == row[node]:
                        edge = k
                        break
                end = 1.0


@njit(cache=True, nogil=True)
def nearest_place(roads: Roads, x: float, y: float) -> int:
    """Place of a matrix that lies nearest; the first of equals."""
    best = np.inf
    found = 0
    for k in range(roads.x.size):
        d = (roads.x[k] - x) * (roads.x[k] - x) + (roads.y[k] - y) * (roads.y[k] - y)
        if d < best:
            best = d
            found = k
    return found


@njit(cache=True, nogil=True)
def times_table(
    roads: Roads,
    layer: int,
    week_s: float,
    place: NDArray[np.int64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    to_place: NDArray[np.int64],
    to_a: NDArray[np.float64],
    to_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Seconds from spots to spots at the speeds of a moment, shape (spots, to-spots)."""
    out = np.empty((place.size, to_place.size))
    streets: Any = RoadsStruct(*roads)  # as the simulation has them: what is compiled is shared
    for j in range(to_place.size):
        for i in range(place.size):
            out[i, j] = time_between(
                streets, layer, week_s, place[i], a[i], b[i], to_place[j], to_a[j], to_b[j]
            )[0]
    return out
