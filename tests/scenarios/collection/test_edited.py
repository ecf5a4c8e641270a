"""Edited plans of collection are read back, checked row by row, and bettered with their locks."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from scenarios import load_scenario
from scenarios.collection.again import again, base_of, facts_of, with_locks
from scenarios.collection.plan import plan_collection
from scenarios.collection.work import check_points
from scenarios.faults import ScenarioError
from scenarios.routing.build import build_routes
from scenarios.routing.edited import read_edited
from scenarios.routing.edited_check import check_edited
from scenarios.routing.exchange import plan_table, write_exchange
from scenarios.routing.workbook import write_workbook


@pytest.fixture
def rows(plan):
    return [{k: str(v) for k, v in row.items()} for row in plan_table(plan).to_dict("records")]


@pytest.fixture
def written(tmp_path):
    """Write rows as CSV."""

    def write(rows):
        path = tmp_path / "edited.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def checked(plan, written):
    """Check rows: the faults in words."""

    def check(rows):
        read = read_edited(plan.question, written(rows), "edited.csv")
        return [str(fault) for fault in check_edited(plan.question, read).faults]

    return check


def _of_kind(rows, kind, route="1"):
    return [k for k, row in enumerate(rows) if row["kind"] == kind and row["route"] == route]


@pytest.mark.parametrize("name", ["", "maps/routes.geojson", "book.xlsx", "buch.xlsx"])
def test_what_was_written_is_read_back_as_it_was(plan, tmp_path, name):
    write_exchange(tmp_path, plan)
    write_workbook(tmp_path / "book.xlsx", plan, title="Waste")
    write_workbook(tmp_path / "buch.xlsx", plan, title="垃圾", lang="zh")
    read = read_edited(plan.question, tmp_path / name, name)
    assert read.faults == ()
    found = check_edited(plan.question, read)
    assert found.faults == ()
    assert (found.seconds, found.sides) == (plan.seconds, 80)


def test_every_rule_that_an_edit_broke_is_named_with_its_row(rows, checked):
    assert checked(rows) == []
    gone = rows.pop(_of_kind(rows, "collect")[3])
    assert checked(rows) == [
        f"edited.csv: {gone['street']}, 120 kg, is in no row; add {gone['pieces']}"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "sweep"}, 'kind: there is no kind "sweep"; write collect or unload'),
        ({"pieces": "e4"}, 'pieces: "e4" are no points'),
        ({"pieces": "p900"}, "there is no p900; the points are others now"),
        ({"street": "Elsewhere"}, "not Elsewhere; the table of points has changed since"),
        ({"route": "2"}, "is kitchen, which trucks of kind compactor do not collect"),
    ],
)
def test_a_row_that_cannot_be_is_named(rows, checked, change, said):
    rows[_of_kind(rows, "collect")[1]] |= change
    assert any(said in fault for fault in checked(rows))


def test_a_point_of_a_kind_that_was_not_asked_for_is_told_by_its_kind(
    laid_out, tmp_path, tables, rows, written
):
    text = tables.replace("stop_s = 30", 'kinds = ["household"]\nstop_s = 30')
    question = build_routes(load_scenario(laid_out(tmp_path, text)), "waste")
    read = read_edited(question, written(rows), "edited.csv")
    said = [str(fault) for fault in read.faults]
    assert len(said) == 8
    assert all("is not to be collected: it is of kind market" in fault for fault in said)


def test_loads_visits_and_hours_are_looked_at(rows, checked):
    unloads = _of_kind(rows, "unload")
    without = [row for k, row in enumerate(rows) if k != unloads[0]]
    assert any("kg too much; put an unload row before it" in f for f in checked(without))
    without = [row for k, row in enumerate(rows) if k != unloads[-1]]
    assert any("comes home with" in f for f in checked(without))
    away = [dict(row) for row in rows]
    away[_of_kind(rows, "unload", "2")[0]]["street"] = "Plant"
    said = "Plant does not take what trucks of kind compactor carry; unload elsewhere"
    assert [f for f in checked(away) if said in f]
    twice = [*rows, dict(rows[_of_kind(rows, "collect")[0]])]
    assert any("is collected already in edited.csv:" in f for f in checked(twice))
    away[_of_kind(rows, "unload", "2")[0]]["street"] = "Nowhere"
    assert any('there is no facility "Nowhere"; facilities are: "' in f for f in checked(away))


def test_a_point_that_comes_after_its_hours_is_named(plan, written):
    from dataclasses import replace

    window = plan.question.problem.window.copy()
    window[:, 1] = 7 * 3600
    problem = replace(plan.question.problem, window=window)
    question = replace(plan.question, problem=problem)
    rows = [{k: str(v) for k, v in row.items()} for row in plan_table(plan).to_dict("records")]
    found = check_edited(question, read_edited(question, written(rows), "edited.csv"))
    assert any("too late: it may be until 07:00; put it earlier" in str(f) for f in found.faults)


def _taking(plan, tonnes):
    """Ask with an intake of the second facility, to which route 2 brings all its waste."""
    from dataclasses import replace

    intake = np.full((2, 72), 1 << 50)
    intake[1] = round(1e6 * tonnes)
    return replace(plan.question, problem=replace(plan.question.problem, intake=intake))


def test_what_facilities_take_in_an_hour_is_looked_at(plan, rows, written):
    read = read_edited(plan.question, written(rows), "edited.csv")
    faults = check_edited(_taking(plan, 0.1), read).faults
    visits = {f"edited.csv:{k + 2}" for k in _of_kind(rows, "unload", "2")}
    assert faults
    assert {str(fault.file) for fault in faults} <= visits
    assert all("Station is brought" in str(f) and "takes 0.1 t" in str(f) for f in faults)


def test_a_visit_that_can_wait_for_the_next_hour_is_no_fault(plan, rows, written):
    read = read_edited(plan.question, written(rows), "edited.csv")
    begins = plan.legs[(plan.legs["kind"] == "dump") & (plan.legs["route"] == 2)]["start_s"]
    hours = sorted((5 * 3600 + begins) // 3600)
    assert len(set(hours)) < len(hours)  # two in one hour
    found = check_edited(_taking(plan, 2.0), read)
    assert found.faults == ()
    assert found.seconds > plan.seconds


def _sought(plan, path, seconds=2.0):
    base = base_of(plan.question, path, "edited.csv")
    found = plan_collection(plan.question, again(plan.question, base, time_limit_s=seconds))
    assert check_points(found).faults == ()
    return with_locks(found, base), base


def _pieces(found, route):
    return [p for p in plan_table(found)[lambda t: t["route"] == route]["pieces"] if p]


def test_locked_rows_stay_in_their_route_and_order_and_the_rest_is_bettered(plan, rows, written):
    chosen = _of_kind(rows, "collect")[::6]
    for k in chosen:
        rows[k]["lock"] = "x"
    pieces = [rows[k]["pieces"] for k in chosen]
    found, base = _sought(plan, written(rows))
    assert base.seconds == plan.seconds
    assert facts_of(base)["sides_locked"] == len(chosen)
    assert found.seconds <= plan.seconds
    assert [p for p in _pieces(found, 1) if p in pieces] == pieces
    assert set(found.steps[found.steps["lock"] == "x"]["street"]) == {
        rows[k]["street"] for k in chosen
    }


def test_a_route_that_is_locked_whole_stays_and_deleted_rows_are_put_in(plan, rows, written):
    rows[_of_kind(rows, "collect", "2")[0]]["lock"] = "route"
    gone = set(_of_kind(rows, "collect")[2:5])
    rows = [row for k, row in enumerate(rows) if k not in gone]
    found, base = _sought(plan, written(rows))
    assert base.seconds is None
    assert _pieces(found, 2) == _pieces(plan, 2)
    assert found.summary["points"].sum() == 80


def test_a_point_in_two_rows_cannot_be_begun_from(plan, rows, written):
    rows.append(dict(rows[_of_kind(rows, "collect")[0]]))
    with pytest.raises(ScenarioError, match="is collected already in"):
        base_of(plan.question, written(rows), "edited.csv")
