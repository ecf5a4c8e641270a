"""Timing a route with one more task from there on, against timing it from the depot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.routing.arcs.kernels import CAPACITY, HAS_VISITS, MOST_COST
from optimize.routing.arcs.layout import layout_of
from optimize.routing.arcs.problem import VehicleKind
from optimize.routing.arcs.ruin import RuinSearch
from optimize.routing.arcs.rules import rules_of
from optimize.routing.arcs.schedule_kernels import NEVER, scheduled, tried


@st.composite
def hours(draw, plain):
    """One timed kind for the tasks of a plain problem."""
    windows = pause = None
    if draw(st.booleans()):
        rows = []
        for _ in range(plain.n_tasks):
            one, wide, gap, last = (draw(st.integers(0, top)) for top in (20, 30, 10, 10))
            until = one + wide
            second = draw(st.booleans())
            again = (until + 1 + gap, until + 1 + gap + last) if second else (-1, -1)
            rows.append((one, until, *again))
        windows = np.array(rows)
    if windows is None or draw(st.booleans()):
        earliest = draw(st.integers(0, 25))
        pause = (earliest, earliest + draw(st.integers(0, 12)), draw(st.integers(0, 8)))
    most = draw(st.one_of(st.none(), st.integers(30, 90)))
    kind = VehicleKind("v", plain.depot, plain.capacity, None, 0, most, None, windows, pause)
    return replace(plain, kinds=(kind,))


def with_task(search, elements, i, t):
    """Elements with task t at place i, and the visits that its load takes for granted."""
    n, limits = search.n, search.layout.limits[0]
    demand, out = search.layout.demand, elements[:i]
    carried = 0
    for e in out:
        carried = 0 if e == n else carried + demand[e]
    ahead = 0
    for e in elements[i:]:
        if e == n:
            break
        ahead += demand[e]
    if limits[HAS_VISITS] and i > 0 and carried + demand[t] > limits[CAPACITY]:
        out, carried = [*out, n], 0
    over = limits[HAS_VISITS] and i < len(elements) and carried + demand[t] + ahead > limits[0]
    return [*out, t, *([n] if over else []), *elements[i:]]


@settings(deadline=None, max_examples=300)
@given(data=st.data(), facilities=st.booleans())
def test_a_task_more_is_timed_as_the_whole_route_would_be(problems, data, facilities):
    problem = data.draw(hours(data.draw(problems(facilities=facilities, tasks=9))))
    layout = layout_of(problem)
    held = np.zeros(problem.n_tasks, np.bool_)
    search = RuinSearch(layout, 2, rules=rules_of(problem, layout, held, None))
    n, rows = search.n, search.rows
    order = data.draw(st.permutations(range(n)))
    t, elements = order[0], list(order[1:])
    if facilities:
        for at in sorted(data.draw(st.sets(st.integers(0, len(elements)))), reverse=True):
            elements.insert(at, n)
    search.set_row(0, elements)
    elements = rows.seq[0, : rows.length[0]].tolist()
    labels, most = np.zeros(4, np.int64), min(NEVER - 1, int(layout.limits[0, MOST_COST]))
    for i in range(len(elements) + 1):
        whole = with_task(search, elements, i, t)
        rows.seq[1, : len(whole)] = whole
        rows.length[1] = len(whole)
        scheduled(1, labels, rows, search.costs, search.rules)
        lasts = int(rows.lasts[1])
        got = tried(0, i, t, np.inf, labels, rows, search.costs, search.rules)
        assert got == lasts or min(got, lasts) > most
        limit = float(data.draw(st.integers(0, 60)))
        got = tried(0, i, t, limit, labels, rows, search.costs, search.rules)
        assert got == lasts or min(got, lasts) >= min(limit, most + 1)
