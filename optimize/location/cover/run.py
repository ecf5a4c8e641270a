"""The course of one search: its clock, the best plan and bound so far, what is told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.proof import proven
from optimize.location.solution import Progress, Solution, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimize.location.solution import Limits, Status

__all__ = ["Run"]


class Run:
    """Clock, best plan and bound of a search.

    Parameters
    ----------
    limits
        Of time and gap.
    gain
        Whether more is better.

    Attributes
    ----------
    plan
        Best so far; None before the first.
    value, bound
        Of the plan, and what no plan can better.
    whole
        Whether every plan's value is a whole number.
    infeasible
        Whether no plan keeps the rules, proven.
    interrupted
        Whether Ctrl-C came.
    """

    def __init__(self, limits: Limits, *, gain: bool) -> None:
        self.began = time.perf_counter()
        self.limits = limits
        self._sign = 1.0 if gain else -1.0
        self.plan: NDArray[np.int64] | None = None
        self.value = np.nan
        self.bound = self._sign * np.inf
        self.whole = False
        self.infeasible = False
        self.interrupted = False
        self._found_by, self._bounded_by = "", ""
        self._last_told = -np.inf

    def seconds(self) -> float:
        """Since the search began."""
        return time.perf_counter() - self.began

    def left_s(self) -> float:
        """Seconds left; 0 when time is up."""
        return max(0.0, self.limits.time_s - self.seconds())

    def more(self) -> bool:
        """Whether there is time."""
        return self.left_s() > 0

    def until(self, seconds: float) -> Callable[[], bool]:
        """Whether there is time within some seconds from now."""
        end = self.seconds() + seconds
        return lambda: self.seconds() < end and self.more()

    def offer(self, plan: NDArray[np.int64], value: float, stage: str) -> bool:
        """Take a plan if it is better than the best so far."""
        if self.plan is not None and self._sign * (value - self.value) <= 0:
            return False
        self.plan, self.value, self._found_by = np.sort(plan), value, stage
        self._tell(stage, at_once=True)
        return True

    def bound_by(self, bound: float, stage: str) -> None:
        """Take a bound if it is tighter than the best so far."""
        if self.whole and np.isfinite(bound):
            slack = 1e-6 + 1e-9 * abs(bound)
            bound = np.floor(bound + slack) if self._sign > 0 else np.ceil(bound - slack)
        if self._sign * (self.bound - bound) > 0:
            self.bound, self._bounded_by = float(bound), stage
            self._tell(stage)

    def gap(self) -> float:
        """Relative distance of value and bound."""
        return relative_gap(self.value, self.bound)

    def proven(self) -> bool:
        """Whether no plan is better than the best so far."""
        if self.plan is None:
            return False
        return proven(self.value, self.bound, gain=self._sign > 0)[0] == "optimal" or (
            self._sign * (self.bound - self.value) <= 0
        )

    def done(self) -> bool:
        """Whether the search may end: proof, gap small enough, or no time."""
        if self.infeasible or not self.more():
            return True
        return self.plan is not None and (self.proven() or self.gap() <= self.limits.gap)

    def target(self) -> float:
        """Value at which the search may end."""
        slack = 1e-9 * max(1.0, abs(self.bound)) if np.isfinite(self.bound) else 0.0
        return self.bound - self._sign * slack

    def worth_looking_for(self) -> float:
        """Least (of a cost, largest) value of a plan that would be better."""
        step = 1.0 - 1e-6 if self.whole else 0.0
        return self.value + self._sign * step

    def told(self, stage: str) -> Callable[[float, float, float], None] | None:
        """Give what a general solver tells on to whoever listens."""
        progress = self.limits.progress
        if progress is None:
            return None

        def call(value: float, bound: float, _seconds: float) -> None:
            better = self._sign * (value - self.value) > 0 or np.isnan(self.value)
            tighter = self._sign * (self.bound - bound) > 0
            progress(
                Progress(
                    value if better and np.isfinite(value) else self.value,
                    bound if tighter else self.bound,
                    self.seconds(),
                    stage,
                )
            )

        return call

    def _tell(self, stage: str, *, at_once: bool = False) -> None:
        now = self.seconds()
        if self.limits.progress is None or not (at_once or now - self._last_told > 0.1):
            return
        self._last_told = now
        self.limits.progress(Progress(self.value, self.bound, now, stage))

    def solution(
        self, assignment: NDArray[np.int64], sizes: NDArray[np.int64] | None = None
    ) -> Solution:
        """Give what was found."""
        if self.plan is None:
            status: Status = "infeasible" if self.infeasible else "none"
            return Solution(
                status,
                np.nan,
                -self._sign * np.inf if self.infeasible else self.bound,
                np.zeros(0, dtype=np.int64),
                assignment,
                self.seconds(),
                self._bounded_by or "rules",
                interrupted=self.interrupted,
            )
        if self.proven():
            self.bound = self.value
        named = f"{self._found_by}; {self._bounded_by}" if self._bounded_by else self._found_by
        return Solution(
            "optimal" if self.proven() else "feasible",
            self.value,
            self.bound,
            self.plan,
            assignment,
            self.seconds(),
            named,
            sizes=sizes,
            interrupted=self.interrupted,
        )
