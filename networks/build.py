"""From raw nodes and street pieces to a :class:`networks.RoadNetwork`.

Every reader ends here, so that every network keeps the same promises: directed edges in compressed
adjacency sorted by (tail, head, source order), the two directions of a street linked, parallel
streets kept, only the largest strongly connected part of the mode kept (every place reaches every
other), and what was left out reported in kilometres by reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.crs import check_lonlat
from networks.dropped import DroppedPart, DroppedReport
from networks.errors import InputError
from networks.network import MODES, RoadNetwork, SpeedProfile
from networks.projection import Projection
from networks.raw import RawNodes, RawStreets, Shapes, Words, shape_lengths_m
from networks.speeds import SpeedTable, speed_table
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from numpy.typing import NDArray

    from networks.raw import Bools, Floats, Ints

__all__ = ["build_network", "mode_bit"]

ALL_MODES: Final = sum(MODES.values())
# A street of no length or time would let a shortest path turn on the spot.
_SHORTEST_M: Final = 0.01
_SHORTEST_S: Final = 0.001


def mode_bit(mode: str) -> int:
    """Bit of a mode.

    Raises
    ------
    InputError
        If there is no such mode.
    """
    bit = MODES.get(mode)
    if bit is None:
        raise InputError(
            f"mode {mode!r} is not known{did_you_mean(str(mode), MODES)}",
            place="mode",
            mend=f"use one of {', '.join(MODES)}",
        )
    return bit


def build_network(
    nodes: RawNodes,
    streets: RawStreets,
    *,
    mode: str = "car",
    speeds: str | SpeedTable | Mapping[str, float] = "default",
    source: str = "",
    attribution: str = "",
    dropped: DroppedReport | None = None,
    profile: SpeedProfile | None = None,
    file: str | PathLike[str] | None = None,
) -> RoadNetwork:
    """Make the network of one mode.

    Parameters
    ----------
    nodes, streets
        As read; a node that no street touches is passed over.
    mode
        Which of :data:`networks.MODES` travels.
    speeds
        Preset, table or km/h by class, for streets without a time or speed of their own.
    source, attribution
        For the network's record.
    dropped
        What the reader itself left out; the build adds to it.
    profile
        Speeds by period, one column of factors a street as read.
    file
        The file at fault, for errors.

    Returns
    -------
    RoadNetwork
        The largest strongly connected part, nodes in the order read.

    Raises
    ------
    InputError
        For an unknown mode or speed table, coordinates that are not degrees, node ids that occur
        twice, streets to unknown nodes, negative lengths, times or speeds, or when nothing is
        left that the mode can use.
    """
    bit = mode_bit(mode)
    table = speed_table(speeds)
    if len(streets) == 0 or len(nodes.node_id) == 0:
        raise InputError(
            "there are no streets", file=file, mend="name a file that holds streets or links"
        )
    check_lonlat(nodes.lon, nodes.lat, file=file, place="nodes")
    _check_positive(streets, file)
    tail, head = _node_rows(nodes, streets, file)
    edges = _directed(streets, tail, head, nodes)
    parts: list[DroppedPart] = []
    keep = _without_use(edges, bit, parts)
    keep &= _strongly_connected(edges, keep, len(nodes.node_id), parts)
    if not keep.any():
        raise InputError(
            f"no street is left on which mode {mode!r} can go out and come back",
            file=file,
            mend="check one-way values, access and the mode, or name a larger extract",
        )
    order = np.flatnonzero(keep)
    order = order[np.lexsort((order, edges.head[order], edges.tail[order]))]
    report = _merged(dropped, parts, float(edges.length_m[order].sum()) / 1000.0)
    return _assembled(
        nodes, streets, edges, order, table, mode, source, attribution, report, profile
    )


@dataclass(frozen=True)
class _Edges:
    """Directed edges before anything is left out: row of the street and direction."""

    street: Ints
    back: Bools
    tail: Ints
    head: Ints
    twin: Ints
    length_m: Floats
    modes: Ints
    shapes: Shapes


def _check_positive(streets: RawStreets, file: str | PathLike[str] | None) -> None:
    for what, values, zero in (
        ("length", streets.length_m, True),
        ("travel time", streets.time_s, True),
        ("speed", streets.speed_kmh, False),
        ("speed limit", streets.limit_kmh, False),
    ):
        if values is None:
            continue
        wrong = (values < 0.0) if zero else (values <= 0.0)
        if what in {"length", "speed"}:
            wrong |= np.isinf(values)
        if what == "speed" and streets.time_s is not None:
            wrong &= ~np.isinf(streets.time_s)  # closed streets have no speed
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{what} {values[row]:g} cannot be",
                file=file,
                place=f"street {row + 1} of {len(values)}",
                mend="give a positive number, or leave it empty",
            )


def _node_rows(
    nodes: RawNodes, streets: RawStreets, file: str | PathLike[str] | None
) -> tuple[Ints, Ints]:
    order = np.argsort(nodes.node_id, kind="stable")
    ids = nodes.node_id[order]
    twice = np.flatnonzero(ids[1:] == ids[:-1])
    if len(twice):
        raise InputError(
            f"node {ids[twice[0]]} occurs more than once",
            file=file,
            mend="give every node one row",
        )
    rows = []
    for end, what in ((streets.tail, "from"), (streets.head, "to")):
        at = np.minimum(np.searchsorted(ids, end), len(ids) - 1)
        unknown = np.flatnonzero(ids[at] != end)
        if len(unknown):
            row = int(unknown[0])
            raise InputError(
                f"it leads {what} node {end[row]}, which is not among the nodes "
                f"({len(unknown)} such streets)",
                file=file,
                place=f"street {row + 1} of {len(streets)}",
                mend="add the node, or leave the street out",
            )
        rows.append(order[at])
    return rows[0], rows[1]


def _directed(streets: RawStreets, tail: Ints, head: Ints, nodes: RawNodes) -> _Edges:
    size = len(streets)
    forward = np.ones(size, np.bool_) if streets.forward is None else streets.forward
    backward = np.zeros(size, np.bool_) if streets.backward is None else streets.backward
    exists = np.column_stack([forward, backward]).ravel()
    place = np.cumsum(exists) - 1
    slots = np.flatnonzero(exists)
    street, back = slots // 2, slots % 2 == 1
    two_way = (forward & backward)[street]
    twin = np.where(two_way, place[slots ^ 1], -1)
    shapes = _shapes_with_ends(streets, tail, head, nodes)
    length_m = shape_lengths_m(shapes)
    if streets.length_m is not None:
        length_m = np.where(np.isnan(streets.length_m), length_m, streets.length_m)
    edges = _Edges(
        street=street,
        back=back,
        tail=np.where(back, head[street], tail[street]),
        head=np.where(back, tail[street], head[street]),
        twin=twin,
        length_m=length_m[street],
        modes=_of_direction(streets, "modes", street, back, ALL_MODES).astype(np.int64),
        shapes=shapes,
    )
    if streets.twin is None:
        return replace(edges, twin=_found_twins(edges, len(nodes.lon)))
    other = np.where(streets.twin >= 0, place[2 * np.maximum(streets.twin, 0)], -1)
    return replace(edges, twin=other[street])


def _of_direction(
    streets: RawStreets, key: str, street: Ints, back: Bools, missing: float
) -> NDArray[np.generic]:
    values = getattr(streets, key)
    if values is None:
        values = np.full(len(streets), missing)
    forward: NDArray[np.generic] = np.asarray(values)[street]
    if key not in streets.back:
        return forward
    return np.where(back, np.asarray(streets.back[key])[street], forward)


def _shapes_with_ends(streets: RawStreets, tail: Ints, head: Ints, nodes: RawNodes) -> Shapes:
    """Polylines that begin and end exactly at their nodes, turned where given head to tail."""
    if streets.shapes is None:
        ends = np.column_stack([tail, head]).ravel()
        ptr = np.arange(0, len(ends) + 1, 2, dtype=np.int64)
        return Shapes(ptr, nodes.lon[ends], nodes.lat[ends])
    shapes = streets.shapes
    first, last = shapes.ptr[:-1], shapes.ptr[1:] - 1
    off = [
        np.hypot(shapes.lon[point] - nodes.lon[node], shapes.lat[point] - nodes.lat[node])
        for point, node in ((first, tail), (last, head), (first, head), (last, tail))
    ]
    turned = off[0] + off[1] > off[2] + off[3]
    shapes = shapes.taken(np.arange(len(tail)), turned)
    shapes.lon[first], shapes.lat[first] = nodes.lon[tail], nodes.lat[tail]
    shapes.lon[last], shapes.lat[last] = nodes.lon[head], nodes.lat[head]
    return shapes


def _found_twins(edges: _Edges, n_nodes: int) -> Ints:
    """Join edges with the same ends, length (to 1 m or 1 %) and polyline as one street."""
    pair = np.minimum(edges.tail, edges.head) * n_nodes + np.maximum(edges.tail, edges.head)
    up = np.flatnonzero((edges.twin < 0) & (edges.tail < edges.head))
    down = np.flatnonzero((edges.twin < 0) & (edges.tail > edges.head))
    down = down[np.argsort(pair[down], kind="stable")]
    first = np.searchsorted(pair[down], pair[up], side="left")
    count = np.searchsorted(pair[down], pair[up], side="right") - first
    a = np.repeat(up, count)
    b = down[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(a))]
    off_m = np.abs(edges.length_m[a] - edges.length_m[b])
    near = off_m <= np.maximum(1.0, 0.01 * edges.length_m[a])
    near &= _same_line(edges.shapes, edges.street[a], edges.street[b])
    a, b, off_m = a[near], b[near], off_m[near]
    order = np.lexsort((b, a, off_m))
    a, b = a[order], b[order]
    twin = edges.twin.copy()
    while len(a):
        first_of = [np.unique(side, return_index=True)[1] for side in (a, b)]
        best = np.intersect1d(first_of[0], first_of[1])  # nearest to each other
        twin[a[best]], twin[b[best]] = b[best], a[best]
        free = (twin[a] < 0) & (twin[b] < 0)
        a, b = a[free], b[free]
    return twin


def _same_line(shapes: Shapes, a: Ints, b: Ints) -> Bools:
    size = shapes.size
    same = np.zeros(len(a), np.bool_)
    same[:] = size[a] == size[b]
    for values in (shapes.lon, shapes.lat):
        mean = np.add.reduceat(values, shapes.ptr[:-1]) / size
        same &= np.abs(mean[a] - mean[b]) < 1e-6
    return same


def _without_use(edges: _Edges, bit: int, parts: list[DroppedPart]) -> Bools:
    allowed: Bools = (edges.modes & bit) > 0
    # The other direction of a one-way street is no loss.
    back_only = (edges.twin >= 0) & allowed[edges.twin]
    _leave_out(parts, "no_access", edges, ~allowed & ~back_only)
    bare = (edges.shapes.size[edges.street] <= 2) | (edges.length_m <= _SHORTEST_M)
    loop = allowed & (edges.tail == edges.head) & bare
    _leave_out(parts, "loop", edges, loop)
    allowed[loop] = False
    return allowed


def _strongly_connected(
    edges: _Edges, keep: Bools, n_nodes: int, parts: list[DroppedPart]
) -> Bools:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    tail, head = edges.tail[keep], edges.head[keep]
    graph = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(n_nodes, n_nodes))
    _, label = connected_components(graph.tocsr(), directed=True, connection="strong")
    touched = np.zeros(n_nodes, np.bool_)
    touched[tail] = touched[head] = True
    if not touched.any():
        return np.zeros(len(keep), np.bool_)
    size = np.bincount(label[touched])
    # Equal parts: the one that holds the first node, whatever the labels are.
    largest = label[touched][np.argmax(size[label[touched]] == size.max())]
    inside = touched & (label == largest)
    within: Bools = inside[edges.tail] & inside[edges.head]
    lost_nodes = int((touched & ~inside).sum())
    _leave_out(parts, "not_connected", edges, keep & ~within, lost_nodes)
    return within


def _leave_out(
    parts: list[DroppedPart], reason: str, edges: _Edges, mask: Bools, nodes: int = 0
) -> None:
    if mask.any() or nodes:
        km = float(edges.length_m[mask].sum()) / 1000.0
        parts.append(DroppedPart(reason, nodes, int(mask.sum()), km))


def _merged(
    before: DroppedReport | None, parts: list[DroppedPart], kept_km: float
) -> DroppedReport:
    total: dict[str, DroppedPart] = {}
    for part in (*(before.parts if before else ()), *parts):
        seen = total.get(part.reason, DroppedPart(part.reason))
        total[part.reason] = DroppedPart(
            part.reason, seen.nodes + part.nodes, seen.edges + part.edges, seen.km + part.km
        )
    return DroppedReport(tuple(total.values()), kept_km)


def _assembled(
    nodes: RawNodes,
    streets: RawStreets,
    edges: _Edges,
    order: Ints,
    table: SpeedTable,
    mode: str,
    source: str,
    attribution: str,
    dropped: DroppedReport,
    profile: SpeedProfile | None,
) -> RoadNetwork:
    street, back = edges.street[order], edges.back[order]
    used = np.zeros(len(nodes.node_id), np.bool_)
    used[edges.tail[order]] = used[edges.head[order]] = True
    row = np.cumsum(used) - 1
    tail, head = row[edges.tail[order]], row[edges.head[order]]
    new_edge = np.full(len(edges.tail), -1, dtype=np.int64)
    new_edge[order] = np.arange(len(order))
    twin = edges.twin[order]
    lon, lat = nodes.lon[used], nodes.lat[used]
    x, y = Projection.centred_on(lon, lat).to_xy(lon, lat)
    length_m = np.maximum(edges.length_m[order], _SHORTEST_M)
    road_class, class_names = _renumbered(streets.road_class, street)
    limit = _of_direction(streets, "limit_kmh", street, back, np.nan).astype(np.float64)
    name, names = _renumbered(streets.name, street, first="")
    speed_kmh, time_s = _times(
        streets, street, back, length_m, table.speeds(road_class, class_names, limit, mode)
    )
    shapes = edges.shapes.taken(street, back)
    lanes = np.clip(_of_direction(streets, "lanes", street, back, 0).astype(np.int64), 0, 127)
    source_id = np.arange(len(streets)) if streets.source_id is None else streets.source_id
    n_nodes = int(used.sum())
    return RoadNetwork(
        node_id=nodes.node_id[used],
        lon=lon,
        lat=lat,
        x=x,
        y=y,
        indptr=_pointers(tail, n_nodes),
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        in_indptr=_pointers(head, n_nodes),
        in_edge=np.argsort(head, kind="stable").astype(np.int32),
        reverse=np.where(twin >= 0, new_edge[twin], -1).astype(np.int32),
        length_m=length_m,
        speed_kmh=speed_kmh,
        time_s=time_s,
        road_class=road_class.astype(np.int16),
        class_names=class_names,
        lanes=lanes.astype(np.int8),
        name=name.astype(np.int32),
        names=names,
        modes=edges.modes[order].astype(np.uint8),
        source_id=source_id[street],
        shape_ptr=shapes.ptr,
        shape_lon=shapes.lon,
        shape_lat=shapes.lat,
        mode=mode,
        source=source,
        attribution=attribution,
        dropped=dropped,
        profile=SpeedProfile.flat(len(order))
        if profile is None
        else replace(profile, factor=profile.factor[:, street]),
    )


def _pointers(end: Ints, n_nodes: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(end, minlength=n_nodes))]).astype(np.int64)


def _renumbered(
    words: Words | None, street: Ints, first: str | None = None
) -> tuple[Ints, tuple[str, ...]]:
    """Only the words in use, in order of first use, so that a written network reads back equal."""
    if words is None:
        words = Words.same("", int(street.max()) + 1)
    code = words.code[street]
    seen, at, inverse = np.unique(code, return_index=True, return_inverse=True)
    by_use: Iterable[int] = np.argsort(at, kind="stable")
    used = [words.words[seen[i]] for i in by_use]
    kept = [word for word in used if word != first]
    kept = kept if first is None else [first, *kept]
    position = {word: i for i, word in enumerate(kept)}
    new_code = np.array([position[words.words[i]] for i in seen], dtype=np.int64)
    return new_code[inverse], tuple(kept)


def _times(
    streets: RawStreets, street: Ints, back: Bools, length_m: Floats, by_table: Floats
) -> tuple[Floats, Floats]:
    """Speed and time of each edge: a given time holds, then a given speed, then the table's."""
    time_s = _of_direction(streets, "time_s", street, back, np.nan).astype(np.float64)
    speed = _of_direction(streets, "speed_kmh", street, back, np.nan).astype(np.float64)
    timed = ~np.isnan(time_s)
    time_s = np.maximum(time_s, _SHORTEST_S)
    speed = np.where(np.isnan(speed), np.where(timed, 3.6 * length_m / time_s, by_table), speed)
    return speed, np.where(timed, time_s, 3.6 * length_m / speed)
