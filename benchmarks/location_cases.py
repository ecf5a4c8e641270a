"""Placement cases that need no published instance: maximal cover on streets.

Demand points and candidate sites are junctions drawn from a network, weights are drawn too; a
point is covered where it reaches a site in time. Everything follows from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.location_instances import Case, Skipped, read_cases
from networks import InputError, read_network, synthetic_district
from optimize.location import Coverage, MaxCover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from networks import RoadNetwork

__all__ = ["StreetCover", "own_cases"]

POINTS, SITES = 20_000, 1_000
NUMBERS_OPEN = (30, 120)
MILLION = 1_000_000
MILLION_FROM_S = 300.0
"""The case of a million points runs when each case may take so long."""
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
_SITES_AT_ONCE = 32


@dataclass(frozen=True)
class StreetCover:
    """A maximal cover on the junctions of a network.

    Parameters
    ----------
    load
        Gives the network.
    points, sites
        How many demand points and candidates; all junctions where it has fewer.
    limit_s
        Travel time within which a site covers a point.
    seed
        Of the draw.
    """

    load: Callable[[], RoadNetwork]
    points: int
    sites: int
    limit_s: float
    seed: int

    @cached_property
    def network(self) -> RoadNetwork:
        """The streets."""
        return self.load()

    @cached_property
    def drawn(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Junctions of the demand points and of the sites, and weights from 1 to 99."""
        draw = np.random.default_rng(self.seed)
        n = self.network.n_nodes
        points = np.sort(draw.choice(n, min(self.points, n), replace=False))
        sites = np.sort(draw.choice(n, min(self.sites, n), replace=False))
        return points, sites, draw.integers(1, 100, len(points)).astype(np.float64)

    @cached_property
    def coverage(self) -> Coverage:
        """Who reaches which site in time; only what is covered is kept in memory."""
        points, sites, _ = self.drawn
        reached: list[NDArray[np.int32]] = []
        from_site: list[NDArray[np.int32]] = []
        for start in range(0, len(sites), _SITES_AT_ONCE):
            block = sites[start : start + _SITES_AT_ONCE]
            times = self.network.times_from_many(block, reverse=True, threads=1)
            site, point = np.nonzero(times[:, points] <= self.limit_s)
            reached.append(point.astype(np.int32))
            from_site.append((start + site).astype(np.int32))
        of_point = np.concatenate(reached)
        order = np.argsort(of_point, kind="stable")
        indptr = np.zeros(len(points) + 1, dtype=np.int64)
        np.cumsum(np.bincount(of_point, minlength=len(points)), out=indptr[1:])
        return Coverage(indptr, np.concatenate(from_site)[order], len(sites))

    def problem(self, p: int) -> MaxCover:
        """Ask for p sites."""
        return MaxCover(self.coverage, self.drawn[2], p)


def own_cases(seed: int, time_limit_s: float, points: int = POINTS) -> Iterator[Case | Skipped]:
    """Cases of a synthetic district, and of real places whose data lie beside the project.

    Parameters
    ----------
    seed
        Of the draws.
    time_limit_s
        Of each case; from 300 s on, there is one of a million points.
    points
        Demand points of the others.
    """
    district = StreetCover(lambda: _synthetic(points), points, min(SITES, points), 120.0, seed)
    yield from _covers(f"synthetic-{points}x{district.sites}", district)
    real = _BESIDE / "networks" / "auckland"
    if not real.exists():
        yield Skipped("auckland", "the data is absent")
    else:
        streets = StreetCover(lambda: read_network(real), points, min(SITES, points), 300.0, seed)
        yield from _covers(f"auckland-{points}x{streets.sites}", streets)
    for name in ("elaspy", "placement/spopt_sf"):
        if not (_BESIDE / name).is_dir():
            yield Skipped(name, "the data is absent")
            continue
        for case in read_cases(_BESIDE / name, {}):
            if isinstance(case, Case):
                yield case
    if time_limit_s >= MILLION_FROM_S:
        large = StreetCover(lambda: _synthetic(MILLION), MILLION, SITES, 600.0, seed)
        yield from _covers(f"synthetic-1m-x{SITES}", large, numbers=(NUMBERS_OPEN[1],))


def _synthetic(points: int) -> RoadNetwork:
    # a few percent more than asked for, so that there are as many junctions as points
    return synthetic_district(max(500, int(1.05 * points)), 0)


def _covers(
    name: str, streets: StreetCover, numbers: tuple[int, ...] = NUMBERS_OPEN
) -> Iterator[Case]:
    for p in numbers:
        if p > streets.sites:
            raise InputError(f"{name}: there are fewer than {p} sites")

        def problem(p: int = p) -> MaxCover:
            return streets.problem(p)

        yield Case(f"{name}-mclp-p{p}", "cover", problem)
