"""Collection routes at hand, one a row, and what is kept of each, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from optimize.routing.nodes.timing_kernels import (
    AMOUNT,
    BEGIN,
    CLOSE,
    EMPTY_HOME,
    END,
    HOME_BY,
    HOPELESS,
    INNER,
    LEAF,
    LEAVE,
    OPEN,
    PROFILE,
    READY,
    RELEASE,
    SERVICE,
    START,
    Clock,
    Town,
    emptied_best,
    loads_fit,
    tip,
    worth,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

DONE_AT, REACH_BY, BEGUN, CUT_AT, LOADS = range(5)
"""Columns of a place: when its element is done at the earliest and until when it must be reached,
lunches apart; when it begins; when it would be done if its trip ended there, without waiting for
what is released later; its load and its whole trip's from the last one on."""
LENGTH, KIND, CLOSED, STOPS, TRIPS, WORK, WAY, DAY = 0, 1, 2, 3, 4, 5, 6, 12
"""Columns of a row: elements, kind of truck, whether it stays empty, stops, trips, seconds of ways
and services, when it is under way (six columns), load of the day."""
VALUE, MANY, SUM_X, SUM_Y, SQUARES = range(5)
"""Columns of a row's worth: cost with the goals; number of stops, sums of their x, y, squares."""


class Rows(NamedTuple):
    """Routes at hand, one a row.

    Parameters
    ----------
    seq : int32[r, w]
        Elements of each row.
    place : int64[r, w, 4 + 2 d]
        Of each element, see the columns above.
    fact : int64[r, 12 + d]
        Of each row.
    value : float64[r, 5]
        Of each row.
    where : int32[n, 2]
        Row of each stop (-1: none) and its place there.
    """

    seq: NDArray[np.int32]
    place: NDArray[np.int64]
    fact: NDArray[np.int64]
    value: NDArray[np.float64]
    where: NDArray[np.int32]


class Work(NamedTuple):
    """Room for putting a row together.

    Parameters
    ----------
    line : int32[3, w]
        Rows that are tried; for each stop of a row the one that its trip begins with.
    price : float64[w]
        Room for putting facilities into a row.
    """

    line: NDArray[np.int32]
    price: NDArray[np.float64]


@njit(**LEAF, **INNER)
def spread_of(seq: NDArray[np.int32], k: int, town: Town, out: NDArray[np.float64]) -> None:
    """Sum up where the stops of a sequence are, into columns MANY to SQUARES."""
    n = town.point.shape[0]
    out[MANY:] = 0.0
    for p in range(k):
        if seq[p] < n:
            x, y = town.point[seq[p], 0], town.point[seq[p], 1]
            out[MANY] += 1.0
            out[SUM_X] += x
            out[SUM_Y] += y
            out[SQUARES] += x * x + y * y


@njit(**LEAF)
def put(r: int, k: int, elements: NDArray[np.int32], rows: Rows, town: Town, clock: Clock) -> bool:
    """Put a sequence into a row if it keeps every limit; its stops before are in no row then."""
    n = town.point.shape[0]
    d = town.element.shape[1] - AMOUNT
    fact, place = rows.fact[r], rows.place[r]
    c = fact[KIND]
    kind = town.kind[c]
    tips = town.intake.shape[0] > 0
    kept = rows.value[r, MANY], rows.value[r, SUM_X], rows.value[r, SUM_Y], rows.value[r, SQUARES]
    spread_of(elements, k, town, rows.value[r])
    if tips:
        tip(rows.seq[r], fact[LENGTH], place[:, BEGUN], -1, town, clock.tipped)
    value = 0.0
    if k > 0:
        value = HOPELESS
        if loads_fit(elements, k, c, town, clock):
            value = worth(elements, k, c, rows.value[r, MANY:], town, clock)
    if value >= HOPELESS:
        if tips:
            tip(rows.seq[r], fact[LENGTH], place[:, BEGUN], 1, town, clock.tipped)
        for q in range(4):
            rows.value[r, MANY + q] = kept[q]
        return False
    for p in range(fact[LENGTH]):
        e = rows.seq[r, p]
        if e < n and rows.where[e, 0] == r:
            rows.where[e, 0] = -1
    rows.value[r, VALUE] = value
    fact[LENGTH], fact[STOPS], fact[TRIPS] = k, 0, 0
    for q in range(6):
        fact[WAY + q] = clock.under_way[q]
    fact[DAY:] = 0
    drive = town.drive[kind[PROFILE]]
    now = max(kind[LEAVE], clock.times[READY, 0] if k else kind[LEAVE])
    work = np.int64(0)
    last = kind[START]
    fresh = True
    early, lasts, wait = np.int64(kind[LEAVE]), np.int64(0), np.int64(0)  # of a trip that is cut
    for p in range(k):
        e = np.int64(elements[p])
        if e < n:
            wait = max(wait, town.element[e, RELEASE])
        early = max(early + drive[last, e], town.element[e, OPEN]) + town.element[e, SERVICE]
        lasts += drive[last, e] + town.element[e, SERVICE]
        place[p, CUT_AT] = max(early, wait + lasts)
        rows.seq[r, p] = e
        work += drive[last, e] + town.element[e, SERVICE]
        now = max(now, clock.times[READY, p]) + drive[last, e]
        now = max(now, town.element[e, OPEN]) + town.element[e, SERVICE]
        place[p, DONE_AT] = now
        if e >= n:
            early, lasts, wait = now, np.int64(0), np.int64(0)
        if tips:
            place[p, BEGUN] = clock.times[BEGIN, p]
        if e < n:
            rows.where[e, 0] = r
            rows.where[e, 1] = p
            fact[STOPS] += 1
            fact[TRIPS] += fresh
        for q in range(d):
            load = np.int64(0)
            if e < n:
                load = town.element[e, AMOUNT + q]
                fact[DAY + q] += load
                if not fresh:
                    load += place[p - 1, LOADS + q]
            place[p, LOADS + q] = load
        fresh = e >= n
        last = e
    fact[WORK] = work + (drive[last, kind[END]] if k else 0)
    if tips:
        tip(rows.seq[r], k, place[:, BEGUN], 1, town, clock.tipped)
    until = kind[HOME_BY]
    follow = kind[END]
    for p in range(k - 1, -1, -1):
        e = np.int64(rows.seq[r, p])
        until -= drive[e, follow] + town.element[e, SERVICE]
        until = min(town.element[e, CLOSE], until)
        place[p, REACH_BY] = until
        ends = p == k - 1 or rows.seq[r, p + 1] >= n
        for q in range(d):
            if e >= n:
                whole = place[p - 1, LOADS + q] if p > 0 else np.int64(0)
            elif ends:
                whole = place[p, LOADS + q]
            else:
                whole = place[p + 1, LOADS + d + q]
            place[p, LOADS + d + q] = whole
        follow = e
    return True


@njit(**LEAF)
def copy_row(r: int, rows: Rows, to: Rows) -> None:
    """Copy what is kept of a row, but for where its stops are."""
    for p in range(rows.fact[r, LENGTH]):
        to.seq[r, p] = rows.seq[r, p]
        for q in range(rows.place.shape[2]):
            to.place[r, p, q] = rows.place[r, p, q]
    for q in range(rows.fact.shape[1]):
        to.fact[r, q] = rows.fact[r, q]
    for q in range(rows.value.shape[1]):
        to.value[r, q] = rows.value[r, q]


@njit(**LEAF, **INNER)
def settle(r: int, rows: Rows, town: Town, work: Work, clock: Clock) -> None:
    """Put the facilities of a row where they cost least, if that keeps every limit."""
    n = town.point.shape[0]
    k = rows.fact[r, LENGTH]
    visits = 0
    for p in range(k):
        visits += rows.seq[r, p] >= n
    if visits == 0:
        return
    old, new = work.line[0], work.line[1]
    m = emptied_best(rows.seq[r], k, rows.fact[r, KIND], new, work.price, work.line[2], town, clock)
    if m < 0:
        return
    same = m == k
    for p in range(k):
        old[p] = rows.seq[r, p]
        same = same and new[p] == old[p]
    if same:
        return
    before = rows.value[r, VALUE]
    for turn in range(2):  # back again where it is not cheaper
        line = new if turn == 0 else old
        done = put(r, m if turn == 0 else k, line, rows, town, clock)
        if not done or rows.value[r, VALUE] <= before + 1e-9:
            break


@njit(**LEAF, **INNER)
def cut_out(
    r: int, gone: NDArray[np.bool_], rows: Rows, town: Town, work: Work, clock: Clock
) -> bool:
    """Take marked stops out of a row, and visits that empty nothing; say whether that can be.

    The facilities of what is left are where they cost least, where that keeps every limit.
    """
    n = town.point.shape[0]
    k = rows.fact[r, LENGTH]
    line = work.line[0]
    m = 0
    for p in range(k):
        e = rows.seq[r, p]
        if e < n:
            if gone[e]:
                continue
        elif m == 0 or line[m - 1] >= n:
            continue
        line[m] = e
        m += 1
    if m and line[m - 1] >= n and not town.kind[rows.fact[r, KIND], EMPTY_HOME]:
        m -= 1
    done: bool = put(r, m, line, rows, town, clock)
    if done:
        settle(r, rows, town, work, clock)
    return done
