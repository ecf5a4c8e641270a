"""What replications let us say: intervals, differences, warm-up; each formula with its source.

"Law" is Law 2015, Simulation Modeling and Analysis, 5th edition.

The intervals rest on independent replications of one model.  Values within a replication depend on
each other, so they are never put into these formulas one by one: give one number a replication,
or use :func:`batch_means` on one long run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Interval",
    "WarmUp",
    "batch_means",
    "bonferroni_level",
    "delete_warmup",
    "half_width",
    "mser5",
    "paired_difference",
    "quantile_interval",
    "t_interval",
    "welch_difference",
]


@dataclass(frozen=True)
class Interval:
    """A point estimate and what it is known to within.

    Attributes
    ----------
    mean
        The point estimate (of a quantile in :func:`quantile_interval`, else of a mean).
    low, high
        Ends of the interval; infinite where the observations are too few to say.
    half_width
        Half of its width.
    n
        Number of observations.
    level
        Confidence level, e.g. 0.95.
    """

    mean: float
    low: float
    high: float
    half_width: float
    n: int
    level: float

    @property
    def relative_half_width(self) -> float:
        """Half-width over the absolute mean; 0 where both are 0, infinite where only the mean."""
        if self.half_width == 0:
            return 0.0
        return self.half_width / abs(self.mean) if self.mean != 0 else math.inf

    def __contains__(self, value: float) -> bool:
        """Whether a value lies in the interval, ends included."""
        return self.low <= value <= self.high


def half_width(deviation: ArrayLike, n: ArrayLike, level: float = 0.95) -> NDArray[np.float64]:
    """Half-width of the t interval for means: t * s / sqrt(n) (Law, equation 4.12).

    For whole tables at once; :func:`t_interval` is the same for one series.

    Parameters
    ----------
    deviation : float64[...]
        Sample standard deviations (divisor n - 1).
    n : int64[...]
        Numbers of observations.
    level
        Confidence level.

    Returns
    -------
    float64[...]
        Infinite where n is below 2.
    """
    from scipy.special import stdtrit

    _check_level(level)
    count = np.asarray(n, dtype=np.float64)
    enough = np.maximum(count, 2)
    width = stdtrit(enough - 1, (1 + level) / 2) * np.asarray(deviation) / np.sqrt(enough)
    return np.where(count >= 2, width, np.inf)


def t_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Interval for the mean of independent observations, nearly normal (Law, equation 4.12).

    Parameters
    ----------
    values : float64[n]
        One number a replication.
    level
        Confidence level.

    Raises
    ------
    ValueError
        If there is no value, one is not a finite number, or the level is not within (0, 1).

    Examples
    --------
    >>> t_interval([3.0, 5.0, 4.0]).mean
    4.0
    """
    observed = _observations(values)
    deviation = float(observed.std(ddof=1)) if observed.size > 1 else 0.0
    return _around(
        float(observed.mean()),
        float(half_width(deviation, observed.size, level)),
        observed.size,
        level,
    )


def paired_difference(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Interval for the mean of ``second - first``, pair by pair (paired t; Law, section 10.2.1).

    The right one under common random numbers: what both share drops out of the differences.

    Parameters
    ----------
    first, second : float64[n]
        One number a replication, the same replications in the same order.
    level
        Confidence level.

    Raises
    ------
    ValueError
        If the two differ in length, or for the reasons of :func:`t_interval`.
    """
    before, after = _observations(first), _observations(second)
    if before.size != after.size:
        raise ValueError(f"{before.size} replications cannot be paired with {after.size}")
    return t_interval(after - before, level)


def welch_difference(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Interval:
    """Interval for the difference of means, second minus first, of independent samples.

    Variances may differ (Welch 1938, Biometrika 29:350-362; Law, equations 10.2 and 10.3).

    Parameters
    ----------
    first, second : float64[n], float64[m]
        One number a replication, of two models whose replications share nothing.
    level
        Confidence level.

    Returns
    -------
    Interval
        Its ``n`` is the smaller of the two numbers of observations.

    Raises
    ------
    ValueError
        For the reasons of :func:`t_interval`.
    """
    from scipy.special import stdtrit

    _check_level(level)
    before, after = _observations(first), _observations(second)
    smaller = min(before.size, after.size)
    difference = float(after.mean() - before.mean())
    if smaller < 2:
        return _around(difference, math.inf, smaller, level)
    share_before = float(before.var(ddof=1)) / before.size
    share_after = float(after.var(ddof=1)) / after.size
    variance = share_before + share_after
    if variance == 0:
        return _around(difference, 0.0, smaller, level)
    freedom = variance**2 / (
        share_before**2 / (before.size - 1) + share_after**2 / (after.size - 1)
    )
    width = float(stdtrit(freedom, (1 + level) / 2)) * math.sqrt(variance)
    return _around(difference, width, smaller, level)


def quantile_interval(values: ArrayLike, quantile: float, level: float = 0.95) -> Interval:
    """Interval for a quantile of independent observations of any distribution.

    Its ends are order statistics: the number of observations below the quantile is binomial
    (Conover 1999, Practical Nonparametric Statistics, 3rd ed., section 3.2; Hahn and Meeker 1991,
    Statistical Intervals, section 5.2).  Each end errs with at most (1 - level) / 2.

    Parameters
    ----------
    values : float64[n]
        Independent observations.
    quantile
        Which one, in (0, 1): 0.9 for the 90th percentile.
    level
        Confidence level.

    Returns
    -------
    Interval
        ``mean`` is the sample's quantile (linear between order statistics, as numpy and pandas
        have it); an end is infinite where the sample is too small to bound that side.

    Raises
    ------
    ValueError
        If the quantile is not within (0, 1), or for the reasons of :func:`t_interval`.
    """
    from scipy.special import bdtr

    _check_level(level)
    if not 0 < quantile < 1:
        raise ValueError(f"quantile = {quantile} must lie between 0 and 1")
    ordered = np.sort(_observations(values))
    n = ordered.size
    at_most = bdtr(np.arange(n, dtype=np.float64), n, quantile)  # P(count below <= k), k = 0..n-1
    error = (1 - level) / 2
    # P(X_(k) > quantile) = P(count < k) = at_most[k - 1], for the k-th smallest observation.
    below = int(np.count_nonzero(at_most <= error))
    above = int(np.searchsorted(at_most, 1 - error))
    low = float(ordered[below - 1]) if below > 0 else -math.inf
    high = float(ordered[above]) if above < n else math.inf
    estimate = float(np.quantile(ordered, quantile))
    return Interval(estimate, low, high, (high - low) / 2, n, level)


def bonferroni_level(level: float, intervals: int) -> float:
    """Level for each of several intervals so that all hold together with the level given.

    Bonferroni inequality (Law, equation 9.12): the errors of the intervals add up at most.

    Examples
    --------
    >>> round(bonferroni_level(0.9, 10), 6)
    0.99
    """
    _check_level(level)
    if intervals < 1:
        raise ValueError(f"{intervals} intervals")
    return 1 - (1 - level) / intervals


class WarmUp(NamedTuple):
    """What :func:`mser5` says about the start of a series.

    Attributes
    ----------
    deleted
        Number of observations to leave out.
    settled
        False where the best point lies in the second half: the run is too short to tell.
    """

    deleted: int
    settled: bool


def mser5(values: ArrayLike) -> WarmUp:
    """Say how many observations at the start belong to the warm-up (MSER-5).

    Means of 5 observations; the part after d of them is kept for which the squared standard error
    of its mean, sum (Y - mean)^2 / (k - d)^2, is smallest (White, Cobb and Spratt 2000, "A
    comparison of five steady-state truncation heuristics for simulation", WSC; White 1997,
    Simulation 69:323-334).  The last five means are never looked at alone, as few of them can be
    alike by chance.

    Parameters
    ----------
    values : float64[n]
        One run's observations in time order; at least 50.

    Raises
    ------
    ValueError
        If there are fewer, or one is not a finite number.
    """
    observed = _observations(values)
    if observed.size < 50:
        raise ValueError(f"{observed.size} observations do not show a warm-up; 50 are needed")
    count = observed.size // 5
    means = observed[: count * 5].reshape(count, 5).mean(axis=1)
    means = means - means.mean()  # squares of small numbers: nothing cancels below
    kept = count - np.arange(count)
    total = np.cumsum(means[::-1])[::-1]
    squares = np.cumsum((means**2)[::-1])[::-1]
    error = (squares - total**2 / kept) / kept.astype(np.float64) ** 2
    best = int(np.argmin(error[: count - 5]))
    return WarmUp(5 * best, settled=best <= count // 2)


def delete_warmup(values: ArrayLike) -> NDArray[np.float64]:
    """Return the observations after the warm-up that :func:`mser5` finds.

    Raises
    ------
    ValueError
        If the run is too short to tell where the warm-up ends.
    """
    observed = _observations(values)
    deleted, settled = mser5(observed)
    if not settled:
        raise ValueError(
            f"{observed.size} observations are too few: the warm-up takes more than half of them"
        )
    return observed[deleted:]


def batch_means(values: ArrayLike, batches: int = 20, level: float = 0.95) -> Interval:
    """Interval for the mean of one long stationary run (batch means; Law, section 9.5.3).

    Between 10 and 30 batches serve best (Schmeiser 1982, Operations Research 30:556-568).

    Parameters
    ----------
    values : float64[n]
        One run's observations in time order, after its warm-up.  The first ones that do not fill
        the batches evenly are left out.
    batches
        Number of batches, at least 2.
    level
        Confidence level.

    Returns
    -------
    Interval
        Its ``n`` is the number of batches.

    Raises
    ------
    ValueError
        If there are fewer values than batches, or one is not a finite number.
    """
    observed = _observations(values)
    if not 2 <= batches <= observed.size:
        raise ValueError(f"{observed.size} observations do not fill {batches} batches")
    length = observed.size // batches
    return t_interval(observed[-batches * length :].reshape(batches, length).mean(axis=1), level)


def _around(mean: float, width: float, n: int, level: float) -> Interval:
    return Interval(mean, mean - width, mean + width, width, n, level)


def _observations(values: ArrayLike) -> NDArray[np.float64]:
    observed = np.asarray(values, dtype=np.float64).ravel()
    if observed.size == 0:
        raise ValueError("there are no observations")
    if not np.isfinite(observed).all():
        place = int(np.flatnonzero(~np.isfinite(observed))[0])
        raise ValueError(f"observation {place} is {observed[place]}, not a finite number")
    return observed


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level = {level} must lie between 0 and 1")
