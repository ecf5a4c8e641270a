"""Routes that a search of collection routes begins from, checked, and what must stay of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.check import check_routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute

__all__ = ["Given", "given"]

SPARE = 4
"""Visits at facilities that a given route may have beyond one a stop; rows have no more room."""


@dataclass(frozen=True, eq=False)
class Given:
    """Routes to begin from.

    Parameters
    ----------
    routes
        In the order in which they come back; the frozen ones as they were given.
    frozen
        Which of them stay as they are.
    held : bool[c]
        Stops that stay in their route and in its order.
    aside : bool[c]
        Stops of frozen routes.
    """

    routes: tuple[NodeRoute, ...]
    frozen: frozenset[int]
    held: NDArray[np.bool_]
    aside: NDArray[np.bool_]


def given(
    problem: NodeProblem,
    start: Sequence[NodeRoute],
    locked: NDArray[np.bool_] | None,
    frozen: Sequence[int],
) -> Given:
    """Check the routes to begin from.

    Raises
    ------
    InputError
        If they serve a stop twice or visit what there is not, a locked stop is in none of them, a
        frozen one breaks a limit, or there are more of a kind than trucks.
    """
    n, said = problem.n_stops, problem.name
    routes = tuple(start)
    fixed = frozenset(int(r) for r in frozen)
    if fixed and not 0 <= min(fixed) <= max(fixed) < len(routes):
        raise InputError(f"frozen routes must be of the {len(routes)} given ones", place=said)
    held = np.zeros(n, np.bool_) if locked is None else np.asarray(locked, dtype=np.bool_)
    if held.shape != (n,):
        raise InputError(f"locked has {held.size} stops, not {n}", place=said)
    served = np.zeros(n, np.int64)
    for number, route in enumerate(routes, 1):
        _check_route(problem, route, number)
        np.add.at(served, route.visit[route.visit >= 0], 1)
    if (served > 1).any():
        raise InputError(
            f"stop {int(np.argmax(served > 1))} is in the given routes more than once", place=said
        )
    if (held & (served == 0)).any():
        stop = int(np.argmax(held & (served == 0)))
        raise InputError(f"stop {stop} is locked and in none of the given routes", place=said)
    for c, kind in enumerate(problem.kinds):
        used = sum(route.kind == c for route in routes)
        if kind.count is not None and used > kind.count:
            raise InputError(
                f"{used} routes are given for {kind.count} trucks of {kind.name}", place=said
            )
    _check_frozen(problem, routes, sorted(fixed))
    aside = np.zeros(n, np.bool_)
    for r in sorted(fixed):
        aside[routes[r].visit[routes[r].visit >= 0]] = True
    return Given(routes, fixed, held & ~aside, aside)


def _check_route(problem: NodeProblem, route: NodeRoute, number: int) -> None:
    what = f"given route {number}"
    if not 0 <= route.kind < len(problem.kinds):
        raise InputError(f"{what}: there is no kind {route.kind} of truck", place=problem.name)
    visits = route.visit
    if len(visits) == 0:
        return
    if visits.max() >= problem.n_stops:
        raise InputError(f"{what}: there is no stop {visits.max()}", place=problem.name)
    if visits.min() < -problem.n_facilities:
        raise InputError(f"{what}: there is no facility {-1 - visits.min()}", place=problem.name)
    stops, emptied = int((visits >= 0).sum()), int((visits < 0).sum())
    if emptied > stops + SPARE:
        raise InputError(
            f"{what} visits facilities {emptied} times, for {stops} stops", place=problem.name
        )


def _check_frozen(problem: NodeProblem, routes: Sequence[NodeRoute], frozen: list[int]) -> None:
    """Say which limit frozen routes break, at the times that they were given with."""
    for fault in check_routes(problem, [routes[r] for r in frozen]).faults:
        if fault.route is None:
            words = f"given routes that are to stay as they are: {fault.words}"
        else:
            what = fault.words.removeprefix(f"route {fault.route}")
            words = f"given route {frozen[fault.route] + 1}, which is to stay as it is{what}"
        raise InputError(words, place=problem.name)
