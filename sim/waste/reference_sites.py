"""Facilities, stations and long haul of `sim.waste.reference`: rules 8, 10 and 11 in SimPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.waste import layout as at
from sim.waste.layout import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy.events import Event

    from sim.waste.reference import City

__all__ = ["Deliverer", "Hauler", "Pool", "Site", "Visit"]


@dataclass
class Visit:
    """A load in the line of a facility, or being tipped."""

    stream: int
    g: int
    tip_ms: int
    done: Event
    began: int = -1
    bay: int = -1


class Site:
    """A facility: its line and bays, and at a station its pit, presses and containers."""

    def __init__(self, city: City, number: int) -> None:
        world = city.world
        given: list[int] = world.facility[number].tolist()
        streams = world.accepts.shape[1]
        self.city, self.number = city, number
        self.place = given[at.F_PLACE]
        self.accepts: list[int] = world.accepts[number].tolist()
        self.intake: list[int] = world.intake[number].tolist()
        self.opens: list[int] = world.opens[number].tolist()
        self.outage: list[int] = world.outage[number].tolist()
        self.tip_cells: list[int] = world.tip[number].tolist()
        self.bays: list[Visit | None] = [None] * (given[at.F_BAYS_END] - given[at.F_BAYS])
        self.first_bay, self.first_press = given[at.F_BAYS], given[at.F_PRESSES]
        # What each press has taken: a stream and g.
        presses = given[at.F_PRESSES_END] - given[at.F_PRESSES]
        self.presses: list[tuple[int, int] | None] = [None] * presses
        self.press_g_h, self.pit_g, self.container_g = given[at.F_PRESS : at.F_CONTAINER + 1]
        self.places = given[at.F_BUFFER]
        self.line: list[Visit] = []
        self.used = [0] * streams
        self.pit, self.final = [0] * streams, [0] * streams
        self.booked = 0
        self.yard: list[tuple[int, int]] = []  # full containers: stream and g
        self.pool = Pool(city, self)
        self.series: list[list[int]] = []
        self.tipped: list[list[int]] = []
        self.blocked = False
        self.counted_until = 0

    @property
    def is_station(self) -> bool:
        """Whether it has presses."""
        return len(self.presses) > 0

    @property
    def taken_places(self) -> int:
        """Containers that are full, and that are begun."""
        return len(self.yard) + sum(press is not None for press in self.presses)

    def is_out(self, ms: int) -> bool:
        """Whether an outage is in the hour of a time."""
        hour = ms // HOUR_MS
        return hour < len(self.outage) and self.outage[hour] == 1

    def is_open(self, ms: int) -> bool:
        """Whether the hour of a time is open by plan."""
        return self.opens[self.city.week_hour(ms)] == 0

    def opening(self, ms: int) -> int:
        """When it is open by plan: at a time, or at the begin of the first open hour after it."""
        wait = self.opens[self.city.week_hour(ms)]
        return ms if wait == 0 else (ms // HOUR_MS + wait) * HOUR_MS

    def has_intake(self, stream: int, g: int) -> bool:
        """Whether it takes in so much more of a stream today."""
        used = self.used[stream]
        return used == 0 or used + g <= self.intake[stream]

    def has_pit(self, g: int) -> bool:
        """Whether so much more goes into the pit."""
        return not self.is_station or self.booked == 0 or self.booked + g <= self.pit_g

    # What happens here.

    def come(self, visit: Visit) -> Event:
        """Get in line; the event is the end of tipping."""
        visit.done.callbacks.append(lambda _: self.end_tipping(visit))  # before the crew goes on
        self.count()
        self.line.append(visit)
        self.look()
        return visit.done

    def end_tipping(self, visit: Visit) -> None:
        """Take in what was tipped, and free the bay."""
        self.count()
        self.bays[visit.bay] = None
        (self.pit if self.is_station else self.final)[visit.stream] += visit.g
        self.tipped[self.city.now // HOUR_MS][visit.stream] += visit.g
        self.look()

    def end_press(self, press: int) -> None:
        """Put a full container into the yard."""
        self.count()
        filled = self.presses[press]
        if filled is None:
            raise RuntimeError("a press that was idle has ended")
        self.presses[press] = None
        self.yard.append(filled)
        self.pool.containers.append(filled)
        self.look()
        self.pool.call()

    def lose(self, container: tuple[int, int]) -> None:
        """Free the place of a container that a hauler has loaded."""
        self.count()
        self.yard.remove(container)
        self.look()

    def turn_hour(self, hour: int) -> None:
        """Begin a new hour of counting; at midnight also a day's intake."""
        if hour % at.DAY_H == 0:
            self.used = [0] * len(self.used)
        pit = self.booked if self.is_station else 0
        self.series.append([0, 0, 0, 0, pit, len(self.yard)])
        self.tipped.append([0] * len(self.used))

    def count(self) -> None:
        """Add up what has lasted since the last change; it is called before every change."""
        now = self.city.now
        lasted = now - self.counted_until
        if lasted > 0:
            series = self.series[self.counted_until // HOUR_MS]
            series[at.S_LINE] += lasted * len(self.line)
            series[at.S_BUSY] += lasted * sum(bay is not None for bay in self.bays)
            series[at.S_BLOCKED] += lasted * self.blocked
            series[at.S_FULL] += lasted * (self.is_station and self.taken_places >= self.places)
        self.counted_until = now

    # Rule 10.

    def look(self) -> None:
        """Let begin what may begin, again and again."""
        while self.begin_tipping() or self.begin_press():
            pass
        self.blocked = self.pit_keeps_out()

    def may_begin(self) -> bool:
        """Whether the first in line may begin to tip, as far as the pit does not matter."""
        now = self.city.now
        if not self.line or None not in self.bays:
            return False
        first = self.line[0]
        in_time = self.is_open(now) and not self.is_out(now)
        return in_time and self.has_intake(first.stream, first.g)

    def pit_keeps_out(self) -> bool:
        """Whether the first in line is kept out by the pit alone."""
        return self.may_begin() and not self.has_pit(self.line[0].g)

    def begin_tipping(self) -> bool:
        """Let the first in line tip, if it may."""
        if not self.may_begin() or not self.has_pit(self.line[0].g):
            return False
        visit = self.line.pop(0)
        visit.began, visit.bay = self.city.now, self.bays.index(None)
        self.bays[visit.bay] = visit
        self.used[visit.stream] += visit.g
        self.booked += visit.g
        bay = self.city.first_bay_priority + self.first_bay + visit.bay
        self.city.let_come(visit.done, visit.tip_ms, bay)
        return True

    def begin_press(self) -> bool:
        """Let an idle press take a container's fill, if there is one."""
        now = self.city.now
        if not self.is_station or self.is_out(now) or None not in self.presses:
            return False
        most = max(self.pit)
        if most == 0 or self.taken_places >= self.places:
            return False
        if most < self.container_g and self.is_open(now) and not self.pit_keeps_out():
            return False
        stream, g = self.pit.index(most), min(most, self.container_g)
        self.pit[stream] -= g
        self.booked -= g
        press = self.presses.index(None)
        self.presses[press] = (stream, g)
        ends = self.city.moment(
            now + g * HOUR_MS // self.press_g_h,
            self.city.first_press_priority + self.first_press + press,
        )
        ends.callbacks.append(lambda _: self.end_press(press))
        return True


class Deliverer:
    """Others who bring their loads to facilities."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.times = [[-1, -1] for _ in city.world.delivery]

    def life(self) -> Generator[Event, None, None]:
        """Come one after the other."""
        city = self.city
        for number, (ms, site, stream, g) in enumerate(city.world.delivery.tolist()):
            yield city.moment(ms, city.delivery_priority)
            there = city.sites[site]
            cell = city.draw(at.TIP_DELIVERY, number, 0)
            visit = Visit(stream, g, there.tip_cells[cell], city.event())
            there.come(visit).callbacks.append(self.note(number, visit))

    def note(self, number: int, visit: Visit) -> Callable[[Event], None]:
        """Return what writes down the end of a delivery."""

        def write(_: Event) -> None:
            self.times[number] = [visit.began, self.city.now]
            self.city.delivered[visit.stream] += visit.g

        return write


@dataclass
class Job:
    """A load that a hauler is to fetch."""

    kind: int
    source: int
    place: int
    stream: int
    g: int


class Pool:
    """Haulers that share work, and the work that waits: containers of a station, or orders."""

    def __init__(self, city: City, station: Site | None) -> None:
        self.city, self.station = city, station
        self.haulers: list[Hauler] = []
        self.containers: list[tuple[int, int]] = []  # stream and g
        self.orders: list[list[int]] = []  # number, and g left

    def call(self) -> None:
        """Send idle haulers for what waits, in the order of their numbers."""
        for hauler in self.haulers:
            if hauler.job is None and hauler.is_home:
                hauler.job = self.next_job(hauler)
                if hauler.job:
                    hauler.wake()

    def next_job(self, hauler: Hauler) -> Job | None:
        """Give the first load that waits to a hauler, if it may set out in this hour."""
        if not hauler.may_set_out():
            return None
        if self.station:
            if not self.containers:
                return None
            stream, g = self.containers.pop(0)
            return Job(at.CONTAINER, self.station.number, self.station.place, stream, g)
        if not self.orders:
            return None
        order = self.orders[0]
        _, place, stream, _ = self.city.world.order[order[0]].tolist()
        g = min(order[1], hauler.payload)
        order[1] -= g
        if order[1] == 0:
            self.orders.pop(0)
        return Job(at.ORDER, order[0], place, stream, g)


class Hauler:
    """A heavy truck on its way between loads and where they end."""

    def __init__(self, city: City, number: int) -> None:
        world = city.world
        self.city, self.number = city, number
        station, home, self.payload, up = world.hauler[number].tolist()
        self.station: Site | None = city.sites[station] if station >= 0 else None
        self.home = city.sites[home]
        self.pool = self.station.pool if self.station else city.orders
        self.pool.haulers.append(self)
        self.allowed: list[int] = world.allowed[number].tolist()
        self.wheels = city.wheels(
            number, up, at.UP_HAULER, at.REPAIR_HAULER, 1, city.first_hauler_priority + number
        )
        self.place = self.home.place
        self.loads = 0
        self.is_home = True
        self.job: Job | None = None
        self.aboard: tuple[int, int] | None = None  # stream and g
        self.woken = city.event()
        self.rows: list[list[int]] = []

    def may_set_out(self) -> bool:
        """Whether it is allowed to set out for a load in this hour."""
        return self.allowed[self.city.week_hour(self.city.now)] == 1

    def wake(self) -> None:
        """Let it go on from where it idles."""
        self.city.let_come(self.woken, 0, self.wheels.priority)

    def life(self) -> Generator[Event, None, None]:
        """Idle, fetch, and come home again."""
        while True:
            yield self.woken
            self.woken, self.is_home = self.city.event(), False
            while self.job:
                yield from self.fetch(self.job)
                self.job = self.pool.next_job(self)
            yield from self.go_home()
            self.is_home = True
            self.pool.call()

    def fetch(self, job: Job) -> Generator[Event, None, None]:
        """Fetch a load, and tip it."""
        city = self.city
        left, empty_mm, stood = yield from self.wheels.drive(self.place, job.place)
        came = city.now
        load_ms = int(city.world.load[city.draw(at.LOAD_TIME, self.number, self.loads)])
        tip_cell = city.draw(at.TIP_HAULER, self.number, self.loads)
        self.loads += 1
        stood_loading = self.wheels.stands(load_ms)
        yield self.wheels.until(came + load_ms + stood_loading)
        loaded = city.now
        self.aboard = (job.stream, job.g)
        if self.station:
            self.station.lose(self.aboard)
        else:
            city.fetched[job.stream] += job.g
        site, _ = city.must_choose(job.stream, job.g, job.place, loaded, None, self.station)
        _, loaded_mm, stood_loaded = yield from self.wheels.drive(job.place, site.place)
        arrived = city.now
        visit = Visit(job.stream, job.g, site.tip_cells[tip_cell], city.event())
        yield site.come(visit)
        self.aboard = None
        self.place = site.place
        self.rows.append(
            [
                self.number, job.kind, job.source, job.stream, job.g, left, came, loaded,
                site.number, arrived, visit.began, city.now,
                stood + stood_loading + stood_loaded, empty_mm, loaded_mm,
            ]
        )  # fmt: skip

    def go_home(self) -> Generator[Event, None, None]:
        """Drive home empty."""
        left, mm, stood = yield from self.wheels.drive(self.place, self.home.place)
        self.place, now = self.home.place, self.city.now
        self.rows.append(
            [
                self.number, at.HOMEWARD, -1, -1, 0, left, now, now, self.home.number, now, now,
                now, stood, mm, 0,
            ]
        )  # fmt: skip
