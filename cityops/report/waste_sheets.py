"""The tables of the report on waste collection."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cityops.report.contents import Row, Sheet, whisker
from cityops.report.formats import digits, level_text, plain, span
from cityops.report.reading import Estimate
from cityops.report.waste_charts import gates, stream_name
from cityops.report.waste_map import points
from cityops.report.weekly import estimate_of, weeks

if TYPE_CHECKING:
    from collections.abc import Collection

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["by_group", "facilities", "kind_name", "routes", "trucks", "worst"]

_MOST_ROWS = 10


def worst(run: RunFolder, words: Words) -> Sheet | None:
    """Stands that are in overflow longest."""
    table = points(run)
    table = table[table["over"] > 0].head(_MOST_ROWS)
    if table.empty:
        return None
    rows = [
        Row(
            str(row["point"]),
            [
                stream_name(run, str(row["stream"]), words),
                digits(float(row["over"]), "share"),
            ],
            None,
        )
        for row in table.to_dict("records")
    ]
    keys = ("point", "stream", "over")
    return Sheet([words(f"ws.col.{key}") for key in keys], rows, None)


def by_group(run: RunFolder, words: Words, by: str, amounts: Collection[str]) -> Sheet | None:
    """Time in overflow and what lies beside the bins, by stream, kind or area, with whiskers."""
    found = run.rows("overflown_share", by)
    if found.empty:
        return None
    if by == "area":
        found = found.sort_values("mean", ascending=False, kind="stable").head(_MOST_ROWS)
    ends = found[["mean", "low", "high"]].to_numpy(dtype=float).ravel()
    top = max([value for value in ends if math.isfinite(value)], default=0.0) * 1.05 or 1.0
    rows = []
    for row in found.to_dict("records"):
        group = str(row["group"])
        beside = estimate_of(run, "overflow_l", amounts, by, group)
        stands = estimate_of(run, "stands_overflown_share", amounts, by, group)
        estimate = Estimate(row["mean"], row["low"], row["high"], int(row["n"]), "share")
        cells = [
            digits(stands.mean, "share"),
            plain(beside.mean, 0),
            digits(row["mean"], "share"),
            span(words, row["low"], row["high"], "share"),
        ]
        rows.append(Row(_group(run, words, by, group), cells, whisker(estimate, top)))
    first = {"stream": "ws.col.stream", "kind": "ws.col.kind", "area": "area"}[by]
    heads = [
        words(first),
        words("ws.col.stands"),
        words("ws.col.beside"),
        words("ws.col.over"),
        words("interval_head", level=level_text(run.level)),
    ]
    return Sheet(heads, rows, ("0", digits(top, "share")))


def _group(run: RunFolder, words: Words, by: str, group: str) -> str:
    if by == "stream":
        return stream_name(run, group, words)
    if by == "kind":
        return kind_name(group, words)
    return words("cl.no_area") if group == "–" else group


def kind_name(kind: str, words: Words) -> str:
    """Name of a kind of points; one that is not usual is shown as it is written."""
    usual = {"household": "ws.household", "market": "ws.market", "office": "ws.office"}
    return words(usual[kind]) if kind in usual else kind


def facilities(run: RunFolder, words: Words, amounts: Collection[str]) -> Sheet | None:
    """Tell what is tipped where, and how long one waits for it."""
    names = gates(run)
    if not names:
        return None
    columns: tuple[tuple[str, str, int], ...] = (
        ("tipped", "tipped_t", 0),
        ("others", "delivered_t", 0),
        ("trips", "trips", 0),
        ("hauls", "hauls", 0),
        ("use", "bays_used", -1),
        ("wait", "station_wait_mean_min", 1),
        ("wait90", "station_wait_p90_min", 1),
        ("blocked", "blocked_h", 1),
        ("full", "full_h", 1),
    )
    rows = []
    for name in names:
        cells = []
        for _, measure, decimals in columns:
            found = estimate_of(run, measure, amounts, "facility", name)
            cells.append(
                digits(found.mean, "share") if decimals < 0 else plain(found.mean, decimals)
            )
        rows.append(Row(name, cells, None))
    heads = [words("ws.col.facility"), *(words(f"ws.col.{key}") for key, _, _ in columns)]
    return Sheet(heads, rows, None)


def trucks(run: RunFolder, words: Words, amounts: Collection[str]) -> Sheet | None:
    """Tell what each truck does in a week."""
    windows = () if run.estimate("in_window_share") is None else ("in_window_share",)
    columns = (
        "collected_t", "served_stands", "trips", "diversions", "km", "km_empty", "out_h",
        "overtime_h", "missed_stands", "punctual_share", *windows, "repair_h",
    )  # fmt: skip
    names = [str(name) for name in run.manifest.get("trucks") or []]
    if not names:
        return None
    heads = [words("ws.col.vehicle")]
    for measure in columns:
        unit = estimate_of(run, measure, amounts).unit
        plainly = words(f"unit.{unit}", value="").strip() if unit in {"km", "h", "t"} else ""
        heads.append(words.measure(measure) + (words("list") + plainly if plainly else ""))
    rows = []
    for name in names:
        cells = []
        for measure in columns:
            found = estimate_of(run, measure, amounts, "vehicle", name)
            decimals = 1 if abs(found.mean) < 100 else 0
            is_share = found.unit == "share"
            cells.append(digits(found.mean, "share") if is_share else plain(found.mean, decimals))
        rows.append(Row(name, cells, None))
    return Sheet(heads, rows, None)


def routes(run: RunFolder, words: Words) -> Sheet | None:
    """Planned and simulated hours of each route of the plan, in the first replication."""
    table, stops = run.table("routes"), run.table("stops")
    if table is None or stops is None:
        return None
    table = table[(table["planned_leave_s"] >= run.warmup_s) & table["home_s"].notna()]
    ends = stops[stops["step"] >= 0].groupby("route")["planned_end_s"].max()
    rows = []
    for number, part in table.groupby("plan_route", sort=True):
        hours = (part["home_s"] - part["planned_leave_s"]) / 3600.0
        planned = (part["route"].map(ends) - part["planned_leave_s"]) / 3600.0
        cells = [
            str(part["vehicle"].iloc[0]),
            plain(len(part) / weeks(run), 0),
            plain(float(planned.mean()), 2),
            plain(float(hours.mean()), 2),
            plain(float(hours.max()), 2),
            plain(float(part["passed_over"].mean()), 1),
        ]
        rows.append(Row(str(number), cells, None))
    if not rows:
        return None
    keys = ("route", "vehicle", "driven", "planned", "mean", "longest", "passed")
    return Sheet([words(f"ws.route.{key}") for key in keys], rows, None)
