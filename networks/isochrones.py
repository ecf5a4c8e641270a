"""Areas that are reached within some minutes.

Every street is taken as far as it is reached, the last one cut where the time is up; what lies
within ``reach_m`` of a reached street is in the area. Gaps narrower than that are closed and small
holes filled: nobody plans with the inside of a block left out. Areas of more minutes contain
those of fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.errors import InputError
from networks.kernels import Clock, clock, covered
from networks.paths import cut_plane
from networks.travel import times_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from networks.network import RoadNetwork
    from networks.snap import Position

SMALL_HOLE_M2 = 250_000.0
_ROUND = 4


def isochrones(
    network: RoadNetwork,
    origin: Position | int,
    minutes: Sequence[float],
    *,
    depart_week_s: float | None = None,
    reach_m: float = 100.0,
) -> list[BaseGeometry]:
    """Areas reached from one place.

    Parameters
    ----------
    network
        The streets.
    origin
        A position, or a node's index.
    minutes
        Limits, not negative, in any order.
    depart_week_s
        Second of the week of departure; without it the times of period 0 hold.
    reach_m
        What lies so near to a reached street counts as reached.

    Returns
    -------
    list of shapely Polygon or MultiPolygon
        One a limit, in the order of ``minutes``, in WGS-84 degrees.

    Raises
    ------
    InputError
        If a limit is negative or no number.
    """
    import shapely

    limits = np.asarray(minutes, dtype=np.float64).ravel()
    if not (np.isfinite(limits).all() and (limits >= 0.0).all()):
        raise InputError(f"minutes {list(minutes)} are not all numbers from 0 up")
    time_s = times_from(network, origin, depart_week_s=depart_week_s)
    week: Clock | None = None
    period = 0 if depart_week_s is None else network.period_at(depart_week_s)
    if depart_week_s is not None and network.n_periods > 1:
        week = clock(network.profile.period_of_hour, depart_week_s)
    areas: dict[float, BaseGeometry] = {}
    reached: BaseGeometry = shapely.buffer(shapely.Point(*_point(network, origin)), reach_m)
    smooth: BaseGeometry = reached
    whole = np.zeros(network.n_edges, dtype=np.bool_)
    for limit in np.unique(limits).tolist():
        share = _shares(network, time_s, 60.0 * limit, week, period)
        now_whole = _whole_streets(network, share)
        lines = _whole_lines(network, now_whole & ~whole)
        lines += _part_lines(network, share, now_whole)
        lines += _own_street(network, origin, 60.0 * limit, week, period)
        whole |= now_whole
        near = shapely.buffer(np.array(lines, dtype=object), reach_m, quad_segs=_ROUND)
        reached = shapely.union_all([reached, shapely.union_all(near)])
        smooth = shapely.union(smooth, _without_gaps(reached, reach_m))
        areas[limit] = shapely.transform(
            smooth, lambda xy: np.column_stack(network.projection.to_lonlat(xy[:, 0], xy[:, 1]))
        )
    return [areas[float(limit)] for limit in limits]


def _point(network: RoadNetwork, origin: Position | int) -> tuple[float, float]:
    if isinstance(origin, tuple):
        x, y = cut_plane(network, origin[0], origin[1], origin[1])
        return float(x[0]), float(y[0])
    return float(network.x[origin]), float(network.y[origin])


@njit(cache=True, nogil=True)
def _covered_all(
    tail: NDArray[np.int32],
    time_s: NDArray[np.float64],
    limit_s: float,
    edge_s: NDArray[np.float64],
    week: Clock,
    share: NDArray[np.float64],
) -> None:
    for e in range(len(share)):
        if time_s[tail[e]] < limit_s:
            share[e] = covered(time_s[tail[e]], limit_s, edge_s[e], week)


def _shares(
    network: RoadNetwork,
    time_s: NDArray[np.float64],
    limit_s: float,
    week: Clock | None,
    period: int,
) -> NDArray[np.float64]:
    """Share of each directed edge that is reached from its tail, float64[m]."""
    share = np.zeros(network.n_edges)
    if week is not None:
        _covered_all(network.tail, time_s, limit_s, network.times_by_period, week, share)
        return share
    left_s = limit_s - time_s[network.tail]
    edge_s = network.edge_times_s(period)
    np.divide(left_s, edge_s, out=share, where=(left_s > 0.0) & (edge_s > 0.0))
    share[(left_s >= 0.0) & (edge_s == 0.0)] = 1.0
    return np.minimum(share, 1.0)


def _whole_streets(network: RoadNetwork, share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Streets reached in full, from one end or from both, by the edge that stands for them."""
    back = network.reverse
    both = share + np.where(back >= 0, share[np.maximum(back, 0)], 0.0)
    whole: NDArray[np.bool_] = (both >= 1.0) & (network.street == np.arange(network.n_edges))
    return whole


def _whole_lines(network: RoadNetwork, streets: NDArray[np.bool_]) -> list[BaseGeometry]:
    import shapely

    edges = np.flatnonzero(streets)
    if len(edges) == 0:
        return []
    x, y = network.shape_xy
    first, size = network.shape_ptr[edges], np.diff(network.shape_ptr)[edges]
    owner = np.repeat(np.arange(len(edges)), size)
    begins = np.cumsum(size) - size
    at = np.arange(len(owner)) + np.repeat(first - begins, size)
    return list(shapely.linestrings(x[at], y[at], indices=owner))


def _part_lines(
    network: RoadNetwork, share: NDArray[np.float64], whole: NDArray[np.bool_]
) -> list[BaseGeometry]:
    """Streets on which the time is up."""
    parts = np.flatnonzero((share > 0.0) & ~whole[network.street])
    return [_line(network, int(edge), 0.0, float(share[edge])) for edge in parts]


def _own_street(
    network: RoadNetwork, origin: Position | int, limit_s: float, week: Clock | None, period: int
) -> list[BaseGeometry]:
    """Both ways along the street on which the origin lies."""
    if not isinstance(origin, tuple):
        return []
    edge, at = origin
    ways = [(edge, at)]
    if network.reverse[edge] >= 0:
        ways.append((int(network.reverse[edge]), 1.0 - at))
    lines = []
    for way, start in ways:
        if week is not None:
            share = covered(0.0, limit_s, network.times_by_period[way], week)
        else:
            edge_s = float(network.edge_times_s(period)[way])
            share = limit_s / edge_s if edge_s > 0.0 else 1.0
        if share > 0.0 and start < 1.0:
            lines.append(_line(network, way, start, min(1.0, start + share)))
    return lines


def _line(network: RoadNetwork, edge: int, enter: float, leave: float) -> BaseGeometry:
    import shapely

    return shapely.LineString(np.column_stack(cut_plane(network, edge, enter, leave)))


def _without_gaps(area: BaseGeometry, gap_m: float) -> BaseGeometry:
    """Close gaps, then fill small holes."""
    import shapely

    closed = shapely.buffer(shapely.buffer(area, gap_m, quad_segs=_ROUND), -gap_m, quad_segs=_ROUND)
    pieces = []
    for piece in shapely.get_parts(closed):
        rings = shapely.get_rings(piece)
        holes = [ring for ring in rings[1:] if shapely.Polygon(ring).area >= SMALL_HOLE_M2]
        pieces.append(shapely.Polygon(rings[0], holes))
    return shapely.union_all(pieces)
