"""Routes for other programs: CSV, GeoJSON, and GPX 1.1 for navigation devices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from scenarios.routing.jobs import SERVED, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.routing.answer import Plan

__all__ = [
    "edge_line",
    "piece_names",
    "plan_table",
    "point_names",
    "route_features",
    "write_exchange",
]

_GPX = "http://www.topografix.com/GPX/1/1"


def write_exchange(folder: Path, plan: Plan) -> None:
    """Write plan/NAME.csv, maps/routes.geojson, and a GeoJSON and a GPX file for each route.

    Parameters
    ----------
    folder
        Of the run.
    plan
        What is written.
    """
    name = plan.question.name
    for part in ("plan", "maps", "routes"):
        (folder / part).mkdir(exist_ok=True)
    plan_table(plan).to_csv(
        folder / "plan" / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n"
    )
    features = route_features(plan)
    _write(folder / "maps" / "routes.geojson", features)
    for number in plan.summary["route"].tolist():
        own = [one for one in features if one["properties"]["route"] == number]
        stem = folder / "routes" / f"route-{number:02d}"
        _write(stem.with_suffix(".geojson"), own)
        _write_gpx(stem.with_suffix(".gpx"), plan, number, own)


def plan_table(plan: Plan) -> pd.DataFrame:
    """Give steps their `pieces`, by which an edited plan is known again.

    Parameters
    ----------
    plan
        The routes.
    """
    table = plan.steps.copy()
    served = plan.legs[plan.legs["kind"].isin(SERVED)]
    if "point" in served:
        names = served.groupby(["route", "step"])["point"].agg(point_names)
    else:
        names = served.groupby(["route", "step"])["edge"].agg(piece_names)
    keys = zip(table["route"].tolist(), table["order"].tolist(), strict=True)
    pieces = [names[key] if key in names.index else "" for key in keys]
    table.insert(list(table.columns).index("lock"), "pieces", pieces)
    return spoken(table, plan.question)


def point_names(rows: Iterable[int]) -> str:
    """Write rows of points, counted from 1, likewise.

    Examples
    --------
    >>> point_names([0, 4])
    'p1 p5'
    """
    return " ".join(f"p{row + 1}" for row in rows)


def piece_names(edges: Iterable[int]) -> str:
    """Write directed edges so that no spreadsheet takes them for a number or a date.

    Examples
    --------
    >>> piece_names([17, 18])
    'e17 e18'
    """
    return " ".join(f"e{edge}" for edge in edges)


def route_features(plan: Plan) -> list[dict[str, Any]]:
    """One feature a step, in order: a line along the streets, or a point for a stop."""
    network = plan.question.network
    edges = plan.legs[plan.legs["edge"] >= 0].groupby(["route", "step"])["edge"].agg(list)
    features = []
    for row in plan_table(plan).to_dict("records"):
        key = (row["route"], row["order"])
        if key in edges.index:
            line = edge_line(network, edges[key])
            geometry = {"type": "LineString", "coordinates": line.round(6).tolist()}
        else:
            geometry = {"type": "Point", "coordinates": [row["from_lon"], row["from_lat"]]}
        places = {"from_lon", "from_lat", "to_lon", "to_lat"}
        properties = {key: value for key, value in row.items() if key not in places}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return features


def edge_line(network: RoadNetwork, edges: list[int]) -> NDArray[np.float64]:
    """Points of consecutive edges, each shared one once; float64[k, 2] in degrees."""
    parts = [slice(int(network.shape_ptr[e]), int(network.shape_ptr[e + 1])) for e in edges]
    lon = np.concatenate([network.shape_lon[part] for part in parts])
    lat = np.concatenate([network.shape_lat[part] for part in parts])
    points = np.stack([lon, lat], axis=1)
    new = np.concatenate([[True], (np.diff(points, axis=0) != 0.0).any(axis=1)])
    line: NDArray[np.float64] = points[new]
    return line


def _write(path: Path, features: list[dict[str, Any]]) -> None:
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _write_gpx(path: Path, plan: Plan, number: int, features: list[dict[str, Any]]) -> None:
    """Write stops as waypoints and the way as a track, a segment a step."""
    question = plan.question
    root = ET.Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": "cityops"})
    head = ET.SubElement(root, "metadata")
    title = question.spec.title or f"{question.name} – {question.scenario.name}"
    ET.SubElement(head, "name").text = f"{title}, {number}"
    if question.network.attribution:
        ET.SubElement(head, "desc").text = question.network.attribution
    for one in features:
        if one["geometry"]["type"] == "Point":
            point = _point(root, "wpt", one["geometry"]["coordinates"])
            said = one["properties"]
            ET.SubElement(point, "name").text = f"{said['order']} {said['clock']} {said['street']}"
            ET.SubElement(point, "type").text = said["kind"]
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = f"{question.name} {number}"
    ET.SubElement(track, "number").text = f"{number}"
    for one in features:
        if one["geometry"]["type"] == "LineString":
            segment = ET.SubElement(track, "trkseg")
            for place in one["geometry"]["coordinates"]:
                _point(segment, "trkpt", place)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _point(parent: ET.Element, tag: str, place: list[float]) -> ET.Element:
    return ET.SubElement(parent, tag, {"lat": f"{place[1]:.6f}", "lon": f"{place[0]:.6f}"})
