"""What pydantic found, in words that a planner understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from scenarios.collection.schema import CollectSpec
from scenarios.faults import did_you_mean
from scenarios.schema import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.toml_lines import KeyPath

__all__ = ["fault_words"]

_EXPECTED = {
    "string_type": 'a text in "quotes"',
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}

_BOUND_MENDS: dict[tuple[str, float], str] = {
    ("greater_than", 0): "give more than 0",
    ("greater_than_equal", 0): "give 0 or more",
}


def fault_words(
    detail: Mapping[str, Any], document: dict[str, Any]
) -> tuple[KeyPath, str, str | None]:
    """Say which key is at fault, what is wrong with it, and the mend.

    Parameters
    ----------
    detail
        One entry of ``ValidationError.errors()``.
    document
        What was validated.
    """
    path = _real_path(tuple(detail["loc"]), document)
    message, mend = _message(path, detail)
    return path, message, mend


def _message(path: KeyPath, detail: Mapping[str, Any]) -> tuple[str, str | None]:
    kind, context = detail["type"], detail.get("ctx", {})
    shown = _shown(detail.get("input"))
    message, mend = str(detail["msg"]), None
    if kind == "extra_forbidden":
        message, mend = _unknown_key(path, collects="job=collect" in detail["loc"])
    elif kind == "missing":
        message, mend = "is missing", _missing_mend(path)
    elif kind == "literal_error":
        message, mend = f"{shown} is not allowed", _literal_mend(detail["input"], context)
    elif kind in _BOUNDS:
        word, key = _BOUNDS[kind]
        message, mend = (
            f"must be {word} {_bound(context[key])}, is {shown}",
            _bound_mend(path, kind, context[key]),
        )
    elif kind == "list_type" and path[:1] == ("network",) and path[-1] in {"closure", "period"}:
        message, mend = f"is {shown}", f"write it as a table of its own: [[network.{path[-1]}]]"
    elif kind in _EXPECTED:
        message, mend = f"is {shown}", f"it must be {_EXPECTED[kind]}"
    elif kind == "value_error":
        message, _, words = str(context["error"]).partition("; ")
        mend = words or None
    elif kind == "finite_number":
        message, mend = f"is {shown}", "it must be a finite number"
    elif kind in {"too_short", "too_long"}:
        size = context.get("min_length", context.get("max_length"))
        message, mend = f"holds {context['actual_length']} values", f"it must hold {size}"
    return message, mend


def _literal_mend(value: object, context: Mapping[str, Any]) -> str:
    words = context["expected"].replace(" or ", ", ").split(", ")
    allowed = [word.strip("'") for word in words]
    mend = did_you_mean(str(value), allowed, quote='"')
    return f"{mend} (allowed: {', '.join(allowed)})" if mend.startswith("did") else mend


def _real_path(location: KeyPath, document: dict[str, Any]) -> KeyPath:
    """Leave out the names of union members, which are no keys of the file."""
    path: KeyPath = ()
    here: Any = document
    for part in location:
        inside = isinstance(here, dict) or (isinstance(here, list) and isinstance(part, int))
        if not inside:
            break
        if isinstance(here, dict) and (isinstance(part, int) or part.startswith("job=")):
            continue  # one table stands where several may; which of two kinds of tables it is
        path += (part,)
        here = here.get(part) if isinstance(here, dict) else here[part]
    return path


def _unknown_key(path: KeyPath, *, collects: bool) -> tuple[str, str | None]:
    model = _model_at(path[:-1], collects=collects)
    fields = {} if model is None else model.model_fields
    allowed = [info.alias or name for name, info in fields.items()]
    word = str(path[-1])
    if len(path) == 1:
        return "unknown table", did_you_mean(word, sorted(allowed))
    if word == "drop":
        return "drop = true takes away what a base scenario has", "this file has no such base item"
    return "unknown key", did_you_mean(word, allowed)


def _missing_mend(path: KeyPath) -> str | None:
    if path == ("scenario",):
        return 'add [scenario] name = "..."'
    if path == ("network", "source"):
        return 'name a file, "helsinki" or "synthetic"'
    key = str(path[-1])
    examples = {
        "needs": "say who comes, as { ambulance = 1 }",
        "on_scene_min": 'minutes, or { kind = "lognormal", mean = 25, cv = 0.5 }',
        "target_min": "minutes from call to arrival that are to be kept",
        "hours": 'as "mon-fri 07:00-09:00"',
        "lon": "degrees east",
        "lat": "degrees north",
        "depot": "where routes start and end, as { lon = ..., lat = ... }",
    }
    return examples.get(key, f"add {key} = ...")


def _bound(limit: float) -> str:
    return f"{limit:g}" if abs(limit) < 1e5 or limit >= 1e15 else f"{limit:.0f}"


def _bound_mend(path: KeyPath, kind: str, limit: float) -> str | None:
    if path[-1] in {"lon", "lat"}:
        return "degrees, longitude first; are the two swapped?" if path[-1] == "lat" else "degrees"
    if path[-1] == "transport_prob" and kind == "less_than_equal":
        return "70 % is written 0.7"
    if path[0] == "network" and kind == "greater_than_equal" and limit == 0.01:
        return "a street that nobody drives on is a [[network.closure]]"
    return _BOUND_MENDS.get((kind, limit))


def _model_at(path: KeyPath, *, collects: bool = False) -> type[BaseModel] | None:
    """Find the model of the table at a path, of routes by their job."""
    model: type[BaseModel] = CollectSpec if collects else ScenarioSpec
    position = 2 if collects else 0
    while position < len(path):
        info = model.model_fields.get(str(path[position]))
        inner = _inner_model(info.annotation) if info is not None else None
        if inner is None:
            return None
        model, wrapped = inner
        position += 2 if wrapped else 1
    return model


def _inner_model(annotation: object) -> tuple[type[BaseModel], bool] | None:
    """Find the model in an annotation, and whether a list or a dict of names lies between."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    wrapped = getattr(annotation, "__origin__", None) in {list, dict}
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found[0], wrapped or found[1]
    return None


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)
