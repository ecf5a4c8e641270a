"""How many trucks a search has rows for, and fewer of them.

Routes are dissolved one by one, and their stops put into the others by ruin and recreate, as long
as that succeeds (Nagata and Bräysy 2009 for the idea; Christiaens and Vanden Berghe 2020).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.begin import Given
    from optimize.routing.nodes.improve import Improver
    from optimize.routing.nodes.problem import NodeProblem, TruckKind

__all__ = ["fewer", "least_trucks", "rows_of"]

TRIES = 3
"""Routes that one after the other are tried to be dissolved."""
LOOKS = 40
"""Slices of ruins after which a route is given up, where iterations are counted."""
WARM = 0.3
"""Temperature at which stops of a dissolved route are put into others."""


def least_trucks(problem: NodeProblem) -> int:
    """Count the trucks without which it cannot be done, by loads, stops and hours of service."""
    required = problem.prize < 0
    return max(1, min(_least(problem, kind, required) for kind in problem.kinds))


def _least(problem: NodeProblem, kind: TruckKind, required: NDArray[np.bool_]) -> int:
    loads = problem.amount[required].sum(axis=0)
    need = 1
    if kind.max_load is not None:
        need = max(need, *(-(-loads // np.maximum(1, kind.max_load))).tolist())
    if kind.max_trips is not None and len(loads):
        trips = int((-(-loads // np.maximum(1, kind.capacity))).max())
        need = max(need, -(-trips // kind.max_trips))
    if kind.max_stops is not None:
        need = max(need, -(-int(required.sum()) // kind.max_stops))
    hours = kind.shift_s
    if kind.home_by is not None:
        out = kind.home_by - kind.leave[0]
        hours = out if hours is None else min(hours, out)
    if hours:
        need = max(need, -(-int(problem.service_s[required].sum()) // hours))
    return int(need)


def rows_of(problem: NodeProblem, base: Given, kinds: Sequence[int]) -> NDArray[np.int64]:
    """List the kinds of the rows of a search.

    Those of given routes come first, then those of the routes in ``kinds``, then trucks that are
    over; of a kind of which there are any number a few.
    """
    rows = [route.kind for route in base.routes] + list(kinds)
    for c, kind in enumerate(problem.kinds):
        used = rows.count(c)
        many = used + 2 if kind.count is None else min(kind.count, used + problem.n_stops)
        rows += [c] * max(0, many - used)
    return np.array(rows, dtype=np.int64)


def fewer(
    search: Improver,
    until: float,
    *,
    least: int = 1,
    counted: bool = False,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Dissolve routes as long as their stops fit into the others.

    Parameters
    ----------
    search
        A search that has begun and serves all that must be served.
    until
        Time (of `time.perf_counter`) at which it ends.
    least
        Routes that are needed in any case.
    counted
        Whether each try lasts a number of ruins instead of a share of the time.
    stop
        Asked now and then whether to end.
    """
    many = search.slice_size
    failed: set[int] = set()
    while len(failed) < TRIES and not search.missing():
        rows = search.dissolvable(failed)
        if not rows or search.routes() <= least:
            return
        kept = search.snapshot()
        try:
            search.dissolve(rows[0])
            began = time.perf_counter()
            share = (until - began) / (TRIES - len(failed))
            looks = 0
            while search.missing():
                now = time.perf_counter()
                over = looks >= LOOKS if counted else now - began >= share
                if over or now >= until or (stop is not None and stop()):
                    break
                heat = search.temperature(0.0, WARM)
                search.step(many, heat, heat)
                looks += 1
        finally:  # on Ctrl-C, too
            if search.missing():
                search.restore(kept)
                failed.add(rows[0])
        if time.perf_counter() >= until:
            return
