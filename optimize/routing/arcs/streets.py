"""Street sweeping on a road network as an arc-routing problem, and its answer back as edges.

A two-way street is swept on each side apart, with the traffic (two tasks, one direction each), or
on both at once (one task, either direction); a one-way street is one task. Driving without sweeping
takes the network's times, sweeping the sweeper's own speed, and both are whole seconds: what is
reckoned here, what the search believes and what a crew's sheet says are the same numbers. Dirt is
counted in whole grams. (Formulation: Corberan and Laporte (eds.) 2014, Arc Routing, chapters 7 and
15; Willemse and Joubert 2016 for dump sites on the way.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.problem import ArcProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.routing.arcs.solution import ArcRoute, ArcSolution

__all__ = ["LeftOut", "Leg", "Streets", "nearest_node", "street_problem", "street_routes"]

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
        Edge of each arc.
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
        It takes.
    grams
        Swept up.
    """

    kind: Literal["sweep", "drive", "dump"]
    edges: NDArray[np.int64]
    task: int
    node: int
    seconds: int
    grams: int


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
    drive_s = _drive_seconds(network, period, drive_kmh)
    arc_edge = np.flatnonzero(drive_s >= 0)
    arc_of = np.full(network.n_edges, -1, dtype=np.int64)
    arc_of[arc_edge] = np.arange(len(arc_edge))
    dumps = np.zeros(0, np.int64) if facilities is None else np.asarray(facilities, np.int64)
    there, back = _reached(network, drive_s, depot)
    for node in dumps.tolist():
        if not (there[node] and back[node]):
            raise InputError(
                f"there is no way from the depot to the dump site at node {node} and back",
                place=name,
                mend="move one of them",
            )
    tasks, left_out = _tasks(network, required, sides, drive_s, there, back)
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
    )
    return Streets(network, problem, arc_edge, drive_s, tasks, tuple(left_out))


def _drive_seconds(network: RoadNetwork, period: int, drive_kmh: float | None) -> NDArray[np.int64]:
    time_s = network.edge_times_s(period)
    if drive_kmh is not None:
        time_s = np.maximum(time_s, 3.6 * network.length_m / drive_kmh)
    is_open = np.isfinite(time_s)
    return np.where(is_open, np.maximum(1, np.rint(np.where(is_open, time_s, 0))), -1).astype(
        np.int64
    )


def _reached(
    network: RoadNetwork, drive_s: NDArray[np.int64], depot: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Nodes that can be reached from the depot, and those from which it can be."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    is_open = drive_s >= 0
    ends = (network.tail[is_open], network.head[is_open])
    n = network.n_nodes
    found = []
    for one, other in (ends, ends[::-1]):
        graph = csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
        mask = np.zeros(n, dtype=np.bool_)
        mask[breadth_first_order(graph, depot, return_predecessors=False)] = True
        found.append(mask)
    return found[0], found[1]


def _tasks(
    network: RoadNetwork,
    required: NDArray[np.bool_],
    sides: str,
    drive_s: NDArray[np.int64],
    there: NDArray[np.bool_],
    back: NDArray[np.bool_],
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
        two_way = other >= 0 and drive_s[other] >= 0
        if sides == "both" and two_way and other < edge:
            continue
        if not there[network.tail[edge]]:
            left_out.append(LeftOut(edge, "no way there"))
        elif not back[network.head[edge]]:
            left_out.append(LeftOut(edge, "no way back"))
        else:
            tasks.append((edge, other if sides == "both" and two_way else -1))
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
    ways = _Ways(streets)
    return tuple(_expanded(streets, ways, route) for route in solution.routes)


def _expanded(streets: Streets, ways: _Ways, route: ArcRoute) -> tuple[Leg, ...]:
    problem, network = streets.problem, streets.network
    none = np.zeros(0, dtype=np.int64)
    legs: list[Leg] = []
    at = problem.depot
    for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
        target = arc if task < 0 else int(problem.tail[arc])
        legs += ways.between(at, target)
        if task < 0:
            legs.append(Leg("dump", none, -1, target, problem.visit_cost, 0))
            at = target
            continue
        edge = int(streets.arc_edge[arc])
        way = int(problem.task_arc[task, 0] != arc)
        at = int(network.head[edge])
        seconds, grams = int(problem.serve_cost[task, way]), int(problem.demand[task])
        legs.append(Leg("sweep", np.array([edge]), task, at, seconds, grams))
    return (*legs, *ways.between(at, problem.depot))


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

    def between(self, start: int, end: int) -> list[Leg]:
        """Give the way as a leg; nothing where one is there already."""
        from scipy.sparse.csgraph import dijkstra

        if start == end:
            return []
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
        return [Leg("drive", way, -1, end, int(self.drive_s[way].sum()), 0)]
