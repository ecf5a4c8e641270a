"""``cityops routes``, from the arguments to what lies on disk and on the page."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pandas as pd
import pytest

from cityops.__main__ import main
from scenarios.routing.verify import RouteCheck

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
TABLES = """
[routes.cleaning]
title = "Sweeping the grid"
title_zh = "网格清扫"
assumed = ["The dirt is assumed."]
assumed_zh = ["尘土量为假定。"]
dirt_kg_per_km = { primary = 100, other = 60 }
capacity_t = 0.3
dump_min = 5
shift_h = 1
vehicles = 6
time_limit_s = 1
depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }

[[routes.cleaning.dump]]
name = "Tip"
lon = 112.8260
lat = 28.3540
"""


def _lay_out(folder: Path) -> Path:
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(TABLES)
    return folder


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """Working folder with a scenario on a grid of 36 junctions that asks for routes."""
    monkeypatch.chdir(_lay_out(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def routed(tmp_path_factory) -> Path:
    """Folder of routes in English; read only."""
    folder = _lay_out(tmp_path_factory.mktemp("routed"))
    out = folder / "out"
    assert main(["routes", str(folder / "scenario.toml"), "cleaning", "--out", str(out)]) == 0
    return out


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [v or "" for k, v in attrs if k in {"src", "href"}]


def test_without_a_name_they_are_listed(small, capsys):
    assert main(["routes", "scenario.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "routes of small:",
        "  cleaning  Sweeping the grid",
        "ask for them: cityops routes scenario.toml cleaning",
    ]


def test_check_makes_routes_ready(small, capsys):
    assert main(["check", "scenario.toml"]) == 0
    assert "routes     cleaning: 120 street sides" in capsys.readouterr().out


def test_check_finds_a_plan_sound_that_nobody_edited(routed, capsys):
    assert main(["check", str(routed), "--plan", str(routed)]) == 0
    out = capsys.readouterr().out.splitlines()
    facts = json.loads((routed / "manifest.json").read_text(encoding="utf-8"))
    assert out == [
        f"plan       {facts['routes']} routes, 120 street sides, {facts['hours']:.2f} h",
        "check      every rule is kept",
    ]


def test_check_says_what_an_edit_broke_row_by_row(routed, tmp_path, capsys):
    lines = (routed / "plan" / "cleaning.csv").read_text(encoding="utf-8-sig").splitlines()
    gone = next(k for k, line in enumerate(lines) if ",sweep," in line)
    swept = next(k for k, line in enumerate(lines) if k > gone and ",sweep," in line)
    lines[swept] += "perhaps"
    edited = tmp_path / "cleaning.csv"
    edited.write_text("\n".join(lines[:gone] + lines[gone + 1 :]), encoding="utf-8")
    assert main(["check", str(routed), "--plan", str(edited)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1] == f"check      FAILED: {len(out) - 2} faults"
    assert out[2] == (
        f'  {edited}:{swept}: lock: "perhaps" is no lock; write x, or route for the whole route'
    )
    missing = out[3:]  # one a street: the two rows may be of the same
    assert 1 <= len(missing) <= 2
    assert all(" is in no row; add e" in line for line in missing)


def test_an_edited_workbook_is_bettered_and_its_locks_are_carried_on(routed, tmp_path, capsys):
    with (routed / "cleaning.xlsx").open("rb") as file:
        book = openpyxl.load_workbook(file)
    sheet = book["Route 2"]
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[head.index("Kind")].value == "sweep":
            row[head.index("Lock")].value = "x"
            locked = row[head.index("Pieces")].value.split()
            break
    book.save(tmp_path / "edited.xlsx")
    words = ["routes", str(routed), "cleaning", "--from", str(tmp_path / "edited.xlsx")]
    assert main([*words, "--out", str(tmp_path / "out"), "--time-limit", "1"]) == 0
    before, facts = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for folder in (routed, tmp_path / "out")
    )
    out = capsys.readouterr().out
    hours = f"{before['seconds_of_routes'] / 3600:.2f}"
    assert (
        f"edited     {len(locked)} street side{'s' * (len(locked) != 1)} locked, "
        "0 routes kept whole; as it was it took "
        f"{hours} h" in out
    )
    assert facts["seconds_of_routes"] <= before["seconds_of_routes"]
    assert facts["from"]["sides_locked"] == len(locked)
    table = pd.read_csv(tmp_path / "out" / "plan" / "cleaning.csv", keep_default_na=False)
    marked = table[table["lock"] == "x"]
    assert set(locked) <= set(" ".join(marked["pieces"]).split())
    assert set(marked["route"]) == {2}


def test_the_terminal_says_routes_kilometres_hours_bound_gap_and_the_check(small, capsys):
    assert main(["routes", "scenario.toml", "cleaning", "--seed", "3", "--threads", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    facts = json.loads((small / "runs/small-cleaning/manifest.json").read_text(encoding="utf-8"))
    assert out[0] == "Sweeping the grid"
    assert out[1].startswith(f"routes     {facts['routes']} of 6 vehicles, the longest ")
    assert out[2].startswith(f"kilometres {facts['km_swept']:.1f} swept, ")
    assert f"gap {100 * facts['gap']:.1f} %" in out[3]
    assert out[4].startswith("check      120 street sides swept exactly once, ")
    assert out[-1] == "report: runs/small-cleaning/report.html"
    assert facts["command"] == "cityops routes scenario.toml cleaning --threads 1 --seed 3"
    assert facts["seed"] == 3
    assert facts["bound_s"] <= facts["seconds_of_routes"] == facts["check"]["seconds"]
    assert facts["check"]["faults"] == []


def test_what_routes_cost_apart_is_told_beside_the_hours(small, capsys):
    path = small / "scenario.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("vehicles = 6", "vehicles = 6\ncost_h = 1\ncost_route = 2")
    path.write_text(text, encoding="utf-8")
    assert main(["routes", "scenario.toml", "cleaning"]) == 0
    out = capsys.readouterr().out
    facts = json.loads((small / "runs/small-cleaning/manifest.json").read_text(encoding="utf-8"))
    assert facts["seconds_of_routes"] == facts["check"]["seconds"]
    assert facts["cost_s"] == facts["seconds_of_routes"] + 7200 * facts["routes"]
    apart, value = f"{2 * facts['routes']:.2f}", f"{facts['cost_s'] / 3600:.2f}"
    bound = f"{facts['bound_s'] / 3600:.2f}"
    assert (
        f"hours      {facts['hours']:.2f}, and routes cost {apart} more: of these {value} at least "
        f"{bound} are needed" in out
    )
    page = (small / "runs/small-cleaning/report.html").read_text(encoding="utf-8")
    assert f"With {apart} h that the routes cost apart they come to {value} h" in page
    assert f"no plan comes to less than {bound} h" in page


def test_the_folder_holds_the_plan_and_each_route_for_other_programs(routed):
    steps = pd.read_csv(routed / "plan" / "cleaning.csv", keep_default_na=False)
    assert list(steps.columns[:5]) == ["route", "order", "kind", "street", "side"]
    assert set(steps["kind"]) == {"depot", "sweep", "drive", "dump"}
    number = steps["route"].nunique()
    for route in range(1, number + 1):
        stem = routed / "routes" / f"route-{route:02d}"
        features = json.loads(stem.with_suffix(".geojson").read_text(encoding="utf-8"))["features"]
        assert len(features) == (steps["route"] == route).sum()
        root = ET.parse(stem.with_suffix(".gpx")).getroot()  # noqa: S314 - written above
        space = "{http://www.topografix.com/GPX/1/1}"
        assert root.tag == f"{space}gpx"
        assert root.get("version") == "1.1"
        stops = [one for one in features if one["geometry"]["type"] == "Point"]
        assert len(root.findall(f"{space}wpt")) == len(stops)
        assert len(root.findall(f"{space}trk/{space}trkseg")) == len(features) - len(stops)
    for name in ("run-sheets.pdf", "routes/route-01.pdf", "cleaning.xlsx"):
        assert (routed / name).stat().st_size > 5000
    lines = json.loads((routed / "maps" / "routes.geojson").read_text(encoding="utf-8"))
    assert len(lines["features"]) == len(steps)
    legs = pd.read_parquet(routed / "tables" / "legs.parquet")
    assert (
        legs["seconds"].sum()
        == json.loads((routed / "manifest.json").read_text())["seconds_of_routes"]
    )


def test_what_was_asked_can_be_asked_again(routed, tmp_path):
    again = tmp_path / "again"
    assert main(["routes", str(routed), "cleaning", "--out", str(again)]) == 0


def test_the_report_prints_a_sheet_for_each_route_and_loads_nothing(routed):
    text = (routed / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    number = len(pd.read_parquet(routed / "tables" / "routes.parquet"))
    assert text.count("Run sheet: Route") == number
    assert page.tags.count("svg") >= number + 1
    assert all(link.startswith(("#", "data:")) for link in page.links)
    assert "Empty the hopper: Tip" in text
    assert "The dirt is assumed." in text


def test_the_report_speaks_chinese_and_the_terminal_english(small, capsys):
    assert main(["routes", "scenario.toml", "cleaning", "--lang", "zh"]) == 0
    assert "swept exactly once" in capsys.readouterr().out
    text = (small / "runs/small-cleaning/report.html").read_text(encoding="utf-8")
    assert '<html lang="zh' in text
    for words in ("网格清扫", "行车单：路线 1", "倾倒：Tip", "尘土量为假定。", "侧"):
        assert words in text


@pytest.fixture(scope="module")
def two_yards(tmp_path_factory):
    """Routes from two depots; read only."""
    from optimize.routing.arcs.solve import solve_arcs
    from scenarios import load_scenario
    from scenarios.routing.build import build_routes
    from scenarios.routing.plan import make_plan

    path = _lay_out(tmp_path_factory.mktemp("two")) / "scenario.toml"
    text = path.read_text(encoding="utf-8")
    yard = 'depot = { name = "Yard", lon = 112.8200, lat = 28.3500 }'
    east = '{ name = "East", lon = 112.8290, lat = 28.3500 }'
    assert yard in text
    text = text.replace(yard, f"depot = [{yard[8:]}, {east}]").replace("vehicles = 6\n", "")
    for name in ("Yard", "East"):
        text += f'[[routes.cleaning.vehicle]]\nname = "of {name}"\ncount = 3\ndepot = "{name}"\n'
    path.write_text(text, encoding="utf-8")
    question = build_routes(load_scenario(path), "cleaning")
    solution = solve_arcs(question.streets.problem, time_limit_s=60, iterations=2, seed=1)
    return make_plan(question, solution)


def _with_spec(plan, **changes):
    spec = plan.question.spec.model_copy(update=changes)
    return replace(plan, question=replace(plan.question, spec=spec))


def test_the_map_shows_the_swept_side_of_those_who_drive_on_the_left(two_yards):
    from cityops.report.routes_map import beside, route_map

    network = two_yards.question.network
    edge = int((network.reverse >= 0).nonzero()[0][0])
    middle = beside(network, edge, 0.0, left=False)
    right, left = (beside(network, edge, 3.0, left=side) for side in (False, True))
    for k in (0, 1):
        assert right[k] + left[k] == pytest.approx(2 * middle[k])
    assert abs(right[0] - middle[0]).max() + abs(right[1] - middle[1]).max() >= 3.0
    other = _with_spec(two_yards, traffic="left")
    assert route_map(other, "all", 1) != route_map(two_yards, "all", 1)


def test_the_map_and_the_workbook_know_every_depot(two_yards, tmp_path):
    from cityops.report import palette
    from cityops.report.routes_map import route_map
    from scenarios.routing.workbook import write_workbook

    assert route_map(two_yards, "all").count(f'rx="2" fill="{palette.STATION}"') == 2
    write_workbook(tmp_path / "book.xlsx", two_yards, title="Sweeping")
    with (tmp_path / "book.xlsx").open("rb") as file:
        head, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    told = [dict(zip(head, row, strict=True)) for row in rows[:-1]]
    assert [row["Vehicle"] for row in told] == [f"of {row['Depot']}" for row in told]


def test_a_week_says_the_day_of_what_is_left_out_and_leaves_by_the_clock(two_yards):
    from cityops.report.routes import _leaving, _left_out
    from cityops.report.words import RouteWords

    words = RouteWords("en", job="sweep")
    rows = [("Row 1", "primary", 0.1, "no room in the shifts", 0, 0.0, 0.0, "mon"),
            ("Row 1", "primary", 0.3, "no room in the shifts", 0, 0.0, 0.0, "wed"),
            ("", "primary", 0.2, "closed", 1, 0.0, 0.0, "")]  # fmt: skip
    columns = two_yards.question.left_out.columns
    plan = _with_spec(two_yards, days=["mon", "wed"])
    question = replace(plan.question, left_out=pd.DataFrame(rows, columns=columns))
    unnamed = tuple(replace(kind, name="") for kind in question.kinds[:1])
    plan = replace(plan, question=replace(question, kinds=unnamed))
    assert _left_out(plan, words) == [
        ("Row 1", "0.30", "Wed: no room in the shifts"),
        ("unnamed", "0.20", "closed"),
        ("Row 1", "0.10", "Mon: no room in the shifts"),
    ]
    assert _leaving(plan, words) == ["05:00"]
    day = replace(plan, question=replace(plan.question, spec=two_yards.question.spec))
    assert _leaving(day, words) == ["Tue 05:00"]


def test_no_routes_is_exit_1_with_the_reason_and_no_folder(small, capsys):
    path = small / "scenario.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("vehicles = 6", "vehicles = 1"))
    assert main(["routes", "scenario.toml", "cleaning"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("no routes keep all the rules:\n  the work takes at least ")
    assert "one vehicle of 1 h have 1 h; give more vehicles or a longer shift_h" in out
    assert not (small / "runs").exists()


def test_a_plan_that_fails_the_check_is_exit_1_and_says_so(small, capsys, monkeypatch):
    monkeypatch.setattr(
        "scenarios.routing.work.verify_routes",
        lambda *_, **__: RouteCheck(1, 1, 1, ("route 1: does not come home",)),
    )
    assert main(["routes", "scenario.toml", "cleaning"]) == 1
    out = capsys.readouterr().out
    assert "check      FAILED: 1 faults\n  route 1: does not come home" in out
    page = (small / "runs/small-cleaning/report.html").read_text(encoding="utf-8")
    assert "route 1: does not come home" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cleening"], 'there are no routes "cleening"; did you mean cleaning?'),
        (["cleaning", "--time-limit", "0"], '--time-limit: "0" is no number above 0'),
        (["cleaning", "--threads", "0"], '--threads: "0" is no whole number from 1 on'),
        (["cleaning", "--out", "streets"], "streets: this folder exists"),
        (["cleaning", "--out", "streets", "--replace"], "this folder is no folder of routes"),
    ],
)
def test_input_at_fault_is_exit_2_with_one_line(small, capsys, arguments, said):
    assert main(["routes", "scenario.toml", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_replace_takes_the_place_of_older_routes(small):
    words = ["routes", "scenario.toml", "cleaning"]
    assert main(words) == 0
    assert main(words) == 2
    assert main([*words, "--replace"]) == 0


def test_a_file_that_only_asks_for_routes_needs_nothing_else(small, capsys):
    (small / "only.toml").write_text(
        '[scenario]\nname = "only"\nservice = "routes"\n\n[network]\nsource = "streets"\n' + TABLES,
        encoding="utf-8",
    )
    assert main(["check", "only.toml"]) == 0
    assert main(["routes", "only.toml", "cleaning"]) == 0
    capsys.readouterr()
    assert main(["run", "only.toml"]) == 2
    assert "use cityops routes only.toml cleaning" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_routes_so_far(small):
    words = ["routes", "scenario.toml", "cleaning", "--time-limit", "120", "--out", "out"]
    code = (
        "import sys; from cityops.__main__ import main; "
        "from optimize.routing.arcs import solve; real = solve.solve_arcs\n"
        "def told(*a, **k):\n    print('searching', flush=True)\n    return real(*a, **k)\n"
        "solve.solve_arcs = told\nsys.exit(main(sys.argv[1:]))"
    )
    with subprocess.Popen(  # noqa: S603 - our own interpreter and file
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True, cwd=small
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "searching\n"
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        assert process.wait(timeout=60) == 130
    assert "interrupted: kept the best routes so far" in out
    facts = json.loads((small / "out/manifest.json").read_text(encoding="utf-8"))
    assert facts["interrupted"]
    assert facts["check"]["faults"] == []
