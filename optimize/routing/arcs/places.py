"""Where tasks begin and end, and what routes cost, without a table of all pairs of tasks.

Between the tasks of a route only the ways that it drives are searched for, and what lies far off
(depots, facilities) is searched from once, forwards and backwards. Memory grows with the streets.
With turns a place is an arc that is entered or was served, and the graph that of arcs (see
`optimize.routing.arcs.turns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.errors import InputError
from optimize.routing.arcs.solution import ArcRoute
from optimize.routing.arcs.turns import line_graph
from optimize.routing.arcs.ways import FAR, Graph, costs_from, pair_costs, sorted_arcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["Places", "Run"]


@dataclass(frozen=True, eq=False)
class Run:
    """A route in its cheapest directions.

    Parameters
    ----------
    tasks : int64[k]
        In order.
    visited : bool[k]
        Whether the vehicle is emptied before each; never before the first.
    mode : int64[k]
        Direction in which each is served.
    gap : int64[k]
        Cost of what lies between the end of the task before (or the depot) and each task.
    cost
        Of the whole route, from the depot to the depot, `route_cost` apart.
    kind
        Of the vehicle.
    """

    tasks: NDArray[np.int64]
    visited: NDArray[np.bool_]
    mode: NDArray[np.int64]
    gap: NDArray[np.int64]
    cost: int
    kind: int

    def elements(self, n: int) -> NDArray[np.int32]:
        """Tasks in order with ``n`` for each visit on the way."""
        parts = np.column_stack([np.full(len(self.tasks), n), self.tasks]).ravel()
        keep = np.column_stack([self.visited, np.ones(len(self.tasks), np.bool_)]).ravel()
        return parts[keep].astype(np.int32)


class Places:
    """A problem's places and the ways from and to its depots and facilities.

    Parameters
    ----------
    problem
        With or without turns.

    Raises
    ------
    InputError
        If a task cannot be reached from any depot, or there is no way home from it.
    """

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        self.n = problem.n_tasks
        two = problem.task_arc[:, 1] >= 0
        self.arc = np.where(two[:, None], problem.task_arc, problem.task_arc[:, :1])
        fleet = problem.fleet
        serve = np.stack([problem.costs_of(kind) for kind in fleet])
        self.serve = np.where(serve < 0, np.int64(FAR), serve)
        depots = np.array([kind.depot for kind in fleet], dtype=np.int64)
        hubs = np.append(depots, problem.facilities)
        if problem.turns is None:
            self._streets(hubs)
        else:
            self._line_graph(hubs)
        c = len(fleet)
        self.out, self.back = self._ways_of(0, c)
        self.from_dump, self.to_dump = self._ways_of(c, len(hubs))
        self.to_dump = np.minimum(self.to_dump + problem.visit_cost, int(FAR))
        self.start = self.out[:, self.enter]
        self.ending = self.back[:, self.leave]
        self.home_dump = np.zeros((c, 0), dtype=np.int64)
        if len(problem.facilities):
            # from a facility home, also where that is the depot itself
            self.home_dump = self.back[:, self.dump_out]
            self.home_dump[depots[:, None] == problem.facilities[None, :]] = 0
            home = np.stack([(self.to_dump + way[:, None]).min(axis=0) for way in self.home_dump])
            self.ending = np.minimum(home, int(FAR))[:, self.leave]
        away = (self.start >= FAR) | (self.ending >= FAR) | (self.serve >= FAR)
        lost = np.flatnonzero(away.all(axis=(0, 2)))
        if len(lost):
            raise InputError(
                f"task {lost[0]} cannot be reached from the depot and back",
                place=problem.name,
                mend="leave it out, or open a way to it",
            )

    def _streets(self, hubs: NDArray[np.int64]) -> None:
        problem = self.problem
        tail, head, cost = problem.tail, problem.head, problem.cost
        self._set_graph(problem.n_nodes, tail, head, cost)
        self.enter, self.leave = tail[self.arc], head[self.arc]
        self.hub_out = self.hub_in = hubs

    def _line_graph(self, hubs: NDArray[np.int64]) -> None:
        """Arcs that are entered, arcs that were served, and hubs to leave from and to come to."""
        problem = self.problem
        arcs = len(problem.tail)
        line = line_graph(problem.tail, problem.head, problem.cost, problem.turns)
        before, after = line.before, line.after.astype(np.int64)
        weight = problem.cost[before] + line.turn
        used = np.unique(self.arc)
        served = np.full(arcs, -1, dtype=np.int64)
        served[used] = arcs + np.arange(len(used))
        from_served = np.flatnonzero(served[before] >= 0)
        first = arcs + len(used)
        tails = [before, served[before[from_served]]]
        heads = [after, after[from_served]]
        costs = [weight, line.turn[from_served]]
        for k, hub in enumerate(hubs.tolist()):
            leaving = np.flatnonzero(problem.tail == hub)
            coming = np.flatnonzero(problem.head == hub)
            ended = coming[served[coming] >= 0]
            tails += [np.full(len(leaving), first + 2 * k), coming, served[ended]]
            heads += [leaving, np.full(len(coming) + len(ended), first + 2 * k + 1)]
            none = np.zeros(len(leaving) + len(ended), dtype=np.int64)
            costs += [none[: len(leaving)], problem.cost[coming], none[len(leaving) :]]
        size = first + 2 * len(hubs)
        ends = (np.concatenate(tails), np.concatenate(heads))
        self._set_graph(size, *ends, np.concatenate(costs))
        self.enter, self.leave = self.arc, served[self.arc]
        self.hub_out = first + 2 * np.arange(len(hubs))
        self.hub_in = self.hub_out + 1

    def _set_graph(
        self,
        n: int,
        tail: NDArray[np.int64],
        head: NDArray[np.int64],
        cost: NDArray[np.int64],
    ) -> None:
        self.graph: Graph = sorted_arcs(n, tail, head, cost)
        self.backward: Graph = sorted_arcs(n, head, tail, cost)

    def _ways_of(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Least costs from each of some hubs to all places, and from all places to each."""
        out = costs_from(self.graph, self.hub_out[first:last])
        back = costs_from(self.backward, self.hub_in[first:last])
        return out.astype(np.int64), back.astype(np.int64)

    @property
    def dump_out(self) -> NDArray[np.int64]:
        """Places at which a vehicle leaves each facility."""
        return self.hub_out[len(self.problem.fleet) :]

    # ---- routes

    def straight(self, leave: NDArray[np.int64], enter: NDArray[np.int64]) -> NDArray[np.int64]:
        """Least costs from places to places, pair by pair."""
        return pair_costs(self.graph, leave, enter)

    def over(self, leave: NDArray[np.int64], enter: NDArray[np.int64]) -> NDArray[np.int64]:
        """Least costs from places over a facility to places, pair by pair."""
        through = self.to_dump[:, leave] + self.from_dump[:, enter]
        least: NDArray[np.int64] = np.minimum(through.min(axis=0), int(FAR))
        return least

    def run(self, elements: NDArray[np.int32], kind: int = 0) -> Run:
        """Find the cheapest directions of a route.

        Parameters
        ----------
        elements
            Tasks in order, `n` for a visit; at least one task.
        kind
            Of the vehicle.
        """
        is_task = elements != self.n
        tasks = elements[is_task].astype(np.int64)
        visited = np.zeros(len(elements), dtype=np.bool_)
        visited[1:] = ~is_task[:-1]
        visited = visited[is_task]
        visited[0] = False
        gaps = np.empty((len(tasks) - 1, 4), dtype=np.int64)
        empties = visited[1:]
        for a in range(2):
            for b in range(2):
                leave, enter = self.leave[tasks[:-1], a], self.enter[tasks[1:], b]
                column = gaps[:, 2 * a + b]
                column[~empties] = self.straight(leave[~empties], enter[~empties])
                if empties.any():
                    column[empties] = self.over(leave[empties], enter[empties])
        mode = np.zeros(len(tasks), dtype=np.int64)
        cost = best_modes(
            self.start[kind, tasks[0]], gaps, self.serve[kind][tasks],
            self.ending[kind, tasks[-1]], mode,
        )  # fmt: skip
        gap = np.empty(len(tasks), dtype=np.int64)
        gap[0] = self.start[kind, tasks[0], mode[0]]
        gap[1:] = gaps[np.arange(len(gaps)), 2 * mode[:-1] + mode[1:]]
        return Run(tasks, visited, mode, gap, cost, kind)

    def route(self, run: Run) -> ArcRoute:
        """Spell a route out, with the facilities that lie best."""
        problem = self.problem
        arcs = self.arc[run.tasks, run.mode]
        leave, enter = self.leave[run.tasks, run.mode], self.enter[run.tasks, run.mode]
        steps: list[tuple[int, int]] = []
        for at, (task, arc) in enumerate(zip(run.tasks.tolist(), arcs.tolist(), strict=True)):
            if run.visited[at]:
                through = self.to_dump[:, leave[at - 1]] + self.from_dump[:, enter[at]]
                steps.append((-1, int(problem.facilities[int(np.argmin(through))])))
            steps.append((task, arc))
        if len(problem.facilities):
            through = self.to_dump[:, leave[-1]] + self.home_dump[run.kind]
            steps.append((-1, int(problem.facilities[int(np.argmin(through))])))
        table = np.array(steps, dtype=np.int64).reshape(-1, 2)
        return ArcRoute(table[:, 0].copy(), table[:, 1].copy(), run.kind)


@njit(cache=True, nogil=True)
def best_modes(
    start: NDArray[np.int64],
    gaps: NDArray[np.int64],
    serve: NDArray[np.int64],
    ending: NDArray[np.int64],
    mode: NDArray[np.int64],
) -> int:
    """Choose the direction of each task of a route; gives the route's cost.

    A shortest path through layers of two: ``gaps[i]`` are the costs between tasks i and i + 1 for
    directions (0, 0), (0, 1), (1, 0) and (1, 1).
    """
    k = mode.size
    came = np.zeros((k, 2), np.int64)
    w0 = start[0] + serve[0, 0]
    w1 = start[1] + serve[0, 1]
    for i in range(1, k):
        one = w0 + gaps[i - 1, 0]
        came[i, 0] = 0
        if w1 + gaps[i - 1, 2] < one:
            one = w1 + gaps[i - 1, 2]
            came[i, 0] = 1
        two = w0 + gaps[i - 1, 1]
        came[i, 1] = 0
        if w1 + gaps[i - 1, 3] < two:
            two = w1 + gaps[i - 1, 3]
            came[i, 1] = 1
        w0 = one + serve[i, 0]
        w1 = two + serve[i, 1]
    w0 += ending[0]
    w1 += ending[1]
    mode[k - 1] = 1 if w1 < w0 else 0
    for i in range(k - 1, 0, -1):
        mode[i - 1] = came[i, mode[i]]
    least: int = min(w0, w1)
    return least
