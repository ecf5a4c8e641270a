"""Least costs between places of a street network, without more search than is needed.

Dijkstra's algorithm from a place stops when all that is asked for has been reached; between the
ends of neighbouring streets that is a matter of some junctions, however large the network is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.errors import InputError
from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["FAR", "Graph", "costs_from", "graph_of", "pair_costs", "sorted_arcs", "table_of"]

FAR = np.int32(1 << 29)
"""Stands for unreachable, and for an arc that cannot be driven; sums of three stay in 32 bits."""

_ROWS = 100
"""Searches between two looks at whether Ctrl-C was pressed."""


class Graph(NamedTuple):
    """Arcs by the node that they leave (or enter): ``other[k]``, k in ``ptr[v]:ptr[v + 1]``.

    Parameters
    ----------
    ptr : int64[v + 1]
    other : int64[a]
    cost : int64[a]
    """

    ptr: NDArray[np.int64]
    other: NDArray[np.int64]
    cost: NDArray[np.int64]


def graph_of(problem: ArcProblem) -> Graph:
    """Streets of a problem, turns apart."""
    return sorted_arcs(problem.n_nodes, problem.tail, problem.head, problem.cost)


def sorted_arcs(
    n: int, near: NDArray[np.int64], far: NDArray[np.int64], cost: NDArray[np.int64]
) -> Graph:
    """Sort arcs by the node that a search comes upon first.

    Parameters
    ----------
    n
        Nodes.
    near, far : int64[a]
        Tail and head of each arc; the other way round to search backwards.
    cost : int64[a]
        Of each.
    """
    order = np.argsort(near, kind="stable")
    ptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(near, minlength=n), out=ptr[1:])
    return Graph(ptr, far[order].astype(np.int64), cost[order].astype(np.int64))


def costs_from(graph: Graph, nodes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Find the least costs from some nodes to all.

    Returns
    -------
    int32[k, v]
        `FAR` where there is no way.

    Raises
    ------
    InputError
        If a cost is as large as `FAR`.
    """
    return _rows(graph, nodes, np.arange(len(graph.ptr) - 1), len(graph.ptr) - 1)


def table_of(
    graph: Graph, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Find the least costs from some nodes to some nodes; each search stops when all are reached.

    Parameters
    ----------
    graph
        The arcs.
    rows, columns : int64[p], int64[q]
        Those nodes; columns each once.

    Returns
    -------
    int32[p, q]
        `FAR` where there is no way.

    Raises
    ------
    InputError
        If a cost is as large as `FAR`.
    """
    column = np.full(len(graph.ptr) - 1, -1, dtype=np.int64)
    column[columns] = np.arange(len(columns))
    return _rows(graph, rows, column, len(columns))


def pair_costs(graph: Graph, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the least cost from each start to its end.

    Returns
    -------
    int64[k]
        `FAR` where there is no way.
    """
    out = np.empty(len(start), dtype=np.int64)
    for first in range(0, len(start), 20 * _ROWS):
        part = slice(first, first + 20 * _ROWS)
        search_pairs(*graph, start[part].copy(), end[part].copy(), out[part])
    return out


def _rows(
    graph: Graph, nodes: NDArray[np.int64], column: NDArray[np.int64], wanted: int
) -> NDArray[np.int32]:
    table = np.full((len(nodes), wanted), FAR, dtype=np.int32)
    sources = np.ascontiguousarray(nodes, dtype=np.int64)
    for first in range(0, len(sources), _ROWS):
        part = slice(first, first + _ROWS)
        if not search_rows(*graph, sources[part].copy(), column, wanted, table[part]):
            raise InputError("costs are too large", mend="use a larger unit")
    return table


# ---- compiled: a heap of two children, entries that have been bettered are passed over


@njit(cache=True, nogil=True)
def push(key: NDArray[np.int64], item: NDArray[np.int64], size: int, cost: int, node: int) -> None:
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if key[parent] <= cost:
            break
        key[at] = key[parent]
        item[at] = item[parent]
        at = parent
    key[at] = cost
    item[at] = node


@one_version
@njit(cache=True, nogil=True)
def drop(key: NDArray[np.int64], item: NDArray[np.int64], size: int) -> None:
    """Take the first of ``size`` entries out."""
    cost = key[size - 1]
    node = item[size - 1]
    last = size - 1
    at = 0
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and key[child + 1] < key[child]:
            child += 1
        if key[child] >= cost:
            break
        key[at] = key[child]
        item[at] = item[child]
        at = child
    key[at] = cost
    item[at] = node


@njit(cache=True, nogil=True)
def search_rows(
    ptr: NDArray[np.int64],
    other: NDArray[np.int64],
    cost: NDArray[np.int64],
    sources: NDArray[np.int64],
    column: NDArray[np.int64],
    wanted: int,
    table: NDArray[np.int32],
) -> bool:
    """Fill a row of the table from each source; stop when ``wanted`` columns are filled.

    Returns False where a cost is too large.
    """
    n = ptr.size - 1
    least = np.full(n, np.int64(1) << 60)
    key = np.empty(other.size + 1, np.int64)
    item = np.empty(other.size + 1, np.int64)
    seen = np.empty(n, np.int64)
    for row in range(sources.size):
        source = sources[row]
        least[source] = 0
        seen[0] = source
        met = 1
        key[0] = 0
        item[0] = source
        size = 1
        left = wanted
        while size > 0 and left > 0:
            spent = key[0]
            v = item[0]
            drop(key, item, size)
            size -= 1
            if spent > least[v]:
                continue
            if spent >= FAR:
                return False
            if column[v] >= 0:
                table[row, column[v]] = spent
                left -= 1
            for k in range(ptr[v], ptr[v + 1]):
                w = other[k]
                through = spent + cost[k]
                if through < least[w]:
                    if least[w] >= np.int64(1) << 60:
                        seen[met] = w
                        met += 1
                    least[w] = through
                    push(key, item, size, through, w)
                    size += 1
        for k in range(met):
            least[seen[k]] = np.int64(1) << 60
    return True


@njit(cache=True, nogil=True)
def search_pairs(
    ptr: NDArray[np.int64],
    other: NDArray[np.int64],
    cost: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:
    """Least cost from each start to its end; stops there."""
    n = ptr.size - 1
    least = np.full(n, np.int64(1) << 60)
    key = np.empty(other.size + 1, np.int64)
    item = np.empty(other.size + 1, np.int64)
    seen = np.empty(n, np.int64)
    for row in range(start.size):
        out[row] = FAR
        if start[row] == end[row]:
            out[row] = 0
            continue
        least[start[row]] = 0
        seen[0] = start[row]
        met = 1
        key[0] = 0
        item[0] = start[row]
        size = 1
        while size > 0:
            spent = key[0]
            v = item[0]
            drop(key, item, size)
            size -= 1
            if spent > least[v]:
                continue
            if v == end[row]:
                out[row] = spent
                break
            for k in range(ptr[v], ptr[v + 1]):
                w = other[k]
                through = spent + cost[k]
                if through < least[w]:
                    if least[w] >= np.int64(1) << 60:
                        seen[met] = w
                        met += 1
                    least[w] = through
                    push(key, item, size, through, w)
                    size += 1
        for k in range(met):
            least[seen[k]] = np.int64(1) << 60
