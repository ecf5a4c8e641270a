"""The travel models once more, in plain Python: what the SimPy twin drives on.

Shares no code with `driving`; the rules are those of its text. A spot is a tuple (place, a, b).
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sim.dispatch.travel import MatrixTravel, PlaneTravel, StreetTravel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.dispatch.travel import TravelModel

Spot = tuple[int, float, float]
HOUR_S = 3600.0
WEEK_HOURS = 168
TICKS_PER_S = 1_048_576
SHORTEST_TIME_S = 1.0 / 1024.0
NO_WAY = -1


class Way(NamedTuple):
    """A way between two spots, as it looks at the speeds of one hour, on the streets open then.

    `stretches` is empty for models without streets.
    """

    seconds: float
    choice: int
    layer: int
    period: int


class Moved(NamedTuple):
    """Where a unit is after driving for a while, and how far and how long it drove."""

    spot: Spot
    metres: float
    seconds: float


class ReferenceRoads(Protocol):
    """What the reference asks of a travel model."""

    def close(self, edges: frozenset[int]) -> None:
        """Close some streets from now on, and reopen all others."""
        ...

    def way(self, start: Spot, end: Spot, *, lights: bool, week_s: float) -> Way:
        """Return the quickest way at the speeds of a moment; infinite seconds if there is none."""
        ...

    def duration_s(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float
    ) -> float:
        """Return how long the way takes if it is begun then."""
        ...

    def along(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float,
        elapsed_s: float, duration_s: float,
    ) -> Moved:  # fmt: skip
        """Return where a unit is on the way after some seconds (inf: at the end)."""
        ...


class ReferenceMatrix:
    """Places with known times."""

    def __init__(self, travel: MatrixTravel) -> None:
        self._time = [[float(t) for t in row] for row in travel.time_s]
        self._x = [float(x) for x in travel.x_m]
        self._y = [float(y) for y in travel.y_m]
        self._distance = travel.distance_m

    def close(self, edges: frozenset[int]) -> None:
        """See `ReferenceRoads`: there are no streets to close."""
        del edges

    def _metres(self, start: int, end: int) -> float:
        if self._distance is not None:
            return float(self._distance[start][end])
        return _straight((0, self._x[start], self._y[start]), (0, self._x[end], self._y[end]))

    def way(self, start: Spot, end: Spot, *, lights: bool, week_s: float) -> Way:
        """See `ReferenceRoads`."""
        del lights, week_s
        return Way(self._time[start[0]][end[0]], 0, 0, 0)

    def duration_s(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float
    ) -> float:
        """See `ReferenceRoads`."""
        del start, end, week_s
        return way.seconds / factor

    def along(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float,
        elapsed_s: float, duration_s: float,
    ) -> Moved:  # fmt: skip
        """See `ReferenceRoads`."""
        del way, factor, week_s
        metres = self._metres(start[0], end[0])
        if math.isinf(elapsed_s):
            return Moved(end, metres, duration_s)
        share = elapsed_s / duration_s
        x = self._x[start[0]] + (self._x[end[0]] - self._x[start[0]]) * share
        y = self._y[start[0]] + (self._y[end[0]] - self._y[start[0]]) * share

        def squared(k: int) -> float:
            return (self._x[k] - x) * (self._x[k] - x) + (self._y[k] - y) * (self._y[k] - y)

        nearest = min(range(len(self._x)), key=lambda k: (squared(k), k))
        return Moved((nearest, 0.0, 0.0), metres * share, elapsed_s)


class ReferencePlane:
    """A law of distance."""

    def __init__(self, travel: PlaneTravel) -> None:
        self._a = travel.acceleration_ms2
        self._v = travel.cruising_ms

    def close(self, edges: frozenset[int]) -> None:
        """See `ReferenceRoads`: there are no streets to close."""
        del edges

    def way(self, start: Spot, end: Spot, *, lights: bool, week_s: float) -> Way:
        """See `ReferenceRoads`."""
        del lights, week_s
        d = _straight(start, end)
        if d <= self._v * self._v / self._a:
            return Way(2.0 * math.sqrt(d / self._a), 0, 0, 0)
        return Way(self._v / self._a + d / self._v, 0, 0, 0)

    def duration_s(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float
    ) -> float:
        """See `ReferenceRoads`."""
        del start, end, week_s
        return way.seconds / factor

    def along(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float,
        elapsed_s: float, duration_s: float,
    ) -> Moved:  # fmt: skip
        """See `ReferenceRoads`."""
        del way, factor, week_s
        if math.isinf(elapsed_s):
            return Moved(end, _straight(start, end), duration_s)
        share = elapsed_s / duration_s
        here = (
            0,
            start[1] + (end[1] - start[1]) * share,
            start[2] + (end[2] - start[2]) * share,
        )
        return Moved(here, _straight(start, here), elapsed_s)


def _straight(start: Spot, end: Spot) -> float:
    dx, dy = end[1] - start[1], end[2] - start[2]
    return math.sqrt(dx * dx + dy * dy)


def _ticked(seconds: float) -> float:
    """Round to whole ticks, of which sums are exact."""
    if math.isinf(seconds):
        return seconds
    return max(round(seconds * TICKS_PER_S) / TICKS_PER_S, SHORTEST_TIME_S)


class ReferenceStreets:
    """Streets, with one backward tree for each node that somebody drives to."""

    def __init__(self, travel: StreetTravel) -> None:
        net = travel.network
        self._tail = net.tail.tolist()
        self._head = net.head.tolist()
        self._reverse = net.reverse.tolist()
        self._length = net.length_m.tolist()
        self._out: list[list[int]] = [[] for _ in range(net.n_nodes)]
        self._in: list[list[int]] = [[] for _ in range(net.n_nodes)]
        for e in range(net.n_edges):
            self._out[self._tail[e]].append(e)
            self._in[self._head[e]].append(e)
        self._periods = net.n_periods
        self._period_of_hour = net.profile.period_of_hour.tolist()
        layers = [net] if travel.lights_network is None else [net, travel.lights_network]
        self._layers = len(layers)
        self._times = [
            [[_ticked(t) for t in n.edge_times_s(p).tolist()] for p in range(self._periods)]
            for n in layers
        ]
        self._closed: frozenset[int] = frozenset()
        self._trees: dict[tuple[int, int, int, frozenset[int]], list[float]] = {}

    def close(self, edges: frozenset[int]) -> None:
        """See `ReferenceRoads`."""
        self._closed = edges

    # ---- times to a node

    def _tree(self, layer: int, period: int, target: int) -> list[float]:
        key = (layer, period, target, self._closed)
        if key in self._trees:
            return self._trees[key]
        time = self._times[layer][period]
        label = [math.inf] * len(self._out)
        label[target] = 0.0
        heap = [(0.0, target)]
        while heap:
            d, v = heapq.heappop(heap)
            if d > label[v]:
                continue
            for e in self._in[v]:
                u = self._tail[e]
                if e not in self._closed and time[e] + d < label[u]:
                    label[u] = time[e] + d
                    heapq.heappush(heap, (label[u], u))
        self._trees[key] = label
        return label

    # ---- ways

    def way(self, start: Spot, end: Spot, *, lights: bool, week_s: float) -> Way:
        """See `ReferenceRoads`."""
        layer = self._layers - 1 if lights else 0
        period = self._period_of_hour[int(week_s // HOUR_S) % WEEK_HOURS]
        time = self._times[layer][period]
        (e, f, _), (g, h, _) = start, end
        r, s = self._reverse[e], self._reverse[g]
        options: list[tuple[float, int]] = []
        if e == g or (r >= 0 and r == g):
            target = h if e == g else 1.0 - h
            if target >= f:
                options.append(((target - f) * time[e], 0))
            if r >= 0 and target <= f:
                options.append(((f - target) * time[r], 1))
        leaving = [((1.0 - f) * time[e], self._head[e])]
        if r >= 0:
            leaving.append((f * time[r], self._tail[e]))
        entering = [(h * time[g], self._tail[g])]
        if s >= 0:
            entering.append(((1.0 - h) * time[s], self._head[g]))
        for i, (out, node) in enumerate(leaving):
            for j, (into, gate) in enumerate(entering):
                options.append(
                    ((out + self._tree(layer, period, gate)[node]) + into, 2 + 2 * i + j)
                )
        best, choice = math.inf, NO_WAY
        for seconds, option in options:
            if seconds < best:
                best, choice = seconds, option
        return Way(best, choice, layer, period)

    def _stretches(self, way: Way, start: Spot, end: Spot) -> Iterator[tuple[int, float, float]]:
        """Yield (edge, from fraction, to fraction) along a way."""
        (e, f, _), (g, h, _) = start, end
        r = self._reverse[e]
        target = h if e == g else 1.0 - h
        if way.choice == 0:
            yield e, f, target
            return
        if way.choice == 1:
            yield r, 1.0 - f, 1.0 - target
            return
        leaves_by_tail, enters_by_head = divmod(way.choice - 2, 2)
        first = r if leaves_by_tail else e
        yield first, (1.0 - f) if leaves_by_tail else f, 1.0
        node = self._head[first]
        gate = self._head[g] if enters_by_head else self._tail[g]
        tree = self._tree(way.layer, way.period, gate)
        time = self._times[way.layer][way.period]
        while node != gate:
            edge = next(
                k
                for k in self._out[node]
                if k not in self._closed and time[k] + tree[self._head[k]] == tree[node]
            )
            yield edge, 0.0, 1.0
            node = self._head[edge]
        if enters_by_head:
            yield self._reverse[g], 0.0, 1.0 - h
        else:
            yield g, 0.0, h

    def _until_change_s(self, hour: int) -> float:
        """Seconds from the start of an hour of the week until the period changes."""
        for ahead in range(1, WEEK_HOURS):
            later = self._period_of_hour[(hour + ahead) % WEEK_HOURS]
            if later != self._period_of_hour[hour]:
                return ahead * HOUR_S
        return math.inf

    def duration_s(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float
    ) -> float:
        """See `ReferenceRoads`."""
        seconds = way.seconds / factor
        if way.choice == NO_WAY:
            return seconds
        hour = int(week_s // HOUR_S) % WEEK_HOURS
        if self._periods > 1 and seconds > self._until_change_s(hour) - (week_s - hour * HOUR_S):
            return self.along(
                way, start, end, factor=factor, week_s=week_s,
                elapsed_s=math.inf, duration_s=math.inf,
            ).seconds  # fmt: skip
        return seconds

    def along(
        self, way: Way, start: Spot, end: Spot, *, factor: float, week_s: float,
        elapsed_s: float, duration_s: float,
    ) -> Moved:  # fmt: skip
        """See `ReferenceRoads`."""
        del duration_s
        hour = int(week_s // HOUR_S) % WEEK_HOURS
        period = self._period_of_hour[hour]
        change = self._until_change_s(hour) - (week_s - hour * HOUR_S)
        clock = metres = 0.0
        edge, at = start[0], start[1]
        for edge, begin, finish in self._stretches(way, start, end):
            at = begin
            while True:
                time = self._times[way.layer][period][edge] / factor
                need = (finish - at) * time
                stop = min(change, elapsed_s)
                if clock + need <= stop:
                    clock += need
                    break
                at = min(at + (stop - clock) / time, finish)
                clock = stop
                if stop == elapsed_s:
                    metres += (at - begin) * self._length[edge]
                    return Moved((edge, at, 0.0), metres, clock)
                hour = int((week_s + change) // HOUR_S) % WEEK_HOURS
                period = self._period_of_hour[hour]
                change = change + self._until_change_s(hour)
            metres += (finish - begin) * self._length[edge]
            at = finish
        return Moved((edge, at, 0.0), metres, clock)


def reference_roads(travel: TravelModel) -> ReferenceRoads:
    """Return the plain-Python side of a travel model."""
    if isinstance(travel, StreetTravel):
        return ReferenceStreets(travel)
    if isinstance(travel, MatrixTravel):
        return ReferenceMatrix(travel)
    return ReferencePlane(travel)
