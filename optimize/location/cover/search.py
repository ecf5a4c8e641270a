"""Local search for maximal cover, driven in slices so that it answers the clock and Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.moves import climb, wander
from optimize.location.cover.plan_kernels import Places, Rules, State, go_to, open_site, pairs_near
from optimize.location.rows import site_bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.cover.table import Table
    from optimize.location.sites import Sites

__all__ = ["LocalSearch"]

_MOST_PAIRS = 200_000_000
"""Pairs of entries in the rows beyond which all sites count as near to each other."""

_MOST_CLOSED = 3
_HEAT = 0.1
"""Of a round of `wander`; the heat relative to what an open site holds alone, on average."""


class LocalSearch:
    """A plan that is made better move by move.

    Parameters
    ----------
    table
        Merged coverage.
    sites
        Rules.
    p
        Most sites that may be open.
    seed
        Of what is drawn.
    """

    def __init__(self, table: Table, sites: Sites, p: int, seed: int) -> None:
        m = table.n_sites
        near_ptr, near = _near(table)
        preference = np.zeros(m) if sites.preference is None else sites.preference.copy()
        self._places = Places(
            table.indptr,
            table.site,
            table.share,
            table.weight,
            table.col_ptr,
            table.col_row,
            table.col_share,
            near_ptr,
            near,
            preference,
        )
        self._rules = _rules(sites)
        self._state = _state(table, sites, p, seed, len(self._rules.least))
        self._by_cost = int(sites.budget is not None)
        lower, _ = site_bounds(sites)
        for j in np.flatnonzero(lower > 0):
            open_site(self._places, self._rules, self._state, int(j))
        self._tiny = 1e-9 * max(1.0, float(table.weight.sum()))

    @property
    def plan(self) -> NDArray[np.int64]:
        """Open sites of the best plan so far, ascending."""
        count = int(self._state.best_at[0])
        return np.sort(self._state.best_at[1 : 1 + count])

    @property
    def value(self) -> float:
        """Value of the best plan so far; -inf before the first."""
        return float(self._state.value[1])

    def start_from(self, plan: NDArray[np.int64]) -> None:
        """Go to a plan that keeps the rules."""
        chosen = np.ascontiguousarray(plan, dtype=np.int64)
        go_to(self._places, self._rules, self._state, chosen, len(chosen))

    def forget(self) -> None:
        """Count the best plan anew from here."""
        self._state.value[1] = -np.inf

    def climb(self, more: Callable[[], bool]) -> None:
        """Make gainful moves until none is left."""
        while not climb(self._places, self._rules, self._state, self._by_cost, 20, self._tiny):
            if not more():
                return

    def wander(self, rounds: int, target: float, more: Callable[[], bool]) -> int:
        """Close and open around single places for some rounds; how many were made."""
        begin, block = 0, 1
        count = int(self._state.open_count[0])
        heat = _HEAT * float(self._state.loss[:count].mean()) if count else 0.0
        while begin < rounds:
            began = time.perf_counter()
            end = min(rounds, begin + block)
            reached = wander(
                self._places,
                self._rules,
                self._state,
                self._by_cost,
                begin,
                end,
                rounds,
                heat,
                _MOST_CLOSED,
                target,
                self._tiny,
            )
            if reached < end or not more():
                return int(reached)
            spent = time.perf_counter() - began
            block = max(1, min(4 * block, int(block * 0.2 / max(spent, 1e-6))))
            begin = end
        return begin


def _near(table: Table) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    m = table.n_sites
    length = np.diff(table.indptr).astype(np.float64)
    if float(length @ length) > _MOST_PAIRS or m > 20_000:
        return np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32)
    flag = np.zeros((m, m), dtype=np.bool_)
    pairs_near(table.indptr, table.site, flag)
    pointer = np.concatenate([[0], np.cumsum(flag.sum(axis=1))]).astype(np.int64)
    return pointer, np.nonzero(flag)[1].astype(np.int32)


def _rules(sites: Sites) -> Rules:
    m = sites.n
    lower, upper = site_bounds(sites)
    cost = np.zeros(m) if sites.cost is None else sites.cost.copy()
    both = np.concatenate([sites.apart, sites.apart[:, ::-1]])
    apart_ptr, apart = _grouped(both[:, 0], both[:, 1], m)
    quotas = sites.quotas
    length = [len(quota.sites) for quota in quotas]
    members = np.concatenate([np.zeros(0, np.int64), *(quota.sites for quota in quotas)])
    member_ptr, member = _grouped(members, np.repeat(np.arange(len(quotas)), length), m)
    most = [m if quota.at_most is None else quota.at_most for quota in quotas]
    return Rules(
        (lower == 1) | (upper == 0),
        cost,
        apart_ptr,
        apart,
        member_ptr,
        member,
        np.array([quota.at_least for quota in quotas], dtype=np.int64),
        np.array(most, dtype=np.int64),
        np.array([sites.is_free]),
    )


def _grouped(
    key: NDArray[np.int64], value: NDArray[np.int64], m: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(key, kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=m))]).astype(np.int64)
    return pointer, value[order].astype(np.int64)


def _state(table: Table, sites: Sites, p: int, seed: int, n_quotas: int) -> State:
    m, n = table.n_sites, table.n_rows
    share = table.share if table.graded else 1.0
    each = np.repeat(table.weight, np.diff(table.indptr)) * share
    gain = np.bincount(table.site, weights=each, minlength=m).astype(np.float64)
    budget = np.inf if sites.budget is None else sites.budget * (1 + 1e-9) + 1e-12
    return State(
        np.zeros(p + 1, dtype=np.int64),
        np.full(m, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int32),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n),
        gain,
        np.zeros(p + 1),
        np.zeros((p + 1, m)),
        np.array([0, p, 88172645463325252 + 7919 * (seed % 2**31)], dtype=np.int64),
        np.array([0.0, budget]),
        np.zeros(m, dtype=np.int64),
        np.zeros(n_quotas, dtype=np.int64),
        np.zeros(p + 2, dtype=np.int64),
        np.array([0.0, -np.inf]),
    )
