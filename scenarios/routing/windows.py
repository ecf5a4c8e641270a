"""When streets may be swept: clock times of the tables, and seconds since a vehicle left.

A street follows the windows that name it; where none does, those that name its class; where none
does either, those that name neither. Open windows add up; without one all day is open. Closed ones
are taken away from that. A side is begun and done within one opening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.hours import DAY_S, clock_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.routing.schema import RoutesSpec, WindowSpec

__all__ = ["Span", "open_spans", "openings_since", "windows_for"]

Span = tuple[int, int]
"""Begin and end in seconds after midnight; the end may lie in the next day."""


def windows_for(spec: RoutesSpec, street: str, road_class: str) -> tuple[WindowSpec, ...]:
    """Find the windows that a street follows.

    Parameters
    ----------
    spec
        The table.
    street
        Its name, in lower case.
    road_class
        Of the street.
    """
    named = [w for w in spec.window if street in {name.strip().lower() for name in w.streets}]
    classed = [w for w in spec.window if road_class in w.classes]
    rest = [w for w in spec.window if not w.streets and not w.classes]
    return tuple(named or classed or rest)


def open_spans(windows: Sequence[WindowSpec]) -> tuple[Span, ...]:
    """Lay out when streets are open: within a day's 24 hours, cut at midnight, in order.

    Examples
    --------
    >>> from scenarios.routing.schema import WindowSpec
    >>> night = WindowSpec.model_validate({"from": "22:00", "until": "05:00"})
    >>> open_spans([night])
    ((0, 18000), (79200, 86400))
    >>> rush = WindowSpec.model_validate({"from": "07:00", "until": "09:00", "closed": True})
    >>> open_spans([rush])
    ((0, 25200), (32400, 86400))
    """
    allowed = _union([_spans(w) for w in windows if not w.closed]) or [(0, DAY_S)]
    for start, end in _union([_spans(w) for w in windows if w.closed]):
        kept = []
        for a, b in allowed:
            kept += [(a, min(b, start)), (max(a, end), b)]
        allowed = [(a, b) for a, b in kept if a < b]
    return tuple(allowed)


def openings_since(spans: Sequence[Span], leaves_s: int, shift_s: int) -> tuple[Span, ...]:
    """Find when streets are open while a vehicle is out.

    Parameters
    ----------
    spans
        As `open_spans` gives them.
    leaves_s
        Seconds after midnight at which the vehicle leaves.
    shift_s
        How long it may be out.

    Returns
    -------
    tuple of (begin, end)
        Seconds since it left, from 0 to ``shift_s``, in order.

    Examples
    --------
    >>> openings_since(((0, 18000), (79200, 86400)), 75600, 28800)
    ((3600, 28800),)
    """
    moved = []
    for day in (0, 1, 2):
        for start, end in spans:
            a, b = day * DAY_S + start - leaves_s, day * DAY_S + end - leaves_s
            moved.append((max(a, 0), min(b, shift_s)))
    return tuple(_union([[(a, b) for a, b in moved if a < b]]))


def _spans(window: WindowSpec) -> list[Span]:
    start, end = clock_s(window.from_), clock_s(window.until)
    if start < end:
        return [(start, end)]
    return [(a, b) for a, b in ((start, DAY_S), (0, end)) if a < b]


def _union(groups: Sequence[Sequence[Span]]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(span for group in groups for span in group):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
