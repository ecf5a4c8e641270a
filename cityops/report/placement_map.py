"""The map of a placement as a Plotly figure: catchments, ways, streets, sites, who stays out.

Ground is SVG polygons, a trace a colour; streets, sites and demand lie on top as `scattergl`.
Streets are filled in by the page's script, as in `cityops.report.map_charts`.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cityops.report import palette
from cityops.report.formats import digits, plain
from cityops.report.map_charts import (
    LegendEntry,
    map_figure,
    street_traces,
)
from cityops.report.reading import rings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from cityops.report.maps import DistrictMap
    from cityops.report.placement_reading import PlacementFolder
    from cityops.report.words import Words

__all__ = [
    "Ground",
    "Mark",
    "catchment_ground",
    "dot_sizes",
    "life_ground",
    "life_legend",
    "marks",
    "placement_map",
    "ring_ground",
    "ring_legend",
    "uncovered",
]

Rings = list["NDArray[np.float64]"]
LIFE = ("#dbe9f5", "#a9cce8", "#6ba6d6")  # 15, 10 and 5 minutes
MOST_CANDIDATES = 3000
MOST_UNCOVERED = 4000


class Ground(NamedTuple):
    """A colour and the rings that it fills, in local metres."""

    colour: str
    rings: Rings


@dataclass(frozen=True, eq=False)
class Mark:
    """Sites of one kind.

    Parameters
    ----------
    key
        new, kept, closed or candidate.
    symbol, colour, size
        How they are drawn; the symbol by Plotly's name.
    table
        name, x, y, said (a tooltip).
    """

    key: str
    symbol: str
    colour: str
    size: float
    table: pd.DataFrame


# ---- ground


def catchment_ground(run: PlacementFolder) -> list[Ground]:
    """Catchments, tinted so that no two that touch are alike."""
    features = run.features("catchments")
    rings = [_rings(run, feature) for feature in features]
    tints = _tints([feature["geometry"] for feature in features])
    joined: dict[str, Rings] = {}
    for each, tint in zip(rings, tints, strict=True):
        joined.setdefault(palette.TINTS[tint % len(palette.TINTS)], []).extend(each)
    return [Ground(colour, found) for colour, found in joined.items()]


def _tints(geometries: Sequence[dict[str, Any]]) -> list[int]:
    """Give each shape the lowest number that none of its neighbours has."""
    import shapely

    if not geometries:
        return []
    shapes = shapely.from_geojson([json.dumps(geometry) for geometry in geometries])
    near_deg = 3e-5  # outlines are rounded
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=near_deg)
    touching: list[set[int]] = [set() for _ in shapes]
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a != b:
            touching[a].add(b)
    given: list[int] = []
    used = [0] * len(palette.TINTS)
    for k in range(len(shapes)):
        taken = {given[j] for j in touching[k] if j < k}
        free = [t for t in range(len(palette.TINTS)) if t not in taken] or [0]
        pick = min(free, key=lambda t: (used[t], t))  # spread the tints, few of each
        used[pick] += 1
        given.append(pick)
    return given


def ring_ground(run: PlacementFolder, when: str) -> list[Ground]:
    """Ground by the least limit that it is within, before or after; farther is darker."""
    colours = ring_colours(run)
    limits = [float(limit) for limit in run.asked["limits"]]
    found = []
    for feature in run.features(f"rings_{when}"):
        within = feature["properties"]["within"]
        place = len(limits) if within is None else limits.index(float(within))
        found.append(Ground(colours[place], _rings(run, feature)))
    return found


def ring_colours(run: PlacementFolder) -> list[str]:
    """One colour a ring, the nearest first."""
    number = len(run.asked["limits"]) + 1
    picks = np.linspace(0, len(palette.ORDERED) - 2, number)
    return [palette.ORDERED[round(float(pick))] for pick in picks]


def ring_legend(run: PlacementFolder, words: Words) -> list[LegendEntry]:
    """Say what each ring's colour stands for."""
    limits = [float(limit) for limit in run.asked["limits"]]
    texts = [words("pl.ring.within", limit=run.way(words, limits[0]))]
    for low, high in itertools.pairwise(limits):
        texts.append(f"{plain(low, 0)}–{run.way(words, high)}")
    texts.append(words("pl.ring.over", limit=run.way(words, limits[-1])))
    return [LegendEntry(*pair) for pair in zip(ring_colours(run), texts, strict=True)]


def life_ground(run: PlacementFolder) -> list[Ground]:
    """Life circles around the open sites, the widest first; nearer is darker."""
    return [
        Ground(colour, _rings(run, feature))
        for colour, feature in zip(LIFE, run.features("life_circles"), strict=False)
    ]


def life_legend(words: Words) -> list[LegendEntry]:
    """Say what each life circle's colour stands for."""
    minutes = (15, 10, 5)
    texts = [words("pl.ring.within", limit=words("pl.unit.min", value=m)) for m in minutes]
    return [LegendEntry(*pair) for pair in zip(LIFE, texts, strict=True)][::-1]


def _rings(run: PlacementFolder, feature: dict[str, Any]) -> Rings:
    found = []
    for ring in rings_of(feature.get("geometry")):
        lonlat = np.array([point[:2] for point in ring], dtype=np.float64)
        found.append(np.stack(run.plane.to_xy(lonlat[:, 0], lonlat[:, 1]), axis=-1))
    return found


# ---- sites and demand


def marks(run: PlacementFolder, words: Words, *, before: bool = False) -> list[Mark]:
    """Sites by kind, the unimportant first; before the plan only those that exist.

    Parameters
    ----------
    run, words
        What is shown, in which language.
    before
        Show the district as it is today.
    """
    table = run.candidates.copy()
    x, y = run.plane.to_xy(table["lon"].to_numpy(), table["lat"].to_numpy())
    table["x"], table["y"] = x, y
    is_open, exists = table["open"] == 1, table["kind"] == "existing"
    said = _site_tooltips(run, words)
    table["said"] = [said.get(k, f"<b>{escape(str(n))}</b>") for k, n in enumerate(table["name"])]
    if before:
        table["said"] = [f"<b>{escape(str(name))}</b>" for name in table["name"]]
        styles = [("kept", "square", palette.STATION, 10.0, exists)]
    else:
        styles = [
            ("candidate", "circle", palette.FAINT, 4.0, ~is_open & ~exists),
            ("closed", "x", palette.HOSPITAL, 10.0, ~is_open & exists),
            ("kept", "square", palette.STATION, 10.0, is_open & exists),
            ("new", "circle", palette.ACCENT, 13.0, is_open & ~exists),
        ]
    found = _plants(run, words) if not before else []
    for key, symbol, colour, size, rows in styles:
        chosen = table[rows.to_numpy()]
        if len(chosen) and not (key == "candidate" and len(chosen) > MOST_CANDIDATES):
            kept = chosen[["name", "x", "y", "said"]].reset_index(drop=True)
            found.append(Mark(key, symbol, colour, size, kept))
    return found


def _plants(run: PlacementFolder, words: Words) -> list[Mark]:
    """Plants of a second echelon."""
    table = run.table("plants")
    if table is None or table.empty:
        return []
    said = [f"<b>{escape(str(n))}</b><br>{words('pl.key.plant')}" for n in table["name"]]
    shown = table[["name", "x", "y"]].assign(said=said).reset_index(drop=True)
    return [Mark("plant", "diamond", palette.HOSPITAL, 13.0, shown)]


def _site_tooltips(run: PlacementFolder, words: Words) -> dict[int, str]:
    """Figures of each open site, by its number."""
    found = {}
    for row in run.sites.to_dict("records"):
        lines = [f"<b>{escape(str(row['name']))}</b>", words(f"pl.kind.{row['kind']}")]
        if "size" in row:
            lines.append(words("pl.hover.size", size=escape(str(row["size"]))))
        share = digits(float(row["served_share"]), "share")
        mean = row.get(f"mean_{run.unit}")
        if mean is None:
            lines.append(words("pl.hover.site_plain", share=share))
        else:
            ways = {"mean": run.way(words, mean), "max": run.way(words, row[f"max_{run.unit}"])}
            lines.append(words("pl.hover.site", share=share, **ways))
        found[int(row["site"])] = "<br>".join(lines)
    return found


def uncovered(run: PlacementFolder, words: Words) -> pd.DataFrame:
    """Demand that is not covered, and what could not be taken in: x, y, weight, said.

    Of very many points those with the most weight.
    """
    import pandas as pd

    points = run.points
    out = points[points["covered_after"] < 0.5][["lon", "lat", "weight"]]
    left = run.table("left_out")
    if left is not None:
        out = pd.concat([out, left[["lon", "lat", "weight"]]], ignore_index=True)
    out = out[out["weight"] > 0].nlargest(MOST_UNCOVERED, "weight", keep="first").copy()
    out["x"], out["y"] = run.plane.to_xy(out["lon"].to_numpy(), out["lat"].to_numpy())
    out["said"] = [words("pl.hover.out", weight=plain(float(w), 0)) for w in out["weight"]]
    return out.reset_index(drop=True)


def dot_sizes(run: PlacementFolder, weight: pd.Series) -> NDArray[np.float64]:
    """Sizes of dots whose area follows their weight."""
    most = float(run.points["weight"].max()) or 1.0
    return np.asarray(3.0 + 5.0 * np.sqrt(weight.to_numpy() / most), dtype=np.float64)


# ---- the figure


def placement_map(
    run: PlacementFolder,
    district: DistrictMap,
    layers: Sequence[tuple[str, Sequence[Ground]]],
    words: Words,
    *,
    before: bool = False,
    pair: bool = False,
) -> dict[str, Any]:
    """Figure of the district with its sites.

    Parameters
    ----------
    run, district, words
        What is shown.
    layers
        Name of each way to colour the ground, and its colours; the first is shown.
    before
        Show the district as it is today.
    pair
        One of two maps side by side: sites and ground alone.
    """
    traces: list[dict[str, Any]] = []
    for place, (name, grounds) in enumerate(layers):
        traces += [_fill(ground, name, visible=place == 0) for ground in grounds]
    traces += street_traces(district, quiet=True)
    out = uncovered(run, words)
    if len(out) and not pair:
        traces.append(
            _dots(out, palette.WARM, dot_sizes(run, out["weight"]).round(1).tolist(), opacity=0.75)
        )
    traces += [
        _dots(mark.table, mark.colour, mark.size, symbol=mark.symbol)
        for mark in marks(run, words, before=before)
        if not (pair and mark.key == "candidate")
    ]
    return map_figure(traces, run, district, words, hoverdistance=12)


def _fill(ground: Ground, layer: str, *, visible: bool) -> dict[str, Any]:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in ground.rings:
        if xs:
            xs.append(None)
            ys.append(None)
        xs.extend(ring[:, 0].round(1).tolist())
        ys.extend(ring[:, 1].round(1).tolist())
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": ground.colour,
        "line": {"color": palette.PAPER, "width": 0.8},
        "meta": {"layer": layer},
        "visible": visible,
        "hoverinfo": "skip",
    }


def _dots(
    table: pd.DataFrame,
    colour: str,
    size: float | list[float],
    *,
    symbol: str = "circle",
    opacity: float = 1.0,
) -> dict[str, Any]:
    edge = 1.6 if isinstance(size, float) and size > 6 else 0.6
    return {
        "type": "scattergl",
        "mode": "markers",
        "x": table["x"].round(1).tolist(),
        "y": table["y"].round(1).tolist(),
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "opacity": opacity,
            "line": {"color": palette.PAPER, "width": edge},
        },
        "text": table["said"].tolist(),
        "hovertemplate": "%{text}<extra></extra>",
    }
