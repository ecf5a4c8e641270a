"""Runs side by side: what is better, worse or unclear, with paired differences and intervals.

The differences come from whoever compared the runs; here they are only told and drawn. A forest
plot, one row a measure, shows each difference with its interval against nought.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cityops.report import palette
from cityops.report.build import (
    aspect,
    head_context,
    page_words,
    render,
    save_page,
    script_json,
)
from cityops.report.charts import axis, band, curve_end_min, layout, target_lines, within_curve
from cityops.report.compared import UNITS, Compared, compared
from cityops.report.contents import Dot, unanswered
from cityops.report.facts import command_said
from cityops.report.formats import digits, level_text, plain, span, with_unit
from cityops.report.keys import differing, differing_keys
from cityops.report.map_charts import few_calls
from cityops.report.maps import district_map, page_map
from cityops.report.reading import RunFolder
from cityops.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from cityops.report.compared import Draw
    from cityops.report.maps import DistrictMap

MOST_AREAS = 6
LONGEST_LABEL = 30
VERDICTS = ("better", "worse", "unclear")


class ForestRow(NamedTuple):
    """A measure in two runs: both values, the difference, its interval, a whisker, a verdict."""

    name: str
    base: str
    other: str
    difference: str
    interval: str
    dot: Dot | None
    verdict: str


class Block(NamedTuple):
    """Rows of one unit on one axis from ``-reach`` to ``reach``."""

    title: str
    low: str
    high: str
    rows: list[ForestRow]


class Against(NamedTuple):
    """One run against the base: a sentence and its forest plots."""

    label: str
    sentence: list[tuple[str, str]]
    key: list[Block]
    classes: list[Block]
    areas: list[Block]


def write_comparison(
    runs: Sequence[Path], comparison: pd.DataFrame, out: Path, lang: str = "en"
) -> Path:
    """Write a page that sets runs side by side; the first is the base.

    Parameters
    ----------
    runs
        Run folders, the base first.
    comparison
        One row a figure and other run: measure, by, group, unit, base, other, difference, low,
        high, n, better, run (the other's name; needed with more than one other). `better` is
        "better", "worse", "unclear" or None (neither side is better), or True and False with a
        column `clear` that says whether the interval leaves out nought. A column `family_level`
        says that the intervals hold together at that level; without one each holds by itself.
    out
        The HTML file to write, or a folder to write `comparison.html` in.
    lang
        "en" or "zh".

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If a folder is no finished run, fewer than two are given, or the language is not known.
    """
    words = Words(lang)
    folders = [RunFolder.load(Path(folder)) for folder in runs]
    if len(folders) < 2:
        from networks.errors import InputError

        raise InputError("a comparison needs two runs", mend="name a second run folder")
    page = render("comparison.html.j2", comparison_context(folders, comparison, words), words)
    out = Path(out)
    is_page = out.suffix.lower() in (".html", ".htm") and not out.is_dir()
    return save_page(page, out if is_page else out / "comparison.html")


def comparison_context(
    runs: Sequence[RunFolder], comparison: pd.DataFrame, words: Words
) -> dict[str, Any]:
    """Everything that the template of the comparison shows."""
    names = run_labels(runs, words)
    base = runs[0]
    telling = compared(base.service)
    table = comparison.assign(group=comparison["group"].astype(str), better=verdicts(comparison))
    against = [
        _against(rows, base, telling, (names[0], name), words)
        for run, name in zip(runs[1:], names[1:], strict=True)
        if len(rows := rows_of(table, run, alone=len(runs) == 2))
    ]
    cdf = cdf_over(runs, names, words)
    draw, layer = telling.maps(runs, words)
    maps, blobs = ([], {}) if draw is None else _maps(runs, names, draw, words)
    hours = telling.hours(runs, names, words)
    if hours is not None:
        blobs["chart-hours"] = hours
    if cdf is not None:
        blobs["chart-cdf"] = cdf
    blobs["page"] = page_words(words)
    same = len({str(run.manifest.get("demand_hash")) for run in runs}) == 1
    whose = list(dict.fromkeys(credit for run in runs if (credit := run.credit(words))))
    keys, more_keys = differing_keys(runs)
    colours = [palette.RUNS[k % len(palette.RUNS)] for k in range(len(runs))]
    return {
        **head_context(base, words),
        "title": f" {words('cmp.versus')} ".join(names),
        "synthetic": any(run.synthetic for run in runs),
        "attribution": words("list").join(whose),
        "names": names,
        "titles": [run.title(words.lang) for run in runs],
        "chips": list(zip(names, colours, strict=True)),
        "against": against,
        "verdict_words": {v: words(f"cmp.{v}") for v in VERDICTS}
        | {"same": words("cmp.same_value")},
        "questions": questions(runs, words),
        "note": luck_note(
            table, against, base.level, words, words(telling.words["paired"]) if same else ""
        ),
        "groups_head": words(telling.words["groups"]),
        "areas_head": words(telling.words["areas"]),
        "has_hours": hours is not None,
        "ramp": telling.ramp(words),
        "place_keys": telling.places(runs, words),
        "titled": {
            key: words(telling.words[key])
            for key in ("hours", "hours.title", "where", "map.note")
            if key in telling.words
        },
        "cautions": cautions(runs, words),
        "differing_demand": "" if same else words(telling.words["demand"]),
        "has_cdf": cdf is not None,
        "hours_note": words("interval_band", level=level_text(base.level)),
        "cdf_note": words("response.cdf_note", level=level_text(base.level)),
        "maps": maps,
        "layer": layer,
        "few": any(few_calls(run) for run in runs),
        "has_hospitals": any(entry["hospitals"] for entry in maps),
        "differs": differing(runs, words),
        "keys": keys,
        "more_keys": words("cmp.keys_more", n=more_keys) if more_keys else "",
        "commands": [command_said(str(run.manifest.get("command") or "")) for run in runs],
        "blobs": {name: script_json(content) for name, content in blobs.items()},
    }


def verdicts(comparison: pd.DataFrame) -> list[str]:
    """Return "better", "worse", "unclear" or "" a row, however the comparison says it."""
    from scenarios.services import higher_is_better

    clear = comparison["clear"] if "clear" in comparison.columns else None
    found = []
    for place, said in enumerate(comparison["better"].tolist()):
        if isinstance(said, str):
            found.append(said if said in VERDICTS else "")
        elif isinstance(said, bool | np.bool_):
            found.append("better" if said else "worse")
        elif clear is not None and not clear.iloc[place]:
            takes_sides = higher_is_better(str(comparison["measure"].iloc[place])) is not None
            found.append("unclear" if takes_sides else "")
        else:
            found.append("")
    return found


def luck_note(
    table: pd.DataFrame,
    against: Sequence[Against],
    level: float,
    words: Words,
    paired: str = "",
) -> str:
    """Say what the intervals promise, each by itself or all together.

    Parameters
    ----------
    paired
        Says that all runs met the same; empty where they did not.
    """
    first = [paired] if paired else []
    if "family_level" in table.columns and len(table):
        family = words("cmp.family", level=level_text(float(table["family_level"].iloc[0])))
        return words("space").join([*first, family])
    shown = sum(
        row.verdict != "same"
        for one in against
        for block in (*one.key, *one.classes, *one.areas)
        for row in block.rows
    )
    if not shown:
        return "".join(first)
    chance = max(1, round(shown * (1 - level)))
    each = words("cmp.each", level=level_text(level), n=shown, chance=chance)
    return words("space").join([*first, each])


def cautions(runs: Sequence[RunFolder], words: Words) -> list[str]:
    """Return what else a reader has to know before he reads differences."""
    found = []
    if len({run.folder.resolve() for run in runs}) < len(runs):
        found.append(words("cmp.itself"))
    own = {"waste": "ws.cmp.record"}
    keys = [own.get(run.service, "cmp.record") for run in runs if run.recorded]
    found += [words(key) for key in dict.fromkeys(keys)]
    if any(unanswered(run) for run in runs):
        found.append(words("reading.reached"))
    return found


def questions(runs: Sequence[RunFolder], words: Words) -> list[str]:
    """Return the question of each run, none of them if all ask the same."""
    asked = [run.question(words.lang) for run in runs]
    return asked if len(set(asked)) > 1 else []


def run_labels(runs: Sequence[RunFolder], words: Words) -> list[str]:
    """Return short labels that tell the runs apart: titles, or names where titles are long."""
    titles = [run.title(words.lang) for run in runs]
    names = [run.name for run in runs]
    folders = [run.folder.name for run in runs]
    for choice in (titles, names, folders):
        short = max(len(label.encode("gbk", "replace")) for label in choice) <= LONGEST_LABEL
        if len(set(choice)) == len(runs) and (short or choice is not titles):
            return choice
    return [str(run.folder) for run in runs]


def rows_of(table: pd.DataFrame, run: RunFolder, *, alone: bool) -> pd.DataFrame:
    """Rows of a comparison that are about a run: by its folder's or its scenario's name."""
    if "run" not in table.columns:
        return table
    for name in (str(run.folder), run.folder.name, run.name):
        rows = table[table["run"].astype(str) == name]
        if len(rows):
            return rows
    return table if alone else table.iloc[:0]


# Words and forest plots -----------------------------------------------------------------------


def _against(
    rows: pd.DataFrame, base: RunFolder, telling: Compared, names: tuple[str, str], words: Words
) -> Against:
    rows = a_day(rows, base.measured_s / telling.per_s, telling.totals)
    key = _key_rows(rows, telling.key)
    classes = rows[(rows["by"] == telling.classes) & rows["measure"].isin(telling.by_class)]
    areas = rows[(rows["by"] == "area") & (rows["measure"] == telling.by_class[0])]
    areas = areas[areas["difference"].notna() & ~areas["group"].isin(few_calls(base))]
    areas = areas[~unchanged(areas)]
    areas = areas.sort_values("difference", kind="stable")
    if len(areas) > 2 * MOST_AREAS:
        areas = areas.iloc[[*range(MOST_AREAS), *range(len(areas) - MOST_AREAS, len(areas))]]

    def class_name(row: Any) -> str:  # noqa: ANN401 - a pandas row
        return telling.class_name(base, row.group, words)

    return Against(
        names[1],
        sentence(key, *names, words, telling.words),
        blocks(key, words, lambda row: words.measure(row.measure), telling=telling),
        blocks(classes, words, class_name, by_measure=True),
        blocks(areas, words, lambda row: area_name(row.group, words)),
    )


def area_name(group: str, words: Words) -> str:
    """Name of an area; a dash stands for what lies in none."""
    return words("cl.no_area") if group == "–" else str(group)


def _key_rows(rows: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Rows of the key figures, in their order, without those that say nothing."""
    key = rows[(rows["by"] == "all") & rows["measure"].isin(order)]
    key = key[(key["base"] != 0) | (key["other"] != 0)]
    key = key[(key["better"] != "") | (key["difference"] != 0)]
    return key.sort_values("measure", key=lambda column: column.map(order.index))


def unchanged(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether each figure is the same in every replication."""
    widest = rows[["low", "high"]].astype(float).abs().max(axis=1).fillna(0.0)
    return (rows["difference"] == 0) & (widest == 0)


def a_day(rows: pd.DataFrame, days: float, measures: Iterable[str]) -> pd.DataFrame:
    """Rows with counts and distances a day, or whatever time there are so many of."""
    rows = rows.copy()
    totals = rows["measure"].isin(list(measures))
    for column in ("base", "other", "difference", "low", "high"):
        values = rows[column].astype(float)
        rows[column] = values.where(~totals, values / days)
    return rows


def sentence(
    key: pd.DataFrame,
    base_name: str,
    other_name: str,
    words: Words,
    own: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """Say which key figures are better, worse, unclear: pieces, each with its verdict or "".

    Parameters
    ----------
    own
        Keys of the texts of a service that stand for ``phrase.MEASURE``, by that.
    """
    phrases = own or {}

    def named(measure: str) -> str:
        other = phrases.get(f"phrase.{measure}")
        return words.in_sentence(measure) if other is None else words(other)

    pieces = [("", words("cmp.sentence", base=base_name, other=other_name))]
    told = 0
    said = key["better"].where(~unchanged(key) | (key["better"] == ""), "same")
    for verdict in (*VERDICTS, "same"):
        chosen = key[said == verdict]
        if chosen.empty:
            continue
        items = [
            named(str(row.measure))
            + (words("paren", text=difference_text(row, words)) if verdict in VERDICTS[:2] else "")
            for row in chosen.itertuples()
        ]
        text = words(f"cmp.sentence_{verdict}", list=words.listed(items))
        if told:
            pieces.append(("", words("join")))
        pieces.append((verdict if verdict in VERDICTS else "unclear", text))
        told += 1
    return [*pieces, ("", words("stop"))] if told else []


def signed(value: float, unit: str) -> str:
    """Digits of a difference with its sign: minutes with two decimals, shares in points.

    Examples
    --------
    >>> signed(0.021, "share"), signed(-0.84, "min"), signed(0.001, "min"), signed(140.2, "km")
    ('+2.1', '−0.84', '0.00', '+140')
    """
    if unit in ("share", "min"):
        text = plain(100 * value, 1) if unit == "share" else plain(value, 2)
    else:
        text = digits(value, unit)
    is_nought = text == "–" or not text.strip("0.,")
    return text if value < 0 or is_nought else f"+{text}"


def difference_text(row: Any, words: Words) -> str:  # noqa: ANN401 - a pandas row
    """Difference with its unit, for a sentence."""
    text = signed(float(row.difference), row.unit)
    if row.unit == "share":
        return words("cmp.points", value=text)
    if row.unit in ("min", "km", "h", "t", "l"):
        return words(f"unit.{row.unit}", value=text)
    return text if row.unit == "count" else f"{text} {row.unit}"


def blocks(
    rows: pd.DataFrame,
    words: Words,
    name: Callable[[Any], str],
    *,
    by_measure: bool = False,
    telling: Compared | None = None,
) -> list[Block]:
    """Forest plots of some rows: one a unit, or one a measure; the rows of a plot share an axis."""
    found = []
    first = UNITS if telling is None else telling.units
    units = [*first, *(unit for unit in rows["unit"].unique() if unit not in first)]
    for key in rows["measure"].unique() if by_measure else units:
        chosen = rows[rows["measure" if by_measure else "unit"] == key]
        if chosen.empty:
            continue
        unit = str(chosen["unit"].iloc[0])
        ends = chosen[["difference", "low", "high"]].abs().to_numpy(dtype=float).ravel()
        reach = max([float(v) for v in ends if math.isfinite(v)], default=0.0) * 1.08 or 1.0
        lines = [_row(row, reach, name(row), words) for row in chosen.itertuples()]
        title = block_title(unit, words, telling)
        if by_measure:
            title = words.measure(str(key)) + words("colon") + title
        found.append(Block(title, signed(-reach, unit), signed(reach, unit), lines))
    return found


def block_title(unit: str, words: Words, telling: Compared | None) -> str:
    """Say what a plot's numbers are: minutes, per cent, kilometres a day."""
    own = {} if telling is None else telling.words
    if unit in {"min", "share", "count", "km"}:
        return words(own.get(f"block.{unit}", f"cmp.block.{unit}"))
    if "/" in unit:
        return unit  # an amount for each of something, whatever the time
    known = unit in {"h", "t", "l"}
    return words("cl.a_week", unit=words(f"unit.{unit}", value="").strip() if known else unit)


def _row(row: Any, reach: float, name: str, words: Words) -> ForestRow:  # noqa: ANN401
    has_interval = math.isfinite(row.low) and math.isfinite(row.high)
    ends = (row.low, row.high) if has_interval else (row.difference, row.difference)
    at, low, high = (0.5 + 0.5 * value / reach for value in (row.difference, *ends))
    interval = ""
    if has_interval:
        interval = words("range", low=signed(row.low, row.unit), high=signed(row.high, row.unit))
    return ForestRow(
        name,
        digits(row.base, row.unit),
        digits(row.other, row.unit),
        signed(row.difference, row.unit),
        interval,
        Dot(at, low, high) if math.isfinite(at) else None,
        "same" if row.difference == 0 and ends == (0, 0) else str(row.better),
    )


# Charts ---------------------------------------------------------------------------------------


def cdf_over(
    runs: Sequence[RunFolder], names: Sequence[str], words: Words
) -> dict[str, Any] | None:
    """Shares of calls reached by time, all runs over each other."""
    curves = [within_curve(run) for run in runs]
    if any(len(curve) < 3 for curve in curves):
        return None
    end = max(curve_end_min(curve) for curve in curves)
    traces: list[dict[str, Any]] = []
    for place, (curve, name) in enumerate(zip(curves, names, strict=True)):
        colour = palette.RUNS[place % len(palette.RUNS)]
        minutes = curve["minutes"].tolist()
        low, mean, high = (curve[c].round(5).tolist() for c in ("low", "mean", "high"))
        traces.append(band(minutes, low, high, colour + "2e"))
        hover = [
            words(
                "hover.cdf",
                minutes=with_unit(words, m, "min"),
                share=f"<b>{digits(v, 'share')}</b> ({span(words, a, b, 'share')})",
            )
            for m, v, a, b in zip(minutes, mean, low, high, strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "name": name,
                "x": minutes,
                "y": mean,
                "mode": "lines",
                "line": {"color": colour, "width": 2.6},
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    shapes, notes = target_lines(runs[0], words, end)
    return {
        "data": traces,
        "layout": layout(
            height=380,
            hovermode="x",
            xaxis=axis(words("axis.minutes"), range=[0, end], showgrid=False),
            yaxis=axis(words("axis.share_reached"), range=[0, 1.02], tickformat=".0%"),
            shapes=shapes,
            annotations=notes,
        ),
    }


def _maps(
    runs: Sequence[RunFolder], names: Sequence[str], draw: Draw, words: Words
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Draw maps of all runs; equal streets are put on the page once."""
    blobs: dict[str, Any] = {}
    entries: list[dict[str, Any]] = []
    packed: list[dict[str, Any]] = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        district: DistrictMap = district_map(run, words)
        figure = draw(run, district)
        if figure is None:
            continue
        streets = page_map(district)
        if streets not in packed:
            packed.append(streets)
            blobs[f"streets-{len(packed) - 1}"] = streets
        blobs[f"chart-map-{place}"] = figure
        entries.append(
            {
                "name": name,
                "chart": f"chart-map-{place}",
                "streets": f"streets-{packed.index(streets)}",
                "aspect": aspect(district),
                "hospitals": bool(district.hospitals),
            }
        )
    return entries, blobs
