"""Piles, cabins or desks under a waiting target, as size classes of a site.

A site with c servers may take so many arrivals that their mean wait stays within the target
(M/M/c, Erlang 1917). How much demand that is follows from the arrivals that one unit of demand
makes in the peak hour, so each number of servers is one size with its capacity and cost, and the
waiting is exact inside the placement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenarios.placement.schema import SizeSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.placement.schema import QueueSpec

__all__ = ["QUEUE_KEYS", "largest_load", "mean_wait", "queue_sizes", "servers_by_grid"]

QUEUE_KEYS = ("arrivals_per_h", "service_min", "wait_min", "most", "cost_each")
"""What a queue must say; no standard gives any of them."""

_ROUNDS = 80


def mean_wait(servers: int, load: float) -> float:
    """Mean wait in units of the mean service time; inf where the load is too much.

    Parameters
    ----------
    servers
        Number of them, c.
    load
        Arrivals in a mean service time, a: the wait is C(c, a) / (c - a) with Erlang's C.
    """
    from sim.erlang import erlang_c

    if load <= 0.0:
        return 0.0
    return erlang_c(servers, load) / (servers - load) if load < servers else float("inf")


def largest_load(servers: int, wait: float) -> float:
    """Find the largest load whose mean wait is within a target, by bisection.

    Parameters
    ----------
    servers
        Number of them.
    wait
        Target in units of the mean service time, above 0.

    Examples
    --------
    One server: a / (1 - a) = 1 at a = 1/2.

    >>> round(largest_load(1, 1.0), 9)
    0.5
    """
    low, high = 0.0, float(servers)
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if mean_wait(servers, middle) <= wait else (low, middle)
    return low


def queue_sizes(queue: QueueSpec) -> list[SizeSpec]:
    """Make one size class of each number of servers; none where a key is missing."""
    if any(getattr(queue, key) is None for key in QUEUE_KEYS):
        return []
    arrivals, service = float(queue.arrivals_per_h or 0), float(queue.service_min or 0)
    sizes = []
    for servers in range(1, (queue.most or 0) + 1):
        load = largest_load(servers, float(queue.wait_min or 0) / service)
        capacity = load * 60.0 / service / arrivals
        cost = servers * float(queue.cost_each or 0)
        sizes.append(SizeSpec(name=str(servers), capacity=capacity, cost=cost))
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
