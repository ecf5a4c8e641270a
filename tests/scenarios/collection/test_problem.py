"""Hours over midnight are met by trucks of the morning, and by those of the night."""

from __future__ import annotations

import pytest

from scenarios import load_scenario
from scenarios.collection.plan import plan_collection, solve_collection
from scenarios.collection.work import check_points
from scenarios.routing.build import build_routes

POINTS = "lon,lat,stream,kg_day,l_day,from,until\n" + "".join(
    f"112.82{k},28.3512,kitchen,40,60,22:00,05:30\n" for k in range(2, 6)
)
LATE = ("count = 3", 'count = 3\nleaves_until = "21:00"')
MORNING = 5 * 3600
NIGHT = 22 * 3600


@pytest.fixture
def nightly(laid_out, tmp_path, tables):
    """Ask for points that are collected from 22:00 until 05:30."""

    def built(changes=()):
        text = tables
        for old, new in (('break_min = 30\nlunch = ["06:10", "07:00"]\n', ""), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        path = laid_out(tmp_path, text)
        (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
        return build_routes(load_scenario(path), "waste")

    return built


def _checked(question):
    plan = plan_collection(question, solve_collection(question, time_limit_s=1.0, seed=1))
    assert check_points(plan).faults == ()
    return plan


def test_trucks_of_the_morning_meet_the_end_of_hours_over_midnight(nightly):
    question = nightly()
    assert question.left_out.empty
    assert question.problem.window.tolist() == [[0, MORNING + 1800 - 30]] * 4
    assert len(_checked(question).summary) == 1


def test_trucks_that_reach_the_later_night_have_it(nightly):
    question = nightly([LATE, (', closes = "20:00"', "")])
    assert question.problem.window.tolist() == [[NIGHT, NIGHT + 27000 - 30]] * 4
    plan = _checked(question)
    assert plan.summary["leaves_s"].min() > MORNING


def test_facilities_open_over_midnight_are_met_in_the_morning(nightly):
    question = nightly([("visit_min = 10", 'visit_min = 10, opens = "22:00", closes = "06:00"')])
    assert question.problem.facility_window[0].tolist() == [0, MORNING + 3000]
    assert len(_checked(question).summary) == 1
    late = nightly([LATE, ("visit_min = 10", 'visit_min = 10, opens = "22:00", closes = "06:00"')])
    assert late.problem.facility_window[0].tolist() == [NIGHT, NIGHT + 8 * 3600 - 600]


def test_hours_of_the_check_hold_on_every_night(nightly):
    from dataclasses import replace

    plan = _checked(nightly())
    window = plan.question.points.window.copy()
    window[:] = NIGHT, 29 * 3600
    points = replace(plan.question.points, window=window)
    found = check_points(replace(plan, question=replace(plan.question, points=points)))
    assert any("outside its hours" in fault for fault in found.faults)
