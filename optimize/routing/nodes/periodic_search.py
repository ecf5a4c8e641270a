"""Search for a plan of collection over a week.

Patterns first, by place and load (`optimize.routing.patterns`), then each day's routes by
themselves. From then on patterns change with the routes (as in Vidal, Crainic, Gendreau, Lahrichi
and Rei 2012, Operations Research 60(3), for whole populations), in two ways, until the time is
over:

* Two days in one problem: a stop that may change one of the two for the other, without changing
  what gathers for any visit, is served by trucks of either day.
* A stop, and some like it near by, takes the pattern that promises most: what insertion and removal
  would cost in the routes as they are. The days that are touched are solved again from their
  routes, with all amounts as the new days have them, and the change is kept where it pays.
"""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.nodes.periodic import PeriodSolution, day_problem
from optimize.routing.nodes.periodic_costs import day_costs
from optimize.routing.nodes.periodic_pairs import DayRoutes, TwoDays, with_stops
from optimize.routing.nodes.solution import timetable
from optimize.routing.nodes.solve import NodeProgress, prepare, solve_nodes
from optimize.routing.patterns import WEEK, even_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.periodic import PeriodProblem
    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute, NodeSolution, Status

__all__ = ["solve_period"]

DAYS_SHARE = 0.4
"""Part of the time for the first routes of the days."""

PAIRS_SHARE = 0.5
"""Part of what is left for pairs of days, where stops may change one for the other."""

LEAST_MOVE_S, MOST_MOVE_S = 0.3, 5.0
"""Seconds of a search after stops have changed their days."""

MOVES = 40
"""Changes of patterns that are tried where the iterations are given, and no time."""

_MUCH = 1e15
"""More than any visit costs."""

NEAR, MOST_TOGETHER = 12, 6
"""Stops near by that may change their days with one, and how many do at most."""


def solve_period(
    period: PeriodProblem,
    *,
    time_limit_s: float = 60.0,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[NodeProgress], None] | None = None,
) -> PeriodSolution:
    """Search until the time is over.

    Parameters
    ----------
    period
        What to visit, and how often.
    time_limit_s
        Wall-clock seconds. The best plan so far is handed back then, and on Ctrl-C.
    iterations
        Of each search within, as `solve_nodes` takes them. With it and no binding time limit the
        same seed gives the same plan.
    seed
        Of all that is drawn.
    threads
        Days, or pairs of days, that are searched at once. Their number changes no plan.
    progress
        Called when a better plan is found.

    Raises
    ------
    InputError
        If a setting is out of range.
    KeyboardInterrupt
        If Ctrl-C came before every day had routes.
    """
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    prepare()
    search = _Search(period, iterations, seed, max(1, threads), progress)
    return search.run(time_limit_s)


class _Search:
    """State of a search: on which days stops are visited, and the routes of each day."""

    def __init__(
        self,
        period: PeriodProblem,
        iterations: int | None,
        seed: int,
        threads: int,
        progress: Callable[[NodeProgress], None] | None,
    ) -> None:
        self.period = period
        self.iterations = iterations
        self.seed = seed
        self.threads = threads
        self.progress = progress
        self.rng = np.random.default_rng(seed)
        self.began = self.until = time.perf_counter()
        place = np.stack([period.x, period.y], axis=1)
        self.served = even_days(
            place, _work(period), period.times, period.patterns, fits=period.fits, seed=seed
        ).reshape(len(place), len(period.days))
        self.days: list[DayRoutes] = []
        self.best = (sys.maxsize, 0), self.served, self.days
        self.costs: list[NDArray[np.float64] | None] = [None] * len(period.days)
        self.tried: set[tuple[int, int, tuple[int, ...]]] = set()
        self.changes = [0] * len(period.days)
        self.streams = 0
        self.done = 0
        self.stop = threading.Event()

    def run(self, time_limit_s: float) -> PeriodSolution:
        until = self.until = self.began + time_limit_s
        many = len(self.period.days)
        fixed = all(  # nothing may change its days
            (table[self.period.times == often].sum(axis=1) <= 1).all()
            for often, table in self.period.fits.items()
        )
        interrupted = False
        try:
            share = (1.0 if fixed else DAYS_SHARE) * time_limit_s
            gaps = self.period.gaps(self.served)
            empty = {day: DayRoutes() for day in range(many)}
            turns = -(-many // self.threads)
            found = self._solved_days(empty, self.served, gaps, share / turns)
            self.days = [found[day] for day in range(many)]
            self._remember()
            if not fixed:
                self._improve(until)
        except KeyboardInterrupt:
            interrupted = True
            if not self.days:
                raise
            self._remember()
        return self._solution(interrupted=interrupted)

    def _improve(self, until: float) -> None:
        if self.iterations is not None:
            self._all_pairs(until)
            for _ in range(MOVES):
                if time.perf_counter() >= until:
                    break
                self._move(until)
            return
        while time.perf_counter() < until:
            left = until - time.perf_counter()
            self._all_pairs(time.perf_counter() + PAIRS_SHARE * left)
            moves_end = min(until, time.perf_counter() + max(left / 4, 4 * LEAST_MOVE_S))
            while time.perf_counter() < moves_end:
                self._move(until)

    # ---- two days in one problem

    def _rounds(self) -> list[list[tuple[int, int]]]:
        """Put all pairs of days into rounds, in an order that is drawn; no day is in one twice."""
        many = len(self.period.days)
        pairs = list(combinations(range(many), 2))
        rounds: list[list[tuple[int, int]]] = []
        for at in self.rng.permutation(len(pairs)).tolist():
            for round_ in rounds:
                if not set(pairs[at]) & {day for pair in round_ for day in pair}:
                    round_.append(pairs[at])
                    break
            else:
                rounds.append([pairs[at]])
        return rounds

    def _all_pairs(self, until: float) -> None:
        """Let each pair of days exchange stops once."""
        rounds = self._rounds()
        turns = [-(-len(round_) // self.threads) for round_ in rounds]
        for number, round_ in enumerate(rounds):
            left = until - time.perf_counter()
            if left < LEAST_MOVE_S and self.iterations is None:
                return
            self._round(round_, left / sum(turns[number:]))

    def _round(self, pairs: list[tuple[int, int]], limit: float) -> None:
        """Solve pairs of days, each in one problem; keep what is better.

        What one pair may move stays where it is in the others: two changes of a stop's days that
        are each allowed alone may be too many together.
        """
        gaps = self.period.gaps(self.served)
        taken = np.zeros(len(self.served), dtype=np.bool_)
        jobs, used = [], []
        for one, other in pairs:
            free = self._free(one, other) & ~taken
            taken |= free
            if not free.any():
                continue
            two = TwoDays(self.period, self.served[:, [one, other]], gaps[:, [one, other]], free)
            start = two.start(self.days[one].routes, self.days[other].routes)
            jobs.append((two.problem, start))
            used.append((one, other, two))
        for (one, other, two), solution in zip(used, self._solved(jobs, limit), strict=True):
            found = two.days(solution)
            served = self.served.copy()
            for day, new in zip((one, other), found, strict=True):
                served[:, day] = False
                for route in new.routes:
                    served[route.visit[route.visit >= 0], day] = True
                served[list(new.missed), day] = True
            self._keep({one: found[0], other: found[1]}, served)

    def _free(self, one: int, other: int) -> NDArray[np.bool_]:
        """Find the stops that may change one of two days for the other, amounts as they are."""
        period = self.period
        swapped = self.served.copy()
        swapped[:, [one, other]] = self.served[:, [other, one]]
        found = self.served[:, one] != self.served[:, other]
        before, after = period.gaps(self.served), period.gaps(swapped)
        both = before[:, one] + before[:, other] == after[:, one] + after[:, other]
        rest = np.delete(before != after, [one, other], axis=1).any(axis=1)
        return np.asarray(found & both & ~rest & self._allowed(swapped), dtype=np.bool_)

    def _allowed(self, served: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Find the stops whose days are a pattern that they may take; bool[c]."""
        found = np.zeros(len(served), dtype=np.bool_)
        for often, table in self.period.patterns.items():
            own = np.flatnonzero(self.period.times == often)
            same = (served[own][:, None, :] == table[None]).all(axis=2)
            found[own] = (same & self.period.fits[often][own]).any(axis=1)
        return found

    # ---- patterns of some stops

    def _move(self, until: float) -> None:
        """Try the change of patterns that promises most; where all have been tried, go astray."""
        candidate = self._candidate()
        if candidate is None:
            self._kick(until)
            return
        stop, row, often = candidate
        self.tried.add((stop, row, self._state(stop, self.period.patterns[often][row])))
        self._keep(*self._changed(stop, row, often, until))

    def _kick(self, until: float) -> None:
        """Go on from the best plan with a change that is drawn, and is kept if it misses no more.

        (Iterated local search, Lourenco, Martin and Stuetzle 2003.)
        """
        _, self.served, self.days = self.best
        self.tried.clear()
        self.costs = [None] * len(self.period.days)
        _, stops, rows, often = self._promises()
        if len(stops):
            at = int(self.rng.integers(len(stops)))
            found, served = self._changed(int(stops[at]), int(rows[at]), int(often[at]), until)
            self._keep(found, served, anyway=True)

    def _changed(
        self, stop: int, row: int, often: int, until: float
    ) -> tuple[dict[int, DayRoutes], NDArray[np.bool_]]:
        """Let a stop and some near by take a pattern, and solve the days that are touched."""
        served = self.served.copy()
        served[self._together(stop, row, often)] = self.period.patterns[often][row]
        before, gaps = self.period.gaps(self.served), self.period.gaps(served)
        touched = np.flatnonzero((before != gaps).any(axis=0)).tolist()
        limit = min(MOST_MOVE_S, max(LEAST_MOVE_S, (until - time.perf_counter()) / 50))
        days = {day: self.days[day] for day in touched}
        return self._solved_days(days, served, gaps, limit), served

    def _candidate(self) -> tuple[int, int, int] | None:
        """Find the stop, pattern and frequency that promise most and have not been tried."""
        gain, stops, rows, often = self._promises()
        for at in np.argsort(gain, kind="stable").tolist():
            stop, row, times = int(stops[at]), int(rows[at]), int(often[at])
            days = self.period.patterns[times][row]
            if (stop, row, self._state(stop, days)) not in self.tried:
                return stop, row, times
        return None

    def _promises(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Say what each change of a stop's pattern would cost; negative ones pay."""
        cost = np.stack([self._cost(day) for day in range(len(self.period.days))], axis=1)
        now = (cost * self.served).sum(axis=1)
        parts = []
        for often, table in self.period.patterns.items():
            own = np.flatnonzero(self.period.times == often)
            change = cost[own] @ table.T.astype(np.float64) - now[own][:, None]
            same = (self.served[own][:, None, :] == table[None]).all(axis=2)
            at, row = np.nonzero(~same & self.period.fits[often][own])
            parts.append((change[at, row], own[at], row, np.full(len(at), often)))
        gain, stops, rows, often_ = (np.concatenate([part[k] for part in parts]) for k in range(4))
        return gain, stops, rows, often_

    def _cost(self, day: int) -> NDArray[np.float64]:
        """Tell what each stop costs on a day: to leave it out where it is, else to add it."""
        known = self.costs[day]
        if known is None:
            since = self.period.gaps(self.served)[:, day]
            since = np.where(since > 0, since, np.rint(WEEK / self.period.times)).astype(np.int64)
            everything = day_problem(self.period, np.arange(len(since)), since)
            known = np.minimum(day_costs(everything, self.days[day].routes), _MUCH)
            self.costs[day] = known
        return known

    def _together(self, stop: int, row: int, often: int) -> NDArray[np.int64]:
        """Choose stops near by, of the same days, that change them with one; itself included."""
        period = self.period
        like = (period.times == often) & (self.served == self.served[stop]).all(axis=1)
        like &= period.fits[often][:, row]
        like[stop] = False
        away = np.hypot(period.x - period.x[stop], period.y - period.y[stop])
        near = np.flatnonzero(like)
        near = near[np.argsort(away[near], kind="stable")][:NEAR]
        many = min(len(near), MOST_TOGETHER, int(self.rng.geometric(0.5)) - 1)
        return np.concatenate([[stop], near[:many]]).astype(np.int64)

    def _state(self, stop: int, days: NDArray[np.bool_]) -> tuple[int, ...]:
        """Say which routes there are on the days that a change touches."""
        touched = np.flatnonzero(self.served[stop] | days).tolist()
        return tuple(self.changes[day] for day in touched)

    # ---- what all do

    def _solved_days(
        self,
        days: Mapping[int, DayRoutes],
        served: NDArray[np.bool_],
        gaps: NDArray[np.int64],
        limit: float,
    ) -> dict[int, DayRoutes]:
        """Solve days from routes that may hold stops which are no longer their own."""
        local = np.full(served.shape, -1, dtype=np.int64)
        found = {day: DayRoutes() for day in days}
        jobs, used = [], []
        for day, routes in days.items():
            stops = np.flatnonzero(served[:, day])
            local[stops, day] = np.arange(len(stops))
            if len(stops):
                problem = day_problem(self.period, stops, gaps[stops, day])
                jobs.append((problem, tuple(_renamed(problem, routes.routes, local[:, day]))))
                used.append((day, stops))
        for (day, stops), solution in zip(used, self._solved(jobs, limit), strict=True):
            missed = range(len(stops)) if solution.status == "none" else solution.left
            found[day] = DayRoutes(
                tuple(with_stops(route, stops) for route in solution.routes),
                solution.value,
                tuple(int(stops[k]) for k in missed),
            )
        return found

    def _solved(
        self, jobs: Sequence[tuple[NodeProblem, tuple[NodeRoute, ...]]], limit: float
    ) -> list[NodeSolution]:
        """Solve problems from routes, at once; on Ctrl-C they end, and are not waited for.

        Where iterations are given they have all the time that is left, so that no clock decides.
        """
        if self.iterations is not None:
            limit = self.until - time.perf_counter()

        def solved(problem: NodeProblem, start: tuple[NodeRoute, ...], stream: int) -> NodeSolution:
            return solve_nodes(
                problem,
                time_limit_s=max(limit, 0.05),
                iterations=self.iterations,
                seed=self.seed + 7919 * stream,
                start=start,
                stop=self.stop.is_set,
            )

        first = self.streams
        self.streams += len(jobs)
        with ThreadPoolExecutor(min(self.threads, max(1, len(jobs)))) as pool:
            waiting = [
                pool.submit(solved, problem, start, first + k)
                for k, (problem, start) in enumerate(jobs)
            ]
            try:
                found = [one.result() for one in waiting]
            except BaseException:
                self.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        self.done += sum(solution.iterations for solution in found)
        return found

    def _keep(
        self, found: dict[int, DayRoutes], served: NDArray[np.bool_], *, anyway: bool = False
    ) -> None:
        """Take new routes of some days where fewer visits are missed, or they cost less."""
        old, new = _rank(self.days[day] for day in found), _rank(found.values())
        if new >= old and not (anyway and new[0] <= old[0]):
            return
        self.served = served
        self.days = [found.get(day, routes) for day, routes in enumerate(self.days)]
        for day in found:
            self.costs[day] = None
            self.changes[day] += 1
        self._remember()

    def _remember(self) -> None:
        """Keep the plan if it is the best so far."""
        rank = _rank(self.days)
        if rank < self.best[0]:
            self.best = rank, self.served, self.days
            self._tell()

    def _tell(self) -> None:
        if self.progress is None:
            return
        value = sum(day.value for day in self.days)
        routes = sum(len(day.routes) for day in self.days)
        seconds = time.perf_counter() - self.began
        self.progress(NodeProgress(value, routes, self.done, seconds))

    def _solution(self, *, interrupted: bool) -> PeriodSolution:
        _, _, days = self.best
        missed = tuple((stop, k) for k, day in enumerate(days) for stop in day.missed)
        routes = tuple(route for day in days for route in day.routes)
        status: Status = "feasible"
        if missed:
            status = "partial" if routes else "none"
        elif not routes:
            status = "optimal"
        return PeriodSolution(
            routes,
            sum(day.value for day in days),
            status,
            time.perf_counter() - self.began,
            self.done,
            interrupted,
            left=tuple(sorted({stop for stop, _ in missed})),
            day=tuple(k for k, day in enumerate(days) for _ in day.routes),
            missed=missed,
        )


def _rank(given: Iterable[DayRoutes]) -> tuple[int, int]:
    """Say how many visits are missed, and what the routes cost."""
    days = list(given)
    return sum(len(day.missed) for day in days), sum(day.value for day in days)


def _work(period: PeriodProblem) -> NDArray[np.float64]:
    """Seconds that a visit at each stop adds to a day, about: service, way, and unloading."""
    problem = period.problem
    table = problem.seconds[problem.kinds[0].profile]
    place = problem.stop_place
    apart = np.where(
        place[:, None] == place[None], np.iinfo(np.int64).max, table[np.ix_(place, place)]
    )
    near = apart.min(axis=1, initial=np.iinfo(np.int64).max)
    near = np.where(near == np.iinfo(np.int64).max, 0, near)
    trip = 0.0
    if problem.n_facilities:
        there = table[np.ix_(place, problem.facility_place)] + problem.facility_s
        trip = 2.0 * there.min(axis=1)
    room = np.maximum(1, np.max([kind.capacity for kind in problem.kinds], axis=0))
    share = (problem.amount * (WEEK / period.times)[:, None] / room).max(axis=1, initial=0.0)
    return np.asarray(1.0 + problem.service_s + near + share * trip, dtype=np.float64)


def _renamed(
    problem: NodeProblem, routes: Sequence[NodeRoute], local: NDArray[np.int64]
) -> Iterator[NodeRoute]:
    """Give routes with the stops of one day, without those that it has not."""
    for route in routes:
        visits: list[int] = []
        for visit in route.visit.tolist():
            own = int(local[visit]) if visit >= 0 else visit
            if visit >= 0 and own < 0:
                continue
            if visit < 0 and (not visits or visits[-1] < 0):
                continue  # nothing to unload
            visits.append(own)
        timed = timetable(problem, route.kind, visits) if visits else None
        if timed is not None:
            yield timed
