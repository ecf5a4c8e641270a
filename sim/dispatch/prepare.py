"""From objects to arrays and back: everything that the kernel sees is laid out here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.dispatch.log import IntervalColumns, Log, ResponseColumns
from sim.dispatch.policies import KeepCoverage, Nearest, Preference
from sim.dispatch.road_arrays import own_array
from sim.dispatch.setting import Setting, setting_of
from sim.dispatch.travel import Spots

if TYPE_CHECKING:
    from sim.dispatch.demand import Demand
    from sim.dispatch.layout import Asks, State
    from sim.dispatch.model import District, Policy


@dataclass(frozen=True)
class Prepared:
    """One replication, ready to run on either engine."""

    setting: Setting
    demand: Demand
    horizon_s: float
    n_incidents: int
    n_needs: int
    incident_spots: Spots

    @property
    def rule_is_builtin(self) -> bool:
        """Whether the kernel knows the dispatch rule."""
        rule = self.setting.policy.dispatch
        return rule is None or type(rule) in {Nearest, Preference, KeepCoverage}


def prepare(district: District, policy: Policy, demand: Demand, horizon_s: float) -> Prepared:
    """Place the demand on the travel model and check it against the district."""
    if not (np.isfinite(horizon_s) and horizon_s > 0):
        raise InputError(f"the horizon is {horizon_s} s", mend="give seconds above 0")
    setting = setting_of(district, policy)
    incidents, needs = demand.incidents, demand.needs
    n = int(np.searchsorted(incidents["time_s"].to_numpy(float), horizon_s, side="left"))
    n_needs = int(np.searchsorted(needs["incident"].to_numpy(), n, side="left"))
    for column, names in (("class_code", district.classes),):
        values = incidents[column].to_numpy()[:n]
        if len(values) and (values.min() < 0 or values.max() >= len(names)):
            raise InputError(
                f"{column} {int(values.max())} is unknown",
                place="demand",
                mend=f"the district has {len(names)}",
            )
    types = needs["unit_type"].to_numpy()[:n_needs]
    if len(types) and (types.min() < 0 or types.max() >= len(district.unit_types)):
        raise InputError(
            f"unit_type {int(types.max())} is unknown",
            place="demand",
            mend=f"the district has {len(district.unit_types)}",
        )
    unmanned = sorted(set(np.unique(types).tolist()) - set(setting.unit_type.tolist()))
    if unmanned:
        raise InputError(
            f"{district.unit_types[unmanned[0]].name!r} is needed, and no unit has that type",
            place="demand",
            mend="add a unit of that type",
        )
    if n:
        spots = district.travel.locate(
            incidents["lon"].to_numpy()[:n], incidents["lat"].to_numpy()[:n],
            what="incidents", limited=demand.recorded,
        )  # fmt: skip
    else:
        spots = Spots(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    return Prepared(setting, demand, horizon_s, n, n_needs, spots)


def _asks(p: Prepared) -> Asks:
    from sim.dispatch.layout import Asks

    i, m = p.demand.incidents.iloc[: p.n_incidents], p.demand.needs.iloc[: p.n_needs]
    owner = m["incident"].to_numpy()
    code = i["class_code"].to_numpy()
    mean = np.array([k.handover.mean if k.handover else 0.0 for k in p.setting.district.classes])
    return Asks(
        time_s=own_array(i["time_s"], np.float64), place=p.incident_spots.place.astype(np.int32),
        a=p.incident_spots.a.copy(), b=p.incident_spots.b.copy(),
        area=own_array(i["area"], np.int32), priority=own_array(i["priority"], np.int32),
        target_s=own_array(i["target_s"], np.float64),
        first_need=np.searchsorted(owner, np.arange(p.n_incidents + 1)).astype(np.int64),
        incident=owner.astype(np.int32), unit_type=own_array(m["unit_type"], np.int32),
        on_scene_s=own_array(m["on_scene_s"], np.float64),
        transport=own_array(m["transport"], np.int8),
        handover_s=own_array(m["handover_s"], np.float64),
        handover_mean_s=mean[code[owner]] if len(owner) else np.zeros(0),
    )  # fmt: skip


def _state(p: Prepared, asks: Asks) -> State:
    from sim.dispatch.layout import State

    units = len(p.setting.district.units)
    types = len(p.setting.district.unit_types)
    hospitals = len(p.setting.district.hospitals)
    i8, i32, i64 = np.int8, np.int32, np.int64
    most = int(np.bincount(asks.unit_type, minlength=types).max()) if p.n_needs else 0
    joint = int(np.diff(asks.first_need).max()) if p.n_incidents else 0
    if not p.setting.closures.is_empty:  # a change of them may take every unit off its need
        joint += units
    ranks = len(np.unique(asks.priority))
    return State(
        status=np.zeros(units, i8), on_duty=np.zeros(units, i8), since_s=np.zeros(units),
        need=np.full(units, -1, i32), station=np.zeros(units, i32),
        hospital=np.full(units, -1, i32), lights=np.zeros(units, i8), stamp=np.zeros(units, i64),
        place=np.zeros(units, i32), a=np.zeros(units), b=np.zeros(units),
        to_place=np.zeros(units, i32), to_a=np.zeros(units), to_b=np.zeros(units),
        way=np.zeros(units, i64), layer=np.zeros(units, i64), factor=np.ones(units),
        duration_s=np.zeros(units), ready_s=np.zeros(units),
        heading=np.zeros(hospitals, i32), in_bay=np.zeros(hospitals, i32),
        line=np.zeros((hospitals, units), i32), line_first=np.zeros(hospitals, i64),
        line_length=np.zeros(hospitals, i64),
        waiting=np.zeros((types, most + 1), i64), low=np.zeros(types, i64),
        high=np.zeros(types, i64),
        left=np.zeros((joint + 1) * (ranks + 1), i32), counts=np.zeros(3, i64),
        free_here=np.zeros(len(p.setting.district.stations), i32),
        covered=np.zeros(p.setting.rules.weight.size, i32),
    )  # fmt: skip


def empty_responses(n: int) -> ResponseColumns:
    """Columns for n needs, as yet unanswered."""
    nan = np.nan
    return ResponseColumns(
        unit=np.full(n, -1, np.int32), dispatched_s=np.full(n, nan), departed_s=np.full(n, nan),
        arrived_s=np.full(n, nan), cleared_s=np.full(n, nan), hospital=np.full(n, -1, np.int32),
        hospital_arrived_s=np.full(n, nan), handover_start_s=np.full(n, nan),
        freed_s=np.full(n, nan), queued=np.zeros(n, np.bool_), referred=np.zeros(n, np.bool_),
        preempted=np.zeros(n, np.int32),
    )  # fmt: skip


def empty_intervals(n: int) -> IntervalColumns:
    """Columns for n resource intervals."""
    i32, f = np.int32, np.float64
    return IntervalColumns(
        unit=np.empty(n, i32), status=np.empty(n, np.int8), need=np.empty(n, i32),
        station=np.empty(n, i32), lights=np.empty(n, np.int8),
        start_s=np.empty(n, f), end_s=np.empty(n, f),
        from_place=np.empty(n, i32), from_a=np.empty(n, f), from_b=np.empty(n, f),
        to_place=np.empty(n, i32), to_a=np.empty(n, f), to_b=np.empty(n, f),
        metres=np.empty(n, f),
    )  # fmt: skip


def run_kernel(p: Prepared) -> Log:
    """Run one replication on the Numba kernel."""
    from sim.dispatch.kernel import run
    from sim.dispatch.layout import INTERVALS

    setting = p.setting
    asks = _asks(p)
    fleet = setting.fleet(p.horizon_s)
    rules = setting.rules
    roads = setting.borrow_roads()
    room = 8 * p.n_needs + 2 * len(fleet.shift_s) + 4 * len(fleet.type) + 64
    try:
        while True:
            state = _state(p, asks)
            responses, intervals = empty_responses(p.n_needs), empty_intervals(room)
            end_s = float(
                run(
                    roads, fleet, asks, rules, state, responses, intervals,
                    float(setting.district.week_start_s), float(p.horizon_s),
                )
            )  # fmt: skip
            used = int(state.counts[INTERVALS])
            if used <= room:
                break
            room = used
    finally:
        setting.give_back(roads)
    intervals = IntervalColumns._make(column[:used] for column in intervals)
    return Log(p.demand, responses, intervals, setting.district.travel.kind, p.horizon_s, end_s)
