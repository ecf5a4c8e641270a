"""Street cleaning as ``cityops run`` sees it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from scenarios import compare_runs, load_scenario, run_scenario
from scenarios.services import build_service


@pytest.fixture
def scenario(write):
    return load_scenario(write()).with_settings(reps=3)


def test_both_engines_give_the_same_measures(scenario):
    service = build_service(scenario)
    kernel, simpy = (service.replicate(1, engine).measures for engine in ("kernel", "simpy"))
    pd.testing.assert_frame_equal(kernel, simpy)


def test_the_share_over_all_is_that_of_the_pieces_by_length(scenario):
    service = build_service(scenario)
    table = service.replicate(0, "kernel").measures
    pieces = table[table["by"] == "piece"]["value"].to_numpy()
    length = service.built.pieces.length_m
    whole = table[(table["measure"] == "clean_share") & (table["by"] == "all")]["value"].item()
    assert whole == pytest.approx((pieces * length).sum() / length.sum(), abs=1e-6)
    assert 0.0 < whole < 1.0


def test_a_run_folder_holds_all_that_is_promised(scenario, tmp_path):
    run = run_scenario(scenario, tmp_path / "run", workers=1)
    for name in ("summary", "measures", "steps", "routes", "clean", "balance", "pieces"):
        assert len(run.table(name)), name
    shares = [f["properties"]["clean_share"] for f in run.map("cleanliness")["features"]]
    assert len(shares) == len(run.table("pieces"))
    assert all(0.0 <= share <= 1.0 for share in shares)
    manifest = run.manifest
    assert manifest["service"] == "cleaning"
    assert manifest["plan"]["source"] == "made"
    assert manifest["street_sides"] == 120
    balance = run.table("balance")
    gone = balance[["swept_kg", "flushed_kg", "washed_kg", "left_kg"]].sum(axis=1)
    np.testing.assert_allclose(balance["start_kg"] + balance["grown_kg"], gone, atol=1e-9)


def test_a_run_is_gone_on_from_and_workers_change_nothing(scenario, tmp_path):
    whole = run_scenario(scenario, tmp_path / "whole", workers=2)
    run_scenario(scenario.with_settings(reps=1), tmp_path / "part", workers=1)
    more = run_scenario(scenario, tmp_path / "part", workers=1, resume=True)
    pd.testing.assert_frame_equal(whole.measures, more.measures)
    assert json.dumps(whole.manifest["identity"]) == json.dumps(more.manifest["identity"])


def test_fewer_days_of_service_are_less_clean_and_cheaper(scenario, write, tmp_path):
    base = run_scenario(scenario, tmp_path / "base", workers=1)
    path = write(('days = ["monday", "wednesday"]', 'days = ["monday"]'))
    less = run_scenario(load_scenario(path).with_settings(reps=3), tmp_path / "less", workers=1)
    found = compare_runs(base, less)
    assert found.notes == ()  # the same streets, weather and parked cars
    rows = found.key_figures.set_index(["measure", "by"])
    assert rows.loc[("clean_share", "all"), "better"] == "worse"
    assert rows.loc[("cost", "all"), "better"] == "better"


def test_runs_are_paired_only_where_they_meet_the_same_weather_and_dirt(write):
    def met(*edits):
        return build_service(load_scenario(write(*edits))).replicate(0, "kernel").demand_hash

    rain = ("rain = 0.3", "rain = 0.9")
    base = met(rain)
    assert base == met(rain, ("breakdown_h = 20", "breakdown_h = 30"))
    leaves = "[cleaning.leaves]\nfactor = [3]\n\n[cleaning.weather]"
    for edit in (
        ("[cleaning.weather]", leaves),
        ("rain = 0.9", "rain = 0.9\nrain_growth = 0.1"),
        ("rain = 0.9", "rain = 0.9\nrain_washes = 0.9"),
        ("rain = 0.9", "rain = 0.9\nrain_hour = 9"),
        ("standard_g_m = 40", "standard_g_m = 40\nstart_g_m = 20"),
    ):
        assert met(rain, edit) != base, edit


def test_a_run_is_another_where_the_waits_of_its_plan_are_others(write, tmp_path):
    from scenarios.routing.output import routes_scenario

    routes_scenario(load_scenario(write()), "cleaning", tmp_path / "plan", time_limit_s=0.5)
    named = write(('routes = "cleaning"', 'routes = "cleaning"\nplan = "plan"'))
    before = build_service(load_scenario(named)).asked()
    stored = tmp_path / "plan" / "tables" / "legs.parquet"
    legs = pd.read_parquet(stored)
    legs["start_s"] += 60
    legs.to_parquet(stored)
    assert build_service(load_scenario(named)).asked()["inputs"] != before["inputs"]


def test_a_run_is_known_by_what_its_areas_are_wherever_they_lie(write, tmp_path):
    def identity(name, east):
        ring = [[112.0, 28.0], [east, 28.0], [east, 29.0], [112.0, 29.0], [112.0, 28.0]]
        outline = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "properties": {"name": "all"}, "geometry": outline}
        areas = {"type": "FeatureCollection", "features": [feature]}
        (tmp_path / name).write_text(json.dumps(areas), encoding="utf-8")
        path = write(("[areas]\ngrid_m = 400", f'[areas]\nfile = "{name}"'))
        return build_service(load_scenario(path)).asked()

    here = identity("here.geojson", 113.0)
    assert identity("there.geojson", 113.0) == here
    assert identity("here.geojson", 113.5)["inputs"] != here["inputs"]
