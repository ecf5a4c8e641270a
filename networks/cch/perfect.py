"""The shortest time between the two ends of each arc at all, and the few arcs that ways need.

Perfect customisation goes down the hierarchy (Dibbelt, Strasser, Wagner 2016, section 7.3). The
upper ends of a node are joined with each other, and once the arcs between them are as short as can
be, so are the node's own arcs after one look: the least over each upper end of the arc to it and
the shortest time from there on. Arcs that this lowers are not needed by any query, since another
way is shorter, and are left out. Only arcs that a strictly shorter way replaces go, so that
streets of no time do no harm.

Nearly all the work lies in separators, whose nodes have the same upper ends outside. The shortest
times between those stand in one table, to which the nodes are added by and by; eight nodes are
looked at together, a product of the eight rows and the table in which a sum is a minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.cch.minplus import least_over, lower_by_four, lower_by_one

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOGETHER = 8
"""Nodes looked at together."""

_ALONE = 2
"""Up to so many nodes with the same upper ends are looked at one by one."""

_TILE = 512
"""Columns of the table taken at once: four rows of so many stay in the nearest cache."""


@njit(cache=True, nogil=True)
def _one_by_one(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    first: int,
    last: int,
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    """Shortest times of the arcs of a few nodes, the highest node first."""
    for v in range(last, first - 1, -1):
        end = indptr[v + 1]
        for arc in range(end - 1, indptr[v] - 1, -1):
            k = indptr[above[arc]]
            there_s, back_s = up_s[arc], down_s[arc]
            best_there, best_back = there_s, back_s
            for j in range(arc + 1, end):
                while above[k] < above[j]:
                    k += 1
                best_there = min(best_there, up_s[j] + down_s[k])
                best_back = min(best_back, up_s[k] + down_s[j])
                by_up = there_s + up_s[k]
                up_s[j] = min(up_s[j], by_up)
                by_down = down_s[k] + back_s
                down_s[j] = min(down_s[j], by_down)
            up_s[arc], down_s[arc] = best_there, best_back


@njit(cache=True, nogil=True)
def _fill_tables(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    nodes: NDArray[np.int32],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
    table: NDArray[np.float64],
    turned: NDArray[np.float64],
) -> None:
    """Put the times between some nodes into a table, and turned into another."""
    n = len(nodes)
    for i in range(n):
        table[i, i] = 0.0
        turned[i, i] = 0.0
        k = indptr[nodes[i]]
        j = i + 1
        while j < n:
            if above[k] == nodes[j]:
                table[i, j] = up_s[k]
                turned[j, i] = up_s[k]
                table[j, i] = down_s[k]
                turned[i, j] = down_s[k]
                j += 1
            k += 1


@njit(cache=True, nogil=True)
def lower_rows(
    table: NDArray[np.float64],
    n_rows: int,
    n_columns: int,
    old: NDArray[np.float64],
    new: NDArray[np.float64],
) -> None:
    """Lower each ``new[i, j]`` to the least ``old[i, k] + table[k, j]``.

    Parameters
    ----------
    table
        Square, float64[..., ...].
    n_rows, n_columns
        How much of the arrays is meant.
    old, new
        Rows of seconds, [n_rows, n_columns] or more; ``new`` is lowered in place.
    """
    for low in range(0, n_columns, _TILE):
        high = min(n_columns, low + _TILE)
        k = 0
        while k + 4 <= n_columns:
            a, b = table[k, low:high], table[k + 1, low:high]
            c, d = table[k + 2, low:high], table[k + 3, low:high]
            for i in range(n_rows):
                lower_by_four(
                    new[i, low:high], a, b, c, d, old[i, k], old[i, k + 1], old[i, k + 2],
                    old[i, k + 3],
                )  # fmt: skip
            k += 4
        while k < n_columns:
            for i in range(n_rows):
                lower_by_one(new[i, low:high], table[k, low:high], old[i, k])
            k += 1


@njit(cache=True, nogil=True)
def _among_themselves(
    n_rows: int,
    width: int,
    old_up: NDArray[np.float64],
    old_down: NDArray[np.float64],
    new_up: NDArray[np.float64],
    new_down: NDArray[np.float64],
) -> None:
    """Lower rows over each other, and the arcs between their nodes; the first is the highest."""
    for i in range(n_rows):
        for j in range(i):
            at = width + j
            lower_by_one(new_up[i, :at], new_up[j, :at], old_up[i, at])
            lower_by_one(new_down[i, :at], new_down[j, :at], old_down[i, at])
            there = least_over(old_up[i, :at], new_down[j, :at], new_up[i, at])
            back = least_over(old_down[i, :at], new_up[j, :at], new_down[i, at])
            for k in range(j + 1, i):
                there = min(there, old_up[i, width + k] + new_up[k, at])
                back = min(back, old_down[i, width + k] + new_down[k, at])
            new_up[i, at], new_down[i, at] = there, back


@njit(cache=True, nogil=True)
def _take_row(times: NDArray[np.float64], outside: int, row: NDArray[np.float64]) -> None:
    """Put a node's arcs into the columns of a table: outside, then its own kind from the top."""
    inside = len(times) - outside
    row[:outside] = times[inside:]
    for j in range(inside):
        row[outside + j] = times[inside - 1 - j]


@njit(cache=True, nogil=True)
def _give_row(row: NDArray[np.float64], outside: int, times: NDArray[np.float64]) -> None:
    """Take a node's arcs back from the columns of a table."""
    inside = len(times) - outside
    times[inside:] = row[:outside]
    for j in range(inside):
        times[inside - 1 - j] = row[outside + j]


@njit(cache=True, nogil=True)
def _widest(indptr: NDArray[np.int64], joined: NDArray[np.bool_]) -> int:
    """Most columns that a table will have."""
    widest = np.int64(0)
    first = 0
    for v in range(len(joined)):
        if not joined[v]:
            if v - first >= _ALONE:
                widest = max(widest, indptr[first + 1] - indptr[first] + 1)
            first = v + 1
    return int(widest)


@njit(cache=True, nogil=True)
def shortest(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    joined: NDArray[np.bool_],
    up_s: NDArray[np.float64],
    down_s: NDArray[np.float64],
) -> None:
    """Lower the time of each arc to the shortest between its ends.

    Parameters
    ----------
    indptr, above, joined
        Of the topology.
    up_s, down_s
        Customised times of every arc; lowered in place.
    """
    widest = _widest(indptr, joined)
    pool, pool_turned = np.empty(widest * widest), np.empty(widest * widest)
    old_up, old_down = np.empty((TOGETHER, widest)), np.empty((TOGETHER, widest))
    new_up, new_down = np.empty((TOGETHER, widest)), np.empty((TOGETHER, widest))
    last = len(indptr) - 2
    while last >= 0:
        first = last
        while first > 0 and joined[first - 1]:
            first -= 1
        if last - first < _ALONE:
            _one_by_one(indptr, above, first, last, up_s, down_s)
            last = first - 1
            continue
        outside = indptr[last + 1] - indptr[last]
        size = outside + last - first + 1
        table = pool[: size * size].reshape(size, size)
        turned = pool_turned[: size * size].reshape(size, size)
        nodes = above[indptr[last] : indptr[last + 1]]
        _fill_tables(indptr, above, nodes, up_s, down_s, table, turned)
        width = outside
        top = last
        while top >= first:
            n_rows = min(TOGETHER, top - first + 1)
            for i in range(n_rows):
                begin, end = indptr[top - i], indptr[top - i + 1]
                _take_row(up_s[begin:end], outside, old_up[i])
                _take_row(down_s[begin:end], outside, old_down[i])
                new_up[i, : width + i] = old_up[i, : width + i]
                new_down[i, : width + i] = old_down[i, : width + i]
            lower_rows(table, n_rows, width, old_up, new_up)
            lower_rows(turned, n_rows, width, old_down, new_down)
            _among_themselves(n_rows, width, old_up, old_down, new_up, new_down)
            for i in range(n_rows):
                begin, end = indptr[top - i], indptr[top - i + 1]
                _give_row(new_up[i], outside, up_s[begin:end])
                _give_row(new_down[i], outside, down_s[begin:end])
                at = width + i
                table[at, :at] = new_up[i, :at]
                table[:at, at] = new_down[i, :at]
                turned[at, :at] = new_down[i, :at]
                turned[:at, at] = new_up[i, :at]
                table[at, at] = 0.0
                turned[at, at] = 0.0
            width += n_rows
            top -= n_rows
        last = first - 1


@njit(cache=True, nogil=True)
def needed(
    indptr: NDArray[np.int64],
    above: NDArray[np.int32],
    depth: NDArray[np.uint16],
    time_s: NDArray[np.float64],
    least_s: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.uint16]]:
    """Arcs that nothing shorter replaces: where each rank's begin, upper ends, times, depths."""
    n = len(indptr) - 1
    count = 0
    for k in range(len(time_s)):
        count += (time_s[k] < np.inf) & (time_s[k] <= least_s[k])
    begins = np.zeros(n + 1, dtype=np.int32)
    # One more than there are: every arc is written, and those that are not needed written over.
    ends = np.empty(count + 1, dtype=np.int32)
    times = np.empty(count + 1, dtype=np.float64)
    depths = np.empty(count + 1, dtype=np.uint16)
    filled = 0
    for r in range(n):
        for k in range(indptr[r], indptr[r + 1]):
            ends[filled] = above[k]
            times[filled] = time_s[k]
            depths[filled] = depth[above[k]]
            filled += (time_s[k] < np.inf) & (time_s[k] <= least_s[k])
        begins[r + 1] = filled
    return begins, ends[:count], times[:count], depths[:count]
