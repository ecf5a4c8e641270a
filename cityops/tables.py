"""Tables for the terminal: plain text, columns aligned, Chinese counted double."""

from __future__ import annotations

import unicodedata
from math import isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios import Comparison, Run

__all__ = ["aligned", "chance_words", "differences", "key_figures"]

_WORDS = {
    "en": {
        "figure": "figure",
        "mean": "mean",
        "interval": "{level:.0%} interval",
        "base": "base",
        "other": "other",
        "difference": "difference",
        "better": "better",
        "worse": "worse",
        "unclear": "no clear difference",
        "run": "{title}: {reps} replications",
    },
    "zh": {
        "figure": "指标",
        "mean": "均值",
        "interval": "{level:.0%} 置信区间",
        "base": "基准",
        "other": "对比",
        "difference": "差值",
        "better": "更好",
        "worse": "更差",
        "unclear": "无明显差异",
        "run": "{title}：{reps} 次重复",
    },
}

_UNITS = {("min", "zh"): "分钟", ("km", "zh"): "公里"}


def key_figures(run: Run, lang: str) -> str:
    """Lay out the key figures of a run with their intervals.

    Parameters
    ----------
    run
        A finished run.
    lang
        "en" or "zh".
    """
    from scenarios.compare import KEY_MEASURES

    words, summary, titles = _WORDS[lang], run.summary, _titles(run, lang)
    lines = [[words["figure"], words["mean"], words["interval"].format(level=run.level)]]
    for measure in KEY_MEASURES:
        rows = summary[(summary["measure"] == measure) & (summary["by"] == "all")]
        lines += [_figure(row, titles, lang) for row in rows.to_dict("records")]
    rows = summary[(summary["measure"] == "within_target") & (summary["by"] == "class")]
    lines += [_figure(row, titles, lang) for row in rows.to_dict("records")]
    head = run.manifest["scenario"]
    title = (head.get("title_zh") if lang == "zh" else None) or head.get("title") or run.name
    return "\n".join([words["run"].format(title=title, reps=run.manifest["reps"]), aligned(lines)])


def differences(comparison: Comparison, lang: str) -> str:
    """Lay out the key figures of two runs and what changes from one to the other."""
    words, titles = _WORDS[lang], _titles(comparison.base, lang)
    lines = [
        [
            words["figure"],
            words["base"],
            words["other"],
            words["difference"],
            words["interval"].format(level=comparison.level),
            "",
        ]
    ]
    for row in comparison.key_figures.to_dict("records"):
        unit = row["unit"]
        lines.append(
            [
                _label(row, titles, lang),
                _number(row["base"], unit),
                _number(row["other"], unit),
                _number(row["difference"], unit, signed=True),
                _interval(row, unit, signed=True),
                words.get(str(row["better"]), ""),
            ]
        )
    return aligned(lines)


def chance_words(comparison: Comparison, lang: str) -> str:
    """Warn of the figures that look changed by chance alone."""
    rows = comparison.key_figures
    shown, level = len(rows), comparison.level
    by_chance = max(1, round(shown * (1.0 - level)))
    if lang == "zh":
        return (
            f"每个区间各自按 {level:.0%} 成立；"
            f"{shown} 项中约 {by_chance} 项可能仅因偶然而显得有差异"
        )
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


def _titles(run: Run, lang: str) -> dict[str, str]:
    """Titles of the incident classes in a language."""
    classes = run.scenario.spec.incident_class
    return {
        name: (kind.title_zh if lang == "zh" else kind.title) or kind.title or name
        for name, kind in classes.items()
    }


def _figure(row: dict[Any, Any], titles: dict[str, str], lang: str) -> list[str]:
    unit = str(row["unit"])
    return [_label(row, titles, lang), _number(row["mean"], unit), _interval(row, unit)]


def _label(row: dict[Any, Any], titles: dict[str, str], lang: str) -> str:
    from sim.dispatch.measures import label

    unit = str(row["unit"])
    text = label(str(row["measure"]), lang)
    if unit not in {"share", "count"}:
        text += f", {_UNITS.get((unit, lang), unit)}"
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
