"""Poisson arrivals whose rate changes from hour to hour of the week.

The k-th arrival happens when the expected number of arrivals reaches the k-th arrival time of a
Poisson process of rate one (Cinlar 1975, Introduction to Stochastic Processes, section 4.7; Law
2015, Simulation Modeling and Analysis, 5th ed., section 8.6.2).  The rate is constant within an
hour, so the expected number is a piecewise linear function of time and is inverted exactly, with
no arrival thrown away as thinning (Lewis and Shedler 1979) would.

Arrival k takes one uniform number, item k of its stream.  A longer horizon therefore only adds
arrivals (to the bit), and a higher rate brings the same arrivals forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.errors import InputError
from sim.draws import Word, _word, uniform

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["HOURS_OF_WEEK", "expected_arrivals", "poisson_arrivals"]

HOURS_OF_WEEK = 168
HOUR_S = 3600.0


def poisson_arrivals(
    rate_per_h: ArrayLike, horizon_s: float, week_start_s: float, seed: Word, stream: Word
) -> NDArray[np.float64]:
    """Draw the arrival times of a Poisson process by hour of the week.

    Parameters
    ----------
    rate_per_h : float64[168]
        Expected arrivals an hour in each hour of the week, the first from Monday 00:00.
    horizon_s
        Arrivals are drawn in [0, horizon_s), seconds.
    week_start_s
        Second of the week at which time 0 lies (Monday 00:00 is 0).
    seed, stream
        As in `sim.draws.uniform`.

    Returns
    -------
    float64[k]
        Times in seconds, rising.

    Raises
    ------
    InputError
        If there are not 168 rates, one is negative or not finite, or the horizon is.
    """
    edge_s, expected, rate_per_s = _expected_by_hour(rate_per_h, horizon_s, week_start_s)
    # Room for ten standard deviations more than expected; the kernel says if that was too little.
    room = int(expected[-1] + 10 * np.sqrt(expected[-1]) + 20)
    while True:
        times = np.empty(room)
        count = _invert(edge_s, expected, rate_per_s, _word(seed), _word(stream), times)
        if count >= 0:
            return times[:count].copy()
        room *= 2


def expected_arrivals(rate_per_h: ArrayLike, horizon_s: float, week_start_s: float = 0.0) -> float:
    """Return the expected number of arrivals in [0, horizon_s).

    Parameters and errors are those of :func:`poisson_arrivals`.

    Examples
    --------
    >>> expected_arrivals([2.0] * 168, horizon_s=5400.0)
    3.0
    """
    return float(_expected_by_hour(rate_per_h, horizon_s, week_start_s)[1][-1])


def _expected_by_hour(
    rate_per_h: ArrayLike, horizon_s: float, week_start_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return when the rate may change, ends included; the arrivals expected by then; the rates."""
    rates = np.asarray(rate_per_h, dtype=np.float64)
    if rates.shape != (HOURS_OF_WEEK,):
        raise InputError(
            f"arrival rates have the shape {rates.shape}",
            mend=f"give {HOURS_OF_WEEK}, one for each hour of the week",
        )
    wrong = np.flatnonzero(~(np.isfinite(rates) & (rates >= 0)))
    if wrong.size:
        raise InputError(
            f"the arrival rate {rates[wrong[0]]} in hour {wrong[0]} of the week is not a finite "
            "number of 0 or more"
        )
    if not (np.isfinite(horizon_s) and horizon_s >= 0 and np.isfinite(week_start_s)):
        raise InputError(f"horizon_s = {horizon_s} from week_start_s = {week_start_s}")
    first_hour = int(week_start_s // HOUR_S)
    last_hour = int((week_start_s + horizon_s) // HOUR_S)
    inner_s = np.arange(first_hour + 1, last_hour + 1) * HOUR_S - week_start_s
    inner_s = inner_s[(inner_s > 0) & (inner_s < horizon_s)]
    edge_s = np.concatenate(([0.0], inner_s, [float(horizon_s)]))
    hour_of_week = (first_hour + np.arange(edge_s.size - 1)) % HOURS_OF_WEEK
    expected = np.zeros(edge_s.size)
    rate_per_s = rates[hour_of_week] / HOUR_S
    np.cumsum(rate_per_s * np.diff(edge_s), out=expected[1:])
    return edge_s, expected, rate_per_s


@njit(cache=True, nogil=True)
def _invert(
    edge_s: NDArray[np.float64],
    expected: NDArray[np.float64],
    rate_per_s: NDArray[np.float64],
    seed: Word,
    stream: Word,
    times: NDArray[np.float64],
) -> int:
    """Fill in the arrival times; return how many they are, or -1 if there is no room for them."""
    last = expected.size - 1
    reached = 0.0  # arrival time of the process of rate one
    hour = 0
    count = 0
    while True:
        reached -= np.log(uniform(seed, stream, count, 0))
        if reached >= expected[last]:
            return count
        while expected[hour + 1] <= reached:  # passes over hours without arrivals too
            hour += 1
        time = edge_s[hour] + (reached - expected[hour]) / rate_per_s[hour]
        time = min(time, edge_s[hour + 1])  # rounding must not carry it past the hour
        if time >= edge_s[last]:
            return count
        if count == times.size:
            return -1
        times[count] = time
        count += 1
