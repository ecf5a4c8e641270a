"""Whether p sites can serve all points at all, where some pairs are impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.median.core import Core

__all__ = ["serving_sites"]


def serving_sites(
    core: Core, time_limit_s: float, seed: int = 0
) -> tuple[NDArray[np.int64] | None, bool]:
    """Find few sites from which every point can be served, by HiGHS.

    Parameters
    ----------
    core
        With a number of sites p.
    time_limit_s
        Wall-clock seconds.
    seed
        Of HiGHS.

    Returns
    -------
    sites : int64[p] or None
        p of them, None where none were found.
    impossible : bool
        Whether it is proven that p do not suffice.
    """
    from optimize.mip import LinearModel, Rows, solve_mip

    can = np.isfinite(core.cost)
    kinds = np.unique(np.packbits(can, axis=1), axis=0)
    kinds = np.unpackbits(kinds, axis=1, count=core.m).astype(np.bool_)
    rows = Rows()
    row, column = np.nonzero(kinds)
    rows.add(row, column, 1.0, lower=np.ones(len(kinds)), upper=np.inf)
    rows.add(np.zeros(core.m), np.arange(core.m), 1.0, lower=np.zeros(1), upper=float(core.p))
    model = LinearModel(
        np.ones(core.m),
        core.fixed.astype(np.float64),
        np.ones(core.m),
        np.ones(core.m, dtype=np.bool_),
        rows,
    )
    # any solution will do: the objective only leads to one
    result = solve_mip(model, time_limit_s=time_limit_s, gap=1.0, seed=seed)
    if not result.found:
        return None, result.status == "infeasible"
    chosen = np.flatnonzero(result.x > 0.5)
    others = np.setdiff1d(np.arange(core.m), chosen)
    return np.concatenate([chosen, others])[: core.p], False
