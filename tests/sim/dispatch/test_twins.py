"""The kernel and the SimPy twin give the same Log, row by row, whatever the options."""

from __future__ import annotations

import numpy as np
import pytest

from sim.dispatch.model import simulate


@pytest.mark.parametrize("number", range(60))
def test_kernel_and_simpy_give_the_same_log(random_case, number: int) -> None:
    district, policy, demand, horizon_s = random_case(number)
    one = simulate(district, policy, demand, horizon_s=horizon_s, engine="kernel")
    two = simulate(district, policy, demand, horizon_s=horizon_s, engine="simpy")
    assert one.end_s == two.end_s
    for name in one.response_columns._fields:
        a, b = getattr(one.response_columns, name), getattr(two.response_columns, name)
        np.testing.assert_array_equal(a, b, err_msg=f"responses.{name}")
    for name in one.interval_columns._fields:
        a, b = getattr(one.interval_columns, name), getattr(two.interval_columns, name)
        np.testing.assert_array_equal(a, b, err_msg=f"intervals.{name}")
