"""Emergency dispatch as a service that ``cityops run`` simulates."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from scenarios.district import build_district
from scenarios.facts import scenario_facts
from scenarios.output import file_hashes, resolved_text, write_maps, write_replication
from scenarios.partial import ReplicationResult
from scenarios.summary import completed, in_order

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from networks import RoadNetwork
    from scenarios.district import Built
    from scenarios.load import Scenario
    from scenarios.services import Engine
    from sim.dispatch.log import Log

__all__ = ["Dispatching", "build"]


def build(scenario: Scenario) -> Dispatching:
    """Make a scenario of emergency dispatch ready.

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    return Dispatching(build_district(scenario))


class Dispatching:
    """A district with its units, ready to run.

    Parameters
    ----------
    built
        The scenario made ready.
    """

    def __init__(self, built: Built) -> None:
        self.built = built

    @property
    def scenario(self) -> Scenario:
        """Where it comes from."""
        return self.built.scenario

    @property
    def network(self) -> RoadNetwork | None:
        """The streets; None where units drive by a matrix or a law of distance."""
        return self.built.network

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks odd."""
        return self.built.warnings

    @property
    def recorded(self) -> bool:
        """Whether incidents are those of a record."""
        return self.built.record is not None

    def asked(self) -> dict[str, str]:
        """Hash the scenario without its placements and routes, its record and its streets."""
        spec, built = self.scenario.spec, self.built
        head = spec.scenario.model_copy(update={"reps": 1, "half_width": None})
        same = spec.model_copy(update={"scenario": head, "placement": {}, "routes": {}})
        text = same.model_dump_json(exclude={"cleaning", "collection", "waste"})
        inputs = sorted(file_hashes(self.scenario).values()) if self.recorded else []
        streets = built.network
        network = resolved_text(self.scenario) if streets is None else streets.content_hash()
        return {
            "scenario": hashlib.sha256(text.encode()).hexdigest(),
            "inputs": hashlib.sha256("".join([*inputs, network]).encode()).hexdigest(),
        }

    def replicate(self, number: int, engine: Engine) -> ReplicationResult:
        """Run a replication."""
        from sim.dispatch.measures import measures

        log = self.log(number, engine)
        table = measures(log, self.built.district, warmup_s=self.built.warmup_s)
        counts = {"incidents": len(log.demand.incidents)}
        return ReplicationResult(table, log.demand.content_hash(), counts)

    def log(self, number: int, engine: Engine) -> Log:
        """Run a replication for its Log."""
        from sim.dispatch.model import simulate

        built = self.built
        return simulate(
            built.district,
            built.policy,
            built.demand(number),
            horizon_s=built.horizon_s,
            engine=engine,
        )

    def arranged(self, measures: pd.DataFrame, reps: int) -> pd.DataFrame:
        """Add the zeros of quiet areas, and sort."""
        return in_order(completed(measures, reps), self.built.district)

    def write(self, folder: Path, engine: Engine) -> None:
        """Write the first replication in people's words, the district, tracks and maps."""
        write_replication(folder, self.built, self.log(0, engine))
        write_maps(folder, self.built)

    def facts(self) -> dict[str, Any]:
        """Say what was put in."""
        return scenario_facts(self.built)
