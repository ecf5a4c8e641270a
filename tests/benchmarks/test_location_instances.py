"""Published forms of placement instances, on files small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.location_instances import Case, Skipped, known_value, read_cases
from benchmarks.location_tables import EARTH_M
from optimize.location import FacilityLocation, MaxCover, PCenter, PMedian, Solution, TwoEchelon
from optimize.location.evaluate import evaluate

PMED = "4 4 2\n1 2 5\n2 3 1\n1 2 3\n3 4 7\n"


def read(folder, references=None):
    return list(read_cases(folder, references or {}))


def write(folder, **files):
    for name, text in files.items():
        place = folder / name.replace("__", "/")
        place.parent.mkdir(exist_ok=True, parents=True)
        place.write_text(text, encoding="utf-8")


def test_a_pmed_file_asks_for_a_median_and_a_center_and_the_last_parallel_edge_counts(tmp_path):
    write(tmp_path, pmed7=PMED)
    median, center = read(tmp_path)
    assert (median.name, median.family) == ("pmed7", "pmed")
    assert (center.name, center.family) == ("pmed7-pcenter", "pcenter")
    problem = median.problem()
    assert isinstance(problem, PMedian)
    assert problem.p == 2
    assert problem.cost.tolist() == [[0, 3, 4, 11], [3, 0, 1, 8], [4, 1, 0, 7], [11, 8, 7, 0]]
    assert isinstance(center.problem(), PCenter)


def test_a_reversed_parallel_edge_counts_too_even_if_it_is_longer(tmp_path):
    write(tmp_path, pmed7=PMED.replace("1 2 3", "2 1 9"))
    assert read(tmp_path)[0].problem().cost[0, 1] == 9


def test_known_values_of_a_pmed_file_come_by_set(tmp_path):
    write(tmp_path, pmed7=PMED)
    known = {("pmed-pmedian", "pmed7"): 8.0, ("pmed-pcenter", "pmed7"): 4.0}
    median, center = read(tmp_path, known)
    assert (median.known, median.known_source) == (8.0, "pmed-pmedian")
    assert (center.known, center.known_source) == (4.0, "pmed-pcenter")


def test_a_list_of_values_beside_the_files_is_used_where_no_other_is_given(tmp_path):
    write(tmp_path, pmed7=PMED, **{"pmedopt.txt": "Data file  Optimal\npmed7   9\n"})
    median, center = read(tmp_path)
    assert (median.known, median.known_source) == (9.0, "pmedopt.txt")
    assert center.known is None


CAP = "2 3\n10 7.5\n20. 8\n4\n1 2\n5\n3 4\n6\n5 6\n"


def test_a_cap_file_has_sites_then_customers(tmp_path):
    write(tmp_path, **{"deep__cap1.txt": CAP})
    (case,) = read(tmp_path, {("cap (CFLP)", "cap1"): 3.5})
    assert (case.name, case.family, case.known) == ("cap1", "cap", 3.5)
    problem = case.problem()
    assert isinstance(problem, FacilityLocation)
    assert problem.capacity.tolist() == [10, 20]
    assert problem.opening.tolist() == [7.5, 8]
    assert problem.demand.tolist() == [4, 5, 6]
    assert problem.cost.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert not problem.single_source


def test_the_word_capacity_means_no_limit(tmp_path):
    write(tmp_path, capa=CAP.replace("10 7.5", "capacity 7.5").replace("20. 8", "capacity 8"))
    (case,) = read(tmp_path)
    assert case.problem().capacity.tolist() == [15, 15]


def test_a_single_source_file_has_rows_of_capacities_costs_and_demands(tmp_path):
    text = "2 3\n10 20\n7.5 8\n4 5 6\n1 2\n3 4\n5 6\n"
    write(tmp_path, p2=text, os="11\n22\n33\n")
    (case,) = read(tmp_path)
    problem = case.problem()
    assert problem.single_source
    assert problem.capacity.tolist() == [10, 20]
    assert problem.opening.tolist() == [7.5, 8]
    assert problem.demand.tolist() == [4, 5, 6]
    assert problem.cost.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert (case.known, case.known_source) == (22.0, "os")
    assert read(tmp_path, {("sscflp-x", "p2"): 21.0})[0].known == 21.0


def test_a_two_echelon_file_has_costs_of_one_unit(tmp_path):
    # one plant, two stations, three sources
    text = "1 2 3\n4 5 6\n100 9\n2 3\n30 7\n40 8\n1 2 3\n4 5 6\n"
    write(tmp_path, psc=text)
    (case,) = read(tmp_path)
    problem = case.problem()
    assert isinstance(problem, TwoEchelon)
    assert problem.cost.tolist() == [[4, 16], [10, 25], [18, 36]]
    assert problem.onward.tolist() == [[2], [3]]
    assert problem.capacity.tolist() == [30, 40]
    assert problem.opening.tolist() == [7, 8]
    assert problem.plant_capacity.tolist() == [100]
    assert problem.plant_opening.tolist() == [9]


TSP = """NAME : five
TYPE : TSP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0.0 0.0
2 1.00e+00 1.0
3 3.0 4.0
EOF
"""


def test_distances_of_tsplib_points_are_rounded_down(tmp_path):
    write(tmp_path, **{"five.tsp": TSP})
    known = {("tsplib-pmedian floor", "five-p1"): 4.0, ("tsplib-pmedian floor", "five-p2"): 1.0}
    one, two = read(tmp_path, known)
    assert [one.name, two.name] == ["five-p1", "five-p2"]
    assert [one.known, two.known] == [4.0, 1.0]
    problem = two.problem()
    assert problem.p == 2
    assert problem.cost.tolist() == [[0, 1, 5], [1, 0, 3], [5, 3, 0]]


def test_without_known_values_a_ladder_of_numbers_is_tried(tmp_path):
    many = "".join(f"{i} {i} 0\n" for i in range(1, 31))
    write(tmp_path, **{"five.tsp": TSP.split("1 0.0", maxsplit=1)[0] + many + "EOF\n"})
    assert [case.name for case in read(tmp_path)] == ["five-p5", "five-p10", "five-p20"]


STEP = np.degrees(100.0 / EARTH_M)
STREETS = f"""NAME : Row
TYPE : MCLP
EDGE_WEIGHT_TYPE : COORD
DIMENSION : 3
NODE_COORD_SECTION
0.0 0.0
0.0 {STEP}
0.0 {3 * STEP}
DEMAND_SECTION
5
6
7
EOF
"""


def test_streets_to_cover_have_their_numbers_in_the_names_of_the_plans(tmp_path):
    write(tmp_path, **{"Row.txt": STREETS, "Row_1_150.txt": "f: 11\nFacilidade: 1\n"})
    (case,) = read(tmp_path)
    assert (case.name, case.family, case.known) == ("Row_1_150", "mclp", 11.0)
    problem = case.problem()
    assert isinstance(problem, MaxCover)
    assert problem.p == 1
    assert problem.weight.tolist() == [5, 6, 7]
    assert problem.coverage.sites_of(0).tolist() == [0, 1]
    plan = Solution("feasible", 11.0, 18.0, np.array([1]), np.array([1, 1, -1]), 0.0, "theirs")
    assert evaluate(problem, plan).sound


def test_a_plan_that_does_not_cover_what_it_states_is_refused(tmp_path):
    write(tmp_path, **{"Row.txt": STREETS, "Row_1_150.txt": "f: 12\nFacilidade: 1\n"})
    (skipped,) = read(tmp_path)
    assert skipped == Skipped("Row.txt", "Row_1_150.txt: the plan covers 11.0, not 12.0")


def test_distances_from_stores_to_tracts_ask_four_questions(tmp_path):
    rows = [(f"Store_{s}", f"0{t}", 1000 * (s + t), 10 * t) for s in range(1, 6) for t in (1, 2)]
    text = "distance,name,DestinationName,demand\n"
    text += "".join(f"{far},{store},{tract},{people}\n" for store, tract, far, people in rows)
    write(tmp_path, **{"far.csv": text})
    cases = read(tmp_path)
    assert [case.name for case in cases] == [
        "SF-2x5-setcover-5000m",
        "SF-2x5-mclp-5000m-p4",
        "SF-2x5-pmedian-p4",
        "SF-2x5-pcenter-p4",
    ]
    assert cases[2].problem().cost.tolist()[0] == [2000, 3000, 4000, 5000, 6000]
    assert cases[2].problem().weight.tolist() == [10, 20]


def test_postcodes_of_utrecht_are_covered_by_units_at_bases(tmp_path):
    write(
        tmp_path,
        **{
            "nodes.csv": "postal code,x,y,inhabitants,more\n11,0,0,0.75,0\n22,0,0,0.25,0\n",
            "siren_driving_matrix_1.csv": "postal code,11,22\n11,0,13\n22,12,0\n",
            "RAVU_base_locations.csv": "Base\n11\n22\n",
            "Base_Locations_Ambulances_MEXCLP_2.csv": "Ambulance,Base\n0,11\n1,11\n",
        },
    )
    (case,) = [found for found in read(tmp_path) if isinstance(found, Case)]
    # both are within 12 minutes of the base at 11, and the second only of its own
    assert case.known == pytest.approx(1 - 0.6**2)
    problem = case.problem()
    assert problem.units == 2
    assert problem.coverage.sites_of(0).tolist() == [0]
    assert problem.coverage.sites_of(1).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello, world\n", "not of a form"),
        ("1 2 3 4\n", "not of a form"),
        ("", "not of a form"),
        ("4 1 2\n1 9 5\n", "an edge ends at a node that is not one of 4"),
        ("4 1 5\n1 2 5\n", "p is 5, and there are 4 nodes"),
        (TSP.replace("EUC_2D", "GEO"), "not EUC_2D"),
        (TSP.replace("2 1.00e+00 1.0", "2 1.00e+00"), "coordinates cannot be read"),
        (STREETS, "there is no plan odd_p_radius.txt beside it"),
        (STREETS.replace("DEMAND_SECTION\n5", "DEMAND_SECTION"), "3 points and 2 demands"),
    ],
)
def test_what_is_no_instance_is_skipped_with_its_reason(tmp_path, text, words):
    write(tmp_path, **{"odd.txt": text, "pmed1.txt": PMED})
    skipped, *cases = read(tmp_path)
    assert isinstance(skipped, Skipped)
    assert words in skipped.why
    assert len(cases) == 2


def test_a_file_that_is_no_text_is_skipped(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    assert read(tmp_path) == [Skipped("picture.png", "is no text")]


def test_files_come_in_the_order_of_their_numbers(tmp_path):
    write(tmp_path, **{f"pmed{i}.txt": PMED for i in (10, 2, 1)})
    assert [case.name for case in read(tmp_path)][::2] == ["pmed1", "pmed2", "pmed10"]


def test_values_are_found_by_a_word_of_the_set_and_by_p():
    known = {("A p-median set", "x"): 1.0, ("B pmedian", "x-p5"): 2.0, ("C", "x"): 3.0}
    assert known_value(known, "pmedian", "x") == (1.0, "A p-median set")
    assert known_value(known, "pmedian", "x", 5) == (2.0, "B pmedian")
    assert known_value(known, "pcenter", "x") == (None, "")


def test_published_plans_of_bronx_and_manhattan_have_their_values(shared_data):
    cases = read(shared_data / "placement" / "mclp")
    assert len(cases) == 12
    assert all(isinstance(case, Case) and case.family == "mclp" for case in cases)


def test_the_published_deployments_of_utrecht_have_their_values(shared_data):
    cases = [case for case in read(shared_data / "elaspy") if isinstance(case, Case)]
    found = {case.name: round(case.known, 6) for case in cases}
    # the values that the data's own description states
    assert found == {
        "utrecht-mexclp-20": 0.852089,
        "utrecht-mexclp-23": 0.879357,
        "utrecht-mexclp-24": 0.886632,
    }
