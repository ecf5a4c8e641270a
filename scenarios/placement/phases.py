"""Building over several periods: what opens when, within the budget of each.

Demand grows from period to period by one factor; sites stay open once they are, and what exists may
close at a cost where the scenario says so (`optimize.location.phases`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location import PhasedPlacement, Sites
    from scenarios.placement.problem import Served
    from scenarios.placement.schema import PlacementSpec

__all__ = ["PHASED_MODELS", "phased"]

PHASED_MODELS = ("max-cover", "p-median")
"""Models that can be asked over several periods."""


def phased(spec: PlacementSpec, served: Served, rules: Sites) -> PhasedPlacement:
    """Put a question over several periods.

    Parameters
    ----------
    spec
        With its phases.
    served
        Points, sites and travel.
    rules
        On sites; they have no budget of their own.

    Raises
    ------
    InputError
        If the numbers do not fit together.
    """
    from optimize.location import PhasedPlacement

    weight = served.points["weight"].to_numpy(dtype=np.float64)
    covers = spec.model == "max-cover"
    limits = [phase.p for phase in spec.phase]
    most = np.array([rules.n if p is None else p for p in limits], dtype=np.int64)
    there = (served.sites["kind"] == "existing").to_numpy()
    return PhasedPlacement(
        weight=np.array([phase.growth for phase in spec.phase])[:, None] * weight[None, :],
        budget=np.array([np.inf if v.budget is None else v.budget for v in spec.phase]),
        opening=np.zeros(rules.n) if rules.cost is None else rules.cost,
        cost=None if covers else served.travel,
        coverage=served.coverage if covers else None,
        closing=_closing(spec, there),
        existing=np.flatnonzero(there),
        discount=spec.discount,
        carry_over=spec.carry_over,
        p=None if all(p is None for p in limits) else most,
        sites=rules,
    )


def _closing(spec: PlacementSpec, there: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Price closing: of what exists where it may close, of nothing else."""
    existing = spec.existing
    if existing is None or not existing.may_close:
        return None
    return np.where(there, existing.close_cost or 0.0, np.inf)
