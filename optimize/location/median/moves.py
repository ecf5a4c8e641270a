"""Interchange of open and closed sites, compiled.

The best interchange is found as in Resende and Werneck (A fast swap-based local search procedure
for location problems, Annals of Operations Research 150, 2007): what a closed site would gain,
what an open one would lose, and what is counted twice where both serve a point. Here these are
kept by site and reckoned anew only around the last move, so that a move costs what its
neighbourhood costs, and no rounding builds up.

Points whose nearest open sites lie beyond their shortened lists are looked up in the whole table;
a closed site beyond a list is passed over for that point, so that a gain is never overstated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Lists", "Plan", "descend", "new_plan", "rebuild", "roam"]

FREE, OPEN, SHUT = 0, 1, -1
"""State of a site."""


class Lists(NamedTuple):
    """What does not change: see `near.Near`, with the whole table beside it."""

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    reach: NDArray[np.float64]
    site_start: NDArray[np.int64]
    point: NDArray[np.int32]
    point_cost: NDArray[np.float64]
    table: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    state: NDArray[np.int8]
    p: int
    unserved: float


class Plan(NamedTuple):
    """A set of open sites and what follows from it.

    `opened[:size[0]]` are the open sites and `place` says where each stands there; `first` and
    `second` are the nearest open sites of each point, -1 for none, at costs `near` and `next`.
    `gain`, `local` and `partner` belong to closed sites: what opening gains, the least net loss
    of an open site that serves some of the same points, and which that is. `loss` belongs to
    open ones.
    """

    is_open: NDArray[np.bool_]
    opened: NDArray[np.int32]
    place: NDArray[np.int32]
    size: NDArray[np.int64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    near: NDArray[np.float64]
    next: NDArray[np.float64]
    loss: NDArray[np.float64]
    gain: NDArray[np.float64]
    local: NDArray[np.float64]
    partner: NDArray[np.int32]
    stale: NDArray[np.bool_]
    touched: NDArray[np.bool_]
    extra: NDArray[np.float64]
    stack: NDArray[np.int32]
    value: NDArray[np.float64]


def new_plan(n: int, m: int) -> Plan:
    """Room for a plan of n points and m sites."""
    return Plan(
        np.zeros(m, dtype=np.bool_),
        np.zeros(m, dtype=np.int32),
        np.full(m, -1, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
        np.full(n, -1, dtype=np.int32),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n),
        np.zeros(m),
        np.zeros(m),
        np.zeros(m),
        np.full(m, -1, dtype=np.int32),
        np.ones(m, dtype=np.bool_),
        np.zeros(m, dtype=np.bool_),
        np.zeros(m),
        np.zeros(m, dtype=np.int32),
        np.zeros(1),
    )


@njit(cache=True, nogil=True)
def _find(lists: Lists, plan: Plan, i: int) -> None:
    """Find the two nearest open sites of a point."""
    first, second = -1, -1
    near, following = lists.unserved, lists.unserved
    for q in range(lists.start[i], lists.start[i + 1]):
        j = lists.site[q]
        if plan.is_open[j]:
            if first < 0:
                first, near = j, lists.cost[q]
            else:
                second, following = j, lists.cost[q]
                break
    if second < 0 and lists.reach[i] < np.inf:
        for k in range(plan.size[0]):
            j = plan.opened[k]
            c = lists.table[i, j]
            if j == first or c == np.inf:
                continue
            if first < 0 or c < near:
                second, following = first, near
                first, near = j, c
            elif second < 0 or c < following:
                second, following = j, c
    plan.first[i], plan.second[i] = first, second
    plan.near[i], plan.next[i] = near, following


@njit(cache=True, nogil=True)
def _sum_up(lists: Lists, plan: Plan) -> None:
    """Reckon the value, the losses of touched sites, and which gains are stale around them."""
    n, m = len(plan.first), len(plan.loss)
    value = 0.0
    for k in range(plan.size[0]):
        j = plan.opened[k]
        value += lists.site_cost[j]
        if plan.touched[j]:
            plan.loss[j] = np.inf if lists.state[j] == OPEN else -lists.site_cost[j]
    for i in range(n):
        value += plan.near[i]
        r = plan.first[i]
        if r < 0 or not plan.touched[r]:
            continue
        plan.loss[r] += plan.next[i] - plan.near[i]
        for q in range(lists.start[i], lists.start[i + 1]):
            if lists.cost[q] >= plan.next[i]:
                break
            plan.stale[lists.site[q]] = True
    for j in range(m):
        plan.touched[j] = False
    plan.value[0] = value


@njit(cache=True, nogil=True)
def rebuild(lists: Lists, plan: Plan) -> None:
    """Reckon everything anew from ``opened[:size[0]]``."""
    plan.is_open[:] = False
    plan.place[:] = -1
    plan.stale[:] = True
    plan.touched[:] = True
    for k in range(plan.size[0]):
        plan.is_open[plan.opened[k]] = True
        plan.place[plan.opened[k]] = k
    for i in range(len(plan.first)):
        _find(lists, plan, i)
    _sum_up(lists, plan)


@one_version
@njit(cache=True, nogil=True)
def _around(lists: Lists, plan: Plan, i: int, within: float) -> None:
    """Mark as stale what a point contributed to."""
    for q in range(lists.start[i], lists.start[i + 1]):
        if lists.cost[q] >= within:
            break
        plan.stale[lists.site[q]] = True


@one_version
@njit(cache=True, nogil=True)
def _nearer(lists: Lists, plan: Plan, i: int, f: int, c: float) -> None:
    """Let a newly opened site serve a point first or second."""
    if plan.first[i] >= 0:
        plan.touched[plan.first[i]] = True
    _around(lists, plan, i, plan.next[i])
    if c < plan.near[i]:
        plan.second[i], plan.next[i] = plan.first[i], plan.near[i]
        plan.first[i], plan.near[i] = f, c
    else:
        plan.second[i], plan.next[i] = f, c


@one_version
@njit(cache=True, nogil=True)
def _open_site(lists: Lists, plan: Plan, f: int) -> None:
    plan.is_open[f] = True
    plan.opened[plan.size[0]] = f
    plan.place[f] = plan.size[0]
    plan.size[0] += 1
    plan.touched[f] = True
    for q in range(lists.site_start[f], lists.site_start[f + 1]):
        i = lists.point[q]
        if lists.point_cost[q] < plan.next[i]:
            _nearer(lists, plan, i, f, lists.point_cost[q])
    for i in range(len(plan.first)):
        if plan.next[i] > lists.reach[i]:
            c = lists.table[i, f]
            if c >= lists.reach[i] and c < plan.next[i]:
                _nearer(lists, plan, i, f, c)


@one_version
@njit(cache=True, nogil=True)
def _close_site(lists: Lists, plan: Plan, r: int) -> None:
    plan.is_open[r] = False
    k = plan.place[r]
    last = plan.opened[plan.size[0] - 1]
    plan.opened[k] = last
    plan.place[last] = k
    plan.place[r] = -1
    plan.size[0] -= 1
    plan.stale[r] = True
    for i in range(len(plan.first)):
        if plan.first[i] == r or plan.second[i] == r:
            plan.touched[plan.first[i]] = True
            _find(lists, plan, i)
            if plan.first[i] >= 0:
                plan.touched[plan.first[i]] = True
            else:
                _around(lists, plan, i, np.inf)
    plan.touched[r] = False


@one_version
@njit(cache=True, nogil=True)
def exchange(lists: Lists, plan: Plan, f: int, r: int) -> None:
    """Open a site and close another; -1 for none."""
    if f >= 0:
        _open_site(lists, plan, f)
    if r >= 0:
        _close_site(lists, plan, r)
    _sum_up(lists, plan)


@njit(cache=True, nogil=True)
def _refresh(lists: Lists, plan: Plan, f: int) -> None:
    """Reckon the gain of a closed site, and its best partner to close."""
    gain = -lists.site_cost[f]
    depth = 0
    for q in range(lists.site_start[f], lists.site_start[f + 1]):
        i = lists.point[q]
        c = lists.point_cost[q]
        following = plan.next[i]
        if c >= following:
            continue
        r = plan.first[i]
        near = plan.near[i]
        if c < near:
            gain += near - c
            twice = following - near
        else:
            twice = following - c
        if r >= 0:
            if plan.extra[r] == 0.0:
                plan.stack[depth] = r
                depth += 1
            plan.extra[r] += twice
            if plan.extra[r] == 0.0:
                depth -= 1
    local = np.inf
    partner = -1
    for k in range(depth):
        r = plan.stack[k]
        left = plan.loss[r] - plan.extra[r]
        plan.extra[r] = 0.0
        if left < local:
            local = left
            partner = r
    plan.gain[f], plan.local[f], plan.partner[f] = gain, local, partner


@one_version
@njit(cache=True, nogil=True)
def descend(lists: Lists, plan: Plan, most: int) -> bool:
    """Make best moves until none is left or so many are made; say whether none is left."""
    m = len(plan.loss)
    for _ in range(most):
        least = np.inf
        weakest = -1
        for k in range(plan.size[0]):
            r = plan.opened[k]
            if plan.loss[r] < least or (plan.loss[r] == least and r < weakest):
                least = plan.loss[r]
                weakest = r
        profit = 1e-11 * max(1.0, abs(plan.value[0]))
        opens = -1
        closes = -1
        if lists.p < 0 and -least > profit and plan.size[0] > 1:
            profit = -least
            closes = weakest
        for f in range(m):
            if plan.is_open[f] or lists.state[f] == SHUT:
                continue
            if plan.stale[f]:
                _refresh(lists, plan, f)
                plan.stale[f] = False
            if lists.p < 0 and plan.gain[f] > profit:
                profit = plan.gain[f]
                opens, closes = f, -1
            if plan.local[f] <= least:
                if plan.gain[f] - plan.local[f] > profit:
                    profit = plan.gain[f] - plan.local[f]
                    opens, closes = f, plan.partner[f]
            elif plan.gain[f] - least > profit:
                profit = plan.gain[f] - least
                opens, closes = f, weakest
        if opens < 0 and closes < 0:
            return True
        exchange(lists, plan, opens, closes)
    return False


@one_version
@njit(cache=True, nogil=True)
def _draw(state: NDArray[np.uint64], below: int) -> int:
    """Draw a whole number from 0 to below - 1 (splitmix64; Steele, Lea and Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return int((z >> np.uint64(11)) % np.uint64(below))


@njit(cache=True, nogil=True)
def _copy(source: Plan, target: Plan) -> None:
    target.is_open[:] = source.is_open
    target.opened[:] = source.opened
    target.place[:] = source.place
    target.size[:] = source.size
    target.first[:] = source.first
    target.second[:] = source.second
    target.near[:] = source.near
    target.next[:] = source.next
    target.loss[:] = source.loss
    target.gain[:] = source.gain
    target.local[:] = source.local
    target.partner[:] = source.partner
    target.stale[:] = source.stale
    target.touched[:] = source.touched
    target.value[:] = source.value


@njit(cache=True, nogil=True)
def _shake(
    lists: Lists, plan: Plan, strength: int, window: int, random: NDArray[np.uint64]
) -> None:
    """Exchange some sites around one point at random."""
    n = len(plan.first)
    i = _draw(random, n)
    begin, length = lists.start[i], lists.start[i + 1] - lists.start[i]
    length = min(length, window)
    if length == 0:
        return
    for _ in range(strength):
        f, r = -1, -1
        for _ in range(8):
            j = lists.site[begin + _draw(random, length)]
            if not plan.is_open[j] and lists.state[j] != SHUT:
                f = j
                break
        offset = _draw(random, length)
        for k in range(length):
            j = lists.site[begin + (offset + k) % length]
            if plan.is_open[j] and lists.state[j] != OPEN:
                r = j
                break
        if lists.p < 0 and f >= 0 and r >= 0:
            kind = _draw(random, 3)
            if kind == 0:
                f = -1
            elif kind == 1:
                r = -1
            if f < 0 and plan.size[0] <= 1:
                r = -1
        elif f < 0 or r < 0:
            continue
        if f >= 0 or r >= 0:
            exchange(lists, plan, f, r)


@njit(cache=True, nogil=True)
def roam(
    lists: Lists,
    plan: Plan,
    other: Plan,
    rounds: int,
    strongest: int,
    window: int,
    number: NDArray[np.int64],
    random: NDArray[np.uint64],
) -> bool:
    """Shake, descend and keep what is no worse: iterated local search.

    Parameters
    ----------
    lists, plan
        The plan must be a local optimum; it is bettered in place.
    other
        Room for another plan.
    rounds
        How many.
    strongest
        Largest number of exchanges of one shake.
    window
        Nearest sites of a point among which it exchanges.
    number : int64[1]
        Strength of the next shake less one; carried from call to call.
    random : uint64[1]
        State of the draws.

    Returns
    -------
    bool
        Whether a better plan was found.
    """
    better = False
    for _ in range(rounds):
        _copy(plan, other)
        _shake(lists, other, 1 + number[0], window, random)
        descend(lists, other, 1_000_000)
        if other.value[0] < plan.value[0] - 1e-11 * max(1.0, abs(plan.value[0])):
            better = True
            number[0] = 0
            _copy(other, plan)
            continue
        if other.value[0] <= plan.value[0]:
            _copy(other, plan)
        number[0] = (number[0] + 1) % strongest
    return better
