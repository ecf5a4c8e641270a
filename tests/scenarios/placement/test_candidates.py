"""Candidates on the grid: corners, squares, streets, files, zones, and what a person locked."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scenarios.placement.candidates import thinned

CLINICS = """
[placement.clinics]
model = "p-median"
mode = "walk"
p = 1
{keys}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
{candidates}
"""


@pytest.fixture
def sites(ask, everywhere):
    def build(candidates: str, keys: str = "", more: str = "", **options):
        text = CLINICS.format(candidates=candidates, keys=keys) + more
        return ask("clinics", text, **options)

    return build


def _zone(grid, name: str, west: float, south: float, east: float, north: float) -> str:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (grid / name).write_text(text, encoding="utf-8")
    return name


def test_corners_are_junctions_of_three_streets_or_more(sites):
    question = sites('source = "corners"\nspacing_m = 50')
    assert len(question.sites) == 25 - 4  # at the four corners of the grid two streets meet
    assert question.sites["name"].iloc[0] == "Column 2 / Row 2"
    assert question.sites["name"].is_unique


def test_corners_are_as_far_apart_as_the_spacing_says(sites):
    table = sites('source = "corners"\nspacing_m = 150').sites
    plane = table[["x", "y"]].to_numpy()
    apart = np.hypot(*(plane[:, None] - plane[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= 150.0
    assert len(table) == 4  # the inner junctions one street from the rim, 200 m apart


def test_thinning_keeps_the_first_and_nothing_nearer_than_the_spacing():
    x = np.array([0.0, 5.0, 10.0, 14.0, 20.0])
    assert thinned(x, np.zeros(5), 10.0).tolist() == [0, 2, 4]
    assert thinned(np.zeros(0), np.zeros(0), 10.0).tolist() == []


def test_squares_have_one_site_each(sites):
    table = sites('source = "grid"\nspacing_m = 150').sites
    assert len(table) == 9  # 400 m of grid begin three squares of 150 m each way


def test_candidates_lie_on_the_classes_asked_for(sites):
    along = sites('source = "streets"\nspacing_m = 50\nstreet_classes = ["primary"]').sites
    assert along["name"].str.startswith("Row 1").all()
    others = sites('source = "streets"\nspacing_m = 50\nnot_street_classes = ["primary"]').sites
    assert not others["name"].str.startswith("Row 1").any()


def test_a_file_gives_cost_capacity_state_and_preference(sites, points):
    points(
        "lots.csv",
        {1: 1, 13: 1, 25: 1},
        price=[5, 6, 7],
        room=[10, "", 30],
        state=["", "open", "forbidden"],
        liked=[0, -2.5, 1],
    )
    question = sites(
        'source = "lots.csv"\ncost_column = "price"\ncapacity_column = "room"\ncapacity = 20.0\n'
        'state_column = "state"\npreference_column = "liked"'
    )
    table = question.sites
    assert table["cost"].tolist() == [5, 6, 7]
    assert table["capacity"].tolist() == [10, 20, 30]
    assert table["state"].tolist() == ["free", "fixed", "forbidden"]
    assert question.problem.sites.preference.tolist() == [0, -2.5, 1]
    assert question.problem.sites.fixed.tolist() == [1]


def test_a_parcel_stands_for_a_point_inside_it(sites, grid, place):
    west, south = place(13)
    _zone(grid, "lots.geojson", west - 1e-4, south - 1e-4, west + 1e-4, south + 1e-4)
    table = sites('source = "lots.geojson"').sites
    assert table["lon"].tolist() == pytest.approx([west], abs=1e-5)
    assert table["name"].tolist() == ["lots 1"]


def test_zones_take_candidates_out_and_say_how_many(sites, grid, place):
    (west, south), (east, north) = place(1), place(10)
    _zone(grid, "park.geojson", west - 1e-4, south - 1e-4, east + 1e-4, north + 1e-4)
    question = sites('source = "all.csv"\nexclude = "park.geojson"')
    assert len(question.sites) == 15
    said = "10 of 25 candidates lie in an exclusion zone and were taken out"
    assert said in question.warnings
    inside = sites('source = "all.csv"\nwithin = "park.geojson"')
    assert len(inside.sites) == 10
    flooded = sites('source = "all.csv"\nflood = "park.geojson"')
    assert any("flood zone" in warning for warning in flooded.warnings)


def test_each_size_keeps_its_distance_from_buildings(ask, grid, place, everywhere):
    (west, south), (east, north) = place(1), place(1)
    _zone(grid, "houses.geojson", west - 2e-4, south, east - 1.2e-4, north + 1e-5)
    question = ask(
        "clinics",
        """
[placement.clinics]
model = "capacitated"
mode = "walk"
travel_cost = 1.0
within_m = 100
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
buildings = "houses.geojson"
[[placement.clinics.size]]
name = "small"
capacity = 5
cost = 1
clear_m = 10
[[placement.clinics.size]]
name = "large"
capacity = 25
cost = 3
clear_m = 50
""",
    )
    # Junction 1 lies some 12 m from the house: a small one fits, a large one does not.
    assert question.problem.largest_size.tolist() == [0] + [1] * 24


def test_what_exists_stays_open_unless_it_may_close(sites, points):
    points("today.csv", {3: 1})
    text = '[placement.clinics.existing]\nfile = "today.csv"\n'
    fixed = sites('source = "all.csv"', more=text)
    assert fixed.sites[["kind", "state"]].iloc[0].tolist() == ["existing", "fixed"]
    assert fixed.problem.sites.fixed.tolist() == [0]
    free = sites('source = "all.csv"', more=text + "may_close = true\n")
    assert free.sites[["kind", "state"]].iloc[0].tolist() == ["existing", "free"]


def test_only_what_is_open_at_the_hour_counts(sites, points):
    points("today.csv", {3: 1, 7: 1}, hours=["08:00-20:00", "always"])
    text = (
        '[placement.clinics.existing]\nfile = "today.csv"\nhours_column = "hours"\n'
        'open_at = "sat 22:00"\n'
    )
    question = sites('source = "all.csv"', more=text)
    assert (question.sites["kind"] == "existing").sum() == 1
    assert any("closed at sat 22:00" in warning for warning in question.warnings)


def test_stations_of_the_scenario_can_be_what_exists(sites, place):
    lon, lat = place(13)
    station = f'[[station]]\nname = "Middle"\nlon = {lon}\nlat = {lat}\n'
    more = station + '[placement.clinics.existing]\nfile = "stations"\n'
    question = sites('source = "all.csv"', more=more)
    assert question.sites["name"].iloc[0] == "Middle"
    assert question.sites["state"].iloc[0] == "fixed"


# ---- locks


def _plan(grid, rows: list[str]):
    text = "site,name,lon,lat,open,lock\n" + "\n".join(rows) + "\n"
    (grid / "plan.csv").write_text("\ufeff" + text, encoding="utf-8")
    return grid / "plan.csv"


def test_locked_rows_of_an_edited_plan_hold(sites, grid, place):
    (a, b), (c, d) = place(1), place(2)
    plan = _plan(grid, [f"0,n1,{a},{b},1,open", f"1,n2,{c},{d},1,closed", f"2,n3,{c},{d},0,"])
    question = sites('source = "all.csv"', plan=plan)
    table = question.sites.set_index("name")
    assert table.loc["n1", ["state", "lock"]].tolist() == ["fixed", "open"]
    assert table.loc["n2", ["state", "lock"]].tolist() == ["forbidden", "closed"]
    assert table.loc["n3", ["state", "lock"]].tolist() == ["free", ""]


def test_a_row_of_ones_own_becomes_a_site(sites, grid, place):
    lon, lat = place(13)
    plan = _plan(grid, [f",My corner,{lon + 2e-4:.6f},{lat:.6f},1,open"])
    question = sites('source = "all.csv"', plan=plan)
    last = question.sites.iloc[-1]
    assert (last["name"], last["state"], last["lock"]) == ("My corner", "fixed", "open")
    assert len(question.sites) == 26


def test_a_plan_without_a_lock_is_said_to_be_chosen_anew(sites, grid, place):
    remark = "the plan locks nothing: it was chosen anew"
    (a, b) = place(1)
    free = sites('source = "all.csv"', plan=_plan(grid, [f"0,n1,{a},{b},1,"]))
    held = sites('source = "all.csv"', plan=_plan(grid, [f"0,n1,{a},{b},1,open"]))
    assert remark in free.warnings
    assert remark not in held.warnings
    assert remark not in sites('source = "all.csv"').warnings


def _wrong(sites, *given, **options) -> str:
    from networks.errors import InputError

    with pytest.raises(InputError) as caught:
        sites(*given, **options)
    return str(caught.value)


def test_more_locked_open_than_p_names_the_plan(sites, grid, place):
    rows = [f"{k},n{k},{place(k)[0]},{place(k)[1]},1,open" for k in (1, 2)]
    said = _wrong(sites, 'source = "all.csv"', plan=_plan(grid, rows))
    assert "plan.csv: lock: 2 sites are locked open and p is 1" in said
    assert "scenario.toml" not in said


def test_more_locked_closed_than_p_leaves_names_the_plan(sites, grid, place, points):
    points("two.csv", {1: 1.0, 2: 1.0})
    rows = [f"{k},n{k},{place(k)[0]},{place(k)[1]},1,closed" for k in (1, 2)]
    said = _wrong(sites, 'source = "two.csv"', plan=_plan(grid, rows))
    assert "plan.csv: lock: 2 sites are locked closed, which leaves 0 of 2, and p is 1" in said


def test_a_place_that_is_fixed_and_forbidden_is_named_with_both_lines(sites, points, grid):
    points("odd.csv", {1: 1.0, 2: 1.0}, state=["free", "fixed"])
    lines = (grid / "odd.csv").read_text().splitlines()
    (grid / "odd.csv").write_text("\n".join([*lines, lines[2].replace("fixed", "forbidden")]))
    said = _wrong(sites, 'source = "odd.csv"\nstate_column = "state"')
    assert "odd.csv:4: state: is forbidden, and fixed in " in said
    assert "odd.csv:3, which is the same place" in said


@pytest.mark.parametrize(
    ("content", "says"), [(None, "there is no such file"), ("", "the file is empty")]
)
@pytest.mark.parametrize("name", ["plan.csv", "plan.geojson"])
def test_a_plan_that_is_missing_or_empty_is_said_to_be_so(sites, grid, name, content, says):
    if content is not None:
        (grid / name).write_text(content)
    assert f"{name}: {says}" in _wrong(sites, 'source = "all.csv"', plan=grid / name)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("0,n1,112.82,28.35,1,opne", 'lock: is "opne"'),
        ("0,n99,112.82,28.35,1,closed", 'no site is called "n99"'),
    ],
)
def test_a_lock_that_cannot_be_meant_is_named_with_its_line(sites, grid, row, says):
    from networks.errors import InputError

    with pytest.raises(InputError, match=r"plan.csv:2") as caught:
        sites('source = "all.csv"', plan=_plan(grid, [row]))
    assert says in str(caught.value)
