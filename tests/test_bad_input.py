"""Every wrong input of the table in docs/bad-input.md gets the message that stands there."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cityops.__main__ import main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CASES: list[dict[str, Any]] = tomllib.loads(
    (HERE / "bad_input" / "cases.toml").read_text(encoding="utf-8")
)["case"]


def _edited(text: str, edits: list[list[str]]) -> str:
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} must stand in the base once"
        text = text.replace(old, new)
    return text


def _lay_out(folder: Path, case: dict[str, Any]) -> None:
    """Put the base and the case's own files into a folder."""
    shutil.copytree(HERE / "bad_input" / "base", folder, dirs_exist_ok=True)
    scenario, record = folder / "scenario.toml", folder / "incidents.csv"
    text = _edited(scenario.read_text(encoding="utf-8"), case.get("edit", []))
    scenario.write_text(text + case.get("append", ""), encoding="utf-8")
    record.write_text(
        _edited(record.read_text(encoding="utf-8"), case.get("record_edit", [])), encoding="utf-8"
    )
    for name, content in case.get("files", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("case", CASES, ids=[f"{c['group']}: {c['wrong']}" for c in CASES])
def test_a_wrong_input_is_named_with_its_place_and_mend(case, tmp_path, monkeypatch, capsys):
    _lay_out(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    before = _contents(tmp_path)
    code = main(shlex.split(case["run"]))
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [f"error: {line}" for line in case["says"]]
    assert code == 2
    assert captured.out == ""
    assert _contents(tmp_path) == before, "something was left behind, or touched"


def test_the_base_of_all_cases_is_sound(tmp_path, monkeypatch, capsys):
    _lay_out(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "scenario.toml"]) == 0
    assert "is sound" in capsys.readouterr().out


def test_there_are_cases_of_every_group_and_thirty_in_all():
    groups = [case["group"] for case in CASES]
    assert set(groups) == {
        *("scenario", "network", "record", "placement", "routes", "collection", "cleaning"),
        "waste",
        "command line",
    }
    assert min(groups.count(group) for group in set(groups)) >= 5
    assert len(groups) >= 30


def test_the_table_in_the_docs_is_made_from_these_cases():
    maker = HERE / "bad_input" / "make_page.py"
    spec = importlib.util.spec_from_file_location("bad_input_page", maker)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    assert page == module.page(CASES), "make it anew: python tests/bad_input/make_page.py"
