"""The dispatch simulation on arrays: same rules as `reference`, many times faster.

One call of :func:`run` is one replication. Units are numbers, needs are numbers (in the order of
the demand table), and all that changes lives in :class:`State`. Events carry the unit's stamp; a
unit that is sent elsewhere raises its stamp, and its old event is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from sim.dispatch.driving import (
    MATRIX,
    NO_WAY,
    STREETS,
    WEEK_S,
    hour_of,
    nearest_place,
    time_between,
    walk,
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
# Dispatch rules, pre-emption, hospital choice, relocation.
NEAREST, PREFERENCE, KEEP_COVERAGE = 0, 1, 2
PREEMPT_OFF, PREEMPT_NONE_FREE, PREEMPT_NEARER = 0, 1, 2
HOSPITAL_NEAREST, HOSPITAL_LEAST_WAIT = 0, 1
RELOCATE_NONE, RELOCATE_COMPLIANCE, RELOCATE_DMEXCLP = 0, 1, 2

ORDER = np.int64(1) << 40  # a waiting need's key is priority * ORDER + need


OPEN, LEFT, INTERVALS = 0, 1, 2


@njit(cache=True, nogil=True)
def _is_free(state: State, unit: int) -> bool:
    status = state.status[unit]
    return state.on_duty[unit] == 1 and (
        status == IDLE or status == RETURNING or status == RELOCATING
    )


@njit(cache=True, nogil=True)
def _is_driving(status: int) -> bool:
    return (
        status == TO_SCENE or status == TO_HOSPITAL or status == RETURNING or status == RELOCATING
    )


@njit(cache=True, nogil=True)
def _week_second(world: World, now: float) -> float:
    return (world.week_start_s + now) % WEEK_S


# ---- where a unit is


@njit(cache=True, nogil=True)
def _arrived_metres(world: World, unit: int) -> float:
    """Metres of a drive that is at its end."""
    state, roads = world.state, world.roads
    place, a, b = state.place[unit], state.a[unit], state.b[unit]
    to_place, to_a, to_b = state.to_place[unit], state.to_a[unit], state.to_b[unit]
    if roads.kind == STREETS:
        _, _, metres, _ = walk(
            roads, state.layer[unit], state.factor[unit],
            _week_second(world, state.since_s[unit]), state.way[unit],
            place, a, to_place, to_a, np.inf,
        )  # fmt: skip
        return metres
    if roads.kind == MATRIX:
        return roads.distance_m[place, to_place]
    return np.sqrt((to_a - a) * (to_a - a) + (to_b - b) * (to_b - b))


@njit(cache=True, nogil=True)
def _position(world: World, unit: int, now: float) -> tuple[int, float, float, float]:
    """Spot of a unit now, and the metres driven since its interval began."""
    state, roads = world.state, world.roads
    place, a, b = state.place[unit], state.a[unit], state.b[unit]
    if not _is_driving(state.status[unit]):
        return place, a, b, 0.0
    elapsed = now - state.since_s[unit]
    if elapsed <= 0.0 or state.way[unit] == NO_WAY:
        return place, a, b, 0.0
    to_place, to_a, to_b = state.to_place[unit], state.to_a[unit], state.to_b[unit]
    if now >= state.since_s[unit] + state.duration_s[unit]:
        return to_place, to_a, to_b, _arrived_metres(world, unit)
    if roads.kind == STREETS:
        edge, at, metres, _ = walk(
            roads, state.layer[unit], state.factor[unit],
            _week_second(world, state.since_s[unit]), state.way[unit],
            place, a, to_place, to_a, elapsed,
        )  # fmt: skip
        return edge, at, 0.0, metres
    share = elapsed / state.duration_s[unit]
    if roads.kind == MATRIX:
        x = roads.x[place] + (roads.x[to_place] - roads.x[place]) * share
        y = roads.y[place] + (roads.y[to_place] - roads.y[place]) * share
        return nearest_place(roads, x, y), 0.0, 0.0, roads.distance_m[place, to_place] * share
    x = a + (to_a - a) * share
    y = b + (to_b - b) * share
    return 0, x, y, np.sqrt((x - a) * (x - a) + (y - b) * (y - b))


# ---- intervals


@njit(cache=True, nogil=True)
def _end_interval(
    world: World, unit: int, now: float, place: int, a: float, b: float, metres: float
) -> None:
    """Write down the interval that ends now; one of no length is not written."""
    state, out = world.state, world.intervals
    if now > state.since_s[unit]:
        row = state.counts[INTERVALS]
        state.counts[INTERVALS] += 1
        if row < out.unit.size:
            out.unit[row] = unit
            out.status[row] = state.status[unit]
            out.need[row] = state.need[unit]
            out.station[row] = state.station[unit]
            out.lights[row] = state.lights[unit]
            out.start_s[row] = state.since_s[unit]
            out.end_s[row] = now
            out.from_place[row] = state.place[unit]
            out.from_a[row] = state.a[unit]
            out.from_b[row] = state.b[unit]
            out.to_place[row] = place
            out.to_a[row] = a
            out.to_b[row] = b
            out.metres[row] = metres
    state.place[unit] = place
    state.a[unit] = a
    state.b[unit] = b
    state.since_s[unit] = now


@njit(cache=True, nogil=True)
def _interrupt(world: World, unit: int, now: float) -> None:
    """End the interval of a unit wherever it is; its event is void."""
    place, a, b, metres = _position(world, unit, now)
    _end_interval(world, unit, now, place, a, b, metres)
    world.state.stamp[unit] += 1


@njit(cache=True, nogil=True)
def _arrive(world: World, unit: int, now: float) -> None:
    """End a drive at its end."""
    state = world.state
    metres = _arrived_metres(world, unit)
    _end_interval(
        world, unit, now, state.to_place[unit], state.to_a[unit], state.to_b[unit], metres
    )


@njit(cache=True, nogil=True)
def _begin(state: State, unit: int, status: int, need: int, station: int, lights: int) -> None:
    state.status[unit] = status
    state.need[unit] = need
    state.station[unit] = station
    state.lights[unit] = lights


@njit(cache=True, nogil=True)
def _drive(
    world: World,
    events: EventList,
    unit: int,
    now: float,
    kind: int,
    lights: int,
    to_place: int,
    to_a: float,
    to_b: float,
) -> None:
    """Start a drive; the status was set before."""
    state, roads, fleet = world.state, world.roads, world.fleet
    unit_type = fleet.type[unit]
    layer = lights * roads.lights_layer
    factor = fleet.lights_factor[unit_type] if lights == 1 else fleet.speed_factor[unit_type]
    week_s = _week_second(world, now)
    place, a, b = state.place[unit], state.a[unit], state.b[unit]
    seconds, way = time_between(roads, layer, week_s, place, a, b, to_place, to_a, to_b)
    duration = seconds / factor
    if roads.kind == STREETS and roads.periods > 1 and way != NO_WAY:
        hour = hour_of(week_s)
        if duration > roads.run_h[hour] * 3600.0 - (week_s - hour * 3600.0):
            _, _, _, duration = walk(
                roads, layer, factor, week_s, way, place, a, to_place, to_a, np.inf
            )
    state.to_place[unit] = to_place
    state.to_a[unit] = to_a
    state.to_b[unit] = to_b
    state.way[unit] = way
    state.layer[unit] = layer
    state.factor[unit] = factor
    state.duration_s[unit] = duration
    push(events, now + duration, kind, unit, state.stamp[unit])


# ---- sending a unit to a need


@njit(cache=True, nogil=True)
def _turnout_s(world: World, unit_type: int, now: float) -> float:
    fleet = world.fleet
    hour = (_week_second(world, now) % 86400.0) / 3600.0
    start, end = fleet.night_from_h[unit_type], fleet.night_to_h[unit_type]
    if start <= end:
        night = start <= hour and hour < end
    else:
        night = hour >= start or hour < end
    return fleet.turnout_night_s[unit_type] if night else fleet.turnout_day_s[unit_type]


@njit(cache=True, nogil=True)
def _arrival_in_s(world: World, unit: int, incident: int, now: float) -> float:
    """Seconds until a unit would be at an incident if it were sent now."""
    state, asks, fleet = world.state, world.asks, world.fleet
    unit_type = fleet.type[unit]
    status = state.status[unit]
    ready = 0.0
    if status == IDLE:
        ready = _turnout_s(world, unit_type, now)
    elif status == TURNING_OUT:
        ready = state.ready_s[unit] - now
    place, a, b, _ = _position(world, unit, now)
    seconds, _ = time_between(
        world.roads, world.roads.lights_layer, _week_second(world, now), place, a, b,
        asks.place[incident], asks.a[incident], asks.b[incident],
    )  # fmt: skip
    return ready + seconds / fleet.lights_factor[unit_type]


@njit(cache=True, nogil=True)
def _count_coverage(world: World, unit_type: int, without: int) -> None:
    """Count the free units of a type that cover each area, from the stations where they belong."""
    state, fleet, cover = world.state, world.fleet, world.rules.cover
    state.free_here[:] = 0
    for unit in range(fleet.type.size):
        if unit != without and fleet.type[unit] == unit_type and _is_free(state, unit):
            state.free_here[state.station[unit]] += 1
    state.covered[:] = 0
    for station in range(cover.shape[1]):
        here = state.free_here[station]
        if here > 0:
            for area in range(cover.shape[2]):
                if cover[unit_type, station, area]:
                    state.covered[area] += here


@njit(cache=True, nogil=True)
def _marginal(world: World, unit_type: int, station: int, less: int) -> float:
    """Sum up the expected coverage that a unit at a station adds to the rest (takes: less=1)."""
    state, rules = world.state, world.rules
    total = 0.0
    for area in range(rules.weight.size):
        if rules.cover[unit_type, station, area]:
            total += rules.weight[area] * rules.marginal[state.covered[area] - less]
    return total


@njit(cache=True, nogil=True)
def _choose_free(world: World, need: int, now: float) -> tuple[int, float]:
    """Free unit by the dispatch rule and its seconds to arrival; -1 if none can come."""
    state, asks, fleet, rules = world.state, world.asks, world.fleet, world.rules
    unit_type = asks.unit_type[need]
    incident = asks.incident[need]
    chosen = -1
    chosen_s = np.inf
    chosen_rank = fleet.type.size
    nearest = -1
    nearest_s = np.inf
    least_loss = np.inf
    counted = False
    for unit in range(fleet.type.size):
        if fleet.type[unit] != unit_type or not _is_free(state, unit):
            continue
        seconds = _arrival_in_s(world, unit, incident, now)
        if seconds == np.inf:
            continue
        if seconds < nearest_s:
            nearest = unit
            nearest_s = seconds
        if rules.dispatch == PREFERENCE:
            rank = rules.rank[asks.area[incident], unit]
            if rank < chosen_rank:
                chosen = unit
                chosen_s = seconds
                chosen_rank = rank
        elif rules.dispatch == KEEP_COVERAGE and seconds <= asks.target_s[incident]:
            if not counted:
                _count_coverage(world, unit_type, -1)
                counted = True
            loss = _marginal(world, unit_type, state.station[unit], 1)
            if loss < least_loss or (loss == least_loss and seconds < chosen_s):
                chosen = unit
                chosen_s = seconds
                least_loss = loss
    if chosen >= 0:
        return chosen, chosen_s
    return nearest, nearest_s


@njit(cache=True, nogil=True)
def _choose_preemptible(world: World, need: int, now: float) -> tuple[int, float]:
    """Nearest unit that turns out or drives to a lower priority; -1 if there is none."""
    state, asks, fleet = world.state, world.asks, world.fleet
    incident = asks.incident[need]
    chosen = -1
    chosen_s = np.inf
    for unit in range(fleet.type.size):
        status = state.status[unit]
        if fleet.type[unit] != asks.unit_type[need] or not (
            status == TURNING_OUT or status == TO_SCENE
        ):
            continue
        if asks.priority[asks.incident[state.need[unit]]] <= asks.priority[incident]:
            continue
        seconds = _arrival_in_s(world, unit, incident, now)
        if seconds < chosen_s:
            chosen = unit
            chosen_s = seconds
    return chosen, chosen_s


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
        _end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        state.need[unit] = need
        return
    _interrupt(world, unit, now)
    if status == IDLE:
        turnout = _turnout_s(world, world.fleet.type[unit], now)
        if turnout > 0.0:
            _begin(state, unit, TURNING_OUT, need, -1, 0)
            state.ready_s[unit] = now + turnout
            push(events, now + turnout, DEPART, unit, state.stamp[unit])
            return
    _depart(world, events, unit, need, now)


@njit(cache=True, nogil=True)
def _depart(world: World, events: EventList, unit: int, need: int, now: float) -> None:
    state, asks = world.state, world.asks
    incident = asks.incident[need]
    world.responses.departed_s[need] = now
    _begin(state, unit, TO_SCENE, need, -1, 1)
    _drive(
        world, events, unit, now, AT_SCENE, 1,
        asks.place[incident], asks.a[incident], asks.b[incident],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _try_dispatch(world: World, events: EventList, need: int, now: float) -> bool:
    """Send the unit that the rules choose; False if there is none."""
    rules = world.rules
    unit, seconds = _choose_free(world, need, now)
    if rules.preemption == PREEMPT_NEARER or (rules.preemption == PREEMPT_NONE_FREE and unit < 0):
        other, other_s = _choose_preemptible(world, need, now)
        if other >= 0 and (unit < 0 or other_s < seconds):
            unit = other
    if unit < 0:
        return False
    _send_to_scene(world, events, unit, need, now)
    return True


@njit(cache=True, nogil=True)
def _can_be_reached(world: World, need: int, now: float) -> bool:
    """Whether some unit of the type could come from its home station."""
    asks, fleet = world.asks, world.fleet
    incident = asks.incident[need]
    week_s = _week_second(world, now)
    for unit in range(fleet.type.size):
        if fleet.type[unit] == asks.unit_type[need]:
            home = fleet.home[unit]
            seconds, _ = time_between(
                world.roads, world.roads.lights_layer, week_s,
                fleet.station_place[home], fleet.station_a[home], fleet.station_b[home],
                asks.place[incident], asks.a[incident], asks.b[incident],
            )  # fmt: skip
            if seconds < np.inf:
                return True
    return False


# ---- waiting needs


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
        if _arrival_in_s(world, unit, asks.incident[need], now) == np.inf:
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
        if full or not _can_be_reached(world, need, now):
            world.responses.referred[need] = True
            continue
        state.counts[OPEN] += 1
        _wait(world, need)
    _serve_left(world, events, now)
    _keep_compliance(world, events, now)


# ---- when a unit is free


@njit(cache=True, nogil=True)
def _send_to_station(
    world: World, events: EventList, unit: int, station: int, status: int, now: float
) -> None:
    state, fleet = world.state, world.fleet
    _interrupt(world, unit, now)
    _begin(state, unit, status, -1, station, 0)
    _drive(
        world, events, unit, now, AT_STATION, 0,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _station_time(world: World, unit: int, station: int, now: float) -> float:
    fleet = world.fleet
    place, a, b, _ = _position(world, unit, now)
    seconds, _ = time_between(
        world.roads, 0, _week_second(world, now), place, a, b,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip
    return seconds / fleet.speed_factor[fleet.type[unit]]


@njit(cache=True, nogil=True)
def _best_station(world: World, unit: int, now: float) -> int:
    """Station where a unit adds most expected coverage; ties go to the nearer, then the lower."""
    fleet = world.fleet
    unit_type = fleet.type[unit]
    _count_coverage(world, unit_type, unit)
    best = fleet.home[unit]
    best_gain = -1.0
    best_s = np.inf
    for station in range(fleet.station_place.size):
        gain = _marginal(world, unit_type, station, 0)
        if gain < best_gain:
            continue
        seconds = _station_time(world, unit, station, now)
        if seconds < np.inf and (gain > best_gain or seconds < best_s):
            best = station
            best_gain = gain
            best_s = seconds
    return best


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
            if fleet.type[unit] == unit_type and _is_free(state, unit):
                free += 1
        if free == 0:
            continue
        row = min(free, rules.compliance_rows[unit_type]) - 1
        wanted = rules.compliance[unit_type, row].copy()
        matched[:] = False
        for unit in range(units):
            if fleet.type[unit] == unit_type and _is_free(state, unit):
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
                if fleet.type[unit] == unit_type and not matched[unit] and _is_free(state, unit):
                    seconds = _station_time(world, unit, wanted[k], now)
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
    _end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
    _begin(state, unit, RETURNING, -1, home, 0)
    if _take_waiting(world, events, unit, now):
        return
    station = home
    if rules.relocation == RELOCATE_DMEXCLP:
        station = _best_station(world, unit, now)
    _send_to_station(world, events, unit, station, RETURNING, now)
    _keep_compliance(world, events, now)


# ---- hospitals


@njit(cache=True, nogil=True)
def _choose_hospital(world: World, unit: int, need: int, lights: int, now: float) -> int:
    state, fleet, asks = world.state, world.fleet, world.asks
    unit_type = fleet.type[unit]
    factor = fleet.lights_factor[unit_type] if lights == 1 else fleet.speed_factor[unit_type]
    best = -1
    best_s = np.inf
    for hospital in range(fleet.bays.size):
        seconds, _ = time_between(
            world.roads, lights * world.roads.lights_layer, _week_second(world, now),
            state.place[unit], state.a[unit], state.b[unit],
            fleet.hospital_place[hospital], fleet.hospital_a[hospital], fleet.hospital_b[hospital],
        )  # fmt: skip
        seconds = seconds / factor
        bays = fleet.bays[hospital]
        if world.rules.hospital == HOSPITAL_LEAST_WAIT and bays > 0:
            ahead = state.heading[hospital] + 1 - bays
            if ahead > 0:
                seconds += ahead * asks.handover_mean_s[need] / bays
        if seconds < best_s:
            best = hospital
            best_s = seconds
    return best


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
    _arrive(world, unit, now)
    _begin(state, unit, HAND_OVER, need, -1, 0)
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


# ---- scenes and stations


@njit(cache=True, nogil=True)
def _at_scene(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    need = state.need[unit]
    _arrive(world, unit, now)
    _begin(state, unit, ON_SCENE, need, -1, 0)
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
        hospital = _choose_hospital(world, unit, need, lights, now)
    if hospital < 0:
        _job_done(world, events, unit, now)
        return
    world.responses.hospital[need] = hospital
    state.hospital[unit] = hospital
    state.heading[hospital] += 1
    _end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
    _begin(state, unit, TO_HOSPITAL, need, -1, lights)
    _drive(
        world, events, unit, now, AT_HOSPITAL, lights,
        fleet.hospital_place[hospital], fleet.hospital_a[hospital], fleet.hospital_b[hospital],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _at_station(world: World, unit: int, now: float) -> None:
    state = world.state
    station = state.station[unit]
    _arrive(world, unit, now)
    _begin(state, unit, IDLE if state.on_duty[unit] == 1 else OFF_DUTY, -1, station, 0)


# ---- shifts


@njit(cache=True, nogil=True)
def _shift_begins(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    state.on_duty[unit] = 1
    if state.status[unit] == OFF_DUTY:
        _end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        _begin(state, unit, IDLE, -1, world.fleet.home[unit], 0)
    if _is_free(state, unit) and not _take_waiting(world, events, unit, now):
        _keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _shift_ends(world: World, events: EventList, unit: int, now: float) -> None:
    state = world.state
    home = world.fleet.home[unit]
    was_free = _is_free(state, unit)
    state.on_duty[unit] = 0
    if not was_free:
        return
    if state.status[unit] == IDLE and state.station[unit] == home:
        _end_interval(world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0)
        _begin(state, unit, OFF_DUTY, -1, home, 0)
    elif state.status[unit] == IDLE or state.station[unit] != home:
        _send_to_station(world, events, unit, home, RETURNING, now)
    _keep_compliance(world, events, now)


# ---- the run


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
        _begin(state, unit, IDLE if fleet.on_at_start[unit] == 1 else OFF_DUTY, -1, home, 0)
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
                _end_interval(
                    world, unit, now, state.place[unit], state.a[unit], state.b[unit], 0.0
                )
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
        _interrupt(world, unit, end_s)
    return end_s
