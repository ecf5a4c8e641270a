"""From a scenario's [placement.NAME] tables to placement problems on its streets.

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.placement.question import Question, build_question, question_names

__all__ = ["Question", "build_question", "question_names"]

_MODULES = {
    "Question": "scenarios.placement.question",
    "build_question": "scenarios.placement.question",
    "question_names": "scenarios.placement.question",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
