"""Demand, sites and plants placed on the streets, each as a table with its positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.misplaced import mend_for
from scenarios.placement.places import read_zones

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from networks import Positions, RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.placement.candidates import SiteRow
    from scenarios.placement.demand import Wanted
    from scenarios.placement.schema import PlantSpec, SizeSpec, SlotSpec
    from scenarios.toml_lines import KeyPath
    from sim.dispatch.model import Area

__all__ = [
    "Placed",
    "clear_sizes",
    "in_slots",
    "largest_sizes",
    "left_out_rows",
    "place_plants",
    "place_points",
    "place_sites",
]


@dataclass(frozen=True, eq=False)
class Placed:
    """Rows with their positions on the streets."""

    table: pd.DataFrame
    at: Positions

    def take(self, rows: NDArray[np.int64]) -> Placed:
        """Choose some of the rows."""
        return Placed(self.table.iloc[rows].reset_index(drop=True), self.at.take(rows))


def left_out_rows(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Demand that cannot be served, in the columns of `Question.left_out`."""
    table = rows[["lon", "lat", "weight", "area", "name"]].reset_index(drop=True)
    table["reason"] = reason
    return table


# ---- demand


def place_points(
    network: RoadNetwork,
    wanted: Wanted,
    areas: Sequence[Area],
    max_snap_m: float,
    path: KeyPath,
    faults: FaultList,
) -> tuple[Placed, pd.DataFrame]:
    """Place demand on the streets.

    Parameters
    ----------
    network, wanted, areas
        The streets, the demand, and the areas that it is reported by.
    max_snap_m
        Farther from every street than this is left out.
    path, faults
        Key of the demand, and where it is noted that none of it lies near a street.

    Returns
    -------
    tuple
        The points, and what was left out.
    """
    import pandas as pd

    from sim.dispatch.places import assign_areas

    at = network.snap(wanted.lon, wanted.lat, max_snap_m)
    x, y = network.projection.to_xy(wanted.lon, wanted.lat)
    n = len(wanted.weight)
    classes = np.array([*network.class_names, ""], dtype=object)
    kind = wanted.kind if wanted.kind is not None else np.full(n, -1)
    table = pd.DataFrame(
        {
            "lon": wanted.lon,
            "lat": wanted.lat,
            "x": x,
            "y": y,
            "weight": wanted.weight,
            "area": assign_areas(areas, wanted.lon, wanted.lat),
            "edge": at.edge,
            "fraction": at.fraction,
            "name": list(wanted.name) if wanted.name else [""] * n,
            "street_class": classes[kind.astype(np.int64)],
            "slot": "",
        }
    )
    if wanted.by_slot is not None:
        for k in range(wanted.by_slot.shape[1]):
            table[f"slot_{k}"] = wanted.by_slot[:, k]
    missed = at.edge < 0
    if missed.all():
        faults.add(
            (*path, "source"),
            f"none of the {n:,} demand points lies near a street",
            mend_for(network, float(wanted.lon[0]), float(wanted.lat[0]), max_snap_m),
        )
        faults.stop()
    left_out = left_out_rows(table[missed], f"no street within {max_snap_m:g} m")
    return Placed(table, at).take(np.flatnonzero(~missed)), left_out


def in_slots(points: Placed, slots: Sequence[SlotSpec]) -> Placed:
    """Demand by time slot: each point once a slot, with that slot's weight."""
    import pandas as pd

    if not slots:
        return points
    parts, rows = [], []
    for slot in slots:
        table = points.table.copy()
        if slot.weight_column is not None:
            own = [s for s in slots if s.weight_column is not None].index(slot)
            table["weight"] = table[f"slot_{own}"]
        else:
            table["weight"] = table["weight"] * (slot.share or 0.0)
        table["slot"] = slot.name
        kept = np.flatnonzero(table["weight"].to_numpy() > 0)
        parts.append(table.iloc[kept])
        rows.append(kept)
    extra = [c for c in points.table.columns if str(c).startswith("slot_")]
    joined = pd.concat(parts, ignore_index=True).drop(columns=extra)
    return Placed(joined, points.at.take(np.concatenate(rows)))


# ---- sites


def place_sites(
    network: RoadNetwork,
    rows: list[SiteRow],
    locks: list[str],
    areas: Sequence[Area],
    max_snap_m: float,
    path: KeyPath,
    faults: FaultList,
) -> tuple[Placed, list[str]]:
    """Place sites on the streets.

    Parameters
    ----------
    network, areas
        The streets and areas.
    rows, locks
        The sites, and what a plan locks of each.
    max_snap_m
        Farther from every street than this cannot be a site.
    path, faults
        Key of the placement, and where sites that must be open and lie too far are noted.

    Returns
    -------
    tuple
        The sites, and a warning where some were taken out.
    """
    import pandas as pd

    from sim.dispatch.places import assign_areas

    lon, lat = np.array([row.lon for row in rows]), np.array([row.lat for row in rows])
    at = network.snap(lon, lat, max_snap_m)
    missed = np.flatnonzero(at.edge < 0).tolist()
    for k in [k for k in missed if rows[k].state == "fixed"][:3]:
        own = rows[k].key or ("existing" if rows[k].kind == "existing" else "candidates",)
        lies = (
            f'"{rows[k].name}" must be open and lies {at.distance_m[k]:,.0f} m from the '
            "nearest street"
        )
        mend = mend_for(network, float(lon[k]), float(lat[k]), max_snap_m)
        if rows[k].where:  # a row of a file is at fault, not the scenario that names it
            faults.include(InputError(lies, file=rows[k].where, mend=mend), (*path, *own))
        else:
            faults.add((*path, *own), lies, mend)
    if len(missed) == len(rows):
        faults.add(
            (*path, "candidates", "source"),
            f"none of the {len(rows):,} sites lies near a street",
            mend_for(network, float(lon[0]), float(lat[0]), max_snap_m),
        )
    faults.stop()
    kept = np.flatnonzero(at.edge >= 0)
    chosen = [rows[k] for k in kept.tolist()]
    x, y = network.projection.to_xy(lon[kept], lat[kept])
    table = pd.DataFrame(
        {
            "site": np.arange(len(chosen)),
            "name": [row.name for row in chosen],
            "lon": lon[kept],
            "lat": lat[kept],
            "x": x,
            "y": y,
            "area": assign_areas(areas, lon[kept], lat[kept]),
            "kind": [row.kind for row in chosen],
            "state": [row.state for row in chosen],
            "lock": [locks[k] for k in kept.tolist()],
            "cost": _numbers([row.cost for row in chosen]),
            "capacity": _numbers([row.capacity for row in chosen]),
            "grid_kw": _numbers([row.grid_kw for row in chosen]),
            "preference": [row.preference for row in chosen],
            "edge": at.edge[kept],
            "fraction": at.fraction[kept],
            "slot": [row.slot for row in chosen],
        }
    )
    said = []
    if missed:
        said.append(
            f"{len(missed)} of {len(rows)} candidates lie farther than {max_snap_m:g} m from every "
            "street and were taken out"
        )
    return Placed(table, at.take(kept)), said


def _numbers(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def largest_sizes(
    rows: list[SiteRow], sizes: Sequence[SizeSpec], path: KeyPath, faults: FaultList
) -> NDArray[np.int64]:
    """Index of the largest size class that fits on each site; the last where any does."""
    names = [size.name for size in sizes]
    found = np.full(len(rows), len(names) - 1, dtype=np.int64)
    for k, row in enumerate(rows):
        if row.size in names:
            found[k] = names.index(str(row.size))
        elif row.size is not None:
            mend = did_you_mean(row.size, names, what="sizes are", quote='"')
            fault = InputError(f'there is no size "{row.size}"', file=row.where or None, mend=mend)
            faults.include(fault, (*path, "candidates", "size_column"))
    return found


def clear_sizes(
    table: pd.DataFrame,
    sizes: Sequence[SizeSpec],
    buildings: Path,
    crs: str | int | None,
    network: RoadNetwork,
) -> NDArray[np.int64]:
    """Index of the largest size whose least distance to all buildings is kept, -1 for none.

    Parameters
    ----------
    table
        Sites with x and y.
    sizes
        With `clear_m`, metres; 0 where it is not given.
    buildings, crs
        A file of outlines, and the system of its coordinates.
    network
        Its projection is the plane of x and y.
    """
    import shapely

    def to_xy(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(network.projection.to_xy(lonlat[:, 0], lonlat[:, 1]))

    outlines = shapely.transform(read_zones(buildings, crs=crs), to_xy)
    points = shapely.points(table["x"].to_numpy(), table["y"].to_numpy())
    tree = shapely.STRtree(outlines)
    near, metres = tree.query_nearest(points, all_matches=False, return_distance=True)
    apart = np.full(len(table), np.inf)
    apart[near[0]] = metres
    need = np.array([size.clear_m or 0.0 for size in sizes])
    fits = np.where(apart[:, None] >= need[None, :], np.arange(len(sizes)), -1)
    largest: NDArray[np.int64] = fits.max(axis=1).astype(np.int64)
    return largest


# ---- plants


def place_plants(
    network: RoadNetwork,
    plants: Sequence[PlantSpec],
    max_snap_m: float,
    path: KeyPath,
    faults: FaultList,
) -> Placed | None:
    """Place the second echelon; every plant must lie near a street."""
    import pandas as pd

    if not plants:
        return None
    lon, lat = np.array([p.lon for p in plants]), np.array([p.lat for p in plants])
    at = network.snap(lon, lat, max_snap_m)
    for index, _, _, distance in at.missed:
        faults.add(
            (*path, "plant", index),
            f'"{plants[index].name}" lies {distance:,.0f} m from the nearest street',
            mend_for(network, float(lon[index]), float(lat[index]), max_snap_m),
        )
    x, y = network.projection.to_xy(lon, lat)
    table = pd.DataFrame(
        {
            "name": [p.name for p in plants],
            "lon": lon,
            "lat": lat,
            "x": x,
            "y": y,
            "capacity": [p.capacity for p in plants],
            "cost": [p.cost for p in plants],
        }
    )
    return Placed(table, at)
