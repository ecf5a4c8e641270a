"""Each rule broken once is found, named, and measured; what breaks none passes.

The plan is worked by hand. Stop s stands at x = s + 1, facility 0 at x = 4, facility 1 at x = -2,
start and end at x = 0; a step takes 300 s and is 2,000 m. Every limit is met to the unit.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.routing.nodes.check import RULES, check_node_solution, check_routes
from optimize.routing.nodes.problem import FAR, NodeProblem, TruckKind
from optimize.routing.nodes.solution import NodeRoute, NodeSolution, timetable

PLACE = np.array([0, 1, 2, 3, 4, 5, 6, 7, 4, -2])
STEPS = np.abs(PLACE[:, None] - PLACE[None, :])
HOUR = 3600


def problem_by_hand():
    kind = TruckKind(
        "truck", 0, 0, np.array([10, 60]), count=2, leave=(36000, 46800), home_by=53700,
        shift_s=10200, lunch=(39900, 39900, 3600), max_stops=4, max_load=np.array([15, 100]),
        max_trips=2, empty_home=True, fixed_cost=1000, cost_s=1, cost_m=2,
        stops=np.ones(7, bool), facilities=np.ones(2, bool),
    )  # fmt: skip
    intake = np.zeros((2, 24), dtype=np.int64)
    intake[0, 10], intake[0, 12], intake[1, 14] = 10, 5, 9
    window = np.tile([0, 24 * HOUR], (7, 1))
    window[1] = 37200
    return NodeProblem(
        name="by hand",
        seconds=(300 * STEPS,),
        metres=(2000 * STEPS,),
        stop_place=np.arange(1, 8),
        amount=np.array([[4, 10], [3, 20], [3, 30], [5, 40], [5, 10], [4, 10], [1, 1]]),
        service_s=np.full(7, 600),
        window=window,
        release_s=np.array([36000, 0, 0, 43500, 46800, 0, 0]),
        prize=np.array([-1, -1, -1, -1, -1, -1, 500]),
        facility_place=np.array([8, 9]),
        facility_s=np.array([900, 900]),
        facility_window=np.array([[0, 24 * HOUR], [52200, 52200]]),
        intake=intake,
        kinds=(kind, replace(kind, name="spare", count=1)),
    )


def solution_by_hand():
    one = NodeRoute(
        0, np.array([0, 1, 2, -1, 3, -1]),
        np.array([36300, 37200, 38100, 39000, 43500, 44100]), 36000, 46200, (4, 39900),
    )  # fmt: skip
    two = NodeRoute(0, np.array([5, 4, -2]), np.array([48600, 49500, 52200]), 46800, 53700)
    # 1,000 + 10,200 s + 2 x 16,000 m; 1,000 + 6,900 s + 2 x 32,000 m; the prize of stop 6
    value = 43_200 + 71_900 + 500
    return NodeSolution((one, two), value, "feasible", 0.0, 0, skipped=(6,), origin=(0, 1))


def test_a_plan_worked_by_hand_passes_and_has_its_value():
    checked = check_node_solution(problem_by_hand(), solution_by_hand())
    assert checked.faults == ()
    assert checked.value == 115_600


def kinds(**changes):
    def change(problem, solution):
        kind, spare = problem.kinds
        return replace(problem, kinds=(replace(kind, **changes), spare)), solution

    return change


def put(name, at, value):
    def change(problem, solution):
        table = getattr(problem, name).copy()
        table[at] = value
        return replace(problem, **{name: table}), solution

    return change


def route(number, **changes):
    def change(problem, solution):
        routes = list(solution.routes)
        routes[number] = replace(routes[number], **changes)
        return problem, valued(problem, replace(solution, routes=tuple(routes)))

    return change


def plan(**changes):
    return lambda problem, solution: (problem, replace(solution, **changes))


def valued(problem, solution):
    """Say what the changed routes are worth, so that nothing but the change is wrong."""
    return replace(solution, value=check_routes(problem, solution.routes).value)


def mask(many, without):
    return np.arange(many) != without


def blocked(problem, solution):
    seconds = problem.seconds[0].copy()
    seconds[6, 5] = FAR
    return replace(problem, seconds=(seconds,)), solution


BEGIN_0 = [36300, 37200, 38100, 39000, 43500, 44100]
BEGIN_1 = [48600, 49500, 52200]

BROKEN = {
    "capacity-first": ("capacity", 0, 2, 1, kinds(capacity=np.array([9, 60]))),
    "capacity-second": ("capacity", 0, 2, 1, kinds(capacity=np.array([10, 59]))),
    "count": ("count", None, None, 1, kinds(count=1)),
    "element-no-stop": ("element", 1, 0, 1, route(1, visit=np.array([99, 4, -2]))),
    "element-no-facility": ("element", 1, 2, 1, route(1, visit=np.array([5, 4, -3]))),
    "element-no-time": ("element", 1, None, 1, route(1, begin=np.array(BEGIN_1[:2]))),
    "empty-home": ("empty home", 1, None, 20,
        route(1, visit=np.array([5, 4]), begin=np.array(BEGIN_1[:2]), home=51600)),
    "facility": ("facility", 1, 2, 1, kinds(facilities=mask(2, 1))),
    "home-early": ("home", 0, None, 1, route(0, home=46199)),
    "home-late": ("home", 0, None, 1, lambda p, s: route(0, home=46201)(
        *kinds(shift_s=None)(p, s))),
    "home-by": ("home by", 1, None, 1, kinds(home_by=53699)),
    "intake": ("intake", None, None, 1, put("intake", (0, 10), 9)),
    "intake-of-another-hour": ("intake", None, None, 9, put("intake", (1, 14), 0)),
    "kind": ("kind", 0, None, 1, route(0, kind=5)),
    "leave-early": ("leave", 0, None, 1, kinds(leave=(36001, 46800))),
    "leave-late": ("leave", 1, None, 1, kinds(leave=(36000, 46799))),
    "lunch-early": ("lunch", 0, None, 1, kinds(lunch=(39901, 39901, 3600))),
    "lunch-late": ("lunch", 0, None, 1, kinds(lunch=(39000, 39899, 3600))),
    "lunch-none": ("lunch", 0, None, 6300, route(0, lunch=None)),
    "lunch-not-asked": ("lunch", 0, None, 1, kinds(lunch=None)),
    "lunch-at-work": ("lunch", 0, 4, 10, lambda p, s: route(0, lunch=(4, 39890))(
        *kinds(lunch=(39890, 39890, 3600))(p, s))),
    "lunch-nowhere": ("lunch", 0, None, 1, route(0, lunch=(7, 39900))),
    "max-load-first": ("max load", 0, None, 1, kinds(max_load=np.array([14, 100]))),
    "max-load-second": ("max load", 0, None, 1, kinds(max_load=np.array([15, 99]))),
    "max-stops": ("max stops", 0, None, 1, kinds(max_stops=3)),
    "max-trips": ("max trips", 0, None, 1, kinds(max_trips=1)),
    "release-of-the-first-trip": ("release", 0, 0, 1, put("release_s", 1, 36001)),
    "release-of-the-second-trip": ("release", 0, 4, 1, put("release_s", 3, 43501)),
    "served-by-none": ("served", None, None, 1,
        route(1, visit=np.array([5, -2]), begin=np.array([48600, 52200]))),
    "served-and-said-not-to-be": ("served", None, None, 1, plan(skipped=(6, 0))),
    "served-twice": ("served", None, None, 1,
        route(1, visit=np.array([5, 5, -2]), begin=np.array([48600, 49500, 52200]))),
    "served-optional-unsaid": ("served", None, None, 1, plan(skipped=())),
    "shift": ("shift", 0, None, 1, kinds(shift_s=10199)),
    "status": ("status", None, None, 1, plan(status="partial")),
    "stop": ("stop", 0, 4, 1, kinds(stops=mask(7, 3))),
    "time": ("time", 0, 2, 1, route(0, begin=np.array([*BEGIN_0[:2], 38099, *BEGIN_0[3:]]))),
    "time-after-lunch": ("time", 0, 4, 1, kinds(lunch=(39900, 39900, 3601))),
    "time-service": ("time", 1, 1, 1, put("service_s", 5, 601)),
    "value": ("value", None, None, 7, plan(value=115_607)),
    "value-prize": ("value", None, None, 1, put("prize", 6, 501)),
    "way": ("way", 1, 1, 1, blocked),
    "window-early": ("window", 0, 1, 1, put("window", 1, [37201, 40000])),
    "window-late": ("window", 0, 1, 1, put("window", 1, [0, 37199])),
    "window-facility": ("window", 1, 2, 1, put("facility_window", 1, [0, 52199])),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_rule_that_is_broken_once_is_found(case):
    rule, number, visit, by, change = BROKEN[case]
    problem, solution = change(problem_by_hand(), solution_by_hand())
    faults = check_node_solution(problem, solution).faults
    found = [fault for fault in faults if fault.rule == rule]
    assert any((one.route, one.visit, one.by) == (number, visit, by) for one in found), faults
    if number is not None:
        assert all(f"route {number}" in str(one) for one in found)


ALONE = sorted(set(BROKEN) - {
    "element-no-stop", "element-no-facility", "element-no-time", "kind", "served-by-none",
    "served-twice", "way", "intake-of-another-hour", "lunch-not-asked", "lunch-nowhere",
    "lunch-none",
})  # fmt: skip


@pytest.mark.parametrize("case", ALONE)
def test_nothing_else_is_found_with_it(case):
    rule, *_, change = BROKEN[case]
    problem, solution = change(problem_by_hand(), solution_by_hand())
    assert {fault.rule for fault in check_node_solution(problem, solution).faults} == {rule}


# ---- what was to stay


def moved(problem, solution):
    """Stop 4 goes before stop 5; times are not looked at here."""
    return valued(problem, replace(solution, routes=(
        solution.routes[0], replace(solution.routes[1], visit=np.array([4, 5, -2])))))  # fmt: skip


KEPT = {
    "locked-order": ("locked", moved, {"locked": np.ones(7, bool)}),
    "frozen": ("frozen", moved, {"frozen": (1,)}),
    "locked-route-gone": ("locked", lambda _, s: replace(s, origin=(0, -1)),
                          {"locked": mask(7, 0)}),
    "locked-in-another": ("locked", lambda _, s: replace(s, origin=(1, 0)),
                          {"locked": np.ones(7, bool)}),
    "locked-origin-unsaid": ("locked", lambda _, s: replace(s, origin=()),
                             {"locked": np.ones(7, bool)}),
    "locked-origin-twice": ("locked", lambda _, s: replace(s, origin=(0, 0)),
                            {"locked": np.ones(7, bool)}),
    "frozen-kind": ("frozen", lambda _, s: replace(
        s, routes=(s.routes[0], replace(s.routes[1], kind=1))), {"frozen": (1,)}),
    "locked-kind": ("locked", lambda _, s: replace(
        s, routes=(s.routes[0], replace(s.routes[1], kind=1))), {"locked": mask(7, 0)}),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(KEPT))
def test_what_was_to_stay_and_did_not_is_found(case):
    rule, change, rules = KEPT[case]
    problem, solution = problem_by_hand(), solution_by_hand()
    start = solution.routes
    faults = check_node_solution(problem, change(problem, solution), start=start, **rules).faults
    assert rule in {fault.rule for fault in faults}


def test_what_stays_passes():
    problem, solution = problem_by_hand(), solution_by_hand()
    locked = np.ones(7, bool)
    start = solution.routes
    assert not check_node_solution(problem, solution, start=start, locked=locked).faults
    assert not check_node_solution(problem, solution, start=start, frozen=(0, 1)).faults
    loose = mask(7, 4)  # stop 4 is free to go before stop 5
    faults = check_node_solution(problem, moved(problem, solution), start=start, locked=loose)
    assert "locked" not in {fault.rule for fault in faults.faults}


def test_every_rule_is_broken_by_some_case():
    assert {case[0] for case in [*BROKEN.values(), *KEPT.values()]} == set(RULES)


# ---- beside the solver's own clock


@settings(deadline=None, max_examples=60)
@given(
    visits=st.lists(st.integers(-2, 6), min_size=1, max_size=8),
    opens=st.lists(st.integers(30000, 50000), min_size=7, max_size=7),
    wide=st.lists(st.integers(0, 15000), min_size=7, max_size=7),
    release=st.lists(st.sampled_from([0, 36000, 42000, 47000]), min_size=7, max_size=7),
    lunch=st.sampled_from([None, (39600, 43200, 3600), (41000, 41000, 1800)]),
)  # fmt: skip
def test_a_timetable_keeps_every_rule_of_time(visits, opens, wide, release, lunch):
    base = problem_by_hand()
    kind = replace(base.kinds[0], lunch=lunch, shift_s=None, home_by=80000, leave=(20000, 50000))
    window = np.stack([np.array(opens), np.array(opens) + np.array(wide)], axis=1)
    problem = replace(
        base, kinds=(kind,), window=window, release_s=np.array(release),
        facility_window=np.array([[0, 80000], [40000, 80000]]), intake=None,
    )  # fmt: skip
    driven = timetable(problem, 0, visits)
    if driven is None:
        return
    times = {"time", "window", "release", "lunch", "leave", "home", "home by", "shift", "way"}
    assert not [one for one in check_routes(problem, [driven]).faults if one.rule in times]
