"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from cityops.report.formats import clock, digits, duration, level_text, span, with_unit
from cityops.report.words import Words

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8321, "share", "83.2%"),
        (1.0, "share", "100.0%"),
        (6.449, "min", "6.4"),
        (5.0, "count", "5.0"),
        (0.0, "count", "0"),
        (12345.6, "km", "12,346"),
        (-0.84, "min", "\u22120.8"),
        (-0.01, "min", "0.0"),
        (math.nan, "min", "–"),
        (math.inf, "share", "–"),
    ],
)
def test_digits_fit_their_unit(value, unit, text):
    assert digits(value, unit) == text


def test_units_follow_the_language():
    assert with_unit(EN, 6.4, "min") == "6.4 min"
    assert with_unit(ZH, 6.4, "min") == "6.4 分钟"
    assert with_unit(ZH, math.nan, "min") == "–"


def test_an_interval_that_is_not_there_is_a_dash():
    assert span(EN, math.nan, math.nan, "min") == "–"


def test_an_interval_below_nought_is_not_written_with_two_dashes():
    assert span(EN, -0.9, 0.2, "min") == "\u22120.9 to 0.2"
    assert span(ZH, -0.9, 0.2, "min") == "\u22120.9 至 0.2"


def test_the_week_begins_on_monday_and_comes_round():
    assert clock(EN, 0) == "Mon 00:00"
    assert clock(EN, 7 * 86_400 + 3_660) == "Mon 01:01"
    assert clock(ZH, 6 * 86_400 + 86_399) == "周日 23:59"


def test_lengths_of_time_read_well():
    assert [duration(EN, s) for s in (86_400, 1.5 * 86_400, 7.0)] == ["1 day", "36 h", "7.0 s"]


def test_levels_keep_their_decimals():
    assert [level_text(level) for level in (0.9, 0.95, 0.999)] == ["90%", "95%", "99.9%"]
