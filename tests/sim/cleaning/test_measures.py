"""Measures say what the Log says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cleaning import Facilities, Pieces, Rates, Roads, Rules, Vehicles, Ways, label
from sim.cleaning.measures import MEASURES, measures

SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)
ENDLESS = float("inf")


def found(log, **more):
    return measures(log, **more).set_index(["measure", "by", "group"])["value"]


def test_work_is_counted_from_the_rows(town, engine):
    plan = [
        (DRIVE, [0, 0], 0, 0), (SWEEP, 0, 36.0, 0), (SWEEP, 1, 36.0, 0), (DUMP, 1, 0, 0),
        (DRIVE, [1], 0, 0),
    ]  # fmt: skip
    log = town(
        2,
        {"growth_g_m_h": 0.0, "start_g_m": 10.0},
        vehicles=Vehicles([0], [9.0], slow_removes=0.5, fast_removes=0.5, names=["S1"]),
        plans=[(0, 0, 0, 300.0, plan)],
    ).log(engine)
    rates = Rates(
        energy_swept_km=10.0, energy_driven_km=5.0, energy_standing_h=6.0, energy_price=2.0,
        hour=36.0, overtime_hour=72.0, km=1.0, dump_t=1000.0,
    )  # fmt: skip
    value = found(log, rates=rates)
    assert value["swept_km", "all", ""] == pytest.approx(0.2)
    assert value["deadhead_km", "all", ""] == pytest.approx(0.3)
    assert value["deadhead_share", "all", ""] == pytest.approx(0.6)
    # 30 s of driving, 20 s of sweeping, 600 s at the dump.
    assert value["out_h", "all", ""] == pytest.approx(650 / 3600)
    assert value["overtime_h", "vehicle", "S1"] == pytest.approx(350 / 3600)
    assert value["overtime_share", "all", ""] == 1.0
    assert value["dumps", "all", ""] == 1
    assert value["collected_t", "all", ""] == pytest.approx(0.001)
    energy = 10 * 0.2 + 5 * 0.3 + 6 * 600 / 3600
    assert value["energy", "all", ""] == pytest.approx(energy)
    cost = 2 * energy + 36 * 300 / 3600 + 72 * 350 / 3600 + 0.5 + 1.0
    assert value["cost", "all", ""] == pytest.approx(cost)


def test_what_is_missed_is_a_share_of_what_was_planned(town, engine):
    plans = [(0, 0, 0, 90.0, [(SWEEP, q, 36.0, 0) for q in range(6)])]
    value = found(town(6, plans=plans).log(engine, rules=None))
    assert value["missed_share", "all", ""] == 0.0
    short = [(0, d, 0, 90.0 if d == 0 else ENDLESS, plans[0][4]) for d in range(2)]
    log = town(6, plans=short).log(engine, days=2, rules=Rules(0.0))
    value = found(log)
    assert value["missed_km", "all", ""] == pytest.approx(0.2)
    assert value["late_km", "all", ""] == pytest.approx(0.2)
    assert found(log, warmup_days=1)["missed_km", "all", ""] == 0.0


def test_cleanliness_by_hour_class_and_area_is_weighted_by_length(make_town, make_routes, engine):
    pieces = Pieces(
        np.array([100.0, 300.0]), 1.0, np.array([11.5, 5.5]), street_class=[0, 1], area=[1, 1]
    )
    zero = Ways(np.zeros((2, 1)), np.zeros((2, 1)))
    back = Ways(np.zeros((1, 2)), np.zeros((1, 2)))
    one = Ways(np.zeros((1, 1)), np.zeros((1, 1)))
    log = make_town(
        pieces,
        Facilities([0], [False], [False]),
        Vehicles([0], [np.nan]),
        Roads([1.0], [1.0], zero, back, one),
        make_routes([]),
    ).log(engine)
    value = found(log, class_names=["main", "side"])
    # Clean at the begin of hours 0 to 11 of 24, and 0 to 5.
    assert value["clean_share", "street class", "main"] == 0.5
    assert value["clean_share", "street class", "side"] == 0.25
    assert value["clean_share", "area", "1"] == pytest.approx((0.5 * 100 + 0.25 * 300) / 400)
    assert value["clean_share", "all", ""] == value["clean_share", "area", "1"]
    assert value["clean_share", "hour", "8"] == 0.25
    table = log.clean_share()
    assert len(table) == 48
    assert table.groupby("street_class")["length_km"].first().tolist() == [0.1, 0.3]


def test_delay_is_the_end_against_the_planned_end(town, make_routes, engine):
    given = town(2, plans=[(0, 0, 100.0, ENDLESS, [(SWEEP, 0, 36.0, 0), (SWEEP, 1, 36.0, 0)])])
    given.routes.planned_end_s[:] = [10.0, np.nan]
    value = found(given.log(engine))
    assert value["delay_mean_min", "all", ""] == pytest.approx(0.0)
    given.routes.planned_end_s[:] = [4.0, 14.0]
    assert found(given.log(engine))["delay_mean_min", "all", ""] == pytest.approx(0.1)


def test_every_measure_has_its_words_in_both_languages():
    for name in MEASURES:
        assert label(name).isascii()
        assert not label(name, "zh").isascii()
