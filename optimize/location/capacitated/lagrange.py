"""Bounds and plans from relaxing that every point is served once.

With a price on each point's service, every site is a knapsack of its own (Holmberg, Ronnqvist and
Yuan 1999); a price on the total capacity and one on the number of open sites keep the sites from
opening too few or too many. Where points are served whole the knapsacks are solved in whole units,
so that the bound is above that of the linear relaxation. Each choice of prices suggests a plan,
which the local search of `moves` mends; and what no better plan can have is ruled out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.capacitated import kernels, moves
from optimize.location.capacitated.model import Plan, fewest
from optimize.location.solution import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.capacitated.options import Options
    from optimize.location.problems import FacilityLocation
    from optimize.location.solution import Limits

__all__ = ["Relaxation", "Relaxed"]

_CELLS = 4000  # of a knapsack: finer units would cost time
_SLICE = 15
_GOOD = 0.02  # above the best plan


@dataclass(eq=False)
class Relaxed:
    """What is known so far.

    Parameters
    ----------
    bound
        That no plan is below.
    plan
        The best so far, None where there is none.
    alive : uint8[n, m]
        Pairs that can serve in a plan better than the best.
    must, may : uint8[m]
        Sites that are open, and that may be, in one.
    """

    bound: float
    plan: Plan | None
    alive: NDArray[np.uint8]
    must: NDArray[np.uint8]
    may: NDArray[np.uint8]


@dataclass(eq=False)
class Relaxation:
    """The search for prices and plans; runs in short slices, so that it can be broken off.

    Parameters
    ----------
    problem, options
        What is placed.
    step
        All costs are whole multiples of it, so that a better plan is better by it; 0 where not.
    """

    problem: FacilityLocation
    options: Options
    step: float = 0.0
    known: Relaxed = field(init=False)
    good: NDArray[np.bool_] = field(init=False)  # sites of plans near the best

    def __post_init__(self) -> None:
        problem, options = self.problem, self.options
        n, m = problem.cost.shape
        alive = np.isfinite(problem.cost) & (options.count > 0)
        if problem.single_source:
            alive &= problem.demand[:, None] <= options.largest * (1 + 1e-9)
        self.known = Relaxed(
            -np.inf,
            None,
            np.ascontiguousarray(alive, dtype=np.uint8),
            np.ascontiguousarray(options.fixed, dtype=np.uint8),
            np.ascontiguousarray(options.count > 0, dtype=np.uint8),
        )
        self.good = np.zeros(m, dtype=np.bool_)
        self._cost = np.where(alive, problem.cost, np.inf)
        fixed = np.ascontiguousarray(options.fixed, dtype=np.uint8)
        self._true = kernels.Places(options.capacity, options.cost, options.count.copy(), fixed)
        self._whole = int(problem.single_source)
        self._true_demand = problem.demand.copy()
        demand, capacity = problem.demand, options.capacity
        if self._whole:
            demand, capacity = _in_units(demand, capacity)
        self._demand = demand.copy()  # read-only arrays would have kernels compiled anew
        # apart from the true ones: here what a better plan must have counts as fixed
        self._places = kernels.Places(
            np.ascontiguousarray(capacity), options.cost, options.count.copy(), fixed.copy()
        )
        self._rules = _rules(problem, options)
        self._price, self._charge = np.zeros(n), np.zeros(2)
        least = np.where(alive, problem.cost, np.inf).min(axis=1, initial=np.inf)
        self._price[:] = np.where(np.isfinite(least), least, 0.0)
        self._price += _spread(problem, options)
        self._best_price, self._best_charge = self._price.copy(), self._charge.copy()
        self._way = np.zeros(n + 2)
        unit = max(float(capacity.max(initial=0.0)), 1e-12)
        self._state = np.array([-np.inf, 1.5, 0.0, 0.0, float(demand.sum()), unit])
        self._value, self._chosen = np.zeros(m), np.zeros(m, dtype=np.int64)
        self._share = np.zeros((m, n))
        cells = int(capacity.max(initial=0.0)) + 1 if self._whole else 1
        self._keep = np.zeros((n if self._whole else 1, cells), dtype=np.uint8)

    def run(self, limits: Limits, deadline: float, began: float, steps: int = 600) -> None:
        """Search for prices and plans; what is found stands in `known`, even when broken off."""
        self._restart()
        for _ in range(max(1, steps // _SLICE)):
            if self._state[1] < 0.005 or time.perf_counter() > deadline:
                break
            self._state[3] = self._goal()
            kernels.ascend(
                self._cost, self._demand, self.known.alive, self._whole, self._places,
                self._rules.limits, self._price, self._charge, self._best_price,
                self._best_charge, self._way, self._state, self._value, self._chosen,
                self._share, self._keep, _SLICE,
            )  # fmt: skip
            self.known.bound = max(self.known.bound, self._raised(self._state[0]))
            self._suggest(deadline)
            if limits.progress is not None:
                value = self.known.plan.value if self.known.plan else float("nan")
                seconds = time.perf_counter() - began
                limits.progress(Progress(value, self.known.bound, seconds, "prices"))
            if self.done(limits.gap):
                break

    def done(self, gap: float) -> bool:
        """Whether the best plan is good enough."""
        plan = self.known.plan
        if plan is None:
            return False
        allowed = max(gap, 1e-9) * max(abs(plan.value), 1e-9)
        return plan.value - self.known.bound <= allowed

    def settle(self) -> int:
        """Rule out what no better plan has; return how much was ruled out."""
        plan = self.known.plan
        if plan is None or not np.isfinite(self._state[0]):
            return 0
        ruled = kernels.settle(
            self._cost, self._demand, self.known.alive, self._whole, self._places,
            self._rules.limits, self._best_price, self._best_charge, self._state[4],
            self.threshold(plan.value), self._value, self._chosen, self._share, self._keep,
            self.known.must, self.known.may,
        )  # fmt: skip
        self._places.options[self.known.may == 0] = 0
        self._places.fixed[self.known.must == 1] = 1
        return int(ruled)

    def threshold(self, value: float) -> float:
        """Give the value that a better plan would have at most."""
        if self.step:
            return value - self.step * (1 - 1e-6)
        return value - 1e-9 * max(1.0, abs(value))

    @property
    def exhausted(self) -> bool:
        """Whether what is ruled out leaves no better plan."""
        known = self.known
        closed_and_open = (known.must == 1) & (known.may == 0)
        return bool(closed_and_open.any() or (known.alive.sum(axis=1) == 0).any())

    def offer(self, plan: Plan) -> None:
        """Take a plan if it is better than the best, and mark its sites if it is good."""
        best = self.known.plan
        if best is None or plan.value < best.value + _GOOD * abs(best.value):
            self.good |= plan.option >= 0
        if self.known.plan is None or plan.value < self.known.plan.value - 1e-12:
            self.known.plan = plan

    def _restart(self) -> None:
        self._price[:], self._charge[:] = self._best_price, self._best_charge
        self._way[:] = 0.0
        self._state[1], self._state[2] = 1.5, 0.0
        # what was ruled out since may have raised it
        self._state[0] = -np.inf

    def _goal(self) -> float:
        if self.known.plan is not None:
            return self.known.plan.value
        bound = float(self._state[0])
        if np.isfinite(bound):
            return bound + 0.05 * abs(bound)
        return 1.2 * float(self._price.sum())

    def _raised(self, bound: float) -> float:
        """Round a bound up to what a plan can cost, and no higher than the best plan."""
        if self.step:
            bound = self.step * float(np.ceil(bound / self.step - 1e-6))
        return bound if self.known.plan is None else min(bound, self.known.plan.value)

    def _suggest(self, deadline: float) -> None:
        """Make a plan of what the prices suggest and improve it."""
        ready = (self._places.options > 0) & ((self._value < 0) | (self._places.fixed == 1))
        books = Books.opened_in_order(
            self._rules, self._true, np.argsort(self._value, kind="stable"), ready
        )
        is_open = books.opened.astype(np.bool_)
        if not is_open.any():
            return
        cost = self._cost[:, is_open]
        nearest = np.partition(cost, min(1, cost.shape[1] - 1), axis=1)
        with np.errstate(invalid="ignore"):
            regret = nearest[:, min(1, cost.shape[1] - 1)] - nearest[:, 0]
        regret[~np.isfinite(regret)] = np.inf
        served = (self._share > 0.5) & is_open[:, None]
        preferred = np.where(served.T, self._cost, np.inf)
        first = np.where(served.any(axis=0), preferred.argmin(axis=1), -1).astype(np.int64)
        n = len(self.problem.demand)
        for order, ahead in (
            (np.argsort(-regret, kind="stable"), first),
            (np.argsort(-self.problem.demand, kind="stable"), np.full(n, -1, dtype=np.int64)),
        ):
            trial = books.copy()
            if trial.construct(self._cost, self._true_demand, order, ahead):
                trial.improve(self._cost, self._true_demand, deadline)
                self.offer(trial.plan(self._cost))
                return


class Books:
    """Who is served from where, and what the rules count; a plan under construction."""

    def __init__(self, rules: kernels.Rules, places: kernels.Places, n: int) -> None:
        m = len(places.options)
        self.rules, self.places = rules, places
        self.assign = np.full(n, -1, dtype=np.int64)
        self.load = np.zeros(m)
        self.opened = np.zeros(m, dtype=np.uint8)
        self.tally = np.zeros(2)
        self.groups = np.zeros(len(rules.at_least), dtype=np.int64)

    @classmethod
    def opened_in_order(
        cls,
        rules: kernels.Rules,
        places: kernels.Places,
        order: NDArray[np.int64],
        ready: NDArray[np.bool_],
    ) -> Books:
        """Open what is fixed, then what is ready as far as the rules allow."""
        books = cls(rules, places, 0)
        for j in np.flatnonzero(places.fixed):
            moves.turn(rules, int(j), 1, books.opened, books.tally, books.groups)
        for j in order:
            if ready[j] and not books.opened[j]:
                books.open(int(j))
        for q in np.flatnonzero(books.groups < rules.at_least):
            for j in order:  # quotas that still ask for more
                if books.groups[q] >= rules.at_least[q]:
                    break
                member = rules.group[rules.group_start[j] : rules.group_start[j + 1]]
                if q in member and places.options[j] > 0 and not books.opened[j]:
                    books.open(int(j))
        return books

    def open(self, j: int) -> None:
        """Open a site if the rules allow."""
        if moves.may_open(self.rules, j, self.opened, self.tally, self.groups):
            moves.turn(self.rules, j, 1, self.opened, self.tally, self.groups)

    def copy(self) -> Books:
        """Copy what is open."""
        other = Books(self.rules, self.places, 0)
        other.opened[:], other.tally[:] = self.opened, self.tally
        other.groups[:] = self.groups
        return other

    def construct(
        self,
        cost: NDArray[np.float64],
        demand: NDArray[np.float64],
        order: NDArray[np.int64],
        first: NDArray[np.int64],
    ) -> bool:
        """Serve every point; say whether it worked and the quotas are kept."""
        self.assign = np.full(len(demand), -1, dtype=np.int64)
        done = moves.construct(
            cost, demand, self.places, self.rules, first, order, self.assign, self.load,
            self.opened, self.tally, self.groups,
        )  # fmt: skip
        return bool(done) and bool((self.groups >= self.rules.at_least).all())

    def improve(
        self, cost: NDArray[np.float64], demand: NDArray[np.float64], deadline: float
    ) -> None:
        """Make all moves that pay, until none does."""
        places, rules = self.places, self.rules
        books = (self.opened, self.tally, self.groups)
        n = len(demand)
        chunk = max(1, 20_000_000 // max(n, 1))
        saved = np.inf
        while saved > 0 and time.perf_counter() < deadline:
            saved = moves.shift(cost, demand, places, rules, self.assign, self.load, *books)
            for at in range(0, n, chunk):
                saved += moves.exchange(
                    cost, demand, places, self.assign, self.load, at, min(n, at + chunk)
                )
            if saved > 0:
                continue
            for j in np.flatnonzero(self.opened):
                saved += moves.close_or_swap(
                    cost, demand, places, rules, self.assign, self.load, *books, int(j)
                )
                if time.perf_counter() > deadline:
                    return
            saved += moves.open_more(cost, demand, places, rules, self.assign, self.load, *books)

    def plan(self, cost: NDArray[np.float64]) -> Plan:
        """Hand back the plan, each site in the cheapest option that holds its load."""
        option = np.full(len(self.load), -1, dtype=np.int64)
        for j in np.flatnonzero(self.opened):
            slack = 1e-9 * max(1.0, self.load[j])
            row = self.places.capacity[j, : self.places.options[j]]
            option[j] = np.searchsorted(row, self.load[j] - slack)
        point = np.arange(len(self.assign))
        value = moves.worth(cost, self.places, self.assign, self.load, self.opened)
        return Plan(option, point, self.assign.copy(), np.ones(len(point)), float(value))


def _in_units(
    demand: NDArray[np.float64], capacity: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Demand and capacity in whole units, both rounded down: what fits still fits.

    Exact where the numbers are whole multiples of a tenth, a hundredth or a thousandth, or of a
    greater common divisor.
    """
    for scale in (1.0, 10.0, 100.0, 1000.0):
        scaled = demand * scale
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) < 1e-9 * scale:
            whole = np.round(scaled).astype(np.int64)
            divisor = max(1, int(np.gcd.reduce(whole)) if len(whole) else 1)
            room = np.floor(capacity * scale / divisor + 1e-9)
            if room.max(initial=0.0) <= _CELLS * 5:
                return (whole // divisor).astype(np.float64), room
            break
    scale = _CELLS / max(float(capacity.max(initial=0.0)), 1e-12)
    return np.floor(demand * scale + 1e-9), np.floor(capacity * scale + 1e-6)


def _spread(problem: FacilityLocation, options: Options) -> NDArray[np.float64]:
    """Give each point's part of what capacity costs: where prices begin."""
    ready = options.count > 0
    largest = options.largest[ready]
    cost = np.where(np.isfinite(options.cost), options.cost, -np.inf).max(axis=1)[ready]
    if not len(largest) or not largest.max() > 0:
        return np.zeros(len(problem.demand))
    ratio = np.maximum(cost[largest > 0], 0.0) / largest[largest > 0]
    return problem.demand * float(np.median(ratio))


def _rules(problem: FacilityLocation, options: Options) -> kernels.Rules:
    """Lay the rules of the sites into arrays."""
    sites = problem.sites
    m = sites.n
    pairs = np.concatenate([sites.apart, sites.apart[:, ::-1]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    near_start = np.searchsorted(pairs[:, 0], np.arange(m + 1)).astype(np.int64)
    member = np.array(
        [(j, q) for q, quota in enumerate(sites.quotas) for j in quota.sites], dtype=np.int64
    ).reshape(-1, 2)
    member = member[np.lexsort((member[:, 1], member[:, 0]))]
    group_start = np.searchsorted(member[:, 0], np.arange(m + 1)).astype(np.int64)
    price = np.zeros(m) if sites.cost is None else sites.cost
    budget = np.inf if sites.budget is None else sites.budget + 1e-9 * max(1.0, sites.budget)
    most = float(m if problem.p is None else problem.p)
    return kernels.Rules(
        near_start,
        np.ascontiguousarray(pairs[:, 1]),
        group_start,
        np.ascontiguousarray(member[:, 1]),
        np.array([quota.at_least for quota in sites.quotas], dtype=np.int64),
        np.array(
            [m if quota.at_most is None else quota.at_most for quota in sites.quotas],
            dtype=np.int64,
        ),
        np.ascontiguousarray(price, dtype=np.float64),
        np.array([budget, most, float(fewest(problem.demand, options))]),
    )
