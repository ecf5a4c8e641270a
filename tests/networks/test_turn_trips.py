"""Single trips and nearest places with turns: those of the matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import Positions, TurnCosts, TurnRules, with_turns

few_cases = settings(max_examples=25, deadline=None)


def places(network, k, seed):
    draw = np.random.default_rng(seed)
    edge = draw.integers(0, network.n_edges, k)
    fraction = draw.choice([0.0, 1.0, *draw.random(8)], k)
    edge[: k // 3] = edge[0]
    nothing = np.zeros(k)
    return Positions(edge, fraction, nothing, nothing, nothing)


def random_rules(network, seed, size):
    """Bans of two to four edges along random walks."""
    draw = np.random.default_rng(seed)
    banned = []
    for _ in range(size):
        row = [int(draw.integers(0, network.n_edges))]
        while len(row) < 4:
            node = network.head[row[-1]]
            row.append(int(draw.integers(network.indptr[node], network.indptr[node + 1])))
        banned.append(row[: draw.integers(2, 5)])
    return TurnRules.of(network, banned)


@few_cases
@given(st.integers(0, 30), st.integers(0, 10_000), st.booleans())
def test_pairs_and_nearest_places_are_those_of_the_matrix(town, seed, draw, prepared):
    network = town(seed)
    turning = with_turns(network, random_rules(network, draw, 40), TurnCosts.for_vehicle())
    turning = turning.prepared() if prepared else turning
    origins = turning.positions(places(network, 6, draw))
    goals = turning.positions(places(network, 6, draw + 1))
    matrix = turning.matrix(origins, goals)
    pairs = turning.distances(origins, goals)
    assert pairs == pytest.approx(np.diag(matrix), rel=1e-9, abs=1e-9)
    assert turning.distance(origins[2], goals[3]) == pytest.approx(matrix[2, 3], abs=1e-9)
    assert turning.path(origins[2], goals[3]).time_s == pytest.approx(matrix[2, 3], abs=1e-9)
    near = turning.nearest(origins, goals, 3)
    assert near.time_s == pytest.approx(np.sort(matrix, axis=1)[:, :3], rel=1e-9, abs=1e-9)
    rows, columns = np.nonzero(near.target >= 0)
    found = matrix[rows, near.target[rows, columns]]
    assert near.time_s[rows, columns] == pytest.approx(found, rel=1e-9, abs=1e-9)
    node = int(turning.head[turning.arc_of[0]])
    to_nodes = turning.distances(origins, np.full(6, node))
    assert to_nodes[0] == pytest.approx(turning.times_from(origins[0])[node], rel=1e-9)
    assert turning.distance(node, goals[0]) == pytest.approx(
        turning.times_from(goals[0], reverse=True)[node], rel=1e-9
    )
