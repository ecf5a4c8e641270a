"""Set cover against all subsets of small cases, and on stores and tracts of San Francisco."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location.coverage import Coverage
from optimize.location.evaluate import evaluate
from optimize.location.problems import SetCover
from optimize.location.set_cover import uncoverable
from optimize.location.sites import Sites
from optimize.location.solve import solve


@pytest.fixture(scope="module")
def check(random_sites, subsets):
    def run(seed, *, rules):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(1, 10)), int(rng.integers(2, 8))
        reach = rng.random((n, m)) < 0.45
        times = rng.integers(0, 3, n) if rng.random() < 0.5 else np.ones(n, dtype=int)
        if rules:
            sites = random_sites(rng, m)
        else:
            cost = rng.integers(0, 4, m).astype(float) if rng.random() < 0.6 else None
            liked = rng.normal(size=m) if rng.random() < 0.3 else None
            sites = Sites(m, cost=cost, preference=liked)
        problem = SetCover(Coverage.within(1.0 - reach, 0.5), times, sites)
        price = np.ones(m) if sites.cost is None else sites.cost
        price = price - (0.0 if sites.preference is None else sites.preference)
        costs = [
            price[plan].sum()
            for plan in subsets(m)
            if (reach[:, plan].sum(axis=1) >= times).all() and not sites.faults(plan)
        ]
        for method in ("auto", "mip", "heuristic"):
            found = solve(problem, method=method)
            if not costs:
                assert found.status in {"infeasible", "none"}
                assert found.status == "infeasible" or method == "heuristic"
                continue
            assert found.bound <= min(costs) + 1e-7
            if method != "heuristic":
                assert found.status == "optimal"
                assert found.value == pytest.approx(min(costs), abs=1e-7)
            if found.found:
                judged = evaluate(problem, found)
                assert judged.faults == ()
                assert judged.value == pytest.approx(found.value, abs=1e-7)

    return run


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_cover_is_the_cheapest_of_all_subsets(check, seed):
    check(seed, rules=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_cover_under_rules_is_the_cheapest_of_those_that_keep_them(check, seed):
    check(seed, rules=True)


def test_points_that_no_allowed_site_reaches_are_named_and_make_it_infeasible():
    reach = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 1]])
    problem = SetCover(Coverage.within(1 - reach, 0.5), sites=Sites(3, forbidden=[1]))
    assert uncoverable(problem).tolist() == [1, 2]
    found = solve(problem)
    assert (found.status, found.bound) == ("infeasible", np.inf)
    assert not found.found


def test_a_point_that_needs_no_cover_is_left_out():
    problem = SetCover(Coverage.within([[0.0], [9.0]], 1.0), np.array([1, 0]))
    found = solve(problem)
    assert (found.value, found.assignment.tolist()) == (1.0, [0, -1])


def test_no_points_need_no_sites():
    problem = SetCover(Coverage(np.zeros(1), np.zeros(0), 3))
    assert solve(problem).value == 0.0
    assert solve(problem).status == "optimal"


def test_a_backup_needs_two_sites_for_every_point():
    reach = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
    problem = SetCover(Coverage.within(1 - reach, 0.5), 2)
    assert solve(problem).open_sites.tolist() == [0, 1, 2, 3]


def test_negative_times_are_refused():
    with pytest.raises(InputError, match="times"):
        SetCover(Coverage.within([[0.0]], 1.0), -1)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_cover_of_a_thousand_points_is_proven_and_does_not_depend_on_the_threads(seed):
    rng = np.random.default_rng(seed)
    points, places = rng.random((1000, 2)), rng.random((120, 2))
    far = np.hypot(*(points[:, None] - places[None]).transpose(2, 0, 1))
    problem = SetCover(Coverage.within(far, max(0.2, far.min(axis=1).max())))
    one, two = solve(problem, seed=3), solve(problem, seed=3, threads=2)
    assert one.status == "optimal"
    assert evaluate(problem, one).faults == ()
    assert one.open_sites.tolist() == two.open_sites.tolist()


def test_san_francisco_needs_eight_stores_within_five_kilometres(shared_data):
    folder = shared_data / "placement" / "spopt_sf"
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    table = pd.read_csv(folder / name).pivot_table(
        index="DestinationName", columns="name", values="distance"
    )
    found = solve(SetCover(Coverage.within(table.to_numpy(), 5000.0)))
    assert (found.status, found.value) == ("optimal", 8.0)
