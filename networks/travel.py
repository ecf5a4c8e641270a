"""Travel times between places: from one to all nodes, and matrices.

Few origins or destinations are answered by a search each, many by the contraction hierarchy
(:mod:`networks.cch`), and trips by the clock by a time-dependent search from each origin. On a
network that was made ready for many questions (:meth:`networks.RoadNetwork.prepared`) the
hierarchy answers all but the last. Which of them answers depends on nothing else, and every row is
computed by itself, so that neither threads nor caches change a bit.

A search adds street by street in the order of travel; the hierarchy adds up shortcuts first, and
its last bits may differ (relative 1e-15 or so for each thousand streets).
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from networks.approach import Approach, along_street, arriving, leaving
from networks.cch.customise import Metric, customise
from networks.cch.many import cone_of, lanes_for, sweep, tree
from networks.kernels import (
    Clock,
    Scratch,
    arrivals,
    clock,
    drive,
    first_legs_timed,
    new_scratch,
    search,
    search_rows,
    search_rows_timed,
    search_timed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork
    from networks.snap import Position, Positions

FEW = 32
"""Up to so many origins or destinations a search each is faster than making a hierarchy."""

Method = Literal["search", "elimination"]
"""Dijkstra from every origin, or the hierarchy."""

_CHUNK = 64


class Adjacency(NamedTuple):
    """What a search walks on: the edges out of each node, or into it."""

    indptr: NDArray[np.int64]
    other: NDArray[np.int32]
    edge_s: NDArray[np.float64]
    """Seconds at each place of the adjacency, [m], or by period, [m, periods]."""


def adjacency(network: RoadNetwork, *, backward: bool, period: int | None) -> Adjacency:
    """Adjacency with the times of one period, or of all when it is None; read-only arrays."""
    key = ("adjacency", backward, period)
    if key not in network.memo:
        times = network.times_by_period if period is None else network.edge_times_s(period)
        if backward:
            other, times = network.tail[network.in_edge], times[network.in_edge]
            other.setflags(write=False)
            times.setflags(write=False)
            network.memo[key] = Adjacency(network.in_indptr, other, times)
        else:
            network.memo[key] = Adjacency(network.indptr, network.head, times)
    found = network.memo[key]
    assert isinstance(found, Adjacency)  # noqa: S101 - only put there above
    return found


def metric(network: RoadNetwork, period: int) -> Metric:
    """Travel times of one period on the network's hierarchy."""
    key = ("metric", period)
    if key not in network.memo:
        network.memo[key] = customise(network.topology, network.edge_times_s(period))
    found = network.memo[key]
    assert isinstance(found, Metric)  # noqa: S101 - only put there above
    return found


# ---- one to all


def times_from(
    network: RoadNetwork,
    origin: Position | int,
    *,
    depart_week_s: float | None = None,
    arrive_week_s: float | None = None,
    reverse: bool = False,
) -> NDArray[np.float64]:
    """Shortest travel times between one place and every node.

    Parameters
    ----------
    network
        The streets.
    origin
        A position, or a node's index.
    depart_week_s
        Second of the week (0 is Monday 00:00) at which the trips begin. Without it the times of
        period 0 hold all along.
    arrive_week_s
        With ``reverse``: second of the week at which the trips must end. They begin as late as
        possible.
    reverse
        Times from every node to the place, instead of from the place to every node.

    Returns
    -------
    float64[n]
        Seconds, inf where there is no way.

    Raises
    ------
    ValueError
        If a departure is given for trips to one place, or an arrival for trips from it: one
        search cannot answer that.
    IndexError
        If there is no such node or edge.
    """
    if (reverse and depart_week_s is not None) or (not reverse and arrive_week_s is not None):
        raise ValueError("trips from one place have depart_week_s, trips to it arrive_week_s")
    week_s = arrive_week_s if reverse else depart_week_s
    if network.is_prepared and (week_s is None or network.n_periods == 1):
        return _tree(network, origin, reverse=reverse)
    searcher = Searcher(network, week_s=week_s, backward=reverse)
    scratch = new_scratch(network.n_nodes)
    if isinstance(origin, tuple):
        edge, at = _place(network, origin)
        meet = arriving(network, edge, at) if reverse else leaving(network, edge, at)
        costs = searcher.first_legs(meet)[0]
        searcher.run(meet.ends[0], costs, np.zeros(0, dtype=np.bool_), -1, scratch)
    else:
        if not 0 <= origin < network.n_nodes:
            raise IndexError(f"node {origin} of {network.n_nodes}")
        seeds = np.array([origin, -1], dtype=np.int64)
        searcher.run(seeds, np.zeros(2), np.zeros(0, dtype=np.bool_), -1, scratch)
    return scratch.dist


def _tree(network: RoadNetwork, origin: Position | int, *, reverse: bool) -> NDArray[np.float64]:
    """Ask the hierarchy for the times of period 0 between one place and every node."""
    if isinstance(origin, tuple):
        edge, at = _place(network, origin)
        meet = arriving(network, edge, at) if reverse else leaving(network, edge, at)
    else:
        meet = at_nodes(network, origin)
    arcs, topology = metric(network, 0), network.topology
    up, down = (arcs.down, arcs.up) if reverse else (arcs.up, arcs.down)
    out = np.empty(network.n_nodes)
    tree(
        topology.parent, up, down, topology.node,
        ranks(network, meet.ends)[0], meet.costs(network.edge_times_s(0))[0],
        np.empty(network.n_nodes), out,
    )  # fmt: skip
    return out


def _place(
    network: RoadNetwork, position: Position
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if not 0 <= position[0] < network.n_edges:
        raise IndexError(f"edge {position[0]} of {network.n_edges}")
    return np.array([position[0]], dtype=np.int64), np.array([position[1]], dtype=np.float64)


class Searcher:
    """One direction and one clock, ready for many searches."""

    def __init__(
        self, network: RoadNetwork, *, week_s: float | None, backward: bool, period: int = 0
    ) -> None:
        self.week: Clock | None = None
        self.period = period
        self.time_s = network.edge_times_s(period)
        self.by_period = network.times_by_period
        if week_s is not None and network.n_periods > 1:
            self.week = clock(network.profile.period_of_hour, week_s, backward=backward)
            self.near = adjacency(network, backward=backward, period=None)
        else:
            period = period if week_s is None else network.period_at(week_s)
            self.period = period
            self.time_s = network.edge_times_s(period)
            self.near = adjacency(network, backward=backward, period=period)

    def first_legs(self, places: Approach) -> NDArray[np.float64]:
        """Seconds from places to the ends of their streets, or back when looking back; [k, 2]."""
        if self.week is None:
            return places.costs(self.time_s)
        costs = np.zeros(places.share.shape)
        first_legs_timed(*places, self.by_period, self.week, costs)
        return costs

    def run(
        self,
        seeds: NDArray[np.int64],
        costs: NDArray[np.float64],
        wanted: NDArray[np.bool_],
        n_wanted: int,
        scratch: Scratch,
    ) -> None:
        """Search; the scratch's ``dist`` and ``via`` are filled."""
        if self.week is None:
            search(*self.near, seeds, costs, wanted, n_wanted, scratch)
        else:
            search_timed(*self.near, self.week, seeds, costs, wanted, n_wanted, scratch)

    def rows(
        self,
        origins: Approach,
        places: Approach,
        wanted: NDArray[np.bool_],
        n_wanted: int,
        out: NDArray[np.float64],
        threads: int,
    ) -> None:
        """Fill a matrix, one search an origin."""
        ahead, last = self.first_legs(origins), places.costs(self.time_s)
        n_nodes = len(self.near.indptr) - 1

        def block(start: int, end: int) -> None:
            scratch = new_scratch(n_nodes)
            seeds, costs, part = origins.ends[start:end], ahead[start:end], out[start:end]
            if self.week is None:
                search_rows(
                    *self.near, seeds, costs, wanted, n_wanted, places.ends, last, scratch, part
                )
            else:
                search_rows_timed(
                    *self.near, self.week, seeds, costs, wanted, n_wanted,
                    *places, self.by_period, scratch, part,
                )  # fmt: skip

        step = max(1, min(_CHUNK, -(-len(out) // threads)))
        spread(block, len(out), step, threads)


# ---- matrices


def n_threads(threads: int | None) -> int:
    """Threads to use: all cores when no number is given."""
    return max(1, threads if threads is not None else (os.cpu_count() or 1))


def spread(job: Callable[[int, int], None], count: int, step: int, threads: int) -> None:
    """Do ``job(start, end)`` for all blocks of a range; kernels release the GIL."""
    blocks = [(start, min(start + step, count)) for start in range(0, count, step)]
    if threads == 1 or len(blocks) <= 1:
        for start, end in blocks:
            job(start, end)
        return
    with ThreadPoolExecutor(min(threads, len(blocks))) as pool:
        for _ in pool.map(lambda block: job(*block), blocks):
            pass


def _search_rows(
    searcher: Searcher, origins: Approach, places: Approach, threads: int
) -> NDArray[np.float64]:
    """One search an origin, until all places are reached."""
    n_nodes = len(searcher.near.indptr) - 1
    out = np.full((len(origins.ends), len(places.ends)), np.inf)
    if n_nodes == 0 or out.size == 0:
        return out
    nodes = np.unique(places.ends[places.ends >= 0])
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    wanted[nodes] = True
    if len(nodes):
        searcher.rows(origins, places, wanted, len(nodes), out, threads)
    return out


def ranks(network: RoadNetwork, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ranks of nodes in the hierarchy; -1 stays."""
    if network.n_nodes == 0:
        return nodes
    return np.where(nodes >= 0, network.topology.rank[np.maximum(nodes, 0)], -1).astype(np.int64)


def _sweep_rows(
    network: RoadNetwork, period: int, origins: Approach, places: Approach, threads: int
) -> NDArray[np.float64]:
    """Many origins in one sweep over the ancestors of the places.

    With fewer places than origins one sweeps from the places, against the direction of travel.
    """
    arcs = metric(network, period)
    if len(places.ends) < len(origins.ends):
        turned = arcs._replace(up=arcs.down, down=arcs.up)
        out = _sweep(network, turned, period, (places, origins), threads)
        return np.ascontiguousarray(out.T)
    return _sweep(network, arcs, period, (origins, places), threads)


def _sweep(
    network: RoadNetwork,
    arcs: Metric,
    period: int,
    ends: tuple[Approach, Approach],
    threads: int,
) -> NDArray[np.float64]:
    origins, places = ends
    time_s, parent = network.edge_times_s(period), network.topology.parent
    nodes, column = np.unique(places.ends, return_inverse=True)
    if len(nodes) and nodes[0] < 0:
        nodes, column = nodes[1:], column - 1
    column = column.reshape(places.ends.shape)
    cone = cone_of(parent, arcs.down, ranks(network, nodes).astype(np.int32))
    seeds = ranks(network, origins.ends)
    ahead, last = origins.costs(time_s), places.costs(time_s)
    out = np.full((len(origins.ends), len(places.ends)), np.inf)
    mine = threading.local()
    lanes = lanes_for(len(cone.indptr) - 1, len(out), threads)

    def rows(start: int, end: int) -> None:
        if not hasattr(mine, "label"):
            mine.label = np.full(network.n_nodes, np.inf)
            mine.swept = np.empty((len(cone.indptr) - 1, lanes))
            mine.reached = np.empty((lanes, len(nodes)))
        sweep(
            parent, arcs.up, cone, seeds[start:end], ahead[start:end],
            mine.label, mine.swept, mine.reached,
        )  # fmt: skip
        for k in range(start, end):
            arrivals(mine.reached[k - start], column, last, out[k])

    spread(rows, len(out), lanes, threads)
    return out


def node_matrix(
    network: RoadNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    period: int = 0,
    threads: int | None = None,
    method: Method | None = None,
) -> NDArray[np.float64]:
    """Shortest travel times between nodes.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        Node indices, [k] and [l].
    period
        The period of the week whose times hold all along.
    threads
        Threads to use, all cores when not given; the result is the same.
    method
        ``"search"`` or ``"elimination"``; by the size of the matrix when not given.

    Returns
    -------
    float64[k, l]
        Seconds, inf where there is no way.

    Raises
    ------
    IndexError
        If there is no such node or period.
    """
    start, goal = at_nodes(network, origins), at_nodes(network, destinations)
    return _static(network, start, goal, period, threads, method)


def at_nodes(network: RoadNetwork, nodes: ArrayLike) -> Approach:
    """Leave from nodes, or arrive at them."""
    index = np.atleast_1d(np.asarray(nodes, dtype=np.int64)).ravel()
    if len(index) and (index.min() < 0 or index.max() >= network.n_nodes):
        raise IndexError(f"nodes lie outside 0 to {network.n_nodes - 1}")
    none = np.full(len(index), -1, dtype=np.int64)
    ends = np.column_stack([index, none])
    return Approach(ends, np.zeros(ends.shape, dtype=np.int64), np.zeros(ends.shape))


def _static(
    network: RoadNetwork,
    origins: Approach,
    places: Approach,
    period: int,
    threads: int | None,
    method: Method | None = None,
) -> NDArray[np.float64]:
    """Matrix at the times of one period."""
    if not 0 <= period < network.n_periods:
        raise IndexError(f"period {period} of {network.n_periods}")
    n_origins, n_places = len(origins.ends), len(places.ends)
    if method is None:
        many = network.is_prepared or min(n_origins, n_places) > FEW
        method = "elimination" if many else "search"
    if method == "elimination":
        return _sweep_rows(network, period, origins, places, n_threads(threads))
    if n_origins <= n_places:
        forward = Searcher(network, week_s=None, backward=False, period=period)
        return _search_rows(forward, origins, places, n_threads(threads))
    backward = Searcher(network, week_s=None, backward=True, period=period)
    return np.ascontiguousarray(_search_rows(backward, places, origins, n_threads(threads)).T)


def matrix(
    network: RoadNetwork,
    origins: Positions,
    destinations: Positions,
    *,
    depart_week_s: float | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Shortest travel times between positions on streets.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        Positions, k and l of them.
    depart_week_s
        Second of the week (0 is Monday 00:00) at which all trips begin; they are driven at the
        speeds of the periods that they meet. Without it the times of period 0 hold all along.
    threads
        Threads to use, all cores when not given; the result is the same.

    Returns
    -------
    float64[k, l]
        Seconds; inf where there is no way, or where a position was not snapped.
    """
    start = np.asarray(origins.edge, dtype=np.int64), np.asarray(origins.fraction)
    goal = np.asarray(destinations.edge, dtype=np.int64), np.asarray(destinations.fraction)
    leave, arrive = leaving(network, *start), arriving(network, *goal)
    week: Clock | None = None
    period = 0 if depart_week_s is None else network.period_at(depart_week_s)
    if depart_week_s is not None and network.n_periods > 1:
        searcher = Searcher(network, week_s=depart_week_s, backward=False)
        week = searcher.week
        out = _search_rows(searcher, leave, arrive, n_threads(threads))
    else:
        out = _static(network, leave, arrive, period, threads)
    _join_along_streets(network, start, goal, week, period, out)
    return out


def _join_along_streets(
    network: RoadNetwork,
    start: tuple[NDArray[np.int64], NDArray[np.float64]],
    goal: tuple[NDArray[np.int64], NDArray[np.float64]],
    week: Clock | None,
    period: int,
    out: NDArray[np.float64],
) -> None:
    """Shorten the trips between two positions on one street by driving straight along it."""
    if network.n_edges == 0:
        return
    street = network.street
    by_street: dict[int, list[int]] = {}
    for j, edge in enumerate(goal[0].tolist()):
        if edge >= 0:
            by_street.setdefault(int(street[edge]), []).append(j)
    for i, edge in enumerate(start[0].tolist()):
        if edge < 0:
            continue
        for j in by_street.get(int(street[edge]), ()):
            leg = along_street(
                network, (edge, float(start[1][i])), (int(goal[0][j]), float(goal[1][j]))
            )
            if leg is not None:
                out[i, j] = min(out[i, j], leg_s(network, leg, week, period))


def leg_s(
    network: RoadNetwork, leg: tuple[int, float, float], week: Clock | None, period: int
) -> float:
    """Seconds for part of one edge at the beginning of a trip."""
    edge, enter, leave = leg
    if leave <= enter:
        return 0.0
    if week is not None:
        return float(drive(0.0, leave - enter, network.times_by_period[edge], week))
    return float((leave - enter) * network.edge_times_s(period)[edge])
