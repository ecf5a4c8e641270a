"""The plan: which truck serves which stands on which day, and where it tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from sim.columns import codes, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "SELECTS", "Routes"]

COLLECT, UNLOAD, BREAK, HOME = 0, 1, 2, 3
KINDS: Final = ("collect", "unload", "break", "home")
"""Kinds of steps, by code; only rows of the Log are of the kind "home"."""
FIXED, THRESHOLD, PREDICTED, RISK = 0, 1, 2, 3
SELECTS: Final = ("fixed", "threshold", "predicted", "risk")
"""Policies of selection, by code."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes, a list of steps each; the steps of all lie in one array.

    A route begins and ends at its truck's depot; the ways there are no steps. Times of steps count
    from when the route is planned to leave. One number stands for all routes or steps.

    Parameters
    ----------
    vehicle, day : int64[r]
        Truck, and the day (0 is the first) on which it leaves.
    leave_s : float64[r]
        When it leaves, seconds after the day's midnight, at most two days.
    shift_s : float64[r]
        Length of the shift, seconds after ``leave_s``; infinity for no end.
    first : int64[r + 1]
        Steps of route i: ``first[i]`` up to ``first[i + 1]``.
    kind : int64[s]
        0 collect, 1 unload, 2 break; see `KINDS`.
    target : int64[s]
        Stand that is emptied; facility of an unloading or of a break (-1: where the truck stands).
    earliest_s : float64[s]
        The step does not begin before (window, break); 0 for at once.
    latest_s : float64[s]
        Latest begin of a break: it is taken before what would last longer; infinity for none. Of
        other steps for comparison only.
    length_s : float64[s]
        Length of a break; 0 for other steps.
    select : int64[r]
        Which stands are served: 0 all, 1 those filled to ``share``, 2 those that will be with the
        mean of ``ahead_h`` hours, 3 those that overflow within ``ahead_h`` hours with at least the
        probability ``share``; see `SELECTS`.
    share : float64[r]
        See there; for "risk" between 0 and 1, both left out.
    ahead_h : int64[r]
        Whole hours, 0 to 168.
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
    earliest_s: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    latest_s: NDArray[np.float64] = np.inf  # type: ignore[assignment]
    length_s: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    select: NDArray[np.int64] = 0  # type: ignore[assignment]
    share: NDArray[np.float64] = 0.5  # type: ignore[assignment]
    ahead_h: NDArray[np.int64] = 0  # type: ignore[assignment]
    planned_begin_s: NDArray[np.float64] = np.nan  # type: ignore[assignment]
    planned_end_s: NDArray[np.float64] = np.nan  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        r, s = np.size(self.vehicle), np.size(self.kind)
        put = object.__setattr__
        for name, below in (
            ("vehicle", None), ("day", None), ("select", len(SELECTS)), ("ahead_h", 169),
        ):  # fmt: skip
            put(self, name, codes(getattr(self, name), r, name, "routes", low=0, below=below))
        put(self, "leave_s", numbers(self.leave_s, (r,), "leave_s", "routes", high=172_800.0))
        put(self, "shift_s", numbers(self.shift_s, (r,), "shift_s", "routes", endless=True))
        put(self, "share", numbers(self.share, (r,), "share", "routes", high=100.0))
        put(self, "kind", codes(self.kind, s, "kind", "steps", low=0, below=HOME))
        put(self, "target", codes(self.target, s, "target", "steps", low=-1))
        for name in ("earliest_s", "latest_s", "length_s", "planned_begin_s", "planned_end_s"):
            column = numbers(
                getattr(self, name), (s,), name, "steps",
                endless=name == "latest_s", unknown=name.startswith("planned"),
            )  # fmt: skip
            if np.nanmax(column, where=np.isfinite(column), initial=0.0) > 1e8:
                raise InputError(f"{name} is beyond 100,000,000 s", place="steps")
            put(self, name, column)
        begins = codes(self.first, r + 1, "first", "routes", low=0)
        if begins[0] != 0 or begins[-1] != s or (np.diff(begins) < 0).any():
            raise InputError(
                f"first does not rise from 0 to {s}", place="routes",
                mend="give where each one's steps begin, and the end",
            )  # fmt: skip
        put(self, "first", begins)
        if ((self.kind != BREAK) & (self.target < 0)).any():
            raise InputError("a step has no target", place="steps")
        rests = self.kind == BREAK
        if (self.latest_s[rests] < self.earliest_s[rests]).any():
            raise InputError("a break ends its window before it begins", place="steps")
        risky = self.select == RISK
        if ((self.share[risky] <= 0) | (self.share[risky] >= 1)).any():
            raise InputError(
                "a probability of overflow is not between 0 and 1", place="routes", mend="as 0.1"
            )

    def __len__(self) -> int:
        return len(self.vehicle)
