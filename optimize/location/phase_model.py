"""The integer program of a placement over several periods.

Columns, period by period: whether each site is open, whether it opens, whether it closes; then the
service of each point that has weight then: for a p-median the share from each site, for a maximal
cover how much it is covered, points with the same covering sites as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import add_site_rows, site_bounds
from optimize.mip import LinearModel, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.coverage import Coverage
    from optimize.location.phases import PhasedPlacement

__all__ = ["PhaseProgram", "phase_program"]


@dataclass(frozen=True, eq=False)
class PhaseProgram:
    """The program and how to read it.

    Parameters
    ----------
    model
        To solve.
    periods, m
        Numbers of periods and sites; column ``t * m + j`` says whether site j is open in t.
    existing : bool[m]
        Sites that are open before the first period.
    service : list
        Of each period its first column and, of its columns, group of points, site (-1 where
        covered by any) and gain or cost.
    gain
        Whether the objective is a gain.
    """

    model: LinearModel
    periods: int
    m: int
    existing: NDArray[np.bool_]
    service: list[_Service]
    gain: bool

    def read(self, x: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which sites are open, period by period."""
        is_open: NDArray[np.bool_] = x[: self.periods * self.m].reshape(self.periods, self.m) > 0.5
        return is_open

    def place(self, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Lay a plan into the columns."""
        x = np.zeros(len(self.model.cost))
        size = self.periods * self.m
        before = np.vstack([self.existing, is_open[:-1]])
        x[:size] = is_open.ravel()
        x[size : 2 * size] = (is_open & ~before).ravel()
        x[2 * size : 3 * size] = (~is_open & before).ravel()
        for t, service in enumerate(self.service):
            x[service.first : service.first + len(service.group)] = service.fill(is_open[t])
        return x


@dataclass(frozen=True, eq=False)
class _Service:
    """Columns of one period's service."""

    first: int
    group: NDArray[np.int64]
    site: NDArray[np.int64]
    price: NDArray[np.float64]
    indptr: NDArray[np.int64]  # sites that cover each column where site is -1
    covers: NDArray[np.int64]
    gain: bool

    def fill(self, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Best values of the columns under a set of open sites."""
        if len(self.covers) or not len(self.group):
            column = np.repeat(np.arange(len(self.group)), np.diff(self.indptr))
            count = np.bincount(column, is_open[self.covers], len(self.group))
            return np.minimum(count, 1.0)
        x = np.zeros(len(self.group))
        ready = np.flatnonzero(is_open[self.site])
        worse = -self.price if self.gain else self.price
        order = ready[np.lexsort((worse[ready], self.group[ready]))]
        _, best = np.unique(self.group[order], return_index=True)
        x[order[best]] = 1.0
        return x


def phase_program(problem: PhasedPlacement) -> PhaseProgram:
    """Build the program."""
    periods, m = problem.opening.shape
    size = periods * m
    rows = Rows()
    existing = np.zeros(m, dtype=np.bool_)
    existing[problem.existing] = True
    lower, upper = site_bounds(problem.sites)
    worth, preference = problem.worth, problem.sites.preference
    gain = problem.cost is None
    liking = np.zeros(m) if preference is None else (preference if gain else -preference)
    _changes(rows, problem, existing, size)
    for t in range(periods):
        most = np.inf if problem.p is None else float(problem.p[t])
        add_site_rows(rows, problem.sites, t * m, count=(0.0, most))
    opens = np.where(existing, 0.0, np.minimum(1.0, upper))
    closes = np.zeros(m)
    if problem.closing is not None:
        closes = np.where(np.isfinite(problem.closing), 1.0, 0.0)
    lowers = [np.tile(lower, periods), np.zeros(2 * size)]
    uppers = [np.tile(upper, periods), np.tile(opens, periods), np.tile(closes, periods)]
    costs = [np.outer(worth, liking).ravel(), np.zeros(2 * size)]
    services, first = [], 3 * size
    for t in range(periods):
        service = _service(problem, t, rows, first, t * m)
        services.append(service)
        costs.append(worth[t] * service.price)
        lowers.append(np.zeros(len(service.price)))
        uppers.append(np.ones(len(service.price)))
        first += len(service.price)
    integer = np.zeros(first, dtype=np.bool_)
    integer[: 3 * size] = True
    model = LinearModel(
        np.concatenate(costs),
        np.concatenate(lowers),
        np.concatenate(uppers),
        integer,
        rows,
        maximise=gain,
    )
    return PhaseProgram(model, periods, m, existing, services, gain)


def _changes(rows: Rows, problem: PhasedPlacement, existing: NDArray[np.bool_], size: int) -> None:
    """Put in how sites open and close, and what that costs."""
    periods, m = problem.opening.shape
    each = np.arange(size)
    later = each[m:]
    before = np.zeros(size)
    before[:m] = existing
    rows.add(
        np.concatenate([each, later, each, each]),
        np.concatenate([each, later - m, size + each, 2 * size + each]),
        np.concatenate([np.ones(size), -np.ones(size - m), -np.ones(size), np.ones(size)]),
        lower=before,
        upper=before,
    )
    # a site opens once, and so closes once
    rows.add(np.tile(np.arange(m), periods), size + each, 1.0, lower=np.full(m, -np.inf), upper=1.0)
    closing = np.zeros(m)
    if problem.closing is not None:
        closing = np.where(np.isfinite(problem.closing), problem.closing, 0.0)
    for t in range(periods):
        paid = range(t + 1) if problem.carry_over else range(t, t + 1)
        money = float(problem.budget[list(paid)].sum())
        if not np.isfinite(money):
            continue
        sites = np.arange(m)
        column = [np.concatenate([size + s * m + sites, 2 * size + s * m + sites]) for s in paid]
        price = [np.concatenate([problem.opening[s], closing]) for s in paid]
        rows.add(
            np.zeros(2 * m * len(column)),
            np.concatenate(column),
            np.concatenate(price),
            lower=np.full(1, -np.inf),
            upper=money + 1e-9 * max(1.0, money),
        )


def _service(problem: PhasedPlacement, t: int, rows: Rows, first: int, sites: int) -> _Service:
    weight = problem.weight[t]
    none = np.zeros(0, dtype=np.int64)
    if problem.cost is not None:
        point, site = np.nonzero(np.isfinite(problem.cost) & (weight > 0)[:, None])
        _, group = np.unique(point, return_inverse=True)
        price = weight[point] * problem.cost[point, site]
        _shares(rows, group, site, first, sites, whole=True)
        return _Service(first, group, site, price, none, none, gain=False)
    cover = problem.coverage
    if cover is None or cover.share is not None:
        point, site, share = _entries(cover)
        kept = weight[point] > 0
        point, site, share = point[kept], site[kept], share[kept]
        _, group = np.unique(point, return_inverse=True)
        _shares(rows, group, site, first, sites, whole=False)
        return _Service(first, group, site, weight[point] * share, none, none, gain=True)
    indptr, covers, total = _merged(cover, weight)
    count = len(total)
    each = np.arange(count)
    column = np.repeat(each, np.diff(indptr))
    rows.add(
        np.concatenate([each, column]),
        np.concatenate([first + each, sites + covers]),
        np.concatenate([np.ones(count), -np.ones(len(covers))]),
        lower=np.full(count, -np.inf),
        upper=0.0,
    )
    return _Service(first, each, np.full(count, -1), total, indptr, covers, gain=True)


def _shares(
    rows: Rows,
    group: NDArray[np.int64],
    site: NDArray[np.int64],
    first: int,
    sites: int,
    *,
    whole: bool,
) -> None:
    """Put in that each group is served once, wholly or at most, from open sites alone."""
    column = first + np.arange(len(group))
    count = int(group.max(initial=-1)) + 1
    rows.add(group, column, 1.0, lower=np.full(count, 1.0 if whole else 0.0), upper=1.0)
    each = np.arange(len(group))
    rows.add(
        np.concatenate([each, each]),
        np.concatenate([column, sites + site]),
        np.concatenate([np.ones(len(group)), -np.ones(len(group))]),
        lower=np.full(len(group), -np.inf),
        upper=0.0,
    )


def _entries(
    cover: Coverage | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    if cover is None or cover.share is None:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    point = np.repeat(np.arange(cover.n_points), np.diff(cover.indptr))
    return point, cover.site.astype(np.int64), cover.share


def _merged(
    cover: Coverage, weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Points with the same covering sites as one, in order of their first."""
    place: dict[bytes, int] = {}
    rows: list[NDArray[np.int32]] = []
    total: list[float] = []
    for i in np.flatnonzero(weight > 0):
        sites = cover.sites_of(int(i))
        if not len(sites):
            continue
        at = place.setdefault(sites.tobytes(), len(rows))
        if at == len(rows):
            rows.append(sites)
            total.append(0.0)
        total[at] += float(weight[i])
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    covers = np.concatenate([np.zeros(0, dtype=np.int64), *rows]).astype(np.int64)
    return indptr, covers, np.array(total)
