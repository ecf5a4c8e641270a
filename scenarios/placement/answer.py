"""The answer to a placement question: the plan, judged anew, and what it means for whom.

The solver's value is not believed: `optimize.location.evaluate` reckons it again from plan and
matrices, and a difference is an error of ours that stops here. The tables are described in
`scenarios.placement.answer_tables`; how the value changes with the number of sites, and what
closing each would cost, is reckoned in what is left of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location.solution import Limits, Progress
from scenarios.placement.answer_tables import (
    area_table,
    before_after_table,
    candidate_table,
    circle_table,
    everybody,
    flow_table,
    onward_table,
    open_site_table,
    point_table,
)
from scenarios.placement.interrupts import noted_interrupt
from scenarios.placement.objective import Objective, objective_of
from scenarios.placement.plan_remarks import plan_remarks
from scenarios.placement.reach import Reach, reach_of, ways_of_left_out
from scenarios.placement.reasons import reasons
from scenarios.placement.solving import is_plain, solve_question
from scenarios.placement.what_if import closing_table, curve_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from optimize.location.evaluate import Evaluation
    from optimize.location.solution import Solution
    from optimize.location.solve import Method
    from scenarios.placement.question import Question

__all__ = [
    "Answer",
    "NoPlan",
    "answer",
    "answer_of",
    "capacity_decides",
    "existing_sites",
    "limits_of",
    "own_limit",
]

_CIRCLES = {"min": (5.0, 10.0, 15.0), "m": (300.0, 500.0, 1000.0)}
_FAR_MODES, _FAR_M = frozenset({"car", "truck"}), (2000.0, 5000.0, 10_000.0)
_CAPACITY_DECIDES = frozenset({"FacilityLocation", "TwoEchelon"})


class NoPlan(Exception):  # noqa: N818 - it is an answer, no error
    """No plan was found; the input is sound.

    Parameters
    ----------
    status
        "infeasible" where it is proven that there is none, "none" where time ran out.
    reasons
        Why, in words.
    """

    def __init__(self, status: str, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.status = status
        self.reasons = reasons


@dataclass(frozen=True, eq=False)
class Answer:
    """A plan and what it means.

    Parameters
    ----------
    question
        What was asked.
    solution
        The plan with its value and bound.
    evaluation
        The same value, reckoned again without the solver.
    objective
        What the value counts.
    before, after
        Who reaches what today and under the plan.
    existing : int64[k]
        Indices of the facilities that exist today.
    limit
        Travel within which a point counts as served, None where the question has none.
    limits
        Those that tables tell of, ascending.
    tables
        By name: sites, candidates, before_after, areas, circles, points, and where there is
        something to say cabins, curve, closing, flow, onward, plants and left_out.
    interrupted
        Whether Ctrl-C cut the search or what came after it short.
    """

    question: Question
    solution: Solution
    evaluation: Evaluation
    objective: Objective
    before: Reach
    after: Reach
    existing: NDArray[np.int64]
    limit: float | None
    limits: tuple[float, ...]
    tables: dict[str, pd.DataFrame]
    interrupted: bool

    def figure(self, measure: str, limit: float | None = None) -> tuple[float, float]:
        """Before and after of one measure of the table ``before_after``.

        Parameters
        ----------
        measure
            As the table names it.
        limit
            Of travel, for a measure that has one.
        """
        table = self.tables["before_after"]
        rows = table[table["measure"] == measure]
        if limit is not None:
            rows = rows[rows["limit"] == limit]
        return float(rows["before"].iloc[0]), float(rows["after"].iloc[0])


def answer(
    question: Question,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    threads: int = 1,
    seed: int = 0,
    method: Method = "auto",
    sensitivity_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """Solve a question and say what the plan means.

    Parameters
    ----------
    question
        What was asked.
    time_limit_s, gap, threads, seed, method
        As `optimize.location.solve` takes them.
    sensitivity_s
        Seconds for the curve and for what closing costs; a quarter of the time limit, at most 20,
        where not given; 0 leaves both out.
    progress
        Called now and then with value and bound.

    Raises
    ------
    NoPlan
        If no plan keeps the rules, or none was found in time.
    KeyboardInterrupt
        If Ctrl-C came before the first plan.
    """
    solution = solve_question(
        question,
        method=method,
        time_limit_s=time_limit_s,
        gap=gap,
        threads=threads,
        seed=seed,
        progress=progress,
    )
    if solution.status == "infeasible":
        raise NoPlan("infeasible", tuple(reasons(question)))
    if not solution.found:
        said = f"no plan was found within {time_limit_s:g} s; give more with --time-limit"
        raise NoPlan("none", (said,))
    found = answer_of(question, solution)
    if sensitivity_s is None:
        sensitivity_s = min(0.25 * time_limit_s, 20.0)
    if solution.interrupted or sensitivity_s <= 0 or not is_plain(question):
        return found
    limits = Limits(sensitivity_s, gap, threads, seed, _staged(progress, solution))
    return _with_sensitivity(found, limits)


def answer_of(question: Question, solution: Solution) -> Answer:
    """Judge a plan and say what it means, whoever made it.

    Parameters
    ----------
    question
        What was asked.
    solution
        The plan.

    Raises
    ------
    InputError
        If the plan breaks the question's rules or claims what it is not worth.
    """
    from optimize.location.evaluate import evaluate

    evaluation = evaluate(question.problem, solution)
    if evaluation.faults:
        raise InputError(f"the plan does not hold: {'; '.join(evaluation.faults)}")
    said = dict.fromkeys((*question.warnings, *plan_remarks(question, solution)))
    return _with_tables(replace(question, warnings=tuple(said)), solution, evaluation)


def existing_sites(question: Question) -> NDArray[np.int64]:
    """Find the facilities that exist today.

    Parameters
    ----------
    question
        What was asked.
    """
    return np.flatnonzero(question.sites["kind"].to_numpy() == "existing")


def own_limit(question: Question) -> float | None:
    """Travel within which the question counts a point as served; None where it has no limit.

    Of several service levels the one that counts in full.

    Parameters
    ----------
    question
        What was asked.
    """
    limits = _given_limits(question)
    return limits[0] if limits else None


def limits_of(question: Question) -> tuple[float, ...]:
    """Limits of travel that tables tell of: the question's own and those of the life circle.

    Parameters
    ----------
    question
        What was asked.
    """
    usual = _CIRCLES[question.unit]
    if question.unit == "m" and question.network.mode in _FAR_MODES:
        usual = _FAR_M
    return tuple(sorted({*usual, *_given_limits(question)}))


def _given_limits(question: Question) -> list[float]:
    """Limits that the question's spec names, in its unit; the one that counts most first."""
    spec, key = question.spec, f"within_{question.unit}"
    levels = [
        (-float(level.share), float(limit))
        for level in spec.levels
        if (limit := getattr(level, key)) is not None
    ]
    if levels:
        return [limit for _, limit in sorted(levels)]
    limit = getattr(spec, key)
    return [] if limit is None else [float(limit)]


def _with_tables(question: Question, solution: Solution, evaluation: Evaluation) -> Answer:
    existing, limit = existing_sites(question), own_limit(question)
    before = reach_of(question, existing, limit=limit)
    if capacity_decides(question):
        after = reach_of(
            question,
            solution.open_sites,
            limit=limit,
            assignment=solution.assignment,
            flow=solution.flow,
        )
    else:
        after = reach_of(question, solution.open_sites, limit=limit)
    limits = limits_of(question)
    left_ways = (
        ways_of_left_out(question, existing),
        ways_of_left_out(question, solution.open_sites),
    )
    both = everybody(question, before, after, left_ways)
    tables = {
        "sites": open_site_table(question, solution, after),
        "candidates": candidate_table(question, solution),
        "before_after": before_after_table(question, solution, existing, both, limits),
        "areas": area_table(question, both, limits),
        "circles": circle_table(question, both, limits),
        "points": point_table(question, before, after),
    }
    for name, table in (
        ("flow", flow_table(question, solution)),
        ("onward", onward_table(question, solution)),
        ("plants", question.plants),
    ):
        if table is not None:
            tables[name] = table.reset_index(drop=True)
    if question.spec.cabins is not None:
        tables["cabins"] = _cabins(question, tables["sites"])
    if len(question.left_out):
        ways = {
            f"{question.unit}_{when}": far
            for when, far in zip(("before", "after"), left_ways, strict=True)
        }
        tables["left_out"] = question.left_out.reset_index(drop=True).assign(**ways)
    return Answer(
        question,
        solution,
        evaluation,
        objective_of(question),
        before,
        after,
        existing,
        limit,
        limits,
        tables,
        solution.interrupted,
    )


def _cabins(question: Question, sites: pd.DataFrame) -> pd.DataFrame:
    """Queues at the open toilets; who was left out of the demand counts as staying away."""
    from scenarios.placement.cabins import cabin_table

    cabins = question.spec.cabins
    if cabins is None:  # pragma: no cover - asked for where they are given
        raise AssertionError
    total = float(question.points["weight"].sum() + question.left_out["weight"].sum())
    return cabin_table(
        cabins,
        [str(name) for name in sites["name"]],
        sites["served_weight"].to_numpy(dtype=np.float64),
        total,
        seed=question.scenario.spec.scenario.seed,
    )


def capacity_decides(question: Question) -> bool:
    """Whether points go where there is room for them, not simply to the nearest site.

    Parameters
    ----------
    question
        What was asked.
    """
    return type(question.problem).__name__ in _CAPACITY_DECIDES


def _with_sensitivity(found: Answer, limits: Limits) -> Answer:
    """Add the curve around the plan, and what closing each site costs."""
    tables = dict(found.tables)
    with noted_interrupt() as note:
        for name, make, part in (("curve", curve_table, 0.6), ("closing", closing_table, 0.4)):
            shared = replace(limits, time_s=part * limits.time_s)
            try:
                table = None if note.came else make(found.question, found.solution, shared)
            except KeyboardInterrupt:
                table = None
            if table is not None and len(table):
                tables[name] = table
    return replace(found, tables=tables, interrupted=note.came)


def _staged(
    progress: Callable[[Progress], None] | None, solution: Solution
) -> Callable[[Progress], None] | None:
    """Go on telling value and bound of the plan while other plans are searched."""
    if progress is None:
        return None

    def told(step: Progress) -> None:
        seconds = solution.seconds + step.seconds
        progress(Progress(solution.value, solution.bound, seconds, "one more, one fewer"))

    return told
