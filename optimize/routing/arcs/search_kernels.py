"""Local search on arc-routing solutions, compiled: moves between neighbouring tasks.

For a task t and a task v near to it, a move makes them adjacent: t, or t with the task beside it,
goes next to v; t or a pair of it changes places with what stands beside v; the routes of t and v
exchange their ends, straight or turned round; a piece between them is turned round. In which
direction each street is served is decided anew by the evaluation of every move. The first move
that pays is made (Vidal 2017; Prins 2009 for the moves). Moves join pieces of two routes, so all
routes are of class 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.routing.arcs.genetic_kernels import split
from optimize.routing.arcs.kernels import (
    HAS_VISITS,
    MOST_COST,
    ROUTE_COST,
    joined,
    place_visits,
    priced,
    refresh,
    shuffle,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOVES = 20
"""Kinds of moves between two routes that `between` knows."""
INSIDE = 12
"""Kinds of moves within one route that `within` knows."""


@njit(cache=True, nogil=True, inline="always")
def between(
    kind: int,
    rt: int,
    i: int,
    rv: int,
    j: int,
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    mid: NDArray[np.int32],
    move: NDArray[np.int64],
) -> bool:
    """Describe a move between the routes of t (at place i) and v (at place j).

    Fills ``move`` with (prefix route, last place, number in the middle, suffix route, first place)
    of both new routes, and ``mid[0]``, ``mid[1]`` with their middles; False where it is none.
    """
    nt, nv = length[rt], length[rv]
    move[0], move[3] = rt, rt
    move[5], move[8] = rv, rv
    move[2] = 0
    move[7] = 0
    if kind < 2:  # t after v; t before v
        move[1], move[4] = i - 1, i + 1
        shift = 0 if kind == 0 else -1
        move[6], move[9] = j + shift, j + shift + 1
        mid[1, 0] = seq[rt, i]
        move[7] = 1
        return True
    if kind < 6:  # two neighbours next to v, either way round
        ahead = kind < 4
        a = i if ahead else i - 1
        if a < 0 or a + 1 >= nt:
            return False
        move[1], move[4] = a - 1, a + 2
        # t must stand beside v: (t, x) after v or (x, t) before v
        before = (kind == 3) or (kind == 5)
        shift = -1 if before else 0
        move[6], move[9] = j + shift, j + shift + 1
        t, x = seq[rt, i], seq[rt, i + 1 if ahead else i - 1]
        if before:
            mid[1, 0], mid[1, 1] = x, t
        else:
            mid[1, 0], mid[1, 1] = t, x
        move[7] = 2
        return True
    if kind < 8:  # t changes places with what follows v, or with what precedes it
        b = j + 1 if kind == 6 else j - 1
        if b < 0 or b >= nv:
            return False
        move[1], move[4] = i - 1, i + 1
        mid[0, 0] = seq[rv, b]
        move[2] = 1
        move[6], move[9] = b - 1, b + 1
        mid[1, 0] = seq[rt, i]
        move[7] = 1
        return True
    if kind < 12:  # two of t for one beside v
        ahead = kind < 10
        a = i if ahead else i - 1
        follows = kind == 8 or kind == 10
        b = j + 1 if follows else j - 1
        if a < 0 or a + 1 >= nt or b < 0 or b >= nv:
            return False
        move[1], move[4] = a - 1, a + 2
        mid[0, 0] = seq[rv, b]
        move[2] = 1
        move[6], move[9] = b - 1, b + 1
        t, x = seq[rt, i], seq[rt, i + 1 if ahead else i - 1]
        if follows:
            mid[1, 0], mid[1, 1] = t, x
        else:
            mid[1, 0], mid[1, 1] = x, t
        move[7] = 2
        return True
    if kind < 16:  # two of t for two beside v
        ahead = kind < 14
        a = i if ahead else i - 1
        follows = kind == 12 or kind == 14
        b = j + 1 if follows else j - 2
        if a < 0 or a + 1 >= nt or b < 0 or b + 1 >= nv:
            return False
        move[1], move[4] = a - 1, a + 2
        mid[0, 0], mid[0, 1] = seq[rv, b], seq[rv, b + 1]
        move[2] = 2
        move[6], move[9] = b - 1, b + 2
        t, x = seq[rt, i], seq[rt, i + 1 if ahead else i - 1]
        if follows:
            mid[1, 0], mid[1, 1] = t, x
        else:
            mid[1, 0], mid[1, 1] = x, t
        move[7] = 2
        return True
    if kind == 16:  # the ends change routes: t then v
        move[1], move[3], move[4] = i, rv, j
        move[6], move[8], move[9] = j - 1, rt, i + 1
        return True
    if kind == 17:  # v then t
        move[0], move[1], move[3], move[4] = rv, j, rt, i
        move[5], move[6], move[8], move[9] = rt, i - 1, rv, j + 1
        return True
    if kind == 18:  # both beginnings in one route, the second turned round; both ends in the other
        move[1], move[3], move[4] = i, rv, nv
        for k in range(j + 1):
            mid[0, k] = seq[rv, j - k]
        move[2] = j + 1
        move[5], move[6] = rt, -1
        for k in range(nt - i - 1):
            mid[1, k] = seq[rt, nt - 1 - k]
        move[7] = nt - i - 1
        move[8], move[9] = rv, j + 1
        return True
    # the ends in one route, the first turned round, t beside v
    move[0], move[1], move[3], move[4] = rt, -1, rv, j
    for k in range(nt - i):
        mid[0, k] = seq[rt, nt - 1 - k]
    move[2] = nt - i
    move[5], move[6] = rt, i - 1
    for k in range(j):
        mid[1, k] = seq[rv, j - 1 - k]
    move[7] = j
    move[8], move[9] = rv, nv
    return True


@njit(cache=True, nogil=True, inline="always")
def within(
    kind: int,
    r: int,
    i: int,
    j: int,
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    mid: NDArray[np.int32],
    move: NDArray[np.int64],
) -> bool:
    """Describe a move within a route: t at place i, v at place j; False where it is none."""
    n = length[r]
    if kind < 2:  # t after v; t before v
        a, z = i, i
        gap = j + 1 if kind == 0 else j
        flip = False
    elif kind < 6:  # two neighbours, t beside v
        ahead = kind < 4
        a = i if ahead else i - 1
        z = a + 1
        if a < 0 or z >= n or a <= j <= z:
            return False
        after = kind == 2 or kind == 4
        gap = j + 1 if after else j
        # after v: t first; before v: t last
        flip = ahead != after
    elif kind < 8:  # t changes places with what follows v, or precedes it
        b = j + 1 if kind == 6 else j - 1
        if b < 0 or b >= n or b == i or abs(b - i) == 1:
            return False
        low, high = min(b, i), max(b, i)
        count = 0
        for k in range(low, high + 1):
            e = seq[r, k]
            if k == low:
                e = seq[r, high]
            elif k == high:
                e = seq[r, low]
            mid[0, count] = e
            count += 1
        move[0], move[1], move[2], move[3], move[4] = r, low - 1, count, r, high + 1
        return True
    elif kind == 8:  # the piece between them is turned round, one of them in it
        low, high = (i + 1, j) if i < j else (j, i - 1)
        if low >= high:
            return False
        count = 0
        for k in range(high, low - 1, -1):
            mid[0, count] = seq[r, k]
            count += 1
        move[0], move[1], move[2], move[3], move[4] = r, low - 1, count, r, high + 1
        return True
    elif kind == 9:
        low, high = (i, j - 1) if i < j else (j + 1, i)
        if low >= high:
            return False
        count = 0
        for k in range(high, low - 1, -1):
            mid[0, count] = seq[r, k]
            count += 1
        move[0], move[1], move[2], move[3], move[4] = r, low - 1, count, r, high + 1
        return True
    else:  # three neighbours, t at their end, next to v
        a = i if kind == 10 else i - 2
        z = a + 2
        if a < 0 or z >= n or a <= j <= z:
            return False
        gap = j + 1 if kind == 10 else j
        flip = False
    # the piece a..z moves into the gap before place `gap`
    if a <= gap <= z + 1:
        return False
    count = 0
    if gap < a:
        low, high = gap, z
        for k in range(a, z + 1):
            mid[0, count] = seq[r, a + z - k] if flip else seq[r, k]
            count += 1
        for k in range(gap, a):
            mid[0, count] = seq[r, k]
            count += 1
    else:
        low, high = a, gap - 1
        for k in range(z + 1, gap):
            mid[0, count] = seq[r, k]
            count += 1
        for k in range(a, z + 1):
            mid[0, count] = seq[r, a + z - k] if flip else seq[r, k]
            count += 1
    move[0], move[1], move[2], move[3], move[4] = r, low - 1, count, r, high + 1
    return True


@njit(cache=True, nogil=True)
def _spell(
    move: NDArray[np.int64],
    first: int,
    mid: NDArray[np.int32],
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    out: NDArray[np.int32],
) -> int:
    """Write out a new route; a visit at either end, or after another, is left out."""
    pr, pi, count, sr, sj = (
        move[first], move[first + 1], move[first + 2], move[first + 3], move[first + 4],
    )  # fmt: skip
    at = 0
    for k in range(pi + 1):
        out[at] = seq[pr, k]
        at += 1
    for k in range(count):
        out[at] = mid[k]
        at += 1
    for k in range(sj, length[sr]):
        out[at] = seq[sr, k]
        at += 1
    return at


@njit(cache=True, nogil=True)
def _set_route(
    r: int,
    count: int,
    elements: NDArray[np.int32],
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    where: NDArray[np.int32],
    place: NDArray[np.int32],
    pre: NDArray[np.int64],
    suf: NDArray[np.int64],
    load: NDArray[np.int64],
    worth: NDArray[np.int64],
    kind: NDArray[np.int64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> None:
    """Put a new sequence into a route; its visits move where they cost less."""
    for k in range(count):
        seq[r, k] = elements[k]
    length[r] = count
    refresh(
        r, seq, length, where, place, pre, suf, load, worth, kind, step, over, start, ending,
        serve, demand, limits,
    )  # fmt: skip
    c = kind[r]
    if limits[c, HAS_VISITS] == 0:
        return
    before = priced(r, length, worth, kind, limits, penalty)
    place_visits(c, r, seq, length, step, over, start, ending, serve, demand, limits, penalty)
    refresh(
        r, seq, length, where, place, pre, suf, load, worth, kind, step, over, start, ending,
        serve, demand, limits,
    )  # fmt: skip
    if priced(r, length, worth, kind, limits, penalty) > before:
        for k in range(count):
            seq[r, k] = elements[k]
        length[r] = count
        refresh(
            r, seq, length, where, place, pre, suf, load, worth, kind, step, over, start, ending,
            serve, demand, limits,
        )  # fmt: skip


@njit(cache=True, nogil=True)
def local_search(
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    where: NDArray[np.int32],
    place: NDArray[np.int32],
    pre: NDArray[np.int64],
    suf: NDArray[np.int64],
    load: NDArray[np.int64],
    worth: NDArray[np.int64],
    kind: NDArray[np.int64],
    near: NDArray[np.int32],
    changed: NDArray[np.int64],
    tested: NDArray[np.int64],
    order: NDArray[np.int64],
    count_order: int,
    mid: NDArray[np.int32],
    spare: NDArray[np.int32],
    state: NDArray[np.uint64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> None:
    """Make moves until none pays.

    Parameters
    ----------
    seq, length, where, place, pre, suf, load, worth
        The solution, refreshed; changed in place. There is at least one empty route to open.
    near : int32[n, g]
        Tasks near each task.
    order, count_order
        Tasks to look at: ``order[:count_order]``.
    """
    routes = length.size
    move = np.empty(10, np.int64)
    left = np.empty(3)
    left_at = np.zeros(3, np.int64)
    clock = np.int64(1)
    for r in range(routes):
        changed[r] = 1
    tested[:] = 0
    empty = -1
    searching = True
    # Where visits are placed, penalties of load and of cost may trade with each other: end anyway.
    most = 1000 + 200 * count_order
    while searching and clock < most:
        searching = False
        shuffle(order, count_order, state)
        for at in range(count_order):
            t = order[at]
            last_test = tested[t]
            tested[t] = clock
            left_at[:] = 0
            for g in range(near.shape[1] + 1):
                rt, i = where[t], place[t]
                opens = g == near.shape[1]
                if opens:
                    empty = -1
                    for r in range(routes):
                        if length[r] == 0:
                            empty = r
                            break
                    if empty < 0 or changed[rt] <= last_test:
                        continue
                    rv, j = empty, -1
                else:
                    v = near[t, g]
                    if v < 0:
                        continue
                    rv, j = where[v], place[v]
                    if changed[rt] <= last_test and changed[rv] <= last_test:
                        continue
                found = False
                same = rv == rt
                before_t = priced(rt, length, worth, kind, limits, penalty)
                before = before_t
                if not same:
                    before += priced(rv, length, worth, kind, limits, penalty)
                moves = INSIDE if same else MOVES
                for m in range(moves):
                    if opens:
                        # t alone, or from t on, or up to t, in a route of its own
                        if m > 1:
                            break
                        move[0], move[3], move[5], move[8] = rt, rt, empty, empty
                        move[2], move[7] = 0, 0
                        move[6], move[9] = -1, 0
                        if m == 0:
                            if length[rt] == 1:
                                continue
                            move[1], move[4] = i - 1, i + 1
                            mid[1, 0] = t
                            move[7] = 1
                        else:
                            if i == 0:
                                continue
                            move[1], move[3], move[4] = i - 1, empty, 0
                            move[8], move[9] = rt, i
                    elif same:
                        if not within(m, rt, i, j, seq, length, mid, move):
                            continue
                    elif not between(m, rt, i, rv, j, seq, length, mid, move):
                        continue
                    removes = not same and not opens and m < 6
                    if removes:
                        # the route without t, alone or with a neighbour: the same for every v
                        which = m // 2
                        if left_at[which] != clock:
                            left[which] = joined(
                                0, move[0], move[1], mid, 0, 0, move[3], move[4], seq, length, pre,
                                suf, load, step, over, start, ending, serve, demand, limits,
                                penalty,
                            )  # fmt: skip
                            left_at[which] = clock
                        after = left[which]
                        if after > before_t - 0.01:
                            continue
                    else:
                        after = joined(
                            0, move[0], move[1], mid, 0, move[2], move[3], move[4], seq, length,
                            pre, suf, load, step, over, start, ending, serve, demand, limits,
                            penalty,
                        )  # fmt: skip
                        if after > before - 0.01:
                            continue
                    if not same:
                        after += joined(
                            0, move[5], move[6], mid, 1, move[7], move[8], move[9], seq, length,
                            pre, suf, load, step, over, start, ending, serve, demand, limits,
                            penalty,
                        )  # fmt: skip
                    if after < before - 0.01:
                        found = True
                        break
                if not found:
                    continue
                searching = True
                clock += 1
                one = _spell(move, 0, mid[0], seq, length, spare[0])
                two = 0
                if not same:
                    two = _spell(move, 5, mid[1], seq, length, spare[1])
                _set_route(
                    rt, one, spare[0], seq, length, where, place, pre, suf, load, worth, kind,
                    step, over, start, ending, serve, demand, limits, penalty,
                )  # fmt: skip
                changed[rt] = clock
                if not same:
                    _set_route(
                        rv, two, spare[1], seq, length, where, place, pre, suf, load, worth,
                        kind, step, over, start, ending, serve, demand, limits, penalty,
                    )  # fmt: skip
                    changed[rv] = clock


@njit(cache=True, nogil=True)
def educate(
    tour: NDArray[np.int32],
    cut: NDArray[np.int64],
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    where: NDArray[np.int32],
    place: NDArray[np.int32],
    pre: NDArray[np.int64],
    suf: NDArray[np.int64],
    load: NDArray[np.int64],
    worth: NDArray[np.int64],
    kind: NDArray[np.int64],
    near: NDArray[np.int32],
    changed: NDArray[np.int64],
    tested: NDArray[np.int64],
    order: NDArray[np.int64],
    mid: NDArray[np.int32],
    spare: NDArray[np.int32],
    state: NDArray[np.uint64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
    keep: int,
    total: NDArray[np.int64],
) -> bool:
    """Split a giant tour (or keep the routes as they are), search, and write the tour anew.

    ``keep`` above 0 goes on from the routes in ``seq``. Fills ``total`` with cost of the routes,
    excess load, excess cost and number of routes; False where the tour cannot be split.
    """
    n = tour.size
    routes = length.size
    if keep == 0:
        # the last route stays empty, to be opened
        count = split(
            tour, routes - 1, cut, step, over, start, ending, serve, demand, limits,
            penalty,
        )  # fmt: skip
        if count < 0:
            return False
        for r in range(routes):
            length[r] = 0
            worth[r, 0] = 0
            worth[r, 1] = 0
        for r in range(count):
            for k in range(cut[r], cut[r + 1]):
                spare[0, k - cut[r]] = tour[k]
            _set_route(
                r, cut[r + 1] - cut[r], spare[0], seq, length, where, place, pre, suf, load,
                worth, kind, step, over, start, ending, serve, demand, limits, penalty,
            )  # fmt: skip
    for t in range(n):
        order[t] = t
    local_search(
        seq, length, where, place, pre, suf, load, worth, kind, near, changed, tested, order, n,
        mid, spare, state, step, over, start, ending, serve, demand, limits, penalty,
    )  # fmt: skip
    summed(tour, seq, length, worth, limits, n, total)
    return True


@njit(cache=True, nogil=True)
def summed(
    tour: NDArray[np.int32],
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    worth: NDArray[np.int64],
    limits: NDArray[np.int64],
    n: int,
    total: NDArray[np.int64],
) -> None:
    """Write the giant tour of a solution, and sum up its cost and excesses."""
    total[:] = 0
    at = 0
    for r in range(length.size):
        if length[r] == 0:
            continue
        total[0] += worth[r, 0] + limits[0, ROUTE_COST]
        total[1] += worth[r, 1]
        total[2] += max(np.int64(0), worth[r, 0] - limits[0, MOST_COST])
        total[3] += 1
        for k in range(length[r]):
            if seq[r, k] != n:
                tour[at] = seq[r, k]
                at += 1
