"""The rules one by one, on streets small enough to reckon by hand."""

from __future__ import annotations

import numpy as np
import pytest

from networks import InputError
from sim import Fixed, replicate
from sim.cleaning import (
    Facilities,
    Pieces,
    Roads,
    Routes,
    Rules,
    Vehicles,
    Ways,
    Weather,
    simulate,
)
from sim.cleaning.measures import measures

SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)
DONE, MISSED, PASSED, LATE = range(4)
HOUR_S, ENDLESS = 3600.0, float("inf")


def sweeps(*pieces, kmh=36.0):
    """Steps that sweep one after the other; 100 m take 10 s at 36 km/h."""
    return [(SWEEP, q, kmh, 0) for q in pieces]


def hopper(kg=1000.0, removes=0.5, **more):
    return Vehicles([0], [kg], slow_removes=removes, fast_removes=removes, **more)


def kinds(log):
    return log.steps()["kind"].tolist()


@pytest.mark.parametrize(("kmh", "share"), [(3, 0.9), (5, 0.9), (10, 0.65), (15, 0.4), (30, 0.4)])
def test_what_a_sweep_removes_falls_in_a_line_with_its_speed(town, engine, kmh, share):
    log = town(
        1,
        {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        vehicles=Vehicles([0], [1000.0], slow_removes=0.9, fast_removes=0.4),
        plans=[(0, 0, 0, ENDLESS, sweeps(0, kmh=kmh))],
    ).log(engine)
    assert log.steps()["removed_g"].tolist() == pytest.approx([1000.0 * share])
    assert log.steps()["end_s"].tolist() == pytest.approx([100.0 / (kmh / 3.6)], abs=1e-3)


def test_growth_follows_the_hour_of_the_week_and_the_season(town, engine):
    factor = np.zeros((1, 168))
    factor[0, 24 + 8] = 2.0  # Tuesday, 8 to 9
    log = town(1, {"growth_g_m_h": 1.0, "hour_factor": factor}).log(
        engine, days=2, first_weekday=0, weather=Weather(season=[1.0, 3.0]), keep_dirt=True
    )
    dirt = log.dirt_g_m()[:, 0]
    assert dirt[24 + 8] == 0
    assert dirt[24 + 9] == dirt[-1] == 6.0
    monday = town(1, {"growth_g_m_h": 1.0, "hour_factor": factor}).log(engine, first_weekday=1)
    assert monday.balance()["grown_kg"].tolist() == [0.2]


def test_rain_stops_growth_and_washes_and_a_storm_multiplies_it(town, engine):
    log = town(1, {"growth_g_m_h": 1.0}).log(
        engine,
        days=3,
        weather=Weather(kind=[0, 1, 2], rain_washes=0.5, rain_hour=3),
        keep_dirt=True,
    )
    dirt = log.dirt_g_m()[:, 0]
    assert [dirt[24], dirt[26], dirt[27], dirt[48]] == [24.0, 24.0, 12.0, 12.0]
    assert log.balance()[["left_kg", "washed_kg"]].to_numpy().tolist() == [[6.0, 1.2]]


def test_after_the_last_day_it_is_dry_and_the_season_goes_on(town, engine):
    # 100 g an hour (half of it by rain, twice by season), 600 g of which 120 are washed away; 200 g
    # in the hour after midnight, and then none: 480 + 1800 + 200 lie when it is swept.
    factor = np.ones((1, 168))
    factor[0, 25] = 0.0
    plan = [(BREAK, -1, 2 * HOUR_S, 0), *sweeps(0)]
    log = town(
        1,
        {"growth_g_m_h": 1.0, "hour_factor": factor},
        vehicles=hopper(),
        plans=[(0, 0, 23 * HOUR_S, ENDLESS, plan)],
    ).log(engine, weather=Weather(kind=[1], season=[2.0], rain_growth=0.5, rain_washes=0.2))
    table = log.steps()
    assert table["begin_s"].tolist() == [23 * HOUR_S, 25 * HOUR_S]
    assert table["removed_g"].tolist() == [0.0, 1240.0]
    assert log.balance()[["grown_kg", "washed_kg"]].to_numpy().tolist() == [[2.6, 0.12]]


def test_every_vehicle_piece_and_dump_has_figures_of_its_own(town, engine):
    # In the first hour 1 kg comes to two pieces and 3 kg to the others; cars stand on 0.4 of the
    # first two. The sweeper takes 0.65 of the rest at 10 km/h; the truck 0.2, with 10 l each.
    factor = np.zeros((2, 168))
    factor[:, 0] = 1.0, 3.0
    first = [(SWEEP, 0, 10.0, 0), (DUMP, 1, 0, 0), (SWEEP, 1, 10.0, 0), (DUMP, 2, 0, 0)]
    log = town(
        4,
        {
            "growth_g_m_h": 10.0, "profile": [0, 1, 0, 1], "hour_factor": factor,
            "parked": [1, 1, 0, 0], "parked_share": np.outer([0.0, 0.4], np.ones(168)),
            "parked_spread": 0.0,
        },
        facilities=Facilities(
            [1, 1, 1], [False, True, True], [True, False, False],
            dump_s=[Fixed(1.0), Fixed(100.0), Fixed(200.0)],
        ),
        vehicles=Vehicles(
            [0, 0], [10.0, np.nan], [np.nan, 25.0], [0.0, 100.0],
            slow_removes=[0.9, 0.2], fast_removes=[0.4, 0.2], up_h=[np.inf, 0.001],
            repair_s=Fixed(600.0),
        ),
        plans=[(1, 0, 2 * HOUR_S, ENDLESS, sweeps(2, 3)), (0, 0, HOUR_S, ENDLESS, first)],
    ).log(engine)  # fmt: skip
    table, out = log.steps(), log.out()
    sweeper, truck = (table[table["vehicle"] == v] for v in (0, 1))
    assert sweeper["removed_g"].tolist() == [390.0, 390.0, 1170.0, 1170.0]
    assert (sweeper["end_s"] - sweeper["begin_s"]).tolist() == [36.0, 100.0, 36.0, 200.0]
    assert sweeper["repair_s"].sum() == 0.0
    assert truck["removed_g"].tolist() == [200.0, 600.0]
    assert truck["water_l"].tolist() == [15.0, 5.0]
    assert truck["repair_s"].sum() >= 600.0
    assert out["vehicle"].tolist() == [1, 0]
    assert out["leave_s"].tolist() == [2 * HOUR_S, HOUR_S]
    assert out["home_s"].tolist() == [truck["end_s"].iloc[-1], HOUR_S + 372.0]


def test_the_weather_of_a_seed_is_the_same_whatever_the_plan_and_as_likely_as_said():
    weather = Weather(rain=0.3, storm=0.1)
    drawn = weather.days(20_000, 7)
    assert np.array_equal(drawn[:50], weather.days(50, 7))
    assert not np.array_equal(drawn[:50], weather.days(50, 8))
    shares = np.bincount(drawn, minlength=3) / 20_000
    assert np.abs(shares - [0.6, 0.3, 0.1]).max() < 3.3 * np.sqrt(0.24 / 20_000)


def test_a_full_hopper_goes_to_the_dump_that_costs_least_and_comes_back(town, engine):
    # Half of 1 kg from each piece: three pieces fill the hopper of 1.6 kg.
    facilities = Facilities(
        [0, 1, 1], [False, True, True], False, dump_s=Fixed(100.0),
        open_hours=np.stack([np.ones(168, bool), np.arange(168) > 0, np.ones(168, bool)]),
    )  # fmt: skip
    setting = {
        "piece": {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        "facilities": facilities,
        "vehicles": hopper(1.6),
        "plans": [(0, 0, 0, ENDLESS, sweeps(0, 1, 2, 3))],
    }
    log = town(4, **setting).log(engine)
    table = log.steps()
    assert table["kind"].tolist() == [SWEEP, SWEEP, SWEEP, DRIVE, DUMP, DRIVE, SWEEP]
    assert table["facility"].tolist()[3:5] == [2, 2]  # the first opens only at one o'clock
    assert table["begin_s"].tolist() == [0, 10, 20, 30, 90, 190, 250]
    assert table["diverted"].tolist() == [False] * 3 + [True] * 3 + [False]
    assert table["removed_g"].tolist() == [500, 500, 500, 0, 1500, 0, 500]
    later = town(4, **setting | {"plans": [(0, 0, HOUR_S, ENDLESS, sweeps(0, 1, 2, 3))]})
    assert later.log(engine).steps()["facility"].tolist()[4] == 1


def test_a_dump_about_to_open_is_better_than_one_far_away(make_town, make_routes, engine):
    # At 0:50 the near one (a minute away) opens in ten minutes, the far one is 400 s away and open:
    # 60 + 540 + 60 s are less than 400 + 400 s; at 0:40 they are not.
    def chosen(leave_s):
        away = np.array([[0.0, 60.0, 400.0]])
        log = make_town(
            Pieces([100.0], 0.0, 1.0, start_g_m=10.0),
            Facilities(
                [0, 1, 1], [False, True, True], False, Fixed(1.0),
                open_hours=np.stack([np.ones(168, bool), np.arange(168) > 0, np.ones(168, bool)]),
            ),
            hopper(0.6),
            Roads(
                [10.0], [100.0], Ways(away, away), Ways(away.T, away.T),
                Ways(np.zeros((3, 3)), np.zeros((3, 3))),
            ),
            make_routes([(0, 0, leave_s, ENDLESS, sweeps(0, 0))]),
        ).log(engine)  # fmt: skip
        return log.steps()["facility"].max()

    assert chosen(3000.0 - 10.0) == 1
    assert chosen(2400.0 - 10.0) == 2


def test_a_planned_dump_that_comes_next_makes_a_diversion_needless(town, engine):
    plan = [*sweeps(0, 1, 2), (DUMP, 1, 0, 0), *sweeps(3)]
    log = town(
        4,
        {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        vehicles=hopper(1.6),
        plans=[(0, 0, 0, ENDLESS, plan)],
    ).log(engine)
    assert kinds(log) == [SWEEP, SWEEP, SWEEP, DUMP, SWEEP]


def test_a_hopper_takes_no_more_than_it_holds_and_the_rest_stays(town, engine):
    log = town(
        1,
        {"growth_g_m_h": 0.0, "start_g_m": 100.0},
        vehicles=hopper(2.0),
        plans=[(0, 0, 0, ENDLESS, sweeps(0))],
    ).log(engine)
    assert log.balance()[["swept_kg", "left_kg"]].to_numpy().tolist() == [[2.0, 8.0]]


def test_an_empty_tank_is_filled_on_the_way_and_a_watering_truck_flushes(town, engine):
    facilities = Facilities([1], [False], [True], refill_s=Fixed(30.0))
    truck = Vehicles(
        [0], [np.nan], [25.0], [100.0], slow_removes=0.2, fast_removes=0.2
    )  # 10 l a piece
    log = town(
        3,
        {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        facilities=facilities,
        vehicles=truck,
        plans=[(0, 0, 0, ENDLESS, sweeps(0, 1, 2))],
    ).log(engine)
    assert kinds(log) == [SWEEP, SWEEP, DRIVE, REFILL, DRIVE, SWEEP]
    assert log.steps()["water_l"].tolist() == [15, 5, 5, 25, 25, 15]
    assert log.balance()["flushed_kg"].tolist() == pytest.approx([0.2] * 3)
    assert log.balance()["swept_kg"].tolist() == [0.0] * 3


def test_who_comes_to_a_closed_dump_waits_until_it_opens_in_the_order_of_coming(town, engine):
    facilities = Facilities(
        [0, 1], [False, True], False, Fixed(100.0), open_hours=np.arange(168) > 0
    )
    log = town(
        1,
        facilities=facilities,
        vehicles=Vehicles([0, 0, 0], [1.0, 1.0, 1.0]),
        plans=[(k, 0, 30.0 * (3 - k), ENDLESS, [(DUMP, 1, 0, 0)]) for k in range(3)],
    ).log(engine)
    assert log.steps()["end_s"].tolist() == [3900.0, 3800.0, 3700.0]


def test_services_end_before_anything_else_of_their_instant(town, engine):
    # The second vehicle has filled its tank when the first has just about swept the piece: it still
    # sees all of its dirt, which its hopper would not take.
    facilities = Facilities([1], [True], [True], Fixed(5.0), Fixed(30.0))
    vehicles = Vehicles([0, 0], [0.8, 0.8], [10.0, 10.0], slow_removes=0.5, fast_removes=0.5)
    plans = [
        (0, 0, 30.0, ENDLESS, sweeps(0)),
        (1, 0, 0.0, ENDLESS, [*sweeps(1), (REFILL, 0, 0, 0), *sweeps(0)]),
    ]
    log = town(
        2,
        {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        facilities=facilities,
        vehicles=vehicles,
        plans=plans,
    ).log(engine)
    table = log.steps()
    second = table[table["vehicle"] == 1]
    assert second["kind"].tolist() == [SWEEP, REFILL, DRIVE, DUMP, DRIVE, SWEEP]
    assert second["end_s"].tolist()[1] == table["end_s"].iloc[0] == 40.0


def test_edges_take_the_time_of_the_period_in_which_they_are_entered(
    make_town, make_routes, engine
):
    one = Ways(np.zeros((1, 1)), np.zeros((1, 1)))
    period = np.zeros(168, int)
    period[1:] = 1
    roads = Roads([[1500.0], [100.0]], [10.0], one, one, one, period)
    log = make_town(
        Pieces([1.0], [0.0], [1.0]),
        Facilities([0], [False], [False]),
        Vehicles([0], [np.nan]),
        roads,
        make_routes([(0, 0, 0, ENDLESS, [(DRIVE, [0, 0, 0, 0], 0, 0)])]),
    ).log(engine)
    # Entered at 0, 1500 and 3000 s (still in the first hour), then at 4500 s.
    assert log.steps()["end_s"].tolist() == [4600.0]


def test_a_break_waits_for_its_earliest_begin_and_so_does_a_window(town, engine):
    plan = [*sweeps(0), (BREAK, -1, 600.0, 900.0), (SWEEP, 1, 36.0, 2000.0)]
    log = town(2, plans=[(0, 0, 100.0, ENDLESS, plan)]).log(engine)
    table = log.steps()
    assert table["begin_s"].tolist() == [100.0, 110.0, 1600.0]
    assert table["wait_s"].tolist() == [0.0, 890.0, 500.0]
    assert table["end_s"].tolist() == [110.0, 1600.0, 2110.0]


def test_the_end_of_the_shift_drops_the_rest_and_the_next_route_begins_with_it(town, engine):
    plan = sweeps(*range(6))
    home = [(DRIVE, [0], 0, 0)]
    town_ = town(6, plans=[(0, 0, 0, 90.0, plan + home), (0, 1, 0, ENDLESS, plan + home)])
    log = town_.log(engine, days=2, rules=Rules(overtime_s=0.0))
    table = log.steps()
    first, second = table[table["route"] == 0], table[table["route"] == 1]
    # It would be home 60 s later: after four pieces, at 40 s, it goes home.
    assert first["outcome"].tolist() == [DONE] * 4 + [MISSED] * 2 + [DONE]
    assert log.out()["home_s"].tolist()[0] == 100.0
    swept = second[second["kind"] == SWEEP]
    assert swept["piece"].tolist() == [4, 5, 0, 1, 2, 3, 4, 5]
    assert swept["outcome"].tolist() == [LATE] * 2 + [DONE] * 4 + [PASSED] * 2
    dropped = town_.log(engine, days=2, rules=Rules(0.0, "drop")).steps()
    swept = dropped[(dropped["route"] == 1) & (dropped["kind"] == SWEEP)]
    assert swept["piece"].tolist() == list(range(6))
    assert (swept["outcome"] == DONE).all()


def test_overtime_lets_the_crew_go_on(town, engine):
    plans = [(0, 0, 0, 90.0, [*sweeps(*range(6)), (DRIVE, [0], 0, 0)])]
    log = town(6, plans=plans).log(engine, rules=Rules(overtime_s=60.0))
    assert not log.steps()["missed"].any()
    assert measures(log).set_index(["measure", "by"])["value"]["overtime_h", "all"] == 0.0
    later = town(6, plans=[(0, 0, 0, 30.0, plans[0][4])]).log(engine, rules=Rules(600.0))
    found = measures(later).set_index(["measure", "by"])["value"]
    assert found["overtime_h", "all"] == pytest.approx(40.0 / 3600)


def test_a_route_leaves_late_when_its_vehicle_is_still_out(town, engine):
    plans = [(0, 0, 0, ENDLESS, sweeps(0, 1)), (0, 0, 5.0, ENDLESS, sweeps(2))]
    assert town(3, plans=plans).log(engine).out()["leave_s"].tolist() == [0.0, 20.0]


def test_hundreds_of_diversions_all_have_their_rows(town, engine):
    log = town(
        2,
        {"growth_g_m_h": 0.0, "start_g_m": 1e5},
        vehicles=hopper(1.0),
        plans=[(0, 0, 0, ENDLESS, sweeps(*[0, 1] * 300))],
    ).log(engine)
    assert log.steps()["diverted"].sum() == 3 * 599


@pytest.mark.parametrize(("p", "v"), [(1, 0), (0, 1), (0, 0)])
def test_a_town_without_streets_vehicles_or_routes_has_hours_all_the_same(
    make_town, make_routes, engine, p, v
):
    def ways(a, b):
        return Ways(np.zeros((a, b)), np.zeros((a, b)))

    log = make_town(
        Pieces(np.ones(p), np.ones(p), np.ones(p)),
        Facilities([1], [True], [True]),
        Vehicles(np.zeros(v, int), np.ones(v)),
        Roads([1.0], [1.0], ways(p, 1), ways(1, p), ways(1, 1)),
        make_routes([]),
    ).log(engine, keep_dirt=True)
    assert log.course.clean_mm.shape == (24, 1)
    assert log.dirt_g_m().shape == (24, p)
    assert log.balance()["left_kg"].sum() == pytest.approx(0.024 * p)
    assert np.isfinite(measures(log)["value"]).all()


def test_replications_are_the_same_on_any_number_of_threads(town):
    setting = town(
        3,
        {"parked_share": np.full(168, 0.4)},
        plans=[(0, d, 0, ENDLESS, sweeps(0, 1, 2)) for d in range(5)],
    )

    def job(k):
        log = setting.log(days=5, seed=k, weather=Weather(rain=0.4))
        return measures(log).set_index(["measure", "by", "group"])["value"][
            "collected_t", "all", ""
        ]

    assert replicate(job, reps=6, workers=1).results == replicate(job, reps=6, workers=2).results


def wrong(**change):
    parts = {
        "length": [1.0],
        "depot": [0],
        "bays": [0, 1],
        "dumps": [False, True],
        "target": [0],
        "kind": [SWEEP],
        "tank": np.nan,
        "water": 0.0,
        "days": 1,
        "speed": 5.0,
    } | change
    ways = Ways(np.zeros((2, 2)), np.zeros((2, 2)))
    one = Ways(np.zeros((1, 2)), np.zeros((1, 2)))
    back = Ways(np.zeros((2, 1)), np.zeros((2, 1)))
    steps = len(parts["kind"])
    simulate(
        Pieces(parts["length"], 0.1, 1.0),
        Facilities(parts["bays"], parts["dumps"], parts["dumps"]),
        Vehicles(parts["depot"], 10.0, parts["tank"], parts["water"]),
        Roads([1.0], [1.0], one, back, ways),
        Routes(
            [0], [0], [0.0], [1.0], [0, steps], parts["kind"], parts["target"], [0] * (steps + 1),
            [], parts["speed"],
        ),
        days=parts["days"],
        seed=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"length": [np.nan]}, "length_m"),
        ({"length": [1.0, 1.0]}, "to_facility has the shape"),
        ({"depot": [2]}, "facility 2 is named"),
        ({"bays": [0, 0]}, "no bay"),
        ({"dumps": [False, False]}, "there is no dump"),
        ({"target": [1]}, "piece 1 is named"),
        ({"kind": [DUMP]}, "cannot dump"),
        ({"kind": [REFILL], "target": [1]}, "cannot refill"),
        ({"kind": [7]}, "kind is 7"),
        ({"kind": [DRIVE, BREAK], "target": [-1, -1]}, "a break after a drive"),
        ({"tank": 0.01, "water": 100.0}, "more than a tank holds"),
        ({"water": 1.0}, "has no tank"),
        ({"days": 0}, "days = 0"),
        ({"speed": np.nan}, "no speed"),
        ({"speed": -1.0}, "speed_kmh"),
    ],
)
def test_wrong_input_is_one_clear_error(change, said):
    with pytest.raises(InputError, match=said):
        wrong(**change)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Weather(rain=0.7, storm=0.7).days(3, 0), "beyond 1"),
        (lambda: Weather(kind=[0]).days(3, 0), "1 days are given"),
        (lambda: Weather(rain_hour=24), "rain_hour"),
        (lambda: Rules(carry="later"), "carry"),
        (lambda: Vehicles([0], [1.0], slow_kmh=9.0, fast_kmh=8.0), "fast_kmh"),
        (lambda: Ways(np.full((1, 1), np.inf), np.zeros((1, 1))), "seconds"),
        (lambda: Roads([1.0], [1.0], *[Ways(np.ones((1, 1)), np.ones((1, 1)))] * 3), "itself"),
    ],
)
def test_a_wrong_part_is_one_clear_error(make, said):
    with pytest.raises(InputError, match=said):
        make()
