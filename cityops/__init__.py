"""Simulate and optimise the daily work of a city on its road network.

The names below are the public face for Python; each loads its module when it is first used, so
that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityops.report.build import write_report
    from cityops.report.comparison import write_comparison
    from cityops.report.figures import write_figures
    from networks import InputError, RoadNetwork, read_network
    from scenarios import (
        Comparison,
        Run,
        Scenario,
        ScenarioError,
        build_district,
        compare_runs,
        load_scenario,
        run_scenario,
    )
    from sim.dispatch.model import simulate

__all__ = [
    "Comparison",
    "InputError",
    "RoadNetwork",
    "Run",
    "Scenario",
    "ScenarioError",
    "__version__",
    "build_district",
    "compare_runs",
    "load_scenario",
    "read_network",
    "run_scenario",
    "simulate",
    "write_comparison",
    "write_figures",
    "write_report",
]

_MODULES = {
    "Comparison": "scenarios",
    "InputError": "networks",
    "RoadNetwork": "networks",
    "Run": "scenarios",
    "Scenario": "scenarios",
    "ScenarioError": "scenarios",
    "build_district": "scenarios",
    "compare_runs": "scenarios",
    "load_scenario": "scenarios",
    "read_network": "networks",
    "run_scenario": "scenarios",
    "simulate": "sim.dispatch.model",
    "write_comparison": "cityops.report.comparison",
    "write_figures": "cityops.report.figures",
    "write_report": "cityops.report.build",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("cityops")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
