"""The toilets' case: both engines on the same visitors."""

from benchmarks.des_toilets import cases
from benchmarks.suite import Options


def test_both_engines_give_the_same_rows_and_a_ratio():
    rows = {row.metric: row for row in cases(Options(seed=3), weeks=0.02)}
    assert rows["differing_rows"].value == 0
    assert rows["events"].value > 1000
    assert rows["events_per_s"].ratio > 0
