"""What services of routes that are driven have in common: street cleaning, waste collection."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from scenarios.hours import moment_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.load import Scenario

__all__ = ["PlannedService", "WholeDays", "with_each"]


class Made(Protocol):
    """A scenario made ready."""

    @property
    def scenario(self) -> Scenario:
        """Where it comes from."""

    @property
    def network(self) -> RoadNetwork:
        """The streets."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks odd."""


class WholeDays:
    """Days and areas of a scenario made ready, for those that have ``scenario`` and ``areas``."""

    scenario: Scenario
    areas: tuple[Any, ...]

    @property
    def area_names(self) -> list[str]:
        """Names of the areas by code; the last one is of what lies in none."""
        return [*(area.name for area in self.areas), "–"]

    @property
    def days(self) -> int:
        """Days that are simulated, warm-up included."""
        return round(self.scenario.spec.scenario.horizon_h / 24.0)

    @property
    def first_weekday(self) -> int:
        """Weekday of the first day, Monday 0."""
        return int(moment_s(self.scenario.spec.scenario.start) // 86_400)


Built = TypeVar("Built", bound=Made)
Plan = TypeVar("Plan")


class PlannedService(ABC, Generic[Built, Plan]):
    """A scenario ready to run; routes are made when they are first driven.

    Parameters
    ----------
    built
        The scenario made ready.
    """

    def __init__(self, built: Built) -> None:
        self.built = built
        self._plan: Plan | None = None
        self._at_work = threading.Lock()

    @abstractmethod
    def make_plan(self) -> Plan:
        """Make the routes, or read them."""

    @property
    def scenario(self) -> Scenario:
        """Where it comes from."""
        return self.built.scenario

    @property
    def network(self) -> RoadNetwork | None:
        """The streets."""
        return self.built.network

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks odd."""
        return self.built.warnings

    @property
    def plan(self) -> Plan:
        """The routes.

        Raises
        ------
        InputError
            If there are none, or those that are named do not fit.
        """
        with self._at_work:
            if self._plan is None:
                self._plan = self.make_plan()
            return self._plan

    @property
    def warmup_days(self) -> int:
        """Days at the start that are not measured."""
        return round(self.scenario.spec.scenario.warmup_h / 24.0)

    def identity(
        self, tables: Mapping[str, Any], files: Iterable[tuple[str, str | Path | None]]
    ) -> dict[str, str]:
        """Hash what the results depend on, for the run's identity.

        Parameters
        ----------
        tables
            What the service's own tables say, without where files lie.
        files
            What each file that is read is for, and where it lies: its contents count.
        """
        spec = self.scenario.spec
        head = spec.scenario.model_copy(update={"reps": 1, "half_width": None})
        grid = spec.areas
        same = {
            "head": head.model_dump(mode="json"),
            "profiles": spec.hour_profile,
            "areas": [area.model_dump(mode="json") for area in spec.area],
            "grid": None if grid is None else grid.model_dump(mode="json", exclude={"file"}),
            **tables,
        }
        read = [("streets", self.built.network.content_hash())]
        named = [("areas", None if grid is None else grid.file), *files]
        read += [
            (key, hashlib.sha256(Path(path).read_bytes()).hexdigest())
            for key, path in named
            if path is not None and Path(path).is_file()
        ]
        return {
            "scenario": hashlib.sha256(repr(same).encode()).hexdigest(),
            "inputs": hashlib.sha256(repr(read).encode()).hexdigest(),
        }


def with_each(table: pd.DataFrame, measure: str, by: str, shares: NDArray[Any]) -> pd.DataFrame:
    """Add a share of each piece or stand to a table of measures.

    Parameters
    ----------
    table
        Columns measure, by, group, value, unit.
    measure, by
        What the share is of.
    shares : float64[n]
        One each; groups are their numbers.
    """
    import pandas as pd

    each = pd.DataFrame(
        {
            "measure": measure,
            "by": by,
            "group": [str(number) for number in range(len(shares))],
            "value": shares,
            "unit": "share",
        }
    )
    return pd.concat([table, each], ignore_index=True)
