"""The arrays of a network have their sizes, and one hash everywhere."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from networks import SpeedProfile, synthetic_district

ROOT = Path(__file__).resolve().parents[2]


def test_arrays_of_the_wrong_size_are_refused(town):
    with pytest.raises(ValueError, match="lanes has shape"):
        replace(town(1), lanes=np.zeros(2))


def test_the_hash_follows_the_content(town):
    network = town(1)
    same = pickle.loads(pickle.dumps(network))  # noqa: S301 - our own
    assert same.content_hash() == network.content_hash()
    assert not same.time_s.flags.writeable
    others = [
        town(2),
        network.closed([1]),
        network.with_speeds(30.0),
        network.with_profile(
            SpeedProfile(np.zeros(168), np.full((1, network.n_edges), 0.9)),
        ),
    ]
    hashes = {network.content_hash(), *(other.content_hash() for other in others)}
    assert len(hashes) == 5


def test_the_hash_is_the_same_in_another_process():
    code = (
        "from networks import synthetic_district; print(synthetic_district(500, 3).content_hash())"
    )
    ran = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == synthetic_district(500, 3).content_hash()
