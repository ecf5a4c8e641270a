"""Writing a network so that it reads back equal, and opens in other programs.

GeoPackage (``.gpkg``: layers ``edges`` and ``nodes``, table ``cityops``) for desktop GIS,
GeoParquet (``.parquet``: the edges) for data frames, a GMNS folder (``node.csv``, ``link.csv``,
``config.csv``; General Modeling Network Specification 0.96) for traffic models.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from networks.errors import InputError
from networks.own_format import KEY, edge_table, node_table, record

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd

    from networks.network import RoadNetwork

__all__ = ["write_network"]

_GMNS_FILES: Final = frozenset({"node.csv", "link.csv", "config.csv", f"{KEY}.json"})


def write_network(network: RoadNetwork, path: str | PathLike[str]) -> Path:
    """Write a network; :func:`networks.read_network` gives it back equal.

    Parameters
    ----------
    network
        Any network.
    path
        A ``.gpkg`` or ``.parquet`` file, or a name without an ending for a GMNS folder. What was
        there is replaced once the new one is whole.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    InputError
        If the ending is another, or the folder for it does not exist.
    """
    place = Path(path).expanduser()
    writer = {".gpkg": _write_gpkg, ".parquet": _write_parquet, "": _write_gmns}.get(
        place.suffix.lower()
    )
    if writer is None:
        raise InputError(
            f"networks are not written as {place.suffix!r}",
            file=place,
            mend="end the name in .gpkg or .parquet, or give a folder for GMNS tables",
        )
    if not place.parent.is_dir():
        raise InputError("its folder does not exist", file=place, mend=f"create {place.parent}")
    if place.is_file() and not place.suffix:
        raise InputError("a file of this name is there", file=place, mend="choose another name")
    if place.is_dir() and not {one.name for one in place.iterdir()} <= _GMNS_FILES:
        raise InputError(
            "this folder holds other files", file=place, mend="name a new folder for the tables"
        )
    partial = place.with_name(f"{place.stem}.partial{place.suffix}")
    _remove(partial)
    writer(network, partial)
    _remove(place)
    partial.rename(place)
    return place


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _edges(network: RoadNetwork) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.GeoDataFrame(edge_table(network), geometry="geometry", crs="EPSG:4326")


def _write_gpkg(network: RoadNetwork, place: Path) -> None:
    import geopandas as gpd
    import pandas as pd
    import pyogrio

    _edges(network).to_file(place, layer="edges", driver="GPKG", engine="pyogrio")
    nodes = node_table(network)
    points = gpd.points_from_xy(nodes["lon"], nodes["lat"], crs="EPSG:4326")
    gpd.GeoDataFrame(nodes, geometry=points).to_file(
        place, layer="nodes", driver="GPKG", engine="pyogrio"
    )
    words = pd.DataFrame({"key": [KEY], "value": [record(network)]})
    pyogrio.write_dataframe(words, place, layer=KEY, driver="GPKG")


def _write_parquet(network: RoadNetwork, place: Path) -> None:
    import pyarrow.parquet as pq

    edges = _edges(network)
    edges.insert(4, "from_row", network.tail)
    edges.insert(5, "to_row", network.head)
    edges.to_parquet(place, index=False)
    table = pq.read_table(place)
    metadata = {**(table.schema.metadata or {}), KEY.encode(): record(network).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), place)


def _write_gmns(network: RoadNetwork, place: Path) -> None:
    import pandas as pd
    import shapely

    place.mkdir()
    nodes = node_table(network)
    nodes.columns = ["node_id", "x_coord", "y_coord"]
    nodes.to_csv(place / "node.csv", index=False)
    links = edge_table(network).rename(
        columns={
            "edge": "link_id",
            "from_node": "from_node_id",
            "to_node": "to_node_id",
            "length_m": "length",
            "speed_kmh": "free_speed",
            "class": "facility_type",
            "modes": "allowed_uses",
            "reverse": "reverse_link_id",
        }
    )
    links.insert(4, "directed", 1)
    links["geometry"] = shapely.to_wkt(links["geometry"], rounding_precision=-1)
    links["dir_flag"] = 1
    links.to_csv(place / "link.csv", index=False)
    config = {
        "dataset_name": network.source,
        "long_length": "m",
        "speed": "km/h",
        "crs": "EPSG:4326",
        "geometry_field_format": "WKT",
        "version_number": 0.96,
        "id_type": "integer",
    }
    pd.DataFrame([config]).to_csv(place / "config.csv", index=False)
    (place / f"{KEY}.json").write_text(record(network) + "\n", encoding="utf-8")
