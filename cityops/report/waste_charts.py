"""The charts of waste collection as Plotly figures: overflow, amounts, gates, kilometres, costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cityops.report import palette
from cityops.report.charts import Figure, axis, band, hour_says, layout
from cityops.report.formats import DAY_S, clock, digits, fine_share, hour_text, plain, with_unit
from cityops.report.weekly import weeks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = [
    "by_hour",
    "cost_bars",
    "course",
    "day_bars",
    "drive_bars",
    "gates",
    "queueing",
    "stream_colour",
    "streams",
]

_STREAMS = {
    "kitchen": "#009e73",
    "recyclable": "#0072b2",
    "hazardous": "#d55e00",
    "other": "#7d8893",
    "construction": "#b08d57",
}
_MORE = ("#cc79a7", "#7b3294", "#f0c419", "#56b4e9")
_QUEUE_SEEN = 0.01
PARTS = ("gates", "haulers", "crews", "energy", "km", "routes")


def streams(run: RunFolder) -> list[str]:
    """Streams of a run, in its order."""
    return [str(name) for name in run.manifest.get("streams") or []]


def stream_colour(run: RunFolder, name: str) -> str:
    """Colour of a stream: those of China's four kinds for their names, others in turn."""
    others = [stream for stream in streams(run) if stream not in _STREAMS]
    return _STREAMS.get(name) or _MORE[others.index(name) % len(_MORE)]


# Overflow -------------------------------------------------------------------------------------


def by_hour(runs: Sequence[RunFolder], names: Sequence[str], words: Words) -> Figure | None:
    """Share of bins in overflow by hour of day; of several runs over each other."""
    traces: list[dict[str, Any]] = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        rows = run.rows("overflown_share", "hour")
        if rows.empty:
            return None
        rows = rows.assign(hour=rows["group"].astype(int)).sort_values("hour")
        colour = palette.ACCENT if len(runs) == 1 else palette.RUNS[place % len(palette.RUNS)]
        solid = rows[rows["low"].notna() & rows["high"].notna()]
        low, high = (solid[end].round(6).tolist() for end in ("low", "high"))
        traces.append(band(solid["hour"].tolist(), low, high, colour + "2e"))
        hover = [
            hour_says(
                words,
                int(row["hour"]),
                f"<b>{fine_share(row['mean'])}</b> "
                f"({fine_share(row['low'])}–{fine_share(row['high'])})",
            )
            for row in rows.to_dict("records")
        ]
        traces.append(
            {
                "type": "scatter",
                "name": name,
                "x": rows["hour"].tolist(),
                "y": rows["mean"].round(6).tolist(),
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2.4},
                "marker": {"size": 5, "color": colour},
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    most = max(max(trace["y"]) for trace in traces if "mode" in trace and trace["y"])
    digits_after = ".2%" if most < 0.01 else ".1%" if most < 0.1 else ".0%"
    return {
        "data": traces,
        "layout": layout(
            height=320,
            xaxis=_hours(words),
            yaxis=axis(words("ws.axis.over"), rangemode="tozero", tickformat=digits_after),
        ),
    }


def _hours(words: Words, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - Plotly's axis
    ticks = list(range(0, 25, 3))
    return axis(
        words("axis.hour"),
        range=[-0.4, 23.4],
        tickvals=ticks,
        ticktext=[hour_text(tick) for tick in ticks],
        showgrid=False,
        **more,
    )


def course(run: RunFolder, words: Words) -> Figure | None:
    """Bins in overflow from hour to hour of the first replication, by stream."""
    table = run.table("overflow")
    if table is None or table.empty:
        return None
    traces, last = [], 0.0
    for stream in streams(run):
        own = table[table["stream"] == stream].groupby("hour")["bins_over"].sum()
        if own.empty:
            continue
        days = (own.index / 24.0).tolist()
        last = max(last, days[-1])
        hover = [
            words(
                "ws.hover.course",
                when=clock(words, run.week_start_s + 3600.0 * hour),
                stream=stream_name(run, stream, words),
                n=f"<b>{plain(bins)}</b>",
            )
            for hour, bins in zip(own.index.tolist(), own.tolist(), strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "name": stream_name(run, stream, words),
                "x": days,
                "y": own.round(3).tolist(),
                "mode": "lines",
                "line": {"color": stream_colour(run, stream), "width": 1.6},
                "text": hover,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    if not traces:
        return None
    warm = run.warmup_s / DAY_S
    return {
        "data": traces,
        "layout": layout(
            height=280,
            xaxis=axis(words("cl.axis.day"), range=[0, last], showgrid=False, dtick=7),
            yaxis=axis(words("ws.axis.bins"), rangemode="tozero"),
            shapes=[_shade(warm)] if warm > 0 else [],
        ),
    }


def _shade(until: float) -> dict[str, Any]:
    return {
        "type": "rect", "x0": 0, "x1": until, "yref": "paper", "y0": 0, "y1": 1,
        "fillcolor": palette.GRID, "opacity": 0.6, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def stream_name(run: RunFolder, name: str, words: Words) -> str:
    """Title of a stream in the reader's language, else its name."""
    collection = run.scenario.get("collection") or {}
    for entry in collection.get("stream") or []:
        if entry.get("name") == name:
            chinese = entry.get("title_zh") if words.lang == "zh" else None
            return str(chinese or entry.get("title") or name)
    # Orders of building sites have a stream that no [[collection.stream]] need name.
    return words("ws.stream.construction") if name == "construction" else name


# Amounts --------------------------------------------------------------------------------------


def day_rows(run: RunFolder) -> pd.DataFrame:
    """Tonnes collected: stream, day, mean, by the means over the replications."""
    rows = run.rows("collected_t", "stream day")
    both = rows["group"].str.rsplit("|", n=1)
    return rows.assign(stream=both.str[0], day=both.str[1].astype(int))


def day_name(run: RunFolder, day: int, words: Words) -> str:
    """Day of the week of a day of the run."""
    return words(f"day.{int(run.week_start_s // DAY_S + day) % 7}")


def day_bars(run: RunFolder, words: Words) -> Figure | None:
    """Tonnes collected by day, streams on top of each other."""
    rows = day_rows(run)
    rows = rows[rows["day"] < round((run.warmup_s + run.measured_s) / DAY_S)]
    if rows.empty:
        return None
    traces = []
    for stream in streams(run):
        own = rows[rows["stream"] == stream].sort_values("day")
        if not own["mean"].any():
            continue
        name = stream_name(run, stream, words)
        hover = [
            f"{day_name(run, int(row['day']), words)} ({int(row['day']) + 1}){words('list')}{name}"
            f"{words('colon')}<b>{words('unit.t', value=plain(row['mean'], 1))}</b>"
            for row in own.to_dict("records")
        ]
        traces.append(
            {
                "type": "bar",
                "name": name,
                "x": own["day"].tolist(),
                "y": own["mean"].round(4).tolist(),
                "marker": {"color": stream_colour(run, stream), "line": {"width": 0}},
                "text": hover,
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    if not traces:
        return None
    days = sorted(set(rows["day"].tolist()))
    step = 1 if len(days) <= 14 else 7
    return {
        "data": traces,
        "layout": layout(
            height=300,
            barmode="stack",
            bargap=0.25,
            xaxis=axis(
                tickvals=days[::step],
                ticktext=[day_name(run, day, words) for day in days[::step]],
                showgrid=False,
            ),
            yaxis=axis(words("ws.axis.tonnes"), rangemode="tozero"),
        ),
    }


# Facilities -----------------------------------------------------------------------------------


def hour_rows(run: RunFolder, measure: str, facility: str) -> pd.DataFrame:
    """One measure of a facility by hour of day, in order."""
    rows = run.rows(measure, "facility hour")
    rows = rows[rows["group"].str.startswith(f"{facility}|")]
    return rows.assign(hour=rows["group"].str.rsplit("|", n=1).str[1].astype(int)).sort_values(
        "hour"
    )


def gates(run: RunFolder) -> list[str]:
    """Facilities at which anybody tips."""
    rows = run.rows("tipped_t", "facility")
    used = dict(zip(rows["group"], rows["mean"], strict=True))
    given = [str(entry["name"]) for entry in run.manifest.get("facilities") or []]
    return [name for name in given if used.get(name, 0.0) > 0]


def gate_colours(run: RunFolder) -> dict[str, str]:
    """Colour of each facility at which anybody tips."""
    colours = palette.RUNS[1:]
    return {name: colours[k % len(colours)] for k, name in enumerate(gates(run))}


def queueing(run: RunFolder, words: Words) -> Figure | None:
    """Vehicles in line above, bays in use below, by hour of day and facility."""
    traces: list[dict[str, Any]] = []
    for name, colour in gate_colours(run).items():
        for measure, where, key in (
            ("queue", "y", "ws.hover.queue"),
            ("bays_used", "y2", "ws.hover.busy"),
        ):
            rows = hour_rows(run, measure, name)
            if rows.empty:
                continue
            blank = "n" if measure == "queue" else "share"
            hover = [
                words(
                    key,
                    name=name,
                    hour=hour_text(int(row["hour"])),
                    **{blank: f"<b>{_said(row['mean'], measure)}</b>"},
                )
                for row in rows.to_dict("records")
            ]
            traces.append(
                {
                    "type": "scatter",
                    "name": name,
                    "x": (rows["hour"] + 0.5).tolist(),
                    "y": rows["mean"].round(5).tolist(),
                    "yaxis": where,
                    "mode": "lines",
                    "line": {"color": colour, "width": 2.2, "shape": "hvh"},
                    "text": hover,
                    "hovertemplate": "%{text}<extra></extra>",
                }
            )
    if not traces:
        return None
    return {
        "data": traces,
        "layout": layout(
            height=420,
            xaxis=_hours(words, anchor="y2"),
            yaxis=axis(words("ws.axis.queue"), rangemode="tozero", domain=[0.54, 1.0]),
            yaxis2=axis(
                words("ws.axis.busy"), rangemode="tozero", tickformat=".0%", domain=[0.0, 0.44]
            ),
        ),
    }


def _said(value: float, measure: str) -> str:
    return plain(value, 2) if measure == "queue" else digits(value, "share")


# Work -----------------------------------------------------------------------------------------


def drive_bars(run: RunFolder, words: Words) -> Figure | None:
    """Kilometres a week of trucks and of haulers, loaded and empty."""
    kinds = [("ws.of_haulers", "haul_km"), ("ws.of_trucks", "km")]
    found: dict[str, list[float]] = {"loaded": [], "empty": []}
    whose: list[str] = []
    for key, stem in kinds:
        pair = [run.estimate(f"{stem}_{what}") for what in ("loaded", "empty")]
        if any(one is None for one in pair):
            continue
        km = [one.mean / weeks(run) for one in pair if one is not None]
        if sum(km) <= 0:
            continue
        whose.append(words(key))
        for what, value in zip(found, km, strict=True):
            found[what].append(value)
    if not whose:
        return None
    colours = {"loaded": palette.ACCENT, "empty": palette.BARS}
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": words(f"ws.{what}"),
            "y": whose,
            "x": [round(value, 2) for value in values],
            "marker": {"color": colours[what], "line": {"width": 0}},
            "text": [
                f"{who}{words('list')}{words(f'ws.{what}')}{words('colon')}"
                f"<b>{with_unit(words, value, 'km')}</b>"
                for who, value in zip(whose, values, strict=True)
            ],
            "textposition": "none",
            "hovertemplate": "%{text}<extra></extra>",
        }
        for what, values in found.items()
    ]
    return {
        "data": traces,
        "layout": layout(
            height=90 + 55 * len(whose),
            barmode="stack",
            bargap=0.35,
            xaxis=axis(words("ws.axis.km"), rangemode="tozero"),
            yaxis=axis(showgrid=False),
        ),
    }


def cost_bars(run: RunFolder, words: Words) -> Figure | None:
    """Cost of a week by part, the dearest on top."""
    rows = run.rows("cost", "part")
    costs = dict(zip(rows["group"], rows["mean"].astype(float), strict=True))
    parts = sorted((p for p in PARTS if costs.get(p, 0.0) > 0), key=lambda p: costs[p])
    if not parts:
        return None
    unit = str(rows["unit"].iloc[0])
    a_week = [costs[part] / weeks(run) for part in parts]
    names = [words(f"ws.part.{part}") for part in parts]
    hover = [
        f"{name}{words('colon')}<b>{plain(value, 0)} {unit}</b>"
        for name, value in zip(names, a_week, strict=True)
    ]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": [round(value, 2) for value in a_week],
                "marker": {"color": palette.ACCENT, "line": {"width": 0}},
                "text": hover,
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
        ],
        "layout": layout(
            height=70 + 34 * len(parts),
            bargap=0.35,
            xaxis=axis(words("cl.a_week", unit=unit), rangemode="tozero"),
            yaxis=axis(showgrid=False),
        ),
    }
