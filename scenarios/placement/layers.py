"""The layers of a placement's map: sites, demand, ways to the sites, catchments, life circles.

One set of geometries feeds GeoJSON files, the GeoPackage and the report's map. Coordinates are
degrees (WGS 84).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.placement.catchments import cells_of, joined_cells, thinned
from scenarios.placement.circles import CIRCLE_MIN, circle_polygons

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from scenarios.placement.answer import Answer
    from scenarios.placement.reach import Reach

__all__ = ["Layers", "map_layers", "write_geopackage", "write_maps"]

_MOST_LINES = 50_000
_SLOW_MODES, _MOST_CIRCLES = frozenset({"walk", "bike"}), 100  # life circles are walked or ridden
_STAMP = "2000-01-01T00:00:00Z"  # a GeoPackage names a moment; equal answers have equal bytes

Layers = dict[str, tuple["pd.DataFrame", "NDArray[np.object_]"]]
"""Attributes and geometries by the name of the layer."""


def map_layers(answer: Answer) -> Layers:
    """Make the layers of an answer.

    Parameters
    ----------
    answer
        The plan.

    Returns
    -------
    dict
        open_sites, candidates, demand, assignment (lines), catchments, rings_before and
        rings_after (ground by the limit that it is within); on foot or by bike life_circles
        (isochrones of 5, 10 and 15 minutes around up to 100 open sites); with a second echelon
        plants and onward.
    """
    import shapely

    tables = answer.tables
    layers: Layers = {}
    for name, table in (
        ("open_sites", tables["sites"]),
        ("candidates", tables["candidates"]),
        ("demand", tables["points"]),
    ):
        places = shapely.points(table[["lon", "lat"]].to_numpy(dtype=np.float64).round(7))
        layers[name] = (table.drop(columns=["lon", "lat"]), np.asarray(places, dtype=object))
    layers["assignment"] = _lines(answer)
    layers |= _ground(answer)
    slow = answer.question.network.mode in _SLOW_MODES
    if slow and len(answer.solution.open_sites) <= _MOST_CIRCLES:
        layers["life_circles"] = _life_circles(answer)
    if "plants" in tables:
        places = shapely.points(tables["plants"][["lon", "lat"]].to_numpy(dtype=np.float64))
        plants = tables["plants"].drop(columns=["lon", "lat", "x", "y"])
        layers["plants"] = (plants, np.asarray(places, dtype=object))
    if "onward" in tables:
        layers["onward"] = _onward(answer)
    return layers


def _onward(answer: Answer) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Straight lines from sites to the plants that they send to."""
    import shapely

    table, sites, plants = (
        answer.tables["onward"],
        answer.question.sites,
        answer.tables["plants"],
    )
    ends = np.empty((len(table), 2, 2))
    for k, key in enumerate(("lon", "lat")):
        ends[:, 0, k] = sites[key].to_numpy()[table["site"]]
        ends[:, 1, k] = plants[key].to_numpy()[table["plant"]]
    return table, np.asarray(shapely.linestrings(ends.round(7)), dtype=object)


def _life_circles(answer: Answer) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Ground that is walked or ridden to in 5, 10 and 15 minutes; the widest first."""
    import pandas as pd
    import shapely

    minutes = sorted(CIRCLE_MIN, reverse=True)
    found = circle_polygons(answer.question, answer.solution.open_sites, minutes)
    shapes = np.empty(len(found), dtype=object)
    for k, shape in enumerate(found):
        shapes[k] = shapely.set_precision(shapely.simplify(shape, 1e-5), 1e-7)
    return pd.DataFrame({"minutes": minutes}), shapes


def _lines(answer: Answer) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Straight lines from points to the sites that serve them."""
    import shapely

    points, sites = answer.tables["points"], answer.question.sites
    served = np.flatnonzero(points["site"].to_numpy() >= 0)[:_MOST_LINES]
    site = points["site"].to_numpy()[served]
    ends = np.empty((len(served), 2, 2))
    for k, key in enumerate(("lon", "lat")):
        ends[:, 0, k] = points[key].to_numpy()[served]
        ends[:, 1, k] = sites[key].to_numpy()[site]
    table = points.iloc[served][["point", "site", "weight"]].reset_index(drop=True)
    return table, np.asarray(shapely.linestrings(ends.round(7)), dtype=object)


def _ground(answer: Answer) -> Layers:
    """Catchments, and the ground within each limit before and after."""
    points = answer.question.points
    x, y = points["x"].to_numpy(dtype=np.float64), points["y"].to_numpy(dtype=np.float64)
    served_first = np.argsort(answer.after.site < 0, kind="stable")  # slots share their places
    kept = np.sort(served_first[thinned(x[served_first], y[served_first])])
    cells = cells_of(x[kept], y[kept])
    catchments = joined_cells(cells, answer.after.site[kept])
    layers = {"catchments": _named_ground(answer, catchments)}
    for word, reach in (("before", answer.before), ("after", answer.after)):
        layers[f"rings_{word}"] = _rings(answer, reach, cells, kept)
    return layers


def _named_ground(
    answer: Answer, ground: dict[int, Any]
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    import pandas as pd

    names = answer.question.sites["name"].to_numpy()
    table = pd.DataFrame({"site": list(ground), "name": [str(names[k]) for k in ground]})
    return table, _degrees(answer, list(ground.values()))


def _rings(
    answer: Answer, reach: Reach, cells: NDArray[np.object_], kept: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Ground by the least limit that it is within; beyond all of them is a ring of its own."""
    import pandas as pd

    limits = np.array(answer.limits)
    ring = np.searchsorted(limits, reach.travel[kept], side="left").astype(np.int64)
    ground = joined_cells(cells, ring)
    edges = [*limits.tolist(), np.inf]
    table = pd.DataFrame(
        {
            "over": [0.0 if k == 0 else edges[k - 1] for k in ground],
            "within": [edges[k] if np.isfinite(edges[k]) else np.nan for k in ground],
            "unit": answer.question.unit,
        }
    )
    return table, _degrees(answer, list(ground.values()))


def _degrees(answer: Answer, geometries: list[Any]) -> NDArray[np.object_]:
    import shapely

    plane = answer.question.network.projection
    found = np.empty(len(geometries), dtype=object)
    for k, geometry in enumerate(geometries):
        found[k] = shapely.transform(
            geometry,
            lambda xy: np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1])).round(7),
        )
    return found


# ---- files


def write_maps(folder: Path, layers: Layers) -> None:
    """Write each layer as GeoJSON into ``maps/``.

    Parameters
    ----------
    folder
        The run folder.
    layers
        As `map_layers` makes them.
    """
    import shapely

    maps = folder / "maps"
    maps.mkdir(exist_ok=True)
    for name, (table, geometries) in layers.items():
        texts = shapely.to_geojson(geometries).tolist()
        rows = json.loads(table.to_json(orient="records", double_precision=6))
        features = [
            {"type": "Feature", "properties": row, "geometry": json.loads(text)}
            for row, text in zip(rows, texts, strict=True)
        ]
        collection = {"type": "FeatureCollection", "features": features}
        text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
        (maps / f"{name}.geojson").write_text(text + "\n", encoding="utf-8")


def write_geopackage(path: Path, layers: Layers) -> None:
    """Write all layers into one GeoPackage, whose bytes depend on them alone.

    Parameters
    ----------
    path
        The file.
    layers
        As `map_layers` makes them.
    """
    import geopandas
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        for name, (table, geometries) in layers.items():
            if not len(table):
                continue
            frame = geopandas.GeoDataFrame(
                table.rename(columns={"fid": "fid_"}), geometry=geometries, crs="EPSG:4326"
            )
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio", promote_to_multi=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
