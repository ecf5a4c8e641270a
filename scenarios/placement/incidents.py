"""Incidents as demand: recorded ones, or drawn from the scenario's rates and places.

Weights are incidents a day. Of each class so many places are drawn, each with its share of the
class's rate; the draws are streams of their own, so that a plan is not measured by `cityops run` on
the very incidents it was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.placement.demand import Wanted

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.placement.schema import PlacementSpec
    from sim.dispatch.model import Area, IncidentClass

__all__ = ["incident_demand"]


def incident_demand(
    scenario: Scenario,
    spec: PlacementSpec,
    vehicles: RoadNetwork | None,
    areas: tuple[Area, ...],
    faults: FaultList,
) -> Wanted | None:
    """Draw or read incidents.

    Parameters
    ----------
    scenario
        With [incident_class.*], or a [record].
    spec
        The placement: `demand.classes` chooses classes, `unit_type` those that need this type,
        `demand.draws` says how many places of each class are drawn.
    vehicles
        The vehicles' streets.
    areas
        Of the scenario.
    faults
        Takes what is wrong with classes and record.
    """
    from scenarios.district import incident_classes
    from scenarios.record import read_record

    whole = scenario.spec
    if not whole.incident_class:
        raise InputError("there are no incident classes", mend="add [incident_class.NAME]")
    wanted = _wanted_classes(scenario, spec, faults)
    hours = whole.scenario.horizon_h
    if whole.record is not None:
        record = read_record(whole.record, whole, hours * 3600.0, faults)
        if record is None:
            return None
        names = list(whole.incident_class)
        mine = np.isin(record.class_code, [names.index(name) for name in wanted])
        if not mine.any():
            raise InputError("no recorded incident is of these classes", mend="mend classes")
        days = hours / 24.0
        return Wanted(record.lon[mine], record.lat[mine], np.full(int(mine.sum()), 1.0 / days))
    classes = [c for c in incident_classes(whole, areas, vehicles, faults) if c.name in wanted]
    return _drawn(scenario, classes, spec)


def _wanted_classes(scenario: Scenario, spec: PlacementSpec, faults: FaultList) -> list[str]:
    """Names of the classes that count."""
    classes = scenario.spec.incident_class
    for word in spec.demand.classes:
        if word not in classes:
            faults.add(
                ("placement",),
                f'there is no incident class "{word}"',
                did_you_mean(word, classes, what="classes are", quote='"'),
            )
    names = [name for name in classes if not spec.demand.classes or name in spec.demand.classes]
    if spec.unit_type is None:
        return names
    needing = [name for name in names if classes[name].needs.get(spec.unit_type, 0) > 0]
    if not needing:
        raise InputError(
            f'no incident class needs unit type "{spec.unit_type}"',
            mend="mend unit_type or classes",
        )
    return needing


def _drawn(scenario: Scenario, classes: list[IncidentClass], spec: PlacementSpec) -> Wanted:
    """Draw places of each class; together they weigh as much as its rate."""
    from sim.draws import stream_id

    seed, n = scenario.spec.scenario.seed, spec.demand.draws
    items = np.arange(n, dtype=np.int64)
    lon, lat, weight = [], [], []
    for kind in classes:
        if kind.places is None or kind.rate_per_h is None:
            continue  # a fault of its places was noted
        drawn = kind.places.draw(seed, stream_id(f"placement/{kind.name}/place"), items)
        lon.append(drawn.lon)
        lat.append(drawn.lat)
        weight.append(np.full(n, float(kind.rate_per_h.sum()) / 7.0 / n))
    if not weight:
        raise InputError("no incidents can be drawn", mend="mend the places of the classes")
    return Wanted(np.concatenate(lon), np.concatenate(lat), np.concatenate(weight))
