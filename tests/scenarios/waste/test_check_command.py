"""``cityops check`` reads the plans that a waste scenario names."""

from __future__ import annotations

from cityops.__main__ import main
from scenarios import load_scenario
from scenarios.routing.output import routes_scenario


def test_a_plan_of_a_scenario_is_read_and_its_faults_are_told(write, tmp_path, capsys):
    routes_scenario(load_scenario(write()), "kitchen", tmp_path / "plan", time_limit_s=0.5)
    file = tmp_path / "plan" / "plan" / "kitchen.csv"
    write(("effort = 1", 'effort = 1\nplan = { kitchen = "plan/plan/kitchen.csv" }'))
    capsys.readouterr()
    assert main(["check", "scenario.toml"]) == 0
    said = next(x for x in capsys.readouterr().out.splitlines() if "kitchen.csv" in x)
    assert said.split()[0] == "kitchen:"
    assert said.split()[2] in ("route", "routes")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(k for k, line in enumerate(lines) if ",collect," in line)
    lines[row] = lines[row].replace(",collect,", ",gather,")
    file.write_text("".join(lines), encoding="utf-8")
    assert main(["check", "scenario.toml"]) == 2
    assert f'kitchen.csv:{row + 1}: kind: there is no kind "gather"' in capsys.readouterr().err


def test_a_week_without_a_plan_is_told_before_a_run(write, capsys):
    write(('stream = "kitchen"\n', 'stream = "kitchen"\nfrequency = 3\n'))
    assert main(["check", "scenario.toml"]) == 2
    assert "is a plan over a week, which takes longer to make" in capsys.readouterr().err
