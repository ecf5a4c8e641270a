"""The rules of `sim.waste.model`, compiled: event by event, stands only when somebody looks.

A stand fills by the hour and is brought up to date when a truck is near; nothing else happens to
it. What stands of a truck on its way touches is its own, so a drive is one event, at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

from sim.events import EventList, next_time, pop, push, size
from sim.waste import layout as at
from sim.waste import state as st
from sim.waste.layout import HOUR_MS, World
from sim.waste.log import DONE, LATE, MISSED, PASSED
from sim.waste.plan import BREAK, COLLECT, HOME, UNLOAD
from sim.waste.site_kernels import add_up, assign, end_haul, haul, settle
from sim.waste.step_kernels import (
    LEAF,
    bins_filled,
    choose,
    chosen,
    departs,
    join,
    lying,
    next_rest,
    next_stand,
    only_compiled,
    opening,
    reach,
    service,
    stands,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.waste.state import State


@only_compiled
def write(
    rows: NDArray[np.int64], clock: NDArray[np.int64], me: NDArray[np.int64],
    v: int, step: int, kind: int, target: int, now: int,
) -> int:  # fmt: skip
    """Write a row of a stop that ends, 0 in columns that are not named here; return its number."""
    number = int(clock[st.C_ROWS])
    row = rows[number]
    clock[st.C_ROWS] += 1
    for i in range(row.size):
        row[i] = 0
    row[at.L_VEHICLE], row[at.L_ROUTE] = v, me[st.OWN]
    row[at.L_STEP], row[at.L_KIND], row[at.L_TARGET] = step, kind, target
    row[at.L_LEFT], row[at.L_CAME], row[at.L_BEGAN] = me[st.LEFT], me[st.CAME], me[st.BEGAN]
    row[at.L_ENDED] = now
    row[at.L_REPAIR], row[at.L_MM], row[at.L_ABOARD] = me[st.STOOD], me[st.MM], me[st.LOAD]
    return number


@only_compiled
def remark(
    rows: NDArray[np.int64], clock: NDArray[np.int64], me: NDArray[np.int64],
    v: int, step: int, target: int, now: int, outcome: int,
) -> None:  # fmt: skip
    """Write a row of a collection that is not done."""
    me[st.LEFT] = me[st.CAME] = me[st.BEGAN] = now
    me[st.STOOD] = me[st.MM] = 0
    row = rows[write(rows, clock, me, v, step, COLLECT, target, now)]
    row[at.L_OUTCOME] = outcome


@njit(**LEAF)
def run(
    world: World, state: State, events: EventList, rows: NDArray[np.int64],
    hauls: NDArray[np.int64], spare: int, until_hour: int,
) -> None:  # fmt: skip
    """Go on until an hour, or the rows are full, or all is done.

    Parameters
    ----------
    world, state, events
        What is given, what changes, and what is to come.
    rows : int64[any, 18]
        Rows of the Log, filled up to ``state.clock[C_ROWS]``.
    hauls : int64[any, 15]
        Rows of long hauls, filled up to ``state.clock[C_HAULS]``.
    spare
        Rows that one event may write.
    until_hour
        Hour at which the slice ends.
    """
    stand, filling, ahead, truck = world.stand, world.filling, world.ahead, world.truck
    facility, step, route = world.facility, world.step, world.route
    way_ms, way_mm, period, opens = world.way_ms, world.way_mm, world.period, world.opens
    up, repair, streams = world.up, world.repair, world.streams
    first_hour, last_hour = world.first_hour, world.last_hour
    stood_at, unit, visitor, site = state.stand, state.unit, state.visitor, state.site
    over, out, clock, hourly = state.over, state.out, state.clock, state.hourly
    sites, trucks, haulers = facility.shape[0], truck.shape[0], world.hauler.shape[0]
    one_length = way_mm.shape[0] == 1
    base = 2
    if sites > 0:
        base += facility[sites - 1, at.F_BAYS_END] + facility[sites - 1, at.F_PRESSES_END]
    span = base + trucks + haulers
    while True:
        at_ms = -1
        if size(events) > 0:
            at_ms = int(next_time(events)) // span
        # Facilities to settle, pools to give work to, and who goes on, after what happens now.
        low = high = pool = pool_end = 0
        v = goes_on = event = -1
        if at_ms < 0 or clock[st.C_HOUR] * HOUR_MS <= at_ms:
            hour = clock[st.C_HOUR]
            if hour >= until_hour:
                return
            now = hour * HOUR_MS
            for f in range(sites):
                add_up(hourly, site, facility, f, now)
            if hour >= world.hours and (clock[st.C_ROUTES] == 0 or hour == last_hour):
                break
            clock[st.C_HOUR] += 1
            if hour % at.DAY_H == 0:
                for f in range(sites):
                    for s in range(state.used.shape[1]):
                        state.used[f, s] = 0
            for f in range(sites):
                hourly[hour, f, at.S_PIT] = site[f, st.BOOKED]
                hourly[hour, f, at.S_CONTAINERS] = site[f, st.FULL]
            high, pool_end = sites, sites + 1
        else:
            if clock[st.C_ROWS] + spare > rows.shape[0] or clock[st.C_HAULS] == hauls.shape[0]:
                return
            _, event, item, _ = pop(events)
            now = at_ms
            hour = now // HOUR_MS
            if event == st.TRUCK:
                v = item
                me = unit[v]
                phase = me[st.PHASE]
                if phase == st.AT_STAND:
                    b = me[st.TARGET]
                    given = stand[b]
                    lies = lying(given, filling[b], stood_at[b], over, now)
                    me[st.BEGAN] = now
                    me[st.BINS] = bins_filled(given, lies)
                    me[st.GROUND] = max(0, lies - given[at.HOLDS])
                    ms = service(given, lies, world.ground_us)
                    part = me[st.UP_LEFT : st.BREAKDOWNS + 1]
                    stood = stands(up, repair, streams, part, truck[v, at.T_UP], 0, v, ms)
                    me[st.STOOD] += stood
                    me[st.PHASE] = st.COLLECTED
                    push(events, float((now + ms + stood) * span + base + v), st.TRUCK, v, 0)
                    continue
                if phase == st.COLLECTED:
                    b = me[st.TARGET]
                    given = stand[b]
                    g = lying(given, filling[b], stood_at[b], over, now)
                    g = min(g, truck[v, at.T_KG] - me[st.LOAD])
                    room_ml = truck[v, at.T_ML] - me[st.ML]
                    g = min(g, (room_ml * 1000 + 999) // given[at.ML_KG])
                    ml = g * given[at.ML_KG] // 1000
                    row = rows[write(rows, clock, me, v, me[st.DOING], COLLECT, b, now)]
                    row[at.L_G], row[at.L_ML] = g, ml
                    row[at.L_BINS], row[at.L_GROUND] = me[st.BINS], me[st.GROUND]
                    row[at.L_OUTCOME] = DONE
                    if me[st.CUR] != me[st.OWN]:
                        row[at.L_OUTCOME] = LATE
                        stood_at[b, st.CARRIED] = route[me[st.OWN], at.R_DAY]
                    stood_at[b, st.LAY] -= g
                    stood_at[b, st.TAKEN] += g
                    me[st.LOAD] += g
                    me[st.ML] += ml
                    me[st.STEP] += 1
                    goes_on = v
                elif phase == st.AT_GATE:
                    low = me[st.TARGET]
                    high = low + 1
                    add_up(hourly, site, facility, low, now)
                    join(visitor, site, v, low, truck[v, at.T_STREAM], me[st.LOAD])
                elif phase == st.RESTED:
                    write(rows, clock, me, v, me[st.DOING], BREAK, me[st.TARGET], now)
                    goes_on = v
                elif phase == st.AT_HOME:
                    me[st.BEGAN] = now
                    write(rows, clock, me, v, -1, HOME, me[st.TARGET], now)
                    own = me[st.OWN]
                    out[own, st.O_ENDED] = now
                    clock[st.C_ROUTES] -= 1
                    if own + 1 < truck[v, at.T_ROUTES_END]:
                        me[st.OWN] = own + 1
                        me[st.PHASE] = st.LEAVES
                        leaves = max(now, route[own + 1, at.R_LEAVE])
                        push(events, float(leaves * span + base + v), st.TRUCK, v, 0)
                    continue
                else:
                    own = me[st.OWN]
                    out[own, st.O_BEGAN] = now
                    me[st.AT] = facility[truck[v, at.T_DEPOT], at.F_PLACE]
                    me[st.HOMING] = 0
                    me[st.BROKE] = -1
                    me[st.CUR] = own
                    me[st.STEP] = route[own, at.R_FIRST]
                    if world.carry:
                        c = next_rest(step, out, route, me[st.OLDEST], own)
                        me[st.OLDEST] = c
                        if c < own:
                            me[st.CUR] = c
                            me[st.STEP] = next_stand(step, out[c, st.O_NEXT], route[c, at.R_END])
                    goes_on = v
            elif event == st.BAY:
                goes_on = state.bay[item]
                state.bay[item] = -1
                low = visitor[goes_on, st.V_FACILITY]
                high = low + 1
                add_up(hourly, site, facility, low, now)
                g, s = visitor[goes_on, st.V_G], visitor[goes_on, st.V_STREAM]
                site[low, st.BUSY] -= 1
                state.tipped[hour, low, s] += g
                if facility[low, at.F_PRESSES_END] > facility[low, at.F_PRESSES]:
                    state.pit[low, s] += g
                else:
                    state.final[low, s] += g
                if goes_on < trucks:
                    me = unit[goes_on]
                    me[st.BEGAN] = visitor[goes_on, st.V_BEGAN]
                    row = rows[write(rows, clock, me, goes_on, me[st.DOING], UNLOAD, low, now)]
                    row[at.L_G], row[at.L_ML] = g, me[st.ML]
                    row[at.L_DIVERTED] = me[st.DIVERTED]
                    me[st.LOAD] = me[st.ML] = 0
                    if me[st.DOING] >= 0:
                        me[st.STEP] += 1
                elif goes_on < trucks + haulers:
                    state.flow[at.W_HAULERS, s] -= g
                else:
                    state.flow[at.W_DELIVERED, s] += g
                    told = state.third[goes_on - trucks - haulers]
                    told[0], told[1] = visitor[goes_on, st.V_BEGAN], now
            elif event == st.PRESS:
                low = 0
                while facility[low, at.F_PRESSES_END] <= item:
                    low += 1
                high, pool, pool_end = low + 1, low, low + 1
                add_up(hourly, site, facility, low, now)
                s, g = state.press[item, 0], state.press[item, 1]
                state.press[item, 1] = -1
                site[low, st.PRESSING] -= 1
                site[low, st.FULL] += 1
                state.flow[at.W_PRESSES, s] -= g
                state.flow[at.W_CONTAINERS, s] += g
                last = (site[low, st.JOB] + site[low, st.JOBS]) % state.queue.shape[1]
                state.queue[low, last, 0], state.queue[low, last, 1] = s, g
                site[low, st.JOBS] += 1
            elif event == st.DELIVERY:
                given = world.delivery[item]
                low = given[at.D_FACILITY]
                high = low + 1
                add_up(hourly, site, facility, low, now)
                who = trucks + haulers + item
                join(visitor, site, who, low, given[at.D_STREAM], given[at.D_G])
                if item + 1 < world.delivery.shape[0]:
                    time = world.delivery[item + 1, at.D_TIME]
                    push(events, float(time * span + base - 2), st.DELIVERY, item + 1, 0)
            elif event == st.ORDER:
                clock[st.C_READY] = item + 1
                pool, pool_end = sites, sites + 1
                if item + 1 < world.order.shape[0]:
                    time = world.order[item + 1, at.O_TIME]
                    push(events, float(time * span + base - 1), st.ORDER, item + 1, 0)
            else:
                phase = state.hauler[item, st.P_PHASE]
                s, g = state.job[item, at.U_STREAM], state.job[item, at.U_G]
                if phase == st.LOADED:
                    goes_on = trucks + item
                    state.flow[at.W_HAULERS, s] += g
                    if state.job[item, at.U_KIND] == at.CONTAINER:
                        low = state.job[item, at.U_SOURCE]
                        high = low + 1
                        add_up(hourly, site, facility, low, now)
                        site[low, st.FULL] -= 1
                        state.flow[at.W_CONTAINERS, s] -= g
                    else:
                        state.flow[at.W_ORDERS, s] += g
                elif phase == st.AT_FACILITY:
                    low = state.job[item, at.U_TO]
                    high = low + 1
                    add_up(hourly, site, facility, low, now)
                    join(visitor, site, trucks + item, low, s, g)
                else:
                    end_haul(hauls, clock, state.job[item], visitor[trucks + item], item, now)
                    state.hauler[item, st.P_IDLE] = 1
                    pool = world.hauler[item, at.H_POOL]
                    if pool < 0:
                        pool = sites
                    pool_end = pool + 1

        for f in range(low, high):
            settle(world, state, events, f, now)
        for p in range(pool, pool_end):
            assign(world, state, events, p if p < sites else -1, now)
        if goes_on >= trucks:
            if goes_on < trucks + haulers:
                haul(world, state, events, hauls, goes_on - trucks, now, int(event == st.BAY))
            continue
        if goes_on < 0:
            continue

        v = goes_on
        me = unit[v]
        own, stream, here = me[st.OWN], truck[v, at.T_STREAM], me[st.AT]
        depot = facility[truck[v, at.T_DEPOT], at.F_PLACE]
        leave, limit, day = route[own, at.R_LEAVE], route[own, at.R_LIMIT], route[own, at.R_DAY]
        week_h = (first_hour + hour) % at.WEEK_H
        # What it does next: a step (-1: none of the plan), where, and at which target.
        doing, phase, to, target, divert, rests = -1, -1, -1, -1, 0, 0
        while phase < 0:
            cur, s = me[st.CUR], me[st.STEP]
            late = cur != own
            end = route[cur, at.R_END]
            if s == end:
                if not late:
                    if me[st.HOMING] == 0:
                        out[own, st.O_NEXT] = end
                    break
                out[cur, st.O_NEXT] = end
                cur = next_rest(step, out, route, cur + 1, own)
                me[st.CUR] = cur
                me[st.STEP] = route[own, at.R_FIRST]
                if cur != own:
                    me[st.STEP] = next_stand(step, out[cur, st.O_NEXT], route[cur, at.R_END])
                continue
            kind, target = step[s, at.KIND], step[s, at.TARGET]
            doing, divert, rests = s, 0, step[s, at.NEXT_BREAK]
            while rests >= 0 and rests <= me[st.BROKE]:
                rests = step[rests + 1, at.NEXT_BREAK] if rests + 1 < end else -1
            if late:
                rests = -1
            load = 0
            if kind == COLLECT:
                given = stand[target]
                if stood_at[target, st.CARRIED] == day:
                    if not late:
                        remark(rows, clock, me, v, s, target, now, PASSED)
                    me[st.STEP] += 1
                    continue
                lies = lying(given, filling[target], stood_at[target], over, now)
                if not chosen(given, ahead, route[cur], world.risk[cur], week_h, lies):
                    if not late:
                        out[own, st.O_OVER] += 1
                    me[st.STEP] += 1
                    continue
                phase, to = st.AT_STAND, given[at.PLACE]
                full = me[st.LOAD] + lies > truck[v, at.T_KG] or (
                    me[st.ML] + lies * given[at.ML_KG] // 1000 > truck[v, at.T_ML]
                )
                load = me[st.LOAD] + lies
                if full and me[st.LOAD] > 0:
                    best, ends = choose(
                        world.to_ms, world.from_ms, period, opens, world.outage, world.accepts,
                        world.sends, state.used, world.intake, first_hour, now, -1, stream,
                        me[st.LOAD], here, now, to, 1,
                    )  # fmt: skip
                    load, divert = lies, 1
                else:
                    best, ends = -1, reach(way_ms, period, first_hour, here, to, now)
                if not late:
                    ends = max(ends, leave + step[s, at.EARLIEST])
                ends += service(given, lies, world.ground_us)
            elif kind == UNLOAD:
                if me[st.LOAD] == 0:
                    me[st.STEP] += 1
                    continue
                phase, to, best = st.AT_GATE, facility[target, at.F_PLACE], -1
                ends = reach(way_ms, period, first_hour, here, to, now)
                ends = opening(opens, first_hour, target, ends)
            elif late or s <= me[st.BROKE]:
                me[st.STEP] += 1
                continue
            else:
                best, ends = -1, now
            if kind == BREAK or (rests >= 0 and ends > leave + step[rests, at.LATEST]):
                kind, doing, divert = BREAK, rests, 0
                target = step[doing, at.TARGET]
                phase, to = st.RESTED, here
                load = me[st.LOAD]
                if target >= 0:
                    to = facility[target, at.F_PLACE]
                ends = reach(way_ms, period, first_hour, here, to, now)
                ends = max(ends, leave + step[doing, at.EARLIEST]) + step[doing, at.LENGTH]
            if limit < at.NEVER:
                there, home = -1, 0
                if world.empty_home and load > 0:
                    there, home = choose(
                        world.to_ms, world.from_ms, period, opens, world.outage, world.accepts,
                        world.sends, state.used, world.intake, first_hour, now, -1, stream, load,
                        to, ends, depot, 0,
                    )  # fmt: skip
                if there < 0:
                    home = reach(way_ms, period, first_hour, to, depot, ends)
                if home > limit:
                    out[cur, st.O_NEXT] = s
                    for i in range(route[own, at.R_FIRST] if late else s, route[own, at.R_END]):
                        if step[i, at.KIND] != COLLECT:
                            continue
                        b = step[i, at.TARGET]
                        if stood_at[b, st.CARRIED] == day:
                            remark(rows, clock, me, v, i, b, now, PASSED)
                            continue
                        lies = lying(stand[b], filling[b], stood_at[b], over, now)
                        if chosen(stand[b], ahead, route[own], world.risk[own], week_h, lies):
                            remark(rows, clock, me, v, i, b, now, MISSED)
                        else:
                            out[own, st.O_OVER] += 1
                    me[st.CUR] = own
                    me[st.STEP] = route[own, at.R_END]
                    me[st.HOMING] = 1
                    phase = -1
                    continue
            if divert:
                phase, target, doing = st.AT_GATE, best, -1
                to = facility[best, at.F_PLACE]
            elif phase == st.RESTED:
                if doing == s:
                    me[st.STEP] += 1
                else:
                    me[st.BROKE] = doing
        if phase < 0:
            doing, divert = -1, 0
            phase, to, target = st.AT_HOME, depot, truck[v, at.T_DEPOT]
            if world.empty_home and me[st.LOAD] > 0:
                best, ends = choose(
                    world.to_ms, world.from_ms, period, opens, world.outage, world.accepts,
                    world.sends, state.used, world.intake, first_hour, now, -1, stream,
                    me[st.LOAD], here, now, depot, 0,
                )  # fmt: skip
                if best >= 0 and ends <= limit:
                    phase, to, target = st.AT_GATE, facility[best, at.F_PLACE], best
        leaves = departs(way_ms, period, first_hour, here, to, now)
        k = period[(first_hour + leaves // HOUR_MS) % at.WEEK_H]
        ms = int(way_ms[k, here, to])
        part = me[st.UP_LEFT : st.BREAKDOWNS + 1]
        stood = stands(up, repair, streams, part, truck[v, at.T_UP], 0, v, ms)
        t = leaves + ms + stood
        me[st.PHASE], me[st.DOING], me[st.TARGET], me[st.DIVERTED] = phase, doing, target, divert
        me[st.LEFT], me[st.CAME], me[st.STOOD] = leaves, t, stood
        me[st.MM] = way_mm[0 if one_length else k, here, to]
        me[st.AT] = to
        if phase == st.AT_STAND:
            if me[st.CUR] == own:
                t = max(t, leave + step[doing, at.EARLIEST])
        elif phase == st.RESTED:
            me[st.BEGAN] = max(t, leave + step[doing, at.EARLIEST])
            t = me[st.BEGAN] + step[doing, at.LENGTH]
        push(events, float(t * span + base + v), st.TRUCK, v, 0)

    for b in range(stand.shape[0]):
        lying(stand[b], filling[b], stood_at[b], over, now)
    clock[st.C_FINISHED] = 1


@njit(cache=True, nogil=True)
def catch_up(world: World, state: State, now: int) -> None:
    """Bring all stands up to a whole hour that no event is before."""
    for b in range(world.stand.shape[0]):
        lying(world.stand[b], world.filling[b], state.stand[b], state.over, now)
