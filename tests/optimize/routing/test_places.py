"""Ways without tables between all tasks: the same costs as with them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.arcs import grid_problem
from networks import InputError
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.places import Places
from optimize.routing.arcs.problem import ArcProblem
from optimize.routing.arcs.scanning import cost_of_routes
from optimize.routing.arcs.solution import decoded
from optimize.routing.arcs.turns import ArcTurns
from optimize.routing.arcs.ways import FAR, costs_from, graph_of, pair_costs, table_of


def _turned(draw, problem):
    """Make some turns of a problem cost something, none impossible."""
    arcs = len(problem.tail)
    pairs = [(a, b) for a in range(arcs) for b in range(arcs) if problem.head[a] == problem.tail[b]]
    listed = draw(st.lists(st.sampled_from(pairs), max_size=12, unique=True)) if pairs else []
    cost = [draw(st.integers(0, 9)) for _ in listed]
    table = np.array(listed, dtype=np.int64).reshape(-1, 2)
    return replace(problem, turns=ArcTurns(table[:, 0], table[:, 1], np.array(cost, np.int64), 3))


@settings(deadline=None, max_examples=80)
@given(data=st.data())
@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("facilities", [False, True])
def test_a_route_costs_the_same_with_and_without_tables(problems, turns, facilities, data):
    problem = data.draw(problems(facilities=facilities))
    if turns:
        problem = _turned(data.draw, problem)
    n = problem.n_tasks
    order = np.array(data.draw(st.permutations(range(n))), dtype=np.int32)
    if facilities and n > 1:
        order = np.insert(order, data.draw(st.integers(1, n - 1)), n).astype(np.int32)
    places = Places(problem)
    run = places.run(order)
    layout = layout_of(problem)
    tabled = cost_of_routes(problem, layout, decoded(problem, layout, [order]))
    assert run.cost + problem.route_cost == tabled
    assert cost_of_routes(problem, layout, [places.route(run)]) == tabled
    assert run.elements(n).tolist() == order.tolist()
    # what lies between, the service, and the way home make up the cost
    served = places.serve[0][run.tasks, run.mode]
    home = places.ending[0, run.tasks[-1], run.mode[-1]]
    assert run.gap.sum() + served.sum() + home == run.cost


def test_searches_that_stop_early_find_what_whole_searches_find():
    problem = grid_problem(9, 3)
    graph = graph_of(problem)
    nodes = np.arange(problem.n_nodes)
    whole = np.full((len(nodes), len(nodes)), 10**6)
    np.minimum.at(whole, (problem.tail, problem.head), problem.cost)
    np.fill_diagonal(whole, 0)
    for through in nodes:
        whole = np.minimum(whole, whole[:, [through]] + whole[through])
    some = nodes[::7]
    assert (table_of(graph, some, nodes[1::5]) == whole[np.ix_(some, nodes[1::5])]).all()
    assert (costs_from(graph, some) == whole[some]).all()
    one, other = np.repeat(some, len(some)), np.tile(some, len(some))
    assert (pair_costs(graph, one, other) == whole[one, other]).all()


def test_there_is_no_way_where_there_is_none():
    arcs = np.array([0, 1])
    problem = ArcProblem(
        "line", 3, arcs, arcs + 1, np.array([1, 1]), 0, np.array([[0, -1]]), np.ones((1, 2)),
        np.ones(1), 5,
    )  # fmt: skip
    graph = graph_of(problem)
    assert pair_costs(graph, np.array([2, 0]), np.array([0, 2])).tolist() == [FAR, 2]
    with pytest.raises(InputError, match="task 0 cannot be reached from the depot and back"):
        Places(problem)
