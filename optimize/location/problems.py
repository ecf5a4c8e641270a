"""The questions of a placement, one dataclass each, on plain matrices.

All of them are put to `optimize.location.solve`, and all answers come as a `Solution`. Rows are
demand points, columns candidate sites; `sites` says which sites may be open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location.problem_checks import (
    check_matrix,
    check_number_open,
    check_sites,
    check_sizes,
    check_times,
    check_units,
    check_vector,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.coverage import Coverage
    from optimize.location.sites import Sites

__all__ = [
    "AvailabilityCover",
    "Dispersion",
    "ExpectedCover",
    "FacilityLocation",
    "MaxCover",
    "PCenter",
    "PMedian",
    "Problem",
    "ReliableMedian",
    "SetCover",
    "SizeClass",
    "TwoEchelon",
]


@dataclass(frozen=True, eq=False)
class PMedian:
    """Least weighted cost from all points to their nearest open sites (Hakimi 1964).

    Parameters
    ----------
    cost : float64[n, m]
        From each point to each site; inf where it cannot be served from there.
    weight : float64[n]
        Of each point.
    p
        Number of open sites, fixed ones included; None lets `opening` decide (the uncapacitated
        facility location problem).
    sites
        Rules; all sites are free where not given.
    opening : float64[m], optional
        Cost of opening each site, in the unit of weight times cost; part of the objective.
    """

    cost: NDArray[np.float64]
    weight: NDArray[np.float64]
    p: int | None
    sites: Sites = field(default=None)  # type: ignore[assignment]
    opening: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        n, m = check_matrix(self, "cost")
        check_vector(self, "weight", n)
        check_sites(self, m)
        check_number_open(self, needed=self.opening is None)
        if self.opening is not None:
            check_vector(self, "opening", m)


@dataclass(frozen=True, eq=False)
class ReliableMedian:
    """P-median where each open site may be out of order (Snyder and Daskin 2005).

    A point is served by its nearest open site; with probability `failure` that one is out and the
    next nearest serves, and so on through `levels` sites; if all of these are out, it costs
    `penalty`. With ``failure = 0`` and ``levels = k`` only the mean of the k nearest counts when
    `mean_of_nearest` is set.

    Parameters
    ----------
    cost, weight, p, sites
        As in `PMedian`; every cost finite.
    failure
        Probability that a site is out, the same and independent for all, in [0, 1).
    levels
        How many sites a point may fall back on.
    penalty
        Cost of a point none of whose sites is in order.
    mean_of_nearest
        Count the plain mean over the `levels` nearest open sites in place of the expectation.
    """

    cost: NDArray[np.float64]
    weight: NDArray[np.float64]
    p: int
    failure: float = 0.05
    levels: int = 2
    penalty: float = 0.0
    mean_of_nearest: bool = False
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n, m = check_matrix(self, "cost")
        if not np.isfinite(self.cost).all():
            raise InputError("cost: must be finite for every pair", mend="leave far points out")
        check_vector(self, "weight", n)
        check_sites(self, m)
        check_number_open(self)
        if not 0 <= self.failure < 1:
            raise InputError(f"failure must be from 0 to below 1, is {self.failure}")
        if not 1 <= self.levels <= self.p:
            raise InputError(f"levels must be from 1 to p = {self.p}, is {self.levels}")
        if not np.isfinite(self.penalty) or self.penalty < 0:
            raise InputError(f"penalty must be a number of at least 0, is {self.penalty}")


@dataclass(frozen=True, eq=False)
class PCenter:
    """Least largest cost from a point to its nearest open site (Hakimi 1964; vertex p-center).

    Parameters
    ----------
    cost : float64[n, m]
        From each point to each site; inf where it cannot be served from there.
    p
        Number of open sites, fixed ones included.
    sites
        Rules; all sites are free where not given.
    """

    cost: NDArray[np.float64]
    p: int
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        _, m = check_matrix(self, "cost")
        check_sites(self, m)
        check_number_open(self)


@dataclass(frozen=True, eq=False)
class SetCover:
    """Fewest, or cheapest, sites that cover every point (Toregas et al. 1971).

    Parameters
    ----------
    coverage
        Who covers whom; shares are not used.
    times : int64[n] or int
        How many open sites must cover each point: 2 keeps a backup (Hogan and ReVelle 1986).
        0 leaves a point out.
    sites
        Rules; their `cost`, where given, is what is made least, else their number.
    """

    coverage: Coverage
    times: NDArray[np.int64] | int = 1
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        check_sites(self, self.coverage.n_sites)
        object.__setattr__(self, "times", check_times(self.times, self.coverage.n_points))


@dataclass(frozen=True, eq=False)
class MaxCover:
    """Most weight covered by p sites or within a budget (Church and ReVelle 1974).

    A point counts by the largest share that any open site covers it with (Berman and Krass 2002),
    all of it where coverage has no shares. Several service levels are several rows of coverage.

    Parameters
    ----------
    coverage
        Who covers whom.
    weight : float64[n]
        Of each point.
    p
        Number of open sites at most, fixed ones included; None where a budget decides.
    sites
        Rules; all sites are free where not given.
    """

    coverage: Coverage
    weight: NDArray[np.float64]
    p: int | None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        check_vector(self, "weight", self.coverage.n_points)
        check_sites(self, self.coverage.n_sites)
        check_number_open(self, needed=self.sites.budget is None)


@dataclass(frozen=True, eq=False)
class ExpectedCover:
    """Most expected cover by units that are busy a share of the time (MEXCLP, Daskin 1983).

    A point with k units in reach counts ``1 - busy_fraction**k`` of its weight.

    Parameters
    ----------
    coverage
        Who covers whom; shares are not used.
    weight : float64[n]
        Of each point.
    units
        Number of units; a site may hold several.
    busy_fraction
        From 0 to below 1, the same for every unit.
    most_per_site
        Units that a site can hold; as many as there are where not given.
    sites
        Rules: a fixed site holds at least one unit.
    """

    coverage: Coverage
    weight: NDArray[np.float64]
    units: int
    busy_fraction: float
    most_per_site: int | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        check_vector(self, "weight", self.coverage.n_points)
        check_sites(self, self.coverage.n_sites)
        check_units(self)


@dataclass(frozen=True, eq=False)
class AvailabilityCover:
    """Most weight with a free unit in reach reliably (MALP I, ReVelle and Hogan 1989).

    A point counts when at least b units cover it, b the least number with
    ``1 - busy_fraction**b >= reliability``.

    Parameters
    ----------
    coverage, weight, units, busy_fraction, most_per_site, sites
        As in `ExpectedCover`.
    reliability
        Above 0 and below 1.
    """

    coverage: Coverage
    weight: NDArray[np.float64]
    units: int
    busy_fraction: float
    reliability: float = 0.9
    most_per_site: int | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        check_vector(self, "weight", self.coverage.n_points)
        check_sites(self, self.coverage.n_sites)
        check_units(self)
        if not 0 < self.reliability < 1:
            raise InputError(f"reliability must be between 0 and 1, is {self.reliability}")


@dataclass(frozen=True, eq=False)
class Dispersion:
    """P sites whose least distance from each other is largest (p-dispersion, Kuby 1987).

    Parameters
    ----------
    distance : float64[m, m]
        Between sites, symmetric.
    p
        Number of open sites, at least 2.
    sites
        Rules; all sites are free where not given.
    """

    distance: NDArray[np.float64]
    p: int
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n, m = check_matrix(self, "distance")
        if n != m or not np.array_equal(self.distance, self.distance.T):
            raise InputError("distance: must be a symmetric table of sites by sites")
        check_sites(self, m)
        check_number_open(self)
        if self.p < 2:
            raise InputError(f"p must be at least 2, is {self.p}: one site has no distance")


@dataclass(frozen=True)
class SizeClass:
    """A size in which a site may be built.

    Parameters
    ----------
    name
        As reports show it.
    capacity
        In the unit of the demand.
    cost
        Of building it, on top of the site's own opening cost.
    """

    name: str
    capacity: float
    cost: float


@dataclass(frozen=True, eq=False)
class FacilityLocation:
    """Least cost of sites and service where a site can serve so much (CFLP).

    Parameters
    ----------
    cost : float64[n, m]
        Of serving a point wholly from a site, inf where impossible; a share of the demand costs
        that share of it.
    demand : float64[n]
        Of each point, in the unit of capacity.
    capacity : float64[m], optional
        Of each site; where not given, the size class decides.
    opening : float64[m]
        Cost of opening each site; part of the objective.
    size_classes
        Sizes to choose from, one a site; at most one is built at a site.
    largest_size : int64[m], optional
        Index of the largest class that fits on each site (its grid, its plot); -1 none.
    single_source
        Whether each point is served by one site alone.
    p
        Number of open sites at most; None where cost alone decides.
    sites
        Rules.
    """

    cost: NDArray[np.float64]
    demand: NDArray[np.float64]
    capacity: NDArray[np.float64] | None
    opening: NDArray[np.float64]
    size_classes: tuple[SizeClass, ...] = ()
    largest_size: NDArray[np.int64] | None = None
    single_source: bool = False
    p: int | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n, m = check_matrix(self, "cost")
        check_vector(self, "demand", n)
        check_vector(self, "opening", m)
        check_sites(self, m)
        if self.capacity is not None:
            check_vector(self, "capacity", m)
        if (self.capacity is None) == (not self.size_classes):
            raise InputError("capacity: give either one of each site or size classes")
        check_sizes(self, m)
        check_number_open(self, needed=False)


@dataclass(frozen=True, eq=False)
class TwoEchelon:
    """Sources to transfer stations to plants at least cost, stations in size classes.

    The two-stage capacitated location problem with multiple sourcing, here with sizes
    (Klose 2000; Fernandes et al. 2014).

    Parameters
    ----------
    cost : float64[n, m]
        Of taking all of a source's amount to a station, inf where impossible.
    onward : float64[m, k]
        Of taking one unit from a station to a plant, inf where impossible.
    amount : float64[n]
        Of each source.
    opening : float64[m]
        Cost of opening each station.
    plant_capacity : float64[k]
        Of each plant.
    plant_opening : float64[k]
        Cost of using each plant; 0 for one that is there.
    capacity, size_classes, largest_size
        As in `FacilityLocation`.
    single_source
        Whether each source is served by one station alone.
    direct : float64[n, k], optional
        Of taking all of a source's amount straight to a plant; inf where impossible.
    p
        Number of stations at most.
    sites
        Rules on the stations.
    """

    cost: NDArray[np.float64]
    onward: NDArray[np.float64]
    amount: NDArray[np.float64]
    opening: NDArray[np.float64]
    plant_capacity: NDArray[np.float64]
    plant_opening: NDArray[np.float64]
    capacity: NDArray[np.float64] | None = None
    size_classes: tuple[SizeClass, ...] = ()
    largest_size: NDArray[np.int64] | None = None
    single_source: bool = False
    direct: NDArray[np.float64] | None = None
    p: int | None = None
    sites: Sites = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n, m = check_matrix(self, "cost")
        rows, k = check_matrix(self, "onward")
        if rows != m:
            raise InputError(f"onward: needs a row for each of {m} stations, has {rows}")
        check_vector(self, "amount", n)
        check_vector(self, "opening", m)
        check_vector(self, "plant_capacity", k)
        check_vector(self, "plant_opening", k)
        check_sites(self, m)
        if self.capacity is not None:
            check_vector(self, "capacity", m)
        if (self.capacity is None) == (not self.size_classes):
            raise InputError("capacity: give either one of each station or size classes")
        check_sizes(self, m)
        if self.direct is not None and check_matrix(self, "direct") != (n, k):
            raise InputError(f"direct: needs a table of {n} sources by {k} plants")
        check_number_open(self, needed=False)


Problem = (
    PMedian
    | ReliableMedian
    | PCenter
    | SetCover
    | MaxCover
    | ExpectedCover
    | AvailabilityCover
    | Dispersion
    | FacilityLocation
    | TwoEchelon
)
