"""The report of street cleaning, and two runs of it side by side."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from cityops.__main__ import main
from cityops.report.cleaning import weekly, write_cleaning_report
from cityops.report.cleaning_charts import CLASSES, by_hour, dirty_map, dirty_rows
from cityops.report.maps import district_map
from cityops.report.reading import RunFolder
from cityops.report.words import Words

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
TABLES = """
[routes.cleaning]
capacity_t = 0.3
shift_h = 4
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.cleaning.dump]]
name = "Tip"
lon = 112.8260
lat = 28.3540

[cleaning]
routes = "cleaning"
days = ["monday", "wednesday"]
growth_g_m_h = { primary = 2, other = 1 }
growth_spread = 0.5
standard_g_m = { primary = 60, other = 40 }
parked = { residential = 0.4, other = 0.1 }

[cleaning.weather]
rain = 0.3

[[cleaning.market]]
name = "market"
streets = ["Column 2"]
hours = "tue 08:00-12:00"
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Working folder with the runs "base" and "less"; read only."""
    folder = tmp_path_factory.mktemp("cleaning")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    text = (BASE / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace("warmup_h = 12", "warmup_h = 24").replace(
        "horizon_h = 48", "horizon_h = 96"
    )
    for name, days in (("base", '["monday", "wednesday"]'), ("less", '["monday"]')):
        head = f'name = "{name}"\nservice = "cleaning"\nassumed = ["Dirt is <assumed>."]'
        own = text.replace('name = "small"', head) + TABLES
        own = own.replace('["monday", "wednesday"]', days)
        (folder / f"{name}.toml").write_text(own, encoding="utf-8")
        out = str(folder / name)
        command = ["run", str(folder / f"{name}.toml"), "--reps", "3", "--workers", "1"]
        assert main([*command, "--out", out]) == 0
    return folder


def _blobs(page: str) -> dict:
    found = re.findall(
        r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.DOTALL
    )
    return {name: json.loads(text) for name, text in found}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_says_how_clean_the_streets_are(runs, lang, tmp_path):
    page = write_cleaning_report(runs / "base", lang=lang, out=tmp_path / "report.html").read_text(
        encoding="utf-8"
    )
    words, run = Words(lang), RunFolder.load(runs / "base")
    share = run.estimate("clean_share")
    assert f"<b>{100 * share.mean:.1f}%</b>" in page
    for key in ("cl.hours", "cl.where", "cl.work", "assumed", "cl.worst", "cl.by_class"):
        assert words(key) in page
    assert "Dirt is &lt;assumed&gt;." in page
    assert {"chart-hours", "chart-course", "chart-map", "streets"} <= set(_blobs(page))
    assert "http" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)


def test_what_is_above_the_standard_is_what_is_not_clean(runs):
    run = RunFolder.load(runs / "base")
    rows, clean = dirty_rows(run, "hour"), run.rows("clean_share", "hour")
    assert (rows["mean"].to_numpy() == 1.0 - clean["mean"].to_numpy()).all()
    assert (rows["low"].to_numpy() <= rows["mean"].to_numpy() + 1e-12).all()
    figure = by_hour([run], ["base"], Words())
    assert len(figure["data"][1]["y"]) == 24


def test_the_map_draws_every_side_once_in_the_colour_of_its_share(runs):
    run, words = RunFolder.load(runs / "base"), Words()
    figure = dirty_map(run, district_map(run, words), words)
    lines = [t for t in figure["data"] if t.get("line", {}).get("color") in CLASSES.colours]
    sides = sum(trace["x"].count(None) for trace in lines)
    assert sides == len(run.features("cleanliness")) == 120


def test_amounts_are_told_by_the_week(runs):
    page = (runs / "base" / "report.html").read_text(encoding="utf-8")
    run = RunFolder.load(runs / "base")
    weekly = run.estimate("cost").mean / (3 / 7)
    assert f"{weekly:,.0f} EUR" in page


def test_what_rain_washes_away_in_the_warm_up_is_no_amount_of_the_measured_weeks(runs):
    run = RunFolder.load(runs / "base")
    washed = run.estimate("washed_t")
    assert weekly(run, "washed_t", washed) == washed


def test_two_plans_are_compared_by_the_same_weather(runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", str(runs / "base"), str(runs / "less"), "--out", "both"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"Street length that meets its standard .* worse", said)
    assert "note:" not in said
    page = (tmp_path / "both" / "comparison.html").read_text(encoding="utf-8")
    words = Words()
    for key in ("cl.cmp.paired", "cl.by_class", "cl.hours", "cl.where", "cl.block.km"):
        assert words(key) in page
    assert "incident" not in page.replace("incidents.csv", "").split("<script")[0]
    assert {"chart-hours", "chart-map-0", "chart-map-1"} <= set(_blobs(page))
    assert "cleaning.days" in page
    assert [name for name in _blobs(page) if name.startswith("streets")] == ["streets-0"]
