"""Response times as a law of distance, fitted to a record that knows places but no streets.

The law is that of Kolesar, Walker & Hausner (1975), "Determining the relation between fire engine
travel times and travel distances in New York City", Operations Research 23:614-627: a square root
of distance on short trips, a straight line on long ones, joined with equal slope (`PlaneTravel`).
From the alarm a time passes before a unit moves (taking the call, turning out), longer at night:

    response = (start-up + night extra + law(distance)) * residual

Residuals are factors, since times spread in proportion to their length; they are measured, not
assumed normal. The fit is by least squares of logarithms with a loss that grows linearly beyond
`OUTLIER` (Huber 1964, Annals of Mathematical Statistics 35:73-101, in its smooth form), standard
errors are those of M-estimators (White 1980, Econometrica 48:817-838).

A record that lacks the stations too is for `sim.dispatch.inferred_stations`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from sim.dispatch.travel import PlaneTravel
from sim.distributions import Empirical

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.dispatch.log import Log
    from sim.distributions import Distribution

__all__ = ["Form", "TravelLaw", "fit_travel_law", "refit", "with_residuals"]

Form = Literal["kolesar", "root", "linear"]

OUTLIER = 0.25
"""Deviation of the logarithm from which an observation counts less."""

_BOUNDS = ((0.0, 600.0), (0.0, 300.0), (np.log(0.01), np.log(10.0)), (np.log(1.0), np.log(50.0)))
_STARTS = ((0.3, 20.0), (3.0, 10.0), (1.0, 15.0))  # acceleration, cruising speed: several valleys
_STEPS, _SETTLED = 100, 1e-10


@dataclass(frozen=True)
class TravelLaw:
    """A fitted law of response times.

    Parameters
    ----------
    travel
        The law of distance, for the simulation.
    start_up_s, night_extra_s
        Seconds before a unit moves, and those added at night.
    residual
        Factor on each response time: recorded divided by fitted.
    standard_errors
        By name: start_up_s, night_extra_s, acceleration_ms2, cruising_ms (those that were fitted),
        given the distances.
    cruising_reached
        Whether trips were long enough to show a cruising speed; if not, `travel` has the least
        speed that fits as well.
    log_error
        Mean absolute deviation of the logarithms of time.
    """

    travel: PlaneTravel
    start_up_s: float
    night_extra_s: float
    residual: Distribution
    standard_errors: dict[str, float]
    cruising_reached: bool
    log_error: float

    def time_s(self, distance_m: ArrayLike, night: ArrayLike = 0.0) -> NDArray[np.float64]:
        """Response time without residual, seconds; `night` is 1 at night, else 0."""
        start = self.start_up_s + self.night_extra_s * np.asarray(night, np.float64)
        return np.asarray(start + self.travel.time_s(distance_m))


def fit_travel_law(
    distance_m: ArrayLike,
    time_s: ArrayLike,
    *,
    night: ArrayLike | None = None,
    start_up: bool = True,
    form: Form = "kolesar",
) -> TravelLaw:
    """Fit the law to distances and times.

    Parameters
    ----------
    distance_m
        Straight-line distances, metres, shape (n,).
    time_s
        Times over them, seconds, above 0, shape (n,).
    night
        1 for those at night, shape (n,); None: no difference is fitted.
    start_up
        Whether time passes before the unit moves; False for pure travel times.
    form
        "kolesar", or one of its two parts alone: "root" (no cruising), "linear" (one speed).

    Raises
    ------
    InputError
        If the shapes differ, a time is not above 0, a distance is negative, or there are fewer
        than ten.
    """
    return _problem(distance_m, time_s, night, start_up=start_up, form=form).solve()


def refit(
    law: TravelLaw, distance_m: ArrayLike, time_s: ArrayLike, night: ArrayLike | None, form: Form
) -> TravelLaw:
    """Fit again, to distances that have changed little, from a law that is nearly right."""
    return _problem(distance_m, time_s, night, form=form).solve(law)


def _problem(
    distance_m: ArrayLike,
    time_s: ArrayLike,
    night: ArrayLike | None,
    *,
    start_up: bool = True,
    form: Form,
) -> _Problem:
    d, t = np.asarray(distance_m, np.float64), np.asarray(time_s, np.float64)
    n = None if night is None else np.asarray(night, np.float64)
    _check(d, t, n)
    is_fitted = (start_up, n is not None, form != "linear", form != "root")
    fitted = tuple(k for k, used in enumerate(is_fitted) if used)
    return _Problem(d, t, np.zeros_like(d) if n is None else n, fitted, form)


def _check(
    distance: NDArray[np.float64], time: NDArray[np.float64], night: NDArray[np.float64] | None
) -> None:
    if distance.shape != time.shape or (night is not None and night.shape != time.shape):
        raise InputError(
            f"{time.size} times, {distance.size} distances",
            place="law of distance",
            mend="give one of each for every trip",
        )
    if time.size < 10:
        raise InputError(
            f"{time.size} trips do not show a law", place="law of distance", mend="give ten or more"
        )
    sound = (time > 0) & (distance >= 0) & np.isfinite(time) & np.isfinite(distance)
    if not sound.all():
        row = int(np.argmin(sound))
        raise InputError(
            f"trip {row}: {time[row]} s over {distance[row]} m",
            place="law of distance",
            mend="give times above 0 and distances of 0 or more",
        )


def loss_weight(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of an observation: 1 where it is near, falling beyond `OUTLIER`."""
    return np.asarray(1.0 / np.sqrt(1.0 + (error / OUTLIER) ** 2))


def loss(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half the square of a small deviation, in proportion to a large one."""
    return np.asarray(OUTLIER**2 * (np.sqrt(1.0 + (error / OUTLIER) ** 2) - 1.0))


@dataclass(frozen=True)
class _Problem:
    """Least squares over (start-up, night extra, log acceleration, log cruising speed)."""

    distance: NDArray[np.float64]
    time: NDArray[np.float64]
    night: NDArray[np.float64]
    fitted: tuple[int, ...]
    form: Form

    def full(self, theta: NDArray[np.float64]) -> list[float]:
        """All four numbers: those that are not fitted are 0, or have no effect."""
        values = [0.0, 0.0, 0.0, 0.0]
        for place, value in zip(self.fitted, theta, strict=True):
            values[place] = float(value)
        if self.form == "linear":
            values[2] = np.log(1e6)
        if self.form == "root":
            values[3] = np.log(1e6)
        return values

    def predicted(self, values: list[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give times, and their derivatives by all four numbers, shapes (n,) and (n, 4)."""
        a, v = np.exp(values[2]), np.exp(values[3])
        short = self.distance <= v * v / a
        travel = PlaneTravel(float(a), float(v)).time_s(self.distance)
        by_a = np.where(short, -travel / 2.0, -v / a)
        by_v = np.where(short, 0.0, v / a - self.distance / v)
        time = np.maximum(values[0] + values[1] * self.night + travel, 1e-3)
        return time, np.column_stack([np.ones_like(time), self.night, by_a, by_v])

    def solve(self, warm: TravelLaw | None = None) -> TravelLaw:
        """Fit; from a law that is nearly right, or from several starts."""
        if warm is not None:
            starts = [(warm.travel.acceleration_ms2, warm.travel.cruising_ms)]
            base = [warm.start_up_s, warm.night_extra_s]
        else:
            starts = list(_STARTS)
            base = [0.5 * float(np.quantile(self.time, 0.1)), 20.0]
        tried = [self._descend(np.array([*base, np.log(a), np.log(v)])) for a, v in starts]
        _, theta = min(tried, key=lambda pair: pair[0])
        time, slope = self.predicted(self.full(theta))
        return self._law(theta, np.log(time / self.time), slope[:, self.fitted] / time[:, None])

    def _descend(self, guess: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Levenberg-Marquardt steps on reweighted squares, within bounds; cost and place."""
        used = list(self.fitted)
        low, high = (np.array([_BOUNDS[k][side] for k in used]) for side in (0, 1))
        theta = np.clip(guess[used], low, high)
        damping = 1e-3
        time, slope = self.predicted(self.full(theta))
        error = np.log(time / self.time)
        cost = float(loss(error).sum())
        for _ in range(_STEPS):
            weight = loss_weight(error)
            j = slope[:, used] / time[:, None]
            # einsum, since so small a product is not worth waking the linear algebra's threads
            gradient = np.einsum("ij,i->j", j, weight * error)
            square = np.einsum("ij,i,ik->jk", j, weight, j)
            free = ~(((theta <= low) & (gradient > 0)) | ((theta >= high) & (gradient < 0)))
            scale = np.diag(np.maximum(np.diag(square), 1e-12))
            step = np.zeros(len(theta))
            damped = (square + damping * scale)[np.ix_(free, free)]
            step[free] = -np.linalg.solve(damped, gradient[free])
            trial = np.clip(theta + step, low, high)
            new_time, new_slope = self.predicted(self.full(trial))
            new_error = np.log(new_time / self.time)
            new_cost = float(loss(new_error).sum())
            if new_cost <= cost:
                gain, theta, time, slope = cost - new_cost, trial, new_time, new_slope
                error, cost, damping = new_error, new_cost, damping / 5.0
                if gain <= _SETTLED * cost:
                    break
            else:
                damping *= 4.0
                if damping > 1e8:
                    break
        return cost, theta

    def _law(
        self, theta: NDArray[np.float64], error: NDArray[np.float64], slope: NDArray[np.float64]
    ) -> TravelLaw:
        values = self.full(theta)
        a, v = float(np.exp(values[2])), float(np.exp(values[3]))
        farthest = float(self.distance.max())
        reached = self.form == "linear" or v * v / a < farthest
        if not reached:
            v = float(np.sqrt(a * max(farthest, 1.0)))
        ratio = self.time / self.predicted(values)[0]
        return TravelLaw(
            PlaneTravel(a, v),
            values[0],
            values[1],
            Empirical(tuple(ratio.tolist())),
            self._errors(theta, error, slope, reached=reached),
            reached,
            float(np.abs(error).mean()),
        )

    def _errors(
        self,
        theta: NDArray[np.float64],
        error: NDArray[np.float64],
        slope: NDArray[np.float64],
        *,
        reached: bool,
    ) -> dict[str, float]:
        """Give standard errors; a number that the data do not show has an infinite one."""
        weight = loss_weight(error)
        bend = weight**3  # derivative of psi
        seen = (slope**2).sum(axis=0) > 0
        used = slope[:, seen]
        bread = np.linalg.pinv(np.einsum("ij,i,ik->jk", used, bend, used))
        meat = np.einsum("ij,i,ik->jk", used, (error * weight) ** 2, used)
        deviation = np.full(len(theta), np.inf)
        deviation[seen] = np.sqrt(np.diag(bread @ meat @ bread))
        names = ("start_up_s", "night_extra_s", "acceleration_ms2", "cruising_ms")
        out = {}
        for k, value, sd in zip(self.fitted, theta, deviation, strict=True):
            scale = float(np.exp(value)) if k >= 2 else 1.0
            out[names[k]] = scale * float(sd) if k != 3 or reached else float("inf")
        return out


# ---- back into the simulation


def with_residuals(log: Log, residual: Distribution, seed: int) -> Log:
    """Spread the response times of a Log by the residual factors of a fitted law.

    The engines drive by the law alone, so that two plans can be compared trip by trip. What the law
    leaves unexplained is put on the time from call to arrival afterwards: what the units do is not
    touched. The factor of an incident is a pure function of the seed and its number.

    Parameters
    ----------
    log
        Of a simulation by a law of distance.
    residual
        As in `TravelLaw`.
    seed
        Of the factors.
    """
    from sim.draws import stream_id

    responses = log.responses
    items = responses["incident"].to_numpy(np.int64)
    factor = residual.sample(seed, stream_id("dispatch/response residual"), items)
    called = responses["time_s"].to_numpy(np.float64)
    arrived = called + (log.response_columns.arrived_s - called) * factor
    return replace(log, response_columns=log.response_columns._replace(arrived_s=arrived))
