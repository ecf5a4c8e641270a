"""What binds routes beside loads and lengths, as the kernels see it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.layout import FAR
from optimize.routing.arcs.schedule_kernels import NEVER, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcGoals, ArcProblem
    from optimize.routing.arcs.solution import ArcRoute

__all__ = ["directions_held", "plain_rules", "rules_of"]

_METRES_A_SECOND = 30.0 / 3.6


def plain_rules(layout: Layout) -> Rules:
    """Bind nothing."""
    kinds, n = layout.serve.shape[:2]
    return Rules(
        timed=np.zeros(kinds, np.bool_),
        windowed=np.zeros(kinds, np.bool_),
        window=np.zeros((1, 1, 4), np.int64),
        pause=np.tile([0, int(NEVER), 0], (kinds, 1)),
        held=np.zeros(n, np.bool_),
        goal=np.zeros(2),
        target=np.ones(kinds),
        point=np.zeros((1, 2)),
    )


def rules_of(
    problem: ArcProblem, layout: Layout, held: NDArray[np.bool_], goals: ArcGoals | None
) -> Rules:
    """Gather hours, pauses, tasks that stay, and goals.

    Parameters
    ----------
    problem, layout
        What is to be solved.
    held : bool[t]
        Tasks that stay where they are.
    goals
        What is minimised beside the cost; nothing where not given.

    Raises
    ------
    InputError
        If the goals are not of the problem's tasks.
    """
    rules, fleet = plain_rules(layout), problem.fleet
    windowed = np.array([kind.windows is not None for kind in fleet])
    window = rules.window
    if windowed.any():
        window = np.zeros((len(fleet), problem.n_tasks, 4), np.int64)
    for c, kind in enumerate(fleet):
        if kind.windows is not None:
            window[c] = kind.windows
        if kind.pause is not None:
            rules.pause[c] = kind.pause
    point = rules.point
    if goals is not None:
        rules.goal[:] = goals.balance, goals.compactness / _METRES_A_SECOND
        if goals.compactness > 0:
            point = np.column_stack([goals.x, goals.y]).astype(np.float64)
            if len(point) != problem.n_tasks:
                raise InputError(
                    f"there are places of {len(point)} tasks, not of {problem.n_tasks}",
                    place=problem.name,
                )
            point -= point.mean(axis=0)
    return rules._replace(
        timed=np.array([kind.timed for kind in fleet]),
        windowed=windowed,
        window=window,
        held=held.copy(),
        point=np.ascontiguousarray(point),
    )


def directions_held(
    problem: ArcProblem, layout: Layout, held: NDArray[np.bool_], routes: Sequence[ArcRoute]
) -> Layout:
    """Forbid the other direction of tasks that stay as they are."""
    if not held.any():
        return layout
    serve = layout.serve.copy()
    for route in routes:
        for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
            first, second = problem.task_arc[task].tolist()
            if task >= 0 and held[task] and second >= 0 and first != second:
                serve[:, task, int(arc == first)] = FAR
    return replace(layout, serve=serve)
