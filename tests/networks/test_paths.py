"""A trip is one line on the map, and its parts add up to its time and length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import Position, RawNodes, RawStreets, SpeedProfile, Words, build_network
from networks.kernels import HOUR_S
from networks.paths import cut

KMH = 36.0


@pytest.fixture(scope="module")
def block():
    """A block of 1 km x 1 km in metres: Ring Road one-way around, High Street two-way across."""
    step = 0.009
    nodes = RawNodes(
        np.arange(4), np.array([24.9, 24.918, 24.918, 24.9]), 60.0 + step * np.r_[0, 0, 1, 1]
    )
    streets = RawStreets(
        np.array([0, 1, 2, 3, 0]),
        np.array([1, 2, 3, 0, 2]),
        backward=np.array([False, False, False, False, True]),
        speed_kmh=np.full(5, KMH),
        name=Words.of(["Ring Road"] * 4 + ["High Street"]),
    )
    return build_network(nodes, streets)


def edge_between(network, tail, head):
    return int(np.flatnonzero((network.tail == tail) & (network.head == head))[0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 10_000), st.booleans())
def test_the_parts_of_a_trip_add_up(town, profile, seed, draw, by_clock):
    network = town(seed)
    week_s = None
    if by_clock:
        network = network.with_times(40.0 * network.time_s)
        network = network.with_profile(profile(draw, network.n_edges))
        week_s = 17.0 * draw
    choose = np.random.default_rng(draw)
    start, goal = (
        Position(int(choose.integers(0, network.n_edges)), float(choose.random())) for _ in "ab"
    )
    way = network.path(start, goal, depart_week_s=week_s)
    assert way.found
    assert np.array_equal(network.head[way.edges[:-1]], network.tail[way.edges[1:]])
    assert (way.enter[1:] == 0.0).all()
    assert (way.leave[:-1] == 1.0).all()
    share = way.leave - way.enter
    assert way.length_m == pytest.approx(np.sum(share * network.length_m[way.edges]))
    if not by_clock:
        assert way.time_s == pytest.approx(np.sum(share * network.time_s[way.edges]))
    for end, place in ((0, start), (-1, goal)):
        lon, lat = cut(network, place.edge, place.fraction, place.fraction)
        assert way.lon[end] == pytest.approx(lon[0], abs=1e-9)
        assert way.lat[end] == pytest.approx(lat[0], abs=1e-9)
    x, y = network.projection.to_xy(way.lon, way.lat)
    assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(way.length_m, rel=1e-3, abs=0.1)


def test_along_a_two_way_street_one_drives_straight_in_both_directions(block):
    edge = edge_between(block, 0, 2)
    ahead = block.path(Position(edge, 0.2), Position(edge, 0.7))
    back = block.path(Position(edge, 0.7), Position(edge, 0.2))
    assert list(ahead.edges) == [edge]
    assert list(back.edges) == [int(block.reverse[edge])]
    assert ahead.length_m == pytest.approx(0.5 * block.length_m[edge])
    assert back.length_m == pytest.approx(ahead.length_m)
    assert ahead.time_s == pytest.approx(ahead.length_m / (KMH / 3.6))
    named = block.path(Position(edge, 0.2), Position(int(block.reverse[edge]), 0.3))
    assert named.time_s == pytest.approx(ahead.time_s)


def test_on_a_one_way_street_one_drives_around_to_what_lies_behind(block):
    edge = edge_between(block, 0, 1)
    ahead = block.path(Position(edge, 0.2), Position(edge, 0.7))
    around = block.path(Position(edge, 0.7), Position(edge, 0.2))
    assert ahead.length_m == pytest.approx(0.5 * block.length_m[edge])
    assert around.edges[0] == around.edges[-1] == edge
    assert (around.enter[0], around.leave[-1]) == (0.7, 0.2)
    assert around.street_names == ("Ring Road", "High Street", "Ring Road")


def test_a_place_is_no_time_from_itself(block):
    way = block.path(Position(3, 0.4), Position(3, 0.4))
    assert way.time_s == way.length_m == 0.0
    assert len(way.lon) == 1


def test_names_come_in_the_order_of_travel_once_in_a_row(block):
    way = block.path(
        Position(edge_between(block, 0, 1), 0.5), Position(edge_between(block, 3, 0), 0.5)
    )
    assert way.street_names == ("Ring Road",)
    over = block.path(
        Position(edge_between(block, 3, 0), 0.5), Position(edge_between(block, 2, 3), 0.5)
    )
    assert over.street_names == ("Ring Road", "High Street", "Ring Road")


def test_where_there_is_no_way_the_trip_is_empty(block):
    shut = block.closed([edge_between(block, 0, 1)])
    way = shut.path(
        Position(edge_between(block, 2, 3), 0.5), Position(edge_between(block, 1, 2), 0.1)
    )
    assert not way.found
    assert way.time_s == way.length_m == np.inf
    assert len(way.edges) == len(way.lon) == len(way.street_names) == 0


def test_a_closure_sends_the_trip_another_way(block):
    high = edge_between(block, 0, 2)
    start, goal = Position(edge_between(block, 3, 0), 0.5), Position(edge_between(block, 2, 3), 0.5)
    assert high in block.path(start, goal).edges
    assert high not in block.closed([high]).path(start, goal).edges


def test_a_trip_into_the_peak_is_slow_from_there_on(block):
    edge = edge_between(block, 0, 1)
    hours = np.zeros(168, int)
    hours[7] = 1
    factor = np.ones((2, block.n_edges))
    factor[1] = 0.25
    network = block.with_profile(SpeedProfile(hours, factor))
    free_s = 0.8 * network.time_s[edge]
    way = network.path(Position(edge, 0.1), Position(edge, 0.9), depart_week_s=7 * HOUR_S - 20.0)
    assert way.time_s == pytest.approx(20.0 + 4.0 * (free_s - 20.0))


def test_edges_must_exist(block):
    with pytest.raises(IndexError, match="edge -1"):
        block.path(Position(-1, 0.0), Position(0, 0.0))
