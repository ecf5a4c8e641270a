"""One replication on the kernel: slices short enough that Ctrl-C is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.events import EventList, event_list, push
from sim.waste import layout as at
from sim.waste import state as st
from sim.waste.kernel import catch_up, run
from sim.waste.layout import Course, World, finished
from sim.waste.state import State
from sim.waste.step_kernels import draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["collect"]

SLICE_H = 48


def collect(world: World, warmup_h: int = 0) -> Course:
    """Simulate until the last truck is home.

    Parameters
    ----------
    world
        All that is given.
    warmup_h
        Hours, at most those of the days, at whose end `Course.early` is taken.
    """
    state = state_of(world)
    events = events_of(world, state)
    # One event writes at most a row for each step of two routes, and a few more.
    longest = int((world.route[:, at.R_END] - world.route[:, at.R_FIRST]).max(initial=0))
    spare = 2 * longest + 8
    rows = _room(len(world.step) + len(world.step) // 8 + 2 * spare, at.ROW)
    hauls = _room(64 + 2 * len(world.order), at.HAUL)
    early = _zeros(len(world.stand), 2)
    is_warm = warmup_h == 0
    while not state.clock[st.C_FINISHED]:
        hour = int(state.clock[st.C_HOUR])
        until = hour + SLICE_H if is_warm else min(hour + SLICE_H, warmup_h)
        run(world, state, events, rows, hauls, spare, until)
        is_full = state.clock[st.C_ROWS] + spare > len(rows) or (
            state.clock[st.C_HAULS] == len(hauls)
        )
        if not is_warm and state.clock[st.C_HOUR] == warmup_h and not is_full:
            catch_up(world, state, warmup_h * at.HOUR_MS)
            early = state.stand[:, [st.OVER_MS, st.FALLEN]].copy()
            is_warm = True
        if state.clock[st.C_ROWS] + spare > len(rows):
            rows = np.concatenate([rows, np.empty_like(rows)])
        if state.clock[st.C_HAULS] == len(hauls):
            hauls = np.concatenate([hauls, np.empty_like(hauls)])
    mine = state.stand
    columns = [mine[:, i] for i in (st.GROWN, st.TAKEN, st.LAY, st.OVER_MS, st.FALLEN)]
    return finished(
        world,
        Course(
            rows=rows[: state.clock[st.C_ROWS]],
            hauls=hauls[: state.clock[st.C_HAULS]],
            out=state.out[:, : st.O_OVER + 1],
            third=state.third,
            hourly=state.hourly,
            tipped=state.tipped,
            stands=np.stack(columns, axis=1),
            early=early,
            over=state.over,
            aboard=state.unit[:, st.LOAD : st.ML + 1],
            final=state.final,
            pit=state.pit,
            flow=state.flow,
            end_ms=int(state.clock[st.C_HOUR]) * at.HOUR_MS,
        ),
    )


def state_of(world: World) -> State:
    """Put everything where it is at time 0.

    Parameters
    ----------
    world
        All that is given.
    """
    v, h, d = len(world.truck), len(world.hauler), len(world.delivery)
    f, s = world.accepts.shape
    state = State(
        stand=_zeros(len(world.stand), st.STAND_STATES),
        unit=_zeros(v, st.UNIT),
        hauler=_zeros(h, st.HAULER_STATES),
        job=_zeros(h, at.HAUL),
        visitor=_zeros(v + h + d, st.VISITOR),
        site=_zeros(f, st.SITE),
        bay=_zeros(int(world.facility[:, at.F_BAYS_END].max(initial=0))) - 1,
        press=_zeros(int(world.facility[:, at.F_PRESSES_END].max(initial=0)), 2) - 1,
        queue=_zeros(f, int(world.facility[:, at.F_BUFFER].max(initial=1)), 2),
        rest=world.order[:, at.O_G].copy(),
        used=_zeros(f, s),
        pit=_zeros(f, s),
        final=_zeros(f, s),
        flow=_zeros(5, s),
        hourly=_zeros(world.last_hour, f, at.SERIES),
        tipped=_zeros(world.last_hour, f, s),
        over=_zeros(world.hours, world.cells, 2),
        out=_zeros(len(world.route), 4),
        third=_zeros(d, 2) - 1,
        clock=_zeros(st.CLOCK),
    )
    state.stand[:, st.LAY] = world.stand[:, at.START]
    state.stand[:, st.CARRIED] = -1
    state.out[:, : st.O_OVER] = -1
    state.out[:, st.O_NEXT] = world.route[:, at.R_FIRST]
    state.clock[st.C_ROUTES] = len(world.route)
    state.unit[:, st.OWN] = state.unit[:, st.OLDEST] = world.truck[:, at.T_ROUTES]
    state.unit[:, st.PHASE] = st.LEAVES
    state.hauler[:, st.P_AT] = world.facility[world.hauler[:, at.H_HOME], at.F_PLACE]
    state.hauler[:, st.P_IDLE] = 1
    for table, column, row, stream in (
        (state.unit, st.UP_LEFT, world.truck[:, at.T_UP], at.UP_TRUCK),
        (state.hauler, st.P_UP_LEFT, world.hauler[:, at.H_UP], at.UP_HAULER),
    ):
        for i, mean in enumerate(row.tolist()):
            table[i, column] = world.up[mean, draw(world.streams, stream, i, 0)]
    return state


def events_of(world: World, state: State) -> EventList:
    """First events: trucks that leave, the first delivery, the first order.

    Parameters
    ----------
    world, state
        What is given, and what `state_of` gave.
    """
    v, base = len(world.truck), len(state.bay) + len(state.press) + 2
    span = base + v + len(world.hauler)
    events = event_list(span)
    for i, (own, end) in enumerate(world.truck[:, at.T_ROUTES : at.T_ROUTES_END + 1].tolist()):
        if own < end:
            key = int(world.route[own, at.R_LEAVE]) * span + base + i
            push(events, float(key), st.TRUCK, i, 0)
    for kind, table in ((st.DELIVERY, world.delivery), (st.ORDER, world.order)):
        if len(table):
            key = int(table[0, 0]) * span + base - 2 + kind - st.DELIVERY
            push(events, float(key), kind, 0, 0)
    return events


def _zeros(*shape: int) -> NDArray[np.int64]:
    return np.zeros(shape, dtype=np.int64)


def _room(rows: int, columns: int) -> NDArray[np.int64]:
    return np.empty((rows, columns), dtype=np.int64)
