"""Each model on the grid: what the scenario says is what the solver is asked, checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from optimize import location

CLINICS = """
[placement.clinics]
model = "{model}"
mode = "walk"
{keys}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
{candidates}
"""


@pytest.fixture
def clinics(ask, everywhere):
    def build(model: str, keys: str = "", candidates: str = "", more: str = ""):
        text = CLINICS.format(model=model, keys=keys, candidates=candidates) + more
        return ask("clinics", text)

    return build


def _solved(question):
    from optimize.location.evaluate import evaluate

    solution = location.solve(question.problem, time_limit_s=20)
    assert solution.status == "optimal"
    judged = evaluate(question.problem, solution)
    assert judged.faults == ()
    assert judged.value == pytest.approx(solution.value)
    return solution


def test_metres_are_steps_of_the_grid_and_minutes_those_of_five_km_an_hour(clinics):
    metres = clinics("p-center", "p = 1\n").travel
    k = np.arange(25)
    steps = np.abs(k[:, None] // 5 - k // 5) + np.abs(k[:, None] % 5 - k % 5)
    assert metres == pytest.approx(steps * 100.0 / 5000.0 * 60.0)
    in_metres = clinics("max-cover", "p = 1\nwithin_m = 100").travel
    assert in_metres == pytest.approx(steps * 100.0)


def test_seven_junctions_dominate_a_grid_of_five_by_five(clinics):
    # Domination number of the 5 x 5 grid graph: 7 (Jacobson and Kinch 1984).
    question = clinics("set-cover", "within_m = 100")
    assert isinstance(question.problem, location.SetCover)
    assert _solved(question).value == 7


def test_one_site_in_the_middle_covers_thirteen_junctions_within_two_steps(clinics):
    question = clinics("max-cover", "p = 1\nwithin_m = 200")
    solution = _solved(question)
    assert solution.value == 13.0
    assert question.sites["name"][solution.open_sites[0]] == "n13"


def test_a_level_of_half_a_share_counts_the_next_ring_by_half(clinics):
    levels = "levels = [{ within_m = 100, share = 1.0 }, { within_m = 200, share = 0.5 }]"
    assert _solved(clinics("max-cover", f"p = 1\n{levels}")).value == 5 + 8 * 0.5


def test_cover_that_decays_to_three_steps_counts_the_second_ring_by_half(clinics):
    question = clinics("max-cover", "p = 1\nwithin_m = 100\ndecay_to_m = 300")
    # From the middle: 5 in full, 8 at 200 m by half, 8 at 300 m by nothing.
    assert _solved(question).value == pytest.approx(5 + 8 * 0.5)


def test_the_median_of_the_grid_is_its_middle(clinics):
    question = clinics("p-median", "p = 1\nwithin_m = 100")
    solution = _solved(question)
    assert solution.value == pytest.approx(6000.0)  # 100 m times 2 x 5 x (2 + 1 + 0 + 1 + 2)
    assert question.sites["name"][solution.open_sites[0]] == "n13"


def test_the_centre_of_the_grid_is_four_steps_from_its_corners(clinics):
    assert _solved(clinics("p-center", "p = 1\nwithin_m = 100")).value == pytest.approx(400.0)


def test_five_sites_far_apart_are_the_corners_and_the_middle(clinics):
    question = clinics("dispersion", "p = 5")
    solution = _solved(question)
    assert solution.value == pytest.approx(4 * 1.2)  # four steps of 1.2 minutes
    names = set(question.sites["name"].iloc[solution.open_sites])
    assert names == {"n1", "n5", "n13", "n21", "n25"}


def test_opening_costs_decide_how_many_sites_where_travel_has_a_price(clinics):
    # 25 people; a site costs 1 and a kilometre for one person 1: from the middle 6 km in all.
    question = clinics("p-median", "travel_cost = 1.0\nwithin_m = 100", candidates="cost = 1000.0")
    assert isinstance(question.problem, location.PMedian)
    assert question.problem.p is None
    assert _solved(question).value == pytest.approx(1000.0 + 6.0)


def test_the_reliable_median_takes_failure_and_penalty_from_the_table(clinics):
    question = clinics("reliable-median", "p = 2\nfailure = 0.1\npenalty_m = 2000\nfallbacks = 2")
    problem = question.problem
    assert isinstance(problem, location.ReliableMedian)
    assert (problem.failure, problem.levels, problem.penalty) == (0.1, 2, 2000.0)


def test_units_cover_their_ring_by_the_chance_that_one_is_free(clinics):
    question = clinics("expected-cover", "units = 2\nbusy_fraction = 0.5\nwithin_m = 400")
    # From the middle every junction is in reach of both: 25 x (1 - 0.5^2).
    assert _solved(question).value == pytest.approx(25 * 0.75)


def test_availability_asks_for_as_many_units_as_the_chance_needs(clinics):
    keys = "units = 2\nbusy_fraction = 0.5\nreliability = 0.75\nwithin_m = 400"
    question = clinics("availability-cover", keys)
    assert _solved(question).value == pytest.approx(25.0)


def test_a_full_site_sends_the_rest_on(ask, everywhere, points):
    points("two.csv", {1: 1, 25: 1}, room=[20, 5])
    question = ask(
        "clinics",
        CLINICS.format(
            model="capacitated",
            keys="p = 2\nwithin_m = 100",
            candidates='capacity_column = "room"',
        ).replace('candidates]\nsource = "all.csv"', 'candidates]\nsource = "two.csv"'),
    )
    problem = question.problem
    assert isinstance(problem, location.FacilityLocation)
    assert problem.capacity.tolist() == [20.0, 5.0]
    # From junction 1 all walk 100 blocks; the five places at 25 go to those who save most there:
    # one saves 8 blocks, two save 6, two of the next save 4.
    assert _solved(question).value == pytest.approx(100.0 * (100 - 8 - 2 * 6 - 2 * 4))


def test_two_echelons_carry_all_waste_to_the_plant_at_the_priced_way(ask, points):
    points("waste.csv", {1: 10.0, 5: 10.0})
    points("where.csv", {3: 1.0, 23: 1.0}, capacity=[30, 30], cost=[5, 0])
    lon, lat = 112.82 + 2 * 0.001019, 28.35 + 4 * 0.000902  # junction 23
    question = ask(
        "stations",
        f"""
[placement.stations]
travel_cost = 1.0
onward_cost = 0.1
p = 1
mode = "car"
[placement.stations.demand]
source = "waste.csv"
[placement.stations.candidates]
source = "where.csv"
cost_column = "cost"
capacity_column = "capacity"
[[placement.stations.plant]]
name = "plant"
lon = {lon:.6f}
lat = {lat:.6f}
capacity = 100
""",
    )
    problem = question.problem
    assert isinstance(problem, location.TwoEchelon)
    # By station n3: 20 t over 0.2 km at 1, then 20 t over 0.4 km at 0.1, and 5 to open it: 9.8.
    # By station n23: 20 t over 0.6 km at 1, nothing onward: 12.
    assert problem.cost == pytest.approx(np.array([[2.0, 6.0], [2.0, 6.0]]))
    assert problem.onward == pytest.approx(np.array([[0.04], [0.0]]))
    assert problem.opening.tolist() == [5.0, 0.0]


def test_money_minutes_are_priced_by_the_minute(clinics):
    question = clinics("p-median", "travel_cost = 2.0\nfarthest_min = 9", candidates="cost = 1.0")
    assert question.unit == "min"
    assert question.problem.cost[0, 1] == pytest.approx(2 * 1.2)


def test_sites_beyond_the_farthest_way_cannot_serve(clinics):
    question = clinics("p-median", "p = 2\nfarthest_m = 300")
    assert np.isinf(question.travel[0, 24])
    assert np.isfinite(question.travel[0, 3])


def test_rules_reach_the_problem(clinics):
    more = '[[placement.clinics.quota]]\narea = "each"\nat_most = 3\n'
    question = clinics(
        "p-median",
        "p = 3\nmin_spacing_m = 120\nbudget = 9.0",
        candidates="cost = 2.0",
        more=more,
    )
    sites = question.problem.sites
    assert sites.budget == 9.0
    assert len(sites.apart) == 40  # every street of the grid joins two junctions 100 m apart
    assert [(q.at_least, q.at_most, len(q.sites)) for q in sites.quotas] == [(0, 3, 25)]


def test_a_backup_of_two_leaves_nobody_out_who_has_two_sites_in_reach(clinics):
    question = clinics("set-cover", "within_m = 100\nbackup = 2")
    assert question.left_out.empty
    assert question.problem.times.tolist() == [2] * 25
