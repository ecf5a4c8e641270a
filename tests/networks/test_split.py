"""Streets cut where things stand keep their length, time and directions."""

from __future__ import annotations

import numpy as np
import pytest

from networks.split import split_at
from networks.synthetic import synthetic_district


@pytest.fixture(scope="module")
def town():
    return synthetic_district(500, seed=1)


def _places(town, count=20, seed=3):
    rng = np.random.default_rng(seed)
    lon = rng.uniform(town.lon.min(), town.lon.max(), count)
    lat = rng.uniform(town.lat.min(), town.lat.max(), count)
    return town.snap(lon, lat)


def test_length_and_time_of_all_streets_stay_as_they_were(town):
    split = split_at(town, _places(town))
    for name in ("length_m", "time_s"):
        after = np.bincount(split.origin, getattr(split.network, name), town.n_edges)
        assert after == pytest.approx(getattr(town, name))
    assert split.network.n_nodes > town.n_nodes


def test_edges_are_sorted_and_their_twins_run_back(town):
    network = split_at(town, _places(town)).network
    key = network.tail.astype(np.int64) * network.n_nodes + network.head
    assert (np.diff(key) >= 0).all()
    two = np.flatnonzero(network.reverse >= 0)
    back = network.reverse[two]
    assert (network.tail[back] == network.head[two]).all()
    assert (network.reverse[back] == two).all()
    first = network.shape_ptr[:-1]
    assert network.shape_lon[first] == pytest.approx(network.lon[network.tail])
    last = network.shape_ptr[1:] - 1
    assert network.shape_lat[last] == pytest.approx(network.lat[network.head])


def test_times_between_junctions_and_places_are_those_of_the_uncut_streets(town):
    places = _places(town)
    split = split_at(town, places)
    old = np.arange(town.n_nodes)
    assert split.network.node_matrix(old, old) == pytest.approx(town.node_matrix(old, old))
    between = split.network.node_matrix(split.node, split.node)
    assert between == pytest.approx(town.matrix(places, places), abs=0.3)


def test_a_place_at_a_junction_and_two_that_are_one_cut_nothing_twice(town):
    edge = int(np.flatnonzero(town.reverse >= 0)[0])
    at_node = town.snap([town.lon[0], town.lon[0]], [town.lat[0], town.lat[0]])
    assert split_at(town, at_node).node.tolist() == [0, 0]
    assert split_at(town, at_node).network is town
    x = 0.5 * (town.lon[town.tail[edge]] + town.lon[town.head[edge]])
    y = 0.5 * (town.lat[town.tail[edge]] + town.lat[town.head[edge]])
    twice = split_at(town, town.snap([x, x], [y, y]))
    assert twice.node[0] == twice.node[1] == town.n_nodes
    assert twice.network.n_edges == town.n_edges + 2


def test_a_place_on_its_own_side_is_met_by_one_direction_only(town):
    edge = int(np.flatnonzero(town.reverse >= 0)[0])
    x = 0.5 * (town.lon[town.tail[edge]] + town.lon[town.head[edge]])
    y = 0.5 * (town.lat[town.tail[edge]] + town.lat[town.head[edge]])
    split = split_at(town, town.snap([x], [y]), np.array([True]))
    network, node = split.network, int(split.node[0])
    into = network.tail[network.head == node]
    assert len(into) == 1
    assert network.n_edges == town.n_edges + 1


def test_a_place_without_a_street_has_no_junction(town):
    split = split_at(town, town.snap([0.0], [0.0]))
    assert split.node.tolist() == [-1]
