"""Small cities reckoned by hand, rule by rule (`sim.waste.model`).

Stands at places 0, 1, ... of a street, then the depot and the plant: 60 s and 500 m from each to
the next. A kg is a litre. A stop takes 45 s, and 20 s a bin that is not empty.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim import Fixed
from sim.waste import Deliveries, Haulers, Orders, Outages, Roads, Rules

COLLECT, UNLOAD, BREAK, HOME = range(4)
DONE, MISSED, PASSED, LATE = range(4)
ENDLESS, HOUR_S, DAY_S = float("inf"), 3600.0, 86_400.0


def rows(log, *columns):
    return log.stops()[list(columns)].to_numpy().tolist()


def hours(*those):
    return np.isin(np.arange(168) % 24, those)


def test_a_route_takes_what_lies_tips_it_and_drives_home(city, engine):
    # Depot at place 2, plant at 3. Two bins of 240 kg, of which 300 kg fill both; and none at 1.
    log = city(
        2, 2, [(0, 0, HOUR_S, ENDLESS, [(COLLECT, 0), (COLLECT, 1), (UNLOAD, 1)])],
        stands={"bins": [2, 1], "start_kg": [300.0, 0.0]},
    ).log(engine)  # fmt: skip
    assert rows(log, "kind", "left_s", "came_s", "begin_s", "end_s", "metres", "aboard_kg") == [
        [COLLECT, 3600, 3720, 3720, 3805, 1000, 0],
        [COLLECT, 3805, 3865, 3865, 3910, 500, 300],
        [UNLOAD, 3910, 4030, 4030, 4330, 1000, 300],
        [HOME, 4330, 4390, 4390, 4390, 500, 0],
    ]
    assert log.stops()["bins"].tolist() == [2, 0, 0, 0]
    assert log.out()[["leave_s", "home_s"]].to_numpy().tolist() == [[3600, 4390]]
    assert log.course.final.tolist() == [[0], [300_000]]


def test_what_came_during_the_stop_is_taken_and_growth_is_whole_grams(city, engine):
    # 100 g an hour, and 10 min after the hour's begin the stop ends: 100 * 670 s // 3600 s.
    log = city(
        1, 2, [(0, 0, 545.0, ENDLESS, [(COLLECT, 0)])], filling={"litres_h": [0.1]}
    ).log(engine)  # fmt: skip
    assert rows(log, "end_s", "taken_kg")[0] == [545 + 60 + 45 + 20, 0.018]
    grown, taken, left, _, _ = log.course.stands[0].tolist()
    assert (grown, taken, left) == (2400, 18, 2382)


def test_a_truck_takes_what_fits_by_mass_or_by_volume_and_the_rest_stays(city, engine):
    def taken(**truck):
        log = city(
            1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0)])],
            stands={"start_kg": 200.0, "density_kg_l": 0.5}, trucks=truck,
        ).log(engine)  # fmt: skip
        return log.stops()["taken_kg"][0], log.course.stands[0, 2] / 1000

    assert taken(kg=150.0, litres=1e5) == (150, 50)
    # 100 l that take three times as much loose waste: 300 l are 150 kg.
    assert taken(kg=1e4, litres=100.0, compaction=3.0) == (150, 50)
    assert taken(kg=1e4, litres=100.0, compaction=5.0) == (200, 0)


def test_litres_are_whole_millilitres_and_the_last_one_may_be_begun(city, engine):
    # 333 ml a kg: 333,336 g are 111,000.888 ml, and a gram more would be 111,001.
    log = city(
        1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0)])],
        stands={"start_kg": 400.0, "density_kg_l": 3.0}, trucks={"kg": 1e4, "litres": 111.0},
    ).log(engine)  # fmt: skip
    assert log.course.rows[0, [12, 13]].tolist() == [333_336, 111_000]


def test_waste_beside_the_bins_takes_longer_and_is_counted_exactly(city, engine):
    # A bin of 10 kg at 20 kg an hour is over after half an hour and 1 g (180 ms); the truck ends
    # at 2:00. 30 kg lie beside it then; 0.3 s a litre.
    plan = [(0, 0, 2 * HOUR_S - 60.0, ENDLESS, [(COLLECT, 0)])]
    log = city(
        1, 2, plans=plan, stands={"bin_l": 10.0, "stop_s": 0.0, "bin_s": 0.0},
        filling={"litres_h": [20.0]},
    ).log(engine)  # fmt: skip
    assert rows(log, "begin_s", "end_s", "ground_kg")[0] == [7200, 7209, 30]
    assert log.stops()["taken_kg"][0] == 40.05  # 9 s more, at 20 kg an hour
    # Over from 0:30:00.18 to 2:00:09, and again from half an hour and 1 g after that to midnight.
    over_ms, fallen = log.course.stands[0, 3:].tolist()
    assert over_ms == 86_400_000 - 2 * 1_800_180
    assert fallen == 24 * 20_000 - 2 * 10_000
    assert log.course.over[:, 0].sum(axis=0).tolist() == [over_ms, fallen * 1000]
    assert log.course.over[0, 0].tolist() == [1_799_820, 10_000 * 1000]


def test_a_truck_that_what_lies_does_not_fit_diverts_to_the_nearest_way_round(city, engine):
    # Plants at place 3 (facility 1) and at 4: from stand 0 on to stand 1 by the first.
    log = city(
        2, 3, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0), (COLLECT, 1)])],
        stands={"start_kg": [200.0, 200.0]}, trucks={"kg": 300.0},
        facilities={"accepts": [[False], [True], [True]], "bays": [0, 1, 1], "tip_s": Fixed(60.0)},
    ).log(engine)  # fmt: skip
    assert rows(log, "kind", "facility", "begin_s", "diverted") == [
        [COLLECT, -1, 120, False],
        [UNLOAD, 1, 120 + 65 + 180, True],
        [COLLECT, -1, 365 + 60 + 120, False],
        [UNLOAD, 1, 545 + 65 + 120, False],
        [HOME, 0, 730 + 60 + 60, False],
    ]


def test_a_plant_that_is_closed_or_full_for_the_day_is_not_chosen(city, engine):
    def chosen(facilities, **more):
        given = {"accepts": [[False], [True], [True]], "bays": [0, 1, 1], "tip_s": Fixed(60.0)}
        log = city(
            1, 3, [(0, 0, 600.0, ENDLESS, [(COLLECT, 0)])], stands={"start_kg": 200.0},
            facilities=given | facilities, **more,
        ).log(engine)  # fmt: skip
        tips = log.stops().query("kind == 1")
        return tips["facility"].tolist(), tips["begin_s"].tolist()

    # It is emptied at 600 + 60 + 65 s.
    assert chosen({}) == ([1], [845.0])
    shut = np.stack([hours(*range(24)), hours(*range(1, 24)), hours(*range(24))])
    assert chosen({"open_hours": shut}) == ([2], [905.0])
    shut[2] = shut[1]
    assert chosen({"open_hours": shut}) == ([1], [3600.0])
    # A day's intake that nothing has used takes one load, however large; a used one does not.
    full = {"intake_kg": [[np.nan], [100.0], [np.nan]]}
    assert chosen(full) == ([1], [845.0])
    used = Deliveries([0.0], [1], [0], [1.0])
    assert chosen(full, deliveries=used) == ([2], [905.0])
    assert chosen({}, outages=Outages([1], [100.0], [101.0])) == ([2], [905.0])


def test_who_waits_for_a_days_intake_tips_at_midnight(city, engine):
    log = city(
        1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0), (UNLOAD, 1)])], stands={"start_kg": 200.0},
        facilities={"intake_kg": [[np.nan], [100.0]]}, deliveries=Deliveries([0.0], [1], [0], [1]),
    ).log(engine)  # fmt: skip
    assert rows(log, "came_s", "begin_s")[1] == [60 + 65 + 120, DAY_S]


@pytest.mark.parametrize(
    ("select", "served"),
    [
        ({"select": 0}, [0, 1, 2]),
        ({"select": 1, "share": 0.5}, [1, 2]),
        ({"select": 1, "share": 0.75}, [1, 2]),
        ({"select": 1, "share": 0.76}, [2]),
        # 10 kg an hour come to the first alone: 24 kg + 96 kg are half of 240 kg after 10 hours.
        ({"select": 2, "share": 0.5, "ahead_h": 9}, [1, 2]),
        ({"select": 2, "share": 0.5, "ahead_h": 10}, [0, 1, 2]),
    ],
)
def test_stands_are_chosen_by_what_lies_and_what_is_to_come(city, engine, select, served):
    log = city(
        3, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, b) for b in range(3)])],
        stands={"start_kg": [24.0, 180.0, 240.0]}, filling={"litres_h": [10.0, 0.0, 0.0]},
        select=select,
    ).log(engine)  # fmt: skip
    assert log.stops().query("kind == 0")["stand"].tolist() == served
    assert log.out()["passed_over"].tolist() == [3 - len(served)]


def test_the_risk_of_an_overflow_is_that_of_a_normal_law(city, engine):
    # 100 kg in 10 hours with the variance 100 x 10 (deposits of 10 kg, all alike): 31.6 kg; 240 kg
    # less 108 or 110 kg left is 1.01 or 0.95 of them away, and z of 16 % is 0.994.
    def is_served(start_kg, litres_h=10.0):
        log = city(
            1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0)])], stands={"start_kg": start_kg},
            filling={"litres_h": [litres_h], "deposit_l": 10.0, "deposit_cv": 0.0},
            select={"select": 3, "share": 0.16, "ahead_h": 10},
        ).log(engine)  # fmt: skip
        return len(log.stops().query("kind == 0")) == 1

    assert not is_served(108.0)
    assert is_served(110.0)
    # Where nothing comes a stand is chosen when it is full.
    assert not is_served(239.0, 0.0)
    assert is_served(240.0, 0.0)


def test_what_the_end_of_the_shift_leaves_is_missed_and_done_first_next_time(city, engine):
    plan = [(COLLECT, b) for b in (2, 1, 0)]
    plans = [(0, 0, 0.0, 300.0, plan), (0, 1, 0.0, ENDLESS, plan)]
    log = city(3, 2, plans, days=2, rules=Rules(0.0)).log(engine)
    # Done at 105 s with the first, it would be with the second at 210 s, and home at 330 s.
    assert rows(log, "route", "kind", "stand", "end_s", "outcome") == [
        [0, COLLECT, 2, 105, DONE],
        [0, COLLECT, 1, 105, MISSED],
        [0, COLLECT, 0, 105, MISSED],
        [0, HOME, -1, 165, DONE],
        [1, COLLECT, 1, DAY_S + 165, LATE],
        [1, COLLECT, 0, DAY_S + 270, LATE],
        [1, COLLECT, 2, DAY_S + 270 + 165, DONE],
        [1, COLLECT, 1, DAY_S + 435, PASSED],
        [1, COLLECT, 0, DAY_S + 435, PASSED],
        [1, HOME, -1, DAY_S + 435 + 60, DONE],
    ]
    dropped = city(3, 2, plans, days=2, rules=Rules(0.0, "drop")).log(engine).stops()
    assert dropped.query("day == 1")["outcome"].tolist() == [DONE] * 4


def test_home_is_by_way_of_a_plant_that_takes_what_is_aboard_after_a_diversion(city, engine):
    # 200 kg are aboard at 185 s, and the 200 kg at the second stand do not fit: by the plant it is
    # there at 485 s and done at 550 s; home by the plant, which takes 500 kg a day and has 250 kg,
    # is at 730 s with 200 kg aboard (with 400 kg it would have to be without it, at 610 s).
    def diverts(shift_s):
        log = city(
            2, 2, [(0, 0, 0.0, shift_s, [(COLLECT, 0), (COLLECT, 1)])],
            stands={"start_kg": 200.0}, trucks={"kg": 300.0}, rules=Rules(0.0),
            facilities={"intake_kg": [[np.nan], [500.0]]},
            deliveries=Deliveries([0.0], [1], [0], [250.0]),
        ).log(engine)  # fmt: skip
        return log.stops().query("kind == 1")["diverted"].iloc[0]

    assert not diverts(729.0)  # it ends its route, and tips on the way home
    assert diverts(730.0)


def test_a_break_is_taken_before_what_would_last_beyond_its_latest_begin(city, engine):
    def breaks(latest_s, earliest_s=0.0):
        plan = [(COLLECT, 1), (COLLECT, 0), (BREAK, -1, earliest_s, latest_s, 900.0)]
        log = city(2, 2, [(0, 0, 0.0, ENDLESS, plan)]).log(engine)
        return rows(log, "kind", "begin_s", "end_s")

    # The stands are done at 105 and 210 s.
    assert breaks(210.0)[2] == [BREAK, 210, 1110]
    assert breaks(209.0)[1] == [BREAK, 105, 1005]
    assert breaks(209.0)[2] == [COLLECT, 1065, 1110]
    assert breaks(100.0)[0] == [BREAK, 0, 900]
    assert breaks(ENDLESS, 500.0)[2] == [BREAK, 500, 1400]


def test_a_way_that_is_banned_begins_when_the_ban_ends(city, engine):
    free, banned = np.ones((3, 3)) * 60.0, np.full((3, 3), np.nan)
    for table in (free, banned):
        np.fill_diagonal(table, 0.0)
    roads = Roads(np.stack([free, banned]), free * 10.0, hours(*range(7, 9)).astype(int))
    plan = [(0, 0, 7 * HOUR_S + 10.0, ENDLESS, [(COLLECT, 0)])]
    log = city(1, 2, plans=plan, roads=roads).log(engine)
    assert rows(log, "left_s", "came_s")[0] == [9 * HOUR_S, 9 * HOUR_S + 60]


def test_an_earliest_time_is_waited_for(city, engine):
    log = city(1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0, 500.0)])]).log(engine)
    assert rows(log, "came_s", "begin_s", "end_s")[0] == [60, 500, 545]


def station_city(city, engine, loads, haulers=1, **facilities):
    """A station (facility 0) to which others deliver, and a plant an hour away."""
    given = {
        "place": [0, 1], "accepts": [[True], [True]], "bays": [1, 1], "tip_s": Fixed(60.0),
        "compactors": [1, 0], "press_kg_h": 3600.0, "pit_kg": 2000.0, "container_kg": 1000.0,
        "buffer": 1,
    }  # fmt: skip
    times, kg = zip(*loads, strict=True)
    n = len(times)
    apart = np.array([[0.0, HOUR_S], [HOUR_S, 0.0]])
    return city(
        1, 2, stands={"place": 0}, facilities=given | facilities,
        haulers=Haulers(np.zeros(haulers), np.zeros(haulers), load_s=Fixed(300.0)),
        roads=Roads(apart, apart * 10.0),
        deliveries=Deliveries(times, np.zeros(n), np.zeros(n), kg),
    ).log(engine)  # fmt: skip


def test_a_station_presses_whole_containers_and_a_hauler_takes_them_on(city, engine):
    # 600 kg at 0:01 are no container; 1,200 kg at 0:12 are one: pressed at 1 kg a second.
    log = station_city(city, engine, [(0.0, 600.0), (600.0, 600.0)])
    loaded = 660 + 1000 + 300
    tipped = loaded + 3600
    assert log.hauls().iloc[:, 1:].to_numpy().tolist() == [
        [0, 0, 0, 1000, 1660, 1660, loaded, 1, tipped, tipped, tipped + 60, 0, 0, 36_000],
        [2, -1, -1, 0, tipped + 60, *[tipped + 3660] * 2, 0, *[tipped + 3660] * 3, 0, 36_000, 0],
    ]
    assert log.course.pit.tolist() == [[200_000], [0]]
    assert log.course.final.tolist() == [[0], [1_000_000]]


def test_a_full_pit_keeps_the_next_out_until_the_press_has_room(city, engine):
    # Of four loads of 1,000 kg the press takes the first when it is down, two fill the pit, and the
    # fourth waits: the container is pressed from 60 to 1,060 s and stands in the only place until
    # it is loaded at 1,360 s, when the next begins.
    log = station_city(city, engine, [(0.0, 1000.0), (0.0, 1000.0), (0.0, 1000.0), (0.0, 1000.0)])
    began = log.third()["begin_s"].tolist()
    assert began == [0, 60, 120, 1360]
    blocked_s = log.course.hourly[:, 0, 2].sum() / 1000
    assert blocked_s == 1360 - 180
    full_s = log.course.hourly[0, 0, 3] / 1000
    # Taken from 60 s on by the press, then by the container, then by the next one.
    assert full_s == 3540


def test_what_is_less_than_a_container_is_pressed_when_the_station_closes(city, engine):
    open_hours = np.stack([hours(*range(6)), hours(*range(24))])
    log = station_city(city, engine, [(0.0, 600.0)], open_hours=open_hours)
    haul = log.hauls().iloc[0]
    assert (haul["kg"], haul["left_s"]) == (600, 6 * HOUR_S + 600)


def test_an_order_is_split_into_loads_and_haulers_work_in_their_hours(city, engine):
    # 25 t with 10 t a load; two haulers, of which the second may set out from 8 on.
    allowed = np.stack([hours(*range(24)), hours(*range(8, 24))])
    log = city(
        1, 2, haulers=Haulers([-1, -1], [0, 0], 1e4, Fixed(600.0), allowed),
        orders=Orders([7.5 * HOUR_S], [0], [0], [25_000.0]),
    ).log(engine)  # fmt: skip
    loads = log.hauls().query("kind == 1")
    # From the depot (place 1) to the site (0) 60 s, loading 600 s, 120 s to the plant, 300 s there.
    first = [7.5 * HOUR_S, 7.5 * HOUR_S + 60 + 600 + 120 + 300]
    assert loads[["hauler", "kg", "left_s", "end_s"]].to_numpy().tolist() == [
        [0, 10_000, *first],
        [0, 10_000, first[1], first[1] + 120 + 600 + 120 + 300],
        [1, 5000, 8 * HOUR_S, 8 * HOUR_S + 60 + 600 + 120 + 300],
    ]
    assert log.course.flow[3].tolist() == [25_000_000]


def test_an_order_is_ready_before_haulers_of_its_instant_are_home(city, engine):
    # The first is home after 60 + 600 + 120 + 300 + 60 s, just when the second order is ready.
    log = city(
        1, 2, haulers=Haulers([-1, -1], [0, 0], 1e4, Fixed(600.0)),
        orders=Orders([0.0, 1140.0], [0, 0], [0, 0], [1.0, 1.0]),
    ).log(engine)  # fmt: skip
    loads = log.hauls().query("kind == 1")
    assert loads[["hauler", "left_s"]].to_numpy().tolist() == [[0, 0], [1, 1140]]


def test_a_bay_is_free_before_who_comes_at_the_same_instant(city, engine):
    # The truck comes at 245 s, when the delivery before it just ends; of two who come at one
    # instant others are served before our trucks.
    def began(times):
        log = city(
            1, 2, [(0, 0, 0.0, ENDLESS, [(COLLECT, 0), (UNLOAD, 1)])], stands={"start_kg": 200.0},
            facilities={"tip_s": Fixed(100.0)},
            deliveries=Deliveries(times, np.ones(len(times)), np.zeros(len(times)), 1.0),
        ).log(engine)  # fmt: skip
        return log.stops()["begin_s"][1], log.third()["begin_s"].tolist()

    assert began([145.0]) == (245.0, [145.0])
    assert began([245.0]) == (345.0, [245.0])


def test_a_closed_facility_serves_in_the_order_of_coming_when_it_opens(city, engine):
    facilities = {"open_hours": np.stack([hours(), hours(2)]), "tip_s": Fixed(100.0)}
    deliveries = Deliveries([10.0, 20.0, 3 * HOUR_S - 1.0, 3 * HOUR_S], [1] * 4, [0] * 4, [1.0] * 4)
    third = city(1, 2, facilities=facilities, deliveries=deliveries, days=2).log(engine).third()
    assert third["begin_s"].tolist() == [
        2 * HOUR_S, 2 * HOUR_S + 100, 3 * HOUR_S - 1, DAY_S + 2 * HOUR_S,
    ]  # fmt: skip


def test_a_route_leaves_when_the_truck_is_back_from_the_one_before(city, engine):
    plans = [(0, 0, 0.0, ENDLESS, [(COLLECT, 0)]), (0, 0, 10.0, ENDLESS, [(COLLECT, 0)])]
    out = city(1, 2, plans).log(engine).out()
    assert out[["leave_s", "home_s"]].to_numpy().tolist() == [[0, 165], [165, 330]]


def test_a_load_stays_aboard_over_night_if_trucks_do_not_tip_first(city, engine):
    plans = [(0, day, 0.0, ENDLESS, [(COLLECT, 0)]) for day in range(2)]
    log = city(
        1, 2, plans, days=2, stands={"start_kg": 200.0}, rules=Rules(empty_home=False)
    ).log(engine)  # fmt: skip
    assert log.stops()["aboard_kg"].tolist() == [0, 200, 200, 200]
    assert log.course.aboard[0].tolist() == [200_000, 200_000]


def test_a_facility_without_presses_has_neither_pit_nor_places(city, engine):
    deliveries = Deliveries([0.0], [1], [0], [50.0])
    log = city(1, 2, facilities={"buffer": 0}, deliveries=deliveries).log(engine)
    assert not log.course.hourly[:, :, 2:].any()
    assert log.course.tipped[0].tolist() == [[0], [50_000]]
