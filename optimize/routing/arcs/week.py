"""A plan over several days: each street as often as it is asked for, on days that are well apart.

A street that is served several times in the days gets one of the patterns of days that its
frequency allows; each day is an arc-routing problem of its own (Chu, Labadi and Prins 2006, A
scatter search for the periodic capacitated arc routing problem, European Journal of Operational
Research 169(2), whose patterns and frequencies these are; what is swept up is the same each time).

Which days may go together is said by `optimize.routing.patterns`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.check import ArcCheck, check_arc_solution
from optimize.routing.arcs.lower_bound import arc_lower_bound
from optimize.routing.arcs.relaxed import relaxed
from optimize.routing.arcs.solution import ArcRoute, ArcSolution
from optimize.routing.patterns import WEEK, Spacing, day_patterns, pattern_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import ArcProblem

__all__ = [
    "WeekProblem",
    "WeekSolution",
    "check_week",
    "day_patterns",
    "part_of",
    "week_lower_bound",
]


@dataclass(frozen=True, eq=False)
class WeekProblem:
    """Streets that are served some times in several days.

    Parameters
    ----------
    problem
        One day on which every street is served; its vehicles are there each day.
    times : int64[t]
        How often each task is served.
    days
        Working days, numbered in the week from 0.
    x, y : float64[t]
        Where each task lies, in any unit of length.
    spacing
        Rule for the days of a task; see `optimize.routing.patterns`.

    Raises
    ------
    InputError
        If the arrays do not fit, a day is there twice or none, or a task is to be served on more
        days than there are.
    """

    problem: ArcProblem
    times: NDArray[np.int64]
    days: tuple[int, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    spacing: Spacing = "even"

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", np.ascontiguousarray(self.times, dtype=np.int64))
        n = self.problem.n_tasks
        if self.times.shape != (n,) or self.x.shape != (n,) or self.y.shape != (n,):
            raise InputError(f"times and places are needed for {n} tasks", place=self.problem.name)
        days = list(self.days)
        if not days or days != sorted(set(days)) or days[0] < 0 or days[-1] >= WEEK:
            raise InputError(
                f"the days {days} are no working days of a week",
                place=self.problem.name,
                mend="give each once, from 0 to 6, in order",
            )
        if n and not 1 <= self.times.min() <= self.times.max() <= len(days):
            raise InputError(
                f"a task is to be served {self.times.max()} times in {len(days)} days",
                place=self.problem.name,
            )

    @cached_property
    def patterns(self) -> dict[int, NDArray[np.bool_]]:
        """Patterns by frequency: whether each holds each day; bool[p, d]."""
        return pattern_tables(self.days, np.unique(self.times).tolist(), self.spacing)

    def allows(self, task: int, served: NDArray[np.bool_]) -> bool:
        """Whether a task may be served on just these days; bool[d]."""
        table = self.patterns[int(self.times[task])]
        return bool((table == served).all(axis=1).any())

    def free(self, served: NDArray[np.bool_], one: int, other: int) -> NDArray[np.bool_]:
        """Find the tasks that may change one of two days for the other.

        Parameters
        ----------
        served : bool[t, d]
            On which days each task is served.
        one, other
            Days, places in `days`.

        Returns
        -------
        bool[t]
        """
        bits = 1 << np.arange(len(self.days))
        swapped = served @ bits ^ bits[one] ^ bits[other]
        found = served[:, one] != served[:, other]
        for often, table in self.patterns.items():
            own = self.times == often
            found[own] &= np.isin(swapped[own], table @ bits)
        return np.asarray(found, dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class WeekSolution(ArcSolution):
    """Routes of all days, those of the first day first.

    Parameters
    ----------
    day
        Of each route, a place in the problem's `days`.
    missed
        Task and day of what was to be served on a day and fits no route of it.
    """

    day: tuple[int, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()


def part_of(problem: ArcProblem, tasks: NDArray[np.int64]) -> ArcProblem:
    """Problem of some of the tasks, in that order; a task may be there several times."""
    kinds = tuple(
        replace(
            kind,
            serve_cost=None if kind.serve_cost is None else kind.serve_cost[tasks],
            windows=None if kind.windows is None else kind.windows[tasks],
        )
        for kind in problem.kinds
    )
    return replace(
        problem,
        task_arc=problem.task_arc[tasks],
        serve_cost=problem.serve_cost[tasks],
        demand=problem.demand[tasks],
        kinds=kinds,
    )


# ---- bound


def week_lower_bound(week: WeekProblem, *, time_limit_s: float = 60.0) -> int:
    """Find what no plan can cost less than.

    The larger of two bounds. One is of all routes of the week taken together, as one day on which
    each street is to be served as often as in the week, by all days' vehicles: every plan is a
    solution of that. The other is of each day with nothing but the streets that are served every
    day, as often as there are days, and what the service of all others takes longer than driving
    along them: a route that drives where it served is a route without that street. Where serving is
    the quicker of the two it may be longer, and no limit on it counts. Sums of bounds of the days
    that some plan has would be none: another plan may choose other days.

    Parameters
    ----------
    week
        Costs are whole numbers, so the bound is one too.
    time_limit_s
        Wall-clock seconds for both.
    """
    problem, many = week.problem, len(week.days)
    if problem.n_tasks == 0:
        return 0
    copies = np.repeat(np.arange(problem.n_tasks), week.times)
    together = part_of(relaxed(problem, many), copies)
    bound = arc_lower_bound(together, time_limit_s=time_limit_s / 2)
    daily = np.flatnonzero(week.times == many)
    if len(daily) and many > 1:
        extra = _least_extra(problem)
        others = int((extra * week.times).sum() - many * extra[daily].sum())
        loose = relaxed(problem)
        if (extra[week.times < many] < 0).any():  # driving makes a route longer than serving
            loose = replace(loose, most_cost=None)
        each = arc_lower_bound(part_of(loose, daily), time_limit_s=time_limit_s / 2)
        bound = max(bound, many * each + others)
    return bound


def _least_extra(problem: ArcProblem) -> NDArray[np.int64]:
    """How much more serving each task costs than driving along it, at least; int64[t]."""
    two = problem.task_arc[:, 1] >= 0
    drive = problem.cost[np.where(two[:, None], problem.task_arc, problem.task_arc[:, :1])]
    extra = np.full(problem.n_tasks, np.iinfo(np.int64).max)
    for kind in problem.fleet:
        costs = problem.costs_of(kind)
        more = np.where(costs < 0, np.iinfo(np.int64).max, costs - drive)
        extra = np.minimum(extra, more.min(axis=1))
    return extra


# ---- check


def check_week(week: WeekProblem, solution: WeekSolution) -> ArcCheck:
    """Find the cost of a plan and every rule that it breaks, with nothing of the search's.

    Parameters
    ----------
    week
        What was asked.
    solution
        The plan.
    """
    faults: list[str] = []
    total = 0
    many = len(week.days)
    if len(solution.day) != len(solution.routes):
        return ArcCheck(0, (f"{len(solution.routes)} routes, and {len(solution.day)} days",))
    wrong = [day for day in solution.day if not 0 <= day < many]
    if wrong:
        return ArcCheck(0, (f"there is no day {wrong[0]}",))
    served = np.zeros((week.problem.n_tasks, many), dtype=np.int64)
    for task, day in solution.missed:
        served[task, day] += 1
    for day in range(many):
        routes = [r for r, d in zip(solution.routes, solution.day, strict=True) if d == day]
        for route in routes:
            np.add.at(served[:, day], route.task[route.task >= 0], 1)
        value, said = _check_day(week.problem, routes)
        total += value
        faults += [f"day {week.days[day]}: {words}" for words in said]
    faults += _served_faults(week, served)
    if total != solution.value:
        faults.append(f"the routes cost {total}, not {solution.value}")
    if solution.bound > total and not solution.missed:
        faults.append(f"the bound of {solution.bound} is above the cost of {total}")
    return ArcCheck(total, tuple(faults))


def _served_faults(week: WeekProblem, served: NDArray[np.int64]) -> list[str]:
    faults = []
    for task in range(week.problem.n_tasks):
        row, asked = served[task], int(week.times[task])
        on = [week.days[day] for day in np.flatnonzero(row).tolist()]
        if row.max() > 1:
            faults.append(f"task {task} is served {row.max()} times on a day")
        if row.sum() != asked:
            faults.append(f"task {task} is served {row.sum()} times, not {asked}")
        elif row.max() == 1 and tuple(on) not in _calendar(week, asked):
            faults.append(f"task {task} is served on the days {on}, which lie too unevenly")
    return faults


def _calendar(week: WeekProblem, times: int) -> set[tuple[int, ...]]:
    """List the days of the week that a frequency allows."""
    found = day_patterns(week.days, times, week.spacing)
    return {tuple(week.days[k] for k in one) for one in found}


def _check_day(problem: ArcProblem, routes: list[ArcRoute]) -> tuple[int, list[str]]:
    """Cost of one day's routes, and the rules that they break, as routes of those tasks alone."""
    if not routes:
        return 0, []
    tasks = np.concatenate([route.task[route.task >= 0] for route in routes])
    tasks = np.unique(tasks)
    local = tuple(
        replace(route, task=np.where(route.task < 0, -1, np.searchsorted(tasks, route.task)))
        for route in routes
    )
    day = part_of(problem, tasks)
    checked = check_arc_solution(day, ArcSolution(local, 0, 0.0, "feasible", 0.0, 0))
    # a day has no value of its own to be wrong about: all days' sum is looked at
    other = f"the routes cost {checked.value}, not 0"
    return checked.value, [words for words in checked.faults if words != other]
