"""Local search for maximal cover: open, close and swap sites until none gains; close and open anew.

What moves are worth is kept by `optimize.location.cover.plan_kernels`.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from networks.one_version import one_version
from optimize.location.cover.plan_kernels import Places, Rules, State, close_site, go_to, open_site

_Ints = NDArray[np.int64]

__all__ = ["climb", "wander"]


@one_version
@njit(cache=True, nogil=True)
def _draw(state: State, below: int) -> int:
    """Draw a whole number from 0 to below a bound (xorshift)."""
    x = np.uint64(state.open_count[2])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state.open_count[2] = np.int64(x)
    return int(np.int64((x >> np.uint64(11)) % np.uint64(below)))


@one_version
@njit(cache=True, nogil=True)
def _may_swap(rules: Rules, state: State, f: int, r: int) -> bool:
    """Whether the rules let f open and r close (r < 0: none closes; f < 0: none opens)."""
    spent = state.money[0]
    if f >= 0:
        spent += rules.cost[f]
    if r >= 0:
        spent -= rules.cost[r]
    if f >= 0 and spent > state.money[1]:
        return False
    if f >= 0:
        beside = state.beside[f]
        if r >= 0 and beside:
            for e in range(rules.apart_ptr[f], rules.apart_ptr[f + 1]):
                if rules.apart[e] == r:
                    beside -= 1
        if beside:
            return False
        for e in range(rules.member_ptr[f], rules.member_ptr[f + 1]):
            q = rules.member[e]
            if state.quota[q] >= rules.most[q] and not _is_member(rules, r, q):
                return False
    if r >= 0:
        for e in range(rules.member_ptr[r], rules.member_ptr[r + 1]):
            q = rules.member[e]
            if state.quota[q] <= rules.least[q] and not _is_member(rules, f, q):
                return False
    return True


@one_version
@njit(cache=True, nogil=True)
def _is_member(rules: Rules, j: int, quota: int) -> bool:
    if j < 0:
        return False
    for e in range(rules.member_ptr[j], rules.member_ptr[j + 1]):
        if rules.member[e] == quota:
            return True
    return False


@njit(cache=True, nogil=True)
def _best_add(places: Places, rules: Rules, state: State, by_cost: int) -> int:
    """Most gainful site that may be opened (per cost where asked), or -1."""
    best, chosen = 0.0, -1
    if state.open_count[0] >= state.open_count[1]:
        return -1
    for f in range(len(state.slot)):
        if state.slot[f] >= 0 or rules.locked[f]:
            continue
        worth = state.gain[f] + places.preference[f]
        if by_cost == 1 and rules.cost[f] > 0:
            worth /= rules.cost[f]
        if worth > best and (rules.free[0] or _may_swap(rules, state, f, -1)):
            best, chosen = worth, f
    return chosen


@njit(cache=True, nogil=True)
def _best_swap(
    places: Places, rules: Rules, state: State, listed: _Ints, n_listed: int
) -> tuple[int, int, float]:
    """Most gainful swap (f, r, profit) that closes one of the listed sites, or (-1, -1, -inf).

    Sites far from r add the same whichever r closes, so of these only the one that adds most is
    tried, against the open site that holds least.
    """
    best, best_f, best_r = -np.inf, -1, -1
    m = len(state.slot)
    dense = len(places.near_ptr) == 1 or not rules.free[0]
    for k in range(n_listed):
        r = listed[k]
        if rules.locked[r]:
            continue
        held = state.loss[state.slot[r]] + places.preference[r]
        extra = state.extra[state.slot[r]]
        begin, end = 0, m
        if not dense:
            begin, end = places.near_ptr[r], places.near_ptr[r + 1]
        for e in range(begin, end):
            f = e if dense else places.near[e]
            profit = state.gain[f] + extra[f] + places.preference[f] - held
            if profit <= best or state.slot[f] >= 0 or rules.locked[f]:
                continue
            if rules.free[0] or _may_swap(rules, state, f, r):
                best, best_f, best_r = profit, f, r
    if dense:
        return best_f, best_r, best
    most, most_f, least, least_r = -np.inf, -1, np.inf, -1
    for f in range(m):
        slot = state.slot[f]
        if rules.locked[f]:
            continue
        if slot >= 0:
            held = state.loss[slot] + places.preference[f]
            if held < least:
                least, least_r = held, f
        elif state.gain[f] + places.preference[f] > most:
            most, most_f = state.gain[f] + places.preference[f], f
    if most_f >= 0 and least_r >= 0 and most - least > best:
        return most_f, least_r, most - least
    return best_f, best_r, best


@njit(cache=True, nogil=True)
def _keep_if_best(state: State, tiny: float) -> None:
    if state.value[0] > state.value[1] + tiny:
        state.value[1] = state.value[0]
        state.best_at[0] = state.open_count[0]
        state.best_at[1 : 1 + state.open_count[0]] = state.at[: state.open_count[0]]


@njit(cache=True, nogil=True)
def climb(
    places: Places, rules: Rules, state: State, by_cost: int, most_moves: int, tiny: float
) -> bool:
    """Open while that gains, then swap while that gains.

    Parameters
    ----------
    by_cost
        1: sites open in the order of what they add for their cost.
    most_moves
        After which to stop all the same, so that the caller can look at the clock.
    tiny
        A gain of no more than this is none.

    Returns
    -------
    bool
        Whether no move gains any more.
    """
    for _ in range(most_moves):
        f = _best_add(places, rules, state, by_cost)
        if f >= 0:
            open_site(places, rules, state, f)
            continue
        f, r, profit = _best_swap(places, rules, state, state.at, state.open_count[0])
        if f < 0 or profit <= tiny:
            _keep_if_best(state, tiny)
            return True
        close_site(places, rules, state, r)
        open_site(places, rules, state, f)
    _keep_if_best(state, tiny)
    return False


@one_version
@njit(cache=True, nogil=True)
def _gather(
    places: Places, state: State, j: int, seen: _Ints, mark: int, out: _Ints, n: int
) -> int:
    """Append the open sites near to j that are not marked yet; the new length."""
    if len(places.near_ptr) == 1:
        for s in range(state.open_count[0]):
            if seen[state.at[s]] != mark:
                seen[state.at[s]] = mark
                out[n] = state.at[s]
                n += 1
        return n
    for e in range(places.near_ptr[j], places.near_ptr[j + 1]):
        f = places.near[e]
        if state.slot[f] >= 0 and seen[f] != mark:
            seen[f] = mark
            out[n] = f
            n += 1
    return n


@njit(cache=True, nogil=True)
def _some_near(places: Places, state: State, j: int) -> int:
    """Draw a site near to j."""
    if len(places.near_ptr) == 1:
        return _draw(state, len(state.slot))
    begin, end = places.near_ptr[j], places.near_ptr[j + 1]
    if begin == end:
        return j
    return int(places.near[begin + _draw(state, end - begin)])


@njit(cache=True, nogil=True)
def wander(
    places: Places,
    rules: Rules,
    state: State,
    by_cost: int,
    begin: int,
    end: int,
    rounds: int,
    heat: float,
    most_closed: int,
    target: float,
    tiny: float,
) -> int:
    """Close some neighbours, open the best again, swap around them; accept as annealing does.

    Parameters
    ----------
    begin, end
        Rounds to go, of `rounds` in all; what they do does not depend on how they are cut.
    heat
        Loss that is accepted with probability 1/e in the first round; it cools to 0.
    most_closed
        Sites closed in a round.
    target
        Value at which to stop.

    Returns
    -------
    int
        Round reached.
    """
    m = len(state.slot)
    size = len(state.at)
    kept = np.empty(size, dtype=np.int64)
    kept_count = state.open_count[0]
    kept[:kept_count] = state.at[:kept_count]
    current = state.value[0]
    around = np.empty(2 * size + 8, dtype=np.int64)
    changed = np.empty(8 * (size + most_closed) + 64, dtype=np.int64)
    seen = np.zeros(m, dtype=np.int64)
    mark = 0
    for now in range(begin, end):
        if state.value[1] >= target:
            return now
        mark += 1
        # close some of one neighbourhood
        centre = _draw(state, m)
        n = _gather(places, state, centre, seen, mark, around, 0)
        if _draw(state, 2) == 0:
            n = _gather(places, state, _draw(state, m), seen, mark, around, n)
        wanted = min(n, 1 + _draw(state, most_closed))
        n_changed = 0
        for a in range(wanted):
            b = a + _draw(state, n - a)
            r = around[b]
            around[b] = around[a]
            if rules.locked[r] or not (rules.free[0] or _may_swap(rules, state, -1, r)):
                continue
            close_site(places, rules, state, r)
            changed[n_changed] = r
            n_changed += 1
        if n_changed == 0:
            continue
        # open again: now and then a drawn one first
        if _draw(state, 2) == 0:
            f = _some_near(places, state, centre)
            if state.slot[f] < 0 and not rules.locked[f] and _may_swap(rules, state, f, -1):
                open_site(places, rules, state, f)
                changed[n_changed] = f
                n_changed += 1
        while True:
            f = _best_add(places, rules, state, by_cost)
            if f < 0:
                break
            open_site(places, rules, state, f)
            if n_changed < len(changed):
                changed[n_changed] = f
                n_changed += 1
        # swap where something changed
        fresh = 0
        mark += 1
        n = 0
        for _ in range(4 * size):
            while fresh < n_changed:
                n = _gather(places, state, changed[fresh], seen, mark, around, n)
                fresh += 1
            n = _still_open(state, around, n)
            f, r, profit = _best_swap(places, rules, state, around, n)
            if f < 0 or profit <= tiny:
                break
            close_site(places, rules, state, r)
            seen[r] = 0
            open_site(places, rules, state, f)
            if n_changed + 2 <= len(changed):
                changed[n_changed] = r
                changed[n_changed + 1] = f
                n_changed += 2
        _keep_if_best(state, tiny)
        chance = (_draw(state, 1 << 30) + 1) / float(1 << 30)
        cooled = heat * (1.0 - now / rounds) ** 2
        if state.value[0] >= current + cooled * np.log(chance):
            kept_count = state.open_count[0]
            kept[:kept_count] = state.at[:kept_count]
            current = state.value[0]
        else:
            go_to(places, rules, state, kept, kept_count)
            current = state.value[0]
    return end


@njit(cache=True, nogil=True)
def _still_open(state: State, listed: _Ints, n: int) -> int:
    count = 0
    for k in range(n):
        if state.slot[listed[k]] >= 0:
            listed[count] = listed[k]
            count += 1
    return count
