"""What a [waste] table may hold: every key, with its unit, default and bounds.

Units are in the keys as in the rest of the scenario: ``_t`` tonnes, ``_t_h`` tonnes an hour,
``_t_day`` tonnes a day, ``_l`` litres, ``_min``, ``_h``, ``_km``. What is given by routes is one
value for all of them, or a table by the names in ``routes``. Numbers that are defaults here are
assumed, as docs/waste-simulation.md says key by key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from scenarios.closing_times import check_moment
from scenarios.faults import BadValueError, did_you_mean
from scenarios.hours import day_index
from scenarios.values import (
    TABLE,
    Crs,
    Duration,
    FirstDay,
    Latitude,
    Longitude,
    NotNegative,
    Positive,
    Probability,
    Profile,
    Text,
    WholeHours,
)

__all__ = [
    "KINDS",
    "ORDERS",
    "SELECTIONS",
    "BanSpec",
    "DeliverySpec",
    "FacilitySpec",
    "FillingSpec",
    "HaulerSpec",
    "OrdersSpec",
    "OutageSpec",
    "SiteSpec",
    "WasteCostSpec",
    "WasteEnergySpec",
    "WasteSpec",
    "of_routes",
    "of_stream",
]

KINDS = ("station", "incinerator", "landfill", "kitchen plant", "recycler")
SELECTIONS = ("fixed", "threshold", "predicted", "risk")
ORDERS = "orders"
"""What a hauler is for that takes loads from sites, rather than containers from a station."""
_MOST_FACTOR = 1000.0


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _by_stream(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    for name, figure in value.items() if isinstance(value, dict) else [("", value)]:
        if value is not None and (not _is_number(figure) or not 0 <= figure <= 1e6):
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {figure!r}; it must be a number of 0 or more, or a table by stream "
                "as { kitchen = 20, other = 40 }"
            )
    return value


def _shares(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    for name, share in value.items() if isinstance(value, dict) else [("", value)]:
        if not _is_number(share) or not 0 <= share <= 1:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {share!r}; it must be a share from 0 to 1 (80 % is 0.8), or a table "
                "by routes"
            )
    return value


def _hours_ahead(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    for name, hours in value.items() if isinstance(value, dict) else [("", value)]:
        if not _is_number(hours) or not 1 <= hours <= 168 or hours % 1:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {hours!r}; give whole hours from 1 to 168, or a table by routes"
            )
    return value


def _selection(value: Any) -> Any:  # noqa: ANN401 - a word or a table of words
    for name, word in value.items() if isinstance(value, dict) else [("", value)]:
        if word not in SELECTIONS:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {word!r}, and not allowed; {did_you_mean(str(word), SELECTIONS)}"
            )
    return value


def _days(value: Any) -> Any:  # noqa: ANN401 - a list or a table of lists
    for days in value.values() if isinstance(value, dict) else [value]:
        if not isinstance(days, list) or not all(isinstance(day, str) for day in days):
            raise BadValueError(
                'must be a list of days, as ["monday", "friday"], or a table of lists by routes'
            )
        for day in days:
            day_index(day)
    return value


def _plans(value: Any) -> Any:  # noqa: ANN401 - a text or a table of texts
    for path in value.values() if isinstance(value, dict) else [value]:
        if value is not None and (not isinstance(path, str) or not path.strip()):
            raise BadValueError("must be a folder or file, or a table of them by routes")
    return value


def _by_kind(value: Any) -> Any:  # noqa: ANN401 - a table of profiles
    from scenarios.profiles import check_profile

    for profile in value.values():
        check_profile(profile)
    return value


ByStream = Annotated[Any, AfterValidator(_by_stream)]
SharesByRoutes = Annotated[Any, AfterValidator(_shares)]
HoursByRoutes = Annotated[Any, AfterValidator(_hours_ahead)]
Selection = Annotated[Any, AfterValidator(_selection)]
DaysByRoutes = Annotated[Any, AfterValidator(_days)]
Plans = Annotated[Any, AfterValidator(_plans)]
Profiles = Annotated[dict[str, Any], AfterValidator(_by_kind)]
Moment = Annotated[Any, AfterValidator(check_moment)]
DayFactor = Annotated[float, Field(ge=0, le=_MOST_FACTOR, allow_inf_nan=False)]
Spread = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]


def of_routes(value: Any, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as the table has it
    """Value of one routes: that of a table by routes, or the one for all.

    Examples
    --------
    >>> of_routes(["monday"], "kitchen"), of_routes({"kitchen": []}, "other", default=["friday"])
    (['monday'], ['friday'])
    """
    return value.get(name, default) if isinstance(value, dict) else value


def of_stream(value: Any, stream: str) -> float | None:  # noqa: ANN401 - as the table has it
    """Figure of a stream: that of a table by stream, or the one for all; None where there is none.

    Examples
    --------
    >>> of_stream(20, "kitchen"), of_stream({"kitchen": 5}, "other")
    (20.0, None)
    """
    found = value.get(stream) if isinstance(value, dict) else value
    return None if found is None else float(found)


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class FacilitySpec(Table):
    """Where trucks tip: a transfer station, or a place where waste ends.

    Without ``lon`` and ``lat`` it is where the routes have a facility or depot of this name.
    """

    name: Text
    kind: Literal["station", "incinerator", "landfill", "kitchen plant", "recycler"]
    lon: Longitude | None = None
    lat: Latitude | None = None
    beyond_km: NotNegative = 0.0
    beyond_min: NotNegative = 0.0
    accepts: Annotated[list[Text], Field(min_length=1)]
    bays: Annotated[int, Field(ge=1, le=1000)] = 1
    tip_min: Duration = 6.0
    opens: WholeHours = "always"
    intake_t_day: ByStream | None = None
    compactors: Annotated[int, Field(ge=1, le=100)] | None = None
    press_t_h: Positive | None = None
    pit_t: Positive | None = None
    container_t: Positive | None = None
    buffer: Annotated[int, Field(ge=1, le=10_000)] | None = None
    sends_to: list[Text] = []
    gate_fee: NotNegative = 0.0
    outage_h: Positive | None = None


class HaulerSpec(Table):
    """Vehicles that take full containers of a station, or loads of sites, to where waste ends."""

    name: Text
    takes: Text
    home: Text | None = None
    count: Annotated[int, Field(ge=0, le=1000)] = 1
    load_t: Positive = 12.0
    hours: WholeHours = "always"
    breakdown_h: Positive | None = None


class OutageSpec(Table):
    """A facility that is out of service for some time of the run."""

    name: Text
    facility: Text
    from_: Moment = Field(alias="from")
    until: Moment


class BanSpec(Table):
    """Streets on which no truck may drive at some hours of the week."""

    name: Text
    hours: WholeHours
    streets: list[Text] = []
    classes: list[Text] = []
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None


class DeliverySpec(Table):
    """Vehicles of others that tip at a facility, too."""

    name: Text
    facility: Text
    stream: Text
    per_day: NotNegative
    load_t: Positive
    hours: Profile = "daytime"


class SiteSpec(Table):
    """A building site whose spoil is taken away on order."""

    name: Text
    lon: Longitude
    lat: Latitude
    t_day: NotNegative


class OrdersSpec(Table):
    """Construction waste and spoil: ordered, loaded, taken by haulers that take "orders"."""

    stream: Text = "construction"
    order_t: Positive = 15.0
    hours: Profile = "daytime"
    file: Text | None = None
    crs: Crs = None


class FillingSpec(Table):
    """How bins fill up."""

    hours: Profile = "daytime"
    by_kind: Profiles = {}
    deposit_l: ByStream = 6.0
    cv: Spread = 1.0
    day_factors: list[DayFactor] = []
    start_share: Probability = 0.0
    record: Text | None = None
    first_day: FirstDay = None


class WasteEnergySpec(Table):
    """What trucks and presses burn or draw, in litres or kWh, and the CO2 of it."""

    unit: Literal["l", "kWh"] = "l"
    truck_km: NotNegative = 0.45
    hauler_km: NotNegative = 0.4
    standing_h: NotNegative = 4.0
    bin: NotNegative = 0.05
    press_t: NotNegative = 0.3
    price: NotNegative = 1.6
    co2_kg: NotNegative = 2.65


class WasteCostSpec(Table):
    """What work costs beside energy; an hour of overtime costs ``overtime_h`` in all."""

    currency: Text = "EUR"
    route: NotNegative = 0.0
    crew_h: NotNegative = 35.0
    overtime_h: NotNegative = 52.0
    truck_km: NotNegative = 0.8
    hauler_h: NotNegative = 45.0
    hauler_km: NotNegative = 0.9


class WasteSpec(Table):
    """How waste comes to the points of [collection], and where the trucks of [routes] take it."""

    routes: Annotated[list[Text], Field(min_length=1)]
    plan: Plans | None = None
    effort: Annotated[int, Field(ge=1, le=100_000)] = 2
    days: DaysByRoutes = []
    select: Selection = "fixed"
    select_share: SharesByRoutes = 0.7
    ahead_h: HoursByRoutes = 24.0
    crew: Annotated[int, Field(ge=0, le=20)] = 2
    punctual_min: Positive = 15.0
    ground_s_l: NotNegative = 0.5
    breakdown_h: Positive | None = None
    repair_min: Duration = 60.0
    load_min: Duration = 10.0
    outage_min: Duration = 240.0
    overtime_min: NotNegative = 60.0
    carry_over: Literal["next", "drop"] = "next"
    empty_home: bool = True
    filling: FillingSpec = FillingSpec()
    facility: Annotated[list[FacilitySpec], Field(min_length=1)]
    hauler: list[HaulerSpec] = []
    outage: list[OutageSpec] = []
    ban: list[BanSpec] = []
    delivery: list[DeliverySpec] = []
    orders: OrdersSpec | None = None
    site: list[SiteSpec] = []
    energy: WasteEnergySpec = WasteEnergySpec()
    cost: WasteCostSpec = WasteCostSpec()
