"""What [collection] and a [routes.NAME] table with job = "collect" may hold.

Units are in the keys as in the rest of the scenario: ``_t`` tonnes, ``_m3``, ``_l`` litres,
``_kg``, ``_t_h`` tonnes an hour, ``_min``, ``_h``, ``_s``, ``_m``. What a [[routes.NAME.vehicle]]
leaves out is the table's.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Discriminator, Field, Tag

from scenarios.faults import BadValueError
from scenarios.routing.schema import (
    Clock,
    Day,
    DepotSpec,
    Hours,
    Number,
    RoutesSpec,
    TimesByClass,
    several_tables,
)
from scenarios.values import (
    TABLE,
    Crs,
    Latitude,
    Longitude,
    Moment,
    NotNegative,
    Pair,
    Positive,
    Text,
)

__all__ = [
    "AnyRoutesSpec",
    "CollectSpec",
    "CollectionSpec",
    "FacilitySpec",
    "StreamSpec",
    "TruckSpec",
]

LAID_CLASSES = ["residential", "unclassified", "tertiary", "living_street"]


def _by_stream(value: Any) -> Any:  # noqa: ANN401 - a number or a table of numbers
    for name, figure in value.items() if isinstance(value, dict) else [("", value)]:
        sound = isinstance(figure, (int, float)) and not isinstance(figure, bool)
        if not sound or not 0 <= figure <= 1e6:
            where = f"{name} " if name else ""
            raise BadValueError(
                f"{where}is {figure!r}; it must be a number of 0 or more, or a table by stream "
                "as { kitchen = 20, other = 40 }"
            )
    return value


def _streams(value: Any) -> Any:  # noqa: ANN401 - one name, or a list of them
    return [value] if isinstance(value, str) else value


def _lunch(value: list[str]) -> list[str]:
    if len(value) != 2:
        raise BadValueError(
            f'holds {len(value)} values; give two times of day, as ["11:00", "12:00"]'
        )
    return value


ByStream = Annotated[Any, AfterValidator(_by_stream)]
Streams = Annotated[list[Text], BeforeValidator(_streams)]
Lunch = Annotated[list[Clock], AfterValidator(_lunch)]
Density = Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]
Compaction = Annotated[float, Field(ge=1, le=20, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class StreamSpec(Table):
    """A kind of waste that is kept apart."""

    name: Text
    title: str = ""
    title_zh: str = ""
    density_kg_l: Density | None = None


class CollectionSpec(Table):
    """Where waste stands, and how much of it: a table of points, or points laid along streets."""

    points: Text | None = None
    layer: Text | None = None
    crs: Crs = None
    every_m: Annotated[float, Field(ge=10, le=10_000, allow_inf_nan=False)] | None = None
    classes: list[Text] = LAID_CLASSES
    kg_day_per_km: ByStream = 60.0
    bin_l: Positive = 240.0
    stream: list[StreamSpec] = []


class FacilitySpec(Table):
    """Where trucks unload."""

    name: Text
    lon: Longitude
    lat: Latitude
    visit_min: NotNegative | None = None
    opens: Clock | None = None
    closes: Clock | None = None
    intake_t_h: Positive | None = None
    streams: Streams = []


class TruckSpec(Table):
    """Trucks of one kind."""

    name: Text
    title: str = ""
    title_zh: str = ""
    count: Number | None = None
    depot: Text | None = None
    streams: Streams = []
    capacity_t: Positive | None = None
    volume_m3: Positive | None = None
    compaction: Compaction | None = None
    shift_h: Hours | None = None
    leaves: Clock | None = None
    leaves_until: Clock | None = None
    break_min: NotNegative | None = None
    break_after_h: Pair | None = None
    lunch: Lunch | None = None
    max_stops: Number | None = None
    max_t_day: Positive | None = None
    max_trips: Number | None = None
    cost_h: Positive | None = None
    cost_km: NotNegative | None = None
    cost_route: NotNegative | None = None


class CollectSpec(Table):
    """One question: which truck collects which points, in which order, and unloads where."""

    job: Literal["collect"] = "collect"
    title: str = ""
    title_zh: str = ""
    assumed: list[str] = []
    assumed_zh: list[str] = []
    mode: Literal["car", "truck"] | None = None
    at: Moment = "tuesday 05:00"
    stream: Streams = []
    kinds: list[Text] = []
    kerb: list[Text] = []
    traffic: Literal["right", "left"] = "right"
    drive_kmh: Positive | None = None
    days_of_waste: Positive = 1.0
    stop_s: NotNegative = 30.0
    bin_s: NotNegative = 20.0
    capacity_t: Positive = 8.0
    volume_m3: Positive | None = None
    compaction: Compaction = 1.0
    visit_min: NotNegative = 15.0
    shift_h: Hours = 8.0
    leaves_until: Clock | None = None
    break_min: NotNegative = 0.0
    break_after_h: Pair | None = None
    lunch: Lunch | None = None
    max_stops: Number | None = None
    max_t_day: Positive | None = None
    max_trips: Number | None = None
    vehicles: Number | None = None
    cost_h: Positive | None = None
    cost_km: NotNegative = 0.0
    cost_route: NotNegative = 0.0
    balance: NotNegative = 0.0
    compactness: NotNegative = 0.0
    frequency: TimesByClass | None = None
    days: list[Day] = []
    spacing: Literal["even", "any"] = "even"
    time_limit_s: Positive = 60.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    max_snap_m: Positive = 500.0
    depot: Annotated[list[DepotSpec], BeforeValidator(several_tables), Field(min_length=1)]
    facility: list[FacilitySpec] = []
    vehicle: list[TruckSpec] = []

    @property
    def is_week(self) -> bool:
        """Whether a plan over several days is asked for."""
        return self.frequency is not None or bool(self.days)


def _job(value: Any) -> str:  # noqa: ANN401 - what the file has, or a table that was read
    job = value.get("job") if isinstance(value, dict) else getattr(value, "job", "")
    return "job=collect" if job == "collect" else "job=streets"


AnyRoutesSpec = Annotated[
    Annotated[RoutesSpec, Tag("job=streets")] | Annotated[CollectSpec, Tag("job=collect")],
    Discriminator(_job),
]
"""A [routes.NAME] table, by its job; the tags are no keys of the file."""
