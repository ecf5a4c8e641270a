"""The search of a median with levels: interchange, Lagrangian bound, then HiGHS on what is left."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.kernels import ROUNDING, SHUT, settle
from optimize.location.median.near import nearest_sites
from optimize.location.median.ruled import prove_by_model
from optimize.location.median.search import Search
from optimize.location.reliable.core import LevelCore, build_level_core
from optimize.location.reliable.kernels import ascend_levels, best_exchange, nearest_open
from optimize.location.reliable.model import level_model
from optimize.location.solution import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import ReliableMedian
    from optimize.location.solution import Solution
    from optimize.location.solve import Method

__all__ = ["prepare", "solve_levels"]

_SLICE = 2e7
"""Entries that a compiled call looks at, roughly, before it comes back."""
_SHAKES = 30
_MOST_MODEL = 4_000_000
"""Entries of a model that HiGHS is asked to solve."""


def solve_levels(problem: ReliableMedian, limits: Limits, method: Method) -> Solution:
    """Solve a median with levels.

    Parameters
    ----------
    problem
        The caller's.
    limits
        Of the search.
    method
        "mip" leaves our own search out, "heuristic" the proof by HiGHS.
    """
    prepare()
    core = build_level_core(problem)
    search = Search(core, limits)
    infeasible = False
    own = method != "mip" and problem.sites.is_free
    try:
        shut = np.zeros(core.m, dtype=np.bool_)
        limit: NDArray[np.float64] | None = None
        if own:
            _interchange(search, core)
            shut, limit = _bound(search, core)
        if search.goes_on and not (own and method == "heuristic"):
            infeasible = _by_model(problem, core, search, shut, limit)
    except KeyboardInterrupt:
        if search.open_sites is None:
            raise
        search.interrupted = True
    return search.solution(problem, "own, HiGHS" if own else "HiGHS", infeasible=infeasible)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    table = np.array([[0.0, 2.0, 5.0], [2.0, 0.0, 4.0], [5.0, 4.0, 0.0]])
    share = np.array([0.75, 0.25])
    fixed = np.zeros(3, dtype=np.int8)
    core = LevelCore(table, np.zeros(3), fixed, 2, np.arange(3), 0.0, share, 0.0)
    search = Search(core, Limits(time_s=float("inf"), gap=0.01))
    _interchange(search, core)
    _bound(search, core)


def _interchange(search: Search, core: LevelCore) -> None:
    """Descend from a random plan, then from shaken ones."""
    draw = np.random.default_rng(search.limits.seed)
    fixed = np.flatnonzero(core.fixed)
    others = draw.permutation(np.flatnonzero(core.fixed == 0))
    opened = np.concatenate([fixed, others])[: core.p]
    _descend(search, core, opened)
    movable = core.p - len(fixed)
    if not movable or core.p == core.m:
        return
    for shake in range(_SHAKES):
        if not search.goes_on or search.open_sites is None:
            return
        opened = search.open_sites.copy()
        for _ in range(min(movable, 1 + shake % 4)):
            out = draw.choice(np.flatnonzero(core.fixed[opened] == 0))
            opened[out] = draw.choice(np.setdiff1d(np.arange(core.m), opened))
        _descend(search, core, opened)


def _descend(search: Search, core: LevelCore, opened: NDArray[np.int64]) -> None:
    """Make the best exchange until none is left."""
    opened = np.array(opened, dtype=np.int64)
    is_open = np.zeros(core.m, dtype=np.bool_)
    is_open[opened] = True
    near_site = np.empty((core.n, core.levels + 1), dtype=np.int64)
    near_cost = np.empty((core.n, core.levels + 1))
    absent = 1.0 + float(core.cost.max(initial=0.0))
    at_once = int(max(1, _SLICE / (1 + core.n * core.levels**2)))
    search.offer(opened)
    while search.goes_on:
        nearest_open(core.cost, opened, near_site, near_cost, absent)
        best, opens, closes = 1e-9 * max(1.0, abs(search.value)), -1, -1
        for begin in range(0, core.m, at_once):
            found = best_exchange(
                core.cost, core.site_cost, core.fixed, core.share, opened, is_open,
                near_site, near_cost, begin, min(begin + at_once, core.m),
            )  # fmt: skip
            if found[0] > best:
                best, opens, closes = found
            search.tell("interchange")
        if opens < 0:
            return
        is_open[opened[closes]], is_open[opens] = False, True
        opened[closes] = opens
        search.offer(opened)


def _bound(search: Search, core: LevelCore) -> tuple[NDArray[np.bool_], NDArray[np.float64] | None]:
    """Raise the Lagrangian bound; say which sites no better plan opens, and how far points go."""
    n, m = core.n, core.m
    if not search.goes_on or not n:
        return np.zeros(m, dtype=np.bool_), None
    weights, counts = np.unique(core.share, return_counts=True)
    share, need = weights[::-1].copy(), counts[::-1].astype(np.float64)
    number = np.array([-np.inf, 0.0, 0.1, 0.0])
    best = search.open_sites if search.open_sites is not None else np.arange(core.levels)
    near = np.sort(core.cost[:, best], axis=1)[:, np.cumsum(need).astype(np.int64) - 1]
    multiplier = np.ascontiguousarray(near * share)
    rho, usage, direction = np.zeros(m), np.zeros(m), np.zeros((n, len(share)))
    at_once = int(min(max(1, _SLICE / (n * m * len(share))), 100))
    done = 0
    while done < 3000 and search.goes_on:
        told = ascend_levels(
            core.cost, core.site_cost, core.fixed, core.p, share, need,
            search.value - core.constant, search.cutoff - core.constant, at_once,
            number, multiplier, rho, direction, usage,
        )  # fmt: skip
        done += at_once
        search.raise_bound(min(_safe(core, number) + core.constant, search.floor))
        search.tell("bound")
        if told:
            break
    top = np.argsort(-np.where(core.fixed > 0, 2.0, usage), kind="stable")[: core.p]
    _descend(search, core, top)
    state = core.fixed.copy()
    slack = search.cutoff - core.constant - _safe(core, number)
    settle(rho, _safe(core, number), search.cutoff - core.constant, core.p, state, np.empty(m))
    # the last level of a point in a better plan costs no more than this
    last = share[-1]
    limit = (multiplier[:, -1] + slack) / last if last > 0 else None
    return state == SHUT, limit


def _safe(core: LevelCore, number: NDArray[np.float64]) -> float:
    return float(number[0] - ROUNDING * core.terms * number[1])


def _by_model(
    problem: ReliableMedian,
    core: LevelCore,
    search: Search,
    shut: NDArray[np.bool_],
    limit: NDArray[np.float64] | None,
) -> bool:
    """Let HiGHS prove the rest; say whether there is no plan."""
    if int((~shut).sum()) * core.n * (1 + core.levels) > _MOST_MODEL and search.value < np.inf:
        return False
    table = np.where(shut, np.inf, core.cost)
    near = nearest_sites(table, core.m, limit)
    sites = problem.sites
    count = problem.p if sites.is_free else (float(core.levels), float(problem.p))
    model = level_model(core, near, sites, count, shut)
    start = None
    if search.open_sites is not None:
        is_open = np.zeros(sites.n, dtype=np.bool_)
        is_open[core.site[search.open_sites]] = True
        used = np.sort(core.cost[:, search.open_sites], axis=1)[:, : core.levels]
        start = model.start(is_open, used)
    return prove_by_model(problem, model.linear, search, start)
