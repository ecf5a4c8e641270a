"""The kernel and the SimPy twin give equal numbers, and no gram is lost, whatever the city."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Exponential, Fixed, Gamma
from sim.waste import (
    Deliveries,
    Facilities,
    Filling,
    Haulers,
    Orders,
    Outages,
    Roads,
    Routes,
    Rules,
    Source,
    Stands,
    Trucks,
    simulate,
)
from sim.waste import layout as at
from sim.waste.prepare import prepare

COLLECT, UNLOAD, BREAK, HOME = range(4)
DONE, MISSED, PASSED, LATE = range(4)


@st.composite
def cities(draw):
    """Arguments of `simulate`: a few stands, trucks, stations and haulers, and every rule.

    Half of them are coarse: all that takes time takes quarters of an hour, and instants coincide.
    """
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    coarse = draw(st.booleans())
    tick = 900.0 if coarse else draw(st.sampled_from([7.0, 60.0]))
    days, streams = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    b, v = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    f = draw(st.integers(2, 5))
    n = b + f
    periods = draw(st.integers(1, 2))
    seconds = rng.integers(0, 4, (periods, n, n)) * tick
    if periods == 2:
        seconds[1][rng.random((n, n)) < 0.2] = np.nan
    seconds[:, np.arange(n), np.arange(n)] = 0.0
    period = rng.integers(0, periods, 168)
    period[[3, 100]] = 0
    roads = Roads(
        seconds, rng.integers(0, 9, (draw(st.sampled_from([1, periods])), n, n)) * 100.0, period
    )
    stream = rng.integers(0, streams, b)
    stands = Stands(
        rng.integers(0, b, b),
        stream,
        rng.integers(1, 4, b),
        rng.choice([60.0, 120.0], b),
        rng.choice([np.nan, 20.0], b),
        rng.choice([0.15, 0.5, 3.0], b),
        rng.integers(0, 3, b) * tick,
        rng.integers(0, 2, b) * tick,
        rng.choice([0.0, 30.0, 200.0], b),
        draw(st.sampled_from([0.0, 0.3])),
        kind=rng.integers(0, 2, b),
    )
    luck = draw(st.booleans())
    filling = Filling(
        rng.choice([0.0, 5.0, 40.0], b),
        rng.integers(0, 2, b),
        rng.choice([0.0, 1.0, 2.0], (2, 168)),
        deposit_l=rng.choice([3.0, 20.0], b) if luck else 0.0,
        deposit_cv=rng.choice([0.0, 1.0, 0.5], b),
    )
    facilities, haulers = drawn_facilities(draw, rng, b, f, streams, tick, coarse)
    trucks = Trucks(
        np.r_[stream[rng.integers(0, b, v)]],
        rng.integers(0, f, v),
        rng.choice([30.0, 100.0, 1000.0], v),
        rng.choice([37.0, 200.0, 5000.0], v),
        rng.choice([1.0, 3.0], v),
        up_h=np.inf if coarse else rng.choice([0.5, 5.0, np.inf], v),
        repair_s=draw(st.sampled_from([Fixed(600.0), Exponential(3600.0), Fixed(700_000.0)])),
    )
    routes = drawn_routes(
        rng, draw(st.integers(0, 2 * v * days)), stands, trucks, facilities, days, tick
    )
    outages = Outages(
        rng.integers(0, f, 2), [0.0, 30_000.0], [9000.0, 40_000.0], rng.choice([np.inf, 20.0], f),
        Fixed(7200.0),
    )  # fmt: skip
    return {
        "stands": stands,
        "facilities": facilities,
        "trucks": trucks,
        "haulers": haulers,
        "roads": roads,
        "routes": routes,
        "filling": filling,
        "orders": draw(st.sampled_from([None, drawn_orders(rng, n, streams, tick)])),
        "deliveries": draw(st.sampled_from([None, drawn_deliveries(rng, facilities, tick)])),
        "days": days,
        "seed": draw(st.integers(0, 5)),
        "rules": Rules(
            draw(st.sampled_from([0.0, tick, np.inf])),
            draw(st.sampled_from(["next", "next", "drop"])),
            draw(st.booleans()),
        ),
        "outages": draw(st.sampled_from([None, outages])),
        "first_weekday": draw(st.integers(0, 6)),
    }


def drawn_facilities(draw, rng, b, f, streams, tick, coarse):
    """A plant that takes everything, others, stations, and a hauler or two for each."""
    accepts = rng.random((f, streams)) < 0.7
    accepts[0] = True
    station = rng.random(f) < 0.5
    station[0] = False
    accepts[:, :] |= station[:, None] & ~accepts.any(axis=1)[:, None]
    is_open = rng.random((f, 168)) < draw(st.sampled_from([0.4, 1.0]))
    is_open[:, 100] = True
    container = rng.choice([20.0, 80.0], f)
    facilities = Facilities(
        b + rng.integers(0, f, f),
        accepts,
        rng.integers(1, 3, f),
        draw(st.sampled_from([Fixed(tick), Fixed(0.0), Exponential(3 * tick)][: 3 - coarse])),
        is_open,
        rng.choice([np.nan, 50.0, 500.0], (f, streams)),
        np.where(station, rng.integers(1, 3, f), 0),
        rng.choice([40.0, 400.0], f),
        container * rng.integers(1, 4, f),
        container,
        rng.integers(1, 4, f),
    )
    where = np.flatnonzero(station)
    pool = np.r_[where, where[rng.random(len(where)) < 0.4], -1, -1].astype(int)
    allowed = rng.random((len(pool), 168)) < draw(st.sampled_from([0.5, 1.0]))
    allowed[:, 90] = True
    haulers = Haulers(
        pool,
        rng.integers(0, f, len(pool)),
        np.where(pool >= 0, container[np.maximum(pool, 0)] * 2, rng.choice([30.0, 200.0])),
        Fixed(tick) if coarse else draw(st.sampled_from([Fixed(tick), Exponential(tick)])),
        allowed,
        np.inf if coarse else rng.choice([1.0, np.inf], len(pool)),
        Fixed(tick),
    )
    return facilities, haulers


def drawn_orders(rng, n, streams, tick):
    ready = np.sort(rng.integers(0, 90, 5)) * 900.0
    source = Source(int(rng.integers(0, n)), 0, 0.2, Exponential(60.0))
    return Orders(
        ready, rng.integers(0, n, 5), rng.integers(0, streams, 5), rng.choice([5.0, 150.0], 5),
        [source][: rng.integers(0, 2)],
    )  # fmt: skip


def drawn_deliveries(rng, facilities, tick):
    where, what = np.nonzero(facilities.accepts)
    chosen = rng.integers(0, len(where), 12)
    time = np.sort(rng.integers(0, 100, 12)) * 900.0
    source = Source(int(where[0]), int(what[0]), 1.0, Gamma(20.0, 0.5))
    return Deliveries(
        time, where[chosen], what[chosen], rng.choice([1.0, 30.0], 12), [source][: len(where) % 2]
    )


def drawn_routes(rng, r, stands, trucks, facilities, days, tick):
    """Routes of random steps that their trucks can do."""
    whose = rng.integers(0, len(trucks), r)
    first, kind, target = [0], [], []
    for v in whose:
        stream = trucks.stream[v]
        for _ in range(rng.integers(0, 10)):
            what = rng.choice([COLLECT] * 5 + [UNLOAD, BREAK])
            if what == COLLECT:
                to = rng.choice(np.flatnonzero(stands.stream == stream))
            elif what == UNLOAD:
                to = rng.choice(np.flatnonzero(facilities.accepts[:, stream]))
            else:
                to = rng.integers(-1, len(facilities))
            kind.append(what)
            target.append(to)
        first.append(len(kind))
    kinds = np.array(kind, dtype=int)
    s = len(kinds)
    earliest = np.where(rng.random(s) < 0.3, rng.integers(0, 5, s) * 900.0, 0.0)
    latest = earliest + rng.choice([0.0, 1800.0, np.inf], s)
    return Routes(
        whose,
        rng.integers(0, days, r),
        rng.integers(0, 48, r) * 1800.0,
        rng.choice([1800.0, 9000.0, np.inf], r),
        first,
        kinds,
        np.array(target, dtype=int),
        earliest,
        latest,
        np.where(kinds == BREAK, rng.integers(0, 3, s) * 900.0, 0.0),
        rng.integers(0, 4, r),
        rng.choice([0.2, 0.5, 0.9], r),
        rng.integers(0, 30, r),
    )


@settings(deadline=None, max_examples=150)
@given(cities())
def test_kernel_and_simpy_twin_give_equal_numbers(city):
    warm = city["days"] // 2
    fast = simulate(**city, warmup_days=warm, engine="kernel").course
    plain = simulate(**city, warmup_days=warm, engine="simpy").course
    for name, one, other in zip(fast._fields, fast, plain, strict=True):
        assert np.array_equal(one, other), name
    whole = simulate(**city, engine="kernel").course
    for name, one, other in zip(fast._fields, fast, whole, strict=True):
        assert name == "early" or np.array_equal(one, other), name
    by_cell = np.zeros(fast.over.shape[1], dtype=np.int64)
    late_ms = (fast.stands[:, at.G_OVER_MS] - fast.early[:, 0]) * city["stands"].bins
    np.add.at(by_cell, city["stands"].cell, late_ms)
    assert (by_cell == fast.over[24 * warm :, :, at.Y_BIN_MS].sum(axis=0)).all()


@settings(deadline=None, max_examples=50)
@given(city=cities())
def test_no_gram_is_lost(city, engine):
    log = simulate(**city, engine=engine)
    assert not log.balance().any()
    came = prepare(**city).filling.sum(axis=1, dtype=np.int64)
    assert (log.course.stands[:, at.G_GROWN] == came).all()
    took = log.course.rows[log.course.rows[:, at.L_KIND] == COLLECT]
    taken = np.zeros(len(came), np.int64)
    np.add.at(taken, took[:, at.L_TARGET], took[:, at.L_G])
    assert (log.course.stands[:, at.G_TAKEN] == taken).all()
    for part in (log.course.stands, log.course.aboard, log.course.pit, log.course.flow):
        assert (part >= 0).all()


@settings(deadline=None, max_examples=50)
@given(city=cities())
def test_nobody_does_two_things_at_once_and_every_stop_has_one_outcome(city, engine):
    log = simulate(**city, engine=engine)
    stops, out, hauls = log.stops(), log.out(), log.hauls()
    for _, own in stops[stops["outcome"].isin([DONE, LATE])].groupby("vehicle"):
        assert (own["left_s"].to_numpy()[1:] >= own["end_s"].to_numpy()[:-1]).all()
    for _, own in hauls.groupby("hauler"):
        assert (own["left_s"].to_numpy()[1:] >= own["end_s"].to_numpy()[:-1]).all()
    for early, late in (("left_s", "came_s"), ("came_s", "begin_s"), ("begin_s", "end_s")):
        assert (stops[early] <= stops[late]).all()
    assert (stops["aboard_kg"] <= log.trucks.kg[stops["vehicle"]] + 1e-9).all()
    home = out[out["home_s"].notna()]
    assert (home["leave_s"] >= home["planned_leave_s"]).all()
    # Every collection of a route that was driven is served, missed, passed by or passed over.
    own = stops[(stops["kind"] == COLLECT) & (stops["outcome"] != LATE)]
    collects = np.diff(np.r_[0, np.cumsum(log.routes.kind == COLLECT)][log.routes.first])
    for route, passed_over in home[["route", "passed_over"]].to_numpy():
        assert (own["route"] == route).sum() + passed_over == collects[route]


@settings(deadline=None, max_examples=30)
@given(city=cities())
def test_no_more_tip_at_a_time_than_there_are_bays_and_none_while_it_is_closed(city, engine):
    log = simulate(**city, engine=engine)
    stops, hauls, third = log.stops(), log.hauls(), log.third()
    tips = stops[stops["kind"] == UNLOAD]
    loads, others = hauls[hauls["kind"] != 2], third[third["begin_s"].notna()]
    where = np.r_[tips["facility"], loads["facility"], others["facility"]].astype(int)
    began = np.r_[tips["begin_s"], loads["begin_s"], others["begin_s"]]
    ended = np.r_[tips["end_s"], loads["end_s"], others["end_s"].fillna(np.inf)]
    facilities = city["facilities"]
    hour = (began // 3600).astype(int) + city["first_weekday"] * 24
    assert facilities.open_hours[where, hour % 168].all()
    for f, begin in zip(where, began, strict=True):
        here = (where == f) & (began <= begin) & (ended > begin)
        assert here.sum() <= facilities.bays[f]


@settings(deadline=None, max_examples=30)
@given(city=cities())
def test_endless_shifts_miss_nothing(city, engine):
    city["routes"].shift_s[:] = np.inf
    log = simulate(**city, engine=engine)
    assert not (log.stops()["outcome"] == MISSED).any()


def test_the_twin_is_made_of_no_part_of_the_kernel():
    code = (
        "import sys, sim.waste.reference; "
        "sys.exit(any(name.startswith('sim.waste.') and name.endswith(('kernel', 'kernels', '.run'"
        ", '.state')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603
    assert done.returncode == 0
