"""Rows of travel times lowered over other rows: the inner loops of customisation and sweeps.

All of them do ``into[j] = min(into[j], row[j] + leg_s)``, four rows at once where there are four,
so that ``into`` is read and written once for them.

The zero that is added to each least time is what makes the loops fast: a compiler that sees
``into[j] = min(into[j], x)`` stores where x is less and nowhere else, lane by lane, which takes
three times as long as storing everything. It may not leave the addition out (it turns -0.0 into
0.0), and no time is changed by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def lower_by_one(into: NDArray[np.float64], row: NDArray[np.float64], leg_s: float) -> None:
    """Lower times over one row."""
    for j in range(len(into)):
        through = leg_s + row[j]
        into[j] = min(into[j], through) + 0.0


@njit(cache=True, nogil=True)
def lower_by_four(
    into: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    third: NDArray[np.float64],
    fourth: NDArray[np.float64],
    first_s: float,
    second_s: float,
    third_s: float,
    fourth_s: float,
) -> None:
    """Lower times over four rows."""
    for j in range(len(into)):
        one = first_s + first[j]
        other = second_s + second[j]
        one = min(one, other)
        other = third_s + third[j]
        last = fourth_s + fourth[j]
        other = min(other, last)
        one = min(one, other)
        into[j] = min(into[j], one) + 0.0


@njit(cache=True, nogil=True)
def least_over(there_s: NDArray[np.float64], onward_s: NDArray[np.float64], best_s: float) -> float:
    """Least sum of two rows, or what it was before."""
    best = best_s
    for j in range(len(there_s)):
        through = there_s[j] + onward_s[j]
        best = min(best, through)
    return best
