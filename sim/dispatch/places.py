"""Where incidents happen: at points, over areas, or along streets, each with weights.

Every place is a pure function of (seed, stream, item), so that two plans meet the same incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from networks import RoadNetwork
    from sim.dispatch.model import Area


class DrawnPlaces(NamedTuple):
    """Points, one an item, in the coordinates of the district."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


class Places(Protocol):
    """Draws where incidents happen."""

    def draw(self, seed: int, stream: int, items: NDArray[np.int64]) -> DrawnPlaces:
        """Return a point for each item."""
        ...


def _cumulative(weight: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    weight = np.asarray(weight, float)
    if len(weight) == 0:
        raise InputError(f"there are no {what} to draw places from", mend="add some")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise InputError(f"a weight of {what} is negative or missing", mend="give 0 or more")
    total = np.cumsum(weight)
    if total[-1] <= 0:
        raise InputError(f"all weights of {what} are 0", mend="give one above 0")
    share: NDArray[np.float64] = total / total[-1]
    return share


def _pick(cumulative: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)


@dataclass(frozen=True)
class PointPlaces:
    """At given points, by weight. `lon`, `lat`, `weight` have shape (k,)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None

    @cached_property
    def _share(self) -> NDArray[np.float64]:
        weight = np.ones(len(self.lon)) if self.weight is None else self.weight
        return _cumulative(weight, "points")

    def draw(self, seed: int, stream: int, items: NDArray[np.int64]) -> DrawnPlaces:
        """Return one of the points for each item."""
        from sim.draws import uniforms

        at = _pick(self._share, uniforms(seed, stream, items, 0))
        return DrawnPlaces(np.asarray(self.lon, float)[at], np.asarray(self.lat, float)[at])


@dataclass(frozen=True)
class AreaPlaces:
    """Anywhere in areas, an area by its weight, a point uniformly within its outline.

    Parameters
    ----------
    areas
        With outlines; an area without one stands for its point.
    """

    areas: Sequence[Area]

    @cached_property
    def _share(self) -> NDArray[np.float64]:
        return _cumulative(np.array([a.weight for a in self.areas]), "areas")

    @cached_property
    def _triangles(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Corners (k, 3, 2) and cumulative shares (k,) of each outline's triangles."""
        import shapely

        out = []
        for area in self.areas:
            if area.geometry is None or area.geometry.area == 0:
                corner = np.full((1, 3, 2), (area.lon, area.lat))
                out.append((corner, np.ones(1)))
                continue
            parts = shapely.get_parts(shapely.constrained_delaunay_triangles(area.geometry))
            corners = np.array([np.asarray(p.exterior.coords)[:3] for p in parts])
            out.append((corners, _cumulative(shapely.area(parts), f"area {area.name}")))
        return out

    def draw(self, seed: int, stream: int, items: NDArray[np.int64]) -> DrawnPlaces:
        """Return a point for each item."""
        from sim.draws import uniforms

        chosen = _pick(self._share, uniforms(seed, stream, items, 0))
        u = uniforms(seed, stream, items, 1)
        r = np.sqrt(uniforms(seed, stream, items, 2))
        s = uniforms(seed, stream, items, 3)
        xy = np.empty((len(items), 2))
        for k in np.unique(chosen):
            here = chosen == k
            corners, share = self._triangles[k]
            p = corners[_pick(share, u[here])]
            rr, ss = r[here, None], s[here, None]
            xy[here] = p[:, 0] * (1 - rr) + p[:, 1] * (rr * (1 - ss)) + p[:, 2] * (rr * ss)
        return DrawnPlaces(xy[:, 0], xy[:, 1])


@dataclass(frozen=True)
class StreetPlaces:
    """Along streets, by length times a weight a class.

    Parameters
    ----------
    network
        The streets.
    class_weight
        Weight of a kilometre by road class; classes that are absent count 1.
    """

    network: RoadNetwork
    class_weight: dict[str, float] | None = None

    @cached_property
    def _share(self) -> NDArray[np.float64]:
        net = self.network
        by_class = self.class_weight or {}
        weight = np.array([by_class.get(name, 1.0) for name in net.class_names])
        once = (net.reverse < 0) | (net.reverse > np.arange(net.n_edges))
        open_ = np.isfinite(net.time_s)
        return _cumulative(net.length_m * weight[net.road_class] * once * open_, "streets")

    def draw(self, seed: int, stream: int, items: NDArray[np.int64]) -> DrawnPlaces:
        """Return a point on a street for each item."""
        from sim.draws import uniforms

        net = self.network
        edge = _pick(self._share, uniforms(seed, stream, items, 0))
        along = uniforms(seed, stream, items, 1)
        return DrawnPlaces(*points_on_edges(net, edge, along))


def points_on_edges(
    network: RoadNetwork, edge: NDArray[np.int64], fraction: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of positions on edges.

    Parameters
    ----------
    network
        The streets.
    edge, fraction
        Directed edges and fractions of them from their tails, shape (k,).

    Returns
    -------
    lon, lat
        Degrees, shape (k,).
    """
    import shapely

    lon, lat = np.empty(len(edge)), np.empty(len(edge))
    used, back = np.unique(edge, return_inverse=True)
    ptr, xs, ys = network.shape_ptr, network.shape_lon, network.shape_lat
    lines = [shapely.linestrings(xs[ptr[e] : ptr[e + 1]], ys[ptr[e] : ptr[e + 1]]) for e in used]
    points = shapely.line_interpolate_point(np.array(lines)[back], fraction, normalized=True)
    lon[:], lat[:] = shapely.get_x(points), shapely.get_y(points)
    return lon, lat


def assign_areas(
    areas: Sequence[Area], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Area of each point: the first whose outline holds it, else the one with the nearest centre.

    Returns
    -------
    ndarray
        Positions in `areas`, shape (k,); -1 where there are no areas.
    """
    if not areas:
        return np.full(len(lon), -1, np.int64)
    import shapely
    from scipy.spatial import cKDTree

    # Degrees of longitude are shorter than those of latitude; metres are left as they are.
    centre = np.array([(a.lon, a.lat) for a in areas], float)
    middle = float(centre[:, 1].mean())
    shrink = np.cos(np.radians(middle)) if np.abs(centre).max() <= 360.0 else 1.0
    scale = np.array([shrink, 1.0])
    points = np.column_stack([lon, lat])
    found = np.asarray(cKDTree(centre * scale).query(points * scale)[1], np.int64)
    outlines = {k: a.geometry for k, a in enumerate(areas) if a.geometry is not None}
    if outlines:
        tree = shapely.STRtree(list(outlines.values()))
        point, which = tree.query(shapely.points(points), predicate="intersects")
        inside = np.full(len(lon), len(areas), np.int64)
        np.minimum.at(inside, point, np.array(list(outlines), np.int64)[which])
        found = np.where(inside < len(areas), inside, found)
    return found
