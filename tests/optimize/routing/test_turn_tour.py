"""Tours that turn cheaply: every arc once, in one piece, and as cheap as trying them all."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from optimize.routing.arcs.turn_tour import TurnTours
from optimize.routing.arcs.turns import ArcTurns, line_graph


def _closed(draw, most):
    """Closed walks that hang together: a balanced multigraph."""
    walk = [0, *draw(st.lists(st.integers(0, 3), min_size=1, max_size=most - 1))]
    return np.array(walk), np.roll(walk, -1)


def _graph(draw, tail, head):
    pairs = [(a, b) for a in range(len(tail)) for b in range(len(tail)) if head[a] == tail[b]]
    cost = [draw(st.integers(-1, 9)) for _ in pairs]
    table = np.array(pairs, dtype=np.int64)
    turns = ArcTurns(table[:, 0], table[:, 1], np.array(cost))
    return line_graph(tail, head, np.ones(len(tail), dtype=np.int64), turns)


def _worth(graph, tour):
    costs = [graph.cost_of(a, b) for a, b in pairwise([*tour, tour[0]])]
    return sum(10**6 if cost < 0 else cost for cost in costs)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), seed=st.integers(0, 9))
def test_a_tour_passes_every_arc_once_and_hangs_together(data, seed):
    tail, head = _closed(data.draw, 12)
    graph = _graph(data.draw, tail, head)
    tour = TurnTours(tail, head, np.arange(len(tail)), graph).draw(np.random.default_rng(seed))
    assert sorted(tour) == list(range(len(tail)))
    assert (head[tour] == tail[np.roll(tour, -1)]).all()


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_tours_cost_no_less_than_the_best_one_and_that_no_less_than_the_best_pairs(data):
    tail, head = _closed(data.draw, 6)
    graph = _graph(data.draw, tail, head)
    tours = TurnTours(tail, head, np.arange(len(tail)), graph)
    drawn = [tours.draw(np.random.default_rng(seed)).tolist() for seed in range(3)]
    rest = range(1, len(tail))
    whole = [
        (0, *order)
        for order in permutations(rest)
        if all(head[a] == tail[b] for a, b in pairwise([0, *order, 0]))
    ]
    least = min(_worth(graph, tour) for tour in whole)
    assert min(_worth(graph, tour) for tour in drawn) >= least
    pairs = [linear_sum_assignment(cost) for cost in tours.cost]
    assert least >= sum(cost[pair].sum() for cost, pair in zip(tours.cost, pairs, strict=True))


def test_two_rounds_through_a_junction_are_joined_where_it_costs_least():
    # 0 -> 1 -> 0 and 0 -> 2 -> 0, each cheapest by itself
    tail, head = np.array([0, 1, 0, 2]), np.array([1, 0, 2, 0])
    turns = ArcTurns([1, 3, 1, 3], [2, 0, 0, 2], [4, 4, 0, 0])
    graph = line_graph(tail, head, np.ones(4, dtype=np.int64), turns)
    tour = TurnTours(tail, head, np.arange(4), graph).draw(np.random.default_rng(1))
    assert tour.tolist() == [0, 1, 2, 3]
    assert _worth(graph, tour.tolist()) == 8


def test_ways_over_several_arcs_turn_free():
    tail, head = np.array([0, 1, 0, 1]), np.array([1, 0, 1, 0])
    graph = line_graph(tail[:2], head[:2], np.ones(2, dtype=np.int64), ArcTurns([0], [1], [9]))
    tour = TurnTours(tail, head, np.array([0, 1, -1, -1]), graph).draw(np.random.default_rng(0))
    assert tour.tolist() == [0, 3, 2, 1]
