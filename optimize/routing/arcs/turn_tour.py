"""A tour over all arcs of a balanced multigraph that turns as cheaply as it can.

At each junction what comes in is paired with what goes out at least cost of turning (an assignment
problem), which makes closed trails; two trails that meet at a junction are joined by exchanging
what follows, the cheapest exchanges first (the patching of subtours; Karp 1979, A patching
algorithm for the nonsymmetric traveling-salesman problem, SIAM Journal on Computing 8(4)).
"""

from __future__ import annotations

import heapq
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.turns import LineGraph

__all__ = ["TurnTours", "root_of"]

_FORBIDDEN = 1e6
"""What a forbidden turn counts: it is taken where there is no other, and driven round later."""


class TurnTours:
    """Tours of one multigraph, drawn again and again.

    Parameters
    ----------
    tail, head : int64[g]
        Its arcs; as many enter a node as leave it, and all hang together.
    arc : int64[g]
        The arc of the problem that each stands for, -1 for a way over several of them.
    graph
        Turns of the problem's arcs.
    """

    def __init__(
        self,
        tail: NDArray[np.int64],
        head: NDArray[np.int64],
        arc: NDArray[np.int64],
        graph: LineGraph,
    ) -> None:
        self.size = len(tail)
        coming, going = np.argsort(head, kind="stable"), np.argsort(tail, kind="stable")
        bounds = np.flatnonzero(np.diff(head[coming])) + 1
        self.into = np.split(coming, bounds)
        self.out = np.split(going, bounds)
        self.cost = [
            np.array([[_turn(graph, int(arc[a]), int(arc[b])) for b in out] for a in into])
            for into, out in zip(self.into, self.out, strict=True)
        ]

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw a tour; of equally cheap ones any.

        Returns
        -------
        int64[g]
            All arcs of the multigraph in order, from any of them on.
        """
        following, pairing = self._paired(rng)
        self._join(following, pairing)
        tour = np.empty(self.size, dtype=np.int64)
        at = 0
        for k in range(self.size):
            tour[k] = at
            at = int(following[at])
        return tour

    def _paired(
        self, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
        """Arc after each arc, and the same as columns, junction by junction."""
        from scipy.optimize import linear_sum_assignment

        following = np.empty(self.size, dtype=np.int64)
        pairing = []
        for into, out, cost in zip(self.into, self.out, self.cost, strict=True):
            _, column = linear_sum_assignment(cost + rng.random(cost.shape) * 0.1)
            following[into] = out[column]
            pairing.append(column)
        return following, pairing

    def _join(self, following: NDArray[np.int64], pairing: list[NDArray[np.int64]]) -> None:
        """Join the closed trails into one, in place."""
        joined = _trails(following)
        waiting = [
            (self._more(node, pairing, i, j), node, i, j)
            for node, into in enumerate(self.into)
            for i, j in combinations(range(len(into)), 2)
            if joined[into[i]] != joined[into[j]]
        ]
        heapq.heapify(waiting)
        while waiting:
            listed, node, i, j = heapq.heappop(waiting)
            into, out = self.into[node], self.out[node]
            one, other = root_of(joined, int(into[i])), root_of(joined, int(into[j]))
            if one == other:
                continue
            more = self._more(node, pairing, i, j)
            if more > listed:
                heapq.heappush(waiting, (more, node, i, j))
                continue
            column = pairing[node]
            column[i], column[j] = column[j], column[i]
            following[into[i]], following[into[j]] = out[column[i]], out[column[j]]
            joined[other] = one

    def _more(self, node: int, pairing: list[NDArray[np.int64]], i: int, j: int) -> float:
        """Find what it costs to exchange what follows two arcs."""
        cost, a, b = self.cost[node], pairing[node][i], pairing[node][j]
        return float(cost[i, b] + cost[j, a] - cost[i, a] - cost[j, b])


def _turn(graph: LineGraph, first: int, second: int) -> float:
    if first < 0 or second < 0:
        return 0.0
    cost = graph.cost_of(first, second)
    return float(cost) if cost >= 0 else _FORBIDDEN


def _trails(following: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give one arc that stands for the closed trail of each arc."""
    trail = np.full(len(following), -1, dtype=np.int64)
    for begin in range(len(following)):
        at = begin
        while trail[at] < 0:
            trail[at] = begin
            at = int(following[at])
    return trail


def root_of(joined: NDArray[np.int64], part: int) -> int:
    """Find what stands for a part and all that it is joined with.

    Parameters
    ----------
    joined : int64[k]
        What each part is joined with, itself where it stands for itself; ways to it get shorter.
    part
        Any of them.
    """
    while joined[part] != part:
        joined[part] = joined[joined[part]]
        part = int(joined[part])
    return part
