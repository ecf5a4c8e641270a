"""What units drive on: streets, a matrix of times between places, or a law of distance.

Every travel model answers one question for the objects of the district (`locate`: where on the
model is this point) and hands arrays to the engines. A located point is a *spot*, three numbers:

* streets: (directed edge, fraction of it from its tail, 0)
* matrix: (place, 0, 0)
* plane: (0, x, y) in metres

The law of distance is that of Kolesar, Walker & Hausner (1975), "Determining the relation between
fire engine travel times and travel distances in New York City", Operations Research 23:614-627: a
unit accelerates, cruises and brakes, so that time is 2 sqrt(d / a) on short trips and v / a + d / v
on those longer than v² / a.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from networks import RoadNetwork

STREETS, MATRIX, PLANE = 0, 1, 2


class Spots(NamedTuple):
    """Located points, one entry each: see the module's text."""

    place: NDArray[np.int64]
    a: NDArray[np.float64]
    b: NDArray[np.float64]


def _point(lon: float, lat: float) -> str:
    return f"({lon:.5f}, {lat:.5f})"


@dataclass(frozen=True)
class StreetTravel:
    """Units drive on a street network.

    Parameters
    ----------
    network
        Times at ordinary speed, by period of the week.
    lights_network
        The same streets with times under lights, where they are known street by street; None:
        ordinary times divided by the unit type's `lights_factor`.
    max_snap_m
        Farthest that a station, a hospital or a recorded incident may lie from a street.
    """

    network: RoadNetwork
    lights_network: RoadNetwork | None = None
    max_snap_m: float = 500.0
    kind: int = field(default=STREETS, init=False)

    def __post_init__(self) -> None:
        """Check that both networks are the same streets, driven on without turn costs."""
        from networks.turn_network import TurnNetwork

        if isinstance(self.network, TurnNetwork):
            raise InputError(
                "dispatch does not drive on a network with turn costs",
                mend="give the network that it was made from",
            )
        lights = self.lights_network
        if lights is None:
            return
        same = lights.n_edges == self.network.n_edges and bool(
            (lights.head == self.network.head).all() and (lights.tail == self.network.tail).all()
        )
        if not same:
            raise InputError(
                "the network under lights has other streets than the ordinary one",
                mend="make it with network.with_times(...)",
            )

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, what: str, limited: bool = True) -> Spots:
        """Find points on the streets.

        Parameters
        ----------
        lon, lat
            Degrees, WGS-84, shape (k,).
        what
            What the points are, for the error's text.
        limited
            Whether `max_snap_m` holds.

        Raises
        ------
        InputError
            If a point lies too far from every street.
        """
        limit = self.max_snap_m if limited else np.inf
        found = self.network.snap(lon, lat, max_distance_m=limit)
        missed = found.missed
        if missed:
            index, x, y, distance = missed[0]
            raise InputError(
                f"{len(missed)} of {len(found)} {what} cannot be placed on the streets, first "
                f"number {index} at {_point(x, y)}, {distance:,.0f} m from the nearest one",
                mend=f"mend the coordinates or raise max_snap_m above {self.max_snap_m:g}",
            )
        return Spots(
            np.asarray(found.edge, np.int64),
            np.asarray(found.fraction, np.float64),
            np.zeros(len(found)),
        )


@dataclass(frozen=True)
class MatrixTravel:
    """Units drive between places with known times; en route they are at the nearest place.

    The position of a driving unit is the straight line between the two ends at the driven share of
    the time, moved to the nearest place.

    Parameters
    ----------
    time_s
        Seconds from place to place, shape (k, k).
    x_m, y_m
        Where the places are, metres, shape (k,).
    distance_m
        Driven metres from place to place; None: the straight line.
    """

    time_s: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    distance_m: NDArray[np.float64] | None = None
    kind: int = field(default=MATRIX, init=False)

    def __post_init__(self) -> None:
        """Check shapes and values."""
        k = len(self.x_m)
        if np.shape(self.time_s) != (k, k) or len(self.y_m) != k:
            raise InputError(
                f"the travel-time matrix has shape {np.shape(self.time_s)} for {k} places",
                mend="give one row and one column a place",
            )
        times = np.asarray(self.time_s, float)
        if bool(np.isnan(times).any()) or bool((times < 0).any()):
            raise InputError(
                "the travel-time matrix has a negative or missing time",
                mend="give seconds, 0 or more, inf for no way",
            )

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, what: str, limited: bool = True) -> Spots:
        """Find points among the places, by exact coordinates (x, y in metres).

        Raises
        ------
        InputError
            If no place lies there.
        """
        del limited
        from scipy.spatial import cKDTree

        x = np.atleast_1d(np.asarray(lon, float))
        y = np.atleast_1d(np.asarray(lat, float))
        distance, place = cKDTree(np.column_stack([self.x_m, self.y_m])).query(
            np.column_stack([x, y])
        )
        if bool(np.any(distance > 1.0)):
            i = int(np.argmax(distance > 1.0))
            raise InputError(
                f"{what}: number {i} at ({x[i]:.0f}, {y[i]:.0f}) is none of the matrix's places",
                mend="use the coordinates of a place",
            )
        return Spots(np.asarray(place, np.int64), np.zeros(len(x)), np.zeros(len(x)))


@dataclass(frozen=True)
class PlaneTravel:
    """Units drive by a law of distance (Kolesar, Walker & Hausner 1975).

    Parameters
    ----------
    acceleration_ms2
        Acceleration a, m/s², in terms of straight-line distance.
    cruising_ms
        Cruising speed v, m/s, in terms of straight-line distance.
    """

    acceleration_ms2: float
    cruising_ms: float
    kind: int = field(default=PLANE, init=False)

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        if not (self.acceleration_ms2 > 0 and self.cruising_ms > 0):
            raise InputError(
                "acceleration and cruising speed are not both positive",
                place="law of distance",
                mend="give m/s² and m/s above 0",
            )

    def time_s(self, distance_m: ArrayLike) -> NDArray[np.float64]:
        """Driving time over a straight-line distance."""
        d = np.asarray(distance_m, float)
        a, v = self.acceleration_ms2, self.cruising_ms
        return np.where(d <= v * v / a, 2.0 * np.sqrt(d / a), v / a + d / v)

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, what: str, limited: bool = True) -> Spots:
        """Take points as they are (x, y in metres)."""
        del limited
        x = np.atleast_1d(np.asarray(lon, float))
        y = np.atleast_1d(np.asarray(lat, float))
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise InputError(f"{what}: a coordinate is missing", mend="fill it in")
        return Spots(np.zeros(len(x), np.int64), x, y)


TravelModel = StreetTravel | MatrixTravel | PlaneTravel
