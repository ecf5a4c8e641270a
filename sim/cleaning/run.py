"""One replication on the kernel: slices short enough that Ctrl-C is answered."""

from __future__ import annotations

import numpy as np

from sim.cleaning.kernel import begin, run
from sim.cleaning.layout import END, FIRST, PIECE_STATES, ROW, Course, World, finished
from sim.cleaning.state import (
    CLOCK,
    FINISHED,
    HOUR,
    IN_TANK,
    LAST_MS,
    LOAD,
    ROWS,
    SITE_STATES,
    UNIT,
    State,
)
from sim.events import event_list

__all__ = ["clean"]

SLICE_H = 48


def clean(world: World) -> Course:
    """Simulate until the last vehicle is home.

    Parameters
    ----------
    world
        All that is given.
    """
    v, f, p = len(world.vehicle), len(world.site), world.piece.shape[1]
    state = State(
        streets=np.zeros((PIECE_STATES, p), dtype=np.int64),
        unit=np.zeros((v, UNIT), dtype=np.int64),
        sites=np.zeros((f, SITE_STATES), dtype=np.int64),
        line=np.zeros((f, max(v, 1)), dtype=np.int64),
        out=np.full((len(world.route), 3), -1, dtype=np.int64),
        clean_mm=np.zeros((world.hours, world.cells), dtype=np.int64),
        dirt_mg=np.zeros((world.hours if world.keep_dirt else 0, p), dtype=np.int64),
        clock=np.zeros(CLOCK, dtype=np.int64),
    )
    events = event_list(v)
    begin(world, state, events)
    # One event writes at most a row for each step of two routes, and a few ways.
    longest = int((world.route[:, END] - world.route[:, FIRST]).max(initial=0))
    spare = 2 * longest + 8
    rows = np.empty((len(world.step) + len(world.step) // 8 + 2 * spare, ROW), dtype=np.int64)
    while not state.clock[FINISHED]:
        run(world, state, events, rows, spare, int(state.clock[HOUR]) + SLICE_H)
        if state.clock[ROWS] + spare > len(rows):
            rows = np.concatenate([rows, np.empty_like(rows)])
    left = state.streets[0]
    balance = np.stack([*state.streets[2:6], left])
    return finished(
        world,
        rows[: state.clock[ROWS]],
        state.out[:, 1:],
        state.clean_mm,
        state.dirt_mg,
        balance,
        state.unit[:, LOAD : IN_TANK + 1],
        int(state.clock[LAST_MS]),
    )
