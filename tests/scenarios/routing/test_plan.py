"""The tables of a plan: what people read says what the vehicles do."""

from __future__ import annotations

import re

import pytest

from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.solution import ArcSolution
from scenarios import load_scenario
from scenarios.routing.build import build_routes
from scenarios.routing.plan import NoRoutes, solve_routes
from scenarios.routing.sheet import run_sheet


def _with(grid, **changes):
    scenario = load_scenario(grid)
    table = scenario.spec.routes["cleaning"].model_copy(update=changes)
    scenario.spec.routes["cleaning"] = table
    return build_routes(scenario, "cleaning")


def test_steps_add_up_to_the_routes(plan):
    minutes = plan.steps.groupby("route")["minutes"].sum()
    assert minutes.tolist() == pytest.approx((60 * plan.summary["hours"]).tolist(), abs=0.5)
    swept = plan.steps[plan.steps["kind"] == "sweep"]["km"].sum()
    assert swept == pytest.approx(plan.question.task_km, abs=0.01)
    assert plan.summary["km_swept"].sum() == pytest.approx(plan.question.task_km)


def test_every_route_begins_and_ends_at_the_depot_and_comes_home_empty(plan):
    for _, steps in plan.steps.groupby("route"):
        assert steps.iloc[0]["street"] == steps.iloc[-1]["street"] == "Yard"
        assert steps.iloc[0]["clock"] == "05:00"
        assert steps.iloc[-1]["load_kg"] == 0
        assert steps["load_kg"].max() <= 300
        assert (steps["lock"] == "").all()


def test_a_street_is_swept_on_the_right_hand_side_of_the_traffic(plan):
    swept = plan.steps[plan.steps["kind"] == "sweep"]
    east = swept[(swept["to_lon"] > swept["from_lon"]) & (swept["to_lat"] == swept["from_lat"])]
    assert len(east) > 5
    assert set(east["side"]) == {"south"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_sheet_says_every_minute_and_kilometre_of_its_route(plan, lang):
    for row in plan.summary.to_dict("records"):
        lines = run_sheet(plan, row["route"], lang)
        assert sum(line.minutes for line in lines) == pytest.approx(60 * row["hours"])
        km = sum(line.km for line in lines if line.kind == "sweep")
        assert km == pytest.approx(row["km_swept"])
        assert lines[0].text == ("Leave Yard" if lang == "en" else "从Yard出发")
        assert sum(line.kind == "dump" for line in lines) == row["dumps"]
        assert all(line.side for line in lines if line.kind == "sweep")


def test_a_search_is_no_worse_than_its_bound_and_keeps_the_rules(grid):
    from scenarios.routing.output import check_plan
    from scenarios.routing.plan import make_plan

    question = _with(grid)
    told = []
    solution = solve_routes(
        question, time_limit_s=3, progress=lambda step, bound: told.append((step.value, bound))
    )
    assert told
    assert solution.value >= solution.bound >= 1
    assert solution.bound == arc_lower_bound(question.streets.problem)
    assert check_plan(make_plan(question, solution)).faults == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vehicles": 1}, "the work takes at least"),
        ({"vehicles": 1, "shift_h": 24.0, "dump": []}, "without a dump site carry 0.3 t"),
    ],
)
def test_arithmetic_that_forbids_routes_is_said(grid, changes, said):
    with pytest.raises(NoRoutes, match=said) as raised:
        solve_routes(_with(grid, **changes), time_limit_s=5)
    assert raised.value.proven


def test_what_routes_cost_apart_takes_no_hours_from_the_shifts(grid):
    from scenarios.routing.plan import make_plan

    question = _with(grid, vehicles=4, shift_h=1.5, cost_h=1.0, cost_route=20.0)
    solution = solve_routes(question, time_limit_s=2)
    assert solution.bound > 4 * 1.5 * 3600  # as seconds of work, and still there are routes
    seconds = make_plan(question, solution).seconds
    assert seconds <= 4 * 1.5 * 3600
    assert solution.value == seconds + len(solution.routes) * 20 * 3600


def test_arithmetic_counts_costs_on_both_sides(grid):
    changes = {"vehicles": 1, "cost_h": 1.0, "cost_route": 2.0}
    said = (
        r"the work and the costs of routes come to at least [\d.]+ h, and one vehicle of 1 h have "
        r"1 h, whose routes cost 2 h more; give"
    )
    with pytest.raises(NoRoutes, match=said) as raised:
        solve_routes(_with(grid, **changes), time_limit_s=5)
    assert raised.value.proven


def test_a_street_too_far_for_a_shift_is_named(grid):
    with pytest.raises(NoRoutes, match=r"\d+ alone, .* and a shift has 0.1 h") as raised:
        solve_routes(_with(grid, vehicles=None, shift_h=0.1), time_limit_s=1)
    assert raised.value.proven


def test_a_plan_that_is_not_found_in_time_is_not_said_to_be_impossible(grid, monkeypatch):
    nothing = ArcSolution((), 0, 0.0, "none", 1.0, 0)
    monkeypatch.setattr("scenarios.routing.plan._Search.plain", lambda _: nothing)
    with pytest.raises(NoRoutes, match=r"no routes for 12 vehicles .* were found in 1 s") as raised:
        solve_routes(_with(grid, vehicles=12, shift_h=2.0), time_limit_s=1)
    assert not raised.value.proven


def test_areas_choose_streets(grid):
    scenario = load_scenario(grid)
    question = build_routes(scenario, "cleaning")
    assert question.required.all()
    some = _with(grid, streets=["row 1"])
    names = {some.network.names[some.network.name[e]] for e in some.required.nonzero()[0]}
    assert names == {"Row 1"}
    fewer = _with(grid, not_streets=["Row 1"])
    assert fewer.required.sum() + some.required.sum() == question.required.sum()


def test_a_depot_or_dump_site_far_from_its_junction_is_told_with_the_metres(grid):
    from scenarios.routing.schema import DumpSpec

    assert build_routes(load_scenario(grid), "cleaning").warnings == ()
    far = DumpSpec(name="Tip", lon=112.8260, lat=28.3520)
    assert _with(grid, dump=[far]).warnings == ()
    away = DumpSpec(name="Tip", lon=112.8260, lat=28.3485)
    (said,) = _with(grid, dump=[away]).warnings
    assert re.fullmatch(r'"Tip" lies 1\d\d m from its junction', said)


@pytest.mark.parametrize(("sides", "factor"), [("each", 2), ("both", 1)])
def test_a_street_that_no_shift_meets_is_left_out_once_where_both_sides_are_one(
    grid, sides, factor
):
    from scenarios.routing.schema import WindowSpec

    window = WindowSpec.model_validate({"streets": ["Row 1"], "from": "12:00", "until": "13:00"})
    question = _with(grid, sides=sides, window=[window])
    network, left_out = question.network, question.left_out
    edges = [e for e in range(network.n_edges) if network.names[network.name[e]] == "Row 1"]
    assert (network.reverse[edges] >= 0).all()
    assert len(left_out) == factor * len(edges) // 2
    km = network.length_m[edges].sum() / 2000
    assert left_out["km"].sum() == pytest.approx(factor * km)
    assert set(left_out["reason"]) == {"outside all shifts"}


@pytest.mark.parametrize(
    "changes",
    [
        {"sides": "both"},
        {"traffic": "left"},
        {"balance": 1.0},
        {"compactness": 1.0},
        {"cost_h": 50.0, "cost_route": 20.0},
        {"u_turns": "dead ends"},
        {"u_turns": "forbidden"},
        {"sides": "both", "traffic": "left", "balance": 0.5, "u_turns": "dead ends"},
    ],
    ids=lambda changes: " ".join(map(str, changes.values())),
)
def test_whatever_the_table_asks_for_is_built_solved_and_kept(grid, changes):
    from scenarios.routing.output import check_plan
    from scenarios.routing.plan import make_plan

    question = _with(grid, **changes)
    solution = solve_routes(question, time_limit_s=2)
    plan = make_plan(question, solution)
    check = check_plan(plan)
    assert check.faults == ()
    assert check.sides == question.streets.problem.n_tasks
    assert solution.bound <= solution.value
    n_edges = question.network.n_edges
    assert check.sides == (n_edges // 2 if question.spec.sides == "both" else n_edges)
    swept = plan.steps[plan.steps["kind"] == "sweep"]
    east = swept[(swept["to_lon"] > swept["from_lon"]) & (swept["to_lat"] == swept["from_lat"])]
    side = "north" if question.spec.traffic == "left" else "south"
    assert set(east["side"]) == {"both" if question.spec.sides == "both" else side}
