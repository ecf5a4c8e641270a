"""From a scenario to what the simulation asks for: the district, the policy, and its demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.areas import build_areas, weighted_points
from scenarios.durations import duration_s
from scenarios.faults import did_you_mean
from scenarios.hours import day_hours, moment_s, shift_intervals
from scenarios.misplaced import check_places, mend_for
from scenarios.profiles import week_shares
from scenarios.reach import check_reach
from scenarios.record import Record, read_record
from scenarios.remarks import remarks
from scenarios.services import check_simulated
from scenarios.streets import check_class, lights_network, read_streets, timed_closures

if TYPE_CHECKING:
    from networks import Projection, RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.schema import IncidentClassSpec, PolicySpec, ScenarioSpec
    from scenarios.toml_lines import KeyPath
    from sim.dispatch.closures import TimedClosure
    from sim.dispatch.demand import Demand
    from sim.dispatch.model import Area, District, IncidentClass, Policy, Unit, UnitType
    from sim.dispatch.places import Places
    from sim.dispatch.policies import DispatchRule
    from sim.dispatch.travel import TravelModel

__all__ = ["Built", "build_district", "incident_classes", "replication_seed"]


@dataclass(frozen=True)
class Built:
    """A scenario made ready to run.

    Parameters
    ----------
    scenario
        Where it comes from.
    district, policy
        What is there, and how it is run.
    network
        The streets; None where units drive by a matrix or a law of distance.
    record
        Incidents as they were; None if they are drawn.
    plane
        Local metres of the district's coordinates where there are no streets.
    warnings
        What looks odd, though it can be run.
    """

    scenario: Scenario
    district: District
    policy: Policy
    network: RoadNetwork | None
    record: Record | None = None
    plane: Projection | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def horizon_s(self) -> float:
        """Seconds from the start to the last incident that may come, warm-up included."""
        return self.scenario.spec.scenario.horizon_h * 3600.0

    @property
    def warmup_s(self) -> float:
        """Seconds at the start that are not measured."""
        return self.scenario.spec.scenario.warmup_h * 3600.0

    def demand(self, replication: int) -> Demand:
        """Draw what one replication is asked for: the same for every plan with this seed."""
        from sim.dispatch.demand import draw_demand

        seed = replication_seed(self.scenario.spec.scenario.seed, replication)
        if self.record is not None:
            return self.record.demand(self.district, seed)
        return draw_demand(self.district, horizon_s=self.horizon_s, seed=seed)


def replication_seed(seed: int, replication: int) -> int:
    """Seed of one replication: replications of two seeds have nothing in common."""
    from sim.draws import stream_id

    return stream_id(f"replication/{seed}/{replication}")


def build_district(scenario: Scenario) -> Built:
    """Read the streets and place everything on them.

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    from sim.dispatch.model import District, Hospital, Station

    check_simulated(scenario, "dispatch")
    spec, faults = scenario.spec, scenario.faults()
    network = None if spec.network is None else read_streets(spec.network, faults)
    areas = build_areas(spec, network, faults)
    travel, plane = _travel(spec, network, faults)
    if network is not None and spec.network is not None:
        check_places(network, _fixed_places(spec), spec.network.max_snap_m, faults)
    record = None
    if spec.record is not None:
        record = read_record(spec.record, spec, spec.scenario.horizon_h * 3600.0, faults)
        _check_record(record, spec, network, faults)
    classes = incident_classes(spec, areas, network, faults)
    closures: tuple[TimedClosure, ...] = ()
    if network is not None and spec.network is not None:
        closures = timed_closures(network, spec.network, spec.scenario, faults)
    faults.stop()
    areas = areas or ()
    try:
        district = District(
            travel=travel,
            stations=tuple(Station(s.name, *_at(s.lon, s.lat, plane)) for s in spec.station),
            unit_types=_unit_types(spec),
            units=_units(spec),
            classes=tuple(_on_plane(kind, plane) for kind in classes),
            hospitals=tuple(
                Hospital(h.name, *_at(h.lon, h.lat, plane), h.bays) for h in spec.hospital
            ),
            areas=tuple(_area_on_plane(area, plane) for area in areas),
            week_start_s=float(moment_s(spec.scenario.start)),
            closures=closures,
        )
        policy = _policy(spec.policy, district, faults)
    except InputError as error:
        faults.include(error)
        faults.stop()
        raise
    cut_off = [] if network is None else check_reach(network, spec, faults)
    faults.stop()
    warnings = (*cut_off, *remarks(spec, network, record, district))
    return Built(scenario, district, policy, network, record, plane, warnings)


# ---- places


def _fixed_places(spec: ScenarioSpec) -> list[tuple[KeyPath, str, float, float]]:
    places: list[tuple[KeyPath, str, float, float]] = []
    places += [(("station", i), s.name, s.lon, s.lat) for i, s in enumerate(spec.station)]
    places += [(("hospital", i), h.name, h.lon, h.lat) for i, h in enumerate(spec.hospital)]
    return places


def _check_record(
    record: Record | None, spec: ScenarioSpec, network: RoadNetwork | None, faults: FaultList
) -> None:
    """Note recorded incidents that lie nowhere near a street."""
    if record is None or network is None or spec.network is None or spec.record is None:
        return
    limit = spec.network.max_snap_m
    missed = network.snap(record.lon, record.lat, limit).missed
    if not missed:
        return
    from scenarios.merge import shown_path
    from scenarios.misplaced import distance_words

    index, lon, lat, distance = missed[0]
    faults.include(
        InputError(
            f"{len(missed)} of {len(record.lon)} incidents lie too far from every street; this "
            f"one {distance_words(distance)}",
            file=f"{shown_path(Path(spec.record.file))}:{record.line[index]}",
            mend=mend_for(network, lon, lat, limit),
        ),
        ("record",),
    )


def _at(lon: float, lat: float, plane: Projection | None) -> tuple[float, float]:
    if plane is None:
        return lon, lat
    x, y = plane.to_xy(lon, lat)
    return float(x), float(y)


def _area_on_plane(area: Area, plane: Projection | None) -> Area:
    if plane is None:
        return area
    from dataclasses import replace

    import shapely

    outline = area.geometry
    if outline is not None:
        outline = shapely.transform(
            outline, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1]))
        )
    lon, lat = _at(area.lon, area.lat, plane)
    return replace(area, lon=lon, lat=lat, geometry=outline)


# ---- travel


def _travel(
    spec: ScenarioSpec, network: RoadNetwork | None, faults: FaultList
) -> tuple[TravelModel, Projection | None]:
    from sim.dispatch.travel import PlaneTravel, StreetTravel

    if network is not None and spec.network is not None:
        try:
            lights = lights_network(spec.network, network)
        except InputError as error:
            faults.include(error, ("network", "lights_column"))
            lights = None
        return StreetTravel(network, lights, spec.network.max_snap_m), None
    if spec.travel is None:  # pragma: no cover - the rules refuse such a scenario
        raise InputError("no streets are given")
    from scenarios.matrix import read_matrix

    if spec.travel.law is not None:
        from networks import Projection

        law = spec.travel.law
        plane = Projection.centred_on([s.lon for s in spec.station], [s.lat for s in spec.station])
        return PlaneTravel(law.acceleration_ms2, law.cruising_ms), plane
    return read_matrix(spec.travel, faults)


# ---- what is there


def _unit_types(spec: ScenarioSpec) -> tuple[UnitType, ...]:
    from sim.dispatch.model import UnitType

    types = []
    for name, kind in spec.unit_type.items():
        start, end = day_hours(kind.night)
        types.append(
            UnitType(
                name,
                kind.turnout_day_s,
                kind.turnout_night_s,
                (start / 3600.0, (end % 86_400) / 3600.0),
                kind.lights_factor,
                kind.speed_factor,
                kind.lights_to_hospital,
            )
        )
    return tuple(types)


def _units(spec: ScenarioSpec) -> tuple[Unit, ...]:
    """Name the units: a group's own name, with a number where it has several."""
    from sim.dispatch.model import Unit

    units: list[Unit] = []
    numbered: dict[str, int] = {}
    taken = {group.name for group in spec.unit if group.name and group.count == 1}
    for group in spec.unit:
        shifts = shift_intervals(group.shifts)
        base = group.name or f"{group.type} {group.station}"
        for _ in range(group.count):
            name = base
            if group.name is None or group.count > 1:
                while True:
                    numbered[base] = numbered.get(base, 0) + 1
                    name = f"{base} {numbered[base]}"
                    if name not in taken:
                        break
            taken.add(name)
            units.append(Unit(name, group.type, group.station, shifts))
    return tuple(units)


def incident_classes(
    spec: ScenarioSpec,
    areas: tuple[Area, ...] | None,
    network: RoadNetwork | None,
    faults: FaultList,
) -> list[IncidentClass]:
    """Make the incident classes, noting places that cannot be read.

    Parameters
    ----------
    spec, areas, network
        The scenario, and what its places are drawn from.
    faults
        Takes what is found.
    """
    from sim.dispatch.model import IncidentClass

    transporting = tuple(name for name, kind in spec.unit_type.items() if kind.transports)
    classes = []
    for name, kind in spec.incident_class.items():
        rate = None
        if kind.rate_per_day is not None and spec.record is None:
            week = kind.rate_per_day * 7.0 * spec.demand.factor
            rate = week * week_shares(kind.hours, spec.hour_profile)
        chosen = tuple(kind.transport_types) or tuple(t for t in transporting if t in kind.needs)
        classes.append(
            IncidentClass(
                name=name,
                priority=kind.priority,
                target_s=kind.target_min * 60.0,
                needs={unit_type: n for unit_type, n in kind.needs.items() if n},
                on_scene=duration_s(kind.on_scene_min),
                transport_probability=kind.transport_prob,
                transport_types=chosen,
                handover=None if kind.handover_min is None else duration_s(kind.handover_min),
                rate_per_h=rate,
                places=None if rate is None else _places(name, kind, areas, network, faults),
            )
        )
    return classes


def _places(
    name: str,
    kind: IncidentClassSpec,
    areas: tuple[Area, ...] | None,
    network: RoadNetwork | None,
    faults: FaultList,
) -> Places | None:
    from sim.dispatch.places import AreaPlaces, PointPlaces, StreetPlaces

    path = ("incident_class", name, "places")
    if network is not None:
        for word in kind.street_weights:
            check_class(word, network, ("incident_class", name, "street_weights", word), faults)
    if kind.places == "areas" and areas is not None and any(area.weight > 0 for area in areas):
        return AreaPlaces(areas)
    if kind.places == "areas":
        if areas is None:  # their file has a fault, which is noted
            return None
        faults.add(path, "there is no area with a weight above 0", "add [areas] or [[area]]")
    elif kind.places == "streets" and network is not None:
        return StreetPlaces(network, dict(kind.street_weights) or None)
    elif kind.places == "streets":
        faults.add(path, "there are no streets to draw places from", 'use "areas" or a CSV')
    else:
        try:
            return PointPlaces(*weighted_points(Path(kind.places)))
        except InputError as error:
            faults.include(error, path)
    return None


def _on_plane(kind: IncidentClass, plane: Projection | None) -> IncidentClass:
    """Class whose places are local metres where there are no streets."""
    if plane is None or kind.places is None:
        return kind
    from dataclasses import replace

    from sim.dispatch.places import AreaPlaces, PointPlaces

    places = kind.places
    if isinstance(places, AreaPlaces):
        places = AreaPlaces([_area_on_plane(area, plane) for area in places.areas])
    elif isinstance(places, PointPlaces):
        x, y = plane.to_xy(places.lon, places.lat)
        places = PointPlaces(x, y, places.weight)
    return replace(kind, places=places)


# ---- how it is run


def _policy(spec: PolicySpec, district: District, faults: FaultList) -> Policy:
    from sim.dispatch.model import Policy

    return Policy(
        dispatch=_rule(spec, district, faults),
        preemption=spec.preemption,
        hospital=spec.hospital,
        relocation=spec.relocation,
        compliance={kind: tuple(map(tuple, levels)) for kind, levels in spec.compliance.items()},
        busy_fraction=spec.busy_fraction,
        coverage_target_s=spec.coverage_target_min * 60.0,
        queue_limit=spec.queue_limit,
    )


def _rule(spec: PolicySpec, district: District, faults: FaultList) -> DispatchRule:
    from sim.dispatch.policies import KeepCoverage, Nearest, Preference

    if spec.dispatch == "keep-coverage":
        return KeepCoverage()
    if spec.dispatch == "nearest":
        return Nearest()
    areas = [area.name for area in district.areas]
    units = [unit.name for unit in district.units]
    for area, order in spec.preference.items():
        path: KeyPath = ("policy", "preference", area)
        if area not in areas:
            mend = did_you_mean(area, areas, what="areas are", quote='"')
            faults.add(path, f'there is no area "{area}"', mend)
        for place, unit in enumerate(order):
            if unit not in units:
                mend = did_you_mean(unit, units, what="units are", quote='"')
                faults.add((*path, place), f'there is no unit "{unit}"', mend)
    return Preference({area: tuple(order) for area, order in spec.preference.items()})
