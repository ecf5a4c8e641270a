"""How the simulation lies in arrays: what `prepare` fills, and both engines read.

All numbers are whole: ms, mm, mg, ml, and millionths (ppm) of a share. Tables hold one row a thing
and one named column a number, those of pieces one row a number (the hourly loops run along them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR_MS = 3_600_000
PPM = 1_000_000

# Rows of `World.piece`: what is given, ...
LENGTH, STANDARD, GROWTH, PROFILE, PARKED, CELL, EDGE, START = range(8)
# ... and of `Streets`, what changes: dirt lying when the hour began (less what was taken since, so
# it may be negative for a while), growth of this hour, sums, day on which it was swept late.
LYING, RATE, GROWN, SWEPT, FLUSHED, WASHED, CARRIED_ON = range(7)
PIECE_STATES = 7

# Columns of `World.step`.
KIND, TARGET, EDGES, EDGES_END, SWEEP_MS, REMOVES, WATER_NEED, EARLIEST, LENGTH_MS = range(9)
# Columns of `World.route`. LIMIT is when the vehicle is to be home at the latest.
ROUTE_VEHICLE, DAY, LEAVE, LIMIT, FIRST, END = range(6)
# Columns of `World.vehicle`; -1: no hopper, no tank. UP is the row of `World.up`.
DEPOT, HOPPER, TANK, ROUTES, ROUTES_END, UP = range(6)
# Columns of `World.site`.
BAYS, DUMPS, WATER = range(3)

# Columns of a row of the Log.
(
    R_VEHICLE, R_ROUTE, R_STEP, R_KIND, R_PLACE, R_BEGIN, R_WAIT, R_REPAIR, R_END, R_METRES,
    R_REMOVED, R_LOAD, R_WATER, R_DIVERTED, R_OUTCOME,
) = range(15)  # fmt: skip
ROW = 15

# Streams of draws, places in `World.streams`.
PARKED_CARS, DUMP_TIME, REFILL_TIME, UP_TIME, REPAIR_TIME = range(5)


class World(NamedTuple):
    """All that is given.

    ``growth[profile, hour]`` and ``washes[hour]`` are ppm by hour from time 0, the last entry for
    all hours after; ``opens[site, hour of week]`` is the number of hours until it is open (0: it
    is); ``serve`` holds the values of service times by site and kind, ``up`` by mean time
    between breakdowns (endless for never), ``repair`` for all; ``route`` is in the order
    ``route_order`` of the plan's routes. ``streams`` ends with the seed.
    """

    piece: NDArray[np.int64]
    parked: NDArray[np.int64]
    growth: NDArray[np.int64]
    washes: NDArray[np.int64]
    step: NDArray[np.int64]
    leg_edge: NDArray[np.int64]
    route: NDArray[np.int64]
    route_order: NDArray[np.int64]
    vehicle: NDArray[np.int64]
    site: NDArray[np.int64]
    opens: NDArray[np.int64]
    serve: NDArray[np.int64]
    up: NDArray[np.int64]
    repair: NDArray[np.int64]
    edge_ms: NDArray[np.int64]
    edge_mm: NDArray[np.int64]
    period: NDArray[np.int64]
    to_ms: NDArray[np.int64]
    to_mm: NDArray[np.int64]
    from_ms: NDArray[np.int64]
    from_mm: NDArray[np.int64]
    between_ms: NDArray[np.int64]
    between_mm: NDArray[np.int64]
    streams: NDArray[np.uint64]
    hours: int
    first_hour: int
    cells: int
    spread: int
    carry: int
    keep_dirt: int


class Course(NamedTuple):
    """All that comes out.

    Parameters
    ----------
    rows : int64[n, 15]
        Columns ``R_...``; by vehicle, and in its order.
    out : int64[r, 2]
        When each route began and ended, ms.
    clean_mm : int64[hours, cells]
        Length that meets its standard at the begin of each hour, by class and area.
    dirt_mg : int64[hours, p]
        What lies at the begin of each hour; no rows unless asked for.
    balance : int64[5, p]
        Mg grown, swept into hoppers, flushed, washed away, and left at the end, of each piece.
    aboard : int64[v, 2]
        Mg in each hopper, ml in each tank, at the end.
    end_ms
        When it ended.
    """

    rows: NDArray[np.int64]
    out: NDArray[np.int64]
    clean_mm: NDArray[np.int64]
    dirt_mg: NDArray[np.int64]
    balance: NDArray[np.int64]
    aboard: NDArray[np.int64]
    end_ms: int


def finished(
    world: World,
    rows: NDArray[np.int64],
    out: NDArray[np.int64],
    clean_mm: NDArray[np.int64],
    dirt_mg: NDArray[np.int64],
    balance: NDArray[np.int64],
    aboard: NDArray[np.int64],
    end_ms: int,
) -> Course:
    """Give routes the numbers of the plan, and put rows in order of vehicles.

    Parameters
    ----------
    world
        All that is given.
    rows, out, clean_mm, dirt_mg, balance, aboard, end_ms
        As in `Course`, with routes in the order of ``world.route``.
    """
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    if len(rows):
        rows[:, 1] = world.route_order[rows[:, 1]]
    by_plan = np.empty_like(out)
    by_plan[world.route_order] = out
    return Course(rows, by_plan, clean_mm, dirt_mg, balance, aboard, end_ms)
