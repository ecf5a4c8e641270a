"""Compiled sending: units go to scenes and stations, needs wait or are given to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.dispatch.choices import (
    arrival_in_s,
    choose_free,
    choose_preemptible,
    station_time,
    turnout_s,
)
from sim.dispatch.layout import LEFT, PREEMPT_NEARER, PREEMPT_NONE_FREE, RELOCATE_COMPLIANCE
from sim.dispatch.log import IDLE, RELOCATING, TO_SCENE, TURNING_OUT
from sim.dispatch.moves import begin, drive, end_interval, interrupt, is_free
from sim.events import EventList, push

if TYPE_CHECKING:
    from sim.dispatch.layout import World

# Kinds of events.
DEPART, AT_SCENE, CLEAR, AT_HOSPITAL, FREED, AT_STATION = 0, 1, 2, 3, 4, 5

ORDER = np.int64(1) << 40  # a waiting need's key is priority * ORDER + need


@one_version
@njit(cache=True, nogil=True)
def send_to_scene(world: World, events: EventList, unit: int, need: int, now: float) -> None:
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
    depart(world, events, unit, need, now)


@one_version
@njit(cache=True, nogil=True)
def depart(world: World, events: EventList, unit: int, need: int, now: float) -> None:
    """Begin the drive to the scene."""
    state, asks = world.state, world.asks
    incident = asks.incident[need]
    world.responses.departed_s[need] = now
    begin(state, unit, TO_SCENE, need, -1, 1)
    drive(
        world, events, unit, now, AT_SCENE, 1,
        asks.place[incident], asks.a[incident], asks.b[incident],
    )  # fmt: skip


@one_version
@njit(cache=True, nogil=True)
def try_dispatch(world: World, events: EventList, need: int, now: float) -> bool:
    """Send the unit that the rules choose; False if there is none."""
    rules = world.rules
    unit, seconds = choose_free(world, need, now)
    if rules.preemption == PREEMPT_NEARER or (rules.preemption == PREEMPT_NONE_FREE and unit < 0):
        other, other_s = choose_preemptible(world, need, now)
        if other >= 0 and (unit < 0 or other_s < seconds):
            unit = other
    if unit < 0:
        return False
    send_to_scene(world, events, unit, need, now)
    return True


@one_version
@njit(cache=True, nogil=True)
def wait(world: World, need: int) -> None:
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


@one_version
@njit(cache=True, nogil=True)
def take_waiting(world: World, events: EventList, unit: int, now: float) -> bool:
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
        send_to_scene(world, events, unit, need, now)
        return True
    return False


@one_version
@njit(cache=True, nogil=True)
def serve_left(world: World, events: EventList, now: float) -> None:
    """Find other units for needs whose unit was taken away; who finds none waits."""
    state = world.state
    at = 0
    while at < state.counts[LEFT]:
        need = state.left[at]
        at += 1
        if not try_dispatch(world, events, need, now):
            wait(world, need)
    state.counts[LEFT] = 0


@one_version
@njit(cache=True, nogil=True)
def send_to_station(
    world: World, events: EventList, unit: int, station: int, status: int, now: float
) -> None:
    """Send a unit to a station, from wherever it is."""
    state, fleet = world.state, world.fleet
    interrupt(world, unit, now)
    begin(state, unit, status, -1, station, 0)
    drive(
        world, events, unit, now, AT_STATION, 0,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def keep_compliance(world: World, events: EventList, now: float) -> None:
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
                send_to_station(world, events, chosen, wanted[k], RELOCATING, now)
