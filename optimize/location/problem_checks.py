"""What every problem of `optimize.location.problems` checks of its tables, numbers and rules.

Each check refuses what is wrong with an `InputError`, and lays what is right into the problem in
one type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from networks.errors import InputError
from optimize.location.sites import Sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.problems import (
        AvailabilityCover,
        ExpectedCover,
        FacilityLocation,
        TwoEchelon,
    )

__all__ = [
    "check_matrix",
    "check_number_open",
    "check_sites",
    "check_sizes",
    "check_times",
    "check_units",
    "check_vector",
]


def check_matrix(problem: object, name: str) -> tuple[int, int]:
    """Take a table of float64[n, m] without negative numbers; its shape."""
    table = np.ascontiguousarray(getattr(problem, name), dtype=np.float64)
    if table.ndim != 2 or not table.shape[1]:
        raise InputError(f"{name}: must be a table with a column for each site")
    if np.isnan(table).any():
        raise InputError(f"{name}: holds what is not a number", mend="use inf where impossible")
    if (table < 0).any():
        raise InputError(f"{name}: holds a negative number")
    object.__setattr__(problem, name, table)
    return table.shape[0], table.shape[1]


def check_vector(problem: object, name: str, length: int) -> None:
    """Take a column of so many numbers of at least 0."""
    values = np.ascontiguousarray(getattr(problem, name), dtype=np.float64)
    if values.shape != (length,):
        raise InputError(f"{name}: needs {length} numbers, has {values.size}")
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        place = int(np.flatnonzero(bad)[0])
        raise InputError(f"{name}: number {place} must be at least 0, is {values[place]}")
    object.__setattr__(problem, name, values)


def check_sites(problem: object, m: int) -> None:
    """Take the rules on m sites; all are free where none are given."""
    sites: Sites | None = getattr(problem, "sites", None)
    if sites is None:
        sites = Sites(m)
    if sites.n != m:
        raise InputError(f"sites: there are {sites.n} sites, and {m} columns")
    object.__setattr__(problem, "sites", sites)


class _OpensP(Protocol):
    """A problem in which p sites may be open."""

    @property
    def p(self) -> int | None:
        """Number of open sites."""

    @property
    def sites(self) -> Sites:
        """Rules."""


def check_number_open(problem: _OpensP, *, needed: bool = True) -> None:
    """Take p, a whole number for which the rules leave room."""
    p, sites = problem.p, problem.sites
    if p is None:
        if needed:
            raise InputError("p: the number of open sites is not given")
        return
    p = _whole(p, "p")
    object.__setattr__(problem, "p", p)
    allowed = len(sites.allowed)
    if p < 1 or p > allowed:
        there = f"there are {sites.n} candidate sites"
        if allowed < sites.n:
            there += f", {sites.n - allowed} of them forbidden"
        raise InputError(f"p must be from 1 to {allowed}, is {p}: {there}")
    if p < len(sites.fixed):
        raise InputError(f"p is {p}, and {len(sites.fixed)} sites must be open")


def _whole(value: object, name: str) -> int:
    """Take a whole number in whatever type it comes."""
    if isinstance(value, int | float | np.integer | np.floating) and float(value).is_integer():
        return int(value)
    raise InputError(f"{name} must be a whole number, is {value!r}")


def check_times(times: object, n: int) -> NDArray[np.int64]:
    """Say how often each of n points must be covered, int64[n]."""
    wrong = InputError("times: needs one whole number of at least 0 for each point")
    try:
        given = np.asarray(times, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"times must be whole numbers, is {type(times).__name__}",
            mend="rules on the sites are given as sites=...",
        ) from None
    given = np.full(n, given) if given.ndim == 0 else given
    if given.shape != (n,) or not np.isfinite(given).all():
        raise wrong
    if (given < 0).any() or (given != np.rint(given)).any():
        raise wrong
    return given.astype(np.int64)


def check_units(problem: ExpectedCover | AvailabilityCover) -> None:
    """Take the number of units, for which the sites must have room."""
    if problem.units < 1:
        raise InputError(f"units must be at least 1, is {problem.units}")
    if not 0 <= problem.busy_fraction < 1:
        raise InputError(f"busy_fraction must be from 0 to below 1, is {problem.busy_fraction}")
    most = problem.units if problem.most_per_site is None else problem.most_per_site
    if most < 1:
        raise InputError(f"most_per_site must be at least 1, is {most}")
    object.__setattr__(problem, "most_per_site", min(most, problem.units))
    room = len(problem.sites.allowed) * min(most, problem.units)
    if problem.units > room or problem.units < len(problem.sites.fixed):
        raise InputError(
            f"{problem.units} units cannot be placed: there is room for {room} and "
            f"{len(problem.sites.fixed)} sites need one"
        )


def check_sizes(problem: FacilityLocation | TwoEchelon, m: int) -> None:
    """Take the size classes, and the largest at each of m sites."""
    for size in problem.size_classes:
        if not (np.isfinite(size.capacity) and size.capacity > 0):
            raise InputError(f"size {size.name}: the capacity must be above 0")
        if not (np.isfinite(size.cost) and size.cost >= 0):
            raise InputError(f"size {size.name}: the cost must be at least 0")
    if problem.largest_size is None:
        return
    largest = np.ascontiguousarray(problem.largest_size, dtype=np.int64)
    if largest.shape != (m,) or (largest >= max(1, len(problem.size_classes))).any():
        raise InputError("largest_size: needs the index of a size class for each site")
    object.__setattr__(problem, "largest_size", np.maximum(largest, -1))
