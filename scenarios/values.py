"""Single values of a scenario file: what each may be, and what holds of every table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from scenarios.faults import BadValueError
from scenarios.hours import day_hours, hours_of_week, moment_s, shift_intervals

__all__ = [
    "TABLE",
    "Crs",
    "DriveFactor",
    "Duration",
    "Factor",
    "FirstDay",
    "FolderName",
    "Latitude",
    "Longitude",
    "Moment",
    "NotNegative",
    "Pair",
    "PartOfDay",
    "Positive",
    "Probability",
    "Profile",
    "Seconds",
    "Shifts",
    "Speeds",
    "Text",
    "WholeHours",
]


TABLE = ConfigDict(extra="forbid", frozen=True, strict=True)
"""Of every table: no other keys, no silent conversion, never changed."""


# ---- values with a grammar of their own


def _shifts(text: str) -> str:
    shift_intervals(text)
    return text


def _whole_hours(text: str) -> str:
    hours_of_week(text)
    return text


def _moment(text: str) -> str:
    moment_s(text)
    return text


def _night(text: str) -> str:
    day_hours(text)
    return text


def _distribution(value: Any) -> Any:  # noqa: ANN401 - a number or a table
    from scenarios.durations import check_duration

    return check_duration(value)


def _profile(value: Any) -> Any:  # noqa: ANN401 - a name, a list or a table
    from scenarios.profiles import check_profile

    return check_profile(value)


def _filled(text: str) -> str:
    if not text.strip():
        raise BadValueError("must not be empty")
    return text


def _folder_name(text: str) -> str:
    """Refuse a name that cannot be a folder's: a run lies in runs/NAME."""
    _filled(text)
    odd = sorted({c for c in text if c in '/\\:*?"<>|' or ord(c) < 32})
    if odd or text != text.strip() or text.startswith("."):
        raise BadValueError(
            f'"{text[:40]}" cannot be the name of a folder; leave out / \\ : * ? " < > | and '
            "a dot or blank at its ends"
        )
    if text.endswith((".partial", ".old")):
        raise BadValueError("ends in .partial or .old; folders of runs at work are called so")
    if len(text.encode()) > 120:
        raise BadValueError(f"is {len(text)} characters long; it names a folder: 120 bytes at most")
    return text


def _crs(value: Any) -> str | int | None:  # noqa: ANN401 - a name or a number
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in {"wgs84", "gcj02", "bd09"}:
            return word
        if word.startswith("epsg:") and word[5:].isdigit():
            return int(word[5:])
    raise BadValueError('must be "wgs84", "gcj02", "bd09" or an EPSG number such as 4547')


def _speeds(value: Any) -> Any:  # noqa: ANN401 - a preset's name or a table
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, dict):
        for name, kmh in value.items():
            if isinstance(kmh, bool) or not isinstance(kmh, (int, float)) or not 1 <= kmh <= 200:
                raise BadValueError(f"{name} must be km/h from 1 to 200, is {kmh}")
        return value
    raise BadValueError("must be a preset's name or a table of km/h by road class")


def _first_day(value: Any) -> str | None:  # noqa: ANN401 - a date or its text
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise BadValueError("must be a day, as 2024-03-04") from None


Text = Annotated[str, AfterValidator(_filled)]
FolderName = Annotated[str, AfterValidator(_folder_name)]
Shifts = Annotated[str, AfterValidator(_shifts)]
WholeHours = Annotated[str, AfterValidator(_whole_hours)]
Moment = Annotated[str, AfterValidator(_moment)]
PartOfDay = Annotated[str, AfterValidator(_night)]
Duration = Annotated[Any, AfterValidator(_distribution)]
Profile = Annotated[Any, AfterValidator(_profile)]
Crs = Annotated[Any, AfterValidator(_crs)]
Speeds = Annotated[Any, AfterValidator(_speeds)]
FirstDay = Annotated[Any, AfterValidator(_first_day)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0.01, le=5)]  # of speeds; slower than that is a closure
DriveFactor = Annotated[float, Field(ge=0.1, le=5)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
