"""Compiled functions have one version for all compiled callers."""

import numpy as np
from numba import njit

from networks.one_version import one_version


@one_version
@njit
def plus(number, more):
    return number + more


@njit
def use(small, wide):
    return plus(small[0], 1), plus(wide[0], 2), plus(number=3, more=small[1]), plus(0.5, wide[1])


def test_callers_with_other_integers_share_what_is_compiled():
    found = use(np.array([7, 8], np.int32), np.array([2**40, 5]))
    assert found == (8, 2**40 + 2, 11, 5.5)
    assert [str(one) for one in plus.signatures] == ["(int64, int64)", "(float64, int64)"]


def test_python_calls_it_as_before():
    assert plus(np.int32(4), 5) == 9
    assert plus(2.5, 1) == 3.5
