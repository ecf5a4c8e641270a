"""P-dispersion against all subsets of small cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.location.evaluate import evaluate
from optimize.location.problems import Dispersion
from optimize.location.sites import Sites
from optimize.location.solve import solve


@pytest.fixture(scope="module")
def check(random_sites, subsets):
    def run(seed, *, rules):
        rng = np.random.default_rng(seed)
        m = int(rng.integers(3, 9))
        place = rng.integers(0, 10, (m, 2))
        far = np.abs(place[:, None] - place[None]).sum(axis=2).astype(float)
        sites = random_sites(rng, m) if rules else Sites(m)
        if len(sites.allowed) < 2:
            return
        p = max(2, len(sites.fixed), int(rng.integers(2, m + 1)))
        p = min(p, len(sites.allowed))
        problem = Dispersion(far, p, sites)
        plans = [plan for plan in subsets(m) if len(plan) <= p and not sites.faults(plan)]
        most = max((len(plan) for plan in plans), default=0)
        liked = np.zeros(m) if sites.preference is None else sites.preference
        values = [
            far[np.ix_(plan, plan)][np.triu_indices(most, 1)].min() + liked[plan].sum()
            for plan in plans
            if len(plan) == most >= 2
        ]
        for method in ("auto", "heuristic"):
            found = solve(problem, method=method)
            if not values:
                assert not found.found
                continue
            assert found.bound >= max(values) - 1e-7
            if method == "auto":
                assert found.status == "optimal"
                assert found.value == pytest.approx(max(values), abs=1e-7)
            if found.found:
                judged = evaluate(problem, found)
                assert judged.faults == ()
                assert judged.value == pytest.approx(found.value, abs=1e-7)

    return run


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_sites_are_as_far_from_each_other_as_in_any_subset(check, seed):
    check(seed, rules=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_rules_and_preferences_are_kept(check, seed):
    check(seed, rules=True)


def test_four_of_a_grid_go_to_its_corners():
    place = np.stack(np.meshgrid(np.arange(6.0), np.arange(6.0)), axis=-1).reshape(-1, 2)
    far = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    found = solve(Dispersion(far, 4))
    assert (found.status, found.value) == ("optimal", 5.0)
    assert found.open_sites.tolist() == [0, 5, 30, 35]


def test_two_fixed_sites_near_to_each_other_bind_the_distance():
    line = np.abs(np.arange(9.0)[:, None] - np.arange(9.0))
    found = solve(Dispersion(line, 3, Sites(9, fixed=[0, 1])))
    assert (found.status, found.value) == ("optimal", 1.0)


def test_sixty_places_are_dispersed_to_proof():
    rng = np.random.default_rng(0)
    place = rng.random((60, 2))
    far = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    problem = Dispersion((far + far.T) / 2, 8)
    found = solve(problem)
    assert found.status == "optimal"
    assert evaluate(problem, found).faults == ()
