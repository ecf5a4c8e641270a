"""Rules of sets of nodes: never more than the best routes need, and what they say by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.routing.arcs.bound_sets import SetRules
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.problem import ArcProblem
from optimize.routing.arcs.solve import solve_arcs


def _line(**more):
    """Depot, junction, facility and two streets beyond; ten units of driving between each two."""
    tail = np.array([0, 1, 1, 2, 2, 3, 3, 4])
    head = np.array([1, 0, 2, 1, 3, 2, 4, 3])
    problem = ArcProblem(
        "line", 5, tail, head, np.full(8, 10), 0, np.array([[4, 5], [6, 7]]), np.full((2, 2), 30),
        np.array([3, 3]), 4, facilities=np.array([2]), visit_cost=5,
    )  # fmt: skip
    return replace(problem, **more)


def test_a_street_beyond_is_passed_both_ways_by_each_load():
    rules = SetRules(_line())
    label = np.array([-1, -1, -1, 0, 0])
    (border,) = rules.broken(label, np.zeros(8), 1)
    # two loads of 3 into 4 come out, one pass of the four is served
    assert border.least == 3
    assert border.arcs.tolist() == [4, 5]
    assert rules.broken(label, np.zeros(8), 1) == []
    assert rules.broken(label, np.array([0, 0, 0, 0, 1.0, 2.0, 0, 0]), 2) == []


def test_each_route_goes_from_the_depot_to_a_facility_and_back():
    (border,) = SetRules(_line()).broken(np.array([0, 0, -1, -1, -1]), np.zeros(8), 3)
    assert border.least == 6


def test_a_shift_less_the_way_there_and_home_is_what_is_left_for_service():
    # 20 there and at least 10 + 5 + 20 home of 100 leave 45: two routes for services of 60
    label = np.array([-1, -1, 0, 0, 0])
    assert SetRules(_line()).broken(label, np.zeros(8), 1)[0].least == 2
    assert SetRules(_line(most_cost=100)).broken(label, np.zeros(8), 1)[0].least == 4
    # services quicker than driving might be what brought it there
    quick = _line(most_cost=100, serve_cost=np.full((2, 2), 9))
    assert SetRules(quick).broken(label, np.zeros(8), 1)[0].least == 2


@settings(deadline=None, max_examples=60)
@given(data=st.data())
@pytest.mark.parametrize("facilities", [False, True])
def test_the_bound_is_never_above_routes_that_keep_a_limit(problems, facilities, data):
    problem = data.draw(problems(facilities=facilities, tasks=5))
    free = solve_arcs(problem, iterations=50)
    longest = max(free.value - problem.route_cost, 0)
    limited = replace(problem, most_cost=data.draw(st.integers(longest // 2, longest)))
    found = solve_arcs(limited, iterations=50)
    if found.status != "none":
        assert check_arc_solution(limited, found).faults == ()
        assert arc_lower_bound(limited) <= found.value
