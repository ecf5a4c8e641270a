"""The package's face: every name is there, and importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import networks


def test_every_public_name_can_be_had():
    assert set(networks.__all__) == set(networks._MODULE_OF)
    assert all(getattr(networks, name) is not None for name in networks.__all__)
    assert dir(networks) == sorted(networks.__all__)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nowhere'"):
        networks.nowhere  # noqa: B018


def test_importing_the_package_imports_no_heavy_library():
    code = "import sys, networks; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "pandas", "numba", "shapely", "geopandas", "scipy", "pyproj"}
    assert not heavy & set(ran.stdout.split())
