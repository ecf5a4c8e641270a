"""Vehicles of a [routes.NAME] table: each kind with every figure filled in.

What a [[routes.NAME.vehicle]] leaves out is the table's; a table without vehicles has one kind,
made of the table's own figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.hours import DAY_S, DAYS, clock_s, day_index, moment_s

if TYPE_CHECKING:
    from scenarios.collection.schema import CollectSpec
    from scenarios.routing.schema import RoutesSpec, VehicleSpec

__all__ = ["Kind", "kinds_of", "plan_days"]


@dataclass(frozen=True)
class Kind:
    """Vehicles of one kind.

    Parameters
    ----------
    name, title, title_zh
        Name is empty in a table without vehicles.
    count
        Routes a day at most; None for any number.
    depot
        Which of the table's depots, from 0.
    classes
        It may sweep; empty for all.
    capacity_t, sweep_kmh, shift_h
        As the table has them (of a watering truck the tank, 1 m3 as 1 t); the speed is one number
        or a table by class.
    leaves_s
        Seconds after midnight.
    pause
        Earliest begin of the break, latest begin, and its length, in seconds since leaving; None
        for no break.
    cost_s
        What a route that is driven costs apart from its hours, as seconds of work.
    """

    name: str
    title: str
    title_zh: str
    count: int | None
    depot: int
    classes: tuple[str, ...]
    capacity_t: float
    sweep_kmh: Any
    shift_h: float
    leaves_s: int
    pause: tuple[int, int, int] | None
    cost_s: int

    @property
    def shift_s(self) -> int:
        """Most seconds of a route, waits and break included."""
        return int(3600 * self.shift_h)

    def may_sweep(self, road_class: str) -> bool:
        """Whether it sweeps streets of a class."""
        return not self.classes or road_class in self.classes

    def label(self, lang: str = "en") -> str:
        """Title, or else the name."""
        return (self.title_zh if lang == "zh" else "") or self.title or self.name


def kinds_of(spec: RoutesSpec) -> tuple[Kind, ...]:
    """List the kinds of vehicles of a table, at least one."""
    from scenarios.routing.schema import VehicleSpec

    given = spec.vehicle or [VehicleSpec.model_construct(name="", count=spec.vehicles)]
    return tuple(_kind(spec, vehicle) for vehicle in given)


def _kind(spec: RoutesSpec, vehicle: VehicleSpec) -> Kind:
    def own(key: str) -> Any:  # noqa: ANN401 - as the table has it
        value = getattr(vehicle, key)
        return getattr(spec, key) if value is None else value

    names = [depot.name for depot in spec.depot]
    leaves_s = int(moment_s(spec.at) % DAY_S) if vehicle.leaves is None else clock_s(vehicle.leaves)
    pause = None
    if own("break_min") > 0:
        early, late = own("break_after_h")
        pause = (round(3600 * early), round(3600 * late), round(60 * own("break_min")))
    return Kind(
        vehicle.name,
        vehicle.title,
        vehicle.title_zh,
        vehicle.count,
        0 if vehicle.depot is None else names.index(vehicle.depot),
        tuple(vehicle.classes),
        own(spec.holds_key),
        own("sweep_kmh"),
        own("shift_h"),
        leaves_s,
        pause,
        round(3600 * own("cost_route") / (spec.cost_h or 1.0)),
    )


def plan_days(spec: RoutesSpec | CollectSpec) -> tuple[int, ...]:
    """Days of the week on which a plan over several days works, Monday 0; else the day of `at`."""
    if not spec.is_week:
        return (int(moment_s(spec.at) // DAY_S),)
    if not spec.days:
        return tuple(range(len(DAYS)))
    return tuple(sorted({day_index(day) for day in spec.days}))
