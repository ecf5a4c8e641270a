"""Collection over a week: what lies at a point follows from the days since it was collected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios import load_scenario
from scenarios.collection.again import again, base_of, with_locks
from scenarios.collection.plan import plan_collection, solve_collection, week_of
from scenarios.collection.work import check_points
from scenarios.faults import ScenarioError
from scenarios.routing.build import build_routes
from scenarios.routing.edited import read_edited
from scenarios.routing.edited_check import check_edited
from scenarios.routing.exchange import plan_table, write_exchange

WEEK = 'days = ["mon", "wed", "fri"]\nfrequency = { market = 3, kitchen = 2, other = 1 }\n'


@pytest.fixture(scope="module")
def asked(tmp_path_factory, laid_out, tables):
    """Question over three days; read only."""
    folder = tmp_path_factory.mktemp("week")
    text = tables.replace("stop_s = 30", f"{WEEK}stop_s = 30").replace("1.2", "3")
    text = text.replace("volume_m3 = 3", "volume_m3 = 6").replace("volume_m3 = 4", "volume_m3 = 9")
    text = text.replace("capacity_t = 2", "capacity_t = 5")
    return build_routes(load_scenario(laid_out(folder, text)), "waste")


@pytest.fixture(scope="module")
def week(asked):
    """Plan over three days, found quickly; read only."""
    return plan_collection(asked, solve_collection(asked, time_limit_s=4.0, seed=1))


def test_points_are_as_often_as_their_kind_or_stream_says(asked):
    points = asked.points
    for task, row in enumerate(asked.rows.tolist()):
        wanted = {"market": 3}.get(points.kind[row], {"kitchen": 2, "other": 1}[points.stream[row]])
        assert asked.times[task] == wanted


def test_a_plan_of_several_days_passes_its_check(week):
    found = check_points(week)
    assert found.faults == ()
    assert found.sides == 80
    assert set(week.summary["day"]) == {"mon", "wed", "fri"}
    assert week.solution.status == "feasible"


def test_all_waste_of_the_week_is_collected_once(week):
    points = week.question.points
    assert week.summary["waste_kg"].sum() == pytest.approx(7 * points.kg.sum())
    served = week.legs[week.legs["kind"] == "collect"]
    counts = np.bincount(served["point"].to_numpy(), minlength=len(points))
    assert counts[week.question.rows].tolist() == week.question.times.tolist()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"frequency": 1}, "times, not once"),
        ({"days": ["mon", "tue", "wed"]}, "is on fri, which is no day of the plan"),
        ({"frequency": {"market": 3, "other": 2}}, "1 times, not 2 times"),
    ],
)
def test_days_that_are_not_kept_are_named(week, changes, said):
    spec = week.question.spec.model_copy(update=changes)
    found = check_points(replace(week, question=replace(week.question, spec=spec)))
    assert any(said in fault for fault in found.faults)


def test_a_visit_that_was_moved_to_another_day_changes_the_loads(week):
    legs = week.legs.copy()
    first, last = legs["route"] == 1, legs["route"] == legs["route"].max()
    legs.loc[first, "day"] = week.summary["day"].iloc[-1]
    legs.loc[last, "day"] = week.summary["day"].iloc[0]
    assert check_points(replace(week, legs=legs)).faults != ()


def test_points_that_no_truck_holds_on_their_best_days_are_left_out(
    asked, laid_out, tmp_path, tables
):
    assert week_of(asked).times.max() == 3
    text = tables.replace("stop_s = 30", f"{WEEK}stop_s = 30").replace("1.2", "0.4")
    question = build_routes(load_scenario(laid_out(tmp_path, text)), "waste")
    lost = question.left_out[question.left_out["stream"] == "kitchen"]
    assert set(lost["reason"]) == {"larger than a truck"}
    kinds = {question.points.kind[row] for row in lost["row"]}
    assert kinds == {"household"}  # twice: 4 days; three times: 3
    plan = plan_collection(question, solve_collection(question, time_limit_s=2.0))
    assert check_points(plan).faults == ()
    roomy = question.spec.vehicle[0].model_copy(update={"capacity_t": 0.5})
    spec = question.spec.model_copy(update={"vehicle": [roomy, *question.spec.vehicle[1:]]})
    found = check_points(replace(plan, question=replace(plan.question, spec=spec)))
    assert any("'larger than a truck', and fits vehicle" in fault for fault in found.faults)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (", other = 1 }", " }", "has no figure for household or other"),
        ('"fri"]', "]", "asks for 3 times a week, and days names 2"),
        ("stop_s", "days_of_waste = 2\nstop_s", "is of a plan of one day, and this one is of"),
        ("stop_s", "balance = 2\nstop_s", "balance: is of plans of one day, and this one is of"),
    ],
)
def test_weeks_that_cannot_be_are_named(laid_out, tmp_path, tables, old, new, said):
    text = tables.replace("stop_s = 30", f"{WEEK}stop_s = 30").replace(old, new, 1)
    with pytest.raises(ScenarioError, match=said):
        build_routes(load_scenario(laid_out(tmp_path, text)), "waste")


def test_a_plan_of_several_days_is_read_back_and_checked_by_what_gathers(week, tmp_path):
    write_exchange(tmp_path, week)
    read = read_edited(week.question, tmp_path, "plan")
    found = check_edited(week.question, read)
    assert found.faults == ()
    assert found.seconds == week.seconds
    unloads = [row for row in read.routes[0].rows if row.is_dump]
    read.routes[0].rows.remove(unloads[0])
    faults = [str(fault) for fault in check_edited(week.question, read).faults]
    assert any("too much; put an unload row before it" in fault for fault in faults)


def test_every_day_of_an_edited_plan_is_bettered_with_its_locks(week, tmp_path):
    import csv

    table = plan_table(week)
    rows = [{k: str(v) for k, v in row.items()} for row in table.to_dict("records")]
    own = [row for row in rows if row["kind"] == "collect" and row["day"] == "wed"]
    own[1]["lock"] = "x"
    rows.remove(own[3])
    path = tmp_path / "edited.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    base = base_of(week.question, path, "edited.csv")
    assert base.served.sum(axis=0).tolist() == week.question.times.tolist()
    found = plan_collection(week.question, again(week.question, base, time_limit_s=4.0))
    assert check_points(found).faults == ()
    again_table = plan_table(with_locks(found, base))
    kept = again_table[again_table["lock"] == "x"]
    assert kept[["day", "pieces"]].to_numpy().tolist() == [["wed", own[1]["pieces"]]]
    assert (again_table["kind"] == "collect").sum() == (table["kind"] == "collect").sum()
