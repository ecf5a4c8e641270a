"""The report of a run of street cleaning: one page that works from disk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityops.report import cleaning_assumptions as assumptions
from cityops.report.build import (
    aspect,
    head_context,
    page_words,
    render,
    save_page,
    script_json,
    sentence,
    small_span,
    took_text,
    versions_text,
)
from cityops.report.cleaning_charts import (
    by_hour,
    course,
    dirty_map,
    dirty_rows,
    map_legend,
    place_keys,
)
from cityops.report.contents import Row, Sheet, whisker
from cityops.report.facts import closures, command_said, named_hashes
from cityops.report.formats import clock, digits, duration, hour_text, level_text, plain, span
from cityops.report.maps import district_map, page_map
from cityops.report.reading import Estimate, RunFolder
from cityops.report.weekly import estimate_of, unit_name, weekly_cards
from cityops.report.weekly import weekly as a_week
from cityops.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["inputs", "weekly", "write_cleaning_report"]

CARDS = (
    "clean_share", "missed_share", "cost", "swept_km", "deadhead_share", "out_h", "overtime_h",
    "collected_t", "energy", "dumps", "repair_h",
)  # fmt: skip
PER_WEEK = {
    "swept_km", "missed_km", "late_km", "deadhead_km", "out_h", "overtime_h", "collected_t",
    "energy", "cost", "dumps", "refills", "diversions", "facility_wait_h", "repair_h", "flushed_t",
    "water_m3",
}  # fmt: skip
_MOST_ROWS = 10
_SHORTEST_KM = 0.05


def write_cleaning_report(run_folder: Path, *, lang: str = "en", out: Path | None = None) -> Path:
    """Write the report of a finished run of street cleaning as one HTML file.

    Parameters
    ----------
    run_folder
        A run folder.
    lang
        "en" or "zh".
    out
        The file to write; `report.html` in the run folder by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the folder is no finished run, or the language is not known.
    """
    words = Words(lang)
    run = RunFolder.load(Path(run_folder))
    page = render("cleaning.html.j2", _context(run, words), words)
    return save_page(page, run.folder / "report.html" if out is None else Path(out))


def _context(run: RunFolder, words: Words) -> dict[str, Any]:
    """Everything that the template shows."""
    district = district_map(run, words)
    figures = {
        "hours": by_hour([run], [run.name], words),
        "course": course(run, words),
        "map": dirty_map(run, district, words),
    }
    blobs: dict[str, Any] = {f"chart-{name}": figure for name, figure in figures.items() if figure}
    blobs |= {"streets": page_map(district), "page": page_words(words)}
    cards = list(weekly_cards(run, words, CARDS, PER_WEEK))
    level = level_text(run.level)
    return {
        **head_context(run, words),
        "answer": sentence(_answer(run, words), words),
        "cards": cards,
        "small_span": small_span(len(cards) - 3),
        "reading": words("cl.reading", level=level),
        "inputs": inputs(run, words),
        "charts": figures,
        "hours_note": words("interval_band", level=level) if run.reps > 1 else "",
        "hours_takeaway": _hours_takeaway(run, words),
        "where_takeaway": _where_takeaway(run, words),
        "ramp": map_legend(words),
        "places": place_keys(words),
        "aspect": aspect(district),
        "worst": _worst(run, words),
        "by_class": _groups(run, words, "class"),
        "by_area": _groups(run, words, "area"),
        "whisker_title": words("classes.mean_plot", level=level),
        "work_takeaway": _work_takeaway(run, words),
        "vehicles": _vehicles(run, words),
        "routes": _routes(run, words),
        "assumed": assumptions.assumed(run, words),
        "command": command_said(str(run.manifest.get("command") or "")),
        "hashes": named_hashes(run.manifest.get("input_hashes") or {}),
        "versions": versions_text(run.manifest.get("versions") or {}, words),
        "took": took_text(run.manifest, words),
        "blobs": {name: script_json(content) for name, content in blobs.items()},
    }


# What it comes to -----------------------------------------------------------------------------


def weekly(run: RunFolder, measure: str, estimate: Estimate) -> Estimate:
    """Return amounts a week, everything else as it is."""
    return a_week(run, estimate) if measure in PER_WEEK else estimate


def _estimate(run: RunFolder, measure: str, by: str = "all", group: str | None = None) -> Estimate:
    return estimate_of(run, measure, PER_WEEK, by, group)


def _answer(run: RunFolder, words: Words) -> list[str]:
    """Return the sentence that answers, in pieces; figures are bold HTML of our own making."""
    clean, missed, cost = (_estimate(run, m) for m in ("clean_share", "missed_share", "cost"))
    pieces = []
    if math.isfinite(clean.mean):
        share = f"<b>{digits(clean.mean, 'share')}</b>"
        pieces.append(words("cl.answer.clean", share=share))
        rows = run.rows("clean_share", "hour")
        worst = rows.iloc[int(rows["mean"].argmin())]
        pieces.append(
            words(
                "cl.answer.worst",
                low=hour_text(int(worst["group"])),
                high=hour_text(int(worst["group"]) + 1),
                share=digits(float(worst["mean"]), "share"),
            )
        )
    if math.isfinite(missed.mean):
        share = f"<b>{digits(missed.mean, 'share')}</b>"
        is_little = missed.mean < 5e-4
        key = "cl.answer.all_swept" if is_little else "cl.answer.missed"
        pieces.append(words(key) if is_little else words(key, share=share))
    if math.isfinite(cost.mean):
        pieces.append(words("cl.answer.cost", cost=f"<b>{plain(cost.mean, 0)} {cost.unit}</b>"))
    return pieces


# Inputs ---------------------------------------------------------------------------------------


def inputs(run: RunFolder, words: Words) -> list[tuple[str, str]]:
    """List what was put in: label and value."""
    facts = run.manifest
    km = words("unit.km", value=plain(float(facts.get("sides_km") or 0.0), 1))
    sides = plain(float(facts.get("street_sides") or 0), 0)
    found = [(words("cl.in.sides"), words("cl.in.sides_value", km=km, n=sides))]
    closed = closures(run, words)
    if closed:
        found.append((words("in.closed"), words("stop_list").join(closed)))
    plan = facts.get("plan") or {}
    key = "cl.in.plan_read" if plan.get("source") == "read" else "cl.in.plan_made"
    said = words(key, n=plan.get("routes", "–"), file=Path(str(plan.get("file", ""))).name)
    found.append((words("cl.in.plan"), said))
    found.append((words("cl.in.days"), _days(run, words)))
    names = [str(name) for name in facts.get("vehicles") or []]
    found.append((words("cl.in.vehicles"), str(len(names))))
    for key, label in (("depots", "cl.in.depots"), ("dump_sites", "cl.in.dumps")):
        places = [str(name) for name in facts.get(key) or []]
        if places:
            found.append((words(label), words.listed(places)))
    start = clock(words, run.week_start_s + run.warmup_s)
    days = duration(words, run.measured_s)
    if run.warmup_s > 0:
        warm = duration(words, run.warmup_s)
        period = words("in.period_value", days=days, start=start, warmup=warm)
    else:
        period = words("period_measured", days=days, start=start)
    found.append((words("in.period"), period))
    reps = words("in.reps_value", n=run.reps, seed=facts.get("seed", "–"))
    return [*found, (words("in.reps"), reps)]


def _days(run: RunFolder, words: Words) -> str:
    from scenarios.hours import day_index

    table = run.scenario.get("cleaning") or {}
    days = table.get("days")
    if days:
        numbers = sorted({day_index(str(day)) for day in days})
        return words.listed([words(f"day.{number}") for number in numbers])
    own = (run.scenario.get("routes") or {}).get(table.get("routes")) or {}
    is_week = bool(own.get("frequency") or own.get("days"))
    return words("cl.in.plan_days" if is_week else "cl.in.every_day")


# When and where -------------------------------------------------------------------------------


def _hours_takeaway(run: RunFolder, words: Words) -> str:
    rows = dirty_rows(run, "hour")
    if rows.empty:
        return ""
    high, low = (rows.iloc[int(k)] for k in (rows["mean"].argmax(), rows["mean"].argmin()))
    return words(
        "cl.hours.takeaway",
        high_hour=hour_text(int(high["group"])),
        high=digits(float(high["mean"]), "share"),
        low_hour=hour_text(int(low["group"])),
        low=digits(float(low["mean"]), "share"),
    )


def _streets(run: RunFolder, words: Words) -> pd.DataFrame:
    """Streets by name: km of sides, and share of time above the standard, worst first."""
    pieces = run.table("pieces")
    if pieces is None:
        raise KeyError("pieces")  # every run of street cleaning writes them
    rows = dirty_rows(run, "piece")
    dirty = rows.assign(piece=rows["group"].astype(int)).set_index("piece")["mean"]
    table = pieces.assign(dirty=pieces["piece"].map(dirty))
    table["street"] = table["street"].where(table["street"] != "", words("cl.unnamed"))
    table["weighted"] = table["dirty"] * table["length_m"]
    sums = table.groupby("street", sort=True)[["length_m", "weighted"]].sum()
    sums["dirty"] = sums["weighted"] / sums["length_m"]
    return sums.sort_values("dirty", ascending=False, kind="stable")


def _where_takeaway(run: RunFolder, words: Words) -> str:
    worst = _streets(run, words).iloc[0]
    if worst["dirty"] <= 0:
        return words("cl.where.all_clean")
    share = digits(float(worst["dirty"]), "share")
    return words("cl.where.takeaway", street=str(worst.name), share=share)


def _worst(run: RunFolder, words: Words) -> Sheet:
    found = _streets(run, words).head(_MOST_ROWS).reset_index()
    rows = [
        Row(
            str(row["street"]),
            [plain(row["length_m"] / 1000, 2), digits(row["dirty"], "share")],
            None,
        )
        for row in found.to_dict("records")
    ]
    heads = [words("cl.col.street"), words("cl.col.sides_km"), words("cl.col.dirty")]
    return Sheet(heads, rows, None)


def _groups(run: RunFolder, words: Words, by: str) -> Sheet | None:
    """Share of length above the standard by class or by area, with whiskers."""
    found = dirty_rows(run, by)
    pieces = run.table("pieces")
    if found.empty or pieces is None:
        return None
    length = pieces.groupby(by)["length_m"].sum() / 1000
    if by == "area":
        found = found.sort_values("mean", ascending=False, kind="stable").head(_MOST_ROWS)
    standard = pieces.groupby(by)["standard_g_m"].agg(["min", "max"])
    ends = found[["mean", "low", "high"]].to_numpy(dtype=float).ravel()
    top = max([v for v in ends if math.isfinite(v)], default=0.0) * 1.05 or 1.0
    rows = []
    for row in found.to_dict("records"):
        group = str(row["group"])
        if length[group] < _SHORTEST_KM:
            continue
        name = words.road_class(group) if by == "class" else group
        name = words("cl.no_area") if group == "–" else name
        low, high = (float(standard[end][group]) for end in ("min", "max"))
        most = plain(low, 0) if low == high else f"{plain(low, 0)}–{plain(high, 0)}"
        cells = [
            plain(float(length[group]), 1),
            most,
            digits(row["mean"], "share"),
            span(words, row["low"], row["high"], "share"),
        ]
        estimate = Estimate(row["mean"], row["low"], row["high"], int(row["n"]), "share")
        rows.append(Row(name, cells, whisker(estimate, top)))
    heads = [
        words("class" if by == "class" else "area"),
        words("cl.col.sides_km"),
        words("cl.col.standard"),
        words("cl.col.above"),
        words("interval_head", level=level_text(run.level)),
    ]
    return Sheet(heads, rows, ("0", digits(top, "share")))


# Work -----------------------------------------------------------------------------------------


def _work_takeaway(run: RunFolder, words: Words) -> str:
    swept, empty, over = (_estimate(run, m) for m in ("swept_km", "deadhead_km", "overtime_h"))
    total = swept.mean + empty.mean
    if not math.isfinite(total + over.mean) or total <= 0:
        return ""
    return words(
        "cl.work.takeaway",
        total=words("unit.km", value=digits(total, "km")),
        share=digits(empty.mean / total, "share"),
        overtime=words("unit.h", value=plain(over.mean, 2)),
    )


def _vehicles(run: RunFolder, words: Words) -> Sheet | None:
    columns = (
        "swept_km", "deadhead_km", "out_h", "overtime_h", "missed_km", "collected_t", "dumps",
        "repair_h", "delay_p90_min", "cost",
    )  # fmt: skip
    names = run.rows("swept_km", "vehicle")["group"].tolist()
    if not names:
        return None
    heads = [words("cl.col.vehicle")]
    for measure in columns:
        unit = unit_name(words, _estimate(run, measure).unit)
        heads.append(words.measure(measure) + (words("list") + unit if unit else ""))
    rows = []
    for name in names:
        cells = [
            plain(found.mean, 1 if abs(found.mean) < 100 else 0)
            for found in (_estimate(run, measure, "vehicle", name) for measure in columns)
        ]
        rows.append(Row(_named(words, name), cells, None))
    return Sheet(heads, rows, None)


def _named(words: Words, name: str) -> str:
    """Name of a vehicle; a mere number is put into words."""
    return words("cl.vehicle", name=name) if name.isdigit() else name


def _routes(run: RunFolder, words: Words) -> Sheet | None:
    """Planned and simulated hours of each route of the plan."""
    table = run.table("routes")
    if table is None:
        return None
    table = table[table["planned_leave_s"] >= run.warmup_s]
    rows = []
    for number, part in table.groupby("plan_route", sort=True):
        hours = (part["home_s"] - part["planned_leave_s"]) / 3600.0
        planned = (part["planned_home_s"] - part["planned_leave_s"]) / 3600.0
        late = ((part["home_s"] - part["planned_home_s"]) > 60.0).mean()
        cells = [
            _named(words, str(part["vehicle"].iloc[0])),
            plain(len(part), 0),
            plain(float(planned.mean()), 2),
            plain(float(hours.mean()), 2),
            plain(float(hours.max()), 2),
            digits(float(late), "share"),
        ]
        rows.append(Row(str(number), cells, None))
    if not rows:
        return None
    keys = ("route", "vehicle", "driven", "planned", "mean", "longest", "late")
    return Sheet([words(f"cl.col.{key}") for key in keys], rows, None)
