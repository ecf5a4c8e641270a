"""Measures of one replication: a tidy table, one row a number.

Columns: ``measure``, ``by``, ``group``, ``value``, ``unit``. ``by`` is "all", "stream", "kind",
"area", "vehicle", "facility", "hour" (of the day), "day", "who" (trucks, haulers, others), "part"
(of costs), or one of the pairs "stream day" and "facility hour", whose groups are "name|number".

Overflow and facilities are counted from the end of the warm-up on, work by the day of its route,
hauls and deliveries by the time at which they began or came. What is left and the balance are of
all the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.waste import layout as at
from sim.waste.costs import Rates, costs
from sim.waste.log import DONE, LATE, MISSED
from sim.waste.plan import COLLECT, UNLOAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sim.waste.log import Log

__all__ = ["MEASURES", "Rates", "label", "measures"]

MEASURES: Final[dict[str, tuple[str, bool | None, str, str]]] = {
    "not_full_share": ("share", True, "Bin-hours without overflow", "垃圾桶未满溢时间占比"),
    "overflown_share": ("share", False, "Bin-hours of overflow", "垃圾桶满溢时间占比"),
    "overflow_bin_h": ("h", False, "Overflow, bin-hours", "满溢桶时"),
    "overflow_l": ("l", False, "Waste thrown beside full bins", "桶外散落垃圾"),
    "stands_overflown_share": ("share", False, "Stands that overflowed", "发生满溢的投放点占比"),
    "collected_t": ("t", None, "Collected", "收集量"),
    "tipped_t": ("t", None, "Tipped at facilities", "设施卸料量"),
    "delivered_t": ("t", None, "Delivered by others", "外单位运入量"),
    "hauled_t": ("t", None, "Long haul", "转运量"),
    "left_t": ("t", False, "Left in and beside the bins at the end", "期末滞留量"),
    "served_stands": ("count", None, "Stands served", "收运点次"),
    "missed_stands": ("count", False, "Stands missed", "漏收点次"),
    "missed_share": ("share", False, "Missed of planned", "未完成占比"),
    "late_stands": ("count", None, "Made up for on a later route", "补收点次"),
    "skipped_stands": ("count", None, "Stands not chosen for emptying", "按满溢度跳过点次"),
    "bins_emptied": ("count", None, "Bins emptied", "清空桶数"),
    "punctual_share": ("share", True, "Stands served on time", "准点收运占比"),
    "in_window_share": ("share", True, "Stands served within their window", "时间窗内收运占比"),
    "delay_mean_min": ("min", False, "Mean delay against the plan", "较计划平均延误"),
    "delay_p90_min": (
        "min",
        False,
        "90th percentile of delay against the plan",
        "较计划延误第90百分位",
    ),
    "diversions": ("count", False, "Stops that were not planned", "计划外停靠次数"),
    "trips": ("count", None, "Unloadings", "卸料趟次"),
    "km": ("km", False, "Distance driven", "行驶里程"),
    "km_loaded": ("km", None, "Driven with waste aboard", "收集车载货里程"),
    "km_empty": ("km", False, "Driven empty", "收集车空驶里程"),
    "hauls": ("count", None, "Long hauls", "转运趟次"),
    "haul_km": ("km", False, "Driven by haulers", "转运车行驶里程"),
    "haul_km_loaded": ("km", None, "Haulers loaded", "转运车载货里程"),
    "haul_km_empty": ("km", False, "Haulers empty", "转运车空驶里程"),
    "haul_wait_h": ("h", False, "Haulers waiting at facilities", "转运车设施等候时间"),
    "station_wait_mean_min": ("min", False, "Mean wait at facilities", "设施平均等候时间"),
    "station_wait_p90_min": (
        "min",
        False,
        "90th percentile of the wait at facilities",
        "设施等候时间第90百分位",
    ),
    "station_wait_h": ("h", False, "Waits at facilities", "设施等候总时间"),
    "bays_used": ("share", None, "Bays in use", "卸料位利用率"),
    "queue": ("count", False, "Mean number of vehicles in line", "平均排队车数"),
    "blocked_h": ("h", False, "Gate blocked by a full pit", "料坑满堵塞时间"),
    "full_h": ("h", False, "No place for another container", "集装箱位占满时间"),
    "pit_t": ("t", None, "Mean amount in the pit", "料坑平均存量"),
    "out_h": ("h", None, "Out on routes", "出车时间"),
    "overtime_h": ("h", False, "Overtime", "加班时间"),
    "overtime_share": ("share", False, "Routes home after the end of the shift", "超时线路占比"),
    "repair_h": ("h", False, "Broken down", "故障时间"),
    "energy": ("", False, "Energy or fuel", "能耗"),
    "co2_t": ("t", False, "CO2", "二氧化碳排放"),
    "cost": ("", False, "Cost", "费用"),
    "cost_per_t": ("", False, "Cost of a tonne", "吨均费用"),
    "balance_g": ("g", False, "Waste lost by the reckoning (0)", "物料平衡差（应为0）"),
}
"""Unit, whether more is better, and labels in English and Chinese."""

Row = tuple[str, str, str, float]


def label(measure: str, lang: str = "en") -> str:
    """Name of a measure for people, in English or Chinese."""
    words = MEASURES[measure]
    return words[3] if lang == "zh" else words[2]


@dataclass(frozen=True)
class _View:
    """A log and its tables, from when on it counts, and how groups are called."""

    log: Log
    stops: pd.DataFrame
    out: pd.DataFrame
    hauls: pd.DataFrame
    third: pd.DataFrame
    warmup_h: int
    streams: list[str]
    kinds: list[str]
    areas: list[str]
    facilities: list[str]
    trucks: list[str]


def measures(
    log: Log,
    *,
    rates: Rates | None = None,
    punctual_min: float = 30.0,
    kind_names: Sequence[str] | None = None,
    area_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Measure a run.

    Parameters
    ----------
    log
        What happened, and from which day on it counts.
    rates
        Without them there is neither energy nor cost.
    punctual_min
        A stand is served on time if the service begins within so many minutes of the planned time.
    kind_names, area_names
        As groups are called; their numbers if not given.
    """
    import pandas as pd

    stands, facilities = log.stands, log.facilities
    view = _View(
        log,
        log.stops(),
        log.out(),
        log.hauls(),
        log.third(),
        log.warmup_days * at.DAY_H,
        _names(facilities.streams, facilities.accepts.shape[1]),
        _names(kind_names, stands.kinds),
        _names(area_names, int(stands.area.max(initial=0)) + 1),
        _names(facilities.names, len(facilities)),
        _names(log.trucks.names, len(log.trucks)),
    )
    units = {name: words[0] for name, words in MEASURES.items()}
    if rates is not None:
        units |= {"energy": rates.energy_unit, "cost": rates.currency}
        units |= {"cost_per_t": f"{rates.currency}/t"}
    rows = [
        (measure, by, group, float(value), units[measure])
        for measure, by, group, value in (
            *_overflow(view),
            *_amounts(view),
            *_work(view, punctual_min),
            *_hauls(view),
            *_facilities(view),
            *_waits(view),
            *(
                ()
                if rates is None
                else costs(log, view.stops, view.out, view.hauls, rates, view.warmup_h)
            ),
            ("balance_g", "all", "", float(np.abs(log.balance()).sum())),
        )
        if np.isfinite(value)
    ]
    return pd.DataFrame(rows, columns=["measure", "by", "group", "value", "unit"])


def _names(names: Sequence[str] | None, n: int) -> list[str]:
    return [str(i) for i in range(n)] if names is None else list(names)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _overflow(view: _View) -> Iterator[Row]:
    log, stands = view.log, view.log.stands
    over = log.course.over[view.warmup_h :].astype(np.float64)
    over[:, :, at.Y_BIN_MS] /= at.HOUR_MS
    over[:, :, at.Y_FALLEN] /= 1e6
    hours, cells = over.shape[:2]
    bins = np.bincount(stands.cell, weights=stands.bins, minlength=cells)

    def rows(by: str, group: str, table: NDArray[np.float64], bin_h: float) -> Iterator[Row]:
        bin_over_h, litres = table.reshape(-1, 2).sum(axis=0)
        share = _share(bin_over_h, bin_h)
        yield "not_full_share", by, group, 1.0 - share
        yield "overflown_share", by, group, share
        yield "overflow_bin_h", by, group, bin_over_h
        yield "overflow_l", by, group, litres

    yield from rows("all", "", over, bins.sum() * hours)
    for hour in range(at.DAY_H):
        part = over[hour :: at.DAY_H]
        yield from rows("hour", str(hour), part, bins.sum() * len(part))
    code = np.arange(cells)
    for by, of_cell, names in (
        ("stream", code // stands.kinds, view.streams),
        ("kind", code % stands.kinds, view.kinds),
    ):
        for group, name in enumerate(names):
            mine = of_cell == group
            yield from rows(by, name, over[:, mine], bins[mine].sum() * hours)
    measured = log.course.stands[:, [at.G_OVER_MS, at.G_FALLEN]] - log.course.early
    totals = measured.astype(np.float64)
    totals[:, 0] *= stands.bins / at.HOUR_MS
    totals[:, 1] *= stands.ml_kg / 1e6
    for group, name in enumerate(view.areas):
        mine = stands.area == group
        yield from rows("area", name, totals[mine], stands.bins[mine].sum() * hours)
    overflown = measured[:, 0] > 0
    yield "stands_overflown_share", "all", "", _share(overflown.sum(), len(stands))
    for by, code, names in (
        ("stream", stands.stream, view.streams),
        ("kind", stands.kind, view.kinds),
        ("area", stands.area, view.areas),
    ):
        for group, name in enumerate(names):
            mine = code == group
            yield "stands_overflown_share", by, name, _share(overflown[mine].sum(), mine.sum())


def _amounts(view: _View) -> Iterator[Row]:
    """Tonnes by stream and day, by facility, and what is left."""
    log, course = view.log, view.log.course
    took = course.rows[course.rows[:, at.L_KIND] == COLLECT]
    took = took[took[:, at.L_ENDED] >= view.warmup_h * at.HOUR_MS]
    tonnes = took[:, at.L_G] / 1e6
    stream = log.trucks.stream[took[:, at.L_VEHICLE]]
    day = took[:, at.L_ENDED] // (at.DAY_H * at.HOUR_MS)
    yield "collected_t", "all", "", tonnes.sum()
    first = view.warmup_h // at.DAY_H
    last = max(int(day.max(initial=0)) + 1, len(course.over) // at.DAY_H)
    for one in range(first, last):
        yield "collected_t", "day", str(one), tonnes[day == one].sum()
    for code, name in enumerate(view.streams):
        yield "collected_t", "stream", name, tonnes[stream == code].sum()
        for one in range(first, last):
            mine = (stream == code) & (day == one)
            yield "collected_t", "stream day", f"{name}|{one}", tonnes[mine].sum()
    for v, name in enumerate(view.trucks):
        yield "collected_t", "vehicle", name, tonnes[took[:, at.L_VEHICLE] == v].sum()
    left_t = course.stands[:, at.G_LEFT] / 1e6
    yield "left_t", "all", "", left_t.sum()
    for code, name in enumerate(view.streams):
        yield "left_t", "stream", name, left_t[log.stands.stream == code].sum()
    tipped_t = course.tipped[view.warmup_h :].sum(axis=0) / 1e6
    yield "tipped_t", "all", "", tipped_t.sum()
    for f, name in enumerate(view.facilities):
        yield "tipped_t", "facility", name, tipped_t[f].sum()
    third = view.third
    third = third[third["end_s"] >= view.warmup_h * 3600.0]
    yield "delivered_t", "all", "", third["kg"].sum() / 1000
    for f, name in enumerate(view.facilities):
        mine = third["facility"] == f
        yield "delivered_t", "facility", name, third["kg"][mine].sum() / 1000


def _work(view: _View, punctual_min: float) -> Iterator[Row]:
    stops, out = view.stops, view.out
    first = view.warmup_h // at.DAY_H
    stops, out = stops[stops["day"] >= first], out[out["day"] >= first]
    out = out[out["home_s"].notna()]
    latest = np.full(len(stops), np.inf)
    known = (stops["step"] >= 0).to_numpy()
    routes = view.log.routes
    step = stops["step"].to_numpy()[known]
    whose = np.searchsorted(routes.first, step, side="right") - 1
    latest[known] = routes.day[whose] * 86_400.0 + routes.leave_s[whose] + routes.latest_s[step]
    stops = stops.assign(latest_s=latest)
    groups = [("all", "", stops, out)]
    stream = view.log.trucks.stream
    groups += [
        ("stream", name, stops[stream[stops["vehicle"]] == s], out[stream[out["vehicle"]] == s])
        for s, name in enumerate(view.streams)
    ]
    groups += [
        ("vehicle", name, stops[stops["vehicle"] == v], out[out["vehicle"] == v])
        for v, name in enumerate(view.trucks)
    ]
    for by, group, own, tours in groups:
        for measure, value in _of_trucks(own, tours, punctual_min).items():
            yield measure, by, group, value
    trips = stops[stops["kind"] == UNLOAD]
    for f, name in enumerate(view.facilities):
        yield "trips", "facility", name, float((trips["facility"] == f).sum())


def _of_trucks(stops: pd.DataFrame, out: pd.DataFrame, punctual_min: float) -> dict[str, float]:
    kind, outcome = stops["kind"].to_numpy(), stops["outcome"].to_numpy()
    collects = kind == COLLECT
    served = collects & ((outcome == DONE) | (outcome == LATE))
    missed = collects & (outcome == MISSED)
    planned = collects & ((outcome == DONE) | (outcome == MISSED))
    km, loaded = stops["metres"].to_numpy() / 1000, (stops["aboard_kg"] > 0).to_numpy()
    delay = ((stops["begin_s"] - stops["planned_begin_s"]) / 60).to_numpy()
    timed = planned & np.isfinite(delay)
    delays = delay[timed & ~missed]
    windowed = planned & np.isfinite(stops["latest_s"].to_numpy())
    in_time = ~missed & (stops["begin_s"] <= stops["latest_s"]).to_numpy()
    ends_s = np.maximum(out["shift_end_s"], out["leave_s"])
    over_h = (out["home_s"] - ends_s).clip(lower=0.0) / 3600
    on_time = (np.abs(delays) <= punctual_min).sum()
    return {
        "served_stands": float(served.sum()),
        "missed_stands": float(missed.sum()),
        "missed_share": _share(missed.sum(), planned.sum()),
        "late_stands": float((collects & (outcome == LATE)).sum()),
        "skipped_stands": float(out["passed_over"].sum()),
        "bins_emptied": float(stops["bins"].sum()),
        "punctual_share": _share(on_time, timed.sum()),
        "in_window_share": _share((windowed & in_time).sum(), windowed.sum()),
        "delay_mean_min": float(delays.mean()) if len(delays) else np.nan,
        "delay_p90_min": float(np.quantile(delays, 0.9)) if len(delays) else np.nan,
        "diversions": float(stops["diverted"].sum()),
        "trips": float((kind == UNLOAD).sum()),
        "km": float(km.sum()),
        "km_loaded": float(km[loaded].sum()),
        "km_empty": float(km[~loaded].sum()),
        "out_h": float((out["home_s"] - out["leave_s"]).sum() / 3600),
        "overtime_h": float(over_h.sum()),
        "overtime_share": _share((over_h > 0).sum(), len(out)),
        "repair_h": float(stops["repair_s"].sum() / 3600),
    }


def _hauls(view: _View) -> Iterator[Row]:
    hauls = view.hauls
    hauls = hauls[hauls["left_s"] >= view.warmup_h * 3600.0]
    loads = hauls[hauls["kind"] != at.HOMEWARD]
    yield "hauls", "all", "", float(len(loads))
    yield "hauled_t", "all", "", loads["kg"].sum() / 1000
    yield "haul_km_loaded", "all", "", loads["metres_loaded"].sum() / 1000
    yield "haul_km_empty", "all", "", hauls["metres_empty"].sum() / 1000
    metres = hauls["metres_loaded"].sum() + hauls["metres_empty"].sum()
    yield "haul_km", "all", "", metres / 1000
    yield "haul_wait_h", "all", "", (loads["begin_s"] - loads["arrived_s"]).sum() / 3600
    for f, name in enumerate(view.facilities):
        mine = loads["facility"] == f
        yield "hauls", "facility", name, float(mine.sum())
        yield "hauled_t", "facility", name, loads["kg"][mine].sum() / 1000
    for s, name in enumerate(view.streams):
        yield "hauled_t", "stream", name, loads["kg"][loads["stream"] == s].sum() / 1000


def _facilities(view: _View) -> Iterator[Row]:
    series = view.log.course.hourly[view.warmup_h :].astype(np.float64)
    if len(series) == 0:
        return
    bays = view.log.facilities.bays
    for f, name in enumerate(view.facilities):
        own = series[:, f]
        hours = own[:, : at.S_PIT] / at.HOUR_MS
        if bays[f] > 0:
            busy = hours[:, at.S_BUSY] / bays[f]
            yield "bays_used", "facility", name, busy.mean()
            yield "queue", "facility", name, hours[:, at.S_LINE].mean()
            for hour in range(min(at.DAY_H, len(hours))):
                group = f"{name}|{hour}"
                yield "bays_used", "facility hour", group, busy[hour :: at.DAY_H].mean()
                line = hours[hour :: at.DAY_H, at.S_LINE]
                yield "queue", "facility hour", group, line.mean()
        if view.log.facilities.compactors[f] > 0:
            yield "blocked_h", "facility", name, hours[:, at.S_BLOCKED].sum()
            yield "full_h", "facility", name, hours[:, at.S_FULL].sum()
            yield "pit_t", "facility", name, own[:, at.S_PIT].mean() / 1e6
    yield "blocked_h", "all", "", series[:, :, at.S_BLOCKED].sum() / at.HOUR_MS
    yield "full_h", "all", "", series[:, :, at.S_FULL].sum() / at.HOUR_MS


def _waits(view: _View) -> Iterator[Row]:
    """Count waits from the gate to the bay: of trucks, haulers, and third parties."""
    since = view.warmup_h * 3600.0
    stops, hauls, third = view.stops, view.hauls, view.third
    stops = stops[stops["kind"] == UNLOAD]
    hauls = hauls[hauls["kind"] != at.HOMEWARD]
    third = third[third["begin_s"].notna()]
    came = np.concatenate([stops["came_s"], hauls["arrived_s"], third["came_s"]])
    began = np.concatenate([stops["begin_s"], hauls["begin_s"], third["begin_s"]])
    where = np.concatenate([stops["facility"], hauls["facility"], third["facility"]])
    who = np.repeat(np.arange(3), [len(stops), len(hauls), len(third)])
    counts = came >= since
    wait_min = (began - came) / 60.0
    groups = [("all", "", counts)]
    groups += [("facility", name, counts & (where == f)) for f, name in enumerate(view.facilities)]
    groups += [
        ("who", name, counts & (who == w)) for w, name in enumerate(("trucks", "haulers", "others"))
    ]
    for by, group, mine in groups:
        waits = wait_min[mine]
        yield "station_wait_h", by, group, waits.sum() / 60.0
        if len(waits):
            yield "station_wait_mean_min", by, group, waits.mean()
            yield "station_wait_p90_min", by, group, np.quantile(waits, 0.9)
