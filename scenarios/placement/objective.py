"""What the value of a placement counts, so that it can be said in words.

One row a kind of problem: what is made best, whether more or less of it is better, in which unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from scenarios.placement.question import Question

__all__ = ["Objective", "objective_of"]

Sense = Literal["gain", "cost"]
Unit = Literal["weight", "sites", "cost", "travel", "weighted travel"]

_KINDS: dict[str, tuple[str, Sense, Unit]] = {
    "SetCover": ("set-cover", "cost", "sites"),
    "MaxCover": ("max-cover", "gain", "weight"),
    "PMedian": ("p-median", "cost", "weighted travel"),
    "ReliableMedian": ("reliable-median", "cost", "weighted travel"),
    "PCenter": ("p-center", "cost", "travel"),
    "Dispersion": ("dispersion", "gain", "travel"),
    "ExpectedCover": ("expected-cover", "gain", "weight"),
    "AvailabilityCover": ("availability-cover", "gain", "weight"),
    "FacilityLocation": ("capacitated", "cost", "cost"),
    "TwoEchelon": ("two-echelon", "cost", "cost"),
}


@dataclass(frozen=True)
class Objective:
    """What a value counts.

    Parameters
    ----------
    kind
        Name of the model, as a scenario writes it.
    sense
        Whether more is better ("gain") or less ("cost").
    unit
        Weight of demand, number of sites, money, travel, or weight times travel.
    total
        By which a weight becomes a share, and weighted travel a mean: all demand that was put in,
        for means what the question could take in.
    """

    kind: str
    sense: Sense
    unit: Unit
    total: float

    def shown(self, value: float) -> tuple[float, str]:
        """Value as people read it, and its unit: a share, a mean travel, or what it is.

        Examples
        --------
        >>> Objective("max-cover", "gain", "weight", 200.0).shown(150.0)
        (0.75, 'share')
        >>> Objective("p-center", "cost", "travel", 200.0).shown(12.5)
        (12.5, 'travel')
        """
        if self.unit == "weight" and self.total > 0:
            return value / self.total, "share"
        if self.unit == "weighted travel" and self.total > 0:
            return value / self.total, "travel"
        return value, self.unit


def _counts_travel(question: Question) -> bool:
    """Whether nothing but travel is in the value of a capacitated question."""
    priced = question.spec.travel_cost is not None
    sizes = getattr(question.problem, "size_classes", ())
    return not priced and not any(size.cost > 0 for size in sizes)


def objective_of(question: Question) -> Objective:
    """Say what the value of a question counts.

    Parameters
    ----------
    question
        What was asked.
    """
    name = type(question.problem).__name__
    if question.spec.phase:
        return _over_periods(question)
    kind, sense, unit = _KINDS.get(name, (question.spec.model or name.lower(), "cost", "cost"))
    sites = getattr(question.problem, "sites", None)
    if kind == "set-cover" and sites is not None and sites.cost is not None:
        unit = "cost"
    if kind == "p-median" and question.spec.travel_cost is not None:
        unit = "cost"
    if kind == "capacitated" and _counts_travel(question):
        unit = "weighted travel"
    total = float(question.points["weight"].sum())
    if unit == "weight":
        total += float(question.left_out["weight"].sum())
    return Objective(kind, sense, unit, total)


def _over_periods(question: Question) -> Objective:
    """All periods together, later ones worth less where they are discounted."""
    problem: Any = question.problem
    total = float((problem.weight.sum(axis=1) * problem.worth).sum())
    if question.spec.model == "max-cover":
        return Objective("max-cover", "gain", "weight", total)
    return Objective("p-median", "cost", "weighted travel", total)
