"""A median with levels as the kernels see it.

With weights ``a_r`` of the levels, a point costs ``sum_r a_r d_r`` where ``d_r`` is its cost at
its r-th nearest open site: ``a_r = (1 - q) q^r`` for sites that fail with probability q (Snyder
and Daskin, Reliability models for facility location, Transportation Science 39, 2005), and
``a_r = 1 / k`` for the mean of the k nearest. They never rise with r, so that the nearest site of
the best assignment is always the first level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.core import Core

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import ReliableMedian

__all__ = ["LevelCore", "build_level_core"]


@dataclass(frozen=True, eq=False)
class LevelCore(Core):
    """A core whose points use several sites.

    Parameters
    ----------
    share : float64[levels]
        Weight of each level.
    constant
        Part of the objective that no plan changes: the penalty.
    """

    share: NDArray[np.float64]
    constant: float

    @property
    def levels(self) -> int:
        """Number of sites that a point uses."""
        return len(self.share)

    @property
    def terms(self) -> int:
        """Numbers that are added up in a bound."""
        return self.n * self.levels + self.m + 4

    def value(self, open_sites: NDArray[np.int64]) -> float:
        """Objective of a set of sites, inf where there are fewer than levels."""
        if len(open_sites) < self.levels:
            return float("inf")
        cost = self.constant + float(self.site_cost[open_sites].sum())
        if self.n:
            near = np.sort(self.cost[:, open_sites], axis=1)[:, : self.levels]
            cost += float((near @ self.share).sum())
        return cost


def build_level_core(problem: ReliableMedian) -> LevelCore:
    """Reduce a problem: drop what is forbidden or has no weight, multiply weights in.

    Parameters
    ----------
    problem
        The caller's.
    """
    rules = problem.sites
    site = rules.allowed
    weighted = problem.weight > 0
    cost = problem.cost[weighted][:, site] * problem.weight[weighted][:, None]
    site_cost = np.zeros(len(site), dtype=np.float64)
    if rules.preference is not None:
        site_cost -= rules.preference[site]
    levels = problem.levels
    if problem.mean_of_nearest:
        share, constant = np.full(levels, 1.0 / levels), 0.0
    else:
        out = problem.failure ** np.arange(levels + 1, dtype=np.float64)
        share = (1.0 - problem.failure) * out[:levels]
        constant = float(out[levels] * problem.penalty * problem.weight.sum())
    return LevelCore(
        np.ascontiguousarray(cost, dtype=np.float64),
        site_cost,
        np.isin(site, rules.fixed).astype(np.int8),
        problem.p,
        site,
        0.0,
        share,
        constant,
    )
