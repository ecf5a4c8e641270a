"""Trucks of a [routes.NAME] table with job = "collect": each kind with every figure filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.hours import DAY_S, clock_s, moment_s
from scenarios.routing.fleet import Kind

if TYPE_CHECKING:
    from scenarios.collection.schema import CollectSpec, TruckSpec

__all__ = ["Truck", "pause_table", "trucks_of"]


@dataclass(frozen=True)
class Truck(Kind):
    """Trucks of one kind; `pause` is in seconds after midnight of the day on which it leaves.

    Parameters
    ----------
    streams
        It may collect; empty for all.
    volume_m3, compaction
        Of its body, and how many times less waste takes in it; None for no limit.
    until_s
        Seconds after midnight until which it may leave.
    max_stops, max_t_day, max_trips
        Limits of a route; None for none.
    cost_h, cost_km
        What its hour and its kilometre cost; None for an hour where nothing is said of money.
    """

    streams: tuple[str, ...]
    volume_m3: float | None
    compaction: float
    until_s: int
    max_stops: int | None
    max_t_day: float | None
    max_trips: int | None
    cost_h: float | None
    cost_km: float

    def may_collect(self, stream: str) -> bool:
        """Whether it collects a stream."""
        return not self.streams or stream in self.streams


def trucks_of(spec: CollectSpec) -> tuple[Truck, ...]:
    """List the kinds of trucks of a table, at least one."""
    from scenarios.collection.schema import TruckSpec

    given = spec.vehicle or [TruckSpec.model_construct(name="", count=spec.vehicles)]
    return tuple(_truck(spec, vehicle) for vehicle in given)


def pause_table(spec: CollectSpec, vehicle: TruckSpec | None) -> CollectSpec | TruckSpec:
    """Tell which table says when a truck's break begins: its own, or the one of all."""
    if vehicle is None or (vehicle.lunch is None and vehicle.break_after_h is None):
        return spec
    return vehicle


def _truck(spec: CollectSpec, vehicle: TruckSpec) -> Truck:
    def own(key: str) -> Any:  # noqa: ANN401 - as the table has it
        value = getattr(vehicle, key)
        return getattr(spec, key) if value is None else value

    names = [depot.name for depot in spec.depot]
    leaves_s = int(moment_s(spec.at) % DAY_S) if vehicle.leaves is None else clock_s(vehicle.leaves)
    until = own("leaves_until")
    until_s = leaves_s if until is None else _after(leaves_s, clock_s(until))
    return Truck(
        name=vehicle.name,
        title=vehicle.title,
        title_zh=vehicle.title_zh,
        count=vehicle.count,
        depot=0 if vehicle.depot is None else names.index(vehicle.depot),
        classes=(),
        capacity_t=own("capacity_t"),
        sweep_kmh=None,
        shift_h=own("shift_h"),
        leaves_s=leaves_s,
        pause=_pause(spec, vehicle, leaves_s),
        cost_s=round(3600 * own("cost_route") / (own("cost_h") or 1.0)),
        streams=tuple(vehicle.streams or spec.stream),
        volume_m3=own("volume_m3"),
        compaction=own("compaction"),
        until_s=until_s,
        max_stops=own("max_stops"),
        max_t_day=own("max_t_day"),
        max_trips=own("max_trips"),
        cost_h=own("cost_h"),
        cost_km=own("cost_km"),
    )


def _pause(spec: CollectSpec, vehicle: TruckSpec, leaves_s: int) -> tuple[int, int, int] | None:
    """Earliest and latest begin of the break, and its length: by the clock, or since leaving."""
    minutes = spec.break_min if vehicle.break_min is None else vehicle.break_min
    if minutes == 0:
        return None
    pair = pause_table(spec, vehicle)
    by_clock, by_hours = pair.lunch, pair.break_after_h
    if by_clock is not None:
        early = _after(leaves_s, clock_s(by_clock[0]))
        return early, _after(early, clock_s(by_clock[1])), round(60 * minutes)
    early_h, late_h = by_hours or [0.0, 0.0]
    first, last = round(3600 * early_h), round(3600 * late_h)
    return leaves_s + first, leaves_s + last, round(60 * minutes)


def _after(moment_s: int, clock: int) -> int:
    """Next time that the clock shows a time, from a moment of the day on."""
    return clock if clock >= moment_s else clock + DAY_S
