"""Cover by units that may be busy: MEXCLP (Daskin 1983) and MALP I (ReVelle and Hogan 1989).

Both are put to HiGHS over merged rows, from a plan that units moved one by one have reached. In
MEXCLP the k-th unit in reach adds ``(1 - q) q**(k - 1)`` of a point's weight; these fall with k,
so the relaxation counts them in order and only the units need to be whole.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.run import Run
from optimize.location.cover.table import assigned, build_table
from optimize.location.coverage import Coverage
from optimize.location.problems import ExpectedCover
from optimize.location.rows import add_site_rows, site_bounds
from optimize.location.solution import Limits
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import AvailabilityCover
    from optimize.location.solution import Solution
    from optimize.location.solve import Method

__all__ = ["prepare", "solve", "units_needed"]


def solve(problem: ExpectedCover | AvailabilityCover, limits: Limits, method: Method) -> Solution:
    """Solve an expected or an availability cover; see `optimize.location.solve`."""
    prepare()
    return _UnitCover(problem, limits).solved(method)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    coverage = Coverage.within(np.array([[0.0, 1.0, 2.0], [2.0, 0.0, 1.0], [1.0, 2.0, 0.0]]), 1.0)
    problem = ExpectedCover(coverage, np.ones(3), 2, 0.3)
    _UnitCover(problem, Limits(time_s=3600.0)).solved("heuristic")


def units_needed(busy_fraction: float, reliability: float) -> int:
    """Units in reach with which one is free at least so reliably.

    Examples
    --------
    >>> units_needed(0.3, 0.9)
    2
    """
    needed = 1
    while 1.0 - busy_fraction**needed < reliability - 1e-12:
        needed += 1
    return needed


class _UnitCover:
    def __init__(self, problem: ExpectedCover | AvailabilityCover, limits: Limits) -> None:
        self.problem, self.limits, self.sites = problem, limits, problem.sites
        self.run = Run(limits, gain=True)
        self.m = self.sites.n
        self.units = problem.units
        self.most = problem.units if problem.most_per_site is None else problem.most_per_site
        self.lower, self.upper = site_bounds(self.sites)
        self.table = build_table(
            problem.coverage, problem.weight, allowed=self.upper > 0, shares=False
        )
        self.row = np.repeat(np.arange(self.table.n_rows), np.diff(self.table.indptr))
        self.placed = np.zeros(self.m, dtype=np.int64)
        self.worth = self._worth()

    def solved(self, method: Method) -> Solution:
        """Search, and give what was found."""
        run = self.run
        try:
            self._search(method)
        except KeyboardInterrupt:
            if run.plan is None:
                raise
            run.interrupted = True
        coverage = self.problem.coverage
        if run.plan is None:
            return run.solution(np.full(coverage.n_points, -1, dtype=np.int64))
        bare = Coverage(coverage.indptr, coverage.site, self.m)
        return run.solution(assigned(bare, run.plan)[0], self.placed[run.plan])

    def _worth(self) -> NDArray[np.float64]:
        """Give what a point of weight 1 counts with 0, 1, 2 … units in reach."""
        count = np.arange(self.units + 1)
        if isinstance(self.problem, ExpectedCover):
            return 1.0 - self.problem.busy_fraction ** count.astype(np.float64)
        needed = units_needed(self.problem.busy_fraction, self.problem.reliability)
        return (count >= needed).astype(np.float64)

    def _search(self, method: Method) -> None:
        run = self.run
        if (self.lower > self.upper).any():
            run.infeasible = True
            return
        run.bound_by(self._most_worth(), "all units in reach")
        if self.sites.is_free:
            self.units = min(self.units, int(self.upper.sum()) * self.most)
        else:
            placeable = self._placeable()
            if placeable is None:
                return
            self.units = placeable
        if self.sites.is_free and method != "mip":
            self._move()
            if run.done():
                return
        self._close(1 if method == "heuristic" else None)

    # ---- units one by one

    def _move(self) -> None:
        """Put units where they add most, then move single ones while that gains."""
        x = (self.lower > 0).astype(np.int64)
        while x.sum() < self.units:
            j = int(self._adding(x).argmax())
            x[j] += 1
        self._offer(x, "greedy")
        while self.run.more() and not self.run.done():
            best, move = self.run.value + 1e-12 * max(1.0, abs(self.run.value)), None
            for r in np.flatnonzero(x > (self.lower > 0)):
                x[r] -= 1
                adding = self._adding(x)
                f = int(adding.argmax())
                value = self._value(x) + adding[f]
                x[r] += 1
                if value > best:
                    best, move = value, (r, f)
            if move is None:
                return
            x[move[0]] -= 1
            x[move[1]] += 1
            self._offer(x, "moves")

    def _reach(self, x: NDArray[np.int64]) -> NDArray[np.int64]:
        reach = np.concatenate([[0], np.cumsum(x[self.table.site])])
        return np.diff(reach[self.table.indptr]).astype(np.int64)

    def _adding(self, x: NDArray[np.int64]) -> NDArray[np.float64]:
        """Reckon what one more unit at each site adds; -inf where it has no room."""
        count = np.minimum(self._reach(x), self.problem.units - 1)
        each = self.table.weight * (self.worth[count + 1] - self.worth[count])
        adding = np.bincount(self.table.site, weights=each[self.row], minlength=self.m)
        if self.sites.preference is not None:
            adding = adding + np.where(x == 0, self.sites.preference, 0.0)
        return np.where((self.upper > 0) & (x < self.most), adding, -np.inf)

    def _value(self, x: NDArray[np.int64]) -> float:
        value = float(self.table.weight @ self.worth[self._reach(x)])
        preference = self.sites.preference
        return value if preference is None else value + float(preference[x > 0].sum())

    def _most_worth(self) -> float:
        preference = self.sites.preference
        liked = 0.0 if preference is None else float(np.maximum(preference, 0.0).sum())
        return float(self.table.weight.sum()) * float(self.worth[-1]) + liked

    def _offer(self, x: NDArray[np.int64], stage: str) -> None:
        if self.run.offer(np.flatnonzero(x > 0), self._value(x), stage):
            self.placed = x.copy()

    # ---- the whole model

    def _placeable(self) -> int | None:
        """Most units that the rules have room for; None where no plan keeps them."""
        rows = self._site_part(None)
        m = self.m
        found = solve_mip(
            LinearModel(
                np.repeat([1.0, 0.0], m),
                np.concatenate([np.zeros(m), self.lower]),
                np.concatenate([np.full(m, float(self.most)), self.upper]),
                np.ones(2 * m, dtype=np.bool_),
                rows,
                maximise=True,
            ),
            time_limit_s=self.run.left_s(),
            seed=self.limits.seed,
        )
        if found.interrupted:
            raise KeyboardInterrupt
        if found.status != "optimal":
            self.run.infeasible = found.status == "infeasible"
            return None
        return min(self.units, round(found.value))

    def _site_part(self, units: int | None) -> Rows:
        """Rows of the units at each site (columns 0 to m) and whether it is open (m to 2m)."""
        m = self.m
        each = np.arange(m)
        rows = Rows()
        one, none = np.ones(m), np.full(m, -np.inf)
        twice, columns = np.tile(each, 2), np.arange(2 * m)
        rows.add(twice, columns, np.concatenate([one, -self.most * one]), lower=none, upper=0.0)
        rows.add(twice, columns, np.concatenate([one, -one]), lower=np.zeros(m), upper=np.inf)
        most = float(self.problem.units if units is None else units)
        least = 0.0 if units is None else most
        rows.add(np.zeros(m), each, 1.0, lower=np.full(1, least), upper=most)
        add_site_rows(rows, self.sites, m)
        return rows

    def _close(self, first_only: int | None) -> None:
        run, m, limits = self.run, self.m, self.limits
        table = self.table
        rows = self._site_part(self.units)
        gain = np.zeros(2 * m)
        if self.sites.preference is not None:
            gain[m:] = self.sites.preference
        room = np.minimum(np.diff(table.indptr) * self.most, self.units)
        expected = isinstance(self.problem, ExpectedCover)
        if expected:
            levels = room
            each = np.diff(self.worth)
            level = np.arange(int(levels.sum())) - np.repeat(np.cumsum(levels) - levels, levels)
            row_of = np.repeat(np.arange(table.n_rows), levels)
            size = np.ones(len(row_of))
            more = table.weight[row_of] * each[level]
        else:
            needed = int(np.flatnonzero(self.worth > 0)[0]) if self.worth[-1] else self.units + 1
            row_of = np.flatnonzero(room >= needed)
            size = np.full(len(row_of), float(needed))
            more = table.weight[row_of]
        rows.add(
            np.concatenate([self.row, row_of]),
            np.concatenate([table.site, 2 * m + np.arange(len(row_of))]),
            np.concatenate([np.full(len(self.row), -1.0), size]),
            lower=np.full(table.n_rows, -np.inf),
            upper=0.0,
        )
        n = len(row_of)
        model = LinearModel(
            np.concatenate([gain, more]),
            np.concatenate([self.lower, self.lower, np.zeros(n)]),
            np.concatenate([self.upper * self.most, self.upper, np.ones(n)]),
            np.concatenate([np.ones(2 * m, np.bool_), np.full(n, not expected)]),
            rows,
            maximise=True,
        )
        start = None
        if run.plan is not None:
            reach = self._reach(self.placed)[row_of]
            full = reach > level if expected else reach >= size
            start = np.concatenate([self.placed, self.placed > 0, full]).astype(np.float64)
        found = solve_mip(
            model,
            time_limit_s=run.left_s() * (0.1 if first_only else 1.0),
            gap=max(limits.gap, 0.01) if first_only else limits.gap,
            threads=limits.threads,
            seed=limits.seed,
            start=start,
            progress=run.told("HiGHS"),
        )
        if found.found:
            self._offer(np.rint(found.x[:m]).astype(np.int64), "HiGHS")
        run.interrupted |= found.interrupted
        if found.status == "infeasible" and run.plan is None:
            run.infeasible = True
        elif np.isfinite(found.bound):
            run.bound_by(found.bound if run.plan is None else max(found.bound, run.value), "HiGHS")
