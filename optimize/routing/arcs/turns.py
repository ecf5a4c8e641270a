"""Turns of vehicles that serve streets: what they cost, and which are forbidden.

The streets' line graph has the arcs as its nodes and a step from each arc to each that may follow
it, worth the arc and the turn: least costs on it are those of driving with turns, the turn off the
street that was served and the turn onto the next one included (Corberan, Marti, Martinez and Soler
2002, The rural postman problem on mixed graphs with turn penalties, Computers and Operations
Research 29(7)). A table of them between tasks, in each of their directions, is all that a search
over routes needs to know of turns (Vidal 2017, Node, edge, arc routing and turn penalties: multiple
problems, one neighborhood extension, Operations Research 65(4)).

Whoever leaves the depot or a facility does so without a history, in any direction, and whoever
comes to one has no turn to make there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.errors import InputError
from networks.kernels import Scratch, new_scratch, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["ArcTurns", "LineGraph", "Place", "TurnWays", "line_graph", "turn_table"]

_ROWS = 64
"""Searches between two looks at whether Ctrl-C was pressed."""


@dataclass(frozen=True, eq=False)
class ArcTurns:
    """What it costs to go from one arc straight on to another.

    Parameters
    ----------
    first, second : int64[k]
        Arcs; the second begins where the first ends. No pair twice.
    cost : int64[k]
        Of going from the first to the second; -1 where that is forbidden. Pairs that are not listed
        cost nothing, U-turns apart.
    u_turn
        Cost of a U-turn that is not listed; None: it is forbidden, except where there is no other
        way on, where it costs nothing.
    reverse : int64[a], optional
        The arc into which each makes a U-turn, -1 for none. Where not given: every arc that leads
        straight back.

    Raises
    ------
    InputError
        If the arrays differ in length or a cost is below -1.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cost: NDArray[np.int64]
    u_turn: int | None = 0
    reverse: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for name in ("first", "second", "cost", "reverse"):
            if getattr(self, name) is not None:
                values = np.ascontiguousarray(getattr(self, name), dtype=np.int64)
                object.__setattr__(self, name, values)
        if not self.first.shape == self.second.shape == self.cost.shape:
            raise InputError("turns: first, second and cost must be of one length")
        if self.cost.min(initial=0) < -1 or (self.u_turn is not None and self.u_turn < 0):
            raise InputError(
                "a turn has a negative cost", mend="-1 stands for one that is forbidden"
            )

    def check(self, tail: NDArray[np.int64], head: NDArray[np.int64], place: str) -> None:
        """Refuse turns that do not fit the arcs of a problem.

        Parameters
        ----------
        tail, head : int64[a]
            The arcs.
        place
            As the message names it.

        Raises
        ------
        InputError
            If an arc does not exist, two arcs do not meet, or a pair is listed twice.
        """
        arcs = len(tail)
        ends = np.concatenate([self.first, self.second])
        if len(ends) and (ends.min() < 0 or ends.max() >= arcs):
            raise InputError(f"an arc of a turn is not one of {arcs}", place=place)
        apart = np.flatnonzero(head[self.first] != tail[self.second])
        if len(apart):
            a, b = int(self.first[apart[0]]), int(self.second[apart[0]])
            raise InputError(f"arc {b} does not begin where arc {a} ends", place=place)
        if len(np.unique(self.first * arcs + self.second)) != len(self.first):
            raise InputError("a turn is listed twice", place=place)
        if self.reverse is not None:
            if self.reverse.shape != (arcs,) or self.reverse.max(initial=-1) >= arcs:
                raise InputError(f"reverse arcs are not given for {arcs} arcs", place=place)
            back = np.flatnonzero(self.reverse >= 0)
            other = self.reverse[back]
            if (head[back] != tail[other]).any() or (tail[back] != head[other]).any():
                raise InputError("a reverse arc does not lead back", place=place)


class LineGraph(NamedTuple):
    """Arcs as nodes: from arc a on to ``after[k]``, k in ``ptr[a]:ptr[a + 1]``, in order.

    Parameters
    ----------
    ptr : int64[a + 1]
    after : int32[k]
    turn : int64[k]
        Cost of the turn.
    weight : float64[k]
        Cost of arc a and of the turn: what lies between entering a and entering the other.
    """

    ptr: NDArray[np.int64]
    after: NDArray[np.int32]
    turn: NDArray[np.int64]
    weight: NDArray[np.float64]

    @property
    def before(self) -> NDArray[np.int64]:
        """The arc that each step leaves; int64[k]."""
        return np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))

    def cost_of(self, first: int, second: int) -> int:
        """Cost of a turn; -1 where it is forbidden or the arcs do not meet."""
        low, high = int(self.ptr[first]), int(self.ptr[first + 1])
        at = low + int(np.searchsorted(self.after[low:high], second))
        return int(self.turn[at]) if at < high and self.after[at] == second else -1


def line_graph(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    cost: NDArray[np.int64],
    turns: ArcTurns | None,
) -> LineGraph:
    """Put together which arc may follow which.

    Parameters
    ----------
    tail, head, cost : int64[a]
        The arcs.
    turns
        Of these arcs; None: every turn is free.
    """
    arcs = len(tail)
    n = int(max(tail.max(initial=-1), head.max(initial=-1))) + 1
    out = np.argsort(tail, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n))])
    degree = np.diff(begin)[head]
    first = np.repeat(np.arange(arcs), degree)
    within = np.arange(len(first)) - np.repeat(np.cumsum(degree) - degree, degree)
    second = out[begin[head[first]] + within]
    turn = np.zeros(len(first), dtype=np.int64)
    if turns is not None:
        turn = _turn_costs(tail, head, turns, first, second)
    kept = turn >= 0
    first, second, turn = first[kept], second[kept], turn[kept]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=arcs))]).astype(np.int64)
    return LineGraph(ptr, second.astype(np.int32), turn, (cost[first] + turn).astype(np.float64))


def _turn_costs(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    turns: ArcTurns,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Costs of all pairs that meet, -1 for those that are forbidden."""
    arcs = len(tail)
    listed = turns.first * arcs + turns.second
    order = np.argsort(listed)
    listed = listed[order]
    key = first * arcs + second
    at = np.minimum(np.searchsorted(listed, key), max(0, len(listed) - 1))
    known = listed[at] == key if len(listed) else np.zeros(len(key), dtype=np.bool_)
    cost = np.where(known, turns.cost[order][at] if len(listed) else 0, 0)
    if turns.reverse is None:
        back = (tail[first] == head[second]) & (tail[first] != head[first])
    else:
        back = turns.reverse[first] == second
    free = back & ~known
    if turns.u_turn is not None:
        cost[free] = turns.u_turn
        return cost
    onward = np.bincount(first[(cost >= 0) & ~free], minlength=arcs)
    cost[free & (onward[first] > 0)] = -1
    return cost


# ---- least costs between all tasks


class Place(NamedTuple):
    """Where a way begins or ends: a node, and the arc that was, or is to be, served there.

    The arc is -1 at the depot and at a facility.
    """

    node: int
    arc: int = -1


class TurnTable(NamedTuple):
    """Least costs between nodes of the fleet and arcs of tasks.

    Parameters
    ----------
    dist : int32[p, p]
        From leaving the place of a row to entering that of a column; `far` where there is no way.
    node_row : int64[n]
        Row and column of a node, -1 for those that have none.
    arc_row : int64[a]
        Row (having served it) and column (about to serve it) of an arc, -1 for those without.
    """

    dist: NDArray[np.int32]
    node_row: NDArray[np.int64]
    arc_row: NDArray[np.int64]


def turn_table(problem: ArcProblem, nodes: NDArray[np.int64], far: int) -> TurnTable:
    """Find the least costs with turns between depots, facilities and tasks.

    Parameters
    ----------
    problem
        With `turns`.
    nodes : int64[s]
        Depots and facilities, each once.
    far
        Stands for no way.

    Raises
    ------
    InputError
        If a cost is as large as `far`.
    """
    graph = line_graph(problem.tail, problem.head, problem.cost, problem.turns)
    used = np.unique(problem.task_arc[problem.task_arc >= 0])
    some, size = len(nodes), len(nodes) + len(used)
    node_row = np.full(problem.n_nodes, -1, dtype=np.int64)
    node_row[nodes] = np.arange(some)
    arc_row = np.full(len(problem.tail), -1, dtype=np.int64)
    arc_row[used] = some + np.arange(len(used))
    seeds, costs = [], []
    for node in nodes.tolist():
        seeds.append(np.flatnonzero(problem.tail == node))
        costs.append(np.zeros(len(seeds[-1])))
    for arc in used.tolist():
        part = slice(graph.ptr[arc], graph.ptr[arc + 1])
        seeds.append(graph.after[part].astype(np.int64))
        costs.append(graph.turn[part].astype(np.float64))
    last = [np.flatnonzero(problem.head == node) for node in nodes.tolist()]
    there = np.concatenate([np.arange(some), node_row[problem.head[used]]])
    dist = np.empty((size, size), dtype=np.int32)
    scratch = new_scratch(len(problem.tail))
    arrays = (
        *_stacked(seeds), np.concatenate([*costs, np.zeros(0)]), graph.ptr, graph.after,
        graph.weight, *_stacked(last), problem.cost.copy(), used, there, far, scratch, dist,
    )  # fmt: skip
    for begin in range(0, size, _ROWS):
        if not _fill_rows(begin, min(size, begin + _ROWS), *arrays):
            raise InputError("costs are too large", place=problem.name, mend="use a larger unit")
    return TurnTable(dist, node_row, arc_row)


def _stacked(parts: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each part begins, and all of them in a row."""
    ptr = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return ptr, np.concatenate([*parts, np.zeros(0, np.int64)]).astype(np.int64)


@njit(cache=True, nogil=True)
def _fill_rows(
    begin: int,
    end: int,
    seed_ptr: NDArray[np.int64],
    seed: NDArray[np.int64],
    seed_cost: NDArray[np.float64],
    ptr: NDArray[np.int64],
    after: NDArray[np.int32],
    weight: NDArray[np.float64],
    last_ptr: NDArray[np.int64],
    last: NDArray[np.int64],
    cost: NDArray[np.int64],
    used: NDArray[np.int64],
    there: NDArray[np.int64],
    far: int,
    scratch: Scratch,
    dist: NDArray[np.int32],
) -> bool:
    """Fill rows of a table, one search each; False where a cost is too large for it."""
    some = last_ptr.size - 1
    nowhere = np.zeros(1, np.bool_)
    for row in range(begin, end):
        low, high = seed_ptr[row], seed_ptr[row + 1]
        search(ptr, after, weight, seed[low:high], seed_cost[low:high], nowhere, -1, scratch)
        for column in range(dist.shape[1]):
            least = np.inf
            if column >= some:
                least = scratch.dist[used[column - some]]
            elif there[row] == column:
                least = 0.0
            else:
                for k in range(last_ptr[column], last_ptr[column + 1]):
                    least = min(least, scratch.dist[last[k]] + cost[last[k]])
            if least == np.inf:
                dist[row, column] = far
            elif least < far:
                dist[row, column] = np.int32(least)
            else:
                return False
    return True


# ---- one way, arc by arc


class TurnWays:
    """Least-cost ways with turns, arc by arc.

    Parameters
    ----------
    problem
        With or without turns.
    """

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        self.graph = line_graph(problem.tail, problem.head, problem.cost, problem.turns)
        self.before = self.graph.before
        self.scratch = new_scratch(len(problem.tail))
        self.wanted = np.zeros(len(problem.tail), dtype=np.bool_)

    def between(
        self, leave: Place, enter: Place
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Find the cheapest way.

        Parameters
        ----------
        leave, enter
            Where the way begins and ends.

        Returns
        -------
        tuple of int64[k] and int64[k + 1]
            Arcs driven along, and the cost of the turn onto each and, last, onto the arc that is
            entered (0 where it is none); None where there is no way.
        """
        problem, graph = self.problem, self.graph
        if enter.arc < 0 and leave.node == enter.node:
            return np.zeros(0, np.int64), np.zeros(1, np.int64)
        if leave.arc < 0:
            seeds = np.flatnonzero(problem.tail == leave.node)
            costs = np.zeros(len(seeds))
        else:
            part = slice(graph.ptr[leave.arc], graph.ptr[leave.arc + 1])
            seeds = graph.after[part].astype(np.int64)
            costs = graph.turn[part].astype(np.float64)
        ends = np.array([enter.arc])
        if enter.arc < 0:
            ends = np.flatnonzero(problem.head == enter.node)
        self.wanted[ends] = True
        search(
            graph.ptr, graph.after, graph.weight, seeds, costs, self.wanted, len(ends), self.scratch
        )
        self.wanted[ends] = False
        found = self.scratch.dist[ends] + (0 if enter.arc >= 0 else problem.cost[ends])
        if not len(ends) or not np.isfinite(found.min()):
            return None
        arcs = self._back_from(int(ends[int(np.argmin(found))]))
        if enter.arc >= 0:
            arcs.pop()
        chain = [leave.arc, *arcs, enter.arc]
        turns = [graph.cost_of(a, b) if a >= 0 and b >= 0 else 0 for a, b in pairwise(chain)]
        return np.array(arcs, dtype=np.int64), np.array(turns, dtype=np.int64)

    def _back_from(self, arc: int) -> list[int]:
        """Arcs from the first one entered up to this one, as the last search found them."""
        arcs = [arc]
        while self.scratch.via[arc] >= 0:
            arc = int(self.before[self.scratch.via[arc]])
            arcs.append(arc)
        return arcs[::-1]
