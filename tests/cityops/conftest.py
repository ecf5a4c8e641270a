"""Made-up run folders, drawn once for all tests of the report."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from scenarios.routing.plan import RoutePlan


def _load(name: str) -> ModuleType:
    """Load a module that lies beside this file; the folder of tests is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def maker() -> ModuleType:
    """Module whose ``make_run(folder, ...)`` writes a made-up run folder."""
    return _load("make_run")


@pytest.fixture(scope="session")
def run_folder(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run of a made-up district with four stations; read only."""
    return Path(maker.make_run(tmp_path_factory.mktemp("runs") / "four-stations"))


@pytest.fixture(scope="session")
def other_run_folder(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run of the same district and demand with six stations; read only."""
    folder = tmp_path_factory.mktemp("runs") / "six-stations"
    return Path(maker.make_run(folder, stations=6, name="six-stations", title="Six stations"))


@pytest.fixture(scope="session")
def routed_plan(tmp_path_factory: pytest.TempPathFactory) -> RoutePlan:
    """Sweeping routes on the grid of 36 junctions; read only."""
    from optimize.routing.arcs.scanning import scan_arcs
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import make_plan

    folder = tmp_path_factory.mktemp("routed-grid")
    shutil.copytree(Path(__file__).parents[1] / "bad_input" / "base", folder, dirs_exist_ok=True)
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[routes.cleaning]\ntitle = "Sweeping the grid"\ntitle_zh = "网格清扫"\n'
            "capacity_t = 0.3\nshift_h = 1\nvehicles = 6\n"
            'depot = { name = "Yard", lon = 112.82, lat = 28.35 }\n'
            '[[routes.cleaning.dump]]\nname = "Tip"\nlon = 112.826\nlat = 28.354\n'
        )
    question = build_routes(load_scenario(folder / "scenario.toml"), "cleaning")
    return make_plan(question, scan_arcs(question.streets.problem, scans=10))
