"""Every formula gives what scipy gives, or what the textbook prints."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.statistics import (
    Interval,
    batch_means,
    bonferroni_level,
    delete_warmup,
    half_width,
    mser5,
    paired_difference,
    quantile_interval,
    t_interval,
    welch_difference,
)


@pytest.fixture
def rng():
    """Draw the same numbers in every test, in whatever order they run."""
    return np.random.default_rng(20)


# Law and Kelton 2000, Simulation Modeling and Analysis, 3rd ed., example 4.26: ten observations,
# mean 1.34, variance 0.17, 90 % interval 1.34 +- 0.24.
EXAMPLE_4_26 = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
# The same, examples 10.4 and 10.5: average cost a month of two (s, S) inventory policies.
POLICY_1 = [126.97, 124.31, 126.68, 122.66, 127.23]
POLICY_2 = [118.21, 120.22, 122.45, 122.68, 119.40]


def test_the_textbooks_interval_of_a_mean():
    interval = t_interval(EXAMPLE_4_26, 0.9)
    assert round(interval.mean, 2) == 1.34
    assert round(interval.half_width, 2) == 0.24
    assert interval.n == 10


def test_the_textbooks_paired_difference():
    interval = paired_difference(POLICY_2, POLICY_1, 0.9)
    assert round(interval.mean, 2) == 4.98
    assert (round(interval.low, 2), round(interval.high, 2)) == (1.65, 8.31)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_a_t_interval_is_scipys(n, level, rng):
    values = rng.normal(5, 2, n)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    interval = t_interval(values, level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.half_width == pytest.approx((expected.high - expected.low) / 2)
    assert interval.level == level


def test_a_welch_interval_is_scipys(rng):
    first, second = rng.normal(5, 2, 12), rng.normal(6, 7, 5)
    expected = stats.ttest_ind(second, first, equal_var=False).confidence_interval(0.9)
    interval = welch_difference(first, second, 0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.n == 5


def test_a_paired_interval_is_scipys_and_knows_which_is_second(rng):
    first = rng.normal(5, 2, 12)
    second = first + rng.normal(1, 0.1, 12)
    expected = stats.ttest_rel(second, first).confidence_interval(0.95)
    interval = paired_difference(first, second)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.low > 0
    assert interval.half_width < welch_difference(first, second).half_width / 5


@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("n", [3, 10, 29, 100, 1000])
def test_a_quantiles_interval_is_scipys(n, quantile, rng):
    values = rng.exponential(size=n)
    expected = stats.quantile_test(values, p=quantile).confidence_interval(0.95)
    interval = quantile_interval(values, quantile, 0.95)
    assert interval.low == (-math.inf if math.isnan(expected.low) else expected.low)
    assert interval.high == (math.inf if math.isnan(expected.high) else expected.high)
    assert interval.mean == np.quantile(values, quantile)


def test_a_quantiles_interval_covers_as_often_as_it_says(rng):
    true = stats.expon.ppf(0.9)
    covered = [true in quantile_interval(rng.exponential(size=80), 0.9, 0.9) for _ in range(2000)]
    assert stats.binomtest(sum(covered), 2000, 0.9, alternative="less").pvalue > 1e-3


def test_half_widths_of_a_table_are_those_of_its_series(rng):
    table = pd.DataFrame(rng.normal(3, 1, (8, 4)))
    widths = half_width(table.std(), table.count(), 0.9)
    assert widths.tolist() == pytest.approx(
        [t_interval(table[c], 0.9).half_width for c in table.columns]
    )
    assert half_width([1.0, math.nan], [5, 1]).tolist()[1] == math.inf


def test_one_observation_says_nothing_about_its_error():
    assert t_interval([4.0]) == Interval(4.0, -math.inf, math.inf, math.inf, 1, 0.95)
    assert welch_difference([4.0], [5.0, 6.0]).half_width == math.inf


def test_observations_that_never_vary_leave_no_error():
    assert t_interval([2.0, 2.0, 2.0]).half_width == 0.0
    assert welch_difference([2.0, 2.0], [3.0, 3.0]) == Interval(1.0, 1.0, 1.0, 0.0, 2, 0.95)


def test_a_relative_half_width_survives_a_mean_of_zero():
    assert t_interval([0.0, 0.0]).relative_half_width == 0.0
    assert t_interval([-1.0, 1.0]).relative_half_width == math.inf
    assert t_interval([-3.0, -5.0]).relative_half_width == pytest.approx(
        t_interval([3.0, 5.0]).relative_half_width
    )


def test_bonferroni_splits_the_error():
    assert bonferroni_level(0.9, 10) == pytest.approx(0.99)
    assert bonferroni_level(0.95, 1) == pytest.approx(0.95)


def test_mser5_finds_the_smallest_error_of_the_rest(rng):
    values = rng.normal(size=203) + 8 * np.exp(-np.arange(203) / 10)
    means = values[:200].reshape(40, 5).mean(axis=1)
    error = [np.sum((means[d:] - means[d:].mean()) ** 2) / (40 - d) ** 2 for d in range(35)]
    assert mser5(values) == (5 * int(np.argmin(error)), True)
    assert 20 <= mser5(values).deleted <= 80


def test_mser5_leaves_a_stationary_run_nearly_whole(rng):
    deleted = [mser5(rng.normal(size=1000)).deleted for _ in range(50)]
    assert np.mean(deleted) < 100


def test_a_run_that_is_still_rising_is_not_settled():
    assert not mser5(np.arange(100.0) ** 2).settled
    with pytest.raises(ValueError, match="warm-up takes more than half"):
        delete_warmup(np.arange(100.0) ** 2)


def test_deleting_the_warmup_takes_its_bias_away(rng):
    values = rng.normal(10, 1, 2000) + 30 * np.exp(-np.arange(2000) / 50)
    assert abs(delete_warmup(values).mean() - 10) < 0.15 < values.mean() - 10


def test_batch_means_of_independent_values_are_a_t_interval_of_their_means(rng):
    values = rng.normal(size=1003)
    assert batch_means(values, 10, 0.9) == t_interval(values[3:].reshape(10, 100).mean(axis=1), 0.9)


def test_batch_means_cover_the_mean_of_dependent_values(rng):
    covered = 0
    for _ in range(400):  # autoregressive, correlation 0.8 from one value to the next, mean 0
        noise = rng.normal(size=4000)
        values = np.empty(4000)
        values[0] = noise[0] / 0.6
        for k in range(1, 4000):
            values[k] = 0.8 * values[k - 1] + noise[k]
        covered += 0.0 in batch_means(values, 20, 0.9)
    assert covered / 400 > 0.84
    assert 0.0 in batch_means(values, 20, 0.9999)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: t_interval([]), "no observations"),
        (lambda: t_interval([1.0, math.nan]), "observation 1 is nan"),
        (lambda: t_interval([1.0, 2.0], 1.0), "level = 1.0 must lie between 0 and 1"),
        (lambda: t_interval([1.0, 2.0], 95), "level = 95 must lie between 0 and 1"),
        (lambda: paired_difference([1.0, 2.0], [1.0]), "2 replications cannot be paired with 1"),
        (lambda: quantile_interval([1.0, 2.0], 90), "quantile = 90 must lie between 0 and 1"),
        (lambda: batch_means([1.0, 2.0], 3), "2 observations do not fill 3 batches"),
        (lambda: mser5([1.0] * 49), "49 observations do not show a warm-up"),
        (lambda: bonferroni_level(0.9, 0), "0 intervals"),
    ],
)
def test_what_cannot_be_said_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
