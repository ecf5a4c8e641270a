"""Several periods with a budget each: what opens when, and what closes again.

Dynamic location with opening and closing (Van Roy and Erlenkotter 1982; Albareda-Sambola,
Fernandez, Hinojosa and Puerto 2009): a site opens once; it never closes, or only at a cost and
then for good. In each period everybody is served from what is open then, and the objective is the
sum over periods, later ones worth less where they are discounted. A plan to start with comes from
one period after the other, each seen with the demand of all that follow; HiGHS does the rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location.capacitated.search import no_plan, told
from optimize.location.phase_model import PhaseProgram, phase_program
from optimize.location.proof import proven
from optimize.location.rows import fixed_fit
from optimize.location.sites import Sites
from optimize.location.solution import Solution
from optimize.mip import solve_lp, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.coverage import Coverage
    from optimize.location.solution import Limits
    from optimize.location.solve import Method
    from optimize.mip import MipResult

__all__ = ["PhasedPlacement", "served_in", "solve"]


@dataclass(frozen=True, eq=False)
class PhasedPlacement:
    """A placement over several periods, as a p-median or a maximal cover.

    Parameters
    ----------
    weight : float64[t, n]
        Of each point in each period.
    budget : float64[t]
        That opening and closing may cost in each period.
    opening : float64[t, m] or float64[m]
        Cost of opening each site, in each period or in all.
    cost : float64[n, m], optional
        From each point to each site, inf where impossible: the sum of weight times cost to the
        nearest open site is made least.
    coverage
        Who covers whom, in place of `cost`: the covered weight is made largest.
    closing : float64[m], optional
        Cost of closing each site, inf where it must stay; nothing ever closes where not given.
    existing : int64[k]
        Sites that are open before the first period; they may close as the others. Fixed sites of
        `sites` are there, too, and stay.
    discount
        Rate by which a period counts less than the one before, at least 0.
    carry_over
        Whether what a period does not spend is there in the next.
    p : int64[t], optional
        Most open sites in each period.
    sites
        Rules; spacing and quotas hold in every period, a preference counts in every period that a
        site is open. A budget of their own is refused: `budget` says what each period has.
    """

    weight: NDArray[np.float64]
    budget: NDArray[np.float64]
    opening: NDArray[np.float64]
    cost: NDArray[np.float64] | None = None
    coverage: Coverage | None = None
    closing: NDArray[np.float64] | None = None
    existing: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    discount: float = 0.0
    carry_over: bool = False
    p: NDArray[np.int64] | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n, m = _shape(self)
        weight = np.ascontiguousarray(self.weight, dtype=np.float64)
        if weight.ndim != 2 or not len(weight):
            raise InputError("weight: needs a row for each period")
        periods = len(weight)
        _set(self, "weight", _numbers("weight", weight, (periods, n)))
        _set(self, "budget", _numbers("budget", self.budget, (periods,), endless=True))
        opening = np.asarray(self.opening, dtype=np.float64)
        if opening.ndim == 1:
            opening = np.tile(opening, (periods, 1))
        _set(self, "opening", _numbers("opening", opening, (periods, m)))
        if self.closing is not None:
            _set(self, "closing", _numbers("closing", self.closing, (m,), endless=True))
        if not (np.isfinite(self.discount) and self.discount >= 0):
            raise InputError(f"the discount must be at least 0, is {self.discount}")
        _rules(self, periods, m)

    @property
    def worth(self) -> NDArray[np.float64]:
        """What each period counts: 1, and less by the discount from one to the next."""
        steps = np.arange(len(self.weight), dtype=np.float64)
        return np.asarray((1.0 + self.discount) ** -steps, dtype=np.float64)


def _shape(problem: PhasedPlacement) -> tuple[int, int]:
    """Check what is given of points and sites; return their numbers."""
    if problem.cost is not None and problem.coverage is None:
        cost = np.ascontiguousarray(problem.cost, dtype=np.float64)
        if cost.ndim != 2 or not cost.shape[1]:
            raise InputError("cost: must be a table with a column for each site")
        n, m = cost.shape
        _set(problem, "cost", _numbers("cost", cost, (n, m), endless=True))
        return n, m
    if problem.coverage is not None and problem.cost is None:
        return problem.coverage.n_points, problem.coverage.n_sites
    raise InputError("give either the cost between points and sites or their coverage")


def _rules(problem: PhasedPlacement, periods: int, m: int) -> None:
    """Check the sites and how many may be open."""
    sites = Sites(m) if problem.sites is None else problem.sites
    if sites.n != m:
        raise InputError(f"sites: there are {sites.n} sites, and {m} columns")
    if sites.budget is not None:
        raise InputError("the budget of phases is one of each period", mend="leave Sites' out")
    _set(problem, "sites", sites)
    existing = np.unique(np.asarray(problem.existing, dtype=np.int64))
    if len(existing) and (existing[0] < 0 or existing[-1] >= m):
        raise InputError(f"existing: a site is not one of {m}")
    if np.isin(existing, sites.forbidden).any():
        raise InputError("existing: a site is there and forbidden", mend="drop one of the two")
    _set(problem, "existing", np.union1d(existing, sites.fixed))
    if problem.p is not None:
        p = np.asarray(problem.p, dtype=np.int64)
        if p.shape != (periods,) or (p < max(1, len(sites.fixed))).any():
            raise InputError("p: needs a number for each period, no fewer than fixed sites")
        _set(problem, "p", p)


def _set(target: object, name: str, value: object) -> None:
    object.__setattr__(target, name, value)


def _numbers(
    name: str, values: NDArray[np.float64], shape: tuple[int, ...], *, endless: bool = False
) -> NDArray[np.float64]:
    table = np.ascontiguousarray(values, dtype=np.float64)
    if table.shape != shape:
        raise InputError(f"{name}: needs a table of {shape}, has {table.shape}")
    if np.isnan(table).any() or (table < 0).any() or (not endless and np.isinf(table).any()):
        raise InputError(f"{name}: holds what is not a number of at least 0")
    return table


def served_in(
    problem: PhasedPlacement, is_open: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cost or covered share of each point under a set of open sites, and the site it is from.

    Parameters
    ----------
    problem
        The question.
    is_open : bool[m]
        In one period.

    Returns
    -------
    served : float64[n]
        Cost to the nearest open site, inf for none; or the largest share that covers the point.
    site : int64[n]
        -1 for none.
    """
    if problem.cost is not None:
        table = np.where(is_open[None, :], problem.cost, np.inf)
        least = table.min(axis=1)
        return least, np.where(np.isfinite(least), table.argmin(axis=1), -1)
    cover = problem.coverage
    n = cover.n_points if cover is not None else 0
    served, site = np.zeros(n), np.full(n, -1, dtype=np.int64)
    if cover is not None:
        point = np.repeat(np.arange(n), np.diff(cover.indptr))
        share = np.ones(len(point)) if cover.share is None else cover.share
        ready = is_open[cover.site]
        order = np.flatnonzero(ready)[np.lexsort((-cover.site[ready], share[ready]))]
        served[point[order]], site[point[order]] = share[order], cover.site[order]
    return served, site


def solve(problem: PhasedPlacement, limits: Limits, method: Method = "auto") -> Solution:
    """Solve a placement over several periods.

    Parameters
    ----------
    problem
        What is placed.
    limits
        Of the search.
    method
        "heuristic" hands back the plan made period by period, with the relaxation's bound; "mip"
        leaves it out.

    Returns
    -------
    Solution
        `open_sites` are open in at least one period; `phase` is -1 for one that was there before;
        an existing site that is not among them closes at once. `assignment` is of the last period.

    Raises
    ------
    InputError
        If some point with weight reaches no site (p-median only).
    """
    began = time.perf_counter()
    n = problem.weight.shape[1]
    if problem.cost is not None:
        lost = np.flatnonzero(~np.isfinite(problem.cost).any(axis=1) & problem.weight.any(axis=0))
        if len(lost):
            raise InputError(f"cost: no site can serve point {lost[0]}", mend="leave it out")
    if not fixed_fit(problem.sites):
        return no_plan("infeasible", n, began, _worst(problem), method="highs")
    search = _Search(problem, limits, began)
    if method != "mip":
        search.period_by_period()
    if method == "heuristic":
        search.relax()
    elif not search.interrupted:
        search.whole()
    return search.answer()


def _worst(problem: PhasedPlacement) -> float:
    return np.inf if problem.cost is None else -np.inf


class _Search:
    """One search with its best plan and bound."""

    def __init__(self, problem: PhasedPlacement, limits: Limits, began: float) -> None:
        self.problem, self.limits, self.began = problem, limits, began
        self.program: PhaseProgram = phase_program(problem)
        self.gain = problem.cost is None
        self.bound = _worst(problem)
        self.open: NDArray[np.bool_] | None = None  # [t, m]
        self.value = float("nan")
        self.interrupted = self.infeasible = False
        self.stages: list[str] = []

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.05, self.began + self.limits.time_s - time.perf_counter())

    def period_by_period(self) -> None:
        """Open in each period what is best for all that follow, as far as its budget goes."""
        self.stages.append("rolling")
        problem = self.problem
        weight = problem.weight * problem.worth[:, None]
        ready = np.zeros(problem.sites.n, dtype=np.bool_)
        ready[problem.existing] = True
        plan, saved = [], 0.0
        for t in range(len(weight)):
            money = problem.budget[t] + saved
            one = PhasedPlacement(
                weight[t:].sum(axis=0)[None, :],
                np.array([money]),
                problem.opening[t],
                problem.cost,
                problem.coverage,
                existing=np.flatnonzero(ready),
                p=None if problem.p is None else problem.p[t : t + 1],
                sites=problem.sites,
            )
            program = phase_program(one)
            share = self.left * 0.4 / (len(weight) - t)
            got = solve_mip(program.model, time_limit_s=share, gap=1e-3, seed=self.limits.seed)
            self.interrupted |= got.interrupted
            if not got.found:
                return
            after = program.read(got.x)[0]
            spent = float(problem.opening[t][after & ~ready].sum())
            saved = money - spent if problem.carry_over and np.isfinite(money) else 0.0
            ready = after
            plan.append(after)
        self._take(np.array(plan))

    def relax(self) -> None:
        """Bound by the linear relaxation."""
        got = solve_lp(self.program.model, time_limit_s=self.left)
        self.interrupted |= got.interrupted
        self._bounded(got)

    def whole(self) -> None:
        """Solve all periods together."""
        self.stages.append("highs")
        start = None if self.open is None else self.program.place(self.open)
        got = solve_mip(
            self.program.model,
            time_limit_s=self.left,
            gap=self.limits.gap,
            seed=self.limits.seed,
            start=start,
            progress=told(self.limits, self.began),
        )
        self.interrupted |= got.interrupted
        if got.found:
            self._take(self.program.read(got.x))
        self._bounded(got)

    def _bounded(self, got: MipResult) -> None:
        self.infeasible = got.status == "infeasible" and self.open is None
        if got.status in {"optimal", "feasible", "none"} and np.isfinite(got.bound):
            self.bound = min(self.bound, got.bound) if self.gain else max(self.bound, got.bound)

    def _take(self, is_open: NDArray[np.bool_]) -> None:
        """Keep a plan if it is better than the best."""
        value = self._price(is_open)
        better = value > self.value if self.gain else value < self.value
        if np.isfinite(value) and (self.open is None or better):
            self.open, self.value = is_open, value

    def _price(self, is_open: NDArray[np.bool_]) -> float:
        problem, total = self.problem, 0.0
        preference = problem.sites.preference
        for t, worth in enumerate(problem.worth):
            served, _ = served_in(problem, is_open[t])
            weighty = problem.weight[t] > 0
            total += worth * float(problem.weight[t][weighty] @ served[weighty])
            if preference is not None:
                total += (worth if self.gain else -worth) * float(preference[is_open[t]].sum())
        return total

    def answer(self) -> Solution:
        """Hand back the best plan."""
        problem, n = self.problem, self.problem.weight.shape[1]
        method = "+".join(self.stages)
        if self.open is None:
            if self.interrupted:
                raise KeyboardInterrupt
            status = "infeasible" if self.infeasible else "none"
            return no_plan(status, n, self.began, self.bound, method=method)
        sites = np.flatnonzero(self.open.any(axis=0))
        schedule = self.open[:, sites]
        first = schedule.argmax(axis=0)
        last = len(schedule) - 1 - schedule[::-1].argmax(axis=0)
        phase = np.where(np.isin(sites, problem.existing), -1, first)
        closes = np.where(last == len(schedule) - 1, -1, last + 1)
        status, bound = proven(self.value, self.bound, gain=self.gain)
        return Solution(
            status,
            self.value,
            bound,
            sites,
            served_in(problem, self.open[-1])[1],
            time.perf_counter() - self.began,
            method,
            phase=phase,
            closes=closes,
            interrupted=self.interrupted,
        )
