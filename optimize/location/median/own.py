"""The search of a p-median whose sites are free: interchange, Lagrangian bound, tree.

1. Interchange from a random plan, shaken and repeated for a while.
2. Multipliers ascend towards its value; what the relaxation opens is bettered by interchange too.
3. Sites that no better plan opens, or that all of them open, are settled; the rest are searched
   again, by all three, as a smaller problem.
4. Branch and bound on what is left, with more shaking in between.

All budgets count steps, so that the answer does not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median import kernels
from optimize.location.median.core import Core, build_core
from optimize.location.median.frame import build_frame
from optimize.location.median.moves import descend, new_plan, rebuild, roam
from optimize.location.median.reach import serving_sites
from optimize.location.median.search import Search
from optimize.location.median.tree import Tree
from optimize.location.solution import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.frame import Frame
    from optimize.location.median.moves import Plan
    from optimize.location.problems import PMedian
    from optimize.location.solution import Solution

__all__ = ["prepare", "solve_own"]

_STRONGEST = 5
_WINDOW = 10
_SLICE = 2e7
"""Entries that a compiled call looks at, roughly, before it comes back."""


def solve_own(problem: PMedian, limits: Limits, *, prove: bool = True) -> Solution:
    """Solve a p-median without rules on its sites.

    Parameters
    ----------
    problem
        Its sites must be free.
    limits
        Of the search.
    prove
        Whether to branch.
    """
    prepare()
    core = build_core(problem)
    search = Search(core, limits)
    if not np.isfinite(core.cost).any(axis=1).all():
        return search.solution(problem, "own", infeasible=True)
    if not core.n:
        search.offer(_cheapest(core))
        search.raise_bound(search.value)
        return search.solution(problem, "own")
    infeasible = False
    try:
        infeasible = _Hunt(search).run(prove=prove)
    except KeyboardInterrupt:
        if search.open_sites is None:
            raise
        search.interrupted = True
    return search.solution(problem, "own", infeasible=infeasible)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    table = np.array([[0.0, 2.0, 5.0], [2.0, 0.0, 4.0], [5.0, 4.0, 0.0]])
    core = Core(table, np.zeros(3), np.zeros(3, dtype=np.int8), 1, np.arange(3), 1.0)
    search = Search(core, Limits(time_s=float("inf")))
    hunt = _Hunt(search)
    hunt.run(prove=False)
    frame = build_frame(core, core.site, core.fixed.copy())
    Tree(frame, np.zeros(3), float("-inf")).grow(search, 1)
    kernels.settle(np.zeros(3), 0.0, 1.0, 1, core.fixed.copy(), np.zeros(3))


def _cheapest(core: Core) -> NDArray[np.int64]:
    """Sites to open where no point has weight."""
    order = np.lexsort((core.site_cost, -core.fixed.astype(np.int64)))
    if core.p >= 0:
        return order[: core.p]
    return order[(core.fixed[order] > 0) | (core.site_cost[order] < 0)]


@dataclass(eq=False)
class _Ascent:
    """Multipliers of a frame and how far they are."""

    multiplier: NDArray[np.float64]
    rho: NDArray[np.float64]
    direction: NDArray[np.float64]
    usage: NDArray[np.float64]
    number: NDArray[np.float64]


class _Hunt:
    def __init__(self, search: Search) -> None:
        self.search = search
        self.core: Core = search.core
        self.random = np.array([search.limits.seed + 1], dtype=np.uint64)
        self.strength = np.zeros(1, dtype=np.int64)

    def run(self, *, prove: bool) -> bool:
        """Search until it is proven or time is up; say whether there is no plan."""
        search, core = self.search, self.core
        frame = build_frame(core, np.arange(core.m), core.fixed.copy())
        plan = self._first_plan(frame)
        self._descend(frame, plan)
        self._roam(frame, plan, 3e7)
        if search.open_sites is None and core.p >= 0:
            sites, impossible = serving_sites(core, search.seconds_left, search.limits.seed)
            if sites is None:
                return impossible
            plan = self._plan_of(frame, sites)
            self._descend(frame, plan)
        multiplier = self._first_multiplier(frame, plan)
        while search.goes_on:
            ascent = self._ascend(frame, multiplier)
            if not search.goes_on:
                return False
            before = frame.m
            self._roam(frame, plan, 3e7)
            frame = self._reduced(frame, ascent)
            multiplier = ascent.multiplier
            plan = self._plan_in(frame)
            if frame.m > 0.8 * before:
                break
        self._roam(frame, plan, 1e8 if prove else 2e9)
        if prove and search.goes_on:
            self._prove(frame, plan, multiplier)
        return False

    # ---- plans

    def _first_plan(self, frame: Frame) -> Plan:
        """Open the fixed sites and random ones."""
        core = self.core
        draw = np.random.default_rng(self.search.limits.seed)
        others = draw.permutation(np.flatnonzero(frame.state == kernels.FREE))
        fixed = np.flatnonzero(frame.state == kernels.OPEN)
        size = core.p if core.p >= 0 else max(1, min(core.m, int(np.sqrt(core.m)) + len(fixed)))
        return self._plan_of(frame, np.concatenate([fixed, others])[:size])

    def _plan_of(self, frame: Frame, sites: NDArray[np.int64]) -> Plan:
        plan = new_plan(self.core.n, frame.m)
        plan.opened[: len(sites)] = sites
        plan.size[0] = len(sites)
        rebuild(frame.lists, plan)
        self._offer(frame, plan)
        return plan

    def _plan_in(self, frame: Frame) -> Plan:
        """Best plan, as far as its sites are still in question."""
        best = self.search.open_sites
        kept = np.zeros(0, dtype=np.int64)
        if best is not None:
            kept = np.flatnonzero(np.isin(frame.index, best))
        wanted = self.core.p
        others = np.setdiff1d(np.flatnonzero(frame.state != kernels.SHUT), kept)
        if 0 <= len(kept) < wanted:
            kept = np.concatenate([kept, others[: wanted - len(kept)]])
        if not len(kept):
            kept = others[:1]
        plan = self._plan_of(frame, kept)
        self._descend(frame, plan)
        return plan

    def _offer(self, frame: Frame, plan: Plan) -> None:
        if plan.value[0] < min(self.search.value, frame.lists.unserved):
            self.search.offer(frame.index[np.flatnonzero(plan.is_open)])

    def _descend(self, frame: Frame, plan: Plan) -> None:
        moves = int(max(1, _SLICE / (10 * frame.entries_a_site)))
        while not descend(frame.lists, plan, moves):
            self._offer(frame, plan)
            self.search.tell("interchange")
            if not self.search.goes_on:
                break
        self._offer(frame, plan)

    def _roam(self, frame: Frame, plan: Plan, work: float) -> None:
        """Shake and descend, for a number of rounds that the size of the problem says."""
        other = new_plan(self.core.n, frame.m)
        each = 4.0 * frame.entries_a_site + 20.0 * (self.core.n + frame.m)
        rounds = int(min(max(work / each, 2), 20000))
        at_once = int(max(1, _SLICE / each * 5))
        p = max(1, int(plan.size[0]))
        window = min(frame.m, _WINDOW * frame.m // p + 5)
        while rounds > 0 and self.search.goes_on:
            now = min(rounds, at_once)
            rounds -= now
            roam(frame.lists, plan, other, now, _STRONGEST, window, self.strength, self.random)
            self._offer(frame, plan)
            self.search.tell("interchange")

    # ---- bounds

    def _first_multiplier(self, frame: Frame, plan: Plan) -> NDArray[np.float64]:
        """Between the nearest and the second nearest open site."""
        following = np.minimum(plan.next, 2.0 * plan.near + 1e-9)
        return np.minimum(0.5 * (plan.near + following), frame.reach)

    def _ascend(self, frame: Frame, multiplier: NDArray[np.float64]) -> _Ascent:
        search, core, near = self.search, self.core, frame.near
        n, m = core.n, frame.m
        number = np.zeros(kernels.N_NUMBERS)
        number[kernels.BEST] = -np.inf
        number[kernels.FACTOR] = 0.1
        number[kernels.MIX] = 0.1
        ascent = _Ascent(multiplier.copy(), np.zeros(m), np.zeros(n), np.zeros(m), number)
        ceiling = np.empty(n)
        kernels.lower_ceilings(
            near.site_start, near.point, near.point_cost, frame.reach, frame.state, ceiling
        )
        at_once = int(min(max(_SLICE / (2 * len(near.site) + 10 * (n + m)), 5), 100))
        done, tried = 0, 0
        while done < 5000 and search.goes_on:
            told = kernels.ascend(
                near.start, near.site, near.cost, frame.site_cost, frame.state, core.p, ceiling,
                search.value, search.cutoff, at_once, 2e-4, number,
                ascent.multiplier, ascent.rho, ascent.direction, ascent.usage,
            )  # fmt: skip
            done += at_once
            raw, size = float(number[kernels.BEST]), float(number[kernels.SIZE])
            search.raise_bound(min(core.rounded(raw, size), search.floor))
            search.tell("bound")
            if told or done - tried >= 200:
                tried = done
                self._try_usage(frame, ascent)
            if told:
                break
        return ascent

    def _try_usage(self, frame: Frame, ascent: _Ascent) -> None:
        """Open what the relaxation opens most, and better that by interchange."""
        p = self.core.p
        must = frame.state == kernels.OPEN
        usage = np.where(must, 2.0, np.where(frame.state == kernels.SHUT, -1.0, ascent.usage))
        if p >= 0:
            sites = np.argsort(-usage, kind="stable")[:p]
        else:
            sites = np.flatnonzero(usage >= 0.5)
            if not len(sites):
                sites = np.argsort(-usage, kind="stable")[:1]
        self._descend(frame, self._plan_of(frame, sites))

    def _reduced(self, frame: Frame, ascent: _Ascent) -> Frame:
        """Leave out the sites that no better plan opens."""
        search, core = self.search, self.core
        raw, size = float(ascent.number[kernels.BEST]), float(ascent.number[kernels.SIZE])
        bound = raw - kernels.ROUNDING * (core.n + frame.m + 4) * size
        state = frame.state.copy()
        kernels.settle(ascent.rho, bound, search.cutoff, core.p, state, np.empty(frame.m))
        keep = state != kernels.SHUT
        # a point that cost more than this would lift the bound to the cutoff
        limit = ascent.multiplier + (search.cutoff - bound)
        return build_frame(core, frame.index[keep], state[keep], limit)

    def _prove(self, frame: Frame, plan: Plan, multiplier: NDArray[np.float64]) -> None:
        """Branch and bound; half of the work goes to better plans once it takes long."""
        search = self.search
        tree = Tree(frame, multiplier, search.bound)
        each = 60.0 * (len(frame.near.site) + 10.0 * (self.core.n + frame.m))
        at_once = int(min(max(2e8 / each, 1), 200))
        pool: list[NDArray[np.int64]] = []
        while search.goes_on:
            more = tree.grow(search, at_once)
            search.raise_bound(tree.bound(search))
            search.tell("branch and bound")
            if not more:
                return
            if tree.nodes > 200:
                self._diversify(frame, plan, pool, min(0.2 * at_once * each, 4e7))

    def _diversify(
        self, frame: Frame, plan: Plan, pool: list[NDArray[np.int64]], work: float
    ) -> None:
        """Better a plan far from the best one, then seek the best of the sites of all of these.

        Rosing and ReVelle (Heuristic concentration, European Journal of Operational Research 97,
        1997): good plans share most of their sites, and the best plan within their union is soon
        found.
        """
        search = self.search
        self._roam(frame, plan, work)
        free = frame.state == kernels.FREE
        opened = np.flatnonzero(plan.is_open)
        closed = np.flatnonzero(free & ~plan.is_open)
        leaving = opened[free[opened]]
        away = min(len(leaving) // 3 + 1, len(closed))
        if away < 1 or len(leaving) < away or not search.goes_on:
            return
        draw = np.random.default_rng([search.limits.seed, len(pool), len(opened)])
        leave = draw.choice(leaving, away, replace=False)
        come = draw.choice(closed, away, replace=False)
        other = self._plan_of(frame, np.concatenate([np.setdiff1d(opened, leave), come]))
        self._descend(frame, other)
        self._roam(frame, other, work)
        pool.append(frame.index[np.flatnonzero(other.is_open)])
        if other.value[0] < plan.value[0]:
            self._become(frame, plan, np.flatnonzero(other.is_open))
        if len(pool) % 4 or search.open_sites is None or not search.goes_on:
            return
        union = np.unique(np.concatenate([search.open_sites, *pool[-8:]]))
        found = self._best_within(union, search.open_sites)
        if found is not None and search.offer(found):
            places = np.flatnonzero(np.isin(frame.index, found))
            if len(places) == len(found):
                self._become(frame, plan, places)

    def _become(self, frame: Frame, plan: Plan, sites: NDArray[np.int64]) -> None:
        plan.opened[: len(sites)] = sites
        plan.size[0] = len(sites)
        rebuild(frame.lists, plan)
        self._descend(frame, plan)

    def _best_within(
        self, union: NDArray[np.int64], best: NDArray[np.int64]
    ) -> NDArray[np.int64] | None:
        """Search a few sites only: bound, settle, branch a little; what is found, if better."""
        core, search = self.core, self.search
        few = replace(
            core,
            cost=np.ascontiguousarray(core.cost[:, union]),
            site_cost=core.site_cost[union],
            fixed=core.fixed[union],
            site=np.arange(len(union)),
        )
        inner = Search(few, replace(search.limits, time_s=search.seconds_left, progress=None))
        inner.offer(np.flatnonzero(np.isin(union, best)))
        hunt = _Hunt(inner)
        frame = build_frame(few, few.site, few.fixed.copy())
        plan = hunt._plan_in(frame)
        ascent = hunt._ascend(frame, hunt._first_multiplier(frame, plan))
        if inner.goes_on:
            frame = hunt._reduced(frame, ascent)
            Tree(frame, ascent.multiplier, inner.bound).grow(inner, 300)
        if inner.open_sites is None or not inner.value < search.value:
            return None
        return union[inner.open_sites]
