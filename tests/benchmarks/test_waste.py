"""The suite of collection routes: on a town of its own, on files of both formats, beside peers."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import waste
from benchmarks.suite import Options, Row
from benchmarks.waste import cases, judged, read_case, rows_of, town_problem
from benchmarks.waste_peers import solve_with_ortools, solve_with_pyvrp
from networks import InputError
from optimize.routing.nodes.kim import read_kim

KIM = (
    "10 // capacity\n12 // a day\n500 // stops\n3600 // lunch\n40 // speed\n"
    "Stop_ID X Y Early Late Service Load Type\n"
    "0 0 0 0800 1700 0 9999 0\n"
    "1 5280 0 0000 2400 600 9999 2\n"
    "2 10560 0 0000 2400 60 6 1\n"
    "3 10560 5280 0000 2400 60 6 1\n"
    "4 0 10560 0900 1000 60 6 1\n"
)
VRP = """NAME: small
TYPE: MTVRPTWR
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 4
VEHICLES: 2
CAPACITY: 5
SERVICE_TIME: 1
NODE_COORD_SECTION
1 0 0
2 0 10
3 0 20
4 10 0
DEMAND_SECTION
1 0
2 3
3 2
4 4
TIME_WINDOW_SECTION
1 0 1000
2 0 1000
3 0 1000
4 0 1000
RELEASE_TIME_SECTION
1 0
2 0
3 0
4 30
VEHICLES_RELOAD_DEPOT_SECTION
1 1
2 1
DEPOT_SECTION
1
EOF
"""
KNOWN = {("kim", "5"): 14.0, ("mt", "small"): 600.0}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "5_stop.txt").write_text(KIM)
    (tmp_path / "small.vrp").write_text(VRP)
    (tmp_path / "notes.txt").write_text("not an instance")
    (tmp_path / "other.vrp").write_text("NAME: other\nTYPE: CVRP\nDIMENSION: 3\n")
    return tmp_path


def test_files_of_both_formats_are_solved_and_stand_beside_the_known(folder):
    rows = {
        (row.case, row.metric): row
        for row in cases(Options(instances=folder, references=KNOWN, time_limit=1.0))
    }
    assert rows["small", "distance"].ratio == 1.0
    assert rows["5_stop", "distance"].ratio is None  # of how many vehicles is not known
    kim = rows["5_stop", "vehicles"]
    assert (kim.value, kim.reference) == (2, 2.0)  # 18 yards, and 12 a day for each
    assert rows["5_stop", "faults"].value == 0
    assert rows["small", "distance"].value == 600.0  # 40 and 20, in tenths
    assert rows["small", "gap"].value == 0.0
    assert rows["small", "faults"].value == 0
    assert rows["small", "distance_pyvrp"].value == 600.0
    assert rows["small", "distance_ortools"].value is None
    assert "leave a facility" in rows["small", "distance_ortools"].reference_source
    assert rows["5_stop", "distance"].value == rows["5_stop", "distance_pyvrp"].value
    assert rows["5_stop", "distance"].value == pytest.approx(
        rows["5_stop", "distance_ortools"].value
    )
    for peer in ("pyvrp", "ortools"):
        assert rows["5_stop", f"faults_{peer}"].value == 0
        assert "lunch" in rows["5_stop", f"faults_{peer}"].reference_source
    mean = rows[f"{folder.name}-mean", "gap"]
    assert mean.value == pytest.approx((rows["5_stop", "gap"].value + 0.0) / 2)
    assert rows[f"{folder.name}-mean", "faults"].value == 0


def test_a_folder_without_instances_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="holds no instance"):
        list(cases(Options(instances=tmp_path)))


def test_a_file_that_is_wrong_is_said(folder):
    (folder / "5_stop.txt").write_text(KIM.replace("0900 1000", "0900 1060"))
    with pytest.raises(InputError, match="1060 is no time"):
        list(cases(Options(instances=folder, time_limit=0.1)))


def test_without_a_folder_a_town_is_solved(monkeypatch):
    monkeypatch.setattr(waste, "TOWN_STOPS", 25)
    monkeypatch.setattr(waste, "PARTS", ())
    rows = {row.metric: row for row in cases(Options(time_limit=1.0))}
    assert rows["faults"].value == 0
    assert rows["vehicles"].value >= 1


def test_the_town_is_the_same_for_a_seed():
    one, two = town_problem(20, 1), town_problem(20, 1)
    assert one.amount.tolist() == two.amount.tolist()
    assert one.window.tolist() == two.window.tolist()
    assert town_problem(20, 2).amount.tolist() != one.amount.tolist()


# ---- what is said of peers


def test_a_peer_is_judged_by_the_checker(folder):
    problem = read_kim(folder / "5_stop.txt").problem
    assert judged(problem, [(0, -1, 1, -1), (2, -1)])[1] == []
    routes, said = judged(problem, [(0, 1, -1)])
    assert len(routes) == 1
    assert any("over 100" in words for words in said)  # tenths of a yard at once
    assert "stop 2 is left" in said


def test_what_cannot_be_on_time_is_a_fault_and_has_a_length(folder):
    case = read_case(folder / "5_stop.txt")
    closed = replace(case.problem, window=np.array([[0, 86400], [0, 86400], [0, 60]]))
    routes, said = judged(closed, [(0, -1, 1, -1), (2, -1)])
    assert said == ["route 1: cannot be on time"]
    assert case.length(routes) == pytest.approx((2 + 1 + 2 + 2 + 1) + (2 + 3 + 1))


def test_unequal_fleets_have_no_ratio(folder, monkeypatch):
    case = read_case(folder / "5_stop.txt")
    answer = replace(solve_with_pyvrp(case.problem, 0.2), routes=((0, -1), (1, -1), (2, -1)))
    monkeypatch.setattr("benchmarks.waste_peers.solve_with_pyvrp", lambda *_, **__: answer)
    rows = {row.metric: row for row in rows_of(case, None, Options(time_limit=0.5))}
    assert rows["vehicles_pyvrp"].value == 3
    assert rows["distance_pyvrp"].ratio is None
    assert rows["distance_ortools"].ratio == pytest.approx(1.0)


def test_pyvrp_is_asked_again_with_more_vehicles_where_few_are_too_few(folder, monkeypatch):
    case = replace(read_case(folder / "5_stop.txt"), least=-2)  # and three more: one, for two
    asked = []

    def solved(*given, **named):
        asked.append(named.get("vehicles"))
        return solve_with_pyvrp(*given, **named)

    monkeypatch.setattr("benchmarks.waste_peers.solve_with_pyvrp", solved)
    rows = {row.metric: row for row in rows_of(case, 14.0, Options(time_limit=0.5, threads=2))}
    assert asked == [1, None]
    assert rows["vehicles_pyvrp"].value == 2
    assert "asked again" in rows["faults_pyvrp"].reference_source
    assert rows["seconds"].reference_source == "2 threads, peers have one"


def test_plans_with_faults_have_no_gap(folder, monkeypatch):
    case = read_case(folder / "5_stop.txt")
    answer = replace(solve_with_pyvrp(case.problem, 0.2), routes=((0, -1), (1, -1)))
    monkeypatch.setattr("benchmarks.waste_peers.solve_with_pyvrp", lambda *_, **__: answer)
    rows = {row.metric: row for row in rows_of(case, 14.0, Options(time_limit=0.5))}
    assert rows["faults_pyvrp"].value == 1
    assert "gap_pyvrp" not in rows
    assert "gap" in rows


def test_means_are_over_what_all_solved():
    gaps = [("a", "gap", 1.0), ("b", "gap", 5.0), ("a", "gap_pyvrp", 2.0)]
    rows = [Row("waste", case, metric, value, "%") for case, metric, value in gaps]
    means = {row.metric: row.value for row in waste._means("set", rows)}
    assert means == {"gap": 1.0, "gap_pyvrp": 2.0}


def test_rules_that_peers_were_not_told_are_named():
    problem = town_problem(5, 0)
    most = problem.amount.max(axis=0) + 1
    kind = replace(problem.kinds[0], max_load=most)
    told = replace(problem, kinds=(kind,), intake=np.full((2, 24), 10**6))
    for solver in (solve_with_pyvrp, solve_with_ortools):
        note = solver(told, 0.1).note
        assert "intake" in note
        assert "hours on the way home" in note
    assert "further measures" in solve_with_pyvrp(told, 0.1).note


def test_peers_are_not_asked_about_several_kinds():
    problem = town_problem(5, 0)
    two = replace(problem, kinds=(*problem.kinds, *problem.kinds))
    assert "several kinds" in solve_with_pyvrp(two, 0.1).note
    assert "several kinds" in solve_with_ortools(two, 0.1).note
