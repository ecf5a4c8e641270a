"""The kernel in slices: rows move to more room, and what comes out does not tell of it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.waste import Deliveries, Filling, run
from sim.waste.prepare import prepare

COLLECT = 0


@pytest.fixture
def world(city):
    plans = [(0, day, 3600.0 * 6, 3600.0 * 4, [(COLLECT, b) for b in (0, 1, 2)] * 3)
             for day in range(3)]  # fmt: skip
    made = city(
        n_facilities=3,
        plans=plans,
        facilities={"compactors": [0, 1, 0], "bays": [0, 1, 1], "container_kg": 500.0},
        haulers={"pool": [1, 1], "home": [0, 0]},
        trucks={"kg": 30.0},
        days=3,
    )
    n = 90
    stream = np.zeros(n)
    given = made.given | {
        "filling": Filling(np.full(3, 9.0)),
        "deliveries": Deliveries(np.arange(n) * 1800.0, stream + 1, stream, stream + 400.0),
    }
    return prepare(**given)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("hours", [1, 5, 1000])
def test_the_length_of_slices_changes_nothing(world, monkeypatch, hours):
    usual = run.collect(world)
    monkeypatch.setattr(run, "SLICE_H", hours)
    assert same(usual, run.collect(world))


def test_rows_that_do_not_fit_move_to_more_room(world, monkeypatch):
    usual = run.collect(world)
    assert len(usual.rows) > 40
    assert len(usual.hauls) > 64
    # As little room as one event may take.
    longest = 2 * 9 + 8
    monkeypatch.setattr(run, "_room", lambda _, columns: np.empty((longest, columns), np.int64))
    assert same(usual, run.collect(world))


def test_the_same_seed_gives_the_same_run(world):
    assert same(run.collect(world), run.collect(world))
