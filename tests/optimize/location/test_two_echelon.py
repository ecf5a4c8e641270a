"""Two echelons: against enumeration, and on instances of Fernandes et al. 2014."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from networks.errors import InputError
from optimize.location import SizeClass, TwoEchelon, solve
from optimize.location.evaluate import evaluate

SIZES = (SizeClass("small", 5.0, 3.0), SizeClass("large", 11.0, 5.0))


def instance(seed, random_sites):
    rng = np.random.default_rng(seed)
    n, m, k = (int(rng.integers(1, top)) for top in (4, 4, 3))

    def table(a, b):
        cost = rng.integers(0, 20, (a, b)).astype(float)
        cost[rng.random((a, b)) < 0.1] = np.inf
        return cost

    sites = random_sites(rng, m)
    allowed, sized = len(sites.allowed), rng.random() < 0.5
    least = max(1, len(sites.fixed))
    p = int(rng.integers(least, allowed + 1)) if allowed >= least and rng.random() < 0.4 else None
    return TwoEchelon(
        table(n, m),
        table(m, k) / 4,
        rng.integers(1, 6, n) + rng.choice([0.0, 0.5]),
        rng.integers(0, 15, m).astype(float),
        rng.integers(3, 20, k).astype(float),
        rng.integers(0, 10, k).astype(float) * (rng.random() < 0.7),
        capacity=None if sized else rng.integers(0, 14, m).astype(float),
        size_classes=SIZES if sized else (),
        largest_size=rng.integers(-1, 2, m) if sized and rng.random() < 0.5 else None,
        single_source=bool(rng.random() < 0.5),
        direct=table(n, k) + 5 if rng.random() < 0.5 else None,
        p=p,
        sites=sites,
    )


def enumerated(problem):
    """Least cost over all stations, sizes, plants and, by linear programs, flows."""
    m, k = problem.onward.shape
    sizes = SIZES if problem.size_classes else [SizeClass("own", 0.0, 0.0)]
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
        room = np.array([sizes[b].capacity if b >= 0 else 0.0 for b in plan])
        if problem.capacity is not None:
            room = np.where(built >= 0, problem.capacity, 0.0)
        for used in itertools.product([False, True], repeat=k):
            plants = np.array(used)
            paid = fee + problem.plant_opening[plants].sum()
            if paid < best:
                best = min(best, paid + moved(problem, is_open, room, plants))
    return best


def moved(problem, is_open, room, plants):
    n, m = problem.cost.shape
    goals = [("s", j) for j in is_open] + [
        ("p", q) for q in np.flatnonzero(plants) if problem.direct is not None
    ]

    def cost(i, goal):
        return problem.cost[i, goal[1]] if goal[0] == "s" else problem.direct[i, goal[1]]

    if problem.single_source:
        best = np.inf
        for to in itertools.product(goals, repeat=n):
            service = sum(cost(i, goal) for i, goal in enumerate(to))
            if service < best:
                pairs = list(enumerate(to))
                best = min(best, flows(problem, pairs, room, plants, m, cost))
        return best
    pairs = [(i, goal) for i in range(n) for goal in goals if np.isfinite(cost(i, goal))]
    return flows(problem, pairs, room, plants, m, cost)


def flows(problem, pairs, room, plants, m, cost):
    """Transport at least cost, over these pairs of sources and goals."""
    k, n = len(plants), len(problem.amount)
    on = [(j, q) for j in range(m) for q in range(k) if np.isfinite(problem.onward[j, q])]
    on = [(j, q) for j, q in on if plants[q]]
    columns = len(pairs) + len(on)
    if not columns:
        return np.inf
    price = [cost(i, goal) for i, goal in pairs] + [problem.onward[j, q] for j, q in on]
    equal, under = np.zeros((n + m, columns)), np.zeros((m + k, columns))
    for at, (i, (kind, goal)) in enumerate(pairs):
        equal[i, at] = 1.0
        if kind == "s":
            equal[n + goal, at] = under[goal, at] = problem.amount[i]
        else:
            under[m + goal, at] = problem.amount[i]
    for at, (j, q) in enumerate(on, start=len(pairs)):
        equal[n + j, at] = -1.0
        under[m + q, at] = 1.0
    limit = np.concatenate([room, problem.plant_capacity])
    got = linprog(price, under, limit, equal, np.concatenate([np.ones(n), np.zeros(m)]))
    return got.fun if got.success else np.inf


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=50)
def test_the_least_cost_of_all_plans_is_found_and_proven(random_sites, seed):
    problem = instance(seed, random_sites)
    reach = np.where(np.isfinite(problem.onward).any(axis=1), problem.cost, np.inf)
    if problem.direct is not None:
        reach = np.hstack([reach, problem.direct])
    if not np.isfinite(reach).any(axis=1).all():
        with pytest.raises(InputError, match="takes source"):
            solve(problem)
        return
    want = enumerated(problem)
    for method in ("auto", "mip"):
        got = solve(problem, method=method)
        if np.isinf(want):
            assert got.status == "infeasible"
            continue
        assert got.status == "optimal"
        assert got.value == pytest.approx(want, rel=1e-6, abs=1e-6)
        assert evaluate(problem, got).faults == ()


def read_fernandes(path):
    numbers = np.array(path.read_text().split(), dtype=float)
    plants, stations, sources = numbers[:3].astype(int)
    amount, plant, onward, station, cost = np.split(
        numbers[3:], np.cumsum([sources, 2 * plants, plants * stations, 2 * stations])
    )
    plant, station = plant.reshape(-1, 2), station.reshape(-1, 2)
    return TwoEchelon(
        cost=(cost.reshape(stations, sources) * amount).T,
        onward=onward.reshape(plants, stations).T,
        amount=amount,
        opening=station[:, 1],
        plant_capacity=plant[:, 0],
        plant_opening=plant[:, 1],
        capacity=station[:, 0],
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["PSC1-C1-50", "PSC1-C2-50", "PSC1-C1-100", "PSC1-C2-100"])
def test_instances_of_fernandes_are_solved_within_one_percent(shared_data, name):
    folder = shared_data / "placement" / "tscflp" / "fernandes2014"
    problem = read_fernandes(folder / f"{name}.txt")
    got = solve(problem, time_limit_s=120)
    assert evaluate(problem, got).faults == ()
    assert got.gap < 0.01


def random_problem(seed=1, n=40, m=12, k=4):
    rng = np.random.default_rng(seed)
    at, stations, plants = rng.random((n, 2)), rng.random((m, 2)), rng.random((k, 2)) * 3
    amount = rng.integers(1, 9, n).astype(float)
    away = np.hypot(*(at[:, None] - stations).transpose(2, 0, 1))
    on = np.hypot(*(stations[:, None] - plants).transpose(2, 0, 1))
    return TwoEchelon(
        100 * away * amount[:, None],
        20 * on,
        amount,
        rng.integers(50, 120, m).astype(float),
        np.full(k, amount.sum() / 2),
        np.full(k, 100.0),
        size_classes=(SizeClass("one", 40.0, 60.0), SizeClass("two", 90.0, 100.0)),
        direct=150 * np.hypot(*(at[:, None] - plants).transpose(2, 0, 1)) * amount[:, None],
    )


def test_a_heuristic_plan_is_sound_and_near_its_bound():
    problem = random_problem()
    got = solve(problem, method="heuristic")
    assert evaluate(problem, got).faults == ()
    assert got.gap < 0.1
    assert got.value >= solve(problem).value - 1e-6


def test_the_answer_does_not_depend_on_threads():
    first, second = (solve(random_problem(), threads=threads) for threads in (1, 2))
    assert first.value == second.value
    assert first.flow.tolist() == second.flow.tolist()


def test_direct_transport_is_taken_where_it_is_cheaper():
    problem = TwoEchelon(
        cost=np.array([[1.0], [1.0]]),
        onward=np.array([[1.0]]),
        amount=np.array([2.0, 2.0]),
        opening=np.array([3.0]),
        plant_capacity=np.array([10.0]),
        plant_opening=np.array([0.0]),
        capacity=np.array([5.0]),
        direct=np.array([[2.0], [9.0]]),
    )
    got = solve(problem)  # the first source direct: 2; the second 3 + 1 + 2
    assert got.value == pytest.approx(8)
    assert got.assignment.tolist() == [1, 0]
    assert got.onward.tolist() == [[0.0, 0.0, 2.0]]


def test_a_source_of_nothing_opens_no_plant():
    problem = TwoEchelon(
        np.array([[7.0]]), np.ones((1, 1)), np.zeros(1), np.ones(1), np.full(1, 4.0),
        np.full(1, 50.0), capacity=np.array([9.0]), direct=np.array([[3.0]]),
    )  # fmt: skip
    got = solve(problem)
    assert got.value == 3
    assert evaluate(problem, got).faults == ()


def test_plants_too_small_for_all_are_infeasible():
    problem = TwoEchelon(
        np.ones((1, 1)), np.ones((1, 1)), np.array([5.0]), np.ones(1), np.array([4.0]),
        np.zeros(1), capacity=np.array([9.0]),
    )  # fmt: skip
    assert solve(problem).status == "infeasible"
