"""Small arc-routing problems, and the best answer by trying everything."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import strategies as st

from optimize.routing.arcs.problem import ArcProblem


@st.composite
def small_problems(draw, *, facilities=False, tasks=4):
    """Up to a few tasks on a strongly connected mixed network of up to six nodes."""
    n = draw(st.integers(2, 6))
    cost = st.integers(0, 9)
    arcs = [(i, (i + 1) % n, draw(cost)) for i in range(n)]
    arcs += [
        (draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1)), draw(cost))
        for _ in range(draw(st.integers(0, 4)))
    ]
    task_arc, serve, demand = [], [], []
    for _ in range(draw(st.integers(1, tasks))):
        first = draw(st.integers(0, len(arcs) - 1))
        u, v, _ = arcs[first]
        back = -1
        if draw(st.booleans()):
            back = len(arcs)
            arcs.append((v, u, draw(cost)))
        task_arc.append((first, back))
        serve.append((draw(cost), draw(cost)))
        demand.append(draw(st.integers(0, 4)))
    table = np.array(arcs)
    sites = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=2)) if facilities else []
    return ArcProblem(
        "small", n, table[:, 0], table[:, 1], table[:, 2], draw(st.integers(0, n - 1)),
        np.array(task_arc), np.array(serve), np.array(demand), draw(st.integers(4, 8)),
        route_cost=draw(st.integers(0, 5)), facilities=np.array(sites, dtype=np.int64),
        visit_cost=draw(st.integers(0, 3)),
    )  # fmt: skip


def best_by_trying(problem):
    """Least cost over all orders, directions, cuts into routes, and visits."""
    n, t = problem.n_nodes, problem.n_tasks
    far = 10**9
    dist = np.full((n, n), far)
    np.fill_diagonal(dist, 0)
    for u, v, c in zip(problem.tail, problem.head, problem.cost, strict=True):
        dist[u, v] = min(dist[u, v], c)
    for k in range(n):
        dist = np.minimum(dist, dist[:, [k]] + dist[[k], :])
    sites = problem.facilities.tolist()

    def over(a, b):
        return min((dist[a, f] + problem.visit_cost + dist[f, b] for f in sites), default=far)

    def home(a):
        return over(a, problem.depot) if sites else dist[a, problem.depot]

    best = far
    ways = [[w for w in pair if w >= 0] for pair in problem.task_arc.tolist()]
    for order in permutations(range(t)):
        for chosen in product(*(ways[task] for task in order)):
            # state: (place, load) -> least cost, with a route under way
            states = {(None, 0): 0}
            for task, arc in zip(order, chosen, strict=True):
                side = problem.task_arc[task].tolist().index(arc)
                u, v = int(problem.tail[arc]), int(problem.head[arc])
                q, s = int(problem.demand[task]), int(problem.serve_cost[task, side])
                following = {}
                for (place, load), cost in states.items():
                    options = []
                    begin = dist[problem.depot, u] + problem.route_cost
                    if place is None:
                        options.append((begin, q))
                    else:
                        options.append((home(place) + begin, q))
                        if load + q <= problem.capacity:
                            options.append((dist[place, u], load + q))
                        if sites:
                            options.append((over(place, u), q))
                    for way, carried in options:
                        key = (v, carried)
                        following[key] = min(following.get(key, far), cost + way + s)
                states = following
            best = min(best, *(cost + home(place) for (place, _), cost in states.items()))
    return int(best)


@pytest.fixture(scope="session")
def problems():
    """Strategy of small problems."""
    return small_problems


@pytest.fixture(scope="session")
def exhaustive():
    """Function that finds the least cost by trying everything."""
    return best_by_trying
