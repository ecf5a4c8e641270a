"""The command line starts without loading what it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cityops

# typer itself uses pydantic where it is installed
HEAVY = {"numpy", "pandas", "numba", "scipy", "shapely", "geopandas", "matplotlib"}
HEAVY |= {"plotly", "osmium", "pyrosm", "pyproj", "pyarrow", "networkx", "simpy", "jinja2"}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"], ["rnu"], ["network"]])
def test_help_and_usage_errors_load_nothing_heavy(arguments):
    code = (
        "import sys\nfrom cityops.__main__ import main\n"
        f"main({arguments!r})\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_public_name_is_there():
    assert cityops.__version__ == "0.1.0"
    for name in cityops.__all__:
        assert getattr(cityops, name) is not None
    assert set(cityops.__all__) <= set(dir(cityops))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cityops.nothing
