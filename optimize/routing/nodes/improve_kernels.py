"""Taking strings of stops out of collection routes and putting them back, compiled.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science
54(2)) under simulated annealing. A stop may come back with a facility before or after it; where the
trucks of a route are emptied is chosen anew when its stops have changed. A place is priced by ways
and services first; only where that is less than the best place so far is the route timed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from optimize.routing.arcs.kernels import below, next_random
from optimize.routing.nodes.rows_kernels import (
    BEGUN,
    CLOSED,
    CUT_AT,
    DAY,
    DONE_AT,
    KIND,
    LENGTH,
    LOADS,
    MANY,
    REACH_BY,
    SQUARES,
    STOPS,
    SUM_X,
    SUM_Y,
    TRIPS,
    VALUE,
    WAY,
    WORK,
    Rows,
    Work,
    copy_row,
    cut_out,
    put,
    settle,
)
from optimize.routing.nodes.timing_kernels import (
    AMOUNT,
    BALANCE,
    CAPACITY,
    CLOSE,
    COMPACTNESS,
    COST_M,
    COST_S,
    EMPTY_HOME,
    END,
    FAR,
    FIXED,
    HOME_AT,
    HOME_BY,
    INNER,
    LEAF,
    LEAVE,
    LEFT_AT,
    MAX_STOPS,
    MAX_TRIPS,
    OPEN,
    PROFILE,
    RELEASE,
    RELEASED,
    SERVICE,
    SHIFT,
    START,
    Clock,
    Town,
    aimed,
    tip,
    worth,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

REMOVED = 10.0
"""Mean number of stops taken out."""
LONGEST = 10.0
"""Longest string."""
BLINK = 0.01
"""Share of places that an insertion passes over."""
RETRIED = 20
"""Most stops without a route that an iteration tries to put into one."""
EVERYWHERE = 0.02
"""Share of stops for which places are tried that are not beside near ones."""
MANY_STOPS = 1000
"""Above so many stops the first routes are built beside near stops, too."""
BEFORE, AFTER = 1, 2
"""Where a facility comes in with a stop."""
ROW, PLACE, FACILITY_WAY, FACILITY = range(4)
"""Numbers of the best place of a stop."""


class Room(NamedTuple):
    """What an iteration works with.

    Parameters
    ----------
    near : int32[n, g]
        Stops near each stop; all of them where every place is tried.
    places : int32[2, p]
        Room for the rows and places that are tried.
    state : uint64[1]
        Of the random numbers.
    touched : bool[r]
        Rows that an iteration has changed.
    left : int64[n + 1]
        Stops that are in no row; in the last place how many they are.
    miss : float64[2, n]
        Cost of leaving each stop out; room for sorting.
    found : int64[4]
        Best place of a stop: row, place, whether a facility comes in before or after, which one.
    """

    near: NDArray[np.int32]
    places: NDArray[np.int32]
    state: NDArray[np.uint64]
    touched: NDArray[np.bool_]
    left: NDArray[np.int64]
    miss: NDArray[np.float64]
    found: NDArray[np.int64]


@njit(**LEAF, **INNER)
def _unit(state: NDArray[np.uint64]) -> float:
    """Draw a number from 0 to below 1."""
    drawn: float = float(next_random(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return drawn


@njit(**LEAF, **INNER)
def _candidates(s: int, wide: bool, rows: Rows, town: Town, room: Room) -> int:  # noqa: FBT001
    """Write the rows and places where a stop may go, rows in a row; give their number."""
    n = town.point.shape[0]
    d = town.element.shape[1] - AMOUNT
    many = 0
    size = rows.fact.shape[0]
    for turn in range(2 * size):  # empty rows first: of two equal places theirs leaves more time
        r = turn % size
        c = rows.fact[r, KIND]
        k = rows.fact[r, LENGTH]
        if (k == 0) != (turn < size):
            continue
        if rows.fact[r, CLOSED] or not town.able[c, s]:
            continue
        if rows.fact[r, STOPS] >= town.kind[c, MAX_STOPS]:
            continue
        if k == 0:  # one of a kind is enough
            seen = False
            for o in range(r):
                other = rows.fact[o]
                seen = seen or (other[KIND] == c and not other[LENGTH] and not other[CLOSED])
            if seen:
                continue
        fits = True
        for q in range(d):
            day = rows.fact[r, DAY + q] + town.element[s, AMOUNT + q]
            fits = fits and day <= town.kind[c, CAPACITY + d + q]
        if not fits:
            continue
        for p in range(k + 1):
            if wide or p == 0 or p == k or rows.seq[r, p] >= n or rows.seq[r, p - 1] >= n:
                room.places[0, many] = r
                room.places[1, many] = p
                many += 1
    if not wide:
        for j in range(room.near.shape[1]):
            o = room.near[s, j]
            r = rows.where[o, 0]
            if r < 0 or rows.fact[r, CLOSED]:
                continue
            c = rows.fact[r, KIND]
            fits = town.able[c, s] and rows.fact[r, STOPS] < town.kind[c, MAX_STOPS]
            for q in range(d):
                day = rows.fact[r, DAY + q] + town.element[s, AMOUNT + q]
                fits = fits and day <= town.kind[c, CAPACITY + d + q]
            if fits:
                for side in range(2):
                    room.places[0, many] = r
                    room.places[1, many] = rows.where[o, 1] + side
                    many += 1
    return many


@njit(**LEAF, **INNER)
def _written(s: int, r: int, p: int, way: int, f: int, rows: Rows, line: NDArray[np.int32]) -> int:
    """Write a row with stop s before place p, and a facility before or after it."""
    k = rows.fact[r, LENGTH]
    for x in range(p):
        line[x] = rows.seq[r, x]
    m = p
    if way == BEFORE:
        line[m] = f
        m += 1
    line[m] = s
    m += 1
    if way == AFTER:
        line[m] = f
        m += 1
    for x in range(p, k):
        line[m + x - p] = rows.seq[r, x]
    total: int = m + k - p
    return total


@njit(cache=True, nogil=True, **INNER)
def _search(
    s: int,
    many: int,
    blink: float,
    rows: Rows,
    town: Town,
    room: Room,
    work: Work,
    clock: Clock,
) -> None:
    """Find the place among so many where a stop costs least, and less than leaving it out."""
    n = town.point.shape[0]
    d = town.element.shape[1] - AMOUNT
    aims = town.goal[BALANCE] > 0.0 or town.goal[COMPACTNESS] > 0.0
    tips = town.intake.shape[0] > 0
    best = room.miss[0, s]
    room.found[ROW] = -1
    spread = np.zeros(4)
    service = town.element[s, SERVICE]
    opens, closes = town.element[s, OPEN], town.element[s, CLOSE]
    for at in range(many):
        if blink > 0.0 and _unit(room.state) < blink:
            continue
        r: Any = np.int64(room.places[0, at])
        p: Any = np.int64(room.places[1, at])
        fact = rows.fact[r]
        c, k = fact[KIND], fact[LENGTH]
        kind = town.kind[c]
        drive, metres = town.drive[kind[PROFILE]], town.metres[kind[PROFILE]]
        before = kind[START] if p == 0 else np.int64(rows.seq[r, p - 1])
        after = kind[END] if p == k else np.int64(rows.seq[r, p])
        skipped_s, skipped_m = np.int64(0), np.int64(0)
        apart = float(kind[FIXED])
        if k:
            skipped_s, skipped_m = np.int64(drive[before, after]), np.int64(metres[before, after])
            apart = 0.0
        if not aims:  # a facility on the way makes no way shorter
            m0 = np.int64(metres[before, s]) + metres[s, after] - skipped_m
            s0 = np.int64(drive[before, s]) + drive[s, after] - skipped_s + service
            if apart + float(kind[COST_M] * m0 + kind[COST_S] * s0) >= best:
                continue
        now = kind[LEAVE] if p == 0 else rows.place[r, p - 1, DONE_AT]
        until = kind[HOME_BY] if p == k else rows.place[r, p, REACH_BY]
        now = max(now + drive[before, s], opens)
        now_cut = now  # where a facility cuts the trip in two
        if town.goal[RELEASED] > 0.0:
            release = town.element[s, RELEASE]
            now = max(now, release + drive[before, s] * (before >= n))  # its trip begins with it
            now_cut = now
            if before < n and after < n:  # who comes after it holds up the first half no more
                now_cut = rows.place[r, p - 1, CUT_AT] + drive[before, s]
                now_cut = max(now_cut, max(opens, release))
        if now_cut > closes:
            continue
        spare_s = kind[SHIFT] - fact[WORK] - service + skipped_s
        # does it fit into the trip, or into one of the halves that a facility makes of it?
        stop_before, stop_after = before < n, after < n
        fits, fits_first, fits_last = True, True, True
        for q in range(d):
            more = town.element[s, AMOUNT + q]
            whole, carried = np.int64(0), np.int64(0)
            if p < k:
                whole = rows.place[r, p, LOADS + d + q]
            elif stop_before:
                whole = rows.place[r, p - 1, LOADS + d + q]
            if stop_before:
                carried = rows.place[r, p - 1, LOADS + q]
            most = kind[CAPACITY + q]
            fits = fits and whole + more <= most
            fits_first = fits_first and carried + more <= most
            fits_last = fits_last and whole - carried + more <= most
        at_end = p == k and kind[EMPTY_HOME] != 0 and not stop_before
        more_trips = fact[TRIPS] < kind[MAX_TRIPS]
        balanced = 0.0
        if aims:
            x, y = town.point[s, 0], town.point[s, 1]
            spread[0] = rows.value[r, MANY] + 1.0
            spread[1] = rows.value[r, SUM_X] + x
            spread[2] = rows.value[r, SUM_Y] + y
            spread[3] = rows.value[r, SQUARES] + x * x + y * y
            balanced = float(fact[WAY + HOME_AT] - fact[WAY + LEFT_AT]) if k else 0.0
        for way in range(3):
            f: Any = np.int64(-1)
            if way == 0:
                if not fits or at_end or now > closes:
                    continue
                m0 = np.int64(metres[before, s]) + metres[s, after]
                s0 = np.int64(drive[before, s]) + drive[s, after]
                if now + service + drive[s, after] > until:
                    continue
            elif way == BEFORE:
                if not (stop_before and fits_last and more_trips):
                    continue
                f = np.int64(town.over[c, before, s])
                if f < 0:
                    continue
                f += n
                m0 = np.int64(metres[before, f]) + metres[f, s] + metres[s, after]
                s0 = np.int64(drive[before, f]) + drive[f, s] + drive[s, after]
                s0 += town.element[f, SERVICE]
                if now_cut + service + drive[s, after] > until:
                    continue
            else:
                if not (fits_first and (stop_after or at_end) and (more_trips or k == 0)):
                    continue
                f = np.int64(town.over[c, s, after])
                if f < 0:
                    continue
                f += n
                m0 = np.int64(metres[before, s]) + metres[s, f] + metres[f, after]
                s0 = np.int64(drive[before, s]) + drive[s, f] + drive[f, after]
                s0 += town.element[f, SERVICE]
                s1 = drive[s, f] + town.element[f, SERVICE] + drive[f, after]
                if now_cut + service + s1 > until:
                    continue
            if m0 >= FAR or s0 >= FAR or s0 > spare_s:
                continue
            extra_s = s0 - skipped_s + service
            price = apart + float(kind[COST_M] * (m0 - skipped_m) + kind[COST_S] * extra_s)
            if aims:
                price += aimed(0.0, balanced + extra_s, spread, town)
                if k:
                    price -= aimed(0.0, balanced, rows.value[r, MANY:], town)
            if price >= best:
                continue
            total = _written(s, r, p, way, f, rows, work.line[0])
            if tips:
                tip(rows.seq[r], k, rows.place[r, :, BEGUN], -1, town, clock.tipped)
            value = worth(work.line[0], total, c, spread, town, clock) - rows.value[r, VALUE]
            if tips:
                tip(rows.seq[r], k, rows.place[r, :, BEGUN], 1, town, clock.tipped)
            if value < best:
                best = value
                room.found[0], room.found[1], room.found[2], room.found[3] = r, p, way, f


@njit(cache=True, nogil=True, **INNER)
def _put_back(
    since: int,
    blink: float,
    rows: Rows,
    saved: Rows,
    town: Town,
    room: Room,
    work: Work,
    clock: Clock,
) -> None:
    """Put stops that are left into rows, in their order, each where it costs least."""
    n = town.point.shape[0]
    still = since
    all_near = room.near.shape[1] >= n - 1
    for j in range(since, room.left[n]):
        s = room.left[j]
        wide = all_near or _unit(room.state) < (
            EVERYWHERE if blink > 0.0 or n > MANY_STOPS else 1.0
        )
        many = _candidates(s, wide, rows, town, room)
        _search(s, many, blink, rows, town, room, work, clock)
        placed = False
        if room.found[ROW] >= 0:
            r = room.found[ROW]
            if not room.touched[r]:
                room.touched[r] = True
                copy_row(r, rows, saved)
            total = _written(s, r, room.found[1], room.found[2], room.found[3], rows, work.line[0])
            placed = put(r, total, work.line[0], rows, town, clock)
        if not placed:
            room.left[still] = s
            still += 1
    room.left[n] = still


@njit(**LEAF, **INNER)
def _bring_back(rows: Rows, saved: Rows, town: Town, room: Room, clock: Clock) -> None:
    """Put back what was in the rows that an iteration has changed."""
    n = town.point.shape[0]
    tips = town.intake.shape[0] > 0
    for turn in range(2):
        for r in range(rows.fact.shape[0]):
            if not room.touched[r]:
                continue
            if turn == 1:
                copy_row(r, saved, rows)
            k = rows.fact[r, LENGTH]
            if tips:
                sign = 1 if turn == 1 else -1
                tip(rows.seq[r], k, rows.place[r, :, BEGUN], sign, town, clock.tipped)
            for p in range(k):
                e = rows.seq[r, p]
                if e < n:
                    rows.where[e, 0] = r if turn == 1 else -1
                    rows.where[e, 1] = p


@njit(**LEAF, **INNER)
def _ruin(
    gone: NDArray[np.bool_],
    rows: Rows,
    saved: Rows,
    town: Town,
    room: Room,
    work: Work,
    clock: Clock,
) -> None:
    """Take strings of stops out of some neighbouring trips; they join those that are left."""
    n = town.point.shape[0]
    held = town.able[town.able.shape[0] - 1]
    trips, served = 0, 0
    for row in range(rows.fact.shape[0]):
        trips += rows.fact[row, TRIPS]
        served += rows.fact[row, STOPS]
    if served == 0:
        return
    longest = min(LONGEST, served / trips)
    many = int(_unit(room.state) * (4.0 * REMOVED / (1.0 + longest) - 1.0) + 1.0)
    seed = below(room.state, n)
    done = 0
    for j in range(-1, room.near.shape[1]):
        if done >= many:
            break
        o = np.int64(seed) if j < 0 else np.int64(room.near[seed, j])
        r: Any = np.int64(rows.where[o, 0])
        if r < 0 or held[o]:
            continue
        # the trip that o is on
        at = np.int64(rows.where[o, 1])
        begin: Any = at
        while begin > 0 and rows.seq[r, begin - 1] < n:
            begin -= 1
        end: Any = begin
        whole = True
        while end < rows.fact[r, LENGTH] and rows.seq[r, end] < n:
            whole = whole and not gone[rows.seq[r, end]]
            end += 1
        if not whole:
            continue
        # a string of `size` stops around o, of which some in the middle may stay
        stops = end - begin
        size = min(int(_unit(room.state) * min(longest, float(stops)) + 1.0), stops)
        kept = 0
        if size > 1 and _unit(room.state) < 0.5:
            while kept < size and size + kept < stops and _unit(room.state) > 0.01:
                kept += 1
        middle = 1 + below(room.state, size - 1) if kept else size
        p: Any = max(begin, at - below(room.state, size + kept))
        p = min(p, end - size - kept)
        for count in range(size + kept):
            e = rows.seq[r, p + count]
            if (count < middle or count >= middle + kept) and not held[e]:
                gone[e] = True
        if not room.touched[r]:
            room.touched[r] = True
            copy_row(r, rows, saved)
        done += 1
    for row in range(rows.fact.shape[0]):
        if not room.touched[row]:
            continue
        out = cut_out(row, gone, rows, town, work, clock)
        for q in range(saved.fact[row, LENGTH]):
            e = saved.seq[row, q]
            if e < n and gone[e]:
                gone[e] = False
                if out:
                    room.left[room.left[n]] = e
                    room.left[n] += 1


@njit(**LEAF, **INNER)
def _sort_left(since: int, rows: Rows, town: Town, room: Room) -> None:
    """Put stops that are in no row into one of several orders, by chance."""
    n = town.point.shape[0]
    left = room.left[since : room.left[n]]
    keys = room.miss[1, : left.size]
    choice = below(room.state, 14)
    kind = town.kind[rows.fact[0, KIND]]
    ways = town.drive[kind[PROFILE], kind[START]]
    for j in range(left.size):
        s = left[j]
        stop = town.element[s]
        key = _unit(room.state)
        if 4 <= choice < 7:
            key = -float(stop[AMOUNT]) + 1e-3 * key
        elif 7 <= choice < 9:
            key = -float(ways[s])
        elif choice == 9:
            key = float(ways[s])
        elif choice == 10:
            key = float(stop[CLOSE] - stop[OPEN])
        elif choice == 11:
            key = float(stop[CLOSE])
        elif choice == 12:
            key = -float(stop[OPEN])
        elif choice == 13:
            key = -float(stop[RELEASE])
        keys[j] = key
    for j in range(1, left.size):  # few: by insertion
        s, key = left[j], keys[j]
        i = j - 1
        while i >= 0 and keys[i] > key:
            left[i + 1], keys[i + 1] = left[i], keys[i]
            i -= 1
        left[i + 1], keys[i + 1] = s, key


@njit(cache=True, nogil=True)
def total_of(rows: Rows, town: Town, room: Room) -> float:
    """Say what all rows cost with the goals, and what leaving stops out costs."""
    n = town.point.shape[0]
    total = 0.0
    for r in range(rows.fact.shape[0]):
        if rows.fact[r, LENGTH]:
            total += rows.value[r, VALUE]
    for j in range(room.left[n]):
        total += room.miss[0, room.left[j]]
    return total


@njit(cache=True, nogil=True)
def improve(
    many: int,
    hot: float,
    cold: float,
    rows: Rows,
    saved: Rows,
    best: Rows,
    town: Town,
    room: Room,
    work: Work,
    clock: Clock,
    totals: NDArray[np.float64],
) -> None:
    """Ruin and recreate so often, from one temperature to another.

    ``many`` 0 puts the stops that are left into rows, in their order, each where it costs least.
    ``totals``: of the rows at hand, of the best; ``best`` has the best rows.
    """
    n = town.point.shape[0]
    gone = np.zeros(n, np.bool_)
    left_before = np.zeros(n + 1, np.int64)
    for turn in range(max(1, many)):
        heat = hot * (cold / hot) ** (turn / max(1, many))
        room.touched[:] = False
        many_before: Any = room.left[n]
        since: Any = np.int64(0)
        if many:
            for j in range(many_before):
                left_before[j] = room.left[j]
            _ruin(gone, rows, saved, town, room, work, clock)
            # of those that were left before only some are tried
            since = max(np.int64(0), many_before - RETRIED)
            for j in range(many_before - 1, since - 1, -1):
                o = below(room.state, j + 1)
                room.left[j], room.left[o] = room.left[o], room.left[j]
            _sort_left(since, rows, town, room)
        blink = BLINK if many else 0.0
        _put_back(since, blink, rows, saved, town, room, work, clock)
        for r in range(rows.fact.shape[0]):
            if room.touched[r]:
                settle(r, rows, town, work, clock)
        total = total_of(rows, town, room)
        limit = totals[0] - heat * np.log(max(1e-300, _unit(room.state)))
        if many == 0 or total < limit:
            totals[0] = total
            if many == 0 or total < totals[1] - 1e-6:
                totals[1] = total
                for r in range(rows.fact.shape[0]):
                    copy_row(r, rows, best)
        else:
            _bring_back(rows, saved, town, room, clock)
            room.left[n] = many_before
            for j in range(many_before):
                room.left[j] = left_before[j]
