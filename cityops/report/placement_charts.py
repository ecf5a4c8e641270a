"""Charts of a placement: how far people go before and after, the curve, what closing costs."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cityops.report import palette
from cityops.report.charts import axis, band, layout, number
from cityops.report.formats import digits, plain

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cityops.report.placement_reading import PlacementFolder
    from cityops.report.words import Words

__all__ = [
    "Curve",
    "closing_bars",
    "closing_rows",
    "curve_chart",
    "curve_of",
    "curve_takeaway",
    "reach_chart",
    "reach_curve",
    "reach_end",
    "short",
]

STEPS = 200
MOST_CLOSING = 20
LONGEST = 26


# ---- how far people go


def reach_curve(
    run: PlacementFolder, when: str, end: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of demand whose way is at most so long: ways and shares.

    Parameters
    ----------
    run
        What is shown.
    when
        before or after.
    end
        Longest way to tell of.
    """
    ways, weight = _ways(run, when)
    order = np.argsort(ways, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weight[order])]) / max(float(weight.sum()), 1e-12)
    at = np.linspace(0.0, end, STEPS + 1)
    return at, sums[np.searchsorted(ways[order], at, side="right")]


def _ways(run: PlacementFolder, when: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ways and weights of all demand, what was left out at the end."""
    key, ways, weight = f"{run.unit}_{when}", [], []
    for table in (run.points, run.table("left_out")):
        if table is not None:
            ways.append(table[key] if key in table else np.full(len(table), np.inf))
            weight.append(table["weight"])
    return (
        np.concatenate(ways).astype(np.float64),
        np.concatenate(weight).astype(np.float64),
    )


def reach_end(run: PlacementFolder) -> float:
    """Way at which both curves are as good as flat: where the axis ends."""
    limits = [float(limit) for limit in run.asked["limits"]]
    ends = [1.15 * limits[-1]]
    for when in ("before", "after"):
        ways, _ = _ways(run, when)
        known = ways[np.isfinite(ways)]
        if len(known):
            ends.append(float(np.percentile(known, 98)))
    return min(max(ends), 3.0 * limits[-1])


def reach_chart(run: PlacementFolder, words: Words) -> dict[str, Any]:
    """Share of demand within the way on the axis, before and after."""
    end, traces = reach_end(run), []
    states = [("after", palette.ACCENT, "solid", 2.6)]
    if int(run.manifest["n_existing"]):
        states.insert(0, ("before", palette.FAINT, "dash", 2.2))
    for when, colour, dash, width in states:
        at, shares = reach_curve(run, when, end)
        name = words(f"pl.{when}")
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": at.round(3).tolist(),
                "y": shares.round(5).tolist(),
                "line": {"color": colour, "width": width, "dash": dash},
                "text": [
                    words(
                        "pl.hover.cdf",
                        when=name,
                        limit=run.way(words, round(float(a), 1)),
                        share=f"<b>{digits(float(s), 'share')}</b>",
                    )
                    for a, s in zip(at, shares, strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    shapes = [
        {
            "type": "line",
            "x0": limit,
            "x1": limit,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": palette.FAINT, "width": 1, "dash": "dot"},
        }
        for limit in run.asked["limits"]
        if limit < end
    ]
    title = words(run.words_for(f"axis_{run.unit}"), mode=run.mode(words))
    return {
        "data": traces,
        "layout": layout(
            height=340,
            hovermode="x",
            showlegend=len(states) > 1,
            legend={
                "x": 1,
                "y": 0.02,
                "xanchor": "right",
                "yanchor": "bottom",
                "bgcolor": "rgba(255,255,255,0.8)",
                "itemclick": False,
                "itemdoubleclick": False,
            },
            xaxis=axis(title, range=[0, end], showgrid=False),
            yaxis=axis(words("pl.cdf.share"), range=[0, 1.02], tickformat=".0%"),
            shapes=shapes,
        ),
    }


# ---- the curve


class Curve(NamedTuple):
    """How the value changes with a number: words for the axes, the rows, whether shares."""

    key: str
    x_title: str
    y_title: str
    places: list[float]
    value: list[float]
    bound: list[float]
    here: float | None
    unit: str


def curve_of(run: PlacementFolder, words: Words) -> Curve | None:
    """Read the curve of the p-th facility, or of another number; None where there is none."""
    table = run.table("curve")
    if table is None or len(table) < 2:
        return None
    table = table.sort_values("at", kind="stable")
    key, unit = str(table["parameter"].iloc[0]), str(run.manifest["shown"]["unit"])
    divisor = _divisor(run)
    value, bound = (
        (table[name].to_numpy(dtype=np.float64) / divisor).tolist() for name in ("value", "bound")
    )
    x_title = words(f"pl.curve.{f'radius_{run.unit}' if key == 'radius' else key}")
    y_key = {
        "share": "share",
        "travel": f"travel_{run.unit}",
        "sites": "sites",
    }.get(unit, "cost")
    here = table.loc[table["is_plan"], "at"]
    return Curve(
        key,
        x_title,
        words(f"pl.curve.{y_key}"),
        table["at"].astype(float).tolist(),
        value,
        bound,
        float(here.iloc[0]) if len(here) else None,
        unit,
    )


def _divisor(run: PlacementFolder) -> float:
    """Return what a value is divided by to be shown: all demand for shares and means."""
    objective = run.manifest["objective"]
    scaled = objective["unit"] in {"weight", "weighted travel"} and objective["total"] > 0
    return float(objective["total"]) if scaled else 1.0


def curve_chart(run: PlacementFolder, words: Words) -> dict[str, Any] | None:
    """Value over the number on the axis, with the band up to what is proven."""
    curve = curve_of(run, words)
    if curve is None:
        return None
    hover = [
        f"{curve.x_title}: {plain(at, 0 if at % 1 == 0 else 1)}<br>"
        f"<b>{run.shown(words, value, curve.unit)}</b>"
        for at, value in zip(curve.places, curve.value, strict=True)
    ]
    known = [k for k, bound in enumerate(curve.bound) if math.isfinite(bound)]
    traces: list[dict[str, Any]] = []
    if known:
        traces.append(
            band(
                [curve.places[k] for k in known],
                [curve.value[k] for k in known],
                [curve.bound[k] for k in known],
                palette.ACCENT_BAND,
            )
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": curve.places,
            "y": [number(value, 6) for value in curve.value],
            "line": {"color": palette.ACCENT, "width": 2.4},
            "marker": {"size": 7, "color": palette.ACCENT},
            "text": hover,
            "hovertemplate": "%{text}<extra></extra>",
        }
    )
    notes = []
    if curve.here is not None:
        place = curve.places.index(curve.here)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [curve.here],
                "y": [number(curve.value[place], 6)],
                "marker": {
                    "size": 14,
                    "color": palette.WARM,
                    "line": {"color": palette.PAPER, "width": 2},
                },
                "text": [hover[place]],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
        notes.append(
            {
                "x": curve.here,
                "y": number(curve.value[place], 6),
                "text": words("pl.curve.here"),
                "showarrow": False,
                "yshift": -20,
                "xshift": 6,
                "xanchor": "left",
                "font": {"size": 12, "color": palette.WARM},
            }
        )
    y_axis = axis(curve.y_title)
    if curve.unit == "share":
        y_axis["tickformat"] = ".0%"
    x_axis = axis(curve.x_title, showgrid=False)
    if curve.key in {"p", "units"}:
        x_axis["dtick"] = max(1, round((curve.places[-1] - curve.places[0]) / 12))
    return {
        "data": traces,
        "layout": layout(height=340, xaxis=x_axis, yaxis=y_axis, annotations=notes),
    }


def curve_takeaway(run: PlacementFolder, words: Words) -> str:
    """Say what one more and one fewer would bring."""
    curve = curve_of(run, words)
    if curve is None or curve.here is None or curve.key not in {"p", "units"}:
        return ""
    place = curve.places.index(curve.here)
    pieces = []
    if place + 1 < len(curve.places) and curve.places[place + 1] == curve.here + 1:
        value = run.shown(words, curve.value[place + 1], curve.unit)
        pieces.append(words(f"pl.curve.more_{curve.key}", value=value))
    if place and curve.places[place - 1] == curve.here - 1:
        value = run.shown(words, curve.value[place - 1], curve.unit)
        pieces.append(words(f"pl.curve.fewer_{curve.key}", value=value))
    if not pieces:
        return ""
    now = words("pl.curve.now", value=run.shown(words, curve.value[place], curve.unit))
    text = words("stop_list").join([now, *pieces]) + words("stop")
    return text[0].upper() + text[1:]


# ---- closing


def closing_rows(run: PlacementFolder, words: Words) -> tuple[pd.DataFrame, str, str] | None:
    """Loss of each site's closing as it is shown, most first; the axis' words; the unit."""
    table = run.table("closing")
    if table is None or table.empty:
        return None
    unit, kind = str(run.manifest["shown"]["unit"]), str(run.asked["model"])
    divisor = _divisor(run)
    if kind == "set-cover":  # what is lost is demand, whatever the sites are counted in
        unit, divisor = "share", float(run.manifest["objective"]["total"]) or 1.0
    table = table.assign(shown=table["loss"].to_numpy(dtype=np.float64) / divisor)
    table = table.sort_values(["shown", "site"], ascending=[False, True], kind="stable")
    key = "share" if unit == "share" else "cost"
    if unit == "travel":
        key = f"{'longest' if kind == 'p-center' else 'travel'}_{run.unit}"
    return table.reset_index(drop=True), words(f"pl.closing.{key}"), unit


def short(name: str) -> str:
    """Return a name that leaves room for its bar."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def closing_bars(run: PlacementFolder, words: Words) -> dict[str, Any] | None:
    """One bar a site: what its closing would cost, most on top."""
    found = closing_rows(run, words)
    if found is None:
        return None
    table, title, unit = found
    table = table.head(MOST_CLOSING).iloc[::-1]
    finite = table["shown"].to_numpy(dtype=np.float64)
    top = float(finite[np.isfinite(finite)].max(initial=0.0)) or 1.0
    length = np.where(np.isfinite(finite), finite, 1.15 * top)  # nobody else can serve
    names = [escape(short(str(name))) for name in table["name"]]
    labels = [
        run.shown(words, float(value), unit) if math.isfinite(value) else words("pl.closing.none")
        for value in finite
    ]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": length.round(6).tolist(),
                "y": names,
                "marker": {
                    "color": [
                        palette.ACCENT if math.isfinite(value) else palette.WARM for value in finite
                    ]
                },
                "text": labels,
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y}: <b>%{text}</b><extra></extra>",
            }
        ],
        "layout": layout(
            height=max(150, 74 + 26 * len(names)),
            bargap=0.35,
            margin={"l": 60, "r": 70, "t": 12, "b": 46},
            xaxis=axis(title, rangemode="tozero", showticklabels=False, showgrid=False),
            yaxis=axis(
                showgrid=False, tickfont={"size": 12, "color": palette.INK}, type="category"
            ),
        ),
    }
