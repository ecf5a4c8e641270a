"""What every question for routes has, whatever vehicles do: places, kinds, days, what is left out.

A question for streets is `scenarios.routing.build.RouteQuestion`, one for points
`scenarios.collection.build.CollectQuestion`. Reports, sheets, files and the reading of edited plans
ask no more of either than what stands here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.hours import DAY_S

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.collection.schema import CollectSpec
    from scenarios.load import Scenario
    from scenarios.routing.fleet import Kind
    from scenarios.routing.schema import RoutesSpec

__all__ = ["Place", "Question"]


@dataclass(frozen=True)
class Place:
    """A depot, or a place where vehicles are emptied or filled, at its junction."""

    name: str
    lon: float
    lat: float
    node: int


@dataclass(frozen=True, eq=False)
class Question(ABC):
    """One question for routes, made ready.

    Parameters
    ----------
    scenario, name, spec
        Where it comes from: [routes.NAME].
    network
        The streets that are driven along.
    depots, dumps
        At their junctions; dump sites, fill points or facilities, as the job has it.
    kinds
        Of vehicles, in the order of the problem's.
    times : int64[t]
        How often each side or point that can be served is, in the days of the plan.
    days
        Days of the week that are planned, Monday 0; one for a plan of one day.
    start_s
        Second of the week of `at`: its period's times of driving hold.
    left_out
        What was asked for and cannot be served, with `reason`, `lon`, `lat` and `day`; the day is
        empty where that is so on every day.
    warnings
        What looks odd.
    """

    scenario: Scenario
    name: str
    spec: RoutesSpec | CollectSpec
    network: RoadNetwork
    depots: tuple[Place, ...]
    dumps: tuple[Place, ...]
    kinds: tuple[Kind, ...]
    times: NDArray[np.int64]
    days: tuple[int, ...]
    start_s: float
    left_out: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def depot(self) -> Place:
        """The first depot."""
        return self.depots[0]

    @property
    def job(self) -> str:
        """What the vehicles do: "sweep", "water" or "collect"."""
        return self.spec.job

    def leaves_s(self, kind: int, day: int) -> int:
        """Second of the week at which vehicles of a kind leave on a day (Monday 0)."""
        return day * DAY_S + self.kinds[kind].leaves_s

    @property
    def period(self) -> int:
        """Period of the week whose times hold."""
        return self.network.period_at(self.start_s)

    @property
    def n_tasks(self) -> int:
        """How many sides or points can be served."""
        return len(self.times)

    @abstractmethod
    def pieces(self, task: int) -> tuple[str, ...]:
        """Give the names by which rows of a plan name a task: the first, and others of it."""

    @abstractmethod
    def label(self, task: int) -> str:
        """Name a side's street, or a point."""

    @abstractmethod
    def extent(self, tasks: list[int]) -> str:
        """Say how much some tasks are, as "0.05 km" or "120 kg"."""

    @abstractmethod
    def may_serve(self, kind: int, tasks: list[int]) -> bool:
        """Whether a kind of vehicle may serve all of some tasks."""

    @property
    @abstractmethod
    def work(self) -> str:
        """Say how much all tasks are together."""

    @property
    @abstractmethod
    def lost(self) -> dict[str, str]:
        """Reason of what is left out, by the name by which rows would name it."""
