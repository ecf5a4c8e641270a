"""Days of a week on which something is served: well apart, near each other, evenly loaded."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.routing.patterns import day_patterns, even_days, pattern_tables


@pytest.mark.parametrize(
    ("times", "gaps"),
    [(7, {1}), (6, {1, 2}), (5, {1, 2}), (4, {1, 2}), (3, {2, 3}), (2, {3, 4}), (1, {7})],
)
def test_gaps_in_seven_days_differ_by_a_day_at_most(times, gaps):
    for pattern in day_patterns(range(7), times):
        around = [*pattern, pattern[0] + 7]
        assert {b - a for a, b in pairwise(around)} == gaps


def test_two_times_from_monday_to_friday_are_three_or_four_days_apart():
    assert day_patterns((0, 1, 2, 3, 4), 2) == ((0, 3), (0, 4), (1, 4))


def test_any_spacing_is_every_choice_of_days():
    assert day_patterns((0, 2, 5), 2, "any") == tuple(combinations(range(3), 2))


@given(st.sets(st.integers(0, 6), min_size=1), st.data())
@settings(max_examples=40, deadline=None)
def test_every_frequency_has_a_pattern(days, data):
    times = data.draw(st.integers(1, len(days)))
    found = day_patterns(sorted(days), times)
    assert found
    assert all(len(one) == times for one in found)


def test_more_times_than_days_are_refused():
    with pytest.raises(InputError, match="3 times in 2 working days"):
        day_patterns((0, 1), 3)


def test_tables_hold_the_patterns():
    tables = pattern_tables((0, 2, 5), [1, 2], "any")
    assert tables[1].tolist() == np.eye(3, dtype=bool).tolist()
    assert [np.flatnonzero(row).tolist() for row in tables[2]] == [[0, 1], [0, 2], [1, 2]]


def test_two_villages_get_a_day_each():
    rng = np.random.default_rng(0)
    place = np.concatenate([rng.normal(0, 1, (20, 2)), rng.normal(50, 1, (20, 2))])
    tables = pattern_tables((0, 3), [1])
    served = even_days(place, np.ones(40), np.ones(40, dtype=np.int64), tables)
    assert (served.sum(axis=1) == 1).all()
    assert len({tuple(row) for row in served[:20].tolist()}) == 1
    assert len({tuple(row) for row in served[20:].tolist()}) == 1
    assert served.sum(axis=0).tolist() == [20, 20]


def test_a_pattern_that_does_not_fit_is_not_taken():
    tables = pattern_tables((0, 3), [1])
    fits = np.ones((4, 2), dtype=bool)
    fits[1, 0] = False
    served = even_days(np.zeros((4, 2)), np.ones(4), np.ones(4, int), tables, fits={1: fits})
    assert served[1].tolist() == [False, True]


def test_what_weighs_nothing_has_days_too():
    tables = pattern_tables((0, 3), [1, 2])
    served = even_days(np.zeros((3, 2)), np.zeros(3), np.array([1, 1, 2]), tables)
    assert served.sum(axis=1).tolist() == [1, 1, 2]
