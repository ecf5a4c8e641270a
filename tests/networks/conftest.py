"""Towns drawn at random: one-way streets, bends, dead ends, parallel streets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from networks import RawNodes, RawStreets, Shapes, SpeedProfile, Words, build_network


def draw_town(seed, n=24, extra=30):
    """A ring that holds the town together, and streets across it."""
    draw = np.random.default_rng(seed)
    lon, lat = 24.90 + 0.04 * draw.random(n), 60.15 + 0.02 * draw.random(n)
    ring = np.column_stack([np.arange(n), np.roll(np.arange(n), -1)])
    pairs = np.concatenate([ring, draw.integers(0, n, (extra, 2))])
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    size = len(pairs)
    bend = np.column_stack([lon[pairs].mean(1), lat[pairs].mean(1)])
    bend += draw.normal(0.0, 0.001, bend.shape)
    shapes = Shapes(
        np.arange(size + 1) * 3,
        np.column_stack([lon[pairs[:, 0]], bend[:, 0], lon[pairs[:, 1]]]).ravel(),
        np.column_stack([lat[pairs[:, 0]], bend[:, 1], lat[pairs[:, 1]]]).ravel(),
    )
    streets = RawStreets(
        pairs[:, 0] + 100,
        pairs[:, 1] + 100,
        backward=draw.random(size) < 0.6,
        speed_kmh=draw.uniform(20.0, 80.0, size),
        name=Words.of([("", "Long Street", "Short Street")[k] for k in draw.integers(0, 3, size)]),
        shapes=shapes,
    )
    return build_network(RawNodes(np.arange(n) + 100, lon, lat), streets)


def draw_profile(seed, n_edges, periods=3, *, standstill=False):
    draw = np.random.default_rng(seed)
    factor = draw.uniform(0.1, 1.5, (periods, n_edges))
    if standstill:
        factor[draw.random(factor.shape) < 0.2] = 0.0
        factor[0] = np.maximum(factor[0], 0.1)
    hours = draw.integers(0, periods, 168)
    hours[draw.integers(0, 168)] = 0
    return SpeedProfile(hours, factor)


@pytest.fixture(scope="session")
def town():
    """``town(seed)``: the same network for the same seed."""
    return lru_cache(maxsize=None)(draw_town)


@pytest.fixture(scope="session")
def profile():
    """``profile(seed, n_edges)``: speeds that change by the hour."""
    return draw_profile


@pytest.fixture(scope="session", autouse=True)
def cache_of_their_own(tmp_path_factory):
    """Orders that the tests keep are in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYOPS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
