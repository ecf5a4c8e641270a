"""The check finds what is wrong in a plan, and nothing in a good one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.routing.output import check_plan
from scenarios.routing.verify import verify_routes

if TYPE_CHECKING:
    import pandas as pd


def _check(plan, legs, **changes):
    question = plan.question
    spec = question.spec.model_copy(update=changes)
    return verify_routes(
        question.network,
        spec,
        legs,
        question.left_out,
        period=question.period,
        depots=tuple(place.node for place in question.depots),
        dumps=tuple(place.node for place in question.dumps),
        seconds=plan.solution.value,
    ).faults


def test_a_good_plan_has_no_fault(plan):
    check = check_plan(plan)
    assert check.faults == ()
    assert check.sides == plan.question.streets.problem.n_tasks
    assert check.seconds == plan.solution.value
    assert check.edges == (plan.legs["edge"] >= 0).sum()


def _first_sweep(legs: pd.DataFrame) -> int:
    return int(legs.index[legs["kind"] == "sweep"][3])


def test_a_street_that_is_only_driven_along_was_not_swept(plan):
    legs = plan.legs.copy()
    legs.loc[_first_sweep(legs), "kind"] = "drive"
    assert any("is swept 0 times, not once" in fault for fault in _check(plan, legs))


def test_a_street_that_is_swept_again_is_found(plan):
    legs = plan.legs.copy()
    row = legs.index[legs["kind"] == "drive"][0]
    legs.loc[row, "kind"] = "sweep"
    assert any("is swept 2 times" in fault for fault in _check(plan, legs))


def test_a_gap_in_the_way_is_found(plan):
    legs = plan.legs.drop(index=_first_sweep(plan.legs))
    assert any("begins where the last one did not end" in fault for fault in _check(plan, legs))


@pytest.mark.parametrize(
    ("column", "by", "said"),
    [
        ("seconds", 1, "takes"),
        ("start_s", 5, "says"),
        ("load_kg", 40.0, "carries"),
    ],
)
def test_a_number_that_does_not_add_up_is_found(plan, column, by, said):
    legs = plan.legs.copy()
    legs.loc[_first_sweep(legs), column] += by
    assert any(said in fault for fault in _check(plan, legs))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capacity_t": 0.05}, "kg after step"),
        ({"shift_h": 0.2}, "more than 0.2 h"),
        ({"vehicles": 1}, "and 1 vehicles"),
        ({"streets": ["Row 1"]}, "was not to be"),
        ({"sides": "both"}, "is swept 2 times, not once"),
        ({"sweep_kmh": 6.0}, "takes"),
        ({"dirt_kg_per_km": 90.0}, "carries"),
    ],
)
def test_rules_that_a_plan_does_not_keep_are_named(plan, changes, said):
    assert any(said in fault for fault in _check(plan, plan.legs, **changes))


def test_a_route_that_is_not_emptied_is_found(plan):
    legs = plan.legs[plan.legs["kind"] != "dump"]
    assert any("without having been emptied" in fault for fault in _check(plan, legs))
