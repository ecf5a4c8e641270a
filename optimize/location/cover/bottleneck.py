"""Search for the least of some values at which a question has an answer.

P-center and p-dispersion have a value that is one of few numbers, and plans that reach a number
reach every larger one. With preferences, what is liked most grows with the number allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.cover.run import Run

__all__ = ["Question", "bisect", "by_liking"]


class Question(Protocol):
    """Whether a value can be reached."""

    def __call__(self, value: float, stage: str, /) -> tuple[bool | None, float | None]:
        """Answer at a value: whether it can be reached (None: not known), the value of a plan.

        A plan that was found has been offered to the run.
        """


def bisect(
    values: NDArray[np.float64],
    asked: Question,
    run: Run,
    *,
    stages: tuple[str, ...],
    gain: bool = False,
) -> None:
    """Find the least value that can be reached.

    Parameters
    ----------
    values : float64[k]
        Ascending.
    asked
        Answers at a value.
    run
        Its clock; told the bounds.
    stages
        In turn, from quick and vague to exact; the last one decides.
    gain
        Whether the run counts gains: values are negative ones then.
    """
    sign = -1.0 if gain else 1.0
    low, high = 0, len(values)  # below low nothing can be reached; at high a plan is
    for stage in stages:
        begin = low
        exact = stage == stages[-1]
        while begin < high and not run.done():
            # the bounds so far are nearly always right: ask just there first
            middle = begin if exact and begin == low else (begin + high - 1) // 2
            answer, reached = asked(float(values[middle]), stage)
            if reached is not None:
                high = min(high, int(np.searchsorted(values, reached)))
            elif answer is False:
                low = begin = middle + 1
                if low < len(values):
                    run.bound_by(sign * float(values[low]), stage)
            elif exact:
                return
            else:
                begin = middle + 1
        if low >= high and run.plan is not None:
            run.bound_by(run.value, stage)
        if run.done():
            return
    if low == len(values) and run.plan is None:
        run.infeasible = True


def by_liking(
    values: NDArray[np.float64],
    liked_within: Callable[[float], float],
    run: Run,
    *,
    gain: bool = False,
) -> None:
    """Find the least value less what is liked most at it.

    An interval of values holds nothing better than its least value less what is liked at its
    largest; the interval of the best such bound is halved until no better plan can be in any.

    Parameters
    ----------
    values : float64[k]
        Ascending, at least one.
    liked_within
        Bound of what is liked at a value, -inf where it cannot be reached; the plan found is
        offered to the run. Never falls with the value.
    run
        Its clock; told the bounds.
    gain
        Whether the run counts gains: values are negative ones then.
    """
    sign = -1.0 if gain else 1.0
    known: dict[int, float] = {}

    def liking(index: int) -> float:
        if index not in known:
            known[index] = liked_within(float(values[index]))
        return known[index]

    last = len(values) - 1
    waiting = [(float(values[0]) - liking(last), 0, last)]
    while waiting and run.more():
        waiting.sort()
        floor, begin, end = waiting[0]
        if np.isfinite(floor):
            run.bound_by(sign * floor, "covers by liking")
        if run.done() or not np.isfinite(floor):
            break
        waiting.pop(0)
        if begin == end:
            continue
        middle = (begin + end) // 2
        for a, b in ((begin, middle), (middle + 1, end)):
            waiting.append((max(floor, float(values[a]) - liking(b)), a, b))
    if run.more() and run.plan is None:
        run.infeasible = True
    elif not waiting and run.plan is not None:
        run.bound_by(run.value, "covers by liking")
