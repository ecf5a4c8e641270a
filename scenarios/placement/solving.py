"""Solving a question: its problem alone, or under a limit on how uneven the areas are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimize.location import Method, Progress, Solution
    from scenarios.placement.question import Question

__all__ = ["is_plain", "solve_question"]


def is_plain(question: Question) -> bool:
    """Whether the question is its problem alone: one period, and no limit on unevenness."""
    return not question.spec.phase and question.spec.equity is None


def solve_question(
    question: Question,
    *,
    method: Method = "auto",
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a question.

    Parameters
    ----------
    question
        What was asked.
    method, time_limit_s, gap, threads, seed, progress
        As `optimize.location.solve` takes them; a limit on unevenness is a program of its own,
        for which there is one method.

    Raises
    ------
    InputError
        If no area is known, between which service could be uneven.
    KeyboardInterrupt
        If Ctrl-C came before the first plan.
    """
    from optimize.location import solve
    from optimize.location.equity import solve_within

    equity = question.spec.equity
    if equity is None:
        return solve(
            question.problem,
            method=method,
            time_limit_s=time_limit_s,
            gap=gap,
            threads=threads,
            seed=seed,
            progress=progress,
        )
    areas = question.points["area"].to_numpy(dtype=np.int64)
    if len(np.unique(areas[areas >= 0])) < 2:
        raise InputError(
            "the limit on unevenness is between areas, and there is one alone",
            file=question.scenario.shown,
            mend="add [areas], as grid_m = 500",
        )
    problem: Any = question.problem
    return solve_within(
        problem,
        areas,
        equity.limit,
        equity.measure,
        time_limit_s=time_limit_s,
        gap=gap,
        seed=seed,
        progress=progress,
    )
