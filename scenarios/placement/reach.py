"""How far every demand point is from the nearest of some open sites, and whether that is near.

Everything that is said of a plan, before and after, comes from two such readings: one with the
facilities that exist, one with those that the plan opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimize.location.coverage import Coverage
    from scenarios.placement.question import Question

__all__ = ["Reach", "reach_of"]


@dataclass(frozen=True, eq=False)
class Reach:
    """Who serves each point and how far that is.

    Parameters
    ----------
    site : int64[n]
        Of each point, -1 where none can be reached.
    travel : float64[n]
        To that site, in the question's unit; inf where none can be reached.
    covered : float64[n]
        Share of the point that counts as covered, 0 to 1.
    """

    site: NDArray[np.int64]
    travel: NDArray[np.float64]
    covered: NDArray[np.float64]

    def within(self, limit: float) -> NDArray[np.bool_]:
        """Whether each point is within a limit, which itself still counts."""
        return self.travel <= limit

    def mean(self, weight: NDArray[np.float64]) -> float:
        """Mean travel of those who reach a site, weighted; NaN where nobody does."""
        known = np.isfinite(self.travel)
        total = float(weight[known].sum())
        return float((weight[known] * self.travel[known]).sum() / total) if total > 0 else np.nan


def reach_of(
    question: Question,
    open_sites: NDArray[np.int64],
    *,
    limit: float | None = None,
    assignment: NDArray[np.int64] | None = None,
) -> Reach:
    """Read who reaches what from a set of open sites.

    Parameters
    ----------
    question
        What was asked; its coverage, where it has one, says who is covered.
    open_sites : int64[k]
        Indices.
    limit
        Travel within which a point counts as covered where no coverage says it.
    assignment : int64[n], optional
        Site that each point is given to, where capacity decides; the nearest one else.
    """
    n = len(question.points)
    site, far = np.full(n, -1, dtype=np.int64), np.full(n, np.inf)
    row = 0
    for ways in _ways(question, open_sites) if len(open_sites) else ():
        here = slice(row, row + len(ways))
        row += len(ways)
        place = ways.argmin(axis=1)  # of equal ones the lowest index
        far[here] = ways[np.arange(len(ways)), place]
        site[here] = np.where(np.isfinite(far[here]), open_sites[place], -1)
    if assignment is not None and question.travel is not None:
        site = np.where(np.isin(assignment, open_sites), assignment, -1)
        far = np.where(site >= 0, question.travel[np.arange(n), np.maximum(site, 0)], np.inf)
    if question.coverage is not None:
        covered = _shares(open_sites, question.coverage)
    elif limit is not None:
        covered = (far <= limit).astype(np.float64)
    else:
        covered = np.isfinite(far).astype(np.float64)
    return Reach(site, far, covered)


def _ways(question: Question, open_sites: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    """Travel from points to the open sites, in blocks of rows."""
    if question.travel is not None:
        yield question.travel[:, open_sites]
        return
    from scenarios.placement.times import positions_of, travel_blocks

    yield from travel_blocks(
        question.network,
        positions_of(question.points),
        positions_of(question.sites).take(open_sites),
        measure=question.unit,
        from_site=question.from_site,
        at=question.spec.at,
    )


def _shares(open_sites: NDArray[np.int64], coverage: Coverage) -> NDArray[np.float64]:
    """Largest share with which any open site covers each point."""
    is_open = np.zeros(coverage.n_sites, dtype=np.bool_)
    is_open[open_sites] = True
    share = np.ones(len(coverage.site)) if coverage.share is None else coverage.share
    entries = is_open[coverage.site]
    row = np.repeat(np.arange(coverage.n_points), np.diff(coverage.indptr))
    best = np.zeros(coverage.n_points)
    np.maximum.at(best, row[entries], share[entries])
    return best
