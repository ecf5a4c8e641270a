"""Bounds that duals prove hold, however rough the duals are."""

import numpy as np
import pytest
from scipy.sparse import coo_array

from optimize.location.cover.linear import dual_bound, relaxed, solve_glop
from optimize.mip import LinearModel, Rows


@pytest.fixture
def model():
    rows = Rows()
    rows.add([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 2.0, 3.0, 1.0], lower=[-np.inf] * 2, upper=[4, 6])
    whole = np.zeros(2, dtype=np.bool_)
    return LinearModel(np.array([3.0, 2.0]), np.zeros(2), np.full(2, 9.0), whole, rows, True, 1.0)


def test_the_relaxation_of_a_small_program_has_its_known_vertex(model):
    for found in (solve_glop(model), relaxed(model)):
        assert found.status == "optimal"
        assert found.x == pytest.approx([1.6, 1.2])
        assert found.value == pytest.approx(8.2)
        assert found.bound == pytest.approx(8.2)


@pytest.mark.parametrize("dual", [[0.0, 0.0], [1.0, 0.5], [-3.0, 2.0], [0.6, 0.8]])
def test_any_duals_bound_the_best_value(model, dual):
    row, column, value, low, high = model.rows.parts()
    matrix = coo_array((value, (row, column)), shape=(2, 2)).tocsr()
    bound, _, _ = dual_bound(model, matrix, np.array(dual), low, high)
    assert bound >= 8.2 - 1e-9


def test_a_program_without_a_solution_is_said_to_have_none():
    rows = Rows()
    rows.add([0, 0], [0, 1], 1.0, lower=[3.0], upper=[4.0])
    whole = np.zeros(2, dtype=np.bool_)
    model = LinearModel(np.ones(2), np.zeros(2), np.ones(2), whole, rows)
    assert relaxed(model).status == "infeasible"
