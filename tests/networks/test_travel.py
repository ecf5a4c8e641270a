"""Matrices and one-to-all times, against independent searches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import networks.travel as travel
from networks import Position, Positions, SpeedProfile, synthetic_district
from networks.kernels import HOUR_S

few_cases = settings(max_examples=40, deadline=None)


def places(network, k, seed):
    """Positions anywhere on the streets, ends of edges and shared streets among them."""
    draw = np.random.default_rng(seed)
    edge = draw.integers(0, network.n_edges, k)
    fraction = draw.choice([0.0, 1.0, *draw.random(8)], k)
    edge[: k // 3] = edge[0]
    back = network.reverse[edge[0]]
    if back >= 0:
        edge[1] = back
    nothing = np.zeros(k)
    return Positions(edge, fraction, nothing, nothing, nothing)


def by_splitting(network, origins, goals):
    """Put every position into the graph as a node of its own, and search that (scipy)."""
    n, k = network.n_nodes, len(origins) + len(goals)
    arcs = [(int(t), int(h), w) for t, h, w in zip(network.tail, network.head, network.time_s)]  # noqa: B905
    stops = [*origins, *goals]
    for number, (edge, at) in enumerate(stops):
        me, tail, head = n + number, int(network.tail[edge]), int(network.head[edge])
        there, back = network.time_s[edge], int(network.reverse[edge])
        arcs += (
            [(me, head, (1 - at) * there)] if number < len(origins) else [(tail, me, at * there)]
        )
        if back >= 0:
            again = network.time_s[back]
            if number < len(origins):
                arcs.append((me, tail, at * again))
            else:
                arcs.append((head, me, (1 - at) * again))
    for i, (edge, at) in enumerate(origins):
        for j, (other, goal) in enumerate(goals):
            where = {int(edge): goal, int(network.reverse[edge]): 1 - goal}.get(int(other))
            if where is None or other < 0:
                continue
            me, you = n + i, n + len(origins) + j
            if where >= at:
                arcs.append((me, you, (where - at) * network.time_s[edge]))
            elif network.reverse[edge] >= 0:
                arcs.append((me, you, (at - where) * network.time_s[network.reverse[edge]]))
    best = {}
    for a, b, w in arcs:
        best[a, b] = min(best.get((a, b), np.inf), w)
    # scipy drops explicit zeros in some formats: a nothing stands for them
    ends = np.array(list(best))
    weights = np.maximum(np.array(list(best.values())), 1e-13)
    graph = csr_array((weights, (ends[:, 0], ends[:, 1])), shape=(n + k, n + k))
    return dijkstra(graph, indices=n + np.arange(len(origins)))[:, n + len(origins) :]


@few_cases
@given(st.integers(0, 30), st.integers(0, 1000), st.sampled_from([0, 10**9]))
def test_matrices_between_positions_are_those_of_a_split_graph(town, seed, draw, few):
    network = town(seed)
    origins, goals = places(network, 7, draw), places(network, 9, draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(travel, "FEW", few)
        found = network.matrix(origins, goals)
        turned = network.matrix(goals, origins)
    assert found == pytest.approx(by_splitting(network, origins, goals), rel=1e-9, abs=1e-9)
    assert turned == pytest.approx(by_splitting(network, goals, origins), rel=1e-9, abs=1e-9)


@few_cases
@given(st.integers(0, 30))
def test_node_matrices_agree_with_scipy_by_either_method(town, seed):
    network = town(seed).closed([0, 4])
    n = network.n_nodes
    best = {}
    for t, h, w in zip(network.tail, network.head, network.time_s, strict=True):
        best[t, h] = min(best.get((t, h), np.inf), w)
    ends = np.array([pair for pair, w in best.items() if np.isfinite(w)])
    weights = np.array([w for w in best.values() if np.isfinite(w)])
    expected = dijkstra(csr_array((weights, ends.T), shape=(n, n)))
    for method in ("search", "elimination", None):
        found = network.node_matrix(np.arange(n), np.arange(n), method=method)
        assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", ["search", "elimination"])
def test_the_number_of_threads_changes_no_bit(method):
    network = synthetic_district(1500, 2)
    nodes = np.arange(0, network.n_nodes, 7)
    one = network.node_matrix(nodes, nodes[::-1], threads=1, method=method)
    assert np.array_equal(one, network.node_matrix(nodes, nodes[::-1], threads=5, method=method))


def test_few_destinations_give_the_same_as_few_origins(town):
    network = town(4)
    nodes = np.arange(network.n_nodes)
    wide = network.node_matrix(nodes[:2], nodes)
    tall = network.node_matrix(nodes, nodes[:2])
    whole = network.node_matrix(nodes, nodes)
    assert wide == pytest.approx(whole[:2], rel=1e-12)
    assert tall == pytest.approx(whole[:, :2], rel=1e-12)


@few_cases
@given(st.integers(0, 30), st.integers(0, 1000), st.floats(0, 7 * 24 * HOUR_S - 1))
def test_trips_by_the_clock_agree_with_a_search_by_integrals(town, profile, seed, draw, week_s):
    base = town(seed)
    network = base.with_times(base.time_s * 60.0).with_profile(profile(draw, base.n_edges))
    times = network.times_by_period
    hours = np.tile(network.profile.period_of_hour, 5)
    ends = np.arange(len(hours) + 1) * HOUR_S
    done = [np.concatenate([[0.0], np.cumsum(HOUR_S / row[hours])]) for row in times]
    label = np.full(network.n_nodes, np.inf)
    label[0] = 0.0
    for _ in range(network.n_nodes):
        before = label.copy()
        for e in range(network.n_edges):
            start = label[network.tail[e]] + week_s
            if np.isfinite(start):
                whole = np.interp(start, ends, done[e]) + 1.0
                arrival = np.interp(whole, done[e], ends) - week_s
                label[network.head[e]] = min(label[network.head[e]], arrival)
        if np.array_equal(before, label):
            break
    assert network.times_from(0, depart_week_s=week_s) == pytest.approx(label, abs=1e-4)


@few_cases
@given(st.integers(0, 30), st.integers(0, 1000), st.floats(0, 7 * 24 * HOUR_S - 1))
def test_latest_departures_arrive_when_they_must(town, profile, seed, draw, week_s):
    base = town(seed)
    network = base.with_times(base.time_s * 60.0).with_profile(profile(draw, base.n_edges))
    back = network.times_from(3, arrive_week_s=week_s, reverse=True)
    for node in (0, 5, 11):
        forth = network.times_from(node, depart_week_s=week_s - back[node])
        assert forth[3] == pytest.approx(back[node], abs=1e-4)


@few_cases
@given(st.integers(0, 30), st.integers(0, 1000), st.booleans())
def test_matrix_path_and_one_to_all_agree_by_the_clock(town, profile, seed, draw, standstill):
    base = town(seed)
    changing = profile(draw, base.n_edges, standstill=standstill)
    network = base.with_times(base.time_s * 30.0).with_profile(changing)
    origins, goals = places(network, 4, draw), places(network, 5, draw + 1)
    week_s = 3000.0 * draw
    found = network.matrix(origins, goals, depart_week_s=week_s)
    again = network.matrix(origins, goals, depart_week_s=week_s, threads=3)
    assert np.array_equal(found, again)
    for i, origin in enumerate(origins):
        for j, goal in enumerate(goals):
            way = network.path(origin, goal, depart_week_s=week_s)
            assert way.time_s == pytest.approx(found[i, j], rel=1e-12)


def test_one_period_by_the_clock_is_the_static_matrix(town):
    network = town(1)
    origins = places(network, 6, 1)
    timed = network.matrix(origins, origins, depart_week_s=12345.0)
    assert np.array_equal(timed, network.matrix(origins, origins))


def test_a_matrix_by_the_clock_takes_the_period_it_departs_in(town):
    network = town(1)
    hours = np.zeros(168, int)
    hours[7:9] = 1
    factor = np.ones((2, network.n_edges))
    factor[1] = 0.5
    slow = network.with_profile(SpeedProfile(hours, factor))
    origins = places(network, 6, 1)
    free = network.matrix(origins, origins)
    assert np.array_equal(slow.matrix(origins, origins), free)
    assert slow.matrix(origins, origins, depart_week_s=7 * HOUR_S) == pytest.approx(2.0 * free)
    nodes = np.arange(6)
    assert slow.node_matrix(nodes, nodes, period=1) == pytest.approx(
        2.0 * network.node_matrix(nodes, nodes)
    )


def test_times_from_a_position_are_those_over_its_two_ends(town):
    network = town(1)
    edge = int(np.flatnonzero(network.reverse >= 0)[0])
    back = network.reverse[edge]
    found = network.times_from(Position(edge, 0.25))
    ahead = network.times_from(int(network.head[edge])) + 0.75 * network.time_s[edge]
    behind = network.times_from(int(network.tail[edge])) + 0.25 * network.time_s[back]
    assert found == pytest.approx(np.minimum(ahead, behind), rel=1e-12)
    to = network.times_from(Position(edge, 0.25), reverse=True)
    over_tail = network.times_from(int(network.tail[edge]), reverse=True)
    over_head = network.times_from(int(network.head[edge]), reverse=True)
    assert to == pytest.approx(
        np.minimum(over_tail + 0.25 * network.time_s[edge], over_head + 0.75 * network.time_s[back])
    )


@few_cases
@given(st.integers(0, 30), st.integers(0, 23))
def test_times_to_a_place_are_a_fixpoint_to_the_last_bit(town, seed, goal):
    network = town(seed)
    goal %= network.n_nodes
    times = network.times_from(goal, reverse=True)
    best = np.full(network.n_nodes, np.inf)
    np.minimum.at(best, network.tail, network.time_s + times[network.head])
    best[goal] = 0.0
    assert np.array_equal(times, best)


def test_where_all_is_closed_there_is_no_way(town):
    network = town(1)
    shut = network.closed(np.ones(network.n_edges, bool))
    nodes = np.arange(network.n_nodes)
    for method in ("search", "elimination"):
        found = shut.node_matrix(nodes, nodes, method=method)
        assert np.array_equal(found == 0.0, np.eye(len(nodes), dtype=bool))
        assert np.isinf(found[found != 0.0]).all()
    ends = Positions(np.array([0, 0]), np.array([1.0, 0.5]), *np.zeros((3, 2)))
    assert np.array_equal(shut.matrix(ends, ends)[[0, 1], [0, 1]], [0.0, 0.0])
    assert np.isinf(shut.matrix(ends, ends)[1, 0])


def test_what_was_not_snapped_is_not_reached(town):
    network = town(1)
    some = Positions(np.array([-1, 3]), np.array([0.0, 0.5]), *np.zeros((3, 2)))
    found = network.matrix(some, some)
    assert np.isinf(found[0]).all()
    assert np.isinf(found[:, 0]).all()
    assert found[1, 1] == 0.0


def test_empty_matrices_have_their_shape(town):
    network = town(1)
    assert network.node_matrix([], [1, 2]).shape == (0, 2)
    assert network.node_matrix([1, 2], []).shape == (2, 0)
    assert network.node_matrix(np.arange(5), [], method="elimination").shape == (5, 0)


def test_nodes_edges_and_periods_must_exist(town):
    network = town(1)
    with pytest.raises(IndexError, match="nodes lie outside"):
        network.node_matrix([network.n_nodes], [0])
    with pytest.raises(IndexError, match="period 1 of 1"):
        network.node_matrix([0], [0], period=1)
    with pytest.raises(IndexError, match="node -1"):
        network.times_from(-1)
    with pytest.raises(IndexError, match="edge -1"):
        network.times_from(Position(-1, 0.5))


def test_a_departure_does_not_go_with_trips_to_a_place(town):
    with pytest.raises(ValueError, match="depart_week_s"):
        town(1).times_from(0, reverse=True, depart_week_s=0.0)
    with pytest.raises(ValueError, match="arrive_week_s"):
        town(1).times_from(0, arrive_week_s=0.0)
