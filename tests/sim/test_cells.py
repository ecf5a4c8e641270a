"""Distributions as equally probable cells, and hours until a place opens."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from sim import Exponential, Fixed, Lognormal
from sim.cells import CELLS, ENDLESS, cells_of, hours_until_open, up_cells


@pytest.mark.parametrize("given", [Fixed(90.0), Exponential(90.0), Lognormal(90.0, 0.8)])
def test_cells_keep_the_mean_and_rise(given):
    cells = cells_of(given)
    assert len(cells) == CELLS
    assert (np.diff(cells) >= 0).all()
    assert cells.mean() == pytest.approx(90_000.0, abs=0.6)
    assert cells_of(given, 60.0).mean() == pytest.approx(5_400_000.0, abs=0.6)


def test_a_share_of_the_cells_lies_below_a_quantile():
    cells = cells_of(Exponential(1000.0))
    assert (cells <= 1000.0 * 1000.0 * np.log(2.0)).mean() == pytest.approx(0.5, abs=2e-3)


def test_a_negative_time_is_refused():
    class Early:
        mean = -1.0

        def quantile(self, probability):
            return np.full(np.shape(probability), -1.0)

    with pytest.raises(InputError, match="negative or endless"):
        cells_of(Early())


def test_what_never_breaks_down_has_endless_cells():
    never, often = up_cells(np.array([np.inf, 2.0]))
    assert (never == ENDLESS).all()
    assert often.mean() == pytest.approx(2 * 3.6e6, rel=1e-6)
    assert often.min() >= 1


def test_hours_until_open_count_round_the_week():
    opens = np.zeros((2, 168), bool)
    opens[0, [5, 100]] = True
    wait = hours_until_open(opens)
    assert wait[0, [0, 5, 6, 99, 100, 101]].tolist() == [5, 0, 94, 1, 0, 72]
    assert not wait[1].any()
