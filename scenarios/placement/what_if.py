"""One site more or fewer, another radius or budget, one site closed: what each would come to.

The searches are those of `optimize.location.sensitivity`; here the settings are chosen around the
plan, the time is shared out among them, and the tables get the names that reports read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from optimize.location.problems import Problem
    from optimize.location.solution import Limits, Solution
    from scenarios.placement.question import Question

__all__ = ["closing_table", "curve_table"]

_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
_RADII = (0.8, 0.9, 1.25, 1.5, 2.0)
_BUDGETS = (0.6, 0.8, 1.2, 1.4, 1.6)
_ROUNDING = 1e-9
_UNTOLD = frozenset({"Dispersion", "ExpectedCover", "AvailabilityCover"})


def curve_table(question: Question, solution: Solution, limits: Limits) -> pd.DataFrame | None:
    """Value around the plan: over the number of sites or units, the radius, or the budget.

    Parameters
    ----------
    question, solution
        What was asked, and its plan.
    limits
        Of all searches together.

    Returns
    -------
    DataFrame or None
        parameter ("p", "units", "radius" or "budget"), at, value, bound, gap, is_plan; ascending.
        None where the question has none of these.
    """
    import pandas as pd

    found = _curve(question, limits)
    if found is None:
        return None
    parameter, here, table = found
    rows = table.rename(columns={parameter: "at"})[["at", "value", "bound", "gap"]]
    own = pd.DataFrame(
        {"at": [here], "value": [solution.value], "bound": [solution.bound], "gap": [solution.gap]}
    )
    rows = pd.concat([rows.assign(is_plan=False), own.assign(is_plan=True)], ignore_index=True)
    rows = rows[np.isfinite(rows["value"])].astype({"at": np.float64})
    rows.insert(0, "parameter", parameter)
    whole: pd.DataFrame = rows.sort_values("at", kind="stable", ignore_index=True)
    return whole


def _curve(question: Question, limits: Limits) -> tuple[str, float, pd.DataFrame] | None:
    """Parameter, its value in the plan, and the rows around it."""
    from optimize.location.sensitivity import budget_curve, facility_curve, radius_curve

    problem: Any = question.problem
    if getattr(problem, "p", None) is not None:
        numbers = _around(problem.p, _fewest(problem), len(problem.sites.allowed))
        return "p", problem.p, _timed(facility_curve, problem, numbers, limits)
    if hasattr(problem, "units"):
        numbers = _around(problem.units, max(len(problem.sites.fixed), 1), 10**6)
        table = _units_curve(problem, numbers, _each(limits, len(numbers)))
        return "units", problem.units, table
    if problem.sites.budget:
        budgets = [factor * problem.sites.budget for factor in _BUDGETS]
        table = _timed(budget_curve, problem, budgets, limits)
        return "budget", problem.sites.budget, table
    radius = _radius(question)
    if radius is None or question.travel is None:
        return None
    radii = [factor * radius for factor in _RADII]
    table = radius_curve(
        question.travel,
        radii,
        lambda coverage: replace(problem, coverage=coverage),
        _each(limits, len(radii)),
    )
    return "radius", radius, table


def _timed(
    curve: Callable[..., pd.DataFrame], problem: Problem, settings: list[Any], limits: Limits
) -> pd.DataFrame:
    return curve(problem, settings, _each(limits, len(settings)))


def _each(limits: Limits, number: int) -> Limits:
    """Share the time out."""
    return replace(limits, time_s=limits.time_s / max(number, 1))


def _around(number: int, fewest: int, most: int) -> list[int]:
    return [number + step for step in _STEPS if fewest <= number + step <= most]


def _fewest(problem: Any) -> int:  # noqa: ANN401 - any kind that has a p
    """Smallest number of sites of which the question makes sense."""
    least = {"Dispersion": 2, "ReliableMedian": getattr(problem, "levels", 1)}
    quotas = max([quota.at_least for quota in problem.sites.quotas], default=0)
    return max(1, len(problem.sites.fixed), quotas, least.get(type(problem).__name__, 1))


def _radius(question: Question) -> float | None:
    """Tell the one radius of a plain set cover; None where there is none or cover is graded."""
    coverage, spec = question.coverage, question.spec
    plain = coverage is not None and coverage.share is None and not spec.levels
    if type(question.problem).__name__ != "SetCover" or not plain or spec.street_kinds:
        return None
    limit: float | None = getattr(spec, f"within_{question.unit}")
    return limit


def _units_curve(problem: Any, numbers: list[int], limits: Limits) -> pd.DataFrame:  # noqa: ANN401
    """Solve for each number of units; a number that does not fit is left out."""
    import pandas as pd

    from optimize.location import solve

    rows = []
    for units in numbers:
        most = problem.most_per_site
        per_site = units if most is None or most >= problem.units else most
        try:
            asked = replace(problem, units=units, most_per_site=per_site)
        except InputError:
            continue
        plan = solve(
            asked,
            time_limit_s=limits.time_s,
            gap=limits.gap,
            threads=limits.threads,
            seed=limits.seed,
            progress=limits.progress,
        )
        rows.append((units, plan.value, plan.bound, plan.gap, plan.seconds))
        if plan.interrupted:
            break
    return pd.DataFrame(rows, columns=["units", "value", "bound", "gap", "seconds"])


def closing_table(question: Question, solution: Solution, limits: Limits) -> pd.DataFrame | None:
    """Tell what closing each open site would cost while the others stay as they are.

    For a set cover, where one site fewer leaves somebody out, it is the weight that is left out.

    Parameters
    ----------
    question, solution
        What was asked, and its plan.
    limits
        Of all searches together.

    Returns
    -------
    DataFrame or None
        site, name, loss (in the unit of the objective, inf where some could be served by nobody),
        unserved (points); the dearest first. None where it says nothing: for models that place
        units or distances, and where closing a site betters a plan that is not proven.
    """
    from optimize.location.sensitivity import closing_costs

    problem: Any = question.problem
    if type(problem).__name__ in _UNTOLD or len(solution.open_sites) < 2:
        return None
    if type(problem).__name__ == "SetCover":
        problem, solution = _as_gain(question, solution)
    number = len(solution.open_sites)
    table = closing_costs(problem, solution, _each(limits, number), reoptimise=False)
    names = question.sites["name"].to_numpy()[table["site"].to_numpy(dtype=np.int64)]
    table.insert(1, "name", names)
    if (table["loss"] < -_ROUNDING * abs(solution.value)).any():
        return None  # a better plan lies beside one that is not proven: nothing is lost by closing
    return table[["site", "name", "loss", "unserved"]]


def _as_gain(question: Question, solution: Solution) -> tuple[Problem, Solution]:
    """Read a set cover as a maximal cover with the same sites, whose value is covered weight."""
    from optimize.location import MaxCover, Sites

    problem: Any = question.problem
    weight = question.points["weight"].to_numpy(dtype=np.float64)
    sites = Sites(problem.sites.n)
    gain = MaxCover(problem.coverage, weight, len(solution.open_sites), sites)
    is_open = np.zeros(sites.n, dtype=np.bool_)
    is_open[solution.open_sites] = True
    row = np.repeat(np.arange(gain.coverage.n_points), np.diff(gain.coverage.indptr))
    covered = np.zeros(len(weight), dtype=np.bool_)
    covered[row[is_open[gain.coverage.site]]] = True
    value = float(weight[covered].sum())
    return gain, replace(solution, value=value, bound=value)
