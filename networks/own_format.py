"""The tables in which a network is written and read back equal, whatever the file format.

A network is two tables and a short record: nodes, directed edges with their polylines, and the
mode, source, attribution, losses and speed periods as JSON. GeoPackage, GeoParquet, GMNS folders
and networkx graphs all carry these.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import build_network
from networks.crs import to_wgs84
from networks.dropped import DroppedPart, DroppedReport
from networks.errors import InputError
from networks.network import MODES, SpeedProfile
from networks.raw import RawNodes, RawStreets, Shapes, Words

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from networks.network import RoadNetwork
    from networks.raw import Floats, Ints

__all__ = [
    "KEY",
    "edge_table",
    "from_tables",
    "node_table",
    "record",
    "shapes_of",
    "shapes_where_given",
]

KEY: Final = "cityops"
"""Name under which the record travels in a file."""

_FACTOR: Final = "speed_factor_"
_NEEDED: Final = (
    "edge",
    "reverse",
    "from_node",
    "to_node",
    "length_m",
    "speed_kmh",
    "time_s",
    "class",
    "lanes",
    "name",
    "modes",
    "source_id",
)


def node_table(network: RoadNetwork) -> pd.DataFrame:
    """Nodes: ``node_id``, ``lon``, ``lat``."""
    import pandas as pd

    return pd.DataFrame({"node_id": network.node_id, "lon": network.lon, "lat": network.lat})


def edge_table(network: RoadNetwork) -> pd.DataFrame:
    """Directed edges in the network's order, with a shapely line each in ``geometry``.

    ``edge`` numbers them, ``reverse`` is the number of the other direction or -1, ``modes`` lists
    the modes, ``speed_factor_<p>`` are the speeds by period where there are periods.
    """
    import pandas as pd
    import shapely

    line = np.repeat(np.arange(network.n_edges), np.diff(network.shape_ptr))
    points = np.column_stack([network.shape_lon, network.shape_lat])
    texts = {bits: _modes_text(bits) for bits in np.unique(network.modes).tolist()}
    columns = {
        "edge": np.arange(network.n_edges, dtype=np.int64),
        "reverse": network.reverse.astype(np.int64),
        "from_node": network.node_id[network.tail],
        "to_node": network.node_id[network.head],
        "length_m": network.length_m,
        "speed_kmh": network.speed_kmh,
        "time_s": network.time_s,
        "class": np.array(network.class_names, dtype=object)[network.road_class],
        "lanes": network.lanes.astype(np.int64),
        "name": np.array(network.names, dtype=object)[network.name],
        "modes": [texts[bits] for bits in network.modes.tolist()],
        "source_id": network.source_id,
    }
    if _has_periods(network):
        for period, factor in enumerate(network.profile.factor):
            columns[f"{_FACTOR}{period}"] = factor
    columns["geometry"] = shapely.linestrings(points, indices=line)
    return pd.DataFrame(columns)


def record(network: RoadNetwork) -> str:
    """Mode, source, attribution, losses and periods as JSON text."""
    profile = network.profile
    return json.dumps(
        {
            "format": 1,
            "mode": network.mode,
            "source": network.source,
            "attribution": network.attribution,
            "dropped": asdict(network.dropped),
            "periods": {
                "of_hour": profile.period_of_hour.tolist(),
                "names": list(profile.names),
                "number": profile.n_periods,
            }
            if _has_periods(network)
            else None,
        },
        ensure_ascii=False,
    )


def from_tables(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    record_json: str,
    *,
    mode: str | None = None,
    file: str | PathLike[str] | None = None,
) -> RoadNetwork:
    """Network of tables as :func:`node_table` and :func:`edge_table` make them.

    Parameters
    ----------
    nodes, edges
        Rows may have been deleted or edited; edges keep their ``edge`` number.
    record_json
        As :func:`record` makes it.
    mode
        Must be the mode that was written, when given.
    file
        The file at fault, for errors.

    Raises
    ------
    InputError
        If the mode is another, the record is damaged or a column is missing.
    """
    known = _read_record(record_json, file)
    if mode is not None and mode != known.mode:
        raise InputError(
            f"it holds the streets for mode {known.mode!r}, not {mode!r}",
            file=file,
            mend=f"read it as {known.mode!r}, or read the original source",
        )
    for column in _NEEDED:
        if column not in edges.columns:
            raise InputError(
                f"column {column!r} is missing", file=file, place="edges", mend="write it anew"
            )
    number = edges["edge"].to_numpy(np.int64)
    row_of = np.full(max(int(number.max(initial=-1)), 0) + 2, -1, dtype=np.int64)
    row_of[number] = np.arange(len(number))
    reverse = edges["reverse"].to_numpy(np.int64)
    reverse = np.where(reverse < len(row_of), reverse, -1)
    streets = RawStreets(
        tail=edges["from_node"].to_numpy(np.int64),
        head=edges["to_node"].to_numpy(np.int64),
        length_m=edges["length_m"].to_numpy(np.float64),
        time_s=edges["time_s"].to_numpy(np.float64),
        speed_kmh=edges["speed_kmh"].to_numpy(np.float64),
        lanes=edges["lanes"].to_numpy(np.int64),
        modes=_mode_bits(edges["modes"]),
        road_class=Words.of(edges["class"]),
        name=Words.of(edges["name"]),
        source_id=edges["source_id"].to_numpy(np.int64),
        twin=np.where(reverse >= 0, row_of[reverse], -1),
        shapes=shapes_of(edges["geometry"].to_numpy()),
    )
    return build_network(
        RawNodes(
            nodes["node_id"].to_numpy(np.int64),
            nodes["lon"].to_numpy(np.float64),
            nodes["lat"].to_numpy(np.float64),
        ),
        streets,
        mode=known.mode,
        source=known.source,
        attribution=known.attribution,
        dropped=known.dropped,
        profile=_profile(edges, known),
        file=file,
    )


def _modes_text(bits: int) -> str:
    """Names of the modes in some bits, comma-separated."""
    return ",".join(mode for mode, bit in MODES.items() if bits & bit)


def shapes_of(lines: object) -> Shapes:
    """Polylines of an array of shapely lines."""
    import shapely

    array = np.asarray(lines, dtype=object)
    points = shapely.get_coordinates(array)
    size = shapely.get_num_coordinates(array)
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return Shapes(ptr, points[:, 0].copy(), points[:, 1].copy())


def shapes_where_given(
    lines: object,
    at: Ints,
    ends: tuple[Floats, Floats, Floats, Floats],
    crs: str | int,
    *,
    file: str | PathLike[str] | None = None,
) -> Shapes:
    """Polylines of all streets when some have a line and the others are straight.

    Parameters
    ----------
    lines, at
        Shapely lines and the streets that have them.
    ends
        Longitude and latitude of every street's tail and head, in degrees.
    crs
        Of the lines.
    file
        For errors.
    """
    curved = shapes_of(lines)
    size = np.full(len(ends[0]), 2, dtype=np.int64)
    size[at] = curved.size
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    lon, lat = np.empty(ptr[-1]), np.empty(ptr[-1])
    first, last = ptr[:-1], ptr[1:] - 1
    lon[first], lat[first], lon[last], lat[last] = ends
    point = np.repeat(ptr[at] - curved.ptr[:-1], curved.size) + np.arange(len(curved.lon))
    lon[point], lat[point] = to_wgs84(curved.lon, curved.lat, crs, file=file)
    return Shapes(ptr, lon, lat)


def _has_periods(network: RoadNetwork) -> bool:
    profile = network.profile
    return profile.n_periods > 1 or not bool((profile.factor == 1.0).all())


@dataclass(frozen=True)
class _Record:
    mode: str
    source: str
    attribution: str
    dropped: DroppedReport
    period_of_hour: tuple[int, ...]
    period_names: tuple[str, ...]
    n_periods: int


def _read_record(text: str, file: str | PathLike[str] | None) -> _Record:
    try:
        known = json.loads(text)
        periods = known["periods"] or {"of_hour": [], "names": [], "number": 0}
        return _Record(
            mode=str(known["mode"]),
            source=str(known["source"]),
            attribution=str(known["attribution"]),
            dropped=DroppedReport(tuple(DroppedPart(**part) for part in known["dropped"]["parts"])),
            period_of_hour=tuple(periods["of_hour"]),
            period_names=tuple(periods["names"]),
            n_periods=int(periods["number"]),
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(
            "the record of the network in it is damaged", file=file, place=KEY, mend="write it anew"
        ) from error


def _mode_bits(texts: pd.Series) -> Ints:
    words = Words.of(texts)
    bits = [sum(MODES.get(one, 0) for one in word.split(",")) for word in words.words]
    return np.array(bits, dtype=np.int64)[words.code]


def _profile(edges: pd.DataFrame, known: _Record) -> SpeedProfile | None:
    if not known.n_periods:
        return None
    columns = [f"{_FACTOR}{i}" for i in range(known.n_periods)]
    return SpeedProfile(
        period_of_hour=np.array(known.period_of_hour, dtype=np.int64),
        factor=np.vstack([edges[column].to_numpy(np.float64) for column in columns]),
        names=known.period_names,
    )
