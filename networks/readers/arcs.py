"""A plain node table and a plain arc table (CSV), as research code and road bureaus keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import build_network
from networks.crs import check_lonlat, to_wgs84
from networks.raw import RawNodes, RawStreets, Words
from networks.readers.osm_rules import class_modes
from networks.readers.tables import Table, load_csv, match_nodes
from networks.speeds import parse_maxspeed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from networks.network import RoadNetwork
    from networks.raw import Floats, Ints
    from networks.speeds import SpeedTable

__all__ = ["NODE_COLUMNS", "degrees_of", "limits_of", "modes_of", "read_arcs", "source_ids"]

NODE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "node": ("node_id", "node", "id", "osmid"),
    "lon": ("lon", "lng", "longitude", "x_coord", "x"),
    "lat": ("lat", "latitude", "y_coord", "y"),
}
_ARC_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "from": ("from", "from_node_id", "from_node", "u", "tail", "source"),
    "to": ("to", "to_node_id", "to_node", "v", "head", "target"),
    "id": ("arc_id", "link_id", "edge_id", "osmid", "osm_id", "id"),
    "length_m": ("length_m", "length", "distance_m", "dist_m"),
    "time_s": ("time_s", "travel_time_s", "regular_s", "travel_time", "duration_s"),
    "speed_kmh": ("speed_kmh", "free_speed", "speed_kph"),
    "maxspeed": ("maxspeed", "limit_kmh", "speed_limit"),
    "class": ("class", "road_class", "highway", "fclass", "facility_type"),
    "name": ("name", "street", "road_name"),
    "lanes": ("lanes",),
    "two_way": ("two_way",),
}
_TEXT: Final = tuple(name for term in ("class", "name", "maxspeed") for name in _ARC_COLUMNS[term])


def read_arcs(
    nodes_csv: str | PathLike[str],
    arcs_csv: str | PathLike[str],
    columns: Mapping[str, str] | None = None,
    *,
    mode: str = "car",
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int = "wgs84",
    two_way: bool = False,
    attribution: str = "",
) -> RoadNetwork:
    """Read a node table and a table of directed arcs.

    Parameters
    ----------
    nodes_csv, arcs_csv
        Tables, compressed or not.
    columns
        Column by meaning where the usual names do not do: ``node``, ``lon``, ``lat`` of the nodes;
        ``from``, ``to``, ``id``, ``length_m``, ``time_s``, ``speed_kmh`` (driven as it stands),
        ``maxspeed`` (a limit), ``class``, ``name``, ``lanes``, ``two_way`` of the arcs.
    mode, speeds
        Who travels; speeds where the table has no times and no speeds.
    crs
        Of the coordinates: ``wgs84``, ``gcj02``, ``bd09`` or an EPSG code.
    two_way
        Every row holds both directions.
    attribution
        The line that must accompany the streets.

    Returns
    -------
    RoadNetwork
        Rows with swapped ends and the same length are the two directions of one street.

    Raises
    ------
    InputError
        For every fault in the tables, with file, line and column.
    """
    node_terms = {k: v for k, v in (columns or {}).items() if k in NODE_COLUMNS}
    arc_terms = {k: v for k, v in (columns or {}).items() if k not in NODE_COLUMNS}
    node_frame, node_file = load_csv(nodes_csv)
    nodes = Table.of(
        node_frame, NODE_COLUMNS, node_terms, file=node_file, needed=("node", "lon", "lat")
    )
    text = (
        *_TEXT,
        *(arc_terms[term] for term in ("class", "name", "maxspeed") if term in arc_terms),
    )
    arc_frame, arc_file = load_csv(arcs_csv, text=text)
    arcs = Table.of(arc_frame, _ARC_COLUMNS, arc_terms, file=arc_file, needed=("from", "to"))
    node_id, tail, head = match_nodes(nodes, arcs)
    lon, lat = degrees_of(nodes, crs)
    both = arcs.truth("two_way")
    if both is None:
        both = np.full(len(tail), two_way)
    road_class = Words.of(arcs.column("class")) if arcs.has("class") else None
    streets = RawStreets(
        tail=tail,
        head=head,
        forward=np.ones(len(tail), np.bool_),
        backward=both,
        length_m=arcs.positive("length_m"),
        time_s=arcs.positive("time_s"),
        speed_kmh=arcs.positive("speed_kmh", zero=False),
        limit_kmh=limits_of(arcs),
        lanes=arcs.integers("lanes"),
        modes=modes_of(road_class),
        road_class=road_class,
        name=Words.of(arcs.column("name")) if arcs.has("name") else None,
        source_id=source_ids(arcs),
    )
    return build_network(
        RawNodes(node_id, lon, lat),
        streets,
        mode=mode,
        speeds=speeds,
        source=f"{node_file.name}, {arc_file.name}",
        attribution=attribution,
        file=arc_file,
    )


def degrees_of(nodes: Table, crs: str | int) -> tuple[Floats, Floats]:
    """WGS-84 degrees of a node table.

    Raises
    ------
    InputError
        If one is missing, or they cannot be degrees.
    """
    x, y = np.asarray(nodes.numbers("lon")), np.asarray(nodes.numbers("lat"))
    lon, lat = to_wgs84(x, y, crs, file=nodes.file)
    place = f"columns {nodes.column_of['lon']!r} and {nodes.column_of['lat']!r}"
    check_lonlat(lon, lat, file=nodes.file, place=place)
    return lon, lat


def limits_of(table: Table) -> Floats | None:
    """Speed limits of a table's ``maxspeed`` column, NaN unknown, float64[s]."""
    if not table.has("maxspeed"):
        return None
    words = Words.of(table.column("maxspeed"))
    limits = [parse_maxspeed(word) for word in words.words]
    kmh: Floats = np.array([np.nan if one is None else one for one in limits])[words.code]
    return kmh


def modes_of(road_class: Words | None) -> Ints | None:
    """Bits of the modes of each street by its class alone."""
    if road_class is None:
        return None
    bits: Ints = np.array([class_modes(word) for word in road_class.words], dtype=np.int64)
    return bits[road_class.code]


def source_ids(table: Table) -> Ints | None:
    """Whole-number ids of a table's rows; None where they are something else."""
    import pandas as pd

    if not table.has("id"):
        return None
    ids = pd.to_numeric(table.column("id"), errors="coerce")
    if ids.isna().any() or (np.abs(ids) > 2**53).any():
        return None
    return ids.to_numpy().astype(np.int64)
