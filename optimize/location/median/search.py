"""The state of one search: the best plan, the bound, the clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.solution import Progress, Solution, relative_gap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.core import Core
    from optimize.location.problems import PMedian, ReliableMedian
    from optimize.location.solution import Limits, Status

__all__ = ["Search"]

_BETWEEN_REPORTS_S = 0.25


class Search:
    """Best plan and bound of a core, and whether to go on.

    Parameters
    ----------
    core
        What is searched.
    limits
        The caller's.
    """

    def __init__(self, core: Core, limits: Limits) -> None:
        self.core = core
        self.limits = limits
        self.value = float("inf")
        self.bound = float("-inf")
        self.open_sites: NDArray[np.int64] | None = None
        self.interrupted = False
        self._began = time.perf_counter()
        self._reported = -1.0

    @property
    def seconds(self) -> float:
        """Wall-clock time since the search began."""
        return time.perf_counter() - self._began

    @property
    def seconds_left(self) -> float:
        """Until the time limit, at least 0."""
        return max(0.0, self.limits.time_s - self.seconds)

    @property
    def is_proven(self) -> bool:
        """Whether value and bound are as near as was asked for."""
        return relative_gap(self.value, self.bound) <= self.limits.gap

    @property
    def goes_on(self) -> bool:
        """Whether there is something to gain and time for it."""
        return self.seconds_left > 0 and not self.is_proven

    @property
    def cutoff(self) -> float:
        """A plan of this value or more is not wanted: it is no better, or not better enough."""
        if not np.isfinite(self.value):
            return float("inf")
        slack = max(0.9e-9 * max(1.0, abs(self.value)), self.limits.gap * abs(self.value))
        return self.value - max(slack, 0.999 * self.core.unit)

    @property
    def floor(self) -> float:
        """What is proven where everything below the cutoff is ruled out."""
        return self.core.rounded(self.cutoff, 0.0)

    def offer(self, open_sites: NDArray[np.int64]) -> bool:
        """Take a plan where it is the best so far.

        Parameters
        ----------
        open_sites : int64[k]
            In the core's indices.
        """
        p = self.core.p
        if 0 <= p < len(np.unique(open_sites)):
            return False  # more sites than there may be are no plan, however cheap
        value = self.core.value(open_sites)
        if not value < self.value:
            return False
        self.value = value
        self.open_sites = np.sort(np.asarray(open_sites, dtype=np.int64))
        return True

    def raise_bound(self, bound: float) -> None:
        """Take a bound where it is the best so far."""
        self.bound = max(self.bound, min(bound, self.value))

    def tell(self, stage: str) -> None:
        """Report now and then."""
        if self.limits.progress is None or self.seconds - self._reported < _BETWEEN_REPORTS_S:
            return
        self._reported = self.seconds
        value = self.value if np.isfinite(self.value) else float("nan")
        self.limits.progress(Progress(value, self.bound, self.seconds, stage))

    def solution(
        self, problem: PMedian | ReliableMedian, method: str, *, infeasible: bool = False
    ) -> Solution:
        """Say what is handed back.

        Parameters
        ----------
        problem
            The caller's.
        method
            What found the plan.
        infeasible
            Whether it is proven that there is no plan.
        """
        n = len(problem.cost)
        if self.open_sites is None:
            status: Status = "infeasible" if infeasible else "none"
            bound = float("inf") if infeasible else self.bound
            none = np.zeros(0, dtype=np.int64)
            nowhere = np.full(n, -1, dtype=np.int64)
            return Solution(
                status, float("nan"), bound, none, nowhere, self.seconds, method,
                interrupted=self.interrupted,
            )  # fmt: skip
        open_sites = self.core.site[self.open_sites]
        assignment = np.full(n, -1, dtype=np.int64)
        if len(open_sites):
            served = problem.cost[:, open_sites]
            nearest = served.argmin(axis=1)
            reached = np.isfinite(served[np.arange(n), nearest])
            assignment[reached] = open_sites[nearest[reached]]
        done = relative_gap(self.value, self.bound) == 0
        return Solution(
            "optimal" if done else "feasible",
            self.value,
            self.bound,
            open_sites,
            assignment,
            self.seconds,
            method,
            interrupted=self.interrupted,
        )
