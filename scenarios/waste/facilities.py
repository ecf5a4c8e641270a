"""Facilities, haulers and outages of a [waste] table, as the simulation takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.closing_times import closing_spans
from scenarios.durations import duration_s
from scenarios.faults import did_you_mean
from scenarios.hours import hours_of_week, moment_s
from scenarios.waste.schema import KINDS, ORDERS, of_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.faults import FaultList
    from scenarios.schema import ScenarioHead
    from scenarios.waste.schema import HaulerSpec, WasteSpec
    from sim.waste import Facilities, Haulers, Outages

__all__ = ["DEPOT", "KIND_NAMES", "facilities", "hauler_homes", "haulers", "outages"]

DEPOT = len(KINDS)
KIND_NAMES = (*KINDS, "depot")
"""Kinds of facilities by code; a depot is the home of trucks and takes nothing."""


def facilities(
    spec: WasteSpec, streams: tuple[str, ...], depots: list[str], place: NDArray[np.int64]
) -> Facilities:
    """Lay out the facilities of the table, then the depots.

    Parameters
    ----------
    spec
        Checked against the rules.
    streams
        Names by code.
    depots
        Names of the depots that are no facility of the table.
    place : int64[f]
        Place of each of them.
    """
    from sim.distributions import Fixed
    from sim.waste import Facilities

    given = spec.facility
    n, depot = len(given) + len(depots), np.zeros(len(depots))
    names = [facility.name for facility in given]
    accepts = np.zeros((n, len(streams)), dtype=np.bool_)
    intake = np.full((n, len(streams)), np.nan)
    sends = np.zeros((n, n), dtype=np.bool_)
    stations = np.array([facility.kind == "station" for facility in given] + [False] * len(depots))
    for row, facility in enumerate(given):
        accepts[row] = [stream in facility.accepts for stream in streams]
        for code, stream in enumerate(streams):
            most = of_stream(facility.intake_t_day, stream)
            intake[row, code] = np.nan if most is None else 1000.0 * most
        if facility.kind == "station":
            behind = facility.sends_to or [f.name for f in given if f.kind != "station"]
            sends[row, [names.index(name) for name in behind]] = True

    def column(key: str, fallback: float, factor: float = 1.0) -> NDArray[np.float64]:
        values = [getattr(facility, key) for facility in given]
        found = [fallback if value is None else factor * value for value in values]
        return np.array(found + [fallback] * len(depots))

    opens = [hours_of_week(facility.opens) for facility in given] + [(True,) * 168] * len(depots)
    return Facilities(
        place=place,
        accepts=accepts,
        bays=np.concatenate([[facility.bays for facility in given], depot]).astype(np.int64),
        tip_s=[*(duration_s(facility.tip_min) for facility in given), *(Fixed(0.0) for _ in depot)],
        open_hours=np.array(opens, dtype=np.bool_),
        intake_kg=intake,
        compactors=np.where(stations, column("compactors", 0), 0).astype(np.int64),
        press_kg_h=column("press_t_h", 1000.0, 1000.0),
        pit_kg=column("pit_t", 1000.0, 1000.0),
        container_kg=column("container_t", 1000.0, 1000.0),
        buffer=column("buffer", 1).astype(np.int64),
        sends_to=sends,
        kind=np.array([KINDS.index(f.kind) for f in given] + [DEPOT] * len(depots)),
        streams=streams,
        names=[*names, *depots],
    )


def hauler_homes(spec: WasteSpec, names: list[str], faults: FaultList) -> list[int]:
    """Find the facility or depot at which each entry of haulers is at home.

    Parameters
    ----------
    spec
        Has haulers; without a home, one is at home at its station.
    names
        Of facilities and depots.
    faults
        Takes homes that there are not.
    """
    found = []
    for number, hauler in enumerate(spec.hauler):
        home = hauler.home or hauler.takes
        if home not in names:
            faults.add(
                ("waste", "hauler", number, "home"),
                f'there is no facility or depot "{home}"',
                did_you_mean(home, names, what="there are", quote='"'),
            )
            found.append(0)
            continue
        found.append(names.index(home))
    return found


def haulers(spec: WasteSpec, names: list[str], homes: list[int]) -> Haulers | None:
    """Lay out the haulers, each entry as often as it counts; None where there are none."""
    from sim.waste import Haulers

    each: list[tuple[HaulerSpec, int, str]] = []
    for hauler, home in zip(spec.hauler, homes, strict=True):
        for number in range(hauler.count):
            word = hauler.name if hauler.count == 1 else f"{hauler.name} {number + 1}"
            each.append((hauler, home, word))
    if not each:
        return None
    up_h = [np.inf if hauler.breakdown_h is None else hauler.breakdown_h for hauler, _, _ in each]
    return Haulers(
        pool=np.array([-1 if h.takes == ORDERS else names.index(h.takes) for h, _, _ in each]),
        home=np.array([home for _, home, _ in each]),
        kg=np.array([1000.0 * hauler.load_t for hauler, _, _ in each]),
        load_s=duration_s(spec.load_min),
        allowed=np.array([hours_of_week(hauler.hours) for hauler, _, _ in each], dtype=np.bool_),
        up_h=np.array(up_h),
        repair_s=duration_s(spec.repair_min),
        names=[word for _, _, word in each],
    )


def outages(spec: WasteSpec, names: list[str], head: ScenarioHead) -> Outages:
    """Lay out the outages that are known, and how often others come."""
    from sim.waste import Outages

    until_s = 3600.0 * head.horizon_h
    rows = []
    for outage in spec.outage:
        spans = closing_spans(
            outage.from_, outage.until, None, start_s=moment_s(head.start), until_s=until_s
        )
        rows += [(names.index(outage.facility), begin, end) for begin, end in spans]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    up_h = [
        np.inf if facility.outage_h is None else facility.outage_h for facility in spec.facility
    ]
    return Outages(
        facility=table[:, 0].astype(np.int64),
        begin_s=table[:, 1],
        end_s=table[:, 2],
        up_h=np.array(up_h + [np.inf] * (len(names) - len(up_h))),
        repair_s=duration_s(spec.outage_min),
    )
