"""Search part by part: feasible, no worse than its start, the same for a seed."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from benchmarks.arcs import grid_problem
from networks import InputError
from optimize.routing.arcs import decomposed, solve
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.cutouts import Neighbours, cut_out
from optimize.routing.arcs.decomposed import solve_parts
from optimize.routing.arcs.giant_tour import Postman, cut_tour, tour_arcs
from optimize.routing.arcs.places import Places
from optimize.routing.arcs.ruin import RuinSearch
from optimize.routing.arcs.turns import ArcTurns


@pytest.fixture(autouse=True)
def _short_searches(monkeypatch):
    monkeypatch.setattr(decomposed, "RUINS", 2)


@pytest.fixture(scope="module")
def grid():
    """Some 600 tasks."""
    return grid_problem(22, 0)


@pytest.fixture(scope="module")
def long_routes(grid):
    """Few routes that are emptied on the way and end with their shift."""
    return replace(grid, facilities=np.array([115, 370]), visit_cost=40, most_cost=16_000)


@pytest.fixture(scope="module")
def turning(long_routes):
    """The same where turning back costs."""
    none = np.zeros(0, np.int64)
    return replace(long_routes, turns=ArcTurns(none, none, none, 30))


@pytest.mark.parametrize("which", ["grid", "long_routes", "turning"])
def test_parts_make_whole_routes_that_keep_the_rules_and_cost_less(which, request):
    problem = request.getfixturevalue(which)
    start = tour_arcs(problem, tours=1)
    told = []
    solution = solve_parts(
        problem, iterations=6, time_limit_s=600, progress=lambda *now: told.append(now)
    )
    assert check_arc_solution(problem, solution).faults == ()
    assert solution.value < 0.99 * start.value
    assert solution.iterations >= 6000
    costs = [cost for cost, _, _ in told]
    assert costs == sorted(set(costs), reverse=True)
    assert costs[-1] == solution.value


def test_threads_change_nothing(long_routes):
    one, other = (
        solve_parts(long_routes, iterations=3, time_limit_s=600, threads=threads, seed=5)
        for threads in (1, 3)
    )
    assert one.value == other.value
    for mine, theirs in zip(one.routes, other.routes, strict=True):
        assert mine.task.tolist() == theirs.task.tolist()
        assert mine.arc.tolist() == theirs.arc.tolist()
    assert solve_parts(long_routes, iterations=3, time_limit_s=600, seed=6).value != one.value


def test_ctrl_c_keeps_the_best_routes(long_routes, monkeypatch):
    looks = count()
    solution = solve_parts(long_routes, stop=lambda: next(looks) > 2, time_limit_s=600)
    assert solution.interrupted
    assert check_arc_solution(long_routes, solution).faults == ()

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(decomposed, "wait", pressed)
    again = solve_parts(long_routes, time_limit_s=600)
    assert again.interrupted
    assert check_arc_solution(long_routes, again).faults == ()
    monkeypatch.setattr(decomposed, "Postman", pressed)
    with pytest.raises(KeyboardInterrupt):
        solve_parts(long_routes, time_limit_s=600)


def test_so_few_vehicles_are_kept_or_it_is_said_that_none_were_found(long_routes):
    few = replace(long_routes, vehicles=len(tour_arcs(long_routes, tours=1).routes))
    solution = solve_parts(few, iterations=1, time_limit_s=600)
    assert check_arc_solution(few, solution).faults == ()
    assert solve_parts(replace(few, vehicles=1), iterations=1).status == "none"


def test_a_goal_ends_the_search(grid):
    begin = solve_parts(grid, iterations=1, time_limit_s=600)
    assert solve_parts(grid, goal=2 * begin.value, time_limit_s=600).iterations == 0


@pytest.mark.parametrize("which", ["grid", "long_routes", "turning"])
def test_a_part_costs_what_its_routes_cost(which, request):
    problem = request.getfixturevalue(which)
    places = Places(problem)
    rng = np.random.default_rng(2)
    runs = cut_tour(places, *Postman(problem).tour(rng), rng)
    tasks, radius = Neighbours(places).of(40, 50)
    assert tasks[0] == 40
    assert len(np.unique(tasks)) == 50
    free = np.zeros(places.n, dtype=np.bool_)
    free[tasks] = True
    touched = [run for run in runs if free[run.tasks].any()]
    part = cut_out(places, touched, free, int(places.leave[40, 0]), radius)
    served = np.concatenate([run.tasks for run in touched])
    assert np.sort(np.concatenate(part.inside)).tolist() == np.sort(served).tolist()
    assert len(part.inside) < len(served) or which == "grid"
    alone = {int(inside[0]) for inside in part.inside if len(inside) == 1}
    assert set(tasks.tolist()) <= alone
    search = RuinSearch(part.layout, len(touched))
    search.begin_from(part.routes)
    cost = sum(run.cost for run in touched)
    assert search.first == cost if which == "grid" else search.first <= cost  # visits may move
    whole = [part.whole(route, places.n) for route in part.routes]
    assert [route.tolist() for route in whole] == [
        run.elements(places.n).tolist() for run in touched
    ]


def test_many_tasks_are_searched_in_parts_of_their_own_accord(long_routes, monkeypatch):
    monkeypatch.setattr(solve, "VERY_MANY_TASKS", 600)
    whole = solve_parts(long_routes, iterations=1, time_limit_s=600, seed=7)
    for method in ("auto", "parts"):
        solution = solve.solve_arcs(
            long_routes, iterations=1, time_limit_s=600, seed=7, method=method
        )
        assert solution.value == whole.value
    with pytest.raises(InputError, match="'parts' takes vehicles of one kind"):
        solve.solve_arcs(long_routes, method="parts", start=whole.routes)
