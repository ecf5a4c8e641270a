"""P-medians whose sites may be out of order, and means of the nearest few, to proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize.location.problems import ReliableMedian
    from optimize.location.solution import Limits, Solution
    from optimize.location.solve import Method

__all__ = ["solve"]


def solve(problem: ReliableMedian, limits: Limits, method: Method) -> Solution:
    """Solve a median with levels.

    Parameters
    ----------
    problem
        The expectation over failures, or the mean of the nearest sites.
    limits
        Of the search.
    method
        See `optimize.location.solve.METHODS`. Our own search finds plans and a bound and settles
        what it can; HiGHS proves the rest.
    """
    from optimize.location.reliable.own import solve_levels

    return solve_levels(problem, limits, method)
