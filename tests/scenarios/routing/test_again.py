"""Routes sought anew from an edited plan: locks hold, and nothing gets worse without need."""

from __future__ import annotations

import csv
import io

import pytest

from networks.errors import InputError
from scenarios.faults import ScenarioError
from scenarios.routing.again import base_of, facts_of, solve_again, with_locks
from scenarios.routing.exchange import plan_table
from scenarios.routing.output import check_plan
from scenarios.routing.plan import make_plan
from scenarios.routing.workbook import write_workbook


@pytest.fixture
def rows(plan):
    return [{k: str(v) for k, v in row.items()} for row in plan_table(plan).to_dict("records")]


@pytest.fixture
def based(plan, tmp_path):
    """Write rows as CSV and read them to begin from."""

    def base(rows):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / "edited.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return base_of(plan.question, path, "edited.csv")

    return base


def _sought(plan, base, seconds=1.0):
    found = make_plan(plan.question, solve_again(plan.question, base, time_limit_s=seconds))
    assert check_plan(found).faults == ()
    return with_locks(found, base)


def _swept(rows, route):
    return [k for k, row in enumerate(rows) if row["kind"] == "sweep" and row["route"] == route]


def _pieces(found, route, pieces):
    """Those of some pieces that a route sweeps, in its order."""
    legs = found.legs[(found.legs["route"] == route) & (found.legs["kind"] == "sweep")]
    return [f"e{edge}" for edge in legs["edge"] if f"e{edge}" in pieces]


def test_a_plan_that_nobody_edited_becomes_no_worse(plan, rows, based):
    base = based(rows)
    assert base.seconds == plan.solution.value
    assert facts_of(base)["sides_locked"] == facts_of(base)["routes_kept"] == 0
    found = _sought(plan, base)
    assert found.solution.value <= plan.solution.value
    assert (found.steps["lock"] == "").all()


def test_locked_rows_stay_in_their_route_and_order(plan, rows, based):
    chosen = _swept(rows, "1")[::4]
    for k in chosen:
        rows[k]["lock"] = "x"
    pieces = [piece for k in chosen for piece in rows[k]["pieces"].split()]
    found = _sought(plan, based(rows))
    assert _pieces(found, 1, set(pieces)) == pieces
    locked = found.steps[found.steps["lock"] == "x"]
    assert set(locked["route"]) == {1}
    again = plan_table(found)
    named = " ".join(again[again["lock"] == "x"]["pieces"]).split()
    assert set(pieces) <= set(named)
    assert found.solution.value <= plan.solution.value


def test_rows_moved_to_another_route_and_locked_stay_there(plan, rows, based):
    moved = _swept(rows, "1")[1]
    rows[moved] |= {"route": "2", "lock": "yes"}
    rows.append(rows.pop(moved))
    pieces = rows[-1]["pieces"].split()
    found = _sought(plan, based(rows), 2.0)
    assert _pieces(found, 2, set(pieces)) == pieces


def test_a_route_that_is_locked_whole_stays_as_it_is(plan, rows, based):
    rows[_swept(rows, "2")[0]]["lock"] = "route"
    base = based(rows)
    assert base.frozen == (1,)
    found = _sought(plan, base)
    columns = ["edge", "kind", "seconds", "start_s"]
    before, after = (t.legs[t.legs["route"] == 2][columns] for t in (plan, found))
    assert before.to_numpy().tolist() == after.to_numpy().tolist()
    swept = found.steps[(found.steps["route"] == 2) & (found.steps["kind"] == "sweep")]
    assert set(swept["lock"]) == {"route"}


def test_deleted_rows_are_put_where_they_fit_and_the_hopper_is_emptied(plan, rows, based):
    gone = set(_swept(rows, "1")[2:5])
    kept = [
        row for k, row in enumerate(rows) if k not in gone and row["kind"] not in {"dump", "drive"}
    ]
    base = based(kept)
    assert base.seconds is None
    found = _sought(plan, base, 2.0)
    assert found.summary["km_swept"].sum() == pytest.approx(plan.question.task_km)


def test_faults_of_the_rows_are_all_named_at_once(rows, based):
    swept = _swept(rows, "1")
    rows[swept[0]]["lock"] = "perhaps"
    rows[swept[1]]["pieces"] = "e99999"
    with pytest.raises(ScenarioError) as caught:
        based(rows)
    places = [fault.file for fault in caught.value.faults]
    assert places == [f"edited.csv:{swept[0] + 2}", f"edited.csv:{swept[1] + 2}"]


def test_a_street_in_two_rows_cannot_be_begun_from(rows, based):
    rows.append(dict(rows[_swept(rows, "1")[0]]))
    with pytest.raises(ScenarioError, match=r"is swept already in edited.csv:\d+; delete one"):
        based(rows)


def test_a_route_that_breaks_a_rule_cannot_stay_whole(rows, based):
    rows[_swept(rows, "1")[0]]["lock"] = "route"
    last = max(k for k, row in enumerate(rows) if row["kind"] == "dump" and row["route"] == "1")
    rows.pop(last)
    with pytest.raises(ScenarioError, match="comes home with"):
        based(rows)


def test_a_locked_route_without_a_vehicle_is_refused(rows, based):
    for number, k in enumerate([k for r in "12" for k in _swept(rows, r)][:7], 11):
        rows[k] |= {"route": str(number), "lock": "x"}
    with pytest.raises(InputError, match="there are 6 vehicles for locked routes before it"):
        based(rows)


# ---- several days


@pytest.fixture(scope="module")
def week(grid):
    """Two days, primary roads on both, found quickly; read only."""
    from optimize.routing.arcs.week_search import solve_week
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import week_of
    from scenarios.routing.schema import RoutesSpec

    scenario = load_scenario(grid)
    table = scenario.spec.routes["cleaning"].model_dump(exclude_unset=True, by_alias=True)
    table |= {"days": ["mon", "thu"], "frequency": {"primary": 2, "other": 1}}
    scenario.spec.routes["cleaning"] = RoutesSpec.model_validate(table)
    question = build_routes(scenario, "cleaning")
    found = solve_week(week_of(question), time_limit_s=60, iterations=1, seed=1)
    return make_plan(question, found)


def _week_rows(week):
    return [{k: str(v) for k, v in row.items()} for row in plan_table(week).to_dict("records")]


def _week_base(week, rows, folder):
    path = folder / "edited.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return base_of(week.question, path, "edited.csv")


def test_every_day_of_a_plan_is_sought_anew_for_itself(week, tmp_path):
    base = _week_base(week, _week_rows(week), tmp_path)
    assert base.seconds == week.solution.value
    assert base.served.sum(axis=0).tolist() == week.question.times.tolist()
    found = _sought(week, base, 2.0)
    assert found.solution.value <= week.solution.value
    assert set(found.summary["day"]) == {"mon", "thu"}


def test_the_workbook_of_several_days_is_read_back_with_its_days(week, tmp_path):
    write_workbook(tmp_path / "week.xlsx", week, title="Week", lang="zh")
    base = base_of(week.question, tmp_path / "week.xlsx", "week.xlsx")
    assert base.seconds == week.solution.value
    assert [r.task.tolist() for r in base.routes] == [r.task.tolist() for r in week.solution.routes]


def test_a_row_that_is_locked_on_a_day_stays_on_it_and_a_deleted_one_gets_a_day(week, tmp_path):
    rows = _week_rows(week)
    swept = [k for k, row in enumerate(rows) if row["kind"] == "sweep"]
    thursday = next(row["route"] for row in rows if row["day"] == "thu")
    once = [
        k for k in swept
        if rows[k]["day"] == "mon"
        and sum(rows[k]["pieces"] == rows[m]["pieces"] for m in swept) == 1
    ]  # fmt: skip
    moved, gone = rows[once[0]], rows[once[3]]
    moved |= {"route": thursday, "lock": "x"}
    rows = [row for row in rows if row is not gone and row is not moved]
    after = max(k for k, row in enumerate(rows) if row["route"] == thursday)
    rows.insert(after - 2, moved)
    found = _sought(week, _week_base(week, rows, tmp_path), 4.0)
    legs = found.legs[found.legs["kind"] == "sweep"]
    for row, days in ((moved, {"thu"}), (gone, {"mon", "thu"})):
        edges = [int(piece[1:]) for piece in row["pieces"].split()]
        assert set(legs[legs["edge"].isin(edges)]["day"]) <= days
        assert set(edges) <= set(legs["edge"])


def test_days_that_lie_too_unevenly_are_named(grid, tmp_path):
    from optimize.routing.arcs.week_search import solve_week
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import week_of
    from scenarios.routing.schema import RoutesSpec

    scenario = load_scenario(grid)
    table = scenario.spec.routes["cleaning"].model_dump(exclude_unset=True, by_alias=True)
    table |= {"days": ["mon", "tue", "thu"], "frequency": {"primary": 2, "other": 1}}
    scenario.spec.routes["cleaning"] = RoutesSpec.model_validate(table)
    question = build_routes(scenario, "cleaning")
    week = make_plan(question, solve_week(week_of(question), time_limit_s=60, iterations=1))
    rows = _week_rows(week)
    times = {
        f"e{edge}": int(n)
        for (edge, _), n in zip(question.streets.task_edge.tolist(), question.times, strict=True)
    }
    k = next(
        k for k, row in enumerate(rows)
        if row["kind"] == "sweep" and row["day"] == "thu" and times[row["pieces"].split()[0]] == 2
    )  # fmt: skip
    rows[k]["route"] = next(row["route"] for row in rows if row["day"] == "tue")
    with pytest.raises(ScenarioError, match="is swept on mon, tue, which lie too unevenly"):
        _week_base(week, rows, tmp_path)
