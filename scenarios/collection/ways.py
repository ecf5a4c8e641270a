"""Ways of trucks between places: seconds and metres of all pairs, and the edges of one way.

Each edge counts in whole seconds, as in the routes of sweepers, and in whole decimetres. Of the
quickest ways between two places the shortest is taken: both are found in one search, over weights
that hold the seconds and, beyond their last digit, the decimetres. All sums are whole numbers below
2^53, so that tables, sheets and check come to the same seconds and the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork

__all__ = ["Ways"]

_UNIT = float(1 << 26)
"""Decimetres that a way may have: 6,700 km."""
_DM = 10.0


class Ways:
    """Quickest ways on the streets of one period.

    Parameters
    ----------
    network
        The streets, with a junction at every place.
    period
        Of the week, whose times hold.
    drive_kmh
        Fastest that trucks drive; as fast as the streets allow where not given.
    """

    def __init__(self, network: RoadNetwork, period: int, drive_kmh: float | None = None) -> None:
        from networks.profile import SpeedProfile
        from optimize.routing.arcs.streets import drive_seconds

        self.network = network
        self.drive_s = drive_seconds(network, period, drive_kmh)
        decimetres = np.rint(_DM * network.length_m)
        self.weight = np.where(self.drive_s >= 0, self.drive_s * _UNIT + decimetres, np.inf)
        flat = SpeedProfile.flat(network.n_edges)
        self.weighed = network.with_profile(flat).with_times(self.weight)
        self.known: dict[tuple[int, int], NDArray[np.int64]] = {}

    def tables(
        self, nodes: NDArray[np.int64], far: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds and metres between nodes.

        Parameters
        ----------
        nodes : int64[n]
            Of the places.
        far
            Where there is no way.

        Returns
        -------
        tuple of int64[n, n]
        """
        weight = self.weighed.node_matrix(nodes, nodes)
        is_way = np.isfinite(weight)
        whole = np.where(is_way, weight, 0.0)
        seconds = np.floor(whole / _UNIT)
        metres = np.rint((whole - seconds * _UNIT) / _DM)
        return (
            np.where(is_way, seconds, far).astype(np.int64),
            np.where(is_way, metres, far).astype(np.int64),
        )

    def between(self, start: int, end: int) -> NDArray[np.int64]:
        """Edges of the way from one node to another; none where they are one.

        Raises
        ------
        InputError
            If there is no way.
        """
        if start == end:
            return np.zeros(0, dtype=np.int64)
        if (start, end) not in self.known:
            from networks.travel import at_nodes
            from networks.trips import edges_between

            found = edges_between(self.weighed, at_nodes(self.weighed, start),
                                  at_nodes(self.weighed, end), 0)  # fmt: skip
            if found is None:
                raise InputError(f"there is no way from node {start} to node {end}")
            self.known[start, end] = found[3]
        return self.known[start, end]
