"""Placements on a made-up grid of 5 by 5 junctions, 100 m apart, checked by hand.

Junction k (1 to 25) lies in row (k - 1) // 5 from the south and column (k - 1) % 5 from the west,
so that metres along streets are 100 times the steps between rows and columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIDE = 5
LON, LAT = 112.82, 28.35
STEP_LON, STEP_LAT = 0.001019, 0.000902  # about 100 m each

HEAD = """
[scenario]
name = "grid"
service = "placement"
[network]
source = "streets"
max_snap_m = 40
"""


def _place(k: int) -> tuple[float, float]:
    row, column = divmod(k - 1, SIDE)
    return LON + column * STEP_LON, LAT + row * STEP_LAT


@pytest.fixture
def place() -> Callable[[int], tuple[float, float]]:
    """Longitude and latitude of a junction."""
    return _place


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with the streets; the working folder of the test."""
    streets = tmp_path / "streets"
    streets.mkdir()
    nodes = [f"{k},{_place(k)[0]:.6f},{_place(k)[1]:.6f}" for k in range(1, SIDE * SIDE + 1)]
    (streets / "nodes.csv").write_text("node_id,lon,lat\n" + "\n".join(nodes) + "\n")
    arcs = []
    for k in range(1, SIDE * SIDE + 1):
        row, column = divmod(k - 1, SIDE)
        if column < SIDE - 1:
            kind = "primary" if row == 0 else "residential"
            arcs.append(f"{k},{k + 1},100,{kind},Row {row + 1},yes")
        if row < SIDE - 1:
            arcs.append(f"{k},{k + SIDE},100,residential,Column {column + 1},yes")
    (streets / "arcs.csv").write_text(
        "from,to,length_m,class,name,two_way\n" + "\n".join(arcs) + "\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def points(grid: Path) -> Callable[..., str]:
    """Write a CSV of junctions with weights: points("people.csv", {13: 2.0}, cost=[...])."""

    def write(name: str, weights: dict[int, float], **columns: list[Any]) -> str:
        lines = [",".join(["name", "lon", "lat", "weight", *columns])]
        for number, (k, weight) in enumerate(weights.items()):
            lon, lat = _place(k)
            more = [str(values[number]) for values in columns.values()]
            lines.append(",".join([f"n{k}", f"{lon:.6f}", f"{lat:.6f}", f"{weight:g}", *more]))
        (grid / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return name

    return write


@pytest.fixture
def everywhere(points: Callable[..., str]) -> str:
    """Name of a CSV with every junction, each of weight 1."""
    return points("all.csv", dict.fromkeys(range(1, SIDE * SIDE + 1), 1.0))


@pytest.fixture
def ask(grid: Path) -> Callable[..., Any]:
    """Make a question ready: ask("clinics", TOML of its tables, head=...)."""

    def build(name: str, text: str, *, head: str = HEAD, plan: Path | None = None) -> Any:
        from scenarios import load_scenario
        from scenarios.placement import build_question

        (grid / "scenario.toml").write_text(head + text, encoding="utf-8")
        return build_question(load_scenario(grid / "scenario.toml"), name, plan=plan)

    return build


@pytest.fixture
def faults(ask: Callable[..., Any]) -> Callable[..., list[str]]:
    """List what is said of a wrong question."""

    def said(name: str, text: str, **options: Any) -> list[str]:
        from networks.errors import InputError

        with pytest.raises(InputError) as caught:
            ask(name, text, **options)
        return str(caught.value).splitlines()

    return said
