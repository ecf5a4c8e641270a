"""Measures say what the Log says."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from sim import Fixed
from sim.waste import Deliveries, Haulers, Orders, Rates, Rules, label, layout
from sim.waste.measures import MEASURES, measures

COLLECT, UNLOAD, BREAK = range(3)
ENDLESS, HOUR_S = float("inf"), 3600.0


def found(log, **more):
    table = measures(log, **more)
    assert not table.duplicated(["measure", "by", "group"]).any()
    return table.set_index(["measure", "by", "group"])["value"]


def one_trip(city, engine, **more):
    """From the depot (place 2) to stands at 0 and 1, 300 and 100 kg, to the plant (3), home."""
    plan = [(COLLECT, 0), (COLLECT, 1), (UNLOAD, 1)]
    given = {
        "stands": {"bins": [2, 1], "start_kg": [300.0, 100.0], "kind": [0, 1], "area": [0, 1]},
        "trucks": {"crew": 3, "names": ["T1"]},
        "facilities": {"names": ["Depot", "Plant"], "streams": ["other"]},
    }
    return city(2, 2, [(0, 0, HOUR_S, 600.0, plan)], **given | more).log(engine)


def test_work_is_counted_from_the_rows(city, engine):
    value = found(one_trip(city, engine))
    assert value["collected_t", "all", ""] == 0.4
    assert value["collected_t", "stream day", "other|0"] == 0.4
    assert value["collected_t", "vehicle", "T1"] == 0.4
    assert value["tipped_t", "facility", "Plant"] == 0.4
    assert value["served_stands", "stream", "other"] == 2
    assert value["bins_emptied", "all", ""] == 3
    assert value["trips", "facility", "Plant"] == 1
    # 1,000 m to the first stand are empty, and 500 m home from the plant.
    assert value["km_empty", "all", ""] == 1.5
    assert value["km_loaded", "vehicle", "T1"] == 1.5
    assert value["km", "all", ""] == 3.0
    # Driving 120 + 60 + 120 + 60 s, stops of 85 and 65 s, tipping 300 s: 810 s of a shift of 600 s.
    assert value["out_h", "all", ""] == pytest.approx(810 / 3600)
    assert value["overtime_h", "all", ""] == pytest.approx(210 / 3600)
    assert value["overtime_share", "all", ""] == 1.0
    assert value["balance_g", "all", ""] == 0
    assert ("cost", "all", "") not in value.index


def test_a_gram_too_many_in_a_row_or_at_a_stand_breaks_the_balance(city, engine):
    for table, row, column in (("rows", 0, layout.L_G), ("stands", 1, layout.G_GROWN),
                               ("stands", 0, layout.G_LEFT)):  # fmt: skip
        log = one_trip(city, engine)
        getattr(log.course, table)[row, column] += 1
        assert log.balance().any()


def test_costs_add_up_by_part(city, engine):
    log = one_trip(
        city, engine, haulers=Haulers([-1], [0], 1e4, Fixed(600.0)),
        orders=Orders([0.0], [0], [0], [600.0]),
    )  # fmt: skip
    rates = Rates(
        route=100.0, hour=36.0, overtime_hour=72.0, km=2.0, haul_hour=360.0, haul_km=3.0,
        gate_t=[0.0, 50.0], energy_km=0.5, energy_haul_km=1.0, energy_bin=0.1,
        energy_standing_h=2.0, energy_price=8.0, co2_kg=2.5, currency="CNY",
    )  # fmt: skip
    value = found(log, rates=rates)
    # The hauler: 1 km there, 600 s, 1.5 km to the plant, 300 s, 0.5 km home: 120 + 180 + 60 s.
    energy = {"driving": 1.5, "stops": 0.3 + 2 * 450 / 3600, "haulers": 3.0, "stations": 0.0}
    for part, amount in energy.items():
        assert value["energy", "part", part] == pytest.approx(amount)
    parts = {
        "routes": 100.0,
        "crews": 3 * (36 * 600 + 72 * 210) / 3600,
        "km": 6.0,
        "haulers": 360 * 1260 / 3600 + 9.0,
        "energy": 8 * sum(energy.values()),
        "gates": 50.0,
    }
    for part, amount in parts.items():
        assert value["cost", "part", part] == pytest.approx(amount)
    assert value["cost", "all", ""] == pytest.approx(sum(parts.values()))
    assert value["cost_per_t", "all", ""] == pytest.approx(sum(parts.values()))  # of 1 t
    assert value["co2_t", "all", ""] == pytest.approx(sum(energy.values()) * 2.5 / 1000)
    units = measures(log, rates=rates).drop_duplicates("measure").set_index("measure")["unit"]
    assert units[["cost", "cost_per_t", "energy"]].tolist() == ["CNY", "CNY/t", "l"]


def test_overflow_is_a_share_of_bin_hours_by_hour_stream_kind_and_area(city, engine):
    # 24 kg an hour: a bin of 240 kg is over after 10 h, two of them at the other stand never.
    log = city(
        2, 2, stands={"bins": [1, 3], "kind": [0, 1], "area": [0, 1]},
        filling={"litres_h": [24.0, 24.0]},
    ).log(engine)  # fmt: skip
    value = found(log, kind_names=["homes", "market"], area_names=["north", "south"])
    assert value["overflow_bin_h", "kind", "homes"] == pytest.approx(14.0, abs=1e-3)
    assert value["overflow_bin_h", "area", "north"] == pytest.approx(14.0, abs=1e-3)
    assert value["overflow_bin_h", "kind", "market"] == 0.0
    assert value["overflown_share", "all", ""] == pytest.approx(14 / 96, abs=1e-5)
    assert value["overflown_share", "kind", "homes"] == pytest.approx(14 / 24, abs=1e-5)
    assert value["not_full_share", "area", "south"] == 1.0
    assert value["overflown_share", "hour", "9"] == 0.0
    assert value["overflown_share", "hour", "12"] == 0.25
    assert value["overflow_l", "stream", "0"] == pytest.approx(336.0)
    assert value["overflow_l", "area", "north"] == pytest.approx(336.0)
    assert value["stands_overflown_share", "all", ""] == 0.5
    assert value["left_t", "all", ""] == pytest.approx(1.152)


def test_punctuality_is_against_planned_begins_and_missed_ones_are_not_on_time(city, engine):
    plan = [(COLLECT, b, 0.0, 130.0, 0.0) for b in (2, 1, 0)]
    log = city(
        3, 2, [(0, 0, 0.0, 300.0, plan)], rules=Rules(0.0),
        select={"planned_begin_s": [0.0, 100.0, np.nan]},
    ).log(engine)  # fmt: skip
    # The first begins at 60 s, the others are missed.
    value = found(log, punctual_min=2.0)
    assert value["punctual_share", "all", ""] == 0.5
    assert value["delay_mean_min", "all", ""] == 1.0
    assert value["in_window_share", "all", ""] == pytest.approx(1 / 3)
    assert value["missed_share", "all", ""] == pytest.approx(2 / 3)
    assert found(log, punctual_min=0.5)["punctual_share", "all", ""] == 0.0


def test_waits_are_of_all_who_come_to_the_gate_and_bays_are_used_by_the_hour(city, engine):
    deliveries = Deliveries([0.0, 0.0, HOUR_S], [1, 1, 1], [0] * 3, [1000.0] * 3)
    plant = city(
        1, 2, facilities={"tip_s": Fixed(900.0), "names": ["Depot", "Plant"]}, deliveries=deliveries
    )  # fmt: skip
    value = found(plant.log(engine))
    assert value["station_wait_mean_min", "facility", "Plant"] == pytest.approx(5.0)
    assert value["station_wait_h", "who", "others"] == pytest.approx(0.25)
    assert value["station_wait_h", "who", "trucks"] == 0.0
    assert value["bays_used", "facility hour", "Plant|0"] == pytest.approx(0.5)
    assert value["bays_used", "facility hour", "Plant|1"] == pytest.approx(0.25)
    assert value["queue", "facility hour", "Plant|0"] == pytest.approx(0.25)
    assert value["bays_used", "facility", "Plant"] == pytest.approx(0.75 / 24)
    assert value["delivered_t", "facility", "Plant"] == 3.0
    assert value["tipped_t", "all", ""] == 3.0
    later = found(plant.log(engine, days=2, warmup_days=1))
    assert later["station_wait_h", "all", ""] == 0.0


def test_warm_up_leaves_out_days(city, engine):
    plans = [(0, day, 0.0, ENDLESS, [(COLLECT, 0)]) for day in range(3)]
    street = city(1, 2, plans, days=3, filling={"litres_h": [5.0]})
    assert found(street.log(engine))["served_stands", "all", ""] == 3
    later = found(street.log(engine, warmup_days=2))
    assert later["served_stands", "all", ""] == 1
    assert later["collected_t", "all", ""] == pytest.approx(0.12, abs=1e-3)
    assert ("collected_t", "day", "1") not in later.index


def test_areas_and_streams_have_the_same_measured_overflow_as_all(city, engine):
    # 240 l at 5 l an hour: full after 48 h; the second is full at once, and emptied after a day.
    plans = [(0, day, 0.0, ENDLESS, [(COLLECT, 1)]) for day in (1, 2)]
    street = city(
        2, 2, plans, days=4, filling={"litres_h": [5.0, 5.0]},
        stands={"area": [0, 1], "bins": [1, 1], "bin_l": 240.0, "start_kg": [0.0, 240.0]},
    )  # fmt: skip
    first, later = (found(street.log(engine, warmup_days=days)) for days in (0, 3))
    for value, hours, litres in ((first, [48, 24], [240, 120]), (later, [24, 0], [120, 0])):
        for area in range(2):
            told = value["overflow_bin_h", "area", str(area)]
            assert told == pytest.approx(hours[area], abs=0.2)
            assert value["overflow_l", "area", str(area)] == pytest.approx(litres[area], abs=1.0)
        for measure in ("overflow_bin_h", "overflow_l"):
            for by in ("area", "stream", "kind"):
                assert value[measure][by].sum() == pytest.approx(value[measure, "all", ""])
    assert later["overflown_share", "area", "0"] == pytest.approx(1.0, abs=0.01)
    assert first["stands_overflown_share", "all", ""] == 1.0
    assert later["stands_overflown_share", "all", ""] == 0.5
    assert later["stands_overflown_share", "area", "1"] == 0.0


def test_a_warm_up_as_long_as_the_run_is_refused(city, engine):
    with pytest.raises(InputError, match="the warm-up is of 1 days, and the run of 1"):
        city(1, 2).log(engine, warmup_days=1)


def test_rates_are_checked(city, engine):
    with pytest.raises(InputError, match="km is -1"):
        Rates(km=-1.0)
    with pytest.raises(InputError, match="gate_t has the shape"):
        measures(one_trip(city, engine), rates=Rates(gate_t=[1.0, 2.0, 3.0]))


def test_every_measure_has_its_words_in_both_languages():
    for name in MEASURES:
        assert label(name).isascii()
        assert not label(name, "zh").isascii()
