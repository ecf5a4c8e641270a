"""A judge of placements: every objective reckoned again from the plan and the tables.

Nothing of the solvers is used here, so that a fault of theirs shows. The formulation of each
problem is at its dataclass in `optimize.location.problems`; what is checked beside the value is
all that would make a plan useless or its proof wrong: rules on sites, the number open, points
that nobody serves, capacities, sizes, flows that do not add up, a bound that the value passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimize.location.judged import cover, distance, flow, phases, queues
from optimize.location.judged.rules import AGREES, is_gain, open_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.phases import PhasedPlacement
    from optimize.location.problems import Problem
    from optimize.location.queueing import QueueingLocation
    from optimize.location.solution import Solution

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a plan is worth, and what is wrong with it.

    Parameters
    ----------
    value
        Objective, preferences included; NaN where there is no plan.
    faults
        All that breaks the problem or the solution's own claims; empty for a sound plan.
    served : float64[n]
        Of each demand point: its cost (inf where nobody serves it), its covered share, or for a
        set cover the number of open sites that cover it. Of each site for a dispersion: distance
        to the nearest other open site.
    """

    value: float
    faults: tuple[str, ...]
    served: NDArray[np.float64]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def evaluate(
    problem: Problem | QueueingLocation | PhasedPlacement, solution: Solution
) -> Evaluation:
    """Reckon a plan's objective again and list its faults.

    Parameters
    ----------
    problem
        One of the dataclasses of `optimize.location.problems`, a `QueueingLocation` or a
        `PhasedPlacement`.
    solution
        What a solver, or a person, proposes for it.
    """
    if not solution.found:
        none = np.full(len(solution.assignment), np.nan)
        return Evaluation(float("nan"), (f"there is no plan: {solution.status}",), none)
    faults: list[str] = []
    is_open = open_mask(problem.sites.n, solution, faults)
    kind, gain = type(problem).__name__, is_gain(problem)
    value, served = _JUDGES[kind](problem, solution, is_open, faults)
    if kind not in _BY_PERIOD:
        faults += problem.sites.faults(np.flatnonzero(is_open))
        if problem.sites.preference is not None:
            worth = float(problem.sites.preference[is_open].sum())
            value += worth if gain else -worth
    _claims(solution, value, faults, gain=gain)
    return Evaluation(value, tuple(faults), served)


_BY_PERIOD = {"PhasedPlacement"}
"""Kinds whose rules and preferences hold in each period."""

_Judge = Callable[
    [Any, "Solution", "NDArray[np.bool_]", list[str]], tuple[float, "NDArray[np.float64]"]
]

_JUDGES: dict[str, _Judge] = {
    "PMedian": distance.median,
    "ReliableMedian": distance.reliable,
    "PCenter": distance.center,
    "Dispersion": distance.dispersion,
    "SetCover": cover.set_cover,
    "MaxCover": cover.max_cover,
    "ExpectedCover": cover.unit_cover,
    "AvailabilityCover": cover.unit_cover,
    "FacilityLocation": flow.capacitated,
    "TwoEchelon": flow.two_echelon,
    "QueueingLocation": queues.queues,
    "PhasedPlacement": phases.phases,
}
"""By the name of the problem's kind, so that no kind's module is loaded for another's sake."""


# ---- what a solution says of itself


def _claims(solution: Solution, value: float, faults: list[str], *, gain: bool) -> None:
    """Compare what the solution says of itself."""
    slack = AGREES * max(1.0, abs(value)) if np.isfinite(value) else 0.0
    if not abs(solution.value - value) <= slack and solution.value != value:
        faults.append(f"the value is said to be {solution.value:.12g}, and is {value:.12g}")
    bound = solution.bound
    if np.isnan(bound):
        faults.append("the bound is not a number")
    elif (bound < value - slack) if gain else (bound > value + slack):
        faults.append(f"the bound of {bound:.12g} is passed by the value of {value:.12g}")
    elif solution.status == "optimal" and not abs(bound - value) <= slack:
        faults.append(f"said to be optimal at a value of {value:.12g} and a bound of {bound:.12g}")
