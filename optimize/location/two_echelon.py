"""Two echelons: sources to transfer stations to plants, stations in size classes.

Columns are those of the capacitated program (`capacitated.model`) and beside them which plants are
used, the amount from each station to each plant, and the share that goes to a plant directly. The
shares are disaggregated as there (x <= y); the amounts t between a station of capacity s and a
plant of capacity c are bound on both sides, t <= min(s, c) y and t <= min(s, c) u (Klose 2000).
Before the whole program come, for a plan to start with, the stations chosen as if each reached its
cheapest plant for nothing more, and the program restricted to what its relaxation uses
(relaxation-enforced neighbourhoods, Berthold 2014).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.location import capacitated
from optimize.location.capacitated.model import add_service, build_sites, fewest
from optimize.location.capacitated.options import site_options
from optimize.location.capacitated.search import no_plan, told
from optimize.location.problems import FacilityLocation
from optimize.location.proof import proven
from optimize.location.solution import Limits, Progress, Solution
from optimize.mip import LinearModel, Rows, solve_lp, solve_mip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.capacitated.options import Options
    from optimize.location.problems import TwoEchelon
    from optimize.location.solve import Method
    from optimize.mip import MipResult

__all__ = ["solve"]

_USED = 1e-9


def solve(problem: TwoEchelon, limits: Limits, method: Method = "auto") -> Solution:
    """Solve a two-echelon location problem.

    Parameters
    ----------
    problem
        With stations of one size or several; with direct transport or without.
    limits
        Of the search.
    method
        "mip" leaves out the start; "heuristic" stops after it, with the bound of the relaxation.

    Returns
    -------
    Solution
        A plant that a source reaches directly stands as site ``m + plant`` in assignment and
        flow; `onward` has the amounts from stations to plants.

    Raises
    ------
    InputError
        If a source reaches nothing at all.
    """
    began = time.perf_counter()
    reach = _service_cost(problem)
    lost = np.flatnonzero(~np.isfinite(reach).any(axis=1))
    if len(lost):
        raise InputError(
            f"cost: no station or plant takes source {lost[0]}",
            mend="leave such sources out or add stations",
        )
    options = site_options(problem)
    total = float(problem.amount.sum())
    if not options.possible or problem.plant_capacity.sum() < total * (1 - 1e-9):
        return no_plan("infeasible", len(problem.amount), began, method="highs")
    search = _Search(problem, options, limits, began)
    if method != "mip":
        search.collapsed()
        if not search.interrupted:
            search.restricted()
    if method != "heuristic" and not search.over:
        search.whole()
    return search.answer()


def _service_cost(problem: TwoEchelon) -> NDArray[np.float64]:
    """Cost of stations and, where there is direct transport, plants beside them."""
    onward = np.asarray(np.isfinite(problem.onward).any(axis=1))
    cost = np.where(onward[None, :], problem.cost, np.inf)
    return cost if problem.direct is None else np.hstack([cost, problem.direct])


@dataclass(frozen=True, eq=False)
class _Columns:
    """The program and where its columns begin: stations, options, plants, shares, amounts."""

    model: LinearModel
    built_site: NDArray[np.int64]
    built_option: NDArray[np.int64]
    plants: int  # first column of the plants
    point: NDArray[np.int64]  # of each share
    goal: NDArray[np.int64]  # station, or m + plant
    station: NDArray[np.int64]  # of each amount
    plant: NDArray[np.int64]

    @property
    def shares(self) -> int:
        """First column of the shares."""
        return len(self.model.cost) - len(self.station) - len(self.point)

    @property
    def amounts(self) -> int:
        """First column of the amounts."""
        return len(self.model.cost) - len(self.station)


def _columns(problem: TwoEchelon, options: Options) -> _Columns:
    rows = Rows()
    m, k = problem.onward.shape
    n, amount, capacity = len(problem.amount), problem.amount, problem.plant_capacity
    # where everything goes through stations, enough of them are open
    least = fewest(amount, options) if problem.direct is None else 0
    own, built_site, built_option, room = build_sites(
        rows, options, problem.sites, problem.p, least
    )
    plants = len(own)
    reach = np.isfinite(_service_cost(problem))
    reach[:, :m] &= options.count > 0
    if problem.single_source:
        reach[:, :m] &= amount[:, None] <= options.largest * (1 + 1e-9)
        if problem.direct is not None:
            reach[:, m:] &= amount[:, None] <= capacity * (1 + 1e-9)
    point, goal = np.nonzero(reach)
    station, plant = np.nonzero(np.isfinite(problem.onward) & (options.count > 0)[:, None])
    first_share = plants + k
    share = first_share + np.arange(len(point))
    flow = first_share + len(point) + np.arange(len(station))
    near = goal < m
    rows.add(point, share, 1.0, lower=np.ones(n), upper=1.0)
    add_service(
        rows, amount, point[near], goal[near], share[near], room, built_site, m,
        whole=problem.single_source,
    )  # fmt: skip
    # what comes in goes on
    rows.add(
        np.concatenate([goal[near], station]),
        np.concatenate([share[near], flow]),
        np.concatenate([amount[point[near]], -np.ones(len(station))]),
        lower=np.zeros(m),
        upper=0.0,
    )
    far = ~near
    rows.add(
        np.concatenate([plant, goal[far] - m, np.arange(k)]),
        np.concatenate([flow, share[far], plants + np.arange(k)]),
        np.concatenate([np.ones(len(station)), amount[point[far]], -capacity]),
        lower=np.full(k, -np.inf),
        upper=0.0,
    )
    most = np.minimum(np.minimum(options.largest[station], capacity[plant]), amount.sum())
    each = np.arange(len(station))
    for bound in (station, plants + plant):
        rows.add(
            np.concatenate([each, each]),
            np.concatenate([flow, bound]),
            np.concatenate([np.ones(len(station)), -most]),
            lower=np.full(len(station), -np.inf),
            upper=0.0,
        )
    far &= amount[point] > 0  # where nothing comes, a plant is not used
    part = np.minimum(1.0, capacity[goal[far] - m] / amount[point[far]])
    each = np.arange(len(part))
    rows.add(
        np.concatenate([each, each]),
        np.concatenate([share[far], plants + goal[far] - m]),
        np.concatenate([np.ones(len(each)), -part]),
        lower=np.full(len(each), -np.inf),
        upper=0.0,
    )
    if problem.direct is None:
        holds = np.flatnonzero(room)
        rows.add(
            np.zeros(len(holds)), holds, room[holds], lower=[float(amount.sum())], upper=np.inf
        )
    rows.add(
        np.zeros(k), plants + np.arange(k), capacity, lower=[float(amount.sum())], upper=np.inf
    )
    return _Columns(
        _model(problem, options, rows, own, point, goal, most, station, plant),
        built_site,
        built_option,
        plants,
        point,
        goal,
        station,
        plant,
    )


def _model(
    problem: TwoEchelon,
    options: Options,
    rows: Rows,
    own: NDArray[np.float64],
    point: NDArray[np.int64],
    goal: NDArray[np.int64],
    most: NDArray[np.float64],
    station: NDArray[np.int64],
    plant: NDArray[np.int64],
) -> LinearModel:
    m, k = problem.onward.shape
    service = _service_cost(problem)[point, goal]
    cost = np.concatenate([own, problem.plant_opening, service, problem.onward[station, plant]])
    upper = np.ones(len(cost))
    upper[len(cost) - len(station) :] = most
    upper[:m][options.count == 0] = 0.0
    lower = np.zeros(len(cost))
    lower[:m][options.fixed] = 1.0
    # a plant that costs nothing is there
    lower[len(own) : len(own) + k] = problem.plant_opening == 0
    integer = np.zeros(len(cost), dtype=np.bool_)
    integer[: len(own) + k] = True
    integer[len(own) + k : len(own) + k + len(point)] = problem.single_source
    return LinearModel(cost, lower, upper, integer, rows)


class _Search:
    """One search with its best solution and bound."""

    def __init__(self, problem: TwoEchelon, options: Options, limits: Limits, began: float) -> None:
        self.problem, self.options, self.limits, self.began = problem, options, limits, began
        self.columns = _columns(problem, options)
        self.value, self.bound = np.inf, -np.inf
        self.x: NDArray[np.float64] | None = None
        self.interrupted = self.infeasible = False
        self.stages: list[str] = []

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.05, self.began + self.limits.time_s - time.perf_counter())

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        allowed = max(self.limits.gap, 1e-9) * abs(self.value)
        good = np.isfinite(self.value) and self.value - self.bound <= allowed
        return self.interrupted or self.infeasible or bool(good)

    def collapsed(self) -> None:
        """Choose stations as if each reached its cheapest plant for nothing more, then the rest."""
        problem = self.problem
        onward = problem.onward.min(axis=1)
        reach = np.isfinite(problem.cost) & np.isfinite(onward)[None, :]
        if not reach.any(axis=1).all():
            return
        self.stages.append("stations")
        cost = np.full(reach.shape, np.inf)
        through = problem.amount[:, None] * np.where(np.isfinite(onward), onward, 0.0)
        cost[reach] = (problem.cost + through)[reach]
        one = FacilityLocation(
            cost, problem.amount, problem.capacity, problem.opening, problem.size_classes,
            problem.largest_size, problem.single_source, problem.p, problem.sites,
        )  # fmt: skip
        plan = capacitated.solve(one, Limits(0.2 * self.left, 0.01), "heuristic")
        self.interrupted |= plan.interrupted
        if not plan.found or self.interrupted:
            return
        model = self.columns.model
        upper = model.upper.copy()
        closed = np.ones(problem.sites.n, dtype=np.bool_)
        closed[plan.open_sites] = False
        upper[: problem.sites.n][closed] = 0.0
        got = solve_mip(
            replace(model, upper=upper),
            time_limit_s=0.2 * self.left,
            gap=max(self.limits.gap, 1e-3),
            seed=self.limits.seed,
        )
        self.interrupted |= got.interrupted
        self._take(got)

    def restricted(self) -> None:
        """Solve the relaxation, and the program on what the relaxation uses."""
        self.stages.append("relaxation")
        model = self.columns.model
        relaxed = solve_lp(model, time_limit_s=0.5 * self.left)
        self.interrupted |= relaxed.interrupted
        if relaxed.status == "infeasible":
            self.infeasible = True
        if relaxed.status != "optimal":
            return
        self.bound = relaxed.bound
        self._tell("relaxation")
        first = self.columns.shares
        upper = model.upper.copy()
        unused = (relaxed.x[:first] < _USED) & (model.lower[:first] == 0)
        upper[:first][unused & model.integer[:first]] = 0.0
        smaller = replace(model, upper=upper)
        got = solve_mip(
            smaller,
            time_limit_s=0.35 * self.left,
            gap=max(self.limits.gap, 1e-3),
            seed=self.limits.seed,
            progress=told(self.limits, self.began, lambda: self.value, self.bound),
        )
        self.interrupted |= got.interrupted
        self._take(got)

    def whole(self) -> None:
        """Solve the whole program."""
        self.stages.append("highs")
        got = solve_mip(
            self.columns.model,
            time_limit_s=self.left,
            gap=self.limits.gap,
            seed=self.limits.seed,
            start=self.x,
            progress=told(self.limits, self.began, lambda: self.value, self.bound),
        )
        self.interrupted |= got.interrupted
        self.infeasible = got.status == "infeasible" and self.x is None
        self._take(got)
        self.bound = max(self.bound, got.bound)

    def _take(self, got: MipResult) -> None:
        if got.found and got.value < self.value:
            self.value, self.x = got.value, got.x
            self._tell("highs")

    def _tell(self, stage: str) -> None:
        if self.limits.progress is not None:
            value = self.value if np.isfinite(self.value) else float("nan")
            seconds = time.perf_counter() - self.began
            self.limits.progress(Progress(value, self.bound, seconds, stage))

    def answer(self) -> Solution:
        """Hand back the best plan."""
        n = len(self.problem.amount)
        if self.x is None:
            if self.interrupted:
                raise KeyboardInterrupt
            status = "infeasible" if self.infeasible else "none"
            return no_plan(status, n, self.began, self.bound, method="+".join(self.stages))
        return self._read(self.x)

    def _read(self, x: NDArray[np.float64]) -> Solution:
        """Price the plan of a solution, without the solver's rounding."""
        problem, columns = self.problem, self.columns
        m, k = problem.onward.shape
        n = len(problem.amount)
        option = np.where(x[:m] > 0.5, 0, -1)
        built = x[m : columns.plants] > 0.5
        option[columns.built_site[built]] = columns.built_option[built]
        share = x[columns.shares : columns.amounts].copy()
        if problem.single_source:
            share = np.round(share)
        ready = np.concatenate([option >= 0, np.ones(k, dtype=np.bool_)])
        share[~ready[columns.goal] | (share < _USED)] = 0.0
        share /= np.bincount(columns.point, weights=share, minlength=n)[columns.point]
        kept = share > 0
        flow = np.column_stack([columns.point[kept], columns.goal[kept], share[kept]])
        brought = np.bincount(
            columns.goal, weights=share * problem.amount[columns.point], minlength=m + k
        )
        onward = np.where(option[columns.station] >= 0, x[columns.amounts :], 0.0)
        onward[onward < _USED * max(1.0, float(problem.amount.sum()))] = 0.0
        away = np.bincount(columns.station, weights=onward, minlength=m)
        with np.errstate(divide="ignore", invalid="ignore"):
            fit = np.where(away > 0, brought[:m] / away, 0.0)
        onward = onward * fit[columns.station]
        reached = brought[m:] + np.bincount(columns.plant, weights=onward, minlength=k)
        open_sites = np.flatnonzero(option >= 0)
        value = float(self.options.cost[open_sites, option[open_sites]].sum())
        value += float(problem.plant_opening[reached > 1e-6].sum())
        value += float(_service_cost(problem)[columns.point, columns.goal][kept] @ share[kept])
        value += float(problem.onward[columns.station, columns.plant] @ onward)
        order = np.lexsort((-columns.goal, share))
        assignment = np.full(n, -1, dtype=np.int64)
        assignment[columns.point[order]] = columns.goal[order]
        status, bound = proven(value, self.bound)
        moved = onward > 0
        return Solution(
            status,
            value,
            bound,
            open_sites,
            assignment,
            time.perf_counter() - self.began,
            "+".join(self.stages),
            sizes=None
            if problem.capacity is not None
            else self.options.size[open_sites, option[open_sites]],
            flow=None if problem.single_source else flow,
            onward=np.column_stack(
                [columns.station[moved], columns.plant[moved], onward[moved]]
            ).astype(np.float64),
            interrupted=self.interrupted,
        )
