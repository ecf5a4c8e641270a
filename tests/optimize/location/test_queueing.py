"""Piles under a waiting target: published values of Erlang's C formula, and enumeration."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location import QueueingLocation, Sites, pile_sizes, solve, waits
from optimize.location.queueing import most_arrivals
from sim.erlang import mmc

# 100 calls in half an hour of 3 minutes each; share answered within 20 s
# (README of pyworkforce, R. Arenas, MIT licence)
PUBLISHED = [
    (13, 0.285270453036493, 0.7955947884177831),
    (14, 0.1741319335950498, 0.8883500191794669),
    (15, 0.10204236700798798, 0.9414528428690223),
]


@pytest.mark.parametrize(("servers", "p_wait", "within"), PUBLISHED)
def test_published_service_levels_are_kept_up_to_the_published_arrivals(servers, p_wait, within):
    got = most_arrivals(servers, 3.0, 20 / 60, quantile=within)
    assert got == pytest.approx(200, rel=1e-9)
    assert mmc(200 / 60, 1 / 3, servers).p_wait == pytest.approx(p_wait)


def test_eight_of_ten_within_twenty_seconds_needs_fourteen_servers():
    # the answer of the same README to a service level of 0.80
    sizes = pile_sizes(3.0, 20 / 60, 20, 1.0, quantile=0.80)
    needed = next(k for k, size in enumerate(sizes) if size.capacity >= 200)
    assert needed + 1 == 14


def test_the_mean_wait_of_ten_servers_at_a_load_of_nine_is_the_published_one():
    # Wq = C / (c - a) = 0.668732 services
    assert most_arrivals(10, 60.0, 60 * 0.668732, None) == pytest.approx(9, rel=1e-6)


@given(
    st.integers(1, 40),
    st.floats(1, 120),
    st.floats(0.1, 60),
    st.none() | st.floats(0.05, 0.95),
)
@settings(deadline=None, max_examples=100)
def test_the_target_is_kept_at_the_capacity_and_missed_just_above(piles, service, target, q):
    rate = most_arrivals(piles, service, target, q)
    assert 0 < rate < piles * 60 / service

    def missed(arrivals):
        queue = mmc(arrivals / 60, 1 / service, piles)
        if q is None:
            return queue.wait > target
        spare = piles / service - arrivals / 60
        return queue.p_wait * np.exp(-spare * target) > 1 - q

    assert not missed(rate * (1 - 1e-9))
    above = rate * (1 + 1e-6)
    assert above >= piles * 60 / service or missed(above)


@given(st.integers(1, 60), st.integers(1, 60))
@settings(deadline=None, max_examples=50)
def test_two_small_sites_never_take_more_than_one_large(one, other):
    def rate(piles):
        return most_arrivals(piles, 30.0, 5.0)

    assert rate(one) + rate(other) < rate(one + other)


def instance(seed, random_sites):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    travel = rng.integers(1, 15, (n, m)).astype(float)
    travel[:, 0] = np.minimum(travel[:, 0], 10)
    sites = random_sites(rng, m)
    least = max(1, len(sites.fixed))
    p = None
    if len(sites.allowed) >= least and rng.random() < 0.4:
        p = int(rng.integers(least, len(sites.allowed) + 1))
    return QueueingLocation(
        travel,
        rng.integers(0, 9, n) / 4,
        service_min=30.0,
        wait_target_min=float(rng.integers(1, 20)),
        most_piles=rng.integers(0, 5, m),
        cost_per_pile=4.0,
        opening=rng.integers(0, 20, m).astype(float),
        travel_limit=None if rng.random() < 0.5 else 10.0,
        nearest=bool(rng.random() < 0.6),
        quantile=None if rng.random() < 0.5 else 0.8,
        p=p,
        sites=sites,
    )


def reckoned(problem, is_open, to):
    """Cost of a plan by queues alone, each site with the fewest piles; inf where it breaks."""
    if problem.sites.faults(is_open) or (problem.p and len(is_open) > problem.p):
        return np.inf
    total = problem.opening[is_open].sum()
    if problem.sites.preference is not None:
        total -= problem.sites.preference[is_open].sum()
    for i, j in enumerate(to):
        far = problem.travel[i, j]
        if np.isinf(far) or (problem.nearest and far > problem.travel[i, is_open].min()):
            return np.inf
        total += far * problem.arrivals[i]
    for j in is_open:
        rate = problem.arrivals[np.array(to) == j].sum() / 60
        for piles in range(1, problem.most_piles[j] + 1):
            if holds(problem, rate, piles):
                total += piles * problem.cost_per_pile
                break
        else:
            return np.inf
    return total


def holds(problem, rate, piles):
    if rate == 0:
        return True
    if rate * problem.service_min >= piles:
        return False
    queue = mmc(rate, 1 / problem.service_min, piles)
    if problem.quantile is None:
        return queue.wait <= problem.wait_target_min + 1e-9
    spare = piles / problem.service_min - rate
    late = queue.p_wait * np.exp(-spare * problem.wait_target_min)
    return late <= 1 - problem.quantile + 1e-9


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=60)
def test_the_least_cost_of_all_plans_with_their_queues_is_found(random_sites, subsets, seed):
    problem = instance(seed, random_sites)
    if np.isinf(problem.travel).all(axis=1).any():
        return
    n, m = problem.travel.shape
    want = min(
        (
            reckoned(problem, is_open, to)
            for is_open in subsets(m)
            if len(is_open)
            for to in itertools.product(is_open.tolist(), repeat=n)
        ),
        default=np.inf,
    )
    got = solve(problem)
    if np.isinf(want):
        assert got.status == "infeasible"
        return
    assert got.status == "optimal"
    assert got.value == pytest.approx(want)
    assert got.bound == pytest.approx(want)
    assert reckoned(problem, got.open_sites, got.assignment) == pytest.approx(want)
    told = waits(problem, got)
    assert told.site.tolist() == got.open_sites.tolist()
    assert (told.piles <= problem.most_piles[told.site]).all()
    if problem.quantile is None:
        assert (told.mean_wait_min <= problem.wait_target_min * (1 + 1e-6)).all()
    else:
        assert (told.within_target >= problem.quantile - 1e-6).all()


def test_the_waits_of_a_plan_are_those_of_its_queues():
    problem = QueueingLocation(
        np.array([[0.0], [0.0]]), np.array([120.0, 80.0]), 3.0, 20 / 60, 14, 1.0, np.zeros(1),
        quantile=0.888,
    )  # fmt: skip
    got = waits(problem, solve(problem))
    assert (got.piles.tolist(), got.arrivals.tolist()) == ([14], [200.0])
    assert got.p_wait[0] == pytest.approx(PUBLISHED[1][1])
    assert got.within_target[0] == pytest.approx(PUBLISHED[1][2])
    assert got.busy[0] == pytest.approx(10 / 14)


def test_where_the_grid_bears_too_few_piles_there_is_no_plan():
    problem = QueueingLocation(
        np.zeros((1, 2)), np.array([10.0]), 60.0, 5.0, np.array([3, 0]), 1.0, np.zeros(2)
    )
    assert solve(problem).status == "infeasible"


@pytest.mark.parametrize(
    "changes",
    [
        {"wait_target_min": -1.0},
        {"wait_target_min": 0.0},
        {"quantile": 1.0},
        {"service_min": 0.0},
        {"most_piles": np.array([-1, 2])},
        {"arrivals": np.array([1.0, 2.0])},
        {"arrivals": np.array([-1.0])},
        {"travel": np.array([[np.nan, 1.0]])},
        {"travel_cost": float("nan")},
    ],
)
def test_numbers_out_of_range_are_told(changes):
    right = {
        "travel": np.ones((1, 2)), "arrivals": np.ones(1), "service_min": 30.0,
        "wait_target_min": 5.0, "most_piles": 4, "cost_per_pile": 1.0, "opening": np.zeros(2),
        "sites": Sites(2),
    }  # fmt: skip
    with pytest.raises(InputError):
        QueueingLocation(**{**right, **changes})
