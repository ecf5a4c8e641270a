"""Elimination against scipy's Dijkstra, on connected and unconnected graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from networks import synthetic_district
from networks.hierarchy import cone_of, customize, elimination_order, sweep


def draw_graph(seed, n):
    draw = np.random.default_rng(seed)
    m = int(draw.integers(0, 4 * n))
    tail, head = draw.integers(0, n, (2, m)).astype(np.int32)
    return tail, head, draw.uniform(0.1, 10.0, m)


def least(n, tail, head, time_s):
    """Graph of the least of parallel edges, loops left out."""
    order = np.lexsort((time_s, head, tail))
    tail, head, time_s = tail[order], head[order], time_s[order]
    keep = tail != head
    keep[1:] &= (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((time_s[keep], (tail[keep], head[keep])), shape=(n, n))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_matrices_are_dijkstras(seed, n):
    tail, head, time_s = draw_graph(seed, n)
    order = elimination_order(n, tail, head)
    metric = customize(order, tail, head, time_s)
    nodes = np.arange(n)
    seeds = np.column_stack([nodes, np.full(n, -1)])[:16]
    out = np.empty((len(seeds), n))
    sweep(order, metric, cone_of(order, metric, nodes), seeds, np.zeros((n, 2)), nodes, out)
    expected = dijkstra(least(n, tail, head, time_s), indices=seeds[:, 0])
    assert out == pytest.approx(expected, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_every_node_is_eliminated_once_and_neighbours_above_are_a_clique(seed):
    tail, head, _ = draw_graph(seed, 30)
    rank, indptr, above = elimination_order(30, tail, head)
    assert sorted(rank) == list(range(30))
    arcs = {(r, int(a)) for r in range(30) for a in above[indptr[r] : indptr[r + 1]]}
    assert all(low < high for low, high in arcs)
    for r in range(30):
        mine = above[indptr[r] : indptr[r + 1]]
        assert all((a, b) in arcs for k, a in enumerate(mine) for b in mine[k + 1 :])
    for a, b in zip(rank[tail], rank[head], strict=True):
        assert a == b or (min(a, b), max(a, b)) in arcs


def test_two_seeds_with_a_head_start_each_take_the_better():
    tail, head, time_s = draw_graph(5, 30)
    order = elimination_order(30, tail, head)
    metric = customize(order, tail, head, time_s)
    nodes = np.arange(30)
    out = np.empty((1, 30))
    seeds, costs = np.array([[3, 17]]), np.array([[2.0, 0.5]])
    sweep(order, metric, cone_of(order, metric, nodes), seeds, costs, nodes, out)
    both = dijkstra(least(30, tail, head, time_s), indices=[3, 17]) + costs.T
    assert out[0] == pytest.approx(both.min(axis=0), rel=1e-12)


def test_a_sweep_looks_at_the_destinations_ancestors_only():
    network = synthetic_district(1000, 1)
    metric = customize(network.order, network.tail, network.head, network.time_s)
    cone = cone_of(network.order, metric, np.array([7]))
    size = len(cone.indptr) - 1
    assert size < network.n_nodes // 4
    assert cone.local[network.order.rank[7]] == size - 1


def test_an_empty_graph_has_an_order():
    nobody = np.zeros(0, np.int32)
    assert len(elimination_order(0, nobody, nobody).rank) == 0
