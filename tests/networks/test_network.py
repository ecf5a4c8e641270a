"""A network never changes; what is made from it shares the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks import InputError, SpeedProfile


def test_no_array_can_be_written_to(town):
    network = town(1)
    for key in ("lon", "indptr", "time_s", "head", "shape_lon"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(network, key)[0] = 0
    assert not network.edge_times_s().flags.writeable


def test_the_callers_array_stays_his(town):
    times = town(1).time_s.copy()
    network = replace(town(1), time_s=times)
    times[0] += 1.0
    assert times.flags.writeable
    assert not network.time_s.flags.writeable


def test_planar_coordinates_are_the_projections(town):
    network = town(2)
    x, y = network.projection.to_xy(network.lon, network.lat)
    assert np.allclose(network.x, x, atol=1e-6)
    assert np.allclose(network.y, y, atol=1e-6)


def test_closing_makes_a_new_network_that_shares_the_streets(town):
    network = town(1)
    closed = network.closed([0, 3])
    assert np.isinf(closed.time_s[[0, 3]]).all()
    assert np.isfinite(network.time_s).all()
    assert closed.head is network.head
    assert closed.shape_lon is network.shape_lon
    assert closed.grid is network.grid
    assert closed.topology is network.topology


def test_a_mask_closes_the_same_edges_as_their_numbers(town):
    network = town(1)
    mask = np.zeros(network.n_edges, bool)
    mask[[2, 5]] = True
    assert np.array_equal(network.closed(mask).time_s, network.closed([2, 5]).time_s)
    assert np.array_equal(network.closed([]).time_s, network.time_s)


def test_edges_that_do_not_exist_cannot_be_closed(town):
    with pytest.raises(InputError, match="outside 0 to"):
        town(1).closed([town(1).n_edges])


def test_speeds_give_times_and_closed_edges_stay_closed(town):
    network = town(1).closed([0]).with_speeds(36.0)
    assert network.time_s[1:] == pytest.approx(network.length_m[1:] / 10.0)
    assert np.isinf(network.time_s[0])
    stopped = network.with_speeds(np.r_[50.0, 0.0, np.full(network.n_edges - 2, 50.0)])
    assert np.isinf(stopped.time_s[1])


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_speeds_and_times_that_are_none_are_refused(town, value):
    with pytest.raises(InputError, match="speeds are not negative"):
        town(1).with_speeds(value)
    with pytest.raises(InputError, match="times are not negative"):
        town(1).with_times(value)


def test_period_times_are_free_flow_over_the_factor(town):
    network = town(1)
    factor = np.ones((3, network.n_edges))
    factor[1] = 0.5
    factor[2, 0] = 0.0
    hours = np.zeros(168, int)
    hours[7:9], hours[23] = 1, 2
    slow = network.with_profile(SpeedProfile(hours, factor, ("free", "peak", "night")))
    assert slow.n_periods == 3
    assert slow.edge_times_s(0) is slow.time_s
    assert np.array_equal(slow.edge_times_s(1), network.time_s / 0.5)
    assert np.isinf(slow.edge_times_s(2)[0])
    assert [slow.period_at(h * 3600.0) for h in (6.99, 7, 8.99, 9, 23, 168 + 7)] == [
        *(0, 1, 1, 0, 2, 1)
    ]
    assert slow.period_at(-1.0) == 0


@pytest.mark.parametrize(
    ("hours", "factor", "words"),
    [
        (np.zeros(24, int), np.ones((1, 4)), "168 hours"),
        (np.zeros(168, int), np.ones(4), "each period and edge"),
        (np.zeros(168, int), -np.ones((1, 4)), "not negative"),
        (np.ones(168, int), np.ones((1, 4)), "cannot name period 1"),
    ],
)
def test_a_faulty_profile_is_refused(hours, factor, words):
    with pytest.raises(InputError, match=words):
        SpeedProfile(hours, factor)


def test_a_profile_for_another_network_is_refused(town):
    with pytest.raises(InputError, match="profile is for 4 edges"):
        town(1).with_profile(SpeedProfile.flat(4))
