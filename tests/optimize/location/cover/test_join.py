"""The best plan among the sites of some plans."""

from itertools import combinations

import numpy as np
import pytest

from optimize.location.cover.join import around, best_of_sites, sites_of
from optimize.location.cover.table import build_table
from optimize.location.coverage import Coverage
from optimize.location.sites import Sites


@pytest.mark.parametrize("seed", range(4))
def test_a_join_finds_the_best_plan_among_the_sites_of_its_plans(seed):
    rng = np.random.default_rng(seed)
    reach, weight = (rng.random((30, 12)) < 0.2).astype(float), rng.integers(1, 9, 30).astype(float)
    coverage = Coverage.decaying(reach, lambda share: share)
    table = build_table(coverage, weight, allowed=np.ones(12, dtype=np.bool_))

    def worth(plan):
        return weight @ reach[:, list(plan)].max(axis=1)

    plans = [np.sort(rng.choice(12, 3, replace=False)) for _ in range(3)]
    among = sites_of([(worth(plan), plan) for plan in plans], np.full(12, np.inf), 12)
    best = max(plans, key=worth)
    found, closed = best_of_sites(
        table, Sites(12), (0.0, 3.0), among, best, time_limit_s=60.0, threads=1, seed=0
    )
    assert closed
    assert among[found].all()
    assert worth(found) == max(map(worth, combinations(np.flatnonzero(among), 3)))


def test_plans_are_taken_from_the_best_on_while_their_sites_are_few_enough():
    plans = [(1.0, np.array([5, 6])), (3.0, np.array([0, 1])), (2.0, np.array([1, 2]))]
    unknown = np.full(8, np.inf)
    assert np.flatnonzero(sites_of(plans, unknown, 3)).tolist() == [0, 1, 2]
    assert np.flatnonzero(sites_of(plans, unknown, 1)).tolist() == [0, 1]
    assert np.flatnonzero(sites_of(plans, unknown, 8)).tolist() == [0, 1, 2, 5, 6]


def test_room_that_plans_leave_goes_to_sites_that_cost_the_bound_least():
    lost = np.array([0.0, 9.0, 1.0, np.inf, 2.0])
    assert np.flatnonzero(sites_of([(1.0, np.array([1]))], lost, 4)).tolist() == [0, 1, 2, 4]
    assert np.flatnonzero(sites_of([(1.0, np.array([1]))], lost, 2)).tolist() == [0, 1]


def test_sites_that_stay_open_stay_in_the_best_plan_and_the_rest_suits_them():
    reach = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=float)
    table = build_table(
        Coverage.decaying(reach, lambda share: share),
        np.array([4.0, 3.0, 2.0, 1.0]),
        allowed=np.ones(4, dtype=np.bool_),
    )
    opened = np.array([False, False, True, False])
    found, closed = best_of_sites(
        table,
        Sites(4),
        (0.0, 2.0),
        np.ones(4, dtype=np.bool_),
        np.array([2, 3]),
        opened=opened,
        time_limit_s=60.0,
        threads=1,
        seed=0,
    )
    assert closed
    assert found.tolist() == [1, 2]


def test_sites_around_one_share_rows_step_by_step():
    # site k and k + 1 share a row
    reach = np.eye(5, 6) + np.eye(5, 6, k=1)
    coverage = Coverage.decaying(reach, lambda share: share)
    table = build_table(coverage, np.ones(5), allowed=np.ones(6, dtype=np.bool_))
    plan = np.array([0, 4])
    assert np.flatnonzero(around(table, 1, plan, 1)).tolist() == [0, 1, 2]
    assert np.flatnonzero(around(table, 1, plan, 2)).tolist() == [0, 1, 2, 3, 4]
    assert around(table, 1, plan, 9).all()
