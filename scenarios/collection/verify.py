"""Checking a plan of collection against the streets, apart from what made it.

It reads the written tables, the scenario's own words, the points and the network's arrays, and
counts anew: whether one edge begins where the last ended and is open to trucks, what every edge
takes, whether each point that is asked for is collected exactly once by a truck of its stream, at
its junction, and whether loads by mass and volume, hours, lunch, openings and intakes are kept.
Shared with what makes plans are the schema, the points as they were read, and the streets with a
junction at each of them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from scenarios.collection.spots import Spots
from scenarios.collection.town import DAY_S, Town
from scenarios.routing.spaced import well_spaced
from scenarios.routing.verify import RouteCheck

if TYPE_CHECKING:
    import pandas as pd

    from networks import RoadNetwork
    from scenarios.collection.points import Points
    from scenarios.collection.schema import CollectSpec
    from scenarios.collection.town import Truck

__all__ = ["verify_collection"]


def verify_collection(
    network: RoadNetwork,
    spec: CollectSpec,
    points: Points,
    legs: pd.DataFrame,
    left_out: pd.DataFrame,
    leaves: dict[int, int],
    *,
    period: int,
    depots: tuple[int, ...],
    facilities: tuple[int, ...],
    cut_from: int,
    seconds: int | None = None,
) -> RouteCheck:
    """Check a plan.

    Parameters
    ----------
    network, spec, points
        The streets, the table that asks for the routes, and the points of the scenario.
    legs, left_out
        Tables of the plan.
    leaves
        Second after midnight at which each route leaves.
    period
        Of the week, whose times hold.
    depots, facilities
        Nodes, in the table's order.
    cut_from
        The first junction that was made for a point.
    seconds
        That all routes are said to take.
    """
    town = Town(network, spec, points, period, depots, facilities)
    spots = Spots(town, cut_from)
    faults: list[str] = []
    done: Counter[tuple[int, str]] = Counter()
    driven: Counter[tuple[str, str]] = Counter()
    visits = legs.loc[legs["kind"] == "collect", ["point", "day"]]
    lost = left_out.loc[left_out["day"] != "", ["row", "day"]]
    for row, on in [*visits.itertuples(index=False), *lost.itertuples(index=False)]:
        town.on_days.setdefault(int(row), set()).add(str(on))
    total = edges = 0
    columns = [str(column) for column in legs]
    for route, rows in legs.sort_values(["route", "order"]).groupby("route"):
        table = [dict(zip(columns, row, strict=True)) for row in rows.itertuples(index=False)]
        truck = town.trucks.get(str(table[0]["vehicle"]))
        if truck is None:
            faults.append(f"route {route}: there is no vehicle {table[0]['vehicle']!r}")
            continue
        day = str(table[0]["day"])
        if day not in town.days:
            faults.append(f"route {route} is on {day or 'no day'}, which is no day of the plan")
            continue
        found = _Route(spots, truck, leaves[int(str(route))], day, done)
        found.follow(table)
        faults += [f"route {route}: {words}" for words in found.faults]
        driven[day, truck.name] += 1
        total += found.seconds
        edges += found.edges
    served = _service_faults(spots, done, left_out, faults)
    faults += _intake_faults(town)
    if seconds is not None and total != seconds:
        faults.append(f"the routes take {total} s, not {seconds} s")
    for (day, name), count in sorted(driven.items()):
        most = town.trucks[name].count
        if most is not None and count > most:
            when, who = f"on {day} " if day else "", f" {name!r}" if name else ""
            faults.append(f"{when}there are {count} routes and {most} vehicles{who}")
    return RouteCheck(served, edges, total, tuple(faults))


def _service_faults(
    spots: Spots, done: Counter[tuple[int, str]], left_out: pd.DataFrame, faults: list[str]
) -> int:
    """Note what is not collected as often as asked; how many points were to be."""
    town = spots.town
    columns = (left_out[key].tolist() for key in ("row", "day", "reason"))
    lost: dict[int, dict[str, str]] = defaultdict(dict)
    for row, day, reason in zip(*columns, strict=True):
        lost[row][str(day)] = str(reason)
    served = 0
    for row in range(len(town.points)):
        label = f"{town.points.name[row]} (p{row + 1})"
        counts = {day: done.pop((row, day), 0) for day in town.days}
        count = sum(counts.values())
        if not town.wanted(row):
            if count:
                faults.append(f"{label} is collected, and was not to be")
            continue
        missed = lost.get(row, {})
        for reason in missed.values():
            faults += _left_faults(spots, row, reason, label)
        if "" in missed:
            if count:
                faults.append(f"{label} is left out, and collected")
            continue
        served += 1
        said = _often(town, row, counts, set(missed))
        if said:
            faults.append(f"{label} is collected {said}")
    faults += [f"there is no point p{row + 1}" for row, _ in sorted(done)]
    return served


def _often(town: Town, row: int, counts: dict[str, int], missed: set[str]) -> str:
    """Say what is wrong with the days on which a point is collected; nothing where all is right."""
    asked, count = town.times(row), sum(counts.values())
    if count + len(missed) != asked:
        return f"{count} times, not {'once' if asked == 1 else f'{asked} times'}"
    on_days = {day for day, often in counts.items() if often} | missed
    if len(on_days) != asked:
        return "more than once on a day"
    places = sorted(town.days.index(day) for day in on_days)
    if town.spec.is_week and not well_spaced(places, town.day_numbers, town.spec):
        return f"on {', '.join(town.days[k] for k in places)}, too unevenly for {asked} times"
    return ""


def _left_faults(spots: Spots, row: int, reason: str, label: str) -> list[str]:
    """Doubt a reason that the table contradicts."""
    town = spots.town
    where = f"{label} is left out as {reason!r}"
    fitting = [truck for truck in town.trucks.values() if town.may_hold(truck, row)]
    fit = [truck.name for truck in fitting]
    stream = town.points.stream[row]
    able = [t.name for t in town.trucks.values() if not t.streams or stream in t.streams]
    if reason == "larger than a truck" and fit:
        return [f"{where}, and fits vehicle {fit[0]!r}"]
    if reason == "no truck for its stream" and able:
        return [f"{where}, and vehicle {able[0]!r} collects {stream}"]
    if reason == "its hours are shorter than the stop":
        short = town.span_s(row) < town.service_s(row)
        return [] if short else [f"{where}, and they are long enough"]
    if reason == "outside all shifts":
        in_time = [truck.name for truck in fitting if spots.in_time(row, truck)]
        return [f"{where}, and vehicle {in_time[0]!r} has the time"] if in_time else []
    if reason == "not worth its prize" and math.isnan(float(town.points.prize[row])):
        return [f"{where}, and has no prize"]
    return []


def _intake_faults(town: Town) -> list[str]:
    """Hours in which a facility is brought more than it takes."""
    faults = []
    for (facility, day, hour), grams in sorted(town.tipped.items()):
        site = town.spec.facility[facility]
        if site.intake_t_h is not None and grams > 1e6 * site.intake_t_h + 1.0:
            faults.append(
                f"{site.name} is brought {grams / 1e6:.2f} t in the hour from {hour % 24:02d}:00"
                f"{' of ' if day else ''}{day}, and takes {site.intake_t_h:g} t"
            )
    return faults


class _Route:
    """One route, followed edge by edge."""

    def __init__(
        self, spots: Spots, truck: Truck, leaves_s: int, day: str, done: Counter[tuple[int, str]]
    ) -> None:
        town = spots.town
        self.spots, self.town, self.truck, self.day, self.done = spots, town, truck, day, done
        self.leaves_s = leaves_s + (DAY_S if leaves_s < truck.leaves[0] else 0)
        self.faults: list[str] = []
        self.seconds = self.edges = self.last = self.stops = self.trips = 0
        self.kg = self.litres = self.all_kg = 0.0
        self.came, self.is_filled = -1, False
        self.at = self.depot = town.depots[truck.depot]
        self.breaks: list[tuple[int, int]] = []
        self.sites: defaultdict[int, list[int]] = defaultdict(list)
        for number, node in enumerate(town.facilities):
            self.sites[node].append(number)
        self.own = [f for f in range(len(town.facilities)) if town.takes(f, truck)]

    def follow(self, rows: list[dict[str, Any]]) -> None:
        if not rows or rows[0]["kind"] != "depot" or rows[-1]["kind"] != "depot":
            self.faults.append("does not start and end at the depot")
        first, last = self.truck.leaves
        if not first <= self.leaves_s <= last:
            self.faults.append(f"leaves at {_clock(self.leaves_s)}")
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
                    f"carries {self.kg:.1f} kg at step {row['order']}, not {row['load_kg']:.1f}"
                )
        self._at_home()
        self._check_break()

    def _at_home(self) -> None:
        truck = self.truck
        if self.at != self.depot:
            self.faults.append("does not come home")
        if self.town.facilities and self.kg > 0.0:
            self.faults.append("comes home without having been emptied")
        if self.seconds > truck.shift_s:
            self.faults.append(
                f"takes {self.seconds / 3600:.2f} h, more than {truck.shift_s / 3600:g} h"
            )
        if truck.max_stops is not None and self.stops > truck.max_stops:
            self.faults.append(f"has {self.stops} points, more than {truck.max_stops}")
        if self.all_kg > truck.max_kg + 0.5:
            self.faults.append(f"collects {self.all_kg:,.0f} kg, more than {truck.max_kg:,.0f} kg")
        if truck.max_trips is not None and self.trips > truck.max_trips:
            self.faults.append(f"is filled {self.trips} times, more than {truck.max_trips}")

    def _edge(self, row: dict[str, Any]) -> int:
        edge, town = int(row["edge"]), self.town
        if row["kind"] != "drive":
            self.faults.append(f"step {row['order']} is an edge of kind {row['kind']!r}")
        if town.tail[edge] != self.at or row["node"] != town.head[edge]:
            self.faults.append(f"step {row['order']} begins where the last one did not end")
        if not math.isfinite(town.time[edge]):
            self.faults.append(f"step {row['order']} goes along a closed street")
            return int(row["seconds"])
        self.at, self.came = town.head[edge], edge
        self.edges += 1
        return town.drive_s(edge)

    def _stop(self, row: dict[str, Any]) -> int:
        if row["node"] != self.at:
            self.faults.append(f"stop {row['order']} is not where the truck is")
        kind = row["kind"]
        if kind == "wait":
            return int(row["seconds"])
        if kind == "break":
            self.breaks.append((self.leaves_s + self.seconds, int(row["seconds"])))
            return int(row["seconds"])
        if kind == "collect":
            return self._collect(row)
        if kind == "dump":
            return self._unload(row)
        if kind != "depot" or 0 < row["order"] < self.last:
            self.faults.append(f"has a stop that is none: {kind!r} at step {row['order']}")
        elif not self.town.facilities and row["order"] > 0:
            self.kg = self.litres = 0.0
        return 0

    def _collect(self, row: dict[str, Any]) -> int:
        town, truck, point = self.town, self.truck, int(row["point"])
        if not 0 <= point < len(town.points):
            self.faults.append(f"step {row['order']} collects a point that is none: {point}")
            return int(row["seconds"])
        label = f"{town.points.name[point]} at step {row['order']}"
        self.done[point, self.day] += 1
        days = town.gathered(point, self.day)
        self.stops += 1
        self.trips += not self.is_filled
        self.is_filled = True
        if truck.streams and town.points.stream[point] not in truck.streams:
            self.faults.append(f"collects {label}, which is {town.points.stream[point]}")
        if self.spots.is_far(point, self.at):
            self.faults.append(f"is {town.away_m(point, self.at):.0f} m from {label}")
        elif self.came >= 0 and self.spots.is_wrong_side(point, self.came):
            self.faults.append(f"comes to {label} on the other side of the street")
        self.kg += town.kg(point, days)
        self.all_kg += town.kg(point, days)
        self.litres += town.litres(point, days)
        if self.kg > truck.kg + 0.5:
            self.faults.append(f"carries {self.kg:,.0f} kg after {label}")
        if self.litres > truck.litres + 0.5:
            self.faults.append(f"carries {self.litres:,.0f} l of loose waste after {label}")
        begin, takes = self.leaves_s + self.seconds, town.service_s(point)
        if not town.is_open(point, begin, begin + takes):
            self.faults.append(f"collects {label} at {_clock(begin)}, outside its hours")
        return takes

    def _unload(self, row: dict[str, Any]) -> int:
        town = self.town
        here = self.sites.get(self.at, [])
        own = [f for f in here if f in self.own]
        if not own:
            said = "for its streams" if here else "there"
            self.faults.append(f"unloads at step {row['order']}, and no facility is {said}")
            self.kg = self.litres = 0.0
            self.is_filled = False
            return int(row["seconds"])
        takes = [town.visit_s(f) for f in own]
        k = takes.index(row["seconds"]) if row["seconds"] in takes else 0
        facility, begin = own[k], self.leaves_s + self.seconds
        town.tipped[facility, self.day, begin // 3600] += round(1000 * self.kg)
        self.kg = self.litres = 0.0
        self.is_filled = False
        if not town.takes_at(facility, begin, begin + takes[k]):
            name = town.spec.facility[facility].name
            self.faults.append(f"unloads at {name} at {_clock(begin)}, when it is closed")
        return takes[k]

    def _check_break(self) -> None:
        """One break in its hours, unless the route is over before it must have begun."""
        early, late, length = self.truck.pause
        if not length:
            if self.breaks:
                self.faults.append("has a break that nobody asked for")
            return
        if not self.breaks:
            if self.leaves_s <= late < self.leaves_s + self.seconds:
                self.faults.append(f"has no break, and is out at {_clock(late)}")
            return
        begin, takes = self.breaks[0]
        if len(self.breaks) > 1 or takes != length or not early <= begin <= late:
            self.faults.append(
                f"has {len(self.breaks)} breaks, the first of {takes / 60:g} min at {_clock(begin)}"
            )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}"
