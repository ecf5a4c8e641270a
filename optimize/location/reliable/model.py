"""The median with levels as an integer program that HiGHS solves.

The radius formulation of `median.model` carried to several levels: for each point the distinct
costs of its sites ascend as ``d_1 < ... < d_G``; of its levels as many lie beyond ``d_k`` as there
are open sites missing within it, the last levels first since they weigh least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.near import Near
    from optimize.location.reliable.core import LevelCore
    from optimize.location.sites import Sites
    from optimize.mip import LinearModel

__all__ = ["LevelModel", "level_model"]


@dataclass(frozen=True, eq=False)
class LevelModel:
    """The program, and what its columns after those of the sites mean.

    Parameters
    ----------
    linear
        The program.
    point, level : int64[z]
        Of each further column.
    radius : float64[z]
        The column is 1 where the point's level costs more than this.
    """

    linear: LinearModel
    point: NDArray[np.int64]
    level: NDArray[np.int64]
    radius: NDArray[np.float64]

    def start(self, is_open: NDArray[np.bool_], near: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solution for a plan.

        Parameters
        ----------
        is_open : bool[n_sites]
            Of the caller's sites.
        near : float64[n, levels]
            Weighted costs of each point at its nearest open sites.
        """
        beyond = near[self.point, self.level] > self.radius
        return np.concatenate([is_open.astype(np.float64), beyond.astype(np.float64)])


def level_model(
    core: LevelCore,
    near: Near,
    sites: Sites,
    count: int | tuple[float, float],
    shut: NDArray[np.bool_] | None = None,
) -> LevelModel:
    """Write a median with levels as an integer program.

    Parameters
    ----------
    core
        The problem. Columns 0 to n_sites - 1 of the model are the caller's sites.
    near
        Its lists; the levels of a point must be served by sites that it lists.
    sites
        The rules.
    count
        Number of open sites, or its least and most.
    shut : bool[m], optional
        Sites of the core that are known to be closed.
    """
    from optimize.location.rows import add_site_rows, site_bounds
    from optimize.mip import LinearModel, Rows

    m, levels = sites.n, core.levels
    rows = Rows()
    add_site_rows(rows, sites, 0, count)
    lower, upper = site_bounds(sites)
    if shut is not None:
        upper[core.site[shut]] = np.minimum(upper[core.site[shut]], lower[core.site[shut]])
    cost = np.zeros(m)
    cost[core.site] = core.site_cost
    owner_of = np.repeat(np.arange(core.n), np.diff(near.start))
    steps, radius = np.zeros(0), np.zeros(0)
    point, level = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    offset = core.constant
    if len(owner_of):
        first = np.ones(len(owner_of), dtype=np.bool_)  # of its point and cost
        first[1:] = (np.diff(near.cost) > 0) | (np.diff(owner_of) > 0)
        group = np.cumsum(first) - 1
        owner, value = owner_of[first], near.cost[first]
        last = np.ones(len(owner), dtype=np.bool_)
        last[:-1] = np.diff(owner) > 0
        begins = np.ones(len(owner), dtype=np.bool_)
        begins[1:] = last[:-1]
        offset += float(value[begins].sum() * core.share.sum())
        more, less = np.flatnonzero(~last), np.flatnonzero(~begins)
        column = np.full((len(owner), levels), -1)
        column[more] = m + np.arange(len(more) * levels).reshape(-1, levels)
        steps = (np.diff(value, append=0.0)[more, None] * core.share).ravel()
        radius = np.repeat(value[more], levels)
        point = np.repeat(owner[more], levels)
        level = np.tile(np.arange(levels), len(more))
        # levels beyond d_k + sites at d_k - levels beyond d_{k-1} >= 0, of which all begin beyond
        ones = len(group) + len(more) * levels
        rows.add(
            np.concatenate([group, np.repeat(more, levels), np.repeat(less, levels)]),
            np.concatenate([core.site[near.site], column[more].ravel(), column[less - 1].ravel()]),
            np.concatenate([np.ones(ones), np.full(len(less) * levels, -1.0)]),
            lower=np.where(begins, float(levels), 0.0),
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
    return LevelModel(linear, point, level, radius)
