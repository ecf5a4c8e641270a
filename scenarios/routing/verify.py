"""Checking a plan of routes against the streets, with nothing of what made it.

It reads the written tables, the scenario's own words and the network's arrays, and counts anew:
which street sides are to be swept, whether each is, whether one edge begins where the last ended,
what every edge takes and holds, and whether load and shift are kept.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from networks import RoadNetwork
    from scenarios.routing.schema import RoutesSpec

__all__ = ["RouteCheck", "verify_routes"]


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
    depot: int,
    dumps: tuple[int, ...],
    inside: frozenset[int] | None = None,
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
    depot, dumps
        Nodes.
    inside
        Edges in the areas that the question names, where it names some.
    seconds
        That all routes are said to take.
    """
    city = _City(network, spec, period)
    faults: list[str] = []
    swept: Counter[int] = Counter()
    total = driven = 0
    columns = [str(column) for column in legs]
    for route, rows in legs.sort_values(["route", "order"]).groupby("route"):
        found = _Route(city, depot, dumps, swept)
        found.follow([dict(zip(columns, row, strict=True)) for row in rows.itertuples(index=False)])
        faults += [f"route {route}: {words}" for words in found.faults]
        total += found.seconds
        driven += found.edges
    groups = _groups(city, set(left_out["edge"].tolist()), inside)
    faults += _service_faults(network, groups, swept)
    if seconds is not None and total != seconds:
        faults.append(f"the routes take {total} s, not {seconds} s")
    count = legs["route"].nunique()
    if spec.vehicles is not None and count > spec.vehicles:
        faults.append(f"there are {count} routes and {spec.vehicles} vehicles")
    return RouteCheck(len(groups), driven, total, tuple(faults))


class _City:
    """Edges as plain numbers."""

    def __init__(self, network: RoadNetwork, spec: RoutesSpec, period: int) -> None:
        self.spec = spec
        self.tail: list[int] = network.tail.tolist()
        self.head: list[int] = network.head.tolist()
        self.twin: list[int] = network.reverse.tolist()
        self.length: list[float] = network.length_m.tolist()
        self.time: list[float] = network.edge_times_s(period).tolist()
        self.kind = [network.class_names[code] for code in network.road_class.tolist()]
        self.name = [network.names[code].lower() for code in network.name.tolist()]

    def is_open(self, edge: int) -> bool:
        return math.isfinite(self.time[edge])

    def wanted(self, edge: int) -> bool:
        """Whether the words of the question ask for an edge, areas apart."""
        spec = self.spec
        if self.name[edge] in {name.strip().lower() for name in spec.not_streets}:
            return False
        if spec.streets:
            return self.name[edge] in {name.strip().lower() for name in spec.streets}
        return not spec.classes or self.kind[edge] in spec.classes

    def drive_s(self, edge: int) -> int:
        own = self.length[edge] * 3.6 / self.spec.drive_kmh if self.spec.drive_kmh else 0.0
        return max(1, round(max(self.time[edge], own)))

    def sweep_s(self, edge: int) -> int:
        return max(1, round(self.length[edge] * 3.6 / self._figure(self.spec.sweep_kmh, edge)))

    def kg(self, edge: int) -> float:
        return self.length[edge] / 1000.0 * self._figure(self.spec.dirt_kg_per_km, edge)

    def _figure(self, figure: Any, edge: int) -> float:  # noqa: ANN401 - a number or a table
        if isinstance(figure, dict):
            return float(figure[self.kind[edge]] if self.kind[edge] in figure else figure["other"])
        return float(figure)


def _groups(
    city: _City, left_out: set[int], inside: frozenset[int] | None
) -> list[tuple[int, ...]]:
    """Edges of each side that is to be swept once: along any one of them."""
    chosen = set()
    for edge in range(len(city.tail)):
        if city.wanted(edge) and (inside is None or edge in inside):
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


def _service_faults(
    network: RoadNetwork, groups: list[tuple[int, ...]], swept: Counter[int]
) -> list[str]:
    faults = []
    for group in groups:
        times = sum(swept.pop(edge, 0) for edge in group)
        if times != 1:
            street = network.names[network.name[group[0]]] or "a street without a name"
            faults.append(f"{street} (edge {group[0]}) is swept {times} times, not once")
    for edge, times in sorted(swept.items()):
        if times:
            faults.append(f"edge {edge} is swept {times} times, and was not to be")
    return faults


class _Route:
    """One route, followed edge by edge."""

    def __init__(
        self, city: _City, depot: int, dumps: tuple[int, ...], swept: Counter[int]
    ) -> None:
        self.city = city
        self.depot = depot
        self.dumps = dumps
        self.swept = swept
        self.faults: list[str] = []
        self.seconds = self.edges = 0
        self.kg = 0.0
        self.at = depot

    def follow(self, rows: list[dict[str, Any]]) -> None:
        spec = self.city.spec
        if not rows or rows[0]["kind"] != "depot" or rows[-1]["kind"] != "depot":
            self.faults.append("does not start and end at the depot")
        for row in rows:
            if row["start_s"] != self.seconds:
                self.faults.append(f"says {row['start_s']} s at step {row['order']}, is at "
                                   f"{self.seconds} s")  # fmt: skip
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
        if self.at != self.depot:
            self.faults.append("does not come home")
        if self.dumps and self.kg > 0.0:
            self.faults.append("comes home without having been emptied")
        if self.seconds > 3600 * spec.shift_h:
            self.faults.append(f"takes {self.seconds / 3600:.2f} h, more than {spec.shift_h:g} h")

    def _edge(self, row: dict[str, Any]) -> int:
        edge, city = int(row["edge"]), self.city
        if city.tail[edge] != self.at:
            self.faults.append(f"step {row['order']} begins where the last one did not end")
        if not city.is_open(edge):
            self.faults.append(f"step {row['order']} goes along a closed street")
        self.at = city.head[edge]
        self.edges += 1
        if row["kind"] != "sweep":
            return city.drive_s(edge)
        self.swept[edge] += 1
        self.kg += city.kg(edge)
        if self.kg > 1000.0 * city.spec.capacity_t + 0.5:
            self.faults.append(f"carries {self.kg:.0f} kg after step {row['order']}")
        return city.sweep_s(edge)

    def _stop(self, row: dict[str, Any]) -> int:
        if row["node"] != self.at:
            self.faults.append(f"stop {row['order']} is not where the vehicle is")
        if row["kind"] == "dump":
            if row["node"] not in self.dumps:
                self.faults.append(f"stop {row['order']} is at no dump site")
            self.kg = 0.0
            return round(60.0 * self.city.spec.dump_min)
        if not self.dumps and row["order"] > 0:
            self.kg = 0.0
        return 0
