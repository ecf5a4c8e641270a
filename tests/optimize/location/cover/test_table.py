"""Merged rows of a coverage keep every weight and every share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.location.cover.table import assigned, build_table, shrunk
from optimize.location.coverage import Coverage


def draw(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(0, 40)), int(rng.integers(1, 5))
    share = rng.integers(0, 3, (n, m)) / 2
    if rng.random() < 0.5:
        share = np.ceil(share)
    weight = rng.integers(0, 4, n).astype(float)
    return share, weight, rng.random(m) < 0.8, rng


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_merged_table_covers_what_its_points_do_and_has_no_two_rows_alike(seed):
    share, weight, allowed, rng = draw(seed)
    coverage = Coverage.decaying(share, lambda x: x)
    table = build_table(coverage, weight, allowed=allowed)
    plan = np.flatnonzero(allowed & (rng.random(len(allowed)) < 0.5))
    expected = weight @ share[:, plan].max(axis=1, initial=0.0)
    assert table.weight @ table.covered(plan) == pytest.approx(expected)
    open_share = share * allowed
    different = {tuple(row) for row in open_share[(weight > 0) & open_share.any(axis=1)]}
    assert table.n_rows == len(different)
    chosen, best = assigned(coverage, plan)
    assert np.array_equal(best, share[:, plan].max(axis=1, initial=0.0))
    assert np.array_equal(chosen >= 0, best > 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_columns_hold_the_same_entries_as_rows(seed):
    share, weight, allowed, _ = draw(seed)
    table = build_table(Coverage.decaying(share, lambda x: x), weight, allowed=allowed)
    rows = np.repeat(np.arange(table.n_rows), np.diff(table.indptr))
    columns = np.repeat(np.arange(table.n_sites), np.diff(table.col_ptr))
    assert {*zip(rows, table.site, strict=True)} == {*zip(table.col_row, columns, strict=True)}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_shrunk_table_covers_the_same_with_the_sites_that_are_decided(seed):
    share, weight, allowed, rng = draw(seed)
    table = build_table(Coverage.decaying(share, lambda x: x), weight, allowed=allowed)
    opened = allowed & (rng.random(len(allowed)) < 0.3)
    left, offset = shrunk(table, allowed=allowed, opened=opened)
    plan = np.flatnonzero(opened | (allowed & (rng.random(len(allowed)) < 0.5)))
    whole = table.weight @ table.covered(plan)
    assert left.weight @ left.covered(plan) + offset == pytest.approx(whole)
