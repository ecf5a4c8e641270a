"""Capacitated facility location: against enumeration and against published optima."""

import csv
import itertools
import os
import signal
import threading

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from networks.errors import InputError
from optimize.location import FacilityLocation, Sites, SizeClass, solve
from optimize.location.capacitated import kernels
from optimize.location.capacitated.lagrange import Relaxation
from optimize.location.capacitated.options import site_options
from optimize.location.evaluate import evaluate

SIZES = (SizeClass("small", 4.0, 3.0), SizeClass("large", 9.0, 5.0), SizeClass("odd", 8.0, 7.0))


def instance(seed, random_sites):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    cost = rng.integers(0, 30, (n, m)).astype(float)
    cost[rng.random((n, m)) < 0.1] = np.inf
    for i in np.flatnonzero(np.isinf(cost).all(axis=1)):
        cost[i, rng.integers(m)] = 7.0
    demand = rng.integers(0, 6, n).astype(float)
    if rng.random() < 0.4:
        demand = demand * 0.7 + rng.random(n)  # no whole units
    sites = random_sites(rng, m)
    allowed = len(sites.allowed)
    p = None
    if allowed and rng.random() < 0.5:
        least = max(1, len(sites.fixed))
        p = int(rng.integers(least, allowed + 1)) if least <= allowed else None
    sized = rng.random() < 0.5
    return FacilityLocation(
        cost,
        demand,
        None if sized else rng.integers(0, 14, m).astype(float),
        rng.integers(0, 20, m).astype(float),
        size_classes=SIZES if sized else (),
        largest_size=rng.integers(-1, 3, m) if sized and rng.random() < 0.5 else None,
        single_source=bool(rng.random() < 0.5),
        p=p,
        sites=sites,
    )


def enumerated(problem):
    """Least cost over all sets, sizes and services; inf where there is none."""
    m = problem.sites.n
    sizes = [SizeClass("own", 0.0, 0.0)] if problem.capacity is not None else problem.size_classes
    best = np.inf
    for plan in itertools.product(range(-1, len(sizes)), repeat=m):
        built = np.array(plan)
        is_open = np.flatnonzero(built >= 0)
        if problem.sites.faults(is_open) or (problem.p and len(is_open) > problem.p):
            continue
        if problem.largest_size is not None and (built > problem.largest_size).any():
            continue
        fee = problem.opening[is_open].sum() + sum(sizes[built[j]].cost for j in is_open)
        if problem.sites.preference is not None:
            fee -= problem.sites.preference[is_open].sum()
        room = np.array([sizes[k].capacity if k >= 0 else 0.0 for k in plan])
        if problem.capacity is not None:
            room = np.where(built >= 0, problem.capacity, 0.0)
        best = min(best, fee + served(problem, is_open, room))
    return best


def served(problem, is_open, room):
    n = len(problem.demand)
    if problem.single_source:
        best = np.inf
        for to in itertools.product(is_open.tolist(), repeat=n):
            load = np.bincount(to, weights=problem.demand, minlength=len(room))
            if (load <= room + 1e-9).all():
                best = min(best, problem.cost[np.arange(n), list(to)].sum())
        return best
    pairs = [(i, j) for i in range(n) for j in is_open if np.isfinite(problem.cost[i, j])]
    if not pairs:
        return np.inf
    whole = np.array([[float(i == a) for a, _ in pairs] for i in range(n)])
    load = np.array([[problem.demand[a] * (j == b) for a, b in pairs] for j in range(len(room))])
    got = linprog([problem.cost[pair] for pair in pairs], load, room, whole, np.ones(n))
    return got.fun if got.success else np.inf


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=80)
@example(0)
def test_the_least_cost_of_all_plans_is_found_and_proven(random_sites, seed):
    problem = instance(seed, random_sites)
    want = enumerated(problem)
    for method in ("auto", "mip"):
        got = solve(problem, method=method)
        if np.isinf(want):
            assert got.status == "infeasible"
            continue
        assert got.status == "optimal"
        assert got.value == pytest.approx(want, rel=1e-6, abs=1e-6)
        assert evaluate(problem, got).faults == ()


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=60)
def test_a_heuristic_plan_keeps_every_rule_and_its_bound_holds(random_sites, seed):
    problem = instance(seed, random_sites)
    got = solve(problem, method="heuristic")
    want = enumerated(problem)
    if got.found:
        assert evaluate(problem, got).faults == ()
        assert got.bound <= want + 1e-6 * max(1, abs(want))
    if np.isinf(want):
        assert not got.found


@given(st.integers(0, 10**9), st.booleans())
@settings(deadline=None, max_examples=100)
def test_a_knapsack_is_filled_as_profitably_as_can_be(seed, whole):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    profit, weight = rng.random(n) * 10, rng.integers(0, 8, n).astype(float)
    room = float(rng.integers(0, 25))
    order = np.argsort(-profit / np.maximum(weight, 1e-12), kind="stable")
    share, keep = np.zeros(n), np.zeros((n, 26), dtype=np.uint8)
    got = kernels.fill(profit, weight, order, n, room, int(whole), share, keep)
    assert got == pytest.approx(float(share @ profit))
    assert share @ weight <= room + 1e-9
    if whole:
        want = max(
            float(np.array(take) @ profit)
            for take in itertools.product([0, 1], repeat=n)
            if np.array(take) @ weight <= room
        )
        assert set(share.tolist()) <= {0.0, 1.0}
    else:
        want = -linprog(-profit, weight[None, :], [room], bounds=(0, 1)).fun
    assert got == pytest.approx(want)


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=60)
def test_what_is_ruled_out_is_in_no_better_plan(random_sites, seed):
    problem = instance(seed, random_sites)
    if not problem.single_source or not site_options(problem).possible:
        return
    relaxation = Relaxation(problem, site_options(problem))
    from optimize.location.solution import Limits

    relaxation.run(Limits(), np.inf, 0.0, steps=30)
    want = enumerated(problem)
    plan = relaxation.known.plan
    relaxation.settle()
    assert relaxation.known.bound <= want + 1e-6 * max(1, abs(want))
    if plan is None or want >= plan.value - 1e-6:
        return
    # a better plan exists, so it lives in what is left
    cost = np.where(relaxation.known.alive == 1, problem.cost, np.inf)
    left = FacilityLocation(
        cost, problem.demand, problem.capacity, problem.opening, problem.size_classes,
        problem.largest_size, problem.single_source, problem.p, problem.sites,
    )  # fmt: skip
    assert enumerated(left) == pytest.approx(want)


# ---- published optima


def read_orlib(path):
    numbers = np.array(path.read_text().split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    sites = numbers[2 : 2 + 2 * m].reshape(m, 2)
    points = numbers[2 + 2 * m :].reshape(n, m + 1)
    return FacilityLocation(points[:, 1:], points[:, 0], sites[:, 0], sites[:, 1])


def read_holmberg(path):
    numbers = np.array(path.read_text().split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    capacity, opening, demand, cost = np.split(numbers[2:], np.cumsum([m, m, n]))
    cost = cost.reshape(n, m)
    return FacilityLocation(cost, demand, capacity, opening, single_source=True)


def check_orlib(shared_data, name):
    folder = shared_data / "placement"
    with (folder / "best_known_placement.csv").open() as file:
        best = {row["instance"]: float(row["best"]) for row in csv.DictReader(file)}
    problem = read_orlib(folder / "cap" / f"{name}.txt")
    got = solve(problem)
    assert got.status == "optimal"
    assert got.value == pytest.approx(best[name], abs=6e-4)  # published to three places
    assert evaluate(problem, got).faults == ()


def check_holmberg(shared_data, number):
    folder = shared_data / "placement" / "sscflp" / "holmberg"
    best = [float(word) for word in (folder / "os").read_text().split()]
    problem = read_holmberg(folder / f"p{number}")
    got = solve(problem, time_limit_s=300)
    assert got.status == "optimal"
    assert got.value == best[number - 1]
    assert evaluate(problem, got).faults == ()


@pytest.mark.parametrize("name", ["cap41", "cap44", "cap63", "cap74", "cap101", "cap134"])
def test_published_optima_of_beasley_are_proven(shared_data, name):
    check_orlib(shared_data, name)


@pytest.mark.slow
@pytest.mark.parametrize("number", [42, 43, 61, 62, 64, 71, 72, 73, 102, 103, 104, 131, 132, 133])
def test_the_other_published_optima_of_beasley_are_proven(shared_data, number):
    check_orlib(shared_data, f"cap{number}")


QUICK = [1, 7, 19, 23, 33, 41, 45, 55, 61, 71]


@pytest.mark.parametrize("number", QUICK)
def test_published_optima_of_holmberg_are_proven(shared_data, number):
    check_holmberg(shared_data, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", sorted(set(range(1, 72, 2)) - set(QUICK)))
def test_the_other_published_optima_of_holmberg_are_proven(shared_data, number):
    check_holmberg(shared_data, number)


# ---- behaviour


def random_problem(n=80, m=20, seed=3, *, single_source=True):
    rng = np.random.default_rng(seed)
    points, sites = rng.random((n, 2)), rng.random((m, 2))
    cost = 1000 * np.hypot(*(points[:, None] - sites[None, :]).transpose(2, 0, 1))
    demand = rng.integers(5, 30, n).astype(float)
    capacity = rng.integers(150, 400, m).astype(float)
    opening = rng.integers(300, 900, m).astype(float)
    return FacilityLocation(cost, demand, capacity, opening, single_source=single_source)


def test_the_answer_does_not_depend_on_threads_or_repetition():
    problem = random_problem()
    first, second, third = (solve(problem, threads=threads) for threads in (1, 2, 1))
    for other in (second, third):
        assert first.value == other.value
        assert first.assignment.tolist() == other.assignment.tolist()
        assert first.bound == other.bound


def test_progress_tells_bounds_below_values():
    told = []
    solve(random_problem(), progress=told.append)
    assert told
    assert all(not step.bound > step.value + 1e-6 for step in told)


def test_a_short_time_limit_still_hands_back_a_plan_with_its_bound():
    problem = random_problem(200, 40)
    got = solve(problem, time_limit_s=0.2)
    assert got.found
    assert got.bound <= got.value
    assert evaluate(problem, got).faults == ()


def test_ctrl_c_hands_back_the_best_so_far():
    problem = random_problem(300, 60)
    fired = threading.Event()

    def interrupt(step):
        if not np.isnan(step.value) and not fired.is_set():
            fired.set()
            os.kill(os.getpid(), signal.SIGINT)

    got = solve(problem, progress=interrupt)
    assert got.interrupted
    assert got.found
    assert evaluate(problem, got).faults == ()


def test_too_little_capacity_is_infeasible():
    problem = FacilityLocation(np.ones((2, 2)), np.full(2, 5.0), np.full(2, 4.0), np.ones(2))
    assert solve(problem).status == "infeasible"


def test_a_point_out_of_reach_is_an_error():
    cost = np.array([[1.0, 2.0], [np.inf, np.inf]])
    problem = FacilityLocation(cost, np.ones(2), np.full(2, 4.0), np.ones(2))
    with pytest.raises(InputError, match="point 1"):
        solve(problem)


def test_split_service_costs_its_share():
    # the near site has room for half of the point
    problem = FacilityLocation(
        np.array([[10.0, 30.0]]), np.array([8.0]), np.array([4.0, 9.0]), np.array([1.0, 2.0])
    )
    got = solve(problem)
    assert got.value == pytest.approx(1 + 2 + 0.5 * 10 + 0.5 * 30)
    assert got.flow.tolist() == [[0, 0, 0.5], [0, 1, 0.5]]


def test_a_site_is_built_no_larger_than_its_plot():
    problem = FacilityLocation(
        np.array([[1.0, 50.0]]),
        np.array([7.0]),
        None,
        np.zeros(2),
        size_classes=SIZES,
        largest_size=np.array([0, 2]),
        single_source=True,
    )
    got = solve(problem)
    assert (got.open_sites.tolist(), got.sizes.tolist()) == ([1], [1])
    assert got.value == 55


def test_without_points_only_what_must_be_open_is():
    sites = Sites(2, fixed=np.array([1]))
    problem = FacilityLocation(
        np.zeros((0, 2)), np.zeros(0), np.ones(2), np.array([3.0, 4.0]), sites=sites
    )
    got = solve(problem)
    assert (got.status, got.value, got.open_sites.tolist()) == ("optimal", 4.0, [1])
