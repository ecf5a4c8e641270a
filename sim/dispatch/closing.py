"""Compiled change of the streets: what happens when some close or reopen in mid-simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.dispatch.choices import (
    arrival_in_s,
    best_station,
    can_be_reached,
    choose_hospital,
    hospital_time,
)
from sim.dispatch.layout import OPEN, RELOCATE_DMEXCLP
from sim.dispatch.log import RETURNING, TO_HOSPITAL, TO_SCENE, TURNING_OUT
from sim.dispatch.moves import begin, drive, interrupt, is_driving
from sim.dispatch.rows import close_set
from sim.dispatch.sending import (
    AT_HOSPITAL,
    AT_SCENE,
    AT_STATION,
    ORDER,
    keep_compliance,
    send_to_station,
    serve_left,
    try_dispatch,
    wait,
)

if TYPE_CHECKING:
    from sim.dispatch.layout import World
    from sim.events import EventList


@njit(cache=True, nogil=True)
def streets_change(world: World, events: EventList, closed: int, now: float) -> None:
    """Close the streets of a set, reopen the others, and go on from there."""
    state = world.state
    units = state.status.size
    for unit in range(units):
        if is_driving(state.status[unit]):
            interrupt(world, unit, now)
    close_set(world.roads, closed)
    for unit in range(units):
        status = state.status[unit]
        if status == TURNING_OUT or is_driving(status):
            _go_on(world, events, unit, now)
    _try_waiting(world, events, now)
    serve_left(world, events, now)
    keep_compliance(world, events, now)


@njit(cache=True, nogil=True)
def _go_on(world: World, events: EventList, unit: int, now: float) -> None:
    """Choose the way of a unit anew; take it off a need that it cannot reach any more."""
    state, asks, fleet = world.state, world.asks, world.fleet
    status = state.status[unit]
    need = state.need[unit]
    if status == TURNING_OUT or status == TO_SCENE:
        incident = asks.incident[need]
        if arrival_in_s(world, unit, incident, now) == np.inf:
            _take_off(world, events, unit, now)
        elif status == TO_SCENE:
            drive(
                world, events, unit, now, AT_SCENE, 1,
                asks.place[incident], asks.a[incident], asks.b[incident],
            )  # fmt: skip
        return
    if status == TO_HOSPITAL:
        hospital = state.hospital[unit]
        lights = state.lights[unit]
        if hospital_time(world, unit, hospital, lights, now) == np.inf:
            other = choose_hospital(world, unit, need, lights, now)
            if other >= 0:
                state.heading[hospital] -= 1
                state.heading[other] += 1
                state.hospital[unit] = other
                world.responses.hospital[need] = other
                hospital = other
        drive(
            world, events, unit, now, AT_HOSPITAL, lights,
            fleet.hospital_place[hospital], fleet.hospital_a[hospital], fleet.hospital_b[hospital],
        )  # fmt: skip
        return
    station = state.station[unit]
    drive(
        world, events, unit, now, AT_STATION, 0,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _take_off(world: World, events: EventList, unit: int, now: float) -> None:
    """Take a unit off its need, which waits among the others, and send it to a station."""
    state, out = world.state, world.responses
    need = state.need[unit]
    out.unit[need] = -1
    out.dispatched_s[need] = np.nan
    out.departed_s[need] = np.nan
    waited = out.queued[need]
    wait(world, need)
    out.queued[need] = waited  # if it is tried in vain, it will have waited
    interrupt(world, unit, now)
    station = world.fleet.home[unit]
    begin(state, unit, RETURNING, -1, station, 0)
    if state.on_duty[unit] == 1 and world.rules.relocation == RELOCATE_DMEXCLP:
        station = best_station(world, unit, now)
    send_to_station(world, events, unit, station, RETURNING, now)


@njit(cache=True, nogil=True)
def _try_waiting(world: World, events: EventList, now: float) -> None:
    """Try the waiting needs again; who can be reached from no station is referred."""
    state = world.state
    for unit_type in range(state.low.size):
        keys = state.waiting[unit_type]
        for at in range(state.low[unit_type], state.high[unit_type]):
            need = keys[at] % ORDER
            if not try_dispatch(world, events, need, now):
                if can_be_reached(world, need, now):
                    world.responses.queued[need] = True
                    continue
                world.responses.referred[need] = True
                state.counts[OPEN] -= 1
            for k in range(at, state.low[unit_type], -1):
                keys[k] = keys[k - 1]
            state.low[unit_type] += 1
