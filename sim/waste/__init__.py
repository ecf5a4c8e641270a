"""Household waste: what bins, trucks, stations and long haul do; see `sim.waste.model`.

A run is measured by ``sim.waste.measures.measures``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.waste.costs import Rates as Rates
    from sim.waste.demand import Deliveries as Deliveries
    from sim.waste.demand import Filling as Filling
    from sim.waste.demand import Orders as Orders
    from sim.waste.demand import Source as Source
    from sim.waste.log import Log as Log
    from sim.waste.measures import label as label
    from sim.waste.model import Rules as Rules
    from sim.waste.model import simulate as simulate
    from sim.waste.plan import Routes as Routes
    from sim.waste.roads import Roads as Roads
    from sim.waste.setting import Facilities as Facilities
    from sim.waste.setting import Haulers as Haulers
    from sim.waste.setting import Outages as Outages
    from sim.waste.setting import Stands as Stands
    from sim.waste.setting import Trucks as Trucks

_MODULE_OF = {
    "Deliveries": "demand",
    "Facilities": "setting",
    "Filling": "demand",
    "Haulers": "setting",
    "Log": "log",
    "Orders": "demand",
    "Outages": "setting",
    "Rates": "costs",
    "Roads": "roads",
    "Routes": "plan",
    "Rules": "model",
    "Source": "demand",
    "Stands": "setting",
    "Trucks": "setting",
    "label": "measures",
    "simulate": "model",
}

__all__ = [
    "Deliveries",
    "Facilities",
    "Filling",
    "Haulers",
    "Log",
    "Orders",
    "Outages",
    "Rates",
    "Roads",
    "Routes",
    "Rules",
    "Source",
    "Stands",
    "Trucks",
    "label",
    "simulate",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"sim.waste.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
