"""Streets: reading them, placing points on them, travelling along them.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from networks.build import build_network
    from networks.components import Component
    from networks.crs import (
        bd09_to_wgs84,
        gcj02_to_wgs84,
        to_wgs84,
        wgs84_to_bd09,
        wgs84_to_gcj02,
    )
    from networks.directions import Step, directions_along
    from networks.dropped import DroppedPart, DroppedReport
    from networks.errors import InputError
    from networks.network import MODES, RoadNetwork
    from networks.paths import Path
    from networks.profile import HOURS_OF_WEEK, SpeedProfile
    from networks.projection import Projection
    from networks.raw import RawNodes, RawStreets, Shapes, Words
    from networks.read import read_network
    from networks.readers.arcs import read_arcs
    from networks.readers.gmns import read_gmns
    from networks.readers.graphml import read_graphml
    from networks.readers.lines import read_lines
    from networks.readers.nx import from_networkx, to_networkx
    from networks.readers.osm import helsinki_extract, read_osm
    from networks.readers.osm_turns import read_turn_rules
    from networks.snap import Position, Positions
    from networks.speeds import SPEED_PRESETS, SpeedTable, parse_maxspeed
    from networks.synthetic import synthetic_district
    from networks.trips import Nearest
    from networks.turn_costs import TurnCosts
    from networks.turn_rules import TurnRules
    from networks.turns import TurnNetwork, with_turns
    from networks.writers import write_network

__all__ = [
    "HOURS_OF_WEEK",
    "MODES",
    "SPEED_PRESETS",
    "Component",
    "DroppedPart",
    "DroppedReport",
    "InputError",
    "Nearest",
    "Path",
    "Position",
    "Positions",
    "Projection",
    "RawNodes",
    "RawStreets",
    "RoadNetwork",
    "Shapes",
    "SpeedProfile",
    "SpeedTable",
    "Step",
    "TurnCosts",
    "TurnNetwork",
    "TurnRules",
    "Words",
    "bd09_to_wgs84",
    "build_network",
    "directions_along",
    "from_networkx",
    "gcj02_to_wgs84",
    "helsinki_extract",
    "parse_maxspeed",
    "read_arcs",
    "read_gmns",
    "read_graphml",
    "read_lines",
    "read_network",
    "read_osm",
    "read_turn_rules",
    "synthetic_district",
    "to_networkx",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "with_turns",
    "write_network",
]

_NAMES_IN: dict[str, str] = {
    "networks.build": "build_network",
    "networks.components": "Component",
    "networks.crs": "bd09_to_wgs84 gcj02_to_wgs84 to_wgs84 wgs84_to_bd09 wgs84_to_gcj02",
    "networks.directions": "Step directions_along",
    "networks.dropped": "DroppedPart DroppedReport",
    "networks.errors": "InputError",
    "networks.network": "MODES RoadNetwork",
    "networks.paths": "Path",
    "networks.profile": "HOURS_OF_WEEK SpeedProfile",
    "networks.projection": "Projection",
    "networks.raw": "RawNodes RawStreets Shapes Words",
    "networks.read": "read_network",
    "networks.readers.arcs": "read_arcs",
    "networks.readers.gmns": "read_gmns",
    "networks.readers.graphml": "read_graphml",
    "networks.readers.lines": "read_lines",
    "networks.readers.nx": "from_networkx to_networkx",
    "networks.readers.osm": "helsinki_extract read_osm",
    "networks.readers.osm_turns": "read_turn_rules",
    "networks.snap": "Position Positions",
    "networks.speeds": "SPEED_PRESETS SpeedTable parse_maxspeed",
    "networks.synthetic": "synthetic_district",
    "networks.trips": "Nearest",
    "networks.turn_costs": "TurnCosts",
    "networks.turn_rules": "TurnRules",
    "networks.turns": "TurnNetwork with_turns",
    "networks.writers": "write_network",
}
_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names.split()}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
