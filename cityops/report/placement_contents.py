"""What stands on a placement's page beside the charts: the answer, cards, tables, assumptions."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from cityops.report.assumptions import Assumed
from cityops.report.contents import Card, Dot, Row, Sheet
from cityops.report.formats import digits, plain

if TYPE_CHECKING:
    import pandas as pd

    from cityops.report.placement_reading import PlacementFolder
    from cityops.report.words import Words

__all__ = [
    "answer",
    "area_sheet",
    "areas_takeaway",
    "assumed",
    "cards",
    "inputs",
    "people",
    "proof",
    "site_sheet",
]

MOST_AREAS = 24
MOST_SITES = 40
NOTHING = 5e-4  # a share that reads as 0.0 %


def share(value: float) -> str:
    """Return a share in per cent."""
    return digits(value, "share")


# ---- the answer in a sentence


def answer(run: PlacementFolder, words: Words) -> list[str]:
    """Sentences that answer, in HTML: the plan, its proof, who gains, who stays out."""
    glue = words("pl.glue")
    first = _count(run, words) + glue + _value(run, words)
    closing = int(((run.candidates["kind"] == "existing") & (run.candidates["open"] == 0)).sum())
    closes = [words("pl.say.closes", n=closing)] if closing else []
    return [first, proof(run, words), *closes, *people(run, words)]


def _count(run: PlacementFolder, words: Words) -> str:
    n = int(run.manifest["n_open"])
    things = escape(run.things(words, n))
    units = run.asked.get("units")
    if units:
        return words("pl.say.units", units=units, n=n, things=things)
    new = int((run.sites["kind"] != "existing").sum())
    if 0 < new < n:
        return words("pl.say.count_new", n=n, things=things, new=new)
    return words("pl.say.count", n=n, things=things)


def _value(run: PlacementFolder, words: Words) -> str:
    """Say what the plan reaches, by its model."""
    shown = run.manifest["shown"]
    kind, unit = str(run.asked["model"]), str(shown["unit"])
    blanks = {
        "value": escape(run.shown(words, float(shown["value"]), unit)),
        "mode": run.mode(words),
        "limit": run.limit_said(words),
    }
    key = {
        "set-cover": "all_cost" if unit == "cost" else "all",
        "max-cover": "share_limit",
        "expected-cover": "share_units",
        "availability-cover": "share_reliable",
        "p-median": "mean",
        "reliable-median": "mean_reliable",
        "p-center": "longest",
        "dispersion": "apart",
        "capacitated": "mean_given",
    }.get(kind, "cost")
    if kind == "max-cover" and not _one_limit(run):
        key = "levels"
    if key == "mean_reliable" and run.asked["nearest_k"]:
        return words("pl.say.mean_nearest", k=run.asked["nearest_k"], **blanks)
    if key in {"all", "all_cost"} and run.manifest["left_out"]:
        key = key.replace("all", "all_reached")
        lost = sum(float(each["weight"]) for each in run.manifest["left_out"])
        inside = float(run.manifest["weight"])
        blanks["share"] = share(inside / (inside + lost))
    if key in {"mean", "mean_given", "mean_reliable"} and unit != "travel":
        key = "cost"
    return words(f"pl.say.{key}", **blanks)


def _one_limit(run: PlacementFolder) -> bool:
    """Whether near is near and far is far, with nothing between."""
    return bool(run.asked.get("limit")) and not run.asked["graded"]


def proof(run: PlacementFolder, words: Words) -> str:
    """Say how good the plan is at most."""
    kind = str(run.asked["model"])
    if run.manifest["proven"]:
        fewest = kind == "set-cover" and run.manifest["shown"]["unit"] == "sites"
        return words("pl.say.proven_fewest" if fewest else "pl.say.proven")
    bound, gap = run.manifest["shown"]["bound"], run.manifest["gap"]
    if bound is None or gap is None:
        return words("pl.say.no_bound")
    sense = run.manifest["objective"]["sense"]
    said = run.shown(words, float(bound), str(run.manifest["shown"]["unit"]))
    if sense == "gain" and said == run.shown(
        words, float(run.manifest["shown"]["value"]), str(run.manifest["shown"]["unit"])
    ):
        said = f"{100 * float(bound):.3f}%" if said.endswith("%") else said
    return words(f"pl.say.bound_{sense}", bound=said, gap=gap_said(float(gap)))


def gap_said(gap: float) -> str:
    """Return a gap in per cent, never as nothing where it is something."""
    if gap <= 0:
        return "0%"
    return f"{100 * gap:.2g}%" if gap < 0.1 else f"{100 * gap:.0f}%"


def people(run: PlacementFolder, words: Words) -> list[str]:
    """Say who gains and who stays out."""
    areas, limit = run.areas, run.limit_said(words)
    total = float(areas["weight"].sum())
    if total <= 0:
        return []
    said = []
    existing = int(run.manifest["n_existing"])
    gain, lost = (float(areas[f"{key}_weight"].sum()) / total for key in ("gain", "loss"))
    if existing and limit and gain > NOTHING:
        said.append(words("pl.gains", gain=share(gain), limit=limit))
    if existing:
        nearer = float(areas["nearer_weight"].sum()) / total
        farther = float(areas["farther_weight"].sum()) / total
        piece = words("pl.nearer", share=share(nearer)) if nearer > NOTHING else ""
        if farther > NOTHING:
            longer = words("pl.farther", share=share(farther))
            piece = words("list").join([piece, longer]) if piece else longer
        said += [piece] if piece else []
    if lost > NOTHING and limit:
        said.append(words("pl.loses", loss=share(lost), limit=limit))
    out = float(areas["out_weight"].sum()) / total
    if limit and out > NOTHING:
        said.append(words("pl.out", out=share(out), limit=limit))
    elif limit and run.asked["model"] != "set-cover":
        said.append(words("pl.all_in", limit=limit))
    return [escape(piece) for piece in [*said, *_left_out(run, words, total)]]


def _left_out(run: PlacementFolder, words: Words, total: float) -> list[str]:
    """Say what demand could not be taken in at all, and why."""
    left = run.manifest.get("left_out") or []
    lost = sum(float(each["weight"]) for each in left)
    if not left or lost <= 0:
        return []
    why = words("comma").join(str(each["reason"]) for each in left)
    return [words("pl.left_out", share=share(lost / total), why=why)]


def areas_takeaway(run: PlacementFolder, words: Words) -> str:
    """Say which area gains most and which stays worst off."""
    areas, limit = run.areas, run.limit_said(words)
    if len(areas) < 2 or not limit:
        return ""
    pieces = []
    gain = areas["covered_after"] - areas["covered_before"]
    best = int((areas["gain_weight"] - areas["loss_weight"]).to_numpy().argmax())
    if float(gain.iloc[best]) > NOTHING and int(run.manifest["n_existing"]):
        row = areas.iloc[best]
        pieces.append(
            words(
                "pl.best_area",
                area=row["area"],
                before=share(row["covered_before"]),
                after=share(row["covered_after"]),
                limit=limit,
            )
        )
    row = areas.iloc[int(areas["covered_after"].to_numpy().argmin())]
    if float(row["covered_after"]) < 1 - NOTHING:
        pieces.append(words("pl.worst_area", area=row["area"], after=share(row["covered_after"])))
    return words("stop_list").join(pieces) + words("stop") if pieces else ""


# ---- cards


def cards(run: PlacementFolder, words: Words) -> list[Card]:
    """Key figures with what they were before."""
    found: list[Card] = []

    def add(label: str, value: str, note: str, extra: str = "") -> None:
        number, unit = _parted(value)
        found.append(Card(label, number, unit, note, extra, len(found) < 3))

    limit = run.asked.get("limit")
    covered = run.figure("covered_share")
    if limit is not None and covered is not None:
        label = words("pl.card.within", limit=run.way(words, float(limit)))
        key = "covered_share" if run.asked["graded"] else "within_share"
        figures = run.figure(key, float(limit) if key == "within_share" else None) or covered
        add(label, share(figures[1]), _was(run, words, share(figures[0])), words("pl.of_demand"))
    for key, measure in ((run.words_for("mean"), "mean_travel"), ("pl.card.max", "max_travel")):
        ways = run.figure(measure)
        if ways is not None and math.isfinite(ways[1]):
            add(words(key), run.way(words, ways[1]), _was(run, words, run.way(words, ways[0])))
    facilities = run.figure("facilities")
    if facilities is not None:
        n_new = int((run.sites["kind"] != "existing").sum())
        add(
            words("pl.card.sites"),
            plain(facilities[1], 0),
            _was(run, words, plain(facilities[0], 0)),
            words("pl.new", n=n_new),
        )
    shown, sense = run.manifest["shown"], run.manifest["objective"]["sense"]
    unit = str(shown["unit"])
    add(
        words("pl.card.value"),
        run.shown(words, float(shown["value"]), unit),
        words("pl.proven" if run.manifest["proven"] else "pl.not_proven"),
    )
    if shown["bound"] is not None:
        gap = run.manifest["gap"]
        add(
            words("pl.card.bound" if sense == "gain" else "pl.card.bound_cost"),
            run.shown(words, float(shown["bound"]), unit),
            words("pl.gap_of", gap=gap_said(float(gap or 0.0))),
        )
    seconds = float(run.manifest["seconds"])
    add(words("pl.card.seconds"), words("unit.s", value=plain(seconds)), run.manifest["method"])
    return found


def _parted(value: str) -> tuple[str, str]:
    """Digits and unit apart, so that the unit can be set smaller."""
    if value.endswith("%"):
        return value[:-1], "%"
    number, _, unit = value.partition(" ")
    return number, unit


def _was(run: PlacementFolder, words: Words, value: str) -> str:
    if not int(run.manifest["n_existing"]):
        return words("pl.before_none")
    return words("pl.before_was", value=value)


# ---- tables


def inputs(run: PlacementFolder, words: Words) -> list[tuple[str, str]]:
    """Return what was put in, label and value."""
    asked, manifest = run.asked, run.manifest
    rows = [(words("pl.in.question"), words(f"pl.model.{asked['model']}"))]
    number = [
        words(f"pl.in.number_{key}", n=plain(float(asked[key]), 0))
        for key in ("p", "units", "budget")
        if asked.get(key) is not None
    ]
    rows.append((words("pl.in.number"), words("list").join(number) or words("pl.in.number_free")))
    if asked.get("limit") is not None:
        near = words("space").join([run.limit_said(words), run.mode(words)])
        rows.append((words("pl.in.limit"), near))
    total = plain(float(manifest["weight"]), 0)
    weight = words("space").join([total, run.weight_noun(words)]).strip()
    value = words("pl.in.points_value", n=plain(manifest["n_points"], 0), weight=weight)
    rows.append((words("pl.in.points"), value + _source(words, manifest.get("demand_source"))))
    existing = int(manifest["n_existing"])
    value = words(
        "pl.in.sites_value",
        candidates=plain(int(manifest["n_sites"]) - existing, 0),
        existing=plain(existing, 0),
    )
    rows.append((words("pl.in.sites"), value + _source(words, manifest.get("candidate_source"))))
    for left in manifest.get("left_out") or []:
        said = words(
            "pl.in.left_out_value",
            n=plain(left["points"], 0),
            weight=plain(left["weight"], 0),
            reason=left["reason"],
        )
        rows.append((words("pl.in.left_out"), said))
    net = run.network
    if net:
        km = words("unit.km", value=plain(float(net["km"]), 0))
        directed = ""
        nodes = plain(float(net["n_nodes"]), 0)
        said = words("in.streets_value", km=km, directed=directed, nodes=nodes)
        rows.append((words("in.streets"), said))
    return rows


def _source(words: Words, source: object) -> str:
    if not source:
        return ""
    key = f"pl.source.{source}"
    from cityops.report.words import TEXTS

    return words("paren", text=words(key) if key in TEXTS else str(source))


def area_sheet(run: PlacementFolder, words: Words) -> tuple[Sheet, str]:
    """Table by area, most demand first, and the sentence on what it leaves out."""
    areas = run.areas.sort_values(["weight", "area"], ascending=[False, True], kind="stable")
    total = len(areas)
    areas = areas.head(MOST_AREAS)
    limit = run.limit_said(words)
    heads = [words("pl.col.area"), words("pl.col.weight")]
    within = words("pl.col.within", limit=limit) if limit else words("pl.col.covered")
    exists, unit = int(run.manifest["n_existing"]) > 0, run.unit
    travel = f"mean_{unit}_before" in areas
    if exists:
        heads += [words("pl.col.within_before", within=within), words("pl.col.after")]
        heads += [words("pl.col.mean_before"), words("pl.col.after")] if travel else []
    else:
        heads += [within, *([words("pl.col.mean")] if travel else [])]
    heads.append(words("pl.col.out"))
    states = ("before", "after") if exists else ("after",)
    rows = []
    for row in areas.to_dict("records"):
        before, after = float(row["covered_before"]), float(row["covered_after"])
        cells = [plain(row["weight"], 0), *(share(row[f"covered_{when}"]) for when in states)]
        if travel:
            cells += [run.way(words, float(row[f"mean_{unit}_{when}"])) for when in states]
        cells.append(plain(row["out_weight"], 0))
        dot = Dot(after, min(before, after), max(before, after)) if exists else None
        rows.append(Row(str(row["area"]), cells, dot))
    note = ""
    if total > MOST_AREAS:
        note = words("pl.areas.more", shown=MOST_AREAS, all=total, file=book(run))
    return Sheet(heads, rows, ("0%", "100%") if exists else None), note


def book(run: PlacementFolder) -> str:
    """Name of the workbook."""
    return f"{run.asked['name']}.xlsx"


def site_sheet(run: PlacementFolder, words: Words) -> tuple[Sheet, str]:
    """Table of the open sites, busiest first, and the sentence on what it leaves out."""
    sites, unit = run.sites, run.unit
    total = len(sites)
    sites = sites.sort_values(["served_weight", "site"], ascending=[False, True], kind="stable")
    sites = sites.head(MOST_SITES)
    columns: list[tuple[str, str]] = [("pl.col.kind", "kind")]
    columns += [("pl.col.area", "area")] if (sites["area"] != "").any() else []
    columns += [("pl.col.size", "size")] if "size" in sites else []
    columns += [("pl.col.share", "served_share")]
    if f"mean_{unit}" in sites:
        columns += [("pl.col.mean", f"mean_{unit}"), ("pl.col.max", f"max_{unit}")]
    if "cost" in sites and sites["cost"].fillna(0).any():
        columns.append(("pl.col.cost", "cost"))
    rows = [
        Row(str(row["name"]), [_cell(run, words, key, row[key]) for _, key in columns], None)
        for row in sites.to_dict("records")
    ]
    heads = [words("pl.col.site"), *(words(head) for head, _ in columns)]
    note = ""
    if total > MOST_SITES:
        note = words("pl.sites.more", shown=MOST_SITES, all=total, file=book(run))
    note = words("space").join(piece for piece in (note, cost_line(run, words)) if piece)
    return Sheet(heads, rows, None), note


def cost_line(run: PlacementFolder, words: Words) -> str:
    """Say what a cost adds up from, with its unit; empty where it is all one or no cost."""
    parts = run.manifest.get("cost_parts") or {}
    if len(parts) < 2:
        return ""
    from scenarios.placement.costs import rounded_parts

    rounded, after = rounded_parts(parts)
    said = [words(f"pl.cost.{name}", value=plain(each, after)) for name, each in rounded.items()]
    unit = str(run.manifest.get("cost_unit_zh" if words.lang == "zh" else "cost_unit") or "")
    value = plain(sum(parts.values()), after)
    counted = words("paren", text=unit) if unit else ""
    return words("pl.cost", value=value, unit=counted, parts=" + ".join(said))


def _cell(run: PlacementFolder, words: Words, key: str, value: Any) -> str:  # noqa: ANN401
    if key == "kind":
        return words(f"pl.kind.{value}")
    if key == "served_share":
        return share(float(value))
    if key.startswith(("mean_", "max_")):
        return run.way(words, float(value))
    if key == "cost":
        return plain(float(value), 0)
    return str(value)


# ---- what was taken for granted


def assumed(run: PlacementFolder, words: Words) -> list[Assumed]:
    """Assumptions and standards, with their sources."""
    manifest, asked = run.manifest, run.asked
    mode, limit = run.mode(words), run.limit_said(words)
    ways = [words("pl.as.travel_mode", mode=mode), words("pl.as.travel_free")]
    if limit:
        ways.append(words("pl.as.limit", limit=limit, mode=mode))
    n_existing = int(manifest["n_existing"])
    kept = int((run.sites["kind"] == "existing").sum())
    who = "given" if asked["given"] else "crews" if asked["from_site"] else "nearest"
    choice = [words(f"pl.as.{who}")]
    choice.append(
        words("pl.as.existing", n=n_existing, kept=kept)
        if n_existing
        else words("pl.as.no_existing")
    )
    standards = [
        words(
            "pl.as.standard",
            title=standard["title"],
            says=standard.get("says_zh" if words.lang == "zh" else "says") or standard["says"],
            source=standard["source"],
            confidence=words(f"pl.confidence.{standard['confidence']}"),
        )
        for standard in manifest.get("standards") or []
    ]
    method = [words("pl.as.method", method=manifest["method"]), words("pl.as.judged")]
    found = [
        Assumed(words("pl.as.travel"), ways),
        Assumed(words("pl.as.choice"), choice),
        Assumed(words("pl.as.standards"), standards or [words("pl.as.no_standard")]),
        Assumed(words("pl.as.proof"), method),
    ]
    own = manifest.get("assumed_zh" if words.lang == "zh" else "assumed")
    if own or manifest.get("assumed"):
        found.insert(0, Assumed(words("pl.as.own"), list(own or manifest["assumed"])))
    warnings = [str(text) for text in manifest.get("warnings") or []]
    if warnings:
        found.append(Assumed(words("pl.as.warnings"), warnings))
    return found


def curve_rows(run: PlacementFolder) -> pd.DataFrame | None:
    """Table of the curve, ascending; None where it was not reckoned."""
    table = run.table("curve")
    return None if table is None or len(table) < 2 else table.sort_values("at", kind="stable")
