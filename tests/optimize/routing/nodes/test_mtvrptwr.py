"""Instances with several trips, windows and release dates, against every published solution."""

from dataclasses import replace

import numpy as np
import pytest

from networks import InputError
from optimize.routing.nodes.check import check_node_solution
from optimize.routing.nodes.mtvrptwr import read_mtvrptwr, read_mtvrptwr_routes
from optimize.routing.nodes.problem import NEVER
from optimize.routing.nodes.solution import NodeSolution, timetable

TINY = """NAME: tiny
TYPE: MTVRPTWR
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 2
CAPACITY: 5
SERVICE_TIME: 2
NODE_COORD_SECTION
1 0 0
2 1 1
3\t3 4
DEMAND_SECTION
1 0
2 3
3 4
TIME_WINDOW_SECTION
1 0 100
2 10 20
3 0 90.5
RELEASE_TIME_SECTION
1 0
2 0
3 12
VEHICLES_RELOAD_DEPOT_SECTION
1 1
2 1
DEPOT_SECTION
1
-1
EOF
"""


@pytest.fixture
def tiny(tmp_path):
    def write(old="", new=""):
        path = tmp_path / "tiny.vrp"
        path.write_text(TINY.replace(old, new) if old else TINY)
        return path

    return write


def solved(problem, routes, value):
    driven = tuple(timetable(problem, 0, visits) for visits in routes)
    assert None not in driven
    return NodeSolution(driven, value, "feasible", 0.0, 0)


def test_every_published_solution_is_feasible_and_costs_what_it_says(shared_data):
    files = sorted((shared_data / "waste" / "mtvrptwr").glob("*.vrp"))
    assert len(files) == 42
    for path in files:
        problem = read_mtvrptwr(path)
        routes, cost = read_mtvrptwr_routes(path.with_suffix(".sol"))
        checked = check_node_solution(problem, solved(problem, routes, cost))
        assert checked.faults == (), (path.name, [str(one) for one in checked.faults[:3]])
        assert checked.value == cost


def test_no_published_solution_has_room_for_another_stop_before_a_reload(shared_data):
    """The checker is no pass: a solution without its reloads carries too much."""
    files = sorted((shared_data / "waste" / "mtvrptwr").glob("C20*.vrp"))
    assert files
    for path in files:
        problem = read_mtvrptwr(path)
        free = replace(  # nothing comes too late
            problem,
            window=np.tile([0, NEVER], (problem.n_stops, 1)),
            release_s=np.zeros(problem.n_stops, dtype=np.int64),
            kinds=tuple(replace(kind, home_by=None) for kind in problem.kinds),
        )
        routes, cost = read_mtvrptwr_routes(path.with_suffix(".sol"))
        checked = check_node_solution(free, solved(free, routes, cost))
        assert checked.faults == ()
        once = [visits[visits >= 0] for visits in routes]
        checked = check_node_solution(free, solved(free, once, checked.value))
        assert "capacity" in {fault.rule for fault in checked.faults}


def test_times_and_distances_are_cut_tenths(tiny):
    problem = read_mtvrptwr(tiny())
    assert problem.metres[0][0].tolist() == [0, 14, 50]  # 10 x 1.414, 10 x 5
    assert problem.seconds[0][1, 2] == 36  # 10 x 3.605
    assert problem.window.tolist() == [[100, 200], [0, 905]]
    assert problem.service_s.tolist() == [20, 20]
    assert problem.release_s.tolist() == [0, 120]
    assert problem.amount.tolist() == [[3], [4]]
    (kind,) = problem.kinds
    assert (kind.count, kind.home_by, kind.capacity.tolist()) == (2, 1000, [5])
    assert problem.facility_window.tolist() == [[0, 1000]]


def test_vehicles_that_reload_elsewhere_are_kinds_of_their_own(tiny):
    problem = read_mtvrptwr(tiny("2 1\nDEPOT_SECTION", "DEPOT_SECTION"))
    assert [(kind.count, kind.facilities.tolist()) for kind in problem.kinds] == [
        (1, [True]),
        (1, [False]),
    ]


def test_a_service_section_says_how_long_each_stop_takes(tiny):
    section = "SERVICE_TIME_SECTION\n1 0\n2 3\n3 4.5\nDEMAND_SECTION"
    assert read_mtvrptwr(tiny("DEMAND_SECTION", section)).service_s.tolist() == [30, 45]


def test_routes_name_stops_from_0_and_reloads_below(tmp_path):
    path = tmp_path / "one.sol"
    path.write_text("Route #1: 1 0 2\nRoute #2:\nCost: 128\nOptimal: True\n")
    routes, cost = read_mtvrptwr_routes(path)
    assert [route.tolist() for route in routes] == [[0, -1, 1], []]
    assert cost == 128


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("TYPE: MTVRPTWR", "TYPE: CARP", "CARP"),
        ("EUC_2D", "EXPLICIT", "EUC_2D"),
        ("CAPACITY: 5", "CAPACITY: five", "CAPACITY"),
        ("3\t3 4", "3 3", "line 11"),
        ("3\t3 4", "7 3 4", "line 11"),
        ("3\t3 4", "3 x 4", "not all numbers"),
        ("3\t3 4\n", "", "node 3 is missing"),
        ("DEPOT_SECTION\n1", "DEPOT_SECTION\n2", "depots"),
        ("2 1\nDEPOT", "2 2\nDEPOT", "no vehicle"),
        ("2 3\n", "2 3.5\n", "whole"),
        ("SERVICE_TIME: 2", "SERVICE_TIME: two", "SERVICE_TIME"),
        ("NAME: tiny", "nonsense", "no section"),
        ("2 10 20", "2 30 20", "ends before it begins"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tiny, old, new, says):
    with pytest.raises(InputError, match=says):
        read_mtvrptwr(tiny(old, new))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_mtvrptwr(tmp_path / "none.vrp")
    with pytest.raises(InputError, match="no such file"):
        read_mtvrptwr_routes(tmp_path / "none.sol")
    (tmp_path / "no.sol").write_text("Route #1: 1 2\n")
    with pytest.raises(InputError, match="no cost"):
        read_mtvrptwr_routes(tmp_path / "no.sol")
    (tmp_path / "bad.sol").write_text("Route #1: 1 b\n")
    with pytest.raises(InputError, match="not understood"):
        read_mtvrptwr_routes(tmp_path / "bad.sol")


def test_amounts_are_a_row_a_stop(tiny):
    assert np.shape(read_mtvrptwr(tiny()).amount) == (2, 1)
