"""Life circles on the grid: rings that one counts by hand, polygons that hold each other."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from scenarios.placement.circles import (
    circle_polygons,
    circle_shares,
    nearest_travel,
    share_within,
)

TEXT = """
[placement.clinics]
model = "max-cover"
mode = "walk"
p = 1
{radius}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
[[area]]
name = "south"
lon = 112.822
lat = 28.3500
[[area]]
name = "north"
lon = 112.822
lat = 28.3536
"""
MIDDLE = 12  # index of junction 13


@pytest.fixture
def question(ask, everywhere):
    return ask("clinics", TEXT.format(radius="within_m = 100"))


def test_rings_around_the_middle_hold_five_thirteen_and_all_junctions(question):
    table = circle_shares(question, [MIDDLE], (100.0, 200.0, 400.0))
    whole = table[table["area"] == ""]
    assert whole["share"].tolist() == pytest.approx([5 / 25, 13 / 25, 1.0])
    assert set(table["unit"]) == {"m"}


def test_shares_of_the_areas_add_up_to_that_of_the_whole(question):
    table = circle_shares(question, [0], (200.0,)).set_index("area")
    parts = table.drop(index="")
    assert (parts["share"] * parts["weight"]).sum() == pytest.approx(
        table.loc["", "share"] * table.loc["", "weight"]
    )


def test_two_sites_serve_whoever_is_near_to_either(question):
    travel = nearest_travel(question, [0, 24])
    assert travel[0] == travel[24] == 0.0
    assert travel[MIDDLE] == pytest.approx(400.0)
    assert np.isinf(nearest_travel(question, [])).all()


def test_nobody_has_a_share_of_nothing():
    assert share_within(np.array([1.0]), np.zeros(1), [5.0]).tolist() == [0.0]


def test_what_is_left_out_counts_as_beyond(ask, grid, points, place):
    points("all.csv", dict.fromkeys(range(1, 26), 1.0))
    with (grid / "all.csv").open("a") as file:
        file.write(f"far,{place(1)[0]},{place(1)[1] + 1:.4f},25\n")
    text = TEXT.format(radius="within_m = 100").replace(
        '[placement.clinics.candidates]\nsource = "all.csv"',
        '[placement.clinics.candidates]\nsource = "corners"\nspacing_m = 50',
    )
    question = ask("clinics", text)
    everybody = circle_shares(question, range(len(question.sites)), (400.0,))
    reachable = circle_shares(question, range(len(question.sites)), (400.0,), left_out=False)
    assert everybody["share"].iloc[0] == pytest.approx(0.5)
    assert reachable["share"].iloc[0] == pytest.approx(1.0)


def test_travel_to_few_sites_is_the_same_where_no_whole_table_was_kept(
    ask, everywhere, monkeypatch, question
):
    from scenarios.placement import served

    monkeypatch.setattr(served, "MOST_CELLS", 10)
    sparse = ask("clinics", TEXT.format(radius="within_m = 100"))
    assert sparse.travel is None
    sites = [3, MIDDLE]
    assert np.array_equal(nearest_travel(sparse, sites), nearest_travel(question, sites))


def test_areas_of_more_minutes_hold_those_of_fewer(question):
    five, ten = circle_polygons(question, [0, MIDDLE], (2.0, 4.0), reach_m=20.0)
    assert ten.buffer(1e-9).contains(five)
    assert five.contains(shapely.Point(112.82, 28.35))
    assert circle_polygons(question, [], (5.0,))[0].is_empty


def test_limits_have_to_rise(question):
    from networks.errors import InputError

    with pytest.raises(InputError, match="rise"):
        circle_shares(question, [0], (10.0, 5.0))
