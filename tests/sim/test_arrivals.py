"""Arrivals are Poisson with the rate of their hour, and only their own numbers move them."""

import numpy as np
import pytest
from scipy import stats

from networks.errors import InputError
from sim.arrivals import expected_arrivals, poisson_arrivals
from sim.draws import uniforms

HOUR_S = 3600.0
WEEK_S = 168 * HOUR_S
DAY_AND_NIGHT = np.tile(np.where((np.arange(24) >= 7) & (np.arange(24) < 22), 12.0, 2.0), 7)
BUSY_HOURS = np.where(np.arange(168) % 24 == 8, 30.0, 0.0)  # one hour a day, nothing else


def test_arrivals_by_hour_of_week_match_their_rates():
    weeks, start_s = 60, 31 * HOUR_S + 600.0
    times = poisson_arrivals(DAY_AND_NIGHT, weeks * WEEK_S, start_s, seed=1, stream=2)
    hour = ((times + start_s) // HOUR_S).astype(int) % 168
    counts = np.bincount(hour, minlength=168)
    expected = DAY_AND_NIGHT * weeks
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert stats.chi2(168).sf(chi_square) > 1e-3
    assert stats.chi2(168).cdf(chi_square) > 1e-3  # nor too even to be Poisson


def test_counts_of_an_hour_are_poisson():
    counts = np.array(
        [poisson_arrivals(DAY_AND_NIGHT, HOUR_S, 9 * HOUR_S, s, 2).size for s in range(3000)]
    )
    cells = np.arange(6, 19)
    observed = np.array([(counts <= 6).sum(), *((counts == k).sum() for k in cells[1:]),
                         (counts > 18).sum()])  # fmt: skip
    share = np.array([stats.poisson(12).cdf(6), *stats.poisson(12).pmf(cells[1:]),
                      stats.poisson(12).sf(18)])  # fmt: skip
    assert stats.chisquare(observed, share * counts.size).pvalue > 1e-3


def test_a_constant_rate_gives_exponential_times_between():
    times = poisson_arrivals(np.full(168, 6.0), 2000 * HOUR_S, 0.0, seed=4, stream=2)
    between = np.diff(times, prepend=0.0)
    # Closed form: arrival k + 1 - arrival k = -log(uniform k) / rate.
    assert between == pytest.approx(-np.log(uniforms(4, 2, np.arange(times.size))) * 600.0)
    assert stats.kstest(between, stats.expon(scale=600.0).cdf).pvalue > 1e-3


def test_arrivals_in_one_hour_are_uniform_over_it():
    times = poisson_arrivals(BUSY_HOURS, 400 * WEEK_S, 0.0, seed=5, stream=2)
    assert stats.kstest((times % HOUR_S) / HOUR_S, "uniform").pvalue > 1e-3


def test_no_arrival_falls_into_an_hour_without_rate():
    times = poisson_arrivals(BUSY_HOURS, 50 * WEEK_S, 5 * HOUR_S, seed=6, stream=2)
    assert set(((times / HOUR_S).astype(int) + 5) % 24) == {8}
    assert times.size == pytest.approx(50 * 7 * 30, rel=0.05)


def test_without_rates_nothing_arrives():
    assert poisson_arrivals(np.zeros(168), WEEK_S, 0.0, 1, 1).size == 0
    assert poisson_arrivals(DAY_AND_NIGHT, 0.0, 0.0, 1, 1).size == 0


def test_a_longer_horizon_only_adds_arrivals():
    short = poisson_arrivals(DAY_AND_NIGHT, 1234.5 * 60, 777.0, 8, 2)
    long = poisson_arrivals(DAY_AND_NIGHT, 3 * WEEK_S, 777.0, 8, 2)
    assert long[: short.size].tolist() == short.tolist()
    assert short[-1] < 1234.5 * 60 <= long[short.size]
    assert (np.diff(long) >= 0).all()


def test_a_higher_rate_brings_every_arrival_forward():
    some = poisson_arrivals(DAY_AND_NIGHT, WEEK_S, 0.0, 9, 2)
    more = poisson_arrivals(DAY_AND_NIGHT * 1.1, WEEK_S, 0.0, 9, 2)
    assert more.size > some.size
    assert (more[: some.size] <= some).all()


def test_the_clock_goes_round_at_the_end_of_the_week():
    late = poisson_arrivals(DAY_AND_NIGHT, 100 * HOUR_S, 160 * HOUR_S, 3, 2)
    same = poisson_arrivals(np.roll(DAY_AND_NIGHT, -160), 100 * HOUR_S, 0.0, 3, 2)
    assert late == pytest.approx(same)


def test_expected_arrivals_add_up_over_parts_of_hours():
    rates = np.zeros(168)
    rates[[0, 1, 167]] = [6.0, 60.0, 600.0]
    # The last ten minutes of the week, Monday's first hour, and a quarter of the second.
    assert expected_arrivals(rates, 85 * 60.0, WEEK_S - 600.0) == pytest.approx(100 + 6 + 15)


@pytest.mark.parametrize(
    ("rates", "horizon_s", "message"),
    [
        (np.ones(24), 10.0, r"shape \(24,\); give 168, one for each hour of the week"),
        (np.full(168, -1.0), 10.0, "arrival rate -1.0 in hour 0 of the week"),
        (np.full(168, np.nan), 10.0, "arrival rate nan in hour 0 of the week"),
        (np.ones(168), -1.0, "horizon_s = -1.0"),
    ],
)
def test_impossible_rates_are_refused(rates, horizon_s, message):
    with pytest.raises(InputError, match=message):
        poisson_arrivals(rates, horizon_s, 0.0, 1, 1)
