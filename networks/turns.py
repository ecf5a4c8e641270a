"""Travel with turns: a network on which turning costs, and may be forbidden.

:func:`with_turns` expands a network so that turns are arcs of it (:mod:`networks.turn_graph`). The
result is a :class:`networks.RoadNetwork`: searches, matrices, isochrones and hierarchies answer on
it as on any other, to the second exact for every banned sequence. Places are snapped to the same
points, on its own arcs; paths come back as edges of the streets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from networks.network import RoadNetwork
from networks.profile import SpeedProfile, frozen
from networks.snap import Position, Positions
from networks.turn_costs import TurnCosts
from networks.turn_graph import expand, permitted_pairs
from networks.turn_rules import TurnRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from networks.paths import Path
    from networks.snap import Grid
    from networks.turn_graph import Expanded

__all__ = ["TurnNetwork", "default_costs", "with_turns"]

_WIDTHS_M = {"car": 1.8, "truck": 2.5}


def default_costs(mode: str) -> TurnCosts:
    """Costs by the usual width of a mode's vehicle; walkers and cyclists turn freely."""
    width_m = _WIDTHS_M.get(mode)
    return TurnCosts() if width_m is None else TurnCosts.for_vehicle(width_m)


def with_turns(
    network: RoadNetwork, rules: TurnRules | None = None, costs: TurnCosts | None = None
) -> TurnNetwork:
    """Make turning count.

    Parameters
    ----------
    network
        The streets.
    rules
        Banned turns, as :func:`networks.read_turn_rules` finds them; none when not given.
    costs
        Seconds by kind of turn; :func:`default_costs` of the network's mode when not given.

    Raises
    ------
    InputError
        If the rules belong to another network.
    """
    rules = TurnRules.none(network) if rules is None else rules
    if rules.n_edges != network.n_edges:
        raise InputError(
            f"the turn rules are for {rules.n_edges} edges, the network has {network.n_edges}",
            mend="read them for this network",
        )
    costs = default_costs(network.mode) if costs is None else costs
    pairs = permitted_pairs(network, rules, costs)
    graph = expand(network, rules, pairs)
    paid = pairs.seconds > 0.0
    return _assembled(
        network,
        rules,
        graph,
        pairs.first[paid] * network.n_edges + pairs.second[paid],
        pairs.seconds[paid],
    )


@dataclass(frozen=True, eq=False)
class TurnNetwork(RoadNetwork):
    """Streets and turns in one graph.

    Its nodes and edges ("arcs") are its own: positions lie on arcs, from :meth:`snap` or
    :meth:`positions`. An arc is one direction of a street and has no reverse (one would turn round
    on it); the methods here leave a place on a two-way street in the better direction, and arrive
    likewise. Trips start without a history.

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
            profile=_profile(network.profile, self.edge_of),
        )
        other.__dict__["_origin"] = self._root
        return other

    # ---- travel: a place on a two-way street is two positions, one a direction, and a street
    # with memory is reached on any of its copies

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        """Further arcs of street edges, by edge."""
        extra = self.edge_of >= 0
        extra[self.arc_of] = False
        found: dict[int, list[int]] = {}
        for arc in np.flatnonzero(extra).tolist():
            found.setdefault(int(self.edge_of[arc]), []).append(arc)
        return found

    def _directions(self, place: Position, *, arrive: bool) -> list[Position]:
        """Every position by which one leaves a place, or arrives at it; itself first."""
        edge, fraction = place
        street = int(self.edge_of[edge]) if 0 <= edge < self.n_edges else -1
        if street < 0:
            return [place]
        back = int(self.base.reverse[street])
        found = [place]
        if back >= 0:
            found.append(Position(int(self.arc_of[back]), 1.0 - fraction))
        if arrive:
            found += [Position(arc, fraction) for arc in self._copies.get(street, ())]
            found += [Position(arc, 1.0 - fraction) for arc in self._copies.get(back, ())]
        return found

    def _spread(self, places: Positions, *, arrive: bool) -> tuple[Positions, NDArray[np.int64]]:
        """All positions of some places in a row, and where each place's begin."""
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
        starts, rows = self._spread(origins, arrive=False)
        goals, columns = self._spread(destinations, arrive=True)
        found = super().matrix(starts, goals, depart_week_s=depart_week_s, threads=threads)
        least: NDArray[np.float64] = np.minimum.reduceat(found, columns, axis=1)
        return np.minimum.reduceat(least, rows, axis=0)

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


def _moved(places: Positions, number: NDArray[np.int64]) -> Positions:
    on = places.edge >= 0
    return replace(places, edge=np.where(on, number[np.where(on, places.edge, 0)], -1))


def _profile(profile: SpeedProfile, edge_of: NDArray[np.int64]) -> SpeedProfile:
    """Periods of the streets; turns take the same time at any hour."""
    factor = np.where(edge_of >= 0, profile.factor[:, np.maximum(edge_of, 0)], 1.0)
    return SpeedProfile(profile.period_of_hour, factor, profile.names)


def _pointers(end: NDArray[np.int64], n_nodes: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(end, minlength=n_nodes))]).astype(np.int64)


def _assembled(
    network: RoadNetwork,
    rules: TurnRules,
    graph: Expanded,
    turn_key: NDArray[np.int64],
    turn_s: NDArray[np.float64],
) -> TurnNetwork:
    n_nodes, node, edge = len(graph.node_of), graph.node_of, graph.from_edge
    street = graph.edge_of >= 0
    ptr, lon, lat = _shapes(network, edge, street)
    return TurnNetwork(
        node_id=np.arange(n_nodes),
        lon=network.lon[node],
        lat=network.lat[node],
        x=network.x[node],
        y=network.y[node],
        indptr=_pointers(graph.tail, n_nodes),
        tail=graph.tail.astype(np.int32),
        head=graph.head.astype(np.int32),
        in_indptr=_pointers(graph.head, n_nodes),
        in_edge=np.argsort(graph.head, kind="stable").astype(np.int32),
        reverse=np.full(len(edge), -1),
        length_m=np.where(street, network.length_m[edge], 0.0),
        speed_kmh=network.speed_kmh[edge],
        time_s=np.where(street, network.time_s[edge], graph.turn_s),
        road_class=network.road_class[edge],
        class_names=network.class_names,
        lanes=network.lanes[edge],
        name=network.name[edge],
        names=network.names,
        modes=network.modes[edge],
        source_id=network.source_id[edge],
        shape_ptr=ptr,
        shape_lon=lon,
        shape_lat=lat,
        mode=network.mode,
        source=network.source,
        attribution=network.attribution,
        dropped=network.dropped,
        profile=_profile(network.profile, graph.edge_of),
        base=network,
        rules=rules,
        node_of=node,
        edge_of=graph.edge_of,
        arc_of=graph.arc_of,
        turn_key=turn_key,
        turn_s=turn_s,
    )


def _shapes(
    network: RoadNetwork, edge: NDArray[np.int64], street: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Lines of the streets; a turn is its junction, twice."""
    size = np.where(street, np.diff(network.shape_ptr)[edge], 2)
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    within = np.arange(ptr[-1]) - np.repeat(ptr[:-1], size)
    at = np.repeat(network.shape_ptr[edge], size) + within
    last = np.repeat(network.shape_ptr[edge + 1] - 1, size)
    at = np.where(np.repeat(street, size), at, last)
    return ptr, network.shape_lon[at], network.shape_lat[at]
