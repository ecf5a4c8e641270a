"""Where: one family of placement models, one face, on plain matrices.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# at once: loading the module of this name later would put it in the function's place
from optimize.location.solve import solve

if TYPE_CHECKING:
    from optimize.location.coverage import Coverage
    from optimize.location.equity import (
        FrontPoint,
        area_means,
        gini,
        pareto_front,
        solve_within,
    )
    from optimize.location.phases import PhasedPlacement
    from optimize.location.problems import (
        AvailabilityCover,
        Dispersion,
        ExpectedCover,
        FacilityLocation,
        MaxCover,
        PCenter,
        PMedian,
        Problem,
        ReliableMedian,
        SetCover,
        SizeClass,
        TwoEchelon,
    )
    from optimize.location.queueing import QueueingLocation, pile_sizes, waits
    from optimize.location.sites import Quota, Sites
    from optimize.location.solution import Progress, Solution
    from optimize.location.solve import METHODS, Method

__all__ = [
    "METHODS",
    "AvailabilityCover",
    "Coverage",
    "Dispersion",
    "ExpectedCover",
    "FacilityLocation",
    "FrontPoint",
    "MaxCover",
    "Method",
    "PCenter",
    "PMedian",
    "PhasedPlacement",
    "Problem",
    "Progress",
    "QueueingLocation",
    "Quota",
    "ReliableMedian",
    "SetCover",
    "Sites",
    "SizeClass",
    "Solution",
    "TwoEchelon",
    "area_means",
    "gini",
    "pareto_front",
    "pile_sizes",
    "solve",
    "solve_within",
    "waits",
]

_NAMES_IN: dict[str, str] = {
    "optimize.location.coverage": "Coverage",
    "optimize.location.problems": (
        "AvailabilityCover Dispersion ExpectedCover FacilityLocation MaxCover PCenter PMedian "
        "Problem ReliableMedian SetCover SizeClass TwoEchelon"
    ),
    "optimize.location.equity": "FrontPoint area_means gini pareto_front solve_within",
    "optimize.location.phases": "PhasedPlacement",
    "optimize.location.queueing": "QueueingLocation pile_sizes waits",
    "optimize.location.sites": "Quota Sites",
    "optimize.location.solution": "Progress Solution",
    "optimize.location.solve": "METHODS Method",
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
