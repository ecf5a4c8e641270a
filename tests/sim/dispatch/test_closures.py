"""Streets that close and reopen in mid-simulation: when, for whom, and what becomes of units."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError
from networks.build import build_network
from networks.raw import RawNodes, RawStreets
from sim.dispatch import (
    Demand,
    District,
    Hospital,
    IncidentClass,
    PlaneTravel,
    Policy,
    Station,
    StreetTravel,
    TimedClosure,
    Unit,
    UnitType,
    closures_from_table,
    simulate,
)
from sim.dispatch.closures import timeline
from sim.dispatch.log import HAND_OVER, IDLE, ON_SCENE, RETURNING, TO_HOSPITAL, TO_SCENE
from sim.dispatch.measures import measures
from sim.distributions import Fixed

# A town of one way in and one around, all streets two-way at 36 km/h, and a lane that ends:
#
#        D ----- E
#        |       |
#  A --- B ----- C --- F --- G
TOWN = {"A": (0, 0), "B": (1, 0), "C": (2, 0), "D": (1, 1), "E": (2, 1), "F": (3, 0), "G": (4, 0)}
STREETS = ("AB", "BC", "BD", "DE", "EC", "CF", "FG")
STEP = 0.005
SPEED_MS = 10.0


@pytest.fixture(scope="module")
def town():
    names = list(TOWN)
    return build_network(
        RawNodes(
            node_id=np.arange(len(names)),
            lon=np.array([24.9 + 2 * STEP * x for x, _ in TOWN.values()]),
            lat=np.array([60.1 + STEP * y for _, y in TOWN.values()]),
        ),
        RawStreets(
            tail=np.array([names.index(s[0]) for s in STREETS]),
            head=np.array([names.index(s[1]) for s in STREETS]),
            forward=np.ones(len(STREETS), bool),
            backward=np.ones(len(STREETS), bool),
            speed_kmh=np.full(len(STREETS), 3.6 * SPEED_MS),
        ),
    )


def _edges(town, *streets: str) -> np.ndarray:
    """Both directions of some streets."""
    names = list(TOWN)
    wanted = {frozenset((names.index(s[0]), names.index(s[1]))) for s in streets}
    ends = zip(town.tail.tolist(), town.head.tolist(), strict=True)
    return np.array([e for e, pair in enumerate(ends) if frozenset(pair) in wanted])


def _seconds(town, *streets: str) -> float:
    return sum(float(town.time_s[_edges(town, s)[0]]) for s in streets)


def _at(town, where: str, share: float = 0.0) -> tuple[float, float]:
    """Longitude and latitude on a street, as far along it as ``share``."""
    one, two = where[0], where[-1]
    a = np.array([town.lon[list(TOWN).index(one)], town.lat[list(TOWN).index(one)]])
    b = np.array([town.lon[list(TOWN).index(two)], town.lat[list(TOWN).index(two)]])
    return tuple((a + share * (b - a)).tolist())


def _district(town, closures=(), hospitals=()) -> District:
    """One unit at A; patients are taken to a hospital if there is one."""
    return District(
        StreetTravel(town, max_snap_m=50.0),
        (Station("post", *_at(town, "A")),),
        (UnitType("ambulance", 0.0, 0.0),),
        (Unit("u", "ambulance", "post"),),
        (
            IncidentClass(
                "call", 1, 480.0, {"ambulance": 1}, Fixed(300.0), 1.0 if hospitals else 0.0, (),
                Fixed(60.0) if hospitals else None,
            ),
        ),
        tuple(Hospital(where, *_at(town, where, share)) for where, share in hospitals),
        closures=closures,
    )  # fmt: skip


def _run(town, engine, closures, *, calls=((100.0, "C", 0.0),), hospitals=()):
    """Calls at places, on scene 300 s, hand-over 60 s."""
    district = _district(town, closures, hospitals)
    n = len(calls)
    places = [_at(town, where, share) for _, where, share in calls]
    demand = Demand(
        pd.DataFrame(
            {
                "incident": np.arange(n), "time_s": [t for t, _, _ in calls],
                "class_code": np.zeros(n, int), "priority": np.ones(n, int),
                "area": np.full(n, -1), "target_s": np.full(n, 480.0),
                "lon": [lon for lon, _ in places], "lat": [lat for _, lat in places],
            }
        ),
        pd.DataFrame(
            {
                "incident": np.arange(n), "need": np.zeros(n, int),
                "unit_type": np.zeros(n, int), "on_scene_s": np.full(n, 300.0),
                "transport": np.full(n, bool(hospitals)),
                "handover_s": np.full(n, 60.0 if hospitals else 0.0),
            }
        ),
    )  # fmt: skip
    log = simulate(district, Policy(), demand, horizon_s=20_000.0, engine=engine)
    return log, log.responses, log.intervals


def _statuses(intervals, unit: int = 0) -> list[int]:
    return intervals[intervals["unit"] == unit]["status"].tolist()


# ---- what happens


def test_a_street_that_closes_ahead_is_driven_around(town, engine):
    turn_s = 100.0 + 0.5 * _seconds(town, "AB")
    _, responses, intervals = _run(
        town, engine, (TimedClosure(_edges(town, "BC"), turn_s, 5000.0),)
    )
    around = _seconds(town, "AB", "BD", "DE", "EC")
    assert responses["arrived_s"][0] == pytest.approx(100.0 + around, abs=1e-3)
    driven = intervals[intervals["status"] == TO_SCENE]
    assert driven["end_s"].iloc[0] == turn_s
    assert driven["km"].sum() == pytest.approx(around * SPEED_MS / 1000.0, rel=1e-6)


def test_a_unit_that_drives_around_was_sent_once(town, engine):
    turn_s = 100.0 + 0.5 * _seconds(town, "AB")
    log, _, intervals = _run(town, engine, (TimedClosure(_edges(town, "BC"), turn_s, turn_s + 9),))
    assert _statuses(intervals).count(TO_SCENE) == 3
    table = measures(log, _district(town))
    sent = table[(table["measure"] == "dispatches") & (table["by"] == "all")]
    assert sent["value"].tolist() == [1.0]


def test_a_unit_on_the_street_that_closes_leaves_it_in_its_direction(town, engine):
    closes_s = 100.0 + _seconds(town, "AB") + 0.6 * _seconds(town, "BC")
    _, responses, _ = _run(town, engine, (TimedClosure(_edges(town, "BC"), closes_s, 5000.0),))
    assert responses["arrived_s"][0] == pytest.approx(100.0 + _seconds(town, "AB", "BC"), abs=1e-3)


def test_a_street_that_reopens_is_taken_at_once(town, engine):
    opens_s = 100.0 + 0.5 * _seconds(town, "AB")
    _, responses, _ = _run(town, engine, (TimedClosure(_edges(town, "BC"), -1.0, opens_s),))
    assert responses["arrived_s"][0] == pytest.approx(100.0 + _seconds(town, "AB", "BC"), abs=1e-3)


def test_a_scene_on_a_closed_street_is_reached_from_the_near_end(town, engine):
    closed = (TimedClosure(_edges(town, "BC")),)
    _, responses, _ = _run(town, engine, closed, calls=((100.0, "BC", 0.25),))
    expected = 100.0 + _seconds(town, "AB") + 0.25 * _seconds(town, "BC")
    assert responses["arrived_s"][0] == pytest.approx(expected, abs=0.01)


def test_no_way_leads_through_the_closed_street_of_a_scene(town, engine):
    """From the lane the near end of the scene's street is C, not B."""
    closed = (TimedClosure(_edges(town, "BC"), 0.0, 5000.0),)
    _, responses, _ = _run(town, engine, closed, calls=((100.0, "BC", 0.9),))
    expected = 100.0 + min(
        _seconds(town, "AB") + 0.9 * _seconds(town, "BC"),
        _seconds(town, "AB", "BD", "DE", "EC") + 0.1 * _seconds(town, "BC"),
    )
    assert responses["arrived_s"][0] == pytest.approx(expected, abs=0.01)


def test_a_call_at_the_moment_of_a_change_meets_the_streets_after_it(town, engine):
    _, responses, _ = _run(town, engine, (TimedClosure(_edges(town, "BC"), 100.0, 5000.0),))
    around = _seconds(town, "AB", "BD", "DE", "EC")
    assert responses["arrived_s"][0] == pytest.approx(100.0 + around, abs=1e-3)


def test_a_unit_whose_scene_is_cut_off_goes_home_and_the_need_is_referred(town, engine):
    """The lane's far end is cut off while the unit drives to it."""
    closes_s = 100.0 + 0.5 * _seconds(town, "AB")
    closed = (TimedClosure(_edges(town, "CF"), closes_s, 9000.0),)
    _, responses, intervals = _run(town, engine, closed, calls=((100.0, "FG", 0.5),))
    assert responses["referred"][0]
    assert responses["unit"][0] == -1
    assert np.isnan(responses["dispatched_s"][0])
    assert responses["preempted"][0] == 0
    assert _statuses(intervals) == [IDLE, TO_SCENE, RETURNING, IDLE]


def test_a_waiting_need_that_is_cut_off_is_referred(town, engine):
    calls = ((100.0, "C", 0.0), (200.0, "FG", 0.5))
    closed = (TimedClosure(_edges(town, "CF"), 250.0, 9000.0),)
    _, responses, _ = _run(town, engine, closed, calls=calls)
    assert responses["referred"].tolist() == [False, True]
    assert responses["queued"].tolist() == [False, True]


def test_a_patient_waits_in_the_vehicle_until_the_way_to_hospital_opens(town, engine):
    scene_s = 100.0 + _seconds(town, "AB", "BC", "CF") + 0.5 * _seconds(town, "FG")
    closes_s = scene_s + 300.0 + 0.25 * _seconds(town, "FG")
    closed = (TimedClosure(_edges(town, "CF"), closes_s, closes_s + 1000.0),)
    _, responses, intervals = _run(
        town, engine, closed, calls=((100.0, "FG", 0.5),), hospitals=(("A", 0.0),)
    )
    on = scene_s + 300.0 + 1000.0 + 0.5 * _seconds(town, "FG") + _seconds(town, "CF", "BC", "AB")
    assert responses["hospital_arrived_s"][0] == pytest.approx(on, abs=0.02)
    assert _statuses(intervals)[2:] == [ON_SCENE, *[TO_HOSPITAL] * 3, HAND_OVER, IDLE]


def test_a_hospital_that_is_cut_off_is_given_up_for_another(town, engine):
    """The one in the lane is nearer, until the lane closes ahead of the unit."""
    call = ((100.0, "EC", 0.9),)
    leaves_s = 400.0 + _seconds(town, "AB", "BC") + 0.1 * _seconds(town, "EC")
    closes_s = leaves_s + 0.05 * _seconds(town, "EC")
    hospitals = (("FG", 0.5), ("A", 0.0))
    _, calm, _ = _run(town, engine, (), calls=call, hospitals=hospitals)
    assert calm["hospital"].tolist() == [0]
    closed = (TimedClosure(_edges(town, "CF"), closes_s, 19_000.0),)
    _, changed, _ = _run(town, engine, closed, calls=call, hospitals=hospitals)
    assert changed["hospital"].tolist() == [1]
    back = leaves_s + _seconds(town, "AB", "BC") + 0.1 * _seconds(town, "EC")
    assert changed["hospital_arrived_s"][0] == pytest.approx(back, abs=0.02)


def test_a_closure_that_holds_throughout_is_as_streets_closed_beforehand(
    closing_case, engine: str
) -> None:
    """Where no place lies on a closed street, which would be moved to the nearest open one."""
    district, policy, demand, horizon_s = closing_case(3)
    network = district.travel.network
    spots = [
        district.travel.locate(
            [p.lon for p in places], [p.lat for p in places], what="", limited=False
        )
        for places in (district.stations, district.hospitals, district.areas)
    ]
    calls = district.travel.locate(
        demand.incidents["lon"], demand.incidents["lat"], what="incidents"
    )
    taken = network.street[np.concatenate([*(s.place for s in spots), calls.place[:12]])]
    closed = np.flatnonzero(~np.isin(network.street, taken))[::2]
    closed = np.flatnonzero(np.isin(network.street, network.street[closed]))
    assert len(closed) > 4
    kept = ~np.isin(calls.place, closed)
    number = np.cumsum(kept) - 1
    needs = demand.needs[kept[demand.needs["incident"]]]
    calm = Demand(
        demand.incidents[kept].reset_index(drop=True).assign(incident=np.arange(kept.sum())),
        needs.assign(incident=number[needs["incident"]]).reset_index(drop=True),
    )
    timed = dataclasses.replace(district, closures=(TimedClosure(closed),))
    travel = dataclasses.replace(
        district.travel,
        network=network.closed(closed),
        lights_network=(
            None
            if district.travel.lights_network is None
            else district.travel.lights_network.closed(closed)
        ),
    )
    whole = dataclasses.replace(district, travel=travel, closures=())
    one = simulate(timed, policy, calm, horizon_s=horizon_s, engine=engine)
    two = simulate(whole, policy, calm, horizon_s=horizon_s, engine=engine)
    pd.testing.assert_frame_equal(one.responses, two.responses)
    pd.testing.assert_frame_equal(one.intervals, two.intervals)


@pytest.mark.parametrize("number", [2, 5])
def test_closures_after_the_work_is_done_change_nothing(closing_case, engine: str, number: int):
    district, policy, demand, horizon_s = closing_case(number)
    calm = dataclasses.replace(district, closures=())
    plain = simulate(calm, policy, demand, horizon_s=horizon_s, engine=engine)
    late = (TimedClosure([0, 1], plain.end_s + 1e6),)
    log = simulate(
        dataclasses.replace(district, closures=late), policy, demand,
        horizon_s=horizon_s, engine=engine,
    )  # fmt: skip
    pd.testing.assert_frame_equal(log.responses, plain.responses)
    pd.testing.assert_frame_equal(log.intervals, plain.intervals)


# ---- the timeline


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 9), max_size=4), st.integers(-5, 20), st.integers(1, 12)),
        max_size=8,
    ),
    st.integers(0, 40),
)
def test_a_street_is_closed_while_one_of_its_closures_holds(closures, at):
    made = timeline(
        TimedClosure(sorted(edges), float(begin), float(begin + length))
        for edges, begin, length in closures
    )
    expected = {
        e for edges, begin, length in closures for e in edges if begin <= at < begin + length
    }
    assert set(made.edges(made.set_at(float(at))).tolist()) == expected
    assert (np.diff(made.change_s) > 0).all()
    assert (made.change_s > 0).all()
    in_force = [0, *made.change_set.tolist()]
    assert all(a != b for a, b in pairwise(in_force))


def test_a_table_of_edges_becomes_closures_by_time():
    table = pd.DataFrame(
        {"edge": [4, 2, 7], "from_s": [60.0, 0.0, 60.0], "until_s": [90.0, np.inf, 90.0]}
    )
    assert closures_from_table(table) == (TimedClosure((2,)), TimedClosure((4, 7), 60.0, 90.0))
    assert closures_from_table({"edge": [], "from_s": [], "until_s": []}) == ()


def test_a_mask_of_edges_is_as_good_as_their_numbers():
    mask = np.array([False, True, False, True])
    assert TimedClosure(mask, 0.0, 5.0) == TimedClosure((3, 1), 0.0, 5.0)


# ---- what is refused


@pytest.mark.parametrize(
    ("edges", "from_s", "until_s", "message"),
    [
        ((1,), 60.0, 60.0, "from 60 s until 60 s"),
        ((1,), np.nan, 60.0, "from nan s"),
        ((-1,), 0.0, 60.0, "whole numbers"),
        ((1.5,), 0.0, 60.0, "whole numbers"),
    ],
)
def test_a_closure_without_meaning_is_refused(edges, from_s, until_s, message):
    with pytest.raises(InputError, match=message):
        TimedClosure(edges, from_s, until_s)


def test_a_closed_edge_that_does_not_exist_is_refused(town):
    with pytest.raises(InputError, match=r"edge 99 .* there are 14"):
        _run(town, "kernel", (TimedClosure((99,), name="works"),))


def test_closures_without_streets_are_refused(closing_case):
    district = closing_case(1)[0]
    with pytest.raises(InputError, match="do not drive on streets"):
        dataclasses.replace(district, travel=PlaneTravel(1.0, 10.0))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"edge": [1], "from_s": [0.0]}, "no column 'until_s'"),
        ({"edge": [1, 2], "from_s": [0.0], "until_s": [1.0]}, "differ in length"),
    ],
)
def test_a_table_without_a_column_is_refused(table, message):
    with pytest.raises(InputError, match=message):
        closures_from_table(table)
