"""Why no plan keeps all rules, in words: points that nobody can serve, rules that conflict.

The rules are taken away one at a time; the question is put again, for a few seconds, and a rule
without which there is a plan is named. Nothing of this is a proof that it is the only mend.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimize.location.problems import Problem
    from scenarios.placement.question import Question

__all__ = ["lone_points", "reasons"]

_NAMED = 5  # points that a sentence lists


def reasons(question: Question, *, time_limit_s: float = 3.0) -> list[str]:
    """Say why a question has no answer, most telling first.

    Parameters
    ----------
    question
        What was asked.
    time_limit_s
        Seconds for each rule that is taken away.
    """
    said = []
    lone = lone_points(question)
    if len(lone):
        said.append(_lone_words(question, lone))
    said += list(_short(question))
    said += [
        f"without {what} there would be a plan"
        for what, looser in _looser(question)
        if _has_plan(looser, time_limit_s)
    ]
    return said or ["no single rule is the cause: several of them conflict with each other"]


def lone_points(question: Question) -> NDArray[np.int64]:
    """Points that must be served and that no site that may be open can serve.

    Parameters
    ----------
    question
        What was asked.
    """
    problem: Any = question.problem
    allowed = np.zeros(len(question.sites), dtype=np.bool_)
    allowed[problem.sites.allowed] = True
    coverage = getattr(problem, "coverage", None)
    if coverage is not None:
        times = getattr(problem, "times", None)
        if times is None:  # a maximal cover leaves points out
            return np.zeros(0, dtype=np.int64)
        row = np.repeat(np.arange(coverage.n_points), np.diff(coverage.indptr))
        found = np.bincount(row[allowed[coverage.site]], minlength=coverage.n_points)
        short = np.flatnonzero(found < times)
        return short[short < len(question.points)]
    cost = getattr(problem, "cost", None)
    if cost is None:
        return np.zeros(0, dtype=np.int64)
    served = np.isfinite(cost[:, allowed]).any(axis=1)
    direct = getattr(problem, "direct", None)
    if direct is not None:
        served |= np.isfinite(direct).any(axis=1)
    return np.flatnonzero(~served)


def _lone_words(question: Question, lone: NDArray[np.int64]) -> str:
    points = question.points.iloc[lone[:_NAMED]]
    names = points["name"] if "name" in points else [""] * len(points)
    places = [
        f"{name} ({lon:.5f}, {lat:.5f})" if name else f"point {k} ({lon:.5f}, {lat:.5f})"
        for k, name, lon, lat in zip(lone, names, points["lon"], points["lat"], strict=False)
    ]
    more = f" and {len(lone) - _NAMED:,} more" if len(lone) > _NAMED else ""
    times = getattr(question.problem, "times", None)
    backup = times is not None and bool((np.asarray(times)[lone] > 1).any())
    few = "too few sites" if backup else "no site"
    who = "point has" if len(lone) == 1 else "points have"
    return f"{len(lone):,} {who} {few} in reach that may be open: {', '.join(places)}{more}"


def _short(question: Question) -> Iterator[str]:
    """Rules that cannot be kept by a count alone."""
    problem: Any = question.problem
    sites = problem.sites
    if sites.budget is not None and sites.cost is not None:
        spent = float(sites.cost[sites.fixed].sum())
        if spent > sites.budget:
            yield f"what must stay open costs {spent:g}, more than the budget of {sites.budget:g}"
    p = getattr(problem, "p", None)
    least = sum(quota.at_least for quota in sites.quotas)
    if p is not None and least > p and _disjoint(sites.quotas):
        yield f"the areas' quotas ask for {least} open sites, and {p} may be opened"
    capacity = _capacity(problem, sites.allowed)
    demand = getattr(problem, "demand", getattr(problem, "amount", None))
    if capacity is not None and demand is not None and demand.sum() > capacity:
        yield f"the demand is {demand.sum():g}, and all sites together hold {capacity:g}"
    plants = getattr(problem, "plant_capacity", None)
    if plants is not None and demand is not None and demand.sum() > plants.sum():
        yield f"the amount is {demand.sum():g}, and the plants together take {plants.sum():g}"


def _disjoint(quotas: tuple[Any, ...]) -> bool:
    members = np.concatenate([quota.sites for quota in quotas]) if quotas else np.zeros(0)
    return len(members) == len(np.unique(members))


def _capacity(problem: Any, allowed: NDArray[np.int64]) -> float | None:  # noqa: ANN401
    """All that the sites could hold, each in its largest size; None where nothing binds."""
    if getattr(problem, "capacity", None) is not None:
        return float(problem.capacity[allowed].sum())
    classes = getattr(problem, "size_classes", ())
    if not classes:
        return None
    holds = np.maximum.accumulate([size.capacity for size in classes])
    largest = getattr(problem, "largest_size", None)
    if largest is None:
        return float(holds[-1] * len(allowed))
    fits = largest[allowed]
    return float(holds[fits[fits >= 0]].sum())


def _looser(question: Question) -> Iterator[tuple[str, Problem]]:
    """Take one rule away at a time: its name, and the problem without it."""
    problem: Any = question.problem
    sites, spacing = problem.sites, question.spec.min_spacing_m

    def with_sites(**changes: object) -> Problem:
        looser: Problem = replace(problem, sites=replace(sites, **changes))
        return looser

    if sites.budget is not None and getattr(problem, "p", None) is not None:
        yield f"the budget of {sites.budget:g}", with_sites(budget=None)
    elif sites.budget is not None:
        yield f"the budget of {sites.budget:g}", with_sites(budget=float(sites.cost.sum()))
    if len(sites.apart):
        pairs = np.zeros((0, 2), dtype=np.int64)
        yield f"the least spacing of {spacing:g} m between sites", with_sites(apart=pairs)
    if sites.quotas:
        yield "the quotas by area", with_sites(quotas=())
    if len(sites.forbidden):
        none = np.zeros(0, dtype=np.int64)
        yield f"the {len(sites.forbidden)} sites that must stay closed", with_sites(forbidden=none)
    p = getattr(problem, "p", None)
    if p is not None and p < len(sites.allowed):
        yield f"the limit of {p} open sites", replace(problem, p=len(sites.allowed))
    if getattr(problem, "single_source", False):
        yield "the rule that one site serves a point", replace(problem, single_source=False)


def _has_plan(problem: Problem, time_limit_s: float) -> bool:
    from optimize.location import solve

    try:
        return solve(problem, method="auto", time_limit_s=time_limit_s, gap=0.5).found
    except InputError:  # the looser rule makes another one impossible: it is no mend
        return False
