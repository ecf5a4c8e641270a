"""When each street of a route is served, compiled: hours, waits and the pause.

A vehicle that comes early waits, and who comes later never leaves earlier, so that the earliest
time at each mode of a task follows from the earliest times at the modes of the one before: a
shortest path with one label a mode, and another two once the pause is behind (time windows with
waiting; Desrochers, Lenstra and Savelsbergh 1990). Without windows and pause a route lasts what its
costs add up to.

A route with one more task is timed from that task on, and no farther than it takes: what is left to
drive and serve after a place, were there no wait, is kept with the times between which it is just
that (forward time slack; Savelsbergh 1992).

What a route is worth is how long it lasts and the goals: ``balance`` times the squared distance
from the target, in targets, and ``compactness`` times the root of the summed squared distances of
its tasks from their middle, times the root of their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version
from optimize.routing.arcs.kernels import (
    CAPACITY,
    HAS_VISITS,
    MOST_COST,
    ROUTE_COST,
    ZERO,
    place_visits,
    refresh,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = 1 << 50
"""A time that does not come."""
HOPELESS = 1e12
"""Worth of a route that comes too late somewhere."""
BALANCE, COMPACTNESS = 0, 1
EARLIEST, LATEST, LENGTH = 0, 1, 2
SINCE, UNTIL, CLOSED, LEFT_OVER = 0, 2, 4, 6
"""Columns of what is kept of the rest of a route, each for two modes."""


class Rows(NamedTuple):
    """Routes at hand, one a row, and what is kept of each.

    Parameters
    ----------
    seq, length, where, place, pre, suf, load, worth, kind
        As in `optimize.routing.arcs.kernels`; ``where`` is -1 for a task that is in no row.
    closed : bool[r]
        Rows that stay empty.
    reach : int64[r, k, 4]
        Earliest time at which each place is done with, in each mode: before the pause and after it.
        Of rows of a timed kind only.
    rest : int64[r, k, 8]
        Of the rest of a route for who is done with a place in each mode, of rows of a timed kind:
        from when to when it takes no longer than without waits (without windows: than that and the
        pause); when it is too late for it; how long it takes without waits.
    lasts : int64[r]
        How long each route lasts; `NEVER` where it comes too late somewhere.
    spread : float64[r, 4]
        Number of tasks, sums of their x, y and squares.
    value : float64[r]
        What each row is worth, penalties and goals included.
    """

    seq: NDArray[np.int32]
    length: NDArray[np.int32]
    where: NDArray[np.int32]
    place: NDArray[np.int32]
    pre: NDArray[np.int64]
    suf: NDArray[np.int64]
    load: NDArray[np.int64]
    worth: NDArray[np.int64]
    kind: NDArray[np.int64]
    closed: NDArray[np.bool_]
    reach: NDArray[np.int64]
    rest: NDArray[np.int64]
    lasts: NDArray[np.int64]
    spread: NDArray[np.float64]
    value: NDArray[np.float64]


class Costs(NamedTuple):
    """Arrays of a problem, as in `optimize.routing.arcs.kernels`, and the penalties."""

    step: NDArray[np.int32]
    over: NDArray[np.int32]
    start: NDArray[np.int32]
    ending: NDArray[np.int32]
    serve: NDArray[np.int32]
    demand: NDArray[np.int64]
    limits: NDArray[np.int64]
    penalty: NDArray[np.float64]


class Rules(NamedTuple):
    """What binds routes beside loads and lengths, and the goals.

    Parameters
    ----------
    timed, windowed : bool[c]
        Whether a kind has windows or a pause; whether it has windows.
    window : int64[c, n, 4]
        When the service of each task may begin; not read where a kind has no windows.
    pause : int64[c, 3]
        Earliest begin, latest begin (`NEVER` where there is no pause), length.
    held : bool[n]
        Tasks that stay where they are.
    goal : float64[2]
        Weights of balance and of compactness.
    target : float64[c]
        Length of a route that balance aims at.
    point : float64[n, 2]
        Where each task is.
    """

    timed: NDArray[np.bool_]
    windowed: NDArray[np.bool_]
    window: NDArray[np.int64]
    pause: NDArray[np.int64]
    held: NDArray[np.bool_]
    goal: NDArray[np.float64]
    target: NDArray[np.float64]
    point: NDArray[np.float64]


@one_version
@njit(cache=True, nogil=True)
def opened(at: int, c: int, e: int, rules: Rules) -> int:
    """Say when the service of a task begins for who comes at a time; `NEVER` if too late."""
    if at >= NEVER:
        return NEVER
    if not rules.windowed[c]:
        return at
    begin: int = NEVER
    if at <= rules.window[c, e, 1]:
        begin = max(at, rules.window[c, e, 0])
    elif at <= rules.window[c, e, 3]:
        begin = max(at, rules.window[c, e, 2])
    return begin


@one_version
@njit(cache=True, nogil=True)
def go_on(
    labels: NDArray[np.int64],
    c: int,
    last: int,
    e: int,
    visited: bool,  # noqa: FBT001
    costs: Costs,
    rules: Rules,
) -> None:
    """Bring labels from the end of task ``last`` (-1: the depot) to the end of task ``e``."""
    for part in range(0, 4, 2):
        w0 = labels[part]
        w1 = labels[part + 1]
        if last < 0:
            v0: int = NEVER if part else costs.start[c, e, 0]
            v1: int = NEVER if part else costs.start[c, e, 1]
        elif visited:
            v0 = min(w0 + costs.over[last, e, 0], w1 + costs.over[last, e, 2])
            v1 = min(w0 + costs.over[last, e, 1], w1 + costs.over[last, e, 3])
        else:
            v0 = min(w0 + costs.step[last, e, 0], w1 + costs.step[last, e, 2])
            v1 = min(w0 + costs.step[last, e, 1], w1 + costs.step[last, e, 3])
        labels[part] = min(NEVER, opened(v0, c, e, rules) + costs.serve[c, e, 0])
        labels[part + 1] = min(NEVER, opened(v1, c, e, rules) + costs.serve[c, e, 1])
    latest = rules.pause[c, LATEST]
    if latest < NEVER:
        for m in range(2):
            if labels[m] <= latest:
                done = max(labels[m], rules.pause[c, EARLIEST]) + rules.pause[c, LENGTH]
                labels[2 + m] = min(labels[2 + m], done)


@one_version
@njit(cache=True, nogil=True)
def ended(labels: NDArray[np.int64], c: int, last: int, costs: Costs, rules: Rules) -> int:
    """Say how long a route lasts whose last task is ``last``; `NEVER` if it cannot be."""
    home0 = np.int64(costs.ending[c, last, 0])
    home1 = np.int64(costs.ending[c, last, 1])
    whole: int = min(labels[0] + home0, labels[1] + home1)
    if whole > rules.pause[c, LATEST]:
        whole = min(labels[2] + home0, labels[3] + home1)
    return min(NEVER, whole)


@njit(cache=True, nogil=True)
def scheduled(r: int, labels: NDArray[np.int64], rows: Rows, costs: Costs, rules: Rules) -> None:
    """Compute when a route of a timed kind is at each place, and how long it lasts."""
    n = costs.demand.size
    c = rows.kind[r]
    labels[:2] = 0
    labels[2:] = NEVER
    last = -1
    visited = False
    for i in range(rows.length[r]):
        e = rows.seq[r, i]
        if e == n:
            visited = last >= 0
        else:
            go_on(labels, c, last, e, visited, costs, rules)
            last = e
            visited = False
        for k in range(4):
            rows.reach[r, i, k] = labels[k]
    rows.lasts[r] = ended(labels, c, last, costs, rules) if last >= 0 else ZERO
    rows.rest[r, 0, LEFT_OVER] = -1  # not known until a task is tried there


@njit(cache=True, nogil=True)
def look_back(r: int, rows: Rows, costs: Costs, rules: Rules) -> None:
    """Compute what is kept of the rest of a route of a timed kind at each place."""
    n = costs.demand.size
    c = rows.kind[r]
    windowed = rules.windowed[c]
    earliest = rules.pause[c, EARLIEST]
    latest = rules.pause[c, LATEST]
    most = min(costs.limits[c, MOST_COST], np.int64(NEVER - 1))
    after = -1  # place of the task after this one
    visited = False
    for k in range(rows.length[r] - 1, -1, -1):
        e = rows.seq[r, k]
        if e == n:
            visited = after >= 0
            continue
        rest = rows.rest[r, k]
        if after < 0:
            for m in range(2):
                home = np.int64(costs.ending[c, e, m])
                rest[SINCE + m] = ZERO if windowed else np.int64(NEVER)
                rest[UNTIL + m] = np.int64(NEVER) if windowed else np.int64(-1)
                rest[CLOSED + m] = most - home
                rest[LEFT_OVER + m] = home
            after = k
            visited = False
            continue
        behind = rows.rest[r, after]
        f = rows.seq[r, after]
        for m in range(2):
            rest[CLOSED + m] = -NEVER
            rest[LEFT_OVER + m] = NEVER
            best = 0
            way = ZERO
            for b in range(2):
                drive = np.int64(
                    costs.over[e, f, 2 * m + b] if visited else costs.step[e, f, 2 * m + b]
                )
                serve = costs.serve[c, f, b]
                over = drive + serve + behind[LEFT_OVER + b]
                if over < rest[LEFT_OVER + m]:
                    rest[LEFT_OVER + m] = over
                    best = b
                    way = drive
                begin = behind[CLOSED + b] - serve
                if windowed:
                    begin = last_begin(begin, c, f, rules)
                rest[CLOSED + m] = max(rest[CLOSED + m], begin - drive)
            serve = costs.serve[c, f, best]
            since = behind[SINCE + best]
            until = behind[UNTIL + best]
            if windowed:
                second = rows.reach[r, k, m] + way > rules.window[c, f, 1]
                second = second and rules.window[c, f, 3] >= 0
                w = 2 if second else 0
                since = max(rules.window[c, f, w] + serve, since)
                until = min(rules.window[c, f, w + 1] + serve, until)
            elif latest < NEVER:
                if since > until:
                    since = earliest
                    until = latest
                elif since <= latest + 1 and earliest <= until + 1:
                    since = min(since, earliest)
                    until = max(until, latest)
            rest[SINCE + m] = since - serve - way
            rest[UNTIL + m] = until - serve - way
        after = k
        visited = False
    rows.rest[r, 0, LEFT_OVER] = max(ZERO, rows.rest[r, 0, LEFT_OVER])


@njit(cache=True, nogil=True)
def last_begin(until: int, c: int, e: int, rules: Rules) -> int:
    """Say when to come to a task at the latest, to begin by a time; `-NEVER` if it cannot be."""
    come: int = -NEVER
    if rules.window[c, e, 3] >= 0 and until >= rules.window[c, e, 2]:
        come = min(until, rules.window[c, e, 3])
    elif until >= rules.window[c, e, 0]:
        come = min(until, rules.window[c, e, 1])
    return come


@njit(cache=True, nogil=True)
def foreseen(
    r: int, k: int, labels: NDArray[np.int64], limit: float, rows: Rows, rules: Rules
) -> int:
    """Say how long a route lasts from the labels at place k on, all after it as it was.

    `NEVER` where it cannot be, or is ``limit`` or more, or more than the most; -1 if one must look
    farther.
    """
    c = rows.kind[r]
    rest = rows.rest[r, k]
    reach = rows.reach[r, k]
    lasts: int = rows.lasts[r]
    l0, l1, l2, l3 = labels[0], labels[1], labels[2], labels[3]
    if l0 == reach[0] and l1 == reach[1] and l2 == reach[2] and l3 == reach[3]:
        return lasts
    s0 = rest[LEFT_OVER]
    s1 = rest[LEFT_OVER + 1]
    least: int = min(l0 + s0, l1 + s1)
    paused: int = min(l2 + s0, l3 + s1)
    early = least <= rules.pause[c, LATEST]
    rested: int = least + rules.pause[c, LENGTH]
    bound: int = least if early else min(rested, paused)
    if min(l0, l1) >= NEVER or bound >= limit:
        return NEVER
    if lasts >= limit and l0 >= reach[0] and l1 >= reach[1] and l2 >= reach[2] and l3 >= reach[3]:
        return NEVER  # who comes later is home no earlier
    if not rules.windowed[c]:
        if early or paused == bound:
            return bound
        for m in range(2):
            at = labels[m]
            if at + rest[LEFT_OVER + m] == least and rest[SINCE + m] <= at <= rest[UNTIL + m]:
                return rested
        return -1
    if min(l0, l2) > rest[CLOSED] and min(l1, l3) > rest[CLOSED + 1]:
        return NEVER
    for m in range(2):
        at = labels[m] if early else labels[2 + m]
        if at + rest[LEFT_OVER + m] == bound and rest[SINCE + m] <= at <= rest[UNTIL + m]:
            return bound
    return -1


@njit(cache=True, nogil=True)
def tried(
    r: int,
    i: int,
    t: int,
    limit: float,
    labels: NDArray[np.int64],
    rows: Rows,
    costs: Costs,
    rules: Rules,
) -> int:
    """Say how long the route lasts with task t put in at place i; `NEVER` if it cannot be.

    `NEVER`, too, where that is ``limit`` or more, or more than the most that it may last.

    The vehicle is emptied before or after t where `joined` takes that for granted.
    """
    n = costs.demand.size
    c = rows.kind[r]
    capacity = costs.limits[c, CAPACITY]
    empties = costs.limits[c, HAS_VISITS] > 0
    labels[:2] = 0
    labels[2:] = NEVER
    last = -1
    visited = False
    carried = ZERO
    if i > 0:
        for k in range(4):
            labels[k] = rows.reach[r, i - 1, k]
        carried = rows.load[r, i - 1, 0]
        k = i - 1
        while k >= 0 and rows.seq[r, k] == n:
            k -= 1
            visited = True
        if k >= 0:
            last = rows.seq[r, k]
    if empties and last >= 0 and not visited and carried + costs.demand[t] > capacity:
        visited = True
        carried = ZERO
    if i < rows.length[r] and rows.rest[r, 0, LEFT_OVER] < 0:
        look_back(r, rows, costs, rules)
    go_on(labels, c, last, t, visited, costs, rules)
    carried += costs.demand[t]
    last = t
    visited = i < rows.length[r] and empties and carried + rows.load[r, i, 2] > capacity
    for k in range(i, rows.length[r]):
        e = rows.seq[r, k]
        if e == n:
            visited = True
            continue
        go_on(labels, c, last, e, visited, costs, rules)
        lasts = foreseen(r, k, labels, limit, rows, rules)
        if lasts >= 0:
            return lasts
        last = e
        visited = False
    return ended(labels, c, last, costs, rules)


@one_version
@njit(cache=True, nogil=True)
def aimed(
    c: int, lasts: int, count: float, x: float, y: float, squares: float, rules: Rules
) -> float:
    """Give the length of a route and its goals."""
    value = float(lasts)
    if rules.goal[BALANCE] > 0.0:
        off = lasts - rules.target[c]
        value += rules.goal[BALANCE] * off * off / rules.target[c]
    if rules.goal[COMPACTNESS] > 0.0:
        value += rules.goal[COMPACTNESS] * np.sqrt(max(0.0, count * squares - x * x - y * y))
    return value


@njit(cache=True, nogil=True)
def valued(r: int, rows: Rows, costs: Costs, rules: Rules) -> float:
    """Penalised worth of a route as it stands."""
    if rows.length[r] == 0:
        return 0.0
    if rows.lasts[r] >= NEVER:
        return HOPELESS
    c = rows.kind[r]
    spread = rows.spread[r]
    value: float = (
        aimed(c, rows.lasts[r], spread[0], spread[1], spread[2], spread[3], rules)
        + costs.limits[c, ROUTE_COST]
        + costs.penalty[0] * rows.worth[r, 1]
        + costs.penalty[1] * max(ZERO, rows.lasts[r] - costs.limits[c, MOST_COST])
    )
    return value


@njit(cache=True, nogil=True)
def renew(r: int, labels: NDArray[np.int64], rows: Rows, costs: Costs, rules: Rules) -> None:
    """Compute all that a row keeps, its elements as they are."""
    refresh(
        r, rows.seq, rows.length, rows.where, rows.place, rows.pre, rows.suf, rows.load,
        rows.worth, rows.kind, costs.step, costs.over, costs.start, costs.ending, costs.serve,
        costs.demand, costs.limits,
    )  # fmt: skip
    if rules.timed[rows.kind[r]]:
        scheduled(r, labels, rows, costs, rules)
    else:
        rows.lasts[r] = rows.worth[r, 0]
    if rules.goal[COMPACTNESS] > 0.0:
        gathered(r, rows, costs, rules)
    rows.value[r] = valued(r, rows, costs, rules)


@one_version
@njit(cache=True, nogil=True)
def put(
    r: int,
    count: int,
    elements: NDArray[np.int32],
    labels: NDArray[np.int64],
    rows: Rows,
    costs: Costs,
    rules: Rules,
) -> None:
    """Put a new sequence into a row; its visits move where that is worth it."""
    c = rows.kind[r]
    for k in range(count):
        rows.seq[r, k] = elements[k]
    rows.length[r] = count
    renew(r, labels, rows, costs, rules)
    if costs.limits[c, HAS_VISITS] == 0:
        return
    before = rows.value[r]
    place_visits(
        c, r, rows.seq, rows.length, costs.step, costs.over, costs.start, costs.ending,
        costs.serve, costs.demand, costs.limits, costs.penalty,
    )  # fmt: skip
    renew(r, labels, rows, costs, rules)
    if rows.length[r] > 0 and rows.value[r] > before:
        for k in range(count):
            rows.seq[r, k] = elements[k]
        rows.length[r] = count
        renew(r, labels, rows, costs, rules)


@njit(cache=True, nogil=True)
def gathered(r: int, rows: Rows, costs: Costs, rules: Rules) -> None:
    """Sum up where the tasks of a row are."""
    rows.spread[r] = 0.0
    for k in range(rows.length[r]):
        e = rows.seq[r, k]
        if e < costs.demand.size:
            x = rules.point[e, 0]
            y = rules.point[e, 1]
            rows.spread[r, 0] += 1.0
            rows.spread[r, 1] += x
            rows.spread[r, 2] += y
            rows.spread[r, 3] += x * x + y * y
