"""How the dispatch simulation lies in arrays: what `prepare` fills and the kernel reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.dispatch.log import IntervalColumns, ResponseColumns
    from sim.dispatch.roads import Roads

# How a policy's choices are numbered.
NEAREST, PREFERENCE, KEEP_COVERAGE = 0, 1, 2
PREEMPT_OFF, PREEMPT_NONE_FREE, PREEMPT_NEARER = 0, 1, 2
HOSPITAL_NEAREST, HOSPITAL_LEAST_WAIT = 0, 1
RELOCATE_NONE, RELOCATE_COMPLIANCE, RELOCATE_DMEXCLP = 0, 1, 2

# Places in `State.counts`: needs not finished, needs whose unit was taken away, intervals.
OPEN, LEFT, INTERVALS = 0, 1, 2


class Fleet(NamedTuple):
    """Units, stations, hospitals and unit types; one entry each, ``shift_*`` one a change."""

    type: NDArray[np.int32]
    home: NDArray[np.int32]
    on_at_start: NDArray[np.int8]
    shift_s: NDArray[np.float64]
    shift_unit: NDArray[np.int32]
    shift_on: NDArray[np.int8]
    station_place: NDArray[np.int32]
    station_a: NDArray[np.float64]
    station_b: NDArray[np.float64]
    hospital_place: NDArray[np.int32]
    hospital_a: NDArray[np.float64]
    hospital_b: NDArray[np.float64]
    bays: NDArray[np.int32]
    turnout_day_s: NDArray[np.float64]
    turnout_night_s: NDArray[np.float64]
    night_from_h: NDArray[np.float64]
    night_to_h: NDArray[np.float64]
    lights_factor: NDArray[np.float64]
    speed_factor: NDArray[np.float64]
    lights_to_hospital: NDArray[np.int8]


class Asks(NamedTuple):
    """Incidents (one entry each; ``first_need`` one more) and their needs."""

    time_s: NDArray[np.float64]
    place: NDArray[np.int32]
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    area: NDArray[np.int32]
    priority: NDArray[np.int32]
    target_s: NDArray[np.float64]
    first_need: NDArray[np.int64]
    incident: NDArray[np.int32]
    unit_type: NDArray[np.int32]
    on_scene_s: NDArray[np.float64]
    transport: NDArray[np.int8]
    handover_s: NDArray[np.float64]
    handover_mean_s: NDArray[np.float64]


class Rules(NamedTuple):
    """The policy.

    ``rank[area, unit]`` is the unit's place in the area's list (the last row: no area), the number
    of units where it is not listed; ``compliance[type, k, :]`` the stations for k + 1 free units;
    ``cover[set of closed streets, type, station, area]``; ``marginal[k]`` = (1 - q) q^k.
    """

    dispatch: int
    preemption: int
    hospital: int
    relocation: int
    queue_limit: int
    rank: NDArray[np.int32]
    compliance: NDArray[np.int32]
    compliance_rows: NDArray[np.int32]
    cover: NDArray[np.bool_]
    weight: NDArray[np.float64]
    marginal: NDArray[np.float64]


class State(NamedTuple):
    """All that changes. One entry a unit, unless said otherwise."""

    status: NDArray[np.int8]
    on_duty: NDArray[np.int8]
    since_s: NDArray[np.float64]
    need: NDArray[np.int32]
    station: NDArray[np.int32]
    hospital: NDArray[np.int32]
    lights: NDArray[np.int8]
    stamp: NDArray[np.int64]
    # Where the present interval began; for a unit at rest, where it is.
    place: NDArray[np.int32]
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    # The drive: where to, by which way, when it began and how long it takes.
    to_place: NDArray[np.int32]
    to_a: NDArray[np.float64]
    to_b: NDArray[np.float64]
    way: NDArray[np.int64]
    layer: NDArray[np.int64]
    factor: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    ready_s: NDArray[np.float64]  # end of turn-out
    # One entry a hospital: units that are on the way, wait or hand over; bays in use; the queue.
    heading: NDArray[np.int32]
    in_bay: NDArray[np.int32]
    line: NDArray[np.int32]
    line_first: NDArray[np.int64]
    line_length: NDArray[np.int64]
    # Waiting needs a type: sorted keys in waiting[type, low:high].
    waiting: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    # Needs whose unit was taken away, [0, left_count).
    left: NDArray[np.int32]
    # counts[0] needs not yet finished; counts[1] needs in `left`; counts[2] intervals.
    counts: NDArray[np.int64]
    free_here: NDArray[np.int32]  # scratch: free units by station
    covered: NDArray[np.int32]  # scratch: free units that cover an area


class World(NamedTuple):
    """What every step sees."""

    roads: Roads
    fleet: Fleet
    asks: Asks
    rules: Rules
    state: State
    responses: ResponseColumns
    intervals: IntervalColumns
    week_start_s: float
