"""Every search has its kernels compiled before its clock starts."""

import json
import subprocess
import sys

import pytest

COUNTED = """
import json
import os
import sys
from importlib import import_module
import numpy as np
from numba.core.registry import CPUDispatcher
from optimize.location import *
from optimize.location.solve import solve

draw = np.random.default_rng(3)
place, site = draw.random((40, 2)), draw.random((12, 2))
cost = np.hypot(*(place[:, None] - site[None]).transpose(2, 0, 1)) * 10
apart = np.hypot(*(site[:, None] - site[None]).transpose(2, 0, 1))
near = Coverage.within(cost, 5.0)
weight = draw.integers(1, 9, 40).astype(float)


def compiled():
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("optimize."):
            for word, kernel in vars(module).items():
                if isinstance(kernel, CPUDispatcher):
                    found[name + "." + word] = len(kernel.signatures)
    return found


def asked(module, text):
    import_module(module).prepare()
    before = compiled()
    exec(text, globals())
    assert sum(before.values()), "no kernel is ready"
    return sorted(name for name, count in compiled().items() if count > before.get(name, 0))


assert not sum(compiled().values()), "a kernel was ready before anything was asked"
for search, (module, text) in json.loads(sys.argv[1]).items():
    child = os.fork()  # what one search loads is not there for the next
    if child == 0:
        print(json.dumps([search, asked(module, text)]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""

ARCS = """
from dataclasses import replace
from optimize.routing.arcs.problem import ArcGoals, ArcProblem, VehicleKind
from optimize.routing.arcs.solve import solve_arcs
n = np.arange(20)
tail, head = np.concatenate([n, (n + 1) % 20, n]), np.concatenate([(n + 1) % 20, n, (n + 7) % 20])
for more in ({}, {"facilities": np.array([9]), "visit_cost": 2, "most_cost": 90}):
    for method in ("genetic", "ruin"):
        problem = ArcProblem(
            "ring", 20, tail, head, draw.integers(1, 9, 60), 0, np.column_stack([n, n + 20]),
            draw.integers(2, 9, (20, 2)), draw.integers(1, 4, 20), 9, **more,
        )
        first = solve_arcs(problem, iterations=3, method=method)
hours = np.tile([0, 600, 700, 900], (20, 1))
fleet = (VehicleKind("a", 0, 9, windows=hours, pause=(9, 90, 8)), VehicleKind("b", 3, 8, 2))
rich = replace(problem, kinds=fleet)
more = {"start": first.routes[:2], "locked": np.isin(n, first.routes[1].task), "frozen": [0]}
solve_arcs(rich, iterations=2, goals=ArcGoals(0.5, 0.5, n * 1.0, n * 1.0), **more)
"""

SEARCHES = {
    "set cover": (
        "optimize.location.set_cover",
        "solve(SetCover(near)); solve(SetCover(near, 2, Sites(12, cost=np.arange(12.0))))",
    ),
    "p-center": (
        "optimize.location.center",
        "solve(PCenter(cost, 3)); solve(PCenter(cost, 4, Sites(12, fixed=[2], forbidden=[1])))",
    ),
    "dispersion": ("optimize.location.dispersion", "solve(Dispersion(apart, 4))"),
    "expected cover": (
        "optimize.location.expected",
        (
            "solve(ExpectedCover(near, weight, 4, 0.3)); "
            "solve(AvailabilityCover(near, weight, 4, 0.3, sites=Sites(12, fixed=[2])))"
        ),
    ),
    "whole service": (
        "optimize.location.capacitated.search",
        (
            "solve(FacilityLocation(cost * weight[:, None], weight, np.full(12, 60.0), "
            "np.arange(12) * 10.0, single_source=True))"
        ),
    ),
    "split service": (
        "optimize.location.capacitated.search",
        (
            "solve(FacilityLocation(cost, weight * 0.7, None, np.ones(12), "
            "(SizeClass('s', 20.0, 5.0), SizeClass('l', 80.0, 9.0)), p=6, "
            "sites=Sites(12, apart=[[0, 1]], quotas=(Quota(np.arange(4), 1, 2),))))"
        ),
    ),
    "arcs": ("optimize.routing.arcs.solve", ARCS),
}


@pytest.fixture(scope="module")
def later():
    """Kernels that each search compiles after it was prepared, by search."""
    command = [sys.executable, "-c", COUNTED, json.dumps(SEARCHES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines())), done.stderr


@pytest.mark.parametrize("search", list(SEARCHES))
def test_a_search_compiles_nothing_once_it_is_prepared(search, later):
    found, said = later
    assert search in found, said
    assert found[search] == []
