"""Arrival profiles: what was drawn from a known week is found again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from networks import InputError
from sim.arrivals import poisson_arrivals
from sim.dispatch.profile import (
    Harmonics,
    dispersion,
    exposure_h,
    fit_arrival_profile,
    hour_of_week,
)

FIRST, END = np.datetime64("2011-01-01", "D"), np.datetime64("2019-01-01", "D")
HORIZON_S = float((END - FIRST) / np.timedelta64(1, "s"))
WEEK_START_S = 5 * 86_400.0  # 1 January 2011 was a Saturday


def stamps(rate_per_h, seed):
    seconds = poisson_arrivals(rate_per_h, HORIZON_S, WEEK_START_S, seed, 1)
    return FIRST.astype("datetime64[s]") + seconds.astype("timedelta64[s]")


def smooth_week(mean=0.3):
    angle = 2 * np.pi * (np.arange(168) + 0.5) / 24
    return mean * np.exp(0.5 * np.cos(angle - 4.6) + 0.15 * np.cos(2 * angle))


def test_the_hour_of_the_week_begins_on_monday():
    assert hour_of_week(["2024-01-01T00:00:00"])[0] == 0  # a Monday
    assert hour_of_week(["2024-01-07T23:59:59"])[0] == 167
    assert hour_of_week(["1969-12-29T01:00:00"])[0] == 1  # before the epoch, a Monday too


def test_exposure_counts_every_hour_of_the_calendar():
    exposure = exposure_h(FIRST, END)
    assert exposure.sum() == 24 * 2922
    assert exposure.max() - exposure.min() <= 1


def test_a_known_week_is_found_again():
    truth = smooth_week()
    profile = fit_arrival_profile(stamps(truth, 3), FIRST, END)
    # 21,000 arrivals: an hour's own count has an error of 9 %, a smooth curve far less.
    assert profile.rate_per_h == pytest.approx(truth, rel=0.15)
    raw = np.bincount(hour_of_week(stamps(truth, 3)), minlength=168) / exposure_h(FIRST, END)
    fitted = np.abs(profile.rate_per_h / truth - 1).mean()
    assert fitted < 0.5 * np.abs(raw / truth - 1).mean()
    assert profile.harmonics.day >= 2
    assert not profile.trend_predicts or abs(profile.trend_per_year) < 0.02


def test_the_fitted_week_holds_as_many_incidents_as_the_record():
    times = stamps(smooth_week(), 5)
    profile = fit_arrival_profile(times, FIRST, END)
    assert profile.rate_per_h @ exposure_h(FIRST, END) == pytest.approx(len(times), rel=1e-6)


def test_a_week_without_shape_is_left_flat():
    profile = fit_arrival_profile(stamps(np.full(168, 0.15), 8), FIRST, END)
    assert np.ptp(profile.rate_per_h) < 0.12 * profile.rate_per_h.mean()


def test_hours_with_a_shape_of_their_own_keep_their_counts():
    rough = np.random.default_rng(1).uniform(0.05, 2.0, 168)
    profile = fit_arrival_profile(stamps(rough, 2), FIRST, END)
    assert profile.pooling_weeks < 100
    assert profile.rate_per_h == pytest.approx(rough, rel=0.25)


def test_a_trend_is_found_where_there_is_one():
    times = stamps(smooth_week(), 4)
    years = (times - FIRST.astype("datetime64[s]")).astype(float) / (365.25 * 86_400)
    kept = np.random.default_rng(0).random(len(times)) < np.exp(-0.1 * years)
    profile = fit_arrival_profile(times[kept], FIRST, END)
    assert profile.trend_predicts
    assert profile.trend_per_year == pytest.approx(-0.1, abs=4 * profile.trend_error)
    later = profile.rates_at(np.datetime64("2019-01-01", "D")).sum()
    assert later == pytest.approx(smooth_week().sum() * np.exp(-0.8), rel=0.08)


def test_harmonics_name_each_wave_once():
    assert Harmonics(1, 0, 0).cycles_per_week() == [7]
    assert Harmonics(2, 2, 1).cycles_per_week() == [1, 2, 6, 7, 8, 13, 14, 15]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_poisson_counts_have_the_chi_square_of_a_table(seed):
    expected = np.random.default_rng(seed).uniform(2, 50, 60)
    counts = np.random.default_rng(seed + 1).poisson(expected)
    found = dispersion(counts, expected * counts.sum() / expected.sum(), fitted=1)
    reference = stats.chisquare(counts, expected * counts.sum() / expected.sum())
    assert found.ratio * found.degrees == pytest.approx(reference.statistic)
    assert found.p_value == pytest.approx(reference.pvalue)


def test_clustered_counts_are_not_poisson():
    level = np.random.default_rng(3).gamma(5, 1 / 5, 200)
    counts = np.random.default_rng(4).poisson(25 * level)
    found = dispersion(counts, np.full(200, 25.0))
    assert found.ratio > 3
    assert found.p_value < 1e-6


@pytest.mark.parametrize(
    ("times", "days", "blocks", "said"),
    [
        (["2011-01-02"], ("2011-01-01", "2011-01-09"), 8, "8 days in 8 blocks"),
        (["2011-01-02"], ("2011-01-01", "2012-01-01"), 2, "in 2 blocks"),
        (["2010-12-31"], ("2011-01-01", "2012-01-01"), 3, "1 of 1 incidents lie outside"),
        (["2011-01-02"], ("2011-01-01", "2012-01-01"), 3, "has no incidents"),
    ],
)
def test_a_record_that_shows_no_week_is_refused(times, days, blocks, said):
    first, end = (np.datetime64(day, "D") for day in days)
    with pytest.raises(InputError, match=said):
        fit_arrival_profile(times, first, end, blocks=blocks)


def test_counts_without_expectation_are_refused():
    with pytest.raises(InputError, match="cannot be compared"):
        dispersion([1, 2], [1, 0])
