"""Networks from and to networkx graphs, with the attribute names of OSMnx.

Nodes carry ``x`` and ``y``; edges ``length`` (m), ``highway``, ``name``, ``oneway``, ``maxspeed``,
``lanes``, ``osmid``, ``geometry`` (a shapely line or WKT), ``speed_kph``, ``travel_time`` (s).
OSMnx joins ways and then keeps lists of their values: limits are averaged, the fewest lanes count,
and of all else the first.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from networks.build import build_network
from networks.crs import check_lonlat, to_wgs84
from networks.errors import InputError
from networks.own_format import KEY, edge_table, from_tables, node_table, record, shapes_where_given
from networks.raw import RawNodes, RawStreets, Words
from networks.readers.arcs import modes_of
from networks.speeds import parse_maxspeed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    import networkx as nx

    from networks.network import RoadNetwork
    from networks.raw import Floats, Ints, Shapes
    from networks.speeds import SpeedTable

__all__ = ["from_networkx", "to_networkx"]

_TO_OSMNX: Final = {
    "length_m": "length",
    "speed_kmh": "speed_kph",
    "time_s": "travel_time",
    "class": "highway",
    "source_id": "osmid",
}


def to_networkx(network: RoadNetwork) -> nx.MultiDiGraph[int]:
    """Directed multigraph of a network, nodes by their source's ids.

    Edges have the attributes of OSMnx, and ``edge`` (number in the network), ``reverse`` (number
    of the other direction, -1 none) and ``modes``; :func:`from_networkx` gives the network back
    equal.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.graph.update(
        crs="epsg:4326",
        mode=network.mode,
        attribution=network.attribution,
        **{KEY: record(network)},
    )
    nodes = node_table(network)
    for node, lon, lat in zip(*(nodes[key].tolist() for key in nodes.columns), strict=True):
        graph.add_node(node, x=lon, y=lat)
    edges = edge_table(network).rename(columns=_TO_OSMNX)
    edges["oneway"] = edges["reverse"] < 0
    rows = edges.drop(columns=["from_node", "to_node"])
    ends = zip(edges["from_node"].tolist(), edges["to_node"].tolist(), strict=True)
    columns = [rows[key].tolist() for key in rows.columns]
    names = list(rows.columns)
    for (tail, head), values in zip(ends, zip(*columns, strict=True), strict=True):
        graph.add_edge(tail, head, **dict(zip(names, values, strict=True)))
    return graph


def from_networkx(
    graph: nx.Graph[Any],
    *,
    mode: str | None = None,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int | None = None,
    attribution: str = "",
    file: str | PathLike[str] | None = None,
) -> RoadNetwork:
    """Network of a networkx graph.

    Parameters
    ----------
    graph
        Directed or not (then every edge is two-way), multigraph or not. Nodes have ``x`` and
        ``y``, or ``lon`` and ``lat``.
    mode
        Who travels; that of the network the graph was made from, else ``car``.
    speeds
        For edges without ``travel_time``, ``speed_kph`` and ``maxspeed``.
    crs
        Of the coordinates; the graph's own ``crs`` when not given, else WGS-84.
    attribution
        The line that must accompany the streets.
    file
        Where the graph is from, for errors.

    Raises
    ------
    InputError
        For a graph without edges or coordinates, or with values that are no numbers.
    """
    if graph.number_of_edges() == 0:
        raise InputError("the graph has no edges", file=file, mend="give it streets")
    edges = list(graph.edges(data=True))
    if KEY in graph.graph and all("edge" in values for _, _, values in edges):
        return _own(graph, edges, mode, file)
    ids = list(graph.nodes)
    row_of = {node: row for row, node in enumerate(ids)}
    number = _node_numbers(ids)
    lon, lat = _places(graph, crs, file)
    tail = np.array([row_of[u] for u, _, _ in edges], dtype=np.int64)
    head = np.array([row_of[v] for _, v, _ in edges], dtype=np.int64)
    values = [one for _, _, one in edges]
    road_class = Words.of(_first(one.get("highway")) for one in values)
    has_class = any("highway" in one for one in values)
    streets = RawStreets(
        tail=number[tail],
        head=number[head],
        forward=np.ones(len(edges), np.bool_),
        backward=np.full(len(edges), not graph.is_directed()),
        length_m=_numbers(values, "length", file),
        time_s=_numbers(values, "travel_time", file),
        speed_kmh=_numbers(values, "speed_kph", file),
        limit_kmh=_mapped(values, "maxspeed", _limit),
        lanes=_mapped(values, "lanes", _lanes).astype(np.int64),
        modes=modes_of(road_class) if has_class else None,
        road_class=road_class,
        name=Words.of(_first(one.get("name")) for one in values),
        source_id=_mapped(values, "osmid", _whole).astype(np.int64),
        shapes=_shapes(values, tail, head, (lon, lat), _crs(graph, crs), file),
    )
    return build_network(
        RawNodes(number, lon, lat),
        streets,
        mode=mode or "car",
        speeds=speeds,
        source=str(graph.graph.get("created_with", graph.graph.get("name", "")) or "networkx"),
        attribution=attribution or str(graph.graph.get("attribution", "")),
        file=file,
    )


def _node_numbers(ids: list[Any]) -> Ints:
    """Whole-number ids as they are, others in order; GraphML keeps numbers as text."""
    try:
        numbers = np.array([int(one) for one in ids], dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        return np.arange(len(ids), dtype=np.int64)
    same = len(np.unique(numbers)) == len(ids)
    return numbers if same else np.arange(len(ids), dtype=np.int64)


def _crs(graph: nx.Graph[Any], crs: str | int | None) -> str | int:
    return crs if crs is not None else str(graph.graph.get("crs") or "wgs84")


def _places(
    graph: nx.Graph[Any], crs: str | int | None, file: str | PathLike[str] | None
) -> tuple[Floats, Floats]:
    x, y = np.empty(len(graph)), np.empty(len(graph))
    for row, (node, values) in enumerate(graph.nodes(data=True)):
        east, north = values.get("x", values.get("lon")), values.get("y", values.get("lat"))
        try:
            x[row], y[row] = float(east), float(north)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"node {node!r} has no coordinates (x={east!r}, y={north!r})",
                file=file,
                mend="give every node x and y, or lon and lat",
            ) from error
    lon, lat = to_wgs84(x, y, _crs(graph, crs), file=file)
    check_lonlat(lon, lat, file=file, place="nodes")
    return lon, lat


def _numbers(values: list[dict[str, Any]], key: str, file: str | PathLike[str] | None) -> Floats:
    out = np.full(len(values), np.nan)
    for row, one in enumerate(values):
        given = _first(one.get(key))
        if given is None or given == "":
            continue
        try:
            out[row] = float(given)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{given!r} is not a number",
                file=file,
                place=f"edge {row + 1}, {key!r}",
                mend="give a number, or leave it out",
            ) from error
    return out


def _mapped(values: list[dict[str, Any]], key: str, meaning: Callable[[Any], float]) -> Floats:
    return np.array([meaning(_listed(one.get(key))) for one in values], dtype=np.float64)


def _listed(value: Any) -> Any:  # noqa: ANN401 - graph attributes are whatever their maker put
    """Turn a list that GraphML kept as text back into a list."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            return ast.literal_eval(value)
        except (SyntaxError, ValueError):
            return value
    return value


def _first(value: Any) -> Any:  # noqa: ANN401 - graph attributes are whatever their maker put
    value = _listed(value)
    if isinstance(value, (list, tuple)):
        return value[0] if value else None
    return value


def _limit(value: Any) -> float:  # noqa: ANN401 - graph attributes are whatever their maker put
    limit = parse_maxspeed(value)
    return float("nan") if limit is None else limit


def _lanes(value: Any) -> float:  # noqa: ANN401 - graph attributes are whatever their maker put
    counts = [_whole(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
    return float(min(counts))


def _whole(value: Any) -> float:  # noqa: ANN401 - graph attributes are whatever their maker put
    try:
        return float(int(float(_first(value))))
    except (TypeError, ValueError):
        return 0.0


def _shapes(
    values: list[dict[str, Any]],
    tail: Ints,
    head: Ints,
    places: tuple[Floats, Floats],
    crs: str | int,
    file: str | PathLike[str] | None,
) -> Shapes | None:
    import shapely

    lines = [one.get("geometry") for one in values]
    if not any(line is not None for line in lines):
        return None
    try:
        given = [shapely.from_wkt(line) if isinstance(line, str) else line for line in lines]
    except shapely.errors.GEOSException as error:
        raise InputError(
            "an edge's geometry is not WKT", file=file, mend="write lines as LINESTRING (...)"
        ) from error
    at = np.flatnonzero([line is not None for line in given])
    lon, lat = places
    ends = (lon[tail], lat[tail], lon[head], lat[head])
    return shapes_where_given([given[row] for row in at], at, ends, crs, file=file)


def _own(
    graph: nx.Graph[Any],
    edges: list[tuple[Any, Any, dict[str, Any]]],
    mode: str | None,
    file: str | PathLike[str] | None,
) -> RoadNetwork:
    import pandas as pd
    import shapely

    frame = pd.DataFrame([values for _, _, values in edges])
    frame = frame.rename(columns={theirs: ours for ours, theirs in _TO_OSMNX.items()})
    frame["from_node"] = [int(tail) for tail, _, _ in edges]
    frame["to_node"] = [int(head) for _, head, _ in edges]
    lines = np.empty(len(frame), dtype=object)
    for row, line in enumerate(frame["geometry"]):
        lines[row] = shapely.from_wkt(line) if isinstance(line, str) else line
    frame["geometry"] = lines
    nodes = pd.DataFrame(
        {
            "node_id": [int(node) for node in graph.nodes],
            "lon": [float(values["x"]) for _, values in graph.nodes(data=True)],
            "lat": [float(values["y"]) for _, values in graph.nodes(data=True)],
        }
    )
    return from_tables(nodes, frame, graph.graph[KEY], mode=mode, file=file)
