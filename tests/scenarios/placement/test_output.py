"""The folder of a placement: whole, the same bytes each time, readable by the next program."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

from networks.errors import InputError
from scenarios import load_scenario
from scenarios.placement.catchments import cells_of, joined_cells, thinned
from scenarios.placement.output import MARK, default_folder, optimize_scenario
from scenarios.placement.plan_file import PLAN_COLUMNS
from scenarios.placement.workbook import header_words

HEAD = """
[scenario]
name = "grid"
title = "A grid"
title_zh = "网格"
service = "placement"
[network]
source = "streets"
max_snap_m = 40
"""
TEXT = """
[placement.toilets]
model = "max-cover"
p = 3
within_m = 150
demand = { source = "all.csv", weight_column = "weight" }
candidates = { source = "all.csv", name_column = "name" }
existing = { file = "have.csv", name_column = "name" }
"""


@pytest.fixture
def scenario(grid, points, everywhere):
    points("have.csv", {1: 1.0})
    (grid / "scenario.toml").write_text(HEAD + TEXT, encoding="utf-8")
    return load_scenario(grid / "scenario.toml")


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_a_placement_writes_a_whole_folder(scenario):
    assert default_folder(scenario, "toilets") == Path("runs/grid-toilets")
    done = optimize_scenario(scenario, "toilets", command="as typed", sensitivity_s=2)
    folder = Path("runs/grid-toilets")
    assert done.folder == folder
    assert not folder.with_name("grid-toilets.partial").exists()
    there = set(hashes(folder))
    for name in ("sites", "areas", "points", "circles", "before_after", "curve", "closing"):
        assert f"tables/{name}.parquet" in there
    maps = ("open_sites", "candidates", "demand", "assignment", "catchments", "life_circles")
    for name in (*maps, "streets", "rings_before", "rings_after"):
        assert f"maps/{name}.geojson" in there
    assert {"plan/toilets.csv", "plan/toilets.geojson", "toilets.xlsx", "toilets.gpkg"} <= there
    assert {"manifest.json", "scenario.toml", "log.txt", MARK} <= there
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["service"] == "placement"
    assert manifest["command"] == "as typed"
    assert manifest["proven"] is True
    assert manifest["value"] == manifest["bound"] == done.answer.evaluation.value
    assert manifest["shown"] == {
        "value": manifest["value"] / 25,
        "bound": manifest["value"] / 25,
        "unit": "share",
    }
    assert manifest["question"]["title"] == "Public toilets – A grid"
    assert manifest["question"]["title_zh"] == "公共厕所 – 网格"
    again = load_scenario(folder / "scenario.toml")
    assert again.spec.placement["toilets"].p == 3


def test_the_same_question_has_the_same_bytes(scenario):
    for name in ("one", "two"):
        optimize_scenario(scenario, "toilets", Path(name), sensitivity_s=2)
    one, two = hashes(Path("one")), hashes(Path("two"))
    differing = {name for name in one if one[name] != two[name]}
    assert differing <= {"manifest.json", "log.txt"}  # they say when


def test_the_plan_lists_open_sites_first_and_spreadsheets_read_it(scenario):
    done = optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    path = Path("out/plan/toilets.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    plan = pd.read_csv(path, encoding="utf-8-sig")
    assert tuple(plan.columns) == PLAN_COLUMNS
    assert plan["open"].tolist() == [1, 1, 1] + [0] * (len(plan) - 3)
    assert sorted(plan["site"][:3]) == done.answer.solution.open_sites.tolist()
    assert plan["served_weight"][:3].sum() == pytest.approx(25)
    features = json.loads(Path("out/plan/toilets.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == 3
    assert features[0]["properties"]["kind"] == "existing"


def test_locked_rows_hold_and_the_rest_is_chosen_anew(scenario):
    optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    plan = pd.read_csv("out/plan/toilets.csv", encoding="utf-8-sig", dtype={"lock": str})
    chosen = plan.index[(plan["open"] == 1) & (plan["kind"] == "candidate")]
    shut, opened = plan.loc[chosen[0], "name"], "n25"
    plan.loc[chosen[0], "lock"] = "closed"
    plan.loc[plan["name"] == opened, "lock"] = "open"
    plan.to_csv("edited.csv", index=False)
    done = optimize_scenario(
        scenario, "toilets", Path("next"), plan=Path("edited.csv"), sensitivity_s=0
    )
    names = set(done.answer.tables["sites"]["name"])
    assert opened in names
    assert shut not in names
    assert done.manifest["plan_from"] == "edited.csv"
    kept = pd.read_csv("next/plan/toilets.csv", encoding="utf-8-sig").set_index("name")["lock"]
    assert kept[opened] == "open"  # so that the next round holds it too
    assert kept[shut] == "closed"


def test_the_geopackage_holds_all_layers(scenario):
    optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    layers = set(geopandas.list_layers("out/toilets.gpkg")["name"])
    assert {"open_sites", "candidates", "demand", "assignment", "catchments"} <= layers
    demand = geopandas.read_file("out/toilets.gpkg", layer="demand")
    assert len(demand) == 25
    catchments = geopandas.read_file("out/toilets.gpkg", layer="catchments")
    joined = geopandas.sjoin(demand, catchments, predicate="within", lsuffix="of", rsuffix="in")
    assert (joined["site_of"] == joined["site_in"]).all()


def test_the_workbook_has_a_sheet_a_table_in_the_asked_language(scenario):
    import zipfile

    optimize_scenario(scenario, "toilets", Path("out"), lang="zh", sensitivity_s=2)
    with zipfile.ZipFile("out/toilets.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert 'name="选定站点"' in names
    assert 'name="前后对比"' in names
    assert "服务需求量" in words
    assert "规划后 300 米内占比" in words


def test_every_column_has_a_header_in_both_languages(scenario):
    done = optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=2)
    columns = {str(c) for table in done.answer.tables.values() for c in table.columns}
    unknown = {c for c in columns if header_words(c, "en") == c}
    assert unknown == set()
    assert all(header_words(c, "zh") != header_words(c, "en") for c in columns)


# ---- what is in the way


def test_a_folder_in_the_way_is_kept_until_it_may_go(scenario):
    optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    with pytest.raises(InputError, match="this folder exists"):
        optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    Path("out/note.txt").write_text("old")
    optimize_scenario(scenario, "toilets", Path("out"), replace=True, sensitivity_s=0)
    assert not Path("out/note.txt").exists()


def test_a_folder_that_is_no_placement_is_never_deleted(scenario, grid):
    (grid / "mine").mkdir()
    (grid / "mine" / "letter.txt").write_text("dear")
    for path in (Path("mine"), Path("new/../mine")):
        with pytest.raises(InputError, match="this folder is no placement"):
            optimize_scenario(scenario, "toilets", path, replace=True)
    assert (grid / "mine" / "letter.txt").read_text() == "dear"


def test_nothing_is_left_where_writing_fails(scenario):
    def fails(_folder):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        optimize_scenario(scenario, "toilets", Path("out"), finish=fails, sensitivity_s=0)
    assert not Path("out").exists()
    assert not Path("out.partial").exists()


def test_a_placement_is_no_run_to_compare(scenario):
    from scenarios import Run, compare_runs

    done = optimize_scenario(scenario, "toilets", Path("out"), sensitivity_s=0)
    run = Run.load(done.folder)
    with pytest.raises(InputError, match='it has no table "'):
        compare_runs(run, run)


# ---- ground


def test_cells_cover_their_own_points_and_no_ground_twice():
    import shapely

    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 2000, (2, 200))
    kept = thinned(x, y)
    cells = cells_of(x[kept], y[kept])
    assert shapely.intersects_xy(cells, x[kept], y[kept]).all()
    joined = joined_cells(cells, (x[kept] > 1000).astype(np.int64))
    whole = shapely.union_all(cells)
    assert sum(shape.area for shape in joined.values()) == pytest.approx(whole.area, rel=1e-3)


def test_points_at_one_place_share_a_cell_and_many_are_thinned():
    x, y = np.zeros(5), np.zeros(5)
    assert thinned(x, y).tolist() == [0]
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 1000, (2, 5000))
    assert 0 < len(thinned(x, y, most=300)) <= 300


# ---- posts, and who is left out


POSTS = """
[placement.posts]
mode = "car"
units = 3
busy_fraction = 0.3
within_min = 1
demand = { source = "all.csv", weight_column = "weight" }
candidates = { source = "all.csv", name_column = "name" }
"""


def test_a_run_reads_the_posts_and_units_of_a_plan(ask, everywhere, grid):
    from optimize.location.solution import Solution
    from scenarios.placement.answer import answer_of
    from scenarios.placement.plan_file import write_plan

    question = ask("posts", POSTS)
    covers = [question.coverage.sites_of(i) for i in range(25)]
    units = [2 * (6 in c) + (18 in c) for c in covers]
    value = float(sum(1 - 0.3**k for k in units))
    served = np.array([6 if 6 in c else 18 if 18 in c else -1 for c in covers])
    plan = Solution(
        "feasible", value, 25.0, np.array([6, 18]), served, 0.0, "by hand", np.array([2, 1])
    )
    write_plan(grid, answer_of(question, plan))
    text = """
[stations]
file = "plan/stations.csv"
[units]
file = "plan/units.csv"
[unit_type.unit]
turnout_day_s = 60
turnout_night_s = 60
[incident_class.medical]
rate_per_day = 12
needs = { unit = 1 }
on_scene_min = 20
target_min = 8
"""
    head = HEAD.replace('service = "placement"', "horizon_h = 24")
    (grid / "simulated.toml").write_text(head + text, encoding="utf-8")
    spec = load_scenario(grid / "simulated.toml").spec
    assert [station.name for station in spec.station] == ["n7", "n19"]
    assert [(unit.station, unit.count) for unit in spec.unit] == [("n7", 2), ("n19", 1)]


def test_a_plan_that_does_not_hold_is_refused(ask, everywhere):
    from optimize.location.solution import Solution
    from scenarios.placement.answer import answer_of

    question = ask("posts", POSTS)
    none = np.full(25, -1)
    wrong = Solution("feasible", 99.0, 99.0, np.array([6]), none, 0.0, "", np.array([3]))
    with pytest.raises(InputError, match="the plan does not hold"):
        answer_of(question, wrong)


def test_who_is_left_out_counts_as_beyond(grid, points, everywhere):
    points("have.csv", {1: 1.0})
    with (grid / "all.csv").open("a", encoding="utf-8") as file:
        file.write("far,112.9,28.4,5\n")  # no street is near
    (grid / "scenario.toml").write_text(HEAD + TEXT, encoding="utf-8")
    done = optimize_scenario(
        load_scenario(grid / "scenario.toml"), "toilets", Path("out"), sensitivity_s=0
    )
    assert done.manifest["left_out"][0]["weight"] == 5
    assert done.manifest["objective"]["total"] == 30
    assert done.manifest["weight"] == 25
    areas = done.answer.tables["areas"]
    assert areas["weight"].sum() == 30
    assert areas["out_weight"].sum() == pytest.approx(30 - done.manifest["value"])
    assert done.answer.figure("covered_share")[1] == pytest.approx(done.manifest["value"] / 30)
