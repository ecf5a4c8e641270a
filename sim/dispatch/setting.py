"""What stays the same in every replication: places on the streets, rows of times, rules as numbers.

A setting belongs to one district under one policy and is kept for the next replication of the same
pair.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.dispatch.closures import Timeline, timeline
from sim.dispatch.model import WEEK_S
from sim.dispatch.policies import KeepCoverage, Preference
from sim.dispatch.road_arrays import RoadArrays
from sim.dispatch.travel import Spots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.dispatch.layout import Fleet, Rules
    from sim.dispatch.model import District, Policy
    from sim.dispatch.reference_roads import ReferenceRoads
    from sim.dispatch.roads import Roads

SHIFTS_AFTER_S = 2 * WEEK_S
"""Shifts go on for this long after the horizon, so that work begun can be finished."""


@dataclass(eq=False)
class Setting:
    """What stays the same in every replication of one district under one policy."""

    district: District
    policy: Policy
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

    @cached_property
    def closures(self) -> Timeline:
        """When streets close and reopen."""
        return timeline(self.district.closures)

    @cached_property
    def road_arrays(self) -> RoadArrays:
        """Arrays of the travel model, to be borrowed."""

        def driven_to() -> NDArray[np.int64]:
            return np.concatenate([self.station_spots.place, self.hospital_spots.place])

        return RoadArrays(self.district.travel, self.closures, driven_to)

    def borrow_roads(self) -> Roads:
        """Arrays of the travel model with working memory of their own; give them back."""
        return self.road_arrays.borrow()

    def give_back(self, roads: Roads) -> None:
        """Return what `borrow_roads` lent."""
        self.road_arrays.give_back(roads)

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
        sets = self.closures.n_sets
        cover = np.zeros((sets, len(d.unit_types), len(d.stations), areas), np.bool_)
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
        ndarray of bool, shape (sets of closed streets, types, stations, areas)
        """
        from sim.dispatch.driving import times_table
        from sim.dispatch.rows import close_set

        d = self.district
        roads = self.borrow_roads()
        stations, areas = self.station_spots, self.area_spots
        found = []
        for number in range(self.closures.n_sets):
            close_set(roads, number)
            seconds = times_table(
                roads, roads.lights_layer, float(d.week_start_s % WEEK_S),
                stations.place.copy(), stations.a.copy(), stations.b.copy(),
                areas.place.copy(), areas.a.copy(), areas.b.copy(),
            )  # fmt: skip
            found.append(
                [
                    t.turnout_day_s + seconds / t.lights_factor <= self.policy.coverage_target_s
                    for t in d.unit_types
                ]
            )
        self.give_back(roads)
        return np.array(found)


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
