"""Street cleaning on the grid of 36 junctions: four days, simulated in milliseconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2] / "bad_input" / "base"
TABLES = """
[routes.cleaning]
dirt_kg_per_km = 60
capacity_t = 0.3
dump_min = 5
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
standard_g_m = 40
parked = { residential = 0.4, other = 0.1 }
breakdown_h = 20

[cleaning.weather]
rain = 0.3

[[cleaning.market]]
name = "market"
streets = ["Column 2"]
hours = "tue 08:00-12:00"
factor = 5
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a scenario of street cleaning into the working folder; edits are pairs of texts."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def written(*edits: tuple[str, str]) -> Path:
        text = (BASE / "scenario.toml").read_text(encoding="utf-8")
        head = 'name = "small"\nservice = "cleaning"'
        text = text.replace('name = "small"', head).replace("warmup_h = 12", "warmup_h = 24")
        text = text.replace("horizon_h = 48", "horizon_h = 96") + TABLES
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "scenario.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written
