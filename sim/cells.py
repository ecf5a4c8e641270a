"""Distributions and opening hours as tables of whole numbers, which two engines can share.

A value that is drawn from equally probable cells needs no logarithm, so that a compiled kernel and
a reference in Python get the same one from the same random bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.columns import HOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.distributions import Distribution

__all__ = ["CELLS", "ENDLESS", "cells_of", "hours_until_open", "up_cells"]

CELLS = 4096
"""Equally probable values that stand for a distribution: 12 bits choose one."""
ENDLESS = 1 << 50
"""Ms that never come (35,000 years)."""


def cells_of(distribution: Distribution, seconds: float = 1.0) -> NDArray[np.int64]:
    """Equally probable values that stand for a distribution, ms: its mean is kept.

    Parameters
    ----------
    distribution
        Of a time.
    seconds
        Length of its unit.

    Raises
    ------
    InputError
        If it gives times that are negative or endless.
    """
    middle = (np.arange(CELLS) + 0.5) / CELLS
    value = np.asarray(distribution.quantile(middle), dtype=np.float64) * seconds
    mean = float(distribution.mean) * seconds
    if not np.isfinite(value).all() or not np.isfinite(mean) or (value < 0).any():
        raise InputError(f"{distribution} gives a time that is negative or endless")
    if value.mean() > 0:
        value *= mean / value.mean()
    return np.minimum(np.rint(value * 1000.0), ENDLESS).astype(np.int64)


def up_cells(up_h: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ms between breakdowns, exponential with each of some means in hours; endless for never.

    Parameters
    ----------
    up_h : float64[n]
        Means, hours; infinity for never.

    Returns
    -------
    int64[n, 4096]
        At least 1 ms each.
    """
    from sim.distributions import Exponential

    table = np.full((len(up_h), CELLS), ENDLESS, dtype=np.int64)
    for row, mean in enumerate(up_h.tolist()):
        if np.isfinite(mean):
            table[row] = np.maximum(1, cells_of(Exponential(mean), 3600.0))
    return table


def hours_until_open(open_hours: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Hours until each place is open, by hour of the week; 0 while it is.

    Parameters
    ----------
    open_hours : bool[n, 168]
        Hours of the week in which it is open; one that never opens has zeros all over.
    """
    wait = np.zeros(open_hours.shape, dtype=np.int64)
    for site, row in enumerate(open_hours):
        at = np.flatnonzero(row)
        if len(at):
            following = np.searchsorted(at, np.arange(HOURS))
            wait[site] = np.r_[at, at[0] + HOURS][following] - np.arange(HOURS)
    return wait
