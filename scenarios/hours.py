"""Hours of the week in words: shifts, rush hours, nights.

A text such as ``"mon-fri 07:00-09:00, sat 10:00-14:00"`` names parts of the week. Seconds of the
week count from Monday 00:00. Days stand before their hours and may be left out (every day); hours
may run over midnight (``"fri 22:00-06:00"`` ends on Saturday) and days over Sunday
(``"sat-mon"``). ``"always"`` is the whole week. Days may be English or Chinese (``周一至周五``).
"""

from __future__ import annotations

import re

from scenarios.faults import BadValueError

DAY_S = 86_400
WEEK_S = 7 * DAY_S
HOURS_OF_WEEK = 168
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Interval = tuple[int, int]

_CHINESE_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_EVERY_DAY = {"", "daily", "every day", "each day", "每天", "每日"}
_ALWAYS = {"always", "24h", "24/7", "全天"}
_GROUPS = {"weekdays": (0, 4), "workdays": (0, 4), "weekend": (5, 6), "weekends": (5, 6)}
_TIME = r"\d{1,2}[:\uff1a]\d{2}"
_DASH = r"\s*[-–—~至到]\s*"
_RANGE = re.compile(rf"(?P<start>{_TIME}){_DASH}(?P<end>{_TIME})")
_CLOCK = re.compile(r"(\d{1,2})[:\uff1a](\d{2})")


class HoursError(BadValueError):
    """A text about hours that could not be understood; says which piece and what would be."""


def clock_s(text: str) -> int:
    """Return the seconds after midnight of ``"07:30"``; ``"24:00"`` is the day's end.

    Raises
    ------
    HoursError
        If the text is no time of day.

    Examples
    --------
    >>> clock_s("07:30")
    27000
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise HoursError(f'"{text.strip()}" is no time of day; write it like 07:30')
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours > 24 or (hours == 24 and minutes):
        raise HoursError(f'"{text.strip()}" is no time of day; it runs from 00:00 to 24:00')
    return hours * 3600 + minutes * 60


def day_index(text: str) -> int:
    """Return the day of the week, Monday 0, of ``"mon"``, ``"Monday"`` or ``"周一"``.

    Raises
    ------
    HoursError
        If the text names no day.
    """
    word = text.strip().lower()
    if re.search(r"\d", word):
        raise HoursError(f'"{text.strip()}" is not understood; hours are written like 07:00-19:00')
    for index, name in enumerate(DAYS):
        if len(word) >= 2 and name.startswith(word.rstrip(".")):
            return index
    chinese = re.fullmatch(r"(?:周|星期|礼拜)(.)", word)
    if chinese and chinese[1] in _CHINESE_DAYS:
        return _CHINESE_DAYS[chinese[1]]
    raise HoursError(f'"{text.strip()}" is no day; days are mon, tue, wed, thu, fri, sat, sun')


def moment_s(text: str) -> int:
    """Return the second of the week of ``"monday 07:30"``; a day alone is its midnight.

    Raises
    ------
    HoursError
        If the text is not a day with a time.

    Examples
    --------
    >>> moment_s("tue 01:00")
    90000
    """
    match = re.fullmatch(r"\s*(\S+?)\s*(\d{1,2}[:\uff1a]\d{2})?\s*", text)
    if match is None:
        raise HoursError(f'"{text}" is no moment of the week; write it like monday 00:00')
    at = clock_s(match[2]) if match[2] else 0
    return (day_index(match[1]) * DAY_S + at) % WEEK_S


def week_intervals(text: str) -> tuple[Interval, ...]:
    """Find the parts of the week that a text names.

    Parameters
    ----------
    text
        For example ``"mon-fri 07:00-09:00, sat 10:00-14:00"``.

    Returns
    -------
    tuple of (start_s, end_s)
        Seconds of the week, sorted, not touching each other, each within [0, 604800].

    Raises
    ------
    HoursError
        If a piece cannot be understood.

    Examples
    --------
    >>> week_intervals("mon 07:00-09:00")
    ((25200, 32400),)
    >>> week_intervals("sun 22:00-06:00")
    ((0, 21600), (597600, 604800))
    """
    pieces = [piece.strip() for piece in re.split(r"[,;\uff0c\uff1b\u3001]", text)]
    if pieces == [""]:
        raise HoursError('no hours are given; write them like mon-fri 07:00-19:00, or "always"')
    spans: list[Interval] = []
    days: list[int] | None = None
    for piece in pieces:
        days = _spans_of(piece, days, spans)
    return _merged(spans)


def hours_of_week(text: str) -> tuple[bool, ...]:
    """Say which of the 168 hours of the week a text names; it must name whole hours.

    Raises
    ------
    HoursError
        If a piece cannot be understood or does not begin and end on the hour.
    """
    named = [False] * HOURS_OF_WEEK
    for start, end in week_intervals(text):
        if start % 3600 or end % 3600:
            raise HoursError(f'"{text}" must begin and end on the hour')
        for hour in range(start // 3600, end // 3600):
            named[hour] = True
    return tuple(named)


def day_hours(text: str) -> Interval:
    """Read one part of the day, ``"22:00-06:00"``, as seconds after midnight; it may run over it.

    Raises
    ------
    HoursError
        If the text is not two times of day.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise HoursError(f'"{text}" is no part of the day; write it like 22:00-06:00')
    return clock_s(match["start"]) % DAY_S, clock_s(match["end"])


def shift_intervals(text: str) -> tuple[Interval, ...]:
    """Read the shifts of a unit: `week_intervals`, with a shift over Sunday midnight in one piece.

    Returns
    -------
    tuple of (start_s, end_s)
        Seconds of the week; an end above 604800 lies in the next week. Empty for a unit that is
        always on duty.

    Examples
    --------
    >>> shift_intervals("sun 22:00-06:00")
    ((597600, 626400),)
    >>> shift_intervals("always")
    ()
    """
    spans = list(week_intervals(text))
    if spans == [(0, WEEK_S)]:
        return ()
    if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == WEEK_S:
        spans[-1] = (spans[-1][0], WEEK_S + spans[0][1])
        del spans[0]
    return tuple(spans)


def on_duty_share(intervals: tuple[Interval, ...]) -> float:
    """Return the share of the week that intervals cover."""
    return sum(end - start for start, end in intervals) / WEEK_S


def _spans_of(piece: str, days: list[int] | None, spans: list[Interval]) -> list[int] | None:
    """Add one piece's spans; hand back its days, which a piece of hours alone goes on using."""
    if piece.lower() in _ALWAYS:
        spans.append((0, WEEK_S))
        return None
    match = _RANGE.search(piece)
    words = (piece if match is None else piece[: match.start()]).strip()
    if match is not None and piece[match.end() :].strip():
        rest = piece[match.end() :].strip()
        raise HoursError(f'"{rest}" is not understood after "{match[0]}"; put a comma between')
    if match is None and not words:
        raise HoursError("two commas follow each other")
    if words.lower() not in _EVERY_DAY:
        days = _days(words)
    elif words:
        days = None
    start, end = (
        (0, DAY_S) if match is None else (clock_s(match["start"]) % DAY_S, clock_s(match["end"]))
    )
    if end <= start:  # over midnight; "07:00-07:00" is a whole day from seven to seven
        end += DAY_S
    for day in range(7) if days is None else days:
        first, last = day * DAY_S + start, day * DAY_S + end
        spans.append((first, min(last, WEEK_S)))
        if last > WEEK_S:
            spans.append((0, last - WEEK_S))
    return days


def _days(words: str) -> list[int]:
    """Days that ``"mon-fri"``, ``"sat"``, ``"mon wed fri"`` or ``"weekend"`` name."""
    named: list[int] = []
    for word in words.split():
        if re.search(r"\d", word):
            raise HoursError(f'"{word}" is not understood; hours are written like 07:00-19:00')
        if word.lower() in _GROUPS:
            first, last = _GROUPS[word.lower()]
        elif bounds := re.fullmatch(rf"(.+?){_DASH}(.+)", word):
            first, last = day_index(bounds[1]), day_index(bounds[2])
        else:
            first = last = day_index(word)
        named.extend(day % 7 for day in range(first, last + 1 if last >= first else last + 8))
    return named


def _merged(spans: list[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
