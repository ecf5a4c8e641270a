"""Plans of routes as people hand them back: CSV, XLSX, GeoJSON, or the folder of a plan.

Whatever a spreadsheet made of them is read: UTF-8 with or without its mark, UTF-16 or GB 18030;
commas, semicolons or tabs; headers of the plan's CSV or of its workbook, in either language. A row
keeps its place in the file, by which messages name it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.routing.workbook import COLUMNS
from scenarios.tables import csv_delimiter, csv_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PlanRow", "read_rows"]

_NEEDED: Final = ("route", "kind", "pieces")
_KEYS: Final = {words.lower(): key for key, both in COLUMNS.items() for words in both} | {
    "route": "route",
    "路线": "route",
}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHEET = re.compile(r"(?:route|路线)\s*(\d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class PlanRow:
    """A row as it stands in the file.

    Parameters
    ----------
    where
        File and line, as messages name them.
    cells
        Texts by column; a column that the file has not is missing.
    """

    where: str
    cells: dict[str, str]

    def get(self, key: str) -> str:
        """Text of a cell; "" where there is none."""
        return self.cells.get(key, "")


def read_rows(path: Path, shown: str, name: str) -> list[PlanRow]:
    """Read the rows of a plan in their order.

    Parameters
    ----------
    path, shown
        The file or folder, and how messages name it.
    name
        Of the question, whose CSV a folder's ``plan`` holds.

    Raises
    ------
    InputError
        If it cannot be read, or is no plan of routes.
    """
    if path.is_dir():
        folder = path
        path, shown = path / "plan" / f"{name}.csv", f"{shown}/plan/{name}.csv"
        if not path.is_file():
            raise InputError(
                _not_there(folder, name), file=shown, mend="name the folder of a plan, or its CSV"
            )
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        raise InputError(
            f"cannot be read ({reason})", file=shown, mend="name a plan (CSV, XLSX or GeoJSON)"
        ) from None
    if content.startswith(b"PK"):
        rows = list(_from_xlsx(content, shown))
    elif path.suffix.lower() in {".geojson", ".json"}:
        rows = list(_from_geojson(content, shown))
    else:
        rows = list(_from_csv(path, shown))
    if not rows:
        raise InputError("there are no rows", file=shown, mend="name a plan of routes")
    return rows


# ---- CSV


def _from_csv(path: Path, shown: str) -> Iterator[PlanRow]:
    try:
        text = csv_text(path)
    except InputError as error:
        raise InputError(error.message, file=shown, mend=error.mend) from None
    first, _, rest = text.partition("\n")
    offset = 0
    if first.strip().lower().startswith("sep="):
        text, offset = rest, 1
        first = rest.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=csv_delimiter(first))
    try:
        header = _header(next(reader, []), f"{shown}:{1 + offset}", _NEEDED)
        for fields in reader:
            row = _row(f"{shown}:{reader.line_num + offset}", header, fields)
            if row is not None:
                yield row
    except csv.Error as error:
        raise InputError(
            f"this is no CSV ({error})", file=f"{shown}:{reader.line_num}", mend="save it anew"
        ) from None


def _header(fields: list[str], where: str, needed: tuple[str, ...]) -> list[str]:
    """Give our names of the columns."""
    said = [field.strip().lower() for field in fields]
    header = [_KEYS.get(field, field) for field in said]
    for key in needed:
        if key not in header:
            mend = did_you_mean(key, [field for field in said if field], what="the file has")
            raise InputError(
                f'there is no column "{key}"', file=where,
                mend=mend if any(said) else "name a plan that cityops routes wrote",
            )  # fmt: skip
    return header


def _row(where: str, header: list[str], fields: list[str]) -> PlanRow | None:
    """Give one row; None for one that is empty."""
    texts = [field.strip() for field in fields]
    if not any(texts):
        return None
    return PlanRow(where, dict(zip(header, texts, strict=False)))


# ---- GeoJSON


def _from_geojson(content: bytes, shown: str) -> Iterator[PlanRow]:
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError("this is no JSON", file=f"{shown}{line}", mend="export it anew") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InputError("this is no GeoJSON of features", file=shown, mend="export it anew")
    for number, feature in enumerate(features, 1):
        said = feature.get("properties") if isinstance(feature, dict) else None
        where = f"{shown}: feature {number}"
        if not isinstance(said, dict):
            raise InputError("has no properties", file=where, mend="keep those of the export")
        cells = {str(key).lower(): "" if v is None else str(v) for key, v in said.items()}
        if number == 1:
            _header(list(cells), where, _NEEDED)
        yield PlanRow(where, cells)


# ---- XLSX


def _from_xlsx(content: bytes, shown: str) -> Iterator[PlanRow]:
    """Rows of all sheets that are a route's; the sheet says which route."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            texts = _shared_texts(book)
            sheets = _sheets(book)
            found = [
                (name, number, fields)
                for name, part in sheets
                if _SHEET.search(name)
                for number, fields in _cells(book, part, texts)
            ]
    except (zipfile.BadZipFile, KeyError, ET.ParseError, ValueError, IndexError):
        raise InputError(
            "this workbook cannot be read", file=shown, mend="save it as XLSX or as CSV"
        ) from None
    if not found:
        names = ", ".join(f'"{name}"' for name, _ in sheets)
        raise InputError(
            f"no sheet is a route's (there are {names})", file=shown,
            mend='name each sheet as "Route 1"',
        )  # fmt: skip
    headers: dict[str, list[str]] = {}
    for name, number, fields in found:
        where = f"{shown}: {name}, row {number}"
        if name not in headers:
            headers[name] = _header(fields, where, ("kind", "pieces"))
            continue
        row, match = _row(where, headers[name], fields), _SHEET.search(name)
        if row is not None and match is not None:
            yield PlanRow(where, {**row.cells, "route": match.group(1)})


def _xml(book: zipfile.ZipFile, part: str) -> ET.Element:
    if book.getinfo(part).file_size > 400_000_000:
        raise ValueError(part)
    return ET.fromstring(book.read(part))  # noqa: S314 - expat expands no entities beyond its limits


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_text(item) for item in _xml(book, "xl/sharedStrings.xml")]


def _text(item: ET.Element) -> str:
    """Text of a cell or a shared string, with formatted parts, without its phonetic guide."""
    direct = [part.text or "" for part in item.findall(f"{_MAIN}t")]
    runs = [part.text or "" for part in item.findall(f"{_MAIN}r/{_MAIN}t")]
    return "".join([*direct, *runs])


def _sheets(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Names of the sheets with their parts, in their order."""
    targets = {
        link.attrib["Id"]: link.attrib["Target"]
        for link in _xml(book, "xl/_rels/workbook.xml.rels")
    }
    found = []
    for sheet in _xml(book, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = targets[sheet.attrib[_LINKS]]
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.append((sheet.attrib["name"], part))
    return found


def _cells(book: zipfile.ZipFile, part: str, texts: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a sheet that hold something: their number, and texts from column A on."""
    for following, row in enumerate(_xml(book, part).iter(f"{_MAIN}row"), 1):
        fields: list[str] = []
        for cell in row.findall(f"{_MAIN}c"):
            column = _column(cell.attrib.get("r", ""), len(fields))
            fields += [""] * (column - len(fields))
            fields.append(_value(cell, texts))
        if any(fields):
            yield int(row.attrib.get("r", following)), fields


def _column(reference: str, following: int) -> int:
    """Column of a cell as ``AB12``, from 0; the following one where it says none."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters.group():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ET.Element, texts: list[str]) -> str:
    if cell.attrib.get("t") == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return "" if inline is None else _text(inline)
    value = cell.findtext(f"{_MAIN}v") or ""
    return texts[int(value)] if cell.attrib.get("t") == "s" else value


def _not_there(folder: Path, name: str) -> str:
    """Say what is missing, and which plan the folder holds instead."""
    others = sorted(one.stem for one in (folder / "plan").glob("*.csv"))
    if others:
        return f"the folder holds a plan of {', '.join(others)}, none of {name}"
    return "this is not there"
