"""From a table to a question: directions, moments, large tables, variants, runs, determinism."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cityops.__main__ import main
from scenarios import load_scenario
from scenarios.placement import build_question

CLINICS = """
[placement.clinics]
model = "{model}"
mode = "{mode}"
{keys}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
"""
HEAD = """
[scenario]
name = "grid"
service = "placement"
[network]
source = "streets"
max_snap_m = 40
speeds = { residential = 30, primary = 60 }
"""


@pytest.fixture
def clinics(ask, everywhere):
    def build(model: str = "p-median", mode: str = "walk", keys: str = "p = 2", **options):
        more = options.pop("more", "")
        text = CLINICS.format(model=model, mode=mode, keys=keys) + more
        return ask("clinics", text, **options)

    return build


def test_the_same_file_gives_the_same_question_byte_for_byte(clinics):
    first, second = clinics(), clinics()
    pd.testing.assert_frame_equal(first.points, second.points)
    pd.testing.assert_frame_equal(first.sites, second.sites)
    assert first.travel.tobytes() == second.travel.tobytes()


def test_drawn_demand_is_the_same_for_the_same_seed(ask, everywhere):
    text = "[placement.toilets]\np = 2\nwithin_m = 100\n[placement.toilets.demand]\ngrid_m = 120\n"
    first, second = ask("toilets", text), ask("toilets", text)
    assert first.points["weight"].tolist() == second.points["weight"].tolist()
    assert first.coverage.site.tolist() == second.coverage.site.tolist()


def test_crews_come_from_the_site_and_people_go_to_it(ask, grid, everywhere):
    arcs = (grid / "streets" / "arcs.csv").read_text()
    # Row 1 becomes one-way to the east: back west one drives over row 2.
    lines = [f"{line[:-3]}no" if ",primary," in line else line for line in arcs.splitlines()]
    (grid / "streets" / "arcs.csv").write_text("\n".join(lines) + "\n")
    demand = '[placement.{n}.demand]\nsource = "all.csv"\n'
    demand += '[placement.{n}.candidates]\nsource = "all.csv"\n'
    keys = '[placement.{n}]\nmodel = "max-cover"\nmode = "car"\np = 1\nwithin_m = 100\n'
    posts = ask("posts", (keys + demand).format(n="posts"))
    charging = ask("charging", (keys + demand).format(n="charging"))
    assert posts.from_site
    assert not charging.from_site
    # From junction 1 to junction 2 it is one block, and three blocks back.
    assert posts.travel[1, 0] == pytest.approx(100.0)
    assert posts.travel[0, 1] == pytest.approx(300.0)
    assert charging.travel[0, 1] == pytest.approx(100.0)


def test_vehicles_meet_the_speeds_of_the_hour_and_walkers_do_not(clinics):
    rush = """
[[network.period]]
name = "rush"
hours = "mon-fri 07:00-09:00"
factor = 0.5
"""
    keys = 'p = 2\nat = "mon 08:00"'
    free = clinics(mode="car", head=HEAD)
    slow = clinics(mode="car", keys=keys, head=HEAD + rush)
    # Junction 6 to 7 lies on a residential street: 100 m at 30 km/h are 0.2 minutes.
    assert free.travel[5, 6] == pytest.approx(0.2)
    assert slow.travel[5, 6] == pytest.approx(0.4)
    walk = clinics(keys=keys, head=HEAD + rush)
    assert walk.travel[5, 6] == pytest.approx(1.2)


def test_closures_stop_vehicles_and_no_walker(clinics):
    closed = '[[network.closure]]\nstreet = "Row 1"\n'
    car = clinics(mode="car", head=HEAD + closed)
    walk = clinics(head=HEAD + closed)
    assert car.travel[0, 4] > clinics(mode="car", head=HEAD).travel[0, 4]
    assert walk.travel[0, 4] == pytest.approx(4 * 1.2)


def test_walking_speed_and_bicycles(clinics):
    assert clinics(keys="p = 1\nwalk_kmh = 4.0").travel[0, 1] == pytest.approx(1.5)
    assert clinics(mode="bike").travel[0, 1] == pytest.approx(0.4)  # 15 km/h


def test_blocks_of_rows_give_the_cover_of_the_whole_table(clinics, monkeypatch):
    from scenarios.placement import served, times

    whole = clinics("max-cover", keys="p = 2\nwithin_m = 200")
    monkeypatch.setattr(served, "MOST_CELLS", 100)
    monkeypatch.setattr(times, "_BLOCK_CELLS", 60)
    blocks = clinics("max-cover", keys="p = 2\nwithin_m = 200")
    assert blocks.travel is None
    assert blocks.coverage.indptr.tolist() == whole.coverage.indptr.tolist()
    assert blocks.coverage.site.tolist() == whole.coverage.site.tolist()


def test_blocks_keep_the_radius_of_each_street_kind(ask, everywhere, monkeypatch):
    from scenarios.placement import served

    text = '[placement.toilets]\nstreet_kinds = { commercial = ["primary"] }\nwithin_m = 250\n'
    whole = ask("toilets", text)
    monkeypatch.setattr(served, "MOST_CELLS", 10)
    blocks = ask("toilets", text)
    assert blocks.travel is None
    assert blocks.coverage.site.tolist() == whole.coverage.site.tolist()


def test_a_table_too_large_for_its_model_says_how_large(faults, everywhere, monkeypatch):
    from scenarios.placement import served

    monkeypatch.setattr(served, "MOST_CELLS", 100)
    said = faults("clinics", CLINICS.format(model="p-median", mode="walk", keys="p = 2"))
    assert "25 demand points and 25 candidates make a table of 0.0 GB" in said[0]
    assert "[placement.clinics.demand] grid_m" in said[0]


def test_what_no_candidate_reaches_is_left_out_of_a_set_cover_with_its_reason(ask, points):
    points("two.csv", {1: 1.0, 2: 1.0})
    points("all.csv", {1: 1.0, 25: 4.0})
    text = CLINICS.format(model="set-cover", mode="walk", keys="within_m = 100")
    question = ask(
        "clinics",
        text.replace('candidates]\nsource = "all.csv"', 'candidates]\nsource = "two.csv"'),
    )
    assert question.left_out["weight"].tolist() == [4.0]
    assert question.left_out["reason"].tolist() == ["no candidate within 100 m"]
    assert "1 demand point is left out: no candidate within 100 m" in question.warnings
    assert "what is left out carries 80.0 % of the weight" in question.warnings


# ---- scenarios


def test_a_variant_changes_single_keys_of_a_placement(grid, everywhere):
    base = (
        HEAD
        + CLINICS.format(model="p-median", mode="walk", keys="p = 2")
        + """
[[placement.clinics.site]]
name = "Extra"
lon = 112.82
lat = 28.35
[placement.other]
model = "p-center"
p = 1
"""
    )
    (grid / "base.toml").write_text(base)
    (grid / "variant.toml").write_text("""
extends = "base.toml"
[placement.clinics]
p = 3
[placement.clinics.candidates]
spacing_m = 80
[[placement.clinics.site]]
name = "Extra"
cost = 4.0
[placement.other]
drop = true
""")
    spec = load_scenario(grid / "variant.toml").spec.placement
    assert list(spec) == ["clinics"]
    assert (spec["clinics"].p, spec["clinics"].mode) == (3, "walk")
    assert spec["clinics"].candidates.spacing_m == 80
    assert spec["clinics"].candidates.source == str(grid / "all.csv")
    assert [(s.name, s.lon, s.cost) for s in spec["clinics"].site] == [("Extra", 112.82, 4.0)]


def test_files_of_a_placement_are_inputs_of_the_scenario(grid, everywhere):
    (grid / "s.toml").write_text(HEAD + CLINICS.format(model="p-median", mode="walk", keys="p = 2"))
    files = load_scenario(grid / "s.toml").files
    assert grid / "all.csv" in files


def test_what_a_run_folder_keeps_of_a_placement_is_the_same_question(grid, everywhere):
    from scenarios.output import resolved_text

    (grid / "s.toml").write_text(
        HEAD + CLINICS.format(model="max-cover", mode="walk", keys="p = 2\nwithin_m = 100")
    )
    scenario = load_scenario(grid / "s.toml")
    (grid / "again.toml").write_text(resolved_text(scenario))
    again = load_scenario(grid / "again.toml")
    assert again.spec.placement == scenario.spec.placement
    first, second = (build_question(s, "clinics") for s in (scenario, again))
    assert np.array_equal(first.travel, second.travel)


def test_a_scenario_of_placements_alone_is_checked_and_not_run(grid, everywhere, capsys):
    (grid / "s.toml").write_text(HEAD + CLINICS.format(model="p-median", mode="walk", keys="p = 2"))
    assert main(["check", "s.toml"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == ["placement  clinics: 25 demand points, 25 sites, p-median", "s.toml is sound"]
    assert main(["run", "s.toml"]) == 2
    said = capsys.readouterr().err.splitlines()
    mend = "use cityops optimize s.toml clinics"
    assert said == [
        f"error: s.toml: asks where things should be, and has nothing to simulate; {mend}"
    ]


def test_a_scenario_of_placements_alone_has_a_placement(grid, capsys):
    (grid / "s.toml").write_text(HEAD)
    assert main(["check", "s.toml"]) == 2
    assert "there is no [placement.NAME]" in capsys.readouterr().err


def test_queues_make_sizes_that_keep_the_wait(ask, everywhere):
    question = ask(
        "charging",
        """
[placement.charging]
travel_cost = 1.0
mode = "car"
[placement.charging.demand]
source = "all.csv"
[placement.charging.candidates]
source = "all.csv"
cost = 10.0
grid_kw = 130.0
[placement.charging.queue]
arrivals_per_h = 0.5
service_min = 10
wait_min = 10
most = 4
cost_each = 2.0
kw_each = 60.0
""",
    )
    problem = question.problem
    # One pile: a / (1 - a) = 1 at a load of 1/2, 3 arrivals an hour, of 6 units of demand.
    assert problem.size_classes[0].capacity == pytest.approx(6.0)
    assert [size.cost for size in problem.size_classes] == [2.0, 4.0, 6.0, 8.0]
    assert set(problem.largest_size.tolist()) == {1}  # 130 kW feed two piles of 60


def test_coordinates_of_the_whole_file_are_converted(grid, everywhere, place):
    from networks import wgs84_to_gcj02

    lon, lat = wgs84_to_gcj02([place(13)[0]], [place(13)[1]])
    head = HEAD.replace('name = "grid"', 'name = "grid"\ncrs = "gcj02"')
    site = f'[[placement.clinics.site]]\nname = "S"\nlon = {lon[0]:.7f}\nlat = {lat[0]:.7f}\n'
    text = head + CLINICS.format(model="p-median", mode="walk", keys="p = 2") + site
    (grid / "s.toml").write_text(text)
    spec = load_scenario(grid / "s.toml").spec.placement["clinics"]
    assert spec.site[0].lon == pytest.approx(place(13)[0], abs=1e-6)
