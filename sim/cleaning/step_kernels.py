"""Single steps of the kernel: draws, breakdowns, rows of the Log, bays, the turn of the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.cleaning.layout import (
    CELL,
    DUMP_TIME,
    GROWN,
    GROWTH,
    KIND,
    LENGTH,
    LYING,
    PPM,
    PROFILE,
    R_BEGIN,
    R_END,
    R_KIND,
    R_LOAD,
    R_PLACE,
    R_ROUTE,
    R_STEP,
    R_VEHICLE,
    R_WATER,
    RATE,
    REFILL_TIME,
    REPAIR_TIME,
    STANDARD,
    UP_TIME,
    WASHED,
)
from sim.cleaning.plan import SWEEP
from sim.cleaning.state import (
    BREAKS,
    BUSY,
    CAME,
    DOES,
    EMPTIES,
    FILLS,
    IN_TANK,
    LOAD,
    OWN,
    PHASE,
    ROWS,
    SERVED,
    SITE,
    UP_LEFT,
    UP_ROW,
    VISITS,
    WAITED,
)
from sim.draws import bits
from sim.events import EventList, push

if TYPE_CHECKING:
    from numpy.typing import NDArray


@one_version
@njit(cache=True, nogil=True)
def draw(streams: NDArray[np.uint64], stream: int, item: int, number: int, width: int) -> int:
    """Draw a whole number of so many bits; 12 choose one of `CELLS` values."""
    drawn = bits(streams[5], streams[stream], item, number)
    return int(np.int64(drawn >> np.uint64(64 - width)))  # signed: mixed signs would be floats


@one_version
@njit(cache=True, nogil=True)
def stands(
    up: NDArray[np.int64],
    repair: NDArray[np.int64],
    streams: NDArray[np.uint64],
    me: NDArray[np.int64],
    v: int,
    ms: int,
) -> int:
    """Drive or sweep for a while; return how long it stands broken meanwhile."""
    stood = 0
    while ms >= me[UP_LEFT]:
        ms -= me[UP_LEFT]
        stood += repair[draw(streams, REPAIR_TIME, v, me[BREAKS], 12)]
        me[BREAKS] += 1
        me[UP_LEFT] = up[me[UP_ROW], draw(streams, UP_TIME, v, me[BREAKS], 12)]
    me[UP_LEFT] -= ms
    return stood


@one_version
@njit(cache=True, nogil=True)
def write(
    rows: NDArray[np.int64], clock: NDArray[np.int64], me: NDArray[np.int64],
    v: int, step: int, kind: int, place: int, came: int, end: int,
) -> NDArray[np.int64]:  # fmt: skip
    """Write a row; the columns that are not named here are 0 or the vehicle's own."""
    row: NDArray[np.int64] = rows[clock[ROWS]]
    clock[ROWS] += 1
    row[:] = 0
    row[R_VEHICLE] = v
    row[R_ROUTE] = me[OWN]
    row[R_STEP] = step
    row[R_KIND] = kind
    row[R_PLACE] = place
    row[R_BEGIN] = came
    row[R_END] = end
    row[R_LOAD] = me[LOAD]
    row[R_WATER] = me[IN_TANK]
    return row


@njit(cache=True, nogil=True)
def take_bay(
    serve: NDArray[np.int64], streams: NDArray[np.uint64], me: NDArray[np.int64],
    site: NDArray[np.int64], events: EventList, v: int, now: int, vehicles: int,
) -> None:  # fmt: skip
    """Take a bay."""
    f, does = me[SITE], me[DOES]
    lasts = 0
    if does & EMPTIES:
        lasts += serve[f, 0, draw(streams, DUMP_TIME, v, me[VISITS], 12)]
    if does & FILLS:
        lasts += serve[f, 1, draw(streams, REFILL_TIME, v, me[VISITS], 12)]
    me[VISITS] += 1
    me[WAITED] = now - me[CAME]
    me[PHASE] = SERVED
    site[BUSY] += 1
    push(events, float((now + lasts) * 2 * vehicles + v), SERVED, 0, v)


@njit(cache=True, nogil=True)
def next_sweep(step: NDArray[np.int64], at: int, end: int) -> int:
    """First step from ``at`` on that sweeps, or ``end``."""
    while at < end and step[at, KIND] != SWEEP:
        at += 1
    return at


@njit(cache=True, nogil=True)
def turn_hour(
    piece: NDArray[np.int64], growth: NDArray[np.int64], washes: NDArray[np.int64],
    streets: NDArray[np.int64], clean_mm: NDArray[np.int64], dirt_mg: NDArray[np.int64], hour: int,
) -> None:  # fmt: skip
    """Add what the last hour brought, wash, and count what is clean."""
    lying, rate, grown = streets[LYING], streets[RATE], streets[GROWN]
    column = min(hour, growth.shape[1] - 1)
    wash = washes[column]
    for q in range(lying.size):
        grown[q] += rate[q]
        lying[q] += rate[q]
        rate[q] = piece[GROWTH, q] * growth[piece[PROFILE, q], column] // PPM
    if wash > 0:
        for q in range(lying.size):
            away = lying[q] * wash // PPM
            lying[q] -= away
            streets[WASHED, q] += away
    if hour < clean_mm.shape[0]:
        for q in range(lying.size):
            if lying[q] <= piece[STANDARD, q]:
                clean_mm[hour, piece[CELL, q]] += piece[LENGTH, q]
        if hour < dirt_mg.shape[0]:
            for q in range(lying.size):
                dirt_mg[hour, q] = lying[q]
