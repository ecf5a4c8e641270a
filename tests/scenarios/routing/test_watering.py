"""Watering trucks: the same problem, in other words."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from networks.errors import InputError

BASE = Path(__file__).resolve().parents[2] / "bad_input" / "base"
TABLES = """
[routes.watering]
job = "water"
title = "Watering the grid"
title_zh = "网格洒水"
sweep_kmh = 12
water_l_per_km = { primary = 1000, other = 700 }
tank_m3 = 3
fill_min = 5
shift_h = 1
vehicles = 6
at = "tuesday 05:00"
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.watering.fill]]
name = "Hydrant"
lon = 112.8260
lat = 28.3540
"""
TWIN = (
    TABLES.replace("routes.watering", "routes.sweeping")
    .replace('job = "water"\n', "")
    .replace("water_l_per_km", "dirt_kg_per_km")
    .replace("tank_m3", "capacity_t")
    .replace("fill_min", "dump_min")
    .replace("sweeping.fill", "sweeping.dump")
)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    from scenarios import load_scenario

    folder = tmp_path_factory.mktemp("wet")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    path = folder / "scenario.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(TABLES + TWIN)
    return load_scenario(path)


def _plan(scenario, name):
    from optimize.routing.arcs.scanning import scan_arcs
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import make_plan

    question = build_routes(scenario, name)
    return make_plan(question, scan_arcs(question.streets.problem, scans=10))


@pytest.fixture(scope="module")
def plan(scenario):
    return _plan(scenario, "watering")


@pytest.fixture(scope="module")
def run(scenario, tmp_path_factory):
    """Folder of routes with all that people read."""
    from cityops.commands.routes import write_pages
    from scenarios.routing.output import routes_scenario

    folder = tmp_path_factory.mktemp("runs") / "watering"
    return routes_scenario(
        scenario,
        "watering",
        folder,
        time_limit_s=1.0,
        finish=lambda folder, plan: write_pages(folder, plan, "zh"),
    )


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_routes_are_those_of_sweepers_with_as_many_kilograms_as_litres(scenario, plan):
    twin = _plan(scenario, "sweeping")
    assert plan.seconds == twin.seconds
    assert plan.legs.drop(columns="vehicle").equals(twin.legs.drop(columns="vehicle"))


def test_the_check_against_the_streets_finds_no_fault_and_knows_the_tank(plan):
    from dataclasses import replace

    from scenarios.routing.output import check_plan

    assert check_plan(plan).faults == ()
    spec = plan.question.spec.model_copy(update={"tank_m3": 2.0})
    less = replace(plan, question=replace(plan.question, spec=spec))
    faults = check_plan(less).faults
    assert any("has spread" in fault for fault in faults)
    assert not any("kg" in fault or "carries" in fault for fault in faults)


def test_rows_say_water_and_fill_and_the_litres_that_are_left(run):
    rows = _rows(run.folder / "plan" / "watering.csv")
    assert {row["kind"] for row in rows} <= {"depot", "water", "drive", "fill", "wait", "break"}
    assert {"water", "fill"} <= {row["kind"] for row in rows}
    assert "load_kg" not in rows[0]
    left = 3000.0
    km_l = {True: 1000.0, False: 700.0}
    for row in rows:
        now = float(row["water_l"])
        if row["kind"] in {"fill", "depot"}:
            assert now == 3000.0  # filled before it comes home, too
        elif row["kind"] == "drive":
            assert now == left
        else:
            spent = [float(row["km"]) * per_km for per_km in km_l.values()]
            assert min(abs(left - now - one) for one in spent) < 0.2
        left = now
    assert min(float(row["water_l"]) for row in rows) >= 0.0


def test_files_for_other_programs_and_the_manifest_name_the_job(run):
    facts = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert facts["job"] == "water"
    assert facts["check"]["faults"] == []
    assert facts["fills"] == sum(
        row["kind"] == "fill" for row in _rows(run.folder / "plan" / "watering.csv")
    )
    assert [place["name"] for place in facts["fill_points"]] == ["Hydrant"]
    assert not {"dirt_kg", "km_swept", "dumps", "dump_sites"} & set(facts)
    gpx = (run.folder / "routes" / "route-01.gpx").read_text(encoding="utf-8")
    assert "<type>fill</type>" in gpx
    assert "dump" not in gpx
    collection = json.loads((run.folder / "maps" / "routes.geojson").read_text(encoding="utf-8"))
    kinds = {feature["properties"]["kind"] for feature in collection["features"]}
    assert "sweep" not in kinds


def test_what_was_asked_can_be_asked_again(run):
    from scenarios import load_scenario

    again = load_scenario(run.folder / "scenario.toml").spec.routes["watering"]
    assert again.job == "water"
    assert again.tank_m3 == 3.0
    assert again.dirt_kg_per_km is None


@pytest.mark.parametrize(("lang", "said", "never"), [
    ("en", ("Fill the tank: Hydrant", "Begin watering", "Water left, l"), ("hopper", "sweep")),
    ("zh", ("加水：Hydrant", "开始洒水", "余水（升）"), ("倾倒", "尘土", "载重")),
])  # fmt: skip
def test_sheets_and_report_speak_of_water_only(plan, run, lang, said, never):
    from cityops.report.routes import write_routes_report

    page = write_routes_report(run.folder, run.plan, lang=lang).read_text(encoding="utf-8")
    main = page[page.index("<main>") :].replace('class="sweep"', "").replace("cityops", "")
    for word in said:
        assert word in main, word
    for word in never:
        assert word not in main, word


def test_the_workbook_and_the_csv_are_read_back_as_they_were_written(run):
    from scenarios.routing.edited import read_edited

    question = run.plan.question
    plans = []
    for path in (run.folder / "plan" / "watering.csv", run.folder / "watering.xlsx"):
        read = read_edited(question, path, path.name)
        read.stop()
        plans.append([[(row.task, row.arc) for row in route.rows] for route in read.routes])
    assert plans[0] == plans[1]
    assert sum(task != (-1,) for route in plans[0] for task, _ in route) > 0


def test_an_edit_that_empties_the_tank_is_said_in_litres(run, tmp_path):
    from scenarios.routing.edited import read_edited
    from scenarios.routing.edited_check import check_edited

    text = (run.folder / "plan" / "watering.csv").read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if ",fill," not in line]
    path = tmp_path / "watering.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = check_edited(run.plan.question, read_edited(run.plan.question, path, path.name))
    said = " ".join(str(fault) for fault in found.faults)
    assert "more than the tank" in said
    assert "put a fill row before it" in said
    assert "l to be filled up" in said
    assert "kg" not in said


def test_a_street_that_needs_more_than_the_tank_is_named(scenario):
    from scenarios.routing.build import build_routes

    table = scenario.spec.routes["watering"].model_copy(update={"tank_m3": 0.05})
    spec = scenario.spec.model_copy(update={"routes": {"watering": table}})
    from dataclasses import replace

    with pytest.raises(InputError, match="more than the 50 l of the tank"):
        build_routes(replace(scenario, spec=spec), "watering")


def test_without_fill_points_the_depot_fills_the_tank(scenario):
    from dataclasses import replace

    table = scenario.spec.routes["watering"].model_copy(update={"fill": [], "tank_m3": 8.0})
    spec = scenario.spec.model_copy(update={"routes": {"watering": table}})
    plan = _plan(replace(scenario, spec=spec), "watering")
    assert "dump" not in set(plan.legs["kind"])
    from scenarios.routing.output import check_plan

    assert check_plan(plan).faults == ()


def test_faults_of_a_watering_plan_speak_of_water(plan):
    from dataclasses import replace

    from scenarios.routing.output import check_plan

    legs = plan.legs
    dry = legs.copy()
    dry.loc[dry.index[dry["kind"] == "sweep"][3], "kind"] = "drive"
    faults = [*check_plan(replace(plan, legs=dry)).faults]
    assert any("is watered 0 times, not once" in fault for fault in faults)
    without = legs[legs["kind"] != "dump"]
    faults += check_plan(replace(plan, legs=without)).faults
    assert any("comes home without having been filled" in fault for fault in faults)
    elsewhere = replace(plan.question, dumps=plan.question.depots)
    faults += check_plan(replace(plan, question=elsewhere)).faults
    assert any("is at no fill point" in fault for fault in faults)
    for word in ("swept", "sweep", "kg", "dump site", "emptied"):
        assert not any(word in fault for fault in faults), word


def test_what_is_wrong_with_a_watering_table_is_said_of_water(scenario):
    from scenarios import load_scenario
    from scenarios.faults import ScenarioError
    from scenarios.routing.build import build_routes

    text = scenario.path.read_text(encoding="utf-8")
    table = '[[routes.watering.vehicle]]\nname = "small"\nclasses = ["residential"]\n'
    path = scenario.path.with_name("narrow.toml")
    path.write_text(text.replace("vehicles = 6\n", "", 1) + table, encoding="utf-8")
    with pytest.raises(ScenarioError, match='no vehicle may water class "primary"'):
        build_routes(load_scenario(path), "watering")
    window = '[[routes.watering.window]]\nfrom = "10:00"\nuntil = "11:00"\n'
    path.write_text(text + window, encoding="utf-8")
    with pytest.raises(ScenarioError, match="no street can be watered"):
        build_routes(load_scenario(path), "watering")


def test_check_counts_the_kilometres_to_water(scenario, capsys):
    from cityops.commands.check import check

    assert check(str(scenario.path)) == 0
    out = capsys.readouterr().out
    assert " km to water" in out
    assert " km to sweep" in out  # of the other table
