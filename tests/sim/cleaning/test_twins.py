"""The kernel and the SimPy twin give equal rows, and no dirt is lost, whatever the city."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Exponential, Fixed
from sim.cleaning import Facilities, Pieces, Roads, Routes, Rules, Vehicles, Ways, Weather, simulate

SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)


@st.composite
def towns(draw):
    """Arguments of `simulate`: a few streets and vehicles, and every rule.

    Half of them are coarse: all that takes time takes quarters of an hour, and instants coincide.
    """
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    p, v, days = draw(st.integers(1, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    m, f = p + draw(st.integers(0, 3)), draw(st.integers(2, 4))
    coarse = draw(st.booleans())
    tick = 900.0 if coarse else draw(st.sampled_from([1.0, 60.0]))  # whole multiples of it, s
    periods = draw(st.integers(1, 2))
    pieces = Pieces(
        np.full(p, 100.0) if coarse else rng.integers(0, 20, p) * 10.0,
        rng.choice([0.0, 0.5, 20.0], p),
        rng.choice([0.0, 5.0, 50.0], p),
        start_g_m=rng.choice([0.0, 30.0], p),
        edge=rng.integers(0, m, p),
        street_class=rng.integers(0, 2, p),
        area=rng.integers(0, 3, p),
        profile=rng.integers(0, 2, p),
        hour_factor=rng.choice([0.0, 1.0, 3.0], (2, 168)),
        parked=rng.integers(0, 2, p),
        parked_share=rng.choice([0.0, 0.3, 1.0], (2, 168)),
        parked_spread=draw(st.sampled_from([0.0, 1.0])),
    )
    dumps, water = np.arange(f) % 2 == 1, rng.random(f) < 0.5
    water[-1] = True
    serve = draw(st.sampled_from([Fixed(tick), Fixed(0.0), Exponential(5 * tick)][: 3 - coarse]))
    is_open = rng.random((f, 168)) < draw(st.sampled_from([0.5, 1.0]))
    is_open[:, 100] = True
    facilities = Facilities(rng.integers(1, 3, f), dumps, water, serve, Fixed(tick), is_open)
    hopper = rng.choice([1.0, 4.0, 50.0, np.nan], v)
    tank = rng.choice([40.0, np.nan], v)
    vehicles = Vehicles(
        rng.integers(0, f, v),
        hopper,
        tank,
        np.where(np.isnan(tank), 0.0, 100.0),
        up_h=np.inf if coarse else rng.choice([0.5, 5.0, np.inf], v),
        repair_s=draw(st.sampled_from([Fixed(600.0), Exponential(3600.0)])),
    )

    def ways(a, b):
        return Ways(rng.integers(0, 4, (periods, a, b)) * tick, rng.integers(0, 4, (a, b)) * 100.0)

    between = ways(f, f)
    between.seconds[:, np.arange(f), np.arange(f)] = 0.0
    roads = Roads(
        rng.integers(0, 4, (periods, m)) * tick,
        rng.integers(0, 9, m) * 50.0,
        ways(p, f),
        ways(f, p),
        between,
        rng.integers(0, periods, 168),
    )
    kmh = [0.4, 0.2] if coarse else [3.0, 9.0, 20.0]  # 100 m in one or two quarters of an hour
    many = draw(st.integers(0, 2 * v * days))
    routes = drawn_routes(rng, many, p, m, vehicles, facilities, days, kmh)
    weather = Weather(0.3, 0.3, season=rng.choice([1.0, 2.0], (2, days)), rain_hour=7)
    overtime = draw(st.sampled_from([0.0, tick, np.inf]))
    return {
        "pieces": pieces,
        "facilities": facilities,
        "vehicles": vehicles,
        "roads": roads,
        "routes": routes,
        "days": days,
        "seed": draw(st.integers(0, 5)),
        "weather": draw(st.sampled_from([None, weather])),
        "rules": Rules(overtime, draw(st.sampled_from(["next", "next", "drop"]))),
        "first_weekday": draw(st.integers(0, 6)),
        "keep_dirt": draw(st.booleans()),
    }


def drawn_routes(rng, r, p, m, vehicles, facilities, days, kmh):
    """Routes of random steps that their vehicles can do."""
    whose = rng.integers(0, len(vehicles), r)
    first, kind, target, leg_first, leg_edge = [0], [], [], [0], []
    for v in whose:
        for _ in range(rng.integers(0, 12)):
            what = rng.choice([SWEEP, SWEEP, SWEEP, DRIVE, DRIVE, DUMP, REFILL, BREAK])
            to = -1
            if what == SWEEP:
                to = rng.integers(0, p)
            elif what == DRIVE:
                leg_edge += rng.integers(0, m, rng.integers(0, 4)).tolist()
            elif what == DUMP and not np.isnan(vehicles.hopper_kg[v]):
                to = rng.choice(np.flatnonzero(facilities.dumps))
            elif what == REFILL and not np.isnan(vehicles.tank_l[v]):
                to = rng.choice(np.flatnonzero(facilities.water))
            else:
                what = BREAK
                to = rng.integers(0, len(facilities)) if kind[first[-1] :][-1:] == [DRIVE] else -1
            kind.append(int(what))
            target.append(int(to))
            leg_first.append(len(leg_edge))
        first.append(len(kind))
    kinds = np.array(kind, dtype=int)
    s = len(kinds)
    return Routes(
        whose,
        rng.integers(0, days, r),
        rng.integers(0, 48, r) * 1800.0,
        rng.choice([1800.0, 9000.0, np.inf], r),
        first,
        kinds,
        np.array(target, dtype=int),
        leg_first,
        np.array(leg_edge, dtype=int),
        np.where(kinds == SWEEP, rng.choice(kmh, s), np.nan),
        np.where(rng.random(s) < 0.2, rng.integers(0, 5, s) * 900.0, 0.0),
        np.where(kinds == BREAK, rng.integers(0, 3, s) * 900.0, 0.0),
    )


@settings(deadline=None, max_examples=200)
@given(towns())
def test_kernel_and_simpy_twin_give_equal_rows(town):
    fast = simulate(**town, engine="kernel").course
    plain = simulate(**town, engine="simpy").course
    for name, one, other in zip(fast._fields, fast, plain, strict=True):
        assert np.array_equal(one, other), name


@settings(deadline=None, max_examples=100)
@given(town=towns())
def test_no_milligram_is_lost(town, engine):
    log = simulate(**town, engine=engine)
    start = log.pieces.start_mg
    grown, swept, flushed, washed, left = log.course.balance
    assert (start + grown == swept + flushed + washed + left).all()
    assert (left >= 0).all()
    table = log.steps()
    kg = table["removed_g"] / 1000
    has_hopper = ~np.isnan(log.vehicles.hopper_kg)
    by_hopper = has_hopper[table["vehicle"]]
    into = kg[(table["kind"] == SWEEP) & by_hopper].sum()
    dumped = kg[table["kind"] == DUMP].sum()
    assert into == pytest.approx(swept.sum() / 1e6)
    assert into == pytest.approx(dumped + log.course.aboard[:, 0].sum() / 1e6)
    assert kg[(table["kind"] == SWEEP) & ~by_hopper].sum() == pytest.approx(flushed.sum() / 1e6)


@settings(deadline=None, max_examples=100)
@given(town=towns())
def test_nobody_does_two_things_at_once_and_every_sweep_has_one_outcome(town, engine):
    log = simulate(**town, engine=engine)
    table, out = log.steps(), log.out()
    assert (out["leave_s"] >= out["planned_leave_s"]).all()
    done = table[~table["missed"]]
    for _, own in done.groupby("vehicle"):
        assert (own["begin_s"].to_numpy()[1:] >= own["end_s"].to_numpy()[:-1]).all()
    assert (table["end_s"] >= table["begin_s"] + table["wait_s"] + table["repair_s"] - 1e-6).all()
    own = table[(table["kind"] == SWEEP) & (table["outcome"] != 3) & (table["step"] >= 0)]
    of_route = np.repeat(np.arange(len(log.routes)), np.diff(log.routes.first))
    planned = own[of_route[own["step"].to_numpy()] == own["route"]]
    assert sorted(planned["step"]) == np.flatnonzero(log.routes.kind == SWEEP).tolist()
    hopper = log.vehicles.hopper_kg[table["vehicle"]]
    assert (table["load_kg"] <= np.where(np.isnan(hopper), 0.0, hopper) + 1e-9).all()
    assert (table["water_l"] >= 0).all()


@settings(deadline=None, max_examples=60)
@given(town=towns())
def test_endless_shifts_miss_nothing(town, engine):
    routes = town["routes"]
    routes.shift_s[:] = np.inf
    assert not simulate(**town, engine=engine).steps()["missed"].any()


def test_the_twin_is_made_of_no_part_of_the_kernel():
    code = (
        "import sys, sim.cleaning.reference; "
        "sys.exit('sim.cleaning.kernel' in sys.modules or 'sim.cleaning.run' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603
    assert done.returncode == 0
