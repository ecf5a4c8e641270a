"""The rules of sites as bounds and rows say what `Sites.faults` says."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.location.rows import add_site_rows, cliques, site_bounds
from optimize.location.sites import Quota, Sites
from optimize.mip import Rows


@st.composite
def ruled_sites(draw):
    n = draw(st.integers(1, 6))
    state = draw(st.lists(st.sampled_from("...fx"), min_size=n, max_size=n))
    fixed = [j for j in range(n) if state[j] == "f"]
    forbidden = [j for j in range(n) if state[j] == "x"]
    every = list(itertools.combinations(range(n), 2))
    pairs = draw(st.lists(st.sampled_from(every), max_size=10)) if every else []
    cost = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    budget = draw(st.none() | st.integers(0, 20))
    quotas = []
    for _ in range(draw(st.integers(0, 2))):
        members = draw(st.lists(st.integers(0, n - 1), min_size=1, unique=True))
        room = len(set(members) - set(forbidden))
        least = draw(st.integers(0, room))
        most = draw(st.none() | st.integers(least, n))
        quotas.append(Quota(np.array(members), least, most))
    return Sites(
        n,
        fixed=np.array(fixed, dtype=int),
        forbidden=np.array(forbidden, dtype=int),
        cost=np.array(cost, dtype=float),
        budget=budget,
        apart=np.array(pairs, dtype=int).reshape(-1, 2),
        quotas=tuple(quotas),
    )


def kept(rows, lower, upper, plan):
    row, column, value, low, high = rows.parts()
    sums = np.bincount(row, value * plan[column], minlength=len(low))
    return bool(
        (plan >= lower).all() and (plan <= upper).all() and (sums >= low).all()
        and (sums <= high).all()
    )  # fmt: skip


@given(ruled_sites(), st.integers(0, 3))
@settings(deadline=None, max_examples=150)
def test_exactly_the_plans_without_faults_keep_the_rows(sites, shift):
    rows = Rows()
    add_site_rows(rows, sites, first_column=shift)
    lower, upper = site_bounds(sites)
    pad = np.zeros(shift)
    for plan in itertools.product([0.0, 1.0], repeat=sites.n):
        y = np.array(plan)
        right = kept(
            rows,
            np.concatenate([pad, lower]),
            np.concatenate([pad, upper]),
            np.concatenate([pad, y]),
        )
        assert right == (not sites.faults(np.flatnonzero(y)))


@given(st.integers(2, 9), st.data())
@settings(deadline=None, max_examples=100)
def test_groups_hold_every_pair_and_no_other(n, data):
    every = list(itertools.combinations(range(n), 2))
    pairs = sorted(data.draw(st.sets(st.sampled_from(every))))
    groups = cliques(np.array(pairs, dtype=np.int64).reshape(-1, 2))
    held = [pair for group in groups for pair in itertools.combinations(group.tolist(), 2)]
    assert set(held) == set(pairs)
    # no group can take one more
    for group in groups:
        for other in set(range(n)) - set(group.tolist()):
            assert any(tuple(sorted((other, v))) not in pairs for v in group.tolist())


def test_sites_all_near_each_other_make_one_row():
    pairs = np.array(list(itertools.combinations(range(30), 2)))
    assert len(cliques(pairs)) == 1


def test_the_number_of_open_sites_is_a_row():
    exact, between = Rows(), Rows()
    add_site_rows(exact, Sites(3), count=2)
    add_site_rows(between, Sites(3), count=(1, np.inf))
    assert exact.parts()[3].tolist() == exact.parts()[4].tolist() == [2.0]
    assert (between.parts()[3].tolist(), between.parts()[4].tolist()) == ([1.0], [np.inf])


def test_free_sites_need_no_row():
    rows = Rows()
    add_site_rows(rows, Sites(4, fixed=[1], forbidden=[2]))
    assert len(rows) == 0
