"""Taking strings of neighbouring tasks out of routes and putting them back, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science
54(2)) under simulated annealing, with the directions of streets chosen in every insertion. An
iteration touches a few routes whatever the number of tasks, so that it suits large problems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimize.routing.arcs.kernels import ROUTE_COST, below, joined, next_random, priced
from optimize.routing.arcs.search_kernels import _set_route

if TYPE_CHECKING:
    from numpy.typing import NDArray

REMOVED = 10.0
"""Mean number of tasks taken out."""
LONGEST = 10.0
"""Longest string."""
BLINK = 0.01
"""Share of places that an insertion passes over."""
INFEASIBLE = 1e8


@njit(cache=True, nogil=True)
def unit(state: NDArray[np.uint64]) -> float:
    """Draw a number from 0 to below 1."""
    drawn: float = float(next_random(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return drawn


@njit(cache=True, nogil=True)
def insert(
    t: int,
    blink: float,
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
    mid: NDArray[np.int32],
    spare: NDArray[np.int32],
    state: NDArray[np.uint64],
    touched: NDArray[np.bool_],
    saved: NDArray[np.int32],
    saved_length: NDArray[np.int32],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> bool:
    """Put a task where it costs least beside a near task, or alone; False where it fits nowhere."""
    best = np.inf
    best_r = -1
    best_i = 0
    mid[0, 0] = t
    empty = -1
    for r in range(length.size):
        if length[r] == 0:
            empty = r
            break
    for g in range(near.shape[1] + 1):
        if g == near.shape[1]:
            if empty < 0:
                break
            r = empty
            first, last = 0, 1
        else:
            v = near[t, g]
            if v < 0 or where[v] < 0:
                continue
            r = where[v]
            first, last = place[v], place[v] + 2
        now = priced(r, length, worth, kind, limits, penalty)
        for i in range(first, last):
            if blink > 0.0 and unit(state) < blink:
                continue
            price = joined(
                kind[r], r, i - 1, mid, 0, 1, r, i, seq, length, pre, suf, load, step, over, start,
                ending, serve, demand, limits, penalty,
            )  # fmt: skip
            if price - now < best:
                best = price - now
                best_r = r
                best_i = i
    if best_r < 0 or best > INFEASIBLE:
        return False
    r = best_r
    if not touched[r]:
        touched[r] = True
        saved_length[r] = length[r]
        for k in range(length[r]):
            saved[r, k] = seq[r, k]
    count = length[r]
    for k in range(best_i):
        spare[0, k] = seq[r, k]
    spare[0, best_i] = t
    for k in range(best_i, count):
        spare[0, k + 1] = seq[r, k]
    _set_route(
        r, count + 1, spare[0], seq, length, where, place, pre, suf, load, worth, kind, step, over,
        start, ending, serve, demand, limits, penalty,
    )  # fmt: skip
    return True


@njit(cache=True, nogil=True)
def ruin_and_recreate(
    iterations: int,
    hot: float,
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
    mid: NDArray[np.int32],
    spare: NDArray[np.int32],
    state: NDArray[np.uint64],
    touched: NDArray[np.bool_],
    saved: NDArray[np.int32],
    saved_length: NDArray[np.int32],
    best: NDArray[np.int32],
    best_length: NDArray[np.int32],
    costs: NDArray[np.int64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> None:
    """Do some iterations at one temperature.

    ``costs`` holds the cost at hand and the best one, both changed; ``best`` and ``best_length``
    the best routes.
    """
    n = demand.size
    routes = length.size
    out = np.empty(n, np.int64)
    key = np.empty(n)
    ruined = np.zeros(routes, np.bool_)
    listed = np.empty(routes, np.int64)
    for _ in range(iterations):
        driven = 0
        for r in range(routes):
            driven += length[r] > 0
        longest = min(LONGEST, n / max(1, driven))
        strings = 4.0 * REMOVED / (1.0 + longest) - 1.0
        wanted = int(unit(state) * max(1.0, strings) + 1.0)
        seed = below(state, n)
        gone = 0
        many = 0
        for g in range(-1, near.shape[1]):
            if many >= wanted:
                break
            c = seed if g < 0 else near[seed, g]
            if c < 0 or where[c] < 0 or ruined[where[c]]:
                continue
            r = where[c]
            count = length[r]
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
            low = max(0, place[c] - span + 1)
            high = min(place[c], count - span)
            begin = low + below(state, high - low + 1)
            hold = begin + (below(state, size + 1) if kept > 0 else span)
            if not touched[r]:
                touched[r] = True
                saved_length[r] = count
                for k in range(count):
                    saved[r, k] = seq[r, k]
            ruined[r] = True
            listed[many] = r
            many += 1
            at = 0
            for k in range(count):
                e = seq[r, k]
                inside = k >= begin and k < begin + span and not (hold <= k < hold + kept)
                if inside and e < n:
                    out[gone] = e
                    gone += 1
                    where[e] = -1
                else:
                    spare[0, at] = e
                    at += 1
            _set_route(
                r, at, spare[0], seq, length, where, place, pre, suf, load, worth, kind, step,
                over, start, ending, serve, demand, limits, penalty,
            )  # fmt: skip
        for k in range(many):
            ruined[listed[k]] = False
        rule = below(state, 11)
        for k in range(gone):
            e = out[k]
            away = float(min(start[0, e, 0], start[0, e, 1]))
            if rule < 4:
                key[k] = unit(state)
            elif rule < 8:
                key[k] = -float(demand[e])
            elif rule < 10:
                key[k] = -away
            else:
                key[k] = away
        order = np.argsort(key[:gone], kind="mergesort")
        whole = True
        for k in range(gone):
            if not insert(
                out[order[k]], BLINK, seq, length, where, place, pre, suf, load, worth, kind, near,
                mid, spare, state, touched, saved, saved_length, step, over, start,
                ending, serve, demand, limits, penalty,
            ):  # fmt: skip
                whole = False
                break
        total = np.int64(0)
        for r in range(routes):
            if length[r] > 0:
                total += worth[r, 0] + limits[kind[r], ROUTE_COST]
        accepted = whole and total < costs[0] - hot * np.log(max(1e-12, unit(state)))
        if accepted:
            costs[0] = total
            if total < costs[1]:
                costs[1] = total
                for r in range(routes):
                    best_length[r] = length[r]
                    for k in range(length[r]):
                        best[r, k] = seq[r, k]
        else:
            for k in range(gone):
                where[out[k]] = -1
        for r in range(routes):
            if touched[r]:
                touched[r] = False
                if not accepted:
                    for k in range(saved_length[r]):
                        spare[0, k] = saved[r, k]
                    _set_route(
                        r, saved_length[r], spare[0], seq, length, where, place, pre, suf, load,
                        worth, kind, step, over, start, ending, serve, demand, limits, penalty,
                    )  # fmt: skip
