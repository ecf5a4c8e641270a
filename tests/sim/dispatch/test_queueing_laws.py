"""The dispatch simulation without streets is a queue whose laws are known."""

from __future__ import annotations

import numpy as np
import pytest

from sim import erlang_b, erlang_c, mmck, t_interval
from sim.dispatch import (
    Area,
    District,
    IncidentClass,
    MatrixTravel,
    PointPlaces,
    Policy,
    Preference,
    Station,
    Unit,
    UnitType,
    draw_demand,
    simulate,
)
from sim.dispatch.log import IDLE
from sim.distributions import Distribution, Erlang, Exponential

HOUR_S = 3600.0


def one_place(units: int, rate_per_h: float, service: Distribution) -> District:
    """Everything at one place: an M/G/c queue."""
    return District(
        travel=MatrixTravel(np.zeros((1, 1)), np.zeros(1), np.zeros(1)),
        stations=(Station("post", 0.0, 0.0),),
        unit_types=(UnitType("crew", 0.0, 0.0),),
        units=tuple(Unit(f"crew {k}", "crew", "post") for k in range(units)),
        classes=(
            IncidentClass(
                "call", 1, 600.0, {"crew": 1}, service,
                rate_per_h=np.full(168, rate_per_h),
                places=PointPlaces(np.zeros(1), np.zeros(1)),
            ),
        ),
    )  # fmt: skip


def replicate(district: District, policy: Policy, hours: float, reps: int, statistic, engine: str):
    """Interval of a statistic of the Log at 99.9 %."""
    values = []
    for seed in range(reps):
        demand = draw_demand(district, horizon_s=hours * HOUR_S, seed=seed)
        log = simulate(district, policy, demand, horizon_s=hours * HOUR_S, engine=engine)
        values.append(statistic(log))
    return t_interval(np.array(values), level=0.999)


def settled(column):
    """Leave out the first quarter of a run, which began empty."""
    return column.to_numpy()[len(column) // 4 :]


@pytest.mark.parametrize(("units", "load"), [(2, 1.8), (3, 1.5), (10, 9.0)])
def test_share_that_waits_is_erlang_c(units: int, load: float, engine: str) -> None:
    hours = 12_000.0 if engine == "kernel" else 1000.0
    interval = replicate(
        one_place(units, load, Exponential(HOUR_S)), Policy(), hours, 20,
        lambda log: settled(log.responses["queued"]).mean(), engine,
    )  # fmt: skip
    assert interval.low <= erlang_c(units, load) <= interval.high


@pytest.mark.parametrize("service", [Exponential(HOUR_S), Erlang(HOUR_S, 4)], ids=["M", "E4"])
def test_share_lost_is_erlang_b_whatever_the_service_time(
    service: Distribution, engine: str
) -> None:
    hours = 5000.0 if engine == "kernel" else 500.0
    interval = replicate(
        one_place(5, 3.0, service), Policy(queue_limit=0), hours, 20,
        lambda log: log.responses["referred"].to_numpy()[100:].mean(), engine,
    )  # fmt: skip
    # 0.110054: Wolfram Language documentation of ErlangB, five lines, three calls an hour.
    assert erlang_b(5, 3.0) == pytest.approx(0.110054, abs=5e-7)
    assert interval.low <= 0.110054 <= interval.high


def test_limited_queue_is_mmck(engine: str) -> None:
    # Two units, five at most in the system; Octave package queueing, test block of qsmmmk:
    # lambda 3, mu 2 gives p0 0.179334, pK 0.085113.
    hours = 10_000.0 if engine == "kernel" else 500.0
    interval = replicate(
        one_place(2, 3.0, Exponential(HOUR_S / 2.0)), Policy(queue_limit=3), hours, 20,
        lambda log: log.responses["referred"].to_numpy()[100:].mean(), engine,
    )  # fmt: skip
    assert mmck(3.0, 2.0, 2, 5).p_lost == pytest.approx(
        0.085113, abs=1e-6
    )  # printed cut, not rounded
    assert interval.low <= 0.085113 <= interval.high


def test_three_unit_hypercube_of_larson_and_odoni(engine: str) -> None:
    """Urban Operations Research, ch. 5.4: workloads .5574, .4734, .4693; .43529 go elsewhere."""
    rates = {(1, 2, 3): 0.50, (1, 3, 2): 0.25, (2, 1, 3): 0.35, (3, 1, 2): 0.40}
    lists = list(rates)
    x = np.arange(4.0)
    district = District(
        travel=MatrixTravel(np.zeros((4, 4)), x * 100.0, np.zeros(4)),
        stations=(Station("post", 0.0, 0.0),),
        unit_types=(UnitType("car", 0.0, 0.0),),
        units=tuple(Unit(str(k), "car", "post") for k in (1, 2, 3)),
        classes=(
            IncidentClass(
                "call", 1, 600.0, {"car": 1}, Exponential(HOUR_S), rate_per_h=np.full(168, 1.5),
                places=PointPlaces(x * 100.0, np.zeros(4), np.array(list(rates.values()))),
            ),
        ),
        areas=tuple(Area(str(lists[k]), k * 100.0, 0.0) for k in range(4)),
    )  # fmt: skip
    policy = Policy(Preference({str(li): tuple(map(str, li)) for li in lists}))
    hours = 12_000.0 if engine == "kernel" else 400.0
    workloads, elsewhere = [], []
    for seed in range(20):
        demand = draw_demand(district, horizon_s=hours * HOUR_S, seed=seed)
        log = simulate(district, policy, demand, horizon_s=hours * HOUR_S, engine=engine)
        c = log.interval_columns
        span = np.clip(c.end_s, 0, log.horizon_s) - np.clip(c.start_s, 0, log.horizon_s)
        workloads.append(
            [span[(c.unit == k) & (c.status != IDLE)].sum() / log.horizon_s for k in range(3)]
        )
        r = log.responses
        first_choice = np.array([li[0] - 1 for li in lists])[r["area"].to_numpy()]
        elsewhere.append(float((r["unit"].to_numpy() != first_choice)[100:].mean()))
    for unit, published in enumerate((0.5574, 0.4734, 0.4693)):
        interval = t_interval(np.array(workloads)[:, unit], level=0.999)
        assert interval.low - 5e-5 <= published <= interval.high + 5e-5
        assert interval.half_width < 0.02 or engine == "simpy"
    interval = t_interval(np.array(elsewhere), level=0.999)
    assert interval.low <= 0.43529 <= interval.high
