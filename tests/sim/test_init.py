"""The package hands its names on and costs nothing to import."""

import subprocess
import sys

import pytest

import sim


def test_every_public_name_is_there():
    for name in sim.__all__:
        assert getattr(sim, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'simulate_everything'"):
        sim.simulate_everything  # noqa: B018


def test_importing_the_package_loads_no_heavy_library():
    code = (
        "import sim, sys; print(sorted({'numpy', 'numba', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout.strip() == "[]"
