"""When an edited route does what: waits before streets that are not open yet, and the break.

A vehicle that is early waits, and the break is where it lets the route end soonest: after any
street, begun in its hours. Who comes later never leaves earlier, so the earliest
time before the break, and the one after it, are all that must be known of the part already driven
(as for time windows with waiting; Desrochers, Lenstra and Savelsbergh 1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Timetable", "timetable"]

NEVER = 1 << 60


@dataclass(frozen=True)
class Timetable:
    """Times of a route in seconds since it left.

    Parameters
    ----------
    begin
        When each street's sweeping, or each visit, begins.
    break_after
        The place in the list after which the break is taken; -1 for no break.
    end
        When the vehicle is home.
    """

    begin: tuple[int, ...]
    break_after: int
    end: int


def timetable(
    moves: Sequence[int],
    stays: Sequence[int],
    windows: Sequence[tuple[int, int, int, int] | None],
    home: int,
    pause: tuple[int, int, int] | None = None,
    rests: Sequence[bool] | None = None,
) -> Timetable:
    """Lay a route out in time.

    Parameters
    ----------
    moves
        Seconds from the one before, or from the depot, to each street or dump site.
    stays
        Seconds of each sweeping or visit.
    windows
        It may begin from w0 to w1 or from w2 to w3, -1 for none; None for at any time.
    home
        Seconds from the last one to the depot.
    pause
        Earliest begin, latest begin, length; only routes that last beyond the latest begin have it.
    rests
        After which ones the break may be taken; any where not given.

    Examples
    --------
    >>> timetable([10, 10], [60, 60], [(30, 500, -1, -1), None], 20)
    Timetable(begin=(30, 100), break_after=-1, end=180)
    >>> timetable([10, 10], [60, 60], [None, None], 20, (50, 100, 30))
    Timetable(begin=(10, 110), break_after=0, end=190)
    """
    without = _run(moves, stays, windows, -1, (0, 0, 0))
    end = without[-1] + home
    if pause is None or end <= pause[1]:
        return Timetable(tuple(without[:-1]), -1, end)
    best: Timetable | None = None
    for place in range(len(moves)):
        done = without[place] + stays[place]
        if done > pause[1]:
            break
        if rests is not None and not rests[place]:
            continue
        times = _run(moves, stays, windows, place, pause)
        if best is None or times[-1] + home < best.end:
            best = Timetable(tuple(times[:-1]), place, times[-1] + home)
    return Timetable(tuple(without[:-1]), -1, end) if best is None else best


def _run(
    moves: Sequence[int],
    stays: Sequence[int],
    windows: Sequence[tuple[int, int, int, int] | None],
    place: int,
    pause: tuple[int, int, int],
) -> list[int]:
    """Begin of each, and the end of the last, with the break after one of them."""
    now, begins = 0, []
    for number, (move, stay, window) in enumerate(zip(moves, stays, windows, strict=True)):
        now = _opening(now + move, window)
        begins.append(now)
        now += stay
        if number == place:
            now = max(now, pause[0]) + pause[2]
    return [*begins, now]


def _opening(now: int, window: tuple[int, int, int, int] | None) -> int:
    """Earliest begin from a moment on."""
    if window is None or now >= NEVER:
        return now
    for start, end in (window[:2], window[2:]):
        if now <= end:
            return max(now, start)
    return NEVER
