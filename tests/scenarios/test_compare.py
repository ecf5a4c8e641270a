"""Two runs beside each other."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from scenarios import compare_runs, load_scenario, run_scenario
from sim.statistics import paired_difference


def _run(name, *edits, reps=4, **settings):
    with open("scenario.toml", encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    with open(f"{name}.toml", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text.replace('name = "small"', f'name = "{name}"'))
    scenario = load_scenario(f"{name}.toml").with_settings(reps=reps, **settings)
    return run_scenario(scenario, f"runs/{name}", workers=1)


def _row(comparison, measure, by="all"):
    table = comparison.table
    return table[(table["measure"] == measure) & (table["by"] == by)].iloc[0]


def test_a_run_does_not_differ_from_itself(small, small_run):
    comparison = compare_runs(small_run, small_run)
    assert (comparison.table["difference"] == 0).all()
    assert (comparison.table["half_width"].dropna() == 0).all()
    assert not comparison.table["clear"].any()
    assert comparison.notes == ()


def test_differences_are_paired_by_replication(small, small_run):
    faster = _run("faster", ("turnout_day_s = 60", "turnout_day_s = 30"), ("= 90", "= 60"))
    comparison = compare_runs(small_run, faster)
    row = _row(comparison, "response_mean_min")
    query = "measure == 'response_mean_min' and by == 'all'"
    ours, theirs = (run.measures.query(query)["value"] for run in (small_run, faster))
    wanted = paired_difference(ours.to_numpy(), theirs.to_numpy())
    assert row["difference"] == pytest.approx(wanted.mean)
    assert row["half_width"] == pytest.approx(wanted.half_width)


def test_thirty_seconds_less_turn_out_is_a_clear_gain_on_the_same_incidents(small, small_run):
    faster = _run("faster", ("turnout_day_s = 60", "turnout_day_s = 30"), ("= 90", "= 60"))
    comparison = compare_runs(small_run, faster)
    row = _row(comparison, "response_mean_min")
    assert -0.5 <= row["difference"] < -0.3  # half a minute, but for units sent from the road
    assert row["better"] == "better"
    assert row["half_width"] < 0.2
    assert comparison.notes == ()
    back = _row(compare_runs(faster, small_run), "response_mean_min")
    assert back["difference"] == pytest.approx(-row["difference"])
    assert back["better"] == "worse"


def test_what_is_neither_better_nor_worse_is_not_judged(small_run):
    assert _row(compare_runs(small_run, small_run), "utilisation")["better"] is None


def test_other_streets_and_other_demand_are_said(small, small_run):
    other = _run(
        "other", ("factor = 0.6", "factor = 0.5"), ("rate_per_day = 12", "rate_per_day = 14")
    )
    notes = " ".join(compare_runs(small_run, other).notes)
    assert "different streets or at different speeds" in notes
    assert "4 of 4 replications met different incidents" in notes


def test_only_common_replications_are_compared(small, small_run):
    fewer = _run("fewer", reps=2)
    comparison = compare_runs(small_run, fewer)
    assert set(comparison.table["n"]) <= {1, 2}
    assert "only the 2 replications that both have are compared" in comparison.notes


@pytest.mark.parametrize(
    ("edits", "settings", "says"),
    [
        ((), {"seed": 2}, "the runs differ in seed: 1 and 2"),
        ((("horizon_h = 48", "horizon_h = 36"),), {}, "differ in horizon: 48 h and 36 h"),
        ((("warmup_h = 12", "warmup_h = 6"),), {}, "differ in warm-up: 12 h and 6 h"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(small, small_run, edits, settings, says):
    other = _run("other", *edits, reps=2, **settings)
    with pytest.raises(InputError, match=says):
        compare_runs(small_run, other)


def test_key_figures_come_over_all_and_by_class(small_run):
    rows = compare_runs(small_run, small_run).key_figures
    assert rows["measure"].iloc[0] == "within_target"
    assert set(rows["by"]) == {"all", "class"}
    assert rows["run"].eq("small").all()
    assert np.isfinite(rows["base"]).all()
