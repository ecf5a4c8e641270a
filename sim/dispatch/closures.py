"""Streets that close and reopen while the simulation runs.

A closure is some edges and the time from which until which they are closed, in seconds since the
start of the run. Closures may overlap: a street is open when none of them holds. `timeline` turns
them into the moments at which the closed streets change, and the different sets of closed streets
that are in force between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["TimedClosure", "Timeline", "closures_from_table", "timeline"]


@dataclass(frozen=True)
class TimedClosure:
    """Streets that are closed for some time.

    Parameters
    ----------
    edges
        Directed edges of the network: numbers, or a mask of booleans; kept as a tuple of numbers,
        ascending. Both directions of a street are two edges.
    from_s, until_s
        Seconds since the start of the run; closed in [from_s, until_s). Before 0: closed from the
        start on; inf: to the end.
    name
        As shown in reports.

    Raises
    ------
    InputError
        If it ends before it begins, or an edge is no number from 0.
    """

    edges: tuple[int, ...] | NDArray[Any]
    from_s: float = 0.0
    until_s: float = np.inf
    name: str = ""

    def __post_init__(self) -> None:
        """Take any array of edges, and refuse what has no meaning."""
        chosen = np.asarray(self.edges)
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)
        if chosen.size and (chosen.dtype.kind not in "iu" or int(chosen.min()) < 0):
            raise InputError(
                "the edges of a closure are not all whole numbers from 0",
                place=self._place,
                mend="give numbers of edges, or a mask of booleans",
            )
        edges = tuple(np.unique(chosen.astype(np.int64)).tolist())
        object.__setattr__(self, "edges", edges)
        if not self.from_s < self.until_s:  # NaN, too
            raise InputError(
                f"a closure holds from {self.from_s:g} s until {self.until_s:g} s",
                place=self._place,
                mend="it must begin before it ends",
            )

    @property
    def _place(self) -> str:
        return f"closure {self.name}" if self.name else "closures"


def closures_from_table(
    table: pd.DataFrame | Mapping[str, ArrayLike],
) -> tuple[TimedClosure, ...]:
    """Make closures of a table, such as one made from the Log of another service.

    Parameters
    ----------
    table
        One row an edge: columns ``edge``, ``from_s``, ``until_s`` as in `TimedClosure`. Rows of the
        same times become one closure.

    Returns
    -------
    tuple of TimedClosure
        By time.

    Raises
    ------
    InputError
        If a column is missing or holds what no closure can.
    """
    for column in ("edge", "from_s", "until_s"):
        if column not in table:
            raise InputError(
                f"the table of closures has no column {column!r}",
                mend="give edge, from_s, until_s",
            )
    edge = np.asarray(table["edge"])
    from_s = np.asarray(table["from_s"], dtype=np.float64)
    until_s = np.asarray(table["until_s"], dtype=np.float64)
    if not edge.shape == from_s.shape == until_s.shape or edge.ndim != 1:
        raise InputError(
            "the columns of the table of closures differ in length", mend="give one row an edge"
        )
    if not len(edge):
        return ()
    times, of_row = np.unique(np.column_stack([from_s, until_s]), axis=0, return_inverse=True)
    return tuple(
        TimedClosure(edge[of_row.ravel() == k], begin, end)
        for k, (begin, end) in enumerate(times.tolist())
    )


class Timeline(NamedTuple):
    """When the closed streets change, and what is closed then.

    Set 0 is closed at the start. From ``change_s[k]`` on, set ``change_set[k]`` is; a set is edges
    ``set_edge[set_indptr[s]:set_indptr[s + 1]]``.
    """

    change_s: NDArray[np.float64]
    change_set: NDArray[np.int64]
    set_indptr: NDArray[np.int64]
    set_edge: NDArray[np.int32]

    @property
    def n_sets(self) -> int:
        """How many sets of closed streets there are, that of the start included."""
        return len(self.set_indptr) - 1

    @property
    def is_empty(self) -> bool:
        """Whether no street is ever closed."""
        return len(self.set_edge) == 0

    def edges(self, number: int) -> NDArray[np.int32]:
        """Edges of a set, ascending."""
        return self.set_edge[self.set_indptr[number] : self.set_indptr[number + 1]]

    def set_at(self, time_s: float) -> int:
        """Return the number of the set in force at a time; a change holds from its own moment."""
        before = int(np.searchsorted(self.change_s, time_s, side="right"))
        return int(self.change_set[before - 1]) if before else 0


def timeline(closures: Iterable[TimedClosure]) -> Timeline:
    """Find the moments at which the closed streets change.

    Parameters
    ----------
    closures
        In any order; where they overlap, a street is closed while one of them holds.

    Returns
    -------
    Timeline
        A moment at which as many streets are closed after as before, the same ones, is no change.
    """
    steps: dict[float, list[tuple[int, TimedClosure]]] = {}
    for closure in closures:
        if closure.until_s <= 0.0:
            continue
        steps.setdefault(max(closure.from_s, 0.0), []).append((1, closure))
        steps.setdefault(closure.until_s, []).append((-1, closure))
    count: dict[int, int] = {}
    number: dict[frozenset[int], int] = {}
    change_s: list[float] = []
    change_set: list[int] = []
    in_force = -1
    for time_s in sorted({0.0, *steps} - {np.inf}):
        for step, closure in steps.get(time_s, ()):
            for e in closure.edges:
                count[e] = count.get(e, 0) + step
                if count[e] == 0:
                    del count[e]
        found = number.setdefault(frozenset(count), len(number))
        if found != in_force and time_s > 0.0:
            change_s.append(time_s)
            change_set.append(found)
        in_force = found
    sizes = [len(edges) for edges in number]
    return Timeline(
        np.array(change_s, np.float64),
        np.array(change_set, np.int64),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.array([e for edges in number for e in sorted(edges)], np.int32),
    )
