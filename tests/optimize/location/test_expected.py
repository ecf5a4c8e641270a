"""Cover by busy units against all placements of small cases, and on the Utrecht deployments."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.location.coverage import Coverage
from optimize.location.evaluate import evaluate
from optimize.location.expected import units_needed
from optimize.location.problems import AvailabilityCover, ExpectedCover
from optimize.location.sites import Sites
from optimize.location.solve import solve


@pytest.fixture(scope="module")
def check(random_sites):
    def run(seed, kind, *, rules):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(1, 9)), int(rng.integers(2, 6))
        reach = (rng.random((n, m)) < 0.5).astype(int)
        weight = rng.integers(0, 5, n).astype(float)
        sites = random_sites(rng, m) if rules else Sites(m)
        if not len(sites.allowed):
            return
        most = int(rng.integers(1, 4))
        units = max(int(rng.integers(1, 6)), len(sites.fixed))
        if units > len(sites.allowed) * most:
            return
        busy = float(rng.choice([0.0, 0.3, 0.6]))
        coverage = Coverage.within(1 - reach, 0.5)
        if kind == "expected":
            problem = ExpectedCover(coverage, weight, units, busy, most, sites)
        else:
            problem = AvailabilityCover(coverage, weight, units, busy, 0.8, most, sites)
        placements = [
            np.array(x)
            for x in itertools.product(range(most + 1), repeat=m)
            if sum(x) <= units and not sites.faults(np.flatnonzero(x))
        ]
        placed = max((int(x.sum()) for x in placements), default=0)
        liked = np.zeros(m) if sites.preference is None else sites.preference

        def value(x):
            idle = 1.0 - busy ** (reach @ x).astype(float)
            worth = idle if kind == "expected" else idle >= 0.8 - 1e-12
            return weight @ worth + liked[x > 0].sum()

        values = [value(x) for x in placements if x.sum() == placed]
        for method in ("auto", "mip", "heuristic"):
            found = solve(problem, method=method)
            if not values:
                assert found.status == "infeasible"
                continue
            judged = evaluate(problem, found)
            assert judged.faults == ()
            assert judged.value == pytest.approx(found.value, abs=1e-7)
            assert found.bound >= max(values) - 1e-7
            if method != "heuristic":
                assert found.status == "optimal"
                assert found.value == pytest.approx(max(values), abs=1e-7)

    return run


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["expected", "availability"]))
def test_units_cover_most_of_all_placements(check, seed, kind):
    check(seed, kind, rules=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["expected", "availability"]))
def test_rules_and_preferences_are_kept(check, seed, kind):
    check(seed, kind, rules=True)


def test_units_that_a_point_needs_grow_with_the_reliability():
    assert [units_needed(0.5, r) for r in (0.4, 0.5, 0.75, 0.9)] == [1, 1, 2, 4]
    assert units_needed(0.0, 0.99) == 1


def test_units_that_are_never_busy_cover_like_a_maximal_cover():
    reach = np.array([[1, 0], [0, 1], [1, 1]])
    problem = ExpectedCover(Coverage.within(1 - reach, 0.5), np.array([3.0, 2.0, 1.0]), 1, 0.0)
    found = solve(problem)
    assert (found.value, found.open_sites.tolist()) == (4.0, [0])


@pytest.mark.parametrize(("units", "value"), [(20, 0.852089), (23, 0.879357), (24, 0.886632)])
def test_utrecht_deployments_are_optimal(shared_data, units, value):
    # 231 postcodes, 12 minutes from the postcode (rows) to the base (columns), the 21 bases of
    # the service as candidates, weights `inhabitants`, busy fraction 0.6
    folder = shared_data / "elaspy"
    times = pd.read_csv(folder / "siren_driving_matrix_2022.csv", index_col=0)
    nodes = pd.read_csv(folder / "nodes_Utrecht_2021.csv")
    bases = pd.read_csv(folder / "RAVU_base_locations_Utrecht_2021.csv")["Base Locations"]
    name = f"Base_Locations_Ambulances_MEXCLP_21_22_{units}.csv"
    deployed = pd.read_csv(folder / name, encoding="utf-8-sig")["Base"]
    minutes = times.loc[nodes["postal code"], [str(code) for code in sorted(bases)]]
    coverage = Coverage.within(minutes.to_numpy(), 12.0)
    weight = nodes["inhabitants"].to_numpy()
    problem = ExpectedCover(coverage, weight, units, 0.6)
    found = solve(problem)
    assert found.status == "optimal"
    assert found.value == pytest.approx(value, abs=5e-7)
    assert evaluate(problem, found).faults == ()
    placed = np.array([(deployed == code).sum() for code in sorted(bases)])
    reached = (minutes.to_numpy() <= 12.0) @ placed
    assert weight @ (1 - 0.6**reached) == pytest.approx(found.value, abs=1e-9)
