"""The compiled clock says of every route what the timetable says."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.routing.nodes.improve import Improver
from optimize.routing.nodes.problem import NEVER, NodeProblem, TruckKind
from optimize.routing.nodes.solution import driven_m, route_cost, timetable
from optimize.routing.nodes.timing_kernels import HOME_AT, LEFT_AT, LUNCH_AT, timed, worth


def _drawn(data, stops):
    """Draw a problem of one truck and one facility, with everything that binds the clock."""
    draw = data.draw
    places = stops + 2
    numbers = draw(st.lists(st.integers(1, 30), min_size=places**2, max_size=places**2))
    table = np.array(numbers).reshape(places, places)
    np.fill_diagonal(table, 0)
    early = np.array(draw(st.lists(st.integers(0, 90), min_size=stops, max_size=stops)))
    width = np.array(draw(st.lists(st.integers(5, 200), min_size=stops, max_size=stops)))
    release = np.array(draw(st.lists(st.integers(0, 60), min_size=stops, max_size=stops)))
    lunch = draw(st.none() | st.tuples(st.integers(0, 80), st.integers(0, 60), st.integers(0, 30)))
    truck = TruckKind(
        "truck",
        0,
        0,
        np.array([100]),
        leave=tuple(sorted(draw(st.tuples(st.integers(0, 80), st.integers(0, 80))))),
        home_by=draw(st.none() | st.integers(100, 400)),
        shift_s=draw(st.none() | st.integers(50, 300)),
        lunch=None if lunch is None else (lunch[0], sum(lunch[:2]), lunch[2]),
        fixed_cost=7,
        cost_s=3,
        cost_m=2,
    )
    return NodeProblem(
        "drawn",
        (table,),
        (2 * table,),
        np.arange(1, stops + 1),
        np.ones((stops, 1), np.int64),
        np.full(stops, 4),
        np.column_stack([early, early + width]),
        release * draw(st.integers(0, 1)),
        np.full(stops, -1),
        (truck,),
        np.array([stops + 1]),
        np.array([6]),
        np.array([[0, NEVER]]),
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_compiled_clock_agrees_with_the_timetable(data):
    stops = data.draw(st.integers(1, 6))
    problem = _drawn(data, stops)
    visits = list(data.draw(st.permutations(range(stops))))
    visits.insert(data.draw(st.integers(1, stops)), -1)
    search = Improver(
        problem,
        np.zeros(1, np.int64),
        more=np.zeros(1, np.bool_),
        wanted=np.ones(stops, np.bool_),
        held=np.zeros(stops, np.bool_),
    )
    elements = np.array([v if v >= 0 else stops for v in visits], dtype=np.int32)
    metres = timed(elements, len(elements), 0, search.town, search.clock)
    route = timetable(problem, 0, visits)
    assert (metres < 0) == (route is None)
    if route is not None:
        way = search.clock.under_way
        assert metres == driven_m(problem, route)
        assert (way[LEFT_AT], way[HOME_AT]) == (route.leave, route.home)
        assert (way[LUNCH_AT] >= 0) == (route.lunch is not None)
        value = worth(elements, len(elements), 0, np.zeros(4), search.town, search.clock)
        assert value == route_cost(problem, route)
