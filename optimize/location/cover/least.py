"""The cheapest cover of a table's rows: what can be left out, bounds, a search, HiGHS.

Used by set cover, and by p-center for the question whether p sites reach everyone in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.location.cover.choices import (
    cover_greedily,
    drop_columns,
    drop_rows,
    improve_cover,
)
from optimize.location.cover.kernels import keep_entries
from optimize.location.cover.linear import relaxed
from optimize.location.cover.table import Table, from_rows
from optimize.location.rows import add_site_rows
from optimize.mip import LinearModel, Rows, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.cover.run import Run
    from optimize.location.sites import Sites
    from optimize.location.solve import Method

__all__ = ["CoverTask", "least_cover", "reduced"]

_NONE = np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class CoverTask:
    """Rows to cover and sites to cover them with.

    Parameters
    ----------
    table
        Rows, with `times` of each; shares are not used.
    cost : float64[m]
        Of each site, at least 0 where the rules are free.
    lower, upper : float64[m]
        Sites that must be open have both 1, sites that may not both 0.
    sites
        Rules, for a general solver.
    count
        Bounds on the number of open sites for a general solver, or None.
    """

    table: Table
    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    sites: Sites
    count: tuple[float, float] | None = None

    @property
    def is_free(self) -> bool:
        """Whether any cover is a plan."""
        return self.sites.is_free and self.count is None


def reduced(task: CoverTask) -> CoverTask | None:
    """Leave out rows and sites that decide nothing, and open sites that must be.

    Returns
    -------
    CoverTask or None
        With the same optimum; None where some row cannot be covered.
    """
    lower, upper = task.lower.copy(), task.upper.copy()
    table = task.table
    while True:
        must = lower > 0
        reach = np.concatenate([[0], np.cumsum(must[table.site])])
        times = table.times - np.diff(reach[table.indptr])
        table = _part(table, times, times > 0, (upper > 0) & ~must)
        length = np.diff(table.indptr)
        if (length < table.times).any():
            return None
        forced = np.unique(table.site[np.repeat(length == table.times, length)])
        if len(forced):
            lower[forced] = 1.0
            continue
        arrays = (table.indptr, table.site, table.col_ptr, table.col_row, table.times)
        keep = np.ones(table.n_rows, dtype=np.bool_)
        if drop_rows(*arrays, keep):
            table = _part(table, table.times, keep, upper > 0)
            arrays = (table.indptr, table.site, table.col_ptr, table.col_row, table.times)
        if not task.is_free:
            break
        stay = np.ones(table.n_sites, dtype=np.bool_)
        if not drop_columns(*arrays, task.cost, stay):
            break
        upper[~stay] = 0.0
    if task.is_free:
        upper[(np.diff(table.col_ptr) == 0) & (lower == 0)] = 0.0
    return CoverTask(table, task.cost, lower, upper, task.sites, task.count)


def least_cover(
    task: CoverTask,
    run: Run,
    *,
    enough: float = -np.inf,
    method: Method = "auto",
    greedy_only: bool = False,
) -> None:
    """Search the cheapest cover; `run` gets plans and bounds.

    Parameters
    ----------
    task
        What to cover.
    run
        Its clock, plan and bound.
    enough
        Cost at which any cover will do.
    method
        As in `optimize.location.solve`.
    greedy_only
        Whether a quick search is all that is wanted.
    """
    if method == "mip":
        _close(task, run, enough)
        return
    small = reduced(task)
    if small is None:
        run.infeasible = True
        return
    if task.is_free:
        _search(small, run, 10 if greedy_only else 40, enough)
        if greedy_only or _over(run, enough):
            return
    found = relaxed(_model(small), time_limit_s=0.5 * run.left_s(), threads=run.limits.threads)
    if found.status == "infeasible":
        run.infeasible = True
        return
    if len(found.x):
        run.bound_by(found.bound, "relaxation")
        if _over(run, enough):
            return
        small = _decided(small, run, found.bound, found.reduced_cost)
    if task.is_free:
        _search(small, run, 400, enough)
        if _over(run, enough) or method == "heuristic":
            return
    _close(small, run, enough)


def _over(run: Run, enough: float) -> bool:
    return run.done() or run.value <= enough or run.bound > enough > -np.inf


def _search(task: CoverTask, run: Run, rounds: int, enough: float) -> None:
    """Cover greedily, or begin from the plan; make it better by covering parts anew."""
    table = task.table
    opened = np.flatnonzero(task.lower > 0)
    fixed_cost = float(task.cost[opened].sum())
    arrays = (table.indptr, table.site, table.col_ptr, table.col_row, table.times)
    is_open = np.zeros(table.n_sites, dtype=np.bool_)
    if run.plan is not None:
        is_open[run.plan] = True
        is_open &= (task.lower == 0) & (task.upper > 0)
    reach = np.concatenate([[0], np.cumsum(is_open[table.site])])
    count = np.diff(reach[table.indptr]).astype(np.int64)
    value = cover_greedily(*arrays, task.cost, count, is_open)
    run.offer(np.union1d(opened, np.flatnonzero(is_open)), value + fixed_cost, "greedy")
    if table.n_rows == 0:
        run.bound_by(value + fixed_cost, "reductions")
    random = np.array([88172645463325252 + 7919 * (run.limits.seed % 2**31)], dtype=np.uint64)
    for _ in range(rounds):
        if _over(run, enough):
            return
        least = max(enough, run.bound) - fixed_cost
        value = improve_cover(*arrays, task.cost, is_open, value, least, 5, random)
        run.offer(np.union1d(opened, np.flatnonzero(is_open)), value + fixed_cost, "search")


def _decided(
    task: CoverTask, run: Run, bound: float, reduced_cost: NDArray[np.float64]
) -> CoverTask:
    """Decide the sites whose reduced cost leaves no better plan otherwise."""
    if run.plan is None:
        return task
    most = run.worth_looking_for() + 1e-7 * max(1.0, abs(run.value))
    upper = np.where(bound + reduced_cost > most, np.minimum(task.upper, task.lower), task.upper)
    lower = np.where(bound - reduced_cost > most, task.upper, task.lower)
    return CoverTask(task.table, task.cost, lower, np.maximum(lower, upper), task.sites, task.count)


def _close(task: CoverTask, run: Run, enough: float) -> None:
    if not run.more():
        return
    table, start = task.table, None
    if run.plan is not None:
        start = np.zeros(table.n_sites)
        start[run.plan] = 1.0
    model = _model(task, most=enough if enough > -np.inf else None)
    found = solve_mip(
        model,
        time_limit_s=run.left_s(),
        gap=0.99 if enough > -np.inf else run.limits.gap,
        threads=run.limits.threads,
        seed=run.limits.seed,
        start=start,
        progress=run.told("HiGHS"),
    )
    if found.found:
        plan = np.flatnonzero(found.x > 0.5)
        run.offer(plan, float(task.cost[plan].sum()), "HiGHS")
    run.interrupted |= found.interrupted
    if found.status == "infeasible":
        if enough > -np.inf:
            run.bound_by(enough + 1.0 if run.whole else np.nextafter(enough, np.inf), "HiGHS")
        elif run.plan is None:
            run.infeasible = True
        else:
            run.bound_by(run.value, "HiGHS")
    elif np.isfinite(found.bound):
        run.bound_by(found.bound if run.plan is None else min(found.bound, run.value), "HiGHS")


def _model(task: CoverTask, *, most: float | None = None) -> LinearModel:
    table = task.table
    rows = Rows()
    rows.add(
        np.repeat(np.arange(table.n_rows), np.diff(table.indptr)),
        table.site,
        1.0,
        lower=table.times.astype(np.float64),
        upper=np.inf,
    )
    add_site_rows(rows, task.sites, 0, task.count)
    m = table.n_sites
    if most is not None:
        rows.add(np.zeros(m), np.arange(m), task.cost, lower=np.full(1, -np.inf), upper=most)
    return LinearModel(task.cost, task.lower, task.upper, np.ones(m, dtype=np.bool_), rows)


def _part(
    table: Table, times: NDArray[np.int64], rows: NDArray[np.bool_], sites: NDArray[np.bool_]
) -> Table:
    """Keep some rows and some sites."""
    length = np.diff(table.indptr)[rows]
    indptr = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    site = table.site[np.repeat(rows, np.diff(table.indptr))]
    kept_indptr, kept = np.empty_like(indptr), np.empty(len(site), dtype=np.int64)
    count = keep_entries(indptr, site, sites, kept_indptr, kept)
    return from_rows(
        kept_indptr,
        site[kept[:count]],
        _NONE,
        table.weight[rows],
        n_sites=table.n_sites,
        times=times[rows],
        group=np.zeros(0, dtype=np.int64),
    )
