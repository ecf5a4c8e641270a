"""P-medians against every set of sites tried out, published optima, and what holds for any."""

from __future__ import annotations

import _thread
import itertools
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from optimize.location import PMedian, Quota, Sites, solve
from optimize.location.evaluate import evaluate
from optimize.location.median import kernels
from optimize.location.median.core import build_core, unit_of
from optimize.location.median.near import nearest_sites

# name: sets of rules that may bind together
RULES = ("none", "budget", "apart", "quota", "all")


def least_cost(problem: PMedian) -> float:
    """Value of the best plan among all that the rules allow, inf where there is none."""
    sites, counts = problem.sites, problem.weight > 0
    sizes = range(sites.n + 1) if problem.p is None else range(problem.p + 1)
    best = np.inf
    for size in sizes:
        for chosen in itertools.combinations(sites.allowed, size):
            plan = list(chosen)
            if sites.faults(plan) or not is_full(problem, plan):
                continue
            value = 0.0
            if counts.any():
                if not plan:
                    continue
                value = float(problem.weight[counts] @ problem.cost[counts][:, plan].min(axis=1))
            if problem.opening is not None:
                value += float(problem.opening[plan].sum())
            if sites.preference is not None:
                value -= float(sites.preference[plan].sum())
            best = min(best, value)
    return best


def is_full(problem: PMedian, plan: list[int]) -> bool:
    """Whether there are p sites, or none can be added."""
    if problem.p is None or len(plan) == problem.p:
        return True
    others = set(problem.sites.allowed.tolist()) - set(plan)
    return not any(not problem.sites.faults([*plan, j]) for j in others)


def small_problem(seed: int, rules: str = "none") -> PMedian:
    """Draw a problem of at most 8 points and 7 sites."""
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(1, 9)), int(draw.integers(2, 8))
    whole = draw.random() < 0.5
    cost = draw.integers(0, 20, (n, m)).astype(float) if whole else 10.0 * draw.random((n, m))
    if draw.random() < 0.4:
        cost[draw.random((n, m)) < 0.25] = np.inf
    weight = draw.integers(0, 4, n).astype(float) if draw.random() < 0.5 else draw.random(n)
    order = draw.permutation(m)
    n_fixed, n_shut = int(draw.integers(0, 2)), int(draw.integers(0, m // 2 + 1))
    fixed, shut = order[:n_fixed], order[n_fixed : n_fixed + n_shut]
    given: dict[str, object] = {}
    if rules in {"budget", "all"}:
        price = draw.integers(1, 5, m).astype(float)
        given.update(cost=price, budget=float(price[fixed].sum() + draw.integers(1, 2 * m)))
    if rules in {"apart", "all"}:
        pairs = draw.integers(0, m, (4, 2))
        given["apart"] = pairs[pairs[:, 0] != pairs[:, 1]]
    if rules in {"quota", "all"}:
        group = order[: m // 2 + 1]
        least = min(1, len(np.setdiff1d(group, shut)))
        given["quotas"] = (Quota(group, least, 2),)
    if draw.random() < 0.4:
        given["preference"] = draw.integers(-3, 6, m).astype(float)
    opening = draw.integers(0, 10, m).astype(float) if draw.random() < 0.5 else None
    p = int(draw.integers(max(1, n_fixed), m - n_shut + 1))
    sites = Sites(m, fixed=fixed, forbidden=shut, **given)
    return PMedian(cost, weight, None if opening is not None and seed % 2 else p, sites, opening)


def check(problem: PMedian, method: str = "auto") -> None:
    """Compare a solution with the best of all plans."""
    best = least_cost(problem)
    answer = solve(problem, method=method)
    if not np.isfinite(best):
        assert answer.status == "infeasible"
        return
    slack = 1e-6 * max(1.0, abs(best))
    judged = evaluate(problem, answer)
    assert judged.faults == ()
    assert answer.bound <= best + slack
    assert answer.value >= best - slack
    if method != "heuristic":
        assert answer.status == "optimal"
        assert answer.value == pytest.approx(best, rel=1e-6, abs=1e-6)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_a_free_problem_is_solved_to_the_best_of_all_plans(seed):
    check(small_problem(seed))


@pytest.mark.parametrize("rules", RULES)
@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_rules_on_sites_leave_the_best_of_the_plans_that_keep_them(rules, seed):
    check(small_problem(seed, rules))


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_highs_alone_finds_the_same(seed):
    check(small_problem(seed), "mip")


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_a_quick_plan_is_a_plan_and_its_bound_a_bound(seed):
    check(small_problem(seed), "heuristic")


def grid_problem(n: int, m: int, p: int | None, seed: int = 0, **more: object) -> PMedian:
    """Points and sites at random in a square, costs whole."""
    draw = np.random.default_rng(seed)
    points, sites = draw.random((n, 2)), draw.random((m, 2))
    away = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    return PMedian(np.floor(1000 * away), draw.integers(1, 9, n).astype(float), p, **more)


@pytest.mark.parametrize(
    "p", [1, 4, 25, None], ids=["one site", "few sites", "many sites", "any number"]
)
def test_our_search_and_highs_agree_on_a_town(p):
    opening = np.linspace(500, 4000, 60) if p is None else None
    problem = grid_problem(120, 60, p, opening=opening)
    own, model = solve(problem, method="own"), solve(problem, method="mip")
    assert own.status == model.status == "optimal"
    assert own.value == pytest.approx(model.value, rel=1e-9)
    assert evaluate(problem, own).faults == ()


def test_published_optima_of_the_or_library_are_proven(shared_data):
    folder = shared_data / "placement" / "pmed"
    words = (folder / "pmedopt.txt").read_text().split()
    best = {name: float(value) for name, value in itertools.pairwise(words) if name[:4] == "pmed"}
    for name in ("pmed1", "pmed5", "pmed8"):
        cost, p = read_pmed(folder / f"{name}.txt")
        answer = solve(PMedian(cost, np.ones(len(cost)), p))
        assert answer.status == "optimal"
        assert answer.value == answer.bound == best[name]


def read_pmed(path):
    """Shortest paths of an OR-Library network, of whose parallel edges the last one counts."""
    from scipy.sparse.csgraph import floyd_warshall

    numbers = np.array(path.read_text().split(), dtype=np.int64)
    n, e, p = numbers[:3]
    length = np.full((n, n), np.inf)
    for a, b, c in numbers[3 : 3 + 3 * e].reshape(-1, 3):
        length[a - 1, b - 1] = length[b - 1, a - 1] = c
    np.fill_diagonal(length, 0)
    return floyd_warshall(length), int(p)


def test_the_same_seed_gives_the_same_answer_whatever_the_threads():
    problem = grid_problem(150, 80, 9)
    one, two = solve(problem, seed=3), solve(problem, seed=3, threads=2)
    assert one.open_sites.tolist() == two.open_sites.tolist()
    assert (one.value, one.bound) == (two.value, two.bound)


def test_a_time_limit_leaves_a_plan_and_an_honest_bound():
    problem = grid_problem(900, 900, 12)
    answer = solve(problem, time_limit_s=0.05)
    assert answer.found
    assert evaluate(problem, answer).faults == ()
    assert answer.bound <= solve(problem, method="heuristic", time_limit_s=30).value


def test_a_gap_that_is_good_enough_ends_the_search():
    problem = grid_problem(300, 200, 15)
    answer = solve(problem, gap=0.05)
    assert 0 <= answer.gap <= 0.05


def test_progress_is_told_with_bounds_below_values():
    seen = []
    solve(grid_problem(300, 200, 6, seed=5), progress=seen.append)
    assert seen
    assert all(not one.bound > one.value for one in seen)


def test_ctrl_c_hands_back_the_best_so_far():
    problem = grid_problem(900, 900, 40, seed=1)
    solve(grid_problem(20, 20, 3))  # compiled
    clock = threading.Timer(1.0, _thread.interrupt_main)
    clock.start()
    try:
        answer = solve(problem, method="heuristic", time_limit_s=300, gap=0.0)
    finally:
        clock.cancel()
    assert answer.found
    assert evaluate(problem, answer).faults == ()
    assert answer.interrupted or answer.seconds < 60


def test_points_that_no_site_reaches_make_a_problem_infeasible():
    cost = np.array([[1.0, 2.0], [np.inf, np.inf]])
    assert solve(PMedian(cost, np.ones(2), 1)).status == "infeasible"
    assert solve(PMedian(cost, np.array([1.0, 0.0]), 1)).value == 1.0


def test_too_few_sites_to_reach_all_points_are_infeasible():
    cost = np.full((6, 6), np.inf)
    np.fill_diagonal(cost, 1.0)
    assert solve(PMedian(cost, np.ones(6), 5)).status == "infeasible"
    assert solve(PMedian(cost, np.ones(6), 6)).value == 6.0


def test_points_without_weight_leave_only_what_sites_cost():
    problem = PMedian(np.ones((3, 4)), np.zeros(3), 2, opening=np.array([5.0, 1.0, 3.0, 2.0]))
    answer = solve(problem)
    assert answer.value == 3.0
    assert answer.open_sites.tolist() == [1, 3]


@pytest.mark.parametrize("p", [0, 4, None], ids=["no site", "more than there are", "not given"])
def test_an_impossible_number_of_sites_is_refused(p):
    with pytest.raises(InputError, match="p"):
        PMedian(np.ones((3, 3)), np.ones(3), p)


# ---- parts


def test_whole_costs_have_a_unit_and_others_none():
    assert unit_of(np.array([[4.0, np.inf], [6.0, 0.0]]), np.zeros(2)) == 2.0
    assert unit_of(np.array([[4.0, 6.5]]), np.zeros(2)) == 0.0
    assert unit_of(np.array([[4.0, 2.0**52], [8.0, 0.0]]), np.zeros(2)) == 0.0


def test_a_bound_is_rounded_down_and_then_up_to_the_next_value():
    core = build_core(PMedian(np.array([[2.0, 4.0], [6.0, 2.0]]), np.ones(2), 1))
    assert core.rounded(4.1, 10.0) == 6.0
    assert core.rounded(4.0, 10.0) == 4.0
    core = build_core(PMedian(np.array([[2.5, 4.0]]), np.ones(1), 1))
    assert 4.1 - 1e-12 < core.rounded(4.1, 10.0) < 4.1


@given(st.integers(0, 10**6), st.integers(1, 12))
@settings(deadline=None, max_examples=40)
def test_a_list_holds_all_sites_below_its_reach_in_order(seed, most):
    draw = np.random.default_rng(seed)
    cost = draw.integers(0, 8, (6, 10)).astype(float)
    cost[draw.random(cost.shape) < 0.2] = np.inf
    limit = draw.integers(0, 9, 6).astype(float) if seed % 2 else None
    near = nearest_sites(cost, most, limit)
    for i in range(6):
        here = slice(near.start[i], near.start[i + 1])
        sites, values = near.site[here], near.cost[here]
        assert len(sites) <= most
        assert (np.diff(values) >= 0).all()
        assert (values == cost[i, sites]).all()
        below = np.flatnonzero(cost[i] < near.reach[i])
        assert sorted(sites.tolist()) == below.tolist()
    for j in range(10):
        here = slice(near.site_start[j], near.site_start[j + 1])
        assert (near.point_cost[here] == cost[near.point[here], j]).all()


def test_the_first_step_of_an_ascent_reads_no_room_that_was_never_filled():
    draw = np.random.default_rng(3)
    core = build_core(PMedian(10.0 * draw.random((30, 12)), np.ones(30), 3))
    near = nearest_sites(core.cost, core.m, None)
    number = np.zeros(kernels.N_NUMBERS)
    number[kernels.BEST], number[kernels.FACTOR], number[kernels.MIX] = -np.inf, 0.5, 0.2
    multiplier, rho, usage = np.ones(core.n), np.empty(core.m), np.empty(core.m)
    kernels.ascend(
        near.start, near.site, near.cost, core.site_cost, np.zeros(core.m, np.int8), 3,
        near.reach.copy(), 1e6, 1e9, 5, 1e-3, number, multiplier, rho,
        np.full(core.n, np.nan), usage,
    )  # fmt: skip
    assert np.isfinite(multiplier).all()
    assert np.isfinite(number[kernels.BEST])
