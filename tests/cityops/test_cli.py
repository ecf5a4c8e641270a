"""The command line, from the arguments to what lies on disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cityops.__main__ import main
from scenarios import Run

BASE = Path(__file__).resolve().parents[1] / "bad_input" / "base"
COMMANDS = ["new", "check", "network", "run", "optimize", "compare", "bench", "warmup"]


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    """Working folder with a scenario on a grid of 36 junctions."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_names_every_command(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    assert all(f"  {command} " in text for command in COMMANDS)
    assert "Example: cityops run helsinki-centre" in text


@pytest.mark.parametrize("command", [*COMMANDS, "network info", "network convert"])
def test_every_command_helps_with_one_example(command, capsys):
    assert main([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out.count("Example: cityops ") == 1


def test_options_mean_the_same_everywhere(capsys):
    helps = {}
    for command in ("run", "optimize", "compare", "bench"):
        main([command, "--help"])
        helps[command] = " ".join(capsys.readouterr().out.split())
    for option, commands in {
        "--seed K Seed of all that is drawn": ("run", "optimize", "compare", "bench"),
        "--out FOLDER Where results go": ("run", "optimize", "compare"),
        "--workers W 4 (threads), processes:4 or dask://host:8786": ("run", "compare"),
        "--lang en|zh Language of reports and tables.": ("run", "optimize", "compare"),
    }.items():
        assert all(option in helps[command] for command in commands), option


def test_the_version_is_said(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == "0.1.0"


def test_check_says_what_the_district_holds(small, capsys):
    assert main(["check", "scenario.toml"]) == 0
    text = capsys.readouterr().out
    assert "36 junctions, 120 directed edges" in text
    assert "12.0 a day expected, from 1 incident class\n" in text
    assert text.endswith("scenario.toml is sound\n")
    assert sorted(path.name for path in small.iterdir()) == [
        "incidents.csv",
        "scenario.toml",
        "streets",
    ]


def test_run_writes_tables_maps_figures_and_a_report(small, capsys):
    assert main(["run", "scenario.toml", "--seed", "7", "--workers", "1"]) == 0
    printed = capsys.readouterr()
    assert "report: runs/small/report.html" in printed.out
    assert "95% interval" in printed.out
    assert printed.err == ""
    folder = small / "runs" / "small"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "cityops run scenario.toml --seed 7"
    assert manifest["seed"] == 7
    assert "</html>" in (folder / "report.html").read_text(encoding="utf-8")
    assert list((folder / "figures").glob("*.png"))


def test_the_report_speaks_chinese_and_the_terminal_english(small, capsys):
    assert main(["run", "scenario.toml", "--lang", "zh", "--workers", "1"]) == 0
    assert "Within target time" in capsys.readouterr().out
    page = (small / "runs" / "small" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh' in page
    assert "达标率" in page


def test_ctrl_c_is_told_and_exits_with_130(small, capsys, monkeypatch):
    from scenarios.run import ReplicationJob

    real = ReplicationJob.__call__

    def stopped(job, number):
        if number == 2:
            raise KeyboardInterrupt
        return real(job, number)

    monkeypatch.setattr(ReplicationJob, "__call__", stopped)
    assert main(["run", "scenario.toml", "--reps", "5", "--workers", "1"]) == 130
    assert "kept the 2 replications that were done; --resume goes on" in capsys.readouterr().out
    monkeypatch.undo()
    monkeypatch.chdir(small)
    assert main(["run", "scenario.toml", "--reps", "3", "--workers", "1", "--resume"]) == 0
    assert Run.load("runs/small").manifest["reps"] == 3


def test_ctrl_c_at_once_leaves_nothing(small, capsys, monkeypatch):
    def stopped(_scenario):
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.run.build_service", stopped)
    assert main(["run", "scenario.toml"]) == 130
    assert not (small / "runs").exists()


def test_compare_runs_scenarios_that_have_no_run_yet(small, capsys):
    variant = 'extends = "scenario.toml"\n[scenario]\nname = "quick"\n'
    variant += "[unit_type.ambulance]\nturnout_day_s = 20\nturnout_night_s = 30\n"
    (small / "quick.toml").write_text(variant, encoding="utf-8")
    command = ["compare", "scenario.toml", "quick.toml", "--reps", "4", "--workers", "1"]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "quick against small" in text
    assert "better" in text
    target = small / "runs" / "compare-small-quick"
    assert sorted(path.name for path in target.iterdir()) == ["comparison.html", "differences.csv"]
    before = (small / "runs" / "small" / "manifest.json").stat().st_mtime_ns
    assert main([*command, "--replace"]) == 0
    assert (small / "runs" / "small" / "manifest.json").stat().st_mtime_ns == before


def test_a_new_scenario_runs_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "my-city"]) == 0
    assert "next: cityops run my-city/scenario.toml" in capsys.readouterr().out
    assert main(["check", "my-city/scenario.toml"]) == 0
    assert main(["check", "my-city/night.toml"]) == 0


def test_streets_are_described_and_converted(small, capsys):
    assert main(["network", "info", "streets"]) == 0
    text = capsys.readouterr().out
    assert "junctions    36" in text
    assert "residential" in text
    assert main(["network", "convert", "streets", "streets.gpkg"]) == 0
    assert main(["network", "info", "streets.gpkg"]) == 0
    assert "edges        120 directed" in capsys.readouterr().out


def test_a_bug_is_not_hidden(small, monkeypatch):
    def broken(_scenario):
        raise ZeroDivisionError

    monkeypatch.setattr("scenarios.build_district", broken, raising=False)
    with pytest.raises(ZeroDivisionError):
        main(["check", "scenario.toml"])


@pytest.mark.slow
def test_warmup_compiles_everything(capsys):
    assert main(["warmup"]) == 0
    assert "dispatch: ready after" in capsys.readouterr().out
