"""Durations and hour profiles."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.durations import check_duration, duration_s
from scenarios.faults import BadValueError
from scenarios.profiles import BUILT_IN, check_profile, week_shares

TABLES = [
    {"kind": "fixed", "value": 10},
    {"kind": "exponential", "mean": 10},
    {"kind": "lognormal", "mean": 10, "cv": 0.5},
    {"kind": "gamma", "mean": 10, "cv": 0.5},
    {"kind": "weibull", "mean": 10, "cv": 0.5},
    {"kind": "uniform", "low": 5, "high": 15},
    {"kind": "triangular", "low": 5, "mode": 10, "high": 15},
    {"kind": "erlang", "mean": 10, "k": 3},
    {"kind": "empirical", "values": [5, 10, 15]},
]


@pytest.mark.parametrize("table", TABLES, ids=[t["kind"] for t in TABLES])
def test_minutes_become_seconds_for_every_distribution(table):
    assert check_duration(table) == table
    assert duration_s(table).mean == pytest.approx(600.0, rel=1e-9)


def test_a_weibull_may_be_given_by_scale_and_shape():
    assert duration_s(check_duration({"kind": "weibull", "scale": 2, "shape": 1})).mean == 120.0


def test_a_number_is_that_many_minutes():
    assert duration_s(check_duration(2.5)).mean == 150.0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("long", "must be minutes"),
        (True, "must be minutes"),
        (-1, "must not be negative"),
        ({"mean": 3}, "needs a kind"),
        ({"kind": "gama", "mean": 3, "cv": 1}, "did you mean gamma"),
        ({"kind": "gamma", "mean": 3}, "needs mean and cv"),
        ({"kind": "weibull", "mean": 3, "shape": 2}, "needs mean and cv or scale and shape"),
        ({"kind": "gamma", "mean": 0, "cv": 1}, "mean must be above 0"),
        ({"kind": "uniform", "low": 5, "high": 5}, "low < high"),
        ({"kind": "triangular", "low": 5, "mode": 20, "high": 9}, "low ≤ mode ≤ high"),
        ({"kind": "erlang", "mean": 5, "k": 1.5}, "whole number"),
        ({"kind": "empirical", "values": []}, "at least one"),
        ({"kind": "empirical", "values": [1, "x"]}, "must be a number"),
    ],
)
def test_a_wrong_duration_says_why(value, says):
    with pytest.raises(BadValueError, match=says):
        check_duration(value)


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_shares_of_a_week_add_up_to_one(name):
    shares = week_shares(check_profile(name), {})
    assert shares.shape == (168,)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares >= 0).all()


def test_a_table_of_days_keeps_the_relation_between_days():
    shares = week_shares({"weekday": [2.0] * 24, "weekend": [1.0] * 24}, {})
    days = shares.reshape(7, 24).sum(axis=1)
    assert days[0] / days[6] == pytest.approx(2.0)


def test_a_scenarios_own_profile_goes_before_a_built_in_one():
    own = [0.0] * 23 + [1.0]
    assert week_shares("medical", {"medical": own})[23] == pytest.approx(1 / 7)
    assert np.count_nonzero(week_shares("medical", {"medical": own})) == 7


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (3, "a profile's name"),
        ([1, 2], "24 or 168"),
        ([0] * 24, "all weights are 0"),
        ([-1] + [1] * 23, "must not be negative"),
        ({"weekday": [1] * 24}, "for saturday, sunday"),
        ({"weekday": [1] * 24, "monday": [1] * 24}, "named already"),
        ({"workday": [1] * 24}, "did you mean weekday"),
        ({"weekday": 1, "weekend": 1}, "a list of 24"),
    ],
)
def test_a_wrong_profile_says_why(value, says):
    with pytest.raises(BadValueError, match=says):
        check_profile(value)
