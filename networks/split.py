"""Streets cut where things stand: each place along a street becomes a junction of its own.

What stops along streets then goes from junction to junction, over whole edges, like everything
else. Junctions keep their numbers, and the new ones follow; a street that is cut keeps its name,
class, lanes and speeds in all its parts, and its length and time are shared among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.projection import Projection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork
    from networks.snap import Positions

__all__ = ["SplitStreets", "split_at"]

_NEAR_M = 1.0
"""Places so near to a junction, or to each other, are one."""


@dataclass(frozen=True, eq=False)
class SplitStreets:
    """Streets that were cut.

    Parameters
    ----------
    network
        The streets, with a junction at every place.
    node : int64[k]
        Junction of each place; -1 where it had no street.
    origin : int64[m]
        Edge of the uncut streets of which each edge is a part.
    """

    network: RoadNetwork
    node: NDArray[np.int64]
    origin: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Cut:
    """A junction to be made: where along which edges, from their tails, and where on the map."""

    along: tuple[tuple[int, float], ...]
    lon: float
    lat: float


def split_at(
    network: RoadNetwork, places: Positions, own_side: NDArray[np.bool_] | None = None
) -> SplitStreets:
    """Cut streets at places.

    Parameters
    ----------
    network
        The streets.
    places
        Positions on them, as `networks.snap.snap` finds them; the edge of a position may be either
        direction of its street.
    own_side : bool[k], optional
        Whether a place lies on the direction of its edge only, so that nobody who travels the
        other way stops there. The two directions of such a street are then one-way streets of
        their own, without a turn between them but at their ends. All directions where not given.

    Returns
    -------
    SplitStreets
        The same streets in the same order of junctions where nothing is cut.
    """
    alone = np.zeros(len(places), np.bool_) if own_side is None else own_side
    node, cuts = _cuts(network, places, alone)
    if not cuts:
        return SplitStreets(network, node, np.arange(network.n_edges, dtype=np.int64))
    parts = _Parts(network, cuts)
    return SplitStreets(parts.network(), node, parts.origin)


def _cuts(
    network: RoadNetwork, places: Positions, alone: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[_Cut]]:
    """Give the junction of each place, and those that are to be made."""
    node = np.full(len(places), -1, dtype=np.int64)
    cuts: list[_Cut] = []
    order = np.lexsort((places.fraction, places.edge))
    last: dict[tuple[int, bool], tuple[float, int]] = {}  # metres and junction of the cut before
    for k in order.tolist():
        edge, share = int(places.edge[k]), float(places.fraction[k])
        if edge < 0:
            continue
        twin, one = int(network.reverse[edge]), bool(alone[k])
        if not one and 0 <= twin < edge:
            edge, twin, share = twin, edge, 1.0 - share
        length = float(network.length_m[edge])
        at = share * length
        if at <= _NEAR_M or length - at <= _NEAR_M:
            node[k] = network.tail[edge] if 2 * at <= length else network.head[edge]
            continue
        before = last.get((edge, one))
        if before is not None and abs(at - before[0]) <= _NEAR_M:
            node[k] = before[1]
            continue
        both = () if one or twin < 0 else ((twin, 1.0 - share),)
        node[k] = network.n_nodes + len(cuts)
        cuts.append(_Cut(((edge, share), *both), float(places.lon[k]), float(places.lat[k])))
        last[edge, one] = (at, int(node[k]))
    return node, cuts


class _Parts:
    """Edges of the cut streets, in the order of networks: by tail, head, and source."""

    def __init__(self, network: RoadNetwork, cuts: list[_Cut]) -> None:
        self.old = network
        self.cuts = cuts
        by_edge: dict[int, list[tuple[float, int]]] = {}
        for number, cut in enumerate(cuts):
            for edge, share in cut.along:
                by_edge.setdefault(edge, []).append((share, network.n_nodes + number))
        self.lon = np.concatenate([network.lon, [cut.lon for cut in cuts]])
        self.lat = np.concatenate([network.lat, [cut.lat for cut in cuts]])
        rows: list[tuple[int, int, int, float, float]] = []  # origin, tail, head, from and to share
        for edge in range(network.n_edges):
            ends = [(0.0, int(network.tail[edge])), *sorted(by_edge.get(edge, ()))]
            ends.append((1.0, int(network.head[edge])))
            for (low, tail), (high, head) in pairwise(ends):
                rows.append((edge, tail, head, low, high))
        table = np.array([row[:3] for row in rows], dtype=np.int64)
        shares = np.array([row[3:] for row in rows], dtype=np.float64)
        order = np.lexsort((np.arange(len(rows)), table[:, 2], table[:, 1]))
        self.origin, self.tail, self.head = (table[order, k].copy() for k in range(3))
        self.low, self.high = shares[order, 0], shares[order, 1]

    def network(self) -> RoadNetwork:
        """Put the network together."""
        old, origin, n = self.old, self.origin, len(self.lon)
        share = self.high - self.low
        x, y = Projection.centred_on(self.lon, self.lat).to_xy(self.lon, self.lat)
        first = int(old.node_id.max()) + 1
        ids = np.concatenate([old.node_id, first + np.arange(len(self.cuts))])
        shapes = [self._shape(k) for k in range(len(origin))]
        sizes = [len(lon) for lon, _ in shapes]
        return replace(
            old,
            node_id=ids,
            lon=self.lon,
            lat=self.lat,
            x=x,
            y=y,
            indptr=_pointers(self.tail, n),
            tail=self.tail.astype(np.int32),
            head=self.head.astype(np.int32),
            in_indptr=_pointers(self.head, n),
            in_edge=np.argsort(self.head, kind="stable").astype(np.int32),
            reverse=self._reverse(),
            length_m=old.length_m[origin] * share,
            speed_kmh=old.speed_kmh[origin],
            time_s=old.time_s[origin] * share,
            road_class=old.road_class[origin],
            lanes=old.lanes[origin],
            name=old.name[origin],
            modes=old.modes[origin],
            source_id=old.source_id[origin],
            shape_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            shape_lon=np.concatenate([lon for lon, _ in shapes]),
            shape_lat=np.concatenate([lat for _, lat in shapes]),
            profile=replace(old.profile, factor=old.profile.factor[:, origin]),
        )

    def _reverse(self) -> NDArray[np.int32]:
        """Join parts that are the same stretch of the two directions of a street."""
        twin = self.old.reverse[self.origin]
        place = {
            (int(o), int(t), int(h)): k
            for k, (o, t, h) in enumerate(zip(self.origin, self.tail, self.head, strict=True))
        }
        found = [
            place.get((int(other), int(head), int(tail)), -1) if other >= 0 else -1
            for other, tail, head in zip(twin, self.tail, self.head, strict=True)
        ]
        return np.array(found, dtype=np.int32)

    def _shape(self, part: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Line of a part, from junction to junction."""
        edge, old = int(self.origin[part]), self.old
        span = slice(int(old.shape_ptr[edge]), int(old.shape_ptr[edge + 1]))
        lon, lat = old.shape_lon[span], old.shape_lat[span]
        if self.low[part] == 0.0 and self.high[part] == 1.0:
            return lon, lat
        x, y = old.shape_xy[0][span], old.shape_xy[1][span]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        inside = (along > self.low[part] * along[-1]) & (along < self.high[part] * along[-1])
        tail, head = self.tail[part], self.head[part]
        return (
            np.concatenate([self.lon[tail, None], lon[inside], self.lon[head, None]]),
            np.concatenate([self.lat[tail, None], lat[inside], self.lat[head, None]]),
        )


def _pointers(end: NDArray[np.int64], n_nodes: int) -> NDArray[np.int64]:
    counts = np.bincount(end, minlength=n_nodes)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
