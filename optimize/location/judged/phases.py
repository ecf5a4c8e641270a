"""Several periods: what is open when, what that costs, and who is served in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimize.location.judged.cover import best_share, to_covering
from optimize.location.judged.distance import nearest, to_nearest
from optimize.location.judged.rules import AGREES, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.location.phases import PhasedPlacement
    from optimize.location.solution import Solution

__all__ = ["phases"]


def phases(
    problem: PhasedPlacement, solution: Solution, is_open: NDArray[np.bool_], faults: list[str]
) -> tuple[float, NDArray[np.float64]]:
    """Reckon all periods, and the rules and the money of each; served is of the last."""
    periods, m = len(problem.weight), problem.sites.n
    existing = np.zeros(m, dtype=np.bool_)
    existing[problem.existing] = True
    schedule = _schedule(problem, solution, is_open, existing, faults)
    n = problem.weight.shape[1]
    if schedule is None:
        return float("nan"), np.full(n, np.nan)
    _money(problem, schedule, existing, faults)
    value, served = 0.0, np.full(n, np.nan)
    for t in range(periods):
        now = np.flatnonzero(schedule[t])
        faults += [f"period {t}: {fault}" for fault in problem.sites.faults(now)]
        if problem.p is not None and len(now) > problem.p[t]:
            faults.append(f"period {t}: {len(now)} sites are open, more than {problem.p[t]}")
        weighs = problem.weight[t] > 0
        if problem.cost is not None:
            served = nearest(problem.cost, schedule[t])
            lost = weighs & np.isinf(served)
            say(faults, lost, f"period {t}: point {{i}} cannot be served from any open site")
        else:
            assert problem.coverage is not None  # noqa: S101 - the problem has one of the two
            served = best_share(problem.coverage, schedule[t])
        total = float(problem.weight[t][weighs] @ served[weighs])
        if problem.sites.preference is not None:
            worth = float(problem.sites.preference[now].sum())
            total += -worth if problem.cost is not None else worth
        value += total / (1.0 + problem.discount) ** t
    if problem.cost is not None:
        to_nearest(problem.cost, served, solution, schedule[-1], faults)
    elif problem.coverage is not None:
        to_covering(problem.coverage, served, solution, schedule[-1], faults)
    return value, served


def _schedule(
    problem: PhasedPlacement,
    solution: Solution,
    is_open: NDArray[np.bool_],
    existing: NDArray[np.bool_],
    faults: list[str],
) -> NDArray[np.bool_] | None:
    """Which sites are open in each period, bool[t, m]."""
    periods, sites = len(problem.weight), np.flatnonzero(is_open)
    if solution.phase is None:
        faults.append("the periods in which the sites open are not given")
        return None
    opens = np.asarray(solution.phase, dtype=np.int64)
    closes = np.full(len(opens), -1) if solution.closes is None else np.asarray(solution.closes)
    if len(opens) != len(sites) or len(closes) != len(sites):
        faults.append(f"{len(sites)} sites are open, and {len(opens)} periods are given")
        return None
    for site, first, last in zip(sites, opens, closes, strict=True):
        if not -1 <= first < periods or not -1 <= last < periods or (-1 < last <= max(first, 0)):
            faults.append(f"site {site} opens in period {first} and closes in {last}")
        if (first == -1) != bool(existing[site]):
            what = "is there and opens" if existing[site] else "is not there and does not open"
            faults.append(f"site {site} {what}")
    schedule = np.zeros((periods, len(existing)), dtype=np.bool_)
    for site, first, last in zip(sites, opens, closes, strict=True):
        schedule[max(first, 0) : periods if last < 0 else last, site] = True
    return schedule


def _money(
    problem: PhasedPlacement,
    schedule: NDArray[np.bool_],
    existing: NDArray[np.bool_],
    faults: list[str],
) -> None:
    """Check closings, and what each period spends against what it has."""
    before, saved = existing, 0.0
    for t, now in enumerate(schedule):
        shut, new = before & ~now, now & ~before
        price = float(problem.opening[t][new].sum())
        for site in np.flatnonzero(shut):
            fee = np.inf if problem.closing is None else float(problem.closing[site])
            if np.isinf(fee):
                faults.append(f"period {t}: site {site} closes, and may not")
            else:
                price += fee
        have = float(problem.budget[t]) + saved
        if price > have + AGREES * max(1.0, have):
            faults.append(f"period {t} spends {price:.9g}, more than the {have:.9g} that it has")
        saved = have - price if problem.carry_over and np.isfinite(have) else 0.0
        before = now
