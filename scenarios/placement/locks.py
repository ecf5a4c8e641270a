"""What a person locked in a plan file: open rows stay open, closed ones closed.

The file is what `cityops optimize` wrote, edited: its column `lock` holds "open", "closed" or
nothing. A row is found again by its name, or by its place where two sites bear one name. A row
locked open that is no candidate becomes one: who types in a place of his own gets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.placement.candidates import SiteRow
from scenarios.placement.places import read_places

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.placement.places import PlaceTable
    from scenarios.placement.schema import CandidatesSpec

__all__ = ["LOCKS", "locked"]

LOCKS = ("open", "closed")
_SAME_DEG = 3e-4  # rows of one name within some 30 m are one site


def locked(
    rows: list[SiteRow], plan: Path | None, spec: CandidatesSpec, p: int | None = None
) -> tuple[list[SiteRow], list[str]]:
    """Lay the locks of a plan on the sites.

    Parameters
    ----------
    rows
        The scenario's sites.
    plan
        The edited file, or None.
    spec
        What candidates have in common: cost, capacity and power of a row of a person's own, where
        the file does not say.
    p
        Sites that are to be open; None where the scenario leaves that open.

    Returns
    -------
    tuple
        The sites, those of the plan's own at the end, and the lock of each ("" for none).

    Raises
    ------
    InputError
        If a lock is neither word, a closed row is no site, a site is locked both ways, or a row
        was moved away from the site that it names; or if the locks leave no room for p sites.
    """
    locks = [""] * len(rows)
    if plan is None:
        return rows, locks
    table = read_places(plan)
    names, words = table.texts("name"), table.texts("lock")
    rows = list(rows)
    for k, word in enumerate(words):
        lock = word.lower()
        if not lock:
            continue
        if lock not in LOCKS:
            raise InputError(
                f'is "{word}"',
                file=table.where(k),
                place="lock",
                mend='write "open", "closed", or leave it empty',
            )
        at = _found(rows, names[k], table, k)
        if at is None and lock == "closed":
            mend = did_you_mean(names[k], [row.name for row in rows], what="sites are", quote='"')
            raise InputError(
                f'no site is called "{names[k]}"', file=table.where(k), place="name", mend=mend
            )
        if at is None:
            rows.append(
                SiteRow(
                    names[k],
                    float(table.lon[k]),
                    float(table.lat[k]),
                    cost=_own(table, "cost", k, spec.cost),
                    capacity=_own(table, "capacity", k, spec.capacity),
                    grid_kw=_own(table, "grid_kw", k, spec.grid_kw),
                    where=table.where(k),
                )
            )
            locks.append("")
            at = len(rows) - 1
        if locks[at] not in {"", lock}:
            raise InputError(
                f'"{names[k]}" is locked {locks[at]} in another row, and {lock} here',
                file=table.where(k),
                place="lock",
                mend="keep one",
            )
        rows[at] = replace(rows[at], state="fixed" if lock == "open" else "forbidden")
        locks[at] = lock
    if p is not None:
        _room(rows, locks, p, table)
    return rows, locks


def _room(rows: list[SiteRow], locks: list[str], p: int, table: PlaceTable) -> None:
    """Refuse locks that open more than p sites, or close so many that fewer are left."""
    must = sum(row.state == "fixed" for row in rows)
    may = sum(row.state != "forbidden" for row in rows)
    opened, closed = locks.count("open"), locks.count("closed")
    if opened and must > p:
        more = must - opened
        others = f", {more} more must be open anyway," if more else ""
        raise InputError(
            f"{_sites(opened)} locked open{others} and p is {p}",
            file=table.shown,
            place="lock",
            mend="lock fewer open, or give a larger p in the scenario",
        )
    if closed and may < p <= may + closed:
        raise InputError(
            f"{_sites(closed)} locked closed, which leaves {may} of {len(rows)}, and p is {p}",
            file=table.shown,
            place="lock",
            mend="lock fewer closed, or give a smaller p in the scenario",
        )


def _sites(count: int) -> str:
    return "1 site is" if count == 1 else f"{count} sites are"


def _own(table: PlaceTable, column: str, k: int, default: float | None) -> float | None:
    """Read what a row of a person's own says in a column that may be missing or empty."""
    if column not in table.columns:
        return default
    value = table.numbers(column, may_be_empty=True)[k]
    return float(value) if np.isfinite(value) else default


def _found(rows: list[SiteRow], name: str, table: PlaceTable, k: int) -> int | None:
    same = [i for i, row in enumerate(rows) if row.name == name]
    if not same:
        return None
    off = [float(np.hypot(rows[i].lon - table.lon[k], rows[i].lat - table.lat[k])) for i in same]
    best = int(np.argmin(off))
    if off[best] > _SAME_DEG:
        raise InputError(
            f'"{name}" lies elsewhere: at {rows[same[best]].lon:.6f}, {rows[same[best]].lat:.6f}',
            file=table.where(k),
            place="lon",
            mend="put it back, or give a place of your own a name of its own",
        )
    return same[best]
