"""Plans that people edited: read back from whatever a spreadsheet made of them, and checked."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import openpyxl
import pytest

from networks.errors import InputError
from scenarios.routing.edited import read_edited
from scenarios.routing.edited_check import check_edited
from scenarios.routing.exchange import plan_table, write_exchange
from scenarios.routing.workbook import write_workbook


@pytest.fixture(scope="module")
def folder(plan, tmp_path_factory):
    """Plan as it is written; read only."""
    where = tmp_path_factory.mktemp("plan")
    write_exchange(where, plan)
    for lang in ("en", "zh"):
        write_workbook(where / f"{lang}.xlsx", plan, title="Sweeping", lang=lang)
    return where


@pytest.fixture
def rows(plan):
    """Rows of the plan as texts, to be edited; row k stands in line k + 2."""
    return [{k: str(v) for k, v in row.items()} for row in plan_table(plan).to_dict("records")]


@pytest.fixture
def checked(plan, tmp_path):
    """Write rows as CSV, read them back and check them: the faults without their folder."""

    def check(rows, question=None):
        path = tmp_path / "edited.csv"
        path.write_text(_csv(rows), encoding="utf-8")
        asked = question or plan.question
        found = check_edited(asked, read_edited(asked, path, "edited.csv"))
        return [str(fault) for fault in found.faults]

    return check


def _csv(rows, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _swept(rows):
    return [k for k, row in enumerate(rows) if row["kind"] == "sweep"]


def _tasks(plan):
    return [
        (route.number, [task for row in route.rows for task in row.task]) for route in plan.routes
    ]


def _solved(plan):
    return [(k, route.task.tolist()) for k, route in enumerate(plan.solution.routes, 1)]


@pytest.mark.parametrize(
    "name",
    ["", "plan/cleaning.csv", "maps/routes.geojson", "en.xlsx", "zh.xlsx"],
)
def test_what_was_written_is_read_back_as_it_was(plan, folder, name):
    read = read_edited(plan.question, folder / name, name)
    assert read.faults == ()
    assert _tasks(read) == _solved(plan)
    assert check_edited(plan.question, read).faults == ()


def test_seconds_of_an_edited_plan_are_those_of_the_solution(plan, folder):
    found = check_edited(plan.question, read_edited(plan.question, folder, "plan"))
    assert found.seconds == plan.solution.value
    assert found.routes == len(plan.solution.routes)
    assert found.sides == plan.question.streets.problem.n_tasks


def test_a_single_route_as_geojson_is_the_part_of_the_plan_that_it_is(plan, folder):
    read = read_edited(plan.question, folder / "routes" / "route-02.geojson", "route-02.geojson")
    assert _tasks(read) == _solved(plan)[1:2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_however_a_spreadsheet_saved_it(plan, rows, tmp_path, encoding, delimiter):
    for row in rows:
        row["street"] = row["street"].replace("Row", "横街").replace("Column", "纵街")
        if delimiter == ";":
            row |= {key: row[key].replace(".", ",") for key in ("km", "minutes", "from_lon")}
        row["route"] += ".0"
    path = tmp_path / "edited.csv"
    path.write_bytes(_csv(rows, delimiter).encode(encoding))
    read = read_edited(plan.question, path, "edited.csv")
    assert read.faults == ()
    assert _tasks(read) == _solved(plan)


def test_a_workbook_saved_by_another_program_is_read(plan, folder, tmp_path):
    with (folder / "en.xlsx").open("rb") as file:
        book = openpyxl.load_workbook(file)
    book.worksheets[1].delete_rows(2)  # the depot's row
    book.save(tmp_path / "again.xlsx")
    read = read_edited(plan.question, tmp_path / "again.xlsx", "again.xlsx")
    assert _tasks(read) == _solved(plan)


def test_rows_may_be_moved_and_locked(plan, rows, tmp_path):
    swept = _swept(rows)
    one, two = swept[0], next(k for k in swept if rows[k]["route"] == "2")
    rows[one]["route"] = "2"
    rows[one]["lock"] = "x"
    rows[two]["lock"] = "route"
    path = tmp_path / "edited.csv"
    path.write_text(_csv(rows), encoding="utf-8")
    read = read_edited(plan.question, path, "edited.csv")
    before = dict(_solved(plan))
    moved = len(rows[one]["pieces"].split())
    assert dict(_tasks(read))[2] == before[1][:moved] + before[2]
    assert read.routes[1].rows[0].lock == "row"
    assert [route.frozen for route in read.routes][:2] == [False, True]


def test_from_and_to_exchanged_sweeps_the_other_side(plan, rows, checked):
    k = _swept(rows)[3]
    ends = {key: rows[k][key] for key in ("from_lon", "from_lat", "to_lon", "to_lat")}
    rows[k] |= {key.replace("from", "?").replace("to", "from").replace("?", "to"): v
                for key, v in ends.items()}  # fmt: skip
    said = checked(rows)
    assert any("is in no row; add " + rows[k]["pieces"].split()[0] in fault for fault in said)
    assert any("is swept already in edited.csv:" in fault for fault in said)


# ---- each rule broken once


def test_a_street_swept_twice_is_named_with_both_rows(rows, checked):
    k, m = _swept(rows)[2], _swept(rows)[5]
    rows[m]["pieces"] += " " + rows[k]["pieces"].split()[0]
    said = checked(rows)
    assert any(
        f"edited.csv:{m + 2}: " in fault and f"already in edited.csv:{k + 2}; delete" in fault
        for fault in said
    )


def test_a_deleted_row_is_a_street_in_no_row(rows, checked):
    gone = rows.pop(_swept(rows)[2])
    said = checked(rows)
    assert len(said) == 1
    assert said[0].startswith(f"edited.csv: {gone['street']}, ")
    assert said[0].endswith(f"is in no row; add {gone['pieces']}")


def test_a_hopper_that_is_not_emptied_is_overfull_after_a_row(rows, checked):
    dump = next(k for k, row in enumerate(rows) if row["kind"] == "dump" and row["route"] == "1")
    rows.pop(dump)
    said = [fault for fault in checked(rows) if "hopper" in fault or "comes home" in fault]
    assert said
    assert all(fault.startswith("edited.csv:") for fault in said)


def test_a_route_without_its_last_dump_row_comes_home_loaded(rows, checked):
    last = max(k for k, row in enumerate(rows) if row["kind"] == "dump" and row["route"] == "1")
    rows.pop(last)
    said = checked(rows)
    assert len(said) == 1
    assert "route 1 comes home with" in said[0]
    assert said[0].endswith("put a dump row after it")


def test_a_route_longer_than_its_shift_says_by_how_much_and_where(rows, checked):
    for row in rows:
        row["route"] = "1"
    said = [fault for fault in checked(rows) if "shift" in fault]
    assert len(said) == 1
    assert "min more than its shift of 1 h; give some of its rows to another route" in said[0]
    assert int(said[0].split(":")[1]) > 2


def test_more_routes_than_vehicles_are_too_many(rows, checked):
    for number, k in enumerate(_swept(rows)[-8:], 1):
        rows[k]["route"] = str(10 + number)
    said = [fault for fault in checked(rows) if "too many" in fault]
    assert len(said) == len({row["route"] for row in rows if row["kind"] == "sweep"}) - 6
    assert all("there are 6 vehicles" in fault for fault in said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "swep"}, 'kind: there is no kind "swep"; write sweep or dump'),
        ({"route": "one"}, 'route: "one" is no number of a route; write 1, 2, ...'),
        ({"route": "0"}, 'route: "0" is no number of a route; write 1, 2, ...'),
        ({"lock": "perhaps"}, 'lock: "perhaps" is no lock; write x, or route for the whole route'),
        ({"pieces": ""}, "pieces: is empty; take the row from the plan that was written, as e17 "),
        ({"pieces": "17"}, 'pieces: "17" are no pieces of street; take the row from the plan'),
        ({"pieces": "e99999"}, "pieces: there is no e99999; the streets are others now"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_with_its_line(rows, checked, change, said):
    k = _swept(rows)[4]
    rows[k] |= change
    faults = checked(rows)
    assert any(fault.startswith(f"edited.csv:{k + 2}: {said}") for fault in faults), faults


def test_pieces_of_another_street_are_told_from_the_name_and_the_place(rows, checked):
    one = _swept(rows)[0]
    other = next(k for k in _swept(rows) if rows[k]["street"] != rows[one]["street"])
    rows[one]["pieces"], rows[other]["pieces"] = rows[other]["pieces"], rows[one]["pieces"]
    rows[one] |= dict.fromkeys(("from_lon", "to_lon"), "")
    said = checked(rows)
    street = rows[one]["street"]
    assert f", not {street}; the streets have changed since, or cells were mixed up" in said[0]


def test_a_lock_on_a_row_that_is_no_sweep_is_refused(rows, checked):
    rows[0]["lock"] = "x"
    assert checked(rows) == [
        (
            "edited.csv:2: lock: rows of kind depot cannot be locked; lock rows of sweeps, or "
            "write route to keep the whole route"
        )
    ]


def test_a_street_that_is_not_asked_for_is_not_swept(plan, grid, rows, checked):
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes

    scenario = load_scenario(grid)
    street = rows[_swept(rows)[0]]["street"]
    table = scenario.spec.routes["cleaning"].model_copy(update={"not_streets": [street]})
    scenario.spec.routes["cleaning"] = table
    said = checked(rows, build_routes(scenario, "cleaning"))
    assert said
    assert all(f"{street} (e" in fault and "is not to be swept" in fault for fault in said)


def test_times_of_sweeping_are_kept(plan, rows, grid, checked):
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.schema import WindowSpec

    scenario = load_scenario(grid)
    last = [k for k in _swept(rows) if rows[k]["route"] == "1"][-1]
    window = WindowSpec.model_validate(
        {"streets": [rows[last]["street"]], "from": "04:00", "until": "05:20"}
    )
    table = scenario.spec.routes["cleaning"].model_copy(update={"window": [window]})
    scenario.spec.routes["cleaning"] = table
    question = build_routes(scenario, "cleaning")
    said = [fault for fault in checked(rows, question) if "too late" in fault]
    assert any(fault.startswith(f"edited.csv:{last + 2}: ") for fault in said)
    assert all("it may be until 05:" in fault for fault in said)


# ---- files that are none


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", 'a.csv:1: there is no column "route"; name a plan that cityops routes'),
        ("a.csv", b"route,kind\n1,sweep\n", 'a.csv:1: there is no column "pieces"; the file has:'),
        ("a.csv", b"route,kind,pieces\n", "a.csv: there are no rows; name a plan of routes"),
        ("a.csv", b"\x00\x01\x02" * 50, "a.csv: this is no text; save it as CSV in UTF-8"),
        ("a.xlsx", b"PK\x03\x04junk", "a.xlsx: this workbook cannot be read; save it as XLSX"),
        ("a.geojson", b"{", "a.geojson:1: this is no JSON; export it anew"),
        ("a.geojson", b"[]", "a.geojson: this is no GeoJSON of features; export it anew"),
        (
            "a.geojson",
            json.dumps({"features": [{"type": "Feature", "properties": {"kind": "x"}}]}).encode(),
            'a.geojson: feature 1: there is no column "route"',
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused(plan, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_edited(plan.question, tmp_path / name, name)
    assert str(caught.value).startswith(said)


def test_a_file_or_a_plan_that_is_not_there_is_refused(plan, tmp_path):
    for path, said in (
        (tmp_path / "no.csv", "no.csv: cannot be read (no such file or directory)"),
        (tmp_path, "no.csv/plan/cleaning.csv: this is not there; name the folder of a plan"),
    ):
        with pytest.raises(InputError) as caught:
            read_edited(plan.question, path, "no.csv")
        assert str(caught.value).startswith(said)


# ---- kinds of vehicles, hours and breaks


@pytest.fixture(scope="module")
def timed(grid):
    """Routes of two kinds of vehicles with a break and streets that open late; read only."""
    from optimize.routing.arcs.solve import solve_arcs
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import make_plan
    from scenarios.routing.schema import RoutesSpec

    scenario = load_scenario(grid)
    table = scenario.spec.routes["cleaning"].model_dump(exclude_unset=True, by_alias=True)
    table |= {
        "vehicle": [
            {"name": "big", "title_zh": "大车", "count": 4},
            {"name": "small", "count": 2, "capacity_t": 0.15, "leaves": "06:00"},
        ],
        "window": [{"classes": ["primary"], "from": "05:25", "until": "06:40"}],
        "break_min": 5, "break_after_h": [0.4, 0.8], "shift_h": 1.3,
    }  # fmt: skip
    scenario.spec.routes["cleaning"] = RoutesSpec.model_validate(table)
    question = build_routes(scenario, "cleaning")
    solution = solve_arcs(question.streets.problem, time_limit_s=60, iterations=2, seed=1)
    assert solution.status == "feasible"
    return make_plan(question, solution)


@pytest.mark.parametrize("name", ["", "en.xlsx", "zh.xlsx"])
def test_waits_and_breaks_of_a_plan_read_back_are_reckoned_to_the_second(timed, tmp_path, name):
    write_exchange(tmp_path, timed)
    for lang in ("en", "zh"):
        write_workbook(tmp_path / f"{lang}.xlsx", timed, title="Sweeping", lang=lang)
    read = read_edited(timed.question, tmp_path / name, "plan")
    found = check_edited(timed.question, read)
    assert found.faults == ()
    assert [route.kind for route in read.routes] == [r.kind for r in timed.solution.routes]
    assert found.seconds == round(timed.summary["hours"].sum() * 3600)
    assert {"wait", "break"} & set(timed.steps["kind"])


def test_a_vehicle_that_does_not_exist_is_named(timed, tmp_path):
    rows = [{k: str(v) for k, v in row.items()} for row in plan_table(timed).to_dict("records")]
    rows[0]["vehicle"] = "bigg"
    (tmp_path / "edited.csv").write_text(_csv(rows), encoding="utf-8")
    read = read_edited(timed.question, tmp_path / "edited.csv", "edited.csv")
    said = 'edited.csv:2: vehicle: there is no "bigg"; did you mean big?'
    assert [str(fault) for fault in read.faults] == [said]


def test_a_break_that_cannot_be_begun_in_its_hours_is_named(timed, tmp_path):
    problem = timed.question.streets.problem
    kinds = tuple(replace(kind, pause=(0, 1, 300)) for kind in problem.kinds)
    streets = replace(timed.question.streets, problem=replace(problem, kinds=kinds))
    question = replace(timed.question, streets=streets)
    write_exchange(tmp_path, timed)
    found = check_edited(question, read_edited(question, tmp_path, "plan"))
    said = [fault for fault in found.faults if "has no break: none can be begun" in str(fault)]
    assert len(said) == found.routes == len(timed.solution.routes)
    assert all(fault.mend == "put a shorter row first, or wait less" for fault in said)


@pytest.mark.parametrize(("lang", "said"), [("en", "Break until "), ("zh", "休息至 ")])
def test_a_run_sheet_says_until_when_the_break_is(timed, lang, said):
    from scenarios.routing.sheet import run_sheet

    rested = timed.steps[timed.steps["kind"] == "break"]
    assert len(rested)
    route = int(rested["route"].iloc[0])
    lines = [line for line in run_sheet(timed, route, lang) if line.kind == "break"]
    assert len(lines) == 1
    assert lines[0].text.startswith(said)
    assert lines[0].minutes == 5
    assert lines[0].clock == rested["clock"].iloc[0]
