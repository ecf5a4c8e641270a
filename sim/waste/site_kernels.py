"""Facilities, stations and long haul in the kernel: who tips, what is pressed, who hauls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.events import EventList, push
from sim.waste import layout as at
from sim.waste import state as st
from sim.waste.layout import HOUR_MS, World
from sim.waste.step_kernels import choose, departs, draw, intake_left, only_compiled, stands

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.waste.state import State


@only_compiled
def key_of(
    facility: NDArray[np.int64], trucks: int, haulers: int, time: int, kind: int, item: int
) -> float:
    """Where an event stands in the order of time, then of kinds and numbers (rule 12).

    Parameters
    ----------
    facility, trucks, haulers
        As in `World`; how many there are.
    time
        Ms.
    kind, item
        A bay, a press or a hauler, and its number.
    """
    last = facility.shape[0] - 1
    rank = item
    span = facility[last, at.F_BAYS_END]
    if kind == st.PRESS:
        rank += span
    span += facility[last, at.F_PRESSES_END] + 2 + trucks
    if kind == st.HAULER:
        rank += span
    return float(time * (span + haulers) + rank)


@only_compiled
def add_up(
    hourly: NDArray[np.int64], site: NDArray[np.int64], facility: NDArray[np.int64], f: int,
    now: int,
) -> None:  # fmt: skip
    """Add what stood at a facility since it was last looked at to the sums of the hour."""
    since, hour = now - site[f, st.SUMMED], site[f, st.SUMMED] // HOUR_MS
    site[f, st.SUMMED] = now
    if since == 0:
        return
    hourly[hour, f, at.S_LINE] += since * site[f, st.WAITING]
    hourly[hour, f, at.S_BUSY] += since * site[f, st.BUSY]
    hourly[hour, f, at.S_BLOCKED] += since * site[f, st.BLOCKED]
    station = facility[f, at.F_PRESSES_END] > facility[f, at.F_PRESSES]
    if station and site[f, st.FULL] + site[f, st.PRESSING] >= facility[f, at.F_BUFFER]:
        hourly[hour, f, at.S_FULL] += since


@only_compiled
def settle(world: World, state: State, events: EventList, f: int, now: int) -> None:
    """Rule 10: let begin to tip and to be pressed what may.

    What stood there since the last time must have been added up before (`add_up`).
    """
    site, given, line = state.site[f], world.facility[f], state.visitor
    hour = now // HOUR_MS
    closed = world.opens[f, (world.first_hour + hour) % at.WEEK_H] > 0
    out = world.outage[f, hour] > 0
    station = given[at.F_PRESSES_END] > given[at.F_PRESSES]
    trucks, haulers = world.truck.shape[0], world.hauler.shape[0]
    while True:
        blocked = 0
        while (
            not closed and not out and site[st.WAITING] > 0
            and site[st.BUSY] < given[at.F_BAYS_END] - given[at.F_BAYS]
        ):  # fmt: skip
            who = site[st.LINE]
            me = line[who]
            load, stream = me[st.V_G], me[st.V_STREAM]
            if not intake_left(state.used, world.intake, f, stream, load):
                break
            if station and site[st.BOOKED] > 0 and site[st.BOOKED] + load > given[at.F_PIT]:
                blocked = 1
                break
            site[st.LINE] = me[st.V_NEXT]
            site[st.WAITING] -= 1
            site[st.BUSY] += 1
            state.used[f, stream] += load
            if station:
                site[st.BOOKED] += load
            bay = given[at.F_BAYS]
            while state.bay[bay] >= 0:
                bay += 1
            state.bay[bay] = who
            kind, item = at.TIP_TRUCK, who
            if who >= trucks + haulers:
                kind, item = at.TIP_DELIVERY, who - trucks - haulers
            elif who >= trucks:
                kind, item = at.TIP_HAULER, who - trucks
            lasts = world.tip[f, draw(world.streams, kind, item, me[st.V_VISITS])]
            me[st.V_VISITS] += 1
            me[st.V_BEGAN] = now
            push(
                events,
                key_of(world.facility, trucks, haulers, now + lasts, st.BAY, bay),
                st.BAY,
                bay,
                0,
            )
        site[st.BLOCKED] = blocked
        begun = site[st.PRESSING]
        if (
            not station or out or begun == given[at.F_PRESSES_END] - given[at.F_PRESSES]
            or begun + site[st.FULL] >= given[at.F_BUFFER]
        ):  # fmt: skip
            return
        pit = state.pit[f]
        most = 0
        for s in range(1, pit.size):
            if pit[s] > pit[most]:
                most = s
        g = min(pit[most], given[at.F_CONTAINER])
        if g == 0 or (g < given[at.F_CONTAINER] and not closed and blocked == 0):
            return
        pit[most] -= g
        site[st.BOOKED] -= g
        site[st.PRESSING] += 1
        state.flow[at.W_PRESSES, most] += g
        press = given[at.F_PRESSES]
        while state.press[press, 1] >= 0:
            press += 1
        state.press[press, 0] = most
        state.press[press, 1] = g
        ready = now + g * HOUR_MS // given[at.F_PRESS]
        push(
            events,
            key_of(world.facility, trucks, haulers, ready, st.PRESS, press),
            st.PRESS,
            press,
            0,
        )


@only_compiled
def take_job(world: World, state: State, events: EventList, h: int, now: int) -> bool:
    """Let a hauler take the first job of its pool, if there is one; whether there was."""
    given, me, row = world.hauler[h], state.hauler[h], state.job[h]
    pool = given[at.H_POOL]
    clock = state.clock
    trucks, haulers = world.truck.shape[0], world.hauler.shape[0]
    if pool >= 0:
        site = state.site[pool]
        if site[st.JOBS] == 0:
            return False
        first = state.queue[pool, site[st.JOB]]
        row[at.U_KIND], row[at.U_SOURCE] = at.CONTAINER, pool
        row[at.U_STREAM], row[at.U_G] = first[0], first[1]
        site[st.JOB] = (site[st.JOB] + 1) % state.queue.shape[1]
        site[st.JOBS] -= 1
        place = world.facility[pool, at.F_PLACE]
    else:
        while clock[st.C_ORDER] < clock[st.C_READY] and state.rest[clock[st.C_ORDER]] == 0:
            clock[st.C_ORDER] += 1
        order = clock[st.C_ORDER]
        if order == clock[st.C_READY]:
            return False
        row[at.U_KIND], row[at.U_SOURCE] = at.ORDER, order
        row[at.U_STREAM] = world.order[order, at.O_STREAM]
        row[at.U_G] = min(state.rest[order], given[at.H_KG])
        state.rest[order] -= row[at.U_G]
        place = world.order[order, at.O_PLACE]
    me[st.P_IDLE] = 0
    row[at.U_REPAIR] = 0
    hauler_goes(
        world.way_ms, world.way_mm, world.period, world.up, world.repair, world.streams,
        world.first_hour, world.hauler[h, at.H_UP], me, row, h, now, place,
        at.U_LEFT, at.U_CAME, at.U_MM_EMPTY,
    )  # fmt: skip
    me[st.P_PHASE] = st.LOADED
    loads = world.load[draw(world.streams, at.LOAD_TIME, h, me[st.P_LOADS])]
    me[st.P_LOADS] += 1
    left = me[st.P_UP_LEFT : st.P_BREAKDOWNS + 1]
    stood = stands(world.up, world.repair, world.streams, left, given[at.H_UP], 1, h, loads)
    row[at.U_REPAIR] += stood
    ready = row[at.U_CAME] + loads + stood
    key = key_of(world.facility, trucks, haulers, ready, st.HAULER, h)
    push(events, key, st.HAULER, h, 0)
    return True


@only_compiled
def hauler_goes(
    way_ms: NDArray[np.int32], way_mm: NDArray[np.int32], period: NDArray[np.int64],
    up: NDArray[np.int64], repair: NDArray[np.int64], streams: NDArray[np.uint64],
    first_hour: int, mean: int, me: NDArray[np.int64], row: NDArray[np.int64], h: int, now: int,
    place: int, left: int, came: int, mm: int,
) -> None:  # fmt: skip
    """Drive to a place, and note when it sets out and comes, and how far, in columns of its row.

    Parameters
    ----------
    way_ms, way_mm, period, up, repair, streams, first_hour
        As in `World`.
    mean
        Row of ``up``.
    me, row
        Rows of `State.hauler` and `State.job`.
    h, now
        Which, and when.
    place
        Where to.
    left, came, mm
        Columns; -1 for none.
    """
    here = me[st.P_AT]
    out = departs(way_ms, period, first_hour, here, place, now)
    k = period[(first_hour + out // HOUR_MS) % at.WEEK_H]
    ms = way_ms[k, here, place]
    part = me[st.P_UP_LEFT : st.P_BREAKDOWNS + 1]
    stood = stands(up, repair, streams, part, mean, 1, h, ms)
    if left >= 0:
        row[left] = out
    row[came] = out + ms + stood
    row[mm] = way_mm[k if way_mm.shape[0] > 1 else 0, here, place]
    row[at.U_REPAIR] += stood
    me[st.P_AT] = place


@only_compiled
def assign(world: World, state: State, events: EventList, pool: int, now: int) -> None:
    """Rule 11: give the jobs of a pool to those who are idle and may set out."""
    week_h = (world.first_hour + now // HOUR_MS) % at.WEEK_H
    for h in range(world.hauler.shape[0]):
        if (
            world.hauler[h, at.H_POOL] == pool
            and state.hauler[h, st.P_IDLE] != 0
            and world.allowed[h, week_h] != 0
            and not take_job(world, state, events, h, now)
        ):
            return


@only_compiled
def end_haul(
    hauls: NDArray[np.int64], clock: NDArray[np.int64], row: NDArray[np.int64],
    visitor: NDArray[np.int64], h: int, now: int,
) -> None:  # fmt: skip
    """Write the row of a haul, or of a way home, that ends.

    Parameters
    ----------
    hauls, clock
        As in `State`.
    row, visitor
        Its rows of `State.job` and `State.visitor`.
    h, now
        Which, and when.
    """
    if row[at.U_KIND] == at.HOMEWARD:
        row[at.U_LOADED] = row[at.U_ARRIVED] = row[at.U_BEGAN] = row[at.U_CAME]
    else:
        row[at.U_BEGAN] = visitor[st.V_BEGAN]
    row[at.U_HAULER], row[at.U_ENDED] = h, now
    told = hauls[clock[st.C_HAULS]]
    clock[st.C_HAULS] += 1
    for i in range(row.size):
        told[i] = row[i]
        row[i] = 0


@only_compiled
def haul(
    world: World, state: State, events: EventList, hauls: NDArray[np.int64], h: int, now: int,
    tipped: int,
) -> None:  # fmt: skip
    """Let a hauler go on after it has tipped, or else loaded.

    Parameters
    ----------
    world, state, events
        What is given, what changes, and what is to come.
    hauls
        Rows of the Log.
    h, now
        Which, and when.
    tipped
        1 if it has tipped, else 0.
    """
    me, row = state.hauler[h], state.job[h]
    trucks, haulers = world.truck.shape[0], world.hauler.shape[0]
    came, mm = at.U_CAME, at.U_MM_EMPTY
    if tipped > 0:
        end_haul(hauls, state.clock, row, state.visitor[trucks + h], h, now)
        week_h = (world.first_hour + now // HOUR_MS) % at.WEEK_H
        if world.allowed[h, week_h] != 0 and take_job(world, state, events, h, now):
            return
        row[at.U_KIND], row[at.U_SOURCE], row[at.U_STREAM] = at.HOMEWARD, -1, -1
        row[at.U_TO] = world.hauler[h, at.H_HOME]
        me[st.P_PHASE] = st.BACK
    else:
        row[at.U_LOADED] = now
        source = row[at.U_SOURCE] if row[at.U_KIND] == at.CONTAINER else -1
        row[at.U_TO], _ = choose(
            world.to_ms, world.from_ms, world.period, world.opens, world.outage, world.accepts,
            world.sends, state.used, world.intake, world.first_hour, now, source,
            row[at.U_STREAM], row[at.U_G], me[st.P_AT], now, -1, 1,
        )  # fmt: skip
        came, mm = at.U_ARRIVED, at.U_MM_LOADED
        me[st.P_PHASE] = st.AT_FACILITY
    place = world.facility[row[at.U_TO], at.F_PLACE]
    hauler_goes(
        world.way_ms, world.way_mm, world.period, world.up, world.repair, world.streams,
        world.first_hour, world.hauler[h, at.H_UP], me, row, h, now, place,
        at.U_LEFT if tipped > 0 else -1, came, mm,
    )  # fmt: skip
    key = key_of(world.facility, trucks, haulers, row[came], st.HAULER, h)
    push(events, key, st.HAULER, h, 0)
