"""Case ``city-cleaning`` of the suite ``des``: street cleaning, the kernel beside its SimPy twin.

A district of 4,000 pieces of street (some 400 km of kerb), twelve sweepers and three watering
trucks that each do their part of it every night or day, two dumps, rain and storms, parked cars,
breakdowns and shifts that end: 28 days. Both engines get the same arrays; times are of the
processor. The rows, the hours, and what lies on every piece at the end must be equal.

Making the arrays is outside of the times. Ours is the best of several runs, as it is too short for
one; the twin's is one run of many seconds.
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from benchmarks.suite import Options
    from sim.cleaning import Roads, Routes
    from sim.cleaning.layout import Course, World

__all__ = ["cases", "district"]

CASE = "city-cleaning"
SWEEPERS, TRUCKS = 12, 3
PIECE_M = 100.0
HOUR_S = 3600.0
SWEEP, DRIVE, DUMP, REFILL, BREAK = range(5)
RUNS = 5


def cases(options: Options, pieces: int = 4_000, days: int = 28) -> Iterator[Row]:
    """Give the rows of the case.

    Parameters
    ----------
    options
        ``seed`` names the district and its luck.
    pieces, days
        Size of the run.
    """
    from sim.cleaning import reference, run

    world = district(pieces, days, options.seed or 0)
    run.clean(world)  # compiles
    ours_s, ours = min((_timed(run.clean, world) for _ in range(RUNS)), key=_seconds)
    peer_s, peer = _timed(reference.clean, world)
    source = f"SimPy twin, one run; ours the best of {RUNS}"
    yield Row("des", CASE, "run_s", ours_s, "s", peer_s, source, peer_s / ours_s)
    yield Row("des", CASE, "rows", len(ours.rows), "count")
    yield Row("des", CASE, "differing_rows", differing(ours, peer), "count", 0, source)


def differing(one: Course, other: Course) -> int:
    """Rows of two courses that are not equal: steps, routes, hours, pieces, vehicles."""
    count = abs(one.end_ms - other.end_ms)
    for name in ("rows", "out", "clean_mm", "balance", "aboard"):
        a, b = getattr(one, name), getattr(other, name)
        if name == "balance":
            a, b = a.T, b.T
        shared = min(len(a), len(b))
        count += max(len(a), len(b)) - shared
        count += int((a[:shared] != b[:shared]).any(axis=1).sum())
    return int(count)


def district(pieces: int, days: int, seed: int) -> World:
    """Streets on a grid, in bands of one vehicle each, and everybody's routes.

    Parameters
    ----------
    pieces, days
        Size.
    seed
        Of growth, standards and parked cars, and of the replication.
    """
    from sim import Exponential, Fixed, Lognormal
    from sim.cleaning import Facilities, Pieces, Rules, Vehicles, Weather
    from sim.cleaning.prepare import prepare

    rng = np.random.default_rng(seed)
    hour = np.arange(168) % 24
    day_like = 0.4 + 1.2 * ((hour >= 7) & (hour < 22))
    market = day_like + 2.0 * ((hour >= 6) & (hour < 11))
    given = Pieces(
        np.full(pieces, PIECE_M),
        rng.choice([0.2, 0.5, 1.2], pieces),
        rng.choice([8.0, 15.0, 30.0], pieces),
        start_g_m=np.full(pieces, 5.0),
        edge=np.arange(pieces),
        street_class=rng.integers(0, 4, pieces),
        area=np.arange(pieces) * 8 // pieces,
        profile=(rng.random(pieces) < 0.1).astype(int),
        hour_factor=np.stack([day_like, market]),
        parked=rng.integers(0, 2, pieces),
        parked_share=np.stack([np.where(hour < 7, 0.5, 0.2), np.full(168, 0.05)]),
    )
    facilities = Facilities(
        np.array([0, 3, 2, 2]),
        np.array([False, True, True, False]),
        np.array([False, True, False, True]),
        Lognormal(480.0, 0.4),
        Fixed(240.0),
        np.stack([np.ones(168, bool)] * 2 + [(hour < 12) | (hour >= 20)] + [np.ones(168, bool)]),
    )
    sweeps = np.arange(SWEEPERS + TRUCKS) < SWEEPERS
    vehicles = Vehicles(
        np.zeros(len(sweeps), int),
        np.where(sweeps, 400.0, np.nan),
        np.where(sweeps, 1800.0, 8000.0),
        np.where(sweeps, 60.0, 600.0),
        slow_removes=np.where(sweeps, 0.85, 0.2),
        fast_removes=np.where(sweeps, 0.55, 0.1),
        up_h=np.full(len(sweeps), 60.0),
        repair_s=Exponential(2700.0),
    )
    weather = Weather(rain=0.3, storm=0.05, season=np.linspace(1.0, 1.6, days))
    roads, routes = _roads(pieces), _routes(pieces, days, sweeps)
    return prepare(
        given, facilities, vehicles, roads, routes, days, seed,
        weather, Rules(), 0, keep_dirt=False,
    )  # fmt: skip


def _roads(pieces: int) -> Roads:
    from sim.cleaning import Roads, Ways

    side = int(np.ceil(np.sqrt(pieces)))
    at = np.stack([np.arange(pieces) % side, np.arange(pieces) // side], axis=1) * PIECE_M
    places = np.array([[0.5, 0.5], [0.1, 0.1], [0.9, 0.8], [0.2, 0.9]]) * side * PIECE_M
    slowness = np.array([1.0, 1.4])[:, None, None] / (30 / 3.6)

    def ways(a: NDArray[np.floating], b: NDArray[np.floating]) -> Ways:
        metres = np.abs(a[:, None] - b[None]).sum(axis=2).astype(np.float64)
        return Ways(metres * slowness, metres)

    hour = np.arange(168) % 24
    return Roads(
        np.full((2, pieces), PIECE_M) * slowness[:, :, 0],
        np.full(pieces, PIECE_M),
        ways(at, places),
        ways(places, at),
        ways(places, places),
        ((hour >= 7) & (hour < 20)).astype(int),
    )


def _routes(pieces: int, days: int, sweeps: NDArray[np.bool_]) -> Routes:
    """Everybody's part, day after day: sweepers by night, trucks on every third piece by day."""
    from sim.cleaning import Routes

    many, trucks = int(sweeps.sum()), int((~sweeps).sum())
    parts = [
        *np.array_split(np.arange(pieces), many),
        *(part[::3] for part in np.array_split(np.arange(pieces), trucks)),
    ]
    kind: list[int] = []
    target: list[int] = []
    legs: list[list[int]] = []
    first = [0]
    for v, part in enumerate(parts):
        for _ in range(days):
            for i, piece in enumerate(part.tolist()):
                back = 1 + i % 2  # edges on the way to the next piece
                kind += [DRIVE, SWEEP]
                target += [-1, piece]
                legs += [[(piece - k) % pieces for k in range(back, 0, -1)], []]
                if i == len(part) // 2:
                    kind += [BREAK, DRIVE, DUMP if sweeps[v] else REFILL, DRIVE]
                    target += [-1, -1, 1, -1]
                    legs += [[], [piece] * 20, [], [piece] * 20]
            kind.append(DRIVE)
            target.append(-1)
            legs.append([int(part[-1])] * 25)
            first.append(len(kind))
    kinds = np.array(kind)
    per_day = np.repeat(sweeps, days)
    whose = np.repeat(np.arange(len(parts)), days)
    return Routes(
        whose,
        np.tile(np.arange(days), len(parts)),
        np.where(per_day, 21.0, 9.0) * HOUR_S,
        np.full(len(whose), 8.0 * HOUR_S),
        np.array(first),
        kinds,
        np.array(target),
        np.r_[0, np.cumsum([len(leg) for leg in legs])],
        np.array([edge for leg in legs for edge in leg]),
        np.where(kinds == SWEEP, np.repeat(np.where(per_day, 8.0, 12.0), np.diff(first)), np.nan),
        np.where(kinds == BREAK, 3.0 * HOUR_S, 0.0),
        np.where(kinds == BREAK, 1800.0, 0.0),
    )


def _timed(clean: Callable[[World], Course], world: World) -> tuple[float, Course]:
    began = process_time()
    course = clean(world)
    return process_time() - began, course


def _seconds(run: tuple[float, Course]) -> float:
    return run[0]
