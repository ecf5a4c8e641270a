"""Ways between places, by period of the week, and hours in which there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from sim.columns import HOURS, codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Roads"]

LONGEST = 2_000_000.0


@dataclass(frozen=True, eq=False)
class Roads:
    """Ways between all places: stands, facilities, building sites.

    They are kept as whole ms and mm of 32 bits, once: a city has millions.

    Parameters
    ----------
    seconds : float[k, n, n] or float[n, n]
        From place (row) to place by period of the week, or the same in all; NaN or infinity where
        there is no way in that period (a ban of trucks). Between any two places there is one in
        some period of the week.
    metres : float[k, n, n] or float[n, n]
        Lengths; those of ways that are none, and from a place to itself, do not count.
    period : int64[168], optional
        Period of each hour of the week, Monday 00:00 first; 0 if not given.

    Attributes
    ----------
    ms, mm : int32[k, n, n], int32[1 or k, n, n]
        The same; -1 ms for no way.

    Raises
    ------
    InputError
        If a number is missing or out of range (2,000,000 s or m), shapes differ, a place lies away
        from itself, or two places have no way between them in all the week.
    """

    seconds: NDArray[np.floating[Any]]
    metres: NDArray[np.floating[Any]]
    period: NDArray[np.int64] = None  # type: ignore[assignment]
    ms: NDArray[np.int32] = field(init=False, repr=False)
    mm: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the tables and make them whole."""
        seconds, metres = np.asarray(self.seconds), np.asarray(self.metres)
        seconds = seconds[None] if seconds.ndim == 2 else seconds
        metres = metres[None] if metres.ndim == 2 else metres
        if seconds.ndim != 3 or seconds.shape[1] != seconds.shape[2]:
            raise InputError(f"seconds have the shape {seconds.shape}", place="roads")
        if metres.ndim != 3 or metres.shape[1:] != seconds.shape[1:]:
            raise InputError(
                f"metres have the shape {metres.shape}, seconds {seconds.shape}", place="roads"
            )
        k, n = seconds.shape[:2]
        if len(metres) not in {1, k}:
            raise InputError(f"metres have {len(metres)} periods", place="roads", mend=f"give {k}")
        put = object.__setattr__
        period = codes(
            np.zeros(HOURS) if self.period is None else self.period,
            HOURS, "period", "roads", low=0, below=k,
        )  # fmt: skip
        put(self, "period", period)
        ms = np.empty((k, n, n), dtype=np.int32)
        mm = np.empty((len(metres), n, n), dtype=np.int32)
        for one in range(k):
            ms[one] = _whole(seconds[one], "seconds")
        for one in range(len(metres)):
            ways = (ms if len(metres) == 1 else ms[one : one + 1]) >= 0
            mm[one] = _whole(metres[one], "metres")
            if (ways & (mm[one] < 0)).any():
                raise InputError("a way has no length", place="roads", mend="give its metres")
        if ms[:, np.arange(n), np.arange(n)].any():
            raise InputError(
                "a place lies away from itself", place="roads", mend="give 0 s on the diagonal"
            )
        mm[:, np.arange(n), np.arange(n)] = 0
        never = (ms[np.unique(period)] < 0).all(axis=0)
        if never.any():
            a, b = np.argwhere(never)[0].tolist()
            raise InputError(
                f"there is no way from place {a} to place {b} in all the week", place="roads",
                mend="leave out what cannot be reached, or give a way in some period",
            )  # fmt: skip
        put(self, "ms", ms)
        put(self, "mm", mm)

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.ms[0])


def _whole(values: NDArray[np.floating[Any]], name: str) -> NDArray[np.int32]:
    """Thousandths, -1 for NaN or infinity."""
    known = np.isfinite(values)
    low, high = np.min(values, where=known, initial=0.0), np.max(values, where=known, initial=0.0)
    if low < 0 or high > LONGEST:
        raise InputError(
            f"{name} are {low if low < 0 else high:g}", place="roads",
            mend=f"give 0 to {LONGEST:g}, or NaN for no way",
        )  # fmt: skip
    return np.where(known, np.rint(values * 1000.0), -1.0).astype(np.int32)
