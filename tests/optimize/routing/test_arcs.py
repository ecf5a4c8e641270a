"""Arc routing: the search against trying everything, the checker, and published values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError
from optimize.routing.arcs.carplib import read_arc_problem
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.problem import ArcProblem
from optimize.routing.arcs.solution import ArcRoute
from optimize.routing.arcs.solve import solve_arcs

ONE_WAY_RING = ArcProblem(
    "ring", 3, [0, 1, 2, 1], [1, 2, 0, 0], [2, 3, 4, 2], 0, [(0, 3), (1, -1)], [(5, 6), (7, 7)],
    [2, 2], 4,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(data=st.data(), facilities=st.booleans())
def test_small_problems_are_solved_to_the_least_cost_there_is(
    problems, exhaustive, data, facilities
):
    problem = data.draw(problems(facilities=facilities))
    solution = solve_arcs(problem, iterations=30, seed=1)
    checked = check_arc_solution(problem, solution)
    assert checked.faults == ()
    assert solution.value == exhaustive(problem)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), facilities=st.booleans())
def test_the_lower_bound_is_below_the_least_cost_there_is(problems, exhaustive, data, facilities):
    problem = data.draw(problems(facilities=facilities))
    assert arc_lower_bound(problem) <= exhaustive(problem)


@pytest.mark.parametrize(
    ("file", "least", "most"),
    [
        ("gdb/gdb1.dat", 316, 316),
        ("gdb/gdb8.dat", 338, 348),
        ("val/val1A.dat", 173, 173),
        ("mcarptif/mval/mval1A.txt", 230, 230),
    ],
)
def test_lower_bounds_come_near_to_published_optima(shared_data, file, least, most):
    bound = arc_lower_bound(read_arc_problem(shared_data / "arcs" / file))
    assert least <= bound <= most


def test_a_search_that_meets_the_bound_is_proof():
    bound = arc_lower_bound(ONE_WAY_RING)
    solution = solve_arcs(ONE_WAY_RING, bound=bound)
    assert solution.status == "optimal"
    assert solution.gap == 0.0


@settings(deadline=None, max_examples=40)
@given(data=st.data(), facilities=st.booleans())
def test_ruin_and_recreate_finds_the_least_cost_of_small_problems(
    problems, exhaustive, data, facilities
):
    problem = data.draw(problems(facilities=facilities))
    solution = solve_arcs(problem, iterations=2, method="ruin")
    assert check_arc_solution(problem, solution).faults == ()
    assert solution.value == exhaustive(problem)


@pytest.mark.parametrize("method", ["genetic", "ruin"])
def test_searches_on_two_threads_are_the_same_each_time(method):
    one, two = (
        solve_arcs(ONE_WAY_RING, iterations=3, threads=2, method=method, seed=4) for _ in range(2)
    )
    assert one.iterations == two.iterations
    assert [r.arc.tolist() for r in one.routes] == [r.arc.tolist() for r in two.routes]


def test_the_ring_is_swept_forward_in_one_round():
    solution = solve_arcs(ONE_WAY_RING, iterations=10)
    assert solution.value == 5 + 7 + 4
    assert solution.routes[0].task.tolist() == [0, 1]
    assert solution.routes[0].arc.tolist() == [0, 1]


def test_the_same_seed_gives_the_same_routes():
    one, two = (solve_arcs(ONE_WAY_RING, iterations=20, seed=5) for _ in range(2))
    assert [r.arc.tolist() for r in one.routes] == [r.arc.tolist() for r in two.routes]


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ([([0], [0])], "task 1 is served 0 times"),
        ([([0, 1, 1], [0, 1, 1])], "served 2 times"),
        ([([0, 1], [0, 2])], "cannot be served along arc 2"),
        ([([0, -1, 1], [0, 2, 1])], "node 2 is no facility"),
        ([([0, 7], [0, 1])], "there is no task 7"),
    ],
)
def test_the_checker_finds_what_is_wrong(routes, said):
    good = solve_arcs(ONE_WAY_RING, iterations=5)
    bad = replace(good, routes=tuple(ArcRoute(np.array(t), np.array(a)) for t, a in routes))
    assert any(said in fault for fault in check_arc_solution(ONE_WAY_RING, bad).faults)


def test_the_checker_weighs_loads_costs_and_the_number_of_routes():
    good = solve_arcs(ONE_WAY_RING, iterations=5)
    heavy = replace(ONE_WAY_RING, demand=np.array([3, 1]), capacity=3)
    assert any("more than 3" in f for f in check_arc_solution(heavy, good).faults)
    short = replace(ONE_WAY_RING, most_cost=15)
    assert any("more than 15" in f for f in check_arc_solution(short, good).faults)
    assert any(
        "not 99" in f for f in check_arc_solution(ONE_WAY_RING, replace(good, value=99)).faults
    )
    high = replace(good, bound=17.0)
    assert any("above the cost" in f for f in check_arc_solution(ONE_WAY_RING, high).faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"demand": [5, 1]}, "more than the capacity"),
        ({"depot": 3}, "the depot is not one of 3"),
        ({"cost": [1, -1, 1, 1]}, "negative"),
        ({"vehicles": 0}, "0 vehicles"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(changes, said):
    with pytest.raises(InputError, match=said):
        replace(ONE_WAY_RING, **changes)


def test_a_street_without_a_way_home_is_named():
    dead_end = ArcProblem("dead", 2, [0], [1], [1], 0, [(0, -1)], [(1, 1)], [1], 1)
    with pytest.raises(InputError, match="task 0 cannot be reached"):
        solve_arcs(dead_end, iterations=1)


CARPLIB = """ NOMBRE : tiny
 VERTICES : 3
 ARISTAS_REQ : 2
 ARISTAS_NOREQ : 1
 VEHICULOS : 1
 CAPACIDAD : 5
 LISTA_ARISTAS_REQ :
 ( 1, 2)  coste 4 demanda 2
 ( 2, 3)  coste 5 demanda 3
 LISTA_ARISTAS_NOREQ :
 ( 1, 3)  coste 6
 DEPOSITO :   1
"""
MIXED = """NAME : tiny
NODES : 3
REQ_EDGES : 1
REQ_ARCS : 1
VEHICLES : 1
CAPACITY : 4
DUMPING_COST : 10
MAX_TRIP : 60
LIST_REQ_EDGES :
(1,2)   serv_cost 8   trav_cost 4   demand 2
LIST_REQ_ARCS :
(2,3)   serv_cost 9   trav_cost 5   demand 3
LIST_NOREQ_ARCS :
(3,1)   cost 6
DEPOT : 1
DUMPING_SITES : 3
"""


def test_both_formats_are_read(tmp_path):
    (tmp_path / "a.dat").write_text(CARPLIB)
    (tmp_path / "b.txt").write_text(MIXED)
    plain = solve_arcs(read_arc_problem(tmp_path / "a.dat"), iterations=5)
    assert plain.value == 4 + 5 + 6
    problem = read_arc_problem(tmp_path / "b.txt")
    assert problem.facilities.tolist() == [2]
    # the two do not fit into one load: over the dump at 3 and back to 2 for the second
    mixed = solve_arcs(problem, iterations=5)
    assert check_arc_solution(problem, mixed).faults == ()
    assert mixed.value == 8 + 5 + 10 + 6 + 4 + 9 + 10 + 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "neither"),
        (
            "NODES : x\nLIST_REQ_EDGES :\n(1,2) serv_cost 1 trav_cost 1 demand 1",
            "NODES is missing or no",
        ),
    ],
)
def test_a_file_that_is_no_instance_is_refused(tmp_path, text, said):
    (tmp_path / "c.txt").write_text(text)
    with pytest.raises(InputError, match=said):
        read_arc_problem(tmp_path / "c.txt")


@pytest.mark.parametrize(
    ("file", "value"),
    [
        ("gdb/gdb1.dat", 316),
        ("gdb/gdb8.dat", 348),
        ("val/val2B.dat", 259),
        ("egl/egl-e1-A.dat", 3548),
        ("mcarptif/mval/mval1A.txt", 230),
    ],
)
def test_published_optima_are_reached(shared_data, file, value):
    problem = read_arc_problem(shared_data / "arcs" / file)
    solution = solve_arcs(problem, time_limit_s=60, target=value, seed=1)
    assert check_arc_solution(problem, solution).faults == ()
    assert solution.value == value


@pytest.mark.parametrize("file", ["Lpr_IF/Lpr_IF-a-01.txt", "bccm_IF/val5C_IF.txt"])
def test_visits_at_facilities_pass_the_checker(shared_data, file):
    problem = read_arc_problem(shared_data / "arcs" / "mcarptif" / file)
    solution = solve_arcs(problem, iterations=5, seed=1)
    assert check_arc_solution(problem, solution).faults == ()
