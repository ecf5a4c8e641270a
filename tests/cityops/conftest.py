"""Made-up run folders, drawn once for all tests of the report."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


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
