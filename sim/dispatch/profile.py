"""Arrival rates by hour of the week, from a record of when incidents were called.

Two questions are kept apart. The *shape* of the week is a Poisson regression on harmonics: waves
of the day, of the week, and the side bands that let one day's wave differ from another's
(Kuhl, Wilson & Johnson 1997, "Estimating and simulating Poisson processes having trends or
multiple periodicities", IIE Transactions 29:201-211). How many waves, and how far each hour is then
drawn from its own count towards the curve (the posterior mean under a gamma prior; Robbins 1956,
Proc. 3rd Berkeley Symposium 1:157-163), is decided by what predicts blocks of the record that were
left out. The *level* is the mean, or a log-linear trend where a trend would have predicted later
blocks better than the mean of the earlier ones did.

Whether the counts are Poisson at all is what `dispersion` says: Fisher's index, the chi-square of
the counts over its degrees of freedom (Fisher 1925, Statistical Methods for Research Workers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ArrivalProfile", "Dispersion", "Harmonics", "dispersion", "fit_arrival_profile"]

HOURS = 168
_EPOCH_MONDAY = np.datetime64("1970-01-05T00:00:00", "s")
_DAYS_A_YEAR = 365.25
_STEPS = 50
_SETTLED = 1e-10

POOLING_WEEKS = (0.0, 13.0, 26.0, 52.0, 104.0, 208.0, 416.0, 832.0, np.inf)
"""Weights tried for the curve, as weeks of observation: 0 is the hour's own count alone."""


class Harmonics(NamedTuple):
    """Which waves a curve of the week has.

    Parameters
    ----------
    day
        Waves of 24 h, 12 h, ... : this many.
    week
        Waves of 7 days, 3.5 days, ... : this many.
    bands
        Side bands of each wave of the day: 0 if all days have the same shape.
    """

    day: int
    week: int
    bands: int

    def cycles_per_week(self) -> list[int]:
        """Frequencies, each once."""
        found = set(range(1, self.week + 1))
        for k in range(1, self.day + 1):
            found |= set(range(7 * k - self.bands, 7 * k + self.bands + 1))
        return sorted(found)


@dataclass(frozen=True)
class ArrivalProfile:
    """Expected incidents by hour of the week.

    Parameters
    ----------
    rate_per_h
        Incidents an hour in each hour of the week from Monday 00:00, shape (168,), at the mean
        level of the record.
    harmonics, pooling_weeks
        The curve that was chosen, and its weight against an hour's own count.
    trend_per_year, trend_error
        Slope of the logarithm of the level, and its standard error with the spread that the blocks
        show.
    trend_predicts
        Whether later blocks were predicted better with the trend than without.
    middle_day
        Day at which the level of `rate_per_h` holds.
    held_out
        Log-likelihood per incident left out, less that of one rate for all hours: by curve as
        (day, week, bands, pooling_weeks).
    """

    rate_per_h: NDArray[np.float64]
    harmonics: Harmonics
    pooling_weeks: float
    trend_per_year: float
    trend_error: float
    trend_predicts: bool
    middle_day: np.datetime64
    held_out: dict[tuple[int, int, int, float], float] = field(repr=False)

    def rates_at(self, day: np.datetime64) -> NDArray[np.float64]:
        """Rates at the level of a day: of `rate_per_h` unless the trend predicts."""
        if not self.trend_predicts:
            return self.rate_per_h
        years = float((day - self.middle_day) / np.timedelta64(1, "D")) / _DAYS_A_YEAR
        return np.asarray(self.rate_per_h * np.exp(self.trend_per_year * years))


def hour_of_week(times: ArrayLike) -> NDArray[np.int64]:
    """Hour of the week, 0 to 167 from Monday 00:00, of stamps in local clock time."""
    stamps = np.asarray(times, "datetime64[s]")
    hours: NDArray[np.int64] = ((stamps - _EPOCH_MONDAY) // np.timedelta64(3600, "s")).astype(
        np.int64
    )
    return hours % HOURS


def exposure_h(first_day: np.datetime64, end_day: np.datetime64) -> NDArray[np.float64]:
    """How often each hour of the week occurs from a day up to another, shape (168,)."""
    days = np.arange(first_day.astype("datetime64[D]"), end_day.astype("datetime64[D]"))
    weekday = (days - _EPOCH_MONDAY.astype("datetime64[D]")).astype(np.int64) % 7
    return np.repeat(np.bincount(weekday, minlength=7).astype(np.float64), 24)


def fit_arrival_profile(
    times: ArrayLike,
    first_day: np.datetime64,
    end_day: np.datetime64,
    *,
    blocks: int = 8,
    candidates: list[Harmonics] | None = None,
) -> ArrivalProfile:
    """Fit the profile of a record.

    Parameters
    ----------
    times
        When incidents were called, datetime64 in local clock time, shape (n,).
    first_day, end_day
        The record covers [first_day, end_day).
    blocks
        Stretches of the record, of equal length, each left out in turn.
    candidates
        Curves to choose from; by default up to 7 waves of the day, 3 of the week, 1 side band.

    Raises
    ------
    InputError
        If there are fewer than three blocks or two weeks, or no incident in one of the blocks, or
        one outside the record.
    """
    counts, exposure, middle = _by_block(times, first_day, end_day, blocks)
    curves = candidates or [Harmonics(*c) for c in product(range(8), range(4), range(2))]
    held_out: dict[tuple[int, int, int, float], float] = {}
    for curve in curves:
        held_out[(*curve, np.inf)] = _predicted(counts, exposure, curve, (np.inf,))[0]
    best = Harmonics(*max(held_out, key=lambda key: held_out[key])[:3])
    scores = _predicted(counts, exposure, best, POOLING_WEEKS)
    held_out |= {(*best, weeks): s for weeks, s in zip(POOLING_WEEKS, scores, strict=True)}
    weeks = POOLING_WEEKS[int(np.argmax(scores))]
    rate = _pooled(counts.sum(axis=0), exposure.sum(axis=0), best, weeks)
    slope, error, predicts = _trend(counts.sum(axis=1), exposure.sum(axis=1), middle)
    day = first_day.astype("datetime64[D]")
    half = (end_day.astype("datetime64[D]") - day) // 2
    return ArrivalProfile(rate, best, weeks, slope, error, predicts, day + half, held_out)


def _by_block(
    times: ArrayLike, first_day: np.datetime64, end_day: np.datetime64, blocks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give counts and exposure by block and hour of the week, and the blocks' middles in years."""
    stamps = np.asarray(times, "datetime64[s]")
    start, end = first_day.astype("datetime64[D]"), end_day.astype("datetime64[D]")
    n_days = int((end - start) / np.timedelta64(1, "D"))
    if blocks < 3 or n_days < max(14, 7 * blocks):
        raise InputError(
            f"{n_days} days in {blocks} blocks do not show a profile of the week",
            mend="give at least three blocks, each of a week or longer",
        )
    outside = (stamps < start) | (stamps >= end)
    if outside.any():
        raise InputError(
            f"{int(outside.sum())} of {len(stamps)} incidents lie outside {start} to {end}",
            mend="give the days that the record covers",
        )
    edge = start + (np.arange(blocks + 1) * n_days // blocks).astype("timedelta64[D]")
    block = np.searchsorted(edge.astype("datetime64[s]"), stamps, side="right") - 1
    counts = np.bincount(block * HOURS + hour_of_week(stamps), minlength=blocks * HOURS)
    by_block = counts.reshape(blocks, HOURS).astype(np.float64)
    if (by_block.sum(axis=1) == 0).any():
        raise InputError(
            "a part of the record has no incidents", mend="give fewer blocks, or other days"
        )
    exposure = np.array([exposure_h(a, b) for a, b in pairwise(edge)])
    middle = ((edge[:-1] - start) + (edge[1:] - start)).astype(np.float64) / 2.0 / _DAYS_A_YEAR
    return by_block, exposure, middle


def _predicted(
    counts: NDArray[np.float64],
    exposure: NDArray[np.float64],
    curve: Harmonics,
    pooling: tuple[float, ...],
) -> list[float]:
    """Log-likelihood per incident of left-out blocks, given their totals, less that of flat rates.

    Totals are given, so that the level, which drifts, does not judge the shape.
    """
    score = np.zeros(len(pooling))
    for block in range(len(counts)):
        kept = np.arange(len(counts)) != block
        n, e = counts[kept].sum(axis=0), exposure[kept].sum(axis=0)
        smooth = _curve(n, e, curve)
        flat = exposure[block] / exposure[block].sum()
        for i, weeks in enumerate(pooling):
            expected = _towards(n, e, smooth, weeks) * exposure[block]
            share = np.maximum(expected / expected.sum(), 1e-12)
            score[i] += float(counts[block] @ np.log(share / flat))
    return [float(value) for value in score / counts.sum()]


def _pooled(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], curve: Harmonics, weeks: float
) -> NDArray[np.float64]:
    return _towards(counts, exposure, _curve(counts, exposure, curve), weeks)


def _towards(
    counts: NDArray[np.float64],
    exposure: NDArray[np.float64],
    smooth: NDArray[np.float64],
    weeks: float,
) -> NDArray[np.float64]:
    """Posterior mean of each hour's rate under a gamma prior about the curve, worth `weeks`."""
    if np.isinf(weeks):
        return smooth
    return np.asarray((counts + weeks * smooth) / (exposure + weeks))


def _curve(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], curve: Harmonics
) -> NDArray[np.float64]:
    """Maximum-likelihood Poisson regression on harmonics, by iteratively reweighted squares."""
    angle = 2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
    waves = [np.ones(HOURS)]
    for m in curve.cycles_per_week():
        waves += [np.cos(m * angle), np.sin(m * angle)]
    design = np.column_stack(waves)
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(counts.sum() / exposure.sum())
    for _ in range(_STEPS):
        mean = exposure * np.exp(design @ beta)
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (counts - mean))
        beta += step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < _SETTLED:
            break
    return np.asarray(np.exp(design @ beta))


def _trend(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], years: NDArray[np.float64]
) -> tuple[float, float, bool]:
    """Slope a year of the log level, its standard error, and whether it predicts later blocks."""
    slope, level, error = _log_linear(counts, exposure, years)
    gain = 0.0
    for later in range(max(3, len(counts) // 2), len(counts)):
        before = slice(0, later)
        s, c, _ = _log_linear(counts[before], exposure[before], years[before])
        with_trend = exposure[later] * np.exp(c + s * years[later])
        without = exposure[later] * counts[before].sum() / exposure[before].sum()
        gain += counts[later] * np.log(with_trend / without) - (with_trend - without)
    del level
    return slope, error, bool(gain > 0)


def _log_linear(
    counts: NDArray[np.float64], exposure: NDArray[np.float64], years: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Slope, level at year 0 and quasi-Poisson standard error of the slope."""
    design = np.column_stack([years, np.ones_like(years)])
    beta = np.array([0.0, np.log(counts.sum() / exposure.sum())])
    information = np.eye(2)
    for _ in range(_STEPS):
        mean = exposure * np.exp(design @ beta)
        information = design.T @ (design * mean[:, None])
        step = np.linalg.solve(information, design.T @ (counts - mean))
        beta += step
        if np.abs(step).max() < _SETTLED:
            break
    mean = exposure * np.exp(design @ beta)
    spread = float(((counts - mean) ** 2 / mean).sum()) / max(1, len(counts) - 2)
    variance = float(np.linalg.inv(information)[0, 0]) * max(1.0, spread)
    return float(beta[0]), float(beta[1]), float(np.sqrt(variance))


class Dispersion(NamedTuple):
    """Whether counts spread as Poisson counts do.

    Parameters
    ----------
    ratio
        Mean of (count - expected)^2 / expected: 1 for Poisson counts, above 1 if they cluster.
    p_value
        Chance of a ratio as large, were they Poisson with these means (chi-square).
    degrees
        Degrees of freedom.
    """

    ratio: float
    p_value: float
    degrees: int


def dispersion(counts: ArrayLike, expected: ArrayLike, *, fitted: int = 0) -> Dispersion:
    """Compare counts with their expectations.

    Parameters
    ----------
    counts, expected
        Shape (k,); expectations above 0.
    fitted
        Numbers that were fitted to these same counts (1 if the expectations were scaled to their
        total), taken off the degrees of freedom.

    Raises
    ------
    InputError
        If the shapes differ, an expectation is not above 0, or no degree of freedom is left.

    Examples
    --------
    >>> dispersion([8, 12, 10, 10], [10, 10, 10, 10], fitted=1).ratio
    0.26666666666666666
    """
    from scipy.stats import chi2

    n, m = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    if n.shape != m.shape or not (m > 0).all() or n.size <= fitted:
        raise InputError(
            f"counts of shape {n.shape} cannot be compared with expectations of shape {m.shape}",
            mend="give as many of both, all expectations above 0",
        )
    statistic = float(((n - m) ** 2 / m).sum())
    degrees = int(n.size - fitted)
    return Dispersion(statistic / degrees, float(chi2.sf(statistic, degrees)), degrees)
