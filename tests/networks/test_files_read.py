"""Which files a source of streets is read from."""

from __future__ import annotations

from pathlib import Path

from networks.read import files_read

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base" / "streets"


def test_a_folder_of_tables_is_its_two_tables_and_nothing_beside_them(tmp_path):
    for name in ("arcs.csv", "nodes.csv", "notes.txt", "readings.csv"):
        text = (BASE / name).read_text(encoding="utf-8") if (BASE / name).is_file() else "x"
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert {path.name for path in files_read(tmp_path)} == {"arcs.csv", "nodes.csv"}


def test_a_gmns_folder_is_its_tables_and_their_units(tmp_path):
    for name in ("node.csv", "link.csv", "config.csv", "notes.txt"):
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    assert {path.name for path in files_read(tmp_path)} == {"node.csv", "link.csv", "config.csv"}


def test_a_single_file_is_itself(tmp_path):
    (tmp_path / "roads.geojson").write_text("{}", encoding="utf-8")
    assert files_read(tmp_path / "roads.geojson") == (tmp_path / "roads.geojson",)
