"""Stations, hospitals and units from CSV files, each fault with its line and column."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from networks.errors import InputError
from scenarios.faults import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TABLES", "CsvRows", "csv_delimiter", "csv_rows", "csv_text"]


@dataclass(frozen=True)
class Column:
    """One column: how its text becomes a value, and whether it must be there."""

    kind: type
    needed: bool = True


TABLES: dict[str, dict[str, Column]] = {
    "station": {"name": Column(str), "lon": Column(float), "lat": Column(float)},
    "hospital": {
        "name": Column(str),
        "lon": Column(float),
        "lat": Column(float),
        "bays": Column(int, needed=False),
    },
    "unit": {
        "name": Column(str, needed=False),
        "type": Column(str),
        "station": Column(str),
        "count": Column(int, needed=False),
        "shifts": Column(str, needed=False),
    },
    "point": {
        "lon": Column(float),
        "lat": Column(float),
        "weight": Column(float, needed=False),
    },
    "order": {
        "time_h": Column(float),
        "lon": Column(float),
        "lat": Column(float),
        "t": Column(float),
    },
}


@dataclass
class CsvRows:
    """What a file holds.

    Parameters
    ----------
    rows
        One dict a row, without the columns that are empty.
    lines
        Line of each row in the file, counted from 1.
    faults
        Rows and columns that could not be read; such rows are left out of `rows`.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[InputError] = field(default_factory=list)


def csv_rows(path: Path, shown: str, table: str, columns: dict[str, str]) -> CsvRows:
    """Read a CSV (comma, semicolon or tab; UTF-8 or GB 18030) of one of `TABLES`.

    Parameters
    ----------
    path, shown
        The file, and how messages name it.
    table
        Key of `TABLES`.
    columns
        The file's name of a column by ours, where they differ.
    """
    found = CsvRows()
    wanted = TABLES[table]
    for key in columns:
        if key not in wanted:
            mend = did_you_mean(key, wanted)
            found.faults.append(
                InputError(f'columns: there is no column "{key}" to map', file=shown, mend=mend)
            )
    try:
        text = csv_text(path)
    except InputError as error:
        found.faults.append(InputError(error.message, file=shown, mend=error.mend))
        return found
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        found.faults.append(
            InputError(f"cannot be read ({reason})", file=shown, mend="name a CSV file")
        )
        return found
    lines = text.splitlines()
    if not lines or not lines[0].strip():
        found.faults.append(InputError("the file is empty", file=shown, mend="give it a header"))
        return found
    delimiter = csv_delimiter(lines[0])
    reader = csv.reader(lines, delimiter=delimiter)
    header = [name.strip() for name in next(reader)]
    places = _places(header, wanted, columns, shown, found)
    if found.faults:
        return found
    for fields in reader:
        if any(value.strip() for value in fields):
            _add_row(fields, places, wanted, f"{shown}:{reader.line_num}", reader.line_num, found)
    return found


def csv_text(path: Path) -> str:
    """Read a CSV as spreadsheets write it: UTF-8, UTF-16 with its mark, or GB 18030.

    Raises
    ------
    InputError
        If it is no text.
    """
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content.startswith(b"PK"):
        raise InputError("this is a workbook or archive, no CSV", mend="save it as CSV")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    odd = sum(text.count(mark) for mark in ("\0", "\ufffd"))
    if "\0" in text or odd > 0.01 * len(text):
        raise InputError("this is no text", mend="save it as CSV in UTF-8")
    return text


def csv_delimiter(header: str) -> str:
    """Tell the delimiter from a header: comma, semicolon or tab."""
    return max(",;\t", key=header.count)


def _places(
    header: list[str],
    wanted: dict[str, Column],
    columns: dict[str, str],
    shown: str,
    found: CsvRows,
) -> dict[str, int]:
    lowered = [name.lower() for name in header]
    places: dict[str, int] = {}
    for key, column in wanted.items():
        name = columns.get(key, key)
        if name.lower() in lowered:
            places[key] = lowered.index(name.lower())
        elif column.needed or key in columns:
            mend = did_you_mean(name, header, what="the file has")
            found.faults.append(
                InputError(f'there is no column "{name}"', file=f"{shown}:1", mend=mend)
            )
    return places


def _add_row(
    fields: list[str],
    places: dict[str, int],
    wanted: dict[str, Column],
    where: str,
    line: int,
    found: CsvRows,
) -> None:
    row: dict[str, Any] = {}
    sound = True
    for key, place in places.items():
        text = fields[place].strip() if place < len(fields) else ""
        if not text:
            if wanted[key].needed:
                sound = False
                found.faults.append(
                    InputError("is empty", file=where, place=key, mend="fill it in")
                )
            continue
        try:
            row[key] = _value(text, wanted[key].kind)
        except ValueError as error:
            sound = False
            found.faults.append(InputError(str(error), file=where, place=key, mend=_mend(text)))
    if sound:
        found.rows.append(row)
        found.lines.append(line)


def _value(text: str, kind: type) -> str | int | float:
    if kind is str:
        return text
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f'"{text}" is no number') from None
    if not math.isfinite(number):
        raise ValueError(f'"{text}" is no number')
    if kind is int:
        if number != int(number):
            raise ValueError(f'"{text}" is no whole number')
        return int(number)
    return number


def _mend(text: str) -> str | None:
    return "write decimals with a point" if "," in text else None
