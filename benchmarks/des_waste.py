"""Case ``city-waste`` of the suite ``des``: household waste, the kernel beside its SimPy twin.

A city of 5,000 collection points with stands of four streams each (20,000), 60 trucks that serve
every stand every other day, three transfer stations with compactors, containers and
six haulers each to an incinerator, a kitchen waste plant, a recycler and a landfill, building waste
by order, deliveries of others, breakdowns, outages and a ban of trucks in the morning peak: 30
days. Both engines get the same arrays; times are of the processor. Every number must be equal.

Ours has the draw of what comes to the stands in its time, as every replication must draw anew, and
is the best of several runs; the twin, one run of minutes, has it not. A row tells what 30
replications take on two threads from beginning to end, arrays included.
"""

from __future__ import annotations

from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from benchmarks.suite import Options
    from sim.waste import Facilities, Roads, Routes, Stands
    from sim.waste.layout import Course, World

__all__ = ["cases", "city"]

T = TypeVar("T")
CASE = "city-waste"
STREAMS = 4
TRUCKS = (10, 15, 5, 30)  # by stream
STATIONS = (1, 2, 3)  # facilities; 0 is the depot
PLANTS = (4, 5, 6, 7)  # incinerator, kitchen waste plant, recycler, landfill
INCINERATOR, KITCHEN, RECYCLER, LANDFILL = PLANTS
KITCHEN_WASTE, RECYCLABLE, HAZARDOUS, OTHER, BUILDING = range(5)
HOUR_S = 3600.0
SIDE_M = 8_000.0
RUNS = 3
REPLICATIONS = 30


def cases(
    options: Options, points: int = 5_000, days: int = 30, replications: int = REPLICATIONS
) -> Iterator[Row]:
    """Give the rows of the case.

    Parameters
    ----------
    options
        ``seed`` names the city and its luck.
    points, days
        Size of the run.
    replications
        Replications that two threads do.
    """
    from sim.replicate import replicate
    from sim.waste import reference, run

    parts = city(points, days, options.seed or 0)
    run.collect(prepared(parts, 0))  # compiles
    ours_s, drawn_s, ours = min((_ours(parts) for _ in range(RUNS)), key=_seconds)
    world = prepared(parts, 0)
    peer_s, peer = _timed(lambda: reference.collect(world))
    source = f"SimPy twin, one run; ours the best of {RUNS}, its draw of the filling included"
    yield Row("des", CASE, "run_s", ours_s, "s", peer_s, source, peer_s / ours_s)
    yield Row("des", CASE, "draw_s", drawn_s, "s")
    yield Row("des", CASE, "rows", len(ours.rows), "count")
    yield Row("des", CASE, "differing_rows", differing(ours, peer), "count", 0, source)
    began, worked = perf_counter(), process_time()
    done = replicate(lambda seed: _tonnes(parts, seed), reps=replications, workers=2)
    many, threads = f"replications_{replications}", "2 threads, arrays included"
    yield Row("des", CASE, f"{many}_s", perf_counter() - began, "s", None, f"wall, {threads}")
    yield Row("des", CASE, f"{many}_cpu_s", process_time() - worked, "s", None, threads)
    yield Row("des", CASE, "replications", len(done.results), "count", replications)


def differing(one: Course, other: Course) -> int:
    """Rows of two courses that are not equal, of all their tables.

    Parameters
    ----------
    one, other
        What two engines gave.
    """
    count = abs(one.end_ms - other.end_ms)
    for name in one._fields:
        if name == "end_ms":
            continue
        a, b = getattr(one, name), getattr(other, name)
        shared = min(len(a), len(b))
        count += max(len(a), len(b)) - shared
        unequal = (a[:shared] != b[:shared]).reshape(shared, -1)
        count += int(unequal.any(axis=1).sum())
    return int(count)


def prepared(parts: dict[str, Any], seed: int) -> World:
    """Arrays of a city for one replication.

    Parameters
    ----------
    parts
        As `city` gives them.
    seed
        Of the replication.
    """
    from sim.waste.prepare import prepare

    return prepare(**parts, seed=seed)


def city(points: int, days: int, seed: int) -> dict[str, Any]:
    """Arguments of `sim.waste.prepare.prepare`, but for the seed of the replication.

    Parameters
    ----------
    points, days
        Size.
    seed
        Of places, numbers of bins, and rates.
    """
    from sim import Exponential, Gamma
    from sim.waste import Deliveries, Filling, Haulers, Orders, Outages, Source, Trucks

    rng = np.random.default_rng(seed)
    at = rng.random((points, 2)) * SIDE_M
    sites = np.array([[0.5, 0.4], [0.2, 0.2], [0.8, 0.3], [0.5, 0.9],
                      [1.6, 0.2], [1.4, 0.8], [0.9, 1.5], [-0.8, 0.5]]) * SIDE_M  # fmt: skip
    hour = np.arange(168) % 24
    litres_h = np.tile([3.0, 6.0, 0.2, 8.0], points) * rng.gamma(4.0, 0.25, STREAMS * points)
    day = 0.2 + 1.2 * ((hour >= 7) & (hour < 22)) + 0.8 * ((hour >= 18) & (hour < 21))
    of_stream = np.repeat(np.arange(STREAMS), TRUCKS)
    sizes = np.array([[4000.0, 9000.0, 1.5], [3000.0, 14_000.0, 3.0],
                      [1500.0, 8000.0, 1.0], [6000.0, 14_000.0, 3.0]])[of_stream]  # fmt: skip
    stations = np.repeat(STATIONS, 6)
    trucks: dict[str, Any] = {"depot": 0, "up_h": 120.0, "repair_s": Exponential(2700.0)}
    haulers: dict[str, Any] = {
        "allowed": np.stack([(hour < 7) | (hour >= 9)] * 18 + [(hour >= 20) | (hour < 6)] * 6),
        "load_s": Gamma(900.0, 0.3), "up_h": 200.0, "repair_s": Exponential(3600.0),
    }  # fmt: skip
    filling: dict[str, Any] = {"hour_factor": day[None], "deposit_l": 4.0, "deposit_cv": 0.8}
    outages: dict[str, Any] = {
        "facility": INCINERATOR, "begin_s": 9 * 86_400.0, "end_s": 10 * 86_400.0, "up_h": 300.0,
    }  # fmt: skip
    sites_of = rng.integers(0, points, 40).tolist()
    by_hour = np.where(hour >= 6, 3.0, 0.0)
    return {
        "stands": _stands(points, rng),
        "facilities": _facilities(points),
        "trucks": Trucks(
            of_stream, kg=sizes[:, 0], litres=sizes[:, 1], compaction=sizes[:, 2], **trucks
        ),
        "haulers": Haulers(np.r_[stations, -np.ones(6)], np.r_[stations, np.zeros(6)], **haulers),
        "roads": _roads(np.concatenate([at, sites])),
        "routes": _routes(at, days, of_stream),
        "filling": Filling(litres_h, **filling),
        "orders": Orders(
            sources=[
                Source(at, BUILDING, np.full(168, 0.02), Gamma(30_000.0, 0.5)) for at in sites_of
            ]
        ),
        "deliveries": Deliveries(
            sources=[
                Source(f, OTHER, by_hour, Gamma(4000.0, 0.3)) for f in (*STATIONS, INCINERATOR)
            ]
        ),
        "outages": Outages(**outages),
        "days": days,
    }


def _stands(points: int, rng: np.random.Generator) -> Stands:
    from sim.waste import Stands

    bins = np.maximum(1, rng.poisson(np.tile([1.0, 2.0, 0.0, 2.0], points)))
    seconds: dict[str, Any] = {"stop_s": 25.0, "bin_s": 12.0}
    return Stands(
        np.repeat(np.arange(points), STREAMS),
        np.tile(np.arange(STREAMS), points),
        bins,
        np.tile([120.0, 240.0, 60.0, 240.0], points),
        density_kg_l=np.tile([0.5, 0.06, 0.15, 0.15], points),
        kind=np.repeat((rng.random(points) < 0.15).astype(int), STREAMS),
        area=np.repeat(np.arange(points) * 8 // points, STREAMS),
        **seconds,
    )


def _facilities(points: int) -> Facilities:
    from sim import Gamma
    from sim.waste import Facilities

    hour = np.arange(168) % 24
    accepts = np.zeros((8, 5), bool)
    for facility in STATIONS:
        accepts[facility, [KITCHEN_WASTE, RECYCLABLE, HAZARDOUS, OTHER]] = True
    accepts[INCINERATOR, [OTHER, HAZARDOUS]] = True
    accepts[KITCHEN, KITCHEN_WASTE] = True
    accepts[RECYCLER, [RECYCLABLE, BUILDING]] = True
    accepts[LANDFILL, [OTHER, BUILDING]] = True
    intake = np.full((8, 5), np.nan)
    intake[INCINERATOR, OTHER] = 900_000.0
    opens = np.ones((8, 168), bool)
    opens[[1, 2, 3]] = (hour >= 4) & (hour < 23)
    opens[LANDFILL] = (hour >= 6) & (hour < 20)
    given: dict[str, Any] = {
        "bays": [0, 4, 4, 4, 5, 3, 3, 3], "tip_s": Gamma(480.0, 0.4), "open_hours": opens,
        "intake_kg": intake, "compactors": np.where(np.isin(np.arange(8), STATIONS), 2, 0),
        "press_kg_h": 45_000.0, "pit_kg": 80_000.0, "buffer": 6,
    }  # fmt: skip
    return Facilities(points + np.arange(8), accepts, **given)


def _roads(at: NDArray[np.float64]) -> Roads:
    """Ways on a grid of streets, slow by day, and none into a centre in the morning peak."""
    from sim.waste import Roads

    metres = np.abs(at[:, None] - at[None]).sum(axis=2).astype(np.float32)
    hour = np.arange(168) % 24
    peak = (metres / np.float32(5.0)).astype(np.float32)
    centre = np.abs(at - SIDE_M / 2).max(axis=1) < SIDE_M / 24
    banned = centre[None] & ~centre[:, None]
    peak[banned] = np.nan
    seconds = np.stack([metres / np.float32(8.0), metres / np.float32(6.0), peak])
    period = np.where((hour >= 7) & (hour < 9), 2, np.where((hour >= 9) & (hour < 20), 1, 0))
    return Roads(seconds, metres, period)


def _routes(at: NDArray[np.float64], days: int, of_stream: NDArray[np.int64]) -> Routes:
    """Every truck its share of the points of its stream, half of it a day, with a break."""
    from sim.waste import Routes
    from sim.waste.plan import BREAK, COLLECT

    angle = np.argsort(np.arctan2(*(at - SIDE_M / 2).T))
    steps, kinds, first = [], [], [0]
    for stream, trucks in enumerate(TRUCKS):
        for part in np.array_split(angle, trucks):
            strip = at[part, 0] // 500.0
            stops = part[np.lexsort((at[part, 1] * (1 - 2 * (strip % 2)), strip))]
            for day in range(days):
                served = stops[(stops + day) % 2 == 0]
                half = len(served) // 2
                steps.append(np.insert(served * STREAMS + stream, half, -1))
                kinds.append(np.insert(np.full(len(served), COLLECT), half, BREAK))
                first.append(first[-1] + len(kinds[-1]))
    kind = np.concatenate(kinds)
    trucks = len(of_stream)
    return Routes(
        np.repeat(np.arange(trucks), days),
        np.tile(np.arange(days), trucks),
        np.repeat(5.0 + 0.5 * (np.arange(trucks) % 6), days) * HOUR_S,
        np.array(10.0 * HOUR_S),
        np.array(first),
        kind,
        np.concatenate(steps),
        earliest_s=np.where(kind == BREAK, 3.0 * HOUR_S, 0.0),
        latest_s=np.where(kind == BREAK, 5.0 * HOUR_S, np.inf),
        length_s=np.where(kind == BREAK, 1800.0, 0.0),
    )


def _ours(parts: dict[str, Any]) -> tuple[float, float, Course]:
    """Seconds of the draw and the run, of the draw alone, and the course."""
    from sim.waste import run

    world = prepared(parts, 0)
    drawn_s, _ = _timed(lambda: parts["filling"].drawn(parts["stands"], parts["days"], 0, 0))
    run_s, course = _timed(lambda: run.collect(world))
    return drawn_s + run_s, drawn_s, course


def _seconds(run: tuple[float, float, Course]) -> float:
    return run[0]


def _tonnes(parts: dict[str, Any], seed: int) -> float:
    from sim.waste import run
    from sim.waste.layout import G_TAKEN

    return float(run.collect(prepared(parts, seed)).stands[:, G_TAKEN].sum()) / 1e6


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = process_time()
    done = work()
    return process_time() - began, done
