"""Compiled parts: knapsacks of the sites under prices, and the moves of the local search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from networks.one_version import one_version

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.uint8]


class Rules(NamedTuple):
    """The rules on which sites may be open together, for `may_open` and `may_close`.

    Parameters
    ----------
    near_start, near
        Sites too near to each, in compressed rows.
    group_start, group
        Quotas that each site counts in, in compressed rows.
    at_least, at_most : int64[q]
        Of each quota.
    price : float64[m]
        What opening takes from the budget.
    limits : float64[3]
        Budget, greatest number of open sites, and the least number that can serve all.
    """

    near_start: Ints
    near: Ints
    group_start: Ints
    group: Ints
    at_least: Ints
    at_most: Ints
    price: Floats
    limits: Floats


class Places(NamedTuple):
    """Sites and their options, as in `Options`; `options` is its count."""

    capacity: Floats
    cost: Floats
    options: Ints
    fixed: Flags


# ---- knapsacks


@one_version
@njit(cache=True, nogil=True)
def fill(
    profit: Floats,
    weight: Floats,
    order: Ints,
    length: int,
    room: float,
    whole: int,
    share: Floats,
    keep: Flags,
) -> float:
    """Fill one knapsack as profitably as can be; return the profit.

    `order` holds the items by falling profit a unit of weight; `share` gets what is taken of
    each. Where items are whole, Dantzig's bound first settles all but a core (Balas and Zemel
    1980); the core is solved by dynamic programming over whole weights in `keep`.
    """
    left = room
    value = 0.0
    critical = length
    for at in range(length):
        item = order[at]
        share[item] = 0.0
        if critical < length:
            continue
        if weight[item] <= left:
            share[item] = 1.0
            left -= weight[item]
            value += profit[item]
        else:
            critical = at
    if critical == length:
        return float(value)
    item = order[critical]
    ratio = profit[item] / weight[item]
    relaxed = value + ratio * left
    if whole == 0:
        share[item] = left / weight[item]
        return float(relaxed)
    # a plan to beat: what still fits, in order
    known, space = value, left
    for at in range(critical, length):
        item = order[at]
        if weight[item] <= space:
            space -= weight[item]
            known += profit[item]
    core = np.empty(length, np.int64)
    size = 0
    base, free = 0.0, room
    for at in range(length):
        item = order[at]
        loss = abs(profit[item] - ratio * weight[item])
        if relaxed - loss <= known - 1e-9 * (1.0 + abs(known)):
            if at < critical:
                base += profit[item]
                free -= weight[item]
        else:
            core[size] = item
            size += 1
    cells = int(free)
    best = np.zeros(cells + 1)
    for q in range(size):
        item = core[q]
        heavy = int(weight[item])
        gain = profit[item]
        for w in range(cells, -1, -1):
            keep[q, w] = 0
            if w >= heavy and best[w - heavy] + gain > best[w]:
                best[w] = best[w - heavy] + gain
                keep[q, w] = 1
    w = cells
    for q in range(size - 1, -1, -1):
        item = core[q]
        share[item] = 0.0
        if keep[q, w] == 1:
            share[item] = 1.0
            w -= int(weight[item])
    return float(base + best[cells])


@njit(cache=True, nogil=True)
def price_sites(
    cost: Floats,
    demand: Floats,
    alive: Flags,
    whole: int,
    places: Places,
    price: Floats,
    charge: Floats,
    value: Floats,
    chosen: Ints,
    share: Floats,
    keep: Flags,
) -> float:
    """Solve every site's knapsack; return the bound from these prices.

    Parameters
    ----------
    price : float64[n]
        Multiplier of each point's service.
    charge : float64[2]
        Multipliers of the total capacity, a unit, and of the number of open sites; the latter is
        above 0 where too many would open, below 0 where too few.
    value : float64[m]
        Gets cost of the best option with its service, under the prices.
    chosen : int64[m]
        Gets the best option of each site.
    share : float64[m, n]
        Gets what each site would serve.
    """
    n, m = cost.shape
    profit = np.empty(n)
    items = np.empty(n, np.int64)
    ratio = np.empty(n)
    trial = np.zeros(n)
    bound = 0.0
    for i in range(n):
        bound += price[i]
    for j in range(m):
        value[j] = np.inf
        chosen[j] = -1
        share[j, :] = 0.0
        length = 0
        for i in range(n):
            if alive[i, j] == 1 and price[i] > cost[i, j]:
                profit[i] = price[i] - cost[i, j]
                ratio[length] = -profit[i] / max(demand[i], 1e-12)
                items[length] = i
                length += 1
        sorted_items = items[:length][np.argsort(ratio[:length], kind="mergesort")]
        order = np.empty(length, np.int64)
        for k in range(places.options[j]):
            room = places.capacity[j, k]
            fits = 0
            for item in sorted_items:
                trial[item] = 0.0
                if whole == 0 or demand[item] <= room:
                    order[fits] = item
                    fits += 1
            gain = fill(profit, demand, order, fits, room, whole, trial, keep)
            worth = places.cost[j, k] - charge[0] * room + charge[1] - gain
            if worth < value[j]:
                value[j] = worth
                chosen[j] = k
                for item in sorted_items:
                    share[j, item] = trial[item]
        if places.options[j] > 0 and (places.fixed[j] == 1 or value[j] < 0):
            bound += value[j]
    return bound


@njit(cache=True, nogil=True)
def counted(
    charge: float,
    limits: Floats,
) -> float:
    """Return what a price on the number of open sites takes from the bound."""
    return float(charge * limits[1] if charge > 0 else charge * limits[2])


@njit(cache=True, nogil=True)
def ascend(
    cost: Floats,
    demand: Floats,
    alive: Flags,
    whole: int,
    places: Places,
    limits: Floats,
    price: Floats,
    charge: Floats,
    best_price: Floats,
    best_charge: Floats,
    way: Floats,
    state: Floats,
    value: Floats,
    chosen: Ints,
    share: Floats,
    keep: Flags,
    steps: int,
) -> None:
    """Take steps of a deflected subgradient search for the best prices (Camerini et al. 1975).

    ``state`` is best bound, step factor, steps since the bound rose, value to reach, total
    demand, and the unit in which capacity is priced.
    """
    n, m = cost.shape
    slope = np.empty(n)
    for _ in range(steps):
        bound = price_sites(
            cost, demand, alive, whole, places, price, charge, value, chosen, share, keep
        )
        bound += charge[0] * state[4] - counted(charge[1], limits)
        if bound > state[0] + 1e-6 * abs(state[0]):
            state[2] = 0
        else:
            state[2] += 1
        if bound > state[0]:
            state[0] = bound
            best_price[:] = price
            best_charge[:] = charge
        if state[2] >= 12:
            state[1] *= 0.6
            state[2] = 0
            price[:] = best_price
            charge[:] = best_charge
            way[:] = 0.0
            if state[1] < 0.005:
                return
            continue
        slope[:] = 1.0
        lack, opened = state[4], 0.0
        for j in range(m):
            if places.options[j] > 0 and (places.fixed[j] == 1 or value[j] < 0):
                lack -= places.capacity[j, chosen[j]]
                opened += 1
                for i in range(n):
                    slope[i] -= share[j, i]
        norm = 0.0
        for i in range(n):
            way[i] = slope[i] + 0.3 * way[i]
            norm += way[i] * way[i]
        way[n] = lack / state[5] + 0.3 * way[n]
        over = 0.0  # of the number of open sites, on the side that its price is on
        if opened > limits[1] or charge[1] > 0:
            over = opened - float(limits[1])
        elif opened < limits[2] or charge[1] < 0:
            over = opened - float(limits[2])
        way[n + 1] = over + 0.3 * way[n + 1]
        if charge[0] > 0 or way[n] > 0:
            norm += float(way[n] * way[n])
        norm += float(way[n + 1] * way[n + 1])
        if norm < 1e-12:
            state[1] = 0.0
            return
        step = state[1] * max(state[3] - bound, 1e-3 * abs(bound)) / norm
        for i in range(n):
            price[i] += step * way[i]
        charge[0] = max(0.0, charge[0] + step * way[n] / state[5])
        before = charge[1]
        charge[1] += step * way[n + 1]
        if before * charge[1] < 0:  # stop between the two sides
            charge[1] = 0.0


@njit(cache=True, nogil=True)
def settle(
    cost: Floats,
    demand: Floats,
    alive: Flags,
    whole: int,
    places: Places,
    limits: Floats,
    price: Floats,
    charge: Floats,
    total: float,
    above: float,
    value: Floats,
    chosen: Ints,
    share: Floats,
    keep: Flags,
    must: Flags,
    may: Flags,
) -> int:
    """Rule out what no plan of at most ``above`` has; return how much was ruled out.

    ``must`` and ``may`` say of each site whether it is open or may be. Where points are served
    whole, ``alive`` says which pairs can serve: each pair is forced into its site's knapsack, and
    out of it, by dynamic programming from both ends.
    """
    n, m = cost.shape
    ruled = 0
    bound = price_sites(
        cost, demand, alive, whole, places, price, charge, value, chosen, share, keep
    )
    bound += charge[0] * total - counted(charge[1], limits)
    inside = np.empty(n)  # least value of the site with the point forced in
    outside = np.empty(n)
    for j in range(m):
        if may[j] == 0 or places.options[j] == 0:
            continue
        is_open = places.fixed[j] == 1 or value[j] < 0
        if not is_open and bound + value[j] > above:
            may[j] = 0
            for i in range(n):
                ruled += alive[i, j]
                alive[i, j] = 0
            continue
        if must[j] == 0 and places.fixed[j] == 0 and value[j] < 0 and bound - value[j] > above:
            must[j] = 1
            ruled += 1
        if whole == 0:
            continue
        force(cost, demand, alive, j, places, price, charge, inside, outside)
        base = bound - value[j] if is_open else bound
        for i in range(n):
            if alive[i, j] == 0:
                continue
            if base + inside[i] > above:
                alive[i, j] = 0
                ruled += 1
            else:
                without = outside[i]
                if places.fixed[j] == 0 and must[j] == 0:
                    without = min(without, 0.0)
                if base + without > above:
                    for other in range(m):
                        if other != j and alive[i, other] == 1:
                            alive[i, other] = 0
                            ruled += 1
    return ruled


@njit(cache=True, nogil=True)
def force(
    cost: Floats,
    demand: Floats,
    alive: Flags,
    j: int,
    places: Places,
    price: Floats,
    charge: Floats,
    inside: Floats,
    outside: Floats,
) -> None:
    """Value of a site with each point in turn forced in, and forced out, over its options."""
    n = cost.shape[0]
    inside[:] = np.inf
    outside[:] = np.inf
    items = np.empty(n, np.int64)
    length = 0
    for i in range(n):
        if alive[i, j] == 1 and price[i] > cost[i, j]:
            items[length] = i
            length += 1
    most = int(places.capacity[j, places.options[j] - 1])
    # ahead[q] fills with the items before the q-th, behind[q] with those from it on
    ahead = np.zeros((length + 1, most + 1))
    behind = np.zeros((length + 1, most + 1))
    for q in range(length):
        i = items[q]
        heavy, gain = int(demand[i]), price[i] - cost[i, j]
        for w in range(most + 1):
            ahead[q + 1, w] = ahead[q, w]
            if w >= heavy:
                ahead[q + 1, w] = max(ahead[q, w], ahead[q, w - heavy] + gain)
    for q in range(length - 1, -1, -1):
        i = items[q]
        heavy, gain = int(demand[i]), price[i] - cost[i, j]
        for w in range(most + 1):
            behind[q, w] = behind[q + 1, w]
            if w >= heavy:
                behind[q, w] = max(behind[q + 1, w], behind[q + 1, w - heavy] + gain)
    place = np.full(n, -1, np.int64)
    for q in range(length):
        place[items[q]] = q
    for k in range(places.options[j]):
        room = int(places.capacity[j, k])
        built = places.cost[j, k] - charge[0] * places.capacity[j, k] + charge[1]
        for i in range(n):
            if alive[i, j] == 0:
                continue
            q, left = place[i], room - int(demand[i])
            if q < 0:
                outside[i] = min(outside[i], built - ahead[length, room])
                if left >= 0:
                    gain = price[i] - cost[i, j] + ahead[length, left]
                    inside[i] = min(inside[i], built - gain)
                continue
            best = 0.0
            for w in range(room + 1):
                best = max(best, ahead[q, w] + behind[q + 1, room - w])
            outside[i] = min(outside[i], built - best)
            if left >= 0:
                best = 0.0
                for w in range(left + 1):
                    best = max(best, ahead[q, w] + behind[q + 1, left - w])
                inside[i] = min(inside[i], built - best - (price[i] - cost[i, j]))
