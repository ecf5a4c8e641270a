"""Maximal cover as a linear or integer program.

One 0/1 column a site comes first, then one column a level of a row: the row is covered at least
that well. Church and ReVelle (1974); shares in levels, each level's weight what it adds to the
next lower one, so that the relaxation is that of the best single site (Berman and Krass 2002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import add_site_rows, site_bounds
from optimize.mip import LinearModel, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.cover.table import Table
    from optimize.location.sites import Sites

__all__ = ["cover_model", "covered_levels"]


def cover_model(
    table: Table,
    sites: Sites,
    count: int | tuple[float, float] | None,
    *,
    closed: NDArray[np.bool_] | None = None,
    opened: NDArray[np.bool_] | None = None,
    offset: float = 0.0,
) -> LinearModel:
    """State the maximal cover of a table's rows.

    Parameters
    ----------
    table
        Merged coverage.
    sites
        Rules; the preference is part of the objective.
    count
        As in `optimize.location.rows.add_site_rows`.
    closed, opened : bool[m], optional
        Sites that are decided already.
    offset
        Weight that is covered already.
    """
    m = table.n_sites
    entry_level, level_gain, first = _levels(table)
    n_levels = len(level_gain)
    level = np.arange(n_levels)
    below = np.flatnonzero(~first)
    site = table.site if not table.graded else table.site[_by_share(table)]
    rows = Rows()
    rows.add(
        np.concatenate([level, below, entry_level]),
        np.concatenate([m + level, m + below - 1, site]),
        np.concatenate([np.ones(n_levels), np.full(len(below) + len(site), -1.0)]),
        lower=np.full(n_levels, -np.inf),
        upper=0.0,
    )
    add_site_rows(rows, sites, 0, count)
    low, high = site_bounds(sites)
    if closed is not None:
        high = np.where(closed, 0.0, high)
    if opened is not None:
        low = np.where(opened, 1.0, low)
    gain = np.zeros(m) if sites.preference is None else sites.preference
    return LinearModel(
        cost=np.concatenate([gain, level_gain]),
        lower=np.concatenate([low, np.zeros(n_levels)]),
        upper=np.concatenate([high, np.ones(n_levels)]),
        integer=np.arange(m + n_levels) < m,
        rows=rows,
        maximise=True,
        offset=offset,
    )


def covered_levels(table: Table, plan: NDArray[np.int64]) -> NDArray[np.float64]:
    """Value of each level's column of `cover_model` under a plan."""
    best = table.covered(plan)
    if not table.graded:
        return (best > 0).astype(np.float64)
    entry_level, gain, _ = _levels(table)
    order = _by_share(table)
    row = np.repeat(np.arange(table.n_rows), np.diff(table.indptr))
    share, row_of = np.zeros(len(gain)), np.zeros(len(gain), dtype=np.int64)
    share[entry_level], row_of[entry_level] = table.share[order], row
    return (best[row_of] >= share).astype(np.float64)


def _by_share(table: Table) -> NDArray[np.int64]:
    row = np.repeat(np.arange(table.n_rows), np.diff(table.indptr))
    return np.lexsort((table.site, -table.share, row)).astype(np.int64)


def _levels(
    table: Table,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Level of each entry (shares falling), gain of each level, whether it is a row's first."""
    row = np.repeat(np.arange(table.n_rows), np.diff(table.indptr))
    if not table.graded:
        return row, table.weight, np.ones(table.n_rows, dtype=np.bool_)
    share = table.share[_by_share(table)]
    new_row = np.concatenate([[True], row[1:] != row[:-1]])
    new = new_row | np.concatenate([[True], share[1:] != share[:-1]])
    level = np.cumsum(new) - 1
    begin = np.flatnonzero(new)
    following = np.concatenate([share[begin[1:]], [0.0]])
    last = np.concatenate([new_row[begin[1:]], [True]])
    gain = table.weight[row[begin]] * (share[begin] - np.where(last, 0.0, following))
    return level, gain, new_row[begin]
