"""Emergency dispatch: units answer incidents on the streets of a district.

What is simulated
-----------------
An *incident* has a class (with a priority and a target time), a place and one or more *needs*: one
unit of a given type each (a joint response of an ambulance, a fire engine and a city-management
crew is one incident with three needs). A *unit* goes through

    idle at station → turning out → to scene → on scene → (to hospital → hand-over) → returning

and may be *relocating* between stations. This is the model of the spatial queueing literature
(Larson 1974; Larson & Odoni 1981, ch. 5) with the detail that ambulance simulators add (Henderson
& Mason 2004; Ridler, Mason & Raith 2022): roads, positions en route, turn-out, hospitals.

Rules, in words (both engines follow them to the letter; `reference` is the specification)
------------------------------------------------------------------------------------------
* Events at one time happen in this order: streets that close or reopen, incidents, changes of
  shift (by unit), then all others in the order in which they were scheduled.
* A unit is *free* if it is on duty and idle, returning or relocating. A free unit on the road is
  sent from where it is, without turn-out. An idle unit first turns out (day or night time, by the
  hour at which it is dispatched).
* For each need of an incident, in order, the dispatch rule picks a free unit of the type. With
  pre-emption, a unit turning out or driving to an incident of *strictly* lower priority is a
  candidate too: only when none is free (`when-none-free`) or also when it would be there sooner
  (`if-nearer`); the nearest such unit is taken. The need it leaves waits again, with its old place.
* Needs wait by priority, then time of call, then order in the incident. With a queue limit, a
  need that would wait behind that many of its type is *referred* to the neighbours and leaves.
  A need that no station can reach over the streets is referred as well.
* A unit that becomes free takes the first waiting need of its type; with none waiting it goes where
  the relocation rule says.
* After on-scene time the unit either is free, or drives to a hospital, waits there for a bay
  (first come, first served) and hands over.
* A unit whose shift ends while it is at work finishes, goes home and then is off duty.
* A unit for which no way is open to its station stands where it is, and is free.
* Closed streets (`District.closures`) have no through traffic: a way may lead over a closed
  street only to leave it, from a place on it, or to get to a place on it. Every choice uses the
  streets that are open when it is made.
* When streets close or reopen, every unit under way chooses its way anew, from where it is. One
  that cannot get to its scene any more is taken off the need, which waits, and becomes free. One
  whose hospital is cut off chooses another; if there is none, it stands until a change opens a way.
  Then the waiting needs are tried, by type and in their order; one that no station can reach now is
  referred.
* Driving times of street pieces are whole multiples of 2^-20 s.
* Routes are the quickest at the speeds of the hour of departure; driving times are integrated over
  changes of speed along the route.

References
----------
Larson (1974), Computers & Operations Research 1:67-95. Larson & Odoni (1981), Urban Operations
Research. Henderson & Mason (2004), in Operations Research and Health Care. Ridler, Mason & Raith
(2022), European Journal of Operational Research 298:1108-1119. Jagtenberg, Bhulai & van der Mei
(2015), Operations Research for Health Care 4:27-35 (DMEXCLP); (2017), Health Care Management
Science 20:517-531 (dispatching that keeps coverage).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from sim.dispatch.closures import TimedClosure
    from sim.dispatch.demand import Demand
    from sim.dispatch.log import Log
    from sim.dispatch.places import Places
    from sim.dispatch.policies import DispatchRule
    from sim.dispatch.travel import TravelModel
    from sim.distributions import Distribution

WEEK_S = 604_800.0

Preemption = Literal["off", "when-none-free", "if-nearer"]
HospitalChoice = Literal["nearest", "least-wait"]
Relocation = Literal["none", "compliance", "dmexclp"]
Engine = Literal["kernel", "simpy"]


@dataclass(frozen=True)
class UnitType:
    """What units of one type have in common.

    Parameters
    ----------
    name
        "ambulance", "fire", "city-management", ...
    turnout_day_s, turnout_night_s
        Seconds from dispatch to departure for a unit at its station.
    night_h
        First and last hour of the night, hours of the day; may wrap over midnight.
    lights_factor
        Speed to the scene divided by the speed of the streets under lights.
    speed_factor
        The same for every other drive.
    lights_to_hospital
        Whether the drive to hospital is one under lights too.
    """

    name: str
    turnout_day_s: float = 60.0
    turnout_night_s: float = 60.0
    night_h: tuple[float, float] = (22.0, 6.0)
    lights_factor: float = 1.0
    speed_factor: float = 1.0
    lights_to_hospital: bool = False

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        for key in ("turnout_day_s", "turnout_night_s"):
            value = getattr(self, key)
            if not (np.isfinite(value) and value >= 0):
                raise InputError(
                    f"{key} is {value}",
                    place=f"unit type {self.name}",
                    mend="give seconds, 0 or more",
                )
        for key in ("lights_factor", "speed_factor"):
            value = getattr(self, key)
            if not (np.isfinite(value) and value > 0):
                raise InputError(
                    f"{key} is {value}",
                    place=f"unit type {self.name}",
                    mend="give a number above 0",
                )


@dataclass(frozen=True)
class Unit:
    """One vehicle with its crew.

    Parameters
    ----------
    name, type
        The unit's own name and the name of its `UnitType`.
    station
        Name of its home station.
    shifts
        Intervals [from, to) in seconds of the week in which it is on duty; `to` may exceed the
        week (a night shift from Sunday to Monday). Empty: always on duty.
    """

    name: str
    type: str
    station: str
    shifts: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Station:
    """Where units wait. `lon`, `lat` are local metres for travel models without streets."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Hospital:
    """Where patients go; `bays` units can hand over at a time (None: as many as come)."""

    name: str
    lon: float
    lat: float
    bays: int | None = None


@dataclass(frozen=True)
class Area:
    """A part of the district: a unit of reporting and a zone whose coverage counts.

    Parameters
    ----------
    name
        As shown in reports.
    lon, lat
        The point that stands for it where coverage is reckoned.
    weight
        Its share of demand in coverage (any unit; inhabitants, calls a year).
    geometry
        Its outline in the coordinates of the district, where it has one.
    """

    name: str
    lon: float
    lat: float
    weight: float = 1.0
    geometry: BaseGeometry | None = field(default=None, compare=False)


@dataclass(frozen=True)
class IncidentClass:
    """A kind of incident: how often, where, how urgent, what it takes.

    Parameters
    ----------
    name
        "cardiac arrest", "building fire", ...
    priority
        1 is the most urgent.
    target_s
        The response time that is to be kept, seconds.
    needs
        Units needed by unit type.
    on_scene
        Time on scene of each unit, seconds.
    transport_probability
        Chance that a unit of a transporting type takes somebody to hospital.
    transport_types
        Unit types that transport; empty: the first type of `needs`.
    handover
        Time at the hospital from getting a bay to being free, seconds.
    rate_per_h
        Incidents an hour in each hour of the week, shape (168,), Monday 00:00 first.
    places
        Where incidents happen; None if they come from a record.
    """

    name: str
    priority: int
    target_s: float
    needs: Mapping[str, int]
    on_scene: Distribution
    transport_probability: float = 0.0
    transport_types: tuple[str, ...] = ()
    handover: Distribution | None = None
    rate_per_h: NDArray[np.float64] | None = field(default=None, compare=False)
    places: Places | None = None


@dataclass(frozen=True)
class District:
    """What is there: streets, stations, units, hospitals, areas and kinds of incident.

    Parameters
    ----------
    travel
        `StreetTravel`, `MatrixTravel` or `PlaneTravel`.
    stations, unit_types, units, hospitals, areas, classes
        In the order in which the Log numbers them.
    week_start_s
        Second of the week (Monday 00:00 is 0) at which the clock starts.
    closures
        Streets that close and reopen while the simulation runs.
    """

    travel: TravelModel
    stations: tuple[Station, ...]
    unit_types: tuple[UnitType, ...]
    units: tuple[Unit, ...]
    classes: tuple[IncidentClass, ...]
    hospitals: tuple[Hospital, ...] = ()
    areas: tuple[Area, ...] = ()
    week_start_s: float = 0.0
    closures: tuple[TimedClosure, ...] = ()

    def __post_init__(self) -> None:
        """Check that every name which is used is there, and only once."""
        self._check_names()
        self._check_units()
        self._check_classes()
        self._check_closures()

    def _check_names(self) -> None:
        for what in ("stations", "unit_types", "units", "hospitals", "areas", "classes"):
            names = [item.name for item in getattr(self, what)]
            twice = sorted({n for n in names if names.count(n) > 1}) if len(names) < 20_000 else []
            if twice:
                raise InputError(f"{what}: the name {twice[0]!r} is used twice", mend="rename one")

    def _check_units(self) -> None:
        if not self.units:
            raise InputError("the district has no units", mend="add at least one unit")
        stations = {s.name for s in self.stations}
        types = {t.name for t in self.unit_types}
        for unit in self.units:
            if unit.station not in stations:
                raise InputError(
                    f"station {unit.station!r} is unknown",
                    place=f"unit {unit.name}",
                    mend=f"use one of {', '.join(sorted(stations)[:8])}",
                )
            if unit.type not in types:
                raise InputError(
                    f"unit type {unit.type!r} is unknown",
                    place=f"unit {unit.name}",
                    mend=f"use one of {', '.join(sorted(types)[:8])}",
                )

    def _check_classes(self) -> None:
        manned = {u.type for u in self.units}
        for kind in self.classes:
            for name, count in kind.needs.items():
                if count < 0:
                    raise InputError(
                        f"{count} units of {name} are needed",
                        place=f"class {kind.name}",
                        mend="give 0 or more",
                    )
                if count and name not in manned:
                    raise InputError(
                        f"needs {name!r}, and no unit has that type",
                        place=f"class {kind.name}",
                        mend="add a unit of that type or drop the need",
                    )
            if kind.transport_probability > 0 and not self.hospitals:
                raise InputError(
                    "patients are taken to hospital, and there is none",
                    place=f"class {kind.name}",
                    mend="add a hospital or set the probability to 0",
                )

    def _check_closures(self) -> None:
        if not self.closures:
            return
        from sim.dispatch.travel import StreetTravel

        if not isinstance(self.travel, StreetTravel):
            raise InputError(
                "streets are closed, and units do not drive on streets",
                place="closures",
                mend="give StreetTravel, or no closures",
            )
        m = self.travel.network.n_edges
        for closure in self.closures:
            if len(closure.edges) and closure.edges[-1] >= m:
                raise InputError(
                    f"edge {closure.edges[-1]} is to be closed, and there are {m}",
                    place=f"closure {closure.name}" if closure.name else "closures",
                    mend=f"give edges from 0 to {m - 1}",
                )


@dataclass(frozen=True)
class Policy:
    """How the units are run: the Plan of this service.

    Parameters
    ----------
    dispatch
        `Nearest()`, `Preference(table)`, `KeepCoverage()` or an object of one's own with the method
        of `DispatchRule`; the last is answered by the SimPy engine.
    preemption
        Whether a unit on its way to a lower priority may be sent elsewhere.
    hospital
        "nearest" by travel time, or "least-wait": travel plus the expected wait for a bay.
    relocation
        "none": a free unit goes home; "compliance": by a table of stations for each number of free
        units; "dmexclp": to the station where it adds most expected coverage.
    compliance
        For each unit type, a list whose entry k (from 0) names the k + 1 stations that are to be
        held when k + 1 units are free.
    busy_fraction
        Chance that a unit is busy, in expected coverage.
    coverage_target_s
        Response time within which an area counts as covered.
    queue_limit
        Waiting needs of a type above which a new one is referred elsewhere; None: none is.
    """

    dispatch: DispatchRule | None = None
    preemption: Preemption = "off"
    hospital: HospitalChoice = "nearest"
    relocation: Relocation = "none"
    compliance: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    busy_fraction: float = 0.3
    coverage_target_s: float = 480.0
    queue_limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        for key, allowed in (
            ("preemption", ("off", "when-none-free", "if-nearer")),
            ("hospital", ("nearest", "least-wait")),
            ("relocation", ("none", "compliance", "dmexclp")),
        ):
            if getattr(self, key) not in allowed:
                raise InputError(
                    f"{key} is {getattr(self, key)!r}",
                    place="policy",
                    mend=f"use one of {', '.join(allowed)}",
                )
        if not 0 <= self.busy_fraction < 1:
            raise InputError(
                f"busy_fraction is {self.busy_fraction}", place="policy", mend="give 0 to below 1"
            )
        if self.queue_limit is not None and self.queue_limit < 0:
            raise InputError(
                f"queue_limit is {self.queue_limit}", place="policy", mend="give 0 or more"
            )


def simulate(
    district: District,
    policy: Policy,
    demand: Demand,
    *,
    horizon_s: float,
    engine: Engine = "kernel",
) -> Log:
    """Run one replication.

    Parameters
    ----------
    district, policy, demand
        What is there, how it is run, what is asked of it.
    horizon_s
        Length of the time looked at, seconds. Incidents after it are not simulated; work begun is
        finished.
    engine
        "kernel" (Numba) or "simpy" (the reference); both give the same Log.

    Returns
    -------
    Log
        One row a need and one row a resource interval.

    Raises
    ------
    InputError
        If the demand does not fit the district.
    """
    from sim.dispatch.prepare import prepare

    prepared = prepare(district, policy, demand, horizon_s)
    if engine == "simpy" or not prepared.rule_is_builtin:
        from sim.dispatch.reference import run_reference

        return run_reference(prepared)
    from sim.dispatch.prepare import run_kernel

    return run_kernel(prepared)
