"""Covers: each point by the open sites, or the units at them, that cover it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.coverage import Coverage
from optimize.location.judged.rules import (
    AGREES,
    assigned,
    closed,
    number_open,
    room_for_more,
    say,
    sizes_given,
)
from optimize.location.problems import ExpectedCover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimize.location.problems import AvailabilityCover, MaxCover, SetCover
    from optimize.location.solution import Solution

__all__ = ["best_share", "max_cover", "set_cover", "to_covering", "unit_cover"]

_BLOCK = 4_000_000
"""Entries of coverage looked at together."""


def _rows(coverage: Coverage) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
    """First and last point of each block, and the point of each of its entries from 0."""
    start = 0
    while start < coverage.n_points:
        wanted = coverage.indptr[start] + _BLOCK
        stop = int(np.searchsorted(coverage.indptr, wanted, side="right")) - 1
        stop = min(max(stop, start + 1), coverage.n_points)
        count = np.diff(coverage.indptr[start : stop + 1])
        yield start, stop, np.repeat(np.arange(stop - start), count)
        start = stop


def _units_in_reach(coverage: Coverage, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many units at open sites cover each point."""
    found = np.zeros(coverage.n_points, dtype=np.int64)
    for start, stop, row in _rows(coverage):
        here = slice(coverage.indptr[start], coverage.indptr[stop])
        count = np.bincount(row, weights=units[coverage.site[here]], minlength=stop - start)
        found[start:stop] = count.astype(np.int64)
    return found


def best_share(coverage: Coverage, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Largest share with which an open site covers each point."""
    best = np.zeros(coverage.n_points)
    for start, stop, row in _rows(coverage):
        here = slice(coverage.indptr[start], coverage.indptr[stop])
        share = is_open[coverage.site[here]].astype(np.float64)
        if coverage.share is not None:
            share *= coverage.share[here]
        np.maximum.at(best[start:stop], row, share)
    return best


def _assigned_share(coverage: Coverage, assignment: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share with which the assigned site covers each point; 0 where there is none."""
    found = np.zeros(coverage.n_points)
    for start, stop, row in _rows(coverage):
        here = slice(coverage.indptr[start], coverage.indptr[stop])
        its = coverage.site[here] == assignment[start:stop][row]
        found[start:stop][row[its]] = 1.0 if coverage.share is None else coverage.share[here][its]
    return found


def to_covering(
    coverage: Coverage,
    best: NDArray[np.float64],
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
) -> None:
    """Check that covered points are assigned to an open site that covers them best."""
    assignment = assigned(coverage.n_points, coverage.n_sites, solution, faults)
    if assignment is None:
        return
    none, shut = assignment < 0, closed(assignment, is_open)
    say(faults, shut, "point {i} is assigned to a closed site")
    say(faults, none & (best > 0), "point {i} is covered and assigned to no site")
    share = _assigned_share(coverage, assignment)
    rest = ~none & ~shut
    say(faults, rest & (share <= 0), "point {i} is assigned to a site that does not cover it")
    less = rest & (share > 0) & (share < best - AGREES)
    say(faults, less, "point {i} is assigned to a site that another covers it better than")


def set_cover(
    problem: SetCover, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon the number or cost of sites; every point as often as it asks."""
    count = _units_in_reach(problem.coverage, is_open.astype(np.int64))
    say(faults, count < problem.times, "point {i} is not covered often enough")
    covered = (count > 0).astype(np.float64)
    asked = np.where(np.asarray(problem.times) > 0, covered, 0.0)
    _to_covering_where_asked(problem.coverage, asked, solution, is_open, faults)
    cost = problem.sites.cost
    value = float(is_open.sum()) if cost is None else float(cost[is_open].sum())
    return value, count.astype(np.float64)


def _to_covering_where_asked(
    coverage: Coverage,
    asked: NDArray[np.float64],
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
) -> None:
    """Check assignments where shares do not count."""
    bare = Coverage(coverage.indptr, coverage.site, coverage.n_sites)
    to_covering(bare, asked, solution, is_open, faults)


def max_cover(
    problem: MaxCover, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon the weight covered, by the largest share of an open site."""
    number_open(problem.sites, is_open, problem.p, faults, exact=False)
    served = best_share(problem.coverage, is_open)
    to_covering(problem.coverage, served, solution, is_open, faults)
    return float(problem.weight @ served), served


def unit_cover(
    problem: ExpectedCover | AvailabilityCover,
    solution: Solution,
    is_open: NDArray[np.bool_],
    faults: list[str],
) -> tuple[float, NDArray[np.float64]]:
    """Reckon the weight that finds a free unit, expected or reliably."""
    units = np.zeros(problem.sites.n, dtype=np.int64)
    sizes = sizes_given(solution, is_open, faults)
    most = problem.units if problem.most_per_site is None else problem.most_per_site
    if sizes is not None:
        units[is_open] = np.maximum(sizes, 0)
        here = np.flatnonzero(is_open)
        faults += [f"site {j} is open without a unit" for j in here if units[j] < 1]
        over = here[units[here] > most]
        faults += [f"site {j} holds {units[j]} units, more than {most}" for j in over]
    total = int(units.sum())
    if total > problem.units:
        faults.append(f"{total} units are placed, more than {problem.units}")
    elif total < problem.units:
        room = (is_open & (units < most)).any() or room_for_more(problem.sites, is_open)
        if room:
            faults.append(f"{total} units are placed, fewer than {problem.units}")
    found = _units_in_reach(problem.coverage, units)
    _to_covering_where_asked(
        problem.coverage, (found > 0).astype(np.float64), solution, is_open, faults
    )
    if isinstance(problem, ExpectedCover):
        served = 1.0 - problem.busy_fraction ** found.astype(np.float64)
    else:
        needed = 1
        while 1.0 - problem.busy_fraction**needed < problem.reliability - 1e-12:
            needed += 1
        served = (found >= needed).astype(np.float64)
    return float(problem.weight @ served), served
