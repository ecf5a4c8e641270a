"""``cityops routes`` for trucks that collect waste, and ``check --plan`` of what is edited."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cityops.__main__ import main

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
TABLES = """
[collection]
points = "points.csv"
stream = [
  { name = "kitchen", density_kg_l = 0.6 },
  { name = "other", density_kg_l = 0.15 },
]

[routes.waste]
job = "collect"
title = "Waste of the grid"
title_zh = "网格垃圾收运"
assumed = ["The waste is assumed."]
assumed_zh = ["垃圾量为假定。"]
break_min = 20
lunch = ["05:20", "05:30"]
time_limit_s = 2
at = "tuesday 05:00"
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }
facility = [{ name = "Plant", lon = 112.8260, lat = 28.3540, visit_min = 10 }]
vehicle = [
  { name = "kitchen truck", streams = ["kitchen"], capacity_t = 0.5, count = 2 },
  { name = "compactor", streams = ["other"], capacity_t = 2, volume_m3 = 2, compaction = 3 },
]
"""
STREETS = [("Row", 112.8208, 28.3518), ("Column", 112.8240, 28.3525), ("Lane", 112.8285, 28.3562)]


def _lay_out(folder: Path) -> Path:
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    rows = ["name,lon,lat,stream,bins,kg_day"]
    for k in range(12):
        name, lon, lat = STREETS[k % 3]
        rows += [
            f"{name} {k},{lon + 0.0004 * k:.5f},{lat:.5f},{stream},2,{kg}"
            for stream, kg in (("kitchen", 70), ("other", 110))
        ]
    (folder / "points.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(TABLES)
    return folder


@pytest.fixture(scope="module")
def routed(tmp_path_factory):
    """Folder of routes; read only."""
    folder = _lay_out(tmp_path_factory.mktemp("small"))
    words = ["routes", str(folder / "scenario.toml"), "waste", "--out", str(folder / "out")]
    assert main([*words, "--lang", "zh"]) == 0
    return folder / "out"


def test_the_terminal_says_waste_points_hours_and_the_check(tmp_path, monkeypatch, capsys):
    _lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "scenario.toml"]) == 0
    assert "routes     waste: 24 points, 2.16 t to collect" in capsys.readouterr().out
    assert main(["routes", "scenario.toml", "waste"]) == 0
    out = capsys.readouterr().out.splitlines()
    facts = json.loads((tmp_path / "runs/small-waste/manifest.json").read_text(encoding="utf-8"))
    assert out[0] == "Waste of the grid"
    assert out[1] == f"routes     {facts['routes']}, the longest {facts['longest_h']:.2f} h"
    assert out[2] == (
        f"waste      2.16 t of 24 points, {facts['unloads']} visits to unload, {facts['km']:.1f} km"
    )
    assert out[3] == f"hours      {facts['hours']:.2f}"
    assert out[4].startswith("check      24 points collected exactly once, ")
    assert facts["check"]["faults"] == []
    assert facts["bound_s"] is facts["gap"] is None
    assert facts["cost_s"] == facts["seconds_of_routes"] == facts["check"]["seconds"]
    page = (tmp_path / "runs/small-waste/report.html").read_text(encoding="utf-8")
    for words in ("Waste collection", "collect 2.16 t at 24 points", "Unload: Plant", "2 bins"):
        assert words in page


def test_the_folder_holds_what_that_of_sweepers_holds(routed):
    facts = json.loads((routed / "manifest.json").read_text(encoding="utf-8"))
    steps = pd.read_csv(routed / "plan" / "waste.csv", keep_default_na=False)
    assert {"depot", "collect", "drive", "unload"} <= set(steps["kind"])
    assert len(steps[steps["kind"] == "collect"]) == 24
    space = "{http://www.topografix.com/GPX/1/1}"
    for route in range(1, facts["routes"] + 1):
        stem = routed / "routes" / f"route-{route:02d}"
        features = json.loads(stem.with_suffix(".geojson").read_text(encoding="utf-8"))["features"]
        assert len(features) == (steps["route"] == route).sum()
        root = ET.parse(stem.with_suffix(".gpx")).getroot()  # noqa: S314 - written above
        stops = sum(one["geometry"]["type"] == "Point" for one in features)
        assert len(root.findall(f"{space}wpt")) == stops
        assert stem.with_suffix(".pdf").stat().st_size > 5000
    legs = pd.read_parquet(routed / "tables" / "legs.parquet")
    assert legs["seconds"].sum() == facts["seconds_of_routes"]
    text = (routed / "report.html").read_text(encoding="utf-8")
    for words in ("垃圾收运", "卸料：Plant", "垃圾量为假定。", "2 桶", "点位数"):
        assert words in text
    assert "清扫" not in text


def test_an_edited_workbook_is_checked_bettered_and_its_locks_are_carried_on(
    routed, tmp_path, capsys
):
    with (routed / "waste.xlsx").open("rb") as file:
        book = openpyxl.load_workbook(file)
    sheet = max(book.worksheets[1:], key=lambda one: one.max_row)
    head = [cell.value for cell in sheet[1]]
    rows = [r for r in sheet.iter_rows(min_row=2) if r[head.index("类型")].value == "收运"]
    rows[2][head.index("锁定")].value = "x"
    locked = rows[2][head.index("路段")].value
    gone = rows[5][head.index("道路或地点")].value
    sheet.delete_rows(rows[5][0].row)
    book.save(tmp_path / "waste.xlsx")
    assert main(["check", str(routed), "--plan", str(tmp_path / "waste.xlsx")]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("plan       ")
    assert ", 23 points, " in out[0]
    assert gone in out[2]
    assert "is in no row; add p" in out[2]
    words = ["routes", str(routed), "waste", "--from", str(tmp_path / "waste.xlsx")]
    assert main([*words, "--out", str(tmp_path / "again")]) == 0
    out = capsys.readouterr().out
    assert "edited     1 point locked, 0 routes kept whole; as it was it broke rules" in out
    table = pd.read_csv(tmp_path / "again" / "plan" / "waste.csv", keep_default_na=False)
    assert table[table["lock"] == "x"]["pieces"].tolist() == [locked]
    assert (table["kind"] == "collect").sum() == 24


def test_points_without_room_are_told_and_exit_1(tmp_path, monkeypatch, capsys):
    _lay_out(tmp_path)
    path = tmp_path / "scenario.toml"
    text = path.read_text(encoding="utf-8").replace("time_limit_s", "shift_h = 0.5\ntime_limit_s")
    text = text.replace('break_min = 20\nlunch = ["05:20", "05:30"]\n', "")
    path.write_text(text.replace("count = 2", "count = 1"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["routes", "scenario.toml", "waste"]) == 1
    out = capsys.readouterr().out
    assert "fit no route: too few trucks or hours; tables/left_out.parquet lists them" in out
    lost = pd.read_parquet(tmp_path / "runs/small-waste/tables/left_out.parquet")
    assert set(lost["reason"]) == {"no room in the shifts"}
    facts = json.loads((tmp_path / "runs/small-waste/manifest.json").read_text(encoding="utf-8"))
    assert facts["status"] == "partial"
    assert facts["check"]["faults"] == []
    assert facts["left_out_points"] == len(lost) > 0
