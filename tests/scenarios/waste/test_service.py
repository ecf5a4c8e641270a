"""Waste collection as ``cityops run`` sees it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from scenarios import compare_runs, load_scenario, run_scenario
from scenarios.routing.output import routes_scenario
from scenarios.services import build_service

DIRECT = (
    ('kind = "station"', 'kind = "station"\nlon = 112.8260\nlat = 28.3540'),
    (
        '[[routes.kitchen.facility]]\nname = "Station"\nlon = 112.8260\nlat = 28.3540',
        '[[routes.kitchen.facility]]\nname = "Plant"\nlon = 112.8220\nlat = 28.3520',
    ),
    (
        '[[routes.other.facility]]\nname = "Station"\nlon = 112.8260\nlat = 28.3540',
        '[[routes.other.facility]]\nname = "Plant"\nlon = 112.8220\nlat = 28.3520',
    ),
)


@pytest.fixture
def scenario(write):
    return load_scenario(write()).with_settings(reps=3)


def test_both_engines_give_the_same_measures(scenario):
    service = build_service(scenario)
    kernel, simpy = (service.replicate(1, engine).measures for engine in ("kernel", "simpy"))
    pd.testing.assert_frame_equal(kernel, simpy)


def test_nothing_is_lost_and_amounts_agree_through_stands_trucks_and_plants(scenario):
    service = build_service(scenario)
    log = service.log(0, "kernel")
    assert (log.balance() == 0).all()
    assert log.course.final.sum() > 0
    table = service.replicate(0, "kernel").measures
    value = table.set_index(["measure", "by", "group"])["value"]
    assert value["balance_g", "all", "all"] == 0
    by_stream = table[(table["measure"] == "collected_t") & (table["by"] == "stream")]["value"]
    assert by_stream.sum() == pytest.approx(value["collected_t", "all", "all"])
    assert 0.0 < value["not_full_share", "all", "all"] <= 1.0
    assert value["hauls", "all", "all"] > 0


def test_a_run_folder_holds_all_that_is_promised(scenario, tmp_path):
    run = run_scenario(scenario, tmp_path / "run", workers=1)
    for name in (
        "summary", "measures", "stops", "routes", "hauls", "deliveries", "station_hours",
        "overflow", "stands", "facilities", "balance",
    ):  # fmt: skip
        assert len(run.table(name)), name
    assert (run.table("balance")["lost_g"] == 0).all()
    shares = [f["properties"]["overflown_share"] for f in run.map("overflow")["features"]]
    assert len(shares) == len(run.table("stands")) == 10
    manifest = run.manifest
    assert manifest["service"] == "waste"
    assert manifest["plans"]["kitchen"]["source"] == "made"
    assert manifest["kg_day"] == {"kitchen": 300.0, "other": 200.0}


def test_a_run_is_gone_on_from_and_workers_change_nothing(scenario, tmp_path):
    whole = run_scenario(scenario, tmp_path / "whole", workers=2)
    run_scenario(scenario.with_settings(reps=1), tmp_path / "part", workers=1)
    more = run_scenario(scenario, tmp_path / "part", workers=1, resume=True)
    pd.testing.assert_frame_equal(whole.measures, more.measures)
    assert json.dumps(whole.manifest["identity"]) == json.dumps(more.manifest["identity"])


def test_without_a_station_trucks_drive_farther_and_meet_the_same_waste(scenario, write, tmp_path):
    base = run_scenario(scenario, tmp_path / "base", workers=1)
    direct = load_scenario(write(*DIRECT)).with_settings(reps=3)
    found = compare_runs(base, run_scenario(direct, tmp_path / "direct", workers=1))
    assert found.notes == ()
    rows = found.key_figures.set_index(["measure", "by"])
    assert rows.loc[("km", "all"), "difference"] > 20
    assert rows.loc[("haul_km", "all"), "difference"] < 0


def test_runs_are_paired_only_where_the_same_comes_to_the_bins(write):
    def met(*edits):
        return build_service(load_scenario(write(*edits))).replicate(0, "kernel").demand_hash

    base = met()
    assert base == met(("per_day = 20", "per_day = 5"), ("press_t_h = 8", "press_t_h = 4"))
    for edit in (
        ("deposit_l = { kitchen = 4", "deposit_l = { kitchen = 5"),
        ("t_day = 16", "t_day = 8"),
        ("density_kg_l = 0.5", "density_kg_l = 0.4"),
    ):
        assert met(edit) != base, edit


CLOSED = '\n[[network.closure]]\nname = "works"\nstreet = "Row 2"\nhours = "mon-fri 10:00-12:00"\n'


def test_another_closure_by_the_hour_or_way_to_snap_is_another_run(write):
    def identity(*edits):
        return build_service(load_scenario(write(*edits))).asked()["scenario"]

    end = 'streets = ["Row 3"]\n'
    found = {
        identity(),
        identity((end, end + CLOSED)),
        identity((end, end + CLOSED.replace("12:00", "13:00"))),
        identity((end, end + CLOSED.replace("Row 2", "Row 1"))),
        identity(("max_snap_m = 300", "max_snap_m = 301")),
    }
    assert len(found) == 5


def test_a_run_is_known_by_what_its_files_hold_wherever_they_lie(write, tmp_path):
    def identity(folder, t=6):
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        points = (tmp_path / "points.csv").read_bytes()
        (path / "points.csv").write_bytes(points)
        (path / "orders.csv").write_text(f"time_h,lon,lat,t\n5,112.824,28.351,{t}\n", "utf-8")
        (path / "record.csv").write_text("stand,time,kg\nP1 kitchen,96,30\n", "utf-8")
        edits = (
            ('points = "points.csv"', f'points = "{folder}/points.csv"'),
            ("order_t = 8", f'order_t = 8\nfile = "{folder}/orders.csv"'),
            ("[waste.filling]\n", f'[waste.filling]\nrecord = "{folder}/record.csv"\n'),
        )
        return build_service(load_scenario(write(*edits))).asked()

    here = identity("here")
    assert identity("there") == here
    assert identity("there", t=7)["inputs"] != here["inputs"]
    assert identity("there", t=7)["scenario"] == here["scenario"]
    named = build_service(load_scenario(write())).asked()
    assert named["inputs"] != here["inputs"]


def test_another_edit_of_the_plan_that_is_driven_is_another_run(write, tmp_path):
    routes_scenario(load_scenario(write()), "kitchen", tmp_path / "plan", time_limit_s=0.5)
    path = write(("effort = 1", 'effort = 1\nplan = { kitchen = "plan" }'))
    before = build_service(load_scenario(path)).asked()["inputs"]
    file = tmp_path / "plan" / "plan" / "kitchen.csv"
    (tmp_path / "plan" / "plan" / "other.csv").write_text("of no concern", encoding="utf-8")
    assert build_service(load_scenario(path)).asked()["inputs"] == before
    file.write_bytes(file.read_bytes() + b"\n")
    assert build_service(load_scenario(path)).asked()["inputs"] != before
