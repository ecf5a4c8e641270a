"""P-medians whose sites obey a budget, a least spacing or quotas: HiGHS with these rows.

Exactly p sites are opened, or fewer where nothing can be added to them without breaking a rule.
Where opening more never costs (no opening costs, no preferences), the best plan of at most p
sites is filled up. Elsewhere a plan that could be filled up, and so is none, is cut off together
with all its subsets: what can be added to it can be added to these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.core import build_core
from optimize.location.median.model import radius_model
from optimize.location.median.near import nearest_sites
from optimize.location.median.search import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.model import RadiusModel
    from optimize.location.problems import PMedian
    from optimize.location.sites import Sites
    from optimize.location.solution import Limits, Solution
    from optimize.mip import MipResult

__all__ = ["solve_model"]


def solve_model(problem: PMedian, limits: Limits) -> Solution:
    """Solve a p-median by HiGHS alone.

    Parameters
    ----------
    problem
        Of any rules.
    limits
        Of the search.
    """
    core = build_core(problem)
    search = Search(core, limits)
    near = nearest_sites(core.cost, core.m)
    if (np.diff(near.start) == 0).any():
        return search.solution(problem, "HiGHS", infeasible=True)
    p, sites = problem.p, problem.sites
    count = p if p is None or sites.is_free else (0.0, float(p))
    model = radius_model(core, near, sites, count=count)
    infeasible = _run(problem, model, search)
    return search.solution(problem, "HiGHS", infeasible=infeasible)


def _run(problem: PMedian, model: RadiusModel, search: Search) -> bool:
    """Solve until the best solution is a plan; say whether there is none."""
    core, sites = search.core, problem.sites
    place = np.full(sites.n, -1, dtype=np.int64)
    place[core.site] = np.arange(core.m)
    while search.seconds_left > 0 and not search.interrupted:
        result = _solve(model, search)
        search.interrupted |= result.interrupted
        if result.status == "infeasible":
            if search.open_sites is not None:
                search.raise_bound(search.value)
            return search.open_sites is None
        if np.isfinite(result.bound):
            search.raise_bound(_safe(search, result.bound))
        if not result.found:
            return False
        chosen = np.flatnonzero(result.x[: sites.n] > 0.5)
        filled = fill_up(sites, chosen, problem.p)
        search.offer(place[filled])
        if len(filled) == len(chosen) or search.is_proven or result.status != "optimal":
            return False
        others = np.setdiff1d(np.arange(sites.n), chosen)
        model.linear.rows.add(np.zeros(len(others)), others, 1.0, lower=np.ones(1), upper=np.inf)
    return False


def _solve(model: RadiusModel, search: Search) -> MipResult:
    from optimize.mip import solve_mip

    limits = search.limits

    def progress(value: float, bound: float, seconds: float) -> None:
        del value, seconds
        if np.isfinite(bound):
            search.raise_bound(_safe(search, bound))
        search.tell("branch and bound")

    return solve_mip(
        model.linear,
        time_limit_s=search.seconds_left,
        gap=limits.gap,
        threads=limits.threads,
        seed=limits.seed,
        progress=progress if limits.progress is not None else None,
    )


def _safe(search: Search, bound: float) -> float:
    """Take off what the solver's tolerances may have added; whole values round up again."""
    slack = 1e-6 * max(1.0, abs(bound))
    unit = search.core.unit
    if unit > 0 and slack < 0.5 * unit:
        return float(np.ceil((bound - slack) / unit) * unit)
    return bound - 2e-10 * max(1.0, abs(bound))


def fill_up(sites: Sites, open_sites: NDArray[np.int64], p: int | None) -> NDArray[np.int64]:
    """Open more sites up to p while the rules allow it.

    Parameters
    ----------
    sites
        The rules.
    open_sites : int64[k]
        That keep them.
    p
        Number wanted; None for no more than there are.
    """
    is_open = np.zeros(sites.n, dtype=np.bool_)
    is_open[open_sites] = True
    if p is None:
        return np.flatnonzero(is_open)
    for site in sites.allowed:
        if int(is_open.sum()) >= p:
            break
        if is_open[site]:
            continue
        is_open[site] = True
        if sites.faults(np.flatnonzero(is_open)):
            is_open[site] = False
    return np.flatnonzero(is_open)
