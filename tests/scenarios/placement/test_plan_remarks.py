"""Rules that bound a plan are told of, on a grid of 5 by 5 junctions 100 m apart."""

from __future__ import annotations

import pytest

from scenarios.placement.answer import answer

COVER = """
[placement.clinics]
model = "max-cover"
mode = "walk"
within_m = 100
demand = { source = "all.csv", weight_column = "weight" }
"""


@pytest.fixture
def told(ask, points, everywhere):
    """Give the warnings of a plan, and how many sites it opens."""

    def tell(rules: str) -> tuple[tuple[str, ...], int]:
        points("priced.csv", dict.fromkeys(range(1, 26), 1.0), cost=[100 + k for k in range(25)])
        found = answer(ask("clinics", COVER + rules), sensitivity_s=0)
        return found.question.warnings, len(found.solution.open_sites)

    return tell


PLAIN = 'candidates = { source = "all.csv" }\n'
PRICED = 'candidates = { source = "priced.csv", cost_column = "cost" }\n'


def test_a_spacing_that_leaves_room_for_one_site_is_told(told):
    said, n = told(PLAIN + "p = 3\nmin_spacing_m = 5000\n")
    assert n == 1
    words = "1 of the 3 sites asked for is open: the least spacing of 5000 m leaves no room"
    assert said == (f"{words} for another",)


def test_a_budget_below_the_cheapest_site_is_told(told):
    said, n = told(PRICED + "p = 3\nbudget = 50\n")
    assert n == 0
    words = "no site is open: the budget of 50 (the cheapest other site costs 100)"
    assert said == (f"{words} leaves no room for another",)


def test_a_budget_for_two_sites_of_three_is_told(told):
    said, n = told(PRICED + "p = 3\nbudget = 230\n")
    assert n == 2
    assert said[0].startswith("2 of the 3 sites asked for are open: the budget of 230 (the cheap")


def test_existing_sites_nearer_than_the_spacing_are_told(told, points):
    points("have.csv", {1: 1.0, 2: 1.0, 25: 1.0})
    said, n = told(PLAIN + 'p = 4\nmin_spacing_m = 150\nexisting = { file = "have.csv" }\n')
    assert n == 4
    words = "2 sites that must stay open lie nearer to each other than 150 m"
    assert said == (f"{words}: the least spacing holds for new sites only",)


def test_a_plan_with_all_the_sites_asked_for_says_nothing(told):
    assert told(PLAIN + "p = 3\nmin_spacing_m = 150\n") == ((), 3)
