"""From a file, or a library name, to a scenario that is known to be sound."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from networks.errors import InputError
from scenarios.cleaning.rules import check_cleaning
from scenarios.collection.rules import check_collection, collection_files
from scenarios.faults import FaultList, Origin, did_you_mean
from scenarios.merge import LIBRARY, MergedFiles, find_scenario, merged_files, shown_path
from scenarios.placement.files import check_placements, placement_files, places_to_wgs84
from scenarios.routing.rules import check_routes, depots_and_dumps
from scenarios.rules import check_rules
from scenarios.schema import ScenarioSpec
from scenarios.tables import csv_rows
from scenarios.waste.document import waste_boxes, waste_files, waste_orders, waste_places
from scenarios.waste.rules import check_waste
from scenarios.words import fault_words

if TYPE_CHECKING:
    from scenarios.toml_lines import KeyPath

__all__ = ["Scenario", "load_scenario"]

BUILT_IN_SOURCES = ("helsinki", "synthetic")
_LISTS = {"stations": "station", "hospitals": "hospital", "units": "unit"}
_FILE_KEYS: tuple[tuple[str, ...], ...] = (
    ("network", "source"),
    ("travel", "matrix_csv"),
    ("travel", "places_csv"),
    ("stations", "file"),
    ("units", "file"),
    ("hospitals", "file"),
    ("areas", "file"),
    ("areas", "weights"),
    ("record", "file"),
    ("cleaning", "plan"),
)
_NOT_FILES = {
    ("network", "source"): BUILT_IN_SOURCES,
    ("areas", "weights"): ("streets", "equal"),
    ("incident_class", "places"): ("areas", "streets"),
}


@dataclass(frozen=True)
class Scenario:
    """A scenario whose file was read, merged and checked.

    Parameters
    ----------
    spec
        Its tables, every default filled in.
    path
        The file that was named.
    files
        All files that it was read from: itself, what it extends, its tables.
    origins
        Where each key was written, for faults that show only when the district is built.
    """

    spec: ScenarioSpec
    path: Path
    files: tuple[Path, ...] = ()
    origins: dict[KeyPath, Origin] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Short name."""
        return self.spec.scenario.name

    @property
    def shown(self) -> str:
        """The file as messages show it."""
        return shown_path(self.path)

    @property
    def reference(self) -> str:
        """The scenario as one names it to a command: its name in the library, or its file."""
        return self.path.stem if self.path.parent == LIBRARY else self.shown

    def faults(self) -> FaultList:
        """Start a list of faults that knows this scenario's lines."""
        return FaultList(self.origins, self.shown)

    def with_settings(
        self,
        *,
        seed: int | None = None,
        reps: int | None = None,
        half_width: float | None = None,
    ) -> Scenario:
        """Scenario with another seed or number of replications."""
        changed: dict[str, Any] = {}
        if seed is not None:
            changed["seed"] = seed
        if reps is not None:
            changed |= {"reps": reps, "half_width": None}
        if half_width is not None:
            changed["half_width"] = half_width
        head = self.spec.scenario.model_copy(update=changed)
        return replace(self, spec=self.spec.model_copy(update={"scenario": head}))


def load_scenario(reference: str | os.PathLike[str]) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    reference
        A scenario file, a folder with ``scenario.toml`` (a run folder, say), or a library name.

    Raises
    ------
    ScenarioError
        With every fault that can be seen without building the district.
    InputError
        If there is no such scenario.
    """
    path = find_scenario(reference)
    merged = merged_files(path)
    faults = FaultList(merged.origins, shown_path(path), dropped=merged.dropped)
    document = merged.document
    _one_way_to_stop(merged, faults)
    _to_wgs84(document, faults)
    files = [*merged.files, *_resolve_files(merged, faults)]
    files += placement_files(merged, faults, _existing)
    _inline_tables(merged, faults)
    spec = _validated(document, faults)
    check_rules(document, faults)
    check_placements(document, spec, faults)
    check_routes(document, faults)
    check_collection(document, faults)
    check_cleaning(document, faults)
    check_waste(document, faults)
    faults.stop()
    if spec is None:  # pragma: no cover - a validation error is a fault, and stops above
        raise AssertionError
    return Scenario(spec, path, tuple(dict.fromkeys(f.resolve() for f in files)), merged.origins)


def _one_way_to_stop(merged: MergedFiles, faults: FaultList) -> None:
    """Keep `reps` or `half_width`: of two files the one named first wins, one file gives one."""
    head = merged.document.get("scenario")
    if not isinstance(head, dict) or not {"reps", "half_width"} <= set(head):
        return
    files = [shown_path(file) for file in merged.files]
    keys = ("reps", "half_width")
    written = {key: faults.origin(("scenario", key)).file for key in keys}
    if written["reps"] == written["half_width"]:
        faults.add(("scenario", "half_width"), "reps and half_width are both given", "keep one")
        return
    del head[max(keys, key=lambda key: files.index(written[key]))]


def _validated(document: dict[str, Any], faults: FaultList) -> ScenarioSpec | None:
    try:
        return ScenarioSpec.model_validate(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path, message, mend = fault_words(detail, document)
            faults.add(path, message, mend)
        return None


# ---- files that a scenario names


def _resolve_files(merged: MergedFiles, faults: FaultList) -> list[Path]:
    """Make file names absolute, each from the folder of the file that names it."""
    found: list[Path] = []
    classes = merged.document.get("incident_class")
    names = list(classes) if isinstance(classes, dict) else []
    for path, holder, last in (*collection_files(merged.document), *waste_files(merged.document)):
        resolved = _existing(holder[last], path, (), merged, faults)
        if resolved is not None:
            holder[last] = str(resolved)
            found += [resolved] if resolved.is_file() else []
    keys = [*_FILE_KEYS, *(("incident_class", name, "places") for name in names)]
    for key in keys:
        table: Any = merged.document
        for part in key[:-1]:
            table = table.get(part) if isinstance(table, dict) else None
        if not isinstance(table, dict) or not isinstance(table.get(key[-1]), str):
            continue
        known = _NOT_FILES.get((key[0], key[-1]), ())
        if table[key[-1]] in known or not table[key[-1]].strip():
            continue
        resolved = _existing(table[key[-1]], key, known, merged, faults)
        if resolved is not None:
            table[key[-1]] = str(resolved)
            if resolved.is_file():
                found.append(resolved)
    return found


def _existing(
    text: str, key: KeyPath, known: tuple[str, ...], merged: MergedFiles, faults: FaultList
) -> Path | None:
    folder = merged.folders.get(faults.origin(key).file, Path.cwd())
    path = Path(os.path.normpath(folder / Path(text).expanduser()))
    if path.exists():
        return path
    beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
    near = [*known, *(name for name in beside if not name.startswith("."))]
    if known and not Path(text).suffix and len(Path(text).parts) == 1:
        faults.add(
            key,
            f'"{text}" is neither a file nor one of {", ".join(known)}',
            did_you_mean(text, near, quote='"'),
        )
    else:
        mend = did_you_mean(path.name, near, quote='"')
        faults.add(
            key,
            f'there is no file "{text}"',
            mend if mend.startswith("did") else "paths start at the folder of this file",
        )
    return None


def _inline_tables(merged: MergedFiles, faults: FaultList) -> None:
    """Put the rows of station, hospital and unit files in place of the files."""
    for table_key, list_key in _LISTS.items():
        table = merged.document.get(table_key)
        if not isinstance(table, dict) or not isinstance(table.get("file"), str):
            continue
        path = Path(table["file"])
        columns = table.get("columns", {})
        if not path.is_file() or not isinstance(columns, dict):
            continue
        shown = shown_path(path)
        read = csv_rows(path, shown, list_key, columns)
        for fault in read.faults:
            faults.include(fault, (table_key,))
        if read.rows:
            _convert(read.rows, table.get("crs", "wgs84"))
        items = merged.document.setdefault(list_key, [])
        if not isinstance(items, list):
            continue
        for row, line in zip(read.rows, read.lines, strict=True):
            merged.origins[(list_key, len(items))] = Origin(f"{shown}", line, (list_key, line - 2))
            items.append(row)
        if not set(table) - {"file", "columns", "crs"}:
            del merged.document[table_key]


def _to_wgs84(document: dict[str, Any], faults: FaultList) -> None:
    head = document.get("scenario")
    if not isinstance(head, dict) or head.get("crs", "wgs84") == "wgs84":
        return
    for key in ("station", "hospital", "area"):
        items = document.get(key)
        if isinstance(items, list):
            try:
                _convert([item for item in items if isinstance(item, dict)], head["crs"])
            except InputError as error:
                faults.include(error, ("scenario", "crs"))
                return
    try:
        places = (places_to_wgs84, depots_and_dumps, waste_places)
        for items in (part for find in places for part in find(document)):
            _convert(items, head["crs"])
        for ban in waste_boxes(document):
            ban["bbox"] = _box(ban["bbox"], head["crs"])
    except InputError as error:
        faults.include(error, ("scenario", "crs"))
        return
    orders = waste_orders(document)
    if orders is not None:
        orders.setdefault("crs", head["crs"])
    head["crs"] = "wgs84"


def _box(sides: list[float], crs: object) -> list[float]:
    """Box around the corners of a box, in WGS-84."""
    west, south, east, north = sides
    corners = [{"lon": x, "lat": y} for x in (west, east) for y in (south, north)]
    _convert(corners, crs)
    lon, lat = ([corner[key] for corner in corners] for key in ("lon", "lat"))
    return [min(lon), min(lat), max(lon), max(lat)]


def _convert(rows: list[dict[str, Any]], crs: object) -> None:
    """Coordinates of rows to WGS-84 in place."""
    if crs == "wgs84" or not isinstance(crs, (str, int)):
        return
    from networks.crs import to_wgs84

    sound = [r for r in rows if all(type(r.get(k)) in {int, float} for k in ("lon", "lat"))]
    lon, lat = to_wgs84([r["lon"] for r in sound], [r["lat"] for r in sound], crs)
    for row, x, y in zip(sound, lon, lat, strict=True):
        row["lon"], row["lat"] = round(float(x), 7), round(float(y), 7)
