"""Stands and trucks of `sim.waste.reference`: rules 1, 2, 5, 6 and 9 in SimPy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import TYPE_CHECKING

from sim.waste import layout as at
from sim.waste.layout import HOUR_MS, PPM
from sim.waste.log import DONE, LATE, MISSED, PASSED
from sim.waste.plan import BREAK, COLLECT, FIXED, HOME, PREDICTED, THRESHOLD, UNLOAD
from sim.waste.reference_sites import Visit

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy.events import Event

    from sim.waste.reference import City
    from sim.waste.reference_sites import Site

__all__ = ["Stand", "Truck"]


class Stand:
    """Bins of one stream at a place, and what lies in and beside them."""

    def __init__(self, city: City, number: int) -> None:
        world = city.world
        given: list[int] = world.stand[number].tolist()
        self.city = city
        self.place, self.bins, self.holds = given[at.PLACE], given[at.BINS], given[at.HOLDS]
        self.stop_ms, self.bin_ms = given[at.STOP_MS], given[at.BIN_MS]
        self.ml_kg, self.cell = given[at.ML_KG], given[at.CELL]
        self.rate, self.lump = given[at.RATE], given[at.LUMP]
        self.ahead: list[int] = world.ahead[given[at.PROFILE]].tolist()
        self.filling: list[int] = world.filling[number].tolist()
        self.lying = given[at.START]
        self.now = 0
        self.grown = self.taken = self.over_ms = self.fallen = 0
        self.carried_on = -1  # day on which it was served late

    def settle(self, now: int) -> None:
        """Let fall in what comes up to a moment, and count what does not go into the bins."""
        while self.now < now:
            hour = self.now // HOUR_MS
            if hour >= len(self.filling):  # the days are over: nothing comes, nothing counts
                self.now = now
                return
            begins = hour * HOUR_MS
            until = min(now, begins + HOUR_MS)
            g = self.filling[hour]
            before = g * (self.now - begins) // HOUR_MS
            after = g * (until - begins) // HOUR_MS
            # Over from the first ms on at which more than `room` has come in this hour.
            room = self.holds - self.lying + before
            over_from = until
            if room < before:
                over_from = self.now
            elif room < after:
                over_from = begins + -(-(room + 1) * HOUR_MS // g)
            fallen = max(0, after - max(before, room))
            self.lying += after - before
            self.grown += after - before
            self.fallen += fallen
            over_ms = max(0, until - over_from)
            self.over_ms += over_ms
            self.city.over[hour, self.cell] += (over_ms * self.bins, fallen * self.ml_kg)
            self.now = until

    def bins_to_empty(self) -> int:
        """Bins that are not empty."""
        return -(-self.bins * min(self.lying, self.holds) // self.holds)

    def ground_g(self) -> int:
        """Return what lies beside the bins."""
        return max(0, self.lying - self.holds)

    def service_ms(self) -> int:
        """How long it takes to collect what lies."""
        ground_ms = self.city.world.ground_us * (self.ground_g() * self.ml_kg // 1000) // 1000
        return self.stop_ms + self.bin_ms * self.bins_to_empty() + ground_ms

    def expected_g(self, hours: int) -> int:
        """Return what is expected to come within so many hours from this one on."""
        first = self.city.week_hour(self.city.now)
        return self.rate * (self.ahead[first + hours] - self.ahead[first]) // 1_000_000


@dataclass
class Step:
    """A step of the plan."""

    number: int
    kind: int
    target: int
    earliest: int
    latest: int
    length_ms: int


@dataclass
class Route:
    """A route of the plan."""

    number: int
    day: int
    leaves: int
    limit: int
    steps: list[Step]
    select: int
    share: int
    ahead_h: int
    risk: float

    def chooses(self, stand: Stand) -> bool:
        """Whether a stand is to be served, by what lies there."""
        if self.select == FIXED:
            return True
        if self.select == THRESHOLD:
            return stand.lying * PPM >= self.share * stand.holds
        mean = stand.expected_g(self.ahead_h)
        if self.select == PREDICTED:
            return (stand.lying + mean) * PPM >= self.share * stand.holds
        room = stand.holds - stand.lying - mean
        return room <= self.risk * math.sqrt(float(mean * stand.lump))


@dataclass
class Work:
    """Steps that are left to do of a route."""

    route: Route
    steps: list[Step]


@dataclass
class Errand:
    """What a truck would do next, and where, when and with what it would then be."""

    step: Step
    place: int
    ends: int
    load: int
    diverts_to: Site | None = None


@dataclass
class Truck:
    """A collection truck and its crew."""

    city: City
    number: int
    g: int = 0
    ml: int = 0
    visits: int = 0
    rows: list[list[int]] = field(default_factory=list)
    rests: list[Work] = field(default_factory=list)  # of earlier routes, the oldest first

    def __post_init__(self) -> None:
        world = self.city.world
        given: list[int] = world.truck[self.number].tolist()
        self.stream, depot, self.payload, self.volume, first, last, up = given
        self.depot = self.city.sites[depot]
        self.place = self.depot.place
        self.wheels = self.city.wheels(
            self.number, up, at.UP_TRUCK, at.REPAIR_TRUCK, 0,
            self.city.first_truck_priority + self.number,
        )  # fmt: skip
        self.routes = [
            Route(
                r, row[at.R_DAY], row[at.R_LEAVE], row[at.R_LIMIT],
                [
                    Step(i, *step[:5])
                    for i, step in enumerate(
                        world.step[row[at.R_FIRST] : row[at.R_END]].tolist(), row[at.R_FIRST]
                    )
                ],
                row[at.R_SELECT], row[at.R_SHARE], row[at.R_AHEAD], float(world.risk[r]),
            )
            for r, row in enumerate(world.route[first:last].tolist(), first)
        ]  # fmt: skip
        self.route = -1

    @property
    def now(self) -> int:
        """Ms since the begin."""
        return self.city.now

    def write(
        self, step: int, kind: int, target: int, left: int, came: int, began: int, *,
        repair: int = 0, mm: int = 0, aboard: int | None = None, g: int = 0, ml: int = 0,
        bins: int = 0, ground: int = 0, outcome: int = DONE, diverted: int = 0,
    ) -> None:  # fmt: skip
        """Write a row of the Log, of what ends now."""
        self.rows.append(
            [
                self.number, self.route, step, kind, target, left, came, began, self.now, repair,
                mm, self.g if aboard is None else aboard, g, ml, bins, ground, outcome, diverted,
            ]
        )  # fmt: skip

    # A route, from leaving to home.

    def life(self) -> Generator[Event, None, None]:
        """Drive route after route."""
        city = self.city
        for own in self.routes:
            yield self.wheels.until(max(self.now, own.leaves))
            self.route = own.number
            city.out[own.number][0] = self.now
            works = [*self.rests, Work(own, own.steps)]
            self.rests = []
            while works:
                work = works.pop(0)
                is_late = len(works) > 0
                left = yield from self.follow(work, own, is_late=is_late)
                if left:
                    self.miss(own, own.steps if is_late else left)
                    self.keep([Work(work.route, left), *works])
                    break
            yield from self.end_route(own)
            city.out[own.number][1] = self.now
            city.routes_left -= 1

    def miss(self, own: Route, steps: list[Step]) -> None:
        """Go through what is left of a route, and write down what is missed."""
        for step in steps:
            if step.kind == COLLECT and not self.needless(step, own, own, is_late=False):
                self.write(
                    step.number, COLLECT, step.target, self.now, self.now, self.now, outcome=MISSED
                )

    def keep(self, works: list[Work]) -> None:
        """Keep what is left for the next route, each from its first collection on."""
        if self.city.world.carry:
            for work in works:
                steps = list(dropwhile(lambda step: step.kind != COLLECT, work.steps))
                if steps:
                    self.rests.append(Work(work.route, steps))

    def end_route(self, own: Route) -> Generator[Event, None, None]:
        """Tip what is aboard, if there is time, and drive home."""
        city = self.city
        if city.world.empty_home and self.g > 0:
            found = city.choose(self.stream, self.g, self.place, self.now, self.depot.place)
            if found and found[1] <= own.limit:
                yield from self.unload(found[0], -1, diverted=0)
        aboard = self.g
        left, mm, stood = yield from self.wheels.drive(self.place, self.depot.place)
        self.place = self.depot.place
        self.write(
            -1, HOME, self.depot.number, left, self.now, self.now,
            repair=stood, mm=mm, aboard=aboard,
        )  # fmt: skip

    # Rule 5.

    def follow(
        self, work: Work, own: Route, *, is_late: bool
    ) -> Generator[Event, None, list[Step]]:
        """Do steps one after the other; give those that the end of the shift leaves undone."""
        steps, rested = list(work.steps), set()
        while steps:
            step = steps[0]
            if step.number in rested or self.needless(step, work.route, own, is_late=is_late):
                steps.pop(0)
                continue
            errand = self.errand(step, own, is_late=is_late)
            due = [one for one in steps if one.kind == BREAK and one.number not in rested]
            if due and not is_late and errand.ends > own.leaves + due[0].latest:
                errand = self.rest_errand(due[0], own)
            if self.home_after(errand) > own.limit:
                return steps
            if errand.diverts_to:
                yield from self.unload(errand.diverts_to, -1, diverted=1)
                continue
            if errand.step.kind == BREAK:
                rested.add(errand.step.number)
                yield from self.rest(errand.step, own)
                continue
            steps.pop(0)
            if step.kind == COLLECT:
                yield from self.collect(step, own, is_late=is_late)
            else:
                yield from self.unload(self.city.sites[step.target], step.number, diverted=0)
        return []

    def needless(self, step: Step, of: Route, own: Route, *, is_late: bool) -> bool:
        """Whether a step is passed by or over, which is written down or counted."""
        if step.kind == BREAK:
            return is_late
        if step.kind == UNLOAD:
            return self.g == 0
        stand = self.city.stands[step.target]
        stand.settle(self.now)
        if stand.carried_on == own.day:
            if not is_late:
                self.write(
                    step.number, COLLECT, step.target, self.now, self.now, self.now, outcome=PASSED
                )
            return True
        if of.chooses(stand):
            return False
        if not is_late:
            self.city.out[own.number][2] += 1
        return True

    def errand(self, step: Step, own: Route, *, is_late: bool) -> Errand:
        """Say what doing a step would come to."""
        city = self.city
        if step.kind == BREAK:
            return self.rest_errand(step, own)
        if step.kind == UNLOAD:
            site = city.sites[step.target]
            ends = site.opening(city.reach(self.place, site.place, self.now))
            return Errand(step, site.place, ends, 0)
        stand = city.stands[step.target]
        stand.settle(self.now)
        diverts_to: Site | None = None
        load = self.g + stand.lying
        if self.g > 0 and stand.lying > self.room(stand):
            diverts_to, there = city.must_choose(
                self.stream, self.g, self.place, self.now, stand.place
            )
            load = stand.lying
        else:
            there = city.reach(self.place, stand.place, self.now)
        begins = there if is_late else max(there, own.leaves + step.earliest)
        return Errand(step, stand.place, begins + stand.service_ms(), load, diverts_to)

    def rest_errand(self, step: Step, own: Route) -> Errand:
        """Say what a break would come to."""
        place = self.place if step.target < 0 else self.city.sites[step.target].place
        there = self.city.reach(self.place, place, self.now)
        ends = max(there, own.leaves + step.earliest) + step.length_ms
        return Errand(step, place, ends, self.g)

    def home_after(self, errand: Errand) -> int:
        """When it would be home, were it to go there after an errand."""
        city, home = self.city, self.depot.place
        if city.world.empty_home and errand.load > 0:
            found = city.choose(self.stream, errand.load, errand.place, errand.ends, home)
            if found:
                return found[1]
        return city.reach(errand.place, home, errand.ends)

    def room(self, stand: Stand) -> int:
        """Most g of what lies at a stand that still fit."""
        by_mass = self.payload - self.g
        room_ml = self.volume - self.ml
        by_volume = ((room_ml + 1) * 1000 - 1) // stand.ml_kg
        return min(by_mass, by_volume)

    # What it does.

    def collect(self, step: Step, own: Route, *, is_late: bool) -> Generator[Event, None, None]:
        """Drive to a stand and empty it."""
        stand, aboard = self.city.stands[step.target], self.g
        left, mm, stood = yield from self.wheels.drive(self.place, stand.place)
        self.place, came = stand.place, self.now
        began = came if is_late else max(came, own.leaves + step.earliest)
        if began > came:
            yield self.wheels.until(began)
        stand.settle(began)
        bins, ground, lasts = stand.bins_to_empty(), stand.ground_g(), stand.service_ms()
        stood_working = self.wheels.stands(lasts)
        yield self.wheels.until(began + lasts + stood_working)
        stand.settle(self.now)
        g = min(stand.lying, self.room(stand))
        ml = g * stand.ml_kg // 1000
        stand.lying -= g
        stand.taken += g
        self.g += g
        self.ml += ml
        if is_late:
            stand.carried_on = own.day
        self.write(
            step.number, COLLECT, step.target, left, came, began, repair=stood + stood_working,
            mm=mm, aboard=aboard, g=g, ml=ml, bins=bins, ground=ground,
            outcome=LATE if is_late else DONE,
        )  # fmt: skip

    def unload(self, site: Site, step: int, *, diverted: int) -> Generator[Event, None, None]:
        """Drive to a facility, wait in line, and tip."""
        city, aboard = self.city, self.g
        left, mm, stood = yield from self.wheels.drive(self.place, site.place)
        self.place, came = site.place, self.now
        cell = city.draw(at.TIP_TRUCK, self.number, self.visits)
        self.visits += 1
        visit = Visit(self.stream, self.g, site.tip_cells[cell], city.event())
        yield site.come(visit)
        ml = self.ml
        self.g = self.ml = 0
        self.write(
            step, UNLOAD, site.number, left, came, visit.began, repair=stood, mm=mm,
            aboard=aboard, g=aboard, ml=ml, diverted=diverted,
        )  # fmt: skip

    def rest(self, step: Step, own: Route) -> Generator[Event, None, None]:
        """Have a break, where it stands or at a facility."""
        left, mm, stood = self.now, 0, 0
        if step.target >= 0:
            place = self.city.sites[step.target].place
            left, mm, stood = yield from self.wheels.drive(self.place, place)
            self.place = place
        came = self.now
        began = max(came, own.leaves + step.earliest)
        yield self.wheels.until(began + step.length_ms)
        self.write(step.number, BREAK, step.target, left, came, began, repair=stood, mm=mm)
