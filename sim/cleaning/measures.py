"""Measures of one replication: a tidy table, one row a number.

Columns: ``measure``, ``by`` ("all", "hour", "street class", "area", "vehicle"), ``group``,
``value``, ``unit``. Cleanliness is counted at the begin of each hour from the end of the warm-up
on, weighted by length; work by the day of its route.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.cleaning.log import LATE, MISSED, PASSED
from sim.cleaning.plan import DRIVE, DUMP, REFILL, SWEEP
from sim.columns import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from sim.cleaning.log import Log

__all__ = ["MEASURES", "Rates", "label", "measures"]

MEASURES: Final[dict[str, tuple[str, bool | None, str, str]]] = {
    "clean_share": ("share", True, "Street length that meets its standard", "达标道路长度占比"),
    "swept_km": ("km", None, "Swept", "清扫里程"),
    "missed_km": ("km", False, "Missed", "漏扫里程"),
    "missed_share": ("share", False, "Missed of planned", "未完成占比"),
    "late_km": ("km", None, "Made up for on a later route", "补扫里程"),
    "deadhead_km": ("km", False, "Driven without sweeping", "空驶里程"),
    "deadhead_share": ("share", False, "Driven without sweeping, of all km", "空驶占比"),
    "out_h": ("h", None, "Out on routes", "出车时间"),
    "overtime_h": ("h", False, "Overtime", "加班时间"),
    "overtime_share": ("share", False, "Routes home after the end of the shift", "超时线路占比"),
    "dumps": ("count", None, "Dumps", "倾倒次数"),
    "refills": ("count", None, "Stops for water alone", "加水次数"),
    "diversions": ("count", False, "Stops that were not planned", "计划外停靠次数"),
    "facility_wait_h": ("h", False, "Waits at facilities", "设施排队时间"),
    "facility_wait_mean_min": ("min", False, "Mean wait at a facility", "设施平均等候时间"),
    "repair_h": ("h", False, "Broken down", "故障时间"),
    "collected_t": ("t", None, "Collected", "收集量"),
    "flushed_t": ("t", None, "Dirt flushed away", "冲洗尘土"),
    "washed_t": ("t", None, "Dirt washed away by rain", "雨水冲刷尘土"),
    "water_m3": ("m3", None, "Water used", "用水量"),
    "delay_mean_min": ("min", False, "Mean delay against the plan", "较计划平均延误"),
    "delay_p90_min": (
        "min",
        False,
        "90th percentile of delay against the plan",
        "较计划延误第90百分位",
    ),
    "energy": ("", False, "Energy or fuel", "能耗"),
    "cost": ("", False, "Cost", "费用"),
}
"""Unit, whether more is better, and labels in English and Chinese."""


def label(measure: str, lang: str = "en") -> str:
    """Name of a measure for people, in English or Chinese."""
    words = MEASURES[measure]
    return words[3] if lang == "zh" else words[2]


@dataclass(frozen=True)
class Rates:
    """What things take and cost; 0 leaves a part out.

    Parameters
    ----------
    energy_swept_km, energy_driven_km, energy_standing_h
        Energy or fuel per km swept, per km driven otherwise, and per hour out in which the vehicle
        neither drives nor sweeps (waits, services, repairs, breaks).
    energy_unit, currency
        Units of energy and of money, for the table.
    energy_price
        Per unit of energy.
    hour, overtime_hour
        Per hour out within the shift, and after its end.
    km
        Per km of either kind (wear).
    dump_t, water_m3
        Per t tipped and m3 of water used.

    Raises
    ------
    InputError
        If a rate is missing or negative.
    """

    energy_swept_km: float = 0.0
    energy_driven_km: float = 0.0
    energy_standing_h: float = 0.0
    energy_price: float = 0.0
    hour: float = 0.0
    overtime_hour: float = 0.0
    km: float = 0.0
    dump_t: float = 0.0
    water_m3: float = 0.0
    energy_unit: str = "l"
    currency: str = ""

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in fields(self):
            if field.name not in {"energy_unit", "currency"}:
                numbers(getattr(self, field.name), (), field.name, "rates")


def measures(
    log: Log,
    *,
    warmup_days: int = 0,
    rates: Rates | None = None,
    class_names: Sequence[str] | None = None,
    area_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Measure a run.

    Parameters
    ----------
    log
        What happened.
    warmup_days
        First day that counts. (Dirt washed away by rain is counted from the first.)
    rates
        Without them there is neither energy nor cost.
    class_names, area_names
        As groups are called; their numbers if not given.
    """
    import pandas as pd

    units = {name: words[0] for name, words in MEASURES.items()}
    if rates is not None:
        units |= {"energy": rates.energy_unit, "cost": rates.currency}
    rows = [
        (measure, by, group, float(value), units[measure])
        for measure, by, group, value in (
            *_of_streets(log, warmup_days, class_names, area_names),
            *_of_work(log, warmup_days, rates),
        )
        if np.isfinite(value)
    ]
    return pd.DataFrame(rows, columns=["measure", "by", "group", "value", "unit"])


def _of_streets(
    log: Log, warmup_days: int, class_names: Sequence[str] | None, area_names: Sequence[str] | None
) -> Iterator[tuple[str, str, str, float]]:
    clean = log.course.clean_mm[warmup_days * 24 :].astype(np.float64)
    total = log.length_mm().astype(np.float64)
    if len(clean) == 0 or total.sum() == 0:
        return
    yield "clean_share", "all", "", clean.sum() / total.sum() / len(clean)
    for hour in range(24):
        yield "clean_share", "hour", str(hour), clean[hour::24].sum(axis=1).mean() / total.sum()
    classes, areas = log.cells()
    for by, code, names in (("street class", classes, class_names), ("area", areas, area_names)):
        for group in np.unique(code).tolist():
            mine = code == group
            if total[mine].sum() > 0:
                share = clean[:, mine].sum() / total[mine].sum() / len(clean)
                yield "clean_share", by, str(group) if names is None else names[group], share


def _of_work(
    log: Log, warmup_days: int, rates: Rates | None
) -> Iterator[tuple[str, str, str, float]]:
    steps, out = log.steps(), log.out()
    steps = steps[steps["day"] >= warmup_days]
    out = out[out["day"] >= warmup_days]
    names = log.vehicles.names or [str(v) for v in range(len(log.vehicles))]
    groups = [("all", "", steps, out)]
    groups += [
        ("vehicle", name, steps[steps["vehicle"] == v], out[out["vehicle"] == v])
        for v, name in enumerate(names)
    ]
    for by, group, done, tours in groups:
        for measure, value in _work(log, done, tours, rates).items():
            yield measure, by, group, value
    yield "washed_t", "all", "", log.course.balance[3].sum() / 1e9


def _work(
    log: Log, steps: pd.DataFrame, out: pd.DataFrame, rates: Rates | None
) -> dict[str, float]:
    kind, outcome, metres = (steps[name].to_numpy() for name in ("kind", "outcome", "metres"))
    sweeps = (kind == SWEEP) & (outcome != PASSED)
    missed, late = sweeps & (outcome == MISSED), sweeps & (outcome == LATE)
    swept = sweeps & ~missed
    # What was driven along a piece swept before, and every drive.
    deadhead = (kind == DRIVE) | ((kind == SWEEP) & (outcome == PASSED))
    stops = steps[np.isin(kind, (DUMP, REFILL))]
    vehicle, piece = steps["vehicle"].to_numpy(), steps["piece"].to_numpy()
    hopper = ~np.isnan(log.vehicles.hopper_kg)[vehicle]
    removed_t = steps["removed_g"].to_numpy() / 1e6
    swept_km, deadhead_km = metres[swept].sum() / 1000, metres[deadhead].sum() / 1000
    missed_km = log.pieces.length_m[piece[missed]].sum() / 1000
    planned_km = missed_km + swept_km - metres[late].sum() / 1000
    ends_s = np.maximum(out["shift_end_s"], out["leave_s"])
    over_h = (out["home_s"] - ends_s).clip(lower=0.0) / 3600
    delay = ((steps["end_s"] - steps["planned_end_s"]) / 60)[swept & ~late].dropna()
    litres = log.vehicles.water_l_km[vehicle[swept]] * metres[swept] / 1000
    found = {
        "swept_km": swept_km,
        "missed_km": missed_km,
        "missed_share": missed_km / planned_km if planned_km > 0 else np.nan,
        "late_km": metres[late].sum() / 1000,
        "deadhead_km": deadhead_km,
        "deadhead_share": _share(deadhead_km, deadhead_km + swept_km),
        "out_h": (out["home_s"] - out["leave_s"]).sum() / 3600,
        "overtime_h": over_h.sum(),
        "overtime_share": _share((over_h > 0).sum(), len(out)),
        "dumps": (kind == DUMP).sum(),
        "refills": (kind == REFILL).sum(),
        "diversions": stops["diverted"].sum(),
        "facility_wait_h": stops["wait_s"].sum() / 3600,
        "facility_wait_mean_min": stops["wait_s"].mean() / 60 if len(stops) else np.nan,
        "repair_h": steps["repair_s"].sum() / 3600,
        "collected_t": removed_t[swept & hopper].sum(),
        "flushed_t": removed_t[swept & ~hopper].sum(),
        "water_m3": litres.sum() / 1000,
        "delay_mean_min": delay.mean() if len(delay) else np.nan,
        "delay_p90_min": delay.quantile(0.9) if len(delay) else np.nan,
    }
    if rates is not None:
        moving = swept | deadhead
        lasts = (steps["end_s"] - steps["begin_s"] - steps["wait_s"] - steps["repair_s"]).to_numpy()
        moving_h = lasts[moving].sum() / 3600
        found["energy"] = (
            rates.energy_swept_km * swept_km
            + rates.energy_driven_km * deadhead_km
            + rates.energy_standing_h * max(0.0, found["out_h"] - moving_h)
        )
        found["cost"] = (
            rates.energy_price * found["energy"]
            + rates.hour * (found["out_h"] - found["overtime_h"])
            + rates.overtime_hour * found["overtime_h"]
            + rates.km * (swept_km + deadhead_km)
            + rates.dump_t * removed_t[kind == DUMP].sum()
            + rates.water_m3 * found["water_m3"]
        )
    return {name: float(value) for name, value in found.items()}


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
