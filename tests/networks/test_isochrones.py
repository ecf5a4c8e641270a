"""Areas: as far as the time lasts, no farther, and the larger around the smaller."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from networks import (
    InputError,
    Position,
    RawNodes,
    RawStreets,
    SpeedProfile,
    build_network,
    synthetic_district,
)

REACH_M = 100.0


@pytest.fixture(scope="module")
def road():
    """One straight two-way road of some 10 km to the east, driven at 60 km/h."""
    nodes = RawNodes(np.arange(2), np.array([24.9, 25.08]), np.array([60.0, 60.0]))
    streets = RawStreets(
        np.array([0]), np.array([1]), backward=np.array([True]), speed_kmh=np.array([60.0])
    )
    return build_network(nodes, streets)


def extent_m(network, area):
    west, _, east, _ = area.bounds
    (x_west, x_east), _ = network.projection.to_xy([west, east], [60.0, 60.0])
    return x_west, x_east


def test_the_area_ends_where_the_time_is_up(road):
    (area,) = road.isochrones(Position(0, 0.5), [3.0])
    west, east = extent_m(road, area)
    assert east == pytest.approx(3000.0 + REACH_M, abs=5.0)
    assert west == pytest.approx(-3000.0 - REACH_M, abs=5.0)


def test_from_a_node_the_road_is_reached_from_its_end(road):
    (area,) = road.isochrones(0, [3.0])
    west, east = extent_m(road, area)
    assert east - west == pytest.approx(3000.0 + 2 * REACH_M, abs=5.0)


def test_one_way_streets_are_reached_in_their_direction_only(road):
    (area,) = road.closed([1]).isochrones(Position(0, 0.5), [3.0])
    west, east = extent_m(road, area)
    assert east == pytest.approx(3000.0 + REACH_M, abs=5.0)
    assert west == pytest.approx(-REACH_M, abs=5.0)


def test_the_peak_shortens_the_reach_from_its_beginning_on(road):
    hours = np.zeros(168, int)
    hours[7] = 1
    slow = road.with_profile(SpeedProfile(hours, np.array([[1.0, 1.0], [0.5, 0.5]])))
    (area,) = slow.isochrones(0, [3.0], depart_week_s=7 * 3600.0 - 60.0)
    west, east = extent_m(road, area)
    assert east - west == pytest.approx(2000.0 + 2 * REACH_M, abs=5.0)


def test_areas_come_in_the_order_asked_for_and_contain_each_other():
    network = synthetic_district(2000, 5)
    origin = network.snap(np.median(network.lon), np.median(network.lat), 5000.0)[0]
    six, two, four = network.isochrones(origin, [6, 2, 4])
    for small, large in ((two, four), (four, six)):
        assert small.area < large.area
        assert shapely.difference(small, large).area < 1e-6 * small.area
        assert large.is_valid


def test_every_node_reached_lies_in_the_area_and_none_far_beyond_it():
    network = synthetic_district(2000, 5)
    (area,) = network.isochrones(7, [6.0])
    within = shapely.contains_xy(area, network.lon, network.lat)
    times = network.times_from(7)
    assert within[times <= 360.0].all()
    assert within[times > 600.0].mean() < 0.05


def test_no_minutes_reach_the_place_itself(road):
    (area,) = road.isochrones(Position(0, 0.5), [0.0])
    west, east = extent_m(road, area)
    assert east - west == pytest.approx(2 * REACH_M, abs=5.0)


@pytest.mark.parametrize("minutes", [[-1.0], [5.0, np.nan]])
def test_minutes_that_are_none_are_refused(road, minutes):
    with pytest.raises(InputError, match="not all numbers from 0 up"):
        road.isochrones(0, minutes)
