"""What loading a scenario does with its [placement.NAME] tables: files, map systems, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.placement.candidates import CANDIDATE_WORDS, EXISTING_WORDS
from scenarios.placement.demand import DEMAND_WORDS
from scenarios.placement.rules import check_placement
from scenarios.placement.schema import PlacementSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scenarios.faults import FaultList
    from scenarios.merge import MergedFiles
    from scenarios.schema import ScenarioSpec
    from scenarios.toml_lines import KeyPath

    Finder = Callable[[str, KeyPath, tuple[str, ...], MergedFiles, FaultList], Path | None]

__all__ = ["check_placements", "placement_files", "places_to_wgs84"]

_FILE_KEYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("demand", "source", DEMAND_WORDS),
    ("candidates", "source", CANDIDATE_WORDS),
    ("candidates", "within", ()),
    ("candidates", "exclude", ()),
    ("candidates", "flood", ()),
    ("candidates", "buildings", ()),
    ("existing", "file", EXISTING_WORDS),
)


def _placements(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = document.get("placement")
    if isinstance(tables, dict):
        yield from ((name, t) for name, t in tables.items() if isinstance(t, dict))


def placement_files(merged: MergedFiles, faults: FaultList, find: Finder) -> list[Path]:
    """Make file names absolute, each from the folder of the file that names it.

    Parameters
    ----------
    merged
        The scenario's document; names are replaced in place.
    faults
        Takes files that do not exist.
    find
        Finds one file: the text, its key, words that are no files, the scenario, the faults.

    Returns
    -------
    list of Path
        All that exist and are files.
    """
    found: list[Path] = []
    for name, placement in _placements(merged.document):
        for table_key, key, known in _FILE_KEYS:
            table = placement.get(table_key)
            if not isinstance(table, dict):
                continue
            path: KeyPath = ("placement", name, table_key, key)
            value = table.get(key)
            if isinstance(value, list):
                for number, text in enumerate(value):
                    if isinstance(text, str) and text.strip():
                        file = find(text, (*path, number), known, merged, faults)
                        if file is not None:
                            value[number] = str(file)
                            found += [file] if file.is_file() else []
            elif isinstance(value, str) and value.strip() and value not in known:
                file = find(value, path, known, merged, faults)
                if file is not None:
                    table[key] = str(file)
                    found += [file] if file.is_file() else []
    return found


def places_to_wgs84(document: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Find the lists of places in the tables, for [scenario] crs to convert."""
    for _, placement in _placements(document):
        for key in ("site", "plant"):
            items = placement.get(key)
            if isinstance(items, list):
                yield [item for item in items if isinstance(item, dict)]


def check_placements(
    document: dict[str, Any], whole: ScenarioSpec | None, faults: FaultList
) -> None:
    """Note what does not fit together, in every table whose single values are sound.

    Parameters
    ----------
    document
        The merged scenario.
    whole
        The scenario, None where some value of it is wrong.
    faults
        Takes what is found.
    """
    for name, table in _placements(document):
        try:
            spec = PlacementSpec.model_validate(table)
        except ValidationError:
            continue  # each wrong value is noted where the whole scenario is read
        check_placement(name, spec, whole, faults)
