"""The case of household waste: both engines do the same work."""

from __future__ import annotations

import numpy as np

from benchmarks.des_waste import cases, city, differing, prepared
from benchmarks.suite import Options
from sim.waste import run
from sim.waste.layout import L_OUTCOME, U_KIND, W_ORDERS


def test_the_kernel_and_its_twin_do_the_same_work_in_the_case():
    rows = {row.metric: row for row in cases(Options(), points=60, days=2, replications=2)}
    assert rows["differing_rows"].value == 0
    assert rows["rows"].value > 300
    assert rows["replications"].value == 2
    assert rows["run_s"].ratio > 0


def test_one_gram_is_a_difference():
    course = run.collect(prepared(city(40, 1, 0), 0))
    other = course._replace(aboard=course.aboard + np.eye(len(course.aboard), 2, dtype=np.int64))
    assert differing(course, other) == 2
    assert differing(course, course._replace(rows=course.rows[:-1])) == 1
    assert differing(course, course._replace(end_ms=course.end_ms + 1)) == 1


def test_the_city_has_long_haul_orders_and_stands_that_are_served():
    course = run.collect(prepared(city(60, 4, 0), 0))
    assert (course.rows[:, L_OUTCOME] == 0).any()
    assert set(course.hauls[:, U_KIND].tolist()) == {0, 1, 2}
    assert course.flow[W_ORDERS].sum() > 0
