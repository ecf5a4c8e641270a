"""One queue before several servers, alone: the event list and the draws at work and on trial.

G/G/c and G/G/c/K: customers arrive one by one, wait in one line, first come first served, before
``c`` equal servers; whoever finds ``K`` there is lost.  With exponential times this is M/M/c and
M/M/c/K, whose long run is known in closed form (`sim.erlang`), and it is the bare model on which
simulation tools are timed.

The specification is `sim.queue_reference`, the same queue in SimPy; the kernel below gives equal
rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from networks.errors import InputError
from sim.draws import Word, stream_id
from sim.events import event_list, pop, push, size

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.distributions import Distribution

__all__ = ["QueueLog", "simulate_queue"]

Engine = Literal["kernel", "simpy"]

_ARRIVAL = 0
_DEPARTURE = 1


@dataclass(frozen=True, eq=False)
class QueueLog:
    """What happened to each customer, one row each in the order of arrival.

    Attributes
    ----------
    arrived : float64[n]
        Time of arrival, in the unit of the distributions.
    started, departed : float64[n]
        Begin and end of service; NaN for a customer that was lost.
    """

    arrived: NDArray[np.float64]
    started: NDArray[np.float64]
    departed: NDArray[np.float64]

    @property
    def wait(self) -> NDArray[np.float64]:
        """Time between arrival and begin of service; NaN for a customer that was lost."""
        return self.started - self.arrived

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Whether the customer found no place."""
        return np.isnan(self.started)

    def table(self) -> pd.DataFrame:
        """Return the rows as a table with the columns arrived, started and departed."""
        import pandas as pd

        return pd.DataFrame(
            {"arrived": self.arrived, "started": self.started, "departed": self.departed}
        )


def simulate_queue(
    between: Distribution,
    service: Distribution,
    *,
    servers: int,
    customers: int,
    places: int | None = None,
    seed: Word = 0,
    engine: Engine = "kernel",
) -> QueueLog:
    """Simulate a queue from empty until its last customer has left.

    Parameters
    ----------
    between, service
        Distributions of the time between arrivals (before the first one too) and of the service.
    servers
        Number of servers.
    customers
        Number of customers that arrive.
    places
        Most that may be there, those in service included; None for no bound.
    seed
        Names the replication.
    engine
        ``"kernel"``, or ``"simpy"`` for the reference.

    Raises
    ------
    InputError
        If there is no server, or a negative number of customers, or fewer places than servers.
    """
    if servers < 1:
        raise InputError(f"servers = {servers} must be 1 or more")
    if customers < 0:
        raise InputError(f"customers = {customers} must be 0 or more")
    if places is not None and places < servers:
        raise InputError(f"{places} places are fewer than {servers} servers")
    bound = customers + servers if places is None else places
    who = np.arange(customers, dtype=np.int64)
    between_times = between.sample(seed, stream_id("queue/between"), who)
    service_times = service.sample(seed, stream_id("queue/service"), who)
    if engine == "simpy":
        from sim.queue_reference import serve_all

        return QueueLog(*serve_all(between_times, service_times, servers, bound))
    arrived, started, departed = (np.empty(customers) for _ in range(3))
    _serve_all(between_times, service_times, servers, bound, arrived, started, departed)
    return QueueLog(arrived, started, departed)


@njit(cache=True, nogil=True)
def _serve_all(
    between: NDArray[np.float64],
    service: NDArray[np.float64],
    servers: int,
    places: int,
    arrived: NDArray[np.float64],
    started: NDArray[np.float64],
    departed: NDArray[np.float64],
) -> None:
    """Fill in the rows of all customers."""
    customers = between.size
    if customers == 0:
        return
    events = event_list(servers + 1)  # a departure for each busy server, and the next arrival
    line = np.empty(customers, np.int32)  # those who ever waited; from `head` on they wait still
    head = 0
    tail = 0
    busy = 0
    push(events, between[0], _ARRIVAL, 0, 0)
    while size(events) > 0:
        time, kind, customer, _ = pop(events)
        if kind == _ARRIVAL:
            arrived[customer] = time
            if customer + 1 < customers:
                push(events, time + between[customer + 1], _ARRIVAL, customer + 1, 0)
            if busy < servers:
                busy += 1
                started[customer] = time
                push(events, time + service[customer], _DEPARTURE, customer, 0)
            elif busy + tail - head < places:
                line[tail] = customer
                tail += 1
            else:
                started[customer] = np.nan
                departed[customer] = np.nan
        else:
            departed[customer] = time
            if head < tail:
                following = line[head]
                head += 1
                started[following] = time
                push(events, time + service[following], _DEPARTURE, following, 0)
            else:
                busy -= 1
