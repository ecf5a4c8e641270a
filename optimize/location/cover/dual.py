"""Bounds of a maximal cover without a linear program, and what they say about single sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.kernels import cover_bound, lagrangian, site_values
from optimize.location.rows import site_bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.cover.table import Table
    from optimize.location.sites import Sites

__all__ = ["DualBound", "fix_by", "lagrangian_bound"]

_NO_COST = np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class DualBound:
    """A bound, and how much of it a decision on a site would give away.

    Parameters
    ----------
    bound
        No plan is worth more.
    without, with_ : float64[m]
        What no plan is worth more than that leaves the site closed, or that opens it.
    """

    bound: float
    without: NDArray[np.float64]
    with_: NDArray[np.float64]


def lagrangian_bound(
    table: Table,
    sites: Sites,
    p: int,
    plan: NDArray[np.int64],
    value: float,
    *,
    iterations: int,
    more: Callable[[float], bool],
) -> DualBound:
    """Bound a maximal cover by prices of its rows.

    Apart pairs and quotas are left out: the bound holds all the same.

    Parameters
    ----------
    p
        Most sites that may be open.
    plan, value
        The best so far; the prices begin where they suit it.
    iterations
        Most that are made.
    more
        Asked after some iterations with the bound: whether to go on.
    """
    lower, upper = site_bounds(sites)
    preference = np.zeros(sites.n) if sites.preference is None else sites.preference
    cost, budget = _NO_COST, 0.0
    if sites.budget is not None and sites.cost is not None:
        cost, budget = sites.cost, sites.budget * (1 + 1e-9) + 1e-9
    price = _first_prices(table, plan)
    best, direction = price.copy(), np.zeros(table.n_rows)
    scalars = np.array([np.finfo(np.float64).max, 1.0, 0.0])
    columns = (table.col_ptr, table.col_row, table.col_share, table.weight)
    size = len(table.site) + 50 * table.n_sites + table.n_rows
    block = max(1, min(100, int(2e8 // max(1, size))))
    done = 0
    while done < iterations:
        ended = lagrangian(
            *columns,
            preference,
            lower,
            upper,
            p,
            cost,
            budget,
            value,
            price,
            best,
            direction,
            scalars,
            min(block, iterations - done),
        )
        done += block
        if ended or not more(float(scalars[0])):
            break
    worth, x = np.empty(table.n_sites), np.empty(table.n_sites)
    site_values(*columns, best, worth)
    worth += preference
    total, threshold = cover_bound(worth, lower, upper, p, cost, budget, x)
    bound = total + float(best.sum())
    if len(cost):
        unknown = np.full(table.n_sites, bound)
        return DualBound(bound, unknown, unknown)
    inside = x > 0
    chosen = worth[inside & (lower == 0)]
    last = float(chosen.min()) if len(chosen) and inside.sum() >= p else 0.0
    without = np.where(inside, bound - worth + threshold, bound)
    with_ = np.where(inside, bound, bound + worth - last)
    return DualBound(
        bound, np.where(lower > 0, -np.inf, without), np.where(upper == 0, -np.inf, with_)
    )


def fix_by(dual: DualBound, least: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sites that every plan worth at least so much opens, and those that none of them opens."""
    slack = 1e-7 * max(1.0, abs(least))
    return dual.without < least - slack, dual.with_ < least - slack


def _first_prices(table: Table, plan: NDArray[np.int64]) -> NDArray[np.float64]:
    """Prices that suit a plan: nothing where it does not cover, half where one site does."""
    is_open = np.zeros(table.n_sites, dtype=np.int64)
    is_open[plan] = 1
    reach = np.concatenate([[0], np.cumsum(is_open[table.site])])
    count = np.diff(reach[table.indptr])
    best = table.covered(plan) * table.weight
    return best * np.where(count > 1, 1.0, 0.5)
