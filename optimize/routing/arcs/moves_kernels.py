"""Local search on arc-routing solutions, compiled: moves between neighbouring tasks.

For a task t and a task v near to it, a move makes them adjacent: t, or t with the task beside it,
goes next to v; t or a pair of it changes places with what stands beside v; the routes of t and v
exchange their ends, straight or turned round; a piece between them is turned round. In which
direction each street is served is decided anew by the evaluation of every move. The first move
that pays is made (Vidal 2017; Prins 2009 for the moves).

A move between two routes can pay only if they are cheaper once what moves is taken out, and if the
one new route is with the other at its cheapest so; that is known beforehand (`Routes.left`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from optimize.routing.arcs.pieces_kernels import (
    INLINE,
    LEAF,
    PLACE,
    WHERE,
    Routes,
    Tables,
    and_piece,
    and_rest,
    and_rest_back,
    and_task,
    at_end,
    at_end_back,
)  # fmt: skip

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 0.01
"""What a move must save."""


@njit(**INLINE)
def _task_at(routes: Routes, r: int, i: int) -> int:
    """Task at a place of a route; -1 where there is none."""
    task: int = np.int64(-1)  # type: ignore[assignment]
    if 0 <= i < routes.length[r]:
        task = routes.seq[r, i]
    return task


@njit(**INLINE)
def _swap_pays(
    tables: Tables,
    routes: Routes,
    before: float,
    rt: int,
    a: int,
    many: int,
    turned: bool,  # noqa: FBT001
    rv: int,
    b: int,
    other: int,
) -> bool:
    """Say whether `many` tasks of rt from place a on should change places with `other` of rv."""
    if a < 0 or a + many > routes.length[rt] or b < 0 or b + other > routes.length[rv]:
        return False
    t1 = routes.seq[rt, a]
    t2 = routes.seq[rt, a + many - 1]
    v1 = routes.seq[rv, b]
    least_t = routes.left[t1, many - 1]
    least_v = routes.left[v1, other - 1] if other > 0 else routes.price[rv]
    if least_t + least_v > before - _LEAST:
        return False
    after = least_t
    if other > 0:
        way = and_task(tables, at_end(routes, _task_at(routes, rt, a - 1)), v1)
        if other == 2:
            way = and_task(tables, way, routes.seq[rv, b + 1])
        after = and_rest(tables, routes, way, _task_at(routes, rt, a + many))
        if after + least_v > before - _LEAST:
            return False
    way = at_end(routes, _task_at(routes, rv, b - 1))
    way = and_task(tables, way, t2 if turned else t1)
    if many == 2:
        way = and_task(tables, way, t1 if turned else t2)
    after += and_rest(tables, routes, way, _task_at(routes, rv, b + other))
    return bool(after < before - _LEAST)


@njit(**INLINE)
def _ends_pay(
    tables: Tables,
    routes: Routes,
    before: float,
    kind: int,
    rt: int,
    i: int,
    rv: int,
    j: int,
) -> bool:
    """Say whether the routes should exchange their ends, in one of four ways."""
    t, v = np.int64(routes.seq[rt, i]), np.int64(routes.seq[rv, j])
    if kind == 0:  # t then v
        after = and_rest(tables, routes, at_end(routes, t), v)
        if after > before - _LEAST:
            return False
        way = at_end(routes, _task_at(routes, rv, j - 1))
        after += and_rest(tables, routes, way, _task_at(routes, rt, i + 1))
    elif kind == 1:  # v then t
        after = and_rest(tables, routes, at_end(routes, v), t)
        if after > before - _LEAST:
            return False
        way = at_end(routes, _task_at(routes, rt, i - 1))
        after += and_rest(tables, routes, way, _task_at(routes, rv, j + 1))
    elif kind == 2:  # both beginnings in one route, that of v turned round; both ends
        after = and_rest_back(tables, routes, at_end(routes, t), v)
        if after > before - _LEAST:
            return False
        way = at_end_back(routes, _task_at(routes, rt, i + 1))
        after += and_rest(tables, routes, way, _task_at(routes, rv, j + 1))
    else:  # both ends in one route, that of t turned round; both beginnings
        after = and_rest(tables, routes, at_end_back(routes, t), v)
        if after > before - _LEAST:
            return False
        way = at_end(routes, _task_at(routes, rt, i - 1))
        after += and_rest_back(tables, routes, way, _task_at(routes, rv, j - 1))
    return bool(after < before - _LEAST)


@one_version
@njit(**LEAF)
def _ahead(
    out: NDArray[np.int32],
    at: int,
    routes: Routes,
    r: int,
    i: int,
    j: int,
) -> int:
    """Write the tasks of a route from place i up to place j, none where j < i."""
    for k in range(max(0, i), min(routes.length[r] - 1, j) + 1):
        out[at] = routes.seq[r, k]
        at += 1
    return at


@one_version
@njit(**LEAF)
def _back(
    out: NDArray[np.int32],
    at: int,
    routes: Routes,
    r: int,
    i: int,
    j: int,
) -> int:
    """Write the tasks of a route from place i down to place j, none where j > i."""
    for k in range(min(routes.length[r] - 1, i), max(0, j) - 1, -1):
        out[at] = routes.seq[r, k]
        at += 1
    return at


@njit(**LEAF)
def _swap(
    routes: Routes,
    rt: int,
    a: int,
    many: int,
    turned: bool,  # noqa: FBT001
    rv: int,
    b: int,
    other: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> None:
    """Write the routes after an exchange."""
    last = routes.seq.shape[1]
    at = _ahead(spare[0], 0, routes, rt, 0, a - 1)
    at = _ahead(spare[0], at, routes, rv, b, b + other - 1)
    count[0] = _ahead(spare[0], at, routes, rt, a + many, last)
    at = _ahead(spare[1], 0, routes, rv, 0, b - 1)
    if turned:
        at = _back(spare[1], at, routes, rt, a + many - 1, a)
    else:
        at = _ahead(spare[1], at, routes, rt, a, a + many - 1)
    count[1] = _ahead(spare[1], at, routes, rv, b + other, last)


@njit(**LEAF)
def _exchange_ends(
    routes: Routes,
    kind: int,
    rt: int,
    i: int,
    rv: int,
    j: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> None:
    """Write the routes after an exchange of ends."""
    last = routes.seq.shape[1]
    if kind == 0:
        at = _ahead(spare[0], 0, routes, rt, 0, i)
        count[0] = _ahead(spare[0], at, routes, rv, j, last)
        at = _ahead(spare[1], 0, routes, rv, 0, j - 1)
        count[1] = _ahead(spare[1], at, routes, rt, i + 1, last)
    elif kind == 1:
        at = _ahead(spare[0], 0, routes, rv, 0, j)
        count[0] = _ahead(spare[0], at, routes, rt, i, last)
        at = _ahead(spare[1], 0, routes, rt, 0, i - 1)
        count[1] = _ahead(spare[1], at, routes, rv, j + 1, last)
    elif kind == 2:
        at = _ahead(spare[0], 0, routes, rt, 0, i)
        count[0] = _back(spare[0], at, routes, rv, j, 0)
        at = _back(spare[1], 0, routes, rt, last, i + 1)
        count[1] = _ahead(spare[1], at, routes, rv, j + 1, last)
    else:
        at = _back(spare[0], 0, routes, rt, last, i)
        count[0] = _ahead(spare[0], at, routes, rv, j, last)
        at = _ahead(spare[1], 0, routes, rt, 0, i - 1)
        count[1] = _back(spare[1], at, routes, rv, j - 1, 0)


@njit(**LEAF)
def between(
    tables: Tables,
    routes: Routes,
    t: int,
    v: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Find a move between the routes of t and v that pays, and write both routes after it."""
    rt, i = routes.kept[t, WHERE], routes.kept[t, PLACE]
    rv, j = routes.kept[v, WHERE], routes.kept[v, PLACE]
    before = routes.price[rt] + routes.price[rv]
    # `many` tasks of which t is one, for `other` beside v; t comes to stand beside v
    for many in range(1, 3):
        for behind in range(many):  # the pair begins with the task before t
            a = i - behind
            for other in range(many + 1):
                for follows in range(2):
                    b = j + 1 if follows == 1 else j - other
                    turned = many == 2 and (behind == follows)
                    if _swap_pays(
                        tables,
                        routes,
                        before,
                        rt,
                        a,
                        many,
                        turned,
                        rv,
                        b,
                        other,
                    ):
                        _swap(routes, rt, a, many, turned, rv, b, other, spare, count)
                        return True
    for kind in range(4):
        if _ends_pay(tables, routes, before, kind, rt, i, rv, j):
            _exchange_ends(routes, kind, rt, i, rv, j, spare, count)
            return True
    return False


@njit(**LEAF)
def _moves_within(
    tables: Tables,
    routes: Routes,
    r: int,
    a: int,
    z: int,
    gap: int,
    turned: bool,  # noqa: FBT001
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Say whether the piece a..z should stand before place `gap`, and write the route then."""
    if a < 0 or z >= routes.length[r] or a <= gap <= z + 1:
        return False
    low, high = (gap, z) if gap < a else (a, gap - 1)
    way = at_end(routes, _task_at(routes, r, low - 1))
    one, two = (z, a) if turned else (a, z)
    if gap < a:
        way = and_piece(tables, routes, way, r, one, two)
        way = and_piece(tables, routes, way, r, gap, a - 1)
    else:
        way = and_piece(tables, routes, way, r, z + 1, gap - 1)
        way = and_piece(tables, routes, way, r, one, two)
    after = and_rest(tables, routes, way, _task_at(routes, r, high + 1))
    if after > routes.price[r] - _LEAST:
        return False
    out = spare[0]
    at = _ahead(out, 0, routes, r, 0, low - 1)
    if gap > a:
        at = _ahead(out, at, routes, r, z + 1, gap - 1)
    at = _back(out, at, routes, r, z, a) if turned else _ahead(out, at, routes, r, a, z)
    if gap < a:
        at = _ahead(out, at, routes, r, gap, a - 1)
    count[0] = _ahead(out, at, routes, r, high + 1, out.size)
    return True


@njit(**LEAF)
def _swaps_within(
    tables: Tables,
    routes: Routes,
    r: int,
    i: int,
    b: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Say whether the tasks at places i and b should change places, and write the route then."""
    low, high = min(i, b), max(i, b)
    if low < 0 or high >= routes.length[r] or high - low < 2:
        return False
    way = at_end(routes, _task_at(routes, r, low - 1))
    way = and_task(tables, way, routes.seq[r, high])
    way = and_piece(tables, routes, way, r, low + 1, high - 1)
    way = and_task(tables, way, routes.seq[r, low])
    after = and_rest(tables, routes, way, _task_at(routes, r, high + 1))
    if after > routes.price[r] - _LEAST:
        return False
    count[0] = _ahead(spare[0], 0, routes, r, 0, spare.shape[1])
    spare[0, low], spare[0, high] = routes.seq[r, high], routes.seq[r, low]
    return True


@njit(**LEAF)
def _turns_within(
    tables: Tables,
    routes: Routes,
    r: int,
    low: int,
    high: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Say whether a piece should be turned round, and write the route then."""
    if low >= high:
        return False
    way = at_end(routes, _task_at(routes, r, low - 1))
    way = and_piece(tables, routes, way, r, high, low)
    after = and_rest(tables, routes, way, _task_at(routes, r, high + 1))
    if after > routes.price[r] - _LEAST:
        return False
    at = _ahead(spare[0], 0, routes, r, 0, low - 1)
    at = _back(spare[0], at, routes, r, high, low)
    count[0] = _ahead(spare[0], at, routes, r, high + 1, spare.shape[1])
    return True


@njit(**LEAF)
def within(
    tables: Tables,
    routes: Routes,
    t: int,
    v: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Find a move within the route of t and v that pays, and write the route after it."""
    r, i, j = routes.kept[t, WHERE], routes.kept[t, PLACE], routes.kept[v, PLACE]
    for many in range(1, 4):
        for behind in range(0, many, max(1, many - 1)):
            a = i - behind
            for follows in range(2):
                turned = many > 1 and ((behind > 0) == (follows == 1))
                if turned and many == 3:
                    continue
                gap = j + follows
                if _moves_within(
                    tables,
                    routes,
                    r,
                    a,
                    a + many - 1,
                    gap,
                    turned,
                    spare,
                    count,
                ):
                    return True
    for b in (j + 1, j - 1):
        if _swaps_within(tables, routes, r, i, b, spare, count):
            return True
    low, high = (i + 1, j) if i < j else (j, i - 1)
    if _turns_within(tables, routes, r, low, high, spare, count):
        return True
    low, high = (i, j - 1) if i < j else (j + 1, i)
    return bool(_turns_within(tables, routes, r, low, high, spare, count))


@njit(**LEAF)
def opens(
    tables: Tables,
    routes: Routes,
    t: int,
    spare: NDArray[np.int32],
    count: NDArray[np.int64],
) -> bool:
    """Say whether t, or the end of its route from t on, should be a route of its own."""
    r, i = routes.kept[t, WHERE], routes.kept[t, PLACE]
    if routes.length[r] == 1:
        return False
    last = spare.shape[1]
    least = routes.price[r] - _LEAST
    depot = at_end(routes, -1)
    alone = and_rest(tables, routes, and_task(tables, depot, t), -1)
    if routes.left[t, 0] + alone < least:
        at = _ahead(spare[0], 0, routes, r, 0, i - 1)
        count[0] = _ahead(spare[0], at, routes, r, i + 1, last)
        count[1] = _ahead(spare[1], 0, routes, r, i, i)
        return True
    if i == 0:
        return False
    way = at_end(routes, _task_at(routes, r, i - 1))
    after = and_rest(tables, routes, way, -1)
    if after + and_rest(tables, routes, depot, t) < least:
        count[0] = _ahead(spare[0], 0, routes, r, 0, i - 1)
        count[1] = _ahead(spare[1], 0, routes, r, i, last)
        return True
    return False
