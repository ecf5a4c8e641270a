"""Durations in a scenario: a number of minutes, or a table that names a distribution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scenarios.faults import BadValueError, did_you_mean

if TYPE_CHECKING:
    from sim.distributions import Distribution

# Keys that carry a time, and those that are pure numbers, by kind.
_TIMES: dict[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "exponential": ("mean",),
    "lognormal": ("mean",),
    "gamma": ("mean",),
    "weibull": ("mean", "scale"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "erlang": ("mean",),
    "empirical": ("values",),
}
_PURE: dict[str, tuple[str, ...]] = {
    "lognormal": ("cv",),
    "gamma": ("cv",),
    "weibull": ("cv", "shape"),
    "erlang": ("k",),
}
LONGEST_MIN = 10_080.0  # a week
_WIDEST_CV = 10.0
_CHOICES: dict[str, tuple[frozenset[str], ...]] = {
    "weibull": (frozenset({"mean", "cv"}), frozenset({"scale", "shape"})),
}


def check_duration(value: object) -> object:
    """Refuse what is no duration; hand it back as it is.

    Raises
    ------
    BadValueError
        If it is neither a number nor a table with a known kind and the kind's own keys.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, dict)):
        raise BadValueError(
            'must be minutes, as 25, or a table, as { kind = "lognormal", mean = 25, cv = 0.5 }'
        )
    if isinstance(value, dict):
        _check_table(value)
    else:
        _time("", value)
    return value


def duration_s(value: float | dict[str, Any]) -> Distribution:
    """Return the distribution in seconds of a duration in minutes.

    Parameters
    ----------
    value
        Minutes, or a table whose times are minutes.
    """
    from sim.distributions import parse_distribution

    if not isinstance(value, dict):
        return parse_distribution(float(value) * 60.0)
    times = _TIMES[value["kind"]]
    return parse_distribution({key: _seconds(v) if key in times else v for key, v in value.items()})


def _seconds(minutes: Any) -> Any:  # noqa: ANN401 - a number or a list of them
    return [60.0 * m for m in minutes] if isinstance(minutes, list) else 60.0 * minutes


def _check_table(table: dict[str, Any]) -> None:
    kind = table.get("kind")
    if kind is None:
        raise BadValueError(f"a distribution needs a kind; allowed: {', '.join(_TIMES)}")
    if kind not in _TIMES:
        raise BadValueError(f'kind "{kind}" is unknown; {did_you_mean(str(kind), _TIMES)}')
    allowed = (*_TIMES[kind], *_PURE.get(kind, ()))
    given = set(table) - {"kind"}
    for key in sorted(given - set(allowed)):
        raise BadValueError(f'a {kind} distribution has no "{key}"; {did_you_mean(key, allowed)}')
    choices = _CHOICES.get(kind, (frozenset(allowed),))
    if given not in choices:
        wanted = " or ".join(" and ".join(k for k in allowed if k in keys) for keys in choices)
        raise BadValueError(f"a {kind} distribution needs {wanted}")
    for key in sorted(given):
        _check_entry(kind, key, table[key])
    if kind in {"uniform", "triangular"}:
        order = [table[key] for key in _TIMES[kind]]
        if order != sorted(order) or order[0] == order[-1]:
            raise BadValueError(
                f"a {kind} distribution needs {' ≤ '.join(_TIMES[kind])}, low < high"
            )


def _check_entry(kind: str, key: str, entry: object) -> None:
    if key == "values":
        if not isinstance(entry, list) or not entry:
            raise BadValueError("values must be a list of minutes with at least one")
        for number in entry:
            _time(key, number)
        return
    number = _time(key, entry) if key in _TIMES[kind] else _number(key, entry)
    if key == "cv" and number > _WIDEST_CV:
        raise BadValueError(
            f"cv is {number:g}; it is deviation divided by mean, {_WIDEST_CV:g} at most"
        )
    may_be_zero = kind == "fixed" or key in {"low", "mode"}
    if number == 0 and not may_be_zero:
        raise BadValueError(f"{key} must be above 0")
    if key == "k" and number != int(number):
        raise BadValueError("k must be a whole number of phases, 1 or more")


def _time(key: str, value: object) -> float:
    number = _number(key, value)
    if number > LONGEST_MIN:
        name = f"{key} " if key else ""
        raise BadValueError(f"{name}is {number:g} minutes; a week, {LONGEST_MIN:.0f}, is the most")
    return number


def _number(key: str, value: object) -> float:
    name = f"{key} " if key else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadValueError(f"{name}must be a number, not {value!r}")
    if value < 0:
        raise BadValueError(f"{name}must not be negative, is {value:g}")
    return float(value)
