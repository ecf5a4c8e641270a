"""A plan of a maximal cover, and what every move from it is worth.

After Resende and Werneck (A fast swap-based local search procedure for location problems, Annals
of Operations Research 150, 2007), here for covered weight: what a closed site would add, what an
open one alone holds, and how much of that a closed one would take over are kept between moves, so
that a move costs the rows it touches and a swap is judged in constant time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Ints = NDArray[np.int64]

__all__ = ["Places", "Rules", "State", "close_site", "go_to", "open_site", "pairs_near"]


class Places(NamedTuple):
    """The instance, which no move changes.

    Parameters
    ----------
    indptr, site, share, weight, col_ptr, col_row, col_share
        As in `optimize.location.cover.table.Table`.
    near_ptr : int64[m + 1]
        Of `near`; of length 1 where all sites count as near to each other.
    near : int32[q]
        Sites that cover a row together with a site.
    preference : float64[m]
        What it is worth that a site is open.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    share: NDArray[np.float64]
    weight: NDArray[np.float64]
    col_ptr: NDArray[np.int64]
    col_row: NDArray[np.int32]
    col_share: NDArray[np.float64]
    near_ptr: NDArray[np.int64]
    near: NDArray[np.int32]
    preference: NDArray[np.float64]


class Rules(NamedTuple):
    """The side rules on the sites.

    Parameters
    ----------
    locked : bool[m]
        Fixed open or closed: no move touches it.
    cost : float64[m]
        Of opening.
    apart_ptr : int64[m + 1]
    apart : int64[k]
        Sites that may not be open beside each.
    member_ptr : int64[m + 1]
    member : int64[k]
        Quotas that each site counts in.
    least, most : int64[quotas]
        Bounds on the open sites of each quota.
    free : bool[1]
        Whether none of these binds.
    """

    locked: NDArray[np.bool_]
    cost: NDArray[np.float64]
    apart_ptr: NDArray[np.int64]
    apart: NDArray[np.int64]
    member_ptr: NDArray[np.int64]
    member: NDArray[np.int64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    free: NDArray[np.bool_]


class State(NamedTuple):
    """A plan and what its neighbours are worth.

    Parameters
    ----------
    at : int64[p]
        Site in each slot; the first `open_count[0]` are in use.
    slot : int64[m]
        Of each open site; -1 closed.
    first, second : int32[n]
        Open sites of the largest and next largest share of each row; -1 none.
    high, low : float64[n]
        Their shares.
    gain : float64[m]
        What opening each site adds.
    loss : float64[p]
        What closing the site in each slot takes away.
    extra : float64[p, m]
        How much of the loss of a slot a site would hold, beyond its gain.
    open_count : int64[3]
        Open sites, most that may be open, state of the random numbers.
    money : float64[2]
        Spent, and the budget.
    beside : int64[m]
        Open sites that each may not be open beside.
    quota : int64[quotas]
        Open sites of each.
    best_at : int64[p + 1]
        Number and sites of the best plan so far.
    value : float64[2]
        Of the plan, and of the best so far.
    """

    at: NDArray[np.int64]
    slot: NDArray[np.int64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    extra: NDArray[np.float64]
    open_count: NDArray[np.int64]
    money: NDArray[np.float64]
    beside: NDArray[np.int64]
    quota: NDArray[np.int64]
    best_at: NDArray[np.int64]
    value: NDArray[np.float64]


@njit(cache=True, nogil=True)
def pairs_near(indptr: _Ints, site: NDArray[np.int32], near_flag: NDArray[np.bool_]) -> None:
    """Mark which sites cover a row together; ``near_flag`` is bool[m, m]."""
    for i in range(len(indptr) - 1):
        for a in range(indptr[i], indptr[i + 1]):
            row = near_flag[site[a]]
            for b in range(indptr[i], indptr[i + 1]):
                row[site[b]] = True


@njit(cache=True, nogil=True)
def _count_row(places: Places, state: State, i: int, sign: float) -> None:
    """Add or take away what row i contributes to gains, losses and extras."""
    w = sign * places.weight[i]
    high, low = state.high[i], state.low[i]
    graded = len(places.share) > 0
    r = state.first[i]
    if r < 0:
        for e in range(places.indptr[i], places.indptr[i + 1]):
            state.gain[places.site[e]] += w * (places.share[e] if graded else 1.0)
        return
    slot = state.slot[r]
    state.loss[slot] += w * (high - low)
    if not graded:
        if low == 0.0:
            extra = state.extra[slot]
            for e in range(places.indptr[i], places.indptr[i + 1]):
                extra[places.site[e]] += w
        return
    extra = state.extra[slot]
    for e in range(places.indptr[i], places.indptr[i + 1]):
        share = places.share[e]
        if share > high:
            state.gain[places.site[e]] += w * (share - high)
        if share > low:
            extra[places.site[e]] += w * (min(share, high) - low)


@njit(cache=True, nogil=True)
def open_site(places: Places, rules: Rules, state: State, f: int) -> None:
    """Open a closed site."""
    state.value[0] += state.gain[f] + places.preference[f]
    slot = state.open_count[0]
    state.open_count[0] += 1
    state.at[slot] = f
    state.slot[f] = slot
    state.loss[slot] = 0.0
    state.extra[slot, :] = 0.0
    graded = len(places.share) > 0
    for e in range(places.col_ptr[f], places.col_ptr[f + 1]):
        i = places.col_row[e]
        share = places.col_share[e] if graded else 1.0
        if share <= state.low[i]:
            continue
        _count_row(places, state, i, -1.0)
        if share > state.high[i]:
            state.second[i], state.low[i] = state.first[i], state.high[i]
            state.first[i], state.high[i] = f, share
        else:
            state.second[i], state.low[i] = f, share
        _count_row(places, state, i, 1.0)
    state.money[0] += rules.cost[f]
    for e in range(rules.apart_ptr[f], rules.apart_ptr[f + 1]):
        state.beside[rules.apart[e]] += 1
    for e in range(rules.member_ptr[f], rules.member_ptr[f + 1]):
        state.quota[rules.member[e]] += 1


@njit(cache=True, nogil=True)
def close_site(places: Places, rules: Rules, state: State, f: int) -> None:
    """Close an open site; the last slot moves into its place."""
    slot = state.slot[f]
    state.value[0] -= state.loss[slot] + places.preference[f]
    graded = len(places.share) > 0
    for e in range(places.col_ptr[f], places.col_ptr[f + 1]):
        i = places.col_row[e]
        if state.first[i] != f and state.second[i] != f:
            continue
        _count_row(places, state, i, -1.0)
        first, second, high, low = -1, -1, 0.0, 0.0
        for k in range(places.indptr[i], places.indptr[i + 1]):
            j = places.site[k]
            if state.slot[j] < 0 or j == f:
                continue
            share = places.share[k] if graded else 1.0
            if share > high:
                second, low = first, high
                first, high = j, share
            elif share > low:
                second, low = j, share
                if not graded:
                    break
        state.first[i], state.second[i] = first, second
        state.high[i], state.low[i] = high, low
        _count_row(places, state, i, 1.0)
    last = state.open_count[0] - 1
    state.slot[f] = -1
    if slot != last:
        moved = state.at[last]
        state.at[slot] = moved
        state.slot[moved] = slot
        state.loss[slot] = state.loss[last]
        state.extra[slot, :] = state.extra[last, :]
    state.open_count[0] = last
    state.money[0] -= rules.cost[f]
    for e in range(rules.apart_ptr[f], rules.apart_ptr[f + 1]):
        state.beside[rules.apart[e]] -= 1
    for e in range(rules.member_ptr[f], rules.member_ptr[f + 1]):
        state.quota[rules.member[e]] -= 1


@njit(cache=True, nogil=True)
def go_to(places: Places, rules: Rules, state: State, plan: _Ints, count: int) -> None:
    """Close and open what makes the state a given plan."""
    wanted = np.zeros(len(state.slot), dtype=np.bool_)
    for k in range(count):
        wanted[plan[k]] = True
    s = 0
    while s < state.open_count[0]:
        if wanted[state.at[s]]:
            s += 1
        else:
            close_site(places, rules, state, state.at[s])
    for k in range(count):
        if state.slot[plan[k]] < 0:
            open_site(places, rules, state, plan[k])
