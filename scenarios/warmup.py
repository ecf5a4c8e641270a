"""Compiling every kernel once, by using it on something small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["warm_up"]


def warm_up() -> Iterator[str]:
    """Use every kernel; numba keeps what it compiled beside the modules.

    Yields
    ------
    str
        What is ready.
    """
    from networks import read_network

    network = read_network("helsinki")
    yield "reading streets"
    places = network.snap(network.lon[:40], network.lat[:40])
    network.matrix(places, places)
    network.matrix(places, places, depart_week_s=0.0)
    network.path(places[0], places[-1], depart_week_s=0.0)
    network.isochrones(places[0], [5.0])
    yield "travel"
    _simulate_everything()
    yield "dispatch"


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
