"""Building in phases, and limits on how uneven the areas are served, from the tables."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.placement.answer import answer
from scenarios.placement.objective import objective_of
from scenarios.placement.solving import is_plain, solve_question

TEXT = """
[placement.clinics]
model = "{model}"
mode = "walk"
{keys}
[placement.clinics.demand]
source = "all.csv"
[placement.clinics.candidates]
source = "all.csv"
cost = 10.0
"""
AREAS = """
[[area]]
name = "south"
lon = 112.822
lat = 28.3500
[[area]]
name = "north"
lon = 112.822
lat = 28.3536
"""


@pytest.fixture
def clinics(ask, everywhere):
    def build(model: str, keys: str, more: str = ""):
        return ask("clinics", TEXT.format(model=model, keys=keys) + more)

    return build


PHASES = """
[[placement.clinics.phase]]
name = "2027"
budget = 10.0
[[placement.clinics.phase]]
name = "2028"
budget = 10.0
growth = 2.0
"""


def test_each_phase_opens_what_its_budget_buys(clinics):
    question = clinics("max-cover", "within_m = 200\ndiscount = 0.25", PHASES)
    assert not is_plain(question)
    solution = solve_question(question, time_limit_s=30)
    assert sorted(solution.phase.tolist()) == [0, 1]
    # First the middle, which reaches 13 of 25; two sites reach 20 at most: one in four columns.
    from optimize.location.evaluate import evaluate

    judged = evaluate(question.problem, solution)
    assert judged.faults == ()
    first = question.coverage.indptr
    middle = int(solution.open_sites[solution.phase == 0][0])
    assert (np.diff(first) >= 3).all()
    reached = (question.travel[:, middle] <= 200).sum()
    assert solution.value <= 13 + 2 * 25 / 1.25
    assert solution.value >= reached + 2 * 13 / 1.25


def test_an_answer_over_phases_counts_all_of_them(clinics):
    question = clinics("max-cover", "within_m = 200", PHASES)
    assert objective_of(question).total == pytest.approx(25 + 50)
    found = answer(question, time_limit_s=20)
    assert "phase" in found.tables["sites"]


def test_phases_do_not_go_with_a_budget_of_the_whole(faults, everywhere):
    text = TEXT.format(model="max-cover", keys="within_m = 200\nbudget = 5.0") + PHASES
    said = faults("clinics", text)
    assert "[placement.clinics] budget: is given beside phases; each phase has its own" in said[0]


def test_the_worst_area_keeps_its_limit(clinics):
    equity = '[placement.clinics.equity]\nmeasure = "worst-area"\nlimit = 0.5\n'
    free = clinics("max-cover", "p = 2\nwithin_m = 100", AREAS)
    held = clinics("max-cover", "p = 2\nwithin_m = 100", AREAS + equity)
    best, fair = (solve_question(q, time_limit_s=30) for q in (free, held))
    assert fair.status in {"optimal", "infeasible"}
    if fair.found:
        from optimize.location.equity import area_means

        areas = held.points["area"].to_numpy()
        assert area_means(held.problem, areas, fair.open_sites)[1].min() >= 0.5 - 1e-9
        assert fair.value <= best.value + 1e-9


def test_unevenness_needs_areas(clinics):
    from networks.errors import InputError

    question = clinics("p-median", "p = 2", "[placement.clinics.equity]\nlimit = 300.0\n")
    with pytest.raises(InputError, match="between areas"):
        solve_question(question)
