"""Local metres: a transverse Mercator projection centred on one district.

Within 50 km of its centre the scale is true to 3 parts in 100,000 (k = 1 on the central meridian,
1 + d^2 / (2 R^2) at distance d), so that lengths, areas and walking distances may be taken
directly from the plane (Snyder 1987, Map Projections: A Working Manual, USGS PP 1395, p. 61).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import Transformer


@lru_cache(maxsize=64)
def _transformer(lon0: float, lat0: float) -> Transformer:
    from pyproj import Transformer

    local = f"+proj=tmerc +lat_0={lat0!r} +lon_0={lon0!r} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
    return Transformer.from_crs("EPSG:4326", local, always_xy=True)


@dataclass(frozen=True)
class Projection:
    """Between WGS-84 degrees and metres east and north of a centre.

    Parameters
    ----------
    lon0, lat0
        The centre in degrees; (0, 0) in metres.

    Examples
    --------
    >>> plane = Projection(24.94, 60.17)
    >>> x, y = plane.to_xy(24.95, 60.17)
    >>> round(float(x))
    555
    """

    lon0: float
    lat0: float

    @classmethod
    def centred_on(cls, lon: ArrayLike, lat: ArrayLike) -> Projection:
        """Projection about the middle of the bounding box of some points.

        The centre is rounded to 1e-4 degrees (some 10 m), so that it reads well and is the same
        on every platform.
        """
        lon = np.asarray(lon, dtype=np.float64)
        lat = np.asarray(lat, dtype=np.float64)
        if lon.size == 0:
            return cls(0.0, 0.0)
        lon0 = round(0.5 * (float(lon.min()) + float(lon.max())), 4)
        lat0 = round(0.5 * (float(lat.min()) + float(lat.max())), 4)
        return cls(lon0, lat0)

    @property
    def crs(self) -> str:
        """The PROJ string of the plane."""
        return (
            f"+proj=tmerc +lat_0={self.lat0!r} +lon_0={self.lon0!r} "
            "+k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
        )

    def to_xy(
        self, lon: ArrayLike, lat: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Degrees to metres, elementwise."""
        return self._convert(lon, lat, inverse=False)

    def to_lonlat(
        self, x: ArrayLike, y: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Metres to degrees, elementwise."""
        return self._convert(x, y, inverse=True)

    def _convert(
        self, first: ArrayLike, second: ArrayLike, *, inverse: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        transformer = _transformer(self.lon0, self.lat0)
        a = np.asarray(first, dtype=np.float64)
        b = np.asarray(second, dtype=np.float64)
        out = transformer.transform(
            np.atleast_1d(a), np.atleast_1d(b), direction="INVERSE" if inverse else "FORWARD"
        )
        return out[0].reshape(a.shape), out[1].reshape(b.shape)
