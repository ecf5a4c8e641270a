"""What holds in every run: nobody is in two places, time goes on, every need is answered once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks import Position
from sim.dispatch.closures import timeline
from sim.dispatch.log import (
    IDLE,
    OFF_DUTY,
    ON_SCENE,
    RELOCATING,
    RETURNING,
    TO_HOSPITAL,
    TO_SCENE,
)
from sim.dispatch.model import simulate
from sim.dispatch.setting import shift_changes
from sim.dispatch.travel import STREETS

PROPERTY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.integers(min_value=1000, max_value=10_000_000)


@PROPERTY
@given(number=NUMBERS)
def test_a_unit_is_in_one_status_at_a_time_and_time_never_runs_back(
    random_case, engine: str, number: int
) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    table = log.intervals
    assert (table["end_s"] > table["start_s"]).all()
    assert (np.diff(table["end_s"]) >= 0).all()
    for unit in range(len(district.units)):
        mine = table[table["unit"] == unit]
        assert mine["start_s"].iloc[0] == 0.0
        assert mine["end_s"].iloc[-1] == log.end_s
        np.testing.assert_array_equal(mine["start_s"].to_numpy()[1:], mine["end_s"].to_numpy()[:-1])


@PROPERTY
@given(number=NUMBERS)
def test_every_need_is_answered_once_by_a_unit_of_its_type_or_referred(
    random_case, engine: str, number: int
) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    r = log.responses
    answered = r["unit"] >= 0
    assert (answered != r["referred"]).all()
    assert not r.duplicated(["incident", "need"]).any()
    assert (r["incident"].nunique()) == (demand.incidents["time_s"] < horizon_s).sum()
    kinds = np.array([[t.name for t in district.unit_types].index(u.type) for u in district.units])
    came = r[answered]
    np.testing.assert_array_equal(kinds[came["unit"]], came["unit_type"])
    stages = came[["time_s", "dispatched_s", "departed_s", "arrived_s", "cleared_s", "freed_s"]]
    assert (np.diff(stages.to_numpy(), axis=1) >= 0).all()
    scenes = log.intervals[log.intervals["status"] == ON_SCENE]
    assert not scenes.duplicated(["incident", "need"]).any()


@PROPERTY
@given(number=NUMBERS)
def test_a_unit_begins_each_interval_where_it_ended_the_last(
    random_case, engine: str, number: int
) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    c = log.interval_columns
    for unit in range(len(district.units)):
        mine = np.flatnonzero(c.unit == unit)
        for name in ("place", "a", "b"):
            ends = getattr(c, f"to_{name}")[mine][:-1]
            begins = getattr(c, f"from_{name}")[mine][1:]
            # A drive too short for the clock leaves no interval; fractions differ by 1e-13.
            np.testing.assert_allclose(begins, ends, rtol=0, atol=1e-9)


@PROPERTY
@given(number=NUMBERS)
def test_metres_driven_are_the_lengths_of_the_paths(random_case, engine: str, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    if district.travel.kind != STREETS or district.travel.network.n_periods > 1:
        return
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    c = log.interval_columns
    driving = np.isin(c.status, [TO_SCENE, TO_HOSPITAL, RETURNING, RELOCATING])
    assert (c.metres[~driving] == 0).all()
    network = district.travel.network
    for row in np.flatnonzero(driving)[:25]:
        lights = bool(c.lights[row]) and district.travel.lights_network is not None
        streets = district.travel.lights_network if lights else network
        path = streets.path(
            Position(int(c.from_place[row]), float(c.from_a[row])),
            Position(int(c.to_place[row]), float(c.to_a[row])),
        )
        assert path.length_m == pytest.approx(c.metres[row], rel=1e-9, abs=1e-6)


@PROPERTY
@given(number=NUMBERS)
def test_nobody_drives_through_a_closed_street(closing_case, engine: str, number: int) -> None:
    """Every drive is the shortest one without closed streets, but for those at its two ends."""
    district, policy, demand, horizon_s = closing_case(number)
    network = district.travel.network
    if network.n_periods > 1:
        return
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    line = timeline(district.closures)
    c = log.interval_columns
    driving = np.isin(c.status, [TO_SCENE, TO_HOSPITAL, RETURNING, RELOCATING])
    assert (c.metres[~driving] == 0).all()
    within = np.searchsorted(line.change_s, c.start_s, side="right") == np.searchsorted(
        line.change_s, c.end_s, side="left"
    )
    assert within[driving].all()  # a drive begins anew at every change
    for row in np.flatnonzero(driving & (c.metres > 0))[-25:]:
        lights = bool(c.lights[row]) and district.travel.lights_network is not None
        streets = district.travel.lights_network if lights else network
        ends = (
            Position(int(c.from_place[row]), float(c.from_a[row])),
            Position(int(c.to_place[row]), float(c.to_a[row])),
        )
        shut = line.edges(line.set_at(c.start_s[row]))
        own = network.street[[end.edge for end in ends]]
        path = streets.closed(shut[~np.isin(network.street[shut], own)]).path(*ends)
        assert path.length_m == pytest.approx(c.metres[row], rel=1e-9, abs=1e-6)


@PROPERTY
@given(number=NUMBERS)
def test_with_closures_a_need_is_answered_referred_or_left_unfinished(
    closing_case, engine: str, number: int
) -> None:
    district, policy, demand, horizon_s = closing_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    r = log.responses
    assert not (r["referred"] & (r["unit"] >= 0)).any()
    assert r.loc[r["unit"] < 0, ["dispatched_s", "arrived_s", "freed_s"]].isna().all(axis=None)
    finished = r["freed_s"].notna()
    stages = r.loc[finished, ["time_s", "dispatched_s", "departed_s", "arrived_s", "freed_s"]]
    assert (np.diff(stages.to_numpy(), axis=1) >= 0).all()
    table = log.intervals
    for unit in range(len(district.units)):
        mine = table[table["unit"] == unit]
        assert mine["start_s"].iloc[0] == 0.0
        assert mine["end_s"].iloc[-1] == log.end_s
        np.testing.assert_array_equal(mine["start_s"].to_numpy()[1:], mine["end_s"].to_numpy()[:-1])
    if not any(np.isinf(closure.until_s) for closure in district.closures):
        assert (finished | r["referred"]).all()


@PROPERTY
@given(number=NUMBERS)
def test_off_duty_units_are_never_sent(random_case, engine: str, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    on_at_start, at_s, unit, on = shift_changes(district, log.end_s + 1.0)
    for need in log.responses[log.responses["unit"] >= 0].itertuples():
        mine = unit == need.unit
        before = at_s[mine] <= need.dispatched_s
        state = on[mine][before][-1] if before.any() else on_at_start[need.unit]
        # A shift may end at the very second of the dispatch, after it.
        assert state or need.dispatched_s in at_s[mine]


@PROPERTY
@given(number=NUMBERS)
def test_a_hospital_never_serves_more_than_its_bays(random_case, engine: str, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    taken = log.responses[log.responses["hospital"] >= 0]
    for number_of, hospital in enumerate(district.hospitals):
        here = taken[taken["hospital"] == number_of]
        steps = np.concatenate([here["handover_start_s"], here["freed_s"]])
        change = np.repeat([1, -1], len(here))
        order = np.lexsort((change, steps))
        if hospital.bays and len(here):
            assert np.cumsum(change[order]).max() <= hospital.bays


@PROPERTY
@given(number=NUMBERS)
def test_no_idle_unit_of_the_type_while_a_need_waits(random_case, engine: str, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    kinds = np.array([[t.name for t in district.unit_types].index(u.type) for u in district.units])
    idle = log.intervals[log.intervals["status"] == IDLE]
    for need in log.responses[
        log.responses["queued"] & (log.responses["preempted"] == 0)
    ].itertuples():
        same = idle[kinds[idle["unit"]] == need.unit_type]
        overlap = np.minimum(same["end_s"], need.dispatched_s) - np.maximum(
            same["start_s"], need.time_s
        )
        assert not (overlap > 1e-9).any()


@pytest.mark.parametrize("number", [1, 4, 14])
def test_more_lights_speed_never_makes_the_first_response_slower(
    random_case, engine: str, number: int
) -> None:
    """With one call only, so that nothing else changes."""
    district, policy, demand, horizon_s = random_case(number)
    one = dataclasses.replace(
        demand,
        incidents=demand.incidents.iloc[:1],
        needs=demand.needs[demand.needs["incident"] == 0],
    )
    slow = simulate(district, policy, one, horizon_s=horizon_s, engine=engine)
    faster = dataclasses.replace(
        district,
        unit_types=tuple(
            dataclasses.replace(t, lights_factor=2 * t.lights_factor) for t in district.unit_types
        ),
    )
    fast = simulate(faster, policy, one, horizon_s=horizon_s, engine=engine)
    assert (fast.responses["response_s"] <= slow.responses["response_s"]).all()


@pytest.mark.parametrize("number", range(5))
def test_off_duty_time_is_not_driven(random_case, engine: str, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    off = log.intervals[log.intervals["status"] == OFF_DUTY]
    assert (off["km"] == 0).all()
