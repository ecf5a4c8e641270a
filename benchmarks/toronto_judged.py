"""Toronto's later fires, recorded beside simulated: by hour, by square, by year.

`benchmarks.toronto` holds the record and the model; the suite `records` and the page
docs/toronto.md tell what is found here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.toronto import COUNTS, END, SPLIT, district_of, fit, read_fires, recorded_demand
from sim.dispatch import Policy, draw_demand, simulate
from sim.dispatch.fitting import with_residuals
from sim.dispatch.measures import measures
from sim.dispatch.places import assign_areas
from sim.dispatch.profile import dispersion, exposure_h, hour_of_week

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.toronto import Fires, Fit
    from sim.dispatch import Demand, District, Log
    from sim.dispatch.profile import Dispersion

__all__ = ["Judged", "Study", "Year", "study"]

Measures = dict[tuple[str, str, str], float]  # by (by, group, measure)

LEVEL = 0.95
FEWEST = 30
"""Squares with fewer recorded fires in the later years are not judged one by one."""

MEASURED = ("response_mean_min", "response_median_min", "response_p90_min", "within_target")


@dataclass(frozen=True)
class Judged:
    """One measure of one group: recorded beside simulated.

    Parameters
    ----------
    by, group, measure
        As in `sim.dispatch.measures`.
    recorded
        Of the later years.
    simulated
        Mean of the replications.
    low, high
        Where 95 of 100 further replications would lie: the record's own chance is within.
    deviation
        Standard deviation over the replications.
    count
        Recorded fires of the group.
    """

    by: str
    group: str
    measure: str
    recorded: float
    simulated: float
    low: float
    high: float
    deviation: float
    count: int

    @property
    def missed(self) -> bool:
        """Whether the record lies outside what the model expects."""
        return not self.low <= self.recorded <= self.high


@dataclass(frozen=True)
class Year:
    """One later year: fires and mean response in minutes, recorded beside expected."""

    year: int
    fires: int
    fires_expected: float
    response_min: float
    response_simulated_min: float
    response_low_min: float
    response_high_min: float


@dataclass(frozen=True)
class Study:
    """Everything that the page and the suite tell.

    Parameters
    ----------
    earlier, later
        The two parts of the record.
    left_out
        Responses left out as slips of the pen.
    fitted, district
        The model.
    earlier_min
        Mean response of the earlier years by (by, group), minutes: the plainest forecast.
    replayed
        The later fires as they were, response times simulated.
    drawn
        The same horizon with drawn fires.
    arrivals
        Dispersion of the later counts by hour of the day, hour of the week, day and week.
    hourly
        Recorded, expected and the drawn replications' fires by hour of the day of the later years:
        (24,), (24,), (replications, 24).
    years
        The later years one by one.
    response_sample_s
        Response times of all replications of the recorded fires, shape (reps * n,).
    busier
        Mean response in minutes with three times the time on scene, less the ordinary.
    utilisation
        Busy share of the units when fires are the only calls.
    """

    earlier: Fires
    later: Fires
    left_out: int
    fitted: Fit
    district: District
    earlier_min: dict[tuple[str, str], float]
    replayed: tuple[Judged, ...]
    drawn: tuple[Judged, ...]
    arrivals: dict[str, Dispersion]
    hourly: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    years: tuple[Year, ...]
    response_sample_s: NDArray[np.float64]
    busier: float
    utilisation: float

    def of(self, by: str, measure: str, *, drawn: bool = False) -> list[Judged]:
        """Rows of one measure; of areas, those with enough fires."""
        rows = self.drawn if drawn else self.replayed
        fewest = FEWEST if by == "area" else 0
        return [r for r in rows if r.by == by and r.measure == measure and r.count >= fewest]


def study(path: Path, *, counts: Sequence[int] = COUNTS, reps: int = 40, seed: int = 0) -> Study:
    """Fit on 2011 to 2018, simulate 2019 to 2022, compare.

    Parameters
    ----------
    path
        The record.
    counts
        Numbers of points to choose from.
    reps
        Replications of the later years.
    seed
        Of everything drawn.
    """
    fires = read_fires(path)
    early = fires.time < SPLIT
    earlier, later = fires.where(early), fires.where(~early)
    fitted = fit(earlier, counts, seed)
    district = district_of(fitted, earlier, fires)
    horizon_s = float((END - SPLIT) / np.timedelta64(1, "s"))
    residual = fitted.stations.law.residual

    def run(demand: Demand) -> Log:
        return simulate(district, Policy(), demand, horizon_s=horizon_s)

    driven = run(recorded_demand(district, later, seed))
    time = driven.demand.incidents["time_s"].to_numpy()
    arrived = driven.response_columns._replace(arrived_s=time + later.response_s)
    truth = _measured(replace(driven, response_columns=arrived), district)
    replay_logs = [with_residuals(driven, residual, seed + k) for k in range(reps)]
    replays = [_measured(log, district) for log in replay_logs]
    drawn, clocks = [], []
    for k in range(reps):
        log = run(draw_demand(district, horizon_s=horizon_s, seed=seed + k))
        drawn.append(_measured(with_residuals(log, residual, seed + k), district))
        clocks.append(_by_hour_of_day(log.demand.incidents["time_s"].to_numpy()))
    expected = district.classes[0].rate_per_h
    assert expected is not None  # noqa: S101 - district_of gives it
    of_week = expected * exposure_h(SPLIT, END)
    return Study(
        earlier,
        later,
        fires.left_out,
        fitted,
        district,
        _earlier_min(earlier, district),
        _judge(truth, replays),
        _judge(truth, drawn),
        _arrivals(later, expected),
        (_by_hour_of_day(time), of_week.reshape(7, 24).sum(axis=0), np.array(clocks)),
        _years(later, replay_logs, expected),
        np.concatenate([log.responses["response_s"].to_numpy() for log in replay_logs]),
        _busier(district, later, run, seed) - _mean_response_min(driven),
        replays[0]["all", "all", "utilisation"],
    )


def _earlier_min(earlier: Fires, district: District) -> dict[tuple[str, str], float]:
    minutes = earlier.response_s / 60.0
    area = assign_areas(district.areas, earlier.x_m, earlier.y_m)
    out = {("hour", str(h)): float(minutes[earlier.hour == h].mean()) for h in range(24)}
    for k in np.unique(area):
        out["area", district.areas[k].name] = float(minutes[area == k].mean())
    return out


def _by_hour_of_day(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.bincount((time_s % 86_400.0 // 3600.0).astype(np.int64), minlength=24).astype(float)


def _measured(log: Log, district: District) -> Measures:
    table = measures(log, district)
    rows = zip(table["by"], table["group"], table["measure"], table["value"], strict=True)
    return {
        (by, group, measure): value
        for by, group, measure, value in rows
        if by in {"all", "hour", "area"}
    }


def _judge(truth: Measures, replications: list[Measures]) -> tuple[Judged, ...]:
    """Every measure of every group, with the interval for one more replication."""
    out = []
    for key, recorded in truth.items():
        by, group, measure = key
        if measure not in {*MEASURED, "incidents"} or not all(key in r for r in replications):
            continue
        values = np.array([r[key] for r in replications])
        mean, width = float(values.mean()), float(_width_of_next(values[None, :])[0])
        deviation = float(values.std(ddof=1))
        count = int(truth[by, group, "incidents"])
        out.append(
            Judged(by, group, measure, recorded, mean, mean - width, mean + width, deviation, count)
        )
    return tuple(out)


def _width_of_next(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half-width of the interval for one more draw, t s sqrt(1 + 1 / n), by row.

    Under the model a replication and the record are draws alike (Hahn & Meeker 1991, Statistical
    Intervals, chapter 4).
    """
    from scipy.special import stdtrit

    n = values.shape[1]
    t = float(stdtrit(n - 1, (1 + LEVEL) / 2))
    return np.asarray(t * values.std(axis=1, ddof=1) * np.sqrt(1 + 1 / n))


def _years(
    later: Fires, replays: Sequence[Log], rate_per_h: NDArray[np.float64]
) -> tuple[Year, ...]:
    seconds = np.column_stack([log.responses["response_s"].to_numpy() for log in replays])
    out = []
    for year in np.unique(later.year):
        here = later.year == year
        means = seconds[here].mean(axis=0, keepdims=True) / 60.0
        mean, width = float(means.mean()), float(_width_of_next(means)[0])
        first, end = (np.datetime64(f"{y}-01-01", "D") for y in (year, year + 1))
        expected = float(rate_per_h @ exposure_h(first, end))
        recorded = float(later.response_s[here].mean()) / 60.0
        fires = int(here.sum())
        out.append(Year(int(year), fires, expected, recorded, mean, mean - width, mean + width))
    return tuple(out)


def _arrivals(later: Fires, rate_per_h: NDArray[np.float64]) -> dict[str, Dispersion]:
    """Compare the later counts with Poisson counts of the fitted shape and their own total."""
    weekly = np.bincount(hour_of_week(later.time), minlength=168)
    expected = rate_per_h * exposure_h(SPLIT, END)
    scale = weekly.sum() / expected.sum()
    day = (later.time - SPLIT).astype(np.int64) // 86_400
    days = int((END - SPLIT).astype(np.int64))
    daily = np.bincount(day, minlength=days)
    of_day = rate_per_h.reshape(7, 24).sum(axis=1)
    first = int(hour_of_week(np.array([SPLIT]))[0]) // 24
    daily_expected = of_day[(first + np.arange(days)) % 7] * scale
    weeks = days // 7

    def by_hour(values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(values.reshape(7, 24).sum(axis=0))

    def by_week(values: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(values[: weeks * 7].reshape(weeks, 7).sum(axis=1))

    return {
        "hour of the day": dispersion(by_hour(weekly), by_hour(expected) * scale, fitted=1),
        "hour of the week": dispersion(weekly, expected * scale, fitted=1),
        "day": dispersion(daily, daily_expected, fitted=1),
        "week": dispersion(by_week(daily), by_week(daily_expected), fitted=1),
    }


def _mean_response_min(log: Log) -> float:
    return float(log.responses["response_s"].mean()) / 60.0


def _busier(district: District, later: Fires, run: Callable[[Demand], Log], seed: int) -> float:
    """Mean response with three times the time on scene, minutes."""
    demand = recorded_demand(district, later, seed)
    needs = demand.needs.assign(on_scene_s=3.0 * demand.needs["on_scene_s"])
    return _mean_response_min(run(replace(demand, needs=needs)))
