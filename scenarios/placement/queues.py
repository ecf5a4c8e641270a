"""Piles, cabins or desks under a waiting target, as size classes of a site.

A site with c servers may take so many arrivals that their wait stays within the target (M/M/c,
Erlang 1917). How much demand that is follows from the arrivals that one unit of demand makes in the
peak hour, so each number of servers is one size with its capacity and cost, and the waiting is
exact inside the placement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.placement.schema import SizeSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.placement.schema import QueueSpec

__all__ = ["QUEUE_KEYS", "queue_sizes", "servers_by_grid"]

QUEUE_KEYS = ("arrivals_per_h", "service_min", "wait_min", "most", "cost_each")
"""What a queue must say; no standard gives any of them."""


def queue_sizes(queue: QueueSpec) -> list[SizeSpec]:
    """Make one size class of each number of servers; none where a key is missing."""
    from optimize.location.queueing import most_arrivals

    if any(getattr(queue, key) is None for key in QUEUE_KEYS):
        return []
    arrivals, service = float(queue.arrivals_per_h or 0), float(queue.service_min or 0)
    sizes = []
    for servers in range(1, (queue.most or 0) + 1):
        rate = most_arrivals(servers, service, float(queue.wait_min or 0), queue.quantile)
        cost = servers * float(queue.cost_each or 0)
        sizes.append(SizeSpec(name=str(servers), capacity=rate / arrivals, cost=cost))
    return sizes


def servers_by_grid(queue: QueueSpec, grid_kw: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the largest number of servers that the grid of each site feeds, -1 for none.

    Parameters
    ----------
    queue
        With `kw_each`.
    grid_kw : float64[m]
        Of each site; NaN where nothing limits it.
    """
    most = queue.most or 0
    if queue.kw_each is None:
        return np.full(len(grid_kw), most - 1, dtype=np.int64)
    servers = np.where(np.isnan(grid_kw), most, np.floor(grid_kw / queue.kw_each + 1e-9))
    index: NDArray[np.int64] = (np.minimum(servers, most) - 1).astype(np.int64)
    return index
