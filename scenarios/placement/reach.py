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

__all__ = ["Reach", "reach_of", "ways_of_left_out"]


@dataclass(frozen=True, eq=False)
class Reach:
    """Who serves each point and how far that is.

    Parameters
    ----------
    site : int64[n]
        Of each point, -1 where none can be reached.
    travel : float64[n]
        To that site, in the question's unit; inf where none can be reached. Where several serve
        a point, the mean over its shares.
    covered : float64[n]
        Share of the point that counts as covered, 0 to 1.
    longest : float64[n]
        Longest way that any share of the point goes.
    """

    site: NDArray[np.int64]
    travel: NDArray[np.float64]
    covered: NDArray[np.float64]
    longest: NDArray[np.float64]

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
    flow: NDArray[np.float64] | None = None,
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
        Site that each point is given to, where capacity decides; the nearest one else. A number
        from the number of sites on is a plant, to which the point goes by no site.
    flow : float64[q, 3], optional
        Rows (point, site or plant, share) where service is split.
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
        direct = np.flatnonzero(assignment >= len(question.sites))
        if len(direct):  # straight to a plant, by no site
            far[direct] = _straight(question, direct, assignment[direct] - len(question.sites))
    longest = far
    if flow is not None and question.travel is not None:
        far, longest = _split(question, flow)
    if question.coverage is not None:
        covered = _shares(open_sites, question.coverage)
    elif limit is not None:
        covered = (far <= limit).astype(np.float64)
    else:
        covered = np.isfinite(far).astype(np.float64)
    return Reach(site, far, covered, longest)


def ways_of_left_out(question: Question, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """Travel of what a set cover leaves out to the nearest of some open sites.

    No candidate covers it, and still the streets lead it to one. Other models leave out only what
    may not, or cannot, go to any site.

    Parameters
    ----------
    question
        What was asked.
    open_sites : int64[k]
        Indices.

    Returns
    -------
    float64[l]
        Of each row of `left_out`, in the question's unit; inf where there is no street or no way.
    """
    from scenarios.placement.times import positions_of, travel_table

    left, streets = question.left_out, question.scenario.spec.network
    far = np.full(len(left), np.inf)
    slotted = bool((question.points["slot"] != "").any())
    if question.spec.model != "set-cover" or slotted or not len(left) or not len(open_sites):
        return far
    snap_m = question.spec.demand.max_snap_m
    if snap_m is None:
        snap_m = 500.0 if streets is None else streets.max_snap_m
    at = question.network.snap(left["lon"].to_numpy(), left["lat"].to_numpy(), snap_m)
    there = np.flatnonzero(at.edge >= 0)
    if len(there):
        ways = travel_table(
            question.network,
            at.take(there),
            positions_of(question.sites).take(open_sites),
            measure=question.unit,
            from_site=question.from_site,
            at=question.spec.at,
        )
        far[there] = ways.min(axis=1)
    return far


def _split(
    question: Question, flow: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and longest way of the shares of each point; inf where it has none."""
    n, m = len(question.points), len(question.sites)
    point, goal = flow[:, 0].astype(np.int64), flow[:, 1].astype(np.int64)
    share, ways = flow[:, 2], np.zeros(len(flow))
    by_site = goal < m
    if question.travel is not None:
        ways[by_site] = question.travel[point[by_site], goal[by_site]]
    if not by_site.all():
        ways[~by_site] = _straight(question, point[~by_site], goal[~by_site] - m)
    total = np.bincount(point, share, minlength=n)
    sums = np.bincount(point, share * ways, minlength=n)
    mean = np.divide(sums, total, out=np.full(n, np.inf), where=total > 0)
    longest = np.where(total > 0, 0.0, np.inf)
    np.maximum.at(longest, point, ways)
    return mean, longest


def _straight(
    question: Question, points: NDArray[np.int64], plants: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Travel of some points straight to the plant of each."""
    from scenarios.placement.times import positions_of, travel_table

    there = question.plants
    if there is None:
        return np.full(len(points), np.inf)
    at = question.network.snap(there["lon"].to_numpy(), there["lat"].to_numpy(), np.inf)
    table = travel_table(
        question.network,
        positions_of(question.points).take(points),
        at,
        measure=question.unit,
        from_site=False,
        at=question.spec.at,
    )
    ways: NDArray[np.float64] = table[np.arange(len(points)), plants]
    return ways


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
