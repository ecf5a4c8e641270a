"""P-dispersion (Kuby 1987) by independent sets, to proof.

The answer is one of the distances; whether p sites are at least so far from each other is a
question of independent sets (Sayah and Irnich, A new compact formulation for the discrete
p-dispersion problem, EJOR 256, 2017), put with one row for each group of sites that are all too
near to each other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.bottleneck import bisect, by_liking
from optimize.location.cover.choices import cliques_of, spread_out
from optimize.location.cover.counts import most_open
from optimize.location.cover.linear import relaxed
from optimize.location.cover.run import Run
from optimize.location.rows import add_site_rows, site_bounds
from optimize.location.solution import Limits
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import Dispersion
    from optimize.location.solution import Solution
    from optimize.location.solve import Method

__all__ = ["prepare", "solve"]

_BLOCK = 4096
"""Groups of sites that are built at a time."""


def solve(problem: Dispersion, limits: Limits, method: Method) -> Solution:
    """Solve a p-dispersion; see `optimize.location.solve`.

    Where the rules let fewer than two sites be open there is no distance: "infeasible".
    """
    prepare()
    return _Dispersion(problem, limits, method).solved()


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    from optimize.location.problems import Dispersion

    place = np.array([0.0, 1.0, 2.0, 4.0])
    problem = Dispersion(np.abs(place[:, None] - place), 3)
    _Dispersion(problem, Limits(time_s=3600.0), "auto").solved()


class _Dispersion:
    def __init__(self, problem: Dispersion, limits: Limits, method: Method) -> None:
        self.limits, self.sites, self.method = limits, problem.sites, method
        self.distance = problem.distance
        self.p = problem.p
        self.run = Run(limits, gain=True)
        self.lower, self.upper = site_bounds(self.sites)
        self.liked = self.sites.preference

    def solved(self) -> Solution:
        """Search, and give what was found."""
        run = self.run
        try:
            self._search()
        except KeyboardInterrupt:
            if run.plan is None:
                raise
            run.interrupted = True
        return run.solution(np.zeros(0, dtype=np.int64))

    def _search(self) -> None:
        run = self.run
        if (self.lower > self.upper).any():
            run.infeasible = True
            return
        count = most_open(self.sites, self.p, run)
        if count is None or count < 2:
            run.infeasible = run.infeasible or count is not None
            return
        self.p = count
        usable = np.flatnonzero(self.upper > 0)
        between = self.distance[np.ix_(usable, usable)]
        apart = between[np.triu_indices(len(usable), 1)]
        values = -np.unique(apart)[::-1]
        if self.liked is not None:
            by_liking(values, self._liked_within, run, gain=True)
            return
        run.bound_by(-float(values[0]), "largest distance")
        if self.sites.is_free:
            self._spread()
        stages: tuple[str, ...] = ("greedy", "relaxation", "HiGHS")
        if self.method == "heuristic":
            stages = stages[:2]
        bisect(values, self._reaches, run, stages=stages, gain=True)

    def _spread(self) -> None:
        chosen = np.zeros(self.p, dtype=np.int64)
        fixed = self.sites.fixed
        chosen[: len(fixed)] = fixed
        spread_out(self.distance, self.p, chosen, self.upper > 0, len(fixed))
        self._offer(chosen, "farthest next")

    def _reaches(self, value: float, stage: str) -> tuple[bool | None, float | None]:
        """Say whether p sites are all at least ``-value`` from each other."""
        run, least = self.run, -value
        if run.plan is not None and self._least(run.plan) >= least:
            return True, -self._least(run.plan)
        if stage == "greedy":
            return None, None
        model = self._model(least, np.ones(self.sites.n), (0.0, float(self.p)))
        if model is None:
            return False, None
        if stage == "relaxation":
            found = relaxed(model, time_limit_s=run.left_s(), threads=self.limits.threads)
            missing = len(found.x) and found.bound < self.p - 1e-6
            return (False if found.status == "infeasible" or missing else None), None
        model = self._model(least, np.zeros(self.sites.n), (float(self.p), float(self.p)))
        return self._put(model, stage)

    def _put(self, model: LinearModel | None, stage: str) -> tuple[bool | None, float | None]:
        if model is None:
            return False, None
        found = solve_mip(
            model,
            time_limit_s=self.run.left_s(),
            threads=self.limits.threads,
            seed=self.limits.seed,
        )
        if found.interrupted:
            raise KeyboardInterrupt
        if found.found:
            return True, -self._offer(np.flatnonzero(found.x > 0.5), stage)
        return (False if found.status == "infeasible" else None), None

    def _liked_within(self, value: float) -> float:
        liked = np.zeros(self.sites.n) if self.liked is None else self.liked
        model = self._model(-value, liked, (float(self.p), float(self.p)))
        if model is None:
            return -np.inf
        found = solve_mip(
            model,
            time_limit_s=self.run.left_s(),
            threads=self.limits.threads,
            seed=self.limits.seed,
        )
        if found.found:
            self._offer(np.flatnonzero(found.x > 0.5), "HiGHS")
        if found.interrupted:
            raise KeyboardInterrupt
        return -np.inf if found.status == "infeasible" else found.bound

    def _model(
        self, least: float, gain: NDArray[np.float64], count: tuple[float, float]
    ) -> LinearModel | None:
        """Most gain of sites at least so far from each other; None where fixed ones are not."""
        near = self.distance < least
        np.fill_diagonal(near, val=False)
        fixed = np.flatnonzero(self.lower > 0)
        if near[np.ix_(fixed, fixed)].any():
            return None
        upper = np.where(near[fixed].any(axis=0), 0.0, self.upper)
        usable = np.flatnonzero((upper > 0) & (self.lower == 0))
        rows = Rows()
        inner = np.ascontiguousarray(near[np.ix_(usable, usable)])
        left = np.triu(inner)
        begin = 0
        while left.any():
            begin = int(left.any(axis=1).argmax())
            member = np.zeros((_BLOCK, len(usable)), dtype=np.bool_)
            groups = cliques_of(inner, begin, len(usable), left, member)
            group, site = np.nonzero(member[:groups])
            rows.add(group, usable[site], 1.0, lower=np.full(groups, -np.inf), upper=1.0)
        add_site_rows(rows, self.sites, 0, count)
        whole = np.ones(self.sites.n, dtype=np.bool_)
        return LinearModel(gain, self.lower, upper, whole, rows, maximise=True)

    def _least(self, plan: NDArray[np.int64]) -> float:
        between = self.distance[np.ix_(plan, plan)]
        return float(between[np.triu_indices(len(plan), 1)].min(initial=np.inf))

    def _offer(self, plan: NDArray[np.int64], stage: str) -> float:
        """Offer a plan; its least distance."""
        least = self._least(plan)
        liked = 0.0 if self.liked is None else float(self.liked[plan].sum())
        self.run.offer(plan, least + liked, stage)
        return least
