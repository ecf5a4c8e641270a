"""Turns in the linear program of a lower bound.

A variable for each permitted turn counts how often it is made. What drives along an arc, serving or
not, comes out of a turn and goes into one, or begins or ends at the depot or a facility, where
there is no turn to make (the transformed problem of Corberan, Marti, Martinez and Soler 2002,
relaxed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.arcs.turns import line_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.mip import Rows
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["TurnRows"]


class TurnRows:
    """Columns for turns and the rows that tie them to what drives along the arcs.

    Columns 0 to a - 1 of the program are the passes of the arcs, those from a on the shares of the
    tasks with two arcs that are served along the second.

    Parameters
    ----------
    problem
        With turns.
    both : int64[b]
        Tasks with two arcs.
    stops : int64[s]
        Nodes at which routes begin and end, and facilities.
    """

    def __init__(
        self, problem: ArcProblem, both: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> None:
        arcs, shares = len(problem.tail), len(both)
        graph = line_graph(problem.tail, problem.head, problem.cost, problem.turns)
        first, second = graph.before, graph.after.astype(np.int64)
        ends = np.flatnonzero(np.isin(problem.head, stops))
        begins = np.flatnonzero(np.isin(problem.tail, stops))
        self.cost = np.concatenate([graph.turn, np.zeros(len(ends) + len(begins))])
        new = arcs + shares + np.arange(len(self.cost))
        turn, end, begin = np.split(new, [len(first), len(first) + len(ends)])
        # each arc's passes and services, over against what leaves it and what comes to it
        one, other = problem.task_arc[both, 0], problem.task_arc[both, 1]
        share = arcs + np.arange(shares)
        passing = np.concatenate([np.arange(arcs), one, other])
        column = np.concatenate([np.arange(arcs), share, share])
        value = np.concatenate([-np.ones(arcs), np.ones(shares), -np.ones(shares)])
        self.row = np.concatenate(
            [first, ends, passing, arcs + second, arcs + begins, arcs + passing]
        )
        self.column = np.concatenate([turn, end, column, turn, begin, column])
        ones = np.ones(len(self.cost) + len(first))
        head, rest = ones[: len(first) + len(ends)], ones[len(first) + len(ends) :]
        self.value = np.concatenate([head, value, rest, value])
        served = np.bincount(problem.task_arc[:, 0], minlength=arcs).astype(np.float64)
        self.served = np.concatenate([served, served])

    def add_to(self, rows: Rows) -> None:
        """Add the rows to a program."""
        rows.add(self.row, self.column, self.value, lower=self.served, upper=self.served)
