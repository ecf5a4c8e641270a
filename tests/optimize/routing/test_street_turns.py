"""Turns of sweepers on streets: what is charged, banned, left out, and told to the crew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from networks import TurnRules, helsinki_extract, read_arcs, read_osm, read_turn_rules
from networks.errors import InputError
from optimize.routing.arcs.check import check_arc_solution, check_walk
from optimize.routing.arcs.giant_tour import Postman, cut_tour, tour_arcs
from optimize.routing.arcs.places import Places
from optimize.routing.arcs.scanning import scan_arcs
from optimize.routing.arcs.solve import solve_arcs
from optimize.routing.arcs.street_turns import TURN_KINDS, street_turns, turn_kinds
from optimize.routing.arcs.streets import nearest_node, street_problem, street_routes

# A grid of 3 x 3 junctions 100 m apart, all two-way, numbered row by row from the south-west, and
# a dead end 9 west of junction 3.
STEP = 0.0009
PLACES = [(k % 3 * STEP, k // 3 * STEP) for k in range(9)] + [(-STEP, STEP)]
STREETS = [
    *[(k, k + 1) for k in range(9) if k % 3 < 2],
    *[(k, k + 3) for k in range(6)],
    (9, 3),
]
SECONDS = {"straight": 1, "left": 15, "right": 4, "u_turn": 40}


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grid")
    nodes = [f"{k},{x:.6f},{y:.6f}" for k, (x, y) in enumerate(PLACES)]
    arcs = [f"{u},{v},100,residential,S{k},yes" for k, (u, v) in enumerate(STREETS)]
    (folder / "nodes.csv").write_text("\n".join(["node_id,lon,lat", *nodes]) + "\n")
    (folder / "arcs.csv").write_text(
        "\n".join(["from,to,length_m,class,name,two_way", *arcs]) + "\n"
    )
    return read_arcs(folder / "nodes.csv", folder / "arcs.csv")


def _problem(network, **changes):
    settings = {
        "depot": 0,
        "sweep_kmh": np.full(network.n_edges, 7.2),
        "kg_per_km": np.full(network.n_edges, 100.0),
        "capacity_kg": 1000.0,
        "drive_kmh": 36.0,
    } | changes
    required = settings.pop("required", np.ones(network.n_edges, dtype=np.bool_))
    return street_problem(network, required, **settings)


def _edge(network, tail, head):
    return int(np.flatnonzero((network.tail == tail) & (network.head == head))[0])


def _only(network, *edges):
    required = np.zeros(network.n_edges, dtype=np.bool_)
    required[list(edges)] = True
    return required


def _driven(route):
    """Edges between two stops, stop by stop."""
    parts = [[]]
    for leg in route:
        if leg.kind == "dump":
            parts.append([])
        parts[-1] += leg.edges.tolist()
    return parts


def test_kinds_of_turns_are_those_of_the_streets_lines(grid):
    into = _edge(grid, 3, 4)
    onward = [_edge(grid, 4, v) for v in (5, 7, 1, 3)]
    kinds = turn_kinds(grid, np.full(4, into), np.array(onward))
    assert [TURN_KINDS[k] for k in kinds] == ["straight", "left", "right", "u_turn"]
    corner = turn_kinds(grid, np.array([_edge(grid, 3, 0)]), np.array([_edge(grid, 0, 1)]))
    assert TURN_KINDS[corner[0]] == "none"


def test_free_turns_are_no_turns_at_all(grid):
    is_open = np.ones(grid.n_edges, dtype=np.bool_)
    assert street_turns(grid, is_open) is None
    assert street_turns(grid, is_open, turn_s={"left": 0}) is None
    assert _problem(grid).problem.turns is None


@pytest.mark.parametrize("u_turns", ["allowed", "dead ends", "forbidden"])
def test_seconds_and_bans_are_listed_for_every_pair_of_streets(grid, u_turns):
    is_open = np.ones(grid.n_edges, dtype=np.bool_)
    found = street_turns(grid, is_open, turn_s=SECONDS, u_turns=u_turns)
    first, second = found.arc_edge[found.turns.first], found.arc_edge[found.turns.second]
    kind = np.array(TURN_KINDS)[turn_kinds(grid, first, second)]
    for name in ("straight", "left", "right"):
        assert (found.turns.cost[kind == name] == SECONDS[name]).all()
    assert (found.turns.cost[kind == "none"] == 0).all()
    end = grid.head[first] == 9
    round_there = {"allowed": 40, "dead ends": 40, "forbidden": -1}[u_turns]
    elsewhere = 40 if u_turns == "allowed" else -1
    back = kind == "u_turn"
    assert found.turns.cost[back & end].tolist() == [round_there]
    assert (found.turns.cost[back & ~end] == elsewhere).all()


@pytest.mark.parametrize("sides", ["each", "both"])
@pytest.mark.parametrize("dumps", [None, np.array([8])])
@pytest.mark.parametrize("make", ["scan", "tour", "ruin"])
def test_legs_add_up_and_take_no_forbidden_turn(grid, sides, dumps, make):
    streets = _problem(
        grid, sides=sides, facilities=dumps, capacity_kg=90.0, visit_s=60, turn_s=SECONDS,
        u_turns="dead ends",
    )  # fmt: skip
    problem = streets.problem
    if make == "scan":
        solution = scan_arcs(problem, scans=20)
    elif make == "tour":
        solution = tour_arcs(problem, tours=20)
    else:
        solution = solve_arcs(problem, method="ruin", iterations=2)
    assert check_arc_solution(problem, solution).faults == ()
    routes = street_routes(streets, solution)
    assert sum(leg.seconds for route in routes for leg in route) == solution.value
    served = sorted(leg.task for route in routes for leg in route if leg.kind == "sweep")
    assert served == list(range(problem.n_tasks))
    cost = {
        (a, b): c
        for a, b, c in zip(
            problem.turns.first.tolist(), problem.turns.second.tolist(), problem.turns.cost,
            strict=True,
        )
    }  # fmt: skip
    for route in routes:
        for leg in route:
            assert len(leg.turn_s) == len(leg.edges)
            plain = {"sweep": 50, "dump": 60}.get(leg.kind, streets.drive_s[leg.edges].sum())
            assert leg.seconds == plain + leg.turn_s.sum()
        parts = _driven(route)
        assert all(check_walk(problem, part).faults == () for part in parts)
        turns = [cost[a, b] for part in parts for a, b in pairwise(part)]  # an edge is an arc here
        assert sum(turns) == sum(leg.turn_s.sum() for leg in route)
        at = 0
        for leg in route:
            for edge in leg.edges:
                assert grid.tail[edge] == at
                at = int(grid.head[edge])
            assert at == leg.node
        assert at == 0


def test_a_dead_end_is_swept_where_one_may_turn_there_and_listed_where_not(grid):
    into, out = _edge(grid, 3, 9), _edge(grid, 9, 3)
    turned = _problem(grid, u_turns="dead ends")
    assert turned.left_out == ()
    trapped = _problem(grid, u_turns="forbidden")
    assert {(lost.edge, lost.reason) for lost in trapped.left_out} == {
        (into, "no way back"),
        (out, "no way there"),
    }
    assert trapped.problem.n_tasks == grid.n_edges - 2
    with pytest.raises(InputError, match="no street can be reached"):
        _problem(grid, u_turns="forbidden", required=_only(grid, into))
    # whoever is at home in the dead end gets out and back
    assert _problem(grid, u_turns="forbidden", depot=9).left_out == ()
    # a closed street makes a dead end of the one that leads to it
    shut = _edge(grid, 2, 5)
    closed = grid.closed([shut, int(grid.reverse[shut])])
    far = _problem(closed, u_turns="dead ends")
    assert {lost.reason for lost in far.left_out} == {"closed"}


def test_a_street_that_only_one_direction_can_serve_is_served_in_that_one(grid):
    street = _edge(grid, 3, 4)
    both = _problem(grid, sides="both", required=_only(grid, street), u_turns="dead ends")
    assert both.problem.task_arc[0, 1] >= 0
    into = [int(e) for e in np.flatnonzero(grid.head == 3) if grid.tail[e] != 4]
    rules = TurnRules.of(grid, [(e, street) for e in into])
    one = _problem(
        grid, sides="both", required=_only(grid, street), u_turns="dead ends", restrictions=rules
    )
    assert one.task_edge.tolist() == [[_edge(grid, 4, 3), -1]]


def test_a_ban_over_three_streets_is_kept_and_the_middle_stays_sweepable(grid):
    row = (_edge(grid, 3, 4), _edge(grid, 4, 5), _edge(grid, 5, 8))
    rules = TurnRules.of(grid, [row])
    streets = _problem(grid, restrictions=rules)
    assert len(streets.arc_edge) == grid.n_edges + 1
    assert streets.left_out == ()
    solution = solve_arcs(streets.problem, method="ruin", iterations=2)
    assert check_arc_solution(streets.problem, solution).faults == ()
    routes = street_routes(streets, solution)
    assert sum(leg.seconds for route in routes for leg in route) == solution.value
    assert all(rules.permit(part) for route in routes for part in _driven(route))
    # to serve the last street right after the first the middle one is driven round
    tasks = _problem(grid, required=_only(grid, row[0], row[2]), depot=3, restrictions=rules)
    ways = street_routes(tasks, solve_arcs(tasks.problem, method="ruin", iterations=2))
    assert all(rules.permit(part) for route in ways for part in _driven(route))


def test_a_street_that_only_a_banned_beginning_leads_into_is_swept_as_its_copy(grid):
    middle, first = _edge(grid, 4, 5), _edge(grid, 3, 4)
    last = _edge(grid, 5, 8)
    others = [int(e) for e in np.flatnonzero(grid.head == 4) if e != first]
    rules = TurnRules.of(grid, [(first, middle, last), *[(e, middle) for e in others]])
    streets = _problem(grid, required=_only(grid, middle), restrictions=rules)
    edges = streets.task_edge[:, 0].tolist()
    assert middle in edges
    assert streets.left_out == ()
    assert streets.problem.task_arc[edges.index(middle), 0] >= grid.n_edges
    solution = solve_arcs(streets.problem, method="ruin", iterations=2)
    routes = street_routes(streets, solution)
    assert all(rules.permit(part) for route in routes for part in _driven(route))


def test_turns_are_avoided_where_they_cost(grid):
    def left_turns(streets):
        solution = solve_arcs(streets.problem, method="ruin", iterations=5)
        count = 0
        for route in street_routes(streets, solution):
            for part in _driven(route):
                edges = np.array(part)
                count += int((turn_kinds(grid, edges[:-1], edges[1:]) == 1).sum())
        return count

    assert left_turns(_problem(grid, turn_s=SECONDS)) < left_turns(_problem(grid))


def test_giant_tours_are_drawn_to_turn_cheaply(grid):
    problem = _problem(grid, turn_s=SECONDS, u_turns="dead ends").problem
    postman, places = Postman(problem), Places(problem)

    def mean_cost():
        rng = np.random.default_rng(0)
        runs = [cut_tour(places, *postman.tour(rng), rng) for _ in range(20)]
        return np.mean([sum(run.cost for run in found) for found in runs])

    cheap = mean_cost()
    postman.turning = None
    assert cheap < 0.9 * mean_cost()


@pytest.fixture(scope="module")
def helsinki():
    network = read_osm(helsinki_extract())
    return network, read_turn_rules(helsinki_extract(), network)


@pytest.mark.parametrize("u_turns", ["dead ends", "forbidden"])
def test_central_helsinki_is_swept_without_u_turns_at_junctions(helsinki, u_turns):
    network, rules = helsinki
    depot, _ = nearest_node(network, 24.9462, 60.1722)
    streets = _problem(
        network, depot=depot, facilities=np.array([depot]), visit_s=600, capacity_kg=1200.0,
        turn_s=SECONDS, u_turns=u_turns, restrictions=rules,
    )  # fmt: skip
    left = {lost.edge for lost in streets.left_out}
    assert streets.problem.n_tasks + len(left) == network.n_edges
    assert len(left) < (0.05 if u_turns == "dead ends" else 0.3) * network.n_edges
    solution = tour_arcs(streets.problem, tours=3)
    assert check_arc_solution(streets.problem, solution).faults == ()
    routes = street_routes(streets, solution)
    assert sum(leg.seconds for route in routes for leg in route) == solution.value
    for part in (part for route in routes for part in _driven(route)):
        assert rules.permit(part)
        edges = np.array(part, dtype=np.int64)
        kind = turn_kinds(network, edges[:-1], edges[1:], rules)
        turned = edges[:-1][kind == TURN_KINDS.index("u_turn")]
        onward = [
            other
            for edge in turned.tolist()
            for other in np.flatnonzero(network.tail == network.head[edge]).tolist()
            if other != network.reverse[edge] and rules.permit((edge, other))
        ]
        assert onward == []
        assert u_turns == "dead ends" or not len(turned)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"turn_s": {"lft": 3}}, "no turn of the kind 'lft'"),
        ({"turn_s": {"left": -1}}, "left cannot take -1 s"),
        ({"turn_s": {"left": float("nan")}}, "left cannot take nan s"),
        ({"u_turns": "never"}, "U-turns cannot be 'never'"),
    ],
)
def test_turns_that_make_no_sense_are_refused(grid, changes, said):
    with pytest.raises(InputError, match=said):
        _problem(grid, **changes)


def test_restrictions_of_another_network_are_refused(grid):
    rules = replace(TurnRules.none(grid), n_edges=3, roundabout=np.zeros(3, dtype=np.bool_))
    with pytest.raises(InputError, match="for 3 edges"):
        _problem(grid, restrictions=rules)
