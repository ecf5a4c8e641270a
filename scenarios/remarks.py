"""What looks odd in a scenario that can be run: said by `cityops check`, and in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.facts import speed_source
from scenarios.misplaced import looks_shifted, record_looks_shifted

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.record import Record
    from scenarios.schema import HospitalSpec, NetworkSpec, ScenarioSpec, StationSpec
    from sim.dispatch.model import District

__all__ = ["remarks", "street_remarks"]


def remarks(
    spec: ScenarioSpec, network: RoadNetwork | None, record: Record | None, district: District
) -> list[str]:
    """List what looks odd.

    Parameters
    ----------
    spec, network, record, district
        The scenario and what it was made into.
    """
    found: list[str] = []
    if network is not None and spec.network is not None:
        found += _places(spec, network)
        found += street_remarks(spec.network, network)
    found += _record(network, record)
    found += _needs(spec)
    found += _quiet(spec, record, district)
    return found


def street_remarks(spec: NetworkSpec, network: RoadNetwork) -> list[str]:
    """Say what the source of the streets did not give, and how to name it if it did."""
    from networks.readers.lines import LINE_ENDINGS

    found: list[str] = []
    if speed_source(spec, network) == "flat":
        kmh = float(network.speed_kmh[0])
        found.append(
            f"no street has a class or a speed: all are driven at {kmh:g} km/h; if the file has "
            "them, name their columns: class, speed_kmh, maxspeed"
        )
    lines = spec.source.lower().endswith(tuple(LINE_ENDINGS))
    drives = network.mode in {"car", "truck"}
    if lines and drives and "oneway" not in spec.columns and bool((network.reverse >= 0).all()):
        found.append(
            "no street is one-way: every line is driven in both directions; if the file says "
            "which are one-way, name its column: oneway"
        )
    return found


def _places(spec: ScenarioSpec, network: RoadNetwork) -> list[str]:
    places: list[StationSpec | HospitalSpec] = [*spec.station, *spec.hospital]
    crs = looks_shifted(network, [p.lon for p in places], [p.lat for p in places])
    if crs is None:
        return []
    return [
        (
            f"stations and hospitals lie oddly far from the streets and would lie on them as "
            f'{crs.upper()} coordinates; is [scenario] crs = "{crs}" meant?'
        )
    ]


def _record(network: RoadNetwork | None, record: Record | None) -> list[str]:
    if record is None:
        return []
    found = []
    if record.left_out:
        found.append(f"{record.left_out} recorded incidents lie outside the horizon")
    crs = None if network is None else record_looks_shifted(network, record.lon, record.lat)
    if crs is not None:
        found.append(
            f"the recorded incidents lie oddly far from the streets and would lie on them as "
            f'{crs.upper()} coordinates; is [record] crs = "{crs}" meant?'
        )
    return found


def _needs(spec: ScenarioSpec) -> list[str]:
    """Classes that need more units than there are."""
    there: dict[str, int] = {}
    for group in spec.unit:
        there[group.type] = there.get(group.type, 0) + group.count
    return [
        f'incident class "{name}" needs {count} of unit type "{kind}", and {there[kind]} exist: '
        "a unit answers several of its needs, one after another"
        for name, table in spec.incident_class.items()
        for kind, count in table.needs.items()
        if count > there.get(kind, 0) > 0
    ]


def _quiet(spec: ScenarioSpec, record: Record | None, district: District) -> list[str]:
    """Warn of a time in which hardly anything happens."""
    head = spec.scenario
    hours = head.horizon_h - head.warmup_h
    if record is not None:
        number = float((record.time_s >= head.warmup_h * 3600.0).sum())
    else:
        rates = [kind.rate_per_h for kind in district.classes if kind.rate_per_h is not None]
        number = hours * sum(float(rate.sum()) for rate in rates) / 168.0
    if number >= 1:
        return []
    return [
        (
            f"only {number:.2g} incidents are expected in the {hours:g} h that are measured; make "
            "horizon_h longer"
        )
    ]
