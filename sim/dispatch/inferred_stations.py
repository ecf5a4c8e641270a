"""Points from which units seem to come, where a record has times and places but no stations.

`fit_stations` finds the points from which the law of distance (`sim.dispatch.fitting`), by the
distance to the nearest, explains the recorded times best: incidents are given to their nearest
point, each point moves by a Gauss-Newton step on the times of its own incidents, the law is fitted
again, and so on, from the medians of the places (the alternation of Cooper 1964, SIAM Review
6:37-53, with response times in the place of distances); and the point that is missed least jumps to
where it helps most, while that helps (the interchange of Teitz & Bart 1968, Operations Research
16:955-961). They are *where units seem to come from*, not addresses: they absorb detours, rivers,
and stations whose crews are often out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.dispatch.fitting import OUTLIER, fit_travel_law, loss, loss_weight, refit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.dispatch.fitting import Form, TravelLaw
    from sim.dispatch.travel import PlaneTravel

__all__ = ["StationFit", "fit_stations"]

_NEAR_M = 100.0  # nearer than this the square root's slope is not followed
_STEP_M = 300.0  # a point moves at most so far at a time
_PRIOR_M = 220.0  # points without evidence stay: standard deviation of a step, per unit of loss
_ROUNDS, _MOVES = 6, 6
_JUMPS, _CANDIDATES, _IN_VAIN, _JITTER_M = 40, 80, 3, 800.0


@dataclass(frozen=True)
class StationFit:
    """Points from which units seem to come.

    Parameters
    ----------
    x_m, y_m
        Metres, shape (k,).
    law
        Fitted on the distance to the nearest.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    law: TravelLaw

    def nearest_m(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
        """Straight-line metres from each place to the nearest point, shape (n,)."""
        return _nearest(np.column_stack([self.x_m, self.y_m]), _places(x_m, y_m))[0]

    def log_error(
        self, x_m: ArrayLike, y_m: ArrayLike, time_s: ArrayLike, night: ArrayLike = 0.0
    ) -> NDArray[np.float64]:
        """Logarithm of recorded over fitted response time, shape (n,)."""
        fitted = self.law.time_s(self.nearest_m(x_m, y_m), night)
        return np.asarray(np.log(np.asarray(time_s, np.float64) / fitted))


def _places(x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
    return np.column_stack([np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)])


def _nearest(
    points: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    from scipy.spatial import cKDTree

    distance, which = cKDTree(points).query(places)
    return np.asarray(distance, np.float64), np.asarray(which, np.int64)


def fit_stations(
    x_m: ArrayLike,
    y_m: ArrayLike,
    time_s: ArrayLike,
    count: int,
    *,
    night: ArrayLike | None = None,
    seed: int = 0,
    form: Form = "kolesar",
    from_times: bool = True,
) -> StationFit:
    """Find the points from which units seem to come, and the law of distance from them.

    Parameters
    ----------
    x_m, y_m
        Places of incidents, metres, shape (n,).
    time_s
        Response times, seconds, shape (n,).
    count
        Number of points.
    night
        As in :func:`fit_travel_law`.
    seed
        Of the first points.
    form
        Of the law.
    from_times
        Whether the points are moved to explain the times; False leaves them at the medians of the
        places, where a planner who knows no times would put them.

    Raises
    ------
    InputError
        If there are not ten incidents a point, or for the reasons of :func:`fit_travel_law`.
    """
    places, time = _places(x_m, y_m), np.asarray(time_s, np.float64)
    if not 1 <= count <= len(places) // 10:
        raise InputError(
            f"{count} stations cannot be found from {len(places)} incidents",
            mend="ten incidents a station are the least",
        )
    dark = None if night is None else np.asarray(night, np.float64)
    points = _medians(places, count, seed)
    law = fit_travel_law(_nearest(points, places)[0], time, night=dark, form=form)
    if from_times:
        points, law = _explain(points, places, time, law, dark, form, seed)
    return StationFit(points[:, 0].copy(), points[:, 1].copy(), law)


def _explain(
    points: NDArray[np.float64],
    places: NDArray[np.float64],
    time: NDArray[np.float64],
    law: TravelLaw,
    night: NDArray[np.float64] | None,
    form: Form,
    seed: int,
) -> tuple[NDArray[np.float64], TravelLaw]:
    """Move points, and the law with them, until they explain the times."""

    def settle(
        points: NDArray[np.float64], law: TravelLaw, rounds: int
    ) -> tuple[NDArray[np.float64], TravelLaw]:
        for _ in range(rounds):
            for _ in range(_MOVES):
                points = points + _moves(points, places, time, law, night)
            law = refit(law, _nearest(points, places)[0], time, night, form)
        return points, law

    points, law = settle(points, law, _ROUNDS)
    in_vain = 0
    for attempt in range(_JUMPS if len(points) > 1 else 0):
        jumped = _jump(points, places, time, law, night, (seed, attempt))
        if jumped is None:
            in_vain += 1
            if in_vain == _IN_VAIN:
                break
        else:
            in_vain = 0
            points, law = settle(jumped, law, 1)
    return settle(points, law, _ROUNDS)


def _medians(places: NDArray[np.float64], count: int, seed: int) -> NDArray[np.float64]:
    """Points with a small sum of distances: Lloyd's alternation with Weiszfeld's median."""
    from sim.draws import stream_id, uniforms

    spread = uniforms(seed, stream_id("fitting/first points"), np.arange(len(places)))
    points = places[np.argsort(spread, kind="stable")[:count]].astype(np.float64)
    for _ in range(20):
        for _ in range(2):
            distance, which = _nearest(points, places)
            weight = 1.0 / np.maximum(distance, 20.0)
            total = np.bincount(which, weight, count)
            for axis in (0, 1):
                moved = np.bincount(which, weight * places[:, axis], count)
                held = total > 0
                points[held, axis] = moved[held] / total[held]
    return points


def _moves(
    points: NDArray[np.float64],
    places: NDArray[np.float64],
    time: NDArray[np.float64],
    law: TravelLaw,
    night: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Half a Gauss-Newton step of every point on the logarithms of its own incidents' times."""
    distance, which = _nearest(points, places)
    fitted = law.time_s(distance, 0.0 if night is None else night)
    error = np.log(time / fitted)
    weight = loss_weight(error)
    away = (points[which] - places) / np.maximum(distance, _NEAR_M / 2.0)[:, None]
    slope = away * (_slope(law.travel, distance) / fitted)[:, None]
    k = len(points)

    def of_point(value: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(which, weight * value, k).astype(np.float64)

    prior = (OUTLIER / _PRIOR_M) ** 2
    xx = of_point(slope[:, 0] ** 2) + prior
    yy = of_point(slope[:, 1] ** 2) + prior
    xy = of_point(slope[:, 0] * slope[:, 1])
    bx, by = of_point(slope[:, 0] * error), of_point(slope[:, 1] * error)
    determinant = xx * yy - xy**2
    step = np.column_stack([yy * bx - xy * by, xx * by - xy * bx]) / determinant[:, None]
    length = np.hypot(step[:, 0], step[:, 1])
    return np.asarray(0.5 * step * np.minimum(1.0, _STEP_M / np.maximum(length, 1e-9))[:, None])


def _jump(
    points: NDArray[np.float64],
    places: NDArray[np.float64],
    time: NDArray[np.float64],
    law: TravelLaw,
    night: NDArray[np.float64] | None,
    attempt: tuple[int, int],
) -> NDArray[np.float64] | None:
    """Take the point that is missed least to the candidate that helps most; None if that is worse.

    Candidates are near places of incidents, others in each attempt.
    """
    from scipy.spatial import cKDTree

    from sim.draws import stream_id, uniforms

    dark = np.zeros(len(time)) if night is None else night

    def cost(rows: NDArray[np.int64], distance: NDArray[np.float64]) -> NDArray[np.float64]:
        return loss(np.log(time[rows] / law.time_s(distance, dark[rows])))

    every = np.arange(len(places))
    two = cKDTree(points).query(places, k=2)
    distance, which = np.asarray(two[0], np.float64), np.asarray(two[1], np.int64)
    now = cost(every, distance[:, 0])
    missed = np.bincount(which[:, 0], cost(every, distance[:, 1]) - now, len(points))
    seed, number = attempt
    items = np.arange(_CANDIDATES) + number * _CANDIDATES
    u = [uniforms(seed, stream_id("fitting/candidates"), items, draw) for draw in range(3)]
    near = places[(u[0] * len(places)).astype(np.int64)]
    candidates = near + _JITTER_M * (np.column_stack(u[1:]) - 0.5)
    between = np.hypot(*(places[:, None, axis] - candidates[:, axis] for axis in (0, 1)))
    row, column = np.nonzero(between < distance[:, :1])
    gained = np.bincount(column, now[row] - cost(row, between[row, column]), len(candidates))
    least, most = int(np.argmin(missed)), int(np.argmax(gained))
    if gained[most] <= missed[least]:
        return None
    out = points.copy()
    out[least] = candidates[most]
    return out


def _slope(travel: PlaneTravel, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds a metre."""
    a, v = travel.acceleration_ms2, travel.cruising_ms
    d = np.maximum(distance, _NEAR_M)
    return np.where(d <= v * v / a, 1.0 / np.sqrt(a * d), 1.0 / v)
