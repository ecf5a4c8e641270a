"""What turning costs: angles from the streets' lines, seconds by kind of turn and vehicle.

An angle is that between the last metres before a junction and the first ones behind it, in the
network's plane: 0 straight on, positive to the left, negative to the right, 180 back. A turn across
the oncoming lane (left where traffic keeps right) waits for a gap; the wider the vehicle, the
longer the gap. A U-turn needs a carriageway as wide as the vehicle's turning circle. The seconds
are assumptions of the size that OSRM's car profile adds (``turn_penalty`` 7.5 s at most,
``u_turn_penalty`` 20 s, nothing where only two streets meet); give measured ones where there are
any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from networks.network import RoadNetwork

__all__ = ["STRAIGHT_DEG", "U_TURN_DEG", "TurnCosts", "turn_angles"]

STRAIGHT_DEG = 40.0
"""Up to this angle one goes straight on."""
U_TURN_DEG = 170.0
"""From this angle one goes back, on another street of the same course too."""
LOOK_M = 15.0
"""Metres before and behind a junction that give the direction: bends at kerbs do not count."""

_CAR_WIDTH_M = 1.8


@dataclass(frozen=True)
class TurnCosts:
    """Seconds that turning adds, inf where it is forbidden.

    Parameters
    ----------
    across_s, near_s, straight_s
        Turn across the oncoming lane, to the near side, and straight on, where three streets or
        more meet.
    u_turn_s
        Turn back into the street that one came from, at a junction, where it is wide enough.
    u_turn_width_m
        Carriageway, both directions together, that a U-turn needs; inf: never at a junction.
    dead_end_s
        Turn round where there is no other way on.
    lane_m
        Width of a lane; a direction without a mapped number of lanes has one.
    traffic
        The side on which one drives.
    """

    across_s: float = 0.0
    near_s: float = 0.0
    straight_s: float = 0.0
    u_turn_s: float = 0.0
    u_turn_width_m: float = 0.0
    dead_end_s: float = 0.0
    lane_m: float = 3.25
    traffic: Literal["right", "left"] = "right"

    def __post_init__(self) -> None:
        for key in ("across_s", "near_s", "straight_s", "u_turn_s", "u_turn_width_m", "dead_end_s"):
            value = getattr(self, key)
            if not value >= 0.0:
                raise InputError(f"{key} = {value} is not a number from 0 up", place="turn costs")
        if self.traffic not in {"right", "left"}:
            raise InputError(
                f"traffic {self.traffic!r} keeps to no side",
                place="turn costs",
                mend="say right or left",
            )

    @classmethod
    def for_vehicle(
        cls, width_m: float = _CAR_WIDTH_M, *, traffic: Literal["right", "left"] = "right"
    ) -> TurnCosts:
        """Assumed costs of a vehicle by its width.

        A car of 1.8 m waits 6 s to turn across and turns back within 11 m, a refuse lorry of
        2.5 m waits 9.5 s and needs 20 m; between and beyond them on a line.

        Parameters
        ----------
        width_m
            Width of the vehicle.
        traffic
            The side on which one drives.

        Examples
        --------
        >>> lorry = TurnCosts.for_vehicle(2.5)
        >>> round(lorry.across_s, 1), round(lorry.u_turn_width_m, 1)
        (9.5, 20.0)
        """
        if not 0.0 < width_m < np.inf:
            raise InputError(f"a vehicle cannot be {width_m:g} m wide", place="turn costs")
        wider_m = max(0.0, width_m - _CAR_WIDTH_M)
        return cls(
            across_s=6.0 + 5.0 * wider_m,
            near_s=2.0 + 2.0 * wider_m,
            u_turn_s=20.0 + 20.0 * wider_m,
            u_turn_width_m=11.0 + 9.0 / 0.7 * wider_m,
            dead_end_s=20.0 + 20.0 * wider_m,
            traffic=traffic,
        )

    @property
    def free(self) -> bool:
        """Whether turning costs nothing at all."""
        costs = (self.across_s, self.near_s, self.straight_s, self.u_turn_s, self.dead_end_s)
        return not any(costs) and self.u_turn_width_m == 0.0

    def seconds(
        self,
        network: RoadNetwork,
        first: NDArray[np.int64],
        second: NDArray[np.int64],
        roundabout: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float64]:
        """Seconds of turns from one edge into another, dead ends apart.

        Parameters
        ----------
        network
            The streets.
        first, second
            Edges before and behind the junction, int64[k].
        roundabout
            Edges of roundabouts, bool[m]: entering and leaving one crosses no oncoming lane.

        Returns
        -------
        float64[k]
            inf where a U-turn is forbidden.
        """
        angle = turn_angles(network, first, second)
        left = angle > STRAIGHT_DEG
        right = angle < -STRAIGHT_DEG
        across, near = (left, right) if self.traffic == "right" else (right, left)
        if roundabout is not None:
            across = across & ~(roundabout[first] | roundabout[second])
        cost = np.full(len(first), self.straight_s)
        cost[near] = self.near_s
        cost[across] = self.across_s
        cost[_streets_at(network)[network.head[first]] <= 2] = 0.0
        back = network.reverse[first] == second
        lanes = np.maximum(network.lanes, 1).astype(np.float64)
        wide = self.lane_m * (lanes[first] + lanes[second]) >= self.u_turn_width_m
        cost[back] = np.where(wide[back], self.u_turn_s, np.inf)
        return cost


def _streets_at(network: RoadNetwork) -> NDArray[np.int64]:
    """How many ends of streets meet at each node, int64[n]."""
    streets = np.flatnonzero(network.street == np.arange(network.n_edges))
    ends = np.concatenate([network.tail[streets], network.head[streets]])
    return np.bincount(ends, minlength=network.n_nodes)


@njit(cache=True, nogil=True)
def _courses(
    ptr: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    look_m: float,
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
) -> None:
    """Direction in which each line sets out and arrives, in degrees from east, both filled."""
    for e in range(len(ptr) - 1):
        low, high = ptr[e], ptr[e + 1] - 1
        for side in range(2):
            at, step = (low, 1) if side == 0 else (high, -1)
            start_x, start_y = x[at], y[at]
            px, py = start_x, start_y
            left = look_m
            for _ in range(high - low):
                qx, qy = x[at + step], y[at + step]
                leg = np.hypot(qx - px, qy - py)
                if leg >= left:
                    px += (qx - px) * left / leg
                    py += (qy - py) * left / leg
                    break
                left -= leg
                px, py = qx, qy
                at += step
            course = np.degrees(np.arctan2(py - start_y, px - start_x))
            if side == 0:
                begin[e] = course
            else:
                end[e] = course + 180.0


def edge_courses(network: RoadNetwork) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Degrees from east, counter-clockwise, in which edges set out and arrive; float64[m] each."""
    key = ("courses",)
    if key not in network.memo:
        begin, end = np.zeros(network.n_edges), np.zeros(network.n_edges)
        _courses(network.shape_ptr, *network.shape_xy, LOOK_M, begin, end)
        network.memo[key] = (begin, end)
    found = network.memo[key]
    assert isinstance(found, tuple)  # noqa: S101 - only put there above
    return found


def turn_angles(network: RoadNetwork, first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Angles between edges that follow one another.

    Parameters
    ----------
    network
        The streets.
    first, second
        Edges before and behind the junction, [k].

    Returns
    -------
    float64[k]
        Degrees over -180 to 180: 0 straight on, positive left, negative right. The reverse of a
        street is 180.
    """
    a, b = np.atleast_1d(np.asarray(first, np.int64)), np.atleast_1d(np.asarray(second, np.int64))
    begin, end = edge_courses(network)
    angle = (begin[b] - end[a]) % 360.0
    angle = np.where(angle > 180.0, angle - 360.0, angle)
    turned: NDArray[np.float64] = np.where(network.reverse[a] == b, 180.0, angle)
    return turned
