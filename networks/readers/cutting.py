"""Cutting long lines into street pieces: the same for OpenStreetMap ways and for line layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from networks.raw import Bools, Ints

__all__ = ["Pieces", "cut_lines", "repeated"]


@dataclass(frozen=True)
class Pieces:
    """Street pieces as runs of points of the lines they were cut from.

    Parameters
    ----------
    start, end
        First and last point of each piece, rows of the array of all points, int64[s].
    ptr, point
        Points of piece i are ``point[ptr[i]:ptr[i+1]]``.
    """

    start: Ints
    end: Ints
    ptr: Ints
    point: Ints


def cut_lines(cut: Bools, leg: Bools) -> Pieces:
    """Cut lines at marked points.

    Parameters
    ----------
    cut
        Points at which pieces begin and end; both ends of every line and both sides of every gap
        must be marked, bool[p].
    leg
        Whether the line goes on from a point to the next, bool[p].

    Examples
    --------
    >>> import numpy as np
    >>> cut = np.array([True, False, True, True])
    >>> pieces = cut_lines(cut, np.array([True, True, True, False]))
    >>> pieces.start.tolist(), pieces.end.tolist(), pieces.point.tolist()
    ([0, 2], [2, 3], [0, 1, 2, 2, 3])
    """
    cuts = np.flatnonzero(cut)
    start = np.flatnonzero(cut & leg)
    end = cuts[np.searchsorted(cuts, start, side="right")] if len(start) else start
    size = end - start + 1
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    point = np.repeat(start - ptr[:-1], size) + np.arange(ptr[-1])
    return Pieces(start, end, ptr, point)


def repeated(ids: Ints, counts: Bools | None = None) -> Bools:
    """Mark every occurrence of the ids that occur more than once among those that count."""
    seen, times = np.unique(ids if counts is None else ids[counts], return_counts=True)
    return np.isin(ids, seen[times > 1])
