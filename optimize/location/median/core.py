"""A p-median as the kernels see it: weighted costs of the points and sites that matter.

Forbidden sites and points without weight are left out, what it costs or is worth to open a site
is one number, and weights are multiplied in. Every answer is told in the caller's indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import PMedian
    from optimize.location.sites import Sites

__all__ = ["Core", "build_core", "unit_of"]

_LARGEST_EXACT = 2.0**52
_UNIT_ROUNDING = 2.0**-53


@dataclass(frozen=True, eq=False)
class Core:
    """What is left of a p-median.

    Parameters
    ----------
    cost : float64[n, m]
        Weight times cost of each point that has weight, at each site that may be open.
    site_cost : float64[m]
        Opening cost less preference.
    fixed : int8[m]
        1 where the site must be open.
    p
        Number of open sites, -1 where it is free.
    site : int64[m]
        Index of each site in the caller's problem.
    unit
        All values of plans are whole multiples of it; 0 where none is known.
    """

    cost: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    fixed: NDArray[np.int8]
    p: int
    site: NDArray[np.int64]
    unit: float

    @property
    def n(self) -> int:
        """Number of points."""
        return int(self.cost.shape[0])

    @property
    def m(self) -> int:
        """Number of sites."""
        return int(self.cost.shape[1])

    def value(self, open_sites: NDArray[np.int64]) -> float:
        """Objective of a set of sites, inf where a point cannot be served."""
        cost = float(self.site_cost[open_sites].sum())
        if self.n:
            if not len(open_sites):
                return float("inf")
            cost += float(self.cost[:, open_sites].min(axis=1).sum())
        return cost

    def rounded(self, bound: float, size: float) -> float:
        """Lower bound that holds whatever the rounding of its sums.

        A sum of N numbers in floating point is off by less than N units of rounding of the sum of
        their sizes (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2);
        twice that is taken off. Where all values are multiples of a unit, the next one counts.

        Parameters
        ----------
        bound
            As reckoned.
        size
            Sum of the absolute values of all that was added.
        """
        if not np.isfinite(bound):
            return bound
        safe = bound - 2.0 * _UNIT_ROUNDING * (self.n + self.m + 4) * size
        if self.unit > 0:
            return float(np.ceil(safe / self.unit) * self.unit)
        return safe

    @property
    def step(self) -> float:
        """Least by which a better plan betters another; 0 where none is known."""
        return self.unit


def build_core(problem: PMedian, sites: Sites | None = None) -> Core:
    """Reduce a problem.

    Parameters
    ----------
    problem
        The caller's.
    sites
        To take in place of the problem's.
    """
    rules = problem.sites if sites is None else sites
    site = rules.allowed
    weighted = problem.weight > 0
    cost = problem.cost
    if not weighted.all():
        cost = cost[weighted]
    if len(site) < rules.n:
        cost = cost[:, site]
    weight = problem.weight[weighted]
    if (weight != 1.0).any():
        cost = cost * weight[:, None]
    cost = np.ascontiguousarray(cost, dtype=np.float64)
    site_cost = np.zeros(len(site), dtype=np.float64)
    if problem.opening is not None:
        site_cost += problem.opening[site]
    if rules.preference is not None:
        site_cost -= rules.preference[site]
    fixed = np.isin(site, rules.fixed).astype(np.int8)
    p = -1 if problem.p is None else problem.p
    return Core(cost, site_cost, fixed, p, site, unit_of(cost, site_cost))


def unit_of(cost: NDArray[np.float64], site_cost: NDArray[np.float64]) -> float:
    """Greatest whole number of which all costs are multiples; 0 where one of them is not whole.

    Costs whose sums could pass 2^52 have none either: their sums would not be exact.
    """
    total, divisor = 0.0, 0
    blocks = [site_cost[None, :], *(cost[k : k + 256] for k in range(0, len(cost), 256))]
    for block in blocks:
        finite = block[np.isfinite(block)]
        if not len(finite):
            continue
        total += float(np.abs(block).max(axis=1, initial=0.0, where=np.isfinite(block)).sum())
        if total > _LARGEST_EXACT or (finite != np.floor(finite)).any():
            return 0.0
        divisor = int(np.gcd.reduce(np.abs(finite).astype(np.int64), initial=divisor))
    total = float(np.abs(site_cost).sum()) + total
    return float(divisor) if total <= _LARGEST_EXACT else 0.0
