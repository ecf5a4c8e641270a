"""Ruin and recreate refuses no place that a stop may have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimize.routing.nodes.improve import Improver
from optimize.routing.nodes.problem import NEVER, NodeProblem, TruckKind
from optimize.routing.nodes.solve import prepare


def _line(at, facility, *, release, closes, capacity, **truck):
    """Stops and a facility on a line, the yard at 0; one truck, a metre a second."""
    place = np.array([0, *at, facility])
    ways = np.abs(place[:, None] - place[None])
    stops = len(at)
    kind = TruckKind("truck", 0, 0, np.array([capacity]), count=1, cost_m=1, **truck)
    return NodeProblem(
        "line", (ways,), (ways,), np.arange(1, stops + 1), np.ones((stops, 1), np.int64),
        np.zeros(stops, np.int64), np.column_stack([np.zeros(stops, np.int64), closes]),
        np.array(release), np.full(stops, -1), (kind,), np.array([stops + 1]), np.array([0]),
        np.array([[0, NEVER]]),
    )  # fmt: skip


def _inserted(problem, visits):
    """Give the route in which the search puts all stops, beginning from some."""
    prepare()
    every = np.ones(problem.n_stops, np.bool_)
    search = Improver(problem, np.array([0]), more=~every[:1], wanted=every, held=~every)
    assert search.set_row(0, visits)
    search.begin()
    (route,) = search.found().routes
    return route.visit.tolist()


@pytest.mark.parametrize(("empty_home", "begun"), [(False, [0]), (True, [0, -1])])
def test_a_second_trip_leaves_from_its_facility_and_not_from_the_yard(empty_home, begun):
    problem = _line(
        [1100, 1000], 1010, release=[0, 5000], closes=[NEVER, 5100], capacity=1,
        empty_home=empty_home,
    )  # fmt: skip
    assert _inserted(problem, begun) == [0, -1, 1, -1][: 4 if empty_home else 3]


def test_what_is_released_late_holds_up_no_trip_that_a_facility_parts_from_it():
    problem = _line([10, 30, 20], 25, release=[0, 5000, 0], closes=[NEVER, NEVER, 100], capacity=9)
    assert _inserted(problem, [0, 1]) == [0, 2, -1, 1]


def test_an_empty_row_of_a_kind_hides_none_of_the_kind_64_after_it():
    problem = _line([10], 25, release=[0], closes=[NEVER], capacity=9)
    (truck,) = problem.kinds
    slow = replace(truck, shift_s=1)
    problem = replace(problem, kinds=(*[slow] * 64, truck))
    prepare()
    search = Improver(
        problem, np.arange(65), more=np.zeros(65, np.bool_), wanted=np.array([True]),
        held=np.array([False]),
    )  # fmt: skip
    search.begin()
    assert [route.kind for route in search.found().routes] == [64]
