"""Cases of the suite ``des`` that run the dispatch simulation.

``city-dispatch``: a week of fifty units on central Helsinki with every rule in play (joint
responses, shifts, three speed periods, dispatching that keeps coverage, pre-emption, hospitals with
few bays, relocation), kernel beside SimPy twin on the same demand, on one thread. The twin runs
twice and only its second run counts, when its shortest-path trees are grown; both engines get the
located demand, and their Logs are compared entry by entry. An event is an incident or the end of a
resource interval, so both have the same number.

``city-dispatch-nearest`` is the same with the nearest unit sent and nothing moved: the plain model.

``city-dispatch-closures`` is ``city-dispatch`` once more, with fifty streets closed from the middle
of the week's third day to the middle of the fifth; ``city-dispatch-closures-singly`` has them close
one after the other in that time, half an hour apart, and reopen likewise, which makes a hundred
changes. The streets are drawn among those whose closure parts no place from another, as a city in
parts does other work. ``slowdown`` is processor time beside the same run without closures, the
fastest of many turns of each; its reference is the bound, 10 percent, and its ratio the time that
the bound allows by the time taken. ``first_run`` has what the first replication does for all,
trees of shortest paths for every set of closed streets, beside the first one without closures.

``million-incidents``: one run of a million incidents in a process of its own, seconds of the
simulation (draw, run and response table apart) and that process's peak memory.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from benchmarks.suite import Options
    from networks import RoadNetwork
    from sim.dispatch import District, Policy
    from sim.dispatch.log import Log
    from sim.dispatch.prepare import Prepared

__all__ = ["cases", "city", "run_million"]

SUITE = "des"
DAY_S = 86_400.0
UNITS = {"ambulance": 24, "fire": 12, "city-management": 14}
INCIDENTS_PER_H = 26.0
RUNS = 3
CLOSED_STREETS = 50
SLOWDOWN_PERCENT = 10.0  # that closures may cost at the most


def cases(options: Options) -> Iterator[Row]:
    """Give the rows of ``city-dispatch``, its closures and ``million-incidents``."""
    yield from city_rows(options)
    yield from closure_rows(options)
    yield from million_rows(options)


def city(*, plain: bool = False) -> tuple[District, Policy]:
    """Make the district and the policy of the benchmark.

    Parameters
    ----------
    plain
        Send the nearest unit, move nobody.
    """
    from networks import SpeedProfile, helsinki_extract, read_osm
    from sim.dispatch import (
        Area,
        District,
        Hospital,
        IncidentClass,
        KeepCoverage,
        Nearest,
        Policy,
        Station,
        StreetPlaces,
        StreetTravel,
        Unit,
        UnitType,
    )
    from sim.distributions import Lognormal

    network = read_osm(helsinki_extract())
    hours = np.zeros(168, np.int64)
    for day in range(5):
        hours[day * 24 + 7 : day * 24 + 9] = 1
        hours[day * 24 + 15 : day * 24 + 18] = 2
    factor = np.ones((3, network.n_edges))
    factor[1], factor[2] = 0.7, 0.6
    network = network.with_profile(SpeedProfile(hours, factor))

    rng = np.random.default_rng(7)
    node = rng.permutation(network.n_nodes)
    stations = tuple(
        Station(f"station {k}", float(network.lon[v]), float(network.lat[v]))
        for k, v in enumerate(node[:16])
    )
    hospitals = tuple(
        Hospital(f"hospital {k}", float(network.lon[v]), float(network.lat[v]), 3)
        for k, v in enumerate(node[16:20])
    )
    areas = tuple(
        Area(f"area {k}", float(network.lon[v]), float(network.lat[v]), float(rng.uniform(1, 5)))
        for k, v in enumerate(node[20:80])
    )
    day_shift = tuple((d * DAY_S + 7 * 3600.0, d * DAY_S + 19 * 3600.0) for d in range(7))
    units = tuple(
        Unit(f"{kind} {k}", kind, f"station {k % 16}", day_shift if k % 4 == 3 else ())
        for kind, count in UNITS.items()
        for k in range(count)
    )
    daily = 1.0 + 0.5 * np.sin((np.arange(168) % 24 - 9) / 24 * 2 * math.pi)
    places = StreetPlaces(network)
    share = INCIDENTS_PER_H * daily
    classes = (
        IncidentClass("cardiac", 1, 480.0, {"ambulance": 1, "fire": 1}, Lognormal(1800, 0.5), 0.7,
                      ("ambulance",), Lognormal(1200, 0.4), 0.15 * share, places),
        IncidentClass("illness", 3, 900.0, {"ambulance": 1}, Lognormal(1500, 0.6), 0.55,
                      ("ambulance",), Lognormal(1200, 0.4), 0.45 * share, places),
        IncidentClass("fire", 1, 480.0, {"fire": 2, "ambulance": 1, "city-management": 1},
                      Lognormal(2400, 0.8), 0.0, (), None, 0.05 * share, places),
        IncidentClass("street hazard", 4, 1800.0, {"city-management": 1}, Lognormal(1500, 0.7),
                      0.0, (), None, 0.35 * share, places),
    )  # fmt: skip
    types = (
        UnitType("ambulance", 60.0, 90.0, (22.0, 6.0), 1.3),
        UnitType("fire", 75.0, 105.0, (22.0, 6.0), 1.25),
        UnitType("city-management", 120.0, 120.0),
    )
    district = District(StreetTravel(network), stations, types, units, classes, hospitals, areas)
    if plain:
        return district, Policy(Nearest())
    policy = Policy(
        KeepCoverage(), "if-nearer", "least-wait", "dmexclp",
        busy_fraction=0.4, coverage_target_s=300.0,
    )  # fmt: skip
    return district, policy


def city_rows(options: Options, *, days: float = 7.0) -> Iterator[Row]:
    """Give the rows of ``city-dispatch``."""
    from sim.dispatch import draw_demand
    from sim.dispatch.prepare import prepare, run_kernel
    from sim.dispatch.reference import run_reference

    for case, plain in (("city-dispatch", False), ("city-dispatch-nearest", True)):
        district, policy = city(plain=plain)
        horizon_s = days * DAY_S
        demand = draw_demand(district, horizon_s=horizon_s, seed=options.seed or 1)
        ready = prepare(district, policy, demand, horizon_s)
        run_kernel(ready)  # compiles
        run_reference(ready)  # grows the twin's trees
        ours_s, ours = _fastest(ready, run_kernel, RUNS * 10)
        theirs_s, theirs = _fastest(ready, run_reference, 1)
        events = _events(ours)
        yield Row(
            SUITE, case, "events_per_s", events / ours_s, "1/s", events / theirs_s,
            "SimPy twin, same run", theirs_s / ours_s,
        )  # fmt: skip
        yield Row(
            SUITE, case, "log_differences", float(_differences(ours, theirs)), "entries", 0.0,
            "SimPy twin, same run",
        )  # fmt: skip
        yield Row(SUITE, case, "incidents", float(len(demand.incidents)), "count")


def streets_to_close(network: RoadNetwork, count: int) -> list[NDArray[np.int64]]:
    """Draw streets that can be closed together while every place reaches every other.

    Parameters
    ----------
    network
        Strongly connected.
    count
        How many streets; both directions of one count once.

    Returns
    -------
    list of int64 arrays
        The edges of each street.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    open_edge = np.ones(network.n_edges, np.bool_)
    found: list[NDArray[np.int64]] = []
    for street in np.random.default_rng(5).permutation(np.unique(network.street)):
        kept = open_edge & (network.street != street)
        ways = (np.ones(int(kept.sum())), (network.tail[kept], network.head[kept]))
        graph = csr_array(ways, shape=(network.n_nodes, network.n_nodes))
        if connected_components(graph, connection="strong")[0] == 1:
            found.append(np.flatnonzero(open_edge & ~kept))
            open_edge = kept
        if len(found) == count:
            break
    return found


def closure_rows(options: Options, *, days: float = 7.0) -> Iterator[Row]:
    """Give the rows of ``city-dispatch-closures``."""
    from sim.dispatch import StreetTravel, TimedClosure, draw_demand
    from sim.dispatch.prepare import prepare, run_kernel

    district, policy = city()
    horizon_s = days * DAY_S
    demand = draw_demand(district, horizon_s=horizon_s, seed=options.seed or 1)
    travel = district.travel
    assert isinstance(travel, StreetTravel)  # noqa: S101 - made above
    streets = streets_to_close(travel.network, CLOSED_STREETS)
    begin, end = 2.5 / 7 * horizon_s, 4.5 / 7 * horizon_s
    apart = (end - begin) / 2 / len(streets)
    plans = {
        "": (),
        "city-dispatch-closures": (TimedClosure(np.concatenate(streets), begin, end),),
        "city-dispatch-closures-singly": tuple(
            TimedClosure(edges, begin + k * apart, end - (len(streets) - k) * apart)
            for k, edges in enumerate(streets)
        ),
    }
    ready = {
        case: prepare(replace(district, closures=closures), policy, demand, horizon_s)
        for case, closures in plans.items()
    }
    run_kernel(prepare(replace(district), policy, demand, horizon_s))  # compiles
    first = {case: _processor_s(run) for case, run in ready.items()}
    seconds = dict(first)
    for _ in range(RUNS * 10):  # in turns, so that all meet the same machine
        for case, run in ready.items():
            seconds[case] = min(seconds[case], _processor_s(run))
    for case in list(plans)[1:]:
        ratio = seconds[case] / seconds[""]
        yield Row(
            SUITE, case, "slowdown", 100.0 * (ratio - 1.0), "%", SLOWDOWN_PERCENT, "bound",
            (1.0 + SLOWDOWN_PERCENT / 100.0) / ratio,
        )  # fmt: skip
        yield Row(
            SUITE, case, "first_run", first[case], "s", first[""], "without closures",
            first[""] / first[case],
        )  # fmt: skip
        changes = len(ready[case].setting.closures.change_s)
        yield Row(SUITE, case, "changes", float(changes), "count")


def million_rows(options: Options, *, incidents: int = 1_000_000) -> Iterator[Row]:
    """Give the rows of ``million-incidents``, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.des_dispatch", str(incidents)]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, str(options.seed or 1)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for metric, unit in (
        ("incidents", "count"), ("seconds", "s"), ("events_per_s", "1/s"),
        ("draw_seconds", "s"), ("table_seconds", "s"), ("peak_memory_gb", "GB"),
    ):  # fmt: skip
        reference = 2.0 if metric == "peak_memory_gb" else None
        source = "bound" if reference else ""
        ratio = reference / found[metric] if reference else None
        yield Row(SUITE, "million-incidents", metric, found[metric], unit, reference, source, ratio)


def run_million(incidents: int, seed: int) -> dict[str, float]:
    """Simulate so many incidents in one run and measure this process.

    Returns
    -------
    dict
        incidents, seconds, events_per_s, draw_seconds, table_seconds, peak_memory_gb (1e9 bytes).
    """
    import resource

    from sim.dispatch import draw_demand, simulate

    district, policy = city()
    warm = draw_demand(district, horizon_s=DAY_S, seed=seed)
    simulate(district, policy, warm, horizon_s=DAY_S)
    horizon_s = incidents / INCIDENTS_PER_H * 3600.0
    begin = perf_counter()
    demand = draw_demand(district, horizon_s=horizon_s, seed=seed)
    drawn = perf_counter()
    log = simulate(district, policy, demand, horizon_s=horizon_s)
    ran = perf_counter()
    responses = log.responses
    table = perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "incidents": float(responses["incident"].nunique()),
        "seconds": ran - drawn,
        "events_per_s": _events(log) / (ran - drawn),
        "draw_seconds": drawn - begin,
        "table_seconds": table - ran,
        "peak_memory_gb": peak / 1e9,
    }


def _events(log: Log) -> int:
    return len(log.interval_columns.unit) + len(log.demand.incidents)


def _processor_s(ready: Prepared) -> float:
    """Processor seconds of one run on the kernel."""
    from sim.dispatch.prepare import run_kernel

    begin = process_time()
    run_kernel(ready)
    return process_time() - begin


def _fastest(ready: Any, run: Any, runs: int) -> tuple[float, Log]:  # noqa: ANN401
    """Seconds of the fastest of several equal runs, and its Log."""
    best = math.inf
    for _ in range(runs):
        begin = perf_counter()
        log = run(ready)
        best = min(best, perf_counter() - begin)
    return best, log


def _differences(one: Log, two: Log) -> int:
    """Entries of two Logs that are not the same to the last bit."""
    count = 0
    for a, b in (
        (one.response_columns, two.response_columns),
        (one.interval_columns, two.interval_columns),
    ):
        for one_column, other_column in zip(a, b, strict=True):
            x, y = np.asarray(one_column, float), np.asarray(other_column, float)
            if len(x) != len(y):
                return max(len(x), len(y))
            same = np.isclose(x, y, rtol=0.0, atol=0.0, equal_nan=True)
            count += int(np.count_nonzero(~same))
    return count


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run_million(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
