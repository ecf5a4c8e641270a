"""From a travel model to the arrays that the kernel drives on, and who has them at the moment.

Every replication at work borrows a `Roads` of its own; what never changes is shared by all.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.dispatch.travel import STREETS, MatrixTravel, StreetTravel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from networks.cch.customise import Half
    from sim.dispatch.closures import Timeline
    from sim.dispatch.roads import Roads
    from sim.dispatch.travel import TravelModel

ROWS_SHARED_BYTES = 600_000_000
"""All rows are made at once, for all threads, where they take no more than this."""
SETS_SHARED = 12
"""That is, with at most so many different sets of closed streets."""
ROWS_POOL_BYTES = 256_000_000
"""Otherwise each replication at work keeps a pool of rows of this size."""
ROWS_TO_SPARE = 64
"""Rows that may be replaced, at the least."""
LINES_BYTES = 32_000_000
"""Where the rows of all sets of closed streets are is kept within this; else only of the last."""
METRICS_BYTES = 400_000_000
"""A hierarchy is kept for as many sets of closed streets as fit; others make rows by searches."""
HIERARCHY_FROM = 2_000
"""Nodes from which on rows come from a contraction hierarchy instead of plain searches."""
TICKS_PER_S = 2.0**20
SHORTEST_TIME_S = 2.0**-10


def own_array(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
    """Copy to a writable array: numba compiles a version of its own for read-only ones."""
    return np.array(values, dtype=dtype, order="C")


@dataclass(eq=False)
class RoadArrays:
    """The arrays of one travel model with its closures.

    Parameters
    ----------
    travel, closures
        What is driven on, and when streets of it are closed.
    driven_to
        Gives edges on which units often drive to (stations, hospitals): rows to their ends are not
        replaced.
    """

    travel: TravelModel
    closures: Timeline
    driven_to: Callable[[], NDArray[np.int64]]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pools: list[Roads] = field(default_factory=list)

    def borrow(self) -> Roads:
        """Arrays with working memory of their own; give them back."""
        with self._lock:
            if self._pools:
                return self._pools.pop()
        return self._new()

    def give_back(self, roads: Roads) -> None:
        """Return what `borrow` lent."""
        with self._lock:
            self._pools.append(roads)

    def _new(self) -> Roads:
        if not isinstance(self.travel, StreetTravel):
            return _without_streets(self.travel, self.closures)
        with self._lock:
            shared = self._shared_rows
            _ = (self._in_other, self._in_times, self._hierarchy)
        return self._pooled() if shared is None else self._on_streets(*shared)

    # ---- streets

    @property
    def _streets(self) -> StreetTravel:
        assert isinstance(self.travel, StreetTravel)  # noqa: S101 - asked for streets only
        return self.travel

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Seconds by layer and period, and edge: whole ticks, at least 2^-10 s, so that ways end.

        Sums of whole ticks are exact, so every exact shortest-path method gives the same bits.
        """
        ordinary, lights = self._streets.network, self._streets.lights_network
        periods = range(ordinary.n_periods)
        rows = [ordinary.edge_times_s(p) for p in periods]
        if lights is not None:
            rows += [lights.edge_times_s(p) for p in periods]
        return np.maximum(np.round(np.array(rows) * TICKS_PER_S) / TICKS_PER_S, SHORTEST_TIME_S)

    @cached_property
    def _in_other(self) -> NDArray[np.int32]:
        net = self._streets.network
        return np.ascontiguousarray(net.tail[net.in_edge])

    @cached_property
    def _in_times(self) -> NDArray[np.float64]:
        return np.ascontiguousarray(self.times[:, self._streets.network.in_edge])

    @cached_property
    def _shared_rows(self) -> tuple[NDArray[np.float64], NDArray[np.int32]] | None:
        """All rows, and where they are; None where they would take too much memory."""
        if not isinstance(self.travel, StreetTravel):
            return None
        n = self.travel.network.n_nodes
        layers, sets = len(self.times), self.closures.n_sets
        if sets > SETS_SHARED or n * n * layers * sets * 8 > ROWS_SHARED_BYTES:
            return None
        from concurrent.futures import ThreadPoolExecutor
        from os import cpu_count

        from sim.dispatch.rows import close_set, fill_row

        rows = np.empty((sets * layers * n, n))
        row_of = np.arange(sets * layers * n, dtype=np.int32).reshape(sets * layers, n)
        workers = cpu_count() or 1
        parts = [self._on_streets(rows, row_of) for _ in range(workers)]

        def fill(k: int) -> None:
            for number in range(sets):
                close_set(parts[k], number)
                first = number * layers * n
                for row in range(k, layers * n, workers):
                    fill_row(parts[k], row // n, row % n, first + row)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(fill, range(workers)))
        return rows, row_of

    def _pooled(self) -> Roads:
        """Rows as they are needed; those of stations and hospitals stay."""
        from sim.dispatch.rows import close_set, fill_row

        net = self._streets.network
        layers, sets = len(self.times), self.closures.n_sets
        edges = self.driven_to()
        nodes = np.unique(np.concatenate([net.tail[edges], net.head[edges]]))
        fixed = len(nodes) * layers
        room = max(int(ROWS_POOL_BYTES / (8 * net.n_nodes)), fixed + ROWS_TO_SPARE)
        kept = sets if sets * layers * net.n_nodes * 4 <= LINES_BYTES else 1
        roads = self._on_streets(
            np.empty((room, net.n_nodes)), np.full((kept * layers, net.n_nodes), -1, np.int32)
        )
        row = 0
        for number in range(kept):
            if number and (number + 1) * fixed > room // 2:
                break
            close_set(roads, number)
            for layer in range(layers):
                for node in nodes:
                    fill_row(roads, layer, int(node), row)
                    row += 1
        close_set(roads, 0)
        roads.cursor[:] = row
        return roads

    def _on_streets(self, rows: NDArray[np.float64], row_of: NDArray[np.int32]) -> Roads:
        from networks.kernels import new_scratch
        from sim.dispatch.roads import Roads

        net, times, line = self._streets.network, self.times, self.closures
        run_h = np.full(168, np.inf)
        hours = np.asarray(net.profile.period_of_hour)
        if (hours != hours[0]).any():
            for hour in range(168):
                later = np.flatnonzero(np.roll(hours, -hour) != hours[hour])
                run_h[hour] = float(later[0])
        # What closures change is each borrower's own.
        changes = not line.is_empty
        in_place = np.zeros(net.n_edges, np.int64)
        in_place[net.in_edge] = np.arange(net.n_edges)
        return Roads(
            kind=STREETS, periods=net.n_periods, lights_layer=int(len(times) > net.n_periods),
            indptr=net.indptr.copy(), head=net.head.copy(), tail=net.tail.copy(),
            reverse=net.reverse.copy(), in_indptr=net.in_indptr.copy(), in_other=self._in_other,
            in_times=self._in_times.copy() if changes else self._in_times,
            times=times, open_s=times.copy() if changes else times, length_m=net.length_m.copy(),
            period_of_hour=hours.copy(), run_h=run_h,
            rows=rows, row_of=row_of,
            row_key=np.full(len(rows), -1, np.int64), cursor=np.zeros(2, np.int64),
            scratch=new_scratch(net.n_nodes), seed=np.full(2, -1, np.int64), no_cost=np.zeros(2),
            all_wanted=np.zeros(1, np.bool_),
            hierarchy=int(net.n_nodes >= HIERARCHY_FROM), label=np.empty(net.n_nodes),
            **self._hierarchy, **_changes(line),
            in_place=in_place, now=np.array([-1 if changes else 0, 0]),
            matrix=np.zeros((1, 1)), x=np.zeros(1), y=np.zeros(1), distance_m=np.zeros((1, 1)),
            acceleration=1.0, cruising=1.0,
        )  # fmt: skip

    @cached_property
    def _hierarchy(self) -> dict[str, NDArray[Any]]:
        """Contraction hierarchies by set, layer and period, where the network is large enough."""
        travel = self.travel
        if not isinstance(travel, StreetTravel) or travel.network.n_nodes < HIERARCHY_FROM:
            return _no_hierarchy()
        topology = travel.network.topology
        metrics = self._metrics()
        found: dict[str, NDArray[Any]] = {
            "rank": own_array(topology.rank, np.int32),
            "node_of_rank": own_array(topology.node, np.int32),
            "parent": own_array(topology.parent, np.int32),
        }
        # Towards a node one climbs on the arcs that lead down to it, and descends on those up.
        for name, halves in (
            ("climb", [down for _, down in metrics]),
            ("descend", [up for up, _ in metrics]),
        ):
            sizes = [len(half.above) for half in halves]
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
            found[f"{name}_indptr"] = np.array(
                [
                    half.indptr.astype(np.int64) + start
                    for half, start in zip(halves, starts, strict=True)
                ]
            )
            found[f"{name}_above"] = np.concatenate([half.above for half in halves])
            found[f"{name}_s"] = np.concatenate([half.time_s for half in halves])
        return found

    def _metrics(self) -> list[tuple[Half, Half]]:
        """Arcs up and down of each set, layer and period, of as many sets as there is room for."""
        from networks.cch.customise import customise

        topology = self._streets.network.topology
        found: list[tuple[Half, Half]] = []
        size = 0
        for number in range(self.closures.n_sets):
            if number and size * (number + 1) / number > METRICS_BYTES:
                break
            open_s = self.times.copy()
            open_s[:, self.closures.edges(number)] = np.inf
            for times in open_s:
                metric = customise(topology, times)
                found.append((metric.up, metric.down))
                size += sum(array.nbytes for half in found[-1] for array in half)
        return found


def _no_hierarchy() -> dict[str, NDArray[Any]]:
    one = np.zeros(1, np.int32)
    return {
        "rank": one, "node_of_rank": one, "parent": one,
        "climb_indptr": np.zeros((1, 2), np.int64), "climb_above": one, "climb_s": np.zeros(1),
        "descend_indptr": np.zeros((1, 2), np.int64), "descend_above": one,
        "descend_s": np.zeros(1),
    }  # fmt: skip


def _changes(line: Timeline) -> dict[str, NDArray[Any]]:
    return {
        "change_s": own_array(line.change_s, np.float64),
        "change_set": own_array(line.change_set, np.int64),
        "set_indptr": own_array(line.set_indptr, np.int64),
        "set_edge": own_array(line.set_edge, np.int32),
    }


def _without_streets(travel: TravelModel, line: Timeline) -> Roads:
    """Arrays of a matrix of times or a law of distance."""
    from networks.kernels import new_scratch
    from sim.dispatch.roads import Roads

    empty_i, empty_f = np.zeros(1, np.int32), np.zeros(1)
    matrix, x, y, distance = np.zeros((1, 1)), empty_f, empty_f, np.zeros((1, 1))
    acceleration, cruising = 1.0, 1.0
    if isinstance(travel, MatrixTravel):
        matrix = own_array(travel.time_s, np.float64)
        x = own_array(travel.x_m, np.float64)
        y = own_array(travel.y_m, np.float64)
        distance = (
            np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
            if travel.distance_m is None
            else own_array(travel.distance_m, np.float64)
        )
    elif not isinstance(travel, StreetTravel):
        acceleration, cruising = travel.acceleration_ms2, travel.cruising_ms
    return Roads(
        kind=travel.kind, periods=1, lights_layer=0,
        indptr=np.zeros(2, np.int64), head=empty_i, tail=empty_i, reverse=empty_i,
        in_indptr=np.zeros(2, np.int64), in_other=empty_i, in_times=np.zeros((1, 1)),
        times=np.zeros((1, 1)), open_s=np.zeros((1, 1)), length_m=empty_f,
        period_of_hour=np.zeros(168, np.int64), run_h=np.full(168, np.inf),
        rows=np.zeros((1, 1)), row_of=np.full((1, 1), -1, np.int32),
        row_key=np.full(1, -1, np.int64), cursor=np.zeros(2, np.int64),
        scratch=new_scratch(1), seed=np.full(2, -1, np.int64), no_cost=np.zeros(2),
        all_wanted=np.zeros(1, np.bool_),
        hierarchy=0, label=np.empty(1), **_no_hierarchy(), **_changes(line),
        in_place=np.zeros(1, np.int64), now=np.zeros(2, np.int64),
        matrix=matrix, x=x, y=y, distance_m=distance,
        acceleration=acceleration, cruising=cruising,
    )  # fmt: skip
