"""Measures of one replication: a tidy table, one row a number.

Columns: ``measure``, ``by`` (what kind of group), ``group`` (which), ``value``, ``unit``.
Everything downstream (intervals, comparisons, reports) reads this format.

What is counted: incidents called in [warm-up, horizon), and unit time in the same span. The
response to an incident is the arrival of its first unit; the *full* response is the arrival of the
last unit that it needs. An incident with no unit at all is a missed target; one referred to the
neighbours as a whole is left out of response times and targets and counted in ``referred_share``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.dispatch.log import (
    HAND_OVER,
    OFF_DUTY,
    ON_SCENE,
    STATUS_NAMES,
    TO_HOSPITAL,
    TO_SCENE,
    TURNING_OUT,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sim.dispatch.log import Log
    from sim.dispatch.model import District


class _Words(NamedTuple):
    unit: str
    higher_is_better: bool | None
    en: str
    zh: str


BUSY: Final = (TURNING_OUT, TO_SCENE, ON_SCENE, TO_HOSPITAL, HAND_OVER)
WITHIN_MIN: Final = tuple(np.arange(0.5, 30.01, 0.5).tolist())
"""Minutes at which the distribution of responses is reported."""

MEASURES: Final[dict[str, _Words]] = {
    "incidents": _Words("count", None, "Incidents", "事件数"),
    "response_mean_min": _Words("min", False, "Mean response", "平均响应时间"),
    "response_median_min": _Words("min", False, "Median response", "响应时间中位数"),
    "response_p90_min": _Words("min", False, "90th percentile of response", "响应时间第90百分位"),
    "full_response_mean_min": _Words(
        "min", False, "Mean time until all units are there", "全部力量到场平均时间"
    ),
    "within_target": _Words("share", True, "Within target time", "达标率"),
    "queued_share": _Words(
        "share",
        False,
        "Waited for at least one of the units needed",
        "至少一个所需车组需等待的占比",
    ),
    "queue_mean_min": _Words("min", False, "Mean wait of those that waited", "排队事件平均等待"),
    "referred_share": _Words("share", False, "Referred to neighbours", "转邻区处置占比"),
    "unanswered_share": _Words("share", False, "Not answered at all", "无力量到场占比"),
    "utilisation": _Words("share", None, "Busy share of on-duty time", "忙碌率"),
    "status_share": _Words("share", None, "Share of time by status", "各状态时间占比"),
    "km": _Words("km", False, "Distance driven", "行驶里程"),
    "dispatches": _Words("count", None, "Dispatches", "出动次数"),
    "preemptions": _Words("count", None, "Units redirected to something more urgent", "改派次数"),
    "relocations": _Words("count", None, "Moves between stations", "调防次数"),
    "handover_wait_mean_min": _Words(
        "min", False, "Mean wait for a hospital bay", "医院交接平均等待"
    ),
    "response_within": _Words("share", True, "Share answered within", "时限内到场占比"),
}  # fmt: skip
"""Unit, whether more is better, and labels in English and Chinese."""

KEY_MEASURES: Final = (
    "response_mean_min", "response_p90_min", "within_target", "queued_share", "utilisation", "km",
)  # fmt: skip
"""What a planner reads first."""


def higher_is_better(measure: str) -> bool | None:
    """Whether more of a measure is better; None where neither is."""
    return MEASURES[measure].higher_is_better if measure in MEASURES else None


def unit_of(measure: str) -> str:
    """Name the unit of a measure: "min", "share", "km" or "count"."""
    return MEASURES[measure].unit


def label(measure: str, lang: str = "en") -> str:
    """Name of a measure for people, in English or Chinese."""
    if measure not in MEASURES:
        return measure
    words = MEASURES[measure]
    return words.zh if lang == "zh" else words.en


class _Table:
    """Rows of the tidy table, gathered."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, float, str]] = []

    def add(self, measure: str, by: str, group: object, value: float) -> None:
        """Add a number; one that does not exist (no incident in the group) is left out."""
        if np.isfinite(value):
            self.rows.append((measure, by, str(group), float(value), unit_of(measure)))

    def frame(self) -> pd.DataFrame:
        """Give the table."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["measure", "by", "group", "value", "unit"])


def measures(log: Log, district: District, *, warmup_s: float = 0.0) -> pd.DataFrame:
    """Reckon all measures of one replication.

    Parameters
    ----------
    log
        Of the replication.
    district
        For the names of groups.
    warmup_s
        Incidents and unit time before it are left out, seconds.

    Returns
    -------
    DataFrame
        Columns measure, by, group, value, unit. ``by`` is "all", "class", "area", "hour" (of the
        day), "type", "unit", "unit_status" ("unit|status"), "within" (minutes).
    """
    table = _Table()
    incidents = _incident_table(log, district, warmup_s)
    _response_measures(table, incidents, district)
    _need_measures(table, log, district, warmup_s)
    _unit_measures(table, log, district, warmup_s)
    return table.frame()


def _incident_table(log: Log, district: District, warmup_s: float) -> pd.DataFrame:
    """One row an incident that counts: its first and last arrival and what became of it."""
    import pandas as pd

    responses = log.responses
    n = int(responses["incident"].max()) + 1 if len(responses) else 0
    incident = responses["incident"].to_numpy()
    arrived = responses["arrived_s"].to_numpy()
    first, last = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(first, incident, np.where(np.isnan(arrived), np.inf, arrived))
    np.maximum.at(last, incident, np.where(np.isnan(arrived), np.inf, arrived))
    asked = np.bincount(incident, minlength=n)
    referred = np.bincount(incident, responses["referred"].to_numpy(), minlength=n)
    waits = responses["queued"].to_numpy()
    wait_s = np.where(waits, responses["dispatched_s"] - responses["time_s"], 0.0)
    longest = np.zeros(n)
    np.maximum.at(longest, incident, np.nan_to_num(wait_s))
    rows = log.demand.incidents.iloc[:n]
    time = rows["time_s"].to_numpy()
    out = pd.DataFrame(
        {
            "class_code": rows["class_code"].to_numpy(),
            "area": rows["area"].to_numpy(),
            "hour": (((district.week_start_s + time) % 86_400.0) // 3600.0).astype(np.int64),
            "target_min": rows["target_s"].to_numpy() / 60.0,
            "response_min": (first - time) / 60.0,
            "full_min": (last - time) / 60.0,
            "queued": np.bincount(incident, waits, minlength=n) > 0,
            "queue_min": longest / 60.0,
            "all_referred": referred == asked,
            "referred": referred > 0,
        }
    )
    counts = (time >= warmup_s) & (time < log.horizon_s) & (asked > 0)
    return out[counts].reset_index(drop=True)


def _response_measures(table: _Table, incidents: pd.DataFrame, district: District) -> None:
    column = {name: incidents[name].to_numpy() for name in incidents.columns}
    groupings: list[tuple[str, NDArray[np.int64], list[str]]] = [
        ("all", np.zeros(len(incidents), np.int64), ["all"]),
        ("class", column["class_code"].astype(np.int64), [c.name for c in district.classes]),
        ("area", column["area"].astype(np.int64), [a.name for a in district.areas]),
        ("hour", column["hour"].astype(np.int64), [str(h) for h in range(24)]),
    ]
    for by, code, names in groupings:
        _by_group(table, column, by, code, names)
    answered = column["response_min"][~column["all_referred"]]
    if len(answered):
        ordered = np.sort(answered)
        share = np.searchsorted(ordered, np.array(WITHIN_MIN), side="right") / len(ordered)
        for minutes, value in zip(WITHIN_MIN, share, strict=True):
            table.add("response_within", "within", f"{minutes:g}", float(value))


def _by_group(
    table: _Table,
    column: Mapping[str, NDArray[Any]],
    by: str,
    code: NDArray[np.int64],
    names: Sequence[str],
) -> None:
    """Measures of incidents in groups; a code of -1 belongs to none."""
    groups = len(names)
    held = code >= 0
    ours = held & ~column["all_referred"]
    response, full = column["response_min"], column["full_min"]
    came = ours & np.isfinite(response)
    complete = ours & np.isfinite(full)
    waited = ours & column["queued"]

    def count(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(code[mask], minlength=groups).astype(np.float64)

    def total(mask: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(code[mask], values[mask], minlength=groups).astype(np.float64)

    n, n_ours, n_came = count(held), count(ours), count(came)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            "incidents": n if by == "all" else np.where(n > 0, n, np.nan),
            "referred_share": total(held, column["referred"]) / n,
            "unanswered_share": 1.0 - n_came / n_ours,
            "within_target": total(ours, response <= column["target_min"]) / n_ours,
            "queued_share": count(waited) / n_ours,
            "queue_mean_min": total(waited, column["queue_min"]) / count(waited),
            "response_mean_min": total(came, response) / n_came,
            "response_median_min": _quantiles(code[came], response[came], groups, 0.5),
            "response_p90_min": _quantiles(code[came], response[came], groups, 0.9),
            "full_response_mean_min": total(complete, full) / count(complete),
        }
    for group, name in enumerate(names):
        for measure, values in found.items():
            table.add(measure, by, name, values[group])


def _quantiles(
    code: NDArray[np.int64], values: NDArray[np.float64], groups: int, level: float
) -> NDArray[np.float64]:
    """Quantile of each group, interpolated between order statistics (numpy's default)."""
    order = np.lexsort((values, code))
    ordered = values[order]
    size = np.bincount(code, minlength=groups)
    first = np.cumsum(size) - size
    at = first + (size - 1) * level
    out = np.full(groups, np.nan)
    some = size > 0
    low = np.floor(at[some]).astype(np.int64)
    high = np.ceil(at[some]).astype(np.int64)
    share = at[some] - low
    out[some] = ordered[low] * (1.0 - share) + ordered[high] * share
    return out


def _need_measures(table: _Table, log: Log, district: District, warmup_s: float) -> None:
    """Measures of single needs: by unit type, hospitals, pre-emption."""
    responses = log.responses
    responses = responses[responses["time_s"] >= warmup_s]
    table.add("preemptions", "all", "all", float(responses["preempted"].sum()))
    wait = responses["handover_start_s"] - responses["hospital_arrived_s"]
    if wait.notna().any():
        table.add("handover_wait_mean_min", "all", "all", float(wait.mean()) / 60.0)
    kind = responses["unit_type"].to_numpy()
    for code, unit_type in enumerate(district.unit_types):
        name = unit_type.name
        part = responses[kind == code]
        minutes = part["response_s"].dropna().to_numpy() / 60.0
        if len(minutes):
            table.add("response_mean_min", "type", name, float(minutes.mean()))
            table.add("response_p90_min", "type", name, float(np.quantile(minutes, 0.9)))
        ours = part[~part["referred"]]
        if len(ours):
            in_time = ours["response_s"] <= ours["target_s"]  # false where nobody came
            table.add("within_target", "type", name, float(in_time.mean()))


def _unit_measures(table: _Table, log: Log, district: District, warmup_s: float) -> None:
    c = log.interval_columns
    start = np.clip(c.start_s, warmup_s, log.horizon_s)
    end = np.clip(c.end_s, warmup_s, log.horizon_s)
    seconds = end - start
    whole = c.end_s - c.start_s
    km = c.metres / 1000.0 * np.divide(seconds, whole, out=np.zeros_like(whole), where=whole > 0)
    units, statuses = len(district.units), len(STATUS_NAMES)
    key = c.unit.astype(np.int64) * statuses + c.status
    time = np.bincount(key, seconds, units * statuses).reshape(units, statuses)
    driven = np.bincount(c.unit, km, units)
    on_duty = time.sum(axis=1) - time[:, OFF_DUTY]
    busy = time[:, list(BUSY)].sum(axis=1)
    begun = _begun(log) & (c.start_s >= warmup_s)
    counted = begun & (c.status == TO_SCENE) & (c.start_s < log.horizon_s)
    sent = np.bincount(c.unit[counted], minlength=units)
    moved = begun & (c.status == STATUS_NAMES.index("relocating"))
    table.add("relocations", "all", "all", float(moved.sum()))
    groups: list[tuple[str, str, NDArray[np.bool_]]] = [("all", "all", np.ones(units, bool))]
    groups += [
        ("type", t.name, np.array([u.type == t.name for u in district.units]))
        for t in district.unit_types
    ]
    groups += [("unit", u.name, np.arange(units) == k) for k, u in enumerate(district.units)]
    for by, name, mask in groups:
        if not mask.any():
            continue
        if on_duty[mask].sum() > 0:
            table.add("utilisation", by, name, busy[mask].sum() / on_duty[mask].sum())
        table.add("km", by, name, driven[mask].sum())
        table.add("dispatches", by, name, float(sent[mask].sum()))
    span = log.horizon_s - warmup_s
    for k, unit in enumerate(district.units):
        for status, name in enumerate(STATUS_NAMES):
            if time[k, status] > 0:
                table.add(
                    "status_share", "unit_status", f"{unit.name}|{name}", time[k, status] / span
                )
    _by_hour(table, start, end, c.status, district.week_start_s)


def _begun(log: Log) -> NDArray[np.bool_]:
    """Which intervals begin an errand: the others go on with it after streets closed or reopened.

    Returns
    -------
    bool[intervals]
    """
    c = log.interval_columns
    order = np.argsort(c.unit, kind="stable")
    same = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in (c.unit, c.status, c.need, c.station):
        same &= column[order][1:] == column[order][:-1]
    begun = np.ones(len(order), np.bool_)
    begun[order[1:]] = ~same
    return begun


def _by_hour(
    table: _Table,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    status: NDArray[np.int8],
    week_start_s: float,
) -> None:
    """Busy share of on-duty time by hour of the day."""
    busy, duty = np.zeros(24), np.zeros(24)
    is_busy = np.isin(status, BUSY)
    is_duty = status != OFF_DUTY
    for hour in range(24):
        within = _time_in_hour(week_start_s + end, hour) - _time_in_hour(week_start_s + start, hour)
        busy[hour] = within[is_busy].sum()
        duty[hour] = within[is_duty].sum()
    for hour in range(24):
        if duty[hour] > 0:
            table.add("utilisation", "hour", hour, busy[hour] / duty[hour])


def _time_in_hour(clock_s: NDArray[np.float64], hour: int) -> NDArray[np.float64]:
    """Seconds that a clock which started at 0 has spent in one hour of the day."""
    days, rest = np.divmod(clock_s, 86_400.0)
    spent: NDArray[Any] = days * 3600.0 + np.clip(rest - hour * 3600.0, 0.0, 3600.0)
    return spent
