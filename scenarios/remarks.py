"""What looks odd in a scenario that can be run: said by `cityops check`, and in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.closing_times import closing_spans, is_timed
from scenarios.facts import speed_source
from scenarios.faults import FaultList
from scenarios.hours import moment_s
from scenarios.misplaced import looks_shifted, record_looks_shifted
from scenarios.streets import closure_edges, closure_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.record import Record
    from scenarios.schema import HospitalSpec, NetworkSpec, ScenarioSpec, StationSpec
    from sim.dispatch.model import District

__all__ = ["closing_remarks", "remarks", "street_remarks"]


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
        found += closing_remarks(spec, network)
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


def closing_remarks(spec: ScenarioSpec, network: RoadNetwork) -> list[str]:
    """Say which closures with times never hold, and what the others cut off while they do."""
    head = spec.scenario
    horizon_s = head.horizon_h * 3600.0
    found = []
    for number, closure in enumerate(spec.network.closure if spec.network else ()):
        if not is_timed(closure.model_dump(by_alias=True)):
            continue
        what = f'[[network.closure]] #{number + 1} "{closure_name(closure)}"'
        spans = closing_spans(
            closure.from_, closure.until, closure.hours,
            start_s=moment_s(head.start), until_s=horizon_s,
        )  # fmt: skip
        if not any(begin < horizon_s for begin, _ in spans):
            found.append(f"{what} never holds in the {head.horizon_h:g} h of the run")
            continue
        shut = closure_edges(network, closure, number, FaultList({}, ""))
        lost_km = _cut_off_km(network, shut)
        if lost_km > 0:
            closed_km = float(network.length_m[shut].sum()) / 1000.0
            found.append(
                f"{what} closes {closed_km:.1f} km, each direction counted; while it holds "
                f"{lost_km:.1f} km more are open and cut off: they cannot be both reached and left"
            )
    return found


def _cut_off_km(network: RoadNetwork, shut: NDArray[np.bool_]) -> float:
    """Kilometres of streets that stay open and leave the main part of the network."""
    from networks.components import component_of_node

    def in_main(streets: RoadNetwork) -> NDArray[np.bool_]:
        main: NDArray[np.bool_] = component_of_node(streets) == 1
        inside: NDArray[np.bool_] = main[network.tail] & main[network.head]
        return inside

    lost = in_main(network) & ~in_main(network.closed(shut)) & ~shut & np.isfinite(network.time_s)
    return float(network.length_m[lost].sum()) / 1000.0


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
