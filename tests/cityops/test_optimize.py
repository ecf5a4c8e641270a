"""``cityops optimize``, from the arguments to what lies on disk and on the page."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from cityops.__main__ import main
from cityops.report.placement import write_placement_report
from cityops.report.placement_charts import reach_curve
from cityops.report.placement_reading import PlacementFolder
from cityops.report.words import Words
from networks.errors import InputError

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
TABLES = """
[placement.toilets]
title = "Two more toilets"
title_zh = "新增两座公厕"
p = 3
within_m = 300
existing = { file = "have.csv", name_column = "name" }

[placement.far]
preset = "toilets"
min_spacing_m = 3000

[placement.depots]
p = 2

[placement.tight]
preset = "toilets"
p = 3
within_m = 300
min_spacing_m = 3000

[placement.part]
preset = "toilets"
model = "set-cover"
within_m = 150
candidates = { source = "have.csv", name_column = "name" }

[placement.halls]
model = "capacitated"
p = 1
mode = "walk"
demand = { source = "have.csv", name_column = "name", weights = "equal" }
candidates = { source = "halls.csv", name_column = "name", capacity_column = "capacity" }
"""
HALLS = "name,lon,lat,capacity\nHall,112.8235,28.3575,100\n"


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """Working folder with a scenario on a grid of 36 junctions that asks where to build."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(TABLES)
    (tmp_path / "halls.csv").write_text(HALLS)
    (tmp_path / "have.csv").write_text("name,lon,lat\nMarket,112.8235,28.3575\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def placed(tmp_path_factory) -> Path:
    """Folder of a placement in English; read only."""
    folder = tmp_path_factory.mktemp("placed")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(TABLES)
    (folder / "halls.csv").write_text(HALLS)
    (folder / "have.csv").write_text("name,lon,lat\nMarket,112.8235,28.3575\n")
    out = folder / "out"
    assert main(["optimize", str(folder / "scenario.toml"), "toilets", "--out", str(out)]) == 0
    return out


@pytest.fixture(autouse=True)
def warm(monkeypatch):
    """What the standard error says does not depend on what was compiled before."""
    monkeypatch.setattr("cityops.compiling.is_cold", lambda _model: False)


def test_without_a_question_they_are_listed(small, capsys):
    assert main(["optimize", "scenario.toml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "questions of small:"
    assert lines[1] == "  toilets  Two more toilets"
    assert lines[2] == "  far      Public toilets"
    assert lines[-1] == "ask one: cityops optimize scenario.toml toilets"
    assert not (small / "runs").exists()


def test_optimize_writes_a_plan_and_says_how_good_it_is(small, capsys):
    assert main(["optimize", "scenario.toml", "toilets", "--seed", "7", "--gap", "0"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "Two more toilets: 3 open sites, 2 of them new" in printed.out
    assert "proven best" in printed.out
    assert "report: runs/small-toilets/report.html" in printed.out
    folder = small / "runs" / "small-toilets"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "cityops optimize scenario.toml toilets --gap 0 --seed 7"
    assert manifest["seed"] == 7
    pictures = {path.stem for path in (folder / "figures").glob("*.png")}
    assert pictures == {"plan", "before_after", "ways", "curve", "closing"}


def test_the_report_speaks_chinese_and_the_terminal_english(small, capsys):
    assert main(["optimize", "scenario.toml", "toilets", "--lang", "zh"]) == 0
    assert "open sites" in capsys.readouterr().out
    page = (small / "runs" / "small-toilets" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh' in page
    assert "新增两座公厕" in page
    assert "谁受益，谁仍未覆盖" in page
    assert "已证明为最优方案" in page


def test_no_plan_is_exit_1_with_the_reason_and_no_folder(small, capsys):
    assert main(["optimize", "scenario.toml", "far"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("no plan keeps all the rules:\n")
    assert "without the least spacing of 3000 m between sites there would be a plan" in out
    assert not (small / "runs").exists()


def test_fewer_sites_than_asked_for_is_told_in_terminal_and_report(small, capsys):
    assert main(["optimize", "scenario.toml", "tight", "--lang", "zh"]) == 0
    said = "1 of the 3 sites asked for is open: the least spacing of 3000 m leaves no room"
    assert f"warning: {said}" in capsys.readouterr().out
    page = (small / "runs" / "small-tight" / "report.html").read_text(encoding="utf-8")
    assert said in page
    assert "要求 3 处，仅启用 1 处" in page


def test_a_cover_of_a_part_of_the_demand_is_never_called_all_of_it(small, capsys):
    assert main(["optimize", "scenario.toml", "part"]) == 0
    printed = capsys.readouterr().out
    folder = small / "runs" / "small-part"
    run = PlacementFolder.load(folder)
    lost = sum(each["weight"] for each in run.manifest["left_out"])
    inside = 100 * run.manifest["weight"] / (run.manifest["weight"] + lost)
    assert 0 < inside < 50
    said = f"only {inside:.1f} % of demand can be covered by any candidate; all of that is within"
    assert f"{said} 150 m\n" in printed
    said = f"only <b>{inside:.1f}%</b> of demand can be covered by any candidate"
    assert said in (folder / "report.html").read_text(encoding="utf-8")
    write_placement_report(folder, lang="zh")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"候选点仅能覆盖 <b>{inside:.1f}%</b> 的需求，这部分均在步行 150 米以内" in page
    # The streets lead all of the grid to the one site, though not within 150 m.
    assert run.figure("unreached_weight")[1] == 0
    assert run.figure("within_share", 1000.0)[1] > run.figure("covered_share")[1]
    assert run.figure("max_travel")[1] > 150
    _, shares = reach_curve(run, "after", 1000.0)
    assert shares[-1] == pytest.approx(run.figure("within_share", 1000.0)[1])


def test_where_capacity_decides_ways_are_to_the_assigned_site(small, capsys):
    assert main(["optimize", "scenario.toml", "halls"]) == 0
    assert "mean way to the assigned site, m" in capsys.readouterr().out
    folder = small / "runs" / "small-halls"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Mean way to the assigned site" in page
    assert "ay to the nearest" not in page
    write_placement_report(folder, lang="zh")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "到指定站点平均行程" in page
    assert "到最近站点" not in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tolets"], 'scenario.toml: there is no placement "tolets"; did you mean toilets?'),
        (["toilets", "--time-limit", "0"], '--time-limit: "0" is no number above 0'),
        (["toilets", "--gap", "2"], "--gap: 2 is no share between 0 and 100 %"),
        (["toilets", "--threads", "0"], '--threads: "0" is no whole number from 1 on'),
        (["toilets", "--out", "scenario.toml"], "a file of this name is in the way"),
        (["toilets", "--out", "streets"], "streets: this folder exists"),
        (["toilets", "--out", "streets", "--replace"], "this folder is no placement"),
        (["toilets", "--from", "nothing.csv"], "nothing.csv"),
    ],
)
def test_input_at_fault_is_exit_2_with_one_line(small, capsys, arguments, said):
    assert main(["optimize", "scenario.toml", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("error:") == 1
    assert not (small / "runs").exists()


def test_a_plan_takes_the_place_of_an_older_one_when_told(small, capsys):
    assert main(["optimize", "scenario.toml", "toilets"]) == 0
    assert main(["optimize", "scenario.toml", "toilets"]) == 2
    assert "--replace it" in capsys.readouterr().err
    assert main(["optimize", "scenario.toml", "toilets", "--replace"]) == 0


# ---- the round trip


def edited(placed: Path, change) -> list[str]:
    """Edit the plan of the toilets; return the arguments that read it back."""
    plan = pd.read_csv(
        placed / "plan" / "toilets.csv", encoding="utf-8-sig", dtype={"lock": object}
    )
    change(plan)
    plan.to_csv("edited.csv", index=False)
    return ["optimize", "scenario.toml", "toilets", "--from", "edited.csv"]


def test_a_locked_row_is_kept(small, placed):
    chosen = []

    def close_the_second(plan):
        chosen.append(plan.loc[1, "name"])
        plan.loc[1, "lock"] = "closed"

    assert main(edited(placed, close_the_second)) == 0
    sites = pd.read_parquet("runs/small-toilets/tables/sites.parquet")
    assert chosen[0] not in set(sites["name"])
    page = (small / "runs" / "small-toilets" / "report.html").read_text(encoding="utf-8")
    assert "Rows locked by hand in edited.csv were kept." in page


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("lock", "perhaps", 'edited.csv:3: lock: is "perhaps"'),
        ("name", "Nowhere", 'edited.csv:3: name: no site is called "Nowhere"'),
        ("lon", 113.5, 'edited.csv:3: lon: "Column'),
        ("lat", None, "edited.csv:3: lat: is empty; give a number"),
    ],
)
def test_a_wrong_edit_is_one_error_with_its_line(small, placed, capsys, column, value, said):
    def wrong(plan):
        plan.loc[1, "lock"] = "closed"
        plan.loc[1, column] = value

    arguments = edited(placed, wrong)
    capsys.readouterr()
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("error:") == 1


def test_a_site_that_is_locked_both_ways_is_named(small, placed, capsys):
    def both(plan):
        plan.loc[1, "lock"] = "closed"
        plan.loc[len(plan)] = plan.loc[1]
        plan.loc[len(plan) - 1, "lock"] = "open"

    arguments = edited(placed, both)
    capsys.readouterr()
    assert main(arguments) == 2
    assert "is locked closed in another row, and open here; keep one" in capsys.readouterr().err


def test_a_place_of_one_s_own_off_the_streets_is_named(small, placed, capsys):
    def far_away(plan):
        plan.loc[1, ["name", "lon", "lock"]] = ["Mine", 113.5, "open"]

    arguments = edited(placed, far_away)
    capsys.readouterr()
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "edited.csv:3" in error
    assert "Mine" in error


# ---- Ctrl-C

WAITING = """
import dataclasses, sys, time
from optimize.location import solve as module
import importlib
solver = importlib.import_module("optimize.location.max_cover")
real = solver.solve
def slow(problem, limits, method):
    found = real(problem, limits, method)
    try:
        print("searching", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        return dataclasses.replace(found, status="feasible", bound=25000.0, interrupted=True)
    raise AssertionError
solver.solve = slow
from cityops.__main__ import main
sys.exit(main(["optimize", "scenario.toml", "toilets"]))
"""


def test_ctrl_c_keeps_the_best_plan_and_exits_with_130(small):
    process = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True, cwd=small
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "searching\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted: this is the best plan until then" in out
    assert "not proven, gap" in out
    folder = small / "runs" / "small-toilets"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["interrupted"] is True
    assert manifest["proven"] is False
    assert not (small / "runs" / "small-toilets.partial").exists()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The search was interrupted" in page
    assert "better than this one" in page


def test_ctrl_c_before_the_first_plan_leaves_nothing(small, monkeypatch):
    def stopped(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("optimize.location.max_cover.solve", stopped)
    assert main(["optimize", "scenario.toml", "toilets"]) == 130
    assert not (small / "runs").exists()


def test_ctrl_c_after_the_search_keeps_the_plan(small, monkeypatch, capsys):
    def stopped(*_arguments):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("scenarios.placement.answer.curve_table", stopped)
    assert main(["optimize", "scenario.toml", "toilets"]) == 130
    manifest = json.loads(Path("runs/small-toilets/manifest.json").read_text(encoding="utf-8"))
    assert manifest["interrupted"] is True
    assert manifest["status"] == "optimal"
    assert "proven best" in capsys.readouterr().out


# ---- the report


class Page(HTMLParser):
    """Charts that a page asks for, data that it holds, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.held: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("data-chart"):
            self.asked.add(str(given["data-chart"]))
        if tag == "script" and given.get("id"):
            self.held.add(str(given["id"]))
        if given.get("src") or (tag == "link" and not str(given.get("href")).startswith("data:")):
            self.loaded.append(f"{tag} {given}")


def test_the_page_holds_what_its_charts_need_and_loads_nothing(placed):
    page = Page((placed / "report.html").read_text(encoding="utf-8"))
    assert page.asked <= page.held
    assert {"chart-map", "chart-before", "chart-after", "chart-reach", "chart-curve"} <= page.asked
    assert page.loaded == []


def test_the_figures_of_the_page_fit_plotly(placed, tmp_path):
    import plotly.graph_objects as go

    text = (placed / "report.html").read_text(encoding="utf-8")
    for name in ("map", "before", "after", "reach", "curve", "closing"):
        start = text.index(f'id="chart-{name}">') + len(f'id="chart-{name}">')
        figure = json.loads(text[start : text.index("</script>", start)])
        go.Figure(figure)  # raises on what Plotly does not know


def test_the_answer_says_number_value_proof_and_who_stays_out(placed):
    from cityops.report.placement_contents import answer

    run = PlacementFolder.load(placed)
    said = " ".join(answer(run, Words("en")))
    share = f"{100 * run.manifest['shown']['value']:.1f}%"
    assert said.startswith(f"With <b>3 public toilets</b>, 2 of them new, <b>{share}</b> of demand")
    assert "This is proven to be the best plan" in said
    out = 100 * (1 - run.manifest["shown"]["value"])
    assert f"{out:.1f}% stays beyond 300 m" in said


def test_the_page_names_its_map_data_and_escapes_names(placed, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(placed, copy)
    table = pd.read_parquet(copy / "tables" / "sites.parquet")
    table["name"] = "<script>alert(1)</script>"
    table.to_parquet(copy / "tables" / "sites.parquet", index=False)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["network"]["attribution"] = "© OpenStreetMap contributors"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    page = write_placement_report(copy).read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors" in page
    assert "<script>alert(1)" not in page


def test_a_run_of_a_simulation_is_no_placement(run_folder):
    with pytest.raises(InputError, match="cityops optimize"):
        write_placement_report(run_folder)


def test_kernels_that_must_be_compiled_first_are_told(small, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("cityops.compiling.is_cold", lambda model: not asked.append(model))
    assert main(["optimize", "scenario.toml", "toilets"]) == 0
    assert capsys.readouterr().err == "compiling kernels, once per installation: a minute or two\n"
    assert asked == ["max-cover"]
