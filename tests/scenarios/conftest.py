"""A scenario on a grid of 36 junctions, which is read in milliseconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """Folder with scenario.toml, streets/ and incidents.csv; the working folder of the test."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """Finished run of the grid scenario; read only."""
    from scenarios import load_scenario, run_scenario

    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    scenario = load_scenario(folder / "scenario.toml").with_settings(reps=4)
    return run_scenario(scenario, folder / "runs" / "small", workers=1, command="cityops run small")
