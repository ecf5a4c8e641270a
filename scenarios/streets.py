"""The streets of a scenario: read or generated, then slowed by period and closed where it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.closing_times import closing_spans, is_timed
from scenarios.faults import did_you_mean
from scenarios.hours import hours_of_week, moment_s
from scenarios.schema import SyntheticSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.schema import ClosureSpec, NetworkSpec, ScenarioHead
    from scenarios.toml_lines import KeyPath
    from sim.dispatch.closures import TimedClosure

__all__ = [
    "check_class",
    "closed_streets",
    "closure_edges",
    "closure_name",
    "lights_network",
    "read_streets",
    "timed_closures",
    "with_periods",
]

_READER_OPTIONS = (
    "layer",
    "split",
    "directed",
    "two_way",
    "oneway_values",
    "private",
    "attribution",
)


def read_streets(spec: NetworkSpec, faults: FaultList) -> RoadNetwork:
    """Read or generate the streets, with all that the scenario changes in them.

    Parameters
    ----------
    spec
        The scenario's [network].
    faults
        Takes what is wrong with periods and closures.

    Raises
    ------
    ScenarioError
        If the streets cannot be read.
    """
    try:
        network = _source(spec)
    except InputError as error:
        if error.place == "speeds":
            faults.add(("network", "speeds"), error.message, error.mend)
        else:
            faults.include(error, ("network", "source"))
        faults.stop()
        raise
    if isinstance(spec.speeds, dict):
        for name in spec.speeds:
            check_class(name, network, ("network", "speeds", name), faults)
    if spec.factor != 1.0:
        network = network.with_times(network.time_s / spec.factor)
    network = with_periods(network, spec, faults)
    return closed_streets(network, spec, faults)


def _source(spec: NetworkSpec) -> RoadNetwork:
    if spec.source == "synthetic":
        from networks import synthetic_district

        wanted = (spec.synthetic or SyntheticSpec()).model_dump(exclude_none=True)
        for key in ("centre", "core"):
            wanted[key] = tuple(wanted[key])
        return synthetic_district(**wanted, mode=spec.mode, speeds=spec.speeds)
    return _read(spec, spec.columns)


def _read(spec: NetworkSpec, columns: dict[str, str]) -> RoadNetwork:
    from networks import read_network

    options: dict[str, Any] = {key: getattr(spec, key) for key in _READER_OPTIONS}
    options |= {"lang": spec.name_lang, "columns": columns or None}
    given = {key: value for key, value in options.items() if value is not None}
    return read_network(spec.source, mode=spec.mode, crs=spec.crs, speeds=spec.speeds, **given)


def lights_network(spec: NetworkSpec, network: RoadNetwork) -> RoadNetwork | None:
    """Read the same streets with their times under lights, where the scenario names a column.

    Raises
    ------
    InputError
        If the column gives other streets than the ordinary times do.
    """
    if spec.lights_column is None:
        return None
    lights = _read(spec, {**spec.columns, "time_s": spec.lights_column})
    if lights.n_edges != network.n_edges or (lights.source_id != network.source_id).any():
        raise InputError(
            f'column "{spec.lights_column}" gives other streets than the ordinary times do',
            mend="both must be filled in on every street",
        )
    open_ = np.isfinite(network.time_s)
    return network.with_times(np.where(open_, lights.time_s / spec.factor, np.inf))


def with_periods(network: RoadNetwork, spec: NetworkSpec, faults: FaultList) -> RoadNetwork:
    """Slow the streets down, or speed them up, by period of the week.

    Parameters
    ----------
    network, spec
        The streets, and the scenario's periods: a factor for all, others for some classes.
    faults
        Takes road classes that the network does not have.
    """
    if not spec.period:
        return network
    from networks import SpeedProfile

    period_of_hour = np.zeros(168, dtype=np.int64)
    factor = np.ones((len(spec.period) + 1, network.n_edges))
    for number, period in enumerate(spec.period):
        period_of_hour[np.array(hours_of_week(period.hours))] = number + 1
        factor[number + 1] = period.factor
        for name, value in period.classes.items():
            if name in network.class_names:
                factor[number + 1, network.road_class == network.class_names.index(name)] = value
            else:
                check_class(name, network, ("network", "period", number, "classes", name), faults)
    names = ("free flow", *(period.name for period in spec.period))
    return network.with_profile(SpeedProfile(period_of_hour, factor, names))


def check_class(name: str, network: RoadNetwork, path: KeyPath, faults: FaultList) -> None:
    """Note a road class that neither these streets nor OpenStreetMap know.

    Parameters
    ----------
    name
        The class. One of OpenStreetMap's that this district lacks is no fault: a scenario goes on
        to the next district as it is.
    network
        The streets.
    path
        Key of the class.
    faults
        Takes what is found.
    """
    from networks.speeds import SPEED_PRESETS

    if name not in {*network.class_names, *SPEED_PRESETS["default"].class_kmh}:
        faults.add(
            path,
            f'these streets have no class "{name}"',
            did_you_mean(name, [c for c in network.class_names if c], what="they have"),
        )


def closed_streets(network: RoadNetwork, spec: NetworkSpec, faults: FaultList) -> RoadNetwork:
    """Close the streets that the scenario closes for the whole run.

    Parameters
    ----------
    network, spec
        The streets, and the scenario's closures.
    faults
        Takes names and ids that the network does not have.
    """
    shut = np.zeros(network.n_edges, dtype=np.bool_)
    for number, closure in enumerate(spec.closure):
        if not _is_timed(closure):
            shut |= closure_edges(network, closure, number, faults)
    if not shut.any():
        return network
    if shut.all():
        faults.add(("network", "closure"), "every street is closed", "close less")
        return network
    return network.closed(shut)


def timed_closures(
    network: RoadNetwork, spec: NetworkSpec, head: ScenarioHead, faults: FaultList
) -> tuple[TimedClosure, ...]:
    """Find the streets that close and reopen in mid-simulation.

    Parameters
    ----------
    network, spec, head
        The streets, and the scenario's closures, start and horizon.
    faults
        Takes names and ids that the network does not have.

    Returns
    -------
    tuple of TimedClosure
        One for each time at which a closure holds, of weekly hours for as long as work may last.
    """
    from sim.dispatch.closures import TimedClosure
    from sim.dispatch.setting import SHIFTS_AFTER_S

    start_s, until_s = moment_s(head.start), head.horizon_h * 3600.0 + SHIFTS_AFTER_S
    found: list[TimedClosure] = []
    for number, closure in enumerate(spec.closure):
        if not _is_timed(closure):
            continue
        edges = np.flatnonzero(closure_edges(network, closure, number, faults))
        if len(edges) == network.n_edges:
            faults.add(("network", "closure", number), "every street is closed", "close less")
        spans = closing_spans(
            closure.from_, closure.until, closure.hours, start_s=start_s, until_s=until_s
        )
        found += [
            TimedClosure(edges, begin, end, closure_name(closure))
            for begin, end in spans
            if begin < end and len(edges)
        ]
    return tuple(found)


def closure_name(closure: ClosureSpec) -> str:
    """Name a closure: its own, or what it closes."""
    if closure.name:
        return closure.name
    for given in (closure.street, closure.source_ids, closure.bbox):
        if given is not None:
            return given if isinstance(given, str) else ", ".join(map(str, given))
    return ""


def _is_timed(closure: ClosureSpec) -> bool:
    return is_timed(closure.model_dump(by_alias=True))


def closure_edges(
    network: RoadNetwork, closure: ClosureSpec, number: int, faults: FaultList
) -> NDArray[np.bool_]:
    """Find the edges that one closure shuts, noting what the network does not have."""
    path = ("network", "closure", number)
    shut = np.zeros(network.n_edges, dtype=np.bool_)
    if closure.bbox is not None:
        west, south, east, north = closure.bbox
        x = 0.5 * (network.lon[network.tail] + network.lon[network.head])
        y = 0.5 * (network.lat[network.tail] + network.lat[network.head])
        shut |= (west <= x) & (x <= east) & (south <= y) & (y <= north)
        if not shut.any():
            faults.add((*path, "bbox"), "no street lies in it", "west, south, east, north")
    for source_id in closure.source_ids or []:
        found = network.source_id == source_id
        shut |= found
        if not found.any():
            faults.add(
                (*path, "source_ids"), f"no street has the id {source_id}", "use the source's ids"
            )
    streets = [closure.street] if isinstance(closure.street, str) else closure.street or []
    by_name = {name.lower(): code for code, name in enumerate(network.names) if name}
    for street in streets:
        code = by_name.get(street.strip().lower())
        if code is None:
            mend = did_you_mean(street, by_name, what="streets are", quote='"')
            near = mend.startswith("did")
            named = next((n for n in network.names if near and f'"{n.lower()}"' in mend), None)
            faults.add(
                (*path, "street"),
                f'no street is named "{street}"',
                f'did you mean "{named}"?' if named else "write it as the map does",
            )
            continue
        shut |= network.name == code
    return shut
