"""Street lines of any layer that geopandas reads: GeoPackage, GeoJSON, shapefile, GeoParquet.

Where streets meet is told by their end points, rounded to about 0.1 m, or by node columns. What
each column means is told by a mapping; usual names (OpenStreetMap, Geofabrik, OSMnx) are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import build_network
from networks.crs import check_lonlat, to_wgs84
from networks.errors import InputError
from networks.own_format import KEY, from_tables
from networks.raw import RawNodes, RawStreets, Shapes, Words, shape_lengths_m
from networks.readers.arcs import limits_of, modes_of, source_ids
from networks.readers.cutting import cut_lines, repeated
from networks.readers.files import existing_path
from networks.readers.tables import Table
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

    import geopandas as gpd

    from networks.network import RoadNetwork
    from networks.raw import Bools, Floats, Ints
    from networks.speeds import SpeedTable

__all__ = ["LINE_ENDINGS", "read_lines"]

LINE_ENDINGS: Final = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet", ".fgb", ".gml")

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "class": ("highway", "fclass", "class", "road_class", "facility_type"),
    "name": ("name", "road_name", "street", "名称", "道路名称"),
    "oneway": ("oneway", "one_way"),
    "maxspeed": ("maxspeed", "speed_limit"),
    "lanes": ("lanes",),
    "from": ("u", "from_node_id", "from_node"),
    "to": ("v", "to_node_id", "to_node"),
    "id": ("osm_id", "osmid", "raw_eid", "id", "eid", "link_id"),
    "length_m": ("length_m",),
    "time_s": ("time_s",),
    "speed_kmh": ("speed_kmh", "speed_kph"),
}
_DIRECTIONS: Final[dict[str, tuple[bool, bool]]] = {
    "forward": (True, False),
    "backward": (False, True),
    "both": (True, True),
    "closed": (False, False),
}
# OpenStreetMap's words, Geofabrik's letters (F along the line, T against it, B both), ArcGIS's.
_ONEWAY: Final[dict[str, str]] = {
    **dict.fromkeys(("yes", "true", "1", "1.0", "f", "ft", "forward", "t/f"), "forward"),
    **dict.fromkeys(("-1", "-1.0", "reverse", "t", "tf", "backward"), "backward"),
    **dict.fromkeys(("no", "false", "0", "0.0", "b", "", "both", "alternating"), "both"),
    **dict.fromkeys(("reversible", "n"), "closed"),
}


def read_lines(
    path: str | PathLike[str],
    columns: Mapping[str, str] | None = None,
    *,
    mode: str | None = None,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int | None = None,
    layer: str | None = None,
    oneway_values: Mapping[str, str] | None = None,
    directed: bool | None = None,
    split: bool = False,
    attribution: str = "",
) -> RoadNetwork:
    """Read a layer of street lines.

    Parameters
    ----------
    path
        A file that geopandas reads; a shapefile may be zipped with its parts.
    columns
        Column by meaning where the usual names do not do: ``class``, ``name``, ``oneway``,
        ``maxspeed``, ``lanes``, ``from``, ``to`` (node ids), ``id``, ``length_m``, ``time_s``,
        ``speed_kmh``.
    mode
        Who travels; the mode of a file that this project wrote, else ``car``.
    speeds
        Where no limit is mapped.
    crs
        Of the coordinates, when the file does not say or says it wrongly: ``wgs84``, ``gcj02``,
        ``bd09`` or an EPSG code.
    layer
        Which layer; the one with lines when not given.
    oneway_values
        ``forward``, ``backward``, ``both`` or ``closed`` by value of the one-way column, for
        sources with words of their own.
    directed
        Each line is one direction of travel (True), or stands for both unless its one-way column
        says otherwise (False). When not given, lines are directed if there is no one-way column
        and at least a tenth of them has a mirror image in the layer.
    split
        Cut lines where they share a vertex with another, for layers that are not cut at junctions;
        node columns are then not used.
    attribution
        The line that must accompany the streets.

    Raises
    ------
    InputError
        For every fault in the file, with layer, row and column.
    """
    place = existing_path(path)
    frame, layer_name = _frame(place, layer)
    if frame is None:
        return _own(place, mode)
    table, shapes = _lines(frame, layer_name, columns, place)
    shapes = _in_degrees(shapes, frame, crs, place, layer_name)
    if directed is None:
        directed = not table.has("oneway") and _mirrored_share(shapes) >= 0.1
    forward, backward = _sides(table, oneway_values or {}, directed=directed)
    start = np.arange(len(shapes.ptr) - 1)
    share = np.ones(len(start))
    if split:
        start, share, shapes = _split(shapes)
    nodes, tail, head = _ends(shapes, None if split else table)
    road_class = Words.of(table.column("class")) if table.has("class") else None
    name = Words.of(table.column("name")) if table.has("name") else None
    modes = modes_of(road_class)
    ids = source_ids(table)
    streets = RawStreets(
        tail=tail,
        head=head,
        forward=forward[start],
        backward=backward[start],
        length_m=_shared(table.positive("length_m"), start, share),
        time_s=_shared(table.positive("time_s"), start, share),
        speed_kmh=_picked(table.positive("speed_kmh", zero=False), start),
        limit_kmh=_picked(limits_of(table), start),
        lanes=_lanes(table, start),
        modes=None if modes is None else modes[start],
        road_class=None if road_class is None else Words(road_class.code[start], road_class.words),
        name=None if name is None else Words(name.code[start], name.words),
        source_id=start if ids is None else ids[start],
        shapes=shapes,
    )
    return build_network(
        nodes,
        streets,
        mode=mode or "car",
        speeds=speeds,
        source=place.name,
        attribution=attribution,
        file=place,
    )


def _frame(place: Path, layer: str | None) -> tuple[gpd.GeoDataFrame | None, str]:
    """Read the layer with the lines; None for a file that this project wrote."""
    import geopandas as gpd

    try:
        if place.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            if KEY.encode() in (pq.read_schema(place).metadata or {}):
                return None, ""
            return gpd.read_parquet(place), ""
        name = _layer(place, layer)
        if name == KEY:
            return None, ""
        return gpd.read_file(place, layer=name, engine="pyogrio"), name
    except InputError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(
            "it cannot be read as a layer of lines: damaged, or of another kind than its name says",
            file=place,
            mend=f"use one of {', '.join(LINE_ENDINGS)}",
        ) from error


def _layer(place: Path, layer: str | None) -> str:
    import pyogrio

    found = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(place)]
    names = [name for name, _ in found]
    if layer is not None:
        if layer not in names:
            raise InputError(
                f"layer {layer!r} is missing{did_you_mean(layer, names)}",
                file=place,
                mend=f"it has {', '.join(names)}",
            )
        return layer
    if {KEY, "edges", "nodes"} <= set(names):
        return KEY
    lines = [name for name, kind in found if "LineString" in kind]
    maybe = lines or [name for name, kind in found if kind in {"Unknown", "GeometryCollection"}]
    if len(maybe) != 1:
        raise InputError(
            f"it has {len(maybe)} layers of lines",
            file=place,
            place="layer",
            mend=f"name one of {', '.join(names)}" if maybe else "name a file with street lines",
        )
    return maybe[0]


def _lines(
    frame: gpd.GeoDataFrame, layer: str, columns: Mapping[str, str] | None, place: Path
) -> tuple[Table, Shapes]:
    import shapely

    geometry = frame.geometry
    usable = geometry.notna() & ~geometry.is_empty
    kinds = set(geometry[usable].geom_type)
    if kinds - {"LineString", "MultiLineString"}:
        raise InputError(
            f"it holds {', '.join(sorted(kinds - {'LineString', 'MultiLineString'}))}, not lines",
            file=place,
            place=f"layer {layer!r}" if layer else None,
            mend="name a layer of street lines",
        )
    frame = frame[usable].explode(index_parts=False, ignore_index=True)
    table = Table.of(frame.drop(columns=frame.geometry.name), _COLUMNS, columns, file=place)
    lines = shapely.force_2d(frame.geometry.to_numpy())
    points = shapely.get_coordinates(lines)
    size = shapely.get_num_coordinates(lines)
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return table, Shapes(ptr, points[:, 0].copy(), points[:, 1].copy())


def _in_degrees(
    shapes: Shapes, frame: gpd.GeoDataFrame, crs: str | int | None, place: Path, layer: str
) -> Shapes:
    where = f"layer {layer!r}" if layer else None
    if crs is None:
        if frame.crs is None:
            raise InputError(
                "it does not say its coordinate system (a shapefile without .prj?)",
                file=place,
                place=where,
                mend='say it: crs = "wgs84" for degrees, "gcj02", "bd09", or an EPSG code',
            )
        crs = "wgs84" if frame.crs.to_epsg() == 4326 else frame.crs.to_wkt()
    lon, lat = to_wgs84(shapes.lon, shapes.lat, crs, file=place)
    check_lonlat(lon, lat, file=place, place=where)
    return Shapes(shapes.ptr, lon, lat)


def _sides(table: Table, values: Mapping[str, str], *, directed: bool) -> tuple[Bools, Bools]:
    """Directions of travel that each line stands for."""
    size = len(table.frame)
    if directed or not table.has("oneway"):
        return np.ones(size, np.bool_), np.full(size, not directed)
    known = {**_ONEWAY, **{str(k).strip().lower(): v for k, v in values.items()}}
    words = Words.of(table.column("oneway"))
    sides = []
    for code, word in enumerate(words.words):
        meaning = known.get(word.lower())
        if meaning not in _DIRECTIONS:
            row = int(np.flatnonzero(words.code == code)[0])
            raise InputError(
                f"one-way value {word!r} is not known",
                file=table.file,
                place=f"row {row + 1}, column {table.column_of['oneway']!r}",
                mend="say what it means: oneway_values = "
                f"{{ {word!r} = 'forward' }} (or backward, both, closed)",
            )
        sides.append(_DIRECTIONS[meaning])
    both = np.array(sides, dtype=np.bool_)[words.code]
    return both[:, 0], both[:, 1]


def _mirrored_share(shapes: Shapes) -> float:
    """Share of lines whose mirror image is in the layer too."""
    first, last = shapes.ptr[:-1], shapes.ptr[1:] - 1
    key = _point_keys(shapes.lon, shapes.lat)
    n = int(key.max()) + 1
    size = shapes.size
    there = key[first] * n + key[last]
    back = key[last] * n + key[first]
    same = np.isin(back * 64 + size % 64, there * 64 + size % 64) & (key[first] != key[last])
    return float(same.mean()) if len(same) else 0.0


def _point_keys(lon: Floats, lat: Floats) -> Ints:
    """Give points in the same cell of about 0.1 m one number, in order of appearance."""
    import pandas as pd

    cell = np.round(lon * 1e6).astype(np.int64) * 1_000_000_000 + np.round(lat * 1e6).astype(
        np.int64
    )
    code, _ = pd.factorize(cell)
    return code.astype(np.int64)


def _split(shapes: Shapes) -> tuple[Ints, Floats, Shapes]:
    """Cut lines at shared vertices: line of each piece, its share of the length, polylines."""
    key = _point_keys(shapes.lon, shapes.lat)
    cut = repeated(key)
    leg = np.ones(len(key), np.bool_)
    first, last = shapes.ptr[:-1], shapes.ptr[1:] - 1
    leg[last] = False
    cut[first] = cut[last] = True
    pieces = cut_lines(cut, leg)
    line = np.repeat(np.arange(len(first)), shapes.size)[pieces.start]
    cut_shapes = Shapes(pieces.ptr, shapes.lon[pieces.point], shapes.lat[pieces.point])
    whole_m = shape_lengths_m(shapes)
    share = shape_lengths_m(cut_shapes) / np.maximum(whole_m, 1e-9)[line]
    return line, share, cut_shapes


def _ends(shapes: Shapes, table: Table | None) -> tuple[RawNodes, Ints, Ints]:
    first, last = shapes.ptr[:-1], shapes.ptr[1:] - 1
    ends = np.column_stack([first, last]).ravel()
    if table is not None and table.has("from") and table.has("to"):
        pair = [table.numbers("from"), table.numbers("to")]
        ids = np.column_stack([np.asarray(one) for one in pair]).ravel()
        wrong = np.flatnonzero(~(np.isfinite(ids) & (ids == np.floor(ids))))
        if len(wrong):
            raise InputError(
                "a node id is missing or no whole number",
                file=table.file,
                place=f"row {wrong[0] // 2 + 1}, columns {table.column_of['from']!r} "
                f"and {table.column_of['to']!r}",
                mend="leave the node columns out, and ends are matched by their place",
            )
        node = ids.astype(np.int64)
    else:
        node = _point_keys(shapes.lon[ends], shapes.lat[ends])
    node_id, at = np.unique(node, return_index=True)
    nodes = RawNodes(node_id, shapes.lon[ends[at]], shapes.lat[ends[at]])
    return nodes, node[0::2], node[1::2]


def _lanes(table: Table, rows: Ints) -> Ints | None:
    if not table.has("lanes"):
        return None
    words = Words.of(table.column("lanes"))
    counts = [int(float(word)) if _is_number(word) else 0 for word in words.words]
    return np.array(counts, dtype=np.int64)[words.code][rows]


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _picked(values: Floats | None, rows: Ints) -> Floats | None:
    return None if values is None else values[rows]


def _shared(values: Floats | None, rows: Ints, share: Floats) -> Floats | None:
    return None if values is None else values[rows] * share


def _own(place: Path, mode: str | None) -> RoadNetwork:
    """Read back a GeoPackage or GeoParquet file that this project wrote."""
    import geopandas as gpd
    import pandas as pd
    import pyogrio

    if place.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        words = pq.read_schema(place).metadata[KEY.encode()].decode()
        edges = gpd.read_parquet(place)
        points = edges.geometry.get_coordinates()
        ends = pd.DataFrame({"row": edges["from_row"], "node_id": edges["from_node"]})
        first = points.groupby(level=0, sort=False).first()
        nodes = ends.assign(lon=first["x"].to_numpy(), lat=first["y"].to_numpy())
        return from_tables(
            nodes.drop_duplicates("row").sort_values("row"), edges, words, mode=mode, file=place
        )
    record = pyogrio.read_dataframe(place, layer=KEY)
    words = str(record.loc[record["key"] == KEY, "value"].iloc[0])
    nodes = pyogrio.read_dataframe(place, layer="nodes", read_geometry=False)
    edges = gpd.read_file(place, layer="edges", engine="pyogrio")
    return from_tables(nodes, edges, words, mode=mode, file=place)
