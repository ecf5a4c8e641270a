"""One face for arc routing: a problem and a time limit in, the best routes found out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.begin import Given, given, search_of
from optimize.routing.arcs.genetic import HybridSearch
from optimize.routing.arcs.islands import annealed, evolved
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.problem import ArcGoals, ArcProblem
from optimize.routing.arcs.ruin import Annealed
from optimize.routing.arcs.rules import directions_held
from optimize.routing.arcs.solution import ArcSolution, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.layout import Layout
    from optimize.routing.arcs.ruin import RuinSearch
    from optimize.routing.arcs.solution import ArcRoute, Status

__all__ = ["ArcGoals", "ArcProgress", "prepare", "solve_arcs"]

MANY_TASKS = 300
"""Above so many tasks ruin and recreate finds the better routes in a minute."""

VERY_MANY_TASKS = 1000
"""Above so many tasks it does so part by part, without tables of all pairs of tasks."""


@dataclass(frozen=True)
class ArcProgress:
    """How far a search is: best cost so far, routes, generations, seconds."""

    value: int
    routes: int
    iterations: int
    seconds: float


def solve_arcs(
    problem: ArcProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    target: int | None = None,
    bound: int = 0,
    threads: int = 1,
    seed: int = 0,
    method: Literal["auto", "genetic", "ruin", "parts"] = "auto",
    progress: Callable[[ArcProgress], None] | None = None,
    start: Sequence[ArcRoute] = (),
    locked: NDArray[np.bool_] | None = None,
    frozen: Sequence[int] = (),
    goals: ArcGoals | None = None,
    stop: Callable[[], bool] | None = None,
) -> ArcSolution:
    """Search for cheap routes until the time is over.

    A task that fits nowhere is left: the solution names it, and is "partial". The genetic search
    takes vehicles of one kind at any hour, and no route to begin from; it finds all or "none".

    Parameters
    ----------
    problem
        What to serve.
    time_limit_s
        Wall-clock seconds. The best solution so far is handed back then, and on Ctrl-C.
    iterations
        Generations (or thousands of ruins) after which the search ends, whatever the time: with it
        and no binding time limit the same seed gives the same routes.
    target
        Cost at which the search ends.
    bound
        What no solution can cost less than, as `arc_lower_bound` finds it: the search ends there,
        and the solution carries it.
    threads
        Populations that are searched at once; they exchange their best every `EXCHANGE`
        generations. With the same number of them the same seed gives the same routes.
    seed
        Of all that is drawn.
    method
        Hybrid genetic search, ruin and recreate, or the latter part by part; "auto" takes the
        second for more than `MANY_TASKS` tasks, and for what the others cannot do, and the third
        for more than `VERY_MANY_TASKS`.
    progress
        Called when a better solution is found.
    start
        Routes to begin from; what they do not serve is inserted, and a route that breaks a limit is
        taken apart but for what is locked in it. Routes come back in the same order, new ones last.
    locked : bool[t]
        Tasks that stay in the route of ``start`` that they are in, in the order that they have
        among themselves and in their direction; others may come between.
    frozen
        Routes of ``start`` that stay exactly as they are.
    goals
        Minimised beside the cost; the solution's value is the cost alone.
    stop
        Asked now and then, from the thread that called, whether to stop as on Ctrl-C.

    Raises
    ------
    InputError
        If a task cannot be reached, a setting is out of range, or routes to begin from do not fit
        the problem.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    if iterations is not None and iterations < 1:
        raise InputError(f"iterations must be 1 or more, is {iterations}")
    if problem.n_tasks == 0:
        return ArcSolution((), 0, 0.0, "optimal", 0.0, 0)
    prepare()
    asked = _Asked(
        _plain(problem), time_limit_s, iterations, max(bound, -1 if target is None else target),
        bound, [seed * 1000 + k for k in range(max(1, threads))], method, progress, tuple(start),
        locked, tuple(frozen), goals, stop,
    )  # fmt: skip
    return _searched(asked)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What `solve_arcs` was asked."""

    problem: ArcProblem
    time_limit_s: float
    iterations: int | None
    goal: int
    bound: int
    seeds: list[int]
    method: str
    progress: Callable[[ArcProgress], None] | None = None
    start: tuple[ArcRoute, ...] = ()
    locked: NDArray[np.bool_] | None = None
    frozen: tuple[int, ...] = ()
    goals: ArcGoals | None = None
    stop: Callable[[], bool] | None = None

    @property
    def rich(self) -> bool:
        """Whether this is more than the genetic search can do."""
        return bool(
            self.start
            or self.frozen
            or (self.locked is not None and np.any(self.locked))
            or len(self.problem.fleet) > 1
            or self.problem.fleet[0].timed
            or self.problem.fleet[0].serve_cost is not None
            or (self.goals is not None and self.goals.any)
        )

    @property
    def ruins(self) -> bool:
        """Whether ruin and recreate is to do it."""
        if self.method in ("genetic", "parts") and self.rich:
            raise InputError(
                f"method {self.method!r} takes vehicles of one kind at any hour, and nothing to "
                "begin from, to lock, or to aim at",
                mend='use method="ruin"',
            )
        if self.method == "parts":
            return True
        many = self.problem.n_tasks > MANY_TASKS
        return self.rich or self.method == "ruin" or (self.method == "auto" and many)

    @property
    def parts(self) -> bool:
        """Whether it is to be done part by part."""
        many = self.problem.n_tasks > VERY_MANY_TASKS and not self.rich
        return self.method == "parts" or (self.method == "auto" and many)


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    # a ring of six streets, both ways
    nodes = np.arange(6)
    after = (nodes + 1) % 6
    problem = ArcProblem(
        "ring", 6, np.append(nodes, after), np.append(after, nodes), np.full(12, 3), 0,
        np.column_stack([nodes, nodes + 6]), np.full((6, 2), 4), np.ones(6, np.int64), 2,
    )  # fmt: skip
    for method in ("genetic", "ruin", "parts"):
        solution = _searched(_Asked(problem, 3600.0, 1, -1, 0, [1], method))
    goals = ArcGoals(1.0, 1.0, np.zeros(6), np.arange(6.0))
    _searched(
        _Asked(problem, 3600.0, 1, -1, 0, [1], "ruin", start=solution.routes[:1], goals=goals)
    )


def _plain(problem: ArcProblem) -> ArcProblem:
    """Write a fleet of one ordinary kind as plain numbers."""
    if len(problem.kinds) != 1 or problem.kinds[0].timed:
        return problem
    (kind,) = problem.kinds
    if kind.serve_cost is not None:
        return problem
    return replace(
        problem, kinds=(), depot=kind.depot, capacity=kind.capacity, vehicles=kind.count,
        route_cost=kind.route_cost, most_cost=kind.most_cost,
    )  # fmt: skip


def _untimed(problem: ArcProblem) -> ArcProblem:
    """Leave the hours and the pause of the only kind out; what it cannot serve, others could."""
    (kind,) = problem.fleet
    serve = problem.costs_of(kind)
    able = np.where(serve < 0, serve.max(axis=1, keepdims=True), serve)
    plain = replace(kind, windows=None, pause=None, serve_cost=None)
    return _plain(replace(problem, serve_cost=able, kinds=(plain,)))


def _searched(asked: _Asked) -> ArcSolution:
    """Search with kernels that are ready."""
    began = time.perf_counter()
    until = began + asked.time_limit_s
    if asked.ruins and asked.parts:
        made = _in_parts(asked)
        if made.status != "none":
            return made
    layout = layout_of(asked.problem)
    base = given(asked.problem, layout, asked.start, asked.locked, asked.frozen)
    # the search knows nothing of frozen routes: it is there where the rest is as cheap as asked
    kept = _cost_of([base.routes[r] for r in base.frozen], asked.problem)
    asked = replace(asked, goal=asked.goal - kept)
    searches: Sequence[HybridSearch] | Sequence[RuinSearch]
    found: Iterator[Found]
    halted = False
    if asked.ruins:
        ruins, halted = _begun(asked, layout, base)
        goal = -1 if asked.goals is not None and asked.goals.any else asked.goal
        searches, found = ruins, annealed(ruins, until, asked.iterations, goal, asked.stop)
    else:
        most = _routes(asked.problem, layout)
        populations = [HybridSearch(layout, most, one) for one in asked.seeds]
        searches, found = populations, evolved(populations, until, asked.iterations, asked.stop)
    best: Found | None = None
    interrupted = False
    try:
        _stop_if(halted)
        for better in found:
            best = better
            _tell(asked, better, kept, len(base.frozen), searches[0].iterations, began)
            if _there(asked, better):
                break
    except KeyboardInterrupt:
        best = min(
            (search.best for search in searches if search.best is not None),
            key=lambda one: one.aim if isinstance(one, Annealed) else one.cost,
            default=None,
        )
        if best is None:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    count = sum(search.iterations for search in searches)
    made = _solution(asked, layout, base, best)
    return replace(made, seconds=seconds, iterations=count, interrupted=interrupted)


def _in_parts(asked: _Asked) -> ArcSolution:
    """Search part by part; of status "none" where no giant tour can be cut into so few routes."""
    from optimize.routing.arcs.decomposed import solve_parts

    began = time.perf_counter()

    def tell(value: int, routes: int, ruins: int) -> None:
        if asked.progress is not None:
            asked.progress(ArcProgress(value, routes, ruins, time.perf_counter() - began))

    return solve_parts(
        asked.problem, time_limit_s=asked.time_limit_s, iterations=asked.iterations,
        goal=asked.goal, bound=asked.bound, threads=len(asked.seeds), seed=asked.seeds[0] // 1000,
        progress=tell, stop=asked.stop,
    )  # fmt: skip


def _begun(asked: _Asked, layout: Layout, base: Given) -> tuple[list[RuinSearch], bool]:
    """Make searches that have something to begin from; say whether Ctrl-C was pressed."""
    problem = asked.problem
    cut, halted = None, False
    if len(problem.fleet) == 1 and not base.routes:
        seed = asked.seeds[0] // 1000
        cut, halted = _cut(_untimed(problem), asked.time_limit_s, asked.bound, seed)
    seeds = asked.seeds[:1] if halted else asked.seeds  # one is enough to hand the tour back
    with ThreadPoolExecutor(len(seeds)) as pool:
        searches = pool.map(
            lambda seed: search_of(problem, layout, base, asked.goals, cut, seed), seeds
        )
        return list(searches), halted


def _there(asked: _Asked, found: Found) -> bool:
    """Whether a solution is as good as was asked for."""
    left = isinstance(found, Annealed) and found.left
    aims = asked.goals is not None and asked.goals.any
    return found.cost <= asked.goal and not left and not aims


def _solution(asked: _Asked, layout: Layout, base: Given, best: Found | None) -> ArcSolution:
    """Decode the best routes; frozen ones come back in their place."""
    bound = float(asked.bound)
    if best is None:
        every = tuple(range(asked.problem.n_tasks))
        return ArcSolution((), 0, bound, "none", 0.0, 0, left=every)
    if not isinstance(best, Annealed):
        routes = decoded(asked.problem, layout, best.routes)
        status: Status = "optimal" if best.cost <= asked.bound else "feasible"
        return ArcSolution(routes, best.cost, bound, status, 0.0, 0)
    held = directions_held(asked.problem, layout, base.held, base.routes)
    made = dict(zip(best.rows, decoded(asked.problem, held, best.routes, best.kinds), strict=True))
    made |= {r: base.routes[r] for r in base.frozen}
    value = _cost_of(made.values(), asked.problem)
    status = "optimal" if value <= asked.bound else "feasible"
    given_ones = len(base.routes)
    origin = tuple(r if r < given_ones else -1 for r in sorted(made)) if given_ones else ()
    return ArcSolution(
        tuple(made[r] for r in sorted(made)), value, bound, "partial" if best.left else status,
        0.0, 0, left=best.left, origin=origin,
    )  # fmt: skip


def _cost_of(routes: Iterable[ArcRoute], problem: ArcProblem) -> int:
    """Cost of routes that have their times."""
    fleet = problem.fleet
    return sum((route.lasts or 0) + fleet[route.kind].route_cost for route in routes)


def _stop_if(halted: bool) -> None:  # noqa: FBT001
    """Stop as on Ctrl-C, where that was pressed before there was a search to stop."""
    if halted:
        raise KeyboardInterrupt


def _cut(
    problem: ArcProblem, time_limit_s: float, bound: int, seed: int
) -> tuple[Found | None, bool]:
    """Cut a giant tour into routes to begin from, None where it cannot be done; say if Ctrl-C."""
    from optimize.routing.arcs.genetic import Found
    from optimize.routing.arcs.giant_tour import tour_arcs

    limit = min(5.0, 0.1 * time_limit_s)
    made = tour_arcs(problem, time_limit_s=limit, tours=20, bound=bound, seed=seed)
    if made.status == "none":
        return None, made.interrupted
    visit = problem.n_tasks
    routes = tuple(
        np.where(route.task < 0, visit, route.task).astype(np.int32) for route in made.routes
    )
    return Found(routes, made.value, 0, 0), made.interrupted


def _routes(problem: ArcProblem, layout: Layout) -> int:
    """Say how many routes to search with: those there may be, or some more than needed.

    Of what a route may cost the ways out to a task and home from it are spent driving.
    """
    if problem.vehicles is not None:
        return problem.vehicles
    need = int(np.ceil(problem.demand.sum() / problem.capacity))
    if len(problem.facilities):
        need = max(1, need // 2)
    if problem.most_cost is not None:
        work = int(problem.serve_cost.min(axis=1).sum())
        ways = layout.start[0].min(axis=1) + layout.ending[0].min(axis=1)
        left = problem.most_cost - int(np.median(ways))
        need = max(need, int(np.ceil(work / max(1, left))))
    return min(problem.n_tasks, int(np.ceil(1.5 * need)) + 4)


def _tell(
    asked: _Asked, best: Found, kept: int, frozen: int, iterations: int, began: float
) -> None:
    if asked.progress is not None:
        seconds = time.perf_counter() - began
        asked.progress(
            ArcProgress(best.cost + kept, len(best.routes) + frozen, iterations, seconds)
        )
