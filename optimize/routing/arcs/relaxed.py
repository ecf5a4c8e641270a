"""A problem of one kind of vehicle at any hour that allows all that another allows.

Its bound is a bound of the other one: the kind has the largest capacity, the longest shift, the
least cost of a route, and serves each street as the quickest of all does. Where kinds leave from
several depots, theirs is one more node, joined to each of them at no cost: a route from a depot
back to it is one from that node and back. Turns cost what they do, but between those arcs and the
streets, where a route begins or ends, they are free.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["relaxed"]


def relaxed(problem: ArcProblem, times: int = 1) -> ArcProblem:
    """Relax a problem to one kind of vehicle.

    Parameters
    ----------
    problem
        Of any kinds.
    times
        So many times the vehicles there are.
    """
    fleet = problem.fleet
    counts = [kind.count for kind in fleet if kind.count is not None]
    longest = [kind.most_cost for kind in fleet if kind.most_cost is not None]
    costs = np.stack([problem.costs_of(kind) for kind in fleet])
    serve = np.where(costs < 0, np.iinfo(np.int64).max, costs).min(axis=0)
    # a direction in which no kind serves costs what the other one does
    serve = np.where(serve == np.iinfo(np.int64).max, serve.min(axis=1, keepdims=True), serve)
    made = replace(
        problem,
        depot=fleet[0].depot,
        serve_cost=serve,
        capacity=max(kind.capacity for kind in fleet),
        vehicles=times * sum(counts) if len(counts) == len(fleet) else None,
        route_cost=min(kind.route_cost for kind in fleet),
        most_cost=max(longest) if len(longest) == len(fleet) else None,
        kinds=(),
    )
    depots = np.unique([kind.depot for kind in fleet])
    if len(depots) == 1:
        return made
    middle = np.full(len(depots), problem.n_nodes)
    turns = problem.turns
    if turns is not None and turns.reverse is not None:
        none = np.full(2 * len(depots), -1)
        turns = replace(turns, reverse=np.append(turns.reverse, none))
    return replace(
        made,
        n_nodes=problem.n_nodes + 1,
        depot=problem.n_nodes,
        tail=np.concatenate([made.tail, middle, depots]),
        head=np.concatenate([made.head, depots, middle]),
        cost=np.concatenate([made.cost, np.zeros(2 * len(depots), dtype=np.int64)]),
        turns=turns,
    )
