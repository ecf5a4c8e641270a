"""Warnings of `cityops check`: what closures cut off, and what looks odd."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from networks.errors import InputError
from scenarios import build_district, load_scenario


def _changed(*edits: tuple[str, str], append: str = "") -> tuple[str, ...]:
    path = Path("scenario.toml")
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text + append, encoding="utf-8")
    return build_district(load_scenario(path)).warnings


def _closures(*boxes: list[float]) -> str:
    return "".join(f"[[network.closure]]\nbbox = {box}\n" for box in boxes)


AROUND_SOUTH = _closures(
    [112.8265, 28.349, 112.8275, 28.3525], [112.8275, 28.3523, 112.8305, 28.3532]
)
AROUND_HOSPITAL = _closures(
    [112.8225, 28.353, 112.8235, 28.356],
    [112.8265, 28.353, 112.8275, 28.356],
    [112.8235, 28.3523, 112.8265, 28.3532],
    [112.8235, 28.3559, 112.8265, 28.3567],
)


def test_a_sound_scenario_has_no_warning(small):
    assert _changed() == ()


def test_a_closure_says_its_kilometres_and_what_it_cuts_off(small):
    box = "bbox = [112.8195, 28.3495, 112.8215, 28.3515]"
    warnings = _changed(append=f"[[network.closure]]\n{box}\n")
    assert len(warnings) == 1
    assert "km are closed, each direction counted; places there are reached" in warnings[0]


def test_a_station_that_closures_cut_off_is_a_fault(small):
    with pytest.raises(InputError, match='closures cut station "South" off from every other'):
        _changed(append=AROUND_SOUTH)


def test_a_hospital_that_nobody_reaches_is_a_fault(small):
    with pytest.raises(InputError, match="gets to a hospital and back"):
        _changed(append=AROUND_HOSPITAL)


def test_a_hospital_beside_another_that_closures_cut_off_is_a_warning(small):
    other = '[[hospital]]\nname = "Other"\nlon = 112.822\nlat = 28.358\n'
    warnings = _changed(append=other + AROUND_HOSPITAL)
    assert 'closures part station "North" from hospital "Hospital"' in warnings


def test_more_needed_than_there_are_is_said(small):
    (warning,) = _changed(("needs = { ambulance = 1 }", "needs = { ambulance = 5 }"))
    assert 'needs 5 of unit type "ambulance", and 3 exist' in warning


def test_a_time_without_incidents_is_said(small):
    (warning,) = _changed(("horizon_h = 48", "horizon_h = 12.1"))
    assert "only 0.05 incidents are expected in the 0.1 h" in warning


def _lines(*, oneway: bool = False, classes: bool = False) -> None:
    import csv

    with Path("streets/nodes.csv").open(encoding="utf-8") as file:
        at = {r["node_id"]: [float(r["lon"]), float(r["lat"])] for r in csv.DictReader(file)}
    with Path("streets/arcs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    features = []
    for number, row in enumerate(rows):
        properties = {"name": row["name"]}
        if oneway:
            properties["oneway"] = "yes" if number == 0 else "no"
        if classes:
            properties["highway"] = row["class"]
        line = {"type": "LineString", "coordinates": [at[row["from"]], at[row["to"]]]}
        features.append({"type": "Feature", "properties": properties, "geometry": line})
    text = json.dumps({"type": "FeatureCollection", "features": features})
    Path("roads.geojson").write_text(text, encoding="utf-8")


def test_lines_without_classes_and_one_ways_are_said(small):
    _lines()
    flat, both = _changed(('source = "streets"', 'source = "roads.geojson"'))
    assert flat.startswith("no street has a class or a speed: all are driven at 30 km/h")
    assert both.startswith("no street is one-way")


def test_lines_with_classes_and_one_ways_are_not_doubted(small):
    _lines(oneway=True, classes=True)
    assert _changed(('source = "streets"', 'source = "roads.geojson"')) == ()


def test_a_record_in_a_chinese_map_system_is_suspected(small):
    from networks.crs import wgs84_to_gcj02

    lines = ["time,lon,lat"]
    for k in range(30):
        lon, lat = wgs84_to_gcj02(112.8201 + 0.0003 * k, 28.3500)
        lines.append(f"{600 * k},{float(lon)},{float(lat)}")
    Path("record.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    warnings = _changed(
        ("max_snap_m = 300", "max_snap_m = 900"), append='\n[record]\nfile = "record.csv"\n'
    )
    assert any('is [record] crs = "gcj02" meant?' in warning for warning in warnings)
