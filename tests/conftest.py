"""What every test may ask for: the shared data, and the engine that answers."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--engine``: which twin answers the tests of the simulations."""
    parser.addoption(
        "--engine",
        default="kernel",
        choices=["kernel", "simpy"],
        help="which twin answers the simulation tests",
    )


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the twin under test."""
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of instances and records that are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return folder
