"""Districts cut out of published networks."""

import numpy as np
import pytest

from benchmarks import arcs_streets
from benchmarks.arcs_streets import District, auckland, district_cases, kilometres, yuelu
from benchmarks.suite import Options
from optimize.routing.arcs.giant_tour import tour_arcs


def test_absent_networks_are_said_to_be_absent(tmp_path, monkeypatch):
    monkeypatch.setattr(arcs_streets, "_DATA", tmp_path)
    rows = list(district_cases(Options()))
    assert [row.case for row in rows] == ["auckland-2000", "auckland-10000", "yuelu"]
    assert all(row.value is None and "absent" in row.reference_source for row in rows)


def test_a_cut_of_auckland_has_no_more_streets_than_wanted(shared_data):
    district = auckland(500, shared_data / "networks")
    problem = district.problem
    assert 450 < problem.n_tasks <= 500
    both = problem.task_arc[:, 1] >= 0
    there, back = problem.task_arc[both].T
    assert (problem.tail[there] == problem.head[back]).all()
    assert np.allclose(district.length_m[there], district.length_m[back], rtol=0.01)
    solution = tour_arcs(problem, tours=1)
    swept, driven = kilometres(district, solution)
    assert swept == pytest.approx(district.length_m[problem.task_arc[:, 0]].sum() / 1000, rel=0.01)
    # at most 40 km/h, and no slower than 10 where a second is the least there is
    served = problem.serve_cost.min(axis=1).sum()
    visits = sum((route.task < 0).sum() for route in solution.routes) * problem.visit_cost
    hours = (solution.value - served - visits) / 3600
    assert 10 * hours < driven < 40.5 * hours


def test_every_side_of_yuelu_is_a_task(shared_data):
    district = yuelu(shared_data / "networks")
    assert isinstance(district, District)
    assert district.problem.n_tasks == 4232
    assert (district.problem.task_arc[:, 1] == -1).all()
