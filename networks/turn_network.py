"""A network on which turns are arcs, as :func:`networks.turns.with_turns` makes it.

Places are snapped to the same points as on the streets, on arcs of its own; paths come back as
edges of the streets. A street that remembers where one came from has copies; whoever arrives may be
on any of them, so that questions about places on such streets are asked for all, and the best
answer counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from networks.errors import InputError
from networks.network import RoadNetwork
from networks.profile import SpeedProfile, frozen
from networks.snap import Position, Positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from networks.paths import Path
    from networks.snap import Grid
    from networks.trips import Nearest
    from networks.turn_rules import TurnRules

    _Places: TypeAlias = Positions | ArrayLike
    _Ready: TypeAlias = Positions | NDArray[np.int64]

__all__ = ["TurnNetwork", "profile_with_turns"]


@dataclass(frozen=True, eq=False)
class TurnNetwork(RoadNetwork):
    """Streets and turns in one graph.

    Its nodes and edges ("arcs") are its own: positions lie on arcs, from :meth:`snap` or
    :meth:`positions`. The reverse of an arc is the arc of the other direction, which ends where
    that direction does: not at the node where the arc begins, for one would turn round there. A
    place on a two-way street is left in the better direction, and reached likewise. Trips start
    without a history.

    Parameters
    ----------
    base
        The streets.
    rules
        What is banned.
    node_of
        Node of the streets at which each node lies, int64[n].
    edge_of
        Street edge of each arc, -1 for a turn, int64[m].
    arc_of
        Arc on which the places of each street edge lie, int64[edges of ``base``].
    turn_key, turn_s
        Turns that cost something: first edge times edges of ``base`` plus second edge, sorted,
        and the seconds.
    """

    base: RoadNetwork = field(kw_only=True)
    rules: TurnRules = field(kw_only=True)
    node_of: NDArray[np.int64] = field(kw_only=True)
    edge_of: NDArray[np.int64] = field(kw_only=True)
    arc_of: NDArray[np.int64] = field(kw_only=True)
    turn_key: NDArray[np.int64] = field(kw_only=True)
    turn_s: NDArray[np.float64] = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for key in ("node_of", "edge_of", "arc_of", "turn_key"):
            object.__setattr__(self, key, frozen(getattr(self, key), "i8"))
        object.__setattr__(self, "turn_s", frozen(self.turn_s, "f8"))

    # ---- places in and out

    def positions(self, places: Positions) -> Positions:
        """Positions on the streets, as positions on the arcs."""
        return _moved(places, self.arc_of)

    def base_positions(self, places: Positions) -> Positions:
        """Positions on the arcs, as positions on the streets."""
        return _moved(places, self.edge_of)

    @cached_property
    def grid(self) -> Grid:
        """The streets in cells: turns are no place to be."""
        grid = self.base.grid
        return grid._replace(edge=self.arc_of[grid.edge])

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Whether a place may lie on an arc: a street open in at least one direction; bool[m]."""
        open_edge = np.isfinite(self.time_s[self.arc_of])
        back = self.base.reverse
        open_edge |= (back >= 0) & open_edge[np.maximum(back, 0)]
        usable = np.zeros(self.n_edges, dtype=np.bool_)
        usable[self.arc_of] = open_edge
        return usable

    def at_nodes(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Seconds to the nodes of the streets: the least of the nodes that lie there.

        Parameters
        ----------
        times_s
            A value a node, as ``times_from`` gives, float64[n].
        """
        least = np.full(self.base.n_nodes, np.inf)
        np.minimum.at(least, self.node_of, np.asarray(times_s, dtype=np.float64))
        return least

    def turn_costs_s(self, first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
        """Seconds of turns from street edges into others, as if they were permitted; [k]."""
        a, b = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
        key = np.atleast_1d(a * self.base.n_edges + b)
        if len(self.turn_key) == 0:
            return np.zeros(len(key))
        at = np.minimum(np.searchsorted(self.turn_key, key), len(self.turn_key) - 1)
        return np.where(self.turn_key[at] == key, self.turn_s[at], 0.0)

    # ---- changes

    def closed(self, edges: ArrayLike) -> TurnNetwork:
        """Network in which some arcs cannot be entered; a street with all of its copies."""
        found = super().closed(self._with_copies(edges))
        assert isinstance(found, TurnNetwork)  # noqa: S101 - changes keep the kind
        return found

    def closed_at(self, edges: ArrayLike, hours: ArrayLike) -> TurnNetwork:
        """Network in which some arcs stand still at some hours; a street with all its copies."""
        found = super().closed_at(self._with_copies(edges), hours)
        assert isinstance(found, TurnNetwork)  # noqa: S101 - changes keep the kind
        return found

    def _with_copies(self, edges: ArrayLike) -> NDArray[np.int64]:
        chosen = np.asarray(edges)
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)
        chosen = chosen.astype(np.int64).ravel()
        streets = self.edge_of[chosen[(chosen >= 0) & (chosen < self.n_edges)]]
        copies = np.flatnonzero(np.isin(self.edge_of, streets[streets >= 0]))
        return np.union1d(chosen, copies)

    def with_speeds(self, speed_kmh: ArrayLike) -> TurnNetwork:
        """Network with other speeds on the streets; turns take what they took."""
        fast = super().with_speeds(speed_kmh)
        found = fast.with_times(np.where(self.edge_of >= 0, fast.time_s, self.time_s))
        assert isinstance(found, TurnNetwork)  # noqa: S101 - changes keep the kind
        return found

    def retimed(self, network: RoadNetwork) -> TurnNetwork:
        """Keep the turns, and take other times of the same streets: closures, speeds, periods.

        Parameters
        ----------
        network
            The streets as changed by ``closed``, ``with_speeds``, ``with_times`` or
            ``with_profile``.

        Raises
        ------
        InputError
            If it has other streets.
        """
        if not (
            np.array_equal(network.tail, self.base.tail)
            and np.array_equal(network.head, self.base.head)
        ):
            raise InputError("these are other streets", mend="use with_turns on them")
        street = self.edge_of >= 0
        edge = np.maximum(self.edge_of, 0)
        speed_kmh = np.where(street, network.speed_kmh[edge], self.speed_kmh)
        other = replace(
            self,
            base=network,
            speed_kmh=speed_kmh,
            time_s=np.where(street, network.time_s[edge], self.time_s),
            profile=profile_with_turns(network.profile, self.edge_of),
        )
        other.__dict__["_origin"] = self._root
        other.__dict__["_prepared"] = self.__dict__.get("_prepared", False)
        return other

    # ---- travel: a place on a street with memory is reached on any of the street's copies

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        """Further arcs of street edges, by edge."""
        extra = self.edge_of >= 0
        extra[self.arc_of] = False
        found: dict[int, list[int]] = {}
        for arc in np.flatnonzero(extra).tolist():
            found.setdefault(int(self.edge_of[arc]), []).append(arc)
        return found

    @cached_property
    def _without_history(self) -> NDArray[np.int64]:
        """The arc without a history of each arc's street; turns stay; int64[m]."""
        street = self.edge_of >= 0
        return np.where(street, self.arc_of[self.edge_of], np.arange(self.n_edges))

    def _directions(self, place: Position, *, arrive: bool) -> list[Position]:
        """Every position by which one leaves a place, or arrives at it; without a history first."""
        edge, fraction = place
        street = int(self.edge_of[edge]) if 0 <= edge < self.n_edges else -1
        if street < 0:
            return [place]
        found = [Position(int(self.arc_of[street]), fraction)]
        if arrive:
            back = int(self.base.reverse[street])
            found += [Position(arc, fraction) for arc in self._copies.get(street, ())]
            found += [Position(arc, 1.0 - fraction) for arc in self._copies.get(back, ())]
        return found

    def _spread(self, places: _Places, *, arrive: bool) -> tuple[_Ready, NDArray[np.int64]]:
        """All positions of some places in a row, and where each place's begin; nodes stay."""
        if not isinstance(places, Positions):
            nodes = np.atleast_1d(np.asarray(places, dtype=np.int64)).ravel()
            return nodes, np.arange(len(nodes))
        if not arrive or not self._copies:
            return _moved(places, self._without_history), np.arange(len(places))
        ways = [self._directions(place, arrive=arrive) for place in places]
        size = np.array([len(way) for way in ways], dtype=np.int64)
        every = [place for way in ways for place in way]
        spread = replace(
            places.take(np.repeat(np.arange(len(ways)), size)),
            edge=np.array([place.edge for place in every], dtype=np.int64),
            fraction=np.array([place.fraction for place in every], dtype=np.float64),
        )
        return spread, np.cumsum(size) - size

    def matrix(
        self,
        origins: Positions,
        destinations: Positions,
        *,
        depart_week_s: float | None = None,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds between positions, float64[k, l]; see :func:`networks.travel.matrix`."""
        if len(origins) == 0 or len(destinations) == 0:
            return np.empty((len(origins), len(destinations)))
        starts, _ = self._spread(origins, arrive=False)
        goals, columns = self._spread(destinations, arrive=True)
        assert isinstance(starts, Positions)  # noqa: S101 - positions stay positions
        assert isinstance(goals, Positions)  # noqa: S101
        found = super().matrix(starts, goals, depart_week_s=depart_week_s, threads=threads)
        if len(columns) == len(goals):
            return found
        least: NDArray[np.float64] = np.minimum.reduceat(found, columns, axis=1)
        return least

    def distance(
        self, origin: Position | int, destination: Position | int, *, period: int = 0
    ) -> float:
        """Seconds from one place to another; see :func:`networks.trips.distance`."""
        starts: Sequence[Position | int] = [origin]
        goals: Sequence[Position | int] = [destination]
        if isinstance(origin, tuple):
            starts = self._directions(origin, arrive=False)
        if isinstance(destination, tuple):
            goals = self._directions(destination, arrive=True)
        return min(
            super(TurnNetwork, self).distance(start, goal, period=period)
            for start in starts
            for goal in goals
        )

    def distances(
        self,
        origins: _Places,
        destinations: _Places,
        *,
        period: int = 0,
        threads: int | None = None,
    ) -> NDArray[np.float64]:
        """Seconds of each pair of places, float64[k]; see :func:`networks.trips.distances`."""
        starts, first = self._spread(origins, arrive=False)
        goals, other = self._spread(destinations, arrive=True)
        if len(first) != len(other):
            raise ValueError(f"{len(first)} origins and {len(other)} destinations")
        if len(first) == 0:
            return np.empty(0)
        many = np.diff([*first, len(starts)])
        goal_many = np.diff([*other, len(goals)])
        # Every start of a pair with every goal of it.
        size = many * goal_many
        within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        per_start = np.repeat(goal_many, size)
        found = super().distances(
            _taken(starts, np.repeat(first, size) + within // per_start),
            _taken(goals, np.repeat(other, size) + within % per_start),
            period=period,
            threads=threads,
        )
        least: NDArray[np.float64] = np.minimum.reduceat(found, np.cumsum(size) - size)
        return least

    def nearest(
        self,
        origins: _Places,
        targets: _Places,
        k: int = 1,
        *,
        period: int = 0,
        threads: int | None = None,
    ) -> Nearest:
        """Find the k nearest targets of each origin; see :func:`networks.trips.nearest`."""
        from networks.trips import Nearest

        starts, rows = self._spread(origins, arrive=False)
        goals, columns = self._spread(targets, arrive=True)
        ways = np.diff([*columns, len(goals)])
        most = int(ways.max(initial=1))
        found = super().nearest(starts, goals, k * most, period=period, threads=threads)
        target_of = np.repeat(np.arange(len(columns)), ways)
        ends = [*rows[1:].tolist(), len(starts)]
        out = Nearest(np.full((len(rows), k), -1), np.full((len(rows), k), np.inf))
        for number, (low, high) in enumerate(zip(rows.tolist(), ends, strict=True)):
            hits = found.target[low:high] >= 0
            near = target_of[found.target[low:high][hits]]
            time_s = found.time_s[low:high][hits]
            order = np.lexsort((near, time_s))
            _, begin = np.unique(near[order], return_index=True)
            chosen = order[np.sort(begin)][:k]
            out.target[number, : len(chosen)] = near[chosen]
            out.time_s[number, : len(chosen)] = time_s[chosen]
        return out

    def times_from(
        self,
        origin: Position | int,
        *,
        depart_week_s: float | None = None,
        arrive_week_s: float | None = None,
        reverse: bool = False,
    ) -> NDArray[np.float64]:
        """Seconds between one place and every node; see :func:`networks.travel.times_from`.

        The nodes are this network's own; :meth:`at_nodes` takes them to the streets'.
        """
        starts: list[Position | int] = [origin]
        if isinstance(origin, tuple):
            starts = list(self._directions(origin, arrive=reverse))
        times = [
            super(TurnNetwork, self).times_from(
                start, depart_week_s=depart_week_s, arrive_week_s=arrive_week_s, reverse=reverse
            )
            for start in starts
        ]
        least: NDArray[np.float64] = np.minimum.reduce(times)
        return least

    def path(
        self, origin: Position, destination: Position, *, depart_week_s: float | None = None
    ) -> Path:
        """Fastest way between two positions, as edges of the streets (``base``).

        See :func:`networks.paths.path`.
        """
        from networks.paths import describe, path

        for place in (origin, destination):
            if not 0 <= place[0] < self.n_edges:
                raise IndexError(f"edge {place[0]} of {self.n_edges}")
        ways = [
            path(self, start, goal, depart_week_s=depart_week_s)
            for start in self._directions(origin, arrive=False)
            for goal in self._directions(destination, arrive=True)
        ]
        best = min(ways, key=lambda way: way.time_s)
        streets = self.edge_of[best.edges]
        legs = zip(streets.tolist(), best.enter.tolist(), best.leave.tolist(), strict=True)
        return describe(self.base, best.time_s, [leg for leg in legs if leg[0] >= 0])

    def isochrones(
        self,
        origin: Position | int,
        minutes: Sequence[float],
        *,
        depart_week_s: float | None = None,
    ) -> list[BaseGeometry]:
        """Areas reached within some minutes; see :func:`networks.isochrones.isochrones`."""
        import shapely

        starts: list[Position | int] = [origin]
        if isinstance(origin, tuple):
            starts = list(self._directions(origin, arrive=False))
        areas = [
            super(TurnNetwork, self).isochrones(start, minutes, depart_week_s=depart_week_s)
            for start in starts
        ]
        return [shapely.union_all(list(same)) for same in zip(*areas, strict=True)]


def _taken(places: _Ready, rows: NDArray[np.int64]) -> _Ready:
    return places.take(rows) if isinstance(places, Positions) else places[rows]


def _moved(places: Positions, number: NDArray[np.int64]) -> Positions:
    on = places.edge >= 0
    return replace(places, edge=np.where(on, number[np.where(on, places.edge, 0)], -1))


def profile_with_turns(profile: SpeedProfile, edge_of: NDArray[np.int64]) -> SpeedProfile:
    """Periods of the streets; turns take the same time at any hour."""
    factor = np.where(edge_of >= 0, profile.factor[:, np.maximum(edge_of, 0)], 1.0)
    return SpeedProfile(profile.period_of_hour, factor, profile.names)
