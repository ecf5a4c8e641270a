"""In which sizes each site may be built, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import fixed_fit, site_bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import FacilityLocation, TwoEchelon

__all__ = ["Options", "site_options"]


@dataclass(frozen=True, eq=False)
class Options:
    """The ways to build each site; one at most is chosen.

    An option that another one beats, as large and no dearer, is left out; so both capacity and
    cost rise along a row.

    Parameters
    ----------
    capacity : float64[m, k]
        Ascending along a row, as far as `count` says; 0 beyond.
    cost : float64[m, k]
        Opening and size less the site's preference, ascending; inf beyond.
    size : int64[m, k]
        Index of the size class; 0 where there are none; -1 beyond.
    count : int64[m]
        Options of each site; 0 for one that must stay closed.
    fixed : bool[m]
        Sites that must be open.
    possible
        False where fixed sites break the rules or have no option: then there is no plan.
    """

    capacity: NDArray[np.float64]
    cost: NDArray[np.float64]
    size: NDArray[np.int64]
    count: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    possible: bool

    @property
    def largest(self) -> NDArray[np.float64]:
        """Greatest capacity of each site; 0 where it must stay closed."""
        most: NDArray[np.float64] = self.capacity.max(axis=1)
        return most


def site_options(problem: FacilityLocation | TwoEchelon) -> Options:
    """Lay out the options of every site of a problem."""
    lower, upper = site_bounds(problem.sites)
    m = problem.sites.n
    opening = problem.opening
    if problem.sites.preference is not None:
        opening = opening - problem.sites.preference
    if problem.capacity is not None:
        capacity, extra = problem.capacity[:, None], np.zeros((m, 1))
        allowed = np.ones((m, 1), dtype=np.bool_)
    else:
        classes = problem.size_classes
        shape = (m, len(classes))
        capacity = np.broadcast_to([size.capacity for size in classes], shape)
        extra = np.broadcast_to([size.cost for size in classes], shape)
        largest = problem.largest_size
        if largest is None:
            largest = np.full(m, len(classes) - 1)
        allowed = np.arange(len(classes))[None, :] <= largest[:, None]
    k = capacity.shape[1]
    laid = Options(
        np.zeros((m, k)),
        np.full((m, k), np.inf),
        np.full((m, k), -1, dtype=np.int64),
        np.zeros(m, dtype=np.int64),
        lower > 0,
        possible=True,
    )
    possible = fixed_fit(problem.sites)
    for j in range(m):
        sizes = np.flatnonzero(allowed[j]) if upper[j] > 0 else np.zeros(0, dtype=np.int64)
        sizes = sizes[np.lexsort((-capacity[j, sizes], extra[j, sizes]))]
        room, at = -1.0, 0
        for size in sizes:
            if capacity[j, size] <= room:
                continue
            room = capacity[j, size]
            laid.capacity[j, at], laid.size[j, at] = room, size
            laid.cost[j, at] = opening[j] + extra[j, size]
            at += 1
        laid.count[j] = at
        possible &= bool(at or not laid.fixed[j])
    return Options(laid.capacity, laid.cost, laid.size, laid.count, laid.fixed, possible)
