"""A Chinese map system outside China moves nothing, and the reader is told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios import load_scenario
from scenarios.misplaced import unmoved_remark
from scenarios.placement import build_question

ASKED = """
[scenario]
name = "stops"
service = "placement"
[network]
source = "helsinki"
[placement.stops]
model = "max-cover"
p = 2
within_m = 300
demand = { source = "streets" }
candidates = { source = "grid", spacing_m = 300 }
existing = { file = "have.csv", name_column = "name", crs = "gcj02" }
"""
SAID = "GCJ-02 is used in China only: these places lie elsewhere and were not moved"


def test_places_of_helsinki_in_gcj_02_are_told_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "have.csv").write_text("name,lon,lat\nStation,24.9414,60.1711\n")
    (tmp_path / "stops.toml").write_text(ASKED)
    question = build_question(load_scenario(tmp_path / "stops.toml"), "stops")
    assert [text for text in question.warnings if "China" in text] == [SAID]
    there = question.sites["kind"] == "existing"
    assert question.sites.loc[there, "lat"].tolist() == pytest.approx([60.1711], abs=2e-3)


@pytest.mark.parametrize(
    ("at", "systems", "said"),
    [
        ((112.82, 28.35), ["gcj02"], ""),
        ((24.94, 60.17), ["wgs84", None, "EPSG:3067"], ""),
        ((24.94, 60.17), ["GCJ-02", "gcj02"], SAID),
        ((24.94, 60.17), ["gcj02", "bd09"], SAID.replace("02 is", "02 and BD-09 are")),
    ],
)
def test_only_chinese_systems_elsewhere_are_told(at, systems, said):
    streets = SimpleNamespace(lon=np.array([at[0]]), lat=np.array([at[1]]))
    assert unmoved_remark(streets, systems) == said
