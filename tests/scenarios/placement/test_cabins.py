"""Queues at the toilets of a plan."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.placement.cabins import cabin_table
from scenarios.placement.schema import CabinsSpec
from sim import mmc

FIXTURES = {
    "women_stalls": 3,
    "men_stalls": 3,
    "urinal_share": 0.0,
    "women_min": {"kind": "exponential", "mean": 2.0},
    "men_stall_min": {"kind": "exponential", "mean": 2.0},
    "urinal_min": 1.0,
}


def test_waits_are_those_of_the_queue_mmc_and_shares_of_demand_bring_the_visitors():
    cabins = CabinsSpec(visitors_per_h=240, peak_h=12, reps=30, **FIXTURES)
    table = cabin_table(cabins, ["a", "b"], np.array([50.0, 25.0]), 100.0, seed=1)
    assert table["visitors_per_h"].tolist() == [120.0, 60.0]
    expected = mmc(1.0, 0.5, 3).wait  # a: sixty women an hour, two minutes each
    assert table["women_wait_min"][0] == pytest.approx(expected, rel=0.12)
    assert table["men_wait_min"][0] == pytest.approx(expected, rel=0.12)


def test_the_stalls_needed_are_the_fewest_that_keep_the_target():
    cabins = CabinsSpec(visitors_per_h=240, peak_h=6, reps=20, wait_target_min=0.5, **FIXTURES)
    table = cabin_table(cabins, ["a"], np.array([1.0]), 1.0, seed=1)
    needed = int(table["women_stalls_needed"][0])
    # two women a minute, two minutes each: Erlang's formula says how many keep half a minute
    assert mmc(2.0, 0.5, needed).wait <= 0.5 * 1.15
    assert mmc(2.0, 0.5, needed - 1).wait > 0.5 if needed > 5 else needed == 5


def test_a_toilet_that_serves_nobody_has_no_wait():
    cabins = CabinsSpec(visitors_per_h=240, **FIXTURES)
    table = cabin_table(cabins, ["a", "b"], np.array([0.0, 1.0]), 1.0, seed=1)
    assert np.isnan(table["women_wait_min"][0])
    assert table["visitors_per_h"][0] == 0
