"""Evaluation of arc-routing solutions, compiled.

A route is a sequence of elements: tasks, and visits to a facility that empties the vehicle (element
number n). A task is entered in one of two modes, the directions of its street. The best modes of a
sequence are a shortest path through layers of two, so a route keeps, for each place, the least cost
from its start to each mode of the task there (``pre``) and from there to its end (``suf``): joining
pieces of routes costs a few additions whatever their length (Vidal 2017, Node, edge, arc routing
and turn penalties: multiple problems, one neighborhood extension, Operations Research 65(4)). Loads
between two visits add up in the same way. A visit goes to the facility that lies best between the
tasks before and after it.

All costs are whole numbers, so sums are exact and a move is worth the same however it is computed.

Arrays of the problem, as they are handed from function to function:

* ``step[a, b]``: least costs from the end of task a to the begin of task b, for (mode of a, mode of
  b) = (0, 0), (0, 1), (1, 0), (1, 1); turn costs are in it,
* ``over[a, b]``: the same over the best facility, visit included; one by one where there is none,
* ``start[c, a]``, ``ending[c, a]``: from the depot of class c to task a in each mode, and home from
  it (over a facility where there is one),
* ``serve[c, a]``: cost of the service in each mode; ``demand[a]``,
* ``limits[c]``: capacity, most cost of a route, cost of a route, whether there are facilities.

Vehicles are of classes (depot, capacity, speed of service, limits); ``kind[r]`` is that of row r. A
place keeps costs of its row's class, so that pieces of rows of different classes cannot be joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAPACITY, MOST_COST, ROUTE_COST, HAS_VISITS = 0, 1, 2, 3
ZERO = np.int64(0)
HARD = 1e8
"""A penalty that no load too much is worth paying."""


@njit(cache=True, nogil=True)
def next_random(state: NDArray[np.uint64]) -> np.uint64:
    """Xorshift (Marsaglia 2003) times a constant (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@njit(cache=True, nogil=True)
def below(state: NDArray[np.uint64], n: int) -> int:
    """Whole number from 0 to n - 1."""
    bits = next_random(state) >> np.uint64(33)
    drawn: int = np.int64(bits % np.uint64(n))  # type: ignore[assignment]
    return drawn


@njit(cache=True, nogil=True)
def shuffle(items: NDArray[np.int64], count: int, state: NDArray[np.uint64]) -> None:
    """Put the first ``count`` items into random order."""
    for i in range(count - 1, 0, -1):
        j = below(state, i + 1)
        items[i], items[j] = items[j], items[i]


@njit(cache=True, nogil=True)
def refresh(
    r: int,
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    where: NDArray[np.int32],
    place: NDArray[np.int32],
    pre: NDArray[np.int64],
    suf: NDArray[np.int64],
    load: NDArray[np.int64],
    worth: NDArray[np.int64],
    kind: NDArray[np.int64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
) -> None:
    """Compute what a route keeps: costs to and from each place, loads, cost, excess load.

    ``load[r, i, 0:2]`` are the load since the last visit and the excess before it, up to place i;
    ``load[r, i, 2:4]`` the load until the next visit and the excess after it, from place i on.
    ``worth[r]`` becomes cost and excess load. A visit keeps the costs of the task beside it.
    """
    count = length[r]
    n = demand.size
    c = kind[r]
    capacity = limits[c, CAPACITY]
    worth[r, 0] = 0
    worth[r, 1] = 0
    if count == 0:
        return
    carried = ZERO
    closed = ZERO
    last = -1
    visited = False
    w0 = ZERO
    w1 = ZERO
    for i in range(count):
        e = seq[r, i]
        if e == n:
            closed += max(ZERO, carried - capacity)
            carried = ZERO
            visited = last >= 0
        else:
            if last < 0:
                w0 = np.int64(start[c, e, 0])
                w1 = np.int64(start[c, e, 1])
            else:
                table = over if visited else step
                v0 = min(w0 + table[last, e, 0], w1 + table[last, e, 2])
                w1 = min(w0 + table[last, e, 1], w1 + table[last, e, 3])
                w0 = v0
            w0 += serve[c, e, 0]
            w1 += serve[c, e, 1]
            last = e
            visited = False
            carried += demand[e]
            where[e] = r
            place[e] = i
        pre[r, i, 0] = w0
        pre[r, i, 1] = w1
        load[r, i, 0] = carried
        load[r, i, 1] = closed
    if last < 0:
        return
    worth[r, 0] = min(w0 + ending[c, last, 0], w1 + ending[c, last, 1])
    worth[r, 1] = closed + max(ZERO, carried - capacity)
    carried = ZERO
    closed = ZERO
    last = -1
    visited = False
    for i in range(count - 1, -1, -1):
        e = seq[r, i]
        if e == n:
            closed += max(ZERO, carried - capacity)
            carried = ZERO
            visited = last >= 0
        else:
            if last < 0:
                w0 = np.int64(ending[c, e, 0])
                w1 = np.int64(ending[c, e, 1])
            else:
                table = over if visited else step
                v0 = min(w0 + table[e, last, 0], w1 + table[e, last, 1])
                w1 = min(w0 + table[e, last, 2], w1 + table[e, last, 3])
                w0 = v0
            w0 += serve[c, e, 0]
            w1 += serve[c, e, 1]
            last = e
            visited = False
            carried += demand[e]
        suf[r, i, 0] = w0
        suf[r, i, 1] = w1
        load[r, i, 2] = carried
        load[r, i, 3] = closed


@njit(cache=True, nogil=True, inline="always")
def joined(
    c: int,
    pr: int,
    pi: int,
    mid: NDArray[np.int32],
    row: int,
    count: int,
    sr: int,
    sj: int,
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    pre: NDArray[np.int64],
    suf: NDArray[np.int64],
    load: NDArray[np.int64],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> float:
    """Penalised cost of a route of class c put together from pieces.

    Route pr up to place pi, then ``mid[row, :count]``, then route sr from place sj on. A place of
    -1, or one past the end, stands for an empty piece. With facilities the vehicle is emptied
    between two pieces that would be too heavy together.
    """
    n = demand.size
    capacity = limits[c, CAPACITY]
    empties = limits[c, HAS_VISITS] > 0
    last = -1
    visited = False
    w0 = ZERO
    w1 = ZERO
    carried = ZERO
    closed = ZERO
    if pi >= 0:
        w0 = pre[pr, pi, 0]
        w1 = pre[pr, pi, 1]
        carried = load[pr, pi, 0]
        closed = load[pr, pi, 1]
        k = pi
        while k >= 0 and seq[pr, k] == n:
            k -= 1
            visited = True
        if k >= 0:
            last = seq[pr, k]
    for i in range(count):
        e = mid[row, i]
        if e == n:
            closed += max(ZERO, carried - capacity)
            carried = ZERO
            visited = True
            continue
        if empties and last >= 0 and not visited and carried + demand[e] > capacity:
            closed += max(ZERO, carried - capacity)
            carried = ZERO
            visited = True
        if last < 0:
            w0 = np.int64(start[c, e, 0])
            w1 = np.int64(start[c, e, 1])
        elif visited:
            v0 = min(w0 + over[last, e, 0], w1 + over[last, e, 2])
            w1 = min(w0 + over[last, e, 1], w1 + over[last, e, 3])
            w0 = v0
        else:
            v0 = min(w0 + step[last, e, 0], w1 + step[last, e, 2])
            w1 = min(w0 + step[last, e, 1], w1 + step[last, e, 3])
            w0 = v0
        w0 += serve[c, e, 0]
        w1 += serve[c, e, 1]
        last = e
        visited = False
        carried += demand[e]
    tail = -1
    if sj < length[sr]:
        if empties and last >= 0 and not visited and carried + load[sr, sj, 2] > capacity:
            closed += max(ZERO, carried - capacity)
            carried = ZERO
            visited = True
        carried += load[sr, sj, 2]
        closed += load[sr, sj, 3]
        k = sj
        while k < length[sr] and seq[sr, k] == n:
            k += 1
            visited = True
        if k < length[sr]:
            tail = seq[sr, k]
    closed += max(ZERO, carried - capacity)
    total = ZERO
    if tail >= 0:
        s0 = suf[sr, sj, 0]
        s1 = suf[sr, sj, 1]
        if last < 0:
            total = min(start[c, tail, 0] + s0, start[c, tail, 1] + s1)
        elif visited:
            total = min(
                min(w0 + over[last, tail, 0], w1 + over[last, tail, 2]) + s0,
                min(w0 + over[last, tail, 1], w1 + over[last, tail, 3]) + s1,
            )
        else:
            total = min(
                min(w0 + step[last, tail, 0], w1 + step[last, tail, 2]) + s0,
                min(w0 + step[last, tail, 1], w1 + step[last, tail, 3]) + s1,
            )
    elif last >= 0:
        total = min(w0 + ending[c, last, 0], w1 + ending[c, last, 1])
    price = 0.0
    if tail >= 0 or last >= 0:
        price = (
            float(total + limits[c, ROUTE_COST])
            + penalty[0] * closed
            + penalty[1] * max(ZERO, total - limits[c, MOST_COST])
        )
    return price


@njit(cache=True, nogil=True)
def place_visits(
    c: int,
    r: int,
    seq: NDArray[np.int32],
    length: NDArray[np.int32],
    step: NDArray[np.int32],
    over: NDArray[np.int32],
    start: NDArray[np.int32],
    ending: NDArray[np.int32],
    serve: NDArray[np.int32],
    demand: NDArray[np.int64],
    limits: NDArray[np.int64],
    penalty: NDArray[np.float64],
) -> None:
    """Take the visits out of a route of class c and put them back where they cost least.

    A shortest path over the places at which the vehicle was emptied before (Beasley's split within
    one route), for each mode of the task there; a part that is too heavy costs its penalty.
    """
    n = demand.size
    tasks = np.empty(length[r], np.int32)
    count = 0
    for i in range(length[r]):
        if seq[r, i] != n:
            tasks[count] = seq[r, i]
            count += 1
    length[r] = count
    if count == 0:
        return
    capacity = limits[c, CAPACITY]
    most = 2 * capacity if penalty[0] < HARD else capacity
    ways = np.empty((count, 4))
    for j in range(1, count):
        for k in range(4):
            ways[j, k] = step[tasks[j - 1], tasks[j], k]
    # value[i, k]: least penalised cost to have served tasks 0..i, the last in mode k, with parts
    # before it closed; first[i, k]: where its part begins; from_mode: mode of the task before that
    value = np.full((count, 2), np.inf)
    first = np.zeros((count, 2), np.int64)
    from_mode = np.zeros((count, 2), np.int64)
    for i in range(count):
        # a part begins at i, each mode of its first task after the better mode of the task before
        e = tasks[i]
        b0 = 0
        b1 = 0
        if i == 0:
            w0 = float(start[c, e, 0])
            w1 = float(start[c, e, 1])
        else:
            before = tasks[i - 1]
            w0 = value[i - 1, 0] + over[before, e, 0]
            w1 = value[i - 1, 0] + over[before, e, 1]
            if value[i - 1, 1] + over[before, e, 2] < w0:
                w0 = value[i - 1, 1] + over[before, e, 2]
                b0 = 1
            if value[i - 1, 1] + over[before, e, 3] < w1:
                w1 = value[i - 1, 1] + over[before, e, 3]
                b1 = 1
        carried = ZERO
        for j in range(i, count):
            e = tasks[j]
            carried += demand[e]
            if j > i:
                if carried > most:
                    break
                v0 = w0 + ways[j, 0]
                v1 = w0 + ways[j, 1]
                o0 = b0
                o1 = b0
                if w1 + ways[j, 2] < v0:
                    v0 = w1 + ways[j, 2]
                    o0 = b1
                if w1 + ways[j, 3] < v1:
                    v1 = w1 + ways[j, 3]
                    o1 = b1
                w0, w1, b0, b1 = v0, v1, o0, o1
            w0 += serve[c, e, 0]
            w1 += serve[c, e, 1]
            fine = penalty[0] * max(ZERO, carried - capacity)
            if w0 + fine < value[j, 0]:
                value[j, 0] = w0 + fine
                first[j, 0] = i
                from_mode[j, 0] = b0
            if w1 + fine < value[j, 1]:
                value[j, 1] = w1 + fine
                first[j, 1] = i
                from_mode[j, 1] = b1
    last = tasks[count - 1]
    mode = 0
    if value[count - 1, 1] + ending[c, last, 1] < value[count - 1, 0] + ending[c, last, 0]:
        mode = 1
    cut = np.zeros(count, np.bool_)
    j = count - 1
    while j >= 0:
        i = first[j, mode]
        cut[i] = True
        mode = from_mode[j, mode]
        j = i - 1
    at = 0
    for i in range(count):
        if cut[i] and i > 0:
            seq[r, at] = n
            at += 1
        seq[r, at] = tasks[i]
        at += 1
    length[r] = at
