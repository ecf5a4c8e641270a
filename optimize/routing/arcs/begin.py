"""Searches that begin from given routes, with what must stay of them, or from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.ruin import RuinSearch
from optimize.routing.arcs.rules import directions_held, rules_of
from optimize.routing.arcs.solution import timetable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.problem import ArcGoals, ArcProblem, VehicleKind
    from optimize.routing.arcs.solution import ArcRoute

__all__ = ["Given", "given", "rows_of", "search_of"]


@dataclass(frozen=True, eq=False)
class Given:
    """Routes to begin from, checked.

    Parameters
    ----------
    routes
        In the order of the rows; the frozen ones with their times.
    frozen
        Which of them stay as they are.
    held : bool[t]
        Tasks that stay in their route, in its order and in their direction.
    aside : bool[t]
        Tasks of frozen routes.
    """

    routes: tuple[ArcRoute, ...]
    frozen: frozenset[int]
    held: NDArray[np.bool_]
    aside: NDArray[np.bool_]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to begin from."""
        return not self.routes


def given(
    problem: ArcProblem,
    layout: Layout,
    start: Sequence[ArcRoute],
    locked: NDArray[np.bool_] | None,
    frozen: Sequence[int],
) -> Given:
    """Check the routes to begin from.

    Raises
    ------
    InputError
        If they serve a task twice, or along an arc that is none of its own, a locked task is in
        none of them, a frozen one breaks a limit, or there are more of a kind than vehicles.
    """
    n = problem.n_tasks
    said = problem.name
    routes = list(start)
    fixed = frozenset(int(r) for r in frozen)
    if fixed and not 0 <= min(fixed) <= max(fixed) < len(routes):
        raise InputError(f"frozen routes must be of the {len(routes)} given ones", place=said)
    held = np.zeros(n, np.bool_) if locked is None else np.asarray(locked, dtype=np.bool_)
    if held.shape != (n,):
        raise InputError(f"locked has {held.size} tasks, not {n}", place=said)
    served = np.zeros(n, np.int64)
    for number, route in enumerate(routes, 1):
        _check_route(problem, route, number)
        np.add.at(served, route.task[route.task >= 0], 1)
    if (served > 1).any():
        raise InputError(
            f"task {int(np.argmax(served > 1))} is in the given routes more than once", place=said
        )
    if (held & (served == 0)).any():
        task = int(np.argmax(held & (served == 0)))
        raise InputError(f"task {task} is locked and in none of the given routes", place=said)
    for c, kind in enumerate(problem.fleet):
        used = sum(route.kind == c for route in routes)
        if kind.count is not None and used > kind.count:
            raise InputError(
                f"{used} routes are given for {kind.count} vehicles of {kind.name}", place=said
            )
    aside = np.zeros(n, np.bool_)
    for r in sorted(fixed):
        routes[r] = _frozen(problem, layout, routes[r], r + 1)
        aside[routes[r].task[routes[r].task >= 0]] = True
    return Given(tuple(routes), fixed, held & ~aside, aside)


def _check_route(problem: ArcProblem, route: ArcRoute, number: int) -> None:
    what = f"given route {number}"
    if not 0 <= route.kind < len(problem.fleet):
        raise InputError(f"{what}: there is no kind {route.kind} of vehicle", place=problem.name)
    facilities = set(problem.facilities.tolist())
    for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
        if task >= problem.n_tasks:
            raise InputError(f"{what}: there is no task {task}", place=problem.name)
        if task < 0 and arc not in facilities:
            raise InputError(f"{what}: node {arc} is no facility", place=problem.name)
        if task >= 0 and (arc < 0 or arc not in problem.task_arc[task].tolist()):
            raise InputError(
                f"{what}: task {task} cannot be served along arc {arc}", place=problem.name
            )


def _frozen(problem: ArcProblem, layout: Layout, route: ArcRoute, number: int) -> ArcRoute:
    """Give a route its times, or say which limit it breaks."""
    kind = problem.fleet[route.kind]
    what = f"given route {number}, which is to stay as it is,"
    serve, load = problem.costs_of(kind), 0
    for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
        load = 0 if task < 0 else load + int(problem.demand[task])
        if load > kind.capacity:
            raise InputError(
                f"{what} carries {load} after task {task}, more than {kind.capacity}",
                place=problem.name,
            )
        if task >= 0 and serve[task, int(problem.task_arc[task, 0] != arc)] < 0:
            raise InputError(f"{what} serves task {task}, which {kind.name} cannot")
    if len(problem.facilities) and load > 0:
        raise InputError(f"{what} comes home without having been emptied", place=problem.name)
    timed = _paused(problem, layout, route, kind)
    if timed is None or timed.lasts is None:
        raise InputError(f"{what} comes too late for a window or its pause", place=problem.name)
    if kind.most_cost is not None and timed.lasts > kind.most_cost:
        raise InputError(
            f"{what} lasts {timed.lasts}, more than {kind.most_cost}", place=problem.name
        )
    return timed


def _paused(
    problem: ArcProblem, layout: Layout, route: ArcRoute, kind: VehicleKind
) -> ArcRoute | None:
    """Give a route its times, with the pause where the route is shortest; None for no way."""
    plain = timetable(problem, layout, route)
    if plain is None or plain.lasts is None or kind.pause is None or plain.lasts <= kind.pause[1]:
        return plain
    after = np.flatnonzero(route.task >= 0).tolist()
    tries = (timetable(problem, layout, route, at) for at in after)
    made = [one for one in tries if one is not None and one.lasts is not None]
    return min(made, key=lambda one: one.lasts or 0, default=None)


def rows_of(problem: ArcProblem, routes: Sequence[ArcRoute]) -> NDArray[np.int64]:
    """Kinds of the rows of a search: those of given routes, then the vehicles that are over.

    Of a kind of which there are any number there are some rows more than needed.
    """
    rows = [route.kind for route in routes]
    for c, kind in enumerate(problem.fleet):
        used = rows[: len(routes)].count(c)
        many = _needed(problem, kind) if kind.count is None else kind.count
        rows += [c] * (min(many, problem.n_tasks) - used)
    return np.array(rows, dtype=np.int64)


def _needed(problem: ArcProblem, kind: VehicleKind) -> int:
    """Routes of a kind that would be about enough for everything, and some more."""
    need = int(np.ceil(problem.demand.sum() / kind.capacity))
    if len(problem.facilities):
        need = max(1, need // 2)
    if kind.most_cost is not None:
        work = int(np.maximum(problem.costs_of(kind).min(axis=1), 0).sum())
        need = max(need, int(np.ceil(work / max(1, kind.most_cost))))
    return int(np.ceil(1.5 * need)) + 4


def search_of(
    problem: ArcProblem,
    layout: Layout,
    base: Given,
    goals: ArcGoals | None,
    cut: Found | None,
    seed: int,
) -> RuinSearch:
    """Make a search that has begun: given routes in their rows, and the other tasks inserted.

    Parameters
    ----------
    problem, layout
        What is to be solved.
    base
        Routes to begin from.
    goals
        What is minimised beside the cost.
    cut
        Routes that serve every task, hours and pauses apart, to begin from where nothing is given;
        those that break a limit are taken apart.
    seed
        Of all that is drawn.

    Raises
    ------
    InputError
        If what is locked breaks a limit by itself, or the goals do not fit the tasks.
    """
    rows = rows_of(problem, base.routes)
    if cut is not None and len(cut.routes) > len(rows):
        rows = np.zeros(len(cut.routes), np.int64)
    closed = np.zeros(len(rows), np.bool_)
    closed[sorted(base.frozen)] = True
    search = RuinSearch(
        directions_held(problem, layout, base.held, base.routes),
        rows,
        seed,
        rules=rules_of(problem, layout, base.held, goals),
        more=np.array([kind.count is None for kind in problem.fleet]),
        closed=closed,
        aside=base.aside,
        lasts=[base.routes[r].lasts or 0 for r in sorted(base.frozen)],
    )
    for r, route in enumerate(base.routes):
        if r not in base.frozen:
            _place(problem, search, base, r, route)
    if cut is not None:
        for r, elements in enumerate(cut.routes):
            if not search.set_row(r, elements):
                search.set_row(r, [])
    search.begin()
    return search


def _place(problem: ArcProblem, search: RuinSearch, base: Given, r: int, route: ArcRoute) -> None:
    """Put a given route into its row; where it breaks a limit, only what is locked."""
    n = problem.n_tasks
    whole = [n if task < 0 else task for task in route.task.tolist()]
    while whole and whole[-1] == n:
        whole.pop()
    if search.set_row(r, whole):
        return
    locked = [task for task in whole if task < n and base.held[task]]
    with_visits = [task for task in whole if task == n or base.held[task]]
    if not (search.set_row(r, locked) or search.set_row(r, with_visits)):
        kind = problem.fleet[route.kind]
        raise InputError(
            f"what is locked in given route {r + 1} breaks a limit of {kind.name} by itself",
            place=problem.name,
            mend="lock fewer tasks",
        )
