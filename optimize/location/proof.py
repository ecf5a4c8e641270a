"""What a value and a bound say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimize.location.solution import Status

__all__ = ["proven"]

_EQUAL = 1e-7
_ROUNDED = 1e-6
"""Relative distance below which a value and a bound below it, and one beyond it, are one number:
solvers keep rows within a tolerance, so that a plan without it may cost a little more or less."""


def proven(value: float, bound: float, *, gain: bool = False) -> tuple[Status, float]:
    """Give the status of a plan and its bound.

    Parameters
    ----------
    value, bound
        Of a plan that keeps all rules.
    gain
        Whether more is better.

    Examples
    --------
    >>> proven(10.0, 9.0)
    ('feasible', 9.0)
    >>> proven(10.0, 10.000000001)
    ('optimal', 10.0)
    """
    if np.isnan(bound):
        bound = np.inf if gain else -np.inf
    passed = bound < value if gain else bound > value
    if abs(value - bound) <= (_ROUNDED if passed else _EQUAL) * max(1.0, abs(value)):
        return "optimal", value
    return "feasible", bound
