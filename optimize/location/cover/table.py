"""Coverage made small: no closed sites, no points without weight, equal rows as one.

On a real street network many demand points see the same set of sites; merged, a million of them
are often a tenth of that, and every later step is cheaper by as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.kernels import assign_points, keep_entries, merge_rows, transpose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.coverage import Coverage

__all__ = ["Table", "assigned", "build_table", "shrunk"]

_NO_SHARE = np.zeros(0, dtype=np.float64)
_NO_ENTRY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Table:
    """Different rows of a coverage, with their weight, by row and by site.

    Parameters
    ----------
    indptr : int64[n + 1]
        Of the rows.
    site : int32[q]
        Ascending in a row.
    share : float64[q]
        Of each entry; of length 0 where every share is 1.
    weight : float64[n]
        Of all points that have the row.
    times : int64[n]
        Most often that any of them must be covered.
    group : int64[points]
        Row of each point; -1 where no open site can cover it or it has no weight.
    col_ptr : int64[m + 1]
        Of the columns.
    col_row : int32[q]
        Rows of each site, ascending.
    col_share : float64[q]
        Of each entry of the columns; of length 0 where every share is 1.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    share: NDArray[np.float64]
    weight: NDArray[np.float64]
    times: NDArray[np.int64]
    group: NDArray[np.int64]
    col_ptr: NDArray[np.int64]
    col_row: NDArray[np.int32]
    col_share: NDArray[np.float64]

    @property
    def n_rows(self) -> int:
        """Number of different rows."""
        return len(self.indptr) - 1

    @property
    def n_sites(self) -> int:
        """Number of sites, closed ones included."""
        return len(self.col_ptr) - 1

    @property
    def graded(self) -> bool:
        """Whether shares differ from 1."""
        return len(self.share) > 0

    def covered(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """Largest share that any open site covers each row with."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[open_sites] = True
        chosen = np.empty(self.n_rows, dtype=np.int64)
        best = np.empty(self.n_rows, dtype=np.float64)
        assign_points(self.indptr, self.site, self.share, is_open, chosen, best)
        return best


def build_table(
    coverage: Coverage,
    weight: NDArray[np.float64],
    *,
    allowed: NDArray[np.bool_],
    times: NDArray[np.int64] | None = None,
    shares: bool = True,
) -> Table:
    """Merge the equal rows of a coverage.

    Parameters
    ----------
    coverage
        Who covers whom.
    weight : float64[n]
        Of each point; a point of weight 0 is left out.
    allowed : bool[m]
        Sites that may be open.
    times : int64[n], optional
        How often each point must be covered.
    shares
        Whether the shares matter.
    """
    indptr, site = coverage.indptr, coverage.site
    share = coverage.share if shares and coverage.share is not None else _NO_SHARE
    if len(share) and (share == 1.0).all():
        share = _NO_SHARE
    if not allowed.all():
        kept_indptr, kept = np.empty_like(indptr), np.empty(len(site), dtype=np.int64)
        count = keep_entries(indptr, site, allowed, kept_indptr, kept)
        kept = kept[:count]
        indptr, site = kept_indptr, site[kept]
        share = share[kept] if len(share) else share
    graded = len(share) > 0
    group = np.empty(coverage.n_points, dtype=np.int64)
    count = merge_rows(indptr, site, share, weight > 0, group)
    inside = group >= 0
    first = _first_of(group, count)
    entries = _entries(indptr, first)
    new_indptr = np.concatenate([[0], np.cumsum(indptr[first + 1] - indptr[first])])
    merged_times = np.zeros(count, dtype=np.int64)
    if times is not None:
        np.maximum.at(merged_times, group[inside], times[inside])
    return from_rows(
        new_indptr.astype(np.int64),
        site[entries],
        share[entries] if graded else _NO_SHARE,
        _summed(group[inside], weight[inside], count),
        n_sites=coverage.n_sites,
        times=merged_times,
        group=group,
    )


def shrunk(
    table: Table, *, allowed: NDArray[np.bool_], opened: NDArray[np.bool_]
) -> tuple[Table, float]:
    """Leave out sites that stay closed, and rows that an open site covers wholly.

    Returns
    -------
    table
        Of what is left.
    covered
        Weight of the rows left out.
    """
    from optimize.location.coverage import Coverage

    weight, offset = table.weight, 0.0
    if not table.graded and opened.any():
        done = table.covered(np.flatnonzero(opened)) > 0
        offset = float(weight[done].sum())
        weight = np.where(done, 0.0, weight)
    share = table.share if table.graded else None
    coverage = Coverage(table.indptr, table.site, table.n_sites, share)
    return build_table(coverage, weight, allowed=allowed), offset


def from_rows(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    share: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    n_sites: int,
    times: NDArray[np.int64],
    group: NDArray[np.int64],
) -> Table:
    """Add the columns to rows that are different already."""
    col_ptr = np.empty(n_sites + 1, dtype=np.int64)
    col_row = np.empty(len(site), dtype=np.int32)
    entry = np.empty(len(share), dtype=np.int64)
    transpose(indptr, site, col_ptr, col_row, entry)
    col_share = share[entry] if len(share) else _NO_SHARE
    return Table(indptr, site, share, weight, times, group, col_ptr, col_row, col_share)


def assigned(
    coverage: Coverage, open_sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Best open site of each point (-1 none), and the share it covers the point with."""
    is_open = np.zeros(coverage.n_sites, dtype=np.bool_)
    is_open[open_sites] = True
    chosen = np.empty(coverage.n_points, dtype=np.int64)
    best = np.empty(coverage.n_points, dtype=np.float64)
    share = _NO_SHARE if coverage.share is None else coverage.share
    assign_points(coverage.indptr, coverage.site, share, is_open, chosen, best)
    return chosen, best


def _summed(
    group: NDArray[np.int64], weight: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    return np.bincount(group, weights=weight, minlength=count).astype(np.float64)


def _first_of(group: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    first = np.empty(count, dtype=np.int64)
    backwards = np.flatnonzero(group >= 0)[::-1]
    first[group[backwards]] = backwards
    return first


def _entries(indptr: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the entries of some rows, one after the other."""
    length = indptr[rows + 1] - indptr[rows]
    begin = np.cumsum(length) - length
    return np.repeat(indptr[rows] - begin, length) + np.arange(int(length.sum()))
