"""The map of waste collection: points by how often their bins overflow, and the facilities."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from cityops.report import palette
from cityops.report.formats import digits, plain
from cityops.report.map_charts import (
    LegendEntry,
    PlaceKey,
    facility_marks,
    legend,
    map_figure,
    street_traces,
)
from cityops.report.maps import Classes, DistrictMap
from cityops.report.waste_charts import stream_name

if TYPE_CHECKING:
    import pandas as pd

    from cityops.report.charts import Figure
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["CLASSES", "SYMBOLS", "map_legend", "overflow_map", "place_keys", "points"]

EDGES = (0.0, 0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1.0)
CLASSES = Classes(EDGES, ("#b8d8c0", *palette.ORDERED[1:]))
"""Shares of time in overflow, the same classes in every report."""

SYMBOLS = {
    "depot": ("square", palette.STATION, 12),
    "station": ("diamond", "#f0a92b", 15),
    "incinerator": ("triangle-up", palette.HOSPITAL, 15),
    "landfill": ("triangle-down", "#b08d57", 15),
    "kitchen plant": ("pentagon", "#009e73", 14),
    "recycler": ("hexagon", "#0072b2", 14),
}
_PATHS = {
    "square": "M1.5 1.5h9v9h-9z",
    "diamond": "M6 0l6 6l-6 6l-6 -6z",
    "triangle-up": "M6 1l6 10h-12z",
    "triangle-down": "M6 11l6 -10h-12z",
    "pentagon": "M6 0.5l5.7 4.1l-2.2 6.7h-7l-2.2 -6.7z",
    "hexagon": "M6 0.2l5 2.9v5.8l-5 2.9l-5 -2.9v-5.8z",
}


def map_legend(words: Words) -> list[LegendEntry]:
    """Say what the colours of the map stand for."""
    return legend(CLASSES, "share", words, EDGES)


def place_keys(run: RunFolder, words: Words) -> list[PlaceKey]:
    """Symbols of the facilities that a run has."""
    table = run.table("facilities")
    kinds = [] if table is None else [kind for kind in SYMBOLS if (table["kind"] == kind).any()]
    return [
        PlaceKey(_PATHS[SYMBOLS[kind][0]], SYMBOLS[kind][1], words(f"ws.kind.{kind}"))
        for kind in kinds
    ]


def points(run: RunFolder) -> pd.DataFrame:
    """Stands with the share of time that each is in overflow, worst first."""
    stands = run.table("stands")
    if stands is None:
        raise KeyError("stands")  # every run of waste collection writes them
    rows = run.rows("overflown_share", "stand")
    share = rows.assign(stand=rows["group"].astype(int)).set_index("stand")["mean"]
    found = stands.assign(over=stands["stand"].map(share).fillna(0.0))
    return found.sort_values(["over", "stand"], ascending=[False, True], kind="stable")


def overflow_map(run: RunFolder, district: DistrictMap, words: Words) -> Figure | None:
    """Points coloured by the worst of their streams, and the facilities."""
    if district.empty:
        return None
    table = points(run)
    if table.empty:
        return None
    traces = street_traces(district, quiet=True)
    by_colour: dict[str, list[tuple[float, float, float, str]]] = {}
    for _, own in table.groupby(["lon", "lat"], sort=True):
        worst = float(own["over"].max())
        x, y = run.plane.to_xy(own["lon"].to_numpy()[:1], own["lat"].to_numpy()[:1])
        size = 5.0 + 2.2 * math.sqrt(float(own["bins"].sum()))
        where = (round(float(x[0]), 1), round(float(y[0]), 1), round(min(size, 22.0), 1))
        by_colour.setdefault(CLASSES.colour(worst), []).append((*where, _told(run, own, words)))
    traces += [
        {
            "type": "scattergl",
            "mode": "markers",
            "x": [row[0] for row in by_colour[colour]],
            "y": [row[1] for row in by_colour[colour]],
            "marker": {
                "size": [row[2] for row in by_colour[colour]],
                "color": colour,
                "opacity": 1.0,
                "line": {"color": palette.INK, "width": 0.8},
            },
            "text": [row[3] for row in by_colour[colour]],
            "hovertemplate": "%{text}<extra></extra>",
        }
        for colour in CLASSES.colours
        if colour in by_colour
    ]
    traces += facility_marks(run, SYMBOLS, lambda row: _facility_told(row, words))
    return map_figure(traces, run, district, words)


def _told(run: RunFolder, own: pd.DataFrame, words: Words) -> str:
    """Figures of a point, a line each stream."""
    lines = [f"<b>{escape(str(own['point'].iloc[0]))}</b>"]
    for row in own.to_dict("records"):
        name = escape(stream_name(run, str(row["stream"]), words))
        share = digits(float(row["over"]), "share")
        bins = f"{words('ws.col.bins')} {row['bins']}"
        lines.append(f"{name}{words('colon')}{share} ({bins}, {plain(row['kg_day'], 0)} kg/d)")
    return "<br>".join(lines)


def _facility_told(row: dict[Any, Any], words: Words) -> str:
    text = f"<b>{escape(str(row['name']))}</b><br>{words('ws.kind.' + str(row['kind']))}"
    if row["beyond_km"] > 0:
        text += "<br>" + words("ws.beyond", km=plain(float(row["beyond_km"]), 0))
    return text
