"""The p-median as an integer program that HiGHS solves, with all rules on sites.

Radius formulation (Garcia, Labbe and Marin, Solving large p-median problems with a radius
formulation, INFORMS Journal on Computing 23, 2011): for each point the distinct costs of its
sites ascend as ``d_1 < ... < d_G``; ``z_k`` is 1 where no site within ``d_k`` is open, and the
point costs ``d_1 + sum (d_{k+1} - d_k) z_k``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.core import Core
    from optimize.location.median.near import Near
    from optimize.location.sites import Sites
    from optimize.mip import LinearModel

__all__ = ["RadiusModel", "radius_model"]


@dataclass(frozen=True, eq=False)
class RadiusModel:
    """The program, and what its columns after those of the sites mean.

    Parameters
    ----------
    linear
        The program.
    point : int64[z]
        Point of each further column.
    radius : float64[z]
        The column is 1 where the point is served at more than this.
    """

    linear: LinearModel
    point: NDArray[np.int64]
    radius: NDArray[np.float64]

    def start(self, is_open: NDArray[np.bool_], served: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solution for a plan.

        Parameters
        ----------
        is_open : bool[n_sites]
            Of the caller's sites.
        served : float64[n]
            Weighted cost at which each point is served.
        """
        beyond = served[self.point] > self.radius
        return np.concatenate([is_open.astype(np.float64), beyond.astype(np.float64)])


def radius_model(
    core: Core,
    near: Near,
    sites: Sites,
    *,
    shut: NDArray[np.bool_] | None = None,
    count: int | tuple[float, float] | None = None,
) -> RadiusModel:
    """Write a p-median as an integer program.

    Parameters
    ----------
    core
        The problem. Columns 0 to n_sites - 1 of the model are the caller's sites.
    near
        Its lists; a point must be served by a site that it lists.
    sites
        The rules.
    shut : bool[m], optional
        Sites of the core that are known to be closed.
    count
        Number of open sites, or its least and most; None where it is free.
    """
    from optimize.location.rows import add_site_rows, site_bounds
    from optimize.mip import LinearModel, Rows

    m = sites.n
    rows = Rows()
    add_site_rows(rows, sites, 0, count)
    lower, upper = site_bounds(sites)
    if shut is not None:
        upper[core.site[shut]] = np.minimum(upper[core.site[shut]], lower[core.site[shut]])
    cost = np.zeros(m)
    cost[core.site] = core.site_cost
    point = np.repeat(np.arange(core.n), np.diff(near.start))
    steps, radius, offset = np.zeros(0), np.zeros(0), 0.0
    owned = np.zeros(0, dtype=np.int64)
    if len(point):
        first = np.ones(len(point), dtype=np.bool_)  # of its point and cost
        first[1:] = (np.diff(near.cost) > 0) | (np.diff(point) > 0)
        group = np.cumsum(first) - 1
        owner = point[first]
        last = np.ones(len(owner), dtype=np.bool_)  # cost of its point
        last[:-1] = np.diff(owner) > 0
        begins = np.ones(len(owner), dtype=np.bool_)
        begins[1:] = last[:-1]
        value = near.cost[first]
        offset = float(value[begins].sum())
        column = np.full(len(owner), -1)
        column[~last] = m + np.arange(int((~last).sum()))
        steps = np.diff(value, append=0.0)[~last]
        radius, owned = value[~last], owner[~last]
        # z_k + (sites at d_k) - z_{k-1} >= 0, where z_0 = 1 and z_G = 0
        more, less = np.flatnonzero(~last), np.flatnonzero(~begins)
        rows.add(
            np.concatenate([group, more, less]),
            np.concatenate([core.site[near.site], column[more], column[less - 1]]),
            np.concatenate([np.ones(len(group) + len(more)), np.full(len(less), -1.0)]),
            lower=begins.astype(np.float64),
            upper=np.inf,
        )
    z = len(steps)
    linear = LinearModel(
        np.concatenate([cost, steps]),
        np.concatenate([lower, np.zeros(z)]),
        np.concatenate([upper, np.ones(z)]),
        np.concatenate([np.ones(m, dtype=np.bool_), np.zeros(z, dtype=np.bool_)]),
        rows,
        offset=offset,
    )
    return RadiusModel(linear, owned, radius)
