"""Scenario files on top of each other: ``extends``, and what overrides what.

The file that is named is read last and wins. Tables are merged key by key. Lists of tables whose
items have names (stations, units, hospitals, areas, periods, closures) are merged by name: an item
of a known name overrides the keys that it gives, a new name is added, ``drop = true`` takes the
item away. Everything else (numbers, texts, plain lists, distributions, ``needs``) is replaced
whole.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from networks.errors import InputError
from scenarios.faults import FaultList, Origin, ScenarioError, did_you_mean
from scenarios.toml_lines import KeyPath, key_lines

__all__ = ["MergedFiles", "find_scenario", "library_names", "merged_files"]

LIBRARY = Path(__file__).resolve().parent / "library"
_TEMPLATE = "own-city"
_DEEPEST = 12

# Of a [placement.NAME]: tables in it, and lists of tables whose items have names.
PLACEMENT_TABLES = ("demand", "candidates", "existing", "queue", "equity")
PLACEMENT_LISTS = ("site", "size", "plant", "slot", "phase")

# Of [waste]: lists of tables whose items have names.
WASTE_LISTS = ("facility", "hauler", "outage", "ban", "delivery", "site")

# Tables that are merged key by key; "*" stands for any name.
_MERGED_TABLES: set[tuple[str, ...]] = {
    ("scenario",),
    ("network",),
    ("network", "synthetic"),
    ("travel",),
    ("stations",),
    ("units",),
    ("hospitals",),
    ("areas",),
    ("demand",),
    ("record",),
    ("policy",),
    ("hour_profile",),
    ("unit_type",),
    ("unit_type", "*"),
    ("incident_class",),
    ("incident_class", "*"),
    ("placement",),
    ("placement", "*"),
    *(("placement", "*", table) for table in PLACEMENT_TABLES),
    ("routes",),
    ("routes", "*"),
    ("routes", "*", "depot"),
    ("cleaning",),
    ("cleaning", "weather"),
    ("cleaning", "leaves"),
    ("cleaning", "energy"),
    ("cleaning", "cost"),
    ("collection",),
    ("waste",),
    ("waste", "filling"),
    ("waste", "orders"),
    ("waste", "energy"),
    ("waste", "cost"),
}
_DROPPABLE = {("unit_type", "*"), ("incident_class", "*"), ("placement", "*"), ("routes", "*")}
_NAMED_LISTS: set[tuple[str, ...]] = {
    ("station",),
    ("unit",),
    ("hospital",),
    ("area",),
    ("network", "period"),
    ("network", "closure"),
    *(("placement", "*", table) for table in PLACEMENT_LISTS),
    *(("routes", "*", table) for table in ("depot", "dump", "fill", "facility", "vehicle")),
    ("cleaning", "market"),
    ("collection", "stream"),
    *(("waste", table) for table in WASTE_LISTS),
}


@dataclass
class MergedFiles:
    """A scenario with all that it extends.

    Parameters
    ----------
    document
        Keys and values, merged.
    origins
        Where each key was written.
    files
        The files read, the named one first.
    folders
        Folder of each file, by its shown name: relative paths in it start there.
    dropped
        Where `drop = true` took an item away, by its table ("station") and its name.
    """

    document: dict[str, Any] = field(default_factory=dict)
    origins: dict[KeyPath, Origin] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    folders: dict[str, Path] = field(default_factory=dict)
    dropped: dict[tuple[str, str], Origin] = field(default_factory=dict)


def library_names() -> list[str]:
    """List the scenarios that come with cityops."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))


def find_scenario(reference: str | os.PathLike[str]) -> Path:
    """Find the file of a scenario named by a path, its folder, or its name in the library.

    Raises
    ------
    InputError
        If there is none.
    """
    text = os.fspath(reference)
    path = Path(text)
    if path.is_file():
        return path
    if path.is_dir():
        inside = path / "scenario.toml"
        if inside.is_file():
            return inside
        raise InputError("a folder without scenario.toml", file=text, mend="name a scenario file")
    if (LIBRARY / f"{text}.toml").is_file():
        return LIBRARY / f"{text}.toml"
    if path.suffix == ".toml" or len(path.parts) > 1:
        beside = path.parent if path.parent.is_dir() else None
        tomls = [str(path.parent / p.name) for p in sorted(beside.glob("*.toml"))] if beside else []
        mend = did_you_mean(text, tomls, what="scenario files there") if tomls else None
        raise InputError("no such file", file=text, mend=mend or "check the path")
    raise InputError(
        f'there is no scenario "{text}", neither a file nor in the library',
        mend=did_you_mean(text, library_names(), what="the library has"),
    )


def merged_files(path: Path) -> MergedFiles:
    """Read a scenario file and, before it, all that it extends.

    Raises
    ------
    ScenarioError
        If a file cannot be read, is no TOML, or extends itself by some way round.
    """
    chain = _chain(path)
    merged = MergedFiles(files=tuple(file for file, _, _ in chain))
    faults = FaultList(merged.origins, shown_path(path))
    for file, document, origins in reversed(chain):
        merged.folders[shown_path(file)] = file.resolve().parent
        _Merger(merged, origins, faults).table(merged.document, document, (), ())
    faults.stop()
    return merged


def shown_path(path: Path) -> str:
    """Write a path as messages show it: relative where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    library = LIBRARY.parent.parent
    if path.is_relative_to(LIBRARY) and relative.startswith(".."):
        return str(path.relative_to(library))
    return relative if len(relative) < len(str(path)) else str(path)


def _chain(path: Path) -> list[tuple[Path, dict[str, Any], dict[KeyPath, Origin]]]:
    chain: list[tuple[Path, dict[str, Any], dict[KeyPath, Origin]]] = []
    seen: list[Path] = []
    while True:
        seen.append(path.resolve())
        document, origins = _read(path)
        base = document.pop("extends", None)
        chain.append((path, document, origins))
        if base is None:
            return chain
        where = FaultList(origins, shown_path(path))
        if not isinstance(base, str):
            where.add(("extends",), "must be the name of one scenario", 'as in "base.toml"')
            where.stop()
        path = _base_path(str(base), path.parent, where)
        if path.resolve() in seen:
            ring = " → ".join(
                shown_path(file)
                for file in [*(c[0] for c in chain[seen.index(path.resolve()) :]), path]
            )
            where.add(("extends",), f"files extend each other in a ring: {ring}", "break it")
            where.stop()


def _base_path(base: str, folder: Path, where: FaultList) -> Path:
    beside = folder / base
    if beside.is_file():
        return beside
    if (LIBRARY / f"{base}.toml").is_file():
        return LIBRARY / f"{base}.toml"
    known = [file.name for file in sorted(folder.glob("*.toml"))] + library_names()
    mend = did_you_mean(base, known, what="there are", quote='"')
    if beside.is_dir():
        where.add(("extends",), f'"{base}" is a folder', "name the scenario file in it")
    else:
        where.add(("extends",), f'there is no scenario "{base}"', mend)
    raise ScenarioError(where.faults)


def _read(path: Path) -> tuple[dict[str, Any], dict[KeyPath, Origin]]:
    shown = shown_path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ScenarioError(
            [InputError("not UTF-8 text", file=f"{shown}:{line}", mend="save the file as UTF-8")]
        ) from None
    except OSError as error:
        raise ScenarioError(
            [InputError(f"cannot be read ({error.strerror})", file=shown, mend="check the path")]
        ) from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_syntax_fault(error, text, shown)]) from None
    except RecursionError:
        raise ScenarioError([_too_deep(shown)]) from None
    if _depth(document) > _DEEPEST:
        raise ScenarioError([_too_deep(shown)])
    origins = {key: Origin(shown, line, key) for key, line in key_lines(text).items()}
    return document, origins


def _too_deep(shown: str) -> InputError:
    return InputError(
        "tables or lists stand in each other too deeply",
        file=shown,
        mend=f"{_DEEPEST} levels are the most",
    )


def _depth(value: object) -> int:
    """Levels of tables and lists, counted until they are too many."""
    level, here = 0, [value]
    while here and level <= _DEEPEST:
        inner = [
            v.values() if isinstance(v, dict) else v for v in here if isinstance(v, dict | list)
        ]
        here = [item for group in inner for item in group]
        level += bool(inner)
    return level


def _syntax_fault(error: tomllib.TOMLDecodeError, text: str, shown: str) -> InputError:
    message, _, place = str(error).partition(" (at ")
    line = len(text.splitlines())
    if place.startswith("line "):
        line = int(place.removeprefix("line ").split(",")[0])
    wrong = text.splitlines()[line - 1].strip() if text.strip() else ""
    return InputError(
        f"not TOML: {message[:1].lower()}{message[1:]}",
        file=f"{shown}:{line}",
        place=wrong[:60] or None,
        mend='write key = value; texts stand in "quotes"',
    )


class _Merger:
    """Lays one document over what is merged so far, and keeps track of the origins."""

    def __init__(
        self, merged: MergedFiles, origins: dict[KeyPath, Origin], faults: FaultList
    ) -> None:
        self.merged = merged
        self.origins = origins
        self.faults = faults

    def table(
        self, into: dict[str, Any], new: dict[str, Any], at: KeyPath, source: KeyPath
    ) -> None:
        for key, value in new.items():
            path, origin = (*at, key), (*source, key)
            kind = _pattern(path)
            if kind in _DROPPABLE and isinstance(value, dict) and value.get("drop") is True:
                self._drop(into, key, path, origin)
            elif kind in _MERGED_TABLES and isinstance(value, dict):
                old = into.get(key)
                if not isinstance(old, dict):
                    old = into[key] = {}
                self._place(path, origin)
                self.table(old, value, path, origin)
            elif kind in _NAMED_LISTS and _is_table_list(value):
                old_list = into.get(key)
                if not _is_table_list(old_list):
                    old_list = into[key] = []
                self._place(path, origin)
                self._named_list(old_list, value, path, origin)
            else:
                self._forget(path)
                into[key] = self._copied(value, path, origin)

    def _named_list(
        self, into: list[dict[str, Any]], new: list[dict[str, Any]], at: KeyPath, source: KeyPath
    ) -> None:
        known = {
            item["name"]: i for i, item in enumerate(into) if isinstance(item.get("name"), str)
        }
        dropped: list[int] = []
        for number, item in enumerate(new):
            name, origin = item.get("name"), (*source, number)
            if item.get("drop") is True:
                if name in known:
                    dropped.append(known[name])
                    self._note_drop(str(at[-1]), str(name), origin)
                else:
                    self._nothing_to_drop(name, known, (*at, len(into)), origin)
            elif isinstance(name, str) and name in known:
                path = (*at, known[name])
                self._place(path, origin)
                self.table(into[known[name]], item, path, origin)
            else:
                path = (*at, len(into))
                into.append(self._copied(item, path, origin))
        self._remove(into, dropped, at)

    def _remove(self, into: list[dict[str, Any]], dropped: list[int], at: KeyPath) -> None:
        for number in sorted(dropped, reverse=True):
            del into[number]
            self._forget((*at, number))
            self._move_up(at, number)

    def _move_up(self, at: KeyPath, number: int) -> None:
        """Renumber the origins of the items behind one that was taken away."""
        size = len(at)
        behind: list[tuple[int, KeyPath]] = []
        for path in self.merged.origins:
            item = path[size] if path[:size] == at and len(path) > size else None
            if isinstance(item, int) and item > number:
                behind.append((item, path))
        for item, path in sorted(behind, key=lambda pair: pair[0]):
            self.merged.origins[(*at, item - 1, *path[size + 1 :])] = self.merged.origins.pop(path)

    def _drop(self, into: dict[str, Any], key: str, path: KeyPath, origin: KeyPath) -> None:
        if key in into:
            del into[key]
            self._forget(path)
            self._note_drop(str(path[0]), key, origin)
        else:
            self._nothing_to_drop(key, into, path, origin)

    def _note_drop(self, table: str, name: str, origin: KeyPath) -> None:
        if origin in self.origins:
            self.merged.dropped[(table, name)] = self.origins[origin]

    def _nothing_to_drop(
        self, name: object, known: dict[str, Any], path: KeyPath, origin: KeyPath
    ) -> None:
        self._place(path, origin)
        if name is None:
            self.faults.add(path, "drop = true without a name", "give the name of what to drop")
        else:
            mend = did_you_mean(str(name), known, what="there are", quote='"')
            self.faults.add(path, f'there is no "{name}" to drop', mend)
        self.merged.origins.pop(path, None)

    def _copied(self, value: object, path: KeyPath, origin: KeyPath) -> Any:  # noqa: ANN401 - TOML
        self._place(path, origin)
        if isinstance(value, dict):
            return {k: self._copied(v, (*path, k), (*origin, k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self._copied(v, (*path, i), (*origin, i)) for i, v in enumerate(value)]
        return value

    def _place(self, path: KeyPath, origin: KeyPath) -> None:
        if origin in self.origins:
            self.merged.origins[path] = self.origins[origin]

    def _forget(self, path: KeyPath) -> None:
        for known in [p for p in self.merged.origins if p[: len(path)] == path]:
            del self.merged.origins[known]


def _pattern(path: KeyPath) -> tuple[str, ...]:
    """Path with the names of named tables replaced by a star and item numbers left out."""
    words = tuple(part for part in path if isinstance(part, str))
    if len(words) != len(path):
        return ("", *words)
    if len(words) == 2 and words[0] in {"unit_type", "incident_class"}:
        return (words[0], "*")
    if len(words) > 1 and words[0] in {"placement", "routes"}:
        return (words[0], "*", *words[2:])
    return words


def _is_table_list(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
