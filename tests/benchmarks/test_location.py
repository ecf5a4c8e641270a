"""The placement suite: its rows, its judge, its peers."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from benchmarks import Options, location, location_cases, location_peers
from benchmarks.location import case_rows, cases
from benchmarks.location_cases import StreetCover, own_cases
from benchmarks.location_instances import Case, Skipped
from benchmarks.location_models import milp_of
from benchmarks.location_peers import PEERS, Answer, Peer, ask
from networks import InputError, synthetic_district
from optimize.location import (
    Coverage,
    Dispersion,
    ExpectedCover,
    FacilityLocation,
    MaxCover,
    PCenter,
    PMedian,
    SetCover,
    Sites,
    Solution,
    TwoEchelon,
)

COST = np.array([[0.0, 4, 9], [3, 1, 8], [9, 2, 3], [8, 7, 1]])
WEIGHT = np.array([2.0, 1, 1, 3])
MEDIAN = PMedian(COST, WEIGHT, 2)
PMED = "4 4 2\n1 2 5\n2 3 1\n1 2 3\n3 4 7\n"


@pytest.fixture
def solved(monkeypatch):
    """Answers of a solver that can be set, in place of ours."""
    answers = []

    def solve(problem, **_limits):
        return answers[0]

    monkeypatch.setattr(location, "solve", solve)
    return answers


def plan(**changes):
    sites, assigned = np.array([0, 2]), np.array([0, 0, 2, 2])
    return replace(Solution("optimal", 9.0, 9.0, sites, assigned, 0.1, "by hand"), **changes)


def of(rows, metric, case="x"):
    return next(row for row in rows if row.metric == metric and row.case == case)


def case_of(problem=MEDIAN, **more):
    return Case("x", "pmed", lambda: problem, **more)


# ---- one case


def test_a_case_has_its_value_gaps_proof_and_time(solved):
    solved.append(plan(status="feasible", bound=8.1))
    rows = list(case_rows(case_of(known=7.5, known_source="A"), Options()))
    assert (of(rows, "value").value, of(rows, "value").reference) == (9.0, 7.5)
    assert of(rows, "gap").value == pytest.approx(20.0)
    assert of(rows, "gap").reference_source == "best known, A"
    assert of(rows, "certified_gap").value == pytest.approx(10.0)
    assert of(rows, "proven").value == 0.0
    assert of(rows, "seconds").value >= 0.0


def test_the_gap_of_a_gain_is_what_is_missing(solved):
    table = Coverage(np.array([0, 1]), np.array([0], dtype=np.int32), 1)
    cover = MaxCover(table, np.array([8.0]), 1)
    one = np.array([0])
    solved.append(plan(value=8.0, bound=8.0, open_sites=one, assignment=one))
    rows = list(case_rows(case_of(cover, known=10.0), Options()))
    assert of(rows, "gap").value == pytest.approx(20.0)
    assert of(rows, "proven").value == 1.0


def test_a_plan_with_a_fault_gives_nothing_but_the_fault(solved):
    solved.append(plan(value=8.0, bound=8.0, status="feasible"))
    rows = list(case_rows(case_of(known=9.0), Options()))
    assert [row.metric for row in rows] == ["faults"]
    assert rows[0].reference_source == "the value is said to be 8, and is 9"


def test_a_case_that_is_refused_gives_the_refusal(monkeypatch):
    def refuse(problem, **_limits):
        raise InputError("no site can serve point 3")

    monkeypatch.setattr(location, "solve", refuse)
    rows = list(case_rows(case_of(), Options(), warm={PMedian}))
    assert [row.reference_source for row in rows] == ["no site can serve point 3"]


def test_interrupted_a_case_gives_the_rows_of_its_plan(solved):
    solved.append(plan(interrupted=True))
    rows = []
    with pytest.raises(KeyboardInterrupt):
        rows.extend(case_rows(case_of(), Options()))
    assert of(rows, "seconds").reference_source == "interrupted"


# ---- peers


def peer(package="numpy", **changes):
    return replace(Peer(package, "call", {"PMedian": 100}, lambda *_: None), **changes)


def answered(monkeypatch, *answers):
    given = iter(answers)
    monkeypatch.setattr(location, "ask", lambda *_: next(given))


def test_our_time_stands_beside_the_fastest_peer_whose_plan_is_as_good(solved, monkeypatch):
    solved.append(plan())
    answered(
        monkeypatch,
        Answer(9.0, proven=True, seconds=5.0),
        Answer(9.9, proven=False, seconds=1.0),
        Answer(9.0, proven=False, seconds=4.0),
        Answer(None, proven=False, seconds=9.0, why="not done in 9 s"),
    )
    peers = [peer(), peer("scipy"), peer("pandas"), peer("rich"), peer("no-such-package")]
    rows = list(case_rows(case_of(), Options(), peers=peers))
    assert of(rows, "seconds").reference == 4.0
    assert "pandas" in of(rows, "seconds").reference_source
    assert "not proven" in of(rows, "seconds").reference_source
    assert of(rows, "gap_scipy").value == pytest.approx(10.0)
    assert of(rows, "seconds_rich").value is None
    assert "not done in 9 s" in of(rows, "seconds_rich").reference_source
    assert of(rows, "seconds_no-such-package").reference_source == "no-such-package: absent"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(8.5, proven=True, seconds=1.0), "a plan of 8.5, and our bound is 9"),
        (Answer(8.5, proven=False, seconds=1.0), "a plan of 8.5, and our bound is 9"),
        (Answer(9.5, proven=True, seconds=1.0), "9.5 proven best, and our plan has 9"),
    ],
)
def test_answers_that_contradict_each_other_are_a_fault(solved, monkeypatch, answer, words):
    solved.append(plan())
    answered(monkeypatch, answer)
    rows = list(case_rows(case_of(), Options(), peers=[peer()]))
    assert words in of(rows, "faults").reference_source
    assert not [row for row in rows if row.metric == "seconds"]


def test_a_peer_is_not_asked_what_it_cannot_do_or_what_is_too_large_for_it():
    assert peer().takes(MEDIAN)
    assert not peer(most={"PMedian": 11}).takes(MEDIAN)
    assert not peer(most={"PCenter": 100}).takes(MEDIAN)
    table = Coverage(np.array([0, 1]), np.array([0], dtype=np.int32), 1)
    assert peer(most={"SetCover": 1}).takes(SetCover(table))


def test_a_peer_answers_from_a_process_of_its_own():
    scipy = next(peer for peer in PEERS if peer.package == "scipy")
    found = ask(scipy, MEDIAN, 30.0)
    assert found.proven
    assert found.value == pytest.approx(9.0)


def test_a_peer_that_fails_says_how():
    scipy = next(peer for peer in PEERS if peer.package == "scipy")
    found = ask(scipy, Dispersion(np.ones((3, 3)) - np.eye(3), 2), 30.0)
    assert found.value is None
    assert found.why == "TypeError: Dispersion is not among the textbook models"


# ---- the textbook models


def by_milp(problem):
    return location_peers._scipy(problem, 30.0).value


def least(values):
    return pytest.approx(min(values), abs=1e-7)


def subsets(m, p):
    return [list(chosen) for chosen in combinations(range(m), p)]


TABLE = Coverage(np.array([0, 2, 3, 4, 6]), np.array([0, 1, 1, 2, 0, 2], dtype=np.int32), 3)
COVERS = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1]])


def test_the_textbook_models_have_the_optima_that_trying_all_finds():
    two = subsets(3, 2)
    assert by_milp(MEDIAN) == least(WEIGHT @ COST[:, s].min(axis=1) for s in two)
    assert by_milp(PCenter(COST, 2)) == least(COST[:, s].min(axis=1).max() for s in two)
    covered = [WEIGHT @ COVERS[:, s].max(axis=1) for s in two]
    assert by_milp(MaxCover(TABLE, WEIGHT, 2)) == pytest.approx(max(covered))
    assert by_milp(SetCover(TABLE)) == 2
    gains = [
        WEIGHT @ (1 - 0.4 ** (COVERS @ np.bincount(units, minlength=3)))
        for units in np.ndindex(3, 3, 3)
    ]
    assert by_milp(ExpectedCover(TABLE, WEIGHT, 3, 0.4)) == pytest.approx(max(gains))


def test_the_textbook_models_keep_capacities():
    demand, capacity = np.full(4, 5.0), np.full(3, 10.0)
    problem = FacilityLocation(COST, demand, capacity, np.array([1.0, 2, 3]), single_source=True)
    plans = [
        np.array([1.0, 2, 3])[np.unique(a)].sum() + COST[range(4), a].sum()
        for a in (list(a) for a in np.ndindex(3, 3, 3, 3))
        if np.bincount(a).max() <= 2
    ]
    assert by_milp(problem) == least(plans)
    onward = np.array([[1.0, 9], [2, 2], [9, 1]])
    two = TwoEchelon(
        COST,
        onward,
        demand,
        np.array([1.0, 2, 3]),
        np.full(2, 20.0),
        np.array([10.0, 20]),
        capacity,
        single_source=True,
    )
    # with room for all at either plant, all stations send to the same one
    both = [
        np.array([1.0, 2, 3])[np.unique(a)].sum()
        + COST[range(4), a].sum()
        + 5 * onward[a, plant].sum()
        + (10, 20)[plant]
        for a in (list(a) for a in np.ndindex(3, 3, 3, 3))
        if np.bincount(a).max() <= 2
        for plant in (0, 1)
    ]
    assert by_milp(two) == least(both)


def test_rules_on_sites_are_not_among_the_textbook_models():
    with pytest.raises(TypeError, match="not among"):
        milp_of(PMedian(COST, WEIGHT, 2, Sites(3, fixed=[1])))


# ---- the suite


def test_a_folder_of_instances_gives_rows_and_totals(tmp_path, solved):
    (tmp_path / "cap9.txt").write_text("3 1\n9 1\n9 2\n9 3\n4\n8 9 9\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("# notes\n", encoding="utf-8")
    single = np.array([0])
    solved.append(plan(open_sites=single, assignment=single))
    options = Options(tmp_path, {("cap", "cap9"): 9.0})
    rows = list(cases(options))
    assert of(rows, "gap", "cap9").value == 0.0
    assert of(rows, "seconds_scipy", "cap9").value > 0.0
    assert [row.value for row in rows if row.case == "cap-total"][:3] == [1.0, 1.0, 0.0]
    assert of(rows, "gap", "cap-total").value == 0.0
    assert of(rows, "files", "skipped").value == 1.0
    assert "notes.md" in of(rows, "files", "skipped").reference_source


def test_a_folder_without_instances_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no instance"):
        list(cases(Options(tmp_path)))


def test_medians_of_a_folder_are_solved_and_judged(tmp_path):
    (tmp_path / "pmed7.txt").write_text(PMED, encoding="utf-8")
    rows = list(cases(Options(tmp_path, {("pmedian", "pmed7"): 4.0}, 20.0, 1)))
    assert of(rows, "gap", "pmed7").value == 0.0
    assert of(rows, "proven", "pmed7").value == 1.0
    assert of(rows, "value", "pmed7-pcenter").value == 3.0
    assert not [row for row in rows if row.metric == "faults" and row.value]


@pytest.fixture
def nothing_beside(monkeypatch, tmp_path):
    """No data beside the project."""
    monkeypatch.setattr(location_cases, "_BESIDE", tmp_path)


@pytest.mark.usefixtures("nothing_beside")
def test_without_a_folder_streets_are_covered_and_absent_data_is_told():
    found = list(own_cases(1, 60.0, points=400))
    names = [case.name for case in found if isinstance(case, Case)]
    assert names == ["synthetic-400x400-mclp-p30", "synthetic-400x400-mclp-p120"]
    assert [case.name for case in found if isinstance(case, Skipped)] == [
        "auckland",
        "elaspy",
        "placement/spopt_sf",
    ]
    large = list(own_cases(1, 300.0, points=400))[-1]
    assert large.name == "synthetic-1m-x1000-mclp-p120"


def test_streets_are_covered_where_a_point_reaches_a_site_in_time():
    streets = StreetCover(lambda: synthetic_district(600, 2), 200, 50, 90.0, 5)
    points, sites, weight = streets.drawn
    times = streets.network.node_matrix(points, sites)
    problem = streets.problem(7)
    assert problem.p == 7
    assert problem.weight is weight or np.array_equal(problem.weight, weight)
    near = Coverage.within(times, 90.0)
    assert np.array_equal(problem.coverage.indptr, near.indptr)
    assert np.array_equal(problem.coverage.site, near.site)
    again = StreetCover(lambda: synthetic_district(600, 2), 200, 50, 90.0, 5)
    assert np.array_equal(again.drawn[0], points)
