"""The dispatch simulation in SimPy: the specification, written to be read.

Units, incidents and hospitals are objects here, and time is SimPy's. Every step of a unit's work
is one timeout with a callback; a unit that is sent elsewhere gets a new errand, and a timeout of an
old errand finds that out and does nothing. The kernel must give the same Log, row by row.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.dispatch.log import (
    HAND_OVER,
    IDLE,
    OFF_DUTY,
    ON_SCENE,
    RELOCATING,
    RETURNING,
    TO_HOSPITAL,
    TO_SCENE,
    TURNING_OUT,
    IntervalColumns,
    Log,
)
from sim.dispatch.model import WEEK_S, UnitType
from sim.dispatch.policies import DispatchView, Nearest
from sim.dispatch.prepare import empty_responses
from sim.dispatch.reference_city import (
    Hospital,
    Incident,
    Need,
    Unit,
    as_tuples,
    read_needs,
)
from sim.dispatch.reference_moves import DRIVING, Movement
from sim.dispatch.setting import SHIFTS_AFTER_S, shift_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import simpy

    from sim.dispatch.prepare import Prepared


class _Simulation(Movement):
    def __init__(self, prepared: Prepared) -> None:
        setting = prepared.setting
        super().__init__(setting)
        self.policy = setting.policy
        self.rule = setting.policy.dispatch or Nearest()
        self.horizon_s = prepared.horizon_s
        self.prepared = prepared
        self.stations = as_tuples(setting.station_spots)
        self.station_number = {s.name: k for k, s in enumerate(self.district.stations)}
        self.hospitals = [
            Hospital(k, spot, self.district.hospitals[k].bays or 0)
            for k, spot in enumerate(as_tuples(setting.hospital_spots))
        ]
        types = {t.name: k for k, t in enumerate(self.district.unit_types)}
        self.units = [
            Unit(
                k, u.name, types[u.type], self.district.unit_types[types[u.type]],
                self.station_number[u.station], self.stations[self.station_number[u.station]],
                station=self.station_number[u.station],
            )
            for k, u in enumerate(self.district.units)
        ]  # fmt: skip
        self.needs_of = read_needs(prepared)
        self.waiting: list[list[Need]] = [[] for _ in types]
        self.left: list[Need] = []
        self.open = 0
        self.calls_to_come = prepared.n_incidents
        self.responses = empty_responses(prepared.n_needs)
        self.closures = setting.closures
        self.close_set(0)
        weights = np.array([a.weight for a in self.district.areas], float)
        self.weights = (weights / weights.sum()).tolist() if setting.needs_coverage else []

    # ---- dispatch

    def turnout_s(self, kind: UnitType) -> float:
        hour = (self.week_s() % 86_400.0) / 3600.0
        start, end = kind.night_h
        night = start <= hour < end if start <= end else hour >= start or hour < end
        return kind.turnout_night_s if night else kind.turnout_day_s

    def arrival_s(self, unit: Unit, incident: Incident) -> float:
        ready = 0.0
        if unit.status == IDLE:
            ready = self.turnout_s(unit.kind)
        elif unit.status == TURNING_OUT:
            ready = unit.ready_s - self.now
        return ready + self.travel_s(unit, incident.spot, lights=True)

    def choose_free(self, need: Need) -> tuple[Unit | None, float]:
        free = [u for u in self.units if u.unit_type == need.unit_type and u.is_free]
        timed = [(u, self.arrival_s(u, need.incident)) for u in free]
        timed = [(u, s) for u, s in timed if s < math.inf]
        if not timed:
            return None, math.inf

        def loss() -> tuple[float, ...]:
            covered = self.coverage(need.unit_type, free)
            return tuple(
                self.marginal(need.unit_type, u.station, covered, less=1) for u, _ in timed
            )

        view = DispatchView(
            tuple(u.name for u, _ in timed), tuple(s for _, s in timed), need.incident.area_name,
            need.incident.class_name, need.incident.priority, need.incident.target_s, loss,
        )  # fmt: skip
        return timed[self.rule.choose(view)]

    def choose_preemptible(self, need: Need) -> tuple[Unit | None, float]:
        best: tuple[Unit | None, float] = (None, math.inf)
        for unit in self.units:
            if unit.unit_type != need.unit_type or unit.status not in {TURNING_OUT, TO_SCENE}:
                continue
            assert unit.need is not None  # noqa: S101
            if unit.need.incident.priority > need.incident.priority:
                seconds = self.arrival_s(unit, need.incident)
                if seconds < best[1]:
                    best = (unit, seconds)
        return best

    def try_dispatch(self, need: Need) -> bool:
        unit, seconds = self.choose_free(need)
        mode = self.policy.preemption
        if mode == "if-nearer" or (mode == "when-none-free" and unit is None):
            other, other_s = self.choose_preemptible(need)
            if other is not None and (unit is None or other_s < seconds):
                unit = other
        if unit is None:
            return False
        self.send(unit, need)
        return True

    def send(self, unit: Unit, need: Need) -> None:
        out = self.responses
        if unit.status in {TURNING_OUT, TO_SCENE}:
            assert unit.need is not None  # noqa: S101
            out.preempted[unit.need.number] += 1
            self.unassign(unit.need)
            self.left.append(unit.need)
        out.unit[need.number] = unit.number
        out.dispatched_s[need.number] = self.now
        if unit.status == TURNING_OUT:
            self.end_interval(unit, unit.spot, 0.0)
            unit.need = need
            return
        was_idle = unit.status == IDLE
        self.interrupt(unit)
        turnout = self.turnout_s(unit.kind) if was_idle else 0.0
        if turnout > 0.0:
            self.begin(unit, TURNING_OUT, need=need)
            unit.ready_s = self.now + turnout
            self.after(turnout, unit, self.turned_out)
        else:
            self.depart(unit, need)

    def unassign(self, need: Need) -> None:
        self.responses.unit[need.number] = -1
        self.responses.dispatched_s[need.number] = math.nan
        self.responses.departed_s[need.number] = math.nan

    def turned_out(self, unit: Unit) -> None:
        assert unit.need is not None  # noqa: S101
        self.end_interval(unit, unit.spot, 0.0)
        self.depart(unit, unit.need)

    def depart(self, unit: Unit, need: Need) -> None:
        self.responses.departed_s[need.number] = self.now
        self.begin(unit, TO_SCENE, need=need, lights=True)
        self.drive(unit, need.incident.spot, self.at_scene)

    # ---- calls and waiting

    def call(self, needs: list[Need]) -> None:
        self.last_s = self.now
        self.calls_to_come -= 1
        limit = self.policy.queue_limit
        for need in needs:
            if self.try_dispatch(need):
                self.open += 1
                continue
            full = limit is not None and len(self.waiting[need.unit_type]) >= limit
            if full or not self.can_be_reached(need):
                self.responses.referred[need.number] = True
                continue
            self.open += 1
            self.wait(need)
        self.serve_left()
        self.keep_compliance()

    def serve_left(self) -> None:
        """Find other units for needs whose unit was taken away; who finds none waits."""
        while self.left:
            need = self.left.pop(0)
            if not self.try_dispatch(need):
                self.wait(need)

    def can_be_reached(self, need: Need) -> bool:
        return any(
            self.roads.way(
                self.stations[u.home], need.incident.spot, lights=True, week_s=self.week_s()
            ).seconds < math.inf
            for u in self.units
            if u.unit_type == need.unit_type
        )  # fmt: skip

    def wait(self, need: Need) -> None:
        self.responses.queued[need.number] = True
        self.put_in_line(need)

    def put_in_line(self, need: Need) -> None:
        line = self.waiting[need.unit_type]
        line.append(need)
        line.sort(key=lambda n: (n.incident.priority, n.number))

    def take_waiting(self, unit: Unit) -> bool:
        for need in self.waiting[unit.unit_type]:
            if self.arrival_s(unit, need.incident) < math.inf:
                self.waiting[unit.unit_type].remove(need)
                self.send(unit, need)
                return True
        return False

    # ---- at work

    def at_scene(self, unit: Unit) -> None:
        need = unit.need
        assert need is not None  # noqa: S101
        self.arrive(unit)
        self.begin(unit, ON_SCENE, need=need)
        self.responses.arrived_s[need.number] = self.now
        self.after(need.on_scene_s, unit, self.clear)

    def clear(self, unit: Unit) -> None:
        need = unit.need
        assert need is not None  # noqa: S101
        self.responses.cleared_s[need.number] = self.now
        lights = unit.kind.lights_to_hospital
        hospital = self.choose_hospital(unit, need, lights=lights) if need.transport else None
        if hospital is None:
            self.job_done(unit)
            return
        self.responses.hospital[need.number] = hospital.number
        unit.hospital = hospital
        hospital.heading += 1
        self.end_interval(unit, unit.spot, 0.0)
        self.begin(unit, TO_HOSPITAL, need=need, lights=lights)
        self.drive(unit, hospital.spot, self.at_hospital)

    def choose_hospital(self, unit: Unit, need: Need, *, lights: bool) -> Hospital | None:
        best: tuple[float, Hospital | None] = (math.inf, None)
        for hospital in self.hospitals:
            way = self.roads.way(unit.spot, hospital.spot, lights=lights, week_s=self.week_s())
            seconds = way.seconds / (unit.kind.lights_factor if lights else unit.kind.speed_factor)
            ahead = hospital.heading + 1 - hospital.bays
            if self.policy.hospital == "least-wait" and hospital.bays > 0 and ahead > 0:
                seconds += ahead * need.handover_mean_s / hospital.bays
            if seconds < best[0]:
                best = (seconds, hospital)
        return best[1]

    def at_hospital(self, unit: Unit) -> None:
        need, hospital = unit.need, unit.hospital
        assert need is not None  # noqa: S101
        assert hospital is not None  # noqa: S101
        self.arrive(unit)
        self.begin(unit, HAND_OVER, need=need)
        self.responses.hospital_arrived_s[need.number] = self.now
        if hospital.bays == 0 or hospital.in_bay < hospital.bays:
            self.start_handover(unit)
        else:
            hospital.line.append(unit)

    def start_handover(self, unit: Unit) -> None:
        assert unit.need is not None  # noqa: S101
        assert unit.hospital is not None  # noqa: S101
        unit.hospital.in_bay += 1
        self.responses.handover_start_s[unit.need.number] = self.now
        self.after(unit.need.handover_s, unit, self.handover_done)

    def handover_done(self, unit: Unit) -> None:
        hospital = unit.hospital
        assert hospital is not None  # noqa: S101
        hospital.in_bay -= 1
        hospital.heading -= 1
        if hospital.line:
            self.start_handover(hospital.line.pop(0))
        self.job_done(unit)

    def job_done(self, unit: Unit) -> None:
        assert unit.need is not None  # noqa: S101
        self.responses.freed_s[unit.need.number] = self.now
        self.open -= 1
        if not unit.on_duty:
            self.send_to_station(unit, unit.home, RETURNING)
            return
        self.end_interval(unit, unit.spot, 0.0)
        unit.way = None
        self.begin(unit, RETURNING, station=unit.home)
        if self.take_waiting(unit):
            return
        station = unit.home
        if self.policy.relocation == "dmexclp":
            station = self.best_station(unit)
        self.send_to_station(unit, station, RETURNING)
        self.keep_compliance()

    # ---- stations

    def send_to_station(self, unit: Unit, station: int, status: int) -> None:
        self.interrupt(unit)
        self.begin(unit, status, station=station)
        self.drive(unit, self.stations[station], self.at_station)

    def at_station(self, unit: Unit) -> None:
        station = unit.station
        self.arrive(unit)
        self.begin(unit, IDLE if unit.on_duty else OFF_DUTY, station=station)

    def free_units(self, unit_type: int) -> list[Unit]:
        return [u for u in self.units if u.unit_type == unit_type and u.is_free]

    def keep_compliance(self) -> None:
        if self.policy.relocation != "compliance":
            return
        for number, kind in enumerate(self.district.unit_types):
            table = self.policy.compliance.get(kind.name, ())
            free = self.free_units(number)
            if not table or not free:
                continue
            wanted = [self.station_number[name] for name in table[min(len(free), len(table)) - 1]]
            elsewhere: list[Unit] = []
            for unit in free:
                if unit.station in wanted:
                    wanted.remove(unit.station)
                else:
                    elsewhere.append(unit)
            for station in wanted:
                timed = [
                    (self.travel_s(u, self.stations[station], lights=False), u.number, u)
                    for u in elsewhere
                ]
                timed = [entry for entry in timed if entry[0] < math.inf]
                if timed:
                    _, _, chosen = min(timed, key=lambda entry: entry[:2])
                    elsewhere.remove(chosen)
                    self.send_to_station(chosen, station, RELOCATING)

    # ---- streets that close and reopen

    def close_set(self, number: int) -> None:
        self.roads.close(frozenset(self.closures.edges(number).tolist()))
        self.areas_covered = self._areas_covered() if self.prepared.setting.needs_coverage else {}

    def streets_change(self, number: int) -> None:
        self.last_s = self.now
        under_way = [u for u in self.units if u.status in DRIVING or u.status == TURNING_OUT]
        for unit in under_way:
            if unit.status in DRIVING:
                self.interrupt(unit)
        self.close_set(number)
        for unit in under_way:
            self.go_on(unit)
        self.try_waiting()
        self.serve_left()
        self.keep_compliance()

    def go_on(self, unit: Unit) -> None:
        """Choose the way of a unit anew; take it off a need that it cannot reach any more."""
        if unit.status in {TURNING_OUT, TO_SCENE}:
            assert unit.need is not None  # noqa: S101
            incident = unit.need.incident
            if self.arrival_s(unit, incident) == math.inf:
                self.take_off(unit, unit.need)
            elif unit.status == TO_SCENE:
                self.drive(unit, incident.spot, self.at_scene)
        elif unit.status == TO_HOSPITAL:
            assert unit.need is not None  # noqa: S101
            assert unit.hospital is not None  # noqa: S101
            if self.travel_s(unit, unit.hospital.spot, lights=unit.lights) == math.inf:
                other = self.choose_hospital(unit, unit.need, lights=unit.lights)
                if other is not None:
                    unit.hospital.heading -= 1
                    other.heading += 1
                    unit.hospital = other
                    self.responses.hospital[unit.need.number] = other.number
            self.drive(unit, unit.hospital.spot, self.at_hospital)
        else:
            self.drive(unit, self.stations[unit.station], self.at_station)

    def take_off(self, unit: Unit, need: Need) -> None:
        self.unassign(need)
        self.put_in_line(need)
        self.interrupt(unit)
        self.begin(unit, RETURNING, station=unit.home)
        relocates = unit.on_duty and self.policy.relocation == "dmexclp"
        station = self.best_station(unit) if relocates else unit.home
        self.send_to_station(unit, station, RETURNING)

    def try_waiting(self) -> None:
        """Try the waiting needs again; who can be reached from no station is referred."""
        for line in self.waiting:
            for need in list(line):
                if self.try_dispatch(need):
                    line.remove(need)
                elif self.can_be_reached(need):
                    self.responses.queued[need.number] = True
                else:
                    line.remove(need)
                    self.responses.referred[need.number] = True
                    self.open -= 1

    # ---- expected coverage

    def _areas_covered(self) -> dict[tuple[int, int], list[int]]:
        """Areas that a unit type reaches in time by day from a station, in order."""
        spots = as_tuples(self.prepared.setting.area_spots)
        week_s = self.district.week_start_s % WEEK_S
        return {
            (t, s): [
                z
                for z, spot in enumerate(spots)
                if kind.turnout_day_s
                + self.roads.way(station, spot, lights=True, week_s=week_s).seconds
                / kind.lights_factor
                <= self.policy.coverage_target_s
            ]
            for t, kind in enumerate(self.district.unit_types)
            for s, station in enumerate(self.stations)
        }

    def coverage(self, unit_type: int, units: Iterable[Unit]) -> dict[int, int]:
        """Count the units that cover each area."""
        count: dict[int, int] = {}
        for unit in units:
            for area in self.areas_covered[unit_type, unit.station]:
                count[area] = count.get(area, 0) + 1
        return count

    def marginal(
        self, unit_type: int, station: int, covered: dict[int, int], *, less: int
    ) -> float:
        """Sum of weight * (1 - q) q^(k - less) over the areas that a station covers."""
        q = self.policy.busy_fraction
        total = 0.0
        for area in self.areas_covered[unit_type, station]:
            share = 1.0 - q
            for _ in range(covered.get(area, 0) - less):
                share *= q
            total += self.weights[area] * share
        return total

    def best_station(self, unit: Unit) -> int:
        covered = self.coverage(
            unit.unit_type, [u for u in self.free_units(unit.unit_type) if u is not unit]
        )
        ranked = [
            (
                -self.marginal(unit.unit_type, s, covered, less=0),
                self.travel_s(unit, spot, lights=False),
                s,
            )
            for s, spot in enumerate(self.stations)
        ]
        ranked = [entry for entry in ranked if entry[1] < math.inf]
        return min(ranked)[2] if ranked else unit.home

    # ---- shifts

    def shift_begins(self, unit: Unit) -> None:
        self.last_s = self.now
        unit.on_duty = True
        if unit.status == OFF_DUTY:
            self.end_interval(unit, unit.spot, 0.0)
            self.begin(unit, IDLE, station=unit.home)
        if unit.is_free and not self.take_waiting(unit):
            self.keep_compliance()

    def shift_ends(self, unit: Unit) -> None:
        self.last_s = self.now
        was_free = unit.is_free
        unit.on_duty = False
        if not was_free:
            return
        if unit.status == IDLE and unit.station == unit.home:
            self.end_interval(unit, unit.spot, 0.0)
            self.begin(unit, OFF_DUTY, station=unit.home)
        elif unit.status == IDLE or unit.station != unit.home:
            self.send_to_station(unit, unit.home, RETURNING)
        self.keep_compliance()

    # ---- the run

    def run(self) -> Log:
        on_at_start, shift_s, shift_unit, shift_on = shift_changes(
            self.district, self.horizon_s + SHIFTS_AFTER_S
        )
        for unit in self.units:
            unit.on_duty = bool(on_at_start[unit.number])
            self.begin(unit, IDLE if unit.on_duty else OFF_DUTY, station=unit.home)
        for at, number in zip(self.closures.change_s, self.closures.change_set, strict=True):
            streets = self.env.timeout(float(at))
            streets.callbacks.append(self._closer(int(number)))
        times = self.prepared.demand.incidents["time_s"].to_numpy(float)
        for k, needs in enumerate(self.needs_of):
            call = self.env.timeout(float(times[k]))
            call.callbacks.append(self._caller(needs))
        for at, number, on in zip(shift_s, shift_unit, shift_on, strict=True):
            change = self.env.timeout(float(at))
            then = self.shift_begins if on else self.shift_ends
            change.callbacks.append(self._changer(then, self.units[number]))
        while (soonest := self.env.peek()) < math.inf:
            if soonest > self.horizon_s and self.calls_to_come == 0 and self.open == 0:
                break
            self.env.step()
        return self.finish(max(self.horizon_s, self.last_s))

    def _caller(self, needs: list[Need]) -> Callable[[simpy.Event], None]:
        return lambda _: self.call(needs)

    def _changer(self, then: Callable[[Unit], None], unit: Unit) -> Callable[[simpy.Event], None]:
        return lambda _: then(unit)

    def _closer(self, number: int) -> Callable[[simpy.Event], None]:
        return lambda _: self.streets_change(number)

    def finish(self, end_s: float) -> Log:
        self.env._now = end_s  # noqa: SLF001  (the clock rests between two events)
        for unit in self.units:
            self.interrupt(unit)
        columns = list(zip(*self.rows, strict=True)) or [()] * len(IntervalColumns._fields)
        kinds = (
            np.int32, np.int8, np.int32, np.int32, np.int8, float, float,
            np.int32, float, float, np.int32, float, float, float,
        )  # fmt: skip
        intervals = IntervalColumns(
            *(np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True))
        )
        return Log(
            self.prepared.demand, self.responses, intervals, self.district.travel.kind,
            self.horizon_s, end_s,
        )  # fmt: skip


def run_reference(prepared: Prepared) -> Log:
    """Run one replication on SimPy.

    Returns
    -------
    Log
        The same, row by row, as the kernel's.
    """
    return _Simulation(prepared).run()
