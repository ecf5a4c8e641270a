"""The search: bounds and plans by prices, what cannot be ruled out to HiGHS."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location.capacitated.lagrange import Relaxation
from optimize.location.capacitated.model import Plan, program
from optimize.location.capacitated.options import site_options
from optimize.location.proof import proven
from optimize.location.solution import Limits, Progress, Solution
from optimize.mip import solve_mip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.capacitated.model import Program
    from optimize.location.capacitated.options import Options
    from optimize.location.problems import FacilityLocation
    from optimize.location.solve import Method
    from optimize.mip import MipResult

__all__ = ["no_plan", "prepare", "solve", "told"]

_LARGE = 8000  # pairs from which a program on few sites pays


def solve(
    problem: FacilityLocation,
    limits: Limits,
    method: Method = "auto",
    more_rows: Callable[[Program], None] | None = None,
) -> Solution:
    """Solve a capacitated facility location problem.

    Parameters
    ----------
    problem
        In one size or several, with split service or whole.
    limits
        Of the search.
    method
        "own" and "auto" bound and fix by prices first; "mip" gives all to HiGHS; "heuristic"
        stops before HiGHS.
    more_rows
        Puts rows of its own into the program; all is given to HiGHS then.

    Raises
    ------
    InputError
        If no site can serve some point at any cost.
    """
    if method != "mip" and more_rows is None:
        prepare()
    began = time.perf_counter()
    deadline = began + limits.time_s
    lost = np.flatnonzero(~np.isfinite(problem.cost).any(axis=1))
    if len(lost):
        raise InputError(
            f"cost: no site can serve point {lost[0]}", mend="leave such points out or add sites"
        )
    options = site_options(problem)
    if not options.possible or _too_little(problem, options):
        return no_plan("infeasible", len(problem.demand), began)
    search = _Search(problem, options, limits, began, deadline)
    if method != "mip" and more_rows is None:
        search.by_prices()
        if not search.over:
            search.by_few_sites()
    if more_rows is not None or (method != "heuristic" and not search.over):
        search.by_highs(more_rows)
    return search.answer()


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    from optimize.location.problems import FacilityLocation

    cost = np.array([[1.0, 6.0, 9.0], [7.0, 2.0, 5.0], [8.0, 4.0, 1.0], [3.0, 9.0, 4.0]])
    for single in (True, False):
        problem = FacilityLocation(
            cost, np.array([2.0, 3.0, 4.0, 2.0]), np.full(3, 6.0), np.full(3, 5.0),
            single_source=single,
        )  # fmt: skip
        options = site_options(problem)
        relaxation = Relaxation(problem, options, _step(problem, options))
        began = time.perf_counter()
        relaxation.run(Limits(time_s=3600.0), began + 3600.0, began, steps=15)
        relaxation.settle()


class _Search:
    """One search with its best plan and bound."""

    def __init__(
        self,
        problem: FacilityLocation,
        options: Options,
        limits: Limits,
        began: float,
        deadline: float,
    ) -> None:
        self.problem, self.options, self.limits = problem, options, limits
        self.began, self.deadline = began, deadline
        self.relaxation = Relaxation(problem, options, _step(problem, options))
        self.interrupted = False
        self.infeasible = False
        self.stages: list[str] = []

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.interrupted or self.relaxation.done(self.limits.gap)

    def by_prices(self) -> None:
        """Bounds, plans and what can be ruled out."""
        self.stages.append("prices")
        relaxation = self.relaxation
        # the last fifth of the time at least is for HiGHS
        until = self.began + 0.8 * self.limits.time_s
        try:
            relaxation.run(self.limits, until, self.began)
            for _ in range(3):
                if relaxation.done(self.limits.gap) or time.perf_counter() > until:
                    break
                left = int(relaxation.known.alive.sum())
                if relaxation.settle() < 0.1 * left:
                    break
                relaxation.run(self.limits, until, self.began, steps=150)
            relaxation.settle()
        except KeyboardInterrupt:
            self.interrupted = True

    def by_few_sites(self) -> None:
        """Solve the program on the sites of the good plans alone, for a better plan."""
        relaxation, known = self.relaxation, self.relaxation.known
        plan = known.plan
        few = (relaxation.good | (known.must == 1)) & (known.may == 1)
        size = int(known.alive.sum())
        if plan is None or relaxation.exhausted or few.sum() == known.may.sum() or size < _LARGE:
            return
        self.stages.append("few")
        gap = max(self.limits.gap, 0.2 * (1 - known.bound / plan.value), 0.0)
        left = 0.3 * (self.deadline - time.perf_counter())
        self._solve(few, gap, left, None)
        if not self.over:
            relaxation.settle()

    def by_highs(self, more_rows: Callable[[Program], None] | None) -> None:
        """Solve what is left as an integer program."""
        self.stages.append("highs")
        relaxation, known = self.relaxation, self.relaxation.known
        if known.plan is not None and relaxation.exhausted:
            known.bound = known.plan.value
            return
        left = self.deadline - time.perf_counter()
        got = self._solve(known.may == 1, self.limits.gap, left, more_rows)
        value = self.best()
        if got.status == "infeasible":
            self.infeasible = known.plan is None
            bound = value
        else:
            bound = min(got.bound, value) if np.isfinite(value) else got.bound
        known.bound = max(known.bound, bound) if np.isfinite(bound) else known.bound

    def _solve(
        self,
        sites: NDArray[np.bool_],
        gap: float,
        seconds: float,
        more_rows: Callable[[Program], None] | None,
    ) -> MipResult:
        """Give the program on some sites to HiGHS and take its plan."""
        relaxation, known = self.relaxation, self.relaxation.known
        whole = self.problem.single_source
        left = program(
            self.problem.cost,
            self.problem.demand,
            replace(self.options, count=np.where(sites, self.options.count, 0)),
            self.problem.sites,
            self.problem.p,
            whole=whole,
            alive=known.alive.astype(np.bool_) & sites[None, :],
            must=known.must.astype(np.bool_),
        )
        if more_rows is not None:
            more_rows(left)
        start = cutoff = None
        if known.plan is not None:
            start = left.place(known.plan)
            cutoff = relaxation.threshold(known.plan.value)
        got = solve_mip(
            left.model,
            time_limit_s=max(0.05, seconds),
            gap=gap,
            seed=self.limits.seed,
            start=start,
            cutoff=cutoff,
            progress=told(self.limits, self.began, self.best, known.bound),
        )
        self.interrupted |= got.interrupted
        if got.found:
            option, pairs = left.read(got.x, whole=whole)
            share = got.x[len(got.x) - len(left.point) :][pairs]
            relaxation.offer(self._plan(option, left.point[pairs], left.site[pairs], share))
        return got

    def best(self) -> float:
        """Value of the best plan so far, NaN before the first."""
        plan = self.relaxation.known.plan
        return float("nan") if plan is None else plan.value

    def answer(self) -> Solution:
        """Hand back the best plan."""
        known = self.relaxation.known
        n = len(self.problem.demand)
        if known.plan is None:
            if self.interrupted:
                raise KeyboardInterrupt
            return no_plan("infeasible" if self.infeasible else "none", n, self.began, known.bound)
        plan = known.plan
        open_sites = np.flatnonzero(plan.option >= 0)
        assignment = np.full(n, -1, dtype=np.int64)
        order = np.lexsort((-plan.site, plan.share))  # the largest share is written last
        assignment[plan.point[order]] = plan.site[order]
        status, bound = proven(plan.value, known.bound)
        flow = None
        if not self.problem.single_source:
            flow = np.column_stack([plan.point, plan.site, plan.share])
        return Solution(
            status,
            plan.value,
            bound,
            open_sites,
            assignment,
            time.perf_counter() - self.began,
            "+".join(self.stages),
            sizes=None
            if self.problem.capacity is not None
            else self.options.size[open_sites, plan.option[open_sites]],
            flow=flow,
            interrupted=self.interrupted,
        )

    def _plan(
        self,
        option: NDArray[np.int64],
        point: NDArray[np.int64],
        site: NDArray[np.int64],
        share: NDArray[np.float64],
    ) -> Plan:
        """Price a plan of HiGHS, shares made to add up to one."""
        if self.problem.single_source:
            share = np.ones(len(point))
        total = np.bincount(point, weights=share, minlength=len(self.problem.demand))
        share = share / total[point]
        is_open = np.flatnonzero(option >= 0)
        value = float(self.options.cost[is_open, option[is_open]].sum())
        value += float((share * self.problem.cost[point, site]).sum())
        return Plan(option, point, site, share, value)


def no_plan(
    status: str, n: int, began: float, bound: float = -np.inf, *, method: str = "prices+highs"
) -> Solution:
    """Answer that there is no plan, or that none was found.

    Parameters
    ----------
    status
        "infeasible" or "none".
    n
        Number of points.
    began
        When the search began, by `time.perf_counter`.
    bound
        What no plan can better.
    method
        As the solution says it.
    """
    nothing = np.zeros(0, dtype=np.int64)
    return Solution(
        "infeasible" if status == "infeasible" else "none",
        float("nan"),
        bound,
        nothing,
        np.full(n, -1, dtype=np.int64),
        time.perf_counter() - began,
        method,
    )


def told(
    limits: Limits,
    began: float,
    best: Callable[[], float] = lambda: float("nan"),
    bound: float = -np.inf,
) -> Callable[[float, float, float], None] | None:
    """Hand the progress of HiGHS on, never worse than what was known before."""
    progress = limits.progress
    if progress is None:
        return None

    def hand_on(value: float, lower: float, _seconds: float) -> None:
        known = best()
        if not np.isfinite(value) or value > known:
            value = known
        progress(Progress(value, max(lower, bound), time.perf_counter() - began, "highs"))

    return hand_on


def _too_little(problem: FacilityLocation, options: Options) -> bool:
    """Say whether all sites together cannot serve the demand."""
    demand = float(problem.demand.sum())
    return bool(options.largest.sum() < demand * (1 - 1e-9))


def _step(problem: FacilityLocation, options: Options) -> float:
    """1 where every plan has a whole cost, else 0."""
    if not problem.single_source:
        return 0.0
    parts = (problem.cost[np.isfinite(problem.cost)], options.cost[np.isfinite(options.cost)])
    whole = all((part == np.round(part)).all() for part in parts)
    largest = max((float(np.abs(part).max(initial=0.0)) for part in parts), default=0.0)
    return 1.0 if whole and largest < 1e9 else 0.0
