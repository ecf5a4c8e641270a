"""Places that lie nowhere near a street, and why: swapped, shifted, or simply far away.

Public map data in China is shifted by some hundreds of metres (GCJ-02, BD-09). A place that is far
from every street but near one once converted was most likely copied from such a map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_places", "looks_shifted", "mend_for", "record_looks_shifted", "unmoved_remark"]

_NEAR_SHARE = 0.3  # converted, a shifted place lies at most this share as far from a street
_SUSPECT_M = 60.0  # mean distance from the streets from which a shift is thought of
_ENOUGH, _LOOKED_AT = 20, 500  # incidents from which, and of which, a median is taken
_SUSPECT_MEDIAN_M = 15.0


def check_places(
    network: RoadNetwork,
    places: list[tuple[KeyPath, str, float, float]],
    max_snap_m: float,
    faults: FaultList,
) -> None:
    """Note every place that is too far from all streets, with the likely reason.

    Parameters
    ----------
    network
        The streets.
    places
        Key, name, longitude and latitude of each.
    max_snap_m
        What is too far.
    faults
        Takes what is found.
    """
    if not places:
        return
    lon = np.array([place[2] for place in places])
    lat = np.array([place[3] for place in places])
    for index, _, _, distance in network.snap(lon, lat, max_snap_m).missed:
        key, name = places[index][:2]
        faults.add(
            key,
            f'"{name}" lies {distance_words(distance)} from the nearest street',
            mend_for(network, float(lon[index]), float(lat[index]), max_snap_m),
        )


def unmoved_remark(network: RoadNetwork, systems: Sequence[str | int | None]) -> str:
    """Say that a Chinese map system moved nothing because the streets lie elsewhere.

    Parameters
    ----------
    network
        The streets.
    systems
        Coordinate systems that files of places are said to be in; None where nothing is said.

    Returns
    -------
    str
        Empty where there is nothing to say.
    """
    named = [str(crs).strip().lower().replace("-", "").replace("_", "") for crs in systems]
    chinese = list(dict.fromkeys(crs for crs in named if crs in {"gcj02", "bd09"}))
    lon, lat = float(network.lon.mean()), float(network.lat.mean())
    if not chinese or _converted(lon, lat, chinese[0]) != (lon, lat):
        return ""
    shown = " and ".join(f"{crs[:-2].upper()}-{crs[-2:]}" for crs in chinese)
    are = "is" if len(chinese) == 1 else "are"
    return f"{shown} {are} used in China only: these places lie elsewhere and were not moved"


def mend_for(network: RoadNetwork, lon: float, lat: float, max_snap_m: float) -> str:
    """Guess why a place is far from every street.

    Parameters
    ----------
    network
        The streets.
    lon, lat
        The place, degrees.
    max_snap_m
        The limit that it exceeds.
    """
    if abs(lon) <= 90 and _distance(network, lat, lon) <= max_snap_m:
        return "longitude and latitude look swapped"
    for crs in ("gcj02", "bd09"):
        x, y = _converted(lon, lat, crs)
        if (x, y) != (lon, lat) and _distance(network, x, y) <= max_snap_m:
            return f'it looks like a {crs.upper()} coordinate; set crs = "{crs}"'
    west, east = float(network.lon.min()), float(network.lon.max())
    south, north = float(network.lat.min()), float(network.lat.max())
    return (
        f"the limit is max_snap_m = {max_snap_m:g}; the streets lie within "
        f"{west:.3f} to {east:.3f} east, {south:.3f} to {north:.3f} north"
    )


def looks_shifted(network: RoadNetwork, lon: list[float], lat: list[float]) -> str | None:
    """Name the Chinese map system that places seem to be written in, if they do.

    Parameters
    ----------
    network
        The streets.
    lon, lat
        Places that are near enough to streets to be used, degrees.
    """
    if len(lon) < 3:
        return None
    as_given = float(np.mean(network.snap(lon, lat, np.inf).distance_m))
    if as_given < _SUSPECT_M:
        return None
    from networks.crs import to_wgs84

    for crs in ("gcj02", "bd09"):
        x, y = to_wgs84(lon, lat, crs)
        if float(np.mean(network.snap(x, y, np.inf).distance_m)) < _NEAR_SHARE * as_given:
            return crs
    return None


def record_looks_shifted(
    network: RoadNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> str | None:
    """Name the Chinese map system that recorded incidents seem to be written in, if they do.

    Shifted by half a kilometre an incident lies near some other street; that many lie twice as far
    from a street as they would once converted is no chance.

    Parameters
    ----------
    network
        The streets.
    lon, lat
        Incidents, degrees; some hundred of them are looked at.
    """
    step = max(1, len(lon) // _LOOKED_AT)
    lon, lat = lon[::step], lat[::step]
    if len(lon) < _ENOUGH:
        return None
    as_given = float(np.median(network.snap(lon, lat, np.inf).distance_m))
    if as_given < _SUSPECT_MEDIAN_M:
        return None
    from networks.crs import to_wgs84

    for crs in ("gcj02", "bd09"):
        x, y = to_wgs84(lon, lat, crs)
        if float(np.median(network.snap(x, y, np.inf).distance_m)) < 0.5 * as_given:
            return crs
    return None


def distance_words(metres: float) -> str:
    """Write a distance as people say it."""
    if metres < 10_000:
        return f"{metres:,.0f} m"
    return f"{metres / 1000:,.0f} km" if np.isfinite(metres) else "far"


def _distance(network: RoadNetwork, lon: float, lat: float) -> float:
    return float(network.snap([lon], [lat], np.inf).distance_m[0])


def _converted(lon: float, lat: float, crs: str) -> tuple[float, float]:
    from networks.crs import to_wgs84

    x, y = to_wgs84([lon], [lat], crs)
    return float(x[0]), float(y[0])
