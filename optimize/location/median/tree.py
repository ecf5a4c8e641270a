"""Branch and bound over the sites that a Lagrangian bound leaves open to question.

Each node opens or shuts one more site and takes its multipliers from its parent. The node with
the least bound comes first, so that the bound of the whole rises steadily; what a node settles
holds in all below it.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.median.kernels import (
    BEST,
    LEAF,
    N_NUMBERS,
    OPEN,
    PRUNED,
    SHUT,
    expand,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.frame import Frame
    from optimize.location.median.search import Search

__all__ = ["Tree"]

_ITERATIONS = 40


class Tree:
    """Open nodes of a branch and bound.

    Parameters
    ----------
    frame
        The sites; its states hold everywhere.
    multiplier : float64[n]
        To begin with.
    bound
        Of the root.
    """

    def __init__(self, frame: Frame, multiplier: NDArray[np.float64], bound: float) -> None:
        self.frame = frame
        self.nodes = 0
        self._heap: list[tuple[float, int, int, NDArray[np.int8], NDArray[np.float32]]] = []
        self._push(bound, 0, frame.state.copy(), multiplier.astype(np.float32))

    def _push(
        self, bound: float, depth: int, state: NDArray[np.int8], multiplier: NDArray[np.float32]
    ) -> None:
        self._count = getattr(self, "_count", 0) + 1
        heapq.heappush(self._heap, (bound, -depth, self._count, state, multiplier))

    def __len__(self) -> int:
        return len(self._heap)

    def bound(self, search: Search) -> float:
        """Bound of all that is left."""
        least = self._heap[0][0] if self._heap else float("inf")
        return min(least, search.floor)

    def grow(self, search: Search, most: int) -> bool:
        """Bound some nodes and branch on them; say whether any is left.

        Parameters
        ----------
        search
            Takes plans that are found.
        most
            Nodes at most.
        """
        frame, core = self.frame, self.frame.core
        near = frame.near
        n, m = core.n, frame.m
        multiplier, usage = np.empty(n), np.empty(m)
        chosen = np.empty(m, dtype=np.bool_)
        number = np.empty(N_NUMBERS)
        for _ in range(most):
            if not self._heap:
                return False
            if search.seconds_left == 0:
                return True
            bound, depth, _, state, came = heapq.heappop(self._heap)
            if bound >= search.cutoff:
                self._heap.clear()
                return False
            self.nodes += 1
            multiplier[:] = came
            kind, site = expand(
                near.start,
                near.site,
                near.cost,
                near.site_start,
                near.point,
                near.point_cost,
                frame.site_cost,
                state,
                core.p,
                frame.reach,
                search.value,
                search.cutoff,
                _ITERATIONS,
                number,
                multiplier,
                usage,
                chosen,
            )
            if kind == PRUNED:
                continue
            if chosen.any():
                search.offer(frame.index[chosen])
            if kind == LEAF:
                continue
            bound = max(bound, float(number[BEST]))
            if bound >= search.cutoff:
                continue
            passed = multiplier.astype(np.float32)
            for choice in (SHUT, OPEN):
                child = state.copy()
                child[site] = choice
                self._push(bound, 1 - depth, child, passed)
        return bool(self._heap)
