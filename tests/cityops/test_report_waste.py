"""The report of waste collection, and two runs of it side by side."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cityops.__main__ import main
from cityops.report.comparison import cautions
from cityops.report.maps import district_map
from cityops.report.reading import RunFolder
from cityops.report.waste import PER_WEEK, inputs, weekly, write_waste_report
from cityops.report.waste_charts import by_hour, day_bars, queueing, stream_name
from cityops.report.waste_map import CLASSES, overflow_map, points
from cityops.report.waste_sheets import trucks
from cityops.report.words import Words

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
POINTS = """name,kind,lon,lat,stream,kg_day,bins,bin_l,from,until
P1,household,112.8205,28.3502,kitchen,60,1,120,,
P1,household,112.8205,28.3502,other,40,1,240,,
P2,market,112.8245,28.3522,kitchen,50,1,120,05:00,11:00
P3,office,112.8225,28.3540,other,30,1,240,,
"""
TABLES = """
[collection]
points = "points.csv"

[[collection.stream]]
name = "kitchen"
title = "Kitchen waste"
title_zh = "厨余垃圾"
density_kg_l = 0.5

[[collection.stream]]
name = "other"
density_kg_l = 0.15

[routes.kitchen]
job = "collect"
stream = "kitchen"
capacity_t = 1
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }
facility = [{ name = "Station", lon = 112.8260, lat = 28.3540 }]

[routes.other]
job = "collect"
stream = "other"
capacity_t = 1
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }
facility = [{ name = "Station", lon = 112.8260, lat = 28.3540 }]

[waste]
routes = ["kitchen", "other"]
days = { other = ["monday", "wednesday"] }
effort = 1
select = { kitchen = "predicted" }

[[waste.facility]]
name = "Station"
kind = "station"
accepts = ["kitchen", "other"]
opens = "05:00-19:00"
compactors = 1
press_t_h = 8
pit_t = 10
container_t = 0.5
buffer = 3

[[waste.facility]]
name = "Plant"
kind = "incinerator"
lon = 112.8220
lat = 28.3520
beyond_km = 10
accepts = ["kitchen", "other"]
gate_fee = 50

[[waste.hauler]]
name = "Hauler"
takes = "Station"
load_t = 2
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Working folder with the runs "base" and "dear"; read only."""
    folder = tmp_path_factory.mktemp("waste")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    (folder / "points.csv").write_text(POINTS, encoding="utf-8")
    text = (BASE / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace("warmup_h = 12", "warmup_h = 24").replace(
        "horizon_h = 48", "horizon_h = 96"
    )
    for name, fee in (("base", "50"), ("dear", "70")):
        head = f'name = "{name}"\nservice = "waste"\nassumed = ["Bins are <assumed>."]'
        own = text.replace('name = "small"', head) + TABLES.replace(
            "gate_fee = 50", f"gate_fee = {fee}"
        )
        (folder / f"{name}.toml").write_text(own, encoding="utf-8")
        command = ["run", str(folder / f"{name}.toml"), "--reps", "3", "--workers", "1"]
        assert main([*command, "--out", str(folder / name)]) == 0
    return folder


def _blobs(page: str) -> dict:
    found = re.findall(
        r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.DOTALL
    )
    return {name: json.loads(text) for name, text in found}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_says_what_overflows_and_what_it_costs(runs, lang, tmp_path):
    page = write_waste_report(runs / "base", lang=lang, out=tmp_path / "report.html").read_text(
        encoding="utf-8"
    )
    words, run = Words(lang), RunFolder.load(runs / "base")
    cost = run.estimate("cost").mean / (3 / 7)
    assert f"<b>{cost:,.0f} EUR</b>" in page
    for key in ("ws.over", "ws.amounts", "ws.sites", "ws.work", "assumed", "ws.by_stream"):
        assert words(key) in page
    assert "Bins are &lt;assumed&gt;." in page
    charts = ("hours", "course", "map", "days", "gates", "drive", "cost")
    assert {"streets", *(f"chart-{name}" for name in charts)} <= set(_blobs(page))
    assert "http" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def test_streams_are_called_by_their_titles(runs):
    run = RunFolder.load(runs / "base")
    assert stream_name(run, "kitchen", Words("zh")) == "厨余垃圾"
    assert stream_name(run, "kitchen", Words()) == "Kitchen waste"
    assert stream_name(run, "other", Words("zh")) == "other"
    assert stream_name(run, "construction", Words("zh")) == "建筑渣土"
    routes = dict(inputs(run, Words("zh")))[Words("zh")("ws.in.plan")]
    assert routes.startswith("厨余垃圾：")
    assert "other：" in routes
    names = [trace["name"] for trace in day_bars(run, Words())["data"]]
    assert names == ["Kitchen waste", "other"]


def test_bars_of_a_day_are_the_tonnes_of_that_day(runs):
    run = RunFolder.load(runs / "base")
    bars = day_bars(run, Words())["data"]
    assert bars[0]["x"] == [1, 2, 3]
    total = sum(sum(trace["y"]) for trace in bars)
    assert total == pytest.approx(run.estimate("collected_t").mean, abs=0.05)


def test_each_hour_has_its_share_and_each_gate_its_line(runs):
    run = RunFolder.load(runs / "base")
    figure = by_hour([run], ["base"], Words())
    assert len(figure["data"][1]["y"]) == 24
    lines = {(trace["name"], trace["yaxis"]) for trace in queueing(run, Words())["data"]}
    assert {name for name, _ in lines} == {"Station", "Plant"}


def test_the_map_has_a_mark_for_every_point_in_the_colour_of_its_worst_stream(runs):
    run, words = RunFolder.load(runs / "base"), Words()
    figure = overflow_map(run, district_map(run, words), words)
    marks = [
        trace
        for trace in figure["data"]
        if trace["mode"] == "markers" and trace["marker"]["color"] in CLASSES.colours
    ]
    assert sum(len(trace["x"]) for trace in marks) == 3
    worst = points(run).groupby("point")["over"].max()
    colours = sorted(CLASSES.colour(share) for share in worst)
    assert sorted(t["marker"]["color"] for t in marks for _ in t["x"]) == colours


def test_the_table_of_trucks_tells_who_is_late_for_windows_where_there_are_some(runs):
    run, words = RunFolder.load(runs / "base"), Words()
    sheet = trucks(run, words, PER_WEEK)
    column = sheet.heads.index(words.measure("in_window_share")) - 1
    told = {row.name: row.cells[column] for row in sheet.rows}
    assert told == {"kitchen 1": "100.0%", "other 1": "–"}


def test_runs_of_a_record_are_told_of_in_words_of_waste(runs):
    run = RunFolder.load(runs / "base")
    recorded = replace(run, manifest={**run.manifest, "recorded": True})
    told = cautions([recorded, recorded], Words())[1:]  # first, that they are one run
    assert told == [Words()("ws.cmp.record")]
    assert "incidents" not in told[0]
    assert cautions([run, run], Words())[1:] == []


def test_amounts_are_told_by_the_week(runs):
    run = RunFolder.load(runs / "base")
    found = run.estimate("km")
    assert weekly(run, "km", found).mean == pytest.approx(found.mean * 7 / 3)
    share = run.estimate("not_full_share")
    assert weekly(run, "not_full_share", share) == share


def test_two_runs_stand_side_by_side_with_streams_and_maps(runs, tmp_path, capsys):
    out = str(tmp_path / "cmp")
    assert main(["compare", str(runs / "base"), str(runs / "dear"), "--out", out]) == 0
    said = capsys.readouterr().out
    assert "Cost, EUR" in said
    assert "worse" in said
    assert "kitchen: Bin-hours without overflow" in said
    page = (tmp_path / "cmp" / "comparison.html").read_text(encoding="utf-8")
    words = Words()
    assert words("ws.cmp.paired") in page
    assert words("ws.over.where") in page
    assert words("ws.kind.incinerator") in page
    assert {"chart-hours", "chart-map-0", "chart-map-1"} <= set(_blobs(page))
