"""Places between two junctions: a point of the map becomes a position on the nearest street.

The streets' polylines, cut into their straight pieces, lie in a grid of square cells; a point
looks at rings of cells around its own until no piece outside them can be nearer. Of a two-way
street the direction with the lower edge number carries the position; of pieces at the same
distance, the lowest edge number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from networks.errors import InputError
from networks.one_version import one_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork

_SHOWN = 5
_FAR_M = 5000.0
"""Points so far outside all streets are missed at once, their distance taken to a corner."""


class Position(NamedTuple):
    """A point on a street.

    One leaves it towards the head of the edge, taking ``1 - fraction`` of the edge's time, and
    towards the tail taking ``fraction`` of the reverse edge's time where there is one; one
    arrives at it likewise.
    """

    edge: int
    fraction: float


@dataclass(frozen=True, eq=False)
class Positions:
    """Points on streets.

    Parameters
    ----------
    edge
        Directed edge, -1 where no street was near enough; int64[k].
    fraction
        Share of the edge, from its tail, 0 to 1; float64[k].
    distance_m
        From the given point to the nearest street (inf if there is none); float64[k].
    lon, lat
        The point on the street; of a missed point, the point as given; float64[k].
    max_distance_m
        Points farther than this from every street were missed.
    """

    edge: NDArray[np.int64]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    max_distance_m: float = np.inf

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, index: int) -> Position:
        return Position(int(self.edge[index]), float(self.fraction[index]))

    def __iter__(self) -> Iterator[Position]:
        return (self[index] for index in range(len(self)))

    def take(self, indices: ArrayLike | slice) -> Positions:
        """Choose some of the positions: by numbers, by a mask, or by a slice."""
        chosen = indices if isinstance(indices, slice) else np.asarray(indices)
        return Positions(
            self.edge[chosen],
            self.fraction[chosen],
            self.distance_m[chosen],
            self.lon[chosen],
            self.lat[chosen],
            self.max_distance_m,
        )

    @property
    def missed(self) -> list[tuple[int, float, float, float]]:
        """What could not be snapped: (index, lon, lat, metres to the nearest street)."""
        return [
            (int(i), float(self.lon[i]), float(self.lat[i]), float(self.distance_m[i]))
            for i in np.flatnonzero(self.edge < 0)
        ]

    def require(self, what: str) -> Positions:
        """Insist that every point was snapped.

        Parameters
        ----------
        what
            What the points are, in the plural: "stations".

        Returns
        -------
        Positions
            The same.

        Raises
        ------
        InputError
            Naming the points without a street near.
        """
        missed = self.missed
        if not missed:
            return self
        shown = ", ".join(
            f"number {i + 1} at ({lon:.5f}, {lat:.5f}), {_far(distance)}"
            for i, lon, lat, distance in missed[:_SHOWN]
        )
        more = f", and {len(missed) - _SHOWN} more" if len(missed) > _SHOWN else ""
        limit = (
            f"{self.max_distance_m:.0f} m of" if np.isfinite(self.max_distance_m) else "reach of"
        )
        raise InputError(
            f"{len(missed)} of {len(self)} {what} have no street within {limit} them: "
            f"{shown}{more}",
            mend="check the coordinates' order and reference system, or allow a larger distance",
        )


def _far(distance_m: float) -> str:
    if not np.isfinite(distance_m):
        return "not a place near these streets"
    return f"{distance_m:.0f} m away" if distance_m < 10_000 else f"{distance_m / 1000:.0f} km away"


# ---- the grid


class Grid(NamedTuple):
    """Straight pieces of all streets, and which of them touch each cell."""

    x0: float
    y0: float
    cell_m: float
    columns: int
    rows: int
    indptr: NDArray[np.int64]
    """Pieces of cell c are ``piece[indptr[c]:indptr[c+1]]``; c = row * columns + column."""
    piece: NDArray[np.int64]
    ax: NDArray[np.float64]
    ay: NDArray[np.float64]
    bx: NDArray[np.float64]
    by: NDArray[np.float64]
    edge: NDArray[np.int64]
    before_m: NDArray[np.float64]
    """Metres of the polyline before the piece."""
    total_m: NDArray[np.float64]
    """Metres of the whole polyline."""


@njit(cache=True, nogil=True)
def _span(start: float, cell_m: float, low: float, high: float, count: int) -> tuple[int, int]:
    first = int(np.floor((low - start) / cell_m))
    last = int(np.floor((high - start) / cell_m))
    return min(max(first, 0), count - 1), min(max(last, 0), count - 1)


@njit(cache=True, nogil=True)
def _columns_in_row(grid: Grid, piece: int, row: int) -> tuple[int, int]:
    """Columns that a piece touches within one row of cells."""
    ax, ay, bx, by = grid.ax[piece], grid.ay[piece], grid.bx[piece], grid.by[piece]
    low, high = min(ax, bx), max(ax, bx)
    if ay != by:
        slope = (bx - ax) / (by - ay)
        bottom = grid.y0 + row * grid.cell_m
        at_bottom = ax + (bottom - ay) * slope
        at_top = ax + (bottom + grid.cell_m - ay) * slope
        slack = 1e-9 * grid.cell_m
        low = max(low, min(at_bottom, at_top) - slack)
        high = min(high, max(at_bottom, at_top) + slack)
    return _span(grid.x0, grid.cell_m, low, high, grid.columns)


@njit(cache=True, nogil=True)
def _place_pieces(grid: Grid, count: NDArray[np.int64], fill: bool) -> None:  # noqa: FBT001
    """Count the pieces of each cell, or put them there (``count`` is then each cell's end)."""
    for piece in range(len(grid.ax)):
        low, high = min(grid.ay[piece], grid.by[piece]), max(grid.ay[piece], grid.by[piece])
        first, last = _span(grid.y0, grid.cell_m, low, high, grid.rows)
        for row in range(first, last + 1):
            left, right = _columns_in_row(grid, piece, row)
            for column in range(left, right + 1):
                cell = row * grid.columns + column
                if fill:
                    grid.piece[count[cell]] = piece
                count[cell] += 1


def build_grid(network: RoadNetwork) -> Grid:
    """Cut all streets into straight pieces and lay them into cells, about one piece a cell."""
    carrier = np.flatnonzero((network.reverse < 0) | (np.arange(network.n_edges) < network.reverse))
    x, y = network.shape_xy
    ptr = network.shape_ptr
    pieces = ptr[carrier + 1] - ptr[carrier] - 1
    edge = np.repeat(carrier, pieces)
    ends = np.cumsum(pieces)
    within = np.arange(len(edge)) - np.repeat(ends - pieces, pieces)
    at = ptr[edge] + within
    ax, ay, bx, by = x[at], y[at], x[at + 1], y[at + 1]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(bx - ax, by - ay))])
    begins = along[ends - pieces]
    total = along[ends] - begins
    x0, y0 = (float(x.min()), float(y.min())) if len(x) else (0.0, 0.0)
    width, height = (float(np.ptp(x)), float(np.ptp(y))) if len(x) else (0.0, 0.0)
    cell = max(float(np.sqrt(width * height / max(len(edge), 1))), max(width, height) / 2000.0, 1.0)
    columns, rows = int(width // cell) + 1, int(height // cell) + 1
    empty = Grid(
        x0, y0, cell, columns, rows,
        np.zeros(columns * rows + 1, dtype=np.int64), np.empty(0, dtype=np.int64),
        ax, ay, bx, by, edge, along[:-1] - np.repeat(begins, pieces), np.repeat(total, pieces),
    )  # fmt: skip
    count = np.zeros(columns * rows, dtype=np.int64)
    _place_pieces(empty, count, False)
    indptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    grid = empty._replace(indptr=indptr, piece=np.empty(indptr[-1], dtype=np.int64))
    _place_pieces(grid, indptr[:-1].copy(), True)
    return grid


# ---- nearest pieces


@njit(cache=True, nogil=True)
def _outside_m(grid: Grid, px: float, py: float, column: int, row: int, ring: int) -> float:
    """No piece outside a square of cells is nearer to a point than this."""
    right, top = grid.x0 + grid.columns * grid.cell_m, grid.y0 + grid.rows * grid.cell_m
    off_x = max(grid.x0 - px, px - right, 0.0)
    off_y = max(grid.y0 - py, py - top, 0.0)
    nearest = np.inf
    if column - ring > 0:
        nearest = min(nearest, np.hypot(px - grid.x0 - (column - ring) * grid.cell_m, off_y))
    if column + ring < grid.columns - 1:
        nearest = min(nearest, np.hypot(grid.x0 + (column + ring + 1) * grid.cell_m - px, off_y))
    if row - ring > 0:
        nearest = min(nearest, np.hypot(py - grid.y0 - (row - ring) * grid.cell_m, off_x))
    if row + ring < grid.rows - 1:
        nearest = min(nearest, np.hypot(grid.y0 + (row + ring + 1) * grid.cell_m - py, off_x))
    return float(nearest)


@njit(cache=True, nogil=True)
def _share_along(grid: Grid, piece: int, px: float, py: float) -> float:
    """Where on a piece the point nearest to (px, py) lies, 0 to 1."""
    dx, dy = grid.bx[piece] - grid.ax[piece], grid.by[piece] - grid.ay[piece]
    square = dx * dx + dy * dy
    if square == 0.0:
        return 0.0
    share = ((px - grid.ax[piece]) * dx + (py - grid.ay[piece]) * dy) / square
    return float(min(max(share, 0.0), 1.0))


@one_version
@njit(cache=True, nogil=True)
def _best_in_cell(
    grid: Grid, usable: NDArray[np.bool_], cell: int, px: float, py: float, best: int, best_m: float
) -> tuple[int, float]:
    for k in range(grid.indptr[cell], grid.indptr[cell + 1]):
        piece = grid.piece[k]
        if not usable[grid.edge[piece]]:
            continue
        share = _share_along(grid, piece, px, py)
        x = grid.ax[piece] + share * (grid.bx[piece] - grid.ax[piece])
        y = grid.ay[piece] + share * (grid.by[piece] - grid.ay[piece])
        distance_m = np.hypot(px - x, py - y)
        if distance_m < best_m or (distance_m == best_m and piece < best):
            best, best_m = piece, distance_m
    return best, best_m


@njit(cache=True, nogil=True)
def nearest_pieces(
    grid: Grid,
    usable: NDArray[np.bool_],
    px: NDArray[np.float64],
    py: NDArray[np.float64],
    piece: NDArray[np.int64],
    distance_m: NDArray[np.float64],
) -> None:
    """Find the piece nearest to each point, among edges that may be used.

    ``piece`` and ``distance_m`` are filled: -1 and inf where there is none.
    """
    for i in range(len(px)):
        best, best_m = -1, np.inf
        if np.isfinite(px[i]) and np.isfinite(py[i]):
            column, _ = _span(grid.x0, grid.cell_m, px[i], px[i], grid.columns)
            row, _ = _span(grid.y0, grid.cell_m, py[i], py[i], grid.rows)
            for ring in range(max(grid.columns, grid.rows)):
                low, high = max(row - ring, 0), min(row + ring, grid.rows - 1)
                left, right = max(column - ring, 0), min(column + ring, grid.columns - 1)
                for r in range(low, high + 1):
                    whole = abs(r - row) == ring
                    step = 1 if whole else max(2 * ring, 1)
                    c = left if whole else column - ring
                    while c <= right:
                        if c >= left:
                            cell = r * grid.columns + c
                            best, best_m = _best_in_cell(
                                grid, usable, cell, px[i], py[i], best, best_m
                            )
                        c += step
                if best_m <= _outside_m(grid, px[i], py[i], column, row, ring):
                    break
        piece[i] = best
        distance_m[i] = best_m


@njit(cache=True, nogil=True)
def _shares(
    grid: Grid,
    piece: NDArray[np.int64],
    px: NDArray[np.float64],
    py: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    for i in range(len(piece)):
        if piece[i] >= 0:
            share[i] = _share_along(grid, piece[i], px[i], py[i])


def snap(
    network: RoadNetwork, lon: ArrayLike, lat: ArrayLike, max_distance_m: float = 500.0
) -> Positions:
    """Nearest positions on streets that are open in at least one direction.

    Parameters
    ----------
    network
        The streets.
    lon, lat
        Points in WGS-84 degrees, [k].
    max_distance_m
        Points farther from every open street are missed.

    Raises
    ------
    InputError
        If longitudes and latitudes differ in number.
    """
    lon = np.atleast_1d(np.asarray(lon, dtype=np.float64)).ravel()
    lat = np.atleast_1d(np.asarray(lat, dtype=np.float64)).ravel()
    if lon.shape != lat.shape:
        raise InputError(f"{len(lon)} longitudes do not go with {len(lat)} latitudes")
    grid = network.grid
    px, py = _plane(network, lon, lat)
    far = _off_m(grid, px, py) > max(max_distance_m, _FAR_M)
    piece = np.empty(len(lon), dtype=np.int64)
    distance_m = np.empty(len(lon), dtype=np.float64)
    nearest_pieces(grid, network.usable, np.where(far, np.nan, px), py, piece, distance_m)
    if far.any() and len(grid.ax):
        distance_m[far] = _to_corner_m(grid, px[far], py[far])
    share = np.zeros(len(lon), dtype=np.float64)
    _shares(grid, piece, px, py, share)
    found = (piece >= 0) & (distance_m <= max_distance_m)
    at = piece[found]
    x = grid.ax[at] + share[found] * (grid.bx[at] - grid.ax[at])
    y = grid.ay[at] + share[found] * (grid.by[at] - grid.ay[at])
    along = grid.before_m[at] + np.hypot(x - grid.ax[at], y - grid.ay[at])
    total = grid.total_m[at]
    edge = np.full(len(lon), -1, dtype=np.int64)
    fraction = np.zeros(len(lon), dtype=np.float64)
    edge[found] = grid.edge[at]
    fraction[found] = np.clip(along / np.where(total > 0.0, total, 1.0), 0.0, 1.0)
    on_lon, on_lat = lon.copy(), lat.copy()
    on_lon[found], on_lat[found] = network.projection.to_lonlat(x, y)
    return Positions(edge, fraction, distance_m, on_lon, on_lat, float(max_distance_m))


def _off_m(grid: Grid, px: NDArray[np.float64], py: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from points to the grid's rectangle, 0 inside."""
    right, top = grid.x0 + grid.columns * grid.cell_m, grid.y0 + grid.rows * grid.cell_m
    off_x = np.maximum(np.maximum(grid.x0 - px, px - right), 0.0)
    off_y = np.maximum(np.maximum(grid.y0 - py, py - top), 0.0)
    off_m: NDArray[np.float64] = np.hypot(off_x, off_y)
    return off_m


def _to_corner_m(
    grid: Grid, px: NDArray[np.float64], py: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Metres to the nearest corner of a polyline: near enough, for points far from all."""
    from scipy.spatial import KDTree

    corners = KDTree(np.column_stack([np.append(grid.ax, grid.bx), np.append(grid.ay, grid.by)]))
    return np.asarray(corners.query(np.column_stack([px, py]))[0], dtype=np.float64)


def _plane(
    network: RoadNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Planar coordinates, nan where the degrees are none or lie on the globe's other side."""
    here = network.projection
    sane = (np.abs(lat) <= 90.0) & (np.abs(lon - here.lon0) < 80.0)
    px = np.full(len(lon), np.nan)
    py = np.full(len(lon), np.nan)
    px[sane], py[sane] = here.to_xy(lon[sane], lat[sane])
    return px, py
