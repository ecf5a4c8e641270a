"""What a [cleaning] table may hold: every key, with its unit, default and bounds.

Units are in the keys as in the rest of the scenario: ``_g_m`` grams along a metre of a street's
side, ``_g_m_h`` the same an hour, ``_kmh``, ``_min``, ``_h``, ``_l``. A figure by class is one
number for all streets, or a table with one for each class and ``other`` for all the rest. Numbers
that are defaults here are assumed, as docs/cleaning-simulation.md says key by key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from scenarios.faults import BadValueError
from scenarios.hours import day_index
from scenarios.routing.schema import ByClass  # noqa: TC001 - pydantic reads it
from scenarios.values import (
    TABLE,
    Duration,
    NotNegative,
    Positive,
    Probability,
    Profile,
    Text,
    WholeHours,
)

__all__ = [
    "CleaningSpec",
    "CostSpec",
    "EnergySpec",
    "LeavesSpec",
    "MarketSpec",
    "WeatherSpec",
]

_MOST_FACTOR = 1000.0


def _shares(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    items = value.items() if isinstance(value, dict) else [("", value)]
    for name, share in items:
        sound = isinstance(share, (int, float)) and not isinstance(share, bool)
        if not sound or not 0 <= share <= 1:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {share!r}; it must be a share from 0 to 1 (40 % is 0.4), or a table "
                "by class as { residential = 0.4, other = 0.1 }"
            )
    return value


def _removal(value: Any) -> Any:  # noqa: ANN401 - what the file has
    said = "must be two points of speed and share, as [[5, 0.85], [15, 0.55]]"
    if not isinstance(value, list) or len(value) != 2:
        raise BadValueError(said)
    for point in value:
        if not isinstance(point, list) or len(point) != 2:
            raise BadValueError(said)
        if any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in point):
            raise BadValueError(said)
        if not 0 < point[0] <= 200 or not 0 <= point[1] <= 1:
            raise BadValueError(
                f"has the point {point[0]:g} km/h, {point[1]:g}; speeds are above 0, shares from "
                "0 to 1"
            )
    if value[0][0] >= value[1][0]:
        raise BadValueError("must have the point of the lower speed first")
    return value


def _by_week(value: Any) -> Any:  # noqa: ANN401 - a number or a list of them
    for factor in value if isinstance(value, list) else [value]:
        sound = isinstance(factor, (int, float)) and not isinstance(factor, bool)
        if not sound or not 0 <= factor <= _MOST_FACTOR:
            raise BadValueError(
                f"is {factor!r}; it must be a factor of growth, 1 for none, or one a week in [ ]"
            )
    if value == []:
        raise BadValueError("is empty; give one factor, or one a week")
    return value


def _day(text: str) -> str:
    day_index(text)
    return text


ShareByClass = Annotated[Any, AfterValidator(_shares)]
Removal = Annotated[Any, AfterValidator(_removal)]
ByWeek = Annotated[Any, AfterValidator(_by_week)]
Day = Annotated[str, AfterValidator(_day)]
GrowthFactor = Annotated[float, Field(ge=0, le=_MOST_FACTOR, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class MarketSpec(Table):
    """Streets on which more dirt comes at some hours of the week."""

    name: Text
    streets: Annotated[list[Text], Field(min_length=1)]
    hours: WholeHours
    factor: GrowthFactor = 4.0


class LeavesSpec(Table):
    """Streets on which leaves fall: a factor of growth, or one for each week of the run."""

    streets: list[Text] = []
    classes: list[Text] = []
    factor: ByWeek


class WeatherSpec(Table):
    """Chances that a day rains or storms, and what such days do."""

    rain: Probability = 0.0
    storm: Probability = 0.0
    rain_growth: GrowthFactor = 0.5
    rain_washes: Probability = 0.4
    rain_hour: Annotated[int, Field(ge=0, le=23)] = 6
    storm_growth: GrowthFactor = 2.0


class EnergySpec(Table):
    """What a sweeper burns or draws, in litres or kWh."""

    unit: Literal["l", "kWh"] = "l"
    swept_km: NotNegative = 1.1
    driven_km: NotNegative = 0.4
    standing_h: NotNegative = 3.0
    price: NotNegative = 1.6


class CostSpec(Table):
    """What work costs beside energy; an hour of overtime costs ``overtime_h`` in all."""

    currency: Text = "EUR"
    crew_h: NotNegative = 60.0
    overtime_h: NotNegative = 90.0
    km: NotNegative = 0.6
    dump_t: NotNegative = 80.0


class CleaningSpec(Table):
    """How the streets get dirty, and how the routes of [routes.NAME] keep them clean."""

    routes: Text
    plan: Text | None = None
    effort: Annotated[int, Field(ge=1, le=100_000)] = 20
    days: list[Day] = []
    growth_g_m_h: ByClass
    growth_spread: Annotated[float, Field(ge=0, le=5)] = 0.0
    hours: Profile = "daytime"
    standard_g_m: ByClass
    start_g_m: ByClass = 0.0
    parked: ShareByClass = 0.0
    parked_hours: Profile = "flat"
    parked_spread: Probability = 0.5
    removal: Removal = [[5, 0.85], [15, 0.55]]
    breakdown_h: Positive | None = None
    repair_min: Duration = 60.0
    overtime_min: NotNegative = 30.0
    carry_over: Literal["next", "drop"] = "next"
    dump_bays: Annotated[int, Field(ge=1, le=1000)] = 1
    dump_min: Duration = None
    weather: WeatherSpec = WeatherSpec()
    leaves: LeavesSpec | None = None
    market: list[MarketSpec] = []
    energy: EnergySpec = EnergySpec()
    cost: CostSpec = CostSpec()
