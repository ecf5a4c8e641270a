"""How often the borders of sets of nodes must be passed unserved, for many sets at once.

A set S is entered as often as it is left. With ``loads`` vehicles (or hoppers) that must come from
outside and go back there, its border is passed at least ``2 loads`` times, served and unserved:

* away from the facilities (without them: from the depot) each load that is taken out of S leaves
  it: ``demand of tasks that touch S / capacity`` (Belenguer and Benavent 2003),
* away from the depot each route that serves a task of S comes from the depot and goes home, so that
  a limit on the cost of a route leaves it that much less for the service in S,
* where the depot is in S and no facility, each route leaves S to be emptied.

Tasks that cross the border pass it once each, the rest is unserved; where their number is odd, one
pass is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimize.routing.arcs.ways import FAR, costs_from, graph_of, sorted_arcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["BorderSet", "SetRules"]

_RINGS = 24
_BROKEN = 1e-4


class BorderSet(NamedTuple):
    """Arcs over the border of a set, int64[k], and the passes that they have at least in all."""

    arcs: NDArray[np.int64]
    least: int


class SetRules:
    """The rules of sets of nodes of a problem of one kind of vehicle.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: ArcProblem) -> None:
        self.problem = problem
        one = problem.task_arc[:, 0]
        self.u, self.v = problem.tail[one], problem.head[one]
        self.work = problem.serve_cost[:, 0].copy()
        both = problem.task_arc[:, 1] >= 0
        self.work[both] = problem.serve_cost[both].min(axis=1)
        other = np.where(both, problem.task_arc[:, 1], one)
        n = problem.n_nodes
        self.from_depot = costs_from(graph_of(problem), np.array([problem.depot]))[0]
        self.from_depot = self.from_depot.astype(np.int64)
        back = sorted_arcs(n, problem.head, problem.tail, problem.cost)
        stops = problem.facilities if len(problem.facilities) else np.array([problem.depot])
        to_stops = costs_from(back, stops).astype(np.int64)
        self.to_stop = to_stops.min(axis=0)
        home = self.to_stop
        if len(problem.facilities):
            last = costs_from(back, np.array([problem.depot]))[0].astype(np.int64)
            home = (to_stops + problem.visit_cost + last[stops][:, None]).min(axis=0)
        # before its first task of a set a route has come so far, and after its last it goes home;
        # services on the way count only where they take no less than driving
        self.there, self.home = np.zeros((2, len(one)), dtype=np.int64)
        if (problem.serve_cost[:, 0] >= problem.cost[one]).all() and (
            problem.serve_cost[both, 1] >= problem.cost[other[both]]
        ).all():
            tails = np.stack([problem.tail[one], problem.tail[other]])
            heads = np.stack([problem.head[one], problem.head[other]])
            self.there = self.from_depot[tails].min(axis=0)
            self.home = home[heads].min(axis=0)
        self.known: set[bytes] = set()

    def broken(
        self, label: NDArray[np.int64], passes: NDArray[np.float64], routes: int
    ) -> list[BorderSet]:
        """Find the sets whose borders are passed too seldom; each is given once.

        Parameters
        ----------
        label : int64[n]
            Set of each node, from 0; -1 for none.
        passes : float64[a]
            Without service.
        routes
            So many there are at least.
        """
        problem = self.problem
        count = int(label.max(initial=-1)) + 1
        if count == 0:
            return []
        least = self._least(label, count, routes)
        tail, head = label[problem.tail], label[problem.head]
        crossing = np.flatnonzero(tail != head)
        arc = np.concatenate([crossing, crossing])
        of = np.concatenate([tail[crossing], head[crossing]])
        arc, of = arc[of >= 0], of[of >= 0]
        now = np.bincount(of, weights=passes[arc], minlength=count)
        wrong = np.flatnonzero(now < least - _BROKEN)
        if not len(wrong):
            return []
        order = np.argsort(of, kind="stable")
        arc, of = arc[order], of[order]
        found = []
        for one in wrong.tolist():
            first, last = np.searchsorted(of, [one, one + 1])
            border = BorderSet(np.sort(arc[first:last]), int(least[one]))
            key = border.arcs.tobytes() + border.least.to_bytes(8, "little")
            if key not in self.known:
                self.known.add(key)
                found.append(border)
        return found

    def _least(self, label: NDArray[np.int64], count: int, routes: int) -> NDArray[np.int64]:
        """Unserved passes that the border of each set has at least; int64[count]."""
        problem = self.problem
        a, b = label[self.u], label[self.v]
        crossed = np.bincount(a[(a != b) & (a >= 0)], minlength=count)
        crossed += np.bincount(b[(a != b) & (b >= 0)], minlength=count)
        of = np.concatenate([a, np.where(a != b, b, -1)])
        task = np.tile(np.arange(len(a)), 2)[of >= 0]
        of = of[of >= 0]
        demand = np.zeros(count, dtype=np.int64)
        work = np.zeros(count, dtype=np.int64)
        np.add.at(demand, of, problem.demand[task])
        np.add.at(work, of, self.work[task])
        touched = np.bincount(of, minlength=count) > 0
        holds = np.zeros(count, dtype=np.bool_)
        holds[label[problem.facilities][label[problem.facilities] >= 0]] = True
        at_depot = np.zeros(count, dtype=np.bool_)
        if label[problem.depot] >= 0:
            at_depot[label[problem.depot]] = True
        loads = touched.astype(np.int64)
        heavy = -(-demand // problem.capacity)
        if problem.most_cost is not None:
            there = np.full(count, int(FAR), dtype=np.int64)
            home = np.full(count, int(FAR), dtype=np.int64)
            np.minimum.at(there, of, self.there[task])
            np.minimum.at(home, of, self.home[task])
            left = np.maximum(1, problem.most_cost - there - home)
            loads = np.maximum(loads, np.where(touched, -(-work // left), 0))
        loads[at_depot] = 0
        if len(problem.facilities):
            loads = np.where(holds, loads, np.maximum(loads, heavy))
            loads[at_depot & ~holds] = np.maximum(loads, routes)[at_depot & ~holds]
        else:
            loads = np.where(at_depot, 0, np.maximum(loads, heavy))
        # by parity alone also where both depot and facilities are in the set
        least: NDArray[np.int64] = np.maximum(2 * loads - crossed, crossed % 2)
        return least

    # ---- sets to look at

    def rings(self) -> Iterator[NDArray[np.int64]]:
        """Give what lies beyond some distance of the depot or the facilities, whole and by part."""
        for away in (self.from_depot, self.to_stop):
            near = away[away < FAR]
            for far in np.unique(np.quantile(near, np.arange(_RINGS) / _RINGS)):
                outside = away > far
                yield np.where(outside, 0, 1)
                yield self._parts_of(outside)

    def _parts_of(self, inside: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Give each of some nodes the number of its connected part; -1 for the others."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        problem = self.problem
        arcs = inside[problem.tail] & inside[problem.head]
        ends = (problem.tail[arcs], problem.head[arcs])
        n = problem.n_nodes
        graph = csr_array((np.ones(len(ends[0])), ends), shape=(n, n))
        _, label = connected_components(graph, directed=False)
        return np.where(inside, label, -1).astype(np.int64)
