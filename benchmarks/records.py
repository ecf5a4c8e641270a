"""Suite ``records``: what is simulated beside what was recorded afterwards.

``toronto-fires``: 2019 to 2022, forecast from 2011 to 2018 (`benchmarks.toronto`). A simulated
value stands beside the recorded one. An error by hour or by square stands beside the error of the
plainest forecast, which is the mean that the same hour or square had before; its source also says
how large the error would be by chance alone if the model were right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite import Row
from benchmarks.toronto import FILE, default_place
from benchmarks.toronto_judged import MEASURED, study
from networks import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from benchmarks.suite import Options
    from benchmarks.toronto_judged import Judged, Study

__all__ = ["arrival_error", "cases", "forecast_error", "response_error", "rows_of"]

SUITE = "records"
CASE = "toronto-fires"
NAMES = {
    "response_mean_min": ("mean_response_min", "min"),
    "response_median_min": ("median_response_min", "min"),
    "response_p90_min": ("p90_response_min", "min"),
    "within_target": ("within_target", "share"),
}


def cases(options: Options) -> Iterator[Row]:
    """Run the suite.

    Parameters
    ----------
    options
        ``instances`` is a folder with the record; without it, where the data lies beside the
        project. ``seed`` names everything that is drawn.
    """
    place = default_place() if options.instances is None else options.instances / FILE
    try:
        found = study(place, seed=options.seed or 0)
    except InputError as fault:
        yield Row(
            SUITE, CASE, "mean_response_min", None, "min", reference_source=f"not run: {fault}"
        )
        return
    yield from rows_of(found)


def rows_of(found: Study) -> Iterator[Row]:
    """Give the rows of the case ``toronto-fires``."""
    for drawn in (False, True):
        what = "drawn fires" if drawn else "recorded fires"
        for measure in MEASURED:
            name, unit = NAMES[measure]
            judged = found.of("all", measure, drawn=drawn)[0]
            yield Row(
                SUITE,
                CASE,
                f"drawn_{name}" if drawn else name,
                judged.simulated,
                unit,
                judged.recorded,
                f"recorded 2019-2022; {what}, 95 % within {judged.low:.3f} to {judged.high:.3f}",
            )
    for by, words in (("hour", "hours of the day"), ("area", "squares of 5 km")):
        rows = found.of(by, "response_mean_min")
        error, chance = response_error(rows)
        plain = forecast_error(found, rows)
        missed = sum(row.missed for row in rows)
        yield Row(
            SUITE,
            CASE,
            f"response_by_{by}_error_min",
            error,
            "min",
            plain,
            f"means of 2011-2018; chance alone {chance:.3f}; {missed} of {len(rows)} {words} "
            "outside 95 %",
            plain / error,
        )
    yield from _arrival_rows(found)


def _arrival_rows(found: Study) -> Iterator[Row]:
    recorded, expected, drawn = found.hourly
    interval = found.of("all", "incidents", drawn=True)[0]
    yield Row(
        SUITE, CASE, "arrivals", interval.simulated, "fires", interval.recorded,
        f"recorded 2019-2022; Poisson: 95 % within {interval.low:.0f} to {interval.high:.0f}",
    )  # fmt: skip
    chance = float(np.mean([arrival_error(one, expected) for one in drawn]))
    error = arrival_error(recorded, expected)
    yield Row(
        SUITE, CASE, "arrivals_by_hour_error", 100.0 * error, "%", 100.0 * chance,
        "Poisson fires drawn from the same profile (chance alone); totals made equal",
        chance / error,
    )  # fmt: skip
    for span, found_spread in found.arrivals.items():
        yield Row(
            SUITE, CASE, f"dispersion_by_{span.replace(' ', '_')}", found_spread.ratio, "",
            1.0, f"Poisson counts; p = {found_spread.p_value:.2g}",
        )  # fmt: skip


def response_error(rows: Sequence[Judged]) -> tuple[float, float]:
    """Mean absolute difference of simulated and recorded, and what chance alone would make."""
    error = float(np.mean([abs(row.simulated - row.recorded) for row in rows]))
    # Mean absolute deviation of a normal variable: sigma sqrt(2 / pi).
    return error, float(np.mean([row.deviation for row in rows]) * np.sqrt(2.0 / np.pi))


def forecast_error(found: Study, rows: Sequence[Judged]) -> float:
    """Mean absolute difference of the earlier years' mean and the later years', minutes."""
    return float(
        np.mean([abs(found.earlier_min[row.by, row.group] - row.recorded) for row in rows])
    )


def arrival_error(counts: ArrayLike, expected: ArrayLike) -> float:
    """Mean relative difference of counts and expectations, the totals made equal."""
    n, m = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    scaled = m * n.sum() / m.sum()
    return float(np.mean(np.abs(n - scaled) / scaled))
