"""The rules of `sim.cleaning.model` in SimPy, written to be read: this is the specification.

A crew is a process, a facility a line of crews, and a piece of street knows what lies on it at any
moment that it is asked for. What happens at one instant is put in order by SimPy's priorities: the
hour turns, services end, then crews go on, by their number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import simpy
from simpy.events import EventPriority

from sim.cleaning import layout as at
from sim.cleaning.layout import HOUR_MS, PPM, Course, World, finished
from sim.cleaning.log import DONE, LATE, MISSED, PASSED
from sim.cleaning.plan import BREAK, DRIVE, DUMP, REFILL, SWEEP
from sim.draws import bits

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy.events import Event

__all__ = ["clean"]

HOUR_TURNS = 0


def clean(world: World) -> Course:
    """Simulate until the last vehicle is home.

    Parameters
    ----------
    world
        All that is given.
    """
    city = City(world)
    out = [simpy.Process(city.clock, crew.life()) for crew in city.crews]
    city.clock.process(city.hours(simpy.AllOf(city.clock, out)))
    city.clock.run()
    end_ms = max([world.hours * HOUR_MS, *(home for _, home in city.out)])
    for piece in city.pieces:
        piece.settle(end_ms)
    sums = [(p.grown, p.swept, p.flushed, p.washed, p.lying) for p in city.pieces]
    rows = [row for crew in city.crews for row in crew.rows]
    return finished(
        world,
        np.array(rows, dtype=np.int64).reshape(-1, at.ROW),
        np.array(city.out, dtype=np.int64).reshape(-1, 2),
        np.array(city.clean, dtype=np.int64).reshape(world.hours, world.cells),
        np.array(city.dirt, dtype=np.int64).reshape(len(city.dirt), len(city.pieces)),
        np.array(sums, dtype=np.int64).reshape(-1, 5).T,
        np.array([(crew.load, crew.water) for crew in city.crews], np.int64).reshape(-1, 2),
        end_ms,
    )


@dataclass
class Step:
    """A step of the plan."""

    number: int
    kind: int
    target: int
    edges: list[int]
    sweep_ms: int
    removes: int
    water: int
    earliest: int
    length_ms: int


@dataclass
class Visit:
    """A crew at a facility."""

    crew: Crew
    empties: bool
    fills: bool
    came: int
    done: Event
    waited: int = 0


class City:
    """Everything, and the clock."""

    def __init__(self, world: World) -> None:
        self.clock = simpy.Environment()
        self.world = world
        self.seed = world.streams[5]
        self.washes = world.washes.tolist()
        self.period = world.period.tolist()
        self.parked = world.parked.tolist()
        self.edge_ms, self.edge_mm = world.edge_ms.tolist(), world.edge_mm.tolist()
        self.pieces = [Piece(self, q) for q in range(world.piece.shape[1])]
        self.sites = [Site(self, f) for f in range(len(world.site))]
        edges = world.leg_edge.tolist()
        self.steps = [
            Step(i, s[0], s[1], edges[s[2] : s[3]], *s[4:])
            for i, s in enumerate(world.step.tolist())
        ]
        self.routes = world.route.tolist()
        self.out = [[-1, -1] for _ in self.routes]
        self.crews = [Crew(self, v) for v in range(len(world.vehicle))]
        self.clean: list[list[int]] = []
        self.dirt: list[list[int]] = []

    def week_hour(self, ms: int) -> int:
        """Hour of the week of a time."""
        return (self.world.first_hour + ms // HOUR_MS) % 168

    def draw(self, stream: int, item: int, draw: int, width: int) -> int:
        """Random whole number of so many bits."""
        return int(bits(self.seed, self.world.streams[stream], item, draw)) >> (64 - width)

    @property
    def now(self) -> int:
        """Ms since the begin."""
        return int(self.clock.now)

    def let_come(self, event: Event, delay: int, priority: int) -> None:
        """Let an event come after a while, within its instant in the order of its priority."""
        event._ok, event._value = True, None  # noqa: SLF001 - as SimPy's own Timeout does it
        self.clock.schedule(event, priority=EventPriority(priority), delay=delay)

    def moment(self, ms: int, priority: int) -> Event:
        """Event at a time."""
        event = simpy.Event(self.clock)
        self.let_come(event, ms - self.now, priority)
        return event

    def hours(self, all_home: Event) -> Generator[Event, None, None]:
        """Turn the hours: count what is clean, open facilities; until days and routes are over."""
        hour = 0
        while True:
            yield self.moment(hour * HOUR_MS, HOUR_TURNS)
            if hour < self.world.hours:
                self.count()
            for site in self.sites:
                site.call()
            if hour >= self.world.hours and all_home.triggered:
                return
            hour += 1

    def count(self) -> None:
        """Add up the length that is clean."""
        clean = [0] * self.world.cells
        for piece in self.pieces:
            piece.settle(self.now)
            if piece.lying <= piece.standard:
                clean[piece.cell] += piece.length
        self.clean.append(clean)
        if self.world.keep_dirt:
            self.dirt.append([piece.lying for piece in self.pieces])


class Piece:
    """A piece of street and the dirt on it."""

    def __init__(self, city: City, number: int) -> None:
        world, given = city.world, city.world.piece[:, number].tolist()
        self.length, self.standard, self.rate, profile = given[:4]
        self.parked = city.parked[given[at.PARKED]]
        self.cell, self.edge, self.lying = given[at.CELL], given[at.EDGE], given[at.START]
        self.factor = world.growth[profile]
        self.last = len(self.factor) - 1
        self.washes = city.washes
        self.now = 0
        self.grown = self.swept = self.flushed = self.washed = 0
        self.carried_on = -1
        self.wash(0)

    def settle(self, now: int) -> None:
        """Let dirt come, and rain fall, up to a moment."""
        while self.now < now:
            hour = self.now // HOUR_MS
            begins, turns = hour * HOUR_MS, (hour + 1) * HOUR_MS
            until = min(now, turns)
            rate = self.rate * int(self.factor[min(hour, self.last)]) // PPM
            more = rate * (until - begins) // HOUR_MS - rate * (self.now - begins) // HOUR_MS
            self.lying += more
            self.grown += more
            self.now = until
            if until == turns:
                self.wash(hour + 1)

    def wash(self, hour: int) -> None:
        """Rain on it, if it rains."""
        away = self.lying * self.washes[min(hour, self.last)] // PPM
        self.lying -= away
        self.washed += away


class Site:
    """A depot, dump or hydrant: its bays, and the line before them."""

    def __init__(self, city: City, number: int) -> None:
        world = city.world
        self.city = city
        self.free, self.dumps, self.water = world.site[number].tolist()
        self.opens = world.opens[number].tolist()
        self.dump_ms, self.refill_ms = world.serve[number].tolist()
        self.line: list[Visit] = []

    def come(self, visit: Visit) -> Event:
        """Get in line; the event is the end of the service."""
        visit.done.callbacks.append(lambda _: self.release())  # before the crew goes on
        self.line.append(visit)
        self.call()
        return visit.done

    def call(self) -> None:
        """Serve who is first in line, while there is a bay and it is open."""
        city = self.city
        now = city.now
        while self.line and self.free > 0 and self.opens[city.week_hour(now)] == 0:
            visit = self.line.pop(0)
            crew = visit.crew
            self.free -= 1
            visit.waited = now - visit.came
            lasts = 0
            if visit.empties:
                lasts += self.dump_ms[city.draw(at.DUMP_TIME, crew.number, crew.visits, 12)]
            if visit.fills:
                lasts += self.refill_ms[city.draw(at.REFILL_TIME, crew.number, crew.visits, 12)]
            crew.visits += 1
            city.let_come(visit.done, lasts, 1 + crew.number)

    def release(self) -> None:
        """Free a bay."""
        self.free += 1
        self.call()


@dataclass
class Crew:
    """A vehicle and who drives it."""

    city: City
    number: int
    visits: int = 0
    breakdowns: int = 0
    load: int = 0
    rows: list[list[int]] = field(default_factory=list)
    # The rests of earlier routes, the oldest first.
    rests: list[list[Step]] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.city.world
        self.depot, self.hopper, self.tank, first, last, up = world.vehicle[self.number].tolist()
        self.routes = range(first, last)
        self.water = max(0, self.tank)
        self.up = world.up[up]
        self.repair = world.repair
        self.up_left = self.next_up()
        self.site: int | None = self.depot  # where it stands: at a facility,
        self.piece = -1  # or at the end of a piece
        self.route = -1

    @property
    def now(self) -> int:
        return self.city.now

    def until(self, ms: int) -> Event:
        """Event at a time."""
        return self.city.moment(ms, 1 + len(self.city.world.vehicle) + self.number)

    def next_up(self) -> int:
        """Time of driving until the next breakdown."""
        return int(self.up[self.city.draw(at.UP_TIME, self.number, self.breakdowns, 12)])

    def stands(self, ms: int) -> int:
        """Drive or sweep for a while; return how long it stands broken meanwhile."""
        stood = 0
        while ms >= self.up_left:
            ms -= self.up_left
            cell = self.city.draw(at.REPAIR_TIME, self.number, self.breakdowns, 12)
            stood += int(self.repair[cell])
            self.breakdowns += 1
            self.up_left = self.next_up()
        self.up_left -= ms
        return stood

    def write(
        self, step: int, kind: int, place: int, came: int, end: int, *,
        wait: int = 0, stood: int = 0, mm: int = 0, mg: int = 0, diverted: int = 0,
        outcome: int = DONE,
    ) -> None:  # fmt: skip
        """Write a row of the Log."""
        self.rows.append(
            [
                self.number, self.route, step, kind, place, came, wait, stood, end, mm,
                mg, self.load, self.water, diverted, outcome,
            ]
        )  # fmt: skip

    def life(self) -> Generator[Event, None, None]:
        """Drive route after route."""
        city = self.city
        for number in self.routes:
            self.route = number
            _, day, leaves, limit, first, end = city.routes[number]
            yield self.until(max(self.now, leaves))
            city.out[self.route][0] = self.now
            own = city.steps[first:end]
            works = [*self.rests, own]
            self.rests = []
            while works:
                work = works.pop(0)
                self.site = self.depot
                left = yield from self.follow(work, day, leaves, limit, late=bool(works))
                if left:
                    for step in own if works else left:
                        if step.kind == SWEEP:
                            self.write(
                                step.number, SWEEP, step.target, self.now, self.now, outcome=MISSED
                            )
                    if city.world.carry:
                        self.rests = [
                            rest for rest in map(from_first_sweep, [left, *works]) if rest
                        ]
                    yield from self.way(self.depot, diverted=0)
                    break
            city.out[self.route][1] = self.now

    def follow(
        self, work: list[Step], day: int, leaves: int, limit: int, *, late: bool
    ) -> Generator[Event, None, list[Step]]:
        """Do steps one after the other; give those that the end of the shift leaves undone."""
        city = self.city
        direct = late
        while work:
            legs = list(takewhile(lambda step: step.kind == DRIVE, work))
            if len(legs) == len(work):
                yield from self.drive(legs)
                self.site = self.depot
                return []
            if self.now + self.to_facility(self.depot)[0] > limit:
                return work
            step = work[len(legs)]
            passes = step.kind == SWEEP and city.pieces[step.target].carried_on == day
            if step.kind == SWEEP and not passes:
                site = self.diversion(step)
                if site is not None:
                    yield from self.divert(site)
                    work, direct = work[len(legs) :], True
                    continue
            if direct:
                yield from self.to_piece(step.target)
            else:
                yield from self.drive(legs)
            direct = False
            came = self.now
            earliest = came if late else max(came, leaves + step.earliest)
            if passes:
                yield from self.pass_by(step)
            elif step.kind == SWEEP:
                yield from self.sweep(step, earliest, day, late=late)
            elif step.kind in {DUMP, REFILL}:
                yield self.until(earliest)
                yield from self.stop(
                    step.target, came, step.number,
                    empties=step.kind == DUMP, fills=step.kind == REFILL,
                )  # fmt: skip
            else:
                yield from self.rest(step, came if late else earliest + step.length_ms, late=late)
            work = work[len(legs) + 1 :]
        return []

    def drive(self, legs: list[Step]) -> Generator[Event, None, None]:
        """Drive the legs of the plan, each edge at the speed of the hour in which it is entered."""
        city = self.city
        for step in legs:
            came, stood = self.now, 0
            end = came
            for edge in step.edges:
                ms = city.edge_ms[city.period[city.week_hour(end)]][edge]
                broken = self.stands(ms)
                stood += broken
                end += ms + broken
            yield self.until(end)
            metres = sum(city.edge_mm[edge] for edge in step.edges)
            self.write(step.number, DRIVE, -1, came, end, stood=stood, mm=metres)

    def to_facility(self, site: int) -> tuple[int, int]:
        """Time and length of the way from here to a facility."""
        world = self.city.world
        k = self.city.period[self.city.week_hour(self.now)]
        if self.site is not None:
            return int(world.between_ms[k, self.site, site]), int(world.between_mm[self.site, site])
        return int(world.to_ms[k, self.piece, site]), int(world.to_mm[self.piece, site])

    def way(self, site: int, *, diverted: int) -> Generator[Event, None, None]:
        """Drive to a facility by a way that is not in the plan."""
        came = self.now
        ms, mm = self.to_facility(site)
        stood = self.stands(ms)
        yield self.until(came + ms + stood)
        self.write(-1, DRIVE, site, came, self.now, stood=stood, mm=mm, diverted=diverted)
        self.site = site

    def to_piece(self, piece: int) -> Generator[Event, None, None]:
        """Drive from a facility to the begin of a piece by a way that is not in the plan."""
        world, came = self.city.world, self.now
        k = self.city.period[self.city.week_hour(came)]
        ms = int(world.from_ms[k, self.site, piece])
        mm = int(world.from_mm[self.site, piece])
        stood = self.stands(ms)
        yield self.until(came + ms + stood)
        self.write(-1, DRIVE, -1, came, self.now, stood=stood, mm=mm, diverted=1)

    def diversion(self, step: Step) -> int | None:
        """Facility to which it must go before it can sweep a piece; None if it need not."""
        city, piece = self.city, self.city.pieces[step.target]
        piece.settle(self.now)
        would_take = piece.lying * step.removes // PPM
        full = self.hopper >= 0 and self.load > 0 and self.load + would_take > self.hopper
        if not full and self.water >= step.water:
            return None
        k = city.period[city.week_hour(self.now)]

        def costs(site: int) -> int:
            ms, _ = self.to_facility(site)
            there = self.now + ms
            then = city.sites[site].opens[city.week_hour(there)]
            wait = (there // HOUR_MS + then) * HOUR_MS - there if then else 0
            return ms + wait + int(city.world.from_ms[k, site, step.target])

        return min(
            (f for f, site in enumerate(city.sites) if (site.dumps if full else site.water)),
            key=costs,
        )

    def divert(self, site: int) -> Generator[Event, None, None]:
        """Empty and fill what a facility can."""
        yield from self.way(site, diverted=1)
        there = self.city.sites[site]
        yield from self.stop(
            site, self.now, -1,
            empties=bool(there.dumps) and self.load > 0,
            fills=bool(there.water) and self.water < self.tank,
        )  # fmt: skip

    def stop(
        self, site: int, came: int, step: int, *, empties: bool, fills: bool
    ) -> Generator[Event, None, None]:
        """Wait at a facility for a bay, and be served."""
        visit = Visit(self, empties, fills, came, simpy.Event(self.city.clock))
        yield self.city.sites[site].come(visit)
        dumped = 0
        if empties:
            dumped, self.load = self.load, 0
        if fills:
            self.water = self.tank
        kind = DUMP if empties else REFILL
        self.write(
            step, kind, site, came, self.now, wait=visit.waited, mg=dumped, diverted=int(step < 0)
        )
        self.site = site

    def sweep(
        self, step: Step, starts: int, day: int, *, late: bool
    ) -> Generator[Event, None, None]:
        """Sweep a piece."""
        city, piece, came = self.city, self.city.pieces[step.target], self.now
        stood = self.stands(step.sweep_ms)
        yield self.until(starts + step.sweep_ms + stood)
        piece.settle(self.now)
        mean = piece.parked[city.week_hour(starts)]
        half = min(mean, PPM - mean) * city.world.spread // PPM
        luck = city.draw(at.PARKED_CARS, step.target, starts // HOUR_MS, 20)
        blocked = mean - half + ((2 * half + 1) * luck >> 20)
        taken = piece.lying * (step.removes * (PPM - blocked) // PPM) // PPM
        if self.hopper >= 0:
            taken = min(taken, self.hopper - self.load)
            self.load += taken
            piece.swept += taken
        else:
            piece.flushed += taken
        piece.lying -= taken
        self.water -= step.water
        if late:
            piece.carried_on = day
        self.write(
            step.number, SWEEP, step.target, came, self.now, wait=starts - came, stood=stood,
            mm=piece.length, mg=taken, outcome=LATE if late else DONE,
        )  # fmt: skip
        self.site, self.piece = None, step.target

    def pass_by(self, step: Step) -> Generator[Event, None, None]:
        """Drive along a piece that was swept today."""
        city, piece, came = self.city, self.city.pieces[step.target], self.now
        ms = city.edge_ms[city.period[city.week_hour(came)]][piece.edge]
        stood = self.stands(ms)
        yield self.until(came + ms + stood)
        self.write(
            step.number, SWEEP, step.target, came, self.now, stood=stood, mm=piece.length,
            outcome=PASSED,
        )  # fmt: skip
        self.site, self.piece = None, step.target

    def rest(self, step: Step, until: int, *, late: bool) -> Generator[Event, None, None]:
        """Have a break; none where the rest of an earlier route is made up for."""
        came = self.now
        yield self.until(until)
        if not late:
            wait = until - step.length_ms - came
            self.write(step.number, BREAK, step.target, came, until, wait=wait)
        if step.target >= 0:
            self.site = step.target


def from_first_sweep(steps: list[Step]) -> list[Step]:
    """Leave out what comes before the first piece."""
    for i, step in enumerate(steps):
        if step.kind == SWEEP:
            return steps[i:]
    return []
