"""The streets of one district, immutable: what every simulation and optimiser drives on.

A :class:`RoadNetwork` is a directed graph in compressed adjacency (forward and backward), with
each edge's length, class, lanes, speed, name, permitted modes and polyline. Changes make a new
network that shares what did not change. Travel times vary by period of the week
(:class:`SpeedProfile`); where places lie between two junctions they are positions *on* an edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.arrays import ARRAYS, check_shapes, content_hash
from networks.dropped import DroppedPart, DroppedReport
from networks.errors import InputError
from networks.profile import HOURS_OF_WEEK, SpeedProfile, frozen
from networks.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from networks.cch.topology import Topology
    from networks.components import Component
    from networks.paths import Path
    from networks.snap import Grid, Position, Positions
    from networks.trips import Nearest

__all__ = [
    "HOURS_OF_WEEK",
    "MODES",
    "DroppedPart",
    "DroppedReport",
    "RoadNetwork",
    "SpeedProfile",
]

MODES: dict[str, int] = {"car": 1, "truck": 2, "bike": 4, "walk": 8}
"""Bits of ``RoadNetwork.modes``."""


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Streets of one mode, strongly connected when a reader made them.

    Every reader ends in :func:`networks.build_network`, which fills the arrays consistently; n is
    the number of nodes and m of directed edges, sorted by (tail, head, source order).

    Parameters
    ----------
    node_id
        The source's node ids, int64[n].
    lon, lat
        WGS-84 degrees, float64[n].
    x, y
        Metres in ``projection``, float64[n].
    indptr, tail, head
        Edges that leave node v are ``indptr[v]:indptr[v+1]``; int64[n+1], int32[m], int32[m].
    in_indptr, in_edge
        Edges that enter node v are ``in_edge[in_indptr[v]:in_indptr[v+1]]``; int64[n+1], int32[m].
    reverse
        The same street in the other direction, -1 where it is one-way; int32[m].
    length_m, speed_kmh, time_s
        Length, free-flow speed, and free-flow time (inf: closed); float64[m].
    road_class, class_names
        Index into ``class_names`` (OSM highway values or the source's); int16[m].
    lanes
        Lanes of the direction, 0 unknown; int8[m].
    name, names
        Index into ``names``, whose first entry is ""; int32[m].
    modes
        Bits of :data:`MODES`; uint8[m].
    source_id
        The source's id of the street; int64[m].
    shape_ptr, shape_lon, shape_lat
        Polyline of edge e, tail to head with both ends, is ``shape_ptr[e]:shape_ptr[e+1]``.
    mode, source, attribution
        What travels, where the streets are from, and the line that must accompany them.
    dropped
        What was not kept.
    profile
        Speeds by period of the week; free flow all week when not given.
    """

    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    indptr: NDArray[np.int64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    in_indptr: NDArray[np.int64]
    in_edge: NDArray[np.int32]
    reverse: NDArray[np.int32]
    length_m: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]
    time_s: NDArray[np.float64]
    road_class: NDArray[np.int16]
    class_names: tuple[str, ...]
    lanes: NDArray[np.int8]
    name: NDArray[np.int32]
    names: tuple[str, ...]
    modes: NDArray[np.uint8]
    source_id: NDArray[np.int64]
    shape_ptr: NDArray[np.int64]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]
    mode: str = "car"
    source: str = ""
    attribution: str = ""
    dropped: DroppedReport = field(default_factory=DroppedReport)
    profile: SpeedProfile = field(default_factory=lambda: SpeedProfile.flat(0))

    def __post_init__(self) -> None:
        for key, dtype in ARRAYS.items():
            object.__setattr__(self, key, frozen(getattr(self, key), dtype))
        for key in ("class_names", "names"):
            object.__setattr__(self, key, tuple(getattr(self, key)))
        if self.profile.factor.shape == (1, 0):
            object.__setattr__(self, "profile", SpeedProfile.flat(self.n_edges))
        check_shapes(self)

    def __getstate__(self) -> dict[str, object]:
        return {f.name: self.__dict__[f.name] for f in fields(self)}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    # ---- size and place

    @property
    def n_nodes(self) -> int:
        """How many nodes."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """How many directed edges."""
        return len(self.tail)

    @property
    def n_periods(self) -> int:
        """How many periods the week has."""
        return self.profile.n_periods

    @cached_property
    def projection(self) -> Projection:
        """Between degrees and the metres of ``x`` and ``y``."""
        return Projection.centred_on(self.lon, self.lat)

    # ---- times

    def edge_times_s(self, period: int = 0) -> NDArray[np.float64]:
        """Seconds along each edge in a period of the week, float64[m]; inf where it is closed.

        Raises
        ------
        IndexError
            If the profile has no such period.
        """
        return self._period_times[period]

    @cached_property
    def _period_times(self) -> list[NDArray[np.float64]]:
        times = []
        for factor in self.profile.factor:
            if (factor == 1.0).all():
                times.append(self.time_s)
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                time_s = np.where(factor > 0.0, self.time_s / factor, np.inf)
            time_s.setflags(write=False)
            times.append(time_s)
        return times

    @cached_property
    def times_by_period(self) -> NDArray[np.float64]:
        """Seconds along each edge in each period, read-only float64[m, periods]."""
        times = np.ascontiguousarray(np.column_stack(self._period_times))
        times.setflags(write=False)
        return times

    def period_at(self, week_s: float) -> int:
        """Period at a second of the week (0 is Monday 00:00); the week wraps."""
        return int(self.profile.period_of_hour[int(week_s // 3600.0) % HOURS_OF_WEEK])

    # ---- what follows from the streets alone, computed once for all networks made from them

    @property
    def _root(self) -> RoadNetwork:
        """The network from which this one was made by changes of times."""
        root = self.__dict__.get("_origin", self)
        assert isinstance(root, RoadNetwork)  # noqa: S101 - set by _changed only
        return root

    def _changed(
        self,
        *,
        speed_kmh: NDArray[np.float64] | None = None,
        time_s: NDArray[np.float64] | None = None,
        profile: SpeedProfile | None = None,
    ) -> RoadNetwork:
        other = replace(
            self,
            speed_kmh=self.speed_kmh if speed_kmh is None else speed_kmh,
            time_s=self.time_s if time_s is None else time_s,
            profile=self.profile if profile is None else profile,
        )
        other.__dict__["_origin"] = self._root
        other.__dict__["_prepared"] = self.is_prepared
        return other

    @cached_property
    def shape_xy(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The polylines' points in metres, read-only float64, laid out as ``shape_lon``."""
        if self._root is not self:
            return self._root.shape_xy
        x, y = self.projection.to_xy(self.shape_lon, self.shape_lat)
        x.setflags(write=False)
        y.setflags(write=False)
        return x, y

    @cached_property
    def grid(self) -> Grid:
        """The streets in cells, for snapping."""
        from networks.snap import build_grid

        return build_grid(self) if self._root is self else self._root.grid

    @cached_property
    def topology(self) -> Topology:
        """The contraction hierarchy without travel times; its order may come from the cache."""
        from networks.cch.cache import topology_of

        return topology_of(self) if self._root is self else self._root.topology

    @property
    def is_prepared(self) -> bool:
        """Whether the hierarchy answers what a single search would, too; see :meth:`prepared`."""
        return bool(self.__dict__.get("_prepared", False))

    def prepared(self) -> RoadNetwork:
        """Network that is ready for many questions.

        Its hierarchy answers ``times_from``, ``path``, ``isochrones`` and small matrices, too,
        and so it does in every network made from it by changes; the order of the nodes is found
        now. The last bits of times may differ from those of a search.
        """
        other = self._changed()
        other.__dict__["_prepared"] = True
        _ = other.topology
        return other

    @cached_property
    def memo(self) -> dict[tuple[object, ...], object]:
        """What searches prepared from this network's times; not part of its content."""
        return {}

    @cached_property
    def street(self) -> NDArray[np.int64]:
        """The edge that stands for both directions of a street: the lower number; int64[m]."""
        edge = np.arange(self.n_edges, dtype=np.int64)
        return np.where(self.reverse >= 0, np.minimum(edge, self.reverse), edge)

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Whether a street is open in at least one direction; bool[m]."""
        open_edge = np.isfinite(self.time_s)
        other_way = np.where(self.reverse >= 0, self.reverse, np.arange(self.n_edges))
        return open_edge | open_edge[other_way]

    # ---- changes make a new network

    def closed(self, edges: ArrayLike) -> RoadNetwork:
        """Network in which some directed edges cannot be entered.

        Parameters
        ----------
        edges
            Edge numbers, or a mask of m booleans.

        Raises
        ------
        InputError
            If an edge does not exist.
        """
        chosen = np.asarray(edges)
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)
        chosen = chosen.astype(np.int64).ravel()
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= self.n_edges):
            raise InputError(f"edges to close lie outside 0 to {self.n_edges - 1}")
        time_s = self.time_s.copy()
        time_s[chosen] = np.inf
        return self._changed(time_s=time_s)

    def with_speeds(self, speed_kmh: ArrayLike) -> RoadNetwork:
        """Network with other free-flow speeds; closed edges stay closed, speed 0 closes one.

        Parameters
        ----------
        speed_kmh
            One speed, or one an edge.
        """
        speed = np.broadcast_to(np.asarray(speed_kmh, dtype=np.float64), (self.n_edges,)).copy()
        if np.isnan(speed).any() or (speed < 0.0).any():
            raise InputError("speeds are not negative numbers")
        with np.errstate(divide="ignore", invalid="ignore"):
            time_s = np.where(speed > 0.0, 3.6 * self.length_m / speed, np.inf)
        time_s[np.isinf(self.time_s)] = np.inf
        return self._changed(speed_kmh=speed, time_s=time_s)

    def with_times(self, time_s: ArrayLike) -> RoadNetwork:
        """Network with other free-flow times in seconds (inf closes an edge), one an edge."""
        times = np.broadcast_to(np.asarray(time_s, dtype=np.float64), (self.n_edges,)).copy()
        if np.isnan(times).any() or (times < 0.0).any():
            raise InputError("travel times are not negative numbers")
        return self._changed(time_s=times)

    def with_profile(self, profile: SpeedProfile) -> RoadNetwork:
        """Network with other speeds by period of the week."""
        return self._changed(profile=profile)

    def closed_at(self, edges: ArrayLike, hours: ArrayLike) -> RoadNetwork:
        """Network in which some edges stand still at some hours of the week.

        Whoever is on such an edge, or comes to it, waits there or takes another way, whichever is
        faster. Period 0 stays as it is.

        Parameters
        ----------
        edges
            Edge numbers, or a mask of m booleans.
        hours
            Hours of the week (0 is Monday 00:00-01:00), or a mask of 168 booleans.

        Raises
        ------
        InputError
            If an edge or hour does not exist.
        """
        return self.with_profile(self.profile.closed(edges, hours))

    # ---- places and travel

    def snap(self, lon: ArrayLike, lat: ArrayLike, max_distance_m: float = 500.0) -> Positions:
        """Positions on the streets nearest to some points; see :func:`networks.snap.snap`."""
        from networks.snap import snap

        return snap(self, lon, lat, max_distance_m)

    def times_from(
        self,
        origin: Position | int,
        *,
        depart_week_s: float | None = None,
        arrive_week_s: float | None = None,
        reverse: bool = False,
    ) -> NDArray[np.float64]:
        """Seconds between one place and every node; see :func:`networks.travel.times_from`."""
        from networks.travel import times_from

        return times_from(
            self,
            origin,
            depart_week_s=depart_week_s,
            arrive_week_s=arrive_week_s,
            reverse=reverse,
        )

    def matrix(
        self,
        origins: Positions,
        destinations: Positions,
        *,
        depart_week_s: float | None = None,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds between positions, float64[k, l]; see :func:`networks.travel.matrix`."""
        from networks.travel import matrix

        return matrix(self, origins, destinations, depart_week_s=depart_week_s, threads=threads)

    def period_matrices(
        self,
        origins: Positions,
        destinations: Positions,
        depart_week_s: ArrayLike,
        *,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds at several departures, float64[d, k, l]; see :mod:`networks.period_matrices`."""
        from networks.period_matrices import period_matrices

        return period_matrices(self, origins, destinations, depart_week_s, threads=threads)

    def node_matrix(
        self,
        origins: ArrayLike,
        destinations: ArrayLike,
        *,
        period: int = 0,
        threads: int | None = None,
        method: Literal["search", "elimination"] | None = None,
    ) -> NDArray[np.float64]:
        """Seconds between nodes, float64[k, l]; see :func:`networks.travel.node_matrix`."""
        from networks.travel import node_matrix

        return node_matrix(
            self, origins, destinations, period=period, threads=threads, method=method
        )

    def times_from_many(
        self,
        origins: ArrayLike,
        *,
        period: int = 0,
        reverse: bool = False,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds between nodes and every node; see :func:`networks.trips.times_from_many`."""
        from networks.trips import times_from_many

        return times_from_many(self, origins, period=period, reverse=reverse, threads=threads)

    def distance(
        self, origin: Position | int, destination: Position | int, *, period: int = 0
    ) -> float:
        """Seconds from one place to another; see :func:`networks.trips.distance`."""
        from networks.trips import distance

        return distance(self, origin, destination, period=period)

    def distances(
        self,
        origins: Positions | ArrayLike,
        destinations: Positions | ArrayLike,
        *,
        period: int = 0,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds of each pair of places, float64[k]; see :func:`networks.trips.distances`."""
        from networks.trips import distances

        return distances(self, origins, destinations, period=period, threads=threads)

    def nearest(
        self,
        origins: Positions | ArrayLike,
        targets: Positions | ArrayLike,
        k: int = 1,
        *,
        period: int = 0,
        threads: int | None = None,
    ) -> Nearest:
        """Find the k nearest targets of each origin; see :func:`networks.trips.nearest`."""
        from networks.trips import nearest

        return nearest(self, origins, targets, k, period=period, threads=threads)

    def components(
        self, origin: int, destination: int, *, period: int = 0
    ) -> tuple[Component, Component]:
        """Parts in which two nodes lie; see :func:`networks.components.components_of`."""
        from networks.components import components_of

        return components_of(self, origin, destination, period=period)

    def path(
        self, origin: Position, destination: Position, *, depart_week_s: float | None = None
    ) -> Path:
        """Fastest way between two positions; see :func:`networks.paths.path`."""
        from networks.paths import path

        return path(self, origin, destination, depart_week_s=depart_week_s)

    def isochrones(
        self,
        origin: Position | int,
        minutes: Sequence[float],
        *,
        depart_week_s: float | None = None,
    ) -> list[BaseGeometry]:
        """Areas reached within some minutes; see :func:`networks.isochrones.isochrones`."""
        from networks.isochrones import isochrones

        return isochrones(self, origin, minutes, depart_week_s=depart_week_s)

    # ---- identity

    def content_hash(self) -> str:
        """Hash of all that travel depends on; see :func:`networks.arrays.content_hash`."""
        return content_hash(self)
