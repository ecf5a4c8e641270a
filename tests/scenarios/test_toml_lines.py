"""The scanner that gives faults their line."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from scenarios.toml_lines import KeyPath, key_lines

TEXT = '''\
# a comment with [brackets] and = signs
title = "a # no comment"   # one
[scenario]
name = 'x = [y]'
long = """
three
lines \\""" with quotes"""
"quoted.key" = 1

[[unit]]
type = "ambulance"
needs = { fire = 1, "city crew" = { n = 2 } }
[[unit]]
hours = [
  "mon",  # first
  "tue",
]
[unit.extra]
deep = 1
[incident_class.cardiac]
on_scene_min.mean = 4
when = 2024-01-01T00:00:00
'''


def test_every_kind_of_key_has_the_line_on_which_it_stands():
    lines = key_lines(TEXT)
    assert lines[("title",)] == 2
    assert lines[("scenario",)] == 3
    assert lines[("scenario", "name")] == 4
    assert lines[("scenario", "quoted.key")] == 8
    assert lines[("unit", 0)] == 10
    assert lines[("unit", 0, "needs", "fire")] == 12
    assert lines[("unit", 0, "needs", "city crew", "n")] == 12
    assert lines[("unit", 1)] == 13
    assert lines[("unit", 1, "hours", 1)] == 16
    assert lines[("unit", 1, "extra", "deep")] == 19
    assert lines[("incident_class", "cardiac", "on_scene_min", "mean")] == 21
    assert lines[("incident_class", "cardiac", "when")] == 22


def test_lines_do_not_depend_on_the_kind_of_line_end():
    assert key_lines(TEXT.replace("\n", "\r\n")) == key_lines(TEXT)


def _paths(value: object, path: KeyPath = ()) -> set[KeyPath]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found |= _paths(inner, (*path, number))
    return found


KEYS = st.text(
    st.characters(codec="utf-8", exclude_characters='"\\\n\r', min_codepoint=32), max_size=5
)
SCALARS = st.one_of(
    st.integers(-9, 9), st.booleans(), st.text("ab #=[]{},.'", max_size=8), st.floats(-1, 1)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def _inline(value: object) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f'"{key}" = {_inline(inner)}' for key, inner in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_inline(inner)},\n" for inner in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value)


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_all_that_tomllib_reads_has_a_line(document):
    text = "".join(f'"{key}" = {_inline(value)}\n' for key, value in document.items())
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # line ends in an inline table are not TOML 1.0
        return
    lines = key_lines(text)
    assert _paths(read) == set(lines)
    for path, line in lines.items():
        if isinstance(path[-1], str):
            assert f'"{path[-1]}"' in text.split("\n")[line - 1]
