"""The judge on queues at sites and on placements in several periods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimize.location import Coverage, Sites, Solution
from optimize.location.evaluate import evaluate
from optimize.location.phases import PhasedPlacement
from optimize.location.queueing import QueueingLocation

INF = float("inf")


def plan(value, open_sites, assignment, **more):
    sites, assigned = np.array(open_sites, dtype=int), np.array(assignment, dtype=int)
    return Solution("feasible", value, value, sites, assigned, 0.0, "by hand", **more)


def faults(problem, solution):
    return "; ".join(evaluate(problem, solution).faults)


# ---- queues


# one server at a load of one half: the mean wait of M/M/1 is one service
QUEUE = QueueingLocation(
    np.array([[2.0, 9], [3, 4], [INF, 5]]),
    np.array([1.0, 2, 1]),
    service_min=10.0,
    wait_target_min=10.0,
    most_piles=np.array([3, 2]),
    cost_per_pile=100.0,
    opening=np.array([7.0, 8]),
)
QUEUE_PLAN = plan(7 + 8 + 200 + 2 + 6 + 5, [0, 1], [0, 0, 1], sizes=np.array([1, 1]))


def test_piles_and_travel_are_counted_and_a_wait_at_its_target_is_kept():
    found = evaluate(QUEUE, QUEUE_PLAN)
    assert found.sound, found.faults
    assert found.served.tolist() == [2, 6, 5]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sizes": None}, "the sizes of the open sites are not given"),
        ({"sizes": np.array([0, 1])}, "site 0 has 0 piles, not from 1 to 3"),
        ({"sizes": np.array([1, 3])}, "site 1 has 3 piles, not from 1 to 2"),
        ({"assignment": np.array([0, 0, 0])}, "point 2 cannot be served from its site"),
        ({"assignment": np.array([0, -1, 1])}, "point 1 is assigned to no site"),
        ({"open_sites": np.array([1]), "sizes": np.array([1])}, "point 0 is assigned to a closed"),
    ],
)
def test_each_fault_of_piles_is_found(change, words):
    assert words in faults(QUEUE, replace(QUEUE_PLAN, **change))


def test_a_wait_beyond_its_target_is_found():
    busier = replace(QUEUE, arrivals=np.array([1.01, 2, 1]))
    assert "site 0: 1 piles for 3.01 arrivals an hour keep nobody's" in faults(busier, QUEUE_PLAN)
    # 59 % of arrivals wait under ten minutes more: e^-0.5 / 2 = 0.303 wait longer
    late = replace(QUEUE, quantile=0.69)
    assert "keep nobody's target" not in faults(late, QUEUE_PLAN)
    assert "site 0: 1 piles" in faults(replace(QUEUE, quantile=0.70), QUEUE_PLAN)
    full = replace(QUEUE, arrivals=np.array([4.0, 2, 1]))
    assert "site 0: 1 piles for 6 arrivals" in faults(full, QUEUE_PLAN)


def test_where_all_go_to_the_nearest_nobody_is_sent_farther():
    nearest = replace(QUEUE, nearest=True)
    assert evaluate(nearest, QUEUE_PLAN).sound
    sent = replace(QUEUE_PLAN, assignment=np.array([0, 1, 1]))
    assert "point 1 does not go to its nearest open site" in faults(nearest, sent)


# ---- periods


COST = np.array([[1.0, 5], [6, 2]])
PHASED = PhasedPlacement(
    weight=np.array([[1.0, 1], [1, 3]]),
    budget=np.array([10.0, 10]),
    opening=np.array([8.0, 9]),
    cost=COST,
    discount=0.25,
)
# site 0 from the start, site 1 a period later
PHASED_PLAN = plan((1 + 6) + (1 + 6) / 1.25, [0, 1], [0, 1], phase=np.array([0, 1]))


def test_later_periods_count_less():
    found = evaluate(PHASED, PHASED_PLAN)
    assert found.sound, found.faults
    assert found.served.tolist() == [1, 2]


def test_what_one_period_saves_the_next_may_spend_only_if_it_carries_over():
    poor = replace(PHASED, budget=np.array([8.5, 8.5]))
    assert "period 1 spends 9, more than the 8.5 that it has" in faults(poor, PHASED_PLAN)
    assert evaluate(replace(poor, carry_over=True), PHASED_PLAN).sound


def test_each_fault_of_a_schedule_is_found():
    both = replace(PHASED_PLAN, phase=np.array([0, 0]))
    assert "period 0 spends 17, more than the 10" in faults(PHASED, both)
    assert "are not given" in faults(PHASED, replace(PHASED_PLAN, phase=None))
    short = replace(PHASED_PLAN, phase=np.array([0]))
    assert "2 sites are open, and 1 periods are given" in faults(PHASED, short)
    there = replace(PHASED, existing=np.array([0]))
    assert "site 0 is there and opens" in faults(there, PHASED_PLAN)
    gone = replace(PHASED_PLAN, phase=np.array([-1, 1]))
    assert "site 0 is not there and does not open" in faults(PHASED, gone)
    odd = replace(PHASED_PLAN, phase=np.array([0, 1]), closes=np.array([0, -1]))
    assert "site 0 opens in period 0 and closes in 0" in faults(PHASED, odd)
    most = replace(PHASED, p=np.array([1, 1]))
    assert "period 1: 2 sites are open, more than 1" in faults(most, PHASED_PLAN)
    apart = replace(PHASED, sites=Sites(2, apart=[[0, 1]]))
    assert "period 1: sites 0 and 1 are too near" in faults(apart, PHASED_PLAN)
    far = replace(PHASED, cost=np.array([[1.0, 5], [INF, 2]]))
    assert "period 0: point 1 cannot be served" in faults(far, PHASED_PLAN)


def test_closing_costs_and_some_may_not_close():
    swap = replace(PHASED, existing=np.array([0]), closing=np.array([1.5, INF]))
    moved = plan(
        (1 + 6) + (5 + 6) / 1.25, [0, 1], [1, 1], phase=np.array([-1, 1]), closes=np.array([1, -1])
    )
    assert "period 1 spends 10.5, more than the 10" in faults(swap, moved)
    assert evaluate(replace(swap, budget=np.array([0.0, 10.5])), moved).sound
    assert "period 1: site 0 closes, and may not" in faults(replace(swap, closing=None), moved)
    # spacing holds within a period: one closes as the other opens
    apart = replace(swap, budget=np.array([0.0, 10.5]), sites=Sites(2, apart=[[0, 1]]))
    assert evaluate(apart, moved).sound


def test_cover_in_periods_is_a_gain_and_preferences_count_in_each():
    table = Coverage(np.array([0, 1, 3]), np.array([0, 0, 1], dtype=np.int32), 2)
    problem = PhasedPlacement(
        weight=np.array([[1.0, 1], [1, 3]]),
        budget=np.array([10.0, 10]),
        opening=np.array([8.0, 9]),
        coverage=table,
        sites=Sites(2, preference=np.array([0.5, 0])),
    )
    assert evaluate(problem, plan(2.5 + 4.5, [0], [0, 0], phase=np.array([0]))).sound
    low = plan(7.0, [0], [0, 0], phase=np.array([0]))
    assert "the bound of 6 is passed" in faults(problem, replace(low, bound=6.0))
