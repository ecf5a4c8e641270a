"""The fastest way from one position to another: its edges, its line on the map, its streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.approach import Approach, along_street, arriving, leaving
from networks.kernels import drive, new_scratch
from networks.travel import Searcher, leg_s
from networks.trips import edges_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork
    from networks.snap import Position


@dataclass(frozen=True, eq=False)
class Path:
    """One trip.

    Parameters
    ----------
    edges
        Directed edges in the order of travel, the first and the last possibly in part; int64[k].
        Empty where there is no way.
    enter, leave
        Fractions of each edge at which it is entered and left, float64[k].
    time_s, length_m
        Of the whole trip; inf where there is no way.
    lon, lat
        The line on the map, float64[...].
    street_names
        Names in the order of travel, unnamed streets left out, each once in a row.
    """

    edges: NDArray[np.int64]
    enter: NDArray[np.float64]
    leave: NDArray[np.float64]
    time_s: float
    length_m: float
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    street_names: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether there is a way."""
        return bool(np.isfinite(self.time_s))


def path(
    network: RoadNetwork,
    origin: Position,
    destination: Position,
    *,
    depart_week_s: float | None = None,
) -> Path:
    """Find the fastest way between two positions.

    Parameters
    ----------
    network
        The streets.
    origin, destination
        Positions on edges.
    depart_week_s
        Second of the week (0 is Monday 00:00) of departure; the trip is driven at the speeds of
        the periods that it meets. Without it the times of period 0 hold.

    Returns
    -------
    Path
        With ``time_s`` inf and no edges where there is no way.

    Raises
    ------
    IndexError
        If a position's edge does not exist.
    """
    for place in (origin, destination):
        if not 0 <= place[0] < network.n_edges:
            raise IndexError(f"edge {place[0]} of {network.n_edges}")
    searcher = Searcher(network, week_s=depart_week_s, backward=False)
    period = 0 if depart_week_s is None else network.period_at(depart_week_s)
    time_s, legs = _through_nodes(network, searcher, origin, destination)
    straight = along_street(network, origin, destination)
    if straight is not None:
        straight_s = leg_s(network, straight, searcher.week, period)
        if straight_s <= time_s:
            time_s, legs = straight_s, [straight]
    return describe(network, time_s, legs if np.isfinite(time_s) else [])


def _through_nodes(
    network: RoadNetwork, searcher: Searcher, origin: Position, destination: Position
) -> tuple[float, list[tuple[int, float, float]]]:
    """Best trip that leaves the origin's street by one of its ends."""
    start = leaving(network, np.array([origin[0]]), np.array([origin[1]]))
    goal = arriving(network, np.array([destination[0]]), np.array([destination[1]]))
    if network.is_prepared and searcher.week is None:
        return _by_hierarchy(network, start, goal, searcher.period)
    ends = goal.ends[0]
    wanted = np.zeros(network.n_nodes, dtype=np.bool_)
    wanted[ends[ends >= 0]] = True
    scratch = new_scratch(network.n_nodes)
    seeds, ahead = start.ends[0], searcher.first_legs(start)[0]
    searcher.run(seeds, ahead, wanted, int(wanted.sum()), scratch)
    best_s, best = np.inf, -1
    for side in range(2):
        if ends[side] < 0:
            continue
        label = float(scratch.dist[ends[side]])
        edge, share = int(goal.edge[0, side]), float(goal.share[0, side])
        if searcher.week is None:
            arrive_s = label + float(goal.costs(searcher.time_s)[0, side])
        else:
            arrive_s = float(drive(label, share, searcher.by_period[edge], searcher.week))
        if arrive_s < best_s:
            best_s, best = arrive_s, side
    if best < 0:
        return np.inf, []
    legs = [(int(goal.edge[0, best]), 0.0, float(goal.share[0, best]))]
    node = int(ends[best])
    while scratch.via[node] >= 0:
        edge = int(scratch.via[node])
        legs.append((edge, 0.0, 1.0))
        node = int(network.tail[edge])
    side = _seed_side(seeds, ahead, node, float(scratch.dist[node]))
    legs.append((int(start.edge[0, side]), 1.0 - float(start.share[0, side]), 1.0))
    return best_s, legs[::-1]


def _by_hierarchy(
    network: RoadNetwork, start: Approach, goal: Approach, period: int
) -> tuple[float, list[tuple[int, float, float]]]:
    found = edges_between(network, start, goal, period)
    if found is None:
        return np.inf, []
    time_s, out_side, in_side, edges = found
    legs = [(int(start.edge[0, out_side]), 1.0 - float(start.share[0, out_side]), 1.0)]
    legs += [(edge, 0.0, 1.0) for edge in edges.tolist()]
    legs.append((int(goal.edge[0, in_side]), 0.0, float(goal.share[0, in_side])))
    return time_s, legs


def _seed_side(
    seeds: NDArray[np.int64], ahead: NDArray[np.float64], node: int, label: float
) -> int:
    """Which end of the origin's street a trip took (a street may begin and end at one node)."""
    return next(k for k in range(2) if seeds[k] == node and ahead[k] == label)


def describe(network: RoadNetwork, time_s: float, legs: list[tuple[int, float, float]]) -> Path:
    """Lengths, line and names of a trip over parts of edges.

    Parameters
    ----------
    network
        The streets.
    time_s
        The trip's time, inf if there is no way.
    legs
        (edge, fraction entered, fraction left) in the order of travel; parts of no length are
        left out unless the trip has no other.
    """
    kept = [leg for leg in legs if leg[2] > leg[1]] or legs[:1]
    edges = np.array([leg[0] for leg in kept], dtype=np.int64)
    enter = np.array([leg[1] for leg in kept], dtype=np.float64)
    leave = np.array([leg[2] for leg in kept], dtype=np.float64)
    length_m = float(np.sum((leave - enter) * network.length_m[edges])) if kept else np.inf
    lines = [cut(network, *leg) for leg in kept]
    lon, lat = _chain(lines)
    names: list[str] = []
    for edge in edges.tolist():
        name = network.names[network.name[edge]]
        if name and (not names or names[-1] != name):
            names.append(name)
    return Path(edges, enter, leave, float(time_s), length_m, lon, lat, tuple(names))


def cut(
    network: RoadNetwork, edge: int, enter: float, leave: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Part of an edge's polyline in degrees, between two fractions of its length.

    Lengths along the line are measured in the network's plane.
    """
    return _cut(network, edge, enter, leave, (network.shape_lon, network.shape_lat))


def cut_plane(
    network: RoadNetwork, edge: int, enter: float, leave: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As :func:`cut`, in metres."""
    return _cut(network, edge, enter, leave, network.shape_xy)


def _cut(
    network: RoadNetwork,
    edge: int,
    enter: float,
    leave: float,
    points: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    part = slice(int(network.shape_ptr[edge]), int(network.shape_ptr[edge + 1]))
    first, second = points[0][part], points[1][part]
    if enter <= 0.0 and leave >= 1.0:
        return first, second
    all_x, all_y = network.shape_xy
    steps = np.hypot(np.diff(all_x[part]), np.diff(all_y[part]))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    low, high = enter * along[-1], leave * along[-1]
    inside = (along > low) & (along < high)
    stops = np.concatenate([[low], along[inside], [high]])
    return np.interp(stops, along, first), np.interp(stops, along, second)


def _chain(
    lines: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join lines end to end, each shared point once."""
    if not lines:
        return np.empty(0), np.empty(0)
    lon = np.concatenate([line[0] for line in lines])
    lat = np.concatenate([line[1] for line in lines])
    new = np.concatenate([[True], (np.diff(lon) != 0.0) | (np.diff(lat) != 0.0)])
    return lon[new], lat[new]
