"""The event list gives events by time, and those of one time in the order they went in."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.draws import uniform
from sim.events import event_list, next_time, pop, push, size, with_room

# A pop, or a push at one of a few times (so that ties are common), or at any time.
steps = st.lists(
    st.one_of(st.none(), st.integers(0, 3).map(float), st.floats(-1e300, 1e300, allow_nan=False)),
    max_size=200,
)


@given(steps, st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_events_come_out_by_time_then_by_insertion(steps, capacity):
    events = event_list(capacity)
    expected = []
    pushed = 0
    for step in steps:
        if step is None and expected:
            assert next_time(events) == expected[0][0]
            time, kind, item, stamp = pop(events)
            assert (time, stamp) == heapq.heappop(expected)
            assert (kind, item) == (stamp % 5, -stamp)
        elif step is not None:
            events = with_room(events, 1)
            push(events, step, pushed % 5, -pushed, pushed)
            heapq.heappush(expected, (step, pushed))
            pushed += 1
        assert size(events) == len(expected)
    while expected:
        time, _, _, stamp = pop(events)
        assert (time, stamp) == heapq.heappop(expected)
    assert next_time(events) == math.inf


def test_a_thousand_events_of_one_time_keep_their_order():
    events = event_list(1000)
    for k in range(1000):
        push(events, 7.0, 0, k, 0)
    assert [pop(events)[2] for _ in range(1000)] == list(range(1000))


@njit
def _sorted_in_a_kernel(count, capacity):
    events = event_list(capacity)
    for k in range(count):
        events = with_room(events, 1)
        push(events, uniform(1, 1, k, 0), 0, k, 0)
    times = np.empty(count)
    for k in range(count):
        times[k] = pop(events)[0]
    return times


@pytest.mark.parametrize("capacity", [1, 1000, 300_000])
def test_a_list_grows_in_a_kernel_and_loses_nothing(capacity):
    count = 200_000
    times = _sorted_in_a_kernel(count, capacity)
    assert (np.diff(times) >= 0).all()
    assert times.sum() == pytest.approx(sum(uniform(1, 1, k, 0) for k in range(count)))


def test_making_room_leaves_a_list_that_has_it_alone():
    events = event_list(4)
    push(events, 1.0, 0, 0, 0)
    assert with_room(events, 3).entries is events.entries
    larger = with_room(events, 4)
    assert larger.entries.size == 8
    assert with_room(events, 100).entries.size == 101
    assert pop(larger) == pop(events)


def test_a_full_list_refuses_an_event():
    events = event_list(1)
    push(events, 1.0, 0, 0, 0)
    with pytest.raises(IndexError, match="full"):
        push(events, 2.0, 0, 0, 0)


def test_an_empty_list_has_no_event_to_give():
    with pytest.raises(IndexError, match="empty"):
        pop(event_list(3))


def test_a_time_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        push(event_list(3), math.nan, 0, 0, 0)


def test_an_event_that_never_happens_waits_at_the_end():
    events = event_list(3)
    push(events, math.inf, 1, 0, 0)
    push(events, 5.0, 2, 0, 0)
    assert [pop(events)[1], pop(events)[1]] == [2, 1]


def test_the_payload_keeps_its_full_range():
    events = event_list(1)
    push(events, 0.0, -(2**31), 2**31 - 1, -(2**63))
    assert pop(events) == (0.0, -(2**31), 2**31 - 1, -(2**63))
