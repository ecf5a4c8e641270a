"""Public toilets: who waits how long for which fixture; see `sim.toilets.model` for the rules."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.toilets.demand import Visitors, draw_visitors
    from sim.toilets.log import Log
    from sim.toilets.measures import label, measures
    from sim.toilets.model import Toilet, simulate

_MODULE_OF = {
    "Log": "log",
    "Toilet": "model",
    "Visitors": "demand",
    "draw_visitors": "demand",
    "label": "measures",
    "measures": "measures",
    "simulate": "model",
}

__all__ = ["Log", "Toilet", "Visitors", "draw_visitors", "label", "measures", "simulate"]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"sim.toilets.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
