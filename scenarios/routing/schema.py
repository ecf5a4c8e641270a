"""What a [routes.NAME] table may hold: every key, with its unit, default and bounds.

Units are in the keys as in the rest of the scenario: ``_kmh``, ``_t`` tonnes, ``_kg_per_km``,
``_l_per_km`` litres, ``_m3``, ``_min``, ``_h``, ``_s``, ``_m``. A figure by class is one number for
all streets, or a table with one for each class and ``other`` for all the rest. What a
[[routes.NAME.vehicle]] leaves out is the table's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from scenarios.faults import BadValueError
from scenarios.hours import clock_s, day_index
from scenarios.values import TABLE, Latitude, Longitude, Moment, NotNegative, Pair, Positive, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "JOB_KEYS",
    "OTHER",
    "SWEPT_CLASSES",
    "DepotSpec",
    "DumpSpec",
    "FillSpec",
    "RoutesSpec",
    "TurnSpec",
    "VehicleSpec",
    "WindowSpec",
    "of_class",
]

SWEPT_CLASSES = ["primary", "secondary", "tertiary", "unclassified", "residential"]
OTHER = "other"
JOB_KEYS: dict[str, dict[str, float]] = {
    "sweep": {"dirt_kg_per_km": 60.0, "capacity_t": 4.0, "dump_min": 10.0},
    "water": {"water_l_per_km": 1000.0, "tank_m3": 8.0, "fill_min": 15.0},
}
"""Keys that only one job has, and their defaults; beside them [[dump]] and [[fill]]."""
DAYS_OF_WEEK = 7


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


def _times(value: Any) -> Any:  # noqa: ANN401
    for name, figure in value.items() if isinstance(value, dict) else [("", value)]:
        where = f"{name} " if name else ""
        if isinstance(figure, bool) or not isinstance(figure, int):
            raise BadValueError(
                f"{where}is {figure!r}; it must be a whole number of times a week, or a table by "
                f"class or street as {{ primary = 7, {OTHER} = 1 }}"
            )
        if not 1 <= figure <= DAYS_OF_WEEK:
            mend = "leave what is not swept out of classes" if figure < 1 else "7 is every day"
            raise BadValueError(
                f"{where}must be from 1 to {DAYS_OF_WEEK} times a week, is {figure}; {mend}"
            )
    return value


def _clock(text: str) -> str:
    if clock_s(text) >= 86_400:
        raise BadValueError(f'"{text}" is the next day; write 00:00')
    return text


def _day(text: str) -> str:
    day_index(text)
    return text


def several_tables(value: Any) -> Any:  # noqa: ANN401 - one table, or a list of them
    return [value] if isinstance(value, dict) else value


Clock = Annotated[str, AfterValidator(_clock)]
Day = Annotated[str, AfterValidator(_day)]
TimesByClass = Annotated[Any, AfterValidator(_times)]
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


class FillSpec(DumpSpec):
    """Where a tank is filled on the way."""


Hours = Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1, le=1000)]
Turn = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


class VehicleSpec(Table):
    """Vehicles of one kind."""

    name: Text
    title: str = ""
    title_zh: str = ""
    count: Number | None = None
    depot: Text | None = None
    classes: list[Text] = []
    capacity_t: Positive | None = None
    tank_m3: Positive | None = None
    sweep_kmh: SpeedByClass | None = None
    shift_h: Hours | None = None
    leaves: Clock | None = None
    break_min: NotNegative | None = None
    break_after_h: Pair | None = None
    cost_route: NotNegative | None = None


class WindowSpec(Table):
    """When streets may be swept, or, where closed, may not be; ``until`` may be the next day's."""

    classes: list[Text] = []
    streets: list[Text] = []
    from_: Clock = Field(alias="from")
    until: Clock
    closed: bool = False


class TurnSpec(Table):
    """Seconds that turns take."""

    left: Turn = 0.0
    right: Turn = 0.0
    straight: Turn = 0.0
    u_turn: Turn = 0.0


class RoutesSpec(Table):
    """One question: in which order the streets are swept, or watered."""

    job: Literal["sweep", "water", "collect"] = "sweep"
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
    dirt_kg_per_km: ByClass | None = None
    capacity_t: Positive | None = None
    dump_min: NotNegative | None = None
    water_l_per_km: ByClass | None = None
    tank_m3: Positive | None = None
    fill_min: NotNegative | None = None
    shift_h: Hours = 8.0
    break_min: NotNegative = 0.0
    break_after_h: Pair | None = None
    vehicles: Number | None = None
    cost_h: Positive | None = None
    cost_route: NotNegative = 0.0
    turn_s: TurnSpec = TurnSpec()
    u_turns: Literal["allowed", "dead ends", "forbidden"] = "allowed"
    restrictions: bool = False
    balance: NotNegative = 0.0
    compactness: NotNegative = 0.0
    frequency: TimesByClass | None = None
    days: list[Day] = []
    spacing: Literal["even", "any"] = "even"
    time_limit_s: Positive = 60.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    max_snap_m: Positive = 500.0
    depot: Annotated[list[DepotSpec], BeforeValidator(several_tables), Field(min_length=1)]
    dump: list[DumpSpec] = []
    fill: list[FillSpec] = []
    vehicle: list[VehicleSpec] = []
    window: list[WindowSpec] = []

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_job(cls, given: Any) -> Any:  # noqa: ANN401 - what the file has
        """Fill in what its job has; keys of the other job stay away."""
        if not isinstance(given, dict):
            return given
        job = given.get("job", "sweep")
        return {**JOB_KEYS.get(job if isinstance(job, str) else "", {}), **given}

    @property
    def is_water(self) -> bool:
        """Whether trucks spread water, rather than take up dirt."""
        return self.job == "water"

    @property
    def amount_key(self) -> str:
        """Key of what adds up along a kilometre: kg of dirt, litres of water."""
        return "water_l_per_km" if self.is_water else "dirt_kg_per_km"

    @property
    def amount_per_km(self) -> Any:  # noqa: ANN401 - a number or a table of numbers
        """What adds up along a kilometre, by class."""
        return getattr(self, self.amount_key)

    @property
    def holds_key(self) -> str:
        """Key of what a vehicle holds, in tonnes or in m3."""
        return "tank_m3" if self.is_water else "capacity_t"

    @property
    def visit_min(self) -> float:
        """Minutes of a visit at a dump site or fill point."""
        return float((self.fill_min if self.is_water else self.dump_min) or 0.0)

    @property
    def sites_key(self) -> str:
        """Key of the places where a vehicle is emptied, or filled, on the way."""
        return "fill" if self.is_water else "dump"

    @property
    def sites(self) -> Sequence[DumpSpec]:
        """Places where a vehicle is emptied, or filled, on the way."""
        return self.fill if self.is_water else self.dump

    @property
    def is_week(self) -> bool:
        """Whether a plan over several days is asked for."""
        return self.frequency is not None or bool(self.days)
