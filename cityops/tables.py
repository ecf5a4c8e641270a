"""Tables for the terminal: plain text, columns aligned, Chinese counted double."""

from __future__ import annotations

import unicodedata
from math import isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios import Comparison, Run

__all__ = ["aligned", "chance_words", "differences", "key_figures"]

_VERDICTS = {"better": "better", "worse": "worse", "unclear": "no clear difference"}


def key_figures(run: Run) -> str:
    """Lay out the key figures of a run with their intervals.

    Parameters
    ----------
    run
        A finished run.
    """
    from scenarios.compare import KEY_MEASURES

    summary, titles = run.summary, _titles(run)
    lines = [["figure", "mean", f"{run.level:.0%} interval"]]
    for measure in KEY_MEASURES:
        rows = summary[(summary["measure"] == measure) & (summary["by"] == "all")]
        lines += [_figure(row, titles) for row in rows.to_dict("records")]
    rows = summary[(summary["measure"] == "within_target") & (summary["by"] == "class")]
    lines += [_figure(row, titles) for row in rows.to_dict("records")]
    head = run.manifest["scenario"]
    title = head.get("title") or run.name
    return "\n".join([f"{title}: {run.manifest['reps']} replications", aligned(lines)])


def differences(comparison: Comparison) -> str:
    """Lay out the key figures of two runs and what changes from one to the other."""
    titles = _titles(comparison.base)
    interval = f"{comparison.level:.0%} interval"
    lines = [["figure", "base", "other", "difference", interval, ""]]
    for row in comparison.key_figures.to_dict("records"):
        unit = row["unit"]
        lines.append(
            [
                _label(row, titles),
                _number(row["base"], unit),
                _number(row["other"], unit),
                _number(row["difference"], unit, signed=True),
                _interval(row, unit, signed=True),
                _VERDICTS.get(str(row["better"]), ""),
            ]
        )
    return aligned(lines)


def chance_words(comparison: Comparison) -> str:
    """Warn of the figures that look changed by chance alone."""
    rows = comparison.key_figures
    shown, level = len(rows), comparison.level
    by_chance = max(1, round(shown * (1.0 - level)))
    return (
        f"each interval holds at {level:.0%} by itself: of {shown} figures about {by_chance} may "
        "look changed by chance alone"
    )


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
    from sim.dispatch.measures import label

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
