"""The days that a search over a week begins with: streets that lie together, loads that are even.

Each day has a centre, and each street takes the pattern whose days' centres are nearest, at a price
by day that rises where a day has more work than its share (k-means with prices, one for each set of
vehicles that may serve a street, so that no kind has all its work on one day).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.week import WeekProblem

__all__ = ["first_days"]

ROUNDS = 60
FIRST_RATE, LAST_RATE = 1.0, 0.02
_CLOSE = 0.02


def first_days(week: WeekProblem, work: NDArray[np.float64], seed: int = 0) -> NDArray[np.bool_]:
    """Choose a pattern for every task.

    Parameters
    ----------
    week
        The problem.
    work : float64[t]
        What serving each task once adds to the load of a day.
    seed
        Of the first centres.

    Returns
    -------
    bool[t, d]
        On which days each task is served.
    """
    n, many = week.problem.n_tasks, len(week.days)
    free = np.flatnonzero(week.times < many)
    served = np.ones((n, many), dtype=np.bool_)
    if not len(free):
        return served
    place = np.stack([week.x[free], week.y[free]], axis=1).astype(np.float64)
    place -= place.mean(axis=0)
    place /= max(1e-9, float(np.sqrt((place**2).sum(axis=1).mean())))
    load, times = work[free].astype(np.float64), week.times[free]
    group = _groups(week)[free]
    target = np.bincount(group, weights=load * times) / many
    centre = _seeds(place, load, many, np.random.default_rng(seed))
    price = np.zeros((len(target), many))
    best: tuple[float, float] | None = None
    for step in range(ROUNDS):
        away = np.sqrt(((place[:, None, :] - centre[None, :, :]) ** 2).sum(axis=2))
        chosen = _cheapest(week, times, away + price[group])
        loads = np.stack(
            [np.bincount(group[on], weights=load[on], minlength=len(target)) for on in chosen.T],
            axis=1,
        )
        over = loads / np.maximum(target, 1e-9)[:, None]
        rank = (round(float(over.max()) / _CLOSE), float((away * chosen * load[:, None]).sum()))
        if best is None or rank < best:
            best, served[free] = rank, chosen
        rate = FIRST_RATE * (LAST_RATE / FIRST_RATE) ** (step / (ROUNDS - 1))
        price += rate * (over - 1.0)
        price -= price.mean(axis=1, keepdims=True)
        weight = chosen * (load / times)[:, None]
        total = np.maximum(weight.sum(axis=0), 1e-9)
        centre = np.where(
            (weight.sum(axis=0) > 0)[:, None], weight.T @ place / total[:, None], centre
        )
    return served


def _cheapest(
    week: WeekProblem, times: NDArray[np.int64], cost: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Give the cheapest pattern of each task, the first one of equals; bool[k, d]."""
    chosen = np.zeros(cost.shape, dtype=np.bool_)
    for often in np.unique(times).tolist():
        own = times == often
        table = week.patterns[often]
        chosen[own] = table[np.argmin(cost[own] @ table.T.astype(np.float64), axis=1)]
    return chosen


def _groups(week: WeekProblem) -> NDArray[np.int64]:
    """Give tasks that the same kinds may serve the same number; int64[t]."""
    problem = week.problem
    able = np.stack([(problem.costs_of(kind) >= 0).any(axis=1) for kind in problem.fleet], axis=1)
    _, group = np.unique(able, axis=0, return_inverse=True)
    return np.asarray(group, dtype=np.int64).ravel()


def _seeds(
    place: NDArray[np.float64],
    load: NDArray[np.float64],
    many: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw centres that lie apart (k-means++, Arthur and Vassilvitskii 2007)."""
    weight = load / load.sum()
    centres = [place[rng.choice(len(place), p=weight)]]
    for _ in range(many - 1):
        away = np.min([((place - one) ** 2).sum(axis=1) for one in centres], axis=0) * load
        total = away.sum()
        chance = away / total if total > 0 else weight
        centres.append(place[rng.choice(len(place), p=chance)])
    return np.array(centres)
