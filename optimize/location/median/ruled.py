"""P-medians whose sites obey a budget, a least spacing or quotas: HiGHS with these rows.

Exactly p sites are opened, or fewer where nothing can be added to them without breaking a rule.
Where opening more never costs (no opening costs, no preferences), the best plan of at most p
sites is filled up. Elsewhere a plan that could be filled up, and so is none, is cut off together
with all its subsets: what can be added to it can be added to these.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.core import build_core
from optimize.location.median.model import radius_model
from optimize.location.median.near import nearest_sites
from optimize.location.median.own import solve_own
from optimize.location.median.ruled_start import ruled_plan
from optimize.location.median.search import Search
from optimize.location.sites import Sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.model import RadiusModel
    from optimize.location.problems import PMedian, ReliableMedian
    from optimize.location.solution import Limits, Solution
    from optimize.mip import LinearModel, MipResult

__all__ = ["fill_up", "prove_by_model", "solve_model"]


_SHARE_RELAXED = 0.2
"""Of the time, for the problem without its rules."""


def solve_model(problem: PMedian, limits: Limits, *, alone: bool = False) -> Solution:
    """Solve a p-median by HiGHS.

    Where leaving out the rules can only make plans cheaper, our own search bounds that problem
    first, and is done where its plan happens to keep them.

    Parameters
    ----------
    problem
        Of any rules.
    limits
        Of the search.
    alone
        Whether HiGHS gets no help.
    """
    core = build_core(problem)
    search = Search(core, limits)
    never_dearer = problem.opening is None and problem.sites.preference is None
    if not alone and not problem.sites.is_free and (problem.p is None or never_dearer):
        relaxed = _without_rules(problem, replace(limits, time_s=_SHARE_RELAXED * limits.time_s))
        if relaxed.status == "infeasible":
            return search.solution(problem, "own", infeasible=True)
        if relaxed.found and not problem.sites.faults(relaxed.open_sites):
            search.offer(np.searchsorted(core.site, relaxed.open_sites))
        search.raise_bound(relaxed.bound)
        if relaxed.interrupted:
            search.interrupted = True
            if search.open_sites is None:
                raise KeyboardInterrupt
        if search.is_proven or search.interrupted:
            return search.solution(problem, "own")
    near = nearest_sites(core.cost, core.m)
    if (np.diff(near.start) == 0).any():
        return search.solution(problem, "HiGHS", infeasible=True)
    p, sites = problem.p, problem.sites
    count = p if p is None or sites.is_free else (0.0, float(p))
    model = radius_model(core, near, sites, count=count)
    start = _start(problem, model, search, alone=alone)
    try:
        infeasible = prove_by_model(problem, model.linear, search, start)
    except KeyboardInterrupt:
        if search.open_sites is None:
            raise
        search.interrupted, infeasible = True, False
    return search.solution(problem, "HiGHS", infeasible=infeasible)


def _start(
    problem: PMedian, model: RadiusModel, search: Search, *, alone: bool
) -> NDArray[np.float64] | None:
    """Solution of the model for the best plan so far, or for one made up now."""
    core, sites = search.core, problem.sites
    begin = search.open_sites
    if begin is None and not alone and not sites.is_free:
        begin = ruled_plan(search, sites)
    if begin is None or not np.isfinite(core.value(begin)):
        return None
    is_open = np.zeros(sites.n, dtype=np.bool_)
    is_open[fill_up(sites, core.site[begin], problem.p)] = True
    opened = np.flatnonzero(is_open[core.site])
    search.offer(opened)
    return model.start(is_open, core.cost[:, opened].min(axis=1, initial=np.inf))


def _without_rules(problem: PMedian, limits: Limits) -> Solution:
    sites = problem.sites
    free = Sites(sites.n, fixed=sites.fixed, forbidden=sites.forbidden, preference=sites.preference)
    return solve_own(replace(problem, sites=free), limits)


def prove_by_model(
    problem: PMedian | ReliableMedian,
    model: LinearModel,
    search: Search,
    start: NDArray[np.float64] | None = None,
) -> bool:
    """Solve until the best solution is a plan; say whether there is none.

    Parameters
    ----------
    problem
        The caller's; its sites are the first columns of the model.
    model
        May leave out plans that are not below the search's cutoff.
    search
        Takes plans and bounds.
    start
        Solution to begin with.
    """
    core, sites = search.core, problem.sites
    place = np.full(sites.n, -1, dtype=np.int64)
    place[core.site] = np.arange(core.m)
    while search.seconds_left > 0 and not search.interrupted:
        result = _solve(model, search, start)
        search.interrupted |= result.interrupted
        if result.status == "infeasible":
            if search.open_sites is not None:
                search.raise_bound(search.floor)
            return search.open_sites is None
        if not result.found:
            search.raise_bound(min(_safe(search, result.bound), search.floor))
            return False
        chosen = np.flatnonzero(result.x[: sites.n] > 0.5)
        filled = fill_up(sites, chosen, problem.p)
        search.offer(place[filled])
        search.raise_bound(min(_safe(search, result.bound), search.floor))
        if result.status == "optimal" and abs(search.value - result.bound) <= _slack(result.bound):
            # equal but for what the solver lets its rows be off
            search.raise_bound(search.floor)
        if len(filled) == len(chosen) or search.is_proven or result.status != "optimal":
            return False
        others = np.setdiff1d(np.arange(sites.n), chosen)
        model.rows.add(np.zeros(len(others)), others, 1.0, lower=np.ones(1), upper=np.inf)
    return False


def _solve(model: LinearModel, search: Search, start: NDArray[np.float64] | None) -> MipResult:
    from optimize.mip import solve_mip

    limits = search.limits

    def progress(value: float, bound: float, seconds: float) -> None:
        del value, seconds
        search.raise_bound(min(_safe(search, bound), search.floor))
        search.tell("branch and bound")

    return solve_mip(
        model,
        time_limit_s=search.seconds_left,
        gap=limits.gap,
        threads=limits.threads,
        seed=limits.seed,
        start=start,
        progress=progress if limits.progress is not None else None,
    )


def _safe(search: Search, bound: float) -> float:
    """Take off what the solver's tolerances may have added; whole values round up again."""
    if not np.isfinite(bound):
        return float("-inf")
    slack = _slack(bound)
    unit = search.core.unit
    if unit > 0 and slack < 0.5 * unit:
        return float(np.ceil((bound - slack) / unit) * unit)
    return bound - 2e-10 * max(1.0, abs(bound))


def _slack(bound: float) -> float:
    """Difference that the solver's tolerance of 1e-7 on rows may make."""
    return 1e-6 * max(1.0, abs(bound))


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
