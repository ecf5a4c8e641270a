"""Speeds by period of the week: each hour of the week belongs to a period, each has its factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

HOURS_OF_WEEK = 168


def frozen(values: ArrayLike, dtype: str) -> NDArray[np.generic]:
    """Array of a type that cannot be written to, copied only where it must be."""
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype))
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class SpeedProfile:
    """How fast traffic flows by period of the week.

    Parameters
    ----------
    period_of_hour
        Period of each hour of the week, int64[168]; hour 0 is Monday 00:00-01:00.
    factor
        Speed as a multiple of the free-flow speed, float64[periods, edges]: an edge takes
        ``time_s / factor`` in the period. Zero closes it for the period.
    names
        A name for each period, for people.
    """

    period_of_hour: NDArray[np.int64]
    factor: NDArray[np.float64]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "period_of_hour", frozen(self.period_of_hour, "i8"))
        object.__setattr__(self, "factor", frozen(self.factor, "f8"))
        if self.period_of_hour.shape != (HOURS_OF_WEEK,):
            raise InputError(
                f"a speed profile has a period for each of {HOURS_OF_WEEK} hours of the week, "
                f"not an array of shape {self.period_of_hour.shape}"
            )
        if self.factor.ndim != 2 or self.factor.shape[0] == 0:
            raise InputError("a speed profile has a factor for each period and edge")
        if not (np.isfinite(self.factor).all() and (self.factor >= 0.0).all()):
            raise InputError("a speed profile's factors are finite and not negative")
        low, high = int(self.period_of_hour.min()), int(self.period_of_hour.max())
        if low < 0 or high >= self.factor.shape[0]:
            raise InputError(
                f"a speed profile with {self.factor.shape[0]} periods cannot name "
                f"period {low if low < 0 else high}"
            )

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    @classmethod
    def flat(cls, n_edges: int) -> SpeedProfile:
        """Free flow all week: one period, factor 1."""
        return cls(
            period_of_hour=np.zeros(HOURS_OF_WEEK, dtype=np.int64),
            factor=np.ones((1, n_edges), dtype=np.float64),
            names=("",),
        )

    def closed(self, edges: ArrayLike, hours: ArrayLike) -> SpeedProfile:
        """Profile in which some edges stand still at some hours of the week.

        Periods that there are keep their numbers; their hours among ``hours`` form new ones.

        Parameters
        ----------
        edges
            Edge numbers, or a mask of booleans.
        hours
            Hours of the week, or a mask of 168 booleans.

        Raises
        ------
        InputError
            If an edge or hour does not exist.
        """
        shut = _numbers(edges, int(self.factor.shape[1]), "edges")
        when = _numbers(hours, HOURS_OF_WEEK, "hours of the week")
        period_of_hour = self.period_of_hour.copy()
        before = np.unique(period_of_hour[when])
        period_of_hour[when] = self.n_periods + np.searchsorted(before, period_of_hour[when])
        factor = np.concatenate([self.factor, self.factor[before]])
        factor[self.n_periods :, shut] = 0.0
        names = self.names and (*self.names, *(self.names[p] for p in before.tolist()))
        return SpeedProfile(period_of_hour, factor, names)

    @property
    def n_periods(self) -> int:
        """How many periods."""
        return int(self.factor.shape[0])


def _numbers(chosen: ArrayLike, size: int, what: str) -> NDArray[np.int64]:
    """Numbers below a size, given as such or by a mask."""
    values = np.asarray(chosen)
    if values.dtype == np.bool_ and values.shape != (size,):
        raise InputError(f"a mask of {what} has {size} booleans, not shape {values.shape}")
    if values.dtype == np.bool_:
        values = np.flatnonzero(values)
    numbers = values.astype(np.int64).ravel()
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= size):
        raise InputError(f"{what} to close lie outside 0 to {size - 1}")
    return numbers
