"""A district and a question in one file: loading, running, comparing.

Importing this package costs nothing; each name loads its module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.compare import Comparison, compare_runs
    from scenarios.district import Built, build_district
    from scenarios.faults import ScenarioError
    from scenarios.folder import Run
    from scenarios.load import Scenario, load_scenario
    from scenarios.new import write_new
    from scenarios.run import run_scenario

__all__ = [
    "Built",
    "Comparison",
    "Run",
    "Scenario",
    "ScenarioError",
    "build_district",
    "compare_runs",
    "load_scenario",
    "run_scenario",
    "write_new",
]

_MODULES = {
    "Built": "scenarios.district",
    "Comparison": "scenarios.compare",
    "Run": "scenarios.folder",
    "Scenario": "scenarios.load",
    "ScenarioError": "scenarios.faults",
    "build_district": "scenarios.district",
    "compare_runs": "scenarios.compare",
    "load_scenario": "scenarios.load",
    "run_scenario": "scenarios.run",
    "write_new": "scenarios.new",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
