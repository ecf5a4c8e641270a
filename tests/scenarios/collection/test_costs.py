"""Costs, prizes, times of leaving and trucks without facilities are part of the search."""

from __future__ import annotations

import pytest

from scenarios import load_scenario
from scenarios.collection.plan import SKIPPED, plan_collection, solve_collection
from scenarios.collection.work import check_points
from scenarios.faults import ScenarioError
from scenarios.routing.answer import NoRoutes
from scenarios.routing.build import build_routes


@pytest.fixture
def asked(laid_out, tmp_path, tables):
    """Ask with changed tables, and other points where they are given."""

    def ask(*changes, points=None):
        text = tables
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = laid_out(tmp_path, text)
        if points is not None:
            (tmp_path / "points.csv").write_text(points, encoding="utf-8")
        return build_routes(load_scenario(path), "waste")

    return ask


def _solved(question, seconds=2.0):
    plan = plan_collection(question, solve_collection(question, time_limit_s=seconds, seed=1))
    assert check_points(plan).faults == ()
    return plan


def test_costs_of_hours_kilometres_and_routes_are_told_as_hours(asked):
    question = asked(("stop_s = 30", "cost_h = 60\ncost_km = 2\ncost_route = 30\nstop_s = 30"))
    plan = _solved(question)
    km = plan.summary["km"].sum()
    wanted = plan.seconds + 1800 * len(plan.summary) + 120 * km
    assert plan.cost_s == pytest.approx(wanted, rel=0.01)
    assert plan.cost_s > plan.seconds


def test_it_is_said_where_no_point_is_worth_its_prize(asked):
    rows = ["name,lon,lat,stream,kg_day,prize"]
    rows += [f"Far {k},112.8{205 + 5 * k},28.3582,other,50,0.01" for k in range(3)]
    question = asked(("stop_s = 30", "cost_h = 60\nstop_s = 30"), points="\n".join(rows))
    with pytest.raises(NoRoutes, match="no point is worth its prize"):
        solve_collection(question, time_limit_s=1.0, seed=1)


def test_points_that_are_not_worth_their_way_are_skipped_and_told(asked):
    rows = ["name,lon,lat,stream,kg_day,prize"]
    rows += [f"Near {k},112.8{205 + 5 * k},28.3518,other,50," for k in range(4)]
    rows += [
        "Worth it,112.8295,28.3582,other,50,1000",
        "Not worth it,112.8205,28.3582,other,50,0.01",
    ]
    question = asked(("stop_s = 30", "cost_h = 60\nstop_s = 30"), points="\n".join(rows))
    plan = _solved(question)
    lost = plan.question.left_out
    assert lost[["point", "reason"]].to_numpy().tolist() == [["Not worth it", SKIPPED]]
    assert plan.solution.status == "feasible"
    assert plan.figures()["left_out_points"] == 1


def test_a_truck_that_may_leave_later_waits_less(asked):
    lunch = 'break_min = 30\nlunch = ["06:10", "07:00"]\n'
    points = "name,lon,lat,stream,kg_day,from,until\n" + "".join(
        f"Late {k},112.8{210 + 10 * k},28.3518,other,50,08:00,12:00\n" for k in range(5)
    )
    early = _solved(asked((lunch, ""), points=points))
    late = _solved(asked((lunch, 'leaves_until = "09:00"\n'), points=points))
    assert early.summary["wait_min"].sum() > 150
    assert late.summary["wait_min"].sum() < 5
    assert late.summary["start"].iloc[0] > "07:30"


def test_a_break_by_the_hours_since_leaving_is_kept(asked):
    plan = _solved(asked(('lunch = ["06:10", "07:00"]', "break_after_h = [0.5, 1]")))
    rests = plan.steps[plan.steps["kind"] == "break"]
    assert len(rests) == len(plan.summary)
    assert set(rests["minutes"]) == {30.0}
    assert rests["clock"].between("05:30", "06:00").all()


def test_trucks_without_a_facility_are_emptied_at_home(asked):
    first = 'facility = [\n  { name = "Plant"'
    text = (first, 'assumed = [\n  # { name = "Plant"')
    station = ('  { name = "Station"', '  # { name = "Station"')
    question = asked(text, station, ("capacity_t = 1.2", "capacity_t = 9"), ("volume_m3 = 3", ""),
                     ("capacity_t = 2", "capacity_t = 9"), ("volume_m3 = 4", ""))  # fmt: skip
    plan = _solved(question)
    assert plan.summary["unloads"].sum() == 0
    assert plan.steps.groupby("route")["load_kg"].last().tolist() == [0.0] * len(plan.summary)


def test_no_truck_has_room_for_all_without_a_facility(asked):
    text = ('facility = [\n  { name = "Plant"', 'assumed = [\n  # { name = "Plant"')
    station = ('  { name = "Station"', '  # { name = "Station"')
    question = asked(text, station, ("capacity_t = 1.2", "capacity_t = 0.3"))
    with pytest.raises(NoRoutes, match=r"without a facility carry 6\.9 t"):
        solve_collection(question, time_limit_s=1.0)


def test_costs_of_kilometres_need_those_of_an_hour(asked):
    with pytest.raises(ScenarioError, match="needs cost_h, what an hour of a truck costs"):
        asked(("stop_s = 30", "cost_km = 2\nstop_s = 30"))
