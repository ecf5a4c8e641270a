"""Collection over a week: days and routes together, amounts that gather between visits."""

from dataclasses import replace
from functools import cache
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.routing.nodes import periodic_search
from optimize.routing.nodes.periodic import (
    PeriodProblem,
    PeriodSolution,
    check_period,
    day_problem,
)
from optimize.routing.nodes.periodic_costs import day_costs
from optimize.routing.nodes.periodic_search import solve_period
from optimize.routing.nodes.problem import NodeProblem, TruckKind
from optimize.routing.nodes.solution import route_cost, timetable
from optimize.routing.nodes.solve import solve_nodes
from optimize.routing.patterns import day_patterns

HOUR = 3600


def week_of(stops, times, amount, days=(0, 2, 4), spacing="any", capacity=14, seed=3, **truck):
    """Stops drawn in a square, a depot and a facility; a truck a day that is emptied before home.

    The first place is the depot, the second the facility.
    """
    rng = np.random.default_rng(seed)
    x, y = np.rint(rng.uniform(0, 5000, (2, stops + 2)))
    metres = (np.abs(x[:, None] - x) + np.abs(y[:, None] - y)).astype(np.int64)
    given = {"count": 1, "empty_home": True, "cost_m": 1, **truck}
    kind = TruckKind("truck", 0, 0, np.array([capacity]), **given)
    problem = NodeProblem(
        name="week",
        seconds=(metres // 5,),
        metres=(metres,),
        stop_place=np.arange(2, stops + 2),
        amount=np.array(amount)[:, None],
        service_s=np.full(stops, 60),
        window=np.tile([0, 24 * HOUR], (stops, 1)),
        release_s=np.zeros(stops, dtype=np.int64),
        prize=np.full(stops, -1),
        facility_place=np.array([1]),
        facility_s=np.array([300]),
        facility_window=np.array([[0, 24 * HOUR]]),
        kinds=(kind,),
    )
    return PeriodProblem(problem, np.array(times), days, x[2:], y[2:], spacing)


@pytest.fixture(scope="module")
def week():
    return week_of(6, [1, 2, 3, 1, 2, 1], [1, 2, 2, 2, 1, 1])


@pytest.fixture(scope="module")
def plan(week):
    return solve_period(week, iterations=1, time_limit_s=600)


# ---- what gathers


def test_what_gathers_is_counted_from_the_visit_before_around_the_week():
    week = week_of(3, [1, 2, 3], [1, 1, 1])
    served = np.array([[False, True, False], [True, False, True], [True, True, True]])
    # days 0, 2 and 4: from Friday (4) to Monday (0) it is three days
    assert week.gaps(served).tolist() == [[0, 7, 0], [3, 0, 4], [3, 2, 2]]


@given(st.sets(st.integers(0, 6), min_size=1), st.data())
@settings(max_examples=40, deadline=None)
def test_gaps_of_any_pattern_are_a_week_together(days, data):
    days = tuple(sorted(days))
    times = data.draw(st.integers(1, len(days)))
    week = week_of(1, [times], [1], days=days)
    for row in week.patterns[times]:
        gaps = week.gaps(row[None])[0]
        assert gaps.sum() == 7
        assert (gaps > 0).tolist() == row.tolist()


def test_a_day_has_the_stops_and_what_gathered_there(week):
    day = day_problem(week, np.array([4, 1]), np.array([3, 5]))
    assert day.amount.tolist() == [[3], [10]]
    assert day.stop_place.tolist() == [6, 3]


def test_a_pattern_that_lets_too_much_gather_does_not_fit():
    week = week_of(1, [2], [3])  # days 0 and 2, or 2 and 4: 5 days, 15; a truck has 14
    assert week.patterns[2].argmin(axis=1).tolist() == [2, 1, 0]
    assert week.fits[2].tolist() == [[False, True, False]]


# ---- what cannot be asked


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"times": np.array([1, 2])}, "for 6 stops"),
        ({"times": np.array([1, 2, 4, 1, 2, 1])}, "visited 4 times in 3 days"),
        ({"times": np.array([1, 2, 0, 1, 2, 1])}, "visited 0 times in 3 days"),
        ({"times": np.array([1, 2, 1.5, 1, 2, 1])}, "for 6 stops"),
        ({"days": (2, 0, 4)}, "no working days"),
        ({"days": (0, 2, 7)}, "no working days"),
        ({"days": ()}, "no working days"),
        ({"x": np.array([np.nan] * 6)}, "no number"),
    ],
)
def test_a_week_that_makes_no_sense_is_refused(week, changes, says):
    with pytest.raises(InputError, match=says):
        replace(week, **changes)


def test_an_optional_stop_is_refused(week):
    optional = replace(week.problem, prize=np.array([-1, -1, 5, -1, -1, -1]))
    with pytest.raises(InputError, match="stop 2 is optional"):
        replace(week, problem=optional)


def test_more_than_a_truck_holds_between_two_visits_is_refused():
    with pytest.raises(InputError, match="no truck has room for what gathers at stop 1, 1 times"):
        week_of(2, [1, 1], [2, 3])


# ---- against every plan there is


def day_cost(week, visits):
    """Least metres of one truck's day: every order, and a visit at the facility in every gap."""
    metres = week.problem.metres[0]
    capacity = int(week.problem.kinds[0].capacity[0])
    best = None
    for order in permutations(visits):
        for cut in product((False, True), repeat=len(order) - 1):
            way, load, full = [0], 0, False
            for (stop, since), emptied in zip(order, (*cut, True), strict=True):
                load += int(week.problem.amount[stop, 0]) * since
                full |= load > capacity
                way.append(stop + 2)
                if emptied:
                    way.append(1)
                    load = 0
            cost = int(metres[way, [*way[1:], 0]].sum())
            if not full and (best is None or cost < best):
                best = cost
    return best


def least_of_all(week):
    """Least metres of a week, over all choices of days."""
    choices = [day_patterns(week.days, int(often), week.spacing) for often in week.times]

    @cache
    def cost(visits):
        return day_cost(week, visits) if visits else 0

    best = None
    for chosen in product(*choices):
        total = 0
        for at, day in enumerate(week.days):
            visits = []
            for stop, on in enumerate(chosen):
                if at in on:
                    others = [week.days[k] for k in on if k != at]
                    since = min([(day - other) % 7 for other in others], default=7)
                    visits.append((stop, since))
            part = cost(tuple(visits))
            if part is None:
                break
            total += part
        else:
            best = total if best is None else min(best, total)
    return best


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_least_of_all_plans_is_found(seed):
    week = week_of(5, [1, 2, 1, 3, 1], [1, 2, 2, 1, 2], seed=seed)
    found = solve_period(week, iterations=1, time_limit_s=600, seed=seed)
    assert check_period(week, found).faults == ()
    assert found.value == least_of_all(week)


def test_amounts_that_gather_decide_the_days():
    """Were a visit's amount the same on all days, a shorter plan would do."""
    week = week_of(4, [2, 2, 2, 2], [2, 2, 2, 2], seed=1)
    flat = replace(week, problem=replace(week.problem, amount=np.zeros((4, 1), dtype=np.int64)))
    assert least_of_all(week) > least_of_all(flat)
    assert solve_period(week, iterations=1, time_limit_s=600).value == least_of_all(week)


# ---- plans


def test_a_plan_keeps_every_rule(week, plan):
    checked = check_period(week, plan)
    assert checked.faults == ()
    assert checked.value == plan.value
    assert plan.status == "feasible"


def test_the_same_seed_gives_the_same_plan(week, plan):
    again = solve_period(week, iterations=1, time_limit_s=600)
    assert again.value == plan.value
    assert again.day == plan.day
    assert [r.visit.tolist() for r in again.routes] == [r.visit.tolist() for r in plan.routes]


def test_the_number_of_threads_changes_no_plan(week, plan):
    again = solve_period(week, iterations=1, time_limit_s=600, threads=2)
    assert again.day == plan.day
    assert [r.visit.tolist() for r in again.routes] == [r.visit.tolist() for r in plan.routes]


def test_where_iterations_are_given_no_share_of_the_time_ends_a_search(week, monkeypatch):
    limits = []

    def solved(*asked, **named):
        limits.append(named["time_limit_s"])
        return solve_nodes(*asked, **named)

    monkeypatch.setattr(periodic_search, "solve_nodes", solved)
    monkeypatch.setattr(periodic_search, "MOVES", 2)
    solve_period(week, iterations=1, time_limit_s=100_000)
    assert min(limits) > 90_000


def test_on_ctrl_c_the_best_plan_so_far_is_handed_back(week):
    def interrupt(_):
        raise KeyboardInterrupt

    found = solve_period(week, iterations=1, time_limit_s=600, progress=interrupt)
    assert found.interrupted
    assert check_period(week, found).faults == ()


def test_stops_that_are_visited_every_day_have_nothing_to_choose():
    week = week_of(3, [3, 3, 3], [1, 1, 1])
    plan = solve_period(week, iterations=1, time_limit_s=600)
    assert check_period(week, plan).faults == ()
    assert plan.value == sum(day_cost(week, [(s, g) for s in range(3)]) for g in (3, 2, 2))


def test_a_week_with_one_pattern_a_stop_has_all_the_time_for_its_routes(monkeypatch):
    """Twice a week on Monday, Wednesday or Friday, and only one pattern has room."""
    week = week_of(3, [2, 2, 3], [3, 3, 1])
    assert len(week.patterns[2]) > 1
    limits = []

    def solved(problem, **named):
        limits.append(named["time_limit_s"])
        return solve_nodes(problem, **(named | {"iterations": 1}))

    monkeypatch.setattr(periodic_search, "solve_nodes", solved)
    plan = solve_period(week, time_limit_s=6.0)
    assert check_period(week, plan).faults == ()
    assert limits == [2.0, 2.0, 2.0]


def test_a_week_without_stops_has_no_routes():
    week = week_of(0, [], [])
    plan = solve_period(week, iterations=1, time_limit_s=600)
    assert (plan.routes, plan.status, plan.value) == ((), "optimal", 0)


def test_on_ctrl_c_just_after_the_first_routes_they_are_handed_back(week, monkeypatch):
    def interrupt(search):
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(periodic_search._Search, "_remember", interrupt)
    found = solve_period(week, iterations=1, time_limit_s=600)
    assert found.interrupted
    assert found.routes
    assert check_period(week, found).faults == ()


def test_what_no_truck_can_do_is_missed_and_said():
    week = week_of(4, [1, 1, 1, 1], [1, 1, 1, 1], home_by=1000)
    plan = solve_period(week, iterations=1, time_limit_s=600)
    assert plan.status in ("partial", "none")
    assert plan.missed
    assert check_period(week, plan).faults == ()


def test_better_plans_are_told(week):
    told = []
    plan = solve_period(week, iterations=1, time_limit_s=600, progress=told.append)
    assert [one.value for one in told] == sorted((one.value for one in told), reverse=True)
    assert told[-1].value == plan.value


def test_a_time_limit_is_kept_and_has_to_be_some(week):
    plan = solve_period(week, time_limit_s=3.0)
    assert check_period(week, plan).faults == ()
    assert plan.seconds < 30.0
    with pytest.raises(InputError, match="time limit"):
        solve_period(week, time_limit_s=0.0)


# ---- the check


def test_the_check_finds_what_is_wrong(week, plan):
    def rules(changed):
        return {fault.rule for fault in check_period(week, changed).faults}

    routes = plan.routes
    assert rules(replace(plan, value=plan.value + 1)) == {"value"}
    assert rules(replace(plan, day=plan.day[:-1])) == {"element"}
    assert rules(replace(plan, day=(9, *plan.day[1:]))) == {"element"}
    assert rules(replace(plan, status="partial")) == {"status"}
    assert rules(replace(plan, routes=routes[1:], day=plan.day[1:])) == {"served"}
    assert "served" in rules(replace(plan, missed=((0, 0),)))
    assert "served" in rules(
        replace(plan, routes=(*routes, routes[0]), day=(*plan.day, plan.day[0]))
    )
    late = replace(routes[0], home=routes[0].home + 5)
    assert "home" in rules(replace(plan, routes=(late, *routes[1:])))


def test_days_too_close_are_found(week, plan):
    strict = replace(week, spacing="even")
    held = {tuple(row) for often in (2,) for row in strict.patterns[often].tolist()}
    served = np.zeros((6, 3), dtype=bool)
    for route, day in zip(plan.routes, plan.day, strict=True):
        served[route.visit[route.visit >= 0], day] = True
    uneven = [s for s in (1, 4) if tuple(served[s].tolist()) not in held]
    said = [str(fault) for fault in check_period(strict, plan).faults]
    assert len(said) == len(uneven)
    assert all("too unevenly" in words for words in said)


@pytest.mark.parametrize(
    ("days", "on", "even"),
    [
        ((0, 1, 2, 3, 4), (0, 3), True),  # gaps of 3 and 4
        ((0, 1, 2, 3, 4), (0, 2), False),  # of 2 and 5
        ((0, 1, 2, 3, 4), (0, 4), True),
        ((0, 1, 2, 3, 4, 5, 6), (0, 2, 4), True),  # of 2, 2 and 3
        ((0, 1, 2, 3, 4, 5, 6), (0, 1, 4), False),
    ],
)
def test_the_check_counts_the_gaps_of_a_stop_itself(days, on, even):
    week = week_of(1, [len(on)], [1], days=days, spacing="even")
    missed = tuple((0, days.index(day)) for day in on)
    plan = PeriodSolution((), 0, "none", 0.0, 0, missed=missed)
    said = [str(fault) for fault in check_period(week, plan).faults]
    assert said == ([] if even else [f"stop 0 is visited on {list(on)}, which lie too unevenly"])


def test_what_has_gathered_fills_the_truck():
    """One visit takes a week's amount: two stops of 7 fill 14, three do not fit."""
    week = week_of(3, [1, 1, 1], [1, 1, 1])
    route = timetable(day_problem(week, np.arange(3), np.full(3, 7)), 0, [0, 1, 2, -1])
    value = route_cost(week.problem, route)
    plan = PeriodSolution((route,), value, "feasible", 0.0, 0, day=(0,))
    (fault,) = check_period(week, plan).faults
    assert (fault.rule, fault.by) == ("capacity", 7)
    assert "stop 2" in str(fault)


# ---- what is tried first


def test_costs_of_a_day_are_those_of_the_routes_with_and_without_a_stop():
    week = week_of(5, [1] * 5, [1] * 5, capacity=28)
    day = day_problem(week, np.arange(5), np.full(5, 7))
    route = timetable(day, 0, [0, 1, 2, -1])
    costs = day_costs(day, [route])
    whole = route_cost(day, route)
    assert costs[1] == whole - route_cost(day, timetable(day, 0, [0, 2, -1]))
    places = [[3, 0, 1, 2, -1], [0, 3, 1, 2, -1], [0, 1, 3, 2, -1], [0, 1, 2, 3, -1]]
    with_it = min(route_cost(day, timetable(day, 0, visits)) for visits in places)
    alone = route_cost(day, timetable(day, 0, [3, -1]))
    assert costs[3] == min(with_it - whole, alone)


def test_a_full_trip_takes_nothing_more():
    week = week_of(3, [1] * 3, [1] * 3)
    day = day_problem(week, np.arange(3), np.full(3, 7))
    route = timetable(day, 0, [0, 1, -1])
    assert day_costs(day, [route])[2] == route_cost(day, timetable(day, 0, [2, -1]))
