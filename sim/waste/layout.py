"""How the simulation lies in arrays: what `prepare` fills, and both engines read.

All numbers are whole: ms, mm, g, ml, and millionths (ppm) of a share. Tables hold one row a thing
and one named column a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.cells import ENDLESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR_MS = 3_600_000
DAY_H = 24
WEEK_H = 168
PPM = 1_000_000
NEVER = ENDLESS
"""Ms that never come, g that are never reached."""

# Columns of `World.stand`. HOLDS is the capacity in g, ML_KG ml of a kg as it lies in a bin, RATE
# the mean mg an hour at factor 1, PROFILE the row of `World.ahead`, LUMP variance of an hour's g
# over their mean.
(
    PLACE, STREAM, BINS, HOLDS, ML_KG, STOP_MS, BIN_MS, START, CELL, RATE, PROFILE, LUMP,
) = range(12)  # fmt: skip
# Columns of `World.truck`; ML is of loose waste (inner volume x compaction), UP the row of `up`.
T_STREAM, T_DEPOT, T_KG, T_ML, T_ROUTES, T_ROUTES_END, T_UP = range(7)
# Columns of `World.hauler`; kg in g.
H_POOL, H_HOME, H_KG, H_UP = range(4)
# Columns of `World.facility`. Bays and presses are numbered through all facilities. PRESS is g an
# hour, PIT and CONTAINER g.
(
    F_PLACE, F_BAYS, F_BAYS_END, F_PRESSES, F_PRESSES_END, F_PRESS, F_PIT, F_CONTAINER, F_BUFFER,
) = range(9)  # fmt: skip
# Columns of `World.step`. NEXT_BREAK is the first break at or after the step in its route, -1.
KIND, TARGET, EARLIEST, LATEST, LENGTH, NEXT_BREAK = range(6)
# Columns of `World.route`. LIMIT is when the truck is to be home at the latest, SHARE in ppm.
R_VEHICLE, R_DAY, R_LEAVE, R_LIMIT, R_FIRST, R_END, R_SELECT, R_SHARE, R_AHEAD = range(9)
# Columns of `World.order` and of `World.delivery`: when it is ready or comes, where, what, g.
O_TIME, O_PLACE, O_STREAM, O_G = range(4)
D_TIME, D_FACILITY, D_STREAM, D_G = range(4)

# Columns of a row of the Log: a stop of a truck, with the way there. LEFT is when it set out for
# it, CAME when it got there, BEGAN and ENDED are of the work. MM is the way, ABOARD g aboard on
# it. G, ML what was taken (ML loose) or tipped, BINS bins emptied, GROUND g beside the bins when
# the work began.
(
    L_VEHICLE, L_ROUTE, L_STEP, L_KIND, L_TARGET, L_LEFT, L_CAME, L_BEGAN, L_ENDED, L_REPAIR, L_MM,
    L_ABOARD, L_G, L_ML, L_BINS, L_GROUND, L_OUTCOME, L_DIVERTED,
) = range(18)  # fmt: skip
ROW = 18
# Columns of a row of long hauls: a container (kind 0), a load of an order (1), a way home (2).
# SOURCE is the station or the number of the order, -1 of a way home. MM_EMPTY the way to the load
# (or home), MM_LOADED that to the facility.
(
    U_HAULER, U_KIND, U_SOURCE, U_STREAM, U_G, U_LEFT, U_CAME, U_LOADED, U_TO, U_ARRIVED, U_BEGAN,
    U_ENDED, U_REPAIR, U_MM_EMPTY, U_MM_LOADED,
) = range(15)  # fmt: skip
HAUL = 15
CONTAINER, ORDER, HOMEWARD = 0, 1, 2
# Columns of `Course.hourly`: integrals over the hour (vehicles in line, bays in use, first in line
# kept out by the pit alone, all places for containers taken: ms), then at its begin g in the pit
# (what is being tipped included) and full containers.
S_LINE, S_BUSY, S_BLOCKED, S_FULL, S_PIT, S_CONTAINERS = range(6)
SERIES = 6
# Columns of `Course.stands` and `Course.over`. OVER_MS is time above capacity, FALLEN g that came
# beside the bins; by hour bin-ms, and thousandths of ml.
G_GROWN, G_TAKEN, G_LEFT, G_OVER_MS, G_FALLEN = range(5)
Y_BIN_MS, Y_FALLEN = range(2)
# Rows of `Course.flow`, g by stream: in presses, in containers that wait for a hauler or are being
# loaded, on haulers, loaded from orders, delivered by others.
W_PRESSES, W_CONTAINERS, W_HAULERS, W_ORDERS, W_DELIVERED = range(5)

# Streams of draws, places in `World.streams`; the seed comes last.
TIP_TRUCK, TIP_HAULER, TIP_DELIVERY, LOAD_TIME, UP_TRUCK, UP_HAULER, REPAIR_TRUCK, REPAIR_HAULER = (
    range(8)
)
SEED = 8
STREAM_NAMES = (
    "tip/truck", "tip/hauler", "tip/delivery", "load", "up/truck", "up/hauler", "repair/truck",
    "repair/hauler",
)  # fmt: skip


class World(NamedTuple):
    """All that is given.

    ``filling[stand, hour]`` is what comes within each hour of the days, g. ``ahead[profile, hour]``
    sums the factors (thousandths) of the hours of two weeks before it, from Monday 00:00 on.
    ``allowed[hauler, hour of week]``, ``accepts[facility, stream]`` and
    ``sends[station, facility]`` are 0 or 1; ``intake[facility, stream]`` is g a day (`NEVER` for no
    limit); ``opens[facility, hour of week]`` the number of hours until it is open by plan (0: it
    is), ``outage[facility, hour]`` 1 where it is out, for each hour until the last of all.
    ``tip[facility]``, ``load``, ``repair`` (trucks, haulers) and ``up`` (rows by mean) hold cells
    (`sim.cells`). ``way_ms[period, a, b]`` is -1 for no way; ``way_mm`` has one table for all
    periods, or each; ``to_ms[period, place, facility]`` and ``from_ms[period, facility, place]``
    are parts of ``way_ms``. ``route`` is in the order ``route_order`` of the plan's routes (by
    truck, then by time), ``risk`` the quantile of the normal distribution for it. ``order`` and
    ``delivery`` are in order of time. ``streams`` names the draws and ends with the seed.
    ``hours`` are those of the days, ``last_hour`` the end of the run if it must be cut,
    ``first_hour`` the hour of the week at time 0, ``cells`` columns of `Course.over`, ``ground_us``
    ms for each l beside the bins.
    """

    stand: NDArray[np.int64]
    filling: NDArray[np.int32]
    ahead: NDArray[np.int64]
    truck: NDArray[np.int64]
    hauler: NDArray[np.int64]
    allowed: NDArray[np.int64]
    facility: NDArray[np.int64]
    accepts: NDArray[np.int64]
    intake: NDArray[np.int64]
    sends: NDArray[np.int64]
    opens: NDArray[np.int64]
    outage: NDArray[np.int64]
    tip: NDArray[np.int64]
    load: NDArray[np.int64]
    repair: NDArray[np.int64]
    up: NDArray[np.int64]
    way_ms: NDArray[np.int32]
    way_mm: NDArray[np.int32]
    period: NDArray[np.int64]
    to_ms: NDArray[np.int32]
    from_ms: NDArray[np.int32]
    step: NDArray[np.int64]
    route: NDArray[np.int64]
    risk: NDArray[np.float64]
    route_order: NDArray[np.int64]
    order: NDArray[np.int64]
    delivery: NDArray[np.int64]
    streams: NDArray[np.uint64]
    hours: int
    last_hour: int
    first_hour: int
    cells: int
    ground_us: int
    carry: int
    empty_home: int


class Course(NamedTuple):
    """All that comes out.

    Parameters
    ----------
    rows : int64[n, 18]
        Columns ``L_...``; by truck, and in its order. A row is written when what it tells ended.
    hauls : int64[m, 15]
        Columns ``U_...``; by hauler, and in its order.
    out : int64[r, 3]
        When each route began and ended, ms (-1: not in the run), and stands that it passed over as
        not chosen.
    third : int64[d, 2]
        When each delivery began and ended to tip, ms; -1: not ended in the run.
    hourly : int64[hours, f, 6]
        Columns ``S_...``, for each hour of the run.
    tipped : int64[hours, f, s]
        G tipped, by the hour in which tipping ended.
    stands : int64[b, 5]
        Columns ``G_...``.
    early : int64[b, 2]
        Columns ``G_OVER_MS`` and ``G_FALLEN`` at the end of the warm-up.
    over : int64[days * 24, cells, 2]
        Columns ``Y_...``, of streams and kinds.
    aboard : int64[v, 2]
        G, and ml of loose waste, in each truck at the end.
    final, pit : int64[f, s]
        G that ended at each facility (0 of stations); g in each pit at the end.
    flow : int64[5, s]
        Rows ``W_...`` at the end.
    end_ms
        When it ended.
    """

    rows: NDArray[np.int64]
    hauls: NDArray[np.int64]
    out: NDArray[np.int64]
    third: NDArray[np.int64]
    hourly: NDArray[np.int64]
    tipped: NDArray[np.int64]
    stands: NDArray[np.int64]
    early: NDArray[np.int64]
    over: NDArray[np.int64]
    aboard: NDArray[np.int64]
    final: NDArray[np.int64]
    pit: NDArray[np.int64]
    flow: NDArray[np.int64]
    end_ms: int


def finished(world: World, course: Course) -> Course:
    """Give routes the numbers of the plan, put rows in order, and cut series at the end.

    Parameters
    ----------
    world
        All that is given.
    course
        As an engine leaves it: routes in the order of ``world.route``, rows as they were written,
        series for all hours that there might have been.
    """
    rows = course.rows[np.argsort(course.rows[:, L_VEHICLE], kind="stable")]
    if len(rows):
        rows[:, L_ROUTE] = world.route_order[rows[:, L_ROUTE]]
    out = np.empty_like(course.out)
    out[world.route_order] = course.out
    hours = course.end_ms // HOUR_MS
    return course._replace(
        rows=rows,
        hauls=course.hauls[np.argsort(course.hauls[:, U_HAULER], kind="stable")],
        out=out,
        hourly=course.hourly[:hours],
        tipped=course.tipped[:hours],
    )
