"""The scenarios that come with cityops."""

from __future__ import annotations

import pytest

from scenarios import build_district, compare_runs, load_scenario, run_scenario
from scenarios.merge import library_names
from scenarios.placement import build_question
from scenarios.placement.answer import answer
from scenarios.services import service_kind


def test_the_demo_stands_on_the_streets_of_helsinki():
    built = build_district(load_scenario("helsinki-centre"))
    assert "Mannerheimintie" in built.network.names
    assert "OpenStreetMap" in built.network.attribution
    assert not built.scenario.spec.scenario.synthetic
    assert built.scenario.spec.scenario.assumed
    assert len(built.district.units) == 7
    needs = {kind.name: dict(kind.needs) for kind in built.district.classes}
    assert needs["road"] == {"ambulance": 1, "fire": 1, "city": 1}
    assert built.warnings == ()


def test_the_synthetic_district_has_wangchengs_size_and_says_that_it_is_synthetic():
    built = build_district(load_scenario("wangcheng-synthetic"))
    head = built.scenario.spec.scenario
    assert head.synthetic
    assert "ynthetic" in head.title
    assert "合成" in head.title_zh
    assert "Synthetic" in built.network.attribution
    assert sum(area.weight for area in built.district.areas) == 900_000
    width_m = built.network.x.max() - built.network.x.min()
    height_m = built.network.y.max() - built.network.y.min()
    # 950.9 km2 in EPSG:4547; the outline is not a rectangle
    assert 900e6 < width_m * height_m < 1_500e6


def test_one_line_turns_the_synthetic_district_into_a_real_one(tmp_path, shared_data):
    streets = shared_data / "networks" / "changsha" / "yuelu_roads.geojson"
    # Yuelu begins where Wangcheng ends, so the stations lie farther from its streets
    text = f'extends = "wangcheng-synthetic"\n[network]\nsource = "{streets}"\nmax_snap_m = 30000\n'
    (tmp_path / "real.toml").write_text(text, encoding="utf-8")
    built = build_district(load_scenario(tmp_path / "real.toml"))
    assert "岳麓大道" in built.network.names


@pytest.mark.slow
@pytest.mark.parametrize("name", library_names())
def test_every_scenario_of_the_library_runs(name, tmp_path):
    run = run_scenario(load_scenario(name).with_settings(reps=2), tmp_path / name)
    best = service_kind(run.service).key_measures[0]
    row = run.summary.query(f"measure == '{best}' and by == 'all'").iloc[0]
    assert 0.5 < row["mean"] <= 1.0


@pytest.mark.slow
def test_one_ambulance_less_at_night_is_a_clear_loss(tmp_path):
    base, night = (
        run_scenario(load_scenario(name).with_settings(reps=10), tmp_path / name)
        for name in ("helsinki-centre", "helsinki-night")
    )
    comparison = compare_runs(base, night)
    row = comparison.table.query("measure == 'response_mean_min' and group == 'urgent'").iloc[0]
    assert row["better"] == "worse"
    assert comparison.notes == ()


def test_posts_of_the_demo_are_compared_with_the_stations_of_today():
    scenario = load_scenario("helsinki-centre")
    found = answer(build_question(scenario, "posts"), sensitivity_s=0)
    names = found.question.sites["name"].to_numpy()[found.existing]
    assert names.tolist() == [station.name for station in scenario.spec.station]
    assert found.solution.status == "optimal"
    before, after = found.figure("covered_share")
    assert before < after <= 1.0
