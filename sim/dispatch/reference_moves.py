"""The SimPy twin's units on the move: time, places, intervals and drives.

What `moves` is to the kernel.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import simpy

from sim.dispatch.log import RELOCATING, RETURNING, TO_HOSPITAL, TO_SCENE
from sim.dispatch.model import WEEK_S
from sim.dispatch.reference_city import roads_of
from sim.dispatch.reference_roads import NO_WAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.dispatch.reference_city import Need, Unit
    from sim.dispatch.reference_roads import Spot
    from sim.dispatch.setting import Setting

DRIVING = {TO_SCENE, TO_HOSPITAL, RETURNING, RELOCATING}


class Movement:
    """A clock, the roads, and what units have done on them so far."""

    def __init__(self, setting: Setting) -> None:
        self.env = simpy.Environment()
        self.district = setting.district
        self.roads = roads_of(setting)
        self.last_s = 0.0
        self.rows: list[tuple[float, ...]] = []

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""
        return float(self.env.now)

    def week_s(self, at: float | None = None) -> float:
        """Tell the second of the week, now or at a time of the run."""
        return (self.district.week_start_s + (self.now if at is None else at)) % WEEK_S

    def after(self, delay: float, unit: Unit, then: Callable[[Unit], None]) -> None:
        """Call `then(unit)` after a delay, unless the unit has another errand by then."""
        errand = unit.errand

        def due(_: simpy.Event) -> None:
            if unit.errand == errand:
                self.last_s = self.now
                then(unit)

        timeout = self.env.timeout(delay)
        timeout.callbacks.append(due)

    def position(self, unit: Unit) -> tuple[Spot, float]:
        """Where a unit is now, and the metres it drove since its interval began."""
        elapsed = self.now - unit.since_s
        if unit.status not in DRIVING or elapsed <= 0.0:
            return unit.spot, 0.0
        if unit.way is None or unit.way.choice == NO_WAY:
            return unit.spot, 0.0
        there = self.now >= unit.since_s + unit.duration_s
        moved = self.roads.along(
            unit.way, unit.spot, unit.destination, factor=unit.factor,
            week_s=self.week_s(unit.since_s), elapsed_s=math.inf if there else elapsed,
            duration_s=unit.duration_s,
        )  # fmt: skip
        return unit.destination if there else moved.spot, moved.metres

    def end_interval(self, unit: Unit, spot: Spot, metres: float) -> None:
        """Write down the interval that ends now; one of no length is not written."""
        if self.now > unit.since_s:
            need = unit.need.number if unit.need else -1
            self.rows.append(
                (
                    unit.number, unit.status, need, unit.station, unit.lights,
                    unit.since_s, self.now, *unit.spot, *spot, metres,
                )
            )  # fmt: skip
        unit.spot = spot
        unit.since_s = self.now

    def interrupt(self, unit: Unit) -> None:
        """End the interval of a unit wherever it is; its errand is void."""
        spot, metres = self.position(unit)
        self.end_interval(unit, spot, metres)
        unit.errand += 1

    def arrive(self, unit: Unit) -> None:
        """End a drive at its end."""
        assert unit.way is not None  # noqa: S101
        moved = self.roads.along(
            unit.way, unit.spot, unit.destination, factor=unit.factor,
            week_s=self.week_s(unit.since_s), elapsed_s=math.inf, duration_s=unit.duration_s,
        )  # fmt: skip
        self.end_interval(unit, unit.destination, moved.metres)

    def begin(
        self, unit: Unit, status: int, *, need: Need | None = None, station: int = -1,
        lights: bool = False,
    ) -> None:  # fmt: skip
        """Begin an interval of a status."""
        unit.status, unit.need, unit.station, unit.lights = status, need, station, lights

    def drive(self, unit: Unit, to: Spot, then: Callable[[Unit], None]) -> None:
        """Start a drive by the quickest way of now; the status was set before."""
        unit.factor = unit.kind.lights_factor if unit.lights else unit.kind.speed_factor
        unit.destination = to
        unit.way = self.roads.way(unit.spot, to, lights=unit.lights, week_s=self.week_s())
        unit.duration_s = self.roads.duration_s(
            unit.way, unit.spot, to, factor=unit.factor, week_s=self.week_s()
        )
        self.after(unit.duration_s, unit, then)

    def travel_s(self, unit: Unit, to: Spot, *, lights: bool) -> float:
        """Seconds that a drive would take at the speeds of now."""
        spot, _ = self.position(unit)
        way = self.roads.way(spot, to, lights=lights, week_s=self.week_s())
        return way.seconds / (unit.kind.lights_factor if lights else unit.kind.speed_factor)
