"""Amounts of a run as so much a week, and the cards that show them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cityops.report.contents import Card
from cityops.report.formats import DAY_S, digits, level_text, span
from cityops.report.reading import Estimate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["estimate_of", "unit_name", "weekly", "weekly_cards", "weeks"]

_LARGE = 3


def weeks(run: RunFolder) -> float:
    """Weeks that are measured."""
    return run.measured_s / (7 * DAY_S)


def weekly(run: RunFolder, estimate: Estimate) -> Estimate:
    """Return an amount a week."""
    mean, low, high = (v / weeks(run) for v in (estimate.mean, estimate.low, estimate.high))
    return estimate._replace(mean=mean, low=low, high=high)


def estimate_of(
    run: RunFolder,
    measure: str,
    amounts: Collection[str],
    by: str = "all",
    group: str | None = None,
) -> Estimate:
    """Measure of a run, of some measures so much a week; NaN where it has none.

    Parameters
    ----------
    amounts
        Measures that grow with the length of the run.
    """
    found = run.estimate(measure, by, group)
    if found is None:
        return Estimate(math.nan, math.nan, math.nan, 0, "")
    return weekly(run, found) if measure in amounts else found


def unit_name(words: Words, unit: str) -> str:
    """Name of a unit alone."""
    if unit in {"min", "km", "h", "s", "t", "l"}:
        return words(f"unit.{unit}", value="").strip()
    return "" if unit == "count" else unit


def weekly_cards(
    run: RunFolder, words: Words, measures: Sequence[str], amounts: Collection[str]
) -> Iterable[Card]:
    """Make cards of some measures, the first three large."""
    for place, measure in enumerate(measures):
        found = estimate_of(run, measure, amounts)
        if not math.isfinite(found.mean):
            continue
        unit = "%" if found.unit == "share" else unit_name(words, found.unit)
        if measure in amounts:
            unit = words("cl.a_week", unit=unit).strip()
        interval = words("no_interval")
        if math.isfinite(found.low):
            ends = span(words, found.low, found.high, found.unit)
            interval = words("interval", level=level_text(run.level), range=ends)
        text = digits(found.mean, found.unit).removesuffix("%")
        n = words("n", n=found.n)
        yield Card(words.measure(measure), text, unit, interval, n, place < _LARGE)
