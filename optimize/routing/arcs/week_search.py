"""Search for a plan over several days.

Patterns first, by place and load (`week_start`), and whole days' work to other days where that
saves ways (`week_merge`); then each day's routes by themselves, begun from giant tours; then two
days at a time: a street that may change one of the two for the other is served by vehicles of
either, in one problem, begun from the routes of both, so that removing it here and inserting it
there is what the search over routes does anyway (ruin and recreate). Pairs that share no day are
searched at once. (A neighbourhood of whole days instead of the single moves of Chu, Labadi and
Prins 2006; as in Vidal, Crainic, Gendreau and Prins 2014, patterns change with the routes.)
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.first_routes import first_routes
from optimize.routing.arcs.solution import ArcRoute
from optimize.routing.arcs.solve import ArcProgress, prepare, solve_arcs
from optimize.routing.arcs.week import WeekSolution, part_of
from optimize.routing.arcs.week_merge import merged_days
from optimize.routing.arcs.week_start import first_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcGoals, ArcProblem
    from optimize.routing.arcs.solution import ArcSolution, Status
    from optimize.routing.arcs.week import WeekProblem

__all__ = ["solve_week"]

MERGE_SHARE = 0.15
"""Part of the time for moving whole days' work, at most."""

DAYS_SHARE = 0.4
"""Part of the time for the first routes of the days, where streets may change their days."""

LEAST_PAIR_S, GOOD_PAIR_S = 2.0, 8.0
"""Seconds of a search over two days: at least, and before all pairs come again."""


def solve_week(
    week: WeekProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    bound: int = 0,
    threads: int = 1,
    seed: int = 0,
    goals: ArcGoals | None = None,
    progress: Callable[[ArcProgress], None] | None = None,
) -> WeekSolution:
    """Search until the time is over.

    Parameters
    ----------
    week
        What to serve, and how often.
    time_limit_s
        Wall-clock seconds. The best plan so far is handed back then, and on Ctrl-C.
    iterations
        Of each search within, as `solve_arcs` takes them; all pairs of days have their turn once.
        With it and no binding time limit the same seed gives the same plan.
    bound
        What no plan can cost less than, as `week_lower_bound` finds it; the plan carries it.
    threads
        Days, or pairs of days, that are searched at once. Their number changes no plan.
    seed
        Of all that is drawn.
    goals
        Of each day's routes.
    progress
        Called when a better plan is found.

    Raises
    ------
    InputError
        If a task cannot be reached, or a setting is out of range.
    KeyboardInterrupt
        If Ctrl-C came before every day had routes.
    """
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    prepare()
    return _WeekSearch(week, iterations, bound, max(1, threads), seed, goals, progress).run(
        time_limit_s
    )


@dataclass(frozen=True)
class _Day:
    """Routes of a day (tasks of the whole problem), their cost, and tasks that fit none."""

    routes: tuple[ArcRoute, ...]
    value: int
    missed: tuple[int, ...]
    iterations: int

    @property
    def rank(self) -> tuple[int, int]:
        return len(self.missed), self.value


class _WeekSearch:
    """State of a search: on which days tasks are served, and the routes of each day."""

    def __init__(
        self,
        week: WeekProblem,
        iterations: int | None,
        bound: int,
        threads: int,
        seed: int,
        goals: ArcGoals | None,
        progress: Callable[[ArcProgress], None] | None,
    ) -> None:
        self.week = week
        self.iterations = iterations
        self.bound = bound
        self.threads = threads
        self.seed = seed
        self.goals = goals
        self.progress = progress
        self.stop = threading.Event()
        problem = week.problem
        costs = np.stack([problem.costs_of(kind) for kind in problem.fleet])
        work = np.where(costs < 0, np.iinfo(np.int64).max, costs).min(axis=(0, 2))
        self.served = first_days(week, work.astype(np.float64), seed)
        self.days: dict[int, _Day] = {}
        self.done = 0
        self.began = time.perf_counter()

    def run(self, time_limit_s: float) -> WeekSolution:
        until = self.began + time_limit_s
        many = len(self.week.days)
        merging = self.began + MERGE_SHARE * time_limit_s
        pairs = [pair for pair in _pairs(many) if self.week.free(self.served, *pair).any()]
        interrupted = False
        try:
            if pairs:
                self.served = merged_days(
                    self.week, self.served, until=merging, seed=self.seed, stop=self.stop.is_set
                )
            left = until - time.perf_counter()
            share = DAYS_SHARE if pairs else 1.0
            self._days_alone(share * left * min(self.threads, many) / many)
            self._two_by_two(until)
        except KeyboardInterrupt:
            if len(self.days) < many:
                raise
            interrupted = True
        return self._solution(interrupted=interrupted)

    # ---- days by themselves

    def _days_alone(self, limit: float) -> None:
        jobs = [
            _Job((day,), lambda day=day: (self._day(day, limit),))  # type: ignore[misc]
            for day in range(len(self.week.days))
        ]
        for days, found in self._at_once(jobs):
            self.days[days[0]] = found[0]
            self._tell(found)

    def _day(self, day: int, limit: float) -> _Day:
        tasks = np.flatnonzero(self.served[:, day])
        part = part_of(self.week.problem, tasks)
        began = time.perf_counter()
        start = first_routes(part, time_limit_s=0.2 * limit, seed=self.seed) if len(tasks) else ()
        limit -= time.perf_counter() - began
        solution = self._solved(part, tasks, limit, day, start)
        routes = tuple(_with_tasks(route, tasks) for route in solution.routes)
        missed = _missed(solution, len(tasks))
        return _Day(
            routes, solution.value, tuple(tasks[list(missed)].tolist()), solution.iterations
        )

    # ---- two days in one problem

    def _two_by_two(self, until: float) -> None:
        """Let pairs of days exchange streets until the time is over."""
        many = len(self.week.days)
        rounds = _tournament(many)
        rng = np.random.default_rng(self.seed)
        again = 0
        while self._goes_on(until, again):
            order = rng.permutation(len(rounds))
            pairs = sum(len(rounds[k]) for k in order)
            left = until - time.perf_counter()
            at_once = min(self.threads, max(1, many // 2))
            often = max(1, round(left * at_once / (pairs * GOOD_PAIR_S)))
            limit = max(LEAST_PAIR_S, left * at_once / (pairs * often))
            for number, k in enumerate(order.tolist()):
                if self.iterations is None and time.perf_counter() >= until:
                    return
                turn = (again + number) % len(rounds[k])  # another pair comes first each time
                pairs_in_turn = [*rounds[k][turn:], *rounds[k][:turn]]
                self._round(pairs_in_turn, limit, until, 1000 * (again + 1) + 10 * number)
            again += 1

    def _goes_on(self, until: float, again: int) -> bool:
        pairs = any(
            self.week.free(self.served, *pair).any() for pair in _pairs(len(self.week.days))
        )
        value = sum(day.value for day in self.days.values())
        missed = any(day.missed for day in self.days.values())
        if not pairs or (value <= self.bound and not missed):
            return False
        return again == 0 if self.iterations is not None else time.perf_counter() < until

    def _round(
        self, pairs: Sequence[tuple[int, int]], limit: float, until: float, stream: int
    ) -> None:
        """Search pairs of days at once; what one of them may move stays where it is in the others.

        Two moves of a street that are each allowed alone may break the spacing together.
        """
        jobs = []
        taken = np.zeros(self.week.problem.n_tasks, dtype=np.bool_)
        for number, (one, other) in enumerate(pairs):
            free = self.week.free(self.served, one, other) & ~taken
            taken |= free
            if not free.any():
                continue

            def job(
                one: int = one,
                other: int = other,
                free: NDArray[np.bool_] = free,
                stream: int = stream + number,
            ) -> tuple[_Day, ...]:
                left = limit
                if self.iterations is None:
                    left = min(limit, max(0.1, until - time.perf_counter()))
                return self._pair(one, other, free, left, stream)

            jobs.append(_Job((one, other), job))
        for (one, other), found in self._at_once(jobs):
            old = self.days[one], self.days[other]
            self.done += found[0].iterations
            if not self._better(found, old):
                continue
            for day, new in zip((one, other), found, strict=True):
                self.days[day] = new
                self.served[:, day] = False
                for route in new.routes:
                    self.served[route.task[route.task >= 0], day] = True
                self.served[list(new.missed), day] = True
            self._tell(())

    def _better(self, new: tuple[_Day, ...], old: tuple[_Day, ...]) -> bool:
        """Whether to take new routes; with goals they are at least as good as those begun from."""
        missed = [sum(len(day.missed) for day in days) for days in (new, old)]
        value = [sum(day.value for day in days) for days in (new, old)]
        if missed[0] != missed[1]:
            return missed[0] < missed[1]
        return self.goals is not None or value[0] < value[1]

    def _pair(
        self, one: int, other: int, free: NDArray[np.bool_], limit: float, stream: int
    ) -> tuple[_Day, ...]:
        two = _TwoDays(self.week.problem, self.served[:, [one, other]], free)
        start = two.start(self.days[one].routes, self.days[other].routes)
        solution = self._solved(two.problem, two.tasks, limit, stream, start)
        return two.days(solution)

    # ---- what both do

    def _solved(
        self,
        problem: ArcProblem,
        tasks: NDArray[np.int64],
        limit: float,
        stream: int,
        start: tuple[ArcRoute, ...],
    ) -> ArcSolution:
        goals = self.goals
        if goals is not None and len(goals.x):
            goals = replace(goals, x=goals.x[tasks], y=goals.y[tasks])
        return solve_arcs(
            problem,
            time_limit_s=max(limit, 0.05),
            iterations=self.iterations,
            seed=self.seed + 7919 * stream,
            method="ruin",
            start=start,
            goals=goals,
            stop=self.stop.is_set,
        )

    def _at_once(self, jobs: Sequence[_Job]) -> Iterator[tuple[tuple[int, ...], tuple[_Day, ...]]]:
        """Run jobs on threads; on Ctrl-C they end, and what they found is not waited for."""
        with ThreadPoolExecutor(min(self.threads, max(1, len(jobs)))) as pool:
            waiting = {pool.submit(job.work): job.days for job in jobs}
            try:
                for done in as_completed(waiting):
                    yield waiting[done], done.result()
            except BaseException:
                self.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _tell(self, found: Sequence[_Day]) -> None:
        self.done += sum(day.iterations for day in found)
        if self.progress is None or len(self.days) < len(self.week.days):
            return
        value = sum(day.value for day in self.days.values())
        routes = sum(len(day.routes) for day in self.days.values())
        self.progress(ArcProgress(value, routes, self.done, time.perf_counter() - self.began))

    def _solution(self, *, interrupted: bool) -> WeekSolution:
        ordered = [self.days[day] for day in range(len(self.week.days))]
        value = sum(day.value for day in ordered)
        missed = tuple((task, k) for k, day in enumerate(ordered) for task in day.missed)
        status: Status = "feasible"
        if missed:
            status = "partial"
        elif value <= self.bound:
            status = "optimal"
        return WeekSolution(
            tuple(route for day in ordered for route in day.routes),
            value,
            float(self.bound),
            status,
            time.perf_counter() - self.began,
            self.done,
            interrupted,
            left=tuple(sorted({task for task, _ in missed})),
            day=tuple(k for k, day in enumerate(ordered) for _ in day.routes),
            missed=missed,
        )


@dataclass(frozen=True)
class _Job:
    """Work on some days."""

    days: tuple[int, ...]
    work: Callable[[], tuple[_Day, ...]]


class _TwoDays:
    """Two days as one problem: vehicles of each, and streets that either may serve."""

    def __init__(
        self, problem: ArcProblem, served: NDArray[np.bool_], free: NDArray[np.bool_]
    ) -> None:
        first, second = np.flatnonzero(served[:, 0]), np.flatnonzero(served[:, 1])
        self.tasks = np.concatenate([first, second])
        self.own = np.repeat([0, 1], [len(first), len(second)])
        self.at = np.full((problem.n_tasks, 2), -1, dtype=np.int64)
        self.at[first, 0] = np.arange(len(first))
        self.at[second, 1] = len(first) + np.arange(len(second))
        part = part_of(problem, self.tasks)
        kinds = []
        for kind in part.fleet:
            costs = part.costs_of(kind)
            for day in (0, 1):
                able = free[self.tasks] | (self.own == day)
                kinds.append(replace(kind, serve_cost=np.where(able[:, None], costs, -1)))
        self.problem = replace(part, kinds=tuple(kinds))

    def start(self, one: tuple[ArcRoute, ...], other: tuple[ArcRoute, ...]) -> tuple[ArcRoute, ...]:
        """Routes of both days as routes of the one problem."""
        return tuple(
            ArcRoute(
                np.where(route.task < 0, -1, self.at[route.task, day]),
                route.arc,
                2 * route.kind + day,
            )
            for day, routes in enumerate((one, other))
            for route in routes
        )

    def days(self, solution: ArcSolution) -> tuple[_Day, ...]:
        """Take the routes of each day out of a solution."""
        found = []
        missed = _missed(solution, len(self.tasks))
        for day in (0, 1):
            chosen = [route for route in solution.routes if route.kind % 2 == day]
            routes = tuple(
                replace(_with_tasks(route, self.tasks), kind=route.kind // 2) for route in chosen
            )
            lost = tuple(int(self.tasks[m]) for m in missed if self.own[m] == day)
            value = _cost(self.problem, chosen)
            found.append(_Day(routes, value, lost, solution.iterations if day == 0 else 0))
        return tuple(found)


def _cost(problem: ArcProblem, routes: Sequence[ArcRoute]) -> int:
    """Cost of some routes of a solution."""
    fleet = problem.fleet
    return sum((route.lasts or 0) + fleet[route.kind].route_cost for route in routes)


def _with_tasks(route: ArcRoute, tasks: NDArray[np.int64]) -> ArcRoute:
    """Name the tasks of a route as the whole problem does."""
    return replace(route, task=np.where(route.task < 0, -1, tasks[route.task]))


def _missed(solution: ArcSolution, many: int) -> tuple[int, ...]:
    """Tasks that are in no route."""
    return tuple(range(many)) if solution.status == "none" else solution.left


def _pairs(many: int) -> list[tuple[int, int]]:
    return [(one, other) for one in range(many) for other in range(one + 1, many)]


def _tournament(many: int) -> list[list[tuple[int, int]]]:
    """Pair the days off: each meets every other once, none is there twice in a round.

    Examples
    --------
    >>> _tournament(4)
    [[(0, 3), (1, 2)], [(0, 2), (1, 3)], [(0, 1), (2, 3)]]
    """
    ring = [*range(many), *([-1] if many % 2 else [])]
    rounds = []
    for _ in range(max(0, len(ring) - 1)):
        meets = zip(ring[: len(ring) // 2], ring[: len(ring) // 2 - 1 : -1], strict=True)
        pairs = [(min(a, b), max(a, b)) for a, b in meets if min(a, b) >= 0]
        rounds.append(sorted(pairs))
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return rounds
