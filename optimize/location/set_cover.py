"""Set cover (Toregas et al. 1971), with backup (Hogan and ReVelle 1986), to proof."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.least import CoverTask, least_cover
from optimize.location.cover.run import Run
from optimize.location.cover.table import assigned, build_table
from optimize.location.coverage import Coverage
from optimize.location.rows import site_bounds
from optimize.location.solution import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import SetCover
    from optimize.location.solution import Solution
    from optimize.location.solve import Method

__all__ = ["prepare", "solve", "uncoverable"]


def uncoverable(problem: SetCover) -> NDArray[np.int64]:
    """Demand points that too few sites may cover, whatever is opened.

    Parameters
    ----------
    problem
        A site counts where it is not forbidden.

    Returns
    -------
    int64[k]
        Ascending; where there is one, no plan exists.
    """
    allowed = np.ones(problem.sites.n, dtype=np.int64)
    allowed[problem.sites.forbidden] = 0
    coverage = problem.coverage
    reach = np.concatenate([[0], np.cumsum(allowed[coverage.site])])
    return np.flatnonzero(np.diff(reach[coverage.indptr]) < problem.times).astype(np.int64)


def solve(problem: SetCover, limits: Limits, method: Method) -> Solution:
    """Solve a set cover; see `optimize.location.solve`."""
    prepare()
    return _solved(problem, limits, method)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    from optimize.location.problems import SetCover

    # five points in a ring, each covered by two sites: no reduction decides it
    ring = (np.arange(5)[:, None] + np.arange(2)) % 5
    problem = SetCover(Coverage(np.arange(0, 11, 2), np.sort(ring, axis=1).ravel(), 5))
    _solved(problem, Limits(time_s=3600.0), "heuristic")


def _solved(problem: SetCover, limits: Limits, method: Method) -> Solution:
    run = Run(limits, gain=False)
    sites = problem.sites
    nobody = np.full(problem.coverage.n_points, -1, dtype=np.int64)
    if len(uncoverable(problem)):
        run.infeasible = True
        return run.solution(nobody)
    lower, upper = site_bounds(sites)
    if (lower > upper).any():
        run.infeasible = True
        return run.solution(nobody)
    times = np.asarray(problem.times, dtype=np.int64)
    table = build_table(
        problem.coverage,
        (times > 0).astype(np.float64),
        allowed=upper > 0,
        times=times,
        shares=False,
    )
    if ((table.group < 0) & (times > 0)).any():  # reached by sites that the rules keep closed
        run.infeasible = True
        return run.solution(nobody)
    cost = np.ones(sites.n) if sites.cost is None else sites.cost
    if sites.preference is not None:
        cost = cost - sites.preference
    if sites.is_free:
        lower = np.where((cost < 0) & (upper > 0), 1.0, lower)
    run.whole = bool((cost == np.rint(cost)).all())
    task = CoverTask(table, cost, lower, upper, sites)
    try:
        least_cover(task, run, method=method)
    except KeyboardInterrupt:
        if run.plan is None:
            raise
        run.interrupted = True
    if run.plan is None:
        return run.solution(nobody)
    run.value = float(cost[run.plan].sum())
    bare = Coverage(problem.coverage.indptr, problem.coverage.site, sites.n)
    return run.solution(assigned(bare, run.plan)[0])
