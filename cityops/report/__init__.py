"""What a run says, for people: one offline page, pictures for slides, runs side by side.

Everything is read from the run folder; nothing is computed here that the tables do not hold.
"""

from __future__ import annotations

from importlib import import_module

_MODULE_OF: dict[str, str] = {
    "write_report": "cityops.report.build",
    "write_figures": "cityops.report.figures",
    "write_comparison": "cityops.report.comparison",
}

__all__ = ["write_comparison", "write_figures", "write_report"]


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
