"""Small districts for the dispatch tests, made from one number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from networks import SpeedProfile
from networks.build import build_network
from networks.raw import RawNodes, RawStreets
from sim.dispatch.closures import TimedClosure
from sim.dispatch.demand import Demand, draw_demand
from sim.dispatch.model import (
    Area,
    District,
    Hospital,
    IncidentClass,
    Policy,
    Station,
    Unit,
    UnitType,
)
from sim.dispatch.places import AreaPlaces, PointPlaces, StreetPlaces
from sim.dispatch.policies import KeepCoverage, Nearest, Preference
from sim.dispatch.travel import MatrixTravel, PlaneTravel, StreetTravel
from sim.distributions import Exponential, Fixed, Lognormal

if TYPE_CHECKING:
    from collections.abc import Callable

    from networks import RoadNetwork

HOUR_S = 3600.0


def small_streets(rng: np.random.Generator, *, periods: int = 1):
    """A grid of some twenty junctions with one-way streets and, on request, rush hours."""
    side = int(rng.integers(4, 6))
    lon0, lat0, step = 112.8, 28.3, 0.004
    nodes = [
        (lon0 + step * (i + 0.3 * rng.random()), lat0 + step * (j + 0.3 * rng.random()))
        for j in range(side)
        for i in range(side)
    ]
    tail, head, forward, backward = [], [], [], []
    for j in range(side):
        for i in range(side):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < side and j + dj < side:
                    tail.append(j * side + i)
                    head.append((j + dj) * side + i + di)
                    border = i in {0, side - 1} or j in {0, side - 1}
                    kind = 1 if border else int(rng.integers(0, 3))
                    forward.append(kind != 2)
                    backward.append(kind != 0)
    lon, lat = np.array(nodes).T
    network = build_network(
        RawNodes(node_id=np.arange(len(nodes)), lon=lon, lat=lat),
        RawStreets(
            tail=np.array(tail),
            head=np.array(head),
            forward=np.array(forward),
            backward=np.array(backward),
            speed_kmh=rng.choice([20.0, 30.0, 50.0], len(tail)),
        ),
    )
    if periods > 1:
        hours = rng.integers(0, periods, 168)
        factor = rng.uniform(0.3, 1.0, (periods, network.n_edges))
        network = network.with_profile(SpeedProfile(hours, factor))
    return network


def make_case(number: int) -> tuple[District, Policy, Demand, float]:
    """A district, a policy, its demand and the horizon: every option in play over the numbers."""
    rng = np.random.default_rng(number)
    kind = ["streets", "streets", "streets", "matrix", "plane"][int(rng.integers(5))]
    if kind == "streets":
        network = small_streets(rng, periods=int(rng.choice([1, 1, 3])))
        lights = network.with_times(network.time_s * 0.7) if rng.random() < 0.3 else None
        if lights is not None:
            lights = lights.with_profile(network.profile)
        travel = StreetTravel(network, lights, max_snap_m=5000.0)
        box = (network.lon.min(), network.lat.min(), network.lon.max(), network.lat.max())
    elif kind == "matrix":
        k = 12
        x, y = rng.uniform(0, 9000, k), rng.uniform(0, 9000, k)
        time = np.hypot(x[:, None] - x, y[:, None] - y) / 12.0 * rng.uniform(1, 1.3, (k, k))
        np.fill_diagonal(time, 0.0)
        travel = MatrixTravel(time, x, y)
        box = None
    else:
        travel = PlaneTravel(1.2, 14.0)
        box = (0.0, 0.0, 9000.0, 9000.0)

    def points(n: int) -> tuple[np.ndarray, np.ndarray]:
        if kind == "matrix":
            at = rng.integers(0, len(x), n)
            return x[at], y[at]
        return rng.uniform(box[0], box[2], n), rng.uniform(box[1], box[3], n)

    stations = tuple(
        Station(f"S{i}", float(a), float(b))
        for i, (a, b) in enumerate(zip(*points(4), strict=True))
    )
    hospitals = tuple(
        Hospital(f"H{i}", float(a), float(b), [None, 1, 2][int(rng.integers(3))])
        for i, (a, b) in enumerate(zip(*points(2), strict=True))
    )
    areas = tuple(
        Area(f"A{i}", float(a), float(b), float(rng.uniform(0.5, 3)),
             shapely.box(a - 0.002, b - 0.002, a + 0.002, b + 0.002)
             if kind == "streets" and i % 2 else None)
        for i, (a, b) in enumerate(zip(*points(5), strict=True))
    )  # fmt: skip
    types = (
        UnitType("ambulance", float(rng.choice([0.0, 60.0, 90.0])), 120.0,
                 (float(rng.choice([22.0, 1.0])), 6.0), float(rng.choice([1.0, 1.3])),
                 float(rng.choice([1.0, 0.9])), bool(rng.random() < 0.5)),
        UnitType("fire", 30.0, 30.0),
    )  # fmt: skip
    shifts = [
        (),
        tuple((d * 24 * HOUR_S + 7 * HOUR_S, d * 24 * HOUR_S + 19 * HOUR_S) for d in range(7)),
        ((12 * HOUR_S, 36 * HOUR_S), (36 * HOUR_S, 40 * HOUR_S), (160 * HOUR_S, 170 * HOUR_S)),
    ]
    kinds = ["ambulance" if i < 4 or rng.random() < 0.5 else "fire" for i in range(7)]
    units = tuple(
        Unit(f"u{i}", kind_of, f"S{int(rng.integers(4))}",
             shifts[0 if i in {0, 5} else int(rng.integers(3))])
        for i, kind_of in enumerate([*kinds, "fire"])
    )  # fmt: skip
    where = {
        "streets": [AreaPlaces(areas), StreetPlaces(travel.network) if kind == "streets" else None],
        "matrix": [PointPlaces(*points(6))],
        "plane": [PointPlaces(*points(9)), AreaPlaces(areas)],
    }[kind]
    load = float(rng.choice([0.5, 1.5, 4.0]))
    whole = bool(rng.random() < 0.3)  # durations in whole minutes: many events at one time
    classes = (
        IncidentClass("cardiac", 1, 480.0, {"ambulance": 1, "fire": 1},
                      Fixed(1200.0) if whole else Lognormal(1500.0, 0.6), 0.7, (),
                      Fixed(900.0) if whole else Exponential(1200.0), np.full(168, 0.4 * load),
                      where[0]),
        IncidentClass("fall", 3, 900.0, {"ambulance": 1},
                      Fixed(1800.0) if whole else Exponential(1800.0), 0.5, ("ambulance",),
                      Exponential(900.0), rng.uniform(0, 1.5 * load, 168), where[-1]),
        IncidentClass("fire", 2, 600.0, {"fire": 2, "ambulance": 1}, Exponential(2400.0), 0.0, (),
                      None, np.full(168, 0.15 * load), where[0]),
    )  # fmt: skip
    district = District(
        travel, stations, types, units, classes, hospitals, areas,
        float(rng.choice([0.0, 5.5 * HOUR_S, 100 * HOUR_S + 12.0])),
    )  # fmt: skip
    dispatch = [
        None,
        Nearest(),
        Preference({"A0": ("u3", "u1"), "A2": tuple(u.name for u in units)}),
        KeepCoverage(),
    ][int(rng.integers(4))]
    policy = Policy(
        dispatch,
        str(rng.choice(["off", "when-none-free", "if-nearer"])),
        str(rng.choice(["nearest", "least-wait"])),
        str(rng.choice(["none", "compliance", "dmexclp"])),
        {"ambulance": [["S0"], ["S0", "S2"], ["S0", "S2", "S3"]], "fire": [["S1"]]},
        float(rng.choice([0.0, 0.3, 0.7])),
        float(rng.choice([200.0, 480.0])),
        [None, None, 2][int(rng.integers(3))],
    )
    horizon_s = 36 * HOUR_S
    demand = draw_demand(district, horizon_s=horizon_s, seed=number)
    if whole:
        incidents = demand.incidents.copy()
        incidents["time_s"] = np.floor(incidents["time_s"] / 300.0) * 300.0
        demand = Demand(incidents, demand.needs)
    return district, policy, demand, horizon_s


def some_closures(network: RoadNetwork, number: int, horizon_s: float) -> tuple[TimedClosure, ...]:
    """Closures that overlap, reopen or not, and at times cut junctions off."""
    rng = np.random.default_rng([number, 77])
    found = []
    for _ in range(int(rng.integers(1, 7))):
        if rng.random() < 0.3:
            junction = int(rng.integers(network.n_nodes))
            edges = np.flatnonzero((network.head == junction) | (network.tail == junction))
        else:
            count = int(rng.integers(1, network.n_edges // 3))
            edges = rng.choice(network.n_edges, count, replace=False)
            if rng.random() < 0.5:
                edges = np.flatnonzero(np.isin(network.street, network.street[edges]))
        begin, end = np.sort(rng.uniform(-HOUR_S, 1.1 * horizon_s, 2))
        if rng.random() < 0.4:  # at the times of calls and arrivals
            begin, end = np.floor(begin / 300.0) * 300.0, np.floor(end / 300.0) * 300.0 + 300.0
        found.append(TimedClosure(edges, begin, np.inf if rng.random() < 0.2 else end))
    return tuple(found)


@pytest.fixture
def closing_case() -> Callable[[int], tuple[District, Policy, Demand, float]]:
    """Make a case on streets that close and reopen; its number may be a later one."""

    def make(number: int) -> tuple[District, Policy, Demand, float]:
        district, policy, demand, horizon_s = make_case(number)
        while not isinstance(district.travel, StreetTravel):
            number += 10_000
            district, policy, demand, horizon_s = make_case(number)
        closures = some_closures(district.travel.network, number, horizon_s)
        return replace(district, closures=closures), policy, demand, horizon_s

    return make


@pytest.fixture
def random_case() -> Callable[[int], tuple[District, Policy, Demand, float]]:
    """Make the district, policy, demand and horizon of a number."""
    return make_case
