"""Single steps of the kernel: draws, breakdowns, ways, the choice of a facility, what lies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.draws import bits
from sim.waste import layout as at
from sim.waste import state as st
from sim.waste.layout import HOUR_MS
from sim.waste.plan import COLLECT, PREDICTED, RISK, THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")

LEAF: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Options of kernels that allocate nothing: numba need not count references to the arrays that they
are handed."""
_ONLY_COMPILED: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_COMPILED: Any = njit(**LEAF, **_ONLY_COMPILED)


def only_compiled(kernel: Kernel) -> Kernel:
    """Compile a function that only compiled ones call, once for all of them."""
    compiled: Kernel = one_version(_COMPILED(kernel))
    return compiled


@one_version
@njit(cache=True, nogil=True)
def draw(streams: NDArray[np.uint64], stream: int, item: int, number: int) -> int:
    """Draw one of `sim.cells.CELLS`."""
    drawn = bits(streams[at.SEED], streams[stream], item, number)
    return int(np.int64(drawn >> np.uint64(52)))  # signed: mixed signs would be floats


@only_compiled
def stands(
    up: NDArray[np.int64], repair: NDArray[np.int64], streams: NDArray[np.uint64],
    left: NDArray[np.int64], row: int, kind: int, item: int, ms: int,
) -> int:  # fmt: skip
    """Work for a while; return how long it stands broken meanwhile.

    Parameters
    ----------
    up, repair, streams
        As in `World`.
    left : int64[2]
        Changed: ms until the next breakdown, and the number of breakdowns.
    row
        Of ``up``.
    kind
        0 for a truck, 1 for a hauler.
    item
        Which.
    ms
        How long it works.
    """
    stood = 0
    while ms >= left[0]:
        ms -= left[0]
        stood += repair[kind, draw(streams, at.REPAIR_TRUCK + kind, item, left[1])]
        left[1] += 1
        left[0] = up[row, draw(streams, at.UP_TRUCK + kind, item, left[1])]
    left[0] -= ms
    return stood


@only_compiled
def departs(
    ways: NDArray[np.int32], period: NDArray[np.int64], first_hour: int, a: int, b: int, t: int
) -> int:
    """Time at which one that would go from a to b at t finds a way."""
    hour = t // HOUR_MS
    if ways[period[(first_hour + hour) % at.WEEK_H], a, b] >= 0:
        return t
    while True:
        hour += 1
        if ways[period[(first_hour + hour) % at.WEEK_H], a, b] >= 0:
            return hour * HOUR_MS


@only_compiled
def reach(
    ways: NDArray[np.int32], period: NDArray[np.int64], first_hour: int, a: int, b: int, t: int
) -> int:
    """Time at which one that would go from a to b at t is there."""
    out = departs(ways, period, first_hour, a, b, t)
    return out + ways[period[(first_hour + out // HOUR_MS) % at.WEEK_H], a, b]


@only_compiled
def opening(opens: NDArray[np.int64], first_hour: int, f: int, t: int) -> int:
    """First time from t on at which a facility is open by plan."""
    hour = t // HOUR_MS
    wait = opens[f, (first_hour + hour) % at.WEEK_H]
    return t if wait == 0 else (hour + wait) * HOUR_MS


@only_compiled
def intake_left(
    used: NDArray[np.int64], intake: NDArray[np.int64], f: int, stream: int, load: int
) -> bool:
    """Whether a facility still takes a load today."""
    return used[f, stream] == 0 or used[f, stream] + load <= intake[f, stream]


@only_compiled
def choose(
    to_ms: NDArray[np.int32], from_ms: NDArray[np.int32], period: NDArray[np.int64],
    opens: NDArray[np.int64], outage: NDArray[np.int64], accepts: NDArray[np.int64],
    sends: NDArray[np.int64], used: NDArray[np.int64], intake: NDArray[np.int64],
    first_hour: int, now: int, source: int, stream: int, load: int, here: int, t: int, on: int,
    must: int,
) -> tuple[int, int]:  # fmt: skip
    """Choose a facility for a load.

    Parameters
    ----------
    to_ms, from_ms, period, opens, outage, accepts, sends, used, intake, first_hour
        As in `World` and `State`.
    now
        When one chooses.
    source
        Station from which the load comes; -1 for none.
    stream, load
        What, and how many g.
    here, t
        Place and time of leaving.
    on
        Place to go on to; -1 for none.
    must
        1 if one is to be found where none takes the load today, else 0.

    Returns
    -------
    tuple
        The facility, -1 for none; and the time of arrival, or of opening.
    """
    best, least = -1, 0
    hour = now // HOUR_MS
    for f in range(accepts.shape[0]):
        if accepts[f, stream] == 0 or outage[f, hour] != 0:
            continue
        if (source >= 0 and sends[source, f] == 0) or not intake_left(
            used, intake, f, stream, load
        ):
            continue
        there = reach(to_ms, period, first_hour, here, f, t)
        there = opening(opens, first_hour, f, there)
        if on >= 0:
            there = reach(from_ms, period, first_hour, f, on, there)
        if best < 0 or there < least:
            best, least = f, there
    if best >= 0 or must == 0:
        return best, least
    midnight = (hour // at.DAY_H + 1) * at.DAY_H * HOUR_MS
    for f in range(accepts.shape[0]):
        if accepts[f, stream] == 0 or (source >= 0 and sends[source, f] == 0):
            continue
        there = max(midnight, reach(to_ms, period, first_hour, here, f, t))
        there = opening(opens, first_hour, f, there)
        if on >= 0:
            there = reach(from_ms, period, first_hour, f, on, there)
        if best < 0 or there < least:
            best, least = f, there
    return best, least


@only_compiled
def count_over(
    given: NDArray[np.int64], mine: NDArray[np.int64], over: NDArray[np.int64], grown: int, to: int
) -> None:
    """Count time over and what falls beside, within the stand's hour up to so many ms of it."""
    since, room = mine[st.SEEN], given[at.HOLDS] - mine[st.LAY]
    mine[st.SEEN] = to
    before, after = grown * since // HOUR_MS, grown * to // HOUR_MS
    if after <= room:
        return
    full = 0
    if room >= 0:
        full = ((room + 1) * HOUR_MS + grown - 1) // grown
    ms = to - max(since, full)
    fallen = after - max(room, before)
    mine[st.OVER_MS] += ms
    mine[st.FALLEN] += fallen
    over[mine[st.HOUR], given[at.CELL], at.Y_BIN_MS] += ms * given[at.BINS]
    over[mine[st.HOUR], given[at.CELL], at.Y_FALLEN] += fallen * given[at.ML_KG]


@only_compiled
def lying(
    given: NDArray[np.int64], filling: NDArray[np.int32], mine: NDArray[np.int64],
    over: NDArray[np.int64], now: int,
) -> int:  # fmt: skip
    """Let a stand fill up to a moment; return what lies there.

    Parameters
    ----------
    given : int64[12]
        Row of `World.stand`.
    filling : int32[hours]
        Row of `World.filling`.
    mine : int64[8]
        Row of `State.stand`.
    over
        As in `Course`.
    now
        Not before it was last asked for.
    """
    hours = filling.size
    hour = min(now // HOUR_MS, hours)
    while mine[st.HOUR] < hour:
        grown = int(filling[mine[st.HOUR]])
        if mine[st.LAY] + grown > given[at.HOLDS]:
            count_over(given, mine, over, grown, HOUR_MS)
        mine[st.LAY] += grown
        mine[st.GROWN] += grown
        mine[st.HOUR] += 1
        mine[st.SEEN] = 0
    if hour == hours:
        return int(mine[st.LAY])
    grown = int(filling[hour])
    count_over(given, mine, over, grown, now - hour * HOUR_MS)
    return int(mine[st.LAY] + grown * mine[st.SEEN] // HOUR_MS)


@only_compiled
def bins_filled(given: NDArray[np.int64], lies: int) -> int:
    """Bins that are not empty."""
    inside = min(lies, given[at.HOLDS])
    return int((inside * given[at.BINS] + given[at.HOLDS] - 1) // given[at.HOLDS])


@only_compiled
def service(given: NDArray[np.int64], lies: int, ground_us: int) -> int:
    """Ms that it takes to collect what lies."""
    ground_ml = max(0, lies - given[at.HOLDS]) * given[at.ML_KG] // 1000
    bins = bins_filled(given, lies)
    return int(given[at.STOP_MS] + given[at.BIN_MS] * bins + ground_ml * ground_us // 1000)


@only_compiled
def chosen(
    given: NDArray[np.int64], ahead: NDArray[np.int64], route: NDArray[np.int64], z: float,
    week_h: int, lies: int,
) -> bool:  # fmt: skip
    """Whether a route's selection wants a stand in which so much lies.

    Parameters
    ----------
    given : int64[12]
        Row of `World.stand`.
    ahead
        As in `World`.
    route : int64[9]
        Row of `World.route`.
    z
        Its entry of `World.risk`.
    week_h
        Hour of the week.
    lies
        G.
    """
    select = route[at.R_SELECT]
    if select < THRESHOLD:
        return True
    if select >= PREDICTED:
        row = given[at.PROFILE]
        factor = ahead[row, week_h + route[at.R_AHEAD]] - ahead[row, week_h]
        mean = given[at.RATE] * factor // 1_000_000
        if select == RISK:
            room = given[at.HOLDS] - lies - mean
            return float(room) <= z * math.sqrt(float(mean * given[at.LUMP]))
        lies += mean
    return lies * at.PPM >= route[at.R_SHARE] * given[at.HOLDS]


@only_compiled
def next_stand(step: NDArray[np.int64], i: int, end: int) -> int:
    """First step from i on that collects, or ``end``."""
    while i < end and step[i, at.KIND] != COLLECT:
        i += 1
    return i


@only_compiled
def next_rest(
    step: NDArray[np.int64], out: NDArray[np.int64], route: NDArray[np.int64], c: int, own: int
) -> int:
    """First route from c on of which a collection is left to do, or ``own``."""
    while c < own:
        end = route[c, at.R_END]
        if next_stand(step, out[c, st.O_NEXT], end) < end:
            return c
        c += 1
    return own


@only_compiled
def join(
    visitor: NDArray[np.int64], site: NDArray[np.int64], who: int, f: int, stream: int, load: int
) -> None:  # fmt: skip
    """Put one at the end of a facility's line."""
    me = visitor[who]
    me[st.V_G], me[st.V_STREAM], me[st.V_FACILITY] = load, stream, f
    me[st.V_NEXT] = -1
    if site[f, st.WAITING] == 0:
        site[f, st.LINE] = who
    else:
        visitor[site[f, st.LINE_END], st.V_NEXT] = who
    site[f, st.LINE_END] = who
    site[f, st.WAITING] += 1
