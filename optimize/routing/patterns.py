"""On which days of a week something is served that is served so often: patterns, and first ones.

**Spacing.** Of all choices of so many working days those are allowed whose longest gap is as short
as it can be and, of these, whose shortest gap is as long as it can be; gaps are counted in days of
the calendar, and from the last day to the first one of the next week. Three times in seven days:
gaps of 2, 2 and 3 days. Twice: 3 and 4.

**First days.** Each day has a centre, and what is to be served takes the pattern whose days'
centres are nearest, at a price by day that rises where a day has more work than its share (k-means
with prices, one for each set of vehicles that may serve it, so that no kind has all its work on one
day).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["WEEK", "Spacing", "day_patterns", "even_days", "pattern_tables"]

WEEK = 7
Spacing = Literal["even", "any"]

ROUNDS = 60
FIRST_RATE, LAST_RATE = 1.0, 0.02
_CLOSE = 0.02
_BARRED = 1e18


def day_patterns(
    days: Sequence[int], times: int, spacing: Spacing = "even"
) -> tuple[tuple[int, ...], ...]:
    """Days on which something may be served that is served so often.

    Parameters
    ----------
    days
        Working days, numbered in the week from 0, in order.
    times
        How often.
    spacing
        "even" as the module says; "any": every choice of different days.

    Returns
    -------
    tuple of tuple of int
        Places in `days`, each pattern in order.

    Raises
    ------
    InputError
        If there are fewer days than times.

    Examples
    --------
    >>> day_patterns(range(5), 2)
    ((0, 3), (0, 4), (1, 4))
    """
    if not 1 <= times <= len(days):
        raise InputError(f"{times} times in {len(days)} working days cannot be")
    every = list(combinations(range(len(days)), times))
    if spacing == "any":
        return tuple(every)
    ranked = [_gaps([days[k] for k in one]) for one in every]
    best = min(ranked)
    return tuple(one for one, rank in zip(every, ranked, strict=True) if rank == best)


def _gaps(days: list[int]) -> tuple[int, int]:
    """Longest gap, and the shortest as a negative number: smaller is better."""
    gaps = [
        (after - day) % WEEK or WEEK for day, after in zip(days, [*days[1:], days[0]], strict=True)
    ]
    return max(gaps), -min(gaps)


def pattern_tables(
    days: Sequence[int], times: Iterable[int], spacing: Spacing = "even"
) -> dict[int, NDArray[np.bool_]]:
    """Patterns by frequency: whether each holds each day; bool[p, d].

    Parameters
    ----------
    days, spacing
        As for `day_patterns`.
    times
        Frequencies.
    """
    found = {}
    for often in times:
        rows = day_patterns(days, often, spacing)
        table = np.zeros((len(rows), len(days)), dtype=np.bool_)
        for number, row in enumerate(rows):
            table[number, list(row)] = True
        found[often] = table
    return found


def even_days(
    place: NDArray[np.float64],
    load: NDArray[np.float64],
    times: NDArray[np.int64],
    patterns: Mapping[int, NDArray[np.bool_]],
    *,
    group: NDArray[np.int64] | None = None,
    fits: Mapping[int, NDArray[np.bool_]] | None = None,
    seed: int = 0,
) -> NDArray[np.bool_]:
    """Choose a pattern for each of n that are to be served: together by place, even by load.

    Parameters
    ----------
    place : float64[n, 2]
        Where each lies, in any unit of length.
    load : float64[n]
        What serving it once adds to the load of a day.
    times : int64[n]
        How often it is served.
    patterns
        By frequency, as `pattern_tables` makes them.
    group : int64[n], optional
        Those with the same number are served by the same vehicles; all where not given.
    fits : optional
        By frequency, bool[n, p]: which patterns each may take; all where not given.
    seed
        Of the first centres.

    Returns
    -------
    bool[n, d]
        On which days each is served.
    """
    n, many = len(times), next(iter(patterns.values())).shape[1] if patterns else 0
    served = np.ones((n, many), dtype=np.bool_)
    free = np.flatnonzero(times < many)
    if not len(free):
        return served
    place = place[free].astype(np.float64)
    place -= place.mean(axis=0)
    place /= max(1e-9, float(np.sqrt((place**2).sum(axis=1).mean())))
    load, times = load[free].astype(np.float64), times[free]
    group = np.zeros(len(free), dtype=np.int64) if group is None else group[free]
    barred = {often: ~table[free] for often, table in (fits or {}).items()}
    target = np.bincount(group, weights=load * times) / many
    centre = _seeds(place, load, many, np.random.default_rng(seed))
    price = np.zeros((len(target), many))
    best: tuple[float, float] | None = None
    for step in range(ROUNDS):
        away = np.sqrt(((place[:, None, :] - centre[None, :, :]) ** 2).sum(axis=2))
        chosen = _cheapest(patterns, times, away + price[group], barred)
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
    patterns: Mapping[int, NDArray[np.bool_]],
    times: NDArray[np.int64],
    cost: NDArray[np.float64],
    barred: Mapping[int, NDArray[np.bool_]],
) -> NDArray[np.bool_]:
    """Give the cheapest pattern of each, the first one of equals; bool[k, d]."""
    chosen = np.zeros(cost.shape, dtype=np.bool_)
    for often in np.unique(times).tolist():
        own = times == often
        table = patterns[often]
        price = cost[own] @ table.T.astype(np.float64)
        if often in barred:
            price = price + _BARRED * barred[often][own]
        chosen[own] = table[np.argmin(price, axis=1)]
    return chosen


def _seeds(
    place: NDArray[np.float64],
    load: NDArray[np.float64],
    many: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw centres that lie apart (k-means++, Arthur and Vassilvitskii 2007)."""
    total = load.sum()
    weight = load / total if total > 0 else np.full(len(load), 1.0 / len(load))
    centres = [place[rng.choice(len(place), p=weight)]]
    for _ in range(many - 1):
        away = np.min([((place - one) ** 2).sum(axis=1) for one in centres], axis=0) * load
        total = away.sum()
        chance = away / total if total > 0 else weight
        centres.append(place[rng.choice(len(place), p=chance)])
    return np.array(centres)
