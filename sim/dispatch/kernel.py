"""The dispatch simulation on arrays: same rules as `reference`, many times faster.

One call of :func:`run` is one replication. Units are numbers, needs are numbers (in the order of
the demand table), and all that changes lives in :class:`State`. Events carry the unit's stamp; a
unit that is sent elsewhere raises its stamp, and its old event is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.dispatch.choices import best_station, can_be_reached, choose_hospital
from sim.dispatch.closing import streets_change
from sim.dispatch.layout import OPEN, RELOCATE_DMEXCLP
from sim.dispatch.log import HAND_OVER, IDLE, OFF_DUTY, ON_SCENE, RETURNING, TO_HOSPITAL
from sim.dispatch.moves import arrive, begin, drive, end_interval, interrupt, is_free
from sim.dispatch.rows import close_set
from sim.dispatch.sending import (
    AT_HOSPITAL,
    AT_SCENE,
    CLEAR,
    DEPART,
    FREED,
    depart,
    keep_compliance,
    send_to_station,
    serve_left,
    take_waiting,
    try_dispatch,
    wait,
)
from sim.dispatch.structs import (
    AsksStruct,
    FleetStruct,
    IntervalsStruct,
    ResponsesStruct,
    RoadsStruct,
    RulesStruct,
    StateStruct,
    WorldStruct,
)
from sim.events import EventList, event_list, next_time, pop, push, with_room

if TYPE_CHECKING:
    from sim.dispatch.layout import Asks, Fleet, Rules, State, World
    from sim.dispatch.log import IntervalColumns, ResponseColumns
    from sim.dispatch.roads import Roads


@one_version
@njit(cache=True, nogil=True)
def _call(world: World, events: EventList, incident: int, now: float) -> None:
    """Take the call of an incident."""
    state, asks, rules = world.state, world.asks, world.rules
    for need in range(asks.first_need[incident], asks.first_need[incident + 1]):
        if try_dispatch(world, events, need, now):
            state.counts[OPEN] += 1
            continue
        unit_type = asks.unit_type[need]
        waiting = state.high[unit_type] - state.low[unit_type]
        full = rules.queue_limit >= 0 and waiting >= rules.queue_limit
        if full or not can_be_reached(world, need, now):
            world.responses.referred[need] = True
            continue
        state.counts[OPEN] += 1
        wait(world, need)
    serve_left(world, events, now)
    keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _job_done(world: World, events: EventList, unit: int, now: float) -> None:
    """Free a unit that has finished at the scene or the hospital."""
    state, fleet, rules = world.state, world.fleet, world.rules
    world.responses.freed_s[state.need[unit]] = now
    state.counts[OPEN] -= 1
    home = fleet.home[unit]
    if state.on_duty[unit] == 0:
        send_to_station(world, events, unit, home, RETURNING, now)
        return
    # From here on it is free, and it is where it finished.
    end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
    begin(state, unit, RETURNING, -1, home, 0)
    if take_waiting(world, events, unit, now):
        return
    station = home
    if rules.relocation == RELOCATE_DMEXCLP:
        station = best_station(world, unit, now)
    send_to_station(world, events, unit, station, RETURNING, now)
    keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _start_handover(world: World, events: EventList, unit: int, hospital: int, now: float) -> None:
    state = world.state
    need = state.need[unit]
    state.in_bay[hospital] += 1
    world.responses.handover_start_s[need] = now
    push(events, now + world.asks.handover_s[need], FREED, unit, state.stamp[unit])


@njit(cache=True, nogil=True)
def _at_hospital(world: World, events: EventList, unit: int, now: float) -> None:
    state, fleet = world.state, world.fleet
    hospital = state.hospital[unit]
    need = state.need[unit]
    arrive(world, unit, now)
    begin(state, unit, HAND_OVER, need, -1, 0)
    world.responses.hospital_arrived_s[need] = now
    if fleet.bays[hospital] == 0 or state.in_bay[hospital] < fleet.bays[hospital]:
        _start_handover(world, events, unit, hospital, now)
    else:
        room = state.line.shape[1]
        at = (state.line_first[hospital] + state.line_length[hospital]) % room
        state.line[hospital, at] = unit
        state.line_length[hospital] += 1


@njit(cache=True, nogil=True)
def _handover_done(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    hospital = state.hospital[unit]
    state.in_bay[hospital] -= 1
    state.heading[hospital] -= 1
    if state.line_length[hospital] > 0:
        following = state.line[hospital, state.line_first[hospital]]
        state.line_first[hospital] = (state.line_first[hospital] + 1) % state.line.shape[1]
        state.line_length[hospital] -= 1
        _start_handover(world, events, following, hospital, now)
    _job_done(world, events, unit, now)


@njit(cache=True, nogil=True)
def _at_scene(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    need = state.need[unit]
    arrive(world, unit, now)
    begin(state, unit, ON_SCENE, need, -1, 0)
    world.responses.arrived_s[need] = now
    push(events, now + world.asks.on_scene_s[need], CLEAR, unit, state.stamp[unit])


@njit(cache=True, nogil=True)
def _clear(world: World, events: EventList, unit: int, now: float) -> None:
    state, fleet = world.state, world.fleet
    need = state.need[unit]
    world.responses.cleared_s[need] = now
    hospital = -1
    lights = 0
    if world.asks.transport[need] == 1:
        lights = fleet.lights_to_hospital[fleet.type[unit]]
        hospital = choose_hospital(world, unit, need, lights, now)
    if hospital < 0:
        _job_done(world, events, unit, now)
        return
    world.responses.hospital[need] = hospital
    state.hospital[unit] = hospital
    state.heading[hospital] += 1
    end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
    begin(state, unit, TO_HOSPITAL, need, -1, lights)
    drive(
        world, events, unit, now, AT_HOSPITAL, lights,
        fleet.hospital_place[hospital], fleet.hospital_a[hospital], fleet.hospital_b[hospital],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _at_station(world: World, unit: int, now: float) -> None:
    state = world.state
    station = state.station[unit]
    arrive(world, unit, now)
    begin(state, unit, IDLE if state.on_duty[unit] == 1 else OFF_DUTY, -1, station, 0)


@njit(cache=True, nogil=True)
def _shift_begins(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    state.on_duty[unit] = 1
    if state.status[unit] == OFF_DUTY:
        end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        begin(state, unit, IDLE, -1, world.fleet.home[unit], 0)
    if is_free(state, unit) and not take_waiting(world, events, unit, now):
        keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _shift_ends(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    home = world.fleet.home[unit]
    was_free = is_free(state, unit)
    state.on_duty[unit] = 0
    if not was_free:
        return
    if state.status[unit] == IDLE and state.station[unit] == home:
        end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        begin(state, unit, OFF_DUTY, -1, home, 0)
    elif state.status[unit] == IDLE or state.station[unit] != home:
        send_to_station(world, events, unit, home, RETURNING, now)
    keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def run(
    roads: Roads,
    fleet: Fleet,
    asks: Asks,
    rules: Rules,
    state: State,
    responses: ResponseColumns,
    intervals: IntervalColumns,
    week_start_s: float,
    horizon_s: float,
) -> float:
    """Simulate one replication; fill the responses and intervals, return when work ended.

    ``state.counts[2]`` then holds the number of intervals; if it exceeds the room that was given,
    the run must be repeated with more.
    """
    world: Any = WorldStruct(
        RoadsStruct(*roads),
        FleetStruct(*fleet),
        AsksStruct(*asks),
        RulesStruct(*rules),
        StateStruct(*state),
        ResponsesStruct(*responses),
        IntervalsStruct(*intervals),
        week_start_s,
    )
    return _simulate(world, horizon_s)


@njit(cache=True, nogil=True)
def _simulate(world: World, horizon_s: float) -> float:
    fleet, asks, state, roads = world.fleet, world.asks, world.state, world.roads
    units = fleet.type.size
    close_set(roads, 0)
    for unit in range(units):
        home = fleet.home[unit]
        state.place[unit] = fleet.station_place[home]
        state.a[unit] = fleet.station_a[home]
        state.b[unit] = fleet.station_b[home]
        state.on_duty[unit] = fleet.on_at_start[unit]
        begin(state, unit, IDLE if fleet.on_at_start[unit] == 1 else OFF_DUTY, -1, home, 0)
    most_needs = 0
    for incident in range(asks.time_s.size):
        most_needs = max(most_needs, asks.first_need[incident + 1] - asks.first_need[incident])
    at_once = 4 * units + 4 * most_needs + 16
    events = event_list(at_once + 4 * units)
    incident = 0
    change = 0
    closing = 0
    now = 0.0
    while True:
        call_s = asks.time_s[incident] if incident < asks.time_s.size else np.inf
        shift_s = fleet.shift_s[change] if change < fleet.shift_s.size else np.inf
        streets_s = roads.change_s[closing] if closing < roads.change_s.size else np.inf
        event_s = next_time(events)
        soonest = min(min(call_s, streets_s), min(shift_s, event_s))
        if soonest == np.inf:
            break
        if soonest > horizon_s and incident == asks.time_s.size and state.counts[OPEN] == 0:
            break
        events = with_room(events, at_once)
        if streets_s == soonest:
            now = streets_s
            events = with_room(events, at_once + 8 * units + 4 * state.left.size)
            streets_change(world, events, roads.change_set[closing], now)
            closing += 1
        elif call_s <= shift_s and call_s <= event_s:
            now = call_s
            _call(world, events, incident, now)
            incident += 1
        elif shift_s <= event_s:
            now = shift_s
            unit = fleet.shift_unit[change]
            if fleet.shift_on[change] == 1:
                _shift_begins(world, events, unit, now)
            else:
                _shift_ends(world, events, unit, now)
            change += 1
        else:
            time, kind, unit, stamp = pop(events)
            if stamp != state.stamp[unit]:
                continue
            now = time
            if kind == DEPART:
                need = state.need[unit]
                end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
                depart(world, events, unit, need, now)
            elif kind == AT_SCENE:
                _at_scene(world, events, unit, now)
            elif kind == CLEAR:
                _clear(world, events, unit, now)
            elif kind == AT_HOSPITAL:
                _at_hospital(world, events, unit, now)
            elif kind == FREED:
                _handover_done(world, events, unit, now)
            else:
                _at_station(world, unit, now)
    end_s = max(horizon_s, now)
    for unit in range(units):
        interrupt(world, unit, end_s)
    return end_s
