"""What a reader hands to :func:`networks.build.build_network`: nodes and street pieces as read.

A street piece runs from one node to another and carries one or both directions of travel. Values
that the source lacks are NaN (lengths, times, speeds), 0 (lanes) or "" (names).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["RawNodes", "RawStreets", "Shapes", "Words", "leg_lengths_m", "shape_lengths_m"]

# WGS-84: semi-major axis in metres and squared eccentricity.
_AXIS_M: Final = 6378137.0
_ECCENTRICITY2: Final = 0.00669437999014


@dataclass(frozen=True)
class RawNodes:
    """Junctions as read.

    Parameters
    ----------
    node_id
        The source's ids, each once, int64[n].
    lon, lat
        WGS-84 degrees, float64[n].
    """

    node_id: Ints
    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class Words:
    """Text of each street piece, stored once a text.

    Parameters
    ----------
    code
        Index into ``words``, int64[s].
    words
        The texts.
    """

    code: Ints
    words: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[object]) -> Words:
        """Encode texts in order of first appearance; None and NaN are ""."""
        import pandas as pd

        series = pd.Series(list(texts), dtype=object)
        series = series.where(series.notna(), "").astype(str).str.strip()
        code, words = pd.factorize(series)
        return cls(code.astype(np.int64), tuple(str(word) for word in words))

    @classmethod
    def same(cls, word: str, size: int) -> Words:
        """One text for all."""
        return cls(np.zeros(size, dtype=np.int64), (word,))


@dataclass(frozen=True)
class Shapes:
    """Polylines of all street pieces in one ragged array.

    Parameters
    ----------
    ptr
        Polyline i is ``ptr[i]:ptr[i+1]``, with at least two points; int64[s+1].
    lon, lat
        WGS-84 degrees.
    """

    ptr: Ints
    lon: Floats
    lat: Floats

    @property
    def size(self) -> Ints:
        """Points of each polyline, int64[s]."""
        return np.diff(self.ptr)

    def taken(self, rows: ArrayLike, backward: ArrayLike) -> Shapes:
        """Pick polylines in a new order, some of them walked the other way.

        Parameters
        ----------
        rows
            Which polylines, int64[k].
        backward
            Whether each is reversed, bool[k].
        """
        rows = np.asarray(rows, dtype=np.int64)
        size = self.size[rows]
        ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        step = np.arange(ptr[-1]) - np.repeat(ptr[:-1], size)
        flipped = np.repeat(np.asarray(backward, dtype=np.bool_), size)
        within = np.where(flipped, np.repeat(size, size) - 1 - step, step)
        point = np.repeat(self.ptr[:-1][rows], size) + within
        return Shapes(ptr, self.lon[point], self.lat[point])


@dataclass(frozen=True)
class RawStreets:
    """Street pieces as read, s of them.

    Parameters
    ----------
    tail, head
        Node ids of the two ends, int64[s].
    forward, backward
        Directions that exist: tail to head, head to tail; bool[s]. Forward only when not given.
    length_m, time_s, speed_kmh, limit_kmh
        Length; free-flow time; free-flow speed, driven as it stands; mapped speed limit, which a
        speed table turns into a speed. float64[s], NaN where unknown.
    lanes, modes
        Lanes of the direction, int64[s]; bits of :data:`networks.MODES`, int64[s] (all modes when
        not given).
    back
        Values of the backward direction where they differ: any of ``time_s``, ``speed_kmh``,
        ``limit_kmh``, ``lanes``, ``modes``.
    road_class, name
        Class and name of the street.
    source_id
        The source's id, int64[s]; the row's number when not given.
    twin
        For sources with a row a direction: row of the same street in the other direction, -1 none.
        When not given and no row is two-way, twins are found by their ends, lengths and shapes.
    shapes
        Polylines tail to head; straight lines when not given.
    """

    tail: Ints
    head: Ints
    forward: Bools | None = None
    backward: Bools | None = None
    length_m: Floats | None = None
    time_s: Floats | None = None
    speed_kmh: Floats | None = None
    limit_kmh: Floats | None = None
    lanes: Ints | None = None
    modes: Ints | None = None
    back: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    road_class: Words | None = None
    name: Words | None = None
    source_id: Ints | None = None
    twin: Ints | None = None
    shapes: Shapes | None = None

    def __len__(self) -> int:
        """How many street pieces."""
        return len(self.tail)


def leg_lengths_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Metres between pairs of near points on the WGS-84 ellipsoid.

    The radii of curvature at the middle latitude are used: for legs under 10 km in inhabited
    latitudes the error against the geodesic is below 1 part in a million.
    """
    middle = np.radians(0.5 * (lat_a + lat_b))
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(middle) ** 2
    normal_m = _AXIS_M / np.sqrt(w2)
    east_m = normal_m * np.cos(middle) * np.radians(lon_b - lon_a)
    north_m = normal_m * (1.0 - _ECCENTRICITY2) / w2 * np.radians(lat_b - lat_a)
    length_m: Floats = np.hypot(east_m, north_m)
    return length_m


def shape_lengths_m(shapes: Shapes) -> Floats:
    """Metres along each polyline, float64[s]."""
    if len(shapes.ptr) < 2:
        return np.zeros(0)
    leg_m = np.zeros(len(shapes.lon))
    leg_m[:-1] = leg_lengths_m(shapes.lon[:-1], shapes.lat[:-1], shapes.lon[1:], shapes.lat[1:])
    leg_m[shapes.ptr[1:] - 1] = 0.0
    length_m: Floats = np.add.reduceat(leg_m, shapes.ptr[:-1])
    return length_m
