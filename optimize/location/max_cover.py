"""Maximal cover to proof: merged rows, local search, linear relaxation, HiGHS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.models import cover_model
from optimize.location.cover.table import assigned, build_table
from optimize.location.solution import Solution, relative_gap
from optimize.mip import solve_mip

if TYPE_CHECKING:
    from optimize.location.problems import MaxCover
    from optimize.location.solution import Limits, Status
    from optimize.location.solve import Method

__all__ = ["solve"]


def solve(problem: MaxCover, limits: Limits, method: Method) -> Solution:
    """Solve a maximal cover; see `optimize.location.solve`."""
    began = time.perf_counter()
    sites = problem.sites
    allowed = np.ones(sites.n, dtype=np.bool_)
    allowed[sites.forbidden] = False
    table = build_table(problem.coverage, problem.weight, allowed=allowed)
    count = None if problem.p is None else (0.0, float(problem.p))
    found = solve_mip(
        cover_model(table, sites, count),
        time_limit_s=limits.time_s,
        gap=limits.gap,
        threads=limits.threads,
        seed=limits.seed,
    )
    seconds = time.perf_counter() - began
    none = np.full(problem.coverage.n_points, -1, dtype=np.int64)
    if not found.found:
        status: Status = "infeasible" if found.status == "infeasible" else "none"
        return Solution(status, np.nan, found.bound, np.zeros(0, np.int64), none, seconds, "HiGHS")
    open_sites = np.flatnonzero(found.x[: sites.n] > 0.5)
    chosen, best = assigned(problem.coverage, open_sites)
    value = float(problem.weight @ best)
    if sites.preference is not None:
        value += float(sites.preference[open_sites].sum())
    bound = max(found.bound, value)
    status = "optimal" if relative_gap(value, bound) == 0.0 else "feasible"
    return Solution(
        status, value, bound, open_sites, chosen, seconds, "HiGHS", interrupted=found.interrupted
    )
