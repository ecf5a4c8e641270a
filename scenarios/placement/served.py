"""Travel of a question, who covers whom, and whom the model can serve at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.placement.problem import COVER_MODELS, cover_share, reach_limits
from scenarios.placement.times import travel_blocks, travel_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.location import Coverage
    from scenarios.placement.placed import Placed
    from scenarios.placement.schema import PlacementSpec
    from scenarios.placement.times import Measure

__all__ = ["MOST_CELLS", "Asked", "measure_of", "own_limits", "reach", "reachable", "rows_of"]

MOST_CELLS = 60_000_000
"""Numbers of a table of travel that is kept whole: 480 MB."""


@dataclass(frozen=True)
class Asked:
    """How travel is counted.

    Parameters
    ----------
    measure
        "min" or "m".
    from_site
        Whether somebody comes from the site.
    at
        Moment of the week of departure, None for free flow.
    """

    measure: Measure
    from_site: bool = False
    at: str | None = None

    def options(self) -> dict[str, Any]:
        """As keywords of `travel_table`."""
        return {"measure": self.measure, "from_site": self.from_site, "at": self.at}


def measure_of(spec: PlacementSpec) -> Measure:
    """Tell what travel is counted in, by the keys that are given: minutes where none says."""
    keys = ("within", "farthest", "decay_to", "penalty")
    in_metres = any(getattr(spec, f"{key}_m") is not None for key in keys)
    in_metres |= any(level.within_m is not None for level in spec.levels)
    in_metres |= bool(spec.kind_spacing_m)
    in_minutes = any(getattr(spec, f"{key}_min") is not None for key in keys)
    in_minutes |= any(level.within_min is not None for level in spec.levels)
    if in_metres or (spec.model == "two-echelon" and not in_minutes):
        return "m"
    return "min"


def own_limits(spec: PlacementSpec, points: pd.DataFrame) -> NDArray[np.float64] | None:
    """Half the spacing of its street's kind, for each point on a street that has one; metres.

    With sites so far apart no point between two of them is farther from one than half of it.
    """
    if not spec.street_kinds:
        return None
    by_class = {
        word: spec.kind_spacing_m[kind] / 2.0
        for kind, words in spec.street_kinds.items()
        if kind in spec.kind_spacing_m
        for word in words
    }
    found = [by_class.get(word, np.nan) for word in points["street_class"]]
    return np.array(found, dtype=np.float64)


def reach(
    network: RoadNetwork, spec: PlacementSpec, points: Placed, sites: Placed, asked: Asked
) -> tuple[NDArray[np.float64] | None, Coverage | None]:
    """Reckon travel, and who covers whom.

    Returns
    -------
    tuple
        The table of travel, None where it would be too large; coverage, None without a radius.

    Raises
    ------
    InputError
        If the table would be too large and the model cannot do without it.
    """
    from optimize.location import Coverage

    limits = reach_limits(spec, asked.measure)
    own = own_limits(spec, points.table)
    decay = getattr(spec, f"decay_to_{asked.measure}")
    cells = len(points.at) * len(sites.at)
    has_cover = bool(limits) or own is not None
    plain = len(limits) <= 1 and decay is None
    if cells > MOST_CELLS:
        if spec.model not in COVER_MODELS or not has_cover or not plain:
            raise InputError(
                f"{len(points.at):,} demand points and {len(sites.at):,} candidates make a table "
                f"of {cells * 8 / 1e9:.1f} GB",
                place="demand.grid_m",
                mend="gather demand in larger squares, or ask for a plain cover within a radius",
            )
        blocks = _masked(
            travel_blocks(network, points.at, sites.at, **asked.options()), points, sites
        )
        if own is None:
            return None, Coverage.from_blocks(blocks, limits[0][0])
        last = np.where(np.isnan(own), limits[0][0] if limits else 0.0, own)
        return None, Coverage.from_blocks(_in_radii(blocks, last), 1.0)
    travel = travel_table(network, points.at, sites.at, **asked.options())
    travel = next(_masked(iter([travel]), points, sites))
    farthest = getattr(spec, f"farthest_{asked.measure}")
    if farthest is not None:
        travel[travel > farthest] = np.inf
    if not has_cover:
        return travel, None
    if plain and own is None:
        return travel, Coverage.within(travel, limits[0][0])
    share = cover_share(travel, limits, decay, own)
    if np.isin(share, (0.0, 1.0)).all():
        return travel, Coverage.within(1.0 - share, 0.0)
    return travel, Coverage.decaying(share, lambda block: block)


def _masked(
    blocks: Iterator[NDArray[np.float64]], points: Placed, sites: Placed
) -> Iterator[NDArray[np.float64]]:
    """Travel that leads nowhere between different time slots."""
    point_slot = points.table["slot"].to_numpy(dtype=object)
    site_slot = sites.table["slot"].to_numpy(dtype=object)
    row = 0
    for block in blocks:
        here = point_slot[row : row + len(block)]
        row += len(block)
        yield np.where(here[:, None] == site_slot[None, :], block, np.inf)


def _in_radii(
    blocks: Iterator[NDArray[np.float64]], radius: NDArray[np.float64]
) -> Iterator[NDArray[np.float64]]:
    """Travel as a multiple of each point's own radius."""
    row = 0
    for block in blocks:
        yield block / radius[row : row + len(block), None]
        row += len(block)


def reachable(
    spec: PlacementSpec,
    n_points: int,
    travel: NDArray[np.float64] | None,
    coverage: Coverage | None,
) -> NDArray[np.object_]:
    """Why the model cannot serve a point, "" where it can; text[n]."""
    reasons = np.full(n_points, "", dtype=object)
    if spec.model == "set-cover" and coverage is not None:
        few = np.diff(coverage.indptr) < spec.backup
        need = "no candidate" if spec.backup == 1 else f"fewer than {spec.backup} candidates"
        reasons[few] = f"{need} within {_radius_words(spec)}"
    elif travel is not None and spec.model not in COVER_MODELS | {"dispersion"}:
        there = np.isfinite(travel)
        lost = ~there.any(axis=1)
        words = "no candidate can be reached"
        if spec.model == "reliable-median":
            lost, words = ~there.all(axis=1), "not every candidate can be reached"
        if spec.farthest_m is not None or spec.farthest_min is not None:
            unit = "m" if spec.farthest_m is not None else "min"
            words = f"no candidate within {spec.farthest_m or spec.farthest_min:g} {unit}"
        if not (spec.model == "two-echelon" and spec.direct):
            reasons[lost] = words
    return reasons


def _radius_words(spec: PlacementSpec) -> str:
    for unit in ("m", "min"):
        limits = reach_limits(spec, unit)
        if limits:
            return f"{limits[-1][0]:g} {unit}"
    return "the spacing of its street"


def rows_of(coverage: Coverage, rows: NDArray[np.int64]) -> Coverage:
    """Coverage of some of the points."""
    from optimize.location import Coverage

    count = np.diff(coverage.indptr)
    keep = np.zeros(coverage.n_points, dtype=np.bool_)
    keep[rows] = True
    entries = np.repeat(keep, count)
    indptr = np.concatenate([[0], np.cumsum(count[rows])]).astype(np.int64)
    share = None if coverage.share is None else coverage.share[entries]
    return Coverage(indptr, coverage.site[entries], coverage.n_sites, share)
