"""Running a scenario, and the folder that it leaves."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from networks.errors import InputError
from scenarios import Run, load_scenario, run_scenario
from scenarios.run import finished_run
from scenarios.summary import KEYS, completed, summarise


def _scenario(**settings):
    return load_scenario("scenario.toml").with_settings(**settings)


def _same(first: Run, second: Run) -> None:
    for table in ("measures", "summary"):
        pd.testing.assert_frame_equal(_sorted(first.table(table)), _sorted(second.table(table)))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    keys = [key for key in ("replication", *KEYS) if key in table]
    return table.sort_values(keys, ignore_index=True)


def _found(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that are not the zeros of what did not happen."""
    return _sorted(table[table["value"] != 0])


def test_a_run_folder_holds_all_that_is_promised(small_run):
    folder = small_run.folder
    for name in ("manifest.json", "scenario.toml", "log.txt"):
        assert (folder / name).is_file()
    tables = [
        "measures",
        "summary",
        "responses",
        "intervals",
        "units",
        "stations",
        "hospitals",
        "areas",
        "tracks",
    ]
    assert all(len(small_run.table(name)) for name in tables)
    for name in ("streets", "areas", "stations"):
        assert small_run.map(name)["features"]
    assert not list(folder.parent.glob("*.partial"))


def test_the_manifest_says_what_ran(small_run):
    manifest = small_run.manifest
    assert manifest["reps"] == 4
    assert manifest["closures"] == []
    assert manifest["expected_incidents_per_day"] == pytest.approx(12.0)
    assert manifest["measured"] == {}
    assert manifest["speed_source"] == "table"
    assert manifest["unit_hours_per_week"] == 84.0 + 2 * 168.0
    assert manifest["horizon_s"] == 48 * 3600
    assert manifest["warmup_s"] == 12 * 3600
    assert manifest["network"]["n_nodes"] == 36
    assert manifest["network"]["km"] == pytest.approx(30 * 0.396)
    assert len(manifest["input_hashes"]) == 3  # the scenario and the two tables of streets
    assert all(len(value) == 64 for value in manifest["input_hashes"].values())
    assert manifest["started"] <= manifest["finished"]
    assert not manifest["interrupted"]


def test_the_run_can_be_run_again_from_its_folder(small_run, tmp_path):
    again = run_scenario(load_scenario(small_run.folder), tmp_path / "again", workers=1)
    _same(small_run, again)
    assert again.manifest["identity"] == small_run.manifest["identity"]


def test_workers_change_nothing(small, small_run):
    run = run_scenario(_scenario(reps=4), "runs/threads", workers=3)
    pd.testing.assert_frame_equal(small_run.measures, run.measures)
    for name in ("measures", "summary", "responses", "intervals", "tracks"):
        files = [r.folder / "tables" / f"{name}.parquet" for r in (small_run, run)]
        assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.slow
def test_processes_change_nothing(small, small_run):
    _same(small_run, run_scenario(_scenario(reps=4), "runs/processes", workers="processes:2"))


def test_both_engines_give_the_same_measures(small, small_run):
    twin = run_scenario(_scenario(reps=4), "runs/simpy", workers=1, engine="simpy")
    pd.testing.assert_frame_equal(small_run.measures, twin.measures, rtol=1e-9)


def test_another_seed_meets_another_city(small, small_run):
    other = run_scenario(_scenario(reps=2, seed=5), "runs/other", workers=1)
    assert other.manifest["demand_hash"] != small_run.manifest["demand_hash"]


def test_ctrl_c_keeps_what_is_done(small, small_run):
    def stop(step):
        if step.done == 2:
            raise KeyboardInterrupt

    run = run_scenario(_scenario(reps=4), "runs/small", workers=1, progress=stop)
    assert run.manifest["interrupted"]
    assert run.manifest["reps"] == 2
    first = small_run.measures[small_run.measures["replication"] < 2]
    pd.testing.assert_frame_equal(_found(run.measures), _found(first))
    more = run_scenario(_scenario(reps=4), "runs/small", workers=1, resume=True)
    assert not more.manifest["interrupted"]
    _same(more, small_run)


def test_ctrl_c_before_the_first_replication_leaves_nothing(small, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.run.ReplicationJob.__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_scenario(_scenario(), "runs/small", workers=1)
    assert not (small / "runs").exists()


def test_a_killed_run_is_gone_on_from(small, small_run):
    def killed(_folder):
        raise SystemExit(9)

    with pytest.raises(SystemExit):
        run_scenario(_scenario(reps=3), "runs/small", workers=1, finish=killed)
    assert (small / "runs" / "small.partial").is_dir()
    assert not (small / "runs" / "small").exists()
    steps = []
    run = run_scenario(
        _scenario(reps=4), "runs/small", workers=1, resume=True, progress=steps.append
    )
    assert [step.done for step in steps] == [1, 2, 3, 4]
    _same(run, small_run)


def test_a_killed_run_is_not_overwritten_unasked(small):
    (small / "runs" / "small.partial").mkdir(parents=True)
    with pytest.raises(InputError, match=r"small\.partial: a run that was stopped left this"):
        run_scenario(_scenario(), "runs/small", workers=1)
    assert run_scenario(_scenario(), "runs/small", workers=1, replace=True).manifest["reps"] == 2


def test_another_scenario_is_not_gone_on_from(small):
    run_scenario(_scenario(), "runs/small", workers=1)
    with pytest.raises(InputError, match="the run that lies here had another scenario"):
        run_scenario(_scenario(seed=8), "runs/small", workers=1, resume=True)


def test_an_old_run_stays_until_the_new_one_is_whole(small):
    old = run_scenario(_scenario(), "runs/small", workers=1)

    def fails(_folder):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run_scenario(_scenario(seed=3), "runs/small", workers=1, replace=True, finish=fails)
    assert Run.load("runs/small").manifest["seed"] == old.manifest["seed"]
    new = run_scenario(_scenario(seed=3), "runs/small", workers=1, replace=True)
    assert new.manifest["seed"] == 3
    assert sorted(path.name for path in (small / "runs").iterdir()) == ["small"]


def test_the_report_is_written_before_the_folder_has_its_name(small):
    seen = []

    def report(folder):
        seen.append((folder.name, (folder / "tables" / "summary.parquet").is_file()))
        (folder / "report.html").write_text("x")

    run = run_scenario(_scenario(), "runs/small", workers=1, finish=report)
    assert seen == [("small.partial", True)]
    assert (run.folder / "report.html").is_file()


def test_replications_go_on_until_the_mean_is_known_well_enough(small):
    run = run_scenario(_scenario(half_width=0.2), "runs/small", workers=1)
    row = run.summary.query("measure == 'response_mean_min' and by == 'all'").iloc[0]
    assert run.manifest["precise"] is True
    assert run.manifest["reps"] >= 10
    assert row["half_width"] / row["mean"] <= 0.2


def test_a_finished_run_is_found_again(small):
    run = run_scenario(_scenario(), "runs/small", workers=1)
    assert finished_run(_scenario(), run.folder).manifest == run.manifest
    assert finished_run(_scenario(reps=3), run.folder) is None
    assert finished_run(_scenario(seed=2), run.folder) is None
    assert finished_run(_scenario(), small / "nowhere") is None


def test_a_unit_is_where_its_track_says(small_run):
    tracks, stations = small_run.table("tracks"), small_run.table("stations")
    assert tracks["t_s"].between(12 * 3600, 36 * 3600).all()
    for _, track in tracks.groupby("unit"):
        assert (np.diff(track["t_s"]) >= 0).all()
        step_m = np.hypot(np.diff(track["x"]), np.diff(track["y"]))
        # nobody moves more than 200 m (a street) or faster than 110 km/h
        assert (step_m <= 30.6 * np.diff(track["t_s"]) + 5.0).all()
    assert len(stations) == 2


def test_intervals_need_two_replications():
    table = pd.DataFrame(
        {"measure": "km", "by": "all", "group": "all", "unit": "km", "value": [3.0, 5.0]}
    )
    one = summarise(table.head(1), 0.95)
    assert (one["n"].item(), one["mean"].item()) == (1, 3.0)
    assert np.isnan(one["low"].item())
    two = summarise(table, 0.95)
    # t quantile 12.7062 with one degree of freedom, times the standard error 1
    assert two["half_width"].item() == pytest.approx(12.7062, abs=1e-4)
    assert (two["low"].item(), two["high"].item()) == (0.0, pytest.approx(16.7062, abs=1e-4))


def test_an_area_without_a_call_counts_zero_and_has_no_response_time():
    columns = ["measure", "by", "group", "unit", "value", "replication"]
    rows = [
        ("incidents", "area", "A1", "count", 4.0, 0),
        ("response_mean_min", "area", "A1", "min", 6.0, 0),
        ("incidents", "area", "B1", "count", 2.0, 0),
        ("incidents", "area", "B1", "count", 2.0, 1),
    ]
    table = completed(pd.DataFrame(rows, columns=columns), 2)
    assert len(table) == 5
    summary = summarise(table, 0.95).set_index(["measure", "group"])
    assert summary.loc[("incidents", "A1"), "mean"] == 2.0
    assert summary.loc[("response_mean_min", "A1"), "n"] == 1


def test_a_folder_that_is_no_run_is_refused(small):
    for name, says in (
        ("streets", "this folder is no run"),
        ("nowhere", "there is no such run folder"),
        ("x.partial", "this run is not finished"),
    ):
        with pytest.raises(InputError, match=says):
            Run.load(name)


def test_a_damaged_manifest_is_named(small):
    run = run_scenario(_scenario(), "runs/small", workers=1)
    (run.folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json is damaged"):
        Run.load(run.folder)


def test_tables_and_maps_that_are_not_there_are_named(small_run):
    with pytest.raises(InputError, match='it has no table "sumary"; tables are areas'):
        small_run.table("sumary")
    with pytest.raises(InputError, match='it has no map "rivers"'):
        small_run.map("rivers")


def test_the_run_remembers_its_scenario(small_run):
    assert small_run.scenario.spec.scenario.reps == 4
    assert small_run.name == "small"
    assert json.loads((small_run.folder / "manifest.json").read_text())["service"] == "dispatch"
