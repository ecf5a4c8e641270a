"""Parts of a large solution as small problems: the tasks near a place, the rest held together.

A cutout holds so many tasks that lie near one, and the routes that serve them. What else these
routes serve is not taken apart: a run of tasks that follow each other outside becomes one long
task with the begin of its first, the end of its last, its load and its cost, in the directions that
it has. A search of the cutout keeps every limit of the whole, at tables of a few hundred rows
(Taillard and Voss 2002, POPMUSIC; Santini, Schneider, Vidal and Vigo 2023, Decomposition strategies
for vehicle routing heuristics, INFORMS Journal on Computing 35(3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.routing.arcs.layout import Layout
from optimize.routing.arcs.ways import FAR, costs_from, drop, push, sorted_arcs, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.places import Places, Run
    from optimize.routing.arcs.ways import Graph

__all__ = ["Cutout", "Neighbours", "cut_out"]


@dataclass(frozen=True, eq=False)
class Cutout:
    """A small problem.

    Parameters
    ----------
    layout
        Its arrays.
    routes
        Elements of its routes as they are; the number of its tasks stands for a visit.
    kinds
        Of their vehicles.
    inside
        The tasks of the whole that each of its own stands for, in order.
    """

    layout: Layout
    routes: tuple[NDArray[np.int32], ...]
    kinds: tuple[int, ...]
    inside: tuple[NDArray[np.int64], ...]

    def whole(self, route: NDArray[np.int32], visit: int) -> NDArray[np.int32]:
        """Spell a route out in tasks of the whole; ``visit`` is its number for a visit."""
        n = len(self.inside)
        parts = [
            np.array([visit]) if element == n else self.inside[element]
            for element in route.tolist()
        ]
        return np.concatenate(parts).astype(np.int32)


class Neighbours:
    """Which tasks lie near a task on the streets.

    Parameters
    ----------
    places
        The problem's.
    """

    def __init__(self, places: Places) -> None:
        self.graph: Graph = places.graph
        n, arcs = places.n, places.arc
        both = arcs[:, 0] != arcs[:, 1]
        task = np.concatenate([np.arange(n), np.flatnonzero(both)])
        node = np.concatenate([places.enter[:, 0], places.enter[both, 1]])
        self.entered: Graph = sorted_arcs(len(self.graph.ptr) - 1, node, task, np.zeros_like(task))
        self.leave = places.leave
        self.n = n

    def of(self, task: int, most: int) -> tuple[NDArray[np.int64], int]:
        """Give the tasks nearest to the end of a task, and the cost of the way to the last.

        The task itself comes first, then the nearest.
        """
        found = np.empty(min(most, self.n), dtype=np.int64)
        found[0] = task
        start = int(self.leave[task, 0])
        count, far = nearest(
            *self.graph, self.entered.ptr, self.entered.other, start, self.n, found
        )
        return found[:count], far


def cut_out(
    places: Places, runs: Sequence[Run], free: NDArray[np.bool_], centre: int, radius: int
) -> Cutout:
    """Make a small problem of some routes.

    Parameters
    ----------
    places
        The whole problem's.
    runs
        Those routes.
    free : bool[n]
        Tasks of the whole that are taken apart; all others in runs as long as can be.
    centre, radius
        A place, and the cost of the way from it within which the tasks lie; what lies farther off
        is looked up in another way and may be there as well.
    """
    problem = places.problem
    inside: list[NDArray[np.int64]] = []
    routes: list[NDArray[np.int32]] = []
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Run]] = []
    for run in runs:
        apart = free[run.tasks]
        begins = np.ones(len(run.tasks), dtype=np.bool_)
        begins[1:] = apart[1:] | apart[:-1] | run.visited[1:]
        begin = np.flatnonzero(begins)
        end = np.append(begin[1:], len(run.tasks))
        parts.append((begin, end, run))
    count = sum(len(begin) for begin, _, _ in parts)
    kinds = len(problem.fleet)
    serve = np.empty((kinds, count, 2), dtype=np.int64)
    enter = np.empty((count, 2), dtype=np.int64)
    leave = np.empty((count, 2), dtype=np.int64)
    demand = np.empty(count, dtype=np.int64)
    at = 0
    for begin, end, run in parts:
        here = slice(at, at + len(begin))
        task, mode = run.tasks[begin], run.mode[begin]
        tail, tail_mode = run.tasks[end - 1], run.mode[end - 1]
        long = (end - begin) > 1
        enter[here] = np.where(long[:, None], places.enter[task, mode][:, None], places.enter[task])
        leave[here] = np.where(
            long[:, None], places.leave[tail, tail_mode][:, None], places.leave[tail]
        )
        demand[here] = np.add.reduceat(problem.demand[run.tasks], begin)
        gap = run.gap.copy()
        gap[begin] = 0
        between = np.add.reduceat(gap, begin)
        for c in range(kinds):
            alone = places.serve[c][run.tasks, run.mode]
            spent = np.minimum(np.add.reduceat(alone, begin) + between, int(FAR))
            serve[c, here] = np.where(long[:, None], spent[:, None], places.serve[c][task])
        inside += [run.tasks[i:j] for i, j in zip(begin.tolist(), end.tolist(), strict=True)]
        number = np.arange(at, at + len(begin))
        spelled = np.column_stack([np.full(len(begin), count), number]).ravel()
        keep = np.column_stack([run.visited[begin], np.ones(len(begin), np.bool_)]).ravel()
        routes.append(spelled[keep].astype(np.int32))
        at += len(begin)
    layout = _layout(places, centre, radius, enter, leave, serve, demand)
    return Cutout(layout, tuple(routes), tuple(run.kind for run in runs), tuple(inside))


def _table(
    places: Places,
    centre: int,
    radius: int,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Least costs between places; those far from the centre are searched from on their own."""
    away = costs_from(places.graph, np.array([centre]))[0]
    far_row, far_column = away[rows] > radius, away[columns] > radius
    table = np.empty((len(rows), len(columns)), dtype=np.int32)
    near = np.flatnonzero(~far_row)
    table[np.ix_(near, ~far_column)] = table_of(places.graph, rows[near], columns[~far_column])
    if far_column.any():
        table[:, far_column] = costs_from(places.backward, columns[far_column])[:, rows].T
    if far_row.any():
        table[far_row] = costs_from(places.graph, rows[far_row])[:, columns]
    return table


def _layout(
    places: Places,
    centre: int,
    radius: int,
    enter: NDArray[np.int64],
    leave: NDArray[np.int64],
    serve: NDArray[np.int64],
    demand: NDArray[np.int64],
) -> Layout:
    """Tables between tasks that begin and end at given places."""
    problem = places.problem
    rows, columns = np.unique(leave), np.unique(enter)
    dist = _table(places, centre, radius, rows, columns)
    row, column = np.searchsorted(rows, leave), np.searchsorted(columns, enter)
    n = len(demand)
    step = np.empty((n, n, 4), dtype=np.int32)
    facilities = len(problem.facilities) > 0
    over = np.empty((n, n, 4) if facilities else (1, 1, 4), dtype=np.int32)
    through = np.full((1, 1), FAR, dtype=np.int64)
    if facilities:
        through = np.full(dist.shape, FAR, dtype=np.int64)
        for out, on in zip(places.to_dump[:, rows], places.from_dump[:, columns], strict=True):
            np.minimum(through, out[:, None] + on[None, :], out=through)
    for a in range(2):
        for b in range(2):
            pairs = np.ix_(row[:, a], column[:, b])
            step[:, :, 2 * a + b] = dist[pairs]
            if facilities:
                over[:, :, 2 * a + b] = through[pairs]
    home = places.back
    if facilities:
        home = np.stack([(places.to_dump + way[:, None]).min(axis=0) for way in places.home_dump])
    limits = np.array(
        [
            (
                kind.capacity,
                (1 << 50) if kind.most_cost is None else kind.most_cost,
                kind.route_cost,
                int(facilities),
            )
            for kind in problem.fleet
        ],
        dtype=np.int64,
    )
    none = np.zeros(0, dtype=np.int64)
    return Layout(
        step,
        over,
        np.minimum(places.out[:, enter], int(FAR)).astype(np.int32),
        np.minimum(home[:, leave], int(FAR)).astype(np.int32),
        serve.astype(np.int32),
        demand,
        limits,
        none,
        none,
        none,
        dist,
        problem.facilities,
    )


@njit(cache=True, nogil=True)
def nearest(
    ptr: NDArray[np.int64],
    other: NDArray[np.int64],
    cost: NDArray[np.int64],
    entered: NDArray[np.int64],
    task: NDArray[np.int64],
    start: int,
    n: int,
    found: NDArray[np.int64],
) -> tuple[int, int]:
    """Fill in the tasks that are entered nearest to a place, after ``found[0]``.

    Gives their number, and the cost of the way to the last.
    """
    nodes = ptr.size - 1
    least = np.full(nodes, np.int64(1) << 60)
    known = np.zeros(n, np.bool_)
    known[found[0]] = True
    many = 1
    key = np.empty(other.size + 1, np.int64)
    item = np.empty(other.size + 1, np.int64)
    least[start] = 0
    key[0] = 0
    item[0] = start
    size = 1
    spent = np.int64(0)
    while size > 0 and many < found.size:
        spent = key[0]
        v = item[0]
        drop(key, item, size)
        size -= 1
        if spent > least[v]:
            continue
        for k in range(entered[v], entered[v + 1]):
            if not known[task[k]] and many < found.size:
                known[task[k]] = True
                found[many] = task[k]
                many += 1
        for k in range(ptr[v], ptr[v + 1]):
            w = other[k]
            if spent + cost[k] < least[w]:
                least[w] = spent + cost[k]
                push(key, item, size, spent + cost[k], w)
                size += 1
    return many, int(spent)
