"""The graph on which turns are arcs: the expansion behind :func:`networks.turns.with_turns`.

Each street keeps an arc of its own, so that a place on it is the same place as before; its two
ends are nodes of their own, and what may follow is an arc from the end of one street to the
beginning of the next (Winter 2002, "Modeling costs of turns in route planning", GeoInformatica
6:345-361, with the streets kept). Where all turns are free a junction stays one node, and where
only one street may follow, the two are joined without an arc.

A ban of three edges or more needs memory: streets on the way get a copy for each beginning of a
banned sequence, entered from it alone, and left for everything but what the sequence ends with
(the states of the Aho-Corasick automaton of the banned sequences, crossed with the streets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork
    from networks.turn_costs import TurnCosts
    from networks.turn_rules import TurnRules

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Pairs(NamedTuple):
    """Turns that are permitted by themselves: from one edge into another, and the seconds."""

    first: Ints
    second: Ints
    seconds: Floats


class Expanded(NamedTuple):
    """Nodes and arcs of the expanded graph, arcs sorted by tail and head."""

    node_of: Ints
    """Node of the streets' network at which each node lies."""
    tail: Ints
    head: Ints
    edge_of: Ints
    """Street edge of each arc, -1 for a turn."""
    from_edge: Ints
    """Street edge that an arc drives, or that a turn leaves."""
    turn_s: Floats
    """Seconds of turn arcs, 0 for streets."""
    arc_of: Ints
    """The arc on which places of each street edge lie."""


def permitted_pairs(network: RoadNetwork, rules: TurnRules, costs: TurnCosts) -> Pairs:
    """All turns but those banned by two edges or too narrow; at dead ends one may turn round."""
    m = network.n_edges
    degree = np.diff(network.indptr)[network.head]
    first = np.repeat(np.arange(m), degree)
    within = np.arange(len(first)) - np.repeat(np.cumsum(degree) - degree, degree)
    second = network.indptr[network.head[first]] + within
    seconds = costs.seconds(network, first, second, rules.roundabout)
    bans = [row for row in rules.sequences() if len(row) == 2]
    keys = np.array([a * m + b for a, b in bans], dtype=np.int64)
    allowed = ~np.isin(first * m + second, keys)
    ahead = np.isfinite(seconds) & (network.reverse[first] != second) & allowed
    dead_end = np.bincount(first[ahead], minlength=m) == 0
    back = (network.reverse[first] == second) & dead_end[first]
    seconds = np.where(back, costs.dead_end_s, seconds)
    allowed &= np.isfinite(seconds)
    return Pairs(first[allowed], second[allowed], seconds[allowed])


class States(NamedTuple):
    """Streets and their copies with a memory, and which state may follow which."""

    edge_of: Ints
    source: Ints
    target: Ints
    seconds: Floats


def states_of(m: int, pairs: Pairs, rules: TurnRules) -> States:
    """Streets 0 to m - 1 and their copies, with the turns that are permitted between them."""
    banned = {row for row in rules.sequences() if len(row) > 2}
    if not banned:
        return States(np.arange(m), *pairs)
    copies: dict[tuple[int, ...], int] = {}
    for row in sorted(banned):
        for length in range(2, len(row)):
            copies.setdefault(row[:length], m + len(copies))
    target = pairs.second.copy()
    entered = {(row[0], row[1]): number for row, number in copies.items() if len(row) == 2}
    keys = np.array([a * m + b for a, b in entered], dtype=np.int64)
    hits = np.flatnonzero(np.isin(pairs.first * m + pairs.second, keys)).tolist()
    for k in hits:
        target[k] = entered[int(pairs.first[k]), int(pairs.second[k])]
    more: list[tuple[int, int, float]] = []
    for row, number in copies.items():
        low, high = np.searchsorted(pairs.first, [row[-1], row[-1] + 1])
        for k in range(int(low), int(high)):
            ahead = (*row, int(pairs.second[k]))
            tails = [ahead[at:] for at in range(len(ahead) - 1)]
            if banned.isdisjoint(tails):
                follow = next((copies[one] for one in tails if one in copies), ahead[-1])
                more.append((number, follow, float(pairs.seconds[k])))
    return States(
        np.concatenate([np.arange(m), [row[-1] for row in copies]]).astype(np.int64),
        np.concatenate([pairs.first, [one[0] for one in more]]).astype(np.int64),
        np.concatenate([target, [one[1] for one in more]]).astype(np.int64),
        np.concatenate([pairs.seconds, [one[2] for one in more]]).astype(np.float64),
    )


def expand(network: RoadNetwork, rules: TurnRules, pairs: Pairs) -> Expanded:
    """Build the graph of turns.

    Parameters
    ----------
    network
        The streets.
    rules
        Banned sequences; those of two edges are already missing among ``pairs``.
    pairs
        Turns that are permitted by themselves, sorted by their first edge.
    """
    m = network.n_edges
    states = states_of(m, pairs, rules)
    size = len(states.edge_of)
    begin_at = network.tail[states.edge_of].astype(np.int64)
    end_at = network.head[states.edge_of].astype(np.int64)
    plain = _plain_junctions(network, states)
    # A node for the beginning of each state (its number) and one for its end (size + number).
    label = np.arange(2 * size)
    first_at = np.full(network.n_nodes, -1, dtype=np.int64)
    first_at[begin_at[::-1]] = np.arange(size)[::-1]
    label[:size] = np.where(plain[begin_at], first_at[begin_at], label[:size])
    label[size:] = np.where(plain[end_at], first_at[end_at], label[size:])
    kept = ~plain[end_at[states.source]]
    source, target, seconds = (part[kept] for part in states[1:])
    alone = (
        (seconds == 0.0)
        & (np.bincount(source, minlength=size)[source] == 1)
        & (np.bincount(target, minlength=size)[target] == 1)
    )
    label[target[alone]] = size + source[alone]
    source, target, seconds = source[~alone], target[~alone], seconds[~alone]

    used, node = np.unique(label, return_inverse=True)
    node_of = np.concatenate([begin_at, end_at])[used]
    rank = np.argsort(np.argsort(node_of, kind="stable"))
    node, node_of = rank[node], np.sort(node_of)
    none = np.full(len(source), -1, dtype=np.int64)
    tail = np.concatenate([node[:size], node[size + source]])
    head = np.concatenate([node[size:], node[target]])
    order = np.lexsort((np.arange(len(tail)), head, tail))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return Expanded(
        node_of=node_of,
        tail=tail[order],
        head=head[order],
        edge_of=np.concatenate([states.edge_of, none])[order],
        from_edge=np.concatenate([states.edge_of, states.edge_of[source]])[order],
        turn_s=np.concatenate([np.zeros(size), seconds])[order],
        arc_of=place[:m],
    )


def _plain_junctions(network: RoadNetwork, states: States) -> NDArray[np.bool_]:
    """Junctions at which every turn is free, and that no memory passes; bool[n]."""
    n, m = network.n_nodes, network.n_edges
    free = (states.seconds == 0.0) & (states.source < m) & (states.target < m)
    free_at = np.bincount(network.head[states.edge_of[states.source[free]]], minlength=n)
    leaving, entering = np.diff(network.indptr), np.diff(network.in_indptr)
    plain: NDArray[np.bool_] = (leaving > 0) & (free_at == leaving * entering)
    copies = states.edge_of[m:]
    plain[network.tail[copies]] = plain[network.head[copies]] = False
    return plain
