"""Good plans joined: the best plan whose sites all stand in one of them, by an integer program.

Plans that a search ends with share most of their sites, so the program over their union is small
and is closed in a moment, and what it finds is at least as good as the best of them (the
tour merging of Cook and Seymour, INFORMS Journal on Computing 15, 2003, does so for tours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.models import cover_model, covered_levels
from optimize.location.cover.table import shrunk
from optimize.mip import solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.cover.table import Table
    from optimize.location.sites import Sites

__all__ = ["around", "best_of_sites", "sites_of"]


def sites_of(
    plans: list[tuple[float, NDArray[np.int64]]], lost: NDArray[np.float64], most: int
) -> NDArray[np.bool_]:
    """Sites of the best plans, as many plans as keep the number of sites within bounds.

    What room is left goes to the sites that cost the bound least.

    Parameters
    ----------
    plans
        Value and open sites of each; the best one always counts.
    lost : float64[m]
        How much of the bound opening each site gives away.
    most
        Sites that may be taken.

    Returns
    -------
    bool[m]
    """
    taken = np.zeros(len(lost), dtype=np.bool_)
    for number, (_, plan) in enumerate(sorted(plans, key=lambda pair: -pair[0])):
        more = taken.copy()
        more[plan] = True
        if number and more.sum() > most:
            break
        taken = more
    room = max(0, most - int(taken.sum()))
    order = np.argsort(np.where(taken, np.inf, lost), kind="stable")[:room]
    taken[order[np.isfinite(lost[order])]] = True
    return taken


def around(table: Table, centre: int, plan: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
    """Sites around one, as many steps over common rows as bring in some of a plan.

    Parameters
    ----------
    table
        Merged coverage.
    centre
        Site to begin with.
    plan
        Open sites.
    number
        Of open sites that must be among those found, where so many can be reached.

    Returns
    -------
    bool[m]
    """
    found = np.zeros(table.n_sites, dtype=np.bool_)
    found[centre] = True
    row = np.repeat(np.arange(table.n_rows), np.diff(table.indptr))
    size = 0
    while found[plan].sum() < number and size < found.sum():
        size = int(found.sum())
        touched = np.zeros(table.n_rows, dtype=np.bool_)
        touched[row[found[table.site]]] = True
        found[table.site[touched[row]]] = True
    return found


def best_of_sites(
    table: Table,
    sites: Sites,
    count: tuple[float, float] | None,
    among: NDArray[np.bool_],
    start: NDArray[np.int64],
    *,
    opened: NDArray[np.bool_] | None = None,
    time_limit_s: float,
    threads: int,
    seed: int,
) -> tuple[NDArray[np.int64] | None, bool]:
    """Find the best plan of a maximal cover that opens only some sites.

    Parameters
    ----------
    table
        Merged coverage.
    sites
        Rules.
    count
        Least and most open sites; None where only a budget binds.
    among : bool[m]
        Sites that may be open.
    start
        A plan among them.
    opened : bool[m], optional
        Sites of the start that stay open.
    time_limit_s
        Wall-clock seconds; what is best by then is given.
    threads, seed
        Of HiGHS.

    Returns
    -------
    plan : int64[k] or None
        Open sites, ascending; None where nothing was found in time.
    closed
        Whether it is known to be the best.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    stay = np.zeros(sites.n, dtype=np.bool_) if opened is None else opened
    left, offset = shrunk(table, allowed=among, opened=stay)
    model = cover_model(left, sites, count, closed=~among, opened=stay, offset=offset)
    x = np.zeros(len(model.cost))
    x[start] = 1.0
    x[sites.n :] = covered_levels(left, start)
    found = solve_mip(model, time_limit_s=time_limit_s, threads=threads, seed=seed, start=x)
    if found.interrupted:
        raise KeyboardInterrupt
    plan = np.flatnonzero(found.x[: sites.n] > 0.5).astype(np.int64) if found.found else None
    return plan, found.status == "optimal"
