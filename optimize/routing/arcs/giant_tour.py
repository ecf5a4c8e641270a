"""Routes cut out of one tour over all streets that is about as short as can be.

What enters a junction leaves it: the cheapest passes without service that balance all junctions are
a minimum-cost flow (the directed rural postman; Christofides, Campos, Corberan and Mota 1986, with
the choice of directions of a mixed network in the same linear program). Parts that do not hang
together are joined by the cheapest ways there and back, a tour is drawn (Hierholzer 1873, in random
order), and cut at least cost (route first, cluster second; Beasley 1983). Where turning counts, the
tour is drawn without it, and cut at costs with it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from optimize.routing.arcs.layout import FAR, distances, layout_of
from optimize.routing.arcs.scanning import cost_of_routes
from optimize.routing.arcs.solution import ArcSolution, decoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.solution import ArcRoute

__all__ = ["tour_arcs"]

_NO_WAY = 1 << 60


def tour_arcs(
    problem: ArcProblem,
    *,
    time_limit_s: float = 5.0,
    tours: int = 100,
    bound: int = 0,
    seed: int = 0,
) -> ArcSolution:
    """Make routes by cutting giant tours; the best of many is kept.

    Parameters
    ----------
    problem
        What to serve.
    time_limit_s
        Wall-clock seconds after which no other tour is drawn; Ctrl-C does the same.
    tours
        Most tours.
    bound
        What no solution can cost less than.
    seed
        Of all that is drawn.

    Returns
    -------
    ArcSolution
        Of status "none" where no tour could be cut into so few routes.

    Raises
    ------
    InputError
        If a task cannot be reached.
    """
    began = time.perf_counter()
    layout = layout_of(problem)
    rng = np.random.default_rng(seed)
    best: tuple[int, tuple[ArcRoute, ...]] | None = None
    done, interrupted = 0, False
    try:
        postman = _Postman(problem, layout)
        for number in range(tours):
            if number and time.perf_counter() - began > time_limit_s:
                break
            found = _cut(problem, layout, *postman.tour(rng), rng)
            done += 1
            if found is None:
                continue
            routes = decoded(problem, layout, found)
            cost = cost_of_routes(problem, layout, routes)
            if best is None or cost < best[0]:
                best = (cost, routes)
    except KeyboardInterrupt:
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    if best is None:
        return ArcSolution((), 0, float(bound), "none", seconds, done)
    status: Literal["optimal", "feasible"] = "optimal" if best[0] <= bound else "feasible"
    return ArcSolution(best[1], best[0], float(bound), status, seconds, done, interrupted)


class _Postman:
    """A balanced, connected multigraph; arcs from `n` on serve nothing."""

    def __init__(self, problem: ArcProblem, layout: Layout) -> None:
        self.problem = problem
        self.n = problem.n_tasks
        self.mode = self._modes()
        served = problem.task_arc[np.arange(self.n), self.mode]
        passes = self._passes(served)
        extra = np.repeat(np.arange(len(passes)), passes)
        self.tail = np.concatenate([problem.tail[served], problem.tail[extra]])
        self.head = np.concatenate([problem.head[served], problem.head[extra]])
        self._connect(layout)

    def _modes(self) -> NDArray[np.int64]:
        """Directions in which the tasks balance best."""
        problem = self.problem
        both = np.flatnonzero(problem.task_arc[:, 1] >= 0)
        mode = np.zeros(self.n, dtype=np.int64)
        if len(both):
            _, turned = self._flow(problem.task_arc[:, 0], both)
            mode[both] = turned > 0.5
        return mode

    def _passes(self, served: NDArray[np.int64]) -> NDArray[np.int64]:
        """Least passes that balance what is served; int64[a]."""
        flow, _ = self._flow(served, np.zeros(0, dtype=np.int64))
        return np.rint(flow).astype(np.int64)

    def _flow(
        self, served: NDArray[np.int64], both: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from optimize.mip import LinearModel, Rows, solve_lp

        problem = self.problem
        arcs, turns = len(problem.tail), len(both)
        other = problem.task_arc[both, 1]
        columns = np.arange(arcs)
        turned = arcs + np.arange(turns)
        row = [problem.tail, problem.head]
        column = [columns, columns]
        value = [np.ones(arcs), -np.ones(arcs)]
        for node, sign in (
            (problem.tail[served[both]], -1.0),
            (problem.head[served[both]], 1.0),
            (problem.tail[other], 1.0),
            (problem.head[other], -1.0),
        ):
            row.append(node)
            column.append(turned)
            value.append(np.full(turns, sign))
        net = np.zeros(problem.n_nodes)
        np.add.at(net, problem.tail[served], 1.0)
        np.add.at(net, problem.head[served], -1.0)
        serve = problem.serve_cost
        rows = Rows()
        rows.add(
            np.concatenate(row),
            np.concatenate(column),
            np.concatenate(value),
            lower=-net,
            upper=-net,
        )
        cost = np.concatenate([problem.cost, serve[both, 1] - serve[both, 0]]).astype(np.float64)
        size = arcs + turns
        upper = np.concatenate([np.full(arcs, np.inf), np.ones(turns)])
        model = LinearModel(cost, np.zeros(size), upper, np.zeros(size, np.bool_), rows)
        found = solve_lp(model, method="simplex")  # a vertex: whole passes
        return found.x[:arcs], found.x[arcs:]

    def _connect(self, layout: Layout) -> None:
        """Join the parts to the depot's by the cheapest ways there and back."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        problem = self.problem
        n = problem.n_nodes
        graph = csr_array((np.ones(len(self.tail)), (self.tail, self.head)), shape=(n, n))
        _, label = connected_components(graph, directed=False)
        ends = np.unique(
            np.concatenate([self.tail[: self.n], self.head[: self.n], [problem.depot]])
        )
        part = label[ends]
        if problem.turns is None:
            rows = layout.point[ends]
            round_trip = layout.dist[np.ix_(rows, rows)].astype(np.int64)
        else:  # turns count when the tour is cut
            round_trip = distances(problem, ends).astype(np.int64)
        round_trip = round_trip + round_trip.T
        inside = part == label[problem.depot]
        nearest = round_trip[inside].min(axis=0)
        start = np.flatnonzero(inside)[round_trip[inside].argmin(axis=0)]
        new_tail: list[int] = []
        new_head: list[int] = []
        while not inside.all():
            v = int(np.argmin(np.where(inside, np.iinfo(np.int64).max, nearest)))
            u = int(start[v])
            new_tail += [int(ends[u]), int(ends[v])]
            new_head += [int(ends[v]), int(ends[u])]
            joined = np.flatnonzero(part == part[v])
            inside[joined] = True
            closer = round_trip[joined].min(axis=0)
            better = closer < nearest
            start = np.where(better, joined[round_trip[joined].argmin(axis=0)], start)
            nearest = np.minimum(nearest, closer)
        self.tail = np.concatenate([self.tail, np.array(new_tail, dtype=np.int64)])
        self.head = np.concatenate([self.head, np.array(new_head, dtype=np.int64)])

    def tour(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw a tour from the depot: tasks in order, and the direction of each."""
        order = rng.permutation(len(self.tail))
        out: dict[int, list[int]] = {}
        for arc, node in zip(order.tolist(), self.tail[order].tolist(), strict=True):
            out.setdefault(node, []).append(arc)
        head = self.head.tolist()
        stack: list[tuple[int, int]] = [(self.problem.depot, -1)]
        passed: list[int] = []
        while stack:
            node, arc = stack[-1]
            left = out.get(node)
            if left:
                following = left.pop()
                stack.append((head[following], following))
            else:
                stack.pop()
                passed.append(arc)
        tasks = np.array([arc for arc in reversed(passed) if 0 <= arc < self.n], dtype=np.int64)
        return tasks, self.mode[tasks]


def _cut(
    problem: ArcProblem,
    layout: Layout,
    tasks: NDArray[np.int64],
    modes: NDArray[np.int64],
    rng: np.random.Generator,
) -> list[NDArray[np.int32]] | None:
    """Cut a tour from a random place on; None where it makes too many routes."""
    n = len(tasks)
    shift = int(rng.integers(n))
    order, way = np.roll(tasks, -shift), np.roll(modes, -shift)
    most = (1 << 50) if problem.most_cost is None else problem.most_cost
    if problem.turns is not None:
        most = min(most, int(FAR) - 1)  # there may be no way on that turns permit
    facilities = len(problem.facilities) > 0
    least = np.zeros(n + 1, dtype=np.int64)
    begin = np.zeros(n + 1, dtype=np.int64)
    arrays = (layout.step, layout.over, layout.start[0], layout.ending[0], layout.serve[0])
    for apart in (problem.route_cost, 1 << 40):  # cheapest; else fewest routes
        best_cuts(
            order, way, problem.demand, *arrays, problem.capacity, most, apart, facilities,
            least, begin,
        )  # fmt: skip
        if least[n] >= _NO_WAY:
            return None
        cuts = [n]
        while cuts[-1] > 0:
            cuts.append(int(begin[cuts[-1]]))
        if problem.vehicles is None or len(cuts) - 1 <= problem.vehicles:
            spans = zip(cuts[:0:-1], cuts[-2::-1], strict=True)
            return [_with_visits(problem, order[first:last]) for first, last in spans]
    return None


def _with_visits(problem: ArcProblem, tasks: NDArray[np.int64]) -> NDArray[np.int32]:
    """Put a visit before each task that the hopper has no room for."""
    route: list[int] = []
    load = 0
    for task in tasks.tolist():
        load += int(problem.demand[task])
        if load > problem.capacity:
            route.append(problem.n_tasks)
            load = int(problem.demand[task])
        route.append(task)
    return np.array(route, dtype=np.int32)


@njit(cache=True, nogil=True)
def best_cuts(
    order: NDArray[np.int64],
    way: NDArray[np.int64],
    demand: NDArray[np.int64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    capacity: int,
    most: int,
    apart: int,
    facilities: bool,  # noqa: FBT001
    least: NDArray[np.int64],
    begin: NDArray[np.int64],
) -> None:
    """Cut a tour at least cost (Bellman): ``begin[j]`` is where the route ends that ends at j."""
    n = order.size
    least[:] = _NO_WAY
    least[0] = 0
    for i in range(n):
        if least[i] >= _NO_WAY:
            continue
        spent = 0
        load = 0
        for j in range(i, n):
            t, m = order[j], way[j]
            load += demand[t]
            if j == i:
                spent = start[t, m]
            else:
                last, before = order[j - 1], way[j - 1]
                if load <= capacity:
                    spent += step[last, t, 2 * before + m]
                elif facilities:
                    spent += over[last, t, 2 * before + m]
                    load = demand[t]
                else:
                    break
            spent += serve[t, m]
            if spent > most:
                break
            whole = spent + ending[t, m]
            if whole <= most and least[i] + whole + apart < least[j + 1]:
                least[j + 1] = least[i] + whole + apart
                begin[j + 1] = i
