"""How one leaves a position on a street, and how one arrives at it.

A position (e, f) lies on directed edge e at fraction f from its tail. Towards the head one drives
1 - f of e; the other way f of the reverse edge, where there is one, to the head of that (which is
the tail of e unless turns are arcs). Two positions on one street are also joined straight along it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks.network import RoadNetwork


class Approach(NamedTuple):
    """By which nodes some positions are left or reached, on their edge and on its reverse.

    All are [k, 2], with -1 where there is no reverse.

    To arrive, one drives ``share`` of ``edge`` from node ``ends``; to leave, towards it.
    """

    ends: NDArray[np.int64]
    edge: NDArray[np.int64]
    share: NDArray[np.float64]

    def costs(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds for the share of the edge, [k, 2]; nothing takes no time, closed or not."""
        if len(time_s) == 0:
            return np.zeros(self.share.shape)
        whole = time_s[np.maximum(self.edge, 0)]
        return np.multiply(self.share, whole, out=np.zeros_like(whole), where=self.share > 0.0)


def leaving(network: RoadNetwork, edge: NDArray[np.int64], at: NDArray[np.float64]) -> Approach:
    """How positions are left: to the head of their edge, and to that of its reverse."""
    return _approach(network, edge, at, leave=True)


def arriving(network: RoadNetwork, edge: NDArray[np.int64], at: NDArray[np.float64]) -> Approach:
    """How positions are reached: from the tail of their edge, and from that of its reverse."""
    return _approach(network, edge, at, leave=False)


def _approach(
    network: RoadNetwork, edge: NDArray[np.int64], at: NDArray[np.float64], *, leave: bool
) -> Approach:
    on = edge >= 0
    safe = np.where(on, edge, 0)
    if network.n_edges == 0:
        nowhere = np.full((len(edge), 2), -1, dtype=np.int64)
        return Approach(nowhere, nowhere, np.zeros(nowhere.shape))
    back = np.where(on, network.reverse[safe], -1).astype(np.int64)
    end = network.head if leave else network.tail
    own_share = 1.0 - at if leave else at
    other_share = at if leave else 1.0 - at
    return Approach(
        np.column_stack(
            [np.where(on, end[safe], -1), np.where(back >= 0, end[np.maximum(back, 0)], -1)]
        ).astype(np.int64),
        np.column_stack([np.where(on, edge, -1), back]).astype(np.int64),
        np.column_stack([own_share, other_share]).astype(np.float64),
    )


def along_street(
    network: RoadNetwork, origin: tuple[int, float], destination: tuple[int, float]
) -> tuple[int, float, float] | None:
    """Drive from one position straight to another on the same street, if that is permitted.

    Returns
    -------
    tuple or None
        Directed edge, fraction at which it is entered, fraction at which it is left.
    """
    edge, at = origin
    goal_edge, goal = destination
    back = int(network.reverse[edge])
    if goal_edge == back and back >= 0:
        goal = 1.0 - goal
    elif goal_edge != edge:
        return None
    if goal >= at:
        return edge, at, goal
    return None if back < 0 else (back, 1.0 - at, 1.0 - goal)
