"""What a plan costs: each open site with its size, and the parts that its value adds up from.

A site's cost is its own and that of the size class (or the piles) it is built in. The value of a
question that counts money is the sum of sites, sizes, travel, the way onward and plants; each part
is reckoned from plan and tables here, apart from solver and judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.placement.objective import objective_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.solution import Solution
    from scenarios.placement.question import Question

__all__ = ["COST_PARTS", "cost_parts", "rounded_parts", "site_costs", "size_costs"]

COST_PARTS = ("opening", "sizes", "travel", "onward", "plants", "preference")
"""Names of the parts: sites, their sizes, travel to them, from them to plants, plants, wishes."""

_USED = 1e-6  # what a plant has to get to count as built, as the judge has it


def size_costs(question: Question, solution: Solution) -> NDArray[np.float64]:
    """Cost of the size in which each open site is built.

    Parameters
    ----------
    question, solution
        What was asked, and the plan.

    Returns
    -------
    float64[k]
        In the order of `open_sites`; 0 where sizes have no classes.
    """
    classes = getattr(question.problem, "size_classes", ())
    if solution.sizes is None or not classes:
        return np.zeros(len(solution.open_sites))
    return np.array([classes[k].cost for k in solution.sizes], dtype=np.float64)


def site_costs(question: Question, solution: Solution) -> NDArray[np.float64]:
    """Cost of each open site, its size included.

    Parameters
    ----------
    question, solution
        What was asked, and the plan.

    Returns
    -------
    float64[k]
        In the order of `open_sites`; NaN where neither the site nor a size has a cost.
    """
    own = question.sites["cost"].to_numpy(dtype=np.float64)[solution.open_sites]
    if not getattr(question.problem, "size_classes", ()):
        return own
    costs: NDArray[np.float64] = np.nan_to_num(own) + size_costs(question, solution)
    return costs


def cost_parts(question: Question, solution: Solution) -> dict[str, float]:
    """Parts of a value that counts money, in the order of `COST_PARTS`; empty for other values.

    Parameters
    ----------
    question, solution
        What was asked, and the plan.

    Returns
    -------
    dict
        Those parts that the model has, zeros included; they add up to the value.
    """
    problem: Any = question.problem
    if objective_of(question).unit != "cost":
        return {}
    rules, opened = problem.sites, solution.open_sites
    own = getattr(problem, "opening", None)
    own = rules.cost if own is None else own
    parts = {"opening": 0.0 if own is None else float(own[opened].sum())}
    if getattr(problem, "size_classes", ()):
        parts["sizes"] = float(size_costs(question, solution).sum())
    if hasattr(problem, "cost"):
        parts["travel"] = _travel(question, solution)
    if hasattr(problem, "onward"):
        parts |= _onward(question, solution)
    if rules.preference is not None:
        parts["preference"] = -float(rules.preference[opened].sum())
    return parts


def rounded_parts(parts: dict[str, float]) -> tuple[dict[str, float], int]:
    """Round parts so that they add up to their rounded sum, and the digits after the point.

    Parameters
    ----------
    parts
        As `cost_parts` gives them.

    Examples
    --------
    >>> rounded_parts({"sizes": 3000.0, "travel": 832.3, "onward": 832.3})
    ({'sizes': 3000.0, 'travel': 833.0, 'onward': 832.0}, 0)
    """
    total = sum(parts.values())
    whole = all(value == round(value) for value in parts.values())
    digits = 0 if whole or abs(total) >= 1000 else 2
    unit = 10.0**digits
    scaled = np.array([value * unit for value in parts.values()])
    found = np.floor(scaled)
    short = round(total * unit) - round(float(found.sum()))
    found[np.argsort(found - scaled, kind="stable")[:short]] += 1.0
    return dict(zip(parts, (found / unit).tolist(), strict=True)), digits


def _travel(question: Question, solution: Solution) -> float:
    """Cost of all ways from points to whoever serves them."""
    problem: Any = question.problem
    cost = problem.cost
    weight = getattr(problem, "weight", None)
    if weight is not None:  # a median: to the nearest, by weight
        counts = weight > 0
        nearest = cost[counts][:, solution.open_sites].min(axis=1)
        return float((weight[counts] * nearest).sum())
    if getattr(problem, "direct", None) is not None:
        cost = np.hstack([cost, problem.direct])
    if solution.flow is not None:
        point, site = (solution.flow[:, k].astype(np.int64) for k in (0, 1))
        share = solution.flow[:, 2]
        used = share > 0
        return float((share[used] * cost[point[used], site[used]]).sum())
    point = np.flatnonzero(solution.assignment >= 0)
    return float(cost[point, solution.assignment[point]].sum())


def _onward(question: Question, solution: Solution) -> dict[str, float]:
    """Cost of the ways from sites to plants, and of the plants that get anything."""
    problem: Any = question.problem
    m, n_plants = problem.onward.shape
    way, brought = 0.0, np.zeros(n_plants)
    if solution.onward is not None and len(solution.onward):
        rows = solution.onward[solution.onward[:, 2] > 0]
        site, plant = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
        way = float((problem.onward[site, plant] * rows[:, 2]).sum())
        np.add.at(brought, plant, rows[:, 2])
    if solution.flow is not None:
        point, site = (solution.flow[:, k].astype(np.int64) for k in (0, 1))
        amount = solution.flow[:, 2] * problem.amount[point]
    else:
        point = np.flatnonzero(solution.assignment >= 0)
        site, amount = solution.assignment[point], problem.amount[point]
    straight = site >= m
    np.add.at(brought, site[straight] - m, amount[straight])
    parts = {"onward": way}
    if problem.plant_opening.any():
        parts["plants"] = float(problem.plant_opening[brought > _USED].sum())
    return parts
