"""How evenly a placement serves its areas: as a limit, or as a second objective with its front.

The second objective is the worst area (largest mean travel, or smallest covered share) or the Gini
coefficient of the areas' means, weighted by people:
``sum over a, b of w_a w_b |m_a - m_b| / (2 W^2 mean)`` (Drezner, Drezner and Guyse 2009 for
locations). For a fixed limit both are linear, so the Pareto front comes by the epsilon-constraint
method (Haimes, Lasdon and Wismer 1971): the first objective is made best under one limit on the
second after the other.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from networks.errors import InputError
from optimize.location.capacitated.search import no_plan
from optimize.location.equity_model import Areas, Base, base_program, with_goal
from optimize.location.problems import MaxCover, PMedian
from optimize.location.proof import proven
from optimize.location.rows import fixed_fit
from optimize.location.solution import Limits, Progress, Solution
from optimize.mip import LinearModel, solve_mip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from optimize.mip import MipResult

__all__ = ["FrontPoint", "Second", "area_means", "gini", "pareto_front", "solve_within"]

Second = Literal["worst-area", "gini"]
"""What is evened out: the worst area's mean, or the Gini coefficient over areas."""

_ROUNDS = 12  # of Dinkelbach's method, which converges faster than linearly


class FrontPoint(NamedTuple):
    """A plan that nothing found betters in both objectives.

    Attributes
    ----------
    solution
        Its gap is of the first objective under the point's limit on the second.
    first
        Its value, preferences included.
    second
        Largest mean travel or smallest covered share of an area; or the Gini coefficient.
    """

    solution: Solution
    first: float
    second: float


def gini(means: ArrayLike, people: ArrayLike) -> float:
    """Gini coefficient of areas' means; 0 where all are 0.

    Parameters
    ----------
    means : float[a]
        Of each area, at least 0.
    people : float[a]
        Weights.

    Examples
    --------
    Half of the people have all:

    >>> gini([0.0, 1.0], [1.0, 1.0])
    0.5
    """
    mean, weight = np.asarray(means, dtype=np.float64), np.asarray(people, dtype=np.float64)
    share = weight / weight.sum()
    average = float(share @ mean)
    if average == 0:
        return 0.0
    differences = np.abs(mean[:, None] - mean[None, :])
    return float(share @ differences @ share) / (2 * average)


def area_means(
    problem: PMedian | MaxCover, areas: ArrayLike, open_sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean travel, or covered share, of each area that has people.

    Parameters
    ----------
    problem
        A p-median or a maximal cover.
    areas : int[n]
        Area of each point, -1 for none.
    open_sites : int64[k]
        Of a plan; everybody is served from the nearest or best.

    Returns
    -------
    code : int64[a]
        Areas with weight, ascending.
    mean, people : float64[a]
        Of each.
    """
    codes, known = _areas(problem, areas)
    served, _ = _served(problem, open_sites)
    return codes, known.means(served, problem.weight), known.people


def solve_within(
    problem: PMedian | MaxCover,
    areas: ArrayLike,
    at_most: float,
    second: Second = "worst-area",
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a placement whose inequality must keep a limit.

    Parameters
    ----------
    problem
        A p-median or a maximal cover.
    areas : int[n]
        Area of each point, -1 for none.
    at_most
        Limit on the largest mean travel or on the Gini coefficient; for the worst area of a
        maximal cover the least share that must be covered.
    second
        What is limited.
    time_limit_s, gap, seed, progress
        As in `optimize.location.solve`.

    Returns
    -------
    Solution
        Infeasible where no plan keeps the limit.
    """
    if not np.isfinite(at_most) or at_most < 0:
        raise InputError(f"the limit must be a number of at least 0, is {at_most}")
    limits = Limits(time_limit_s, gap, 1, seed, progress)
    search = _Search(problem, areas, second, limits)
    got = search.first_best(at_most, search.left)
    if got.status == "infeasible" and search.loosened():
        got = search.first_best(at_most, search.left)
    if got.found:
        search.tell(got)
    elif search.interrupted:
        raise KeyboardInterrupt
    return got


def pareto_front(
    problem: PMedian | MaxCover,
    areas: ArrayLike,
    second: Second = "worst-area",
    points: int = 9,
    *,
    time_limit_s: float = 300.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> list[FrontPoint]:
    """Trade the total against the worst-off, or against inequality.

    Parameters
    ----------
    problem
        A p-median or a maximal cover. Of both exactly p sites open, where the rules let so many:
        one more helps the total and may still make it less even.
    areas : int[n]
        Area of each point, -1 for none.
    second
        The second objective.
    points
        Limits to try between the two ends, both included; at least 2. Limits that plans already
        found keep are not tried again, and dominated plans are left out, so there may be fewer.
    time_limit_s
        Of all together.
    gap, seed, progress
        As in `optimize.location.solve`.

    Returns
    -------
    list of FrontPoint
        From the best first objective to the best second. Ctrl-C and the time limit leave what was
        found so far; empty where no plan keeps the rules.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C came before the first plan.
    """
    if points < 2:
        raise InputError(f"a front has two ends at least, not {points} points")
    search = _Search(problem, areas, second, Limits(time_limit_s, gap, 1, seed, progress))
    found: list[FrontPoint] = []
    best = search.first_best(None, search.left / (points + 2))
    if best.found:
        found.append(search.point(best))
        try:
            _fill(search, found, points)
        except KeyboardInterrupt:  # between two programs: what was found stands
            search.interrupted = True
    elif search.interrupted:
        raise KeyboardInterrupt
    return search.undominated(found)


def _fill(search: _Search, found: list[FrontPoint], points: int) -> None:
    """Add plans under tighter and tighter limits, as far as the second objective goes."""
    search.tell(found[0].solution)
    if search.interrupted:
        return
    limit, end = found[0].second, search.second_best(found[0], search.left / 3)
    for at, target in enumerate(np.linspace(found[0].second, end, points)[1:], start=1):
        if search.interrupted or search.expired:
            return
        if search.better(limit, float(target)):
            continue  # the last plan keeps this limit, too
        plan = search.first_best(float(target), search.left / (points - at))
        if plan.found:
            found.append(search.point(plan))
            if plan.status == "optimal":  # else a plan between may still be found
                limit = found[-1].second
            search.tell(plan)


class _Search:
    """One question of equity with its programs."""

    def __init__(
        self, problem: PMedian | MaxCover, areas: ArrayLike, second: Second, limits: Limits
    ) -> None:
        if not isinstance(problem, PMedian | MaxCover):
            raise InputError("equity is told of a p-median or a maximal cover")
        if second not in {"worst-area", "gini"}:
            raise InputError(f"there is no second objective {second!r}")
        if isinstance(problem, PMedian):
            lost = np.flatnonzero(~np.isfinite(problem.cost).any(axis=1) & (problem.weight > 0))
            if len(lost):
                raise InputError(f"cost: no site can serve point {lost[0]}", mend="leave it out")
        self.problem, self.second, self.limits = problem, second, limits
        self.began = time.perf_counter()
        self.areas = _areas(problem, areas)[1]
        self.gain = isinstance(problem, MaxCover)
        self.interrupted = False
        self.base: Base = self._built(exact=True)
        self.even: NDArray[np.int64] | None = None  # the plan with the best second objective
        self._may_loosen = problem.p is not None

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.05, self.began + self.limits.time_s - time.perf_counter())

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return time.perf_counter() > self.began + self.limits.time_s

    def better(self, one: float, other: float) -> bool:
        """Whether one value of the second objective is as good as another, or better."""
        slack = 1e-9 * max(1.0, abs(other))
        if self.gain and self.second == "worst-area":
            return one >= other - slack
        return one <= other + slack

    def first_best(self, limit: float | None, seconds: float) -> Solution:
        """Make the first objective best under a limit on the second."""
        began = time.perf_counter()
        worst = np.inf if self.gain else -np.inf
        n = len(self.problem.weight)
        if not fixed_fit(self.problem.sites):
            return no_plan("infeasible", n, began, worst, method="highs")
        if limit is None:  # the second objective needs no columns then
            got = self._run(self._plain(), seconds)
        else:
            # a plan exactly at the limit keeps it, however its sum is rounded
            kept = limit + self._sign * 1e-8 * max(1.0, abs(limit))
            got = self._run(with_goal(self.base, self.areas, self.second, limit=kept), seconds)
        if got.status == "infeasible" and limit is None and self._may_loosen:
            self._may_loosen = False  # the rules leave no room for p sites
            self.base = self._built(exact=False)
            return self.first_best(limit, seconds)
        if not got.found:
            status = "infeasible" if got.status == "infeasible" else "none"
            return no_plan(status, n, began, got.bound, method="highs")
        plan = np.flatnonzero(got.x[: self.base.m] > 0.5)
        served, site = _served(self.problem, plan)
        counts = self.problem.weight > 0
        value = float(self.problem.weight[counts] @ served[counts])
        value += float(self._own()[plan].sum())
        status, bound = proven(value, got.bound, gain=self.gain)
        return Solution(
            status, value, bound, plan, site, time.perf_counter() - began, "highs",
            interrupted=got.interrupted,
        )  # fmt: skip

    def tell(self, plan: Solution) -> None:
        """Tell of a plan on the front."""
        if self.limits.progress is not None:
            seconds = time.perf_counter() - self.began
            self.limits.progress(Progress(plan.value, plan.bound, seconds, "front"))

    def loosened(self) -> bool:
        """Allow fewer than p sites if the rules leave no room for so many; say whether it is so."""
        if self._may_loosen:
            self.first_best(None, self.left)
            return not self._may_loosen
        return False

    def second_best(self, start: FrontPoint, seconds: float) -> float:
        """Give the best second objective that was found, whatever the first."""
        ends = time.perf_counter() + seconds
        best = self._swapped(start, time.perf_counter() + seconds / 3)
        if self.second == "worst-area":
            model = with_goal(self.base, self.areas, self.second, by_second=True)
            return self._second(self._run(model, ends - time.perf_counter()), best)
        for _ in range(_ROUNDS):
            model = with_goal(self.base, self.areas, self.second, gini=best, by_second=True)
            got = self._run(model, (ends - time.perf_counter()) / 2)
            if got.found and got.value > -1e-12:
                break  # less was not found, or only by covering nobody
            reached = self._second(got, best)
            if not reached < best - 1e-9 or self.interrupted:
                break
            best = reached
        return best

    def _swapped(self, start: FrontPoint, ends: float) -> float:
        """Exchange one open site for a closed one while that evens out; keep the plan as `even`."""
        sites = self.problem.sites
        self.even, best = start.solution.open_sites, start.second
        better: NDArray[np.int64] | None = self.even
        while better is not None:
            better = None
            for out in np.setdiff1d(self.even, sites.fixed):
                for other in np.setdiff1d(sites.allowed, self.even):
                    plan = np.sort(np.append(self.even[self.even != out], other))
                    if sites.faults(plan) or not _served(self.problem, plan)[0].any():
                        continue  # to cover nobody is even, and no use
                    reached = self._inequality(plan)
                    if self.better(reached, best) and not self.better(best, reached):
                        better, best = plan, reached
                if time.perf_counter() > ends:
                    break
            if better is not None:
                self.even = better
        return best

    def point(self, solution: Solution) -> FrontPoint:
        """Reckon the second objective of a plan."""
        return FrontPoint(solution, solution.value, self._inequality(solution.open_sites))

    def undominated(self, points: list[FrontPoint]) -> list[FrontPoint]:
        """Leave out plans that another one betters, and all but one of the same."""
        sign = -1.0 if self.gain else 1.0
        order = sorted(points, key=lambda point: (sign * point.first, self._sign * point.second))
        kept: list[FrontPoint] = []
        for point in order:
            if not kept or not self.better(kept[-1].second, point.second):
                kept.append(point)
        return kept

    @property
    def _sign(self) -> float:
        return -1.0 if self.gain and self.second == "worst-area" else 1.0

    def _inequality(self, plan: NDArray[np.int64]) -> float:
        served, _ = _served(self.problem, plan)
        means = self.areas.means(served, self.problem.weight)
        if self.second == "gini":
            return gini(means, self.areas.people)
        return float(means.min() if self.gain else means.max())

    def _second(self, got: MipResult, otherwise: float) -> float:
        if not got.found:
            return otherwise
        plan = np.flatnonzero(got.x[: self.base.m] > 0.5)
        reached = self._inequality(plan)
        if not self.better(reached, otherwise):
            return otherwise
        self.even = plan
        return reached

    def _own(self) -> NDArray[np.float64]:
        return self.base.cost[: self.base.m]

    def _built(self, *, exact: bool) -> Base:
        return base_program(self.problem, self.areas, nearest=self.second == "gini", exact=exact)

    def _plain(self) -> LinearModel:
        """Give the program of the first objective alone."""
        base = base_program(self.problem, self.areas, nearest=False, exact=self._may_loosen)
        integer = np.zeros(len(base.cost), dtype=np.bool_)
        integer[: base.m] = True
        return LinearModel(
            base.cost, base.lower, base.upper, integer, base.rows, maximise=base.gain
        )

    def _run(self, model: LinearModel, seconds: float) -> MipResult:
        start = None
        if self.even is not None and len(model.cost) > len(self.base.cost):
            served, site = _served(self.problem, self.even)
            start = self.base.place(self.areas, self.second, self.even, served, site)
        got = solve_mip(
            model,
            time_limit_s=max(0.05, seconds),
            gap=self.limits.gap,
            seed=self.limits.seed,
            start=start,
        )
        self.interrupted |= got.interrupted
        return got


def _served(
    problem: PMedian | MaxCover, plan: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cost or covered share of each point under a plan, and the site it is from."""
    is_open = np.zeros(problem.sites.n, dtype=np.bool_)
    is_open[plan] = True
    if isinstance(problem, PMedian):
        table = np.where(is_open[None, :], problem.cost, np.inf)
        least = table.min(axis=1)
        return least, np.where(np.isfinite(least), table.argmin(axis=1), -1)
    cover = problem.coverage
    served, site = np.zeros(cover.n_points), np.full(cover.n_points, -1, dtype=np.int64)
    point = np.repeat(np.arange(cover.n_points), np.diff(cover.indptr))
    share = np.ones(len(point)) if cover.share is None else cover.share
    ready = np.flatnonzero(is_open[cover.site])
    order = ready[np.lexsort((-cover.site[ready], share[ready]))]  # the best is written last
    served[point[order]], site[point[order]] = share[order], cover.site[order]
    return served, site


def _areas(problem: PMedian | MaxCover, areas: ArrayLike) -> tuple[NDArray[np.int64], Areas]:
    code = np.asarray(areas, dtype=np.int64)
    if code.shape != problem.weight.shape:
        raise InputError(f"areas: needs one for each of {len(problem.weight)} points")
    counts = (code >= 0) & (problem.weight > 0)
    codes, index = np.unique(code[counts], return_inverse=True)
    if not len(codes):
        raise InputError("areas: no point with weight lies in one")
    of_point = np.full(len(code), -1, dtype=np.int64)
    of_point[counts] = index
    people = np.bincount(index, problem.weight[counts], len(codes))
    return codes, Areas(of_point, np.asarray(people, dtype=np.float64))
