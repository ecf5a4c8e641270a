"""The Log of one replication: columns as the engines filled them, tables for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.dispatch.travel import MATRIX, STREETS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.dispatch.demand import Demand

OFF_DUTY, IDLE, TURNING_OUT, TO_SCENE, ON_SCENE = 0, 1, 2, 3, 4
TO_HOSPITAL, HAND_OVER, RETURNING, RELOCATING = 5, 6, 7, 8
STATUS_NAMES = (
    "off duty", "idle", "turning out", "to scene", "on scene",
    "to hospital", "hand-over", "returning", "relocating",
)  # fmt: skip


class ResponseColumns(NamedTuple):
    """One entry a need; times in seconds, NaN where it did not come to that."""

    unit: NDArray[np.int32]
    dispatched_s: NDArray[np.float64]
    departed_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    cleared_s: NDArray[np.float64]
    hospital: NDArray[np.int32]
    hospital_arrived_s: NDArray[np.float64]
    handover_start_s: NDArray[np.float64]
    freed_s: NDArray[np.float64]
    queued: NDArray[np.bool_]
    referred: NDArray[np.bool_]
    preempted: NDArray[np.int32]


class IntervalColumns(NamedTuple):
    """One entry a resource interval, in the order in which they ended."""

    unit: NDArray[np.int32]
    status: NDArray[np.int8]
    need: NDArray[np.int32]
    station: NDArray[np.int32]
    lights: NDArray[np.int8]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    from_place: NDArray[np.int32]
    from_a: NDArray[np.float64]
    from_b: NDArray[np.float64]
    to_place: NDArray[np.int32]
    to_a: NDArray[np.float64]
    to_b: NDArray[np.float64]
    metres: NDArray[np.float64]


@dataclass(frozen=True)
class Log:
    """What happened in one replication.

    Parameters
    ----------
    demand
        What was asked.
    response_columns, interval_columns
        As the engine filled them.
    travel_kind
        `STREETS`, `MATRIX` or `PLANE`: what the spots of the intervals mean.
    horizon_s, end_s
        Length of the time looked at, and when the last work was finished.
    """

    demand: Demand
    response_columns: ResponseColumns
    interval_columns: IntervalColumns
    travel_kind: int
    horizon_s: float
    end_s: float

    @cached_property
    def responses(self) -> pd.DataFrame:
        """One row a need of an incident, in order of call.

        Returns
        -------
        DataFrame
            incident, need, class_code, priority, area, unit_type, time_s, lon, lat, target_s of the
            demand; unit (-1: none came), dispatched_s, departed_s, arrived_s, cleared_s, hospital
            (-1: none), hospital_arrived_s, handover_start_s, freed_s, queued, referred, preempted
            (times); response_s, seconds from call to arrival.
        """
        import pandas as pd

        incidents = self.demand.incidents
        needs = self.demand.needs.iloc[: len(self.response_columns.unit)]
        row = needs["incident"].to_numpy()
        columns: dict[str, NDArray[np.generic]] = {"incident": row}
        columns["need"] = needs["need"].to_numpy()
        for name in ("class_code", "priority", "area"):
            columns[name] = incidents[name].to_numpy()[row]
        columns["unit_type"] = needs["unit_type"].to_numpy()
        columns["unit"] = self.response_columns.unit
        columns["time_s"] = incidents["time_s"].to_numpy()[row]
        columns |= self.response_columns._asdict()
        columns["response_s"] = columns["arrived_s"] - columns["time_s"]  # type: ignore[operator]
        for name in ("target_s", "lon", "lat"):
            columns[name] = incidents[name].to_numpy()[row]
        return pd.DataFrame(columns)

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """One row a resource interval.

        Returns
        -------
        DataFrame
            unit, status (see `STATUS_NAMES`), start_s, end_s, incident (-1: none), need, station
            (where it waits or is going, -1: none), lights, km, and where it began and ended: on
            streets from_edge, from_fraction, to_edge, to_fraction; on a matrix from_node, to_node;
            on the plane from_x, from_y, to_x, to_y.
        """
        import pandas as pd

        c = self.interval_columns
        incident = self.demand.needs["incident"].to_numpy()
        number = self.demand.needs["need"].to_numpy()
        has = c.need >= 0
        known = np.where(has, c.need, 0)
        none = np.full(len(known), -1)
        columns: dict[str, NDArray[np.generic]] = {
            "unit": c.unit,
            "status": c.status,
            "start_s": c.start_s,
            "end_s": c.end_s,
            "incident": np.where(has, incident[known], -1) if len(incident) else none,
            "need": np.where(has, number[known], -1) if len(number) else none,
            "station": c.station,
            "lights": c.lights,
            "km": c.metres / 1000.0,
        }
        if self.travel_kind == STREETS:
            columns |= {
                "from_edge": c.from_place, "from_fraction": c.from_a,
                "to_edge": c.to_place, "to_fraction": c.to_a,
            }  # fmt: skip
        elif self.travel_kind == MATRIX:
            columns |= {"from_node": c.from_place, "to_node": c.to_place}
        else:
            columns |= {"from_x": c.from_a, "from_y": c.from_b, "to_x": c.to_a, "to_y": c.to_b}
        return pd.DataFrame(columns)
