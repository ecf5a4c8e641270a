"""From a [waste] table to what the simulation takes."""

from __future__ import annotations

import numpy as np
import pytest

from networks.crs import wgs84_to_gcj02
from networks.errors import InputError
from scenarios import load_scenario
from scenarios.faults import FaultList
from scenarios.waste.build import build_waste
from scenarios.waste.coming import orders


def test_every_row_of_points_that_routes_collect_is_a_stand(write):
    built = build_waste(load_scenario(write()))
    stands = built.stands
    assert len(stands) == 10
    assert built.streams == ("kitchen", "other", "construction")
    assert built.kinds == ("household", "market", "office")
    assert set(stands.bins[stands.stream == 0]) == {2}
    np.testing.assert_allclose(built.filling.litres_h[stands.stream == 0], 60 / 0.5 / 24)
    assert set(stands.capacity_g[stands.stream == 1]) == {99_000}
    assert (built.days, built.first_weekday) == (4, 0)
    assert not built.warnings


def test_facilities_lie_where_the_routes_have_them_and_beyond_the_border_ways_are_longer(write):
    built = build_waste(load_scenario(write()))
    assert built.names == ["Station", "Plant", "Yard"]
    near = build_waste(load_scenario(write(("beyond_km = 10\nbeyond_min = 15\n", ""))))
    yard, plant = built.sites[2].place, built.sites[1].place
    gone = built.roads.ms[0, yard, plant] - near.roads.ms[0, yard, near.sites[1].place]
    assert gone == 15 * 60_000
    assert built.facilities.compactors.tolist() == [1, 0, 0]
    assert built.facilities.accepts.sum(axis=1).tolist() == [2, 3, 0]
    assert built.haulers.pool.tolist() == [0, -1]
    assert built.haulers.home.tolist() == [0, 2]


def test_ways_in_hours_of_a_ban_are_others(write):
    banned = build_waste(load_scenario(write())).roads
    free = build_waste(load_scenario(write(('streets = ["Row 3"]', 'streets = ["Row 1"]')))).roads
    assert len(banned.ms) == 2
    assert banned.period[7] != banned.period[10]
    assert banned.period[7] == banned.period[24 + 8]
    rush, later = banned.ms[banned.period[7]], banned.ms[banned.period[10]]
    assert (rush[rush >= 0] >= later[rush >= 0]).all()
    assert (rush < 0).any()  # stands on the banned street are not reached
    assert (later >= 0).all()
    assert (free.ms[free.period[10]] == banned.ms[banned.period[10]]).all()


def test_seconds_and_metres_are_those_of_the_quickest_ways(write):
    built = build_waste(load_scenario(write(("beyond_km = 10\nbeyond_min = 15\n", ""))))
    network, roads = built.network, built.roads
    station, yard = built.sites[0], built.sites[2]
    at = [network.snap([place.lon], [place.lat], 500.0)[0] for place in (yard, station)]
    way = network.path(*at)
    assert roads.ms[0, yard.place, station.place] / 1000 == pytest.approx(way.time_s, abs=8)
    assert roads.mm[0, yard.place, station.place] / 1000 == pytest.approx(way.length_m, rel=0.05)


def test_a_stream_that_no_routes_collect_is_told(write):
    routes = ('routes = ["kitchen", "other"]\ndays = { other = ["monday", "wednesday"] }',
              'routes = ["kitchen"]')  # fmt: skip
    built = build_waste(load_scenario(write(routes)))
    assert len(built.stands) == 5
    assert 'no routes of [waste] collect "other": 5 rows' in built.warnings[0]


def test_a_facility_that_no_truck_reaches_is_said(write):
    banned = ('hours = "mon-fri 07:00-09:00"\nstreets = ["Row 3"]',
              'hours = "always"\nbbox = [112.8249, 28.3525, 112.8271, 28.3548]')  # fmt: skip
    with pytest.raises(InputError, match='no truck gets from the depot to "Station" and back'):
        build_waste(load_scenario(write(banned)))


def test_a_facility_without_a_place_is_said(write):
    lost = ("lon = 112.8220\nlat = 28.3520\nbeyond_km", "beyond_km")
    with pytest.raises(InputError, match='it is not said where "Plant" is'):
        build_waste(load_scenario(write(lost)))


YARDS = (
    'volume_m3 = 3\ncompaction = 3\ndepot = { name = "Yard", lon = 112.8200, lat = 28.3500 }',
    'volume_m3 = 3\ncompaction = 3\ndepot = { name = "Yard", lon = 112.8280, lat = 28.3560 }',
)
PLANTS = ('kind = "station"', 'kind = "station"\nlon = 112.8200\nlat = 28.3500')
SPEEDS = ("volume_m3 = 3\ncompaction = 3\n", "volume_m3 = 3\ncompaction = 3\ndrive_kmh = 30\n")
FAULTS = [
    (YARDS, 'depot: "Yard" is at 112.828, 28.356, and elsewhere at 112.82, 28.35; give it one lon'),
    (PLANTS, '"Station" is at 112.82, 28.35, and elsewhere at 112.826, 28.354; give it one lon'),
    (SPEEDS, "are driven at 30 km/h at most and as the streets allow; give all of them one drive"),
]


@pytest.mark.parametrize(("edit", "said"), FAULTS, ids=["yards", "plants", "speeds"])
def test_one_name_is_one_place_and_all_trucks_drive_alike(write, edit, said):
    with pytest.raises(InputError) as caught:
        build_waste(load_scenario(write(edit)))
    assert said in str(caught.value)
    assert "scenario.toml:" in str(caught.value)


def test_what_was_weighed_is_thrown_in_evenly_since_the_time_before(write, tmp_path):
    rows = ["stand,time,kg", "P1 kitchen,10,30", "P1 kitchen,20,10", "P2 other,90,18"]
    (tmp_path / "weighed.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    path = write(("[waste.filling]\n", '[waste.filling]\nrecord = "weighed.csv"\n'))
    built = build_waste(load_scenario(path))
    first = list(built.stands.names).index("P1 kitchen")
    came = built.filling.recorded_g[first]
    assert came[:10].tolist() == [3000] * 10
    assert came[10:20].tolist() == [1000] * 10
    assert came[20:].sum() == 0


def test_orders_of_a_file_are_read_and_bad_rows_named(write, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("time_h,lon,lat,t\n5,112.8240,28.3510,6\n", encoding="utf-8")
    edit = ("order_t = 8", 'order_t = 8\nfile = "orders.csv"')
    built = build_waste(load_scenario(write(edit)))
    assert built.orders.ready_s.tolist() == [5 * 3600.0]
    assert built.orders.kg.tolist() == [6000.0]
    file.write_text("time_h,lon,lat,t\n5,112.8240,28.3510,-6\n1,12,28.3,2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        build_waste(load_scenario(write(edit)))
    assert "orders.csv:2: t: is -6; give more than 0" in str(caught.value)
    assert "orders.csv:3: lon, lat: lies nowhere near a street" in str(caught.value)


def test_an_order_that_no_truck_reaches_is_named_with_its_line(write, tmp_path):
    text = "time_h,lon,lat,t\n5,112.8240,28.3510,6\n6,112.8294,28.3586,6\n"
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    banned = ('hours = "mon-fri 07:00-09:00"\nstreets = ["Row 3"]',
              'hours = "always"\nbbox = [112.8282, 28.3572, 112.8310, 28.3600]')  # fmt: skip
    with pytest.raises(InputError) as caught:
        build_waste(
            load_scenario(write(("order_t = 8", 'order_t = 8\nfile = "orders.csv"'), banned))
        )
    said = str(caught.value)
    assert "orders.csv:3: lon, lat: no truck gets there and back at any hour; close or ban" in said
    assert "orders.csv:2" not in said


def test_boxes_and_orders_are_in_the_coordinates_of_the_scenario(write, tmp_path):
    (x,), (y,) = (part.tolist() for part in wgs84_to_gcj02([112.8240], [28.3510]))
    rows = f"time_h,lon,lat,t\n5,{x},{y},6\n"
    (tmp_path / "orders.csv").write_text(rows, encoding="utf-8")
    spec = load_scenario(
        write(
            ('name = "small"', 'name = "small"\ncrs = "gcj02"'),
            ("order_t = 8", 'order_t = 8\nfile = "orders.csv"'),
            ('streets = ["Row 3"]', f"bbox = [{x}, {y}, {x + 0.002}, {y + 0.002}]"),
        )
    ).spec
    assert spec.waste.orders.crs == "gcj02"
    west, south, *_ = spec.waste.ban[0].bbox
    assert (west, south) == pytest.approx((112.8240, 28.3510), abs=1e-6)
    asked = []
    faults = FaultList({}, "scenario.toml")
    orders(
        spec.waste, streams=("construction",), sites=[0], named={}, faults=faults,
        place_of=lambda *at: asked.append(at) or 0, is_reached=lambda places: [True] * len(places),
    )  # fmt: skip
    assert asked[0] == pytest.approx((112.8240, 28.3510), abs=1e-6)
    assert not faults.faults
