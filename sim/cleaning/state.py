"""All that changes in the kernel, and the columns in which it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Columns of `State.unit`. OWN is today's route, CUR the one that is driven (an earlier one while
# its rest is made up for), AT_SITE the facility where it stands (-1: at the end of AT_PIECE),
# DIRECT whether it goes to the next piece by a way in place of the legs.
(
    PHASE, OWN, CUR, STEP, AT_SITE, AT_PIECE, DIRECT, LOAD, IN_TANK, UP_LEFT, BREAKS, VISITS, CAME,
    WAITED, STOOD, STARTED, DIVERTED, SITE, DOES, HOMING, OLDEST,
    UP_ROW,
) = range(22)  # fmt: skip
UNIT = 22
LEAVES, GOES_ON, SWEPT_UP, ARRIVES, SERVED = range(5)
EMPTIES, FILLS = 1, 2

# Columns of `State.sites`: bays in use; the line, from its first place on.
BUSY, HEAD, WAITING = range(3)
SITE_STATES = 3
# Columns of `State.out`: first step not yet done; begin and end, ms.
NEXT, BEGAN, ENDED = range(3)
# Places in `State.clock`: next hour to turn, rows, vehicles that wait, end, whether all is done.
HOUR, ROWS, IN_LINE, LAST_MS, FINISHED = range(5)
CLOCK = 5


class State(NamedTuple):
    """All that changes; see the columns above, and `sim.cleaning.layout` for ``streets``."""

    streets: NDArray[np.int64]
    unit: NDArray[np.int64]
    sites: NDArray[np.int64]
    line: NDArray[np.int64]
    out: NDArray[np.int64]
    clean_mm: NDArray[np.int64]
    dirt_mg: NDArray[np.int64]
    clock: NDArray[np.int64]
