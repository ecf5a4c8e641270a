"""From a file to a sound scenario."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from scenarios import ScenarioError, load_scenario
from scenarios.merge import library_names
from scenarios.output import resolved_text
from scenarios.schema import ScenarioSpec
from scenarios.words import _model_at


@pytest.mark.parametrize("name", library_names())
def test_every_scenario_of_the_library_is_sound(name):
    assert load_scenario(name).name == name


def test_the_resolved_scenario_runs_by_itself_and_says_the_same(small):
    scenario = load_scenario("scenario.toml")
    (small / "elsewhere").mkdir()
    (small / "elsewhere" / "resolved.toml").write_text(resolved_text(scenario), encoding="utf-8")
    again = load_scenario("elsewhere/resolved.toml")
    assert again.spec == scenario.spec
    assert resolved_text(again) == resolved_text(scenario)


def test_defaults_are_filled_in(small):
    text = resolved_text(load_scenario("scenario.toml"))
    assert 'preemption = "off"' in text
    assert "seed = 1" in text
    assert f'source = "{small}/streets"' in text


def test_a_station_file_takes_the_place_of_inline_stations(small):
    (small / "stations.csv").write_text("站名;lon;lat\n东;112.828;28.353\n", encoding="gb18030")
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    text += '\n[stations]\nfile = "stations.csv"\ncolumns = { name = "站名" }\n'
    (small / "scenario.toml").write_text(text, encoding="utf-8")
    scenario = load_scenario("scenario.toml")
    assert [station.name for station in scenario.spec.station] == ["North", "South", "东"]
    assert scenario.spec.stations is None
    assert small / "stations.csv" in scenario.files


def test_coordinates_in_a_chinese_map_system_become_wgs84(small):
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    plain = load_scenario("scenario.toml").spec.station[0]
    text = text.replace('name = "small"', 'name = "small"\ncrs = "gcj02"')
    (small / "scenario.toml").write_text(text, encoding="utf-8")
    moved = load_scenario("scenario.toml").spec
    assert moved.scenario.crs == "wgs84"
    # the shift in this part of Changsha: 0.005 degrees to the east, 0.003 to the south
    assert plain.lon - moved.station[0].lon == pytest.approx(0.0053, abs=0.0006)
    assert plain.lat - moved.station[0].lat == pytest.approx(-0.0034, abs=0.0006)


def test_settings_of_the_command_line_go_into_the_scenario(small):
    scenario = load_scenario("scenario.toml")
    head = scenario.with_settings(seed=9, half_width=0.02).spec.scenario
    assert (head.seed, head.half_width) == (9, 0.02)
    head = scenario.with_settings(reps=3).spec.scenario
    assert (head.reps, head.half_width) == (3, None)


def test_all_faults_come_at_once_and_in_the_order_of_their_lines(small):
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    for old, new in (
        ("reps = 2", "reps = 0"),
        ("factor = 0.6", "factor = -1"),
        ('station = "South"', 'station = "Sued"'),
        ("target_min = 8", "target = 8"),
    ):
        text = text.replace(old, new)
    (small / "scenario.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("scenario.toml")
    lines = [int(str(fault).split(":")[1]) for fault in caught.value.faults]
    assert lines == sorted(lines)
    assert len(lines) == 5  # target is unknown, and target_min is missing
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


def test_every_table_of_the_schema_is_known_to_the_hints():
    assert _model_at(("unit", 0)) is not None
    assert _model_at(("incident_class", "x")) is not None
    assert _model_at(("network", "period", 3)) is not None
    assert _model_at(("network", "synthetic")) is not None
    assert _model_at(("nothing",)) is None
    for name in ScenarioSpec.model_fields:
        assert name == name.lower()


def test_of_two_files_the_one_named_says_when_to_stop(small):
    base = Path("scenario.toml").read_text(encoding="utf-8")
    Path("precise.toml").write_text(
        'extends = "scenario.toml"\n[scenario]\nhalf_width = 0.05\n', encoding="utf-8"
    )
    assert load_scenario("precise.toml").spec.scenario.half_width == 0.05
    Path("scenario.toml").write_text(base.replace("reps = 2", "half_width = 0.1"), encoding="utf-8")
    Path("counted.toml").write_text(
        'extends = "scenario.toml"\n[scenario]\nreps = 7\n', encoding="utf-8"
    )
    head = load_scenario("counted.toml").spec.scenario
    assert (head.reps, head.half_width) == (7, None)


def test_a_resolved_scenario_with_a_half_width_runs_again(small):
    precise = load_scenario("scenario.toml").with_settings(half_width=0.1)
    Path("resolved.toml").write_text(resolved_text(precise), encoding="utf-8")
    assert load_scenario("resolved.toml").spec.scenario.half_width == 0.1


def test_a_table_in_utf16_is_read(small):
    from scenarios.tables import csv_text

    path = Path("stations.csv")
    path.write_text("name,lon,lat\n北站,112.82,28.35\n", encoding="utf-16")
    assert csv_text(path).startswith("name,lon,lat\n北站")
