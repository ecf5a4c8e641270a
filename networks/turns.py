"""Travel with turns: a network on which turning costs, and may be forbidden.

:func:`with_turns` expands a network so that turns are arcs of it (:mod:`networks.turn_graph`). The
result, a :class:`networks.TurnNetwork`, is a :class:`networks.RoadNetwork`: searches, matrices,
isochrones and hierarchies answer on it as on any other, exact for every banned sequence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from networks.turn_costs import TurnCosts
from networks.turn_graph import expand, permitted_pairs
from networks.turn_network import TurnNetwork, profile_with_turns
from networks.turn_rules import TurnRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork
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
    reverse = np.full(len(edge), -1)
    two_way = network.reverse >= 0
    reverse[graph.arc_of[two_way]] = graph.arc_of[network.reverse[two_way]]
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
        reverse=reverse,
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
        profile=profile_with_turns(network.profile, graph.edge_of),
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
