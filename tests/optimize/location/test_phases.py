"""Placement over several periods: against all schedules, and how budgets bind."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location import Coverage, PhasedPlacement, Sites, solve


def instance(seed, random_sites):
    rng = np.random.default_rng(seed)
    periods, n, m = int(rng.integers(1, 4)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
    drawn = random_sites(rng, m)
    sites = Sites(
        m,
        fixed=drawn.fixed,
        forbidden=drawn.forbidden,
        apart=drawn.apart,
        quotas=drawn.quotas,
        preference=None if drawn.preference is None else drawn.preference / 2,
    )
    existing = np.array([j for j in range(m) if rng.random() < 0.3 and j not in sites.forbidden])
    times = rng.integers(1, 12, (n, m)).astype(float)
    coverage = cost = None
    kind = rng.integers(3)
    if kind == 0:
        times[rng.random((n, m)) < 0.1] = np.inf
        times[np.isinf(times).all(axis=1)] = 5.0
        cost = times
    elif kind == 1:
        coverage = Coverage.within(times, 6.0)
    else:
        coverage = Coverage.decaying(times, lambda t: np.clip(1 - (t - 1) / 8, 0, 1))
    closing = None
    if rng.random() < 0.6:
        closing = rng.integers(0, 6, m).astype(float)
        closing[rng.random(m) < 0.2] = np.inf
    return PhasedPlacement(
        rng.integers(0, 6, (periods, n)).astype(float),
        rng.integers(0, 12, periods).astype(float),
        rng.integers(1, 9, (periods, m)).astype(float),
        cost,
        coverage,
        closing,
        existing.astype(int),
        discount=float(rng.choice([0.0, 0.1])),
        carry_over=bool(rng.random() < 0.5),
        p=rng.integers(max(1, len(sites.fixed)), m + 1, periods) if rng.random() < 0.4 else None,
        sites=sites,
    )


def judged(problem, opens, closes):
    """Value of a schedule, NaN where a rule is broken; plain loops, nothing of the solver's.

    ``opens[j]`` is -1 for there before, and the number of periods for never; ``closes[j]`` the
    number of periods for never.
    """
    periods, m = problem.opening.shape
    purse = 0.0
    total = 0.0
    for t in range(periods):
        purse = problem.budget[t] + (purse if problem.carry_over else 0.0)
        for j in range(m):
            if opens[j] == t:
                purse -= problem.opening[t, j]
            if closes[j] == t:
                if problem.closing is None or np.isinf(problem.closing[j]):
                    return np.nan
                purse -= problem.closing[j]
        is_open = [j for j in range(m) if opens[j] <= t < closes[j]]
        if purse < -1e-9 or problem.sites.faults(np.array(is_open, dtype=int)):
            return np.nan
        if problem.p is not None and len(is_open) > problem.p[t]:
            return np.nan
        value = 0.0
        for i in range(problem.weight.shape[1]):
            if problem.weight[t, i] == 0:
                continue
            if problem.cost is not None:
                served = min((problem.cost[i, j] for j in is_open), default=np.inf)
            else:
                served = max((share_of(problem.coverage, i, j) for j in is_open), default=0.0)
            value += problem.weight[t, i] * served
        if problem.sites.preference is not None:
            liked = problem.sites.preference[is_open].sum()
            value += -liked if problem.cost is not None else liked
        total += value / (1 + problem.discount) ** t
    return np.nan if np.isinf(total) else total


def share_of(coverage, i, j):
    row = slice(coverage.indptr[i], coverage.indptr[i + 1])
    at = np.flatnonzero(coverage.site[row] == j)
    if not len(at):
        return 0.0
    return 1.0 if coverage.share is None else coverage.share[row][at[0]]


def schedules(problem):
    periods, m = problem.opening.shape
    new = [(periods, periods)] + [(o, c) for o in range(periods) for c in range(o + 1, periods + 1)]
    old = [(-1, c) for c in range(periods + 1)]
    kinds = [old if j in problem.existing else new for j in range(m)]
    for chosen in itertools.product(*kinds):
        yield [o for o, _ in chosen], [c for _, c in chosen]


def schedule_of(problem, got):
    """Read a solution back into opening and closing periods."""
    periods, m = problem.opening.shape
    opens, closes = np.full(m, periods), np.full(m, periods)
    opens[problem.existing], closes[problem.existing] = -1, 0  # unless it is among the open ones
    opens[got.open_sites] = got.phase
    closes[got.open_sites] = np.where(got.closes < 0, periods, got.closes)
    return opens.tolist(), closes.tolist()


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=70)
def test_the_best_of_all_schedules_is_found_and_proven(random_sites, seed):
    problem = instance(seed, random_sites)
    values = [judged(problem, *schedule) for schedule in schedules(problem)]
    values = [value for value in values if not np.isnan(value)]
    for method in ("auto", "mip"):
        got = solve(problem, method=method)
        if not values:
            assert got.status == "infeasible"
            continue
        want = min(values) if problem.cost is not None else max(values)
        assert got.status == "optimal"
        assert got.value == pytest.approx(want, rel=1e-6, abs=1e-6)
        assert judged(problem, *schedule_of(problem, got)) == pytest.approx(want)


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=40)
def test_a_plan_made_period_by_period_is_sound_and_within_its_bound(random_sites, seed):
    problem = instance(seed, random_sites)
    got = solve(problem, method="heuristic")
    if not got.found:
        return
    assert judged(problem, *schedule_of(problem, got)) == pytest.approx(got.value)
    best = solve(problem).value
    slack = 1e-6 * max(1.0, abs(best))
    if problem.cost is not None:
        assert got.bound - slack <= best <= got.value + slack
    else:
        assert got.value - slack <= best <= got.bound + slack


def two_towns(**changes):
    """Town 0 is large now, town 1 grows: each site serves its own town."""
    right = {
        "weight": np.array([[10.0, 1.0], [10.0, 30.0]]),
        "budget": np.array([5.0, 5.0]),
        "opening": np.array([5.0, 5.0]),
        "coverage": Coverage.within(np.array([[0.0, 9.0], [9.0, 0.0]]), 1.0),
    }
    return PhasedPlacement(**{**right, **changes})


def test_one_site_a_year_is_opened_where_it_is_worth_most_over_the_years():
    got = solve(two_towns())
    assert got.value == 10 + 10 + 30
    assert (got.open_sites.tolist(), got.phase.tolist()) == ([0, 1], [0, 1])
    assert got.closes.tolist() == [-1, -1]


def test_unspent_money_is_lost_unless_it_carries_over():
    budget = np.array([4.0, 6.0])
    assert solve(two_towns(budget=budget)).value == 30
    assert solve(two_towns(budget=budget, carry_over=True)).value == 10 + 30


def test_an_existing_site_closes_only_where_that_is_paid():
    moved = {"p": np.array([1, 1]), "existing": np.array([0])}
    assert solve(two_towns(**moved)).value == 20
    got = solve(two_towns(**moved, closing=np.array([0.0, 0.0])))
    assert got.value == 10 + 30
    assert got.phase.tolist() == [-1, 1]
    assert got.closes.tolist() == [1, -1]


def test_a_discount_makes_later_periods_count_less():
    got = solve(two_towns(discount=1.0))
    assert got.value == 10 + (10 + 30) / 2


@pytest.mark.parametrize(
    "changes",
    [
        {"weight": np.ones(2)},
        {"weight": np.full((2, 2), np.nan)},
        {"budget": np.ones(3)},
        {"opening": np.array([-1.0, 1.0])},
        {"coverage": None},
        {"cost": np.ones((2, 2))},
        {"existing": np.array([5])},
        {"existing": np.array([1]), "sites": Sites(2, forbidden=np.array([1]))},
        {"discount": -0.1},
        {"p": np.array([0, 1])},
        {"sites": Sites(3)},
        {"sites": Sites(2, cost=np.ones(2), budget=1.0)},
    ],
)
def test_what_does_not_fit_is_told(changes):
    with pytest.raises(InputError):
        two_towns(**changes)


def test_a_point_out_of_reach_is_an_error():
    cost = np.array([[1.0, 2.0], [np.inf, np.inf]])
    with pytest.raises(InputError, match="point 1"):
        solve(two_towns(coverage=None, cost=cost))
