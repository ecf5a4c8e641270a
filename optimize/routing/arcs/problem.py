"""A capacitated arc-routing problem on a mixed network.

Vehicles start and end at the depot and serve streets. A required street is served once, in one of
the directions that it may be served in; its demand fills the vehicle. With facilities a vehicle may
be emptied on the way, and is emptied before it goes home (Belenguer, Benavent, Lacomme and Prins
2006 for the mixed problem; Willemse and Joubert 2016 for intermediate facilities).

Costs are whole numbers of any unit. What is not whole is scaled by who builds the problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ArcProblem"]

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class ArcProblem:
    """Streets, what must be served, and the vehicles.

    Parameters
    ----------
    name
        As reports show it.
    n_nodes
        Nodes are 0 to n_nodes - 1.
    tail, head, cost : int64[a]
        Directed arcs and the cost of driving along each.
    depot
        Node where vehicles start and end.
    task_arc : int64[t, 2]
        Arc along which each task is served, and the other one along which it may be served
        instead, -1 where there is none.
    serve_cost : int64[t, 2]
        Cost of serving each task along either.
    demand : int64[t]
        Of each task, in the unit of the capacity.
    capacity
        Of a vehicle, between two visits at a facility.
    vehicles
        Routes there may be; None for any number.
    route_cost
        Cost of each route that is driven.
    facilities : int64[f]
        Nodes where a vehicle may be emptied; none: only at the depot.
    visit_cost
        Of each visit at a facility.
    most_cost
        Most that a route may cost (its time, say), route_cost apart; None for no limit.

    Raises
    ------
    InputError
        If the arrays do not fit together, a number is negative, or a task does not fit a vehicle.
    """

    name: str
    n_nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    cost: NDArray[np.int64]
    depot: int
    task_arc: NDArray[np.int64]
    serve_cost: NDArray[np.int64]
    demand: NDArray[np.int64]
    capacity: int
    vehicles: int | None = None
    route_cost: int = 0
    facilities: NDArray[np.int64] = field(default_factory=lambda: _NONE)
    visit_cost: int = 0
    most_cost: int | None = None

    def __post_init__(self) -> None:
        for name in ("tail", "head", "cost", "task_arc", "serve_cost", "demand", "facilities"):
            values = np.ascontiguousarray(getattr(self, name), dtype=np.int64)
            object.__setattr__(self, name, values)
        arcs = len(self.tail)
        if self.head.shape != (arcs,) or self.cost.shape != (arcs,):
            raise InputError("arcs: tail, head and cost must be of one length", place=self.name)
        tasks = len(self.demand)
        if self.task_arc.shape != (tasks, 2) or self.serve_cost.shape != (tasks, 2):
            raise InputError("tasks: arcs and costs need two columns", place=self.name)
        for what, values, top in (
            ("a node", np.concatenate([self.tail, self.head, self.facilities]), self.n_nodes),
            ("the depot", np.array([self.depot]), self.n_nodes),
            ("an arc of a task", self.task_arc[:, 0], arcs),
        ):
            if len(values) and (values.min() < 0 or values.max() >= top):
                raise InputError(f"{what} is not one of {top}", place=self.name)
        if tasks and (self.task_arc[:, 1].min() < -1 or self.task_arc[:, 1].max() >= arcs):
            raise InputError(f"an arc of a task is not one of {arcs}", place=self.name)
        self._check_numbers()

    def _check_numbers(self) -> None:
        costs = (self.cost, self.serve_cost, self.demand)
        if min(values.min(initial=0) for values in costs) < 0:
            raise InputError("a cost or demand is negative", place=self.name)
        if self.capacity < 1:
            raise InputError(f"the capacity is {self.capacity}", place=self.name)
        heavy = np.flatnonzero(self.demand > self.capacity)
        if len(heavy):
            task = int(heavy[0])
            raise InputError(
                f"task {task} has a demand of {self.demand[task]}, more than the capacity of "
                f"{self.capacity}",
                place=self.name,
            )
        if self.vehicles is not None and self.vehicles < 1:
            raise InputError(f"there are {self.vehicles} vehicles", place=self.name)

    @property
    def n_tasks(self) -> int:
        """Number of required streets."""
        return len(self.demand)
