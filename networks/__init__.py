"""Streets: reading them, placing points on them, travelling along them.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module

_MODULE_OF: dict[str, str] = {
    "InputError": "networks.errors",
    "MODES": "networks.network",
    "HOURS_OF_WEEK": "networks.network",
    "RoadNetwork": "networks.network",
    "SpeedProfile": "networks.network",
    "DroppedPart": "networks.dropped",
    "DroppedReport": "networks.dropped",
    "Projection": "networks.projection",
    "Position": "networks.snap",
    "Positions": "networks.snap",
    "Path": "networks.paths",
}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - the table is the one list of names


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
