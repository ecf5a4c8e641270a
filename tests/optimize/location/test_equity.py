"""Equity of areas: the Pareto front against all plans, and the limit as a constraint."""

import itertools
import os
import signal
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location import (
    Coverage,
    MaxCover,
    PCenter,
    PMedian,
    Sites,
    area_means,
    equity,
    equity_model,
    gini,
    pareto_front,
    solve,
    solve_within,
)
from optimize.location.evaluate import evaluate


def instance(seed, random_sites):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 9)), int(rng.integers(2, 6))
    drawn = random_sites(rng, m)
    least = max(1, len(drawn.fixed))
    if len(drawn.allowed) < least:
        drawn, least = Sites(m), 1
    p = int(rng.integers(least, len(drawn.allowed) + 1))
    times = rng.integers(1, 15, (n, m)).astype(float)
    weight = rng.integers(0, 8, n).astype(float)
    weight[0] = 3.0
    areas = rng.integers(-1, 3, n)
    areas[0] = 1
    kind = rng.integers(3)
    if kind == 0:
        return PMedian(times, weight, p, drawn), areas
    coverage = Coverage.within(times, 6.0)
    if kind == 1:
        coverage = Coverage.decaying(times, lambda t: np.clip(1 - (t - 1) / 9, 0, 1))
    return MaxCover(coverage, weight, p, drawn), areas


def judged(problem, areas, plan, second):
    """First and second objective of a plan, in plain loops."""
    n = len(problem.weight)
    if isinstance(problem, PMedian):
        served = [min(problem.cost[i, j] for j in plan) for i in range(n)]
    else:
        table = np.zeros((n, problem.sites.n))
        cover = problem.coverage
        for i in range(n):
            for at in range(cover.indptr[i], cover.indptr[i + 1]):
                table[i, cover.site[at]] = 1.0 if cover.share is None else cover.share[at]
        served = [max((table[i, j] for j in plan), default=0.0) for i in range(n)]
    first = sum(problem.weight[i] * served[i] for i in range(n))
    if problem.sites.preference is not None:
        liked = problem.sites.preference[list(plan)].sum()
        first += -liked if isinstance(problem, PMedian) else liked
    means, people = [], []
    for a in range(3):
        inside = [i for i in range(n) if areas[i] == a and problem.weight[i] > 0]
        if inside:
            people.append(sum(problem.weight[i] for i in inside))
            means.append(sum(problem.weight[i] * served[i] for i in inside) / people[-1])
    if second == "worst-area":
        return first, max(means) if isinstance(problem, PMedian) else min(means)
    total, average = sum(people), np.dot(means, people) / sum(people)
    if average == 0:
        return first, 0.0
    unequal = sum(
        w * v * abs(a - b)
        for w, a in zip(people, means, strict=True)
        for v, b in zip(people, means, strict=True)
    )
    return first, unequal / (2 * total**2 * average)


def plans_of(problem, subsets):
    good = [plan for plan in subsets(problem.sites.n) if not problem.sites.faults(plan)]
    full = [plan for plan in good if len(plan) == problem.p]
    least = 1 if isinstance(problem, PMedian) else 0
    return full or [plan for plan in good if least <= len(plan) <= problem.p]


def signs(problem, second):
    """Give factors under which less is better in both objectives."""
    if isinstance(problem, PMedian):
        return 1, 1
    return -1, -1 if second == "worst-area" else 1


@given(st.integers(0, 10**9), st.sampled_from(["worst-area", "gini"]))
@settings(deadline=None, max_examples=40)
def test_the_front_holds_the_best_plan_under_each_limit(random_sites, subsets, seed, second):
    problem, areas = instance(seed, random_sites)
    one, two = signs(problem, second)
    every = [judged(problem, areas, plan, second) for plan in plans_of(problem, subsets)]
    front = pareto_front(problem, areas, second, points=5)
    assert bool(front) == bool(every)
    # where the rules leave no room for p sites, the judge asks for as many as there is room for
    full = any(len(plan) == problem.p for plan in plans_of(problem, subsets))
    for solution, first, other in front:
        assert solution.status == "optimal"
        assert judged(problem, areas, solution.open_sites, second) == pytest.approx((first, other))
        assert not full or evaluate(problem, solution).faults == ()
        # nobody beats it in one without losing in the other
        assert not any(
            one * f < one * first - 1e-6 and two * s <= two * other + 1e-9 for f, s in every
        )
    for better, worse in itertools.pairwise(front):
        assert one * better.first < one * worse.first + 1e-9
        assert two * better.second > two * worse.second
    if every:
        assert front[0].first == pytest.approx(one * min(one * f for f, _ in every))
        # the Gini coefficient of nobody covered is no end worth having
        if isinstance(problem, PMedian) or second == "worst-area":
            assert front[-1].second == pytest.approx(two * min(two * s for _, s in every))


@given(st.integers(0, 10**9), st.sampled_from(["worst-area", "gini"]), st.floats(0, 1))
@settings(deadline=None, max_examples=40)
def test_a_limit_is_kept_at_the_least_loss(random_sites, subsets, seed, second, share):
    problem, areas = instance(seed, random_sites)
    one, two = signs(problem, second)
    every = [judged(problem, areas, plan, second) for plan in plans_of(problem, subsets)]
    if not every:
        return
    values = [s for _, s in every]
    limit = min(values) + share * (max(values) - min(values))
    near = min(abs(s - limit) for s in values)
    if 0 < near < 1e-6:
        return  # a plan within the solver's tolerance of the limit
    got = solve_within(problem, areas, limit, second)
    kept = [one * f for f, s in every if two * s <= two * limit + 1e-9]
    if not kept:
        assert got.status == "infeasible"
        return
    assert got.value == pytest.approx(one * min(kept))
    assert got.bound == pytest.approx(got.value)


def test_the_gini_coefficient_of_known_shares():
    # five equal groups with 3.4, 8.6, 14.6, 23.0 and 50.4 percent (lines between the points):
    # 1 - 2 * area = 1 - sum of (L_k + L_k-1) / 5
    shares = [3.4, 8.6, 14.6, 23.0, 50.4]
    heights = np.concatenate([[0], np.cumsum(shares)]) / 100
    want = 1 - (heights[1:] + heights[:-1]).sum() / 5
    assert gini(shares, np.ones(5)) == pytest.approx(want)
    assert gini([2.0, 2.0], [1.0, 9.0]) == 0.0
    assert gini([0.0, 0.0], [1.0, 1.0]) == 0.0


def test_people_count_in_the_gini_coefficient_as_if_listed_one_by_one():
    assert gini([1.0, 4.0], [3.0, 1.0]) == pytest.approx(gini([1, 1, 1, 4], np.ones(4)))


def town(seed=2, n=24, m=9):
    rng = np.random.default_rng(seed)
    at, sites = rng.random((n, 2)), rng.random((m, 2))
    cost = 10 * np.hypot(*(at[:, None] - sites).transpose(2, 0, 1))
    areas = (at[:, 0] * 2).astype(int) + 2 * (at[:, 1] * 2).astype(int)
    weight = np.where(areas == 0, 20.0, 1.0)
    return PMedian(cost, weight, 3), areas


@pytest.mark.parametrize("second", ["worst-area", "gini"])
def test_a_front_trades_the_total_for_equity(second):
    problem, areas = town()
    front = pareto_front(problem, areas, second, points=6)
    assert len(front) > 2
    assert front[0].first == pytest.approx(solve(problem).value)
    assert all(point.solution.gap == 0 for point in front)
    codes, means, people = area_means(problem, areas, front[-1].solution.open_sites)
    assert codes.tolist() == sorted(set(areas.tolist()))
    told = means.max() if second == "worst-area" else gini(means, people)
    assert told == pytest.approx(front[-1].second)


def test_a_front_is_the_same_each_time():
    problem, areas = town()
    one, other = (pareto_front(problem, areas, points=4) for _ in range(2))
    assert [p.solution.open_sites.tolist() for p in one] == [
        p.solution.open_sites.tolist() for p in other
    ]


def test_ctrl_c_leaves_the_front_so_far():
    problem, areas = town()
    fired = threading.Event()

    def interrupt(_):
        if not fired.is_set():
            fired.set()
            os.kill(os.getpid(), signal.SIGINT)

    def run():
        return pareto_front(problem, areas, "gini", points=8, progress=interrupt)

    whole = pareto_front(problem, areas, "gini", points=8)
    got = run()
    assert 1 <= len(got) < len(whole)
    assert got[0].first == pytest.approx(whole[0].first)


@pytest.mark.parametrize(
    ("problem", "areas", "changes"),
    [
        (town()[0], np.zeros(3), {}),
        (town()[0], np.full(24, -1), {}),
        (town()[0], town()[1], {"points": 1}),
        (town()[0], town()[1], {"second": "median"}),
        (PCenter(np.ones((2, 2)), 1), np.zeros(2), {}),
    ],
)
def test_what_makes_no_sense_is_told(problem, areas, changes):
    with pytest.raises(InputError):
        pareto_front(problem, areas, **changes)


@given(st.integers(0, 10**9), st.sampled_from(["worst-area", "gini"]))
@settings(deadline=None, max_examples=40)
def test_a_plan_laid_into_the_columns_keeps_all_rows(random_sites, subsets, seed, second):
    problem, areas = instance(seed, random_sites)
    known = equity._areas(problem, areas)[1]
    base = equity_model.base_program(problem, known, nearest=True, exact=False)
    model = equity_model.with_goal(base, known, second)
    row, column, value, low, high = model.rows.parts()
    for plan in plans_of(problem, subsets)[:3]:
        served, site = equity._served(problem, plan)
        x = base.place(known, second, plan, served, site)
        sums = np.bincount(row, value * x[column], minlength=len(low))
        assert (sums >= low - 1e-9).all()
        assert (sums <= high + 1e-9).all()
        assert float(model.cost @ x) == pytest.approx(judged(problem, areas, plan, second)[0])
