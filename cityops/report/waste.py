"""The report of a run of waste collection: one page that works from disk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from cityops.report import waste_charts as charts
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
from cityops.report.facts import closures, command_said, named_hashes
from cityops.report.formats import (
    clock,
    digits,
    duration,
    fine_share,
    hour_text,
    level_text,
    plain,
    with_unit,
)
from cityops.report.maps import district_map, page_map
from cityops.report.reading import Estimate, RunFolder
from cityops.report.waste_assumptions import assumed, facility_kinds
from cityops.report.waste_map import map_legend, overflow_map, place_keys
from cityops.report.waste_sheets import by_group, facilities, routes, trucks, worst
from cityops.report.weekly import estimate_of, weekly_cards
from cityops.report.weekly import weekly as a_week
from cityops.report.words import Words

__all__ = ["PER_WEEK", "inputs", "weekly", "write_waste_report"]

CARDS = (
    "not_full_share", "cost", "collected_t", "missed_share", "punctual_share", "overflow_l",
    "station_wait_mean_min", "km", "haul_km", "overtime_h", "co2_t", "cost_per_t",
)  # fmt: skip
PER_WEEK = {
    "overflow_bin_h", "overflow_l", "collected_t", "tipped_t", "delivered_t", "hauled_t",
    "served_stands", "missed_stands", "late_stands", "skipped_stands", "bins_emptied",
    "diversions", "trips", "km", "km_loaded", "km_empty", "hauls", "haul_km", "haul_km_loaded",
    "haul_km_empty", "haul_wait_h", "station_wait_h", "blocked_h", "full_h", "out_h", "overtime_h",
    "repair_h", "energy", "co2_t", "cost",
}  # fmt: skip
_TINY = 5e-7


def write_waste_report(run_folder: Path, *, lang: str = "en", out: Path | None = None) -> Path:
    """Write the report of a finished run of waste collection as one HTML file.

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
    page = render("waste.html.j2", _context(run, words), words)
    return save_page(page, run.folder / "report.html" if out is None else Path(out))


def _context(run: RunFolder, words: Words) -> dict[str, Any]:
    """Everything that the template shows."""
    district = district_map(run, words)
    figures = {
        "hours": charts.by_hour([run], [run.name], words),
        "course": charts.course(run, words),
        "map": overflow_map(run, district, words),
        "days": charts.day_bars(run, words),
        "gates": charts.queueing(run, words),
        "drive": charts.drive_bars(run, words),
        "cost": charts.cost_bars(run, words),
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
        "reading": words("ws.reading", level=level),
        "inputs": inputs(run, words),
        "charts": figures,
        "hours_note": words("interval_band", level=level) if run.reps > 1 else "",
        "takeaways": {
            "over": _over_takeaway(run, words),
            "amounts": _amounts_takeaway(run, words),
            "sites": _sites_takeaway(run, words),
            "work": _work_takeaway(run, words),
        },
        "stream_chips": [
            (charts.stream_name(run, name, words), charts.stream_colour(run, name))
            for name in _collected(run)
        ],
        "gate_chips": list(charts.gate_colours(run).items()),
        "ramp": map_legend(words),
        "places": place_keys(run, words),
        "aspect": aspect(district),
        "worst": worst(run, words),
        "by_stream": by_group(run, words, "stream", PER_WEEK),
        "by_kind": by_group(run, words, "kind", PER_WEEK),
        "by_area": by_group(run, words, "area", PER_WEEK),
        "sites": facilities(run, words, PER_WEEK),
        "vehicles": trucks(run, words, PER_WEEK),
        "routes": routes(run, words),
        "whisker_title": words("classes.mean_plot", level=level),
        "assumed": assumed(run, words),
        "command": command_said(str(run.manifest.get("command") or "")),
        "hashes": named_hashes(run.manifest.get("input_hashes") or {}),
        "versions": versions_text(run.manifest.get("versions") or {}, words),
        "took": took_text(run.manifest, words),
        "blobs": {name: script_json(content) for name, content in blobs.items()},
    }


def _collected(run: RunFolder) -> list[str]:
    rows = run.rows("collected_t", "stream")
    some = dict(zip(rows["group"], rows["mean"], strict=True))
    return [name for name in charts.streams(run) if some.get(name, 0.0) > 0]


# What it comes to -----------------------------------------------------------------------------


def weekly(run: RunFolder, measure: str, estimate: Estimate) -> Estimate:
    """Return amounts a week, everything else as it is."""
    return a_week(run, estimate) if measure in PER_WEEK else estimate


def _estimate(run: RunFolder, measure: str, by: str = "all", group: str | None = None) -> Estimate:
    return estimate_of(run, measure, PER_WEEK, by, group)


def _answer(run: RunFolder, words: Words) -> list[str]:
    """Return the sentence that answers, in pieces; figures are bold HTML of our own making."""
    pieces = []
    over, missed = _estimate(run, "overflown_share"), _estimate(run, "missed_share")
    hours = run.rows("overflown_share", "hour")
    if math.isfinite(over.mean) and over.mean > _TINY and not hours.empty:
        most = hours.iloc[int(hours["mean"].argmax())]
        pieces.append(
            words(
                "ws.answer.over",
                share=f"<b>{fine_share(over.mean)}</b>",
                low=hour_text(int(most["group"])),
                high=hour_text(int(most["group"]) + 1),
                worst=fine_share(float(most["mean"])),
            )
        )
    elif math.isfinite(over.mean):
        pieces.append(words("ws.answer.never"))
    if math.isfinite(missed.mean):
        share = f"<b>{digits(missed.mean, 'share')}</b>"
        is_little = missed.mean < 5e-4
        key = "ws.answer.all_served" if is_little else "ws.answer.missed"
        pieces.append(words(key) if is_little else words(key, share=share))
    wait = _estimate(run, "station_wait_mean_min")
    if math.isfinite(wait.mean):
        pieces.append(words("ws.answer.wait", mean=f"<b>{with_unit(words, wait.mean, 'min')}</b>"))
    cost, per_t = _estimate(run, "cost"), _estimate(run, "cost_per_t")
    if math.isfinite(cost.mean):
        pieces.append(
            words(
                "ws.answer.cost",
                cost=f"<b>{plain(cost.mean, 0)} {cost.unit}</b>",
                per_t=f"{plain(per_t.mean, 0)} {cost.unit}",
            )
        )
    return pieces


# Inputs ---------------------------------------------------------------------------------------


def inputs(run: RunFolder, words: Words) -> list[tuple[str, str]]:
    """List what was put in: label and value."""
    facts = run.manifest
    points = words(
        "ws.in.points_value",
        points=plain(float(facts.get("points") or 0), 0),
        stands=plain(float(facts.get("stands") or 0), 0),
        bins=plain(float(facts.get("bins") or 0), 0),
    )
    found = [(words("ws.in.points"), points)]
    tonnes = [
        f"{charts.stream_name(run, name, words)} "
        + words("unit.t", value=plain(float(kg) / 1000.0, 1))
        for name, kg in (facts.get("kg_day") or {}).items()
    ]
    found.append((words("ws.in.tonnes"), words.listed(tonnes)))
    closed = closures(run, words)
    if closed:
        found.append((words("in.closed"), words("stop_list").join(closed)))
    found.append((words("ws.in.plan"), words("stop_list").join(_plans(run, words))))
    found.append((words("ws.in.trucks"), str(len(facts.get("trucks") or []))))
    if facts.get("haulers"):
        found.append((words("ws.in.haulers"), str(facts["haulers"])))
    found.append((words("ws.in.facilities"), words.listed(facility_kinds(run, words))))
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


def _plans(run: RunFolder, words: Words) -> list[str]:
    from scenarios.hours import day_index

    table = run.scenario.get("waste") or {}
    found = []
    for name, plan in (run.manifest.get("plans") or {}).items():
        given = table.get("days") or []
        days = given.get(name, []) if isinstance(given, dict) else given
        numbers = sorted({day_index(str(day)) for day in days})
        said = words.listed([words(f"day.{number}") for number in numbers])
        key = "ws.in.plan_read" if plan.get("source") == "read" else "ws.in.plan_made"
        if plan.get("week"):
            said = words("cl.in.plan_days")
        found.append(
            words(
                key,
                name=_routes_name(run, name, words),
                n=plan.get("routes", "–"),
                days=said or words("ws.in.every_day"),
                file=Path(str(plan.get("file", ""))).name,
            )
        )
    return found


def _routes_name(run: RunFolder, name: str, words: Words) -> str:
    """Name of a table of routes: that of its stream, with its own where that is another."""
    streams = ((run.scenario.get("routes") or {}).get(name) or {}).get("stream") or [name]
    shown = words.listed([charts.stream_name(run, str(one), words) for one in streams])
    return shown if streams == [name] else f"{shown} ({name})"


# Sentences beside the charts ------------------------------------------------------------------


def _over_takeaway(run: RunFolder, words: Words) -> str:
    rows = run.rows("overflown_share", "hour")
    if rows.empty:
        return ""
    high, low = (rows.iloc[int(k)] for k in (rows["mean"].argmax(), rows["mean"].argmin()))
    if high["mean"] <= _TINY:
        return words("ws.over.none")
    return words(
        "ws.over.takeaway",
        high_hour=hour_text(int(high["group"])),
        high=fine_share(float(high["mean"])),
        low_hour=hour_text(int(low["group"])),
        low=fine_share(float(low["mean"])),
    )


def _amounts_takeaway(run: RunFolder, words: Words) -> str:
    total = _estimate(run, "collected_t")
    rows = charts.day_rows(run)
    if rows.empty or not math.isfinite(total.mean):
        return ""
    by_day = rows.groupby("day")["mean"].sum()
    by_weekday = by_day.groupby(by_day.index.to_numpy() % 7).mean()
    most = int(by_weekday.index[int(by_weekday.to_numpy().argmax())])
    return words(
        "ws.amounts.takeaway",
        total=words("unit.t", value=plain(total.mean, 1)),
        day=charts.day_name(run, most, words),
        most=words("unit.t", value=plain(float(by_weekday[most]), 1)),
    )


def _sites_takeaway(run: RunFolder, words: Words) -> str:
    rows = run.rows("station_wait_mean_min", "facility")
    rows = rows[rows["mean"].notna()]
    if rows.empty or rows["mean"].max() < 0.05:
        return words("ws.sites.none")
    longest = rows.iloc[int(rows["mean"].argmax())]
    name = str(longest["group"])
    p90 = _estimate(run, "station_wait_p90_min", "facility", name)
    return words(
        "ws.sites.takeaway",
        name=name,
        mean=with_unit(words, float(longest["mean"]), "min"),
        p90=with_unit(words, p90.mean, "min"),
    )


def _work_takeaway(run: RunFolder, words: Words) -> str:
    trips, km, empty, haul = (
        _estimate(run, measure) for measure in ("trips", "km", "km_empty", "haul_km")
    )
    if not math.isfinite(trips.mean + km.mean + empty.mean) or km.mean <= 0:
        return ""
    return words(
        "ws.work.takeaway",
        trips=plain(trips.mean, 0),
        km=with_unit(words, km.mean, "km"),
        empty=digits(empty.mean / km.mean, "share"),
        haul=with_unit(words, haul.mean if math.isfinite(haul.mean) else 0.0, "km"),
    )
