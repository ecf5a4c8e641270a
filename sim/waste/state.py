"""All that changes in the kernel, and the columns in which it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Columns of `State.stand`: what lay when its hour began, less what was taken since (negative for a
# while, it may be); that hour, and the ms of it up to which time over is counted; g grown in whole
# hours, taken; ms over, g fallen beside; day on which it was served late.
LAY, HOUR, SEEN, GROWN, TAKEN, OVER_MS, FALLEN, CARRIED = range(8)
STAND_STATES = 8

# Columns of `State.unit`, a truck. OWN is today's route, CUR the one whose steps it does (an
# earlier one while its rest is made up for), AT the place where it is or to which it drives, ML of
# loose waste aboard, BROKE the last break that was taken early, DOING the step that it is at.
(
    PHASE, OWN, CUR, STEP, AT, LOAD, ML, UP_LEFT, BREAKDOWNS, LEFT, CAME, BEGAN, STOOD, MM, TARGET,
    DIVERTED, HOMING, OLDEST, BROKE, BINS, GROUND, DOING,
) = range(22)  # fmt: skip
UNIT = 22
LEAVES, AT_STAND, COLLECTED, AT_GATE, RESTED, AT_HOME = range(6)

# Columns of `State.hauler`; the rest of its row of the Log follows in `State.job`.
P_PHASE, P_AT, P_UP_LEFT, P_BREAKDOWNS, P_LOADS, P_IDLE = range(6)
HAULER_STATES = 6
LOADED, AT_FACILITY, BACK = range(3)

# Columns of `State.visitor`: all that come to facilities, trucks, then haulers, then deliveries.
# NEXT is who stands behind in the line.
V_G, V_STREAM, V_BEGAN, V_VISITS, V_FACILITY, V_NEXT = range(6)
VISITOR = 6

# Columns of `State.site`: the line; bays in use; g booked in the pit; containers full and begun;
# ms up to which the hour's sums run; whether the pit alone keeps the first out; jobs waiting.
LINE, LINE_END, WAITING, BUSY, BOOKED, FULL, PRESSING, SUMMED, BLOCKED, JOB, JOBS = range(11)
SITE = 11

# Columns of `State.out`: begin and end, stands passed over; first step not yet done.
O_BEGAN, O_ENDED, O_OVER, O_NEXT = range(4)
# Places in `State.clock`: next hour to turn, rows, hauls, routes that have not ended, orders ready,
# first order with a rest, whether all is done.
C_HOUR, C_ROWS, C_HAULS, C_ROUTES, C_READY, C_ORDER, C_FINISHED = range(7)
CLOCK = 7

# Kinds of events, in the order in which they come at one instant.
BAY, PRESS, DELIVERY, ORDER, TRUCK, HAULER = range(6)


class State(NamedTuple):
    """All that changes; see the columns above, and `sim.waste.layout.Course` for what comes out.

    ``bay`` holds the visitor in each bay, -1 for none; ``press`` stream and g in each press, -1 g
    for none; ``queue[station]`` stream and g of containers that wait, in a ring; ``rest`` g of
    each order that nobody has set out for; ``used`` intake of the day.
    """

    stand: NDArray[np.int64]
    unit: NDArray[np.int64]
    hauler: NDArray[np.int64]
    job: NDArray[np.int64]
    visitor: NDArray[np.int64]
    site: NDArray[np.int64]
    bay: NDArray[np.int64]
    press: NDArray[np.int64]
    queue: NDArray[np.int64]
    rest: NDArray[np.int64]
    used: NDArray[np.int64]
    pit: NDArray[np.int64]
    final: NDArray[np.int64]
    flow: NDArray[np.int64]
    hourly: NDArray[np.int64]
    tipped: NDArray[np.int64]
    over: NDArray[np.int64]
    out: NDArray[np.int64]
    third: NDArray[np.int64]
    clock: NDArray[np.int64]
