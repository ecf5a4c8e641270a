"""Street sweeping on a road network as an arc-routing problem, and its answer back as edges.

A two-way street is swept on each side apart, with the traffic (two tasks, one direction each), or
on both at once (one task, either direction); a one-way street is one task. Driving without sweeping
takes the network's times, sweeping the sweeper's own speed, and both are whole seconds: what is
reckoned here, what the search believes and what a crew's sheet says are the same numbers. Dirt is
counted in whole grams. (Formulation: Corberan and Laporte (eds.) 2014, Arc Routing, chapters 7 and
15; Willemse and Joubert 2016 for dump sites on the way.) Where turning counts, its seconds and bans
are part of the problem, and a leg's seconds hold the turns that it takes (see `street_turns`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.problem import ArcProblem
from optimize.routing.arcs.street_turns import arcs_there_and_back, street_turns
from optimize.routing.arcs.turns import Place, TurnWays, line_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from networks import RoadNetwork, TurnRules
    from optimize.routing.arcs.solution import ArcRoute, ArcSolution
    from optimize.routing.arcs.street_turns import StreetTurns, UTurns

__all__ = [
    "LeftOut",
    "Leg",
    "Streets",
    "drive_seconds",
    "nearest_node",
    "street_problem",
    "street_routes",
]

Reason = Literal["closed", "no way there", "no way back"]


@dataclass(frozen=True)
class LeftOut:
    """A street that was asked for and cannot be served.

    Parameters
    ----------
    edge
        Directed edge of the network.
    reason
        Closed, not to be reached from the depot, or no way back to it.
    """

    edge: int
    reason: Reason


@dataclass(frozen=True, eq=False)
class Streets:
    """A sweeping problem with the table that leads back to the streets.

    Parameters
    ----------
    network
        The streets.
    problem
        Costs in seconds, demands and capacity in grams.
    arc_edge : int64[a]
        Edge of each arc; where banned turns need a memory, several arcs have one edge.
    drive_s : int64[m]
        Whole seconds of driving along each edge; -1 where it is closed.
    task_edge : int64[t, 2]
        Edge along which each task is served, and the other one along which it may be, or -1.
    left_out
        What was asked for and cannot be served.
    """

    network: RoadNetwork
    problem: ArcProblem
    arc_edge: NDArray[np.int64]
    drive_s: NDArray[np.int64]
    task_edge: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, eq=False)
class Leg:
    """A part of a route.

    Parameters
    ----------
    kind
        "sweep" (one edge), "drive" (a shortest way), or "dump" (emptying, no edges).
    edges : int64[k]
        In the order of travel.
    task
        The task that is served, else -1.
    node
        Where the leg ends.
    seconds
        It takes, turns included.
    grams
        Swept up.
    turn_s : int64[k]
        Of the seconds, those of the turn onto each edge.
    """

    kind: Literal["sweep", "drive", "dump"]
    edges: NDArray[np.int64]
    task: int
    node: int
    seconds: int
    grams: int
    turn_s: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def nearest_node(network: RoadNetwork, lon: float, lat: float) -> tuple[int, float]:
    """Find the junction nearest to a place, of those from which one can get about and back.

    Parameters
    ----------
    network
        Its largest strongly connected part counts.
    lon, lat
        Degrees.

    Returns
    -------
    tuple of int and float
        The node, and metres to it.
    """
    from networks.components import component_of_node

    x, y = network.projection.to_xy(np.array([lon]), np.array([lat]))
    away = np.hypot(network.x - x[0], network.y - y[0])
    away[component_of_node(network) != 1] = np.inf
    node = int(np.argmin(away))
    return node, float(away[node])


def street_problem(
    network: RoadNetwork,
    required: NDArray[np.bool_],
    *,
    depot: int,
    sweep_kmh: NDArray[np.float64],
    kg_per_km: NDArray[np.float64],
    capacity_kg: float,
    sides: Literal["each", "both"] = "each",
    facilities: NDArray[np.int64] | None = None,
    visit_s: float = 0.0,
    most_s: float | None = None,
    vehicles: int | None = None,
    drive_kmh: float | None = None,
    turn_s: Mapping[str, float] | None = None,
    u_turns: UTurns = "allowed",
    restrictions: TurnRules | None = None,
    period: int = 0,
    name: str = "streets",
) -> Streets:
    """Put a sweeping problem together.

    Parameters
    ----------
    network
        The streets.
    required : bool[m]
        Edges to sweep; of a two-way street either direction stands for both.
    depot
        Node where routes start and end.
    sweep_kmh, kg_per_km : float64[m]
        Speed of sweeping, and what is swept up along a kilometre of it.
    capacity_kg
        Of the hopper.
    sides
        "each": a two-way street is swept twice, once in each direction; "both": once.
    facilities : int64[f], optional
        Nodes where the hopper is emptied; at the depot only where not given.
    visit_s
        Of each emptying.
    most_s
        Most that a route may take.
    vehicles
        Most routes.
    drive_kmh
        Fastest that the vehicle drives; as fast as the streets allow where not given.
    turn_s
        Seconds of a turn by kind: "straight", "left", "right", "u_turn"; whole ones count, a kind
        that is absent costs nothing. Where only two streets meet nothing is a turn but a U-turn.
    u_turns
        "allowed" at every junction; "dead ends": only where there is no other way on; "forbidden".
    restrictions
        Banned turns, as :func:`networks.read_turn_rules` finds them for this network.
    period
        Of the week, for the times of driving.
    name
        As messages show it.

    Raises
    ------
    InputError
        If no street is required or none can be reached, a dump site cannot be reached, or a
        street holds more than the hopper.
    """
    drive_s = drive_seconds(network, period, drive_kmh)
    turning = street_turns(
        network, drive_s >= 0, turn_s=turn_s, u_turns=u_turns, restrictions=restrictions
    )
    arc_edge = np.flatnonzero(drive_s >= 0) if turning is None else turning.arc_edge
    dumps = np.zeros(0, np.int64) if facilities is None else np.asarray(facilities, np.int64)
    reach = _Reach(network, arc_edge, drive_s, turning, depot, dumps)
    if len(reach.cut_off):
        raise InputError(
            f"there is no way from the depot to the dump site at node {reach.cut_off[0]} and back",
            place=name,
            mend="move one of them",
        )
    tasks, left_out = _tasks(network, required, sides, drive_s, reach)
    if not len(tasks):
        what = "no street is to be swept" if not left_out else "no street can be reached"
        raise InputError(what, place=name, mend="choose other classes, areas or another depot")
    first = tasks[:, 0]
    serve_s = np.maximum(1, np.rint(3.6 * network.length_m / sweep_kmh)).astype(np.int64)
    grams = np.rint(network.length_m * kg_per_km).astype(np.int64)
    capacity = int(np.floor(1000.0 * capacity_kg + 1e-6))
    heavy = first[grams[first] > capacity]
    if len(heavy):
        edge = int(heavy[np.argmax(grams[heavy])])
        street = network.names[network.name[edge]] or "a street without a name"
        raise InputError(
            f"{street} holds {grams[edge] / 1000:,.0f} kg over {network.length_m[edge]:,.0f} m "
            f"between two junctions, more than the {capacity_kg:,.0f} kg of the hopper",
            place=name,
            mend="give a larger capacity or less dirt",
        )
    other = np.where(tasks[:, 1] >= 0, tasks[:, 1], first)
    arc_of = reach.arc_of
    problem = ArcProblem(
        name=name,
        n_nodes=network.n_nodes,
        tail=network.tail[arc_edge].astype(np.int64),
        head=network.head[arc_edge].astype(np.int64),
        cost=drive_s[arc_edge],
        depot=depot,
        task_arc=np.stack([arc_of[first], np.where(tasks[:, 1] >= 0, arc_of[other], -1)], axis=1),
        serve_cost=np.stack([serve_s[first], serve_s[other]], axis=1),
        demand=grams[first],
        capacity=capacity,
        vehicles=vehicles,
        facilities=np.unique(dumps),
        visit_cost=round(visit_s),
        most_cost=None if most_s is None else int(most_s),
        turns=None if turning is None else turning.turns,
    )
    return Streets(network, problem, arc_edge, drive_s, tasks, tuple(left_out))


def drive_seconds(network: RoadNetwork, period: int, drive_kmh: float | None) -> NDArray[np.int64]:
    """Whole seconds of driving along each edge; -1 where it is closed; int64[m].

    Parameters
    ----------
    network
        The streets.
    period
        Of the week, whose times hold.
    drive_kmh
        Fastest that vehicles drive; as fast as the streets allow where not given.
    """
    time_s = network.edge_times_s(period)
    if drive_kmh is not None:
        time_s = np.maximum(time_s, 3.6 * network.length_m / drive_kmh)
    is_open = np.isfinite(time_s)
    return np.where(is_open, np.maximum(1, np.rint(np.where(is_open, time_s, 0))), -1).astype(
        np.int64
    )


class _Reach:
    """Edges that can be reached from the depot, and from which one gets home, over a dump site.

    ``arc_of`` is the arc along which each edge is served, -1 where it is closed: with turns that
    need a memory the first of its arcs that can be reached and left.
    """

    def __init__(
        self,
        network: RoadNetwork,
        arc_edge: NDArray[np.int64],
        drive_s: NDArray[np.int64],
        turning: StreetTurns | None,
        depot: int,
        dumps: NDArray[np.int64],
    ) -> None:
        tail = network.tail[arc_edge].astype(np.int64)
        head = network.head[arc_edge].astype(np.int64)
        turns = None if turning is None else turning.turns
        graph = line_graph(tail, head, drive_s[arc_edge], turns)
        home = np.array([depot])
        there, back = arcs_there_and_back(tail, head, graph, home, home)
        self.cut_off = np.setdiff1d(dumps, np.append(head[there], depot))
        self.cut_off = np.union1d(self.cut_off, np.setdiff1d(dumps, np.append(tail[back], depot)))
        if len(dumps):
            _, back = arcs_there_and_back(tail, head, graph, home, dumps)
        n = network.n_edges
        self.there, self.back = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        self.there[arc_edge[there]] = True
        self.back[arc_edge[back]] = True
        self.arc_of = np.full(n, -1, dtype=np.int64)
        for arcs in (np.arange(len(arc_edge)), np.flatnonzero(there & back)):
            self.arc_of[arc_edge[arcs[::-1]]] = arcs[::-1]
        whole = np.zeros(n, dtype=np.bool_)
        whole[arc_edge[there & back]] = True
        self.served = whole


def _tasks(
    network: RoadNetwork,
    required: NDArray[np.bool_],
    sides: str,
    drive_s: NDArray[np.int64],
    reach: _Reach,
) -> tuple[NDArray[np.int64], list[LeftOut]]:
    """Edges of each task (int64[t, 2]) in the order of the edges, and what is left out."""
    tasks: list[tuple[int, int]] = []
    left_out: list[LeftOut] = []
    wanted = required.copy()
    twin = network.reverse
    wanted[twin[required & (twin >= 0)]] = True
    for edge in np.flatnonzero(wanted).tolist():
        other = int(twin[edge])
        if drive_s[edge] < 0:
            # of a street swept in one go, the direction that is open is enough
            if sides == "each" or other < 0 or (drive_s[other] < 0 and edge < other):
                left_out.append(LeftOut(edge, "closed"))
            continue
        ways = [edge]
        if sides == "both" and other >= 0 and drive_s[other] >= 0:
            if other < edge:
                continue
            ways.append(other)
        served = [way for way in ways if reach.served[way]]
        if served:
            tasks.append((served[0], served[1] if len(served) > 1 else -1))
        else:
            reached = any(reach.there[way] for way in ways)
            left_out.append(LeftOut(edge, "no way back" if reached else "no way there"))
    return np.array(tasks, dtype=np.int64).reshape(-1, 2), left_out


# ---- back to the streets


def street_routes(streets: Streets, solution: ArcSolution) -> tuple[tuple[Leg, ...], ...]:
    """Expand routes to the edges that are driven along, from the depot back to it.

    Parameters
    ----------
    streets
        What was solved.
    solution
        Its routes.

    Returns
    -------
    tuple of tuple of Leg
        One for each route; their seconds add up to the solution's value.
    """
    ways = _Ways(streets) if streets.problem.turns is None else _TurnWays(streets)
    return tuple(_expanded(streets, ways, route) for route in solution.routes)


def _expanded(streets: Streets, ways: _Ways | _TurnWays, route: ArcRoute) -> tuple[Leg, ...]:
    problem, network = streets.problem, streets.network
    none = np.zeros(0, dtype=np.int64)
    legs: list[Leg] = []
    kind = problem.fleet[route.kind]
    serve_s = problem.costs_of(kind)
    at = Place(kind.depot)
    for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
        target = Place(arc) if task < 0 else Place(int(problem.tail[arc]), arc)
        way, turn = ways.between(at, target)
        legs += way
        if task < 0:
            legs.append(Leg("dump", none, -1, target.node, problem.visit_cost, 0))
            at = target
            continue
        edge = int(streets.arc_edge[arc])
        mode = int(problem.task_arc[task, 0] != arc)
        at = Place(int(network.head[edge]), arc)
        seconds, grams = int(serve_s[task, mode]) + turn, int(problem.demand[task])
        one = (np.array([edge]), task, at.node, seconds, grams, np.array([turn]))
        legs.append(Leg("sweep", *one))
    way, _ = ways.between(at, Place(kind.depot))
    return (*legs, *way)


class _Ways:
    """Shortest ways between nodes in whole seconds, one search a start, kept."""

    def __init__(self, streets: Streets) -> None:
        from scipy.sparse import csr_array

        network, cost = streets.network, streets.problem.cost
        tail, head = streets.problem.tail, streets.problem.head
        order = np.lexsort((streets.arc_edge, cost, head, tail))
        keep = np.ones(len(order), dtype=np.bool_)  # of parallel edges the quickest counts
        keep[1:] = np.diff(tail[order]) | np.diff(head[order])
        chosen = order[keep]
        ends = (tail[chosen], head[chosen])
        n = network.n_nodes
        self.graph = csr_array((cost[chosen].astype(np.float64), ends), shape=(n, n))
        self.edge = dict(
            zip(
                zip(ends[0].tolist(), ends[1].tolist(), strict=True),
                streets.arc_edge[chosen].tolist(),
                strict=True,
            )
        )
        self.drive_s = streets.drive_s
        self.before: dict[int, NDArray[np.int32]] = {}

    def between(self, leave: Place, enter: Place) -> tuple[list[Leg], int]:
        """Give the way as a leg; nothing where one is there already."""
        from scipy.sparse.csgraph import dijkstra

        start, end = leave.node, enter.node
        if start == end:
            return [], 0
        if start not in self.before:
            _, found = dijkstra(self.graph, indices=np.array([start]), return_predecessors=True)
            self.before[start] = found[0]
        before = self.before[start]
        edges: list[int] = []
        node = end
        while node != start:
            previous = int(before[node])
            edges.append(self.edge[previous, node])
            node = previous
        way = np.array(edges[::-1], dtype=np.int64)
        seconds, turns = int(self.drive_s[way].sum()), np.zeros(len(way), dtype=np.int64)
        return [Leg("drive", way, -1, end, seconds, 0, turns)], 0


class _TurnWays:
    """Quickest ways with turns."""

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        self.ways = TurnWays(streets.problem)

    def between(self, leave: Place, enter: Place) -> tuple[list[Leg], int]:
        """Give the way as a leg, if any, and the seconds of the turn at its end.

        Raises
        ------
        InputError
            If there is no way.
        """
        found = self.ways.between(leave, enter)
        if found is None:
            raise InputError(
                f"there is no way with turns from node {leave.node} to node {enter.node}",
                place=self.streets.problem.name,
            )
        arcs, turns = found
        last = int(turns[-1])
        if not len(arcs):
            return [], last
        seconds = int(self.streets.problem.cost[arcs].sum() + turns[:-1].sum())
        edges = self.streets.arc_edge[arcs]
        return [Leg("drive", edges, -1, enter.node, seconds, 0, turns[:-1].copy())], last
