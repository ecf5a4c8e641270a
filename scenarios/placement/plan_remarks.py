"""What a person should know of a plan before believing it: rules that bound, and rules that gave.

A plan that keeps every rule may still not be what was meant: fewer sites than asked for because a
spacing or a budget left no room, or facilities that exist nearer to each other than is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.placement.problem import near_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.sites import Sites
    from optimize.location.solution import Solution
    from scenarios.placement.question import Question

__all__ = ["plan_remarks"]


def plan_remarks(question: Question, solution: Solution) -> tuple[str, ...]:
    """Say which rules bound the plan, and which did not hold for facilities that exist.

    Parameters
    ----------
    question
        What was asked.
    solution
        The plan.

    Returns
    -------
    tuple of str
        One line each; empty where there is nothing to say.
    """
    sites: Sites | None = getattr(question.problem, "sites", None)
    if sites is None or question.spec.phase:  # each phase has rules of its own
        return ()
    said = (_fewer(question, solution, sites), _near_each_other(question, sites))
    return tuple(line for line in said if line)


def _fewer(question: Question, solution: Solution, sites: Sites) -> str:
    """Why fewer sites are open than were asked for; empty where they are not."""
    problem: Any = question.problem
    p, n = getattr(problem, "p", None), len(solution.open_sites)
    if n and (p is None or n >= p):
        return ""
    why = _why_no_more(question, solution.open_sites, sites)
    if not n:
        return f"no site is open: {why or 'the plan found has no use for one'}"
    head = f"{n:,} of the {p:,} sites asked for {'is' if n == 1 else 'are'} open"
    return f"{head}: {why or 'the plan found has no use for more'}"


def _why_no_more(question: Question, opened: NDArray[np.int64], sites: Sites) -> str:
    """Rules that keep every closed site closed beside the open ones; empty where one is free."""
    closed = np.setdiff1d(sites.allowed, opened)
    if not len(closed):
        return "there are no more candidates that may be open"
    kept = np.zeros(sites.n, dtype=np.bool_)
    rules = []
    if len(sites.apart):
        near = np.isin(sites.apart, opened)
        blocked = np.zeros(sites.n, dtype=np.bool_)
        blocked[sites.apart[near[:, 0], 1]] = True
        blocked[sites.apart[near[:, 1], 0]] = True
        rules.append((f"the least spacing of {question.spec.min_spacing_m:g} m", blocked))
    if sites.budget is not None and sites.cost is not None:
        spare = sites.budget - float(sites.cost[opened].sum())
        dear = sites.cost > spare + 1e-9 * max(1.0, sites.budget)
        least = float(sites.cost[closed].min())
        words = f"the budget of {sites.budget:,.10g} (the cheapest other site costs {least:,.10g})"
        rules.append((words, dear))
    full = np.zeros(sites.n, dtype=np.bool_)
    for quota in sites.quotas:
        if quota.at_most is not None and np.isin(opened, quota.sites).sum() >= quota.at_most:
            full[quota.sites] = True
    rules.append(("the quotas by area or slot", full))
    binding = []
    for words, blocked in rules:
        if blocked[closed].any():
            kept |= blocked
            binding.append((words, blocked))
    if not kept[closed].all():
        return ""
    alone = [words for words, blocked in binding if blocked[closed].all()]
    names = alone[:1] or [words for words, _ in binding]
    return f"{' and '.join(names)} {'leave' if len(names) > 1 else 'leaves'} no room for another"


def _near_each_other(question: Question, sites: Sites) -> str:
    """Facilities that must stay open nearer to each other than the least spacing."""
    spacing = question.spec.min_spacing_m
    if spacing is None or len(sites.fixed) < 2:
        return ""
    near = near_pairs(question.sites.iloc[sites.fixed], spacing)
    if not len(near):
        return ""
    n = len(np.unique(near))
    return (
        f"{n:,} sites that must stay open lie nearer to each other than {spacing:g} m: "
        "the least spacing holds for new sites only"
    )
