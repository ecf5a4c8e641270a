"""The report of routes: summary, map, and a run sheet a route that prints on its own pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cityops.report.build import render, save_page
from cityops.report.facts import command_said
from cityops.report.formats import clock
from cityops.report.routes_map import colour_of, route_map
from cityops.report.words import RouteWords, Words
from scenarios.hours import day_index
from scenarios.routing.jobs import SERVED, named
from scenarios.routing.sheet import run_sheet
from scenarios.routing.tables import clock_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scenarios.routing.answer import Plan

__all__ = ["day_and_vehicle", "route_cells", "write_routes_report"]

_MOST_LEFT_OUT = 40


def write_routes_report(folder: Path, plan: Plan, *, lang: str = "en") -> Path:
    """Write the report as one HTML file that loads nothing.

    Parameters
    ----------
    folder
        Of the routes, all tables written.
    plan
        The routes.
    lang
        "en" or "zh".

    Returns
    -------
    Path
        The file written.
    """
    words = RouteWords(lang, job=plan.question.job)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    page = render("routes.html.j2", routes_context(plan, manifest, words), words)
    return save_page(page, folder / "report.html")


def routes_context(plan: Plan, manifest: dict[str, Any], words: Words) -> dict[str, Any]:
    """Everything that the template shows."""
    lang, question = words.lang, plan.question
    head = manifest["scenario"]
    chinese = lang == "zh"
    title = manifest["question"]["title_zh" if chinese else "title"]
    sheets = [
        {
            "number": number,
            "title": words("rt.route", n=number),
            "colour": colour_of(number),
            "map": route_map(plan, words("rt.route", n=number), number),
            "lines": [_line(line) for line in run_sheet(plan, number, lang)],
            "who": day_and_vehicle(plan, row, words),
            "row": _row(row),
        }
        for number, row in zip(
            plan.summary["route"].tolist(), plan.summary.to_dict("records"), strict=True
        )
    ]
    assumed = manifest["assumed_zh"] if chinese and manifest["assumed_zh"] else manifest["assumed"]
    return {
        "title": title,
        "leaving": _leaving(plan, words),
        "synthetic": bool(head.get("synthetic")),
        "answer": _answer(manifest, words),
        "failed": bool(manifest["check"]["faults"]),
        "faults": manifest["check"]["faults"][:20],
        "interrupted": manifest["interrupted"],
        "map": route_map(plan, words("rt.map")),
        "sheets": sheets,
        "total": _total(manifest),
        "depot": words("comma").join(place.name for place in question.depots),
        "dumps": [place.name for place in question.dumps],
        "left_out": _left_out(plan, words),
        "left_out_n": len(question.left_out),
        "left_out_km": _left_out_amount(manifest),
        "left_out_unit": words("rt.left_out_unit"),
        "assumed": assumed,
        "command": command_said(str(manifest.get("command") or "")),
        "files": words("rt.files", name=question.name),
        "attribution": question.network.attribution,
        "version": str(manifest["versions"].get("cityops", "")),
    }


def day_and_vehicle(plan: Plan, row: Mapping[Any, Any], words: Words) -> list[str]:
    """Day and vehicle of a route, each where there are several.

    Parameters
    ----------
    plan, row
        The routes, and the row of one in their summary.
    words
        Of the report.
    """
    day = str(row["day"])
    said = [words(f"day.{day_index(day)}")] if day else []
    kinds = [kind for kind in plan.question.kinds if kind.name and kind.name == row["vehicle"]]
    return said + [kind.label(words.lang) for kind in kinds]


def _leaving(plan: Plan, words: Words) -> list[str]:
    """Say when routes leave: each kind of vehicle where there are several."""
    question = plan.question
    if not any(kind.name for kind in question.kinds):
        leaves = question.kinds[0].leaves_s
        return [clock_text(leaves) if question.spec.is_week else clock(words, question.start_s)]
    return [
        words("colon").join([kind.label(words.lang), clock_text(kind.leaves_s)])
        for kind in question.kinds
    ]


def _answer(manifest: dict[str, Any], words: Words) -> list[str]:
    """Say what the plan comes to, one sentence each."""
    hours_s = manifest["seconds_of_routes"]
    pieces = [_come_to(manifest, words)]
    if manifest["bound_s"] is None:
        pieces.append(words("rt.unbounded"))
    elif manifest["status"] == "optimal":
        pieces.append(words("rt.optimal"))
    else:
        bound = f"{manifest['bound_s'] / 3600:,.2f}"
        gap, apart_s = f"{100 * manifest['gap']:.1f} %", manifest["cost_s"] - hours_s
        costs = {"cost": f"{apart_s / 3600:,.2f}", "value": f"{manifest['cost_s'] / 3600:,.2f}"}
        if apart_s:
            pieces.append(words("rt.gap.cost", bound=bound, gap=gap, **costs))
        else:
            pieces.append(words("rt.gap", bound=bound, gap=gap))
    check = manifest["check"]
    if check["faults"]:
        pieces.append(words("rt.failed", n=len(check["faults"])))
    else:
        pieces.append(words("rt.checked", sides=f"{check['sides']:,}"))
    return [piece[0].upper() + piece[1:] + words("stop") for piece in pieces]


def _come_to(manifest: dict[str, Any], words: Words) -> str:
    """Say how much is done in which time."""
    said = {
        "routes": words.counted("rt.routes", manifest["routes"]),
        "hours": f"{manifest['hours']:,.2f}",
    }
    if manifest["job"] == "collect":
        tonnes = f"{manifest['waste_kg'] / 1000:,.2f}"
        points, km = f"{manifest['points']:,}", f"{manifest['km']:,.1f}"
        return words("rt.answer", points=points, km=km, t=tonnes, **said)
    swept, deadhead = _figure(manifest, "km_swept"), manifest["km_deadhead"]
    share = f"{100 * deadhead / max(swept + deadhead, 1e-9):.0f} %"
    return words("rt.answer", km=f"{swept:,.1f}", share=share, **said)


def route_cells(row: Mapping[Any, Any]) -> list[str]:
    """Cells of a route beside its time: hours, two of work and way, visits, tonnes.

    Parameters
    ----------
    row
        Of the summary of a plan.
    """
    if "points" in row:
        work = [f"{row['points']:,}", f"{row['km']:.1f}", f"{row['unloads']}"]
        return [f"{row['hours']:.2f}", *work, f"{row['waste_kg'] / 1000:.2f}"]
    return [
        f"{row['hours']:.2f}",
        f"{row['km_swept']:.1f}",
        f"{row['km_deadhead']:.1f}",
        f"{row['dumps']}",
        f"{row['dirt_kg'] / 1000:.2f}",
    ]


def _row(row: Mapping[Any, Any]) -> list[str]:
    return [f"{row['start']}–{row['end']}", *route_cells(row)]


def _total(manifest: dict[str, Any]) -> list[str]:
    if manifest["job"] == "collect":
        return ["", *route_cells(manifest)]
    return [
        "",
        f"{manifest['hours']:.2f}",
        f"{_figure(manifest, 'km_swept'):.1f}",
        f"{manifest['km_deadhead']:.1f}",
        f"{_figure(manifest, 'dumps')}",
        f"{_figure(manifest, 'dirt_kg') / 1000:.2f}",
    ]


def _figure(manifest: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - a number
    """Figure of the manifest, by the name that the job gives it."""
    return manifest[named(key, manifest["job"])]


def _line(line: Any) -> dict[str, str]:  # noqa: ANN401 - a SheetLine
    moving = line.kind in {"sweep", "drive"}
    return {
        "kind": "sweep" if line.kind in SERVED else line.kind,
        "clock": line.clock,
        "text": line.text,
        "side": line.side,
        "km": f"{line.km:.2f}" if moving else "",
        "minutes": f"{line.minutes:.1f}" if line.minutes else "",
        "load": f"{line.load:,.0f}",
    }


def _left_out_amount(manifest: Mapping[str, Any]) -> str:
    """Kilometres, or kilograms, that are left out."""
    if manifest["job"] == "collect":
        return f"{manifest['left_out_kg']:,.0f}"
    return f"{manifest['left_out_km']:.2f}"


def _left_out(plan: Plan, words: Words) -> list[tuple[str, str, str]]:
    """Streets with kilometres, or points with kg, and the reason; the most first."""
    table = plan.question.left_out
    if not len(table):
        return []
    name, amount = ("point", "kg") if "point" in table else ("street", "km")
    digits = 0 if amount == "kg" else 2
    sums = table.groupby([name, "reason", "day"], sort=True)[amount].sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    rows = []
    for row in sums.head(_MOST_LEFT_OUT).reset_index().to_dict("records"):
        said = words(f"rt.reason.{row['reason']}")
        if row["day"]:
            said = words("colon").join([words(f"day.{day_index(row['day'])}"), said])
        rows.append((row[name] or words("rt.unnamed"), f"{row[amount]:,.{digits}f}", said))
    return rows
