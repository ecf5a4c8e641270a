"""What comes is as likely as said, the same for every plan, and checked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from networks.errors import InputError
from sim import Exponential, Fixed, Gamma
from sim.draws import luck, uniform
from sim.waste import Deliveries, Filling, Orders, Outages, Source, Stands
from sim.waste.demand import outage_times
from sim.waste.filling_kernel import gamma, poisson, poisson_mode

Z = 3.29  # two-sided 99.9 %


def bins(n, **more):
    return Stands(**{"place": np.zeros(n), "stream": 0, "density_kg_l": 1.0, "bin_l": 1e4} | more)


def of_item(seed, stream, item):
    return np.uint64(luck(np.uint64(seed), np.uint64(stream), item))


@pytest.mark.parametrize(
    ("number", "size", "cv"),
    [(0.1, 5.0, 1.0), (0.8, 5.0, 0.5), (2.5, 4.0, 2.0), (6.0, 2.0, 0.0), (25.0, 3.0, 0.7)],
)
def test_an_hour_has_the_moments_of_a_compound_poisson_sum(number, size, cv):
    # Feller (1971) VI.4: mean m s, variance m s^2 (1 + v^2), nothing with exp(-m); the fourth
    # central moment m E[X^4] + 3 var^2 gives the error of the variance, with the moments of a gamma
    # distribution of shape k = 1 / v^2: E[X^4] = s^4 (1 + 1/k)(1 + 2/k)(1 + 3/k).
    n, days = 10, 800
    filling = Filling(np.full(n, number * size), deposit_l=size, deposit_cv=cv)
    litres = filling.drawn(bins(n), days, 3, 0).ravel() / 1000.0
    mean, variance = number * size, number * size**2 * (1 + cv**2)
    fourth = number * size**4 * np.prod(1 + np.arange(1, 4) * cv**2) + 3 * variance**2
    hours = litres.size
    assert abs(litres.mean() - mean) < Z * np.sqrt(variance / hours)
    assert abs(litres.var() - variance) < Z * np.sqrt((fourth - variance**2) / hours)
    empty = np.exp(-number)
    if cv > 0:  # what is below half a gram is rounded to nothing
        n = np.arange(1, 100)
        tiny = stats.gamma.cdf(0.0005 / (size * cv**2), n / cv**2)
        empty += (stats.poisson.pmf(n, number) * tiny).sum()
    assert abs((litres == 0).mean() - empty) < Z * np.sqrt(empty * (1 - empty) / hours) + 1e-9


@pytest.mark.parametrize("shape", [0.3, 1.0, 2.5, 3.0, 60.0])
def test_sizes_are_gamma_distributed(shape):
    drawn = np.array([gamma(shape, of_item(9, 2, i)) for i in range(4000)])
    assert stats.kstest(drawn, stats.gamma(shape).cdf).pvalue > 0.001


@pytest.mark.parametrize("mean", [0.5, 9.9, 99.9, 100.1, 3000.0])
def test_numbers_of_deposits_are_poisson_distributed(mean):
    known = poisson_mode(min(mean, 99.0 if mean > 100 else mean))
    drawn = np.array([poisson(mean, *known, of_item(4, 4, i)) for i in range(4000)])
    law = stats.poisson(mean)
    edges = np.unique(law.ppf(np.arange(0.1, 1.0, 0.1)))
    cell = np.searchsorted(edges, drawn)
    expected = np.diff(np.r_[0.0, law.cdf(edges), 1.0]) * len(drawn)
    seen = np.bincount(cell, minlength=len(expected))
    assert stats.chisquare(seen, expected).pvalue > 0.001


def test_factors_of_hours_and_days_scale_the_mean():
    factor = np.ones((2, 168))
    factor[1, 24:48] = 3.0  # Tuesdays
    filling = Filling([10.0, 10.0], [0, 1], factor, [[1.0, 2.0, 0.0]], deposit_l=0.0)
    litres = filling.drawn(bins(2), 3, 1, 0) / 1000.0
    assert litres[:, ::24].tolist() == [[10.0, 20.0, 0.0], [10.0, 60.0, 0.0]]
    later = filling.drawn(bins(2), 3, 1, 1) / 1000.0  # the first day is a Tuesday
    assert later[1, ::24].tolist() == [30.0, 20.0, 0.0]


@pytest.mark.parametrize("day_factor", [None, [1.0, 2.0, 0.0], np.ones((2, 4)), np.ones((2, 3))])
def test_factors_of_days_have_one_layout_so_that_the_kernel_compiles_once(day_factor):
    days = Filling([1.0], 0, np.ones((2, 168)), day_factor).days(3)
    assert days.shape == (2, 3)
    assert days.flags.c_contiguous
    assert days.flags.writeable


def test_a_number_depends_on_seed_stream_stand_and_hour_alone():
    filling = Filling(np.full(4, 5.0), key=[0, 1, 2, 3])
    all_of_them = filling.drawn(bins(4), 10, 7, 0)
    assert np.array_equal(filling.drawn(bins(4), 3, 7, 0), all_of_them[:, :72])
    some = Filling([5.0, 5.0], key=[3, 1])
    assert np.array_equal(some.drawn(bins(2), 10, 7, 0), all_of_them[[3, 1]])
    assert not np.array_equal(filling.drawn(bins(4), 10, 8, 0), all_of_them)
    other = Filling([5.0, 5.0], key=[0, 0]).drawn(bins(2, stream=[0, 1]), 10, 7, 0)
    assert np.array_equal(other[0], all_of_them[0])
    assert not np.array_equal(other[1], other[0])
    assert abs(np.corrcoef(other)[0, 1]) < Z / np.sqrt(240)


@pytest.mark.parametrize("mean", [0.3, 7.5, 60.0])
def test_poisson_numbers_are_the_quantiles_of_their_uniform_numbers(mean):
    items = range(500)
    drawn = [poisson(mean, *poisson_mode(mean), of_item(1, 6, i)) for i in items]
    assert drawn == stats.poisson(mean).ppf([uniform(1, 6, i, 0) for i in items]).tolist()


def test_a_higher_rate_only_adds_deposits():
    # Of equal sizes, the number shows; below a mean of 100.
    less, more = (
        Filling(np.full(50, rate), deposit_l=1.0, deposit_cv=0.0).drawn(bins(50), 5, 1, 0)
        for rate in (2.0, 2.5)
    )
    assert (more >= less).all()
    assert (more > less).mean() == pytest.approx(0.5, abs=0.2)


def test_what_is_expected_is_what_comes_in_the_long_run():
    filling = Filling([4.0], deposit_l=5.0, deposit_cv=0.5)
    mean_mg, profile, factor, lump_g = filling.expected(bins(1, density_kg_l=0.2))
    assert (mean_mg.tolist(), profile.tolist()) == ([800_000], [0])
    assert (factor == 1.0).all()
    assert lump_g.tolist() == [1250]  # 1 kg a deposit, times 1 + cv^2
    grams = filling.drawn(bins(1, density_kg_l=0.2), 3000, 2, 0)
    assert grams.var() / grams.mean() == pytest.approx(1250, rel=0.03)


def test_orders_known_and_drawn_come_in_order_of_time():
    rate = np.zeros(168)
    rate[8:10] = 30.0  # Mondays from 8 to 10
    source = Source(3, 1, rate, Gamma(500.0, 0.3))
    orders = Orders([10.0, 31_000.0], [0, 1], [0, 0], [5.0, 0.0001], [source])
    table = orders.drawn(7, 1, 0)
    assert (np.diff(table[:, 0]) >= 0).all()
    assert table[0].tolist() == [10_000, 0, 0, 5000]
    assert [31_000_000, 1, 0, 1] in table.tolist()  # no load weighs nothing
    random = table[table[:, 1] == 3]
    assert abs(len(random) - 60) < Z * np.sqrt(60)
    assert ((random[:, 0] >= 8 * 3_600_000) & (random[:, 0] < 10 * 3_600_000)).all()
    assert random[:, 3].mean() == pytest.approx(500_000, rel=Z * 0.3 / np.sqrt(50))
    shifted = orders.drawn(7, 1, 1)  # Monday is the last day
    assert (shifted[shifted[:, 1] == 3][:, 0] >= 6 * 86_400_000).all()
    empty = Deliveries().drawn(3, 1, 0)
    assert empty.shape == (0, 4)


def test_outages_come_at_their_rate_and_last():
    outages = Outages([1], [5.0], [6.0], [np.inf, 20.0], Exponential(3600.0))
    table = outage_times(outages, 2, 1000, 4)
    assert table[0].tolist() == [1, 5000, 6000]
    drawn = table[1:]
    assert (drawn[:, 0] == 1).all()
    # Renewals every 20 h + 1 h: variance of their number t (20^2 + 1) / 21^3.
    assert abs(len(drawn) - 24_000 / 21) < Z * np.sqrt(24_000 * 401 / 21**3) + 1
    lasts_h = (drawn[:, 2] - drawn[:, 1]) / 3.6e6
    assert abs(lasts_h.mean() - 1.0) < Z / np.sqrt(len(drawn))
    assert (drawn[1:, 1] > drawn[:-1, 2]).all()
    assert np.array_equal(outage_times(outages, 2, 1000, 4), table)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Filling([-1.0]), "litres_h is -1"),
        (lambda: Filling([np.nan]), "litres_h is nan"),
        (lambda: Filling([1.0], deposit_l=1e-5), "deposit_l is 1e-05.*0.001 or more"),
        (lambda: Filling([1.0], profile=1), "profile is 1"),
        (lambda: Filling([1.0], day_factor=np.ones((3, 2))), "day_factor has 3 rows"),
        (lambda: Filling([1.0], recorded_g=np.ones((2, 24), int)), "recorded_g has the shape"),
        (lambda: Filling([1.0], recorded_g=np.full((1, 24), -1)), "recorded_g is negative"),
        (lambda: Filling([1.0]).drawn(bins(2), 1, 0, 0), "1 stands are filled, and there are 2"),
        (lambda: Filling([1.0], day_factor=[1.0]).drawn(bins(1), 2, 0, 0), "1 days"),
        (lambda: Filling([1e6]).drawn(bins(1), 1, 0, 0), "1000 t in an hour"),
        (
            lambda: Filling([1.0], recorded_g=np.ones((1, 24), int)).drawn(bins(1), 2, 0, 0),
            "the record has 24 hours",
        ),
        (lambda: Orders([2.0, 1.0], [0, 0], [0, 0], [1, 1]), "row 2: ready_s falls from 2 to 1"),
        (lambda: Orders([1.0], [0], [0], [-5.0]), "kg is -5"),
        (lambda: Deliveries([1.0, 2.0], [0], [0, 0], [1, 1]), "facility has the shape"),
        (lambda: Source(0, 0, -1.0, Fixed(1.0)), "rate_h is -1"),
        (lambda: outage_times(Outages([3], [1.0], [2.0]), 2, 1, 0), "facility is 3"),
        (lambda: outage_times(Outages(up_h=[1.0, 1.0, 1.0]), 2, 1, 0), "up_h has 3 entries"),
    ],
)
def test_what_cannot_be_is_refused(make, says):
    with pytest.raises(InputError, match=says):
        make()
