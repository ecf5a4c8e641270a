"""The queue obeys queueing theory, and its two engines agree row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import InputError
from sim.distributions import Erlang, Exponential, Fixed, Lognormal, Triangular, Uniform
from sim.erlang import erlang_b, mmc, mmck
from sim.queue import simulate_queue
from sim.replicate import replicate
from sim.statistics import t_interval

COLUMNS = ("arrived", "started", "departed")

# Whole times make arrivals and departures fall together, where only the order decides.
times = st.sampled_from(
    [Fixed(1.0), Fixed(2.0), Exponential(1.0), Lognormal(2.0, 1.5), Uniform(0.0, 3.0), Fixed(0.0)]
)


def assert_equal_rows(first, second):
    for column in COLUMNS:
        assert np.array_equal(getattr(first, column), getattr(second, column), equal_nan=True)


@given(times, times, st.integers(1, 4), st.none() | st.integers(0, 3), st.integers(0, 2**31))
@settings(max_examples=150, deadline=None)
def test_kernel_and_reference_give_equal_rows(between, service, servers, room, seed):
    places = None if room is None else servers + room
    options = {"servers": servers, "places": places, "customers": 60, "seed": seed}
    assert_equal_rows(
        simulate_queue(between, service, **options),
        simulate_queue(between, service, engine="simpy", **options),
    )


@pytest.mark.parametrize("places", [None, 12])
def test_the_engines_agree_over_a_long_run(places):
    options = {"servers": 10, "places": places, "customers": 20_000, "seed": 1}
    between, service = Exponential(1 / 9), Exponential(1.0)
    assert_equal_rows(
        simulate_queue(between, service, **options),
        simulate_queue(between, service, engine="simpy", **options),
    )


@given(times, times, st.integers(1, 4), st.none() | st.integers(0, 3), st.integers(0, 2**31))
@settings(max_examples=100, deadline=None)
def test_nobody_is_served_before_arriving_nor_out_of_turn(between, service, servers, room, seed):
    places = None if room is None else servers + room
    log = simulate_queue(between, service, servers=servers, places=places, customers=80, seed=seed)
    served = ~log.lost
    assert (np.diff(log.arrived) >= 0).all()
    assert (log.wait[served] >= 0).all()
    assert (np.diff(log.started[served]) >= 0).all()
    assert np.isnan(log.departed[log.lost]).all()
    # At each begin of service, this one included, at most `servers` are in service.
    started, departed = log.started[served], log.departed[served]
    for k in range(started.size):
        assert (
            (started[: k + 1] <= started[k]) & (departed[: k + 1] > started[k])
        ).sum() <= servers
    if places is None:
        assert served.all()


def replications(between, service, measure, reps=20, **options):
    """Measures of independent replications after their warm-up, as a 99.9 % interval."""

    def job(seed):
        log = simulate_queue(between, service, seed=seed, **options)
        return measure(log, slice(options["customers"] // 10, None))

    return t_interval(replicate(job, reps=reps, workers=1).results, 0.999)


def mean_wait(log, kept):
    return np.nanmean(log.wait[kept])


def share_waiting(log, kept):
    wait = log.wait[kept]
    return (wait[~np.isnan(wait)] > 0).mean()


def share_lost(log, kept):
    return log.lost[kept].mean()


@pytest.mark.parametrize(
    ("arrival_rate", "service_rate", "servers"), [(9, 5, 4), (9, 1, 10), (45, 1, 50), (8, 1, 10)]
)
def test_mmc_waits_as_erlang_c_says(arrival_rate, service_rate, servers):
    state = mmc(arrival_rate, service_rate, servers)
    model = (Exponential(1 / arrival_rate), Exponential(1 / service_rate))
    options = {"servers": servers, "customers": 100_000}
    wait = replications(*model, mean_wait, **options)
    assert state.wait in wait
    assert wait.relative_half_width < 0.15  # else it would not say much
    assert state.p_wait in replications(*model, share_waiting, **options)


def test_octave_queueing_mm2_queue():
    # Octave package queueing, qsmmm.m: M/M/2 with rates 9 and 5 has R = 1.053.
    wait = replications(
        Exponential(1 / 9), Exponential(1 / 5), mean_wait, servers=2, customers=200_000
    )
    assert 1.053 - 1 / 5 in wait
    assert wait.relative_half_width < 0.1


@pytest.mark.parametrize(
    ("arrival_rate", "service_rate", "servers", "places"),
    [(40, 30, 3, 7), (50, 10, 4, 6), (3, 2, 2, 5), (50, 37, 2, 7)],
)
def test_mmck_loses_and_waits_as_theory_says(arrival_rate, service_rate, servers, places):
    state = mmck(arrival_rate, service_rate, servers, places)
    model = (Exponential(1 / arrival_rate), Exponential(1 / service_rate))
    options = {"servers": servers, "places": places, "customers": 50_000}
    lost = replications(*model, share_lost, **options)
    assert state.p_lost in lost
    assert lost.relative_half_width < 0.2
    assert state.wait in replications(*model, mean_wait, **options)


@pytest.mark.parametrize(
    ("servers", "load"), [(4, 2), (5, 3), (1, 5), (10, 20), (10, 9), (190, 200)]
)
@pytest.mark.parametrize(
    "service", [Exponential(1.0), Fixed(1.0), Lognormal(1.0, 1.2)], ids=lambda s: type(s).__name__
)
def test_erlang_loss_depends_on_the_mean_service_only(servers, load, service):
    lost = replications(
        Exponential(1 / load), service, share_lost, servers=servers, places=servers,
        customers=30_000,
    )  # fmt: skip
    assert erlang_b(servers, load) in lost
    assert lost.relative_half_width < 0.1


def test_mg1_waits_as_pollaczek_and_khinchine_say():
    # W = lambda E[S^2] / (2 (1 - rho)); Gross et al. 2008, equation 5.11.
    for service, cv in ((Erlang(1.0, 4), 0.5), (Lognormal(1.0, 1.0), 1.0), (Fixed(1.0), 0.0)):
        wait = replications(Exponential(1 / 0.6), service, mean_wait, servers=1, customers=50_000)
        assert 0.6 * (1 + cv**2) / (2 * 0.4) in wait


def test_customers_who_come_like_clockwork():
    # The next arrival is put in before a departure of the same time: who comes then waits for 0.
    log = simulate_queue(Fixed(2.0), Fixed(2.0), servers=1, customers=10)
    assert log.wait.max() == 0.0
    log = simulate_queue(Fixed(1.0), Fixed(1.5), servers=2, customers=10)
    assert log.wait.max() == 0.0
    log = simulate_queue(Fixed(1.0), Fixed(3.0), servers=2, customers=6)
    assert log.wait.tolist() == [0, 0, 1, 1, 2, 2]


def test_a_longer_service_makes_nobody_wait_less():
    # Common random numbers: the same customers, each served half as long again.
    options = {"servers": 3, "customers": 5000, "seed": 4}
    short = simulate_queue(Exponential(1.0), Triangular(1.0, 2.0, 3.0), **options)
    long = simulate_queue(Exponential(1.0), Triangular(1.2, 2.4, 3.6), **options)
    assert (short.arrived == long.arrived).all()
    assert (short.wait <= long.wait).all()


def test_the_log_is_a_table_of_one_row_a_customer():
    log = simulate_queue(Fixed(1.0), Fixed(5.0), servers=1, places=1, customers=7)
    table = log.table()
    assert list(table.columns) == list(COLUMNS)
    # Customer 0 leaves at 6, just before customer 5 comes.
    assert table["started"].notna().tolist() == [True, *[False] * 4, True, False]
    assert simulate_queue(Fixed(1.0), Fixed(1.0), servers=1, customers=0).table().empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"servers": 0, "customers": 5}, "servers = 0 must be 1 or more"),
        ({"servers": 1, "customers": -5}, "customers = -5 must be 0 or more"),
        ({"servers": 3, "customers": 5, "places": 2}, "2 places are fewer than 3 servers"),
    ],
)
def test_an_impossible_queue_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        simulate_queue(Fixed(1.0), Fixed(1.0), **options)
