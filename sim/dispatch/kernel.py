"""The dispatch simulation on arrays: same rules as `reference`, many times faster.

One call of :func:`run` is one replication. Units are numbers, needs are numbers (in the order of
the demand table), and all that changes lives in :class:`State`. Events carry the unit's stamp; a
unit that is sent elsewhere raises its stamp, and its old event is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from sim.dispatch.choices import (
    arrival_in_s,
    best_station,
    can_be_reached,
    choose_free,
    choose_hospital,
    choose_preemptible,
    station_time,
    turnout_s,
)
from sim.dispatch.layout import (
    LEFT,
    OPEN,
    PREEMPT_NEARER,
    PREEMPT_NONE_FREE,
    RELOCATE_COMPLIANCE,
    RELOCATE_DMEXCLP,
)
from sim.dispatch.log import (
    HAND_OVER,
    IDLE,
    OFF_DUTY,
    ON_SCENE,
    RELOCATING,
    RETURNING,
    TO_HOSPITAL,
    TO_SCENE,
    TURNING_OUT,
)
from sim.dispatch.moves import (
    arrive,
    begin,
    drive,
    end_interval,
    interrupt,
    is_free,
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
    from sim.dispatch.driving import Roads
    from sim.dispatch.layout import Asks, Fleet, Rules, State, World
    from sim.dispatch.log import IntervalColumns, ResponseColumns

# Kinds of events.
DEPART, AT_SCENE, CLEAR, AT_HOSPITAL, FREED, AT_STATION = 0, 1, 2, 3, 4, 5

ORDER = np.int64(1) << 40  # a waiting need's key is priority * ORDER + need


@njit(cache=True, nogil=True)
def _send_to_scene(world: World, events: EventList, unit: int, need: int, now: float) -> None:
    """Send a unit to a need: from its station after turn-out, from the road at once."""
    state, out = world.state, world.responses
    status = state.status[unit]
    if status == TURNING_OUT or status == TO_SCENE:
        abandoned = state.need[unit]
        out.unit[abandoned] = -1
        out.dispatched_s[abandoned] = np.nan
        out.departed_s[abandoned] = np.nan
        out.preempted[abandoned] += 1
        state.left[state.counts[LEFT]] = abandoned
        state.counts[LEFT] += 1
    out.unit[need] = unit
    out.dispatched_s[need] = now
    if status == TURNING_OUT:
        # Turn-out goes on; the departure that is already scheduled serves the new need.
        end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        state.need[unit] = need
        return
    interrupt(world, unit, now)
    if status == IDLE:
        turnout = turnout_s(world, world.fleet.type[unit], now)
        if turnout > 0.0:
            begin(state, unit, TURNING_OUT, need, -1, 0)
            state.ready_s[unit] = now + turnout
            push(events, now + turnout, DEPART, unit, state.stamp[unit])
            return
    _depart(world, events, unit, need, now)


@njit(cache=True, nogil=True)
def _depart(world: World, events: EventList, unit: int, need: int, now: float) -> None:
    state, asks = world.state, world.asks
    incident = asks.incident[need]
    world.responses.departed_s[need] = now
    begin(state, unit, TO_SCENE, need, -1, 1)
    drive(
        world, events, unit, now, AT_SCENE, 1,
        asks.place[incident], asks.a[incident], asks.b[incident],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _try_dispatch(world: World, events: EventList, need: int, now: float) -> bool:
    """Send the unit that the rules choose; False if there is none."""
    rules = world.rules
    unit, seconds = choose_free(world, need, now)
    if rules.preemption == PREEMPT_NEARER or (rules.preemption == PREEMPT_NONE_FREE and unit < 0):
        other, other_s = choose_preemptible(world, need, now)
        if other >= 0 and (unit < 0 or other_s < seconds):
            unit = other
    if unit < 0:
        return False
    _send_to_scene(world, events, unit, need, now)
    return True


@njit(cache=True, nogil=True)
def _wait(world: World, need: int) -> None:
    """Put a need among the waiting ones, by priority, then order of call."""
    state, asks = world.state, world.asks
    unit_type = asks.unit_type[need]
    keys = state.waiting[unit_type]
    key = asks.priority[asks.incident[need]] * ORDER + need
    at = state.high[unit_type]
    if at == keys.size:  # no room behind: move all to the front
        low = state.low[unit_type]
        for k in range(low, at):
            keys[k - low] = keys[k]
        state.low[unit_type] = 0
        at -= low
        state.high[unit_type] = at
    while at > state.low[unit_type] and keys[at - 1] > key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key
    state.high[unit_type] += 1
    world.responses.queued[need] = True


@njit(cache=True, nogil=True)
def _take_waiting(world: World, events: EventList, unit: int, now: float) -> bool:
    """Send a free unit to the first waiting need of its type that it can reach."""
    state, asks = world.state, world.asks
    unit_type = world.fleet.type[unit]
    keys = state.waiting[unit_type]
    for at in range(state.low[unit_type], state.high[unit_type]):
        need = keys[at] % ORDER
        if arrival_in_s(world, unit, asks.incident[need], now) == np.inf:
            continue
        for k in range(at, state.low[unit_type], -1):
            keys[k] = keys[k - 1]
        state.low[unit_type] += 1
        _send_to_scene(world, events, unit, need, now)
        return True
    return False


@njit(cache=True, nogil=True)
def _serve_left(world: World, events: EventList, now: float) -> None:
    """Find other units for needs whose unit was taken away; who finds none waits."""
    state = world.state
    at = 0
    while at < state.counts[LEFT]:
        need = state.left[at]
        at += 1
        if not _try_dispatch(world, events, need, now):
            _wait(world, need)
    state.counts[LEFT] = 0


@njit(cache=True, nogil=True)
def _call(world: World, events: EventList, incident: int, now: float) -> None:
    """Take the call of an incident."""
    state, asks, rules = world.state, world.asks, world.rules
    for need in range(asks.first_need[incident], asks.first_need[incident + 1]):
        if _try_dispatch(world, events, need, now):
            state.counts[OPEN] += 1
            continue
        unit_type = asks.unit_type[need]
        waiting = state.high[unit_type] - state.low[unit_type]
        full = rules.queue_limit >= 0 and waiting >= rules.queue_limit
        if full or not can_be_reached(world, need, now):
            world.responses.referred[need] = True
            continue
        state.counts[OPEN] += 1
        _wait(world, need)
    _serve_left(world, events, now)
    _keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _send_to_station(
    world: World, events: EventList, unit: int, station: int, status: int, now: float
) -> None:
    state, fleet = world.state, world.fleet
    interrupt(world, unit, now)
    begin(state, unit, status, -1, station, 0)
    drive(
        world, events, unit, now, AT_STATION, 0,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _keep_compliance(world: World, events: EventList, now: float) -> None:
    """Hold the stations that the table names for the number of free units of each type."""
    rules, state, fleet = world.rules, world.state, world.fleet
    if rules.relocation != RELOCATE_COMPLIANCE:
        return
    units = fleet.type.size
    matched = np.zeros(units, np.bool_)
    for unit_type in range(rules.compliance_rows.size):
        if rules.compliance_rows[unit_type] == 0:
            continue
        free = 0
        for unit in range(units):
            if fleet.type[unit] == unit_type and is_free(state, unit):
                free += 1
        if free == 0:
            continue
        row = min(free, rules.compliance_rows[unit_type]) - 1
        wanted = rules.compliance[unit_type, row].copy()
        matched[:] = False
        for unit in range(units):
            if fleet.type[unit] == unit_type and is_free(state, unit):
                for k in range(wanted.size):
                    if wanted[k] >= 0 and wanted[k] == state.station[unit]:
                        wanted[k] = -1
                        matched[unit] = True
                        break
        for k in range(wanted.size):
            if wanted[k] < 0:
                continue
            chosen = -1
            chosen_s = np.inf
            for unit in range(units):
                if fleet.type[unit] == unit_type and not matched[unit] and is_free(state, unit):
                    seconds = station_time(world, unit, wanted[k], now)
                    if seconds < chosen_s:
                        chosen = unit
                        chosen_s = seconds
            if chosen >= 0:
                matched[chosen] = True
                _send_to_station(world, events, chosen, wanted[k], RELOCATING, now)


@njit(cache=True, nogil=True)
def _job_done(world: World, events: EventList, unit: int, now: float) -> None:
    """Free a unit that has finished at the scene or the hospital."""
    state, fleet, rules = world.state, world.fleet, world.rules
    world.responses.freed_s[state.need[unit]] = now
    state.counts[OPEN] -= 1
    home = fleet.home[unit]
    if state.on_duty[unit] == 0:
        _send_to_station(world, events, unit, home, RETURNING, now)
        return
    # From here on it is free, and it is where it finished.
    end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
    begin(state, unit, RETURNING, -1, home, 0)
    if _take_waiting(world, events, unit, now):
        return
    station = home
    if rules.relocation == RELOCATE_DMEXCLP:
        station = best_station(world, unit, now)
    _send_to_station(world, events, unit, station, RETURNING, now)
    _keep_compliance(world, events, now)


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
    if is_free(state, unit) and not _take_waiting(world, events, unit, now):
        _keep_compliance(world, events, now)


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
        _send_to_station(world, events, unit, home, RETURNING, now)
    _keep_compliance(world, events, now)


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
    fleet, asks, state = world.fleet, world.asks, world.state
    units = fleet.type.size
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
    now = 0.0
    while True:
        call_s = asks.time_s[incident] if incident < asks.time_s.size else np.inf
        shift_s = fleet.shift_s[change] if change < fleet.shift_s.size else np.inf
        event_s = next_time(events)
        soonest = min(call_s, min(shift_s, event_s))
        if soonest == np.inf:
            break
        if soonest > horizon_s and incident == asks.time_s.size and state.counts[OPEN] == 0:
            break
        events = with_room(events, at_once)
        if call_s <= shift_s and call_s <= event_s:
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
                _depart(world, events, unit, need, now)
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
