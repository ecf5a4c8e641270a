"""The kernel and the SimPy twin give the same Log, row by row, whatever the options."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.dispatch import StreetTravel, road_arrays
from sim.dispatch.model import simulate


@pytest.mark.parametrize("number", range(60))
def test_kernel_and_simpy_give_the_same_log(random_case, number: int) -> None:
    _assert_twins_agree(*random_case(number))


@pytest.mark.parametrize("number", range(100, 112))
def test_twins_agree_where_closed_streets_cut_places_off(random_case, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    while not isinstance(district.travel, StreetTravel):
        number += 100
        district, policy, demand, horizon_s = random_case(number)
    streets = district.travel.network
    island = number % streets.n_nodes
    cut = streets.closed(streets.head == island)
    travel = StreetTravel(cut, max_snap_m=5000.0)
    _assert_twins_agree(dataclasses.replace(district, travel=travel), policy, demand, horizon_s)


@pytest.mark.parametrize("number", range(200, 230))
def test_twins_agree_where_streets_close_and_reopen(closing_case, number: int) -> None:
    _assert_twins_agree(*closing_case(number))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=st.integers(min_value=1000, max_value=10_000_000))
def test_twins_agree_whatever_closes(closing_case, number: int) -> None:
    _assert_twins_agree(*closing_case(number))


@pytest.mark.parametrize("number", [200, 203, 210])
@pytest.mark.parametrize("hierarchy_from", [0, 2000], ids=["hierarchy", "searches"])
@pytest.mark.parametrize("shared_bytes", [0, 10**9], ids=["pool", "shared"])
@pytest.mark.parametrize("kept_bytes", [0, 10**9], ids=["last", "all"])
def test_rows_under_closures_are_the_same_wherever_they_come_from(
    closing_case, monkeypatch, number: int, hierarchy_from: int, shared_bytes: int, kept_bytes: int
) -> None:
    district, policy, demand, horizon_s = closing_case(number)
    expected = simulate(district, policy, demand, horizon_s=horizon_s)
    monkeypatch.setattr(road_arrays, "HIERARCHY_FROM", hierarchy_from)
    monkeypatch.setattr(road_arrays, "ROWS_SHARED_BYTES", shared_bytes)
    monkeypatch.setattr(road_arrays, "LINES_BYTES", kept_bytes)
    monkeypatch.setattr(road_arrays, "METRICS_BYTES", kept_bytes)
    monkeypatch.setattr(road_arrays, "ROWS_POOL_BYTES", 0)
    again = dataclasses.replace(district)
    for _ in range(2):  # the second replication finds the arrays as the first one left them
        _assert_equal(expected, simulate(again, policy, demand, horizon_s=horizon_s))


def test_incidents_that_nobody_can_reach_are_referred(random_case, engine: str) -> None:
    district, policy, demand, horizon_s = random_case(1)
    streets = district.travel.network
    island = 0
    travel = StreetTravel(streets.closed(streets.head == island), max_snap_m=5000.0)
    there = demand.incidents.assign(lon=streets.lon[island], lat=streets.lat[island])
    log = simulate(
        dataclasses.replace(district, travel=travel), policy,
        dataclasses.replace(demand, incidents=there), horizon_s=horizon_s, engine=engine,
    )  # fmt: skip
    assert log.responses["referred"].all()
    assert (log.responses["unit"] == -1).all()


@pytest.mark.parametrize("number", [1, 9, 14, 37])
def test_a_small_pool_of_rows_changes_nothing(random_case, monkeypatch, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    whole = simulate(district, policy, demand, horizon_s=horizon_s)
    monkeypatch.setattr(road_arrays, "ROWS_SHARED_BYTES", 0)
    monkeypatch.setattr(road_arrays, "ROWS_POOL_BYTES", 0)
    monkeypatch.setattr(road_arrays, "ROWS_TO_SPARE", 3)
    few = simulate(dataclasses.replace(district), policy, demand, horizon_s=horizon_s)
    _assert_equal(whole, few)


@pytest.mark.parametrize("number", [1, 6, 9, 14, 37, 41])
@pytest.mark.parametrize("shared_bytes", [0, 10**9], ids=["pool", "shared"])
def test_rows_from_the_hierarchy_are_those_of_searches_to_the_bit(
    random_case, monkeypatch, number: int, shared_bytes: int
) -> None:
    district, policy, demand, horizon_s = random_case(number)
    searched = simulate(district, policy, demand, horizon_s=horizon_s)
    monkeypatch.setattr(road_arrays, "HIERARCHY_FROM", 0)
    monkeypatch.setattr(road_arrays, "ROWS_SHARED_BYTES", shared_bytes)
    found = simulate(dataclasses.replace(district), policy, demand, horizon_s=horizon_s)
    _assert_equal(searched, found)


def _assert_twins_agree(district, policy, demand, horizon_s: float) -> None:
    one = simulate(district, policy, demand, horizon_s=horizon_s, engine="kernel")
    two = simulate(district, policy, demand, horizon_s=horizon_s, engine="simpy")
    _assert_equal(one, two)


def _assert_equal(one, two) -> None:
    assert one.end_s == two.end_s
    for name in one.response_columns._fields:
        a, b = getattr(one.response_columns, name), getattr(two.response_columns, name)
        np.testing.assert_array_equal(a, b, err_msg=f"responses.{name}")
    for name in one.interval_columns._fields:
        a, b = getattr(one.interval_columns, name), getattr(two.interval_columns, name)
        np.testing.assert_array_equal(a, b, err_msg=f"intervals.{name}")
