"""GMNS node and link tables (General Modeling Network Specification, Zephyr Foundation).

Field names are those of version 0.96 (github.com/zephyr-data-specs/GMNS, spec/): ``node_id``,
``x_coord``, ``y_coord``; ``link_id``, ``from_node_id``, ``to_node_id``, ``directed``,
``geometry`` (WKT, in either direction) or ``geometry_id`` into ``geometry.csv``, ``length``,
``free_speed``, ``lanes``, ``facility_type``, ``name``, ``allowed_uses``. Units are those of
``config.csv``; without one, metres and km/h.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import ALL_MODES, build_network
from networks.errors import InputError
from networks.network import MODES
from networks.own_format import KEY, from_tables, shapes_where_given
from networks.raw import RawNodes, RawStreets, Shapes, Words
from networks.readers.arcs import degrees_of, limits_of, modes_of, source_ids
from networks.readers.files import existing_path
from networks.readers.tables import Table, load_csv, match_nodes
from networks.speeds import KMH_PER_MPH
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pandas as pd

    from networks.network import RoadNetwork
    from networks.raw import Floats, Ints
    from networks.speeds import SpeedTable

__all__ = ["is_gmns_folder", "read_gmns"]

_NODE_COLUMNS: Final = {
    "node": ("node_id",),
    "lon": ("x_coord", "lon"),
    "lat": ("y_coord", "lat"),
}
_LINK_COLUMNS: Final = {
    "from": ("from_node_id",),
    "to": ("to_node_id",),
    "id": ("source_id", "link_id"),
    "directed": ("directed",),
    "geometry": ("geometry",),
    "geometry_id": ("geometry_id",),
    "length_m": ("length",),
    "time_s": ("time_s", "travel_time_s", "regular_s"),
    "speed_kmh": ("free_speed",),
    "maxspeed": ("maxspeed",),
    "lanes": ("lanes",),
    "class": ("facility_type", "link_type_name"),
    "name": ("name",),
    "uses": ("allowed_uses", "allowed_use"),
}
_TEXT: Final = (
    "name",
    "facility_type",
    "link_type_name",
    "allowed_uses",
    "allowed_use",
    "geometry",
)
_METRES: Final[dict[str, float]] = {
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "km": 1000.0,
    "kilometer": 1000.0,
    "kilometers": 1000.0,
    "mi": 1609.344,
    "mile": 1609.344,
    "miles": 1609.344,
    "ft": 0.3048,
    "feet": 0.3048,
    "foot": 0.3048,
}
_KMH: Final[dict[str, float]] = {
    "km/h": 1.0,
    "kmh": 1.0,
    "kph": 1.0,
    "kmph": 1.0,
    "mph": KMH_PER_MPH,
    "mi/h": KMH_PER_MPH,
    "m/s": 3.6,
}
# Words that published GMNS networks use for who may travel.
_USES: Final[dict[str, int]] = {
    **MODES,
    "auto": MODES["car"],
    "drive": MODES["car"] | MODES["truck"],
    "driver": MODES["car"] | MODES["truck"],
    "hov": MODES["car"],
    "sov": MODES["car"],
    "motor": MODES["car"] | MODES["truck"],
    "hgv": MODES["truck"],
    "freight": MODES["truck"],
    "bicycle": MODES["bike"],
    "bikes": MODES["bike"],
    "cycle": MODES["bike"],
    "ped": MODES["walk"],
    "pedestrian": MODES["walk"],
    "foot": MODES["walk"],
    "all": ALL_MODES,
}


def is_gmns_folder(folder: Path) -> bool:
    """Whether a folder holds a node table and a link table."""
    return _table_in(folder, "node") is not None and _table_in(folder, "link") is not None


def read_gmns(
    path: str | PathLike[str],
    link_csv: str | PathLike[str] | None = None,
    *,
    mode: str | None = None,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    columns: Mapping[str, str] | None = None,
    crs: str | int | None = None,
    length_unit: str | None = None,
    speed_unit: str | None = None,
    attribution: str = "",
) -> RoadNetwork:
    """Read a GMNS network.

    Parameters
    ----------
    path
        A folder with ``node.csv`` and ``link.csv`` (plain or .gz), or the node table itself.
    link_csv
        The link table, when ``path`` is the node table.
    mode
        Who travels; the mode of a folder that this project wrote, else ``car``.
    speeds
        Where a link has neither time nor free speed.
    columns
        Column by meaning where names differ: ``node``, ``lon``, ``lat``, ``from``, ``to``, ``id``,
        ``directed``, ``geometry``, ``length_m``, ``time_s``, ``speed_kmh``, ``class``, ``name``,
        ``lanes``, ``uses``.
    crs, length_unit, speed_unit
        Override ``config.csv``.
    attribution
        The line that must accompany the streets.

    Raises
    ------
    InputError
        For every fault in the tables, with file, line and column.
    """
    node_path, link_path, folder = _paths(path, link_csv)
    own = folder / f"{KEY}.json"
    node_frame, node_file = load_csv(node_path)
    link_frame, link_file = load_csv(link_path, text=(*_TEXT, *(columns or {}).values()))
    if own.is_file() and "reverse_link_id" in link_frame.columns and columns is None:
        return _own(node_frame, link_frame, own, link_file, mode)
    mode = mode or "car"
    node_terms = {k: v for k, v in (columns or {}).items() if k in _NODE_COLUMNS}
    link_terms = {k: v for k, v in (columns or {}).items() if k not in _NODE_COLUMNS}
    nodes = Table.of(
        node_frame, _NODE_COLUMNS, node_terms, file=node_file, needed=(*_NODE_COLUMNS,)
    )
    links = Table.of(link_frame, _LINK_COLUMNS, link_terms, file=link_file, needed=("from", "to"))
    units = _units(folder, crs, length_unit, speed_unit)
    node_id, tail, head = match_nodes(nodes, links)
    lon, lat = degrees_of(nodes, units.crs)
    directed = links.truth("directed")
    order = np.argsort(node_id)
    at_tail = order[np.searchsorted(node_id, tail, sorter=order)]
    at_head = order[np.searchsorted(node_id, head, sorter=order)]
    ends = (lon[at_tail], lat[at_tail], lon[at_head], lat[at_head])
    streets = RawStreets(
        tail=tail,
        head=head,
        forward=np.ones(len(tail), np.bool_),
        backward=None if directed is None else ~directed,
        length_m=links.positive("length_m", units.metres),
        time_s=links.positive("time_s"),
        speed_kmh=_free_speeds(links, units.kmh),
        limit_kmh=limits_of(links),
        lanes=links.integers("lanes"),
        modes=_uses(links),
        road_class=Words.of(links.column("class")) if links.has("class") else None,
        name=Words.of(links.column("name")) if links.has("name") else None,
        source_id=source_ids(links),
        shapes=_shapes(links, folder, ends, units.crs),
    )
    return build_network(
        RawNodes(node_id, lon, lat),
        streets,
        mode=mode,
        speeds=speeds,
        source=f"GMNS, {folder.name}",
        attribution=attribution,
        file=link_file,
    )


def _table_in(folder: Path, what: str) -> Path | None:
    for name in (what, f"{what}s"):
        for ending in (".csv", ".csv.gz"):
            if (folder / f"{name}{ending}").is_file():
                return folder / f"{name}{ending}"
    return None


def _paths(
    path: str | PathLike[str], link_csv: str | PathLike[str] | None
) -> tuple[Path, Path, Path]:
    place = existing_path(path)
    if link_csv is not None:
        return place, existing_path(link_csv), place.parent
    folder = place if place.is_dir() else place.parent
    tables = _table_in(folder, "node"), _table_in(folder, "link")
    for table, what in zip(tables, ("node", "link"), strict=True):
        if table is None:
            raise InputError(
                f"there is no {what}.csv in this folder",
                file=folder,
                mend="a GMNS network is a node.csv and a link.csv side by side",
            )
    node, link = tables
    return Path(node or ""), Path(link or ""), folder


@dataclass(frozen=True)
class _Units:
    metres: float
    kmh: float
    crs: str | int


def _units(
    folder: Path, crs: str | int | None, length_unit: str | None, speed_unit: str | None
) -> _Units:
    config = folder / "config.csv"
    stated: dict[str, str] = {}
    if config.is_file():
        frame, _ = load_csv(config, text=("long_length", "speed", "crs"))
        if len(frame):
            row = frame.iloc[0]
            stated = {str(key): str(row[key]) for key in frame.columns if row[key] == row[key]}
    return _Units(
        _unit(length_unit or stated.get("long_length", "m"), _METRES, "length unit", config),
        _unit(speed_unit or stated.get("speed", "km/h"), _KMH, "speed unit", config),
        crs if crs is not None else stated.get("crs", "wgs84"),
    )


def _unit(word: str, known: Mapping[str, float], what: str, file: Path) -> float:
    factor = known.get(word.strip().lower())
    if factor is None:
        raise InputError(
            f"{what} {word!r} is not known{did_you_mean(word, known)}",
            file=file,
            mend=f"use one of {', '.join(known)}",
        )
    return factor


def _free_speeds(links: Table, factor: float) -> Floats | None:
    """Free speeds; the specification allows 0, which can only mean unknown."""
    kmh = links.positive("speed_kmh", factor)
    return None if kmh is None else np.where(kmh > 0.0, kmh, np.nan)


def _uses(links: Table) -> Ints | None:
    if not links.has("uses"):
        return modes_of(Words.of(links.column("class"))) if links.has("class") else None
    words = Words.of(links.column("uses"))
    bits = []
    for word in words.words:
        known = [_USES[one] for one in word.lower().replace(";", ",").split(",") if one in _USES]
        bits.append(int(np.bitwise_or.reduce(known)) if known else ALL_MODES * (word == ""))
    return np.array(bits, dtype=np.int64)[words.code]


def _shapes(
    links: Table, folder: Path, ends: tuple[Floats, Floats, Floats, Floats], crs: str | int
) -> Shapes | None:
    """Polylines of the links, straight where a link has none."""
    texts = _geometry_texts(links, folder)
    if texts is None:
        return None
    import shapely

    lines = shapely.from_wkt(texts, on_invalid="ignore")
    given = np.array([text != "" for text in texts])
    usable = (shapely.get_type_id(lines) == 1) & (shapely.get_num_coordinates(lines) >= 2)
    wrong = np.flatnonzero(given & ~usable)
    if len(wrong):
        term = "geometry" if links.has("geometry") else "geometry_id"
        raise InputError(
            f"{texts[wrong[0]][:40]!r} is not a LINESTRING",
            file=links.file,
            place=links.place(term, int(wrong[0])),
            mend="write the polyline as WKT, or leave it empty",
        )
    at = np.flatnonzero(usable)
    return shapes_where_given(lines[usable], at, ends, crs, file=links.file)


def _geometry_texts(links: Table, folder: Path) -> list[str] | None:
    if links.has("geometry"):
        return _texts(links.column("geometry"))
    place = _table_in(folder, "geometry")
    if not links.has("geometry_id") or place is None:
        return None
    frame, file = load_csv(place, text=("geometry",))
    table = Table.of(
        frame,
        {"id": ("geometry_id",), "geometry": ("geometry",)},
        None,
        file=file,
        needed=("id", "geometry"),
    )
    known = dict(zip(_texts(table.column("id")), _texts(table.column("geometry")), strict=True))
    return [known.get(one, "") for one in _texts(links.column("geometry_id"))]


def _texts(values: pd.Series) -> list[str]:
    return [str(one).strip() for one in values.where(values.notna(), "")]


def _own(
    nodes: pd.DataFrame, links: pd.DataFrame, own: Path, link_file: Path, mode: str | None
) -> RoadNetwork:
    import shapely

    edges = links.rename(
        columns={
            "link_id": "edge",
            "from_node_id": "from_node",
            "to_node_id": "to_node",
            "length": "length_m",
            "free_speed": "speed_kmh",
            "facility_type": "class",
            "allowed_uses": "modes",
            "reverse_link_id": "reverse",
        }
    )
    edges["geometry"] = shapely.from_wkt(edges["geometry"].to_numpy(dtype=object))
    nodes = nodes.rename(columns={"x_coord": "lon", "y_coord": "lat"})
    return from_tables(nodes, edges, own.read_text(encoding="utf-8"), mode=mode, file=link_file)
