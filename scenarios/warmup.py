"""Compiling every kernel once, by using it on something small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STEPS", "warm_up"]

STEPS = ("dispatch", "placement", "collection", "waste", "routes", "cleaning", "travel")
"""What is compiled, each part in a process of its own; the longest first."""


def warm_up(processes: int | None = None) -> Iterator[str]:
    """Use every kernel; numba keeps what it compiled beside the modules.

    Parameters
    ----------
    processes
        Parts that are compiled at once; as many as there are processors if not given.

    Yields
    ------
    str
        What is ready.
    """
    import os
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    many = min(processes or os.cpu_count() or 1, len(STEPS))
    if many == 1:
        for step in STEPS:
            warm(step)
            yield step
        return
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        at_work = {pool.submit(warm, step): step for step in STEPS}
        for done in as_completed(at_work):
            done.result()
            yield at_work[done]


def warm(step: str) -> None:
    """Compile one part.

    Parameters
    ----------
    step
        One of `STEPS`.
    """
    use = {
        "travel": _travel_everywhere,
        "dispatch": _simulate_everything,
        "placement": _place_everything,
        "routes": _route_everything,
        "collection": _route_to_collect,
        "cleaning": _clean_everything,
        "waste": _collect_everything,
    }
    use[step]()


def _travel_everywhere() -> None:
    import numpy as np

    from networks import directions_along, read_network
    from sim import Fixed
    from sim.queue import simulate_queue

    network = read_network("helsinki")
    places = network.snap(network.lon[:40], network.lat[:40])
    few, one, other = places.take([0, 39]), places[0], places[-1]
    network.matrix(places, places)
    network.path(one, other)
    network.times_from(0)
    network.distance(0, 9)
    network.distances(few, few)
    network.nearest(few, places, 2)
    network.isochrones(one, [5.0])
    for streets in (network, network.closed_at(np.arange(9), [8])):
        streets.matrix(places, places, depart_week_s=0.0)
        streets.period_matrices(few, few, [0.0])
        way = streets.path(one, other, depart_week_s=8 * 3600.0 - 60.0)
        directions_along(streets, way, depart_week_s=8 * 3600.0 - 60.0)
        streets.isochrones(one, [5.0], depart_week_s=8 * 3600.0 - 60.0)
    simulate_queue(Fixed(2.0), Fixed(1.0), servers=1, customers=2)


def _place_everything() -> None:
    import numpy as np

    from optimize.location import (
        Coverage,
        Dispersion,
        ExpectedCover,
        FacilityLocation,
        MaxCover,
        PCenter,
        SetCover,
        solve,
    )
    from optimize.location.median import own as median
    from optimize.location.reliable import own as reliable
    from sim import Fixed
    from sim.toilets import Toilet, draw_visitors, simulate

    median.prepare()
    reliable.prepare()
    line = np.abs(np.subtract.outer(np.arange(24.0), np.arange(0.0, 24.0, 2.0)))
    weight = np.ones(24)
    near = Coverage.within(line, 3.0)
    graded = Coverage.decaying(line, lambda away: np.clip(1.0 - away / 5.0, 0.0, 1.0))
    costs = np.full(12, 5.0)
    for problem in (
        MaxCover(near, weight, 2),
        MaxCover(graded, weight, 2),
        SetCover(near),
        PCenter(line, 3),
        ExpectedCover(near, weight, 3, 0.3),
        Dispersion(line[::2], 3),
        FacilityLocation(line, weight, np.full(12, 9.0), costs),
        FacilityLocation(line, weight, np.full(12, 9.0), costs, single_source=True),
    ):
        solve(problem, time_limit_s=10.0)
    visitors = draw_visitors(
        np.full((1, 168), 10.0), horizon_s=3600.0, seed=0, women_share=0.5, urinal_share=0.5,
        service_s=[Fixed(60.0)] * 3,
    )  # fmt: skip
    simulate([Toilet("warm", 1, 1)], visitors)


def _route_everything() -> None:
    import numpy as np

    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.solve import solve_arcs

    ring = np.arange(8)
    one = np.ones(8, dtype=np.int64)
    arcs = np.stack([ring, -one], axis=1)
    problem = ArcProblem(
        "ring", 8, ring, (ring + 1) % 8, one, 0, arcs, np.ones((8, 2), np.int64), one, 4
    )
    for method in ("genetic", "ruin"):
        solve_arcs(problem, iterations=1, method=method)


def _route_to_collect() -> None:
    from optimize.routing.nodes import solve

    solve.prepare()


def _clean_everything() -> None:
    import numpy as np

    from sim.cleaning import Facilities, Pieces, Roads, Routes, Vehicles, Ways, simulate

    one, zero, none = np.ones(1), np.zeros(1, np.int64), np.zeros(0, np.int64)
    yes = np.ones(1, np.bool_)
    here = Ways(np.zeros((1, 1)), np.zeros((1, 1)))
    routes = Routes(zero, zero, one, one, np.array([0, 1]), zero, zero, np.zeros(2, int), none, one)
    simulate(
        Pieces(one, one, one), Facilities(zero + 1, yes, yes), Vehicles(zero, one),
        Roads(one, one, here, here, here), routes, days=1, seed=0,
    )  # fmt: skip


def _collect_everything() -> None:
    import numpy as np

    from sim.waste import Facilities, Filling, Roads, Routes, Stands, Trucks, simulate
    from sim.waste.filling_kernel import spread

    one, zero = np.ones(1), np.zeros(1, np.int64)
    simulate(
        Stands(zero, zero), Facilities(zero, np.ones((1, 1), np.bool_)), Trucks(zero, zero), None,
        Roads(np.zeros((1, 1)), np.zeros((1, 1))),
        Routes(zero, zero, one, one, np.array([0, 1]), zero, zero), Filling(one), days=2,
        warmup_days=1, seed=0,
    )  # fmt: skip
    spread(zero, np.zeros(1), one, zero, np.zeros((1, 24), np.int64))


def _simulate_everything() -> None:
    from dataclasses import replace

    from scenarios.district import build_district
    from scenarios.load import load_scenario
    from sim.dispatch.measures import measures
    from sim.dispatch.model import simulate
    from sim.dispatch.policies import KeepCoverage

    built = build_district(load_scenario("helsinki-centre"))
    policy = replace(
        built.policy,
        dispatch=KeepCoverage(),
        preemption="if-nearer",
        hospital="least-wait",
        relocation="dmexclp",
    )
    demand = built.demand(0)
    for chosen in (built.policy, policy):
        log = simulate(built.district, chosen, demand, horizon_s=built.horizon_s)
        measures(log, built.district, warmup_s=built.warmup_s)
