"""From keys to a checked plan: kinds of vehicles, hours of the clock, turns, days of the week."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from scenarios import load_scenario
from scenarios.routing.build import build_routes
from scenarios.routing.fleet import kinds_of
from scenarios.routing.output import check_plan
from scenarios.routing.plan import make_plan, solve_routes
from scenarios.routing.spaced import well_spaced
from scenarios.routing.verify import verify_routes
from scenarios.routing.windows import open_spans, openings_since

WEEK = """
[routes.week]
dirt_kg_per_km = { primary = 100, other = 60 }
capacity_t = 0.4
dump_min = 5
shift_h = 2
at = "tuesday 05:00"
turn_s = { left = 10, right = 3, straight = 0, u_turn = 30 }
frequency = { primary = 3, "Row 1" = 2, other = 1 }
days = ["mon", "tue", "wed", "thu", "fri"]

[[routes.week.depot]]
name = "Yard"
lon = 112.8200
lat = 28.3500

[[routes.week.depot]]
name = "East"
lon = 112.8290
lat = 28.3500

[[routes.week.vehicle]]
name = "night"
count = 2
depot = "Yard"
classes = ["primary"]
leaves = "22:00"
sweep_kmh = 10

[[routes.week.vehicle]]
name = "day"
count = 2
depot = "East"
break_min = 10
break_after_h = [0.2, 0.4]

[[routes.week.window]]
classes = ["primary"]
from = "22:30"
until = "05:00"

[[routes.week.window]]
streets = ["Row 2"]
from = "05:00"
until = "05:30"
closed = true

[[routes.week.dump]]
name = "Tip"
lon = 112.8260
lat = 28.3540
"""


@pytest.fixture(scope="module")
def week_file(grid, tmp_path_factory):
    folder = tmp_path_factory.mktemp("week")
    shutil.copytree(grid.parent, folder, dirs_exist_ok=True)
    path = folder / "scenario.toml"
    path.write_text(path.read_text(encoding="utf-8") + WEEK, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def week_plan(week_file):
    question = build_routes(load_scenario(week_file), "week")
    return make_plan(question, solve_routes(question, time_limit_s=6))


def _faults(plan, legs, **changes):
    question = plan.question
    found = verify_routes(
        question.network,
        question.spec.model_copy(update=changes),
        legs,
        question.left_out,
        period=question.period,
        depots=tuple(place.node for place in question.depots),
        dumps=tuple(place.node for place in question.dumps),
        seconds=plan.seconds,
    )
    return " ".join(found.faults)


def test_a_week_serves_every_side_as_often_as_asked(week_plan):
    check = check_plan(week_plan)
    assert check.faults == ()
    assert check.sides == week_plan.question.streets.problem.n_tasks
    swept = week_plan.legs[week_plan.legs["kind"] == "sweep"]
    names = [week_plan.question.network.class_names[c] for c in
             week_plan.question.network.road_class[swept["edge"]]]  # fmt: skip
    times = swept.assign(road=names).groupby(["road", "edge"])["day"].agg(["size", "nunique"])
    assert (times["size"] == times["nunique"]).all()
    assert (times.loc["primary", "size"] == 3).all()
    assert set(times.loc["residential", "size"]) == {1, 2}
    assert set(week_plan.summary["day"]) <= {"mon", "tue", "wed", "thu", "fri"}


def test_primary_streets_are_swept_at_night_only(week_plan):
    swept = week_plan.legs[week_plan.legs["kind"] == "sweep"]
    night = swept[swept["vehicle"] == "night"]
    assert len(night)
    assert (22 * 3600 + night["start_s"] + night["turn_s"] >= 22.5 * 3600).all()
    waits = week_plan.summary.set_index("vehicle")["wait_min"]
    assert (waits["night"] > 0).all()


def test_a_route_that_lasts_has_its_break_where_the_vehicle_stands(week_plan):
    legs = week_plan.legs
    for _, rows in legs[legs["vehicle"] == "day"].groupby("route"):
        pauses = rows[rows["kind"] == "break"]
        lasts = rows["seconds"].sum()
        assert len(pauses) == (lasts > 0.4 * 3600)
        assert pauses["start_s"].between(0.2 * 3600, 0.4 * 3600).all()
        assert (pauses["seconds"] == 600).all()


def test_steps_and_summary_say_day_vehicle_and_clock(week_plan):
    first = week_plan.steps.groupby("route").first()
    table = week_plan.summary.set_index("route")
    assert first["day"].tolist() == table["day"].tolist()
    assert set(first["clock"][first["vehicle"] == "night"]) == {"22:00"}
    assert set(table["leaves_s"][table["vehicle"] == "day"]) == {5 * 3600}
    assert set(first["street"][first["vehicle"] == "day"]) == {"East"}
    minutes = week_plan.steps.groupby("route")["minutes"].sum()
    assert minutes.tolist() == pytest.approx((60 * table["hours"]).tolist(), abs=0.5)


def test_a_plan_that_breaks_a_rule_of_the_week_is_found(week_plan):
    legs = week_plan.legs
    assert "not 2 times" in _faults(week_plan, legs, frequency={"other": 2, "primary": 3})
    assert "no day of the plan" in _faults(week_plan, legs, days=["mon", "wed", "fri", "sat"])
    monday = legs.assign(day=legs["day"].replace({"wed": "tue"}))
    assert "too unevenly" in _faults(week_plan, monday) or "more than once" in _faults(
        week_plan, monday
    )
    window = week_plan.question.spec.window[0].model_copy(update={"from_": "23:30"})
    assert "outside its hours" in _faults(week_plan, legs, window=[window])
    vehicles = [v.model_copy(update={"break_min": 5.0}) for v in week_plan.question.spec.vehicle]
    day = legs["vehicle"] == "day"
    assert "breaks" in _faults(week_plan, legs, vehicle=vehicles)
    other = legs.assign(vehicle=legs["vehicle"].where(~day, "van"))
    assert "there is no vehicle 'van'" in _faults(week_plan, other)
    assert "takes" in _faults(week_plan, legs.assign(seconds=legs["seconds"] + legs["turn_s"]))


def test_u_turns_that_are_forbidden_are_found(week_plan):
    assert "a turn that is forbidden" in _faults(week_plan, week_plan.legs, u_turns="forbidden")


def test_streets_outside_all_shifts_are_left_out_and_listed(week_file):
    scenario = load_scenario(week_file)
    spec = scenario.spec.routes["week"]
    night = spec.vehicle[0].model_copy(update={"leaves": "08:00"})
    scenario.spec.routes["week"] = spec.model_copy(update={"vehicle": [night, spec.vehicle[1]]})
    question = build_routes(scenario, "week")
    table = question.left_out
    assert set(table["class"]) == {"primary"}
    assert set(table["reason"]) == {"outside all shifts"}
    assert "cannot be served" in question.warnings[0]


def test_a_kind_has_what_the_table_has_unless_it_says_otherwise(week_file):
    spec = load_scenario(week_file).spec.routes["week"]
    night, day = kinds_of(spec)
    assert (night.capacity_t, night.sweep_kmh, night.pause, night.depot) == (0.4, 10.0, None, 0)
    assert (day.sweep_kmh, day.pause, day.leaves_s) == (8.0, (720, 1440, 600), 5 * 3600)


def test_hours_run_over_midnight_and_are_cut_by_the_shift():
    night = ((0, 18000), (79200, 86400))
    assert openings_since(night, 79200, 8 * 3600) == ((0, 25200),)
    assert openings_since(night, 6 * 3600, 10 * 3600) == ()
    assert openings_since(night, 4 * 3600, 20 * 3600) == ((0, 3600), (64800, 72000))
    assert open_spans([]) == ((0, 86400),)


def test_the_check_of_spacing_knows_even_weeks(week_plan):
    spec = week_plan.question.spec
    days = (0, 1, 2, 3, 4)
    assert well_spaced([0, 2, 4], days, spec)
    assert not well_spaced([0, 1, 4], days, spec)
    assert well_spaced([0, 1, 4], days, spec.model_copy(update={"spacing": "any"}))


def test_what_fits_no_route_is_listed_with_its_day(week_plan):
    question, solution = week_plan.question, week_plan.solution
    kept = [k for k, day in enumerate(solution.day) if day != 0]
    gone = [r for r, day in zip(solution.routes, solution.day, strict=True) if day == 0]
    missed = tuple((int(task), 0) for r in gone for task in r.task if task >= 0)
    fleet = question.streets.problem.fleet
    less = replace(
        solution,
        routes=tuple(solution.routes[k] for k in kept),
        day=tuple(solution.day[k] for k in kept),
        value=solution.value - sum(r.lasts + fleet[r.kind].route_cost for r in gone),
        missed=missed,
        status="partial",
    )
    plan = make_plan(question, less)
    assert check_plan(plan).faults == ()
    rows = plan.question.left_out
    assert isinstance(rows, pd.DataFrame)
    assert len(rows) == len(missed)
    assert set(rows["reason"]) == {"no room in the shifts"}
    assert set(rows["day"]) == {"mon"}
