"""The charts of street cleaning as Plotly figures: hours, the course of a run, and the map."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from cityops.report import palette
from cityops.report.charts import Figure, axis, band, hour_says, layout
from cityops.report.formats import DAY_S, clock, digits, hour_text, span
from cityops.report.map_charts import (
    LegendEntry,
    PlaceKey,
    facility_marks,
    legend,
    map_figure,
    street_traces,
)
from cityops.report.maps import Classes, DistrictMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = [
    "CLASSES",
    "by_hour",
    "course",
    "dirty_map",
    "dirty_rows",
    "map_legend",
    "place_keys",
]

EDGES = (0.0, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0)
CLASSES = Classes(EDGES, ("#b8d8c0", *palette.ORDERED[1:]))
"""Shares of time above the standard, the same classes in every report."""

_OFFSET_M = 4.0  # each side a little to the right of the middle, so that both are seen
_STYLES = {"depot": ("square", palette.STATION, 11), "dump": ("diamond", "#f0a92b", 13)}


def dirty_rows(run: RunFolder, by: str) -> pd.DataFrame:
    """Share above the standard by group: group, mean, low, high."""
    rows = run.rows("clean_share", by)
    low, high = 1.0 - rows["high"], 1.0 - rows["low"]
    return rows.assign(mean=1.0 - rows["mean"], low=low.clip(0, 1), high=high.clip(0, 1))


def by_hour(runs: Sequence[RunFolder], names: Sequence[str], words: Words) -> Figure | None:
    """Share of length above the standard by hour of day; of several runs over each other."""
    traces: list[dict[str, Any]] = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        rows = dirty_rows(run, "hour")
        if rows.empty:
            return None
        rows = rows.assign(hour=rows["group"].astype(int)).sort_values("hour")
        colour = palette.ACCENT if len(runs) == 1 else palette.RUNS[place % len(palette.RUNS)]
        hours = rows["hour"].tolist()
        solid = rows[rows["low"].notna() & rows["high"].notna()]
        traces.append(
            band(
                solid["hour"].tolist(),
                solid["low"].round(5).tolist(),
                solid["high"].round(5).tolist(),
                colour + "2e",
            )
        )
        hover = [
            hour_says(
                words,
                int(row["hour"]),
                f"<b>{digits(row['mean'], 'share')}</b> "
                f"({span(words, row['low'], row['high'], 'share')})",
            )
            for row in rows.to_dict("records")
        ]
        traces.append(
            {
                "type": "scatter",
                "name": name,
                "x": hours,
                "y": rows["mean"].round(5).tolist(),
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2.4},
                "marker": {"size": 5, "color": colour},
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    ticks = list(range(0, 25, 3))
    return {
        "data": traces,
        "layout": layout(
            height=340,
            xaxis=axis(
                words("axis.hour"),
                range=[-0.4, 23.4],
                tickvals=ticks,
                ticktext=[hour_text(tick) for tick in ticks],
                showgrid=False,
            ),
            yaxis=axis(words("cl.axis.dirty"), rangemode="tozero", tickformat=".0%"),
        ),
    }


def course(run: RunFolder, words: Words) -> Figure | None:
    """Share of length above the standard from hour to hour of the first replication."""
    table = run.table("clean")
    if table is None or table.empty:
        return None
    weighted = (table["share"] * table["length_km"]).groupby(table["hour"]).sum()
    length = table["length_km"].groupby(table["hour"]).sum()
    dirty = 1.0 - weighted / length
    days = (dirty.index / 24.0).tolist()
    hover = [
        words(
            "cl.hover.course",
            when=clock(words, run.week_start_s + 3600.0 * hour),
            share=f"<b>{digits(share, 'share')}</b>",
        )
        for hour, share in zip(dirty.index.tolist(), dirty.tolist(), strict=True)
    ]
    warm = run.warmup_s / DAY_S
    shade = {
        "type": "rect",
        "x0": 0,
        "x1": warm,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": palette.GRID,
        "opacity": 0.6,
        "line": {"width": 0},
        "layer": "below",
    }
    return {
        "data": [
            {
                "type": "scatter",
                "x": days,
                "y": dirty.round(5).tolist(),
                "mode": "lines",
                "line": {"color": palette.ACCENT, "width": 1.6},
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        "layout": layout(
            height=280,
            xaxis=axis(words("cl.axis.day"), range=[0, days[-1]], showgrid=False, dtick=7),
            yaxis=axis(words("cl.axis.dirty"), rangemode="tozero", tickformat=".0%"),
            shapes=[shade] if warm > 0 else [],
        ),
    }


# The map --------------------------------------------------------------------------------------


def map_legend(words: Words) -> list[LegendEntry]:
    """Say what the colours of the map stand for."""
    return legend(CLASSES, "share", words, EDGES)


def place_keys(words: Words) -> list[PlaceKey]:
    """Symbols of depots and dump sites."""
    return [
        PlaceKey("M1.5 1.5h9v9h-9z", palette.STATION, words("cl.depot")),
        PlaceKey("M6 0l6 6l-6 6l-6 -6z", "#f0a92b", words("cl.dump")),
    ]


def dirty_map(run: RunFolder, district: DistrictMap, words: Words) -> Figure | None:
    """Street sides, coloured by the share of hours above the standard."""
    features = run.features("cleanliness")
    if district.empty or not features:
        return None
    lines: list[tuple[list[float | None], list[float | None], list[str]]] = [
        ([], [], []) for _ in CLASSES.colours
    ]
    for feature in features:
        facts = feature["properties"]
        dirty = 1.0 - float(facts["clean_share"])
        x, y = _beside(run, feature["geometry"]["coordinates"])
        text = f"<b>{escape(facts['street'] or words('cl.unnamed'))}</b><br>"
        text += words("cl.col.dirty") + words("colon") + digits(dirty, "share")
        xs, ys, texts = lines[CLASSES.index(dirty)]
        xs += [*x, None]
        ys += [*y, None]
        texts += [text] * (len(x) + 1)
    traces = street_traces(district, quiet=True)
    traces += [
        {
            "type": "scattergl",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "line": {"color": colour, "width": 3.2},
            "text": texts,
            "hovertemplate": "%{text}<extra></extra>",
        }
        for colour, (xs, ys, texts) in zip(CLASSES.colours, lines, strict=True)
        if xs
    ]
    traces += facility_marks(run, _STYLES, lambda row: _facility_told(row, words))
    return map_figure(traces, run, district, words)


def _beside(run: RunFolder, points: list[list[float]]) -> tuple[list[float], list[float]]:
    """Local metres of a side, moved to the right of the way in which it is swept."""
    lonlat = np.array(points, dtype=np.float64)
    x, y = run.plane.to_xy(lonlat[:, 0], lonlat[:, 1])
    if len(x) > 1:
        dx, dy = np.gradient(x), np.gradient(y)
        size = np.maximum(np.hypot(dx, dy), 1e-9)
        x, y = x + _OFFSET_M * dy / size, y - _OFFSET_M * dx / size
    return x.round(1).tolist(), y.round(1).tolist()


def _facility_told(row: dict[Any, Any], words: Words) -> str:
    return f"<b>{escape(str(row['name']))}</b><br>{words('cl.' + str(row['kind']))}"
