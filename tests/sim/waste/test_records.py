"""Weighings and fill levels become a filling, to the gram."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from networks.errors import InputError
from sim.waste import Stands
from sim.waste.records import from_levels, from_weighings

STANDS = Stands([0, 1], [0, 0], bins=1, bin_l=100.0, density_kg_l=1.0, names=["Gate", "Yard"])


def record(rows, number="kg"):
    return pd.DataFrame(rows, columns=["stand", "time", number])


def test_a_weighing_has_come_evenly_since_the_one_before():
    table = record([("Gate", 12.0, 10.0), ("Gate", 4.0, 0.01), ("Yard", 24.0, 2.4)])
    filling = from_weighings(table, STANDS, days=1)
    grams = filling.drawn(STANDS, 1, 5, 0)
    assert grams[0].tolist() == [3, 2, 3, 2, *[1250] * 8, *[0] * 12]
    assert grams[1].tolist() == [100] * 24
    assert filling.litres_h == pytest.approx([10.01 / 24, 0.1])


def test_spans_that_begin_and_end_within_hours_keep_every_gram():
    rng = np.random.default_rng(1)
    times, kg = np.sort(rng.uniform(0, 47.9, 40)), rng.integers(0, 9999, 40) / 1000
    table = record([("Yard", t, w) for t, w in zip(times, kg, strict=True)])
    grams = from_weighings(table, STANDS, days=2).drawn(STANDS, 2, 0, 0)
    assert grams[1].sum() == round(kg.sum() * 1000)
    cumulative = np.r_[0, np.cumsum(grams[1])]
    even = np.interp(np.arange(49), np.r_[0.0, times], np.r_[0.0, np.cumsum(kg)]) * 1000
    assert np.abs(cumulative - even).max() <= 40  # every span is rounded once an hour


def test_deposits_come_in_their_hour():
    table = record([("Gate", "2026-03-02 07:30", 1.5), ("Gate", "2026-03-02T23:59:59+08:00", 2)])
    filling = from_weighings(table, STANDS, days=1, start="2026-03-02", weighed="deposit")
    grams = filling.drawn(STANDS, 1, 0, 0)
    assert np.flatnonzero(grams[0]).tolist() == [7, 23]
    assert grams[0, [7, 23]].tolist() == [1500, 2000]


def test_levels_rise_between_readings_and_a_fall_is_an_emptying():
    rows = [("Gate", 0, 0.1), ("Gate", 2, 0.3), ("Gate", 3, 0.0), ("Gate", 24, 0.21)]
    filling = from_levels(record(rows, "share"), STANDS, days=1)
    grams = filling.drawn(STANDS, 1, 0, 0)
    assert grams[0].tolist() == [10_000, 10_000, 0, *[1000] * 21]
    assert not grams[1].any()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("Gate", 1, 1.0), ("Yerd", 2, 1.0)], "row 2, stand: .*did you mean 'Yard'"),
        ([("Gate", 1, -1.0)], "row 1, kg: kg is '-1.0'.*from 0"),
        ([("Gate", 1, "0,5")], "row 1, kg: kg is '0,5'; write decimals with a point"),
        ([], "there are no rows; add some below the header"),
        ([("Gate", 1, "much")], "row 1, kg: kg is 'much'"),
        ([("Gate", "2026-03-02 07:30", 1.0)], "row 1, time: .*say which date time 0 is .first_day"),
        ([("Gate", -1, 1.0)], "row 1, time: .*hours from time 0"),
        ([("Gate", 23, 1.0)], "the record ends 1.0 days after time 0, and 3 days are read"),
    ],
)
def test_a_bad_row_is_named_with_its_mend(rows, says):
    with pytest.raises(InputError, match=says):
        from_weighings(record(rows), STANDS, days=3)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="no column 'share'"):
        from_levels(record([("Gate", 1, 0.5)]), STANDS, days=1)


def test_a_stamp_that_is_none_is_named():
    table = record([("Gate", "2026-03-02 07:30", 1.0), ("Gate", "soon", 1.0)])
    with pytest.raises(InputError, match="row 2, time: time is 'soon'"):
        from_weighings(table, STANDS, days=1, start="2026-03-02")
