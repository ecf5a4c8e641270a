"""What every plan of routes has, whatever its vehicles do: tables, seconds, cost, and its bound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from optimize.routing.arcs.solution import ArcSolution
    from optimize.routing.nodes.solution import NodeSolution
    from scenarios.routing.question import Question

__all__ = ["NO_ROOM", "NoRoutes", "Plan"]

NO_ROOM = "no room in the shifts"


class NoRoutes(Exception):  # noqa: N818 - it is an answer, no error
    """No routes keep the rules, or none were found in time; the input is sound.

    Parameters
    ----------
    proven
        Whether there are none at all.
    reasons
        Why, in words.
    """

    def __init__(self, proven: bool, reasons: tuple[str, ...]) -> None:  # noqa: FBT001
        super().__init__("; ".join(reasons))
        self.proven = proven
        self.reasons = reasons


@dataclass(frozen=True, eq=False)
class Plan(ABC):
    """Routes and what they come to.

    Parameters
    ----------
    question
        What was asked.
    solution
        Of the search.
    legs, steps, summary
        Tables: an edge or stop a row; a step a row; a route a row.
    """

    question: Question
    solution: ArcSolution | NodeSolution
    legs: pd.DataFrame
    steps: pd.DataFrame
    summary: pd.DataFrame

    @property
    @abstractmethod
    def seconds(self) -> int:
        """Seconds of all routes, as the search has them."""

    @property
    @abstractmethod
    def cost_s(self) -> float:
        """What the search sought the least of, as seconds: hours, and what routes cost apart."""

    @property
    @abstractmethod
    def bound_s(self) -> int | None:
        """Least that it can come to; None where that is not known."""

    @property
    def gap(self) -> float | None:
        """Share of the cost that lies above the bound; None without a bound."""
        if self.bound_s is None:
            return None
        return (self.cost_s - self.bound_s) / self.cost_s if self.cost_s else 0.0

    @abstractmethod
    def figures(self) -> dict[str, Any]:
        """Give the manifest's figures of the job."""
