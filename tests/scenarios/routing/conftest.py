"""Routes on the grid of 36 junctions, found once for all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2] / "bad_input" / "base"
TABLES = """
[routes.cleaning]
title = "Sweeping the grid"
title_zh = "网格清扫"
sweep_kmh = 8
dirt_kg_per_km = { primary = 100, other = 60 }
capacity_t = 0.3
dump_min = 5
shift_h = 1
vehicles = 6
at = "tuesday 05:00"
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.cleaning.dump]]
name = "Tip"
lon = 112.8260
lat = 28.3540
"""


@pytest.fixture(scope="session")
def grid(tmp_path_factory) -> Path:
    """Scenario file that asks for sweeping routes; read only."""
    folder = tmp_path_factory.mktemp("grid")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    path = folder / "scenario.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(TABLES)
    return path


@pytest.fixture(scope="session")
def plan(grid):
    """Routes of that scenario; read only."""
    from optimize.routing.arcs.scanning import scan_arcs
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import make_plan

    question = build_routes(load_scenario(grid), "cleaning")
    return make_plan(question, scan_arcs(question.streets.problem, scans=10))
