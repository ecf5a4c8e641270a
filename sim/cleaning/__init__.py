"""Street cleaning: how clean streets stay, and what the sweepers do; see `sim.cleaning.model`.

A run is measured by ``sim.cleaning.measures.measures``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.cleaning.demand import Pieces, Weather
    from sim.cleaning.log import Log
    from sim.cleaning.measures import Rates, label
    from sim.cleaning.model import Rules, simulate
    from sim.cleaning.plan import Routes
    from sim.cleaning.setting import Facilities, Roads, Vehicles, Ways

_MODULE_OF = {
    "Facilities": "setting",
    "Log": "log",
    "Pieces": "demand",
    "Rates": "measures",
    "Roads": "setting",
    "Routes": "plan",
    "Rules": "model",
    "Vehicles": "setting",
    "Ways": "setting",
    "Weather": "demand",
    "label": "measures",
    "simulate": "model",
}

__all__ = [
    "Facilities",
    "Log",
    "Pieces",
    "Rates",
    "Roads",
    "Routes",
    "Rules",
    "Vehicles",
    "Ways",
    "Weather",
    "label",
    "simulate",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"sim.cleaning.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
