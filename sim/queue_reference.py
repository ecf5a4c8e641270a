"""The queue of `sim.queue` in SimPy, written to be read: this is the specification.

Customers arrive one after the other.  Who finds ``places`` customers there is lost; who finds a
free server is served at once; the others wait in line.  A server that has served one customer goes
on with the first in line, or rests.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import simpy

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

__all__ = ["serve_all"]


def serve_all(
    between: NDArray[np.float64],
    service: NDArray[np.float64],
    servers: int,
    places: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Serve all customers.

    Parameters
    ----------
    between : float64[n]
        Time from each customer's predecessor (the first one's: from 0) to its arrival.
    service : float64[n]
        Each customer's time in service.
    servers
        Number of servers.
    places
        Most that may be there, those in service included.

    Returns
    -------
    tuple of float64[n]
        Arrival, begin of service and departure; NaN, the last two, for a customer that was lost.
    """
    street = simpy.Environment()
    customers = between.size
    # Python's own numbers: SimPy is timed on this, and numpy's scalars would slow it down.
    time_between, time_in_service = between.tolist(), service.tolist()
    arrived, started, departed = ([np.nan] * customers for _ in range(3))
    line: deque[int] = deque()
    busy = 0

    def arrivals() -> Generator[simpy.Event, None, None]:
        nonlocal busy
        for customer in range(customers):
            yield street.timeout(time_between[customer])
            arrived[customer] = street.now
            if busy < servers:
                busy += 1
                street.process(server(customer))
            elif busy + len(line) < places:
                line.append(customer)

    def server(customer: int) -> Generator[simpy.Event, None, None]:
        nonlocal busy
        while True:
            started[customer] = street.now
            yield street.timeout(time_in_service[customer])
            departed[customer] = street.now
            if not line:
                break
            customer = line.popleft()
        busy -= 1

    street.process(arrivals())
    street.run()
    return np.array(arrived), np.array(started), np.array(departed)
