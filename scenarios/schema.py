"""What a scenario file may hold: every table and key, with its unit, default and bounds.

The models say what a single value may be; what must fit together (a unit's station, a class's
needs) is in `scenarios.rules`. Units are in the keys: ``_s``, ``_min``, ``_h``, ``_m``, ``_km2``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from scenarios.cleaning.schema import CleaningSpec  # noqa: TC001 - pydantic reads it
from scenarios.closing_times import check_hours, check_moment
from scenarios.collection.schema import AnyRoutesSpec, CollectionSpec  # noqa: TC001 - pydantic
from scenarios.placement.schema import PlacementSpec  # noqa: TC001 - pydantic reads it
from scenarios.values import (
    TABLE,
    Crs,
    DriveFactor,
    Duration,
    Factor,
    FirstDay,
    FolderName,
    Latitude,
    Longitude,
    Moment,
    NotNegative,
    Pair,
    PartOfDay,
    Positive,
    Probability,
    Profile,
    Seconds,
    Shifts,
    Speeds,
    Text,
    WholeHours,
)
from scenarios.waste.schema import WasteSpec  # noqa: TC001 - pydantic reads it

__all__ = [
    "AreaSpec",
    "AreasSpec",
    "ClosureSpec",
    "DemandSpec",
    "FileSpec",
    "HospitalSpec",
    "IncidentClassSpec",
    "NetworkSpec",
    "PeriodSpec",
    "PolicySpec",
    "RecordSpec",
    "ScenarioHead",
    "ScenarioSpec",
    "StationSpec",
    "TravelSpec",
    "UnitSpec",
    "UnitTypeSpec",
]

ClosureMoment = Annotated[Any, AfterValidator(check_moment)]
ClosureHours = Annotated[str, AfterValidator(check_hours)]

# ---- tables


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class ScenarioHead(Table):
    """What is asked, and over which time."""

    name: FolderName
    title: str = ""
    title_zh: str = ""
    question: str = ""
    question_zh: str = ""
    synthetic: bool = False
    crs: Crs = "wgs84"
    assumed: list[str] = []
    assumed_zh: list[str] = []
    service: Literal["dispatch", "cleaning", "waste", "placement", "routes"] = "dispatch"
    start: Moment = "monday 00:00"
    horizon_h: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = 168.0
    warmup_h: NotNegative = 0.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    reps: Annotated[int, Field(ge=1, le=100_000)] = 20
    half_width: Annotated[float, Field(gt=0, lt=1)] | None = None
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95


class SyntheticSpec(Table):
    """A generated district."""

    nodes: Annotated[int, Field(ge=500, le=2_000_000)] = 5000
    seed: Annotated[int, Field(ge=0)] = 0
    area_km2: Annotated[float, Field(ge=1, le=100_000)] | None = None
    centre: Pair = [112.82, 28.36]
    core: Pair = [0.5, 0.32]
    towns: Annotated[int, Field(ge=0)] | None = None
    river: bool = True
    bridges: Annotated[int, Field(ge=0)] | None = None


class PeriodSpec(Table):
    """Hours of the week with other speeds, as a multiple of the free flow."""

    name: Text
    hours: WholeHours
    factor: Factor = 1.0
    classes: dict[str, Factor] = {}


class ClosureSpec(Table):
    """Streets that cannot be driven on: for the whole run, or at some time of it."""

    name: Text | None = None
    from_: ClosureMoment = Field(default=None, alias="from")
    until: ClosureMoment = None
    hours: ClosureHours | None = None
    street: str | list[str] | None = None
    source_ids: list[int] | None = None
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None


class NetworkSpec(Table):
    """The streets."""

    source: Text
    mode: Literal["car", "truck", "bike", "walk"] = "car"
    crs: Crs = None
    speeds: Speeds = "default"
    columns: dict[str, str] = {}
    layer: str | None = None
    split: bool | None = None
    directed: bool | None = None
    two_way: bool | None = None
    oneway_values: dict[str, str] | None = None
    private: bool | None = None
    name_lang: str | None = None
    attribution: str | None = None
    lights_column: str | None = None
    max_snap_m: Positive = 500.0
    factor: Factor = 1.0
    synthetic: SyntheticSpec | None = None
    period: list[PeriodSpec] = []
    closure: list[ClosureSpec] = []


class LawSpec(Table):
    """Travel time by straight-line distance: accelerate, cruise, brake."""

    acceleration_ms2: Positive
    cruising_ms: Positive


class TravelSpec(Table):
    """Travel without streets: a matrix of times between places, or a law of distance."""

    matrix_csv: Text | None = None
    places_csv: Text | None = None
    time_unit: Literal["s", "min"] = "s"
    law: LawSpec | None = None


class FileSpec(Table):
    """A CSV of stations, hospitals or units; `columns` maps our names to the file's."""

    file: Text
    columns: dict[str, str] = {}
    crs: Crs = "wgs84"


class StationSpec(Table):
    """Where units wait."""

    name: Text
    lon: Longitude
    lat: Latitude


class HospitalSpec(Table):
    """Where patients go; `bays` units can hand over at a time."""

    name: Text
    lon: Longitude
    lat: Latitude
    bays: Annotated[int, Field(ge=1)] | None = None


class UnitTypeSpec(Table):
    """What units of one type have in common."""

    title: str = ""
    title_zh: str = ""
    turnout_day_s: Seconds = 60.0
    turnout_night_s: Seconds = 60.0
    night: PartOfDay = "22:00-06:00"
    lights_factor: DriveFactor = 1.0
    speed_factor: DriveFactor = 1.0
    lights_to_hospital: bool = False
    transports: bool | None = None


class UnitSpec(Table):
    """Vehicles with their crews: `count` of them, alike."""

    name: Text | None = None
    type: Text
    station: Text
    count: Annotated[int, Field(ge=0, le=10_000)] = 1
    shifts: Shifts = "always"


class AreaSpec(Table):
    """A part of the district given by its centre."""

    name: Text
    lon: Longitude
    lat: Latitude
    radius_m: Positive | None = None
    weight: NotNegative = 1.0


class AreasSpec(Table):
    """Parts of the district: polygons of a file, squares over the streets, or parts by people."""

    file: Text | None = None
    name_column: str = "name"
    weight_column: str | None = None
    crs: Crs = "wgs84"
    grid_m: Annotated[float, Field(ge=50, le=100_000)] | None = None
    inhabitants: Annotated[int, Field(ge=1)] | None = None
    parts: Annotated[int, Field(ge=2, le=16_384)] = 128
    weights: Text = "streets"


class IncidentClassSpec(Table):
    """A kind of incident."""

    title: str = ""
    title_zh: str = ""
    priority: Annotated[int, Field(ge=1, le=99)] = 1
    rate_per_day: NotNegative | None = None
    hours: Profile = "flat"
    places: Text = "areas"
    street_weights: dict[str, NotNegative] = {}
    needs: dict[str, Annotated[int, Field(ge=0, le=50)]]
    on_scene_min: Duration
    transport_prob: Probability = 0.0
    transport_types: list[str] = []
    handover_min: Duration = None
    target_min: Annotated[float, Field(gt=0, le=10_080, allow_inf_nan=False)]


class RecordSpec(Table):
    """A record of incidents instead of drawn ones."""

    file: Text
    columns: dict[str, str] = {}
    crs: Crs = "wgs84"
    time_format: str | None = None
    time_unit: Literal["s", "min", "h"] = "s"
    first_day: FirstDay = None
    classes: dict[str, str] = {}


class DemandSpec(Table):
    """Changes to all that is drawn."""

    factor: Positive = 1.0


class PolicySpec(Table):
    """How the units are run."""

    dispatch: Literal["nearest", "preference", "keep-coverage"] = "nearest"
    preference: dict[str, list[str]] = {}
    preemption: Literal["off", "when-none-free", "if-nearer"] = "off"
    hospital: Literal["nearest", "least-wait"] = "nearest"
    relocation: Literal["none", "compliance", "dmexclp"] = "none"
    compliance: dict[str, list[list[str]]] = {}
    busy_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.3
    coverage_target_min: Positive = 8.0
    queue_limit: Annotated[int, Field(ge=0)] | None = None


class ScenarioSpec(Table):
    """A whole scenario, after merging."""

    scenario: ScenarioHead
    network: NetworkSpec | None = None
    travel: TravelSpec | None = None
    station: list[StationSpec] = []
    stations: FileSpec | None = None
    unit_type: dict[str, UnitTypeSpec] = {}
    unit: list[UnitSpec] = []
    units: FileSpec | None = None
    hospital: list[HospitalSpec] = []
    hospitals: FileSpec | None = None
    area: list[AreaSpec] = []
    areas: AreasSpec | None = None
    hour_profile: dict[str, Profile] = {}
    demand: DemandSpec = DemandSpec()
    incident_class: dict[str, IncidentClassSpec] = {}
    record: RecordSpec | None = None
    policy: PolicySpec = PolicySpec()
    placement: dict[str, PlacementSpec] = {}
    routes: dict[str, AnyRoutesSpec] = {}
    collection: CollectionSpec | None = None
    cleaning: CleaningSpec | None = None
    waste: WasteSpec | None = None
