"""The page on the scenario file names every key that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from cityops.__main__ import main
from scenarios.cleaning.schema import CleaningSpec
from scenarios.collection.schema import CollectionSpec, CollectSpec
from scenarios.durations import _TIMES
from scenarios.merge import library_names
from scenarios.placement.schema import PlacementSpec
from scenarios.profiles import BUILT_IN
from scenarios.routing.schema import RoutesSpec
from scenarios.schema import ScenarioSpec
from scenarios.waste.schema import WasteSpec
from scenarios.words import _inner_model

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _keys(model) -> set[str]:
    found = set()
    for name, info in model.model_fields.items():
        found.add(info.alias or name)
        inner = _inner_model(info.annotation)
        if inner is not None:
            found |= _keys(inner[0])
    return found


def test_every_key_of_the_schema_is_on_the_page():
    page = (DOCS / "scenario.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z][a-z0-9_]*", page))
    placement = (DOCS / "placement.md").read_text(encoding="utf-8")
    placement_words = set(re.findall(r"[a-z][a-z0-9_]*", placement))
    in_placements = _keys(PlacementSpec)
    assert in_placements - placement_words == set()
    routes = (DOCS / "cleaning.md").read_text(encoding="utf-8")
    in_routes = _keys(RoutesSpec)
    assert in_routes - set(re.findall(r"[a-z][a-z0-9_]*", routes)) == set()
    cleaning = (DOCS / "cleaning-simulation.md").read_text(encoding="utf-8")
    in_cleaning = _keys(CleaningSpec)
    assert in_cleaning - set(re.findall(r"[a-z][a-z0-9_]*", cleaning)) == set()
    waste = (DOCS / "waste-simulation.md").read_text(encoding="utf-8")
    in_waste = _keys(WasteSpec)
    assert in_waste - set(re.findall(r"[a-z][a-z0-9_]*", waste)) == set()
    collection = (DOCS / "collection.md").read_text(encoding="utf-8")
    in_collection = _keys(CollectionSpec) | _keys(CollectSpec)
    assert in_collection - set(re.findall(r"[a-z][a-z0-9_]*", collection)) == set()
    others = in_placements | in_routes | in_cleaning | in_waste | in_collection
    assert _keys(ScenarioSpec) - others - words == set()
    assert set(_TIMES) - words == set()
    assert set(BUILT_IN) - words == set()


def test_every_option_is_on_the_page_of_the_command_line(capsys):
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `cityops ([a-z ]*[a-z])[^`]*` \|(.*)$", page, re.MULTILINE))
    for command in (
        "new",
        "check",
        "run",
        "routes",
        "compare",
        "network info",
        "network convert",
        "bench",
        "warmup",
    ):
        main([*command.split(), "--help"])
        offered = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
        written = set(re.findall(r"`(--[a-z-]+)`", rows[command]))
        assert written == offered - {"--help"}, command
    assert all(f"`{name}`" in page for name in library_names())


def test_every_file_of_a_run_is_on_the_page_of_the_run_folder(small_run):
    page = (DOCS / "run-folder.md").read_text(encoding="utf-8")
    for path in small_run.folder.rglob("*"):
        if path.is_file():
            assert path.stem in page, path
