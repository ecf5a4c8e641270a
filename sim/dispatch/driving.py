"""Compiled driving: times, positions en route and metres on the three travel models.

On streets, times come from *rows*: one backward shortest-path tree a target node, layer (0
ordinary, 1 under lights) and period of the week. Rows live in a pool; where all of them fit they
are made once, else those in use are kept and the oldest is replaced. Either way they hold the same
numbers, so results do not depend on the size of the pool.

A trip from spot (e, f) to spot (g, h) leaves by one end of its street and enters by one end of the
other, or runs along one street. The choices are coded:

0 forward along e; 1 backward along e; 2 + 2 * exit + entry otherwise, where exit 0 is by the head
of e and 1 by its tail (where the street is two-way), entry 0 by the tail of g and 1 by its head.

Edge times are whole multiples of 2^-20 s, so that sums of them are exact and do not depend on the
order of adding: every exact method gives the same bits.

The first of equal choices is taken, and at a node the first edge on a quickest way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.cch.customise import Half
from networks.cch.many import tree
from networks.kernels import Scratch, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

STREETS, MATRIX, PLANE = 0, 1, 2
WEEK_S = 604_800.0
NO_WAY = -1
HOURS = 168


class Roads(NamedTuple):
    """Arrays of a travel model; what a kind does not use has length 0 or 1.

    ``lights_layer`` is 1 where times under lights are a layer of their own, else 0.
    ``times`` has a row a layer and period (layer * periods + period), ``in_times`` the same in the
    order of the backward adjacency; ``run_h[h]`` is the number of
    hours from the start of hour h of the week until the period changes (inf: never). With
    ``hierarchy`` 1, rows come from the contraction hierarchy of each layer and period: arcs on
    which one climbs from a target and descends to the others, ``*_indptr`` with a row each.
    """

    kind: int
    periods: int
    lights_layer: int
    indptr: NDArray[np.int64]
    head: NDArray[np.int32]
    tail: NDArray[np.int32]
    reverse: NDArray[np.int32]
    in_indptr: NDArray[np.int64]
    in_other: NDArray[np.int32]
    in_times: NDArray[np.float64]
    times: NDArray[np.float64]
    length_m: NDArray[np.float64]
    period_of_hour: NDArray[np.int64]
    run_h: NDArray[np.float64]
    rows: NDArray[np.float64]
    row_of: NDArray[np.int32]
    row_key: NDArray[np.int64]
    cursor: NDArray[np.int64]
    scratch: Scratch
    seed: NDArray[np.int64]
    no_cost: NDArray[np.float64]
    all_wanted: NDArray[np.bool_]
    hierarchy: int
    rank: NDArray[np.int32]
    node_of_rank: NDArray[np.int32]
    parent: NDArray[np.int32]
    climb_indptr: NDArray[np.int64]
    climb_above: NDArray[np.int32]
    climb_s: NDArray[np.float64]
    descend_indptr: NDArray[np.int64]
    descend_above: NDArray[np.int32]
    descend_s: NDArray[np.float64]
    label: NDArray[np.float64]
    matrix: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    acceleration: float
    cruising: float


@njit(cache=True, nogil=True)
def make_row(roads: Roads, layer_period: int, node: int, row: int) -> None:
    """Fill a row of the pool: seconds from every node to ``node``."""
    old = roads.row_key[row]
    n = roads.row_of.shape[1]
    if old >= 0:
        roads.row_of[old // n, old % n] = -1
    if roads.hierarchy == 1:
        roads.seed[0] = roads.rank[node]
        tree(
            roads.parent,
            Half(roads.climb_indptr[layer_period], roads.climb_above, roads.climb_s),
            Half(roads.descend_indptr[layer_period], roads.descend_above, roads.descend_s),
            roads.node_of_rank, roads.seed, roads.no_cost, roads.label, roads.rows[row],
        )  # fmt: skip
        roads.row_of[layer_period, node] = row
        roads.row_key[row] = layer_period * n + node
        return
    roads.seed[0] = node
    search(
        roads.in_indptr, roads.in_other, roads.in_times[layer_period],
        roads.seed, roads.no_cost, roads.all_wanted, -1, roads.scratch,
    )  # fmt: skip
    roads.rows[row, :] = roads.scratch.dist
    roads.row_of[layer_period, node] = row
    roads.row_key[row] = layer_period * n + node


@njit(cache=True, nogil=True)
def row_to(roads: Roads, layer_period: int, node: int, keep: int) -> int:
    """Row of the pool with the times to a node, made if need be, never in place of ``keep``.

    ``cursor`` holds the next row to replace and the first that may be replaced.
    """
    row = roads.row_of[layer_period, node]
    if row >= 0:
        return row
    row = roads.cursor[0]
    if row == keep:
        row = row + 1 if row + 1 < roads.rows.shape[0] else roads.cursor[1]
    make_row(roads, layer_period, node, row)
    roads.cursor[0] = row + 1 if row + 1 < roads.rows.shape[0] else roads.cursor[1]
    return row


@njit(cache=True, nogil=True)
def hour_of(week_s: float) -> int:
    """Hour of the week, 0 to 167."""
    return int(week_s // 3600.0) % HOURS


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
        Second of the week at departure: its period chose the way.
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
    w_chosen = times[chosen]
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
    for j in range(to_place.size):
        for i in range(place.size):
            out[i, j] = time_between(
                roads, layer, week_s, place[i], a[i], b[i], to_place[j], to_a[j], to_b[j]
            )[0]
    return out
