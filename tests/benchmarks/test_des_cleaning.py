"""The case of street cleaning: both engines do the same work."""

from __future__ import annotations

import numpy as np

from benchmarks.des_cleaning import cases, differing, district
from benchmarks.suite import Options
from sim.cleaning import run


def test_the_kernel_and_its_twin_do_the_same_work_in_the_case():
    rows = {row.metric: row for row in cases(Options(), pieces=120, days=2)}
    assert rows["differing_rows"].value == 0
    assert rows["rows"].value > 500
    assert rows["run_s"].ratio > 0


def test_one_milligram_is_a_difference():
    course = run.clean(district(60, 1, 0))
    other = course._replace(balance=course.balance + np.eye(5, 60, dtype=np.int64))
    assert differing(course, other) == 5
    assert differing(course, course._replace(rows=course.rows[:-1])) == 1
