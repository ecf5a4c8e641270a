"""Snapping: nothing on any street is nearer than what is found."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError, Position, Positions, read_arcs, synthetic_district
from networks.paths import cut


def lines_of(network):
    x, y = network.shape_xy
    parts = [slice(*network.shape_ptr[e : e + 2]) for e in range(network.n_edges)]
    return np.array([shapely.LineString(np.column_stack([x[p], y[p]])) for p in parts])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 1000))
def test_no_street_is_nearer_than_the_one_found(town, seed, draw):
    network = town(seed)
    points = np.random.default_rng(draw)
    lon = points.uniform(24.88, 24.96, 20)
    lat = points.uniform(60.14, 60.18, 20)
    found = network.snap(lon, lat, np.inf)
    place = shapely.points(*network.projection.to_xy(lon, lat))
    every = shapely.distance(place[:, None], lines_of(network)[None, :])
    assert found.distance_m == pytest.approx(every.min(axis=1), abs=1e-6)
    assert every[np.arange(20), found.edge] == pytest.approx(found.distance_m, abs=1e-6)


def test_a_two_way_street_is_carried_by_its_lower_edge(town):
    network = town(3)
    edge = network.snap(network.lon, network.lat).edge
    assert np.array_equal(network.street[edge], edge)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_a_point_on_a_street_is_found_there(town, seed, edge, fraction):
    network = town(seed)
    edge %= network.n_edges
    lon, lat = cut(network, edge, fraction, fraction)
    found = network.snap(lon[0], lat[0])
    assert found.distance_m[0] < 0.1  # a line straight in degrees is not quite so in metres
    back = cut(network, found[0].edge, found[0].fraction, found[0].fraction)
    assert np.allclose([back[0][0], back[1][0]], [lon[0], lat[0]], atol=2e-6)
    assert np.allclose([found.lon[0], found.lat[0]], [lon[0], lat[0]], atol=2e-6)


def test_points_too_far_are_listed_with_their_distance(town):
    network = town(1)
    lon = [network.lon[0], network.lon[0] + 0.2, 24.92, 190.0, np.nan]
    lat = [network.lat[0], network.lat[0], -60.16, 0.0, 60.0]
    found = network.snap(lon, lat, 500.0)
    assert [miss[0] for miss in found.missed] == [1, 2, 3, 4]
    assert found.missed[0][1:3] == (lon[1], lat[1])
    assert 5_000.0 < found.missed[0][3] < 15_000.0
    assert found.missed[1][3] > 5e6
    assert np.isinf(found.missed[2][3])
    assert np.isinf(found.missed[3][3])
    with pytest.raises(InputError, match=r"4 of 5 stations have no street within 500 m of them: "):
        found.require("stations")


def test_the_limit_is_a_distance_in_metres(town):
    network = town(1)
    lon, lat = network.lon.max() + 0.002, float(network.lat[np.argmax(network.lon)])
    far = float(network.snap(lon, lat, np.inf).distance_m[0])
    assert not network.snap(lon, lat, far + 0.01).missed
    assert network.snap(lon, lat, far - 0.01).missed


def test_what_is_whole_is_handed_back_and_can_be_chosen_from(town):
    network = town(1)
    found = network.snap(network.lon, network.lat)
    assert found.require("stations") is found
    assert len(found) == len(list(found)) == network.n_nodes
    assert found[2] == Position(int(found.edge[2]), float(found.fraction[2]))
    some = found.take([4, 2])
    assert isinstance(some, Positions)
    assert [p.edge for p in some] == [found[4].edge, found[2].edge]
    assert len(found.take(found.edge == found.edge[0])) >= 1
    assert len(found.take(slice(0, 3))) == 3


def test_a_street_closed_both_ways_is_not_snapped_to(town):
    network = town(2)
    place = network.lon[5] + 0.0001, network.lat[5]
    first = network.snap(*place)[0]
    back = network.reverse[first.edge]
    shut = network.closed([first.edge] if back < 0 else [first.edge, back])
    assert network.street[shut.snap(*place)[0].edge] != first.edge
    if back >= 0:
        assert network.closed([first.edge]).snap(*place)[0] == first
    assert shut.closed(np.ones(network.n_edges, bool)).snap(*place).missed


def test_longitudes_and_latitudes_must_be_as_many(town):
    with pytest.raises(InputError, match="2 longitudes do not go with 1 latitudes"):
        town(1).snap([24.9, 24.9], [60.15])


def test_a_large_network_agrees_with_a_tree_search():
    network = synthetic_district(3000, 4)
    points = np.random.default_rng(1)
    lon = points.uniform(network.lon.min() - 0.01, network.lon.max() + 0.01, 5000)
    lat = points.uniform(network.lat.min() - 0.01, network.lat.max() + 0.01, 5000)
    found = network.snap(lon, lat, np.inf)
    tree = shapely.STRtree(lines_of(network))
    place = shapely.points(*network.projection.to_xy(lon, lat))
    _, true = tree.query_nearest(place, return_distance=True, all_matches=False)
    assert found.distance_m == pytest.approx(true, abs=1e-6)


def test_auckland_points_fall_on_its_streets(shared_data):
    folder = shared_data / "networks" / "auckland"
    network = read_arcs(
        folder / "node.csv.gz", folder / "link.csv.gz", columns={"time_s": "regular_s"}
    )
    found = network.snap(network.lon, network.lat)
    assert not found.missed
    assert found.distance_m.max() < 0.01
