"""What a [placement.NAME] table may hold: every key, with its unit, default and bounds.

A key without a default here may get one from the preset (`scenarios.placement.presets`). Units are
in the keys as in the rest of the scenario: ``_min`` minutes of travel, ``_m`` metres along streets.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from scenarios.values import (
    TABLE,
    Crs,
    Duration,
    Latitude,
    Longitude,
    Moment,
    NotNegative,
    Positive,
    Probability,
    Shifts,
    Text,
)

__all__ = [
    "MODELS",
    "PRESET_NAMES",
    "CabinsSpec",
    "CandidatesSpec",
    "EquitySpec",
    "ExistingSpec",
    "LevelSpec",
    "PhaseSpec",
    "PlacementDemandSpec",
    "PlacementSpec",
    "PlantSpec",
    "QueueSpec",
    "QuotaSpec",
    "SiteSpec",
    "SizeSpec",
    "SlotSpec",
]

Model = Literal[
    "set-cover",
    "max-cover",
    "p-median",
    "p-center",
    "reliable-median",
    "capacitated",
    "two-echelon",
    "expected-cover",
    "availability-cover",
    "dispersion",
]
MODELS: tuple[str, ...] = Model.__args__  # type: ignore[attr-defined]
PresetName = Literal[
    "toilets",
    "stations",
    "charging",
    "posts",
    "shelters",
    "depots",
    "stands",
    "vendors",
]
PRESET_NAMES: tuple[str, ...] = PresetName.__args__  # type: ignore[attr-defined]

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Step = Annotated[float, Field(ge=5, le=100_000, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of the file."""

    model_config = TABLE


class LevelSpec(Table):
    """A service level: what is reached within so much counts so much."""

    within_min: Positive | None = None
    within_m: Positive | None = None
    share: Share


class QuotaSpec(Table):
    """How many sites of an area may be open; area "each" makes one quota for every area."""

    area: Text
    at_least: Annotated[int, Field(ge=0)] = 0
    at_most: Annotated[int, Field(ge=0)] | None = None


class SlotSpec(Table):
    """A time slot with its own demand, in which sites open and close."""

    name: Text
    hours: Shifts
    share: Share | None = None
    weight_column: Text | None = None
    at_least: Annotated[int, Field(ge=0)] = 0
    at_most: Annotated[int, Field(ge=0)] | None = None


class PlacementDemandSpec(Table):
    """Who is to be served: where, and how much."""

    source: Text = "areas"
    layer: Text | None = None
    weight_column: Text | None = None
    weights: Literal["equal"] | None = None
    name_column: Text | None = None
    crs: Crs = None
    total: Positive | None = None
    grid_m: Step | None = None
    step_m: Step = 50.0
    street_weights: dict[str, NotNegative] = {}
    classes: list[str] = []
    draws: Annotated[int, Field(ge=10, le=1_000_000)] = 500
    max_snap_m: Positive | None = None


class CandidatesSpec(Table):
    """Where something could be built."""

    source: Text = "corners"
    layer: Text | None = None
    name_column: Text | None = None
    cost_column: Text | None = None
    capacity_column: Text | None = None
    size_column: Text | None = None
    grid_column: Text | None = None
    preference_column: Text | None = None
    state_column: Text | None = None
    crs: Crs = None
    spacing_m: Step = 100.0
    street_classes: list[str] = []
    not_street_classes: list[str] = []
    within: Text | None = None
    exclude: Text | list[Text] = []
    flood: Text | None = None
    buildings: Text | None = None
    zones_crs: Crs = None
    most: Count = 20_000
    cost: NotNegative | None = None
    capacity: Positive | None = None
    grid_kw: Positive | None = None
    max_snap_m: Positive | None = None


class ExistingSpec(Table):
    """What is there already: it stays open, unless it may close."""

    file: Text
    layer: Text | None = None
    name_column: Text | None = None
    capacity_column: Text | None = None
    size_column: Text | None = None
    hours_column: Text | None = None
    crs: Crs = None
    may_close: bool = False
    cost: NotNegative = 0.0
    close_cost: NotNegative | None = None
    capacity: Positive | None = None
    open_at: Moment | None = None


class SiteSpec(Table):
    """One candidate, given in the scenario."""

    name: Text
    lon: Longitude
    lat: Latitude
    state: Literal["free", "fixed", "forbidden"] | None = None
    existing: bool = False
    cost: NotNegative | None = None
    capacity: Positive | None = None
    largest_size: Text | None = None
    grid_kw: Positive | None = None
    preference: Number = 0.0


class SizeSpec(Table):
    """A size in which a site may be built; the list goes from small to large."""

    name: Text
    capacity: Positive | None = None
    cost: NotNegative
    clear_m: NotNegative | None = None


class PlantSpec(Table):
    """Where a second echelon ends: a plant, a landfill, a source of supplies."""

    name: Text
    lon: Longitude
    lat: Latitude
    capacity: Positive
    cost: NotNegative = 0.0


class QueueSpec(Table):
    """Waiting at a site: arrivals of its demand, servers that are piles, cabins or desks."""

    arrivals_per_h: Positive | None = None
    service_min: Positive | None = None
    wait_min: Positive | None = None
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    most: Annotated[int, Field(ge=1, le=1000)] | None = None
    cost_each: NotNegative | None = None
    kw_each: Positive | None = None


class CabinsSpec(Table):
    """Fixtures of every public toilet of the plan, and who comes to them in the busiest hours."""

    visitors_per_h: Positive
    women_stalls: Annotated[int, Field(ge=0, le=200)]
    men_stalls: Annotated[int, Field(ge=0, le=200)]
    urinals: Annotated[int, Field(ge=0, le=200)] = 0
    shared_stalls: Annotated[int, Field(ge=0, le=200)] = 0
    women_share: Probability = 0.5
    urinal_share: Probability
    women_min: Duration
    men_stall_min: Duration
    urinal_min: Duration
    patience_min: Duration = None
    peak_h: Annotated[float, Field(gt=0, le=24)] = 2.0
    wait_target_min: Positive | None = None
    reps: Annotated[int, Field(ge=2, le=1000)] = 40


class PhaseSpec(Table):
    """A period of building: what may be spent in it, and how the demand has grown by then."""

    name: Text
    budget: NotNegative | None = None
    p: Count | None = None
    growth: Positive = 1.0


class EquitySpec(Table):
    """How uneven the service of the areas may be."""

    measure: Literal["worst-area", "gini"] = "worst-area"
    limit: NotNegative


class PlacementSpec(Table):
    """One question: where should so many of these be."""

    title: str = ""
    title_zh: str = ""
    assumed: list[str] = []
    assumed_zh: list[str] = []
    preset: PresetName | None = None
    model: Model | None = None
    standard: Text | None = None
    mode: Literal["walk", "bike", "car", "truck"] | None = None
    walk_kmh: Annotated[float, Field(ge=1, le=15)] | None = None
    at: Moment | None = None
    p: Count | None = None
    budget: NotNegative | None = None
    within_min: Positive | None = None
    within_m: Positive | None = None
    levels: list[LevelSpec] = []
    decay_to_min: Positive | None = None
    decay_to_m: Positive | None = None
    farthest_min: Positive | None = None
    farthest_m: Positive | None = None
    backup: Annotated[int, Field(ge=1, le=20)] = 1
    failure: Annotated[float, Field(ge=0, lt=1)] | None = None
    fallbacks: Annotated[int, Field(ge=1, le=20)] | None = None
    penalty_min: Positive | None = None
    penalty_m: Positive | None = None
    mean_of_nearest: bool = False
    units: Count | None = None
    unit_type: Text | None = None
    busy_fraction: Annotated[float, Field(ge=0, lt=1)] | None = None
    reliability: Probability | None = None
    most_per_site: Count | None = None
    single_source: bool | None = None
    cost_unit: str = ""
    cost_unit_zh: str = ""
    travel_cost: NotNegative | None = None
    onward_cost: NotNegative | None = None
    direct: bool | None = None
    min_spacing_m: Positive | None = None
    street_kinds: dict[str, list[str]] = {}
    kind_spacing_m: dict[str, Positive] = {}
    demand: PlacementDemandSpec = PlacementDemandSpec()
    candidates: CandidatesSpec = CandidatesSpec()
    existing: ExistingSpec | None = None
    site: list[SiteSpec] = []
    size: list[SizeSpec] = []
    plant: list[PlantSpec] = []
    quota: list[QuotaSpec] = []
    slot: list[SlotSpec] = []
    queue: QueueSpec | None = None
    cabins: CabinsSpec | None = None
    phase: list[PhaseSpec] = []
    discount: Annotated[float, Field(ge=0, le=1)] = 0.0
    carry_over: bool = False
    equity: EquitySpec | None = None
