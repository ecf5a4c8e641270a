"""The rules of `Sites` as bounds and rows of a linear or integer program.

Every model that goes to a general solver has one 0/1 column a site that says whether it is open;
these columns lie side by side, and what is said here binds them and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.sites import Sites
    from optimize.mip import Rows

__all__ = ["add_site_rows", "cliques", "fixed_fit", "site_bounds"]


def site_bounds(sites: Sites) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of the columns that say whether a site is open.

    Parameters
    ----------
    sites
        Fixed sites have both bounds 1. Forbidden ones, those too near to a fixed one, and those
        whose cost alone breaks the budget have both 0.

    Returns
    -------
    lower, upper : float64[n]

    Examples
    --------
    >>> from optimize.location.sites import Sites
    >>> lower, upper = site_bounds(Sites(4, fixed=[0], forbidden=[1], apart=[[0, 2]]))
    >>> lower.tolist(), upper.tolist()
    ([1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0])
    """
    lower, upper = np.zeros(sites.n), np.ones(sites.n)
    upper[sites.forbidden] = 0.0
    lower[sites.fixed] = 1.0
    held = np.isin(sites.apart, sites.fixed)
    upper[sites.apart[held[:, ::-1]]] = 0.0
    if sites.budget is not None and sites.cost is not None:
        left = sites.budget - float(sites.cost[sites.fixed].sum())
        dear = sites.cost > left + _slack(sites.budget)
        dear[sites.fixed] = False
        upper[dear] = 0.0
    return lower, upper


def add_site_rows(
    rows: Rows,
    sites: Sites,
    first_column: int = 0,
    count: int | tuple[float, float] | None = None,
) -> None:
    """Put the budget, the least spacing, the quotas and the number of open sites into rows.

    Fixed and forbidden sites are no rows but bounds: see `site_bounds`.

    Parameters
    ----------
    rows
        Of the model; added to.
    sites
        The rules.
    first_column
        Column of site 0; site j has column ``first_column + j``.
    count
        How many sites are open exactly, or at least and at most (inf for no bound); None where
        nothing is said.
    """
    none = -np.inf
    if sites.budget is not None and sites.cost is not None:
        costly = np.flatnonzero(sites.cost)
        rows.add(
            np.zeros(len(costly)),
            first_column + costly,
            sites.cost[costly],
            lower=np.full(1, none),
            upper=sites.budget + _slack(sites.budget),
        )
    groups = cliques(sites.apart)
    if groups:
        length = [len(group) for group in groups]
        rows.add(
            np.repeat(np.arange(len(groups)), length),
            first_column + np.concatenate(groups),
            1.0,
            lower=np.full(len(groups), none),
            upper=1.0,
        )
    for quota in sites.quotas:
        most = np.inf if quota.at_most is None else float(quota.at_most)
        rows.add(
            np.zeros(len(quota.sites)),
            first_column + quota.sites,
            1.0,
            lower=np.full(1, float(quota.at_least)),
            upper=most,
        )
    if count is not None:
        least, most = count if isinstance(count, tuple) else (float(count), float(count))
        rows.add(
            np.zeros(sites.n),
            first_column + np.arange(sites.n),
            1.0,
            lower=np.full(1, least),
            upper=most,
        )


def fixed_fit(sites: Sites) -> bool:
    """Say whether what must be open fits the rules: the budget, the spacing and upper quotas.

    Where it does not, there is no plan.
    """
    lower, upper = site_bounds(sites)
    if (lower > upper).any():
        return False
    if sites.budget is not None and sites.cost is not None:
        spent = float(sites.cost[sites.fixed].sum())
        if spent > sites.budget + _slack(sites.budget):
            return False
    counts = [np.isin(quota.sites, sites.fixed).sum() for quota in sites.quotas]
    return all(
        quota.at_most is None or count <= quota.at_most
        for quota, count in zip(sites.quotas, counts, strict=True)
    )


def cliques(pairs: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Gather pairs into groups each pair of which is among them.

    One of a group may be open: one row where its pairs would be many, and a tighter relaxation.
    Each group is grown from the first pair in none so far, its next member the one in most pairs
    that are in no group yet; so groups are maximal, though not the fewest.

    Parameters
    ----------
    pairs : int64[k, 2]
        Each pair once, the smaller index first.

    Returns
    -------
    list of int64 arrays
        Ascending in each group.

    Examples
    --------
    >>> [group.tolist() for group in cliques(np.array([[0, 1], [0, 2], [1, 2], [2, 3]]))]
    [[0, 1, 2], [2, 3]]
    """
    beside: dict[int, set[int]] = {}
    for a, b in pairs.tolist():
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    open_to = {site: set(others) for site, others in beside.items()}  # pairs in no group yet
    groups: list[NDArray[np.int64]] = []
    for a, b in pairs.tolist():
        if b not in open_to[a]:
            continue
        group, common = [a, b], beside[a] & beside[b]
        gain = {v: sum(u in open_to[v] for u in group) for v in common}
        while common:
            following = min(common, key=lambda v: (-gain[v], v))
            group.append(following)
            common &= beside[following]
            for v in common:
                gain[v] += following in open_to[v]
        members = set(group)
        for v in group:
            open_to[v] -= members
        groups.append(np.array(sorted(group), dtype=np.int64))
    return groups


def _slack(budget: float) -> float:
    """Return what rounding may add to a sum of costs, as in `Sites.faults`."""
    return 1e-9 * max(1.0, abs(budget))
