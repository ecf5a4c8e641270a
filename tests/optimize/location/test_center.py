"""P-center against all subsets of small cases, and against published values."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall

from optimize.location.evaluate import evaluate
from optimize.location.problems import PCenter
from optimize.location.sites import Quota, Sites
from optimize.location.solve import solve


@pytest.fixture(scope="module")
def check(random_sites, subsets):
    def run(seed, *, rules):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(1, 10)), int(rng.integers(2, 8))
        cost = rng.integers(0, 12, (n, m)).astype(float)
        if rng.random() < 0.3:
            cost[rng.random((n, m)) < 0.3] = np.inf
        sites = random_sites(rng, m) if rules else Sites(m)
        if not len(sites.allowed):
            return
        p = int(rng.integers(1, m + 1))
        p = min(max(p, len(sites.fixed), 1), len(sites.allowed))
        problem = PCenter(cost, p, sites)
        plans = [plan for plan in subsets(m) if len(plan) <= p and not sites.faults(plan)]
        most = max((len(plan) for plan in plans), default=0)
        liked = np.zeros(m) if sites.preference is None else sites.preference
        values = [
            cost[:, plan].min(axis=1, initial=np.inf).max() - liked[plan].sum()
            for plan in plans
            if len(plan) == most
        ]
        values = [value for value in values if np.isfinite(value)]
        for method in ("auto", "heuristic"):
            found = solve(problem, method=method)
            if not values:
                assert not found.found
                assert found.status == "infeasible" or method == "heuristic"
                continue
            assert found.bound <= min(values) + 1e-7
            if method == "auto":
                assert found.status == "optimal"
                assert found.value == pytest.approx(min(values), abs=1e-7)
            if found.found:
                judged = evaluate(problem, found)
                assert judged.faults == ()
                assert judged.value == pytest.approx(found.value, abs=1e-7)

    return run


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_farthest_point_is_as_near_as_any_subset_brings_it(check, seed):
    check(seed, rules=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_rules_and_preferences_are_kept(check, seed):
    check(seed, rules=True)


def test_a_point_out_of_reach_makes_it_infeasible():
    found = solve(PCenter(np.array([[1.0, np.inf], [np.inf, np.inf]]), 1))
    assert found.status == "infeasible"


def test_a_quota_moves_the_center():
    line = np.abs(np.arange(7.0)[:, None] - np.arange(7.0))
    free = solve(PCenter(line, 1))
    bound = solve(PCenter(line, 1, Sites(7, quotas=(Quota(np.array([0, 1]), 1),))))
    assert (free.value, bound.value) == (3.0, 5.0)
    assert bound.open_sites.tolist() == [1]


def read_pmed(path):
    """Cost and p of an OR-Library file; of parallel edges the last one counts."""
    words = np.array(path.read_text().split(), dtype=int)
    n, edges, p = (int(word) for word in words[:3])
    table = np.full((n, n), np.inf)
    for a, b, length in words[3 : 3 + 3 * edges].reshape(-1, 3):
        table[a - 1, b - 1] = table[b - 1, a - 1] = length
    np.fill_diagonal(table, 0.0)
    return floyd_warshall(table), p


@pytest.mark.parametrize("number", [1, 2, 4, 10, 14, 18])
def test_centers_of_the_or_library_are_proven(shared_data, number):
    with (shared_data / "placement" / "best_known_placement.csv").open(newline="") as file:
        known = {
            row["instance"]: float(row["best"])
            for row in csv.DictReader(file)
            if row["set"] == "pmed-pcenter"
        }
    cost, p = read_pmed(shared_data / "placement" / "pmed" / f"pmed{number}.txt")
    problem = PCenter(cost, p)
    found = solve(problem)
    assert (found.status, found.value) == ("optimal", known[f"pmed{number}"])
    assert evaluate(problem, found).faults == ()


def test_four_stores_of_san_francisco_reach_every_tract_within_74_hundred_metres(shared_data):
    folder = shared_data / "placement" / "spopt_sf"
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    table = pd.read_csv(folder / name).pivot_table(
        index="DestinationName", columns="name", values="distance"
    )
    found = solve(PCenter(table.to_numpy(), 4))
    assert found.status == "optimal"
    assert found.value == pytest.approx(7403.0638, abs=1e-4)
