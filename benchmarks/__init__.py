"""Benchmark suites: our numbers beside published ones and beside the tools one would use otherwise.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.suite import SUITES, Options, Row, run_suite

__all__ = ["SUITES", "Options", "Row", "run_suite"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("benchmarks.suite"), name)


def __dir__() -> list[str]:
    return __all__
