"""Say so when a command is about to compile, which it does once for each installation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["COMPILING", "is_cold", "say_if_cold"]

COMPILING = "compiling kernels, once per installation: a minute or two"

_KERNELS = {
    "p-median": "median",
    "reliable-median": "reliable",
    "capacitated": "capacitated",
    "max-cover": "cover",
    "set-cover": "cover",
    "p-center": "cover",
    "dispersion": "cover",
    "expected-cover": "cover",
    "availability-cover": "cover",
}
"""Package of the kernels of each model, within `optimize.location`; no other model has any."""


def is_cold(model: str | None) -> bool:
    """Whether the kernels of a placement's model are not in numba's cache beside their sources.

    Parameters
    ----------
    model
        As in a scenario.
    """
    import optimize

    package = _KERNELS.get(model or "")
    if package is None or os.environ.get("NUMBA_CACHE_DIR"):
        return False
    folder = Path(optimize.__path__[0]) / "location" / package
    # where nobody may write beside the sources, numba keeps its cache elsewhere
    return os.access(folder, os.W_OK) and not any(folder.glob("__pycache__/*.nbi"))


def say_if_cold(model: str | None) -> None:
    """Print one line on the standard error if a model's kernels must be compiled first."""
    if is_cold(model):
        print(COMPILING, file=sys.stderr, flush=True)
