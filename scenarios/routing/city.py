"""Streets, vehicles and hours as plain numbers, for the check of a plan.

Written a second time on purpose, from the words of the table: what makes a plan and what checks it
share nothing but the schema, the words for a job, the network with its turns, and the outlines of
areas.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.hours import DAYS, clock_s, day_index, moment_s
from scenarios.routing.jobs import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from networks import RoadNetwork, TurnRules
    from scenarios.routing.schema import RoutesSpec, VehicleSpec, WindowSpec

__all__ = ["City", "Vehicle"]

_DAY_S = 86_400


@dataclass(frozen=True)
class Vehicle:
    """A kind of vehicle, as the table describes it."""

    name: str
    count: int | None
    depot: int
    classes: frozenset[str]
    capacity_t: float
    sweep_kmh: Any
    shift_h: float
    leaves_s: int
    break_s: tuple[int, int, int]  # length, earliest and latest begin; length 0 for none


class City:
    """Edges as plain numbers.

    Parameters
    ----------
    network, spec
        The streets, and the table that asks for the routes.
    period
        Of the week, whose times hold.
    rules
        Banned turns, if any.
    areas
        Outlines, in degrees, of the areas that the table names.
    """

    def __init__(
        self,
        network: RoadNetwork,
        spec: RoutesSpec,
        period: int,
        rules: TurnRules | None,
        areas: Sequence[BaseGeometry] = (),
    ) -> None:
        self.spec = spec
        self.terms = terms_of(spec)
        self.areas = areas
        self.lon: list[float] = network.lon.tolist()
        self.lat: list[float] = network.lat.tolist()
        self.network = network
        self.tail: list[int] = network.tail.tolist()
        self.head: list[int] = network.head.tolist()
        self.twin: list[int] = network.reverse.tolist()
        self.length: list[float] = network.length_m.tolist()
        self.time: list[float] = network.edge_times_s(period).tolist()
        self.kind = [network.class_names[code] for code in network.road_class.tolist()]
        self.name = [network.names[code].strip().lower() for code in network.name.tolist()]
        self.vehicles = _vehicles(spec)
        numbers = [day_index(day) for day in spec.days] or range(len(DAYS))
        self.day_numbers = tuple(sorted(numbers))
        self.days = [DAYS[day][:3] for day in self.day_numbers] if spec.is_week else [""]
        self.hours: dict[tuple[str, str], list[WindowSpec]] = {}
        seconds = spec.turn_s
        costs = (seconds.left, seconds.right, seconds.straight, seconds.u_turn)
        self.turning = any(costs) or spec.u_turns != "allowed" or spec.restrictions
        self.rules = rules
        self.banned: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
        for row in [] if rules is None else rules.sequences():
            self.banned[row[-1]].append(row)
        self.turns: dict[tuple[int, int], int] = {}

    # ---- what is asked

    def wanted(self, edge: int) -> bool:
        """Whether the words of the question ask for an edge."""
        return self._named(edge) and (not self.spec.areas or self._inside(edge))

    def _named(self, edge: int) -> bool:
        spec = self.spec
        if self.name[edge] in {name.strip().lower() for name in spec.not_streets}:
            return False
        if spec.streets:
            return self.name[edge] in {name.strip().lower() for name in spec.streets}
        return not spec.classes or self.kind[edge] in spec.classes

    def _inside(self, edge: int) -> bool:
        """Whether the middle between the ends of an edge lies in an area that is named."""
        from shapely.geometry import Point

        tail, head = self.tail[edge], self.head[edge]
        lon = (self.lon[tail] + self.lon[head]) / 2
        lat = (self.lat[tail] + self.lat[head]) / 2
        return any(area.contains(Point(lon, lat)) for area in self.areas)

    def times(self, edge: int) -> int:
        """How often an edge is to be swept in all days together."""
        figure = self.spec.frequency
        if not isinstance(figure, dict):
            return 1 if figure is None else int(figure)
        for name, times in figure.items():
            if self.name[edge] and name.strip().lower() == self.name[edge]:
                return int(times)
        return int(figure[self.kind[edge]] if self.kind[edge] in figure else figure["other"])

    def label(self, edge: int) -> str:
        """Name of the street of an edge, for a message."""
        network = self.network
        return network.names[network.name[edge]] or "a street without a name"

    def vehicle(self, name: str) -> Vehicle | None:
        """Find a kind by its name."""
        return next((vehicle for vehicle in self.vehicles if vehicle.name == name), None)

    # ---- what edges take

    def is_open(self, edge: int) -> bool:
        """Whether an edge can be driven along."""
        return math.isfinite(self.time[edge])

    def drive_s(self, edge: int) -> int:
        """Seconds of driving along an edge."""
        own = self.length[edge] * 3.6 / self.spec.drive_kmh if self.spec.drive_kmh else 0.0
        return max(1, round(max(self.time[edge], own)))

    def sweep_s(self, edge: int, vehicle: Vehicle) -> int:
        """Seconds of sweeping an edge."""
        return max(1, round(self.length[edge] * 3.6 / self._figure(vehicle.sweep_kmh, edge)))

    def kg(self, edge: int) -> float:
        """Kilograms that lie along an edge, or litres that are spread there."""
        spec = self.spec
        figure = spec.water_l_per_km if spec.job == "water" else spec.dirt_kg_per_km
        return self.length[edge] / 1000.0 * self._figure(figure, edge)

    def _figure(self, figure: Any, edge: int) -> float:  # noqa: ANN401 - a number or a table
        if isinstance(figure, dict):
            return float(figure[self.kind[edge]] if self.kind[edge] in figure else figure["other"])
        return float(figure)

    # ---- turns

    def note_turns(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Find the seconds of turns that a plan makes, by the lines of the streets."""
        import numpy as np

        from networks.turn_costs import TurnCosts

        new = sorted(set(pairs) - set(self.turns))
        if not new:
            return
        table = np.array(new, dtype=np.int64)
        said = self.spec.turn_s
        back = round(said.u_turn)
        costs = TurnCosts(
            across_s=round(said.left),
            near_s=round(said.right),
            straight_s=round(said.straight),
            u_turn_s=back,
            dead_end_s=back,
        )
        roundabout = None if self.rules is None else self.rules.roundabout
        seconds = costs.seconds(self.network, table[:, 0], table[:, 1], roundabout)
        self.turns |= dict(zip(new, seconds.astype(np.int64).tolist(), strict=True))

    def may_turn(self, trail: Sequence[int], edge: int) -> bool:
        """Whether one who came along the edges of a trail may go on along another."""
        if any(tuple(trail[1 - len(row) :]) == row[:-1] for row in self.banned[edge]):
            return False
        last = trail[-1]
        if self.twin[last] != edge or self.spec.u_turns == "allowed":
            return True
        if self.spec.u_turns == "forbidden":
            return False
        return not any(
            other != edge
            and self.tail[other] == self.head[last]
            and self.is_open(other)
            and (last, other) not in self.banned[other]
            for other in self._out(self.head[last])
        )

    def _out(self, node: int) -> range:
        """Edges that leave a node."""
        return range(int(self.network.indptr[node]), int(self.network.indptr[node + 1]))

    # ---- hours

    def open_throughout(self, edge: int, start_s: int, end_s: int) -> bool:
        """Whether an edge may be swept from one second after some midnight until another."""
        key = (self.name[edge], self.kind[edge])
        if key not in self.hours:
            self.hours[key] = self._windows(*key)
        windows = self.hours[key]
        if not windows:
            return True
        changes = {start_s, end_s - 1}
        for window in windows:
            for clock in (clock_s(window.from_), clock_s(window.until)):
                for day in range(start_s // _DAY_S - 1, end_s // _DAY_S + 2):
                    changes |= {clock + day * _DAY_S, clock + day * _DAY_S - 1}
        return all(_is_open(windows, at) for at in changes if start_s <= at < end_s)

    def _windows(self, name: str, kind: str) -> list[WindowSpec]:
        windows = self.spec.window
        by_name = [w for w in windows if name in [street.strip().lower() for street in w.streets]]
        by_class = [w for w in windows if kind in w.classes]
        return by_name or by_class or [w for w in windows if not (w.streets or w.classes)]


def _is_open(windows: Sequence[WindowSpec], at: int) -> bool:
    """Whether streets with these windows may be swept at a second after some midnight."""
    inside = [_holds(window, at % _DAY_S) for window in windows]
    closed = any(on for on, window in zip(inside, windows, strict=True) if window.closed)
    openings = [on for on, window in zip(inside, windows, strict=True) if not window.closed]
    return not closed and (any(openings) or not openings)


def _holds(window: WindowSpec, clock: int) -> bool:
    start, end = clock_s(window.from_), clock_s(window.until)
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end


def _vehicles(spec: RoutesSpec) -> tuple[Vehicle, ...]:
    found = []
    names = [depot.name for depot in spec.depot]
    tables: list[VehicleSpec | None] = [*spec.vehicle]
    for table in tables or [None]:

        def own(key: str, table: Any = table) -> Any:  # noqa: ANN401 - as the table has it
            value = getattr(table, key, None)
            return getattr(spec, key) if value is None else value

        leaves = moment_s(spec.at) % _DAY_S
        if table is not None and table.leaves is not None:
            leaves = clock_s(table.leaves)
        early, late = own("break_after_h") or [0.0, 0.0]
        found.append(
            Vehicle(
                "" if table is None else table.name,
                spec.vehicles if table is None else table.count,
                names.index(table.depot) if table is not None and table.depot else 0,
                frozenset(() if table is None else table.classes),
                own("tank_m3" if spec.job == "water" else "capacity_t"),
                own("sweep_kmh"),
                own("shift_h"),
                int(leaves),
                (round(60 * own("break_min")), round(3600 * early), round(3600 * late)),
            )
        )
    return tuple(found)
