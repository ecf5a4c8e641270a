"""Hybrid genetic search for arc routing: a population of giant tours, taught by local search."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.arcs.genetic_kernels import (
    crossed,
    distances,
    fitness,
    neighbours,
    worst,
)
from optimize.routing.arcs.kernels import ROUTE_COST, below, shuffle
from optimize.routing.arcs.layout import FAR
from optimize.routing.arcs.pieces_kernels import VISIT, empty_routes, tables_of
from optimize.routing.arcs.search_kernels import educate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.layout import Layout

__all__ = ["Found", "HybridSearch"]

SMALLEST = 25
GENERATION = 40
ELITE = 4
CLOSE = 5
NEAR = 20
FEASIBLE_WANTED = 0.2
_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Found:
    """A solution.

    Parameters
    ----------
    routes
        Elements of each route in order; a visit at a facility is ``n_tasks``.
    cost
        Of all routes, costs of routes included.
    excess_load, excess_cost
        By how much capacity and the limit of cost are exceeded.
    """

    routes: tuple[NDArray[np.int32], ...]
    cost: int
    excess_load: int
    excess_cost: int

    @property
    def feasible(self) -> bool:
        """Whether nothing is exceeded."""
        return self.excess_load == 0 and self.excess_cost == 0


class HybridSearch:
    """A search that goes on as long as it is asked to.

    Parameters
    ----------
    layout
        The problem, with vehicles of one kind.
    routes
        Most routes.
    seed
        Of all that is drawn.
    """

    def __init__(self, layout: Layout, routes: int, seed: int = 0) -> None:
        self.layout = layout
        n = len(layout.demand)
        self.n = n
        self.routes = routes
        self.state = np.array([(seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 | 1], np.uint64)
        rows = routes + 1
        self.solution = empty_routes(n, rows)
        self.tables = tables_of(layout, near_tasks(layout, NEAR))
        self.cut = np.zeros(rows + 1, np.int64)
        self.total = np.zeros(3, np.int64)
        self.taken = np.zeros(n, np.bool_)
        # about what it costs to serve a task apart, for each unit that is too much
        apart = float(layout.limits[0, ROUTE_COST]) + 1.0
        apart += float(layout.serve.mean() + np.median(layout.start)) if n else 0.0
        mean_demand = max(1.0, float(layout.demand.mean())) if n else 1.0
        self.penalty = np.array([apart / mean_demand, 10.0])
        room_population = SMALLEST + GENERATION + 1
        size = 2 * room_population
        self.tours = np.zeros((size, n), np.int32)
        self.beside = np.zeros((size, n, 2), np.int32)
        self.value = np.zeros(size)
        self.facts = np.zeros((size, 3), np.int64)
        self.gaps = np.zeros((size, size))
        self.rank = np.zeros(size)
        self.free = list(range(size))
        self.members: dict[bool, list[int]] = {True: [], False: []}
        self.best: Found | None = None
        self.recent: list[tuple[bool, bool]] = []
        self.joined = bool((layout.step < FAR).all() and (layout.over < FAR).all())
        self.iterations = 0
        self.stale = 0

    # ---- one individual

    def teach(self, tour: NDArray[np.int32], repair: float = 0.0) -> bool:
        """Split and search a tour in place; keep it if it is the best."""
        self.tables.penalty[:] = self.penalty * max(1.0, repair)
        args = (self.cut, self.tables, self.solution, self.state, repair > 0, self.total)
        return bool(educate(tour, *args))

    def current(self) -> Found:
        """Copy the solution at hand."""
        seq, length, kept = self.solution.seq, self.solution.length, self.solution.kept
        routes = tuple(
            with_visits(seq[r, : length[r]], kept[:, VISIT] > 0, self.n)
            for r in np.flatnonzero(length)
        )
        cost, load, over = (int(x) for x in self.total)
        return Found(routes, cost, load, over)

    def keep(self, tour: NDArray[np.int32]) -> bool:
        """Take the solution at hand into the population; say whether it is the best so far."""
        feasible = self.total[1] == 0 and self.total[2] == 0
        better = bool(feasible and (self.best is None or self.total[0] < self.best.cost))
        if better:
            # a search may open one route more than there are, and go where there is no way
            found = self.current()
            allowed = self.joined or found.cost < int(FAR)
            better = allowed and len(found.routes) <= self.routes
            self.best = found if better else self.best
        slot = self.free.pop()
        self.tours[slot] = tour
        neighbours(self.solution, self.beside[slot])
        self.facts[slot] = self.total
        self.value[slot] = self.price(slot)
        others = np.array(self.members[True] + self.members[False], dtype=np.int64)
        distances(slot, others, self.beside, self.gaps)
        group = self.members[bool(feasible)]
        group.append(slot)
        if len(group) > SMALLEST + GENERATION:
            while len(group) > SMALLEST:
                self.drop(group)
        return better

    def price(self, slot: int) -> float:
        """Penalised cost of a member."""
        cost, load, over = self.facts[slot]
        return float(cost + self.penalty[0] * load + self.penalty[1] * over)

    def ranked(self, group: list[int]) -> None:
        """Bring the biased fitness of a subpopulation up to date."""
        if group:
            members = np.array(group, dtype=np.int64)
            fitness(members, self.value, self.gaps, ELITE, CLOSE, self.rank)

    def drop(self, group: list[int]) -> None:
        """Drop the worst member: a clone first, then the worst in biased fitness."""
        self.ranked(group)
        members = np.array(group, dtype=np.int64)
        self.free.append(group.pop(worst(members, self.value, self.gaps, self.rank)))

    def chosen(self) -> int:
        """Binary tournament over both subpopulations."""
        everyone = self.members[True] + self.members[False]
        one = everyone[below(self.state, len(everyone))]
        two = everyone[below(self.state, len(everyone))]
        return one if self.rank[one] <= self.rank[two] else two

    # ---- generations

    def start(self, until: float) -> None:
        """Fill the population with random tours; penalties rise until something is feasible."""
        for _ in range(_ROUNDS):
            for _ in range(4 * SMALLEST):
                self.add(self.random_tour())
                if len(self.recent) >= SMALLEST:
                    self.adapt(0.6, 1.5)
                if time.perf_counter() > until:
                    break
            if self.best is not None or time.perf_counter() > until:
                return
            self.penalty *= 4.0
            self.restart()

    def random_tour(self) -> NDArray[np.int32]:
        """Tour in random order."""
        order = np.arange(self.n, dtype=np.int64)
        shuffle(order, self.n, self.state)
        return order.astype(np.int32)

    def add(self, tour: NDArray[np.int32]) -> bool:
        """Teach a tour, keep it, and repair it half of the time if it exceeds something."""
        if not self.teach(tour):
            return False
        better = self.keep(tour)
        self.recent.append((self.total[1] == 0, self.total[2] == 0))
        infeasible = self.total[1] > 0 or self.total[2] > 0
        if infeasible and below(self.state, 2) == 0:
            self.teach(tour, repair=10.0)
            if self.total[1] == 0 and self.total[2] == 0:
                better |= self.keep(tour)
        return better

    def step(self) -> None:
        """One generation: cross, teach, keep; another random tour while no tour could be split."""
        if not (self.members[True] or self.members[False]):
            self.add(self.random_tour())
            self.iterations += 1
            return
        self.ranked(self.members[True])
        self.ranked(self.members[False])
        child = np.empty(self.n, np.int32)
        mother, father = self.chosen(), self.chosen()
        for _ in range(10):
            if mother != father:
                break
            father = self.chosen()
        crossed(self.tours[mother], self.tours[father], child, self.taken, self.state)
        better = self.add(child)
        self.iterations += 1
        self.stale = 0 if better else self.stale + 1
        if len(self.recent) >= 50:
            self.adapt(0.85, 1.2)

    def leader(self) -> NDArray[np.int32] | None:
        """Give the cheapest feasible tour of the population."""
        group = self.members[True]
        if not group:
            return None
        tour: NDArray[np.int32] = self.tours[min(group, key=lambda s: (self.value[s], s))]
        return tour

    def adapt(self, less: float, more: float) -> None:
        """Raise or lower the penalties so that a share of solutions is feasible.

        Parameters
        ----------
        less, more
            Factors of a penalty that is too high or too low.
        """
        for k in range(2):
            share = sum(item[k] for item in self.recent) / len(self.recent)
            if share < FEASIBLE_WANTED - 0.05:
                self.penalty[k] = min(self.penalty[k] * more, 1e6)
            elif share > FEASIBLE_WANTED + 0.05:
                self.penalty[k] = max(self.penalty[k] * less, 0.01)
        self.recent = []
        for group in self.members.values():
            for slot in group:
                self.value[slot] = self.price(slot)

    def restart(self) -> None:
        """Begin a new population; the best solution stays known."""
        for group in self.members.values():
            self.free.extend(group)
            group.clear()
        self.recent = []
        self.stale = 0


def with_visits(tasks: NDArray[np.int32], visit: NDArray[np.bool_], n: int) -> NDArray[np.int32]:
    """Put n, a visit, before each task before which the vehicle is emptied."""
    return np.insert(tasks, np.flatnonzero(visit[tasks]), n)


def near_tasks(layout: Layout, count: int) -> NDArray[np.int32]:
    """Tasks near to each task: least way from an end of the one to an end of the other.

    Returns
    -------
    int32[n, count]
        -1 fills up where there are fewer.
    """
    n = len(layout.demand)
    near = np.full((n, min(count, max(1, n - 1))), -1, np.int32)
    if n < 2:
        return near
    k = near.shape[1]
    for t in range(n):
        best = np.minimum(layout.step[t].min(axis=1), layout.step[:, t].min(axis=1)).astype(
            np.int64
        )
        best[t] = 1 << 40
        close = np.argpartition(best, k - 1)[:k]
        near[t] = close[np.lexsort((close, best[close]))]
    return near
