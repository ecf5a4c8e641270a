"""Capacitated facility location as an integer program, in the strong formulation.

Columns: whether each site is open; where sizes are to choose, which option is built; the share of
each point that each site serves. Rows: every point is served; no site serves more than it can;
nobody is served from a closed site (x <= y, pair by pair); and, implied but stronger in the
relaxation, the open sites can serve all (Leung and Magnanti 1989; Sridharan 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import add_site_rows
from optimize.mip import LinearModel, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.capacitated.options import Options
    from optimize.location.sites import Sites

__all__ = ["Plan", "Program", "add_service", "build_sites", "fewest", "program"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Which sites are open in which option, and who is served from where.

    Parameters
    ----------
    option : int64[m]
        -1 where closed.
    point, site : int64[q]
        Pairs that serve.
    share : float64[q]
        Of the point's demand, above 0.
    value
        What the plan costs.
    """

    option: NDArray[np.int64]
    point: NDArray[np.int64]
    site: NDArray[np.int64]
    share: NDArray[np.float64]
    value: float


@dataclass(frozen=True, eq=False)
class Program:
    """The integer program and how its columns are laid.

    Parameters
    ----------
    model
        To solve.
    built_site, built_option : int64[z]
        Of each column after those of the m sites; empty where a site has one option at most.
    point, site : int64[q]
        Of the columns after these.
    """

    model: LinearModel
    built_site: NDArray[np.int64]
    built_option: NDArray[np.int64]
    point: NDArray[np.int64]
    site: NDArray[np.int64]

    def read(self, x: NDArray[np.float64], *, whole: bool) -> tuple[NDArray[np.int64], ...]:
        """Options and serving pairs of a solution, without the solver's rounding."""
        m = len(self.model.cost) - len(self.built_site) - len(self.point)
        option = np.where(x[:m] > 0.5, 0, -1).astype(np.int64)
        built = x[m : m + len(self.built_site)] > 0.5
        option[self.built_site[built]] = self.built_option[built]
        share = x[m + len(self.built_site) :]
        kept = share > (0.5 if whole else 1e-9)
        kept &= option[self.site] >= 0
        return option, np.flatnonzero(kept)

    def place(self, plan: Plan) -> NDArray[np.float64]:
        """Lay a plan into the columns; pairs without one are left out."""
        m = len(plan.option)
        x = np.zeros(len(self.model.cost))
        x[:m] = plan.option >= 0
        x[m : m + len(self.built_site)] = plan.option[self.built_site] == self.built_option
        column = np.full(
            (int(max(plan.point.max(initial=0), self.point.max(initial=0))) + 1, m), -1
        )
        column[self.point, self.site] = np.arange(len(self.point))
        at = column[plan.point, plan.site]
        x[m + len(self.built_site) + at[at >= 0]] = plan.share[at >= 0]
        return x


def fewest(demand: NDArray[np.float64], options: Options) -> int:
    """Least number of sites that could serve all demand, the largest first."""
    room = np.cumsum(np.sort(options.largest[options.count > 0])[::-1])
    total = float(demand.sum()) * (1 - 1e-9)
    return int(np.searchsorted(room, total)) + 1 if total > 0 else 0


def build_sites(
    rows: Rows, options: Options, sites: Sites, p: int | None, least: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Put in the sites' own rows; give costs, option columns and the columns' capacity.

    Returns
    -------
    cost : float64[m + z]
    built_site, built_option : int64[z]
    capacity : float64[m + z]
        Of each column; 0 for the columns of sites where options have their own.
    """
    m = sites.n
    add_site_rows(rows, sites, count=(float(least), np.inf if p is None else float(p)))
    if options.count.max(initial=0) <= 1:
        cost = np.where(options.count > 0, options.cost[:, 0], 0.0)
        none = np.zeros(0, dtype=np.int64)
        return cost, none, none, options.capacity[:, 0]
    site = np.repeat(np.arange(m), options.count)
    option = np.arange(len(site)) - np.repeat(
        np.cumsum(options.count) - options.count, options.count
    )
    column = m + np.arange(len(site))
    rows.add(
        np.concatenate([np.arange(m), site]),
        np.concatenate([np.arange(m), column]),
        np.concatenate([np.ones(m), -np.ones(len(site))]),
        lower=np.zeros(m),
        upper=0.0,
    )
    cost = np.concatenate([np.zeros(m), options.cost[site, option]])
    return cost, site, option, np.concatenate([np.zeros(m), options.capacity[site, option]])


def program(
    cost: NDArray[np.float64],
    demand: NDArray[np.float64],
    options: Options,
    sites: Sites,
    p: int | None,
    *,
    whole: bool,
    alive: NDArray[np.bool_],
    must: NDArray[np.bool_],
) -> Program:
    """Build the program.

    Parameters
    ----------
    cost : float64[n, m]
        Of serving each point wholly.
    demand : float64[n]
        Of each point.
    options
        Of each site.
    sites, p
        Rules, and most open sites.
    whole
        Whether each point is served by one site.
    alive : bool[n, m]
        Pairs that may serve; all others are left out.
    must : bool[m]
        Sites that are known to be open.
    """
    n, m = cost.shape
    rows = Rows()
    site_cost, built_site, built_option, capacity = build_sites(
        rows, options, sites, p, fewest(demand, options)
    )
    point, site = np.nonzero(alive)
    own = len(site_cost)
    column = own + np.arange(len(point))
    rows.add(point, column, 1.0, lower=np.ones(n), upper=1.0)
    holds = np.flatnonzero(capacity)
    add_service(rows, demand, point, site, column, capacity, built_site, m, whole=whole)
    rows.add(
        np.zeros(len(holds)), holds, capacity[holds], lower=[float(demand.sum())], upper=np.inf
    )
    integer = np.ones(own + len(point), dtype=np.bool_)
    integer[own:] = whole
    lower, upper = np.zeros(own + len(point)), np.ones(own + len(point))
    upper[:m][options.count == 0] = 0.0
    lower[:m][must | options.fixed] = 1.0
    full = np.concatenate([site_cost, cost[point, site]])
    return Program(
        LinearModel(full, lower, upper, integer, rows), built_site, built_option, point, site
    )


def add_service(
    rows: Rows,
    demand: NDArray[np.float64],
    point: NDArray[np.int64],
    site: NDArray[np.int64],
    column: NDArray[np.int64],
    capacity: NDArray[np.float64],
    built: NDArray[np.int64],
    m: int,
    *,
    whole: bool,
) -> None:
    """Put in that no site serves more than it can, and pair by pair that it is open (x <= y).

    An option counts for a pair only as far as it can hold the point.

    Parameters
    ----------
    rows
        Added to.
    demand : float64[n]
        Of each point.
    point, site, column : int64[q]
        Of each share.
    capacity : float64[m + z]
        Of the columns of sites and options, from `build_sites`.
    built : int64[z]
        Site of each option's column.
    m
        Number of sites.
    whole
        Whether each point is served by one site.
    """
    holds = np.flatnonzero(capacity)
    holder = np.concatenate([np.arange(m), built])
    rows.add(
        np.concatenate([site, holder[holds]]),
        np.concatenate([column, holds]),
        np.concatenate([demand[point], -capacity[holds]]),
        lower=np.full(m, -np.inf),
        upper=0.0,
    )
    first = len(built) and len(capacity) - len(built)
    order = first + np.argsort(holder[first:], kind="stable")
    start = np.searchsorted(holder[order], np.arange(int(holder.max(initial=0)) + 2))
    count = (start[1:] - start[:-1])[site]
    pair = np.repeat(np.arange(len(point)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    option = order[start[site[pair]] + within]
    need = demand[point[pair]]
    part = np.where(need > 0, capacity[option] / np.where(need > 0, need, 1.0), 1.0)
    part = (part >= 1.0 - 1e-9).astype(np.float64) if whole else np.minimum(part, 1.0)
    rows.add(
        np.concatenate([np.arange(len(point)), pair]),
        np.concatenate([column, option]),
        np.concatenate([np.ones(len(point)), -part]),
        lower=np.full(len(point), -np.inf),
        upper=0.0,
    )
