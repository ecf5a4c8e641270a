"""The check finds what is wrong in a plan, and nothing in a good one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scenarios.routing.output import check_plan
from scenarios.routing.verify import verify_routes

if TYPE_CHECKING:
    import pandas as pd


def _check(plan, legs, left_out=None, **changes):
    question = plan.question
    spec = question.spec.model_copy(update=changes)
    return verify_routes(
        question.network,
        spec,
        legs,
        question.left_out if left_out is None else left_out,
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


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("closed", "is left out as 'closed', and is open"),
        (
            "no vehicle for its class",
            "is left out as 'no vehicle for its class', and vehicle may sweep class 'primary'",
        ),
    ],
)
def test_a_street_that_is_left_out_for_no_reason_is_found(plan, reason, said):
    import pandas as pd

    network = plan.question.network
    edge = int((network.road_class == network.class_names.index("primary")).nonzero()[0][0])
    row = ("Row", "primary", 0.1, reason, edge, 0.0, 0.0, "")
    left_out = pd.DataFrame([row], columns=plan.question.left_out.columns)
    legs = plan.legs.copy()
    legs.loc[(legs["edge"] == edge) & (legs["kind"] == "sweep"), "kind"] = "drive"
    faults = _check(plan, legs, left_out)
    assert any(fault.endswith(said) for fault in faults)


@pytest.mark.parametrize("kind", ["depot", "coffee"])
def test_a_stop_that_is_none_is_found_amid_a_route(plan, kind):
    import pandas as pd

    first = plan.legs.index[plan.legs["edge"] >= 0][5]
    stop = plan.legs.loc[[first]].assign(
        kind=kind, edge=-1, seconds=0, turn_s=0, order=plan.legs.loc[first, "order"] + 0.5,
        start_s=plan.legs.loc[first, "start_s"] + plan.legs.loc[first, "seconds"],
    )  # fmt: skip
    legs = pd.concat([plan.legs, stop])
    said = f"route 1: has a stop that is none: {kind!r} at step "
    faults = _check(plan, legs)
    assert len(faults) == 1
    assert faults[0].startswith(said)


def test_the_check_itself_finds_which_streets_lie_in_the_areas_that_are_named(plan):
    from scenarios.areas import build_areas

    scenario, question = plan.question.scenario, plan.question
    areas = build_areas(scenario.spec, question.network, scenario.faults())
    assert areas is not None
    assert len(areas) > 1
    spec = question.spec.model_copy(update={"areas": [areas[0].name]})
    less = replace(plan, question=replace(question, spec=spec))
    some = check_plan(less)  # the question still has every street as required
    assert 0 < some.sides < question.streets.problem.n_tasks
    assert sum("was not to be" in fault for fault in some.faults) == (
        question.streets.problem.n_tasks - some.sides
    )
    every = question.spec.model_copy(update={"areas": [area.name for area in areas]})
    assert check_plan(replace(plan, question=replace(question, spec=every))).faults == ()
