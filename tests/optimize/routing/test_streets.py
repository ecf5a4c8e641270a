"""Streets become a problem of arc routing, and its answer becomes streets again."""

from __future__ import annotations

import numpy as np
import pytest

from networks import read_arcs
from networks.errors import InputError
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.giant_tour import tour_arcs
from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.scanning import scan_arcs
from optimize.routing.arcs.streets import nearest_node, street_problem, street_routes

# 1 - 2 - 3 and 2 - 5 two-way; 3 -> 4 -> 1 one-way.
NODES = "node_id,lon,lat\n1,0,0\n2,0.001,0\n3,0.002,0\n4,0.002,0.001\n5,0.001,-0.001\n"
ARCS = (
    "from,to,length_m,class,name,two_way\n"
    "1,2,100,primary,Row,yes\n"
    "2,3,100,residential,Row,yes\n"
    "3,4,110,residential,Up,no\n"
    "4,1,250,residential,Back,no\n"
    "2,5,120,residential,End,yes\n"
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    (folder / "nodes.csv").write_text(NODES)
    (folder / "arcs.csv").write_text(ARCS)
    return read_arcs(folder / "nodes.csv", folder / "arcs.csv")


def _problem(network, **changes):
    settings = {
        "depot": 0,
        "sweep_kmh": np.full(network.n_edges, 7.2),
        "kg_per_km": np.full(network.n_edges, 100.0),
        "capacity_kg": 1000.0,
    } | changes
    required = settings.pop("required", np.ones(network.n_edges, dtype=np.bool_))
    return street_problem(network, required, **settings)


def _edge(network, tail, head):
    return int(np.flatnonzero((network.tail == tail) & (network.head == head))[0])


def test_each_side_of_a_two_way_street_is_a_task_and_a_one_way_street_is_one(town):
    streets = _problem(town)
    assert streets.problem.n_tasks == town.n_edges == 8
    assert (streets.problem.task_arc[:, 1] == -1).all()
    assert sorted(streets.task_edge[:, 0]) == list(range(8))


def test_both_sides_at_once_are_one_task_in_either_direction(town):
    streets = _problem(town, sides="both")
    assert streets.problem.n_tasks == 5
    two_way = streets.task_edge[:, 1] >= 0
    assert two_way.sum() == 3
    assert (town.reverse[streets.task_edge[two_way, 0]] == streets.task_edge[two_way, 1]).all()


def test_one_direction_of_a_two_way_street_stands_for_both(town):
    required = np.zeros(town.n_edges, dtype=np.bool_)
    required[_edge(town, 0, 1)] = True
    assert _problem(town, required=required).problem.n_tasks == 2


def test_times_are_whole_seconds_and_dirt_whole_grams(town):
    streets = _problem(town, drive_kmh=18.0)
    edge = _edge(town, 0, 1)
    assert streets.drive_s[edge] == 20  # 100 m at 5 m/s
    task = int(np.flatnonzero(streets.task_edge[:, 0] == edge)[0])
    assert streets.problem.serve_cost[task, 0] == 50  # at 2 m/s
    assert streets.problem.demand[task] == 10_000


def test_streets_that_cannot_be_served_are_listed_with_the_reason(town):
    into_end, from_end = _edge(town, 1, 4), _edge(town, 4, 1)
    no_way_there = _problem(town.closed([into_end]))
    assert [(lost.edge, lost.reason) for lost in no_way_there.left_out] == sorted(
        [(into_end, "closed"), (from_end, "no way there")]
    )
    no_way_back = _problem(town.closed([from_end]))
    assert {(lost.edge, lost.reason) for lost in no_way_back.left_out} == {
        (into_end, "no way back"),
        (from_end, "closed"),
    }
    assert no_way_back.problem.n_tasks == 6


def test_swept_in_one_go_a_street_with_one_direction_closed_is_one_way(town):
    shut = _edge(town, 2, 1)
    streets = _problem(town.closed([shut]), sides="both")
    assert streets.left_out == ()
    row = int(np.flatnonzero(streets.task_edge[:, 0] == town.reverse[shut])[0])
    assert streets.task_edge[row, 1] == -1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"required": np.zeros(8, dtype=np.bool_)}, "no street is to be swept"),
        ({"capacity_kg": 20.0}, "Back holds 25 kg over 250 m"),
    ],
)
def test_what_cannot_be_asked_is_said(town, changes, said):
    with pytest.raises(InputError, match=said):
        _problem(town, **changes)


def test_a_dump_site_without_a_way_back_is_refused(town):
    closed = town.closed([_edge(town, 4, 1)])
    with pytest.raises(InputError, match="no way from the depot to the dump site"):
        _problem(closed, facilities=np.array([4]))


@pytest.mark.parametrize("sides", ["each", "both"])
@pytest.mark.parametrize("dumps", [None, np.array([3])])
def test_an_answer_expands_to_edges_that_connect_and_add_up(town, sides, dumps):
    streets = _problem(town, sides=sides, facilities=dumps, capacity_kg=30.0, visit_s=60)
    solution = scan_arcs(streets.problem, scans=20)
    assert check_arc_solution(streets.problem, solution).faults == ()
    routes = street_routes(streets, solution)
    assert sum(leg.seconds for route in routes for leg in route) == solution.value
    served = sorted(leg.task for route in routes for leg in route if leg.kind == "sweep")
    assert served == list(range(streets.problem.n_tasks))
    for route in routes:
        at = 0
        for leg in route:
            for edge in leg.edges:
                assert town.tail[edge] == at
                at = int(town.head[edge])
            assert at == leg.node
        assert at == 0
    assert any(leg.kind == "dump" for route in routes for leg in route) == (dumps is not None)


def test_scans_keep_the_time_of_a_route_and_say_when_vehicles_do_not_do(town):
    streets = _problem(town, most_s=500, vehicles=3)
    solution = scan_arcs(streets.problem, scans=50)
    assert solution.status == "feasible"
    assert check_arc_solution(streets.problem, solution).faults == ()
    assert scan_arcs(_problem(town, most_s=500, vehicles=1).problem).status == "none"


def test_the_same_seed_scans_the_same_routes(town):
    problem = _problem(town, capacity_kg=40.0).problem
    one, other = (scan_arcs(problem, scans=10, seed=3) for _ in range(2))
    assert one.value == other.value
    assert [route.arc.tolist() for route in one.routes] == [
        route.arc.tolist() for route in other.routes
    ]


def test_a_place_lies_at_the_nearest_junction(town):
    node, away = nearest_node(town, 0.0011, 0.0)
    assert node == 1
    assert away == pytest.approx(11.1, abs=0.2)


@pytest.mark.parametrize("sides", ["each", "both"])
@pytest.mark.parametrize("dumps", [None, np.array([3])])
def test_a_giant_tour_is_cut_into_routes_that_keep_the_rules(town, sides, dumps):
    streets = _problem(town, sides=sides, facilities=dumps, capacity_kg=30.0, visit_s=60)
    solution = tour_arcs(streets.problem, tours=20)
    assert check_arc_solution(streets.problem, solution).faults == ()
    bound = arc_lower_bound(streets.problem)
    assert bound <= solution.value <= 1.3 * bound


def test_one_giant_tour_of_all_sides_is_as_short_as_can_be(town):
    streets = _problem(town)
    solution = tour_arcs(streets.problem, tours=30)
    assert len(solution.routes) == 1
    assert solution.value == arc_lower_bound(streets.problem)


def test_giant_tours_keep_the_vehicles_or_say_that_they_cannot(town):
    few = _problem(town, most_s=500, vehicles=3).problem
    assert check_arc_solution(few, tour_arcs(few)).faults == ()
    assert tour_arcs(_problem(town, most_s=500, vehicles=1).problem).status == "none"
