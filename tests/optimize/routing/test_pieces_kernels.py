"""Routes put together from pieces cost what they cost written out, and moves pay what they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from benchmarks.arcs import grid_problem
from optimize.routing.arcs.genetic import near_tasks
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.moves_kernels import between, within
from optimize.routing.arcs.pieces_kernels import (
    WIDEST,
    and_piece,
    and_rest,
    and_rest_back,
    and_task,
    at_end,
    at_end_back,
    empty_routes,
    sites,
    tables_of,
)
from optimize.routing.arcs.placing_kernels import set_route
from optimize.routing.arcs.search_kernels import local_search


def solution_of(facilities, rng, cuts=3):
    """Tables, and routes in random order, of which the first is longer than the widest piece."""
    problem = replace(grid_problem(7, 0), most_cost=6000)
    if facilities:
        problem = replace(problem, facilities=np.array([10, 40]), visit_cost=25)
    layout = layout_of(problem)
    n = problem.n_tasks
    assert n > WIDEST + 20
    tables = tables_of(layout, near_tasks(layout, 10))
    tables.penalty[:] = 3.0, 1.5
    routes = empty_routes(n, cuts + 1)
    order = rng.permutation(n).astype(np.int32)
    long = n - 4 * (cuts - 1)
    for r in range(cuts):
        begin = 0 if r == 0 else long + 4 * (r - 1)
        set_route(tables, routes, r, order[begin : long + 4 * r])
    return tables, routes, order


def price_of(tables, routes, tasks):
    """Price of a route written out."""
    spare = empty_routes(len(tables.near), 1)
    set_route(tables, spare, 0, np.asarray(tasks, dtype=np.int32))
    return spare.price[0]


def task_at(routes, r, i):
    return int(routes.seq[r, i]) if 0 <= i < routes.length[r] else -1


@pytest.mark.parametrize("facilities", [False, True])
def test_a_piece_put_elsewhere_costs_what_the_route_written_out_costs(facilities):
    rng = np.random.default_rng(3)
    tables, routes, _ = solution_of(facilities, rng)
    first = routes.seq[0, : routes.length[0]].tolist()
    other = routes.seq[1, : routes.length[1]].tolist()
    for _ in range(60):
        i, j = (int(k) for k in rng.integers(0, len(first), 2))
        gap = int(rng.integers(0, len(other) + 1))
        way = at_end(routes, task_at(routes, 1, gap - 1))
        way = and_piece(tables, routes, way, 0, i, j)
        said = and_rest(tables, routes, way, task_at(routes, 1, gap))
        piece = first[i : j + 1] if i <= j else first[j : i + 1][::-1]
        real = price_of(tables, routes, other[:gap] + piece + other[gap:])
        if facilities:  # visits are then put where they cost least
            assert real <= said + 1e-6
        else:
            assert real == said


@pytest.mark.parametrize("facilities", [False, True])
def test_ends_turned_round_cost_what_the_route_written_out_costs(facilities):
    rng = np.random.default_rng(4)
    tables, routes, _ = solution_of(facilities, rng)
    first = routes.seq[0, : routes.length[0]].tolist()
    other = routes.seq[1, : routes.length[1]].tolist()
    for _ in range(40):
        i, j = int(rng.integers(0, len(first))), int(rng.integers(0, len(other)))
        beginnings = and_rest_back(tables, routes, at_end(routes, first[i]), other[j])
        ends = and_rest(tables, routes, at_end_back(routes, first[i]), other[j])
        for said, tasks in (
            (beginnings, first[: i + 1] + other[: j + 1][::-1]),
            (ends, first[i:][::-1] + other[j:]),
        ):
            real = price_of(tables, routes, tasks)
            assert real <= said + 1e-6
            assert facilities or real == said


def test_streets_lie_as_far_apart_as_it_costs_to_go():
    layout = layout_of(grid_problem(7, 0))
    site = sites(layout)
    apart = np.linalg.norm(site[:, None] - site[None], axis=2).ravel()
    cost = layout.step.min(axis=2).ravel()
    assert np.corrcoef(apart, cost)[0, 1] > 0.9


def test_a_route_is_known_without_a_task_and_without_two():
    tables, routes, _ = solution_of(False, np.random.default_rng(5))
    first = routes.seq[0, : routes.length[0]].tolist()
    for i in range(len(first) - 1):
        assert routes.left[first[i], 0] == price_of(tables, routes, first[:i] + first[i + 1 :])
        assert routes.left[first[i], 1] == price_of(tables, routes, first[:i] + first[i + 2 :])


def test_one_task_after_another_costs_what_the_route_costs():
    tables, routes, _ = solution_of(True, np.random.default_rng(6))
    way = at_end(routes, -1)
    assert and_rest(tables, routes, way, -1) == 0.0
    tasks = routes.seq[1, : routes.length[1]].tolist()
    for task in tasks:
        way = and_task(tables, way, task)
    assert routes.price[1] <= and_rest(tables, routes, way, -1)


@pytest.mark.parametrize("seed", range(3))
def test_a_move_that_is_found_saves(seed):
    tables, routes, order = solution_of(False, np.random.default_rng(seed))
    spare = np.empty((2, len(order) + 1), np.int32)
    count = np.zeros(2, np.int64)
    where = {int(t): r for r in range(3) for t in routes.seq[r, : routes.length[r]]}
    found = 0
    for t in order.tolist():
        for v in tables.near[t].tolist():
            same = where[t] == where[v]
            move = within if same else between
            if not move(tables, routes, t, v, spare, count):
                continue
            found += 1
            rows = [where[t]] if same else [where[t], where[v]]
            before = [sorted(routes.seq[r, : routes.length[r]].tolist()) for r in rows]
            after = [spare[k, : count[k]].tolist() for k in range(len(rows))]
            assert sorted(chain(*before)) == sorted(chain(*after))
            saved = sum(price_of(tables, routes, tasks) for tasks in after)
            assert saved < sum(routes.price[r] for r in rows)
    assert found > 50


@pytest.mark.parametrize("facilities", [False, True])
def test_a_local_search_ends_cheaper_with_every_task_once(facilities):
    tables, routes, order = solution_of(facilities, np.random.default_rng(8))
    before = routes.price.sum()
    local_search(tables, routes, np.array([12345], np.uint64))
    assert routes.price.sum() < 0.8 * before
    served = [t for r in range(4) for t in routes.seq[r, : routes.length[r]].tolist()]
    assert sorted(served) == sorted(order.tolist())
