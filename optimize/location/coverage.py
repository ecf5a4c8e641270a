"""Who is covered by which site, and by how much: a sparse table of demand points and sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Coverage"]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Sites that cover each demand point, row by row in compressed form.

    Parameters
    ----------
    indptr : int64[n + 1]
        Row i holds the entries ``indptr[i]:indptr[i + 1]``.
    site : int32[q]
        Covering sites of each point, ascending in a row.
    n_sites
        Number of candidate sites.
    share : float64[q], optional
        How much a site covers the point, above 0 and at most 1; all of it where not given.

    Raises
    ------
    InputError
        If the arrays do not fit together.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    n_sites: int
    share: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        indptr = np.ascontiguousarray(self.indptr, dtype=np.int64)
        site = np.ascontiguousarray(self.site, dtype=np.int32)
        if (
            len(indptr) < 1
            or indptr[0] != 0
            or indptr[-1] != len(site)
            or (np.diff(indptr) < 0).any()
        ):
            raise InputError("coverage: the row pointers do not fit the entries")
        if len(site) and (site.min() < 0 or site.max() >= self.n_sites):
            raise InputError(f"coverage: a site is not one of {self.n_sites}")
        object.__setattr__(self, "indptr", indptr)
        object.__setattr__(self, "site", site)
        if self.share is not None:
            share = np.ascontiguousarray(self.share, dtype=np.float64)
            if share.shape != site.shape or not ((share > 0) & (share <= 1)).all():
                raise InputError("coverage: shares must be above 0 and at most 1, one an entry")
            object.__setattr__(self, "share", share)

    @property
    def n_points(self) -> int:
        """Number of demand points."""
        return len(self.indptr) - 1

    def sites_of(self, point: int) -> NDArray[np.int32]:
        """Sites that cover a point."""
        return self.site[self.indptr[point] : self.indptr[point + 1]]

    @classmethod
    def within(cls, times: ArrayLike, limit: float) -> Coverage:
        """Cover what a site reaches within a limit.

        Parameters
        ----------
        times : float[n, m]
            From each demand point to each site, inf where unreachable; in any unit.
        limit
            In the same unit; a time equal to it still counts.
        """
        return cls.from_blocks([np.asarray(times)], limit)

    @classmethod
    def from_blocks(cls, blocks: Iterable[NDArray[np.float64]], limit: float) -> Coverage:
        """Build row block by row block, so that no full table of times needs to be in memory."""
        return cls._built(blocks, lambda times: (times <= limit, None))

    @classmethod
    def decaying(
        cls, times: ArrayLike, share_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ) -> Coverage:
        """Cover by a share that falls with time (Berman and Krass 2002).

        Parameters
        ----------
        times : float[n, m]
            From each demand point to each site.
        share_of
            Maps times to shares from 0 to 1, elementwise; 0 is no cover.
        """

        def rows(block: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
            share = np.where(np.isfinite(block), share_of(block), 0.0)
            return share > 0, share

        return cls._built([np.asarray(times, dtype=np.float64)], rows)

    @classmethod
    def _built(
        cls,
        blocks: Iterable[NDArray[np.float64]],
        rows: Callable[[NDArray[np.float64]], tuple[NDArray[np.bool_], NDArray[np.float64] | None]],
    ) -> Coverage:
        counts: list[NDArray[np.int64]] = [np.zeros(1, dtype=np.int64)]
        sites: list[NDArray[np.int32]] = []
        shares: list[NDArray[np.float64]] = []
        n_sites = 0
        for block in blocks:
            if block.ndim != 2:
                raise InputError("coverage: times must be a table of demand points by sites")
            if np.isnan(block).any():
                raise InputError("coverage: a time is not a number", mend="use inf for unreachable")
            mask, share = rows(block)
            n_sites = block.shape[1]
            counts.append(mask.sum(axis=1).astype(np.int64))
            sites.append(np.nonzero(mask)[1].astype(np.int32))
            if share is not None:
                shares.append(share[mask])
        indptr = np.cumsum(np.concatenate(counts))
        site = np.concatenate(sites) if sites else np.zeros(0, dtype=np.int32)
        return cls(indptr, site, n_sites, np.concatenate(shares) if shares else None)
