"""What stays the same in every replication: places on the streets, rows of times, rules as numbers.

A setting belongs to one district under one policy and is kept for the next replication of the same
pair.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from sim.dispatch.model import WEEK_S
from sim.dispatch.policies import KeepCoverage, Preference
from sim.dispatch.travel import STREETS, MatrixTravel, Spots, StreetTravel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.dispatch.driving import Roads
    from sim.dispatch.layout import Fleet, Rules
    from sim.dispatch.model import District, Policy
    from sim.dispatch.reference_roads import ReferenceRoads

ROWS_SHARED_BYTES = 600_000_000
"""All rows are made at once, for all threads, where they take no more than this."""
ROWS_POOL_BYTES = 256_000_000
"""Otherwise each replication at work keeps a pool of rows of this size."""
ROWS_TO_SPARE = 64
"""Rows that may be replaced, at the least."""
HIERARCHY_FROM = 2_000
"""Nodes from which on rows come from a contraction hierarchy instead of plain searches."""
TICKS_PER_S = 2.0**20
SHORTEST_TIME_S = 2.0**-10
SHIFTS_AFTER_S = 2 * WEEK_S
"""Shifts go on for this long after the horizon, so that work begun can be finished."""


@dataclass(eq=False)
class Setting:
    """What stays the same in every replication of one district under one policy."""

    district: District
    policy: Policy
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pools: list[Roads] = field(default_factory=list)
    reference_roads: ReferenceRoads | None = None

    @cached_property
    def station_spots(self) -> Spots:
        """Where the stations are on the travel model."""
        stations = self.district.stations
        return self.district.travel.locate(
            [s.lon for s in stations], [s.lat for s in stations], what="stations"
        )

    @cached_property
    def hospital_spots(self) -> Spots:
        """Where the hospitals are on the travel model."""
        hospitals = self.district.hospitals
        if not hospitals:
            return Spots(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        return self.district.travel.locate(
            [h.lon for h in hospitals], [h.lat for h in hospitals], what="hospitals"
        )

    @cached_property
    def area_spots(self) -> Spots:
        """Where the areas' points are on the travel model."""
        areas = self.district.areas
        return self.district.travel.locate(
            [a.lon for a in areas], [a.lat for a in areas], what="areas", limited=False
        )

    @cached_property
    def unit_type(self) -> NDArray[np.int32]:
        """Number of each unit's type."""
        names = [t.name for t in self.district.unit_types]
        return np.array([names.index(u.type) for u in self.district.units], np.int32)

    @cached_property
    def home(self) -> NDArray[np.int32]:
        """Number of each unit's station."""
        number = {s.name: k for k, s in enumerate(self.district.stations)}
        return np.array([number[u.station] for u in self.district.units], np.int32)

    # ---- roads

    def borrow_roads(self) -> Roads:
        """Arrays of the travel model with working memory of their own; give them back."""
        with self._lock:
            if self._pools:
                return self._pools.pop()
        return self._new_roads()

    def give_back(self, roads: Roads) -> None:
        """Return what `borrow_roads` lent."""
        with self._lock:
            self._pools.append(roads)

    @cached_property
    def _shared_rows(self) -> tuple[NDArray[np.float64], NDArray[np.int32]] | None:
        """All rows, and where they are; None where they would take too much memory."""
        travel = self.district.travel
        if not isinstance(travel, StreetTravel):
            return None
        n = travel.network.n_nodes
        layers = self._street_times.shape[0]
        if n * n * layers * 8 > ROWS_SHARED_BYTES:
            return None
        from concurrent.futures import ThreadPoolExecutor
        from os import cpu_count

        from sim.dispatch.driving import make_row

        rows = np.empty((layers * n, n))
        row_of = np.arange(layers * n, dtype=np.int32).reshape(layers, n)
        workers = cpu_count() or 1
        parts = [self._roads_of_streets(rows, row_of) for _ in range(workers)]

        def fill(k: int) -> None:
            for row in range(k, layers * n, workers):
                make_row(parts[k], row // n, row % n, row)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(fill, range(workers)))
        return rows, row_of

    @cached_property
    def _street_times(self) -> NDArray[np.float64]:
        """Seconds by layer and period, and edge: whole ticks, at least 2^-10 s, so that ways end.

        Sums of whole ticks are exact, so every exact shortest-path method gives the same bits.
        """
        travel = self.district.travel
        assert isinstance(travel, StreetTravel)  # noqa: S101
        ordinary = travel.network
        lights = travel.lights_network
        periods = range(ordinary.n_periods)
        rows = [ordinary.edge_times_s(p) for p in periods]
        if lights is not None:
            rows += [lights.edge_times_s(p) for p in periods]
        return np.maximum(np.round(np.array(rows) * TICKS_PER_S) / TICKS_PER_S, SHORTEST_TIME_S)

    @cached_property
    def _hierarchy(self) -> dict[str, NDArray[Any]]:
        """Contraction hierarchies by layer and period, where the network is large enough."""
        from networks.cch.customise import customise

        travel = self.district.travel
        small = not isinstance(travel, StreetTravel) or travel.network.n_nodes < HIERARCHY_FROM
        if small or not isinstance(travel, StreetTravel):
            one_i, pointers = np.zeros(1, np.int32), np.zeros((1, 2), np.int64)
            return {
                "rank": one_i, "node_of_rank": one_i, "parent": one_i,
                "climb_indptr": pointers, "climb_above": one_i, "climb_s": np.zeros(1),
                "descend_indptr": pointers, "descend_above": one_i, "descend_s": np.zeros(1),
            }  # fmt: skip
        topology = travel.network.topology
        metrics = [customise(topology, times) for times in self._street_times]
        found: dict[str, NDArray[Any]] = {
            "rank": own_array(topology.rank, np.int32),
            "node_of_rank": own_array(topology.node, np.int32),
            "parent": own_array(topology.parent, np.int32),
        }
        # Towards a node one climbs on the arcs that lead down to it, and descends on those up.
        for name, halves in (
            ("climb", [m.down for m in metrics]),
            ("descend", [m.up for m in metrics]),
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

    def _roads_of_streets(self, rows: NDArray[np.float64], row_of: NDArray[np.int32]) -> Roads:
        from networks.kernels import new_scratch
        from sim.dispatch.driving import Roads

        travel = self.district.travel
        assert isinstance(travel, StreetTravel)  # noqa: S101
        net = travel.network
        times = self._street_times
        run_h = np.full(168, np.inf)
        hours = np.asarray(net.profile.period_of_hour)
        if (hours != hours[0]).any():
            for hour in range(168):
                later = np.flatnonzero(np.roll(hours, -hour) != hours[hour])
                run_h[hour] = float(later[0])
        return Roads(
            kind=STREETS, periods=net.n_periods, lights_layer=int(len(times) > net.n_periods),
            indptr=net.indptr.copy(), head=net.head.copy(), tail=net.tail.copy(),
            reverse=net.reverse.copy(),
            in_indptr=net.in_indptr.copy(), in_other=self._in_other, in_times=self._in_times,
            times=times, length_m=net.length_m.copy(),
            period_of_hour=hours.copy(), run_h=run_h,
            rows=rows, row_of=row_of,
            row_key=np.full(len(rows), -1, np.int64), cursor=np.zeros(2, np.int64),
            scratch=new_scratch(net.n_nodes), seed=np.full(2, -1, np.int64), no_cost=np.zeros(2),
            all_wanted=np.zeros(1, np.bool_),
            hierarchy=int(net.n_nodes >= HIERARCHY_FROM), label=np.empty(net.n_nodes),
            **self._hierarchy,
            matrix=np.zeros((1, 1)), x=np.zeros(1), y=np.zeros(1), distance_m=np.zeros((1, 1)),
            acceleration=1.0, cruising=1.0,
        )  # fmt: skip

    @cached_property
    def _in_other(self) -> NDArray[np.int32]:
        net = self.district.travel.network  # type: ignore[union-attr]
        return np.ascontiguousarray(net.tail[net.in_edge])

    @cached_property
    def _in_times(self) -> NDArray[np.float64]:
        net = self.district.travel.network  # type: ignore[union-attr]
        return np.ascontiguousarray(self._street_times[:, net.in_edge])

    def _new_roads(self) -> Roads:
        from networks.kernels import new_scratch
        from sim.dispatch.driving import Roads

        travel = self.district.travel
        if isinstance(travel, StreetTravel):
            with self._lock:
                shared = self._shared_rows
                _ = (self._in_other, self._in_times, self._hierarchy)
            if shared is not None:
                return self._roads_of_streets(*shared)
            return self._pooled_roads()
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
        else:
            acceleration, cruising = travel.acceleration_ms2, travel.cruising_ms
        return Roads(
            kind=travel.kind, periods=1, lights_layer=0,
            indptr=np.zeros(2, np.int64), head=empty_i, tail=empty_i, reverse=empty_i,
            in_indptr=np.zeros(2, np.int64), in_other=empty_i, in_times=np.zeros((1, 1)),
            times=np.zeros((1, 1)), length_m=empty_f,
            period_of_hour=np.zeros(168, np.int64), run_h=np.full(168, np.inf),
            rows=np.zeros((1, 1)), row_of=np.full((1, 1), -1, np.int32),
            row_key=np.full(1, -1, np.int64), cursor=np.zeros(2, np.int64),
            scratch=new_scratch(1), seed=np.full(2, -1, np.int64), no_cost=np.zeros(2),
            all_wanted=np.zeros(1, np.bool_),
            hierarchy=0, label=np.empty(1), **self._hierarchy,
            matrix=matrix, x=x, y=y, distance_m=distance,
            acceleration=acceleration, cruising=cruising,
        )  # fmt: skip

    def _pooled_roads(self) -> Roads:
        """Rows as they are needed; those of stations and hospitals stay."""
        from sim.dispatch.driving import make_row

        net = self.district.travel.network  # type: ignore[union-attr]
        layers = self._street_times.shape[0]
        edges = np.concatenate([self.station_spots.place, self.hospital_spots.place])
        nodes = np.unique(np.concatenate([net.tail[edges], net.head[edges]]))
        fixed = len(nodes) * layers
        room = max(int(ROWS_POOL_BYTES / (8 * net.n_nodes)), fixed + ROWS_TO_SPARE)
        roads = self._roads_of_streets(
            np.empty((room, net.n_nodes)), np.full((layers, net.n_nodes), -1, np.int32)
        )
        row = 0
        for layer in range(layers):
            for node in nodes:
                make_row(roads, layer, int(node), row)
                row += 1
        roads.cursor[:] = row
        return roads

    # ---- fleet and rules

    def fleet(self, horizon_s: float) -> Fleet:
        """Units, stations, hospitals and changes of shift."""
        from sim.dispatch.layout import Fleet

        d = self.district
        on_at_start, shift_s, shift_unit, shift_on = shift_changes(d, horizon_s + SHIFTS_AFTER_S)
        stations, hospitals = self.station_spots, self.hospital_spots
        return Fleet(
            type=self.unit_type, home=self.home, on_at_start=on_at_start,
            shift_s=shift_s, shift_unit=shift_unit, shift_on=shift_on,
            station_place=stations.place.astype(np.int32), station_a=stations.a.copy(),
            station_b=stations.b.copy(),
            hospital_place=hospitals.place.astype(np.int32), hospital_a=hospitals.a.copy(),
            hospital_b=hospitals.b.copy(),
            bays=np.array([h.bays or 0 for h in d.hospitals], np.int32),
            turnout_day_s=np.array([t.turnout_day_s for t in d.unit_types], float),
            turnout_night_s=np.array([t.turnout_night_s for t in d.unit_types], float),
            night_from_h=np.array([t.night_h[0] for t in d.unit_types], float),
            night_to_h=np.array([t.night_h[1] for t in d.unit_types], float),
            lights_factor=np.array([t.lights_factor for t in d.unit_types], float),
            speed_factor=np.array([t.speed_factor for t in d.unit_types], float),
            lights_to_hospital=np.array([t.lights_to_hospital for t in d.unit_types], np.int8),
        )  # fmt: skip

    @cached_property
    def needs_coverage(self) -> bool:
        """Whether a rule looks at expected coverage."""
        return isinstance(self.policy.dispatch, KeepCoverage) or self.policy.relocation == "dmexclp"

    @cached_property
    def rules(self) -> Rules:
        """The policy as numbers."""
        from sim.dispatch.layout import Rules

        d, p = self.district, self.policy
        rank = np.full((len(d.areas) + 1, len(d.units)), len(d.units), np.int32)
        if isinstance(p.dispatch, Preference):
            unit_number = {u.name: k for k, u in enumerate(d.units)}
            area_number = {a.name: k for k, a in enumerate(d.areas)}
            for area, names in p.dispatch.order.items():
                if area not in area_number:
                    raise InputError(
                        f"the preference list of {area!r} belongs to no area",
                        place="policy",
                        mend="name an area of the district",
                    )
                for k, name in reversed(list(enumerate(names))):
                    if name not in unit_number:
                        raise InputError(
                            f"unit {name!r} is unknown",
                            place=f"preference list of {area}",
                            mend="name a unit of the district",
                        )
                    rank[area_number[area], unit_number[name]] = k
        table, rows = compliance_table(d, p)
        if self.needs_coverage and not d.areas:
            raise InputError(
                "expected coverage needs areas, and the district has none",
                place="policy",
                mend="add areas or choose another rule",
            )
        areas = len(d.areas) if self.needs_coverage else 0
        cover = np.zeros((len(d.unit_types), len(d.stations), areas), np.bool_)
        weight = np.array([a.weight for a in d.areas[:areas]], float)
        if areas:
            cover[:] = self._cover()
            weight = weight / weight.sum()
        marginal = np.empty(len(d.units) + 1)
        marginal[0] = 1.0 - p.busy_fraction
        for k in range(1, len(marginal)):
            marginal[k] = marginal[k - 1] * p.busy_fraction
        code = {Preference: 1, KeepCoverage: 2}.get(type(p.dispatch), 0)
        return Rules(
            dispatch=code,
            preemption=("off", "when-none-free", "if-nearer").index(p.preemption),
            hospital=("nearest", "least-wait").index(p.hospital),
            relocation=("none", "compliance", "dmexclp").index(p.relocation),
            queue_limit=-1 if p.queue_limit is None else p.queue_limit,
            rank=rank, compliance=table, compliance_rows=rows,
            cover=cover, weight=weight, marginal=marginal,
        )  # fmt: skip

    def _cover(self) -> NDArray[np.bool_]:
        """Which areas a unit at a station reaches in time by day, at the start of the week clock.

        Returns
        -------
        ndarray of bool, shape (types, stations, areas)
        """
        from sim.dispatch.driving import times_table

        d = self.district
        roads = self.borrow_roads()
        stations, areas = self.station_spots, self.area_spots
        seconds = times_table(
            roads, roads.lights_layer, float(d.week_start_s % WEEK_S),
            stations.place.copy(), stations.a.copy(), stations.b.copy(),
            areas.place.copy(), areas.a.copy(), areas.b.copy(),
        )  # fmt: skip
        self.give_back(roads)
        return np.array(
            [
                t.turnout_day_s + seconds / t.lights_factor <= self.policy.coverage_target_s
                for t in d.unit_types
            ]
        )


def own_array(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
    """Copy to a writable array: numba compiles a version of its own for read-only ones."""
    return np.array(values, dtype=dtype, order="C")


def shift_changes(
    district: District, until_s: float
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int32], NDArray[np.int8]]:
    """Who is on duty at the start, and every change until a time, sorted by time and unit.

    Raises
    ------
    InputError
        If a shift is empty or longer than a week.
    """
    start = district.week_start_s
    on_at_start = np.ones(len(district.units), np.int8)
    changes: list[tuple[float, int, int]] = []
    for number, unit in enumerate(district.units):
        if not unit.shifts:
            continue
        spans: list[list[float]] = []
        for begin, end in sorted(unit.shifts):
            if not 0 < end - begin <= WEEK_S:
                raise InputError(
                    f"a shift from {begin:g} to {end:g} s of the week",
                    place=f"unit {unit.name}",
                    mend="a shift begins before it ends and lasts at most a week",
                )
            first = np.floor((start - end) / WEEK_S)
            weeks = int(np.ceil((until_s + start - begin) / WEEK_S) - first) + 1
            spans += [
                [begin + (first + w) * WEEK_S - start, end + (first + w) * WEEK_S - start]
                for w in range(weeks)
            ]
        merged: list[list[float]] = []
        for begin, end in sorted(spans):
            if merged and begin <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([begin, end])
        on_at_start[number] = any(begin <= 0 < end for begin, end in merged)
        for begin, end in merged:
            changes += [(begin, number, 1)] if 0 < begin <= until_s else []
            changes += [(end, number, 0)] if 0 < end <= until_s else []
    changes.sort()
    return (
        on_at_start,
        np.array([c[0] for c in changes], float),
        np.array([c[1] for c in changes], np.int32),
        np.array([c[2] for c in changes], np.int8),
    )


def compliance_table(
    district: District, policy: Policy
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Stations to hold by unit type and number of free units, -1 where nothing; rows by type.

    Raises
    ------
    InputError
        If the table names an unknown type or station, or a row is too short.
    """
    types = [t.name for t in district.unit_types]
    stations = {s.name: k for k, s in enumerate(district.stations)}
    most = max((len(row) for rows in policy.compliance.values() for row in rows), default=1)
    deepest = max((len(rows) for rows in policy.compliance.values()), default=1)
    table = np.full((len(types), max(deepest, 1), max(most, 1)), -1, np.int32)
    count = np.zeros(len(types), np.int32)
    for name, rows in policy.compliance.items():
        if name not in types:
            raise InputError(
                f"the compliance table names the unit type {name!r}",
                place="policy",
                mend=f"use one of {', '.join(types)}",
            )
        count[types.index(name)] = len(rows)
        for k, row in enumerate(rows):
            if len(row) != k + 1:
                raise InputError(
                    f"row {k + 1} of the compliance table names {len(row)} stations",
                    place=f"policy, {name}",
                    mend=f"name {k + 1}",
                )
            for j, station in enumerate(row):
                if station not in stations:
                    raise InputError(
                        f"station {station!r} is unknown",
                        place=f"compliance table of {name}",
                        mend="name a station of the district",
                    )
                table[types.index(name), k, j] = stations[station]
    return table, count


_kept: OrderedDict[tuple[int, int], Setting] = OrderedDict()
_kept_lock = threading.Lock()


def setting_of(district: District, policy: Policy) -> Setting:
    """Return the setting of a pair, the same one for every replication."""
    key = (id(district), id(policy))
    with _kept_lock:
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = Setting(district, policy)
            while len(_kept) > 4:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return found
