"""Tables of places: points, buildings or parcels of a CSV, GeoJSON, GeoPackage or GeoParquet.

A polygon or line stands for a point on it. Coordinates become WGS-84: `crs` names another system,
as "gcj02" or "bd09" for what was taken from a Chinese map; a file that names its own is converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.merge import shown_path
from scenarios.tables import csv_delimiter, csv_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["PlaceTable", "read_places", "read_zones"]

_PARQUET = {".parquet", ".geoparquet"}
_SHOWN = 3
_LON = ("lon", "lng", "long", "longitude", "x", "经度")
_LAT = ("lat", "latitude", "y", "纬度")


@dataclass(frozen=True, eq=False)
class PlaceTable:
    """Places with their columns.

    Parameters
    ----------
    shown
        The file, as messages name it.
    lon, lat
        WGS-84 degrees, float64[n].
    columns
        The other columns, n rows.
    first_line
        Line of the first row, where the file has lines; else rows count from 1.
    """

    shown: str
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    columns: pd.DataFrame
    first_line: int | None = None

    def __len__(self) -> int:
        return len(self.lon)

    def where(self, row: int) -> str:
        """Name the file and the line, or the number, of a row."""
        if self.first_line is not None:
            return f"{self.shown}:{self.first_line + row}"
        return f"{self.shown}, row {row + 1}"

    def column(self, name: str) -> pd.Series:
        """Find a column.

        Raises
        ------
        InputError
            If there is none of that name, with the nearest one.
        """
        if name not in self.columns:
            known = [str(c) for c in self.columns.columns]
            raise InputError(
                f'there is no column "{name}"',
                file=self.shown,
                mend=did_you_mean(name, known, what="the file has", quote='"'),
            )
        return self.columns[name]

    def numbers(
        self, name: str, *, least: float | None = 0.0, may_be_empty: bool = False
    ) -> NDArray[np.float64]:
        """Read a column of numbers, float64[n]; NaN where a cell may be empty and is.

        Raises
        ------
        InputError
            If the column is not there, or with the first cells that are no numbers or too small.
        """
        import pandas as pd

        raw = self.column(name)
        text = raw.astype(str).str.strip()
        values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=np.float64)
        empty = raw.isna().to_numpy() | (text == "").to_numpy()
        bad = ~np.isfinite(values)
        if may_be_empty:
            bad &= ~empty
        if least is not None:
            bad |= np.where(np.isfinite(values), values, least) < least
        if bad.any():
            self._refuse(name, bad, text.to_numpy(), empty, least)
        return values

    def _refuse(
        self,
        name: str,
        bad: NDArray[np.bool_],
        text: NDArray[Any],
        empty: NDArray[np.bool_],
        least: float | None,
    ) -> None:
        rows = np.flatnonzero(bad)
        row = int(rows[0])
        more = f", and so are {len(rows) - 1} more rows" if len(rows) > 1 else ""
        what = "is empty" if empty[row] else f'is "{text[row]}"'
        mend = "give a number" if least is None else f"give a number, {least:g} or more"
        raise InputError(f"{what}{more}", file=self.where(row), place=name, mend=mend)

    def texts(self, name: str) -> list[str]:
        """Read a column of texts, "" where a cell is empty.

        Raises
        ------
        InputError
            If the column is not there.
        """
        raw = self.column(name)
        return ["" if gone else str(v).strip() for v, gone in zip(raw, raw.isna(), strict=True)]


def read_places(
    path: Path, *, layer: str | None = None, crs: str | int | None = None
) -> PlaceTable:
    """Read a table of places.

    Parameters
    ----------
    path
        The file.
    layer
        Of a GeoPackage with several.
    crs
        Of the coordinates where the file does not say, or says wrongly.

    Raises
    ------
    InputError
        If the file cannot be read, has no rows or no coordinates.
    """
    _there(path)
    table = _csv(path, crs) if path.suffix.lower() in {".csv", ".txt", ".tsv"} else None
    return table if table is not None else _geometries(path, layer, crs)


def _there(path: Path) -> None:
    """Refuse a file that is not there or holds nothing, which is no matter of its format."""
    if not path.exists():
        raise InputError("there is no such file", file=shown_path(path), mend="look at its name")
    if path.is_file() and not path.stat().st_size:
        raise InputError("the file is empty", file=shown_path(path), mend="give it a header")


# ---- CSV


def _csv(path: Path, crs: str | int | None) -> PlaceTable:
    import pandas as pd

    shown = shown_path(path)
    try:
        text = csv_text(path)
        delimiter = csv_delimiter(text.partition("\n")[0])
        frame = pd.read_csv(StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
    except InputError as error:
        raise InputError(error.message, file=shown, mend=error.mend) from None
    except (ValueError, OSError):
        raise InputError(
            "cannot be read as a table",
            file=shown,
            mend="write one header line, and as many fields in every line",
        ) from None
    frame.columns = [str(c).strip() for c in frame.columns]
    lon_name, lat_name = _named(frame, _LON), _named(frame, _LAT)
    for name, word in ((lon_name, "lon"), (lat_name, "lat")):
        if name is None:
            mend = did_you_mean(word, map(str, frame.columns), what="the file has", quote='"')
            raise InputError(f'there is no column "{word}"', file=f"{shown}:1", mend=mend)
    if frame.empty:
        raise InputError("there are no rows", file=shown, mend="add some below the header")
    table = PlaceTable(shown, np.zeros(0), np.zeros(0), frame, first_line=2)
    lon = table.numbers(str(lon_name), least=None)
    lat = table.numbers(str(lat_name), least=None)
    return PlaceTable(shown, *_degrees(table, lon, lat, crs), frame, first_line=2)


def _named(frame: pd.DataFrame, words: tuple[str, ...]) -> str | None:
    lowered = {str(c).lower(): str(c) for c in frame.columns}
    return next((lowered[word] for word in words if word in lowered), None)


def _degrees(
    table: PlaceTable, lon: NDArray[np.float64], lat: NDArray[np.float64], crs: str | int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if crs is not None and crs != "wgs84":
        from networks.crs import to_wgs84

        lon, lat = to_wgs84(lon, lat, crs)
    bad = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if bad.any():
        row = int(np.argmax(bad))
        swapped = abs(lat[row]) <= 180 and abs(lon[row]) <= 90
        raise InputError(
            f"({lon[row]:g}, {lat[row]:g}) are no degrees of longitude and latitude",
            file=table.where(row),
            mend="longitude comes first; are the two swapped?"
            if swapped
            else "name the coordinates' system, as crs = 4547",
        )
    return lon, lat


# ---- geometries


def _geometries(path: Path, layer: str | None, crs: str | int | None) -> PlaceTable:
    import shapely

    frame = _frame(path, layer)
    shown = shown_path(path)
    shapes = _converted(frame, crs)
    gone = np.array([shape is None or shape.is_empty for shape in shapes], dtype=np.bool_)
    if gone.any():
        raise InputError(
            f"row {int(np.argmax(gone)) + 1} has no geometry", file=shown, mend="take it out"
        )
    points = shapely.point_on_surface(shapes)
    columns = frame.drop(columns=frame.geometry.name).reset_index(drop=True)
    columns.columns = [str(c) for c in columns.columns]
    table = PlaceTable(shown, np.zeros(0), np.zeros(0), columns)
    lon, lat = _degrees(table, shapely.get_x(points), shapely.get_y(points), None)
    return PlaceTable(shown, lon, lat, columns)


def _frame(path: Path, layer: str | None) -> Any:  # noqa: ANN401 - geopandas is untyped
    import geopandas

    shown = shown_path(path)
    try:
        if path.suffix.lower() in _PARQUET:
            frame = geopandas.read_parquet(path)
        else:
            frame = geopandas.read_file(path, **({} if layer is None else {"layer": layer}))
    except (OSError, ValueError, RuntimeError):
        of = "" if layer is None else f' with layer "{layer}"'
        raise InputError(
            f"cannot be read as places{of}",
            file=shown,
            mend="give a CSV with lon and lat, GeoJSON, GeoPackage or GeoParquet",
        ) from None
    if getattr(frame, "geometry", None) is None:
        raise InputError("has no geometries", file=shown, mend="a CSV is called .csv")
    if frame.empty:
        raise InputError("there are no rows", file=shown, mend="add some places")
    return frame


def _converted(frame: Any, crs: str | int | None) -> NDArray[Any]:  # noqa: ANN401 - geopandas
    import shapely

    if crs is None or crs == "wgs84":
        if crs is None and frame.crs is not None and not frame.crs.is_geographic:
            frame = frame.to_crs(4326)
        return np.asarray(frame.geometry, dtype=object)
    from networks.crs import to_wgs84

    return np.asarray(
        shapely.transform(
            np.asarray(frame.geometry, dtype=object),
            lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs)),
        ),
        dtype=object,
    )


def read_zones(path: Path, *, crs: str | int | None = None) -> NDArray[Any]:
    """Read polygons in WGS-84 degrees: zones in, or out of, which sites may lie; shapely[k].

    Raises
    ------
    InputError
        If the file cannot be read or holds something else than polygons.
    """
    import shapely

    _there(path)
    frame = _frame(path, None)
    shown = shown_path(path)
    kinds = set(frame.geometry.geom_type.dropna())
    if not kinds <= {"Polygon", "MultiPolygon"} or not kinds:
        odd = ", ".join(sorted(kinds - {"Polygon", "MultiPolygon"})) or "empty ones"
        raise InputError(f"zones must be polygons, these are {odd}", file=shown, mend="mend them")
    shapes = _converted(frame, crs)
    return np.asarray(
        [shapely.make_valid(shape) for shape in shapes if shape is not None], dtype=object
    )
