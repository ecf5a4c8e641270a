"""Makes docs/bad-input.md from the cases that the tests run."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "bad_input" / "cases.toml"
PAGE = ROOT / "docs" / "bad-input.md"

_INTRODUCTION = """\
# Wrong inputs, and what is said of them

Every fault of a scenario is shown at once, each in one line: the file and the line in it, the table
and the key, what is wrong, and the mend. The exit code is 2, nothing is left half written, and
there is never a traceback; one is a bug, please report it.

The tests run each line of these tables (`tests/test_bad_input.py`); this page is made from the same
cases by `python tests/bad_input/make_page.py`.
"""


def page(cases: list[dict[str, Any]]) -> str:
    """Write the page.

    Parameters
    ----------
    cases
        Entries of tests/bad_input/cases.toml.
    """
    parts = [_INTRODUCTION]
    for group in dict.fromkeys(case["group"] for case in cases):
        rows = [_row(case) for case in cases if case["group"] == group]
        head = ["| wrong | command | message |", "|---|---|---|"]
        parts.append("\n".join([f"## {group.capitalize()}", "", *head, *rows, ""]))
    return "\n".join(parts)


def _row(case: dict[str, Any]) -> str:
    says = "<br>".join(_code(f"error: {line}") for line in case["says"])
    return f"| {case['wrong']} | {_code('cityops ' + case['run'])} | {says} |"


def _code(text: str) -> str:
    return f"`{text.replace('|', '&#124;')}`"


if __name__ == "__main__":
    found = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]
    PAGE.write_text(page(found), encoding="utf-8")
