"""A placement question made ready: demand, sites, travel between them, and the problem to solve.

Demand and sites are placed on the streets of the placement's own mode. What lies too far from every
street, or cannot get to any site, is listed in `left_out` with its weight and reason: the weight of
`points` and of `left_out` together is the demand that was put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.placement.presets import PRESETS, preset_of
from scenarios.placement.schema import PRESET_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.location import Coverage, PhasedPlacement, Problem
    from scenarios.load import Scenario
    from scenarios.placement.schema import PlacementSpec

__all__ = ["Question", "build_question", "question_names"]


@dataclass(frozen=True, eq=False)
class Question:
    """One placement question on its streets.

    Parameters
    ----------
    scenario, name
        Where it comes from: [placement.NAME].
    preset
        Its kind of facility; "" for one of the scenario's own.
    spec
        The table with every default of the preset filled in.
    network
        Streets of the placement's travel mode.
    points
        Demand: point (0 to n - 1), lon, lat, x, y, weight, area (code, -1 none), edge, fraction,
        name, street_class ("" where none), slot ("" where there are none).
    sites
        site (0 to m - 1), name, lon, lat, x, y, area, kind ("existing" or "candidate"), state
        ("free", "fixed", "forbidden"), lock ("open", "closed", ""), cost, capacity, grid_kw,
        preference (NaN where not given), largest_size (index of the size class, the last where any
        fits), edge, fraction, slot.
    areas
        Names by code.
    unit
        Of travel: "min" or "m".
    travel : float64[n, m], optional
        From each point to each site, or back where crews come from the site; inf where there is
        no way. None where the table would be too large and coverage alone was kept.
    coverage
        Who covers whom, where a radius is given.
    problem
        For `optimize.location.solve`.
    plants
        name, lon, lat, x, y, capacity, cost of a two-echelon question's plants.
    left_out
        Demand that could not be placed or reached: lon, lat, weight, area, name, reason.
    warnings
        What looks odd, what was taken out, and standards that are second-hand.
    """

    scenario: Scenario
    name: str
    preset: str
    spec: PlacementSpec
    network: RoadNetwork
    points: pd.DataFrame
    sites: pd.DataFrame
    areas: tuple[str, ...]
    unit: Literal["min", "m"]
    travel: NDArray[np.float64] | None
    coverage: Coverage | None
    problem: Problem | PhasedPlacement
    plants: pd.DataFrame | None
    left_out: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def from_site(self) -> bool:
        """Whether travel is from the site to the point."""
        return bool(self.preset) and PRESETS[self.preset].from_site


def question_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the questions of a scenario: its [placement.*], and presets that need nothing more."""
    named = list(scenario.spec.placement)
    if scenario.spec.network is not None:
        used = {preset_of(name, table.preset) for name, table in scenario.spec.placement.items()}
        named += [name for name, preset in PRESETS.items() if preset.alone and name not in used]
    return tuple(named)


def build_question(
    scenario: Scenario,
    name: str,
    *,
    plan: Path | None = None,
    streets: dict[str, RoadNetwork] | None = None,
) -> Question:
    """Make one placement question ready.

    Parameters
    ----------
    scenario
        Read and checked.
    name
        Of [placement.NAME], or of a preset that needs nothing more.
    plan
        An edited plan file (CSV): what its column `lock` says holds.
    streets
        Networks of this scenario that earlier questions read; what is read is added.

    Raises
    ------
    InputError
        If there is no such question.
    ScenarioError
        With every fault that files, streets and places show.
    """
    from scenarios.placement.build import Builder

    table = _table(scenario, name)
    return Builder(scenario, name, table, plan, {} if streets is None else streets).question()


def _table(scenario: Scenario, name: str) -> PlacementSpec:
    from scenarios.placement.schema import PlacementSpec

    if name in scenario.spec.placement:
        return scenario.spec.placement[name]
    names = question_names(scenario)
    if name in names:
        return PlacementSpec()
    if name in PRESET_NAMES:
        raise InputError(
            f"there is no [placement.{name}]",
            file=scenario.shown,
            mend=f"add it: {name} need numbers that are yours to give (docs/placement.md)",
        )
    raise InputError(
        f'there is no placement "{name}"',
        file=scenario.shown,
        mend=did_you_mean(name, names, what="there are"),
    )
