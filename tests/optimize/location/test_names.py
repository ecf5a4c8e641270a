"""The package's names, whichever of its modules was imported first."""

import subprocess
import sys

import pytest

import optimize.location


@pytest.mark.parametrize("name", optimize.location.__all__)
def test_every_name_is_there(name):
    assert getattr(optimize.location, name) is not None


def test_the_function_is_not_hidden_by_the_module_of_its_name():
    program = (
        "import optimize.location.solve\n"
        "from optimize.location import METHODS, solve\n"
        "assert callable(solve) and 'auto' in METHODS"
    )
    process = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603 - our own
    assert process.returncode == 0
