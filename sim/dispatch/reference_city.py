"""What the SimPy twin moves about: incidents, their needs, units and hospitals as objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.dispatch.log import IDLE, RELOCATING, RETURNING
from sim.dispatch.reference_roads import reference_roads

if TYPE_CHECKING:
    from sim.dispatch.model import UnitType
    from sim.dispatch.prepare import Prepared
    from sim.dispatch.reference_roads import ReferenceRoads, Spot, Way
    from sim.dispatch.setting import Setting
    from sim.dispatch.travel import Spots

FREE = {IDLE, RETURNING, RELOCATING}


@dataclass(eq=False)
class Incident:
    """An incident and where it is."""

    spot: Spot
    class_name: str
    area: int
    area_name: str
    priority: int
    target_s: float


@dataclass(eq=False)
class Need:
    """One unit of a type that an incident asks for."""

    number: int
    incident: Incident
    unit_type: int
    on_scene_s: float
    transport: bool
    handover_s: float
    handover_mean_s: float


@dataclass(eq=False)
class Hospital:
    """A hospital: who is heading there, who hands over, who stands in line."""

    number: int
    spot: Spot
    bays: int
    heading: int = 0
    in_bay: int = 0
    line: list[Unit] = field(default_factory=list)


@dataclass(eq=False)
class Unit:
    """A unit: where it is, what it does, and the errand that it is on."""

    number: int
    name: str
    unit_type: int
    kind: UnitType
    home: int
    spot: Spot
    on_duty: bool = True
    status: int = IDLE
    since_s: float = 0.0
    need: Need | None = None
    station: int = -1
    hospital: Hospital | None = None
    lights: bool = False
    errand: int = 0
    destination: Spot = (0, 0.0, 0.0)
    way: Way | None = None
    factor: float = 1.0
    duration_s: float = 0.0
    ready_s: float = 0.0

    @property
    def is_free(self) -> bool:
        """Whether it can be sent."""
        return self.on_duty and self.status in FREE


def as_tuples(spots: Spots) -> list[Spot]:
    """Take located points apart."""
    return list(zip(spots.place.tolist(), spots.a.tolist(), spots.b.tolist(), strict=True))


def roads_of(setting: Setting) -> ReferenceRoads:
    """Roads of a setting; kept, so that a second replication finds its trees grown."""
    roads: ReferenceRoads | None = setting.reference_roads
    if roads is None:
        roads = setting.reference_roads = reference_roads(setting.district.travel)
    return roads


def read_needs(prepared: Prepared) -> list[list[Need]]:
    """Read the needs of each incident, in order of call."""
    incidents = prepared.demand.incidents
    needs = prepared.demand.needs
    d = prepared.setting.district
    out: list[list[Need]] = []
    made: list[Incident] = []
    spots = as_tuples(prepared.incident_spots)
    for i in range(prepared.n_incidents):
        row = incidents.iloc[i]
        area = int(row["area"])
        made.append(
            Incident(
                spots[i], d.classes[int(row["class_code"])].name, area,
                d.areas[area].name if area >= 0 else "",
                int(row["priority"]), float(row["target_s"]),
            )
        )  # fmt: skip
        out.append([])
    codes = incidents["class_code"].to_numpy()
    for k in range(prepared.n_needs):
        row = needs.iloc[k]
        i = int(row["incident"])
        handover = d.classes[int(codes[i])].handover
        out[i].append(
            Need(
                k, made[i], int(row["unit_type"]), float(row["on_scene_s"]),
                bool(row["transport"]), float(row["handover_s"]),
                handover.mean if handover else 0.0,
            )
        )  # fmt: skip
    return out
