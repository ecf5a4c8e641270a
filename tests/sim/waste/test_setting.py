"""Tables of the city and the plan: what is refused, and what is reckoned from them."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from sim.waste import Facilities, Haulers, Outages, Roads, Routes, Stands, Trucks

YES = np.ones((1, 1), bool)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"bins": 0}, "bins is 0"),
        ({"density_kg_l": np.nan}, "density_kg_l is nan"),
        ({"stop_s": -1.0}, "stop_s is -1"),
        ({"bin_kg": [1.0, 2.0]}, "shape"),
        ({"bin_l": 1e5, "density_kg_l": 10.0}, "a stand holds"),
        ({"names": ["a", "b"]}, "2 names for 1 stands"),
    ],
)
def test_stands_refuse_what_has_no_meaning(column, words):
    with pytest.raises(InputError, match=words):
        Stands([0], [0], **column)


def test_a_stand_holds_the_lesser_of_volume_and_mass():
    stands = Stands([0, 0, 0], 0, [2, 2, 1], 240.0, [np.nan, 20.0, 100.0], 0.15, kind=[0, 1, 1])
    assert stands.capacity_g.tolist() == [72_000, 40_000, 36_000]
    assert stands.ml_kg.tolist() == [6667] * 3
    assert stands.cell.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"bays": 0}, "has no bay"),
        ({"open_hours": np.zeros(168, bool)}, "never opens"),
        ({"compactors": 1, "buffer": 0}, "no place for a container"),
        ({"compactors": 1, "pit_kg": 10.0}, "holds less than a container"),
        ({"compactors": 1, "sends_to": YES}, "to a station"),
        ({"sends_to": np.ones((2, 2), bool)}, "sends_to has the shape"),
        ({"intake_kg": -1.0}, "intake_kg is -1"),
        ({"streams": ("a", "b")}, "2 names for 1 streams"),
    ],
)
def test_facilities_refuse_what_has_no_meaning(column, words):
    with pytest.raises(InputError, match=words):
        Facilities([0], YES, **column)
    with pytest.raises(InputError, match="accepts has the shape"):
        Facilities([0], [True])


def test_trucks_haulers_and_outages_refuse_what_has_no_meaning():
    with pytest.raises(InputError, match="compaction is 0"):
        Trucks([0], [0], compaction=0.0)
    with pytest.raises(InputError, match="pool is -2"):
        Haulers([-2], [0])
    with pytest.raises(InputError, match="ends before it begins"):
        Outages([0], [10.0], [5.0])


def test_roads_are_whole_thousandths_and_know_where_there_is_no_way():
    seconds = np.array([[[0.0, 1.5], [2.0, 0.0]], [[0.0, np.nan], [np.inf, 0.0]]])
    roads = Roads(seconds, [[7.0, 10.0], [20.0, 7.0]], np.arange(168) % 2)
    assert roads.ms.tolist() == [[[0, 1500], [2000, 0]], [[0, -1], [-1, 0]]]
    assert roads.mm.tolist() == [[[0, 10_000], [20_000, 0]]]
    assert roads.ms.dtype == roads.mm.dtype == np.int32


@pytest.mark.parametrize(
    ("seconds", "metres", "words"),
    [
        ([[0.0, np.nan], [1.0, 0.0]], np.ones((2, 2)), "no way from place 0 to place 1"),
        ([[1.0, 1.0], [1.0, 0.0]], np.ones((2, 2)), "away from itself"),
        ([[0.0, -1.0], [1.0, 0.0]], np.ones((2, 2)), "seconds are -1"),
        ([[0.0, 1.0], [1.0, 0.0]], np.full((2, 2), np.nan), "no length"),
        ([[0.0, 1.0], [1.0, 0.0]], np.ones((3, 3)), "metres have the shape"),
        ([[0.0, 3e6], [1.0, 0.0]], np.ones((2, 2)), "seconds are 3e\\+06"),
    ],
)
def test_roads_refuse_what_has_no_meaning(seconds, metres, words):
    with pytest.raises(InputError, match=words):
        Roads(seconds, metres)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"target": [-1, 0]}, "has no target"),
        ({"kind": [3, 0]}, "kind is 3"),
        ({"first": [0, 1]}, "does not rise"),
        ({"kind": [2, 0], "earliest_s": 9.0, "latest_s": 5.0}, "ends its window"),
        ({"select": 3, "share": 1.0}, "probability of overflow"),
        ({"select": 4}, "select is 4"),
        ({"ahead_h": 169}, "ahead_h is 169"),
        ({"leave_s": 2e5}, "leave_s is 200000"),
    ],
)
def test_routes_refuse_what_has_no_meaning(column, words):
    given = {"leave_s": 0.0, "shift_s": np.inf, "first": [0, 2], "kind": [0, 0], "target": [0, 0]}
    with pytest.raises(InputError, match=words):
        Routes([0], [0], **given | column)
