"""Placement cases on tables of distances that real places have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.location_instances import Case, known_value
from networks import InputError
from optimize.location import Coverage, ExpectedCover, MaxCover, PCenter, PMedian, SetCover

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from optimize.location import Problem

__all__ = ["sf_cases", "street_cover_cases", "utrecht_cases"]

EARTH_M = 6_378_137.0
"""With this radius, and no other, every published plan has its published value."""
SF_LIMIT_M = 5000.0
SF_SITES = 4
UTRECHT_LIMIT_MIN = 12.0
UTRECHT_BUSY = 0.6


# ---- maximal cover of streets: points with demands, and plans beside them


def street_cover_cases(path: Path, references: Mapping[tuple[str, str], float]) -> Iterator[Case]:
    """Maximal covers of points, each with the number and the radius of a plan beside it.

    Raises
    ------
    InputError
        If there is no such plan, or a plan does not have the value that it states.
    """
    lat, lon, demand = _street_points(path)
    plans = sorted(path.parent.glob(f"{path.stem}_*_*.txt"), key=_numbers)
    if not plans:
        raise InputError(f"there is no plan {path.stem}_p_radius.txt beside it")
    for place in plans:
        p, radius = _numbers(place)
        coverage = _street_coverage(lat, lon, float(radius))
        stated, sites = _plan(place)
        chosen = np.zeros(len(lat), dtype=np.bool_)
        chosen[sites] = True
        seen = np.zeros(len(lat), dtype=np.bool_)
        row = np.repeat(np.arange(len(lat)), np.diff(coverage.indptr))
        seen[row[chosen[coverage.site]]] = True
        if float(demand[seen].sum()) != stated:
            raise InputError(f"{place.name}: the plan covers {demand[seen].sum()}, not {stated}")
        known, source = known_value(references, "mclp", place.stem)
        if known is None:
            known, source = stated, place.name

        def problem(coverage: Coverage = coverage, p: int = p) -> Problem:
            return MaxCover(coverage, demand, p)

        yield Case(place.stem, "mclp", problem, known, source)


def _numbers(place: Path) -> tuple[int, int]:
    match = re.search(r"_(\d+)_(\d+)$", place.stem)
    return (int(match.group(1)), int(match.group(2))) if match else (0, 0)


def _street_points(
    path: Path,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    text = path.read_text(encoding="utf-8")
    try:
        body = text.split("NODE_COORD_SECTION", 1)[1].split("EOF", 1)[0]
        places, amounts = body.split("DEMAND_SECTION", 1)
        points = np.array(places.split(), dtype=np.float64).reshape(-1, 2)
        demand = np.array(amounts.split(), dtype=np.float64)
    except (IndexError, ValueError):
        raise InputError("its points or demands cannot be read") from None
    if len(points) != len(demand):
        raise InputError(f"it has {len(points)} points and {len(demand)} demands")
    return points[:, 0], points[:, 1], demand


@lru_cache(2)
def _cached_coverage(key: bytes, n: int, radius: float) -> Coverage:
    points = np.frombuffer(key, dtype=np.float64).reshape(2, n)
    lat, lon = np.radians(points)
    blocks = []
    for start in range(0, n, 512):
        part = slice(start, start + 512)
        north = np.sin((lat[part, None] - lat) / 2) ** 2
        east = np.sin((lon[part, None] - lon) / 2) ** 2
        chord = north + np.cos(lat[part, None]) * np.cos(lat) * east
        blocks.append(2 * EARTH_M * np.arcsin(np.sqrt(chord)))
    return Coverage.from_blocks(blocks, radius)


def _street_coverage(lat: NDArray[np.float64], lon: NDArray[np.float64], radius: float) -> Coverage:
    return _cached_coverage(np.stack([lat, lon]).tobytes(), len(lat), radius)


def _plan(place: Path) -> tuple[float, NDArray[np.int64]]:
    words = place.read_text(encoding="utf-8").split()
    return float(words[1]), np.array(words[3:], dtype=np.int64)


# ---- San Francisco: stores and census tracts


def sf_cases(path: Path) -> Iterator[Case]:
    """Ask the four classical questions on the distances of pysal/spopt's example."""
    import pandas as pd

    table = pd.read_csv(path)
    distance = table.pivot_table(index="DestinationName", columns="name", values="distance")
    people = table.groupby("DestinationName")["demand"].first().loc[distance.index]
    cost, weight = distance.to_numpy(np.float64), people.to_numpy(np.float64)
    if np.isnan(cost).any():
        raise InputError("a distance is missing", file=path)
    near = Coverage.within(cost, SF_LIMIT_M)
    stem = f"SF-{len(cost)}x{cost.shape[1]}"
    for name, problem in (
        ("setcover-5000m", SetCover(near)),
        (f"mclp-5000m-p{SF_SITES}", MaxCover(near, weight, SF_SITES)),
        (f"pmedian-p{SF_SITES}", PMedian(cost, weight, SF_SITES)),
        (f"pcenter-p{SF_SITES}", PCenter(cost, SF_SITES)),
    ):

        def build(problem: Problem = problem) -> Problem:
            return problem

        yield Case(f"{stem}-{name}", "sf", build)


# ---- Utrecht: expected cover by ambulances


def utrecht_cases(path: Path) -> Iterator[Case]:
    """Cover postcodes in expectation by as many units as the published deployments have.

    The known value is the published deployment's, reckoned here.
    """
    import pandas as pd

    folder = path.parent
    nodes = pd.read_csv(path)
    times = pd.read_csv(next(folder.glob("siren_driving_matrix*.csv")), index_col=0)
    times.columns = times.columns.astype(np.int64)
    bases = _column(next(folder.glob("*base_locations*.csv")))
    minutes = times.loc[nodes["postal code"], bases].to_numpy(np.float64)
    weight = nodes["inhabitants"].to_numpy(np.float64)
    coverage = Coverage.within(minutes, UTRECHT_LIMIT_MIN)
    for place in sorted(folder.glob("Base_Locations_*MEXCLP*.csv")):
        deployed = _column(place, 1)
        units = len(deployed)
        reach = (times.loc[nodes["postal code"], deployed] <= UTRECHT_LIMIT_MIN).sum(axis=1)
        known = float(weight @ (1.0 - UTRECHT_BUSY ** reach.to_numpy(np.float64)))

        def problem(units: int = units) -> Problem:
            return ExpectedCover(coverage, weight, units, UTRECHT_BUSY)

        source = f"deployment in {place.name}"
        yield Case(f"utrecht-mexclp-{units}", "mexclp", problem, known, source)


def _column(path: Path, column: int = 0) -> NDArray[np.int64]:
    import pandas as pd

    table = pd.read_csv(path, encoding="utf-8-sig")
    return table.iloc[:, column].to_numpy(np.int64)
