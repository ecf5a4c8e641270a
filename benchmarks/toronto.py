"""Toronto's fires: fitted on the earlier years, simulated and compared with the later ones.

The record names place, alarm and arrival of each fire. It names neither streets nor stations nor
units, nor the medical and other calls that keep the same crews busy. So a unit drives by a fitted
law of straight-line distance (`sim.dispatch.fitting`) from points where units seem to come from
(`sim.dispatch.inferred_stations`), one unit a point, and what being busy costs is within the law.
Nothing here looks at the later years before everything is fitted: the number of points, the hours
of the night and the residuals are from pairs of earlier years that were left out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks import InputError
from sim.dispatch import (
    Area,
    District,
    IncidentClass,
    PointPlaces,
    Station,
    Unit,
    UnitType,
    demand_from_columns,
)
from sim.dispatch.inferred_stations import fit_stations
from sim.dispatch.profile import fit_arrival_profile, hour_of_week
from sim.distributions import Empirical, Lognormal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from networks.projection import Projection
    from sim.dispatch import Demand
    from sim.dispatch.fitting import Form
    from sim.dispatch.inferred_stations import StationFit
    from sim.dispatch.profile import ArrivalProfile

__all__ = [
    "Choice",
    "Fires",
    "Fit",
    "default_place",
    "district_of",
    "fit",
    "read_fires",
    "recorded_demand",
]

FILE = "toronto_fire_incidents_clean.parquet"
FIRST, SPLIT, END = (np.datetime64(day, "D") for day in ("2011-01-01", "2019-01-01", "2023-01-01"))
LONGEST_S = 3600.0
"""A response recorded as longer is taken for a slip of the pen and left out (and counted)."""

TARGET_S = 384.0
"""NFPA 1710 (2016): 64 s of alarm handling, 80 s of turn-out, 240 s of travel."""

ON_SCENE = Lognormal(3600.0, 1.0)
"""Assumed, since the record does not have it; the study says what three times as much does."""

CELL_M = 5_000.0
COUNTS = (40, 60, 80, 100, 120)
NIGHTS = ((22, 6), (22, 7), (23, 6), (23, 7), (0, 6), (0, 7))


@dataclass(frozen=True)
class Fires:
    """The record: stamps in local clock time, metres, seconds; shape (n,), in order of time."""

    time: NDArray[np.datetime64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    response_s: NDArray[np.float64]
    projection: Projection
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.time)

    @property
    def year(self) -> NDArray[np.int64]:
        """Calendar year of each."""
        return np.asarray(self.time.astype("datetime64[Y]").astype(np.int64) + 1970)

    @property
    def hour(self) -> NDArray[np.int64]:
        """Hour of the day of each."""
        return hour_of_week(self.time) % 24

    def where(self, mask: NDArray[np.bool_]) -> Fires:
        """Those of a mask."""
        return replace(
            self,
            time=self.time[mask],
            x_m=self.x_m[mask],
            y_m=self.y_m[mask],
            response_s=self.response_s[mask],
        )


def default_place() -> Path:
    """Where the record lies when it lies beside the project."""
    return Path(__file__).resolve().parents[2] / "shared" / "data" / "incidents" / FILE


def read_fires(path: Path) -> Fires:
    """Read the record.

    Raises
    ------
    InputError
        If the file is absent or lacks a column.
    """
    import pandas as pd

    from networks.projection import Projection

    if not Path(path).is_file():
        raise InputError("the record is absent", file=Path(path).name, mend="name its folder")
    table = pd.read_parquet(path)
    needed = ("longitude", "latitude", "tfs_alarm_time", "tfs_arrival_time")
    missing = [column for column in needed if column not in table]
    if missing:
        raise InputError(f"column {missing[0]!r} is missing", file=Path(path).name)
    table = table.sort_values("tfs_alarm_time", kind="stable")
    # The stamps say UTC, but the quietest hour is 5 and the busiest 18: they are the local clock.
    alarm = table["tfs_alarm_time"].dt.tz_localize(None)
    response = (table["tfs_arrival_time"].dt.tz_localize(None) - alarm).dt.total_seconds()
    kept = ((response > 0) & (response <= LONGEST_S)).to_numpy()
    lon, lat = table["longitude"].to_numpy()[kept], table["latitude"].to_numpy()[kept]
    projection = Projection.centred_on(lon, lat)
    x, y = projection.to_xy(lon, lat)
    return Fires(
        alarm.to_numpy().astype("datetime64[s]")[kept],
        x,
        y,
        response.to_numpy(np.float64)[kept],
        projection,
        int((~kept).sum()),
    )


# ---- fitting, on the earlier years


@dataclass(frozen=True)
class Choice:
    """One alternative, by how it predicts pairs of earlier years that were left out.

    Parameters
    ----------
    points
        "medians" of places, or fitted to "times".
    form, count
        Of the law; number of points.
    folds
        Mean absolute deviation of the logarithm of response time, by pair of years.
    """

    points: str
    form: Form
    count: int
    folds: tuple[float, ...]

    @property
    def error(self) -> float:
        """Mean over the folds; NaN where nothing was compared."""
        return float(np.mean(self.folds)) if self.folds else float("nan")

    @property
    def spread(self) -> float:
        """Standard error of `error` over the folds."""
        return float(np.std(self.folds, ddof=1) / np.sqrt(len(self.folds)))


@dataclass(frozen=True)
class Fit:
    """Everything that comes from the earlier years.

    Parameters
    ----------
    profile
        Arrivals by hour of the week.
    stations
        Points where units come from, with the law; its residuals are those of left-out years where
        alternatives were compared.
    night_h
        First and last hour of the night.
    chosen, choices
        The alternative taken, and all that were compared.
    """

    profile: ArrivalProfile
    stations: StationFit
    night_h: tuple[int, int]
    chosen: Choice
    choices: tuple[Choice, ...]


def at_night(hour: NDArray[np.int64], night_h: tuple[int, int]) -> NDArray[np.float64]:
    """1.0 for hours of the day within the night, else 0.0."""
    first, last = night_h
    return np.where((hour - first) % 24 < (last - first) % 24, 1.0, 0.0)


def fit(fires: Fires, counts: Sequence[int] = COUNTS, seed: int = 0) -> Fit:
    """Fit arrivals and response times.

    Parameters
    ----------
    fires
        The earlier years only.
    counts
        Numbers of points to choose from; a single one is taken without a comparison.
    seed
        Of the first points.
    """
    profile = fit_arrival_profile(fires.time, FIRST, SPLIT)
    night_h = _night(fires)
    best, choices, ratios = _choose(fires, night_h, counts, seed)
    stations = _stations(fires, night_h, best.points, best.form, best.count, seed)
    if len(ratios):
        law = replace(stations.law, residual=Empirical(tuple(ratios.tolist())))
        stations = replace(stations, law=law)
    return Fit(profile, stations, night_h, best, choices)


def _night(fires: Fires) -> tuple[int, int]:
    """Hours whose median differs most from the rest: least absolute deviation of logarithms."""
    log_time, hour = np.log(fires.response_s), fires.hour

    def deviation(night_h: tuple[int, int]) -> float:
        dark = at_night(hour, night_h) > 0
        return sum(
            float(np.abs(part - np.median(part)).sum())
            for part in (log_time[dark], log_time[~dark])
        )

    return min(NIGHTS, key=deviation)


def _stations(
    fires: Fires, night_h: tuple[int, int], points: str, form: Form, count: int, seed: int
) -> StationFit:
    return fit_stations(
        fires.x_m,
        fires.y_m,
        fires.response_s,
        count,
        night=at_night(fires.hour, night_h),
        seed=seed,
        form=form,
        from_times=points == "times",
    )


def _choose(
    fires: Fires, night_h: tuple[int, int], counts: Sequence[int], seed: int
) -> tuple[Choice, tuple[Choice, ...], NDArray[np.float64]]:
    """Compare alternatives; also the chosen one's ratios of recorded to predicted, left out.

    Of the numbers of points, the fewest whose error is within one standard error of the least
    (Breiman et al. 1984, Classification and Regression Trees, section 3.4.3). The law is taken as
    published; its two parts alone, and points at the medians of the places, are there to compare.
    """
    if len(counts) == 1:
        only = Choice("times", "kolesar", counts[0], ())
        return only, (only,), np.zeros(0)

    ratios: dict[Choice, NDArray[np.float64]] = {}

    def judge(points: str, form: Form, count: int) -> Choice:
        errors = []
        for first in range(2011, 2019, 2):
            out = np.isin(fires.year, (first, first + 1))
            known = _stations(fires.where(~out), night_h, points, form, count, seed)
            asked = fires.where(out)
            dark = at_night(asked.hour, night_h)
            errors.append(known.log_error(asked.x_m, asked.y_m, asked.response_s, dark))
        choice = Choice(points, form, count, tuple(float(np.abs(e).mean()) for e in errors))
        ratios[choice] = np.exp(np.concatenate(errors))
        return choice

    numbers = [judge("times", "kolesar", count) for count in sorted(counts)]
    best = min(numbers, key=lambda choice: choice.error)
    chosen = next(choice for choice in numbers if choice.error <= best.error + best.spread)
    others: tuple[tuple[str, Form], ...] = (
        ("times", "root"), ("times", "linear"), ("medians", "kolesar"),
    )  # fmt: skip
    compared = [judge(points, form, chosen.count) for points, form in others]
    return chosen, (*numbers, *compared), ratios[chosen]


# ---- simulating the later years


def district_of(fitted: Fit, earlier: Fires, everything: Fires) -> District:
    """Points with a unit each, squares of the city, and one class of incident.

    Parameters
    ----------
    fitted
        From the earlier years.
    earlier
        Drawn fires happen where these did.
    everything
        For the extent of the squares.
    """
    law, night_h = fitted.stations.law, fitted.night_h
    places = zip(fitted.stations.x_m, fitted.stations.y_m, strict=True)
    stations = tuple(
        Station(f"point {k + 1}", float(x), float(y)) for k, (x, y) in enumerate(places)
    )
    engine = UnitType(
        "engine",
        turnout_day_s=law.start_up_s,
        turnout_night_s=law.start_up_s + law.night_extra_s,
        night_h=(float(night_h[0]), float(night_h[1])),
    )
    fire = IncidentClass(
        "fire",
        priority=1,
        target_s=TARGET_S,
        needs={"engine": 1},
        on_scene=ON_SCENE,
        rate_per_h=fitted.profile.rates_at(SPLIT + (END - SPLIT) // 2),
        places=PointPlaces(earlier.x_m, earlier.y_m),
    )
    return District(
        law.travel,
        stations,
        (engine,),
        tuple(Unit(f"engine {k + 1}", "engine", s.name) for k, s in enumerate(stations)),
        (fire,),
        areas=_squares(everything),
        week_start_s=float(hour_of_week(np.array([SPLIT]))[0] * 3600),
    )


def _squares(fires: Fires) -> tuple[Area, ...]:
    """Squares of `CELL_M` that hold fires: A1 in the north-west, letters eastward."""
    import shapely

    west, north = float(fires.x_m.min()), float(fires.y_m.max())
    column = ((fires.x_m - west) // CELL_M).astype(np.int64)
    row = ((north - fires.y_m) // CELL_M).astype(np.int64)
    out = []
    for c, r in sorted({(int(c), int(r)) for c, r in zip(column, row, strict=True)}):
        left, top = west + c * CELL_M, north - r * CELL_M
        box = shapely.box(left, top - CELL_M, left + CELL_M, top)
        name = f"{chr(ord('A') + c)}{r + 1}"
        out.append(Area(name, left + CELL_M / 2, top - CELL_M / 2, 1.0, box))
    return tuple(out)


def recorded_demand(district: District, fires: Fires, seed: int) -> Demand:
    """Bring the later fires, as they were, into the simulation."""
    n = len(fires)
    columns = {
        "time_s": (fires.time - SPLIT) / np.timedelta64(1, "s"),
        "lon": fires.x_m,
        "lat": fires.y_m,
        "item": np.arange(n),
        "class_code": np.zeros(n, np.int64),
        "priority": np.ones(n, np.int64),
        "target_s": np.full(n, TARGET_S),
    }
    return demand_from_columns(district, columns, seed=seed, recorded=True)
