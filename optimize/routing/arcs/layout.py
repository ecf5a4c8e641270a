"""From a problem to the arrays that the kernels see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.turns import turn_table
from optimize.routing.arcs.ways import FAR, graph_of, table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["FAR", "Layout", "distances", "layout_of"]


@dataclass(frozen=True, eq=False)
class Layout:
    """Arrays of a problem; see `optimize.routing.arcs.kernels`.

    Parameters
    ----------
    step, over : int32[n, n, 4]
        Between tasks in their modes, straight and over the best facility.
    start, ending : int32[c, n, 2]
        From the depot of each kind of vehicle to each task, and home from it.
    serve : int32[c, n, 2]
        Cost of the service in each mode; `FAR` where the kind cannot.
    demand : int64[n]
        Of each task.
    limits : int64[c, 4]
        Of each kind: capacity, most cost of a route, cost of a route, whether there are facilities.
    point : int64[v]
        Row in `dist` of each node, -1 where it has none.
    enter, leave : int64[a]
        Column in `dist` of the begin of each arc, and row of its end, -1 where it has none; with
        turns either is a place of the arc's own.
    dist : int32[p, p]
        Least costs between the places at which something begins or ends.
    facilities : int64[f]
        Nodes where a vehicle may be emptied.
    """

    step: NDArray[np.int32]
    over: NDArray[np.int32]
    start: NDArray[np.int32]
    ending: NDArray[np.int32]
    serve: NDArray[np.int32]
    demand: NDArray[np.int64]
    limits: NDArray[np.int64]
    point: NDArray[np.int64]
    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    dist: NDArray[np.int32]
    facilities: NDArray[np.int64]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """In the order in which the kernels take them."""
        return (
            self.step, self.over, self.start, self.ending, self.serve, self.demand, self.limits,
        )  # fmt: skip

    def facility_between(self, leave: int, enter: int) -> int:
        """Node of the facility that lies best between a row and a column of `dist`."""
        rows = self.point[self.facilities]
        out = self.dist[leave, rows].astype(np.int64)
        on = self.dist[rows, enter].astype(np.int64)
        return int(self.facilities[int(np.argmin(out + on))])


def layout_of(problem: ArcProblem) -> Layout:
    """Lay a problem out.

    A street that is served in one direction only has that direction twice.

    Raises
    ------
    InputError
        If a task cannot be reached from the depot, or there is no way home from it.
    """
    two = problem.task_arc[:, 1] >= 0
    arcs = np.where(two[:, None], problem.task_arc, problem.task_arc[:, :1])
    fleet = problem.fleet
    depots = np.array([kind.depot for kind in fleet], dtype=np.int64)
    serve = np.stack([problem.costs_of(kind) for kind in fleet])
    point, enter, leave, dist = _places(problem, np.append(depots, problem.facilities), arcs)
    begin, end, depots = enter[arcs], leave[arcs], point[depots]
    facilities = point[problem.facilities]
    ending = np.stack([dist[end, depot] for depot in depots])
    through = np.zeros((1, 1), dtype=np.int32)
    if len(facilities):
        out = np.minimum(dist[:, facilities].astype(np.int64) + problem.visit_cost, FAR)
        on = dist[facilities, :].astype(np.int64)
        home = np.stack([(out + on[None, :, depot]).min(axis=1) for depot in depots])
        through = np.full(dist.shape, FAR, dtype=np.int32)
        for f in range(len(facilities)):
            np.minimum(
                through, np.minimum(out[:, f, None] + on[f], FAR), out=through, casting="unsafe"
            )
        ending = np.minimum(home, FAR).astype(np.int32)[:, end]
    limits = np.array(
        [
            (
                kind.capacity,
                (1 << 50) if kind.most_cost is None else kind.most_cost,
                kind.route_cost,
                int(len(facilities) > 0),
            )
            for kind in fleet
        ],
        dtype=np.int64,
    )
    layout = Layout(
        _by_modes(dist, begin, end),
        _by_modes(through, begin, end) if len(facilities) else np.zeros((1, 1, 4), np.int32),
        np.stack([dist[depot, begin] for depot in depots]),
        np.ascontiguousarray(ending),
        np.ascontiguousarray(np.where(serve < 0, FAR, serve), dtype=np.int32),
        problem.demand.copy(),
        limits,
        point,
        enter,
        leave,
        dist,
        problem.facilities,
    )
    away = (layout.start >= FAR) | (layout.ending >= FAR) | (serve < 0)
    lost = np.flatnonzero(away.all(axis=(0, 2)))
    if len(lost):
        raise InputError(
            f"task {lost[0]} cannot be reached from the depot and back",
            place=problem.name,
            mend="leave it out, or open a way to it",
        )
    return layout


def _places(
    problem: ArcProblem, nodes: NDArray[np.int64], arcs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Place of each node, of the begin and the end of each arc, and least costs between them."""
    if problem.turns is not None:
        table = turn_table(problem, np.unique(nodes), int(FAR))
        return table.node_row, table.arc_row, table.arc_row, table.dist
    nodes = np.unique(
        np.concatenate([nodes, problem.tail[arcs].ravel(), problem.head[arcs].ravel()])
    )
    point = np.full(problem.n_nodes, -1, dtype=np.int64)
    point[nodes] = np.arange(len(nodes))
    return point, point[problem.tail], point[problem.head], distances(problem, nodes)


def _by_modes(
    dist: NDArray[np.int32], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Least costs between tasks in all pairs of modes."""
    n = len(begin)
    table = np.empty((n, n, 4), dtype=np.int32)
    for a in range(2):
        for b in range(2):
            table[:, :, 2 * a + b] = dist[np.ix_(end[:, a], begin[:, b])]
    return table


def distances(problem: ArcProblem, nodes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Least costs between nodes, turns apart.

    Parameters
    ----------
    problem
        Its arcs.
    nodes : int64[k]
        Rows and columns.

    Returns
    -------
    int32[k, k]
        `FAR` where there is no way.

    Raises
    ------
    InputError
        If a cost is as large as `FAR`.
    """
    return table_of(graph_of(problem), nodes, nodes)
