"""Maximal cover (Church and ReVelle 1974), with shares (Berman and Krass 2002), to proof.

Equal rows are merged and points that no site reaches left out; a swap local search gives a plan,
prices of the rows or the linear relaxation a bound, and what these say about single sites leaves
most of them decided. Where many are left, searches from different draws give good plans, the best
plan among the sites of these is found exactly, and so is the best change within one part of the
place after the other; HiGHS closes what remains where time allows.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.dual import DualBound, fix_by, lagrangian_bound
from optimize.location.cover.join import around, best_of_sites, sites_of
from optimize.location.cover.linear import relaxed
from optimize.location.cover.models import cover_model, covered_levels
from optimize.location.cover.run import Run
from optimize.location.cover.search import LocalSearch
from optimize.location.cover.start import feasible_start
from optimize.location.cover.table import assigned, build_table, shrunk
from optimize.mip import solve_mip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.problems import MaxCover
    from optimize.location.solution import Limits, Solution
    from optimize.location.solve import Method
    from optimize.mip import LinearModel

__all__ = ["solve"]

_LP_FIRST = 60_000
"""Entries up to which the relaxation is solved at once; above, prices of the rows come first."""

_MOST_LP = 3_000_000
"""Entries beyond which no linear or integer program is built: memory and minutes."""

_ENTRIES_A_SECOND = 4000
"""Entries of a hard program for each second that HiGHS needs to better the relaxation's bound
(measured on boroughs of New York: with less time than that it did not get beyond its root)."""

_HARD = 300
"""Undecided sites from which on generations of searches come before HiGHS."""

_IDLE = 4
"""Generations of the longest searches without a better plan after which no more are made."""

_MOST_ROUNDS = 10_000_000
"""Rounds of all generations where HiGHS has no time anyway."""

_RUNS = 4
"""Searches from the start in each generation, before their plans are joined."""

_PARTS = 4
"""Parts of the place whose sites are chosen anew in a generation."""

_PART_S = 0.5
"""Most seconds of each; how large the parts are follows from it."""

_JOIN_S = 2.0
"""Most seconds of a join."""

_LITTLE = 0.2
"""Of the gap: sites that cost the bound more are left out where a part is chosen anew."""

_LONGEST = 16_000
"""Rounds of a search in a generation, at most."""


def solve(problem: MaxCover, limits: Limits, method: Method) -> Solution:
    """Solve a maximal cover; see `optimize.location.solve`."""
    _compiled()
    return _Cover(problem, limits).solved(method)


@cache
def _compiled() -> None:
    """Use every kernel on a cover of three points, so that the clock never counts compiling."""
    from optimize.location.coverage import Coverage
    from optimize.location.problems import MaxCover
    from optimize.location.sites import Sites
    from optimize.location.solution import Limits

    reach = np.array([[1.0, 0.0, 0.5, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.5, 1.0]])
    problem = MaxCover(
        Coverage.decaying(reach, lambda share: share),
        np.ones(3),
        2,
        Sites(4, forbidden=np.array([3])),
    )
    _Cover(problem, Limits(time_s=3600.0)).solved("heuristic")


class _Cover:
    def __init__(self, problem: MaxCover, limits: Limits) -> None:
        self.problem, self.limits, self.sites = problem, limits, problem.sites
        self.run = Run(limits, gain=True)
        self.p = self.sites.n if problem.p is None else problem.p
        self.count = None if problem.p is None else (0.0, float(problem.p))
        allowed = np.ones(self.sites.n, dtype=np.bool_)
        allowed[self.sites.forbidden] = False
        self.table = build_table(problem.coverage, problem.weight, allowed=allowed)
        self.closed, self.opened = ~allowed, np.zeros(self.sites.n, dtype=np.bool_)
        self.opened[self.sites.fixed] = True
        self.left, self.offset = self.table, 0.0
        self.lost = np.zeros(self.sites.n)
        self.spread, self.filled, self.part = 2.5, False, 8.0
        preference = self.sites.preference
        whole = not self.table.graded and (problem.weight == np.rint(problem.weight)).all()
        self.run.whole = bool(
            whole and (preference is None or (preference == np.rint(preference)).all())
        )

    def solved(self, method: Method) -> Solution:
        """Search, and give what was found."""
        run = self.run
        try:
            self._search(method)
        except KeyboardInterrupt:
            if run.plan is None:
                raise
            run.interrupted = True
        plan = run.plan
        chosen = np.full(self.problem.coverage.n_points, -1, dtype=np.int64)
        if plan is not None:
            plan = self._filled(plan)
            chosen, best = assigned(self.problem.coverage, plan)
            run.value = float(self.problem.weight @ best) + self._liked(plan)
            run.plan = plan
        return run.solution(chosen)

    def _search(self, method: Method) -> None:
        run = self.run
        start = feasible_start(self.sites, self.p, self._modular_gain(), run)
        if start is None:
            return
        run.bound_by(float(self.table.weight.sum()) + self._most_liked(), "weight of all points")
        self._offer(start, "start")
        if method == "mip":
            self._close(run.left_s())
            return
        search = LocalSearch(self.table, self.sites, self.p, self.limits.seed)
        search.start_from(start)
        search.climb(run.more)
        self._offer(search.plan, "swap")
        search.wander(200, run.target(), run.more)
        self._offer(search.plan, "swap")
        if method == "heuristic":
            self._prices(200)
            self._anneal(search, self._rounds(), run.more)
            return
        if run.done():
            return
        if len(self.table.site) > _LP_FIRST:
            self._prices(600)
        if run.done():
            return
        if len(self.left.site) <= _MOST_LP:
            self._relax(search)
        if run.done():
            return
        self._improve(search, start)

    # ---- steps

    def _improve(self, search: LocalSearch, start: NDArray[np.int64]) -> None:
        """Search for better plans, then close what is left where it can be in the time left."""
        run, entries = self.run, len(self.left.site)
        hard = self._undecided() > _HARD and run.gap() > 1e-3
        closing = entries <= _MOST_LP
        if hard and entries > 0.3 * _ENTRIES_A_SECOND * run.left_s():
            closing = False
        share = 1.0 if not closing else (0.7 if hard else 0.35)
        more = run.until(share * run.left_s())
        if hard:
            self._breed(search, start, 6 * self._rounds() if closing else _MOST_ROUNDS, more)
        else:
            self._anneal(search, self._rounds(), more)
        if not run.done() and closing:
            self._close(run.left_s())

    def _anneal(self, search: LocalSearch, rounds: int, more: Callable[[], bool]) -> None:
        """Heat and cool again and again, each time for twice as long.

        So a time limit finds a search that has cooled not long ago, and the rounds do not depend
        on the clock.
        """
        length = 1000
        while rounds > 0 and more() and not self.run.done():
            search.start_from(search.plan)
            search.wander(min(length, rounds), self.run.target(), more)
            self._offer(search.plan, "swap")
            rounds -= length
            length *= 2

    def _breed(
        self,
        search: LocalSearch,
        start: NDArray[np.int64],
        rounds: int,
        more: Callable[[], bool],
    ) -> None:
        """Search from the start, join the plans, renew parts, search on; then twice as long.

        It ends where the longest searches bring nothing better.
        """
        run, length, idle = self.run, 1000, 0
        plans: list[tuple[float, NDArray[np.int64]]] = [(search.value, search.plan)]
        draw = np.random.default_rng(self.limits.seed)
        while rounds > 0 and more() and not run.done() and idle < _IDLE:
            before = run.value
            for _ in range(_RUNS):
                if not more() or run.done():
                    break
                self._search_from(start, search, length, plans, more)
            self._join(plans)
            if run.plan is None:
                return
            self._renew(draw, plans, more)
            self._search_from(run.plan, search, length, plans, more)
            idle = idle + 1 if run.value <= before and length >= _LONGEST else 0
            rounds -= (_RUNS + 1) * length
            length = min(2 * length, _LONGEST)

    def _renew(
        self,
        draw: np.random.Generator,
        plans: list[tuple[float, NDArray[np.int64]]],
        more: Callable[[], bool],
    ) -> None:
        """Choose the sites of the best plan anew in one part of the place after the other."""
        run, m = self.run, self.sites.n
        for _ in range(_PARTS):
            if run.plan is None or run.done() or not more():
                return
            part = around(self.table, int(draw.integers(m)), run.plan, int(self.part))
            opened = np.zeros(m, dtype=np.bool_)
            opened[run.plan] = True
            among = opened | (part & (self.lost <= _LITTLE * (run.bound - run.value)))
            found, closed = best_of_sites(
                self.table,
                self.sites,
                self.count,
                among,
                run.plan,
                opened=opened & ~part,
                time_limit_s=min(_PART_S, run.left_s()),
                threads=self.limits.threads,
                seed=self.limits.seed,
            )
            self.part = min(1.0 * self.p, 1.1 * self.part) if closed else max(4.0, self.part / 1.3)
            if found is not None:
                self._offer(found, "parts anew")
                plans.append((run.value, run.plan))

    def _search_from(
        self,
        start: NDArray[np.int64],
        search: LocalSearch,
        length: int,
        plans: list[tuple[float, NDArray[np.int64]]],
        more: Callable[[], bool],
    ) -> None:
        search.start_from(start)
        search.forget()
        search.climb(self.run.more)
        search.wander(length, self.run.target(), more)
        plans.append((search.value, search.plan))
        self._offer(search.plan, "swap")

    def _join(self, plans: list[tuple[float, NDArray[np.int64]]]) -> None:
        run = self.run
        most = int(self.spread * max(len(plan) for _, plan in plans))
        unknown = np.full(self.sites.n, np.inf)
        among = sites_of(plans, self.lost if self.filled else unknown, most)
        best = max(plans, key=lambda pair: pair[0])[1]
        left_s = min(_JOIN_S, 0.2 * run.left_s())
        if run.done() or left_s <= 0:
            return
        found, closed = best_of_sites(
            self.table,
            self.sites,
            self.count,
            among,
            best,
            time_limit_s=left_s,
            threads=self.limits.threads,
            seed=self.limits.seed,
        )
        self.filled = closed
        self.spread = min(8.0, 1.3 * self.spread) if closed else max(1.5, self.spread / 1.5)
        if found is not None:
            self._offer(found, "sites of good plans")
            value = float(self.table.weight @ self.table.covered(found)) + self._liked(found)
            plans.append((value, found))

    def _prices(self, iterations: int) -> None:
        run = self.run
        if run.plan is None or not run.more():
            return
        plan = run.plan

        def more(bound: float) -> bool:
            run.bound_by(bound, "prices of rows")
            return run.more() and not run.done()

        dual = lagrangian_bound(
            self.table, self.sites, self.p, plan, run.value, iterations=iterations, more=more
        )
        run.bound_by(dual.bound, "prices of rows")
        self._fix(dual)

    def _relax(self, search: LocalSearch) -> None:
        run = self.run
        model = self._model()
        found = relaxed(model, time_limit_s=0.5 * run.left_s(), threads=self.limits.threads)
        if not len(found.x):
            if found.status == "infeasible" and run.plan is not None:
                run.bound_by(run.value, "relaxation")
            return
        # what was decided before holds for plans better than the best alone
        run.bound_by(max(found.bound, run.value), "relaxation")
        if run.done():
            return
        m = self.sites.n
        x, reduced = found.x[:m], found.reduced_cost[:m]
        high = np.flatnonzero(x > 1 - 1e-6)
        whole = ((x < 1e-6) | (x > 1 - 1e-6)).all()
        rounded = high if whole else np.sort(np.argsort(-x, kind="stable")[: self.p])
        if not self.sites.faults(rounded):
            self._offer(rounded, "relaxation")
            search.start_from(rounded)
            search.climb(run.more)
            self._offer(search.plan, "swap")
        bound = np.full(m, found.bound)
        self._fix(
            DualBound(
                found.bound,
                np.where(reduced > 0, bound - reduced, bound),
                np.where(reduced < 0, bound + reduced, bound),
            )
        )

    def _close(self, time_s: float) -> None:
        run, limits = self.run, self.limits
        if time_s <= 0:
            return
        model = self._model()
        start = None if run.plan is None else self._as_solution(model.cost, run.plan)
        found = solve_mip(
            model,
            time_limit_s=time_s,
            gap=limits.gap,
            threads=limits.threads,
            seed=limits.seed,
            start=start,
            progress=run.told("HiGHS"),
        )
        if found.found:
            self._offer(np.flatnonzero(found.x[: self.sites.n] > 0.5), "HiGHS")
        if found.status == "infeasible" and run.plan is None:
            run.infeasible = True
        elif found.status == "infeasible":
            run.bound_by(run.value, "HiGHS")
        elif np.isfinite(found.bound):
            run.bound_by(max(found.bound, run.value), "HiGHS")
        run.interrupted |= found.interrupted

    # ---- parts

    def _model(self) -> LinearModel:
        return cover_model(
            self.left,
            self.sites,
            self.count,
            closed=self.closed,
            opened=self.opened,
            offset=self.offset,
        )

    def _as_solution(
        self, cost: NDArray[np.float64], plan: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        x = np.zeros(len(cost))
        x[plan] = 1.0
        m = self.sites.n
        x[m:] = covered_levels(self.left, plan)
        return x

    def _fix(self, dual: DualBound) -> None:
        """Decide sites, and leave out what that decides."""
        run = self.run
        self.lost = dual.bound - dual.with_
        opened, closed = fix_by(dual, run.worth_looking_for())
        self.opened |= opened
        self.closed |= closed & ~opened
        self.left, self.offset = shrunk(self.table, allowed=~self.closed, opened=self.opened)

    def _undecided(self) -> int:
        return int((~self.closed & ~self.opened).sum())

    def _rounds(self) -> int:
        return min(20_000, 200 + 20 * self._undecided())

    def _offer(self, plan: NDArray[np.int64], stage: str) -> None:
        value = float(self.table.weight @ self.table.covered(plan)) + self._liked(plan)
        self.run.offer(plan, value, stage)

    def _liked(self, plan: NDArray[np.int64]) -> float:
        preference = self.sites.preference
        return 0.0 if preference is None else float(preference[plan].sum())

    def _most_liked(self) -> float:
        preference = self.sites.preference
        return 0.0 if preference is None else float(np.maximum(preference, 0.0).sum())

    def _modular_gain(self) -> NDArray[np.float64]:
        table = self.table
        share = table.share if table.graded else 1.0
        each = np.repeat(table.weight, np.diff(table.indptr)) * share
        gain = np.bincount(table.site, weights=each, minlength=table.n_sites).astype(np.float64)
        return gain if self.sites.preference is None else gain + self.sites.preference

    def _filled(self, plan: NDArray[np.int64]) -> NDArray[np.int64]:
        """Open sites that add nothing up to p, where nothing speaks against it."""
        sites, missing = self.sites, self.p - len(plan)
        if self.problem.p is None or missing <= 0 or not sites.is_free:
            return plan
        rest = np.setdiff1d(sites.allowed, plan)
        if sites.preference is not None:
            rest = rest[sites.preference[rest] >= 0]
        return np.sort(np.concatenate([plan, rest[:missing]]))
