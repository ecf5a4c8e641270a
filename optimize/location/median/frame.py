"""The sites that a better plan may still open, with lists of them, for the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.moves import Lists
from optimize.location.median.near import nearest_sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.core import Core
    from optimize.location.median.near import Near

__all__ = ["Frame", "build_frame"]

MOST_ENTRIES = 15_000_000
"""Entries of all lists together."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Some sites of a core.

    Parameters
    ----------
    core
        Of which.
    index : int64[k]
        Sites of the core.
    state : int8[k]
        Whether each is free, open or shut in every better plan.
    near
        Lists by point and by site.
    reach : float64[n]
        Up to which multiplier the lists give the true bound.
    lists
        For the interchange.
    """

    core: Core
    index: NDArray[np.int64]
    state: NDArray[np.int8]
    near: Near
    reach: NDArray[np.float64]
    lists: Lists

    @property
    def m(self) -> int:
        """Number of sites."""
        return len(self.index)

    @property
    def site_cost(self) -> NDArray[np.float64]:
        """Cost of opening each."""
        return self.lists.site_cost

    @property
    def entries_a_site(self) -> float:
        """Rough number of entries that one open site's neighbourhood has."""
        p = self.core.p if self.core.p > 0 else max(1, int(np.sqrt(self.m)))
        return max(1.0, len(self.near.site) / max(1.0, min(p, self.m) / 10.0))


def build_frame(
    core: Core,
    index: NDArray[np.int64],
    state: NDArray[np.int8],
    limit: NDArray[np.float64] | None = None,
) -> Frame:
    """Gather what the kernels need.

    Parameters
    ----------
    core
        The problem.
    index : int64[k]
        Sites to keep.
    state : int8[k]
        Of each.
    limit : float64[n], optional
        What a point costs at most in any better plan.
    """
    whole = len(index) == core.m
    table = core.cost if whole else np.ascontiguousarray(core.cost[:, index])
    m = len(index)
    most = m if core.p < 0 else 10 * m // core.p + 50
    most = min(most, max(20, MOST_ENTRIES // max(1, core.n)))
    near = nearest_sites(table, most, limit)
    reach = near.reach
    if limit is not None:
        # sites beyond the limit serve nobody in a better plan; they can be left out for good
        reach = np.where(near.reach > limit, np.inf, near.reach)
    finite = np.where(np.isfinite(table), table, 0.0)
    unserved = 1.0 + float(finite.max(axis=1, initial=0.0).sum())
    unserved += float(np.abs(core.site_cost).sum())
    lists = Lists(
        near.start,
        near.site,
        near.cost,
        near.reach,
        near.site_start,
        near.point,
        near.point_cost,
        table,
        np.ascontiguousarray(core.site_cost[index]),
        state,
        core.p,
        unserved,
    )
    return Frame(core, index, state, near, reach, lists)
