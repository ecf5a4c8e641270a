"""Demand keeps its weight: points and what is left out are together what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COVER = """
[placement.clinics]
model = "max-cover"
mode = "walk"
p = 1
within_m = 100
[placement.clinics.demand]
{demand}
[placement.clinics.candidates]
source = "all.csv"
"""


@pytest.fixture
def demand(ask, everywhere):
    def build(text: str, more: str = "", **options):
        return ask("clinics", COVER.format(demand=text) + more, **options)

    return build


def test_streets_weigh_what_they_are_long(demand):
    question = demand('source = "streets"\nstep_m = 50')
    assert question.points["weight"].sum() == pytest.approx(4000.0)  # 40 streets of 100 m
    assert len(question.points) == 80


def test_a_class_counts_as_often_as_its_weight_says(demand):
    question = demand('source = "streets"\nstreet_weights = { primary = 3.0 }')
    assert question.points["weight"].sum() == pytest.approx(3600.0 + 3 * 400.0)


def test_only_the_classes_named_have_demand(demand):
    question = demand('source = "streets"\nclasses = ["primary"]')
    assert question.points["weight"].sum() == pytest.approx(400.0)
    assert set(question.points["street_class"]) == {"primary"}


def test_squares_gather_points_and_lose_no_weight(demand):
    fine = demand('source = "streets"\nstep_m = 20')
    coarse = demand('source = "streets"\nstep_m = 20\ngrid_m = 200')
    assert len(coarse.points) < len(fine.points)
    assert coarse.points["weight"].sum() == pytest.approx(fine.points["weight"].sum())


def test_a_total_scales_the_weights(demand):
    question = demand('source = "streets"\ntotal = 12_000.0')
    assert question.points["weight"].sum() == pytest.approx(12_000.0)


def test_areas_lay_their_weight_on_their_streets(demand):
    areas = """
[[area]]
name = "south"
lon = 112.822
lat = 28.3500
radius_m = 150
weight = 30
[[area]]
name = "north"
lon = 112.822
lat = 28.3536
radius_m = 150
weight = 70
"""
    question = demand('source = "areas"', areas)
    by_area = question.points.groupby("area")["weight"].sum()
    assert question.areas == ("south", "north")
    assert by_area.tolist() == pytest.approx([30.0, 70.0])


def test_an_area_without_streets_stands_at_its_middle(demand):
    areas = """
[[area]]
name = "town"
lon = 112.822
lat = 28.3518
weight = 5
[[area]]
name = "lake"
lon = 112.8220
lat = 28.9
weight = 2
"""
    question = demand('source = "areas"', areas)
    assert question.points["weight"].sum() + question.left_out["weight"].sum() == pytest.approx(7)
    assert question.left_out["reason"].tolist() == ["no street within 40 m"]
    assert any('"lake"' in warning for warning in question.warnings)


def test_the_weight_column_is_found_by_usual_names_or_named(demand, points):
    points("people.csv", {1: 2.0, 2: 3.0}, visitors=[10, 20])
    assert demand('source = "people.csv"').points["weight"].tolist() == [2.0, 3.0]
    named = demand('source = "people.csv"\nweight_column = "visitors"')
    assert named.points["weight"].tolist() == [10.0, 20.0]
    assert demand('source = "people.csv"\nweights = "equal"').points["weight"].tolist() == [1, 1]


def test_a_geojson_of_buildings_stands_for_points_on_them(demand, grid, place):
    import geopandas
    import shapely

    lon, lat = place(13)
    house = shapely.box(lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5)
    table = geopandas.GeoDataFrame({"people": [4.0]}, geometry=[house], crs=4326)
    table.to_file(grid / "houses.geojson")
    table.to_crs(32649).to_parquet(grid / "houses.parquet")
    table.to_file(grid / "houses.gpkg")
    for name in ("houses.geojson", "houses.parquet", "houses.gpkg"):
        question = demand(f'source = "{name}"\nweight_column = "people"')
        assert question.points["weight"].tolist() == [4.0]
        assert question.points["lon"].tolist() == pytest.approx([lon], abs=2e-6)


def test_coordinates_of_a_chinese_map_are_converted(demand, grid, place):
    from networks import wgs84_to_gcj02

    lon, lat = wgs84_to_gcj02([place(13)[0]], [place(13)[1]])
    (grid / "shifted.csv").write_text(f"lng,lat,weight\n{lon[0]:.7f},{lat[0]:.7f},1\n")
    question = demand('source = "shifted.csv"\ncrs = "gcj02"')
    assert question.points["lon"].tolist() == pytest.approx([place(13)[0]], abs=1e-6)


def test_points_without_weight_are_nobody(demand, points):
    points("people.csv", {1: 0.0, 2: 3.0})
    assert demand('source = "people.csv"').points["name"].tolist() == [""]


INCIDENTS = """
[scenario]
name = "grid"
service = "placement"
horizon_h = 240
[network]
source = "streets"
mode = "walk"
[unit_type.ambulance]
[unit_type.fire]
[incident_class.medical]
rate_per_day = 12
needs = { ambulance = 1 }
on_scene_min = 20
target_min = 8
places = "streets"
[incident_class.fire]
rate_per_day = 3
needs = { fire = 1 }
on_scene_min = 20
target_min = 8
places = "streets"
"""


def test_drawn_incidents_weigh_what_happens_a_day(demand):
    question = demand('source = "incidents"\ndraws = 40', head=INCIDENTS)
    assert question.points["weight"].sum() == pytest.approx(15.0)
    assert len(question.points) == 80
    one = demand('source = "incidents"\ndraws = 40\nclasses = ["fire"]', head=INCIDENTS)
    assert one.points["weight"].sum() == pytest.approx(3.0)


def test_recorded_incidents_weigh_one_over_the_days(demand, grid, place):
    rows = [f"{3600 * h},{place(h + 1)[0]:.6f},{place(h + 1)[1]:.6f},medical" for h in range(20)]
    (grid / "record.csv").write_text("time,lon,lat,class\n" + "\n".join(rows) + "\n")
    record = '[record]\nfile = "record.csv"\n'
    question = demand('source = "incidents"', head=INCIDENTS + record)
    assert question.points["weight"].sum() == pytest.approx(20 / 10)


def test_slots_have_their_own_weights_and_sites(ask, points, everywhere):
    points("counts.csv", {1: 1.0, 25: 1.0}, morning=[9, 1], evening=[2, 8])
    question = ask(
        "vendors",
        """
[placement.vendors]
p = 2
within_m = 100
[placement.vendors.demand]
source = "counts.csv"
[placement.vendors.candidates]
source = "all.csv"
[[placement.vendors.slot]]
name = "morning"
hours = "06:00-09:00"
weight_column = "morning"
[[placement.vendors.slot]]
name = "evening"
hours = "17:00-22:00"
weight_column = "evening"
""",
    )
    assert question.points["weight"].tolist() == [9, 1, 2, 8]
    assert question.points["slot"].tolist() == ["morning", "morning", "evening", "evening"]
    assert len(question.sites) == 50
    assert question.sites["name"].iloc[0] == "n1 · morning"
    from optimize import location

    assert location.solve(question.problem).value == 9 + 8
    assert np.isinf(question.travel[0, 25:]).all()


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    weights=st.lists(st.floats(0.01, 1000.0), min_size=3, max_size=25),
    far=st.integers(0, 2),
    radius=st.sampled_from([50, 100, 250]),
)
def test_points_and_what_is_left_out_are_all_that_was_put_in(
    ask, grid, points, place, weights, far, radius
):
    points("some.csv", {1: 1.0, 2: 1.0})
    lines = ["lon,lat,weight"]
    for number, weight in enumerate(weights):
        lon, lat = place(number + 1)
        off = 1.0 if 0 < number <= far else 0.0  # the first one is always served
        lines.append(f"{lon:.6f},{lat + off:.6f},{weight!r}")
    (grid / "people.csv").write_text("\n".join(lines) + "\n")
    text = COVER.replace("max-cover", "set-cover").replace("p = 1\n", "")
    text = text.replace("within_m = 100", f"within_m = {radius}").replace("all.csv", "some.csv")
    question = ask("clinics", text.format(demand='source = "people.csv"'))
    total = question.points["weight"].sum() + question.left_out["weight"].sum()
    assert total == pytest.approx(sum(weights))
    assert (question.left_out["reason"] != "").all()
