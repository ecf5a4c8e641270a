"""A capacitated arc-routing problem on a mixed network.

Vehicles start and end at the depot and serve streets. A required street is served once, in one of
the directions that it may be served in; its demand fills the vehicle. With facilities a vehicle may
be emptied on the way, and is emptied before it goes home (Belenguer, Benavent, Lacomme and Prins
2006 for the mixed problem; Willemse and Joubert 2016 for intermediate facilities).

Vehicles may be of several kinds, each with its depot, capacity, shift, times of service, and hours
in which it may serve a street (Golden, Assad, Levy and Gheysens 1984 for kinds; Mullaseril 1997 for
arcs with time windows). Where there are windows or a pause, cost is time.

Costs are whole numbers of any unit. What is not whole is scaled by who builds the problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.turns import ArcTurns

__all__ = ["ArcGoals", "ArcProblem", "VehicleKind"]

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class VehicleKind:
    """Vehicles that are alike.

    Parameters
    ----------
    name
        As reports show it.
    depot
        Node where they start and end.
    capacity
        Of each, between two visits at a facility.
    count
        Routes of this kind there may be; None for any number.
    route_cost
        Cost of each route that is driven.
    most_cost
        Most that a route may last, waits and pause included, route_cost apart; None for no limit.
    serve_cost : int64[t, 2], optional
        Cost of serving each task along either arc, -1 where this kind cannot; the problem's where
        not given.
    windows : int64[t, 4], optional
        The service of a task may begin from w0 to w1, or from w2 to w3, since the route left; -1
        and -1 for no second window. Who comes early waits. At any time where not given.
    pause
        Earliest begin, latest begin and length, since the route left. A route that would last
        beyond the latest begin has one pause, taken where a task ends; who is there before the
        earliest begin waits for it.

    Raises
    ------
    InputError
        If a number makes no sense, or the windows are not in order.
    """

    name: str
    depot: int
    capacity: int
    count: int | None = None
    route_cost: int = 0
    most_cost: int | None = None
    serve_cost: NDArray[np.int64] | None = None
    windows: NDArray[np.int64] | None = None
    pause: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        for name, columns in (("serve_cost", 2), ("windows", 4)):
            given = getattr(self, name)
            if given is None:
                continue
            values = np.ascontiguousarray(given, dtype=np.int64)
            if values.ndim != 2 or values.shape[1] != columns:
                raise InputError(f"{name}: {columns} columns are needed", place=self.name)
            object.__setattr__(self, name, values)
        if self.capacity < 1:
            raise InputError(f"the capacity is {self.capacity}", place=self.name)
        if self.count is not None and self.count < 1:
            raise InputError(f"there are {self.count} vehicles", place=self.name)
        if self.route_cost < 0 or (self.most_cost is not None and self.most_cost < 0):
            raise InputError("a cost is negative", place=self.name)
        if self.windows is not None:
            self._check_windows(self.windows)
        if self.pause is not None:
            earliest, latest, length = self.pause
            if not 0 <= earliest <= latest or length < 0:
                raise InputError(
                    f"a pause of {length} from {earliest} to {latest} cannot be", place=self.name
                )

    def _check_windows(self, windows: NDArray[np.int64]) -> None:
        one, two = windows[:, :2], windows[:, 2:]
        second = (two >= 0).any(axis=1)
        bad = (one[:, 0] < 0) | (one[:, 1] < one[:, 0])
        bad |= second & ((two[:, 0] <= one[:, 1]) | (two[:, 1] < two[:, 0]))
        if bad.any():
            task = int(np.flatnonzero(bad)[0])
            raise InputError(
                f"the windows {windows[task].tolist()} of task {task} are not in order",
                place=self.name,
                mend="give w0 <= w1 < w2 <= w3, or -1, -1 for no second window",
            )

    @property
    def timed(self) -> bool:
        """Whether it matters when a route does what."""
        return self.windows is not None or self.pause is not None


@dataclass(frozen=True, eq=False)
class ArcGoals:
    """What is minimised beside the cost.

    Parameters
    ----------
    balance
        Weight of how far the routes are from being equally long: the square of the distance from
        the mean, in means, so that of two routes of 5 h and 3 h each counts 1/4 h.
    compactness
        Weight of how scattered each route is: the root mean square distance of its tasks from their
        middle, times their number, in seconds at 30 km/h.
    x, y : float64[t]
        Where each task is, m; needed for compactness only.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or the places do not fit together.
    """

    balance: float = 0.0
    compactness: float = 0.0
    x: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    y: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        for name in ("balance", "compactness"):
            weight = getattr(self, name)
            if not (np.isfinite(weight) and weight >= 0):
                raise InputError(f"the weight of {name} must be 0 or more, is {weight}")
        if len(self.x) != len(self.y) or not (
            np.isfinite(self.x).all() and np.isfinite(self.y).all()
        ):
            raise InputError("the places of tasks need as many x as y, all finite")

    @property
    def any(self) -> bool:
        """Whether anything is minimised beside the cost."""
        return self.balance > 0 or self.compactness > 0


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
    kinds
        Vehicles of several kinds; depot, capacity, vehicles, route_cost and most_cost are not read
        then.
    turns
        What turning from arc to arc costs, or where it is forbidden; None: every turn is free.

    Raises
    ------
    InputError
        If the arrays do not fit together, a number is negative, or a task fits no vehicle.
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
    kinds: tuple[VehicleKind, ...] = ()
    turns: ArcTurns | None = None

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
            ("the depot", np.array([kind.depot for kind in self.fleet]), self.n_nodes),
            ("an arc of a task", self.task_arc[:, 0], arcs),
        ):
            if len(values) and (values.min() < 0 or values.max() >= top):
                raise InputError(f"{what} is not one of {top}", place=self.name)
        if tasks and (self.task_arc[:, 1].min() < -1 or self.task_arc[:, 1].max() >= arcs):
            raise InputError(f"an arc of a task is not one of {arcs}", place=self.name)
        self._check_numbers()
        if self.turns is not None:
            self.turns.check(self.tail, self.head, self.name)

    def _check_numbers(self) -> None:
        costs = (self.cost, self.serve_cost, self.demand)
        if min(values.min(initial=0) for values in costs) < 0:
            raise InputError("a cost or demand is negative", place=self.name)
        capacity = max(kind.capacity for kind in self.fleet)
        heavy = np.flatnonzero(self.demand > capacity)
        if len(heavy):
            task = int(heavy[0])
            raise InputError(
                f"task {task} has a demand of {self.demand[task]}, more than the capacity of "
                f"{capacity}",
                place=self.name,
            )
        able = np.zeros(self.n_tasks, dtype=np.bool_)
        for kind in self.fleet:
            able |= (self.demand <= kind.capacity) & (self.costs_of(kind) >= 0).any(axis=1)
        if not able.all():
            raise InputError(
                f"task {int(np.argmin(able))} fits no kind of vehicle", place=self.name
            )

    @property
    def fleet(self) -> tuple[VehicleKind, ...]:
        """Kinds of vehicles: those given, or the one that the plain numbers describe."""
        if self.kinds:
            return self.kinds
        return (
            VehicleKind(
                self.name, self.depot, self.capacity, self.vehicles, self.route_cost, self.most_cost
            ),
        )

    def costs_of(self, kind: VehicleKind) -> NDArray[np.int64]:
        """Costs of serving each task along either arc by a kind of vehicle; -1 where it cannot.

        Returns
        -------
        int64[t, 2]
            The second column of a task with one arc is its first.

        Raises
        ------
        InputError
            If the kind's costs or windows are of another number of tasks.
        """
        for values in (kind.serve_cost, kind.windows):
            if values is not None and len(values) != self.n_tasks:
                raise InputError(
                    f"{kind.name} has costs or windows of {len(values)} tasks, not {self.n_tasks}",
                    place=self.name,
                )
        serve = self.serve_cost if kind.serve_cost is None else kind.serve_cost
        two = self.task_arc[:, 1] >= 0
        return np.where(two[:, None], serve, serve[:, :1])

    @property
    def n_tasks(self) -> int:
        """Number of required streets."""
        return len(self.demand)
