"""First collection routes, from PyVRP."""

from __future__ import annotations

import threading
import time
import warnings
from typing import TYPE_CHECKING

from optimize.routing.nodes.fleet import least_trucks
from optimize.routing.nodes.pyvrp_model import NodeModel

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pyvrp
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem

__all__ = ["first_routes"]

_FILTERS = threading.Lock()

MOST_STOPS = 400
"""Above so many stops PyVRP's own first solution takes longer than ruin and recreate from none."""


class _Until:
    """PyVRP's stopping criterion: by the clock, by iterations, when asked, or once feasible."""

    def __init__(
        self, until: float, iterations: int | None, stop: Callable[[], bool] | None, *, once: bool
    ) -> None:
        self.until = until
        self.iterations = iterations
        self.stop = stop
        self.once = once
        self.done = -1
        self.asked = False

    def __call__(self, best_cost: int) -> bool:
        """Whether to stop."""
        self.done += 1
        self.asked = self.stop is not None and self.stop()
        return (
            self.asked
            or time.perf_counter() >= self.until
            or (self.iterations is not None and self.done >= self.iterations)
            or (self.once and best_cost < _INFEASIBLE)
        )


_INFEASIBLE = (1 << 63) - 1


def first_routes(
    problem: NodeProblem,
    wanted: NDArray[np.bool_],
    *,
    until: float,
    iterations: int | None,
    seed: int,
    fewest: bool,
    stop: Callable[[], bool] | None,
) -> list[tuple[int, list[int]]]:
    """Let PyVRP search for a while.

    Parameters
    ----------
    problem
        What to serve.
    wanted : bool[c]
        Stops to be served.
    until
        Time (of `time.perf_counter`) at which it ends.
    iterations
        Iterations after which it ends; None for the time alone.
    seed
        Of all that is drawn.
    fewest
        Whether to try with as few trucks as loads and hours could allow, and one more at a time.
    stop
        Asked before each iteration whether to end.

    Returns
    -------
    list of (kind, visits)
        They may break limits that PyVRP does not know; none above `MOST_STOPS` stops.
    """
    if not wanted.any() or wanted.sum() > MOST_STOPS:
        return []
    least = least_trucks(problem)
    room = [
        2 * least + 4 if kind.count is None else min(kind.count, 2 * least + 4)
        for kind in problem.kinds
    ]
    tries = [room]
    if fewest and len(problem.kinds) == 1:
        tries = [[count] for count in range(least, min(room[0], least + 3))] + [room]
    began = time.perf_counter()
    for number, counts in enumerate(tries):
        model = NodeModel(problem, wanted, counts)
        last = number == len(tries) - 1
        share = until
        if iterations is None and not last:
            share = began + (until - began) * (number + 1) / (len(tries) + 1)
        parts = None if iterations is None else max(1, iterations // len(tries))
        ending = _Until(share, parts, stop, once=not last)
        best = _solved(model, ending, seed)
        if last or best.is_feasible() or ending.asked:
            break
    return model.routes_of(best)


def _solved(model: NodeModel, ending: _Until, seed: int) -> pyvrp.Solution:
    """Run PyVRP; that a penalty cannot grow is no news where limits are tight."""
    import pyvrp
    from pyvrp.exceptions import PenaltyBoundWarning

    quiet = ("ignore", None, PenaltyBoundWarning, None, 0)
    with _FILTERS:  # days are searched by threads, and what is put back in one is lost in another
        if not warnings.filters or warnings.filters[0] != quiet:
            warnings.simplefilter("ignore", PenaltyBoundWarning)
    return pyvrp.solve(model.data, ending, seed=seed, collect_stats=False).best
