"""Distributions have scipy's quantiles and moments, and one uniform number an item."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from networks.errors import InputError
from sim.distributions import (
    Empirical,
    Erlang,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
    parse_distribution,
)
from sim.draws import uniforms

SIGMA = math.sqrt(math.log1p(0.6**2))
PAIRS = [
    (Exponential(12.0), stats.expon(scale=12.0)),
    (Lognormal(15.0, 0.6), stats.lognorm(SIGMA, scale=15.0 * math.exp(-(SIGMA**2) / 2))),
    (Gamma(8.0, 0.5), stats.gamma(4.0, scale=2.0)),
    (Gamma(8.0, 2.5), stats.gamma(0.16, scale=50.0)),
    (Erlang(9.0, 3), stats.erlang(3, scale=3.0)),
    (Weibull(scale=4.0, shape=1.7), stats.weibull_min(1.7, scale=4.0)),
    (Uniform(2.0, 5.0), stats.uniform(2.0, 3.0)),
    (Triangular(1.0, 2.0, 6.0), stats.triang(0.2, 1.0, 5.0)),
    (Triangular(1.0, 1.0, 6.0), stats.triang(0.0, 1.0, 5.0)),
    (Triangular(1.0, 6.0, 6.0), stats.triang(1.0, 1.0, 5.0)),
]
OURS = [ours for ours, _ in PAIRS] + [Fixed(3.0), Empirical((1.0, 4.0, 4.0, 9.0))]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=[str(pair[0]) for pair in PAIRS])
def test_quantiles_are_those_of_scipy(ours, theirs):
    share = np.concatenate(([1e-12, 1e-6], np.linspace(0.001, 0.999, 999), [1 - 1e-6, 1 - 1e-12]))
    assert ours.quantile(share) == pytest.approx(theirs.ppf(share), rel=1e-9)
    assert ours.mean == pytest.approx(theirs.mean())


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=[str(pair[0]) for pair in PAIRS])
def test_samples_follow_the_distribution(ours, theirs):
    drawn = ours.sample(1, 2, np.arange(50_000))
    assert stats.kstest(drawn, theirs.cdf).pvalue > 1e-3
    error = theirs.std() / math.sqrt(drawn.size)
    assert abs(drawn.mean() - theirs.mean()) < 4 * error


@pytest.mark.parametrize("ours", OURS, ids=str)
def test_an_item_takes_its_own_uniform_number(ours):
    items = np.array([7, 3, 11])
    assert ours.sample(5, 6, items, 2).tolist() == ours.quantile(uniforms(5, 6, items, 2)).tolist()
    assert ours.sample(5, 6, [3], 2)[0] == ours.sample(5, 6, items, 2)[1]


@pytest.mark.parametrize("ours", OURS, ids=str)
def test_scaling_keeps_the_luck_and_changes_the_unit(ours):
    items = np.arange(100)
    minutes, seconds = ours.sample(1, 1, items), ours.scaled(60.0).sample(1, 1, items)
    assert seconds == pytest.approx(60 * minutes, rel=1e-9)
    assert ours.scaled(60.0).mean == pytest.approx(60 * ours.mean)


@pytest.mark.parametrize("ours", OURS, ids=str)
def test_more_luck_never_means_less(ours):
    values = ours.quantile(np.linspace(0.0005, 0.9995, 1000))
    assert (np.diff(values) >= 0).all()
    assert (values >= 0).all()


@pytest.mark.parametrize("ours", OURS, ids=str)
def test_a_distribution_travels_between_processes(ours):
    arrived = pickle.loads(pickle.dumps(ours))  # noqa: S301 - our own bytes
    assert arrived == ours
    assert hash(arrived) == hash(ours)


@given(st.floats(0.1, 1e4), st.floats(0.02, 15.0))
@settings(max_examples=60, deadline=None)
def test_a_weibull_has_the_mean_and_cv_that_it_was_given(mean, cv):
    ours = Weibull.with_mean(mean, cv)
    theirs = stats.weibull_min(ours.shape, scale=ours.scale)
    assert theirs.mean() == pytest.approx(mean, rel=1e-6)
    assert theirs.std() / theirs.mean() == pytest.approx(cv, rel=1e-4)


def test_an_empirical_quantile_is_the_inverse_of_the_samples_distribution():
    measured = [4.0, 1.0, 9.0, 4.0, 2.5]
    ours = Empirical(tuple(measured))
    share = np.linspace(0.01, 0.99, 99)
    assert ours.quantile(share).tolist() == (
        np.quantile(measured, share, method="inverted_cdf").tolist()
    )
    assert ours.mean == np.mean(measured)
    assert set(ours.sample(1, 1, np.arange(1000)).tolist()) == set(measured)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (4, Fixed(4.0)),
        (0, Fixed(0.0)),
        (np.float64(2.5), Fixed(2.5)),
        ({"kind": "fixed", "value": 3}, Fixed(3.0)),
        ({"kind": "exponential", "mean": 3}, Exponential(3.0)),
        ({"kind": "lognormal", "mean": 15, "cv": 0.6}, Lognormal(15.0, 0.6)),
        ({"kind": "gamma", "mean": 15, "cv": 0.6}, Gamma(15.0, 0.6)),
        ({"kind": "weibull", "scale": 15, "shape": 2}, Weibull(15.0, 2.0)),
        ({"kind": "weibull", "mean": 15, "cv": 0.5}, Weibull.with_mean(15.0, 0.5)),
        ({"kind": "uniform", "low": 0, "high": 2}, Uniform(0.0, 2.0)),
        ({"kind": "triangular", "low": 1, "mode": 2, "high": 4}, Triangular(1.0, 2.0, 4.0)),
        ({"kind": "erlang", "mean": 6, "k": 2}, Erlang(6.0, 2)),
        ({"kind": "empirical", "values": [3, 1]}, Empirical((1.0, 3.0))),
        ({"kind": "empirical", "values": np.array([3, 1])}, Empirical((1.0, 3.0))),
    ],
)
def test_a_written_distribution_is_read(written, meant):
    assert parse_distribution(written) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("15", "'15' is not a distribution; write a number, or a table"),
        (True, "True is not a distribution"),
        ([10, 12], r"\[10, 12\] is not a distribution"),
        (-1, "value = -1.0 must be 0 or more"),
        (math.nan, "value = nan is not a finite number"),
        ({"mean": 15}, "the distribution has no kind; write a number, or a table"),
        (
            {"kind": "lognorml", "mean": 15},
            "no distribution is called 'lognorml', did you mean 'lo",
        ),
        ({"kind": 7}, "no distribution is called 7; known are fixed, exponential"),
        ({"kind": "lognormal", "mean": 15}, "lognormal lacks 'cv'; lognormal takes mean and cv"),
        ({"kind": "lognormal", "mean": 15, "cvv": 1}, "lognormal has no 'cvv', did you mean 'cv'"),
        ({"kind": "lognormal", "mean": -15, "cv": 1}, "mean = -15.0 must be above 0"),
        ({"kind": "gamma", "mean": 15, "cv": 0}, "cv = 0.0 must be above 0; use kind = .fixed."),
        ({"kind": "gamma", "mean": "x", "cv": 1}, "mean = 'x' is not a number"),
        (
            {"kind": "erlang", "mean": 6, "k": 2.5},
            "k = 2.5 stages of an Erlang distribution is not",
        ),
        ({"kind": "uniform", "low": 3, "high": 2}, "low = 3.0 lies above high = 2.0"),
        (
            {"kind": "triangular", "low": 3, "mode": 5, "high": 4},
            "mode = 5.0 lies above high = 4.0",
        ),
        (
            {"kind": "weibull", "mean": 3, "cv": 50},
            "cv = 50.0 of a Weibull distribution lies outsi",
        ),
        ({"kind": "weibull", "mean": 0, "cv": 1}, "mean = 0.0 must be above 0"),
        ({"kind": "weibull", "scale": 3}, "weibull lacks 'shape'"),
        ({"kind": "empirical", "values": []}, "an empirical distribution needs at least one value"),
        ({"kind": "empirical", "values": [1, -2]}, "the value -2.0 is not a finite number"),
        ({"kind": "empirical", "values": [1, math.nan]}, "the value nan is not a finite number"),
        ({"kind": "empirical", "values": "12"}, "values = '12' is not a list of numbers"),
    ],
)
def test_a_fault_is_named_with_its_mend(written, message):
    with pytest.raises(InputError, match=message):
        parse_distribution(written)


def test_a_fault_says_where_it_was_written():
    with pytest.raises(InputError) as caught:
        parse_distribution(
            {"kind": "gama"}, file="a.toml", place="incident_class.fire.on_scene_min"
        )
    assert str(caught.value).startswith("a.toml: incident_class.fire.on_scene_min: no distribution")
