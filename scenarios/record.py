"""A record of incidents: a CSV with time, place, class and whatever durations were measured.

Times are either stamps ("2023-03-06 14:05") or numbers counted from the scenario's start. With
stamps the clock starts at the scenario's moment of the week on or before `first_day` (the day of
the first incident where none is given). Incidents before the start or after the horizon are left
out and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.durations import LONGEST_MIN
from scenarios.faults import did_you_mean
from scenarios.hours import DAY_S, moment_s
from scenarios.merge import shown_path
from scenarios.tables import csv_delimiter, csv_text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from scenarios.faults import FaultList
    from scenarios.schema import RecordSpec, ScenarioSpec
    from sim.dispatch.demand import Demand
    from sim.dispatch.model import District

__all__ = ["Record", "read_record"]

_SHOWN = 3  # faults of one kind that are shown in full
_NEEDED = ("time", "lon", "lat")
_OPTIONAL = ("class", "on_scene_min", "handover_min", "transport")


@dataclass(frozen=True)
class Record:
    """Incidents as they were, in order of time.

    Parameters
    ----------
    time_s, lon, lat, class_code
        Seconds from the scenario's start, degrees, number of the class; shape (n,).
    measured
        on_scene_s, handover_s (seconds) and transport (0 or 1) by incident, NaN where unknown.
    line
        Line of each incident in the file.
    left_out
        Incidents outside the horizon.
    """

    time_s: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    class_code: NDArray[np.int64]
    measured: dict[str, NDArray[np.float64]]
    line: NDArray[np.int64]
    left_out: int = 0

    def demand(self, district: District, seed: int) -> Demand:
        """Complete the record for one replication: what was not measured is drawn."""
        from sim.dispatch.demand import demand_from_columns

        priority = np.array([kind.priority for kind in district.classes], dtype=np.int64)
        target = np.array([kind.target_s for kind in district.classes], dtype=np.float64)
        columns: dict[str, NDArray[Any]] = {
            "time_s": self.time_s,
            "lon": self.lon,
            "lat": self.lat,
            "item": _number_within(self.class_code),
            "class_code": self.class_code,
            "priority": priority[self.class_code],
            "target_s": target[self.class_code],
        }
        return demand_from_columns(
            district, columns, seed=seed, measured=self.measured, recorded=True
        )


def read_record(
    record: RecordSpec, spec: ScenarioSpec, horizon_s: float, faults: FaultList
) -> Record | None:
    """Read a record; None if it has faults.

    Parameters
    ----------
    record, spec
        The scenario's [record], and the whole scenario.
    horizon_s
        Incidents from 0 up to here are kept.
    faults
        Takes what is wrong, with file and line.
    """
    reader = _Reader(record, spec, faults)
    return reader.read(horizon_s)


class _Reader:
    """Collects the faults of one file while its columns are read."""

    def __init__(self, record: RecordSpec, spec: ScenarioSpec, faults: FaultList) -> None:
        self.record = record
        self.spec = spec
        self.faults = faults
        self.shown = shown_path(Path(record.file))
        self.sound = True

    def read(self, horizon_s: float) -> Record | None:
        table = self._table()
        if table is None:
            return None
        lon, lat = self._numbers(table, "lon"), self._numbers(table, "lat")
        time = self._times(table)
        code = self._classes(table)
        measured = self._measured(table)
        if not self.sound:
            return None
        lon, lat = self._degrees(lon, lat)
        kept = (time >= 0) & (time < horizon_s)
        if not kept.any():
            self._fault(
                f"none of its {len(time)} incidents lies within the horizon",
                mend="mend first_day or horizon_h",
            )
        if not self.sound:
            return None
        order = np.flatnonzero(kept)[np.argsort(time[kept], kind="stable")]
        return Record(
            time[order],
            lon[order],
            lat[order],
            code[order],
            {key: values[order] for key, values in measured.items()},
            order + 2,
            int((~kept).sum()),
        )

    def _fault(
        self,
        message: str,
        *,
        row: int | None = None,
        place: str | None = None,
        mend: str | None = None,
    ) -> None:
        file = self.shown if row is None else f"{self.shown}:{row + 2}"
        self.faults.include(InputError(message, file=file, place=place, mend=mend), ("record",))
        self.sound = False

    def _table(self) -> pd.DataFrame | None:
        import pandas as pd

        try:
            text = csv_text(Path(self.record.file))
            delimiter = csv_delimiter(text.partition("\n")[0])
            table = pd.read_csv(StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
        except InputError as error:
            self._fault(error.message, mend=error.mend)
            return None
        except (ValueError, OSError) as error:
            self._fault(
                _csv_words(error), mend="write one header line, and as many fields in every line"
            )
            return None
        known = (*_NEEDED, *_OPTIONAL)
        for key in self.record.columns:
            if key not in known:
                self.faults.add(
                    ("record", "columns", key), "unknown column", did_you_mean(key, known)
                )
                self.sound = False
        for key in known:
            name = self.record.columns.get(key, key)
            if name not in table and (key in _NEEDED or key in self.record.columns):
                mend = did_you_mean(name, map(str, table.columns), what="the file has", quote='"')
                if key not in self.record.columns:
                    mend += f'; map it in [record] columns = {{ {key} = "..." }}'
                self._fault(f'there is no column "{name}"', mend=mend)
        if self.sound and table.empty:
            self._fault("there are no incidents", mend="add rows")
        return table if self.sound else None

    def _column(self, table: pd.DataFrame, key: str) -> pd.Series | None:
        name = self.record.columns.get(key, key)
        return table[name].str.strip() if name in table else None

    def _numbers(
        self, table: pd.DataFrame, key: str, *, may_be_empty: bool = False
    ) -> NDArray[np.float64]:
        import pandas as pd

        text = self._column(table, key)
        if text is None:
            return np.full(len(table), np.nan)
        values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
        bad = ~np.isfinite(values)
        if may_be_empty:
            bad &= (text != "").to_numpy()
        self._rows(bad, text, key, "is no number")
        return values

    def _rows(self, bad: NDArray[np.bool_], text: pd.Series, key: str, what: str) -> None:
        """Note rows at fault: the first few each, the rest by their number."""
        rows = np.flatnonzero(bad)
        for row in rows[:_SHOWN]:
            value = text.iloc[row]
            words = f'"{value}" {what}' if value else "is empty"
            message, _, mend = words.partition("; ")
            place = self.record.columns.get(key, key)
            self._fault(message, row=int(row), place=place, mend=mend or "mend the cell")
        if len(rows) > _SHOWN:
            self._fault(
                f"{len(rows) - _SHOWN} more rows are at fault in the same way",
                place=self.record.columns.get(key, key),
                mend="mend the column",
            )

    def _times(self, table: pd.DataFrame) -> NDArray[np.float64]:
        import pandas as pd

        text = self._column(table, "time")
        if text is None:  # noted as a missing column
            return np.zeros(len(table))
        numbers = pd.to_numeric(text, errors="coerce")
        if numbers.notna().all():
            unit_s = {"s": 1.0, "min": 60.0, "h": 3600.0}[self.record.time_unit]
            return np.asarray(numbers.to_numpy(dtype=np.float64) * unit_s)
        style = self.record.time_format or "ISO8601"
        stamps = pd.to_datetime(text, format=style, errors="coerce")
        self._rows(
            stamps.isna().to_numpy(),
            text,
            "time",
            "is no time; write 2023-03-06 14:05:00, or give [record] time_format",
        )
        if not self.sound:
            return np.zeros(len(table))
        if stamps.dt.tz is not None:
            stamps = stamps.dt.tz_localize(None)
        first = stamps.min().normalize()
        if self.record.first_day is not None:
            first = pd.Timestamp(self.record.first_day)
        start = _clock_start(first, moment_s(self.spec.scenario.start))
        return np.asarray((stamps - start).dt.total_seconds().to_numpy(dtype=np.float64))

    def _classes(self, table: pd.DataFrame) -> NDArray[np.int64]:
        names = list(self.spec.incident_class)
        text = self._column(table, "class")
        if text is None:
            if len(names) > 1:
                self._fault(
                    'there is no column "class", and the scenario has several incident classes',
                    mend='map one in [record] columns = { class = "..." }, or keep one class',
                )
            return np.zeros(len(table), dtype=np.int64)
        renamed = text.replace(self.record.classes)
        for word in sorted(set(renamed) - set(names)):
            row = int(np.argmax((renamed == word).to_numpy()))
            mend = did_you_mean(word, names, what="the scenario has", quote='"')
            if not mend.startswith("did"):
                mend += f'; map it in [record.classes] "{word}" = "..."'
            self._fault(f'there is no incident class "{word}"', row=row, place="class", mend=mend)
        if not self.sound:
            return np.zeros(len(table), dtype=np.int64)
        number = {name: code for code, name in enumerate(names)}
        return np.array([number[word] for word in renamed], dtype=np.int64)

    def _measured(self, table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
        found: dict[str, NDArray[np.float64]] = {}
        for key, ours, factor in (
            ("on_scene_min", "on_scene_s", 60.0),
            ("handover_min", "handover_s", 60.0),
            ("transport", "transport", 1.0),
        ):
            text = self._column(table, key)
            if text is None:
                continue
            values = self._numbers(table, key, may_be_empty=True)
            self._rows(values < 0, text, key, "is negative")
            most = LONGEST_MIN if key != "transport" else 1.0
            what = "is longer than a week; write minutes" if key != "transport" else "is above 1"
            self._rows(values > most, text, key, what)
            found[ours] = values * factor
        return found

    def _degrees(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from networks.crs import to_wgs84

        try:
            return to_wgs84(lon, lat, self.record.crs)
        except InputError as error:
            self._fault(error.message, place=error.place, mend=error.mend)
            return lon, lat


def _csv_words(error: ValueError | OSError) -> str:
    """Say why pandas could not read a table, in words of our own."""
    if isinstance(error, OSError):
        return f"cannot be read ({(error.strerror or 'refused').lower()})"
    fields = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if fields is not None:
        return f"line {fields[2]} has {fields[3]} fields, the header {fields[1]}"
    if "No columns" in str(error):
        return "the file is empty"
    return "cannot be read as CSV"


def _clock_start(first_day: pd.Timestamp, start_s: int) -> pd.Timestamp:
    """Find the last moment of the week `start_s` on or before the midnight that begins a day."""
    import pandas as pd

    back = (first_day.weekday() * DAY_S - start_s) % (7 * DAY_S)
    return first_day - pd.Timedelta(seconds=int(back))


def _number_within(code: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the incidents of each class, in order of time."""
    number = np.zeros(len(code), dtype=np.int64)
    for value in np.unique(code):
        here = code == value
        number[here] = np.arange(int(here.sum()))
    return number
