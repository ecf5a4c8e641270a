"""A plan that keeps all rules to begin with: greedy, then exchanges that the rules allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.search import Search
    from optimize.location.sites import Sites

__all__ = ["ruled_plan"]

_TRIES = 50
"""Exchanges of one site that are tried against the rules before the next site's turn."""


def ruled_plan(search: Search, sites: Sites) -> NDArray[np.int64] | None:
    """Open the site that saves most while the rules allow it, then exchange.

    Parameters
    ----------
    search
        With its core and the clock.
    sites
        The caller's rules.

    Returns
    -------
    int64[k] or None
        Sites of the core; None where this way leads to no plan.
    """
    core = search.core
    unserved = 1.0 + float(np.where(np.isfinite(core.cost), core.cost, 0.0).max(initial=0.0))
    cost = np.minimum(core.cost, unserved * core.n)
    plan = np.flatnonzero(core.fixed).tolist()
    most = core.m if core.p < 0 else core.p
    while len(plan) < most and search.seconds_left > 0:
        now = cost[:, plan].min(axis=1) if plan else np.full(core.n, unserved * core.n)
        saved = np.maximum(now[:, None] - cost, 0.0).sum(axis=0) - core.site_cost
        saved[plan] = -np.inf
        order = np.argsort(-saved, kind="stable")
        if core.p < 0:
            order = order[saved[order] > 0]
        found = _first_allowed(sites, core.site, plan, order[np.isfinite(saved[order])])
        if found is None:
            break
        plan.append(found)
    better = bool(plan)
    while better and search.seconds_left > 0:
        better = _exchange(search, sites, cost, plan)
    if sites.faults(core.site[plan]):
        return None
    return np.array(sorted(plan), dtype=np.int64)


def _first_allowed(
    sites: Sites, site: NDArray[np.int64], plan: list[int], order: NDArray[np.int64]
) -> int | None:
    """First of some sites that breaks no more rules than are broken without it."""
    broken = len(sites.faults(site[plan]))
    for j in order:
        if len(sites.faults(site[[*plan, int(j)]])) <= broken:
            return int(j)
    return None


def _exchange(search: Search, sites: Sites, cost: NDArray[np.float64], plan: list[int]) -> bool:
    """Exchange each site once where that saves; say whether any was exchanged."""
    core = search.core
    better = False
    for place, leaves in enumerate(list(plan)):
        if core.fixed[leaves] or search.seconds_left == 0:
            continue
        rest = [*plan[:place], *plan[place + 1 :]]
        now = cost[:, plan].min(axis=1).sum() + core.site_cost[plan].sum()
        held = cost[:, rest].min(axis=1) if rest else np.full(core.n, np.inf)
        value = np.minimum(held[:, None], cost).sum(axis=0) + core.site_cost
        value += core.site_cost[rest].sum()
        value[plan] = np.inf
        order = np.argsort(value, kind="stable")[:_TRIES]
        order = order[value[order] < now - 1e-9 * max(1.0, abs(now))]
        found = _first_allowed(sites, core.site, rest, order)
        if found is not None and len(sites.faults(core.site[[*rest, found]])) <= len(
            sites.faults(core.site[plan])
        ):
            plan[place] = found
            better = True
    return better
