"""From a scenario to a district."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import ScenarioError, build_district, load_scenario
from scenarios.district import replication_seed


def _built(folder, *edits, append=""):
    text = (folder / "scenario.toml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "scenario.toml").write_text(text + append, encoding="utf-8")
    return build_district(load_scenario(folder / "scenario.toml"))


def test_units_are_named_one_by_one(small):
    built = _built(small, ('name = "A1"\n', ""))
    assert [unit.name for unit in built.district.units] == ["ambulance North 1", "A2 1", "A2 2"]
    assert built.district.units[0].shifts[0] == (7 * 3600, 19 * 3600)
    assert built.district.units[1].shifts == ()


def test_rates_follow_the_profile_and_add_up_to_the_day(small):
    kind = _built(small).district.classes[0]
    assert kind.rate_per_h.sum() / 7 == pytest.approx(12.0)
    assert kind.rate_per_h[10] > 2 * kind.rate_per_h[3]
    kind = _built(small, append="\n[demand]\nfactor = 1.5\n").district.classes[0]
    assert kind.rate_per_h.sum() / 7 == pytest.approx(18.0)


def test_a_period_slows_the_hours_and_classes_that_it_names(small):
    network = _built(small, ("factor = 0.6", "factor = 0.6\nclasses = { primary = 0.5 }")).network
    assert network.period_at(7.5 * 3600) == 1
    assert network.period_at(9.5 * 3600) == 0
    primary = network.road_class == network.class_names.index("primary")
    slowed = network.edge_times_s(1) / network.edge_times_s(0)
    assert slowed[primary] == pytest.approx(np.full(primary.sum(), 2.0))
    assert slowed[~primary] == pytest.approx(np.full((~primary).sum(), 1 / 0.6))


@pytest.mark.parametrize(
    ("closure", "closed"),
    [('street = "row 3"', 10), ("bbox = [112.8199, 28.3499, 112.8221, 28.3501]", 2)],
)
def test_a_closure_shuts_both_directions_of_the_street(small, closure, closed):
    edit = ("[unit_type.ambulance]", f"[[network.closure]]\n{closure}\n\n[unit_type.ambulance]")
    network = _built(small, edit).network
    assert int(np.isinf(network.time_s).sum()) == closed


def test_a_grid_covers_every_street_and_weighs_by_length(small):
    areas = _built(small).district.areas
    assert {area.name for area in areas} == {f"{c}{r}" for c in "ABC" for r in (1, 2, 3)}
    assert sum(area.weight for area in areas) == pytest.approx(60 / 2 * (196 + 200), rel=1e-3)


def test_areas_come_from_a_file_of_polygons(small):
    (small / "areas.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
        '{"town": "West", "people": 3}, "geometry": {"type": "Polygon", "coordinates": '
        "[[[112.82, 28.35], [112.825, 28.35], [112.825, 28.36], [112.82, 28.35]]]}}]}"
    )
    options = 'file = "areas.geojson"\nname_column = "town"\nweight_column = "people"'
    (area,) = _built(small, ("grid_m = 400", options)).district.areas
    assert (area.name, area.weight) == ("West", 3.0)


def test_weights_are_summed_from_points(small):
    (small / "people.csv").write_text("lon,lat,weight\n112.8201,28.3501,5\n112.8299,28.3589,7\n")
    areas = _built(small, ("grid_m = 400", 'grid_m = 400\nweights = "people.csv"')).district.areas
    assert {area.name: area.weight for area in areas if area.weight} == {"A3": 5.0, "C1": 7.0}


def test_without_areas_the_district_is_one_of_them(small):
    (area,) = _built(small, ("[areas]\ngrid_m = 400\n", "")).district.areas
    assert area.name == "small"


def test_people_are_spread_where_there_is_no_census(small):
    edit = ("grid_m = 400", "inhabitants = 10000\nparts = 8")
    areas = _built(small, edit).district.areas
    assert sum(area.weight for area in areas) == 10_000
    assert len(areas) == 8
    assert sum(area.geometry.area for area in areas) > 0


def test_demand_depends_on_seed_and_replication_alone(small):
    built = _built(small)
    first, again = built.demand(0), built.demand(0)
    assert first.content_hash() == again.content_hash()
    assert built.demand(1).content_hash() != first.content_hash()
    assert replication_seed(1, 2) != replication_seed(2, 1)


def test_a_policy_does_not_change_the_demand(small):
    plain = _built(small).demand(0).content_hash()
    other = _built(small, ('dispatch = "nearest"', 'dispatch = "keep-coverage"')).demand(0)
    assert other.content_hash() == plain


def test_a_record_is_taken_as_it_was(small):
    built = _built(small, append='\n[record]\nfile = "incidents.csv"\n')
    record = built.record
    # Monday 2024-03-04 00:30 is half an hour after the scenario's start, Monday 00:00
    assert record.time_s.tolist() == [1800.0, 29_400.0, 71_100.0, 127_200.0]
    assert record.measured["on_scene_s"][0] == 1200.0
    assert np.isnan(record.measured["on_scene_s"][1])
    demand = built.demand(0)
    assert demand.recorded
    assert demand.needs["on_scene_s"].iloc[0] == 1200.0
    assert demand.needs["on_scene_s"].iloc[1] > 0  # not measured: drawn


def test_the_clock_of_a_record_starts_at_the_scenarios_moment_of_the_week(small):
    start = ("warmup_h = 12", 'warmup_h = 12\nstart = "sunday 06:00"')
    built = _built(small, start, append='\n[record]\nfile = "incidents.csv"\n')
    assert built.record.time_s[0] == 18.5 * 3600
    assert built.district.week_start_s == 150 * 3600


def test_what_lies_outside_the_horizon_is_left_out_and_counted(small):
    append = '\n[record]\nfile = "incidents.csv"\n'
    built = _built(small, ("horizon_h = 48", "horizon_h = 24"), append=append)
    assert built.record.left_out == 1
    assert any("outside the horizon" in warning for warning in built.warnings)


def test_a_chinese_spreadsheet_is_read(small):
    rows = "时间;经度;纬度;类别\n2024/03/04 08:10;112.825;28.355;急救\n"
    (small / "报警.csv").write_text(rows, encoding="gb18030")
    append = (
        '\n[record]\nfile = "报警.csv"\ntime_format = "%Y/%m/%d %H:%M"\n'
        'columns = { time = "时间", lon = "经度", lat = "纬度", class = "类别" }\n'
        '[record.classes]\n"急救" = "medical"\n'
    )
    assert _built(small, append=append).record.time_s.tolist() == [29_400.0]


def test_units_may_drive_by_a_law_of_distance(small):
    network = '[network]\nsource = "streets"\nmax_snap_m = 300\n'
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    period = text[text.index("[[network.period]]") : text.index("[[station]]")]
    law = "[travel]\nlaw = { acceleration_ms2 = 0.5, cruising_ms = 12 }\n"
    area = '[[area]]\nname = "all"\nlon = 112.825\nlat = 28.355\nradius_m = 500\n'
    built = _built(small, (network, law), (period, ""), ("[areas]\ngrid_m = 400\n", area))
    assert built.network is None
    assert abs(built.district.stations[0].lon) < 1000  # metres on a plane of its own
    assert len(built.demand(0).incidents) > 0


def test_units_may_drive_by_a_matrix(small):
    (small / "places.csv").write_text("lon,lat\n112.824,28.358\n112.829,28.351\n112.826,28.354\n")
    (small / "times.csv").write_text("0,2,1\n2,0,1\n1,1,0\n")
    network = '[network]\nsource = "streets"\nmax_snap_m = 300\n'
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    period = text[text.index("[[network.period]]") : text.index("[[station]]")]
    travel = '[travel]\nmatrix_csv = "times.csv"\nplaces_csv = "places.csv"\ntime_unit = "min"\n'
    places = ('hours = "medical"', 'hours = "medical"\nplaces = "places.csv"')
    built = _built(small, (network, travel), (period, ""), ("[areas]\ngrid_m = 400\n", ""), places)
    assert built.district.travel.time_s[0, 1] == 120.0
    assert len(built.demand(0).incidents) > 0


def test_stations_oddly_far_from_the_streets_are_warned_of(small):
    text = (small / "scenario.toml").read_text(encoding="utf-8")
    # the two stations and the hospital as a Chinese map would show them
    for old, new in (
        ("lon = 112.824\nlat = 28.358", "lon = 112.8293\nlat = 28.3546"),
        ("lon = 112.829\nlat = 28.351", "lon = 112.8343\nlat = 28.3476"),
        ("lon = 112.826\nlat = 28.354", "lon = 112.8313\nlat = 28.3506"),
        ("max_snap_m = 300", "max_snap_m = 900"),
    ):
        text = text.replace(old, new)
    (small / "scenario.toml").write_text(text, encoding="utf-8")
    (warning,) = build_district(load_scenario("scenario.toml")).warnings
    assert 'crs = "gcj02"' in warning


def test_a_preference_list_names_areas_and_units(small):
    rule = 'dispatch = "preference"\n[policy.preference]\nA1 = ["A1", "A2 2"]\n'
    built = _built(small, ('dispatch = "nearest"\n', rule))
    assert built.policy.dispatch.order == {"A1": ("A1", "A2 2")}
    with pytest.raises(ScenarioError, match="there is no area"):
        _built(small, ("A1 = [", "Q9 = ["))
