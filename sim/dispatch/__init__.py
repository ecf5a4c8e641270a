"""Emergency dispatch: units answer incidents; see `sim.dispatch.model` for the rules."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.dispatch.closures import TimedClosure, closures_from_table
    from sim.dispatch.demand import Demand, demand_from_columns, draw_demand
    from sim.dispatch.fitting import fit_travel_law
    from sim.dispatch.log import STATUS_NAMES, Log
    from sim.dispatch.measures import KEY_MEASURES, higher_is_better, label
    from sim.dispatch.model import (
        Area,
        District,
        Hospital,
        IncidentClass,
        Policy,
        Station,
        Unit,
        UnitType,
        simulate,
    )
    from sim.dispatch.places import AreaPlaces, Places, PointPlaces, StreetPlaces
    from sim.dispatch.policies import (
        DispatchRule,
        DispatchView,
        KeepCoverage,
        Nearest,
        Preference,
    )
    from sim.dispatch.profile import fit_arrival_profile
    from sim.dispatch.travel import MatrixTravel, PlaneTravel, StreetTravel

_MODULE_OF = {
    "Area": "model", "District": "model", "Hospital": "model", "IncidentClass": "model",
    "Policy": "model", "Station": "model", "Unit": "model", "UnitType": "model",
    "simulate": "model",
    "TimedClosure": "closures", "closures_from_table": "closures",
    "fit_arrival_profile": "profile",
    "fit_travel_law": "fitting",
    "Demand": "demand", "demand_from_columns": "demand", "draw_demand": "demand",
    "Log": "log", "STATUS_NAMES": "log",
    "AreaPlaces": "places", "Places": "places", "PointPlaces": "places", "StreetPlaces": "places",
    "DispatchRule": "policies", "DispatchView": "policies", "KeepCoverage": "policies",
    "Nearest": "policies", "Preference": "policies",
    "MatrixTravel": "travel", "PlaneTravel": "travel", "StreetTravel": "travel",
    "KEY_MEASURES": "measures", "higher_is_better": "measures", "label": "measures",
}  # fmt: skip

__all__ = [
    "KEY_MEASURES",
    "STATUS_NAMES",
    "Area",
    "AreaPlaces",
    "Demand",
    "DispatchRule",
    "DispatchView",
    "District",
    "Hospital",
    "IncidentClass",
    "KeepCoverage",
    "Log",
    "MatrixTravel",
    "Nearest",
    "Places",
    "PlaneTravel",
    "PointPlaces",
    "Policy",
    "Preference",
    "Station",
    "StreetPlaces",
    "StreetTravel",
    "TimedClosure",
    "Unit",
    "UnitType",
    "closures_from_table",
    "demand_from_columns",
    "draw_demand",
    "fit_arrival_profile",
    "fit_travel_law",
    "higher_is_better",
    "label",
    "simulate",
]


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
