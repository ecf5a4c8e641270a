"""The textbook integer programs of placement problems, for solvers that know nothing else.

Written independently of ours: one row for each sentence of the formulation (ReVelle and Swain
1970; Church and ReVelle 1974; Toregas et al. 1971; Daskin 1983; Daskin 1995 for the centre).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.location import (
    ExpectedCover,
    FacilityLocation,
    MaxCover,
    PCenter,
    PMedian,
    SetCover,
    TwoEchelon,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimize.location import Coverage, Problem

__all__ = ["Milp", "milp_of"]

_INF = np.inf


@dataclass(frozen=True, eq=False)
class Milp:
    """Least cost within bounds and rows; the gain of a maximum is its negative."""

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.int64]
    rows: Any
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    maximise: bool = False


def milp_of(problem: Problem) -> Milp:
    """Write a problem whose sites have no rules as an integer program.

    Raises
    ------
    TypeError
        If its kind is not among the textbook ones, or a rule binds its sites.
    """
    write = _WRITE.get(type(problem))
    sites = problem.sites
    ruled = len(sites.fixed) or len(sites.forbidden) or sites.preference is not None
    if write is None or ruled or not sites.is_free:
        raise TypeError(f"{type(problem).__name__} is not among the textbook models")
    return write(problem)


class _Build:
    """Variables in groups and rows in blocks."""

    def __init__(self) -> None:
        self.cost: list[NDArray[np.float64]] = []
        self.upper: list[NDArray[np.float64]] = []
        self.integer: list[NDArray[np.int64]] = []
        self.blocks: list[Any] = []
        self.row_lower: list[NDArray[np.float64]] = []
        self.row_upper: list[NDArray[np.float64]] = []
        self.columns = 0

    def variables(
        self, cost: NDArray[np.float64], upper: float = 1.0, *, integer: bool = False
    ) -> NDArray[np.int64]:
        """Add variables from 0 to a bound; give their indices."""
        k = cost.size
        self.cost.append(np.ravel(cost))
        self.upper.append(np.full(k, upper))
        self.integer.append(np.full(k, int(integer)))
        self.columns += k
        return np.arange(self.columns - k, self.columns).reshape(cost.shape)

    def rows(
        self,
        parts: Sequence[tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | float]],
        lower: NDArray[np.float64] | float,
        upper: NDArray[np.float64] | float,
        count: int,
    ) -> None:
        """Add rows; each part is (row, column, coefficient)."""
        row = np.concatenate([np.ravel(part[0]) for part in parts])
        column = np.concatenate([np.ravel(part[1]) for part in parts])
        value = np.concatenate(
            [np.ravel(np.broadcast_to(np.asarray(v, float), np.shape(r))) for r, _, v in parts]
        )
        self.blocks.append((row, column, value, count))
        self.row_lower.append(np.broadcast_to(np.asarray(lower, float), count))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, float), count))

    def done(self, *, maximise: bool = False) -> Milp:
        """Put all together."""
        from scipy.sparse import csr_array

        starts = np.cumsum([0, *(block[3] for block in self.blocks)])
        row = np.concatenate([b[0] + s for b, s in zip(self.blocks, starts, strict=False)])
        column = np.concatenate([block[1] for block in self.blocks])
        value = np.concatenate([block[2] for block in self.blocks])
        cost = np.concatenate(self.cost)
        return Milp(
            -cost if maximise else cost,
            np.zeros(self.columns),
            np.concatenate(self.upper),
            np.concatenate(self.integer),
            csr_array((value, (row, column)), shape=(starts[-1], self.columns)),
            np.concatenate(self.row_lower),
            np.concatenate(self.row_upper),
            maximise,
        )


def _open(build: _Build, m: int, cost: NDArray[np.float64] | None, p: int | None) -> Any:  # noqa: ANN401
    y = build.variables(np.zeros(m) if cost is None else cost, integer=True)
    if p is not None:
        build.rows([(np.zeros(m, dtype=int), y, 1.0)], -_INF, p, 1)
    return y


def _assign(
    build: _Build, cost: NDArray[np.float64], y: NDArray[np.int64], *, integer: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Shares of points at sites: each point wholly served, from open sites only."""
    n = len(cost)
    point, site = np.nonzero(np.isfinite(cost))
    x = build.variables(cost[point, site], integer=integer)
    build.rows([(point, x, 1.0)], 1.0, 1.0, n)
    each = np.arange(len(x))
    build.rows([(each, x, 1.0), (each, y[site], -1.0)], -_INF, 0.0, len(x))
    return point, site, x


def _median(problem: PMedian) -> Milp:
    build = _Build()
    y = _open(build, problem.cost.shape[1], problem.opening, problem.p)
    _assign(build, problem.weight[:, None] * problem.cost, y)
    return build.done()


def _center(problem: PCenter) -> Milp:
    build = _Build()
    n, m = problem.cost.shape
    y = _open(build, m, None, problem.p)
    point, site, x = _assign(build, np.where(np.isfinite(problem.cost), 0.0, _INF), y)
    z = build.variables(np.ones(1), _INF)
    each = np.arange(n)
    least = (each, np.full(n, z[0]), -1.0)
    build.rows([(point, x, problem.cost[point, site]), least], -_INF, 0.0, n)
    return build.done()


def _pairs(coverage: Coverage) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    point = np.repeat(np.arange(coverage.n_points), np.diff(coverage.indptr))
    return point, coverage.site.astype(np.int64)


def _set_cover(problem: SetCover) -> Milp:
    build = _Build()
    m = problem.coverage.n_sites
    y = _open(build, m, np.ones(m) if problem.sites.cost is None else problem.sites.cost, None)
    point, site = _pairs(problem.coverage)
    needed = np.asarray(problem.times, dtype=np.float64)
    build.rows([(point, y[site], 1.0)], needed, _INF, problem.coverage.n_points)
    return build.done()


def _max_cover(problem: MaxCover) -> Milp:
    if problem.coverage.share is not None:
        raise TypeError("shares of cover are not among the textbook models")
    build = _Build()
    n, m = problem.coverage.n_points, problem.coverage.n_sites
    y = _open(build, m, None, problem.p)
    u = build.variables(problem.weight)
    point, site = _pairs(problem.coverage)
    build.rows([(np.arange(n), u, 1.0), (point, y[site], -1.0)], -_INF, 0.0, n)
    return build.done(maximise=True)


def _expected(problem: ExpectedCover) -> Milp:
    build = _Build()
    n, m, q = problem.coverage.n_points, problem.coverage.n_sites, problem.busy_fraction
    most = problem.units if problem.most_per_site is None else problem.most_per_site
    units = build.variables(np.zeros(m), most, integer=True)
    build.rows([(np.zeros(m, dtype=int), units, 1.0)], -_INF, problem.units, 1)
    gain = (1.0 - q) * q ** np.arange(problem.units)
    covered = build.variables(problem.weight[:, None] * gain)
    point, site = _pairs(problem.coverage)
    row = np.broadcast_to(np.arange(n)[:, None], covered.shape)
    build.rows([(row, covered, 1.0), (point, units[site], -1.0)], -_INF, 0.0, n)
    return build.done(maximise=True)


def _capacitated(problem: FacilityLocation) -> Milp:
    if problem.capacity is None:
        raise TypeError("size classes are not among the textbook models")
    build = _Build()
    m = problem.cost.shape[1]
    y = _open(build, m, problem.opening, problem.p)
    point, site, x = _assign(build, problem.cost, y, integer=problem.single_source)
    room = (np.arange(m), y, -problem.capacity)
    build.rows([(site, x, problem.demand[point]), room], -_INF, 0.0, m)
    return build.done()


def _two_echelon(problem: TwoEchelon) -> Milp:
    if problem.capacity is None or problem.direct is not None:
        raise TypeError("sizes and direct ways are not among the textbook models")
    build = _Build()
    m, k = problem.onward.shape
    y = _open(build, m, problem.opening, problem.p)
    used = build.variables(problem.plant_opening, integer=True)
    point, site, x = _assign(build, problem.cost, y, integer=problem.single_source)
    amount = problem.amount[point]
    each = np.arange(m)
    build.rows([(site, x, amount), (each, y, -problem.capacity)], -_INF, 0.0, m)
    station, plant = np.nonzero(np.isfinite(problem.onward))
    z = build.variables(problem.onward[station, plant], _INF)
    build.rows([(station, z, 1.0), (site, x, -amount)], 0.0, 0.0, m)
    build.rows([(plant, z, 1.0), (np.arange(k), used, -problem.plant_capacity)], -_INF, 0.0, k)
    return build.done()


_WRITE: dict[type, Callable[[Any], Milp]] = {
    PMedian: _median,
    PCenter: _center,
    SetCover: _set_cover,
    MaxCover: _max_cover,
    ExpectedCover: _expected,
    FacilityLocation: _capacitated,
    TwoEchelon: _two_echelon,
}
