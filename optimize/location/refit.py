"""Values of plans whose open sites are given, for the kinds where no search is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from optimize.location.problems import MaxCover, PCenter, PMedian

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import Problem

__all__ = ["QuickValues", "quick_values", "unserved"]

_COLUMNS = 128
"""Sites looked at together."""


class QuickValues(Protocol):
    """What plans are worth."""

    def value(self, open_sites: NDArray[np.int64]) -> float:
        """Objective of a plan, preferences included."""

    def with_each(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """Objective with each site opened beside these, float64[m]."""


def quick_values(problem: Problem) -> QuickValues | None:
    """Give a quick valuation of plans of a problem, None where its kind has none."""
    match problem:
        case PMedian():
            return _Median(problem)
        case PCenter():
            return _Center(problem)
        case MaxCover():
            return _Cover(problem)
    return None


def unserved(problem: Any, open_sites: NDArray[np.int64]) -> int:  # noqa: ANN401 - any kind
    """Count the points that none of these sites can serve or covers."""
    coverage = getattr(problem, "coverage", None)
    if coverage is not None:
        is_open = np.zeros(coverage.n_sites, dtype=np.bool_)
        is_open[open_sites] = True
        row = np.repeat(np.arange(coverage.n_points), np.diff(coverage.indptr))
        return int(
            (np.bincount(row[is_open[coverage.site]], minlength=coverage.n_points) == 0).sum()
        )
    cost = getattr(problem, "cost", None)
    if cost is None:
        return 0
    return int((~np.isfinite(cost[:, open_sites]).any(axis=1)).sum())


class _Median:
    def __init__(self, problem: PMedian) -> None:
        counts = problem.weight > 0
        self.cost, self.weight = problem.cost[counts], problem.weight[counts]
        self.opening = np.zeros(problem.sites.n)
        if problem.opening is not None:
            self.opening += problem.opening
        if problem.sites.preference is not None:
            self.opening -= problem.sites.preference

    def _nearest(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(open_sites):
            return np.full(len(self.cost), np.inf)
        return np.asarray(self.cost[:, open_sites].min(axis=1), dtype=np.float64)

    def value(self, open_sites: NDArray[np.int64]) -> float:
        return float(self.weight @ self._nearest(open_sites) + self.opening[open_sites].sum())

    def with_each(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        near = self._nearest(open_sites)
        found = np.empty(self.cost.shape[1])
        for start in range(0, len(found), _COLUMNS):
            part = slice(start, start + _COLUMNS)
            found[part] = self.weight @ np.minimum(near[:, None], self.cost[:, part])
        found += self.opening[open_sites].sum() + _once(self.opening, open_sites)
        return found


class _Center:
    def __init__(self, problem: PCenter) -> None:
        self.cost = problem.cost
        self.preference = np.zeros(problem.sites.n)
        if problem.sites.preference is not None:
            self.preference -= problem.sites.preference

    def value(self, open_sites: NDArray[np.int64]) -> float:
        if not len(open_sites):
            return float("inf")
        far = self.cost[:, open_sites].min(axis=1).max(initial=0.0)
        return float(far + self.preference[open_sites].sum())

    def with_each(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        near = np.full(len(self.cost), np.inf)
        if len(open_sites):
            near = self.cost[:, open_sites].min(axis=1)
        found = np.empty(self.cost.shape[1])
        for start in range(0, len(found), _COLUMNS):
            part = slice(start, start + _COLUMNS)
            found[part] = np.minimum(near[:, None], self.cost[:, part]).max(axis=0, initial=0.0)
        found += self.preference[open_sites].sum() + _once(self.preference, open_sites)
        return found


class _Cover:
    def __init__(self, problem: MaxCover) -> None:
        self.coverage, self.weight = problem.coverage, problem.weight
        self.row = np.repeat(np.arange(self.coverage.n_points), np.diff(self.coverage.indptr))
        share = self.coverage.share
        self.share = np.ones(len(self.row)) if share is None else share
        self.preference = np.zeros(problem.sites.n)
        if problem.sites.preference is not None:
            self.preference += problem.sites.preference

    def _best(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        is_open = np.zeros(self.coverage.n_sites, dtype=np.bool_)
        is_open[open_sites] = True
        best = np.zeros(self.coverage.n_points)
        used = is_open[self.coverage.site]
        np.maximum.at(best, self.row[used], self.share[used])
        return best

    def value(self, open_sites: NDArray[np.int64]) -> float:
        return float(self.weight @ self._best(open_sites) + self.preference[open_sites].sum())

    def with_each(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        best = self._best(open_sites)
        more = self.weight[self.row] * np.maximum(self.share - best[self.row], 0.0)
        gain = np.bincount(self.coverage.site, weights=more, minlength=self.coverage.n_sites)
        now = float(self.weight @ best + self.preference[open_sites].sum())
        return np.asarray(now + gain + _once(self.preference, open_sites), dtype=np.float64)


def _once(each: NDArray[np.float64], open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what each site adds by itself; nothing where it is open already."""
    added = each.copy()
    added[open_sites] = 0.0
    return added
