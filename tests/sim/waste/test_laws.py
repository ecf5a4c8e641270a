"""What is known in closed form: queues before a facility, and bins that are emptied regularly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from sim import Exponential, Fixed, mmc, poisson_arrivals
from sim.statistics import t_interval

COLLECT, UNLOAD, BREAK = range(3)
DAY_S = 86_400.0


def queue(queue_city, engine, measure, rate_h, bays, tip_s, reps=12, fast=3000, plain=1000):
    """99.9 % interval of a measure of the waits (s) of random arrivals, after a fifth of them."""
    n = fast if engine == "kernel" else plain
    found = []
    for seed in range(reps):
        times = poisson_arrivals(np.full(168, rate_h), 2 * n / rate_h * 3600, 0.0, seed, 77)[:n]
        log = queue_city(times, bays, tip_s, int(times[-1] // DAY_S) + 2).log(engine, seed=seed)
        third = log.third()
        assert third["end_s"].notna().all()
        found.append(measure((third["begin_s"] - third["came_s"]).to_numpy()[n // 5 :]))
    return t_interval(found, 0.999)


@pytest.mark.parametrize(
    ("bays", "p_wait", "within_20_s"),
    [
        (13, 0.285270453036493, 0.7955947884177831),
        (14, 0.1741319335950498, 0.8883500191794669),
        (15, 0.10204236700798798, 0.9414528428690223),
    ],
)
def test_deliveries_wait_as_the_published_erlang_c_has_it(
    queue_city, engine, bays, p_wait, within_20_s
):
    # pyworkforce, README: 100 arrivals in 30 minutes, 3 minutes each.
    options = (200.0, bays, Exponential(180.0))
    wait = queue(queue_city, engine, lambda w: (w > 0).mean(), *options, fast=6000, plain=1500)
    assert wait.low < p_wait < wait.high
    soon = queue(queue_city, engine, lambda w: (w <= 20).mean(), *options, fast=6000, plain=1500)
    assert soon.low < within_20_s < soon.high


@pytest.mark.parametrize(("bays", "load"), [(1, 0.7), (2, 0.8), (4, 0.85)])
def test_random_deliveries_are_the_queue_mmc(queue_city, engine, bays, load):
    found = queue(queue_city, engine, np.mean, load * bays * 60.0, bays, Exponential(60.0))
    assert found.low < mmc(load * bays / 60.0, 1 / 60.0, bays).wait < found.high


def mdc_wait(bays, load):
    """Mean wait of M/D/c in services, Crommelin (1932), P. O. Electr. Engrs. J. 25:41-50.

    The sum over i of P(N >= i c) - (c / a) P(N > i c), N Poisson of mean i a, a = c load.
    """
    a, i = bays * load, np.arange(1, 3000)
    return (poisson.sf(i * bays - 1, i * a) - poisson.sf(i * bays, i * a) / load).sum()


@pytest.mark.parametrize("load", [0.3, 0.6, 0.9])
def test_the_series_of_crommelin_is_pollaczek_and_khinchine_with_one_bay(load):
    assert mdc_wait(1, load) == pytest.approx(load / (2 * (1 - load)))


@pytest.mark.parametrize(("bays", "load"), [(2, 0.8), (4, 0.7)])
def test_the_series_of_crommelin_is_what_the_chain_from_service_to_service_has(bays, load):
    # Who is there a service later: those that were beyond the bays, and who came (Crommelin's own
    # argument); then Little's law.
    a, most = bays * load, 120
    here = np.arange(most)
    step = poisson.pmf(here[None, :] - np.maximum(here[:, None] - bays, 0), a)
    step[:, -1] += 1.0 - step.sum(axis=1)
    there = np.linalg.matrix_power(step, 1 << 12)[0]
    assert mdc_wait(bays, load) == pytest.approx((there @ here - a) / a, rel=1e-6)


@pytest.mark.parametrize(("bays", "load"), [(1, 0.6), (2, 0.8), (4, 0.7)])
def test_random_deliveries_and_a_fixed_tipping_are_the_queue_mdc(queue_city, engine, bays, load):
    found = queue(queue_city, engine, np.mean, load * bays * 60.0, bays, Fixed(60.0))
    assert found.low < 60.0 * mdc_wait(bays, load) < found.high


def test_regular_deliveries_faster_than_tipping_wait_ever_longer(queue_city, engine):
    # D/D/1: the k-th waits k (tipping - interval).
    third = queue_city(np.arange(20) * 40.0, 1, Fixed(60.0), 1).log(engine).third()
    assert (third["begin_s"] - third["came_s"]).tolist() == (np.arange(20) * 20.0).tolist()


def test_the_line_and_the_bays_hold_what_littles_law_says(queue_city, engine):
    times = poisson_arrivals(np.full(168, 50.0), DAY_S, 0.0, 3, 5)
    log = queue_city(times, 2, Exponential(120.0), 2).log(engine)
    third, hourly = log.third(), log.course.hourly[:, 1] / 1000.0
    assert hourly[:, 0].sum() == pytest.approx((third["begin_s"] - third["came_s"]).sum())
    assert hourly[:, 1].sum() == pytest.approx((third["end_s"] - third["begin_s"]).sum())


def emptied_daily(city, days, **filling):
    plans = [(0, day, 0.0, np.inf, [(COLLECT, 0)]) for day in range(1, days)]
    return city(
        1, 2, plans, days=days, trucks={"kg": 1e5, "litres": 1e6},
        stands={"stop_s": 0.0, "bin_s": 0.0, "bin_l": 100.0}, filling=filling,
    )  # fmt: skip


def test_a_bin_emptied_daily_is_over_for_the_time_that_its_rate_leaves(city, engine):
    # 100 l last 20 h at 5 l an hour: it is over for 4 h a day, and 20 l fall beside it; a truck
    # that leaves at midnight takes 60 s to the bin, and what comes in them.
    log = emptied_daily(city, 4, litres_h=[5.0]).log(engine)
    _, _, left, over_ms, fallen = log.course.stands[0].tolist()
    assert over_ms / 3.6e6 == pytest.approx(4 * 4.0, abs=0.06)
    assert fallen / 1000 == pytest.approx(4 * 20.0, abs=0.3)
    assert left / 1000 == pytest.approx(5.0 * 24, abs=0.1)


def test_overflow_of_random_filling_is_what_the_compound_poisson_law_says(city, engine):
    # One deposit size, so what has come in 24 h is size x Poisson; litres beyond 100 l are
    # E max(0, 10 N - 100), N Poisson of mean 7.2, and the day's hours are alike.
    days = 400 if engine == "kernel" else 150
    log = emptied_daily(city, days, litres_h=[3.0], deposit_l=10.0, deposit_cv=0.0).log(engine)
    n = np.arange(80)
    beyond = np.maximum(0.0, 10.0 * n - 100.0)
    law = poisson.pmf(n, 7.2)
    mean = (law * beyond).sum()
    spread = np.sqrt((law * beyond**2).sum() - mean**2)
    fallen = log.course.stands[0, 4] / 1000 / days
    assert abs(fallen - mean) < 3.29 * spread / np.sqrt(days)


def test_breakdowns_come_at_their_rate_and_stand_for_their_mean(city, engine):
    # 500 ways of an hour, 2 h between breakdowns: 250 of them, compound Poisson with repairs.
    plans = [(0, 0, 0.0, np.inf, [(COLLECT, 60 * (k % 2)) for k in range(500)])]
    log = city(
        61, 1, plans, facilities={"accepts": [[True]], "bays": 1},
        stands={"stop_s": 0.0, "bin_s": 0.0},
        trucks={"up_h": 2.0, "repair_s": Exponential(600.0)}, days=20,
    ).log(engine, seed=5)  # fmt: skip
    stops = log.stops()
    stood_h = float(stops["repair_s"].sum()) / 3600
    driven_h = float((stops["came_s"] - stops["left_s"]).sum()) / 3600 - stood_h
    assert driven_h == pytest.approx(500, abs=2)
    assert abs(stood_h - driven_h / 12) < 3.29 * np.sqrt(driven_h / 36)
