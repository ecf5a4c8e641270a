"""What a run's manifest says was put in: closures, speeds, a record's own durations, units' hours.

Runs of an older version say less; there the resolved scenario answers as far as it can.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any

from cityops.report.formats import clock, hours_said, plain
from scenarios.hours import moment_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

MEASURED = {"on_scene_min": "on_scene_s", "handover_min": "handover_s", "transport": "transport"}


def closures(run: RunFolder, words: Words) -> list[str]:
    """List the streets that are closed, and when, if not all the time."""
    comma = "，" if words.lang == "zh" else ", "
    return [comma.join(filter(None, pair)) for pair in closures_and_times(run, words)]


def closures_and_times(run: RunFolder, words: Words) -> list[tuple[str, str]]:
    """List the streets that are closed, with their length where the run says it, and when.

    Returns
    -------
    list of (what, when)
        ``when`` is "" for what is closed all the time.
    """
    tables = _table(run, "network").get("closure") or []
    when = [closed_when(table, run.week_start_s, words) for table in tables]
    what = _closed(run, words)
    if len(when) != len(what):  # the scenario of an older run says no times
        when = [""] * len(what)
    return list(zip(what, when, strict=True))


def closed_when(closure: Mapping[str, Any], week_start_s: float, words: Words) -> str:
    """Say when a closure holds, "" if all the time.

    Parameters
    ----------
    closure
        Its table in the scenario: from, until, hours.
    week_start_s
        Second of the week at which the run starts.
    words
        The language.

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> closed_when({"from": "tuesday 08:00", "until": 36, "hours": "22:00-06:00"}, 0, Words("en"))
    'from Tue 08:00 until Tue 12:00 (hour 36), 22:00–06:00'
    >>> closed_when({"from": "tuesday 08:00", "until": 36}, 0, Words("zh"))
    '周二 08:00 至周二 12:00（第 36 小时）'
    """
    chinese = words.lang == "zh"
    begin, end = (
        None if moment is None else _moment_said(moment, week_start_s, words)
        for moment in (closure.get("from"), closure.get("until"))
    )
    if begin and end:
        span = f"{begin} 至{end}" if chinese else f"from {begin} until {end}"
    elif begin:
        span = f"自{begin} 起" if chinese else f"from {begin}"
    elif end:
        span = f"至{end} 止" if chinese else f"until {end}"
    else:
        span = ""
    hours = closure.get("hours")
    said = "" if hours is None else hours_said(words, str(hours))
    return ("，" if chinese else ", ").join(filter(None, (span, said)))


def _moment_said(moment: str | float, week_start_s: float, words: Words) -> str:
    """Say a moment of the run: its day and time, and its hour where it is given by that."""
    if isinstance(moment, str):
        return clock(words, moment_s(moment))
    hour = f"第 {moment:g} 小时" if words.lang == "zh" else f"hour {moment:g}"
    return clock(words, week_start_s + moment * 3600.0) + words("paren", text=hour)


def _closed(run: RunFolder, words: Words) -> list[str]:
    stated = run.manifest.get("closures")
    if isinstance(stated, list):
        return [_length_said(str(text), words) for text in stated]
    found = []
    for closure in _table(run, "network").get("closure") or []:
        what = closure.get("name") or closure.get("street") or closure.get("bbox") or ""
        what = what or len(closure.get("source_ids") or [])
        found.append(words.listed([str(w) for w in what]) if isinstance(what, list) else str(what))
    return found


def _length_said(text: str, words: Words) -> str:
    """Return a closure, "Street (8.4 km)", in the report's language."""
    what, _, length = text.removesuffix(" km)").rpartition(" (")
    if not what or not text.endswith(" km)"):
        return text
    return what + words("paren", text=words("closed_km", km=words("unit.km", value=length)))


def speed_sentence(run: RunFolder, words: Words) -> str | None:
    """Say where the speeds come from, None if neither the run nor the scenario tells."""
    preset = _table(run, "network").get("speeds")
    source = run.manifest.get("speed_source")
    own = preset if isinstance(preset, dict) else {}
    given = words.listed([f"{name} {kmh:g}" for name, kmh in own.items()])
    if source == "given times":
        return words("speeds.given_times")
    if source == "flat":
        return words("speeds.flat")
    if given:
        return words("speeds.own_limits" if source == "limits" else "speeds.own", list=given)
    chinese = preset == "china-urban"
    if source == "table":
        return words("speeds.table_china" if chinese else "speeds.table")
    if chinese or preset == "default":
        return words("speeds.limits_china" if chinese else "speeds.limits")
    return None


def measured_share(run: RunFolder, key: str) -> tuple[int, int]:
    """Rows of the record that state something, of how many; (0, 0) if the run does not say.

    Parameters
    ----------
    key
        on_scene_min, handover_min or transport.
    """
    stated = run.manifest.get("measured")
    counts = stated.get(MEASURED[key]) if isinstance(stated, dict) else None
    if isinstance(counts, list) and len(counts) == 2:
        return int(counts[0]), int(counts[1])
    return 0, 0


def unit_hours(run: RunFolder, words: Words) -> str:
    """Say for how many hours a week all units together are on duty; empty if unknown."""
    hours = run.manifest.get("unit_hours_per_week")
    return words("unit.h", value=plain(float(hours), 0)) if isinstance(hours, int | float) else ""


def shifts_said(run: RunFolder, words: Words) -> list[tuple[str, list[str]]]:
    """Return the hours that units work, each with the units that do, in the scenario's order."""
    found: dict[str, list[str]] = {}
    for group in run.scenario.get("unit") or []:
        kind = run.title_of("unit_type", str(group.get("type")), words.lang)
        name = str(group.get("name") or "")
        count = int(group.get("count", 1))
        who = name if name and count == 1 else f"{count} × {name or kind}"
        if not name and group.get("station"):
            who += words("paren", text=str(group["station"]))
        found.setdefault(str(group.get("shifts", "always")), []).append(who)
    return [
        (hours if hours == "always" else hours_said(words, hours), who)
        for hours, who in found.items()
    ]


def command_said(command: str) -> str:
    """Return a command with the names of files in place of where they lie on one machine.

    Examples
    --------
    >>> command_said("cityops run /home/ada/plans/east.toml --seed 7")
    'cityops run east.toml --seed 7'
    >>> command_said("cityops run plans/east.toml")
    'cityops run plans/east.toml'
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    if not any(_is_far(word) for word in words):
        return command
    return shlex.join(PureWindowsPath(word).name if _is_far(word) else word for word in words)


def named_hashes(hashes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return names of input files and their hashes; files of one name keep their folder's."""
    paths = {path: PureWindowsPath(path) for path in hashes}  # splits at both kinds of slash
    names = Counter(path.name for path in paths.values())
    found = [
        (path.name if names[path.name] == 1 else "/".join(path.parts[-2:]), hashes[text])
        for text, path in paths.items()
    ]
    return sorted(found)


def _is_far(word: str) -> bool:
    """Whether a word is a path that says where things lie on one machine."""
    return word.startswith(("/", "~", "..")) or re.match(r"[A-Za-z]:[\\/]", word) is not None


def _table(run: RunFolder, key: str) -> dict[str, Any]:
    found = run.scenario.get(key)
    return found if isinstance(found, dict) else {}
