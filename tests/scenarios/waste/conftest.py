"""Waste collection on the grid of 36 junctions: four days, simulated in milliseconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2] / "bad_input" / "base"
POINTS = [
    ("P1", "household", 112.8205, 28.3502),
    ("P2", "household", 112.8225, 28.3512),
    ("P3", "market", 112.8245, 28.3522),
    ("P4", "household", 112.8215, 28.3532),
    ("P5", "office", 112.8235, 28.3542),
]
TABLES = """
[collection]
points = "points.csv"

[[collection.stream]]
name = "kitchen"
density_kg_l = 0.5

[[collection.stream]]
name = "other"
density_kg_l = 0.15

[routes.kitchen]
job = "collect"
stream = "kitchen"
capacity_t = 1
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.kitchen.facility]]
name = "Station"
lon = 112.8260
lat = 28.3540

[routes.other]
job = "collect"
stream = "other"
capacity_t = 1
volume_m3 = 3
compaction = 3
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.other.facility]]
name = "Station"
lon = 112.8260
lat = 28.3540

[waste]
routes = ["kitchen", "other"]
days = { other = ["monday", "wednesday"] }
effort = 1
breakdown_h = 20

[waste.filling]
deposit_l = { kitchen = 4, other = 9 }

[[waste.facility]]
name = "Station"
kind = "station"
accepts = ["kitchen", "other"]
tip_min = { kind = "gamma", mean = 6, cv = 0.4 }
opens = "05:00-19:00"
compactors = 1
press_t_h = 8
pit_t = 10
container_t = 1
buffer = 3

[[waste.facility]]
name = "Plant"
kind = "incinerator"
lon = 112.8220
lat = 28.3520
beyond_km = 10
beyond_min = 15
accepts = ["kitchen", "other", "construction"]
gate_fee = 50

[[waste.hauler]]
name = "Hauler"
takes = "Station"
load_t = 2

[[waste.hauler]]
name = "Tipper"
takes = "orders"
home = "Yard"
load_t = 8

[[waste.delivery]]
name = "Others"
facility = "Plant"
stream = "other"
per_day = 20
load_t = 3

[waste.orders]
order_t = 8

[[waste.site]]
name = "Building site"
lon = 112.8240
lat = 28.3510
t_day = 16

[[waste.ban]]
name = "rush"
hours = "mon-fri 07:00-09:00"
streets = ["Row 3"]
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scenario of waste collection into the working folder; edits are pairs of texts."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{name},{kind},{lon},{lat},{stream},{kg},{bins},{litres}"
        for name, kind, lon, lat in POINTS
        for stream, kg, bins, litres in (("kitchen", 60, 2, 120), ("other", 40, 1, 660))
    ]
    header = "name,kind,lon,lat,stream,kg_day,bins,bin_l"
    (tmp_path / "points.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")

    def written(*edits: tuple[str, str]) -> Path:
        text = (BASE / "scenario.toml").read_text(encoding="utf-8")
        head = 'name = "small"\nservice = "waste"'
        text = text.replace('name = "small"', head).replace("warmup_h = 12", "warmup_h = 24")
        text = text.replace("horizon_h = 48", "horizon_h = 96") + TABLES
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "scenario.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written
