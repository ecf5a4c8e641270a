"""What a [routes.NAME] table may hold: every key, with its unit, default and bounds.

Units are in the keys as in the rest of the scenario: ``_kmh``, ``_t`` tonnes, ``_kg_per_km``,
``_min``, ``_h``, ``_s``, ``_m``. A figure by class is one number for all streets, or a table with
one for each class and ``other`` for all the rest.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from scenarios.faults import BadValueError
from scenarios.values import TABLE, Latitude, Longitude, Moment, NotNegative, Positive, Text

__all__ = ["SWEPT_CLASSES", "DepotSpec", "DumpSpec", "RoutesSpec", "of_class"]

SWEPT_CLASSES = ["primary", "secondary", "tertiary", "unclassified", "residential"]
OTHER = "other"


def _by_class(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    items = value.items() if isinstance(value, dict) else [("", value)]
    for name, figure in items:
        sound = isinstance(figure, (int, float)) and not isinstance(figure, bool)
        if not sound or not 0 <= figure <= 1e6:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {figure!r}; it must be a number of 0 or more, or a table by class "
                f"as {{ primary = 90, {OTHER} = 60 }}"
            )
    return value


def _speed(value: Any) -> Any:  # noqa: ANN401
    _by_class(value)
    for figure in value.values() if isinstance(value, dict) else [value]:
        if not 1 <= figure <= 100:
            raise BadValueError(f"must be from 1 to 100 km/h, is {figure:g}")
    return value


ByClass = Annotated[Any, AfterValidator(_by_class)]
SpeedByClass = Annotated[Any, AfterValidator(_speed)]


def of_class(figure: Any, name: str) -> float | None:  # noqa: ANN401 - as the table has it
    """Figure of a class; None where the table has none for it.

    Examples
    --------
    >>> of_class(8, "primary"), of_class({"primary": 10, "other": 6}, "tertiary")
    (8.0, 6.0)
    """
    if not isinstance(figure, dict):
        return float(figure)
    found = figure.get(name, figure.get(OTHER))
    return None if found is None else float(found)


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class DepotSpec(Table):
    """Where routes start and end; without dump sites the hopper is emptied here, at the end."""

    name: Text = "Depot"
    lon: Longitude
    lat: Latitude


class DumpSpec(Table):
    """Where a hopper is emptied on the way."""

    name: Text
    lon: Longitude
    lat: Latitude


class RoutesSpec(Table):
    """One question: in which order the streets are swept."""

    title: str = ""
    title_zh: str = ""
    assumed: list[str] = []
    assumed_zh: list[str] = []
    mode: Literal["car", "truck"] | None = None
    at: Moment = "tuesday 05:00"
    classes: list[Text] = SWEPT_CLASSES
    streets: list[Text] = []
    not_streets: list[Text] = []
    areas: list[Text] = []
    sides: Literal["each", "both"] = "each"
    traffic: Literal["right", "left"] = "right"
    sweep_kmh: SpeedByClass = 8.0
    drive_kmh: Positive | None = None
    dirt_kg_per_km: ByClass = 60.0
    capacity_t: Positive = 4.0
    dump_min: NotNegative = 10.0
    shift_h: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)] = 8.0
    vehicles: Annotated[int, Field(ge=1, le=1000)] | None = None
    time_limit_s: Positive = 60.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    max_snap_m: Positive = 500.0
    depot: DepotSpec
    dump: list[DumpSpec] = []
