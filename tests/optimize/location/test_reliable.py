"""Medians whose sites fail, and means of the nearest few, against every set of sites."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location import PMedian, Quota, ReliableMedian, Sites, solve
from optimize.location.evaluate import evaluate
from optimize.location.reliable.core import build_level_core
from optimize.location.reliable.kernels import best_exchange, nearest_open


def expected_cost(problem: ReliableMedian, plan: list[int]) -> float:
    """Objective, summed over every set of sites that may be out of order."""
    near = np.sort(problem.cost[:, plan], axis=1)[:, : problem.levels]
    if problem.mean_of_nearest:
        value = float(problem.weight @ near.mean(axis=1))
    else:
        value, q = 0.0, problem.failure
        for out in itertools.product((False, True), repeat=problem.levels):
            chance = float(np.prod([q if one else 1.0 - q for one in out]))
            served = near[:, out.index(False)] if False in out else problem.penalty
            value += chance * float((problem.weight * served).sum())
    if problem.sites.preference is not None:
        value -= float(problem.sites.preference[plan].sum())
    return value


def least_cost(problem: ReliableMedian) -> float:
    """Value of the best plan among all that the rules allow, inf where there is none."""
    sites, best = problem.sites, np.inf
    for size in range(problem.levels, problem.p + 1):
        for chosen in itertools.combinations(sites.allowed, size):
            plan = list(chosen)
            others = set(sites.allowed.tolist()) - set(plan)
            full = size == problem.p or not any(not sites.faults([*plan, j]) for j in others)
            if full and not sites.faults(plan):
                best = min(best, expected_cost(problem, plan))
    return best


def small_problem(seed: int, *, rules: bool = False) -> ReliableMedian:
    """Draw a problem of at most 7 points and sites."""
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(1, 8)), int(draw.integers(2, 8))
    cost = draw.integers(0, 9, (n, m)).astype(float) if seed % 2 else draw.random((n, m))
    order = draw.permutation(m)
    n_shut = int(draw.integers(0, m // 2 + 1))
    given: dict[str, object] = {"fixed": order[:1] if seed % 3 else order[:0]}
    if rules:
        price = draw.integers(1, 4, m).astype(float)
        pairs = draw.integers(0, m, (3, 2))
        given.update(
            cost=price,
            budget=float(price[order[0]] + draw.integers(1, 2 * m)),
            apart=pairs[pairs[:, 0] != pairs[:, 1]],
            quotas=(Quota(order[: m // 2 + 1], 0, 2),),
        )
    if draw.random() < 0.3:
        given["preference"] = draw.normal(size=m)
    sites = Sites(m, forbidden=order[m - n_shut :] if m - n_shut > 1 else order[:0], **given)
    p = int(draw.integers(1, len(sites.allowed) + 1))
    return ReliableMedian(
        cost,
        draw.integers(0, 4, n).astype(float),
        p,
        failure=float(draw.choice([0.0, 0.1, 0.5])),
        levels=int(draw.integers(1, p + 1)),
        penalty=float(draw.choice([0.0, 12.0])),
        mean_of_nearest=bool(draw.random() < 0.4),
        sites=sites,
    )


def check(problem: ReliableMedian, method: str = "auto") -> None:
    best = least_cost(problem)
    answer = solve(problem, method=method)
    if not np.isfinite(best):
        assert answer.status == "infeasible"
        return
    slack = 1e-6 * max(1.0, abs(best))
    assert evaluate(problem, answer).faults == ()
    assert answer.bound <= best + slack
    assert answer.value >= best - slack
    if method != "heuristic":
        assert answer.status == "optimal"
        assert answer.value == pytest.approx(best, rel=1e-6, abs=1e-6)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_the_best_of_all_plans_is_found_and_proven(seed):
    check(small_problem(seed))


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_rules_leave_the_best_of_the_plans_that_keep_them(seed):
    check(small_problem(seed, rules=True))


@pytest.mark.parametrize("method", ["mip", "heuristic"])
@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_other_methods_keep_their_promise(method, seed):
    check(small_problem(seed), method)


def town(n: int, m: int, p: int, **more: object) -> ReliableMedian:
    draw = np.random.default_rng(4)
    points, sites = draw.random((n, 2)), draw.random((m, 2))
    away = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    return ReliableMedian(100 * away, draw.integers(1, 9, n).astype(float), p, **more)


def test_sites_that_never_fail_make_a_plain_median():
    problem = town(80, 30, 5, failure=0.0, levels=2)
    plain = solve(PMedian(problem.cost, problem.weight, 5))
    assert solve(problem).value == pytest.approx(plain.value, rel=1e-9)


@pytest.mark.parametrize("mean", [False, True], ids=["failures", "mean of nearest"])
def test_our_search_and_highs_agree_on_a_town(mean):
    problem = town(60, 25, 6, failure=0.2, levels=2, penalty=90.0, mean_of_nearest=mean)
    own, model = solve(problem), solve(problem, method="mip")
    assert own.status == model.status == "optimal"
    assert own.value == pytest.approx(model.value, rel=1e-7)


def test_failures_never_make_service_cheaper():
    costs = [
        solve(town(60, 25, 6, failure=q, levels=3, penalty=150.0)).value for q in (0.0, 0.1, 0.4)
    ]
    assert costs == sorted(costs)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_an_exchange_saves_what_it_says(seed):
    problem = small_problem(seed)
    core = build_level_core(problem)
    opened = np.random.default_rng(seed).permutation(core.m)[: core.p]
    is_open = np.zeros(core.m, dtype=np.bool_)
    is_open[opened] = True
    near_site = np.empty((core.n, core.levels + 1), dtype=np.int64)
    near_cost = np.empty((core.n, core.levels + 1))
    nearest_open(core.cost, opened, near_site, near_cost, 1.0 + core.cost.max(initial=0.0))
    saved, opens, closes = best_exchange(
        core.cost, core.site_cost, core.fixed, core.share, opened, is_open,
        near_site, near_cost, 0, core.m,
    )  # fmt: skip
    before = core.value(opened)
    best = 0.0
    for k, f in itertools.product(range(core.p), range(core.m)):
        if is_open[f] or core.fixed[opened[k]]:
            continue
        after = opened.copy()
        after[k] = f
        best = max(best, before - core.value(after))
    assert saved == pytest.approx(best, abs=1e-9)
    if opens >= 0:
        after = opened.copy()
        after[closes] = opens
        assert before - core.value(after) == pytest.approx(saved, abs=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [{"levels": 4}, {"failure": 1.0}, {"penalty": -1.0}],
    ids=["more levels than sites", "certain failure", "negative penalty"],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(InputError):
        town(5, 5, 3, **wrong)


def test_pairs_that_are_impossible_are_refused():
    with pytest.raises(InputError, match="finite"):
        ReliableMedian(np.array([[1.0, np.inf]]), np.ones(1), 1, levels=1)
