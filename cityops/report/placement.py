"""The report of a placement: a single page that works from disk, with all charts' data inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cityops.report import palette
from cityops.report import placement_contents as contents
from cityops.report.build import (
    aspect,
    moment,
    page_words,
    render,
    save_page,
    script_json,
    small_span,
    took_text,
    versions_text,
)
from cityops.report.contents import Row, Sheet
from cityops.report.facts import command_said, named_hashes
from cityops.report.formats import digits
from cityops.report.maps import district_map, page_map
from cityops.report.placement_cabins import cabin_context
from cityops.report.placement_charts import (
    closing_bars,
    curve_chart,
    curve_of,
    curve_takeaway,
    reach_chart,
)
from cityops.report.placement_map import (
    catchment_ground,
    life_ground,
    life_legend,
    marks,
    placement_map,
    ring_ground,
    ring_legend,
    uncovered,
)
from cityops.report.placement_reading import PlacementFolder
from cityops.report.words import Words

if TYPE_CHECKING:
    from cityops.report.maps import DistrictMap

__all__ = ["placement_context", "write_placement_report"]


class Key(NamedTuple):
    """A sign on the map and what it stands for."""

    symbol: str
    colour: str
    radius: float
    text: str


def write_placement_report(folder: Path, *, lang: str = "en", out: Path | None = None) -> Path:
    """Write the report of a placement as one HTML file that loads nothing.

    Parameters
    ----------
    folder
        As `cityops optimize` fills it.
    lang
        "en" or "zh".
    out
        The file to write; `report.html` in the folder by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the folder is no placement, or the language is not known.
    """
    words = Words(lang)
    run = PlacementFolder.load(Path(folder))
    page = render("placement.html.j2", placement_context(run, words), words)
    return save_page(page, run.folder / "report.html" if out is None else Path(out))


def placement_context(run: PlacementFolder, words: Words) -> dict[str, Any]:
    """Everything that the template shows."""
    district = district_map(run, words)
    existing = int(run.manifest["n_existing"])
    layers = [
        ("catchments", catchment_ground(run)),
        ("ways", ring_ground(run, "after")),
    ]
    ramps = [("ways", ring_legend(run, words))]
    life = life_ground(run)
    if life:
        layers.append(("life", life))
        ramps.append(("life", life_legend(words)))
    figures: dict[str, Any] = {
        "chart-map": placement_map(run, district, layers, words),
        "chart-reach": reach_chart(run, words),
        "chart-curve": curve_chart(run, words),
        "chart-closing": closing_bars(run, words),
    }
    pair = _pair(run, district, figures, words) if existing else []
    blobs = {name: figure for name, figure in figures.items() if figure is not None}
    curve = curve_of(run, words)
    cards = contents.cards(run, words)
    areas, areas_note = contents.area_sheet(run, words)
    sites, sites_note = contents.site_sheet(run, words)
    name = run.asked["name"]
    return {
        **_head(run, words),
        "answer": _sentences(contents.answer(run, words), words),
        "cautions": _cautions(run, words),
        "cards": cards,
        "small_span": small_span(len(cards) - 3),
        "map_layers": [
            (name, words(run.words_for("ways") if name == "ways" else f"pl.layer.{name}"))
            for name, _ in layers
        ],
        "ways_title": words(run.words_for("ways")),
        "ramps": ramps,
        "catchment_notes": _catchment_notes(run, words),
        "keys": _keys(run, words),
        "rings": ring_legend(run, words),
        "aspect": aspect(district),
        "pair": pair,
        "change_takeaway": _sentences(contents.people(run, words), words),
        "circles": circle_sheet(run, words),
        "areas": areas,
        "areas_note": areas_note,
        "areas_takeaway": contents.areas_takeaway(run, words),
        "sites": sites,
        "sites_note": sites_note,
        **cabin_context(run, words),
        "has_curve": curve is not None,
        "has_closing": figures["chart-closing"] is not None,
        "curve_title": "" if curve is None else curve.y_title,
        "curve_takeaway": curve_takeaway(run, words),
        "inputs": contents.inputs(run, words),
        "assumed": contents.assumed(run, words),
        "command": command_said(str(run.manifest.get("command") or "")),
        "reproduce_note": words("pl.reproduce.note", file=f"plan/{name}.csv"),
        "files_note": words("pl.files_note", book=f"{name}.xlsx", gpkg=f"{name}.gpkg"),
        "hashes": named_hashes(run.manifest.get("input_hashes") or {}),
        "versions": versions_text(run.manifest.get("versions") or {}, words),
        "took": took_text(run.manifest, words),
        "blobs": {
            key: script_json(content)
            for key, content in (
                blobs | {"streets": page_map(district), "page": page_words(words)}
            ).items()
        },
    }


def _head(run: PlacementFolder, words: Words) -> dict[str, Any]:
    meta = [run.title(words.lang), words(f"pl.model.{run.asked['model']}"), run.mode(words)]
    started = moment(run.manifest.get("started"))
    if started is not None:
        meta.append(words("run_of", date=f"{started:%Y-%m-%d}"))
    return {
        "title": run.headline(words.lang),
        "synthetic": run.synthetic,
        "meta": meta,
        "attribution": run.credit(words),
        "version": str((run.manifest.get("versions") or {}).get("cityops", "")),
    }


def _sentences(pieces: list[str], words: Words) -> str:
    """Pieces as sentences, each with its full stop."""
    said = [piece[0].upper() + piece[1:] + words("stop") for piece in pieces if piece]
    return words("space").join(said)


def _cautions(run: PlacementFolder, words: Words) -> list[str]:
    said = []
    if run.manifest.get("interrupted"):
        said.append(words("pl.interrupted"))
    if run.manifest.get("plan_from"):
        said.append(words("pl.from_plan", file=run.manifest["plan_from"]))
    p, n = run.asked.get("p"), int(run.manifest["n_open"])
    if not n:
        said.append(words("pl.none_open"))
    elif p is not None and n < int(p):
        said.append(words("pl.fewer_open", n=n, p=int(p)))
    return said


def _pair(
    run: PlacementFolder, district: DistrictMap, figures: dict[str, Any], words: Words
) -> list[dict[str, str]]:
    """Two maps of ways to the nearest, today and under the plan."""
    found = []
    for when, n in (
        ("before", int(run.manifest["n_existing"])),
        ("after", int(run.manifest["n_open"])),
    ):
        chart = f"chart-{when}"
        figures[chart] = placement_map(
            run, district, [(f"pair-{when}", ring_ground(run, when))], words,
            before=when == "before", pair=True,
        )  # fmt: skip
        title = words(f"pl.pair.{when}", n=n, things=run.things(words, n))
        found.append({"name": title, "chart": chart})
    return found


def _keys(run: PlacementFolder, words: Words) -> list[Key]:
    """Signs on the map."""
    exists = int(run.manifest["n_existing"]) > 0
    keys = []
    for mark in reversed(marks(run, words)):
        name = "open" if mark.key == "new" and not exists else mark.key
        radius = 2.2 if mark.key == "candidate" else 5.0
        keys.append(Key(mark.symbol, mark.colour, radius, words(f"pl.key.{name}")))
    if len(uncovered(run, words)):
        limit = run.limit_said(words)
        text = words("pl.key.out", limit=limit) if limit else words("pl.key.unserved")
        keys.append(Key("circle", palette.WARM, 3.2, text))
    return keys


def _catchment_notes(run: PlacementFolder, words: Words) -> list[str]:
    """Say what tints mean, and what has none."""
    notes = [words("pl.key.catchment")]
    if run.table("plants") is not None and (run.points["site"] < 0).any():
        notes.append(words("pl.key.direct"))
    return notes


def circle_sheet(run: PlacementFolder, words: Words) -> Sheet:
    """Share of demand within each limit, before and after."""
    exists = int(run.manifest["n_existing"]) > 0
    heads = ["", *([words("pl.before")] if exists else []), words("pl.after")]
    rows = []
    for limit in run.asked["limits"]:
        figures = run.figure("within_share", float(limit))
        if figures is None:
            continue
        cells = [digits(value, "share") for value in (figures if exists else figures[1:])]
        rows.append(Row(words("pl.card.within", limit=run.way(words, float(limit))), cells, None))
    for measure, key in (("mean_travel", run.words_for("mean")), ("max_travel", "pl.card.max")):
        figures = run.figure(measure)
        if figures is not None:
            cells = [run.way(words, value) for value in (figures if exists else figures[1:])]
            rows.append(Row(words(key), cells, None))
    return Sheet(heads, rows, None)
