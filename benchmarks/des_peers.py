"""The M/M/c queue in the tools that a researcher would use otherwise.

Each tool has the form that makes it fastest, so that the comparison flatters nobody: servers that
fetch their customers from a plain line (in SimPy the reference twin `sim.queue_reference`), and no
process, resource or statistics object for each customer; that form is about twice as fast in SimPy
and thirty times in salabim as the one of their tutorials.  Ciw has one form only.

A peer takes the number of customers, the arrival rate (service has rate 1), the number of servers
and a seed, and gives the mean wait: that all simulate the same thing shows in it.
"""

from __future__ import annotations

import random
from collections import deque
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["PEERS", "Peer"]


class Peer(NamedTuple):
    """A tool to compare with.

    Attributes
    ----------
    package
        Name of its distribution.
    mean_wait
        Simulates ``(customers, arrival_rate, servers, seed)`` and gives the mean wait.
    """

    package: str
    mean_wait: Callable[[int, float, int, int], float]

    @property
    def version(self) -> str | None:
        """Installed version; None if it is absent."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


def _simpy(customers: int, arrival_rate: float, servers: int, seed: int) -> float:
    from sim.distributions import Exponential
    from sim.queue import simulate_queue

    log = simulate_queue(
        Exponential(1 / arrival_rate),
        Exponential(1.0),
        servers=servers,
        customers=customers,
        seed=seed,
        engine="simpy",
    )
    return float(log.wait.mean())


def _ciw(customers: int, arrival_rate: float, servers: int, seed: int) -> float:
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(arrival_rate)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return float(sum(waits) / len(waits))


def _salabim(customers: int, arrival_rate: float, servers: int, seed: int) -> float:
    import salabim

    street = salabim.Environment(trace=False, yieldless=False)
    chance = random.Random(seed)  # noqa: S311 - a simulation
    line: deque[float] = deque()
    resting: list[Server] = []
    waits: list[float] = []

    class Server(salabim.Component):  # type: ignore[misc]  # untyped package
        def process(self) -> Generator[object, None, None]:
            while True:
                while not line:
                    resting.append(self)
                    yield self.passivate()
                waits.append(street.now() - line.popleft())
                yield self.hold(chance.expovariate(1.0))

    class Arrivals(salabim.Component):  # type: ignore[misc]  # untyped package
        def process(self) -> Generator[object, None, None]:
            for _ in range(customers):
                yield self.hold(chance.expovariate(arrival_rate))
                line.append(street.now())
                if resting:
                    resting.pop().activate()

    for _ in range(servers):
        Server()
    Arrivals()
    street.run()
    return sum(waits) / len(waits)


PEERS = (Peer("simpy", _simpy), Peer("ciw", _ciw), Peer("salabim", _salabim))
