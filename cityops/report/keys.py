"""Where scenarios differ: in the words of the report, and key by key as they are written."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, NamedTuple

from cityops.report.compared import compared
from cityops.report.facts import unit_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

MOST_KEYS = 40
LONGEST_VALUE = 90
ABSENT = "–"
# A scenario's head is told in words; whom it is called after makes no difference to its numbers.
TOLD = {"name", "title", "title_zh", "question", "question_zh", "assumed", "assumed_zh", "reps"}


class KeyRow(NamedTuple):
    """A key of the scenario files and what each run has there."""

    key: str
    values: list[str]


def differing_keys(runs: Sequence[RunFolder]) -> tuple[list[KeyRow], int]:
    """List the keys whose values are not the same in all runs, and how many are left off.

    Parameters
    ----------
    runs
        Their resolved scenarios are set side by side; entries of a list are matched by name.
    """
    flat = [flattened(run.scenario) for run in runs]
    keys = dict.fromkeys(key for each in flat for key in each)
    rows = []
    for key in keys:
        values = [each.get(key, ABSENT) for each in flat]
        if len(set(values)) > 1 and key not in {f"scenario.{name}" for name in TOLD}:
            rows.append(KeyRow(key, values))
    return rows[:MOST_KEYS], max(len(rows) - MOST_KEYS, 0)


def flattened(table: dict[str, Any], above: str = "") -> dict[str, str]:
    """Return every value of a scenario under its whole key.

    Examples
    --------
    >>> flattened({"unit": [{"name": "A1", "count": 2}], "policy": {"queue_limit": 3}})
    {'unit "A1".count': '2', 'policy.queue_limit': '3'}
    """
    found: dict[str, str] = {}
    for key, value in table.items():
        whole = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            found |= flattened(value, whole)
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            for name, entry in _named(value).items():
                rest = {k: v for k, v in entry.items() if f'"{v}"' != name or k != "name"}
                found |= flattened(rest, f"{whole} {name}")
        elif value not in ({}, []):
            found[whole] = _said(value)
    return found


def _named(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Entries of a list by their names, or by their numbers where names do not tell them apart."""
    names = [str(entry.get("name") or "") for entry in entries]
    if all(names) and len(set(names)) == len(names):
        return {f'"{name}"': entry for name, entry in zip(names, entries, strict=True)}
    return {str(k): entry for k, entry in enumerate(entries, start=1)}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        text = ", ".join(_said(entry) for entry in value)
    else:
        text = str(value)
        if PureWindowsPath(text).is_absolute() or text.startswith(("/", "~")):
            text = PureWindowsPath(text).name
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def differing(runs: Sequence[RunFolder], words: Words) -> list[tuple[str, list[str]]]:
    """List inputs and assumptions that are not the same in all runs: a label and a text a run.

    Hours on duty, what the plans cost, are told even where they are the same.
    """
    found = []
    telling = compared(runs[0].service)
    told = [dict(telling.inputs(run, words)) for run in runs]
    hours = [unit_hours(run, words) for run in runs]
    if any(hours) and len(set(hours)) == 1:
        found.append((words("in.unit_hours"), [each[words("in.unit_hours")] for each in told]))
    for label in dict.fromkeys(label for each in told for label in each):
        values = [each.get(label, "–") for each in told]
        if len(set(values)) > 1:
            found.append((label, values))
    groups = [{g.heading: g.sentences for g in telling.assumed(run, words)} for run in runs]
    for heading in dict.fromkeys(heading for each in groups for heading in each):
        lists = [each.get(heading, []) for each in groups]
        shared = set(lists[0]).intersection(*lists)
        own = [[text for text in texts if text not in shared] for texts in lists]
        if any(own) and not all(_counted_already(texts, found) for texts in own):
            found.append((heading, [words("stop_list").join(texts) or "–" for texts in own]))
    return found


def _counted_already(texts: Sequence[str], found: Sequence[tuple[str, list[str]]]) -> bool:
    """Whether all of some sentences say only what rows say that are there already."""
    told = [value for _, values in found for value in values if value != ABSENT]
    return all(any(value in text for value in told) for text in texts)
