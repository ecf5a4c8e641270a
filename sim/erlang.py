"""Queues whose answers are known in closed form, to hold simulations against.

Poisson arrivals, exponential service, ``c`` servers, first come first served; "Gross" is Gross,
Shortle, Thompson and Harris 2008, Fundamentals of Queueing Theory, 4th edition.  Times are in the
unit of the rates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from networks.errors import InputError

__all__ = ["SteadyState", "erlang_b", "erlang_c", "mmc", "mmck"]


@dataclass(frozen=True)
class SteadyState:
    """A queue in the long run.

    Attributes
    ----------
    p_empty
        Probability that nobody is there.
    p_wait
        Share of those admitted who find every server busy.
    p_lost
        Share of those arriving who find no place.
    busy
        Mean number of busy servers.
    waiting, present
        Mean number waiting, and waiting or in service.
    wait, stay
        Mean time of those admitted before service, and until they leave.
    """

    p_empty: float
    p_wait: float
    p_lost: float
    busy: float
    waiting: float
    present: float
    wait: float
    stay: float


def erlang_b(servers: int, load: float) -> float:
    """Return the share lost where nobody can wait (M/M/c/c, and M/G/c/c alike).

    By the recursion 1/B(c) = 1 + c / (a B(c - 1)) (Gross, equation 2.50 turned over).

    Parameters
    ----------
    servers
        Number of servers, 0 or more.
    load
        Arrival rate times mean service time (erlang), above 0.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> round(erlang_b(10, 9), 6)
    0.167963
    """
    _check(servers >= 0 and load > 0, servers, load)
    inverse = 1.0
    for c in range(1, servers + 1):
        inverse = 1 + c / load * inverse
    return 1 / inverse


def erlang_c(servers: int, load: float) -> float:
    """Return the share that must wait where everybody can (M/M/c; Gross, section 2.3).

    Parameters
    ----------
    servers
        Number of servers, above the load.
    load
        Arrival rate times mean service time (erlang), above 0.

    Raises
    ------
    InputError
        If the load is not between 0 and the number of servers.

    Examples
    --------
    >>> round(erlang_c(10, 9), 6)
    0.668732
    """
    _check(0 < load < servers, servers, load)
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def mmc(arrival_rate: float, service_rate: float, servers: int) -> SteadyState:
    """Return the M/M/c queue in the long run (Gross, section 2.3).

    Parameters
    ----------
    arrival_rate
        Arrivals a unit of time.
    service_rate
        Services a unit of time of one busy server.
    servers
        Number of servers.

    Raises
    ------
    InputError
        If the load is not between 0 and the number of servers.
    """
    load = arrival_rate / service_rate
    p_wait = erlang_c(servers, load)
    # p_wait = p_empty * load^c / c! / (1 - load / c), in logarithms for a great many servers
    log_weight = servers * math.log(load) - math.lgamma(servers + 1)
    p_empty = math.exp(math.log(p_wait * (1 - load / servers)) - log_weight)
    wait = p_wait / (servers * service_rate - arrival_rate)
    stay = wait + 1 / service_rate
    return SteadyState(
        p_empty=p_empty,
        p_wait=p_wait,
        p_lost=0.0,
        busy=load,
        waiting=arrival_rate * wait,
        present=arrival_rate * stay,
        wait=wait,
        stay=stay,
    )


def mmck(arrival_rate: float, service_rate: float, servers: int, places: int) -> SteadyState:
    """Return the M/M/c/K queue in the long run (Gross, section 2.5).

    Parameters
    ----------
    arrival_rate
        Arrivals a unit of time, those lost included.
    service_rate
        Services a unit of time of one busy server.
    servers
        Number of servers c.
    places
        Most that may be there K, those in service included; at least c.

    Raises
    ------
    InputError
        If a rate is not above 0, or there are fewer places than servers.
    """
    load = arrival_rate / service_rate
    _check(servers >= 1 and load > 0, servers, load)
    if places < servers:
        raise InputError(f"{places} places are fewer than {servers} servers")
    log_weights = [0.0]  # of n there, against nobody; in logarithms for a great many places
    for n in range(1, places + 1):
        log_weights.append(log_weights[-1] + math.log(load / min(n, servers)))
    largest = max(log_weights)
    weights = [math.exp(weight - largest) for weight in log_weights]
    total = math.fsum(weights)
    probabilities = [weight / total for weight in weights]
    p_lost = probabilities[-1]
    admitted = arrival_rate * (1 - p_lost)
    busy = sum(min(n, servers) * p for n, p in enumerate(probabilities))
    present = sum(n * p for n, p in enumerate(probabilities))
    return SteadyState(
        p_empty=probabilities[0],
        p_wait=sum(probabilities[servers:places]) / (1 - p_lost),
        p_lost=p_lost,
        busy=busy,
        waiting=present - busy,
        present=present,
        wait=(present - busy) / admitted,
        stay=present / admitted,
    )


def _check(right: bool, servers: int, load: float) -> None:  # noqa: FBT001 - a condition
    if not right:
        raise InputError(f"{servers} servers cannot have a load of {load} erlang in the long run")
