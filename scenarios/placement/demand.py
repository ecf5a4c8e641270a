"""Who is to be served: demand points with weights, from areas, streets, incidents or a file.

Streets carry people where nobody counted them: a point every few metres, its weight the length it
stands for times the weight of its street's class. With areas, each area's weight is laid on the
points of its streets in proportion to theirs. Points may be gathered in squares of `grid_m`; a
square stands at the mean of what it holds, and no weight is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.placement.places import read_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.placement.schema import PlacementDemandSpec
    from sim.dispatch.model import Area

__all__ = [
    "DEMAND_WORDS",
    "Wanted",
    "area_demand",
    "file_demand",
    "gathered",
    "scaled",
    "street_demand",
    "street_points",
    "weighty",
]

DEMAND_WORDS = ("areas", "streets", "incidents")
_WEIGHT_WORDS = ("weight", "people", "population", "inhabitants", "residents", "人口", "人数")


@dataclass(frozen=True, eq=False)
class StreetPoints:
    """Points along streets, each standing for some metres.

    Parameters
    ----------
    x, y
        Metres in the network's projection, float64[k].
    weight
        Metres times the weight of the class, float64[k].
    edge
        Directed edge on which each lies, int64[k].
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    edge: NDArray[np.int64]


def street_points(
    network: RoadNetwork,
    step_m: float,
    class_weight: dict[str, float] | None = None,
    classes: Sequence[str] = (),
) -> StreetPoints:
    """Lay points along all open streets, each street once.

    Parameters
    ----------
    network
        The streets.
    step_m
        Metres between points, at most.
    class_weight
        Weight of a metre by road class; classes that are absent count 1.
    classes
        Only these; all where empty.
    """
    number = np.arange(network.n_edges)
    once = (network.street == number) & network.usable
    if classes:
        wanted = [i for i, name in enumerate(network.class_names) if name in classes]
        once &= np.isin(network.road_class, wanted)
    edge = np.flatnonzero(once & (network.length_m > 0))
    pieces = np.maximum(1, np.ceil(network.length_m[edge] / step_m)).astype(np.int64)
    within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (within + 0.5) / np.repeat(pieces, pieces)
    along = np.repeat(edge, pieces)
    by_class = np.array([(class_weight or {}).get(c, 1.0) for c in network.class_names])
    weight = (
        np.repeat(network.length_m[edge] / pieces, pieces) * by_class[network.road_class[along]]
    )
    x, y = _along(network, along, share)
    return StreetPoints(x, y, weight, along)


def _along(
    network: RoadNetwork, edge: NDArray[np.int64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points on the polylines of edges, at a share of each one's length, in metres."""
    x, y = network.shape_xy
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    begin, end = metres[network.shape_ptr[edge]], metres[network.shape_ptr[edge + 1] - 1]
    at = begin + share * (end - begin)
    return np.interp(at, metres, x), np.interp(at, metres, y)


@dataclass(frozen=True, eq=False)
class Wanted:
    """Demand before it is placed on streets.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees, float64[n].
    weight : float64[n]
        Not negative.
    name
        Of each, "" where it has none.
    kind : int16[n]
        Road class of the street that a point was laid on, -1 where it was not.
    by_slot : float64[n, s], optional
        Weight in each time slot, where the file has a column for each.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64]
    name: tuple[str, ...] = ()
    kind: NDArray[np.int16] | None = None
    by_slot: NDArray[np.float64] | None = None


def street_demand(network: RoadNetwork, spec: PlacementDemandSpec) -> Wanted:
    """Weight streets by length and class; see the module."""
    points = street_points(network, spec.step_m, dict(spec.street_weights), spec.classes)
    if not points.weight.any():
        raise InputError("no street has a weight above 0", mend="mend classes or street_weights")
    return _placed(network, points, points.weight)


def _placed(network: RoadNetwork, points: StreetPoints, weight: NDArray[np.float64]) -> Wanted:
    lon, lat = network.projection.to_lonlat(points.x, points.y)
    kind = network.road_class[points.edge].astype(np.int16)
    return Wanted(lon, lat, weight, kind=kind)


def area_demand(
    network: RoadNetwork, areas: Sequence[Area], spec: PlacementDemandSpec
) -> tuple[Wanted, list[str]]:
    """Lay the areas' weights on the points of their streets.

    Returns
    -------
    tuple
        The demand, and a warning for each area that has no street of its own: its weight stands
        at its middle.
    """
    from sim.dispatch.places import assign_areas

    if not any(area.weight > 0 for area in areas):
        raise InputError(
            "there is no area with a weight above 0", mend="add [areas] or [[area]] with weights"
        )
    points = street_points(network, spec.step_m, dict(spec.street_weights), spec.classes)
    lon, lat = network.projection.to_lonlat(points.x, points.y)
    code = assign_areas(areas, lon, lat)
    own = np.bincount(code, points.weight, minlength=len(areas)).astype(np.float64)
    total = np.array([area.weight for area in areas], dtype=np.float64)
    share = np.divide(total, own, out=np.zeros(len(areas)), where=own > 0)
    laid = _placed(network, points, points.weight * share[code])
    bare = np.flatnonzero((own <= 0) & (total > 0))
    if not len(bare):
        return laid, []
    middle = [areas[k] for k in bare.tolist()]
    assert laid.kind is not None  # noqa: S101 - laid on streets just above
    whole = Wanted(
        np.append(laid.lon, [area.lon for area in middle]),
        np.append(laid.lat, [area.lat for area in middle]),
        np.append(laid.weight, total[bare]),
        kind=np.append(laid.kind, np.full(len(bare), -1, dtype=np.int16)),
    )
    shown = ", ".join(f'"{area.name}"' for area in middle[:3])
    more = f" and {len(middle) - 3} more" if len(middle) > 3 else ""
    return whole, [f"areas without a street of their own stand at their middle: {shown}{more}"]


def file_demand(path: Path, spec: PlacementDemandSpec, slot_columns: Sequence[str] = ()) -> Wanted:
    """Read demand from points, buildings or counts.

    Parameters
    ----------
    path
        CSV, GeoJSON, GeoPackage or GeoParquet.
    spec
        Names the columns.
    slot_columns
        Columns with the weight in each time slot, where the scenario names them.

    Raises
    ------
    InputError
        If the file or a column cannot be read, a weight is negative, or all are 0.
    """
    table = read_places(path, layer=spec.layer, crs=spec.crs)
    names = tuple(table.texts(spec.name_column)) if spec.name_column else ()
    by_slot = None
    if slot_columns:
        by_slot = np.column_stack([table.numbers(column) for column in slot_columns])
        weight = by_slot.sum(axis=1)
    elif spec.weights == "equal":
        weight = np.ones(len(table))
    else:
        weight = table.numbers(_weight_column(table.columns, spec, table.shown))
    if not weight.any():
        raise InputError("every weight is 0", file=table.shown, mend="name another weight_column")
    return Wanted(table.lon, table.lat, weight, names, by_slot=by_slot)


def _weight_column(columns: pd.DataFrame, spec: PlacementDemandSpec, shown: str) -> str:
    if spec.weight_column is not None:
        return spec.weight_column
    known = [str(c) for c in columns.columns]
    found = next((c for word in _WEIGHT_WORDS for c in known if c.lower() == word), None)
    if found is None:
        shown_columns = ", ".join(f'"{c}"' for c in known[:8]) or "none"
        raise InputError(
            f"no column of weights is named (columns: {shown_columns})",
            file=shown,
            mend='add weight_column = "..." to the demand, or weights = "equal"',
        )
    return found


def weighty(wanted: Wanted) -> Wanted:
    """Leave out points without weight: there is nobody."""
    keep = wanted.weight > 0
    if keep.all():
        return wanted
    return Wanted(
        wanted.lon[keep],
        wanted.lat[keep],
        wanted.weight[keep],
        tuple(name for name, kept in zip(wanted.name, keep, strict=False) if kept),
        None if wanted.kind is None else wanted.kind[keep],
        None if wanted.by_slot is None else wanted.by_slot[keep],
    )


# ---- gathering


def gathered(
    wanted: Wanted, network: RoadNetwork, grid_m: float, *, by_kind: bool = False
) -> Wanted:
    """Gather points in squares of a grid; each square stands at the weighted mean of its points.

    Parameters
    ----------
    wanted
        The points; those without weight are dropped.
    network
        Its projection is the plane of the squares.
    grid_m
        Their side.
    by_kind
        Keep points of different road classes apart, and their class.
    """
    keep = wanted.weight > 0
    x, y = network.projection.to_xy(wanted.lon[keep], wanted.lat[keep])
    weight = wanted.weight[keep]
    cells = np.column_stack([np.floor(y / grid_m), np.floor(x / grid_m)]).astype(np.int64)
    if wanted.kind is not None and by_kind:
        cells = np.column_stack([cells, wanted.kind[keep]])
    unique, inverse = np.unique(cells, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    count = len(unique)
    sums = np.bincount(inverse, weight, minlength=count).astype(np.float64)
    lon, lat = network.projection.to_lonlat(
        np.bincount(inverse, weight * x, minlength=count) / sums,
        np.bincount(inverse, weight * y, minlength=count) / sums,
    )
    by_slot = None
    if wanted.by_slot is not None:
        by_slot = np.column_stack(
            [np.bincount(inverse, column, minlength=count) for column in wanted.by_slot[keep].T]
        ).astype(np.float64)
    kind = unique[:, 2].astype(np.int16) if wanted.kind is not None and by_kind else None
    return Wanted(lon, lat, sums, kind=kind, by_slot=by_slot)


def scaled(wanted: Wanted, total: float) -> Wanted:
    """Demand whose weights sum up to a total: so many inhabitants, so many tonnes a day."""
    factor = total / float(wanted.weight.sum())
    by_slot = None if wanted.by_slot is None else wanted.by_slot * factor
    return replace(wanted, weight=wanted.weight * factor, by_slot=by_slot)
