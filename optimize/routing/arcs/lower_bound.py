"""What no solution of an arc-routing problem can cost less than, by cutting planes.

The routes together pass each arc some number of times without serving. What enters a node leaves it
again, and the border of any set of nodes is passed often enough for what is to be taken out of it,
for the routes that must come there, and for parity (see `optimize.routing.arcs.bound_sets`).

Belenguer and Benavent 2003, A cutting plane algorithm for the capacitated arc routing problem,
Computers and Operations Research 30(5), here with one-way streets (balance by direction), with
facilities and with a limit on each route. Where turns cost or are forbidden, the program counts
them (see `TurnRows`), once no more sets are found with free turns: it takes far longer so, and the
bound is no worse than with free turns whatever the time. Sets are the connected parts of what is
passed, and what lies beyond rings around depot and facilities; on small networks also those of
minimum cuts: of the border's passes for parity (Padberg and Rao 1982), of border less demand for
capacity.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.arcs.bound_sets import SetRules
from optimize.routing.arcs.turn_rows import TurnRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimize.routing.arcs.bound_sets import BorderSet
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["arc_lower_bound"]

_SCALE = 1_000_000
"""Capacities of minimum cuts are whole numbers of millionths."""
_MANY_PASSES = 100.0
"""More along one street count as so many where sets are looked for, not where they are cut."""

_EXACT_NODES = 400
"""Up to so many nodes minimum cuts are sought from every node; above, connected parts only."""

_SHARES = (1e-6, 0.25, 0.5, 0.75)
"""Passes above which an arc joins what it passes between."""


def arc_lower_bound(problem: ArcProblem, *, time_limit_s: float = 60.0) -> int:
    """Find a lower bound.

    Parameters
    ----------
    problem
        Costs are whole numbers, so the bound is one too.
    time_limit_s
        Wall-clock seconds; the bound of the cuts found by then holds.

    Returns
    -------
    int
        Least cost that the relaxation allows, rounded up.
    """
    if problem.n_tasks == 0:
        return 0
    return _Relaxation(problem).bound(time.perf_counter() + time_limit_s)


class _Relaxation:
    """Passes over arcs, directions of tasks, and the sets that bind them."""

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        n = problem.n_nodes
        self.arcs = len(problem.tail)
        both = np.flatnonzero(problem.task_arc[:, 1] >= 0)
        self.both = both
        self.u = problem.tail[problem.task_arc[:, 0]]
        self.v = problem.head[problem.task_arc[:, 0]]
        self.away = np.ones(n, dtype=np.bool_)  # nodes that a set may hold
        self.away[problem.depot] = False
        self.away[problem.facilities] = False
        self.rules = SetRules(problem)
        self.sets: list[BorderSet] = []
        self.routes = 1
        self.turns: TurnRows | None = None
        self.halted = False

    def _fixed(self) -> int:
        """Cost of the routes and visits that there must be."""
        problem = self.problem
        loads = max(self.routes, -(-int(problem.demand.sum()) // problem.capacity))
        if not len(problem.facilities):
            return problem.route_cost * loads
        return problem.route_cost * self.routes + problem.visit_cost * loads

    def bound(self, until: float) -> int:
        """Solve, cut, and solve again; then once more with turns, where they count."""
        best = self._climb(until, 0)
        problem = self.problem
        if problem.turns is None or self.halted or time.perf_counter() > until:
            return best
        self.turns = TurnRows(problem, self.both, np.flatnonzero(~self.away))
        return self._climb(until, best)

    def _climb(self, until: float, best: int) -> int:
        """Raise a bound until no set is broken, or the time is over."""
        while True:
            value, passes = self._solve(until)
            if passes is None:
                return best
            best = max(best, int(np.ceil(value - 1e-6)))
            if self._more_routes(best):
                best = max(best, int(np.ceil(value - 1e-6)) + self._fixed() - self.fixed)
            if time.perf_counter() > until or not self._cut(passes, until):
                return best

    def _more_routes(self, best: int) -> bool:
        """Count the routes that so much cost takes; say whether they are more than before."""
        problem = self.problem
        if problem.most_cost is None:
            return False
        need = -(-best // max(1, problem.most_cost + problem.route_cost))
        more = need > self.routes
        self.routes = max(self.routes, need)
        return more

    # ---- the linear program

    def _solve(self, until: float) -> tuple[float, NDArray[np.float64] | None]:
        from optimize.mip import LinearModel, Rows, solve_lp

        problem, both = self.problem, self.both
        rows = Rows()
        columns = np.arange(self.arcs)
        # balance of each node: arcs, and tasks by direction (variable: share served the other way)
        one, other = problem.task_arc[:, 0], problem.task_arc[both, 1]
        net = np.zeros(problem.n_nodes)
        np.add.at(net, problem.tail[one], 1.0)
        np.add.at(net, problem.head[one], -1.0)
        turned = self.arcs + np.arange(len(both))
        row = [problem.tail, problem.head]
        column = [columns, columns]
        value = [np.ones(self.arcs), -np.ones(self.arcs)]
        for node, sign in (
            (problem.tail[one[both]], -1.0),
            (problem.head[one[both]], 1.0),
            (problem.tail[other], 1.0),
            (problem.head[other], -1.0),
        ):
            row.append(node)
            column.append(turned)
            value.append(np.full(len(both), sign))
        rows.add(
            np.concatenate(row),
            np.concatenate(column),
            np.concatenate(value),
            lower=-net,
            upper=-net,
        )
        if self.sets:
            lengths = [len(border.arcs) for border in self.sets]
            rows.add(
                np.repeat(np.arange(len(lengths)), lengths),
                np.concatenate([border.arcs for border in self.sets]),
                1.0,
                lower=np.array([float(border.least) for border in self.sets]),
                upper=np.full(len(lengths), np.inf),
            )
        self.fixed = self._fixed()
        serve = problem.serve_cost
        cost = np.concatenate([problem.cost, serve[both, 1] - serve[both, 0]]).astype(np.float64)
        upper = np.concatenate([np.full(self.arcs, np.inf), np.ones(len(both))])
        if self.turns is not None:
            self.turns.add_to(rows)
            cost = np.concatenate([cost, self.turns.cost])
            upper = np.concatenate([upper, np.full(len(self.turns.cost), np.inf)])
        size = len(cost)
        model = LinearModel(
            cost,
            np.zeros(size),
            upper,
            np.zeros(size, np.bool_),
            rows,
            offset=float(serve[:, 0].sum() + self.fixed),
        )
        found = solve_lp(model, time_limit_s=max(0.1, until - time.perf_counter()))
        self.halted = found.interrupted
        if found.status != "optimal":
            return 0.0, None
        return found.value, found.x[: self.arcs]

    # ---- sets that bind

    def _cut(self, passes: NDArray[np.float64], until: float) -> bool:
        """Add the sets whose rule the passes break; say whether there were any."""
        before = len(self.sets)
        for label in (*self._parts(passes), *self.rules.rings()):
            self.sets += self.rules.broken(label, passes, self.routes)
            if time.perf_counter() > until:
                break
        if len(self.sets) == before and self.problem.n_nodes <= _EXACT_NODES:
            for inside in (*self._odd_sets(passes, until), *self._heavy_sets(passes, until)):
                self.sets += self.rules.broken(np.where(inside, 0, 1), passes, self.routes)
        return len(self.sets) > before

    def _parts(self, passes: NDArray[np.float64]) -> Iterator[NDArray[np.int64]]:
        """Give each node its connected part of what is passed so often, with the tasks or not."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        problem = self.problem
        n = problem.n_nodes
        for least in _SHARES:
            used = passes > least
            for with_tasks in (True, False):
                tail, head = problem.tail[used], problem.head[used]
                if with_tasks:
                    tail, head = np.concatenate([tail, self.u]), np.concatenate([head, self.v])
                graph = csr_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
                _, label = connected_components(graph, directed=False)
                yield label.astype(np.int64)

    def _border(self, passes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum up the passes between each pair of nodes, either way; very many are many enough.

        Sets with such a border are in no cut that is broken; their sums must stay whole numbers of
        32 bits.
        """
        n = self.problem.n_nodes
        table = np.zeros((n, n))
        np.add.at(table, (self.problem.tail, self.problem.head), passes)
        return np.minimum(table + table.T, _MANY_PASSES)

    def _odd_sets(self, passes: NDArray[np.float64], until: float) -> list[NDArray[np.bool_]]:
        """Minimum cuts between all pairs of nodes (Gusfield 1990); parity is looked at later."""
        n = self.problem.n_nodes
        capacity = np.rint(self._border(passes) * _SCALE).astype(np.int32)
        parent = np.zeros(n, dtype=np.int64)
        sets = []
        for node in range(1, n):
            if time.perf_counter() > until:
                break
            side = _source_side(capacity, node, int(parent[node]))
            sets.append(side)
            moved = side & (parent == parent[node]) & (np.arange(n) > node)
            parent[moved] = node
        return sets

    def _heavy_sets(self, passes: NDArray[np.float64], until: float) -> list[NDArray[np.bool_]]:
        """Find sets around each node whose demand is largest beside the passes of their border.

        Least ``x(border) + tasks on it - 2 demand / capacity`` over sets that hold the node; a task
        of demand q adds 1 - q/capacity to its edge and q/capacity to the profit of either end.
        """
        problem = self.problem
        n = problem.n_nodes
        share = problem.demand / problem.capacity
        edges = self._border(passes)
        np.add.at(edges, (self.u, self.v), 1.0 - share)
        np.add.at(edges, (self.v, self.u), 1.0 - share)
        np.fill_diagonal(edges, 0.0)
        profit = np.zeros(n)
        np.add.at(profit, self.u, share)
        np.add.at(profit, self.v, share)
        table = np.zeros((n + 2, n + 2))
        table[:n, :n] = edges
        table[n, :n] = np.where(self.away, profit, 0.0)
        table[:n, n + 1] = np.where(self.away, 0.0, 1000.0)
        sets = []
        for node in np.flatnonzero(self.away):
            if time.perf_counter() > until:
                break
            table[n, node] += 1000.0
            side = _source_side(np.rint(table * _SCALE).astype(np.int32), n, n + 1)
            table[n, node] -= 1000.0
            sets.append(side[:n])
        return sets


def _source_side(capacity: NDArray[np.int32], source: int, sink: int) -> NDArray[np.bool_]:
    """Nodes on the side of the source of a minimum cut."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    graph = csr_array(capacity)
    flow = maximum_flow(graph, source, sink).flow
    left = csr_array(graph - flow)
    left.data = np.where(left.data > 0, left.data, 0)
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, directed=True, return_predecessors=False)
    side = np.zeros(capacity.shape[0], dtype=np.bool_)
    side[reached] = True
    return side
