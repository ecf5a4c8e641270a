"""The judge of placements finds every fault that is put into a sound plan."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from optimize.location import (
    AvailabilityCover,
    Coverage,
    Dispersion,
    ExpectedCover,
    FacilityLocation,
    MaxCover,
    PCenter,
    PMedian,
    Quota,
    ReliableMedian,
    SetCover,
    Sites,
    SizeClass,
    Solution,
    TwoEchelon,
)
from optimize.location.evaluate import evaluate

INF = float("inf")
COST = np.array([[0.0, 4, 9], [3, 1, 8], [9, 2, 3], [8, 7, 1]])
WEIGHT = np.array([2.0, 1, 1, 3])
TABLE = Coverage(np.array([0, 2, 3, 3, 5]), np.array([0, 1, 1, 1, 2], dtype=np.int32), 3)


def plan(value, open_sites, assignment, *, bound=None, status="feasible", **more):
    """A solution that a person could write down."""
    bound = value if bound is None else bound
    sites, assigned = np.array(open_sites, dtype=int), np.array(assignment, dtype=int)
    return Solution(status, value, bound, sites, assigned, 0.0, "by hand", **more)


def faults(problem, solution):
    return "; ".join(evaluate(problem, solution).faults)


MEDIAN = PMedian(COST, WEIGHT, 2)
MEDIAN_PLAN = plan(9.0, [0, 2], [0, 0, 2, 2])


# ---- medians


def test_a_median_counts_each_weight_times_the_nearest_open_site():
    found = evaluate(MEDIAN, MEDIAN_PLAN)
    assert found.value == 2 * 0 + 1 * 3 + 1 * 3 + 3 * 1
    assert found.sound
    assert found.served.tolist() == [0, 3, 3, 1]


def test_opening_costs_and_preferences_are_part_of_a_median():
    sites = Sites(3, preference=np.array([0.5, 9.0, 0.25]))
    problem = PMedian(COST, WEIGHT, None, sites, opening=np.array([10.0, 20, 30]))
    assert evaluate(problem, MEDIAN_PLAN).value == 9 + 40 - 0.75


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"open_sites": np.array([0, 3])}, "there is no site 3"),
        ({"open_sites": np.array([2, 0])}, "not ascending"),
        ({"open_sites": np.array([0, 2, 2])}, "not ascending"),
        ({"open_sites": np.array([0])}, "1 sites are open, fewer than p = 2, and one more could"),
        ({"open_sites": np.array([0, 1, 2])}, "3 sites are open, more than p = 2"),
        ({"assignment": np.array([0, 1, 2, 2])}, "point 1 is assigned to a closed site"),
        ({"assignment": np.array([0, 0, 2, 0])}, "point 3 .* not its nearest open one"),
        ({"assignment": np.array([0, 0, -1, -1])}, "point 2 .* to no site, and so for 1 more"),
        ({"assignment": np.array([0, 0, 2, 5])}, "point 3 is assigned to a site that does not"),
        ({"assignment": np.array([0, 0, 2])}, "has 3 entries, and there are 4 points"),
        ({"value": 8.0, "bound": 8.0}, "the value is said to be 8, and is 9"),
        ({"bound": 9.1}, "the bound of 9.1 is passed by the value of 9"),
        ({"bound": float("nan")}, "the bound is not a number"),
        ({"bound": 8.0, "status": "optimal"}, "said to be optimal at a value of 9 and a bound"),
    ],
)
def test_each_fault_of_a_median_is_found(change, words):
    assert re.search(words, faults(MEDIAN, replace(MEDIAN_PLAN, **change)))


def test_a_plan_that_is_not_there_has_no_value():
    found = evaluate(MEDIAN, replace(MEDIAN_PLAN, status="infeasible"))
    assert np.isnan(found.value)
    assert found.faults == ("there is no plan: infeasible",)


def test_a_point_that_no_open_site_reaches_is_a_fault_if_it_has_weight():
    cost = COST.copy()
    cost[1] = [INF, 1, INF]
    nobody = plan(6.0, [0, 2], [0, -1, 2, 2])
    assert "point 1 cannot be served" in faults(PMedian(cost, WEIGHT, 2), nobody)
    weight = np.array([2.0, 0, 1, 3])
    assert evaluate(PMedian(cost, weight, 2), nobody).value == 6
    assert evaluate(PMedian(cost, weight, 2), nobody).sound
    sent = replace(nobody, assignment=np.array([0, 0, 2, 2]))
    assert "point 1 cannot be served from its site" in faults(PMedian(cost, weight, 2), sent)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"fixed": [1]}, "site 1 must be open"),
        ({"forbidden": [2]}, "site 2 must not be open"),
        ({"apart": [[0, 2]]}, "sites 0 and 2 are too near"),
        ({"cost": np.ones(3), "budget": 1.5}, "the sites cost 2, more than the budget of 1.5"),
        ({"quotas": (Quota(np.array([1]), 1, name="West"),)}, "0 sites of West are open, fewer"),
        ({"quotas": (Quota(np.array([0, 2]), 0, 1),)}, "2 sites are open, more than 1"),
    ],
)
def test_each_rule_on_sites_is_checked(rules, words):
    assert words in faults(PMedian(COST, WEIGHT, 2, Sites(3, **rules)), MEDIAN_PLAN)


def test_fewer_sites_than_p_are_sound_where_no_other_may_be_opened():
    sites = Sites(3, apart=[[0, 2], [1, 2]])
    alone = plan(60.0, [2], [2, 2, 2, 2])
    problem = PMedian(COST, WEIGHT, 2, sites)
    assert evaluate(problem, replace(alone, value=32.0, bound=32.0)).sound
    one = plan(18.0, [0], [0, 0, 0, 0], bound=0.0)
    assert "one more could be" in faults(problem, one)


def test_a_reliable_median_counts_the_next_sites_by_the_chance_that_the_first_are_out():
    problem = ReliableMedian(COST, WEIGHT, 2, failure=0.1, levels=2, penalty=50.0)
    each = [0.9 * a + 0.09 * b + 0.01 * 50 for a, b in ((0, 9), (3, 8), (3, 9), (1, 8))]
    value = float(np.dot(WEIGHT, each))
    assert evaluate(problem, plan(value, [0, 2], [0, 0, 2, 2])).sound
    assert evaluate(problem, plan(value, [0, 2], [0, 0, 2, 2])).served == pytest.approx(each)
    mean = replace(problem, mean_of_nearest=True)
    value = float(np.dot(WEIGHT, [4.5, 5.5, 6, 4.5]))
    assert evaluate(mean, plan(value, [0, 2], [0, 0, 2, 2])).sound
    assert "fewer than 2 levels" in faults(problem, plan(value, [0], [0, 0, 0, 0]))


def test_a_center_counts_the_point_that_is_worst_off():
    problem = PCenter(COST, 2)
    assert evaluate(problem, plan(3.0, [0, 2], [0, 0, 2, 2])).sound
    far = np.where(COST == 3, INF, COST)
    assert "point 1 cannot be served" in faults(PCenter(far, 1), plan(1.0, [0], [0, -1, 0, 0]))


def test_a_dispersion_counts_the_nearest_pair():
    distance = np.array([[0.0, 5, 2], [5, 0, 4], [2, 4, 0]])
    problem = Dispersion(distance, 2)
    found = evaluate(problem, plan(5.0, [0, 1], []))
    assert found.sound
    assert found.served.tolist() == [5, 5, 2]
    assert evaluate(Dispersion(distance, 3), plan(2.0, [0, 1, 2], [])).sound
    assert "the bound of 4 is passed" in faults(problem, plan(5.0, [0, 1], [], bound=4.0))
    assert "nobody is assigned" in faults(problem, plan(5.0, [0, 1], [0]))


# ---- covers


def test_a_set_cover_counts_sites_or_their_cost():
    times = np.array([1, 1, 0, 1])
    assert evaluate(SetCover(TABLE, times), plan(1.0, [1], [1, 1, -1, 1])).sound
    costly = SetCover(TABLE, times, Sites(3, cost=np.array([1.0, 7, 1])))
    assert evaluate(costly, plan(7.0, [1], [1, 1, -1, 1])).sound


def test_each_fault_of_a_set_cover_is_found():
    twice = SetCover(TABLE, np.array([2, 1, 0, 1]))
    assert "point 0 is not covered often enough" in faults(twice, plan(1.0, [1], [1, 1, -1, 1]))
    once = SetCover(TABLE, np.array([1, 1, 0, 1]))
    assert "point 1 is not covered" in faults(once, plan(2.0, [0, 2], [0, -1, -1, 2]))
    assert "point 3 .* does not" not in faults(once, plan(1.0, [1], [1, 1, -1, 1]))
    assert "point 2 is assigned to a site that does not cover" in faults(
        once, plan(1.0, [1], [1, 1, 1, 1])
    )
    assert "point 0 is covered and assigned to no site" in faults(
        once, plan(1.0, [1], [-1, 1, -1, 1])
    )


def test_a_maximal_cover_counts_the_largest_share():
    shares = np.array([0.5, 0.75, 1, 0.25, 1])
    problem = MaxCover(replace(TABLE, share=shares), WEIGHT, 2)
    found = evaluate(problem, plan(2 * 0.75 + 1 + 3 * 1.0, [1, 2], [1, 1, -1, 2]))
    assert found.sound
    assert found.served.tolist() == [0.75, 1, 0, 1]
    worse = plan(5.5, [1, 2], [1, 1, -1, 1])
    assert "point 3 is assigned to a site that another covers it better than" in faults(
        problem, worse
    )


def test_a_maximal_cover_may_open_fewer_sites_and_not_more():
    problem = MaxCover(TABLE, WEIGHT, 2)
    assert evaluate(problem, plan(6.0, [1], [1, 1, -1, 1])).sound
    assert "more than p = 2" in faults(problem, plan(6.0, [0, 1, 2], [0, 1, -1, 1]))
    assert "is passed by" in faults(problem, plan(6.0, [1], [1, 1, -1, 1], bound=5.0))


def test_coverage_is_looked_at_in_blocks_with_the_same_result(monkeypatch):
    draw = np.random.default_rng(5)
    times = draw.uniform(0, 10, (40, 7))
    table = Coverage.decaying(times, lambda t: np.clip(1 - t / 6, 0, 1))
    problem = MaxCover(table, draw.uniform(0, 1, 40), 3)
    best = np.clip(1 - times[:, [1, 4]].min(axis=1) / 6, 0, 1)
    given = plan(float(problem.weight @ best), [1, 4], np.full(40, -1))
    monkeypatch.setattr("optimize.location.judged.cover._BLOCK", 10)
    assert evaluate(problem, given).served == pytest.approx(best)
    assert evaluate(problem, given).value == pytest.approx(given.value)


EXPECTED = ExpectedCover(TABLE, WEIGHT, 3, 0.5, most_per_site=2)


def test_expected_cover_counts_units_in_reach():
    value = 2 * 0.75 + 1 * 0.75 + 3 * 0.875
    units = plan(value, [1, 2], [1, 1, -1, 2], sizes=np.array([2, 1]))
    assert evaluate(EXPECTED, units).sound
    assert evaluate(EXPECTED, units).served.tolist() == [0.75, 0.75, 0, 0.875]


@pytest.mark.parametrize(
    ("open_sites", "sizes", "words"),
    [
        ([1, 2], None, "the sizes of the open sites are not given"),
        ([1, 2], [2], "1 sizes are given, and 2 sites are open"),
        ([1, 2], [3, 0], "site 1 holds 3 units, more than 2"),
        ([1, 2], [2, 0], "site 2 is open without a unit"),
        ([1, 2], [2, 2], "4 units are placed, more than 3"),
        ([1, 2], [1, 1], "2 units are placed, fewer than 3"),
    ],
)
def test_each_fault_of_units_is_found(open_sites, sizes, words):
    sizes = None if sizes is None else np.array(sizes)
    assert words in faults(EXPECTED, plan(5.0, open_sites, [1, 1, -1, 1], sizes=sizes))


def test_availability_counts_points_with_enough_units():
    problem = AvailabilityCover(TABLE, WEIGHT, 3, 0.3, reliability=0.9)
    units = plan(6.0, [1, 2], [1, 1, -1, 2], sizes=np.array([2, 1]))
    assert evaluate(problem, units).value == 6
    assert evaluate(problem, replace(units, sizes=np.array([1, 2]))).value == 3


# ---- capacities


CAPPED = FacilityLocation(
    COST, np.array([5.0, 5, 5, 5]), np.array([10.0, 10, 10]), np.array([1.0, 2, 3])
)
SPLIT = np.array([[0, 0, 1.0], [1, 0, 0.5], [1, 2, 0.5], [2, 2, 0.5], [2, 0, 0.5], [3, 2, 1.0]])


def test_split_service_costs_by_share():
    value = 1 + 3 + 0 + 1.5 + 4 + 1.5 + 4.5 + 1
    found = evaluate(CAPPED, plan(value, [0, 2], [0, 0, 2, 2], flow=SPLIT))
    assert found.sound
    assert found.served.tolist() == [0, 5.5, 6, 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"flow": SPLIT[:-1]}, "point 3 is not wholly served"),
        ({"flow": np.vstack([SPLIT, [0, 2, 0.5]])}, "point 0 is served more than wholly"),
        ({"flow": np.vstack([SPLIT[:-1], [3, 1, 1.0]])}, "point 3 is assigned to a closed site"),
        ({"flow": np.vstack([SPLIT[1:], [0, 2, 1.0]])}, "site 2 serves 15, more than its capa"),
        ({"flow": np.vstack([SPLIT, [9, 2, 0.5]])}, "row 6 of the flow names what there is not"),
        ({"flow": np.vstack([SPLIT, [0, 2, -0.5]])}, "row 6 of the flow has a share"),
        ({"assignment": np.array([2, 0, 2, 2])}, "point 0 is not assigned to the site of its la"),
        ({"flow": None, "assignment": np.array([0, 0, 0, 2])}, "site 0 serves 15, more than"),
        ({"flow": None, "assignment": np.array([0, 0, -1, 2])}, "point 2 is not wholly served"),
    ],
)
def test_each_fault_of_capacities_is_found(change, words):
    given = plan(16.5, [0, 2], [0, 0, 2, 2], flow=SPLIT)
    assert words in faults(CAPPED, replace(given, **change))


def test_a_single_source_may_not_be_split():
    problem = replace(CAPPED, single_source=True)
    given = plan(16.5, [0, 2], [0, 0, 2, 2], flow=SPLIT)
    assert "point 1 is served by several sites, and one alone may" in faults(problem, given)
    whole = plan(1 + 3 + 0 + 3 + 3 + 1, [0, 2], [0, 0, 2, 2])
    assert evaluate(problem, whole).sound
    assert "more than p = 1" in faults(replace(problem, p=1), whole)


SIZED = FacilityLocation(
    COST,
    np.array([5.0, 5, 5, 5]),
    None,
    np.array([1.0, 2, 3]),
    size_classes=(SizeClass("small", 5, 1), SizeClass("large", 20, 7)),
    largest_size=np.array([1, 1, 0]),
)


def test_sizes_bound_what_is_served_and_cost():
    given = plan(2 + 7 + 4 + 1 + 2 + 7, [1], [1, 1, 1, 1], sizes=np.array([1]))
    assert evaluate(SIZED, given).sound
    small = replace(given, sizes=np.array([0]))
    assert "site 1 serves 20, more than its capacity of 5" in faults(SIZED, small)
    assert "has size 2, which there is not" in faults(SIZED, replace(given, sizes=np.array([2])))
    assert "sizes of the open sites are not given" in faults(SIZED, replace(given, sizes=None))
    at_two = replace(given, open_sites=np.array([2]), assignment=np.full(4, 2))
    assert "site 2 has size 1, larger than fits there" in faults(SIZED, at_two)


TWO = TwoEchelon(
    COST,
    onward=np.array([[1.0, 9], [2, 2], [9, 1]]),
    amount=np.array([5.0, 5, 5, 5]),
    opening=np.array([1.0, 2, 3]),
    plant_capacity=np.array([10.0, 10]),
    plant_opening=np.array([100.0, 200]),
    capacity=np.array([10.0, 10, 10]),
)
ONWARD = np.array([[0, 0, 10.0], [2, 1, 10.0]])
TWO_PLAN = plan(4 + 7 + 20 + 300, [0, 2], [0, 0, 2, 2], onward=ONWARD)


def test_two_echelons_count_both_legs_and_the_plants_used():
    assert evaluate(TWO, TWO_PLAN).value == 331
    assert evaluate(TWO, TWO_PLAN).sound
    one = TwoEchelon(
        TWO.cost,
        TWO.onward,
        TWO.amount,
        TWO.opening,
        np.array([20.0, 20]),
        TWO.plant_opening,
        TWO.capacity,
    )
    there = np.array([[0, 0, 10.0], [2, 0, 10.0]])
    assert evaluate(one, replace(TWO_PLAN, onward=there)).value == 4 + 7 + 100 + 100


@pytest.mark.parametrize(
    ("onward", "words"),
    [
        (None, "the amounts from stations to plants are not given"),
        ([[0, 0, 10.0], [2, 1, 9.0]], "station 2 passes on another amount than it gets"),
        ([[0, 0, 10.0], [2, 0, 10.0]], "plant 0 gets more than its capacity"),
        ([[0, 0, 10.0], [2, 1, 10.0], [1, 1, 1.0]], "station 1 is closed and passes something"),
        ([[0, 0, 10.0], [2, 5, 10.0]], "row 1 of onward names what there is not"),
    ],
)
def test_each_fault_of_the_second_leg_is_found(onward, words):
    onward = None if onward is None else np.array(onward)
    assert words in faults(TWO, replace(TWO_PLAN, onward=onward))


def test_a_plant_that_a_station_cannot_reach_gets_nothing_from_it():
    blocked = replace(TWO, onward=np.array([[1.0, 9], [2, 2], [9, INF]]))
    assert "station 2 passes something to a plant it cannot" in faults(blocked, TWO_PLAN)


def test_what_goes_straight_to_a_plant_passes_no_station():
    direct = np.full((4, 2), INF)
    direct[3, 1] = 4.0
    problem = replace(TWO, direct=direct)
    flow = np.array([[0, 0, 1.0], [1, 0, 1.0], [2, 2, 1.0], [3, 4, 1.0]])
    onward = np.array([[0, 0, 10.0], [2, 1, 5.0]])
    value = 4 + (0 + 3 + 3 + 4) + 15 + 300
    given = plan(value, [0, 2], [0, 0, 2, 4], flow=flow, onward=onward)
    assert evaluate(problem, given).sound
    assert evaluate(problem, given).value == value
    wrong = np.array([[0, 0, 1.0], [1, 0, 1.0], [2, 2, 1.0], [3, 3, 1.0]])
    assert "point 3 cannot be served from its site" in faults(problem, replace(given, flow=wrong))
