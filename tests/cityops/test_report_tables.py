"""The terminal says what the report says: nobody reached, unchanged, the same run twice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from cityops.tables import chance_words, differences, key_figures

RUN = ["measure", "by", "group", "unit", "mean", "low", "high"]
PAIR = ["measure", "by", "group", "unit", "base", "other", "difference", "low", "high", "better"]


def run(missed, *, recorded=False, folder="runs/a"):
    rows = [
        ("response_mean_min", "all", "all", "min", 3.4, 3.0, 3.8),
        ("unanswered_share", "all", "all", "share", missed, missed, missed),
    ]
    return SimpleNamespace(
        summary=pd.DataFrame(rows, columns=RUN),
        manifest={"scenario": {"title": "East"}, "reps": 3, "recorded": recorded},
        scenario=SimpleNamespace(spec=SimpleNamespace(incident_class={})),
        level=0.95,
        name="east",
        service="dispatch",
        folder=Path(folder),
    )


def pair(missed, *, same=False):
    rows = [
        ("response_mean_min", "all", "all", "min", 3.4, 3.0, -0.4, -0.5, -0.3, "better"),
        ("queued_share", "all", "all", "share", 0.2, 0.2, 0.0, 0.0, 0.0, "unclear"),
        ("referred_share", "all", "all", "share", 0.0, 0.0, 0.0, 0.0, 0.0, "unclear"),
    ]
    more = ("unanswered_share", "all", "all", "share", 0.0, missed, missed, 0.1, 0.3, "worse")
    return SimpleNamespace(
        base=run(0.0),
        other=run(missed, folder="runs/a" if same else "runs/b"),
        key_figures=pd.DataFrame(rows, columns=PAIR),
        table=pd.DataFrame([*rows, more], columns=PAIR),
        level=0.95,
    )


def test_incidents_that_nobody_reached_stand_among_the_key_figures():
    text = key_figures(run(0.6))
    assert "Not answered at all" in text
    assert "60.0 %" in text
    assert "response times are those of the incidents that were reached" in text


def test_a_run_that_reached_everybody_does_not_speak_of_it():
    text = key_figures(run(0.0))
    assert "answered" not in text
    assert "were reached" not in text


def test_intervals_of_a_record_are_told_as_what_they_are():
    assert "replay the record" in key_figures(run(0.0, recorded=True))
    assert "record" not in key_figures(run(0.0))


def test_what_does_not_change_is_called_unchanged_and_noughts_are_left_out():
    text = differences(pair(0.0))
    assert text.count("unchanged") == 1
    assert "Referred" not in text
    assert "answered" not in text


@pytest.mark.parametrize("missed", [0.2])
def test_incidents_that_only_one_plan_leaves_are_compared(missed):
    assert "Not answered at all" in differences(pair(missed))
    assert "of the 2 figures above that differ at all" in chance_words(pair(missed))


def test_a_run_compared_with_itself_is_noted():
    assert "both are the same run" in differences(pair(0.0, same=True))
    assert "same run" not in differences(pair(0.0))
