"""Random rules on sites, for the models that keep all of them."""

import itertools

import numpy as np
import pytest

from optimize.location.sites import Quota, Sites


@pytest.fixture(scope="session")
def random_sites():
    """Give a function of a generator and a number of sites: `Sites` with some rules."""

    def draw(rng, m):
        state = rng.choice(3, size=m, p=[0.75, 0.15, 0.1])
        pairs = [pair for pair in itertools.combinations(range(m), 2) if rng.random() < 0.15]
        budget = cost = preference = None
        if rng.random() < 0.4:
            cost = rng.integers(0, 6, m).astype(float)
            budget = float(rng.integers(3, 16))
        if rng.random() < 0.3:
            preference = rng.integers(-5, 6, m).astype(float)
        quotas = ()
        if rng.random() < 0.4:
            members = np.flatnonzero(rng.random(m) < 0.6)
            room = len(np.setdiff1d(members, np.flatnonzero(state == 2)))
            least = int(rng.integers(0, min(2, room) + 1))
            most = None if rng.random() < 0.4 else int(rng.integers(least, m + 1))
            if len(members):
                quotas = (Quota(members, least, most, "some"),)
        return Sites(
            m,
            fixed=np.flatnonzero(state == 1),
            forbidden=np.flatnonzero(state == 2),
            cost=cost,
            budget=budget,
            apart=np.array(pairs, dtype=int).reshape(-1, 2),
            quotas=quotas,
            preference=preference,
        )

    return draw


@pytest.fixture(scope="session")
def subsets():
    """Give a function of a number: all subsets of that many sites."""

    def every(m):
        for plan in itertools.product([False, True], repeat=m):
            yield np.flatnonzero(plan)

    return every
