"""Where points lie by the streets and how long it is to get there, counted anew for the check.

Distances are those to the lines of the streets in the plane, ways are found by Dijkstra's method
(1959) over the whole seconds of each edge.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from scenarios.hours import DAY_S

if TYPE_CHECKING:
    from shapely import STRtree

    from scenarios.collection.town import Town, Truck

__all__ = ["Spots"]

_NEAR_M = 2.0  # beyond the nearest street, from a point to its junction
_ONE_M = 1.0
_OPPOSITE = -0.95  # cosine of two directions


class Spots:
    """Places of points by the streets.

    Parameters
    ----------
    town
        Streets, points, trucks and facilities.
    cut_from
        The first junction that was made for a point; those before are the streets' own.
    """

    def __init__(self, town: Town, cut_from: int) -> None:
        self.town, self.cut_from = town, cut_from
        self.open = np.flatnonzero(np.isfinite(np.array(town.time)))
        network = town.network
        self.x, self.y = network.projection.to_xy(town.points.lon, town.points.lat)
        self.ways: dict[tuple[int, bool], dict[int, int]] = {}

    def _line(self, edge: int) -> np.ndarray:
        network = self.town.network
        span = slice(int(network.shape_ptr[edge]), int(network.shape_ptr[edge + 1]))
        return np.stack([network.shape_xy[0][span], network.shape_xy[1][span]], axis=1)

    @cached_property
    def _tree(self) -> STRtree:
        """Lines of the open streets."""
        from shapely import STRtree, linestrings

        lines = [self._line(edge) for edge in self.open.tolist()]
        number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        return STRtree(np.asarray(linestrings(np.concatenate(lines), indices=number)))

    @cached_property
    def street_m(self) -> list[float]:
        """Metres from each point to the nearest open street."""
        from shapely import points

        places = np.asarray(points(self.x, self.y))
        found = self._tree.query_nearest(places, return_distance=True, all_matches=False)
        metres = np.full(len(places), np.inf)
        metres[found[0][0]] = found[1]
        return [float(one) for one in metres]

    def is_far(self, row: int, node: int) -> bool:
        """Whether a junction is farther from a point than the street nearest to it."""
        return self.town.away_m(row, node) > self.street_m[row] + _NEAR_M

    def is_wrong_side(self, row: int, edge: int) -> bool:
        """Whether who comes along an edge to a point with a kerb has it on the other side.

        Where the street can be driven along in the other direction, and the point has a junction
        of its own on it.
        """
        town, network = self.town, self.town.network
        node = town.head[edge]
        word = network.class_names[network.road_class[edge]]
        if word not in town.spec.kerb or node < self.cut_from:
            return False
        line = self._line(edge)
        dx, dy = _direction(line[-2], line[-1])
        off = dx * (self.y[row] - line[-1, 1]) - dy * (self.x[row] - line[-1, 0])
        if (off if town.spec.traffic == "right" else -off) <= _ONE_M:
            return False
        return any(dx * ax + dy * ay < _OPPOSITE for ax, ay in self._through(node, word))

    def _through(self, node: int, word: str) -> list[tuple[float, float]]:
        """Directions in which open streets of a class pass a junction."""
        from shapely import Point

        network = self.town.network
        here = np.array([network.x[node], network.y[node]])
        near = self.open[self._tree.query(Point(*here), predicate="dwithin", distance=_ONE_M)]
        found = []
        for edge in near.tolist():
            line = self._line(edge)
            away = [_away(here, a, b) for a, b in pairwise(line)]
            k = int(np.argmin(away))
            if network.class_names[network.road_class[edge]] == word:
                found.append(_direction(line[k], line[k + 1]))
        return found

    # ---- whether there is the time

    def in_time(self, row: int, truck: Truck) -> bool:
        """Whether a truck could collect a point within its shift and the point's hours."""
        nodes = self.town.network
        off = np.hypot(nodes.x - self.x[row], nodes.y - self.y[row])
        near = np.flatnonzero(off <= self.street_m[row] + _NEAR_M).tolist()
        return bool(near) and all(self._in_time(row, truck, node) for node in near)

    def _in_time(self, row: int, truck: Truck, node: int) -> bool:
        home = self.town.depots[truck.depot]
        there, back = self._seconds(home, ahead=True).get(node), self._back(truck, node)
        if there is None or back is None:
            return False
        first, last = truck.leaves
        takes = self.town.service_s(row)
        for start, until in self._nights(row):
            begin = max(first + there, start)
            leave = min(max(first, begin - there), last)
            if begin + takes <= until and begin + takes + back - leave <= truck.shift_s:
                return True
        return False

    def _nights(self, row: int) -> list[tuple[float, float]]:
        """Hours of a point on the day on which trucks leave."""
        start, until = self.town.points.window[row].tolist()
        first = min(truck.leaves[0] for truck in self.town.trucks.values())
        if until < 0:
            return [(0.0, math.inf)]
        nights = [0] if until > first else [DAY_S]
        nights += [-DAY_S] if until - DAY_S > first else []
        return [(start + night, until + night) for night in nights]

    def _back(self, truck: Truck, node: int) -> int | None:
        """Seconds home, by way of a facility where there are any; None for no way."""
        town, home = self.town, self.town.depots[truck.depot]
        if not town.facilities:
            return self._seconds(home, ahead=False).get(node)
        found = []
        for f, place in enumerate(town.facilities):
            to, on = self._seconds(place, ahead=False), self._seconds(home, ahead=False)
            if town.takes(f, truck) and node in to and place in on:
                found.append(to[node] + town.visit_s(f) + on[place])
        return min(found, default=None)

    def _seconds(self, node: int, *, ahead: bool) -> dict[int, int]:
        """Seconds from a junction to all others, or from all others to it."""
        if (node, ahead) not in self.ways:
            self.ways[node, ahead] = self._dijkstra(node, self._next[ahead])
        return self.ways[node, ahead]

    @cached_property
    def _next(self) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]]:
        """Where one comes from each junction, and where to, with the seconds."""
        town = self.town
        before: dict[int, list[tuple[int, int]]] = defaultdict(list)
        after: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for edge in self.open.tolist():
            seconds = town.drive_s(edge)
            before[town.head[edge]].append((town.tail[edge], seconds))
            after[town.tail[edge]].append((town.head[edge], seconds))
        return before, after

    @staticmethod
    def _dijkstra(node: int, onward: dict[int, list[tuple[int, int]]]) -> dict[int, int]:
        best: dict[int, int] = {}
        heap = [(0, node)]
        while heap:
            seconds, at = heapq.heappop(heap)
            if at in best:
                continue
            best[at] = seconds
            for following, more in onward.get(at, ()):
                if following not in best:
                    heapq.heappush(heap, (seconds + more, following))
        return best


def _direction(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    metres = math.hypot(*(b - a)) or 1.0
    return float(b[0] - a[0]) / metres, float(b[1] - a[1]) / metres


def _away(at: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Metres from a place to a line from one place to another."""
    length = float(((b - a) ** 2).sum())
    share = min(1.0, max(0.0, float((at - a) @ (b - a)) / length)) if length else 0.0
    return math.hypot(*(at - a - share * (b - a)))
