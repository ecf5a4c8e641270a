"""Compiled units: where they are, the intervals they leave behind, the drives they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
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
from sim.dispatch.layout import INTERVALS
from sim.dispatch.log import (
    IDLE,
    RELOCATING,
    RETURNING,
    TO_HOSPITAL,
    TO_SCENE,
)
from sim.events import EventList, push

if TYPE_CHECKING:
    from sim.dispatch.layout import State, World


@one_version
@njit(cache=True, nogil=True)
def is_free(state: State, unit: int) -> bool:
    """Tell whether a unit can be sent: on duty and idle, returning or relocating."""
    status = state.status[unit]
    return state.on_duty[unit] == 1 and (
        status == IDLE or status == RETURNING or status == RELOCATING
    )


@one_version
@njit(cache=True, nogil=True)
def is_driving(status: int) -> bool:
    """Tell whether a status is one of driving."""
    return (
        status == TO_SCENE or status == TO_HOSPITAL or status == RETURNING or status == RELOCATING
    )


@njit(cache=True, nogil=True)
def week_second(world: World, now: float) -> float:
    """Tell the second of the week."""
    return (world.week_start_s + now) % WEEK_S


@one_version
@njit(cache=True, nogil=True)
def arrived_metres(world: World, unit: int) -> float:
    """Metres of a drive that is at its end."""
    state, roads = world.state, world.roads
    place, a, b = state.place[unit], state.a[unit], state.b[unit]
    to_place, to_a, to_b = state.to_place[unit], state.to_a[unit], state.to_b[unit]
    if roads.kind == STREETS:
        _, _, metres, _ = walk(
            roads, state.layer[unit], state.factor[unit],
            week_second(world, state.since_s[unit]), state.way[unit],
            place, a, to_place, to_a, np.inf,
        )  # fmt: skip
        return metres
    if roads.kind == MATRIX:
        return roads.distance_m[place, to_place]
    return np.sqrt((to_a - a) * (to_a - a) + (to_b - b) * (to_b - b))


@one_version
@njit(cache=True, nogil=True)
def position(world: World, unit: int, now: float) -> tuple[int, float, float, float]:
    """Spot of a unit now, and the metres driven since its interval began."""
    state, roads = world.state, world.roads
    place, a, b = state.place[unit], state.a[unit], state.b[unit]
    if not is_driving(state.status[unit]):
        return place, a, b, 0.0
    elapsed = now - state.since_s[unit]
    if elapsed <= 0.0 or state.way[unit] == NO_WAY:
        return place, a, b, 0.0
    to_place, to_a, to_b = state.to_place[unit], state.to_a[unit], state.to_b[unit]
    if now >= state.since_s[unit] + state.duration_s[unit]:
        return to_place, to_a, to_b, arrived_metres(world, unit)
    if roads.kind == STREETS:
        edge, at, metres, _ = walk(
            roads, state.layer[unit], state.factor[unit],
            week_second(world, state.since_s[unit]), state.way[unit],
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


@one_version
@njit(cache=True, nogil=True)
def end_interval(
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


@one_version
@njit(cache=True, nogil=True)
def interrupt(world: World, unit: int, now: float) -> None:
    """End the interval of a unit wherever it is; its event is void."""
    place, a, b, metres = position(world, unit, now)
    end_interval(world, unit, now, place, a, b, metres)
    world.state.stamp[unit] += 1


@one_version
@njit(cache=True, nogil=True)
def arrive(world: World, unit: int, now: float) -> None:
    """End a drive at its end."""
    state = world.state
    metres = arrived_metres(world, unit)
    end_interval(world, unit, now, state.to_place[unit], state.to_a[unit], state.to_b[unit], metres)


@one_version
@njit(cache=True, nogil=True)
def begin(state: State, unit: int, status: int, need: int, station: int, lights: int) -> None:
    """Begin an interval of a status."""
    state.status[unit] = status
    state.need[unit] = need
    state.station[unit] = station
    state.lights[unit] = lights


@one_version
@njit(cache=True, nogil=True)
def drive(
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
    week_s = week_second(world, now)
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
