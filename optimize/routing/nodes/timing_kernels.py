"""What a route of stops and facilities costs, and whether it keeps every limit, compiled.

Elements are stops (0 to n - 1), facilities (n + f), and after them the starts and ends of the
kinds. What a stretch of a route does to the clock is three numbers: who comes to it by ``late`` is
done at ``max(early, t + lasts)``. They compose, so that one pass forwards and one backwards try
every place of the lunch, and give the latest leaving at which the route is shortest (Savelsbergh
1992; Vidal, Crainic, Gendreau and Prins 2013). `optimize.routing.nodes.solution.timetable` says the
same of one route, and tests compare them.

Where facilities take in only so much an hour, the trucks of the other routes come first: a visit
waits for the next hour in which there is room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = 1 << 40
FAR = 1_000_000_000
HOPELESS = 1e15
"""Worth of a route that breaks a limit."""
OPEN, CLOSE, SERVICE, RELEASE, AMOUNT = range(5)
"""Columns of an element; what it loads from the last one on."""
(
    PROFILE, START, END, LEAVE, LEAVE_BY, HOME_BY, SHIFT, LUNCH, LUNCH_BY, LUNCH_S, MAX_STOPS,
    MAX_TRIPS, EMPTY_HOME, FIXED, COST_S, COST_M, CAPACITY,
) = range(17)  # fmt: skip
"""Columns of a kind; its capacity from the last one on, then the most load of a day."""
BALANCE, COMPACTNESS, TARGET, RELEASED = range(4)
"""Columns of the goals; the last says whether any stop is released after all trucks may leave."""
LEFT_AT, HOME_AT, LUNCH_AT, ON_ARRIVAL, LUNCH_BEGIN, DONE = range(6)
"""Numbers of when a route is under way."""
EARLY, LASTS, LATE, READY, BEGIN = range(5)
"""Rows of the times of a route."""
HOUR = 3600
LEAF: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
"""Options of kernels that allocate nothing: numba need not count references to the arrays that they
are handed."""


INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of those that only compiled functions call: code that unpacks what Python hands over
takes long to compile."""


class Town(NamedTuple):
    """Arrays of a problem. Few and wide ones: a compiled call hands over each of them.

    Parameters
    ----------
    drive, metres : int32[p, e, e]
        From element to element, by profile.
    over : int16[k, e, e]
        Facility on whose way it is cheapest from element to element, by kind; -1 for none.
    element : int64[e, 4 + d]
        Window, service, release and loads of stops; of facilities the first three.
    kind : int64[k, 16 + 2 d]
        See the columns above.
    able : bool[k + 1, n]
        Which stops each kind may serve; in the last row which of them stay in their route.
    intake : int64[f, h]
        Room of facilities by the hour; no rows where there is no limit.
    point : float64[n, 2]
        Where each stop is.
    goal : float64[4]
        Weights of balance and compactness, the length of a route that balance aims at, whether
        there are releases.
    """

    drive: NDArray[np.int32]
    metres: NDArray[np.int32]
    over: NDArray[np.int16]
    element: NDArray[np.int64]
    kind: NDArray[np.int64]
    able: NDArray[np.bool_]
    intake: NDArray[np.int64]
    point: NDArray[np.float64]
    goal: NDArray[np.float64]


class Clock(NamedTuple):
    """Room for the times of one route.

    Parameters
    ----------
    times : int64[5, w]
        What is done in so many elements, as a stretch; from when the truck may drive on after so
        many; when each element begins.
    under_way : int64[6]
        When the route leaves and is home; after how many elements its lunch is (-1: none), whether
        on arrival, when it begins; how many elements are done.
    tipped : int64[f, h]
        What all routes but this one tip in each hour.
    load : int64[2, d]
        Room for loads: of a trip and of the day.
    """

    times: NDArray[np.int64]
    under_way: NDArray[np.int64]
    tipped: NDArray[np.int64]
    load: NDArray[np.int64]


@njit(**LEAF, **INNER)
def loads_fit(seq: NDArray[np.int32], k: int, c: int, town: Town, clock: Clock) -> bool:
    """Whether a sequence keeps every limit of loads, stops and trips of its kind."""
    n = town.point.shape[0]
    d = town.element.shape[1] - AMOUNT
    load = clock.load
    load[:] = 0
    stops, trips, fresh = 0, 0, True
    for p in range(k):
        e = seq[p]
        if e >= n:
            load[0] = 0
            fresh = True
            continue
        if not town.able[c, e]:
            return False
        stops += 1
        if fresh:
            trips += 1
            fresh = False
        for m in range(d):
            load[0, m] += town.element[e, AMOUNT + m]
            load[1, m] += town.element[e, AMOUNT + m]
            if (
                load[0, m] > town.kind[c, CAPACITY + m]
                or load[1, m] > town.kind[c, CAPACITY + d + m]
            ):
                return False
    if town.kind[c, EMPTY_HOME] and not fresh:
        return False
    fits: bool = stops <= town.kind[c, MAX_STOPS] and trips <= town.kind[c, MAX_TRIPS]
    return fits


@njit(**LEAF, **INNER)
def _releases(seq: NDArray[np.int32], k: int, town: Town, clock: Clock) -> None:
    """Let each trip wait for the last release of its stops."""
    n = town.point.shape[0]
    ready = clock.times[READY]
    ready[: k + 1] = -NEVER
    if town.goal[RELEASED] == 0.0:
        return
    begun = 0
    for p in range(k):
        if seq[p] >= n:
            begun = p + 1
        else:
            ready[begun] = max(ready[begun], town.element[seq[p], RELEASE])


@njit(**LEAF)
def timed(seq: NDArray[np.int32], k: int, c: int, town: Town, clock: Clock) -> int:
    """Choose leaving and lunch so that a route is shortest; give its metres, -1 if it is too late.

    ``clock.under_way`` says when it is under way; where facilities take in only so much an hour,
    `delayed` must follow.
    """
    kind = town.kind[c]
    drive, metres = town.drive[kind[PROFILE]], town.metres[kind[PROFILE]]
    early, lasts, late = clock.times[EARLY], clock.times[LASTS], clock.times[LATE]
    ready = clock.times[READY]
    _releases(seq, k, town, clock)
    early[0], lasts[0], late[0] = -NEVER, 0, NEVER
    last: Any = kind[START]
    way_m: Any = np.int64(0)
    e1, d1, l1 = np.int64(-NEVER), np.int64(0), np.int64(NEVER)
    for p in range(k + 1):
        e = kind[END] if p == k else np.int64(seq[p])
        step = np.int64(drive[last, e])
        if step >= FAR:
            return -1
        way_m += metres[last, e]
        e1 = max(e1, ready[p]) + step
        d1 += step
        if p == k:
            break
        if e1 > town.element[e, CLOSE]:
            return -1
        l1 = min(l1, town.element[e, CLOSE] - d1)
        e1 = max(e1, town.element[e, OPEN]) + town.element[e, SERVICE]
        d1 += town.element[e, SERVICE]
        early[p + 1], lasts[p + 1], late[p + 1] = e1, d1, l1
        last = e
    first = max(kind[LEAVE], ready[0])
    # without a lunch: home before its latest begin, or left after it
    best_lasts, best_home, best_leave = np.int64(NEVER), np.int64(NEVER), np.int64(0)
    lunch, on_arrival = -1, 0
    by = kind[HOME_BY]
    until = kind[LUNCH_BY]
    for way in range(2 if until < NEVER else 1):
        limit = min(by, until) if way == 0 else by
        since = first if way == 0 else max(first, until + 1)
        latest = min(kind[LEAVE_BY], min(l1, limit - d1))
        if e1 > limit or latest < since:
            continue
        leave = min(max(e1 - d1, since), latest)
        home = max(e1, leave + d1)
        if (home - leave, home) < (best_lasts, best_home):
            best_lasts, best_home, best_leave = home - leave, home, leave
    if until < NEVER and best_lasts != d1:
        length = kind[LUNCH_S]
        latest = min(kind[LEAVE_BY], until)
        re, rd, rl = np.int64(-NEVER), np.int64(0), by  # the rest of the route
        for p in range(k, -1, -1):
            e = kind[END] if p == k else np.int64(seq[p])
            last = kind[START] if p == 0 else np.int64(seq[p - 1])
            step = np.int64(drive[last, e])
            if p < k:  # the service at p comes before the rest
                if town.element[e, OPEN] + town.element[e, SERVICE] > rl:
                    break
                re = max(re, town.element[e, OPEN] + town.element[e, SERVICE] + rd)
                rl = min(town.element[e, CLOSE], rl - town.element[e, SERVICE])
                rd += town.element[e, SERVICE]
                arrive = max(early[p], ready[p]) + step
                if arrive <= until:
                    noon = max(arrive, kind[LUNCH]) + length
                    if noon <= rl:
                        e2 = max(re, noon + rd)
                        d2 = lasts[p] + step + length + rd
                        by2 = min(late[p], min(until - lasts[p] - step, rl - d2 + rd))
                        leave = min(max(e2 - d2, first), min(latest, by2))
                        home = max(e2, leave + d2)
                        if leave >= first and (home - leave, home) < (best_lasts, best_home):
                            best_lasts, best_home, best_leave = home - leave, home, leave
                            lunch, on_arrival = p, 1
            # the wait and the way to p come before that
            if ready[p] + step > rl:
                break
            re = max(re, ready[p] + step + rd)
            rl -= step
            rd += step
            if p > 0 and early[p] <= until:
                noon = max(early[p], kind[LUNCH]) + length
                if noon <= rl:
                    e2 = max(re, noon + rd)
                    d2 = lasts[p] + length + rd
                    by2 = min(late[p], min(until - lasts[p], rl - d2 + rd))
                    leave = min(max(e2 - d2, first), min(latest, by2))
                    home = max(e2, leave + d2)
                    if leave >= first and (home - leave, home) < (best_lasts, best_home):
                        best_lasts, best_home, best_leave = home - leave, home, leave
                        lunch, on_arrival = p, 0
    if best_lasts >= NEVER or best_lasts > kind[SHIFT]:
        return -1
    under_way = clock.under_way
    under_way[LEFT_AT], under_way[HOME_AT] = best_leave, best_home
    under_way[LUNCH_AT], under_way[ON_ARRIVAL] = lunch, on_arrival
    driven: int = way_m
    return driven


@one_version
@njit(**LEAF)
def tip(
    seq: NDArray[np.int32],
    k: int,
    begin: NDArray[np.int64],
    sign: int,
    town: Town,
    tipped: NDArray[np.int64],
) -> None:
    """Add what a route tips by the hour, or take it off."""
    n = town.point.shape[0]
    load = np.int64(0)
    for p in range(k):
        if seq[p] < n:
            load += town.element[seq[p], AMOUNT]
        else:
            hour = begin[p] // HOUR
            if hour < town.intake.shape[1]:
                tipped[seq[p] - n, hour] += sign * load
            load = np.int64(0)


@njit(**LEAF, **INNER)
def delayed(seq: NDArray[np.int32], k: int, c: int, town: Town, clock: Clock) -> bool:
    """Drive a route that `timed` has timed; a visit waits until its facility has room.

    Says whether it still keeps every limit; ``clock.times[BEGIN]`` says when each element begins.
    """
    fits: bool = _driven(seq, k, c, town, clock)
    if town.intake.shape[0]:
        tip(seq, clock.under_way[DONE], clock.times[BEGIN], -1, town, clock.tipped)
    return fits


@njit(**LEAF, **INNER)
def _driven(seq: NDArray[np.int32], k: int, c: int, town: Town, clock: Clock) -> bool:
    """Drive a route; what it tips stays in the table, of the elements that are done."""
    n = town.point.shape[0]
    kind = town.kind[c]
    drive = town.drive[kind[PROFILE]]
    under_way = clock.under_way
    now = under_way[LEFT_AT]
    lunch = under_way[LUNCH_AT]
    under_way[DONE] = 0
    load = np.int64(0)
    last: Any = kind[START]
    for p in range(k + 1):
        e = kind[END] if p == k else np.int64(seq[p])
        for arrived in range(2):
            if arrived:
                now = max(now, clock.times[READY, p]) + drive[last, e]
            if p == lunch and arrived == under_way[ON_ARRIVAL]:
                now = max(now, kind[LUNCH])
                if now > kind[LUNCH_BY]:
                    return False
                under_way[LUNCH_BEGIN] = now
                now += kind[LUNCH_S]
        if p == k:
            break
        now = max(now, town.element[e, OPEN])
        if e < n:
            load += town.element[e, AMOUNT] if town.intake.shape[0] else 0
        elif town.intake.shape[0]:
            f = e - n
            hour = now // HOUR
            while (
                hour < town.intake.shape[1] and clock.tipped[f, hour] + load > town.intake[f, hour]
            ):
                hour += 1
                now = max(now, hour * HOUR)
            if hour < town.intake.shape[1]:
                clock.tipped[f, hour] += load
            load = np.int64(0)
        clock.times[BEGIN, p] = now
        under_way[DONE] = p + 1
        if now > town.element[e, CLOSE]:
            return False
        now += town.element[e, SERVICE]
        last = e
    under_way[HOME_AT] = now
    if lunch < 0 and under_way[LEFT_AT] <= kind[LUNCH_BY] < now:
        return False
    fits: bool = now <= kind[HOME_BY] and now - under_way[LEFT_AT] <= kind[SHIFT]
    return fits


@njit(**LEAF)
def aimed(cost: float, lasts: float, spread: NDArray[np.float64], town: Town) -> float:
    """Cost of a route with the goals; ``spread``: number of stops, sums of x, y and squares."""
    if town.goal[BALANCE] > 0.0:
        off = lasts - town.goal[TARGET]
        cost += town.goal[BALANCE] * off * off / town.goal[TARGET]
    if town.goal[COMPACTNESS] > 0.0 and spread[0] > 0.0:
        many = spread[0]
        squares = spread[3] - (spread[1] * spread[1] + spread[2] * spread[2]) / many
        cost += town.goal[COMPACTNESS] * np.sqrt(max(0.0, squares) * many) * (3.6 / 30.0)
    return cost


@njit(**LEAF)
def worth(
    seq: NDArray[np.int32],
    k: int,
    c: int,
    spread: NDArray[np.float64],
    town: Town,
    clock: Clock,
) -> float:
    """Say what a route costs with the goals; `HOPELESS` if it breaks a limit of time."""
    metres = timed(seq, k, c, town, clock)
    if metres < 0:
        return HOPELESS
    if town.intake.shape[0] and not delayed(seq, k, c, town, clock):
        return HOPELESS
    kind = town.kind[c]
    lasts = clock.under_way[HOME_AT] - clock.under_way[LEFT_AT]
    cost = float(kind[FIXED] + kind[COST_S] * lasts + kind[COST_M] * metres)
    value: float = aimed(cost, float(lasts), spread, town)
    return value


@njit(**LEAF)
def emptied_best(
    seq: NDArray[np.int32],
    k: int,
    c: int,
    out: NDArray[np.int32],
    price: NDArray[np.float64],
    came: NDArray[np.int32],
    town: Town,
    clock: Clock,
) -> int:
    """Put the facilities of a route where they cost least, its stops as they are.

    Writes the elements into ``out`` and gives their number; -1 where it cannot be done.
    """
    n = town.point.shape[0]
    d = town.element.shape[1] - AMOUNT
    kind = town.kind[c]
    drive, metres = town.drive[kind[PROFILE]], town.metres[kind[PROFILE]]
    m = 0
    for p in range(k):
        if seq[p] < n:
            out[m] = seq[p]
            m += 1
    if m == 0:
        return 0
    price[0] = 0.0
    price[1 : m + 1] = HOPELESS
    for j in range(m):  # a trip may begin with stop j
        if price[j] >= HOPELESS:
            continue
        inner = 0.0
        fits = True
        clock.load[0] = 0
        for i in range(j, m):  # and end with stop i
            a, b = np.int64(out[i]), np.int64(out[i])
            if i > j:
                a = np.int64(out[i - 1])
                inner += kind[COST_M] * metres[a, b] + kind[COST_S] * drive[a, b]
            for q in range(d):
                clock.load[0, q] += town.element[b, AMOUNT + q]
                fits = fits and clock.load[0, q] <= town.kind[c, CAPACITY + q]
            if not fits:
                break
            way = price[j] + inner
            at_end = i == m - 1
            if not at_end or kind[EMPTY_HOME]:
                a = b
                b = kind[END] if at_end else np.int64(out[i + 1])
                f = np.int64(town.over[c, a, b])
                if f < 0:
                    continue
                f += n
                way += kind[COST_M] * (metres[a, f] + metres[f, b])
                way += kind[COST_S] * (drive[a, f] + town.element[f, SERVICE] + drive[f, b])
                way += 1e-6 * (drive[a, f] + town.element[f, SERVICE] + drive[f, b])
            if way < price[i + 1]:
                price[i + 1] = way
                came[i + 1] = j
    if price[m] >= HOPELESS:
        return -1
    # mark the stops after which there is a visit, and write from the end
    visits = 0
    i = m
    while i > 0:
        if i < m or kind[EMPTY_HOME]:
            visits += 1
        i = came[i]
    total = m + visits
    if total > out.size:
        return -1
    w = total
    i = m
    while i > 0:
        if i < m or kind[EMPTY_HOME]:
            a = np.int64(out[i - 1])
            b = kind[END] if i == m else np.int64(out[w])
            w -= 1
            out[w] = town.over[c, a, b] + n
        j = came[i]
        for x in range(i - 1, j - 1, -1):
            w -= 1
            out[w] = out[x]
        i = j
    return total
