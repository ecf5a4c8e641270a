"""Checking a plan of routes against the streets, apart from what made it.

It reads the written tables, the scenario's own words and the network's arrays, and counts anew:
which street sides are to be swept, how often and in which hours, whether each is, whether one edge
begins where the last ended, what every edge and turn takes and holds, and whether load, shift,
break and the days of the week are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.routing.city import City, Vehicle
from scenarios.routing.spaced import well_spaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from networks import RoadNetwork, TurnRules
    from scenarios.routing.schema import RoutesSpec

__all__ = ["RouteCheck", "verify_routes"]

Swept = dict[str, Counter[int]]
"""Times that each edge is swept, by day."""


@dataclass(frozen=True)
class RouteCheck:
    """What a check found.

    Parameters
    ----------
    sides
        Street sides that were to be swept and can be.
    edges
        Edges that are driven along, all routes together.
    seconds
        That all routes take.
    faults
        What is wrong, in words; empty for a good plan.
    """

    sides: int
    edges: int
    seconds: int
    faults: tuple[str, ...]


def verify_routes(
    network: RoadNetwork,
    spec: RoutesSpec,
    legs: pd.DataFrame,
    left_out: pd.DataFrame,
    *,
    period: int,
    depots: tuple[int, ...],
    dumps: tuple[int, ...],
    areas: Sequence[BaseGeometry] = (),
    rules: TurnRules | None = None,
    seconds: int | None = None,
) -> RouteCheck:
    """Check a plan.

    Parameters
    ----------
    network, spec
        The streets, and the table that asks for the routes.
    legs, left_out
        Tables of the plan.
    period
        Of the week, whose times hold.
    depots, dumps
        Nodes, in the table's order.
    areas
        Outlines, in degrees, of the areas that the question names, where it names some.
    rules
        Banned turns, where the table asks for them to be obeyed.
    seconds
        That all routes are said to take.
    """
    city = City(network, spec, period, rules, areas)
    faults: list[str] = []
    swept: Swept = defaultdict(Counter)
    driven: Counter[tuple[str, str]] = Counter()
    total = edges = 0
    columns = [str(column) for column in legs]
    if city.turning:
        city.note_turns(_pairs(legs))
    for route, rows in legs.sort_values(["route", "order"]).groupby("route"):
        table = [dict(zip(columns, row, strict=True)) for row in rows.itertuples(index=False)]
        vehicle, day = city.vehicle(str(table[0]["vehicle"])), str(table[0]["day"])
        if vehicle is None:
            faults.append(f"route {route}: there is no vehicle {table[0]['vehicle']!r}")
            continue
        found = _Route(city, vehicle, depots[vehicle.depot], dumps, swept[day])
        found.follow(table)
        faults += [f"route {route}: {words}" for words in found.faults]
        driven[day, vehicle.name] += 1
        total += found.seconds
        edges += found.edges
    groups = _groups(city, _never(left_out))
    faults += _left_faults(city, left_out)
    faults += _service_faults(city, groups, swept, left_out)
    if seconds is not None and total != seconds:
        faults.append(f"the routes take {total} s, not {seconds} s")
    for (day, name), count in sorted(driven.items()):
        most = next(vehicle.count for vehicle in city.vehicles if vehicle.name == name)
        if most is not None and count > most:
            when = f"on {day} " if day else ""
            who = f" {name!r}" if name else ""
            faults.append(f"{when}there are {count} routes and {most} vehicles{who}")
    return RouteCheck(len(groups), edges, total, tuple(faults))


def _pairs(legs: pd.DataFrame) -> list[tuple[int, int]]:
    """Edges that follow each other, with or without a stop between."""
    edges = legs.loc[legs["edge"] >= 0].sort_values(["route", "order"])
    route, edge = edges["route"].tolist(), edges["edge"].tolist()
    return [(edge[k], edge[k + 1]) for k in range(len(edge) - 1) if route[k] == route[k + 1]]


def _never(left_out: pd.DataFrame) -> set[int]:
    """Edges that cannot be served on any day."""
    return set(left_out.loc[left_out["day"] == "", "edge"].tolist())


def _groups(city: City, left_out: set[int]) -> list[tuple[int, ...]]:
    """Edges of each side that is to be swept at a time: along any one of them."""
    chosen = set()
    for edge in range(len(city.tail)):
        if city.wanted(edge):
            chosen.add(edge)
            if city.twin[edge] >= 0:
                chosen.add(city.twin[edge])
    groups: list[tuple[int, ...]] = []
    for edge in sorted(chosen - left_out):
        twin = city.twin[edge]
        if not city.is_open(edge):
            continue
        if city.spec.sides == "each" or twin < 0 or not city.is_open(twin):
            groups.append((edge,))
        elif edge < twin:
            groups.append((edge, twin))
    return groups


def _left_faults(city: City, left_out: pd.DataFrame) -> list[str]:
    """Name what is left out for a reason that the streets, or the table, contradict."""
    faults = []
    for edge, reason in zip(left_out["edge"].tolist(), left_out["reason"].tolist(), strict=True):
        where = f"{city.label(edge)} (edge {edge}) is left out as {reason!r}"
        word = city.kind[edge]
        if reason == "closed" and city.is_open(edge):
            faults.append(f"{where}, and is open")
        elif reason == "no vehicle for its class":
            fit = [one.name for one in city.vehicles if not one.classes or word in one.classes]
            if fit:
                name = f" {fit[0]!r}" if fit[0] else ""
                faults.append(f"{where}, and vehicle{name} may {city.terms.do} class {word!r}")
    return faults


def _service_faults(
    city: City, groups: list[tuple[int, ...]], swept: Swept, left_out: pd.DataFrame
) -> list[str]:
    """Name what is not swept as often as asked, or on days that lie too unevenly."""
    faults, done = [], city.terms.done
    lost: defaultdict[int, set[str]] = defaultdict(set)
    for edge, day in zip(left_out["edge"].tolist(), left_out["day"].tolist(), strict=True):
        if day:
            lost[edge].add(str(day))
    for group in groups:
        times = {day: sum(on.pop(edge, 0) for edge in group) for day, on in swept.items()}
        missed = set().union(*(lost[edge] for edge in group))
        said = _side_fault(city, group[0], times, missed)
        if said:
            faults.append(f"{city.label(group[0])} (edge {group[0]}) is {done} {said}")
    for day, on in swept.items():
        for edge, count in sorted(on.items()):
            if count:
                when = f" on {day}" if day else ""
                faults.append(f"edge {edge} is {done} {count} times{when}, and was not to be")
    return faults


def _side_fault(city: City, edge: int, times: dict[str, int], missed: set[str]) -> str:
    """Say what is wrong with the days on which a side is swept; nothing where all is right."""
    asked, count = city.times(edge), sum(times.values())
    if count + len(missed) != asked:
        gone = f" and left out {len(missed)} times" if missed else ""
        return f"{count} times{gone}, not {'once' if asked == 1 else f'{asked} times'}"
    if not city.spec.is_week:
        return ""
    on_days = {day for day, often in times.items() if often} | missed
    if len(on_days) != asked:
        return "more than once on a day"
    wrong = sorted(on_days - set(city.days))
    if wrong:
        return f"on {wrong[0]}, which is no day of the plan"
    places = sorted(city.days.index(day) for day in on_days)
    if not well_spaced(places, city.day_numbers, city.spec):
        words = ", ".join(city.days[k] for k in places)
        return f"on {words}, too unevenly for {asked} times"
    return ""


class _Route:
    """One route, followed edge by edge."""

    def __init__(
        self,
        city: City,
        vehicle: Vehicle,
        depot: int,
        dumps: tuple[int, ...],
        swept: Counter[int],
    ) -> None:
        self.city = city
        self.vehicle = vehicle
        self.depot = depot
        self.dumps = dumps
        self.swept = swept
        self.faults: list[str] = []
        self.seconds = self.edges = self.last = 0
        self.terms = city.terms
        self.unit, self.holds = ("l", "has spread") if city.spec.is_water else ("kg", "carries")
        self.kg = 0.0
        self.at = depot
        self.trail: list[int] = []  # edges since the depot or dump site: turns count among them
        self.breaks: list[tuple[int, int]] = []

    def follow(self, rows: list[dict[str, Any]]) -> None:
        if not rows or rows[0]["kind"] != "depot" or rows[-1]["kind"] != "depot":
            self.faults.append("does not start and end at the depot")
        self.last = max((int(row["order"]) for row in rows), default=0)
        for row in rows:
            if row["start_s"] != self.seconds:
                self.faults.append(
                    f"says {row['start_s']} s at step {row['order']}, is at {self.seconds} s"
                )
            expected = self._edge(row) if row["edge"] >= 0 else self._stop(row)
            if row["seconds"] != expected:
                self.faults.append(
                    f"step {row['order']} takes {expected} s, not {row['seconds']} s"
                )
            self.seconds += expected
            if abs(self.kg - row["load_kg"]) > 1.0:
                self.faults.append(
                    f"{self.holds} {self.kg:.1f} {self.unit} at step {row['order']}, "
                    f"not {row['load_kg']:.1f}"
                )
        if self.at != self.depot:
            self.faults.append("does not come home")
        if self.dumps and self.kg > 0.0:
            self.faults.append(f"comes home without having been {self.terms.served}")
        if self.seconds > 3600 * self.vehicle.shift_h:
            self.faults.append(
                f"takes {self.seconds / 3600:.2f} h, more than {self.vehicle.shift_h:g} h"
            )
        self._check_break()

    def _edge(self, row: dict[str, Any]) -> int:
        edge, city = int(row["edge"]), self.city
        if city.tail[edge] != self.at:
            self.faults.append(f"step {row['order']} begins where the last one did not end")
        if not city.is_open(edge):
            self.faults.append(f"step {row['order']} goes along a closed street")
        turn = 0
        if self.trail and city.turning:
            turn = city.turns.get((self.trail[-1], edge), 0)
            if not city.may_turn(self.trail, edge):
                self.faults.append(f"step {row['order']} makes a turn that is forbidden")
        self.at = city.head[edge]
        self.trail.append(edge)
        self.edges += 1
        if row["kind"] != "sweep":
            return turn + city.drive_s(edge)
        self.swept[edge] += 1
        self.kg += city.kg(edge)
        if self.kg > 1000.0 * self.vehicle.capacity_t + 0.5:
            self.faults.append(f"{self.holds} {self.kg:.0f} {self.unit} after step {row['order']}")
        takes = city.sweep_s(edge, self.vehicle)
        if not self.vehicle.classes or city.kind[edge] in self.vehicle.classes:
            self._check_hours(row, edge, self.seconds + turn, takes)
        else:
            done = f"step {row['order']} {self.terms.does}"
            self.faults.append(f"{done} a street of class {city.kind[edge]}")
        return turn + takes

    def _check_hours(self, row: dict[str, Any], edge: int, begin: int, takes: int) -> None:
        start = self.vehicle.leaves_s + begin
        if not self.city.open_throughout(edge, start, start + takes):
            clock = f"{start // 3600 % 24:02d}:{start // 60 % 60:02d}"
            self.faults.append(
                f"step {row['order']} {self.terms.does} {self.city.label(edge)} at {clock}, "
                "outside its hours"
            )

    def _stop(self, row: dict[str, Any]) -> int:
        if row["node"] != self.at:
            self.faults.append(f"stop {row['order']} is not where the vehicle is")
        if row["kind"] == "wait":
            return int(row["seconds"])
        if row["kind"] == "break":
            self.breaks.append((self.seconds, int(row["seconds"])))
            return int(row["seconds"])
        self.trail = []
        if row["kind"] == "dump":
            if row["node"] not in self.dumps:
                self.faults.append(f"stop {row['order']} is at no {self.terms.place}")
            self.kg = 0.0
            spec = self.city.spec
            minutes = spec.fill_min if spec.job == "water" else spec.dump_min
            return round(60.0 * (minutes or 0.0))
        if row["kind"] != "depot" or 0 < row["order"] < self.last:
            self.faults.append(f"has a stop that is none: {row['kind']!r} at step {row['order']}")
        elif not self.dumps and row["order"] > 0:
            self.kg = 0.0
        return 0

    def _check_break(self) -> None:
        """One break in its hours, unless the route is over before it must have begun."""
        length, early, late = self.vehicle.break_s
        if not length:
            if self.breaks:
                self.faults.append("has a break that nobody asked for")
            return
        if not self.breaks:
            if self.seconds > late:
                self.faults.append(f"has no break, and lasts longer than {late / 3600:g} h")
            return
        begin, takes = self.breaks[0]
        if len(self.breaks) > 1 or takes != length or not early <= begin <= late:
            self.faults.append(
                f"has {len(self.breaks)} breaks, the first of {takes / 60:g} min after "
                f"{begin / 3600:.2f} h"
            )
