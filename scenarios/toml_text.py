"""Writing a scenario as TOML: plain tables, texts, numbers and lists, nothing clever."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: dict[str, Any]) -> str:
    """Write a document as TOML text; keys whose value is None are left out.

    Parameters
    ----------
    document
        Texts, booleans, numbers, lists and tables.

    Examples
    --------
    >>> print(toml_text({"a": 1, "b": {"c": [1.5, "x"]}, "d": [{"e": True}]}), end="")
    a = 1
    <BLANKLINE>
    [b]
    c = [1.5, "x"]
    <BLANKLINE>
    [[d]]
    e = true
    """
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def _table(table: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Own keys first, then tables, then lists of tables: TOML knows no way back up."""
    lines: list[str] = []
    for key, value in table.items():
        if value is not None and not _is_table(value) and not _is_list_of_tables(value):
            lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in table.items():
        inner = (*path, key)
        if _is_table(value):
            lines += ["", f"[{_path(inner)}]", *_table(value, inner)]
        elif _is_list_of_tables(value):
            for item in value:
                lines += ["", f"[[{_path(inner)}]]", *_table(item, inner)]
    return lines


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and bool(value)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _path(keys: tuple[str, ...]) -> str:
    return ".".join(_key(key) for key in keys)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)  # inf and nan are TOML too
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    raise TypeError(f"TOML has no {type(value).__name__}")
