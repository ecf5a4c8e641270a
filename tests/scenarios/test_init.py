"""The package's public face."""

from __future__ import annotations

import subprocess
import sys

import scenarios


def test_every_public_name_is_there():
    for name in scenarios.__all__:
        assert getattr(scenarios, name) is not None


def test_importing_the_package_loads_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'numba', 'pydantic', 'shapely'}"
    code = f"import sys, scenarios; sys.exit(bool({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own code
    assert done.returncode == 0
