"""Taking strings of neighbouring tasks out of routes and putting them back, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science
54(2)) under simulated annealing, with the directions of streets chosen in every insertion. An
iteration touches a few routes whatever the number of tasks, so that it suits large problems.

Where hours or a pause bind, a place is priced first as though nothing had to wait: what that costs
is never too much. Only where it is less than the best place so far is the route timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version
from optimize.routing.arcs.kernels import (
    CAPACITY,
    HAS_VISITS,
    MOST_COST,
    ROUTE_COST,
    below,
    joined,
    next_random,
)
from optimize.routing.arcs.schedule_kernels import (
    BALANCE,
    COMPACTNESS,
    LATEST,
    LENGTH,
    Costs,
    Rows,
    Rules,
    aimed,
    put,
    renew,
    tried,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

REMOVED = 10.0
"""Mean number of tasks taken out."""
LONGEST = 10.0
"""Longest string."""
BLINK = 0.01
"""Share of places that an insertion passes over."""
INFEASIBLE = 1e8
LEFT = 1e9
"""Cost of a task that is in no route."""
RETRIED = 10
"""Most tasks without a route that an iteration tries to put into one."""
WIDE = 0.02
"""Share of insertions without success beside near tasks that are tried everywhere."""


class Room(NamedTuple):
    """What an iteration works with.

    Parameters
    ----------
    near : int32[n, g]
        Tasks near each task.
    mid, spare
        Room for a row.
    state : uint64[1]
        Of the random numbers.
    touched, saved, saved_length
        Rows that an iteration has changed, and what was in them.
    labels : int64[4]
        Room for times.
    empty : int64[c]
        Room for an empty row of each kind.
    left, many_left : int64[n], int64[1]
        Tasks that are in no row and want to be, and how many they are.
    """

    near: NDArray[np.int32]
    mid: NDArray[np.int32]
    spare: NDArray[np.int32]
    state: NDArray[np.uint64]
    touched: NDArray[np.bool_]
    saved: NDArray[np.int32]
    saved_length: NDArray[np.int32]
    labels: NDArray[np.int64]
    empty: NDArray[np.int64]
    left: NDArray[np.int64]
    many_left: NDArray[np.int64]


@njit(cache=True, nogil=True)
def unit(state: NDArray[np.uint64]) -> float:
    """Draw a number from 0 to below 1."""
    drawn: float = float(next_random(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return drawn


@njit(cache=True, nogil=True)
def richer(
    t: int,
    r: int,
    i: int,
    price: float,
    best: float,
    rows: Rows,
    costs: Costs,
    rules: Rules,
    room: Room,
) -> float:
    """Worth of row r with task t at place i, with hours and goals; inf if it cannot be better.

    ``price`` is what the row costs without waits and goals, ``best`` what its worth must be below.
    """
    c = rows.kind[r]
    apart = float(costs.limits[c, ROUTE_COST])
    lasts: Any = np.int64(price - apart)
    if rules.timed[c] and lasts > rules.pause[c, LATEST]:
        lasts += rules.pause[c, LENGTH]
    if lasts > costs.limits[c, MOST_COST]:
        return np.inf
    count, sx, sy, squares = 0.0, 0.0, 0.0, 0.0
    if rules.goal[COMPACTNESS] > 0.0:
        x = rules.point[t, 0]
        y = rules.point[t, 1]
        count = rows.spread[r, 0] + 1.0
        sx = rows.spread[r, 1] + x
        sy = rows.spread[r, 2] + y
        squares = rows.spread[r, 3] + x * x + y * y
    if rules.timed[c]:
        # a longer route may be nearer to the target: the least over all lengths from `lasts` on
        least = lasts
        balance = rules.goal[BALANCE]
        if balance > 0.0:
            least = max(lasts, np.int64(rules.target[c] * (1.0 - 0.5 / balance)))
        if aimed(c, least, count, sx, sy, squares, rules) + apart >= best + 1.0:
            return np.inf
        limit = min(INFEASIBLE, float(costs.limits[c, MOST_COST])) + 1.0
        if balance <= 0.0:
            limit = min(limit, best + 1.0 - apart - aimed(c, 0, count, sx, sy, squares, rules))
        lasts = tried(r, i, t, limit, room.labels, rows, costs, rules)
        if lasts > costs.limits[c, MOST_COST] or lasts > INFEASIBLE:
            return np.inf
    return aimed(c, lasts, count, sx, sy, squares, rules) + apart


@njit(cache=True, nogil=True)
def find_empty(rows: Rows, empty: NDArray[np.int64]) -> None:
    """Find an empty row of each kind; -1 where there is none."""
    empty[:] = -1
    wanted = empty.size
    for r in range(rows.length.size):
        if rows.length[r] == 0 and not rows.closed[r] and empty[rows.kind[r]] < 0:
            empty[rows.kind[r]] = r
            wanted -= 1
            if wanted == 0:
                break


@njit(cache=True, nogil=True)
def insert(
    t: int,
    blink: float,
    wide: float,
    rows: Rows,
    costs: Costs,
    rules: Rules,
    room: Room,
) -> bool:
    """Put a task where it costs least beside a near task, or alone; False where it fits nowhere.

    ``wide`` is the share of failures after which all places are tried.
    """
    seq, length, where, place = rows.seq, rows.length, rows.where, rows.place
    pre, suf, load, kind, value = rows.pre, rows.suf, rows.load, rows.kind, rows.value
    step, over, start, ending, serve = (
        costs.step, costs.over, costs.start, costs.ending, costs.serve,
    )  # fmt: skip
    demand, limits, penalty = costs.demand, costs.limits, costs.penalty
    near, mid, state, empty, timed = room.near, room.mid, room.state, room.empty, rules.timed
    aims = rules.goal[BALANCE] > 0.0 or rules.goal[COMPACTNESS] > 0.0
    best = np.inf
    best_r: Any = np.int64(-1)
    best_i: Any = np.int64(0)
    mid[0, 0] = t
    find_empty(rows, empty)
    beside = near.shape[1] + empty.size  # near tasks, and empty rows; from there on all rows
    many = beside
    g = -1
    while g + 1 < many:
        g += 1
        r: Any = np.int64(-1)
        first: Any = np.int64(0)
        last: Any = np.int64(1)
        if g >= beside:
            r = np.int64(g - beside)
            last = np.int64(length[r] + 1 if length[r] > 0 else 0)
        elif g >= near.shape[1]:
            r = empty[g - near.shape[1]]
        else:
            v = near[t, g]
            if v >= 0:
                r = np.int64(where[v])
                first = np.int64(place[v])
                last = first + 2
        if r >= 0:
            now = value[r]
            c = kind[r]
            for i in range(first, last):
                if blink > 0.0 and g < beside and unit(state) < blink:
                    continue
                price = joined(
                    c, r, i - 1, mid, 0, 1, r, i, seq, length, pre, suf, load, step, over, start,
                    ending, serve, demand, limits, penalty,
                )  # fmt: skip
                if timed[c] or aims:
                    if price > INFEASIBLE:
                        continue
                    price = richer(t, r, i, price, best + now, rows, costs, rules, room)
                if price - now < best:
                    best = price - now
                    best_r = r
                    best_i = i
        if g == beside - 1 and not best <= INFEASIBLE and unit(state) < wide:
            many += length.size
    if not best <= INFEASIBLE:
        return False
    save(best_r, rows, room)
    put_in(best_r, best_i, t, rows, costs, rules, room)
    return True


@njit(cache=True, nogil=True)
def save(r: int, rows: Rows, room: Room) -> None:
    """Note what is in a row before its first change."""
    if not room.touched[r]:
        room.touched[r] = True
        room.saved_length[r] = rows.length[r]
        for k in range(rows.length[r]):
            room.saved[r, k] = rows.seq[r, k]


@njit(cache=True, nogil=True)
def put_in(r: int, i: int, t: int, rows: Rows, costs: Costs, rules: Rules, room: Room) -> None:
    """Put task t into row r at place i, with the visits that its price took for granted."""
    n = costs.demand.size
    c = rows.kind[r]
    count = rows.length[r]
    out = room.spare[0]
    for k in range(i):
        out[k] = rows.seq[r, k]
    at = i
    after = False
    if rules.timed[c] and costs.limits[c, HAS_VISITS] > 0:
        carried = rows.load[r, i - 1, 0] if i > 0 else np.int64(0)
        if i > 0 and carried + costs.demand[t] > costs.limits[c, CAPACITY]:
            out[at] = n
            at += 1
            carried = np.int64(0)
        carried += costs.demand[t]
        after = i < count and carried + rows.load[r, i, 2] > costs.limits[c, CAPACITY]
    out[at] = t
    at += 1
    if after:
        out[at] = n
        at += 1
    for k in range(i, count):
        out[at] = rows.seq[r, k]
        at += 1
    put(r, at, out, room.labels, rows, costs, rules)


@one_version
@njit(cache=True, nogil=True)
def cut_string(
    c: int,
    longest: float,
    out: NDArray[np.int64],
    gone: int,
    rows: Rows,
    costs: Costs,
    rules: Rules,
    room: Room,
) -> int:
    """Take a string of tasks that holds c out of its row; give how many are out in all."""
    n = costs.demand.size
    state = room.state
    r: Any = np.int64(rows.where[c])
    count: Any = np.int64(rows.length[r])
    size = int(unit(state) * min(float(count), longest) + 1.0)
    size = min(size, count)
    # a string of `size` places that holds c, with a piece in the middle kept now and then
    kept = 0
    if size > 1 and size < count and below(state, 2) == 0:
        kept = 1
        while size + kept < count and unit(state) > 0.01 and kept < 10:
            if below(state, 2) == 0:
                break
            kept += 1
    span = size + kept
    low = max(0, rows.place[c] - span + 1)
    high = min(rows.place[c], count - span)
    begin = low + below(state, high - low + 1)
    hold = begin + (below(state, size + 1) if kept > 0 else span)
    save(r, rows, room)
    at = 0
    for k in range(count):
        e = rows.seq[r, k]
        inside = k >= begin and k < begin + span and not (hold <= k < hold + kept)
        if inside and e < n and not rules.held[e]:
            out[gone] = e
            gone += 1
            rows.where[e] = -1
        else:
            room.spare[0, at] = e
            at += 1
    put(r, at, room.spare[0], room.labels, rows, costs, rules)
    return gone


@one_version
@njit(cache=True, nogil=True)
def arranged(
    out: NDArray[np.int64], count: int, costs: Costs, state: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Order in which tasks go back: by chance, heavy first, far first, or near first."""
    key = np.empty(count)
    rule = below(state, 11)
    for k in range(count):
        e = out[k]
        if rule < 4:
            key[k] = unit(state)
        elif rule < 8:
            key[k] = -float(costs.demand[e])
        else:
            away = float(min(costs.start[0, e, 0], costs.start[0, e, 1]))
            key[k] = -away if rule < 10 else away
    return np.argsort(key, kind="mergesort")


@njit(cache=True, nogil=True)
def ruin_and_recreate(
    iterations: int,
    hot: float,
    rows: Rows,
    costs: Costs,
    rules: Rules,
    room: Room,
    best: NDArray[np.int32],
    best_length: NDArray[np.int32],
    best_lasts: NDArray[np.int64],
    totals: NDArray[np.float64],
) -> None:
    """Do some iterations at one temperature.

    ``totals`` holds what the routes at hand and the best ones are worth, both changed; ``best``,
    ``best_length`` and ``best_lasts`` the best routes.
    """
    n = costs.demand.size
    routes = rows.length.size
    state, near = room.state, room.near
    out = np.empty(n, np.int64)
    ruined = np.zeros(routes, np.bool_)
    listed = np.empty(routes, np.int64)
    for _ in range(iterations):
        driven = 0
        for r in range(routes):
            driven += rows.length[r] > 0
        longest = min(LONGEST, n / max(1, driven))
        strings = 4.0 * REMOVED / (1.0 + longest) - 1.0
        wanted = int(unit(state) * max(1.0, strings) + 1.0)
        seed = below(state, n)
        gone = 0
        many = 0
        for g in range(-1, near.shape[1]):
            if many >= wanted:
                break
            c: Any = np.int64(seed if g < 0 else near[seed, g])
            if c < 0 or rows.where[c] < 0 or ruined[rows.where[c]]:
                continue
            ruined[rows.where[c]] = True
            listed[many] = rows.where[c]
            many += 1
            gone = cut_string(c, longest, out, gone, rows, costs, rules, room)
        for k in range(many):
            ruined[listed[k]] = False
        left = room.many_left[0]
        retried = min(left, RETRIED)
        for k in range(retried):
            j = k + below(state, left - k)
            room.left[k], room.left[j] = room.left[j], room.left[k]
            out[gone] = room.left[k]
            gone += 1
        order = arranged(out, gone, costs, state)
        failed = 0
        for k in range(gone):
            if not insert(out[order[k]], BLINK, WIDE, rows, costs, rules, room):
                failed += 1
                if failed > retried:
                    break
        total = LEFT * (left - retried + failed)
        for r in range(routes):
            total += rows.value[r]
        accepted = failed <= retried and total < totals[0] - hot * np.log(max(1e-12, unit(state)))
        if accepted:
            totals[0] = total
            if total < totals[1]:
                totals[1] = total
                for r in range(routes):
                    best_length[r] = rows.length[r]
                    best_lasts[r] = rows.lasts[r]
                    for k in range(rows.length[r]):
                        best[r, k] = rows.seq[r, k]
            at = 0
            for k in range(retried, left):
                room.left[at] = room.left[k]
                at += 1
            for k in range(gone):
                if left > 0 and rows.where[out[k]] < 0:
                    room.left[at] = out[k]
                    at += 1
            room.many_left[0] = at
        else:
            for k in range(gone):
                rows.where[out[k]] = -1
        for r in range(routes):
            if room.touched[r]:
                room.touched[r] = False
                if not accepted:
                    rows.length[r] = room.saved_length[r]
                    for k in range(rows.length[r]):
                        rows.seq[r, k] = room.saved[r, k]
                    renew(r, room.labels, rows, costs, rules)
