"""Fleets of kinds, hours, pauses, locks and goals: the search against trying everything."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError
from optimize.routing.arcs.check import check_arc_solution
from optimize.routing.arcs.problem import ArcGoals, ArcProblem, VehicleKind
from optimize.routing.arcs.solution import ArcRoute
from optimize.routing.arcs.solve import solve_arcs


@st.composite
def kinds(draw, plain, *, timed, limited=True):
    """One or two kinds for the tasks of a plain problem."""
    # serving a street takes no less than driving along it: one more street is never a short cut
    plain = replace(plain, serve_cost=plain.serve_cost + plain.cost[plain.task_arc])
    n, made = plain.n_tasks, []
    for number in range(draw(st.integers(1, 2))):
        serve = None
        if number == 1 and draw(st.booleans()):
            serve = plain.serve_cost + draw(st.integers(0, 3))
            serve[draw(st.integers(0, n - 1))] = -1
        windows = None
        if timed and draw(st.booleans()):
            rows = []
            for _ in range(n):
                one, wide, gap, last = (draw(st.integers(0, top)) for top in (20, 15, 10, 10))
                second = draw(st.booleans())
                until = one + wide
                rows.append((one, until, until + 1 + gap, until + 1 + gap + last))
                if not second:
                    rows[-1] = (one, until, -1, -1)
            windows = np.array(rows)
        pause = None
        if timed and draw(st.booleans()):
            earliest = draw(st.integers(0, 12))
            pause = (earliest, earliest + draw(st.integers(0, 12)), draw(st.integers(0, 8)))
        depot = draw(st.integers(0, plain.n_nodes - 1))
        capacity = max(draw(st.integers(4, 8)), int(plain.demand.max()))
        count = draw(st.integers(1, 2)) if limited else None
        apart, most = draw(st.integers(0, 5)), draw(st.one_of(st.none(), st.integers(15, 60)))
        made.append(
            VehicleKind(str(number), depot, capacity, count, apart, most, serve, windows, pause)
        )
    return replace(plain, kinds=tuple(made))


def distances(problem):
    far, n = 10**9, problem.n_nodes
    dist = np.full((n, n), far)
    np.fill_diagonal(dist, 0)
    for u, v, c in zip(problem.tail, problem.head, problem.cost, strict=True):
        dist[u, v] = min(dist[u, v], c)
    for k in range(n):
        dist = np.minimum(dist, dist[:, [k]] + dist[[k], :])
    return dist


def begun(kind, task, at):
    if kind.windows is None:
        return at
    for first, last in kind.windows[task].reshape(2, 2).tolist():
        if at <= last:
            return max(at, first)
    return None


def driven(problem, dist, kind, tasks, arcs, rest):
    """How long a route lasts that pauses after task number `rest`; None if it cannot be."""
    at, now = kind.depot, 0
    serve = problem.serve_cost if kind.serve_cost is None else kind.serve_cost
    for number, (task, arc) in enumerate(zip(tasks, arcs, strict=True)):
        spent = serve[task, problem.task_arc[task].tolist().index(arc)]
        now = begun(kind, task, now + dist[at, problem.tail[arc]])
        if now is None or spent < 0:
            return None
        now += spent
        at = problem.head[arc]
        if number == rest:
            now = max(now, kind.pause[0])
            if now > kind.pause[1]:
                return None
            now += kind.pause[2]
    now += dist[at, kind.depot]
    if rest is None and kind.pause is not None and now > kind.pause[1]:
        return None
    return None if kind.most_cost is not None and now > kind.most_cost else int(now)


def in_order(tasks, arcs, must):
    """Whether locked tasks are in their order, in their direction."""
    kept = [(t, a) for t, a in zip(tasks, arcs, strict=True) if t in dict(must)]
    return kept == list(must)


def best_plan(problem, rows=(), taken=()):
    """Fewest tasks left and least cost with them; rows are (kind, locked tasks and arcs)."""
    dist, fleet = distances(problem), problem.fleet
    ways = [[w for w in pair if w >= 0] for pair in problem.task_arc.tolist()]
    locked = {t for _, must in rows for t, _ in must}

    @cache
    def route(c, tasks, must):
        kind, best = fleet[c], None
        if problem.demand[list(tasks)].sum() > kind.capacity:
            return None
        for order in permutations(tasks):
            for arcs in product(*(ways[t] for t in order)):
                if not in_order(order, arcs, must):
                    continue
                rests = [None] if kind.pause is None else [None, *range(len(order))]
                for rest in rests:
                    lasts = driven(problem, dist, kind, order, arcs, rest)
                    if lasts is not None and (best is None or lasts < best):
                        best = lasts
        return None if best is None else best + kind.route_cost

    all_rows = list(rows)
    for c, kind in enumerate(fleet):
        over = kind.count - sum(row[0] == c for row in rows)
        all_rows += [(c, ())] * over

    @cache
    def plan(number, rest):
        if number == len(all_rows):
            return len(rest), 0
        c, must = all_rows[number]
        own = frozenset(t for t, _ in must)
        free = sorted(t for t in rest if t not in locked)
        options = []
        for size in range(len(free) + 1):
            for more in combinations(free, size):
                tasks = tuple(sorted(own | set(more)))
                cost = 0 if not tasks else route(c, tasks, must)
                if cost is None:
                    continue
                left, others = plan(number + 1, rest - set(tasks))
                options.append((left, cost + others))
        return min(options, default=(10**6, 0))

    everything = frozenset(range(problem.n_tasks)) - set(taken)
    return plan(0, everything)


@settings(deadline=None, max_examples=50)
@given(data=st.data(), timed=st.booleans())
def test_small_fleets_get_the_best_plan_there_is(problems, data, timed):
    problem = data.draw(kinds(data.draw(problems()), timed=timed))
    solution = solve_arcs(problem, iterations=2, method="ruin")
    assert check_arc_solution(problem, solution).faults == ()
    assert (len(solution.left), solution.value) == best_plan(problem)
    assert (solution.status == "partial") == bool(solution.left)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_hours_pauses_and_facilities_together_pass_the_checker(problems, data):
    problem = data.draw(
        kinds(data.draw(problems(facilities=True, tasks=6)), timed=True, limited=False)
    )
    solution = solve_arcs(problem, iterations=1, method="ruin")
    assert check_arc_solution(problem, solution).faults == ()


def backwards(problem, route):
    """Turn a route round: its order, and each street that may be served either way."""
    arcs = []
    for task, arc in zip(route.task[::-1].tolist(), route.arc[::-1].tolist(), strict=True):
        one, other = problem.task_arc[task].tolist()
        arcs.append(other if arc == one and other >= 0 else one)
    return ArcRoute(route.task[::-1].copy(), np.array(arcs, dtype=np.int64), route.kind)


def test_a_locked_street_keeps_its_direction_where_the_other_would_be_shorter():
    start = (ArcRoute(np.array([0, 1]), np.array([0, 9])),)
    locked = np.arange(8) < 2
    solution = solve_arcs(
        with_kinds(VehicleKind("v", 0, 99)), iterations=1, start=start, locked=locked
    )
    assert 9 in solution.routes[0].arc


def test_a_search_beside_frozen_routes_is_not_there_before_the_whole_is():
    problem = with_kinds(VehicleKind("v", 0, 3))
    whole = solve_arcs(problem, iterations=3)
    told = []
    again = solve_arcs(
        problem,
        iterations=3,
        start=whole.routes,
        frozen=[0],
        bound=whole.value - 1,
        progress=told.append,
    )
    assert again.iterations > 0
    assert (told[-1].value, told[-1].routes) == (whole.value, len(whole.routes))


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_what_is_locked_stays_and_the_rest_is_the_best_there_is(problems, data):
    problem = data.draw(kinds(data.draw(problems()), timed=data.draw(st.booleans())))
    found = solve_arcs(problem, iterations=1, method="ruin").routes
    first = (
        tuple(map(backwards, [problem] * len(found), found)) if data.draw(st.booleans()) else found
    )
    held = [t for r in first for t in r.task.tolist()]
    chosen = data.draw(st.lists(st.sampled_from(held), unique=True)) if held else []
    locked = np.isin(np.arange(problem.n_tasks), chosen)
    rows = tuple(
        (r.kind, tuple((t, a) for t, a in zip(r.task.tolist(), r.arc.tolist(), strict=True)
                       if locked[t]))
        for r in first
    )  # fmt: skip
    try:
        again = solve_arcs(problem, iterations=2, method="ruin", start=first, locked=locked)
    except InputError:
        if first is found:
            raise
        return  # what was turned round may break a limit by itself
    assert check_arc_solution(problem, again).faults == ()
    for (kind, must), number in zip(rows, range(len(rows)), strict=True):
        if must:
            row = again.routes[again.origin.index(number)]
            assert row.kind == kind
            assert in_order(row.task.tolist(), row.arc.tolist(), must)
    assert (len(again.left), again.value) == best_plan(problem, rows)


@settings(deadline=None, max_examples=25)
@given(data=st.data(), facilities=st.booleans())
def test_frozen_routes_come_back_as_they_were(problems, data, facilities):
    plain = data.draw(problems(facilities=facilities, tasks=6))
    problem = data.draw(kinds(plain, timed=True, limited=False))
    first = solve_arcs(problem, iterations=1, method="ruin")
    frozen = data.draw(st.sets(st.integers(0, max(0, len(first.routes) - 1))))
    frozen = frozen if first.routes else set()
    again = solve_arcs(problem, iterations=1, start=first.routes, frozen=sorted(frozen))
    assert check_arc_solution(problem, again).faults == ()
    assert again.value <= first.value or len(again.left) < len(first.left)
    for number in frozen:
        one, other = first.routes[number], again.routes[again.origin.index(number)]
        assert one.kind == other.kind
        assert one.arc.tolist() == other.arc.tolist()
        assert one.task.tolist() == other.task.tolist()
        assert one.begin.tolist() == other.begin.tolist()
        assert (one.pause is None, one.lasts) == (other.pause is None, other.lasts)


def test_streets_that_no_shift_can_hold_are_named():
    """Whichever search it is, nothing is left without being told."""
    short = replace(PLAIN, most_cost=15)
    for method in ("genetic", "ruin"):
        solution = solve_arcs(short, iterations=1, method=method)
        assert solution.routes == ()
        assert solution.left == tuple(range(8))
        assert check_arc_solution(short, solution).faults == ()


# ---- by hand: a ring of eight streets of 10, served at 20, all both ways

RING = np.arange(8)
PLAIN = ArcProblem(
    "ring", 8, np.append(RING, (RING + 1) % 8), np.append((RING + 1) % 8, RING), np.full(16, 10),
    0, np.column_stack([RING, RING + 8]), np.full((8, 2), 20), np.ones(8, np.int64), 99,
)  # fmt: skip
ANY = np.tile([0, 10_000, -1, -1], (8, 1))


def with_kinds(*made):
    return replace(PLAIN, kinds=made)


def test_who_comes_early_waits_and_the_wait_counts():
    windows = ANY.copy()
    windows[:, 0] = 100  # 8 streets from 100 on: 8 * 20, the depot at both ends
    solution = solve_arcs(with_kinds(VehicleKind("v", 0, 99, windows=windows)), iterations=1)
    assert solution.value == 100 + 8 * 20
    assert sorted(solution.routes[0].begin.tolist()) == list(range(100, 260, 20))


def test_a_second_window_is_as_good_as_the_first():
    windows = ANY.copy()
    windows[0] = 0, 0, 140, 140  # the first street at once, or last
    windows[7] = 0, 0, -1, -1
    solution = solve_arcs(with_kinds(VehicleKind("v", 0, 99, windows=windows)), iterations=1)
    assert solution.value == 160
    assert solution.routes[0].task.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]


def test_a_route_over_the_latest_begin_has_one_pause():
    problem = with_kinds(VehicleKind("v", 0, 99, pause=(70, 90, 30)))
    solution = solve_arcs(problem, iterations=1)
    assert solution.value == 160 + 30
    after, begin = solution.routes[0].pause
    assert begin == 80
    assert after == 3
    short = with_kinds(VehicleKind("v", 0, 99, pause=(70, 160, 30)))
    assert solve_arcs(short, iterations=1).routes[0].pause is None


def test_each_street_goes_to_a_kind_that_can_serve_it():
    able = np.full((8, 2), 20)
    able[:4] = -1
    problem = with_kinds(
        VehicleKind("all", 0, 99, 1, most_cost=120),
        VehicleKind("some", 4, 99, 1, serve_cost=able, most_cost=120),
    )
    solution = solve_arcs(problem, iterations=1)
    assert solution.left == ()
    by_kind = {route.kind: sorted(route.task.tolist()) for route in solution.routes}
    assert set(by_kind) == {0, 1}
    assert set(by_kind[0]) >= {0, 1, 2, 3}


def test_what_does_not_fit_is_left_and_named():
    problem = with_kinds(VehicleKind("v", 0, 3, 1))
    solution = solve_arcs(problem, iterations=1, method="ruin")
    assert solution.status == "partial"
    assert len(solution.left) == 5
    assert check_arc_solution(problem, solution).faults == ()
    said = check_arc_solution(problem, replace(solution, status="feasible")).faults
    assert sum("is served 0 times" in fault for fault in said) == 5


def test_a_kind_of_any_number_gets_as_many_rows_as_are_needed():
    windows = np.tile([30, 40, -1, -1], (8, 1))
    problem = with_kinds(VehicleKind("v", 0, 99, windows=windows))
    solution = solve_arcs(problem, iterations=1)
    assert solution.left == ()
    assert len(solution.routes) == 8  # all at the same time


def test_two_threads_give_the_same_routes_each_time():
    problem = with_kinds(VehicleKind("v", 0, 5, pause=(10, 50, 9)), VehicleKind("w", 3, 4, 1))
    goals = ArcGoals(1.0, 0.5, np.cos(RING), np.sin(RING))
    one, two = (solve_arcs(problem, iterations=2, threads=2, goals=goals) for _ in range(2))
    assert [r.arc.tolist() for r in one.routes] == [r.arc.tolist() for r in two.routes]


def test_balance_makes_routes_equally_long():
    windows = ANY.copy()
    problem = with_kinds(VehicleKind("v", 0, 6, 2, windows=windows))
    plain = solve_arcs(problem, iterations=2)
    even = solve_arcs(problem, iterations=2, goals=ArcGoals(balance=4.0))
    apart = [abs(s.routes[0].lasts - s.routes[1].lasts) for s in (plain, even)]
    assert apart[1] <= apart[0]
    assert apart[1] == 0


def test_compactness_keeps_what_lies_together_in_one_route():
    # two clusters, a long way apart, on one line; the cheapest plan is indifferent
    n = 12
    line = np.arange(n)
    x = np.where(line < 6, 0.0, 5000.0)
    order = np.random.default_rng(1).permutation(n)
    problem = ArcProblem(
        "star", 1 + n, np.append(np.zeros(n, int), line + 1), np.append(line + 1, np.zeros(n, int)),
        np.full(2 * n, 10), 0, np.column_stack([line, np.full(n, -1)]), np.full((n, 2), 20),
        np.ones(n, np.int64), 6, vehicles=2,
    )  # fmt: skip
    goals = ArcGoals(compactness=1.0, x=x[order], y=np.zeros(n))
    plain = solve_arcs(problem, iterations=2, method="ruin")
    solution = solve_arcs(problem, iterations=3, goals=goals)
    assert solution.value == plain.value
    assert all(len(set(x[order][route.task])) == 1 for route in solution.routes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": [ArcRoute(np.array([0, 0]), np.array([0, 8]))]}, "more than once"),
        ({"start": [ArcRoute(np.array([0]), np.array([3]))]}, "cannot be served along arc 3"),
        ({"start": [ArcRoute(np.array([0]), np.array([0]), 5)]}, "no kind 5"),
        ({"locked": np.arange(8) == 2}, "task 2 is locked"),
        ({"frozen": [0]}, "frozen routes must be of the 0"),
        (
            {
                "start": [ArcRoute(RING[::2], RING[::2])],
                "locked": np.arange(8) % 2 == 0,
            },
            "breaks a limit of v by itself",
        ),
        (
            {"start": [ArcRoute(RING[::2], RING[::2])], "frozen": [0]},
            "lasts 120, more than 100",
        ),
        ({"goals": ArcGoals(compactness=1.0)}, "places of 0 tasks"),
        ({"start": [ArcRoute(RING[:1], RING[:1])], "method": "genetic"}, "vehicles of one kind"),
    ],
)
def test_what_cannot_be_begun_from_is_refused(changes, said):
    problem = with_kinds(VehicleKind("v", 0, 99, most_cost=100, pause=(0, 1000, 9)))
    with pytest.raises(InputError, match=said):
        solve_arcs(problem, iterations=1, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"windows": np.array([[5, 4, -1, -1]])}, "not in order"),
        ({"windows": np.array([[0, 4, 4, 9]])}, "not in order"),
        ({"windows": np.zeros((3, 2))}, "4 columns"),
        ({"pause": (9, 5, 1)}, "cannot be"),
        ({"count": 0}, "0 vehicles"),
    ],
)
def test_a_kind_that_makes_no_sense_is_refused(changes, said):
    with pytest.raises(InputError, match=said):
        VehicleKind("v", 0, 9, **changes)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (VehicleKind("v", 9, 9), "the depot is not one of 8"),
        (VehicleKind("v", 0, 9, windows=ANY[:3]), "windows of 3 tasks"),
        (VehicleKind("v", 0, 9, serve_cost=np.full((8, 2), -1)), "fits no kind"),
    ],
)
def test_a_fleet_that_does_not_fit_the_streets_is_refused(kind, said):
    with pytest.raises(InputError, match=said):
        with_kinds(kind)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"begin": np.arange(0, 160, 20) - 1}, "is at task"),
        ({"begin": np.arange(0, 160, 20) + 900}, "outside its windows"),
        ({"pause": (0, 5)}, "is under way until"),
        ({"pause": (0, 99)}, "not from 20 to 60"),
        ({"pause": None}, "without a pause"),
        ({"lasts": 7}, "not 7"),
    ],
)
def test_the_checker_does_not_take_a_route_at_its_word(changes, said):
    windows = ANY.copy()
    windows[:, 1] = 500
    problem = with_kinds(VehicleKind("v", 0, 99, windows=windows, pause=(20, 60, 10)))
    good = solve_arcs(problem, iterations=1)
    assert check_arc_solution(problem, good).faults == ()
    bad = replace(good, routes=(replace(good.routes[0], **changes),))
    assert any(said in fault for fault in check_arc_solution(problem, bad).faults)
