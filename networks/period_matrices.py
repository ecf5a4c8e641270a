"""Travel times for a set of departures: a matrix for each, every trip driven by the clock.

A trip that ends before the speeds change is as fast as if they never did, and no other can be
earlier; so the matrix of the period's own speeds answers for it, which a hierarchy gives quickly
and which departures of one period share. Only the pairs that are still under way at the change are
searched by the clock, arrival by integration along the path (Sung, Bell, Seong and Park 2000,
"Shortest paths in a network with time-dependent flow speeds", EJOR 121:32-39). Nobody who leaves
later arrives earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from networks.profile import HOURS_OF_WEEK, SpeedProfile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork
    from networks.snap import Positions

__all__ = ["at_period", "period_matrices", "until_change_s"]

_HOUR_S = 3600.0


def period_matrices(
    network: RoadNetwork,
    origins: Positions,
    destinations: Positions,
    depart_week_s: ArrayLike,
    *,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Shortest travel times between positions at several departures.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        Positions, k and l of them.
    depart_week_s
        Seconds of the week (0 is Monday 00:00) at which trips begin, d of them.
    threads
        Threads to use, all cores when not given; the result is the same.

    Returns
    -------
    float64[d, k, l]
        Seconds; inf where there is no way, or where a position was not snapped.

    Raises
    ------
    InputError
        If a departure is no number.
    """
    departures = np.atleast_1d(np.asarray(depart_week_s, dtype=np.float64)).ravel()
    if not np.isfinite(departures).all():
        raise InputError("departures are seconds of the week, all numbers")
    out = np.empty((len(departures), len(origins), len(destinations)))
    static: dict[int, NDArray[np.float64]] = {}
    for number, week_s in enumerate(departures.tolist()):
        period = network.period_at(week_s)
        if period not in static:
            steady = at_period(network, period)
            static[period] = steady.matrix(origins, destinations, threads=threads)
        out[number] = static[period]
        under_way = out[number] > until_change_s(network, week_s)
        rows, columns = np.flatnonzero(under_way.any(axis=1)), np.flatnonzero(under_way.any(axis=0))
        if len(rows):
            part = network.matrix(
                origins.take(rows),
                destinations.take(columns),
                depart_week_s=week_s,
                threads=threads,
            )
            block = np.ix_(rows, columns)
            out[number][block] = np.where(under_way[block], part, out[number][block])
    return out


def at_period(network: RoadNetwork, period: int) -> RoadNetwork:
    """Network on which the speeds of one period hold all week.

    Raises
    ------
    IndexError
        If there is no such period.
    """
    if not 0 <= period < network.n_periods:
        raise IndexError(f"period {period} of {network.n_periods}")
    if network.n_periods == 1:
        return network
    key = ("at period", period)
    if key not in network.memo:
        hours = np.zeros(HOURS_OF_WEEK, dtype=np.int64)
        names = network.profile.names[period : period + 1]
        profile = SpeedProfile(hours, network.profile.factor[period : period + 1], names)
        network.memo[key] = network.with_profile(profile)
    found = network.memo[key]
    assert isinstance(found, type(network))  # noqa: S101 - only put there above
    return found


def until_change_s(network: RoadNetwork, week_s: float) -> float:
    """Seconds from a moment of the week until the period changes, inf if it never does."""
    hour = int(week_s // _HOUR_S)
    ahead = np.roll(network.profile.period_of_hour, -(hour % HOURS_OF_WEEK))
    changes = np.flatnonzero(ahead != ahead[0])
    return np.inf if len(changes) == 0 else float((hour + changes[0]) * _HOUR_S - week_s)
