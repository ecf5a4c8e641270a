"""A first plan that keeps the rules on sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.rows import add_site_rows, site_bounds
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.cover.run import Run
    from optimize.location.sites import Sites

__all__ = ["feasible_start"]


def feasible_start(
    sites: Sites, p: int, gain: NDArray[np.float64], run: Run
) -> NDArray[np.int64] | None:
    """Open sites that keep the rules: the fixed ones alone where they do, else of most gain.

    Parameters
    ----------
    sites
        Rules.
    p
        Most that may be open.
    gain : float64[m]
        What each site is worth alone.
    run
        Told where no plan keeps the rules.

    Returns
    -------
    int64[k] or None
        None where there is no such plan, or none was found in time.
    """
    if len(sites.fixed) <= p and not sites.faults(sites.fixed):
        return sites.fixed
    rows = Rows()
    add_site_rows(rows, sites, 0, (0.0, float(p)))
    lower, upper = site_bounds(sites)
    if (lower > upper).any():
        run.infeasible = True
        return None
    found = solve_mip(
        LinearModel(gain, lower, upper, np.ones(sites.n, dtype=np.bool_), rows, maximise=True),
        time_limit_s=run.left_s(),
        gap=0.01,
        seed=run.limits.seed,
    )
    if found.interrupted:
        raise KeyboardInterrupt
    run.infeasible = found.status == "infeasible"
    return np.flatnonzero(found.x > 0.5).astype(np.int64) if found.found else None
