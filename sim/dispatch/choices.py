"""Compiled choices: which unit goes, to which hospital, back to which station."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.dispatch.driving import time_between
from sim.dispatch.layout import HOSPITAL_LEAST_WAIT, KEEP_COVERAGE, PREFERENCE
from sim.dispatch.log import (
    IDLE,
    TO_SCENE,
    TURNING_OUT,
)
from sim.dispatch.moves import is_free, position, week_second
from sim.dispatch.roads import SET

if TYPE_CHECKING:
    from sim.dispatch.layout import World


@njit(cache=True, nogil=True)
def turnout_s(world: World, unit_type: int, now: float) -> float:
    """Tell the turn-out time of a unit type at an hour."""
    fleet = world.fleet
    hour = (week_second(world, now) % 86400.0) / 3600.0
    start, end = fleet.night_from_h[unit_type], fleet.night_to_h[unit_type]
    if start <= end:
        night = start <= hour and hour < end
    else:
        night = hour >= start or hour < end
    return fleet.turnout_night_s[unit_type] if night else fleet.turnout_day_s[unit_type]


@one_version
@njit(cache=True, nogil=True)
def arrival_in_s(world: World, unit: int, incident: int, now: float) -> float:
    """Seconds until a unit would be at an incident if it were sent now."""
    state, asks, fleet = world.state, world.asks, world.fleet
    unit_type = fleet.type[unit]
    status = state.status[unit]
    ready = 0.0
    if status == IDLE:
        ready = turnout_s(world, unit_type, now)
    elif status == TURNING_OUT:
        ready = state.ready_s[unit] - now
    place, a, b, _ = position(world, unit, now)
    seconds, _ = time_between(
        world.roads, world.roads.lights_layer, week_second(world, now), place, a, b,
        asks.place[incident], asks.a[incident], asks.b[incident],
    )  # fmt: skip
    return ready + seconds / fleet.lights_factor[unit_type]


@one_version
@njit(cache=True, nogil=True)
def count_coverage(world: World, unit_type: int, without: int) -> None:
    """Count the free units of a type that cover each area, from the stations where they belong."""
    state, fleet = world.state, world.fleet
    cover = world.rules.cover[world.roads.now[SET]]
    free_here, covered, types = state.free_here, state.covered, fleet.type
    free_here[:] = 0
    for unit in range(types.size):
        if unit != without and types[unit] == unit_type and is_free(state, unit):
            free_here[state.station[unit]] += 1
    covered[:] = 0
    for station in range(cover.shape[1]):
        here = free_here[station]
        if here > 0:
            for area in range(cover.shape[2]):
                if cover[unit_type, station, area]:
                    covered[area] += here


@one_version
@njit(cache=True, nogil=True)
def marginal(world: World, unit_type: int, station: int, less: int) -> float:
    """Sum up the expected coverage that a unit at a station adds to the rest (takes: less=1)."""
    rules = world.rules
    cover = rules.cover[world.roads.now[SET]]
    weight, share, covered = rules.weight, rules.marginal, world.state.covered
    total = 0.0
    for area in range(weight.size):
        if cover[unit_type, station, area]:
            total += weight[area] * share[covered[area] - less]
    return total


@one_version
@njit(cache=True, nogil=True)
def choose_free(world: World, need: int, now: float) -> tuple[int, float]:
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
        if fleet.type[unit] != unit_type or not is_free(state, unit):
            continue
        seconds = arrival_in_s(world, unit, incident, now)
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
                count_coverage(world, unit_type, -1)
                counted = True
            loss = marginal(world, unit_type, state.station[unit], 1)
            if loss < least_loss or (loss == least_loss and seconds < chosen_s):
                chosen = unit
                chosen_s = seconds
                least_loss = loss
    if chosen >= 0:
        return chosen, chosen_s
    return nearest, nearest_s


@one_version
@njit(cache=True, nogil=True)
def choose_preemptible(world: World, need: int, now: float) -> tuple[int, float]:
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
        seconds = arrival_in_s(world, unit, incident, now)
        if seconds < chosen_s:
            chosen = unit
            chosen_s = seconds
    return chosen, chosen_s


@one_version
@njit(cache=True, nogil=True)
def can_be_reached(world: World, need: int, now: float) -> bool:
    """Whether some unit of the type could come from its home station."""
    asks, fleet = world.asks, world.fleet
    incident = asks.incident[need]
    week_s = week_second(world, now)
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


@one_version
@njit(cache=True, nogil=True)
def station_time(world: World, unit: int, station: int, now: float) -> float:
    """Tell how long a unit would drive to a station from where it is."""
    fleet = world.fleet
    place, a, b, _ = position(world, unit, now)
    seconds, _ = time_between(
        world.roads, 0, week_second(world, now), place, a, b,
        fleet.station_place[station], fleet.station_a[station], fleet.station_b[station],
    )  # fmt: skip
    return seconds / fleet.speed_factor[fleet.type[unit]]


@one_version
@njit(cache=True, nogil=True)
def best_station(world: World, unit: int, now: float) -> int:
    """Station where a unit adds most expected coverage; ties go to the nearer, then the lower."""
    fleet = world.fleet
    unit_type = fleet.type[unit]
    count_coverage(world, unit_type, unit)
    best = fleet.home[unit]
    best_gain = -1.0
    best_s = np.inf
    for station in range(fleet.station_place.size):
        gain = marginal(world, unit_type, station, 0)
        if gain < best_gain:
            continue
        seconds = station_time(world, unit, station, now)
        if seconds < np.inf and (gain > best_gain or seconds < best_s):
            best = station
            best_gain = gain
            best_s = seconds
    return best


@one_version
@njit(cache=True, nogil=True)
def hospital_time(world: World, unit: int, hospital: int, lights: int, now: float) -> float:
    """Tell how long a unit would drive to a hospital from where its interval began."""
    state, fleet = world.state, world.fleet
    unit_type = fleet.type[unit]
    factor = fleet.lights_factor[unit_type] if lights == 1 else fleet.speed_factor[unit_type]
    seconds, _ = time_between(
        world.roads, lights * world.roads.lights_layer, week_second(world, now),
        state.place[unit], state.a[unit], state.b[unit],
        fleet.hospital_place[hospital], fleet.hospital_a[hospital], fleet.hospital_b[hospital],
    )  # fmt: skip
    return seconds / factor


@one_version
@njit(cache=True, nogil=True)
def choose_hospital(world: World, unit: int, need: int, lights: int, now: float) -> int:
    """Choose the hospital by the policy; -1 if none can be reached."""
    state, fleet, asks = world.state, world.fleet, world.asks
    best = -1
    best_s = np.inf
    for hospital in range(fleet.bays.size):
        seconds = hospital_time(world, unit, hospital, lights, now)
        bays = fleet.bays[hospital]
        if world.rules.hospital == HOSPITAL_LEAST_WAIT and bays > 0:
            ahead = state.heading[hospital] + 1 - bays
            if ahead > 0:
                seconds += ahead * asks.handover_mean_s[need] / bays
        if seconds < best_s:
            best = hospital
            best_s = seconds
    return best
