"""The hierarchy against scipy's Dijkstra, on connected and unconnected graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from networks import synthetic_district
from networks.cch.customise import customise
from networks.cch.many import LANES, cone_of, sweep, tree
from networks.cch.nearest import fill_buckets, look_around
from networks.cch.order import elimination_order
from networks.cch.pairs import meet, meet_nodes, new_labels, streets_of, way
from networks.cch.perfect import TOGETHER, lower_rows, shortest
from networks.cch.topology import build_topology


class Graph:
    """Nodes and edges drawn at random; some take no time, some are closed, some are parallel."""

    def __init__(self, seed, n, density=4):
        draw = np.random.default_rng(seed)
        m = int(draw.integers(0, density * n))
        self.n = n
        self.tail, self.head = draw.integers(0, n, (2, m)).astype(np.int32)
        self.time_s = draw.choice([0.0, 1.0, 2.0, np.inf, *draw.uniform(0.1, 10.0, 8)], m)
        self.lon, self.lat = draw.random((2, n))
        self.order = elimination_order(n, self.tail, self.head, self.lon, self.lat)
        self.topology = build_topology(self.order, self.tail, self.head)
        self.time_s.setflags(write=False)  # as a network's are
        self.metric = customise(self.topology, self.time_s)

    def dijkstra(self):
        """All pairs; scipy drops zeros, so that next to nothing stands for them."""
        best = {}
        for a, b, w in zip(self.tail, self.head, self.time_s, strict=True):
            if a != b and np.isfinite(w):
                best[a, b] = min(best.get((a, b), np.inf), max(w, 1e-13))
        ends = np.array(list(best), dtype=np.int64).reshape(-1, 2)
        graph = csr_array((list(best.values()), ends.T), shape=(self.n, self.n), dtype=np.float64)
        return dijkstra(graph)

    def seeds(self, nodes):
        nodes = np.asarray(nodes)
        return np.column_stack([self.topology.rank[nodes], np.full(len(nodes), -1)]).astype(
            np.int64
        )


sizes = st.integers(1, 40) | st.integers(150, 250)
graphs = st.builds(Graph, st.integers(0, 10_000), sizes, st.sampled_from([2, 4]))
some = settings(max_examples=80, deadline=None)


def near(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@some
@given(graphs)
def test_every_node_has_a_rank_and_neighbours_above_are_a_clique(graph):
    rank, node, parent, indptr, above, low_indptr, low_arc, below, edge_arc = graph.topology[:9]
    assert sorted(rank) == list(range(graph.n))
    assert np.array_equal(rank[node], np.arange(graph.n))
    rows = [above[indptr[r] : indptr[r + 1]].tolist() for r in range(graph.n)]
    for r, row in enumerate(rows):
        assert row == sorted(set(row))
        assert all(u > r for u in row)
        assert parent[r] == (row[0] if row else graph.n)
        if row:
            assert set(row[1:]) <= set(rows[row[0]])
            assert graph.topology.depth[r] == graph.topology.depth[row[0]] + 1
        else:
            assert graph.topology.depth[r] == 0
        assert graph.topology.joined[r] == (
            bool(row) and row[0] == r + 1 and row[1:] == rows[r + 1]
        )
    low = np.repeat(np.arange(graph.n), np.diff(indptr))
    assert np.array_equal(low[low_arc], below)
    assert np.array_equal(above[low_arc], np.repeat(np.arange(graph.n), np.diff(low_indptr)))
    for e, (a, b) in enumerate(zip(rank[graph.tail], rank[graph.head], strict=True)):
        if a == b:
            assert edge_arc[e] == -1
        else:
            assert (low[edge_arc[e] // 2], above[edge_arc[e] // 2]) == (min(a, b), max(a, b))
            assert edge_arc[e] % 2 == (a > b)


@some
@given(graphs)
def test_sweeps_are_dijkstras(graph):
    expected = graph.dijkstra()
    topology, metric = graph.topology, graph.metric
    origins = np.arange(min(graph.n, LANES))
    goals = np.arange(0, graph.n, 3)
    cone = cone_of(topology.parent, metric.down, topology.rank[goals])
    label, swept = np.full(graph.n, np.inf), np.empty((len(cone.indptr) - 1, LANES))
    out = np.empty((len(origins), len(goals)))
    costs = np.zeros((len(origins), 2))
    sweep(topology.parent, metric.up, cone, graph.seeds(origins), costs, label, swept, out)
    assert out == near(expected[: len(origins), goals])
    assert np.isinf(label).all()
    for origin in origins[:3]:
        seeds, to_all, from_all = graph.seeds([origin])[0], np.empty(graph.n), np.empty(graph.n)
        parts = (topology.parent, metric.up, metric.down, topology.node)
        tree(*parts, seeds, np.zeros(2), label, to_all)
        parts = (topology.parent, metric.down, metric.up, topology.node)
        tree(*parts, seeds, np.zeros(2), label, from_all)
        assert to_all == near(expected[origin])
        assert from_all == near(expected[:, origin])


@some
@given(graphs)
def test_pairs_meet_and_their_ways_are_streets_in_a_row(graph):
    expected = graph.dijkstra()
    topology, metric, none = graph.topology, graph.metric, np.zeros(2)
    label = new_labels(topology)
    via = np.empty(label.shape, dtype=np.int32)
    street = streets_of(topology.edge_arc, graph.time_s, len(topology.above))
    draw = np.random.default_rng(graph.n)
    for a, b in draw.integers(0, graph.n, (30, 2)):
        seeds, goals = graph.seeds([a, b])
        halves = (topology.parent, topology.depth, metric.up_rungs, metric.down_rungs)
        time_s, top = meet(*halves, seeds, none, goals, none, label, via)
        assert time_s == near(expected[a, b])
        flat = (*halves[:2], *halves[2], *halves[3])
        assert meet_nodes(*flat, seeds[0], goals[0], label) == time_s
        assert np.isinf(label).all()
        if np.isinf(time_s):
            assert top == -1
            continue
        first, edges, last = way(topology, metric, street, graph.time_s, top, via)
        assert (topology.node[first], topology.node[last]) == (a, b)
        stops = [a, *graph.head[edges]]
        assert np.array_equal(graph.tail[edges], stops[:-1])
        assert stops[-1] == b
        assert graph.time_s[edges].sum() == near(time_s)


@some
@given(graphs)
def test_trips_between_places_with_two_ends_take_the_best_of_four(graph):
    expected = graph.dijkstra()
    topology, metric = graph.topology, graph.metric
    label = new_labels(topology)
    via = np.empty(label.shape, dtype=np.int32)
    street = streets_of(topology.edge_arc, graph.time_s, len(topology.above))
    halves = (topology.parent, topology.depth, metric.up_rungs, metric.down_rungs)
    draw = np.random.default_rng(graph.n)
    for _ in range(20):
        nodes, costs = draw.integers(0, graph.n, (2, 2)), draw.choice([0.0, 1.0, 3.0], (2, 2))
        if len(graph.tail):
            edge = draw.integers(0, len(graph.tail))
            nodes[0] = graph.tail[edge], graph.head[edge]
        ends = topology.rank[nodes].astype(np.int64)
        ends[1, 1] = draw.choice([-1, ends[1, 1]])
        time_s, top = meet(*halves, ends[0], costs[0], ends[1], costs[1], label, via)
        goals = 2 if ends[1, 1] >= 0 else 1
        every = costs[0, :, None] + expected[np.ix_(*nodes)] + costs[1]
        assert time_s == near(every[:, :goals].min())
        assert np.isinf(label).all()
        if np.isfinite(time_s):
            first, edges, last = way(topology, metric, street, graph.time_s, top, via)
            begin, end = (nodes[side].tolist().index(topology.node[r])
                          for side, r in ((0, first), (1, last)))  # fmt: skip
            same = nodes[0] == nodes[0, begin], nodes[1, :goals] == nodes[1, end]
            total = costs[0][same[0]].min() + graph.time_s[edges].sum()
            assert total + costs[1, :goals][same[1]].min() == near(time_s)


@some
@given(graphs, st.integers(1, 5), st.integers(1, 12))
def test_the_nearest_are_the_first_of_the_sorted_row(graph, k, n_goals):
    expected = graph.dijkstra()
    topology, metric = graph.topology, graph.metric
    goals = np.random.default_rng(k).integers(0, graph.n, n_goals)
    buckets = fill_buckets(
        topology.parent, metric.down, graph.seeds(goals), np.zeros((n_goals, 2)), k
    )
    place, time_s = np.empty((graph.n, k), dtype=np.int32), np.empty((graph.n, k))
    seeds, costs = graph.seeds(np.arange(graph.n)), np.zeros((graph.n, 2))
    look_around(topology.parent, metric.up, buckets, seeds, costs, place, time_s)
    rows = np.full((graph.n, max(k, n_goals)), np.inf)
    rows[:, :n_goals] = np.sort(expected[:, goals], axis=1)
    assert time_s == near(rows[:, :k])
    for i, row in enumerate(place):
        found = row[row >= 0]
        assert len(set(found)) == len(found) == np.isfinite(time_s[i]).sum()
        assert expected[i, goals[found]] == near(time_s[i, : len(found)])


def test_two_seeds_with_a_head_start_each_take_the_better():
    graph = Graph(5, 30)
    both = np.minimum(2.0 + graph.dijkstra()[3], 0.5 + graph.dijkstra()[17])
    seeds = graph.topology.rank[[3, 17]].astype(np.int64)
    out = np.empty(30)
    parts = (graph.topology.parent, graph.metric.up, graph.metric.down, graph.topology.node)
    tree(*parts, seeds, np.array([2.0, 0.5]), np.empty(30), out)
    assert out == near(both)


def test_a_chain_of_a_thousand_nodes_is_twenty_deep():
    n = 1000
    tail, head = np.arange(n - 1, dtype=np.int32), np.arange(1, n, dtype=np.int32)
    topology = build_topology(elimination_order(n, tail, head, tail / n, tail / n), tail, head)
    depth = np.zeros(n + 1, dtype=int)
    for r in range(n - 1, -1, -1):
        depth[r] = depth[topology.parent[r]] + 1
    assert depth.max() <= 20
    assert len(topology.above) < 2 * n


def test_an_order_is_the_same_every_time_and_far_from_a_full_table():
    network = synthetic_district(3000, 3)
    ends = (network.n_nodes, network.tail, network.head, network.lon, network.lat)
    assert np.array_equal(elimination_order(*ends), elimination_order(*ends))
    assert len(network.topology.above) < 15 * network.n_nodes


def test_only_arcs_without_a_detour_over_higher_nodes_stay():
    network = synthetic_district(1000, 1)
    metric = customise(network.topology, network.time_s)
    assert len(metric.up.above) < 0.8 * len(network.topology.above)


@some
@given(graphs)
def test_shortest_times_of_arcs_are_dijkstras(graph):
    expected = graph.dijkstra()
    topology = graph.topology
    up_s, down_s = graph.metric.up_s.copy(), graph.metric.down_s.copy()
    shortest(topology.indptr, topology.above, topology.joined, up_s, down_s)
    low = topology.node[np.repeat(np.arange(graph.n), np.diff(topology.indptr))]
    high = topology.node[topology.above]
    assert up_s == near(expected[low, high])
    assert down_s == near(expected[high, low])


def test_rows_over_a_table_wider_than_a_tile():
    draw = np.random.default_rng(0)
    table, old = draw.random((1026, 1026)), draw.random((TOGETHER, 1026))
    new = old.copy()
    lower_rows(table, 3, 1025, old, new)
    best = (old[:3, :1025, None] + table[None, :1025, :1025]).min(axis=1)
    assert np.array_equal(new[:3, :1025], np.minimum(old[:3, :1025], best))
    assert np.array_equal(new[3:], old[3:])
    assert np.array_equal(new[:, 1025:], old[:, 1025:])


def test_an_empty_graph_has_a_hierarchy():
    graph = Graph(1, 1)
    nobody, nowhere = np.zeros(0, np.int32), np.zeros(0)
    order = elimination_order(0, nobody, nobody, nowhere, nowhere)
    topology = build_topology(order, nobody, nobody)
    assert len(topology.rank) == len(customise(topology, nowhere).up.above) == 0
    assert graph.topology.rank.tolist() == [0]
