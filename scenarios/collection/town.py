"""Points, trucks and facilities as plain numbers, for the check of a plan of collection.

Written a second time on purpose, from the words of the table: what makes a plan and what checks it
share nothing but the schema, the points as they were read, and the streets.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from scenarios.hours import DAYS, clock_s, day_index, moment_s

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.collection.points import Points
    from scenarios.collection.schema import CollectSpec

__all__ = ["DAY_S", "Town", "Truck"]

DAY_S = 86_400


@dataclass(frozen=True)
class Truck:
    """A kind of truck, as the table describes it."""

    name: str
    count: int | None
    depot: int
    streams: frozenset[str]
    kg: float
    litres: float
    shift_s: float
    leaves: tuple[int, int]
    pause: tuple[int, int, int]  # earliest and latest begin by the clock, length; 0 for none
    max_stops: int | None
    max_kg: float
    max_trips: int | None


class Town:
    """Points, trucks and facilities as plain numbers.

    Parameters
    ----------
    network, spec, points
        The streets, the table that asks for the routes, and the points of the scenario.
    period
        Of the week, whose times hold.
    depots, facilities
        Nodes, in the table's order.
    """

    def __init__(
        self,
        network: RoadNetwork,
        spec: CollectSpec,
        points: Points,
        period: int,
        depots: tuple[int, ...],
        facilities: tuple[int, ...],
    ) -> None:
        self.network, self.spec, self.points = network, spec, points
        self.tail: list[int] = network.tail.tolist()
        self.head: list[int] = network.head.tolist()
        self.length: list[float] = network.length_m.tolist()
        self.time: list[float] = network.edge_times_s(period).tolist()
        self.depots, self.facilities = depots, facilities
        self.trucks = {truck.name: truck for truck in _trucks(spec)}
        self.tipped: Counter[tuple[int, str, int]] = Counter()
        numbers = sorted(day_index(day) for day in spec.days) or list(range(len(DAYS)))
        self.day_numbers = tuple(numbers)
        self.days = [DAYS[day][:3] for day in numbers] if spec.is_week else [""]
        self.on_days: dict[int, set[str]] = {}

    def wanted(self, row: int) -> bool:
        """Whether the table asks for a point."""
        spec, points = self.spec, self.points
        by_stream = not spec.stream or points.stream[row] in spec.stream
        return by_stream and (not spec.kinds or points.kind[row] in spec.kinds)

    def drive_s(self, edge: int) -> int:
        """Seconds of driving along an edge."""
        own = self.length[edge] * 3.6 / self.spec.drive_kmh if self.spec.drive_kmh else 0.0
        return max(1, round(max(self.time[edge], own)))

    def away_m(self, row: int, node: int) -> float:
        """Metres from a point to a junction."""
        network, points = self.network, self.points
        x, y = network.projection.to_xy(points.lon[[row]], points.lat[[row]])
        return math.hypot(network.x[node] - x[0], network.y[node] - y[0])

    def service_s(self, row: int) -> int:
        """Seconds of a stop at a point."""
        own = float(self.points.service_s[row])
        if not math.isnan(own):
            return round(own)
        return round(self.spec.stop_s + self.spec.bin_s * int(self.points.bins[row]))

    def times(self, row: int) -> int:
        """How often a point is to be collected in the days of the plan."""
        figure, own = self.spec.frequency, int(self.points.frequency[row])
        if not self.spec.is_week:
            return 1
        if own > 0 or figure is None:
            return max(1, own)
        if not isinstance(figure, dict):
            return int(figure)
        words = (self.points.kind[row], self.points.stream[row], "other")
        return next(int(figure[word]) for word in words if word in figure)

    def gathered(self, row: int, day: str) -> int:
        """Days since a point was collected before a day, in this week or the last."""
        if not day:
            return 1
        now = DAYS.index(next(word for word in DAYS if word.startswith(day)))
        known = {DAYS[(now - back) % 7][:3]: back for back in range(7, 0, -1)}
        return min(known[one] for one in self.on_days[row])

    def kg(self, row: int, days: int = 1) -> float:
        """Kilograms that lie at a point."""
        a_day = round(1000.0 * self.spec.days_of_waste * float(self.points.kg[row])) / 1000.0
        return days * a_day

    def litres(self, row: int, days: int = 1) -> float:
        """Litres that lie there, 0 where that is not known."""
        litres = float(self.points.litres[row])
        return 0.0 if math.isnan(litres) else days * self.spec.days_of_waste * litres

    def is_open(self, row: int, begin: int, end: int) -> bool:
        """Whether a point may be collected from one second of the day to another."""
        start, until = self.points.window[row].tolist()
        return until < 0 or _within(start, until, begin, end)

    def span_s(self, row: int) -> float:
        """Seconds of the day in which a point may be collected."""
        start, until = self.points.window[row].tolist()
        return math.inf if until < 0 else until - start

    def may_hold(self, truck: Truck, row: int) -> bool:
        """Whether a truck could take a point at all, by stream and size."""
        stream = self.points.stream[row]
        if truck.streams and stream not in truck.streams:
            return False
        days = self.most_days(row)
        kg, litres = self.kg(row, days), self.litres(row, days)
        return kg <= min(truck.kg, truck.max_kg) and litres <= truck.litres

    def most_days(self, row: int) -> int:
        """Days of waste that lie at a point at most, on those days where that is the least."""
        if not self.spec.is_week:
            return 1
        choices = combinations(self.day_numbers, self.times(row))
        rounds = ([*days, days[0] + len(DAYS)] for days in choices)
        return min((max(b - a for a, b in pairwise(days)) for days in rounds), default=len(DAYS))

    def takes(self, facility: int, truck: Truck) -> bool:
        """Whether a facility takes all streams of a truck."""
        allowed = self.spec.facility[facility].streams
        rows = (row for row in range(len(self.points)) if self.wanted(row))
        own = {self.points.stream[row] for row in rows}
        carried = own & truck.streams if truck.streams else own
        return not allowed or carried <= set(allowed)

    def visit_s(self, facility: int) -> int:
        """Seconds of a visit at a facility."""
        minutes = self.spec.facility[facility].visit_min
        return round(60 * (self.spec.visit_min if minutes is None else minutes))

    def takes_at(self, facility: int, begin: int, end: int) -> bool:
        """Whether a facility is open from one second of the day to another."""
        site = self.spec.facility[facility]
        if site.opens is None and site.closes is None:
            return True
        opens = clock_s(site.opens) if site.opens else 0
        closes = clock_s(site.closes) if site.closes else DAY_S
        return _within(opens, closes if closes > opens else closes + DAY_S, begin, end)


def _within(start: int, until: int, begin: int, end: int) -> bool:
    """Whether a time lies in hours of the day, be they those of the night before or of a later."""
    nights = (DAY_S * back for back in range(-1, 3))
    return any(start + night <= begin and end <= until + night for night in nights)


def _trucks(spec: CollectSpec) -> list[Truck]:
    names = [depot.name for depot in spec.depot]
    found = []
    tables: list[Any] = [*spec.vehicle]
    for table in tables or [None]:

        def own(key: str, table: Any = table) -> Any:  # noqa: ANN401 - as the table has it
            value = getattr(table, key, None)
            return getattr(spec, key) if value is None else value

        leaves = int(moment_s(spec.at) % DAY_S)
        if table is not None and table.leaves is not None:
            leaves = clock_s(table.leaves)
        until = leaves if own("leaves_until") is None else _next(leaves, own("leaves_until"))
        volume, most = own("volume_m3"), own("max_t_day")
        found.append(
            Truck(
                "" if table is None else table.name,
                spec.vehicles if table is None else table.count,
                names.index(table.depot) if table is not None and table.depot else 0,
                frozenset((table.streams if table is not None else ()) or spec.stream),
                1000.0 * own("capacity_t"),
                math.inf if volume is None else 1000.0 * volume * own("compaction"),
                3600.0 * own("shift_h"),
                (leaves, until),
                _pause(spec, table, leaves),
                own("max_stops"),
                math.inf if most is None else 1000.0 * most,
                own("max_trips"),
            )
        )
    return found


def _pause(spec: CollectSpec, table: Any, leaves: int) -> tuple[int, int, int]:  # noqa: ANN401
    tables = [one for one in (table, spec) if one is not None]
    minutes = next((one.break_min for one in tables if one.break_min is not None), 0.0)
    for one in tables:
        if one.lunch is not None:
            early = _next(leaves, one.lunch[0])
            return early, _next(early, one.lunch[1]), round(60 * minutes)
        if one.break_after_h is not None:
            first, last = (round(3600 * hours) for hours in one.break_after_h)
            return leaves + first, leaves + last, round(60 * minutes)
    return 0, 0, round(60 * minutes)


def _next(moment: int, clock: str) -> int:
    at = clock_s(clock)
    return at if at >= moment else at + DAY_S
