"""The rules of `sim.waste.model` in SimPy, written to be read: this is the specification.

A truck, a hauler and the senders of deliveries are processes; a facility (`reference_sites`) lets
begin what may begin whenever something changes there; a stand knows what lies at it at any moment
that it is asked for. What happens at one instant is put in order by SimPy's priorities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import simpy
from simpy.events import EventPriority

from sim.draws import bits
from sim.waste import layout as at
from sim.waste.layout import HOUR_MS, Course, World, finished
from sim.waste.reference_sites import Deliverer, Hauler, Pool, Site
from sim.waste.reference_trucks import Stand, Truck

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from numpy.typing import NDArray
    from simpy.events import Event

__all__ = ["collect"]

HOUR_TURNS = 0
DAY_MS = at.DAY_H * HOUR_MS
FIRST_BAY = 10  # beyond the priorities that SimPy itself gives


def collect(world: World, warmup_h: int = 0) -> Course:
    """Simulate the days, and on until the last route has ended.

    Parameters
    ----------
    world
        All that is given.
    warmup_h
        Hours, at most those of the days, at whose end `Course.early` is taken.
    """
    city = City(world, warmup_h)
    turning = city.clock.process(city.turn_hours())
    for truck in city.trucks:
        city.clock.process(truck.life())
    for hauler in city.haulers:
        city.clock.process(hauler.life())
    city.clock.process(city.deliverer.life())
    city.clock.process(city.call_orders())
    city.clock.run(until=turning)
    return city.course()


class City:
    """Everything, and the clock."""

    def __init__(self, world: World, warmup_h: int) -> None:
        self.warmup_h = warmup_h
        self.early = [(0, 0) for _ in world.stand]
        self.clock = simpy.Environment()
        self.world = world
        self.seed = world.streams[at.SEED]
        streams = world.accepts.shape[1]
        bays, presses = world.facility[:, [at.F_BAYS_END, at.F_PRESSES_END]].max(axis=0, initial=0)
        self.first_bay_priority = FIRST_BAY
        self.first_press_priority = FIRST_BAY + int(bays)
        self.delivery_priority = self.first_press_priority + int(presses)
        self.order_priority = self.delivery_priority + 1
        self.first_truck_priority = self.order_priority + 1
        self.first_hauler_priority = self.first_truck_priority + len(world.truck)
        self.period = world.period.tolist()
        self.stands = [Stand(self, b) for b in range(len(world.stand))]
        self.sites = [Site(self, f) for f in range(len(world.facility))]
        self.orders = Pool(self, None)
        self.delivered, self.fetched = [0] * streams, [0] * streams
        self.deliverer = Deliverer(self)
        self.over = np.zeros((world.hours, world.cells, 2), dtype=np.int64)
        self.out = [[-1, -1, 0] for _ in world.route]
        self.routes_left = len(world.route)
        self.trucks = [Truck(self, v) for v in range(len(world.truck))]
        self.haulers = [Hauler(self, h) for h in range(len(world.hauler))]

    # The clock.

    @property
    def now(self) -> int:
        """Ms since the begin."""
        return int(self.clock.now)

    def week_hour(self, ms: int) -> int:
        """Hour of the week of a time."""
        return (self.world.first_hour + ms // HOUR_MS) % at.WEEK_H

    def event(self) -> Event:
        """Return an event that nobody has called for yet."""
        return simpy.Event(self.clock)

    def let_come(self, event: Event, delay: int, priority: int) -> None:
        """Let an event come after a while, within its instant in the order of its priority."""
        event._ok, event._value = True, None  # noqa: SLF001 - as SimPy's own Timeout does it
        self.clock.schedule(event, priority=EventPriority(priority), delay=delay)

    def moment(self, ms: int, priority: int) -> Event:
        """Event at a time."""
        event = self.event()
        self.let_come(event, ms - self.now, priority)
        return event

    def turn_hours(self) -> Generator[Event, None, None]:
        """Turn the hours, until days and routes are over, or a week after the days."""
        hour = 0
        while True:
            yield self.moment(hour * HOUR_MS, HOUR_TURNS)
            for site in self.sites:
                site.count()
            if 0 < hour == self.warmup_h:
                for stand in self.stands:
                    stand.settle(self.now)
                self.early = [(stand.over_ms, stand.fallen) for stand in self.stands]
            over = hour >= self.world.hours and self.routes_left == 0
            if over or hour >= self.world.last_hour:
                return
            for site in self.sites:
                site.turn_hour(hour)
            for site in self.sites:
                site.look()
            for site in self.sites:
                site.pool.call()
            self.orders.call()
            hour += 1

    def call_orders(self) -> Generator[Event, None, None]:
        """Let orders be ready one after the other."""
        for number, (ready, _, _, g) in enumerate(self.world.order.tolist()):
            yield self.moment(ready, self.order_priority)
            self.orders.orders.append([number, g])
            self.orders.call()

    # Luck.

    def draw(self, stream: int, item: int, draw: int) -> int:
        """Cell of a distribution."""
        return int(bits(self.seed, self.world.streams[stream], item, draw)) >> (64 - 12)

    def wheels(
        self, number: int, up: int, up_stream: int, repair_stream: int, kind: int, priority: int
    ) -> Wheels:
        """Wheels of a vehicle."""
        return Wheels(self, number, up, up_stream, repair_stream, kind, priority)

    # Rules 3 and 4.

    def way(self, a: int, b: int, ms: int) -> tuple[int, int, int]:
        """When one who leaves a place for another sets out and gets there, and mm of the way."""
        world = self.world
        while world.way_ms[self.period[self.week_hour(ms)], a, b] < 0:
            ms = (ms // HOUR_MS + 1) * HOUR_MS
        k = self.period[self.week_hour(ms)]
        mm = world.way_mm[min(k, len(world.way_mm) - 1), a, b]
        return ms, ms + int(world.way_ms[k, a, b]), int(mm)

    def reach(self, a: int, b: int, ms: int) -> int:
        """When one who leaves a place for another gets there."""
        return self.way(a, b, ms)[1]

    def choose(
        self,
        stream: int,
        g: int,
        place: int,
        ms: int,
        on: int | None,
        sender: Site | None = None,
        *,
        at_midnight: bool = False,
    ) -> tuple[Site, int] | None:
        """Facility to which a load goes, and when it would be where it goes on to from there.

        Without a place to go on to, when the facility is open for it. A station that sends has a
        list of its own. At midnight all take in anew. None if none takes it now.
        """
        midnight = (ms // DAY_MS + 1) * DAY_MS

        def arrival(site: Site) -> int:
            there = self.reach(place, site.place, ms)
            opening = site.opening(max(there, midnight) if at_midnight else there)
            return opening if on is None else self.reach(site.place, on, opening)

        able = [
            site
            for site in self.sites
            if site.accepts[stream]
            and (sender is None or self.world.sends[sender.number, site.number])
            and (at_midnight or (not site.is_out(self.now) and site.has_intake(stream, g)))
        ]
        best = min(able, key=arrival, default=None)
        return None if best is None else (best, arrival(best))

    def must_choose(
        self, stream: int, g: int, place: int, ms: int, on: int | None, sender: Site | None = None
    ) -> tuple[Site, int]:
        """Facility to which a load goes, after midnight if it must be, and as `choose`."""
        found = self.choose(stream, g, place, ms, on, sender) or self.choose(
            stream, g, place, ms, on, sender, at_midnight=True
        )
        if found is None:
            raise RuntimeError("a load has nowhere to go")
        return found

    # What comes out.

    def course(self) -> Course:
        """Everything as it is now."""
        world, end = self.world, self.now
        streams = world.accepts.shape[1]
        for stand in self.stands:
            stand.settle(end)
        flow = np.zeros((5, streams), dtype=np.int64)
        flow[at.W_ORDERS], flow[at.W_DELIVERED] = self.fetched, self.delivered
        for site in self.sites:
            for stream, g in filter(None, site.presses):
                flow[at.W_PRESSES, stream] += g
            for stream, g in site.yard:
                flow[at.W_CONTAINERS, stream] += g
        for hauler in self.haulers:
            if hauler.aboard:
                flow[at.W_HAULERS, hauler.aboard[0]] += hauler.aboard[1]
        series = [site.series for site in self.sites]
        tipped = [site.tipped for site in self.sites]
        hours = end // HOUR_MS
        course = Course(
            rows=_table([row for truck in self.trucks for row in truck.rows], at.ROW),
            hauls=_table([row for hauler in self.haulers for row in hauler.rows], at.HAUL),
            out=_table(self.out, 3),
            third=_table(self.deliverer.times, 2),
            hourly=_by_hour(series, hours, at.SERIES),
            tipped=_by_hour(tipped, hours, streams),
            stands=_table(
                [(s.grown, s.taken, s.lying, s.over_ms, s.fallen) for s in self.stands], 5
            ),
            early=_table(self.early, 2),
            over=self.over,
            aboard=_table([(truck.g, truck.ml) for truck in self.trucks], 2),
            final=_table([site.final for site in self.sites], streams),
            pit=_table([site.pit for site in self.sites], streams),
            flow=flow,
            end_ms=end,
        )
        return finished(world, course)


class Wheels:
    """What drives, breaks down, and is repaired."""

    def __init__(
        self,
        city: City,
        number: int,
        up: int,
        up_stream: int,
        repair_stream: int,
        kind: int,
        priority: int,
    ) -> None:
        self.city, self.number, self.priority = city, number, priority
        self.up, self.repair = city.world.up[up], city.world.repair[kind]
        self.up_stream, self.repair_stream = up_stream, repair_stream
        self.breakdowns = 0
        self.up_left = self.next_up()

    def next_up(self) -> int:
        """Time of driving until the next breakdown."""
        return int(self.up[self.city.draw(self.up_stream, self.number, self.breakdowns)])

    def stands(self, ms: int) -> int:
        """Drive or work for a while; return how long it stands broken meanwhile."""
        stood = 0
        while ms >= self.up_left:
            ms -= self.up_left
            cell = self.city.draw(self.repair_stream, self.number, self.breakdowns)
            stood += int(self.repair[cell])
            self.breakdowns += 1
            self.up_left = self.next_up()
        self.up_left -= ms
        return stood

    def until(self, ms: int) -> Event:
        """Event at a time."""
        return self.city.moment(ms, self.priority)

    def drive(self, a: int, b: int) -> Generator[Event, None, tuple[int, int, int]]:
        """Drive from place to place; give when it set out, mm, and ms stood."""
        out, there, mm = self.city.way(a, b, self.city.now)
        stood = self.stands(there - out)
        yield self.until(there + stood)
        return out, mm, stood


def _table(rows: Iterable[Iterable[int]], columns: int) -> NDArray[np.int64]:
    return np.array([list(row) for row in rows], dtype=np.int64).reshape(-1, columns)


def _by_hour(series: list[list[list[int]]], hours: int, columns: int) -> NDArray[np.int64]:
    """Lay series of sites out by hour first."""
    table = np.array(series, dtype=np.int64).reshape(len(series), hours, columns)
    return np.ascontiguousarray(table.transpose(1, 0, 2))
