"""Driving by the clock, and the search: invariants that hold for every street and week."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.kernels import HOUR_S, WEEK_S, clock, covered, drive, new_scratch, search

compiled = settings(deadline=None)  # the first call compiles
edge_times = st.lists(st.floats(0.5, 20_000.0), min_size=3, max_size=3).map(np.array)
weeks = st.lists(st.integers(0, 2), min_size=168, max_size=168).map(
    lambda hours: np.array(hours, dtype=np.int64)
)
moments = st.floats(0.0, WEEK_S, exclude_max=True)
spans = st.floats(0.0, 50_000.0)
shares = st.floats(0.0, 1.0)


def progress_arrival(start_s, share, edge_s, hours, week_s):
    """By the integral of speed: an implementation that shares nothing with the kernel."""
    ends = np.arange(0, 3 * 168 + 1) * HOUR_S
    done = np.concatenate([[0.0], np.cumsum(HOUR_S / edge_s[np.tile(hours, 3)])])
    begin = np.interp(week_s + start_s, ends, done)
    return float(np.interp(begin + share, done, ends)) - week_s


@compiled
@given(edge_times, weeks, moments, spans, shares)
def test_arrival_is_where_the_integral_of_speed_is_the_share(edge_s, hours, week_s, start_s, share):
    arrival = drive(start_s, share, edge_s, clock(hours, week_s))
    expected = progress_arrival(start_s, share, edge_s, hours, week_s)
    assert arrival == pytest.approx(expected, abs=1e-5)


@compiled
@given(edge_times, weeks, moments, spans, spans, shares)
def test_who_enters_later_does_not_arrive_earlier(edge_s, hours, week_s, one, two, share):
    week = clock(hours, week_s)
    first, second = sorted((one, two))
    assert drive(first, share, edge_s, week) <= drive(second, share, edge_s, week) + 1e-6


@compiled
@given(edge_times, weeks, moments, spans, shares)
def test_share_covered_until_arrival_is_the_share_driven(edge_s, hours, week_s, start_s, share):
    week = clock(hours, week_s)
    arrival = drive(start_s, share, edge_s, week)
    assert covered(start_s, arrival, edge_s, week) == pytest.approx(share, abs=1e-9)


@compiled
@given(edge_times, weeks, moments, spans, shares)
def test_looking_back_from_the_arrival_finds_the_departure(edge_s, hours, week_s, start_s, share):
    arrival = drive(start_s, share, edge_s, clock(hours, week_s))
    back = clock(hours, week_s + arrival, backward=True)
    assert arrival - drive(0.0, share, edge_s, back) == pytest.approx(start_s, abs=1e-5)


@compiled
@given(edge_times, weeks, moments, shares)
def test_a_trip_that_meets_no_change_has_the_bits_of_the_static_one(edge_s, hours, week_s, share):
    whole = edge_s[hours[int(week_s // HOUR_S)]]
    if week_s % HOUR_S + share * whole < HOUR_S:
        assert drive(0.0, share, edge_s, clock(hours, week_s)) == share * whole


def test_the_week_goes_on_at_its_start():
    hours = np.zeros(168, np.int64)
    hours[0] = 1
    sunday_night = WEEK_S - 60.0
    arrival = drive(0.0, 1.0, np.array([120.0, 240.0]), clock(hours, sunday_night))
    assert arrival == pytest.approx(60.0 + 0.5 * 240.0)


def test_standstill_waits_for_the_period_that_moves():
    hours = np.zeros(168, np.int64)
    hours[10:12] = 1
    week = clock(hours, 9.5 * HOUR_S)
    edge_s = np.array([2 * HOUR_S, np.inf])
    assert drive(0.0, 0.5, edge_s, week) == pytest.approx(2.5 * HOUR_S + 0.5 * HOUR_S)
    assert covered(0.0, 2.5 * HOUR_S, edge_s, week) == pytest.approx(0.25)


def test_an_edge_that_never_opens_is_never_driven():
    hours = np.arange(168) % 2
    week = clock(hours.astype(np.int64), 0.0)
    assert drive(5.0, 1.0, np.array([np.inf, np.inf]), week) == np.inf
    assert drive(5.0, 0.0, np.array([np.inf, np.inf]), week) == 5.0
    assert covered(0.0, 1e6, np.array([np.inf, np.inf]), week) == 0.0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 30), st.integers(0, 23))
def test_labels_are_the_fixpoint_to_the_last_bit(town, seed, origin):
    network = town(seed)
    origin %= network.n_nodes
    scratch = new_scratch(network.n_nodes)
    none = np.zeros(0, bool)
    seeds, costs = np.array([origin, -1]), np.zeros(2)
    search(network.indptr, network.head, network.time_s, seeds, costs, none, -1, scratch)
    best = np.full(network.n_nodes, np.inf)
    np.minimum.at(best, network.head, scratch.dist[network.tail] + network.time_s)
    best[origin] = 0.0
    assert np.array_equal(best, scratch.dist)


def test_a_search_stops_when_the_wanted_nodes_are_settled(town):
    network = town(3)
    full, part = new_scratch(network.n_nodes), new_scratch(network.n_nodes)
    none, seeds, costs = np.zeros(0, bool), np.array([0, -1]), np.zeros(2)
    graph = network.indptr, network.head, network.time_s
    search(*graph, seeds, costs, none, -1, full)
    near = int(np.argsort(full.dist)[3])
    wanted = np.arange(network.n_nodes) == near
    search(*graph, seeds, costs, wanted, 1, part)
    assert part.dist[near] == full.dist[near]
    assert np.isinf(part.dist[np.argmax(full.dist)])
