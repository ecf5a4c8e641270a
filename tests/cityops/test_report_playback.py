"""The packed day: what the page plays back is what the tracks say."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
import pytest

from cityops.report.maps import district_map
from cityops.report.playback import DAY_S, busy_profile, playback, thinned
from cityops.report.reading import RunFolder
from cityops.report.words import Words


@pytest.fixture(scope="module")
def run(run_folder):
    return RunFolder.load(run_folder)


@pytest.fixture(scope="module")
def day(run):
    return playback(run, district_map(run, Words("en")), Words("en"))


def unpacked(day, key, kind):
    return np.frombuffer(base64.b64decode(day[key]), dtype=kind)


def where(table, unit, t_s):
    rows = table[table["unit"] == unit]
    return np.array([np.interp(t_s, rows["t_s"], rows[axis]) for axis in ("x", "y")])


def test_positions_come_back_within_a_few_metres_at_any_time(run, day):
    frame = district_map(run, Words("en")).frame
    t = unpacked(day, "t", "<u4") / 10 + run.warmup_s
    x = unpacked(day, "x", "<u2") * frame.step + frame.x0
    y = unpacked(day, "y", "<u2") * frame.step + frame.y0
    units = np.repeat(np.arange(len(day["units"])), np.diff(day["ptr"]))
    packed = pd.DataFrame({"unit": units, "t_s": t, "x": x, "y": y})
    for moment in np.random.default_rng(0).uniform(run.warmup_s, run.warmup_s + DAY_S, 100):
        for unit in range(len(day["units"])):
            off = where(packed, unit, moment) - where(run.tracks, unit, moment)
            assert np.hypot(*off) < 10.0


def test_times_never_run_back(day):
    t = unpacked(day, "t", "<u4").astype(np.int64)
    for start, end in zip(day["ptr"][:-1], day["ptr"][1:], strict=True):
        assert (np.diff(t[start:end]) >= 0).all()


def test_statuses_are_kept(run, day):
    assert set(unpacked(day, "s", "<u1")) == set(run.tracks["status"])
    assert [code for code, used in enumerate(day["used"]) if used] == sorted(
        set(run.tracks["status"])
    )


def test_calls_go_when_the_first_unit_arrives(run, day):
    responses = run.responses
    within = responses["time_s"].between(run.warmup_s, run.warmup_s + DAY_S)
    expected = responses[within].groupby("incident")["arrived_s"].min()
    packed = [call for call in day["calls"] if call[0] >= 0]
    assert len(packed) == len(expected)
    for (called, answered, *_), (incident, arrived) in zip(packed, expected.items(), strict=True):
        time_s = responses.loc[responses["incident"] == incident, "time_s"].iloc[0]
        assert called == pytest.approx((time_s - run.warmup_s) * 10, abs=1)
        last = min(arrived, run.warmup_s + DAY_S + 60)
        assert answered == pytest.approx((last - run.warmup_s) * 10, abs=1)


def test_a_call_that_nobody_answers_stays(run, day):
    table = run.responses.copy()
    table.loc[table["incident"] == table["incident"].iloc[-1], "arrived_s"] = np.nan
    alone = RunFolder(run.folder, run.manifest)
    alone.__dict__["responses"] = table.assign(time_s=table["time_s"].clip(upper=DAY_S * 1.9))
    packed = playback(alone, district_map(alone, Words("en")), Words("en"))
    assert max(call[1] for call in packed["calls"]) > packed["length_s"] * 10


def test_thinning_leaves_out_what_lies_on_the_line():
    tracks = pd.DataFrame(
        {
            "unit": 0,
            "t_s": [0.0, 10.0, 20.0, 30.0, 40.0],
            "x": [0.0, 100.0, 200.0, 200.0, 200.0],
            "y": [0.0, 0.0, 0.0, 50.0, 100.0],
            "status": 3,
        }
    )
    assert thinned(tracks, 1.0)["t_s"].to_list() == [0.0, 20.0, 40.0]


def test_thinning_keeps_changes_of_status():
    tracks = pd.DataFrame(
        {"unit": 0, "t_s": [0.0, 5.0, 10.0], "x": 0.0, "y": 0.0, "status": [1, 2, 1]}
    )
    assert len(thinned(tracks, 100.0)) == 3


def test_the_profile_counts_units_on_a_call():
    tracks = pd.DataFrame(
        {
            "unit": [0, 0, 0, 1],
            "t_s": [0.0, 400.0, 700.0, 0.0],
            "x": 0.0,
            "y": 0.0,
            "status": [1, 3, 7, 4],
        }
    )
    assert busy_profile(tracks, 0.0, 900.0) == [1, 1, 2, 1]


def test_without_tracks_there_is_no_playback(run):
    still = RunFolder(run.folder, run.manifest)
    still.__dict__["tracks"] = None
    assert playback(still, district_map(still, Words("en")), Words("en")) is None
