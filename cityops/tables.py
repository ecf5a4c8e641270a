"""Tables for the terminal: plain text, columns aligned, Chinese counted double."""

from __future__ import annotations

import unicodedata
from math import isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from scenarios import Comparison, Run

__all__ = ["aligned", "chance_words", "differences", "key_figures"]

_UNANSWERED = "unanswered_share"
_VERDICTS = {"better": "better", "worse": "worse", "unclear": "no clear difference"}


def key_figures(run: Run) -> str:
    """Lay out the key figures of a run with their intervals.

    Parameters
    ----------
    run
        A finished run.
    """
    from scenarios.services import service_kind

    summary, titles, kind = run.summary, _titles(run), service_kind(run.service)
    lines = [["figure", "mean", f"{run.level:.0%} interval"]]
    missed = _unanswered(summary, "mean")
    for measure in dict.fromkeys((*kind.key_measures, _UNANSWERED)):
        if measure == _UNANSWERED and not missed:
            continue
        rows = summary[(summary["measure"] == measure) & (summary["by"] == "all")]
        lines += [_figure(row, titles) for row in rows.to_dict("records")]
    rows = summary[(summary["measure"] == kind.by_class[0]) & (summary["by"] == kind.classes)]
    lines += [_figure(row, titles) for row in rows.to_dict("records")]
    head = run.manifest["scenario"]
    title = head.get("title") or run.name
    reps = int(run.manifest["reps"])
    text = [f"{title}: {reps} replication{'s' if reps != 1 else ''}", aligned(lines)]
    if missed:
        text.append("response times are those of the incidents that were reached")
    if run.manifest.get("recorded"):
        text.append("all replications replay the record: intervals cover only what it leaves open")
    return "\n".join(text)


def differences(comparison: Comparison) -> str:
    """Lay out the key figures of two runs and what changes from one to the other."""
    titles = _titles(comparison.base)
    interval = f"{comparison.level:.0%} interval"
    lines = [["figure", "base", "other", "difference", interval, ""]]
    for row in _told(comparison):
        unit = row["unit"]
        lines.append(
            [
                _label(row, titles),
                _number(row["base"], unit),
                _number(row["other"], unit),
                _number(row["difference"], unit, signed=True),
                _interval(row, unit, signed=True),
                "unchanged" if _same(row) else _VERDICTS.get(str(row["better"]), ""),
            ]
        )
    text = [aligned(lines)]
    if _unanswered(comparison.table, "base", "other"):
        text.append("response times are those of the incidents that were reached")
    if comparison.base.folder.resolve() == comparison.other.folder.resolve():
        text.append("note: both are the same run, so nothing can differ")
    return "\n".join(text)


def _told(comparison: Comparison) -> list[dict[Any, Any]]:
    """Rows of the key figures that say something, and incidents that nobody reached."""
    import pandas as pd

    rows, table = comparison.key_figures, comparison.table
    if _UNANSWERED not in set(rows["measure"]):
        missed = table[(table["measure"] == _UNANSWERED) & (table["by"] == "all")]
        overall = rows["by"] == "all"
        rows = pd.concat([rows[overall], missed, rows[~overall]], ignore_index=True)
    rows = rows[(rows["base"] != 0) | (rows["other"] != 0)]
    return rows.to_dict("records")


def _same(row: dict[Any, Any]) -> bool:
    """Whether a figure is the same in every replication."""
    return bool(row["difference"] == 0 and not (abs(row["low"]) > 0 or abs(row["high"]) > 0))


def chance_words(comparison: Comparison) -> str:
    """Warn of the figures that look changed by chance alone."""
    level = comparison.level
    shown = sum(not _same(row) for row in _told(comparison))
    if not shown:
        return "nothing is changed"
    by_chance = max(1, round(shown * (1.0 - level)))
    return (
        f"each interval holds at {level:.0%} by itself: of the {shown} figures above that differ "
        f"at all, about {by_chance} may look changed by chance alone"
    )


def _unanswered(table: pd.DataFrame, *columns: str) -> bool:
    """Whether there are incidents that no unit ever reached."""
    rows = table[(table["measure"] == _UNANSWERED) & (table["by"] == "all")]
    return bool((rows[list(columns)] > 0).to_numpy().any())


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lay out cells in columns: the first to the left, numbers to the right.

    Examples
    --------
    >>> print(aligned([["figure", "mean"], ["km", "12"]]))
    figure  mean
    km        12
    """
    widths = [max(_width(row[k]) for row in rows) for k in range(len(rows[0]))]
    to_the_left = {0, len(widths) - 1} if len(widths) > 3 else {0}  # the last may be words
    lines = []
    for row in rows:
        cells = [
            cell + _gap(cell, width) if k in to_the_left else _gap(cell, width) + cell
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _gap(text: str, width: int) -> str:
    return " " * (width - _width(text))


def _titles(run: Run) -> dict[str, str]:
    """Titles of the incident classes."""
    return {name: kind.title or name for name, kind in run.scenario.spec.incident_class.items()}


def _figure(row: dict[Any, Any], titles: dict[str, str]) -> list[str]:
    unit = str(row["unit"])
    return [_label(row, titles), _number(row["mean"], unit), _interval(row, unit)]


def _label(row: dict[Any, Any], titles: dict[str, str]) -> str:
    from scenarios.services import label

    unit = str(row["unit"])
    text = label(str(row["measure"]))
    if unit not in {"share", "count"}:
        text += f", {unit}"
    return text if row["by"] == "all" else f"  {titles.get(row['group'], row['group'])}: {text}"


def _number(value: object, unit: str, *, signed: bool = False) -> str:
    number = float(str(value))
    sign = "+" if signed else ""
    if isnan(number):
        return "–"
    if unit == "share":
        return f"{100 * number:{sign}.1f} {'pp' if signed else '%'}"
    return f"{number:{sign}.2f}" if abs(number) < 100 else f"{number:{sign},.0f}"


def _interval(row: dict[Any, Any], unit: str, *, signed: bool = False) -> str:
    low, high = (_number(row[key], unit, signed=signed) for key in ("low", "high"))
    return "–" if low == "–" else f"{low} … {high}"
