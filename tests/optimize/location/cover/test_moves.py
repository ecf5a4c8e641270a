"""What the local search keeps up to date is what reckoning anew gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.location.cover.plan_kernels import close_site, open_site
from optimize.location.cover.search import LocalSearch
from optimize.location.cover.table import build_table
from optimize.location.coverage import Coverage
from optimize.location.sites import Sites


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_gains_losses_and_extras_foretell_every_swap(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 20)), int(rng.integers(3, 7))
    share = rng.integers(0, 5, (n, m)) / 4
    if rng.random() < 0.5:
        share = np.ceil(share)
    weight = rng.integers(1, 5, n).astype(float)
    table = build_table(
        Coverage.decaying(share, lambda x: x), weight, allowed=np.ones(m, dtype=np.bool_)
    )
    search = LocalSearch(table, Sites(m), m, 0)
    places, rules, state = search._places, search._rules, search._state

    def worth(plan):
        return weight @ share[:, sorted(plan)].max(axis=1, initial=0.0)

    plan = set()
    for _ in range(15):
        site = int(rng.integers(m))
        (close_site if site in plan else open_site)(places, rules, state, site)
        plan ^= {site}
        assert state.value[0] == pytest.approx(worth(plan))
        for f in set(range(m)) - plan:
            assert state.gain[f] == pytest.approx(worth(plan | {f}) - worth(plan))
            for r in plan:
                slot = state.slot[r]
                assert state.loss[slot] == pytest.approx(worth(plan) - worth(plan - {r}))
                swap = state.gain[f] + state.extra[slot, f] - state.loss[slot]
                assert swap == pytest.approx(worth((plan - {r}) | {f}) - worth(plan))


def test_rounds_cut_into_slices_end_at_the_same_plan():
    rng = np.random.default_rng(1)
    far = np.hypot(*(rng.random((300, 1, 2)) - rng.random((40, 2))).transpose(2, 0, 1))
    coverage = Coverage.within(far, 0.15)
    table = build_table(coverage, np.ones(300), allowed=np.ones(40, dtype=np.bool_))
    plans = []
    for pause in (lambda: True, iter([True] * 10_000).__next__):
        search = LocalSearch(table, Sites(40), 8, 3)
        search.climb(pause)
        search.wander(300, np.inf, pause)
        plans.append((search.value, search.plan.tolist()))
    assert plans[0] == plans[1]
    assert plans[0][0] == table.weight @ table.covered(np.array(plans[0][1]))
