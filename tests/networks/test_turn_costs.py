"""Angles of drawn junctions, and what a turn costs by side, street and vehicle."""

from __future__ import annotations

import numpy as np
import pytest

from networks import InputError, RawNodes, RawStreets, Shapes, TurnCosts, build_network
from networks.turn_costs import turn_angles

STEP = 0.001


def star(degrees, lanes=0):
    """Two-way streets from one junction (node 0) in some directions, counter-clockwise of east."""
    angle = np.radians(np.asarray(degrees, float))
    lon = np.r_[24.9, 24.9 + STEP * np.cos(angle) / np.cos(np.radians(60.0))]
    lat = np.r_[60.0, 60.0 + STEP * np.sin(angle)]
    k = len(degrees)
    streets = RawStreets(
        np.zeros(k, int),
        np.arange(1, k + 1),
        backward=np.ones(k, bool),
        lanes=np.full(k, lanes),
        back={"lanes": np.full(k, lanes)},
    )
    return build_network(RawNodes(np.arange(k + 1), lon, lat), streets)


def turn(network, arm, other):
    """Edges into the junction from one arm and out of it by another."""
    inward = np.flatnonzero((network.tail == arm) & (network.head == 0))
    outward = np.flatnonzero((network.tail == 0) & (network.head == other))
    return inward, outward


@pytest.mark.parametrize(
    ("course", "angle"), [(0, 0), (90, 90), (-90, -90), (45, 45), (150, 150), (-150, -150)]
)
def test_the_angle_is_that_between_the_two_courses(course, angle):
    network = star([180, course, 10 + course, 200])
    assert turn_angles(network, *turn(network, 1, 2)) == pytest.approx(angle, abs=0.5)


def test_back_into_the_same_street_is_180_degrees():
    network = star([180, 0, 90])
    assert turn_angles(network, *turn(network, 1, 1)) == 180.0


def test_the_kerb_of_a_bend_does_not_count():
    """The last 4 m before the junction veer off; the 15 m before them give the course."""
    nodes = RawNodes(np.arange(3), np.array([24.9, 24.902, 24.904]), np.full(3, 60.0))
    lon = np.array([24.9, 24.90193, 24.902, 24.902, 24.904])
    lat = np.array([60.0, 60.0, 60.00002, 60.0, 60.0])
    lat[2] = 60.0
    lat[1] = 60.00001
    shapes = Shapes(np.array([0, 3, 5]), lon, lat)
    streets = RawStreets(
        np.array([0, 1]), np.array([1, 2]), backward=np.ones(2, bool), shapes=shapes
    )
    network = build_network(nodes, streets)
    inward = np.flatnonzero((network.tail == 0) & (network.head == 1))
    outward = np.flatnonzero((network.tail == 1) & (network.head == 2))
    assert abs(turn_angles(network, inward, outward)[0]) < 8.0


@pytest.mark.parametrize("traffic", ["right", "left"])
def test_turning_across_costs_most_on_the_side_of_the_traffic(traffic):
    network = star([180, 0, 90, -90])
    costs = TurnCosts(across_s=9.0, near_s=2.0, straight_s=1.0, traffic=traffic)
    left, right = (float(costs.seconds(network, *turn(network, 1, arm))[0]) for arm in (3, 4))
    assert (left, right) == ((9.0, 2.0) if traffic == "right" else (2.0, 9.0))
    assert costs.seconds(network, *turn(network, 1, 2)).tolist() == [1.0]


def test_where_only_two_streets_meet_a_bend_is_free():
    network = star([180, 90])
    assert TurnCosts.for_vehicle().seconds(network, *turn(network, 1, 2)).tolist() == [0.0]


def test_roundabouts_are_entered_without_crossing_the_oncoming_lane():
    network = star([180, 0, 90])
    pair = turn(network, 1, 3)
    costs = TurnCosts(across_s=9.0)
    assert costs.seconds(network, *pair, np.ones(network.n_edges, bool)).tolist() == [0.0]
    assert costs.seconds(network, *pair, np.zeros(network.n_edges, bool)).tolist() == [9.0]


@pytest.mark.parametrize(
    ("lanes", "width_m", "finite"),
    [(0, 1.8, False), (2, 1.8, True), (2, 2.5, False), (4, 2.5, True)],
)
def test_a_u_turn_needs_a_carriageway_as_wide_as_the_turning_circle(lanes, width_m, finite):
    network = star([180, 0, 90], lanes=lanes)
    cost = TurnCosts.for_vehicle(width_m).seconds(network, *turn(network, 1, 1))
    assert np.isfinite(cost[0]) == finite


def test_wider_vehicles_wait_longer_to_turn_across():
    across = [TurnCosts.for_vehicle(width).across_s for width in (1.5, 1.8, 2.1, 2.5)]
    assert across == sorted(across)
    assert across[0] == across[1] == 6.0


def test_faulty_costs_are_said():
    with pytest.raises(InputError, match="across_s"):
        TurnCosts(across_s=-1.0)
    with pytest.raises(InputError, match="near_s"):
        TurnCosts(near_s=float("nan"))
    with pytest.raises(InputError, match="no side"):
        TurnCosts(traffic="middle")
    with pytest.raises(InputError, match="cannot be"):
        TurnCosts.for_vehicle(0.0)
