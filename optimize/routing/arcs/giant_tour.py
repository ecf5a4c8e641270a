"""Routes cut out of one tour over all streets that is about as short as can be.

What enters a junction leaves it: the cheapest passes without service that balance all junctions are
a minimum-cost flow (the directed rural postman; Christofides, Campos, Corberan and Mota 1986, with
the choice of directions of a mixed network in the same linear program). Parts that do not hang
together are joined by the cheapest ways there and back (a spanning tree over the borders of what
lies nearest to each; Mehlhorn 1988, A faster approximation algorithm for the Steiner problem in
graphs, Information Processing Letters 27(3)), a tour is drawn (Hierholzer 1873, in random order),
and cut at least cost (route first, cluster second; Beasley 1983). Where turning counts, the tour is
drawn to turn cheaply, and cut at costs with turns. Work and memory grow about as the streets do.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from optimize.routing.arcs.places import Places
from optimize.routing.arcs.solution import ArcSolution
from optimize.routing.arcs.turn_tour import TurnTours, root_of
from optimize.routing.arcs.turns import line_graph
from optimize.routing.arcs.ways import FAR, graph_of, pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.places import Run
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["Postman", "cut_tour", "tour_arcs"]

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
    places = Places(problem)
    rng = np.random.default_rng(seed)
    best: tuple[int, list[Run]] | None = None
    done, interrupted = 0, False
    try:
        postman = Postman(problem)
        for number in range(tours):
            if number and time.perf_counter() - began > time_limit_s:
                break
            found = cut_tour(places, *postman.tour(rng), rng)
            done += 1
            if found is None:
                continue
            cost = sum(run.cost for run in found) + len(found) * problem.fleet[0].route_cost
            if best is None or cost < best[0]:
                best = (cost, found)
    except KeyboardInterrupt:
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    if best is None:
        return ArcSolution((), 0, float(bound), "none", seconds, done)
    status: Literal["optimal", "feasible"] = "optimal" if best[0] <= bound else "feasible"
    routes = tuple(places.route(run) for run in best[1])
    return ArcSolution(routes, best[0], float(bound), status, seconds, done, interrupted)


class Postman:
    """A balanced, connected multigraph; arcs from `n` on serve nothing.

    Parameters
    ----------
    problem
        Its streets; capacities and limits are not read.
    """

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        self.n = problem.n_tasks
        self.mode = self._modes()
        served = problem.task_arc[np.arange(self.n), self.mode]
        passes = self._passes(served)
        extra = np.repeat(np.arange(len(passes)), passes)
        self.tail = np.concatenate([problem.tail[served], problem.tail[extra]])
        self.head = np.concatenate([problem.head[served], problem.head[extra]])
        self._connect()
        self.turning: TurnTours | None = None
        if problem.turns is not None:
            arc = np.full(len(self.tail), -1, dtype=np.int64)
            arc[: self.n + len(extra)] = np.concatenate([served, extra])
            line = line_graph(problem.tail, problem.head, problem.cost, problem.turns)
            self.turning = TurnTours(self.tail, self.head, arc, line)

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

    def _connect(self) -> None:
        """Join all parts by the cheapest ways there and back."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components, dijkstra

        problem = self.problem
        n = problem.n_nodes
        graph = csr_array((np.ones(len(self.tail)), (self.tail, self.head)), shape=(n, n))
        _, label = connected_components(graph, directed=False)
        ends = np.unique(np.concatenate([self.tail, self.head, [problem.fleet[0].depot]]))
        if (label[ends] == label[ends[0]]).all():
            return
        # there and back along each arc; of parallel ones the cheapest, and never a cost of zero
        tail, head = problem.tail, problem.head
        trip = problem.cost + pair_costs(graph_of(problem), head, tail) + 1
        low, high = np.minimum(tail, head), np.maximum(tail, head)
        order = np.lexsort((trip, high, low))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
        kept = order[first & (trip[order] < FAR) & (low[order] != high[order])]
        low, high, trip = low[kept], high[kept], trip[kept].astype(np.float64)
        streets = csr_array((trip, (low, high)), shape=(n, n))
        least, _, origin = dijkstra(
            streets, directed=False, indices=ends, min_only=True, return_predecessors=True
        )
        across = np.flatnonzero(np.isfinite(least[low]) & np.isfinite(least[high]))
        one, other = origin[low[across]], origin[high[across]]
        total = least[low[across]] + trip[across] + least[high[across]]
        joined = np.arange(n)
        added: list[tuple[int, int]] = []
        for at in np.argsort(total, kind="stable").tolist():
            u, v = int(one[at]), int(other[at])
            a, b = root_of(joined, int(label[u])), root_of(joined, int(label[v]))
            if a != b:
                joined[b] = a
                added += [(u, v), (v, u)]
        pairs = np.array(added, dtype=np.int64).reshape(-1, 2)
        self.tail = np.concatenate([self.tail, pairs[:, 0]])
        self.head = np.concatenate([self.head, pairs[:, 1]])

    def tour(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw a tour from the depot: tasks in order, and the direction of each."""
        if self.turning is not None:
            drawn = self.turning.draw(rng)
            tasks = drawn[drawn < self.n]
            return tasks, self.mode[tasks]
        order = rng.permutation(len(self.tail))
        out: dict[int, list[int]] = {}
        for arc, node in zip(order.tolist(), self.tail[order].tolist(), strict=True):
            out.setdefault(node, []).append(arc)
        head = self.head.tolist()
        stack: list[tuple[int, int]] = [(self.problem.fleet[0].depot, -1)]
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


def cut_tour(
    places: Places,
    tasks: NDArray[np.int64],
    modes: NDArray[np.int64],
    rng: np.random.Generator,
) -> list[Run] | None:
    """Cut a tour from a random place on.

    Parameters
    ----------
    places
        The problem; all vehicles are of the first kind.
    tasks, modes : int64[n]
        The tour, and the direction of each task.
    rng
        Draws the place.

    Returns
    -------
    list of Run or None
        None where there are too many routes.
    """
    problem, n = places.problem, len(tasks)
    kind = problem.fleet[0]
    shift = int(rng.integers(n))
    order, way = np.roll(tasks, -shift), np.roll(modes, -shift)
    leave, enter = places.leave[order, way], places.enter[order, way]
    gap = np.zeros(n, dtype=np.int64)
    gap[1:] = places.straight(leave[:-1], enter[1:])
    facilities = len(problem.facilities) > 0
    over = np.zeros(n, dtype=np.int64)
    if facilities:
        over[1:] = places.over(leave[:-1], enter[1:])
    most = (1 << 50) if kind.most_cost is None else kind.most_cost
    if problem.turns is not None:
        most = min(most, int(FAR) - 1)  # there may be no way on that turns permit
    least = np.zeros(n + 1, dtype=np.int64)
    begin = np.zeros(n + 1, dtype=np.int64)
    arrays = (
        problem.demand[order], gap, over, places.start[0, order, way],
        places.ending[0, order, way], places.serve[0, order, way],
    )  # fmt: skip
    for apart in (kind.route_cost, 1 << 40):  # cheapest; else fewest routes
        best_cuts(*arrays, kind.capacity, most, apart, facilities, least, begin)
        if least[n] >= _NO_WAY:
            return None
        cuts = [n]
        while cuts[-1] > 0:
            cuts.append(int(begin[cuts[-1]]))
        if kind.count is None or len(cuts) - 1 <= kind.count:
            spans = zip(cuts[:0:-1], cuts[-2::-1], strict=True)
            parts = [_with_visits(places, order[first:last]) for first, last in spans]
            return [places.run(part) for part in parts]
    return None


def _with_visits(places: Places, tasks: NDArray[np.int64]) -> NDArray[np.int32]:
    """Put a visit before each task that the hopper has no room for."""
    capacity = places.problem.fleet[0].capacity
    route: list[int] = []
    load = 0
    for task, demand in zip(tasks.tolist(), places.problem.demand[tasks].tolist(), strict=True):
        load += demand
        if load > capacity:
            route.append(places.n)
            load = demand
        route.append(task)
    return np.array(route, dtype=np.int32)


@njit(cache=True, nogil=True)
def best_cuts(
    demand: NDArray[np.int64],
    gap: NDArray[np.int64],
    over: NDArray[np.int64],
    start: NDArray[np.int64],
    ending: NDArray[np.int64],
    serve: NDArray[np.int64],
    capacity: int,
    most: int,
    apart: int,
    facilities: bool,  # noqa: FBT001
    least: NDArray[np.int64],
    begin: NDArray[np.int64],
) -> None:
    """Cut a tour at least cost (Bellman): ``begin[j]`` is where the route ends that ends at j.

    Arrays are in the order of the tour; ``gap`` and ``over`` lie before each task, straight and
    over a facility.
    """
    n = demand.size
    least[:] = _NO_WAY
    least[0] = 0
    for i in range(n):
        if least[i] >= _NO_WAY:
            continue
        spent = 0
        load = 0
        for j in range(i, n):
            load += demand[j]
            if j == i:
                spent = start[j]
            elif load <= capacity:
                spent += gap[j]
            elif facilities:
                spent += over[j]
                load = demand[j]
            else:
                break
            spent += serve[j]
            if spent > most:
                break
            whole = spent + ending[j]
            if whole <= most and least[i] + whole + apart < least[j + 1]:
                least[j + 1] = least[i] + whole + apart
                begin[j + 1] = i
