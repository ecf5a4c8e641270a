"""Numbers as people read them: minutes with one decimal, shares in per cent, clock times."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityops.report.words import Words

DAY_S = 86_400
MINUS = "\u2212"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def plain(value: float, decimals: int = 1) -> str:
    """Return a number with thousands separators and a true minus sign.

    Examples
    --------
    >>> plain(12345.67, 0), plain(-0.04)
    ('12,346', '0.0')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else MINUS + text


def digits(value: float, unit: str) -> str:
    """Return the digits of a value in its unit, without the unit's name.

    Shares are given in per cent with one decimal, minutes with one decimal; counts and kilometres
    with one decimal below ten and none above.

    Examples
    --------
    >>> digits(0.8321, "share"), digits(6.44, "min"), digits(1234.2, "count"), digits(3.25, "km")
    ('83.2%', '6.4', '1,234', '3.2')
    """
    if not math.isfinite(value):
        return "–"
    if unit == "share":
        return plain(100 * value) + "%"
    if unit in ("min", "h", "s"):
        return plain(value)
    return plain(value, 1 if 0 < abs(value) < 10 else 0)


def fine_share(share: float) -> str:
    """Return per cent, with two decimals where it is little.

    Examples
    --------
    >>> fine_share(0.0042), fine_share(0.42)
    ('0.42%', '42.0%')
    """
    return f"{100 * share:.2f}%" if abs(share) < 0.01 else digits(share, "share")


def with_unit(words: Words, value: float, unit: str) -> str:
    """Return a value with its unit.

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> with_unit(Words("zh"), 6.44, "min"), with_unit(Words("en"), 0.5, "share")
    ('6.4 分钟', '50.0%')
    """
    text = digits(value, unit)
    if text == "–" or unit not in ("min", "km", "h", "s"):
        return text
    return words(f"unit.{unit}", value=text)


def span(words: Words, low: float, high: float, unit: str) -> str:
    """Return an interval's two ends.

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> en = Words("en")
    >>> span(en, 0.821, 0.843, "share"), span(en, 6.31, 6.52, "min"), span(en, -0.9, -0.2, "min")
    ('82.1–84.3%', '6.3–6.5', '−0.9 to −0.2')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    first, second = digits(low, unit), digits(high, unit)
    if MINUS in first + second:
        return words("range", low=first, high=second)
    return f"{first.removesuffix('%')}–{second}"


def level_text(level: float) -> str:
    """Return a confidence level in per cent.

    Examples
    --------
    >>> level_text(0.95), level_text(0.995)
    ('95%', '99.5%')
    """
    return f"{100 * level:.3g}%"


def clock(words: Words, week_s: float) -> str:
    """Return day and time of a second of the week (Monday 00:00 is 0).

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> clock(Words("en"), 86400 + 7.5 * 3600)
    'Tue 07:30'
    """
    minute = int(week_s // 60) % (7 * 1440)
    day, rest = divmod(minute, 1440)
    return f"{words(f'day.{day}')} {rest // 60:02d}:{rest % 60:02d}"


def duration(words: Words, seconds: float) -> str:
    """Return a length of time in days, hours, minutes or seconds, whichever reads best.

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> duration(Words("en"), 604800), duration(Words("en"), 90), duration(Words("en"), 5400)
    ('7 days', '90.0 s', '90.0 min')
    """
    if seconds >= DAY_S and seconds % DAY_S == 0:
        return words.counted("days", round(seconds / DAY_S))
    if seconds >= 7200:
        text = plain(seconds / 3600, 0 if seconds % 3600 == 0 else 1)
        return words("unit.h", value=text)
    if seconds > 100:
        return words("unit.min", value=plain(seconds / 60))
    return words("unit.s", value=plain(seconds))


def hours_said(words: Words, text: str) -> str:
    """Return hours of the week as a scenario writes them, in the report's language.

    Examples
    --------
    >>> from cityops.report.words import Words
    >>> hours_said(Words("zh"), "mon-fri 07:00-09:00, sunday 22:00-06:00")
    '周一至周五 07:00–09:00、周日 22:00–06:00'
    >>> hours_said(Words("en"), "sat-mon 22:00-06:00")
    'Sat–Mon 22:00–06:00'
    """
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", "–", text)
    names = "|".join(_DAYS)
    text = re.sub(
        rf"(?i)\b({names})[a-z]*\s*-\s*({names})[a-z]*\b", rf"\1{words('to_day')}\2", text
    )
    text = re.sub(
        rf"(?i)({names})[a-z]*", lambda m: words(f"day.{_DAYS.index(m[1].lower())}"), text
    )
    return re.sub(r"\s*,\s*", words("comma"), text)


def hour_text(hour: int) -> str:
    """Return an hour of the day as a clock time.

    Examples
    --------
    >>> hour_text(7), hour_text(24)
    ('07:00', '24:00')
    """
    return f"{hour:02d}:00"
