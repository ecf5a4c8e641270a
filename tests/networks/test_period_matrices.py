"""Matrices at several departures, streets closed by the hour, and nobody overtakes by waiting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError, Position, Positions, SpeedProfile, TurnRules, with_turns
from networks.kernels import HOUR_S
from networks.period_matrices import at_period, until_change_s

few_cases = settings(max_examples=30, deadline=None)


def places(network, k, seed):
    draw = np.random.default_rng(seed)
    nothing = np.zeros(k)
    return Positions(
        draw.integers(0, network.n_edges, k), draw.random(k), nothing, nothing, nothing
    )


def slow_town(town, profile, seed, draw, *, standstill):
    network = town(seed)
    network = network.with_times(25.0 * network.time_s)
    return network.with_profile(profile(draw, network.n_edges, standstill=standstill))


@few_cases
@given(st.integers(0, 20), st.integers(0, 1000), st.booleans(), st.booleans())
def test_each_departure_has_its_own_matrix_by_the_clock(
    town, profile, seed, draw, standstill, turns
):
    network = slow_town(town, profile, seed, draw, standstill=standstill)
    network = with_turns(network) if turns else network
    origins, goals = places(network, 4, draw), places(network, 5, draw + 1)
    if turns:
        origins, goals = (network.positions(places(network.base, 4, k)) for k in (draw, draw + 1))
    departures = np.random.default_rng(draw).uniform(-1e5, 8e5, 6)
    found = network.period_matrices(origins, goals, departures)
    assert found.shape == (6, len(origins), len(goals))
    for number, week_s in enumerate(departures):
        expected = network.matrix(origins, goals, depart_week_s=week_s)
        assert found[number] == pytest.approx(expected, rel=1e-9)


def test_the_number_of_threads_changes_no_bit(town, profile):
    network = slow_town(town, profile, 3, 3, standstill=True)
    some = places(network, 40, 1)
    one, many = (network.period_matrices(some, some, [0.0, 9e4], threads=k) for k in (1, 4))
    assert np.array_equal(one, many)


@few_cases
@given(st.integers(0, 20), st.integers(0, 1000), st.booleans(), st.floats(0, 6e5))
def test_who_leaves_later_never_arrives_earlier(town, profile, seed, draw, standstill, week_s):
    network = slow_town(town, profile, seed, draw, standstill=standstill)
    origins, goals = places(network, 3, draw), places(network, 6, draw + 1)
    departures = week_s + np.array([0.0, 1.0, 60.0, 600.0, 1800.0, 3600.0, 7000.0])
    arrivals = network.period_matrices(origins, goals, departures) + departures[:, None, None]
    assert (np.diff(arrivals, axis=0) >= -1e-6).all()


def test_a_closed_hour_is_waited_out_or_driven_around(town):
    network = town(2)
    edge = int(np.flatnonzero(network.reverse < 0)[0])
    start, goal = Position(edge, 0.25), Position(edge, 0.75)
    shut = network.closed_at([edge], [7, 8])
    whole_s = float(network.time_s[edge])
    at_noon = shut.path(start, goal, depart_week_s=12 * HOUR_S)
    assert at_noon.time_s == pytest.approx(0.5 * whole_s)
    waiting = shut.path(start, goal, depart_week_s=8 * HOUR_S)
    assert waiting.time_s == pytest.approx(HOUR_S + 0.5 * whole_s)
    # On the way when it closes: the rest after it opens again.
    caught = shut.path(start, goal, depart_week_s=7 * HOUR_S - 0.2 * whole_s)
    assert caught.time_s == pytest.approx(2 * HOUR_S + 0.5 * whole_s)
    assert shut.matrix(*[_one(start), _one(goal)])[0, 0] == pytest.approx(0.5 * whole_s)


def test_trucks_banned_by_day_take_another_street(town):
    network = town(5)
    way = network.path(Position(0, 0.5), Position(30, 0.5))
    middle = way.edges[len(way.edges) // 2]
    banned = network.closed_at([middle], np.arange(168) % 24 < 20)
    around = banned.path(Position(0, 0.5), Position(30, 0.5), depart_week_s=10 * HOUR_S)
    assert middle not in around.edges
    expected = network.closed([middle]).path(Position(0, 0.5), Position(30, 0.5))
    assert around.time_s == pytest.approx(expected.time_s)
    at_night = banned.path(Position(0, 0.5), Position(30, 0.5), depart_week_s=21 * HOUR_S)
    assert at_night.time_s == pytest.approx(way.time_s)


def test_closed_hours_keep_the_periods_that_there_are(town):
    network = town(1)
    hours = np.zeros(168, int)
    hours[7:9] = 1
    factor = np.ones((2, network.n_edges))
    factor[1] = 0.5
    profile = SpeedProfile(hours, factor, ("free", "peak")).closed([3], [8, 9])
    assert profile.period_of_hour[6:11].tolist() == [0, 1, 3, 2, 0]
    assert profile.factor[:, 3].tolist() == [1.0, 0.5, 0.0, 0.0]
    assert profile.factor[:, 4].tolist() == [1.0, 0.5, 1.0, 0.5]
    assert profile.names == ("free", "peak", "free", "peak")
    mask = np.zeros(network.n_edges, bool)
    mask[3] = True
    again = SpeedProfile(hours, factor).closed(mask, np.isin(np.arange(168), [8, 9]))
    assert np.array_equal(again.factor, profile.factor)


def test_a_street_closed_by_the_hour_is_closed_on_all_its_copies(town):
    network = town(3)
    edge = int(network.indptr[network.head[0]])
    onward = int(network.indptr[network.head[edge]])
    turning = with_turns(network, TurnRules.of(network, [[0, edge, onward]]))
    shut = turning.closed_at(turning.arc_of[[edge]], [5])
    still = np.flatnonzero(np.isinf(shut.edge_times_s(1)))
    assert len(still) == 2
    assert set(turning.edge_of[still].tolist()) == {edge}


def test_the_time_until_a_change_wraps_with_the_week(town):
    network = town(1).closed_at([0], [0, 167])
    assert until_change_s(network, 166.5 * HOUR_S) == 0.5 * HOUR_S
    assert until_change_s(network, 167.25 * HOUR_S) == 1.75 * HOUR_S
    assert until_change_s(network, -0.25 * HOUR_S) == 1.25 * HOUR_S
    assert until_change_s(town(1), 0.0) == np.inf


def test_faulty_hours_edges_and_departures_are_said(town):
    network = town(1)
    with pytest.raises(InputError, match="hours of the week to close"):
        network.closed_at([0], [168])
    with pytest.raises(InputError, match="edges to close"):
        network.closed_at([-1], [0])
    with pytest.raises(InputError, match="mask of hours"):
        network.closed_at([0], np.ones(24, bool))
    with pytest.raises(InputError, match="departures"):
        network.period_matrices(places(network, 1, 1), places(network, 1, 1), [np.nan])
    with pytest.raises(IndexError, match="period 1 of 1"):
        at_period(network, 1)


def test_empty_sets_have_their_shape(town):
    network = town(1)
    some, none = places(network, 2, 1), places(network, 0, 1)
    assert network.period_matrices(some, none, [0.0, 5.0]).shape == (2, 2, 0)
    assert network.period_matrices(some, some, []).shape == (0, 2, 2)


def _one(place):
    return Positions(np.array([place.edge]), np.array([place.fraction]), *np.zeros((3, 1)))
