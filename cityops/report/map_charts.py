"""The area map as a Plotly figure, and the legends that stand beside it.

Areas are SVG polygons, a trace a colour class; streets, stations and hospitals lie on top as
`scattergl`. Street coordinates are not in the figure: the page holds them once, and its script
fills them in where a trace's ``meta`` names a layer.
"""

from __future__ import annotations

import itertools
import math
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cityops.report import palette
from cityops.report.charts import layout
from cityops.report.formats import digits, plain, span, with_unit
from cityops.report.maps import FEW_CALLS, Classes, DistrictMap, colour_classes, scale_bar_m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

# measure, its unit, colour ramp, whether high values are the bad ones
LAYERS: tuple[tuple[str, str, Sequence[str], bool], ...] = (
    ("response_mean_min", "min", palette.ORDERED, True),
    ("response_p90_min", "min", palette.ORDERED, True),
    ("within_target", "share", palette.ORDERED, False),
    ("incidents", "count", palette.COUNTS, True),
)


class LegendEntry(NamedTuple):
    """A colour and what it stands for."""

    colour: str
    text: str


class PlaceKey(NamedTuple):
    """A symbol of a map, as the path of a drawing 12 wide and high, and what it stands for."""

    path: str
    colour: str
    text: str


class Layer(NamedTuple):
    """One way to colour the areas: measure, label, values by area, classes, legend."""

    measure: str
    label: str
    values: dict[str, float]
    classes: Classes
    legend: list[LegendEntry]


def area_values(run: RunFolder, measure: str) -> dict[str, float]:
    """Mean of a measure by area; calls are given a day; areas with few calls are left out."""
    rows = run.rows(measure, "area")
    values = dict(zip(rows["group"], rows["mean"].astype(float), strict=True))
    if measure == "incidents":
        days = run.measured_s / 86_400
        return {name: value / days for name, value in values.items()}
    few = few_calls(run)
    return {name: value for name, value in values.items() if name not in few}


def few_calls(run: RunFolder) -> set[str]:
    """Areas with too few calls in a replication to say how fast they are reached."""
    rows = run.rows("incidents", "area")
    return set(rows.loc[rows["mean"] < FEW_CALLS, "group"])


def map_layers(runs: Sequence[RunFolder], words: Words) -> list[Layer]:
    """Colourings of the areas whose classes fit all runs; values are those of the first."""
    found = []
    for measure, unit, ramp, worse_high in LAYERS:
        values = [area_values(run, measure) for run in runs]
        pooled = [value for each in values for value in each.values() if math.isfinite(value)]
        if not pooled:
            continue
        classes = colour_classes(pooled, ramp, worse_high=worse_high)
        label = words.measure(measure)
        if measure == "incidents":
            label = words("areas.calls")
        found.append(
            Layer(measure, label, values[0], classes, legend(classes, unit, words, pooled))
        )
    return found


def legend(classes: Classes, unit: str, words: Words, values: Sequence[float]) -> list[LegendEntry]:
    """Say what each colour class stands for, lowest first; outer ones are open where needed."""
    edges = classes.edges
    whole = all(abs(edge * (100 if unit == "share" else 1) % 1) < 1e-9 for edge in edges)

    def edge_text(value: float) -> str:
        value = 100 * value if unit == "share" else value
        text = plain(value, 0 if whole else 1)
        return text if whole or not text.endswith(".0") else text[:-2]

    suffix = "%" if unit == "share" else ""
    texts = [
        f"{edge_text(low)}–{edge_text(high)}{suffix}" for low, high in itertools.pairwise(edges)
    ]
    if len(texts) > 1 and min(values) < edges[0]:
        texts[0] = words("under", value=edge_text(edges[1]) + suffix)
    if len(texts) > 1 and max(values) > edges[-1]:
        texts[-1] = words("over", value=edge_text(edges[-2]) + suffix)
    if unit == "min" and texts:
        texts[-1] = words("unit.min", value=texts[-1])
    return [LegendEntry(*pair) for pair in zip(classes.colours, texts, strict=True)]


def area_map(
    run: RunFolder,
    district: DistrictMap,
    layers: Sequence[Layer],
    words: Words,
    *,
    title: str = "",
) -> dict[str, Any] | None:
    """Figure of the district: areas by colour, streets, stations, hospitals.

    Traces of the areas carry ``meta.layer``; only the first layer is visible until the page's
    script shows another.
    """
    if district.empty:
        return None
    traces: list[dict[str, Any]] = []
    for place, layer in enumerate(layers):
        traces += _areas(run, district, layer, visible=place == 0)
    traces += street_traces(district)
    traces += [_hover(run, district, words)] if layers else []
    traces += _places(district, words)
    return map_figure(traces, run, district, words, title=title, hoverdistance=-1)


def map_figure(
    traces: list[dict[str, Any]],
    run: RunFolder,
    district: DistrictMap,
    words: Words,
    *,
    title: str = "",
    **more: Any,  # noqa: ANN401 - what Plotly's layout takes
) -> dict[str, Any]:
    """Lay traces out as a map: equal axes in metres, a scale bar, the streets' attribution."""
    frame = district.frame
    bar, length = scale_bar(district)
    return {
        "data": traces,
        "layout": layout(
            margin={"l": 0, "r": 0, "t": 0, "b": 0},
            plot_bgcolor=palette.GROUND,
            dragmode="pan",
            xaxis=map_axis(frame.x0, frame.width),
            yaxis=map_axis(frame.y0, frame.height) | {"scaleanchor": "x", "constrain": "range"},
            shapes=bar,
            annotations=length + map_notes(run, district, words, title),
            **more,
        ),
    }


def facility_marks(
    run: RunFolder,
    styles: Mapping[str, tuple[str, str, int]],
    told: Callable[[dict[Any, Any]], str],
) -> list[dict[str, Any]]:
    """Depots, stations and plants of a run, named when pointed at.

    Parameters
    ----------
    run
        Has a table of facilities.
    styles
        Symbol, colour and size by kind.
    told
        What is said of a row of the table.
    """
    table = run.table("facilities")
    if table is None or table.empty:
        return []
    traces = []
    for kind, rows in table.groupby("kind", sort=True):
        symbol, colour, size = styles[str(kind)]
        x, y = run.plane.to_xy(rows["lon"].to_numpy(), rows["lat"].to_numpy())
        traces.append(
            {
                "type": "scattergl",
                "mode": "markers",
                "x": np.round(x, 1).tolist(),
                "y": np.round(y, 1).tolist(),
                "marker": {
                    "symbol": symbol,
                    "size": size,
                    "color": colour,
                    "line": {"color": palette.PAPER, "width": 1.6},
                },
                "text": [told(row) for row in rows.to_dict("records")],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return traces


def street_traces(district: DistrictMap, *, quiet: bool = False) -> list[dict[str, Any]]:
    """Streets on a light casing, so that they are seen on dark areas too; widest on top.

    Quiet ones are thin and light: what matters lies on them.
    """
    present = [rank for rank in (2, 1, 0) if len(district.streets[rank])]
    if quiet:
        casings, thin, seen = [], 0.75, 0.55
    else:
        casings = [
            (rank, palette.PAPER, palette.STREET_WIDTHS[rank] + 1.6, 0.45) for rank in present
        ]
        thin, seen = 1.0, 0.9
    lines = [
        (rank, palette.STREETS[rank], thin * palette.STREET_WIDTHS[rank], seen) for rank in present
    ]
    return [
        {
            "type": "scattergl",
            "mode": "lines",
            "x": [],
            "y": [],
            "meta": {"streets": rank},
            "line": {"color": colour, "width": width},
            "opacity": opacity,
            "hoverinfo": "skip",
        }
        for rank, colour, width, opacity in casings + lines
    ]


def map_axis(start: float, length: float) -> dict[str, Any]:
    """Return an axis in metres, unseen, over the length of the map."""
    return {
        "range": [round(start, 1), round(start + length, 1)],
        "visible": False,
        "fixedrange": False,
        "constrain": "range",
    }


def _areas(
    run: RunFolder, district: DistrictMap, layer: Layer, *, visible: bool
) -> list[dict[str, Any]]:
    """Traces of one colouring: polygons a colour class, or circles where areas are points."""
    rings: dict[str, tuple[list[float | None], list[float | None]]] = {}
    points: list[tuple[float, float, str]] = []
    for area in district.areas:
        value = layer.values.get(area.name, math.nan)
        colour = layer.classes.colour(value)
        if not area.rings:
            points.append((round(area.x, 1), round(area.y, 1), colour))
            continue
        xs, ys = rings.setdefault(colour, ([], []))
        for ring in area.rings:
            if xs:
                xs.append(None)
                ys.append(None)
            xs.extend(ring[:, 0].round(1).tolist())
            ys.extend(ring[:, 1].round(1).tolist())
    shared = {"meta": {"layer": layer.measure}, "visible": visible, "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "fill": "toself",
            "fillcolor": colour,
            "line": {"color": palette.PAPER, "width": 1},
        }
        | shared
        for colour, (xs, ys) in sorted(rings.items())
    ]
    if points:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x for x, _, _ in points],
                "y": [y for _, y, _ in points],
                "marker": {
                    "size": _point_sizes(run, district),
                    "color": [colour for _, _, colour in points],
                    "line": {"color": palette.PAPER, "width": 1},
                },
            }
            | shared
        )
    return traces


def _point_sizes(run: RunFolder, district: DistrictMap) -> list[float]:
    """Sizes of circles whose area follows the calls of their part of the district."""
    calls = area_values(run, "incidents")
    most = max([value for value in calls.values() if math.isfinite(value)], default=0.0) or 1.0
    return [
        round(8 + 26 * math.sqrt(max(calls.get(area.name, 0.0), 0.0) / most), 1)
        for area in district.areas
        if not area.rings
    ]


def _hover(run: RunFolder, district: DistrictMap, words: Words) -> dict[str, Any]:
    """Unseen points inside the areas that carry their figures as a tooltip."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(area.x, 1) for area in district.areas],
        "y": [round(area.y, 1) for area in district.areas],
        "marker": {"size": 24, "opacity": 0},
        "text": [_tooltip(run, area.name, words) for area in district.areas],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _tooltip(run: RunFolder, area: str, words: Words) -> str:
    """Figures of an area, a line each."""
    lines = [f"<b>{escape(area)}</b>"]
    for measure, unit, *_ in LAYERS:
        estimate = run.estimate(measure, "area", area)
        if estimate is None:
            continue
        if measure == "incidents":
            a_day = digits(estimate.mean / (run.measured_s / 86_400), unit)
            value = words("per_day", value=a_day)
        else:
            ends = span(words, estimate.low, estimate.high, unit)
            value = with_unit(words, estimate.mean, unit) + words("paren", text=ends)
        lines.append(f"{words.measure(measure)}{words('colon')}{value}")
    return "<br>".join(lines)


def _places(district: DistrictMap, words: Words) -> list[dict[str, Any]]:
    """Stations and hospitals, named when pointed at."""
    styles = (
        ("station", district.stations, "square", palette.STATION, 10),
        ("hospital", district.hospitals, "cross", palette.HOSPITAL, 13),
    )
    return [
        {
            "type": "scattergl",
            "mode": "markers",
            "name": words(key),
            "x": [round(place.x, 1) for place in places],
            "y": [round(place.y, 1) for place in places],
            "marker": {
                "symbol": symbol,
                "size": size,
                "color": colour,
                "line": {"color": palette.PAPER, "width": 1.6},
            },
            "text": [f"<b>{escape(place.name)}</b><br>{words(key)}" for place in places],
            "hovertemplate": "%{text}<extra></extra>",
        }
        for key, places, symbol, colour, size in styles
        if places
    ]


def scale_bar(district: DistrictMap) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bar of a round length in the lower left corner, true at any zoom."""
    frame = district.frame
    length = scale_bar_m(frame.width)
    x0, y0 = frame.x0 + 0.02 * frame.width, frame.y0 + 0.025 * frame.height
    bar = {
        "type": "line",
        "x0": round(x0, 1),
        "x1": round(x0 + length, 1),
        "y0": round(y0, 1),
        "y1": round(y0, 1),
        "line": {"color": palette.INK, "width": 2},
    }
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    note = {
        "x": round(x0 + length / 2, 1),
        "y": round(y0, 1),
        "text": text,
        "showarrow": False,
        "yanchor": "bottom",
        "font": {"size": 11, "color": palette.INK},
    }
    return [bar], [note]


def map_notes(
    run: RunFolder, district: DistrictMap, words: Words, title: str
) -> list[dict[str, Any]]:
    """Attribution, the word that a district is made up, and a title, in the map's corners."""
    corner = {"xref": "paper", "yref": "paper", "showarrow": False}
    plate = {"bgcolor": "rgba(255,255,255,0.82)", "borderpad": 3}
    notes: list[dict[str, Any]] = []
    if district.attribution:
        notes.append(
            corner
            | plate
            | {
                "x": 1,
                "y": 0,
                "xanchor": "right",
                "yanchor": "bottom",
                "text": escape(district.attribution),
                "font": {"size": 11, "color": palette.MUTED},
            }
        )
    top = {"x": 0, "y": 1, "xanchor": "left", "yanchor": "top", "align": "left"}
    lines = [f"<b>{escape(title)}</b>"] if title else []
    if run.synthetic:
        lines.append(f"<b style='color:{palette.SYNTHETIC}'>{words('synthetic')}</b>")
    if lines:
        font = {"size": 13, "color": palette.INK}
        notes.append(corner | plate | top | {"text": "<br>".join(lines), "font": font})
    return notes
