"""Ground around demand points, joined by what they have in common: catchments, life circles.

Each point stands for the ground that is nearer to it than to any other (Thiessen 1911), within a
few times the usual distance of neighbours. Joined by the site that serves them these cells are
catchments; joined by how far a site is, they show where it is near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_CELLS", "cells_of", "joined_cells", "thinned"]

MOST_CELLS = 12_000
_LEAST_REACH_M = 60.0
_NEIGHBOURS = 2.0  # so many usual distances of neighbours a cell may reach
_PRECISION_M = 0.5


def thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_CELLS
) -> NDArray[np.int64]:
    """Pick one point of each square of a grid that is just coarse enough.

    Parameters
    ----------
    x, y : float64[n]
        Metres.
    most
        Number of points to keep at most.

    Returns
    -------
    int64[k]
        Indices, ascending; where several points share a place, the first.
    """
    places = np.column_stack([x, y])
    first = np.sort(np.unique(places, axis=0, return_index=True)[1])
    if len(first) <= most:
        return first
    spread = np.ptp(places, axis=0)
    step = max(float(np.sqrt(max(spread[0], 1.0) * max(spread[1], 1.0) / most)), 1.0)
    while True:
        squares = np.floor(places / step).astype(np.int64)
        kept = np.sort(np.unique(squares, axis=0, return_index=True)[1])
        if len(kept) <= most:
            return kept
        step *= 1.2


def cells_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.object_]:
    """Ground of each point, as polygons in the order of the points.

    Parameters
    ----------
    x, y : float64[k]
        Metres, no two points at one place.
    """
    import shapely
    from scipy.spatial import cKDTree

    places = np.column_stack([x, y])
    points = np.asarray(shapely.points(places), dtype=object)
    reach = _LEAST_REACH_M
    if len(points) > 1:
        near = np.asarray(cKDTree(places).query(places, k=2)[0])[:, 1]
        reach = max(reach, _NEIGHBOURS * float(np.median(near)))
    discs = shapely.buffer(points, reach, quad_segs=6)
    if len(points) < 2:
        return np.asarray(discs, dtype=object)
    around = shapely.box(x.min() - reach, y.min() - reach, x.max() + reach, y.max() + reach)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=around)
    )
    point, cell = shapely.STRtree(cells).query(points, predicate="intersects")
    owner = np.zeros(len(points), dtype=np.int64)
    owner[point[::-1]] = cell[::-1]
    return np.asarray(shapely.intersection(cells[owner], discs), dtype=object)


def joined_cells(cells: NDArray[np.object_], keys: NDArray[np.int64]) -> dict[int, Any]:
    """Join the cells that have a key in common; a key of -1 is left out.

    Parameters
    ----------
    cells : object[k]
        Polygons.
    keys : int64[k]
        What they are joined by.
    """
    import shapely

    joined = {}
    for key in np.unique(keys[keys >= 0]).tolist():
        whole = shapely.union_all(cells[keys == key], grid_size=_PRECISION_M)
        joined[int(key)] = shapely.simplify(whole, _PRECISION_M)
    return joined
