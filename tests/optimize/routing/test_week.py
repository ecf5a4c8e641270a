"""A plan over several days serves every street as often as asked, on days well apart."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from networks.errors import InputError
from optimize.routing.arcs import giant_tour
from optimize.routing.arcs import week as week_module
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.first_routes import first_routes
from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.problem import ArcProblem, VehicleKind
from optimize.routing.arcs.relaxed import relaxed
from optimize.routing.arcs.solution import ArcRoute
from optimize.routing.arcs.solve import prepare, solve_arcs
from optimize.routing.arcs.week import (
    WeekProblem,
    WeekSolution,
    check_week,
    part_of,
    week_lower_bound,
)
from optimize.routing.arcs.week_merge import merged_days
from optimize.routing.arcs.week_search import _Day, _WeekSearch, solve_week
from optimize.routing.arcs.week_start import first_days


def _grid(side=4, **more) -> ArcProblem:
    """Two-way streets of a grid, each side a task; driving takes 2, serving 3."""
    node = np.arange(side * side).reshape(side, side)
    pairs = [*zip(node[:, :-1].ravel(), node[:, 1:].ravel(), strict=True)]
    pairs += [*zip(node[:-1].ravel(), node[1:].ravel(), strict=True)]
    tail = np.array([a for a, _ in pairs] + [b for _, b in pairs])
    head = np.array([b for _, b in pairs] + [a for a, _ in pairs])
    t = len(tail)
    return ArcProblem(
        "grid", side * side, tail, head, np.full(t, 2), 0,
        np.column_stack([np.arange(t), np.full(t, -1)]), np.full((t, 2), 3), np.ones(t, np.int64),
        12, **more,
    )  # fmt: skip


def _week(problem, times, days=(0, 1, 2, 3, 4, 5, 6), spacing="even") -> WeekProblem:
    side = round(problem.n_nodes**0.5)
    x, y = problem.tail % side + problem.head % side, problem.tail // side + problem.head // side
    tasks = problem.task_arc[:, 0]
    return WeekProblem(problem, times, days, x[tasks] / 2.0, y[tasks] / 2.0, spacing)


@pytest.fixture(scope="module")
def week() -> WeekProblem:
    problem = _grid(vehicles=4, most_cost=80)
    times = np.array([5, 2, 1, 1] * (problem.n_tasks // 4))
    return _week(problem, times, (0, 1, 2, 3, 4))


@pytest.fixture(scope="module")
def plan(week):
    bound = week_lower_bound(week, time_limit_s=5)
    return solve_week(week, iterations=1, time_limit_s=600, bound=bound)


def test_more_times_than_days_are_refused():
    problem = _grid()
    with pytest.raises(InputError, match="served 3 times in 2 days"):
        _week(problem, np.full(problem.n_tasks, 3), (0, 1))
    with pytest.raises(InputError, match="no working days"):
        _week(problem, np.full(problem.n_tasks, 1), (1, 0))


def test_first_days_are_allowed_and_evenly_loaded(week):
    served = first_days(week, np.full(week.problem.n_tasks, 3.0))
    assert (served.sum(axis=1) == week.times).all()
    assert all(week.allows(task, row) for task, row in enumerate(served))
    load = served[week.times < 5].sum(axis=0)
    assert load.max() <= 1.25 * load.mean()


def test_a_plan_keeps_every_rule(week, plan):
    check = check_week(week, plan)
    assert check.faults == ()
    assert check.value == plan.value
    assert plan.bound <= plan.value
    assert plan.status == "feasible"
    assert set(plan.day) == set(range(5))


def test_the_number_of_threads_changes_no_plan(week, plan):
    again = solve_week(week, iterations=1, time_limit_s=600, threads=3, bound=int(plan.bound))
    assert again.value == plan.value
    assert again.day == plan.day
    for one, other in zip(plan.routes, again.routes, strict=True):
        assert one.arc.tolist() == other.arc.tolist()


def test_streets_change_their_days_where_that_pays(week, plan):
    began = first_days(week, np.full(week.problem.n_tasks, 3.0))
    ended = np.zeros_like(began)
    for route, day in zip(plan.routes, plan.day, strict=True):
        ended[route.task[route.task >= 0], day] = True
    assert (ended.sum(axis=1) == week.times).all()
    assert (began != ended).any()


def test_the_check_finds_what_is_wrong(week, plan):
    def faults(**changes):
        return " ".join(check_week(week, replace(plan, **changes)).faults)

    assert "no day 9" in faults(day=(9, *plan.day[1:]))
    assert "the routes cost" in faults(value=plan.value + 1)
    assert "the bound" in faults(bound=plan.value + 1.0)
    assert "is served" in faults(routes=plan.routes[1:], day=plan.day[1:])
    last = max(range(len(plan.day)), key=lambda k: len(plan.routes[k].task))
    moved = tuple((day + 1) % 5 if k == last else day for k, day in enumerate(plan.day))
    assert "times on a day" in faults(day=moved)
    twice = _week(week.problem, np.full(week.problem.n_tasks, 1), week.days)
    assert "not 1" in " ".join(check_week(twice, plan).faults)


def test_days_too_close_are_found():
    problem = _grid(2)
    week = _week(problem, np.full(problem.n_tasks, 2), (0, 1, 2, 3))
    route = ArcRoute(np.arange(problem.n_tasks), problem.task_arc[:, 0])
    plan = solve_week(week, iterations=1, time_limit_s=600)
    assert check_week(week, plan).faults == ()
    close = replace(plan, routes=(route, route), day=(0, 1))
    assert "too unevenly" in " ".join(check_week(week, close).faults)
    apart = _week(problem, week.times, week.days, "any")
    assert "too unevenly" not in " ".join(check_week(apart, close).faults)


def test_the_bound_of_one_day_is_that_of_the_day():
    problem = _grid()
    week = _week(problem, np.ones(problem.n_tasks, np.int64), (2,))
    assert week_lower_bound(week, time_limit_s=5) == arc_lower_bound(problem, time_limit_s=5)


def test_what_is_done_every_day_is_bounded_day_by_day():
    problem = _grid(3, route_cost=50)
    daily = _week(problem, np.full(problem.n_tasks, 3), (0, 2, 4))
    one = arc_lower_bound(problem, time_limit_s=5)
    assert week_lower_bound(daily, time_limit_s=5) >= 3 * one


def test_kinds_of_several_depots_are_bounded_by_one_node_that_joins_them():
    plain = _grid(3)
    kinds = (
        VehicleKind("a", 0, 12, 2, most_cost=90),
        VehicleKind("b", 8, 20, 1, 7, 60, serve_cost=np.full((plain.n_tasks, 2), 2)),
    )
    one = relaxed(replace(plain, kinds=kinds), 3)
    assert (one.depot, one.capacity, one.vehicles, one.most_cost) == (9, 20, 9, 90)
    assert (one.serve_cost == 2).all()
    assert arc_lower_bound(one, time_limit_s=5) >= 2 * plain.n_tasks


def test_parts_hold_what_their_tasks_have():
    problem = _grid(2)
    windows = np.tile([0, 50, -1, -1], (problem.n_tasks, 1))
    windows[3] = [5, 9, 20, 30]
    kind = VehicleKind("a", 0, 9, windows=windows)
    part = part_of(replace(problem, kinds=(kind,)), np.array([3, 1, 3]))
    assert part.n_tasks == 3
    assert part.kinds[0].windows.tolist() == windows[[3, 1, 3]].tolist()


def test_what_fits_no_day_is_named():
    problem = _grid(vehicles=1, most_cost=40)
    week = _week(problem, np.ones(problem.n_tasks, np.int64), (0, 1))
    plan = solve_week(week, iterations=1, time_limit_s=600)
    assert plan.status == "partial"
    assert plan.missed
    assert check_week(week, plan).faults == ()


def test_control_c_keeps_the_best_plan_so_far(week):
    def interrupt(_step):
        raise KeyboardInterrupt

    found = solve_week(week, iterations=1, time_limit_s=600, progress=interrupt)
    assert found.interrupted
    assert check_week(week, found).faults == ()


def test_work_moves_to_other_days_where_that_saves_ways():
    problem = _grid(vehicles=4, most_cost=400, route_cost=30)
    week = _week(problem, np.ones(problem.n_tasks, np.int64))
    served = first_days(week, np.full(problem.n_tasks, 3.0))
    merged = merged_days(week, served, until=time.perf_counter() + 600)
    assert all(week.allows(task, row) for task, row in enumerate(merged))
    assert merged.any(axis=0).sum() < served.any(axis=0).sum() == 7


def test_first_routes_serve_each_street_by_the_kind_that_is_quickest():
    problem = _grid()
    able = np.arange(problem.n_tasks) % 2 == 0
    slow, fast = np.full((problem.n_tasks, 2), 9), np.where(able[:, None], 3, -1).repeat(2, axis=1)
    kinds = (
        VehicleKind("slow", 0, 12, serve_cost=slow),
        VehicleKind("fast", 5, 9, serve_cost=fast),
    )
    routes = first_routes(replace(problem, kinds=kinds))
    served = {kind: np.sort(np.concatenate([r.task for r in routes if r.kind == kind]))
              for kind in (0, 1)}  # fmt: skip
    assert served[0].tolist() == np.flatnonzero(~able).tolist()
    assert served[1].tolist() == np.flatnonzero(able).tolist()


def test_a_street_moves_in_one_of_the_pairs_of_days_that_are_searched_at_once(monkeypatch):
    # on Monday and Friday: Tuesday for Monday is allowed, and Thursday for Friday, but not both
    problem = _grid()
    week = _week(problem, np.full(problem.n_tasks, 2), (0, 1, 2, 3, 4))
    search = _WeekSearch(week, 1, 0, 1, 0, None, None)
    search.served[:] = [True, False, False, False, True]
    search.days = {day: _Day((), 0, (), 0) for day in range(5)}

    def pair(one, other, free, _limit, _stream):
        both = search.served[:, [one, other]].copy()
        both[free] = both[free, ::-1]
        tasks = [np.flatnonzero(both[:, k]) for k in (0, 1)]
        return tuple(_Day((ArcRoute(each, each),), 0, (), 1) for each in tasks)

    monkeypatch.setattr(search, "_pair", pair)
    monkeypatch.setattr(search, "_better", lambda *_: True)
    for pairs, at in (([(0, 1), (3, 4)], (1, 4)), ([(3, 4), (0, 1)], (0, 3))):
        search.served[:] = [True, False, False, False, True]
        search._round(pairs, 1.0, np.inf, 0)
        assert all(week.allows(task, row) for task, row in enumerate(search.served))
        assert search.served[:, at].all()


@pytest.fixture
def control_c(monkeypatch):
    """Press Ctrl-C when the second giant tour is drawn."""
    prepare()
    draw, drawn = giant_tour.Postman.tour, []

    def tour(postman, rng):
        drawn.append(postman)
        if len(drawn) == 2:
            raise KeyboardInterrupt
        return draw(postman, rng)

    monkeypatch.setattr(giant_tour.Postman, "tour", tour)


@pytest.mark.usefixtures("control_c")
def test_control_c_ends_the_first_routes():
    with pytest.raises(KeyboardInterrupt):
        first_routes(_grid())


@pytest.mark.usefixtures("control_c")
def test_control_c_ends_the_moving_of_whole_days():
    problem = _grid()
    week = _week(problem, np.ones(problem.n_tasks, np.int64))
    served = first_days(week, np.full(problem.n_tasks, 3.0))
    with pytest.raises(KeyboardInterrupt):
        merged_days(week, served, until=time.perf_counter() + 600)


@pytest.mark.usefixtures("control_c")
def test_control_c_while_tours_are_drawn_hands_back_the_tour_so_far():
    problem = _grid()
    found = solve_arcs(problem, iterations=2, method="ruin", threads=2)
    assert found.interrupted
    assert found.iterations == 0
    assert check_arc_solution(problem, found).faults == ()


def test_a_street_that_is_quicker_swept_than_driven_along_raises_no_bound_too_high():
    # there, a street of every day, and back; there and back take 1 to sweep and 10 to drive along
    problem = ArcProblem(
        "round", 3, [0, 1, 2], [1, 2, 0], [10, 1, 10], 0, [(0, -1), (1, -1), (2, -1)],
        np.ones((3, 2), np.int64), [1, 1, 1], 9, route_cost=100, most_cost=15,
    )  # fmt: skip
    week = WeekProblem(problem, np.array([1, 2, 1]), (0, 1), np.zeros(3), np.zeros(3), "any")
    routes = tuple(ArcRoute(np.array(tasks), np.array(tasks)) for tasks in ([0, 1], [1, 2]))
    plan = WeekSolution(routes, 224, 0.0, "feasible", 0.0, 0, day=(0, 1))
    assert check_week(week, plan).faults == ()
    assert week_lower_bound(week, time_limit_s=5) <= plan.value


def test_the_check_looks_at_each_day_once(week, plan, monkeypatch):
    looked = []

    def check(problem, solution):
        looked.append(len(solution.routes))
        return check_arc_solution(problem, solution)

    monkeypatch.setattr(week_module, "check_arc_solution", check)
    assert check_week(week, plan).faults == ()
    assert looked == [plan.day.count(day) for day in range(5)]
