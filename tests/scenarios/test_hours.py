"""Hours of the week in words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.hours import (
    DAYS,
    WEEK_S,
    HoursError,
    clock_s,
    day_hours,
    day_index,
    hours_of_week,
    moment_s,
    on_duty_share,
    shift_intervals,
    week_intervals,
)

H = 3600


def test_days_and_hours_name_parts_of_the_week():
    assert week_intervals("mon-tue 07:00-09:00, sat 10:00-14:00") == (
        (7 * H, 9 * H),
        (31 * H, 33 * H),
        (130 * H, 134 * H),
    )


def test_hours_without_days_are_every_day():
    assert on_duty_share(week_intervals("07:00-19:00")) == 0.5
    assert week_intervals("daily 07:00-19:00") == week_intervals("mon-sun 07:00-19:00")


def test_hours_after_a_comma_keep_the_days_before_it():
    assert week_intervals("mon 07:00-09:00, 17:00-19:00") == ((7 * H, 9 * H), (17 * H, 19 * H))


def test_a_night_ends_on_the_next_day_and_sundays_night_on_monday():
    assert week_intervals("fri 22:00-06:00") == ((118 * H, 126 * H),)
    assert week_intervals("sun 22:00-06:00") == ((0, 6 * H), (166 * H, 168 * H))
    assert shift_intervals("sun 22:00-06:00") == ((166 * H, 174 * H),)


def test_days_run_over_sunday():
    assert week_intervals("sat-mon") == ((0, 24 * H), (120 * H, 168 * H))


def test_always_is_the_whole_week_and_needs_no_shift():
    assert week_intervals("always") == ((0, WEEK_S),)
    assert shift_intervals("always") == ()
    assert shift_intervals("07:00-19:00, 19:00-07:00") == ()


def test_two_equal_times_are_a_whole_day():
    assert week_intervals("mon 07:00-07:00") == ((7 * H, 31 * H),)


def test_chinese_days_and_signs_are_understood():
    assert week_intervals("周一至周五 07:00-09:00") == week_intervals("mon-fri 07:00-09:00")
    assert week_intervals("星期六、周日") == week_intervals("weekend")
    assert moment_s("周二 01:30") == 25 * H + 1800


def test_periods_of_the_network_are_whole_hours():
    assert sum(hours_of_week("mon-fri 07:00-09:00")) == 10
    with pytest.raises(HoursError, match="on the hour"):
        hours_of_week("mon-fri 07:30-09:00")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no hours are given"),
        ("mon-fri 7-9", '"7-9" is not understood'),
        ("monn 07:00-09:00", '"monn" is no day'),
        ("mon 25:00-26:00", "from 00:00 to 24:00"),
        ("mon 07:00-09:00 tue", "put a comma between"),
        ("mon,,tue", "two commas"),
        ("07:60-08:00", "no time of day"),
    ],
)
def test_what_is_not_understood_is_named(text, says):
    with pytest.raises(HoursError, match=says):
        week_intervals(text)


@pytest.mark.parametrize("function", [clock_s, day_index, moment_s, day_hours])
def test_nonsense_is_refused_everywhere(function):
    with pytest.raises(HoursError):
        function("half past never")


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), min_size=1))
def test_intervals_cover_exactly_the_hours_that_are_named(pieces):
    text = ", ".join(f"{DAYS[day]} {a:02d}:00-{b:02d}:00" for day, a, b in pieces)
    wanted = set()
    for day, a, b in pieces:
        length = b - a if b > a else b + 24 - a
        wanted |= {(24 * day + a + k) % 168 for k in range(length)}
    assert {h for h, inside in enumerate(hours_of_week(text)) if inside} == wanted
    spans = week_intervals(text)
    assert all(0 <= a < b <= WEEK_S for a, b in spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))
    assert sum(b - a for a, b in shift_intervals(text)) in {0, sum(b - a for a, b in spans)}
