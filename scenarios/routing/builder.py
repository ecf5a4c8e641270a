"""What the making of every question for routes has in common: its streets and its places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.misplaced import mend_for
from scenarios.routing.question import Place
from scenarios.streets import read_streets

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.collection.schema import CollectSpec
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.routing.schema import RoutesSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["Builder"]

_FAR_M = 100.0  # from a depot or dump site to its junction, beyond which it is told


class Builder:
    """Steps from a table to its problem; faults are gathered as far as they do not block.

    Parameters
    ----------
    scenario, name
        Read and checked, and which of its [routes.NAME] tables is meant.
    networks
        Networks of this scenario that earlier questions read, by mode; what is read is added.
    """

    spec: RoutesSpec | CollectSpec

    def __init__(self, scenario: Scenario, name: str, networks: dict[str, RoadNetwork]) -> None:
        self.scenario, self.name = scenario, name
        self.path: KeyPath = ("routes", name)
        self.faults: FaultList = scenario.faults()
        self.networks = networks
        self.warnings: list[str] = []

    def _network(self) -> RoadNetwork:
        """Read the streets on which the table's vehicles drive."""
        spec = self.scenario.spec.network
        assert spec is not None  # noqa: S101 - refused by the rules
        mode = self.spec.mode or spec.mode
        if mode not in self.networks:
            if mode != spec.mode:
                spec = spec.model_copy(update={"mode": mode})
            self.networks[mode] = read_streets(spec, self.faults)
            self.faults.stop()
        return self.networks[mode]

    def _place(
        self, network: RoadNetwork, name: str, lon: float, lat: float, *keys: str | int
    ) -> Place:
        """Put a depot or a facility at its junction."""
        from optimize.routing.arcs.streets import nearest_node

        node, away = nearest_node(network, lon, lat)
        if away > self.spec.max_snap_m:
            far = f"{away:,.0f} m" if away < 10_000 else f"{away / 1000:,.0f} km"
            self.faults.add(
                (*self.path, *keys),
                f'"{name}" lies {far} from the nearest junction of the streets',
                mend_for(network, lon, lat, self.spec.max_snap_m),
            )
        elif away > _FAR_M:
            self.warnings.append(f'"{name}" lies {away:,.0f} m from its junction')
        return Place(name, lon, lat, node)
