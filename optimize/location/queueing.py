"""Piles, cabins or desks at each site so that waits stay within a target.

A site with c servers is a queue M/M/c; up to some rate of arrivals its wait keeps the target, and
that rate is the capacity of "c servers" as a size. So Erlang's formula is inside the model: how
many sites, where, with how many servers each, is one integer program and its waits are exact
(Marianov and Serra 1998 bound the number in queue the same way). What the grid or the plot bears
limits the servers of each site.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location.problems import FacilityLocation, SizeClass
from optimize.location.sites import Sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.capacitated.model import Program
    from optimize.location.solution import Limits, Solution
    from optimize.location.solve import Method

__all__ = ["QueueingLocation", "Waits", "most_arrivals", "pile_sizes", "solve", "waits"]


def most_arrivals(
    piles: int, service_min: float, wait_target_min: float, quantile: float | None = None
) -> float:
    """Find the greatest rate of arrivals, an hour, at which the wait keeps its target.

    Parameters
    ----------
    piles
        Number of servers, at least 1.
    service_min
        Mean time of a service, in minutes.
    wait_target_min
        Mean wait at most, or with a quantile the wait that this share does not exceed.
    quantile
        Share of arrivals that must wait no longer than the target, between 0 and 1.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    One server: the mean wait is a / (1 - a) services, 1 at a load of one half.

    >>> round(most_arrivals(1, service_min=10.0, wait_target_min=10.0), 9)
    3.0
    """
    if piles < 1 or not (math.isfinite(service_min) and service_min > 0):
        raise InputError(f"{piles} servers of {service_min:g} min make no queue")
    if quantile is not None and not 0 < quantile < 1:
        raise InputError(f"the quantile must be between 0 and 1, is {quantile}")
    if not math.isfinite(wait_target_min) or wait_target_min < 0:
        raise InputError(f"the wait must be a number of at least 0 min, is {wait_target_min}")
    if wait_target_min == 0 and quantile is None:
        raise InputError("a mean wait of 0 min lets nobody in", mend="give a target above 0")
    low, high = 0.0, float(piles)  # erlang; the wait rises with the load
    while high - low > 1e-13 * piles:
        load = 0.5 * (low + high)
        if load in {low, high}:
            break
        if _keeps(piles, load, service_min, wait_target_min, quantile):
            low = load
        else:
            high = load
    return low * 60.0 / service_min


def _keeps(
    piles: int, load: float, service_min: float, target_min: float, quantile: float | None
) -> bool:
    from sim.erlang import erlang_c

    p_wait = erlang_c(piles, load)
    if quantile is None:
        return p_wait * service_min / (piles - load) <= target_min
    return p_wait * math.exp(-(piles - load) * target_min / service_min) <= 1 - quantile


def pile_sizes(
    service_min: float,
    wait_target_min: float,
    most: int,
    cost_per_pile: float,
    cost_site: float = 0.0,
    quantile: float | None = None,
) -> tuple[SizeClass, ...]:
    """Give a size class for each number of piles from 1 to most.

    Parameters
    ----------
    service_min, wait_target_min, quantile
        As in `most_arrivals`.
    most
        Largest number of piles.
    cost_per_pile, cost_site
        Of each pile, and of a site whatever its size.

    Returns
    -------
    tuple of SizeClass
        Class k has k + 1 piles; its capacity is arrivals an hour.
    """
    if most < 1:
        raise InputError(f"a site needs room for a pile at least, not {most}")
    return tuple(
        SizeClass(
            f"{piles}",
            most_arrivals(piles, service_min, wait_target_min, quantile),
            cost_site + piles * cost_per_pile,
        )
        for piles in range(1, most + 1)
    )


@dataclass(frozen=True, eq=False)
class QueueingLocation:
    """Least cost of sites, piles and travel where waits keep a target.

    Parameters
    ----------
    travel : float64[n, m]
        From each point to each site, in any unit; inf where it cannot go.
    arrivals : float64[n]
        Of each point, an hour.
    service_min, wait_target_min, quantile
        As in `most_arrivals`.
    most_piles : int64[m] or int
        That the grid or the plot of each site bears; 0 none.
    cost_per_pile
        In the unit of `opening`.
    opening : float64[m]
        Cost of each site without its piles.
    travel_cost
        Of one arrival an hour over one unit of travel.
    travel_limit
        Farther nobody goes.
    nearest
        Whether everybody goes to the nearest open site; else the plan says who goes where.
    p
        Most open sites.
    sites
        Rules.
    """

    travel: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    service_min: float
    wait_target_min: float
    most_piles: NDArray[np.int64] | int
    cost_per_pile: float
    opening: NDArray[np.float64]
    travel_cost: float = 1.0
    travel_limit: float | None = None
    nearest: bool = False
    quantile: float | None = None
    p: int | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]
    located: FacilityLocation = field(init=False, repr=False)

    def __post_init__(self) -> None:
        travel = np.array(self.travel, dtype=np.float64)
        if travel.ndim != 2 or not travel.shape[1]:
            raise InputError("travel: must be a table with a column for each site")
        most = np.asarray(self.most_piles, dtype=np.int64)
        most = np.full(travel.shape[1], most) if most.ndim == 0 else most.copy()
        if most.shape != (travel.shape[1],) or (most < 0).any():
            raise InputError("most_piles: needs a number of at least 0 for each site")
        if not (math.isfinite(self.travel_cost) and self.travel_cost >= 0):
            raise InputError(f"travel_cost must be at least 0, is {self.travel_cost}")
        limit = math.inf if self.travel_limit is None else self.travel_limit
        travel[travel > limit] = np.inf
        n = len(travel)
        rate = np.asarray(self.arrivals, dtype=np.float64).reshape(-1, 1)
        if len(rate) != n:
            raise InputError(f"arrivals: needs {n} numbers, has {len(rate)}")
        cost = np.full(travel.shape, np.inf)
        reach = ~np.isinf(travel)  # what is not a number is found below
        cost[reach] = (np.where(reach, travel, 0.0) * (self.travel_cost * rate))[reach]
        object.__setattr__(self, "travel", travel)
        object.__setattr__(self, "most_piles", most)
        located = FacilityLocation(
            cost,
            self.arrivals,
            None,
            self.opening,
            pile_sizes(
                self.service_min,
                self.wait_target_min,
                max(1, int(most.max())),
                self.cost_per_pile,
                quantile=self.quantile,
            ),
            most - 1,
            single_source=True,
            p=self.p,
            sites=Sites(travel.shape[1]) if self.sites is None else self.sites,
        )
        object.__setattr__(self, "located", located)
        object.__setattr__(self, "arrivals", located.demand)
        object.__setattr__(self, "opening", located.opening)
        object.__setattr__(self, "sites", located.sites)


@dataclass(frozen=True, eq=False)
class Waits:
    """The queues of a plan.

    Parameters
    ----------
    site, piles : int64[k]
        Open sites and the piles of each.
    arrivals : float64[k]
        An hour.
    busy : float64[k]
        Share of the time that a pile is in use.
    p_wait : float64[k]
        Share of arrivals that wait at all.
    mean_wait_min : float64[k]
        Over all arrivals.
    within_target : float64[k]
        Share that waits no longer than the target.
    """

    site: NDArray[np.int64]
    piles: NDArray[np.int64]
    arrivals: NDArray[np.float64]
    busy: NDArray[np.float64]
    p_wait: NDArray[np.float64]
    mean_wait_min: NDArray[np.float64]
    within_target: NDArray[np.float64]


def waits(problem: QueueingLocation, solution: Solution) -> Waits:
    """Reckon the queue of each open site.

    Parameters
    ----------
    problem
        The question.
    solution
        Its answer: `sizes` are numbers of piles.
    """
    from sim.erlang import mmc

    site = solution.open_sites
    piles = np.zeros(len(site), dtype=np.int64) if solution.sizes is None else solution.sizes
    served = solution.assignment >= 0
    weights = problem.arrivals[served]
    load = np.bincount(solution.assignment[served], weights, problem.sites.n)
    rate = load[site].astype(np.float64)
    p_wait, mean, within = np.zeros(len(site)), np.zeros(len(site)), np.ones(len(site))
    for at in np.flatnonzero(rate > 0):
        queue = mmc(float(rate[at]) / 60.0, 1 / problem.service_min, int(piles[at]))
        p_wait[at], mean[at] = queue.p_wait, queue.wait
        spare = int(piles[at]) / problem.service_min - float(rate[at]) / 60.0
        within[at] = 1 - queue.p_wait * math.exp(-spare * problem.wait_target_min)
    busy = rate * problem.service_min / 60.0 / np.maximum(piles, 1)
    return Waits(site, piles, rate, busy, p_wait, mean, within)


def solve(problem: QueueingLocation, limits: Limits, method: Method = "auto") -> Solution:
    """Solve a queueing location problem.

    Parameters
    ----------
    problem
        By choice it is a capacitated location with one source for each point; where all go to the
        nearest, the program has rows for that (Wagner and Falk 1986) and HiGHS solves it whole.
    limits
        Of the search.
    method
        As in `capacitated.solve`; without effect where all go to the nearest.

    Returns
    -------
    Solution
        With the number of piles as `sizes`.

    Raises
    ------
    InputError
        If some point reaches no site.
    """
    from optimize.location.capacitated import search

    if problem.nearest:
        got = search.solve(
            problem.located, limits, "mip", lambda program: _nearest_rows(problem, program)
        )
    else:
        got = search.solve(problem.located, limits, method)
    return got if got.sizes is None else replace(got, sizes=got.sizes + 1)


def _nearest_rows(problem: QueueingLocation, program: Program) -> None:
    """Put in that a point is served from no farther than any open site: one row a pair."""
    n, m = problem.travel.shape
    first = len(program.model.cost) - len(program.point)
    column = np.full((n, m), -1, dtype=np.int64)
    column[program.point, program.site] = first + np.arange(len(program.point))
    rows = program.model.rows
    for i in range(n):
        sites = np.flatnonzero(np.isfinite(problem.travel[i]))
        no_farther = problem.travel[i, sites][:, None] >= problem.travel[i, sites][None, :]
        row, near = np.nonzero(no_farther & (column[i, sites] >= 0)[None, :])
        each = np.arange(len(sites))
        rows.add(
            np.concatenate([row, each]),
            np.concatenate([column[i, sites[near]], sites]),
            np.concatenate([np.ones(len(row)), -np.ones(len(sites))]),
            lower=np.zeros(len(sites)),
            upper=np.inf,
        )
