"""Questions about single trips and nearest places, answered by the contraction hierarchy.

Places are nodes or positions on streets; times are those of one period of the week throughout.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from networks.approach import Approach, along_street, arriving, leaving
from networks.cch.many import Cone, cone_of, lanes_for, sweep
from networks.cch.nearest import fill_buckets, look_around
from networks.cch.pairs import meet, meet_all, meet_nodes, new_labels, streets_of, way
from networks.snap import Positions
from networks.travel import at_nodes, leg_s, metric, n_threads, ranks, spread

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork
    from networks.snap import Position

_LABELS = ("labels",)
_PAIRS = 256


class Nearest(NamedTuple):
    """The nearest targets of some origins, from the nearest on."""

    target: NDArray[np.int64]
    """Index into the targets, -1 beyond the last that can be reached; int64[origins, k]."""
    time_s: NDArray[np.float64]
    """Seconds, inf there; float64[origins, k]."""


def _labels(network: RoadNetwork) -> NDArray[np.float64]:
    """Working memory of this thread for single trips, all inf between uses."""
    local = network.memo.get(_LABELS)
    if local is None:
        local = network.memo.setdefault(_LABELS, threading.local())
    assert isinstance(local, threading.local)  # noqa: S101 - only put there above
    label: NDArray[np.float64] | None = getattr(local, "label", None)
    if label is None:
        label = local.label = new_labels(network.topology)
    return label


def _edges_and_shares(places: Positions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return np.asarray(places.edge, dtype=np.int64), np.asarray(places.fraction)


def _approach(network: RoadNetwork, places: Positions | ArrayLike, *, leave: bool) -> Approach:
    if isinstance(places, Positions):
        edge, at = _edges_and_shares(places)
        return leaving(network, edge, at) if leave else arriving(network, edge, at)
    return at_nodes(network, places)


def times_from_many(
    network: RoadNetwork,
    origins: ArrayLike,
    *,
    period: int = 0,
    reverse: bool = False,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Shortest times from some nodes to every node, many origins in one sweep.

    Parameters
    ----------
    network
        The streets.
    origins
        Node indices, [k].
    period
        The period of the week whose times hold all along.
    reverse
        Times from every node to these.
    threads
        Threads to use, all cores when not given; the result is the same.

    Returns
    -------
    float64[k, n]
        Seconds, inf where there is no way.
    """
    start, arcs, topology = at_nodes(network, origins), metric(network, period), network.topology
    up, down = (arcs.down, arcs.up) if reverse else (arcs.up, arcs.down)
    key = ("everything", period, reverse)
    if key not in network.memo:
        network.memo[key] = cone_of(topology.parent, down, topology.rank)
    cone = network.memo[key]
    assert isinstance(cone, Cone)  # noqa: S101 - only put there above
    seeds, costs = ranks(network, start.ends), np.zeros(start.ends.shape)
    out = np.empty((len(seeds), network.n_nodes))
    mine = threading.local()
    lanes = lanes_for(network.n_nodes, len(out), n_threads(threads))

    def rows(first: int, end: int) -> None:
        if not hasattr(mine, "label"):
            mine.label = np.full(network.n_nodes, np.inf)
            mine.swept = np.empty((network.n_nodes, lanes))
        sweep(
            topology.parent, up, cone, seeds[first:end], costs[first:end],
            mine.label, mine.swept, out[first:end],
        )  # fmt: skip

    spread(rows, len(out), lanes, n_threads(threads))
    return out


def distance(
    network: RoadNetwork,
    origin: Position | int,
    destination: Position | int,
    *,
    period: int = 0,
) -> float:
    """Shortest time from one place to another.

    Parameters
    ----------
    network
        The streets.
    origin, destination
        Positions, or node indices.
    period
        The period of the week whose times hold all along.

    Returns
    -------
    float
        Seconds, inf where there is no way.

    Raises
    ------
    IndexError
        If there is no such node, edge or period.
    """
    if not isinstance(origin, tuple) and not isinstance(destination, tuple):
        n = network.n_nodes
        if not (0 <= origin < n and 0 <= destination < n):
            raise IndexError(f"nodes {origin} and {destination} of {n}")
        arcs, topology = metric(network, period), network.topology
        low, high = topology.rank[origin], topology.rank[destination]
        time_s: float = meet_nodes(
            topology.parent, topology.depth, *arcs.up_rungs, *arcs.down_rungs, low, high,
            _labels(network),
        )  # fmt: skip
        return time_s
    start, goal = (_one(network, place) for place in (origin, destination))
    return float(distances(network, start, goal, period=period, threads=1)[0])


def _one(network: RoadNetwork, place: Position | int) -> Positions | NDArray[np.int64]:
    if not isinstance(place, tuple):
        return np.array([place], dtype=np.int64)
    if not 0 <= place[0] < network.n_edges:
        raise IndexError(f"edge {place[0]} of {network.n_edges}")
    edge, nothing = np.array([place[0]], dtype=np.int64), np.zeros(1)
    return Positions(edge, np.array([place[1]]), nothing, nothing, nothing)


def distances(
    network: RoadNetwork,
    origins: Positions | ArrayLike,
    destinations: Positions | ArrayLike,
    *,
    period: int = 0,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Shortest times of pairs: from each origin to the destination of the same place in line.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        Positions or node indices, k of each.
    period
        The period of the week whose times hold all along.
    threads
        Threads to use, all cores when not given; the result is the same.

    Returns
    -------
    float64[k]
        Seconds; inf where there is no way, or where a position was not snapped.

    Raises
    ------
    ValueError
        If there are not as many origins as destinations.
    """
    start = _approach(network, origins, leave=True)
    goal = _approach(network, destinations, leave=False)
    if len(start.ends) != len(goal.ends):
        raise ValueError(f"{len(start.ends)} origins and {len(goal.ends)} destinations")
    edge_s, arcs, topology = (
        network.edge_times_s(period), metric(network, period), network.topology,
    )  # fmt: skip
    seeds, goals = ranks(network, start.ends), ranks(network, goal.ends)
    costs, last_s = start.costs(edge_s), goal.costs(edge_s)
    out = np.full(len(seeds), np.inf)

    def pairs(first: int, end: int) -> None:
        part = slice(first, end)
        meet_all(
            topology.parent, topology.depth, arcs.up_rungs, arcs.down_rungs,
            seeds[part], costs[part], goals[part], last_s[part], _labels(network), out[part],
        )  # fmt: skip

    spread(pairs, len(out), _PAIRS, n_threads(threads))
    if isinstance(origins, Positions) and isinstance(destinations, Positions):
        (edge, at), (other, to) = _edges_and_shares(origins), _edges_and_shares(destinations)
        on = (edge >= 0) & (other >= 0)
        on[on] = network.street[edge[on]] == network.street[other[on]]
        for k in np.flatnonzero(on).tolist():
            leg = along_street(network, (int(edge[k]), float(at[k])), (int(other[k]), float(to[k])))
            if leg is not None:
                out[k] = min(out[k], leg_s(network, leg, None, period))
    return out


def nearest(
    network: RoadNetwork,
    origins: Positions | ArrayLike,
    targets: Positions | ArrayLike,
    k: int = 1,
    *,
    period: int = 0,
    threads: int | None = None,
) -> Nearest:
    """Find the k targets that are reached first from each origin.

    Parameters
    ----------
    network
        The streets.
    origins, targets
        Positions or node indices.
    k
        How many, at least 1.
    period
        The period of the week whose times hold all along.
    threads
        Threads to use, all cores when not given; the result is the same.

    Returns
    -------
    Nearest
        Of targets that are equally near, the first in line comes first.

    Raises
    ------
    ValueError
        If k is less than 1.
    """
    if k < 1:
        raise ValueError(f"{k} nearest targets are none: k is at least 1")
    start, goal = _approach(network, origins, leave=True), _approach(network, targets, leave=False)
    edge_s, arcs, topology = (
        network.edge_times_s(period), metric(network, period), network.topology,
    )  # fmt: skip
    kept = min(k, max(1, len(goal.ends)))
    buckets = fill_buckets(
        topology.parent, arcs.down, ranks(network, goal.ends), goal.costs(edge_s), kept
    )
    seeds, costs = ranks(network, start.ends), start.costs(edge_s)
    place = np.full((len(seeds), k), -1, dtype=np.int32)
    time_s = np.full((len(seeds), k), np.inf)

    def rows(first: int, end: int) -> None:
        part = slice(first, end)
        look_around(
            topology.parent, arcs.up, buckets, seeds[part], costs[part], place[part], time_s[part]
        )

    spread(rows, len(seeds), _PAIRS, n_threads(threads))
    found = Nearest(place.astype(np.int64), time_s)
    if isinstance(origins, Positions) and isinstance(targets, Positions):
        _along_own_street(network, origins, targets, period, found)
    return found


def _along_own_street(
    network: RoadNetwork, origins: Positions, targets: Positions, period: int, found: Nearest
) -> None:
    """Put targets on the origin's own street, reached straight along it, into their places."""
    (edge, at), (other, to) = _edges_and_shares(origins), _edges_and_shares(targets)
    by_street: dict[int, list[int]] = {}
    for j in np.flatnonzero(other >= 0).tolist():
        by_street.setdefault(int(network.street[other[j]]), []).append(j)
    for i in np.flatnonzero(edge >= 0).tolist():
        mine = by_street.get(int(network.street[edge[i]]))
        if mine is None:
            continue
        best = {
            int(j): float(s)
            for j, s in zip(found.target[i], found.time_s[i], strict=True)
            if j >= 0
        }
        for j in mine:
            leg = along_street(network, (int(edge[i]), float(at[i])), (int(other[j]), float(to[j])))
            if leg is not None:
                time_s = leg_s(network, leg, None, period)
                if time_s < best.get(j, np.inf):
                    best[j] = time_s
        ranked = sorted(best.items(), key=lambda item: (item[1], item[0]))
        for slot, (j, time_s) in enumerate(ranked[: found.target.shape[1]]):
            found.target[i, slot], found.time_s[i, slot] = j, time_s


def edges_between(
    network: RoadNetwork,
    start: Approach,
    goal: Approach,
    period: int,
) -> tuple[float, int, int, NDArray[np.int64]] | None:
    """Whole edges of the fastest trip between two positions, by way of nodes.

    Parameters
    ----------
    network
        The streets.
    start, goal
        One position each.
    period
        The period of the week whose times hold all along.

    Returns
    -------
    tuple or None
        Seconds added in the order of travel, the side (0 or 1) on which the origin's street is
        left, that on which the destination's is entered, and the edges between; None where there
        is no way.
    """
    edge_s, arcs, topology = (
        network.edge_times_s(period), metric(network, period), network.topology,
    )  # fmt: skip
    costs, last_s = start.costs(edge_s)[0], goal.costs(edge_s)[0]
    label = _labels(network)
    via = np.empty(label.shape, dtype=np.int32)
    time_s, top = meet(
        topology.parent, topology.depth, arcs.up_rungs, arcs.down_rungs,
        ranks(network, start.ends)[0], costs, ranks(network, goal.ends)[0], last_s, label, via,
    )  # fmt: skip
    if not np.isfinite(time_s):
        return None
    key = ("streets of arcs", period)
    if key not in network.memo:
        network.memo[key] = streets_of(topology.edge_arc, edge_s, len(topology.above))
    street = network.memo[key]
    assert isinstance(street, np.ndarray)  # noqa: S101 - only put there above
    first, edges, last = way(topology, arcs, street, edge_s, top, via)
    begin, end = topology.node[first], topology.node[last]
    out_side = _side(start.ends[0], costs, int(begin))
    in_side = _side(goal.ends[0], last_s, int(end))
    total = float(costs[out_side])
    for edge in edges:
        total += float(edge_s[edge])
    return total + float(last_s[in_side]), out_side, in_side, edges


def _side(ends: NDArray[np.int64], costs: NDArray[np.float64], node: int) -> int:
    """Cheaper side of a street that ends at a node (it may begin and end at one)."""
    return min((k for k in range(2) if ends[k] == node), key=lambda k: float(costs[k]))
