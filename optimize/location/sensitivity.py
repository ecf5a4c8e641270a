"""What the answer depends on: one more site, another radius, more money, a site less.

Every table has one row for each setting with the columns value, bound and gap, so that a reader
sees where a step of a curve is proven and where it may be the search's own. Curves are solved one
setting after the other and then made whole: a plan for p sites with the best site added is a plan
for p + 1, and what no plan of p + 1 sites can better, no plan of p can either. So a curve never
goes the wrong way, even where the time limit binds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from optimize.location.coverage import Coverage
from optimize.location.judged.rules import is_gain
from optimize.location.problems import (
    Dispersion,
    FacilityLocation,
    MaxCover,
    PMedian,
    ReliableMedian,
)
from optimize.location.refit import quick_values, unserved
from optimize.location.sites import Sites
from optimize.location.solution import Limits, Solution, relative_gap
from optimize.location.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from optimize.location.problems import Problem
    from optimize.location.refit import QuickValues

__all__ = ["budget_curve", "closing_costs", "facility_curve", "radius_curve", "swap_ranking"]

_NONE = np.zeros(0, dtype=np.int64)


def facility_curve(
    problem: Problem, numbers: Iterable[int], limits: Limits | None = None
) -> pd.DataFrame:
    """Value of the p-th site.

    Parameters
    ----------
    problem
        Of a kind that has a number of open sites, `p`; its own number is not used.
    numbers
        Numbers of open sites, in any order.
    limits
        Of each search.

    Returns
    -------
    pandas.DataFrame
        One row a number, ascending: p, value, bound, gap, status, marginal (what each site more
        than in the row before improves the value by; NaN in the first row), seconds, open_sites
        (int64[k]). After Ctrl-C the rows that are done.

    Raises
    ------
    InputError
        If the problem has no number of open sites, or a number is out of range.
    """
    if not hasattr(problem, "p"):
        raise InputError(f"a {type(problem).__name__} has no number of open sites")
    asked = sorted(set(numbers))
    found = _solved((_with_p(problem, p) for p in asked), limits)
    asked = asked[: len(found)]
    found = _made_whole(problem, asked, found)
    return _curve("p", [float(p) for p in asked], found, gain=is_gain(problem), whole=True)


def radius_curve(
    times: ArrayLike,
    radii: Iterable[float],
    build: Callable[[Coverage], Problem],
    limits: Limits | None = None,
) -> pd.DataFrame:
    """Value at each radius of cover.

    Parameters
    ----------
    times : float[n, m]
        From each demand point to each site, inf where unreachable.
    radii
        Limits in the unit of the times, in any order.
    build
        Makes the problem of a coverage: ``SetCover``, or ``lambda c: MaxCover(c, weight, 8)``.
    limits
        Of each search.

    Returns
    -------
    pandas.DataFrame
        One row a radius, ascending: radius, value, bound, gap, status, marginal (improvement on
        the row before by unit of radius), seconds, open_sites. A radius at which no plan exists
        has the status "infeasible" and no value.
    """
    table = np.asarray(times, dtype=np.float64)
    asked = sorted(set(radii))
    problems = [build(Coverage.within(table, radius)) for radius in asked]
    found = _solved(problems, limits)
    gain = bool(problems) and is_gain(problems[0])
    return _curve("radius", asked[: len(found)], found, gain=gain)


def budget_curve(
    problem: Problem, budgets: Iterable[float], limits: Limits | None = None
) -> pd.DataFrame:
    """Value at each budget for opening sites.

    Parameters
    ----------
    problem
        Its sites have a cost; its own budget is not used.
    budgets
        In the unit of that cost, in any order.
    limits
        Of each search.

    Returns
    -------
    pandas.DataFrame
        One row a budget, ascending: budget, value, bound, gap, status, marginal (improvement on
        the row before by unit of money), seconds, spent, open_sites.

    Raises
    ------
    InputError
        If the sites have no cost.
    """
    cost = problem.sites.cost
    if cost is None:
        raise InputError("a budget is given, but no cost of the sites")
    asked = sorted(set(budgets))
    problems: list[Any] = [_with_budget(problem, budget) for budget in asked]
    found = _solved(problems, limits)
    found = _never_worse(found, gain=is_gain(problem))
    table = _curve("budget", asked[: len(found)], found, gain=is_gain(problem))
    spent = [float(cost[plan.open_sites].sum()) if plan.found else np.nan for plan in found]
    table.insert(len(table.columns) - 1, "spent", spent)
    return table


def closing_costs(
    problem: Problem,
    solution: Solution,
    limits: Limits | None = None,
    *,
    reoptimise: bool = True,
) -> pd.DataFrame:
    """Tell what it costs to close each open site.

    Parameters
    ----------
    problem, solution
        A plan of it. Budget, quotas and spacing do not hold while the others are merely kept.
    limits
        Of each search.
    reoptimise
        Whether the best plan without the site, with one site less, is searched too.

    Returns
    -------
    pandas.DataFrame
        One row an open site, the dearest first: site, value (all other sites kept, points
        assigned anew), loss (what is worse than now), unserved (points that no other open site
        serves), bound and gap of `value`, and with `reoptimise` best_value, best_bound, best_gap,
        best_loss of the best plan with one site less in which it is closed. Where no plan is left
        without the site, there is no value and the loss is infinite.
    """
    gain = is_gain(problem)
    rows: list[dict[str, float]] = []
    for site in solution.open_sites:
        others = solution.open_sites[solution.open_sites != site]
        kept = _kept(problem, others, limits)
        row = {"site": float(site), **_numbers(kept, solution.value, gain=gain)}
        row["unserved"] = float(unserved(problem, others))
        if reoptimise:
            best = _without(problem, int(site), len(others), limits)
            named = _numbers(best, solution.value, gain=gain)
            row |= {f"best_{name}": number for name, number in named.items()}
            if best.interrupted:
                break
        rows.append(row)
    return _ranked(rows, ["loss", "site"], ascending=[False, True], whole=("site", "unserved"))


def swap_ranking(
    problem: Problem, solution: Solution, limits: Limits | None = None
) -> pd.DataFrame:
    """For each open site the site that would best take its place, all others kept.

    Parameters
    ----------
    problem, solution
        A plan of it.
    limits
        Of each search, where the kind needs one.

    Returns
    -------
    pandas.DataFrame
        One row an open site, the one that is easiest to swap first: site, replacement (-1 where
        none keeps the rules), value with it, loss (below 0 if the swap is better), bound, gap. A
        small loss says that a place in the plan hardly matters; the fixed sites are left out.
    """
    gain = is_gain(problem)
    free = np.setdiff1d(solution.open_sites, problem.sites.fixed)
    rows: list[dict[str, float]] = []
    for site in free:
        others = solution.open_sites[solution.open_sites != site]
        swapped = _swapped(problem, int(site), others, limits)
        came = np.setdiff1d(swapped.open_sites, others) if swapped.found else _NONE
        row = {"site": float(site), "replacement": float(came[0]) if len(came) else -1.0}
        if swapped.interrupted:
            break
        rows.append({**row, **_numbers(swapped, solution.value, gain=gain)})
    return _ranked(rows, ["loss", "site"], ascending=[True, True], whole=("site", "replacement"))


# ---- searches


def _solved(problems: Iterable[Problem], limits: Limits | None) -> list[Solution]:
    """Solve one after the other; after Ctrl-C those that are done."""
    found: list[Solution] = []
    for problem in problems:
        solution = _solve(problem, limits)
        found.append(solution)
        if solution.interrupted:
            break
    return found


def _solve(problem: Problem, limits: Limits | None) -> Solution:
    given = limits or Limits()
    return solve(
        problem,
        time_limit_s=given.time_s,
        gap=given.gap,
        threads=given.threads,
        seed=given.seed,
        progress=given.progress,
    )


def _with_p(problem: Any, p: int) -> Problem:  # noqa: ANN401 - any kind that has a p
    changed: Problem = replace(problem, p=p)
    return changed


def _with_budget(problem: Any, budget: float) -> Problem:  # noqa: ANN401 - any kind
    changed: Problem = replace(problem, sites=replace(problem.sites, budget=budget))
    return changed


def _kept(problem: Any, open_sites: NDArray[np.int64], limits: Limits | None) -> Solution:  # noqa: ANN401
    """Serve the points from these sites, no others, whatever the rules."""
    if len(open_sites) < _fewest(problem):
        return _nothing()
    values = quick_values(problem)
    if values is not None:
        value = values.value(open_sites)
        return _exact(value, open_sites) if np.isfinite(value) else _nothing()
    rest = np.setdiff1d(np.arange(problem.sites.n), open_sites)
    sites = Sites(
        problem.sites.n,
        fixed=open_sites,
        forbidden=rest,
        cost=problem.sites.cost,
        preference=problem.sites.preference,
    )
    return _solve(_resited(problem, sites, len(open_sites)), limits)


def _without(problem: Any, site: int, count: int, limits: Limits | None) -> Solution:  # noqa: ANN401
    """Find the best plan of so many sites with this one closed."""
    if count < _fewest(problem):
        return _nothing()
    sites = replace(
        problem.sites,
        fixed=np.setdiff1d(problem.sites.fixed, [site]),
        forbidden=np.union1d(problem.sites.forbidden, [site]),
    )
    if len(sites.allowed) < count:
        return _nothing()
    return _solve(_resited(problem, sites, count), limits)


def _swapped(
    problem: Any,  # noqa: ANN401
    site: int,
    others: NDArray[np.int64],
    limits: Limits | None,
) -> Solution:
    """Find the best plan that has all the others and not this one."""
    rules: Sites = problem.sites
    barred = np.union1d(rules.forbidden, [site])
    values = quick_values(problem)
    if values is None:
        sites = replace(rules, fixed=np.union1d(rules.fixed, others), forbidden=barred)
        if len(sites.allowed) <= len(others):
            return _nothing()
        return _solve(_resited(problem, sites, len(others) + 1), limits)
    each = values.with_each(others)
    sign = -1.0 if is_gain(problem) else 1.0
    ready = np.setdiff1d(np.arange(rules.n), np.union1d(barred, others))
    for candidate in ready[np.argsort(sign * each[ready], kind="stable")]:
        plan = np.union1d(others, [candidate])
        if np.isfinite(each[candidate]) and (rules.is_free or not rules.faults(plan)):
            return _exact(float(each[candidate]), plan)
    return _nothing()


def _fewest(problem: Problem) -> int:
    """Sites without which the question has no sense."""
    if isinstance(problem, ReliableMedian):
        return problem.levels
    return 2 if isinstance(problem, Dispersion) else 1


def _resited(problem: Any, sites: Sites, count: int) -> Problem:  # noqa: ANN401
    changes: dict[str, Any] = {"sites": sites}
    if getattr(problem, "p", None) is not None:
        changes["p"] = count
    changed: Problem = replace(problem, **changes)
    return changed


def _exact(value: float, open_sites: NDArray[np.int64]) -> Solution:
    return Solution("optimal", value, value, open_sites, _NONE, 0.0, "reckoned")


def _nothing() -> Solution:
    nan = float("nan")
    return Solution("infeasible", nan, nan, _NONE, _NONE, 0.0, "reckoned")


# ---- curves made whole


def _made_whole(problem: Problem, numbers: list[int], found: list[Solution]) -> list[Solution]:
    """Carry plans upwards and bounds downwards along a curve over p."""
    gain = is_gain(problem)
    monotone = isinstance(problem, MaxCover | FacilityLocation) or (
        isinstance(problem, PMedian)
        and problem.sites.is_free
        and problem.opening is None
        and problem.sites.preference is None
    )
    if not monotone:
        return found
    values = quick_values(problem)
    carried = list(found)
    for i in range(1, len(found)):
        before = carried[i - 1]
        if not before.found or carried[i].gap == 0:
            continue
        more, value = before.open_sites, before.value
        if values is not None and problem.sites.is_free:
            for _ in range(numbers[i] - len(more)):
                more, value = _best_added(problem, values, more)
        candidate = replace(before, value=value, open_sites=more)
        carried[i] = _better(carried[i], candidate, gain=gain)
    return _bounds_carried(carried, gain=gain)


def _best_added(
    problem: Problem, values: QuickValues, open_sites: NDArray[np.int64]
) -> tuple[NDArray[np.int64], float]:
    each = values.with_each(open_sites)
    ready = np.setdiff1d(problem.sites.allowed, open_sites)
    best = ready[np.argmax(each[ready])] if is_gain(problem) else ready[np.argmin(each[ready])]
    return np.union1d(open_sites, [best]), float(each[best])


def _never_worse(found: list[Solution], *, gain: bool) -> list[Solution]:
    """Carry plans and bounds along a curve over budgets: what less money buys, more does too."""
    carried = list(found)
    for i in range(1, len(found)):
        if carried[i - 1].found:
            carried[i] = _better(carried[i], carried[i - 1], gain=gain)
    return _bounds_carried(carried, gain=gain)


def _better(here: Solution, candidate: Solution, *, gain: bool) -> Solution:
    """Take the plan of a candidate that is better; bound and time stay."""
    better = candidate.value > here.value if gain else candidate.value < here.value
    if here.found and not better:
        return here
    return replace(candidate, bound=here.bound, seconds=here.seconds)


def _bounds_carried(plans: list[Solution], *, gain: bool) -> list[Solution]:
    """Let what no plan of a wider setting can better bound the narrower ones too."""
    carried = list(plans)
    for i in range(len(plans) - 2, -1, -1):
        here, after = carried[i], carried[i + 1]
        if here.found and after.found:
            tighter = min(here.bound, after.bound) if gain else max(here.bound, after.bound)
            carried[i] = replace(here, bound=tighter)
    return [
        replace(plan, status="optimal" if plan.gap == 0 else "feasible") if plan.found else plan
        for plan in carried
    ]


# ---- tables


def _curve(
    name: str,
    settings: Sequence[float],
    found: Sequence[Solution],
    *,
    gain: bool,
    whole: bool = False,
) -> pd.DataFrame:
    import pandas as pd

    value = np.array([plan.value if plan.found else np.nan for plan in found])
    at = np.array(settings, dtype=np.float64)
    marginal = np.full(len(found), np.nan)
    marginal[1:] = (1.0 if gain else -1.0) * np.diff(value) / np.diff(at)
    return pd.DataFrame(
        {
            name: at.astype(np.int64) if whole else at,
            "value": value,
            "bound": [plan.bound for plan in found],
            "gap": [plan.gap for plan in found],
            "status": [plan.status for plan in found],
            "marginal": marginal,
            "seconds": [plan.seconds for plan in found],
            "open_sites": [plan.open_sites for plan in found],
        }
    )


def _numbers(plan: Solution, now: float, *, gain: bool) -> dict[str, float]:
    value = plan.value if plan.found else float("nan")
    loss = (now - value if gain else value - now) if plan.found else float("inf")
    return {
        "value": value,
        "loss": loss,
        "bound": plan.bound,
        "gap": relative_gap(value, plan.bound),
    }


def _ranked(
    rows: list[dict[str, float]], by: list[str], ascending: list[bool], whole: tuple[str, ...]
) -> pd.DataFrame:
    import pandas as pd

    if not rows:
        return pd.DataFrame(columns=[*whole, "value", "loss", "bound", "gap"])
    table = pd.DataFrame(rows).astype(dict.fromkeys(whole, np.int64))
    return table.sort_values(by, ascending=ascending, ignore_index=True)
