"""What an answer says of a plan, on a grid of 5 by 5 junctions where it is counted by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.placement.answer import NoPlan, answer
from scenarios.placement.reach import reach_of
from scenarios.placement.reasons import lone_points, reasons

# Junctions 1 to 5 are the southern row, 21 to 25 the northern one.
COVER = """
[placement.clinics]
model = "max-cover"
mode = "walk"
p = 2
within_m = 100
demand = { source = "all.csv", weight_column = "weight" }
candidates = { source = "all.csv" }
existing = { file = "have.csv" }
"""


@pytest.fixture
def asked(ask, points, everywhere):
    points("have.csv", {1: 1.0})
    return ask("clinics", COVER)


@pytest.fixture
def found(asked):
    return answer(asked, time_limit_s=20)


def test_a_corner_reaches_three_junctions_and_a_middle_one_five(found):
    # The fixed corner covers itself and two neighbours, the best second site five of 25.
    assert found.solution.value == pytest.approx(8.0)
    assert found.solution.gap == 0
    assert found.figure("covered_share") == pytest.approx((3 / 25, 8 / 25))
    assert found.figure("facilities") == (1, 2)
    assert found.figure("out_weight") == pytest.approx((22, 17))


def test_before_is_the_existing_site_alone(found):
    # Mean way to a corner of a 5 by 5 grid of 100 m: 2 * 200 m; the far corner is 800 m away.
    before, after = found.figure("mean_travel")
    assert before == pytest.approx(400, abs=1)
    assert after < before
    assert found.figure("max_travel")[0] == pytest.approx(800, abs=1)


def test_weights_of_tables_add_up(found):
    tables = found.tables
    assert tables["sites"]["served_weight"].sum() == pytest.approx(25)
    assert tables["areas"]["weight"].sum() == pytest.approx(25)
    assert tables["areas"]["gain_weight"].sum() == pytest.approx(5)
    assert tables["areas"]["out_weight"].sum() == pytest.approx(17)
    whole = tables["circles"][tables["circles"]["area"] == ""]
    assert (whole["share_after"] >= whole["share_before"]).all()
    parts = tables["circles"][tables["circles"]["area"] != ""]
    sums = parts.groupby("limit")["within_after"].sum()
    assert sums.to_numpy() == pytest.approx(whole["within_after"].to_numpy())


def test_every_point_names_its_nearest_open_site(found):
    points, travel = found.tables["points"], found.question.travel
    opened = found.solution.open_sites
    assert set(points["site"]) <= set(opened)
    assert points["m_after"].to_numpy() == pytest.approx(travel[:, opened].min(axis=1))


def test_the_curve_rises_and_holds_the_plan(found):
    curve = found.tables["curve"]
    assert curve["parameter"].unique().tolist() == ["p"]
    assert curve["value"].is_monotonic_increasing
    here = curve[curve["is_plan"]]
    assert here["at"].tolist() == [2]
    assert here["value"].iloc[0] == found.solution.value


def test_closing_a_site_costs_what_it_alone_covers(found):
    closing = found.tables["closing"].set_index("name")["loss"]
    assert closing["n1"] == pytest.approx(3)
    assert sorted(closing) == pytest.approx([3, 5])


def test_a_median_s_closing_costs_lengthen_ways(ask, everywhere):
    question = ask(
        "m",
        """
[placement.m]
model = "p-median"
mode = "walk"
p = 2
within_m = 200
demand = { source = "all.csv", weight_column = "weight" }
candidates = { source = "all.csv" }
""",
    )
    found = answer(question, time_limit_s=20)
    weight = question.points["weight"].to_numpy()
    nearest = question.travel[:, found.solution.open_sites].min(axis=1)
    assert found.solution.value == pytest.approx(float(weight @ nearest))
    alone = [float(weight @ question.travel[:, site]) for site in found.solution.open_sites[::-1]]
    closing = found.tables["closing"].sort_values("site")
    assert closing["loss"].to_numpy() == pytest.approx(np.array(alone) - found.solution.value)


def test_closing_a_site_of_a_set_cover_leaves_weight_out(ask, everywhere):
    text = COVER.replace("max-cover", "set-cover").replace("p = 2\n", "")
    found = answer(ask("clinics", text.replace('existing = { file = "have.csv" }', "")))
    assert found.figure("covered_share")[1] == 1
    assert found.figure("facilities")[0] == 0
    assert (found.tables["closing"]["loss"] > 0).all()
    curve = found.tables["curve"]
    assert curve["parameter"].unique().tolist() == ["radius"]
    assert (np.diff(curve["value"]) <= 0).all()


def test_without_time_for_it_there_is_no_curve(asked):
    tables = answer(asked, sensitivity_s=0).tables
    assert "curve" not in tables
    assert "closing" not in tables


def test_equal_questions_have_equal_tables(asked):
    one, other = answer(asked), answer(asked, threads=2)
    assert one.tables.keys() == other.tables.keys()
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])


def test_what_no_candidate_covers_keeps_its_real_way(ask, points, everywhere):
    # The only candidate is a corner: 3 of 25 junctions lie within 100 m, 10 within 300 m.
    points("corner.csv", {1: 1.0})
    text = COVER.replace("max-cover", "set-cover").replace("p = 2\n", "")
    text = text.replace(
        'candidates = { source = "all.csv" }', 'candidates = { source = "corner.csv" }'
    )
    found = answer(ask("clinics", text.replace('existing = { file = "have.csv" }', "")))
    assert len(found.tables["left_out"]) == 22
    assert found.figure("covered_share")[1] == pytest.approx(3 / 25)
    assert found.figure("within_share", 100.0)[1] == pytest.approx(3 / 25)
    assert found.figure("within_share", 1000.0) == (0, 1)
    assert found.figure("mean_travel")[1] == pytest.approx(400, abs=1)
    assert found.figure("max_travel")[1] == pytest.approx(800, abs=1)
    assert found.figure("unreached_weight")[1] == 0
    assert found.tables["left_out"]["m_after"].min() == pytest.approx(200, abs=1)


# ---- no plan


def test_a_spacing_that_leaves_too_few_sites_is_named(ask, everywhere):
    text = COVER.replace("max-cover", "set-cover").replace("p = 2\n", "min_spacing_m = 450\n")
    question = ask("clinics", text.replace('existing = { file = "have.csv" }', ""))
    with pytest.raises(NoPlan) as caught:
        answer(question)
    assert caught.value.status == "infeasible"
    said = "without the least spacing of 450 m between sites there would be a plan"
    assert caught.value.reasons == (said,)


def test_quotas_that_ask_for_more_than_p_are_named(asked):
    from optimize.location import Quota

    quotas = (Quota(np.arange(12), 2, None, "west"), Quota(np.arange(12, 25), 1, None, "east"))
    problem = dataclasses.replace(
        asked.problem, sites=dataclasses.replace(asked.problem.sites, quotas=quotas)
    )
    said = reasons(dataclasses.replace(asked, problem=problem))
    assert "the areas' quotas ask for 3 open sites, and 2 may be opened" in said
    assert "without the quotas by area there would be a plan" in said


def test_points_that_nobody_can_serve_are_named_with_their_places(asked):
    from optimize.location import SetCover, Sites

    forbidden = np.setdiff1d(np.arange(len(asked.sites)), [0])
    problem = SetCover(asked.coverage, 1, Sites(len(asked.sites), forbidden=forbidden))
    question = dataclasses.replace(asked, problem=problem)
    assert len(lone_points(question)) == 22
    first = reasons(question)[0]
    assert first.startswith(
        "22 points have no site in reach that may be open: point 2 (112.82204, 28."
    )
    assert first.endswith("and 17 more")


# ---- reach


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sets(st.integers(0, 24), max_size=6))
def test_more_sites_are_never_farther(asked, chosen):
    open_sites = np.array(sorted(chosen), dtype=np.int64)
    fewer, more = reach_of(asked, open_sites[:-1]), reach_of(asked, open_sites)
    assert (more.travel <= fewer.travel).all()
    assert (more.covered >= fewer.covered).all()
    assert ((more.site >= 0) == np.isfinite(more.travel)).all()


def test_ways_are_the_same_where_no_table_was_kept(asked):
    bare = dataclasses.replace(asked, travel=None)
    open_sites = np.array([3, 17], dtype=np.int64)
    kept, reckoned = reach_of(asked, open_sites), reach_of(bare, open_sites)
    assert (kept.travel == reckoned.travel).all()
    assert (kept.site == reckoned.site).all()
