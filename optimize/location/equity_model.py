"""P-median and maximal cover with the mean of every area in view, as an integer program.

Beside the usual columns stand the mean of each area (its travel, or its covered share), the worst
of them, and for the Gini coefficient the difference of every two. Where the coefficient counts,
everybody is served from the nearest open site and covered as well as can be: else a plan could
look even by serving some worse than it could (Wagner and Falk 1986 for the rows).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.problems import PMedian
from optimize.location.rows import add_site_rows, site_bounds
from optimize.mip import LinearModel, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import MaxCover

__all__ = ["Areas", "Base", "base_program", "with_goal"]


@dataclass(frozen=True, eq=False)
class Areas:
    """Who lives where.

    Parameters
    ----------
    of_point : int64[n]
        Area of each point that counts, 0 to the number of areas - 1; -1 for the others.
    people : float64[a]
        Weight of each area, above 0.
    """

    of_point: NDArray[np.int64]
    people: NDArray[np.float64]

    def means(
        self, served: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Weighted mean of what each point gets, area by area."""
        counts = (self.of_point >= 0) & (weight > 0)
        total = np.bincount(
            self.of_point[counts], weight[counts] * served[counts], len(self.people)
        )
        return np.asarray(total / self.people, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Base:
    """Columns and rows without the second objective.

    Parameters
    ----------
    cost, lower, upper : float64[c]
        Of the first objective and the bounds of its columns; the first m are the sites.
    rows
        So far, as `Rows.parts`.
    area, column : int64[q]
        Columns that make up each area's mean.
    part : float64[q]
        By how much.
    gain
        Whether the first objective is a gain.
    m
        Number of sites.
    owner, site : int64[s]
        Point, and site or -1 for any, of each column after those of the sites.
    """

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    rows: Rows
    area: NDArray[np.int64]
    column: NDArray[np.int64]
    part: NDArray[np.float64]
    gain: bool
    m: int
    owner: NDArray[np.int64]
    site: NDArray[np.int64]

    def place(
        self,
        areas: Areas,
        second: str,
        plan: NDArray[np.int64],
        served: NDArray[np.float64],
        site: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Lay a plan into the columns of `with_goal`.

        Parameters
        ----------
        areas, second
            As there.
        plan : int64[k]
            Open sites.
        served : float64[n]
            Cost or covered share of each point.
        site : int64[n]
            Where that is from.
        """
        x = np.zeros(len(self.cost))
        x[plan] = 1.0
        x[self.m :] = np.where(self.site < 0, served[self.owner], site[self.owner] == self.site)
        a = len(areas.people)
        mean = np.bincount(self.area, self.part * x[self.column], a)
        if second == "worst-area":
            return np.concatenate([x, mean, [mean.min() if self.gain else mean.max()]])
        one, other = np.triu_indices(a, 1)
        return np.concatenate([x, mean, np.abs(mean[one] - mean[other])])


def base_program(problem: PMedian | MaxCover, areas: Areas, *, nearest: bool, exact: bool) -> Base:
    """Build what does not depend on the second objective.

    Parameters
    ----------
    problem
        A p-median or a maximal cover.
    areas
        Of its points.
    nearest
        Whether points must be served from the nearest open site, or covered as well as can be.
    exact
        Whether p sites are open exactly, else at most.
    """
    rows = Rows()
    m = problem.sites.n
    count = None if problem.p is None else (float(problem.p) if exact else 0.0, float(problem.p))
    add_site_rows(rows, problem.sites, count=count)
    lower, upper = site_bounds(problem.sites)
    own = np.zeros(m)
    gain = not isinstance(problem, PMedian)
    if problem.sites.preference is not None:
        own = problem.sites.preference if gain else -problem.sites.preference
    if isinstance(problem, PMedian):
        if problem.opening is not None:
            own = own + problem.opening
        point, site = np.nonzero(np.isfinite(problem.cost) & (problem.weight > 0)[:, None])
        worth = problem.cost[point, site]
    else:
        cover = problem.coverage
        point = np.repeat(np.arange(cover.n_points), np.diff(cover.indptr))
        kept = problem.weight[point] > 0
        point, site = point[kept], cover.site[kept].astype(np.int64)
        worth = np.ones(len(point)) if cover.share is None else cover.share[kept]
    served, group = np.unique(point, return_inverse=True)
    whole = gain and problem.coverage.share is None if not isinstance(problem, PMedian) else False
    if whole:
        column = _covered(rows, group, site, len(served), m, nearest=nearest)
        owner = served
        value = np.ones(len(served))
    else:
        column = _shared(rows, group, site, worth, len(served), m, nearest=nearest, gain=gain)
        owner, value = point, worth
    worthy = problem.weight[owner] * value
    of_point = areas.of_point[owner]
    inside = of_point >= 0
    return Base(
        np.concatenate([own, worthy]),
        np.concatenate([lower, np.zeros(len(column))]),
        np.concatenate([upper, np.ones(len(column))]),
        rows,
        of_point[inside],
        column[inside],
        worthy[inside] / areas.people[of_point[inside]],
        gain,
        m,
        owner,
        np.full(len(owner), -1, dtype=np.int64) if whole else site,
    )


def _covered(
    rows: Rows,
    group: NDArray[np.int64],
    site: NDArray[np.int64],
    count: int,
    m: int,
    *,
    nearest: bool,
) -> NDArray[np.int64]:
    """One column a point, at most the number of open sites that cover it."""
    each = np.arange(count)
    rows.add(
        np.concatenate([each, group]),
        np.concatenate([m + each, site]),
        np.concatenate([np.ones(count), -np.ones(len(site))]),
        lower=np.full(count, -np.inf),
        upper=0.0,
    )
    if nearest:
        pair = np.arange(len(site))
        rows.add(
            np.concatenate([pair, pair]),
            np.concatenate([m + group, site]),
            np.concatenate([np.ones(len(site)), -np.ones(len(site))]),
            lower=np.zeros(len(site)),
            upper=np.inf,
        )
    return m + each


def _shared(
    rows: Rows,
    group: NDArray[np.int64],
    site: NDArray[np.int64],
    worth: NDArray[np.float64],
    count: int,
    m: int,
    *,
    nearest: bool,
    gain: bool,
) -> NDArray[np.int64]:
    """One column a pair of point and site: served from there, which must be open."""
    pair = np.arange(len(site))
    column = m + pair
    rows.add(group, column, 1.0, lower=np.full(count, 0.0 if gain else 1.0), upper=1.0)
    rows.add(
        np.concatenate([pair, pair]),
        np.concatenate([column, site]),
        np.concatenate([np.ones(len(site)), -np.ones(len(site))]),
        lower=np.full(len(site), -np.inf),
        upper=0.0,
    )
    if nearest:
        better = -worth if gain else worth
        order = np.lexsort((better, group))
        start = np.searchsorted(group[order], np.arange(count + 1))
        for g in range(count):
            own = order[start[g] : start[g + 1]]
            row, near = np.nonzero(better[own][:, None] >= better[own][None, :])
            each = np.arange(len(own))
            rows.add(
                np.concatenate([row, each]),
                np.concatenate([column[own[near]], site[own]]),
                np.concatenate([np.ones(len(row)), -np.ones(len(own))]),
                lower=np.zeros(len(own)),
                upper=np.inf,
            )
    return column


def with_goal(
    base: Base,
    areas: Areas,
    second: str,
    *,
    limit: float | None = None,
    gini: float | None = None,
    by_second: bool = False,
) -> LinearModel:
    """Add the second objective to a base.

    Parameters
    ----------
    base, areas
        As built.
    second
        "worst-area" or "gini".
    limit
        That the second objective must keep; None for no limit.
    gini
        With `by_second`: the coefficient g of the objective "sum of differences less g times the
        mean", whose sign says whether less than g can be had (Dinkelbach 1967).
    by_second
        Whether the second objective is the goal, the first one left out.
    """
    rows = _copied(base.rows)
    n, a = len(base.cost), len(areas.people)
    mean = n + np.arange(a)
    rows.add(
        np.concatenate([base.area, np.arange(a)]),
        np.concatenate([base.column, mean]),
        np.concatenate([base.part, -np.ones(a)]),
        lower=np.zeros(a),
        upper=0.0,
    )
    share = areas.people / areas.people.sum()
    if second == "worst-area":
        extra = 1
        each = np.arange(a)
        sign = 1.0 if base.gain else -1.0  # mean >= worst of gains, mean <= worst of costs
        rows.add(
            np.concatenate([each, each]),
            np.concatenate([mean, np.full(a, n + a)]),
            np.concatenate([np.full(a, sign), np.full(a, -sign)]),
            lower=np.zeros(a),
            upper=np.inf,
        )
        goal = np.zeros(n + a + 1)
        goal[n + a] = 1.0
    else:
        pairs = np.array(list(itertools.combinations(range(a), 2)), dtype=np.int64).reshape(-1, 2)
        extra = len(pairs)
        each, apart = np.arange(extra), n + a + np.arange(extra)
        for one, other in (pairs.T, pairs.T[::-1]):
            rows.add(
                np.concatenate([each, each, each]),
                np.concatenate([apart, mean[one], mean[other]]),
                np.concatenate([np.ones(extra), -np.ones(extra), np.ones(extra)]),
                lower=np.zeros(extra),
                upper=np.inf,
            )
        differ = np.zeros(n + a + extra)
        differ[apart] = share[pairs].prod(axis=1)
        average = np.zeros(n + a + extra)
        average[mean] = share
        goal = differ - (gini or 0.0) * average
        if limit is not None:
            row = differ - limit * average
            used = np.flatnonzero(row)
            rows.add(np.zeros(len(used)), used, row[used], lower=np.full(1, -np.inf), upper=0.0)
    lower = np.concatenate([base.lower, np.zeros(a + extra)])
    upper = np.concatenate([base.upper, np.full(a + extra, np.inf)])
    if second == "worst-area" and limit is not None:
        (lower if base.gain else upper)[n + a] = limit
    integer = np.zeros(n + a + extra, dtype=np.bool_)
    integer[: base.m] = True
    cost = goal if by_second else np.concatenate([base.cost, np.zeros(a + extra)])
    upward = base.gain and not (by_second and second == "gini")
    return LinearModel(cost, lower, upper, integer, rows, maximise=upward)


def _copied(rows: Rows) -> Rows:
    row, column, value, lower, upper = rows.parts()
    copy = Rows()
    copy.add(row, column, value, lower=lower, upper=upper)
    return copy
