"""Compiled rows: seconds from every node to one, with the streets that are closed left out.

A *row* is one backward shortest-path tree: a target node, a layer (0 ordinary, 1 under lights), a
period of the week and a set of closed streets. Rows live in a pool; where all of them fit they are
made once, else those in use are kept and the oldest is replaced. Either way they hold the same
numbers, so results do not depend on the size of the pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from networks.cch.customise import Half
from networks.cch.many import tree
from networks.kernels import search
from networks.one_version import one_version
from sim.dispatch.roads import FIRST_LINE, SET
from sim.dispatch.structs import RoadsStruct

if TYPE_CHECKING:
    from sim.dispatch.roads import Roads


@one_version
@njit(cache=True, nogil=True)
def close_set(roads: Roads, number: int) -> None:
    """Close the streets of a set, and reopen those of the set before."""
    before = roads.now[SET]
    if before == number:
        return
    pointer, edges, layers = roads.set_indptr, roads.set_edge, roads.times.shape[0]
    for at in range(pointer[before], pointer[before + 1]):
        e = edges[at]
        for layer in range(layers):
            roads.open_s[layer, e] = roads.times[layer, e]
            roads.in_times[layer, roads.in_place[e]] = roads.times[layer, e]
    for at in range(pointer[number], pointer[number + 1]):
        e = edges[at]
        for layer in range(layers):
            roads.open_s[layer, e] = np.inf
            roads.in_times[layer, roads.in_place[e]] = np.inf
    roads.now[SET] = number
    if roads.row_of.shape[0] > layers:
        roads.now[FIRST_LINE] = number * layers
    else:  # no room to keep the rows of other sets
        roads.row_of[:] = -1
        roads.row_key[:] = -1
        roads.cursor[:] = 0


@one_version
@njit(cache=True, nogil=True)
def make_row(roads: Roads, layer_period: int, node: int, row: int) -> None:
    """Fill a row of the pool: seconds from every node to ``node`` on the streets open now."""
    old = roads.row_key[row]
    n = roads.row_of.shape[1]
    if old >= 0:
        roads.row_of[old // n, old % n] = -1
    metric = roads.now[SET] * roads.times.shape[0] + layer_period
    if roads.hierarchy == 1 and metric < roads.climb_indptr.shape[0]:
        roads.seed[0] = roads.rank[node]
        tree(
            roads.parent,
            Half(roads.climb_indptr[metric], roads.climb_above, roads.climb_s),
            Half(roads.descend_indptr[metric], roads.descend_above, roads.descend_s),
            roads.node_of_rank, roads.seed, roads.no_cost, roads.label, roads.rows[row],
        )  # fmt: skip
    else:
        roads.seed[0] = node
        search(
            roads.in_indptr, roads.in_other, roads.in_times[layer_period],
            roads.seed, roads.no_cost, roads.all_wanted, -1, roads.scratch,
        )  # fmt: skip
        roads.rows[row, :] = roads.scratch.dist
    line = roads.now[FIRST_LINE] + layer_period
    roads.row_of[line, node] = row
    roads.row_key[row] = line * n + node


@one_version
@njit(cache=True, nogil=True)
def row_to(roads: Roads, layer_period: int, node: int, keep: int) -> int:
    """Row of the pool with the times to a node, made if need be, never in place of ``keep``.

    ``cursor`` holds the next row to replace and the first that may be replaced.
    """
    row = roads.row_of[roads.now[FIRST_LINE] + layer_period, node]
    if row >= 0:
        return row
    row = roads.cursor[0]
    if row == keep:
        row = row + 1 if row + 1 < roads.rows.shape[0] else roads.cursor[1]
    make_row(roads, layer_period, node, row)
    roads.cursor[0] = row + 1 if row + 1 < roads.rows.shape[0] else roads.cursor[1]
    return row


@njit(cache=True, nogil=True)
def fill_row(roads: Roads, layer_period: int, node: int, row: int) -> None:
    """Do `make_row` for Python, on streets as the simulation has them: they share what is compiled.

    Parameters
    ----------
    roads
        The streets, with the pool that the row is in.
    layer_period, node, row
        What the row is of, and its place.
    """
    streets: Any = RoadsStruct(*roads)
    make_row(streets, layer_period, node, row)
