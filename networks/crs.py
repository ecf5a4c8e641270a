"""Coordinate systems of inputs: all become WGS-84 degrees on reading.

Public map data in China is shifted by hundreds of metres: GCJ-02 ("Mars coordinates", used by
AMap and Tencent) adds a smooth displacement to WGS-84, BD-09 (Baidu) adds a second one to GCJ-02.
Neither is published; the formulas here are the ones that the open implementations share (for
example googollee/eviltransform and wandergis/coordtransform). The way back has no closed form and
is solved by fixed-point iteration: the displacement changes by less than 1 in 100 over its own
length, so that every round gains two digits or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Conversion = Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]

__all__ = [
    "bd09_to_wgs84",
    "check_lonlat",
    "gcj02_to_wgs84",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

# Krassovsky 1940 ellipsoid: semi-major axis in metres and squared eccentricity.
_AXIS_M: Final = 6378245.0
_ECCENTRICITY2: Final = 0.00669342162296594323
# The rectangle in which the shift applies, as the open implementations have it.
_CHINA: Final = (72.004, 137.8347, 0.8293, 55.8271)
_BAIDU_PI: Final = np.pi * 3000.0 / 180.0
_BAIDU_OFFSET: Final = (0.0065, 0.006)
_TOLERANCE_DEG: Final = 1e-10
_MAX_ROUNDS: Final = 30


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to GCJ-02 degrees, elementwise; unchanged outside China.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(112.9388, 28.2282)
    >>> round(float(lon), 4), round(float(lat), 4)
    (112.9442, 28.2247)
    """
    lon, lat = _degrees(lon, lat)
    return _only_in_china(lon, lat, *_gcj02(lon, lat))


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to WGS-84 degrees, elementwise; unchanged outside China.

    The inverse of :func:`wgs84_to_gcj02` to within 1e-9 degrees.
    """
    lon, lat = _degrees(lon, lat)
    return _only_in_china(lon, lat, *_inverse(_gcj02, lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to BD-09 degrees, elementwise; unchanged outside China."""
    lon, lat = _degrees(lon, lat)
    return _only_in_china(lon, lat, *_baidu(*_gcj02(lon, lat)))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to WGS-84 degrees, elementwise; unchanged outside China.

    The inverse of :func:`wgs84_to_bd09` to within 1e-9 degrees.
    """
    lon, lat = _degrees(lon, lat)
    return _only_in_china(lon, lat, *_inverse(_gcj02, *_inverse(_baidu, lon, lat)))


def to_wgs84(
    x: ArrayLike,
    y: ArrayLike,
    crs: str | int = "wgs84",
    *,
    file: str | PathLike[str] | None = None,
) -> tuple[Floats, Floats]:
    """Coordinates of any supported system to WGS-84 degrees, elementwise.

    Parameters
    ----------
    x, y
        Longitude and latitude, or easting and northing.
    crs
        ``wgs84``, ``gcj02``, ``bd09``, or an EPSG code (``4547`` or ``"EPSG:4547"``) or any other
        text that pyproj understands.
    file
        The file the coordinates are from, for the error.

    Returns
    -------
    lon, lat
        Degrees, float64, in the shape of the input.

    Raises
    ------
    InputError
        If the system is not known.

    Examples
    --------
    >>> lon, lat = to_wgs84([400000.0], [3100000.0], "EPSG:4547")
    >>> bool(112.9 < lon[0] < 113.1 and 28.0 < lat[0] < 28.1)
    True
    """
    name = str(crs).strip().lower().replace("-", "").replace("_", "")
    conversion = _CONVERSIONS.get(name)
    if conversion is not None:
        return conversion(x, y)
    return _from_projected(x, y, crs, file)


def check_lonlat(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    file: str | PathLike[str] | None = None,
    place: str | None = None,
) -> None:
    """Refuse coordinates that cannot be degrees of longitude and latitude.

    Raises
    ------
    InputError
        If one is missing or out of range, with a hint when the two are likely swapped.
    """
    lon, lat = _degrees(lon, lat)
    finite = np.isfinite(lon) & np.isfinite(lat)
    if not finite.all():
        row = int(np.flatnonzero(~finite.ravel())[0])
        raise InputError(
            f"{int((~finite).sum())} coordinates are missing or not finite, first in row {row + 1}",
            file=file,
            place=place,
            mend="give every point a longitude and a latitude, or leave the row out",
        )
    wrong = (np.abs(lon) > 180.0) | (np.abs(lat) > 90.0)
    if not wrong.any():
        return
    row = int(np.flatnonzero(wrong.ravel())[0])
    first = (float(lon.ravel()[row]), float(lat.ravel()[row]))
    swapped = (np.abs(lat) <= 180.0).all() and (np.abs(lon) <= 90.0).all()
    raise InputError(
        f"row {row + 1} lies at longitude {first[0]:.6g}, latitude {first[1]:.6g}, "
        "which is not on Earth",
        file=file,
        place=place,
        mend="longitude and latitude look swapped: exchange the two columns"
        if swapped
        else 'name the coordinate system, for example crs="EPSG:4547"',
    )


def _degrees(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _unchanged(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return _degrees(lon, lat)


def _only_in_china(
    lon: Floats, lat: Floats, moved_lon: Floats, moved_lat: Floats
) -> tuple[Floats, Floats]:
    west, east, south, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.where(inside, moved_lon, lon), np.where(inside, moved_lat, lat)


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + ripple
        + (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
        + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    )
    east_m = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + ripple
        + (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
        + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    )
    phi = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY2) / (w2 * np.sqrt(w2))
    parallel_m = _AXIS_M / np.sqrt(w2) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _baidu(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_PI)
    return radius * np.cos(angle) + _BAIDU_OFFSET[0], radius * np.sin(angle) + _BAIDU_OFFSET[1]


def _inverse(
    forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_MAX_ROUNDS):
        seen_lon, seen_lat = forward(guess_lon, guess_lat)
        off_lon, off_lat = lon - seen_lon, lat - seen_lat
        guess_lon, guess_lat = guess_lon + off_lon, guess_lat + off_lat
        off = np.maximum(np.abs(off_lon), np.abs(off_lat))
        if not (off > _TOLERANCE_DEG).any():
            break
    return guess_lon, guess_lat


def _from_projected(
    x: ArrayLike, y: ArrayLike, crs: str | int, file: str | PathLike[str] | None
) -> tuple[Floats, Floats]:
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    text = str(crs).strip()
    try:
        system = CRS.from_user_input(int(text) if text.isdigit() else text)
    except CRSError as error:
        raise InputError(
            f"coordinate system {text!r} is not known{did_you_mean(text, _NAMES)}",
            file=file,
            place="crs",
            mend="use wgs84, gcj02, bd09 or an EPSG code such as EPSG:4547",
        ) from error
    x, y = _degrees(x, y)
    lon, lat = Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(
        np.atleast_1d(x), np.atleast_1d(y)
    )
    return lon.reshape(x.shape), lat.reshape(y.shape)


_NAMES: Final = ("wgs84", "gcj02", "bd09")
_CONVERSIONS: Final[dict[str, Conversion]] = {
    "wgs84": _unchanged,
    "epsg:4326": _unchanged,
    "4326": _unchanged,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
