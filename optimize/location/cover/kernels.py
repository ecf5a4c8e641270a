"""Compiled parts of the covering models, on arrays.

A table of coverage is given by rows (demand) in compressed form, ``indptr`` and ``site``; shares
are in ``share``, which has length 0 where every entry is 1.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["assign_points", "keep_entries", "merge_rows", "transpose"]

_Ints = NDArray[np.int64]
_Int32s = NDArray[np.int32]
_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT_A, _SHIFT_B = np.uint64(29), np.uint64(32)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@njit(cache=True, nogil=True)
def keep_entries(
    indptr: _Ints, site: _Int32s, allowed: _Flags, new_indptr: _Ints, new_entry: _Ints
) -> int:
    """Leave out entries of sites that stay closed; `new_entry` gets the positions that stay."""
    count = 0
    new_indptr[0] = 0
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            if allowed[site[e]]:
                new_entry[count] = e
                count += 1
        new_indptr[i + 1] = count
    return count


@njit(cache=True, nogil=True)
def merge_rows(indptr: _Ints, site: _Int32s, share: _Floats, used: _Flags, group: _Ints) -> int:
    """Give the different rows numbers in the order in which they first come.

    Rows that are not `used`, and empty ones, get group -1. Rows are told apart by a hash and then
    entry by entry, so two rows of one group are the same for certain.

    Returns
    -------
    int
        Number of groups.
    """
    n = len(indptr) - 1
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    slot_row = np.full(size, -1, dtype=np.int64)
    graded = len(share) > 0
    bits = share.view(np.uint64)
    groups = 0
    for i in range(n):
        start, end = indptr[i], indptr[i + 1]
        if start == end or not used[i]:
            group[i] = -1
            continue
        key = np.uint64(end - start) * _PRIME
        for e in range(start, end):
            key = (key ^ np.uint64(site[e])) * _PRIME
            key ^= key >> _SHIFT_B
            if graded:
                key = (key ^ bits[e]) * _MIX
                key ^= key >> _SHIFT_A
        slot = key & mask
        while True:
            other = slot_row[slot]
            if other < 0:
                slot_row[slot] = i
                group[i] = groups
                groups += 1
                break
            same = indptr[other + 1] - indptr[other] == end - start
            if same:
                shift = indptr[other] - start
                for e in range(start, end):
                    if site[e] != site[e + shift] or (graded and share[e] != share[e + shift]):
                        same = False
                        break
            if same:
                group[i] = group[other]
                break
            slot = (slot + np.uint64(1)) & mask
    return groups


@njit(cache=True, nogil=True)
def transpose(
    indptr: _Ints, site: _Int32s, col_ptr: _Ints, col_row: _Int32s, col_entry: _Ints
) -> None:
    """Fill the columns: rows of each site ascending, and which entry of the rows it is.

    `col_entry` may have length 0 where it is not wanted.
    """
    col_ptr[:] = 0
    for e in range(len(site)):
        col_ptr[site[e] + 1] += 1
    for j in range(len(col_ptr) - 1):
        col_ptr[j + 1] += col_ptr[j]
    following = col_ptr[:-1].copy()
    for i in range(len(indptr) - 1):
        for e in range(indptr[i], indptr[i + 1]):
            j = site[e]
            col_row[following[j]] = i
            if len(col_entry):
                col_entry[following[j]] = e
            following[j] += 1


@njit(cache=True, nogil=True)
def assign_points(
    indptr: _Ints,
    site: _Int32s,
    share: _Floats,
    is_open: _Flags,
    chosen: _Ints,
    best: _Floats,
) -> None:
    """Give each row its open site of the largest share, the lowest index among equals; -1 none."""
    graded = len(share) > 0
    for i in range(len(indptr) - 1):
        chosen[i] = -1
        best[i] = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            if is_open[site[e]]:
                value = share[e] if graded else 1.0
                if value > best[i]:
                    best[i] = value
                    chosen[i] = site[e]
                    if not graded:
                        break
