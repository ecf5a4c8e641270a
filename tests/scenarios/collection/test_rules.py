"""Keys that do not fit together are named before anything is read."""

from __future__ import annotations

import pytest

from scenarios import load_scenario
from scenarios.collection.fleet import trucks_of
from scenarios.faults import ScenarioError

EVERY = 'every_m = 100\nclasses = ["residential"]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('points = "points.csv"', 'points = "points.csv"\nclasses = ["primary"]',
         "classes: belongs to every_m, and points is given"),
        ('points = "points.csv"', 'points = "points.csv"\nkg_day_per_km = 9',
         "kg_day_per_km: belongs to every_m, and points is given"),
        ('points = "points.csv"', f'{EVERY}\ncrs = "gcj02"',
         "crs: belongs to points, and every_m is given"),
        ('points = "points.csv"', f'{EVERY}\nlayer = "bins"',
         "layer: belongs to points, and every_m is given"),
        ('break_min = 30\nlunch = ["06:10", "07:00"]', "break_after_h = [3, 4]",
         "break_after_h: needs break_min, how long it is; add break_min = 45"),
        ("break_min = 30", "break_min = 30\nbreak_after_h = [3, 4]",
         "break_after_h: is given beside lunch; keep one of them"),
        ("visit_min = 10", 'visit_min = 10, opens = "23:55", closes = "00:04"',
         '"Plant" is open for 9 min, less than a visit of 10 min; give longer hours'),
        ("visit_min = 10", 'opens = "23:50"', 'opens: "Plant" is open for 10 min, less than a'),
    ],
)  # fmt: skip
def test_keys_that_do_not_fit_together_are_named(laid_out, tmp_path, tables, old, new, said):
    assert old in tables
    with pytest.raises(ScenarioError, match=said):
        load_scenario(laid_out(tmp_path, tables.replace(old, new, 1)))


def test_defaults_that_are_written_out_are_no_fault(laid_out, tmp_path, tables):
    written = 'points = "points.csv"\nkg_day_per_km = 60.0\nclasses = ["residential", '
    written += '"unclassified", "tertiary", "living_street"]'
    path = laid_out(tmp_path, tables.replace('points = "points.csv"', written, 1))
    assert load_scenario(path).spec.collection.kg_day_per_km == 60.0


def test_a_truck_whose_break_has_no_minutes_has_none(laid_out, tmp_path, tables):
    text = tables.replace("capacity_t = 2\n", "capacity_t = 2\nbreak_min = 0\n")
    spec = load_scenario(laid_out(tmp_path, text)).spec.routes["waste"]
    assert [truck.pause is None for truck in trucks_of(spec)] == [False, True]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("break_after_h = [5, 3]", r"#2 break_after_h: is \[5, 3\]"),
        ('break_min = 0\nlunch = ["11:00", "12:00"]', "#2 lunch: needs break_min"),
        ("break_min = 400", "#2 break_min: a break of 400 min is as long as the shift"),
    ],
)
def test_a_break_of_one_kind_of_truck_is_looked_at_by_itself(laid_out, tmp_path, tables, key, said):
    text = tables.replace("capacity_t = 2\n", f"capacity_t = 2\n{key}\n")
    with pytest.raises(ScenarioError, match=said):
        load_scenario(laid_out(tmp_path, text))


def test_a_truck_may_count_from_leaving_below_a_table_with_lunch(laid_out, tmp_path, tables):
    text = tables.replace("capacity_t = 2\n", "capacity_t = 2\nbreak_after_h = [2, 3]\n")
    spec = load_scenario(laid_out(tmp_path, text)).spec.routes["waste"]
    assert trucks_of(spec)[1].pause == (7 * 3600, 8 * 3600, 1800)
