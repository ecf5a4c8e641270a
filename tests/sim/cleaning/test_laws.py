"""What is known in closed form: dirt under regular sweeping, and queues at a dump."""

from __future__ import annotations

import numpy as np
import pytest

from sim import Exponential, Fixed, mmc, poisson_arrivals
from sim.cleaning import Facilities, Rules, Vehicles, Weather

SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)
HOUR_S, DAY_S = 3600.0, 86_400.0
ENDLESS = float("inf")


@pytest.mark.parametrize(("hours", "removes"), [(24, 0.85), (12, 0.6), (6, 0.3), (24, 1.0)])
def test_dirt_swept_every_t_hours_settles_as_a_geometric_series(town, engine, hours, removes):
    # Just before a sweep L = g T / e: what comes in T hours is what is taken, e L. In between dirt
    # rises evenly from (1 - e) L to L, so the mean over time is g T (1 / e - 1 / 2).
    growth, days = 0.5, 40
    plans = [
        (0, day, at * HOUR_S, ENDLESS, [(SWEEP, 0, 200.0, 0)])
        for day in range(days)
        for at in range(0, 24, hours)
    ]
    log = town(
        1,
        {"growth_g_m_h": growth, "standard_g_m": 1e6},
        vehicles=Vehicles([0], [1e5], slow_removes=removes, fast_removes=removes),
        plans=plans,
    ).log(engine, days=days, keep_dirt=True)
    sweeps = log.steps()
    late = sweeps[sweeps["day"] >= days // 2]
    before = growth * hours / removes
    assert late["removed_g"].to_numpy() == pytest.approx(removes * before * 100.0, rel=2e-3)
    # The hours' begins, at which dirt is counted, lie just before the sweeps.
    hourly = log.dirt_g_m()[days // 2 * 24 :, 0]
    mean = growth * hours * (1 / removes - 0.5) + growth / 2
    assert hourly.mean() == pytest.approx(mean, rel=5e-3)


def test_dirt_before_the_nth_sweep_is_the_partial_sum_of_the_series(town, engine):
    # L_n = g T (1 - (1 - e)^n) / e from clean streets.
    plans = [(0, day, 0.0, ENDLESS, [(SWEEP, 0, 360.0, 0)]) for day in range(8)]
    log = town(
        1,
        {"growth_g_m_h": 1.0},
        vehicles=Vehicles([0], [1e5], slow_removes=0.4, fast_removes=0.4),
        plans=plans,
    ).log(engine, days=8)
    # The sweep ends a second after midnight.
    n = np.arange(8)
    series = 24.0 * (1 - 0.6**n) / 0.4
    removed = log.steps()["removed_g"].to_numpy() / 0.4 / 100.0
    assert removed == pytest.approx(series, abs=1e-3)


def test_rain_every_day_leaves_what_washing_makes_stationary(town, engine):
    # It grows at g for 24 h and loses the share w at the same hour: before the rain g T / w.
    log = town(1, {"growth_g_m_h": 1.0}).log(
        engine, days=60,
        weather=Weather(kind=np.ones(60, int), rain_growth=1.0, rain_washes=0.25, rain_hour=6),
        keep_dirt=True,
    )  # fmt: skip
    after = log.dirt_g_m()[6::24, 0]
    assert after[-1] == pytest.approx(0.75 * 24.0 / 0.25, rel=1e-3)


def dump_town(town, n, arrivals_s, bays, service):
    """Many vehicles that each come once to the dump, the queue's customers in this order."""
    facilities = Facilities(
        [0, bays], [False, True], [False, False], dump_s=service, refill_s=Fixed(1.0)
    )
    plans = [(k, 0, at, ENDLESS, [(DUMP, 1, 0, 0)]) for k, at in enumerate(arrivals_s)]
    return town(
        1,
        facilities=facilities,
        vehicles=Vehicles(np.zeros(n, int), np.full(n, 100.0)),
        plans=plans,
        days=1,
        rules=Rules(ENDLESS),
    )


def waits(log):
    rows = log.steps()
    return rows.sort_values("begin_s", kind="stable")["wait_s"].to_numpy()


@pytest.mark.parametrize(("bays", "load"), [(1, 0.7), (2, 0.8), (4, 0.85)])
def test_random_arrivals_at_a_dump_are_the_queue_mmc(town, engine, bays, load):
    reps, n = (12, 3000) if engine == "kernel" else (12, 1000)
    rate_per_s, service_s = load * bays / 60.0, 60.0
    means = []
    for seed in range(reps):
        rate = np.full(168, rate_per_s * HOUR_S)
        times = poisson_arrivals(rate, 2 * n / rate_per_s, 0.0, seed, 77)[:n]
        log = dump_town(town, n, times, bays, Exponential(service_s)).log(engine, seed=seed)
        means.append(waits(log)[n // 5 :].mean())
    mean, error = np.mean(means), np.std(means, ddof=1) / np.sqrt(reps)
    assert abs(mean - mmc(rate_per_s, 1 / service_s, bays).wait) < 4.4 * error  # t(11), 99.9 %


def test_random_arrivals_and_a_fixed_service_are_the_queue_md1(town, engine):
    # Pollaczek-Khinchine: mean wait = rho s / (2 (1 - rho)).
    reps, n, rho, service_s = 12, 3000 if engine == "kernel" else 1000, 0.6, 60.0
    means = []
    for seed in range(reps):
        rate = np.full(168, rho / service_s * HOUR_S)
        times = poisson_arrivals(rate, 2 * n * service_s / rho, 0.0, seed, 78)[:n]
        log = dump_town(town, n, times, 1, Fixed(service_s)).log(engine, seed=seed)
        means.append(waits(log)[n // 5 :].mean())
    mean, error = np.mean(means), np.std(means, ddof=1) / np.sqrt(reps)
    assert abs(mean - rho * service_s / (2 * (1 - rho))) < 4.4 * error


def test_regular_arrivals_faster_than_the_service_wait_ever_longer(town, engine):
    # D/D/1: the k-th waits k (service - interval).
    log = dump_town(town, 20, np.arange(20) * 40.0, 1, Fixed(60.0)).log(engine)
    assert waits(log).tolist() == (np.arange(20) * 20.0).tolist()
    alone = dump_town(town, 20, np.arange(20) * 61.0, 1, Fixed(60.0)).log(engine)
    assert not waits(alone).any()


def test_breakdowns_come_at_their_rate_and_stand_for_their_mean(town, engine):
    # 2 h of driving between breakdowns on average, of 1,000 h driven: 500 of them, Poisson.
    hours = 1000
    plans = [(0, 0, 0.0, ENDLESS, [(DRIVE, [0] * (hours * 360), 0, 0)])]
    log = town(
        1,
        vehicles=Vehicles([0], [1.0], up_h=2.0, repair_s=Exponential(600.0)),
        plans=plans,
    ).log(engine, seed=5)
    stood_h = float(log.steps()["repair_s"].sum()) / HOUR_S
    # A compound Poisson sum: mean 500 / 6 h, variance 500 * 2 / 36 h^2.
    assert abs(stood_h - 500 / 6) < 3.3 * np.sqrt(500 * 2 / 36)
    lasted_h = float(log.out()["home_s"].iloc[0]) / HOUR_S
    assert lasted_h == pytest.approx(hours + stood_h)


def test_parked_cars_block_their_mean_share_and_meet_every_plan_alike(town, engine):
    def removed(leave_s, spread):
        plans = [(0, day, leave_s, ENDLESS, [(SWEEP, 0, 360.0, 0)]) for day in range(200)]
        log = town(
            1,
            {
                "growth_g_m_h": 0.0, "start_g_m": 1e4,
                "parked_share": np.full(168, 0.3), "parked_spread": spread,
            },
            vehicles=Vehicles([0], [1e5], slow_removes=1e-3, fast_removes=1e-3),
            plans=plans,
        ).log(engine, days=200)  # fmt: skip
        taken = log.steps()["removed_g"].to_numpy()
        left = 1e6 - np.r_[0.0, np.cumsum(taken)[:-1]]
        return 1 - taken / left / 1e-3  # blocked share of each visit

    assert removed(10.0, 0.0) == pytest.approx(0.3, abs=2e-3)
    drawn = removed(10.0, 1.0)
    assert drawn.min() < 0.1
    assert drawn.max() > 0.5
    assert abs(drawn.mean() - 0.3) < 3.3 * 0.6 / np.sqrt(12 * 200)
    assert np.array_equal(drawn, removed(900.0, 1.0))  # another minute of the same hour
    assert not np.array_equal(drawn, removed(3 * HOUR_S, 1.0))
