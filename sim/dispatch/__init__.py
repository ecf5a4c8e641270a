"""Emergency dispatch: units answer incidents; see `sim.dispatch.model` for the rules."""

from __future__ import annotations

from importlib import import_module

_MODULE_OF = {
    "Area": "model", "District": "model", "Hospital": "model", "IncidentClass": "model",
    "Policy": "model", "Station": "model", "Unit": "model", "UnitType": "model",
    "simulate": "model",
    "Demand": "demand", "demand_from_columns": "demand", "draw_demand": "demand",
    "Log": "log", "STATUS_NAMES": "log",
    "AreaPlaces": "places", "Places": "places", "PointPlaces": "places", "StreetPlaces": "places",
    "DispatchRule": "policies", "DispatchView": "policies", "KeepCoverage": "policies",
    "Nearest": "policies", "Preference": "policies",
    "MatrixTravel": "travel", "PlaneTravel": "travel", "StreetTravel": "travel",
    "KEY_MEASURES": "measures", "higher_is_better": "measures", "label": "measures",
}  # fmt: skip

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - the table is the one list of names


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
