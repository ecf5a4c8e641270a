"""Collection routes that are found keep every rule, whoever asks for what."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from pyvrp.exceptions import PenaltyBoundWarning

from networks.errors import InputError
from optimize.routing.arcs.problem import ArcGoals
from optimize.routing.nodes import first, solve
from optimize.routing.nodes.check import check_node_solution
from optimize.routing.nodes.problem import NEVER, NodeProblem, TruckKind
from optimize.routing.nodes.solution import NodeSolution, timetable
from optimize.routing.nodes.solve import solve_nodes

HOUR = 3600


def _town(stops=24, seed=1, facilities=2, **truck):
    """Stops in a square of 6 km, a yard in the middle, facilities at the rim; 8 m/s, one way."""
    rng = np.random.default_rng(seed)
    at = np.concatenate(
        [[[3000, 3000]], rng.integers(0, 6000, (stops, 2)), rng.integers(0, 6000, (facilities, 2))]
    )
    metres = np.abs(at[:, None] - at[None, :]).sum(axis=2)
    metres = metres + np.where(at[:, None, 0] > at[None, :, 0], 150, 0) * (metres > 0)
    plain = {
        "capacity": np.array([60]),
        "leave": (6 * HOUR, 12 * HOUR),
        "home_by": 16 * HOUR,
        "empty_home": True,
        "cost_s": 1,
        "cost_m": 1,
        "fixed_cost": 5000,
    }
    return NodeProblem(
        "town",
        (metres // 8,),
        (metres,),
        np.arange(1, stops + 1),
        rng.integers(3, 15, (stops, 1)),
        rng.integers(60, 400, stops),
        np.tile([6 * HOUR, 15 * HOUR], (stops, 1)),
        np.zeros(stops, np.int64),
        np.full(stops, -1),
        (TruckKind("truck", 0, 0, **(plain | truck)),),
        np.arange(stops + 1, stops + 1 + facilities),
        np.full(facilities, 900),
        np.tile([0, NEVER], (facilities, 1)),
    ), at[1 : stops + 1]


def _solved(problem, **asked):
    solution = solve_nodes(problem, **({"time_limit_s": 60.0, "iterations": 1} | asked))
    kept = {name: asked[name] for name in ("start", "locked", "frozen") if name in asked}
    assert check_node_solution(problem, solution, **kept).faults == ()
    return solution


def _same(one, two):
    return [r.visit.tolist() for r in one.routes] == [r.visit.tolist() for r in two.routes]


def test_all_stops_are_served_and_trucks_come_home_empty():
    problem, _ = _town()
    solution = _solved(problem)
    assert solution.status == "feasible"
    assert all(route.visit[-1] < 0 for route in solution.routes)


def test_the_same_seed_gives_the_same_routes_and_threads_only_add():
    problem, _ = _town()
    one = _solved(problem, seed=3)
    assert _same(one, _solved(problem, seed=3))
    two = _solved(problem, seed=3, threads=2)
    assert _same(two, _solved(problem, seed=3, threads=2))
    assert two.value <= one.value


def test_trucks_lunch_between_services():
    problem, _ = _town(
        leave=(7 * HOUR, 8 * HOUR),
        lunch=(11 * HOUR, 12 * HOUR, HOUR),
        capacity=np.array([999]),
        count=1,
    )
    problem = replace(problem, service_s=problem.service_s + 500)
    (route,) = _solved(problem).routes
    assert route.lunch is not None
    assert 11 * HOUR <= route.lunch[1] <= 12 * HOUR


def test_loads_stops_and_trips_of_a_day_have_a_limit():
    whole = int(_town()[0].amount.sum())
    problem, _ = _town(max_load=np.array([90]), max_stops=9)
    solution = _solved(problem)
    assert len(solution.routes) >= max(-(-whole // 90), 3)
    single, _ = _town(max_trips=1)
    assert all((r.visit < 0).sum() == 1 for r in _solved(single).routes)


def test_as_few_trucks_as_loads_allow_where_the_fewest_are_asked_for():
    whole = int(_town()[0].amount.sum())
    problem, _ = _town(max_load=np.array([whole // 3 + 20]), fixed_cost=0)
    assert len(_solved(problem, fewest=True).routes) == 3


def test_windows_and_shifts_are_kept():
    problem, _ = _town(shift_s=2 * HOUR)
    rng = np.random.default_rng(5)
    early = rng.integers(6 * HOUR, 12 * HOUR, problem.n_stops)
    problem = replace(problem, window=np.column_stack([early, early + HOUR]))
    solution = _solved(problem)
    assert all(route.home - route.leave <= 2 * HOUR for route in solution.routes)


def test_each_kind_serves_what_it_may_and_drives_its_own_ways():
    problem, _ = _town()
    first = np.arange(problem.n_stops) < 10
    big = replace(problem.kinds[0], name="big", stops=~first, count=2)
    small = replace(problem.kinds[0], name="small", capacity=np.array([20]), profile=1)
    small = replace(small, facilities=np.array([True, False]))
    slow = 2 * problem.seconds[0]
    problem = replace(
        problem,
        kinds=(big, small),
        seconds=(problem.seconds[0], slow),
        metres=problem.metres * 2,
    )
    solution = _solved(problem)
    assert {route.kind for route in solution.routes} == {0, 1}


def test_a_stop_is_skipped_where_its_prize_is_less_than_its_way():
    problem, _ = _town()
    prize = np.full(problem.n_stops, -1)
    prize[:6], prize[6:12] = 1, 10**7
    solution = _solved(replace(problem, prize=prize))
    assert set(range(6, 12)).isdisjoint(solution.skipped)
    assert len(solution.skipped) > 0


def test_a_stop_that_nobody_reaches_in_time_is_left():
    problem, _ = _town()
    window = problem.window.copy()
    window[4] = [0, 1]
    solution = _solved(replace(problem, window=window))
    assert (solution.status, solution.left) == ("partial", (4,))


def test_who_works_after_the_nearest_facility_has_closed_goes_to_another():
    problem, _ = _town(stops=8)
    late = np.tile([14 * HOUR, 15 * HOUR], (8, 1))
    for shut in (0, 1):  # one of the two is the nearer one
        hours = np.tile([0, NEVER], (2, 1))
        hours[shut, 1] = 13 * HOUR
        night = replace(problem, window=late, facility_window=hours)
        solution = _solved(night)
        assert solution.status == "feasible"
        assert all(-1 - shut not in route.visit for route in solution.routes)


def test_facilities_take_in_no_more_than_their_hours_have_room_for():
    problem, _ = _town(capacity=np.array([40]), leave=(6 * HOUR, 9 * HOUR))
    intake = np.full((2, 16), 45)
    intake[1] = 0
    solution = _solved(replace(problem, intake=intake))
    assert solution.status == "feasible"


def test_locked_stops_stay_in_their_route_and_order():
    problem, _ = _town()
    start = _solved(problem, seed=1).routes
    longest = max(range(len(start)), key=lambda r: (start[r].visit >= 0).sum())
    locked = np.zeros(problem.n_stops, np.bool_)
    stops = start[longest].visit[start[longest].visit >= 0]
    turned = timetable(problem, 0, [*stops[::-1][:3].tolist(), -1])
    given = tuple(route if r != longest else turned for r, route in enumerate(start))
    locked[stops[::-1][:3]] = True
    solution = _solved(problem, start=given, locked=locked)
    mine = solution.routes[solution.origin.index(longest)].visit.tolist()
    assert [v for v in mine if v >= 0 and locked[v]] == stops[::-1][:3].tolist()


def test_what_is_locked_is_emptied_where_it_was_if_the_nearest_facility_is_closed():
    problem, _ = _town()
    ways = problem.metres[0]
    over = ways[1, problem.facility_place] + ways[problem.facility_place, 0]
    near, far = np.argsort(over).tolist()
    problem.facility_window[near] = [0, 10 * HOUR]
    problem.window[0] = [11 * HOUR, 15 * HOUR]
    full = replace(
        timetable(problem, 0, [0, -1 - far]), visit=np.array([*range(9, -1, -1), -1 - far])
    )
    locked = np.arange(problem.n_stops) == 0
    solution = _solved(problem, start=(full,), locked=locked)
    assert solution.routes[0].visit.tolist()[-1] == -1 - far
    assert 0 in solution.routes[0].visit


def test_frozen_routes_come_back_as_they_were():
    problem, _ = _town()
    start = _solved(problem, seed=1).routes
    solution = _solved(problem, start=start, frozen=(0,), seed=2)
    assert solution.routes[0] is start[0]
    assert solution.origin[0] == 0


def test_a_start_is_never_made_worse():
    problem, _ = _town()
    start = _solved(problem, iterations=3)
    assert _solved(problem, start=start.routes).value <= start.value


def test_balanced_and_compact_routes_cost_more_and_are_it():
    problem, at = _town(capacity=np.array([999]), shift_s=3 * HOUR, fixed_cost=50_000)
    plain = _solved(problem, iterations=2)
    even = _solved(
        problem,
        iterations=2,
        goals=ArcGoals(20.0, 0.0, at[:, 0].astype(float), at[:, 1].astype(float)),
    )

    def spread(solution: NodeSolution) -> float:
        return float(np.std([route.home - route.leave for route in solution.routes]))

    def away(solution: NodeSolution) -> float:
        """Mean distance of stops from the middle of their route."""
        ways = []
        for route in solution.routes:
            own = at[route.visit[route.visit >= 0]]
            ways += np.hypot(*(own - own.mean(axis=0)).T).tolist()
        return float(np.mean(ways))

    assert spread(even) < spread(plain)
    assert even.value > plain.value
    dense = _solved(problem, iterations=2, goals=ArcGoals(0.0, 20.0, *at.T.astype(float)))
    assert away(dense) < away(plain)
    assert dense.value > plain.value


def test_a_release_date_holds_a_trip_back():
    problem, _ = _town(leave=(6 * HOUR, 12 * HOUR))
    release = np.where(np.arange(problem.n_stops) < 8, 10 * HOUR, 0)
    solution = _solved(replace(problem, release_s=release))
    assert max(route.home for route in solution.routes) > 10 * HOUR


def test_stopping_hands_back_what_there_is():
    problem, _ = _town()
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 30

    solution = solve_nodes(problem, time_limit_s=600.0, stop=stop)
    assert check_node_solution(problem, solution).faults == ()
    assert solution.seconds < 300


def test_ctrl_c_keeps_the_best_so_far():
    problem, _ = _town()

    def interrupt(_) -> None:
        raise KeyboardInterrupt

    solution = solve_nodes(problem, time_limit_s=60.0, iterations=5, progress=interrupt)
    assert solution.interrupted
    assert check_node_solution(problem, solution).faults == ()


def test_ctrl_c_while_a_route_is_dissolved_keeps_all_routes():
    problem, _ = _town(shift_s=2 * HOUR)  # more routes than loads and hours alone would ask for
    told = []

    def interrupt() -> bool:
        if told:
            raise KeyboardInterrupt
        return False

    solution = solve_nodes(
        problem, time_limit_s=60.0, iterations=5, fewest=True, progress=told.append, stop=interrupt
    )
    assert solution.interrupted
    assert solution.left == ()
    assert solution.value == told[0].value
    assert check_node_solution(problem, solution).faults == ()


def test_nothing_to_serve_is_served():
    problem, _ = _town(stops=0)
    assert solve_nodes(problem).status == "optimal"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"time_limit_s": 0}, "time limit"),
        ({"iterations": 0}, "iterations"),
        ({"threads": 0}, "threads"),
        ({"locked": np.zeros(3, np.bool_)}, "locked has 3"),
        ({"locked": np.ones(24, np.bool_)}, "stop 0 is locked"),
        ({"frozen": (0,)}, "frozen routes"),
        ({"goals": ArcGoals(0.0, 1.0)}, "0 places"),
    ],
)
def test_what_cannot_be_asked_is_said(asked, said):
    with pytest.raises(InputError, match=said):
        solve_nodes(_town()[0], **asked)


def test_routes_to_begin_from_are_checked():
    problem, _ = _town()
    route = timetable(problem, 0, [0, 1, -1])
    with pytest.raises(InputError, match="more than once"):
        solve_nodes(problem, start=(route, route))
    full = timetable(problem, 0, [*range(12), -1])
    with pytest.raises(InputError, match="carries"):
        solve_nodes(problem, start=(full,), frozen=(0,))
    with pytest.raises(InputError, match="no stop 99"):
        solve_nodes(problem, start=(replace(route, visit=np.array([99])),))
    with pytest.raises(InputError, match="given route 1 visits facilities 60 times, for 1 stops"):
        solve_nodes(problem, start=(replace(route, visit=np.array([0, *[-1] * 60])),))
    lone = replace(problem, kinds=(replace(problem.kinds[0], count=1),))
    other = timetable(problem, 0, [2, 3, -1])
    with pytest.raises(InputError, match="2 routes are given for 1"):
        solve_nodes(lone, start=(route, other))


@pytest.mark.parametrize(
    ("changes", "truck", "said"),
    [
        ({"leave": 7 * HOUR}, {}, "given route 2, which is to stay as it is, .*the truck is there"),
        ({"home": 16 * HOUR}, {}, "given route 2, which is to stay as it is: is home at"),
        ({}, {"max_trips": 1}, "given route 2, which is to stay as it is: is filled 2 times"),
        ({}, {"home_by": 7 * HOUR}, "given route 2, which is to stay as it is: is home at"),
    ],
)
def test_a_frozen_route_that_breaks_a_limit_is_named(changes, truck, said):
    problem, _ = _town()
    start = [timetable(problem, 0, [0, 1, -1], leave=6 * HOUR)]
    start.append(replace(timetable(problem, 0, [2, -1, 3, -1], leave=6 * HOUR), **changes))
    kind = replace(problem.kinds[0], **truck)
    with pytest.raises(InputError, match=said):
        solve_nodes(replace(problem, kinds=(kind,)), start=start, frozen=(1,))


def test_frozen_routes_that_no_facility_has_room_for_are_said():
    problem, _ = _town()
    route = timetable(problem, 0, [0, 1, -1])
    problem = replace(problem, intake=np.zeros((2, 24), np.int64))
    with pytest.raises(InputError, match="stay as they are: facility 0 takes"):
        solve_nodes(problem, start=(route,), frozen=(0,))


def test_no_search_serves_a_stop_twice_after_a_given_route_is_dissolved(monkeypatch):
    problem, _ = _town()
    big = replace(problem.kinds[0], capacity=np.array([999]), max_trips=3)
    problem = replace(problem, kinds=(big, replace(big, name="small", max_stops=2, count=1)))
    begun = []

    def kept(*asked):
        begun.append(solve_improver(*asked))
        return begun[-1]

    solve_improver = solve._improver
    monkeypatch.setattr(solve, "_improver", kept)
    start = (timetable(problem, 1, [0, 1, -1]),)
    _solved(problem, start=start, fewest=True, threads=2)
    assert len(begun[-2:]) == 2
    for search in begun[-2:]:
        served = [int(v) for route in search.found().routes for v in route.visit if v >= 0]
        assert sorted(served) == list(range(problem.n_stops))


def test_where_iterations_are_given_no_share_of_the_time_ends_a_part(monkeypatch):
    ends = []

    def dissolved(search, until, **asked):
        ends.append(until)

    def made(until, *asked, **named):
        ends.append(until)
        return until_of(until, *asked, **named)

    until_of = first._Until
    monkeypatch.setattr(first, "_Until", made)
    monkeypatch.setattr(solve, "fewer", dissolved)
    solve_nodes(_town()[0], time_limit_s=1000.0, iterations=1, fewest=True)
    assert len(ends) > 1
    assert len(set(ends)) == 1


def test_threads_leave_no_filter_of_warnings_undone():
    problem, _ = _town()
    before = [one for one in warnings.filters if one[2] is not PenaltyBoundWarning]

    def first_ones(seed: int) -> None:
        first.first_routes(
            problem, np.ones(24, np.bool_), until=np.inf, iterations=20, seed=seed, fewest=False,
            stop=None,
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(first_ones, range(8)))
    assert [one for one in warnings.filters if one[2] is not PenaltyBoundWarning] == before
    assert warnings.filters[0][2] is PenaltyBoundWarning
