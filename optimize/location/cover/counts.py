"""How many sites the rules let be open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import add_site_rows, site_bounds
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from optimize.location.cover.run import Run
    from optimize.location.sites import Sites

__all__ = ["most_open"]


def most_open(sites: Sites, p: int, run: Run) -> int | None:
    """Say how many sites to open: p, or the most that the rules allow where that is fewer.

    Parameters
    ----------
    sites
        Rules.
    p
        As asked for.
    run
        Told where no plan keeps the rules.

    Returns
    -------
    int or None
        None where no plan keeps the rules, or nothing is known in time.
    """
    if sites.is_free:
        return p
    rows = Rows()
    add_site_rows(rows, sites, 0, (0.0, float(p)))
    lower, upper = site_bounds(sites)
    if (lower > upper).any():
        run.infeasible = True
        return None
    found = solve_mip(
        LinearModel(
            np.ones(sites.n), lower, upper, np.ones(sites.n, dtype=np.bool_), rows, maximise=True
        ),
        time_limit_s=run.left_s(),
        seed=run.limits.seed,
    )
    if found.interrupted:
        raise KeyboardInterrupt
    if found.status != "optimal":
        run.infeasible = found.status == "infeasible"
        return None
    return round(found.value)
