"""How a day and a week share out the incidents: weights by hour.

A profile is 24 weights (every day alike), 168 (Monday 00:00 first), or a table of days, each with
24 weights: ``{ weekday = [...], weekend = [...] }``. In a table, days compare with each other as
the weights stand; only relations count, since the rate per day is given beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scenarios.faults import BadValueError, did_you_mean
from scenarios.hours import DAYS, HoursError, day_index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GROUPS = {"weekday": range(5), "weekend": range(5, 7)}

# Assumed shapes, for districts that have no counts of their own yet: few calls before dawn, most
# from late morning to early evening; evenings and weekend nights livelier in the second.
_MEDICAL = [
    2.6, 2.2, 2.0, 1.8, 1.8, 2.0, 2.8, 3.8, 4.9, 5.6, 5.9, 5.8,
    5.6, 5.4, 5.3, 5.2, 5.2, 5.3, 5.3, 5.1, 4.8, 4.4, 3.8, 3.2,
]  # fmt: skip
_DAYTIME = [
    0.5, 0.3, 0.3, 0.3, 0.5, 1.0, 2.5, 5.5, 7.0, 7.0, 6.8, 6.5,
    6.0, 6.2, 6.4, 6.4, 6.8, 7.2, 6.0, 4.5, 3.5, 2.8, 2.0, 1.0,
]  # fmt: skip
_EVENING = [
    4.0, 3.4, 2.8, 2.2, 1.8, 1.6, 1.8, 2.6, 3.2, 3.6, 3.9, 4.2,
    4.4, 4.5, 4.6, 4.8, 5.2, 5.8, 6.0, 6.0, 5.8, 5.6, 5.2, 4.6,
]  # fmt: skip

BUILT_IN: dict[str, Any] = {
    "flat": [1.0] * 24,
    "medical": _MEDICAL,
    "daytime": _DAYTIME,
    "evening": _EVENING,
}
"""Profiles that every scenario may name; all but ``flat`` are assumed shapes."""


def check_profile(value: object) -> object:
    """Refuse what is no profile; a name is checked later, when all profiles are known.

    Raises
    ------
    BadValueError
        If weights are missing, negative, or all zero.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        _check_weights(value, (24, 168))
        return value
    if isinstance(value, dict):
        covered: set[int] = set()
        for key, weights in value.items():
            days = _days(key)
            if covered & days:
                raise BadValueError(f'"{key}" names a day that is named already')
            covered |= days
            if not isinstance(weights, list):
                raise BadValueError(f'"{key}" must be a list of 24 weights')
            _check_weights(weights, (24,), may_be_zero=True)
        if len(covered) < 7:
            missing = ", ".join(DAYS[day] for day in sorted(set(range(7)) - covered))
            raise BadValueError(f"no weights are given for {missing}")
        if not any(any(weights) for weights in value.values()):
            raise BadValueError("all weights are 0")
        return value
    raise BadValueError("must be a profile's name, or a list of 24 or 168 weights")


def week_shares(value: object, named: dict[str, Any]) -> NDArray[np.float64]:
    """Return the share of a week's incidents in each of its 168 hours.

    Parameters
    ----------
    value
        A checked profile or its name.
    named
        Profiles of the scenario by name; they go before the built-in ones.

    Returns
    -------
    float64[168]
        Adds up to 1.
    """
    import numpy as np

    if isinstance(value, str):
        value = named.get(value, BUILT_IN.get(value))
    if isinstance(value, dict):
        week = np.zeros((7, 24))
        for key, weights in value.items():
            week[sorted(_days(key))] = weights
        shares = week.ravel()
    else:
        weights = np.asarray(value, dtype=np.float64)
        shares = weights if len(weights) == 168 else np.tile(weights, 7)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _days(key: str) -> set[int]:
    if key in _GROUPS:
        return set(_GROUPS[key])
    try:
        return {day_index(key)}
    except HoursError:
        mend = did_you_mean(key, [*_GROUPS, *DAYS])
        raise BadValueError(f'"{key}" is no day; {mend}') from None


def _check_weights(
    weights: list[object], lengths: tuple[int, ...], *, may_be_zero: bool = False
) -> None:
    if len(weights) not in lengths:
        wanted = " or ".join(str(length) for length in lengths)
        raise BadValueError(f"must hold {wanted} weights, one an hour, not {len(weights)}")
    total = 0.0
    for hour, weight in enumerate(weights):
        if isinstance(weight, bool) or not isinstance(weight, (int, float)):
            raise BadValueError(f"weight {hour + 1} must be a number, not {weight!r}")
        if not math.isfinite(weight) or weight < 0:
            raise BadValueError(f"weight {hour + 1} must not be negative, is {weight}")
        total += weight
    if total == 0 and not may_be_zero:
        raise BadValueError("all weights are 0")
