"""Days that a search over a week begins with: streets that lie together, loads that are even."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.patterns import even_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.week import WeekProblem

__all__ = ["first_days"]


def first_days(week: WeekProblem, work: NDArray[np.float64], seed: int = 0) -> NDArray[np.bool_]:
    """Choose a pattern for every task.

    Parameters
    ----------
    week
        The problem.
    work : float64[t]
        What serving each task once adds to the load of a day.
    seed
        Of the first centres.

    Returns
    -------
    bool[t, d]
        On which days each task is served.
    """
    place = np.stack([week.x, week.y], axis=1)
    return even_days(place, work, week.times, week.patterns, group=_groups(week), seed=seed)


def _groups(week: WeekProblem) -> NDArray[np.int64]:
    """Give tasks that the same kinds may serve the same number; int64[t]."""
    problem = week.problem
    able = np.stack([(problem.costs_of(kind) >= 0).any(axis=1) for kind in problem.fleet], axis=1)
    _, group = np.unique(able, axis=0, return_inverse=True)
    return np.asarray(group, dtype=np.int64).ravel()
