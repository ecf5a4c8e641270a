"""P-center (Hakimi 1964) by set covers, to proof.

The answer is one of the costs; whether p sites reach every point within a cost is a set cover
(Minieka, The m-center problem, SIAM Review 12, 1970). Greedy covers bound it from above, the
relaxations of set covers from below, and exact covers decide between. With preferences, the sites
that are liked best at each cost are sought instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.bottleneck import bisect, by_liking
from optimize.location.cover.counts import most_open
from optimize.location.cover.least import CoverTask, least_cover
from optimize.location.cover.run import Run
from optimize.location.cover.table import build_table
from optimize.location.coverage import Coverage
from optimize.location.rows import site_bounds
from optimize.location.set_cover import prepare
from optimize.location.solution import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import PCenter
    from optimize.location.solution import Solution
    from optimize.location.solve import Method

__all__ = ["solve"]

_STAGES = ("greedy", "relaxation", "HiGHS")


def solve(problem: PCenter, limits: Limits, method: Method) -> Solution:
    """Solve a p-center; see `optimize.location.solve`."""
    prepare()  # its questions are set covers
    return _Center(problem, limits, method).solved()


class _Center:
    def __init__(self, problem: PCenter, limits: Limits, method: Method) -> None:
        self.problem, self.limits, self.sites, self.method = problem, limits, problem.sites, method
        self.run = Run(limits, gain=False)
        self.lower, self.upper = site_bounds(self.sites)
        self.cost = problem.cost
        self.p = problem.p
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
        nearest = np.full(len(self.cost), -1, dtype=np.int64)
        if run.plan is not None and len(run.plan):
            nearest = run.plan[np.argmin(self.cost[:, run.plan], axis=1)].astype(np.int64)
        return run.solution(nearest)

    def _search(self) -> None:
        run = self.run
        if (self.lower > self.upper).any():
            run.infeasible = True
            return
        allowed = self.upper > 0
        inside = np.where(allowed, self.cost, np.inf)
        least = inside.min(axis=1, initial=np.inf)
        if not np.isfinite(least).all():
            run.infeasible = True
            return
        count = most_open(self.sites, self.p, run)
        if count is None:
            return
        self.p = count
        floor = float(least.max(initial=0.0))
        values = np.unique(np.concatenate([inside[np.isfinite(inside)], [floor]]))
        values = values[values >= floor]
        if self.liked is not None:
            by_liking(values, self._liked_within, run)
            return
        run.bound_by(floor, "nearest sites")
        quick = ("greedy", "relaxation")
        bisect(values, self._reaches, run, stages=quick if self.method == "heuristic" else _STAGES)

    def _reaches(self, limit: float, stage: str) -> tuple[bool | None, float | None]:
        """Say whether p sites reach every point within a limit; None where that stays open."""
        if stage == "greedy" and not self.sites.is_free:
            return None, None
        task = self._task(limit)
        left = self.run.left_s()
        inner = Run(Limits(left, 0.0, self.limits.threads, self.limits.seed), gain=False)
        inner.whole = True
        enough = float(self.p)
        method: Method = "heuristic" if stage == "relaxation" else "auto"
        least_cover(task, inner, enough=enough, method=method, greedy_only=stage == "greedy")
        if inner.interrupted:
            raise KeyboardInterrupt
        if inner.infeasible or inner.bound > enough:
            return False, None
        if inner.plan is not None and len(inner.plan) <= self.p:
            return True, self._offer(self._filled(inner.plan), stage)
        return None, None

    def _task(self, limit: float) -> CoverTask:
        coverage = Coverage.within(self.cost, limit)
        n = len(self.cost)
        table = build_table(
            coverage,
            np.ones(n),
            allowed=self.upper > 0,
            times=np.ones(n, dtype=np.int64),
            shares=False,
        )
        count = None if self.sites.is_free else (float(self.p), float(self.p))
        return CoverTask(table, np.ones(self.sites.n), self.lower, self.upper, self.sites, count)

    def _filled(self, plan: NDArray[np.int64]) -> NDArray[np.int64]:
        """Open further sites up to p, each where the farthest point is."""
        plan = np.asarray(plan, dtype=np.int64)
        while len(plan) < self.p:
            rest = np.setdiff1d(np.flatnonzero(self.upper > 0), plan)
            near = self.cost[:, plan].min(axis=1, initial=np.inf)
            farthest = int(near.argmax()) if len(near) else 0
            chosen = rest[self.cost[farthest, rest].argmin()] if len(near) else rest[0]
            plan = np.append(plan, chosen)
        return plan

    def _offer(self, plan: NDArray[np.int64], stage: str) -> float:
        """Offer a plan; its largest cost."""
        farthest = float(self.cost[:, plan].min(axis=1, initial=np.inf).max(initial=0.0))
        liked = 0.0 if self.liked is None else float(self.liked[plan].sum())
        self.run.offer(plan, farthest - liked, stage)
        return farthest

    def _liked_within(self, limit: float) -> float:
        """Bound of what is liked of p sites that reach every point within a limit."""
        task = self._task(limit)
        task = CoverTask(
            task.table,
            np.zeros(self.sites.n) if self.liked is None else -self.liked,
            task.lower,
            task.upper,
            self.sites,
            (float(self.p), float(self.p)),
        )
        inner = Run(
            Limits(self.run.left_s(), 0.0, self.limits.threads, self.limits.seed), gain=False
        )
        least_cover(task, inner, method="mip")
        if inner.plan is not None:
            self._offer(inner.plan, "covers by liking")
        if inner.interrupted:
            raise KeyboardInterrupt
        return -np.inf if inner.infeasible else -inner.bound
