"""When trucks do what: waits, lunches, releases, and leaving as late as is sensible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.routing.nodes.problem import NEVER, NodeProblem, TruckKind
from optimize.routing.nodes.solution import driven_m, route_cost, timetable, value_of


def _line(stops=2, **truck):
    """Places 0 (yard), 1 .. stops, and the facility after them, 10 s from one to the next."""
    at = np.arange(stops + 2)
    table = 10 * np.abs(at[:, None] - at[None, :])
    return NodeProblem(
        "line",
        (table,),
        (100 * table,),
        np.arange(1, stops + 1),
        np.full((stops, 1), 1),
        np.full(stops, 5),
        np.tile([0, NEVER], (stops, 1)),
        np.zeros(stops, np.int64),
        np.full(stops, -1),
        (TruckKind("truck", 0, 0, np.array([9]), **truck),),
        np.array([stops + 1]),
        np.array([7]),
        np.array([[0, NEVER]]),
    )


def test_a_truck_leaves_as_late_as_the_first_window_allows():
    problem = replace(_line(), window=np.array([[100, 200], [0, NEVER]]))
    route = timetable(problem, 0, [0, 1, -1])
    assert route is not None
    assert (route.leave, route.begin.tolist(), route.home) == (90, [100, 115, 130], 167)


def test_a_window_that_closes_early_holds_the_leaving_down():
    problem = replace(_line(), window=np.array([[0, 40], [100, NEVER]]))
    route = timetable(problem, 0, [0, 1])
    assert route is not None
    assert (route.leave, route.begin.tolist(), route.home) == (30, [40, 100], 125)


def test_a_visit_waits_where_it_is_told_to():
    route = timetable(_line(), 0, [0, -1], not_before=[0, 300])
    assert route is not None
    assert (route.leave, route.begin.tolist(), route.home) == (265, [275, 300], 337)


def test_the_lunch_is_taken_where_the_truck_waits_anyway():
    problem = replace(_line(lunch=(60, 120, 50)), window=np.array([[0, 30], [150, NEVER]]))
    route = timetable(problem, 0, [0, 1])
    assert route is not None
    assert route.begin.tolist() == [30, 150]
    assert route.lunch is not None
    assert route.lunch[0] == 1
    assert route.home == 175


def test_a_route_that_is_home_before_the_latest_lunch_has_none():
    route = timetable(_line(lunch=(60, 70, 50)), 0, [0, 1])
    assert route is not None
    assert route.lunch is None
    assert (route.leave, route.home) == (0, 50)


def test_a_route_that_leaves_after_the_latest_lunch_has_none():
    route = timetable(_line(lunch=(60, 70, 50), leave=(71, 200)), 0, [0])
    assert route is not None
    assert (route.lunch, route.leave) == (None, 71)


def test_nobody_lunches_while_driving():
    problem = _line(lunch=(12, 13, 50), leave=(0, 0))
    assert timetable(problem, 0, [1]) is None  # driving from 0 to 20
    served = timetable(problem, 0, [0])  # served from 10 to 15
    assert served is not None
    assert served.lunch == (0, 12)  # on arrival at 10


def test_a_released_trip_leaves_its_facility_late():
    problem = replace(_line(leave=(0, 0)), release_s=np.array([0, 500]))
    route = timetable(problem, 0, [0, -1, 1])
    assert route is not None
    assert route.begin.tolist() == [10, 35, 510]
    assert timetable(problem, 0, [1, -1, 0]) is None  # the first trip would have to leave at 500


@pytest.mark.parametrize(
    ("truck", "kept"),
    [
        ({"shift_s": 50}, True),
        ({"shift_s": 49}, False),
        ({"home_by": 50}, True),
        ({"home_by": 49}, False),
    ],
)
def test_limits_of_the_day_hold_to_the_second(truck, kept):
    assert (timetable(_line(**truck), 0, [0, 1]) is not None) == kept


def test_costs_are_of_seconds_metres_trucks_and_prizes_that_are_skipped():
    problem = replace(_line(fixed_cost=1000, cost_s=2, cost_m=3), prize=np.array([-1, 77]))
    route = timetable(problem, 0, [0])
    assert route is not None
    assert driven_m(problem, route) == 2000
    assert route_cost(problem, route) == 1000 + 2 * 25 + 3 * 2000
    assert value_of(problem, [route]) == route_cost(problem, route) + 77


def _brute(problem, visits):
    """Shortest and earliest route over all whole times of leaving and places of the lunch."""
    truck = problem.kinds[0]
    table = problem.seconds[0]
    ways = [(None, False)]
    if truck.lunch is not None:
        ways += [(at, True) for at in range(len(visits))]
        ways += [(at, False) for at in range(1, len(visits) + 1)]
    found = []
    for leave in range(truck.leave[0], min(truck.leave[1], 150) + 1):
        for lunch, on_arrival in ways:
            now, place, fits, paused = leave, truck.start, True, None
            for at in range(len(visits) + 1):
                if lunch == at and not on_arrival:
                    paused = max(now, truck.lunch[0])
                    now = paused + truck.lunch[2]
                to = truck.end if at == len(visits) else int(problem.stop_place[visits[at]])
                now, place = now + int(table[place, to]), to
                if lunch == at and on_arrival:
                    paused = max(now, truck.lunch[0])
                    now = paused + truck.lunch[2]
                if at < len(visits):
                    early, late = problem.window[visits[at]].tolist()
                    now = max(now, early)
                    fits &= now <= late
                    now += int(problem.service_s[visits[at]])
            fits &= paused is None or (paused <= truck.lunch[1] and leave <= truck.lunch[1])
            if truck.lunch is not None and paused is None:
                fits &= leave > truck.lunch[1] or now <= truck.lunch[1]
            if fits and now <= truck.home_by and now - leave <= truck.shift_s:
                found.append((now - leave, now))
    return min(found, default=None)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_leaving_and_no_lunch_is_better(data):
    stops = data.draw(st.integers(1, 4))
    lunch = data.draw(
        st.none() | st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30))
    )
    if lunch is not None:
        lunch = (min(lunch[:2]), max(lunch[:2]), lunch[2])
    truck = {
        "leave": tuple(sorted(data.draw(st.tuples(st.integers(0, 60), st.integers(0, 60))))),
        "home_by": data.draw(st.integers(60, 200)),
        "shift_s": data.draw(st.integers(30, 200)),
        "lunch": lunch,
    }
    early = data.draw(st.lists(st.integers(0, 80), min_size=stops, max_size=stops))
    width = data.draw(st.lists(st.integers(0, 100), min_size=stops, max_size=stops))
    problem = replace(_line(stops, **truck), window=np.column_stack([early, np.add(early, width)]))
    visits = data.draw(st.permutations(range(stops)))
    route = timetable(problem, 0, visits)
    best = _brute(problem, visits)
    assert (None if route is None else (route.home - route.leave, route.home)) == best
