"""The files of a run folder: tables, maps, manifest."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.merge import shown_path
from scenarios.toml_text import toml_text
from scenarios.tracks import DAY_S, unit_tracks

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from networks import RoadNetwork
    from scenarios.district import Built
    from scenarios.load import Scenario
    from sim.dispatch.log import Log

__all__ = [
    "file_hashes",
    "network_facts",
    "resolved_text",
    "street_features",
    "versions",
    "write_features",
    "write_ground",
    "write_json",
    "write_maps",
    "write_replication",
    "write_table",
]

_PACKAGES = ("cityops", "numpy", "numba", "pandas", "scipy", "osmium", "shapely")


def resolved_text(scenario: Scenario) -> str:
    """Write the scenario with every default filled in, as TOML that runs by itself."""
    tables = scenario.spec.model_dump(exclude_none=True, by_alias=True)
    # What a placement leaves out is its preset's to give, so it stays left out.
    tables["placement"] = {
        name: table.model_dump(exclude_unset=True, exclude_none=True)
        for name, table in scenario.spec.placement.items()
    }
    if "half_width" in tables["scenario"]:
        del tables["scenario"]["reps"]
    return toml_text(tables)


def versions() -> dict[str, str]:
    """List the versions of Python and of the packages that numbers depend on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a checkout that is not installed
            continue
    return found


def file_hashes(scenario: Scenario) -> dict[str, str]:
    """SHA-256 of every file that the scenario was read from; folders file by file."""
    hashes: dict[str, str] = {}
    for path in _input_files(scenario):
        hashes[shown_path(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def _input_files(scenario: Scenario) -> list[Path]:
    files = list(scenario.files)
    network = scenario.spec.network
    if network is not None and network.source == "helsinki":
        from networks import helsinki_extract

        files.append(helsinki_extract())
    elif network is not None and Path(network.source).is_dir():
        from networks.read import files_read

        files += files_read(network.source)
    return files


def network_facts(network: RoadNetwork | None) -> dict[str, Any]:
    """Say what the streets are: source, size, licence line, losses, hash."""
    if network is None:
        return {}
    once = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    return {
        "source": network.source,
        "mode": network.mode,
        "n_nodes": network.n_nodes,
        "n_edges": network.n_edges,
        "km": round(float(network.length_m[once].sum()) / 1000.0, 3),
        "km_directed": round(float(network.length_m.sum()) / 1000.0, 3),
        "attribution": network.attribution,
        "dropped_words": {lang: network.dropped.words(lang) for lang in ("en", "zh")},
        "projection": {"lon0": network.projection.lon0, "lat0": network.projection.lat0},
        "hash": network.content_hash(),
    }


def write_json(path: Path, content: object) -> None:
    """Write JSON in UTF-8, to be read by people too."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write one table of a run folder."""
    (folder / "tables").mkdir(exist_ok=True)
    table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)


# ---- tables of one replication and of the district


def write_replication(folder: Path, built: Built, log: Log) -> None:
    """Write the Log of one replication in people's words, the district's tables, and the tracks."""
    district = built.district
    classes = np.array([kind.name for kind in district.classes] or [""], dtype=object)
    types = np.array([kind.name for kind in district.unit_types], dtype=object)
    areas = np.array([*(area.name for area in district.areas), ""], dtype=object)
    responses = log.responses.copy()
    responses["class"] = classes[responses.pop("class_code")]
    responses["area"] = areas[responses["area"]]  # -1, no area, is the last: ""
    responses["unit_type"] = types[responses["unit_type"]]
    if built.plane is not None:
        lon, lat = built.plane.to_lonlat(responses["lon"], responses["lat"])
        responses["lon"], responses["lat"] = lon, lat
    write_table(folder, "responses", responses)
    write_table(folder, "intervals", log.intervals)
    _write_district(folder, built)
    if built.network is not None:
        length_s = min(DAY_S, built.horizon_s - built.warmup_s)
        tracks = unit_tracks(
            log,
            built.network,
            from_s=built.warmup_s,
            length_s=length_s,
            week_start_s=district.week_start_s,
            closures=district.closures,
        )
        write_table(folder, "tracks", tracks)


def _write_district(folder: Path, built: Built) -> None:
    import pandas as pd

    district = built.district
    number = {station.name: k for k, station in enumerate(district.stations)}
    at = {station.name: _lonlat(built, station.lon, station.lat) for station in district.stations}
    for name, key, items in (
        ("stations", "station", district.stations),
        ("hospitals", "hospital", district.hospitals),
        ("areas", "area", district.areas),
    ):
        places = [_lonlat(built, item.lon, item.lat) for item in items]
        columns: dict[str, list[Any]] = {
            key: list(range(len(items))),
            "name": [item.name for item in items],
            "lon": [place[0] for place in places],
            "lat": [place[1] for place in places],
        }
        if name == "areas":
            columns["weight"] = [area.weight for area in district.areas]
        write_table(folder, name, pd.DataFrame(columns))
    units = {
        "unit": list(range(len(district.units))),
        "name": [unit.name for unit in district.units],
        "type": [unit.type for unit in district.units],
        "station": [number[unit.station] for unit in district.units],
        "lon": [at[unit.station][0] for unit in district.units],
        "lat": [at[unit.station][1] for unit in district.units],
    }
    write_table(folder, "units", pd.DataFrame(units))


def _lonlat(built: Built, lon: float, lat: float) -> tuple[float, float]:
    """Degrees of a place of the district."""
    if built.plane is None:
        return lon, lat
    x, y = built.plane.to_lonlat(lon, lat)
    return float(x), float(y)


# ---- maps


def write_maps(folder: Path, built: Built) -> None:
    """Write the streets, the areas and the fixed places as GeoJSON."""
    maps = folder / "maps"
    maps.mkdir(exist_ok=True)
    if built.network is not None:
        write_features(maps / "streets.geojson", street_features(built.network))
    areas = _areas(built)
    if areas:
        write_features(maps / "areas.geojson", areas)
    places = [
        {
            "type": "Feature",
            "properties": {"name": item.name, "kind": kind},
            "geometry": {
                "type": "Point",
                "coordinates": [round(value, 6) for value in _lonlat(built, item.lon, item.lat)],
            },
        }
        for kind, items in (
            ("station", built.district.stations),
            ("hospital", built.district.hospitals),
        )
        for item in items
    ]
    write_features(maps / "stations.geojson", places)


def write_features(path: Path, features: list[dict[str, Any]]) -> None:
    """Write features as one GeoJSON collection."""
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(
        json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )


def write_ground(maps: Path, network: RoadNetwork, areas: Iterable[Any]) -> None:
    """Write the streets, and areas in degrees if there are any.

    Parameters
    ----------
    maps
        Folder; it is made.
    network
        Its streets are written.
    areas
        Each with a ``name`` and a ``geometry``.
    """
    maps.mkdir(exist_ok=True)
    write_features(maps / "streets.geojson", street_features(network))
    outlines = [_outline(area.name, area.geometry) for area in areas]
    if outlines:
        write_features(maps / "areas.geojson", outlines)


def street_features(network: RoadNetwork) -> list[dict[str, Any]]:
    """One line a street: of the two directions of one, the lower edge."""
    once = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    points = np.column_stack([network.shape_lon, network.shape_lat]).round(6)
    features = []
    for edge in np.flatnonzero(once).tolist():
        line = points[network.shape_ptr[edge] : network.shape_ptr[edge + 1]]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "class": network.class_names[network.road_class[edge]],
                    "name": network.names[network.name[edge]],
                },
                "geometry": {"type": "LineString", "coordinates": line.tolist()},
            }
        )
    return features


def _areas(built: Built) -> list[dict[str, Any]]:
    import shapely

    features = []
    for area in built.district.areas:
        outline = area.geometry
        if outline is None:
            continue
        if built.plane is not None:
            outline = shapely.transform(outline, _degrees_of(built))
        features.append(_outline(area.name, outline))
    return features


def _outline(name: str, geometry: BaseGeometry) -> dict[str, Any]:
    import shapely

    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-6))),
    }


def _degrees_of(built: Built) -> Any:  # noqa: ANN401 - what shapely.transform takes
    plane = built.plane

    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        if plane is None:
            return xy
        return np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1]))

    return convert
