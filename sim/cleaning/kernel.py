"""The rules of `sim.cleaning.model`, compiled: vehicles event by event, streets hour by hour.

A vehicle (an event's stamp) has one event to come at most. What it does between two events touches
nothing that others see, so a drive and the sweep after it are one event, at the end of the sweep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from sim.cleaning.layout import (
    BAYS,
    CARRIED_ON,
    DAY,
    DEPOT,
    DUMPS,
    EARLIEST,
    EDGE,
    EDGES,
    EDGES_END,
    END,
    FIRST,
    FLUSHED,
    GROWN,
    HOPPER,
    HOUR_MS,
    KIND,
    LEAVE,
    LENGTH,
    LENGTH_MS,
    LIMIT,
    LYING,
    PARKED,
    PARKED_CARS,
    PPM,
    R_DIVERTED,
    R_METRES,
    R_OUTCOME,
    R_REMOVED,
    R_REPAIR,
    R_WAIT,
    RATE,
    REMOVES,
    ROUTES,
    ROUTES_END,
    START,
    SWEEP_MS,
    SWEPT,
    TANK,
    TARGET,
    UP,
    UP_TIME,
    WATER,
    WATER_NEED,
    World,
)
from sim.cleaning.log import DONE, LATE, MISSED, PASSED
from sim.cleaning.plan import BREAK, DRIVE, DUMP, REFILL, SWEEP
from sim.cleaning.state import (
    ARRIVES,
    AT_PIECE,
    AT_SITE,
    BEGAN,
    BUSY,
    CAME,
    CUR,
    DIRECT,
    DIVERTED,
    DOES,
    EMPTIES,
    ENDED,
    FILLS,
    FINISHED,
    GOES_ON,
    HEAD,
    HOMING,
    HOUR,
    IN_LINE,
    IN_TANK,
    LAST_MS,
    LEAVES,
    LOAD,
    NEXT,
    OLDEST,
    OWN,
    PHASE,
    ROWS,
    SERVED,
    SITE,
    STARTED,
    STEP,
    STOOD,
    SWEPT_UP,
    UP_LEFT,
    UP_ROW,
    WAITED,
    WAITING,
    State,
)
from sim.cleaning.step_kernels import (
    draw,
    next_sweep,
    stands,
    take_bay,
    turn_hour,
    write,
)
from sim.events import EventList, next_time, pop, push, size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEEK_H = 168


@njit(cache=True, nogil=True)
def begin(world: World, state: State, events: EventList) -> None:
    """Put every vehicle and every street where it is at time 0.

    Parameters
    ----------
    world, state, events
        What is given; what changes, all 0; an empty list.
    """
    for q in range(world.piece.shape[1]):
        state.streets[LYING, q] = world.piece[START, q]
        state.streets[CARRIED_ON, q] = -1
    vehicles = world.vehicle.shape[0]
    for r in range(world.route.shape[0]):
        state.out[r, NEXT] = world.route[r, FIRST]
    for v in range(vehicles):
        me = state.unit[v]
        me[OWN] = me[OLDEST] = world.vehicle[v, ROUTES]
        me[IN_TANK] = max(0, world.vehicle[v, TANK])
        me[UP_ROW] = world.vehicle[v, UP]
        me[UP_LEFT] = world.up[me[UP_ROW], draw(world.streams, UP_TIME, v, 0, 12)]
        me[PHASE] = LEAVES
        if me[OWN] < world.vehicle[v, ROUTES_END]:
            leaves = world.route[me[OWN], LEAVE]
            push(events, float(leaves * 2 * vehicles + vehicles + v), LEAVES, 0, v)


@njit(cache=True, nogil=True)
def run(
    world: World,
    state: State,
    events: EventList,
    rows: NDArray[np.int64],
    spare: int,
    until_hour: int,
) -> None:
    """Go on until an hour, or the rows are full, or all is done.

    Parameters
    ----------
    world, state, events
        What is given, what changes, and what is to come.
    rows : int64[any, 15]
        Rows of the Log, filled up to ``state.clock[ROWS]``.
    spare
        Rows that one event may write.
    until_hour
        Hour at which the slice ends.
    """
    piece, growth, step, leg_edge = world.piece, world.growth, world.step, world.leg_edge
    route, vehicle, site, opens = world.route, world.vehicle, world.site, world.opens
    serve, up, repair, streams = world.serve, world.up, world.repair, world.streams
    edge_ms, edge_mm, period = world.edge_ms, world.edge_mm, world.period
    to_ms, to_mm, from_ms, from_mm = world.to_ms, world.to_mm, world.from_ms, world.from_mm
    between_ms, between_mm, parked = world.between_ms, world.between_mm, world.parked
    first_hour, spread, carry = world.first_hour, world.spread, world.carry
    streets, unit, sites, line = state.streets, state.unit, state.sites, state.line
    out, clock = state.out, state.clock
    n = vehicle.shape[0]
    while True:
        at_ms = -1
        if size(events) > 0:
            at_ms = int(next_time(events)) // (2 * n)
        elif clock[IN_LINE] == 0 and clock[HOUR] > world.hours:
            break
        if at_ms < 0 or clock[HOUR] * HOUR_MS <= at_ms:
            if clock[HOUR] >= until_hour:
                return
            hour = clock[HOUR]
            clock[HOUR] += 1
            clock[LAST_MS] = hour * HOUR_MS
            turn_hour(piece, growth, world.washes, streets, state.clean_mm, state.dirt_mg, hour)
            for f in range(site.shape[0]):
                if opens[f, (first_hour + hour) % WEEK_H] > 0:
                    continue
                while sites[f, WAITING] > 0 and sites[f, BUSY] < site[f, BAYS]:
                    who = line[f, sites[f, HEAD]]
                    sites[f, HEAD] = (sites[f, HEAD] + 1) % n
                    sites[f, WAITING] -= 1
                    clock[IN_LINE] -= 1
                    take_bay(serve, streams, unit[who], sites[f], events, who, hour * HOUR_MS, n)
            continue
        if clock[ROWS] + spare > rows.shape[0]:
            return
        _, _, _, v = pop(events)
        now = at_ms
        clock[LAST_MS] = now
        me = unit[v]
        phase = me[PHASE]
        hour = now // HOUR_MS
        week_h = (first_hour + hour) % WEEK_H

        if phase == ARRIVES:
            f = me[SITE]
            if opens[f, week_h] == 0 and sites[f, BUSY] < site[f, BAYS]:
                take_bay(serve, streams, me, sites[f], events, v, now, n)
            else:
                line[f, (sites[f, HEAD] + sites[f, WAITING]) % n] = v
                sites[f, WAITING] += 1
                clock[IN_LINE] += 1
            continue

        if phase == SERVED:
            f = me[SITE]
            sites[f, BUSY] -= 1
            if sites[f, WAITING] > 0 and opens[f, week_h] == 0:
                who = line[f, sites[f, HEAD]]
                sites[f, HEAD] = (sites[f, HEAD] + 1) % n
                sites[f, WAITING] -= 1
                clock[IN_LINE] -= 1
                take_bay(serve, streams, unit[who], sites[f], events, who, now, n)
            dumped = 0
            if me[DOES] & EMPTIES:
                dumped = me[LOAD]
                me[LOAD] = 0
            if me[DOES] & FILLS:
                me[IN_TANK] = vehicle[v, TANK]
            kind = DUMP if me[DOES] & EMPTIES else REFILL
            j = -1 if me[DIVERTED] else me[STEP]
            row = write(rows, clock, me, v, j, kind, f, me[CAME], now)
            row[R_WAIT] = me[WAITED]
            row[R_REMOVED] = dumped
            row[R_DIVERTED] = me[DIVERTED]
            me[AT_SITE] = f
            if me[DIVERTED] == 0:
                me[STEP] += 1
            me[DIRECT] = me[DIVERTED]
            me[DIVERTED] = 0

        elif phase == SWEPT_UP:
            j = me[STEP]
            q = step[j, TARGET]
            since = now - (clock[HOUR] - 1) * HOUR_MS
            lying = streets[LYING, q] + streets[RATE, q] * since // HOUR_MS
            started = me[STARTED] // HOUR_MS
            mean = parked[piece[PARKED, q], (first_hour + started) % WEEK_H]
            half = min(mean, PPM - mean) * spread // PPM
            luck = draw(streams, PARKED_CARS, q, started, 20)
            blocked = mean - half + ((2 * half + 1) * luck >> 20)
            take = lying * (step[j, REMOVES] * (PPM - blocked) // PPM) // PPM
            if vehicle[v, HOPPER] >= 0:
                take = min(take, vehicle[v, HOPPER] - me[LOAD])
                me[LOAD] += take
                streets[SWEPT, q] += take
            else:
                streets[FLUSHED, q] += take
            streets[LYING, q] -= take
            me[IN_TANK] -= step[j, WATER_NEED]
            row = write(rows, clock, me, v, j, SWEEP, q, me[CAME], now)
            row[R_WAIT] = me[WAITED]
            row[R_REPAIR] = me[STOOD]
            row[R_METRES] = piece[LENGTH, q]
            row[R_REMOVED] = take
            row[R_OUTCOME] = DONE
            if me[CUR] != me[OWN]:
                row[R_OUTCOME] = LATE
                streets[CARRIED_ON, q] = route[me[OWN], DAY]
            me[AT_SITE] = -1
            me[AT_PIECE] = q
            me[STEP] += 1
            me[DIRECT] = 0

        elif phase == LEAVES:
            own = me[OWN]
            out[own, BEGAN] = now
            me[AT_SITE] = vehicle[v, DEPOT]
            me[HOMING] = 0
            me[CUR] = own
            me[STEP] = route[own, FIRST]
            me[DIRECT] = 0
            if carry:
                c = me[OLDEST]
                while c < own and next_sweep(step, out[c, NEXT], route[c, END]) == route[c, END]:
                    c += 1
                me[OLDEST] = c
                if c < own:
                    me[CUR] = c
                    me[STEP] = next_sweep(step, out[c, NEXT], route[c, END])
                    me[DIRECT] = 1

        # What next?
        cur, own, depot = me[CUR], me[OWN], vehicle[v, DEPOT]
        late = cur != own
        if me[STEP] == route[cur, END] and late:  # made up for: go on to the next
            out[cur, NEXT] = route[cur, END]
            cur += 1
            while (
                cur < own and next_sweep(step, out[cur, NEXT], route[cur, END]) == route[cur, END]
            ):
                cur += 1
            late = cur != own
            me[CUR] = cur
            me[AT_SITE] = depot
            me[STEP] = route[own, FIRST]
            if late:
                me[STEP] = next_sweep(step, out[cur, NEXT], route[cur, END])
                me[DIRECT] = 1
        s, end = me[STEP], route[cur, END]
        if s == end:  # home
            out[own, ENDED] = now
            if me[HOMING] == 0:
                out[own, NEXT] = end
            if own + 1 < vehicle[v, ROUTES_END]:
                me[OWN] = own + 1
                me[PHASE] = LEAVES
                leaves = max(now, route[own + 1, LEAVE])
                push(events, float(leaves * 2 * n + n + v), LEAVES, 0, v)
            continue
        j = s
        while j < end and step[j, KIND] == DRIVE:
            j += 1
        kind = step[j, KIND] if j < end else -1
        k = period[week_h]

        if j < end:
            if me[AT_SITE] >= 0:
                way, mm = between_ms[k, me[AT_SITE], depot], between_mm[me[AT_SITE], depot]
            else:
                way, mm = to_ms[k, me[AT_PIECE], depot], to_mm[me[AT_PIECE], depot]
            if now + way > route[own, LIMIT]:  # drop the rest
                out[cur, NEXT] = s
                missed = s
                if late:
                    missed = route[own, FIRST]
                for i in range(missed, route[own, END]):
                    if step[i, KIND] == SWEEP:
                        row = write(rows, clock, me, v, i, SWEEP, step[i, TARGET], now, now)
                        row[R_OUTCOME] = MISSED
                stood = stands(up, repair, streams, me, v, way)
                row = write(rows, clock, me, v, -1, DRIVE, depot, now, now + way + stood)
                row[R_REPAIR] = stood
                row[R_METRES] = mm
                me[HOMING] = 1
                me[CUR] = own
                me[STEP] = route[own, END]
                me[AT_SITE] = depot
                me[PHASE] = GOES_ON
                push(events, float((now + way + stood) * 2 * n + n + v), GOES_ON, 0, v)
                continue

        passes = False
        if kind == SWEEP:
            q = step[j, TARGET]
            passes = streets[CARRIED_ON, q] == route[own, DAY]
            full = False
            if vehicle[v, HOPPER] >= 0 and me[LOAD] > 0:
                since = now - (clock[HOUR] - 1) * HOUR_MS
                lying = streets[LYING, q] + streets[RATE, q] * since // HOUR_MS
                full = me[LOAD] + lying * step[j, REMOVES] // PPM > vehicle[v, HOPPER]
            if not passes and (full or me[IN_TANK] < step[j, WATER_NEED]):
                best, least, best_ms = -1, 0, 0
                for f in range(site.shape[0]):
                    if site[f, DUMPS if full else WATER] == 0:
                        continue
                    if me[AT_SITE] >= 0:
                        way = between_ms[k, me[AT_SITE], f]
                    else:
                        way = to_ms[k, me[AT_PIECE], f]
                    there = now + way
                    then = opens[f, (first_hour + there // HOUR_MS) % WEEK_H]
                    costs = way + from_ms[k, f, q]
                    if then > 0:
                        costs += (there // HOUR_MS + then) * HOUR_MS - there
                    if best < 0 or costs < least:
                        best, least, best_ms = f, costs, way
                stood = stands(up, repair, streams, me, v, best_ms)
                came = now + best_ms + stood
                row = write(rows, clock, me, v, -1, DRIVE, best, now, came)
                row[R_REPAIR] = stood
                row[R_DIVERTED] = 1
                row[R_METRES] = to_mm[me[AT_PIECE], best]
                if me[AT_SITE] >= 0:
                    row[R_METRES] = between_mm[me[AT_SITE], best]
                me[DOES] = 0
                if site[best, DUMPS] and me[LOAD] > 0:
                    me[DOES] |= EMPTIES
                if site[best, WATER] and me[IN_TANK] < vehicle[v, TANK]:
                    me[DOES] |= FILLS
                me[STEP] = j
                me[SITE] = best
                me[CAME] = came
                me[DIVERTED] = 1
                me[PHASE] = ARRIVES
                push(events, float(came * 2 * n + n + v), ARRIVES, 0, v)
                continue

        t = now
        if me[DIRECT]:
            q = step[j, TARGET]
            way = from_ms[k, me[AT_SITE], q]
            stood = stands(up, repair, streams, me, v, way)
            t += way + stood
            row = write(rows, clock, me, v, -1, DRIVE, -1, now, t)
            row[R_REPAIR] = stood
            row[R_METRES] = from_mm[me[AT_SITE], q]
            row[R_DIVERTED] = 1
        else:
            for i in range(s, j):
                came = t
                mm = 0
                stood = 0
                for at in range(step[i, EDGES], step[i, EDGES_END]):
                    e = leg_edge[at]
                    ms = edge_ms[period[(first_hour + t // HOUR_MS) % WEEK_H], e]
                    mm += edge_mm[e]
                    if ms >= me[UP_LEFT]:
                        broken = stands(up, repair, streams, me, v, ms)
                        stood += broken
                        t += ms + broken
                    else:
                        me[UP_LEFT] -= ms
                        t += ms
                row = write(rows, clock, me, v, i, DRIVE, -1, came, t)
                row[R_REPAIR] = stood
                row[R_METRES] = mm
        me[STEP] = j
        me[CAME] = t
        starts = t
        if j < end and not late:
            starts = max(t, route[own, LEAVE] + step[j, EARLIEST])
        me[PHASE] = GOES_ON
        if kind == SWEEP and passes:
            ms = edge_ms[period[(first_hour + t // HOUR_MS) % WEEK_H], piece[EDGE, q]]
            stood = stands(up, repair, streams, me, v, ms)
            came = t
            t += ms + stood
            row = write(rows, clock, me, v, j, SWEEP, q, came, t)
            row[R_REPAIR] = stood
            row[R_METRES] = piece[LENGTH, q]
            row[R_OUTCOME] = PASSED
            me[AT_SITE] = -1
            me[AT_PIECE] = q
            me[STEP] = j + 1
            me[DIRECT] = 0
        elif kind == SWEEP:
            ms = step[j, SWEEP_MS]
            me[STARTED] = starts
            me[WAITED] = starts - t
            me[STOOD] = stands(up, repair, streams, me, v, ms)
            t = starts + ms + me[STOOD]
            me[PHASE] = SWEPT_UP
        elif kind == DUMP or kind == REFILL:
            me[SITE] = step[j, TARGET]
            me[DOES] = EMPTIES if kind == DUMP else FILLS
            me[DIVERTED] = 0
            me[PHASE] = ARRIVES
            t = starts
        elif kind == BREAK:
            if step[j, TARGET] >= 0:
                me[AT_SITE] = step[j, TARGET]
            me[STEP] = j + 1
            if not late:
                t = starts + step[j, LENGTH_MS]
                row = write(rows, clock, me, v, j, BREAK, step[j, TARGET], me[CAME], t)
                row[R_WAIT] = starts - me[CAME]
        else:
            me[AT_SITE] = depot
        push(events, float(t * 2 * n + n + v), me[PHASE], 0, v)

    since = clock[LAST_MS] - (clock[HOUR] - 1) * HOUR_MS
    for q in range(piece.shape[1]):
        more = streets[RATE, q] * since // HOUR_MS
        streets[GROWN, q] += more
        streets[LYING, q] += more
    clock[FINISHED] = 1
