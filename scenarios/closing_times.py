"""When a closure of a scenario holds: from one moment until another, at hours of the week, or both.

A moment is text, ``"tuesday 08:00"``, the first such moment of the run (as an end: the first after
its start), or a number of hours since the start of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.faults import BadValueError
from scenarios.hours import WEEK_S, moment_s, shift_intervals, week_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "check_hours",
    "check_moment",
    "closing_spans",
    "ends_before_it_begins",
    "is_timed",
    "run_moment_s",
]

_KEYS = ("from", "until", "hours")


def check_moment(value: Any) -> Any:  # noqa: ANN401 - a text or a number
    """Refuse what is no moment of a run.

    Raises
    ------
    BadValueError
        If it is neither a day with a time nor a number of hours from 0.
    """
    if isinstance(value, str):
        moment_s(value)
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValueError(
            "is no moment; write it like tuesday 08:00, or as hours since the start"
        )
    if not (np.isfinite(value) and value >= 0):
        raise BadValueError(f"is {value:g}; it must be hours since the start, 0 or more")
    return value


def check_hours(text: str) -> str:
    """Refuse what are no hours of the week.

    Raises
    ------
    HoursError
        If a piece cannot be understood.
    """
    week_intervals(text)
    return text


def is_timed(closure: Mapping[str, object]) -> bool:
    """Tell whether a closure, as a table of the file, does not hold for the whole run."""
    return any(closure.get(key) is not None for key in _KEYS)


def run_moment_s(value: str | float, start_s: int, *, is_end: bool = False) -> float:
    """Return a moment in seconds since the start of the run.

    Parameters
    ----------
    value
        Text, or hours since the start.
    start_s
        Second of the week at which the run starts.
    is_end
        Whether something ends then: the moment of the start itself is then a week later.
    """
    if not isinstance(value, str):
        return float(value) * 3600.0
    since = (moment_s(value) - start_s) % WEEK_S
    return float(WEEK_S if is_end and since == 0 else since)


def ends_before_it_begins(closure: Mapping[str, object], start: object) -> bool:
    """Tell whether a closure, as a table of the file, reopens before it closes.

    Parameters
    ----------
    closure
        Table of the closure; what has a fault of its own is left alone.
    start
        The scenario's start, as the file has it.
    """
    begin, end = closure.get("from"), closure.get("until")
    if begin is None and end is None:
        return False
    try:
        start_s = moment_s(start) if isinstance(start, str) else 0
        begin_s = 0.0 if begin is None else run_moment_s(check_moment(begin), start_s)
        end_s = np.inf if end is None else run_moment_s(check_moment(end), start_s, is_end=True)
    except BadValueError:
        return False
    return end_s <= begin_s


def closing_spans(
    begin: str | float | None,
    end: str | float | None,
    hours: str | None,
    *,
    start_s: int,
    until_s: float,
) -> list[tuple[float, float]]:
    """Find the times at which a closure holds.

    Parameters
    ----------
    begin, end, hours
        The keys ``from``, ``until`` and ``hours`` of the closure; None where they are not given.
    start_s
        Second of the week at which the run starts.
    until_s
        Seconds of the run up to which weekly hours are wanted.

    Returns
    -------
    list of (from_s, until_s)
        Seconds since the start of the run, sorted; inf where it never ends.
    """
    first = 0.0 if begin is None else run_moment_s(begin, start_s)
    last = np.inf if end is None else run_moment_s(end, start_s, is_end=True)
    spans = () if hours is None else shift_intervals(hours)
    if not spans:  # no hours, or all of them
        return [(first, last)]
    found = []
    for week in range(-1, int(until_s // WEEK_S) + 2):
        for opens, closes in spans:
            from_s = max(first, opens + week * WEEK_S - start_s)
            to_s = min(last, closes + week * WEEK_S - start_s)
            if from_s < to_s and from_s < until_s and to_s > 0:
                found.append((float(from_s), float(to_s)))
    return sorted(found)
