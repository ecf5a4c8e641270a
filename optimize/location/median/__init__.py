"""P-medians and uncapacitated facility location to proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize.location.problems import PMedian
    from optimize.location.solution import Limits, Solution
    from optimize.location.solve import Method

__all__ = ["solve"]


def solve(problem: PMedian, limits: Limits, method: Method) -> Solution:
    """Solve a p-median.

    Parameters
    ----------
    problem
        With p, or with opening costs.
    limits
        Of the search.
    method
        See `optimize.location.solve.METHODS`.
    """
    from optimize.location.median.own import solve_own
    from optimize.location.median.ruled import solve_model

    if method == "mip" or not problem.sites.is_free:
        return solve_model(problem, limits, alone=method == "mip")
    return solve_own(problem, limits, prove=method != "heuristic")
