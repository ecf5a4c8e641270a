"""Compiled local search where each point is served by one site.

Moves: a point to another site, two points exchanged, a site closed, a site opened, and one closed
as another opens. A site costs what its cheapest option that holds its load costs, so that opening,
closing and changing the size are all part of moving points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from optimize.location.capacitated.kernels import Flags, Floats, Ints, Places, Rules


@njit(cache=True, nogil=True)
def site_cost(
    places: Places,
    j: int,
    load: float,
) -> float:
    """Cost of a site that is open with this load, inf where it does not fit."""
    slack = 1e-9 * max(1.0, load)
    for k in range(places.options[j]):
        if places.capacity[j, k] >= load - slack:
            return float(places.cost[j, k])
    return np.inf


@njit(cache=True, nogil=True)
def may_open(
    rules: Rules,
    j: int,
    opened: Flags,
    tally: Floats,
    groups: Ints,
) -> bool:
    """Whether the rules let a closed site open; ``tally`` is money spent and sites open."""
    if tally[1] + 1 > rules.limits[1] or tally[0] + rules.price[j] > rules.limits[0]:
        return False
    for at in range(rules.near_start[j], rules.near_start[j + 1]):
        if opened[rules.near[at]] == 1:
            return False
    for at in range(rules.group_start[j], rules.group_start[j + 1]):
        q = rules.group[at]
        if groups[q] + 1 > rules.at_most[q]:
            return False
    return True


@njit(cache=True, nogil=True)
def may_close(
    rules: Rules,
    places: Places,
    j: int,
    groups: Ints,
) -> bool:
    """Whether the rules let an open site close."""
    if places.fixed[j] == 1:
        return False
    for at in range(rules.group_start[j], rules.group_start[j + 1]):
        q = rules.group[at]
        if groups[q] - 1 < rules.at_least[q]:
            return False
    return True


@one_version
@njit(cache=True, nogil=True)
def turn(
    rules: Rules,
    j: int,
    by: int,
    opened: Flags,
    tally: Floats,
    groups: Ints,
) -> None:
    """Open (by = 1) or close (by = -1) a site in the books."""
    opened[j] = 1 if by > 0 else 0
    tally[0] += by * rules.price[j]
    tally[1] += by
    for at in range(rules.group_start[j], rules.group_start[j + 1]):
        groups[rules.group[at]] += by


@njit(cache=True, nogil=True)
def construct(
    cost: Floats,
    demand: Floats,
    places: Places,
    rules: Rules,
    first: Ints,
    order: Ints,
    assign: Ints,
    load: Floats,
    opened: Flags,
    tally: Floats,
    groups: Ints,
) -> bool:
    """Serve every point from open sites, or new ones where the rules allow; say whether it worked.

    ``first`` is a site to try first for each point, -1 none; points come in ``order``.
    """
    m = cost.shape[1]
    slack = 1e-9 * max(1.0, places.capacity.max())
    assign[:] = -1
    load[:] = 0.0
    for i in order:
        j = first[i]
        if j >= 0 and opened[j] == 1 and np.isfinite(cost[i, j]):
            room = places.capacity[j, places.options[j] - 1]
            if load[j] + demand[i] <= room + slack:
                assign[i] = j
                load[j] += demand[i]
    for i in order:
        if assign[i] >= 0:
            continue
        best, least = -1, np.inf
        for j in range(m):
            if not np.isfinite(cost[i, j]) or places.options[j] == 0:
                continue
            if load[j] + demand[i] > places.capacity[j, places.options[j] - 1] + slack:
                continue
            rise = cost[i, j] + site_cost(places, j, load[j] + demand[i])
            if opened[j] == 1:
                rise -= site_cost(places, j, load[j])
            elif rise >= least or not may_open(rules, j, opened, tally, groups):
                continue
            if rise < least:
                best, least = j, rise
        if best < 0:
            return False
        if opened[best] == 0:
            turn(rules, best, 1, opened, tally, groups)
        assign[i] = best
        load[best] += demand[i]
    return True


@njit(cache=True, nogil=True)
def worth(
    cost: Floats,
    places: Places,
    assign: Ints,
    load: Floats,
    opened: Flags,
) -> float:
    """Cost of a plan."""
    total = 0.0
    for i in range(cost.shape[0]):
        total += cost[i, assign[i]]
    for j in range(cost.shape[1]):
        if opened[j] == 1:
            total += site_cost(places, j, load[j])
    return total


@njit(cache=True, nogil=True)
def shift(
    cost: Floats,
    demand: Floats,
    places: Places,
    rules: Rules,
    assign: Ints,
    load: Floats,
    opened: Flags,
    tally: Floats,
    groups: Ints,
) -> float:
    """Move single points while it pays; return what was saved."""
    n, m = cost.shape
    saved = 0.0
    for i in range(n):
        a = assign[i]
        now = cost[i, a] + site_cost(places, a, load[a])
        closes = load[a] - demand[i] <= 1e-9 and may_close(rules, places, a, groups)
        if closes:  # unless points without demand are there
            for other in range(n):
                closes = closes and (other == i or assign[other] != a)
        after = 0.0
        if not closes:
            after = site_cost(places, a, max(0.0, load[a] - demand[i]))
        best, most = -1, 1e-9 * (1.0 + abs(now))
        for j in range(m):
            if j == a or places.options[j] == 0 or not cost[i, j] < now:
                continue
            gain = now - after - cost[i, j] - site_cost(places, j, load[j] + demand[i])
            if opened[j] == 1:
                gain += site_cost(places, j, load[j])
            if gain > most and (opened[j] == 1 or may_open(rules, j, opened, tally, groups)):
                best, most = j, gain
        if best >= 0:
            if opened[best] == 0:
                turn(rules, best, 1, opened, tally, groups)
            load[a] -= demand[i]
            load[best] += demand[i]
            assign[i] = best
            if closes:
                turn(rules, a, -1, opened, tally, groups)
                load[a] = 0.0
            saved += most
    return saved


@njit(cache=True, nogil=True)
def exchange(
    cost: Floats,
    demand: Floats,
    places: Places,
    assign: Ints,
    load: Floats,
    first: int,
    last: int,
) -> float:
    """Exchange two points while it pays, the earlier one of first..last; return the saving."""
    n = cost.shape[0]
    saved = 0.0
    for i in range(first, last):
        for other in range(i + 1, n):
            a, b = assign[i], assign[other]
            if a == b:
                continue
            gain = cost[i, a] + cost[other, b] - cost[i, b] - cost[other, a]
            if not gain > 1e-9 * (1.0 + abs(cost[i, a])):
                continue
            by = demand[i] - demand[other]
            gain += site_cost(places, a, load[a]) - site_cost(places, a, load[a] - by)
            gain += site_cost(places, b, load[b]) - site_cost(places, b, load[b] + by)
            if gain > 1e-9 * (1.0 + abs(cost[i, a])):
                assign[i], assign[other] = b, a
                load[a] -= by
                load[b] += by
                saved += gain
    return saved


@one_version
@njit(cache=True, nogil=True)
def empty(
    cost: Floats,
    demand: Floats,
    places: Places,
    assign: Ints,
    load: Floats,
    opened: Flags,
    closing: int,
    opening: int,
    below: float,
    target: Ints,
    trial: Floats,
) -> float:
    """Rise in cost when a site's points go elsewhere, inf if they do not fit or it exceeds below.

    ``opening`` is a closed site that may be used, -1 none; ``target`` gets the new sites.
    """
    m = cost.shape[1]
    trial[:] = load
    rise = -site_cost(places, closing, load[closing])
    if opening >= 0:
        rise += places.cost[opening, 0]
    members = np.flatnonzero(assign == closing)
    for i in members[np.argsort(-demand[members], kind="mergesort")]:
        best, least = -1, np.inf
        for j in range(m):
            if (opened[j] == 0 and j != opening) or j == closing or not cost[i, j] < least:
                continue
            more = (
                cost[i, j]
                + site_cost(places, j, trial[j] + demand[i])
                - site_cost(places, j, trial[j])
            )
            if more < least:
                best, least = j, more
        if best < 0:
            return np.inf
        rise += least - cost[i, closing]
        trial[best] += demand[i]
        target[i] = best
    return rise if rise < below else np.inf


@njit(cache=True, nogil=True)
def close_or_swap(
    cost: Floats,
    demand: Floats,
    places: Places,
    rules: Rules,
    assign: Ints,
    load: Floats,
    opened: Flags,
    tally: Floats,
    groups: Ints,
    closing: int,
) -> float:
    """Close a site, with or without another opened, if it pays; return the saving."""
    n, m = cost.shape
    if opened[closing] == 0 or not may_close(rules, places, closing, groups):
        return 0.0
    target, trial = np.empty(n, np.int64), np.empty(m)
    chosen, chosen_load = np.empty(n, np.int64), np.empty(m)
    limit = -1e-9 * (1.0 + abs(places.cost[closing, 0]))
    best, least = -2, limit
    rise = empty(cost, demand, places, assign, load, opened, closing, -1, least, target, trial)
    if rise < least:
        best, least = -1, rise
        chosen[:], chosen_load[:] = target, trial
    turn(rules, closing, -1, opened, tally, groups)
    for j in range(m):
        if opened[j] == 1 or j == closing or places.options[j] == 0:
            continue
        if may_open(rules, j, opened, tally, groups):
            rise = empty(
                cost, demand, places, assign, load, opened, closing, j, least, target, trial
            )
            if rise < least:
                best, least = j, rise
                chosen[:], chosen_load[:] = target, trial
    if best == -2:
        turn(rules, closing, 1, opened, tally, groups)
        return 0.0
    if best >= 0:
        turn(rules, best, 1, opened, tally, groups)
    for i in range(n):
        if assign[i] == closing:
            assign[i] = chosen[i]
    load[:] = chosen_load
    load[closing] = 0.0
    return float(-least)


@njit(cache=True, nogil=True)
def open_more(
    cost: Floats,
    demand: Floats,
    places: Places,
    rules: Rules,
    assign: Ints,
    load: Floats,
    opened: Flags,
    tally: Floats,
    groups: Ints,
) -> float:
    """Open closed sites for the points that are better off there, if it pays; return the saving."""
    n, m = cost.shape
    saved = 0.0
    gain = np.empty(n)
    for j in range(m):
        if opened[j] == 1 or places.options[j] == 0:
            continue
        if not may_open(rules, j, opened, tally, groups):
            continue
        for i in range(n):
            gain[i] = cost[i, assign[i]] - cost[i, j]
        order = np.argsort(-gain / np.maximum(demand, 1e-12), kind="mergesort")
        room = places.capacity[j, places.options[j] - 1]
        taken, total = 0.0, 0.0
        for i in order:
            if gain[i] > 0 and taken + demand[i] <= room:
                taken += demand[i]
                total += gain[i]
        total -= site_cost(places, j, taken)
        if not total > 1e-9 * (1.0 + abs(places.cost[j, 0])):
            continue
        turn(rules, j, 1, opened, tally, groups)
        taken = 0.0
        for i in order:
            if gain[i] > 0 and taken + demand[i] <= room:
                taken += demand[i]
                load[assign[i]] -= demand[i]
                assign[i] = j
        load[j] = taken
        saved += total
    return saved
