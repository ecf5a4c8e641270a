"""Turns of a sweeper, from the streets' lines, the restrictions and a table of seconds.

What counts as left, right or straight on is what :mod:`networks.turn_costs` says of the streets'
lines: nothing is a turn where only two streets meet. A ban over three streets or more needs memory,
as in :mod:`networks.turn_graph`: the streets between its first and its last get a copy each, an arc
of its own that is entered from the ban's beginning alone. Copies are driven, never swept: a street
in the midst of a ban is not swept right after the one that the ban begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from networks.turn_costs import TurnCosts
from networks.turn_graph import Pairs, states_of
from networks.turn_rules import TurnRules
from optimize.routing.arcs.turns import ArcTurns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.routing.arcs.turns import LineGraph

__all__ = [
    "TURN_KINDS", "StreetTurns", "UTurns", "arcs_there_and_back", "street_turns", "turn_kinds",
]  # fmt: skip

UTurns = Literal["allowed", "dead ends", "forbidden"]

TURN_KINDS = ("none", "left", "right", "straight", "u_turn")
"""Kinds of turns by code."""

_BY_CODE = TurnCosts(across_s=1.0, near_s=2.0, straight_s=3.0, u_turn_s=4.0, dead_end_s=4.0)


@dataclass(frozen=True, eq=False)
class StreetTurns:
    """Arcs of a network on which turning counts.

    Parameters
    ----------
    arc_edge : int64[a]
        Edge of each arc: the open edges in order, then copies.
    turns
        Of these arcs, in whole seconds; every pair that meets is listed.
    """

    arc_edge: NDArray[np.int64]
    turns: ArcTurns


def turn_kinds(
    network: RoadNetwork,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    rules: TurnRules | None = None,
) -> NDArray[np.int64]:
    """Tell what kind of turn leads from one edge into another.

    Parameters
    ----------
    network
        The streets.
    first, second : int64[k]
        Edges before and behind the junction.
    rules
        They know the roundabouts, at which nobody turns across the oncoming lane.

    Returns
    -------
    int64[k]
        Places in `TURN_KINDS`; "none" where only two streets meet.
    """
    roundabout = None if rules is None else rules.roundabout
    return _BY_CODE.seconds(network, first, second, roundabout).astype(np.int64)


def street_turns(
    network: RoadNetwork,
    is_open: NDArray[np.bool_],
    *,
    turn_s: Mapping[str, float] | None = None,
    u_turns: UTurns = "allowed",
    restrictions: TurnRules | None = None,
) -> StreetTurns | None:
    """Put together which turns a vehicle may make, and what they cost.

    Parameters
    ----------
    network
        The streets.
    is_open : bool[m]
        Edges that may be driven along.
    turn_s
        Seconds of a turn by kind: "straight", "left", "right", "u_turn"; a kind that is absent, or
        a table that is, costs nothing. They are rounded to whole seconds.
    u_turns
        "allowed" at every junction; "dead ends": only where no other way on is open and permitted;
        "forbidden" everywhere.
    restrictions
        Banned turns, as :func:`networks.read_turn_rules` finds them.

    Returns
    -------
    StreetTurns or None
        None where every turn is free and permitted.

    Raises
    ------
    InputError
        If a kind is unknown, a number of seconds is none from 0 up, or the restrictions belong to
        another network.
    """
    seconds = _seconds(turn_s)
    if u_turns not in {"allowed", "dead ends", "forbidden"}:
        raise InputError(
            f"U-turns cannot be {u_turns!r}", mend='say "allowed", "dead ends" or "forbidden"'
        )
    if restrictions is None and u_turns == "allowed" and not seconds.any():
        return None
    rules = TurnRules.none(network) if restrictions is None else restrictions
    if rules.n_edges != network.n_edges:
        raise InputError(
            f"the turn rules are for {rules.n_edges} edges, the network has {network.n_edges}",
            mend="read them for this network",
        )
    first, second = _open_pairs(network, is_open)
    m = network.n_edges
    bans = np.array([a * m + b for a, b in _twos(rules)], dtype=np.int64)
    allowed = ~np.isin(first * m + second, bans)
    back = network.reverse[first] == second
    if u_turns != "allowed":
        onward = np.bincount(first[allowed & ~back], minlength=m)
        allowed &= ~back | ((onward[first] == 0) & (u_turns == "dead ends"))
    kind = turn_kinds(network, first[allowed], second[allowed], rules)
    pairs = Pairs(first[allowed], second[allowed], seconds[kind].astype(np.float64))
    return _with_copies(network, is_open, rules, pairs)


def _seconds(turn_s: Mapping[str, float] | None) -> NDArray[np.int64]:
    """Whole seconds by code of the kind."""
    found = np.zeros(len(TURN_KINDS), dtype=np.int64)
    for kind, value in (turn_s or {}).items():
        if kind not in TURN_KINDS[1:]:
            raise InputError(
                f"there is no turn of the kind {kind!r}",
                mend="there are straight, left, right and u_turn",
            )
        if not 0.0 <= value < 1e6:
            raise InputError(f"a turn of the kind {kind} cannot take {value} s")
        found[TURN_KINDS.index(kind)] = round(value)
    return found


def _twos(rules: TurnRules) -> list[tuple[int, ...]]:
    return [row for row in rules.sequences() if len(row) == 2]


def _open_pairs(
    network: RoadNetwork, is_open: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Open edges that meet, sorted by the first and the second."""
    m = network.n_edges
    degree = np.diff(network.indptr)[network.head]
    first = np.repeat(np.arange(m), degree)
    within = np.arange(len(first)) - np.repeat(np.cumsum(degree) - degree, degree)
    second = network.indptr[network.head[first]] + within
    kept = is_open[first] & is_open[second]
    return first[kept], second[kept]


def _with_copies(
    network: RoadNetwork, is_open: NDArray[np.bool_], rules: TurnRules, pairs: Pairs
) -> StreetTurns:
    """Give streets with a memory their copies, and list what may follow what."""
    states = states_of(network.n_edges, pairs, rules)
    used = np.flatnonzero(is_open[states.edge_of])
    arc_of = np.full(len(states.edge_of), -1, dtype=np.int64)
    arc_of[used] = np.arange(len(used))
    arc_edge = states.edge_of[used]
    # every arc with every arc that begins where it ends
    tail, head = network.tail[arc_edge].astype(np.int64), network.head[arc_edge].astype(np.int64)
    out = np.argsort(tail, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=network.n_nodes))])
    degree = np.diff(begin)[head]
    first = np.repeat(np.arange(len(used)), degree)
    within = np.arange(len(first)) - np.repeat(np.cumsum(degree) - degree, degree)
    second = out[begin[head[first]] + within]
    key = first * len(used) + second
    order = np.argsort(key)
    first, second, key = first[order], second[order], key[order]
    cost = np.full(len(key), -1, dtype=np.int64)
    permitted = arc_of[states.source] * len(used) + arc_of[states.target]
    cost[np.searchsorted(key, permitted)] = states.seconds.astype(np.int64)
    return StreetTurns(arc_edge, ArcTurns(first, second, cost, u_turn=None))


def arcs_there_and_back(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    graph: LineGraph,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Arcs that can be reached from some nodes, and those from which others can be.

    Parameters
    ----------
    tail, head : int64[a]
        The arcs.
    graph
        Which may follow which.
    starts, ends : int64[k]
        Nodes.
    """
    before, after = graph.before, graph.after.astype(np.int64)
    there = _reached(len(tail), before, after, np.isin(tail, starts))
    back = _reached(len(tail), after, before, np.isin(head, ends))
    return there, back


def _reached(
    n: int, one: NDArray[np.int64], other: NDArray[np.int64], seeds: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    begin = np.flatnonzero(seeds)
    rows = np.concatenate([one, np.full(len(begin), n)])
    columns = np.concatenate([other, begin])
    graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(n + 1, n + 1))
    mask = np.zeros(n + 1, dtype=np.bool_)
    mask[breadth_first_order(graph, n, return_predecessors=False)] = True
    found: NDArray[np.bool_] = mask[:n]
    return found
