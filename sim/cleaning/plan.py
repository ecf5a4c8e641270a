"""The plan: which vehicle does what on which day, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from sim.columns import codes, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "Routes"]

SWEEP, DRIVE, DUMP, REFILL, BREAK = 0, 1, 2, 3, 4
KINDS: Final = ("sweep", "drive", "dump", "refill", "break")
"""Kinds of steps, by code."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes, a list of steps each; steps and the edges of drives lie in one array for all.

    A route begins and ends at its vehicle's depot: the drives from and to it are steps of it. Times
    count from when the route is planned to leave. One number stands for all routes or steps.

    Parameters
    ----------
    vehicle, day : int64[r]
        Who drives, and on which day (0 is the first) the route leaves.
    leave_s : float64[r]
        When it leaves, seconds after the day's midnight.
    shift_s : float64[r]
        Length of the shift, seconds after ``leave_s``; infinity for no end.
    first : int64[r + 1]
        Steps of route i: ``first[i]`` up to ``first[i + 1]``.
    kind : int64[s]
        0 sweep, 1 drive, 2 dump, 3 refill, 4 break; see `KINDS`.
    target : int64[s]
        Piece that is swept; facility of a dump, a refill, or a break (-1: where the vehicle stands,
        and then no drive may come right before it); -1 for a drive.
    leg_first : int64[s + 1]
        Edges of step i: ``leg_edge[leg_first[i]:leg_first[i + 1]]``; none but for drives.
    leg_edge : int64[e]
        Edges of `sim.cleaning.Roads` in the order in which they are driven.
    speed_kmh : float64[s]
        Speed of sweeping; NaN for other steps.
    earliest_s : float64[s]
        The step does not begin before (window, break); 0 for at once.
    length_s : float64[s]
        Length of a break; 0 for other steps.
    planned_begin_s, planned_end_s : float64[s], optional
        As planned, for comparison only; NaN where it is not known.

    Raises
    ------
    InputError
        If a number is missing or out of range, or an array does not fit the others.
    """

    vehicle: NDArray[np.int64]
    day: NDArray[np.int64]
    leave_s: NDArray[np.float64]
    shift_s: NDArray[np.float64]
    first: NDArray[np.int64]
    kind: NDArray[np.int64]
    target: NDArray[np.int64]
    leg_first: NDArray[np.int64]
    leg_edge: NDArray[np.int64]
    speed_kmh: NDArray[np.float64]
    earliest_s: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    length_s: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    planned_begin_s: NDArray[np.float64] = np.nan  # type: ignore[assignment]
    planned_end_s: NDArray[np.float64] = np.nan  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        r, s = np.size(self.vehicle), np.size(self.kind)
        put = object.__setattr__
        for name in ("vehicle", "day"):
            put(self, name, codes(getattr(self, name), r, name, "routes", low=0))
        put(self, "leave_s", numbers(self.leave_s, (r,), "leave_s", "routes", high=1e7))
        put(self, "shift_s", numbers(self.shift_s, (r,), "shift_s", "routes", endless=True))
        put(self, "kind", codes(self.kind, s, "kind", "steps", low=0, below=len(KINDS)))
        put(self, "target", codes(self.target, s, "target", "steps", low=-1))
        put(self, "leg_edge", codes(self.leg_edge, np.size(self.leg_edge), "edge", "legs", low=0))
        for name in ("speed_kmh", "earliest_s", "length_s", "planned_begin_s", "planned_end_s"):
            unknown = name in {"speed_kmh", "planned_begin_s", "planned_end_s"}
            column = numbers(getattr(self, name), (s,), name, "steps", high=1e8, unknown=unknown)
            put(self, name, column)
        for name, n, end in (("first", r, s), ("leg_first", s, len(self.leg_edge))):
            begins = codes(getattr(self, name), n + 1, name, "routes", low=0)
            if begins[0] != 0 or begins[-1] != end or (np.diff(begins) < 0).any():
                raise InputError(
                    f"{name} does not rise from 0 to {end}", place="routes",
                    mend="give where each one's entries begin, and the end",
                )  # fmt: skip
            put(self, name, begins)
        self._check_steps()

    def _check_steps(self) -> None:
        kind, target = self.kind, self.target
        if ((kind == SWEEP) & ~(self.speed_kmh > 0)).any():
            raise InputError("a piece is swept at no speed", place="steps", mend="give speed_kmh")
        if (np.isin(kind, (SWEEP, DUMP, REFILL)) & (target < 0)).any():
            raise InputError("a step has no target", place="steps")
        if ((np.diff(self.leg_first) > 0) & (kind != DRIVE)).any():
            raise InputError("a step that is no drive has edges", place="steps")
        after_drive = np.r_[False, kind[:-1] == DRIVE][: len(kind)]
        after_drive[self.first[:-1][self.first[:-1] < len(kind)]] = False
        if (after_drive & (kind == BREAK) & (target < 0)).any():
            raise InputError(
                "a break after a drive has no place", place="steps",
                mend="give the facility, or take the break before the drive",
            )  # fmt: skip

    def __len__(self) -> int:
        return len(self.vehicle)
