"""What a run needs of the service that it simulates, and the services there are.

`scenarios.run` knows replications, folders and intervals; a service knows its city. One module a
service makes a scenario ready (`build`) and hands back a `Service`. What can be said of a service
without making anything ready (its measures, and which of them one reads first) is in `SERVICES`.
A measure's name means the same in every service.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

from networks.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from networks import RoadNetwork
    from scenarios.load import Scenario
    from scenarios.partial import ReplicationResult

__all__ = [
    "SERVICES",
    "Engine",
    "Service",
    "ServiceKind",
    "build_service",
    "check_simulated",
    "higher_is_better",
    "label",
    "service_kind",
]

Engine = Literal["kernel", "simpy"]


class Service(Protocol):
    """A scenario of one service made ready to run."""

    @property
    def scenario(self) -> Scenario:
        """Where it comes from."""

    @property
    def network(self) -> RoadNetwork | None:
        """The streets, if there are any."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks odd, though it can be run."""

    @property
    def recorded(self) -> bool:
        """Whether every replication replays one record."""

    def asked(self) -> dict[str, str]:
        """Hashes of what the results depend on, for the run's identity."""

    def replicate(self, number: int, engine: Engine) -> ReplicationResult:
        """Run one replication."""

    def arranged(self, measures: pd.DataFrame, reps: int) -> pd.DataFrame:
        """Put the measures of all replications in order, with the zeros that they leave out."""

    def write(self, folder: Path, engine: Engine) -> None:
        """Write the replication that a report plays back, the district's tables and the maps."""

    def facts(self) -> dict[str, Any]:
        """Say for the manifest what was put in, beside the numbers."""


@dataclass(frozen=True)
class ServiceKind:
    """What is known of a service before a scenario is read.

    Parameters
    ----------
    module
        Has ``build(scenario) -> Service``.
    measures
        Module with ``MEASURES``: unit, whether more is better, English and Chinese by name.
    key_figure
        The measure that ``half_width`` is about, of all together.
    key_measures
        What one reads first, of all together.
    by_class
        Those that are read by class, too.
    met
        What two plans meet alike in the same replication, in a sentence.
    classes
        What a class is called where measures are told by it.
    """

    module: str
    measures: str
    key_figure: str
    key_measures: tuple[str, ...]
    by_class: tuple[str, ...]
    met: str
    classes: str = "class"


SERVICES: dict[str, ServiceKind] = {
    "dispatch": ServiceKind(
        module="scenarios.dispatching",
        measures="sim.dispatch.measures",
        key_figure="response_mean_min",
        key_measures=(
            "within_target",
            "response_mean_min",
            "response_p90_min",
            "full_response_mean_min",
            "queued_share",
            "referred_share",
            "utilisation",
            "km",
        ),
        by_class=("within_target", "response_mean_min"),
        met="incidents",
    ),
    "cleaning": ServiceKind(
        module="scenarios.cleaning.service",
        measures="sim.cleaning.measures",
        key_figure="clean_share",
        key_measures=(
            "clean_share",
            "swept_km",
            "missed_km",
            "deadhead_km",
            "out_h",
            "overtime_h",
            "delay_p90_min",
            "collected_t",
            "energy",
            "cost",
        ),
        by_class=("clean_share",),
        met="streets, weather or dirt",
    ),
    "waste": ServiceKind(
        module="scenarios.waste.service",
        measures="sim.waste.measures",
        key_figure="not_full_share",
        key_measures=(
            "not_full_share",
            "overflow_l",
            "collected_t",
            "missed_share",
            "punctual_share",
            "trips",
            "km",
            "haul_km",
            "station_wait_mean_min",
            "station_wait_p90_min",
            "out_h",
            "overtime_h",
            "energy",
            "co2_t",
            "cost",
            "cost_per_t",
        ),
        by_class=("not_full_share",),
        met="streets, bins or orders",
        classes="stream",
    ),
}
"""Every service that ``cityops run`` simulates."""

_ASKS = {
    "placement": ("asks where things should be", "optimize"),
    "routes": ("asks for routes", "routes"),
}


def service_kind(name: str) -> ServiceKind:
    """Look a service up; a run of before there were several is one of dispatch."""
    return SERVICES.get(name, SERVICES["dispatch"])


def build_service(scenario: Scenario) -> Service:
    """Make a scenario ready to run, whatever it simulates.

    Raises
    ------
    InputError
        If it asks for a placement or routes only, which are not simulated.
    ScenarioError
        With every fault that the streets, files and places show.
    """
    check_simulated(scenario)
    kind = SERVICES[scenario.spec.scenario.service]
    service: Service = import_module(kind.module).build(scenario)
    return service


def check_simulated(scenario: Scenario, service: str | None = None) -> None:
    """Refuse a scenario that has nothing to simulate, or simulates another service.

    Parameters
    ----------
    scenario
        Read and checked.
    service
        The only one that will do.

    Raises
    ------
    InputError
        If so.
    """
    spec, asked = scenario.spec, scenario.spec.scenario.service
    if asked in _ASKS:
        what, command = _ASKS[asked]
        first = next(iter(getattr(spec, asked)))
        raise InputError(
            f"{what}, and has nothing to simulate",
            file=scenario.shown,
            mend=f"use cityops {command} {scenario.reference} {first}",
        )
    if service not in {None, asked}:
        raise InputError(
            f'its service is "{asked}", not "{service}"',
            file=scenario.shown,
            mend=f"use cityops run {scenario.reference}",
        )


def higher_is_better(measure: str) -> bool | None:
    """Whether more of a measure is better; None where neither is."""
    found = _words(measure)
    return None if found is None else found[1]


def label(measure: str, lang: str = "en") -> str:
    """Name of a measure for people, in English or Chinese; its own name if it is not known."""
    found = _words(measure)
    if found is None:
        return measure
    return found[3] if lang == "zh" else found[2]


def _words(measure: str) -> tuple[str, bool | None, str, str] | None:
    """Look up unit, whether more is better, English and Chinese."""
    for kind in SERVICES.values():
        known: dict[str, tuple[str, bool | None, str, str]] = import_module(kind.measures).MEASURES
        if measure in known:
            return known[measure]
    return None
