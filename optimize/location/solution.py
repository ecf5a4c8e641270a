"""What a solver hands back: a plan, its value, and how far from the best it can be at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Limits", "Progress", "Solution", "Status", "relative_gap"]

Status = Literal["optimal", "feasible", "infeasible", "none"]
"""Proven best; a plan without that proof; proven that there is no plan; none found in time."""


@dataclass(frozen=True)
class Progress:
    """How far a search is.

    Parameters
    ----------
    value, bound
        Of the best plan so far (NaN before the first), and what no plan can better.
    seconds
        Since the search began.
    stage
        What it does now, in a word or two.
    """

    value: float
    bound: float
    seconds: float
    stage: str = ""


@dataclass(frozen=True)
class Limits:
    """How long and how hard to search.

    Parameters
    ----------
    time_s
        Wall-clock seconds after which the best plan so far is handed back.
    gap
        Relative gap at which a plan counts as good enough; 0 asks for proof.
    threads
        Processors to use; the plan found to proof does not depend on them.
    seed
        Of whatever the search draws.
    progress
        Called now and then.
    """

    time_s: float = 60.0
    gap: float = 0.0
    threads: int = 1
    seed: int = 0
    progress: Callable[[Progress], None] | None = None


def relative_gap(value: float, bound: float) -> float:
    """Distance between value and bound relative to the value; 0 where both are 0.

    Infinite where either is not finite.
    """
    if not (np.isfinite(value) and np.isfinite(bound)):
        return float("inf")
    distance = abs(value - bound)
    if distance <= 1e-9 * max(1.0, abs(value)):
        return 0.0
    return distance / max(abs(value), 1e-12)


@dataclass(frozen=True, eq=False)
class Solution:
    """A placement and what is proven about it.

    Parameters
    ----------
    status
        See `Status`.
    value
        Objective of the plan, preferences included; NaN where there is no plan.
    bound
        What no plan can better: from below for a cost, from above for a gain.
    open_sites : int64[k]
        Indices of the open sites, ascending.
    assignment : int64[n]
        Site that serves each demand point, -1 for none; with split service its largest share.
    seconds
        Wall-clock time of the search.
    method
        What found it and proved it.
    sizes : int64[k], optional
        Size class, number of units or of piles of each open site, where the model has these.
    flow : float64[q, 3], optional
        Rows (demand point, site, share of the demand from 0 to 1), where service may be split.
    onward : float64[q, 3], optional
        Rows (site, plant, amount) of a second echelon.
    phase : int64[k], optional
        Period in which each open site opens, where there are several.
    closes : int64[k], optional
        Period in which each closes again, -1 for never.
    interrupted
        Whether Ctrl-C ended the search.
    """

    status: Status
    value: float
    bound: float
    open_sites: NDArray[np.int64]
    assignment: NDArray[np.int64]
    seconds: float
    method: str
    sizes: NDArray[np.int64] | None = None
    flow: NDArray[np.float64] | None = None
    onward: NDArray[np.float64] | None = None
    phase: NDArray[np.int64] | None = None
    closes: NDArray[np.int64] | None = None
    interrupted: bool = False

    @property
    def gap(self) -> float:
        """Relative distance of value and bound; 0 is proof."""
        return relative_gap(self.value, self.bound)

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in {"optimal", "feasible"}
