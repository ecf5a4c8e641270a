"""The peer of the suite ``arcs``: PyVRP, one group of clients a required street.

Wouda, Lan and Kool 2024, PyVRP: a high-performance VRP solver package, INFORMS Journal on Computing
36(4). A client stands for serving a street in one direction; a group of two is visited once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["solve_with_groups"]


def solve_with_groups(problem: ArcProblem, time_limit_s: float, seed: int) -> float | None:
    """Cost of what PyVRP finds; None where it is not feasible."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    from optimize.routing.arcs.layout import layout_of

    layout = layout_of(problem)
    both = (problem.task_arc[:, 1] >= 0).tolist()
    clients = [(t, k) for t in range(problem.n_tasks) for k in range(2 if both[t] else 1)]
    groups: list[list[int]] = []
    for number, (t, k) in enumerate(clients):
        if k == 0:
            groups.append([])
        groups[t].append(number)
    task = np.array([t for t, _ in clients])
    mode = np.array([k for _, k in clients])
    size = len(clients) + 1
    matrix: Any = np.zeros((size, size), dtype=np.int64)  # PyVRP's types take no int64
    serve = layout.serve[0, task, mode]
    matrix[1:, 1:] = layout.step[task[:, None], task[None], 2 * mode[:, None] + mode[None]] + serve
    matrix[0, 1:] = layout.start[0, task, mode] + serve
    matrix[1:, 0] = layout.ending[0, task, mode]
    np.fill_diagonal(matrix, 0)
    vehicles = problem.n_tasks if problem.vehicles is None else problem.vehicles
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(size)],
        clients=[
            pyvrp.Client(
                number, delivery=[int(problem.demand[t])], required=not both[t],
                group=t_group(t, both) if both[t] else None,
            )
            for number, (t, _) in enumerate(clients, 1)
        ],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(
                vehicles, capacity=[problem.capacity], fixed_cost=problem.route_cost
            )
        ],
        distance_matrices=[matrix],
        duration_matrices=[np.zeros_like(matrix)],
        groups=[pyvrp.ClientGroup(group) for t, group in enumerate(groups) if both[t]],
    )  # fmt: skip
    result = pyvrp.solve(data, stop=MaxRuntime(time_limit_s), seed=seed, display=False)
    return float(result.cost()) if result.is_feasible() else None


def t_group(task: int, both: list[bool]) -> int:
    """Count the groups before that of a task."""
    return sum(both[:task])
