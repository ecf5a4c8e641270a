"""Sites that can serve so much and no more: one echelon, in one size or several.

`solve` is in `search`; the bound from relaxing who serves whom in `lagrange`, its compiled parts
in `kernels`, the integer program in `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimize.location.problems import FacilityLocation
    from optimize.location.solution import Limits, Solution
    from optimize.location.solve import Method

__all__ = ["solve"]


def solve(problem: FacilityLocation, limits: Limits, method: Method = "auto") -> Solution:
    """Solve a capacitated facility location problem: see `search.solve`."""
    from optimize.location.capacitated import search

    return search.solve(problem, limits, method)
