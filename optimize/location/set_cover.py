"""Set cover to proof: merged rows, HiGHS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.table import Table, assigned, build_table
from optimize.location.rows import add_site_rows, site_bounds
from optimize.location.solution import Solution, relative_gap
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import SetCover
    from optimize.location.solution import Limits, Status
    from optimize.location.solve import Method

__all__ = ["solve", "uncoverable"]


def uncoverable(problem: SetCover) -> NDArray[np.int64]:
    """Demand points that too few sites may cover, whatever is opened.

    Parameters
    ----------
    problem
        A site counts where it is not forbidden.
    """
    allowed = np.ones(problem.sites.n, dtype=np.int64)
    allowed[problem.sites.forbidden] = 0
    coverage = problem.coverage
    reach = np.concatenate([[0], np.cumsum(allowed[coverage.site])])
    return np.flatnonzero(np.diff(reach[coverage.indptr]) < problem.times).astype(np.int64)


def solve(problem: SetCover, limits: Limits, method: Method) -> Solution:
    """Solve a set cover; see `optimize.location.solve`."""
    began = time.perf_counter()
    sites = problem.sites
    none = np.full(problem.coverage.n_points, -1, dtype=np.int64)
    empty = np.zeros(0, dtype=np.int64)
    if len(uncoverable(problem)):
        seconds = time.perf_counter() - began
        return Solution("infeasible", np.nan, np.inf, empty, none, seconds, "reach")
    allowed = np.ones(sites.n, dtype=np.bool_)
    allowed[sites.forbidden] = False
    times = np.asarray(problem.times)
    table = build_table(
        problem.coverage, (times > 0).astype(np.float64), allowed=allowed, times=times, shares=False
    )
    cost = np.ones(sites.n) if sites.cost is None else sites.cost
    if sites.preference is not None:
        cost = cost - sites.preference
    found = solve_mip(
        _model(table, problem, cost),
        time_limit_s=limits.time_s,
        gap=limits.gap,
        threads=limits.threads,
        seed=limits.seed,
    )
    seconds = time.perf_counter() - began
    if not found.found:
        status: Status = "infeasible" if found.status == "infeasible" else "none"
        return Solution(status, np.nan, found.bound, empty, none, seconds, "HiGHS")
    open_sites = np.flatnonzero(found.x > 0.5)
    value = float(cost[open_sites].sum())
    bound = min(found.bound, value)
    status = "optimal" if relative_gap(value, bound) == 0.0 else "feasible"
    return Solution(
        status,
        value,
        bound,
        open_sites,
        assigned(problem.coverage, open_sites)[0],
        seconds,
        "HiGHS",
        interrupted=found.interrupted,
    )


def _model(table: Table, problem: SetCover, cost: NDArray[np.float64]) -> LinearModel:
    rows = Rows()
    rows.add(
        np.repeat(np.arange(table.n_rows), np.diff(table.indptr)),
        table.site,
        1.0,
        lower=table.times.astype(np.float64),
        upper=np.inf,
    )
    add_site_rows(rows, problem.sites)
    low, high = site_bounds(problem.sites)
    return LinearModel(cost, low, high, np.ones(len(cost), dtype=np.bool_), rows)
