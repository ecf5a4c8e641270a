"""Records read into a `Filling`: weighings of what is collected, and sensed fill levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from networks.suggest import did_you_mean
from sim.waste.demand import Filling

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd
    from numpy.typing import NDArray

    from sim.waste.setting import Stands

__all__ = ["from_levels", "from_weighings"]

MOST_SHARE = 3.0
MOST_KG = 50_000.0
ZONE = r"(?<=:\d\d)(Z|[+-]\d\d:?\d\d)$"  # of a stamp, which is read as local time


def from_weighings(
    table: pd.DataFrame,
    stands: Stands,
    *,
    days: int,
    start: str | None = None,
    weighed: Literal["collection", "deposit"] = "collection",
    file: str | PathLike[str] | None = None,
) -> Filling:
    """Read weighings.

    What is weighed when a stand is emptied has come evenly since it was last, or since time 0; what
    a bin weighs when it is thrown in comes in that hour.

    Parameters
    ----------
    table
        Columns stand (its name, or its number where stands have no names), time (hours from time 0,
        or a stamp as "2026-03-02 07:30"), kg.
    stands
        What is filled.
    days
        Days from time 0 on that are read.
    start
        Date of time 0, as "2026-03-02"; needed for stamps.
    weighed
        Whether a row is a "collection" or a "deposit".
    file
        For messages.

    Returns
    -------
    Filling
        With the record in place of draws, and its means for what is expected.

    Raises
    ------
    InputError
        If a column is missing, a row has an unknown stand, or no time or number or one out of
        range, or the record ends more than a day before the days do.
    """
    stand, time_h, kg = _columns(table, stands, "kg", MOST_KG, start, file)
    order = np.lexsort((time_h, stand))
    stand, time_h, grams = stand[order], time_h[order], np.rint(kg[order] * 1000.0).astype(np.int64)
    since = time_h
    if weighed == "collection":
        since = np.r_[0.0, time_h[:-1]]
        since[np.r_[True, stand[1:] != stand[:-1]]] = 0.0
    return _filling(stands, days, stand, since, time_h, grams, file)


def from_levels(
    table: pd.DataFrame,
    stands: Stands,
    *,
    days: int,
    start: str | None = None,
    file: str | PathLike[str] | None = None,
) -> Filling:
    """Read fill levels, as sensors in the bins give them.

    A rise between two readings of a stand has come evenly between them; a fall is an emptying, and
    what came around it is not known: it counts as none. So does what came before the first reading
    and after the last.

    Parameters
    ----------
    table
        Columns stand, time (as in `from_weighings`), share (of what the stand holds, 0 to 3).
    stands, days, start, file
        As there.

    Raises
    ------
    InputError
        As there.
    """
    stand, time_h, share = _columns(table, stands, "share", MOST_SHARE, start, file)
    order = np.lexsort((time_h, stand))
    stand, time_h = stand[order], time_h[order]
    grams = np.rint(share[order] * stands.capacity_g[stand]).astype(np.int64)
    rises = np.diff(grams)
    counts = (stand[1:] == stand[:-1]) & (rises > 0)
    return _filling(
        stands, days, stand[1:][counts], time_h[:-1][counts], time_h[1:][counts], rises[counts],
        file, last_h=float(time_h.max(initial=0.0)),
    )  # fmt: skip


def _filling(
    stands: Stands,
    days: int,
    stand: NDArray[np.int64],
    since_h: NDArray[np.float64],
    until_h: NDArray[np.float64],
    grams: NDArray[np.int64],
    file: str | PathLike[str] | None,
    last_h: float | None = None,
) -> Filling:
    from sim.waste.filling_kernel import spread

    hours = days * 24
    end_h = float(until_h.max(initial=0.0)) if last_h is None else last_h
    if end_h < hours - 24:
        raise InputError(
            f"the record ends {end_h / 24:.1f} days after time 0, and {days} days are read",
            file=file, mend=f"record {days} days, or read fewer",
        )  # fmt: skip
    come = np.zeros((len(stands), max(hours, int(np.ceil(end_h)))), dtype=np.int64)
    spread(stand, since_h, until_h, grams, come)
    come = come[:, :hours]
    most = np.iinfo(np.int32).max
    if come.max(initial=0) > most:
        raise InputError(f"a stand gets more than {most / 1e6:.0f} t in an hour", file=file)
    # Means, and how far days stray from them: what a planner would know.
    g_l = stands.density_kg_l * 1000.0
    of_day = come.reshape(len(stands), days, 24).sum(axis=2).astype(np.float64)
    mean = of_day.mean(axis=1)
    lump_l = np.where(mean > 0, of_day.var(axis=1) / np.maximum(mean, 1e-9), 0.0) / g_l
    return Filling(
        litres_h=mean / 24.0 / g_l,
        deposit_l=np.where(lump_l < 1e-3, 0.0, np.minimum(lump_l, 1e5)),
        deposit_cv=np.zeros(len(stands)),
        recorded_g=come.astype(np.int32),
    )


def _columns(
    table: pd.DataFrame,
    stands: Stands,
    number: str,
    most: float,
    start: str | None,
    file: str | PathLike[str] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Stand, hours from time 0, and number of each row, or what is wrong with the first bad one."""
    for name in ("stand", "time", number):
        if name not in table.columns:
            raise InputError(
                f"there is no column {name!r}{did_you_mean(name, map(str, table.columns))}",
                file=file, mend=f"give the columns stand, time and {number}",
            )  # fmt: skip
    if not len(table):
        raise InputError("there are no rows", file=file, mend="add some below the header")
    names = stands.names or [str(b) for b in range(len(stands))]
    code = {name: b for b, name in enumerate(names)}
    if len(code) < len(names):
        raise InputError("two stands have one name", place="stands", mend="name them apart")
    stand = np.zeros(len(table), dtype=np.int64)
    for row, name in enumerate(table["stand"].astype(str).str.strip()):
        if name not in code:
            raise InputError(
                f"there is no stand {name!r}{did_you_mean(name, names)}", file=file,
                place=f"row {row + 1}, stand", mend=f"name stands like {names[0]!r}",
            )  # fmt: skip
        stand[row] = code[name]
    values = _numbers(table[number])
    bad = ~((values >= 0.0) & (values <= most))
    _refuse(bad, table[number], number, f"give a number from 0 to {most:g}", file)
    time_h = _numbers(table["time"])
    stamps = np.isnan(time_h)
    if stamps.any():
        time_h[stamps] = _hours(table["time"][stamps], start)
    mend = "give hours from time 0, or a stamp as 2026-03-02 07:30"
    if start is None and stamps.any():
        mend = "say which date time 0 is (first_day of a scenario), or give hours from time 0"
    _refuse(~((time_h >= 0.0) & (time_h < 1e6)), table["time"], "time", mend, file)
    return stand, time_h, values


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    import pandas as pd

    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, copy=True)


def _hours(column: pd.Series, start: str | None) -> NDArray[np.float64]:
    """Hours from time 0 of stamps, NaN where there is none."""
    import pandas as pd

    if start is None:
        return np.full(len(column), np.nan)
    zero = pd.to_datetime(start, errors="coerce")
    if pd.isna(zero):
        raise InputError(f"start is {start!r}, no date", mend="give it as 2026-03-02")
    local = column.astype(str).str.strip().str.replace(ZONE, "", regex=True)
    stamp = pd.to_datetime(local, errors="coerce", format="ISO8601")
    return np.asarray((stamp - zero) / pd.Timedelta(hours=1), dtype=np.float64)


def _refuse(
    bad: NDArray[np.bool_],
    column: pd.Series,
    name: str,
    mend: str,
    file: str | PathLike[str] | None,
) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        said = str(column.iloc[row])
        raise InputError(
            f"{name} is {said!r}", file=file, place=f"row {row + 1}, {name}",
            mend="write decimals with a point" if "," in said else mend,
        )  # fmt: skip
