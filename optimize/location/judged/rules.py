"""What is checked of a plan whatever its kind: sites, their number, sizes, the assignment.

A fault is one sentence; one that many points share is said once, with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.sites import Sites
    from optimize.location.solution import Solution

__all__ = [
    "AGREES",
    "assigned",
    "closed",
    "is_gain",
    "number_open",
    "open_mask",
    "room_for_more",
    "say",
    "sizes_given",
]

AGREES = 1e-6
"""Relative difference at which two values, or a load and a capacity, still count as equal."""


_GAINS = {"MaxCover", "ExpectedCover", "AvailabilityCover", "Dispersion"}


def is_gain(problem: object) -> bool:
    """Whether more is better."""
    if type(problem).__name__ == "PhasedPlacement":
        return getattr(problem, "cost", None) is None
    return type(problem).__name__ in _GAINS


def open_mask(m: int, solution: Solution, faults: list[str]) -> NDArray[np.bool_]:
    """Mark the open sites."""
    sites = np.asarray(solution.open_sites, dtype=np.int64)
    known = (sites >= 0) & (sites < m)
    faults += [f"there is no site {site}" for site in sites[~known]]
    if (np.diff(sites) <= 0).any():
        faults.append("the open sites are not ascending, each once")
    mask = np.zeros(m, dtype=np.bool_)
    mask[sites[known]] = True
    return mask


def number_open(
    sites: Sites, is_open: NDArray[np.bool_], p: int | None, faults: list[str], *, exact: bool
) -> None:
    """Exactly p where one more could be opened; at most p otherwise."""
    count = int(is_open.sum())
    if p is None:
        return
    if count > p:
        faults.append(f"{count} sites are open, more than p = {p}")
    elif count < p and exact and room_for_more(sites, is_open):
        faults.append(f"{count} sites are open, fewer than p = {p}, and one more could be")


def room_for_more(sites: Sites, is_open: NDArray[np.bool_]) -> bool:
    """Say whether one more site could be opened within the rules."""
    ready = np.setdiff1d(sites.allowed, np.flatnonzero(is_open))
    if sites.is_free:
        return bool(len(ready))
    if sites.faults(np.flatnonzero(is_open)):
        return False
    for site in ready:
        more = is_open.copy()
        more[site] = True
        if not sites.faults(np.flatnonzero(more)):
            return True
    return False


def say(faults: list[str], wrong: NDArray[np.bool_], text: str) -> None:
    """Add one fault for all points that have it, with the first of them."""
    points = np.flatnonzero(wrong)
    if not len(points):
        return
    more = f", and so for {len(points) - 1} more" if len(points) > 1 else ""
    faults.append(text.format(i=int(points[0])) + more)


def assigned(n: int, m: int, solution: Solution, faults: list[str]) -> NDArray[np.int64] | None:
    """Site of each point; None where the assignment cannot be read."""
    assignment = np.asarray(solution.assignment, dtype=np.int64)
    if assignment.shape != (n,):
        faults.append(f"the assignment has {assignment.size} entries, and there are {n} points")
        return None
    wrong = (assignment < -1) | (assignment >= m)
    say(faults, wrong, "point {i} is assigned to a site that does not exist")
    return np.where(wrong, -1, assignment)


def closed(assignment: NDArray[np.int64], is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the points whose site is closed."""
    return (assignment >= 0) & ~is_open[assignment]


def sizes_given(
    solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> NDArray[np.int64] | None:
    """Give the sizes of the open sites; None where they cannot be read."""
    if solution.sizes is None:
        faults.append("the sizes of the open sites are not given")
        return None
    sizes = np.asarray(solution.sizes, dtype=np.int64)
    if sizes.shape != (int(is_open.sum()),):
        faults.append(f"{sizes.size} sizes are given, and {is_open.sum()} sites are open")
        return None
    return sizes
