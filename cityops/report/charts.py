"""The report's charts as Plotly figures: plain dictionaries of traces and layout.

Plotly's script is in the page; building its Python objects would only cost time here. The tests
hold every figure against Plotly's own schema.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from cityops.report import palette
from cityops.report.formats import digits, hour_text, span, with_unit

if TYPE_CHECKING:
    import pandas as pd

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

Figure = dict[str, Any]

MAX_UNIT_BARS = 48
HISTOGRAM_LAST_MIN = 30.0


def layout(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - Plotly's layout is anything
    """Return the layout that all charts share, with more on top."""
    base: dict[str, Any] = {
        "font": {"family": palette.FONT, "size": 13, "color": palette.INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 54, "r": 16, "t": 12, "b": 46},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "modebar": {
            "bgcolor": "rgba(255,255,255,0.85)",
            "color": palette.MUTED,
            "activecolor": palette.ACCENT,
        },
        "hoverlabel": {
            "bgcolor": palette.PAPER,
            "bordercolor": palette.GRID,
            "font": {"family": palette.FONT, "size": 13, "color": palette.INK},
            "align": "left",
        },
    }
    return base | more


def axis(title: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - Plotly's axis is anything
    """Return an axis in the house style."""
    base: dict[str, Any] = {
        "title": {"text": title, "font": {"size": 12, "color": palette.MUTED}, "standoff": 10},
        "gridcolor": palette.GRID,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": palette.MUTED},
        "ticks": "",
        "ticklabelstandoff": 6,
        "automargin": True,
    }
    return base | more


def band(x: list[Any], low: list[float], high: list[float], colour: str) -> dict[str, Any]:
    """Return an interval drawn as a band around a line."""
    return {
        "type": "scatter",
        "x": x + x[::-1],
        "y": high + low[::-1],
        "fill": "toself",
        "fillcolor": colour,
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def number(value: float, places: int = 4) -> float | None:
    """Return a rounded number as JSON has it: NaN becomes null."""
    return round(float(value), places) if math.isfinite(value) else None


# Response times -------------------------------------------------------------------------------


def within_curve(run: RunFolder) -> pd.DataFrame:
    """Share of calls reached by minutes: columns minutes, mean, low, high, clipped to 0..1."""
    rows = run.rows("response_within", "within")
    rows = rows.assign(minutes=rows["group"].astype(float)).sort_values("minutes")
    for end in ("low", "high"):
        rows[end] = rows[end].fillna(rows["mean"]).clip(0.0, 1.0)
    rows = rows[["minutes", "mean", "low", "high"]]
    if len(rows) and float(rows["minutes"].iloc[0]) > 0:
        import pandas as pd

        origin = pd.DataFrame([[0.0, 0.0, 0.0, 0.0]], columns=rows.columns)
        rows = pd.concat([origin, rows])
    return rows.reset_index(drop=True)


def curve_end_min(curve: pd.DataFrame) -> float:
    """Minutes at which a curve is as good as flat: where to end the axis."""
    full = curve[curve["mean"] >= 0.985 * float(curve["mean"].max())]
    end = float(full["minutes"].iloc[0]) if len(full) else float(curve["minutes"].max())
    return min(max(math.ceil(end * 1.15), 5.0), float(curve["minutes"].max()))


def targets_min(run: RunFolder) -> dict[float, list[str]]:
    """Target times of the incident classes, with the names of the classes that have each."""
    found: dict[float, list[str]] = {}
    classes = run.scenario.get("incident_class")
    for name, entry in (classes if isinstance(classes, dict) else {}).items():
        target = entry.get("target_min") if isinstance(entry, dict) else None
        if isinstance(target, int | float) and target > 0:
            found.setdefault(float(target), []).append(str(name))
    return dict(sorted(found.items()))


def response_cdf(run: RunFolder, words: Words) -> Figure | None:
    """Share of calls reached within the minutes on the axis, with its interval."""
    curve = within_curve(run)
    if len(curve) < 3:
        return None
    minutes, mean = curve["minutes"].tolist(), [round(v, 5) for v in curve["mean"]]
    low, high = [round(v, 5) for v in curve["low"]], [round(v, 5) for v in curve["high"]]
    hover = [
        words(
            "hover.cdf",
            minutes=with_unit(words, m, "min"),
            share=f"<b>{digits(v, 'share')}</b> ({span(words, a, b, 'share')})",
        )
        for m, v, a, b in zip(minutes, mean, low, high, strict=True)
    ]
    end = curve_end_min(curve)
    traces = [
        band(minutes, low, high, palette.ACCENT_BAND),
        {
            "type": "scatter",
            "x": minutes,
            "y": mean,
            "mode": "lines",
            "line": {"color": palette.ACCENT, "width": 2.6},
            "text": hover,
            "hovertemplate": "%{text}<extra></extra>",
        },
    ]
    shapes, notes = target_lines(run, words, end)
    return {
        "data": traces,
        "layout": layout(
            height=340,
            hovermode="x",
            xaxis=axis(words("axis.minutes"), range=[0, end], showgrid=False),
            yaxis=axis(words("axis.share_reached"), range=[0, 1.02], tickformat=".0%"),
            shapes=shapes,
            annotations=notes,
        ),
    }


def target_lines(
    run: RunFolder, words: Words, end_min: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Dotted lines at the classes' targets, with their names: shapes and annotations."""
    shapes, notes = [], []
    targets = {t: names for t, names in targets_min(run).items() if t < end_min}
    for place, (target, names) in enumerate(targets.items()):
        shapes.append(
            {
                "type": "line",
                "x0": target,
                "x1": target,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": palette.FAINT, "width": 1, "dash": "dot"},
            }
        )
        titles = [run.title_of("incident_class", name, words.lang) for name in names[:3]]
        label = words("comma").join(titles) + (" …" if len(names) > 3 else "")
        notes.append(
            {
                "x": target,
                "y": 0.035 + 0.075 * (len(targets) - 1 - place),
                "yref": "paper",
                "text": words("target_of", name=escape(label)),
                "showarrow": False,
                "xanchor": "left" if target < 0.65 * end_min else "right",
                "yanchor": "bottom",
                "xshift": 5 if target < 0.65 * end_min else -5,
                "font": {"size": 11, "color": palette.MUTED},
                "bgcolor": "rgba(255,255,255,0.75)",
            }
        )
    return shapes, notes


def response_histogram(run: RunFolder, words: Words) -> Figure | None:
    """Response times of the first replication in bins of a minute or less."""
    first = run.first_responses()
    if first is None or first.empty:
        return None
    minutes = first["minutes"].to_numpy()
    reach = min(float(np.percentile(minutes, 99.5)), HISTOGRAM_LAST_MIN)
    width = 0.5 if reach <= 15 else 1.0
    last = max(math.ceil(reach / width), 1) * width
    edges = np.arange(0.0, last + width / 2, width)
    counts = np.histogram(minutes[minutes < last], edges)[0].tolist()
    hover = [
        words("hover.histogram", low=f"{a:g}", high=f"{a + width:g}", n=f"<b>{n:,}</b>")
        for a, n in zip(edges, counts, strict=False)
    ]
    centres = (edges[:-1] + width / 2).tolist()
    beyond = int((minutes >= last).sum())
    colours = [palette.ACCENT] * len(counts)
    if beyond:
        counts.append(beyond)
        centres.append(float(last + width))
        colours.append(palette.FAINT)
        hover.append(words("hover.histogram_last", low=f"{last:g}", n=f"<b>{beyond:,}</b>"))
    ticks = np.arange(0, last + 0.01, 5 if last > 12 else 2).tolist()
    labels = [f"{tick:g}" for tick in ticks]
    if beyond:
        ticks = [tick for tick in ticks if tick < last - width]
        labels = [f"{tick:g}" for tick in ticks] + [f"> {last:g}"]
        ticks.append(float(last + width))
    return {
        "data": [
            {
                "type": "bar",
                "x": centres,
                "y": counts,
                "width": width * 0.9,
                "marker": {"color": colours, "line": {"width": 0}},
                "text": hover,
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        "layout": layout(
            height=340,
            xaxis=axis(words("axis.minutes"), showgrid=False, tickvals=ticks, ticktext=labels),
            yaxis=axis(words("axis.calls")),
        ),
    }


# By hour --------------------------------------------------------------------------------------


def hour_rows(run: RunFolder, measure: str) -> pd.DataFrame:
    """One measure by hour of day, hours as numbers, in order."""
    rows = run.rows(measure, "hour")
    return rows.assign(hour=rows["group"].astype(float).astype(int)).sort_values("hour")


def by_hour(run: RunFolder, words: Words) -> Figure | None:
    """Response time by hour of day above, calls by hour of day below."""
    mean = hour_rows(run, "response_mean_min")
    if mean.empty:
        return None
    traces: list[dict[str, Any]] = []
    notes = []
    for measure, line, fill in (
        ("response_p90_min", palette.WARM, palette.WARM_BAND),
        ("response_mean_min", palette.ACCENT, palette.ACCENT_BAND),
    ):
        rows = hour_rows(run, measure)
        if rows.empty:
            continue
        hours = (rows["hour"] + 0.5).tolist()
        solid = rows[rows["low"].notna() & rows["high"].notna()]
        traces.append(
            band((solid["hour"] + 0.5).tolist(), solid["low"].clip(lower=0).round(4).tolist(),
                 solid["high"].round(4).tolist(), fill)
        )  # fmt: skip
        traces.append(
            {
                "type": "scatter",
                "x": hours,
                "y": [number(v) for v in rows["mean"]],
                "mode": "lines+markers",
                "line": {"color": line, "width": 2.4},
                "marker": {"size": 5, "color": line},
                "text": [_hour_hover(words, row, measure) for row in rows.itertuples()],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
        notes.append(
            {
                "x": 1.006,
                "xref": "paper",
                "y": number(float(rows["mean"].iloc[-1])),
                "text": words("p90" if "p90" in measure else "mean"),
                "showarrow": False,
                "xanchor": "left",
                "font": {"size": 12, "color": line},
            }
        )
    calls = hour_rows(run, "incidents")
    days = run.measured_s / 86_400
    traces.append(
        {
            "type": "bar",
            "x": (calls["hour"] + 0.5).tolist(),
            "y": [number(v / days) for v in calls["mean"]],
            "yaxis": "y2",
            "width": 0.86,
            "marker": {"color": palette.BARS},
            "text": [
                hour_says(words, hour, digits(value / days, ""))
                for hour, value in zip(calls["hour"], calls["mean"], strict=True)
            ],
            "textposition": "none",
            "hovertemplate": "%{text}<extra></extra>",
        }
    )  # fmt: skip
    ticks = list(range(0, 25, 3))
    hours_axis = axis(
        words("axis.hour"),
        range=[-0.1, 24.1],
        tickvals=ticks,
        ticktext=[hour_text(tick) for tick in ticks],
        showgrid=False,
        anchor="y2",
    )
    return {
        "data": traces,
        "layout": layout(
            height=440,
            margin={"l": 54, "r": 84, "t": 12, "b": 46},
            xaxis=hours_axis,
            yaxis=axis(words("axis.response_min"), rangemode="tozero", domain=[0.36, 1]),
            yaxis2=axis(words("axis.calls_hour"), rangemode="tozero", domain=[0, 0.26], nticks=4),
            annotations=notes,
        ),
    }


def _hour_hover(words: Words, row: Any, measure: str) -> str:  # noqa: ANN401 - a pandas row
    value = f"<b>{with_unit(words, row.mean, 'min')}</b> ({span(words, row.low, row.high, 'min')})"
    return f"{words.measure(measure)}<br>{hour_says(words, int(row.hour), value)}"


def hour_says(words: Words, hour: int, value: str) -> str:
    """Tooltip of an hour of the day."""
    return words("hover.hour", low=hour_text(hour), high=hour_text(hour + 1), value=value)


# Units ----------------------------------------------------------------------------------------


def status_shares(run: RunFolder, words: Words) -> pd.DataFrame:
    """Share of the time on duty by unit (rows, by name) and status code (columns).

    Off-duty time is left out and the rest made to sum to one.
    """
    import pandas as pd

    rows = run.rows("status_share", "unit_status")
    if rows.empty:
        return pd.DataFrame()
    parts = rows["group"].str.rsplit("|", n=1, expand=True)
    table = pd.DataFrame(
        {
            "unit": unit_names(run, parts[0], words.lang),
            "status": [status_code(text, words) for text in parts[1]],
            "share": rows["mean"].to_numpy(),
        }
    )
    wide = table.pivot_table(
        index="unit", columns="status", values="share", aggfunc="sum", sort=False
    )
    wide = wide.drop(columns=[code for code in (-1, 0) if code in wide.columns]).fillna(0.0)
    total = wide.sum(axis=1)
    return wide[total > 0].div(total[total > 0], axis=0).sort_index(axis=1)


def unit_names(run: RunFolder, keys: pd.Series, lang: str) -> list[str]:
    """Names of units, as people read them, that a table gives by name or by number."""
    titles = run.unit_titles(lang)
    by_code = {}
    if run.units is not None:
        by_code = {
            str(code): titles[str(name)]
            for code, name in zip(run.units["unit"], run.units["name"], strict=True)
        }
    return [titles.get(key, by_code.get(key, key)) for key in map(str, keys)]


def status_code(text: str, words: Words) -> int:
    """Status code of a number or of a name in the log's words; -1 if it is neither."""
    from sim.dispatch.log import STATUS_NAMES

    if text.isdigit():
        return int(text)
    key = text.replace("_", " ").strip().lower()
    names = {name.lower(): code for code, name in enumerate(STATUS_NAMES)}
    names |= {words.status(code).lower(): code for code in range(len(palette.STATUS))}
    return names.get(key, -1)


def grouped_units(run: RunFolder, shares: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Shares by unit, busiest last; of large fleets by type and station instead."""
    if len(shares) > MAX_UNIT_BARS and run.units is not None:
        groups = _station_and_type(run, shares.index.tolist(), lang)
        if len({label for label, _ in groups}) <= MAX_UNIT_BARS:
            labels = [label for label, _ in groups]
        else:
            labels = [kind for _, kind in groups]
        shares = shares.groupby(np.asarray(labels)).mean()
    idle = shares[1] if 1 in shares.columns else shares.iloc[:, 0] * 0
    return shares.loc[idle.sort_values(ascending=False, kind="stable").index]


def _station_and_type(run: RunFolder, names: list[str], lang: str) -> list[tuple[str, str]]:
    """Station and type of units in one label, and the type alone."""
    units, stations = run.units, run.table("stations")
    if units is None:
        return [(name, name) for name in names]
    places = (
        {} if stations is None else dict(zip(stations["station"], stations["name"], strict=True))
    )
    titles = run.unit_titles(lang)
    known = {}
    for row in units.to_dict("records"):
        kind = run.title_of("unit_type", str(row["type"]), lang)
        place = str(places.get(row["station"], ""))
        known[titles[str(row["name"])]] = (f"{place} · {kind}".strip(" ·"), kind)
    return [known.get(name, (name, name)) for name in names]


def unit_bars(run: RunFolder, words: Words) -> Figure | None:
    """One bar a unit: what it did with its time on duty, busiest on top."""
    shares = status_shares(run, words)
    if shares.empty:
        return None
    shares = grouped_units(run, shares, words.lang)
    names = [escape(str(name)) for name in shares.index]
    order = [code for code in (2, 3, 4, 5, 6, 7, 8, 1) if code in shares.columns]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": words.status(code),
            "y": names,
            "x": [number(v) for v in shares[code]],
            "marker": {
                "color": palette.STATUS[code],
                "line": {"color": palette.PAPER, "width": 0.6},
            },
            "text": [
                words("hover.status", unit=name, status=words.status(code),
                      share=f"<b>{digits(v, 'share')}</b>")
                for name, v in zip(names, shares[code], strict=True)
            ],
            "textposition": "none",
            "hovertemplate": "%{text}<extra></extra>",
        }
        for code in order
        if float(shares[code].max()) > 0
    ]  # fmt: skip
    return {
        "data": traces,
        "layout": layout(
            height=max(150, 74 + 24 * len(names)),
            barmode="stack",
            bargap=0.3,
            margin={"l": 60, "r": 16, "t": 34, "b": 46},
            showlegend=True,
            legend={
                "orientation": "h",
                "x": 0,
                "y": 1,
                "yanchor": "bottom",
                "traceorder": "normal",
                "font": {"size": 12},
                "itemclick": False,
                "itemdoubleclick": False,
            },
            xaxis=axis(words("axis.share_time"), range=[0, 1], tickformat=".0%"),
            yaxis=axis(
                showgrid=False, tickfont={"size": 12, "color": palette.INK}, type="category"
            ),
        ),
    }
