"""A generated district: reproducible, connected, with a river, and plainly not real."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError, synthetic_district
from networks.raw import shape_lengths_m
from networks.synthetic import synthetic_population
from networks.town.ground import unit_random


@pytest.fixture(scope="module")
def district():
    return synthetic_district(5000, seed=4, area_km2=300)


def test_the_same_seed_draws_the_same_district(district):
    again = synthetic_district(5000, seed=4, area_km2=300)
    other = synthetic_district(5000, seed=5, area_km2=300)
    assert again.content_hash() == district.content_hash() != other.content_hash()


@pytest.mark.parametrize("nodes", [1000, 5000, 20000])
@pytest.mark.parametrize("seed", [0, 1])
def test_about_as_many_junctions_as_wanted(nodes, seed):
    network = synthetic_district(nodes, seed=seed)
    assert network.n_nodes == pytest.approx(nodes, rel=0.05)
    assert network.dropped.km < 0.02 * network.dropped.kept_km


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.floats(20, 2000), st.booleans())
def test_any_seed_and_area_gives_a_town(seed, area_km2, river):
    network = synthetic_district(1000, seed=seed, area_km2=area_km2, river=river)
    assert 700 < network.n_nodes < 1300
    assert network.length_m == pytest.approx(shape_lengths_m_of(network), rel=1e-6, abs=0.02)


def shape_lengths_m_of(network):
    from networks.raw import Shapes

    return shape_lengths_m(Shapes(network.shape_ptr, network.shape_lon, network.shape_lat))


def test_the_area_is_as_wanted(district):
    import shapely

    hull = shapely.convex_hull(shapely.MultiPoint(np.column_stack([district.x, district.y])))
    assert hull.area / 1e6 == pytest.approx(300, rel=0.15)


def test_few_bridges_cross_the_river(district):
    bridges = [name for name in district.names if name.endswith("Bridge")]
    assert 2 <= len(bridges) <= 8
    closed = np.isin(district.name, [district.names.index(name) for name in bridges])
    without = district.closed(closed)
    reached = np.isfinite(without.times_from(0))
    assert 0.05 < reached.mean() < 0.95


def test_the_core_is_denser_than_the_country(district):
    side = np.ptp(district.y)
    south = district.y < district.y.min() + side / 2
    assert south.mean() > 0.6
    dry = synthetic_district(2000, seed=1, river=False)
    assert not any("Bridge" in name for name in dry.names)


def test_wider_roads_are_faster_and_have_more_lanes(district):
    names = district.class_names
    speed = {name: district.speed_kmh[district.road_class == i] for i, name in enumerate(names)}
    assert speed["primary"].min() > speed["residential"].max()
    lanes = district.lanes
    assert lanes[district.road_class == names.index("primary")].min() == 3
    assert (district.reverse < 0).mean() < 0.1


def test_it_says_that_it_is_not_real(district):
    assert "no real place" in district.attribution
    assert "synthetic" in district.source


def test_people_are_spread_to_the_last_one(district):
    areas = synthetic_population(district, 123_457, seed=2, areas=50)
    assert len(areas) == 64
    assert areas["inhabitants"].sum() == 123_457
    assert areas["name"].is_unique
    assert areas["inhabitants"].min() > 123_457 / 64 / 3
    assert areas.equals(synthetic_population(district, 123_457, seed=2, areas=50))
    assert len(district.snap(areas["lon"], areas["lat"], 1.0).missed) == 0


def test_draws_are_uniform_and_streams_differ():
    draws = unit_random(7, "jitter", np.arange(20000))
    assert draws.min() >= 0
    assert draws.max() < 1
    assert draws.mean() == pytest.approx(0.5, abs=0.01)
    assert np.histogram(draws, 10)[0].min() > 1800
    other = unit_random(7, "gaps", np.arange(20000))
    assert abs(np.corrcoef(draws, other)[0, 1]) < 0.03


@pytest.mark.slow
def test_a_million_junctions_can_be_drawn():
    network = synthetic_district(1_000_000)
    assert network.n_nodes == pytest.approx(1_000_000, rel=0.05)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nodes": 10}, "10 junctions"),
        ({"area_km2": 0.0}, "0 square kilometres"),
        ({"centre": (28.2, 112.9)}, "give longitude and latitude"),
        ({"core": (2.0, 0.5)}, "core"),
        ({"mode": "boat"}, "mode 'boat'"),
        ({"speeds": "warp"}, "speed table 'warp'"),
    ],
)
def test_numbers_out_of_range_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        synthetic_district(**values)


def test_nobody_can_be_spread_over_nothing(district):
    with pytest.raises(InputError, match="fewer areas"):
        synthetic_population(district, 1000, areas=5000)
