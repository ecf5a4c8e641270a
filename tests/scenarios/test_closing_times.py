"""Closures with times: when they hold, and that a run with them runs again from its own file."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import ScenarioError, build_district, load_scenario, run_scenario
from scenarios.closing_times import closing_spans, is_timed, run_moment_s
from scenarios.hours import week_intervals

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
ROW = 'street = "Row 3"'


def _scenario(small, closure: str, head: str = ""):
    path = small / "scenario.toml"
    text = path.read_text(encoding="utf-8").replace("horizon_h = 48", f"horizon_h = 48\n{head}")
    text = text.replace(
        "[unit_type.ambulance]", f"[[network.closure]]\n{closure}\n\n[unit_type.ambulance]"
    )
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def _closures(small, closure: str, head: str = ""):
    return build_district(_scenario(small, closure, head)).district.closures


@pytest.mark.parametrize(
    ("value", "start_s", "is_end", "seconds"),
    [
        ("tuesday 08:00", 0, False, DAY + 8 * HOUR),
        ("tuesday 08:00", 2 * 86_400, False, 6 * DAY + 8 * HOUR),
        ("monday 00:00", 0, False, 0.0),
        ("monday 00:00", 0, True, WEEK),
        ("周二 08:00", 0, False, DAY + 8 * HOUR),
        (30.5, 5 * 86_400, False, 30.5 * HOUR),
    ],
)
def test_a_moment_is_the_first_of_its_name_in_the_run(value, start_s, is_end, seconds):
    assert run_moment_s(value, start_s, is_end=is_end) == seconds


def test_a_closure_between_two_moments_closes_both_directions_between_them(small):
    (closure,) = _closures(
        small, f'name = "works"\n{ROW}\nfrom = "monday 08:00"\nuntil = "tuesday 12:00"'
    )
    assert (closure.from_s, closure.until_s) == (8 * HOUR, DAY + 12 * HOUR)
    assert len(closure.edges) == 10
    assert closure.name == "works"


def test_a_timed_closure_leaves_the_streets_of_the_network_open(small):
    built = build_district(_scenario(small, f"{ROW}\nfrom = 3"))
    assert np.isfinite(built.network.time_s).all()
    (closure,) = built.district.closures
    assert (closure.from_s, closure.until_s) == (3 * HOUR, np.inf)


def test_weekly_hours_come_again_as_long_as_work_may_last(small):
    closures = _closures(small, f'{ROW}\nhours = "mon-fri 07:00-09:00"', 'start = "sunday 00:00"')
    begins = [c.from_s / DAY for c in closures]
    assert begins[:5] == [pytest.approx(day + 7 / 24) for day in (1, 2, 3, 4, 5)]
    assert begins[5] == pytest.approx(8 + 7 / 24)
    assert max(begins) > 14
    assert all(c.until_s - c.from_s == 2 * HOUR for c in closures)


def test_hours_with_moments_hold_between_these_only(small):
    closures = _closures(
        small, f'{ROW}\nhours = "22:00-06:00"\nfrom = "monday 23:00"\nuntil = "wednesday 01:00"'
    )
    assert [(c.from_s / HOUR, c.until_s / HOUR) for c in closures] == [(23, 30), (46, 49)]


@given(
    st.integers(0, 604_799),
    st.sampled_from(["mon-fri 07:00-09:00", "sun 22:00-06:00", "sat-mon 10:15-10:45", "always"]),
    st.floats(0, 400),
    st.floats(0.5, 400),
    st.floats(0, 500),
)
def test_a_closure_holds_at_its_hours_between_its_moments(start_s, hours, begin, length, at):
    spans = closing_spans(begin, begin + length, hours, start_s=start_s, until_s=500 * HOUR)
    week_s = (start_s + at * HOUR) % WEEK
    named = any(a <= week_s < b for a, b in week_intervals(hours))
    near = any(abs(at * HOUR - edge) < 1e-3 for span in spans for edge in span)
    holds = any(a <= at * HOUR < b for a, b in spans)
    assert near or holds == (named and begin <= at < begin + length)


def test_a_closure_without_times_is_not_timed():
    assert not is_timed({"street": "Row 3", "name": "x"})
    assert is_timed({"street": "Row 3", "until": 0})


@pytest.mark.parametrize(
    ("closure", "message"),
    [
        (f'{ROW}\nfrom = "tuesday 12:00"\nuntil = "tuesday 08:00"', "tuesday 08:00 is not after"),
        (f"{ROW}\nuntil = 0", "hour 0 is not after hour 0"),
        (f'{ROW}\nfrom = "someday"', '"someday" is no day'),
        (f"{ROW}\nuntil = -2", "is -2; it must be hours since the start"),
        (f"{ROW}\nfrom = true", "is no moment"),
        (f'{ROW}\nhours = "7-9"', "is not understood"),
        ('street = "Row 33"\nfrom = 3', 'no street is named "Row 33"'),
        ("bbox = [112, 28, 113, 29]\nfrom = 3", "every street is closed"),
    ],
)
def test_a_closure_that_cannot_be_meant_is_a_fault_in_its_line(small, closure, message):
    with pytest.raises(ScenarioError, match=message) as fault:
        _closures(small, closure)
    assert "[[network.closure]] #1" in str(fault.value)


def test_a_closure_outside_the_horizon_is_a_remark(small):
    warnings = build_district(_scenario(small, f'{ROW}\nfrom = "thursday 08:00"')).warnings
    assert warnings == ('[[network.closure]] #1 "Row 3" never holds in the 48 h of the run',)


def test_what_a_timed_closure_cuts_off_is_a_remark_and_no_fault(small):
    band = "bbox = [112.81, 28.3505, 112.84, 28.3515]"  # between the first two rows
    (warning,) = build_district(_scenario(small, f"{band}\nfrom = 3")).warnings
    assert "closes 2.4 km, each direction counted; while it holds 2.0 km more are open" in warning


def test_playback_goes_around_streets_while_they_are_closed(small):
    """Metres between the positions of playback are those that the units drove."""
    run = run_scenario(
        _scenario(small, 'street = ["Row 2", "Row 3"]\nfrom = 12.5\nuntil = 30'),
        small / "runs" / "one", workers=1, command="x",
    )  # fmt: skip
    intervals = pd.read_parquet(run.folder / "tables" / "intervals.parquet")
    tracks = pd.read_parquet(run.folder / "tables" / "tracks.parquet")
    begin, end = 12 * HOUR, 36 * HOUR
    inside = intervals[(intervals["start_s"] >= begin) & (intervals["end_s"] <= end)]
    assert (inside["km"] > 0).sum() > 20
    for unit, mine in tracks.groupby("unit"):
        steps = np.hypot(mine["x"].diff(), mine["y"].diff())
        driven = inside[inside["unit"] == unit]["km"].sum()
        assert steps.sum() / 1000.0 == pytest.approx(driven, rel=0.05)


def test_a_run_with_timed_closures_runs_again_from_its_resolved_scenario(small):
    closure = f'name = "works"\n{ROW}\nfrom = "monday 13:00"\nuntil = 40.5\nhours = "06:00-20:00"'
    first = run_scenario(_scenario(small, closure), small / "runs" / "one", workers=1, command="x")
    resolved = (first.folder / "scenario.toml").read_text(encoding="utf-8")
    assert 'from = "monday 13:00"' in resolved
    again = run_scenario(
        load_scenario(first.folder / "scenario.toml"),
        small / "runs" / "two",
        workers=1,
        command="x",
    )
    for name in ("responses", "intervals", "tracks"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(first.folder / "tables" / f"{name}.parquet"),
            pd.read_parquet(again.folder / "tables" / f"{name}.parquet"),
        )
    manifest = json.loads((first.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["closures"] == ["works: Row 3 (2.0 km)"]
