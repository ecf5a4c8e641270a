"""One face for collection routes: a problem and a time limit in, the best routes found out.

PyVRP gives the first routes (`optimize.routing.nodes.pyvrp_model`), ruin and recreate keeps every
rule and goes on from there (`optimize.routing.nodes.improve`), on as many threads as asked.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.begin import given
from optimize.routing.nodes.fleet import fewer, least_trucks, rows_of
from optimize.routing.nodes.improve import Improver
from optimize.routing.nodes.problem import NodeProblem, TruckKind
from optimize.routing.nodes.solution import NodeSolution, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.begin import Given
    from optimize.routing.nodes.improve import Improved
    from optimize.routing.nodes.problem import ArcGoals
    from optimize.routing.nodes.solution import NodeRoute, Status

__all__ = ["NodeProgress", "prepare", "solve_nodes"]

FIRST = 0.1
"""Share of the time, or of iterations, that is PyVRP's."""
PYVRP_ITERATIONS = 20
"""Ruins that count as one iteration of PyVRP's."""
FLEET = 0.4
"""Share of the time in which routes are dissolved, where the fewest are asked for."""
A_ROUTE = 10_000_000_000
"""Cost of a route beside its own where the fewest are asked for."""


@dataclass(frozen=True)
class NodeProgress:
    """How far a search is: best value so far, routes, iterations, seconds."""

    value: int
    routes: int
    iterations: int
    seconds: float


@dataclass(frozen=True, eq=False)
class _Asked:
    """What `solve_nodes` was asked."""

    problem: NodeProblem
    base: Given
    began: float
    until: float
    iterations: int | None
    seeds: tuple[int, ...]
    goals: ArcGoals | None
    fewest: bool
    progress: Callable[[NodeProgress], None] | None
    stop: Callable[[], bool] | None

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """Stops that are to be served."""
        return ~self.base.aside


def solve_nodes(
    problem: NodeProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    start: Sequence[NodeRoute] = (),
    locked: NDArray[np.bool_] | None = None,
    frozen: Sequence[int] = (),
    goals: ArcGoals | None = None,
    fewest: bool = False,
    progress: Callable[[NodeProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> NodeSolution:
    """Search for cheap collection routes until the time is over.

    Parameters
    ----------
    problem
        What to serve.
    time_limit_s
        Wall-clock seconds. The best solution so far is handed back then, and on Ctrl-C.
    iterations
        Thousands of ruins after which the search ends, whatever the time: with it and no binding
        time limit the same seed gives the same routes.
    seed
        Of all that is drawn.
    threads
        Searches at once, each with a seed of its own; the best of them is handed back.
    start
        Routes to begin from; what they do not serve is inserted, and of a route that breaks a limit
        only what is locked is kept. Routes come back in the same order, new ones last.
    locked : bool[c]
        Stops that stay in the route of ``start`` that they are in, in the order that they have
        among themselves; others may come between.
    frozen
        Routes of ``start`` that stay exactly as they are.
    goals
        Minimised beside the cost, in units of the cost a second; the solution's value is the cost
        alone.
    fewest
        Whether fewer routes come before everything else.
    progress
        Called when a better solution is found.
    stop
        Asked now and then, from the thread that called, whether to stop as on Ctrl-C.

    Raises
    ------
    InputError
        If a setting is out of range, or routes to begin from do not fit the problem.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    if iterations is not None and iterations < 1:
        raise InputError(f"iterations must be 1 or more, is {iterations}")
    if threads < 1:
        raise InputError(f"threads must be 1 or more, is {threads}")
    if goals is not None and goals.compactness > 0 and len(goals.x) != problem.n_stops:
        raise InputError(f"goals have {len(goals.x)} places for {problem.n_stops} stops")
    base = given(problem, start, locked, frozen)
    if problem.n_stops == 0:
        return NodeSolution((), 0, "optimal", 0.0, 0)
    prepare()
    began = time.perf_counter()
    return _searched(
        _Asked(
            problem, base, began, began + time_limit_s, iterations,
            tuple(seed * 1000 + k for k in range(threads)), goals, fewest, progress, stop,
        )
    )  # fmt: skip


@cache
def prepare() -> None:
    """Compile what is not in numba's cache yet, once, so that no time limit pays for it."""
    stops = 4
    at = np.arange(stops + 2)
    table = 10 * np.abs(at[:, None] - at[None, :])
    truck = TruckKind("truck", 0, 0, np.array([2]), empty_home=True, cost_m=1)
    problem = NodeProblem(
        "line", (table,), (table,), at[1:-1], np.ones((stops, 1), np.int64),
        np.ones(stops, np.int64), np.tile([0, 1000], (stops, 1)), np.zeros(stops, np.int64),
        np.full(stops, -1), (truck,), at[-1:], np.array([5]), np.array([[0, 1000]]),
    )  # fmt: skip
    base = given(problem, (), None, ())
    asked = _Asked(problem, base, 0.0, 0.0, 1, (0,), None, fewest=False, progress=None, stop=None)
    search = _improver(asked, 0, [])
    search.begin()
    search.step(1, 1.0, 1.0)


def _improver(
    asked: _Asked,
    seed: int,
    routes: Sequence[tuple[int, Sequence[int]]],
    placed: Mapping[int, Sequence[int]] | None = None,
) -> Improver:
    """Make a search with rows for given routes, for others to begin from, and for more.

    Parameters
    ----------
    asked
        What is searched.
    seed
        Of all that is drawn.
    routes
        Kinds and visits to begin from, beside the given routes.
    placed
        What another search has made of the given routes, by their numbers.

    Raises
    ------
    InputError
        If what is locked breaks a limit by itself.
    """
    problem, base = asked.problem, asked.base
    kinds = rows_of(problem, base, [kind for kind, _ in routes])
    closed = np.zeros(len(kinds), np.bool_)
    closed[sorted(base.frozen)] = True
    search = Improver(
        problem, kinds, more=np.array([kind.count is None for kind in problem.kinds]),
        wanted=asked.wanted, held=base.held, closed=closed, goals=asked.goals,
        outside=[base.routes[r] for r in sorted(base.frozen)],
        extra_cost=A_ROUTE if asked.fewest else 0, seed=seed,
    )  # fmt: skip
    for r, route in enumerate(base.routes):
        if r in base.frozen:
            continue
        if placed is None:
            _place(problem, search, base, r, route)
        else:
            search.set_row(r, placed.get(r, ()))
    free = list(range(len(base.routes), len(kinds)))
    for kind, visits in routes:
        r = next(r for r in free if kinds[r] == kind)
        free.remove(r)
        search.set_row(r, visits)
    return search


def _place(problem: NodeProblem, search: Improver, base: Given, r: int, route: NodeRoute) -> None:
    """Put a given route into its row; where it breaks a limit, only what is locked."""
    whole = route.visit.tolist()
    if search.set_row(r, whole):
        return
    locked = [v for v in whole if v >= 0 and base.held[v]]
    if not locked:
        return
    where_given: list[int] = []
    for v in whole:
        if base.held[v] if v >= 0 else where_given and where_given[-1] >= 0:
            where_given.append(v)
    if search.set_emptied(r, locked) or search.set_row(r, where_given):
        return
    raise InputError(
        f"what is locked in given route {r + 1} breaks a limit of "
        f"{problem.kinds[route.kind].name} by itself",
        place=problem.name,
        mend="lock fewer stops",
    )


def _searched(asked: _Asked) -> NodeSolution:
    """Search with kernels that are ready."""
    searches: list[Improver] = []
    routes: list[tuple[int, list[int]]] = []
    interrupted = False
    try:
        routes = _first(asked)
    except KeyboardInterrupt:
        interrupted = True
    try:
        searches = [_improver(asked, asked.seeds[0], routes)]
        searches[0].begin()
        if not interrupted:
            _improved(asked, searches)
    except KeyboardInterrupt:
        if not searches or not searches[0].begun:
            raise
        interrupted = True
    best = min((search for search in searches if search.begun), key=lambda one: one.rank())
    made = _solution(asked, best.found())
    seconds = time.perf_counter() - asked.began
    count = sum(search.iterations for search in searches)
    return replace(made, seconds=seconds, iterations=count, interrupted=interrupted)


def _first(asked: _Asked) -> list[tuple[int, list[int]]]:
    """Let PyVRP make the first routes, where nothing is given to begin from."""
    from optimize.routing.nodes.first import first_routes

    if len(asked.base.routes) > 0:
        return []
    most = None
    until = asked.began + FIRST * (asked.until - asked.began)
    if asked.iterations is not None:  # the clock takes no part
        until = asked.until
        most = max(10, int(1000 * asked.iterations * FIRST / PYVRP_ITERATIONS))
    return first_routes(
        asked.problem, asked.wanted, until=until, iterations=most, seed=asked.seeds[0],
        fewest=asked.fewest, stop=asked.stop,
    )  # fmt: skip


def _improved(asked: _Asked, searches: list[Improver]) -> None:
    """Cool all searches, and tell of what is better."""
    told: tuple[bool, float] | None = None
    if asked.fewest:
        _tell(asked, searches)
        _fewer(asked, searches[0])
    first = searches[0].found()
    made = dict(zip(first.rows, first.routes, strict=True))
    many = len(asked.base.routes)
    placed = {row: route.visit.tolist() for row, route in made.items() if row < many}
    routes = [(route.kind, route.visit.tolist()) for row, route in made.items() if row >= many]
    searches += [_improver(asked, seed, routes, placed) for seed in asked.seeds[1:]]
    with ThreadPoolExecutor(len(searches)) as pool:
        list(pool.map(lambda search: search.begin(), searches[1:]))
        began = time.perf_counter()
        before = searches[0].iterations
        while True:
            rank = min(search.rank() for search in searches)
            if told is None or rank < told:
                told = rank
                _tell(asked, searches)
            now = time.perf_counter()
            share = (now - began) / max(1e-9, asked.until - began)
            if asked.iterations is not None:
                done = (searches[0].iterations - before) / (1000 * asked.iterations)
                share = max(done, float(now >= asked.until))
            if share >= 1.0 or (asked.stop is not None and asked.stop()):
                return
            list(pool.map(partial(_cooler, share=share), searches))


def _fewer(asked: _Asked, search: Improver) -> None:
    now = time.perf_counter()
    frozen = len(asked.base.frozen)
    counted = asked.iterations is not None
    fewer(
        search, asked.until if counted else now + FLEET * (asked.until - now),
        least=max(1, least_trucks(asked.problem) - frozen), counted=counted, stop=asked.stop,
    )  # fmt: skip


def _cooler(search: Improver, share: float) -> None:
    heat = search.temperature(share)
    search.step(search.slice_size, heat, heat)


def _tell(asked: _Asked, searches: list[Improver]) -> None:
    if asked.progress is None:
        return
    made = _solution(asked, min(searches, key=lambda one: one.rank()).found())
    seconds = time.perf_counter() - asked.began
    count = sum(search.iterations for search in searches)
    asked.progress(NodeProgress(made.value, len(made.routes), count, seconds))


def _solution(asked: _Asked, best: Improved) -> NodeSolution:
    """Put routes together; frozen ones come back in their place."""
    made = dict(zip(best.rows, best.routes, strict=True))
    made |= {r: asked.base.routes[r] for r in asked.base.frozen}
    rows = sorted(made)
    routes = tuple(made[r] for r in rows)
    prize = asked.problem.prize
    left = tuple(s for s in best.left if prize[s] < 0)
    skipped = tuple(s for s in best.left if prize[s] >= 0)
    status: Status = "feasible"
    if left:
        status = "partial" if routes else "none"
    count = len(asked.base.routes)
    origin = tuple(r if r < count else -1 for r in rows) if count else ()
    return NodeSolution(
        routes, value_of(asked.problem, routes), status, 0.0, 0, left=left, skipped=skipped,
        origin=origin,
    )  # fmt: skip
