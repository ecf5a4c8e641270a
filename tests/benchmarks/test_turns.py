"""The graphs of turns give one answer, and turns come at a price."""

from __future__ import annotations

import pytest

from benchmarks import turns
from networks import synthetic_district


def test_all_graphs_of_turns_agree_on_a_district(monkeypatch):
    monkeypatch.setattr(turns, "SOURCES", 3)
    monkeypatch.setattr(turns, "PLACES", 40)
    row = turns.measure(synthetic_district(600, 1))
    assert {"plain", "table", "line", "kept", "matrix", "matrix_turns"} <= row.keys()
    assert row["n_kept"] > row["n"]


def test_graphs_that_do_not_agree_are_noticed(monkeypatch):
    monkeypatch.setattr(turns, "SOURCES", 1)
    monkeypatch.setattr(turns, "PLACES", 2)
    monkeypatch.setattr(turns, "_by_table", lambda *a: a[2] * 0.0)
    with pytest.raises(AssertionError, match="do not agree"):
        turns.measure(synthetic_district(600, 1))
