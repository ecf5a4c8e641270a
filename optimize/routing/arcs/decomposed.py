"""Ruin and recreate of very many tasks, part by part.

Routes are cut out of giant tours and annealed as a whole, in parts that are small problems (see
`optimize.routing.arcs.cutouts`): parts that share no route are searched at once, each at the
temperature of the whole, and go back into it; then others. Every part keeps all limits, so that the
routes may be handed out at any time. Work and memory grow about as the tasks do.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimize.routing.arcs.cutouts import Neighbours, cut_out
from optimize.routing.arcs.giant_tour import Postman, cut_tour
from optimize.routing.arcs.places import Places
from optimize.routing.arcs.ruin import RuinSearch
from optimize.routing.arcs.rules import plain_rules
from optimize.routing.arcs.solution import ArcSolution

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.cutouts import Cutout
    from optimize.routing.arcs.places import Run
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["solve_parts"]

SIZE = 150
"""Tasks of a part that are taken apart."""
RUINS = 3
"""Ruins for each task of a part; so few that all have their turn at nearly one temperature."""
AT_ONCE = 8
"""Most parts between two looks at the whole."""
HOT, COLD = 0.1, 0.002
"""Temperature at begin and end, in parts of the mean way between two tasks."""
_SLICE = 200
_TOURS = 20
_TOURS_SHARE = 0.05
_LOOK_S = 0.2


@dataclass(frozen=True, eq=False)
class _Part:
    """Routes to be searched: their numbers, themselves, and the tasks to take apart."""

    rows: tuple[int, ...]
    runs: tuple[Run, ...]
    tasks: NDArray[np.int64]
    radius: int
    seed: int


@dataclass(frozen=True, eq=False)
class _Found:
    """Routes of a part after its search, and the best that it saw."""

    at_hand: list[Run]
    best: list[Run]
    ruins: int


def solve_parts(
    problem: ArcProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    goal: int = -1,
    bound: int = 0,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[int, int, int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ArcSolution:
    """Search part by part until the time is over.

    Parameters
    ----------
    problem
        Vehicles of one kind at any hour; turns may cost.
    time_limit_s
        Wall-clock seconds. The best solution so far is handed back then, and on Ctrl-C.
    iterations
        Thousands of ruins after which the search ends, whatever the time: with it and no binding
        time limit the same seed gives the same routes, whatever the number of threads.
    goal
        Cost at which the search ends.
    bound
        What no solution can cost less than.
    threads
        Parts that are searched at once.
    seed
        Of all that is drawn.
    progress
        Called with the cost, the number of routes, and the ruins so far of a better solution.
    stop
        Asked now and then, from the thread that called, whether to stop as on Ctrl-C.

    Returns
    -------
    ArcSolution
        Of status "none" where no giant tour could be cut into so few routes.

    Raises
    ------
    InputError
        If a task cannot be reached.
    KeyboardInterrupt
        If Ctrl-C came before the first solution.
    """
    began = time.perf_counter()
    whole = _Whole(problem, seed)
    interrupted = False
    try:
        if whole.begin(began + _TOURS_SHARE * time_limit_s):
            whole.search(began, time_limit_s, iterations, goal, threads, progress, stop)
    except KeyboardInterrupt:
        if not whole.best:
            raise
        interrupted = True
    seconds = time.perf_counter() - began
    if not whole.best:
        return ArcSolution((), 0, float(bound), "none", seconds, 0, interrupted)
    routes = tuple(whole.places.route(run) for run in whole.best)
    value = whole.value(whole.best)
    status: Literal["optimal", "feasible"] = "optimal" if value <= bound else "feasible"
    return ArcSolution(routes, value, float(bound), status, seconds, whole.ruins, interrupted)


def _ask(stop: Callable[[], bool] | None) -> None:
    """Stop as on Ctrl-C where that is asked for."""
    if stop is not None and stop():
        raise KeyboardInterrupt


class _Whole:
    """All routes, and the best that there were."""

    def __init__(self, problem: ArcProblem, seed: int) -> None:
        self.problem = problem
        self.places = Places(problem)
        self.near = Neighbours(self.places)
        self.n = problem.n_tasks
        self.rng = np.random.default_rng(seed)
        self.runs: list[Run] = []
        self.best: list[Run] = []
        self.row = np.zeros(self.n, dtype=np.int64)
        self.visits = np.zeros(self.n, dtype=np.int64)
        self.served = int(problem.serve_cost.min(axis=1).sum())
        self.way = 1.0
        self.ruins = 0

    def value(self, runs: Sequence[Run]) -> int:
        """Cost of routes, their own costs included."""
        fleet = self.problem.fleet
        return sum(run.cost + fleet[run.kind].route_cost for run in runs)

    def begin(self, until: float) -> bool:
        """Cut giant tours; False where none keeps the limits."""
        postman = Postman(self.problem)
        for number in range(_TOURS):
            if number and time.perf_counter() > until:
                break
            found = cut_tour(self.places, *postman.tour(self.rng), self.rng)
            if found is not None and (not self.best or self.value(found) < self.value(self.best)):
                self.best = found
        self.runs = list(self.best)
        self.way = max(1.0, (self.value(self.runs) - self.served) / self.n)
        return bool(self.best)

    def search(
        self,
        began: float,
        time_limit_s: float,
        iterations: int | None,
        goal: int,
        threads: int,
        progress: Callable[[int, int, int], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        """Anneal."""
        halt = Event()
        until = began + time_limit_s
        best = self.value(self.best)
        if progress is not None:
            progress(best, len(self.best), 0)
        with ThreadPoolExecutor(max(1, threads)) as pool:
            try:
                while best > goal:
                    _ask(stop)
                    now = time.perf_counter()
                    share = (now - began) / time_limit_s
                    if iterations is not None:
                        share = max(self.ruins / (1000 * iterations), float(now >= until))
                    if share >= 1.0:
                        return
                    hot = self.way * HOT * (COLD / HOT) ** share
                    parts = self._parts()
                    jobs = [pool.submit(self._searched, part, hot, until, halt) for part in parts]
                    while wait(jobs, timeout=_LOOK_S).not_done:
                        _ask(stop)
                    value = self._put_back(parts, [job.result() for job in jobs])
                    if value < best:
                        best = value
                        if progress is not None:
                            progress(best, len(self.best), self.ruins)
            except BaseException:
                halt.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    # ---- parts

    def _parts(self) -> list[_Part]:
        """Draw parts that share no route, those first that were searched least."""
        for number, run in enumerate(self.runs):
            self.row[run.tasks] = number
        taken = np.zeros(len(self.runs), dtype=np.bool_)
        parts: list[_Part] = []
        for _ in range(4 * AT_ONCE):
            if len(parts) == AT_ONCE or taken.all():
                break
            open_tasks = np.flatnonzero(~taken[self.row])
            least = open_tasks[self.visits[open_tasks] == self.visits[open_tasks].min()]
            centre = int(least[self.rng.integers(len(least))])
            tasks, radius = self.near.of(centre, SIZE)
            rows = np.unique(self.row[tasks])
            if taken[rows].any():
                continue
            taken[rows] = True
            self.visits[tasks] += 1
            drawn = int(self.rng.integers(1 << 40))
            runs = tuple(self.runs[row] for row in rows)
            parts.append(_Part(tuple(rows.tolist()), runs, tasks, radius, drawn))
        if len(parts) == 1:  # two searches of it, of which the better one counts
            parts.append(replace(parts[0], seed=parts[0].seed + 1))
        return parts

    def _searched(self, part: _Part, hot: float, until: float, halt: Event) -> _Found:
        """Search a part at one temperature."""
        free = np.zeros(self.n, dtype=np.bool_)
        free[part.tasks] = True
        centre = int(self.places.leave[part.tasks[0], 0])
        cutout = cut_out(self.places, part.runs, free, centre, 2 * part.radius)
        rules = plain_rules(cutout.layout)
        # what stands for several tasks stays in its route; the rest moves around it
        rules.held[:] = [len(inside) > 1 for inside in cutout.inside]
        rows = len(part.runs) + self._spare()
        search = RuinSearch(cutout.layout, rows, part.seed, rules=rules)
        search.begin_from(cutout.routes)
        done, most = 0, RUINS * len(cutout.inside)
        while done < most and not halt.is_set() and time.perf_counter() < until:
            many = min(_SLICE, most - done)
            search.step(many, hot)
            done += many
        return _Found(
            self._runs(cutout, search.rows.seq, search.rows.length),
            self._runs(cutout, search.best_seq, search.best_length),
            done,
        )

    def _spare(self) -> int:
        """Say how many more routes a part may have than it has."""
        count = self.problem.fleet[0].count
        return 1 if count is None else int(len(self.runs) + AT_ONCE <= count)

    def _runs(self, cutout: Cutout, seq: NDArray[np.int32], length: NDArray[np.int32]) -> list[Run]:
        return [
            self.places.run(cutout.whole(seq[r, :count], self.n))
            for r, count in enumerate(length.tolist())
            if count > 0
        ]

    def _put_back(self, parts: list[_Part], found: list[_Found]) -> int:
        """Go on from what the searches have; gives the least cost so far."""
        self.ruins += sum(one.ruins for one in found)
        at_hand = [one.at_hand for one in found]
        best = [one.best for one in found]
        if len(parts) == 2 and parts[0].rows == parts[1].rows:
            at_hand, best = [min(at_hand, key=self.value)], [min(best, key=self.value)]
        seen = {row for part in parts for row in part.rows}
        rest = [run for number, run in enumerate(self.runs) if number not in seen]
        whole = rest + [run for runs in best for run in runs]
        if self.value(whole) < self.value(self.best):
            self.best = whole
        self.runs = rest + [run for runs in at_hand for run in runs]
        return self.value(self.best)
